//! Receipt codes: what an applicant writes down to find a record again, and to notice when something else stands in its place.
//!
//! `<index>-XXXX-XXXX`: the index in decimal, then the first 40 bits of the leaf hash in Crockford's base32 (digits and capitals without I,
//! L, O and U). It is short enough for the telephone, and no more than a note: 40 bits tell a mistake or a swap, they are no proof against
//! who can try 2^40 leaves. The proof is the proof file. Format: `docs/LOG-FORMAT.md`.

use crate::extra::{Extra, ExtraError};
use crate::hash::{Hash, leaf_hash};
use crate::tlog_proof::{TlogProof, TlogProofError};
use alloc::string::String;
use core::fmt;
use core::str::FromStr;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Bytes of the leaf hash in a code.
const BYTES: usize = 5;
/// Characters that stand for them.
const LETTERS: usize = 8;
/// Longest text read as a code, in characters: 20 digits, 8 letters, and as many separators again.
const LONGEST: usize = 64;

/// A receipt code, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReceiptCode {
    /// Index of the entry.
    pub index: u64,
    check: [u8; BYTES],
}

/// A text is no receipt code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Too short or too long.
    #[error("a receipt code is a number and two groups of four characters, such as 4127-7K2M-0QXH")]
    Length,
    /// What stands before the last eight characters is no index.
    #[error("a receipt code begins with the number of an entry")]
    Index,
    /// A character that no code has.
    #[error("{0:?} stands in no receipt code")]
    Character(
        /// The character.
        char,
    ),
}

/// A file from which no receipt code can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoReceipt {
    /// Not a tlog-proof.
    #[error("not a proof file: {0}")]
    Proof(#[from] TlogProofError),
    /// A tlog-proof without the data this log adds.
    #[error("the proof has no extra line, so it does not say which entry it is about")]
    NoExtra,
    /// An extra line with something else.
    #[error("not a proof of this kind of log: {0}")]
    Extra(#[from] ExtraError),
}

impl ReceiptCode {
    /// The code of the leaf with that hash (RFC 6962, `SHA-256(0x00 || entry)`) at that index.
    #[must_use]
    pub fn of(index: u64, leaf_hash: &Hash) -> Self {
        let mut check = [0; BYTES];
        check.copy_from_slice(&leaf_hash[..BYTES]);
        Self { index, check }
    }

    /// The code of the entry that a proof file is about. Nothing of the file is checked.
    ///
    /// # Errors
    /// [`NoReceipt`].
    pub fn of_proof(file: &[u8]) -> Result<Self, NoReceipt> {
        let proof = TlogProof::parse(file)?;
        let extra = proof.extra.as_deref().ok_or(NoReceipt::NoExtra)?;
        let entry = Extra::parse(extra)?.entry.to_text();
        Ok(Self::of(proof.index, &leaf_hash(entry.as_bytes())))
    }

    /// Whether the leaf with that hash is the one that the code was given for.
    #[must_use]
    pub fn matches(&self, leaf_hash: &Hash) -> bool {
        leaf_hash[..BYTES] == self.check
    }

    /// Reads a code as people write it: small letters, full-width characters, other separators or none, `O` for 0, `I` and `L` for 1.
    ///
    /// # Errors
    /// [`ReceiptError`].
    pub fn parse(text: &str) -> Result<Self, ReceiptError> {
        if text.chars().nth(LONGEST).is_some() {
            return Err(ReceiptError::Length);
        }
        let characters = text.chars().map(narrow).filter(|c| !separates(*c));
        let folded: String = characters
            .map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        if let Some(wrong) = folded.chars().find(|c| value(*c).is_none()) {
            return Err(ReceiptError::Character(wrong));
        }
        let split = folded.len().checked_sub(LETTERS).filter(|at| *at > 0);
        let (index, letters) = folded.split_at(split.ok_or(ReceiptError::Length)?);
        let digits = index.bytes().all(|byte| byte.is_ascii_digit());
        let index = index.parse().ok().filter(|_| digits);
        let bits = letters
            .chars()
            .filter_map(value)
            .fold(0, |bits, five| (bits << 5) | five);
        let mut check = [0; BYTES];
        check.copy_from_slice(&bits.to_be_bytes()[8 - BYTES..]);
        Ok(Self {
            index: index.ok_or(ReceiptError::Index)?,
            check,
        })
    }
}

impl fmt::Display for ReceiptCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self
            .check
            .iter()
            .fold(0, |bits, byte| (bits << 8) | u64::from(*byte));
        write!(f, "{}", self.index)?;
        for place in 0..LETTERS {
            if place % 4 == 0 {
                f.write_str("-")?;
            }
            let five = (bits >> (5 * (LETTERS - 1 - place))) & 31;
            write!(f, "{}", char::from(ALPHABET[five as usize]))?;
        }
        Ok(())
    }
}

impl FromStr for ReceiptCode {
    type Err = ReceiptError;

    fn from_str(text: &str) -> Result<Self, ReceiptError> {
        Self::parse(text)
    }
}

/// The five bits of a character.
fn value(character: char) -> Option<u64> {
    let byte = u8::try_from(character).ok()?;
    ALPHABET
        .iter()
        .position(|one| *one == byte)
        .map(|at| at as u64)
}

/// The ASCII form of a full-width character (U+FF01 to U+FF5E).
fn narrow(character: char) -> char {
    match u32::from(character) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(character),
        _ => character,
    }
}

fn separates(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '-' | '_' | '.' | '/' | '‐'..='―' | '−' | 'ー' | '·'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::ToString;

    /// Forty bits worked out by hand: 0x00443214c7 is 0 1 2 3 4 5 6 7 in fives.
    const COUNTING: [u8; 5] = [0x00, 0x44, 0x32, 0x14, 0xc7];

    fn hash(first: [u8; 5]) -> Hash {
        let mut hash = [0x55; 32];
        hash[..5].copy_from_slice(&first);
        hash
    }

    #[test]
    fn a_code_is_the_index_and_forty_bits() {
        let shown = |first| ReceiptCode::of(4127, &hash(first)).to_string();
        assert_eq!(shown(COUNTING), "4127-0123-4567");
        assert_eq!(shown([0xff; 5]), "4127-ZZZZ-ZZZZ");
        assert_eq!(shown([0; 5]), "4127-0000-0000");
        // The same five bytes as RFC 4648's "fooba" in Crockford's letters.
        assert_eq!(shown(*b"fooba"), "4127-CSQP-YRK1");
    }

    #[test]
    fn codes_are_read_as_people_write_them() {
        let code = ReceiptCode::of(4127, &hash(COUNTING));
        for text in [
            "4127-0123-4567",
            "41270123-4567",
            "412701234567",
            " 4127 0123 4567\n",
            "4127-oL23-4567",
            "4127–Oi23—4567",
            "４１２７－０１２３－４５６７",
            "4127.0123.4567",
        ] {
            assert_eq!(ReceiptCode::parse(text), Ok(code), "{text}");
        }
        let small = ReceiptCode::of(7, &hash(*b"fooba"));
        assert_eq!("7-csqp-yrk1".parse(), Ok(small));
    }

    #[test]
    fn what_is_no_code_is_told_from_what_is() {
        let read = ReceiptCode::parse;
        for short in ["", "-", "4127", "0123-4567", "1234567"] {
            assert_eq!(read(short), Err(ReceiptError::Length), "{short}");
        }
        assert_eq!(read(&"1".repeat(65)), Err(ReceiptError::Length));
        assert_eq!(read("4A27-0123-4567"), Err(ReceiptError::Index));
        assert_eq!(
            read("99999999999999999999-0123-4567"),
            Err(ReceiptError::Index)
        );
        assert_eq!(read("4127-U123-4567"), Err(ReceiptError::Character('U')));
        assert_eq!(read("4127-书12-4567"), Err(ReceiptError::Character('书')));
        assert_eq!(read("+4127-0123-4567"), Err(ReceiptError::Character('+')));
    }

    proptest! {
        #[test]
        fn a_code_reads_back_and_matches_its_leaf_alone(index: u64, leaf: Hash, bit in 0usize..40) {
            let code = ReceiptCode::of(index, &leaf);
            prop_assert_eq!(ReceiptCode::parse(&code.to_string()), Ok(code));
            prop_assert!(code.matches(&leaf));
            let mut other = leaf;
            other[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!code.matches(&other));
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,80}") {
            if let Ok(code) = ReceiptCode::parse(&text) {
                prop_assert_eq!(ReceiptCode::parse(&code.to_string()), Ok(code));
            }
        }
    }
}
