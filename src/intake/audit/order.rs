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
        })
    }

    /// Draws whose delay was not repeated.
    pub(super) fn unrepeated(&self) -> u64 {
        self.believed.0.borrow().len() as u64
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
