//! Whose pages an entry may change.
//!
//! A page of an enterprise shows the records that name it, what these refer to and what refers to them, and the draws it was in. So a record changes
//! the pages of those whose code stands anywhere in it or in a record that it refers to, however far. What changes more (an authority's name, a draw,
//! what takes another record out of sight or corrects it), and what cannot be read, touches every page.

use super::super::fault::{Fault, kept};
use crate::domain::{Kind, Stored, Uscc};
use crate::web::Portal;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::ops::Range;

/// Whose pages have to be made again.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Touched {
    /// Those of these credit codes.
    Subjects(BTreeSet<String>),
    /// All.
    Everything,
}

/// Records that one entry is followed to; a chain that is longer touches everything.
const MOST_RECORDS: usize = 64;

/// Whose pages these entries may change.
pub(super) fn by(portal: &Portal, entries: Range<u64>) -> Result<Touched, Fault> {
    let mut codes = BTreeSet::new();
    for index in entries {
        if !follow(portal, index, &mut codes)? {
            return Ok(Touched::Everything);
        }
    }
    Ok(Touched::Subjects(codes))
}

/// Whether the entry touches only those whose codes were noted.
fn follow(portal: &Portal, first: u64, codes: &mut BTreeSet<String>) -> Result<bool, Fault> {
    let mut followed = BTreeSet::new();
    let mut open = vec![first];
    while let Some(index) = open.pop() {
        if !followed.insert(index) {
            continue;
        }
        let leaf = portal.log.leaf(index)?;
        let Ok(stored) = Stored::read(&leaf.entry, leaf.record.as_deref()) else {
            return Ok(false);
        };
        let (Some(kind), Some(body)) = (stored.kind, &stored.body) else {
            return Ok(false);
        };
        match Reach::of(kind) {
            Reach::Named => {}
            // What was drawn does not change by what comes of it.
            Reach::Procedure if index != first => continue,
            Reach::Procedure | Reach::Far => return Ok(false),
        }
        // Corrected, it may have been about others.
        let corrections = kept(portal.intake.standing().corrections(index))?;
        if followed.len() > MOST_RECORDS || !corrections.is_empty() {
            return Ok(false);
        }
        note(body, codes);
        let references = stored.view().map(|view| view.references());
        open.extend(references.into_iter().flatten().map(|one| one.entry.index));
    }
    Ok(true)
}

/// What a record changes, by its kind.
#[derive(Debug, PartialEq, Eq)]
enum Reach {
    /// Pages of those whom it or what it refers to names.
    Named,
    /// Any page when it comes; what refers to it later changes nothing of it.
    Procedure,
    /// Any page.
    Far,
}

impl Reach {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::InspectionResult
            | Kind::ResultFollowup
            | Kind::AbnormalListing
            | Kind::AbnormalRemoval
            | Kind::SeriousListing
            | Kind::SeriousRemoval
            | Kind::Penalty
            | Kind::Permit
            | Kind::CreditPromise
            | Kind::NoPenalty
            | Kind::RepairApplication
            | Kind::RepairDecision
            | Kind::Objection
            | Kind::ObjectionReply
            | Kind::IndividualMark
            | Kind::IndividualRestore
            | Kind::SubjectStatus
            | Kind::Transfer
            | Kind::CampaignResult
            | Kind::StatusMap
            | Kind::Bulletin
            | Kind::AnnualPlan => Reach::Named,
            Kind::Authority
            | Kind::ItemList
            | Kind::Snapshot
            | Kind::Plan
            | Kind::Commit
            | Kind::Reveal
            | Kind::Draw
            | Kind::Cancel
            | Kind::Substitute => Reach::Procedure,
            Kind::Correction | Kind::Withdrawal | Kind::Erasure | Kind::Expiry | Kind::Alert => {
                Reach::Far
            }
        }
    }
}

/// Notes every credit code that is a value, however deep.
fn note(members: &Map<String, Value>, codes: &mut BTreeSet<String>) {
    for value in members.values() {
        note_value(value, codes);
    }
}

fn note_value(value: &Value, codes: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => codes.extend(Uscc::parse(text).ok().map(|code| code.to_string())),
        Value::Array(items) => items.iter().for_each(|item| note_value(item, codes)),
        Value::Object(members) => note(members, codes),
        _ => {}
    }
}
