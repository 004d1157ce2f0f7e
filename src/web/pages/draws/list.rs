//! All plans, newest first, narrowed by stage and department through plain links.

use super::super::fault::{Fault, kept};
use super::super::lists::page_number;
use super::super::{Answer, Link, Page, Pager, Visit};
use super::words::{Point, StageWord};
use crate::docket::{PlanState, Stage};
use crate::web::draws::Course;
use crate::web::links;
use crate::web::render::grouped;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::registry::Registry;
use serde::Serialize;
use std::collections::BTreeMap;

/// Plans on a page.
const PER_PAGE: usize = 25;
/// Plans that are looked through: a county has a few hundred in a year.
const MOST: usize = 5_000;

#[derive(Serialize)]
pub(in super::super) struct Row {
    key: String,
    plan: Link,
    stage: StageWord,
    authority: Link,
    logged: Point,
    /// What comes next, or came last.
    course: String,
    at: Point,
    /// A number in words.
    drawn: Option<String>,
    sealed: bool,
}

/// A value that the list can be narrowed to.
#[derive(Serialize)]
struct Narrow {
    text: String,
    href: String,
    count: usize,
    on: bool,
}

pub(in super::super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let size = visit.portal.log.published().size();
    let plans = visit.portal.courses(Some(size), MOST)?;
    let registry = visit.portal.intake.registry();
    let stage = visit.parameter("stage").unwrap_or_default();
    let named = Stage::ALL.iter().copied().find(|one| one.name() == stage);
    if named.is_none() && !stage.is_empty() {
        let names = Stage::ALL.iter().map(|one| one.name());
        return Err(Fault::no_value("stage", &stage, names));
    }
    let stage = named;
    let authority = visit.parameter("authority").unwrap_or_default();
    if !authority.is_empty() && AuthorityId::parse(&authority).is_err() {
        return Err(Fault::no_authority(&authority));
    }
    // Pages of this list are numbered; the interface's list goes on with `before`.
    if let Some(before) = visit.parameter("before") {
        return Err(Fault::no_value("before", &before, ["page"].into_iter()));
    }
    let authority = (!authority.is_empty()).then_some(authority);
    let in_stage = |plan: &Course| stage.is_none_or(|stage| plan.stage == stage);
    let of_authority = |plan: &Course| {
        let takes_part = |id: &String| plan.parties().any(|one| one == id);
        authority.as_ref().is_none_or(takes_part)
    };
    let href = |stage: Option<Stage>, authority: Option<&str>, page: &str| {
        let pairs = [
            ("authority", authority.unwrap_or_default()),
            ("page", page),
            ("stage", stage.map_or("", Stage::name)),
        ];
        links::with_query(visit.lang, "/plans", &pairs)
    };
    let stages: Vec<Narrow> = Stage::ALL
        .iter()
        .copied()
        .filter_map(|one| {
            let those = plans.iter().filter(|plan| of_authority(plan));
            let count = those.filter(|plan| plan.stage == one).count();
            let on = stage == Some(one);
            (count > 0 || on).then(|| Narrow {
                text: visit.word(&format!("plan-stage-{}", one.name())),
                href: href((!on).then_some(one), authority.as_deref(), ""),
                count,
                on,
            })
        })
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for plan in plans.iter().filter(|plan| in_stage(plan)) {
        for id in plan.parties() {
            *counts.entry(id).or_default() += 1;
        }
    }
    if let Some(id) = &authority {
        counts.entry(id).or_default();
    }
    let departments: Vec<Narrow> = counts
        .iter()
        .map(|(id, count)| {
            let on = authority.as_deref() == Some(*id);
            Narrow {
                text: visit.authority_link(&registry, id).text,
                href: href(stage, (!on).then_some(*id), ""),
                count: *count,
                on,
            }
        })
        .collect();
    let shown: Vec<&Course> = plans
        .iter()
        .map(AsRef::as_ref)
        .filter(|plan| in_stage(plan) && of_authority(plan))
        .collect();
    let last = shown.len().div_ceil(PER_PAGE).max(1) as u64;
    let number = page_number(visit, last)?;
    let skip = usize::try_from(number - 1).unwrap_or(usize::MAX) * PER_PAGE;
    let mut rows = Vec::new();
    for plan in shown.iter().skip(skip).take(PER_PAGE) {
        let plan = kept(visit.portal.intake.docket().plan(&plan.key))?;
        rows.extend(plan.map(|plan| row(visit, &registry, &plan)));
    }
    let pager = Pager::new(number, last, |page| {
        let page = if page > 1 {
            page.to_string()
        } else {
            String::new()
        };
        href(stage, authority.as_deref(), &page)
    });
    let all = (stage.is_some() || authority.is_some()).then(|| href(None, None, ""));
    Page::new(
        "plans.html",
        visit.titled(&visit.word("page-plans-title"), number),
    )
    .with("rows", &rows)
    .with("stages", &stages)
    .with("departments", &departments)
    .with("total", &shown.len())
    .with("cut", &(plans.len() == MOST))
    .with("most", &MOST)
    .with("all", &all)
    .with("pager", &pager)
    .with("foreign", &super::super::summary::foreign(visit.lang))
    .done()
}

/// The newest plans, for the first page.
pub(in super::super) fn newest(visit: &Visit, count: usize) -> Result<Vec<Row>, Fault> {
    let docket = visit.portal.intake.docket();
    let size = visit.portal.log.published().size();
    let registry = visit.portal.intake.registry();
    let mut rows = Vec::new();
    for key in kept(docket.plans(Some(size), count))? {
        let plan = kept(docket.plan(&key))?;
        rows.extend(plan.map(|plan| row(visit, &registry, &plan)));
    }
    Ok(rows)
}

fn row(visit: &Visit, registry: &Registry, plan: &PlanState) -> Row {
    let (course, at) = match plan.stage(visit.now) {
        Stage::Preparing => ("page-plans-until-t0", plan.t0),
        Stage::Revealing => ("page-plans-until-t1", plan.t1),
        Stage::Waiting | Stage::Due => ("page-plans-until-known", plan.known_at()),
        Stage::Drawn => {
            let drawn = plan.draw.as_ref();
            (
                "page-plans-drawn",
                drawn.map_or(plan.t1, |one| one.logged_at),
            )
        }
        Stage::Cancelled => {
            let cancelled = plan.cancelled.as_ref();
            let at = cancelled.map_or(plan.t0, |one| one.logged_at);
            ("page-plans-cancelled", at)
        }
        Stage::Void => ("page-plans-void", plan.t1),
        Stage::Lapsed => ("page-plans-lapsed", plan.known_at()),
    };
    Row {
        key: plan.key.clone(),
        plan: visit.plan_link(plan),
        stage: visit.stage_word(plan),
        authority: visit.authority_link(registry, &plan.authority),
        logged: visit.point(plan.logged_at),
        course: visit.word(course),
        at: visit.point(at),
        drawn: plan.draw.as_ref().map(|draw| grouped(draw.count)),
        sealed: plan.sealed,
    }
}
