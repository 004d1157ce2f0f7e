//! sled 0.34 behind [`KeyValue`]: this file and those in `sled/` are the only ones that name the engine.
//!
//! Four facts about this engine shape it (measured, see `docs/adr/0004-sled-behind-a-trait.md`):
//! - its `flush` ends in `sync_file_range`, which is not durable against power loss, so [`KeyValue::sync`] adds
//!   `fdatasync` on the engine's file;
//! - nodes of more than a quarter of a segment go to files of their own (`blobs/`), which it never syncs, so
//!   [`KeyValue::sync`] does;
//! - after an error of the disk it refuses everything, reads included, until it is opened again, so room is checked
//!   before writing ([`Storage::ensure_space`]);
//! - it panics on some damaged files. No panic leaves these files: each becomes [`StoreError::Corrupt`].
//!
//! And a fifth: what was deleted or overwritten stays in its files. [`Storage::rewrite`] copies what lives
//! (`docs/adr/0011-veil-and-erasure.md`).

mod engine;
mod folders;
#[cfg(test)]
mod tests;

use super::{KeyValue, Pair, Pairs, Storage, StoreError, Write, WriteBatch, available_bytes};
use engine::{Engine, contained};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, RwLock, Weak};

/// Databases in folders below one root.
pub struct SledStorage {
    root: PathBuf,
    /// A lock for each name: opening a large database takes seconds, which others must not wait for.
    open: Mutex<HashMap<String, Arc<Mutex<Weak<SledDatabase>>>>>,
    failed: Failed,
}

/// Why a write or sync of a database failed, the first time since it was opened, by its name.
type Failed = Arc<Mutex<BTreeMap<String, String>>>;

impl SledStorage {
    /// Databases below `root`, which exists.
    pub fn new(root: &Path) -> Self {
        SledStorage {
            root: root.to_owned(),
            open: Mutex::new(HashMap::new()),
            failed: Failed::default(),
        }
    }

    fn database(&self, name: &str) -> Result<Arc<SledDatabase>, StoreError> {
        let slot = {
            let mut open = self.open.lock().expect("no holder of this lock panics");
            open.entry(name.to_owned()).or_default().clone()
        };
        let mut slot = slot.lock().expect("no holder of this lock panics");
        if let Some(database) = slot.upgrade() {
            return Ok(database);
        }
        let database = Arc::new(SledDatabase::open(&self.root, name, self.failed.clone())?);
        *slot = Arc::downgrade(&database);
        Ok(database)
    }
}

impl Storage for SledStorage {
    fn open(&self, name: &str) -> Result<Arc<dyn KeyValue>, StoreError> {
        Ok(self.database(name)?)
    }

    fn exists(&self, name: &str) -> Result<bool, StoreError> {
        folders::exists(&self.root, name)
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        folders::remove(&self.root, name)
    }

    fn failures(&self) -> Vec<String> {
        let failed = self.failed.lock().expect("no holder of this lock panics");
        failed.values().cloned().collect()
    }

    fn ensure_space(&self, reserve: u64) -> Result<(), StoreError> {
        let available = available_bytes(&self.root)?;
        if available < reserve {
            Err(StoreError::NoSpace { available, reserve })
        } else {
            Ok(())
        }
    }

    fn rewrite(&self, name: &str) -> Result<(), StoreError> {
        if !self.exists(name)? {
            return Ok(());
        }
        let database = self.database(name)?;
        // Never less than what lives: the engine gives no space back.
        self.ensure_space(database.size()?)?;
        database.rewrite().map_err(|e| e.within(name))
    }
}

struct SledDatabase {
    root: PathBuf,
    name: String,
    /// Shared by writers, held alone by a rewrite; why nothing is written any more, once nothing is.
    gate: RwLock<Option<String>>,
    /// Shared by every call, held alone for the moment in which the engine is exchanged. No call holds it when it returns, so
    /// that the old engine is closed before its files go: it finds its blobs by their path.
    engine: RwLock<Current>,
    failed: Failed,
}

/// The engine that holds the database, and the number of its folder.
struct Current {
    engine: Engine,
    number: u64,
}

impl SledDatabase {
    fn open(root: &Path, name: &str, failed: Failed) -> Result<Self, StoreError> {
        let open = || {
            folders::settle(root, name)?;
            Engine::open(root, &folders::path(root, name, 0))
        };
        let database = SledDatabase {
            root: root.to_owned(),
            name: name.to_owned(),
            gate: RwLock::new(None),
            engine: RwLock::new(Current {
                engine: open().map_err(|e| e.within(name))?,
                number: 0,
            }),
            failed,
        };
        database.failed().remove(name);
        Ok(database)
    }

    fn failed(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.failed.lock().expect("no holder of this lock panics")
    }

    fn with<T>(
        &self,
        call: impl FnOnce(&Engine) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let current = self.engine.read().expect("no holder of this lock panics");
        contained(|| call(&current.engine)).map_err(|e| e.within(&self.name))
    }

    /// The same for what changes the database or waits for the disk.
    fn writing<T>(
        &self,
        call: impl FnOnce(&Engine) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let gate = self.gate.read().expect("no holder of this lock panics");
        let done = match &*gate {
            Some(reason) => Err(StoreError::Engine(format!("{}: {reason}", self.name))),
            None => self.with(call),
        };
        if let Err(error) = &done {
            let mut failed = self.failed();
            failed
                .entry(self.name.clone())
                .or_insert_with(|| error.to_string());
        }
        done
    }

    fn size(&self) -> Result<u64, StoreError> {
        let current = self.engine.read().expect("no holder of this lock panics");
        folders::size(&folders::path(&self.root, &self.name, current.number))
    }

    fn rewrite(&self) -> Result<(), StoreError> {
        let mut gate = self.gate.write().expect("no holder of this lock panics");
        if let Some(reason) = &*gate {
            return Err(StoreError::Engine(reason.clone()));
        }
        let (root, name) = (&self.root, self.name.as_str());
        let current = self.engine.read().expect("no holder of this lock panics");
        let number = current.number + 1;
        let path = folders::path(root, name, number);
        // What an attempt that failed has left.
        folders::tidy(root, name, current.number)?;
        let copied = Engine::open(root, &path).and_then(|engine| {
            current.engine.copy_to(&engine)?;
            Ok(engine)
        });
        drop(current);
        let marked = copied.and_then(|engine| folders::mark(&path).map(|()| engine));
        let engine = match marked {
            Ok(engine) => engine,
            Err(error) if matches!(folders::is_marked(&path), Ok(false)) => {
                // The old one stands. What cannot be removed now is at the next attempt or opening.
                let _ = folders::remove_folder(&path);
                return Err(error);
            }
            Err(error) => {
                *gate = Some(format!(
                    "whether its copy counts is not known after an error ({error}); restart the server"
                ));
                return Err(error);
            }
        };
        let old = std::mem::replace(
            &mut *self.engine.write().expect("no holder of this lock panics"),
            Current { engine, number },
        );
        drop(old);
        folders::tidy(root, name, number)
    }
}

/// Pairs read some at a time, so that nothing of the engine is held between two of them.
struct Range<'a> {
    database: &'a SledDatabase,
    from: Vec<u8>,
    to: Option<Vec<u8>>,
    reverse: bool,
    read: std::vec::IntoIter<Pair>,
    /// How many to read next: whoever wants one does not pay for many.
    next: usize,
    ended: bool,
}

/// Most pairs read at once, and bytes.
const AT_ONCE: (usize, usize) = (256, 256 << 10);

impl<'a> Range<'a> {
    fn new(database: &'a SledDatabase, from: &[u8], to: Option<&[u8]>, reverse: bool) -> Self {
        Range {
            database,
            from: from.to_vec(),
            to: to.map(<[u8]>::to_vec),
            reverse,
            read: Vec::new().into_iter(),
            next: 4,
            ended: to.is_some_and(|to| to <= from),
        }
    }

    fn read(&mut self) -> Result<(), StoreError> {
        let limits = (self.next, AT_ONCE.1);
        let pairs = self
            .database
            .with(|engine| engine.pairs(&self.from, self.to.as_deref(), self.reverse, limits))?;
        self.next = (self.next * 2).min(AT_ONCE.0);
        match pairs.last() {
            None => self.ended = true,
            Some((last, _)) if self.reverse => self.to = Some(last.clone()),
            Some((last, _)) => {
                // The least key after it.
                self.from.clone_from(last);
                self.from.push(0);
            }
        }
        self.read = pairs.into_iter();
        Ok(())
    }
}

impl Iterator for Range<'_> {
    type Item = Result<Pair, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.read.len() == 0
            && !self.ended
            && let Err(error) = self.read()
        {
            // The engine might repeat it for ever.
            self.ended = true;
            return Some(Err(error));
        }
        self.read.next().map(Ok)
    }
}

impl KeyValue for SledDatabase {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|engine| Ok(engine.tree().get(key)?.map(|v| v.to_vec())))
    }

    fn range<'a>(&'a self, from: &[u8], to: Option<&[u8]>) -> Pairs<'a> {
        Box::new(Range::new(self, from, to, false))
    }

    fn range_rev<'a>(&'a self, from: &[u8], to: Option<&[u8]>) -> Pairs<'a> {
        Box::new(Range::new(self, from, to, true))
    }

    fn apply(&self, batch: WriteBatch) -> Result<(), StoreError> {
        let mut changes = ::sled::Batch::default();
        for write in batch.writes {
            match write {
                Write::Put(key, value) => changes.insert(key, value),
                Write::Delete(key) => changes.remove(key),
            }
        }
        self.writing(|engine| Ok(engine.tree().apply_batch(changes)?))
    }

    fn compare_and_swap(
        &self,
        key: &[u8],
        old: Option<&[u8]>,
        new: &[u8],
    ) -> Result<bool, StoreError> {
        self.writing(|engine| Ok(engine.tree().compare_and_swap(key, old, Some(new))?.is_ok()))
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.writing(Engine::sync)
    }
}
