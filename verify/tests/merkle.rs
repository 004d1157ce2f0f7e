//! The tree against known answers, against rs_merkle, and against the laws of RFC 9162.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{Rfc6962, fold};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{EMPTY_ROOT, Hash, leaf_hash};
use gongshi_verify::merkle::{
    CompactRange, MerkleError, consistency_nodes, inclusion_nodes, subtree_root, tree_head,
    verify_consistency, verify_inclusion,
};
use proptest::prelude::*;
use rs_merkle::MerkleTree;

fn vectors() -> serde_json::Value {
    serde_json::from_str(include_str!("data/merkle.json")).unwrap()
}

fn numbered(size: u64) -> Vec<Hash> {
    (0..size)
        .map(|i| leaf_hash(i.to_string().as_bytes()))
        .collect()
}

fn size(leaves: &[Hash]) -> u64 {
    u64::try_from(leaves.len()).unwrap()
}

fn inclusion(leaves: &[Hash], index: u64) -> Vec<Hash> {
    let nodes = inclusion_nodes(index, size(leaves)).unwrap();
    nodes.iter().map(|node| fold(node, leaves)).collect()
}

fn consistency(leaves: &[Hash], old: u64) -> Vec<Hash> {
    let nodes = consistency_nodes(old, size(leaves)).unwrap();
    nodes.iter().map(|node| fold(node, leaves)).collect()
}

#[test]
fn known_roots() {
    let vectors = vectors();
    let roots = vectors["roots"].as_object().unwrap();
    assert_eq!(roots.len(), 11);
    for (size, root) in roots {
        let leaves = numbered(size.parse().unwrap());
        assert_eq!(hex(&tree_head(&leaves)), root.as_str().unwrap(), "{size}");
    }
    let data = vectors["ct_reference_leaves_hex"].as_array().unwrap();
    let roots = vectors["ct_reference_roots"].as_array().unwrap();
    let leaves: Vec<Hash> = data
        .iter()
        .map(|leaf| leaf_hash(&hex::decode(leaf.as_str().unwrap()).unwrap()))
        .collect();
    for (at, root) in roots.iter().enumerate() {
        assert_eq!(hex(&tree_head(&leaves[..=at])), root.as_str().unwrap());
    }
}

#[test]
fn every_proof_of_small_trees() {
    for n in 0..=20 {
        let leaves = numbered(n);
        let root = tree_head(&leaves);
        for index in 0..n {
            let leaf = &leaves[usize::try_from(index).unwrap()];
            let path = inclusion(&leaves, index);
            assert_eq!(verify_inclusion(leaf, index, n, &path, &root), Ok(()));
            // No other index, and no shorter or longer path.
            for other in (0..n).filter(|other| *other != index) {
                assert!(verify_inclusion(leaf, other, n, &path, &root).is_err());
            }
            let longer = [path.clone(), vec![root]].concat();
            assert_eq!(
                verify_inclusion(leaf, index, n, &longer, &root),
                Err(MerkleError::ProofLength)
            );
            if let Some((_, shorter)) = path.split_last() {
                assert_eq!(
                    verify_inclusion(leaf, index, n, shorter, &root),
                    Err(MerkleError::ProofLength)
                );
            }
        }
        for old in 0..=n {
            let old_root = tree_head(&leaves[..usize::try_from(old).unwrap()]);
            let proof = consistency(&leaves, old);
            let check = |proof: &[Hash]| verify_consistency(old, &old_root, n, &root, proof);
            assert_eq!(check(&proof), Ok(()), "{old} {n}");
            assert_eq!(
                check(&[proof.clone(), vec![root]].concat()),
                Err(MerkleError::ProofLength)
            );
            if let Some((_, shorter)) = proof.split_last() {
                assert_eq!(check(shorter), Err(MerkleError::ProofLength));
            }
        }
    }
}

#[test]
fn edges_of_sizes() {
    let other = leaf_hash(b"other");
    let check = verify_consistency;
    assert_eq!(check(0, &EMPTY_ROOT, 0, &EMPTY_ROOT, &[]), Ok(()));
    assert_eq!(
        check(0, &EMPTY_ROOT, 0, &other, &[]),
        Err(MerkleError::RootMismatch)
    );
    assert_eq!(check(0, &EMPTY_ROOT, 5, &other, &[]), Ok(()));
    assert_eq!(
        check(0, &other, 5, &other, &[]),
        Err(MerkleError::RootMismatch)
    );
    assert_eq!(
        check(0, &EMPTY_ROOT, 5, &other, &[other]),
        Err(MerkleError::ProofLength)
    );
    assert_eq!(
        check(5, &other, 5, &EMPTY_ROOT, &[]),
        Err(MerkleError::RootMismatch)
    );
    assert_eq!(
        check(6, &other, 5, &other, &[]),
        Err(MerkleError::SizeOrder { old: 6, new: 5 })
    );
    assert_eq!(
        verify_inclusion(&other, 0, 0, &[], &other),
        Err(MerkleError::IndexOutOfRange { index: 0, size: 0 })
    );
    // The largest sizes neither overflow nor run long.
    let path = inclusion_nodes(u64::MAX - 1, u64::MAX).unwrap();
    assert_eq!(path.len(), 63);
    assert!(
        !consistency_nodes(u64::MAX - 1, u64::MAX)
            .unwrap()
            .is_empty()
    );
    let hashes = vec![other; 64];
    assert!(verify_inclusion(&other, u64::MAX - 1, u64::MAX, &hashes, &other).is_err());
    assert!(check(u64::MAX - 1, &other, u64::MAX, &other, &hashes).is_err());
}

#[test]
fn compact_range_tells_every_inner_node_once() {
    let leaves = numbered(37);
    let mut range = CompactRange::new();
    let mut nodes = Vec::new();
    for (at, leaf) in leaves.iter().enumerate() {
        let before = nodes.len();
        range.push(*leaf, &mut |level, index, hash| {
            nodes.push((level, index, hash));
        });
        let levels: Vec<u8> = nodes[before..].iter().map(|node| node.0).collect();
        assert!(levels.is_sorted() && levels.first().is_none_or(|level| *level == 1));
        assert_eq!(range.root(), tree_head(&leaves[..=at]));
        let again = CompactRange::from_parts(range.size(), range.hashes().to_vec());
        assert_eq!(again, Ok(range.clone()));
    }
    assert_eq!(nodes.len(), 18 + 9 + 4 + 2 + 1);
    for (level, index, hash) in nodes {
        let start = usize::try_from(index << level).unwrap();
        assert_eq!(
            Some(hash),
            subtree_root(&leaves[start..start + (1 << level)])
        );
    }
    assert_eq!(subtree_root(&leaves[..3]), None);
    assert_eq!(subtree_root(&[]), None);
    assert_eq!(
        CompactRange::from_parts(5, vec![EMPTY_ROOT]),
        Err(MerkleError::EdgeLength {
            size: 5,
            expected: 2,
            found: 1
        })
    );
}

fn leaves(max: usize) -> impl Strategy<Value = Vec<Hash>> {
    prop::collection::vec(any::<Hash>(), 1..max)
}

proptest! {
    #[test]
    fn agrees_with_rs_merkle(leaves in leaves(200), pick in any::<prop::sample::Index>()) {
        let tree = MerkleTree::<Rfc6962>::from_leaves(&leaves);
        prop_assert_eq!(tree.root(), Some(tree_head(&leaves)));
        let at = pick.index(leaves.len());
        let path = inclusion(&leaves, u64::try_from(at).unwrap());
        let proof = tree.proof(&[at]);
        prop_assert_eq!(proof.proof_hashes(), path.as_slice());
    }

    #[test]
    fn proofs_verify_and_changed_ones_do_not(
        leaves in leaves(200),
        pick in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        bit in 0u8..8,
    ) {
        let n = size(&leaves);
        let root = tree_head(&leaves);
        let at = pick.index(leaves.len());
        let index = u64::try_from(at).unwrap();
        let mut path = inclusion(&leaves, index);
        prop_assert_eq!(verify_inclusion(&leaves[at], index, n, &path, &root), Ok(()));
        let old_root = tree_head(&leaves[..at]);
        let mut proof = consistency(&leaves, index);
        prop_assert_eq!(verify_consistency(index, &old_root, n, &root, &proof), Ok(()));

        for hashes in [&mut path, &mut proof] {
            if !hashes.is_empty() {
                let place = place.index(hashes.len() * 32);
                hashes[place / 32][place % 32] ^= 1 << bit;
            }
        }
        if !path.is_empty() {
            prop_assert!(verify_inclusion(&leaves[at], index, n, &path, &root).is_err());
        }
        if !proof.is_empty() {
            prop_assert!(verify_consistency(index, &old_root, n, &root, &proof).is_err());
        }
    }

    #[test]
    fn any_proof_is_judged_without_panic(
        index: u64, n: u64, leaf: Hash, root: Hash, path in prop::collection::vec(any::<Hash>(), 0..70),
    ) {
        prop_assert!(verify_inclusion(&leaf, index, n, &path, &root).is_err());
        let _ = verify_consistency(index, &leaf, n, &root, &path);
        let _ = (inclusion_nodes(index, n), consistency_nodes(index, n));
    }
}
