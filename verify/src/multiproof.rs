//! Multi-proofs: several leaves of one RFC 9162 tree under their common root, with one list of hashes.
//!
//! RFC 9162 defines paths of single leaves only. The order of the hashes is ours (docs/DRAW.md): level by level from the leaves
//! up, within a level from left to right, each that cannot be computed and is needed. It is that of the crate rs_merkle, which
//! the server makes them with; of a single leaf it is the RFC 9162 path. For given leaves and size there is exactly one
//! list of positions: anything missing or left over is refused. Hashes and positions only, as in [`crate::merkle`].

use alloc::vec::Vec;

use crate::hash::{EMPTY_ROOT, Hash, node_hash};
use crate::merkle::MerkleError;

/// Checks that `leaves` are leaf hashes of the tree of `size` leaves with root `root`, each at its index.
///
/// Indexes ascend strictly. Of an empty tree nothing is shown, of any other at least one leaf. The work is at most one hash for each
/// leaf and level.
///
/// # Errors
/// [`MerkleError`], saying what does not fit.
pub fn verify_multiproof(
    leaves: &[(u64, Hash)],
    size: u64,
    hashes: &[Hash],
    root: &Hash,
) -> Result<(), MerkleError> {
    in_order(leaves.iter().map(|(index, _)| *index), size)?;
    let mut rest = hashes.iter();
    let found = match size.checked_sub(1) {
        None => Some(EMPTY_ROOT),
        Some(last) => climb(
            leaves.to_vec(),
            last,
            &mut |_, _| rest.next().copied(),
            &|left, right| node_hash(&left, &right),
        ),
    };
    let found = found.ok_or(MerkleError::ProofLength)?;
    if rest.next().is_some() {
        return Err(MerkleError::ProofLength);
    }
    match found == *root {
        true => Ok(()),
        false => Err(MerkleError::RootMismatch),
    }
}

/// Where the hashes of the multi-proof of those leaves stand, in its order: level (leaves are on level 0) and place in the level from the left.
///
/// # Errors
/// [`MerkleError`] unless the indexes ascend strictly and lie in the tree.
pub fn multiproof_nodes(indexes: &[u64], size: u64) -> Result<Vec<(u8, u64)>, MerkleError> {
    in_order(indexes.iter().copied(), size)?;
    let mut nodes = Vec::new();
    if let Some(last) = size.checked_sub(1) {
        let known = indexes.iter().map(|index| (*index, ())).collect();
        let note = &mut |level, at| {
            nodes.push((level, at));
            Some(())
        };
        climb(known, last, note, &|(), ()| ());
    }
    Ok(nodes)
}

fn in_order(indexes: impl Iterator<Item = u64>, size: u64) -> Result<(), MerkleError> {
    let mut before = None;
    for index in indexes {
        if index >= size {
            return Err(MerkleError::IndexOutOfRange { index, size });
        }
        if before >= Some(index) {
            return Err(MerkleError::IndexOrder { index });
        }
        before = Some(index);
    }
    match before {
        None if size > 0 => Err(MerkleError::NoLeaves { size }),
        _ => Ok(()),
    }
}

/// The root over known nodes, level by level: `missing` is asked, in the order of the proof, for each node that is neither known nor can be
/// computed. `None` as soon as it has none.
fn climb<T>(
    mut known: Vec<(u64, T)>,
    mut last: u64,
    missing: &mut impl FnMut(u8, u64) -> Option<T>,
    join: &impl Fn(T, T) -> T,
) -> Option<T> {
    let mut level = 0;
    while last > 0 {
        let mut above = Vec::with_capacity(known.len());
        let mut nodes = known.into_iter().peekable();
        while let Some((at, node)) = nodes.next() {
            let joined = if at & 1 == 1 {
                join(missing(level, at - 1)?, node)
            } else if at == last {
                // The last node of a level without a sibling is promoted unchanged.
                node
            } else {
                let right = match nodes.next_if(|(next, _)| *next == at + 1) {
                    Some((_, right)) => right,
                    None => missing(level, at + 1)?,
                };
                join(node, right)
            };
            above.push((at >> 1, joined));
        }
        known = above;
        last >>= 1;
        level += 1;
    }
    known.pop().map(|(_, root)| root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn positions_come_level_by_level_from_left_to_right() {
        // Seven leaves: the last is promoted to level 2, where it is the right child of the root's right side.
        assert_eq!(
            multiproof_nodes(&[1, 4], 7),
            Ok(vec![(0, 0), (0, 5), (1, 1), (1, 3)])
        );
        assert_eq!(multiproof_nodes(&[6], 7), Ok(vec![(1, 2), (2, 0)]));
        assert_eq!(multiproof_nodes(&[2, 3], 4), Ok(vec![(1, 0)]));
        assert_eq!(multiproof_nodes(&[0, 1, 2], 3), Ok(vec![]));
        assert_eq!(multiproof_nodes(&[], 0), Ok(vec![]));
        assert_eq!(
            multiproof_nodes(&[u64::MAX - 1], u64::MAX).map(|nodes| nodes.len()),
            Ok(63)
        );
    }

    #[test]
    fn leaves_out_of_order_or_of_no_such_tree_are_refused() {
        let at = |indexes: &[u64], size| multiproof_nodes(indexes, size).map(drop);
        assert_eq!(at(&[1, 1], 4), Err(MerkleError::IndexOrder { index: 1 }));
        assert_eq!(at(&[2, 0], 4), Err(MerkleError::IndexOrder { index: 0 }));
        assert_eq!(
            at(&[0, 4], 4),
            Err(MerkleError::IndexOutOfRange { index: 4, size: 4 })
        );
        assert_eq!(
            at(&[0], 0),
            Err(MerkleError::IndexOutOfRange { index: 0, size: 0 })
        );
        assert_eq!(at(&[], 4), Err(MerkleError::NoLeaves { size: 4 }));
        assert_eq!(verify_multiproof(&[], 0, &[], &EMPTY_ROOT), Ok(()));
        assert_eq!(
            verify_multiproof(&[], 0, &[EMPTY_ROOT], &EMPTY_ROOT),
            Err(MerkleError::ProofLength)
        );
        assert_eq!(
            verify_multiproof(&[], 0, &[], &[0; 32]),
            Err(MerkleError::RootMismatch)
        );
    }
}
