//! What the site is for and how it is used, in words: help, and the accessibility statement.
//!
//! What is disclosed, by which rules and how an answer is checked stands elsewhere once; these pages lead there. They ask the log for nothing.

use super::fault::Fault;
use super::home::KindCount;
use super::{Answer, Page, Visit};
use crate::domain::Kind;
use crate::web::links;
use serde::Serialize;

/// The kinds of record, by what a reader looks for.
const GROUPS: [(&str, &[Kind]); 7] = [
    (
        "page-help-group-draw",
        &[
            Kind::ItemList,
            Kind::AnnualPlan,
            Kind::Snapshot,
            Kind::Plan,
            Kind::Commit,
            Kind::Reveal,
            Kind::Draw,
            Kind::Cancel,
            Kind::Substitute,
        ],
    ),
    (
        "page-help-group-inspection",
        &[
            Kind::InspectionResult,
            Kind::ResultFollowup,
            Kind::CampaignResult,
            Kind::Transfer,
        ],
    ),
    (
        "page-help-group-lists",
        &[
            Kind::AbnormalListing,
            Kind::AbnormalRemoval,
            Kind::IndividualMark,
            Kind::IndividualRestore,
            Kind::SeriousListing,
            Kind::SeriousRemoval,
            Kind::SubjectStatus,
        ],
    ),
    (
        "page-help-group-published",
        &[Kind::Permit, Kind::Penalty, Kind::NoPenalty],
    ),
    (
        "page-help-group-credit",
        &[
            Kind::CreditPromise,
            Kind::RepairApplication,
            Kind::RepairDecision,
            Kind::Objection,
            Kind::ObjectionReply,
        ],
    ),
    (
        "page-help-group-ends",
        &[
            Kind::Correction,
            Kind::Withdrawal,
            Kind::Expiry,
            Kind::Erasure,
        ],
    ),
    (
        "page-help-group-log",
        &[
            Kind::Authority,
            Kind::Bulletin,
            Kind::StatusMap,
            Kind::Alert,
        ],
    ),
];

#[derive(Serialize)]
struct Group {
    text: String,
    kinds: Vec<KindCount>,
}

pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let counts = visit.portal.model.counts()?;
    let groups: Vec<Group> = GROUPS
        .iter()
        .map(|(name, kinds)| Group {
            text: visit.word(name),
            kinds: kinds
                .iter()
                .map(|kind| {
                    let count = counts.get(kind).copied().unwrap_or_default();
                    visit.kind_count(*kind, count, links::list(visit.lang, *kind))
                })
                .collect(),
        })
        .collect();
    Page::new("help.html", visit.word("page-help-title"))
        .with("groups", &groups)
        .done()
}

pub(super) fn accessibility(visit: &Visit) -> Result<Answer, Fault> {
    Page::new("accessibility.html", visit.word("page-access-title")).done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_explained_once() {
        let mut there: Vec<Kind> = GROUPS
            .iter()
            .flat_map(|(_, kinds)| *kinds)
            .copied()
            .collect();
        there.sort_unstable();
        let mut all = Kind::ALL.to_vec();
        all.sort_unstable();
        assert_eq!(there, all);
    }
}
