//! The composition root: the only place that knows all parts, opens a data folder and wires them together.

mod derived;
mod desk;
mod draws;
mod ends;
mod eraser;
mod expiry;
mod folder;
mod init;
mod restore;

pub use derived::{SearchEngine, reindex};
pub use draws::Draws;
pub use ends::{Ender, Expiries};
pub use folder::{
    LogFile, checkpoint_key_path, log_file, operator_key_path, read_log, read_log_as_stranger,
};
pub use init::{NewLog, init, random32};
pub use restore::{is_restoring, restore};

use crate::domain;
use crate::draw::Runner;
use crate::ingest::KeyFileError;
use crate::intake::{Clock, Intake, IntakeError};
use crate::log::archive::ArchiveError;
use crate::log::{Batching, Follower, Leaf, Log, LogError, Target};
use crate::model::{Model, ModelError};
use crate::rules::{RuleError, Rules};
use crate::search::SearchError;
use crate::search::sync::{IndexTarget, Names};
use crate::store::{Expired, FileLimits, Files, StoreError};
use crate::web::Portal;
use draws::Clerk;
use ends::Ends;
use eraser::{Eraser, Erasing};
use expiry::{Expiry, Keeper};
use folder::open_log;
use gongshi_verify::encoding::hex32;
use gongshi_verify::hash::Hash;
use gongshi_verify::note::NoteError;
use gongshi_verify::registry::Registry;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::SystemTime;

/// Why the portal did not start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log refused.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The backup failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Intake refused.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The read model failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// What is made from the log cannot be read; the log itself was found right before.
    #[error("{0}; it is made from the log: `gongshi reindex` makes it anew")]
    Derived(StoreError),
    /// Search failed.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// A key file failed.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// The checkpoint key is not one.
    #[error("keys/checkpoint.key: {0}")]
    CheckpointKey(#[from] NoteError),
    /// A thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] std::io::Error),
    /// The rules are not a whole set.
    #[error("the rules are refused: {0}")]
    Rules(#[from] RuleError),
    /// The folder is not as it must be.
    #[error("{0}")]
    Folder(String),
}

/// How much of the machine to use.
#[derive(Debug, Clone)]
pub struct Tuning {
    /// How the log batches.
    pub batching: Batching,
    /// See [`LogConfig::published_checkpoint`](crate::log::LogConfig::published_checkpoint).
    pub published_checkpoint: Option<PathBuf>,
    /// Bytes of all files together that no record names yet.
    pub unreferenced_bytes: u64,
    /// Search engine.
    pub search: SearchEngine,
    /// Who draws plans that are due.
    pub draws: Draws,
    /// The dated rules of publication.
    pub rules: Arc<Rules>,
    /// Whether displays that are over end by themselves from the start, and not only when [`App::end_displays`] is called.
    pub expire: bool,
    /// See [`Portal::public_url`].
    pub public_url: Option<String>,
}

impl Default for Tuning {
    fn default() -> Self {
        Tuning {
            batching: Batching::default(),
            published_checkpoint: None,
            unreferenced_bytes: FileLimits::default().unreferenced_bytes,
            search: SearchEngine::default(),
            draws: Draws::default(),
            rules: Rules::built_in().clone(),
            expire: false,
            public_url: None,
        }
    }
}

/// A running portal without its HTTP server. Dropping it drains the log and stops the followers.
pub struct App {
    /// What the HTTP side needs.
    pub portal: Portal,
    /// Draws plans.
    pub runner: Arc<Runner>,
    clerk: Option<Clerk>,
    reckoner: Option<JoinHandle<()>>,
    ender: Arc<Ender>,
    ends: Option<Ends>,
    keeper: Keeper,
    expiry: Expiry,
    erasing: Erasing,
    followers: Vec<Follower>,
}

/// SHA-256 of every file that a leaf's record names.
pub fn files_of(leaf: &Leaf) -> Vec<Hash> {
    let named = domain::named_files(&leaf.entry, leaf.record.as_deref());
    let hashes = named.iter().map(|file| hex32(&file.sha256));
    hashes.filter_map(Result::ok).collect()
}

impl App {
    /// Opens everything and starts to follow the log.
    pub fn open(data: &Path, clock: Arc<dyn Clock>, tuning: &Tuning) -> Result<Self, AppError> {
        let log = open_log(data, tuning)?;
        let limits = FileLimits {
            unreferenced_bytes: tuning.unreferenced_bytes,
            reserve_bytes: tuning.batching.reserve_bytes,
        };
        let files = Files::open_within(data, limits)?;
        let model =
            Model::open(log.storage().as_ref(), tuning.rules.clone()).map_err(
                |error| match error {
                    ModelError::Store(error @ StoreError::Corrupt(_)) => AppError::Derived(error),
                    error => error.into(),
                },
            )?;
        let intake =
            Intake::open(log.clone(), clock, files, model.clone()).map_err(
                |error| match error {
                    IntakeError::Store(error @ StoreError::Corrupt(_)) => AppError::Derived(error),
                    error => error.into(),
                },
            )?;
        let intake = Arc::new(intake);
        // Whoever came first could make himself the operator of such a log.
        if intake.registry().operator().is_none() {
            return Err(AppError::Folder(format!(
                "the log in {} has no operator: `gongshi init` was cut short. Remove the folder and run it again",
                data.display()
            )));
        }
        let search = tuning.search.open(data, &log, intake.rules())?;
        let followers = vec![
            Follower::start(
                log.clone(),
                ModelTarget {
                    model: model.clone(),
                    log: log.clone(),
                },
            )?,
            Follower::start(
                log.clone(),
                SearchTarget(IndexTarget::new(
                    search.clone(),
                    log.clone(),
                    names(&intake.registry()),
                    intake.rules().clone(),
                )),
            )?,
        ];
        let synthetic = is_synthetic(&intake);
        let runner = draws::runner(&intake, data, &tuning.draws)?;
        let signer = draws::operator(data)?;
        let ender = Arc::new(Ender::new(intake.clone(), model.clone(), signer, random32));
        let ends = match tuning.expire {
            true => Some(Ends::start(ender.clone())?),
            false => None,
        };
        let clerk = match &tuning.draws {
            Draws::Run { .. } => Some(Clerk::start(runner.clone())?),
            Draws::ByHand => None,
        };
        let keeper = Keeper {
            log: log.clone(),
            model: model.clone(),
            files: intake.files().clone(),
        };
        let eraser = Eraser {
            log: log.clone(),
            model: model.clone(),
            search: search.clone(),
            files: intake.files().clone(),
            standing: intake.standing().clone(),
            sequel: intake.sequel().clone(),
        };
        let tables = Arc::new(desk::Desk::new(intake.rules()));
        let portal = Portal {
            intake,
            log,
            model,
            search,
            draws: Arc::default(),
            statistics: Arc::default(),
            desk: Arc::default(),
            tables,
            synthetic,
            public_url: tuning.public_url.clone(),
        };
        let reckoner = match &tuning.draws {
            Draws::Run { .. } => Some(draws::reckon(portal.clone())?),
            Draws::ByHand => None,
        };
        Ok(App {
            runner,
            clerk,
            reckoner,
            ender,
            ends,
            portal,
            expiry: Expiry::start(keeper.clone())?,
            erasing: Erasing::start(eraser)?,
            keeper,
            followers,
        })
    }

    /// Removes the files that no record names and that nobody has put or held for a day before `now`, as the App
    /// itself does every hour; `None` while the read model is behind the log, when nothing is removed.
    pub fn expire_files(&self, now: SystemTime) -> Result<Option<Expired>, AppError> {
        self.keeper.expire(now)
    }

    /// Starts to draw plans as soon as they are due, if that is not done already.
    pub fn draw_due(&mut self) -> std::io::Result<()> {
        if self.clerk.is_none() {
            self.clerk = Some(Clerk::start(self.runner.clone())?);
        }
        Ok(())
    }

    /// Ends every display that is over now by the rules, as the App itself does every minute once [`App::expire_due`] was
    /// called.
    pub fn end_displays(&self) -> Expiries {
        self.ender.end_all(&|| false)
    }

    /// Starts to end displays as soon as they are over, if that is not done already.
    pub fn expire_due(&mut self) -> std::io::Result<()> {
        if self.ends.is_none() {
            self.ends = Some(Ends::start(self.ender.clone())?);
        }
        Ok(())
    }

    /// Appends what is queued, lets the followers finish their batch, and closes.
    pub fn close(self) {
        drop(self.clerk);
        drop(self.ends);
        if self.reckoner.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that works out the year's draws had panicked");
        }
        self.portal.log.drain();
        self.portal.search.close();
        if let Err(error) = self.portal.intake.keep_time() {
            tracing::warn!(%error, "the time of this stop could not be kept");
        }
        drop(self.expiry);
        drop(self.erasing);
        drop(self.followers);
    }
}

/// The dated rules of a folder, or those that come with the program.
///
/// # Errors
/// [`AppError::Rules`], naming file and line; [`AppError::Folder`] where the folder or a file in it cannot be read.
pub fn rules(folder: Option<&Path>) -> Result<Arc<Rules>, AppError> {
    let Some(folder) = folder else {
        return Ok(Rules::built_in().clone());
    };
    let unreadable = |path: &Path, error: &std::io::Error| {
        AppError::Folder(format!(
            "the rules: cannot read {}: {error}",
            path.display()
        ))
    };
    let items = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut files = Vec::new();
    for item in items {
        let path = item.map_err(|error| unreadable(folder, &error))?.path();
        // Others may lie beside them: a remark, an editor's copy. A TOML file that is none of the rules is refused, since it may be one by
        // a wrong name.
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            files.push((name.into_owned(), text));
        }
    }
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    Ok(Arc::new(Rules::read(&files)?))
}

fn names(registry: &Registry) -> Names {
    let authorities = registry.authorities();
    authorities
        .map(|authority| (authority.id.to_string(), authority.name.clone()))
        .collect()
}

type Failure = Box<dyn Error + Send + Sync>;

struct ModelTarget {
    model: Model,
    log: Arc<Log>,
}

impl Target for ModelTarget {
    fn name(&self) -> &'static str {
        "model"
    }

    fn cursor(&self) -> Result<u64, Failure> {
        Ok(self.model.cursor()?)
    }

    fn take(&mut self, first: u64, leaves: Vec<Leaf>) -> Result<(), Failure> {
        Ok(self.model.fold(first, &leaves, self.log.as_ref())?)
    }

    fn rest(&mut self) -> Result<(), Failure> {
        Ok(self.model.sync()?)
    }
}

struct SearchTarget(IndexTarget);

impl Target for SearchTarget {
    fn name(&self) -> &'static str {
        "search"
    }

    fn cursor(&self) -> Result<u64, Failure> {
        self.0.cursor()
    }

    fn take(&mut self, first: u64, leaves: Vec<Leaf>) -> Result<(), Failure> {
        self.0.take(first, leaves)
    }

    fn rest(&mut self) -> Result<(), Failure> {
        self.0.commit()
    }
}

/// Whether a log holds invented records: its operator, in entry 0, has the region that is nowhere.
fn is_synthetic(intake: &Intake) -> bool {
    let registry = intake.registry();
    let operator = registry.operator();
    operator.is_some_and(|operator| operator.region.as_str() == "000000")
}
