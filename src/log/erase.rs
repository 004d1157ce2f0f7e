//! Erasure: the bytes of a record leave the log's files for good; its entry stays, and every proof with it.
//!
//! Order, each step durable before the next: the veil; the tail without these records under a new key, together with marks that
//! say which of them are in which shard; the old key destroyed; the blocks of each such shard written anew without them, and the
//! shard rewritten; its mark taken away. Death in between is finished by calling it again. It must not know what a record says.

use super::blocks::shard_name;
use super::tail::{self, Tail, TailKey};
use super::{BLOCK_LEAVES, Inner, Log, LogError, SHARD_LEAVES, key};
use crate::store::{WriteBatch, prefix_end};
use std::collections::BTreeSet;
use std::sync::{MutexGuard, PoisonError};

/// A shard whose files hold what has to go.
struct Marked {
    shard: u64,
    /// What an erasure takes out of its blocks, ascending. None where a batch that died with an earlier process may have left
    /// leaves in its files, which nothing else tells: then it is rewritten with the next erasure.
    indexes: Vec<u64>,
}

impl Log {
    /// Destroys the records of published indexes, after it has put them under the veil: when it returns, no file of the log
    /// holds them in a form that anything in the data folder can read. Entries, tiles and proofs stay as they are.
    ///
    /// It can be repeated, and has to be after an error or a death in it. Whatever an earlier one has begun
    /// ([`erasure_unfinished`](Self::erasure_unfinished)) is finished too, also where no indexes are given. Appends go on; one
    /// that fills a block waits while the files of its shard are copied.
    ///
    /// # Errors
    /// [`LogError::Beyond`] where one is not published: nothing is done then. `StoreError::NoSpace` where there is no room to
    /// copy a shard: the records are under the veil then, and are destroyed when it is repeated.
    pub fn erase(&self, indexes: &[u64]) -> Result<(), LogError> {
        let inner = &self.inner;
        inner.ensure_writable()?;
        let _alone = inner.erasing.lock().expect("no holder of this lock panics");
        let indexes: Vec<u64> = BTreeSet::from_iter(indexes.iter().copied())
            .into_iter()
            .collect();
        inner.put_under_veil(&indexes)?;
        let indexes = inner.with_record(&indexes)?;
        // A key that could not be destroyed the last time.
        let number = inner.tail_key().number;
        tail::destroy_others(&inner.folder, number)?;
        if indexes.is_empty() && !self.erasure_unfinished()? {
            return Ok(());
        }
        inner
            .storage
            .ensure_space(inner.config.batching.reserve_bytes)?;
        inner.renew_tail(&indexes)?;
        inner.rewrite_shards()
    }

    /// Whether an erasure has begun to destroy and has not ended, so that [`erase`](Self::erase) has to be called again.
    pub fn erasure_unfinished(&self) -> Result<bool, LogError> {
        let marked = self.inner.marked()?;
        Ok(marked.iter().any(|marked| !marked.indexes.is_empty()))
    }
}

impl Inner {
    /// At a start: what lies beyond the tree of `size` is removed, and keys that nothing is under are destroyed.
    pub(super) fn tidy_up(&self, size: u64) -> Result<(), LogError> {
        let mut batch = WriteBatch::default();
        for shard in self.blocks.remove_strays(size)? {
            if self.database.get(&key::rewrite(shard))?.is_none() {
                batch.put(key::rewrite(shard), []);
            }
        }
        if !batch.is_empty() {
            self.database.apply(batch)?;
            self.database.sync()?;
        }
        let (number, is_there) = {
            let key = self.tail_key();
            (key.number, key.is_there())
        };
        if !is_there {
            // Nothing is under it, or the tail could not have been read.
            return self.renew_tail(&[]);
        }
        tail::destroy_others(&self.folder, number)
    }

    /// Shards to be rewritten.
    fn marked(&self) -> Result<Vec<Marked>, LogError> {
        let end = prefix_end(key::REWRITE);
        let marks = self.database.range(key::REWRITE, end.as_deref());
        let marks = marks.map(|pair| {
            let (key, value) = pair?;
            let number = key.get(key::REWRITE.len()..).unwrap_or_default();
            match (number.try_into(), value.as_chunks::<8>()) {
                (Ok(number), (indexes, [])) => Ok(Marked {
                    shard: u64::from_be_bytes(number),
                    indexes: indexes.iter().copied().map(u64::from_be_bytes).collect(),
                }),
                _ => Err(LogError::damaged(
                    "the marks of an erasure",
                    "a mark of another form",
                )),
            }
        });
        marks.collect()
    }

    pub(super) fn lock_tail(&self) -> MutexGuard<'_, Tail> {
        // Where the sequencer panicked with it, it says that it is unsettled.
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those of some indexes that still have a record.
    fn with_record(&self, indexes: &[u64]) -> Result<Vec<u64>, LogError> {
        let published = self.published();
        let mut found = Vec::new();
        for some in indexes.chunk_by(|one, next| one / BLOCK_LEAVES == next / BLOCK_LEAVES) {
            let (Some(first), Some(last)) = (some.first(), some.last()) else {
                continue;
            };
            let leaves = self.leaves(*first..last + 1, &published, true)?;
            let kept = |index: &&u64| {
                usize::try_from(**index - first)
                    .ok()
                    .and_then(|at| leaves.get(at))
                    .is_some_and(|leaf| leaf.record.is_some())
            };
            found.extend(some.iter().filter(kept));
        }
        Ok(found)
    }

    /// Puts the tail, without the records of `erased`, under a new key, marks the shards that hold others of them, and destroys
    /// the old key. No batch is written meanwhile.
    fn renew_tail(&self, erased: &[u64]) -> Result<(), LogError> {
        let mut tail = self.lock_tail();
        if let Some(reason) = &tail.unsettled {
            return Err(LogError::State(format!(
                "{reason}; restart the server, then repeat the erasure"
            )));
        }
        let mut leaves = tail.leaves.clone();
        for (index, leaf) in (tail.first..).zip(&mut leaves) {
            if erased.binary_search(&index).is_ok() {
                leaf.record = None;
            }
        }
        let number = self.tail_key().number + 1;
        let new = TailKey::make(&self.folder, &self.config, number)?;
        let mut batch = WriteBatch::default();
        batch.put(key::TAIL_KEY, number.to_be_bytes());
        for (index, leaf) in (tail.first..).zip(&leaves) {
            batch.put(key::tail(index), new.seal(index, leaf)?);
        }
        let in_blocks = &erased[..erased.partition_point(|index| *index < tail.first)];
        self.mark(in_blocks, &mut batch)?;
        if let Err(error) = self.exchange(new, batch) {
            tail.unsettled = Some(format!(
                "the tail could not be put under a new key: {error}"
            ));
            return Err(error);
        }
        tail.leaves = leaves;
        drop(tail);
        tail::destroy_others(&self.folder, number)
    }

    /// Adds to the marks of shards what is to leave their blocks.
    fn mark(&self, erased: &[u64], batch: &mut WriteBatch) -> Result<(), LogError> {
        let mut marked = self.marked()?;
        for of_shard in erased.chunk_by(|one, next| one / SHARD_LEAVES == next / SHARD_LEAVES) {
            let Some(shard) = of_shard.first().map(|index| index / SHARD_LEAVES) else {
                continue;
            };
            let before = marked.iter_mut().find(|marked| marked.shard == shard);
            let mut indexes =
                before.map_or(Vec::new(), |marked| std::mem::take(&mut marked.indexes));
            indexes.extend_from_slice(of_shard);
            indexes.sort_unstable();
            indexes.dedup();
            let value: Vec<u8> = indexes
                .iter()
                .flat_map(|index| index.to_be_bytes())
                .collect();
            batch.put(key::rewrite(shard), value);
        }
        Ok(())
    }

    /// No reader is between a value of the tail and its key meanwhile.
    fn exchange(&self, new: TailKey, batch: WriteBatch) -> Result<(), LogError> {
        let mut key = self
            .tail_key
            .write()
            .expect("no holder of this lock panics");
        self.database.apply(batch)?;
        *key = new;
        drop(key);
        Ok(self.database.sync()?)
    }

    /// Takes records out of the blocks of every marked shard and rewrites it.
    fn rewrite_shards(&self) -> Result<(), LogError> {
        for Marked { shard, indexes } in self.marked()? {
            if !indexes.is_empty() {
                self.blocks.erase(shard, &indexes)?;
            }
            self.storage.rewrite(&shard_name(shard))?;
            let mut batch = WriteBatch::default();
            batch.delete(key::rewrite(shard));
            self.database.apply(batch)?;
            self.database.sync()?;
        }
        Ok(())
    }
}
