//! SHA-256 as the log uses it: plain, and with the domain-separating prefixes of the Merkle tree.
//!
//! Source: RFC 9162 section 2.1.1 (same hashing as RFC 6962 section 2.1). Only hashing lives here;
//! what is hashed is decided by the modules that own the formats.

use sha2::{Digest, Sha256};

/// A SHA-256 value: 32 raw bytes.
pub type Hash = [u8; 32];

/// Root of the tree without leaves: SHA-256 of the empty string (RFC 9162 section 2.1.1).
pub const EMPTY_ROOT: Hash = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// SHA-256 of `data`.
pub fn sha256(data: &[u8]) -> Hash {
    Sha256::digest(data).into()
}

/// Hash of several pieces as if joined, without joining them.
pub(crate) fn sha256_parts(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Leaf hash `SHA-256(0x00 || data)` (RFC 9162 section 2.1.1).
pub fn leaf_hash(data: &[u8]) -> Hash {
    sha256_parts(&[&[0x00], data])
}

/// Inner node hash `SHA-256(0x01 || left || right)` (RFC 9162 section 2.1.1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256_parts(&[&[0x01], left, right])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_root_is_the_hash_of_nothing() {
        assert_eq!(EMPTY_ROOT, sha256(b""));
        assert_eq!(EMPTY_ROOT, sha256_parts(&[]));
    }

    #[test]
    fn prefixes_separate_leaves_from_nodes() {
        let (a, b) = (sha256(b"a"), sha256(b"b"));
        let joined = [a, b].concat();
        assert_ne!(leaf_hash(&joined), node_hash(&a, &b));
        assert_ne!(node_hash(&a, &b), node_hash(&b, &a));
        assert_ne!(leaf_hash(b""), EMPTY_ROOT);
    }
}
