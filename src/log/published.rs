//! What the log has published: one immutable snapshot that every reader shares.
//!
//! A reader takes the snapshot once and answers from it alone, so that one answer never mixes two sizes.

use super::tree::{TILE_WIDTH, tile_width};
use gongshi_verify::checkpoint::Checkpoint;

/// A published checkpoint with the right edge of its tree.
#[derive(Debug, Clone)]
pub struct Published {
    /// Origin, size and root.
    pub checkpoint: Checkpoint,
    /// The signed note, as served.
    pub note: String,
    /// Partial tiles of that size, level 0 first, possibly empty.
    pub(crate) edge: Vec<Vec<u8>>,
}

impl Published {
    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.checkpoint.size
    }

    /// The first `width` hashes of the partial tile (`level`, `index`) where that is this size's right edge.
    pub(crate) fn partial(&self, level: u8, index: u64, width: usize) -> Option<&[u8]> {
        let available = tile_width(self.size(), level, index);
        if available == TILE_WIDTH || width > available {
            return None;
        }
        self.edge.get(usize::from(level))?.get(..width * 32)
    }
}
