//! How a plan comes to nothing before it is drawn: its authority calls it off in time, or the operator says that its round never came.

use super::{Desk, Said, breach, own_plan, region, shown};
use crate::docket::PlanState;
use crate::domain::Breach;
use crate::intake::Refusal;

/// Time after a round was due from which on the operator may say that it never came, in seconds.
const LAPSE_SECONDS: i64 = 72 * 60 * 60;

impl Desk<'_> {
    pub(super) fn inspect_cancel(&self, said: Said<'_>) -> Result<(), Refusal> {
        let plan = self.open_plan(said)?;
        own_plan(said, &plan)?;
        region::in_plan(said, &plan)?;
        unrevealed(&plan)
    }

    /// A notice that a round never came is about an open plan that waits for one.
    pub(super) fn inspect_alert(&self, said: Said<'_>) -> Result<(), Refusal> {
        if said.text("alert_type") != "round_missing" {
            return Ok(());
        }
        let plan = self.open_plan(said)?;
        region::in_plan(said, &plan)?;
        if plan
            .round
            .is_some_and(|round| self.outside.has_round(round))
        {
            return Err(breach("plan_key", &plan.key, Breach::RoundThere));
        }
        match plan.due {
            Some(_) => Ok(()),
            None => Err(breach(
                "plan_key",
                &plan.key,
                Breach::FormOther {
                    expected: "drand, lottery".to_owned(),
                },
            )),
        }
    }

    pub(super) fn admit_alert(&self, said: Said<'_>, now: i64) -> Result<(), Refusal> {
        if said.text("alert_type") != "round_missing" {
            return Ok(());
        }
        let due = self.plan(said)?.due.unwrap_or(i64::MAX - LAPSE_SECONDS);
        super::in_time(now, due + LAPSE_SECONDS, i64::MAX)
    }
}

/// Who has seen a secret neither commits nor calls off any more, also within the second of t0.
pub(super) fn unrevealed(plan: &PlanState) -> Result<(), Refusal> {
    match plan.reveals.is_empty() {
        true => Ok(()),
        false => {
            let until = shown(plan.t0);
            Err(breach("plan_key", &plan.key, Breach::TooLate { until }))
        }
    }
}
