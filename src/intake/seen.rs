//! Which salts the log holds, so that the same event gets its first index and no salt serves twice.
//!
//! One key answers both: the same statement has the same commitment and so the same salt, and what else comes under a
//! salt that was used is refused. Derived from the log by a cursor like the read model, and kept apart from it because
//! intake must be exact at once: what is queued but not yet folded stands in memory. Keys are truncated hashes; a salt's
//! hash helps nobody confirm an erased record, for a salt has 256 random bits.

use super::endings;
use super::planning::takes_part;
use super::{IntakeError, Refusal};
use crate::domain::Kind;
use crate::log::{Fate, Log, Outcome};
use crate::store::{KeyValue, Storage, StoreError, WriteBatch, prefix_end};
use gongshi_verify::entry::Entry;
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::record::Record;
use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Entries folded at once while catching up, and the least that is folded at once while running.
const BATCH: u64 = 4096;
/// How often a wait for an entry looks whether its batch failed.
const PAUSE: Duration = Duration::from_millis(50);
/// How long an entry may take that somebody waits for while nobody else can go on.
const PATIENCE: Duration = Duration::from_secs(10);
/// Name of the database of seen events; derived, so it may be removed while no server runs.
pub const DATABASE: &str = "store/seen";
const CURSOR: &[u8] = b"cursor";
/// Prefixes of the lists of authority entries, of those that take part in draws, and of those that end or correct a record.
const AUTHORITY: u8 = b'a';
const PLANNING: u8 = b'p';
const ENDING: u8 = b'x';

/// What identifies an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keys {
    pub(super) statement: Hash,
    pub(super) salt: [u8; 16],
}

fn short(hash: Hash) -> [u8; 16] {
    *hash.first_chunk().expect("a hash has 32 bytes")
}

/// Prefix of the keys by salt, and of those by statement that entries without a record have.
const SALT: u8 = b's';
const STATEMENT: u8 = b'e';

impl Keys {
    pub(super) fn of(message: &[u8], salt: &[u8; 32]) -> Self {
        let salted = [b"gongshi/seen-salt/v1\n".as_slice(), salt].concat();
        Keys {
            statement: sha256(message),
            salt: short(sha256(&salted)),
        }
    }
}

fn put(batch: &mut WriteBatch, tag: u8, key: &[u8; 16], index: u64) {
    batch.put([[tag].as_slice(), key].concat(), index.to_be_bytes());
}

/// What the database holds, for who asks before it is his turn: what is there stays there.
#[derive(Clone)]
pub(super) struct Stored {
    database: Arc<dyn KeyValue>,
    /// Every entry below it is in the database.
    cursor: Arc<AtomicU64>,
}

impl Stored {
    pub(super) fn cursor(&self) -> u64 {
        self.cursor.load(Ordering::Acquire)
    }

    /// The index of the same statement, where the database has it. A stored key is believed only if the log holds that
    /// very statement there.
    ///
    /// # Errors
    /// [`Refusal::SaltReused`] where another statement has this salt; [`Refusal::Unavailable`].
    pub(super) fn find(
        &self,
        keys: &Keys,
        message: &[u8],
        log: &Log,
    ) -> Result<Option<u64>, Refusal> {
        let unavailable = |error: &dyn std::fmt::Display| Refusal::Unavailable(error.to_string());
        let same = |index: u64| -> Result<bool, Refusal> {
            let entry = log.entry(index).map_err(|e| unavailable(&e))?;
            let entry = Entry::parse(&entry).map_err(|e| unavailable(&e))?;
            Ok(entry.statement().message(log.origin()) == message)
        };
        if let Some(index) = self.look(SALT, &keys.salt)? {
            return match same(index)? {
                true => Ok(Some(index)),
                false => Err(Refusal::SaltReused),
            };
        }
        match self.look(STATEMENT, &short(keys.statement))? {
            Some(index) if same(index)? => Ok(Some(index)),
            _ => Ok(None),
        }
    }

    fn look(&self, tag: u8, key: &[u8; 16]) -> Result<Option<u64>, Refusal> {
        let value = self.database.get(&[[tag].as_slice(), key].concat());
        let value = value.map_err(|e| Refusal::Unavailable(e.to_string()))?;
        Ok(value
            .and_then(|value| value.try_into().ok())
            .map(u64::from_be_bytes))
    }
}

/// The index of what was seen.
pub(super) struct Seen {
    stored: Stored,
    /// Handed to the log and not yet folded, oldest first.
    waiting: VecDeque<Waiting>,
    /// The same by salt.
    salts: HashMap<[u8; 16], Queued>,
}

struct Waiting {
    index: u64,
    salt: [u8; 16],
    /// The list it belongs to, if any.
    list: Option<u8>,
    fate: Fate,
}

struct Queued {
    index: u64,
    statement: Hash,
    fate: Fate,
}

/// Waits until a submission's fate is decided, but not for ever.
pub(super) fn settled(fate: &Fate, index: u64, log: &Log) -> Outcome {
    let since = Instant::now();
    loop {
        match fate.outcome() {
            Outcome::Undecided if log.stopped().is_some() || since.elapsed() > PATIENCE => {
                return fate.outcome();
            }
            Outcome::Undecided => {
                log.wait_beyond(index, PAUSE);
                // Published a moment before that is said.
                std::thread::yield_now();
            }
            outcome => return outcome,
        }
    }
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
        Ok(Seen {
            stored: Stored {
                database,
                cursor: Arc::new(AtomicU64::new(cursor)),
            },
            waiting: VecDeque::new(),
            salts: HashMap::new(),
        })
    }

    /// For look-ups out of turn.
    pub(super) fn stored(&self) -> Stored {
        self.stored.clone()
    }

    /// Folds what was published since the index was last written.
    pub(super) fn catch_up(&mut self, log: &Log) -> Result<(), IntakeError> {
        let size = log.published().size();
        let mut cursor = self.stored.cursor();
        while cursor < size {
            let end = size.min(cursor + BATCH);
            let mut batch = WriteBatch::default();
            for (index, leaf) in (cursor..).zip(log.unveiled(cursor..end)?) {
                let unusable = |reason: String| IntakeError::Unusable { index, reason };
                let entry = Entry::parse(&leaf.entry).map_err(|e| unusable(e.to_string()))?;
                let message = entry.statement().message(log.origin());
                match &leaf.record {
                    Some(record) => {
                        let record = Record::parse(record).map_err(|e| unusable(e.to_string()))?;
                        let keys = Keys::of(&message, &record.salt);
                        put(&mut batch, SALT, &keys.salt, index);
                    }
                    // An erased record has no salt to keep; its entry is still known by its statement.
                    None => put(&mut batch, STATEMENT, &short(sha256(&message)), index),
                }
                if let Some(list) = list_of(entry.kind.as_str()) {
                    batch.put(listed(list, index), []);
                }
            }
            batch.put(CURSOR, end.to_be_bytes());
            self.stored.database.apply(batch)?;
            self.stored.cursor.store(end, Ordering::Release);
            cursor = end;
        }
        Ok(self.stored.database.sync()?)
    }

    /// Indexes of the authority entries, ascending.
    pub(super) fn authorities(&self) -> Result<Vec<u64>, StoreError> {
        self.list(AUTHORITY, 0)
    }

    /// Indexes of the entries from `from` on that take part in draws, ascending.
    pub(super) fn planning(&self, from: u64) -> Result<Vec<u64>, StoreError> {
        self.list(PLANNING, from)
    }

    /// Indexes of the entries from `from` on that end or correct a record, ascending.
    pub(super) fn endings(&self, from: u64) -> Result<Vec<u64>, StoreError> {
        self.list(ENDING, from)
    }

    fn list(&self, list: u8, from: u64) -> Result<Vec<u64>, StoreError> {
        let to = prefix_end(&[list]);
        let pairs = self
            .stored
            .database
            .range(&listed(list, from), to.as_deref());
        pairs
            .map(|pair| {
                Ok(u64::from_be_bytes(
                    pair?.0[1..].try_into().unwrap_or_default(),
                ))
            })
            .collect()
    }

    /// The newest leaf handed to the log that is not written down yet.
    pub(super) fn newest(&self) -> Option<(u64, Fate)> {
        let newest = self.waiting.back()?;
        Some((newest.index, newest.fate.clone()))
    }

    /// Forgets what did not get into the log, and writes down what did.
    pub(super) fn settle(&mut self, log: &Log) -> Result<(), IntakeError> {
        let decided = self.waiting.iter();
        let decided = decided.take_while(|waiting| waiting.fate.outcome() != Outcome::Undecided);
        let decided = decided.count();
        if decided == 0 || (decided < BATCH as usize && decided < self.waiting.len()) {
            return Ok(());
        }
        let before = self.stored.cursor();
        let mut cursor = before;
        let mut batch = WriteBatch::default();
        let published = self.waiting.range(..decided).filter(|waiting| {
            waiting.fate.outcome() == Outcome::Published && waiting.index >= before
        });
        for waiting in published {
            if waiting.index != cursor {
                // Something else appends to this log: it has the last word about itself.
                return self.catch_up(log);
            }
            put(&mut batch, SALT, &waiting.salt, waiting.index);
            if let Some(list) = waiting.list {
                batch.put(listed(list, waiting.index), []);
            }
            cursor += 1;
        }
        if cursor > before {
            batch.put(CURSOR, cursor.to_be_bytes());
            self.stored.database.apply(batch)?;
            self.stored.cursor.store(cursor, Ordering::Release);
        }
        // Forgotten only now: what could not be written down is still known.
        for waiting in self.waiting.drain(..decided) {
            // The same event may have been queued again under another index, or under the same one.
            if let Slot::Occupied(queued) = self.salts.entry(waiting.salt)
                && queued.get().fate.is(&waiting.fate)
            {
                queued.remove();
            }
        }
        Ok(())
    }

    /// Notes a leaf handed to the log.
    pub(super) fn add(&mut self, index: u64, keys: Keys, kind: Option<Kind>, fate: &Fate) {
        let Keys { statement, salt } = keys;
        let queued = Queued {
            index,
            statement,
            fate: fate.clone(),
        };
        self.salts.insert(salt, queued);
        self.waiting.push_back(Waiting {
            index,
            salt,
            list: kind.and_then(|kind| list_of(kind.as_str())),
            fate: fate.clone(),
        });
    }

    /// The index of the same statement, where the log has it or is about to. `known` is the cursor at which the database
    /// was last asked about it, without success.
    ///
    /// # Errors
    /// [`Refusal::SaltReused`] where another statement has this salt; [`Refusal::Unavailable`].
    pub(super) fn find(
        &self,
        keys: &Keys,
        message: &[u8],
        known: Option<u64>,
        log: &Log,
    ) -> Result<Option<u64>, Refusal> {
        if let Some(queued) = self.salts.get(&keys.salt) {
            // Queued by another caller a moment ago: its index counts once it is published.
            match settled(&queued.fate, queued.index, log) {
                Outcome::Published if queued.statement == keys.statement => {
                    return Ok(Some(queued.index));
                }
                Outcome::Published => return Err(Refusal::SaltReused),
                Outcome::Undecided => {
                    let reason = log.stopped();
                    let reason = reason.unwrap_or_else(|| "it takes too long".to_owned());
                    return Err(Refusal::Unavailable(reason));
                }
                Outcome::Void => {}
            }
        }
        match known {
            Some(cursor) if cursor == self.stored.cursor() => Ok(None),
            _ => self.stored.find(keys, message, log),
        }
    }
}

/// The list that entries of a kind are kept in.
fn list_of(kind: &str) -> Option<u8> {
    let kind: Kind = kind.parse().ok()?;
    match kind {
        Kind::Authority => Some(AUTHORITY),
        kind if endings::is_one(kind) => Some(ENDING),
        kind => takes_part(kind).then_some(PLANNING),
    }
}

fn listed(list: u8, index: u64) -> Vec<u8> {
    [[list].as_slice(), &index.to_be_bytes()].concat()
}
