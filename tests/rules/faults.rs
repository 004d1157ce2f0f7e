//! Files of rules that are wrong: each is refused with its file and the line of the fault.

use gongshi::domain::CodeList;
use gongshi::rules::{RuleError, Rules};

/// The files that come with the program, one changed: what stood there, what stands there now.
fn read_with(file: &str, old: &str, new: &str) -> Result<Rules, RuleError> {
    let files: Vec<(&str, String)> = Rules::built_in_files()
        .iter()
        .map(|(name, text)| {
            if *name != file {
                return (*name, (*text).to_owned());
            }
            assert!(text.contains(old), "{file} has no {old}");
            (*name, text.replacen(old, new, 1))
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
    Rules::read(&files)
}

/// Line of the first place where a text stands in a file that comes with the program, from 1.
fn line_of(file: &str, text: &str) -> usize {
    let found = Rules::built_in_files()
        .iter()
        .find(|(name, _)| *name == file);
    let at = found.unwrap().1.find(text).unwrap();
    found.unwrap().1[..at].matches('\n').count() + 1
}

/// The change is refused, with these words, in the line that is `down` below the one that was changed.
#[track_caller]
fn refused(file: &str, old: &str, new: &str, down: isize, words: &str) {
    let error = read_with(file, old, new).expect_err(words);
    assert_eq!(error.file, file, "{error}");
    assert!(error.reason.contains(words), "{error}");
    assert_eq!(
        Some(error.line),
        line_of(file, old).checked_add_signed(down),
        "{error}"
    );
}

const PUBLICATION: &str = "publication.toml";

/// `was` stands in the file that comes with the program, `is` in its place; `down`: how far from there the fault is found.
#[test]
fn each_fault_is_found_in_its_line() {
    let text = include_bytes!("../data/rules/faults.csv");
    let mut rows = csv::Reader::from_reader(&text[..]);
    let mut count = 0;
    for row in rows.records() {
        let row = row.unwrap();
        refused(&row[0], &row[1], &row[2], row[3].parse().unwrap(), &row[4]);
        count += 1;
    }
    assert_eq!(count, 68);
}

/// What the program decides by is in every set.
#[test]
fn a_code_that_the_program_decides_by_cannot_be_left_out() {
    for list in CodeList::OPEN {
        for code in list.relied_on() {
            let own = format!("list = \"{}\"\ncode = \"{code}\"", list.name());
            let other = format!("list = \"{}\"\ncode = \"{code}_not\"", list.name());
            let error = read_with("codes.toml", &own, &other).unwrap_err();
            let words = format!("{code} of the list {} is missing", list.name());
            assert!(error.reason.contains(&words), "{error}");
        }
    }
}

#[test]
fn every_day_of_every_kind_has_a_rule_that_decides() {
    let cover = |words: &str, old: &str, new: &str| {
        let error = read_with(PUBLICATION, old, new).expect_err(words);
        assert!(error.reason.contains(words), "{error}");
        error.line
    };
    let penalty = line_of(PUBLICATION, "kinds = [\"penalty\"]");
    // The last rule of 2021 ends a day early.
    let old = "name = \"penalty-3y\"\nkinds = [\"penalty\"]\nvalid_from = \"2021-09-01\"\nvalid_to = \"2025-12-24\"";
    let line = cover(
        "penalty has no rule without conditions for 2025-12-24",
        old,
        &old.replace("12-24", "12-23"),
    );
    assert_eq!(line, penalty);
    let line = cover(
        "penalty has no rule without conditions for 2021-08-31",
        "from = \"2021-09-01\"",
        "from = \"2021-08-31\"",
    );
    assert_eq!(line, penalty);
    let line = cover(
        "no [[cover]] names alert",
        "\"status_map\", \"alert\",\n]\n\n# ----",
        "\"status_map\",\n]\n\n# ----",
    );
    assert_eq!(line, line_of(PUBLICATION, "name = \"log\""));
    // A rule below one without conditions.
    let rule = "name = \"result-against\"\nkinds = [\"inspection_result\"]\nwhen = [{ field = \"outcome\", negative = true }]";
    let line = cover(
        "is never reached for inspection_result",
        rule,
        &rule.replace("when =", "#"),
    );
    assert_eq!(line, line_of(PUBLICATION, "name = \"result\"\n"));
    let kinds = "kinds = [\"abnormal_listing\", \"individual_mark\", \"serious_listing\"]";
    let line = cover(
        "penalty is covered twice",
        kinds,
        &kinds.replace("\"serious_listing\"", "\"penalty\""),
    );
    assert_eq!(line, line_of(PUBLICATION, kinds));
}

#[test]
fn codes_of_the_program_cannot_be_left_out() {
    let error = read_with("codes.toml", "code = \"moved_out\"", "code = \"gone\"").unwrap_err();
    assert_eq!((error.file.as_str(), error.line), ("codes.toml", 1));
    assert!(error.reason.contains("moved_out"), "{error}");
}

#[test]
fn the_set_of_files_is_whole() {
    let files = Rules::built_in_files();
    let error = Rules::read(&files[1..]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "buffers.toml, line 1: the file is missing"
    );
    // Windows editors put a mark before the text.
    let marked = format!("\u{feff}{}", files[0].1);
    let marked = [&[(files[0].0, marked.as_str())], &files[1..]].concat();
    let error = Rules::read(&marked).unwrap_err();
    assert_eq!(error.file, "buffers.toml");
    assert!(error.reason.contains("byte order mark"), "{error}");
    let more = [files, &[("mine.toml", "")]].concat();
    assert_eq!(Rules::read(&more).unwrap_err().file, "mine.toml");
    let twice = [files, &files[..1]].concat();
    assert!(Rules::read(&twice).unwrap_err().reason.contains("twice"));
    let other: Vec<_> = files.iter().rev().copied().collect();
    assert_eq!(
        Rules::read(&other).unwrap().digest(),
        Rules::built_in().digest()
    );
    let changed = read_with("terms.toml", "per_cent = 3", "per_cent = 4").unwrap();
    assert_ne!(changed.digest(), Rules::built_in().digest());
}

/// A file that was cut off is refused or read, and never a panic.
#[test]
fn files_cut_anywhere_are_refused_or_read() {
    for (name, text) in Rules::built_in_files() {
        for at in (0..text.len())
            .step_by(701)
            .filter(|at| text.is_char_boundary(*at))
        {
            let files: Vec<(&str, &str)> = Rules::built_in_files()
                .iter()
                .map(|(other, whole)| (*other, if other == name { &text[..at] } else { *whole }))
                .collect();
            if let Err(error) = Rules::read(&files) {
                assert_eq!(error.file, *name, "{error}");
                assert!(error.line >= 1 && !error.reason.is_empty(), "{error}");
            }
        }
    }
}
