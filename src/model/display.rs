//! Until when each public record is shown, by the dated rules and by what other public records say of it.
//!
//! Kept by day, so that what falls due is found without a scan. It ends nothing: that is an expiry's to say. What is kept follows from the
//! records that are public and from those that left with their bodies kept, so folded anew it is the same.

use super::bearing::targets;
use super::fold::Read;
use super::staging::Staging;
use super::{Model, ModelError, Records, index_in_key, key, unusable};
use crate::domain::Kind;
use crate::domain::dates::{day_in_china, parse_date};
use crate::rules::{Display, End, Later, Unruled};
use jiff::civil::Date;
use std::collections::BTreeSet;

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
        match staging.public(index)? {
            Some(record) => staging.display(index, &record),
            None => Ok(None),
        }
    }
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
        let later = self.later(index, record)?;
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

    fn later(&self, index: u64, record: &Read) -> Result<Later, ModelError> {
        // Most records are of kinds that nothing bears on, and they are not looked for.
        let Some(kind) = record.kind() else {
            return Ok(Later::default());
        };
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
                ended.extend(self.pulled((index, record), one, by)?);
            }
        }
        let resting = match ended.is_empty() {
            true => Vec::new(),
            false => self.resting(index, record)?,
        };
        ended.extend(self.left_below(record)?);
        Ok(Later {
            removed_on: self.removed_on(index, record)?,
            repaired_on: self.repaired_on(index)?,
            recurred: false,
            ended,
            resting,
        })
    }

    /// Looks again at every record whose display may end on another day.
    pub(super) fn keep_touched(&mut self) -> Result<(), ModelError> {
        let mut seen = BTreeSet::new();
        while let Some(index) = self.touched.pop_first() {
            if !seen.insert(index) {
                continue;
            }
            let further: BTreeSet<u64> = match self.public(index)? {
                Some(record) => {
                    self.keep_display(index, &record)?;
                    let view = record.standing();
                    let applied = view.filter(|view| view.kind() == Kind::RepairApplication);
                    let targets = applied.map(|view| targets(view.kind(), &view));
                    targets.into_iter().flatten().collect()
                }
                // It has left; how it left may count for what it rested on.
                None => {
                    let stored = self.kept(index)?;
                    self.linked(index, &stored)?
                }
            };
            let new = further.into_iter().filter(|one| !seen.contains(one));
            self.touched.extend(new);
        }
        Ok(())
    }

    /// Keeps the last day of a record, where it has one.
    pub(super) fn keep_display(&mut self, index: u64, record: &Read) -> Result<(), ModelError> {
        self.keep_listed_entry(index, record)?;
        let display = self.display(index, record)?;
        self.forget_display(index)?;
        match display {
            Some(Ok(Display {
                rule,
                end: End::LastDay(day),
                review,
                decide,
            })) => {
                let (day, rule) = (day.to_string(), rule.id());
                let ends = format!("{day} {rule}").into_bytes();
                if let Some(rule) = decide {
                    let rule = format!(" {}", rule.id());
                    self.put(key::review(Some(index)), rule.into_bytes());
                    self.add(key::UNDECIDED.to_vec(), 1)?;
                } else if review {
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
