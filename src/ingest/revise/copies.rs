//! The department's own copy of a record: its proof, the record itself, and the files it names, so that it can still be shown to a court
//! when nobody else gives it any more.

use super::found::{Found, FoundError};
use crate::ingest::Client;
use crate::store::{StoreError, write_atomic};
use gongshi_verify::encoding::hex32;
use gongshi_verify::extra::Extra;
use gongshi_verify::hash::sha256;
use gongshi_verify::policy::Policy;
use gongshi_verify::report::verify_proof_file;
use gongshi_verify::tlog_proof::TlogProof;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// Nobody else reads what is no longer public.
const PRIVATE: u32 = 0o600;

/// Why no copy was kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// It cannot be had.
    #[error(transparent)]
    Found(#[from] FoundError),
    /// The record is not public any more.
    #[error("the record of entry {0} is not public any more: no copy can be had from the server")]
    Gone(u64),
    /// A file that the record names is not there, or another.
    #[error("the file {name}, which the record of entry {index} names, {reason}")]
    File {
        /// Which record.
        index: u64,
        /// What the record calls it.
        name: String,
        /// What is wrong.
        reason: FileFault,
    },
    /// Something else stands there.
    #[error("{0} is no copy of this record; name another folder")]
    Other(PathBuf),
    /// It cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder cannot be made, or read.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
}

/// What is wrong with a file that a record names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFault {
    /// The record gives no SHA-256.
    NoDigest,
    /// The server does not give it.
    Absent,
    /// The server gives other bytes.
    Other,
}

impl FileFault {
    /// Its stable name.
    pub fn code(self) -> &'static str {
        match self {
            FileFault::NoDigest => "no-digest",
            FileFault::Absent => "absent",
            FileFault::Other => "other",
        }
    }
}

impl std::fmt::Display for FileFault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            FileFault::NoDigest => "has no SHA-256",
            FileFault::Absent => "is not given by the server",
            FileFault::Other => "is another than the server gives",
        })
    }
}

/// Keeps copies of a record and of its corrections, which leave with it: `<index>.tlog-proof`, `<index>.json`, and files under
/// `files/<sha256>`. Copies that are there and hold are left as they are.
///
/// # Errors
/// [`KeepError`].
pub fn keep(
    client: &Client,
    policy: &Policy,
    folder: &Path,
    found: &Found,
) -> Result<(), KeepError> {
    for correction in &found.corrections {
        let correction = Found::fetch(client, policy, *correction)?;
        keep_one(client, policy, folder, &correction)?;
    }
    keep_one(client, policy, folder, found)
}

fn keep_one(
    client: &Client,
    policy: &Policy,
    folder: &Path,
    found: &Found,
) -> Result<(), KeepError> {
    let index = found.index;
    let path = folder.join(format!("{index}.tlog-proof"));
    let kept = held(&path, policy, found)?;
    let record = found.record.as_ref();
    let record = match (record, kept) {
        (_, true) => return Ok(()),
        (None, false) => return Err(KeepError::Gone(index)),
        (Some(record), false) => record,
    };
    make(folder)?;
    for file in found.view().map(|view| view.files()).unwrap_or_default() {
        let wrong = |reason| KeepError::File {
            index,
            name: file.name.clone(),
            reason,
        };
        let hash = hex32(&file.sha256).map_err(|_| wrong(FileFault::NoDigest))?;
        let beside = folder.join("files").join(&file.sha256);
        if std::fs::read(&beside).is_ok_and(|bytes| sha256(&bytes) == hash) {
            continue;
        }
        let bytes = client.document(&format!("/api/v1/files/{}", file.sha256));
        let bytes = bytes.map_err(FoundError::from)?;
        let bytes = bytes.ok_or_else(|| wrong(FileFault::Absent))?;
        if sha256(&bytes) != hash {
            return Err(wrong(FileFault::Other));
        }
        make(&folder.join("files"))?;
        write_atomic(&beside, &bytes, PRIVATE)?;
    }
    let json = folder.join(format!("{index}.json"));
    write_atomic(&json, record.to_jcs().as_bytes(), PRIVATE)?;
    // Last: where the proof is, the copy is whole.
    Ok(write_atomic(&path, &found.proof, PRIVATE)?)
}

/// Whether a whole copy of that record is there.
fn held(path: &Path, policy: &Policy, found: &Found) -> Result<bool, KeepError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(source) => {
            let path = path.to_owned();
            return Err(KeepError::Io { path, source });
        }
    };
    let extra = TlogProof::parse(&bytes)
        .ok()
        .and_then(|proof| Extra::parse(proof.extra.as_ref()?).ok());
    let holds = verify_proof_file(&bytes, policy).is_ok_and(|report| report.verdict.holds());
    let same = extra.is_some_and(|extra| extra.entry == found.entry && extra.record.is_some());
    match holds && same {
        true => Ok(true),
        false => Err(KeepError::Other(path.to_owned())),
    }
}

fn make(folder: &Path) -> Result<(), KeepError> {
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder);
    made.map_err(|source| KeepError::Io {
        path: folder.to_owned(),
        source,
    })
}
