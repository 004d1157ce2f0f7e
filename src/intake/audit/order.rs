//! The order of draws once more: each entry that takes part in one is held against the docket as those before it left it.
//!
//! The docket is folded anew, in memory, so nothing derived is believed. Libraries are read and draws repeated; a delay too
//! long to be repeated here is believed and counted; `gongshi-verify draw` repeats it.

use crate::docket::Docket;
use crate::domain::{Kind, Stored};
use crate::intake::planning::{Desk, Own, Said, takes_part};
use crate::intake::{Refusal, fold};
use crate::log::Log;
use crate::store::{Files, StoreError, in_memory};
use gongshi_verify::entry::Entry;
use gongshi_verify::hash::Hash;
use gongshi_verify::names::PlanKey;
use gongshi_verify::registry::Registry;
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What the order is checked with.
pub(super) struct Order {
    log: Arc<Log>,
    files: Files,
    docket: Docket,
    /// Plans whose delay was believed.
    believed: Believed,
    /// Results that say they were drawn, by a sealed draw whose list was not open: plan, object, index.
    unseen: Vec<(PlanKey, String, u64)>,
}

/// Nothing was run here: long delays are believed, and counted.
#[derive(Default)]
struct Believed(RefCell<BTreeSet<PlanKey>>);

impl Own for Believed {
    fn checkpoints(&self, _: &PlanKey, _: &Hash) -> Option<Vec<Hash>> {
        None
    }

    fn has_round(&self, _: u64) -> bool {
        false
    }

    fn believes(&self, plan: &PlanKey) -> bool {
        self.0.borrow_mut().insert(plan.clone());
        true
    }

    fn is_later(&self) -> bool {
        true
    }
}

impl Order {
    pub(super) fn new(log: Arc<Log>, files: Files) -> Result<Self, StoreError> {
        Ok(Order {
            log,
            files,
            docket: Docket::open(&in_memory())?,
            believed: Believed::default(),
            unseen: Vec::new(),
        })
    }

    /// Draws whose delay was not repeated.
    pub(super) fn unrepeated(&self) -> u64 {
        self.believed.0.borrow().len() as u64
    }

    /// Entries of results that were taken before the list of their sealed draw was opened, and whose objects it does not have.
    ///
    /// # Errors
    /// [`StoreError`] where the docket cannot be read.
    pub(super) fn undrawn(&self) -> Result<Vec<u64>, StoreError> {
        let mut found = Vec::new();
        for (key, object, index) in &self.unseen {
            let plan = self.docket.plan(key)?;
            let opened = plan.is_some_and(|plan| plan.opening.is_some());
            if opened && self.docket.target(key, object)?.is_none() {
                found.push(*index);
            }
        }
        Ok(found)
    }

    /// What is wrong with an entry; it takes its effect all the same, as it has.
    pub(super) fn check(
        &mut self,
        index: u64,
        (entry, kind, body): (&Entry, Kind, &Map<String, Value>),
        registry: &Registry,
    ) -> Vec<String> {
        if !takes_part(kind) && kind != Kind::InspectionResult {
            return Vec::new();
        }
        let desk = Desk {
            log: &self.log,
            docket: &self.docket,
            files: &self.files,
            registry,
            outside: &self.believed,
        };
        let said = Said { entry, kind, body };
        let mut problems = Vec::new();
        match desk.inspect(said).and_then(|()| desk.admit(said)) {
            Ok(()) => {}
            Err(Refusal::Draw(faults)) => {
                problems.extend(faults.iter().map(ToString::to_string));
            }
            // A file that is not there is told where files are looked at.
            Err(Refusal::FileMissing(_)) => {}
            Err(refusal) => problems.push(refusal.to_string()),
        }
        if let Some((key, object)) = unseen(&desk, said) {
            self.unseen.push((key, object, index));
        }
        if takes_part(kind) {
            let stored = Stored {
                entry: entry.clone(),
                kind: Some(kind),
                body: Some(body.clone()),
            };
            let folded = fold(&self.docket, &self.files, registry, index, &stored);
            problems.extend(folded.err().map(|error| error.to_string()));
        }
        problems
    }
}

/// The plan and the object of a result that says it was drawn, where the list of the draw is sealed so far.
fn unseen(desk: &Desk<'_>, said: Said<'_>) -> Option<(PlanKey, String)> {
    let text = |name: &str| said.body.get(name).and_then(Value::as_str);
    if said.kind != Kind::InspectionResult || text("draw_basis") != Some("drawn") {
        return None;
    }
    // What cannot be read is told by what inspects the entry.
    let plan = desk.plan_named(said).ok().flatten()?;
    let key = PlanKey::parse(&plan.key).ok()?;
    let waits = plan.sealed && plan.opening.is_none();
    waits.then_some((key, text("subject_uscc")?.to_owned()))
}
