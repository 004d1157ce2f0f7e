//! "Was I drawn, and why?": all that a reader's browser computes the answer from, for one id and one plan.

use super::library::{Shown, ShownLeaf};
use crate::docket::PlanState;
use crate::web::Portal;
use crate::web::problem::Problem;
use gongshi_verify::draw::choice::Rule;
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::encoding::{base64, hex};
use serde_json::{Map, Value, json};

use super::outcome::RuleResult;

impl Portal {
    /// The document about an id, whether it is in the library or not.
    ///
    /// # Errors
    /// Where something of it cannot be read.
    pub fn target_document(&self, state: &PlanState, id: &str) -> Result<Value, Problem> {
        let (body, plan) = self.plan_record(state)?;
        let snapshot = self.snapshot(state.objects)?;
        let (leaf, before, after) = match self.library(&snapshot)?.show(&self.intake, id)? {
            Shown::Leaf(leaf) => (Some(leaf), None, None),
            Shown::Absent(before, after) => (None, before, after),
        };
        let results = self.rule_results(state, &plan)?;
        let result = |at: usize| results.as_ref().and_then(|results| results.get(at));
        let rules = plan.rules.iter().enumerate();
        let rules: Vec<Value> = rules.map(|(at, one)| rule(one, result(at))).collect();
        Ok(json!({
            "v": 1,
            "origin": self.log.origin().as_str(),
            "plan_key": state.key,
            "id": id,
            "plan_index": state.index,
            "draw_index": state.draw.as_ref().map(|draw| draw.index),
            "library": {
                "form": if state.sealed { "sealed" } else { "open" },
                "snapshot": snapshot.index,
                "count": snapshot.count,
                "root": snapshot.root,
            },
            "leaf": shown(leaf),
            "before": shown(before),
            "after": shown(after),
            "operator": self.operator(),
            "departments": state.departments,
            "rules": rules,
            "randomness": self.randomness(state, &plan, &body)?,
            "seed": state.draw.as_ref().map(|draw| &draw.seed),
        }))
    }

    /// Who said entry 0.
    fn operator(&self) -> Option<String> {
        let registry = self.intake.registry();
        registry.operator().map(|one| one.id.to_string())
    }

    /// What a draw's randomness was made of; null before the draw.
    fn randomness(
        &self,
        state: &PlanState,
        plan: &Plan,
        body: &Map<String, Value>,
    ) -> Result<Value, Problem> {
        let Some(draw) = &state.draw else {
            return Ok(Value::Null);
        };
        let record = self.body(draw.index)?;
        let contributors = state.secrets(plan).into_iter().map(
            |(id, secret)| json!({"id": id.as_str(), "secret": secret.map(|secret| hex(&secret))}),
        );
        let mut told = Map::new();
        told.insert("mode".to_owned(), state.randomness.as_str().into());
        told.insert("contributors".to_owned(), contributors.collect());
        for (name, from) in [
            ("round", "round"),
            ("signature", "beacon_signature"),
            ("numbers", "lottery_numbers"),
            ("delay_log2", "delay_log2"),
            ("checkpoints", "delay_checkpoints"),
        ] {
            if let Some(value) = record.get(from) {
                told.insert(name.to_owned(), value.clone());
            }
        }
        if let Some(game) = body.get("lottery_game") {
            told.insert("game".to_owned(), game.clone());
        }
        told.insert("value".to_owned(), draw.random_value.as_str().into());
        Ok(Value::Object(told))
    }
}

/// A rule and what it came to, as documents have it.
pub(super) fn rule(rule: &Rule, result: Option<&RuleResult>) -> Value {
    let (num, den) = rule.rate.parts();
    json!({
        "stratum": rule.stratum,
        "departments": rule.departments,
        "num": num,
        "den": den,
        "minimum": rule.minimum,
        "eligible": result.map(|result| result.eligible),
        "drawn": result.map(|result| result.drawn),
        "last_ticket": result.and_then(|result| result.last_ticket.as_deref()),
    })
}

fn shown(leaf: Option<ShownLeaf>) -> Value {
    leaf.map_or(Value::Null, |leaf| {
        json!({
            "line": leaf.line,
            "index": leaf.index,
            "path": leaf.path.iter().map(|hash| base64(hash)).collect::<Vec<_>>(),
        })
    })
}
