//! The count beside the county: what was said by whom of whom, what corrects, ends and lists it, and until when it is shown. It is told only what
//! departments did, and never asks the program.

use crate::common::OPERATOR;
use crate::days::Day;
use crate::terms::ORDER_107;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    Abnormal,
    Serious,
}

/// One record.
#[derive(Debug, Clone)]
pub struct Said {
    pub index: u64,
    pub kind: String,
    pub who: String,
    /// Whom it named first, and whom it names as it was last corrected.
    pub first: Option<String>,
    pub subject: Option<String>,
    /// The last day on which it is shown, where it has one.
    pub last: Option<Day>,
    pub gone: bool,
    pub list: Option<List>,
    /// Records that lift this listing, or correct this record.
    pub lifted_by: Vec<u64>,
    pub corrected_by: Vec<u64>,
    /// The result that it rests on.
    pub rests_on: Option<u64>,
    /// Whether what rested on it was annulled, so that its authority has to look at it.
    pub review: bool,
}

#[derive(Debug, Default)]
pub struct Tally {
    said: BTreeMap<u64, Said>,
    /// Displays that ended by themselves.
    expired: u64,
    /// Records of authorities.
    authorities: u64,
}

impl Tally {
    /// Before anything was said: the records that registered the authorities.
    pub fn new(authorities: u64) -> Self {
        Tally {
            authorities,
            ..Tally::default()
        }
    }

    pub fn add(&mut self, index: u64, kind: &str, who: &str, subject: Option<&str>) -> &mut Said {
        let subject = subject.map(str::to_owned);
        let said = Said {
            index,
            kind: kind.to_owned(),
            who: who.to_owned(),
            first: subject.clone(),
            subject,
            last: None,
            gone: false,
            list: None,
            lifted_by: Vec::new(),
            corrected_by: Vec::new(),
            rests_on: None,
            review: false,
        };
        self.said.entry(index).insert_entry(said).into_mut()
    }

    pub fn get(&mut self, index: u64) -> &mut Said {
        self.said.get_mut(&index).unwrap()
    }

    /// A display that ends on a day, unless it does before.
    pub fn ends(&mut self, index: u64, day: Day) {
        let said = self.get(index);
        said.last = Some(said.last.map_or(day, |known| known.min(day)));
    }

    /// Ended by decision: at once, with what corrects it.
    pub fn withdraw(&mut self, index: u64) {
        let said = self.get(index);
        said.gone = true;
        for correction in said.corrected_by.clone() {
            self.withdraw(correction);
        }
    }

    /// Ended because the decision is void: what it rested on stays, and by Order 107 nobody but its authority can say until when.
    pub fn withdraw_annulled(&mut self, index: u64, today: Day) {
        self.withdraw(index);
        let result = self.said[&index].rests_on;
        if let Some(result) = result.filter(|_| today >= Day::of(ORDER_107)) {
            self.get(result).review = true;
        }
    }

    /// Records that no rule ends and whose authority has to decide.
    pub fn undecided(&self) -> u64 {
        let open = self
            .shown()
            .filter(|said| said.review && said.last.is_none());
        open.count() as u64
    }

    /// Ended for a repair: what it rested on ends with it on that day.
    pub fn withdraw_repaired(&mut self, index: u64, today: Day) {
        self.withdraw(index);
        self.pull(index, today);
    }

    /// What a penalty or serious listing rested on ends with it, from Order 107 on.
    fn pull(&mut self, index: u64, day: Day) {
        let said = &self.said[&index];
        let linked = matches!(said.kind.as_str(), "penalty" | "serious_listing");
        if let Some(result) = said
            .rests_on
            .filter(|_| linked && day >= Day::of(ORDER_107))
        {
            self.ends(result, day);
        }
    }

    /// A day begins: whatever had its last day before it ends.
    pub fn dawn(&mut self, today: Day) -> u64 {
        let before = self.expired;
        loop {
            let over = self
                .said
                .values()
                .find(|said| !said.gone && said.last.is_some_and(|last| last < today));
            let Some((index, last)) = over.map(|said| (said.index, said.last)) else {
                return self.expired - before;
            };
            self.expired += 1;
            self.withdraw(index);
            self.pull(index, last.unwrap());
        }
    }

    fn shown(&self) -> impl Iterator<Item = &Said> {
        self.said.values().filter(|said| !said.gone)
    }

    pub fn is_shown(&self, index: u64) -> bool {
        !self.said[&index].gone
    }

    pub fn indexes(&self) -> impl Iterator<Item = u64> {
        self.said.keys().copied()
    }

    /// Records with a last day, or gone already: those that can change overnight.
    pub fn passing(&self) -> impl Iterator<Item = u64> {
        let passing = self
            .said
            .values()
            .filter(|said| said.gone || said.last.is_some());
        passing.map(|said| said.index)
    }

    /// Whether anything was ever said of a kind.
    pub fn knows(&self, kind: &str) -> bool {
        self.said.values().any(|said| said.kind == kind)
    }

    /// Public records by kind: of everybody, or of one authority.
    pub fn by_kind(&self, who: Option<&str>) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for said in self
            .shown()
            .filter(|said| who.is_none_or(|who| said.who == who))
        {
            *counts.entry(said.kind.clone()).or_default() += 1;
        }
        if who.is_none_or(|who| who == OPERATOR) {
            for (kind, count) in [("authority", self.authorities), ("expiry", self.expired)] {
                if count > 0 {
                    counts.insert(kind.to_owned(), count);
                }
            }
        }
        counts
    }

    /// Indexes of the public records of a kind, newest first.
    pub fn newest(&self, kind: &str) -> Vec<u64> {
        let of_kind = self.shown().filter(|said| said.kind == kind);
        let mut indexes: Vec<u64> = of_kind.map(|said| said.index).collect();
        indexes.reverse();
        indexes
    }

    /// Who is on a list: by a listing that is shown, names them, and is lifted by nothing that is shown.
    pub fn on(&self, list: List) -> BTreeSet<String> {
        let standing = self.shown().filter(|said| said.list == Some(list));
        let standing =
            standing.filter(|said| said.lifted_by.iter().all(|index| !self.is_shown(*index)));
        standing.filter_map(|said| said.subject.clone()).collect()
    }

    /// The public records on the page of a subject.
    pub fn about(&self, code: &str) -> BTreeSet<u64> {
        let names = |name: &Option<String>| name.as_deref() == Some(code);
        let about = self
            .shown()
            .filter(|said| names(&said.first) || names(&said.subject));
        about.map(|said| said.index).collect()
    }

    /// Whether a record that was corrected to be of somebody else stands on the page of a subject.
    pub fn is_named_wrongly(&self, code: &str) -> bool {
        self.shown().any(|said| {
            said.first.as_deref() == Some(code) && said.subject.as_deref() != Some(code)
        })
    }

    pub fn subjects(&self) -> BTreeSet<String> {
        let all = self.said.values();
        all.flat_map(|said| [said.first.clone(), said.subject.clone()])
            .flatten()
            .collect()
    }
}
