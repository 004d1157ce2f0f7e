//! Results of inspections that say they were drawn: only of targets that the plan's draw sends this department to.

use super::{Desk, Said, breach};
use crate::docket::PlanState;
use crate::domain::Breach;
use crate::domain::dates::day_in_china;
use crate::intake::Refusal;

impl Desk<'_> {
    pub(super) fn inspect_result(&self, said: Said<'_>) -> Result<(), Refusal> {
        if said.text("draw_basis") != "drawn" {
            return Ok(());
        }
        let plan = self.drawn_plan(said)?;
        let draw = plan.draw.as_ref().map_or(0, |draw| draw.index);
        if said.named("draw").is_some_and(|index| index != draw) {
            let index = draw.to_string();
            return Err(breach(
                "draw",
                said.named("draw").unwrap_or_default(),
                Breach::OtherDraw { index },
            ));
        }
        let drawn = plan.draw.as_ref().map_or(0, |draw| draw.logged_at);
        let day = day_in_china(drawn).to_string();
        if said.text("inspected_on") < day.as_str() {
            let early = Breach::InspectedEarly { day };
            return Err(breach("inspected_on", said.text("inspected_on"), early));
        }
        let id = said.text("subject_uscc");
        let not_drawn = || {
            breach(
                "subject_uscc",
                id,
                Breach::NotDrawn {
                    plan: plan.key.clone(),
                },
            )
        };
        let not_sent = || breach("plan_key", &plan.key, Breach::NotSent);
        match self.docket.target(&said.plan_key()?, id)? {
            Some(target) if target.replaced_by.is_none() => {
                match target.is_visited_by(said.who()) {
                    true => Ok(()),
                    false => Err(not_sent()),
                }
            }
            Some(_) => Err(not_drawn()),
            None if plan.sealed && plan.opening.is_none() => {
                match plan.departments.iter().any(|one| one == said.who()) {
                    false => Err(not_sent()),
                    true if self.may_be_drawn(&plan, id)? => Ok(()),
                    true => Err(not_drawn()),
                }
            }
            None => Err(not_drawn()),
        }
    }

    /// Whether a sealed draw can have drawn somebody: in the library, and not excluded. The list shows it at the deadline.
    fn may_be_drawn(&self, plan: &PlanState, id: &str) -> Result<bool, Refusal> {
        let Some(snapshot) = self.docket.snapshot(plan.objects)? else {
            return Ok(false);
        };
        let line = format!("ddraw/1|starget|{id}|0|");
        let text = self.text(&snapshot.leaves)?;
        Ok(text.lines().any(|leaf| leaf.starts_with(&line)))
    }
}
