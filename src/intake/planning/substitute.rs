//! Substitutes by the published order: never a free choice.

use super::{Desk, Said, breach, own_plan};
use crate::docket::{PlanState, TargetState};
use crate::domain::Breach;
use crate::intake::Refusal;
use gongshi_verify::draw::choice;
use gongshi_verify::draw::leaf::{Officer, Target};
use gongshi_verify::draw::officers::{self, Assigned, Barred};
use gongshi_verify::draw::recompute::{Inputs, Outcome};
use gongshi_verify::names::PlanKey;

impl Desk<'_> {
    pub(super) fn inspect_substitute(&self, said: Said<'_>) -> Result<(), Refusal> {
        let plan = self.drawn_plan(said)?;
        own_plan(said, &plan)?;
        let key = said.plan_key()?;
        if plan.sealed && plan.opening.is_none() {
            return Err(breach("plan_key", &plan.key, Breach::Unopened));
        }
        let id = said.text("target_id");
        let target = self.docket.target(&key, id)?;
        let Some(target) = target.filter(|target| target.replaced_by.is_none()) else {
            let plan = plan.key;
            return Err(breach("target_id", id, Breach::NotDrawn { plan }));
        };
        match (said.text("substitute_type"), plan.sealed) {
            ("target", true) => self.in_library(said, &plan),
            ("target", false) => self.next_target(said, &plan, &key, &target),
            // Without the openings nobody here can rank the officers of a sealed draw.
            (_, true) => self.holds_seat(said, &target),
            (_, false) => {
                self.holds_seat(said, &target)?;
                self.next_officer(said, &plan, &key)
            }
        }
    }

    /// Of a sealed draw only who holds the openings knows the order; that the new target is in the library, everybody sees.
    fn in_library(&self, said: Said<'_>, plan: &PlanState) -> Result<(), Refusal> {
        let library = self.docket.snapshot(plan.objects)?;
        let leaves = library
            .map(|library| self.text(&library.leaves))
            .transpose()?;
        let new = said.text("new_target_id");
        let line = format!("ddraw/1|starget|{new}|0|");
        match leaves
            .unwrap_or_default()
            .lines()
            .any(|leaf| leaf.starts_with(&line))
        {
            true => Ok(()),
            false => Err(breach("new_target_id", new, Breach::SubstituteNone)),
        }
    }

    fn next_target(
        &self,
        said: Said<'_>,
        plan: &PlanState,
        key: &PlanKey,
        target: &TargetState,
    ) -> Result<(), Refusal> {
        let taken = self.docket.targets(key)?;
        let first = first_of(&taken, target);
        let found = said.text("new_target_id");
        self.repeated(plan, |inputs, outcome| {
            let targets: Vec<Target<'_>> = inputs.objects.targets().collect();
            // Of several rules that drew it, the first in the plan has its place.
            let drew = inputs.plan.rules.iter().zip(&outcome.choices);
            let rule = drew
                .filter(|(_, choice)| choice.drawn.iter().any(|ticket| ticket.id == first))
                .map(|(rule, _)| rule)
                .next();
            let order = rule.map(|rule| choice::reserve(&outcome.seed, &targets, rule));
            let free = |id: &str| !taken.iter().any(|one| one.target_id == id);
            let next = order.into_iter().flatten().find(|ticket| free(ticket.id));
            expected("new_target_id", found, next.map(|ticket| ticket.id))
        })
    }

    /// The seat is there, and the officer who leaves has it.
    fn holds_seat(&self, said: Said<'_>, target: &TargetState) -> Result<(), Refusal> {
        let leaving = said.text("officer_id");
        let department = said.text("department");
        match target
            .seats
            .iter()
            .any(|seat| seat.officer_id == leaving && seat.department == department)
        {
            true => Ok(()),
            false => Err(breach("officer_id", leaving, Breach::SeatOther)),
        }
    }

    fn next_officer(&self, said: Said<'_>, plan: &PlanState, key: &PlanKey) -> Result<(), Refusal> {
        let now = self.docket.targets(key)?;
        let (target, found) = (said.text("target_id"), said.text("new_officer_id"));
        let qualification = said.body.get("qualification").and_then(|one| one.as_str());
        let number = said
            .integer("seat_no")
            .and_then(|number| u32::try_from(number).ok());
        self.repeated(plan, |inputs, outcome| {
            // A target that took another's place is visited from the seats of that one.
            let here = now.iter().find(|one| one.target_id == target);
            let first = here.map_or(target, |here| first_of(&now, here));
            let seat = outcome.assignment.seats.iter().find(|seat| {
                seat.target == first
                    && seat.department == said.text("department")
                    && seat.qualification == qualification
                    && Some(seat.number) == number
            });
            let Some(seat) = seat else {
                return Err(breach(
                    "seat_no",
                    number.unwrap_or_default(),
                    Breach::SeatOther,
                ));
            };
            let next = substitute(inputs, outcome, &now, seat, target);
            expected("new_officer_id", found, next.as_deref())
        })
    }
}

/// The drawn target whose place was handed on to this one.
fn first_of<'a>(targets: &'a [TargetState], target: &'a TargetState) -> &'a str {
    let mut first = target;
    while let Some(before) = &first.replaces {
        match targets.iter().find(|one| one.target_id == *before) {
            Some(one) => first = one,
            None => break,
        }
    }
    &first.target_id
}

/// Who takes a seat in place of whoever leaves it. `target`: where the seat is now.
fn substitute(
    inputs: &Inputs<'_>,
    outcome: &Outcome<'_>,
    now: &[TargetState],
    seat: &Assigned<'_>,
    target: &str,
) -> Option<String> {
    let people: Vec<Officer<'_>> = inputs.officers.officers().collect();
    let recused = inputs.plan.recusals.iter();
    let recused = recused.map(|(target, officer)| (target.as_str(), officer.as_str()));
    // Whoever must not meet the target where the seat is now cannot take it.
    let barred: Barred<'_> = inputs
        .met
        .iter()
        .copied()
        .chain(recused)
        .filter_map(|(at, officer)| match at == target {
            true => Some((seat.target, officer)),
            false => (at != seat.target).then_some((at, officer)),
        })
        .collect();
    let mut seats: Vec<Assigned<'_>> = Vec::new();
    for one in now.iter().filter(|one| one.replaced_by.is_none()) {
        for held in &one.seats {
            seats.push(Assigned {
                target: if one.target_id == target {
                    seat.target
                } else {
                    &one.target_id
                },
                department: &held.department,
                qualification: held.qualification.as_deref(),
                number: held.seat_no,
                officer: &held.officer_id,
            });
        }
    }
    let next = officers::substitute(
        &outcome.seed,
        &outcome.assignment,
        &seats,
        seat,
        &inputs.plan.seats,
        &people,
        &barred,
    );
    next.map(str::to_owned)
}

fn expected(field: &str, found: &str, next: Option<&str>) -> Result<(), Refusal> {
    match next {
        Some(next) if next == found => Ok(()),
        Some(next) => {
            let expected = next.to_owned();
            Err(breach(field, found, Breach::SubstituteOther { expected }))
        }
        None => Err(breach(field, found, Breach::SubstituteNone)),
    }
}
