//! Trees over complete lists, RFC 6962, by the library rs_merkle: roots and multi-proofs; the verifier's own code has to come to the same.
//!
//! Not for what grows (docs/adr/0003-where-rs_merkle-is-used.md), and nothing is verified here.

use gongshi_verify::hash::{EMPTY_ROOT, Hash, leaf_hash, node_hash};
use rs_merkle::{Hasher, MerkleTree};

#[derive(Clone)]
struct Rfc6962;

impl Hasher for Rfc6962 {
    type Hash = Hash;

    fn hash(data: &[u8]) -> Hash {
        leaf_hash(data)
    }

    fn concat_and_hash(left: &Hash, right: Option<&Hash>) -> Hash {
        right.map_or(*left, |right| node_hash(left, right))
    }
}

/// A tree over a list that does not change any more, every node in memory (80 bytes for each leaf).
pub struct StaticTree(MerkleTree<Rfc6962>);

impl StaticTree {
    /// The tree over these hashes: of leaves, or the roots of subtrees of one complete size, of which the last may be smaller.
    pub fn new(hashes: &[Hash]) -> Self {
        StaticTree(MerkleTree::from_leaves(hashes))
    }

    /// The tree over lines without their line feeds.
    pub fn over<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let hashes = lines.into_iter().map(|line| leaf_hash(line.as_bytes()));
        Self::new(&hashes.collect::<Vec<_>>())
    }

    /// Its root; that of nothing where there is no leaf.
    pub fn root(&self) -> Hash {
        self.0.root().unwrap_or(EMPTY_ROOT)
    }

    /// Leaves.
    pub fn size(&self) -> usize {
        self.0.leaves_len()
    }

    /// The multi-proof (docs/DRAW.md) of the leaves with these indexes, which ascend strictly and are below [`size`](Self::size).
    pub fn multiproof(&self, indexes: &[usize]) -> Vec<Hash> {
        self.0.proof(indexes).proof_hashes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongshi_verify::merkle::tree_head;

    #[test]
    fn it_is_the_verifier_s() {
        for count in 0..70 {
            let lines: Vec<String> = (0..count).map(|n| n.to_string()).collect();
            let hashes: Vec<Hash> = lines
                .iter()
                .map(|line| leaf_hash(line.as_bytes()))
                .collect();
            let tree = StaticTree::over(lines.iter().map(String::as_str));
            assert_eq!((tree.root(), tree.size()), (tree_head(&hashes), count));
        }
    }
}
