//! The days on which the law changes: moved by one, some case comes out wrong, so that each has cases on both of its sides.

use crate::cases::{ours, wrong};
use gongshi::domain::dates::parse_date;
use gongshi::rules::Rules;
use jiff::ToSpan as _;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Files whose rules cases ask for. Codes stand in `codes.rs`.
const FILES: &[&str] = &[
    "publication.toml",
    "links.toml",
    "thresholds.toml",
    "early-stop.toml",
    "deadlines.toml",
    "terms.toml",
    "documents.toml",
    "buffers.toml",
];

/// The members that say from when, and to when, something is in force.
const FROM: &[&str] = &["valid_from = ", "from = "];
const TO: &[&str] = &["valid_to = "];

fn dated<'a>(line: &'a str, members: &[&str]) -> Option<(&'a str, Date)> {
    let member = members.iter().find(|member| line.starts_with(**member))?;
    let day = line[member.len()..].trim_start_matches('"').get(..10)?;
    Some((day, parse_date(day)?))
}

/// First days of whatever is in force from or to some day.
fn changes(text: &str) -> BTreeSet<Date> {
    let mut days = BTreeSet::new();
    for line in text.lines() {
        days.extend(dated(line, FROM).map(|(_, day)| day));
        days.extend(dated(line, TO).map(|(_, day)| day.tomorrow().unwrap()));
    }
    days
}

/// The file with a change on another day.
fn moved(text: &str, change: Date, days: i64) -> String {
    let mut moved = String::new();
    for line in text.split_inclusive('\n') {
        let from = dated(line, FROM).filter(|(_, day)| *day == change);
        let to = dated(line, TO).filter(|(_, day)| day.tomorrow().unwrap() == change);
        match from.or(to) {
            Some((written, day)) => {
                let other = day.checked_add(days.days()).unwrap().to_string();
                moved.push_str(&line.replacen(written, &other, 1));
            }
            None => moved.push_str(line),
        }
    }
    moved
}

#[test]
fn no_change_of_law_can_move_unnoticed() {
    let cases = ours();
    let mut free = Vec::new();
    let mut count = 0;
    for (name, text) in Rules::built_in_files() {
        if !FILES.contains(name) {
            continue;
        }
        for change in changes(text) {
            for days in [-1, 1] {
                count += 1;
                let changed = moved(text, change, days);
                assert_ne!(&changed, text);
                let files: Vec<(&str, &str)> = Rules::built_in_files()
                    .iter()
                    .map(|(other, text)| {
                        (
                            *other,
                            if other == name {
                                changed.as_str()
                            } else {
                                *text
                            },
                        )
                    })
                    .collect();
                let rules = Rules::read(&files)
                    .unwrap_or_else(|error| panic!("{name} {change} {days}: {error}"));
                if wrong(&rules, &cases).is_empty() {
                    free.push(format!("{name} {change} {days:+}"));
                }
            }
        }
    }
    assert_eq!(free, [""; 0], "{count}");
}
