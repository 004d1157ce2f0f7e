//! The text encodings of the formats, each with exactly one accepted spelling per value.
//!
//! Base64 is RFC 4648 section 4, padded, unused trailing bits zero; hexadecimal is lowercase;
//! decimals have no sign and no leading zero. A lenient decoder would let two different files
//! mean the same, so nothing here may accept a second spelling.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Why a text is not the encoding it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    /// Not padded standard base64 with zero trailing bits.
    #[error("not padded standard base64 with zero trailing bits")]
    Base64,
    /// Not lowercase hexadecimal.
    #[error("not lowercase hexadecimal")]
    Hex,
    /// Well-formed, but another number of bytes than the field has.
    #[error("{found} bytes where {expected} are expected")]
    Length {
        /// Bytes the field has.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
}

/// Standard base64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decodes padded standard base64; refuses missing padding, blanks and non-zero trailing bits.
pub fn base64_strict(text: &str) -> Result<Vec<u8>, EncodingError> {
    STANDARD.decode(text).map_err(|_| EncodingError::Base64)
}

/// [`base64_strict`] for a field of exactly `N` bytes.
pub fn base64_array<const N: usize>(text: &str) -> Result<[u8; N], EncodingError> {
    let bytes = base64_strict(text)?;
    bytes
        .as_slice()
        .try_into()
        .map_err(|_| EncodingError::Length {
            expected: N,
            found: bytes.len(),
        })
}

/// Lowercase hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    hex::encode(bytes)
}

/// Decodes lowercase hexadecimal.
pub fn bytes_of_hex(text: &str) -> Result<Vec<u8>, EncodingError> {
    let lowercase = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if !text.bytes().all(lowercase) {
        return Err(EncodingError::Hex);
    }
    hex::decode(text).map_err(|_| EncodingError::Hex)
}

/// Decodes 64 lowercase hexadecimal digits.
pub fn hex32(text: &str) -> Result<[u8; 32], EncodingError> {
    let bytes = bytes_of_hex(text)?;
    bytes
        .as_slice()
        .try_into()
        .map_err(|_| EncodingError::Length {
            expected: 32,
            found: bytes.len(),
        })
}

/// Parses an unsigned decimal without sign or leading zero that fits 64 bits.
pub fn decimal(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let canonical = match bytes {
        [] => false,
        [b'0'] => true,
        [b'0', ..] => false,
        _ => bytes.iter().all(u8::is_ascii_digit),
    };
    if canonical { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_has_one_spelling() {
        assert_eq!(base64_strict("AA==").as_deref(), Ok(&[0u8][..]));
        for bad in [
            "AA", "AA=", "AB==", "A A=", "AA==\n", "AA===", "-_==", "====",
        ] {
            assert_eq!(base64_strict(bad), Err(EncodingError::Base64), "{bad}");
        }
        assert_eq!(
            base64_array::<2>("AA=="),
            Err(EncodingError::Length {
                expected: 2,
                found: 1
            })
        );
    }

    #[test]
    fn hex_has_one_spelling() {
        let text = hex(&[0xab; 32]);
        assert_eq!(hex32(&text), Ok([0xab; 32]));
        assert_eq!(hex32(&text.to_uppercase()), Err(EncodingError::Hex));
        assert_eq!(hex32(&text[1..]), Err(EncodingError::Hex));
        assert!(matches!(
            hex32(&text[2..]),
            Err(EncodingError::Length { found: 31, .. })
        ));
    }

    #[test]
    fn decimal_has_one_spelling() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("18446744073709551615"), Some(u64::MAX));
        for bad in [
            "",
            "00",
            "01",
            "+1",
            "-1",
            " 1",
            "1 ",
            "١",
            "18446744073709551616",
        ] {
            assert_eq!(decimal(bad), None, "{bad}");
        }
    }
}
