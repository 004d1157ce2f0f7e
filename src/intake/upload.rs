//! Files: that those a record names are here before it is accepted, and the way in for them (DESIGN §5).
//!
//! Handing a file over is signed like an event, so that only registered authorities fill the disk. It is no entry: the
//! record that names the file is what is said. Which files stay is decided elsewhere.

use super::{Intake, Refusal};
use crate::domain::View;
pub use crate::store::MAX_FILE_BYTES;
use crate::store::{Begun, FileError, Files, Incoming, StoreError};
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::entry::{MAX_AGE_SECONDS, MAX_AHEAD_SECONDS};
use gongshi_verify::hash::Hash;
use gongshi_verify::json::{self, Value};
use gongshi_verify::names::{AuthorityId, Origin};
use gongshi_verify::registry::RightsError;
use gongshi_verify::time::Timestamp;

const PREFIX: &str = "gongshi/file/v1\n";
const VERSION: i64 = 1;

/// What an authority signs when it hands over bytes under their hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStatement {
    /// Who hands them over.
    pub authority: AuthorityId,
    /// When it says it did.
    pub issued_at: Timestamp,
    /// SHA-256 of the bytes.
    pub sha256: Hash,
    /// Their number.
    pub size: u64,
}

impl FileStatement {
    /// The bytes the authority's key signs, for the log of this origin only:
    /// `"gongshi/file/v1\n" || JCS({"authority","issued_at","origin","sha256","size","v":1})`.
    pub fn message(&self, origin: &Origin) -> Vec<u8> {
        // Over what JSON can say exactly no file is taken.
        let size = i64::try_from(self.size).unwrap_or(i64::MAX);
        let object = Value::object([
            ("authority", self.authority.as_str().into()),
            ("issued_at", self.issued_at.to_string().into()),
            ("origin", origin.as_str().into()),
            ("sha256", hex(&self.sha256).into()),
            ("size", Value::Int(size)),
            ("v", Value::Int(VERSION)),
        ]);
        format!("{PREFIX}{}", json::to_jcs(&object)).into_bytes()
    }
}

/// A file on its way in. Dropped before [`finish`](Upload::finish), it leaves nothing.
#[derive(Debug)]
pub struct Upload(Incoming);

impl Upload {
    /// Takes the next bytes. Blocks on the disk.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        Ok(self.0.write(bytes)?)
    }

    /// Keeps the file, if its bytes are those that were signed for; on return it is on the disk.
    pub fn finish(self) -> Result<(), Refusal> {
        Ok(self.0.finish()?)
    }
}

impl Intake {
    /// The files beside the log.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Whether bytes may be handed over under this signature: by a valid key of a registered authority, in time.
    ///
    /// # Errors
    /// The same refusals as an event's.
    pub fn check_statement(
        &self,
        statement: &FileStatement,
        signature: &[u8; 64],
    ) -> Result<(), Refusal> {
        let message = statement.message(self.log.origin());
        self.check_signed(
            &statement.authority,
            statement.issued_at,
            &message,
            signature,
        )
    }

    /// Whether a message that is no event is signed by a valid key of a registered authority, in time.
    pub(super) fn check_signed(
        &self,
        id: &AuthorityId,
        issued_at: Timestamp,
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<(), Refusal> {
        let registry = self.registry();
        if registry.authority(id).is_none() {
            return Err(RightsError::UnknownAuthority(id.clone()).into());
        }
        if registry.find_signer(id, message, signature).is_none() {
            return Err(Refusal::Signature(id.to_string()));
        }
        let now = self.time().map_err(Refusal::Unavailable)?;
        let age = now.unix().saturating_sub(issued_at.unix());
        match (-MAX_AHEAD_SECONDS..=MAX_AGE_SECONDS).contains(&age) {
            true => Ok(()),
            false => Err(Refusal::TimeWindow { issued_at, now }),
        }
    }

    /// Begins to take a file whose statement was found right; `None` where it is there already. Blocks on the disk: a file
    /// that is there is read whole.
    pub fn begin_upload(&self, statement: &FileStatement) -> Result<Option<Upload>, Refusal> {
        match self.files.begin(&statement.sha256, statement.size) {
            Ok(Begun::There) => Ok(None),
            Ok(Begun::Wanted(incoming)) => Ok(Some(Upload(incoming))),
            Err(error) => {
                if matches!(error, FileError::Full { .. }) {
                    tracing::warn!(%error, authority = %statement.authority, "a file was refused");
                }
                Err(error.into())
            }
        }
    }
}

impl From<FileError> for Refusal {
    fn from(error: FileError) -> Self {
        match error {
            FileError::TooLarge { size } => Refusal::FileTooLarge(size),
            FileError::Length { .. } | FileError::Digest { .. } => {
                Refusal::FileContent(error.to_string())
            }
            FileError::Full { .. } | FileError::Store(StoreError::NoSpace { .. }) => {
                Refusal::FilesFull(error.to_string())
            }
            FileError::Store(error) => {
                tracing::error!(%error, "a file could not be taken");
                Refusal::Unavailable("a file could not be written".to_owned())
            }
        }
    }
}

/// Checks that every file a record names is here and as long as the record says, and keeps it from expiring before the
/// record is in the log. Nothing else in a request can change the answer.
///
/// # Errors
/// The first that is not.
pub(super) fn check(files: &Files, view: &View<'_>) -> Result<(), Refusal> {
    for file in view.files() {
        let missing = || Refusal::FileMissing(file.sha256.clone());
        let hash = hex32(&file.sha256).map_err(|_| missing())?;
        let found = files
            .hold(&hash)
            .map_err(|e| Refusal::Unavailable(e.to_string()))?
            .ok_or_else(missing)?;
        if found != file.size {
            return Err(Refusal::FileSize {
                sha256: file.sha256,
                named: file.size,
                found,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_written_here_for_other_programs() {
        let statement = FileStatement {
            authority: AuthorityId::parse("610323-SCJG").unwrap(),
            issued_at: Timestamp::parse("2026-03-02T08:00:00Z").unwrap(),
            sha256: [0xab; 32],
            size: 42,
        };
        let origin = Origin::parse("example.org/log").unwrap();
        let expected = format!(
            "gongshi/file/v1\n{{\"authority\":\"610323-SCJG\",\"issued_at\":\"2026-03-02T08:00:00Z\",\
             \"origin\":\"example.org/log\",\"sha256\":\"{}\",\"size\":42,\"v\":1}}",
            "ab".repeat(32)
        );
        assert_eq!(statement.message(&origin), expected.as_bytes());
    }
}
