//! Lists of duties, from a number on as pages are numbered, or from a duty on: there where a list goes on is found by its key, however deep it is, and
//! stays when others before it are done.

use super::duties::{NO_DAY, Part};
use super::duty_lists::{DutyLine, line};
use super::{Model, ModelError, key};
use crate::domain::dates::parse_date;
use crate::store::{Pair, StoreError, prefix_end};
use gongshi_verify::encoding::decimal;
use std::fmt;
use std::str::FromStr;

/// Longest name of a version of a rule.
const LONGEST_RULE: usize = 128;

/// Where a list of duties goes on: behind this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyPlace(DutyLine);

impl From<DutyLine> for DutyPlace {
    fn from(line: DutyLine) -> Self {
        DutyPlace(line)
    }
}

/// `2026-03-09.412.repair-accept-2wd@2021-09-01`: the day, or `-` where there is none, the record, the version of the rule.
impl fmt::Display for DutyPlace {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DutyLine { index, rule, day } = &self.0;
        match day {
            Some(day) => write!(out, "{day}.{index}.{rule}"),
            None => write!(out, "-.{index}.{rule}"),
        }
    }
}

impl FromStr for DutyPlace {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(3, '.');
        let mut part = || parts.next().ok_or(());
        let day = match part()? {
            "-" => None,
            day => Some(parse_date(day).ok_or(())?),
        };
        let index = decimal(part()?).ok_or(())?;
        let rule = part()?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'@' | b'_');
        match (1..=LONGEST_RULE).contains(&rule.len()) && rule.bytes().all(plain) {
            true => Ok(DutyPlace(DutyLine {
                index,
                rule: rule.to_owned(),
                day,
            })),
            false => Err(()),
        }
    }
}

/// Where a part of a list begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DutyStart<'a> {
    /// After so many, which are gone through one by one.
    Skipping(usize),
    /// Behind this one.
    Behind(&'a DutyPlace),
}

impl Model {
    /// Duties that stand with an authority: open ones, those due first first and those without a day
    /// last; or, where `late`, those that were met too late, the latest first.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn duties_from(
        &self,
        authority: &str,
        part: Part,
        late: bool,
        start: DutyStart<'_>,
        limit: usize,
    ) -> Result<Vec<DutyLine>, ModelError> {
        let list = if late { b'Z' } else { b'O' };
        let prefix = key::duty(list, authority, part.byte(), None);
        let end = prefix_end(&prefix);
        let (place, skipped) = match start {
            DutyStart::Skipping(count) => (None, count),
            DutyStart::Behind(DutyPlace(line)) => {
                let day = line.day.map(|day| day.to_string());
                let place = (day.as_deref().unwrap_or(NO_DAY), line.index, &*line.rule);
                let place = key::duty(list, authority, part.byte(), Some(place));
                (Some(place), 0)
            }
        };
        let read = |pair: Result<Pair, StoreError>| line(&prefix, &pair?.0);
        if late {
            let to = place.or(end);
            let pairs = self.database.range_rev(&prefix, to.as_deref());
            return pairs.skip(skipped).take(limit).map(read).collect();
        }
        let from = place.map(|place| [&*place, &[0]].concat());
        let from = from.as_deref().unwrap_or(&prefix);
        let pairs = self.database.range(from, end.as_deref());
        pairs.skip(skipped).take(limit).map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written_and_nothing_else_is_one() {
        for text in ["2026-03-09.412.repair-accept-2wd@2021-09-01", "-.0.promise"] {
            assert_eq!(text.parse::<DutyPlace>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "-",
            "-.1",
            "-.1.",
            "unknown---.1.promise",
            "2026-02-30.1.promise",
            "-.01.promise",
            "-.-1.promise",
            "-.1.a b",
            "-.1.a|b",
        ] {
            assert!(text.parse::<DutyPlace>().is_err(), "{text}");
        }
        let long = format!("-.1.{}", "a".repeat(129));
        assert!(long.parse::<DutyPlace>().is_err());
    }
}
