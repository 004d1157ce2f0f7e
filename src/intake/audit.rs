//! Rechecks what intake once decided, entry by entry in order: form, commitment, signature, rights, time, fields, that what
//! records refer to is there, and that nothing came twice.
//!
//! The registry is replayed from the authority records alone, so nothing derived is believed. It repairs nothing.
//! Memory: 24 bytes of statement, 24 of salt and 44 of what others may refer to an entry, 100 to 160 MB for a million entries
//! with the tables' spare room; and the plan keys.

mod entry;
mod journeys;
mod order;
mod terms;

use super::event::body_of;
use super::references::is_corrected;
use crate::domain::{Kind, Reference, Subject};
use crate::log::{FsckProblem, Leaf, Log};
use crate::model::ModelError;
use crate::rules::Rules;
use crate::store::{Files, StoreError};
use entry::{Checked, check};
use gongshi_verify::encoding::hex;
use gongshi_verify::entry::Entry;
use gongshi_verify::hash::{leaf_hash, sha256};
use gongshi_verify::keys::PublicKey;
use gongshi_verify::names::{Origin, is_permanent};
use gongshi_verify::record::Record;
use gongshi_verify::registry::{AuthorityAction, Registry};
use gongshi_verify::time::Timestamp;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Entries whose signatures are checked side by side.
const BATCH: usize = 1024;

/// The first bytes of a digest: enough that two are the same only where somebody worked for it, which harms no one else.
type Short = [u8; 16];

/// A subject by the first bytes of digests of its code and name.
type Digested = Subject<[u8; 8]>;

/// What those who refer to an entry are held against.
#[derive(Clone, Copy)]
struct Known {
    leaf: Short,
    /// `None`: no kind of this version.
    kind: Option<Kind>,
    /// None where it names nobody or its body is gone.
    subject: Option<Digested>,
}

/// An entry to be checked with others of its batch; the record only where it is the one the entry commits to.
struct Waiting {
    index: u64,
    entry: Entry,
    record: Option<Record>,
}

/// The state of a recheck.
pub struct Auditor {
    registry: Registry,
    log_key: Option<PublicKey>,
    last: Option<Timestamp>,
    waiting: Vec<Waiting>,
    /// By index; none of those that could not be read.
    known: Vec<Option<Known>>,
    /// By index, the subjects that corrections give it; `None` is one that fits every other.
    corrected: HashMap<u64, Vec<Option<Digested>>>,
    /// Indexes by statement, by salt, and of the plans that bind by plan key.
    statements: HashMap<Short, u64>,
    salts: HashMap<Short, u64>,
    plans: HashMap<String, u64>,
    /// Indexes without a record that could have left publication, each with the record that it corrects; and those that an entry says have.
    absent: Vec<(u64, Option<u64>)>,
    ended: HashSet<u64>,
    /// Where the log and its files are at hand: the order of draws.
    order: Option<order::Order>,
    /// Where rules are at hand: what they say of records and of expiries.
    terms: Option<terms::Terms>,
    /// The same: what follows on other records.
    journeys: Option<journeys::Journeys>,
}

impl Auditor {
    /// Starts before entry 0.
    pub fn new(origin: Origin) -> Self {
        Auditor {
            registry: Registry::new(origin),
            log_key: None,
            last: None,
            waiting: Vec::new(),
            known: Vec::new(),
            corrected: HashMap::new(),
            statements: HashMap::new(),
            salts: HashMap::new(),
            plans: HashMap::new(),
            absent: Vec::new(),
            ended: HashSet::new(),
            order: None,
            terms: None,
            journeys: None,
        }
    }

    /// Has the order of draws checked, too: libraries read from their files, draws repeated.
    ///
    /// # Errors
    /// [`StoreError`] where there is no memory for it.
    pub fn with_draws(mut self, log: Arc<Log>, files: Files) -> Result<Self, StoreError> {
        self.order = Some(order::Order::new(log, files)?);
        Ok(self)
    }

    /// Has expiries held against these rules, and records that are not lawful by them found.
    ///
    /// # Errors
    /// [`ModelError`] where there is no memory for it.
    pub fn with_rules(mut self, log: Arc<Log>, rules: Arc<Rules>) -> Result<Self, ModelError> {
        self.journeys = Some(journeys::Journeys::new(log.clone(), rules.clone())?);
        self.terms = Some(terms::Terms::new(log, rules)?);
        Ok(self)
    }

    /// Entries of records that the rules would refuse. They may have been logged under other rules, so this is told, and is no problem of
    /// the log.
    pub fn unlawful(&self) -> &[u64] {
        self.terms.as_ref().map_or(&[], |terms| terms.unlawful())
    }

    /// Entries of records that do not fit what was said before them, or were not for their authority to say. They may have been logged
    /// under other rules, so this is told, and is no problem of the log.
    pub fn misfits(&self) -> &[u64] {
        self.journeys.as_ref().map_or(&[], |all| all.misfits())
    }

    /// Why expiries were not all held against the rules.
    pub fn expiries_unchecked(&self) -> Option<&str> {
        self.terms.as_ref().and_then(|terms| terms.unchecked())
    }

    /// Draws whose delay is too long to have been repeated.
    pub fn unrepeated(&self) -> u64 {
        self.order.as_ref().map_or(0, |order| order.unrepeated())
    }

    /// Entries of results that say they were drawn by a sealed draw, and whose objects its opened list does not have. They were
    /// taken in order, before the list was open; so this is told, and is no problem of the log.
    ///
    /// # Errors
    /// [`StoreError`] where what was read cannot be looked up any more.
    pub fn undrawn(&self) -> Result<Vec<u64>, StoreError> {
        self.order
            .as_ref()
            .map_or(Ok(Vec::new()), |order| order.undrawn())
    }

    /// Names the key the log signs its checkpoints with, which no authority may have.
    #[must_use]
    pub fn with_log_key(mut self, key: PublicKey) -> Self {
        self.log_key = Some(key);
        self
    }

    /// Takes the next leaf; of one that cannot be read, only that is said.
    pub fn leaf(&mut self, index: u64, leaf: &Leaf, problems: &mut Vec<FsckProblem>) {
        let parsed = Entry::parse(&leaf.entry);
        self.remember(index, &leaf.entry, parsed.as_ref().ok());
        if let Some(wrong) = self
            .terms
            .as_mut()
            .and_then(|terms| terms.leaf(index, leaf))
        {
            problems.push(about(index, format!("entry {index}: {wrong}")));
        }
        let mut report = |problem: String| problems.push(about(index, problem));
        let entry = match parsed {
            Ok(entry) => entry,
            Err(error) => return report(format!("entry {index}: {error}")),
        };
        if self.last.is_some_and(|last| entry.logged_at < last) {
            report(format!("entry {index}: logged_at goes back"));
        }
        self.last = Some(entry.logged_at);
        if !entry.is_in_time() {
            report(format!(
                "entry {index}: issued_at is outside the allowed time before logged_at"
            ));
        }
        let record = match leaf.record.as_deref().map(Record::parse) {
            None => {
                if is_permanent(&entry.kind) {
                    report(format!(
                        "record {index} is missing: one of kind {} is never withdrawn, and has no effect without its body",
                        entry.kind
                    ));
                } else {
                    self.absent.push((index, corrected(&entry)));
                }
                None
            }
            Some(Err(error)) => {
                report(format!("record {index}: {error}"));
                None
            }
            Some(Ok(record)) if record.commitment() != entry.commitment => {
                report(format!(
                    "record {index} is not the one the entry commits to"
                ));
                None
            }
            Some(Ok(record)) => Some(record),
        };
        let waiting = Waiting {
            index,
            entry,
            record,
        };
        if waiting.entry.kind.as_str() == Kind::Authority.as_str() {
            // It takes effect before the next entry is looked at.
            self.settle(problems);
            self.authority(waiting, problems);
            return;
        }
        self.waiting.push(waiting);
        if self.waiting.len() >= BATCH {
            self.settle(problems);
        }
    }

    /// Checks what is still waiting, and whether what is missing may be. To be called after the last leaf.
    pub fn finish(&mut self, problems: &mut Vec<FsckProblem>) {
        self.settle(problems);
        let ended = &self.ended;
        // Corrections leave with their record.
        let has_left = |(index, of): &(u64, Option<u64>)| {
            ended.contains(index) || of.is_some_and(|of| ended.contains(&of))
        };
        let missing = self.absent.drain(..).filter(|one| !has_left(one));
        problems.extend(missing.map(|(index, _)| {
            about(
                index,
                format!("record {index} is missing, and no withdrawal, erasure or expiry names it"),
            )
        }));
    }

    fn settle(&mut self, problems: &mut Vec<FsckProblem>) {
        let registry = &self.registry;
        let waiting = std::mem::take(&mut self.waiting);
        let checked: Vec<Checked> = waiting
            .par_iter()
            .map(|waiting| check(registry, waiting))
            .collect();
        for (waiting, checked) in waiting.into_iter().zip(checked) {
            let ends = matches!(
                waiting.entry.kind.as_str(),
                "withdrawal" | "erasure" | "expiry"
            );
            if ends && checked.problems.is_empty() {
                let target = waiting.entry.reference.as_deref().map(str::parse::<u64>);
                self.ended.extend(target.and_then(Result::ok));
            }
            // Where its body is gone, it may have said anything.
            let subject = checked.corrected_subject;
            self.compare(waiting.index, checked, problems);
            if let Some(target) = corrected(&waiting.entry) {
                self.corrected.entry(target).or_default().push(subject);
            }
            self.hold_to_order(&waiting, problems);
            self.hold_to_past(&waiting, problems);
        }
    }

    /// Whether an entry is where it is in the order of its draw.
    fn hold_to_order(&mut self, waiting: &Waiting, problems: &mut Vec<FsckProblem>) {
        let (Some(order), Some(record)) = (&mut self.order, &waiting.record) else {
            return;
        };
        let Ok(kind) = waiting.entry.kind.as_str().parse::<Kind>() else {
            return;
        };
        let (index, body) = (waiting.index, body_of(record));
        let broken = order.check(index, (&waiting.entry, kind, &body), &self.registry);
        let told = broken.into_iter();
        problems.extend(told.map(|one| {
            about(
                index,
                format!("entry {index}: against the order of its draw: {one}"),
            )
        }));
    }

    /// Whether an entry fits what was said before it.
    fn hold_to_past(&mut self, waiting: &Waiting, problems: &mut Vec<FsckProblem>) {
        let (Some(journeys), Ok(kind)) = (
            &mut self.journeys,
            waiting.entry.kind.as_str().parse::<Kind>(),
        ) else {
            return;
        };
        let body = waiting.record.as_ref().map(body_of);
        let said = (&waiting.entry, kind);
        let taken = journeys.take(waiting.index, said, body.as_ref(), &self.registry);
        if let Err(error) = taken {
            problems.push(about(waiting.index, error.to_string()));
        }
    }

    /// Keeps a leaf for those who refer to it. Its subject becomes known when its record is compared.
    fn remember(&mut self, index: u64, leaf: &[u8], entry: Option<&Entry>) {
        let at = usize::try_from(index).expect("every entry before it was in memory once");
        self.known.resize(at.max(self.known.len()), None);
        if at == self.known.len() {
            self.known.push(Some(Known {
                leaf: *leaf_hash(leaf).first_chunk().expect("a hash has 32 bytes"),
                kind: entry.and_then(|entry| entry.kind.as_str().parse().ok()),
                subject: None,
            }));
        }
    }

    /// What is wrong with a reference of entry `index`; what could not be read is not held against it.
    fn misfit(
        &self,
        index: u64,
        subject: Option<Digested>,
        reference: &Reference,
    ) -> Option<&'static str> {
        let before = "with a leaf hash that is not that of an entry before it";
        let at = usize::try_from(reference.entry.index).ok();
        let Some(known) = at.and_then(|at| self.known.get(at)) else {
            return Some(before);
        };
        if reference.entry.index >= index {
            return Some(before);
        }
        let known = known.as_ref()?;
        if !reference.entry.leaf_hash.starts_with(&hex(&known.leaf)) {
            Some(before)
        } else if !reference.target.takes(known.kind) {
            Some("which is of a kind that this field is not for")
        } else if !self.is_about(subject, reference) {
            Some("which is about another subject")
        } else {
            None
        }
    }

    /// Whether an entry is about whom it has to be, seen from this subject, as it was published or by a correction.
    fn is_about(&self, subject: Option<Digested>, reference: &Reference) -> bool {
        let (index, about) = (reference.entry.index, reference.target.about);
        let known = self.known.get(index as usize).copied().flatten();
        let own = known.and_then(|known| known.subject);
        let corrected = self.corrected.get(&index).into_iter().flatten();
        let mut all = std::iter::once(own).chain(corrected.copied());
        all.any(|one| about.fits(subject.as_ref(), one.as_ref()))
    }

    /// Replays an authority record.
    fn authority(&mut self, waiting: Waiting, problems: &mut Vec<FsckProblem>) {
        let mut checked = Checked::of(&self.registry, &waiting);
        let Waiting {
            index,
            entry,
            record,
        } = waiting;
        match record {
            Some(record) => {
                let action = AuthorityAction::from_body(&record.body).ok();
                let key = action.as_ref().and_then(AuthorityAction::new_key);
                if key.is_some_and(|(key, _)| self.log_key == Some(*key)) {
                    checked.problems.push(format!(
                        "entry {index}: the key it brings in is the one the log signs its checkpoints with"
                    ));
                }
                if let Err(error) = self.registry.apply(index, &entry, &record) {
                    checked.problems.push(format!("entry {index}: {error}"));
                }
            }
            // Without effect, but it should still be the operator's.
            None => {
                if let Err(error) = self.registry.verify_entry(index, &entry) {
                    checked.problems.push(format!("entry {index}: {error}"));
                }
            }
        }
        self.compare(index, checked, problems);
    }

    /// What only the entries before it can tell about an entry.
    fn compare(&mut self, index: u64, checked: Checked, problems: &mut Vec<FsckProblem>) {
        if let Some(Some(known)) = self.known.get_mut(index as usize) {
            known.subject = checked.subject;
        }
        let mut report = |problem: String| problems.push(about(index, problem));
        checked.problems.into_iter().for_each(&mut report);
        let first = *self.statements.entry(checked.statement).or_insert(index);
        let again = first != index;
        if again {
            report(format!(
                "entry {index} is the same signed statement as entry {first}"
            ));
        }
        if let Some(salt) = checked.salt {
            let first = *self.salts.entry(salt).or_insert(index);
            // The same statement has the same salt.
            if first != index && !again {
                report(format!(
                    "record {index} has the salt of record {first}; a salt serves once"
                ));
            }
        }
        let mut stands = true;
        for reference in &checked.references {
            let subject = match is_corrected(&reference.path) {
                true => checked.corrected_subject,
                false => checked.subject,
            };
            if let Some(misfit) = self.misfit(index, subject, reference) {
                stands = false;
                let Reference { path, entry, .. } = reference;
                problems.push(about(
                    index,
                    format!(
                        "record {index}: {path} names entry {}, {misfit}",
                        entry.index
                    ),
                ));
            }
        }
        let mut report = |problem: String| problems.push(about(index, problem));
        if let Some(plan) = checked.plan.filter(|_| stands && self.order.is_none()) {
            let problem = |first: u64| {
                format!("entry {index} is a second plan {plan}; the one of entry {first} binds")
            };
            match self.plans.get(&plan) {
                Some(first) => report(problem(*first)),
                None => drop(self.plans.insert(plan, index)),
            }
        }
    }
}

/// The record that an entry corrects, where it is a correction.
fn corrected(entry: &Entry) -> Option<u64> {
    let reference = entry.reference.as_deref();
    let reference = reference.filter(|_| entry.kind.as_str() == Kind::Correction.as_str());
    reference?.parse().ok()
}

fn short(bytes: &[u8]) -> Short {
    *sha256(bytes).first_chunk().expect("a hash has 32 bytes")
}

fn about(index: u64, problem: String) -> FsckProblem {
    FsckProblem {
        entry: Some(index),
        problem,
    }
}

#[cfg(test)]
mod tests;
