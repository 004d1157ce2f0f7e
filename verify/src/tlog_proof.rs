//! C2SP tlog-proof: one text file with an index, an inclusion path, a checkpoint and extra data.
//!
//! Every byte means something: writing a parsed proof gives the same bytes again, so two
//! different files never are the same proof. What `extra` holds is [`crate::extra`]'s.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::encoding::{base64, base64_array, base64_strict, decimal};
use crate::hash::Hash;
use crate::merkle::{MerkleError, verify_inclusion};

/// First line of the format.
pub const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Longest inclusion path: a tree has at most 2^64 − 1 leaves.
pub const MAX_PATH: usize = 64;

/// Why a text is not a tlog-proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// Not UTF-8.
    #[error("the proof is not UTF-8")]
    NotUtf8,
    /// Another first line.
    #[error("the first line must be {HEADER}")]
    Header,
    /// An `extra` line that is not base64, or empty.
    #[error("the extra line must be padded base64")]
    Extra,
    /// No `index` line, or not a decimal.
    #[error("the index line must be the decimal index of the entry")]
    Index,
    /// A path line that is not base64 of 32 bytes, or over [`MAX_PATH`] of them.
    #[error("path line {0} must be padded base64 of 32 bytes")]
    Path(usize),
    /// No empty line before the checkpoint.
    #[error("the proof ends before its checkpoint")]
    NoCheckpoint,
    /// What follows is not a signed checkpoint.
    #[error("the checkpoint of the proof: {0}")]
    Checkpoint(#[from] CheckpointError),
}

/// A parsed proof; nothing of it is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Application data, not authenticated by the format.
    pub extra: Option<Vec<u8>>,
    /// Zero-based index of the entry.
    pub index: u64,
    /// From the leaf's sibling to the child of the root.
    pub path: Vec<Hash>,
    /// The signed checkpoint, verbatim.
    pub checkpoint_text: String,
}

impl TlogProof {
    /// Reads a proof; refuses every text that writing it would not give again.
    pub fn parse(input: impl AsRef<[u8]>) -> Result<Self, TlogProofError> {
        let text = core::str::from_utf8(input.as_ref()).map_err(|_| TlogProofError::NotUtf8)?;
        let (header, mut rest) = text.split_once('\n').ok_or(TlogProofError::Header)?;
        if header != HEADER {
            return Err(TlogProofError::Header);
        }
        let mut extra = None;
        if let Some(after) = rest.strip_prefix("extra ") {
            let (data, after) = after.split_once('\n').ok_or(TlogProofError::Extra)?;
            let data = base64_strict(data).map_err(|_| TlogProofError::Extra)?;
            if data.is_empty() {
                return Err(TlogProofError::Extra);
            }
            extra = Some(data);
            rest = after;
        }
        let (index, mut rest) = rest
            .strip_prefix("index ")
            .and_then(|after| after.split_once('\n'))
            .ok_or(TlogProofError::Index)?;
        let index = decimal(index).ok_or(TlogProofError::Index)?;
        let mut path = Vec::new();
        loop {
            let (line, after) = rest.split_once('\n').ok_or(TlogProofError::NoCheckpoint)?;
            rest = after;
            if line.is_empty() {
                break;
            }
            if path.len() == MAX_PATH {
                return Err(TlogProofError::Path(path.len() + 1));
            }
            path.push(base64_array(line).map_err(|_| TlogProofError::Path(path.len() + 1))?);
        }
        SignedCheckpoint::parse(rest)?;
        Ok(Self {
            extra,
            index,
            path,
            checkpoint_text: rest.to_string(),
        })
    }

    /// The checkpoint the path leads to.
    pub fn checkpoint(&self) -> Result<SignedCheckpoint, TlogProofError> {
        Ok(SignedCheckpoint::parse(&self.checkpoint_text)?)
    }

    /// Checks that `leaf` is at this proof's index under the given checkpoint's root. Says nothing
    /// about the checkpoint's signatures.
    pub fn verify_leaf(
        &self,
        leaf: &Hash,
        checkpoint: &SignedCheckpoint,
    ) -> Result<(), MerkleError> {
        let head = &checkpoint.checkpoint;
        verify_inclusion(leaf, self.index, head.size, &self.path, &head.root)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", base64(hash))?;
        }
        write!(f, "\n{}", self.checkpoint_text)
    }
}
