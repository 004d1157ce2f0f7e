//! The reversal of a revocation (吊销), and the steps that follow on a result.

use super::case::{Case, Past};
use super::{Said, broken, changes};
use crate::domain::{Breach, Kind};
use crate::intake::Refusal;
use crate::intake::competence::{acts_for, named, not_yours};
use gongshi_verify::names::AuthorityId;

/// A revocation is reversed once, and by a repair that was granted where the record says so. One that the log does not have may be older.
pub(super) fn reversal(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let revoked = case.named(&said.view, "reverses")?;
    if let Some(revoked) = &revoked {
        if revoked.text("status") != "licence_revoked" && !revoked.left {
            return Err(broken("reverses", revoked.index, Breach::NotRevoked));
        }
        if let Some(by) = reversed(case, revoked.index, said.own)?
            && !said.settled
        {
            let by = by.to_string();
            return Err(broken(
                "reverses",
                revoked.index,
                Breach::ReversedAlready { by },
            ));
        }
        said.not_before("effective_on", revoked, revoked.day())?;
    } else if named(&said.view, "reverses").is_none()
        && !said.settled
        && let Some(code) = said.view.subject_code()
    {
        let code = code.as_str();
        if let Some(by) = all_reversed(case, code, said.own)? {
            let by = by.to_string();
            return Err(broken("subject_uscc", code, Breach::ReversedAlready { by }));
        }
    }
    let Some(decision) = case.named(&said.view, "repair_decision")? else {
        return Ok(());
    };
    if said.settled {
        return Ok(());
    }
    super::repair::granted_for(case, &decision, None)?;
    if decision.text("repair_kind") != "revocation_reversal" && !decision.left {
        return Err(broken(
            "repair_decision",
            decision.index,
            Breach::DecisionOther,
        ));
    }
    said.not_before("effective_on", &decision, decision.day())
}

/// By which public record a revocation was reversed.
pub(super) fn reversed(
    case: &Case<'_>,
    revoked: u64,
    own: Option<u64>,
) -> Result<Option<u64>, Refusal> {
    let field = (Kind::SubjectStatus, "reverses");
    let by = case.following(revoked, field, own)?;
    let mut by = by
        .iter()
        .filter(|one| one.text("status") == "revocation_reversed");
    Ok(by.next().map(|one| one.index))
}

/// Where the log has revocations of a subject and as many reversals, the last of these.
pub(super) fn all_reversed(
    case: &Case<'_>,
    code: &str,
    own: Option<u64>,
) -> Result<Option<u64>, Refusal> {
    let mut standing = 0_i64;
    let mut revoked = false;
    let mut last = None;
    for one in case.of_subject(code, Kind::SubjectStatus, own)? {
        match one.text("status") {
            "licence_revoked" => {
                standing += 1;
                revoked = true;
            }
            "revocation_reversed" => {
                standing -= 1;
                last = Some(one.index);
            }
            _ => {}
        }
    }
    Ok(last.filter(|_| revoked && standing <= 0))
}

/// A step is for who inspected, alone or jointly, or whom the matter was handed to; and not before the inspection.
pub(super) fn followup(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let Some(result) = case.named(&said.view, "result")? else {
        return Ok(());
    };
    if changes(case, said, &["result", "acted_on"])? {
        said.not_before("acted_on", &result, result.day())?;
    }
    match is_party(case, said.who, &result) || handed_over(case, said, &result)? {
        true => Ok(()),
        false => Err(not_yours("result", result.index, result.authority.as_str())),
    }
}

/// Whether an authority inspected, or stands above who did.
fn is_party(case: &Case<'_>, who: &AuthorityId, result: &Past) -> bool {
    let view = result.view();
    let mut joint = view.codes_of("joint_departments");
    acts_for(case.registry, case.now, who, &result.authority)
        || joint.any(|one| one == who.as_str())
}

/// A transfer is not corrected into one of a result that is another's, and answers nothing before it was sent.
pub(super) fn handed_on(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    if let Some(answered) = case.named(&said.view, "answers")?
        && changes(case, said, &["answers", "transferred_on"])?
    {
        said.not_before("transferred_on", &answered, answered.day())?;
    }
    // Whoever answers may name the result of who sent the matter.
    if said.own.is_none() || !changes(case, said, &["result"])? {
        return Ok(());
    }
    let answered = case.named(&said.view, "answers")?;
    let of_sender = |result: &Past| {
        let answered = answered.as_ref();
        answered.is_some_and(|answered| is_party(case, &answered.authority, result))
    };
    match case.named(&said.view, "result")? {
        Some(result) if !is_party(case, said.who, &result) && !of_sender(&result) => {
            Err(not_yours("result", result.index, result.authority.as_str()))
        }
        _ => Ok(()),
    }
}

/// Whether who inspected handed the matter over to the authority: to it or to one below it by name, or by words in which its registered name
/// stands. Words that name nobody leave the matter with who sent it; nobody takes it by a transfer of his own.
fn handed_over(case: &Case<'_>, said: Said<'_>, result: &Past) -> Result<bool, Refusal> {
    let state = case.registry.authority(said.who);
    let name = state.map(|state| plain(&state.name)).unwrap_or_default();
    let in_words = |words: &str| !name.is_empty() && plain(words).contains(&name);
    let to_it = |transfer: &Past| {
        let about = match transfer.names("result") {
            Some(about) => about == result.index,
            None => transfer.is_about_subject_of(result),
        };
        about
            && is_party(case, &transfer.authority, result)
            && match AuthorityId::parse(transfer.text("recipient")) {
                Ok(recipient) => acts_for(case.registry, case.now, said.who, &recipient),
                Err(_) => in_words(transfer.text("transferred_to")),
            }
    };
    let named = case.named(&said.view, "transfer")?;
    let transfers = case.following(result.index, (Kind::Transfer, "result"), None)?;
    if transfers.iter().chain(&named).any(to_it) {
        return Ok(true);
    }
    let steps = case.following(result.index, (Kind::ResultFollowup, "result"), said.own)?;
    for step in steps {
        let handed = match case.named(&step.view(), "transfer")? {
            Some(transfer) => to_it(&transfer),
            None => {
                is_party(case, &step.authority, result) && in_words(step.text("transferred_to"))
            }
        };
        if step.text("followup_type") == "transferred" && handed {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Words as they are compared.
fn plain(words: &str) -> String {
    words.chars().filter(|c| !c.is_whitespace()).collect()
}
