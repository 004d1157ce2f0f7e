//! A record: what a department says, bound to its log entry by a salted commitment.
//!
//! The body may lawfully leave publication while the entry stays; the salt keeps the commitment
//! from revealing it then. This module checks form only; what a body means is the domain's.

use alloc::string::String;

use crate::encoding::{hex, hex32};
use crate::hash::{Hash, sha256_parts};
use crate::json::{self, JsonError, Value};

/// Largest canonical body in bytes: 1 MiB.
pub const MAX_BODY: usize = 1 << 20;

const COMMITMENT_PREFIX: &[u8] = b"gongshi/record/v1\n";

/// A record. Built by [`Record::new`] and [`Record::parse`] only, so that its body is an object
/// within the JSON profile and not too large.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// What is said: an object.
    pub body: Value,
    /// 32 raw bytes from the system's generator, one per record.
    pub salt: [u8; 32],
}

/// Why something is not a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Not JSON of the profile.
    #[error("the record is not valid JSON of the profile: {0}")]
    Json(#[from] JsonError),
    /// Not an object of exactly `body` and `salt`.
    #[error("a record has exactly the members body and salt")]
    Members,
    /// The body is not an object.
    #[error("body must be an object")]
    BodyNotObject,
    /// The canonical body is over [`MAX_BODY`].
    #[error("the canonical body has {0} bytes, over 1 MiB")]
    BodyTooLarge(usize),
    /// The salt is not 64 lowercase hexadecimal digits.
    #[error("salt must be 64 lowercase hexadecimal digits")]
    Salt,
}

impl Record {
    /// A record from its parts; refuses a body outside the profile.
    pub fn new(body: Value, salt: [u8; 32]) -> Result<Self, RecordError> {
        if body.as_object().is_none() {
            return Err(RecordError::BodyNotObject);
        }
        json::check(&body, json::MAX_DEPTH)?;
        let record = Self { body, salt };
        let size = json::to_jcs(&record.body).len();
        if size > MAX_BODY {
            return Err(RecordError::BodyTooLarge(size));
        }
        Ok(record)
    }

    /// Reads `{"body":{…},"salt":"<64 hex>"}`; the text need not be canonical.
    pub fn parse(input: &[u8]) -> Result<Self, RecordError> {
        // The record itself is one container around the body.
        Self::from_value(json::parse_with_depth(input, json::MAX_DEPTH + 1)?)
    }

    /// From a parsed value, as when a record is part of a larger text.
    pub fn from_value(value: Value) -> Result<Self, RecordError> {
        let Value::Object(mut members) = value else {
            return Err(RecordError::Members);
        };
        let (Some(body), Some(salt), true) = (
            members.remove("body"),
            members.remove("salt"),
            members.is_empty(),
        ) else {
            return Err(RecordError::Members);
        };
        let salt = salt
            .as_str()
            .and_then(|text| hex32(text).ok())
            .ok_or(RecordError::Salt)?;
        Self::new(body, salt)
    }

    /// The record as a value `{"body","salt"}`.
    pub fn to_value(&self) -> Value {
        Value::object([
            ("body", self.body.clone()),
            ("salt", hex(&self.salt).into()),
        ])
    }

    /// Canonical text of `{"body","salt"}`.
    pub fn to_jcs(&self) -> String {
        self.seal().1
    }

    /// `SHA-256("gongshi/record/v1\n" || salt || JCS(body))`.
    pub fn commitment(&self) -> Hash {
        self.seal().0
    }

    /// Commitment and canonical text, which share the work of spelling out the body.
    pub fn seal(&self) -> (Hash, String) {
        let body = json::to_jcs(&self.body);
        let commitment = sha256_parts(&[COMMITMENT_PREFIX, &self.salt, body.as_bytes()]);
        let text = alloc::format!("{{\"body\":{body},\"salt\":\"{}\"}}", hex(&self.salt));
        (commitment, text)
    }
}
