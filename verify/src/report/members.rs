//! The check of a document about who is in a plan's library: plan and snapshot, the leaves shown, each id that was asked about.
//!
//! Nothing in the document is believed: what it says of count, root and places has to be what snapshot and leaves say.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::check::{conclude, not_checked, step};
use super::draw_entries::{Prover, known, text};
use super::{Report, Step, StepId, Verdict, draw_words as say, words};
use crate::draw::library::Form;
use crate::draw::members::{Members, Place};
use crate::draw::plan::Plan;
use crate::encoding::{base64_array, hex32};
use crate::hash::Hash;
use crate::json::Value;
use crate::policy::Policy;

/// The steps that follow each other, in order.
const STEPS: [StepId; 3] = [
    StepId::LibraryEntries,
    StepId::LibraryLeaves,
    StepId::LibraryMember,
];

/// The report of a document; why it is none.
pub(super) fn report(value: &Value, policy: &Policy) -> Result<Report, String> {
    let document = Document::read(value)?;
    let mut steps = Vec::new();
    if let Err((failed, why)) = run(&document, policy, &mut steps) {
        steps.push(step(failed, Err(why)));
        for id in STEPS {
            if steps.iter().all(|step: &Step| step.id != id) {
                steps.push(not_checked(id, words::not_reached(failed)));
            }
        }
    }
    Ok(conclude(steps, Verdict::Verified))
}

/// A document, read but not checked.
struct Document<'a> {
    plan: &'a str,
    snapshot: &'a str,
    library: &'a str,
    count: u64,
    root: Hash,
    leaves: Vec<(u64, &'a str)>,
    hashes: Vec<Hash>,
    /// Ids, and where they are said to stand.
    ids: Vec<(&'a str, Place)>,
}

impl<'a> Document<'a> {
    fn read(value: &'a Value) -> Result<Self, String> {
        const MEMBERS: [&str; 9] = [
            "count", "hashes", "ids", "leaves", "library", "plan", "root", "snapshot", "v",
        ];
        known(value, "the file", &MEMBERS)?;
        if value.get("v") != Some(&Value::Int(1)) {
            return Err(say::member("v", "1"));
        }
        let list = |name| {
            let list = value.get(name).and_then(Value::as_array);
            list.ok_or_else(|| say::member(name, "a list"))
        };
        let root = hex32(text(value, "root")?);
        let hash = |hash: &Value| hash.as_str().and_then(|text| base64_array(text).ok());
        let hashes = list("hashes")?.iter().map(hash);
        Ok(Document {
            plan: text(value, "plan")?,
            snapshot: text(value, "snapshot")?,
            library: text(value, "library")?,
            count: number(value, "count")?,
            root: root.map_err(|_| say::member("root", "64 hexadecimal digits"))?,
            leaves: list("leaves")?.iter().map(leaf).collect::<Result<_, _>>()?,
            hashes: hashes
                .collect::<Option<_>>()
                .ok_or_else(|| say::member("hashes", "32 bytes each, in base64"))?,
            ids: list("ids")?.iter().map(asked).collect::<Result<_, _>>()?,
        })
    }
}

fn number(value: &Value, name: &str) -> Result<u64, String> {
    let number = value.get(name).and_then(Value::as_u64);
    number.ok_or_else(|| say::member(name, "a number from 0"))
}

fn leaf(value: &Value) -> Result<(u64, &str), String> {
    known(value, "leaves", &["index", "line"])?;
    Ok((number(value, "index")?, text(value, "line")?))
}

/// An id with where it is said to stand: `leaf`, or `before` and `after`, each of which may be null.
fn asked(value: &Value) -> Result<(&str, Place), String> {
    let id = text(value, "id")?;
    if value.get("leaf").is_some() {
        known(value, "ids", &["id", "leaf"])?;
        return Ok((id, Place::Leaf(number(value, "leaf")?)));
    }
    known(value, "ids", &["after", "before", "id"])?;
    let neighbour = |name| match value.get(name) {
        Some(Value::Null) => Ok(None),
        _ => number(value, name).map(Some),
    };
    Ok((id, Place::Absent(neighbour("before")?, neighbour("after")?)))
}

fn run(
    document: &Document<'_>,
    policy: &Policy,
    steps: &mut Vec<Step>,
) -> Result<(), (StepId, String)> {
    let form = entries(document, policy, steps).map_err(|why| (StepId::LibraryEntries, why))?;
    let (count, root) = (document.count, &document.root);
    let members = Members::verify(form, &document.leaves, &document.hashes, count, root);
    let members = members.map_err(|error| (StepId::LibraryLeaves, error.to_string()))?;
    let (shown, hashes) = (document.leaves.len(), document.hashes.len());
    let detail = say::leaves(shown, count, hashes);
    steps.push(step(StepId::LibraryLeaves, Ok(detail)));

    let ids: Vec<&str> = document.ids.iter().map(|(id, _)| *id).collect();
    let places = members.places(&ids);
    let places = places.map_err(|error| (StepId::LibraryMember, error.to_string()))?;
    let id_at = |index: Option<u64>| Some(members.leaf(index?)?.id());
    for ((id, said), place) in document.ids.iter().zip(&places) {
        if said != place {
            return Err((StepId::LibraryMember, say::place_differs(id)));
        }
        let detail = match *place {
            Place::Leaf(index) => {
                let at = document.leaves.binary_search_by_key(&index, |leaf| leaf.0);
                let line = at.map_or("", |at| document.leaves[at].1);
                say::present(id, index, count, line)
            }
            Place::Absent(before, after) => say::absent(id, id_at(before), id_at(after)),
        };
        steps.push(step(StepId::LibraryMember, Ok(detail)));
    }
    let absent = |place: &Place| matches!(place, Place::Absent(..));
    if places.iter().any(absent) {
        steps.push(not_checked(StepId::LibraryOrder, say::library_order()));
    }
    Ok(())
}

/// That plan and snapshot are in the log and belong together, and the snapshot says what the document does; its form.
fn entries(
    document: &Document<'_>,
    policy: &Policy,
    steps: &mut Vec<Step>,
) -> Result<Form, String> {
    let mut prover = Prover::new(policy);
    let own = prover.prove("plan", "plan", document.plan)?;
    let snapshot = prover.prove("snapshot", "snapshot", document.snapshot)?;
    let plan = Plan::from_body(&own.body).map_err(|error| say::of("plan", &error.to_string()))?;
    own.is_own(&plan)?;
    let form = snapshot.form("snapshot")?;
    let (library, name, root) = match form {
        Form::Open | Form::Sealed => ("objects", "object_snapshot", &plan.object_root),
        Form::Officers => ("officers", "officer_snapshot", &plan.officer_root),
    };
    if document.library != library {
        return Err(say::of(
            "snapshot",
            "it is of the other library of the plan",
        ));
    }
    own.names(name, &snapshot)?;
    if snapshot.hash("root") != Some(document.root) || *root != document.root {
        return Err(say::of(
            "root",
            "it is not the one that snapshot and plan name",
        ));
    }
    let count = snapshot.member("count").and_then(Value::as_u64);
    if count != Some(document.count) {
        return Err(say::of(
            "count",
            "it is not the one that the snapshot names",
        ));
    }
    let size = prover.head.map_or(0, |head| head.size);
    let detail = say::snapshot(&plan.key, library, &snapshot, document.count, root, size);
    steps.push(step(StepId::LibraryEntries, Ok(detail)));
    Ok(form)
}
