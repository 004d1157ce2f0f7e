//! Who may say what of which record (谁检查、谁录入、谁公开): what follows on a record is for the authority that published it.
//!
//! For it may act its superior (the same system by its identifier, a region that includes its own) and, where it has had no valid key for a
//! while, any authority whose region includes its own: offices are merged, and what they said must still be ended by somebody. Not at once: a key
//! that was stolen is revoked before its successor is there, and nobody inherits an office in between. Nothing here depends on what is not
//! published yet: who decides on an application or answers an objection goes by what that names as it stands, and is judged where journeys are.
//! That an authority may publish a kind in a region at all is the registry's to say.

use super::Refusal;
use super::journey::stored;
use crate::domain::{Breach, EntryRef, FieldError, Kind, Problem, Region, View};
use crate::log::Log;
use gongshi_verify::entry::Entry;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::registry::{Registry, Role};
use gongshi_verify::time::Timestamp;
use serde_json::Value;

/// Days for which an authority has been without a valid key before others may act for it: the formats have no word for a successor.
const KEYLESS_DAYS: i64 = 30;

/// Kinds of which the operator may publish its own, beside those that only it may: it runs the log, and supervises nobody.
const OPERATORS: &[Kind] = &[
    Kind::Authority,
    Kind::Commit,
    Kind::Reveal,
    Kind::Draw,
    Kind::StatusMap,
    Kind::Alert,
    Kind::Expiry,
    Kind::Bulletin,
    Kind::Correction,
    Kind::Withdrawal,
    Kind::Erasure,
];

/// Kinds with the field for the record whose publisher acts. Follow-ups, repairs and objections are judged where journeys are.
const WHOSE: &[(Kind, &str)] = &[
    (Kind::AbnormalRemoval, "listing"),
    (Kind::SeriousRemoval, "listing"),
    (Kind::IndividualRestore, "mark"),
    (Kind::CreditPromise, "promise"),
    (Kind::SubjectStatus, "reverses"),
];

pub(super) fn named(view: &View<'_>, field: &str) -> Option<u64> {
    let entry = view.value_of(field).and_then(EntryRef::from_value)?;
    Some(entry.index)
}

/// The refusal: the record that `field` names is for another authority.
pub(super) fn not_yours(field: &str, value: impl ToString, authority: &str) -> Refusal {
    let authority = authority.to_owned();
    Refusal::Competence(vec![FieldError {
        path: field.to_owned(),
        value: value.to_string(),
        problem: Problem::Breach(Box::new(Breach::NotYours { authority })),
    }])
}

/// Whether one authority may act on what another has published, at a time of the log.
pub(super) fn acts_for(
    registry: &Registry,
    now: Timestamp,
    one: &AuthorityId,
    other: &AuthorityId,
) -> bool {
    if one == other {
        return true;
    }
    let region = |id| {
        let state = registry.authority(id)?;
        Region::parse(state.region.as_str()).ok()
    };
    let (Some(own), Some(theirs)) = (region(one), region(other)) else {
        return false;
    };
    let system = |id: &AuthorityId| {
        let id = id.as_str();
        id.split_once('-').map(|(_, office)| office.to_owned())
    };
    let superior = own != theirs && system(one).is_some() && system(one) == system(other);
    let keyless = registry.authority(other).and_then(|it| it.keyless_since);
    let left =
        keyless.is_some_and(|since| now.unix() - since.unix() >= KEYLESS_DAYS * 24 * 60 * 60);
    own.covers(&theirs) && (superior || left)
}

/// Whether the record that a field names is for an authority, by one of those who published it.
///
/// # Errors
/// [`Refusal::Competence`].
pub(super) fn is_for(
    (registry, now, who): (&Registry, Timestamp, &AuthorityId),
    (field, index): (&str, u64),
    whose: &[&AuthorityId],
) -> Result<(), Refusal> {
    if whose.iter().any(|one| acts_for(registry, now, who, one)) {
        return Ok(());
    }
    let mut whose: Vec<_> = whose.iter().map(|one| one.as_str()).collect();
    whose.dedup();
    Err(not_yours(field, index, &whose.join(", ")))
}

/// Reads the log for [`judge`].
struct Bench<'a> {
    log: &'a Log,
    registry: &'a Registry,
    now: Timestamp,
    who: &'a AuthorityId,
}

impl Bench<'_> {
    /// Whether the record that a field names is for this authority, by its publisher.
    fn is_for(&self, field: &str, index: u64, whose: &AuthorityId) -> Result<(), Refusal> {
        is_for(
            (self.registry, self.now, self.who),
            (field, index),
            &[whose],
        )
    }

    /// A transfer is answered by the authority it went to, where it names one of this log.
    fn answer(&self, view: &View<'_>) -> Result<(), Refusal> {
        let Some(index) = named(view, "answers") else {
            return Ok(());
        };
        let transfer = stored(self.log, index)?;
        let recipient = transfer
            .body
            .as_ref()
            .and_then(|body| body.get("recipient"));
        let recipient = recipient.and_then(Value::as_str);
        match recipient.and_then(|id| AuthorityId::parse(id).ok()) {
            Some(recipient) => self.is_for("answers", index, &recipient),
            None => Ok(()),
        }
    }
}

/// Whether the authority of an event may say this at a time of the log. References are checked before.
///
/// # Errors
/// [`Refusal::Competence`]; or the log could not be read.
pub(super) fn judge(
    log: &Log,
    registry: &Registry,
    now: Timestamp,
    entry: &Entry,
    view: &View<'_>,
) -> Result<(), Refusal> {
    let kind = view.kind();
    let state = registry.authority(&entry.authority);
    if state.is_some_and(|state| state.role == Role::Operator) && !OPERATORS.contains(&kind) {
        let kind = kind.as_str().to_owned();
        return Err(Refusal::Competence(vec![FieldError {
            path: "kind".to_owned(),
            value: kind.clone(),
            problem: Problem::Breach(Box::new(Breach::OperatorKind { kind })),
        }]));
    }
    let bench = Bench {
        log,
        registry,
        now,
        who: &entry.authority,
    };
    match kind {
        Kind::Transfer => bench.answer(view),
        Kind::Correction => {
            let kind = view
                .text_of("target_kind")
                .and_then(|kind| kind.parse().ok());
            let corrected = view.value_of("corrected_body").and_then(Value::as_object);
            match (kind, corrected) {
                (Some(Kind::Correction) | None, _) | (_, None) => Ok(()),
                (Some(kind), Some(body)) => {
                    judge(log, registry, now, entry, &View::new(kind, body))
                }
            }
        }
        kind => {
            let field = WHOSE.iter().find(|(one, _)| *one == kind);
            match field.and_then(|(_, field)| Some((field, named(view, field)?))) {
                Some((field, index)) => {
                    let authority = stored(log, index)?.entry.authority;
                    bench.is_for(field, index, &authority)
                }
                None => Ok(()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongshi_verify::keys::SecretKey;
    use gongshi_verify::names::{KindName, Origin};
    use gongshi_verify::record::Record;
    use gongshi_verify::registry::{AuthorityAction, Profile, key_proof_message};

    fn id(text: &str) -> AuthorityId {
        AuthorityId::parse(text).unwrap()
    }

    /// A registry of an operator and these authorities, each with a key; the last one's is revoked.
    fn registry(names: &[&str]) -> Registry {
        let origin = Origin::parse("example.org/log").unwrap();
        let mut registry = Registry::new(origin.clone());
        let operator = SecretKey::from_seed(&[1; 32]);
        let mut index = 0;
        let mut say = |registry: &mut Registry, action: AuthorityAction| {
            let record = Record::new(action.to_body(), [u8::try_from(index).unwrap(); 32]).unwrap();
            let now = Timestamp::parse("2026-03-02T08:00:00Z").unwrap();
            let kind = KindName::parse("authority").unwrap();
            let event = super::super::Event::sign(
                &origin,
                &id("610000-OP"),
                &operator,
                &kind,
                now,
                None,
                record.clone(),
            );
            let statement = event.statement(record.commitment());
            let mut entry = statement.into_entry(now, event.signature, None);
            entry.logged_at = now;
            registry.apply(index, &entry, &record).unwrap();
            index += 1;
        };
        let all = [("610000-OP", Role::Operator)].into_iter();
        for (name, role) in all.chain(names.iter().map(|name| (*name, Role::Department))) {
            let key = match role {
                Role::Operator => operator.clone(),
                Role::Department => {
                    let seed: [u8; 32] = gongshi_verify::hash::sha256(name.as_bytes());
                    SecretKey::from_seed(&seed)
                }
            };
            let action = AuthorityAction::Register {
                authority_id: id(name),
                role,
                profile: Profile {
                    name: name.to_owned(),
                    region: gongshi_verify::names::RegionCode::parse(&name[..6]).unwrap(),
                    kinds: Vec::new(),
                    hotline: None,
                },
                public_key: key.public(),
                key_proof: key.sign(&key_proof_message(&origin, &id(name), &key.public())),
            };
            say(&mut registry, action);
        }
        if let Some(last) = names.last() {
            let public_key = registry.valid_keys(&id(last))[0];
            let action = AuthorityAction::Revoke {
                authority_id: id(last),
                public_key,
                reason: "机构撤并".to_owned(),
            };
            say(&mut registry, action);
        }
        registry
    }

    #[test]
    fn superiors_and_successors_act_and_nobody_else() {
        let names = [
            "610323-SCJG",
            "610300-SCJG",
            "610300-YJJ",
            "610322-SCJG",
            "610323-YJJ",
            "610323-OLD",
        ];
        let registry = registry(&names);
        let at = |now: &str, one: &str, other: &str| {
            acts_for(
                &registry,
                Timestamp::parse(now).unwrap(),
                &id(one),
                &id(other),
            )
        };
        let acts = |one: &str, other: &str| at("2026-04-01T08:00:00Z", one, other);
        assert!(acts("610323-SCJG", "610323-SCJG"));
        assert!(acts("610300-SCJG", "610323-SCJG"));
        for other in [
            "610323-SCJG",
            "610300-YJJ",
            "610322-SCJG",
            "610323-YJJ",
            "610323-OLD",
        ] {
            assert!(!acts(other, "610300-SCJG"), "{other}");
        }
        for other in ["610300-YJJ", "610322-SCJG", "610323-YJJ", "610399-X"] {
            assert!(!acts(other, "610323-SCJG"), "{other}");
        }
        // It has had no key for 30 days: whoever is there now.
        assert!(acts("610323-SCJG", "610323-OLD") && acts("610300-YJJ", "610323-OLD"));
        assert!(!acts("610322-SCJG", "610323-OLD"));
        assert!(at("2026-04-01T08:00:00Z", "610323-YJJ", "610323-OLD"));
        for early in ["2026-03-02T08:00:00Z", "2026-04-01T07:59:59Z"] {
            assert!(!at(early, "610323-YJJ", "610323-OLD"), "{early}");
        }
    }
}
