//! Destroys what was erased: the thread that follows erasures in the log until nothing in the data folder holds their records.
//!
//! Order: model and search have taken the erasure; files that nothing names any more; the log's own bytes; the model's dead
//! bytes; those of the index; then the erasure is noted as finished. Each step can be repeated, and all are after a death,
//! since only the last one is remembered. It decides nothing: that a record is to be erased stands in the log.

use super::{Failure, files_of};
use crate::log::Log;
use crate::model::{self, Model};
use crate::search::SearchIndex;
use crate::sequel::{self, Sequel};
use crate::standing::{Standing, Unfinished};
use crate::store::Files;
use gongshi_verify::hash::Hash;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

/// Between two looks.
const EVERY: Duration = Duration::from_millis(100);
/// How long to wait after a failure.
const RETRY: Duration = Duration::from_secs(5);

/// Whatever holds bytes of records.
pub(super) struct Eraser {
    pub(super) log: Arc<Log>,
    pub(super) model: Model,
    pub(super) search: Arc<dyn SearchIndex>,
    pub(super) files: Files,
    pub(super) standing: Standing,
    pub(super) sequel: Sequel,
}

impl Eraser {
    /// Destroys what can be destroyed now.
    ///
    /// # Errors
    /// What failed; everything up to it is done, and doing it again does no harm.
    fn pass(&self) -> Result<(), Failure> {
        let unfinished = self.standing.unfinished()?;
        if unfinished.is_empty() {
            if self.log.erasure_unfinished()? {
                self.log.erase(&[])?;
            }
            return Ok(());
        }
        let by: Vec<u64> = unfinished.iter().map(|erasure| erasure.by).collect();
        let records: Vec<u64> = unfinished
            .into_iter()
            .flat_map(|one: Unfinished| one.records)
            .collect();
        // What they made of a record they can take out only while it is there.
        let beyond = by.iter().max().map_or(0, |newest| newest + 1);
        if self.model.cursor()? < beyond || self.search.searchable() < beyond {
            return Ok(());
        }
        // After a death the model begins where it was last durable.
        self.model.sync()?;
        if !self.remove_files(&records)? {
            return Ok(());
        }
        let begin = Instant::now();
        self.log.erase(&records)?;
        let log = begin.elapsed();
        self.log.storage().rewrite(model::DATABASE)?;
        self.sequel.forget(&records)?;
        self.sequel
            .copy(|| self.log.storage().rewrite(sequel::DATABASE))?;
        let model = begin.elapsed();
        self.search.purge()?;
        let index = begin.elapsed();
        self.standing.finish(&by)?;
        tracing::info!(
            erasures = by.len(),
            records = records.len(),
            log = ?log,
            model = ?(model - log),
            index = ?(index - model),
            "erased records are destroyed"
        );
        Ok(())
    }

    /// Removes the files that these records name and no other record that is kept does; false where that has to wait a little.
    fn remove_files(&self, records: &[u64]) -> Result<bool, Failure> {
        let mut named: BTreeSet<Hash> = BTreeSet::new();
        for index in records {
            for leaf in self.log.unveiled(*index..index + 1)? {
                named.extend(files_of(&leaf));
            }
        }
        if named.is_empty() {
            return Ok(true);
        }
        // Only a model that knows the whole log can say that nothing names a file.
        if self.model.cursor()? < self.log.published().size() {
            return Ok(false);
        }
        let mut all = true;
        for hash in &named {
            if !self.model.keeps_file(hash)? {
                all &= self.files.remove(hash, SystemTime::now())?;
            }
        }
        Ok(all)
    }
}

/// The running thread; dropping it stops it after the step it is at.
pub(super) struct Erasing {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Erasing {
    /// Starts, with what an earlier process has left unfinished.
    pub(super) fn start(eraser: Eraser) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::Builder::new().name("eraser".to_owned());
        let thread = thread.spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let pause = match eraser.pass() {
                    Ok(()) => EVERY,
                    Err(error) => {
                        tracing::error!(%error, "erased records are hidden, but not destroyed yet; trying again");
                        RETRY
                    }
                };
                std::thread::park_timeout(pause);
            }
        })?;
        Ok(Erasing {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Erasing {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("the thread that destroys erased records has panicked");
            }
        }
    }
}
