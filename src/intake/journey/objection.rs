//! Objections and their answers.

use super::case::Case;
use super::{Said, broken};
use crate::domain::{Breach, Kind};
use crate::intake::Refusal;
use crate::intake::competence::{is_for, named};

/// Kinds whose main day is that of something done: nobody objects to it before.
const DONE: &[Kind] = &[
    Kind::InspectionResult,
    Kind::CampaignResult,
    Kind::AbnormalListing,
    Kind::SeriousListing,
    Kind::IndividualMark,
    Kind::AbnormalRemoval,
    Kind::SeriousRemoval,
    Kind::IndividualRestore,
    Kind::Penalty,
    Kind::NoPenalty,
];

/// An objection is not older than what it is about.
pub(super) fn filed(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    match case.named(&said.view, "target")? {
        Some(target) if DONE.contains(&target.kind()) => {
            said.not_before("filed_on", &target, target.day())
        }
        _ => Ok(()),
    }
}

/// An objection is answered by who took it or whose record it is about, once, not before it was filed, and by a correction of what it is about.
pub(super) fn reply(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let Some(index) = named(&said.view, "objection") else {
        return Ok(());
    };
    let filed = case.past(index)?;
    if !said.settled {
        let about = filed.as_ref().and_then(|one| one.names("target"));
        let about = about.map(|about| case.publisher(about)).transpose()?;
        let taken_by = case.publisher(index)?;
        let whose: Vec<_> = [&taken_by].into_iter().chain(&about).collect();
        is_for(
            (case.registry, case.now, said.who),
            ("objection", index),
            &whose,
        )?;
    }
    let field = (Kind::ObjectionReply, "objection");
    if let Some(other) = case.following(index, field, said.own)?.first()
        && !said.settled
    {
        let by = other.index.to_string();
        return Err(broken("objection", index, Breach::RepliedAlready { by }));
    }
    let Some(objection) = filed else {
        return Ok(());
    };
    let accepted = objection.view().date_of("accepted_on");
    said.not_before("decided_on", &objection, accepted.or(objection.day()))?;
    let Some(correction) = case.named(&said.view, "correction")? else {
        return Ok(());
    };
    match correction.names("target") == objection.names("target") || objection.left {
        true => Ok(()),
        false => Err(broken(
            "correction",
            correction.index,
            Breach::CorrectionOther,
        )),
    }
}

/// A correction made because of an objection corrects what that is about.
pub(super) fn correction(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let Some(objection) = case.named(&said.view, "objection")? else {
        return Ok(());
    };
    match objection.names("target") == named(&said.view, "target") || objection.left {
        true => Ok(()),
        false => Err(broken(
            "objection",
            objection.index,
            Breach::CorrectionOther,
        )),
    }
}
