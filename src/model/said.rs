//! What public records say that is counted: how many that an authority published in a month found a problem, promise this, or ended so.
//!
//! Counted of records as they stand, corrections included, and for as long as they are public: whoever has the public records comes to the same numbers.
//! The month is that in which the log took the record. What is a share of what, and what for, is not decided here.

use super::figures::Month;
use super::fold::Read;
use super::staging::Staging;
use super::{Model, ModelError, key, number, unusable};
use crate::domain::Kind;
use crate::domain::dates::day_in_china;
use crate::domain::schema::schema;
use crate::rules::Rules;
use serde::Serialize;

/// The kinds of which something is counted, and their fields that say it.
const COUNTED: [(Kind, &[&str]); 6] = [
    (Kind::InspectionResult, &["draw_basis", "outcome"]),
    (Kind::CreditPromise, &["promise_type"]),
    (Kind::RepairApplication, &["repair_kind"]),
    (Kind::RepairDecision, &["repair_kind", "repair_outcome"]),
    (Kind::CampaignResult, &["disposition"]),
    (Kind::NoPenalty, &["no_penalty_kind"]),
];

/// That a result has a code that speaks against its subject, by the list of the place and day.
pub const PROBLEM: &str = "problem";

/// How many public records say something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// In which month the log took them.
    pub month: Month,
    /// What they are.
    pub kind: Kind,
    /// Whose.
    pub authority: String,
    /// What they say: `<list>.<code>`, such as `promise_type.credit_repair`; [`PROBLEM`]; nothing, where all are counted.
    pub says: String,
    /// How many.
    pub count: u64,
}

/// What of a record is counted.
fn said(record: &Read, rules: &Rules) -> Vec<String> {
    let (Some(kind), Some(view)) = (record.kind(), record.standing()) else {
        return Vec::new();
    };
    let Some((_, fields)) = COUNTED.iter().find(|(counted, _)| *counted == kind) else {
        return Vec::new();
    };
    // What became of a promise is no promise of its own.
    if kind == Kind::CreditPromise && view.value_of("promise").is_some() {
        return Vec::new();
    }
    let entry = &record.stored.entry;
    let place = Rules::place(
        Some(entry.authority.as_str()),
        &view,
        day_in_china(entry.logged_at.unix()),
    );
    let mut all = vec![String::new()];
    let mut problem = false;
    for name in *fields {
        let Some(list) = schema(kind)
            .field(name)
            .and_then(|field| field.ty.code_list())
        else {
            continue;
        };
        for code in view.codes_of(name) {
            let says = format!("{}.{code}", list.name());
            if !all.contains(&says) {
                all.push(says);
            }
            problem |= rules.codes().is_negative(list, code, place);
        }
    }
    if problem {
        all.push(PROBLEM.to_owned());
    }
    all
}

impl Staging<'_> {
    /// Counts what a record says, or takes it from the counts again.
    pub(super) fn say(
        &mut self,
        index: u64,
        record: &Read,
        present: bool,
    ) -> Result<(), ModelError> {
        let Some(kind) = record.kind() else {
            return Ok(());
        };
        let entry = &record.stored.entry;
        let month = Month::of(day_in_china(entry.logged_at.unix())).to_string();
        for says in said(record, self.model.rules()) {
            let place = Some((kind, entry.authority.as_str(), says.as_str()));
            let one = key::said_entry(&month, kind, entry.authority.as_str(), &says, Some(index));
            let (difference, key) = (if present { 1 } else { -1 }, key::said(&month, place));
            self.add(key, difference)?;
            match present {
                true => self.put(one, Vec::new()),
                false => self.delete(one),
            }
        }
        Ok(())
    }
}

impl Model {
    /// What the records say that were published in these months, both included; what none says is left out.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn said(&self, from: Month, to: Month) -> Result<Vec<Said>, ModelError> {
        self.of_months(|month| key::said(&month.to_string(), None), from, to, read)
    }

    /// The records behind one of those numbers, newest first: at most `limit` of those below `before`.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn said_entries(
        &self,
        month: Month,
        kind: Kind,
        authority: &str,
        says: &str,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<u64>, ModelError> {
        let key = |index| key::said_entry(&month.to_string(), kind, authority, says, index);
        self.newest_below(key, before, limit)
    }
}

fn read(key: &[u8], value: &[u8]) -> Result<Said, ModelError> {
    let unreadable = || unusable("what records of a month say", "its key cannot be read");
    let text = key.get(1..).and_then(|key| std::str::from_utf8(key).ok());
    let mut parts = text.ok_or_else(unreadable)?.splitn(4, '|');
    let mut part = || parts.next().ok_or_else(unreadable);
    Ok(Said {
        month: Month::parse(part()?).ok_or_else(unreadable)?,
        kind: part()?.parse().map_err(|_| unreadable())?,
        authority: part()?.to_owned(),
        says: part()?.to_owned(),
        count: number("a count of what is said", value)?,
    })
}
