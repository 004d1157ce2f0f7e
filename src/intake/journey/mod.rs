//! What is said of records of the log must fit what was said before: listings and removals, repairs, objections, promises, reversals, reasons not
//! to list.
//!
//! Judged in the serial section by all that was handed in before, so two events never both pass that exclude each other. What has left
//! publication, or is older than the log, cannot be held against anybody: there the department's word is taken.

mod case;
mod circumstances;
mod ended;
mod listing;
mod moved;
mod objection;
mod papers;
mod promise;
mod repair;
mod status;
mod waiver;

pub(super) use case::{Case, stored};
pub use ended::EndedBy;

use super::Refusal;
use crate::domain::{Breach, Exit, FieldError, Kind, Problem, Uscc, View};
use crate::sequel::{Key, OF_SUBJECT};
use case::Past;
use gongshi_verify::names::AuthorityId;
use jiff::civil::Date;
use serde_json::Value;

fn broken(path: &str, value: impl ToString, breach: Breach) -> Refusal {
    Refusal::Journey(vec![FieldError {
        path: path.to_owned(),
        value: value.to_string(),
        problem: Problem::Breach(Box::new(breach)),
    }])
}

/// What is said, and by whom.
#[derive(Clone, Copy)]
struct Said<'a> {
    who: &'a AuthorityId,
    view: View<'a>,
    /// The record that this is a correction of: it is not held against itself.
    own: Option<u64>,
    /// A correction of something else than what excludes others: what happened since it was let in is not held against it.
    settled: bool,
}

/// Members by which records exclude each other. What else a correction changes, it may change at any time.
const EXCLUDING: &[&str] = &[
    "acceptance",
    "application",
    "applied_on",
    "fulfilment",
    "listed_on",
    "listed_reason",
    "listing",
    "mark",
    "marked_on",
    "no_penalty_kind",
    "objection",
    "promise",
    "removed_reason",
    "repair_decision",
    "repair_kind",
    "repair_outcome",
    "report_years",
    "result",
    "reverses",
    "serious_category",
    "serious_removal_reason",
    "status",
    "subject_uscc",
    "target",
];

impl Said<'_> {
    /// A day that it names must not be before the day of another record.
    fn not_before(&self, field: &str, past: &Past, day: Option<Date>) -> Result<(), Refusal> {
        match (self.view.date_of(field), day) {
            (Some(own), Some(other)) if own < other && !past.left => {
                let (index, day) = (past.index.to_string(), other.to_string());
                Err(broken(field, own, Breach::BeforeEntry { index, day }))
            }
            _ => Ok(()),
        }
    }
}

/// Whether a correction changes what one of those fields says; what is not corrected says all of them for the first time.
fn changes(case: &Case<'_>, said: Said<'_>, fields: &[&str]) -> Result<bool, Refusal> {
    let before = said.own.map(|own| case.past(own)).transpose()?.flatten();
    Ok(before.is_none_or(|before| {
        let before = before.view();
        let mut fields = fields.iter();
        fields.any(|field| before.value_of(field) != said.view.value_of(field))
    }))
}

/// Whether there is anything to be judged about a record.
pub(super) fn is_one(view: &View<'_>) -> bool {
    match view.kind() {
        Kind::AbnormalListing
        | Kind::SeriousListing
        | Kind::IndividualMark
        | Kind::AbnormalRemoval
        | Kind::SeriousRemoval
        | Kind::IndividualRestore
        | Kind::RepairApplication
        | Kind::RepairDecision
        | Kind::ResultFollowup
        | Kind::Objection
        | Kind::ObjectionReply
        | Kind::NoPenalty => true,
        Kind::CreditPromise => view.value_of("promise").is_some(),
        Kind::Transfer => view.value_of("answers").is_some(),
        Kind::SubjectStatus => view.text_of("status") == Some("revocation_reversed"),
        Kind::Withdrawal | Kind::Erasure => true,
        Kind::Correction => {
            view.value_of("objection").is_some()
                || corrected(view)
                    .is_some_and(|view| is_one(&view) || is_one_corrected(view.kind()))
        }
        _ => false,
    }
}

/// Kinds of which there is nothing to be judged but that they are corrected: a promise may have had its outcome said already, a transfer may be
/// made one of another's matter.
fn is_one_corrected(kind: Kind) -> bool {
    matches!(kind, Kind::CreditPromise | Kind::Transfer)
}

/// What a correction says instead.
pub(super) fn corrected<'a>(view: &View<'a>) -> Option<View<'a>> {
    let kind: Kind = view.text_of("target_kind")?.parse().ok()?;
    let body = view.value_of("corrected_body").and_then(Value::as_object)?;
    (kind != Kind::Correction).then_some(View::new(kind, body))
}

/// Everything that records bearing on the answer can be found by: whoever waits for their fate then finds all of them.
///
/// # Errors
/// [`Refusal::Unavailable`].
pub(super) fn keys(case: &Case<'_>, view: &View<'_>) -> Result<Vec<Key>, Refusal> {
    let of = |kind: &Kind, code: &Uscc| Key::Subject(*kind, code.to_string());
    if Exit::of_listing(view.kind()).is_some() {
        return Ok(of_day(view));
    }
    let subject = |view: &View<'_>| {
        let code = view.subject_code();
        let kinds = OF_SUBJECT.iter();
        code.map(|code| kinds.map(|kind| of(kind, &code)).collect::<Vec<_>>())
            .unwrap_or_default()
    };
    let mut keys = subject(view);
    keys.extend(of_day(view));
    if let Some(view) = corrected(view) {
        keys.extend(subject(&view));
        keys.extend(of_day(&view));
    }
    let mut named = references(view);
    // From a decision over its application to the record to be repaired.
    for _ in 0..2 {
        let mut next = Vec::new();
        for index in std::mem::take(&mut named) {
            keys.push(Key::Entry(index));
            if let Some(past) = case.past(index)? {
                keys.extend(subject(&past.view()));
                next.extend(references(&past.view()));
            }
        }
        named = next;
    }
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// By what the listings of a subject and day are found, and what names one of them by that day.
fn of_day(view: &View<'_>) -> Vec<Key> {
    let exit = Exit::of_listing(view.kind()).or_else(|| Exit::by(view.kind()));
    let Some((exit, day)) = exit.and_then(|exit| Some((exit, view.date_of(exit.day)?))) else {
        return Vec::new();
    };
    let (code, name) = (view.subject_code(), view.subject_name());
    let code = code.as_ref().map(Uscc::as_str);
    let kinds = [exit.listing, exit.exit];
    Vec::from(kinds.map(|kind| Key::listed(kind, code, name, day)))
}

/// By what a record is met beside what it is kept by: a decision that names only its application is met by whoever asks for the record that is to
/// be repaired.
///
/// # Errors
/// [`Refusal::Unavailable`].
pub(super) fn met_by(case: &Case<'_>, view: &View<'_>) -> Result<Vec<Key>, Refusal> {
    let said = corrected(view).unwrap_or(*view);
    if said.kind() != Kind::RepairDecision {
        return Ok(Vec::new());
    }
    let application = case.named(&said, "application")?;
    let target = application.and_then(|application| application.names("target"));
    Ok(target.map(Key::Entry).into_iter().collect())
}

fn references(view: &View<'_>) -> Vec<u64> {
    let references = view.references().into_iter();
    references.map(|reference| reference.entry.index).collect()
}

/// Whether a record fits what was said before it. `target`: the record it corrects or ends.
///
/// # Errors
/// [`Refusal::Journey`] or [`Refusal::Competence`] naming what does not fit; or something could not be read.
pub(super) fn judge(
    case: &Case<'_>,
    who: &AuthorityId,
    view: &View<'_>,
    target: Option<u64>,
) -> Result<(), Refusal> {
    let said = Said {
        who,
        view: *view,
        own: None,
        settled: false,
    };
    if view.kind() != Kind::Correction {
        return one(case, said);
    }
    objection::correction(case, said)?;
    let (Some(view), Some(own)) = (corrected(view), target) else {
        return Ok(());
    };
    let before = case.past(own)?;
    let same = |past: Past| {
        let before = past.view();
        let mut all = EXCLUDING.iter();
        all.all(|name| before.value_of(name) == view.value_of(name))
    };
    let said = Said {
        who,
        view,
        own: target,
        settled: before.is_some_and(same),
    };
    one(case, said)
}

fn one(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let is_corrected = said.own.is_some() && is_one_corrected(said.view.kind());
    if !is_corrected && !is_one(&said.view) {
        return Ok(());
    }
    match said.view.kind() {
        Kind::AbnormalListing | Kind::SeriousListing | Kind::IndividualMark => {
            listing::listed(case, said)
        }
        Kind::AbnormalRemoval | Kind::SeriousRemoval | Kind::IndividualRestore => {
            listing::removal(case, said)
        }
        Kind::RepairApplication => {
            moved::stays(case, said)?;
            repair::application(case, said)
        }
        Kind::RepairDecision => repair::decision(case, said),
        Kind::Withdrawal => {
            moved::unsaid(case, said)?;
            repair::withdrawal(case, said)
        }
        Kind::Erasure => moved::unsaid(case, said),
        Kind::ResultFollowup => status::followup(case, said),
        Kind::Transfer => status::handed_on(case, said),
        Kind::Objection => {
            moved::stays(case, said)?;
            objection::filed(case, said)
        }
        Kind::ObjectionReply => objection::reply(case, said),
        Kind::CreditPromise => promise::settled(case, said),
        Kind::SubjectStatus => status::reversal(case, said),
        Kind::NoPenalty => waiver::judge(case, said),
        _ => Ok(()),
    }
}
