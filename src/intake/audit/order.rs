//! The order of draws once more: each entry that takes part in one is held against the docket as those before it left it.
//!
//! The docket is folded anew, in memory, so nothing derived is believed. Libraries are read and draws repeated; a delay too
//! long to be repeated here is counted, and left to `gongshi-verify draw`.

use crate::docket::Docket;
use crate::domain::{Breach, Kind, Problem, Stored};
use crate::intake::planning::{Delays, Desk, Said, takes_part};
use crate::intake::{Refusal, fold};
use crate::log::Log;
use crate::store::{Files, StoreError, in_memory};
use gongshi_verify::entry::Entry;
use gongshi_verify::hash::Hash;
use gongshi_verify::names::PlanKey;
use gongshi_verify::registry::Registry;
use serde_json::{Map, Value};
use std::sync::Arc;

/// What the order is checked with.
pub(super) struct Order {
    log: Arc<Log>,
    files: Files,
    docket: Docket,
    /// Draws whose delay was not repeated.
    pub(super) unrepeated: u64,
}

/// Nothing was run here.
struct NoneRun;

impl Delays for NoneRun {
    fn checkpoints(&self, _: &PlanKey, _: &Hash) -> Option<Vec<Hash>> {
        None
    }
}

impl Order {
    pub(super) fn new(log: Arc<Log>, files: Files) -> Result<Self, StoreError> {
        Ok(Order {
            log,
            files,
            docket: Docket::open(&in_memory())?,
            unrepeated: 0,
        })
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
            delays: &NoneRun,
        };
        let said = Said { entry, kind, body };
        let mut problems = Vec::new();
        match desk.inspect(said).and_then(|()| desk.admit(said)) {
            Ok(()) => {}
            Err(Refusal::Draw(faults)) => {
                for fault in faults {
                    if matches!(&fault.problem, Problem::Breach(one) if **one == Breach::DelayPending)
                    {
                        self.unrepeated += 1;
                    } else {
                        problems.push(fault.to_string());
                    }
                }
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
