//! The root over lines, RFC 6962, by the library rs_merkle; the verifier's own code has to come to the same.

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

/// Root over lines without their line feeds.
pub(super) fn root<'a>(lines: impl Iterator<Item = &'a str>) -> Hash {
    let hashes: Vec<Hash> = lines.map(|line| leaf_hash(line.as_bytes())).collect();
    let tree = MerkleTree::<Rfc6962>::from_leaves(&hashes);
    tree.root().unwrap_or(EMPTY_ROOT)
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
            assert_eq!(root(lines.iter().map(String::as_str)), tree_head(&hashes));
        }
    }
}
