//! Whose secret counts: committed to by t0, revealed in [t0, t1], and the same.
//!
//! A missing, late or wrong reveal never stops a draw; it counts as none. Times are those at which the log took the entries.

use super::plan::Plan;
use super::randomness::commitment;
use crate::hash::Hash;
use crate::names::AuthorityId;
use crate::time::Timestamp;
use alloc::vec::Vec;

/// A commit as the log holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Who commits.
    pub contributor: AuthorityId,
    /// Its index in the log.
    pub index: u64,
    /// When the log took it.
    pub logged_at: Timestamp,
    /// To what.
    pub commitment: Hash,
}

/// A reveal as the log holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reveal {
    /// Who reveals.
    pub contributor: AuthorityId,
    /// When the log took it.
    pub logged_at: Timestamp,
    /// What.
    pub secret: Hash,
}

/// For each contributor, in the plan's order, the secret that counts. Of several commits of one contributor the first in the
/// log binds: a second cannot choose among secrets.
pub fn counting(
    plan: &Plan,
    commits: &[Commit],
    reveals: &[Reveal],
) -> Vec<(AuthorityId, Option<Hash>)> {
    let secret = |contributor: &AuthorityId| {
        let own = commits.iter().filter(|one| one.contributor == *contributor);
        let bound = own.min_by_key(|one| one.index)?;
        if bound.logged_at > plan.t0 {
            return None;
        }
        let mut own = reveals.iter().filter(|one| one.contributor == *contributor);
        own.find(|one| {
            (plan.t0..=plan.t1).contains(&one.logged_at)
                && commitment(&plan.key, contributor, &one.secret) == bound.commitment
        })
        .map(|one| one.secret)
    };
    let contributors = plan.contributors.iter();
    contributors.map(|one| (one.clone(), secret(one))).collect()
}
