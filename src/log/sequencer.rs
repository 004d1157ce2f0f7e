//! The one writer: takes queued leaves in order, appends them in batches, signs, publishes, answers.
//!
//! Order of a batch, each step durable before the next (DESIGN §5): blocks; tiles, edge, tail and staged size;
//! signature, compare-and-swap of the last signed checkpoint; the checkpoint file; publication; answers. Death
//! between two steps leaves what [`super::recover`] completes or ignores. It must not know what a leaf says.

use super::recover::{encode_staged, sign};
use super::submission::{Answer, Fate, Submission, SubmitError};
use super::tail::Tail;
use super::tree::{FullTile, Tree};
use super::{
    BLOCK_LEAVES, CHECKPOINT_FILE, Inner, Leaf, LogError, MAX_ENTRY_BYTES, MAX_RECORD_BYTES,
    Published, Purpose, key,
};
use crate::store::{StoreError, WriteBatch, write_atomic};
use gongshi_verify::hash::leaf_hash;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// A batch takes milliseconds. The engine was seen to wait for ever after an error of the disk.
const STUCK: Duration = Duration::from_secs(20);

/// How long until a checkpoint that could not be published is tried again.
const RETRY: Duration = Duration::from_millis(500);

struct Pending {
    leaves: Vec<Leaf>,
    answer: Answer,
}

enum State {
    Running,
    Draining,
    Stopped(String),
}

struct Queue {
    waiting: VecDeque<Pending>,
    leaves: usize,
    bytes: usize,
    next: u64,
    oldest: Instant,
    /// Whether somebody holds up all the others until what is queued is published.
    hurried: bool,
    /// Why the newest signed checkpoint could not be published yet.
    unpublished: Option<String>,
    /// When the batch being appended was taken.
    busy: Option<Instant>,
    state: State,
}

struct Shared {
    inner: Arc<Inner>,
    queue: Mutex<Queue>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("no holder of this lock panics")
    }
}

/// The sequencer as the rest of the log holds it.
pub(super) struct Handle {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Starts the thread with the tree that recovery found.
pub(super) fn start(
    inner: Arc<Inner>,
    recovered: super::recover::Recovered,
    purpose: Purpose,
) -> Handle {
    let queue = Queue {
        waiting: VecDeque::new(),
        leaves: 0,
        bytes: 0,
        next: recovered.tree.size(),
        oldest: Instant::now(),
        hurried: false,
        unpublished: None,
        busy: None,
        state: match purpose {
            Purpose::Append => State::Running,
            Purpose::Read => State::Stopped("it was opened to be read only".to_owned()),
        },
    };
    let shared = Arc::new(Shared {
        inner,
        queue: Mutex::new(queue),
        changed: Condvar::new(),
    });
    let mut writer = Writer {
        shared: shared.clone(),
        tree: recovered.tree,
        note: recovered.note,
    };
    let thread = std::thread::Builder::new()
        .name("sequencer".to_owned())
        .spawn(move || {
            // Callers wait for this thread: it may not end without an answer.
            if catch_unwind(AssertUnwindSafe(|| writer.run())).is_err() {
                writer.fail(
                    Vec::new(),
                    BatchError::Unsettled(LogError::State("the sequencer failed".to_owned())),
                );
            }
        })
        .expect("a thread can be started at start-up");
    Handle {
        shared,
        thread: Mutex::new(Some(thread)),
    }
}

impl Handle {
    pub(super) fn submit(&self, leaves: Vec<Leaf>) -> Result<Submission, SubmitError> {
        let mut bytes = 0;
        for (position, leaf) in leaves.iter().enumerate() {
            let length = leaf.entry.len();
            if length == 0 || length > MAX_ENTRY_BYTES {
                return Err(SubmitError::EntrySize {
                    position,
                    bytes: length,
                });
            }
            let record = leaf.record.as_ref().map_or(0, Vec::len);
            if record > MAX_RECORD_BYTES {
                return Err(SubmitError::RecordSize {
                    position,
                    bytes: record,
                });
            }
            bytes += length + record;
        }
        let config = &self.shared.inner.config.batching;
        let mut queue = self.shared.lock();
        match &queue.state {
            State::Running => {}
            State::Draining => {
                return Err(SubmitError::Stopped(
                    "the server is shutting down".to_owned(),
                ));
            }
            State::Stopped(reason) => return Err(SubmitError::Stopped(reason.clone())),
        }
        if let Some(reason) = &queue.unpublished {
            return Err(SubmitError::Stopped(reason.clone()));
        }
        let full = queue.leaves + leaves.len() > config.queue_leaves
            || queue.bytes + bytes > config.queue_bytes;
        if full && queue.leaves > 0 {
            return Err(SubmitError::Overloaded {
                queued: queue.leaves,
                retry_after: Duration::from_secs(1),
            });
        }
        let (sender, done) = oneshot::channel();
        let submission = Submission {
            first: queue.next,
            count: leaves.len() as u64,
            fate: Fate::default(),
            done,
        };
        if queue.leaves == 0 {
            queue.oldest = Instant::now();
        }
        queue.next += submission.count;
        queue.leaves += leaves.len();
        queue.bytes += bytes;
        queue.waiting.push_back(Pending {
            leaves,
            answer: Answer {
                fate: submission.fate.clone(),
                done: Some(sender),
            },
        });
        // The writer looks by itself while a batch gathers; it needs waking for the first leaf and for a full batch.
        if queue.waiting.len() == 1 || queue.leaves >= config.leaves || queue.bytes >= config.bytes
        {
            self.shared.changed.notify_one();
        }
        Ok(submission)
    }

    /// Has what is queued appended at once, without waiting for more.
    pub(super) fn hurry(&self) {
        let mut queue = self.shared.lock();
        if !queue.waiting.is_empty() {
            queue.hurried = true;
            self.shared.changed.notify_one();
        }
    }

    pub(super) fn stopped(&self) -> Option<String> {
        let queue = self.shared.lock();
        if let State::Stopped(reason) = &queue.state {
            return Some(reason.clone());
        }
        if let Some(reason) = &queue.unpublished {
            return Some(reason.clone());
        }
        let seconds = queue.busy?.elapsed().as_secs();
        (seconds >= STUCK.as_secs()).then(|| {
            format!(
                "the disk has not taken a batch for {seconds} seconds; if it does not recover, restart the server"
            )
        })
    }

    pub(super) fn queued(&self) -> usize {
        self.shared.lock().leaves
    }

    pub(super) fn drain(&self) {
        {
            let mut queue = self.shared.lock();
            if matches!(queue.state, State::Running) {
                queue.state = State::Draining;
            }
            self.shared.changed.notify_one();
        }
        let thread = self
            .thread
            .lock()
            .expect("no holder of this lock panics")
            .take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the sequencer thread had panicked");
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.drain();
    }
}

/// How a batch ended when it did not end well.
enum BatchError {
    /// Nothing was signed: the tree in memory stands.
    Unsigned(LogError),
    /// A signature exists whose fate on disk is unknown: only the start-up checks can settle it.
    Unsettled(LogError),
    /// Signed and durable, but still not published when the log was closed: the next start publishes it.
    Unpublished(LogError),
}

struct Writer {
    shared: Arc<Shared>,
    tree: Tree,
    /// The last signed checkpoint.
    note: String,
}

impl Writer {
    fn run(&mut self) {
        while let Some(batch) = self.next_batch() {
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

    /// Waits for a batch; `None` when there is nothing left to do.
    fn next_batch(&self) -> Option<Vec<Pending>> {
        let config = &self.shared.inner.config.batching;
        let mut queue = self.shared.lock();
        queue.busy = None;
        loop {
            let stopping = !matches!(queue.state, State::Running);
            if queue.waiting.is_empty() {
                if stopping {
                    return None;
                }
                queue = self
                    .shared
                    .changed
                    .wait(queue)
                    .expect("no holder of this lock panics");
                continue;
            }
            let full = queue.leaves >= config.leaves || queue.bytes >= config.bytes;
            let waited = queue.oldest.elapsed();
            if full || stopping || queue.hurried || waited >= config.delay {
                break;
            }
            let timeout = config.delay - waited;
            queue = self
                .shared
                .changed
                .wait_timeout(queue, timeout)
                .expect("no holder of this lock panics")
                .0;
        }
        let (mut batch, mut leaves, mut bytes) = (Vec::new(), 0, 0);
        while let Some(next) = queue.waiting.front() {
            if !batch.is_empty()
                && (leaves + next.leaves.len() > config.leaves || bytes >= config.bytes)
            {
                break;
            }
            leaves += next.leaves.len();
            bytes += size(&next.leaves);
            batch.extend(queue.waiting.pop_front());
        }
        queue.leaves -= leaves;
        queue.bytes -= bytes;
        queue.hurried &= !queue.waiting.is_empty();
        queue.oldest = Instant::now();
        queue.busy = Some(queue.oldest);
        Some(batch)
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
        let checkpoint = super::recover::checkpoint(&inner.config, tree.size(), tree.root());
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
    fn fail(&self, mut answers: Vec<Answer>, error: BatchError) {
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

fn size(leaves: &[Leaf]) -> usize {
    leaves
        .iter()
        .map(|leaf| leaf.entry.len() + leaf.record.as_ref().map_or(0, Vec::len))
        .sum()
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
