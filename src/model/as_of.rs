//! Enterprises and listings as the first entries of the log have them, less everything that has left publication since.
//!
//! Read from what the model has of the present, with what came later left out, so that it is what a model folded up to there from the records
//! that are public now would have. What has left does nothing here either: a listing is off its list only by a removal that is public still.

use super::bearing::named;
use super::enterprise::{Enterprise, StatusList};
use super::fold::Read;
use super::staging::Staging;
use super::{Model, ModelError, Records, index_in_key, key};
use crate::domain::{Exit, Kind, View};
use crate::store::Pair;
use std::collections::BTreeSet;

/// An enterprise as it was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Who it was, and the listings in force.
    pub enterprise: Enterprise,
    /// The records on its page, newest first, as [`Model::enterprise_records`] orders them.
    pub records: Vec<u64>,
}

/// The subject that a correction gives the record it corrects: one that another correction has taken from it since stands in no other key.
pub(super) fn moved_rows(index: u64, record: &Read) -> Vec<Pair> {
    let (Some(target), Some(body)) = (record.stored.corrects(), record.stored.corrected_body())
    else {
        return Vec::new();
    };
    let kind = record
        .own()
        .and_then(|view| view.text_of("target_kind")?.parse().ok());
    let code = kind.and_then(|kind| View::new(kind, body).subject_code());
    let key = code.map(|code| key::moved(code.as_str(), Some((target, index))));
    key.map(|key| (key, Vec::new())).into_iter().collect()
}

/// The log's first entries.
struct First<'a> {
    staging: Staging<'a>,
    size: u64,
}

impl First<'_> {
    /// A record as it stood; `None` for one that is not public now, or was not there yet.
    fn standing(&self, index: u64) -> Result<Option<Read>, ModelError> {
        if index >= self.size {
            return Ok(None);
        }
        let stored = self.staging.kept(index)?;
        let Some(kind) = stored.kind.filter(|_| stored.body.is_some()) else {
            return Ok(None);
        };
        if !self.staging.is_listed(kind, index)? {
            return Ok(None);
        }
        let from = key::corrections(index, None);
        let to = key::corrections(index, Some(self.size));
        let latest = self.staging.last_key_below(&from, Some(&to))?;
        let corrected = match latest {
            None => None,
            Some(key) => {
                let latest = index_in_key("a correction", &key)?;
                self.staging.kept(latest)?.corrected_body().cloned()
            }
        };
        Ok(Some(Read::corrected(stored, corrected)))
    }

    /// Whether a record had ended a listing.
    fn is_removed(&self, index: u64, record: &Read) -> Result<bool, ModelError> {
        let Some(exit) = record.kind().and_then(Exit::of_listing) else {
            return Ok(false);
        };
        for source in self.staging.model.referring(index, Some(self.size)) {
            let (source, kind) = source?;
            // A removal names it by its own body, or by what a correction made of it.
            let removal = match kind {
                Kind::Correction => self.staging.kept(source)?.corrects(),
                kind if kind == exit.exit => Some(source),
                _ => None,
            };
            let removal = removal.map(|one| self.standing(one)).transpose()?.flatten();
            let view = removal.as_ref().and_then(Read::standing);
            let view = view.filter(|view| view.kind() == exit.exit);
            if view.is_some_and(|view| {
                named(&view, exit.field) == Some(index) && view.date_of(exit.ends_on).is_some()
            }) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The records that were about a subject at any time, in the order of the log.
    fn ever_about(&self, uscc: &str) -> Result<BTreeSet<u64>, ModelError> {
        let mut all = BTreeSet::new();
        for key in self.staging.keys(&key::enterprise_records(uscc))? {
            all.insert(index_in_key("a record of an enterprise", &key)?);
        }
        for key in self.staging.keys(&key::moved(uscc, None))? {
            let target = &key[..key.len().saturating_sub(8)];
            all.insert(index_in_key("a record that was corrected", target)?);
        }
        Ok(all)
    }

    fn enterprise(&self, uscc: &str) -> Result<Known, ModelError> {
        let mut enterprise = Enterprise::new(uscc);
        let mut records = Vec::new();
        for index in self.ever_about(uscc)? {
            let Some(record) = self.standing(index)? else {
                continue;
            };
            let mut subjects = record.subjects().into_iter();
            let Some((_, day)) = subjects.find(|(code, _)| code == uscc) else {
                continue;
            };
            let view = record.standing();
            let about = |view: &View<'_>| view.subject_code().is_some_and(|c| c.as_str() == uscc);
            match view.filter(about) {
                Some(view) => {
                    enterprise.take(&view, &day, index);
                    if self.is_removed(index, &record)? {
                        enterprise.take_off(StatusList::of(view.kind()), index);
                    }
                }
                None => enterprise.take_corrected_away(),
            }
            records.push((day, index));
        }
        records.sort_unstable();
        Ok(Known {
            enterprise,
            records: records.into_iter().rev().map(|(_, index)| index).collect(),
        })
    }
}

impl Model {
    fn first<'a>(&'a self, size: u64, records: &'a dyn Records) -> First<'a> {
        let staging = Staging::new(self, records);
        First { staging, size }
    }

    /// An enterprise as the log's first `size` entries have it; `None` where no record that is public now and was in the log then names it.
    /// `records`: the log it is of.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn enterprise_as_of(
        &self,
        uscc: &str,
        size: u64,
        records: &dyn Records,
    ) -> Result<Option<Known>, ModelError> {
        let known = self.first(size, records).enterprise(uscc)?;
        Ok((known.enterprise.on_page() > 0).then_some(known))
    }

    /// The listings of a list that were in force as the log's first `size` entries have it, newest first: of at most `looked` of them below
    /// `before` as many as `limit`, and below which index to go on, where there may be more.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn listings_as_of(
        &self,
        list: StatusList,
        size: u64,
        (before, looked, limit): (u64, usize, usize),
        records: &dyn Records,
    ) -> Result<(Vec<u64>, Option<u64>), ModelError> {
        let first = self.first(size, records);
        let before = before.min(size);
        let mut candidates = Vec::new();
        for kind in list.kinds() {
            candidates.extend(self.list_below(*kind, before, 0, looked + 1)?);
        }
        candidates.sort_unstable();
        let mut in_force = Vec::new();
        let mut last = None;
        for (at, index) in candidates.into_iter().rev().enumerate() {
            if at == looked || in_force.len() == limit {
                return Ok((in_force, last));
            }
            if let Some(record) = first.standing(index)?
                && !first.is_removed(index, &record)?
            {
                in_force.push(index);
            }
            last = Some(index);
        }
        Ok((in_force, None))
    }
}
