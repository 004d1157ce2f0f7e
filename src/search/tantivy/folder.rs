//! The folder of the index: whose it is, how it is emptied, and what the engine says when it cannot be read or written.
//!
//! What is in the index is not known here. A folder that is not ours is never touched.

use crate::search::SearchError;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use tantivy::TantivyError;
use tantivy::directory::error::{LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{Directory, INDEX_WRITER_LOCK, MmapDirectory};

/// Files by which a folder is known to be an index of ours, whole or not.
const MARKS: [&str; 3] = ["meta.json", ".managed.json", ".tantivy-writer.lock"];
/// How the names of lock files begin.
const LOCK_PREFIX: &str = ".tantivy-";

pub(super) enum Found {
    Nothing,
    Index,
}

/// Tells an empty folder and an index of ours, whole or not, from everything else.
pub(super) fn look_at(folder: &Path) -> Result<Found, SearchError> {
    let mut files = fs::read_dir(folder).map_err(|source| io_error(folder, source))?;
    if files.next().is_none() {
        return Ok(Found::Nothing);
    }
    if MARKS.iter().any(|mark| folder.join(mark).is_file()) {
        return Ok(Found::Index);
    }
    Err(SearchError::ForeignFolder {
        path: folder.to_owned(),
    })
}

/// Removes the index's files, while nobody else writes to it.
pub(super) fn empty(folder: &Path) -> Result<(), SearchError> {
    let failed = |error| engine_error(folder, error);
    let directory = MmapDirectory::open(folder).map_err(|error| failed(error.into()))?;
    let _lock = directory
        .acquire_lock(&INDEX_WRITER_LOCK)
        .map_err(|error| failed(TantivyError::LockFailure(error, None)))?;
    for file in fs::read_dir(folder).map_err(|source| io_error(folder, source))? {
        let file = file.map_err(|source| io_error(folder, source))?;
        let path = file.path();
        let lock = file.file_name().to_string_lossy().starts_with(LOCK_PREFIX);
        if !lock && path.is_file() {
            fs::remove_file(&path).map_err(|source| io_error(&path, source))?;
        }
    }
    Ok(())
}

pub(super) fn io_error(path: &Path, source: std::io::Error) -> SearchError {
    SearchError::Io {
        path: path.to_owned(),
        source,
    }
}

/// Sorts the engine's errors: damage, use by others, the system, and the rest.
pub(super) fn engine_error(folder: &Path, error: TantivyError) -> SearchError {
    let system = |path: PathBuf, source: &std::io::Error| match source.kind() {
        ErrorKind::UnexpectedEof | ErrorKind::InvalidData => SearchError::Corrupt {
            detail: format!("{}: {source}", path.display()),
        },
        kind => SearchError::Io {
            path,
            source: std::io::Error::new(kind, source.to_string()),
        },
    };
    match error {
        TantivyError::LockFailure(LockError::LockBusy, _) => SearchError::InUse {
            path: folder.to_owned(),
        },
        TantivyError::LockFailure(LockError::IoError(source), _)
        | TantivyError::IoError(source) => system(folder.to_owned(), &source),
        TantivyError::OpenDirectoryError(OpenDirectoryError::IoError {
            io_error,
            directory_path,
        }) => system(directory_path, &io_error),
        TantivyError::OpenReadError(OpenReadError::IoError { io_error, filepath })
        | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error, filepath }) => {
            system(folder.join(filepath), &io_error)
        }
        TantivyError::OpenReadError(_)
        | TantivyError::DataCorruption(_)
        | TantivyError::IncompatibleIndex(_)
        | TantivyError::DeserializeError(_) => SearchError::Corrupt {
            detail: error.to_string(),
        },
        other => SearchError::Engine(other.to_string()),
    }
}
