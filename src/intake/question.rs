//! A question that only the authority of a record is answered: which public records still refer to it after it has left.
//!
//! The page and the address of a record that has left name no entry that refers to it, since that could say again what it was. Who decides
//! whether it is to be destroyed as well has to know what stays. It is signed like an event and is none: nothing of it is kept.

use super::{Intake, Refusal};
use gongshi_verify::json::{self, Value};
use gongshi_verify::names::{AuthorityId, Origin};
use gongshi_verify::time::Timestamp;

const PREFIX: &str = "gongshi/referrers/v1\n";
const VERSION: i64 = 1;

/// What an authority signs when it asks what refers to a record of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferrersQuestion {
    /// Who asks.
    pub authority: AuthorityId,
    /// The record's index.
    pub index: u64,
    /// When it is asked.
    pub issued_at: Timestamp,
}

impl ReferrersQuestion {
    /// The bytes the authority's key signs, for the log of this origin only:
    /// `"gongshi/referrers/v1\n" || JCS({"authority","index","issued_at","origin","v":1})`.
    pub fn message(&self, origin: &Origin) -> Vec<u8> {
        // No log has an entry that JSON cannot number exactly.
        let index = i64::try_from(self.index).unwrap_or(i64::MAX);
        let object = Value::object([
            ("authority", self.authority.as_str().into()),
            ("index", Value::Int(index)),
            ("issued_at", self.issued_at.to_string().into()),
            ("origin", origin.as_str().into()),
            ("v", Value::Int(VERSION)),
        ]);
        format!("{PREFIX}{}", json::to_jcs(&object)).into_bytes()
    }
}

impl Intake {
    /// Whether a question is signed by a valid key of the authority that asks, in time.
    ///
    /// # Errors
    /// The same refusals as an event's.
    pub fn check_question(
        &self,
        question: &ReferrersQuestion,
        signature: &[u8; 64],
    ) -> Result<(), Refusal> {
        let message = question.message(self.log.origin());
        self.check_signed(&question.authority, question.issued_at, &message, signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_written_here_for_other_programs() {
        let question = ReferrersQuestion {
            authority: AuthorityId::parse("610323-SCJG").unwrap(),
            index: 412,
            issued_at: Timestamp::parse("2026-03-02T08:00:00Z").unwrap(),
        };
        let origin = Origin::parse("example.org/log").unwrap();
        let expected = "gongshi/referrers/v1\n{\"authority\":\"610323-SCJG\",\"index\":412,\
             \"issued_at\":\"2026-03-02T08:00:00Z\",\"origin\":\"example.org/log\",\"v\":1}";
        assert_eq!(question.message(&origin), expected.as_bytes());
    }
}
