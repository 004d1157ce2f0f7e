//! The targets of a draw in the order in which pages show them, so that a page of thirty thousand reads its own forty.

use crate::docket::{PlanState, TargetState};
use crate::web::Portal;
use crate::web::problem::{Problem, internal};
use gongshi_verify::names::PlanKey;
use std::sync::Arc;

/// Targets whose ids stand in one text.
const BLOCK: usize = 64;

/// Ids of a draw's targets: in the order of the draw, those that took a place at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnList {
    /// Ids by 64, with line feeds between them: a text each would take twice the memory.
    blocks: Vec<Box<str>>,
    count: usize,
}

impl DrawnList {
    fn new(mut targets: Vec<TargetState>) -> Self {
        let order = |one: &TargetState| one.place.unwrap_or(u64::MAX);
        targets.sort_by(|one, other| {
            (order(one), &one.target_id).cmp(&(order(other), &other.target_id))
        });
        let block = |targets: &[TargetState]| {
            let ids: Vec<&str> = targets.iter().map(|one| one.target_id.as_str()).collect();
            ids.join("\n").into_boxed_str()
        };
        DrawnList {
            blocks: targets.chunks(BLOCK).map(block).collect(),
            count: targets.len(),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// So many of them after the first `skip`.
    pub fn part(&self, skip: usize, count: usize) -> impl Iterator<Item = &str> {
        let blocks = self.blocks.iter().skip(skip / BLOCK);
        let ids = blocks.flat_map(|block| block.split('\n'));
        ids.skip(skip % BLOCK).take(count)
    }
}

impl Portal {
    /// The targets of a plan's draw, those replaced and those that took their places included.
    ///
    /// # Errors
    /// `plan-undrawn` before the draw.
    pub fn drawn_list(&self, plan: &PlanState) -> Result<Arc<DrawnList>, Problem> {
        let draw = self.draw_of(plan)?.index;
        let key = (draw, plan.substitutes.len(), plan.opening);
        self.draws.lists.get(key, || {
            let key = PlanKey::parse(&plan.key).map_err(|error| internal(&error))?;
            let targets = self.intake.docket().targets(&key);
            Ok(DrawnList::new(targets.map_err(|error| internal(&error))?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn target(id: String, place: Option<u64>) -> TargetState {
        TargetState {
            target_id: id,
            place,
            stratum: String::new(),
            ticket: String::new(),
            seats: Vec::new(),
            replaced_by: None,
            replaces: None,
        }
    }

    proptest! {
        /// A part is what skipping and taking of the whole gives; whoever has no place comes last.
        #[test]
        fn a_part_is_that_of_the_whole(drawn in 0..300u64, later in 0..5u64, skip in 0..320usize, count in 0..90usize) {
            let places = (0..drawn).map(|at| target(format!("D{:03}", 999 - at), Some(at)));
            let others = (0..later).map(|at| target(format!("A{at}"), None));
            let mut all: Vec<TargetState> = places.chain(others).collect();
            let expected: Vec<String> = all.iter().map(|one| one.target_id.clone()).collect();
            all.reverse();
            let list = DrawnList::new(all);
            prop_assert_eq!(list.count(), expected.len());
            let found: Vec<&str> = list.part(skip, count).collect();
            let wanted: Vec<&str> = expected.iter().map(String::as_str).skip(skip).take(count).collect();
            prop_assert_eq!(found, wanted);
        }
    }
}
