//! Keeps the folder of files to what records name that are kept, public or not: the thread that asks the read model, and removes the rest in time.
//!
//! It decides nothing itself. What stays is the model's to say, and only while the model knows the whole log.

use super::AppError;
use crate::log::Log;
use crate::model::Model;
use crate::store::{Expired, Files};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

/// Between two looks at which of the newly put files are named by now.
const SETTLE: Duration = Duration::from_secs(2);
/// Between two looks at all files.
const EXPIRE: Duration = Duration::from_secs(60 * 60);

/// Who may say what stays.
#[derive(Clone)]
pub(super) struct Keeper {
    pub(super) log: Arc<Log>,
    pub(super) model: Model,
    pub(super) files: Files,
}

impl Keeper {
    /// Removes what no record names and nobody has used for a day. `None` where the model does not know the whole
    /// log yet: then nothing may be removed.
    pub(super) fn expire(&self, now: SystemTime) -> Result<Option<Expired>, AppError> {
        // In this order: what the log takes from now on has held its files.
        let size = self.log.published().size();
        if self.model.cursor()? != size {
            return Ok(None);
        }
        Ok(Some(self.files.expire(now, |hash| self.keeps(hash))?))
    }

    /// A file whose record cannot be looked up stays.
    fn keeps(&self, hash: &[u8; 32]) -> bool {
        match self.model.keeps_file(hash) {
            Ok(kept) => kept,
            Err(error) => {
                tracing::error!(%error, "a file is kept, since the read model cannot be asked about it");
                true
            }
        }
    }
}

/// The running thread; dropping it stops it.
pub(super) struct Expiry {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Expiry {
    /// Starts to look after the files.
    pub(super) fn start(keeper: Keeper) -> std::io::Result<Self> {
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let stopped = stop.clone();
        let thread = std::thread::Builder::new().name("files".to_owned());
        let thread = thread.spawn(move || run(&keeper, &stopped))?;
        Ok(Expiry {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Expiry {
    fn drop(&mut self) {
        *self.stop.0.lock().expect("no holder of this lock panics") = true;
        self.stop.1.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that removes files has panicked");
        }
    }
}

fn run(keeper: &Keeper, stop: &(Mutex<bool>, Condvar)) {
    let mut expired_at: Option<Instant> = None;
    let mut settled_at = None;
    loop {
        if expired_at.is_none_or(|at| at.elapsed() >= EXPIRE) {
            match keeper.expire(SystemTime::now()) {
                Ok(None) => {}
                Ok(Some(expired)) => {
                    expired_at = Some(Instant::now());
                    if expired.files > 0 {
                        let Expired { files, bytes } = expired;
                        tracing::info!(files, bytes, "files that no record names were removed");
                    }
                }
                Err(error) => {
                    expired_at = Some(Instant::now());
                    tracing::warn!(%error, "files that no record names could not be removed");
                }
            }
        }
        let cursor = keeper.model.cursor().ok();
        if cursor.is_some() && cursor != settled_at {
            keeper.files.settle(|hash| keeper.keeps(hash));
            settled_at = cursor;
        }
        let stopped = stop.0.lock().expect("no holder of this lock panics");
        let (stopped, _) = stop
            .1
            .wait_timeout_while(stopped, SETTLE, |stopped| !*stopped)
            .expect("no holder of this lock panics");
        if *stopped {
            return;
        }
    }
}
