//! What an entry and its record show by themselves: signature, rights, fields, plan key. Nothing of the entries around it, so that many are
//! looked at side by side.

use super::{Digested, Short, Waiting, short};
use crate::domain::{self, Kind, Reference, Subject, View};
use crate::intake::event::body_of;
use crate::intake::journey::corrected;
use gongshi_verify::entry::Entry;
use gongshi_verify::hash::sha256;
use gongshi_verify::names::{PlanKey, RefRule};
use gongshi_verify::registry::Registry;
use serde_json::{Map, Value};

/// What a batch finds out about an entry, before it is compared with those before it.
pub(super) struct Checked {
    pub(super) problems: Vec<String>,
    pub(super) statement: Short,
    pub(super) salt: Option<Short>,
    /// The plan key of a valid plan.
    pub(super) plan: Option<String>,
    /// The entries its record refers to.
    pub(super) references: Vec<Reference>,
    /// As in [`Known`].
    pub(super) subject: Option<Digested>,
    /// The same of what a correction says instead.
    pub(super) corrected_subject: Option<Digested>,
}

impl Checked {
    /// Without any problem yet.
    pub(super) fn of(registry: &Registry, waiting: &Waiting) -> Self {
        let message = waiting.entry.statement().message(registry.origin());
        Checked {
            problems: Vec::new(),
            statement: short(&message),
            salt: waiting.record.as_ref().map(|record| short(&record.salt)),
            plan: None,
            references: Vec::new(),
            subject: None,
            corrected_subject: None,
        }
    }
}

/// Everything that does not depend on the other entries of the batch.
pub(super) fn check(registry: &Registry, waiting: &Waiting) -> Checked {
    let mut checked = Checked::of(registry, waiting);
    let Waiting {
        index,
        entry,
        record,
    } = waiting;
    let mut report = |problem: String| checked.problems.push(problem);
    if let Err(error) = registry.verify_entry(*index, entry) {
        report(format!("entry {index}: {error}"));
    }
    let body = record.as_ref().map(body_of);
    let body = body.as_ref();
    let region = body
        .and_then(|body| body.get("region"))
        .and_then(Value::as_str);
    if let Err(error) = registry.may_publish(&entry.authority, &entry.kind, region) {
        report(format!("entry {index}: {error}"));
    }
    let kind = match entry.kind.as_str().parse::<Kind>() {
        Ok(kind) => kind,
        Err(_) => {
            report(format!("entry {index}: kind {} does not exist", entry.kind));
            return checked;
        }
    };
    let Some(body) = body else {
        return checked;
    };
    let day = domain::dates::day_in_china(entry.issued_at.unix());
    for error in domain::validate(kind, body, day).err().unwrap_or_default() {
        report(format!("record {index}: {error}"));
    }
    let plan_key = plan_key(entry, kind, body).unwrap_or_else(|problem| {
        report(format!("entry {index}: {problem}"));
        None
    });
    let view = View::new(kind, body);
    checked.references = view.references();
    checked.subject = subject(&view);
    checked.corrected_subject = corrected(&view).and_then(|view| subject(&view));
    if kind == Kind::Plan && checked.problems.is_empty() {
        checked.plan = plan_key;
    }
    checked
}

/// As in [`Known`](super::Known).
fn subject(view: &View<'_>) -> Option<Digested> {
    let digest = |text: &str| {
        let digest = sha256(text.as_bytes());
        *digest.first_chunk().expect("a hash has 32 bytes")
    };
    Some(Subject::of(view)?.map(digest))
}

/// The plan key of the kinds that carry it in `ref` too: both the same, and a plan under its own authority's name.
fn plan_key(
    entry: &Entry,
    kind: Kind,
    body: &Map<String, Value>,
) -> Result<Option<String>, &'static str> {
    if entry.kind.ref_rule() != RefRule::PlanKey {
        return Ok(None);
    }
    let reference = entry.reference.as_deref();
    if body.get("plan_key").and_then(Value::as_str) != reference {
        return Err("its ref is not the plan key of its record");
    }
    let key = reference.and_then(|text| PlanKey::parse(text).ok());
    match key {
        Some(key) if kind == Kind::Plan && key.authority() != entry.authority => {
            Err("its plan key is another authority's")
        }
        key => Ok(key.map(|key| key.as_str().to_owned())),
    }
}
