//! Working days, by the official holiday notices.
//!
//! Deadlines are legal facts: outside the years that notices cover there is no answer, never a guess from weekends alone. This module knows
//! no deadline and not what day it is.

use super::count::next_day;
use super::source::{RuleError, Source};
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;

/// A day outside the years for which holiday notices are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("working days are known from {from} to {to} only, not for {day}")]
pub struct OutsideCalendar {
    /// The first day asked for that is outside.
    pub day: Date,
    /// First day known.
    pub from: Date,
    /// Last day known.
    pub to: Date,
}

/// A notice that the calendar rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The year in its title.
    pub year: i16,
    /// Its number.
    pub number: String,
    /// Where it stands.
    pub url: String,
}

/// Which days are worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    from: Date,
    to: Date,
    /// Every working day in order: a million records are asked for theirs.
    working: Vec<Date>,
    notices: Vec<Notice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    covered_from: Spanned<String>,
    covered_to: Spanned<String>,
    arrangement: Vec<Arrangement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Arrangement {
    year: Spanned<i16>,
    notice: String,
    /// Kept for whoever reads the file.
    #[serde(rename = "issued")]
    _issued: String,
    #[serde(rename = "amended_by", default)]
    _amended_by: Option<toml::Value>,
    url: String,
    days_off: Vec<Holiday>,
    days_on: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    #[serde(rename = "name")]
    _name: String,
    from: Spanned<String>,
    to: Spanned<String>,
}

impl Calendar {
    /// Reads the file of notices.
    ///
    /// # Errors
    /// The first fault: no real day, a holiday that ends before it begins or lies outside the years covered, a day worked that is no weekend
    /// or is off as well, a day set twice, two notices of one year, or a covered year without a notice.
    pub(super) fn read(source: Source<'_>) -> Result<Self, RuleError> {
        let file: File = source.read()?;
        let day = |text: &Spanned<String>| source.day(text);
        let (from, to) = (day(&file.covered_from)?, day(&file.covered_to)?);
        if to < from {
            return Err(source.fault(&file.covered_to, "covered_to is before covered_from"));
        }
        let within = |text: &Spanned<String>| match day(text)? {
            day if (from..=to).contains(&day) => Ok(day),
            day => Err(source.fault(
                text,
                format!("{day} is outside covered_from to covered_to, {from} to {to}"),
            )),
        };
        let (mut off, mut on) = (BTreeSet::new(), BTreeSet::new());
        let mut notices: BTreeMap<i16, Notice> = BTreeMap::new();
        for arrangement in &file.arrangement {
            let year = *arrangement.year.get_ref();
            let notice = Notice {
                year,
                number: arrangement.notice.clone(),
                url: arrangement.url.clone(),
            };
            if notices.insert(year, notice).is_some() {
                return Err(source.fault(
                    &arrangement.year,
                    format!("{year} has a second arrangement"),
                ));
            }
            for holiday in &arrangement.days_off {
                let (first, last) = (within(&holiday.from)?, within(&holiday.to)?);
                if last < first {
                    return Err(source.fault(&holiday.to, "the holiday ends before it begins"));
                }
                for day in days(first).take_while(|day| *day <= last) {
                    if !off.insert(day) {
                        return Err(source.fault(&holiday.from, format!("{day} is off twice")));
                    }
                }
            }
            for text in &arrangement.days_on {
                let day = within(text)?;
                if !is_weekend(day) {
                    return Err(source.fault(text, format!("{day} is no Saturday or Sunday")));
                }
                if !on.insert(day) {
                    return Err(source.fault(text, format!("{day} is worked twice")));
                }
            }
        }
        for arrangement in &file.arrangement {
            for text in &arrangement.days_on {
                if off.contains(&day(text)?) {
                    return Err(source.fault(text, "the day is off as well"));
                }
            }
        }
        if let Some(year) = (from.year()..=to.year()).find(|year| !notices.contains_key(year)) {
            return Err(source.fault(
                &file.covered_to,
                format!("{year} is said to be covered and has no arrangement"),
            ));
        }
        let is_working = |day: &Date| on.contains(day) || !(is_weekend(*day) || off.contains(day));
        let covered = days(from).take_while(|day| *day <= to);
        Ok(Calendar {
            from,
            to,
            working: covered.filter(is_working).collect(),
            notices: notices.into_values().collect(),
        })
    }

    /// First and last day that are known.
    #[must_use]
    pub fn covers(&self) -> (Date, Date) {
        (self.from, self.to)
    }

    /// The notices it rests on, by year.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Whether a day is worked.
    ///
    /// # Errors
    /// [`OutsideCalendar`].
    pub fn is_working(&self, day: Date) -> Result<bool, OutsideCalendar> {
        self.known(day)?;
        Ok(self.working.binary_search(&day).is_ok())
    }

    /// The `count`-th working day after a day, which itself does not count; the day itself for 0.
    ///
    /// # Errors
    /// [`OutsideCalendar`] where a day from the one after `from` to the answer is outside.
    pub fn after(&self, from: Date, count: u32) -> Result<Date, OutsideCalendar> {
        if count == 0 {
            return Ok(from);
        }
        self.known(next_day(from))?;
        let at = self.up_to(from).saturating_add(count as usize - 1);
        let found = self.working.get(at).copied();
        found.ok_or_else(|| self.outside(next_day(self.to)))
    }

    /// Working days after `from`, up to and including `to`; 0 where `to` is not after `from`.
    ///
    /// # Errors
    /// [`OutsideCalendar`] where one of these days is outside.
    pub fn between(&self, from: Date, to: Date) -> Result<usize, OutsideCalendar> {
        if to <= from {
            return Ok(0);
        }
        self.known(next_day(from))?;
        self.known(to)?;
        Ok(self.up_to(to) - self.up_to(from))
    }

    /// Number of working days up to and including a day.
    fn up_to(&self, day: Date) -> usize {
        self.working.partition_point(|working| *working <= day)
    }

    fn known(&self, day: Date) -> Result<(), OutsideCalendar> {
        if (self.from..=self.to).contains(&day) {
            Ok(())
        } else {
            Err(self.outside(day))
        }
    }

    fn outside(&self, day: Date) -> OutsideCalendar {
        OutsideCalendar {
            day,
            from: self.from,
            to: self.to,
        }
    }
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// A day and those after it, to the end of time.
fn days(from: Date) -> impl Iterator<Item = Date> {
    from.series(1.day())
}
