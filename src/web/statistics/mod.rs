//! A year in figures: what share was inspected jointly, published in time, found in order; what was listed, repaired, promised.
//!
//! Every figure is a sum of cells, and every cell names the entries that it was counted of: whoever has the log and the public records comes to the
//! same. What is counted, in which unit and of what it is a share stands in [`INDICATORS`]; the words for it in the catalogues. Nothing here judges
//! whether a figure is good. Worked out for a year as a whole and kept for a while, since a log that grows would otherwise make every reader wait.

mod cells;
mod draws;
mod indicators;
mod period;
mod records;
mod submitted;
mod whose;

pub use cells::{Cell, Part, parts_by};
pub use indicators::{Goal, INDICATORS, Indicator, Measure, SECTIONS};
pub use period::{Period, Span};
pub use whose::Whose;

use super::Portal;
use super::kept::Kept;
use super::problem::Problem;
use crate::model::Month;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Years that are kept.
const YEARS: usize = 8;
/// A year is worked out anew when the log has grown, but not again before this is over.
const STANDS: Duration = Duration::from_secs(20);

/// A year in figures.
pub struct Statistics {
    /// Every entry before this one is counted.
    pub as_of: u64,
    /// Drawn plans of the year that are not in it, being too many.
    pub left_out: u64,
    /// For each of [`INDICATORS`], in that order, what it is made of.
    cells: Vec<Vec<Cell>>,
}

impl Statistics {
    /// What an indicator is made of.
    #[must_use]
    pub fn cells(&self, indicator: &Indicator) -> &[Cell] {
        let at = INDICATORS
            .iter()
            .position(|one| one.token == indicator.token);
        at.and_then(|at| self.cells.get(at))
            .map_or(&[], Vec::as_slice)
    }
}

/// What is kept of it.
pub struct Shelf {
    made: Kept<(i16, u64), Statistics>,
    /// As of which entry a year was worked out last, and when.
    at: Mutex<BTreeMap<i16, (u64, Instant)>>,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            made: Kept::new(YEARS),
            at: Mutex::default(),
        }
    }
}

impl Shelf {
    /// As of which entry a year is to be answered, where the log has so many.
    fn as_of(&self, year: i16, size: u64) -> u64 {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        match at.get(&year) {
            Some((known, made)) if *known == size || made.elapsed() < STANDS => *known,
            _ => {
                if at.len() >= YEARS {
                    at.pop_first();
                }
                at.insert(year, (size, Instant::now()));
                size
            }
        }
    }
}

impl Portal {
    /// A year in figures, of all authorities.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn statistics(&self, year: i16) -> Result<Arc<Statistics>, Problem> {
        let as_of = self.statistics.as_of(year, self.model.cursor()?);
        self.statistics
            .made
            .get((year, as_of), || self.counted(year, as_of))
    }

    fn counted(&self, year: i16, as_of: u64) -> Result<Statistics, Problem> {
        let (from, to) = Month::of_year(year);
        let (drawn, left_out) = self.drawn_in(year)?;
        let said = self.model.said(from, to)?;
        let published = self.model.published(from, to)?;
        let annual_plans = self.annual_plans(year, &drawn)?;
        let submitted = self.submitted(year)?;
        let cells = INDICATORS.iter().map(|one| match one.measure {
            Measure::Draws(cells) => Ok(drawn.iter().flat_map(cells).collect()),
            Measure::Strata => self.by_stratum(&drawn),
            Measure::Officers => self.loads(year),
            Measure::AnnualPlans(until) => Ok(draws::until(&annual_plans, from.with(until))),
            Measure::Said { kind, says } => Ok(records::said(&said, kind, says)),
            Measure::Codes { kind, list } => Ok(records::codes(&said, kind, list)),
            Measure::Entries(kind) => Ok(records::entries(&published, kind)),
            Measure::Submitted(_) | Measure::SubmittedBy(_) => {
                Ok(submitted::of(&submitted, one.token))
            }
        });
        Ok(Statistics {
            as_of,
            left_out,
            cells: cells.collect::<Result<_, Problem>>()?,
        })
    }
}
