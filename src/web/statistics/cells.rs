//! The smallest part of a figure, and how parts are summed.

use crate::model::Month;
use serde::Serialize;
use std::collections::BTreeMap;

/// What one authority had of something in one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The month.
    pub month: Month,
    /// Whose.
    pub authority: String,
    /// What it is by, such as a code; nothing where it is by nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// How much.
    pub value: u64,
    /// Of how much; only of a share.
    pub of: u64,
    /// The entry that it is counted of, where it is of one alone; else those of the month are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// The plan that it is counted of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
}

impl Cell {
    pub(super) fn new(month: Month, authority: &str, value: u64, of: u64) -> Self {
        Cell {
            month,
            authority: authority.to_owned(),
            by: String::new(),
            value,
            of,
            entry: None,
            plan: None,
        }
    }

    pub(super) fn by(self, by: impl Into<String>) -> Self {
        Cell {
            by: by.into(),
            ..self
        }
    }

    pub(super) fn entry(self, index: u64) -> Self {
        Cell {
            entry: Some(index),
            ..self
        }
    }

    pub(super) fn plan(self, index: u64, key: &str) -> Self {
        Cell {
            entry: Some(index),
            plan: Some(key.to_owned()),
            ..self
        }
    }
}

/// A sum of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Part {
    /// How much.
    pub value: u64,
    /// Of how much.
    pub of: u64,
}

impl Part {
    /// The sum of these.
    pub fn sum<'a>(cells: impl IntoIterator<Item = &'a Cell>) -> Self {
        cells.into_iter().fold(Part::default(), Part::and)
    }

    fn and(self, cell: &Cell) -> Self {
        Part {
            value: self.value.saturating_add(cell.value),
            of: self.of.saturating_add(cell.of),
        }
    }

    /// The share, of a million; `None` of nothing.
    #[must_use]
    pub fn millionths(self) -> Option<u64> {
        let share = u128::from(self.value) * 1_000_000;
        let share = share.checked_div(u128::from(self.of))?;
        Some(u64::try_from(share).unwrap_or(u64::MAX))
    }
}

/// Sums by what each cell is of, in order.
pub fn parts_by<'a, K: Ord>(
    cells: impl IntoIterator<Item = &'a Cell>,
    of: impl Fn(&'a Cell) -> K,
) -> BTreeMap<K, Part> {
    let mut parts = BTreeMap::new();
    for cell in cells {
        let part: &mut Part = parts.entry(of(cell)).or_default();
        *part = part.and(cell);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn cells_are_summed_by_what_they_are_of() {
        let month = |month| Month::of(date(2026, month, 1));
        let cells = [
            Cell::new(month(1), "A", 1, 2),
            Cell::new(month(1), "B", 3, 3),
            Cell::new(month(2), "A", 0, 5),
        ];
        assert_eq!(Part::sum(&cells), Part { value: 4, of: 10 });
        let by = parts_by(&cells, |cell| cell.authority.as_str());
        assert_eq!(by["A"], Part { value: 1, of: 7 });
        assert_eq!(by["B"].millionths(), Some(1_000_000));
        assert_eq!(parts_by(&cells, |cell| cell.month).len(), 2);
        assert_eq!(Part { value: 2, of: 3 }.millionths(), Some(666_666));
        assert_eq!(Part::default().millionths(), None);
    }
}
