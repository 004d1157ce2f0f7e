//! The read model: what pages ask for (enterprise, lists, counts), folded from the log and rebuildable from it.
//!
//! Nothing here is evidence: every value can be thrown away and folded again to the same bytes (`gongshi reindex`).
//! It must not be asked whether a signature or proof holds, and it never writes to the log.

mod fold;

use crate::domain::Kind;
use crate::log::LogError;
use crate::store::{KeyValue, Storage, StoreError, WriteBatch, prefix_end};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::Hash;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Name of the model's database.
pub const DATABASE: &str = "store/model";
/// Of keys, values and folding; a model of another is folded again.
const VERSION: u64 = 7;
/// Indexes in one value of a list.
const LIST_BLOCK: u64 = 256;

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

/// A listing in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Index of the record that lists.
    pub index: u64,
    /// The day it names, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
}

/// An enterprise as its public records show it. Small however many they are: they stand in keys of their own
/// ([`Model::enterprise_records`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enterprise {
    /// Unified social credit code.
    pub uscc: String,
    /// Name in the record of the latest day, whichever came first.
    pub name: String,
    /// Other names, by the latest day of each, oldest first.
    pub earlier_names: Vec<String>,
    /// Region in the record of the latest day.
    pub region: String,
    /// Each name's latest day; what `name` and `earlier_names` are made of.
    pub names: BTreeMap<String, (String, u64)>,
    /// Day and index of the record that gave the region.
    pub region_since: (String, u64),
    /// Number of public records.
    pub records: u64,
    /// Listings in force: 经营异常名录 (or the mark of an individual business).
    pub abnormal: Vec<Listing>,
    /// Listings in force: 严重违法失信名单.
    pub serious: Vec<Listing>,
    /// Removals that came before the listing they end: departments send their tables in any order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lifted: Vec<Lifted>,
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

/// A removal whose listing is not in the log yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifted {
    /// Which list.
    pub list: StatusList,
    /// The day of the listing that it ends, `YYYY-MM-DD`.
    pub listed_on: String,
}

/// The two lists an enterprise can be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusList {
    /// 经营异常名录, marks of individual businesses included.
    Abnormal,
    /// 严重违法失信名单.
    Serious,
}

impl StatusList {
    fn byte(self) -> u8 {
        match self {
            StatusList::Abnormal => b'a',
            StatusList::Serious => b's',
        }
    }
}

/// The model over its database.
#[derive(Clone)]
pub struct Model {
    database: Arc<dyn KeyValue>,
}

impl Model {
    /// Opens the model's database, empty at first. One whose emptying was cut short, or that another version of this code
    /// has made, is emptied: the follower folds it again.
    pub fn open(storage: &dyn Storage) -> Result<Self, ModelError> {
        let model = Model {
            database: storage.open(DATABASE)?,
        };
        let foreign = model.cursor()? > 0 && model.number(key::VERSION)? != VERSION;
        if foreign || model.database.get(key::CLEARING)?.is_some() {
            tracing::warn!("the read model is built anew");
            model.clear()?;
        }
        Ok(model)
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

    /// Indexes of the public records of a kind, newest first.
    pub fn list(&self, kind: Kind, offset: u64, limit: usize) -> Result<Vec<u64>, ModelError> {
        let total = self.count(kind)?;
        let mut indexes = Vec::new();
        let mut position = total.saturating_sub(offset);
        while position > 0 && indexes.len() < limit {
            let block = (position - 1) / LIST_BLOCK;
            let value = self
                .database
                .get(&key::list(kind, block))?
                .unwrap_or_default();
            let within = usize::try_from(position - block * LIST_BLOCK).unwrap_or(usize::MAX);
            let numbers = value.as_chunks::<8>().0;
            let taken = numbers[..within.min(numbers.len())]
                .iter()
                .rev()
                .take(limit - indexes.len());
            indexes.extend(taken.map(|bytes| u64::from_be_bytes(*bytes)));
            position = block * LIST_BLOCK;
        }
        Ok(indexes)
    }

    /// Number of enterprises on a list now.
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

    /// Indexes of the entries whose records refer to `index`, newest first: at most `limit` of those below `before`.
    pub fn referrers(
        &self,
        index: u64,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<u64>, ModelError> {
        let from = key::referrer(index, None);
        let to = match before {
            Some(before) => Some(key::referrer(index, Some(before))),
            None => prefix_end(&from),
        };
        let pairs = self.database.range_rev(&from, to.as_deref()).take(limit);
        pairs
            .map(|pair| index_in_key("a reference", &pair?.0))
            .collect()
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

/// Keys of the model's database.
mod key {
    use super::{Hash, Kind, StatusList};

    pub const CURSOR: &[u8] = b"cursor";
    pub const VERSION: &[u8] = b"version";
    pub const CLEARING: &[u8] = b"clearing";

    fn joined(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let mut key = vec![tag];
        for part in parts {
            key.extend_from_slice(part);
        }
        key
    }

    pub fn enterprise(uscc: &str) -> Vec<u8> {
        joined(b'e', &[uscc.as_bytes()])
    }

    pub fn enterprise_records(uscc: &str) -> Vec<u8> {
        joined(b'h', &[uscc.as_bytes(), b"|"])
    }

    pub fn enterprise_record(uscc: &str, day: &str, index: u64) -> Vec<u8> {
        let parts = [uscc.as_bytes(), b"|", day.as_bytes(), &index.to_be_bytes()];
        joined(b'h', &parts)
    }

    pub fn count(kind: Kind) -> Vec<u8> {
        joined(b'n', &[kind.as_str().as_bytes()])
    }

    pub fn list(kind: Kind, block: u64) -> Vec<u8> {
        joined(
            b'l',
            &[kind.as_str().as_bytes(), b"|", &block.to_be_bytes()],
        )
    }

    pub fn authority(authority: &str, kind: Kind) -> Vec<u8> {
        joined(
            b'a',
            &[authority.as_bytes(), b"|", kind.as_str().as_bytes()],
        )
    }

    pub fn listed(list: StatusList, uscc: &str) -> Vec<u8> {
        joined(b's', &[&[list.byte()], uscc.as_bytes()])
    }

    pub fn listed_count(list: StatusList) -> Vec<u8> {
        joined(b't', &[&[list.byte()]])
    }

    /// By file and record, so that each leaves with its record alone.
    pub fn file(sha256: &Hash, index: Option<u64>) -> Vec<u8> {
        match index {
            Some(index) => joined(b'f', &[sha256, &index.to_be_bytes()]),
            None => joined(b'f', &[sha256]),
        }
    }

    pub fn drawn_results(plan: &str, target: Option<&str>) -> Vec<u8> {
        let target = target.map(|target| [target.as_bytes(), b"|"].concat());
        let target = target.unwrap_or_default();
        joined(b'p', &[plan.as_bytes(), b"|", &target])
    }

    pub fn drawn_result(plan: &str, target: &str, authority: &str, index: u64) -> Vec<u8> {
        let mut key = drawn_results(plan, Some(target));
        key.extend_from_slice(authority.as_bytes());
        key.extend_from_slice(&index.to_be_bytes());
        key
    }

    pub fn referrer(target: u64, source: Option<u64>) -> Vec<u8> {
        match source {
            Some(source) => joined(b'r', &[&target.to_be_bytes(), &source.to_be_bytes()]),
            None => joined(b'r', &[&target.to_be_bytes()]),
        }
    }
}
