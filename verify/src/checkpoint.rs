//! C2SP tlog-checkpoint: a signed note whose text is a log's origin, size and root hash.
//!
//! Parsing trusts nobody: a [`SignedCheckpoint`] is evidence only after `verify`, or after
//! [`crate::policy::Policy::evaluate`] accepted it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::encoding::{base64, base64_array, decimal};
use crate::hash::{EMPTY_ROOT, Hash};
use crate::note::{Note, NoteError, SignatureCheck, VerifierKey};

/// Why a text is not a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a signed note.
    #[error("not a signed note: {0}")]
    Note(#[from] NoteError),
    /// The note is not UTF-8.
    #[error("the checkpoint is not UTF-8")]
    NotUtf8,
    /// Fewer than three lines, an empty line, or no final newline.
    #[error("a checkpoint has three or more non-empty lines, each ended by a newline")]
    Lines,
    /// The size is not a decimal without leading zeros that fits 64 bits.
    #[error("the second line must be the tree size in decimal")]
    Size,
    /// The root is not base64 of 32 bytes.
    #[error("the third line must be padded base64 of a 32-byte root hash")]
    Root,
    /// Size 0 with a root other than the empty tree's.
    #[error("a tree of size 0 has the hash of the empty string as root")]
    EmptyRoot,
}

/// The text of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// First line: which log.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root hash of that many leaves.
    pub root: Hash,
    /// Further lines, signed but without meaning here; none of them empty.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without extension lines.
    pub fn new(origin: &str, size: u64, root: Hash) -> Self {
        Self {
            origin: origin.into(),
            size,
            root,
            extensions: Vec::new(),
        }
    }

    /// Reads a note text.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let body = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = body.split('\n');
        if body.split('\n').any(str::is_empty) {
            return Err(CheckpointError::Lines);
        }
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Lines);
        };
        let size = decimal(size).ok_or(CheckpointError::Size)?;
        let root = base64_array(root).map_err(|_| CheckpointError::Root)?;
        if size == 0 && root != EMPTY_ROOT {
            return Err(CheckpointError::EmptyRoot);
        }
        Ok(Self {
            origin: origin.to_string(),
            size,
            root,
            extensions: lines.map(ToString::to_string).collect(),
        })
    }

    /// The note text, final newline included.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, base64(&self.root));
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}

/// A checkpoint with its signature lines, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedCheckpoint {
    /// What is signed.
    pub checkpoint: Checkpoint,
    /// The note it was read from.
    pub note: Note,
}

impl SignedCheckpoint {
    /// Reads a signed note whose text is a checkpoint.
    pub fn parse(note: &str) -> Result<Self, CheckpointError> {
        let note = Note::parse(note)?;
        let checkpoint = Checkpoint::parse(&note.text)?;
        Ok(Self { checkpoint, note })
    }

    /// [`parse`](Self::parse) for bytes, as from a file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        Self::parse(core::str::from_utf8(bytes).map_err(|_| CheckpointError::NotUtf8)?)
    }

    /// What the note says about `key`.
    pub fn verify(&self, key: &VerifierKey) -> SignatureCheck {
        self.note.verify(key)
    }
}
