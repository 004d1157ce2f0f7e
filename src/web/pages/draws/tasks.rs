//! The task cards of one department in a drawn plan: whom its officers visit, with what items, and by when. Made to be printed.

use super::super::fault::{Fault, kept};
use super::super::lists::{numbered, page_number};
use super::super::{Answer, Link, Page, Pager, Visit};
use super::draw::{Officers, officers, sent};
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
    /// The department's result of the target that was replaced all the same.
    replaced_result: Option<Link>,
    /// The department's published result.
    result: Option<Link>,
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
    let sealed_yet = plan.sealed && plan.opening.is_none();
    let tasks = match sealed_yet {
        true => Vec::new(),
        false => visit.portal.tasks(plan, department)?,
    };
    let last = tasks.len().div_ceil(PER_PAGE).max(1) as u64;
    let number = page_number(visit, last)?;
    let skip = usize::try_from(number - 1).unwrap_or(usize::MAX) * PER_PAGE;
    let docket = visit.portal.intake.docket();
    let mut cards = Vec::new();
    for (at, task) in tasks.iter().enumerate().skip(skip).take(PER_PAGE) {
        let (name, page) = visit.target_name(&task.target_id)?;
        let target = kept(docket.target(&batch.key, &task.target_id))?;
        let seats = target.map(|target| target.seats).unwrap_or_default();
        let others: Vec<_> = seats
            .into_iter()
            .filter(|seat| seat.department != department)
            .collect();
        let own = task.officers.iter();
        let own = own.map(|seat| sent(visit, seat.officer_id.as_deref()));
        cards.push(Card {
            place: at + 1,
            id: task.target_id.clone(),
            page,
            name,
            why: links::target(visit.lang, &plan.key, &task.target_id),
            own: own.collect(),
            others: officers(visit, &batch, &others),
            replaces: task.replaces.clone(),
            replaced_result: task.replaced_result.map(|index| visit.entry(index)),
            result: task.result.map(|index| visit.entry(index)),
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
        .with("total", &tasks.len())
        .with("cards", &cards)
        .with("pager", &pager)
        .with("sealed_yet", &sealed_yet)
        .with("foreign", &super::super::summary::foreign(visit.lang))
        .done()
}
