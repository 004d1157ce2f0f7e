//! What an application or objection is about does not change once it was decided or answered: else the answer would be one on a record that
//! nobody competent ever looked at.
//!
//! It is moved by a correction, and by the end of one. Before there is an answer, it is moved only to a record that who moves it may decide on.

use super::case::Case;
use super::{Said, broken, corrected};
use crate::domain::{Breach, Kind, View};
use crate::intake::Refusal;
use crate::intake::competence::{is_for, named};

/// The kind that answers one, and its field for it.
fn answered_by(kind: Kind) -> Option<(Kind, &'static str)> {
    match kind {
        Kind::RepairApplication => Some((Kind::RepairDecision, "application")),
        Kind::Objection => Some((Kind::ObjectionReply, "objection")),
        _ => None,
    }
}

fn unanswered(
    case: &Case<'_>,
    index: u64,
    answer: (Kind, &str),
    target: u64,
) -> Result<(), Refusal> {
    match case.answer(index, answer)? {
        Some(by) => {
            let by = by.to_string();
            Err(broken("target", target, Breach::TargetDecided { by }))
        }
        None => Ok(()),
    }
}

/// A correction of one keeps what it is about, or nobody has answered it and the other record is for its authority.
pub(super) fn stays(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let (Some(answer), Some(own)) = (answered_by(said.view.kind()), said.own) else {
        return Ok(());
    };
    let before = case.past(own)?.and_then(|past| past.names("target"));
    let Some(target) = named(&said.view, "target").filter(|target| Some(*target) != before) else {
        return Ok(());
    };
    unanswered(case, own, answer, target)?;
    let whose = case.publisher(target)?;
    is_for(
        (case.registry, case.now, said.who),
        ("target", target),
        &[&whose],
    )
}

/// A correction does not leave by itself where without it the record would be about something else, and was answered.
pub(super) fn unsaid(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let Some(ended) = case.named(&said.view, "target")? else {
        return Ok(());
    };
    let view = ended.view();
    let Some(answer) = corrected(&view).and_then(|one| answered_by(one.kind())) else {
        return Ok(());
    };
    let own = ended
        .names("target")
        .map(|own| case.past(own))
        .transpose()?;
    let Some(own) = own.flatten() else {
        return Ok(());
    };
    let others = case.standing.corrections(own.index)?;
    let last = others.into_iter().rfind(|other| *other != ended.index);
    let stored = last.map(|last| case.stored(last)).transpose()?;
    let body = stored.as_ref().and_then(|stored| stored.corrected_body());
    let without = match body {
        Some(body) => named(&View::new(own.kind(), body), "target"),
        None => named(&own.own_view(), "target"),
    };
    match without == own.names("target") {
        true => Ok(()),
        false => unanswered(case, own.index, answer, ended.index),
    }
}
