//! All figures of a year at a glance.

use super::super::bulletins::whose_words;
use super::super::fault::Fault;
use super::super::{Answer, Page, Visit};
use super::{Asked, Figure, GoalShown, chart, downloads, figure, goals, name, statistics};
use crate::web::statistics::{INDICATORS, Indicator, Part, SECTIONS};
use serde::Serialize;

#[derive(Serialize)]
struct Row {
    name: String,
    href: String,
    figure: Figure,
    goals: Vec<GoalShown>,
    chart: Option<chart::Chart>,
}

#[derive(Serialize)]
struct Section {
    token: &'static str,
    title: String,
    rows: Vec<Row>,
}

pub(in super::super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let asked = Asked::of(visit)?;
    let made = statistics(visit, &asked)?;
    let row = |indicator: &Indicator| {
        let cells = made.cells(indicator).iter();
        let own = cells.filter(|cell| asked.has(indicator, cell));
        let part = Part::sum(own.clone());
        let goals = goals(visit, indicator, part);
        Row {
            name: name(visit, indicator),
            href: asked.href(visit, &format!("/statistics/{}", indicator.token), &[]),
            figure: figure(visit, indicator, part),
            chart: indicator
                .is_monthly()
                .then(|| chart::of(visit, &asked, indicator, own, &goals)),
            goals,
        }
    };
    let section = |token: &&'static str| Section {
        token,
        title: visit.word(&format!("stat-section-{token}")),
        rows: INDICATORS
            .iter()
            .filter(|one| one.section == *token)
            .map(row)
            .collect(),
    };
    let year = ("year", asked.year.to_string().into());
    let title = match whose_words(visit, visit.lang, &asked.whose) {
        Some(whose) => visit.say("page-stat-of-one", &[year, ("whose", whose.into())]),
        None => visit.say("page-stat-of", &[year]),
    };
    Page::new("statistics.html", title)
        .with("year", &asked.year.to_string())
        .with("years", &super::years(visit, &asked, "/statistics")?)
        .with(
            "authorities",
            &super::indicator::authorities(visit, &asked, &made, "/statistics"),
        )
        .with(
            "regions",
            &super::indicator::regions(visit, &asked, "/statistics"),
        )
        .with(
            "sections",
            &SECTIONS.iter().map(section).collect::<Vec<_>>(),
        )
        .with("as_of", &made.as_of)
        .with("left_out", &made.left_out)
        .with("downloads", &downloads(visit, &asked, None))
        .with("foreign", &super::super::summary::foreign(visit.lang))
        .done()
}
