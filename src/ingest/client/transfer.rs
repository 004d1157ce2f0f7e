//! Whole documents between a department and a server: read at their address, handed in, put under their SHA-256.
//!
//! What a file means is not known here. A file is signed for, so that only authorities fill the server's disk.

use super::{Client, ClientError};
use crate::ingest::KeyFile;
use crate::intake::FileStatement;
use gongshi_verify::encoding::{base64, hex};
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::names::Origin;
use gongshi_verify::time::Timestamp;
use std::io::Read as _;

/// Longest document read, in bytes: a library of a million objects.
const MAX_DOCUMENT_BYTES: u64 = 256 << 20;

/// Where a signed file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upload {
    /// Beside the log, under its own SHA-256.
    File,
    /// Encrypted self-check cards of the library with this root.
    Cards(Hash),
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
        let statement = FileStatement {
            authority: key.authority.clone(),
            issued_at: at,
            sha256: sha256(bytes),
            size: bytes.len() as u64,
        };
        let digest = statement.sha256;
        let path = match to {
            Upload::File => format!("/api/v1/files/{}", hex(&digest)),
            Upload::Cards(root) => format!("/api/v1/cards/{}", hex(&root)),
        };
        let signature = key.key.sign(&statement.message(origin));
        let request = self
            .agent
            .put(format!("{}{path}", self.server))
            .header("Content-Type", "application/octet-stream")
            .header("Gongshi-Authority", key.authority.as_str())
            .header("Gongshi-Issued-At", at.to_string())
            // The address of cards does not have it, and what is signed can be checked before the body is read.
            .header("Gongshi-SHA256", hex(&digest))
            .header("Gongshi-Signature", base64(&signature));
        let response = request.send(bytes).map_err(|error| self.broken(&error))?;
        self.checked(response).map(|_| digest)
    }
}
