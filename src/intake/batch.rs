//! The outcomes of one call, in the order of its events, while some of them are still being appended.

use super::seen::Keys;
use super::{Refusal, Serial};
use crate::domain::Kind;
use crate::log::{Fate, Leaf, Log, Submission, SubmitError};
use crate::sequel::{Follows, Key};
use gongshi_verify::hash::Hash;
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
        key: Option<PublicKey>,
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
}

enum Group {
    Waiting(Submission),
    Done(Result<u64, Refusal>),
}

/// Events accepted or refused; the accepted ones are durable once [`Batch::finish`] or [`Batch::wait`] says so.
pub struct Batch {
    slots: Vec<Slot>,
    groups: Vec<Group>,
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

    fn resolve(self, firsts: &[Result<u64, Refusal>]) -> Vec<Result<Accepted, Refusal>> {
        let mut results: Vec<Result<Accepted, Refusal>> = Vec::with_capacity(self.slots.len());
        for slot in self.slots {
            results.push(match slot {
                Slot::Refused(refusal) => Err(refusal),
                Slot::Existing(index) => Ok(Accepted { index, key: None }),
                Slot::Same(earlier) => results[earlier].clone(),
                Slot::Appended {
                    group,
                    position,
                    key,
                } => firsts[group].clone().map(|first| Accepted {
                    index: first + position,
                    key,
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
    follows: Vec<Follows>,
    /// What they are found by.
    gathered: HashSet<Key>,
    /// Slot and statement by salt.
    salts: HashMap<[u8; 16], (usize, Hash)>,
}

impl Builder {
    pub(super) fn new(events: usize) -> Self {
        Builder {
            batch: Batch {
                slots: Vec::with_capacity(events),
                groups: Vec::new(),
            },
            leaves: Vec::new(),
            keys: Vec::new(),
            follows: Vec::new(),
            gathered: HashSet::new(),
            salts: HashMap::new(),
        }
    }

    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.batch.slots.push(Slot::Refused(refusal));
    }

    pub(super) fn existing(&mut self, index: u64) {
        self.batch.slots.push(Slot::Existing(index));
    }

    /// Answers an event that this call has accepted before; false where it has not.
    ///
    /// # Errors
    /// [`Refusal::SaltReused`] where another event of this call has its salt.
    pub(super) fn repeat(&mut self, keys: &Keys) -> Result<bool, Refusal> {
        match self.salts.get(&keys.salt) {
            None => Ok(false),
            Some((earlier, statement)) if *statement == keys.statement => {
                self.batch.slots.push(Slot::Same(*earlier));
                Ok(true)
            }
            Some(_) => Err(Refusal::SaltReused),
        }
    }

    /// Whether something gathered and not handed over yet has one of these keys.
    pub(super) fn gathers(&self, keys: &[Key]) -> bool {
        keys.iter().any(|key| self.gathered.contains(key))
    }

    pub(super) fn push(
        &mut self,
        leaf: Leaf,
        (keys, follows): (Keys, Follows),
        key: Option<PublicKey>,
    ) {
        let slot = self.batch.slots.len();
        self.salts.insert(keys.salt, (slot, keys.statement));
        self.batch.slots.push(Slot::Appended {
            group: self.batch.groups.len(),
            position: self.leaves.len() as u64,
            key,
        });
        self.leaves.push(leaf);
        self.keys.push(keys);
        self.gathered.extend(follows.met().cloned());
        self.follows.push(follows);
    }

    /// Hands the gathered leaves to the log; `alone`: what was gathered is one event of this kind, which others depend on.
    pub(super) fn submit(&mut self, log: &Log, serial: &mut Serial, alone: Option<Kind>) {
        if self.leaves.is_empty() {
            return;
        }
        let leaves = std::mem::take(&mut self.leaves);
        let keys = std::mem::take(&mut self.keys);
        let follows = std::mem::take(&mut self.follows);
        self.gathered.clear();
        self.batch.groups.push(match log.submit(leaves) {
            Ok(submission) => {
                for (index, (keys, follows)) in
                    (submission.first..).zip(keys.into_iter().zip(follows))
                {
                    serial.seen.add(index, keys, alone, &submission.fate);
                    serial.following.add(index, follows, &submission.fate);
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

    /// Index and fate of the last group, which holds one leaf; `None` where the log did not take it.
    pub(super) fn last(&self) -> Option<(u64, Fate)> {
        match self.batch.groups.last() {
            Some(Group::Waiting(submission)) => Some((submission.first, submission.fate.clone())),
            _ => None,
        }
    }

    pub(super) fn finish(self) -> Batch {
        self.batch
    }
}
