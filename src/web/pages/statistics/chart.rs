//! A year's months as columns, drawn by the server: places and sizes alone, the template draws them. Every chart has a table beside it or behind its link
//! that says the same in numbers.

use super::super::Visit;
use super::{Asked, GoalShown, figure};
use crate::model::Month;
use crate::web::statistics::{Cell, Indicator, Part, parts_by};
use serde::Serialize;
use std::collections::BTreeMap;

/// Height of a whole column.
const HEIGHT: u64 = 100;
/// Width of a month, and of its column.
const STEP: u64 = 40;
const WIDTH: u64 = 26;

/// A chart.
#[derive(Serialize)]
pub(super) struct Chart {
    width: u64,
    columns: Vec<Column>,
    /// Heights of the lines of what was asked for, from above.
    lines: Vec<u64>,
    /// What the columns are measured by, in words.
    whole: String,
}

#[derive(Serialize)]
struct Column {
    x: u64,
    y: u64,
    width: u64,
    height: u64,
    /// The middle, for the month's number.
    middle: u64,
    month: i8,
    /// As a table and a pointer tell it.
    says: String,
}

/// The months of a year, each with what is of it, or what was reached by its end.
pub(super) fn months<'a>(
    asked: &Asked,
    indicator: &Indicator,
    cells: impl Iterator<Item = &'a Cell>,
) -> Vec<(Month, Part)> {
    let mut by: BTreeMap<Month, Part> = parts_by(cells, |cell| cell.month);
    let (first, last) = Month::of_year(asked.year);
    let all = std::iter::successors(Some(first), |month| Some(month.next()));
    for month in all.take_while(|month| *month <= last) {
        by.entry(month).or_default();
    }
    let mut sum = Part::default();
    let reached = by.into_iter().map(|(month, part)| {
        sum = Part {
            value: sum.value + part.value,
            of: sum.of + part.of,
        };
        (month, if indicator.is_cumulative() { sum } else { part })
    });
    reached.collect()
}

pub(super) fn of<'a>(
    visit: &Visit,
    asked: &Asked,
    indicator: &Indicator,
    cells: impl Iterator<Item = &'a Cell>,
    goals: &[GoalShown],
) -> Chart {
    let months = months(asked, indicator, cells);
    let most = months.iter().map(|(_, part)| part.value).max();
    let most = most.unwrap_or_default().max(1);
    let height = |part: &Part| match indicator.share {
        true => part
            .millionths()
            .map_or(0, |share| share.min(1_000_000) * HEIGHT / 1_000_000),
        false => part.value * HEIGHT / most,
    };
    let columns = months.iter().zip(0..).map(|((month, part), place)| {
        let height = height(part);
        // What is there at all is to be seen.
        let height = if part.value > 0 { height.max(1) } else { 0 };
        let told = figure(visit, indicator, *part);
        Column {
            x: place * STEP + (STEP - WIDTH) / 2,
            y: HEIGHT - height,
            width: WIDTH,
            height,
            middle: place * STEP + STEP / 2,
            month: month.month(),
            says: format!("{month} {}", told.of.unwrap_or(told.text)),
        }
    });
    let lines = goals.iter().filter_map(|goal| goal.percent);
    let whole = match indicator.share {
        true => "100%".to_owned(),
        false => figure(visit, indicator, Part { value: most, of: 0 }).text,
    };
    Chart {
        width: months.len() as u64 * STEP,
        columns: columns.collect(),
        lines: lines.map(|percent| HEIGHT - percent.min(100)).collect(),
        whole,
    }
}
