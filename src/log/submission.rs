//! Leaves on their way into the log: what a caller holds, and how it learns what became of them.
//!
//! The sequencer decides; this file only carries its decisions. It must not know storage.

use super::{MAX_ENTRY_BYTES, MAX_RECORD_BYTES, Published};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use tokio::sync::oneshot;

/// Why leaves were not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// Too much is waiting; nothing was queued.
    #[error("{queued} entries are waiting to be appended; try again in {retry_after:?}")]
    Overloaded {
        /// Leaves waiting.
        queued: usize,
        /// When to try again.
        retry_after: Duration,
    },
    /// An entry is empty or does not fit a bundle.
    #[error("entry number {position} has {bytes} bytes; expected 1 to {MAX_ENTRY_BYTES}")]
    EntrySize {
        /// Position in the submission.
        position: usize,
        /// Its length.
        bytes: usize,
    },
    /// A record is too large.
    #[error(
        "the record of entry number {position} has {bytes} bytes; expected at most {MAX_RECORD_BYTES}"
    )]
    RecordSize {
        /// Position in the submission.
        position: usize,
        /// Its length.
        bytes: usize,
    },
    /// The log does not append (any more).
    #[error("the log does not append: {0}")]
    Stopped(String),
}

/// Leaves on their way: the indexes are fixed, the outcome is not.
#[derive(Debug)]
pub struct Submission {
    /// Index of the first leaf.
    pub first: u64,
    /// Number of leaves.
    pub count: u64,
    /// What becomes of them, for who keeps their indexes.
    pub fate: Fate,
    pub(super) done: oneshot::Receiver<Result<Arc<Published>, String>>,
}

/// What became of a submission. An answer may say "failed" while this is undecided: then the leaves are signed, and
/// only their publication is still to come.
#[derive(Debug, Clone, Default)]
pub struct Fate(Arc<AtomicU8>);

/// See [`Fate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// On its way.
    Undecided,
    /// Published under the indexes that were given.
    Published,
    /// Not in the log; the indexes are void and go to others.
    Void,
}

impl Fate {
    /// What is known by now.
    pub fn outcome(&self) -> Outcome {
        match self.0.load(Ordering::Acquire) {
            0 => Outcome::Undecided,
            1 => Outcome::Published,
            _ => Outcome::Void,
        }
    }

    /// Whether this is the fate of the same submission.
    pub fn is(&self, other: &Fate) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(super) fn decide(&self, published: bool) {
        self.0
            .store(if published { 1 } else { 2 }, Ordering::Release);
    }
}

impl Submission {
    /// Resolves when the leaves are durable and covered by the published checkpoint that it returns.
    ///
    /// # Errors
    /// The batch failed: none of these leaves was acknowledged. They may still appear (an event sent again gets
    /// its first index), but no promise was made.
    pub async fn published(self) -> Result<Arc<Published>, String> {
        self.done
            .await
            .unwrap_or_else(|_| Err("the log stopped".to_owned()))
    }

    /// The same, for callers outside an asynchronous context.
    pub fn wait(self) -> Result<Arc<Published>, String> {
        self.done
            .blocking_recv()
            .unwrap_or_else(|_| Err("the log stopped".to_owned()))
    }
}

/// Where a submission's outcome goes.
pub(super) struct Answer {
    pub(super) fate: Fate,
    pub(super) done: Option<oneshot::Sender<Result<Arc<Published>, String>>>,
}

impl Answer {
    /// A caller that went away does not need its answer.
    pub(super) fn say(&mut self, answer: Result<Arc<Published>, String>) {
        if let Some(done) = self.done.take() {
            let _ = done.send(answer);
        }
    }
}
