//! Who is next: the target or officer that takes a place in a draw, by the published order and never by choice.
//!
//! A draw is repeated for it, and what has been replaced since is laid over it. Whether a replacement is allowed at all is not
//! decided here.

use super::choice::{self, Ticket};
use super::leaf::{Officer, Target};
use super::library::Form;
use super::officers::{self, Assigned, Barred};
use super::recompute::{Inputs, Outcome};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A seat on a target, and who has it now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// The department.
    pub department: String,
    /// What the seat asks for.
    pub qualification: Option<String>,
    /// Its number among the equal seats, from 1.
    pub number: u32,
    /// The officer; `None` where nobody of the library may take the seat.
    pub officer: Option<String>,
}

/// A target of a draw as it stands: drawn, or in a drawn one's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its id.
    pub id: String,
    /// Who goes there.
    pub seats: Vec<Held>,
    /// Who took its place.
    pub replaced_by: Option<String>,
    /// Whose place it took.
    pub replaces: Option<String>,
}

/// All targets of a draw, before anything is replaced.
pub fn drawn(outcome: &Outcome<'_>) -> Vec<Standing> {
    let mut seats: BTreeMap<&str, Vec<Held>> = BTreeMap::new();
    for seat in &outcome.assignment.seats {
        seats.entry(seat.target).or_default().push(Held {
            department: seat.department.to_string(),
            qualification: seat.qualification.map(ToString::to_string),
            number: seat.number,
            officer: Some(seat.officer.to_string()),
        });
    }
    let targets = outcome.drawn.iter();
    targets
        .map(|ticket| Standing {
            id: ticket.id.to_string(),
            seats: seats.remove(ticket.id).unwrap_or_default(),
            replaced_by: None,
            replaces: None,
        })
        .collect()
}

/// Lays a replaced target over the others, with the seats that its place has from now on ([`seats_for`]); false where it has no
/// place to give.
pub fn replace_target(
    targets: &mut Vec<Standing>,
    leaving: &str,
    coming: &str,
    seats: Vec<Held>,
) -> bool {
    let found = targets
        .iter_mut()
        .find(|one| one.id == leaving && one.replaced_by.is_none());
    let Some(target) = found else { return false };
    target.replaced_by = Some(coming.to_string());
    let follower = Standing {
        id: coming.to_string(),
        seats,
        replaced_by: None,
        replaces: Some(leaving.to_string()),
    };
    targets.push(follower);
    true
}

/// Lays a replaced officer over the others; false where there is no such seat.
pub fn replace_officer(
    targets: &mut [Standing],
    target: &str,
    leaving: &str,
    coming: &str,
) -> bool {
    let here = targets.iter_mut().find(|one| one.id == target);
    let seats = here.map(|one| &mut one.seats).into_iter().flatten();
    match seats
        .into_iter()
        .find(|seat| seat.officer.as_deref() == Some(leaving))
    {
        None => false,
        Some(seat) => {
            seat.officer = Some(coming.to_string());
            true
        }
    }
}

/// The drawn target whose place was handed on to this one.
fn first_of<'a>(targets: &'a [Standing], id: &'a str) -> &'a str {
    let mut first = id;
    // Every step goes to another target: no more steps than there are.
    for _ in targets {
        let here = targets.iter().find(|one| one.id == first);
        match here.and_then(|one| one.replaces.as_deref()) {
            Some(before) => first = before,
            None => break,
        }
    }
    first
}

/// Who takes a target's place: the next of the rule that drew it who is not there yet; where several rules drew it, of the
/// first in the plan. `None` where nobody is left, or the target has no place.
pub fn next_target<'a>(
    inputs: &Inputs<'a>,
    outcome: &Outcome<'a>,
    now: &[Standing],
    leaving: &str,
) -> Option<&'a str> {
    let first = first_of(now, leaving);
    let mut drew = inputs.plan.rules.iter().zip(&outcome.choices);
    let (rule, choice) =
        drew.find(|(_, choice)| choice.drawn.iter().any(|ticket| ticket.id == first))?;
    let order: Vec<Ticket<'a>> = match inputs.objects.form() {
        Form::Open => {
            let targets: Vec<Target<'a>> = inputs.objects.targets().collect();
            choice::reserve(&outcome.seed, &targets, rule)
        }
        _ => choice::reserve_sealed(&outcome.seed, inputs.openings, rule, choice),
    };
    let free = |ticket: &&Ticket<'a>| !now.iter().any(|one| one.id == ticket.id);
    order.iter().find(free).map(|ticket| ticket.id)
}

/// Who takes a seat in place of whoever has it. `target`: where the seat is now. `None` where nobody is left, or there is no
/// such seat.
pub fn next_officer<'a>(
    inputs: &Inputs<'a>,
    outcome: &Outcome<'a>,
    now: &[Standing],
    target: &str,
    department: &str,
    qualification: Option<&str>,
    number: u32,
) -> Option<&'a str> {
    // A target that took another's place is visited from the seats of that one.
    let first = first_of(now, target);
    let seat = outcome.assignment.seats.iter().find(|seat| {
        (
            seat.target,
            seat.department,
            seat.qualification,
            seat.number,
        ) == (first, department, qualification, number)
    })?;
    let people: Vec<Officer<'a>> = inputs.officers.officers().collect();
    let standing = now.iter().filter(|one| one.replaced_by.is_none());
    let next = officers::substitute(
        &outcome.seed,
        &outcome.assignment,
        &taken(standing, target, seat.target),
        seat,
        &inputs.plan.seats,
        &people,
        &barred(inputs, target, seat.target),
    )?;
    // By its own id, which lives as long as the library.
    people.iter().map(|one| one.id).find(|id| *id == next)
}

/// Whether an officer must not meet a target: recused from it, or there in the last draws that count.
pub fn must_not_meet(inputs: &Inputs<'_>, target: &str, officer: &str) -> bool {
    let recused = |(at, who): &(String, String)| at == target && who == officer;
    inputs.met.contains(&(target, officer)) || inputs.plan.recusals.iter().any(recused)
}

/// Who must not meet whom where a place of the draw has another target now: what is said of the target `at` holds in the place of
/// `first`, which the draw knows.
fn barred<'a>(inputs: &Inputs<'a>, at: &str, first: &'a str) -> Barred<'a> {
    let recused = inputs.plan.recusals.iter();
    let recused = recused.map(|(target, officer)| (target.as_str(), officer.as_str()));
    inputs
        .met
        .iter()
        .copied()
        .chain(recused)
        .filter_map(|(target, officer)| match target == at {
            true => Some((first, officer)),
            false => (target != first).then_some((target, officer)),
        })
        .collect()
}

/// The seats that are taken, those on the target `at` under the name of `first`.
fn taken<'b>(
    standing: impl Iterator<Item = &'b Standing>,
    at: &str,
    first: &'b str,
) -> Vec<Assigned<'b>> {
    let seats = standing.flat_map(|one| {
        let target = match one.id == at {
            true => first,
            false => one.id.as_str(),
        };
        one.seats.iter().filter_map(move |held| {
            Some(Assigned {
                target,
                department: &held.department,
                qualification: held.qualification.as_deref(),
                number: held.number,
                officer: held.officer.as_deref()?,
            })
        })
    });
    seats.collect()
}

/// The seats on a target that takes another's place: its officers go on to it. A seat whose officer must not meet it, or that
/// nobody had, is taken by the next in that seat's order who may ([`officers::fill`]), one seat after the other as they were
/// filled; where nobody may, it stays empty. `None` where the target that leaves has no place.
pub fn seats_for(
    inputs: &Inputs<'_>,
    outcome: &Outcome<'_>,
    now: &[Standing],
    leaving: &str,
    coming: &str,
) -> Option<Vec<Held>> {
    let first = first_of(now, leaving);
    let here = now
        .iter()
        .find(|one| one.id == leaving && one.replaced_by.is_none())?;
    let people: Vec<Officer<'_>> = inputs.officers.officers().collect();
    let mut follower = Standing {
        id: coming.to_string(),
        seats: here.seats.clone(),
        replaced_by: None,
        replaces: Some(leaving.to_string()),
    };
    for held in &mut follower.seats {
        held.officer
            .take_if(|officer| must_not_meet(inputs, coming, officer));
    }
    for seat in &outcome.assignment.seats {
        let same = |held: &Held| {
            (
                &*held.department,
                held.qualification.as_deref(),
                held.number,
            ) == (seat.department, seat.qualification, seat.number)
        };
        let empty = |held: &Held| same(held) && held.officer.is_none();
        if seat.target != first || !follower.seats.iter().any(empty) {
            continue;
        }
        let others = now
            .iter()
            .filter(|one| one.replaced_by.is_none() && one.id != leaving);
        let standing = others.chain([&follower]);
        let next = officers::fill(
            &outcome.seed,
            &outcome.assignment,
            &taken(standing, coming, seat.target),
            seat,
            &inputs.plan.seats,
            &people,
            &barred(inputs, coming, seat.target),
        )
        .map(ToString::to_string);
        if let Some(held) = follower.seats.iter_mut().find(|held| empty(held)) {
            held.officer = next;
        }
    }
    Some(follower.seats)
}

#[cfg(test)]
mod tests;
