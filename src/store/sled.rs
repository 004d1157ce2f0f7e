//! sled 0.34 behind [`KeyValue`]: the only file that names the engine.
//!
//! Four facts about this engine shape it (measured, see `docs/adr/0004-sled-behind-a-trait.md`):
//! - its `flush` ends in `sync_file_range`, which is not durable against power loss, so [`KeyValue::sync`] adds
//!   `fdatasync` on the engine's file;
//! - nodes of more than a quarter of a segment go to files of their own (`blobs/`), which it never syncs, so
//!   [`KeyValue::sync`] does;
//! - after an error of the disk it refuses everything, reads included, until it is opened again, so room is checked
//!   before writing ([`Storage::ensure_space`]);
//! - it panics on some damaged files. No panic leaves this file: each becomes [`StoreError::Corrupt`].

use super::{
    KeyValue, Pairs, Storage, StoreError, Write, WriteBatch, available_bytes, sync_folder,
};
use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once, Weak};
use std::time::{Duration, Instant};

/// The engine's own default. Larger segments would keep more nodes out of files of their own, but hold more dead bytes
/// (`docs/adr/0002-blocks-in-sled-shards.md`).
const SEGMENT_BYTES: usize = 512 << 10;
/// Page cache of one database as the engine counts it; in memory the same pages take some five times as much.
const CACHE_BYTES: u64 = 8 << 20;

impl From<::sled::Error> for StoreError {
    fn from(error: ::sled::Error) -> Self {
        match error {
            ::sled::Error::Io(source) => StoreError::io("storage engine", source),
            ::sled::Error::Corruption { at: Some(at), .. } => {
                StoreError::Corrupt(format!("the page at {at} fails its checksum"))
            }
            ::sled::Error::Corruption { at: None, .. } => {
                StoreError::Corrupt("its file fails a checksum or ends too early".to_owned())
            }
            other => StoreError::Engine(other.to_string()),
        }
    }
}

/// How long a closed database may keep its lock: the engine lets go of its file in a thread of its own.
const RELEASE: Duration = Duration::from_secs(5);

thread_local! {
    /// Whether this thread is inside the engine, where a panic is an answer about a damaged file.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Runs a call of the engine; its panic becomes an error and is not printed.
fn contained<T>(call: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !INSIDE.get() {
                before(info);
            }
        }));
    });
    let outer = INSIDE.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(call));
    INSIDE.set(outer);
    outcome.unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or_default();
        Err(StoreError::Corrupt(format!(
            "the storage engine gave up on its files: {text}"
        )))
    })
}

/// Databases in folders below one root.
pub struct SledStorage {
    root: PathBuf,
    /// A lock for each name: opening a large database takes seconds, which others must not wait for.
    open: Mutex<HashMap<String, Arc<Mutex<Weak<SledDatabase>>>>>,
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
        let slot = {
            let mut open = self.open.lock().expect("no holder of this lock panics");
            open.entry(name.to_owned()).or_default().clone()
        };
        let mut slot = slot.lock().expect("no holder of this lock panics");
        if let Some(database) = slot.upgrade() {
            return Ok(database);
        }
        let database = Arc::new(SledDatabase::open(&self.root, name)?);
        *slot = Arc::downgrade(&database);
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
    name: String,
    /// `None` only while it is being dropped.
    tree: Option<::sled::Db>,
    /// The engine's file, opened once more: `fdatasync` works on any descriptor of it.
    file: File,
    blobs: PathBuf,
    synced: Mutex<Synced>,
}

/// What the last sync found, so that the next one does only what is new.
#[derive(Default)]
struct Synced {
    len: u64,
    blobs: HashSet<OsString>,
}

impl SledDatabase {
    fn open(root: &Path, name: &str) -> Result<Self, StoreError> {
        let path = root.join(name);
        std::fs::create_dir_all(&path)
            .map_err(|e| StoreError::io(path.display().to_string(), e))?;
        let config = ::sled::Config::new()
            .path(&path)
            .segment_size(SEGMENT_BYTES)
            .cache_capacity(CACHE_BYTES)
            // Every promise is made after `sync`; a timer would only add writes in between.
            .flush_every_ms(None);
        let since = Instant::now();
        let tree = loop {
            let opened = contained(|| {
                Ok(match config.open() {
                    // The data folder is locked by this process, so the holder can only be a database it has just closed.
                    Err(error) if is_held(&error) && since.elapsed() < RELEASE => None,
                    opened => Some(opened?),
                })
            });
            match opened {
                Ok(Some(tree)) => break tree,
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                Err(error) => return Err(error.within(name)),
            }
        };
        let db = path.join("db");
        let file = File::open(&db).map_err(|e| StoreError::io(db.display().to_string(), e))?;
        for folder in [Some(path.as_path()), path.parent(), Some(root)]
            .into_iter()
            .flatten()
        {
            sync_folder(folder)?;
        }
        Ok(SledDatabase {
            name: name.to_owned(),
            tree: Some(tree),
            file,
            blobs: path.join("blobs"),
            synced: Mutex::default(),
        })
    }

    fn with<T>(
        &self,
        call: impl FnOnce(&::sled::Db) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let tree = self.tree.as_ref().expect("only drop takes it");
        contained(|| call(tree)).map_err(|e| e.within(&self.name))
    }

    /// Syncs the blobs that the last sync did not see. The engine removes them at any time.
    fn sync_blobs(&self, synced: &mut HashSet<OsString>) -> std::io::Result<()> {
        let mut present = HashSet::new();
        let mut new = false;
        for item in std::fs::read_dir(&self.blobs)? {
            let item = item?;
            let name = item.file_name();
            if !synced.contains(&name) {
                match File::open(item.path()).and_then(|file| file.sync_all()) {
                    Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
                    done => done?,
                }
                new = true;
            }
            present.insert(name);
        }
        if new {
            File::open(&self.blobs)?.sync_all()?;
        }
        *synced = present;
        Ok(())
    }
}

impl Drop for SledDatabase {
    fn drop(&mut self) {
        let tree = self.tree.take();
        // The engine writes when it is closed; what it could not write was not acknowledged.
        if let Err(error) = contained(|| {
            drop(tree);
            Ok(())
        }) {
            tracing::warn!(%error, "a database did not close well");
        }
    }
}

fn pair(
    item: ::sled::Result<(::sled::IVec, ::sled::IVec)>,
) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
    let (key, value) = item?;
    Ok((key.to_vec(), value.to_vec()))
}

/// Pairs as the engine gives them; ends after the first error, which it might repeat for ever.
struct Contained<I> {
    iter: I,
    failed: bool,
}

impl<I: Iterator<Item = ::sled::Result<(::sled::IVec, ::sled::IVec)>>> Iterator for Contained<I> {
    type Item = Result<super::Pair, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let item = contained(|| self.iter.next().map(pair).transpose()).transpose();
        self.failed = matches!(item, Some(Err(_)));
        item
    }
}

fn contained_pairs<'a, I>(iter: I) -> Pairs<'a>
where
    I: Iterator<Item = ::sled::Result<(::sled::IVec, ::sled::IVec)>> + Send + 'a,
{
    Box::new(Contained {
        iter,
        failed: false,
    })
}

impl SledDatabase {
    fn iter(&self, from: &[u8], to: Option<&[u8]>) -> ::sled::Iter {
        let tree = self.tree.as_ref().expect("only drop takes it");
        match to {
            Some(to) => tree.range(from.to_vec()..to.to_vec()),
            None => tree.range(from.to_vec()..),
        }
    }
}

impl KeyValue for SledDatabase {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|tree| Ok(tree.get(key)?.map(|v| v.to_vec())))
    }

    fn range<'a>(&'a self, from: &[u8], to: Option<&[u8]>) -> Pairs<'a> {
        contained_pairs(self.iter(from, to))
    }

    fn range_rev<'a>(&'a self, from: &[u8], to: Option<&[u8]>) -> Pairs<'a> {
        contained_pairs(self.iter(from, to).rev())
    }

    fn apply(&self, batch: WriteBatch) -> Result<(), StoreError> {
        let mut engine = ::sled::Batch::default();
        for write in batch.writes {
            match write {
                Write::Put(key, value) => engine.insert(key, value),
                Write::Delete(key) => engine.remove(key),
            }
        }
        self.with(|tree| Ok(tree.apply_batch(engine)?))
    }

    fn compare_and_swap(
        &self,
        key: &[u8],
        old: Option<&[u8]>,
        new: &[u8],
    ) -> Result<bool, StoreError> {
        self.with(|tree| Ok(tree.compare_and_swap(key, old, Some(new))?.is_ok()))
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.with(|tree| Ok(tree.flush()?))?;
        let mut synced = self.synced.lock().expect("no holder of this lock panics");
        self.sync_blobs(&mut synced.blobs)
            .map_err(|e| StoreError::io("fsync of the storage engine's blobs", e))?;
        let len = self
            .file
            .metadata()
            .map_err(|e| StoreError::io("storage engine's file", e))?
            .len();
        let done = if synced.len == len {
            self.file.sync_data()
        } else {
            self.file.sync_all()
        };
        done.map_err(|e| StoreError::io("fdatasync of the storage engine's file", e))?;
        synced.len = len;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_engine_is_an_error_with_its_words() {
        let error = contained::<()>(|| panic!("page {} is torn", 7)).unwrap_err();
        assert!(matches!(&error, StoreError::Corrupt(text) if text.contains("page 7 is torn")));
        let error = error.within("shards/3").to_string();
        assert!(error.contains("shards/3"), "{error}");
        assert!(!INSIDE.get());
    }

    #[test]
    fn a_large_value_goes_to_a_blob_that_sync_has_seen() {
        let folder = tempfile::tempdir().unwrap();
        let database = SledDatabase::open(folder.path(), "d").unwrap();
        let mut batch = WriteBatch::default();
        batch.put("k", vec![7; SEGMENT_BYTES / 2]);
        database.apply(batch).unwrap();
        database.sync().unwrap();
        let present: HashSet<OsString> = std::fs::read_dir(&database.blobs)
            .unwrap()
            .map(|item| item.unwrap().file_name())
            .collect();
        assert!(!present.is_empty());
        assert_eq!(database.synced.lock().unwrap().blobs, present);
    }
}
