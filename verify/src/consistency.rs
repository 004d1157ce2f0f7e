//! The consistency proof file: that a log's newer tree begins with its older one.
//!
//! `{"new":{"checkpoint":"<signed note>"},"old":{"root":"<base64>","size":n},"proof":["<base64>",…]}`,
//! the answer of `GET /api/v1/consistency/<old>/<new>`; `proof` in the order of RFC 9162 section
//! 2.1.4. Where the newer tree is not the log's newest, `new` is `{"root","size"}` without a
//! signature: such a file says something only beside a signed checkpoint that the reader holds.
//! JSON of the strict profile, blanks and member order free.

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
    #[error("a size is beyond 2^53-1")]
    Size,
    /// The new checkpoint is not one.
    #[error("the new checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
}

/// How a file names the newer tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewTree {
    /// By a signed checkpoint, verbatim.
    Signed(String),
    /// By size and root hash alone.
    Plain {
        /// Its leaves.
        size: u64,
        /// Its root hash.
        root: Hash,
    },
}

/// A parsed consistency proof; nothing of it is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// Leaves of the older tree.
    pub old_size: u64,
    /// Its root hash.
    pub old_root: Hash,
    /// The newer tree.
    pub new: NewTree,
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
        let hash = |value: &Value| value.as_str().and_then(|text| base64_array(text).ok());
        let tree = |value: &Value, name: &'static str| {
            members(value, 2, name)?;
            let size = get(value, "size")?
                .as_u64()
                .ok_or(ConsistencyFileError::Member("size"))?;
            let root = hash(&get(value, "root")?).ok_or(ConsistencyFileError::Member("root"))?;
            Ok::<_, ConsistencyFileError>((size, root))
        };
        let (old_size, old_root) = tree(&old, "old")?;
        let new = match new.get("checkpoint") {
            None => {
                let (size, root) = tree(&new, "new")?;
                NewTree::Plain { size, root }
            }
            Some(checkpoint) => {
                members(&new, 1, "new")?;
                let checkpoint = checkpoint
                    .as_str()
                    .ok_or(ConsistencyFileError::Member("checkpoint"))?;
                SignedCheckpoint::parse(checkpoint)?;
                NewTree::Signed(checkpoint.into())
            }
        };
        Ok(Self {
            old_size,
            old_root,
            new,
            proof: proof
                .as_array()
                .filter(|items| items.len() <= MAX_PROOF)
                .and_then(|items| items.iter().map(hash).collect::<Option<Vec<Hash>>>())
                .ok_or(ConsistencyFileError::Member("proof"))?,
        })
    }

    /// The signed checkpoint of the newer tree, where the file has one.
    pub fn new_checkpoint(&self) -> Result<Option<SignedCheckpoint>, ConsistencyFileError> {
        match &self.new {
            NewTree::Signed(text) => Ok(Some(SignedCheckpoint::parse(text)?)),
            NewTree::Plain { .. } => Ok(None),
        }
    }

    /// Leaves and root hash of the newer tree, however the file names it.
    pub fn new_tree(&self) -> Result<(u64, Hash), ConsistencyFileError> {
        Ok(match &self.new {
            NewTree::Signed(text) => {
                let head = SignedCheckpoint::parse(text)?.checkpoint;
                (head.size, head.root)
            }
            NewTree::Plain { size, root } => (*size, *root),
        })
    }

    /// The canonical text of the file.
    pub fn to_jcs(&self) -> Result<String, ConsistencyFileError> {
        let tree = |size: u64, root: &Hash| {
            let size = i64::try_from(size)
                .ok()
                .filter(|size| *size <= json::MAX_INT)
                .ok_or(ConsistencyFileError::Size)?;
            Ok::<_, ConsistencyFileError>(Value::object([
                ("root", base64(root).into()),
                ("size", Value::Int(size)),
            ]))
        };
        let new = match &self.new {
            NewTree::Signed(text) => Value::object([("checkpoint", text.as_str().into())]),
            NewTree::Plain { size, root } => tree(*size, root)?,
        };
        let proof = self.proof.iter().map(|hash| base64(hash).into()).collect();
        Ok(json::to_jcs(&Value::object([
            ("new", new),
            ("old", tree(self.old_size, &self.old_root)?),
            ("proof", Value::Array(proof)),
        ])))
    }
}
