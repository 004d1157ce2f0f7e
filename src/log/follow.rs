//! Follows the published log and hands its leaves to whoever derives something from it, from where it stopped.
//!
//! One thread per target. A target that fails is tried again later with the same leaves; the log never waits for it.

use super::{Leaf, Log, SHARD_LEAVES};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Something derived from the log by a cursor.
pub trait Target: Send + 'static {
    /// Name in messages.
    fn name(&self) -> &'static str;
    /// Every entry below this index has been taken.
    fn cursor(&self) -> Result<u64, Box<dyn std::error::Error + Send + Sync>>;
    /// Takes the leaves from `first` on; all or nothing.
    fn take(
        &mut self,
        first: u64,
        leaves: Vec<Leaf>,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
    /// Called when the target has caught up, and at the end.
    fn rest(&mut self) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

/// Leaves handed over at once.
const BATCH: u64 = 1024;
/// How long to wait for new leaves before looking whether to stop.
const PAUSE: Duration = Duration::from_millis(200);
/// How long to wait after a failure, and after one failure behind another at most.
const RETRY: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));

/// A running follower; dropping it stops it after its present batch.
pub struct Follower {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    /// Starts to follow.
    pub fn start(log: Arc<Log>, mut target: impl Target) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let flag = stop.clone();
        let thread = std::thread::Builder::new().name(target.name().to_owned()).spawn(move || {
            let (mut pause, longest) = RETRY;
            while !flag.load(Ordering::Relaxed) {
                let begun = Instant::now();
                if let Err(error) = follow(&log, &mut target, &flag) {
                    if begun.elapsed() > longest {
                        pause = RETRY.0;
                    }
                    tracing::warn!(target = target.name(), %error, "could not follow the log; trying again");
                    std::thread::park_timeout(pause);
                    pause = longest.min(pause * 2);
                }
            }
            if let Err(error) = target.rest() {
                tracing::warn!(target = target.name(), %error, "could not finish; the next start catches up");
            }
        })?;
        Ok(Follower {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic there was already reported by the panic hook.
            let _ = thread.join();
        }
    }
}

fn follow(
    log: &Log,
    target: &mut impl Target,
    stop: &AtomicBool,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut cursor = target.cursor()?;
    let mut rested = true;
    while !stop.load(Ordering::Relaxed) {
        let size = log.published().size();
        if cursor >= size {
            if !rested {
                target.rest()?;
                rested = true;
            }
            log.wait_beyond(cursor, PAUSE);
            // A target that is elsewhere may have gone back.
            cursor = target.cursor()?;
            continue;
        }
        // Batches end where a shard ends, so that one read opens one shard.
        let end = size
            .min(cursor + BATCH)
            .min((cursor / SHARD_LEAVES + 1) * SHARD_LEAVES);
        target.take(cursor, log.leaves(cursor..end)?)?;
        cursor = end;
        rested = false;
    }
    Ok(())
}
