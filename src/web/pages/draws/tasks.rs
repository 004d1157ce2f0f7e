//! The task cards of one department in a drawn plan: whom its officers visit, with what items, and by when. Made to be printed.

use super::super::fault::{Fault, kept};
use super::super::lists::{numbered, page_number};
use super::super::{Answer, Page, Pager, Visit};
use super::draw::{Officers, officers};
use super::{Batch, list, text};
use crate::web::links;
use gongshi_verify::names::AuthorityId;
use serde::Serialize;

/// Cards on a page.
const PER_PAGE: usize = 60;

#[derive(Serialize)]
struct Card {
    place: usize,
    id: String,
    page: Option<String>,
    name: String,
    why: String,
    /// Of this department.
    own: Vec<String>,
    /// Of the departments that come along.
    others: Vec<Officers>,
    replaces: Option<String>,
}

pub(in super::super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let batch = Batch::of(visit)?;
    let plan = &batch.state;
    let unknown = || Fault::no_department(&visit.part);
    let department = AuthorityId::parse(&visit.part).map_err(|_| unknown())?;
    let department = department.as_str();
    if !plan.departments.iter().any(|one| one == department) {
        return Err(unknown());
    }
    if plan.draw.is_none() {
        return Ok(Answer::Redirect(links::plan(visit.lang, &plan.key)));
    }
    let mut targets = kept(visit.portal.intake.docket().targets(&batch.key))?;
    targets.retain(|target| target.replaced_by.is_none() && target.is_visited_by(department));
    targets.sort_by_key(|target| (target.place.unwrap_or(u64::MAX), target.target_id.clone()));
    let last = targets.len().div_ceil(PER_PAGE).max(1) as u64;
    let number = page_number(visit, last)?;
    let skip = usize::try_from(number - 1).unwrap_or(usize::MAX) * PER_PAGE;
    let mut cards = Vec::new();
    for (at, target) in targets.iter().enumerate().skip(skip).take(PER_PAGE) {
        let (name, page) = visit.target_name(&target.target_id)?;
        let (own, others): (Vec<_>, Vec<_>) = target
            .seats
            .iter()
            .cloned()
            .partition(|seat| seat.department == department);
        cards.push(Card {
            place: at + 1,
            id: target.target_id.clone(),
            page,
            name,
            why: links::target(visit.lang, &plan.key, &target.target_id),
            own: own.into_iter().map(|seat| seat.officer_id).collect(),
            others: officers(visit, &batch, &others),
            replaces: target.replaces.clone(),
        });
    }
    let items = list(&batch.body, "plan_items");
    let items: Vec<String> = items
        .map(|item| text(item, "item_name").to_owned())
        .collect();
    let authority = visit.authority_link(&batch.registry, department);
    let title = visit.say(
        "page-tasks-title",
        &[
            ("department", authority.text.clone().into()),
            ("name", plan.name.clone().into()),
        ],
    );
    let path = format!("/plans/{}/tasks/{department}", plan.key);
    let pager = Pager::new(number, last, |page| numbered(visit, &path, page));
    Page::new("tasks.html", visit.titled(&title, number))
        .above(visit.link("page-plans-title", "/plans"))
        .above(batch.link(visit))
        .with("key", &plan.key)
        .with("name", &plan.name)
        .with("plan", &links::plan(visit.lang, &plan.key))
        .with("department", &authority)
        .with("items", &items)
        .with("check_from", &plan.check_from)
        .with("check_to", &plan.check_to)
        .with("deadline", &visit.moment(plan.result_deadline))
        .with("total", &targets.len())
        .with("cards", &cards)
        .with("pager", &pager)
        .with("sealed_yet", &(plan.sealed && plan.opening.is_none()))
        .with("foreign", &super::super::summary::foreign(visit.lang))
        .done()
}
