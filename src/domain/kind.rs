//! The kinds of record a log of this family may hold.
//!
//! The list is closed: a verifier elsewhere must know every kind's rules. Properties that follow from a kind's fields are
//! read from the schema; only what the log format fixes about a kind is written here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($variant:ident = $name:literal,)+) => {
        /// What a record is about; written in the entry as `[a-z_]{1,32}`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum Kind {
            $(#[doc = concat!("`", $name, "`; meaning and fields in `docs/RECORDS.md`.")] $variant,)+
        }

        impl Kind {
            /// Every kind, in the order of the log format's list.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name written in entries.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

kinds! {
    Authority = "authority",
    ItemList = "item_list",
    Snapshot = "snapshot",
    Plan = "plan",
    Commit = "commit",
    Reveal = "reveal",
    Draw = "draw",
    Cancel = "cancel",
    Substitute = "substitute",
    InspectionResult = "inspection_result",
    ResultFollowup = "result_followup",
    AbnormalListing = "abnormal_listing",
    AbnormalRemoval = "abnormal_removal",
    SeriousListing = "serious_listing",
    SeriousRemoval = "serious_removal",
    Penalty = "penalty",
    Permit = "permit",
    CreditPromise = "credit_promise",
    RepairApplication = "repair_application",
    RepairDecision = "repair_decision",
    Objection = "objection",
    ObjectionReply = "objection_reply",
    Correction = "correction",
    Withdrawal = "withdrawal",
    Erasure = "erasure",
    Expiry = "expiry",
    Bulletin = "bulletin",
    StatusMap = "status_map",
    Alert = "alert",
    AnnualPlan = "annual_plan",
    IndividualMark = "individual_mark",
    IndividualRestore = "individual_restore",
    SubjectStatus = "subject_status",
    Transfer = "transfer",
    CampaignResult = "campaign_result",
    NoPenalty = "no_penalty",
}

/// The text names no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of record: {0:?}")]
pub struct UnknownKind(
    /// The text refused, shortened.
    pub String,
);

impl Kind {
    /// Whether a record of this kind is never corrected, withdrawn or erased.
    #[must_use]
    pub const fn permanent(self) -> bool {
        matches!(
            self,
            Self::Authority
                | Self::ItemList
                | Self::Snapshot
                | Self::Plan
                | Self::Commit
                | Self::Reveal
                | Self::Draw
                | Self::Cancel
                | Self::Substitute
                | Self::Withdrawal
                | Self::Erasure
                | Self::StatusMap
        )
    }

    /// Whether departments bring records of this kind as tables (`gongshi import`): what they keep in rows, and what needs neither lists of
    /// objects, nor the entry of another record, nor a file.
    #[must_use]
    pub const fn importable(self) -> bool {
        matches!(
            self,
            Self::InspectionResult
                | Self::AbnormalListing
                | Self::AbnormalRemoval
                | Self::SeriousRemoval
                | Self::IndividualMark
                | Self::IndividualRestore
                | Self::Penalty
                | Self::NoPenalty
                | Self::Permit
                | Self::SubjectStatus
                | Self::CampaignResult
                | Self::Transfer
                | Self::CreditPromise
                | Self::RepairDecision
        )
    }

    /// Whether only the operator of the log may publish it.
    #[must_use]
    pub const fn operator_only(self) -> bool {
        matches!(
            self,
            Self::Authority | Self::Expiry | Self::StatusMap | Self::Alert
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownKind(text.chars().take(32).collect()))
    }
}

impl TryFrom<String> for Kind {
    type Error = UnknownKind;
    fn try_from(text: String) -> Result<Self, UnknownKind> {
        text.parse()
    }
}

impl From<Kind> for String {
    fn from(kind: Kind) -> Self {
        kind.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_read_back() {
        assert_eq!(Kind::ALL.len(), 36);
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            assert!((1..=32).contains(&kind.as_str().len()));
            assert!(
                kind.as_str()
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'_')
            );
        }
        assert!("Plan".parse::<Kind>().is_err());
        assert_eq!(
            "x".repeat(99).parse::<Kind>(),
            Err(UnknownKind("x".repeat(32)))
        );
    }
}
