//! Changes not yet written, over the database: they become visible together.

use super::enterprise::{Enterprise, StatusList};
use super::fold::Read;
use super::kept::Remembered;
use super::lookup::names;
use super::{Model, ModelError, Records, VERSION, key, number};
use crate::domain::{Exit, Kind};
use crate::store::{WriteBatch, prefix_end};
use jiff::civil::Date;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

pub(super) struct Staging<'a> {
    pub(super) model: &'a Model,
    pub(super) records: &'a dyn Records,
    values: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Enterprises as they are after the entries taken so far.
    pub(super) enterprises: BTreeMap<String, Enterprise>,
    /// The names under which those that were read have been kept so far.
    pub(super) named: BTreeMap<String, BTreeSet<String>>,
    /// Enterprises of which a record has left or changed: made anew of their records at the end of the batch.
    pub(super) changed: BTreeSet<String>,
    /// Records whose display may end on another day: looked at again at the end of the batch.
    pub(super) touched: BTreeSet<u64>,
    /// Records whose duties may have ended, or not any more: looked at again at the end of the batch.
    pub(super) duties_touched: BTreeSet<u64>,
    /// The day on which the log began, once it was asked for.
    pub(super) began: OnceCell<Date>,
    /// Promises whose state may be another: looked at again at the end of the batch.
    pub(super) promises: BTreeSet<u64>,
    /// What was read of the log.
    pub(super) remembered: RefCell<Remembered>,
}

impl<'a> Staging<'a> {
    pub(super) fn new(model: &'a Model, records: &'a dyn Records) -> Self {
        Staging {
            model,
            records,
            values: BTreeMap::new(),
            enterprises: BTreeMap::new(),
            named: BTreeMap::new(),
            changed: BTreeSet::new(),
            touched: BTreeSet::new(),
            duties_touched: BTreeSet::new(),
            began: OnceCell::new(),
            promises: BTreeSet::new(),
            remembered: RefCell::default(),
        }
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ModelError> {
        match self.values.get(key) {
            Some(value) => Ok(value.clone()),
            None => Ok(self.model.database.get(key)?),
        }
    }

    pub(super) fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.values.insert(key, Some(value));
    }

    pub(super) fn delete(&mut self, key: Vec<u8>) {
        self.values.insert(key, None);
    }

    /// What is empty has no key, as it would have none if it were folded anew.
    pub(super) fn put_unless_empty(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.values
            .insert(key, Some(value).filter(|value| !value.is_empty()));
    }

    /// Adds to a counter. One that comes to nothing has no key.
    pub(super) fn add(&mut self, key: Vec<u8>, difference: i64) -> Result<(), ModelError> {
        let before = self
            .get(&key)?
            .map_or(Ok(0), |value| number("a count", &value))?;
        let after = before.saturating_add_signed(difference);
        let value = (after > 0).then(|| after.to_be_bytes().to_vec());
        self.values.insert(key, value);
        Ok(())
    }

    /// The keys that begin so, changes included, in order.
    pub(super) fn keys(&self, prefix: &[u8]) -> Result<Vec<Vec<u8>>, ModelError> {
        let to = prefix_end(prefix);
        let mut keys = BTreeSet::new();
        for pair in self.model.database.range(prefix, to.as_deref()) {
            keys.insert(pair?.0);
        }
        let staged = self.values.range(prefix.to_vec()..);
        for (key, value) in staged.take_while(|(key, _)| key.starts_with(prefix)) {
            match value {
                Some(_) => keys.insert(key.clone()),
                None => keys.remove(key),
            };
        }
        Ok(keys.into_iter().collect())
    }

    /// The last key that begins so, changes included.
    pub(super) fn last_key(&self, prefix: &[u8]) -> Result<Option<Vec<u8>>, ModelError> {
        self.last_key_below(prefix, prefix_end(prefix).as_deref())
    }

    /// The last key from `from` on and below `to`, changes included.
    pub(super) fn last_key_below(
        &self,
        from: &[u8],
        to: Option<&[u8]>,
    ) -> Result<Option<Vec<u8>>, ModelError> {
        let upper = to.map_or(Bound::Unbounded, Bound::Excluded);
        let range = (Bound::Included(from), upper);
        let mut staged = self.values.range::<[u8], _>(range).rev();
        let added = staged.find(|(_, value)| value.is_some());
        let added = added.map(|(key, _)| key.clone());
        for pair in self.model.database.range_rev(from, to) {
            let (key, _) = pair?;
            if self.values.get(&key).is_none_or(Option::is_some) {
                return Ok(added.max(Some(key)));
            }
        }
        Ok(added)
    }

    /// An enterprise as it is now.
    pub(super) fn enterprise(&mut self, uscc: &str) -> Result<&mut Enterprise, ModelError> {
        if !self.enterprises.contains_key(uscc) {
            let known = self.model.enterprise(uscc)?;
            self.named.insert(uscc.to_owned(), names(known.as_ref()));
            let enterprise = known.unwrap_or_else(|| Enterprise::new(uscc));
            self.enterprises.insert(uscc.to_owned(), enterprise);
        }
        let known = self.enterprises.get_mut(uscc);
        Ok(known.expect("it was put there"))
    }

    /// All changes in one, with the new cursor.
    pub(super) fn finish(mut self, cursor: u64) -> Result<WriteBatch, ModelError> {
        for uscc in std::mem::take(&mut self.changed) {
            let made = self.made_anew(&uscc)?;
            self.enterprises.insert(uscc, made);
        }
        self.keep_touched()?;
        self.keep_touched_duties()?;
        self.keep_promises()?;
        for (uscc, enterprise) in std::mem::take(&mut self.enterprises) {
            for list in [StatusList::Abnormal, StatusList::Serious] {
                self.keep_listed(list, &uscc, &enterprise)?;
            }
            self.keep_names(&uscc, &enterprise)?;
            let key = key::enterprise(&uscc);
            match enterprise.on_page() {
                0 => self.delete(key),
                _ => self.put(key, enterprise.to_value()?),
            }
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
        batch.put(key::RULES, *self.model.rules.digest());
        Ok(batch)
    }

    /// A listing of a subject without a credit code, natural persons above all, stands in its list by itself, as long as nothing removes it.
    pub(super) fn keep_listed_entry(
        &mut self,
        index: u64,
        record: &Read,
    ) -> Result<(), ModelError> {
        let Some(kind) = record
            .kind()
            .filter(|kind| Exit::of_listing(*kind).is_some())
        else {
            return Ok(());
        };
        let coded = record
            .standing()
            .is_none_or(|view| view.subject_code().is_some());
        let on = !coded && self.removed_on(index, record)?.is_none();
        self.set_listed_entry(StatusList::of(kind), index, on)
    }

    /// The same of one that leaves.
    pub(super) fn forget_listed_entry(&mut self, index: u64, kind: Kind) -> Result<(), ModelError> {
        match Exit::of_listing(kind) {
            Some(_) => self.set_listed_entry(StatusList::of(kind), index, false),
            None => Ok(()),
        }
    }

    fn set_listed_entry(
        &mut self,
        list: StatusList,
        index: u64,
        on: bool,
    ) -> Result<(), ModelError> {
        let key = key::listed_entry(list, Some(index));
        let before = self.get(&key)?.is_some();
        match (before, on) {
            (false, true) => self.put(key, Vec::new()),
            (true, false) => self.delete(key),
            _ => return Ok(()),
        }
        self.add(key::listed_count(list), if on { 1 } else { -1 })
    }

    /// Who is on a list stands in it, under the newest listing.
    fn keep_listed(
        &mut self,
        list: StatusList,
        uscc: &str,
        enterprise: &Enterprise,
    ) -> Result<(), ModelError> {
        let key = key::listed(list, uscc);
        let before = self.get(&key)?.is_some();
        match enterprise.on(list).last() {
            Some(last) => self.put(key, last.index.to_be_bytes().to_vec()),
            None if before => self.delete(key),
            None => {}
        }
        let now = !enterprise.on(list).is_empty();
        if before != now {
            self.add(key::listed_count(list), if now { 1 } else { -1 })?;
        }
        Ok(())
    }
}
