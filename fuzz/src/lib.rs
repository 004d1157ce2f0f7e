//! What the targets share: one log with a fixed key, and a policy that trusts it.
//!
//! The key is fixed so that runs repeat; nothing that a target is fed can be signed with it.

use gongshi_verify::checkpoint::Checkpoint;
use gongshi_verify::hash::sha256;
use gongshi_verify::note::{KeyKind, SignerKey, sign_note};
use gongshi_verify::policy::Policy;
use std::sync::LazyLock;

/// Origin of the fixed log.
pub const ORIGIN: &str = "example.org/log";
/// Size of its checkpoint.
pub const SIZE: u64 = 1000;

fn signer() -> SignerKey {
    SignerKey::from_seed(ORIGIN, KeyKind::Ed25519, &[7; 32]).expect("the origin is a key name")
}

/// A policy that trusts the fixed log and asks for no witness.
pub static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let text = format!("log {}\nquorum none\n", signer().verifier());
    Policy::parse(text).expect("the policy is well formed")
});

/// A signed checkpoint of the fixed log over a root that no entry leads to.
pub static CHECKPOINT: LazyLock<String> = LazyLock::new(|| {
    let checkpoint = Checkpoint::new(ORIGIN, SIZE, sha256(b"no tree has this root"));
    sign_note(&checkpoint.to_text(), &signer()).expect("a checkpoint's text is a note's text")
});
