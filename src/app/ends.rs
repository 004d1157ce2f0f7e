//! Ends displays that are over by the dated rules: composes expiries, signs them with the operator's key, and hands them to intake.
//!
//! It decides nothing: which display is over is the read model's to find, and intake's to judge. It hides nothing itself; what an expiry names
//! is hidden when the expiry is published. What fell due while nothing ran is found at the start.

use crate::domain::Kind;
use crate::domain::dates::day_in_china;
use crate::draw::Signer;
use crate::intake::{Event, Intake};
use crate::log::LogError;
use crate::model::{Due, Model, ModelError};
use crate::rules::RuleVersion;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::json::Value;
use gongshi_verify::names::KindName;
use gongshi_verify::record::{Record, RecordError};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Expiries handed in at once: those of the log's usual batch.
const BATCH: usize = 4096;
/// Between two looks at what is over.
const EVERY: Duration = Duration::from_secs(60);
/// Longest wait for the read model, which an erasure holds for a minute where there are a million records.
const MODEL_WAIT: Duration = Duration::from_secs(300);

/// What was ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expiries {
    /// Displays that ended.
    pub ended: usize,
    /// Expiries that intake refused, or that could not be made; they are tried again.
    pub failed: usize,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error("the read model is behind the log")]
    Behind,
}

/// Ends displays.
pub struct Ender {
    intake: Arc<Intake>,
    model: Model,
    signer: Option<Signer>,
    random: fn() -> [u8; 32],
    bases: BTreeMap<String, String>,
}

impl Ender {
    /// Without a signer nothing ends by itself.
    pub(super) fn new(
        intake: Arc<Intake>,
        model: Model,
        signer: Option<Signer>,
        random: fn() -> [u8; 32],
    ) -> Self {
        let versions = intake.rules().versions();
        let basis = |version: &&RuleVersion| (version.id(), version.basis.clone());
        let bases = versions.values().flatten().map(basis).collect();
        Ender {
            intake,
            model,
            signer,
            random,
            bases,
        }
    }

    /// Ends every display whose last day is over in China, and those that end with them. `stop` is asked between batches.
    pub fn end_all(&self, stop: &dyn Fn() -> bool) -> Expiries {
        let mut sum = Expiries::default();
        loop {
            let mut done = Expiries::default();
            if let Err(error) = self.pass(stop, &mut done) {
                tracing::error!(%error, "displays that are over could not be ended; it is tried again");
                done.failed += 1;
            }
            sum.ended += done.ended;
            sum.failed += done.failed;
            // What ends may end others with it; what failed fails again.
            if done.ended == 0 || done.failed > 0 || stop() {
                break;
            }
        }
        if sum.ended > 0 {
            tracing::info!(ended = sum.ended, "displays that were over have ended");
        }
        sum
    }

    /// What was done stands in `done`, also where it fails.
    fn pass(&self, stop: &dyn Fn() -> bool, done: &mut Expiries) -> Result<(), Failure> {
        let Some(signer) = &self.signer else {
            return Ok(());
        };
        let mut last: Option<Due> = None;
        // The model is waited for here, before each batch: intake waits for it while everybody waits for intake.
        while self.model_caught_up(stop)? {
            let today = day_in_china(self.intake.clock().now().unix());
            let mut due = self.model.due(today, last.as_ref(), BATCH)?;
            let Some(newest) = due.last().cloned() else {
                break;
            };
            due.sort_unstable_by_key(|one| one.index);
            // What ends together was mostly published together: a reader keeps the block it met.
            let reader = || self.intake.log().proofs();
            let composed = due.par_iter().map_init(reader, |log, one| {
                self.compose(signer, one, log.entry(one.index)?)
            });
            let composed: Vec<Result<Event, Failure>> = composed.collect();
            let (mut asked, mut events) = (Vec::new(), Vec::new());
            for (one, event) in due.iter().zip(composed) {
                match event {
                    Ok(event) => {
                        asked.push(one.index);
                        events.push(event);
                    }
                    // A record that cannot be read keeps no other one published.
                    Err(failure) => {
                        done.failed += 1;
                        tracing::error!(index = one.index, %failure, "an expiry could not be written");
                    }
                }
            }
            let batch = self.intake.accept_events(events);
            for (index, answer) in asked.into_iter().zip(batch.wait()) {
                match answer {
                    Ok(_) => done.ended += 1,
                    Err(refusal) => {
                        done.failed += 1;
                        tracing::warn!(index, %refusal, "an expiry was refused");
                    }
                }
            }
            last = Some(newest);
        }
        Ok(())
    }

    /// Waits until the model knows the whole log; false where it is to stop.
    fn model_caught_up(&self, stop: &dyn Fn() -> bool) -> Result<bool, Failure> {
        let since = Instant::now();
        while !stop() && self.model.cursor()? < self.intake.log().published().size() {
            if since.elapsed() > MODEL_WAIT {
                return Err(Failure::Behind);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(!stop())
    }

    fn compose(&self, signer: &Signer, due: &Due, entry: &[u8]) -> Result<Event, Failure> {
        let target = Value::object([
            (
                "index",
                Value::Int(i64::try_from(due.index).unwrap_or(i64::MAX)),
            ),
            ("leaf_hash", hex(&leaf_hash(entry)).into()),
        ]);
        let basis = self.bases.get(&due.rule).cloned().unwrap_or_default();
        let body = Value::object([
            ("expired_on", due.last_day.to_string().into()),
            ("legal_basis", basis.into()),
            ("rule_id", due.rule.as_str().into()),
            ("target", target),
        ]);
        Ok(Event::sign(
            self.intake.log().origin(),
            &signer.authority,
            &signer.key,
            &KindName::parse(Kind::Expiry.as_str()).expect("a kind's name is a name"),
            self.intake.clock().now(),
            Some(due.index.to_string()),
            Record::new(body, (self.random)())?,
        ))
    }
}

/// The thread that looks every minute. Dropping it ends it after the batch it is at.
pub(super) struct Ends {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ends {
    pub(super) fn start(ender: Arc<Ender>) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let flag = stop.clone();
        let thread = std::thread::Builder::new().name("expiries".to_owned());
        let thread = thread.spawn(move || {
            while !flag.load(Ordering::Relaxed) {
                ender.end_all(&|| flag.load(Ordering::Relaxed));
                std::thread::park_timeout(EVERY);
            }
        })?;
        Ok(Ends {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Ends {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic there was told when it happened.
            let _ = thread.join();
        }
    }
}
