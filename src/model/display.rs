//! Until when each public record is shown, by the dated rules and by what other public records say of it.
//!
//! Kept by day, so that what falls due is found without a scan. It ends nothing: that is an expiry's to say. What is kept follows from the
//! records that are public and from those that left with their bodies kept, so folded anew it is the same.

use super::fold::{Read, read};
use super::staging::Staging;
use super::{Model, ModelError, Records, index_in_key, key, unusable};
use crate::domain::dates::{day_in_china, parse_date};
use crate::domain::{EntryRef, Kind, OfDay, Stored, View};
use crate::rules::{Display, End, Ended, How, Later, Unruled};
use crate::store::Pair;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// A record whose display has an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The record.
    pub index: u64,
    /// The last day, in China, on which it is shown.
    pub last_day: Date,
    /// The version of the rule that says so, by [`crate::rules::RuleVersion::id`].
    pub rule: String,
}

impl Model {
    /// Records whose last day is before `day`, by day and index, from after `after` on: at most `limit`.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn due(
        &self,
        day: Date,
        after: Option<&Due>,
        limit: usize,
    ) -> Result<Vec<Due>, ModelError> {
        let from = match after {
            None => key::due("", None),
            Some(due) => {
                let mut key = key::due(&due.last_day.to_string(), Some(due.index));
                key.push(0);
                key
            }
        };
        let to = key::due(&day.to_string(), None);
        let pairs = self.database.range(&from, Some(&to)).take(limit);
        pairs
            .map(|pair| {
                let (key, rule) = pair?;
                let what = "a day on which a display ends";
                let day = key.get(1..11).and_then(|day| std::str::from_utf8(day).ok());
                let last_day = day.and_then(parse_date);
                Ok(Due {
                    index: index_in_key(what, &key)?,
                    last_day: last_day.ok_or_else(|| unusable(what, "its key has no day"))?,
                    rule: String::from_utf8_lossy(&rule).into_owned(),
                })
            })
            .collect()
    }

    /// When the display of a public record ends; `None` while nothing ends it.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn last_day(&self, index: u64) -> Result<Option<Due>, ModelError> {
        let value = self.database.get(&key::last_day(index))?;
        value
            .map(|value| {
                let value = String::from_utf8_lossy(&value).into_owned();
                let known = value.split_once(' ');
                let known = known.and_then(|(day, rule)| Some((parse_date(day)?, rule)));
                let (last_day, rule) =
                    known.ok_or_else(|| unusable("the end of a display", "it has no day"))?;
                Ok(Due {
                    index,
                    last_day,
                    rule: rule.to_owned(),
                })
            })
            .transpose()
    }

    /// What the rules say of a public record, as things stand; `None` for one that is not public. `records`: the log it is of.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn display<'a>(
        &'a self,
        index: u64,
        records: &'a dyn Records,
    ) -> Result<Option<Result<Display<'a>, Unruled>>, ModelError> {
        let staging = Staging::new(self, records);
        let stored = read(index, &records.kept(index)?)?;
        let public = match stored.kind {
            Some(kind) => staging.is_listed(kind, index)?,
            None => false,
        };
        match public {
            true => staging.display(index, &staging.as_it_stands(index, stored)?),
            false => Ok(None),
        }
    }
}

pub(super) fn named(view: &View<'_>, field: &str) -> Option<u64> {
    let entry = EntryRef::from_value(view.value_of(field)?)?;
    Some(entry.index)
}

/// Kinds of listing with the kind that ends each, and that kind's fields for the listing and for its day, and for the day of the end.
const EXITS: &[(Kind, Kind, &str, &str, &str)] = &[
    (
        Kind::AbnormalListing,
        Kind::AbnormalRemoval,
        "listing",
        "listed_on",
        "removed_on",
    ),
    (
        Kind::SeriousListing,
        Kind::SeriousRemoval,
        "listing",
        "listed_on",
        "removed_on",
    ),
    (
        Kind::IndividualMark,
        Kind::IndividualRestore,
        "mark",
        "marked_on",
        "restored_on",
    ),
];

/// The keys by which a record bears on the display of others.
pub(super) fn bearing(index: u64, record: &Read) -> Vec<Pair> {
    let (Some(kind), Some(view)) = (record.kind(), record.standing()) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for target in targets(kind, &view) {
        rows.push((key::bearing(target, Some(index)), Vec::new()));
    }
    if let Some((uscc, day)) = target_by_day(kind, &view) {
        rows.push((key::bearing_by_day(&uscc, &day, Some(index)), Vec::new()));
    }
    rows
}

/// The records on whose display one bears.
fn targets(kind: Kind, view: &View<'_>) -> Vec<u64> {
    let fields: &[&str] = match kind {
        Kind::AbnormalRemoval | Kind::SeriousRemoval => &["listing"],
        Kind::IndividualRestore => &["mark"],
        Kind::RepairApplication => &["target"],
        Kind::RepairDecision => &["target", "application"],
        _ => &[],
    };
    let named = fields.iter().filter_map(|field| named(view, field));
    named.collect()
}

/// The subject and day of the listing that a removal names by its day alone.
fn target_by_day(kind: Kind, view: &View<'_>) -> Option<(String, String)> {
    let (.., field, day_field, _) = EXITS.iter().find(|(_, exit, ..)| *exit == kind)?;
    match view.value_of(field) {
        Some(_) => None,
        None => Some((
            view.subject_code()?.to_string(),
            view.date_of(day_field)?.to_string(),
        )),
    }
}

fn of_day((index, record): &(u64, Read)) -> OfDay<'_> {
    let ground = record.standing();
    let ground = ground.and_then(|view| view.text_of("listed_reason"));
    OfDay {
        index: *index,
        authority: &record.stored.entry.authority,
        ground: ground.unwrap_or_default(),
    }
}

/// The subject and day of a listing, by which a removal may name it.
fn listed_by_day(kind: Kind, view: &View<'_>) -> Option<(String, String)> {
    EXITS.iter().find(|(listing, ..)| *listing == kind)?;
    Some((
        view.subject_code()?.to_string(),
        view.main_date()?.to_string(),
    ))
}

impl<'a> Staging<'a> {
    /// What the rules say of a record.
    pub(super) fn display(
        &self,
        index: u64,
        record: &Read,
    ) -> Result<Option<Result<Display<'a>, Unruled>>, ModelError> {
        let Some(view) = record.standing() else {
            return Ok(None);
        };
        let entry = &record.stored.entry;
        let published_on = day_in_china(entry.logged_at.unix());
        let later = self.later(index, &view)?;
        let rules = self.model.rules();
        let mut facts = rules.facts(entry.authority.as_str(), view, published_on, later);
        let display = rules.display(&facts);
        if view.kind() == Kind::SeriousListing {
            facts.later.recurred = true;
            let otherwise = rules.display(&facts);
            // Few rules ask, and to find out is dear.
            if otherwise != display && self.recurred(index, &view)? {
                return Ok(Some(otherwise));
            }
        }
        Ok(Some(display))
    }

    fn later(&self, index: u64, view: &View<'_>) -> Result<Later, ModelError> {
        // Most records are of kinds that nothing bears on, and they are not looked for.
        let kind = view.kind();
        let repaired = matches!(
            kind,
            Kind::InspectionResult
                | Kind::AbnormalListing
                | Kind::SeriousListing
                | Kind::IndividualMark
                | Kind::Penalty
        );
        let links = self.model.rules().links();
        if !repaired && links.iter().all(|link| link.kind != kind) {
            return Ok(Later::default());
        }
        let mut ended = Vec::new();
        for key in self.keys(&key::left(index, None))? {
            let by = self.get(&key)?;
            let by = by.and_then(|by| by.try_into().ok().map(u64::from_be_bytes));
            let one = index_in_key("a record that left", &key)?;
            if let Some(by) = by {
                ended.extend(self.ended(one, by)?);
            }
        }
        Ok(Later {
            removed_on: self.removed_on(index, view)?,
            repaired_on: self.repaired_on(index)?,
            recurred: false,
            ended,
        })
    }

    /// The first day on which a public record ended a listing.
    fn removed_on(&self, index: u64, view: &View<'_>) -> Result<Option<Date>, ModelError> {
        let exit = EXITS
            .iter()
            .find(|(listing, ..)| *listing == view.kind())
            .copied();
        let Some((_, exit, _, _, day_field)) = exit else {
            return Ok(None);
        };
        let mut days = Vec::new();
        for key in self.keys(&key::bearing(index, None))? {
            let one = self.standing(index_in_key("a removal", &key)?)?;
            if one.kind() == Some(exit) {
                days.extend(one.standing().and_then(|view| view.date_of(day_field)));
            }
        }
        if let (Some(code), Some(day)) = (view.subject_code(), view.main_date()) {
            let (code, day) = (code.as_str(), day.to_string());
            let removals = self.keys(&key::bearing_by_day(code, &day, None))?;
            let listed = match removals.is_empty() {
                true => Vec::new(),
                false => self.listed_on(view.kind(), code, &day)?,
            };
            let all: Vec<OfDay<'_>> = listed.iter().map(of_day).collect();
            let own = self.standing(index)?;
            let own = (index, own);
            for key in removals {
                let one = index_in_key("a removal", &key)?;
                let removal = (one, self.standing(one)?);
                if removal.1.kind() == Some(exit) && of_day(&removal).ends(&of_day(&own), &all) {
                    let said = removal.1.standing();
                    days.extend(said.and_then(|view| view.date_of(day_field)));
                }
            }
        }
        Ok(days.into_iter().min())
    }

    /// The public listings of a kind that a subject has of a day.
    fn listed_on(&self, kind: Kind, uscc: &str, day: &str) -> Result<Vec<(u64, Read)>, ModelError> {
        let mut all = Vec::new();
        for key in self.keys(&key::enterprise_record_days(uscc, day))? {
            let index = index_in_key("a record of an enterprise", &key)?;
            let record = self.standing(index)?;
            if record.kind() == Some(kind) {
                all.push((index, record));
            }
        }
        Ok(all)
    }

    /// The last day by a granted repair that was not rescinded since. A revocation that is reversed ends no display.
    fn repaired_on(&self, index: u64) -> Result<Option<Date>, ModelError> {
        let mut decisions = BTreeSet::new();
        for key in self.keys(&key::bearing(index, None))? {
            let one = index_in_key("a repair", &key)?;
            match self.standing(one)?.kind() {
                Some(Kind::RepairDecision) => drop(decisions.insert(one)),
                Some(Kind::RepairApplication) => {
                    for key in self.keys(&key::bearing(one, None))? {
                        decisions.insert(index_in_key("a repair", &key)?);
                    }
                }
                _ => {}
            }
        }
        // Decisions on one kind of repair take back none of another.
        let mut days: BTreeMap<String, Option<Date>> = BTreeMap::new();
        for one in decisions {
            let decision = self.standing(one)?;
            let Some(view) = decision.standing() else {
                continue;
            };
            let kind = view.text_of("repair_kind").unwrap_or_default();
            if kind == "revocation_reversal" {
                continue;
            }
            let day = match view.text_of("repair_outcome") {
                Some("granted") => view.date_of("stopped_on").or_else(|| view.main_date()),
                Some("rescinded") => None,
                _ => continue,
            };
            days.insert(kind.to_owned(), day);
        }
        Ok(days.into_values().flatten().min())
    }

    /// How and when a record that rested on another left, by the entry that ended it; `None` where that cannot be told.
    fn ended(&self, index: u64, by: u64) -> Result<Option<Ended>, ModelError> {
        let stored = read(index, &self.records.kept(index)?)?;
        let end = read(by, &self.records.kept(by)?)?;
        let (Some(kind), Some(view), Some(said)) = (stored.kind, stored.view(), end.view()) else {
            return Ok(None);
        };
        let logged_on = day_in_china(end.entry.logged_at.unix());
        let (on, by) = match end.kind {
            Some(Kind::Expiry) => {
                let how = match self.removed_on(index, &view)? {
                    Some(_) => How::Removed,
                    None => How::Stopped,
                };
                (said.date_of("expired_on").unwrap_or(logged_on), how)
            }
            _ if said.text_of("withdrawal_reason") == Some("repaired") => (logged_on, How::Stopped),
            _ => (logged_on, How::Withdrawn),
        };
        Ok(Some(Ended { kind, on, by }))
    }

    /// Whether the subject of a serious listing was listed again.
    fn recurred(&self, index: u64, view: &View<'_>) -> Result<bool, ModelError> {
        let Some(code) = view.subject_code() else {
            return Ok(false);
        };
        for other in self.serious_listings(code.as_str())? {
            let other_record = self.standing(other)?;
            let day = other_record.standing().and_then(|other| other.main_date());
            if other != index && day > view.main_date() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn serious_listings(&self, uscc: &str) -> Result<Vec<u64>, ModelError> {
        let mut found = Vec::new();
        for key in self.keys(&key::enterprise_records(uscc))? {
            let index = index_in_key("a record of an enterprise", &key)?;
            if read(index, &self.records.kept(index)?)?.kind == Some(Kind::SeriousListing) {
                found.push(index);
            }
        }
        Ok(found)
    }

    pub(super) fn standing(&self, index: u64) -> Result<Read, ModelError> {
        self.as_it_stands(index, read(index, &self.records.kept(index)?)?)
    }

    /// The records that a record rests on and pulls along when it leaves, by its own body.
    fn rests_on(&self, stored: &Stored) -> BTreeSet<u64> {
        let (Some(kind), Some(view)) = (stored.kind, stored.view()) else {
            return BTreeSet::new();
        };
        let links = self.model.rules().links().iter();
        let links = links.filter(|link| link.with.contains(&kind));
        links
            .filter_map(|link| named(&view, link.through))
            .collect()
    }

    /// Notes that an entry ends the display of a record, for those that it rests on. What was erased tells nothing any more.
    pub(super) fn leave(
        &mut self,
        by: u64,
        kind: Option<Kind>,
        target: u64,
    ) -> Result<(), ModelError> {
        let stored = read(target, &self.records.kept(target)?)?;
        for rested_on in self.rests_on(&stored) {
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

    /// Notes on whose display a record bears that came, left or changed.
    pub(super) fn touch_others(&mut self, record: &Read) -> Result<(), ModelError> {
        let (Some(kind), Some(view)) = (record.kind(), record.standing()) else {
            return Ok(());
        };
        self.touched.extend(targets(kind, &view));
        // Which listing of a day was meant depends on the others of that day.
        let by_day = target_by_day(kind, &view).or_else(|| listed_by_day(kind, &view));
        if let Some((uscc, day)) = by_day {
            for key in self.keys(&key::enterprise_record_days(&uscc, &day))? {
                let index = index_in_key("a record of an enterprise", &key)?;
                self.touched.insert(index);
            }
        }
        if kind == Kind::SeriousListing
            && let Some(code) = view.subject_code()
        {
            let others = self.serious_listings(code.as_str())?;
            self.touched.extend(others);
        }
        Ok(())
    }

    /// Looks again at every record whose display may end on another day.
    pub(super) fn keep_touched(&mut self) -> Result<(), ModelError> {
        let mut seen = BTreeSet::new();
        while let Some(index) = self.touched.pop_first() {
            if !seen.insert(index) {
                continue;
            }
            let stored = read(index, &self.records.kept(index)?)?;
            let Some(kind) = stored.kind.filter(|_| stored.body.is_some()) else {
                continue;
            };
            if self.is_listed(kind, index)? {
                let record = self.as_it_stands(index, stored)?;
                if kind == Kind::RepairApplication
                    && let Some(view) = record.standing()
                {
                    let further = targets(kind, &view);
                    self.touched
                        .extend(further.into_iter().filter(|one| !seen.contains(one)));
                }
                self.keep_display(index, &record)?;
            } else {
                // It has left; how it left may count for what it rested on.
                let further = self.rests_on(&stored);
                self.touched
                    .extend(further.into_iter().filter(|one| !seen.contains(one)));
            }
        }
        Ok(())
    }

    /// Keeps the last day of a record, where it has one.
    pub(super) fn keep_display(&mut self, index: u64, record: &Read) -> Result<(), ModelError> {
        let display = self.display(index, record)?;
        self.forget_display(index)?;
        match display {
            Some(Ok(Display {
                rule,
                end: End::LastDay(day),
                review,
            })) => {
                let (day, rule) = (day.to_string(), rule.id());
                let ends = format!("{day} {rule}").into_bytes();
                if review {
                    self.put(key::review(Some(index)), ends.clone());
                }
                self.put(key::due(&day, Some(index)), rule.into_bytes());
                self.put(key::last_day(index), ends);
            }
            Some(Err(Unruled::NeedsReview { rule })) => {
                self.put(key::review(Some(index)), format!(" {rule}").into_bytes());
                self.add(key::UNDECIDED.to_vec(), 1)?;
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn forget_display(&mut self, index: u64) -> Result<(), ModelError> {
        let key = key::last_day(index);
        if let Some(known) = self.get(&key)? {
            let known = String::from_utf8_lossy(&known).into_owned();
            let day = known.split(' ').next().unwrap_or_default();
            self.delete(key::due(day, Some(index)));
            self.delete(key);
        }
        let key = key::review(Some(index));
        if let Some(known) = self.get(&key)? {
            if known.starts_with(b" ") {
                self.add(key::UNDECIDED.to_vec(), -1)?;
            }
            self.delete(key);
        }
        Ok(())
    }
}
