//! Holds expiries against the dated rules, by all that was logged before each; and finds records that the rules would refuse.
//!
//! Folds a model of its own from the log's kept records, so that nothing derived is believed. Only kinds that end, or that say when another
//! ends, are folded. What was erased can say nothing any more: where it may have mattered, nothing is held against an expiry.

use crate::domain::dates::{day_in_china, parse_date};
use crate::domain::{Kind, Stored};
use crate::log::{Leaf, Log};
use crate::model::{Model, ModelError};
use crate::rules::{DisplayTerm, End, Later, Rules};
use crate::store::in_memory;
use gongshi_verify::encoding::decimal;
use std::sync::Arc;

/// Leaves folded at once.
const BATCH: usize = 1024;

/// Kinds that say when the display of another ends.
const BEAR: &[Kind] = &[
    Kind::AbnormalRemoval,
    Kind::SeriousRemoval,
    Kind::IndividualRestore,
    Kind::RepairApplication,
    Kind::RepairDecision,
    Kind::Correction,
    Kind::Withdrawal,
    Kind::Erasure,
    Kind::Expiry,
];

pub(super) struct Terms {
    log: Arc<Log>,
    model: Model,
    kinds: Vec<Kind>,
    waiting: Vec<Leaf>,
    next: u64,
    /// A record that could have told when another ends was erased.
    erased: bool,
    unchecked: Option<String>,
    unlawful: Vec<u64>,
}

impl Terms {
    pub(super) fn new(log: Arc<Log>, rules: Arc<Rules>) -> Result<Self, ModelError> {
        let ends = |kind: &Kind| {
            let mut rules = rules.publication_of(*kind);
            rules.any(|ruled| {
                let then = &ruled.then;
                then.removal || then.repair || matches!(then.end, DisplayTerm::From { .. })
            })
        };
        let linked = |kind: &Kind| {
            let mut links = rules.links().iter();
            links.any(|link| link.kind == *kind || link.with.contains(kind))
        };
        let kinds = Kind::ALL.iter().copied();
        let kinds = kinds.filter(|kind| BEAR.contains(kind) || ends(kind) || linked(kind));
        let kinds = kinds.collect();
        Ok(Terms {
            log,
            model: Model::open(&in_memory(), rules)?,
            kinds,
            waiting: Vec::new(),
            next: 0,
            erased: false,
            unchecked: None,
            unlawful: Vec::new(),
        })
    }

    pub(super) fn unlawful(&self) -> &[u64] {
        &self.unlawful
    }

    pub(super) fn unchecked(&self) -> Option<&str> {
        self.unchecked.as_deref()
    }

    /// Takes the next leaf; what is wrong with it, where it is an expiry.
    pub(super) fn leaf(&mut self, index: u64, leaf: &Leaf) -> Option<String> {
        if index != self.next && self.unchecked.is_none() {
            self.unchecked = Some(format!("entry {} could not be read", self.next));
        }
        self.next = index + 1;
        let stored = Stored::read(&leaf.entry, leaf.record.as_deref()).ok()?;
        if self.is_refused(&stored) {
            self.unlawful.push(index);
        }
        let kind = stored.kind?;
        let folded = self.kinds.contains(&kind);
        self.erased |= stored.body.is_none() && folded;
        let mut wrong = None;
        if kind == Kind::Expiry {
            self.fold();
            wrong = self.check(&stored);
        }
        self.waiting.push(Leaf {
            entry: leaf.entry.clone(),
            record: leaf.record.clone().filter(|_| folded),
        });
        if self.waiting.len() >= BATCH {
            self.fold();
        }
        wrong
    }

    fn fold(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        if self.unchecked.is_some() {
            return;
        }
        let folded = self
            .model
            .cursor()
            .and_then(|cursor| self.model.fold(cursor, &waiting, self.log.as_ref()));
        if let Err(error) = folded {
            self.unchecked = Some(error.to_string());
        }
    }

    /// What the rules have against a record.
    fn is_refused(&self, stored: &Stored) -> bool {
        let Some(view) = stored.view().filter(|view| view.kind() != Kind::Correction) else {
            return false;
        };
        let rules = self.model.rules();
        let day = day_in_china(stored.entry.logged_at.unix());
        let authority = stored.entry.authority.as_str();
        let facts = rules.facts(authority, view, day, Later::default());
        match rules.display(&facts) {
            Ok(display) if display.end != End::Never => !rules.code_faults(&facts).is_empty(),
            _ => true,
        }
    }

    fn check(&self, expiry: &Stored) -> Option<String> {
        if self.unchecked.is_some() {
            return None;
        }
        let target = expiry.entry.reference.as_deref().and_then(decimal)?;
        let view = expiry.view()?;
        let kept = self.log.unveiled(target..target + 1).ok()?;
        if self.erased || kept.first()?.record.is_none() {
            return None;
        }
        let due = self.model.last_day(target).ok()?;
        let Some(due) = due else {
            return Some(format!(
                "by the rules the display of record {target} had no end"
            ));
        };
        let today = day_in_china(expiry.entry.logged_at.unix());
        let said = (view.text_of("rule_id"), view.text_of("expired_on"));
        let day = said.1.and_then(parse_date);
        match (
            said.0 == Some(due.rule.as_str()) && day == Some(due.last_day),
            due.last_day < today,
        ) {
            (true, true) => None,
            (true, false) => Some(format!("the display of record {target} was not over")),
            (false, _) => Some(format!(
                "by the rules the display of record {target} ended with {} by {}",
                due.last_day, due.rule
            )),
        }
    }
}
