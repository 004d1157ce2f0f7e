//! The veil: which records are kept and not given. Everything that reads the published log meets it here, and nowhere above.
//!
//! A record goes under the veil and never comes out. The log does not know why; whoever says so knows. What is needed to
//! prove or to undo what was public is read past it with [`Log::unveiled`], by few.

use super::{Inner, Leaf, Log, LogError, Purpose, key};
use crate::store::{KeyValue, WriteBatch, prefix_end};
use roaring::{RoaringBitmap, RoaringTreemap};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, RwLock};

/// Indexes whose bits stand in one value: one container of the bitmap format, 8 KiB at most.
const CHUNK: u64 = 1 << 16;

/// The veil in memory.
pub(super) struct Veil {
    hidden: RwLock<RoaringTreemap>,
    /// Held by who changes it on the disk.
    changing: Mutex<()>,
}

fn place(chunk: u64) -> String {
    format!("the veil over entries from {}", chunk * CHUNK)
}

fn decode(chunk: u64, bytes: &[u8]) -> Result<RoaringBitmap, LogError> {
    let bitmap = RoaringBitmap::deserialize_from(bytes)
        .map_err(|e| LogError::damaged(place(chunk), e.to_string()))?;
    match bitmap.max() {
        Some(offset) if u64::from(offset) < CHUNK => Ok(bitmap),
        _ => Err(LogError::damaged(place(chunk), "not a bitmap of its chunk")),
    }
}

impl Veil {
    /// Reads the whole veil: a few hundred values for a log of a nation's size.
    pub(super) fn load(database: &dyn KeyValue) -> Result<Self, LogError> {
        let mut hidden = RoaringTreemap::new();
        for pair in database.range(key::VEIL, prefix_end(key::VEIL).as_deref()) {
            let (key, value) = pair?;
            let chunk = key
                .get(key::VEIL.len()..)
                .and_then(|bytes| bytes.try_into().ok().map(u64::from_be_bytes))
                .filter(|chunk| *chunk <= u64::MAX / CHUNK)
                .ok_or_else(|| LogError::damaged("the veil", "a key of another form"))?;
            let bitmap = decode(chunk, &value)?;
            hidden.extend(
                bitmap
                    .into_iter()
                    .map(|offset| chunk * CHUNK + u64::from(offset)),
            );
        }
        // A value that is lost would show what was withdrawn.
        let expected = match database.get(key::VEILED)? {
            None => 0,
            Some(bytes) => bytes
                .try_into()
                .map(u64::from_be_bytes)
                .map_err(|_| LogError::damaged("the size of the veil", "not a number"))?,
        };
        if hidden.len() != expected {
            return Err(LogError::damaged(
                "the veil",
                format!("{} records are under it, expected {expected}", hidden.len()),
            ));
        }
        Ok(Veil {
            hidden: RwLock::new(hidden),
            changing: Mutex::new(()),
        })
    }

    pub(super) fn covers(&self, index: u64) -> bool {
        let hidden = self.hidden.read().expect("no holder of this lock panics");
        hidden.contains(index)
    }

    fn len(&self) -> u64 {
        let hidden = self.hidden.read().expect("no holder of this lock panics");
        hidden.len()
    }

    /// Takes away the records under it. Called after they were read, so that what went under it meanwhile is not given.
    pub(super) fn cover(&self, first: u64, leaves: &mut [Leaf]) {
        let hidden = self.hidden.read().expect("no holder of this lock panics");
        if hidden.is_empty() {
            return;
        }
        for (index, leaf) in (first..).zip(leaves) {
            if leaf.record.is_some() && hidden.contains(index) {
                leaf.record = None;
            }
        }
    }
}

impl Inner {
    /// Fails where the log was opened to be read only.
    pub(super) fn ensure_writable(&self) -> Result<(), LogError> {
        match self.purpose {
            Purpose::Append => Ok(()),
            Purpose::Read => Err(LogError::State(
                "the log was opened to be read only".to_owned(),
            )),
        }
    }

    /// Fails where one of these is not published.
    pub(super) fn ensure_published(&self, indexes: &[u64]) -> Result<(), LogError> {
        let size = self.published().size();
        match indexes.iter().find(|index| **index >= size) {
            None => Ok(()),
            Some(index) => Err(LogError::Beyond {
                what: format!("entry {index}"),
                size,
            }),
        }
    }

    pub(super) fn put_under_veil(&self, indexes: &[u64]) -> Result<(), LogError> {
        self.ensure_writable()?;
        self.ensure_published(indexes)?;
        let veil = &self.veil;
        let _alone = veil.changing.lock().expect("no holder of this lock panics");
        let mut chunks: BTreeMap<u64, RoaringBitmap> = BTreeMap::new();
        let mut new = RoaringTreemap::new();
        {
            let hidden = veil.hidden.read().expect("no holder of this lock panics");
            new.extend(indexes.iter().filter(|index| !hidden.contains(**index)));
        }
        if new.is_empty() {
            return Ok(());
        }
        for index in &new {
            let offset = u32::try_from(index % CHUNK).expect("less than a chunk");
            chunks.entry(index / CHUNK).or_default().insert(offset);
        }
        let mut batch = WriteBatch::default();
        for (chunk, mut bitmap) in chunks {
            let key = key::veil(chunk);
            if let Some(value) = self.database.get(&key)? {
                bitmap |= decode(chunk, &value)?;
            }
            let mut value = Vec::with_capacity(bitmap.serialized_size());
            bitmap
                .serialize_into(&mut value)
                .expect("a vector takes every byte");
            batch.put(key, value);
        }
        batch.put(key::VEILED, (veil.len() + new.len()).to_be_bytes());
        self.database.apply(batch)?;
        self.database.sync()?;
        *veil.hidden.write().expect("no holder of this lock panics") |= new;
        Ok(())
    }
}

impl Log {
    /// Puts records under the veil, durably; from its return on nobody is given them who does not read past it. Indexes that
    /// are under it already stay there.
    ///
    /// # Errors
    /// [`LogError::Beyond`] where one is not published: nothing is done then.
    pub fn veil(&self, indexes: &[u64]) -> Result<(), LogError> {
        self.inner.put_under_veil(indexes)
    }

    /// Whether the record of an index is under the veil, destroyed or not.
    pub fn is_veiled(&self, index: u64) -> bool {
        self.inner.veil.covers(index)
    }

    /// Number of records under the veil.
    pub fn veiled_count(&self) -> u64 {
        self.inner.veil.len()
    }

    /// Entries of a range with every record that is kept, those under the veil too.
    ///
    /// For these alone: whoever takes what a record said out of what it derived from it, whoever decides whether something may
    /// end, the backup, fsck. Nothing that answers the public may call it (`tests/architecture.rs`).
    pub fn unveiled(&self, range: Range<u64>) -> Result<Vec<Leaf>, LogError> {
        self.inner.leaves(range, &self.published(), true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{FaultStorage, SledStorage, Storage};
    use std::time::{Duration, Instant};

    /// Sets every tenth bit, in no order that compresses, of so many chunks.
    fn fill(database: &dyn KeyValue, chunks: u64) -> u64 {
        let mut count = 0;
        for chunk in 0..chunks {
            let bits = (0..CHUNK as u32).filter(|bit| {
                let mixed = (u64::from(*bit) + chunk * CHUNK).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                (mixed >> 32).is_multiple_of(10)
            });
            let bitmap = RoaringBitmap::from_iter(bits);
            let mut value = Vec::new();
            bitmap.serialize_into(&mut value).unwrap();
            assert!(value.len() <= 8192 + 16);
            count += bitmap.len();
            let mut batch = WriteBatch::default();
            batch.put(key::veil(chunk), value);
            database.apply(batch).unwrap();
        }
        let mut batch = WriteBatch::default();
        batch.put(key::VEILED, count.to_be_bytes());
        database.apply(batch).unwrap();
        count
    }

    /// 26 million entries, a tenth of them under the veil.
    #[test]
    fn a_nation_s_veil_is_read_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let storage = SledStorage::new(folder.path());
        let database = storage.open("d").unwrap();
        let count = fill(database.as_ref(), 397);
        database.sync().unwrap();
        let begin = Instant::now();
        let veil = Veil::load(database.as_ref()).unwrap();
        println!("{count} read in {:?}", begin.elapsed());
        assert!(begin.elapsed() < Duration::from_secs(10));
        assert_eq!(veil.len(), count);
    }

    #[test]
    fn a_number_or_key_that_does_not_fit_is_damage() {
        let storage = FaultStorage::default();
        let database = storage.open("d").unwrap();
        let count = fill(database.as_ref(), 2);
        assert_eq!(Veil::load(database.as_ref()).unwrap().len(), count);
        for (key, value) in [
            (key::VEILED.to_vec(), (count + 1).to_be_bytes().to_vec()),
            (key::VEILED.to_vec(), vec![1]),
            (b"v123".to_vec(), vec![]),
            (key::veil(u64::MAX), vec![]),
        ] {
            let mut batch = WriteBatch::default();
            let before = database.get(&key).unwrap();
            batch.put(key.clone(), value);
            database.apply(batch).unwrap();
            let outcome = Veil::load(database.as_ref());
            assert!(matches!(outcome, Err(LogError::Damaged { .. })));
            let mut batch = WriteBatch::default();
            match before {
                Some(value) => batch.put(key, value),
                None => batch.delete(key),
            }
            database.apply(batch).unwrap();
        }
    }
}
