//! The outcomes of one call, in the order of its events, while some of them are still being appended.

use super::Refusal;
use super::seen::{Keys, Seen};
use crate::log::{Leaf, Log, Submission, SubmitError};
use gongshi_verify::entry::Entry;
use gongshi_verify::keys::PublicKey;
use std::collections::{HashMap, HashSet};

/// One event's place.
enum Slot {
    Refused(Refusal),
    /// In the log already.
    Existing(u64),
    /// Leaf number `position` of submission number `group`.
    Appended {
        group: usize,
        position: u64,
    },
    /// The same event as an earlier one of this call.
    Same(usize),
}

/// An accepted event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Its index.
    pub index: u64,
    /// The key that signed it, where this call appended it.
    pub key: Option<PublicKey>,
    /// The entry, where this call appended it.
    pub entry: Option<Entry>,
}

enum Group {
    Waiting(Submission),
    Done(Result<u64, Refusal>),
}

/// Events accepted or refused; the accepted ones are durable once [`Batch::finish`] or [`Batch::wait`] says so.
pub struct Batch {
    slots: Vec<Slot>,
    groups: Vec<Group>,
    entries: HashMap<usize, (Entry, Option<PublicKey>)>,
}

impl Batch {
    /// Waits for the log and gives each event's index or refusal, in order.
    pub async fn finish(mut self) -> Vec<Result<Accepted, Refusal>> {
        let mut firsts = Vec::with_capacity(self.groups.len());
        for group in std::mem::take(&mut self.groups) {
            firsts.push(match group {
                Group::Done(first) => first,
                Group::Waiting(submission) => {
                    let first = submission.first;
                    submission
                        .published()
                        .await
                        .map(|_| first)
                        .map_err(Refusal::Unavailable)
                }
            });
        }
        self.resolve(&firsts)
    }

    /// The same, for callers outside an asynchronous context.
    pub fn wait(mut self) -> Vec<Result<Accepted, Refusal>> {
        let groups = std::mem::take(&mut self.groups);
        let firsts: Vec<_> = groups.into_iter().map(|group| group.wait()).collect();
        self.resolve(&firsts)
    }

    fn resolve(mut self, firsts: &[Result<u64, Refusal>]) -> Vec<Result<Accepted, Refusal>> {
        let mut results: Vec<Result<Accepted, Refusal>> = Vec::with_capacity(self.slots.len());
        for (number, slot) in self.slots.into_iter().enumerate() {
            results.push(match slot {
                Slot::Refused(refusal) => Err(refusal),
                Slot::Existing(index) => Ok(Accepted {
                    index,
                    key: None,
                    entry: None,
                }),
                Slot::Same(earlier) => results[earlier].clone(),
                Slot::Appended { group, position } => firsts[group].clone().map(|first| {
                    let (entry, key) = self.entries.remove(&number).unzip();
                    Accepted {
                        index: first + position,
                        key: key.flatten(),
                        entry,
                    }
                }),
            });
        }
        results
    }
}

impl Group {
    fn wait(self) -> Result<u64, Refusal> {
        match self {
            Group::Done(first) => first,
            Group::Waiting(submission) => {
                let first = submission.first;
                submission
                    .wait()
                    .map(|_| first)
                    .map_err(Refusal::Unavailable)
            }
        }
    }
}

/// Builds a [`Batch`] in the serial section.
pub(super) struct Builder {
    batch: Batch,
    /// Leaves of the group being gathered, with their keys.
    leaves: Vec<Leaf>,
    keys: Vec<Keys>,
    statements: HashMap<[u8; 16], usize>,
    salts: HashSet<[u8; 16]>,
}

impl Builder {
    pub(super) fn new(events: usize) -> Self {
        Builder {
            batch: Batch {
                slots: Vec::with_capacity(events),
                groups: Vec::new(),
                entries: HashMap::new(),
            },
            leaves: Vec::new(),
            keys: Vec::new(),
            statements: HashMap::new(),
            salts: HashSet::new(),
        }
    }

    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.batch.slots.push(Slot::Refused(refusal));
    }

    pub(super) fn existing(&mut self, index: u64) {
        self.batch.slots.push(Slot::Existing(index));
    }

    /// Answers an event that this call has accepted before; false where it has not.
    pub(super) fn repeat(&mut self, keys: &Keys) -> bool {
        let Some(earlier) = self.statements.get(&keys.statement) else {
            return false;
        };
        self.batch.slots.push(Slot::Same(*earlier));
        true
    }

    pub(super) fn has_salt(&self, keys: &Keys) -> bool {
        self.salts.contains(&keys.salt)
    }

    pub(super) fn push(&mut self, leaf: Leaf, keys: Keys, entry: Entry, key: Option<PublicKey>) {
        let slot = self.batch.slots.len();
        self.statements.insert(keys.statement, slot);
        self.salts.insert(keys.salt);
        self.batch.entries.insert(slot, (entry, key));
        let position = self.leaves.len() as u64;
        self.batch.slots.push(Slot::Appended {
            group: self.batch.groups.len(),
            position,
        });
        self.leaves.push(leaf);
        self.keys.push(keys);
    }

    /// Hands the gathered leaves to the log.
    pub(super) fn submit(&mut self, log: &Log, seen: &mut Seen) {
        if self.leaves.is_empty() {
            return;
        }
        let leaves = std::mem::take(&mut self.leaves);
        let keys = std::mem::take(&mut self.keys);
        let authority = self
            .batch
            .slots
            .len()
            .checked_sub(1)
            .and_then(|slot| self.batch.entries.get(&slot));
        let authority = authority.is_some_and(|(entry, _)| entry.kind.as_str() == "authority");
        self.batch.groups.push(match log.submit(leaves) {
            Ok(submission) => {
                for (index, keys) in (submission.first..).zip(keys) {
                    seen.add(index, keys, authority);
                }
                Group::Waiting(submission)
            }
            Err(SubmitError::Overloaded { retry_after, .. }) => {
                Group::Done(Err(Refusal::Overloaded(retry_after.as_secs().max(1))))
            }
            Err(SubmitError::Stopped(reason)) => Group::Done(Err(Refusal::Unavailable(reason))),
            Err(error) => Group::Done(Err(Refusal::Malformed(error.to_string()))),
        });
    }

    /// Waits for the last group, which holds one leaf, and gives its index if it was appended.
    pub(super) fn settle_last(&mut self) -> Option<u64> {
        let outcome = self.batch.groups.pop()?.wait();
        let index = outcome.as_ref().ok().copied();
        self.batch.groups.push(Group::Done(outcome));
        index
    }

    pub(super) fn finish(self) -> Batch {
        self.batch
    }
}
