//! A data folder as the portal finds it: what it says of itself, its keys, and its log opened to append or only to read.

use super::{AppError, Tuning, is_restoring, restore};
use crate::log::{Log, LogConfig};
use crate::store::{self, DataFolder, SledStorage, StoreError};
use gongshi_verify::names::Origin;
use gongshi_verify::note::{SignerKey, VerifierKey};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a data folder says about itself, in the file `log.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogFile {
    /// Origin of the log.
    pub origin: String,
}

const LOG_FILE: &str = "log.toml";
/// Files of a data folder that hold keys.
pub fn checkpoint_key_path(data: &Path) -> PathBuf {
    data.join("keys/checkpoint.key")
}

/// The operator's event key.
pub fn operator_key_path(data: &Path) -> PathBuf {
    data.join("keys/operator.key")
}

/// The description of a data folder. A folder that a restore has not finished has none.
pub fn log_file(data: &Path) -> Result<LogFile, AppError> {
    if is_restoring(data)? {
        return Err(AppError::Folder(format!(
            "{} holds a restore that has not ended: a part of a log, which is never served. If no restore is running, run \
             `gongshi restore` again (it empties the folder first), or delete the folder",
            data.display()
        )));
    }
    let path = data.join(LOG_FILE);
    let text = std::fs::read_to_string(&path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => AppError::Folder(format!(
            "{} holds no log (no {LOG_FILE}); `gongshi init` makes one",
            data.display()
        )),
        _ => StoreError::Io {
            what: path.display().to_string(),
            source: e,
        }
        .into(),
    })?;
    toml::from_str(&text).map_err(|e| AppError::Folder(format!("{}: {e}", path.display())))
}

/// Opens the log of a data folder to append to it, without anything derived from it.
pub(super) fn open_log(data: &Path, tuning: &Tuning) -> Result<Arc<Log>, AppError> {
    let (folder, _, config) = prepare(data, tuning)?;
    let log = Log::open(folder, Arc::new(SledStorage::new(data)), config)?;
    Ok(Arc::new(log))
}

/// Opens the log of a data folder to read what is under its last signed checkpoint. Nothing is signed or completed.
pub fn read_log(data: &Path) -> Result<(Arc<Log>, LogFile), AppError> {
    let (folder, file, config) = prepare(data, &Tuning::default())?;
    let log = Log::read(folder, Arc::new(SledStorage::new(data)), config)?;
    Ok((Arc::new(log), file))
}

/// The same without any secret: signatures are checked with the verifier key given.
pub fn read_log_as_stranger(
    data: &Path,
    verifier: &VerifierKey,
) -> Result<(Arc<Log>, LogFile), AppError> {
    let file = log_file(data)?;
    let origin = origin_of(&file)?;
    if verifier.name != file.origin {
        return Err(AppError::Folder(format!(
            "the verifier key is that of the log {}, the folder that of {}",
            verifier.name, file.origin
        )));
    }
    let folder = DataFolder::lock(data)?;
    let config = LogConfig::reader(origin, verifier.clone());
    let log = Log::read(folder, Arc::new(SledStorage::new(data)), config)?;
    Ok((Arc::new(log), file))
}

fn origin_of(file: &LogFile) -> Result<Origin, AppError> {
    Origin::parse(&file.origin).map_err(|e| AppError::Folder(format!("{LOG_FILE}: {e}")))
}

fn prepare(data: &Path, tuning: &Tuning) -> Result<(DataFolder, LogFile, LogConfig), AppError> {
    let file = log_file(data)?;
    let origin = origin_of(&file)?;
    let folder = DataFolder::lock(data)?;
    let mut config = LogConfig::new(origin, read_signer(data)?, super::random32);
    config
        .published_checkpoint
        .clone_from(&tuning.published_checkpoint);
    config.batching = tuning.batching.clone();
    Ok((folder, file, config))
}

/// Locks a folder that holds nothing yet.
pub(super) fn empty_folder(data: &Path, command: &str) -> Result<DataFolder, AppError> {
    let folder = DataFolder::lock(data)?;
    ensure_empty(data, command)?;
    Ok(folder)
}

pub(super) fn ensure_empty(data: &Path, command: &str) -> Result<(), AppError> {
    let others = std::fs::read_dir(data).map_err(|e| StoreError::Io {
        what: data.display().to_string(),
        source: e,
    })?;
    // Half of a restore's mark is what one leaves that died before its first step; the next mark takes its place.
    let nothing = [store::LOCK, restore::UNMARKED];
    if others
        .filter_map(Result::ok)
        .any(|item| nothing.iter().all(|name| item.file_name() != *name))
    {
        return Err(AppError::Folder(format!(
            "{} is not empty; `{command}` needs a new or empty folder",
            data.display()
        )));
    }
    Ok(())
}

pub(super) fn write_log_file(folder: &DataFolder, file: &LogFile) -> Result<(), AppError> {
    let text = toml::to_string(file).map_err(|e| AppError::Folder(e.to_string()))?;
    Ok(folder.write(LOG_FILE, text.as_bytes())?)
}

pub(super) fn read_signer(data: &Path) -> Result<SignerKey, AppError> {
    let path = checkpoint_key_path(data);
    store::ensure_private(&path)?;
    // Not needed here, but a start is when somebody looks.
    let operator = operator_key_path(data);
    if operator.exists() {
        store::ensure_private(&operator)?;
    }
    let text = std::fs::read_to_string(&path).map_err(|e| StoreError::Io {
        what: path.display().to_string(),
        source: e,
    })?;
    Ok(SignerKey::parse(text.trim())?)
}
