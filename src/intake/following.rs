//! Which records follow on which, exact at once: what is handed to the log and not written down yet stands in memory.
//!
//! Only the serial section uses it. What it finds it does not judge.

use super::seen::settled;
use super::{IntakeError, Refusal};
use crate::domain::{Kind, Stored};
use crate::log::{Fate, Leaf, Log, Outcome};
use crate::sequel::{Follows, Key, Row, Sequel};
use crate::standing::Standing;
use crate::store::StoreError;
use gongshi_verify::encoding::decimal;
use gongshi_verify::entry::Entry;
use serde_json::{Map, Value};
use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, VecDeque};

/// Entries folded at once while catching up, and least distance of the cursor from what is published at which it is moved.
const BATCH: u64 = 4096;

/// What an entry and its body are found by.
pub(super) fn follows(entry: &Entry, kind: Option<Kind>, body: &Map<String, Value>) -> Follows {
    let target = entry.reference.as_deref().and_then(decimal);
    kind.map_or_else(Follows::default, |kind| Follows::of(kind, target, body))
}

/// Adds the rows of an entry, but for those of records that were erased since.
fn keep_rows(
    rows: &mut Vec<Row>,
    follows: &Follows,
    index: u64,
    standing: &Standing,
) -> Result<(), StoreError> {
    for row in follows.rows(index) {
        let mut erased = false;
        for index in [row.of, row.source] {
            let ended = standing.ended(index)?;
            erased |= ended.is_some_and(|ended| ended.erased_by.is_some());
        }
        if !erased {
            rows.push(row);
        }
    }
    Ok(())
}

struct Waiting {
    index: u64,
    follows: Follows,
    fate: Fate,
}

/// The rows, and those that wait for the fate of their entry.
pub(super) struct Following {
    sequel: Sequel,
    waiting: VecDeque<Waiting>,
    /// The newest of them by what it is found by.
    newest: HashMap<Key, (u64, Fate)>,
    /// Every entry below it is in the database, or has no rows.
    cursor: u64,
}

impl Following {
    /// `standing` knows everything that was published.
    pub(super) fn open(log: &Log, standing: &Standing) -> Result<Self, IntakeError> {
        let sequel = Sequel::open(log.storage().as_ref())?;
        let mut following = Following {
            cursor: sequel.cursor()?,
            sequel,
            waiting: VecDeque::new(),
            newest: HashMap::new(),
        };
        following.catch_up(log, standing)?;
        Ok(following)
    }

    /// The rows that are written down.
    pub(super) fn sequel(&self) -> &Sequel {
        &self.sequel
    }

    /// What left publication has its rows as well, as if it had been written down before it left.
    fn catch_up(&mut self, log: &Log, standing: &Standing) -> Result<(), IntakeError> {
        let size = log.published().size();
        while self.cursor < size {
            let end = size.min(self.cursor + BATCH);
            let mut rows = Vec::new();
            for (index, leaf) in (self.cursor..).zip(log.unveiled(self.cursor..end)?) {
                let Leaf { entry, record } = leaf;
                let stored = Stored::read(&entry, record.as_deref()).map_err(|error| {
                    let reason = error.to_string();
                    IntakeError::Unusable { index, reason }
                })?;
                if let Some(body) = &stored.body {
                    let follows = follows(&stored.entry, stored.kind, body);
                    keep_rows(&mut rows, &follows, index, standing)?;
                }
            }
            self.sequel.keep(&rows, end)?;
            self.cursor = end;
        }
        Ok(())
    }

    /// Notes an entry handed to the log.
    pub(super) fn add(&mut self, index: u64, follows: Follows, fate: &Fate) {
        if !follows.keys.is_empty() {
            for key in follows.met() {
                self.newest.insert(key.clone(), (index, fate.clone()));
            }
            self.waiting.push_back(Waiting {
                index,
                follows,
                fate: fate.clone(),
            });
        }
    }

    /// Writes down what was published; of records that were erased since, nothing.
    ///
    /// # Errors
    /// [`StoreError`]: what could not be written down still waits.
    pub(super) fn settle(&mut self, log: &Log, standing: &Standing) -> Result<(), StoreError> {
        let size = log.published().size();
        let decided = self.waiting.iter();
        let decided = decided.take_while(|one| one.fate.outcome() != Outcome::Undecided);
        let decided = decided.count();
        let next = self.waiting.get(decided).map_or(size, |one| one.index);
        let cursor = self.cursor.max(size.min(next));
        if decided == 0 && cursor - self.cursor < BATCH {
            return Ok(());
        }
        let published = self.waiting.range(..decided);
        let published = published.filter(|one| one.fate.outcome() == Outcome::Published);
        let mut rows = Vec::new();
        for one in published {
            keep_rows(&mut rows, &one.follows, one.index, standing)?;
        }
        self.sequel.keep(&rows, cursor)?;
        self.cursor = cursor;
        for one in self.waiting.drain(..decided) {
            for key in one.follows.met() {
                // Another may have come under the same key since.
                if let Slot::Occupied(newest) = self.newest.entry(key.clone())
                    && newest.get().1.is(&one.fate)
                {
                    newest.remove();
                }
            }
        }
        Ok(())
    }

    /// Waits until the fate of everything that has one of these keys is known, and writes it down.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`]: it takes too long, or cannot be written.
    pub(super) fn wait_for(
        &mut self,
        keys: &[Key],
        log: &Log,
        standing: &Standing,
    ) -> Result<(), Refusal> {
        let waited = keys.iter().filter_map(|key| self.newest.get(key));
        let Some((index, fate)) = waited.max_by_key(|(index, _)| *index).cloned() else {
            return Ok(());
        };
        log.hurry();
        if settled(&fate, index, log) == Outcome::Undecided {
            let reason = log.stopped();
            return Err(Refusal::Unavailable(reason.unwrap_or_else(|| {
                "a record that this one depends on takes too long".to_owned()
            })));
        }
        self.settle(log, standing)?;
        // What was handed in before it has its fate, too.
        match keys.iter().any(|key| self.newest.contains_key(key)) {
            true => {
                let reason = "a record that this one depends on is not decided".to_owned();
                Err(Refusal::Unavailable(reason))
            }
            false => Ok(()),
        }
    }
}
