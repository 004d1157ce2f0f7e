//! What ended the display of a record that the rules ended: its term, or something that other records say. It names no record: whatever is
//! about the one that left may name its subject.

use super::case::{Case, Past};
use super::{listing, repair};
use crate::domain::Kind;
use crate::intake::{Intake, Refusal};
use crate::rules::End;
use jiff::civil::Date;

/// What ended the display of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedBy {
    /// A removal from the list, or the restoration of what was marked.
    Removal,
    /// The end of the term that the rules give.
    Term,
    /// A repair that was granted.
    Repair,
}

impl Intake {
    /// What ended the display of a record by the rules, on its last day; `None` where that cannot be told.
    ///
    /// # Errors
    /// Something could not be read.
    pub fn ended_by(&self, index: u64, last_day: Date) -> Result<Option<EndedBy>, Refusal> {
        let registry = self.registry();
        let case = Case {
            log: &self.log,
            standing: &self.standing,
            sequel: &self.sequel,
            rules: self.rules(),
            registry: &registry,
            now: self.clock.now(),
        };
        match case.past(index)? {
            Some(past) => ended_by(&case, &past, last_day),
            None => Ok(None),
        }
    }
}

fn ended_by(case: &Case<'_>, past: &Past, last_day: Date) -> Result<Option<EndedBy>, Refusal> {
    if listing::lifted(case, past, None)?.is_some_and(|(_, day)| day == Some(last_day)) {
        return Ok(Some(EndedBy::Removal));
    }
    let display = case.display(past);
    if display.is_some_and(|display| display.end == End::LastDay(last_day)) {
        return Ok(Some(EndedBy::Term));
    }
    let may_be = past.kind() != Kind::SubjectStatus && repair::stopped(case, past, last_day)?;
    Ok(may_be.then_some(EndedBy::Repair))
}
