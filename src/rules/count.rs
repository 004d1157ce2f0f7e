//! How terms are counted: days, months and years as the Civil Code counts them, working days by the calendar.
//!
//! The day a term starts does not count; its last day is the day with the same number in the last month, or that month's last one. A term that
//! ends on a holiday is not moved. (`docs/RULES.md`, choices 1 to 5.)

use super::calendar::{Calendar, OutsideCalendar};
use super::source::{RuleError, Source};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

/// Longest term a file may state, in years: more is a slip.
const YEARS: i32 = 100;

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Calendar days.
    Days(i32),
    /// Months.
    Months(i32),
    /// Years.
    Years(i32),
    /// Working days.
    WorkingDays(u32),
}

/// As files write it: exactly one of these members.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCount {
    days: Option<i32>,
    months: Option<i32>,
    years: Option<i32>,
    working_days: Option<i32>,
}

impl Count {
    /// Reads one of the four members.
    pub(super) fn read(source: Source<'_>, raw: &Spanned<RawCount>) -> Result<Self, RuleError> {
        let RawCount {
            days,
            months,
            years,
            working_days,
        } = *raw.get_ref();
        let given = [days, months, years, working_days];
        let figures: Vec<i32> = given.iter().flatten().copied().collect();
        let [figure] = figures[..] else {
            return Err(source.fault(
                raw,
                "a count is one of days, months, years and working_days",
            ));
        };
        let most = match (years, months) {
            (Some(_), _) => YEARS,
            (_, Some(_)) => 12 * YEARS,
            _ => 365 * YEARS,
        };
        if !(0..=most).contains(&figure) {
            return Err(source.fault(raw, format!("{figure} is not from 0 to {most}")));
        }
        Ok(match (days, months, years) {
            (Some(_), ..) => Self::Days(figure),
            (_, Some(_), _) => Self::Months(figure),
            (_, _, Some(_)) => Self::Years(figure),
            _ => Self::WorkingDays(figure.unsigned_abs()),
        })
    }

    /// Like [`Self::read`], where working days make no sense.
    pub(super) fn read_by_calendar_days(
        source: Source<'_>,
        raw: &Spanned<RawCount>,
    ) -> Result<Self, RuleError> {
        match Self::read(source, raw)? {
            Self::WorkingDays(_) => Err(source.fault(raw, "this is not counted in working days")),
            count => Ok(count),
        }
    }

    /// The last day of a term that starts on a day.
    ///
    /// # Errors
    /// [`OutsideCalendar`], for working days alone.
    pub fn last_day(self, start: Date, calendar: &Calendar) -> Result<Date, OutsideCalendar> {
        match self {
            Self::WorkingDays(count) => calendar.after(start, count),
            _ => Ok(self.last_calendar_day(start)),
        }
    }

    /// The same where no working days are counted; these would count as days.
    pub(super) fn last_calendar_day(self, start: Date) -> Date {
        match self {
            Self::Days(count) => start.saturating_add(count.days()),
            Self::Months(count) => start.saturating_add(count.months()),
            Self::Years(count) => start.saturating_add(count.years()),
            Self::WorkingDays(count) => start.saturating_add(i64::from(count).days()),
        }
    }
}

/// The day after, or the last there is.
pub(super) fn next_day(day: Date) -> Date {
    day.saturating_add(1.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    proptest! {
        /// The last day has the start's number, or is the last of its month; more time never ends earlier.
        #[test]
        fn months_keep_the_number_or_end_the_month(
            year in 1990i16..2100, month in 1i8..=12, day in 1i8..=31, count in 0i32..240,
        ) {
            let Ok(start) = Date::new(year, month, day) else { return Ok(()) };
            let end = Count::Months(count).last_calendar_day(start);
            prop_assert!(end.day() == day || (end.day() < day && end.day() == end.days_in_month()));
            let months = |d: Date| i32::from(d.year()) * 12 + i32::from(d.month());
            prop_assert_eq!(months(end) - months(start), count);
            prop_assert!(Count::Months(count + 1).last_calendar_day(start) > end);
            prop_assert_eq!(Count::Years(count).last_calendar_day(start), Count::Months(12 * count).last_calendar_day(start));
        }
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        assert_eq!(
            Count::Years(YEARS).last_calendar_day(date(9950, 1, 1)),
            Date::MAX
        );
        assert_eq!(next_day(Date::MAX), Date::MAX);
    }
}
