//! Public records as they stand now, and those that name one.

use super::{Model, ModelError};
use crate::domain::dates::day_in_china;
use crate::domain::{EntryRef, Kind, Stored, View};
use crate::log::Log;
use crate::model::{fold, index_in_key, key};
use crate::store::prefix_end;
use gongshi_verify::hash::{Hash, leaf_hash};
use jiff::civil::Date;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Most entries that are looked through for those that name a record, the newest: a list of items is named by thousands.
const MOST_NAMING: usize = 4096;
/// Most of them that are read, the newest.
const MOST_READ: usize = 200;

/// Most corrections of one record that are read for what it said before.
const MOST_VERSIONS: usize = 40;

/// A public record as it stands.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its index.
    pub index: u64,
    /// Hash of its leaf.
    pub leaf_hash: Hash,
    /// The entry of its latest correction.
    pub corrected_by: Option<u64>,
    kind: Kind,
    stored: Stored,
    corrected: Option<Map<String, Value>>,
}

impl Seen {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Who published it.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.stored.entry.authority.as_str()
    }

    /// The day in China on which the log took it.
    #[must_use]
    pub fn logged_on(&self) -> Date {
        day_in_china(self.stored.entry.logged_at.unix())
    }

    /// Its body as last corrected.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        let own = self.stored.body.as_ref();
        let body = self.corrected.as_ref().or(own);
        View::new(self.kind, body.expect("only records with a body are seen"))
    }

    /// The entry that a member names.
    #[must_use]
    pub fn named(&self, member: &str) -> Option<u64> {
        let entry = EntryRef::from_value(self.view().value_of(member)?)?;
        Some(entry.index)
    }

    /// The day it is about, or that of its logging.
    #[must_use]
    pub fn day(&self) -> Date {
        self.view().main_date().unwrap_or_else(|| self.logged_on())
    }
}

/// Reads what is public now.
pub(super) struct Look<'a> {
    pub(super) model: &'a Model,
    pub(super) log: &'a Log,
}

impl<'a> Look<'a> {
    pub(super) fn new(model: &'a Model, log: &'a Log) -> Self {
        Look { model, log }
    }

    fn read(&self, index: u64) -> Result<Option<(Hash, Stored)>, ModelError> {
        if index >= self.log.published().size() {
            return Ok(None);
        }
        let leaf = self.log.leaf(index)?;
        Ok(Some((leaf_hash(&leaf.entry), fold::read(index, &leaf)?)))
    }

    /// Whether a record is public now.
    pub(super) fn is_public(&self, index: u64) -> Result<bool, ModelError> {
        let read = self.read(index)?;
        Ok(read.is_some_and(|(_, stored)| stored.body.is_some()))
    }

    /// A record as it stands; `None` for one that is not public, or of a kind that is not known.
    pub(super) fn seen(&self, index: u64) -> Result<Option<Seen>, ModelError> {
        let Some((leaf_hash, stored)) = self.read(index)? else {
            return Ok(None);
        };
        let Some(kind) = stored.kind.filter(|_| stored.body.is_some()) else {
            return Ok(None);
        };
        let latest = self.model.latest_correction(index)?;
        let corrected = match latest {
            Some(latest) => self.read(latest)?,
            None => None,
        };
        let corrected = corrected.and_then(|(_, stored)| stored.corrected_body().cloned());
        Ok(Some(Seen {
            index,
            leaf_hash,
            corrected_by: latest.filter(|_| corrected.is_some()),
            kind,
            stored,
            corrected,
        }))
    }

    /// A record as it stood when it was published and after each of its corrections, each with the day on which the log took what made it so. Of
    /// more than [`MOST_VERSIONS`] corrections the newest alone, so that each version follows the one before it.
    pub(super) fn versions(&self, seen: &Seen) -> Result<Vec<(Seen, Date)>, ModelError> {
        let published = Seen {
            corrected_by: None,
            corrected: None,
            ..seen.clone()
        };
        let corrections = self.model.corrections(seen.index)?;
        let older = corrections.len().saturating_sub(MOST_VERSIONS);
        let mut versions = Vec::new();
        if older == 0 {
            versions.push((published, seen.logged_on()));
        }
        for correction in corrections.into_iter().skip(older) {
            let Some((_, stored)) = self.read(correction)? else {
                continue;
            };
            let Some(body) = stored.corrected_body().cloned() else {
                continue;
            };
            let version = Seen {
                corrected_by: Some(correction),
                corrected: Some(body),
                ..seen.clone()
            };
            versions.push((version, day_in_china(stored.entry.logged_at.unix())));
        }
        Ok(versions)
    }

    /// The public records of these kinds of which a member, as they stand, names the entry: in the order of the log, and of too many the newest.
    pub(super) fn naming(
        &self,
        index: u64,
        kinds: &[Kind],
        member: &str,
    ) -> Result<Vec<Seen>, ModelError> {
        let from = key::referrer(index, None);
        let to = prefix_end(&from);
        let mut sources = BTreeSet::new();
        let named = self.model.database.range_rev(&from, to.as_deref());
        for pair in named.take(MOST_NAMING) {
            let (key, kind) = pair?;
            let kind = std::str::from_utf8(&kind)
                .ok()
                .and_then(|kind| kind.parse().ok());
            let source = index_in_key("a reference", &key)?;
            match kind {
                Some(kind) if kinds.contains(&kind) => drop(sources.insert(source)),
                // A correction may have brought the name into the record that it corrects.
                Some(Kind::Correction) => {
                    let target = self.read(source)?.and_then(|(_, stored)| stored.corrects());
                    sources.extend(target);
                }
                _ => {}
            }
        }
        let mut found = Vec::new();
        for source in sources.into_iter().rev().take(MOST_READ) {
            let seen = self.seen(source)?;
            found.extend(
                seen.filter(|seen| kinds.contains(&seen.kind) && seen.named(member) == Some(index)),
            );
        }
        found.reverse();
        Ok(found)
    }
}
