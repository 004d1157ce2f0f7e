//! How one entry changes the model. A pure function of the log up to that entry: batches may be cut anywhere.

use super::{
    Enterprise, LIST_BLOCK, Lifted, Listing, Model, ModelError, NamedFile, StatusList, VERSION,
    key, number, unusable,
};
use crate::domain::dates::day_in_china;
use crate::domain::{Kind, Stored, View};
use crate::log::Leaf;
use crate::store::WriteBatch;
use gongshi_verify::encoding::hex32;
use std::collections::{BTreeMap, BTreeSet};

/// Changes not yet written, over the database.
struct Staging<'a> {
    model: &'a Model,
    values: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    enterprises: BTreeMap<String, Enterprise>,
}

impl Model {
    /// Folds the leaves that follow the cursor; they and the new cursor become visible together.
    pub fn fold(&self, first: u64, leaves: &[Leaf]) -> Result<(), ModelError> {
        let cursor = self.cursor()?;
        if first != cursor {
            return Err(unusable(
                "this batch",
                format!("it starts at {first}, the cursor is {cursor}"),
            ));
        }
        let mut staging = Staging {
            model: self,
            values: BTreeMap::new(),
            enterprises: BTreeMap::new(),
        };
        for (index, leaf) in (first..).zip(leaves) {
            staging.entry(index, leaf)?;
        }
        let end = first + leaves.len() as u64;
        self.database.apply(staging.finish(end)?)?;
        Ok(())
    }
}

impl Staging<'_> {
    fn entry(&mut self, index: u64, leaf: &Leaf) -> Result<(), ModelError> {
        let stored = Stored::read(&leaf.entry, leaf.record.as_deref())
            .map_err(|e| unusable(&format!("entry {index}"), e))?;
        let (Some(kind), Some(view)) = (stored.kind, stored.view()) else {
            return Ok(());
        };
        let entry = &stored.entry;

        let position = self.add(key::count(kind), 1)? - 1;
        let list = key::list(kind, position / LIST_BLOCK);
        let mut numbers = self.get(&list)?.unwrap_or_default();
        numbers.extend_from_slice(&index.to_be_bytes());
        self.put(list, numbers);
        self.add(key::authority(entry.authority.as_str(), kind), 1)?;
        // The day in Beijing, as pages show it.
        let logged = day_in_china(entry.logged_at.unix()).to_string();
        let targets: BTreeSet<u64> = view
            .references()
            .into_iter()
            .map(|reference| reference.entry.index)
            .collect();
        for target in targets {
            self.put(
                key::referrer(target, Some(index)),
                kind.as_str().as_bytes().to_vec(),
            );
        }
        for file in view.files() {
            let Ok(sha256) = hex32(&file.sha256) else {
                continue;
            };
            let key = key::file(&sha256, Some(index));
            // Named twice in one record, the first name is shown.
            if !self.values.contains_key(&key) {
                let named = NamedFile {
                    index,
                    size: file.size,
                    media_type: file.media_type,
                    name: file.name,
                };
                let value = serde_json::to_vec(&named)
                    .map_err(|e| unusable(&format!("file {}", file.sha256), e))?;
                self.put(key, value);
            }
        }
        if let Some(uscc) = view.subject_code() {
            let date = view.main_date().map(|date| date.to_string());
            let day = date.as_deref().unwrap_or(&logged);
            let record = key::enterprise_record(uscc.as_str(), day, index);
            self.put(record, Vec::new());
            let day = day.to_owned();
            self.subject(uscc.as_str(), kind, &view, &day, Listing { index, date })?;
            if let (Kind::InspectionResult, Some("drawn"), Some(plan)) =
                (kind, view.text_of("draw_basis"), view.text_of("plan_key"))
            {
                let key = key::drawn_result(plan, uscc.as_str(), entry.authority.as_str(), index);
                let logged_at = entry.logged_at.unix().cast_unsigned();
                self.put(key, logged_at.to_be_bytes().to_vec());
            }
        }
        Ok(())
    }

    fn subject(
        &mut self,
        uscc: &str,
        kind: Kind,
        view: &View<'_>,
        day: &str,
        record: Listing,
    ) -> Result<(), ModelError> {
        let mut enterprise = self.enterprise(uscc)?;
        enterprise.records += 1;
        // Tables come in any order: what counts is the day a record is about, not when the log took it.
        let since = (day.to_owned(), record.index);
        if let Some(name) = view.subject_name() {
            let latest = enterprise.names.entry(name.to_owned()).or_default();
            *latest = since.clone().max(latest.clone());
            let mut names: Vec<_> = enterprise.names.iter().collect();
            names.sort_by_key(|(_, since)| *since);
            let mut names = names.into_iter().map(|(name, _)| name.clone()).rev();
            enterprise.name = names.next().unwrap_or_default();
            enterprise.earlier_names = names.rev().collect();
        }
        if let Some(region) = view.region()
            && since >= enterprise.region_since
        {
            enterprise.region = region.to_string();
            enterprise.region_since = since;
        }
        let ended = Ended {
            index: view
                .references()
                .into_iter()
                .find(|r| r.path == "listing" || r.path == "mark")
                .map(|r| r.entry.index),
            listed_on: view
                .text_of("listed_on")
                .or_else(|| view.text_of("marked_on")),
        };
        match kind {
            Kind::AbnormalListing | Kind::IndividualMark => {
                enterprise.enlist(StatusList::Abnormal, record)
            }
            Kind::SeriousListing => enterprise.enlist(StatusList::Serious, record),
            Kind::AbnormalRemoval | Kind::IndividualRestore => {
                ended.lift(StatusList::Abnormal, &mut enterprise)
            }
            Kind::SeriousRemoval => ended.lift(StatusList::Serious, &mut enterprise),
            _ => {}
        }
        for (list, listings) in [
            (StatusList::Abnormal, &enterprise.abnormal),
            (StatusList::Serious, &enterprise.serious),
        ] {
            let key = key::listed(list, uscc);
            match (self.get(&key)?.is_some(), listings.last()) {
                (false, Some(last)) => {
                    self.put(key, last.index.to_be_bytes().to_vec());
                    self.add(key::listed_count(list), 1)?;
                }
                (true, Some(last)) => self.put(key, last.index.to_be_bytes().to_vec()),
                (true, None) => {
                    self.values.insert(key, None);
                    self.add(key::listed_count(list), -1)?;
                }
                (false, None) => {}
            }
        }
        self.enterprises.insert(uscc.to_owned(), enterprise);
        Ok(())
    }

    fn enterprise(&mut self, uscc: &str) -> Result<Enterprise, ModelError> {
        if let Some(enterprise) = self.enterprises.remove(uscc) {
            return Ok(enterprise);
        }
        Ok(self.model.enterprise(uscc)?.unwrap_or_else(|| Enterprise {
            uscc: uscc.to_owned(),
            name: String::new(),
            earlier_names: Vec::new(),
            region: String::new(),
            names: BTreeMap::new(),
            region_since: (String::new(), 0),
            records: 0,
            abnormal: Vec::new(),
            serious: Vec::new(),
            lifted: Vec::new(),
        }))
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ModelError> {
        match self.values.get(key) {
            Some(value) => Ok(value.clone()),
            None => Ok(self.model.database.get(key)?),
        }
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.values.insert(key, Some(value));
    }

    /// Adds to a counter and returns it.
    fn add(&mut self, key: Vec<u8>, difference: i64) -> Result<u64, ModelError> {
        let before = self
            .get(&key)?
            .map_or(Ok(0), |value| number("a count", &value))?;
        let after = before.saturating_add_signed(difference);
        self.put(key, after.to_be_bytes().to_vec());
        Ok(after)
    }

    fn finish(mut self, cursor: u64) -> Result<WriteBatch, ModelError> {
        for (uscc, enterprise) in std::mem::take(&mut self.enterprises) {
            let value = serde_json::to_vec(&enterprise)
                .map_err(|e| unusable(&format!("enterprise {uscc}"), e))?;
            self.put(key::enterprise(&uscc), value);
        }
        let mut batch = WriteBatch::default();
        for (key, value) in self.values {
            match value {
                Some(value) => batch.put(key, value),
                None => batch.delete(key),
            }
        }
        batch.put(key::CURSOR, cursor.to_be_bytes());
        batch.put(key::VERSION, VERSION.to_be_bytes());
        Ok(batch)
    }
}

/// Which listing or mark a removal or restoration ends: the entry it names, or, as paper decisions do, its day.
struct Ended<'a> {
    index: Option<u64>,
    listed_on: Option<&'a str>,
}

impl Ended<'_> {
    fn lift(&self, list: StatusList, enterprise: &mut Enterprise) {
        let listings = enterprise.listings(list);
        let before = listings.len();
        listings.retain(|listing| match self.index {
            Some(index) => listing.index != index,
            None => self.listed_on.is_none() || listing.date.as_deref() != self.listed_on,
        });
        // A removal that names its listing by index comes after it: intake has looked.
        if let (None, Some(day), true) = (self.index, self.listed_on, listings.len() == before) {
            enterprise.lifted.push(Lifted {
                list,
                listed_on: day.to_owned(),
            });
        }
    }
}

impl Enterprise {
    fn listings(&mut self, list: StatusList) -> &mut Vec<Listing> {
        match list {
            StatusList::Abnormal => &mut self.abnormal,
            StatusList::Serious => &mut self.serious,
        }
    }

    /// Adds a listing, unless the removal that ends it has come before it.
    fn enlist(&mut self, list: StatusList, listing: Listing) {
        let lifted = self.lifted.iter().position(|lifted| {
            lifted.list == list && Some(lifted.listed_on.as_str()) == listing.date.as_deref()
        });
        match lifted {
            Some(at) => {
                self.lifted.remove(at);
            }
            None => self.listings(list).push(listing),
        }
    }
}
