//! The randomness of a plan: secrets committed to and revealed, mixed with a value from outside or stretched by a delay.
//!
//! Who may contribute and when a reveal counts is decided by the order of entries, not here. What counts is given as a list
//! in the plan's order, with `None` for whoever never committed, revealed too late or not what was committed to.

use super::leaf::VERSION;
use super::ticket::hash;
use crate::encoding::hex;
use crate::hash::{Hash, sha256};
use crate::names::{AuthorityId, PlanKey};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

/// Most segments a delay is cut into, so that it can be rechecked by as many processors at once.
pub const MAX_SEGMENTS_LOG2: u32 = 8;
/// Longest delay that can be written down.
pub const MAX_DELAY_LOG2: u32 = 63;

/// A contributor's commitment: `C_d = H("ddraw/1|commit|"+plan_key+"|"+d+"|"+r_d)`.
pub fn commitment(plan: &PlanKey, contributor: &AuthorityId, secret: &Hash) -> Hash {
    let secret = hex(secret);
    let (plan, contributor) = (plan.as_str(), contributor.as_str());
    hash(&[VERSION, "|commit|", plan, "|", contributor, "|", &secret])
}

/// What the contributors brought together: `R_cr`.
pub fn joined(plan: &PlanKey, secrets: &[(AuthorityId, Option<Hash>)]) -> Hash {
    let mut text = String::from(VERSION);
    text.push_str("|reveal|");
    text.push_str(plan.as_str());
    for (contributor, secret) in secrets {
        let secret = secret
            .as_ref()
            .map_or_else(|| "-".into(), |secret| hex(secret));
        // Writing to a string cannot fail.
        let _ = write!(text, "|{contributor}:{secret}");
    }
    sha256(text.as_bytes())
}

/// The randomness of a round of the beacon: `SHA-256(signature)`.
pub fn beacon_value(signature: &[u8]) -> Hash {
    sha256(signature)
}

/// `R` of a drand plan: the round's value mixed with what the contributors brought; alone where the plan names none.
pub fn drand(plan: &PlanKey, secrets: &[(AuthorityId, Option<Hash>)], signature: &[u8]) -> Hash {
    let value = beacon_value(signature);
    match secrets {
        [] => value,
        _ => hash(&[
            VERSION,
            "|mix|",
            &hex(&joined(plan, secrets)),
            "|",
            &hex(&value),
        ]),
    }
}

/// The numbers of a lottery as they are hashed: each group ascending, `.` after every number, `/` after every group.
///
/// A result is read out in the order the balls fell, which is not part of it.
pub fn lottery_text(groups: &[Vec<u32>]) -> String {
    let mut text = String::new();
    for group in groups {
        let mut group = group.clone();
        group.sort_unstable();
        for number in group {
            let _ = write!(text, "{number}.");
        }
        text.push('/');
    }
    text
}

/// `R` of a lottery plan.
pub fn lottery(
    plan: &PlanKey,
    secrets: &[(AuthorityId, Option<Hash>)],
    groups: &[Vec<u32>],
) -> Hash {
    let numbers = lottery_text(groups);
    hash(&[
        VERSION,
        "|mix|",
        &hex(&joined(plan, secrets)),
        "|",
        &numbers,
    ])
}

/// How a delay of `2^log2` steps is cut: into `2^min(log2, 8)` segments of the same number of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    /// Segments, each of which ends at a checkpoint.
    pub segments: usize,
    /// Steps of each.
    pub steps: u64,
}

impl Delay {
    /// A delay of `2^log2` steps; `None` where that is over [`MAX_DELAY_LOG2`].
    pub fn new(log2: u32) -> Option<Self> {
        let cut = log2.min(MAX_SEGMENTS_LOG2);
        (log2 <= MAX_DELAY_LOG2).then(|| Delay {
            segments: 1 << cut,
            steps: 1 << (log2 - cut),
        })
    }

    /// Runs the whole delay, telling `each` checkpoint; the last is the result. `None` as soon as `each` says stop.
    pub fn run(self, start: &Hash, mut each: impl FnMut(&Hash) -> bool) -> Option<Hash> {
        let mut value = *start;
        for _ in 0..self.segments {
            value = self.segment(&value);
            if !each(&value) {
                return None;
            }
        }
        Some(value)
    }

    /// Runs one segment from the checkpoint before it, so that a delay that was stopped goes on where it was.
    pub fn segment(self, from: &Hash) -> Hash {
        stretch(from, self.steps)
    }

    /// Whether segment `number`, from 0, ends at its checkpoint. Segments can be checked side by side.
    ///
    /// `checkpoints` has to have as many members as there are segments.
    pub fn holds(self, start: &Hash, checkpoints: &[Hash], number: usize) -> bool {
        let from = match number.checked_sub(1) {
            None => Some(start),
            Some(before) => checkpoints.get(before),
        };
        let (Some(from), Some(to)) = (from, checkpoints.get(number)) else {
            return false;
        };
        checkpoints.len() == self.segments && self.segment(from) == *to
    }
}

/// SHA-256 applied so many times to the raw 32 bytes.
fn stretch(start: &Hash, steps: u64) -> Hash {
    let mut value = *start;
    for _ in 0..steps {
        value = sha256(&value);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn a_delay_holds_where_every_segment_does() {
        let delay = Delay::new(10).unwrap();
        assert_eq!((delay.segments, delay.steps), (256, 4));
        let start = sha256(b"start");
        let mut checkpoints = Vec::new();
        let result = delay.run(&start, |value| {
            checkpoints.push(*value);
            true
        });
        assert_eq!(result, Some(stretch(&start, 1024)));
        assert_eq!(checkpoints.last(), result.as_ref());
        assert!((0..256).all(|n| delay.holds(&start, &checkpoints, n)));
        assert!(!delay.holds(&start, &checkpoints, 256));
        assert!(!delay.holds(&sha256(b"other"), &checkpoints, 0));
        assert!(!delay.holds(&start, &checkpoints[..255], 0));
        checkpoints[7][31] ^= 1;
        let broken: Vec<usize> = (0..256)
            .filter(|n| !delay.holds(&start, &checkpoints, *n))
            .collect();
        assert_eq!(broken, [7, 8]);
        let mut seen = 0;
        let stopped = delay.run(&start, |_| {
            seen += 1;
            seen < 3
        });
        assert_eq!((stopped, seen), (None, 3));
        assert_eq!(
            Delay::new(0).map(|delay| (delay.segments, delay.steps)),
            Some((1, 1))
        );
        assert_eq!(Delay::new(64), None);
    }

    #[test]
    fn the_order_in_which_balls_fall_is_no_part_of_a_result() {
        assert_eq!(lottery_text(&[vec![9, 3, 19], vec![5]]), "3.9.19./5./");
        assert_eq!(lottery_text(&[]), "");
    }
}
