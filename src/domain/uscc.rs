//! The unified social credit code (统一社会信用代码, GB 32100-2015).
//!
//! A [`Uscc`] is always well formed, so no later code needs to check one again. Only the stored form is accepted here;
//! what a person types goes through [`fold`] first. This module must not look a code up anywhere: a well-formed code may
//! belong to nobody.

use super::region::Region;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The 31 characters of GB 32100-2015 in order of their value: digits and capitals without I, O, S, V and Z.
pub const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Number of characters in a code.
pub const LENGTH: usize = 18;

/// A well-formed credit code: 18 characters of [`ALPHABET`] whose last is the check character of the others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Uscc([u8; LENGTH]);

/// Which rule of GB 32100-2015 a text breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UsccError {
    /// Not exactly 18 characters.
    #[error("a credit code has 18 characters, not {found}")]
    Length {
        /// Number of characters (not bytes) found.
        found: usize,
    },
    /// A character outside the alphabet; lower case counts as outside.
    #[error("character {position} of a credit code cannot be {character:?}")]
    Alphabet {
        /// Place of the first such character, counted from 1.
        position: usize,
        /// The character itself.
        character: char,
    },
    /// The last character is not the check character of the first 17.
    #[error("the check character of the credit code should be {expected}, not {found}")]
    Check {
        /// What the first 17 characters demand.
        expected: char,
        /// What stands there.
        found: char,
    },
}

impl Uscc {
    /// Reads the stored form: exact, upper case, nothing around it.
    ///
    /// # Errors
    /// The first rule broken, tested in the order length, alphabet, check character.
    pub fn parse(text: &str) -> Result<Self, UsccError> {
        let found = text.chars().count();
        if found != LENGTH {
            return Err(UsccError::Length { found });
        }
        let mut code = [0u8; LENGTH];
        for (i, character) in text.chars().enumerate() {
            code[i] = u8::try_from(character)
                .ok()
                .filter(|byte| value_of(*byte).is_some())
                .ok_or(UsccError::Alphabet {
                    position: i + 1,
                    character,
                })?;
        }
        let expected = check_character(&code);
        if code[LENGTH - 1] == expected {
            Ok(Self(code))
        } else {
            Err(UsccError::Check {
                expected: expected as char,
                found: code[LENGTH - 1] as char,
            })
        }
    }

    /// The code whose first 17 characters these are, with the check character they demand; for invented codes.
    ///
    /// # Errors
    /// [`UsccError::Length`] or [`UsccError::Alphabet`], as [`Uscc::parse`] would say of the whole code.
    pub fn complete(first: &str) -> Result<Self, UsccError> {
        let mut code = [0u8; LENGTH];
        let bytes = first.as_bytes();
        if bytes.len() == LENGTH - 1 {
            code[..LENGTH - 1].copy_from_slice(bytes);
        }
        // Whatever is wrong with the first 17 characters, reading the whole says so.
        Self::parse(&format!("{first}{}", check_character(&code) as char))
    }

    /// The 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a credit code holds only ASCII")
    }

    /// The division in which the code was given out, by its third to eighth characters, where they are one. Who moved keeps the code.
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        Region::parse(&self.as_str()[2..8]).ok()
    }
}

/// Turns what a person typed or pasted into what the stored form would look like: surrounding blanks and invisible marks
/// dropped, full-width letters and digits made ASCII, letters made upper case. The result need not be a valid code.
#[must_use]
pub fn fold(input: &str) -> String {
    let invisible =
        |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}');
    input
        .trim_matches(invisible)
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            other => other,
        })
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// The value (0–30) of a character of the alphabet.
fn value_of(byte: u8) -> Option<usize> {
    ALPHABET.iter().position(|a| *a == byte)
}

/// The check character of the first 17 characters, all of which must be in the alphabet.
///
/// Weights are 3^(i-1) mod 31. The outer `mod 31` matters: without it a remainder of 0 would ask for a 32nd character.
fn check_character(code: &[u8; LENGTH]) -> u8 {
    let mut weight = 1;
    let mut sum = 0;
    for byte in &code[..LENGTH - 1] {
        sum += value_of(*byte).unwrap_or(0) * weight;
        weight = weight * 3 % 31;
    }
    ALPHABET[(31 - sum % 31) % 31]
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uscc({})", self.as_str())
    }
}

impl FromStr for Uscc {
    type Err = UsccError;
    fn from_str(text: &str) -> Result<Self, UsccError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Uscc {
    type Error = UsccError;
    fn try_from(text: String) -> Result<Self, UsccError> {
        Self::parse(&text)
    }
}

impl From<Uscc> for String {
    fn from(code: Uscc) -> Self {
        code.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_answers() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/data/uscc.json")).unwrap();
        assert_eq!(vectors["alphabet"].as_str().unwrap().as_bytes(), ALPHABET);
        let valid = vectors["valid"].as_array().unwrap();
        assert!(!valid.is_empty());
        for code in valid {
            let code = code.as_str().unwrap();
            assert_eq!(Uscc::parse(code).map(String::from), Ok(code.to_owned()));
        }
        for (code, _) in vectors["invalid"].as_object().unwrap() {
            assert!(Uscc::parse(code).is_err(), "{code} was accepted");
        }
    }

    #[test]
    fn each_rule_is_named() {
        use UsccError::{Alphabet, Check, Length};
        assert_eq!(
            Uscc::parse("91310115MA1H8R7C6D"),
            Err(Check {
                expected: '7',
                found: 'D'
            })
        );
        assert_eq!(
            Uscc::parse("91350100M000100Y4O"),
            Err(Alphabet {
                position: 18,
                character: 'O'
            })
        );
        assert_eq!(Uscc::parse("91350100M000100Y4"), Err(Length { found: 17 }));
        assert_eq!(
            Uscc::parse("91350100M000100Y433"),
            Err(Length { found: 19 })
        );
        assert_eq!(
            Uscc::parse("91350100m000100y43"),
            Err(Alphabet {
                position: 9,
                character: 'm'
            })
        );
        assert_eq!(
            Uscc::parse("９1350100M000100Y43"),
            Err(Alphabet {
                position: 1,
                character: '９'
            })
        );
        assert_eq!(Uscc::parse(""), Err(Length { found: 0 }));
    }

    #[test]
    fn typed_forms_fold_to_the_stored_one() {
        let stored = "91350100M000100Y43";
        for typed in [
            " 91350100m000100y43\u{3000}",
            "９１３５０１００Ｍ０００１００ｙ４３",
            "\u{feff}91350100M000100Y43\n",
        ] {
            assert_eq!(fold(typed), stored);
        }
    }

    proptest! {
        #[test]
        fn every_prefix_has_exactly_one_check_character(prefix in prop::collection::vec(0usize..31, 17)) {
            let prefix: String = prefix.iter().map(|i| ALPHABET[*i] as char).collect();
            let codes: Vec<Uscc> = ALPHABET.iter().filter_map(|c| Uscc::parse(&format!("{prefix}{}", *c as char)).ok()).collect();
            prop_assert_eq!(codes.len(), 1);
            prop_assert_eq!(Uscc::complete(&prefix), Ok(codes[0]));
            prop_assert_eq!(fold(codes[0].as_str()), codes[0].as_str());
        }

        #[test]
        fn one_wrong_character_is_noticed(prefix in prop::collection::vec(0usize..31, 17), at in 0usize..17, to in 1usize..31) {
            let good: Vec<u8> = prefix.iter().map(|i| ALPHABET[*i]).collect();
            let mut code = [0u8; LENGTH];
            code[..17].copy_from_slice(&good);
            code[17] = check_character(&code);
            code[at] = ALPHABET[(prefix[at] + to) % 31];
            prop_assert!(Uscc::parse(std::str::from_utf8(&code).unwrap()).is_err());
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,24}") {
            let _ = Uscc::parse(&text);
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }
}
