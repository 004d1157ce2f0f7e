//! A delay run by the server: in the background where it is long, kept on disk as it goes, so that a restart loses one segment.
//!
//! What is kept is worth nothing by itself: a draw that tells of these checkpoints is repeated by everybody who checks it.

use crate::store::{StoreError, write_atomic};
use gongshi_verify::draw::randomness::Delay;
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::names::PlanKey;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// Folder of the data folder for delays on their way.
const FOLDER: &str = "delays";
/// A delay up to so many steps, as a power of two, is over within a moment.
pub(super) const AT_ONCE_LOG2: u32 = 24;

/// The delays of one server.
pub(super) struct Delays {
    folder: PathBuf,
    stop: Arc<AtomicBool>,
    /// The one that is being run: one processor is enough to give.
    running: Mutex<Option<(PlanKey, JoinHandle<()>)>>,
}

impl Delays {
    pub(super) fn new(data: &Path) -> Self {
        Delays {
            folder: data.join(FOLDER),
            stop: Arc::default(),
            running: Mutex::default(),
        }
    }

    /// The checkpoints of a plan's delay from that start, where it is over; else it is run, or waits for its turn.
    pub(super) fn checkpoints(
        &self,
        plan: &PlanKey,
        log2: u32,
        start: &Hash,
    ) -> Result<Option<Vec<Hash>>, StoreError> {
        let Some(delay) = Delay::new(log2) else {
            return Ok(None);
        };
        if log2 <= AT_ONCE_LOG2 {
            let mut checkpoints = Vec::with_capacity(delay.segments);
            delay.run(start, |checkpoint| {
                checkpoints.push(*checkpoint);
                true
            });
            return Ok(Some(checkpoints));
        }
        let path = self.path(plan, start);
        let kept = read(&path)?;
        if kept.len() == delay.segments {
            return Ok(Some(kept));
        }
        let mut running = self.running.lock().expect("no holder of this lock panics");
        if running
            .as_ref()
            .is_none_or(|(_, thread)| thread.is_finished())
        {
            std::fs::create_dir_all(&self.folder)
                .map_err(|error| StoreError::io(self.folder.display().to_string(), error))?;
            let (stop, start) = (self.stop.clone(), *start);
            let thread = std::thread::Builder::new()
                .name("delay".to_owned())
                .spawn(move || {
                    if let Err(error) = run(delay, &start, kept, &path, &stop) {
                        tracing::error!(%error, "a delay cannot be kept on disk; it is tried again");
                    }
                });
            let thread = thread.map_err(|error| StoreError::io("starting a thread", error))?;
            *running = Some((plan.clone(), thread));
        }
        Ok(None)
    }

    /// Removes what is kept of a plan's delay.
    pub(super) fn forget(&self, plan: &PlanKey, start: &Hash) {
        // What is left costs nothing but its room.
        let _ = std::fs::remove_file(self.path(plan, start));
    }

    fn path(&self, plan: &PlanKey, start: &Hash) -> PathBuf {
        let name = [plan.as_str().as_bytes(), b"|", start].concat();
        self.folder.join(hex(&sha256(&name)))
    }
}

impl Drop for Delays {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let running = self.running.get_mut().ok().and_then(Option::take);
        if let Some((_, thread)) = running {
            // It looks at the flag between pieces of a segment.
            let _ = thread.join();
        }
    }
}

/// Goes on from what is kept, keeping each segment's end.
fn run(
    delay: Delay,
    start: &Hash,
    mut checkpoints: Vec<Hash>,
    path: &Path,
    stop: &AtomicBool,
) -> Result<(), StoreError> {
    // Pieces short enough that nobody waits for one.
    const PIECES: u64 = 1 << 8;
    let piece = Delay {
        segments: 1,
        steps: (delay.steps / PIECES).max(1),
    };
    while checkpoints.len() < delay.segments {
        let mut value = checkpoints.last().copied().unwrap_or(*start);
        for _ in 0..delay.steps / piece.steps {
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            value = piece.segment(&value);
        }
        checkpoints.push(value);
        let lines: String = checkpoints.iter().map(|hash| hex(hash) + "\n").collect();
        write_atomic(path, lines.as_bytes(), 0o644)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<Hash>, StoreError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.lines().map_while(|line| hex32(line).ok()).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(StoreError::io(path.display().to_string(), error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_delay_goes_on_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let key = PlanKey::parse("A/2026/01").unwrap();
        let start = sha256(b"start");
        let delay = Delay::new(25).unwrap();
        let mut expected = Vec::new();
        delay.run(&start, |hash| {
            expected.push(*hash);
            true
        });
        // As a restart leaves it: a few segments, the last line cut.
        let delays = Delays::new(folder.path());
        std::fs::create_dir_all(folder.path().join(FOLDER)).unwrap();
        let path = delays.path(&key, &start);
        let some: String = expected[..250]
            .iter()
            .map(|hash| hex(hash) + "\n")
            .collect();
        std::fs::write(&path, &some[..some.len() - 10]).unwrap();
        assert_eq!(delays.checkpoints(&key, 25, &start).unwrap(), None);
        let found = loop {
            if let Some(found) = delays.checkpoints(&key, 25, &start).unwrap() {
                break found;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        };
        assert_eq!(found, expected);
        delays.forget(&key, &start);
        assert!(!path.exists());
        assert_eq!(
            delays
                .checkpoints(&key, 41, &start)
                .unwrap()
                .map(|found| found.len()),
            None
        );
    }
}
