//! One target over a year's draws, as the page on fairness shows it: its chances together, and how often it was drawn. Many small
//! plans that all meet the same few do not hide here.

use super::super::fault::Fault;
use super::super::{Link, Visit};
use crate::web::draws::TargetInPlan;
use crate::web::links;
use gongshi_verify::names::is_draw_id;
use serde::Serialize;

/// Draws listed.
const MAX_DRAWS: usize = 100;

#[derive(Serialize)]
pub(super) struct Shown {
    id: String,
    name: String,
    page: Option<String>,
    /// Open draws that could draw it, those that did, and how many were to be expected.
    open: usize,
    drawn: u64,
    expected: String,
    /// The same of sealed draws; the expectation lies between two numbers.
    sealed: usize,
    sealed_drawn: u64,
    sealed_from: String,
    sealed_to: String,
    left_out: u64,
    draws: Vec<Draw>,
    omitted: usize,
    json: String,
}

#[derive(Serialize)]
struct Draw {
    why: Link,
    key: String,
    chance: String,
    sealed: bool,
    drawn: bool,
    known: bool,
}

/// The target that the address names; none where it names none.
pub(super) fn of(
    visit: &Visit,
    authority: Option<&str>,
    year: &str,
) -> Result<Option<Shown>, Fault> {
    let id = visit.parameter("target").unwrap_or_default();
    let id = id.trim();
    if id.is_empty() {
        return Ok(None);
    }
    if !is_draw_id(id) {
        return Err(Fault::no_id(id));
    }
    let told = visit.portal.target_fairness(id, authority, year)?;
    let (name, page) = visit.target_name(id)?;
    let sealed = told.plans.iter().filter(|one| one.sealed).count();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("year", year);
    if let Some(authority) = authority {
        query.append_pair("authority", authority);
    }
    let number = |number: f64| format!("{number:.3}");
    Ok(Some(Shown {
        id: id.to_owned(),
        name,
        page,
        open: told.plans.len() - sealed,
        drawn: told.drawn,
        expected: number(told.expected),
        sealed,
        sealed_drawn: told.sealed_drawn,
        sealed_from: number(told.sealed_expected[0]),
        sealed_to: number(told.sealed_expected[1]),
        left_out: told.left_out,
        draws: told
            .plans
            .iter()
            .take(MAX_DRAWS)
            .map(|one| draw(visit, id, one))
            .collect(),
        omitted: told.plans.len().saturating_sub(MAX_DRAWS),
        json: format!("/api/v1/fairness/targets/{id}?{}", query.finish()),
    }))
}

fn draw(visit: &Visit, id: &str, one: &TargetInPlan) -> Draw {
    let percent = |share: f64| format!("{:.2}%", share * 100.0);
    let [from, to] = one.chance;
    Draw {
        why: Link {
            text: one.name.clone(),
            href: links::target(visit.lang, &one.key, id),
        },
        key: one.key.clone(),
        chance: match from == to {
            true => percent(from),
            false => format!("{}–{}", percent(from), percent(to)),
        },
        sealed: one.sealed,
        drawn: one.drawn == Some(true),
        known: one.drawn.is_some(),
    }
}
