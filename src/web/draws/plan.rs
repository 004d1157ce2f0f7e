//! A plan as a document: in short for lists, and whole with the indexes of all its entries.
//!
//! Indexes are entry indexes: what is said here is shown by the proofs of those entries, not by this.

use super::Course;
use super::file::list_of;
use super::{shown, target};
use crate::docket::{PlanState, Snapshot};
use crate::web::Portal;
use crate::web::links;
use crate::web::problem::{Problem, internal};
use gongshi_verify::draw::plan::{Mode, Plan};
use gongshi_verify::names::RegionCode;
use serde_json::{Map, Value, json};

/// Plans looked at for one page of a list, those left out by a filter included.
const LOOKED_AT: usize = 2000;

/// What a list of plans is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct PlanFilter {
    /// Whose plans.
    pub authority: Option<String>,
    /// Name of the stage they are at.
    pub stage: Option<String>,
    /// The region they are about, or one that lies in it.
    pub region: Option<RegionCode>,
}

impl PlanFilter {
    fn takes(&self, plan: &Course) -> bool {
        let same =
            |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|one| one == is);
        let within = |own: &RegionCode| {
            RegionCode::parse(&plan.region).is_ok_and(|region| own.covers(&region))
        };
        same(&self.authority, &plan.authority)
            && same(&self.stage, plan.stage.name())
            && self.region.as_ref().is_none_or(within)
    }
}

/// Plans, newest first.
#[derive(Debug, Clone)]
pub struct PlanPage {
    /// The plans.
    pub plans: Vec<PlanState>,
    /// Where the next page begins: only plans below this entry are on it. None at the end.
    pub next: Option<u64>,
}

impl Portal {
    /// Plans below entry `before`, newest first: at most `limit`, fewer where a filter leaves out very many on the way.
    pub fn plans(
        &self,
        filter: &PlanFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<PlanPage, Problem> {
        let mut page = PlanPage {
            plans: Vec::new(),
            next: before,
        };
        let (mut looked_at, mut at) = (0, before);
        while page.plans.len() < limit && looked_at < LOOKED_AT {
            let wanted = limit.clamp(1, 100);
            let plans = self.courses(at, wanted)?;
            for plan in &plans {
                looked_at += 1;
                at = Some(plan.index);
                page.next = at;
                if filter.takes(plan) {
                    page.plans.push(self.plan(&plan.key)?);
                }
                if page.plans.len() == limit {
                    break;
                }
            }
            if plans.len() < wanted && page.plans.len() < limit {
                page.next = None;
                return Ok(page);
            }
        }
        let more = self.intake.docket().plans(page.next, 1);
        let more = more.map_err(|error| internal(&error))?;
        page.next = page.next.filter(|_| !more.is_empty());
        Ok(page)
    }

    /// A plan in short.
    pub fn plan_summary(&self, plan: &PlanState) -> Value {
        Value::Object(in_short(plan, self.now()))
    }

    /// Everything about a plan.
    ///
    /// # Errors
    /// Where something of it cannot be read.
    pub fn plan_document(&self, plan: &PlanState) -> Result<Value, Problem> {
        let (body, read) = self.plan_record(plan)?;
        let mut told = in_short(plan, self.now());
        let results = self.rule_results(plan, &read)?;
        let rules = read.rules.iter().enumerate().map(|(at, rule)| {
            let result = results.as_ref().and_then(|results| results.get(at));
            let mut rule = target::rule(rule, result);
            let name = |rules: &Value| rules.get(at)?.get("stratum_name").cloned();
            rule["name"] = body.get("rules").and_then(name).unwrap_or_default();
            rule
        });
        let rules: Value = rules.collect();
        let (objects, officers) = (self.snapshot(plan.objects)?, self.snapshot(plan.officers)?);
        let mut put = |name: &str, value: Value| drop(told.insert(name.to_owned(), value));
        put("v", 1.into());
        put("origin", self.log.origin().as_str().into());
        put("leaf_hash", plan.leaf_hash.as_str().into());
        for name in [
            "annual_plan_no",
            "task_name",
            "target_scope",
            "class_rule",
            "lead_department",
            "partner_departments",
        ] {
            put(name, body.get(name).cloned().unwrap_or_default());
        }
        let part = |at: usize| body.get("plan_items")?.get(at)?.get("item_part").cloned();
        put("items", plan.items.iter().enumerate().map(|(at, item)| json!({
            "item_code": item.code, "item_name": item.name, "item_part": part(at), "item_list_authority": item.list_authority,
        })).collect());
        put(
            "departments",
            body.get("departments").cloned().unwrap_or_default(),
        );
        put("rules", rules);
        put(
            "lead_seconds",
            match read.mode {
                Mode::Drand { lead, .. } | Mode::Lottery { lead, .. } => lead.into(),
                Mode::Delay { .. } => Value::Null,
            },
        );
        put("rotation", read.rotation.into());
        put("recusals", read.recusals.len().into());
        put("contributors", contributors(plan, &read));
        put(
            "libraries",
            json!({"objects": library(&objects), "officers": library(&officers)}),
        );
        put(
            "cancelled",
            match &plan.cancelled {
                None => Value::Null,
                Some(one) => json!({
                    "index": one.index, "logged_at": shown(one.logged_at), "reason": one.reason,
                    "reason_text": self.body(one.index)?.get("reason"),
                }),
            },
        );
        put("lapsed", plan.lapsed.into());
        put("drawn", self.drawn_in_full(plan)?);
        let progress = self.progress(plan)?;
        let progress =
            serde_json::to_value(progress.as_deref()).map_err(|error| internal(&error))?;
        put("progress", progress);
        put(
            "links",
            json!({
                "record": format!("/api/v1/records/{}", plan.index),
                "proof": crate::intake::link_path(plan.index),
                "draw_file": plan.draw.as_ref().map(|_| format!("/api/v1/draws/{}", plan.key)),
            }),
        );
        Ok(Value::Object(told))
    }

    fn drawn_in_full(&self, plan: &PlanState) -> Result<Value, Problem> {
        let Some(draw) = &plan.draw else {
            return Ok(Value::Null);
        };
        let record = self.body(draw.index)?;
        let list = list_of(&record);
        Ok(json!({
            "index": draw.index,
            "leaf_hash": draw.leaf_hash,
            "authority": draw.authority,
            "logged_at": shown(draw.logged_at),
            "count": draw.count,
            "random_value": draw.random_value,
            "seed": draw.seed,
            "sealed_root": draw.sealed_root,
            "load_cap": record.get("load_cap"),
            "list": list.map(|sha256| json!({"sha256": sha256, "file": links::file(&sha256)})),
        }))
    }
}

/// What every list of plans says of one.
fn in_short(plan: &PlanState, now: i64) -> Map<String, Value> {
    let indexes = |list: &mut dyn Iterator<Item = u64>| list.collect::<Vec<u64>>();
    let told = json!({
        "key": plan.key,
        "name": plan.name,
        "authority": plan.authority,
        "region": plan.region,
        "state": plan.stage(now).name(),
        "sealed": plan.sealed,
        "scope": plan.scope,
        "mode": plan.mode,
        "draw_type": plan.draw_type,
        "randomness": plan.randomness,
        "round": plan.round,
        "delay_log2": plan.delay_log2,
        "fallback": plan.fallback,
        "times": {
            "logged_at": shown(plan.logged_at),
            "t0": shown(plan.t0),
            "t1": shown(plan.t1),
            "due": plan.due.map(shown),
            "known_at": shown(plan.known_at()),
            "check_from": plan.check_from,
            "check_to": plan.check_to,
            "result_deadline": shown(plan.result_deadline),
        },
        "counts": {
            "contributors": plan.contributors.len(),
            "commits": plan.commits.len(),
            "reveals": plan.reveals.len(),
            "drawn": plan.draw.as_ref().map(|draw| draw.count),
            "substitutes": plan.substitutes.len(),
        },
        "plan": plan.index,
        "snapshots": [plan.objects, plan.officers],
        "commits": indexes(&mut plan.commits.iter().map(|one| one.index)),
        "reveals": indexes(&mut plan.reveals.iter().map(|one| one.index)),
        "draw": plan.draw.as_ref().map(|draw| draw.index),
        "cancel": plan.cancelled.as_ref().map(|one| one.index),
        "earlier": plan.earlier,
        "substitutes": indexes(&mut plan.substitutes.iter().map(|one| one.index)),
        "opening": plan.opening,
    });
    match told {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Who brings secrets: what each has committed to and revealed, and whether it counts.
fn contributors(state: &PlanState, plan: &Plan) -> Value {
    let counting = state.secrets(plan);
    let one = |id: &String| {
        let commit = state.commits.iter().find(|one| one.contributor == *id);
        let reveal = state.reveals.iter().find(|one| one.contributor == *id);
        let counts = counting
            .iter()
            .any(|(one, secret)| one.as_str() == id && secret.is_some());
        json!({
            "id": id,
            "independent": state.independent.contains(id),
            "committed": commit.map(|one| json!({
                "index": one.index, "logged_at": shown(one.logged_at), "commitment": one.commitment,
            })),
            "revealed": reveal.map(|one| json!({
                "index": one.index, "logged_at": shown(one.logged_at), "secret": one.secret,
            })),
            "counts": counts,
        })
    };
    state.contributors.iter().map(one).collect()
}

fn library(snapshot: &Snapshot) -> Value {
    json!({
        "snapshot": snapshot.index,
        "leaf_hash": snapshot.leaf_hash,
        "name": snapshot.name,
        "form": if snapshot.sealed { "sealed" } else { "open" },
        "count": snapshot.count,
        "root": snapshot.root,
        "as_of": snapshot.as_of,
        "logged_at": shown(snapshot.logged_at),
        "leaves": {"sha256": snapshot.leaves, "file": links::file(&snapshot.leaves)},
    })
}
