//! Lists of duties from a duty on: where a list goes on is found by its key, however deep it is, and stays when others before it are done.

use super::duties::{NO_DAY, Part};
use super::duty_lists::{DutyLine, line};
use super::{Model, ModelError, key};
use crate::domain::dates::parse_date;
use crate::store::prefix_end;
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

impl Model {
    /// Duties that stand with an authority, after a place or from the beginning: open ones, those due first first and those without a day
    /// last; or, where `late`, those that were met too late, the latest first.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn duties_after(
        &self,
        authority: &str,
        part: Part,
        late: bool,
        after: Option<&DutyPlace>,
        limit: usize,
    ) -> Result<Vec<DutyLine>, ModelError> {
        let list = if late { b'Z' } else { b'O' };
        let prefix = key::duty(list, authority, part.byte(), None);
        let end = prefix_end(&prefix);
        let place = after.map(|DutyPlace(line)| {
            let day = line.day.map(|day| day.to_string());
            let place = (day.as_deref().unwrap_or(NO_DAY), line.index, &*line.rule);
            key::duty(list, authority, part.byte(), Some(place))
        });
        let read = |pair: Result<crate::store::Pair, _>| line(&prefix, &pair?.0);
        match (late, place) {
            (true, place) => {
                let to = place.or(end);
                let pairs = self.database.range_rev(&prefix, to.as_deref());
                pairs.take(limit).map(read).collect()
            }
            (false, place) => {
                let from = place.map(|mut place| {
                    place.push(0);
                    place
                });
                let from = from.as_deref().unwrap_or(&prefix);
                let pairs = self.database.range(from, end.as_deref());
                pairs.take(limit).map(read).collect()
            }
        }
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
