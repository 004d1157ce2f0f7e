//! The read model: what pages ask for (enterprise, lists, counts), folded from the log and rebuildable from it.
//!
//! Nothing here is evidence: every value can be thrown away and folded again to the same bytes (`gongshi reindex`).
//! It must not be asked whether a signature or proof holds, and it never writes to the log.

mod as_of;
mod bearing;
mod display;
mod duties;
mod duty_ends;
mod duty_lists;
mod duty_pages;
mod enterprise;
mod figures;
mod fold;
pub mod journeys;
mod kept;
mod key;
mod lists;
mod lookup;
pub mod promises;
mod rested;
mod review;
mod said;
mod staging;
mod withheld;

pub use as_of::Known;
pub use display::Due;
pub use duties::{HowMet, Met, Part, RecordDuty};
pub use duty_lists::{AllTotals, DutyCounts, DutyLine, DutyTotals};
pub use duty_pages::{DutyPlace, DutyStart};
pub use enterprise::{Enterprise, Listing, StatusList};
pub use figures::{Month, Published};
pub use review::Review;
pub use said::{PROBLEM, Said};

use crate::domain::Kind;
use crate::log::{Leaf, Log, LogError};
use crate::rules::Rules;
use crate::store::{KeyValue, Storage, StoreError, WriteBatch, prefix_end};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::Hash;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Name of the model's database.
pub const DATABASE: &str = "store/model";
/// Of keys, values and folding; a model of another is folded again.
const VERSION: u64 = 34;

/// Why the model could not answer or fold.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A value in the model, or an entry of the log, is not what was written.
    #[error("the read model cannot use {what}: {reason}; `gongshi reindex` builds it anew")]
    Unusable {
        /// Which value.
        what: String,
        /// Why.
        reason: String,
    },
}

/// A file as the first public record that names it has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFile {
    /// Index of that record.
    pub index: u64,
    /// Length in bytes.
    pub size: u64,
    /// Media type without parameters.
    pub media_type: String,
    /// Name shown to readers.
    pub name: String,
}

/// A result of an inspection that a draw gave rise to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnResult {
    /// Id of the target.
    pub target: String,
    /// Who inspected it.
    pub authority: String,
    /// Index of the record.
    pub index: u64,
    /// When the log took it, in seconds since 1970.
    pub logged_at: i64,
}

/// What the model reads again of the log, to undo what a record did that has left or was corrected.
pub trait Records {
    /// A leaf with its record as long as that is kept, public or not.
    ///
    /// # Errors
    /// [`LogError`].
    fn kept(&self, index: u64) -> Result<Leaf, LogError>;
}

impl Records for Log {
    fn kept(&self, index: u64) -> Result<Leaf, LogError> {
        Ok(self.unveiled(index..index + 1)?.remove(0))
    }
}

/// The model over its database.
#[derive(Clone)]
pub struct Model {
    database: Arc<dyn KeyValue>,
    rules: Arc<Rules>,
    totals: Arc<duty_lists::KnownTotals>,
}

impl Model {
    /// Opens the model's database, empty at first. One whose emptying was cut short, or that another version of this code
    /// or other rules have made, is emptied: the follower folds it again.
    pub fn open(storage: &dyn Storage, rules: Arc<Rules>) -> Result<Self, ModelError> {
        let model = Model {
            database: storage.open(DATABASE)?,
            rules,
            totals: Arc::default(),
        };
        let ruled = model.database.get(key::RULES)?;
        let foreign = model.cursor()? > 0
            && (model.number(key::VERSION)? != VERSION
                || ruled.as_deref() != Some(model.rules.digest()));
        if foreign || model.database.get(key::CLEARING)?.is_some() {
            tracing::warn!("the read model is built anew");
            model.clear()?;
        }
        Ok(model)
    }

    /// The rules by which it is folded.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// Every entry below this index has been folded.
    pub fn cursor(&self) -> Result<u64, ModelError> {
        self.number(key::CURSOR)
    }

    /// Makes what was folded durable. Only for speed of the next start: what is lost is folded again.
    pub fn sync(&self) -> Result<(), ModelError> {
        Ok(self.database.sync()?)
    }

    /// Empties the model. Half a model under a cursor of 0 would count twice what it still holds, so a mark stands until
    /// the last of it is gone.
    pub fn clear(&self) -> Result<(), ModelError> {
        let mut mark = WriteBatch::default();
        mark.put(key::CLEARING, []);
        self.database.apply(mark)?;
        self.sync()?;
        loop {
            let mut batch = WriteBatch::default();
            let pairs = self.database.range(&[], None);
            for pair in pairs.take(4096) {
                let (key, _) = pair?;
                if key != key::CLEARING {
                    batch.delete(key);
                }
            }
            if batch.is_empty() {
                break;
            }
            self.database.apply(batch)?;
        }
        self.sync()?;
        let mut done = WriteBatch::default();
        done.delete(key::CLEARING);
        self.database.apply(done)?;
        self.sync()
    }

    /// Every key and value, in order: what a rebuild must reproduce.
    pub fn dump(&self) -> impl Iterator<Item = Result<(Vec<u8>, Vec<u8>), StoreError>> + '_ {
        self.database.range(&[], None)
    }

    /// The enterprise with that credit code, where any public record names it.
    pub fn enterprise(&self, uscc: &str) -> Result<Option<Enterprise>, ModelError> {
        match self.database.get(&key::enterprise(uscc))? {
            Some(value) => decode(&format!("enterprise {uscc}"), &value).map(Some),
            None => Ok(None),
        }
    }

    /// Indexes of the public records that name an enterprise, newest first: by the day a record is about, or, where it
    /// names none, the day the log took it.
    pub fn enterprise_records(
        &self,
        uscc: &str,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<u64>, ModelError> {
        let from = key::enterprise_records(uscc);
        let to = prefix_end(&from);
        let pairs = self.database.range_rev(&from, to.as_deref());
        pairs
            .skip(offset)
            .take(limit)
            .map(|pair| index_in_key("a record of an enterprise", &pair?.0))
            .collect()
    }

    /// Number of public records of a kind.
    pub fn count(&self, kind: Kind) -> Result<u64, ModelError> {
        self.number(&key::count(kind))
    }

    /// Number of public records of every kind that has any.
    pub fn counts(&self) -> Result<BTreeMap<Kind, u64>, ModelError> {
        let mut counts = BTreeMap::new();
        for kind in Kind::ALL {
            let count = self.count(*kind)?;
            if count > 0 {
                counts.insert(*kind, count);
            }
        }
        Ok(counts)
    }

    /// Number of public records of every kind that an authority has published.
    pub fn authority_counts(&self, authority: &str) -> Result<BTreeMap<Kind, u64>, ModelError> {
        let mut counts = BTreeMap::new();
        for kind in Kind::ALL {
            let count = self.number(&key::authority(authority, *kind))?;
            if count > 0 {
                counts.insert(*kind, count);
            }
        }
        Ok(counts)
    }

    /// Number of subjects on a list now: enterprises, and listings of subjects without a credit code, natural persons above all.
    pub fn listed_count(&self, list: StatusList) -> Result<u64, ModelError> {
        self.number(&key::listed_count(list))
    }

    /// Enterprises on a list now, in order of code, after `after`.
    pub fn listed(
        &self,
        list: StatusList,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, ModelError> {
        let prefix = key::listed(list, "");
        let mut from = key::listed(list, after.unwrap_or(""));
        if after.is_some() {
            from.push(0);
        }
        let to = prefix_end(&prefix);
        let pairs = self.database.range(&from, to.as_deref()).take(limit);
        pairs
            .map(|pair| Ok(String::from_utf8_lossy(&pair?.0[prefix.len()..]).into_owned()))
            .collect()
    }

    /// Listings in force of subjects without a credit code, by their entry, after `after`.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn listed_entries(
        &self,
        list: StatusList,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<u64>, ModelError> {
        let prefix = key::listed_entry(list, None);
        let mut from = key::listed_entry(list, after);
        if after.is_some() {
            from.push(0);
        }
        let to = prefix_end(&prefix);
        let pairs = self.database.range(&from, to.as_deref()).take(limit);
        pairs
            .map(|pair| index_in_key("a listing", &pair?.0))
            .collect()
    }

    /// Whether a listing of a subject without a credit code is in force.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn is_listed_entry(&self, list: StatusList, index: u64) -> Result<bool, ModelError> {
        let row = self.database.get(&key::listed_entry(list, Some(index)))?;
        Ok(row.is_some())
    }

    /// Indexes of the public corrections of a record, in the order of the log: the last one counts.
    pub fn corrections(&self, target: u64) -> Result<Vec<u64>, ModelError> {
        let from = key::corrections(target, None);
        let to = prefix_end(&from);
        let pairs = self.database.range(&from, to.as_deref());
        pairs
            .map(|pair| index_in_key("a correction", &pair?.0))
            .collect()
    }

    /// The public correction of a record that counts: the last one.
    pub fn latest_correction(&self, target: u64) -> Result<Option<u64>, ModelError> {
        let from = key::corrections(target, None);
        let to = prefix_end(&from);
        let mut pairs = self.database.range_rev(&from, to.as_deref());
        let last = pairs.next();
        last.map(|pair| index_in_key("a correction", &pair?.0))
            .transpose()
    }

    /// Indexes of the entries whose records refer to `index`, newest first: at most `limit` of those below `before`.
    pub fn referrers(
        &self,
        index: u64,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<u64>, ModelError> {
        let all = self.referring(index, before).take(limit);
        all.map(|one| Ok(one?.0)).collect()
    }

    /// The same one by one, however many, each with its kind.
    pub fn referring(
        &self,
        index: u64,
        before: Option<u64>,
    ) -> impl Iterator<Item = Result<(u64, Kind), ModelError>> + '_ {
        let from = key::referrer(index, None);
        let to = match before {
            Some(before) => Some(key::referrer(index, Some(before))),
            None => prefix_end(&from),
        };
        let pairs = self.database.range_rev(&from, to.as_deref());
        pairs.map(|pair| {
            let (what, (key, kind)) = ("a reference", pair?);
            let kind = std::str::from_utf8(&kind).ok();
            let kind = kind.and_then(|kind| kind.parse().ok());
            let kind = kind.ok_or_else(|| unusable(what, "its kind is unknown"))?;
            Ok((index_in_key(what, &key)?, kind))
        })
    }

    /// Results that name a plan's draw, by target and authority, the first of each first. With a target, only its own.
    pub fn drawn_results(
        &self,
        plan: &str,
        target: Option<&str>,
    ) -> Result<Vec<DrawnResult>, ModelError> {
        let from = key::drawn_results(plan, target);
        let to = prefix_end(&from);
        let pairs = self.database.range(&from, to.as_deref());
        pairs
            .map(|pair| {
                let (key, value) = pair?;
                let what = "a result of a draw";
                let (names, _) = key
                    .split_last_chunk::<8>()
                    .ok_or_else(|| unusable(what, "its key is too short"))?;
                let names = String::from_utf8_lossy(&names[1..]);
                let mut names = names.rsplit('|');
                let mut name = || names.next().unwrap_or_default().to_owned();
                let authority = name();
                Ok(DrawnResult {
                    target: name(),
                    authority,
                    index: index_in_key(what, &key)?,
                    logged_at: number(what, &value)?.cast_signed(),
                })
            })
            .collect()
    }

    /// The file of that SHA-256, where a public record names it.
    pub fn file(&self, sha256: &Hash) -> Result<Option<NamedFile>, ModelError> {
        let from = key::file(sha256, None);
        let to = prefix_end(&from);
        match self.database.range(&from, to.as_deref()).next() {
            Some(pair) => decode(&format!("the file {}", hex(sha256)), &pair?.1).map(Some),
            None => Ok(None),
        }
    }

    fn number(&self, key: &[u8]) -> Result<u64, ModelError> {
        self.database
            .get(key)?
            .map_or(Ok(0), |value| number("a count", &value))
    }
}

fn number(what: &str, value: &[u8]) -> Result<u64, ModelError> {
    let bytes: [u8; 8] = value
        .try_into()
        .map_err(|_| unusable(what, "not eight bytes"))?;
    Ok(u64::from_be_bytes(bytes))
}

/// The index that a key ends with.
fn index_in_key(what: &str, key: &[u8]) -> Result<u64, ModelError> {
    let index = key.last_chunk::<8>().copied();
    index
        .map(u64::from_be_bytes)
        .ok_or_else(|| unusable(what, "its key is too short"))
}

fn decode<'a, T: Deserialize<'a>>(what: &str, value: &'a [u8]) -> Result<T, ModelError> {
    serde_json::from_slice(value).map_err(|e| unusable(what, e))
}

fn unusable(what: &str, reason: impl std::fmt::Display) -> ModelError {
    ModelError::Unusable {
        what: what.to_owned(),
        reason: reason.to_string(),
    }
}
