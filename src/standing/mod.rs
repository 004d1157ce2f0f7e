//! What has become of published records: corrected, withdrawn, expired, erased. Folded from the entries that say so, and from nothing else.
//!
//! Apart from the read model because intake decides by it and must be exact at once. Made from the log, so it can be thrown away. It hides
//! nothing itself (that is the log's veil) and decides nothing: the rules stand in intake.

use crate::domain::Kind;
use crate::store::{KeyValue, Storage, StoreError, WriteBatch, prefix_end};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Name of the database; derived, so it may be removed while no server runs.
pub const DATABASE: &str = "store/standing";
/// Of keys, values and folding; a database of another is folded again.
const VERSION: u64 = 2;

/// Kinds that end the display of a record, or correct it.
pub const KINDS: &[Kind] = &[
    Kind::Correction,
    Kind::Withdrawal,
    Kind::Erasure,
    Kind::Expiry,
];

/// How a record left publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Index of the entry that ended its display.
    pub by: u64,
    /// Kind of that entry.
    pub kind: Kind,
    /// Index of the entry by which it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased_by: Option<u64>,
}

/// An entry to be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// Its index.
    pub index: u64,
    /// Its kind.
    pub kind: Kind,
    /// The record it is about.
    pub target: u64,
}

/// An erasure whose bytes are still to be destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Index of the erasure.
    pub by: u64,
    /// The records: its target, and the corrections of that, those that had left before it too.
    pub records: Vec<u64>,
}

/// The state over its database.
#[derive(Clone)]
pub struct Standing {
    database: Arc<dyn KeyValue>,
}

/// Changes of one fold, over the database.
struct Staging<'a> {
    standing: &'a Standing,
    ended: BTreeMap<u64, Ended>,
    corrections: BTreeMap<u64, Vec<u64>>,
    corrected: BTreeMap<u64, u64>,
    /// Corrections that left before the record they are of.
    withdrawn: BTreeMap<u64, Vec<u64>>,
    unfinished: BTreeMap<u64, Vec<u64>>,
    veiled: BTreeSet<u64>,
}

impl Standing {
    /// Opens the database, empty at first. One of another version is emptied, and folded again by intake; what is half emptied has no
    /// version.
    pub fn open(storage: &dyn Storage) -> Result<Self, StoreError> {
        let standing = Standing {
            database: storage.open(DATABASE)?,
        };
        if standing.number(key::VERSION)? != Some(VERSION) {
            standing.clear()?;
            let mut batch = WriteBatch::default();
            batch.put(key::VERSION, VERSION.to_be_bytes());
            standing.database.apply(batch)?;
        }
        Ok(standing)
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
                return self.database.sync();
            }
            self.database.apply(batch)?;
        }
    }

    /// Every entry of these kinds below this index is folded.
    pub fn cursor(&self) -> Result<u64, StoreError> {
        Ok(self.number(key::CURSOR)?.unwrap_or_default())
    }

    /// How a record left publication; `None` while it is public, or was never there.
    pub fn ended(&self, index: u64) -> Result<Option<Ended>, StoreError> {
        let value = self.database.get(&key::ended(index))?;
        value.map(|value| decode(&value)).transpose()
    }

    /// The public corrections of a record, in the order of the log: the last one counts.
    pub fn corrections(&self, index: u64) -> Result<Vec<u64>, StoreError> {
        let value = self.database.get(&key::corrections(index))?;
        value.map_or_else(|| Ok(Vec::new()), |value| decode(&value))
    }

    /// The erasures whose bytes are still to be destroyed, oldest first.
    pub fn unfinished(&self) -> Result<Vec<Unfinished>, StoreError> {
        let to = prefix_end(key::UNFINISHED);
        let pairs = self.database.range(key::UNFINISHED, to.as_deref());
        pairs
            .map(|pair| {
                let (key, value) = pair?;
                let by = key.last_chunk::<8>().copied();
                Ok(Unfinished {
                    by: by.map(u64::from_be_bytes).ok_or_else(damaged)?,
                    records: decode(&value)?,
                })
            })
            .collect()
    }

    /// Whether the bytes of an erasure are still to be destroyed.
    pub fn is_unfinished(&self, by: u64) -> Result<bool, StoreError> {
        Ok(self.database.get(&key::unfinished(by))?.is_some())
    }

    /// Notes that the bytes of these erasures are destroyed.
    pub fn finish(&self, by: &[u64]) -> Result<(), StoreError> {
        let mut batch = WriteBatch::default();
        for index in by {
            batch.delete(key::unfinished(*index));
        }
        self.database.apply(batch)?;
        self.database.sync()
    }

    /// What the log has to hide before entries are folded: their targets, and what corrects these.
    pub fn hides(&self, entries: &[Said]) -> Result<Vec<u64>, StoreError> {
        let mut staging = Staging::new(self);
        for said in entries {
            staging.take(*said)?;
        }
        Ok(staging.veiled.into_iter().collect())
    }

    /// Folds entries, in the order of the log; they and the cursor become visible together. Those below the cursor change nothing.
    pub fn fold(&self, entries: &[Said]) -> Result<(), StoreError> {
        let cursor = self.cursor()?;
        let mut staging = Staging::new(self);
        let new = entries.iter().filter(|said| said.index >= cursor);
        let mut end = cursor;
        for said in new {
            staging.take(*said)?;
            end = said.index + 1;
        }
        let mut batch = WriteBatch::default();
        for (index, ended) in staging.ended {
            batch.put(key::ended(index), encode(&ended));
        }
        for (index, corrections) in staging.corrections {
            match corrections.is_empty() {
                true => batch.delete(key::corrections(index)),
                false => batch.put(key::corrections(index), encode(&corrections)),
            }
        }
        for (of, withdrawn) in staging.withdrawn {
            batch.put(key::withdrawn(of), encode(&withdrawn));
        }
        for (correction, of) in staging.corrected {
            batch.put(key::corrected(correction), of.to_be_bytes());
        }
        for (by, records) in staging.unfinished {
            batch.put(key::unfinished(by), encode(&records));
        }
        batch.put(key::CURSOR, end.to_be_bytes());
        self.database.apply(batch)?;
        // An erasure that is forgotten would leave its bytes.
        self.database.sync()
    }

    fn number(&self, key: &[u8]) -> Result<Option<u64>, StoreError> {
        let value = self.database.get(key)?;
        let number = |value: Vec<u8>| value.try_into().map(u64::from_be_bytes);
        value.map(number).transpose().map_err(|_| damaged())
    }
}

impl<'a> Staging<'a> {
    fn new(standing: &'a Standing) -> Self {
        Staging {
            standing,
            ended: BTreeMap::new(),
            corrections: BTreeMap::new(),
            corrected: BTreeMap::new(),
            withdrawn: BTreeMap::new(),
            unfinished: BTreeMap::new(),
            veiled: BTreeSet::new(),
        }
    }

    fn take(&mut self, said: Said) -> Result<(), StoreError> {
        let Said {
            index,
            kind,
            target,
        } = said;
        let mut corrections = match self.corrections.get(&target) {
            Some(known) => known.clone(),
            None => self.standing.corrections(target)?,
        };
        match kind {
            Kind::Correction => {
                corrections.push(index);
                self.corrected.insert(index, target);
                self.corrections.insert(target, corrections);
            }
            Kind::Withdrawal | Kind::Expiry | Kind::Erasure => {
                let known = match self.ended.get(&target) {
                    Some(known) => Some(*known),
                    None => self.standing.ended(target)?,
                };
                let erased_by = (kind == Kind::Erasure).then_some(index);
                let mut records = vec![target];
                records.extend(&corrections);
                if kind == Kind::Erasure {
                    // They say the record again.
                    records.extend(self.withdrawn_of(target)?);
                }
                for one in records.iter().copied() {
                    let known = match (one == target, self.ended.get(&one)) {
                        (true, _) => known,
                        (false, Some(staged)) => Some(*staged),
                        (false, None) => self.standing.ended(one)?,
                    };
                    let by = known.map_or((index, kind), |known| (known.by, known.kind));
                    let erased_by = known.and_then(|known| known.erased_by).or(erased_by);
                    let ended = Ended {
                        by: by.0,
                        kind: by.1,
                        erased_by,
                    };
                    self.ended.insert(one, ended);
                    self.veiled.insert(one);
                }
                if kind == Kind::Erasure {
                    self.unfinished.insert(index, records);
                }
                self.forget_correction(target)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// A correction that ends corrects nothing any more.
    fn forget_correction(&mut self, index: u64) -> Result<(), StoreError> {
        let of = match self.corrected.get(&index) {
            Some(of) => Some(*of),
            None => self.standing.number(&key::corrected(index))?,
        };
        if let Some(of) = of {
            let mut corrections = match self.corrections.get(&of) {
                Some(known) => known.clone(),
                None => self.standing.corrections(of)?,
            };
            if corrections.contains(&index) {
                let mut withdrawn = self.withdrawn_of(of)?;
                withdrawn.push(index);
                self.withdrawn.insert(of, withdrawn);
            }
            corrections.retain(|one| *one != index);
            self.corrections.insert(of, corrections);
        }
        Ok(())
    }

    /// The corrections of a record that left before it.
    fn withdrawn_of(&self, target: u64) -> Result<Vec<u64>, StoreError> {
        match self.withdrawn.get(&target) {
            Some(known) => Ok(known.clone()),
            None => {
                let value = self.standing.database.get(&key::withdrawn(target))?;
                value.map_or_else(|| Ok(Vec::new()), |value| decode(&value))
            }
        }
    }
}

fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("numbers and names of kinds")
}

fn decode<'a, T: Deserialize<'a>>(value: &'a [u8]) -> Result<T, StoreError> {
    serde_json::from_slice(value).map_err(|_| damaged())
}

fn damaged() -> StoreError {
    StoreError::Corrupt(format!("{DATABASE} holds a value of another form"))
}

/// Keys of the database.
mod key {
    pub const CURSOR: &[u8] = b"cursor";
    pub const VERSION: &[u8] = b"version";
    pub const UNFINISHED: &[u8] = b"x";

    fn tagged(tag: u8, index: u64) -> Vec<u8> {
        [[tag].as_slice(), &index.to_be_bytes()].concat()
    }

    pub fn ended(index: u64) -> Vec<u8> {
        tagged(b'e', index)
    }

    pub fn corrections(index: u64) -> Vec<u8> {
        tagged(b'k', index)
    }

    /// The record that a correction is of.
    pub fn corrected(correction: u64) -> Vec<u8> {
        tagged(b'o', correction)
    }

    /// The corrections of a record that left before it.
    pub fn withdrawn(index: u64) -> Vec<u8> {
        tagged(b'w', index)
    }

    pub fn unfinished(by: u64) -> Vec<u8> {
        tagged(b'x', by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::in_memory;

    fn said(index: u64, kind: Kind, target: u64) -> Said {
        Said {
            index,
            kind,
            target,
        }
    }

    #[test]
    fn a_record_ends_with_its_corrections_and_is_erased_later() {
        let standing = Standing::open(&in_memory()).unwrap();
        let corrected = [said(5, Kind::Correction, 2), said(6, Kind::Correction, 2)];
        assert!(standing.hides(&corrected).unwrap().is_empty());
        standing.fold(&corrected).unwrap();
        assert_eq!(standing.corrections(2).unwrap(), [5, 6]);
        // A correction that is withdrawn leaves the one before it.
        let withdrawn = [said(7, Kind::Withdrawal, 6)];
        assert_eq!(standing.hides(&withdrawn).unwrap(), [6]);
        standing.fold(&withdrawn).unwrap();
        assert_eq!(standing.corrections(2).unwrap(), [5]);
        let expired = [said(9, Kind::Expiry, 2)];
        assert_eq!(standing.hides(&expired).unwrap(), [2, 5]);
        standing.fold(&expired).unwrap();
        // Folded again, nothing changes.
        standing.fold(&corrected).unwrap();
        assert_eq!(standing.cursor().unwrap(), 10);
        standing.fold(&[said(12, Kind::Erasure, 2)]).unwrap();
        let ended = standing.ended(2).unwrap().unwrap();
        assert_eq!(
            (ended.by, ended.kind, ended.erased_by),
            (9, Kind::Expiry, Some(12))
        );
        let unfinished = standing.unfinished().unwrap();
        assert_eq!(
            (unfinished[0].by, &*unfinished[0].records),
            (12, &[2, 5, 6][..])
        );
        // The correction that had been withdrawn before says the record again: it is destroyed with it.
        let ended = standing.ended(6).unwrap().unwrap();
        assert_eq!((ended.by, ended.erased_by), (7, Some(12)));
        assert!(standing.is_unfinished(12).unwrap());
        standing.finish(&[12]).unwrap();
        assert!(!standing.is_unfinished(12).unwrap());
        assert_eq!(standing.unfinished().unwrap(), []);
        assert_eq!(standing.ended(1).unwrap(), None);
    }
}
