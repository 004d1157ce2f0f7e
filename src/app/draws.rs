//! The thread that draws due plans while the portal runs. Dropping it ends it after the plan it is at.

use super::{AppError, operator_key_path, random32};
use crate::draw::{Relays, Runner, Signer};
use crate::ingest::KeyFile;
use crate::intake::Intake;
use crate::web::Portal;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the thread looks for due plans.
const EVERY: Duration = Duration::from_millis(500);

/// Who draws plans that are due.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Draws {
    /// Whoever calls [`Runner::draw`].
    #[default]
    ByHand,
    /// The server, as soon as they are.
    Run {
        /// Relays of the beacon, asked in turn; none: rounds are handed in.
        relays: Vec<String>,
    },
}

/// Works out the present year's draws once, beside everything else: a large county's take seconds.
pub(super) fn reckon(portal: Portal) -> std::io::Result<JoinHandle<()>> {
    let thread = std::thread::Builder::new().name("reckoner".to_owned());
    thread.spawn(move || portal.reckon_year())
}

/// A running thread.
pub(super) struct Clerk {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The runner of a log. Without the operator's key in the data folder it records nothing.
pub(super) fn runner(
    intake: &Arc<Intake>,
    data: &Path,
    draws: &Draws,
) -> Result<Arc<Runner>, AppError> {
    let signer = operator(data)?;
    if signer.is_none() {
        tracing::warn!(
            "keys/operator.key is not there: draws have to be recorded by whoever else may, and no display ends by itself"
        );
    }
    let relays = match draws {
        Draws::Run { relays } if !relays.is_empty() => Some(Relays::new(relays.clone())),
        _ => None,
    };
    let runner = Runner::new(intake.clone(), data, signer, relays, random32);
    Ok(Arc::new(runner))
}

/// The operator's key, where it is in the data folder.
pub(super) fn operator(data: &Path) -> Result<Option<Signer>, AppError> {
    let path = operator_key_path(data);
    if !path.exists() {
        return Ok(None);
    }
    let key = KeyFile::read(&path)?;
    Ok(Some(Signer {
        authority: key.authority,
        key: key.key,
    }))
}

impl Clerk {
    pub(super) fn start(runner: Arc<Runner>) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let flag = stop.clone();
        let thread = std::thread::Builder::new()
            .name("draws".to_owned())
            .spawn(move || {
                while !flag.load(Ordering::Relaxed) {
                    runner.run_due();
                    std::thread::park_timeout(EVERY);
                }
            })?;
        Ok(Clerk {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic there was told when it happened.
            let _ = thread.join();
        }
    }
}
