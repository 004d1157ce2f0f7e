//! The terms that the steps of a journey start, and which step met each.

use super::look::{Look, Seen};
use super::steps::Step;
use crate::domain::Kind;
use crate::rules::{EndsWith, OutsideCalendar, RuleVersion};
use jiff::civil::Date;

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
    /// The entry that met it, and on which day by its own word.
    pub met: Option<(u64, Date)>,
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
    /// Whether it was met too late, or is not met and over on a day; `None` where its last day is not known.
    #[must_use]
    pub fn is_late(&self, today: Date) -> Option<bool> {
        let due_on = self.due_on.as_ref().ok()?;
        Some(self.met.map_or(today, |(_, day)| day) > *due_on)
    }
}

impl<'a> Look<'a> {
    /// What the records of a journey demand. Terms that end with a record's own publication are no part of it.
    pub(super) fn deadlines(&self, begun: &Seen, steps: &[Step]) -> Vec<Deadline<'a>> {
        let rules = self.model.rules();
        let mut records: Vec<&Seen> = vec![begun];
        records.extend(steps.iter().map(|step| &step.record));
        records.sort_by_key(|record| record.index);
        records.dedup_by_key(|record| record.index);
        let mut found = Vec::new();
        for record in &records {
            let facts = record.facts(rules);
            for duty in rules.duties(&facts) {
                if duty.is_publication() {
                    continue;
                }
                let later = records.iter().filter(|later| later.index > record.index);
                let mut meets = later.filter(|later| {
                    rules.ends(&duty, record.index, &record.view(), &later.facts(rules))
                });
                found.push(Deadline {
                    rule: duty.rule,
                    of: record.index,
                    starts_on: duty.starts_on,
                    awaits: awaited(duty.ends_with),
                    due_on: duty.due_on,
                    met: meets.next().map(|later| (later.index, later.day())),
                });
            }
        }
        found.sort_by_key(|one| (one.starts_on, one.of));
        found
    }
}
