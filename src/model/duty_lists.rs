//! Duties of departments as lists and numbers, asked for a day. Read only: `duties` keeps them.

use super::duties::{HowMet, NO_DAY, Part};
use super::{Model, ModelError, key, number, unusable};
use crate::domain::dates::parse_date;
use crate::store::prefix_end;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Numbers of duties.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DutyCounts {
    /// Not done yet; those of the next three included.
    pub open: u64,
    /// Of the open ones: due by the day that was asked as soon, and not overdue.
    pub due_soon: u64,
    /// Of the open ones: their last day is over.
    pub overdue: u64,
    /// Of the open ones: their last day cannot be computed.
    pub undated: u64,
    /// Done in time.
    pub in_time: u64,
    /// Done too late.
    pub late: u64,
    /// Done; whether in time cannot be told.
    pub undecided: u64,
}

/// Numbers of the duties that stand with an authority, by whose term runs and by version of a rule.
pub type DutyTotals = BTreeMap<(Part, String), DutyCounts>;

/// The same by authority.
pub type AllTotals = BTreeMap<String, DutyTotals>;

/// Totals that were summed up: after how many entries, for which day, and until when duties counted as due soon.
pub(super) type KnownTotals = Mutex<Option<((u64, Date, Date), Arc<AllTotals>)>>;

/// A duty in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyLine {
    /// The record that started it.
    pub index: u64,
    /// The version of the rule, by [`crate::rules::RuleVersion::id`].
    pub rule: String,
    /// Of an open one the last day, where it can be computed; of one that was met late the day on which it was.
    pub day: Option<Date>,
}

impl DutyCounts {
    /// All of them, done or not.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.open + self.in_time + self.late + self.undecided
    }

    fn add(&mut self, other: &DutyCounts) {
        self.open += other.open;
        self.due_soon += other.due_soon;
        self.overdue += other.overdue;
        self.undated += other.undated;
        self.in_time += other.in_time;
        self.late += other.late;
        self.undecided += other.undecided;
    }

    /// The sum of some.
    #[must_use]
    pub fn sum<'a>(all: impl IntoIterator<Item = &'a DutyCounts>) -> Self {
        let mut sum = DutyCounts::default();
        all.into_iter().for_each(|one| sum.add(one));
        sum
    }

    fn open(&mut self, place: &str, count: u64, day: Date, soon: Date) {
        self.open += count;
        match parse_date(place) {
            None => self.undated += count,
            Some(due) if due < day => self.overdue += count,
            Some(due) if due <= soon => self.due_soon += count,
            Some(_) => {}
        }
    }

    fn met(&mut self, how: HowMet, count: u64) {
        match how {
            HowMet::InTime => self.in_time += count,
            HowMet::Late => self.late += count,
            HowMet::Undecided => self.undecided += count,
        }
    }
}

impl Model {
    /// Numbers of duties as they stand on a day, by authority; `soon`: the last day that counts as soon. They are summed up once for what was
    /// folded and a day, however often they are asked for.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn duty_totals(&self, day: Date, soon: Date) -> Result<Arc<AllTotals>, ModelError> {
        let asked = (self.cursor()?, day, soon);
        if let Some(totals) = self.known_totals(asked) {
            return Ok(totals);
        }
        let totals = Arc::new(self.summed(None, day, soon)?);
        // What is folded meanwhile may be counted in part.
        if self.cursor()? == asked.0 {
            let mut known = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
            *known = Some((asked, totals.clone()));
        }
        Ok(totals)
    }

    fn known_totals(&self, asked: (u64, Date, Date)) -> Option<Arc<AllTotals>> {
        let known = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        let (of, totals) = known.as_ref()?;
        (*of == asked).then(|| totals.clone())
    }

    /// The same of one authority; empty where it has none.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn duty_totals_of(
        &self,
        authority: &str,
        day: Date,
        soon: Date,
    ) -> Result<DutyTotals, ModelError> {
        let known = self.known_totals((self.cursor()?, day, soon));
        let totals = match known {
            Some(totals) => totals.get(authority).cloned(),
            // Of one authority there are few.
            None => self.summed(Some(authority), day, soon)?.remove(authority),
        };
        Ok(totals.unwrap_or_default())
    }

    fn summed(
        &self,
        authority: Option<&str>,
        day: Date,
        soon: Date,
    ) -> Result<AllTotals, ModelError> {
        let mut totals = AllTotals::new();
        for (list, length) in [(b'C', NO_DAY.len()), (b'Q', 1)] {
            let mut from = key::duty_count(list, None);
            if let Some(authority) = authority {
                from.extend_from_slice(authority.as_bytes());
                from.push(b'|');
            }
            let to = prefix_end(&from);
            for pair in self.database.range(&from, to.as_deref()) {
                let (key, value) = pair?;
                let count = number("a number of duties", &value)?;
                let parsed = std::str::from_utf8(key.get(1..).unwrap_or_default()).ok();
                let parsed = parsed.and_then(|text| {
                    let (authority, rest) = text.split_once('|')?;
                    let part = Part::from_byte(*rest.as_bytes().first()?)?;
                    let (place, rule) = rest.get(1..)?.split_at_checked(length)?;
                    Some((authority, part, place, rule))
                });
                let (authority, part, place, rule) =
                    parsed.ok_or_else(|| unusable("a number of duties", "its key is odd"))?;
                let of = totals.entry(authority.to_owned()).or_default();
                let counts = of.entry((part, rule.to_owned())).or_default();
                match place.bytes().next().and_then(HowMet::from_byte) {
                    Some(how) if list == b'Q' => counts.met(how, count),
                    _ => counts.open(place, count, day, soon),
                }
            }
        }
        Ok(totals)
    }
}

pub(super) fn line(prefix: &[u8], key: &[u8]) -> Result<DutyLine, ModelError> {
    let parsed = key.get(prefix.len()..).and_then(|rest| {
        let (day, rest) = rest.split_at_checked(NO_DAY.len())?;
        let (index, rule) = rest.split_first_chunk::<8>()?;
        Some(DutyLine {
            index: u64::from_be_bytes(*index),
            rule: String::from_utf8_lossy(rule).into_owned(),
            day: std::str::from_utf8(day).ok().and_then(parse_date),
        })
    });
    parsed.ok_or_else(|| unusable("a duty", "its key is too short"))
}
