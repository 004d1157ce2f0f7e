//! Substitutes by the published order: never a free choice.

use super::{Desk, Material, Said, breach, own_plan, region};
use crate::docket::{PlanState, Seat, TargetState};
use crate::domain::Breach;
use crate::intake::Refusal;
use gongshi_verify::draw::leaf::Officer;
use gongshi_verify::draw::officers;
use gongshi_verify::draw::substitutes::{self, Held, Standing};
use gongshi_verify::names::PlanKey;
use std::collections::BTreeSet;

impl Desk<'_> {
    pub(super) fn inspect_substitute(&self, said: Said<'_>) -> Result<(), Refusal> {
        let plan = self.drawn_plan(said)?;
        own_plan(said, &plan)?;
        region::in_plan(said, &plan)?;
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
        self.shows_reason(said, &plan)?;
        match (said.text("substitute_type"), plan.sealed) {
            ("target", true) => {
                self.in_library(said, &plan, &key)?;
                self.seats_possible(said, &plan, &target)
            }
            ("target", false) => self.next_target(said, &plan, &key),
            // Without the openings nobody here can rank the officers of a sealed draw.
            (_, true) => self.holds_seat(said, &target),
            (_, false) => {
                self.holds_seat(said, &target)?;
                self.next_officer(said, &plan, &key)
            }
        }
    }

    /// Of a sealed draw only who holds the openings knows the order; that the new target is in the library
    /// and has no place yet, everybody sees.
    fn in_library(&self, said: Said<'_>, plan: &PlanState, key: &PlanKey) -> Result<(), Refusal> {
        let library = self.docket.snapshot(plan.objects)?;
        let leaves = library
            .map(|library| self.text(&library.leaves))
            .transpose()?;
        let new = said.text("new_target_id");
        let line = format!("ddraw/1|starget|{new}|0|");
        // Who was drawn, or has taken a place, takes no other.
        if self.docket.target(key, new)?.is_some() {
            return Err(breach("new_target_id", new, Breach::SubstituteNone));
        }
        match leaves
            .unwrap_or_default()
            .lines()
            .any(|leaf| leaf.starts_with(&line))
        {
            true => Ok(()),
            false => Err(breach("new_target_id", new, Breach::SubstituteNone)),
        }
    }

    fn next_target(&self, said: Said<'_>, plan: &PlanState, key: &PlanKey) -> Result<(), Refusal> {
        let now = self.standing(key)?;
        let (leaving, found) = (said.text("target_id"), said.text("new_target_id"));
        self.repeated(plan, |inputs, outcome| {
            let next = substitutes::next_target(inputs, outcome, &now, leaving);
            expected("new_target_id", found, next)?;
            let seats = substitutes::seats_for(inputs, outcome, &now, leaving, found);
            let seats = seats.unwrap_or_default();
            match seats_said(said)? == seats {
                true => Ok(()),
                false => Err(seats_other(said, &seats)),
            }
        })
    }

    /// Of a sealed draw nobody here can rank officers. What everybody sees: the seats are those that the plan has for the departments
    /// that were there, whoever may go on does, whoever comes may, and a seat is empty only where nobody may take it.
    fn seats_possible(
        &self,
        said: Said<'_>,
        plan: &PlanState,
        leaving: &TargetState,
    ) -> Result<(), Refusal> {
        let seats = seats_said(said)?;
        let material = Material::gather(self, plan)?;
        let libraries = material.libraries()?;
        let new = said.text("new_target_id");
        let met = material.met();
        let barred = |officer: &str| {
            let recused = |(at, who): &(String, String)| at == new && who == officer;
            met.contains(&(new, officer)) || material.plan.recusals.iter().any(recused)
        };
        let departments: BTreeSet<&str> = leaving
            .seats
            .iter()
            .map(|seat| seat.department.as_str())
            .collect();
        let planned = material.plan.seats.iter();
        let planned = planned.filter(|one| departments.contains(one.department.as_str()));
        let asked: BTreeSet<(&str, Option<&str>, u32)> = planned
            .flat_map(|one| {
                let qualification = one.qualification.as_deref();
                (1..=one.count).map(move |number| (&*one.department, qualification, number))
            })
            .collect();
        let said_to_be: BTreeSet<(&str, Option<&str>, u32)> = seats
            .iter()
            .map(|seat| {
                let qualification = seat.qualification.as_deref();
                (&*seat.department, qualification, seat.number)
            })
            .collect();
        let before: BTreeSet<&str> = leaving
            .seats
            .iter()
            .filter_map(|seat| seat.officer_id.as_deref())
            .collect();
        let there: BTreeSet<&str> = seats
            .iter()
            .filter_map(|seat| seat.officer.as_deref())
            .collect();
        let people: Vec<Officer<'_>> = libraries.1.officers().collect();
        let may = |seat: &Held, one: &Officer<'_>| {
            officers::may(one, &seat.department, seat.qualification.as_deref()) && !barred(one.id)
        };
        let filled = |seat: &Held| match seat.officer.as_deref() {
            Some(officer) => people.iter().any(|one| one.id == officer && may(seat, one)),
            None => !people
                .iter()
                .any(|one| may(seat, one) && !there.contains(one.id)),
        };
        let taken = seats.iter().filter(|seat| seat.officer.is_some()).count();
        let fits = asked == said_to_be
            && seats.len() == asked.len()
            && there.len() == taken
            && before.iter().all(|id| barred(id) || there.contains(id))
            && seats.iter().all(filled);
        match fits {
            true => Ok(()),
            false => {
                let count = said.list("new_seats").len();
                Err(breach("new_seats", count, Breach::SeatsImpossible))
            }
        }
    }

    /// The targets of a plan as the verifier's order reads them.
    fn standing(&self, key: &PlanKey) -> Result<Vec<Standing>, Refusal> {
        let targets = self.docket.targets(key)?.into_iter();
        let standing = targets.map(|one| Standing {
            id: one.target_id,
            seats: one.seats.into_iter().map(held).collect(),
            replaced_by: one.replaced_by,
            replaces: one.replaces,
        });
        Ok(standing.collect())
    }

    /// The seat is there, and the officer who leaves has it.
    fn holds_seat(&self, said: Said<'_>, target: &TargetState) -> Result<(), Refusal> {
        let leaving = said.text("officer_id");
        let department = said.text("department");
        match target.seats.iter().any(|seat| {
            seat.officer_id.as_deref() == Some(leaving) && seat.department == department
        }) {
            true => Ok(()),
            false => Err(breach("officer_id", leaving, Breach::SeatOther)),
        }
    }

    fn next_officer(&self, said: Said<'_>, plan: &PlanState, key: &PlanKey) -> Result<(), Refusal> {
        let now = self.standing(key)?;
        let (target, department) = (said.text("target_id"), said.text("department"));
        let leaving = said.text("officer_id");
        let qualification = said.body.get("qualification").and_then(|one| one.as_str());
        let number = said.integer("seat_no").unwrap_or_default();
        let number = u32::try_from(number).unwrap_or_default();
        let here = now.iter().find(|one| one.id == target);
        let seats = here.map_or(&[][..], |here| &here.seats);
        let same = |seat: &&Held| {
            (
                &*seat.department,
                seat.qualification.as_deref(),
                seat.number,
            ) == (department, qualification, number)
        };
        let holder = seats.iter().find(same);
        if holder.and_then(|seat| seat.officer.as_deref()) != Some(leaving) {
            return Err(breach("seat_no", number, Breach::SeatOther));
        }
        let found = said.text("new_officer_id");
        self.repeated(plan, |inputs, outcome| {
            let next = substitutes::next_officer(
                inputs,
                outcome,
                &now,
                target,
                department,
                qualification,
                number,
            );
            expected("new_officer_id", found, next)
        })
    }
}

fn held(seat: Seat) -> Held {
    Held {
        department: seat.department,
        qualification: seat.qualification,
        number: seat.seat_no,
        officer: seat.officer_id,
    }
}

/// The seats on the new target, as the record has them.
fn seats_said(said: Said<'_>) -> Result<Vec<Held>, Refusal> {
    let seats = said.list("new_seats").to_vec();
    let seats: Vec<Seat> = serde_json::from_value(seats.into())
        .map_err(|error| Refusal::Malformed(error.to_string()))?;
    Ok(seats.into_iter().map(held).collect())
}

/// Other seats follow from the order.
fn seats_other(said: Said<'_>, seats: &[Held]) -> Refusal {
    let told = seats.iter().map(|seat| {
        let qualification = seat.qualification.as_deref();
        format!(
            "{} {} {}: {}",
            seat.department,
            qualification.unwrap_or("-"),
            seat.number,
            seat.officer.as_deref().unwrap_or("-")
        )
    });
    let expected = told.collect::<Vec<_>>().join("; ");
    let count = said.list("new_seats").len();
    breach("new_seats", count, Breach::SeatsOther { expected })
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
