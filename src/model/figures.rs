//! What was published when: entries by the month in which the log took them, their kind and their authority.
//!
//! Counted of entries, which stay, and of nothing that a record says: whoever has the log comes to the same numbers, whatever has left publication since.
//! A number of a month that is over never changes.

use super::staging::Staging;
use super::{Model, ModelError, index_in_key, key, number, unusable};
use crate::domain::dates::day_in_china;
use crate::domain::{Kind, Stored};
use crate::store::prefix_end;
use jiff::civil::Date;
use serde::{Serialize, Serializer};
use std::fmt;

/// A month in Beijing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// The month of a day.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Month {
            year: day.year(),
            month: day.month(),
        }
    }

    /// As [`Display`](fmt::Display) writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let digits = |text: &str, count| {
            text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let found = Month {
            year: year.parse().ok().filter(|_| digits(year, 4))?,
            month: month.parse().ok().filter(|_| digits(month, 2))?,
        };
        (1..=12).contains(&found.month).then_some(found)
    }

    /// The first and the last of a year.
    #[must_use]
    pub fn of_year(year: i16) -> (Self, Self) {
        (Month { year, month: 1 }, Month { year, month: 12 })
    }

    /// The month of that number in the same year.
    #[must_use]
    pub fn with(self, month: i8) -> Self {
        Month {
            month: month.clamp(1, 12),
            ..self
        }
    }

    /// The year it is of.
    #[must_use]
    pub fn year(self) -> i16 {
        self.year
    }

    /// Its number in the year, from 1.
    #[must_use]
    pub fn month(self) -> i8 {
        self.month
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        match self.month {
            12 => Month {
                year: self.year + 1,
                month: 1,
            },
            month => Month {
                month: month + 1,
                ..self
            },
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How many entries of a kind an authority had logged in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Published {
    /// Which month.
    pub month: Month,
    /// What they are.
    pub kind: Kind,
    /// Whose.
    pub authority: String,
    /// How many, in entries; those whose records have left publication are among them.
    pub count: u64,
}

impl Staging<'_> {
    /// Counts an entry.
    pub(super) fn count_published(
        &mut self,
        index: u64,
        stored: &Stored,
    ) -> Result<(), ModelError> {
        let Some(kind) = stored.kind else {
            return Ok(());
        };
        let month = Month::of(day_in_china(stored.entry.logged_at.unix())).to_string();
        let authority = stored.entry.authority.as_str();
        self.add(key::published(&month, Some((kind, authority))), 1)?;
        let key = key::published_entry(&month, kind, authority, Some(index));
        self.put(key, Vec::new());
        Ok(())
    }
}

impl Model {
    /// What was published in these months, both included, by month, kind and authority; where nothing was, nothing stands.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn published(&self, from: Month, to: Month) -> Result<Vec<Published>, ModelError> {
        self.of_months(
            |month| key::published(&month.to_string(), None),
            from,
            to,
            published,
        )
    }

    /// What is kept by month of these months, both included, in order.
    pub(super) fn of_months<T>(
        &self,
        key: impl Fn(Month) -> Vec<u8>,
        from: Month,
        to: Month,
        read: impl Fn(&[u8], &[u8]) -> Result<T, ModelError>,
    ) -> Result<Vec<T>, ModelError> {
        let pairs = self.database.range(&key(from), Some(&key(to.next())));
        pairs
            .map(|pair| {
                let (key, value) = pair?;
                read(&key, &value)
            })
            .collect()
    }

    /// The indexes at the ends of keys that begin alike, largest first: at most `limit` of those below `before`.
    pub(super) fn newest_below(
        &self,
        key: impl Fn(Option<u64>) -> Vec<u8>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<u64>, ModelError> {
        let from = key(None);
        let to = match before {
            Some(before) => Some(key(Some(before))),
            None => prefix_end(&from),
        };
        let pairs = self.database.range_rev(&from, to.as_deref()).take(limit);
        pairs
            .map(|pair| index_in_key("an entry of a month", &pair?.0))
            .collect()
    }

    /// The month of the first entry.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn first_month(&self) -> Result<Option<Month>, ModelError> {
        let prefix = key::published("", None)[..1].to_vec();
        let mut pairs = self.database.range(&prefix, prefix_end(&prefix).as_deref());
        let Some(pair) = pairs.next() else {
            return Ok(None);
        };
        let (key, value) = pair?;
        Ok(Some(published(&key, &value)?.month))
    }

    /// The entries behind one of those numbers, newest first: at most `limit` of those below `before`.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn published_entries(
        &self,
        month: Month,
        kind: Kind,
        authority: &str,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<u64>, ModelError> {
        let key = |index| key::published_entry(&month.to_string(), kind, authority, index);
        self.newest_below(key, before, limit)
    }
}

fn published(key: &[u8], value: &[u8]) -> Result<Published, ModelError> {
    let unreadable = || unusable("what was published in a month", "its key cannot be read");
    let text = key.get(1..).and_then(|key| std::str::from_utf8(key).ok());
    let mut parts = text.ok_or_else(unreadable)?.splitn(3, '|');
    let mut part = || parts.next().ok_or_else(unreadable);
    let month = Month::parse(part()?).ok_or_else(unreadable)?;
    let kind = part()?.parse().map_err(|_| unreadable())?;
    Ok(Published {
        month,
        kind,
        authority: part()?.to_owned(),
        count: number("a count of a month", value)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other() {
        let month = Month::of(Date::constant(2026, 12, 31));
        assert_eq!(month.to_string(), "2026-12");
        assert_eq!(month.next().to_string(), "2027-01");
        assert_eq!(Month::parse("2026-12"), Some(month));
        assert!(month < month.next());
        for odd in [
            "2026-13", "2026-00", "2026-1", "26-01", "2026", "2026-+1", "",
        ] {
            assert_eq!(Month::parse(odd), None, "{odd}");
        }
    }
}
