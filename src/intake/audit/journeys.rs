//! Holds what follows on other records against what was said before it: who may say it, and whether it fits.
//!
//! What left, was corrected or follows on what is folded anew, in memory, so nothing derived is believed. A record that is destroyed can say nothing
//! any more: from the next entry on nothing is held against anybody, since what it said may have mattered.

use crate::domain::{Kind, View};
use crate::intake::following::follows;
use crate::intake::{Refusal, competence, endings, journey};
use crate::log::Log;
use crate::rules::Rules;
use crate::sequel::{self, Row, Sequel};
use crate::standing::Standing;
use crate::store::{StoreError, in_memory};
use gongshi_verify::encoding::decimal;
use gongshi_verify::entry::Entry;
use gongshi_verify::registry::Registry;
use serde_json::{Map, Value};
use std::sync::Arc;

pub(super) struct Journeys {
    log: Arc<Log>,
    rules: Arc<Rules>,
    standing: Standing,
    sequel: Sequel,
    /// A record that could have borne on others is destroyed.
    blind: bool,
    misfits: Vec<u64>,
}

impl Journeys {
    pub(super) fn new(log: Arc<Log>, rules: Arc<Rules>) -> Result<Self, StoreError> {
        let storage = in_memory();
        Ok(Journeys {
            log,
            rules,
            standing: Standing::open(&storage)?,
            sequel: Sequel::open(&storage)?,
            blind: false,
            misfits: Vec::new(),
        })
    }

    /// Entries that intake would refuse.
    pub(super) fn misfits(&self) -> &[u64] {
        &self.misfits
    }

    /// Takes the next entry with its body, where that is kept.
    ///
    /// # Errors
    /// The state could not be kept.
    pub(super) fn take(
        &mut self,
        index: u64,
        (entry, kind): (&Entry, Kind),
        body: Option<&Map<String, Value>>,
        registry: &Registry,
    ) -> Result<(), StoreError> {
        match body {
            Some(body) => {
                let view = View::new(kind, body);
                if !self.blind && self.is_misfit(entry, &view, registry) {
                    self.misfits.push(index);
                }
                let rows: Vec<Row> = follows(entry, Some(kind), body).rows(index).collect();
                if !rows.is_empty() {
                    self.sequel.keep(&rows, index + 1)?;
                }
            }
            None => self.blind |= sequel::concerns(kind),
        }
        match endings::said(index, entry) {
            Some(said) => self.standing.fold(&[said]),
            None => Ok(()),
        }
    }

    fn is_misfit(&self, entry: &Entry, view: &View<'_>, registry: &Registry) -> bool {
        let case = journey::Case {
            log: &self.log,
            standing: &self.standing,
            sequel: &self.sequel,
            rules: &self.rules,
            registry,
            now: entry.logged_at,
        };
        let target = entry.reference.as_deref().and_then(decimal);
        let judged = competence::judge(&self.log, registry, entry.logged_at, entry, view)
            .and_then(|()| journey::judge(&case, &entry.authority, view, target));
        // What cannot be read is told where it is read.
        matches!(judged, Err(Refusal::Competence(_) | Refusal::Journey(_)))
    }
}
