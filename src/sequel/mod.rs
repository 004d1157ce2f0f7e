//! Which records follow on which: what removes a listing, applies for a repair, decides, replies, settles; and which records of some kinds a
//! subject has.
//!
//! Apart from the read model because intake decides by it and must be exact at once. It only finds records: what they say, whether they are
//! public, and what follows from that is read in the log each time. Made from the log, so it can be thrown away.

use crate::domain::{Exit, Kind, View};
use crate::store::{KeyValue, Storage, StoreError, WriteBatch, prefix_end};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::sha256;
use jiff::civil::Date;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

/// Name of the database; derived, so it may be removed while no server runs.
pub const DATABASE: &str = "store/sequel";
/// Of keys and folding; a database of another is folded again.
const VERSION: u64 = 5;
/// Keys removed at once.
const BATCH: usize = 4096;

/// Kinds whose references are kept: they follow on what they name.
const FOLLOWING: &[Kind] = &[
    Kind::AbnormalRemoval,
    Kind::SeriousRemoval,
    Kind::IndividualRestore,
    Kind::RepairApplication,
    Kind::RepairDecision,
    Kind::ObjectionReply,
    Kind::CreditPromise,
    Kind::SubjectStatus,
    Kind::ResultFollowup,
    Kind::Transfer,
];

/// Kinds that are kept by subject.
pub const OF_SUBJECT: &[Kind] = &[
    Kind::AbnormalListing,
    Kind::AbnormalRemoval,
    Kind::SeriousListing,
    Kind::SeriousRemoval,
    Kind::IndividualMark,
    Kind::IndividualRestore,
    Kind::Penalty,
    Kind::CreditPromise,
    Kind::SubjectStatus,
    Kind::NoPenalty,
];

/// Whether anything can be found by a record of a kind.
#[must_use]
pub fn concerns(kind: Kind) -> bool {
    kind == Kind::Correction || FOLLOWING.contains(&kind) || OF_SUBJECT.contains(&kind)
}

/// What a record is found by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// An entry that it names.
    Entry(u64),
    /// Its kind and the credit code of its subject: who has very many records is not read through for those of one kind.
    Subject(Kind, String),
    /// The same, and the day of a listing or mark: its own, or that by which a removal names it. Made by [`Key::listed`].
    Listed(Kind, String, Date),
}

impl Key {
    /// By the credit code of the subject; of who has none by a digest of the name, which is itself not kept here. Two names may share one: who
    /// asks reads the records.
    #[must_use]
    pub fn listed(kind: Kind, code: Option<&str>, name: Option<&str>, day: Date) -> Self {
        let digest = |name: &str| hex(&sha256(name.as_bytes())[..8]);
        let subject = code
            .map(str::to_owned)
            .or_else(|| name.map(digest))
            .unwrap_or_default();
        Key::Listed(kind, subject, day)
    }
}

/// A record found by a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is found by.
    pub key: Key,
    /// The record.
    pub of: u64,
    /// Where it says so: the record itself, or a correction of it.
    pub source: u64,
}

/// What an entry is found by, before it has an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Follows {
    /// What it is found by.
    pub keys: Vec<Key>,
    /// What it is met by as well until it is written down; who asks then finds it by what it names.
    pub met_by: Vec<Key>,
    /// The record that says so, for a correction of it; else the entry itself.
    pub of: Option<u64>,
}

impl Follows {
    /// Of an entry of a kind with its body. `target`: the entry it names as `ref`, for a correction.
    #[must_use]
    pub fn of(kind: Kind, target: Option<u64>, body: &Map<String, Value>) -> Self {
        if kind != Kind::Correction {
            return Follows {
                keys: keys(kind, body),
                ..Follows::default()
            };
        }
        let corrected = body.get("corrected_body").and_then(Value::as_object);
        let kind = body.get("target_kind").and_then(Value::as_str);
        match (kind.and_then(|kind| kind.parse().ok()), corrected, target) {
            (Some(kind), Some(body), Some(_)) => Follows {
                keys: keys(kind, body),
                of: target,
                ..Follows::default()
            },
            _ => Follows::default(),
        }
    }

    /// Everything it is met by until it is written down.
    pub fn met(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter().chain(&self.met_by)
    }

    /// Its rows, once it has an index.
    pub fn rows(&self, index: u64) -> impl Iterator<Item = Row> {
        self.keys.iter().map(move |key| Row {
            key: key.clone(),
            of: self.of.unwrap_or(index),
            source: index,
        })
    }
}

fn keys(kind: Kind, body: &Map<String, Value>) -> Vec<Key> {
    let view = View::new(kind, body);
    let mut keys = BTreeSet::new();
    if FOLLOWING.contains(&kind) {
        let named = view.references().into_iter();
        keys.extend(named.map(|reference| Key::Entry(reference.entry.index)));
    }
    if OF_SUBJECT.contains(&kind) {
        let code = view.subject_code().map(|code| code.to_string());
        keys.extend(code.clone().map(|code| Key::Subject(kind, code)));
        let exit = Exit::of_listing(kind).or_else(|| Exit::by(kind));
        if let Some(day) = exit.and_then(|exit| view.date_of(exit.day)) {
            keys.insert(Key::listed(kind, code.as_deref(), view.subject_name(), day));
        }
    }
    keys.into_iter().collect()
}

/// The rows over their database.
#[derive(Clone)]
pub struct Sequel {
    database: Arc<dyn KeyValue>,
    beside: Arc<Mutex<Beside>>,
}

/// Rows that stand in memory while the database is copied: whoever writes to it would wait, and everybody with him. Lost in a death, they are
/// folded again, since the cursor in the database is as old as they are.
#[derive(Default)]
struct Beside {
    copying: bool,
    rows: BTreeSet<Vec<u8>>,
    cursor: Option<u64>,
}

impl Sequel {
    /// Opens the database, empty at first. One of another version is emptied; what is half emptied has no version.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(storage: &dyn Storage) -> Result<Self, StoreError> {
        let sequel = Sequel {
            database: storage.open(DATABASE)?,
            beside: Arc::default(),
        };
        if sequel.number(key::VERSION)? != Some(VERSION) {
            let mut first = WriteBatch::default();
            first.delete(key::VERSION);
            first.delete(key::CURSOR);
            sequel.database.apply(first)?;
            sequel.database.sync()?;
            sequel.remove(|_| true)?;
            let mut batch = WriteBatch::default();
            batch.put(key::VERSION, VERSION.to_be_bytes());
            sequel.database.apply(batch)?;
        }
        Ok(sequel)
    }

    /// The rows of every entry below this index are kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn cursor(&self) -> Result<u64, StoreError> {
        Ok(self.number(key::CURSOR)?.unwrap_or_default())
    }

    /// Keeps rows; they and the cursor become visible together. Kept twice, nothing changes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn keep(&self, rows: &[Row], cursor: u64) -> Result<(), StoreError> {
        let mut beside = self.beside();
        beside.rows.extend(rows.iter().map(key::row));
        beside.cursor = Some(cursor);
        self.write(&mut beside)
    }

    fn beside(&self) -> MutexGuard<'_, Beside> {
        self.beside.lock().expect("no holder of this lock panics")
    }

    /// Writes what stands in memory, but while the database is copied.
    fn write(&self, beside: &mut Beside) -> Result<(), StoreError> {
        let Some(cursor) = beside.cursor.filter(|_| !beside.copying) else {
            return Ok(());
        };
        let mut batch = WriteBatch::default();
        for row in &beside.rows {
            batch.put(row.as_slice(), []);
        }
        batch.put(key::CURSOR, cursor.to_be_bytes());
        self.database.apply(batch)?;
        beside.rows.clear();
        beside.cursor = None;
        Ok(())
    }

    /// Runs `copy`, which copies the database without its dead bytes, where it holds any of records that were to be forgotten; meanwhile rows
    /// are kept in memory, and found there.
    ///
    /// # Errors
    /// What `copy` gives; or something could not be written, which is tried again with the next rows.
    pub fn copy(&self, copy: impl FnOnce() -> Result<(), StoreError>) -> Result<(), StoreError> {
        if self.database.get(key::DEAD)?.is_none() {
            return Ok(());
        }
        self.beside().copying = true;
        let copied = copy();
        let mut beside = self.beside();
        beside.copying = false;
        let written = self.write(&mut beside);
        copied?;
        let mut batch = WriteBatch::default();
        batch.delete(key::DEAD);
        self.database.apply(batch)?;
        written
    }

    /// The records found by a key, in the order of the log. One that was corrected may not say so any more: who asks reads it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn find(&self, key: &Key) -> Result<Vec<u64>, StoreError> {
        let from = key::prefix(key);
        let to = prefix_end(&from);
        // Those in memory first: what is written down meanwhile is found in the database.
        let beside: Vec<Vec<u8>> = {
            let beside = self.beside();
            let rows = beside.rows.range(from.clone()..);
            let of_key = rows.take_while(|row| row.starts_with(&from));
            of_key.cloned().collect()
        };
        let pairs = self.database.range(&from, to.as_deref());
        let rows = pairs.map(|pair| pair.map(|(row, _)| row));
        let found: Result<BTreeSet<u64>, StoreError> = rows
            .chain(beside.into_iter().map(Ok))
            .map(|row| Ok(key::ends(&row?).ok_or_else(damaged)?.0))
            .collect();
        Ok(found?.into_iter().collect())
    }

    /// Removes what records say, so that nothing here tells what an erased one said. Its bytes are the engine's to destroy: see [`Sequel::copy`].
    ///
    /// # Errors
    /// [`StoreError`]; done again, it removes the rest.
    pub fn forget(&self, records: &[u64]) -> Result<(), StoreError> {
        self.write(&mut self.beside())?;
        let records: BTreeSet<u64> = records.iter().copied().collect();
        self.remove(|key| {
            key::ends(key).is_some_and(|(of, source)| {
                key::is_row(key) && (records.contains(&of) || records.contains(&source))
            })
        })
    }

    fn remove(&self, gone: impl Fn(&[u8]) -> bool) -> Result<(), StoreError> {
        let mut batch = WriteBatch::default();
        let mut waiting = 0;
        for pair in self.database.range(&[], None) {
            let (key, _) = pair?;
            if key != key::DEAD && gone(&key) {
                // Noted with the first of them: a death before the copy leaves it to be made.
                batch.put(key::DEAD, []);
                batch.delete(key);
                waiting += 1;
            }
            if waiting == BATCH {
                self.database.apply(std::mem::take(&mut batch))?;
                waiting = 0;
            }
        }
        self.database.apply(batch)?;
        self.database.sync()
    }

    fn number(&self, key: &[u8]) -> Result<Option<u64>, StoreError> {
        let value = self.database.get(key)?;
        let number = |value: Vec<u8>| value.try_into().map(u64::from_be_bytes);
        value.map(number).transpose().map_err(|_| damaged())
    }
}

fn damaged() -> StoreError {
    StoreError::Corrupt(format!("{DATABASE} holds a key or value of another form"))
}

/// Keys of the database.
mod key {
    use super::{Key, Row};

    pub const CURSOR: &[u8] = b"cursor";
    /// There while the database's files hold dead bytes of what was removed.
    pub const DEAD: &[u8] = b"dead";
    pub const VERSION: &[u8] = b"version";
    const ENTRY: u8 = b'e';
    const SUBJECT: u8 = b's';
    const LISTED: u8 = b'l';
    /// Of the two indexes that a row ends with.
    const ENDS: usize = 16;

    pub fn prefix(key: &Key) -> Vec<u8> {
        match key {
            Key::Entry(index) => [[ENTRY].as_slice(), &index.to_be_bytes()].concat(),
            // Neither a credit code nor the name of a kind has a zero byte.
            Key::Subject(kind, code) => parts(SUBJECT, &[code, kind.as_str()]),
            Key::Listed(kind, code, day) => parts(LISTED, &[code, kind.as_str(), &day.to_string()]),
        }
    }

    fn parts(first: u8, parts: &[&str]) -> Vec<u8> {
        let mut key = vec![first];
        for part in parts {
            key.extend_from_slice(part.as_bytes());
            key.push(0);
        }
        key
    }

    pub fn row(row: &Row) -> Vec<u8> {
        let (of, source) = (row.of.to_be_bytes(), row.source.to_be_bytes());
        [prefix(&row.key).as_slice(), &of, &source].concat()
    }

    pub fn is_row(key: &[u8]) -> bool {
        key.len() > ENDS && matches!(key.first(), Some(&(ENTRY | SUBJECT | LISTED)))
    }

    /// Record and source of a row.
    pub fn ends(key: &[u8]) -> Option<(u64, u64)> {
        let (rest, source) = key.split_last_chunk::<8>()?;
        let of = rest.last_chunk::<8>()?;
        Some((u64::from_be_bytes(*of), u64::from_be_bytes(*source)))
    }
}

#[cfg(test)]
mod tests;
