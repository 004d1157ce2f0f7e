//! What kinds of repair (信用修复) are of: one table for whoever judges applications and whoever explains them.

use super::Kind;

/// Each kind of repair with the kinds of record that it is for, the usual one first.
const REPAIRED: &[(&str, &[Kind])] = &[
    ("abnormal_removal", &[Kind::AbnormalListing]),
    ("individual_restore", &[Kind::IndividualMark]),
    ("serious_early_removal", &[Kind::SeriousListing]),
    ("penalty_early_stop", &[Kind::Penalty]),
    ("result_stop", &[Kind::InspectionResult]),
    ("revocation_reversal", &[Kind::SubjectStatus, Kind::Penalty]),
];

/// The kinds of record that a kind of repair is for, the usual one first; of kinds that provinces add, nothing is known.
#[must_use]
pub fn repaired_by(repair_kind: &str) -> Option<&'static [Kind]> {
    let mut all = REPAIRED.iter();
    all.find(|(code, _)| *code == repair_kind)
        .map(|(_, kinds)| *kinds)
}
