//! An authority's event key as a file: three lines, readable by its owner only.
//!
//! ```text
//! gongshi-event-key/v1
//! 610323-SCJG
//! <base64 of the 32-byte Ed25519 seed>
//! ```

use crate::store::{self, StoreError};
use gongshi_verify::encoding::{base64, base64_array};
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, NameError};
use std::path::{Path, PathBuf};

const HEADER: &str = "gongshi-event-key/v1";

/// A key and whose it is.
#[derive(Debug)]
pub struct KeyFile {
    /// The authority that signs with it.
    pub authority: AuthorityId,
    /// The key.
    pub key: SecretKey,
}

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Others can read or write it.
    #[error("{path}: {reason}")]
    Open {
        /// The file.
        path: PathBuf,
        /// What it allows, and what is to be done.
        reason: String,
    },
    /// It is a folder.
    #[error("{0} is a folder, not a key file")]
    Folder(PathBuf),
    /// It is not a key file.
    #[error("{path}: line {line} must be {expected}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What was expected.
        expected: &'static str,
    },
    /// The authority's identifier is not one.
    #[error("{path}: line 2: {source}")]
    Authority {
        /// The file.
        path: PathBuf,
        /// What was expected.
        source: NameError,
    },
}

impl KeyFile {
    /// Reads a key file that only its owner can read.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        if path.is_dir() {
            return Err(KeyFileError::Folder(path.to_owned()));
        }
        store::ensure_private(path).map_err(|error| match error {
            StoreError::Folder { path, reason } => KeyFileError::Open { path, reason },
            other => other.into(),
        })?;
        let text = std::fs::read_to_string(path).map_err(|source| StoreError::Io {
            what: path.display().to_string(),
            source,
        })?;
        let malformed = |line, expected| KeyFileError::Malformed {
            path: path.to_owned(),
            line,
            expected,
        };
        let mut lines = text.lines();
        if lines.next() != Some(HEADER) {
            return Err(malformed(1, "gongshi-event-key/v1"));
        }
        let authority = AuthorityId::parse(lines.next().unwrap_or_default()).map_err(|source| {
            KeyFileError::Authority {
                path: path.to_owned(),
                source,
            }
        })?;
        let seed = base64_array::<32>(lines.next().unwrap_or_default())
            .map_err(|_| malformed(3, "the base64 of a 32-byte seed"))?;
        if lines.next().is_some() {
            return Err(malformed(4, "absent"));
        }
        Ok(KeyFile {
            authority,
            key: SecretKey::from_seed(&seed),
        })
    }

    /// Writes a new key file; an existing one is never overwritten.
    pub fn write(&self, path: &Path) -> Result<(), KeyFileError> {
        let text = format!(
            "{HEADER}\n{}\n{}\n",
            self.authority,
            base64(self.key.seed().as_slice())
        );
        Ok(store::write_private(path, text.as_bytes())?)
    }
}
