//! The terms that the records of a journey start, as the model keeps them: here and on pages of duties the same is told.

use super::look::{Look, Seen};
use super::steps::Step;
use crate::domain::Kind;
use crate::model::{HowMet, Met, ModelError};
use crate::rules::{EndsWith, OutsideCalendar, RuleVersion};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// A term that runs, or ran.
#[derive(Debug, Clone)]
pub struct Deadline<'a> {
    /// The rule that sets it.
    pub rule: &'a RuleVersion,
    /// The record that started it.
    pub of: u64,
    /// The day from which it runs, itself not counted.
    pub starts_on: Date,
    /// Its last day.
    ///
    /// # Errors
    /// The calendar does not reach so far: no guess is made.
    pub due_on: Result<Date, OutsideCalendar>,
    /// The kinds of record that meet it, each once.
    pub awaits: Vec<Kind>,
    /// How it ended; `None` while it is open.
    pub met: Option<Met>,
    /// The day that counts of its end; not told of a record that is no longer public.
    pub met_on: Option<Date>,
}

/// The kinds of record that end a duty, each once.
#[must_use]
pub fn awaited(ends: &[EndsWith]) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    for end in ends {
        if let EndsWith::Later { kind, .. } = end
            && !kinds.contains(kind)
        {
            kinds.push(*kind);
        }
    }
    kinds
}

impl Deadline<'_> {
    /// Whether it was met too late, or is open and over on a day; `None` where that cannot be told.
    #[must_use]
    pub fn is_late(&self, today: Date) -> Option<bool> {
        match (self.met.map(|met| met.how), &self.due_on) {
            (Some(HowMet::InTime), _) => Some(false),
            (Some(HowMet::Late), _) => Some(true),
            (None, Ok(due_on)) => Some(today > *due_on),
            (Some(HowMet::Undecided), _) | (None, Err(_)) => None,
        }
    }
}

impl<'a> Look<'a> {
    /// What the records of a journey demand. Terms that end with a record's own publication are no part of it.
    pub(super) fn deadlines(
        &self,
        begun: &Seen,
        steps: &[Step],
    ) -> Result<Vec<Deadline<'a>>, ModelError> {
        let mut records = BTreeSet::from([begun.index]);
        records.extend(steps.iter().map(|step| step.record.index));
        let mut found = Vec::new();
        for of in records {
            let duties = self.model.duties_of(of, self.log)?;
            for one in duties.unwrap_or_default() {
                if one.duty.is_publication() {
                    continue;
                }
                let met_on = match one.met {
                    Some(met) => self.is_public(met.by)?.then_some(met.on),
                    None => None,
                };
                found.push(Deadline {
                    rule: one.duty.rule,
                    of,
                    starts_on: one.duty.starts_on,
                    awaits: awaited(one.duty.ends_with),
                    due_on: one.duty.due_on,
                    met: one.met,
                    met_on,
                });
            }
        }
        found.sort_by_key(|one| (one.starts_on, one.of));
        Ok(found)
    }
}
