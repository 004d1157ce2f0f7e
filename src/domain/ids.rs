//! Identifiers that records share with the log and the draw: authorities and plan keys.
//!
//! Their grammars are fixed by the log format and by `ddraw/1`; other people's verifiers read the same bytes. This module
//! must not decide whether an identifier exists.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::dates::is_period;

/// Why an identifier is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not `[0-9A-Z]+(-[0-9A-Z]+)*` of at most 32 characters.
    #[error(
        "an authority is capitals and digits in groups joined by '-', at most 32 characters, such as 610323-SCJG"
    )]
    Authority,
    /// Not `authority/period/serial`.
    #[error("a plan key is authority/period/serial, such as 610323-SCJG/2026/01")]
    PlanKey,
}

/// Identifier of an authority: `[0-9A-Z]+(-[0-9A-Z]+)*`, at most 32 characters. Apart from its region, because several
/// authorities share one and development zones have none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AuthorityId(String);

impl AuthorityId {
    /// Reads an identifier.
    ///
    /// # Errors
    /// [`IdError::Authority`] when the grammar is not met.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let group = |g: &str| !g.is_empty() && g.bytes().all(is_capital_or_digit);
        if text.len() <= 32 && text.split('-').all(group) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError::Authority)
        }
    }

    /// The identifier as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Name of one batch (批次): `authority/period/serial`, period `YYYY` or `YYYY-MM`, serial `0[1-9]|[1-9][0-9]{1,4}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlanKey {
    text: String,
    authority: AuthorityId,
    serial: u32,
}

impl PlanKey {
    /// Reads a plan key.
    ///
    /// # Errors
    /// [`IdError::PlanKey`] when the grammar is not met.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let mut parts = text.split('/');
        let (Some(authority), Some(period), Some(serial), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(IdError::PlanKey);
        };
        let authority = AuthorityId::parse(authority).map_err(|_| IdError::PlanKey)?;
        let number = serial.parse::<u32>().map_err(|_| IdError::PlanKey)?;
        // Rewriting the number shows leading zeros and signs, and pads single digits as the grammar demands.
        let canonical = (1..=99_999).contains(&number) && format!("{number:02}") == serial;
        if canonical && is_period(period) {
            Ok(Self {
                text: text.to_owned(),
                authority,
                serial: number,
            })
        } else {
            Err(IdError::PlanKey)
        }
    }

    /// The key as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The authority whose plan it is.
    #[must_use]
    pub fn authority(&self) -> &AuthorityId {
        &self.authority
    }

    /// `YYYY` or `YYYY-MM`.
    #[must_use]
    pub fn period(&self) -> &str {
        self.text
            .split('/')
            .nth(1)
            .expect("a plan key has three parts")
    }

    /// Number within authority and period, from 1, without gaps.
    #[must_use]
    pub fn serial(&self) -> u32 {
        self.serial
    }
}

/// Whether the text is `bytes` bytes in lowercase hexadecimal.
#[must_use]
pub fn is_lower_hex(text: &str, bytes: usize) -> bool {
    text.len() == bytes * 2 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_capital_or_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase()
}

impl fmt::Display for AuthorityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for PlanKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for AuthorityId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl FromStr for PlanKey {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for AuthorityId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl TryFrom<String> for PlanKey {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<AuthorityId> for String {
    fn from(id: AuthorityId) -> Self {
        id.0
    }
}

impl From<PlanKey> for String {
    fn from(key: PlanKey) -> Self {
        key.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities() {
        for good in ["610323-SCJG", "SCJG", "0", "A-B-C", &"A".repeat(32)] {
            assert_eq!(
                AuthorityId::parse(good).as_ref().map(AuthorityId::as_str),
                Ok(good)
            );
        }
        for bad in [
            "",
            "610323_scjg",
            "-A",
            "A-",
            "A--B",
            "a",
            "Ａ",
            &"A".repeat(33),
        ] {
            assert_eq!(AuthorityId::parse(bad), Err(IdError::Authority), "{bad}");
        }
    }

    #[test]
    fn plan_keys() {
        let key = PlanKey::parse("330100-SCJG/2026-03/07").unwrap();
        assert_eq!(
            (key.authority().as_str(), key.period(), key.serial()),
            ("330100-SCJG", "2026-03", 7)
        );
        for good in ["A/2026/01", "A/2026/10", "A/2026/99999"] {
            assert!(PlanKey::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "A/2026/00",
            "A/2026/1",
            "A/2026/001",
            "A/2026/100000",
            "A/2026/+1",
            "A/2026",
            "A/2026/01/",
            "a/2026/01",
            "A/2026-13/01",
            "A/26/01",
        ] {
            assert_eq!(PlanKey::parse(bad), Err(IdError::PlanKey), "{bad}");
        }
    }

    #[test]
    fn lowercase_hex() {
        assert!(is_lower_hex("00ff", 2) && !is_lower_hex("00FF", 2) && !is_lower_hex("00f", 2));
    }
}
