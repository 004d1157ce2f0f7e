//! A whole draw from its inputs, step by step, so that whoever repeats it learns at which step another result begins.
//!
//! The inputs are what the log holds; that it does, and when each was logged, is checked elsewhere. A recorded draw is
//! compared with the outcome by whoever has it: the result is the function's value, whoever records it.

use super::beacon::{self, BeaconError};
use super::choice::{self, Choice, Opening, OpeningError, Ticket};
use super::leaf::{Leaf, Officer, Target};
use super::library::{Form, Library};
use super::lottery::Game;
use super::officers::{self, Assignment, Barred, Infeasible, Visit};
use super::plan::{Mode, Plan};
use super::randomness::{self, Delay};
use super::ticket::Seed;
use crate::hash::Hash;
use crate::names::{AuthorityId, Origin};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The value that nobody knew when the plan was fixed.
#[derive(Debug, Clone, Copy)]
pub enum Outside<'a> {
    /// Signature of the plan's round of the beacon.
    Signature(&'a [u8]),
    /// Numbers of the plan's drawing of the lottery, by group.
    Numbers(&'a [Vec<u32>]),
    /// Checkpoints of the delay, the last of which is the result.
    Checkpoints(&'a [Hash]),
}

/// All that a draw depends on.
#[derive(Debug, Clone)]
pub struct Inputs<'a> {
    /// Origin of the log that holds the plan.
    pub origin: &'a Origin,
    /// The plan.
    pub plan: &'a Plan,
    /// Operator of the log.
    pub operator: &'a AuthorityId,
    /// For each contributor, in the plan's order, the secret that counts.
    pub secrets: &'a [(AuthorityId, Option<Hash>)],
    /// What came from outside, or of the delay.
    pub outside: Outside<'a>,
    /// Library of objects.
    pub objects: &'a Library<'a>,
    /// Openings of every object that is not excluded, by id, where classes are sealed; else none.
    pub openings: &'a [Opening<'a>],
    /// Library of officers.
    pub officers: &'a Library<'a>,
    /// Pairs of target and officer that met in the authority's last `rotation` draws before the plan.
    pub met: &'a Barred<'a>,
}

/// What a draw comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome<'a> {
    /// R.
    pub randomness: Hash,
    /// The seed.
    pub seed: Seed,
    /// By rule, in the plan's order: who was covered and drawn.
    pub choices: Vec<Choice<'a>>,
    /// The drawn in the order of the draw.
    pub drawn: Vec<Ticket<'a>>,
    /// Who goes where.
    pub assignment: Assignment<'a>,
}

/// The step at which inputs are not those of a draw.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// The library of objects is not the plan's.
    #[error("the library of objects is not the one the plan names: its root is another")]
    Objects,
    /// The library of officers is not the plan's.
    #[error(
        "the library of officers is not the one the plan names: its root is another, or its leaves are no officers"
    )]
    Officers,
    /// Secrets of others than the plan's contributors, or in another order.
    #[error("the secrets are not those of the plan's contributors in the plan's order")]
    Contributors,
    /// Numbers that cannot have fallen in the plan's game.
    #[error("the numbers do not have the form of the game {}: {}", .game.code(), .game.form())]
    Numbers {
        /// The plan's game.
        game: Game,
    },
    /// A value of another mode than the plan's.
    #[error("the randomness is of another mode than the plan's")]
    Mode,
    /// The signature is not that of the plan's round.
    #[error(transparent)]
    Beacon(#[from] BeaconError),
    /// Without a secret of somebody who has no part in the draw, those who have could have chosen the result beforehand.
    #[error(
        "no secret counts of a contributor other than the plan's departments and the operator: a draw by delay is void without one"
    )]
    NobodyIndependent,
    /// Checkpoints that do not follow from one another.
    #[error("the delay is not the plan's: it breaks at segment {segment} of {segments}")]
    Delay {
        /// Which, from 1.
        segment: usize,
        /// How many there are.
        segments: usize,
    },
    /// An opening is missing, of nobody, or does not open.
    #[error("the opening of {id}: {reason}")]
    Opening {
        /// The object.
        id: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// A seat that nobody can take.
    #[error(transparent)]
    Infeasible(#[from] Infeasible),
}

/// Finds the first segment of a delay that does not hold, from 0. Given by whoever has threads to check them side by side.
pub type Recheck = dyn Fn(Delay, &Hash, &[Hash]) -> Option<usize>;

/// One segment after the other.
pub fn one_by_one(delay: Delay, start: &Hash, checkpoints: &[Hash]) -> Option<usize> {
    (0..delay.segments).find(|number| !delay.holds(start, checkpoints, *number))
}

/// Repeats a draw.
///
/// # Errors
/// [`DrawError`], naming the first step that fails.
pub fn draw<'a>(inputs: &Inputs<'a>, recheck: &Recheck) -> Result<Outcome<'a>, DrawError> {
    result(inputs, randomness(inputs, recheck)?)
}

/// What R comes to. A delay takes long to check: whoever has R from [`randomness()`] need not check it again.
///
/// # Errors
/// [`DrawError`], naming the first step that fails.
pub fn result<'a>(inputs: &Inputs<'a>, randomness: Hash) -> Result<Outcome<'a>, DrawError> {
    let plan = inputs.plan;
    if inputs.objects.root() != plan.object_root || inputs.objects.form() == Form::Officers {
        return Err(DrawError::Objects);
    }
    if inputs.officers.root() != plan.officer_root || inputs.officers.form() != Form::Officers {
        return Err(DrawError::Officers);
    }
    let seed = seed(inputs, &randomness);
    let choices = choose(inputs, &seed)?;
    let (drawn, visits) = visits(plan, &choices);
    let people: Vec<Officer<'a>> = inputs.officers.officers().collect();
    let barred = barred(plan, inputs.met);
    let assignment = officers::assign(&seed, &visits, &plan.seats, &people, &barred)?;
    Ok(Outcome {
        randomness,
        seed,
        choices,
        drawn,
        assignment,
    })
}

/// The seed that follows from R.
pub fn seed(inputs: &Inputs<'_>, randomness: &Hash) -> Seed {
    Seed::new(inputs.origin, &inputs.plan.key, randomness)
}

/// R alone, which needs neither library.
///
/// # Errors
/// [`DrawError`], naming the first step that fails.
pub fn randomness(inputs: &Inputs<'_>, recheck: &Recheck) -> Result<Hash, DrawError> {
    let (plan, secrets) = (inputs.plan, inputs.secrets);
    if !plan
        .contributors
        .iter()
        .eq(secrets.iter().map(|(id, _)| id))
    {
        return Err(DrawError::Contributors);
    }
    match (plan.mode, inputs.outside) {
        (Mode::Drand { round, .. }, Outside::Signature(signature)) => {
            beacon::verify(round, signature)?;
            Ok(randomness::drand(&plan.key, secrets, signature))
        }
        (Mode::Lottery { game, .. }, Outside::Numbers(groups)) => {
            if !game.admits(groups) {
                return Err(DrawError::Numbers { game });
            }
            Ok(randomness::lottery(&plan.key, secrets, groups))
        }
        (Mode::Delay { log2 }, Outside::Checkpoints(checkpoints)) => {
            let mut revealed = secrets.iter().filter(|(_, secret)| secret.is_some());
            if !revealed.any(|(id, _)| plan.is_independent(id, inputs.operator)) {
                return Err(DrawError::NobodyIndependent);
            }
            let start = randomness::joined(&plan.key, secrets);
            let delay = Delay::new(log2).ok_or(DrawError::Mode)?;
            let segments = delay.segments;
            if let Some(broken) = recheck(delay, &start, checkpoints) {
                let segment = broken + 1;
                return Err(DrawError::Delay { segment, segments });
            }
            // Every segment holds: there is a last checkpoint.
            let segment = segments;
            let last = checkpoints.last().copied();
            last.ok_or(DrawError::Delay { segment, segments })
        }
        _ => Err(DrawError::Mode),
    }
}

fn choose<'a>(inputs: &Inputs<'a>, seed: &Seed) -> Result<Vec<Choice<'a>>, DrawError> {
    let rules = &inputs.plan.rules;
    let leaves = inputs.objects.leaves();
    if inputs.objects.form() == Form::Open {
        let targets: Vec<Target<'a>> = inputs.objects.targets().collect();
        return Ok(choice::open(seed, &targets, rules));
    }
    let wrong = |id: &str, reason| DrawError::Opening {
        id: id.to_string(),
        reason,
    };
    let mut openings = inputs.openings.iter();
    for leaf in leaves {
        if let Leaf::Sealed(leaf) = leaf
            && leaf.exclusion.is_none()
        {
            let opening = openings
                .next()
                .ok_or_else(|| wrong(leaf.id, "it is missing"))?;
            opening.opens(leaf).map_err(|error| match error {
                OpeningError::Id => wrong(
                    leaf.id,
                    "it is missing, or openings are not in the order of the library",
                ),
                OpeningError::Class => wrong(leaf.id, "the leaf commits to another class or salt"),
                OpeningError::Ticket => {
                    wrong(leaf.id, "the leaf commits to another salt of the ticket")
                }
            })?;
        }
    }
    match openings.next() {
        Some(more) => Err(wrong(more.id, "no object of the library waits for it")),
        None => Ok(choice::sealed(seed, inputs.openings, rules)),
    }
}

/// Every drawn target once, in the order of the draw, with the departments of all rules that drew it.
fn visits<'a>(plan: &'a Plan, choices: &[Choice<'a>]) -> (Vec<Ticket<'a>>, Vec<Visit<'a>>) {
    let mut drawn: BTreeMap<Ticket<'a>, Visit<'a>> = BTreeMap::new();
    for (rule, choice) in plan.rules.iter().zip(choices) {
        for ticket in &choice.drawn {
            let visit = drawn.entry(*ticket).or_insert_with(|| Visit {
                target: ticket.id,
                departments: Default::default(),
            });
            let departments = rule.departments.iter().map(String::as_str);
            visit.departments.extend(departments);
        }
    }
    drawn.into_iter().unzip()
}

/// Who must not meet: by recusal, or because they met lately.
fn barred<'a>(plan: &'a Plan, met: &Barred<'a>) -> Barred<'a> {
    let recused = plan.recusals.iter();
    let recused = recused.map(|(target, officer)| (target.as_str(), officer.as_str()));
    met.iter().copied().chain(recused).collect()
}

/// Whether every object a rule may draw could be visited: its seats filled, if by different officers for each target. What
/// makes a draw infeasible is one target by itself, so this can be known before the randomness.
///
/// # Errors
/// [`Infeasible`], naming the first seat that nobody could take.
pub fn feasible<'a>(
    plan: &'a Plan,
    objects: &Library<'a>,
    officers: &Library<'a>,
    met: &Barred<'a>,
) -> Result<(), Infeasible> {
    let people: Vec<Officer<'a>> = officers.officers().collect();
    let barred = barred(plan, met);
    // Where nobody is barred, one target is like another that the same departments visit.
    let mut like = BTreeSet::new();
    // The seed only orders; who could take a seat does not depend on it.
    let seed = Seed::from_hash(&[0; 32]);
    for leaf in objects.leaves() {
        let mut departments = BTreeSet::new();
        for rule in &plan.rules {
            let covered = match leaf {
                Leaf::Target(target) => rule.covers(target),
                Leaf::Sealed(target) => target.exclusion.is_none(),
                Leaf::Officer(_) => false,
            };
            if covered {
                departments.extend(rule.departments.iter().map(String::as_str));
            }
        }
        let id = leaf.id();
        let alone = barred
            .range((id, "")..)
            .next()
            .is_some_and(|(target, _)| *target == id);
        if departments.is_empty() || (!alone && like.contains(&departments)) {
            continue;
        }
        let visit = [Visit {
            target: id,
            departments: departments.clone(),
        }];
        officers::assign(&seed, &visit, &plan.seats, &people, &barred)?;
        if !alone {
            like.insert(departments);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
