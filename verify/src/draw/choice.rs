//! Who is drawn: by each rule the lowest tickets of its stratum, or, where strata are sealed, those below a threshold.
//!
//! One ticket serves a target in every rule, so that joint departments meet the same enterprises. Officers come later.

use super::leaf::{SealedTarget, Target};
use super::ticket::{Rate, Seed, class_commitment, ticket_commitment};
use crate::encoding::hex;
use crate::hash::Hash;
use alloc::string::String;
use alloc::vec::Vec;

/// A rule of a plan: what share of a stratum is drawn, and for which departments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The stratum; in a sealed library the class.
    pub stratum: String,
    /// Departments that inspect whom this rule draws; a leaf in the open has to name all of them.
    pub departments: Vec<String>,
    /// The share.
    pub rate: Rate,
    /// At least so many, where there are so many.
    pub minimum: u64,
}

impl Rule {
    /// Whether a target in the open is among those this rule draws from.
    pub fn covers(&self, target: &Target<'_>) -> bool {
        target.exclusion.is_none()
            && target.stratum == self.stratum
            && self
                .departments
                .iter()
                .all(|one| target.departments.has(one))
    }
}

/// A target with its ticket. Ordered by ticket, then id: the order of the draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket<'a> {
    /// The ticket.
    pub ticket: Hash,
    /// The target.
    pub id: &'a str,
}

/// What a rule drew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<'a> {
    /// All the rule covers, n′.
    pub eligible: u64,
    /// The drawn, by ticket.
    pub drawn: Vec<Ticket<'a>>,
}

/// Draws by each rule in the open: of the targets it covers the `k` with the lowest (ticket, id).
pub fn open<'a>(seed: &Seed, targets: &[Target<'a>], rules: &[Rule]) -> Vec<Choice<'a>> {
    let mut covered: Vec<Vec<Ticket<'a>>> = rules.iter().map(|_| Vec::new()).collect();
    for target in targets {
        // Only for those whom a rule covers: hashing is most of the work.
        let mut ticket = None;
        for (rule, covered) in rules.iter().zip(&mut covered) {
            if rule.covers(target) {
                let ticket = *ticket.get_or_insert_with(|| seed.ticket(target.id));
                covered.push(Ticket {
                    ticket,
                    id: target.id,
                });
            }
        }
    }
    let choose = |(rule, covered): (&Rule, Vec<Ticket<'a>>)| {
        let eligible = covered.len() as u64;
        lowest(covered, rule.rate.count(eligible, rule.minimum))
    };
    rules.iter().zip(covered).map(choose).collect()
}

/// The so many lowest, in order.
fn lowest(mut covered: Vec<Ticket<'_>>, count: u64) -> Choice<'_> {
    let eligible = covered.len() as u64;
    // At most n′.
    let count = usize::try_from(count)
        .unwrap_or(usize::MAX)
        .min(covered.len());
    if count < covered.len() {
        covered.select_nth_unstable(count);
        covered.truncate(count);
    }
    covered.sort_unstable();
    covered.shrink_to_fit();
    Choice {
        eligible,
        drawn: covered,
    }
}

/// All whom a rule covers but did not draw, in the order in which they would be drawn next.
pub fn reserve<'a>(seed: &Seed, targets: &[Target<'a>], rule: &Rule) -> Vec<Ticket<'a>> {
    let covered = targets.iter().filter(|target| rule.covers(target));
    let mut tickets: Vec<_> = covered
        .map(|target| Ticket {
            ticket: seed.ticket(target.id),
            id: target.id,
        })
        .collect();
    tickets.sort_unstable();
    let drawn = rule.rate.count(tickets.len() as u64, rule.minimum);
    tickets.split_off(
        usize::try_from(drawn)
            .unwrap_or(tickets.len())
            .min(tickets.len()),
    )
}

/// What opens a sealed target: kept by the department, and given to the enterprise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening<'a> {
    /// The target.
    pub id: &'a str,
    /// Its class.
    pub class: &'a str,
    /// Salt of the class.
    pub class_salt: Hash,
    /// Salt of the ticket.
    pub ticket_salt: Hash,
}

/// Why an opening does not open its leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// Not of the same target.
    #[error("the opening is of another target")]
    Id,
    /// The class is not the one committed to.
    #[error("class and salt are not those that the leaf commits to")]
    Class,
    /// The salt of the ticket is not the one committed to.
    #[error("the salt of the ticket is not the one that the leaf commits to")]
    Ticket,
}

impl Opening<'_> {
    /// Checks that this opens the leaf.
    ///
    /// # Errors
    /// [`OpeningError`], naming what does not fit.
    pub fn opens(&self, leaf: &SealedTarget<'_>) -> Result<(), OpeningError> {
        if self.id != leaf.id {
            return Err(OpeningError::Id);
        }
        if hex(&class_commitment(&self.class_salt, self.class)) != leaf.class {
            return Err(OpeningError::Class);
        }
        if hex(&ticket_commitment(&self.ticket_salt)) != leaf.ticket {
            return Err(OpeningError::Ticket);
        }
        Ok(())
    }
}

/// Draws by each rule where classes are sealed: of the targets of its class all with a ticket below the threshold, at least
/// the minimum of the lowest. `openings` are those of the leaves that are not excluded, and have been checked against them.
pub fn sealed<'a>(seed: &Seed, openings: &[Opening<'a>], rules: &[Rule]) -> Vec<Choice<'a>> {
    let choose = |rule: &Rule| {
        let covered = of_class(seed, openings, rule);
        let below = covered.partition_point(|one| rule.rate.draws(&one.ticket)) as u64;
        lowest(covered, below.max(rule.minimum))
    };
    rules.iter().map(choose).collect()
}

/// The targets of a rule's class, by ticket.
fn of_class<'a>(seed: &Seed, openings: &[Opening<'a>], rule: &Rule) -> Vec<Ticket<'a>> {
    let of_class = openings.iter().filter(|one| one.class == rule.stratum);
    let mut covered: Vec<_> = of_class
        .map(|one| Ticket {
            ticket: seed.sealed_ticket(one.id, &one.ticket_salt),
            id: one.id,
        })
        .collect();
    covered.sort_unstable();
    covered
}

/// The same as [`reserve`] where classes are sealed: all of the rule's class behind those whom it drew.
pub fn reserve_sealed<'a>(
    seed: &Seed,
    openings: &[Opening<'a>],
    rule: &Rule,
    drew: &Choice<'a>,
) -> Vec<Ticket<'a>> {
    let mut tickets = of_class(seed, openings, rule);
    tickets.split_off(drew.drawn.len().min(tickets.len()))
}

#[cfg(test)]
mod tests;
