//! Multi-proofs against rs_merkle, against single paths, and against everything that is not just one of them.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{Rfc6962, fold};
use gongshi_verify::hash::{Hash, leaf_hash};
use gongshi_verify::merkle::{MerkleError, inclusion_nodes, tree_head, verify_inclusion};
use gongshi_verify::multiproof::{multiproof_nodes, verify_multiproof};
use proptest::prelude::*;
use rs_merkle::{MerkleProof, MerkleTree};

fn numbered(size: u64) -> Vec<Hash> {
    (0..size)
        .map(|i| leaf_hash(i.to_string().as_bytes()))
        .collect()
}

/// rs_merkle's proof of some leaves.
fn proof(leaves: &[Hash], indexes: &[u64]) -> Vec<Hash> {
    let at: Vec<usize> = indexes
        .iter()
        .map(|at| usize::try_from(*at).unwrap())
        .collect();
    let tree = MerkleTree::<Rfc6962>::from_leaves(leaves);
    tree.proof(&at).proof_hashes().to_vec()
}

fn at(leaves: &[Hash], index: u64) -> Hash {
    leaves[usize::try_from(index).unwrap()]
}

fn shown(leaves: &[Hash], indexes: &[u64]) -> Vec<(u64, Hash)> {
    let shown = indexes.iter().map(|index| (*index, at(leaves, *index)));
    shown.collect()
}

/// The indexes whose bits are set.
fn subset(mask: u64) -> Vec<u64> {
    (0..64).filter(|bit| (mask >> bit) & 1 == 1).collect()
}

/// The hash of a node, from the leaves below it.
fn node(leaves: &[Hash], level: u8, at: u64) -> Hash {
    let from = usize::try_from(at << level).unwrap();
    tree_head(&leaves[from..leaves.len().min(from + (1 << level))])
}

/// That just this proof is accepted for these leaves, and none like it.
fn only_this(leaves: &[Hash], indexes: &[u64]) {
    let size = leaves.len() as u64;
    let root = tree_head(leaves);
    let hashes = proof(leaves, indexes);
    let known = shown(leaves, indexes);
    let check =
        |known: &[(u64, Hash)], hashes: &[Hash]| verify_multiproof(known, size, hashes, &root);
    assert_eq!(check(&known, &hashes), Ok(()), "{indexes:?} of {size}");
    let nodes = multiproof_nodes(indexes, size).unwrap();
    let expected: Vec<Hash> = nodes
        .iter()
        .map(|(level, at)| node(leaves, *level, *at))
        .collect();
    assert_eq!(hashes, expected, "{indexes:?} of {size}");
    assert!(nodes.is_sorted(), "{nodes:?}");

    let length = Err(MerkleError::ProofLength);
    for place in 0..=hashes.len() {
        for extra in [root, leaves[0], [0; 32]] {
            let mut longer = hashes.clone();
            longer.insert(place, extra);
            assert_eq!(check(&known, &longer), length);
        }
    }
    for place in 0..hashes.len() {
        let mut shorter = hashes.clone();
        shorter.remove(place);
        assert_eq!(check(&known, &shorter), length);
        let mut changed = hashes.clone();
        changed[place][place % 32] ^= 1 << (place % 8);
        assert_eq!(check(&known, &changed), Err(MerkleError::RootMismatch));
        for other in 0..place {
            let mut swapped = hashes.clone();
            swapped.swap(place, other);
            assert_eq!(check(&known, &swapped), Err(MerkleError::RootMismatch));
        }
    }
    for place in 0..known.len() {
        let mut changed = known.clone();
        changed[place].1[place % 32] ^= 1;
        assert_eq!(check(&changed, &hashes), Err(MerkleError::RootMismatch));
        for index in (0..size + 2).filter(|index| *index != known[place].0) {
            let mut moved = known.clone();
            moved[place].0 = index;
            assert!(check(&moved, &hashes).is_err(), "{moved:?} of {size}");
            moved.sort_unstable();
            assert!(check(&moved, &hashes).is_err(), "{moved:?} of {size}");
        }
        let mut twice = known.clone();
        twice.insert(place, known[place]);
        let index = known[place].0;
        assert_eq!(
            check(&twice, &hashes),
            Err(MerkleError::IndexOrder { index })
        );
        // One leaf fewer needs other hashes, or has too many: what it shows is not what these hashes are for.
        let mut fewer = known.clone();
        fewer.remove(place);
        assert!(check(&fewer, &hashes).is_err());
    }
    let mut backwards = known.clone();
    backwards.reverse();
    assert_eq!(check(&backwards, &hashes).is_ok(), known.len() == 1);
}

#[test]
fn every_choice_of_leaves_of_small_trees() {
    for size in 1..=9 {
        let leaves = numbered(size);
        for mask in 1..1 << size {
            only_this(&leaves, &subset(mask));
        }
    }
}

#[test]
fn of_one_leaf_it_is_its_path() {
    for size in 1..=70 {
        let leaves = numbered(size);
        let root = tree_head(&leaves);
        for index in 0..size {
            let hashes = proof(&leaves, &[index]);
            let nodes = inclusion_nodes(index, size).unwrap();
            let path: Vec<Hash> = nodes.iter().map(|node| fold(node, &leaves)).collect();
            assert_eq!(hashes, path);
            let leaf = at(&leaves, index);
            assert_eq!(verify_inclusion(&leaf, index, size, &hashes, &root), Ok(()));
            assert_eq!(
                verify_multiproof(&[(index, leaf)], size, &hashes, &root),
                Ok(())
            );
        }
    }
}

/// Why the check is not left to the crate that makes proofs.
#[test]
fn rs_merkle_itself_takes_what_is_left_over() {
    let leaves = numbered(5);
    let mut hashes = proof(&leaves, &[1, 3]);
    hashes.push([7; 32]);
    let known = shown(&leaves, &[1, 3]);
    let lenient = MerkleProof::<Rfc6962>::new(hashes.clone());
    let root = tree_head(&leaves);
    assert!(lenient.verify(root, &[1, 3], &[known[0].1, known[1].1], 5));
    assert_eq!(
        verify_multiproof(&known, 5, &hashes, &root),
        Err(MerkleError::ProofLength)
    );
}

proptest! {
    #[test]
    fn larger_trees(size in 10u64..300, picks in prop::collection::vec(any::<prop::sample::Index>(), 1..12)) {
        let leaves = numbered(size);
        let mut indexes: Vec<u64> = picks.iter().map(|pick| pick.index(leaves.len()) as u64).collect();
        indexes.sort_unstable();
        indexes.dedup();
        only_this(&leaves, &indexes);
    }

    /// Any hashes at all: no panic, and accepted only where they are the proof.
    #[test]
    fn foreign_hashes(size in 0u64..40, known in prop::collection::vec((0u64..42, 0u8..3), 0..6), hashes in prop::collection::vec(0u8..3, 0..8)) {
        let known: Vec<(u64, Hash)> = known.into_iter().map(|(index, fill)| (index, [fill; 32])).collect();
        let hashes: Vec<Hash> = hashes.into_iter().map(|fill| [fill; 32]).collect();
        let root = tree_head(&numbered(size));
        let accepted = verify_multiproof(&known, size, &hashes, &root).is_ok();
        prop_assert_eq!(accepted, size == 0 && known.is_empty() && hashes.is_empty());
    }

    /// Whatever size somebody claims: the work is bounded by what is shown.
    #[test]
    fn sizes_beyond_reason(size in any::<u64>(), indexes in prop::collection::btree_set(any::<u64>(), 0..20)) {
        let indexes: Vec<u64> = indexes.into_iter().filter(|index| *index < size).collect();
        if let Ok(nodes) = multiproof_nodes(&indexes, size) {
            prop_assert!(nodes.len() <= indexes.len() * 64);
        }
    }
}
