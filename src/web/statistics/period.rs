//! The stretches of a year that bulletins are about, and what the figures of a year come to over one. Words and dates of publication are not its concern.

use super::cells::{Cell, Part, parts_by};
use super::{Indicator, Statistics, Whose};
use crate::model::Month;
use jiff::civil::{Date, date};
use std::collections::BTreeMap;
use std::fmt;

/// Whole months of one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    year: i16,
    first: i8,
    last: i8,
}

/// What a period is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The month of that number.
    Month(i8),
    /// The quarter of that number.
    Quarter(i8),
    /// The half of that number.
    Half(i8),
    /// The year.
    Year,
    /// Other months, from one to another.
    Other(i8, i8),
}

impl Period {
    /// `2026-06`, `2026-Q2`, `2026-H1` or `2026`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, part) = text.split_once('-').unwrap_or((text, ""));
        let digits = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        let year: i16 = year.parse().ok().filter(|year| digits && *year > 0)?;
        let (first, last) = match part {
            "" if text.len() == 4 => (1, 12),
            "Q1" => (1, 3),
            "Q2" => (4, 6),
            "Q3" => (7, 9),
            "Q4" => (10, 12),
            "H1" => (1, 6),
            "H2" => (7, 12),
            _ => {
                let month = Month::parse(text)?.month();
                (month, month)
            }
        };
        Some(Period { year, first, last })
    }

    /// The last month that is over on a day.
    #[must_use]
    pub fn month_before(day: Date) -> Self {
        let last = day.first_of_month().yesterday().unwrap_or(day);
        Period {
            year: last.year(),
            first: last.month(),
            last: last.month(),
        }
    }

    /// The period of these days, where they are the whole of some months of one year.
    #[must_use]
    pub fn between(from: Date, to: Date) -> Option<Self> {
        let whole = from.day() == 1 && to == to.last_of_month();
        let of_one = from.year() == to.year() && from <= to && from.year() > 0;
        (whole && of_one).then(|| Period {
            year: from.year(),
            first: from.month(),
            last: to.month(),
        })
    }

    /// Every period of a year that [`Period::parse`] knows, months first.
    #[must_use]
    pub fn of_year(year: i16) -> Vec<Self> {
        let of = |width: i8| {
            (0..12 / width).map(move |n| Period {
                year,
                first: n * width + 1,
                last: (n + 1) * width,
            })
        };
        [1, 3, 6, 12].into_iter().flat_map(of).collect()
    }

    /// The year it is of.
    #[must_use]
    pub fn year(self) -> i16 {
        self.year
    }

    /// Its first and its last month.
    #[must_use]
    pub fn months(self) -> (Month, Month) {
        let month = |month| Month::of(date(self.year, month, 1));
        (month(self.first), month(self.last))
    }

    /// Its first and its last day.
    #[must_use]
    pub fn days(self) -> (Date, Date) {
        let day = |month| date(self.year, month, 1);
        (day(self.first), day(self.last).last_of_month())
    }

    /// What it is called.
    #[must_use]
    pub fn span(self) -> Span {
        match (self.last - self.first, self.first % 3, self.first) {
            (0, ..) => Span::Month(self.first),
            (2, 1, first) => Span::Quarter(first / 3 + 1),
            (5, _, 1) => Span::Half(1),
            (5, _, 7) => Span::Half(2),
            (11, ..) => Span::Year,
            _ => Span::Other(self.first, self.last),
        }
    }

    /// Whether a cell is of it; of what is reached by and by, whether it was reached by its end.
    fn has(self, indicator: &Indicator, cell: &Cell) -> bool {
        let (first, last) = self.months();
        cell.month <= last && (indicator.is_cumulative() || cell.month >= first)
    }
}

impl fmt::Display for Period {
    /// As [`Period::parse`] reads it; other months as first and last.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        match self.span() {
            Span::Month(n) => write!(f, "-{n:02}"),
            Span::Quarter(n) => write!(f, "-Q{n}"),
            Span::Half(n) => write!(f, "-H{n}"),
            Span::Year => Ok(()),
            Span::Other(first, last) => write!(f, "-{first:02}/{:04}-{last:02}", self.year),
        }
    }
}

impl Statistics {
    fn over_cells(
        &self,
        indicator: &'static Indicator,
        period: Period,
    ) -> impl Iterator<Item = &Cell> {
        let cells = self.cells(indicator).iter();
        cells.filter(move |cell| period.has(indicator, cell))
    }

    /// What an indicator comes to in a period.
    #[must_use]
    pub fn over(&self, indicator: &'static Indicator, period: Period, whose: &Whose) -> Part {
        let cells = self.over_cells(indicator, period);
        Part::sum(cells.filter(|cell| indicator.is_whole(cell) && whose.counts(cell)))
    }

    /// The same of each authority that has any.
    #[must_use]
    pub fn over_by_authority(
        &self,
        indicator: &'static Indicator,
        period: Period,
        whose: &Whose,
    ) -> BTreeMap<&str, Part> {
        let cells = self.over_cells(indicator, period);
        let cells = cells.filter(|cell| indicator.is_whole(cell) && whose.counts(cell));
        parts_by(cells, |cell| cell.authority.as_str())
    }

    /// The same by what each cell is by, such as a code.
    #[must_use]
    pub fn over_by_code(
        &self,
        indicator: &'static Indicator,
        period: Period,
        whose: &Whose,
    ) -> BTreeMap<&str, Part> {
        let cells = self.over_cells(indicator, period);
        let cells = cells.filter(|cell| whose.counts(cell));
        parts_by(cells.filter(|cell| !cell.by.is_empty()), |cell| {
            cell.by.as_str()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_read_as_they_are_written() {
        let all = Period::of_year(2026);
        assert_eq!(all.len(), 12 + 4 + 2 + 1);
        for period in all {
            assert_eq!(Period::parse(&period.to_string()), Some(period));
            let (from, to) = period.days();
            assert_eq!(Period::between(from, to), Some(period));
        }
        for odd in [
            "",
            "26",
            "2026-",
            "2026-13",
            "2026-6",
            "2026-Q5",
            "2026-q1",
            "2026-H3",
            "0000",
            "-026",
            "2026-06-01",
            "20266",
        ] {
            assert_eq!(Period::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn the_month_before_is_over() {
        let before = |year, month, day| Period::month_before(date(year, month, day)).to_string();
        assert_eq!(before(2026, 3, 31), "2026-02");
        assert_eq!(before(2026, 1, 1), "2025-12");
    }

    #[test]
    fn a_period_is_of_whole_months() {
        let days = |text| Period::parse(text).unwrap().days();
        assert_eq!(days("2026-Q2"), (date(2026, 4, 1), date(2026, 6, 30)));
        assert_eq!(days("2028-02"), (date(2028, 2, 1), date(2028, 2, 29)));
        let nine = Period::between(date(2026, 1, 1), date(2026, 9, 30)).unwrap();
        assert_eq!(nine.span(), Span::Other(1, 9));
        assert_eq!(nine.to_string(), "2026-01/2026-09");
        for (from, to) in [
            (date(2026, 1, 2), date(2026, 1, 31)),
            (date(2026, 1, 1), date(2026, 1, 30)),
            (date(2025, 12, 1), date(2026, 1, 31)),
            (date(2026, 2, 1), date(2026, 1, 31)),
        ] {
            assert_eq!(Period::between(from, to), None);
        }
    }
}
