//! Crockford's base32, for what people read aloud and type: digits and capitals without I, L, O and U.

use gongshi_verify::hash::Hash;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The bytes as base32, the last character filled with zero bits.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(held >> bits) as usize & 31]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(held << (5 - bits)) as usize & 31]));
    }
    text
}

/// Ten characters out of random bytes.
pub(super) fn ten(random: &Hash) -> String {
    encode(random).chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bytes_are_twenty_six_characters() {
        assert_eq!(encode(&[0xff; 16]), "ZZZZZZZZZZZZZZZZZZZZZZZZZW");
        assert_eq!(encode(&[0; 16]), "0".repeat(26));
        assert_eq!(encode(b"f"), "CR");
        assert_eq!(encode(b"foobar"), "CSQPYRK1E8");
        assert_eq!(ten(&[0; 32]), "0000000000");
    }
}
