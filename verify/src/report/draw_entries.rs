//! The file of a draw and the entries it proves: read, and held against one checkpoint and the policy.
//!
//! What the entries come to is decided in [`super::draw`].

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::check::ProofFile;
use super::{draw_words as say, words};
use crate::checkpoint::Checkpoint;
use crate::draw::admission;
use crate::draw::library::Form;
use crate::draw::plan::Plan;
use crate::encoding::{hex, hex32};
use crate::entry::Entry;
use crate::hash::{Hash, sha256};
use crate::json::Value;
use crate::names::{AuthorityId, Origin, PlanKey};
use crate::policy::Policy;
use crate::record::Record;

/// That a value is an object without other members than these.
pub(super) fn known(value: &Value, what: &str, members: &[&str]) -> Result<(), String> {
    let found = value
        .as_object()
        .ok_or_else(|| say::member(what, "an object"))?;
    match found.keys().find(|name| !members.contains(&name.as_str())) {
        Some(other) => Err(say::member(other, "nothing: it is unknown")),
        None => Ok(()),
    }
}

/// A member that is a text.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str, String> {
    let text = value.get(name).and_then(Value::as_str);
    text.ok_or_else(|| say::member(name, "a text"))
}

/// The proofs and texts of a file, read but not checked.
pub(super) struct DrawFile<'a> {
    plan: &'a str,
    draw: &'a str,
    snapshots: Vec<&'a str>,
    commits: Vec<&'a str>,
    reveals: Vec<&'a str>,
    earlier: Vec<&'a str>,
    /// Of a sealed draw whose list is open.
    opening: Option<&'a str>,
    /// By their SHA-256.
    texts: BTreeMap<Hash, &'a str>,
}

impl<'a> DrawFile<'a> {
    pub(super) fn read(value: &'a Value) -> Result<Self, String> {
        const MEMBERS: [&str; 9] = [
            "commits",
            "draw",
            "earlier",
            "files",
            "opening",
            "plan",
            "reveals",
            "snapshots",
            "v",
        ];
        known(value, "the file", &MEMBERS)?;
        if value.get("v") != Some(&Value::Int(1)) {
            return Err(say::member("v", "1"));
        }
        let text = |name| text(value, name);
        let texts = |name| {
            let list = value.get(name).and_then(Value::as_array);
            let texts: Option<Vec<&str>> =
                list.and_then(|list| list.iter().map(Value::as_str).collect());
            texts.ok_or_else(|| say::member(name, "a list of texts"))
        };
        Ok(DrawFile {
            plan: text("plan")?,
            draw: text("draw")?,
            snapshots: texts("snapshots")?,
            commits: texts("commits")?,
            reveals: texts("reveals")?,
            earlier: texts("earlier")?,
            opening: match value.get("opening") {
                None => None,
                Some(_) => Some(text("opening")?),
            },
            texts: texts("files")?
                .into_iter()
                .map(|text| (sha256(text.as_bytes()), text))
                .collect(),
        })
    }

    /// Whether it holds the opening of a sealed draw's list.
    pub(super) fn is_opened(&self) -> bool {
        self.opening.is_some()
    }

    /// The text that a file reference in a record names.
    pub(super) fn text(&self, reference: Option<&Value>) -> Option<&'a str> {
        let named = hex32(reference?.get("sha256")?.as_str()?).ok()?;
        self.texts.get(&named).copied()
    }
}

/// An entry of the file, proved.
pub(super) struct Proved {
    pub(super) index: u64,
    pub(super) entry: Entry,
    pub(super) body: Value,
}

impl Proved {
    pub(super) fn member(&self, name: &str) -> Option<&Value> {
        self.body.get(name)
    }

    pub(super) fn hash(&self, name: &str) -> Option<Hash> {
        hex32(self.member(name)?.as_str()?).ok()
    }

    /// Whether a reference in a record names this entry.
    pub(super) fn is(&self, reference: Option<&Value>) -> bool {
        let named = |reference: &Value| {
            let index = reference.get("index")?.as_u64()?;
            let leaf = reference.get("leaf_hash")?.as_str()?;
            Some(index == self.index && leaf == hex(&self.entry.leaf_hash()))
        };
        reference.and_then(named) == Some(true)
    }
}

impl Proved {
    /// That it is about the plan of that key.
    pub(super) fn is_about(&self, what: &str, key: &PlanKey) -> Result<(), String> {
        match self.entry.reference.as_deref() == Some(key.as_str()) {
            true => Ok(()),
            false => Err(say::of(what, "it is about another plan")),
        }
    }

    /// That it is the entry of this plan, said by whose name its key has.
    pub(super) fn is_own(&self, plan: &Plan) -> Result<(), String> {
        self.is_about("plan", &plan.key)?;
        match self.entry.authority == plan.key.authority() {
            true => Ok(()),
            false => Err(say::of(
                "plan",
                "it is not by the authority whose name its key has",
            )),
        }
    }

    /// That a plan's member names this snapshot, which stands before it.
    pub(super) fn names(&self, name: &str, snapshot: &Proved) -> Result<(), String> {
        match snapshot.is(self.member(name)) && snapshot.index < self.index {
            true => Ok(()),
            false => Err(say::of(
                "plan",
                &format!("{name} names another snapshot than the file holds, or a later one"),
            )),
        }
    }

    /// The form of the library that a snapshot is of.
    pub(super) fn form(&self, what: &str) -> Result<Form, String> {
        let text = |name: &str| self.member(name).and_then(Value::as_str);
        match (text("library"), text("library_form")) {
            (Some("objects"), Some("open")) => Ok(Form::Open),
            (Some("objects"), Some("sealed")) => Ok(Form::Sealed),
            (Some("officers"), _) => Ok(Form::Officers),
            _ => Err(say::of(what, "the snapshot names no form of a library")),
        }
    }
}

/// Who has said entry 0, and what it says of the log.
struct Operator {
    id: AuthorityId,
    demonstration: bool,
}

/// Proves entries under one checkpoint and the policy.
pub(super) struct Prover<'a> {
    policy: &'a Policy,
    pub(super) head: Option<Checkpoint>,
    operator: Option<Operator>,
}

impl<'a> Prover<'a> {
    pub(super) fn new(policy: &'a Policy) -> Self {
        Prover {
            policy,
            head: None,
            operator: None,
        }
    }

    pub(super) fn prove(&mut self, what: &str, kind: &str, proof: &str) -> Result<Proved, String> {
        let file =
            ProofFile::parse(proof.as_bytes()).map_err(|why| say::of(what, &why.to_string()))?;
        let report = file.report(file.extra.record.as_ref(), self.policy);
        if let Some(failed) = report.failed() {
            let why = format!("{}: {}", words::title(failed.id), failed.detail);
            return Err(say::of(what, &why));
        }
        let head = &file.signed.checkpoint;
        let first = self.head.get_or_insert_with(|| head.clone());
        if first != head {
            return Err(say::of(
                what,
                "its proof is under another checkpoint than the others",
            ));
        }
        if let Some(first) = file.extra.authority.first() {
            self.operator = Some(Operator {
                id: first.entry.authority.clone(),
                demonstration: admission::is_demonstration(&first.record.body),
            });
        }
        let entry = file.extra.entry;
        if entry.kind.as_str() != kind {
            return Err(say::of(
                what,
                &format!("it is of kind {}, not {kind}", entry.kind),
            ));
        }
        let record: Record = file
            .extra
            .record
            .ok_or_else(|| say::of(what, "its record is missing"))?;
        Ok(Proved {
            index: file.proof.index,
            entry,
            body: record.body,
        })
    }

    fn all(&mut self, what: &str, kind: &str, proofs: &[&str]) -> Result<Vec<Proved>, String> {
        let mut proved = Vec::new();
        for (number, proof) in proofs.iter().enumerate() {
            proved.push(self.prove(&format!("{what}[{number}]"), kind, proof)?);
        }
        Ok(proved)
    }
}

/// All entries of a draw.
pub(super) struct Entries {
    pub(super) origin: Origin,
    pub(super) size: u64,
    /// Who has said entry 0.
    pub(super) operator: AuthorityId,
    /// Whether it says that the log is a demonstration.
    pub(super) demonstration: bool,
    pub(super) plan: Proved,
    pub(super) draw: Proved,
    pub(super) objects: Proved,
    pub(super) officers: Proved,
    pub(super) commits: Vec<Proved>,
    pub(super) reveals: Vec<Proved>,
    pub(super) earlier: Vec<Proved>,
    pub(super) opening: Option<Proved>,
}

impl Entries {
    pub(super) fn prove(file: &DrawFile<'_>, policy: &Policy) -> Result<Self, String> {
        let mut prover = Prover::new(policy);
        let plan = prover.prove("plan", "plan", file.plan)?;
        let draw = prover.prove("draw", "draw", file.draw)?;
        let commits = prover.all("commits", "commit", &file.commits)?;
        let reveals = prover.all("reveals", "reveal", &file.reveals)?;
        let earlier = prover.all("earlier", "draw", &file.earlier)?;
        let opening = file
            .opening
            .map(|proof| prover.prove("opening", "bulletin", proof));
        let opening = opening.transpose()?;
        let mut snapshots = prover.all("snapshots", "snapshot", &file.snapshots)?;
        let (Some(officers), Some(objects), true) =
            (snapshots.pop(), snapshots.pop(), snapshots.is_empty())
        else {
            return Err(say::member(
                "snapshots",
                "two: that of the objects, then that of the officers",
            ));
        };
        let head = prover
            .head
            .ok_or_else(|| say::member("the file", "entries"))?;
        let operator = prover
            .operator
            .ok_or_else(|| say::member("the file", "a chain from entry 0"))?;
        let origin = Origin::parse(&head.origin).map_err(|error| error.to_string())?;
        Ok(Entries {
            origin,
            size: head.size,
            operator: operator.id,
            demonstration: operator.demonstration,
            plan,
            draw,
            objects,
            officers,
            commits,
            reveals,
            earlier,
            opening,
        })
    }
}
