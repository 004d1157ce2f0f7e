//! Rounds of the beacon that plans wait for. A round proves itself, so anybody may hand one in, from wherever it comes.
//!
//! Kept until the log holds the draw they decide; what no plan waits for is not kept.

use crate::docket::{Docket, PlanState};
use crate::store::{KeyValue, Storage, StoreError, WriteBatch};
use gongshi_verify::draw::beacon::{self, BeaconError, SIGNATURE_BYTES};
use std::sync::Arc;

/// Name of the database of rounds.
const DATABASE: &str = "store/beacons";

/// Why a round was not taken.
#[derive(Debug, thiserror::Error)]
pub enum BeaconRefusal {
    /// No open plan draws from it.
    #[error("no plan waits for round {0}")]
    NotAwaited(u64),
    /// Not the round's signature.
    #[error(transparent)]
    Wrong(#[from] BeaconError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The rounds handed in.
pub(super) struct Beacons {
    database: Arc<dyn KeyValue>,
}

impl Beacons {
    pub(super) fn open(storage: &dyn Storage) -> Result<Self, StoreError> {
        let database = storage.open(DATABASE)?;
        Ok(Beacons { database })
    }

    /// Takes a round that a plan waits for; the plans that do.
    pub(super) fn hand_in(
        &self,
        docket: &Docket,
        round: u64,
        signature: &[u8],
    ) -> Result<Vec<PlanState>, BeaconRefusal> {
        let waiting = waiting_for(docket, round)?;
        if waiting.is_empty() {
            return Err(BeaconRefusal::NotAwaited(round));
        }
        // What stands here was verified when it came.
        let known = self.get(round)?;
        if known.as_deref() != Some(signature) {
            beacon::verify(round, signature)?;
        }
        if known.is_none() {
            let mut batch = WriteBatch::default();
            batch.put(round.to_be_bytes(), signature);
            for pair in self.database.range(&[], None) {
                let (key, _) = pair?;
                let kept = key.as_slice().try_into().map(u64::from_be_bytes);
                if kept
                    .is_ok_and(|kept| waiting_for(docket, kept).is_ok_and(|plans| plans.is_empty()))
                {
                    batch.delete(key);
                }
            }
            self.database.apply(batch)?;
            self.database.sync()?;
        }
        Ok(waiting)
    }

    pub(super) fn get(&self, round: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.database.get(&round.to_be_bytes())?;
        Ok(value.filter(|bytes| bytes.len() == SIGNATURE_BYTES))
    }
}

/// Plans that are neither drawn nor cancelled and name the round; also those that are not waited for any more: a round that comes
/// too late is drawn by all the same.
fn waiting_for(docket: &Docket, round: u64) -> Result<Vec<PlanState>, StoreError> {
    let mut waiting = Vec::new();
    for key in docket.pending()?.into_iter().chain(docket.lapsed()?) {
        let plan = docket.plan(&key)?;
        waiting.extend(plan.filter(|plan| plan.round == Some(round)));
    }
    Ok(waiting)
}
