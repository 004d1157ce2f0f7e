//! Taking records out of blocks, and blocks out of a shard that a batch left behind which died.
//!
//! The bytes stay in the engine's files until the shard is rewritten: that is up to the caller.

use super::{ABSENT, ALONE, Blocks, alone_key, compress, decompress, entries_key, records_key};
use crate::log::{BLOCK_LEAVES, LogError, SHARD_LEAVES};
use crate::store::{KeyValue, WriteBatch, prefix_end};

/// Blocks changed in one batch.
const BLOCKS: usize = 64;

/// Name of a shard's database.
pub(crate) fn shard_name(number: u64) -> String {
    format!("shards/{number}")
}

impl Blocks {
    /// Takes the records of `indexes`, ascending, out of their blocks, which are all full and in one shard. What is absent
    /// already stays so.
    pub(crate) fn erase(&self, shard: u64, indexes: &[u64]) -> Result<(), LogError> {
        let database = self.shard(shard, false)?;
        let blocks: Vec<&[u64]> = indexes
            .chunk_by(|one, next| one / BLOCK_LEAVES == next / BLOCK_LEAVES)
            .collect();
        for some in blocks.chunks(BLOCKS) {
            let mut batch = WriteBatch::default();
            for indexes in some {
                without(database.as_ref(), indexes, &mut batch)?;
            }
            if !batch.is_empty() {
                database.apply(batch)?;
            }
        }
        Ok(())
    }

    /// Removes what lies at or after `size`, which no signed or staged tree knows, and names the shards in whose files a batch
    /// that died may have left something: the one being written, and any after it.
    pub(crate) fn remove_strays(&self, size: u64) -> Result<Vec<u64>, LogError> {
        let mut found = Vec::new();
        let block = size / BLOCK_LEAVES;
        let mut number = size / SHARD_LEAVES;
        while self.storage.exists(&shard_name(number))? {
            let database = self.shard(number, false)?;
            let mut batch = WriteBatch::default();
            let first = [
                entries_key(block),
                records_key(block),
                alone_key(block * BLOCK_LEAVES),
            ];
            for from in first {
                let end = prefix_end(&from[..1]);
                for pair in database.range(&from, end.as_deref()) {
                    batch.delete(pair?.0);
                }
            }
            if !batch.is_empty() {
                database.apply(batch)?;
                database.sync()?;
            }
            found.push(number);
            number += 1;
        }
        Ok(found)
    }
}

/// Writes one block's records anew without those of `indexes`.
fn without(
    database: &dyn KeyValue,
    indexes: &[u64],
    batch: &mut WriteBatch,
) -> Result<(), LogError> {
    let Some(number) = indexes.first().map(|index| index / BLOCK_LEAVES) else {
        return Ok(());
    };
    let first = number * BLOCK_LEAVES;
    let place = format!("records {first}–{}", first + BLOCK_LEAVES - 1);
    // A block without records has no such value; one that lost it has nothing to erase.
    let Some(value) = database.get(&records_key(number))? else {
        return Ok(());
    };
    let short = || LogError::damaged(&place, "cut short");
    let bytes = decompress(&place, &value)?;
    let mut rest = bytes.as_slice();
    let mut records = Vec::with_capacity(bytes.len());
    for index in first..first + BLOCK_LEAVES {
        let (mark, tail) = rest.split_first_chunk::<4>().ok_or_else(short)?;
        let length = match u32::from_be_bytes(*mark) {
            ABSENT | ALONE => 0,
            length => length as usize,
        };
        let (record, tail) = tail.split_at_checked(length).ok_or_else(short)?;
        rest = tail;
        if indexes.binary_search(&index).is_ok() {
            records.extend_from_slice(&ABSENT.to_be_bytes());
            if u32::from_be_bytes(*mark) == ALONE {
                batch.delete(alone_key(index));
            }
        } else {
            records.extend_from_slice(mark);
            records.extend_from_slice(record);
        }
    }
    if records != bytes {
        batch.put(records_key(number), compress(&records)?);
    }
    Ok(())
}
