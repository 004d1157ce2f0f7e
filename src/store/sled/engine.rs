//! One open database of sled 0.34: opening, durability, and its panics kept in.
//!
//! It knows one folder. Which folder holds a database is decided in `folders.rs`, who may write when in `sled.rs`.

use crate::store::{Pair, StoreError, sync_folder};
use std::cell::Cell;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::File;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once};
use std::time::{Duration, Instant};

/// The engine's own default. Larger segments would keep more nodes out of files of their own, but hold more dead bytes
/// (`docs/adr/0002-blocks-in-sled-shards.md`).
const SEGMENT_BYTES: usize = 512 << 10;
/// Page cache of one database as the engine counts it; in memory the same pages take some five times as much.
const CACHE_BYTES: u64 = 8 << 20;
/// Pairs copied to another database at once, in bytes. Until a batch is applied the engine keeps every page that it has replaced meanwhile:
/// 4 MiB of small pairs took twice the time and 500 MB of memory.
const COPIED: usize = 64 << 10;

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
pub(super) fn contained<T>(call: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
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

/// Whether the engine's file is locked.
fn is_held(error: &::sled::Error) -> bool {
    // The engine wraps the lock's error in a text.
    matches!(error, ::sled::Error::Io(source) if source.to_string().starts_with("could not acquire lock"))
}

/// A database that is open.
pub(super) struct Engine {
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

impl Engine {
    /// Opens the database in `path`, a folder below `root`; creates it where there is none.
    pub(super) fn open(root: &Path, path: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(path).map_err(|e| StoreError::io(path.display().to_string(), e))?;
        let config = ::sled::Config::new()
            .path(path)
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
            })?;
            match opened {
                Some(tree) => break tree,
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        let db = path.join("db");
        let file = File::open(&db).map_err(|e| StoreError::io(db.display().to_string(), e))?;
        for folder in [Some(path), path.parent(), Some(root)]
            .into_iter()
            .flatten()
        {
            sync_folder(folder)?;
        }
        Ok(Engine {
            tree: Some(tree),
            file,
            blobs: path.join("blobs"),
            synced: Mutex::default(),
        })
    }

    /// The engine's own handle.
    pub(super) fn tree(&self) -> &::sled::Db {
        self.tree.as_ref().expect("only drop takes it")
    }

    /// Pairs between two bounds, from the first on or from the last back: at most `most`, and not many more bytes than `bytes`.
    pub(super) fn pairs(
        &self,
        from: &[u8],
        to: Option<&[u8]>,
        reverse: bool,
        (most, bytes): (usize, usize),
    ) -> Result<Vec<Pair>, StoreError> {
        let end = to.map_or(Bound::Unbounded, |to| Bound::Excluded(to.to_vec()));
        let mut iter = self
            .tree()
            .range::<Vec<u8>, _>((Bound::Included(from.to_vec()), end));
        let mut pairs = Vec::new();
        let mut length = 0;
        while pairs.len() < most && length < bytes {
            let item = if reverse {
                iter.next_back()
            } else {
                iter.next()
            };
            let Some(item) = item else { break };
            let (key, value) = item?;
            length += key.len() + value.len();
            pairs.push((key.to_vec(), value.to_vec()));
        }
        Ok(pairs)
    }

    /// Puts every pair of this database into another, durably.
    pub(super) fn copy_to(&self, other: &Engine) -> Result<(), StoreError> {
        let mut from = Vec::new();
        loop {
            let pairs = contained(|| self.pairs(&from, None, false, (usize::MAX, COPIED)))?;
            let Some((last, _)) = pairs.last() else { break };
            from.clone_from(last);
            from.push(0);
            let mut batch = ::sled::Batch::default();
            for (key, value) in pairs {
                batch.insert(key, value);
            }
            contained(|| Ok(other.tree().apply_batch(batch)?))?;
        }
        other.sync()
    }

    /// Returns when everything applied before is durable.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        contained(|| Ok(self.tree().flush()?))?;
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

impl Drop for Engine {
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
        let engine = Engine::open(folder.path(), &folder.path().join("d")).unwrap();
        engine
            .tree()
            .insert("k", vec![7; SEGMENT_BYTES / 2])
            .unwrap();
        engine.sync().unwrap();
        let present: HashSet<OsString> = std::fs::read_dir(&engine.blobs)
            .unwrap()
            .map(|item| item.unwrap().file_name())
            .collect();
        assert!(!present.is_empty());
        assert_eq!(engine.synced.lock().unwrap().blobs, present);
    }
}
