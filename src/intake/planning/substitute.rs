//! Substitutes by the published order: never a free choice.

use super::{Desk, Said, breach, own_plan};
use crate::docket::{PlanState, Seat, TargetState};
use crate::domain::Breach;
use crate::intake::Refusal;
use gongshi_verify::draw::substitutes::{self, Held, Standing};
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
            ("target", true) => self.in_library(said, &plan, &key),
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
            expected("new_target_id", found, next)
        })
    }

    /// The targets of a plan as the verifier's order reads them.
    fn standing(&self, key: &PlanKey) -> Result<Vec<Standing>, Refusal> {
        let held = |seat: Seat| Held {
            department: seat.department,
            qualification: seat.qualification,
            number: seat.seat_no,
            officer: seat.officer_id,
        };
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
        if seats.iter().find(same).map(|seat| &*seat.officer) != Some(leaving) {
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
