//! Entries and records as compressed blocks in shard databases, and the tail that does not fill a block yet.
//!
//! A block holds 64 consecutive indexes; a shard 2^20. Entries and records are separate values: bundles read
//! entries only, and erasure rewrites records only. Layout in `docs/LOG-FORMAT.md`. This file must not hash or sign.

use super::{Leaf, LogError, SHARD_LEAVES};
use crate::store::{KeyValue, Storage, StoreError, WriteBatch};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};

/// Indexes in one block.
pub const BLOCK_LEAVES: u64 = 64;
/// A record over this size is a value of its own, so that one large body does not burden its 63 neighbours.
const LARGE_RECORD: usize = 16 << 10;
/// Length mark of a record that is stored alone.
const ALONE: u32 = u32::MAX;
/// Length mark of an absent record.
const ABSENT: u32 = u32::MAX - 1;
/// zstd level: 3 compresses as fast as the disk takes it.
const LEVEL: i32 = 3;

fn entries_key(block: u64) -> Vec<u8> {
    [b"e".as_slice(), &block.to_be_bytes()].concat()
}

fn records_key(block: u64) -> Vec<u8> {
    [b"r".as_slice(), &block.to_be_bytes()].concat()
}

fn alone_key(index: u64) -> Vec<u8> {
    [b"x".as_slice(), &index.to_be_bytes()].concat()
}

fn compress(bytes: &[u8]) -> Result<Vec<u8>, LogError> {
    zstd::bulk::compress(bytes, LEVEL)
        .map_err(|e| LogError::damaged("a block being written", e.to_string()))
}

/// Decompresses a frame that says its size; a damaged frame cannot make us allocate more than a block can hold.
fn decompress(place: &str, bytes: &[u8]) -> Result<Vec<u8>, LogError> {
    const MOST: u64 = BLOCK_LEAVES * (super::MAX_ENTRY_BYTES as u64 + 2);
    let size = match zstd::zstd_safe::get_frame_content_size(bytes) {
        Ok(Some(size)) if size <= MOST => size as usize,
        _ => {
            return Err(LogError::damaged(
                place,
                "not a zstd frame of a plausible size",
            ));
        }
    };
    zstd::bulk::decompress(bytes, size).map_err(|e| LogError::damaged(place, e.to_string()))
}

/// Splits a sequence of big-endian 16-bit length-prefixed entries (an entry bundle).
pub(crate) fn split_entries(place: &str, mut bytes: &[u8]) -> Result<Vec<Vec<u8>>, LogError> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes
            .split_first_chunk::<2>()
            .ok_or_else(|| LogError::damaged(place, "cut short"))?;
        let length = usize::from(u16::from_be_bytes(*length));
        if rest.len() < length {
            return Err(LogError::damaged(place, "cut short"));
        }
        entries.push(rest[..length].to_vec());
        bytes = &rest[length..];
    }
    Ok(entries)
}

/// Appends an entry with its length prefix.
pub(crate) fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) {
    let length = u16::try_from(entry.len()).expect("submit refuses entries over MAX_ENTRY_BYTES");
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
}

/// A tail leaf as one value: entry length, entry, then the record if there is one.
pub(crate) fn encode_tail(leaf: &Leaf) -> Vec<u8> {
    let mut bytes =
        Vec::with_capacity(leaf.entry.len() + 3 + leaf.record.as_ref().map_or(0, Vec::len));
    push_entry(&mut bytes, &leaf.entry);
    if let Some(record) = &leaf.record {
        bytes.push(1);
        bytes.extend_from_slice(record);
    }
    bytes
}

/// The inverse of [`encode_tail`].
pub(crate) fn decode_tail(index: u64, bytes: &[u8]) -> Result<Leaf, LogError> {
    let short = || LogError::damaged(format!("entry {index}"), "its value is cut short");
    let (length, rest) = bytes.split_first_chunk::<2>().ok_or_else(short)?;
    let (entry, rest) = rest
        .split_at_checked(usize::from(u16::from_be_bytes(*length)))
        .ok_or_else(short)?;
    let record = match rest.split_first() {
        None => None,
        Some((1, record)) => Some(record.to_vec()),
        Some(_) => return Err(short()),
    };
    Ok(Leaf {
        entry: entry.to_vec(),
        record,
    })
}

/// The shards of a log. The one being written stays open; others are opened when asked for, the last few kept.
pub(crate) struct Blocks {
    storage: Arc<dyn Storage>,
    open: Mutex<Vec<OpenShard>>,
}

type OpenShard = (u64, Arc<dyn KeyValue>);

/// Shards kept open: the one written and a few being read.
const OPEN_SHARDS: usize = 4;

/// A shard that is open, now the one used last.
fn found(open: &mut Vec<OpenShard>, number: u64) -> Option<Arc<dyn KeyValue>> {
    let at = open.iter().position(|(n, _)| *n == number)?;
    let found = open.remove(at);
    open.push(found.clone());
    Some(found.1)
}

impl Blocks {
    pub(crate) fn new(storage: Arc<dyn Storage>) -> Self {
        Blocks {
            storage,
            open: Mutex::new(Vec::new()),
        }
    }

    fn shard(&self, number: u64, create: bool) -> Result<Arc<dyn KeyValue>, LogError> {
        if let Some(found) = found(&mut self.lock(), number) {
            return Ok(found);
        }
        // Not under the lock: the sequencer, whose shard is open, must not wait for a reader's that is being opened.
        let name = format!("shards/{number}");
        // Opening would make an empty database where there is none: only a writer may.
        if !create && !self.storage.exists(&name)? {
            return Err(LogError::damaged(name, "the database is missing"));
        }
        // The engine gives up on a file as a whole: then nothing of these entries can be read.
        let database = self.storage.open(&name).map_err(|error| match error {
            StoreError::Corrupt(reason) => LogError::damaged(
                format!(
                    "entries {} to {}",
                    number * SHARD_LEAVES,
                    (number + 1) * SHARD_LEAVES - 1
                ),
                reason,
            ),
            error => error.into(),
        })?;
        let mut open = self.lock();
        if let Some(found) = found(&mut open, number) {
            return Ok(found);
        }
        if open.len() >= OPEN_SHARDS {
            // The longest unused, but never the newest shard: the one being written stays open whatever is read.
            let newest = open.iter().map(|(number, _)| *number).max();
            let victim = open.iter().position(|(n, _)| Some(*n) != newest);
            open.remove(victim.unwrap_or_default());
        }
        open.push((number, database.clone()));
        Ok(database)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<OpenShard>> {
        self.open.lock().expect("no holder of this lock panics")
    }

    /// Writes full blocks, which start at block number `first`, and returns when they are durable.
    pub(crate) fn write(&self, first: u64, leaves: &[Leaf]) -> Result<(), LogError> {
        let per_shard = SHARD_LEAVES / BLOCK_LEAVES;
        let blocks = leaves.chunks_exact(BLOCK_LEAVES as usize);
        debug_assert!(
            blocks.remainder().is_empty(),
            "only full blocks are written"
        );
        let mut batch = WriteBatch::default();
        let mut shard = first / per_shard;
        for (number, block) in (first..).zip(blocks) {
            if number / per_shard != shard {
                self.commit(shard, std::mem::take(&mut batch))?;
                shard = number / per_shard;
            }
            self.encode(number, block, &mut batch)?;
        }
        self.commit(shard, batch)
    }

    fn commit(&self, shard: u64, batch: WriteBatch) -> Result<(), LogError> {
        if batch.is_empty() {
            return Ok(());
        }
        let database = self.shard(shard, true)?;
        database.apply(batch)?;
        Ok(database.sync()?)
    }

    fn encode(&self, number: u64, leaves: &[Leaf], batch: &mut WriteBatch) -> Result<(), LogError> {
        let mut entries = Vec::new();
        let mut records = Vec::new();
        for (offset, leaf) in (0u64..).zip(leaves) {
            push_entry(&mut entries, &leaf.entry);
            match &leaf.record {
                None => records.extend_from_slice(&ABSENT.to_be_bytes()),
                Some(record) if record.len() > LARGE_RECORD => {
                    batch.put(alone_key(number * BLOCK_LEAVES + offset), compress(record)?);
                    records.extend_from_slice(&ALONE.to_be_bytes());
                }
                Some(record) => {
                    let length = u32::try_from(record.len()).expect("at most LARGE_RECORD");
                    records.extend_from_slice(&length.to_be_bytes());
                    records.extend_from_slice(record);
                }
            }
        }
        // The first byte says whether there are records, so that a value of records that is lost is missed, and a log of
        // entries alone does not pay for empty ones.
        let recorded = leaves.iter().any(|leaf| leaf.record.is_some());
        let mut value = vec![u8::from(recorded)];
        value.extend(compress(&entries)?);
        batch.put(entries_key(number), value);
        if recorded {
            batch.put(records_key(number), compress(&records)?);
        }
        Ok(())
    }

    /// The 64 entries of a full block as length-prefixed bytes.
    pub(crate) fn entries(&self, number: u64) -> Result<Vec<u8>, LogError> {
        let place = format!(
            "entries {}–{}",
            number * BLOCK_LEAVES,
            (number + 1) * BLOCK_LEAVES - 1
        );
        let shard = self.shard(number * BLOCK_LEAVES / SHARD_LEAVES, false)?;
        let value = shard
            .get(&entries_key(number))
            .map_err(|e| LogError::damaged(&place, e.to_string()))?;
        let value = value.ok_or_else(|| LogError::damaged(&place, "the block is missing"))?;
        decompress(&place, value.get(1..).unwrap_or_default())
    }

    /// The records of some entries of one full block, in order. Large ones among the others are not read: whoever asks for one
    /// small record does not pay for 64 large ones.
    pub(crate) fn records(&self, wanted: Range<u64>) -> Result<Vec<Option<Vec<u8>>>, LogError> {
        let number = wanted.start / BLOCK_LEAVES;
        let first = number * BLOCK_LEAVES;
        let place = format!("records {first}–{}", first + BLOCK_LEAVES - 1);
        let shard = self.shard(first / SHARD_LEAVES, false)?;
        let damaged = |reason: String| LogError::damaged(&place, reason);
        let value = shard
            .get(&records_key(number))
            .map_err(|e| damaged(e.to_string()))?;
        let Some(value) = value else {
            // Lost, unless the entries say that none of them has a record.
            let entries = shard
                .get(&entries_key(number))
                .map_err(|e| damaged(e.to_string()))?;
            return match entries.as_deref().and_then(<[u8]>::first) {
                Some(0) => Ok(wanted.map(|_| None).collect()),
                _ => Err(damaged("the block is missing".into())),
            };
        };
        let bytes = decompress(&place, &value)?;
        let mut rest = bytes.as_slice();
        let mut records = Vec::new();
        for index in first..wanted.end {
            let (length, tail) = rest
                .split_first_chunk::<4>()
                .ok_or_else(|| damaged("cut short".into()))?;
            rest = tail;
            let record = match u32::from_be_bytes(*length) {
                ABSENT => None,
                ALONE if !wanted.contains(&index) => None,
                ALONE => {
                    let value = shard
                        .get(&alone_key(index))
                        .map_err(|e| damaged(e.to_string()))?;
                    let value = value
                        .ok_or_else(|| damaged(format!("the large record {index} is missing")))?;
                    Some(decompress(&place, &value)?)
                }
                length => {
                    let (record, tail) = rest
                        .split_at_checked(length as usize)
                        .ok_or_else(|| damaged("cut short".into()))?;
                    rest = tail;
                    Some(record.to_vec())
                }
            };
            if wanted.contains(&index) {
                records.push(record);
            }
        }
        Ok(records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::FaultStorage;
    use std::sync::mpsc;
    use std::time::Duration;

    #[test]
    fn blocks_give_back_what_they_took_across_a_shard_border() {
        let blocks = Blocks::new(Arc::new(FaultStorage::default()));
        let leaf = |i: u64| Leaf {
            entry: format!("entry {i}").into_bytes(),
            record: match i % 3 {
                0 => None,
                1 => Some(format!("record {i}").into_bytes()),
                _ => Some(vec![i as u8; LARGE_RECORD + 1]),
            },
        };
        let first = SHARD_LEAVES / BLOCK_LEAVES - 1;
        let leaves: Vec<Leaf> = (first * BLOCK_LEAVES..(first + 2) * BLOCK_LEAVES)
            .map(leaf)
            .collect();
        blocks.write(first, &leaves).unwrap();
        for number in [first, first + 1] {
            let entries = split_entries("test", &blocks.entries(number).unwrap()).unwrap();
            let first = number * BLOCK_LEAVES;
            let records = blocks.records(first..first + BLOCK_LEAVES).unwrap();
            for (index, record) in (first..).zip(&records) {
                let alone = blocks.records(index..index + 1).unwrap();
                assert_eq!(alone, std::slice::from_ref(record));
            }
            for (offset, (entry, record)) in entries.into_iter().zip(records).enumerate() {
                assert_eq!(
                    Leaf { entry, record },
                    leaf(number * BLOCK_LEAVES + offset as u64)
                );
            }
        }
        // A large record that is lost is missed by who asks for it, and by nobody else.
        let large = first * BLOCK_LEAVES + 2 - (first * BLOCK_LEAVES) % 3;
        let shard = blocks.shard(large / SHARD_LEAVES, false).unwrap();
        let mut batch = WriteBatch::default();
        batch.delete(alone_key(large));
        shard.apply(batch).unwrap();
        assert!(blocks.records(large..large + 1).is_err());
        assert!(blocks.records(large - 1..large).is_ok());
        assert!(blocks.records(large + 1..large + 2).is_ok());
        assert!(matches!(
            blocks.entries(first + 2),
            Err(LogError::Damaged { .. })
        ));
    }

    #[test]
    fn records_that_are_lost_are_missed_and_those_that_never_were_are_not() {
        let blocks = Blocks::new(Arc::new(FaultStorage::default()));
        let leaf = |record: Option<&[u8]>| Leaf {
            entry: b"entry".to_vec(),
            record: record.map(<[u8]>::to_vec),
        };
        let mut leaves = vec![leaf(None); 2 * BLOCK_LEAVES as usize];
        leaves[BLOCK_LEAVES as usize + 9] = leaf(Some(b"{}"));
        blocks.write(0, &leaves).unwrap();
        let shard = blocks.shard(0, false).unwrap();
        assert_eq!(shard.get(&records_key(0)).unwrap(), None);
        assert_eq!(blocks.records(3..5).unwrap(), [None, None]);
        assert_eq!(
            blocks.records(72..74).unwrap(),
            [None, Some(b"{}".to_vec())]
        );
        let mut batch = WriteBatch::default();
        batch.delete(records_key(1));
        shard.apply(batch).unwrap();
        assert!(matches!(
            blocks.records(72..74),
            Err(LogError::Damaged { .. })
        ));
    }

    /// Opens one shard only when told to.
    struct Slow {
        storage: FaultStorage,
        asked: mpsc::Sender<()>,
        go: Mutex<mpsc::Receiver<()>>,
    }

    impl Storage for Slow {
        fn open(&self, name: &str) -> Result<Arc<dyn KeyValue>, StoreError> {
            if name == "shards/0" {
                self.asked.send(()).unwrap();
                self.go.lock().unwrap().recv().unwrap();
            }
            self.storage.open(name)
        }

        fn exists(&self, _: &str) -> Result<bool, StoreError> {
            Ok(true)
        }

        fn remove(&self, name: &str) -> Result<(), StoreError> {
            self.storage.remove(name)
        }

        fn ensure_space(&self, reserve: u64) -> Result<(), StoreError> {
            self.storage.ensure_space(reserve)
        }
    }

    #[test]
    fn the_writer_does_not_wait_for_a_shard_that_a_reader_opens() {
        let (asked, was_asked) = mpsc::channel();
        let (go, may_go) = mpsc::channel();
        let blocks = Arc::new(Blocks::new(Arc::new(Slow {
            storage: FaultStorage::default(),
            asked,
            go: Mutex::new(may_go),
        })));
        let reader = std::thread::spawn({
            let blocks = blocks.clone();
            move || blocks.entries(0).is_err()
        });
        was_asked.recv().unwrap();
        let (done, is_done) = mpsc::channel();
        std::thread::spawn(move || {
            let leaf = Leaf {
                entry: b"entry".to_vec(),
                record: None,
            };
            let leaves = vec![leaf; BLOCK_LEAVES as usize];
            blocks.write(SHARD_LEAVES / BLOCK_LEAVES, &leaves).unwrap();
            done.send(()).unwrap();
        });
        let written = is_done.recv_timeout(Duration::from_secs(60));
        go.send(()).unwrap();
        assert!(reader.join().unwrap(), "there is no block 0");
        written.expect("the writer waited for the reader's shard");
    }

    #[test]
    fn tails_give_back_what_they_took() {
        for record in [None, Some(Vec::new()), Some(b"{}".to_vec())] {
            let leaf = Leaf {
                entry: b"entry".to_vec(),
                record,
            };
            let bytes = encode_tail(&leaf);
            assert_eq!(decode_tail(7, &bytes).unwrap(), leaf);
            assert!(decode_tail(7, &bytes[..3]).is_err());
        }
    }
}
