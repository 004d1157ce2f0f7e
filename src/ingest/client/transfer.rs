//! Whole documents between a department and a server: read at their address, handed in, put under their SHA-256.
//!
//! What a file means is not known here. A file is signed for, so that only authorities fill the server's disk.

use super::{Client, ClientError};
use crate::ingest::KeyFile;
use gongshi_verify::encoding::{base64, hex};
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::json::{Value, to_jcs};
use gongshi_verify::names::Origin;
use gongshi_verify::time::Timestamp;
use std::io::Read as _;

/// Longest document read, in bytes: a library of a million objects.
const MAX_DOCUMENT_BYTES: u64 = 256 << 20;
/// What the signature of a file begins with.
const FILE_PREFIX: &str = "gongshi/file/v1\n";

/// Where a signed file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upload {
    /// Beside the log, under its own SHA-256.
    File,
    /// Encrypted self-check cards of the library with this root.
    Cards(Hash),
}

/// What is signed for a file: `"gongshi/file/v1\n" || JCS({"authority","issued_at","origin","sha256","size","v":1})`.
fn message(key: &KeyFile, origin: &Origin, at: Timestamp, sha256: &str, size: usize) -> String {
    let signed = Value::object([
        ("authority", key.authority.as_str().into()),
        ("issued_at", at.to_string().into()),
        ("origin", origin.as_str().into()),
        ("sha256", sha256.into()),
        ("size", Value::Int(i64::try_from(size).unwrap_or(i64::MAX))),
        ("v", Value::Int(1)),
    ]);
    format!("{FILE_PREFIX}{}", to_jcs(&signed))
}

impl Client {
    /// The document at a path of the server; `None` where the server says that there is none.
    ///
    /// # Errors
    /// [`ClientError`]; [`ClientError::Foreign`] where it is longer than any document.
    pub fn document(&self, path: &str) -> Result<Option<Vec<u8>>, ClientError> {
        let request = self.agent.get(format!("{}{path}", self.server));
        let response = request.call().map_err(|error| self.broken(&error))?;
        let reader = match self.checked(response) {
            Ok(good) => good.into_reader(),
            Err(ClientError::Status {
                status: 404,
                problem: Some(_),
                ..
            }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        reader
            .take(MAX_DOCUMENT_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| self.broken(&error))?;
        match bytes.len() as u64 > MAX_DOCUMENT_BYTES {
            true => Err(self.foreign(&"the document is too long")),
            false => Ok(Some(bytes)),
        }
    }

    /// Hands in a JSON document.
    ///
    /// # Errors
    /// [`ClientError`], with the server's reasons where it refuses.
    pub fn hand_in(&self, path: &str, json: &str) -> Result<(), ClientError> {
        let request = self
            .agent
            .post(format!("{}{path}", self.server))
            .header("Content-Type", "application/json");
        let response = request.send(json).map_err(|error| self.broken(&error))?;
        self.checked(response).map(|_| ())
    }

    /// Puts a file on the server, signed by an authority for this log; its SHA-256. One there already is left as it is.
    ///
    /// # Errors
    /// [`ClientError`], with the server's reasons where it refuses.
    pub fn upload(
        &self,
        to: Upload,
        bytes: &[u8],
        origin: &Origin,
        key: &KeyFile,
        at: Timestamp,
    ) -> Result<Hash, ClientError> {
        let digest = sha256(bytes);
        let sha256 = hex(&digest);
        let path = match to {
            Upload::File => format!("/api/v1/files/{sha256}"),
            Upload::Cards(root) => format!("/api/v1/cards/{}", hex(&root)),
        };
        let message = message(key, origin, at, &sha256, bytes.len());
        let request = self
            .agent
            .put(format!("{}{path}", self.server))
            .header("Content-Type", "application/octet-stream")
            .header("Gongshi-Authority", key.authority.as_str())
            .header("Gongshi-Issued-At", at.to_string())
            .header(
                "Gongshi-Signature",
                base64(&key.key.sign(message.as_bytes())),
            );
        let response = request.send(bytes).map_err(|error| self.broken(&error))?;
        self.checked(response).map(|_| digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongshi_verify::keys::SecretKey;
    use gongshi_verify::names::AuthorityId;

    #[test]
    fn what_is_signed_for_a_file_has_one_spelling() {
        let key = KeyFile {
            authority: AuthorityId::parse("610323-SCJG").unwrap(),
            key: SecretKey::from_seed(&[7; 32]),
        };
        let origin = Origin::parse("log.example/test").unwrap();
        let at = Timestamp::parse("2026-03-02T08:00:00Z").unwrap();
        assert_eq!(
            message(&key, &origin, at, &hex(&sha256(b"abc")), 3),
            "gongshi/file/v1\n{\"authority\":\"610323-SCJG\",\"issued_at\":\"2026-03-02T08:00:00Z\",\
             \"origin\":\"log.example/test\",\
             \"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\",\"size\":3,\"v\":1}"
        );
    }
}
