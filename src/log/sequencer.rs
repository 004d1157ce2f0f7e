//! The one writer: takes queued leaves in order, appends them in batches, signs, publishes, answers.
//!
//! Order of a batch, each step durable before the next (DESIGN §5): blocks; tiles, edge, tail and staged size;
//! signature, compare-and-swap of the last signed checkpoint; the checkpoint file; publication; answers. Death
//! between two steps leaves what [`super::recover`] completes or ignores. Here is the queue before it and the thread; the steps
//! are in `writer`. It must not know what a leaf says.

mod writer;

use super::submission::{Answer, Fate, Submission, SubmitError};
use super::{Inner, Leaf, LogError, MAX_ENTRY_BYTES, MAX_RECORD_BYTES, Purpose};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use writer::{BatchError, Writer};

/// A batch takes milliseconds. The engine was seen to wait for ever after an error of the disk.
const STUCK: Duration = Duration::from_secs(20);

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

    /// Waits for a batch; `None` when there is nothing left to do.
    fn next_batch(&self) -> Option<Vec<Pending>> {
        let config = &self.inner.config.batching;
        let mut queue = self.lock();
        queue.busy = None;
        loop {
            let stopping = !matches!(queue.state, State::Running);
            if queue.waiting.is_empty() {
                if stopping {
                    return None;
                }
                queue = self
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

fn size(leaves: &[Leaf]) -> usize {
    leaves
        .iter()
        .map(|leaf| leaf.entry.len() + leaf.record.as_ref().map_or(0, Vec::len))
        .sum()
}
