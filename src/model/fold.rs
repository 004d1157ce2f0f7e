//! How one entry changes the model. What is there after it depends on the log up to that entry and on which records are public, and on
//! nothing else: batches may be cut anywhere, and what left leaves no trace.

use super::enterprise::{Enterprise, StatusList};
use super::staging::Staging;
use super::{Model, ModelError, NamedFile, Records, index_in_key, key, unusable};
use crate::domain::dates::day_in_china;
use crate::domain::{Kind, Stored, Subject, View, person};
use crate::log::Leaf;
use crate::rules::Rules;
use crate::store::Pair;
use gongshi_verify::encoding::hex32;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::rc::Rc;

impl Model {
    /// Folds the leaves that follow the cursor; they and the new cursor become visible together. `records`: the log they are of.
    ///
    /// # Errors
    /// [`ModelError`]; nothing has changed then.
    pub fn fold(
        &self,
        first: u64,
        leaves: &[Leaf],
        records: &dyn Records,
    ) -> Result<(), ModelError> {
        let cursor = self.cursor()?;
        if first != cursor {
            return Err(unusable(
                "this batch",
                format!("it starts at {first}, the cursor is {cursor}"),
            ));
        }
        let mut staging = Staging::new(self, records);
        for (index, leaf) in (first..).zip(leaves) {
            staging.entry(index, leaf)?;
        }
        let end = first + leaves.len() as u64;
        self.database.apply(staging.finish(end)?)?;
        Ok(())
    }
}

pub(super) fn read(index: u64, leaf: &Leaf) -> Result<Stored, ModelError> {
    Stored::read(&leaf.entry, leaf.record.as_deref())
        .map_err(|e| unusable(&format!("entry {index}"), e))
}

/// The day a record is about or, where it names none, that of its logging: the day in Beijing, as pages show it.
fn day_of(stored: &Stored, view: &View<'_>) -> String {
    let day = view.main_date();
    let day = day.unwrap_or_else(|| day_in_china(stored.entry.logged_at.unix()));
    day.to_string()
}

/// A record as it is to be read: its own body, and that of its latest correction.
pub(super) struct Read {
    pub(super) stored: Rc<Stored>,
    corrected: Option<Map<String, Value>>,
}

impl Read {
    /// Whether a correction says what it should have been.
    pub(super) fn is_corrected(&self) -> bool {
        self.corrected.is_some()
    }

    /// As it was published, whatever was corrected.
    pub(super) fn as_published(stored: Rc<Stored>) -> Self {
        Read {
            stored,
            corrected: None,
        }
    }

    /// As it stands, or stood, by what a correction says it should have been.
    pub(super) fn corrected(stored: Rc<Stored>, corrected: Option<Map<String, Value>>) -> Self {
        Read { stored, corrected }
    }

    pub(super) fn kind(&self) -> Option<Kind> {
        self.stored.kind
    }

    /// Its subject, as published and as it stands.
    pub(super) fn named_subjects(&self) -> Vec<Subject<&str>> {
        let views = [self.own(), self.standing()].into_iter().flatten();
        views.filter_map(|view| Subject::of(&view)).collect()
    }

    /// As it was published.
    pub(super) fn own(&self) -> Option<View<'_>> {
        self.stored.view()
    }

    /// As it stands now.
    pub(super) fn standing(&self) -> Option<View<'_>> {
        match &self.corrected {
            Some(body) => Some(View::new(self.stored.kind?, body)),
            None => self.own(),
        }
    }

    /// The enterprises on whose pages it stands, each with the day.
    pub(super) fn subjects(&self) -> Vec<(String, String)> {
        let mut subjects: Vec<(String, String)> = Vec::new();
        for view in [self.standing(), self.own()].into_iter().flatten() {
            if let Some(code) = view.subject_code()
                && !subjects.iter().any(|(known, _)| known == code.as_str())
            {
                subjects.push((code.to_string(), day_of(&self.stored, &view)));
            }
        }
        subjects
    }
}

impl Staging<'_> {
    fn entry(&mut self, index: u64, leaf: &Leaf) -> Result<(), ModelError> {
        let stored = Rc::new(read(index, leaf)?);
        match stored.body {
            Some(_) => self.remember(index, &stored, leaf),
            None => self.withhold_unseen(index)?,
        }
        self.count_published(index, &stored)?;
        let ended = stored.ends();
        let kind = stored.kind;
        self.take_in(index, stored)?;
        match ended {
            Some(target) => {
                let corrected = self.kept(target)?.corrects();
                let before = corrected.map(|of| self.ties(of)).transpose()?;
                self.touch_duties_at([target])?;
                self.touch_above(target)?;
                self.leave(index, kind, target)?;
                self.take_out(target)?;
                let erased = kind == Some(Kind::Erasure);
                for correction in self.left_with(target, erased)? {
                    let stored = self.kept(correction)?;
                    self.leave_what_ended(index, kind, correction, &stored)?;
                }
                match erased {
                    true => self.give_up(target)?,
                    false => self.left_alone(index, target)?,
                }
                match corrected.zip(before) {
                    Some((of, before)) => self.left_without(of, before),
                    None => Ok(()),
                }
            }
            None => Ok(()),
        }
    }

    fn take_in(&mut self, index: u64, stored: Rc<Stored>) -> Result<(), ModelError> {
        let Some(kind) = stored.kind.filter(|_| stored.body.is_some()) else {
            return Ok(());
        };
        self.list(kind, index, true)?;
        self.add(key::count(kind), 1)?;
        let authority = stored.entry.authority.clone();
        self.add(key::authority(authority.as_str(), kind), 1)?;
        let record = Read::as_published(stored);
        for (key, value) in rows(index, &record, self.model.rules())? {
            // A file named twice in one record has the first name.
            if self.get(&key)?.is_none() {
                self.put(key, value);
            }
        }
        self.say(index, &record, true)?;
        self.touch_others(index, &record)?;
        self.touch_duties(&record)?;
        self.keep_display(index, &record)?;
        self.keep_duties(index, &record)?;
        self.take_promise(index, &record)?;
        for (uscc, day) in record.subjects() {
            if let (Some(view), false) = (record.standing(), self.changed.contains(&uscc)) {
                self.enterprise(&uscc)?.take(&view, &day, index);
            }
        }
        match record.stored.corrects() {
            Some(target) => self.correct(target, index, true),
            None => Ok(()),
        }
    }

    /// Takes a record out again, and what corrects it with it. One that was never taken in, or has left before, changes nothing.
    fn take_out(&mut self, index: u64) -> Result<(), ModelError> {
        let stored = self.kept(index)?;
        let Some(kind) = stored.kind else {
            return Ok(());
        };
        if !self.list(kind, index, false)? {
            return Ok(());
        }
        if stored.body.is_none() {
            return Err(unusable(
                &format!("record {index}"),
                "it was destroyed before it was taken out",
            ));
        }
        self.add(key::count(kind), -1)?;
        self.add(key::authority(stored.entry.authority.as_str(), kind), -1)?;
        let record = self.as_it_stands(index, stored)?;
        for (key, _) in rows(index, &record, self.model.rules())? {
            self.delete(key);
        }
        self.say(index, &record, false)?;
        self.withhold(index, &record.stored);
        self.touch_others(index, &record)?;
        self.touch_duties(&record)?;
        self.forget_display(index)?;
        self.forget_listed_entry(index, kind)?;
        self.forget_duties(index)?;
        self.touch_promise(index, &record);
        for (uscc, _) in record.subjects() {
            self.changed.insert(uscc);
        }
        for correction in self.corrections(index)? {
            self.take_out(correction)?;
        }
        match record.stored.corrects() {
            Some(target) => self.correct(target, index, false),
            None => Ok(()),
        }
    }

    /// Adds a correction of a record or takes one away, and changes what was read of the record before.
    fn correct(&mut self, target: u64, correction: u64, present: bool) -> Result<(), ModelError> {
        let stored = self.kept(target)?;
        let before = self.as_it_stands(target, stored.clone())?;
        let key = key::corrections(target, Some(correction));
        match present {
            true => self.put(key, Vec::new()),
            false => self.delete(key),
        }
        let listed = match stored.kind {
            Some(kind) => self.is_listed(kind, target)?,
            None => false,
        };
        if !listed || stored.body.is_none() {
            return Ok(());
        }
        let after = self.as_it_stands(target, stored)?;
        for (key, _) in rows(target, &before, self.model.rules())? {
            self.delete(key);
        }
        for (key, value) in rows(target, &after, self.model.rules())? {
            self.put(key, value);
        }
        self.say(target, &before, false)?;
        self.say(target, &after, true)?;
        self.touched.insert(target);
        self.touch_duties_at([target])?;
        self.keep_duties(target, &after)?;
        for record in [before, after] {
            self.touch_others(target, &record)?;
            self.touch_duties(&record)?;
            self.touch_promise(target, &record);
            self.changed
                .extend(record.subjects().into_iter().map(|(uscc, _)| uscc));
        }
        Ok(())
    }

    pub(super) fn corrections(&self, target: u64) -> Result<Vec<u64>, ModelError> {
        let keys = self.keys(&key::corrections(target, None))?;
        let indexes = keys.iter().map(|key| index_in_key("a correction", key));
        indexes.collect()
    }

    pub(super) fn standing(&self, index: u64) -> Result<Read, ModelError> {
        self.as_it_stands(index, self.kept(index)?)
    }

    /// A record as it stands; `None` for one that is not public, or of a kind that is not known.
    pub(super) fn public(&self, index: u64) -> Result<Option<Read>, ModelError> {
        let stored = self.kept(index)?;
        match stored.kind.filter(|_| stored.body.is_some()) {
            Some(kind) if self.is_listed(kind, index)? => {
                self.as_it_stands(index, stored).map(Some)
            }
            _ => Ok(None),
        }
    }

    pub(super) fn as_it_stands(&self, index: u64, stored: Rc<Stored>) -> Result<Read, ModelError> {
        let corrected = match self.last_key(&key::corrections(index, None))? {
            None => None,
            Some(key) => {
                let latest = index_in_key("a correction", &key)?;
                self.kept(latest)?.corrected_body().cloned()
            }
        };
        Ok(Read { stored, corrected })
    }

    /// An enterprise, of all its records that are taken in now.
    pub(super) fn made_anew(&self, uscc: &str) -> Result<Enterprise, ModelError> {
        let keys = self.keys(&key::enterprise_records(uscc))?;
        let mut indexes: Vec<u64> = keys
            .iter()
            .map(|key| index_in_key("a record of an enterprise", key))
            .collect::<Result<_, _>>()?;
        indexes.sort_unstable();
        indexes.dedup();
        let mut enterprise = Enterprise::new(uscc);
        for index in indexes {
            let record = self.as_it_stands(index, self.kept(index)?)?;
            let Some(view) = record.standing() else {
                continue;
            };
            match view.subject_code() {
                Some(code) if code.as_str() == uscc => {
                    let day = day_of(&record.stored, &view);
                    enterprise.take(&view, &day, index);
                    let removed = self.removed_on(index, &record)?;
                    if let (Some(kind), Some(_)) = (record.kind(), removed) {
                        enterprise.take_off(StatusList::of(kind), index);
                    }
                }
                _ => enterprise.take_corrected_away(),
            }
        }
        Ok(enterprise)
    }
}

/// Everything of a record that has a key of its own.
fn rows(index: u64, record: &Read, rules: &Rules) -> Result<Vec<Pair>, ModelError> {
    let (Some(kind), Some(own), Some(standing)) = (record.kind(), record.own(), record.standing())
    else {
        return Ok(Vec::new());
    };
    let mut rows = Vec::new();
    let targets: BTreeSet<u64> = own.references().iter().map(|r| r.entry.index).collect();
    for target in targets {
        rows.push((
            key::referrer(target, Some(index)),
            kind.as_str().as_bytes().to_vec(),
        ));
    }
    for file in own.files() {
        let Ok(sha256) = hex32(&file.sha256) else {
            continue;
        };
        let named = NamedFile {
            index,
            size: file.size,
            media_type: file.media_type,
            name: person::without_name(&file.name, &standing).into_owned(),
        };
        let value = serde_json::to_vec(&named)
            .map_err(|e| unusable(&format!("file {}", file.sha256), e))?;
        let key = key::file(&sha256, Some(index));
        // Named twice in one record, the first name is shown.
        if !rows.iter().any(|(known, _)| *known == key) {
            rows.push((key, value));
        }
    }
    for (uscc, day) in record.subjects() {
        rows.push((key::enterprise_record(&uscc, &day, index), Vec::new()));
    }
    rows.extend(super::lookup::rows(index, &standing));
    rows.extend(super::as_of::moved_rows(index, record));
    rows.extend(super::bearing::bearing(index, record));
    rows.extend(super::duty_ends::crossing(index, record, rules));
    rows.extend(super::journeys::begun_rows(index, record));
    rows.extend(super::promises::rows(index, record));
    if let (Kind::InspectionResult, Some("drawn"), Some(plan), Some(uscc)) = (
        kind,
        standing.text_of("draw_basis"),
        standing.text_of("plan_key"),
        standing.subject_code(),
    ) {
        let authority = record.stored.entry.authority.as_str();
        let key = key::drawn_result(plan, uscc.as_str(), authority, index);
        let logged_at = record.stored.entry.logged_at.unix().cast_unsigned();
        rows.push((key, logged_at.to_be_bytes().to_vec()));
    }
    Ok(rows)
}
