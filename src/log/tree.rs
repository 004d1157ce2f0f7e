//! The tree as the sequencer holds it: the compact range for the root and the partial tiles of the right edge.
//!
//! An append costs one node hash on average and touches the rightmost tile of each level only when the one below
//! fills. The tree is small (under 64 hashes and 8 KiB a level) and is cloned to stage a batch, so a batch that
//! fails leaves no trace in memory. It must not do I/O.

use gongshi_verify::hash::Hash;
use gongshi_verify::merkle::CompactRange;

/// Hashes in a full tile (tlog-tiles).
pub const TILE_WIDTH: usize = 256;
/// Tree levels between two tile levels.
pub const TILE_HEIGHT: u8 = 8;

/// A tile that has become full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullTile {
    /// Tile level.
    pub level: u8,
    /// Tile index within the level.
    pub index: u64,
    /// 256 hashes of 32 bytes.
    pub bytes: Vec<u8>,
}

/// The right edge of the tree.
#[derive(Debug, Clone)]
pub struct Tree {
    range: CompactRange,
    /// The partial tile of each level, lowest first: 0 to 255 hashes of 32 bytes.
    edge: Vec<Vec<u8>>,
}

impl Default for Tree {
    fn default() -> Self {
        Tree {
            range: CompactRange::new(),
            edge: vec![Vec::new()],
        }
    }
}

impl Tree {
    /// Rebuilds the tree from its parts, which [`super::recover`] has checked against each other.
    pub fn from_parts(range: CompactRange, edge: Vec<Vec<u8>>) -> Self {
        Tree { range, edge }
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.range.size()
    }

    /// RFC 9162 tree head.
    pub fn root(&self) -> Hash {
        self.range.root()
    }

    /// Hashes of the maximal complete subtrees, big to small.
    pub fn range(&self) -> &CompactRange {
        &self.range
    }

    /// Partial tiles, level 0 first; a level with an empty tile has no partial tile.
    pub fn edge(&self) -> &[Vec<u8>] {
        &self.edge
    }

    /// Appends one leaf hash; tiles that it fills go to `full`, lowest first.
    pub fn push(&mut self, leaf: Hash, full: &mut Vec<FullTile>) {
        let index = self.range.size();
        add(&mut self.edge, full, 0, index, &leaf);
        let Tree { range, edge } = self;
        range.push(leaf, &mut |level, index, hash| {
            if level % TILE_HEIGHT == 0 && level > 0 {
                add(edge, full, level / TILE_HEIGHT, index, &hash);
            }
        });
    }
}

/// Adds the hash number `index` of a tile level to its partial tile, and moves the tile out when it is full.
fn add(edge: &mut Vec<Vec<u8>>, full: &mut Vec<FullTile>, level: u8, index: u64, hash: &Hash) {
    let slot = usize::from(level);
    while edge.len() <= slot {
        edge.push(Vec::new());
    }
    let tile = &mut edge[slot];
    tile.extend_from_slice(hash);
    if tile.len() == TILE_WIDTH * 32 {
        full.push(FullTile {
            level,
            index: index / TILE_WIDTH as u64,
            bytes: std::mem::take(tile),
        });
    }
}

/// Number of hashes in tile (`level`, `index`) of a tree with `size` leaves: 0 to 256.
pub fn tile_width(size: u64, level: u8, index: u64) -> usize {
    let shift = u32::from(level) * u32::from(TILE_HEIGHT);
    let hashes = if shift >= 64 { 0 } else { size >> shift };
    let start = index.saturating_mul(TILE_WIDTH as u64);
    usize::try_from(hashes.saturating_sub(start).min(TILE_WIDTH as u64)).unwrap_or(TILE_WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongshi_verify::hash::leaf_hash;
    use gongshi_verify::merkle::{subtree_root, tree_head};

    #[test]
    fn tiles_and_edges_hold_the_whole_tree() {
        let leaves: Vec<Hash> = (0..70_000u32)
            .map(|i| leaf_hash(i.to_string().as_bytes()))
            .collect();
        let mut tree = Tree::default();
        let mut full = Vec::new();
        for leaf in &leaves {
            tree.push(*leaf, &mut full);
        }
        // The example of tlog-tiles: 273 full and one partial of 112, one full and one of 17, one of 1.
        assert_eq!(full.iter().filter(|t| t.level == 0).count(), 273);
        assert_eq!(full.iter().filter(|t| t.level == 1).count(), 1);
        assert_eq!(
            tree.edge().iter().map(|t| t.len() / 32).collect::<Vec<_>>(),
            [112, 17, 1]
        );
        assert_eq!(tree.root(), tree_head(&leaves));
        for tile in &full {
            let span = TILE_WIDTH.pow(u32::from(tile.level));
            for (i, hash) in tile.bytes.chunks(32).enumerate() {
                let start = (tile.index as usize * TILE_WIDTH + i) * span;
                assert_eq!(
                    Some(hash),
                    subtree_root(&leaves[start..start + span])
                        .as_ref()
                        .map(|h| h.as_slice()),
                    "tile {} {}",
                    tile.level,
                    tile.index
                );
            }
        }
    }

    #[test]
    fn widths_follow_the_specification() {
        assert_eq!(tile_width(70_000, 0, 273), 112);
        assert_eq!(tile_width(70_000, 1, 1), 17);
        assert_eq!(tile_width(70_000, 2, 0), 1);
        assert_eq!(tile_width(256, 0, 0), 256);
        assert_eq!(tile_width(256, 1, 0), 1);
        assert_eq!(tile_width(256, 0, 1), 0);
        assert_eq!(tile_width(u64::MAX, 63, 0), 0);
        assert_eq!(tile_width(5, 0, u64::MAX), 0);
    }
}
