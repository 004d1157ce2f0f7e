//! The journey of an application, an objection or a promise: what was asked, what came of it, what is still due, each step with its record.
//!
//! Read from the public records and the dated rules at the moment it is asked; nothing of it is kept but where journeys begin. It decides
//! nothing, and says nothing of a record that is not public.

mod begun;
mod deadlines;
mod look;
mod steps;

pub(super) use begun::rows as begun_rows;
pub use deadlines::{Deadline, awaited};
pub use look::Seen;
pub use steps::{Papers, State, Step, What};

use super::{Model, ModelError};
use crate::domain::Kind;
use crate::log::Log;
use look::Look;

/// Most journeys that are followed for one record or subject.
pub const MOST: usize = 20;

/// What came of a record that a subject follows.
#[derive(Debug, Clone)]
pub struct Journey<'a> {
    /// The record it began with, as it stands.
    pub begun: Seen,
    /// Where it is.
    pub state: State,
    /// Its steps, by day.
    pub steps: Vec<Step>,
    /// What had to be done, or has to, and by when, in the order in which the terms began.
    pub deadlines: Vec<Deadline<'a>>,
}

impl Model {
    /// The journey that began with a record; `None` where that is not public or of a kind that begins none.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn journey<'a>(
        &'a self,
        log: &'a Log,
        index: u64,
    ) -> Result<Option<Journey<'a>>, ModelError> {
        let look = Look::new(self, log);
        match look.seen(index)? {
            Some(begun) if begun.kind().begins_journey() => look.journey(begun).map(Some),
            _ => Ok(None),
        }
    }

    /// The index of the record with which the journey began that a record is part of, if it is part of one; its own where it begins one.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn journey_of(&self, log: &Log, index: u64) -> Result<Option<u64>, ModelError> {
        let look = Look::new(self, log);
        let mut at = look.seen(index)?;
        // Each step back names an earlier entry, so this ends.
        while let Some(seen) = at {
            let field = match seen.kind() {
                Kind::RepairApplication | Kind::Objection => return Ok(Some(seen.index)),
                Kind::CreditPromise => match seen.named("promise") {
                    Some(earlier) if look.seen(earlier)?.is_some() => "promise",
                    _ => return Ok(Some(seen.index)),
                },
                Kind::RepairDecision => "application",
                Kind::AbnormalRemoval
                | Kind::IndividualRestore
                | Kind::SeriousRemoval
                | Kind::Withdrawal
                | Kind::SubjectStatus => "repair_decision",
                Kind::ObjectionReply | Kind::Correction => "objection",
                _ => return Ok(None),
            };
            at = match seen.named(field).filter(|earlier| *earlier < seen.index) {
                Some(earlier) => look.seen(earlier)?,
                None => None,
            };
        }
        Ok(None)
    }

    /// The journeys that are about a record, the newest [`MOST`], oldest first: applications to end its display, objections to it.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn journeys_about<'a>(
        &'a self,
        log: &'a Log,
        target: u64,
    ) -> Result<Vec<Journey<'a>>, ModelError> {
        let look = Look::new(self, log);
        let kinds = [Kind::RepairApplication, Kind::Objection];
        let begun = look.naming(target, &kinds, "target")?;
        let older = begun.len().saturating_sub(MOST);
        let begun = begun.into_iter().skip(older);
        begun.map(|begun| look.journey(begun)).collect()
    }

    /// The journeys of a subject, newest first: at most `limit`.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn journeys_by<'a>(
        &'a self,
        log: &'a Log,
        uscc: &str,
        limit: usize,
    ) -> Result<Vec<Journey<'a>>, ModelError> {
        let look = Look::new(self, log);
        let mut journeys = Vec::new();
        for index in self.begun_by(uscc)? {
            if journeys.len() == limit {
                break;
            }
            let Some(begun) = look.seen(index)? else {
                continue;
            };
            // What became of a promise is a step of its journey.
            let step = match begun.named("promise") {
                Some(earlier) if begun.kind() == Kind::CreditPromise => {
                    look.seen(earlier)?.is_some()
                }
                _ => false,
            };
            if !step {
                journeys.push(look.journey(begun)?);
            }
        }
        Ok(journeys)
    }
}
