//! Which folder on the disk holds a database, while it is copied without its dead bytes and after that was interrupted.
//!
//! A database lives in the folder of its name. Its copy grows in a folder beside it, `<name>~<number>`, and counts from the
//! moment a mark in it is durable; then the older folder goes. At the next opening the copy gets the plain name back. So a death
//! at any moment leaves the old folder or the new one whole, and the mark says which.

use crate::store::{StoreError, sync_folder, write_atomic};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// In a copy that is whole and durable.
const MARK: &str = "whole";

fn failed(path: &Path) -> impl Fn(std::io::Error) -> StoreError {
    move |e| StoreError::io(path.display().to_string(), e)
}

/// The folder of a copy's number; 0 is the plain one.
pub(super) fn path(root: &Path, name: &str, number: u64) -> PathBuf {
    match number {
        0 => root.join(name),
        number => root.join(format!("{name}~{number}")),
    }
}

fn parent(root: &Path, name: &str) -> PathBuf {
    root.join(name)
        .parent()
        .map_or(root.to_owned(), Path::to_owned)
}

/// The numbers of the copies beside the plain folder, ascending.
fn copies(root: &Path, name: &str) -> Result<Vec<u64>, StoreError> {
    let folder = parent(root, name);
    let items = match std::fs::read_dir(&folder) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        items => items.map_err(failed(&folder))?,
    };
    let base = Path::new(name).file_name().unwrap_or_default();
    let prefix = format!("{}~", base.to_string_lossy());
    let mut numbers = Vec::new();
    for item in items {
        let item = item.map_err(failed(&folder))?.file_name();
        let number = item.to_str().and_then(|item| item.strip_prefix(&prefix));
        numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn is_there(path: &Path) -> Result<bool, StoreError> {
    path.try_exists().map_err(failed(path))
}

/// The number of the folder that counts: the newest copy that is whole, else the plain one.
fn current(root: &Path, name: &str) -> Result<u64, StoreError> {
    for number in copies(root, name)?.into_iter().rev() {
        if is_there(&path(root, name, number).join(MARK))? {
            return Ok(number);
        }
    }
    Ok(0)
}

/// Whether the database was ever created.
pub(super) fn exists(root: &Path, name: &str) -> Result<bool, StoreError> {
    is_there(&path(root, name, current(root, name)?).join("db"))
}

/// Before a database is opened: one folder, with the plain name, and nothing beside it.
pub(super) fn settle(root: &Path, name: &str) -> Result<(), StoreError> {
    let number = current(root, name)?;
    tidy(root, name, number)?;
    let plain = path(root, name, 0);
    if number > 0 {
        let copy = path(root, name, number);
        std::fs::rename(&copy, &plain).map_err(failed(&copy))?;
        sync_folder(&parent(root, name))?;
    }
    // It has done its work; should this not last, the next opening does it again.
    match std::fs::remove_file(plain.join(MARK)) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(failed(&plain)(e)),
        _ => Ok(()),
    }
}

/// Marks a copy as whole, durably: from here on it is the database. An error with the mark in place leaves open which folder
/// the next opening takes.
pub(super) fn mark(copy: &Path) -> Result<(), StoreError> {
    write_atomic(&copy.join(MARK), b"", 0o644)
}

/// Whether a copy carries its mark.
pub(super) fn is_marked(copy: &Path) -> Result<bool, StoreError> {
    is_there(&copy.join(MARK))
}

/// Removes every folder of the database but the one that counts.
pub(super) fn tidy(root: &Path, name: &str, keep: u64) -> Result<(), StoreError> {
    let mut removed = false;
    // The older first: while one is left that is older, a newer one must be there that is whole.
    for number in std::iter::once(0).chain(copies(root, name)?) {
        if number != keep {
            removed |= remove_folder(&path(root, name, number))?;
        }
    }
    if removed {
        sync_folder(&parent(root, name))?;
    }
    Ok(())
}

/// Removes the database.
pub(super) fn remove(root: &Path, name: &str) -> Result<(), StoreError> {
    for number in std::iter::once(0).chain(copies(root, name)?) {
        remove_folder(&path(root, name, number))?;
    }
    Ok(())
}

/// Removes a folder, and says whether there was one.
pub(super) fn remove_folder(path: &Path) -> Result<bool, StoreError> {
    match std::fs::remove_dir_all(path) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(false),
        Err(e) => Err(failed(path)(e)),
    }
}

/// Bytes of all files in a folder.
pub(super) fn size(path: &Path) -> Result<u64, StoreError> {
    let mut bytes = 0;
    for item in std::fs::read_dir(path).map_err(failed(path))? {
        let item = item.map_err(failed(path))?;
        match item.metadata() {
            Ok(meta) if meta.is_dir() => bytes += size(&item.path())?,
            Ok(meta) => bytes += meta.len(),
            // The engine removes its blobs at any time.
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(failed(path)(e)),
        }
    }
    Ok(bytes)
}
