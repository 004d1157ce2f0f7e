//! The log: an append-only Merkle tree of opaque entries, kept in tiles, signed by checkpoints, never forked.
//!
//! One sequencer thread owns the tree and is the only writer; everybody else reads what it published. The module
//! knows bytes, hashes and signatures. It must not know what an entry says, who may write it, or HTTP: a second
//! product could run on it (`examples/raw_log.rs` does). Formats: C2SP tlog-tiles, tlog-checkpoint, signed-note.

pub mod archive;
mod blocks;
mod erase;
mod follow;
mod fsck;
mod published;
mod read;
mod recover;
mod sequencer;
mod submission;
mod tail;
mod tree;
mod veil;

pub use blocks::BLOCK_LEAVES;
pub use follow::{Follower, Target};
pub use fsck::{FsckProblem, FsckReport, check as fsck};
pub use published::Published;
pub use read::ProofReader;
pub use submission::{Fate, Outcome, Submission, SubmitError};

use crate::store::{DataFolder, KeyValue, Storage, StoreError};
use gongshi_verify::names::Origin;
use gongshi_verify::note::{SignerKey, VerifierKey};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, RwLock, RwLockReadGuard};
use std::time::Duration;

/// Indexes in one shard database.
pub const SHARD_LEAVES: u64 = 1 << 20;
/// Largest entry: a bundle prefixes each with a 16-bit length (tlog-tiles).
pub const MAX_ENTRY_BYTES: usize = 65_535;
/// Largest record kept beside an entry: 1 MiB of body and its envelope.
pub const MAX_RECORD_BYTES: usize = (1 << 20) + 4096;
/// Name of the log's own database.
pub const DATABASE: &str = "store/log";
/// The published checkpoint in the data folder, outside the engine.
pub const CHECKPOINT_FILE: &str = "checkpoint";

/// One leaf to append: the entry that is hashed, and what is kept beside it but is not part of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The bytes whose hash is the leaf; 1 to [`MAX_ENTRY_BYTES`].
    pub entry: Vec<u8>,
    /// Bytes that may later leave the store without touching the tree.
    pub record: Option<Vec<u8>>,
}

/// How the log batches and when it refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batching {
    /// A batch is cut at this many leaves…
    pub leaves: usize,
    /// …or this many bytes…
    pub bytes: usize,
    /// …or when its first leaf has waited this long.
    pub delay: Duration,
    /// Submissions are refused while this many leaves wait…
    pub queue_leaves: usize,
    /// …or this many bytes.
    pub queue_bytes: usize,
    /// Appends stop while less than this many bytes are free on the disk.
    pub reserve_bytes: u64,
}

impl Default for Batching {
    /// Measured in `docs/PERFORMANCE.md`.
    fn default() -> Self {
        Batching {
            leaves: 4096,
            bytes: 8 << 20,
            delay: Duration::from_millis(10),
            queue_leaves: 65_536,
            queue_bytes: 64 << 20,
            reserve_bytes: 256 << 20,
        }
    }
}

/// What a log needs to sign, and how it works.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// The checkpoint's first line.
    pub origin: Origin,
    /// The checkpoint key; its name is the origin.
    pub key: CheckpointKey,
    /// How it batches.
    pub batching: Batching,
    /// A second place for the newest published checkpoint, outside the data folder: an older copy of the folder brings
    /// its own older `checkpoint` file with it, but not this one. Compared at start, written before each publication.
    pub published_checkpoint: Option<PathBuf>,
    /// Thirty-two random bytes, for the keys that the tail is encrypted with. Who only reads the log needs none.
    pub random: Option<fn() -> [u8; 32]>,
}

impl LogConfig {
    /// With the defaults. `random` gives bytes of the system's generator.
    pub fn new(origin: Origin, signer: SignerKey, random: fn() -> [u8; 32]) -> Self {
        LogConfig {
            origin,
            key: CheckpointKey::Signer(Box::new(signer)),
            batching: Batching::default(),
            published_checkpoint: None,
            random: Some(random),
        }
    }

    fn random(&self) -> Result<fn() -> [u8; 32], LogError> {
        self.random.ok_or_else(|| {
            LogError::State("a log is written with a source of random bytes".to_owned())
        })
    }

    /// For whoever only reads the log, and holds no secret.
    pub fn reader(origin: Origin, verifier: VerifierKey) -> Self {
        LogConfig {
            origin,
            key: CheckpointKey::Verifier(Box::new(verifier)),
            batching: Batching::default(),
            published_checkpoint: None,
            random: None,
        }
    }
}

/// The checkpoint key, as far as it is at hand.
#[derive(Debug, Clone)]
pub enum CheckpointKey {
    /// The whole of it.
    Signer(Box<SignerKey>),
    /// Its public side: the log can be read, not written.
    Verifier(Box<VerifierKey>),
}

impl CheckpointKey {
    /// The public side, as a vkey.
    pub fn verifier(&self) -> &VerifierKey {
        match self {
            CheckpointKey::Signer(signer) => signer.verifier(),
            CheckpointKey::Verifier(verifier) => verifier,
        }
    }

    /// The whole of it, for whoever signs.
    fn signer(&self) -> Result<&SignerKey, LogError> {
        match self {
            CheckpointKey::Signer(signer) => Ok(signer),
            CheckpointKey::Verifier(_) => Err(LogError::State(
                "a log is written with its checkpoint key; the verifier key alone reads it"
                    .to_owned(),
            )),
        }
    }
}

/// Why the log did not open, append or answer.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A checkpoint published by this log is newer than the store: a restored older copy.
    #[error(
        "the store holds {stored} entries, but this log has published a checkpoint of {published} entries (it stands in \
         {place}): the data folder was put back to an older state, or its disk has lost what was written last (copy the folder \
         to another disk before anything else, and check the disk). Starting would sign a second history, so the log \
         refuses; nothing was signed. Put back a data folder that holds at least {published} entries, or restore a \
         backup of at least {published} entries into a new folder (`gongshi restore`); if neither exists, this log has \
         ended: keep the folder as evidence, announce it, and open a new log under a new origin and key \
         (docs/OPERATIONS.md, \"Rolled back\")"
    )]
    RolledBack {
        /// Size of the newest published checkpoint.
        published: u64,
        /// Size of the newest checkpoint in the store.
        stored: u64,
        /// Where the published checkpoint was found.
        place: String,
    },
    /// A published checkpoint and the store disagree about the same entries.
    #[error(
        "the published checkpoint of {size} entries has root {published}, the store computes {stored}: the data folder \
         does not belong to the published log, or it was changed. Nothing was signed. Put back the folder that \
         published this checkpoint (docs/OPERATIONS.md, \"Diverged\")"
    )]
    Diverged {
        /// Size of the published checkpoint.
        size: u64,
        /// Root in it, base64.
        published: String,
        /// Root computed from the store, base64.
        stored: String,
    },
    /// A file that should hold the published checkpoint holds something else.
    #[error("{place} is not a checkpoint of {origin} signed by the configured key: {reason}")]
    BadCheckpointFile {
        /// Which file.
        place: String,
        /// Expected origin.
        origin: String,
        /// What is wrong.
        reason: String,
    },
    /// The second place for the published checkpoint is set, but nothing stands there.
    #[error(
        "{path} does not exist. This log is set to keep its published checkpoint there, and to compare it at start. If the \
         disk that holds it is not mounted, mount it. If this is the first start with this setting, put a copy of the \
         newest published checkpoint there (the file `checkpoint` of the data folder, if the folder was never put back \
         to an older state)"
    )]
    NoPublishedCheckpoint {
        /// The path that was set.
        path: String,
    },
    /// Nothing outside the store says what was published, though something was.
    #[error(
        "the file `checkpoint` of the data folder is missing, so nobody can tell whether the store is an older copy: the log has \
         signed {signed} entries. Copy the file from where the folder came from, or put the newest checkpoint that was \
         published there, as readers have it"
    )]
    NoCheckpointFile {
        /// Entries under the store's newest checkpoint.
        signed: u64,
    },
    /// What is stored contradicts itself.
    #[error(
        "the store is damaged at {place}: {reason} (docs/OPERATIONS.md, \"The store is damaged at …\")"
    )]
    Damaged {
        /// Tile, block or entry.
        place: String,
        /// What was expected and found.
        reason: String,
    },
    /// Another writer changed the last signed checkpoint.
    #[error("the last signed checkpoint was changed by another writer; this one has stopped")]
    LostWriter,
    /// The log exists already, or does not yet.
    #[error("{0}")]
    State(String),
    /// Asked for something beyond the published tree.
    #[error("{what} is beyond the published log of {size} entries")]
    Beyond {
        /// What was asked for.
        what: String,
        /// Published size.
        size: u64,
    },
}

impl LogError {
    pub(crate) fn damaged(place: impl Into<String>, reason: impl Into<String>) -> Self {
        LogError::Damaged {
            place: place.into(),
            reason: reason.into(),
        }
    }
}

/// Keys of the log's own database. One tree, so that a batch is atomic.
pub(crate) mod key {
    /// The staged size, root and right edge.
    pub const STAGED: &[u8] = b"staged";
    /// The last signed checkpoint, a signed note.
    pub const CHECKPOINT: &[u8] = b"checkpoint";

    /// Number of the key that the tail is encrypted with.
    pub const TAIL_KEY: &[u8] = b"k";
    /// Number of records under the veil.
    pub const VEILED: &[u8] = b"n";
    /// Begins the keys of the veil.
    pub const VEIL: &[u8] = b"v";
    /// Begins the keys that name shards to be rewritten.
    pub const REWRITE: &[u8] = b"x";

    /// Bits of the veil over 65,536 indexes.
    pub fn veil(chunk: u64) -> Vec<u8> {
        [VEIL, &chunk.to_be_bytes()].concat()
    }

    /// A shard whose files hold what has to go.
    pub fn rewrite(shard: u64) -> Vec<u8> {
        [REWRITE, &shard.to_be_bytes()].concat()
    }

    /// A full tile: 8,192 bytes.
    pub fn tile(level: u8, index: u64) -> Vec<u8> {
        let mut key = vec![b't', level];
        key.extend_from_slice(&index.to_be_bytes());
        key
    }

    /// The rightmost, partial tile of a level.
    pub fn edge(level: u8) -> Vec<u8> {
        vec![b'p', level]
    }

    /// A leaf not yet in a block, encrypted.
    pub fn tail(index: u64) -> Vec<u8> {
        let mut key = vec![b'u'];
        key.extend_from_slice(&index.to_be_bytes());
        key
    }
}

/// What readers and the sequencer share.
pub(crate) struct Inner {
    pub(crate) config: LogConfig,
    pub(crate) folder: DataFolder,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) database: Arc<dyn KeyValue>,
    pub(crate) published: RwLock<Arc<Published>>,
    /// The published size again, to wait on.
    pub(crate) size: Mutex<u64>,
    pub(crate) grown: Condvar,
    pub(crate) blocks: blocks::Blocks,
    purpose: Purpose,
    veil: veil::Veil,
    /// Held while a batch is written and signed, or the tail is put under another key. Locks are taken in this order:
    /// `erasing`, `tail`, `tail_key`.
    tail: Mutex<tail::Tail>,
    /// Held while values of the tail are read and decrypted, alone while they are exchanged.
    tail_key: RwLock<tail::TailKey>,
    /// Held by an erasure to its end.
    erasing: Mutex<()>,
}

impl Inner {
    fn tail_key(&self) -> RwLockReadGuard<'_, tail::TailKey> {
        self.tail_key.read().expect("no holder of this lock panics")
    }

    pub(crate) fn published(&self) -> Arc<Published> {
        self.published
            .read()
            .expect("no holder of this lock panics")
            .clone()
    }

    pub(crate) fn set_published(&self, published: Arc<Published>) {
        let size = published.size();
        *self
            .published
            .write()
            .expect("no holder of this lock panics") = published;
        *self.size.lock().expect("no holder of this lock panics") = size;
        self.grown.notify_all();
    }
}

/// What a log is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Append,
    Read,
}

/// A running log. Dropping it drains the queue and stops the sequencer.
pub struct Log {
    inner: Arc<Inner>,
    sequencer: sequencer::Handle,
}

impl Log {
    /// Creates an empty log with its size-0 checkpoint, and runs it.
    pub fn create(
        folder: DataFolder,
        storage: Arc<dyn Storage>,
        config: LogConfig,
    ) -> Result<Log, LogError> {
        config.key.signer()?;
        // Held until the log has it open: the engine gives a closed database's lock back only some time later.
        let _database = storage.open(DATABASE)?;
        recover::create(&folder, storage.as_ref(), &config)?;
        Log::open(folder, storage, config)
    }

    /// Opens an existing log after the start-up checks (DESIGN §5), completes a batch that death interrupted, and
    /// runs it. Refuses where going on could sign a second history.
    pub fn open(
        folder: DataFolder,
        storage: Arc<dyn Storage>,
        config: LogConfig,
    ) -> Result<Log, LogError> {
        config.key.signer()?;
        Log::start(folder, storage, config, Purpose::Append)
    }

    /// Opens an existing log after the same checks, to be read only: what is under the last signed checkpoint. Nothing
    /// is signed and no batch is completed; leaves are refused. (The storage engine still tidies its own files.)
    pub fn read(
        folder: DataFolder,
        storage: Arc<dyn Storage>,
        config: LogConfig,
    ) -> Result<Log, LogError> {
        Log::start(folder, storage, config, Purpose::Read)
    }

    fn start(
        folder: DataFolder,
        storage: Arc<dyn Storage>,
        config: LogConfig,
        purpose: Purpose,
    ) -> Result<Log, LogError> {
        let (inner, tree) = recover::open(folder, storage, config, purpose)?;
        let inner = Arc::new(inner);
        let sequencer = sequencer::start(inner.clone(), tree, purpose);
        Ok(Log { inner, sequencer })
    }

    /// Queues leaves to be appended in this order, one after the other. Their indexes are fixed now; the
    /// [`Submission`] resolves when they are durable and under a published checkpoint, or have failed whole.
    pub fn submit(&self, leaves: Vec<Leaf>) -> Result<Submission, SubmitError> {
        self.sequencer.submit(leaves)
    }

    /// Has what is queued appended at once, without waiting for more to come: for who holds up all others until then.
    pub fn hurry(&self) {
        self.sequencer.hurry();
    }

    /// Leaves waiting to be appended.
    pub fn queued(&self) -> usize {
        self.sequencer.queued()
    }

    /// Why the log appends no more until it is opened again, or until its newest checkpoint can be published; `None` while
    /// it appends, or tries to.
    pub fn stopped(&self) -> Option<String> {
        self.sequencer.stopped()
    }

    /// Whether the disk has the room without which nothing is appended.
    ///
    /// # Errors
    /// [`StoreError::NoSpace`], saying how much is free.
    pub fn ensure_space(&self) -> Result<(), StoreError> {
        let reserve = self.inner.config.batching.reserve_bytes;
        self.inner.storage.ensure_space(reserve)
    }

    /// The newest published checkpoint and what is needed to serve it.
    pub fn published(&self) -> Arc<Published> {
        self.inner.published()
    }

    /// Waits until more than `size` entries are published, at most `timeout`, and returns how many are.
    pub fn wait_beyond(&self, size: u64, timeout: Duration) -> u64 {
        let now = self
            .inner
            .size
            .lock()
            .expect("no holder of this lock panics");
        let waited = self
            .inner
            .grown
            .wait_timeout_while(now, timeout, |now| *now <= size);
        *waited.expect("no holder of this lock panics").0
    }

    /// The log's origin.
    pub fn origin(&self) -> &Origin {
        &self.inner.config.origin
    }

    /// The storage that the log's databases live in, for the read model beside it.
    pub fn storage(&self) -> &Arc<dyn Storage> {
        &self.inner.storage
    }

    /// The data folder held by the log.
    pub fn folder(&self) -> &DataFolder {
        &self.inner.folder
    }

    /// The checkpoint key's public side, as a vkey.
    pub fn verifier(&self) -> &VerifierKey {
        self.inner.config.key.verifier()
    }

    /// Refuses new leaves, appends what is queued, and returns when all of it is published or failed.
    pub fn drain(&self) {
        self.sequencer.drain();
    }
}
