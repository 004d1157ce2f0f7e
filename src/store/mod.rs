//! Storage behind contracts: ordered key-value databases, files by hash, the data folder, and a fault-injecting double.
//!
//! The log signs statements about what is stored, so every promise it makes rests on the words "durable" and
//! "atomic" written at these traits. Nothing here knows entries, tiles or records, and no type of the engine
//! underneath leaves this module: the next engine (an object store with conditional writes) must be able to
//! stand behind the same traits.

mod fault;
mod files;
mod folder;
mod sled;

pub use fault::{Fault, FaultStorage};
pub use files::{
    Begun, Expired, FileError, FileLimits, Files, Incoming, MAX_FILE_BYTES, UNREFERENCED_FOR,
};
pub use folder::{
    DataFolder, LOCK, available_bytes, ensure_private, sync_folder, write_atomic,
    write_atomic_with, write_private,
};
pub use sled::SledStorage;

use std::path::PathBuf;
use std::sync::Arc;

/// What can go wrong in storage.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system refused.
    #[error("{what}: {source}")]
    Io {
        /// What was being done, with the path.
        what: String,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// The engine refused, in its own words.
    #[error("storage engine: {0}")]
    Engine(String),
    /// Stored bytes are not what was written.
    #[error("stored data is damaged: {0}")]
    Corrupt(String),
    /// Another process holds the data folder.
    #[error("the data folder {0} is in use by another process")]
    InUse(PathBuf),
    /// The disk has less room than the reserve that keeps the engine whole.
    #[error(
        "only {available} bytes are free on the data folder's disk; appends stop below {reserve}"
    )]
    NoSpace {
        /// Bytes free now.
        available: u64,
        /// Bytes that must stay free.
        reserve: u64,
    },
    /// The folder is not one of ours, or not empty where it must be.
    #[error("{path}: {reason}")]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong with it and what was expected.
        reason: String,
    },
}

impl StoreError {
    pub(crate) fn io(what: impl Into<String>, source: std::io::Error) -> Self {
        StoreError::Io {
            what: what.into(),
            source,
        }
    }

    /// The same error, saying which database it happened in.
    fn within(self, database: &str) -> Self {
        match self {
            StoreError::Engine(text) => StoreError::Engine(format!("{database}: {text}")),
            StoreError::Corrupt(text) => StoreError::Corrupt(format!("{database}: {text}")),
            StoreError::Io { what, source } => {
                StoreError::io(format!("{database}: {what}"), source)
            }
            other => other,
        }
    }
}

/// One change to one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Sets the key's value.
    Put(Vec<u8>, Vec<u8>),
    /// Removes the key, which may be absent.
    Delete(Vec<u8>),
}

/// Changes that become visible together or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteBatch {
    /// The changes, in order; a later one for the same key wins.
    pub writes: Vec<Write>,
}

impl WriteBatch {
    /// Adds "set `key` to `value`".
    pub fn put(&mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.writes.push(Write::Put(key.into(), value.into()));
    }

    /// Adds "remove `key`".
    pub fn delete(&mut self, key: impl Into<Vec<u8>>) {
        self.writes.push(Write::Delete(key.into()));
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
}

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Pairs of a range, in key order.
pub type Pairs<'a> = Box<dyn Iterator<Item = Result<Pair, StoreError>> + Send + 'a>;

/// An ordered map from bytes to bytes that outlives the process.
///
/// Contract: a reader sees a prefix of the applied batches, each whole. After a crash the database holds every
/// batch applied before the last returned [`KeyValue::sync`], and of the later ones some prefix, each whole. A range is read
/// some pairs at a time: each is as it was at some moment between the range's beginning and its end, and what is applied
/// meanwhile may be seen in part. A [`Storage::rewrite`] in between changes nothing of that.
pub trait KeyValue: Send + Sync {
    /// The value of `key`.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// All pairs with `from <= key < to` (`None`: to the end), ascending.
    fn range<'a>(&'a self, from: &[u8], to: Option<&[u8]>) -> Pairs<'a>;

    /// The same pairs, descending.
    fn range_rev<'a>(&'a self, from: &[u8], to: Option<&[u8]>) -> Pairs<'a>;

    /// Makes the batch visible, atomically. Not yet durable.
    fn apply(&self, batch: WriteBatch) -> Result<(), StoreError>;

    /// Sets `key` to `new` if its value is `old` (`None`: absent), and says whether it did. Not yet durable.
    fn compare_and_swap(
        &self,
        key: &[u8],
        old: Option<&[u8]>,
        new: &[u8],
    ) -> Result<bool, StoreError>;

    /// Returns only when everything applied before the call survives power loss.
    fn sync(&self) -> Result<(), StoreError>;
}

/// Opens databases by name (`store/log`, `shards/3`), each at most once at a time within the process.
pub trait Storage: Send + Sync {
    /// Opens, creating if absent.
    fn open(&self, name: &str) -> Result<Arc<dyn KeyValue>, StoreError>;

    /// Whether a database of that name was ever created.
    fn exists(&self, name: &str) -> Result<bool, StoreError>;

    /// Removes a database and its files. The caller holds no handle to it.
    fn remove(&self, name: &str) -> Result<(), StoreError>;

    /// Of the databases that are open, those of which a write or a sync has failed since they were opened, by name and why. What such a
    /// database still answers may be old, and it may refuse everything, until a new process opens it.
    fn failures(&self) -> Vec<String>;

    /// Fails with [`StoreError::NoSpace`] where less than `reserve` bytes are free.
    fn ensure_space(&self, reserve: u64) -> Result<(), StoreError>;

    /// Copies what lives in a database to fresh files and removes the old ones: afterwards no file of it holds anything that
    /// was deleted or overwritten before the call, and everything applied before it is durable.
    ///
    /// Handles that were given out stand for the new files afterwards. Readers go on meanwhile; who writes or syncs this
    /// database waits. Death at any moment leaves the database whole, and what is left over is removed at the next opening; the
    /// old files may then be there until that opening, or until the call is repeated. A database that does not exist is not made.
    ///
    /// # Errors
    /// [`StoreError::NoSpace`], before anything is begun, where there is no room for as much again as the database has.
    fn rewrite(&self, name: &str) -> Result<(), StoreError>;
}

/// Databases in memory, for what is folded once and thrown away.
pub fn in_memory() -> impl Storage {
    FaultStorage::default()
}

/// The end of the range of keys that start with `prefix`; `None` when there is no such end.
pub fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < 0xff {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}
