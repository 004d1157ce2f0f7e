//! The composition root: the only place that knows all parts, opens a data folder and wires them together.

mod draws;
mod expiry;
mod restore;

pub use draws::Draws;
pub use restore::{is_restoring, restore};

use crate::docket;
use crate::domain::{self, Kind};
use crate::draw::Runner;
use crate::ingest::{KeyFile, KeyFileError};
use crate::intake::{self, Clock, Event, Intake, IntakeError};
use crate::log::archive::ArchiveError;
use crate::log::{Batching, Follower, Leaf, Log, LogConfig, LogError, Target};
use crate::model::{self, Model, ModelError};
use crate::search::sync::{IndexTarget, Names};
use crate::search::{SearchError, SearchIndex, TantivyIndex, TantivyOptions};
use crate::store::{self, DataFolder, Expired, FileLimits, Files, SledStorage, StoreError};
use crate::web::Portal;
use draws::Clerk;
use expiry::{Expiry, Keeper};
use gongshi_verify::encoding::{base64, hex32};
use gongshi_verify::hash::Hash;
use gongshi_verify::json::Value;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, KindName, Origin};
use gongshi_verify::note::{KeyKind, NoteError, SignerKey, VerifierKey};
use gongshi_verify::record::Record;
use gongshi_verify::registry::{Registry, key_proof_message};
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// What a data folder says about itself, in the file `log.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogFile {
    /// Origin of the log.
    pub origin: String,
}

const LOG_FILE: &str = "log.toml";
/// Files of a data folder that hold keys.
pub fn checkpoint_key_path(data: &Path) -> PathBuf {
    data.join("keys/checkpoint.key")
}

/// The operator's event key.
pub fn operator_key_path(data: &Path) -> PathBuf {
    data.join("keys/operator.key")
}

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
    /// The folder is not as it must be.
    #[error("{0}")]
    Folder(String),
}

/// What the operator decides when a log is made.
#[derive(Debug, Clone)]
pub struct NewLog {
    /// Origin of the log.
    pub origin: Origin,
    /// The operator's identifier.
    pub operator: AuthorityId,
    /// The operator's name for people.
    pub name: String,
    /// The operator's region, six digits.
    pub region: String,
    /// Kinds the operator may publish besides its own.
    pub kinds: Vec<Kind>,
    /// Makes keys: the system's generator, or a fixed sequence in tests.
    pub random: fn() -> [u8; 32],
}

/// Thirty-two bytes of the system's generator.
pub fn random32() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system has a random generator");
    bytes
}

/// How much of the machine to use.
#[derive(Debug, Clone)]
pub struct Tuning {
    /// How the log batches.
    pub batching: Batching,
    /// See [`LogConfig::published_checkpoint`].
    pub published_checkpoint: Option<PathBuf>,
    /// Bytes of all files together that no record names yet.
    pub unreferenced_bytes: u64,
    /// Search engine's threads and memory.
    pub search: TantivyOptions,
    /// Who draws plans that are due.
    pub draws: Draws,
}

impl Default for Tuning {
    fn default() -> Self {
        Tuning {
            batching: Batching::default(),
            published_checkpoint: None,
            unreferenced_bytes: FileLimits::default().unreferenced_bytes,
            search: TantivyOptions::default(),
            draws: Draws::default(),
        }
    }
}

/// Creates a log in an empty folder: keys, size-0 checkpoint, and entry 0, the operator's own record.
pub fn init(data: &Path, new: &NewLog, clock: Arc<dyn Clock>) -> Result<(), AppError> {
    let signer = SignerKey::from_seed(new.origin.as_str(), KeyKind::Ed25519, &(new.random)())?;
    let operator = KeyFile {
        authority: new.operator.clone(),
        key: SecretKey::from_seed(&(new.random)()),
    };
    let kind = KindName::parse(Kind::Authority.as_str()).expect("a kind's name is a name");
    let event = Event::sign(
        &new.origin,
        &new.operator,
        &operator.key,
        &kind,
        clock.now(),
        None,
        operator_record(new, &operator.key)?,
    );
    // What would be refused must not leave a folder with keys of no log behind.
    if let Err(faults) = domain::validate(
        Kind::Authority,
        event.body(),
        domain::dates::day_in_china(clock.now().unix()),
    ) {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        return Err(AppError::Folder(format!(
            "the operator's record: {}",
            faults.join("; ")
        )));
    }
    let folder = empty_folder(data, "init")?;
    std::fs::create_dir(data.join("keys"))?;
    store::write_private(
        &checkpoint_key_path(data),
        format!("{}\n", signer.to_secret_text().as_str()).as_bytes(),
    )?;
    operator.write(&operator_key_path(data))?;
    write_log_file(
        &folder,
        &LogFile {
            origin: new.origin.to_string(),
        },
    )?;
    let storage = Arc::new(SledStorage::new(data));
    let log = Arc::new(Log::create(
        folder,
        storage,
        LogConfig::new(new.origin.clone(), signer),
    )?);
    let intake = Intake::open(log, clock, Files::open(data)?)?;
    match intake.accept_events(vec![event]).wait().pop() {
        Some(Ok(_)) => Ok::<(), AppError>(()),
        Some(Err(refusal)) => Err(AppError::Folder(format!(
            "the operator's record was refused: {refusal}"
        ))),
        None => Err(AppError::Folder(
            "the operator's record got no answer".to_owned(),
        )),
    }?;
    store::sync_folder(&data.join("keys"))?;
    Ok(store::sync_folder(data)?)
}

fn operator_record(new: &NewLog, key: &SecretKey) -> Result<Record, AppError> {
    let public = key.public();
    let proof = key.sign(&key_proof_message(&new.origin, &new.operator, &public));
    let mut kinds: Vec<&str> = new.kinds.iter().map(|kind| kind.as_str()).collect();
    kinds.extend(
        Kind::ALL
            .iter()
            .filter(|kind| kind.operator_only() || **kind == Kind::Draw)
            .map(|kind| kind.as_str()),
    );
    kinds.sort_unstable();
    kinds.dedup();
    let body = Value::object([
        ("action", "register".into()),
        ("authority_id", new.operator.as_str().into()),
        ("key_proof", base64(&proof).into()),
        (
            "kinds",
            Value::Array(kinds.into_iter().map(Into::into).collect()),
        ),
        ("name", new.name.as_str().into()),
        ("public_key", public.to_base64().into()),
        ("region", new.region.as_str().into()),
        ("role", "operator".into()),
    ]);
    Record::new(body, (new.random)())
        .map_err(|e| AppError::Folder(format!("the operator's record: {e}")))
}

/// A running portal without its HTTP server. Dropping it drains the log and stops the followers.
pub struct App {
    /// What the HTTP side needs.
    pub portal: Portal,
    /// Draws plans.
    pub runner: Arc<Runner>,
    clerk: Option<Clerk>,
    keeper: Keeper,
    expiry: Expiry,
    followers: Vec<Follower>,
}

/// The description of a data folder. A folder that a restore has not finished has none.
pub fn log_file(data: &Path) -> Result<LogFile, AppError> {
    if is_restoring(data)? {
        return Err(AppError::Folder(format!(
            "{} holds a restore that has not ended: a part of a log, which is never served. If no restore is running, run \
             `gongshi restore` again (it empties the folder first), or delete the folder",
            data.display()
        )));
    }
    let path = data.join(LOG_FILE);
    let text = std::fs::read_to_string(&path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => AppError::Folder(format!(
            "{} holds no log (no {LOG_FILE}); `gongshi init` makes one",
            data.display()
        )),
        _ => StoreError::Io {
            what: path.display().to_string(),
            source: e,
        }
        .into(),
    })?;
    toml::from_str(&text).map_err(|e| AppError::Folder(format!("{}: {e}", path.display())))
}

/// Opens the log of a data folder to append to it, without anything derived from it.
fn open_log(data: &Path, tuning: &Tuning) -> Result<Arc<Log>, AppError> {
    let (folder, _, config) = prepare(data, tuning)?;
    let log = Log::open(folder, Arc::new(SledStorage::new(data)), config)?;
    Ok(Arc::new(log))
}

/// Opens the log of a data folder to read what is under its last signed checkpoint. Nothing is signed or completed.
pub fn read_log(data: &Path) -> Result<(Arc<Log>, LogFile), AppError> {
    let (folder, file, config) = prepare(data, &Tuning::default())?;
    let log = Log::read(folder, Arc::new(SledStorage::new(data)), config)?;
    Ok((Arc::new(log), file))
}

/// The same without any secret: signatures are checked with the verifier key given.
pub fn read_log_as_stranger(
    data: &Path,
    verifier: &VerifierKey,
) -> Result<(Arc<Log>, LogFile), AppError> {
    let file = log_file(data)?;
    let origin = origin_of(&file)?;
    if verifier.name != file.origin {
        return Err(AppError::Folder(format!(
            "the verifier key is that of the log {}, the folder that of {}",
            verifier.name, file.origin
        )));
    }
    let folder = DataFolder::lock(data)?;
    let config = LogConfig::reader(origin, verifier.clone());
    let log = Log::read(folder, Arc::new(SledStorage::new(data)), config)?;
    Ok((Arc::new(log), file))
}

/// SHA-256 of every file that a leaf's record names.
pub fn files_of(leaf: &Leaf) -> Vec<Hash> {
    let named = domain::named_files(&leaf.entry, leaf.record.as_deref());
    let hashes = named.iter().map(|file| hex32(&file.sha256));
    hashes.filter_map(Result::ok).collect()
}

fn origin_of(file: &LogFile) -> Result<Origin, AppError> {
    Origin::parse(&file.origin).map_err(|e| AppError::Folder(format!("{LOG_FILE}: {e}")))
}

fn prepare(data: &Path, tuning: &Tuning) -> Result<(DataFolder, LogFile, LogConfig), AppError> {
    let file = log_file(data)?;
    let origin = origin_of(&file)?;
    let folder = DataFolder::lock(data)?;
    let mut config = LogConfig::new(origin, read_signer(data)?);
    config
        .published_checkpoint
        .clone_from(&tuning.published_checkpoint);
    config.batching = tuning.batching.clone();
    Ok((folder, file, config))
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
        let intake = Intake::open(log.clone(), clock, files).map_err(|error| match error {
            IntakeError::Store(error @ StoreError::Corrupt(_)) => AppError::Derived(error),
            error => error.into(),
        })?;
        let intake = Arc::new(intake);
        // Whoever came first could make himself the operator of such a log.
        if intake.registry().operator().is_none() {
            return Err(AppError::Folder(format!(
                "the log in {} has no operator: `gongshi init` was cut short. Remove the folder and run it again",
                data.display()
            )));
        }
        let model = Model::open(log.storage().as_ref()).map_err(|error| match error {
            ModelError::Store(error @ StoreError::Corrupt(_)) => AppError::Derived(error),
            error => error.into(),
        })?;
        let search: Arc<dyn SearchIndex> =
            Arc::new(TantivyIndex::open(&data.join("index"), tuning.search)?);
        let followers = vec![
            Follower::start(log.clone(), ModelTarget(model.clone()))?,
            Follower::start(
                log.clone(),
                SearchTarget(IndexTarget::new(search.clone(), names(&intake.registry()))),
            )?,
        ];
        let synthetic = is_synthetic(&intake);
        let runner = draws::runner(&intake, data, &tuning.draws)?;
        let clerk = match &tuning.draws {
            Draws::Run { .. } => Some(Clerk::start(runner.clone())?),
            Draws::ByHand => None,
        };
        let keeper = Keeper {
            log: log.clone(),
            model: model.clone(),
            files: intake.files().clone(),
        };
        Ok(App {
            runner,
            clerk,
            portal: Portal {
                intake,
                log,
                model,
                search,
                draws: Arc::default(),
                synthetic,
            },
            expiry: Expiry::start(keeper.clone())?,
            keeper,
            followers,
        })
    }

    /// Removes the files that no public record names and that nobody has put or held for a day before `now`, as the App
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

    /// Appends what is queued, lets the followers finish their batch, and closes.
    pub fn close(self) {
        drop(self.clerk);
        self.portal.log.drain();
        if let Err(error) = self.portal.intake.keep_time() {
            tracing::warn!(%error, "the time of this stop could not be kept");
        }
        drop(self.expiry);
        drop(self.followers);
    }
}

fn names(registry: &Registry) -> Names {
    let authorities = registry.authorities();
    authorities
        .map(|authority| (authority.id.to_string(), authority.name.clone()))
        .collect()
}

type Failure = Box<dyn Error + Send + Sync>;

struct ModelTarget(Model);

impl Target for ModelTarget {
    fn name(&self) -> &'static str {
        "model"
    }

    fn cursor(&self) -> Result<u64, Failure> {
        Ok(self.0.cursor()?)
    }

    fn take(&mut self, first: u64, leaves: Vec<Leaf>) -> Result<(), Failure> {
        Ok(self.0.fold(first, &leaves)?)
    }

    fn rest(&mut self) -> Result<(), Failure> {
        Ok(self.0.sync()?)
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

/// Locks a folder that holds nothing yet.
fn empty_folder(data: &Path, command: &str) -> Result<DataFolder, AppError> {
    let folder = DataFolder::lock(data)?;
    ensure_empty(data, command)?;
    Ok(folder)
}

fn ensure_empty(data: &Path, command: &str) -> Result<(), AppError> {
    let others = std::fs::read_dir(data).map_err(|e| StoreError::Io {
        what: data.display().to_string(),
        source: e,
    })?;
    // Half of a restore's mark is what one leaves that died before its first step; the next mark takes its place.
    let nothing = [store::LOCK, restore::UNMARKED];
    if others
        .filter_map(Result::ok)
        .any(|item| nothing.iter().all(|name| item.file_name() != *name))
    {
        return Err(AppError::Folder(format!(
            "{} is not empty; `{command}` needs a new or empty folder",
            data.display()
        )));
    }
    Ok(())
}

/// Whether a log holds invented records: its operator, in entry 0, has the region that is nowhere.
fn is_synthetic(intake: &Intake) -> bool {
    let registry = intake.registry();
    let operator = registry.operator();
    operator.is_some_and(|operator| operator.region.as_str() == "000000")
}

fn write_log_file(folder: &DataFolder, file: &LogFile) -> Result<(), AppError> {
    let text = toml::to_string(file).map_err(|e| AppError::Folder(e.to_string()))?;
    Ok(folder.write(LOG_FILE, text.as_bytes())?)
}

fn read_signer(data: &Path) -> Result<SignerKey, AppError> {
    let path = checkpoint_key_path(data);
    store::ensure_private(&path)?;
    // Not needed here, but a start is when somebody looks.
    let operator = operator_key_path(data);
    if operator.exists() {
        store::ensure_private(&operator)?;
    }
    let text = std::fs::read_to_string(&path).map_err(|e| StoreError::Io {
        what: path.display().to_string(),
        source: e,
    })?;
    Ok(SignerKey::parse(text.trim())?)
}

/// Removes what is derived from the log, damaged or not, and builds it again, reporting how far it is. The index of seen
/// events is built by the next start.
pub fn reindex(data: &Path, mut progress: impl FnMut(u64, u64)) -> Result<(), AppError> {
    let (log, _) = read_log(data)?;
    let size = log.published().size();
    log.storage().remove(intake::SEEN_DATABASE)?;
    log.storage().remove(docket::DATABASE)?;
    log.storage().remove(model::DATABASE)?;
    let model = Model::open(log.storage().as_ref())?;
    let index = data.join("index");
    match std::fs::remove_dir_all(&index) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            let what = index.display().to_string();
            return Err(StoreError::Io { what, source }.into());
        }
        _ => {}
    }
    let search = TantivyIndex::open(&index, TantivyOptions::default())?;
    let mut index = IndexTarget::new(Arc::new(search), Names::new());
    let failed = |error: Failure| AppError::Folder(format!("indexing failed: {error}"));
    let mut start = 0;
    while start < size {
        let end = size.min(start + 1024);
        let leaves = log.leaves(start..end)?;
        model.fold(start, &leaves)?;
        index.take(start, leaves).map_err(failed)?;
        start = end;
        progress(start, size);
    }
    model.sync()?;
    index.commit().map_err(failed)?;
    Ok(())
}
