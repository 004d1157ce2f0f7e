//! Terms and least numbers that no single record starts: days for an objection, years of a ban, officers on a check.

use super::calendar::{Calendar, OutsideCalendar};
use super::count::{Count, RawCount, next_day};
use super::facts::Unruled;
use super::source::{RuleError, Source};
use super::version::{RuleVersion, check_versions, raw_version};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

/// A term or a least number, in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Days and basis.
    pub rule: RuleVersion,
    /// What it says.
    pub says: Says,
}

/// What a term says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// So long from a day.
    Time(Count),
    /// In so many days before the end of so long from a day.
    Before(i32, Count),
    /// At least so many.
    Least(u64),
    /// At least so many of a hundred.
    PerCent(u64),
}

#[derive(Debug, Clone)]
pub(super) struct Terms(Vec<Term>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    term: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: Spanned<String>,
    count: Option<Spanned<RawCount>>,
    days_before_end: Option<Spanned<i32>>,
    least: Option<Spanned<u64>>,
    per_cent: Option<Spanned<u64>>,
    valid_from: Option<Spanned<String>>,
    valid_to: Option<Spanned<String>>,
    basis: Spanned<String>,
    source: Spanned<String>,
    confirmed: bool,
    note: Option<Spanned<String>>,
    note_zh: Option<Spanned<String>>,
}

impl Raw {
    fn says(&self, source: Source<'_>) -> Result<Says, RuleError> {
        match (
            &self.count,
            &self.days_before_end,
            &self.least,
            &self.per_cent,
        ) {
            (Some(count), None, None, None) => Count::read(source, count).map(Says::Time),
            (Some(count), Some(days), None, None) => {
                if !(1..=3660).contains(days.get_ref()) {
                    return Err(source.fault(days, "days_before_end is from 1 to 3660"));
                }
                let count = Count::read_by_calendar_days(source, count)?;
                Ok(Says::Before(*days.get_ref(), count))
            }
            (None, None, Some(least), None) => Ok(Says::Least(*least.get_ref())),
            (None, None, None, Some(share)) if *share.get_ref() > 100 => {
                Err(source.fault(share, "more than 100 of a hundred"))
            }
            (None, None, None, Some(share)) => Ok(Says::PerCent(*share.get_ref())),
            _ => {
                let reason = "a term has a count (with days_before_end or not), least, or per_cent";
                Err(source.fault(&self.name, reason))
            }
        }
    }
}

impl Terms {
    pub(super) fn read(source: Source<'_>) -> Result<Self, RuleError> {
        let file: File = source.read()?;
        let terms = file.term.iter().map(|raw| {
            Ok(Term {
                rule: RuleVersion::read(source, &raw_version!(raw))?,
                says: raw.says(source)?,
            })
        });
        let terms: Vec<Term> = terms.collect::<Result<_, _>>()?;
        let versions = terms.iter().zip(&file.term);
        let versions =
            versions.map(|(one, raw)| (&one.rule.name, raw.name.span(), one.rule.time()));
        check_versions(source, versions, false)?;
        Ok(Self(terms))
    }

    pub(super) fn find(&self, name: &str, day: Date) -> Result<&Term, Unruled> {
        let found = self
            .0
            .iter()
            .find(|term| term.rule.name == name && term.rule.in_force(day));
        let name = || name.to_owned();
        found.ok_or_else(|| Unruled::NoTerm { name: name(), day })
    }

    pub(super) fn versions(&self) -> impl Iterator<Item = &RuleVersion> {
        self.0.iter().map(|term| &term.rule)
    }
}

impl Term {
    /// Its last day, started on a day, which does not count; `None` where it is a number.
    ///
    /// # Errors
    /// [`OutsideCalendar`], for working days alone.
    pub fn last_day(
        &self,
        start: Date,
        calendar: &Calendar,
    ) -> Result<Option<Date>, OutsideCalendar> {
        match self.says {
            Says::Time(count) | Says::Before(_, count) => count.last_day(start, calendar).map(Some),
            Says::Least(_) | Says::PerCent(_) => Ok(None),
        }
    }

    /// The day after its last: the first on which something is said to have lasted so long.
    ///
    /// # Errors
    /// [`OutsideCalendar`], for working days alone.
    pub fn first_day_after(
        &self,
        start: Date,
        calendar: &Calendar,
    ) -> Result<Option<Date>, OutsideCalendar> {
        Ok(self.last_day(start, calendar)?.map(next_day))
    }

    /// So many days before its last day, where it says how many.
    #[must_use]
    pub fn notice_from(&self, start: Date) -> Option<Date> {
        match self.says {
            Says::Before(days, count) => {
                Some(count.last_calendar_day(start).saturating_sub(days.days()))
            }
            _ => None,
        }
    }

    /// The least number of `of`; `None` where it is a time.
    #[must_use]
    pub fn least(&self, of: u64) -> Option<u64> {
        match self.says {
            Says::Least(least) => Some(least),
            Says::PerCent(share) => Some((u128::from(of) * u128::from(share)).div_ceil(100) as u64),
            Says::Time(_) | Says::Before(..) => None,
        }
    }
}
