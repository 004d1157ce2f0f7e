//! Ed25519 keys (RFC 8032) with the strict checks the log asks for everywhere.
//!
//! Verification is `verify_strict`: no small-order keys or points, no second spelling of a
//! signature. Public keys are refused at the door when weak or not canonically encoded, so that
//! "the same key" can be decided by comparing bytes. Randomness never starts here: seeds come in.

use alloc::string::String;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::encoding::{base64, base64_array};

/// Why 32 bytes are not a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not padded base64 of 32 bytes.
    #[error("a public key must be padded base64 of 32 bytes")]
    Encoding,
    /// Not the canonical encoding of a curve point (RFC 8032 section 5.1.3).
    #[error("the bytes are not a canonical Ed25519 public key")]
    NotAPoint,
    /// A small-order point, which would accept signatures nobody made.
    #[error("the public key is a small-order point")]
    Weak,
}

/// A public key, kept decompressed. Equality, order and hash are those of its 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// From 32 bytes; refuses weak keys and second encodings of the same point.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        if !is_reduced(bytes) {
            return Err(KeyError::NotAPoint);
        }
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotAPoint)?;
        if key.is_weak() {
            return Err(KeyError::Weak);
        }
        Ok(Self(key))
    }

    /// From padded base64 of 32 bytes.
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        let bytes = base64_array(text).map_err(|_| KeyError::Encoding)?;
        Self::from_bytes(&bytes)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Padded base64 of the 32 bytes.
    pub fn to_base64(&self) -> String {
        base64(self.as_bytes())
    }

    /// Whether `signature` is this key's over `message`, strictly.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0
            .verify_strict(message, &Signature::from_bytes(signature))
            .is_ok()
    }
}

/// Whether the y coordinate, without the sign bit, is below 2^255 − 19.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let high = bytes[31] & 0x7f == 0x7f && bytes[1..31].iter().all(|b| *b == 0xff);
    !high || bytes[0] < 0xed
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.to_base64())
    }
}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

/// A secret key. Wiped when dropped; its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// From the 32-byte seed of RFC 8032.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The 32-byte seed, for writing it to a key file.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Signs `message`; the same message always gives the same signature.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn refuses_weak_and_second_encodings() {
        let mut identity = [0u8; 32];
        identity[0] = 1;
        assert_eq!(PublicKey::from_bytes(&identity), Err(KeyError::Weak));
        assert_eq!(PublicKey::from_bytes(&[0; 32]), Err(KeyError::Weak));
        // y = p + 3 is the same point as y = 3, which is on the curve and not of small order.
        let mut three = [0u8; 32];
        three[0] = 3;
        assert!(PublicKey::from_bytes(&three).is_ok());
        let mut second = [0xff; 32];
        (second[0], second[31]) = (0xf0, 0x7f);
        assert_eq!(PublicKey::from_bytes(&second), Err(KeyError::NotAPoint));
    }

    #[test]
    fn signs_and_tells_nothing() {
        let key = SecretKey::from_seed(&[7; 32]);
        let signature = key.sign(b"m");
        assert!(key.public().verify(b"m", &signature));
        assert!(!key.public().verify(b"n", &signature));
        assert_eq!(format!("{key:?}"), "SecretKey(hidden)");
        assert_eq!(*key.seed(), [7; 32]);
        assert_eq!(
            PublicKey::from_base64(&key.public().to_base64()),
            Ok(key.public())
        );
    }

    #[test]
    fn a_signature_has_one_spelling() {
        let key = SecretKey::from_seed(&[7; 32]);
        let mut signature = key.sign(b"m");
        // s + L, little-endian: accepted by lax verifiers.
        let order = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
            0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let mut carry = 0u16;
        for (byte, add) in signature[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + add + carry;
            (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
        }
        assert!(!key.public().verify(b"m", &signature));
    }

    #[test]
    fn a_small_order_point_signs_nothing() {
        // R is the identity and s = k·a: the equation holds, which lax verifiers take for a
        // signature. Made with the holder's own scalar, so it shows what a key could deny.
        let key = SecretKey::from_seed(&[7; 32]).public();
        let mut signature = [0u8; 64];
        signature[0] = 1;
        let scalar = "a0000a78db7a82c4c93e9993fa593de3ae8f9c2be437041e83562bebd74d4907";
        hex::decode_to_slice(scalar, &mut signature[32..]).unwrap();
        let lax = Signature::from_bytes(&signature);
        assert!(ed25519_dalek::Verifier::verify(&key.0, b"m", &lax).is_ok());
        assert!(!key.verify(b"m", &signature));
    }
}
