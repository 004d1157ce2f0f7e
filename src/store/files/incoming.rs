//! A file on its way in: hashed while it is written under a temporary name, given its own only when all of it is right.

use super::{FileError, Files, cost};
use crate::store::{StoreError, sync_folder};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::Hash;
use sha2::{Digest as _, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

/// Room kept for a file on its way in, and its temporary file; both go with the value.
#[derive(Debug)]
pub(super) struct Room {
    files: Files,
    path: PathBuf,
    size: u64,
}

impl Room {
    /// Stands for room that the state counts already.
    pub(super) fn new(files: Files, path: PathBuf, size: u64) -> Self {
        Room { files, path, size }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // Where the file has its name, nothing is left to remove.
        let removed = std::fs::remove_file(&self.path);
        if let Err(error) = removed
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(path = %self.path.display(), %error, "a file that did not arrive could not be removed");
        }
        self.files.state().incoming_bytes -= cost(self.size);
    }
}

/// A file on its way in. Dropped before [`finish`](Incoming::finish), it leaves nothing.
#[derive(Debug)]
pub struct Incoming {
    room: Room,
    file: File,
    hash: Hash,
    hasher: Sha256,
    written: u64,
}

impl Incoming {
    pub(super) fn new(room: Room, hash: Hash) -> Result<Self, StoreError> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&room.path)
            .map_err(|e| StoreError::io(room.path.display().to_string(), e))?;
        Ok(Incoming {
            room,
            file,
            hash,
            hasher: Sha256::new(),
            written: 0,
        })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`FileError::Length`] as soon as there are more than were said.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.written += bytes.len() as u64;
        let expected = self.room.size;
        if self.written > expected {
            let found = expected + 1;
            return Err(FileError::Length { expected, found });
        }
        self.hasher.update(bytes);
        let written = self.file.write_all(bytes);
        Ok(written.map_err(|e| StoreError::io(self.room.path.display().to_string(), e))?)
    }

    /// Gives the file its name, if the bytes are those of the name; on return it is on the disk.
    ///
    /// # Errors
    /// [`FileError::Length`] and [`FileError::Digest`]: then nothing is left of it.
    pub fn finish(self) -> Result<(), FileError> {
        let Incoming {
            room,
            file,
            hash,
            hasher,
            written,
        } = self;
        if written != room.size {
            return Err(FileError::Length {
                expected: room.size,
                found: written,
            });
        }
        let found: Hash = hasher.finalize().into();
        if found != hash {
            return Err(FileError::Digest {
                expected: hex(&hash),
                found: hex(&found),
            });
        }
        let path = room.files.path(&hash);
        let failed = |e| StoreError::io(path.display().to_string(), e);
        file.sync_all().map_err(failed)?;
        let folder = path.parent().expect("every file stands in a folder");
        match std::fs::create_dir(folder) {
            Err(e) if e.kind() != ErrorKind::AlreadyExists => return Err(failed(e).into()),
            _ => {}
        }
        sync_folder(&room.files.inner.root)?;
        // Nobody may believe the name before it is on the disk.
        let mut state = room.files.state();
        std::fs::rename(&room.path, &path).map_err(failed)?;
        sync_folder(folder)?;
        state.add(hash, room.size);
        Ok(())
    }
}
