//! A round of the public beacon as its relays give it. It proves itself, so it does not matter from where it comes.

use gongshi_verify::draw::beacon::{self, BeaconError, SIGNATURE_BYTES};
use gongshi_verify::encoding::{bytes_of_hex, hex};
use gongshi_verify::hash::sha256;
use gongshi_verify::json::{Value, to_jcs};

/// The chain, quicknet, as relays name it in their addresses.
pub const CHAIN: &str = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";

/// A round with its signature, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Which.
    pub round: u64,
    /// Its signature.
    pub signature: Vec<u8>,
}

/// Why a document is no round of the beacon.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoundError {
    /// Not the JSON that relays give.
    #[error(
        "expected JSON as drand relays give it: {{\"round\":…,\"signature\":\"…\"}} with 96 hexadecimal digits"
    )]
    Form,
    /// Another round than the one asked for.
    #[error("this is round {found}, not round {expected}")]
    Other {
        /// What it is.
        found: u64,
        /// What was asked for.
        expected: u64,
    },
    /// The signature is not that of the round.
    #[error(transparent)]
    Signature(#[from] BeaconError),
}

impl Round {
    /// Address of a round at a relay.
    pub fn path(round: u64) -> String {
        format!("/{CHAIN}/public/{round}")
    }

    /// Reads a relay's answer and verifies the signature.
    ///
    /// # Errors
    /// [`RoundError`].
    pub fn parse(json: &[u8], expected: Option<u64>) -> Result<Self, RoundError> {
        // Relays add members of their own; nothing but these two is believed.
        let value: serde_json::Value =
            serde_json::from_slice(json).map_err(|_| RoundError::Form)?;
        let round = value.get("round").and_then(serde_json::Value::as_u64);
        let signature = value.get("signature").and_then(serde_json::Value::as_str);
        let (Some(found), Some(signature)) = (round, signature) else {
            return Err(RoundError::Form);
        };
        let signature = bytes_of_hex(signature).map_err(|_| RoundError::Form)?;
        if signature.len() != SIGNATURE_BYTES {
            return Err(RoundError::Form);
        }
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            return Err(RoundError::Other { found, expected });
        }
        beacon::verify(found, &signature)?;
        Ok(Round {
            round: found,
            signature,
        })
    }

    /// The round as it is handed to a server.
    pub fn to_json(&self) -> String {
        to_jcs(&Value::object([
            ("randomness", hex(&sha256(&self.signature)).into()),
            (
                "round",
                Value::Int(i64::try_from(self.round).unwrap_or(i64::MAX)),
            ),
            ("signature", hex(&self.signature).into()),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &str = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";

    #[test]
    fn a_round_is_believed_for_its_signature_alone() {
        let json = |round: u64, signature: &str| {
            format!(
                r#"{{"round":{round},"randomness":"ff","signature":"{signature}","previous":1.5}}"#
            )
        };
        let good = json(1000, SIGNATURE);
        let round = Round::parse(good.as_bytes(), Some(1000)).unwrap();
        let again = round.to_json();
        assert!(again.contains("fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"));
        assert_eq!(Round::parse(again.as_bytes(), None), Ok(round));
        let other = Round::parse(good.as_bytes(), Some(1001)).unwrap_err();
        assert_eq!(other.to_string(), "this is round 1000, not round 1001");
        let forged = Round::parse(json(1001, SIGNATURE).as_bytes(), None);
        assert!(matches!(forged, Err(RoundError::Signature(_))));
        for text in [
            "",
            "{}",
            "[]",
            &json(1000, "00"),
            &json(1000, &SIGNATURE.to_uppercase()),
        ] {
            assert_eq!(
                Round::parse(text.as_bytes(), None),
                Err(RoundError::Form),
                "{text}"
            );
        }
    }
}
