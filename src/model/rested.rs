//! Records that rest on another and pull it along when they leave, by the links of the rules.
//!
//! One may rest on a record of anybody: a shop's goods lead to a penalty for who made them. It pulls that along only where both are about the
//! same subject, and where its authority has standing there; else it says nothing of how long the other is shown.

use super::bearing::named;
use super::fold::Read;
use super::staging::Staging;
use super::{ModelError, index_in_key, key};
use crate::domain::dates::day_in_china;
use crate::domain::office::has_standing;
use crate::domain::subject::is_one_of;
use crate::domain::{Kind, Stored, View};
use crate::rules::{Ended, How};
use std::collections::BTreeSet;
use std::rc::Rc;

/// What a record names, by its own body or by what corrects it.
pub(super) struct Ties {
    /// What it rests on.
    rested_on: BTreeSet<u64>,
    /// Whose duties it may have ended, or those of what waits for the same.
    ended: BTreeSet<u64>,
}

impl Staging<'_> {
    /// How and when a record left that rested on another, by the entry that ended it; `None` where it pulls that one not along, or where that
    /// cannot be told.
    pub(super) fn pulled(
        &self,
        (index, record): (u64, &Read),
        one: u64,
        by: u64,
    ) -> Result<Option<Ended>, ModelError> {
        let left = self.as_it_stood(one, self.kept(one)?)?;
        let end = self.kept(by)?;
        let (Some(view), Some(said)) = (left.standing(), end.view()) else {
            return Ok(None);
        };
        if !self.rests_on(&view).any(|named| named == index) || !is_about(&left, record) {
            return Ok(None);
        }
        self.how_left((one, &left, view.kind()), &end, &said)
            .map(Some)
    }

    /// The kinds of the public records that rest on one, and pull it along once they have left.
    pub(super) fn resting(&self, index: u64, record: &Read) -> Result<Vec<Kind>, ModelError> {
        let links = self.model.rules().links().iter();
        let links = links.filter(|link| link.through.is_some());
        let pulling: BTreeSet<Kind> = links.flat_map(|link| link.with.iter().copied()).collect();
        let mut kinds = BTreeSet::new();
        for key in self.keys(&key::referrer(index, None))? {
            let one = index_in_key("a record that names another", &key)?;
            let kind = self.get(&key)?.unwrap_or_default();
            let kind: Option<Kind> = std::str::from_utf8(&kind).ok().and_then(|k| k.parse().ok());
            // By its own body, or by what corrects it; of each kind one is enough.
            let corrects = kind == Some(Kind::Correction);
            let tells = |kind: &Kind| pulling.contains(kind) && !kinds.contains(kind);
            if !corrects && !kind.as_ref().is_some_and(tells) {
                continue;
            }
            let said = self.kept(one)?;
            let Some(other) = self.public(said.corrects().unwrap_or(one))? else {
                continue;
            };
            let Some(view) = other.standing() else {
                continue;
            };
            if self.rests_on(&view).any(|named| named == index) && is_about(&other, record) {
                kinds.insert(view.kind());
            }
        }
        Ok(kinds.into_iter().collect())
    }

    /// How and when a record left by an entry.
    fn how_left(
        &self,
        (one, left, kind): (u64, &Read, Kind),
        end: &Stored,
        said: &View<'_>,
    ) -> Result<Ended, ModelError> {
        let logged_on = day_in_china(end.entry.logged_at.unix());
        let (on, by) = match end.kind {
            Some(Kind::Expiry) => {
                let how = match self.removed_on(one, left)? {
                    Some(_) => How::Removed,
                    None => How::Stopped,
                };
                (said.date_of("expired_on").unwrap_or(logged_on), how)
            }
            _ => {
                let how = match said.text_of("withdrawal_reason") {
                    Some("repaired") => How::Stopped,
                    Some("decision_annulled" | "decision_void") => How::Annulled,
                    _ => How::Withdrawn,
                };
                (logged_on, how)
            }
        };
        Ok(Ended { kind, on, by })
    }

    /// How and when what a record rests on left, by the links that say by which of its fields it does. That a record was
    /// withdrawn stays known by the withdrawal when it is erased.
    pub(super) fn left_below(&self, record: &Read) -> Result<Vec<Ended>, ModelError> {
        let mut all = Vec::new();
        let Some(view) = record.standing() else {
            return Ok(all);
        };
        let links = self.model.rules().links().iter();
        let links = links.filter(|link| link.kind == view.kind());
        let below: BTreeSet<u64> = links.filter_map(|link| named(&view, link.names?)).collect();
        for one in below {
            if self.public(one)?.is_some() {
                continue;
            }
            let left = self.as_it_stood(one, self.kept(one)?)?;
            let Some(kind) = left.kind() else {
                continue;
            };
            let erased = self.erased_by(one)?.is_some();
            for key in self.keys(&key::referrer(one, None))? {
                let by = index_in_key("a record that names another", &key)?;
                let end = self.kept(by)?;
                let ends = match end.kind {
                    Some(Kind::Withdrawal) => true,
                    Some(Kind::Expiry) => !erased,
                    _ => false,
                };
                if let (true, Some(said)) = (ends, end.view()) {
                    all.push(self.how_left((one, &left, kind), &end, &said)?);
                    break;
                }
            }
        }
        Ok(all)
    }

    /// Notes the records that rest on one which leaves, by the links that say by which of their fields they do.
    pub(super) fn touch_above(&mut self, index: u64) -> Result<(), ModelError> {
        let links = self.model.rules().links().iter();
        let kinds: BTreeSet<&str> = links
            .filter(|link| link.names.is_some())
            .map(|link| link.kind.as_str())
            .collect();
        for key in self.keys(&key::referrer(index, None))? {
            let kind = self.get(&key)?.unwrap_or_default();
            if kinds.iter().any(|one| one.as_bytes() == kind) {
                let above = index_in_key("a record that names another", &key)?;
                self.touched.insert(above);
            }
        }
        Ok(())
    }

    /// The records that a body names as what it rests on.
    pub(super) fn rests_on(&self, view: &View<'_>) -> impl Iterator<Item = u64> {
        let links = self.model.rules().links().iter();
        let links = links.filter(|link| link.with.contains(&view.kind()));
        links.filter_map(|link| named(view, link.through?))
    }

    /// The corrections of a record that count, or did when it left, in the order of the log.
    pub(super) fn counted_corrections(&self, index: u64) -> Result<Vec<Rc<Stored>>, ModelError> {
        let mut all = self.corrections(index)?;
        all.extend(self.left_with(index, false)?);
        all.sort_unstable();
        all.dedup();
        let all = all.into_iter();
        all.map(|one| self.kept(one)).collect()
    }

    /// A record as it stands, or stood when it left.
    pub(super) fn as_it_stood(&self, index: u64, stored: Rc<Stored>) -> Result<Read, ModelError> {
        let mut all = self.corrections(index)?;
        all.extend(self.left_with(index, false)?);
        all.sort_unstable();
        let mut latest = None;
        while let (None, Some(one)) = (&latest, all.pop()) {
            latest = self.kept(one)?.corrected_body().cloned();
        }
        Ok(Read::corrected(stored, latest))
    }

    /// The records that one names as what it rests on, or applies for, by its own body or by what corrects it: which of them it was in the end
    /// is looked at when it is asked.
    pub(super) fn linked(&self, index: u64, stored: &Stored) -> Result<BTreeSet<u64>, ModelError> {
        let links = self.model.rules().links().iter();
        let of_kind =
            links.filter(|link| stored.kind.is_some_and(|kind| link.with.contains(&kind)));
        let mut fields: Vec<&'static str> = of_kind.filter_map(|link| link.through).collect();
        if stored.kind == Some(Kind::RepairApplication) {
            fields.push("target");
        }
        self.ever_named(index, stored, &fields)
    }

    /// What a record bears on by what it names.
    pub(super) fn ties(&self, index: u64) -> Result<Ties, ModelError> {
        let stored = self.kept(index)?;
        Ok(Ties {
            rested_on: self.linked(index, &stored)?,
            ended: self.may_have_ended(index, &stored)?,
        })
    }

    /// Notes that an entry ends the display of a record, for those that it rests on. What was erased tells nothing any more.
    pub(super) fn leave(
        &mut self,
        by: u64,
        kind: Option<Kind>,
        target: u64,
    ) -> Result<(), ModelError> {
        let stored = self.kept(target)?;
        for rested_on in self.linked(target, &stored)? {
            let key = key::left(rested_on, Some(target));
            let known = self.get(&key)?.is_some();
            match kind {
                Some(Kind::Erasure) if known => self.delete(key),
                Some(Kind::Erasure) => continue,
                _ if known => continue,
                _ => self.put(key, by.to_be_bytes().to_vec()),
            }
            self.touched.insert(rested_on);
        }
        self.leave_what_ended(by, kind, target, &stored)
    }

    /// Notes what a record that has left bears on no more once one of its corrections has left by an entry of its own.
    pub(super) fn left_without(&mut self, index: u64, before: Ties) -> Result<(), ModelError> {
        let after = self.ties(index)?;
        for gone in before.rested_on.difference(&after.rested_on) {
            self.delete(key::left(*gone, Some(index)));
        }
        for gone in before.ended.difference(&after.ended) {
            self.delete(key::left_ender(*gone, Some(index)));
            self.delete(key::undone(*gone, Some(index)));
        }
        self.touched.extend(before.rested_on);
        self.touch_duties_at(before.ended)
    }
}

/// Whether a record that left is about the subject of another, as published or corrected, and its authority has standing there.
fn is_about(left: &Read, other: &Read) -> bool {
    let same = is_one_of(&left.named_subjects(), &other.named_subjects());
    let (one, publisher) = (&left.stored.entry.authority, &other.stored.entry.authority);
    let body = other.standing();
    same && body.is_some_and(|body| has_standing(one, publisher, &body))
}
