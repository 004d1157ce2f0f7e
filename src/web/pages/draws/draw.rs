//! One draw: where its randomness came from, what each rule drew, who was drawn, and how anyone repeats it.

use super::super::fault::{Fault, kept};
use super::super::lists::{numbered, page_number};
use super::super::summary::individual;
use super::super::{Answer, Link, POLICY_FILE, Page, Pager, Visit};
use super::rules::{self, Meanings, RuleRow};
use super::words::{Point, is_late};
use super::{Batch, randomness};
use crate::docket::{PlanState, Seat, Snapshot, Stage, TargetState};
use crate::domain::Uscc;
use crate::web::links;
use serde::Serialize;
use std::collections::BTreeMap;

/// Targets on a page.
const PER_PAGE: usize = 40;
/// Rules whose recipe is written out.
const MAX_RECIPES: usize = 6;

/// A drawn target.
#[derive(Serialize)]
struct Row {
    /// Place in the order of the draw, from 1.
    place: Option<u64>,
    id: String,
    page: Option<String>,
    why: String,
    name: String,
    stratum: String,
    ticket: String,
    officers: Vec<Officers>,
    replaced_by: Option<Link>,
    replaces: Option<Link>,
}

/// The officers of one department on a target.
#[derive(Serialize)]
pub(super) struct Officers {
    department: String,
    pub(super) ids: Vec<String>,
}

/// A plan that can be asked about in the browser (templates/parts/draw-check.html).
#[derive(Serialize)]
pub(super) struct CheckPlan {
    key: String,
    targets: String,
    root: String,
    sealed: bool,
    /// Why nothing will be drawn: the stage at which it ended.
    ended: &'static str,
}

impl CheckPlan {
    pub(super) fn new(visit: &Visit, plan: &PlanState, library: &Snapshot) -> Self {
        let key = &plan.key;
        CheckPlan {
            key: key.clone(),
            ended: match plan.stage(visit.now) {
                stage @ (Stage::Cancelled | Stage::Void) => stage.name(),
                _ => "",
            },
            targets: format!("/api/v1/plans/{key}/targets/"),
            root: library.root.clone(),
            sealed: library.sealed,
        }
    }
}

/// What the recipe for one rule needs.
#[derive(Serialize)]
struct Recipe {
    stratum: String,
    departments: Vec<String>,
    count: u64,
}

/// What is known of a sealed draw's list.
#[derive(Serialize)]
struct Sealed {
    root: String,
    opens: Point,
    opened: Option<Link>,
}

pub(in super::super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let batch = Batch::of(visit)?;
    let plan = &batch.state;
    let size = visit.portal.log.published().size();
    let Some(drawn) = plan.draw.as_ref().filter(|draw| draw.index < size) else {
        return Ok(Answer::Redirect(links::plan(visit.lang, &plan.key)));
    };
    let body = visit.body(drawn.index)?;
    let libraries = batch.libraries(visit)?;
    let meanings = Meanings::of(visit, &libraries)?;
    let rules = rules::rows(visit, &batch, &meanings.strata, Some(&body));
    let docket = visit.portal.intake.docket();
    let list = visit.portal.drawn_list(plan)?;
    let last = list.count().div_ceil(PER_PAGE).max(1) as u64;
    let number = page_number(visit, last)?;
    let skip = usize::try_from(number - 1).unwrap_or(usize::MAX) * PER_PAGE;
    let mut rows = Vec::new();
    for id in list.part(skip, PER_PAGE) {
        if let Some(target) = kept(docket.target(&batch.key, id))? {
            rows.push(row(visit, &batch, &meanings.strata, &target)?);
        }
    }
    let path = format!("/draws/{}", plan.key);
    let pager = Pager::new(number, last, |page| numbered(visit, &path, page) + "#drawn");
    let title = visit.say(
        "page-draw-title",
        &[
            ("name", plan.name.clone().into()),
            ("key", plan.key.clone().into()),
        ],
    );
    let [objects, _] = &libraries;
    let plans: Vec<CheckPlan> = objects
        .iter()
        .map(|library| CheckPlan::new(visit, plan, library))
        .collect();
    let sealed = drawn.sealed_root.as_ref().map(|root| Sealed {
        root: root.clone(),
        opens: visit.point(plan.result_deadline),
        opened: plan.opening.map(|index| visit.entry(index)),
    });
    let leaves = objects.as_ref().filter(|library| !library.sealed);
    Page::new("draw.html", visit.titled(&title, number))
        .above(visit.link("page-plans-title", "/plans"))
        .above(batch.link(visit))
        .with("key", &plan.key)
        .with("name", &plan.name)
        .with("plan", &links::plan(visit.lang, &plan.key))
        .with("canonical", &links::draw(visit.lang, &plan.key))
        .with("first", &(number == 1))
        .with("count", &drawn.count)
        .with("at", &visit.moment(drawn.logged_at))
        .with(
            "by",
            &visit.authority_link(&batch.registry, &drawn.authority),
        )
        .with("late", &is_late(plan, visit.now))
        .with(
            "late_by",
            &visit.span(drawn.logged_at.saturating_sub(plan.known_at())),
        )
        .with("fixed", &visit.moment(plan.t0))
        .with("origins", &randomness::of(visit, &batch, &body)?)
        .with("rules", &rules)
        .with("recipes", &recipes(&rules))
        .with("recipes_omitted", &rules.len().saturating_sub(MAX_RECIPES))
        .with(
            "leaves",
            &leaves.map(|library| links::file(&library.leaves)),
        )
        .with("rows", &rows)
        .with("pager", &pager)
        .with("sealed", &sealed)
        .with("progress", &super::progress::of(visit, &batch)?)
        .with("check_plans", &plans)
        .with("check_id", "")
        .with(
            "check_action",
            &links::page(visit.lang, &format!("{path}/target"), ""),
        )
        .with("check_value", &drawn.random_value)
        .with("check_file", "")
        .with("check_saved", "")
        .with("recompute_url", &format!("/api/v1/draws/{}", plan.key))
        .with("recompute_file", &batch.file_name())
        .with("policy_file", POLICY_FILE)
        .with("record", &visit.entry(drawn.index))
        .with("proof", &crate::intake::link_path(drawn.index))
        .with("foreign", &super::super::summary::foreign(visit.lang))
        .done()
}

fn recipes(rules: &[RuleRow]) -> Vec<Recipe> {
    let recipe = |rule: &RuleRow| {
        Some(Recipe {
            stratum: rule.stratum.clone(),
            departments: rule.department_ids.clone(),
            count: rule.drawn.as_ref()?.count,
        })
    };
    rules.iter().filter_map(recipe).take(MAX_RECIPES).collect()
}

fn row(
    visit: &Visit,
    batch: &Batch,
    strata: &BTreeMap<String, String>,
    target: &TargetState,
) -> Result<Row, Fault> {
    let key = &batch.state.key;
    let id = &target.target_id;
    let (name, page) = visit.target_name(id)?;
    let other = |id: &String| Link {
        text: id.clone(),
        href: links::target(visit.lang, key, id),
    };
    let stratum = strata.get(&target.stratum).unwrap_or(&target.stratum);
    Ok(Row {
        place: target.place.map(|place| place + 1),
        why: links::target(visit.lang, key, id),
        page,
        name,
        id: id.clone(),
        stratum: stratum.clone(),
        ticket: target.ticket.clone(),
        officers: officers(visit, batch, &target.seats),
        replaced_by: target.replaced_by.as_ref().map(other),
        replaces: target.replaces.as_ref().map(other),
    })
}

/// Who has a seat, or that nobody may.
pub(super) fn sent(visit: &Visit, officer: Option<&str>) -> String {
    officer.map_or_else(|| visit.word("page-seat-empty"), str::to_owned)
}

/// Officers by department, in the order of seats.
pub(super) fn officers(visit: &Visit, batch: &Batch, seats: &[Seat]) -> Vec<Officers> {
    let mut by_department: Vec<(&str, Vec<String>)> = Vec::new();
    for seat in seats {
        let id = sent(visit, seat.officer_id.as_deref());
        match by_department
            .iter_mut()
            .find(|(department, _)| *department == seat.department)
        {
            Some((_, ids)) => ids.push(id),
            None => by_department.push((&seat.department, vec![id])),
        }
    }
    by_department
        .into_iter()
        .map(|(department, ids)| Officers {
            department: visit.authority_link(&batch.registry, department).text,
            ids,
        })
        .collect()
}

impl Visit {
    /// What an object of a library is called, where public records say, and its page, where it has a credit code. Notes where
    /// that names a natural person.
    pub(super) fn target_name(&self, id: &str) -> Result<(String, Option<String>), Fault> {
        if Uscc::parse(id).is_err() {
            return Ok((String::new(), None));
        }
        let known = self.portal.model.enterprise(id)?;
        let name = known.map(|one| one.name).unwrap_or_default();
        if individual(id) && !name.is_empty() {
            self.note_person();
        }
        Ok((name, Some(links::enterprise(self.lang, id))))
    }
}
