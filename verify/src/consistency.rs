//! The consistency proof file: that a log's newer tree begins with its older one.
//!
//! `{"new":{"checkpoint":"<signed note>"},"old":{"root":"<base64>","size":n},"proof":["<base64>",…]}`,
//! the answer of `GET /api/v1/consistency/<old>/<new>`; `proof` in the order of RFC 9162 section
//! 2.1.4. JSON of the strict profile, blanks and member order free.

use alloc::string::String;
use alloc::vec::Vec;

use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::encoding::{base64, base64_array};
use crate::hash::Hash;
use crate::json::{self, JsonError, Value};

/// Most hashes in a consistency proof of 64-bit sizes.
pub const MAX_PROOF: usize = 65;

/// Why bytes are not a consistency proof file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConsistencyFileError {
    /// Not JSON of the profile.
    #[error("the consistency proof is not valid JSON of the profile: {0}")]
    Json(#[from] JsonError),
    /// A member missing, unknown or not of its form.
    #[error("the consistency proof has members new, old and proof; not of its form: {0}")]
    Member(&'static str),
    /// A size too large for the format (2^53 and more).
    #[error("the old size is beyond 2^53-1")]
    Size,
    /// The new checkpoint is not one.
    #[error("the new checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
}

/// A parsed consistency proof; nothing of it is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// Leaves of the older tree.
    pub old_size: u64,
    /// Its root hash.
    pub old_root: Hash,
    /// The signed checkpoint of the newer tree, verbatim.
    pub new_checkpoint: String,
    /// The hashes in the order of RFC 9162.
    pub proof: Vec<Hash>,
}

impl ConsistencyProof {
    /// Reads a file.
    pub fn parse(input: &[u8]) -> Result<Self, ConsistencyFileError> {
        let value = json::parse(input)?;
        let members = |value: &Value, count: usize, name| match value.as_object() {
            Some(members) if members.len() == count => Ok(()),
            _ => Err(ConsistencyFileError::Member(name)),
        };
        let get = |value: &Value, name: &'static str| {
            value
                .get(name)
                .cloned()
                .ok_or(ConsistencyFileError::Member(name))
        };
        members(&value, 3, "the file")?;
        let (new, old, proof) = (
            get(&value, "new")?,
            get(&value, "old")?,
            get(&value, "proof")?,
        );
        members(&new, 1, "new")?;
        members(&old, 2, "old")?;
        let hash = |value: &Value| value.as_str().and_then(|text| base64_array(text).ok());
        let checkpoint = get(&new, "checkpoint")?;
        let checkpoint = checkpoint
            .as_str()
            .ok_or(ConsistencyFileError::Member("checkpoint"))?;
        SignedCheckpoint::parse(checkpoint)?;
        Ok(Self {
            old_size: get(&old, "size")?
                .as_u64()
                .ok_or(ConsistencyFileError::Member("size"))?,
            old_root: hash(&get(&old, "root")?).ok_or(ConsistencyFileError::Member("root"))?,
            new_checkpoint: checkpoint.into(),
            proof: proof
                .as_array()
                .filter(|items| items.len() <= MAX_PROOF)
                .and_then(|items| items.iter().map(hash).collect::<Option<Vec<Hash>>>())
                .ok_or(ConsistencyFileError::Member("proof"))?,
        })
    }

    /// The signed checkpoint of the newer tree.
    pub fn new_checkpoint(&self) -> Result<SignedCheckpoint, ConsistencyFileError> {
        Ok(SignedCheckpoint::parse(&self.new_checkpoint)?)
    }

    /// The canonical text of the file.
    pub fn to_jcs(&self) -> Result<String, ConsistencyFileError> {
        let size = i64::try_from(self.old_size)
            .ok()
            .filter(|size| *size <= json::MAX_INT)
            .ok_or(ConsistencyFileError::Size)?;
        let proof = self.proof.iter().map(|hash| base64(hash).into()).collect();
        Ok(json::to_jcs(&Value::object([
            (
                "new",
                Value::object([("checkpoint", self.new_checkpoint.as_str().into())]),
            ),
            (
                "old",
                Value::object([
                    ("root", base64(&self.old_root).into()),
                    ("size", Value::Int(size)),
                ]),
            ),
            ("proof", Value::Array(proof)),
        ])))
    }
}
