//! The docket: what stands of every plan (libraries, secrets, draw, cancellation, substitutes), folded from the entries that
//! make a draw and from nothing else.
//!
//! Apart from the read model because the order of a draw is decided by it: intake folds each of these entries before it looks
//! at the next, so what is asked here is exact at once. Made from the log, so it can be thrown away. It decides nothing;
//! the rules stand in intake.

mod fold;
mod state;

pub use fold::{KINDS, Planning};
pub use state::{
    Cancelled, Committed, Drawn, ItemListState, Lottery, PlanItem, PlanState, Revealed, Seat,
    Snapshot, Stage, Substituted, TargetState,
};

use crate::store::{KeyValue, Storage, StoreError, WriteBatch, prefix_end};
use gongshi_verify::names::{AuthorityId, PlanKey};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Name of the docket's database; derived, so it may be removed while no server runs.
pub const DATABASE: &str = "store/docket";

/// Of keys, values and folding.
const VERSION: u64 = 3;

/// The docket over its database.
#[derive(Clone)]
pub struct Docket {
    database: Arc<dyn KeyValue>,
}

impl Docket {
    /// Opens the docket's database, empty at first. One that another version of this code has folded is emptied, and folded
    /// again by intake; what is half emptied has no version.
    pub fn open(storage: &dyn Storage) -> Result<Self, StoreError> {
        let docket = Docket {
            database: storage.open(DATABASE)?,
        };
        if docket.number(key::VERSION)? != VERSION {
            docket.clear()?;
            let mut batch = WriteBatch::default();
            batch.put(key::VERSION, VERSION.to_be_bytes());
            docket.database.apply(batch)?;
        }
        Ok(docket)
    }

    fn clear(&self) -> Result<(), StoreError> {
        let mut first = WriteBatch::default();
        first.delete(key::VERSION);
        first.delete(key::CURSOR);
        self.database.apply(first)?;
        self.database.sync()?;
        loop {
            let mut batch = WriteBatch::default();
            for pair in self.database.range(&[], None).take(4096) {
                batch.delete(pair?.0);
            }
            if batch.is_empty() {
                return Ok(());
            }
            self.database.apply(batch)?;
        }
    }

    /// Every planning entry below this index has been folded.
    pub fn cursor(&self) -> Result<u64, StoreError> {
        self.number(key::CURSOR)
    }

    /// A plan by its key.
    pub fn plan(&self, key: &PlanKey) -> Result<Option<PlanState>, StoreError> {
        self.value(&key::plan(key.as_str()))
    }

    /// A frozen library by the index of its snapshot.
    pub fn snapshot(&self, index: u64) -> Result<Option<Snapshot>, StoreError> {
        self.value(&key::snapshot(index))
    }

    /// All frozen libraries, newest first.
    pub fn snapshots(&self) -> Result<Vec<Snapshot>, StoreError> {
        self.values_back(&[key::SNAPSHOT])
    }

    /// An item list by its index.
    pub fn item_list(&self, index: u64) -> Result<Option<ItemListState>, StoreError> {
        self.value(&key::item_list(index))
    }

    /// All item lists, newest first.
    pub fn item_lists(&self) -> Result<Vec<ItemListState>, StoreError> {
        self.values_back(&[key::ITEM_LIST])
    }

    /// Keys of plans in the order of the log, newest first: at most `limit` below entry `before`.
    pub fn plans(&self, before: Option<u64>, limit: usize) -> Result<Vec<PlanKey>, StoreError> {
        let from = [key::ORDER];
        let to = match before {
            Some(before) => Some(key::order(before)),
            None => prefix_end(&from),
        };
        let pairs = self.database.range_rev(&from, to.as_deref()).take(limit);
        pairs.map(|pair| plan_key(&pair?.1)).collect()
    }

    /// Keys of the plans of which a draw is still to come: neither drawn nor cancelled, nor void when the log last had an entry
    /// about draws, nor without their round by the operator's notice.
    pub fn pending(&self) -> Result<Vec<PlanKey>, StoreError> {
        self.keys(&[key::PENDING])
    }

    /// Keys of the plans whose round is missing by the operator's notice, and which would be drawn if it came after all.
    pub fn lapsed(&self) -> Result<Vec<PlanKey>, StoreError> {
        self.keys(&[key::LAPSED])
    }

    /// The last serial of an authority and period; 0 where there is none.
    pub fn last_serial(&self, authority: &AuthorityId, period: &str) -> Result<u64, StoreError> {
        self.number(&key::serial(authority.as_str(), period))
    }

    /// Keys of the plans of one region whose inspections end on that day or later.
    pub fn plans_until(&self, region: &str, day: &str) -> Result<Vec<PlanKey>, StoreError> {
        let from = key::window(region, day, "");
        let to = prefix_end(&key::window(region, "", "")[..region.len() + 2]);
        let pairs = self.database.range(&from, to.as_deref());
        pairs.map(|pair| plan_key(&pair?.1)).collect()
    }

    /// Keys of the plans that draw from the library of objects of that snapshot, in the order of keys.
    pub fn plans_on(&self, snapshot: u64) -> Result<Vec<PlanKey>, StoreError> {
        self.keys(&key::on_library(snapshot, ""))
    }

    /// Keys of the plans of the last `count` draws of an authority, the latest first, with the draws' indexes.
    pub fn last_draws(
        &self,
        authority: &AuthorityId,
        count: usize,
    ) -> Result<Vec<(u64, PlanKey)>, StoreError> {
        let prefix = key::draws(authority.as_str());
        let pairs = self
            .database
            .range_rev(&prefix, prefix_end(&prefix).as_deref());
        let draws = pairs.take(count).map(|pair| {
            let (key, value) = pair?;
            let index = key.last_chunk::<8>().copied().map(u64::from_be_bytes);
            Ok((
                index.ok_or_else(|| damaged("a draw's key"))?,
                plan_key(&value)?,
            ))
        });
        draws.collect()
    }

    /// A drawn target of a plan, or one that took a drawn one's place.
    pub fn target(&self, plan: &PlanKey, id: &str) -> Result<Option<TargetState>, StoreError> {
        self.value(&key::target(plan.as_str(), id))
    }

    /// All targets of a plan's draw, by id, those replaced and those that took their places included.
    pub fn targets(&self, plan: &PlanKey) -> Result<Vec<TargetState>, StoreError> {
        let prefix = key::target(plan.as_str(), "");
        let to = prefix_end(&prefix);
        let pairs = self.database.range(&prefix, to.as_deref());
        pairs.map(|pair| decode(&pair?.1)).collect()
    }

    /// Keys of the plans that drew a target, in the order of keys.
    pub fn draws_of(&self, id: &str) -> Result<Vec<PlanKey>, StoreError> {
        self.keys(&key::drawn_in(id, ""))
    }

    fn keys(&self, prefix: &[u8]) -> Result<Vec<PlanKey>, StoreError> {
        let pairs = self.database.range(prefix, prefix_end(prefix).as_deref());
        pairs
            .map(|pair| plan_key(&pair?.0[prefix.len()..]))
            .collect()
    }

    fn values_back<T: DeserializeOwned>(&self, prefix: &[u8]) -> Result<Vec<T>, StoreError> {
        let to = prefix_end(prefix);
        let pairs = self.database.range_rev(prefix, to.as_deref());
        pairs.map(|pair| decode(&pair?.1)).collect()
    }

    fn value<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, StoreError> {
        self.database
            .get(key)?
            .map(|value| decode(&value))
            .transpose()
    }

    fn number(&self, key: &[u8]) -> Result<u64, StoreError> {
        match self.database.get(key)? {
            None => Ok(0),
            Some(value) => value
                .try_into()
                .map(u64::from_be_bytes)
                .map_err(|_| damaged("a number")),
        }
    }
}

fn damaged(what: &str) -> StoreError {
    StoreError::Corrupt(format!("{DATABASE}: {what} cannot be read"))
}

fn decode<T: DeserializeOwned>(value: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(value).map_err(|error| damaged(&format!("a value ({error})")))
}

fn plan_key(bytes: &[u8]) -> Result<PlanKey, StoreError> {
    let text = std::str::from_utf8(bytes).map_err(|_| damaged("a plan key"))?;
    PlanKey::parse(text).map_err(|_| damaged("a plan key"))
}

/// Keys of the docket's database. What can vary in length ends with `|`, which none of it contains.
mod key {
    pub const CURSOR: &[u8] = b"cursor";
    pub const VERSION: &[u8] = b"version";
    pub const SNAPSHOT: u8 = b'n';
    pub const ITEM_LIST: u8 = b'i';
    pub const ORDER: u8 = b'o';
    pub const PENDING: u8 = b'q';
    pub const LAPSED: u8 = b'm';

    fn joined(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let mut key = vec![tag];
        for part in parts {
            key.extend_from_slice(part);
        }
        key
    }

    pub fn plan(key: &str) -> Vec<u8> {
        joined(b'p', &[key.as_bytes()])
    }

    pub fn snapshot(index: u64) -> Vec<u8> {
        joined(SNAPSHOT, &[&index.to_be_bytes()])
    }

    pub fn item_list(index: u64) -> Vec<u8> {
        joined(ITEM_LIST, &[&index.to_be_bytes()])
    }

    pub fn order(index: u64) -> Vec<u8> {
        joined(ORDER, &[&index.to_be_bytes()])
    }

    pub fn pending(plan: &str) -> Vec<u8> {
        joined(PENDING, &[plan.as_bytes()])
    }

    pub fn lapsed(plan: &str) -> Vec<u8> {
        joined(LAPSED, &[plan.as_bytes()])
    }

    pub fn serial(authority: &str, period: &str) -> Vec<u8> {
        joined(b's', &[authority.as_bytes(), b"|", period.as_bytes()])
    }

    pub fn window(region: &str, day: &str, plan: &str) -> Vec<u8> {
        let parts = [region, "|", day, "|", plan].map(str::as_bytes);
        joined(b'w', &parts)
    }

    pub fn on_library(snapshot: u64, plan: &str) -> Vec<u8> {
        joined(b'l', &[&snapshot.to_be_bytes(), plan.as_bytes()])
    }

    pub fn draws(authority: &str) -> Vec<u8> {
        joined(b'd', &[authority.as_bytes(), b"|"])
    }

    pub fn draw(authority: &str, index: u64) -> Vec<u8> {
        [draws(authority), index.to_be_bytes().to_vec()].concat()
    }

    pub fn target(plan: &str, id: &str) -> Vec<u8> {
        joined(b't', &[plan.as_bytes(), b"|", id.as_bytes()])
    }

    pub fn drawn_in(id: &str, plan: &str) -> Vec<u8> {
        joined(b'u', &[id.as_bytes(), b"|", plan.as_bytes()])
    }
}
