//! A storage double in memory that loses what was not synced and fails when told to.
//!
//! Crash tests of the log run against it: it keeps exactly the contract of [`KeyValue`], and nothing kinder. It
//! must not be used to serve anything.

use super::{KeyValue, Pairs, Storage, StoreError, Write, WriteBatch};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

/// What happens at the `at`-th operation (writes, swaps, syncs, and three steps of a rewrite: the copy, the exchange, the
/// removal; over all databases, counted from 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The operation does nothing and fails, as does every later one: the process is about to die.
    Die {
        /// The operation's number.
        at: u64,
    },
    /// Only this operation fails, and nothing of it is applied.
    Once {
        /// The operation's number.
        at: u64,
    },
}

#[derive(Default)]
struct Database {
    durable: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Applied since the last sync, oldest first.
    volatile: Vec<WriteBatch>,
    visible: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Every value written since the files were made, if they are kept.
    files: Vec<Vec<u8>>,
    /// The same of the files before the last rewrite, until they are removed.
    old_files: Vec<Vec<u8>>,
}

impl Database {
    /// The values of a batch reach the files, whatever becomes of it.
    fn keep(&mut self, batch: &WriteBatch) {
        let values = batch.writes.iter().filter_map(|write| match write {
            Write::Put(_, value) => Some(value.clone()),
            Write::Delete(_) => None,
        });
        self.files.extend(values);
    }
}

#[derive(Default)]
struct Shared {
    databases: HashMap<String, Database>,
    operations: u64,
    fault: Option<Fault>,
    full: bool,
    keeps_files: bool,
    /// Why an operation failed, by database.
    failed: BTreeMap<String, String>,
}

/// Storage in memory with injected faults; clones share the content.
#[derive(Clone, Default)]
pub struct FaultStorage {
    shared: Arc<Mutex<Shared>>,
}

impl FaultStorage {
    /// Arranges the fault; `None` lifts it.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.lock().fault = fault;
    }

    /// Pretends that the disk is full, or has room again.
    pub fn set_full(&self, full: bool) {
        self.lock().full = full;
    }

    /// Keeps from now on what an engine's files would hold that never gives bytes back.
    pub fn keep_files(&self) {
        self.lock().keeps_files = true;
    }

    /// Every value ever written, dead ones too, that no rewrite has removed, with the name of its database.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let shared = self.lock();
        let of = |(name, database): (&String, &Database)| {
            let values = database.files.iter().chain(&database.old_files);
            values
                .map(|value| (name.clone(), value.clone()))
                .collect::<Vec<_>>()
        };
        shared.databases.iter().flat_map(of).collect()
    }

    /// Operations so far.
    pub fn operations(&self) -> u64 {
        self.lock().operations
    }

    /// Power loss: of each database's unsynced batches the first `keep(name, count)` survive.
    pub fn crash(&self, mut keep: impl FnMut(&str, usize) -> usize) {
        let mut shared = self.lock();
        for (name, database) in &mut shared.databases {
            let kept = keep(name, database.volatile.len()).min(database.volatile.len());
            for batch in database.volatile.drain(..).take(kept) {
                apply(&mut database.durable, batch);
            }
            database.visible = database.durable.clone();
            // As the next opening would.
            database.old_files.clear();
        }
        shared.fault = None;
        shared.failed.clear();
    }

    /// A deep copy of what is visible now, as a backup taken at this moment would be.
    pub fn snapshot(&self) -> FaultStorage {
        let shared = self.lock();
        let databases = shared.databases.iter().map(|(name, database)| {
            let content = database.visible.clone();
            (
                name.clone(),
                Database {
                    durable: content.clone(),
                    volatile: Vec::new(),
                    visible: content,
                    ..Database::default()
                },
            )
        });
        FaultStorage {
            shared: Arc::new(Mutex::new(Shared {
                databases: databases.collect(),
                ..Shared::default()
            })),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().expect("no holder of this lock panics")
    }
}

fn apply(map: &mut BTreeMap<Vec<u8>, Vec<u8>>, batch: WriteBatch) {
    for write in batch.writes {
        match write {
            Write::Put(key, value) => {
                map.insert(key, value);
            }
            Write::Delete(key) => {
                map.remove(&key);
            }
        }
    }
}

impl Storage for FaultStorage {
    fn open(&self, name: &str) -> Result<Arc<dyn KeyValue>, StoreError> {
        self.lock().databases.entry(name.to_owned()).or_default();
        Ok(Arc::new(Handle {
            storage: self.clone(),
            name: name.to_owned(),
        }))
    }

    fn exists(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.lock().databases.contains_key(name))
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        self.lock().databases.remove(name);
        Ok(())
    }

    fn failures(&self) -> Vec<String> {
        self.lock().failed.values().cloned().collect()
    }

    fn ensure_space(&self, reserve: u64) -> Result<(), StoreError> {
        if self.lock().full {
            Err(StoreError::NoSpace {
                available: 0,
                reserve,
            })
        } else {
            Ok(())
        }
    }

    fn rewrite(&self, name: &str) -> Result<(), StoreError> {
        if !self.exists(name)? {
            return Ok(());
        }
        self.ensure_space(0)?;
        let handle = Handle {
            storage: self.clone(),
            name: name.to_owned(),
        };
        let keeps = self.lock().keeps_files;
        handle.operate(|_| ())?;
        handle.operate(|database| {
            database.durable = database.visible.clone();
            database.volatile.clear();
            if keeps {
                let live = database.visible.values().cloned().collect();
                let old = std::mem::replace(&mut database.files, live);
                database.old_files.extend(old);
            }
        })?;
        handle.operate(|database| database.old_files.clear())
    }
}

struct Handle {
    storage: FaultStorage,
    name: String,
}

impl Handle {
    fn operate<T>(&self, action: impl FnOnce(&mut Database) -> T) -> Result<T, StoreError> {
        let mut shared = self.storage.lock();
        let number = shared.operations;
        shared.operations += 1;
        let fails = match shared.fault {
            Some(Fault::Die { at }) => number >= at,
            Some(Fault::Once { at }) => number == at,
            None => false,
        };
        if fails {
            let error = StoreError::Engine(format!("injected fault at operation {number}"));
            let error = error.within(&self.name);
            let failed = &mut shared.failed;
            failed
                .entry(self.name.clone())
                .or_insert_with(|| error.to_string());
            return Err(error);
        }
        Ok(action(
            shared.databases.entry(self.name.clone()).or_default(),
        ))
    }

    fn collect(&self, from: &[u8], to: Option<&[u8]>) -> Vec<Result<super::Pair, StoreError>> {
        let shared = self.storage.lock();
        let Some(database) = shared.databases.get(&self.name) else {
            return Vec::new();
        };
        database
            .visible
            .range(from.to_vec()..)
            .take_while(|(key, _)| to.is_none_or(|to| key.as_slice() < to))
            .map(|(key, value)| Ok((key.clone(), value.clone())))
            .collect()
    }
}

impl KeyValue for Handle {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .storage
            .lock()
            .databases
            .get(&self.name)
            .and_then(|d| d.visible.get(key).cloned()))
    }

    fn range<'a>(&'a self, from: &[u8], to: Option<&[u8]>) -> Pairs<'a> {
        Box::new(self.collect(from, to).into_iter())
    }

    fn range_rev<'a>(&'a self, from: &[u8], to: Option<&[u8]>) -> Pairs<'a> {
        Box::new(self.collect(from, to).into_iter().rev())
    }

    fn apply(&self, batch: WriteBatch) -> Result<(), StoreError> {
        let keeps = self.storage.lock().keeps_files;
        self.operate(|database| {
            if keeps {
                database.keep(&batch);
            }
            apply(&mut database.visible, batch.clone());
            database.volatile.push(batch);
        })
    }

    fn compare_and_swap(
        &self,
        key: &[u8],
        old: Option<&[u8]>,
        new: &[u8],
    ) -> Result<bool, StoreError> {
        self.operate(|database| {
            if database.visible.get(key).map(Vec::as_slice) != old {
                return false;
            }
            let mut batch = WriteBatch::default();
            batch.put(key, new);
            apply(&mut database.visible, batch.clone());
            database.volatile.push(batch);
            true
        })
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.operate(|database| {
            database.durable = database.visible.clone();
            database.volatile.clear();
        })
    }
}
