//! The simulated year: its working days, counted from 0, and the three times of a working day at which the log takes records.

use gongshi_verify::time::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday, date};
use std::collections::HashSet;

/// First day of the simulated year.
pub(super) const FIRST: Date = date(2026, 1, 5);
/// Last day of it.
pub(super) const LAST: Date = date(2026, 11, 20);
/// Seconds after midnight UTC at which the log takes records: 10:30, 15:00 and 17:30 in China.
const SLOTS: [i64; 3] = [9_000, 25_200, 34_200];
/// The county opens at 9:00 in China.
const OPENING: i64 = 3_600;

/// Working days of the simulated year.
pub(super) struct Calendar {
    days: Vec<Date>,
}

impl Calendar {
    pub(super) fn new(holidays: &HashSet<String>) -> Self {
        let works = |day: &Date| {
            !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
                && !holidays.contains(&day.to_string())
        };
        let days = FIRST
            .series(1.day())
            .take_while(|day| *day <= LAST)
            .filter(works)
            .collect();
        Calendar { days }
    }

    /// Number of the last working day.
    pub(super) fn last(&self) -> usize {
        self.days.len() - 1
    }

    /// Day number `day`, or the last one where the year is shorter.
    pub(super) fn date(&self, day: usize) -> Date {
        self.days[day.min(self.last())]
    }

    /// The first working day on or after a date of 2026.
    pub(super) fn on(&self, month: i8, day: i8) -> usize {
        self.days
            .partition_point(|d| *d < date(2026, month, day))
            .min(self.last())
    }

    /// When the log takes the records of a slot (0 to 2) of a day.
    pub(super) fn slot(&self, day: usize, slot: usize) -> Timestamp {
        moment(self.date(day), SLOTS[slot % SLOTS.len()])
    }
}

/// When the log begins.
pub(super) fn opening() -> Timestamp {
    moment(FIRST, OPENING)
}

fn moment(day: Date, seconds: i64) -> Timestamp {
    let since = day.duration_since(date(1970, 1, 1)).as_secs();
    Timestamp::from_unix(since + seconds).expect("a moment of 2026 is a time")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_and_holidays_are_left_out() {
        let calendar = Calendar::new(&HashSet::from(["2026-01-06".to_owned()]));
        assert_eq!(calendar.date(0), FIRST);
        assert_eq!(calendar.date(1), date(2026, 1, 7));
        assert_eq!(calendar.date(calendar.last()), LAST);
        assert_eq!(calendar.date(calendar.on(1, 10)), date(2026, 1, 12));
        assert_eq!(calendar.slot(0, 0).to_string(), "2026-01-05T02:30:00Z");
        assert_eq!(opening().to_string(), "2026-01-05T01:00:00Z");
    }
}
