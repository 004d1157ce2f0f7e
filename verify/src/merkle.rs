//! The Merkle tree of RFC 9162: checking proofs, and which nodes a proof is made of.
//!
//! Written from RFC 9162 section 2.1. Proofs are checked to the exact length: a path with
//! anything left over is refused. This module knows hashes and positions only; it reads no tiles
//! and no files. Where nodes come from is the caller's business (see [`ProofNode::fold`]).

use alloc::vec::Vec;

use crate::hash::{EMPTY_ROOT, Hash, node_hash};

/// Why a proof, a position or a stored edge is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MerkleError {
    /// A leaf index not below the tree size.
    #[error("leaf index {index} is outside a tree of size {size}")]
    IndexOutOfRange {
        /// Zero-based leaf index.
        index: u64,
        /// Number of leaves.
        size: u64,
    },
    /// An old tree larger than the new one.
    #[error("old size {old} is larger than new size {new}")]
    SizeOrder {
        /// Leaves of the tree said to be older.
        old: u64,
        /// Leaves of the tree said to be newer.
        new: u64,
    },
    /// A leaf of a multi-proof that does not come after the one before it.
    #[error("leaf index {index} does not come after the one before it")]
    IndexOrder {
        /// Zero-based leaf index.
        index: u64,
    },
    /// A multi-proof of nothing.
    #[error("no leaf is shown of a tree of size {size}")]
    NoLeaves {
        /// Number of leaves.
        size: u64,
    },
    /// The proof has fewer or more hashes than its leaves' positions need.
    #[error("the proof does not have the number of hashes this position needs")]
    ProofLength,
    /// The proof leads to another root than the one given.
    #[error("the proof does not lead to the given root hash")]
    RootMismatch,
    /// A right edge whose number of hashes is not the number of one-bits of its size.
    #[error("a compact range of size {size} has {expected} hashes, not {found}")]
    EdgeLength {
        /// Leaves covered.
        size: u64,
        /// Hashes such a range has.
        expected: u32,
        /// Hashes given.
        found: usize,
    },
}

/// Checks that `leaf` is the leaf hash at `index` of the tree of `size` leaves with root `root`.
///
/// `path` runs from the leaf's sibling to the child of the root (RFC 9162 section 2.1.3.2).
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), MerkleError> {
    if index >= size {
        return Err(MerkleError::IndexOutOfRange { index, size });
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in path {
        if last == 0 {
            return Err(MerkleError::ProofLength);
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            // The last node of a level without a sibling is promoted unchanged.
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(MerkleError::ProofLength);
    }
    if hash == *root {
        Ok(())
    } else {
        Err(MerkleError::RootMismatch)
    }
}

/// Checks that the tree of `new_size` leaves begins with the tree of `old_size` leaves
/// (RFC 9162 section 2.1.4.2).
///
/// Equal sizes need an empty proof and equal roots; size 0 needs an empty proof and
/// [`EMPTY_ROOT`], and then says nothing about the new root.
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), MerkleError> {
    if old_size > new_size {
        return Err(MerkleError::SizeOrder {
            old: old_size,
            new: new_size,
        });
    }
    if old_size == 0 || old_size == new_size {
        if !proof.is_empty() {
            return Err(MerkleError::ProofLength);
        }
        let (expected, empty) = if old_size == 0 {
            (&EMPTY_ROOT, new_size == 0 && *new_root != EMPTY_ROOT)
        } else {
            (new_root, false)
        };
        return if old_root == expected && !empty {
            Ok(())
        } else {
            Err(MerkleError::RootMismatch)
        };
    }
    // A complete old tree is itself a node of the new one, so its root is left out of the proof.
    let (first, rest) = if old_size.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(MerkleError::ProofLength)?
    };
    let shift = (old_size - 1).trailing_ones();
    let (mut at, mut last) = ((old_size - 1) >> shift, (new_size - 1) >> shift);
    let (mut old_hash, mut new_hash) = (*first, *first);
    for node in rest {
        if last == 0 {
            return Err(MerkleError::ProofLength);
        }
        if at & 1 == 1 || at == last {
            old_hash = node_hash(node, &old_hash);
            new_hash = node_hash(node, &new_hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, node);
        }
        at >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(MerkleError::ProofLength);
    }
    if old_hash == *old_root && new_hash == *new_root {
        Ok(())
    } else {
        Err(MerkleError::RootMismatch)
    }
}

/// Root of the tree over the given leaf hashes (RFC 9162 section 2.1.1).
pub fn tree_head(leaf_hashes: &[Hash]) -> Hash {
    let mut range = CompactRange::new();
    for leaf in leaf_hashes {
        range.push(*leaf, &mut |_, _, _| {});
    }
    range.root()
}

/// Root of a complete subtree; `None` unless the number of hashes is a power of two.
pub fn subtree_root(hashes: &[Hash]) -> Option<Hash> {
    hashes.len().is_power_of_two().then(|| tree_head(hashes))
}

/// The right edge of a growing tree: the roots of its maximal complete subtrees.
///
/// 64 hashes at most, whatever the size, and all that an append needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CompactRange {
    size: u64,
    hashes: Vec<Hash>,
}

impl CompactRange {
    /// The edge of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// An edge as stored: `hashes` from left to right, big subtrees to small.
    pub fn from_parts(size: u64, hashes: Vec<Hash>) -> Result<Self, MerkleError> {
        let expected = size.count_ones();
        if usize::try_from(expected) == Ok(hashes.len()) {
            Ok(Self { size, hashes })
        } else {
            Err(MerkleError::EdgeLength {
                size,
                expected,
                found: hashes.len(),
            })
        }
    }

    /// Number of leaves so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the maximal complete subtrees, left to right, big to small.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Appends a leaf hash. `on_node(level, index, hash)` is told every inner node this completes,
    /// level ascending from 1; `index` counts the nodes of that level from the left.
    pub fn push(&mut self, leaf: Hash, on_node: &mut impl FnMut(u8, u64, Hash)) {
        let mut hash = leaf;
        let mut index = self.size;
        let mut level = 0;
        // Every one-bit at the low end is a complete subtree waiting for its right sibling.
        while index & 1 == 1 {
            let left = self
                .hashes
                .pop()
                .expect("one hash is held for every one-bit of the size");
            hash = node_hash(&left, &hash);
            index >>= 1;
            level += 1;
            on_node(level, index, hash);
        }
        self.hashes.push(hash);
        self.size += 1;
    }

    /// Root of the tree of [`size`](Self::size) leaves.
    pub fn root(&self) -> Hash {
        fold_right(self.hashes.iter().copied()).unwrap_or(EMPTY_ROOT)
    }
}

fn fold_right(hashes: impl DoubleEndedIterator<Item = Hash>) -> Option<Hash> {
    hashes.rev().reduce(|right, left| node_hash(&left, &right))
}

/// One hash of a proof, as the complete subtrees it is made of.
///
/// `(level, index)`: level 0 are leaf hashes, `index` counts from the left within the level.
/// Left to right, big to small; more than one only at the right edge of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofNode(Vec<(u8, u64)>);

impl ProofNode {
    /// The complete subtrees, left to right.
    pub fn subtrees(&self) -> &[(u8, u64)] {
        &self.0
    }

    /// The hash of this node, from the subtree hashes that `get(level, index)` supplies.
    /// Asks for each subtree once, left to right, and stops at the first error.
    pub fn fold<E>(&self, get: &mut impl FnMut(u8, u64) -> Result<Hash, E>) -> Result<Hash, E> {
        let hashes = self
            .0
            .iter()
            .map(|&(level, index)| get(level, index))
            .collect::<Result<Vec<Hash>, E>>()?;
        Ok(fold_right(hashes.into_iter()).expect("a proof node covers at least one leaf"))
    }

    /// The complete subtrees of leaves `start..end`. In every use `start` is a multiple of a power
    /// of two not below `end - start`, as ranges of an RFC 9162 tree are.
    fn covering(start: u64, end: u64) -> Self {
        let mut subtrees = Vec::new();
        let mut at = start;
        while at < end {
            let level = (end - at).ilog2();
            subtrees.push((
                u8::try_from(level).expect("a logarithm of 64 bits is below 64"),
                at >> level,
            ));
            at += 1 << level;
        }
        Self(subtrees)
    }
}

/// Largest power of two below `n`, for `n` of 2 and more: where RFC 9162 splits a tree.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// The nodes of the inclusion path of leaf `index` in a tree of `size` leaves, leaf to root.
pub fn inclusion_nodes(index: u64, size: u64) -> Result<Vec<ProofNode>, MerkleError> {
    if index >= size {
        return Err(MerkleError::IndexOutOfRange { index, size });
    }
    let (mut start, mut end) = (0, size);
    let mut nodes = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            nodes.push(ProofNode::covering(middle, end));
            end = middle;
        } else {
            nodes.push(ProofNode::covering(start, middle));
            start = middle;
        }
    }
    nodes.reverse();
    Ok(nodes)
}

/// The nodes of the consistency proof from `old` to `new` leaves, in the order of RFC 9162
/// section 2.1.4.1. Empty for `old` 0 and for equal sizes.
pub fn consistency_nodes(old: u64, new: u64) -> Result<Vec<ProofNode>, MerkleError> {
    if old > new {
        return Err(MerkleError::SizeOrder { old, new });
    }
    let mut nodes = Vec::new();
    if old == 0 || old == new {
        return Ok(nodes);
    }
    let (mut start, mut end) = (0, new);
    // While nothing to the left was split off, the old tree itself is the starting node and is
    // known to the verifier.
    let mut old_is_whole = true;
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            nodes.push(ProofNode::covering(middle, end));
            end = middle;
        } else {
            nodes.push(ProofNode::covering(start, middle));
            start = middle;
            old_is_whole = false;
        }
    }
    if !old_is_whole {
        nodes.push(ProofNode::covering(start, end));
    }
    nodes.reverse();
    Ok(nodes)
}
