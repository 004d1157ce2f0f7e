//! Rechecks what intake once decided, entry by entry in order: form, commitment, signature, rights, time, fields.
//!
//! The registry is replayed from the authority records alone, so nothing derived is believed. It repairs nothing.

use super::{MAX_AGE_SECONDS, MAX_AHEAD_SECONDS};
use crate::domain::{self, Kind};
use crate::log::{FsckProblem, Leaf};
use gongshi_verify::entry::Entry;
use gongshi_verify::names::Origin;
use gongshi_verify::record::Record;
use gongshi_verify::registry::Registry;
use gongshi_verify::time::Timestamp;
use rayon::prelude::*;
use serde_json::Value;

/// Entries whose signatures are checked side by side.
const BATCH: usize = 1024;

/// The state of a recheck.
pub struct Auditor {
    registry: Registry,
    last: Option<Timestamp>,
    waiting: Vec<(u64, Entry, Option<Record>)>,
}

impl Auditor {
    /// Starts before entry 0.
    pub fn new(origin: Origin) -> Self {
        Auditor {
            registry: Registry::new(origin),
            last: None,
            waiting: Vec::new(),
        }
    }

    /// Takes the next leaf; leaves that cannot be read are left out.
    pub fn leaf(&mut self, index: u64, leaf: &Leaf, problems: &mut Vec<FsckProblem>) {
        let mut report = |problem: String| {
            problems.push(FsckProblem {
                entry: Some(index),
                problem,
            })
        };
        let entry = match Entry::parse(&leaf.entry) {
            Ok(entry) => entry,
            Err(error) => return report(format!("entry {index}: {error}")),
        };
        if self.last.is_some_and(|last| entry.logged_at < last) {
            report(format!("entry {index}: logged_at goes back"));
        }
        self.last = Some(entry.logged_at);
        let age = entry.logged_at.unix() - entry.issued_at.unix();
        if !(-MAX_AHEAD_SECONDS..=MAX_AGE_SECONDS).contains(&age) {
            report(format!(
                "entry {index}: issued_at is outside the allowed time before logged_at"
            ));
        }
        let record = match leaf.record.as_deref().map(Record::parse).transpose() {
            Ok(record) => record,
            Err(error) => return report(format!("record {index}: {error}")),
        };
        if record
            .as_ref()
            .is_some_and(|record| record.commitment() != entry.commitment)
        {
            report(format!(
                "record {index} is not the one the entry commits to"
            ));
        }
        if entry.kind.as_str() == Kind::Authority.as_str() {
            self.finish(problems);
            match record {
                None => problems.push(FsckProblem {
                    entry: Some(index),
                    problem: format!(
                        "record {index}: an authority record is missing, it has no effect"
                    ),
                }),
                Some(record) => {
                    if let Err(error) = self.registry.apply(index, &entry, &record) {
                        problems.push(FsckProblem {
                            entry: Some(index),
                            problem: format!("entry {index}: {error}"),
                        });
                    }
                }
            }
            return;
        }
        self.waiting.push((index, entry, record));
        if self.waiting.len() >= BATCH {
            self.finish(problems);
        }
    }

    /// Checks what is still waiting. To be called after the last leaf.
    pub fn finish(&mut self, problems: &mut Vec<FsckProblem>) {
        let registry = &self.registry;
        let found: Vec<FsckProblem> = self
            .waiting
            .par_iter()
            .flat_map_iter(|(index, entry, record)| check(registry, *index, entry, record.as_ref()))
            .collect();
        problems.extend(found);
        self.waiting.clear();
    }
}

fn check(
    registry: &Registry,
    index: u64,
    entry: &Entry,
    record: Option<&Record>,
) -> Vec<FsckProblem> {
    let mut problems = Vec::new();
    let mut report = |problem: String| {
        problems.push(FsckProblem {
            entry: Some(index),
            problem,
        })
    };
    if let Err(error) = registry.verify_entry(index, entry) {
        report(format!("entry {index}: {error}"));
    }
    let body = record.and_then(|record| serde_json::from_str::<Value>(&record.to_jcs()).ok());
    let body = body
        .as_ref()
        .and_then(|record| record.get("body"))
        .and_then(Value::as_object);
    let region = body
        .and_then(|body| body.get("region"))
        .and_then(Value::as_str);
    if let Err(error) = registry.may_publish(&entry.authority, &entry.kind, region) {
        report(format!("entry {index}: {error}"));
    }
    match (entry.kind.as_str().parse::<Kind>(), body) {
        (Err(_), _) => report(format!("entry {index}: kind {} does not exist", entry.kind)),
        (Ok(kind), Some(body)) => {
            for error in domain::validate(
                kind,
                body,
                domain::dates::day_in_china(entry.issued_at.unix()),
            )
            .err()
            .unwrap_or_default()
            {
                report(format!("record {index}: {error}"));
            }
        }
        (Ok(_), None) => {}
    }
    problems
}
