//! Days of the year, counted with nothing but a table of months.

use std::fmt;

/// A day, by the number of days since 2025-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

const MONTHS: [i32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

fn length(year: i32, month: i32) -> i32 {
    let leap = month == 2 && year % 4 == 0;
    MONTHS[month as usize - 1] + i32::from(leap)
}

fn year_length(year: i32) -> i32 {
    365 + i32::from(year % 4 == 0)
}

impl Day {
    /// `YYYY-MM-DD` in this century, from 2025 on.
    pub fn of(text: &str) -> Self {
        let number = |from: usize, to: usize| text[from..to].parse::<i32>().unwrap();
        Self::on(number(0, 4), number(5, 7), number(8, 10))
    }

    fn on(year: i32, month: i32, day: i32) -> Self {
        let years: i32 = (2025..year).map(year_length).sum();
        let months: i32 = (1..month).map(|month| length(year, month)).sum();
        Day(years + months + day - 1)
    }

    fn parts(self) -> (i32, i32, i32) {
        let (mut year, mut month, mut rest) = (2025, 1, self.0);
        while rest >= year_length(year) {
            rest -= year_length(year);
            year += 1;
        }
        while rest >= length(year, month) {
            rest -= length(year, month);
            month += 1;
        }
        (year, month, rest + 1)
    }

    pub fn plus(self, days: i32) -> Self {
        Day(self.0 + days)
    }

    /// The same number so many months on, or the last day of a shorter month.
    pub fn months_on(self, months: i32) -> Self {
        let (year, month, day) = self.parts();
        let all = year * 12 + month - 1 + months;
        let (year, month) = (all / 12, all % 12 + 1);
        Self::on(year, month, day.min(length(year, month)))
    }

    /// Saturday or Sunday: 2025-01-01 was a Wednesday.
    pub fn is_weekend(self) -> bool {
        matches!((self.0 + 2).rem_euclid(7), 5 | 6)
    }

    pub fn is_first_of_month(self) -> bool {
        self.parts().2 == 1
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// By a wall calendar.
#[test]
fn days_are_as_on_a_calendar() {
    for (from, days, to) in [
        ("2025-12-31", 1, "2026-01-01"),
        ("2026-02-28", 1, "2026-03-01"),
        ("2028-02-28", 1, "2028-02-29"),
        ("2025-07-15", 364, "2026-07-14"),
    ] {
        assert_eq!(Day::of(from).plus(days).to_string(), to);
    }
    for (from, months, to) in [
        ("2025-11-30", 3, "2026-02-28"),
        ("2025-08-31", 3, "2025-11-30"),
        ("2025-12-31", 12, "2026-12-31"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2026-02-28", 3, "2026-05-28"),
    ] {
        assert_eq!(Day::of(from).months_on(months), Day::of(to));
    }
    // A Saturday, a Sunday, a Monday; and the Wednesday that it counts from.
    let weekends = ["2025-07-19", "2026-03-01", "2026-03-02", "2025-01-01"];
    assert_eq!(
        weekends.map(|day| Day::of(day).is_weekend()),
        [true, true, false, false]
    );
}
