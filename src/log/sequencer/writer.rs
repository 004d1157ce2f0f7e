//! What the sequencer's thread does with a batch: stages, signs, swaps, publishes, answers, each step durable before the next.
//!
//! Death between two steps leaves what [`crate::log::recover`] completes or ignores. It takes batches as the queue gives them.

use super::{Pending, Shared, State};
use crate::log::recover::{checkpoint, encode_staged, sign};
use crate::log::submission::Answer;
use crate::log::tail::Tail;
use crate::log::tree::{FullTile, Tree};
use crate::log::{BLOCK_LEAVES, CHECKPOINT_FILE, Leaf, LogError, Published, key};
use crate::store::{StoreError, WriteBatch, write_atomic};
use gongshi_verify::hash::leaf_hash;
use std::sync::Arc;
use std::time::Duration;

/// How long until a checkpoint that could not be published is tried again.
const RETRY: Duration = Duration::from_millis(500);

/// How a batch ended when it did not end well.
pub(super) enum BatchError {
    /// Nothing was signed: the tree in memory stands.
    Unsigned(LogError),
    /// A signature exists whose fate on disk is unknown: only the start-up checks can settle it.
    Unsettled(LogError),
    /// Signed and durable, but still not published when the log was closed: the next start publishes it.
    Unpublished(LogError),
}

pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) tree: Tree,
    /// The last signed checkpoint.
    pub(super) note: String,
}

impl Writer {
    pub(super) fn run(&mut self) {
        while let Some(batch) = self.shared.next_batch() {
            let (leaves, mut answers) = split(batch);
            match self.append(leaves, &mut answers) {
                Ok(published) => {
                    for answer in &mut answers {
                        answer.fate.decide(true);
                        answer.say(Ok(published.clone()));
                    }
                }
                Err(error) => self.fail(answers, error),
            }
        }
    }

    fn append(
        &mut self,
        leaves: Vec<Leaf>,
        answers: &mut [Answer],
    ) -> Result<Arc<Published>, BatchError> {
        let inner = self.shared.inner.clone();
        inner
            .storage
            .ensure_space(inner.config.batching.reserve_bytes)
            .map_err(|e| BatchError::Unsigned(e.into()))?;
        let mut tail = inner.lock_tail();
        if let Some(reason) = &tail.unsettled {
            return Err(BatchError::Unsettled(LogError::State(reason.clone())));
        }
        tail.unsettled = Some("a batch was not appended".to_owned());
        let (tree, new_tail) = self.stage(leaves, &tail).map_err(BatchError::Unsigned)?;

        let note = sign(&inner.config, tree.size(), &tree.root());
        let swapped = inner.database.compare_and_swap(
            key::CHECKPOINT,
            Some(self.note.as_bytes()),
            note.as_bytes(),
        );
        match swapped.and_then(|done| inner.database.sync().map(|()| done)) {
            Ok(true) => {}
            Ok(false) => return Err(BatchError::Unsettled(LogError::LostWriter)),
            Err(error) => return Err(BatchError::Unsettled(error.into())),
        }
        let checkpoint = checkpoint(&inner.config, tree.size(), tree.root());
        let published = Arc::new(Published {
            checkpoint,
            note: note.clone(),
            edge: tree.edge().to_vec(),
        });
        (self.tree, *tail, self.note) = (tree, new_tail, note);
        drop(tail);
        let mut refused = false;
        while let Err(error) = self.publish(published.clone()) {
            if !refused {
                tracing::error!(%error, "a signed checkpoint could not be published; trying again");
                let text =
                    format!("the newest entries are signed but cannot be published: {error}");
                self.shared.lock().unpublished = Some(text.clone());
                for answer in &mut *answers {
                    answer.say(Err(text.clone()));
                }
                refused = true;
            }
            let queue = self.shared.lock();
            if !matches!(queue.state, State::Running) {
                return Err(BatchError::Unpublished(error.into()));
            }
            let waited = self.shared.changed.wait_timeout(queue, RETRY);
            drop(waited.expect("no holder of this lock panics"));
        }
        Ok(published)
    }

    /// Writes everything of the batch but the signature, durably, and returns the tree and tail after it.
    fn stage(&self, leaves: Vec<Leaf>, before: &Tail) -> Result<(Tree, Tail), LogError> {
        let inner = &self.shared.inner;
        let size = self.tree.size();
        let mut tree = self.tree.clone();
        let mut full: Vec<FullTile> = Vec::new();
        for leaf in &leaves {
            tree.push(leaf_hash(&leaf.entry), &mut full);
        }

        let mut batch = WriteBatch::default();
        let blocks_end = tree.size() / BLOCK_LEAVES * BLOCK_LEAVES;
        let mut tail = Tail {
            first: before.first,
            leaves: before.leaves.clone(),
            unsettled: None,
        };
        let kept = match blocks_end > before.first {
            true => {
                tail.leaves.extend(leaves);
                let blocks = usize::try_from(blocks_end - before.first).expect("fits in memory");
                let rest = tail.leaves.split_off(blocks);
                inner
                    .blocks
                    .write(before.first / BLOCK_LEAVES, &tail.leaves)?;
                (tail.first, tail.leaves) = (blocks_end, rest);
                for index in before.first..size {
                    batch.delete(key::tail(index));
                }
                0
            }
            false => {
                tail.leaves.extend(leaves);
                before.leaves.len()
            }
        };
        let tail_key = inner.tail_key();
        for (index, leaf) in (tail.first..).zip(&tail.leaves).skip(kept) {
            batch.put(key::tail(index), tail_key.seal(index, leaf)?);
        }
        drop(tail_key);
        for tile in full {
            batch.put(key::tile(tile.level, tile.index), tile.bytes);
        }
        for (level, tile) in (0u8..).zip(tree.edge()) {
            let before = self.tree.edge().get(usize::from(level));
            if !tile.is_empty() && before != Some(tile) {
                batch.put(key::edge(level), tile.as_slice());
            }
        }
        batch.put(key::STAGED, encode_staged(&tree));
        inner.database.apply(batch)?;
        inner.database.sync()?;
        Ok((tree, tail))
    }

    fn publish(&self, published: Arc<Published>) -> Result<(), StoreError> {
        let inner = &self.shared.inner;
        let note = published.note.as_bytes();
        // Each place holds it before anybody is told: what was published can then be found at the next start.
        if let Some(path) = &inner.config.published_checkpoint {
            write_atomic(path, note, 0o644)?;
        }
        inner.folder.write(CHECKPOINT_FILE, note)?;
        if self.shared.lock().unpublished.take().is_some() {
            tracing::info!("the signed checkpoint is published");
        }
        inner.set_published(published);
        Ok(())
    }

    /// Fails the batch and everything queued behind it: their indexes are void.
    pub(super) fn fail(&self, mut answers: Vec<Answer>, error: BatchError) {
        let (error, stop) = match error {
            // Refused before anything was written: the next batch tries again.
            BatchError::Unsigned(error @ LogError::Store(StoreError::NoSpace { .. })) => {
                (error, false)
            }
            // After an error of the disk the engine refuses everything, or waits for ever, until it is opened again.
            BatchError::Unsigned(error)
            | BatchError::Unsettled(error)
            | BatchError::Unpublished(error) => (error, true),
        };
        tracing::error!(%error, stop, "a batch was not appended");
        let text = error.to_string();
        let mut queue = self.shared.lock();
        queue.next = self.tree.size();
        queue.leaves = 0;
        queue.bytes = 0;
        if stop {
            queue.state = State::Stopped(format!(
                "{text}; restart the server to run the start-up checks"
            ));
        }
        answers.extend(queue.waiting.drain(..).map(|pending| pending.answer));
        // Under the lock: who takes one of these indexes next finds them void.
        for answer in &answers {
            answer.fate.decide(false);
        }
        drop(queue);
        for answer in &mut answers {
            answer.say(Err(text.clone()));
        }
    }
}

fn split(batch: Vec<Pending>) -> (Vec<Leaf>, Vec<Answer>) {
    let mut leaves = Vec::with_capacity(batch.iter().map(|pending| pending.leaves.len()).sum());
    let mut answers = Vec::with_capacity(batch.len());
    for pending in batch {
        leaves.extend(pending.leaves);
        answers.push(pending.answer);
    }
    (leaves, answers)
}
