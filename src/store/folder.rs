//! The data folder: its lock, its files outside the engine, and who may read its keys.
//!
//! It does not know what the files mean; it writes them so that a reader never meets half of one.

use super::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Name of the file whose lock holds the folder.
pub const LOCK: &str = "lock";

/// A data folder held by this process; the lock goes with the value.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

/// How long a holder that is just ending may keep the lock: a process holds it until it is gone, and so does a child it
/// has started, until its program is read, which takes a loaded machine a second and more.
const RELEASE: Duration = Duration::from_secs(5);

impl DataFolder {
    /// Takes the folder, creating it where absent. [`StoreError::InUse`] while another process holds it.
    pub fn lock(path: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(path).map_err(|e| StoreError::io(path.display().to_string(), e))?;
        let file = path.join(LOCK);
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&file)
            .map_err(|e| StoreError::io(file.display().to_string(), e))?;
        let since = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => {
                    return Ok(DataFolder {
                        path: path.to_owned(),
                        _lock: lock,
                    });
                }
                Err(TryLockError::WouldBlock) if since.elapsed() < RELEASE => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => return Err(StoreError::InUse(path.to_owned())),
                Err(TryLockError::Error(e)) => {
                    return Err(StoreError::io(file.display().to_string(), e));
                }
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes of a file in the folder, `None` where it does not exist.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(StoreError::io(path.display().to_string(), e)),
        }
    }

    /// Replaces a file in the folder: a reader, or a start after a crash, sees the old bytes or the new, never a mix.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        write_atomic(&self.path.join(name), bytes, 0o644)
    }

    /// Removes a file in the folder, which may be absent.
    pub fn remove(&self, name: &str) -> Result<(), StoreError> {
        let path = self.path.join(name);
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(StoreError::io(path.display().to_string(), e))
            }
            _ => Ok(()),
        }
    }

    /// Makes the names in the folder as durable as the files behind them.
    pub fn sync(&self) -> Result<(), StoreError> {
        sync_folder(&self.path)
    }

    /// Removes everything in the folder but its lock and the files named in `keep`.
    pub fn clear(&self, keep: &[&str]) -> Result<(), StoreError> {
        let failed = |e| StoreError::io(self.path.display().to_string(), e);
        for item in std::fs::read_dir(&self.path).map_err(failed)? {
            let item = item.map_err(failed)?;
            let name = item.file_name();
            if name == LOCK || keep.iter().any(|kept| name == *kept) {
                continue;
            }
            let removed = if item.file_type().map_err(failed)?.is_dir() {
                std::fs::remove_dir_all(item.path())
            } else {
                std::fs::remove_file(item.path())
            };
            removed.map_err(|e| StoreError::io(item.path().display().to_string(), e))?;
        }
        self.sync()
    }
}

/// `fsync` of a folder: afterwards the names in it survive power loss.
pub fn sync_folder(path: &Path) -> Result<(), StoreError> {
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(|e| StoreError::io(path.display().to_string(), e))
}

/// Replaces `path` by way of a synced temporary file beside it, with permission bits `mode`.
pub fn write_atomic(path: &Path, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
    write_atomic_with(path, mode, |file| file.write_all(bytes))
}

/// The same for what is too long to be held at once: `write` puts it into the file bit by bit.
pub fn write_atomic_with(
    path: &Path,
    mode: u32,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<(), StoreError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    let temporary = path.with_file_name(name);
    let attempt = || -> std::io::Result<()> {
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(mode)
            .open(&temporary)?;
        write(&mut file)?;
        file.sync_data()?;
        std::fs::rename(&temporary, path)
    };
    attempt().map_err(|e| StoreError::io(path.display().to_string(), e))?;
    // The new name, too, has to outlive a power cut.
    match path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        Some(parent) => sync_folder(parent),
        None => sync_folder(Path::new(".")),
    }
}

/// Creates a file that only its owner can read. An existing file is never overwritten.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let attempt = || -> std::io::Result<()> {
        let mut file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    attempt().map_err(|e| match e.kind() {
        ErrorKind::AlreadyExists => StoreError::Folder {
            path: path.to_owned(),
            reason: "this file exists already, and what is private is never overwritten; expected the name of a new file".to_owned(),
        },
        _ => StoreError::io(path.display().to_string(), e),
    })
}

/// Refuses a secret file that others on the machine can read or write.
pub fn ensure_private(path: &Path) -> Result<(), StoreError> {
    let meta =
        std::fs::metadata(path).map_err(|e| StoreError::io(path.display().to_string(), e))?;
    let mode = meta.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(StoreError::Folder {
            path: path.to_owned(),
            reason: format!(
                "this private file can be read or written by other users (mode {mode:03o}); expected 600: \
                 run `chmod 600` on it, and make a new key if others had access to the machine"
            ),
        });
    }
    Ok(())
}

/// Bytes an unprivileged process may still write on the disk that holds `path`.
pub fn available_bytes(path: &Path) -> Result<u64, StoreError> {
    let stat = rustix::fs::statvfs(path)
        .map_err(|e| StoreError::io(path.display().to_string(), e.into()))?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}
