//! Credit promises by type and by what became of them, each once however many records say something of it.
//!
//! A promise is the record that names no earlier promise that is public; those that name it say what became of it, the last of them in the
//! log counts. What is kept follows from the records that are public, and from nothing else.

use super::fold::Read;
use super::journeys::State;
use super::staging::Staging;
use super::{Model, ModelError, index_in_key, key};
use crate::domain::codes::{Fulfilment, PromiseType};
use crate::domain::{EntryRef, Kind};
use crate::store::{Pair, prefix_end};
use std::collections::{BTreeMap, BTreeSet};

/// Most records of one promise that are read.
const MOST_RECORDS: usize = 64;

fn named(record: &Read) -> Option<u64> {
    record.kind().filter(|kind| *kind == Kind::CreditPromise)?;
    let value = record.standing()?.value_of("promise")?;
    Some(EntryRef::from_value(value)?.index)
}

/// The key by which a record says what became of a promise.
pub(super) fn rows(index: u64, record: &Read) -> impl Iterator<Item = Pair> + use<> {
    let row =
        named(record).map(|promise| (key::promise_follower(promise, Some(index)), Vec::new()));
    row.into_iter()
}

impl Staging<'_> {
    /// Takes the next promise in the log. Most name no other, and nothing can name one before it is there: those are not read again.
    pub(super) fn take_promise(&mut self, index: u64, record: &Read) -> Result<(), ModelError> {
        match (record.kind(), named(record), record.standing()) {
            (Some(Kind::CreditPromise), None, Some(view)) => {
                let state = State::of_promise(view.text_of("fulfilment"));
                let kind = view.text_of("promise_type").unwrap_or_default();
                self.put_promise(index, Some(place(kind, state.name())))
            }
            _ => {
                self.touch_promise(index, record);
                Ok(())
            }
        }
    }

    /// Notes that a promise left or changed.
    pub(super) fn touch_promise(&mut self, index: u64, record: &Read) {
        if record.kind() == Some(Kind::CreditPromise) {
            self.promises.insert(index);
            self.promises.extend(named(record));
        }
    }

    /// Looks again at every promise whose state may be another.
    pub(super) fn keep_promises(&mut self) -> Result<(), ModelError> {
        let mut roots = BTreeSet::new();
        for index in std::mem::take(&mut self.promises) {
            // What named it stands for itself once it has left, and under it again once it is there.
            roots.extend(self.followers(index)?);
            roots.insert(self.promise_root(index)?);
            roots.insert(index);
        }
        for index in roots {
            self.keep_promise(index)?;
        }
        Ok(())
    }

    fn promise(&self, index: u64) -> Result<Option<Read>, ModelError> {
        if !self.is_listed(Kind::CreditPromise, index)? {
            return Ok(None);
        }
        let stored = self.kept(index)?;
        self.as_it_stands(index, stored).map(Some)
    }

    /// The promise that a record says something of: its own, where it names none that is public.
    fn promise_root(&self, index: u64) -> Result<u64, ModelError> {
        let mut at = index;
        // Records name earlier ones only, so this ends.
        while let Some(record) = self.promise(at)?
            && let Some(earlier) = named(&record).filter(|earlier| *earlier < at)
            && self.promise(earlier)?.is_some()
        {
            at = earlier;
        }
        Ok(at)
    }

    fn followers(&self, promise: u64) -> Result<Vec<u64>, ModelError> {
        let keys = self.keys(&key::promise_follower(promise, None))?;
        let keys = keys.iter();
        keys.map(|key| index_in_key("what became of a promise", key))
            .collect()
    }

    /// Type and state of a promise; `None` where it is not public, or says what became of another.
    fn place(&self, index: u64) -> Result<Option<String>, ModelError> {
        let Some(record) = self.promise(index)? else {
            return Ok(None);
        };
        if self.promise_root(index)? != index {
            return Ok(None);
        }
        let view = record.standing();
        let text = |name| view.and_then(|view| view.text_of(name));
        let kind = text("promise_type").unwrap_or_default().to_owned();
        let mut said = (index, State::of_promise(text("fulfilment")));
        let mut open = self.followers(index)?;
        let mut seen = BTreeSet::new();
        while let Some(one) = open.pop()
            && seen.len() < MOST_RECORDS
        {
            let Some(record) = self.promise(one)? else {
                continue;
            };
            if !seen.insert(one) {
                continue;
            }
            let view = record.standing();
            let state = State::of_promise(view.and_then(|view| view.text_of("fulfilment")));
            if state != State::Pending && one > said.0 {
                said = (one, state);
            }
            open.extend(self.followers(one)?);
        }
        Ok(Some(place(&kind, said.1.name())))
    }

    fn keep_promise(&mut self, index: u64) -> Result<(), ModelError> {
        let place = self.place(index)?;
        self.put_promise(index, place)
    }

    fn put_promise(&mut self, index: u64, after: Option<String>) -> Result<(), ModelError> {
        let key = key::promise_place(index);
        let before = self.get(&key)?;
        let before = before.map(|place| String::from_utf8_lossy(&place).into_owned());
        if before == after {
            return Ok(());
        }
        if let Some(before) = before {
            self.add(key::promise_count(&before), -1)?;
            self.delete(key::promises(&before, Some(index)));
            self.delete(key.clone());
        }
        if let Some(after) = after {
            self.add(key::promise_count(&after), 1)?;
            self.put(key::promises(&after, Some(index)), Vec::new());
            self.put(key, after.into_bytes());
        }
        Ok(())
    }
}

fn place(kind: &str, state: &str) -> String {
    format!("{kind}|{state}")
}

impl Model {
    /// How many promises there are of each type in each state; those there are none of are left out.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn promise_counts(&self) -> Result<BTreeMap<(PromiseType, Fulfilment), u64>, ModelError> {
        let mut counts = BTreeMap::new();
        for kind in PromiseType::ALL {
            for state in Fulfilment::ALL {
                let count =
                    self.number(&key::promise_count(&place(kind.as_str(), state.as_str())))?;
                if count > 0 {
                    counts.insert((*kind, *state), count);
                }
            }
        }
        Ok(counts)
    }

    /// Type and state of the promise at an index; `None` where none stands there.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn promise(&self, index: u64) -> Result<Option<(PromiseType, Fulfilment)>, ModelError> {
        let place = self.database.get(&key::promise_place(index))?;
        let place = place.map(|place| String::from_utf8_lossy(&place).into_owned());
        let codes = place.as_deref().and_then(|place| place.split_once('|'));
        Ok(codes.and_then(|(kind, state)| Some((kind.parse().ok()?, state.parse().ok()?))))
    }

    /// The promises of these types and states, newest first by the log: at most `limit` of those below `before`.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn promises(
        &self,
        kind: Option<PromiseType>,
        state: Option<Fulfilment>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<u64>, ModelError> {
        let kinds = PromiseType::ALL
            .iter()
            .filter(|one| kind.is_none_or(|kind| kind == **one));
        let mut newest = Vec::new();
        for kind in kinds {
            let states = Fulfilment::ALL.iter();
            for state in states.filter(|one| state.is_none_or(|state| state == **one)) {
                let place = place(kind.as_str(), state.as_str());
                let from = key::promises(&place, None);
                let to = match before {
                    Some(before) => Some(key::promises(&place, Some(before))),
                    None => prefix_end(&from),
                };
                let pairs = self.database.range_rev(&from, to.as_deref());
                for pair in pairs.take(limit) {
                    newest.push(index_in_key("a promise", &pair?.0)?);
                }
            }
        }
        newest.sort_unstable_by(|a, b| b.cmp(a));
        newest.truncate(limit);
        Ok(newest)
    }
}
