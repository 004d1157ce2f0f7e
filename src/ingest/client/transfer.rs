//! Whole documents between a department and a server: read at their address, handed in, put under their SHA-256.
//!
//! What a file means is not known here. A file is signed for, so that only authorities fill the server's disk.

use super::{Client, ClientError};
use crate::ingest::KeyFile;
use crate::intake::{FileStatement, ReferrersQuestion};
use gongshi_verify::encoding::{base64, hex};
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::names::Origin;
use gongshi_verify::time::Timestamp;
use std::fs::File;
use std::io::{Read as _, Seek as _};
use ureq::AsSendBody;

/// Longest document read, in bytes: a library of a million objects.
const MAX_DOCUMENT_BYTES: u64 = 256 << 20;

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

    /// What the server answers to a question that only a record's own authority is answered: which public records refer to it.
    ///
    /// # Errors
    /// [`ClientError`], with the server's reasons where it refuses.
    pub fn referrers(
        &self,
        index: u64,
        before: Option<u64>,
        origin: &Origin,
        key: &KeyFile,
        at: Timestamp,
    ) -> Result<Vec<u8>, ClientError> {
        let question = ReferrersQuestion {
            authority: key.authority.clone(),
            index,
            issued_at: at,
        };
        let signature = key.key.sign(&question.message(origin));
        let mut path = format!("/api/v1/records/{index}/referrers");
        if let Some(before) = before {
            path.push_str(&format!("?before={before}"));
        }
        let request = self
            .agent
            .get(format!("{}{path}", self.server))
            .header("Gongshi-Authority", question.authority.as_str())
            .header("Gongshi-Issued-At", at.to_string())
            .header("Gongshi-Signature", base64(&signature));
        let response = request.call().map_err(|error| self.broken(&error))?;
        let text = self.checked(response)?.body_mut_text();
        Ok(text.map_err(|error| self.broken(&error))?.into_bytes())
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

    /// Puts bytes on the server as a file, signed by an authority for this log; their SHA-256. A file there already is left as it
    /// is.
    ///
    /// # Errors
    /// [`ClientError`], with the server's reasons where it refuses.
    pub fn upload(
        &self,
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
        let address = self.file_address(&statement.sha256);
        let signature = key.key.sign(&statement.message(origin));
        self.put_signed(address, &statement, &signature, bytes)?;
        Ok(statement.sha256)
    }

    /// Puts the encrypted self-check cards of the library with that root on the server, from the beginning of a file; true where
    /// the server did not have them.
    ///
    /// # Errors
    /// As [`put_file`](Client::put_file).
    pub fn put_cards(
        &self,
        root: &Hash,
        statement: &FileStatement,
        signature: &[u8; 64],
        mut file: &File,
    ) -> Result<bool, ClientError> {
        file.rewind().map_err(|error| self.broken(&error))?;
        let address = format!("{}/api/v1/cards/{}", self.server, hex(root));
        self.put_signed(address, statement, signature, file)
    }

    /// Puts what a statement is about at an address; true where the server did not have it.
    pub(super) fn put_signed(
        &self,
        address: String,
        statement: &FileStatement,
        signature: &[u8; 64],
        body: impl AsSendBody,
    ) -> Result<bool, ClientError> {
        let request = self
            .agent
            .put(address)
            .header("Content-Type", "application/octet-stream")
            .header("Content-Length", statement.size.to_string())
            .header("Gongshi-Authority", statement.authority.as_str())
            .header("Gongshi-Issued-At", statement.issued_at.to_string())
            // The address of cards names their library, not what is sent.
            .header("Gongshi-SHA256", hex(&statement.sha256))
            .header("Gongshi-Signature", base64(signature));
        let response = request.send(body).map_err(|error| self.broken(&error))?;
        let new = response.status() == 201;
        self.checked(response).map(|_| new)
    }
}
