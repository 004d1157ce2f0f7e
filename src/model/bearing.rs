//! Records that say when the display of another ends: what takes off a list, repairs, lists again.
//!
//! How it ends by the rules, and on which day, is for `display`; what merely rested on a record that left is in `rested`. Who may say what of
//! which record was decided when it was let in, by what it named then; what a correction has an application name later was not decided on.

use super::fold::Read;
use super::staging::Staging;
use super::{ModelError, index_in_key, key};
use crate::domain::{EntryRef, Exit, Kind, View};
use crate::store::{Pair, prefix_end};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn named(view: &View<'_>, field: &str) -> Option<u64> {
    let entry = EntryRef::from_value(view.value_of(field)?)?;
    Some(entry.index)
}

/// The keys by which a record bears on the display of others.
pub(super) fn bearing(index: u64, record: &Read) -> Vec<Pair> {
    let (Some(kind), Some(view)) = (record.kind(), record.standing()) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for target in targets(kind, &view) {
        rows.push((key::bearing(target, Some(index)), Vec::new()));
    }
    if let (Kind::SeriousListing, Some(code), Some(day)) =
        (kind, view.subject_code(), view.main_date())
    {
        let key = key::serious(code.as_str(), &day.to_string(), Some(index));
        rows.push((key, Vec::new()));
    }
    rows
}

/// The records on whose display one bears.
pub(super) fn targets(kind: Kind, view: &View<'_>) -> Vec<u64> {
    let fields: &[&str] = match kind {
        Kind::RepairApplication => &["target"],
        Kind::RepairDecision => &["target", "application"],
        _ => &[],
    };
    let exit = Exit::by(kind).map(|exit| exit.field);
    let fields = fields.iter().copied().chain(exit);
    fields.filter_map(|field| named(view, field)).collect()
}

impl Staging<'_> {
    /// The first day on which a public record ended a listing, which it names by its entry: one that gives the day alone is of a listing that
    /// this log does not have.
    pub(super) fn removed_on(&self, index: u64, record: &Read) -> Result<Option<Date>, ModelError> {
        let exit = record.kind().and_then(Exit::of_listing);
        let Some(exit) = exit else {
            return Ok(None);
        };
        let mut days = Vec::new();
        for key in self.keys(&key::bearing(index, None))? {
            let one = self.standing(index_in_key("a removal", &key)?)?;
            if one.kind() == Some(exit.exit) {
                days.extend(one.standing().and_then(|view| view.date_of(exit.ends_on)));
            }
        }
        Ok(days.into_iter().min())
    }

    /// The last day by a granted repair that was not rescinded since. A revocation that is reversed ends no display.
    pub(super) fn repaired_on(&self, index: u64) -> Result<Option<Date>, ModelError> {
        let mut decisions = BTreeSet::new();
        // An application that has left was decided on all the same.
        let mut bearing = self.keys(&key::bearing(index, None))?;
        bearing.extend(self.keys(&key::left(index, None))?);
        for key in bearing {
            let one = index_in_key("a repair", &key)?;
            let said = self.standing(one)?;
            match said.kind() {
                Some(Kind::RepairDecision) => drop(decisions.insert(one)),
                Some(Kind::RepairApplication) => {
                    for key in self.keys(&key::bearing(one, None))? {
                        let decision = index_in_key("a repair", &key)?;
                        if self.decides(decision, one, index)? {
                            decisions.insert(decision);
                        }
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

    /// Whether the subject of a serious listing was listed again.
    pub(super) fn recurred(&self, index: u64, view: &View<'_>) -> Result<bool, ModelError> {
        let (Some(code), Some(day)) = (view.subject_code(), view.main_date()) else {
            return Ok(false);
        };
        let last = self.last_listed(code.as_str(), index)?;
        Ok(last.is_some_and(|last| last > day.to_string()))
    }

    /// The last day on which a subject was listed for serious violations by another listing than this.
    fn last_listed(&self, uscc: &str, index: u64) -> Result<Option<String>, ModelError> {
        let prefix = key::serious(uscc, "", None);
        let mut to = prefix_end(&prefix);
        while let Some(key) = self.last_key_below(&prefix, to.as_deref())? {
            if index_in_key("a serious listing", &key)? != index {
                let day = key.get(prefix.len()..key.len() - 8).unwrap_or_default();
                return Ok(Some(String::from_utf8_lossy(day).into_owned()));
            }
            to = Some(key);
        }
        Ok(None)
    }

    /// Whether a decision on an application is on a record: the one that it names, else the one that the application named when it was decided.
    /// Who decided was held against that one, and what the application was made to name since, nobody decided on.
    fn decides(&self, decision: u64, application: u64, index: u64) -> Result<bool, ModelError> {
        let target = |view: Option<View<'_>>| view.and_then(|view| named(&view, "target"));
        if let Some(other) = target(self.standing(decision)?.standing()) {
            return Ok(other == index);
        }
        let said = self.corrections(decision)?.last().copied();
        let said = said.unwrap_or(decision);
        // Those that have left since said it then.
        let mut corrections = self.corrections(application)?;
        for key in self.keys(&key::withheld_corrections(application, None))? {
            let by = self.get(&key)?.and_then(|by| by.try_into().ok());
            if by.map(u64::from_be_bytes).is_none_or(|by| by > said) {
                corrections.push(index_in_key("a correction that left", &key)?);
            }
        }
        let last = corrections.into_iter().filter(|one| *one < said).max();
        let stored = self.kept(application)?;
        let applied = match last {
            Some(last) => {
                let body = self.kept(last)?.corrected_body().cloned();
                Read::corrected(stored, Some(body.unwrap_or_default()))
            }
            None => Read::as_published(stored),
        };
        Ok(target(applied.standing()) == Some(index))
    }

    /// Notes on whose display a record bears that came, left or changed.
    pub(super) fn touch_others(&mut self, index: u64, record: &Read) -> Result<(), ModelError> {
        let (Some(kind), Some(view)) = (record.kind(), record.standing()) else {
            return Ok(());
        };
        self.touched.extend(targets(kind, &view));
        let rested_on: Vec<u64> = self.rests_on(&view).collect();
        self.touched.extend(rested_on);
        // A listing that was corrected since stands on another page than its removal.
        if let Some(listing) = Exit::by(kind).and_then(|exit| named(&view, exit.field)) {
            let listing = self.standing(listing)?;
            let listed = listing.standing().and_then(|view| view.subject_code());
            if let Some(whose) = listed.filter(|whose| Some(whose) != view.subject_code().as_ref())
            {
                self.changed.insert(whose.to_string());
            }
        }
        // It is a recurrence for those of the last day before it; those of earlier days had one already.
        if kind == Kind::SeriousListing
            && let (Some(code), Some(day)) = (view.subject_code(), view.main_date())
            && let Some(last) = self.last_listed(code.as_str(), index)?
            && last < day.to_string()
        {
            for key in self.keys(&key::serious(code.as_str(), &last, None))? {
                self.touched
                    .insert(index_in_key("a serious listing", &key)?);
            }
        }
        Ok(())
    }
}
