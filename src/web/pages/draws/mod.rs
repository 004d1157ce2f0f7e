//! Pages about draws: plans, what they drew, who was drawn and why, and whether it was fair over time.
//!
//! They show what the docket and the log say. What follows from it is computed by the reader's browser or the offline command; no
//! page here shows a tick.

mod chances;
pub(super) mod check;
pub(super) mod draw;
pub(super) mod fairness;
pub(super) mod list;
pub(super) mod plan;
mod progress;
mod randomness;
mod rules;
mod statistics;
pub(super) mod target;
pub(super) mod tasks;
mod timeline;
mod words;

pub(super) use words::percent;

use super::fault::{Fault, kept};
use super::{Link, Visit};
use crate::docket::{PlanState, Snapshot, Stage};
use crate::web::links;
use crate::web::render::Moment;
use gongshi_verify::names::PlanKey;
use gongshi_verify::registry::Registry;
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Draws shown on the page of an enterprise.
const MAX_DRAWS: usize = 20;

/// A plan with its record.
struct Batch {
    key: PlanKey,
    state: PlanState,
    body: Map<String, Value>,
    stage: Stage,
    registry: Arc<Registry>,
}

impl Batch {
    /// The plan that the address names.
    fn of(visit: &Visit) -> Result<Self, Fault> {
        let unknown = || Fault::no_plan(&visit.key);
        let key = PlanKey::parse(&visit.key).map_err(|_| unknown())?;
        let intake = &visit.portal.intake;
        let state = kept(intake.docket().plan(&key))?.ok_or_else(unknown)?;
        // The docket knows of a plan a moment before it is published.
        if state.index >= visit.portal.log.published().size() {
            return Err(unknown());
        }
        let body = visit.body(state.index)?;
        Ok(Batch {
            stage: state.stage(visit.now),
            registry: intake.registry(),
            key,
            state,
            body,
        })
    }

    /// Its two libraries, objects first.
    fn libraries(&self, visit: &Visit) -> Result<[Option<Snapshot>; 2], Fault> {
        let docket = visit.portal.intake.docket();
        Ok([
            kept(docket.snapshot(self.state.objects))?,
            kept(docket.snapshot(self.state.officers))?,
        ])
    }

    fn text(&self, name: &str) -> &str {
        text(&self.body, name)
    }

    /// The plan's page, as the one above.
    fn link(&self, visit: &Visit) -> Link {
        Link {
            text: self.state.name.clone(),
            href: links::plan(visit.lang, &self.state.key),
        }
    }

    /// The name under which the file of its draw is saved.
    fn file_name(&self) -> String {
        format!("{}.draw.json", self.state.key.replace('/', "-"))
    }
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn number(object: &Map<String, Value>, name: &str) -> Option<u64> {
    object.get(name).and_then(Value::as_u64)
}

fn list<'a>(
    object: &'a Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a Map<String, Value>> {
    let list = object.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object)
}

fn texts<'a>(object: &'a Map<String, Value>, name: &str) -> Vec<&'a str> {
    let list = object.get(name).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

impl Visit {
    /// Body of a public record; empty where it is none.
    fn body(&self, index: u64) -> Result<Map<String, Value>, Fault> {
        Ok(self.load(index)?.body.clone().unwrap_or_default())
    }

    /// A link to an entry.
    fn entry(&self, index: u64) -> Link {
        Link {
            text: format!("#{index}"),
            href: links::record(self.lang, index),
        }
    }

    fn plan_link(&self, plan: &PlanState) -> Link {
        Link {
            text: plan.name.clone(),
            href: links::plan(self.lang, &plan.key),
        }
    }
}

/// Draws that a target was in, as its own page shows them.
#[derive(Serialize)]
pub(super) struct DrawsOf {
    rows: Vec<DrawOf>,
    total: usize,
    /// Address of the sum of its chances this year.
    sum: String,
}

/// One of them.
#[derive(Serialize)]
struct DrawOf {
    /// The page that says why.
    why: Link,
    at: Moment,
    substitute: bool,
    replaced: bool,
}

/// The draws that drew a target, or in which it took another's place, the latest first.
pub(super) fn of_target(visit: &Visit, id: &str) -> Result<DrawsOf, Fault> {
    let docket = visit.portal.intake.docket();
    let mut rows = Vec::new();
    for key in kept(docket.draws_of(id))? {
        let plan = kept(docket.plan(&key))?;
        let target = kept(docket.target(&key, id))?;
        let (Some(plan), Some(target)) = (plan, target) else {
            continue;
        };
        let Some(draw) = &plan.draw else { continue };
        let row = DrawOf {
            why: Link {
                text: plan.name.clone(),
                href: links::target(visit.lang, &plan.key, id),
            },
            at: visit.moment(draw.logged_at),
            substitute: target.replaces.is_some(),
            replaced: target.replaced_by.is_some(),
        };
        rows.push((draw.logged_at, row));
    }
    rows.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let total = rows.len();
    let shown = rows.into_iter().take(MAX_DRAWS);
    Ok(DrawsOf {
        rows: shown.map(|(_, row)| row).collect(),
        total,
        sum: links::with_query(visit.lang, "/fairness", &[("target", id)]) + "#target",
    })
}

/// The plan that a record is about: its name and page.
pub(super) fn plan_of(visit: &Visit, key: Option<PlanKey>) -> Result<Option<Link>, Fault> {
    let Some(key) = key else { return Ok(None) };
    let plan = kept(visit.portal.intake.docket().plan(&key))?;
    Ok(plan.map(|plan| visit.plan_link(&plan)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Catalogue, Lang, keys};
    use std::collections::BTreeSet;

    /// Texts whose keys are put together: none is missing, and none is left over.
    #[test]
    fn stages_and_answers_have_their_words() {
        let stages = Stage::ALL.iter().map(|stage| stage.name()).chain(["late"]);
        let stages: Vec<&str> = stages.collect();
        let next = stages.iter().copied().chain(plan::NEXT);
        let mut wanted: BTreeSet<String> = next.map(|one| format!("plan-next-{one}")).collect();
        wanted.extend(stages.iter().map(|one| format!("plan-stage-{one}")));
        for answer in target::ANSWERS {
            wanted.extend(["answer", "reason"].map(|part| format!("plan-{part}-{answer}")));
        }
        for lang in Lang::ALL {
            let missing: Vec<_> = wanted
                .iter()
                .filter(|key| !Catalogue::built_in().has(*lang, key))
                .collect();
            assert!(missing.is_empty(), "{missing:?}");
        }
        let left: Vec<String> = keys(Lang::Zh)
            .into_iter()
            .filter(|key| key.starts_with("plan-") && !wanted.contains(key))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
