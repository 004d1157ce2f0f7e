//! Which statements and salts the log holds, so that the same event gets its first index and no salt serves twice.
//!
//! Derived from the log by a cursor like the read model, and kept apart from it because intake must be exact at once:
//! what is queued but not yet folded stands in memory. Keys are truncated hashes; a salt's hash helps nobody confirm an
//! erased record, for a salt has 256 random bits.

use super::{IntakeError, Refusal};
use crate::domain::Kind;
use crate::log::Log;
use crate::store::{KeyValue, Storage, StoreError, WriteBatch, prefix_end};
use gongshi_verify::entry::Entry;
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::record::Record;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Entries folded at once while catching up, and the least that is folded at once while running.
const BATCH: u64 = 4096;
/// How often a wait for another caller's entry looks whether its batch failed.
const PAUSE: Duration = Duration::from_millis(50);
/// Name of its database.
/// Name of the database of seen events; derived, so it may be removed while no server runs.
pub const DATABASE: &str = "store/seen";
const CURSOR: &[u8] = b"cursor";
/// Prefix of the list of authority entries.
const AUTHORITY: u8 = b'a';

/// What identifies an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keys {
    pub(super) statement: [u8; 16],
    pub(super) salt: [u8; 16],
}

fn short(hash: Hash) -> [u8; 16] {
    *hash.first_chunk().expect("a hash has 32 bytes")
}

impl Keys {
    pub(super) fn of(message: &[u8], salt: &[u8; 32]) -> Self {
        let salted = [b"gongshi/seen-salt/v1\n".as_slice(), salt].concat();
        Keys {
            statement: short(sha256(message)),
            salt: short(sha256(&salted)),
        }
    }

    fn put(&self, index: u64, authority: bool, batch: &mut WriteBatch) {
        let value = index.to_be_bytes();
        batch.put([b"e".as_slice(), &self.statement].concat(), value);
        batch.put([b"s".as_slice(), &self.salt].concat(), value);
        if authority {
            batch.put([[AUTHORITY].as_slice(), &value].concat(), []);
        }
    }
}

/// The index of what was seen.
pub(super) struct Seen {
    database: Arc<dyn KeyValue>,
    cursor: u64,
    /// Handed to the log and not yet folded, oldest first.
    waiting: Vec<(u64, Keys, bool)>,
    statements: HashMap<[u8; 16], u64>,
    salts: HashMap<[u8; 16], u64>,
    epoch: u64,
    failure: Option<String>,
}

impl Seen {
    pub(super) fn open(storage: &dyn Storage) -> Result<Self, IntakeError> {
        let database = storage.open(DATABASE)?;
        let cursor = match database.get(CURSOR)? {
            None => 0,
            Some(value) => u64::from_be_bytes(
                value
                    .try_into()
                    .map_err(|_| StoreError::Corrupt("the cursor of seen events".to_owned()))?,
            ),
        };
        let (statements, salts) = (HashMap::new(), HashMap::new());
        Ok(Seen {
            database,
            cursor,
            waiting: Vec::new(),
            statements,
            salts,
            epoch: 0,
            failure: None,
        })
    }

    /// Folds what was published since the index was last written.
    pub(super) fn catch_up(&mut self, log: &Log) -> Result<(), IntakeError> {
        let size = log.published().size();
        while self.cursor < size {
            let end = size.min(self.cursor + BATCH);
            let mut batch = WriteBatch::default();
            for (index, leaf) in (self.cursor..).zip(log.leaves(self.cursor..end)?) {
                let unusable = |reason: String| IntakeError::Unusable { index, reason };
                let entry = Entry::parse(&leaf.entry).map_err(|e| unusable(e.to_string()))?;
                let message = entry.statement().message(log.origin());
                // An erased record has no salt to keep; its entry is still known by its statement.
                let salt = match &leaf.record {
                    Some(record) => {
                        Record::parse(record)
                            .map_err(|e| unusable(e.to_string()))?
                            .salt
                    }
                    None => sha256(&message),
                };
                let authority = entry.kind.as_str() == Kind::Authority.as_str();
                Keys::of(&message, &salt).put(index, authority, &mut batch);
            }
            batch.put(CURSOR, end.to_be_bytes());
            self.database.apply(batch)?;
            self.cursor = end;
        }
        Ok(self.database.sync()?)
    }

    /// Indexes of the authority entries, ascending.
    pub(super) fn authorities(&self) -> Result<Vec<u64>, StoreError> {
        let prefix = [AUTHORITY];
        let pairs = self.database.range(&prefix, prefix_end(&prefix).as_deref());
        pairs
            .map(|pair| {
                Ok(u64::from_be_bytes(
                    pair?.0[1..].try_into().unwrap_or_default(),
                ))
            })
            .collect()
    }

    /// Forgets what a failed batch took with it, and writes down what has been published meanwhile.
    pub(super) fn settle(&mut self, log: &Log) -> Result<(), StoreError> {
        let size = log.published().size();
        let epoch = log.epoch();
        if epoch != self.epoch {
            // Every submission of an earlier epoch has been published or has failed.
            self.epoch = epoch;
            self.waiting.retain(|(index, ..)| *index < size);
            self.statements.retain(|_, index| *index < size);
            self.salts.retain(|_, index| *index < size);
        }
        let published = self.waiting.partition_point(|(index, ..)| *index < size);
        if published as u64 >= BATCH || (published > 0 && published == self.waiting.len()) {
            let mut batch = WriteBatch::default();
            let mut cursor = self.cursor;
            for (index, keys, authority) in &self.waiting[..published] {
                keys.put(*index, *authority, &mut batch);
                cursor = index + 1;
            }
            batch.put(CURSOR, cursor.to_be_bytes());
            let written = self.database.apply(batch);
            self.failure = written.as_ref().err().map(ToString::to_string);
            written?;
            // Forgotten only now: what could not be written down is still known.
            for (_, keys, _) in self.waiting.drain(..published) {
                self.statements.remove(&keys.statement);
                self.salts.remove(&keys.salt);
            }
            self.cursor = cursor;
        }
        Ok(())
    }

    /// Why the index could not be written the last time it was tried.
    pub(super) fn failure(&self) -> Option<String> {
        self.failure.clone()
    }

    /// Notes leaves handed to the log.
    pub(super) fn add(&mut self, index: u64, keys: Keys, authority: bool) {
        self.statements.insert(keys.statement, index);
        self.salts.insert(keys.salt, index);
        self.waiting.push((index, keys, authority));
    }

    /// The index of the same statement. A stored key is believed only if the log holds that very statement there.
    pub(super) fn statement(
        &self,
        keys: &Keys,
        message: &[u8],
        log: &Log,
    ) -> Result<Option<u64>, Refusal> {
        if let Some(index) = self.statements.get(&keys.statement) {
            // Queued by another caller a moment ago: its index counts once it is published.
            loop {
                if log.wait_beyond(*index, PAUSE) > *index {
                    return Ok(Some(*index));
                }
                if log.epoch() != self.epoch {
                    return Ok(None);
                }
            }
        }
        let unavailable = |error: &dyn std::fmt::Display| Refusal::Unavailable(error.to_string());
        let Some(index) = self.look(b'e', &keys.statement)? else {
            return Ok(None);
        };
        let entry = Entry::parse(&log.entry(index).map_err(|e| unavailable(&e))?)
            .map_err(|e| unavailable(&e))?;
        Ok((entry.statement().message(log.origin()) == message).then_some(index))
    }

    /// Whether the salt is in the log.
    pub(super) fn salt(&self, keys: &Keys) -> Result<bool, Refusal> {
        Ok(self.salts.contains_key(&keys.salt) || self.look(b's', &keys.salt)?.is_some())
    }

    fn look(&self, tag: u8, key: &[u8; 16]) -> Result<Option<u64>, Refusal> {
        let value = self.database.get(&[[tag].as_slice(), key].concat());
        let value = value.map_err(|e| Refusal::Unavailable(e.to_string()))?;
        Ok(value
            .and_then(|value| value.try_into().ok())
            .map(u64::from_be_bytes))
    }
}
