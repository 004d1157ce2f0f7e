//! Which records end the duties of which, while they are public and after they left.
//!
//! A record counts as having done what was to be done when it was withdrawn for a repair or ended by the rules; what was withdrawn for another
//! reason, or erased, has not. What duties there are and how each stands is kept in `duties`.

use super::bearing::named;
use super::fold::Read;
use super::staging::Staging;
use super::{ModelError, index_in_key, key};
use crate::domain::dates::day_in_china;
use crate::domain::{Kind, Stored, Subject, View};
use crate::rules::{Duty, EndsWith, Facts, Rules, Side};
use crate::store::Pair;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// The keys by which duties and the records that end them find each other.
pub(super) fn crossing(index: u64, record: &Read, rules: &Rules) -> Vec<Pair> {
    let Some(view) = record.standing() else {
        return Vec::new();
    };
    let fields = rules.fields_that_end_duties(view.kind());
    let ending = fields.iter().filter_map(|field| named(&view, field));
    let mut rows: Vec<Pair> = ending
        .map(|target| (key::ender(target, Some(index)), Vec::new()))
        .collect();
    // Of all that follow on one record, only those wait that have something to wait for.
    if rules.has_shared_ends(view.kind()) {
        let facts = facts(rules, &record.stored, view);
        for duty in rules.duties(&facts) {
            let waiting = shared_places(&duty, &view);
            rows.extend(waiting.map(|place| (key::waiting(place, Some(index)), Vec::new())));
        }
    }
    if let (true, Some(own)) = (record.is_corrected(), record.own()) {
        let named = fields.iter().filter_map(|field| named(&own, field));
        rows.extend(named.map(|target| (key::unsaid(target, Some(index)), Vec::new())));
    }
    // One record may name another by two fields.
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// What a record is held against the rules by.
pub(super) fn facts<'b>(rules: &Rules, stored: &Stored, view: View<'b>) -> Facts<'b> {
    let logged_on = day_in_china(stored.entry.logged_at.unix());
    let authority = stored.entry.authority.as_str();
    rules.facts(authority, view, logged_on, crate::rules::Later::default())
}

/// What a record names that records name too which end a duty of it.
fn shared_places(duty: &Duty<'_>, view: &View<'_>) -> impl Iterator<Item = u64> {
    let fields = duty.ends_with.iter().filter_map(|end| match end {
        EndsWith::Later { same, .. } => *same,
        EndsWith::Publication => None,
    });
    fields.filter_map(|field| named(view, field))
}

/// What a duty ends through.
#[derive(Default)]
pub(super) struct Through {
    /// What is named by records that the record with the duty names: the record, its field, and what that names.
    pub(super) reaches: Vec<(u64, &'static str, u64)>,
    /// The first erasure of one of those records, by day and entry: nothing tells any more what it named.
    erased: Option<(Date, u64)>,
}

/// The first end of a duty.
pub(super) struct First {
    pub(super) on: Date,
    pub(super) by: u64,
    /// It may have been done before.
    pub(super) or_before: bool,
}

/// A record with duties, and what it is held against others by.
struct Owing<'a, 'b> {
    index: u64,
    record: &'a Read,
    subjects: Vec<Subject<&'a str>>,
    facts: &'a Facts<'b>,
    reaches: &'a [(u64, &'static str, u64)],
}

impl Owing<'_, '_> {
    /// The day on which another record ended a duty of it; `None` where it did not.
    fn ended_on(&self, rules: &Rules, duty: &Duty<'_>, one: u64, later: &Read) -> Option<Date> {
        let said = facts(rules, &later.stored, later.standing()?);
        let of = Side {
            index: self.index,
            authority: &self.record.stored.entry.authority,
            subjects: &self.subjects,
            facts: self.facts,
            reaches: self.reaches,
        };
        let by = Side {
            index: one,
            authority: &later.stored.entry.authority,
            subjects: &later.named_subjects(),
            facts: &said,
            reaches: &[],
        };
        rules.ended_on(duty, &of, &by)
    }
}

impl Staging<'_> {
    /// The first end of a duty. Where a record through which it ends was erased, nothing is left to be done, and what was done before that
    /// cannot be told.
    pub(super) fn end_of(
        &self,
        duty: &Duty<'_>,
        (index, record): (u64, &Read),
        facts: &Facts<'_>,
        through: &Through,
    ) -> Result<Option<First>, ModelError> {
        let told = |(on, by)| First {
            on,
            by,
            or_before: false,
        };
        if duty.ends_with.contains(&EndsWith::Publication) {
            return Ok(Some(told((facts.published_on, index))));
        }
        let rules = self.model.rules();
        let owing = Owing {
            index,
            record,
            subjects: record.named_subjects(),
            facts,
            reaches: &through.reaches,
        };
        let mut first: Option<(Date, u64)> = None;
        let reached = owing.reaches.iter().map(|(_, _, reached)| *reached);
        let mut places = places(duty, index, &facts.body);
        places.extend(reached);
        for place in places {
            let public = self.keys(&key::ender(place, None))?;
            let left = self.keys(&key::left_ender(place, None))?;
            let public = public.iter().map(|key| (key, true));
            for (key, public) in public.chain(left.iter().map(|key| (key, false))) {
                let one = index_in_key("a record that ends a duty", key)?;
                if one == index {
                    continue;
                }
                let stored = self.kept(one)?;
                let later = match public {
                    true => self.as_it_stands(one, stored)?,
                    false => self.as_it_stood(one, stored)?,
                };
                if let Some(on) = owing.ended_on(rules, duty, one, &later) {
                    let end = (on, one);
                    first = Some(first.map_or(end, |first| first.min(end)));
                }
            }
        }
        Ok(match (first, through.erased) {
            (first, Some((on, by))) if first.is_none_or(|first| (on, by) < first) => Some(First {
                on,
                by,
                or_before: true,
            }),
            (first, _) => first.map(told),
        })
    }

    /// What a duty of a record ends through.
    pub(super) fn through(&self, duty: &Duty<'_>, body: &View<'_>) -> Result<Through, ModelError> {
        let mut found = Through::default();
        for (same, via) in duty.via() {
            let Some(one) = named(body, same) else {
                continue;
            };
            if let Some(by) = self.erased_by(one)? {
                let erasure = self.kept(by)?;
                let on = day_in_china(erasure.entry.logged_at.unix());
                let first = found.erased.unwrap_or((on, by));
                found.erased = Some(first.min((on, by)));
                continue;
            }
            let stored = self.kept(one)?;
            let through = self.as_it_stood(one, stored)?;
            let reached = through.standing().and_then(|view| named(&view, via));
            let reached = reached.map(|reached| (one, via, reached));
            found.reaches.extend(reached);
        }
        Ok(found)
    }

    /// The entry that erased a record: from then on it tells nothing, whether or not its bytes are destroyed yet.
    pub(super) fn erased_by(&self, index: u64) -> Result<Option<u64>, ModelError> {
        for key in self.keys(&key::referrer(index, None))? {
            let kind = self.get(&key)?.unwrap_or_default();
            if kind == Kind::Erasure.as_str().as_bytes() {
                return index_in_key("an erasure", &key).map(Some);
            }
        }
        Ok(None)
    }

    /// The latest entry by which a duty is open that was done before: one that withdrew what had ended it, or corrected that; or one that
    /// withdrew a correction of the record. Nothing tells of what was erased.
    pub(super) fn reopened_by(
        &self,
        duty: &Duty<'_>,
        index: u64,
        record: &Read,
        facts: &Facts<'_>,
    ) -> Result<Option<u64>, ModelError> {
        let rules = self.model.rules();
        let owing = Owing {
            index,
            record,
            subjects: record.named_subjects(),
            facts,
            reaches: &[],
        };
        let ended = |one, said: &Read| owing.ended_on(rules, duty, one, said).is_some();
        let mut last = None;
        for place in places(duty, index, &facts.body) {
            for key in self.keys(&key::undone(place, None))? {
                let one = index_in_key("a record that ended a duty", &key)?;
                let stored = self.kept(one)?;
                let corrected = self.said_by(&stored)?;
                let of = stored.corrects();
                if ended(one, &self.as_it_stood(one, stored)?)
                    || corrected.is_some_and(|said| of.is_some_and(|of| ended(of, &said)))
                {
                    let by = self.get(&key)?.and_then(|by| by.try_into().ok());
                    last = last.max(by.map(u64::from_be_bytes));
                }
            }
            for key in self.keys(&key::unsaid(place, None))? {
                let one = index_in_key("a record that ended a duty", &key)?;
                let stored = self.kept(one)?;
                if ended(one, &Read::as_published(stored)) {
                    last = last.max(self.corrections(one)?.last().copied());
                }
            }
        }
        // What a correction of the record itself said is taken back too.
        for key in self.keys(&key::withheld_corrections(index, None))? {
            let by = self.get(&key)?.and_then(|by| by.try_into().ok());
            last = last.max(by.map(u64::from_be_bytes));
        }
        Ok(last)
    }

    /// The records that one names by a field of those, by its own body or by what corrects it, or did when it left.
    pub(super) fn ever_named(
        &self,
        index: u64,
        stored: &Stored,
        fields: &[&'static str],
    ) -> Result<BTreeSet<u64>, ModelError> {
        let mut all = BTreeSet::new();
        let (Some(view), false) = (stored.view(), fields.is_empty()) else {
            return Ok(all);
        };
        let mut add = |view: &View<'_>| all.extend(fields.iter().filter_map(|f| named(view, f)));
        add(&view);
        for correction in self.counted_corrections(index)? {
            if let Some(body) = correction.corrected_body() {
                add(&View::new(view.kind(), body));
            }
        }
        Ok(all)
    }

    /// The records whose duties one may have ended, however it was corrected.
    pub(super) fn may_have_ended(
        &self,
        index: u64,
        stored: &Stored,
    ) -> Result<BTreeSet<u64>, ModelError> {
        let rules = self.model.rules();
        let fields = stored.kind.map(|kind| rules.fields_that_end_duties(kind));
        self.ever_named(index, stored, fields.unwrap_or_default())
    }

    /// The record that a correction is of, as that says it should have been; `None` of what is no correction.
    fn said_by(&self, stored: &Stored) -> Result<Option<Read>, ModelError> {
        let (Some(of), Some(body)) = (stored.corrects(), stored.corrected_body().cloned()) else {
            return Ok(None);
        };
        let corrected = self.kept(of)?;
        Ok(Some(Read::corrected(corrected, Some(body))))
    }

    /// The records whose duties one may end as it is read.
    fn may_end(&self, record: &Read) -> Vec<u64> {
        let Some(view) = record.standing() else {
            return Vec::new();
        };
        let fields = self.model.rules().fields_that_end_duties(view.kind());
        fields.iter().filter_map(|f| named(&view, f)).collect()
    }

    /// Notes whose duties a record may end that came, left or changed.
    pub(super) fn touch_duties(&mut self, record: &Read) -> Result<(), ModelError> {
        let named = self.may_end(record);
        self.touch_duties_at(named)
    }

    pub(super) fn touch_duties_at(
        &mut self,
        places: impl IntoIterator<Item = u64>,
    ) -> Result<(), ModelError> {
        for place in places {
            self.duties_touched.insert(place);
            for waiting in [key::waiting, key::reached] {
                for key in self.keys(&waiting(place, None))? {
                    let waiting = index_in_key("a record with duties", &key)?;
                    self.duties_touched.insert(waiting);
                }
            }
        }
        Ok(())
    }

    /// Notes that a record leaves that may have ended duties, by the entry that ends its display. By rule or for a repair it has done what was
    /// to be done all the same; what was erased tells nothing any more.
    pub(super) fn leave_what_ended(
        &mut self,
        by: u64,
        kind: Option<Kind>,
        target: u64,
        stored: &Stored,
    ) -> Result<(), ModelError> {
        let stays_done = match kind {
            Some(Kind::Expiry) => true,
            Some(Kind::Withdrawal) => {
                let end = self.kept(by)?;
                let reason = end
                    .view()
                    .and_then(|said| said.text_of("withdrawal_reason"));
                reason == Some("repaired")
            }
            _ => false,
        };
        let mut named = self.may_have_ended(target, stored)?;
        // What a correction says is said by the record that it corrects, and by nothing once it has left alone.
        if let (false, Some(said)) = (stays_done, self.said_by(stored)?) {
            named.extend(self.may_end(&said));
        }
        for one in &named {
            let [done, undone] = [key::left_ender, key::undone].map(|key| key(*one, Some(target)));
            if kind == Some(Kind::Erasure) {
                self.delete(done);
                self.delete(undone);
            } else if stays_done {
                self.put(done, by.to_be_bytes().to_vec());
            } else {
                self.put(undone, by.to_be_bytes().to_vec());
            }
        }
        self.touch_duties_at(named)
    }
}

/// What the records name that may end a duty.
pub(super) fn places(duty: &Duty<'_>, index: u64, body: &View<'_>) -> BTreeSet<u64> {
    let mut places: BTreeSet<u64> = shared_places(duty, body).collect();
    let direct = |end: &EndsWith| matches!(end, EndsWith::Later { same: None, .. });
    if duty.ends_with.iter().any(direct) {
        places.insert(index);
    }
    places
}
