//! sled 0.34 behind [`KeyValue`]: the only file that names the engine.
//!
//! Two facts about this engine shape it (measured, see `docs/adr/0004-sled-behind-a-trait.md`): its `flush` ends in
//! `sync_file_range`, which is not durable against power loss, so [`KeyValue::sync`] adds `fdatasync` on the
//! engine's file; and after an error of the disk it refuses everything, reads included, until it is opened again,
//! so room is checked before writing ([`Storage::ensure_space`]).

use super::{KeyValue, Pairs, Storage, StoreError, Write, WriteBatch, available_bytes};
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

/// Larger segments keep large nodes out of one-file-each blobs.
const SEGMENT_BYTES: usize = 2 << 20;
/// Page cache of one database as the engine counts it; in memory the same pages take some five times as much.
const CACHE_BYTES: u64 = 8 << 20;

impl From<::sled::Error> for StoreError {
    fn from(error: ::sled::Error) -> Self {
        match error {
            ::sled::Error::Io(source) => StoreError::io("storage engine", source),
            ::sled::Error::Corruption { at, .. } => {
                StoreError::Corrupt(format!("page at {at:?} fails its checksum"))
            }
            other => StoreError::Engine(other.to_string()),
        }
    }
}

/// How long a closed database may keep its lock: the engine lets go of its file in a thread of its own.
const RELEASE: Duration = Duration::from_secs(5);

/// Databases in folders below one root.
pub struct SledStorage {
    root: PathBuf,
    open: Mutex<HashMap<String, Weak<SledDatabase>>>,
}

impl SledStorage {
    /// Databases below `root`, which exists.
    pub fn new(root: &Path) -> Self {
        SledStorage {
            root: root.to_owned(),
            open: Mutex::new(HashMap::new()),
        }
    }
}

impl Storage for SledStorage {
    fn open(&self, name: &str) -> Result<Arc<dyn KeyValue>, StoreError> {
        let mut open = self.open.lock().expect("no holder of this lock panics");
        if let Some(database) = open.get(name).and_then(Weak::upgrade) {
            return Ok(database);
        }
        let database = Arc::new(SledDatabase::open(&self.root.join(name))?);
        open.insert(name.to_owned(), Arc::downgrade(&database));
        Ok(database)
    }

    fn exists(&self, name: &str) -> Result<bool, StoreError> {
        let path = self.root.join(name).join("db");
        path.try_exists()
            .map_err(|e| StoreError::io(path.display().to_string(), e))
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        let path = self.root.join(name);
        match std::fs::remove_dir_all(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(StoreError::io(path.display().to_string(), e))
            }
            _ => Ok(()),
        }
    }

    fn ensure_space(&self, reserve: u64) -> Result<(), StoreError> {
        let available = available_bytes(&self.root)?;
        if available < reserve {
            Err(StoreError::NoSpace { available, reserve })
        } else {
            Ok(())
        }
    }
}

/// Whether the engine's file is locked.
fn is_held(error: &::sled::Error) -> bool {
    // The engine wraps the lock's error in a text.
    matches!(error, ::sled::Error::Io(source) if source.to_string().starts_with("could not acquire lock"))
}

struct SledDatabase {
    tree: ::sled::Db,
    /// The engine's file, opened once more: `fdatasync` works on any descriptor of it.
    file: File,
    synced_len: AtomicU64,
}

impl SledDatabase {
    fn open(path: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(path).map_err(|e| StoreError::io(path.display().to_string(), e))?;
        let config = ::sled::Config::new()
            .path(path)
            .segment_size(SEGMENT_BYTES)
            .cache_capacity(CACHE_BYTES)
            .mode(::sled::Mode::HighThroughput)
            // Every promise is made after `sync`; a timer would only add writes in between.
            .flush_every_ms(None);
        let since = Instant::now();
        let tree = loop {
            match config.open() {
                // The data folder is locked by this process, so the holder can only be a database it has just closed.
                Err(error) if is_held(&error) && since.elapsed() < RELEASE => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                opened => break opened?,
            }
        };
        let db = path.join("db");
        let file = File::open(&db).map_err(|e| StoreError::io(db.display().to_string(), e))?;
        for folder in [Some(path), path.parent()].into_iter().flatten() {
            sync_folder(folder)?;
        }
        Ok(SledDatabase {
            tree,
            file,
            synced_len: AtomicU64::new(0),
        })
    }
}

fn sync_folder(path: &Path) -> Result<(), StoreError> {
    File::open(path)
        .and_then(|f| f.sync_all())
        .map_err(|e| StoreError::io(path.display().to_string(), e))
}

fn pair(
    item: ::sled::Result<(::sled::IVec, ::sled::IVec)>,
) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
    let (key, value) = item?;
    Ok((key.to_vec(), value.to_vec()))
}

impl SledDatabase {
    fn iter(&self, from: &[u8], to: Option<&[u8]>) -> ::sled::Iter {
        match to {
            Some(to) => self.tree.range(from.to_vec()..to.to_vec()),
            None => self.tree.range(from.to_vec()..),
        }
    }
}

impl KeyValue for SledDatabase {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.tree.get(key)?.map(|v| v.to_vec()))
    }

    fn range<'a>(&'a self, from: &[u8], to: Option<&[u8]>) -> Pairs<'a> {
        Box::new(self.iter(from, to).map(pair))
    }

    fn range_rev<'a>(&'a self, from: &[u8], to: Option<&[u8]>) -> Pairs<'a> {
        Box::new(self.iter(from, to).rev().map(pair))
    }

    fn apply(&self, batch: WriteBatch) -> Result<(), StoreError> {
        let mut engine = ::sled::Batch::default();
        for write in batch.writes {
            match write {
                Write::Put(key, value) => engine.insert(key, value),
                Write::Delete(key) => engine.remove(key),
            }
        }
        Ok(self.tree.apply_batch(engine)?)
    }

    fn compare_and_swap(
        &self,
        key: &[u8],
        old: Option<&[u8]>,
        new: &[u8],
    ) -> Result<bool, StoreError> {
        Ok(self.tree.compare_and_swap(key, old, Some(new))?.is_ok())
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.tree.flush()?;
        let len = self
            .file
            .metadata()
            .map_err(|e| StoreError::io("storage engine's file", e))?
            .len();
        let grew = self.synced_len.load(Ordering::Acquire) != len;
        let done = if grew {
            self.file.sync_all()
        } else {
            self.file.sync_data()
        };
        done.map_err(|e| StoreError::io("fdatasync of the storage engine's file", e))?;
        self.synced_len.store(len, Ordering::Release);
        Ok(())
    }
}
