//! Who may end the display of what, and who may correct it.
//!
//! What is asked of the target itself (its kind, whose it is, whether the corrected body is one) does not change and is found out beside other
//! events; whether it has left already is asked in its turn. Whether the dated rules want it is not asked here.

use super::Refusal;
use super::journey::stored;
use crate::domain::dates::day_in_china;
use crate::domain::{Breach, FieldError, Kind, Problem, Stored, View};
use crate::log::{Log, LogError};
use crate::standing::{self, Said, Standing};
use gongshi_verify::encoding::decimal;
use gongshi_verify::entry::Entry;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::registry::Registry;
use serde_json::{Map, Value};

/// Whether an event is one of these.
pub(super) fn is_one(kind: Kind) -> bool {
    standing::KINDS.contains(&kind)
}

/// What an entry says of which record; `None` where it is of another kind.
pub(super) fn said(index: u64, entry: &Entry) -> Option<Said> {
    let kind: Kind = entry.kind.as_str().parse().ok()?;
    let target = entry.reference.as_deref().and_then(decimal)?;
    is_one(kind).then_some(Said {
        index,
        kind,
        target,
    })
}

fn broken(path: &str, value: impl ToString, breach: Breach) -> Refusal {
    Refusal::Ending(vec![FieldError {
        path: path.to_owned(),
        value: value.to_string(),
        problem: Problem::Breach(Box::new(breach)),
    }])
}

/// A second, different key of the authority has signed, where the kind asks for one.
///
/// # Errors
/// [`Refusal::Cosignature`].
pub(super) fn approved(
    registry: &Registry,
    entry: &Entry,
    key: &gongshi_verify::keys::PublicKey,
) -> Result<(), Refusal> {
    let Some(cosignature) = &entry.cosignature else {
        return Ok(());
    };
    let message = entry.statement().approval_message(registry.origin());
    let second = registry
        .valid_keys(&entry.authority)
        .into_iter()
        .filter(|other| other != key)
        .any(|other| other.verify(&message, cosignature));
    match second {
        true => Ok(()),
        false => Err(Refusal::Cosignature(entry.authority.to_string())),
    }
}

/// Everything about the target that cannot change any more. References are checked before.
///
/// # Errors
/// The rule that is broken.
pub(super) fn inspect(
    log: &Log,
    operator: Option<&AuthorityId>,
    entry: &Entry,
    kind: Kind,
    body: &Map<String, Value>,
) -> Result<(), Refusal> {
    let named = body.get("target").and_then(|target| target.get("index"));
    let named = named.and_then(Value::as_u64).unwrap_or_default();
    if entry.reference.as_deref().and_then(decimal) != Some(named) {
        let expected = entry.reference.clone().unwrap_or_default();
        return Err(broken("target", named, Breach::TargetOther { expected }));
    }
    let unavailable = |error: &dyn std::fmt::Display| Refusal::Unavailable(error.to_string());
    let leaf = log
        .unveiled(named..named + 1)
        .map_err(|e| unavailable(&e))?;
    let leaf = leaf
        .first()
        .ok_or_else(|| unavailable(&"it is not there"))?;
    let target = Stored::read(&leaf.entry, leaf.record.as_deref()).map_err(|e| unavailable(&e))?;
    let found = target.entry.kind.to_string();
    let Some(target_kind) = target.kind.filter(|kind| !kind.permanent()) else {
        return Err(broken(
            "target",
            named,
            Breach::KindPermanent { kind: found },
        ));
    };
    if target_kind == Kind::Expiry {
        return Err(broken(
            "target",
            named,
            Breach::KindPermanent { kind: found },
        ));
    }
    if feeds_a_draw(&target) {
        return Err(broken("target", named, Breach::FeedsDraw));
    }
    // An expiry is the operator's, whoever published the record; all else is for who did.
    let by = match kind {
        Kind::Expiry => operator.cloned(),
        _ => Some(target.entry.authority.clone()),
    };
    if by.as_ref() != Some(&entry.authority) {
        let authority = by.map(|by| by.to_string()).unwrap_or_default();
        return Err(broken("target", named, Breach::TargetForeign { authority }));
    }
    let own = target.view();
    if let (Some(region), Some(said)) = (
        own.and_then(|view| view.region()),
        body.get("region").and_then(Value::as_str),
    ) && region.as_str() != said
    {
        let expected = region.to_string();
        return Err(broken("region", said, Breach::RegionOfTarget { expected }));
    }
    match kind {
        Kind::Correction => corrects(&target, target_kind, own, body),
        _ => Ok(()),
    }
}

/// A corrected body is of the target's kind and says something else. That it is one of that kind, the table of fields has seen to.
fn corrects(
    target: &Stored,
    kind: Kind,
    own: Option<View<'_>>,
    body: &Map<String, Value>,
) -> Result<(), Refusal> {
    if kind == Kind::Correction {
        let of = target.entry.reference.clone().unwrap_or_default();
        let first = Breach::CorrectsCorrection { target: of };
        return Err(broken("target_kind", kind, first));
    }
    let said = body
        .get("target_kind")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if said != kind.as_str() {
        let expected = kind.as_str().to_owned();
        return Err(broken("target_kind", said, Breach::TargetKind { expected }));
    }
    let corrected = body.get("corrected_body").and_then(Value::as_object);
    let (Some(own), Some(corrected)) = (own, corrected) else {
        return Ok(());
    };
    let other = View::new(kind, corrected);
    match own.region() != other.region() {
        // Rights were given for the region; a correction does not carry a record into another one's.
        true => {
            let expected = own.region().map(|one| one.to_string()).unwrap_or_default();
            let found = other
                .region()
                .map(|one| one.to_string())
                .unwrap_or_default();
            Err(broken(
                "corrected_body.region",
                found,
                Breach::RegionOfTarget { expected },
            ))
        }
        false => Ok(()),
    }
}

/// Whether a record of a kind that can end is one that a draw rests on: the opening of a sealed list, the ground of a substitution, the notice
/// that a round never came.
fn feeds_a_draw(target: &Stored) -> bool {
    let Some(view) = target.view() else {
        return false;
    };
    match target.kind {
        Some(Kind::Bulletin) => view.text_of("plan_key").is_some(),
        Some(Kind::Alert) => view.text_of("alert_type") == Some("round_missing"),
        _ => false,
    }
}

/// Hides what entries of the log end, and notes what has become of it. Done again, it changes nothing.
///
/// # Errors
/// [`LogError`]: it has to be done again before anything else is accepted.
pub(super) fn take_effect(log: &Log, standing: &Standing, said: &[Said]) -> Result<(), LogError> {
    if said.is_empty() {
        return Ok(());
    }
    // First hidden, then noted: the other way round, a death in between would leave it shown.
    log.veil(&standing.hides(said)?)?;
    Ok(standing.fold(said)?)
}

/// Whether the target still is where such an event can be about it.
///
/// # Errors
/// The rule that is broken.
pub(super) fn admit(standing: &Standing, said: Said) -> Result<(), Refusal> {
    let ended = standing.ended(said.target)?;
    match (said.kind, ended) {
        (_, None) => Ok(()),
        (Kind::Erasure, Some(ended)) => match ended.erased_by {
            None => Ok(()),
            Some(by) => {
                let by = by.to_string();
                Err(broken("target", said.target, Breach::AlreadyErased { by }))
            }
        },
        (_, Some(ended)) => {
            let by = ended.by.to_string();
            Err(broken("target", said.target, Breach::AlreadyEnded { by }))
        }
    }
}

/// Whether it was decided when there was something to be decided about: not before the record's day, as that was last corrected or is by this,
/// nor before its logging where its day is later than that.
///
/// # Errors
/// [`Refusal::Ending`]; or something could not be read.
pub(super) fn follows_on(
    log: &Log,
    standing: &Standing,
    said: Said,
    body: &Map<String, Value>,
) -> Result<(), Refusal> {
    // An expiry is the rules', which give its day.
    let own = View::new(said.kind, body).date_of("decided_on");
    let Some(own) = own.filter(|_| said.kind != Kind::Expiry) else {
        return Ok(());
    };
    let target = stored(log, said.target)?;
    let Some(kind) = target.kind else {
        return Ok(());
    };
    let last = standing.corrections(said.target)?.last().copied();
    let last = last.map(|index| stored(log, index)).transpose()?;
    let corrected = match said.kind {
        Kind::Correction => body.get("corrected_body").and_then(Value::as_object),
        _ => last.as_ref().and_then(Stored::corrected_body),
    };
    // What is destroyed has no day any more.
    let stands = corrected.or(target.body.as_ref());
    let Some(day) = stands.and_then(|body| View::new(kind, body).main_date()) else {
        return Ok(());
    };
    let day = day.min(day_in_china(target.entry.logged_at.unix()));
    match own < day {
        true => {
            let (index, day) = (said.target.to_string(), day.to_string());
            Err(broken(
                "decided_on",
                own,
                Breach::EndedBefore { index, day },
            ))
        }
        false => Ok(()),
    }
}

/// Whether a correction says something else than its target, as that was last corrected.
///
/// # Errors
/// [`Refusal::Ending`]; or something could not be read.
pub(super) fn corrects_something(
    log: &Log,
    standing: &Standing,
    said: Said,
    body: &Map<String, Value>,
) -> Result<(), Refusal> {
    if said.kind != Kind::Correction {
        return Ok(());
    }
    let latest = standing.corrections(said.target)?.last().copied();
    let stored = stored(log, latest.unwrap_or(said.target))?;
    let before = match latest {
        Some(_) => stored.corrected_body(),
        None => stored.body.as_ref(),
    };
    let corrected = body.get("corrected_body").and_then(Value::as_object);
    match before.is_some() && before == corrected {
        true => Err(broken("corrected_body", "", Breach::NothingCorrected)),
        false => Ok(()),
    }
}

/// Two events of one row that end the same record.
pub(super) fn ended_beside(target: u64) -> Refusal {
    let by = "-".to_owned();
    broken("target", target, Breach::AlreadyEnded { by })
}
