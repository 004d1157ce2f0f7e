//! Pages about draws: plans, what they drew, who was drawn and why, and whether it was fair over time.
//!
//! They show what the docket and the log say. What follows from it is computed by the reader's browser or the offline command; no
//! page here shows a tick.

pub(super) mod check;
pub(super) mod draw;
pub(super) mod fairness;
pub(super) mod list;
pub(super) mod plan;
mod progress;
mod randomness;
mod rules;
pub(super) mod target;
pub(super) mod tasks;
mod timeline;
mod words;

use super::fault::{Fault, kept};
use super::{Link, Visit};
use crate::docket::{PlanState, Snapshot, Stage};
use crate::web::links;
use gongshi_verify::encoding::hex32;
use gongshi_verify::names::PlanKey;
use gongshi_verify::registry::Registry;
use serde_json::{Map, Value};
use std::sync::Arc;

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
        format!("{}.draw", self.state.key.replace('/', "-"))
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

    /// The text of a file that records name; `None` where it is not kept, or is none.
    fn file(&self, sha256: &str) -> Result<Option<String>, Fault> {
        let Ok(hash) = hex32(sha256) else {
            return Ok(None);
        };
        let files = self.portal.intake.files();
        if files.size(&hash).is_none() {
            return Ok(None);
        }
        Ok(String::from_utf8(kept(files.read(&hash))?).ok())
    }

    fn plan_link(&self, plan: &PlanState) -> Link {
        Link {
            text: plan.name.clone(),
            href: links::plan(self.lang, &plan.key),
        }
    }
}
