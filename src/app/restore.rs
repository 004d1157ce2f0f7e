//! A data folder from a backup: marked until it is whole, so that half of one is never served.
//!
//! What a backup may be believed is decided by who calls; here it is put back.

use super::folder::{ensure_empty, read_signer, write_log_file};
use super::{AppError, LogFile};
use crate::log::{Log, LogConfig, archive};
use crate::store::{self, DataFolder, FileLimits, Files, SledStorage, StoreError};
use gongshi_verify::names::Origin;
use std::path::Path;
use std::sync::Arc;

/// Stands in a folder from the beginning of a restore to its end. Its text is for whoever finds it.
const RESTORING: &str = "restoring";
/// The mark before it has its name.
pub(super) const UNMARKED: &str = "restoring.tmp";
const RESTORING_TEXT: &[u8] = b"A restore into this folder has begun and has not ended. What is here is a part of a log.\n\
    It is never served. Run `gongshi restore` again (it empties the folder first), or delete the folder.\n";

/// Makes a data folder from a backup that the caller has read to its end once: keys from `keys`, then every leaf and file.
///
/// From its first file to its last the folder carries a mark that every start refuses, and `log.toml`, without which
/// nothing opens a folder, comes last: a restore that died is recognised and never served. The next restore into the
/// same folder empties it first.
pub fn restore<R: std::io::Read>(
    data: &Path,
    keys: &Path,
    reader: &mut archive::Reader<R>,
    progress: impl FnMut(u64),
) -> Result<(), AppError> {
    let folder = folder_to_restore(data)?;
    std::fs::create_dir(data.join("keys"))?;
    for name in ["checkpoint.key", "operator.key"] {
        let path = keys.join(name);
        store::ensure_private(&path)?;
        let bytes = std::fs::read(&path).map_err(|e| StoreError::Io {
            what: path.display().to_string(),
            source: e,
        })?;
        store::write_private(&data.join("keys").join(name), &bytes)?;
    }
    store::sync_folder(&data.join("keys"))?;
    let file = LogFile {
        origin: reader.checkpoint.checkpoint.origin.clone(),
    };
    let signer = read_signer(data)?;
    let origin = Origin::parse(&file.origin).map_err(|e| AppError::Folder(e.to_string()))?;
    let log = Log::create(
        folder,
        Arc::new(SledStorage::new(data)),
        LogConfig::new(origin, signer, super::random32),
    )?;
    // They were taken once; the log to come names them.
    let limits = FileLimits {
        unreferenced_bytes: u64::MAX,
        ..FileLimits::default()
    };
    let files = Files::open_within(data, limits)?;
    archive::replay(reader, &log, &files, progress)?;
    log.drain();
    let restored = &log.published().checkpoint;
    if *restored != reader.checkpoint.checkpoint {
        return Err(AppError::Folder(format!(
            "the restored log has {} entries and another root than the backup's {}",
            restored.size, reader.checkpoint.checkpoint.size
        )));
    }
    // Everything else is durable. The mark goes only when the description is.
    write_log_file(log.folder(), &file)?;
    log.folder().sync()?;
    log.folder().remove(RESTORING)?;
    Ok(log.folder().sync()?)
}

/// Whether a restore into this folder has begun and not ended.
pub fn is_restoring(data: &Path) -> Result<bool, AppError> {
    let path = data.join(RESTORING);
    Ok(path.try_exists().map_err(|e| StoreError::Io {
        what: path.display().to_string(),
        source: e,
    })?)
}

/// Locks and marks a folder that is empty, or that a restore has left unfinished.
fn folder_to_restore(data: &Path) -> Result<DataFolder, AppError> {
    let folder = DataFolder::lock(data)?;
    if is_restoring(data)? {
        tracing::info!(folder = %data.display(), "a restore into this folder has not ended; it is emptied");
        folder.clear(&[RESTORING])?;
    } else {
        ensure_empty(data, "restore")?;
    }
    folder.write(RESTORING, RESTORING_TEXT)?;
    folder.sync()?;
    Ok(folder)
}
