//! "Was I drawn, and why?" in words, for one id and one plan, with the numbers it rests on.
//!
//! This is what the server says, so it has no tick. The same is computed anew by the reader's browser, further down the page.

use super::super::fault::{Fault, kept};
use super::super::{Answer, Link, POLICY_FILE, Page, Visit};
use super::Batch;
use super::draw::{CheckPlan, Officers, officers};
use super::rules::{self, Meanings, RuleRow};
use crate::docket::{Stage, TargetState};
use crate::text::Arg;
use crate::web::links;
use crate::web::render::grouped;
use gongshi_verify::draw::leaf::{Leaf, Target};
use gongshi_verify::draw::ticket::Seed;
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::names::is_draw_id;
use serde::Serialize;
use serde_json::Value;

/// Results shown.
const MAX_RESULTS: usize = 20;

/// Every answer there is.
#[cfg(test)]
pub(super) const ANSWERS: [&str; 13] = [
    "absent",
    "absent-edge",
    "all",
    "drawn",
    "excluded",
    "no-draw",
    "no-rule",
    "not-drawn",
    "not-yet",
    "sealed",
    "sealed-drawn",
    "sealed-not",
    "substitute",
];

/// A leaf of the library.
#[derive(Serialize)]
struct Shown {
    line: String,
    /// Place from 1.
    place: u64,
}

/// A rule that covers the target, and what it made of it.
#[derive(Serialize)]
struct Covering {
    rule: RuleRow,
    last: Option<String>,
    hit: bool,
}

/// The answer.
struct Said {
    /// Of `plan-answer-<name>`.
    name: &'static str,
    args: Vec<(&'static str, Arg)>,
}

impl Said {
    fn new(name: &'static str) -> Self {
        Said {
            name,
            args: Vec::new(),
        }
    }
}

/// What a drawn target is told.
#[derive(Serialize)]
struct Visited {
    officers: Vec<Officers>,
    replaced_by: Option<Link>,
    replaces: Option<Link>,
}

pub(in super::super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let batch = Batch::of(visit)?;
    let plan = &batch.state;
    let form = links::page(visit.lang, &format!("/draws/{}/target", plan.key), "");
    if visit.part.is_empty() {
        let asked = visit.parameter("id").or_else(|| visit.parameter("code"));
        let Some(asked) = asked.filter(|id| !id.is_empty()) else {
            return Ok(Answer::Redirect(
                links::draw(visit.lang, &plan.key) + "#was-i-drawn",
            ));
        };
        let id = asked.to_ascii_uppercase();
        return match is_draw_id(&id) {
            true => Ok(Answer::Redirect(links::target(visit.lang, &plan.key, &id))),
            false => Err(Fault::no_id(&asked)),
        };
    }
    let id = &visit.part;
    if !is_draw_id(id) {
        return Err(Fault::no_id(id));
    }
    let document = visit.portal.target_document(plan, id)?;
    let libraries = batch.libraries(visit)?;
    let meanings = Meanings::of(visit, &libraries)?;
    let draw = match &plan.draw {
        Some(draw) => Some(visit.body(draw.index)?),
        None => None,
    };
    let rules = rules::rows(visit, &batch, &meanings.strata, draw.as_ref());
    let state = kept(visit.portal.intake.docket().target(&batch.key, id))?;
    let line = |name: &str| {
        document[name]["line"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let own = line("leaf");
    let leaf = Leaf::parse(&own).ok();
    let ticket = match (&plan.draw, &leaf) {
        (Some(draw), Some(Leaf::Target(_))) => {
            let seed = hex32(&draw.seed).map_err(|_| Fault::nothing())?;
            Some(hex(&Seed::from_hash(&seed).ticket(id)))
        }
        _ => None,
    };
    let covering = match &leaf {
        Some(Leaf::Target(target)) => covering(rules, &document, target, ticket.as_deref()),
        _ => Vec::new(),
    };
    let between = ["before", "after"]
        .iter()
        .all(|name| document[name].is_object());
    let said = said(
        &batch,
        &meanings,
        leaf.as_ref(),
        &covering,
        state.as_ref(),
        between,
    );
    let (name, enterprise) = visit.target_name(id)?;
    let title = visit.say(
        "page-target-title",
        &[
            ("id", id.as_str().into()),
            ("name", plan.name.clone().into()),
        ],
    );
    let shown = |name: &str| {
        let index = document[name]["index"].as_u64()?;
        Some(Shown {
            line: line(name),
            place: index + 1,
        })
    };
    let other = |id: &String| Link {
        text: id.clone(),
        href: links::target(visit.lang, &plan.key, id),
    };
    let visited = state.as_ref().map(|state| Visited {
        officers: officers(visit, &batch, &state.seats),
        replaced_by: state.replaced_by.as_ref().map(other),
        replaces: state.replaces.as_ref().map(other),
    });
    let results = visit
        .portal
        .model
        .drawn_results(&plan.key, Some(id))?
        .into_iter()
        .map(|one| visit.entry(one.index));
    let results: Vec<Link> = results.take(MAX_RESULTS).collect();
    let [objects, _] = &libraries;
    let plans: Vec<CheckPlan> = objects
        .iter()
        .map(|library| CheckPlan::new(visit, plan, library))
        .collect();
    let file = match plan.draw {
        Some(_) => format!("/api/v1/draws/{}", plan.key),
        None => String::new(),
    };
    let value = plan.draw.as_ref().map(|draw| draw.random_value.as_str());
    let mut page = Page::new("target.html", title)
        .above(visit.link("page-plans-title", "/plans"))
        .above(batch.link(visit))
        .with("key", &plan.key)
        .with("plan_name", &plan.name)
        .with("plan", &links::plan(visit.lang, &plan.key))
        .with(
            "draw",
            &plan
                .draw
                .is_some()
                .then(|| links::draw(visit.lang, &plan.key)),
        )
        .with("id", id)
        .with("name", &name)
        .with("enterprise", &enterprise)
        .with("answer", &visit.word(&format!("plan-answer-{}", said.name)))
        .with(
            "reason",
            &visit.say(&format!("plan-reason-{}", said.name), &said.args),
        )
        .with("leaf", &shown("leaf"))
        .with("before", &shown("before"))
        .with("after", &shown("after"))
        .with(
            "library",
            &objects.as_ref().map(|library| visit.entry(library.index)),
        )
        .with(
            "library_count",
            &objects.as_ref().map_or(0, |library| library.count),
        )
        .with("ticket", &ticket)
        .with("covering", &covering)
        .with("visited", &visited)
        .with("results", &results)
        .with("sealed", &plan.sealed)
        .with("check_plans", &plans)
        .with("check_id", id)
        .with("check_action", &form)
        .with("check_value", value.unwrap_or_default())
        .with("check_file", &file)
        .with("check_saved", &batch.file_name())
        .with("policy_file", POLICY_FILE)
        .with("foreign", &super::super::summary::foreign(visit.lang));
    // Of every id that may be typed there is one.
    page.indexable = false;
    page.done()
}

/// The rules that cover a target in the open.
fn covering(
    rules: Vec<RuleRow>,
    document: &Value,
    target: &Target<'_>,
    ticket: Option<&str>,
) -> Vec<Covering> {
    if target.exclusion.is_some() {
        return Vec::new();
    }
    let covers = |rule: &RuleRow| {
        let mut departments = rule.department_ids.iter();
        rule.stratum == target.stratum && departments.all(|one| target.departments.has(one))
    };
    rules
        .into_iter()
        .enumerate()
        .filter(|(_, rule)| covers(rule))
        .map(|(at, rule)| {
            let last = document["rules"][at]["last_ticket"].as_str();
            let hit = ticket.is_some_and(|ticket| last.is_some_and(|last| ticket <= last));
            Covering {
                last: last.map(str::to_owned),
                hit,
                rule,
            }
        })
        .collect()
}

/// Which answer it is, and with what. `between`: its place in the library would be between two leaves.
fn said(
    batch: &Batch,
    meanings: &Meanings,
    leaf: Option<&Leaf<'_>>,
    covering: &[Covering],
    state: Option<&TargetState>,
    between: bool,
) -> Said {
    let drawn = batch.state.draw.is_some();
    let exclusion = match leaf {
        // Somebody who came in somebody's place, or was drawn by a sealed draw, is known by that.
        _ if state.is_some_and(|state| state.replaces.is_some()) => {
            return Said::new("substitute");
        }
        None if between => return Said::new("absent"),
        None => return Said::new("absent-edge"),
        Some(Leaf::Target(target)) => target.exclusion,
        Some(Leaf::Sealed(target)) => target.exclusion,
        Some(Leaf::Officer(_)) => None,
    };
    if let Some(code) = exclusion {
        let meaning = meanings.exclusions.get(code).map_or(code, String::as_str);
        return Said {
            name: "excluded",
            args: vec![("reason", meaning.into())],
        };
    }
    if matches!(batch.stage, Stage::Cancelled | Stage::Void) {
        return Said::new("no-draw");
    }
    if batch.state.sealed {
        return Said::new(match (drawn, batch.state.opening, state) {
            (false, ..) => "not-yet",
            (true, None, _) => "sealed",
            (true, Some(_), Some(_)) => "sealed-drawn",
            (true, Some(_), None) => "sealed-not",
        });
    }
    let hit = covering.iter().find(|one| one.hit);
    let Some(shown) = hit.or(covering.first()) else {
        return Said::new("no-rule");
    };
    let Some(share) = shown.rule.drawn.as_ref() else {
        return Said::new("not-yet");
    };
    let args = vec![
        ("stratum", shown.rule.name.clone().into()),
        ("n_text", grouped(share.eligible).into()),
        ("count_text", grouped(share.count).into()),
    ];
    let name = match hit {
        Some(_) if share.count == share.eligible => "all",
        Some(_) => "drawn",
        None => "not-drawn",
    };
    Said { name, args }
}
