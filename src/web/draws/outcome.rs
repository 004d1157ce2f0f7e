//! What each rule of a recorded open draw came to: how many it covered, how many it drew, and the last ticket that was drawn.

use super::library::Shown;
use crate::docket::PlanState;
use crate::web::Portal;
use crate::web::problem::{Problem, internal};
use gongshi_verify::draw::choice::Rule;
use gongshi_verify::draw::leaf::Leaf;
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::names::PlanKey;
use serde_json::{Map, Value};
use std::sync::Arc;

/// What a rule came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleResult {
    /// Targets it covered, n′.
    pub eligible: u64,
    /// Targets it drew.
    pub drawn: u64,
    /// The highest ticket among them, 64 hex digits; none where nobody was drawn.
    pub last_ticket: Option<String>,
}

impl Portal {
    /// For each rule of a plan, in its order, what it came to; none before the draw, and none of a sealed one.
    pub(super) fn rule_results(
        &self,
        state: &PlanState,
        plan: &Plan,
    ) -> Result<Option<Arc<Vec<RuleResult>>>, Problem> {
        let Some(draw) = state.draw.as_ref().filter(|_| !state.sealed) else {
            return Ok(None);
        };
        let made = self.draws.outcomes.get(draw.index, || {
            let record = self.body(draw.index)?;
            self.results(state, plan, &record)
        });
        made.map(Some)
    }

    fn results(
        &self,
        state: &PlanState,
        plan: &Plan,
        draw: &Map<String, Value>,
    ) -> Result<Vec<RuleResult>, Problem> {
        let strata = draw.get("drawn_strata").and_then(Value::as_array);
        let strata = strata.map(Vec::as_slice).unwrap_or_default();
        // In the order of the draw, as recorded: who came later has no ticket.
        let mut drawn = self.drawn(&plan.key)?;
        drawn.sort_unstable();
        let mut results = Vec::new();
        for (at, rule) in plan.rules.iter().enumerate() {
            let number = |name: &str| strata.get(at)?.get(name)?.as_u64();
            let count = number("drawn_count").unwrap_or_default();
            results.push(RuleResult {
                eligible: number("eligible_count").unwrap_or_default(),
                drawn: count,
                last_ticket: self.last_ticket(state, plan, rule, &drawn, count)?,
            });
        }
        Ok(results)
    }

    /// Tickets, ids and strata of the drawn.
    fn drawn(&self, key: &PlanKey) -> Result<Vec<(String, String, String)>, Problem> {
        let targets = self.intake.docket().targets(key);
        let targets = targets.map_err(|error| internal(&error))?.into_iter();
        let drawn = targets.filter(|target| target.place.is_some());
        Ok(drawn
            .map(|target| (target.ticket, target.target_id, target.stratum))
            .collect())
    }

    /// A rule draws the lowest tickets of those it covers, so they are the lowest of the drawn that it covers.
    fn last_ticket(
        &self,
        state: &PlanState,
        plan: &Plan,
        rule: &Rule,
        drawn: &[(String, String, String)],
        count: u64,
    ) -> Result<Option<String>, Problem> {
        let Some(last) = usize::try_from(count).ok().and_then(|n| n.checked_sub(1)) else {
            return Ok(None);
        };
        let of_stratum = drawn.iter().filter(|(.., one)| *one == rule.stratum);
        let alone = plan.rules.iter().filter(|one| one.stratum == rule.stratum);
        if alone.count() == 1 {
            return Ok(of_stratum.map(|(ticket, ..)| ticket.clone()).nth(last));
        }
        // Where several rules share a stratum, whom each covers stands in the library.
        let tree = self.library(&self.snapshot(state.objects)?)?;
        let mut covered = 0;
        for (ticket, id, _) in of_stratum {
            let shown = tree.show(&self.intake, id)?;
            let covers = match &shown {
                Shown::Leaf(leaf) => match Leaf::parse(&leaf.line) {
                    Ok(Leaf::Target(target)) => rule.covers(&target),
                    _ => false,
                },
                Shown::Absent(..) => false,
            };
            covered += usize::from(covers);
            if covers && covered == last + 1 {
                return Ok(Some(ticket.clone()));
            }
        }
        Ok(None)
    }
}
