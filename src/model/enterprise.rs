//! An enterprise as its public records show it, and what one record changes of that. Pure: the records come in the order of the log.

use super::{ModelError, bearing, unusable};
use crate::domain::{Exit, Kind, View, person};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A listing in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Index of the record that lists.
    pub index: u64,
    /// The day it names, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
}

/// An enterprise as its public records show it. Small however many they are: they stand in keys of their own
/// ([`Model::enterprise_records`](super::Model::enterprise_records)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enterprise {
    /// Unified social credit code.
    pub uscc: String,
    /// Name in the record of the latest day, whichever came first.
    pub name: String,
    /// Other names, by the latest day of each, oldest first.
    pub earlier_names: Vec<String>,
    /// Region in the record of the latest day.
    pub region: String,
    /// Each name's latest day; what `name` and `earlier_names` are made of.
    pub names: BTreeMap<String, (String, u64)>,
    /// Day and index of the record that gave the region.
    pub region_since: (String, u64),
    /// Number of public records about it.
    pub records: u64,
    /// Number of those that were corrected to be about somebody else: they stand on its page, so that a reader of the first version finds
    /// where they went.
    #[serde(default)]
    pub corrected_away: u64,
    /// Listings in force: 经营异常名录 (or the mark of an individual business).
    pub abnormal: Vec<Listing>,
    /// Listings in force: 严重违法失信名单.
    pub serious: Vec<Listing>,
}

/// The two lists an enterprise can be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusList {
    /// 经营异常名录, marks of individual businesses included.
    Abnormal,
    /// 严重违法失信名单.
    Serious,
}

impl StatusList {
    /// The list of a kind of listing or removal.
    pub(super) fn of(kind: Kind) -> Self {
        match kind {
            Kind::SeriousListing | Kind::SeriousRemoval => StatusList::Serious,
            _ => StatusList::Abnormal,
        }
    }

    /// The kinds of record that put a subject on it.
    pub(super) fn kinds(self) -> &'static [Kind] {
        match self {
            StatusList::Abnormal => &[Kind::AbnormalListing, Kind::IndividualMark],
            StatusList::Serious => &[Kind::SeriousListing],
        }
    }

    pub(super) fn byte(self) -> u8 {
        match self {
            StatusList::Abnormal => b'a',
            StatusList::Serious => b's',
        }
    }
}

impl Enterprise {
    /// One of which nothing is known yet.
    pub(super) fn new(uscc: &str) -> Self {
        Enterprise {
            uscc: uscc.to_owned(),
            name: String::new(),
            earlier_names: Vec::new(),
            region: String::new(),
            names: BTreeMap::new(),
            region_since: (String::new(), 0),
            records: 0,
            corrected_away: 0,
            abnormal: Vec::new(),
            serious: Vec::new(),
        }
    }

    /// Takes the next record about it. `day`: the one it is about, or that of its logging.
    pub(super) fn take(&mut self, view: &View<'_>, day: &str, index: u64) {
        self.records += 1;
        // Tables come in any order: what counts is the day a record is about, not when the log took it.
        let since = (day.to_owned(), index);
        // An individual business under its owner's name: the full one stands on the pages of its records.
        if let Some(name) = person::shown_name(view) {
            let latest = self.names.entry(name.into_owned()).or_default();
            *latest = since.clone().max(latest.clone());
            let mut names: Vec<_> = self.names.iter().collect();
            names.sort_by_key(|(_, since)| *since);
            let mut names = names.into_iter().map(|(name, _)| name.clone()).rev();
            self.name = names.next().unwrap_or_default();
            self.earlier_names = names.rev().collect();
        }
        if let Some(region) = view.region()
            && since >= self.region_since
        {
            self.region = region.to_string();
            self.region_since = since;
        }
        let list = StatusList::of(view.kind());
        if Exit::of_listing(view.kind()).is_some() {
            let date = view.main_date().map(|date| date.to_string());
            self.listings(list).push(Listing { index, date });
        } else if let Some(exit) = Exit::by(view.kind())
            && let Some(listing) = bearing::named(view, exit.field)
        {
            // Intake has looked whether the two belong together.
            self.take_off(list, listing);
        }
    }

    /// Takes a listing that was ended off its list.
    pub(super) fn take_off(&mut self, list: StatusList, listing: u64) {
        self.listings(list).retain(|one| one.index != listing);
    }

    /// Takes a record that was corrected to be about somebody else: it stands on the page, and counts for nothing else.
    pub(super) fn take_corrected_away(&mut self) {
        self.corrected_away += 1;
    }

    /// Records that stand on its page.
    #[must_use]
    pub fn on_page(&self) -> u64 {
        self.records + self.corrected_away
    }

    /// The listings of a list that are in force.
    #[must_use]
    pub fn on(&self, list: StatusList) -> &[Listing] {
        match list {
            StatusList::Abnormal => &self.abnormal,
            StatusList::Serious => &self.serious,
        }
    }

    fn listings(&mut self, list: StatusList) -> &mut Vec<Listing> {
        match list {
            StatusList::Abnormal => &mut self.abnormal,
            StatusList::Serious => &mut self.serious,
        }
    }

    pub(super) fn to_value(&self) -> Result<Vec<u8>, ModelError> {
        serde_json::to_vec(self).map_err(|e| unusable(&format!("enterprise {}", self.uscc), e))
    }
}
