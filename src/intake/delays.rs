//! Delays that this server has run itself, so that the draw that tells of one needs no second run.
//!
//! In memory only: whoever runs a delay keeps it, and notes it again after a restart.

use gongshi_verify::hash::Hash;
use gongshi_verify::names::PlanKey;
use std::collections::HashMap;
use std::sync::Mutex;

/// A delay's start and its checkpoints.
type Run = (Hash, Vec<Hash>);

/// Delays by plan.
#[derive(Default)]
pub(super) struct Known {
    runs: Mutex<HashMap<PlanKey, Run>>,
}

impl Known {
    pub(super) fn note(&self, plan: &PlanKey, start: Hash, checkpoints: Vec<Hash>) {
        let mut runs = self.runs.lock().expect("no holder of this lock panics");
        runs.insert(plan.clone(), (start, checkpoints));
    }

    /// Drops what is known of a plan's delay: it is drawn or called off.
    pub(super) fn forget(&self, plan: &PlanKey) {
        let mut runs = self.runs.lock().expect("no holder of this lock panics");
        runs.remove(plan);
    }

    /// Checkpoints of the plan's delay from that start.
    pub(super) fn checkpoints(&self, plan: &PlanKey, start: &Hash) -> Option<Vec<Hash>> {
        let runs = self.runs.lock().expect("no holder of this lock panics");
        let (from, checkpoints) = runs.get(plan)?;
        (from == start).then(|| checkpoints.clone())
    }
}
