//! Files kept beside the log under the SHA-256 of their bytes (DESIGN §4): attachments, leaves of libraries, draws.
//!
//! A name promises its bytes: a file has its name only when it is whole, hashed and on the disk, and bytes read back are
//! hashed again. Which files a record names is for others to say ([`Files::expire`] asks); nothing here knows records.
//!
//! Layout: `files/<first two hex digits>/<64 hex digits>`; what is still arriving stands in `files/incoming/`.

mod incoming;
#[cfg(test)]
mod tests;

pub use incoming::Incoming;

use super::{StoreError, available_bytes, sync_folder};
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::hash::Hash;
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_NOW, utimensat};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

/// Longest file.
pub const MAX_FILE_BYTES: u64 = 128 << 20;
/// A file that no record names is removed when it has not been put or held for so long.
pub const UNREFERENCED_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Nothing is removed at once that was put or held within so long: an event that names it may be on its way into the log.
const IN_FLIGHT: Duration = Duration::from_secs(5);

/// Name of the folder in the data folder.
const FOLDER: &str = "files";
/// Files on their way in; whatever is left there by a crash is nobody's.
const INCOMING: &str = "incoming";
/// What a file costs the disk at least: many tiny ones are no way round the limit.
const LEAST_COST: u64 = 4096;
/// Bytes read or written at once.
const PART: usize = 1 << 16;

/// How much room files may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLimits {
    /// Bytes of all files that no record names, those still arriving included.
    pub unreferenced_bytes: u64,
    /// Bytes of the disk that must stay free.
    pub reserve_bytes: u64,
}

impl Default for FileLimits {
    fn default() -> Self {
        FileLimits {
            unreferenced_bytes: 2 << 30,
            reserve_bytes: 256 << 20,
        }
    }
}

/// Why a file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Storage failed, or has no room.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Longer than a file may be.
    #[error("the file has {size} bytes, at most {MAX_FILE_BYTES} are allowed")]
    TooLarge {
        /// Its length.
        size: u64,
    },
    /// Not as long as was said.
    #[error("the file was to have {expected} bytes, and has {found}")]
    Length {
        /// What was said.
        expected: u64,
        /// Bytes that came; one more than expected stands for any more.
        found: u64,
    },
    /// Other bytes than the name says.
    #[error("the bytes have SHA-256 {found}, not {expected}")]
    Digest {
        /// The name, 64 hex digits.
        expected: String,
        /// Of what came, 64 hex digits.
        found: String,
    },
    /// Too many bytes wait for a record that names them.
    #[error(
        "files that no record names yet have {used} bytes; with this one they would be over the limit of {limit}"
    )]
    Full {
        /// Bytes now.
        used: u64,
        /// The limit.
        limit: u64,
    },
}

/// What [`Files::expire`] removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expired {
    /// Files.
    pub files: u64,
    /// Their bytes together.
    pub bytes: u64,
}

/// The files of a data folder. Clones share one lock and one count.
#[derive(Debug, Clone)]
pub struct Files {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    limits: FileLimits,
    state: Mutex<State>,
}

/// One lock for all that must not meet half-way: a file being held, taking its name, or removed.
#[derive(Debug, Default)]
struct State {
    /// Files not known to be named by a record, with what each costs. Those from before the start join at the first
    /// [`Files::expire`].
    unreferenced: HashMap<Hash, u64>,
    /// What they cost together.
    unreferenced_bytes: u64,
    /// What is on its way in will cost.
    incoming_bytes: u64,
    /// Number of the next temporary file.
    next: u64,
}

impl State {
    fn add(&mut self, hash: Hash, size: u64) {
        if self.unreferenced.insert(hash, cost(size)).is_none() {
            self.unreferenced_bytes += cost(size);
        }
    }

    fn drop_from_count(&mut self, hash: &Hash) {
        if let Some(cost) = self.unreferenced.remove(hash) {
            self.unreferenced_bytes -= cost;
        }
    }
}

fn cost(size: u64) -> u64 {
    size.max(LEAST_COST)
}

/// The file is wanted, or not.
#[derive(Debug)]
pub enum Begun {
    /// It is there already, whole; it counts as just put.
    There,
    /// Its bytes are to come.
    Wanted(Incoming),
}

impl Files {
    /// Opens the files of a data folder that this process holds, with the usual limits. What a crash has left half-way is
    /// removed.
    pub fn open(data: &Path) -> Result<Self, StoreError> {
        Self::open_within(data, FileLimits::default())
    }

    /// The same with other limits.
    pub fn open_within(data: &Path, limits: FileLimits) -> Result<Self, StoreError> {
        let files = Self::within(data, limits);
        let incoming = files.inner.root.join(INCOMING);
        let failed = |e| StoreError::io(incoming.display().to_string(), e);
        match std::fs::remove_dir_all(&incoming) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(failed(e)),
            _ => {}
        }
        std::fs::create_dir_all(&incoming).map_err(failed)?;
        // A name that a killed process had given may not be on the disk yet, and is believed from now on.
        for folder in files.folders()? {
            sync_folder(&folder)?;
        }
        sync_folder(&files.inner.root)?;
        sync_folder(data)?;
        Ok(files)
    }

    /// The same files for whoever only reads them: nothing is made or removed.
    pub fn to_read(data: &Path) -> Self {
        Self::within(data, FileLimits::default())
    }

    fn within(data: &Path, limits: FileLimits) -> Self {
        Files {
            inner: Arc::new(Inner {
                root: data.join(FOLDER),
                limits,
                state: Mutex::new(State::default()),
            }),
        }
    }

    /// Where the file of that name stands, or would.
    pub fn path(&self, hash: &Hash) -> PathBuf {
        let name = hex(hash);
        self.inner.root.join(&name[..2]).join(name)
    }

    /// Length of a file; `None` where it is not there.
    pub fn size(&self, hash: &Hash) -> Option<u64> {
        self.metadata(hash).ok().flatten().map(|meta| meta.len())
    }

    /// Length of a file, which counts as just put: [`expire`](Self::expire) leaves it alone for the usual time, so that it
    /// is there when the event that names it is in the log. `None` where it is not there.
    pub fn hold(&self, hash: &Hash) -> Result<Option<u64>, StoreError> {
        let _state = self.state();
        let Some(meta) = self.metadata(hash)? else {
            return Ok(None);
        };
        self.touch(hash)?;
        Ok(Some(meta.len()))
    }

    /// All bytes of a file, hashed again.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where they are not what the name says; [`StoreError::Io`] where there is none.
    pub fn read(&self, hash: &Hash) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::new();
        match self.copy(hash, &mut bytes)? {
            Some(_) => Ok(bytes),
            None => Err(StoreError::io(
                self.path(hash).display().to_string(),
                ErrorKind::NotFound.into(),
            )),
        }
    }

    /// Length of a file whose bytes have been hashed again; `None` where it is not there.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where they are not what the name says.
    pub fn verify(&self, hash: &Hash) -> Result<Option<u64>, StoreError> {
        self.copy(hash, &mut std::io::sink())
    }

    /// Copies a file while hashing it, and gives its length; `None` where it is not there. Nothing is longer than a file
    /// may be.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the bytes, which then have been copied, are not what the name says.
    pub fn copy(&self, hash: &Hash, out: &mut impl Write) -> Result<Option<u64>, StoreError> {
        let failed = |e| StoreError::io(self.path(hash).display().to_string(), e);
        let Some((file, _)) = self.open_file(hash)? else {
            return Ok(None);
        };
        let mut file = file.take(MAX_FILE_BYTES + 1);
        let (mut hasher, mut part, mut size) = (Sha256::new(), vec![0; PART], 0);
        loop {
            let read = match file.read(&mut part) {
                Ok(0) => break,
                Ok(read) => read,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(e) => return Err(failed(e)),
            };
            hasher.update(&part[..read]);
            size += read as u64;
            out.write_all(&part[..read])
                .map_err(|e| StoreError::io(format!("copying {}", self.path(hash).display()), e))?;
        }
        match Hash::from(hasher.finalize()) == *hash {
            true => Ok(Some(size)),
            false => Err(self.damaged(hash)),
        }
    }

    /// The error that says that a file's bytes are not what its name says.
    pub fn damaged(&self, hash: &Hash) -> StoreError {
        StoreError::Corrupt(format!(
            "the file {} does not have the SHA-256 in its name; upload it again, or put it back from a backup",
            self.path(hash).display()
        ))
    }

    /// The file itself, to be read in parts, and its length; `None` where it is not there.
    pub fn open_file(&self, hash: &Hash) -> Result<Option<(File, u64)>, StoreError> {
        let path = self.path(hash);
        let failed = |e| StoreError::io(path.display().to_string(), e);
        match File::open(&path) {
            Ok(file) => {
                let size = file.metadata().map_err(failed)?.len();
                Ok(Some((file, size)))
            }
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(failed(e)),
        }
    }

    /// Begins to take a file of `size` bytes. One that is there is hashed again first: a damaged one is taken anew.
    pub fn begin(&self, hash: &Hash, size: u64) -> Result<Begun, FileError> {
        if size > MAX_FILE_BYTES {
            return Err(FileError::TooLarge { size });
        }
        match self.verify(hash) {
            Ok(Some(found)) if found != size => {
                let expected = size;
                return Err(FileError::Length { expected, found });
            }
            // It may have gone meanwhile.
            Ok(Some(_)) if self.hold(hash)?.is_some() => return Ok(Begun::There),
            Ok(_) => {}
            Err(StoreError::Corrupt(reason)) => tracing::warn!(%reason, "it is taken anew"),
            Err(error) => return Err(error.into()),
        }
        let room = self.reserve(size)?;
        Ok(Begun::Wanted(Incoming::new(room, *hash)?))
    }

    /// Takes a whole file; false where it was there already.
    pub fn put(&self, hash: &Hash, size: u64, mut bytes: impl Read) -> Result<bool, FileError> {
        let mut incoming = match self.begin(hash, size)? {
            Begun::There => return Ok(false),
            Begun::Wanted(incoming) => incoming,
        };
        let mut part = vec![0; PART];
        loop {
            match bytes.read(&mut part) {
                Ok(0) => break,
                Ok(read) => incoming.write(&part[..read])?,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(StoreError::io("the bytes of a file", e).into()),
            }
        }
        incoming.finish()?;
        Ok(true)
    }

    /// What the files that no record names cost together, as far as is known, with those still arriving.
    pub fn unreferenced_bytes(&self) -> u64 {
        let state = self.state();
        state.unreferenced_bytes + state.incoming_bytes
    }

    /// Counts again which of the newly put files a record names by now. Touches no disk.
    pub fn settle(&self, keep: impl Fn(&Hash) -> bool) {
        let open: Vec<Hash> = self.state().unreferenced.keys().copied().collect();
        for hash in open.iter().filter(|hash| keep(hash)) {
            self.state().drop_from_count(hash);
        }
    }

    /// Removes every file that `keep` does not want and that was neither put nor held for [`UNREFERENCED_FOR`]. To be
    /// called only while `keep` knows every record of the log; an event just being accepted has held its files.
    pub fn expire(
        &self,
        now: SystemTime,
        keep: impl Fn(&Hash) -> bool,
    ) -> Result<Expired, StoreError> {
        let mut expired = Expired::default();
        for folder in self.folders()? {
            let failed = |e| StoreError::io(folder.display().to_string(), e);
            for item in std::fs::read_dir(&folder).map_err(failed)? {
                let name = item.map_err(failed)?.file_name();
                let Some(hash) = name.to_str().and_then(|name| hex32(name).ok()) else {
                    continue;
                };
                if keep(&hash) {
                    self.state().drop_from_count(&hash);
                    continue;
                }
                // Looked at under the lock: a hold before it is seen, one after it finds nothing.
                let mut state = self.state();
                let Some(meta) = self.metadata(&hash)? else {
                    state.drop_from_count(&hash);
                    continue;
                };
                let path = self.path(&hash);
                let failed = |e| StoreError::io(path.display().to_string(), e);
                // A time still to come is one of a clock put back.
                let age = now.duration_since(meta.modified().map_err(failed)?);
                if age.is_ok_and(|age| age >= UNREFERENCED_FOR) {
                    std::fs::remove_file(&path).map_err(failed)?;
                    state.drop_from_count(&hash);
                    expired.files += 1;
                    expired.bytes += meta.len();
                } else {
                    state.add(hash, meta.len());
                }
            }
        }
        Ok(expired)
    }

    /// Removes a file that no record names, durably. False where it was put or held a moment ago, so that a record may be
    /// about to name it: then the caller has to look again.
    pub fn remove(&self, hash: &Hash, now: SystemTime) -> Result<bool, StoreError> {
        let mut state = self.state();
        let path = self.path(hash);
        let failed = |e| StoreError::io(path.display().to_string(), e);
        if let Some(meta) = self.metadata(hash)? {
            let age = now.duration_since(meta.modified().map_err(failed)?);
            if age.is_ok_and(|age| age < IN_FLIGHT) {
                return Ok(false);
            }
            std::fs::remove_file(&path).map_err(failed)?;
        }
        state.drop_from_count(hash);
        match path.parent() {
            // Removed before a death whose names may have come back.
            Some(folder) if folder.exists() => sync_folder(folder).map(|()| true),
            _ => Ok(true),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner
            .state
            .lock()
            .expect("no holder of this lock panics")
    }

    /// The folders that hold files, where there are any.
    fn folders(&self) -> Result<Vec<PathBuf>, StoreError> {
        let failed = |e| StoreError::io(self.inner.root.display().to_string(), e);
        let items = match std::fs::read_dir(&self.inner.root) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            items => items.map_err(failed)?,
        };
        let mut folders = Vec::new();
        for item in items {
            let item = item.map_err(failed)?;
            let is_ours =
                |name: &str| name.len() == 2 && name.bytes().all(|b| b.is_ascii_hexdigit());
            if item.file_name().to_str().is_some_and(is_ours) {
                folders.push(item.path());
            }
        }
        folders.sort();
        Ok(folders)
    }

    fn metadata(&self, hash: &Hash) -> Result<Option<Metadata>, StoreError> {
        let path = self.path(hash);
        match std::fs::metadata(&path) {
            Ok(meta) => Ok(Some(meta)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(StoreError::io(path.display().to_string(), e)),
        }
    }

    /// Sets the file's time to now, by the clock of the file system.
    fn touch(&self, hash: &Hash) -> Result<(), StoreError> {
        let path = self.path(hash);
        let now = Timespec {
            tv_sec: 0,
            tv_nsec: UTIME_NOW,
        };
        let times = Timestamps {
            last_access: now,
            last_modification: now,
        };
        utimensat(CWD, &path, &times, AtFlags::empty())
            .map_err(|e| StoreError::io(path.display().to_string(), e.into()))
    }

    /// Keeps room for a file on its way in.
    fn reserve(&self, size: u64) -> Result<incoming::Room, FileError> {
        let limits = self.inner.limits;
        let mut state = self.state();
        let used = state.unreferenced_bytes + state.incoming_bytes;
        let limit = limits.unreferenced_bytes;
        if used + cost(size) > limit {
            return Err(FileError::Full { used, limit });
        }
        let available = available_bytes(&self.inner.root)?;
        let reserve = limits.reserve_bytes;
        if available.saturating_sub(state.incoming_bytes + size) < reserve {
            return Err(StoreError::NoSpace { available, reserve }.into());
        }
        state.incoming_bytes += cost(size);
        state.next += 1;
        let path = self.inner.root.join(INCOMING).join(state.next.to_string());
        Ok(incoming::Room::new(self.clone(), path, size))
    }
}
