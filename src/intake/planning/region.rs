//! The region of what is said about a plan: the plan's own, so that nothing about a draw is filed where nobody looks for it; or
//! the author's own, where whoever takes part from elsewhere has no say in the plan's.

use super::{Desk, Said, breach};
use crate::docket::PlanState;
use crate::domain::Breach;
use crate::intake::Refusal;

fn other(said: Said<'_>, plan: &PlanState) -> Refusal {
    let expected = plan.region.clone();
    breach(
        "region",
        said.text("region"),
        Breach::RegionOther { expected },
    )
}

/// The region is the plan's; where a record may leave it out, it may.
pub(super) fn in_plan(said: Said<'_>, plan: &PlanState) -> Result<(), Refusal> {
    match said.body.contains_key("region") && said.text("region") != plan.region {
        true => Err(other(said, plan)),
        false => Ok(()),
    }
}

impl Desk<'_> {
    /// The region is the plan's, or the author's own: whoever takes part from elsewhere may have no say in the plan's.
    pub(super) fn near_plan(&self, said: Said<'_>, plan: &PlanState) -> Result<(), Refusal> {
        let author = self.registry.authority(&said.entry.authority);
        let own = author.is_some_and(|one| one.region.as_str() == said.text("region"));
        match own {
            true => Ok(()),
            false => in_plan(said, plan),
        }
    }
}
