//! Entries and records as compressed blocks in shard databases, and the tail that does not fill a block yet.
//!
//! A block holds 64 consecutive indexes; a shard 2^20. Entries and records are separate values: bundles read
//! entries only, and erasure rewrites records only. Layout in `docs/LOG-FORMAT.md`. This file must not hash or sign.

mod erase;
#[cfg(test)]
mod tests;

pub(super) use erase::shard_name;

use super::{Leaf, LogError, SHARD_LEAVES};
use crate::store::{KeyValue, Storage, StoreError, WriteBatch};
use std::cell::RefCell;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};
use zstd::bulk::Decompressor;

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
    thread_local! {
        /// Made once for each thread: to make one takes longer than to read a block with it.
        static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
    }
    let read = DECOMPRESSOR.with_borrow_mut(|known| {
        let decompressor = match known {
            Some(decompressor) => decompressor,
            None => known.insert(Decompressor::new()?),
        };
        decompressor.decompress(bytes, size)
    });
    read.map_err(|e| LogError::damaged(place, e.to_string()))
}

/// The entries of a range out of a sequence of big-endian 16-bit length-prefixed ones (an entry bundle), and how many it holds in all.
pub(crate) fn split_entries(
    place: &str,
    mut bytes: &[u8],
    wanted: Range<u64>,
) -> Result<(Vec<Vec<u8>>, u64), LogError> {
    let cut = || LogError::damaged(place, "cut short");
    let mut entries = Vec::new();
    let mut number = 0;
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<2>().ok_or_else(cut)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, rest) = rest.split_at_checked(length).ok_or_else(cut)?;
        // Whoever asks for one does not pay for copies of the other 63.
        if wanted.contains(&number) {
            entries.push(entry.to_vec());
        }
        number += 1;
        bytes = rest;
    }
    Ok((entries, number))
}

/// Appends an entry with its length prefix.
pub(crate) fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) {
    let length = u16::try_from(entry.len()).expect("submit refuses entries over MAX_ENTRY_BYTES");
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
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
        let name = shard_name(number);
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
        loop {
            // Again where a large record was erased between the reading of its mark and of itself.
            if let Some(records) = self.try_records(wanted.clone())? {
                return Ok(records);
            }
        }
    }

    fn try_records(&self, wanted: Range<u64>) -> Result<Option<Vec<Option<Vec<u8>>>>, LogError> {
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
                Some(0) => Ok(Some(wanted.map(|_| None).collect())),
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
                    let found = shard
                        .get(&alone_key(index))
                        .map_err(|e| damaged(e.to_string()))?;
                    match found {
                        Some(found) => Some(decompress(&place, &found)?),
                        None => {
                            let now = shard
                                .get(&records_key(number))
                                .map_err(|e| damaged(e.to_string()))?;
                            if now.as_ref() == Some(&value) {
                                return Err(damaged(format!(
                                    "the large record {index} is missing"
                                )));
                            }
                            return Ok(None);
                        }
                    }
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
        Ok(Some(records))
    }
}
