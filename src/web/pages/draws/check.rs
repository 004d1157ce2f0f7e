//! Where the link on a self-check card leads. The token stays in the reader's browser: what follows `#` is never sent.

use super::super::fault::{Fault, kept};
use super::super::{Answer, POLICY_FILE, Page, Visit};
use super::draw::CheckPlan;

/// Plans that a card is looked for in, the newest.
const MOST: usize = 200;

pub(in super::super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let docket = visit.portal.intake.docket();
    let size = visit.portal.log.published().size();
    let mut plans = Vec::new();
    for key in kept(docket.plans(Some(size), MOST))? {
        let Some(plan) = kept(docket.plan(&key))?.filter(|plan| plan.sealed) else {
            continue;
        };
        let library = kept(docket.snapshot(plan.objects))?;
        plans.extend(library.map(|library| CheckPlan::new(visit, &plan, &library)));
    }
    Page::new("check.html", visit.word("page-card-title"))
        .above(visit.link("page-plans-title", "/plans"))
        .with("check_plans", &plans)
        .with("check_id", "")
        .with("check_action", "")
        .with("check_value", "")
        .with("check_file", "")
        .with("check_saved", "")
        .with("policy_file", POLICY_FILE)
        .done()
}
