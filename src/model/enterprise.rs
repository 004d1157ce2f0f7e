//! An enterprise as its public records show it, and what one record changes of that. Pure: the records come in the order of the log.

use super::{ModelError, bearing, unusable};
use crate::domain::{Exit, Kind, OfDay, View, person};
use gongshi_verify::names::AuthorityId;
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
    /// Who published it.
    authority: String,
    /// Its ground by code, where it names one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    ground: String,
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
    /// Removals that came before any listing they could end: departments send their tables in any order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lifted: Vec<Lifted>,
}

/// A removal whose listing is not in the log yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifted {
    /// Which list.
    pub list: StatusList,
    /// The day of the listing that it ends, `YYYY-MM-DD`.
    pub listed_on: String,
    /// Index of the removal.
    index: u64,
    /// Who published it.
    authority: String,
    /// The ground of the listing by code, where it names one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    ground: String,
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

    pub(super) fn byte(self) -> u8 {
        match self {
            StatusList::Abnormal => b'a',
            StatusList::Serious => b's',
        }
    }
}

/// Whether a removal by the day can be of a listing: by the rule that lets removals in and ends displays.
fn means(removal: &Lifted, listing: &Listing) -> bool {
    let id = |text: &str| AuthorityId::parse(text).ok();
    let (Some(own), Some(theirs)) = (id(&removal.authority), id(&listing.authority)) else {
        return false;
    };
    let removal_of = OfDay {
        index: removal.index,
        authority: &own,
        ground: &removal.ground,
    };
    let listed = OfDay {
        index: listing.index,
        authority: &theirs,
        ground: &listing.ground,
    };
    Some(removal.listed_on.as_str()) == listing.date.as_deref() && removal_of.means(&listed)
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
            lifted: Vec::new(),
        }
    }

    /// Takes the next record about it, of an authority. `day`: the one it is about, or that of its logging.
    pub(super) fn take(&mut self, authority: &AuthorityId, view: &View<'_>, day: &str, index: u64) {
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
        let ground = view.text_of("listed_reason").unwrap_or_default().to_owned();
        if Exit::of_listing(view.kind()).is_some() {
            let listing = Listing {
                index,
                date: view.main_date().map(|date| date.to_string()),
                authority: authority.to_string(),
                ground,
            };
            self.enlist(list, listing);
        } else if let Some(exit) = Exit::by(view.kind()) {
            match (bearing::named(view, exit.field), view.text_of(exit.day)) {
                // Intake has looked whether the two belong together.
                (Some(listing), _) => self.listings(list).retain(|one| one.index != listing),
                (None, Some(day)) => self.lift(Lifted {
                    list,
                    listed_on: day.to_owned(),
                    index,
                    authority: authority.to_string(),
                    ground,
                }),
                (None, None) => {}
            }
        }
    }

    /// Ends the listing that a removal means by its day; where there is none yet, it ends one that comes. As `by_day::ended` has it.
    fn lift(&mut self, removal: Lifted) {
        let listings = self.listings(removal.list);
        match listings.iter().position(|one| means(&removal, one)) {
            Some(at) => drop(listings.remove(at)),
            None => self.lifted.push(removal),
        }
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

    /// Adds a listing, unless the removal that ends it has come before it: one that names its ground before one that names none.
    fn enlist(&mut self, list: StatusList, listing: Listing) {
        let is_its = |one: &Lifted| one.list == list && means(one, &listing);
        let mut lifted = self.lifted.iter();
        let grounded = lifted.position(|one| !one.ground.is_empty() && is_its(one));
        match grounded.or_else(|| self.lifted.iter().position(is_its)) {
            Some(at) => drop(self.lifted.remove(at)),
            None => self.listings(list).push(listing),
        }
    }

    pub(super) fn to_value(&self) -> Result<Vec<u8>, ModelError> {
        serde_json::to_vec(self).map_err(|e| unusable(&format!("enterprise {}", self.uscc), e))
    }
}
