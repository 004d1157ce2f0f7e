//! What stands on a draft, page or document alike: words and figures, counted by the statistics of the portal alone.

use super::super::fault::Fault;
use super::super::statistics::{Figure, GoalShown, figure, goals, name};
use super::super::{Link, Visit};
use super::{Asked, period_words, title, whose_words};
use crate::domain::Region;
use crate::domain::codes::CodeList;
use crate::rules::Place as RulesPlace;
use crate::web::links;
use crate::web::statistics::{
    Goal, INDICATORS, Indicator, Measure, Part, SECTIONS, Span, Statistics, Whose,
};
use gongshi_verify::encoding::base64;
use serde::Serialize;
use std::collections::BTreeSet;

/// Those that departments are compared by.
pub(super) const CHIEF: [&str; 4] = [
    "published_share",
    "in_time_share",
    "joint_share",
    "problem_rate",
];

/// A draft, in words.
#[derive(Serialize)]
pub(super) struct Sheet {
    pub(super) title: String,
    pub(super) period: String,
    /// First and last day.
    pub(super) from: String,
    pub(super) to: String,
    /// Whether the period goes on.
    pub(super) open: bool,
    pub(super) whose: String,
    pub(super) sections: Vec<Section>,
    /// Heads of the table of departments.
    pub(super) chief: Vec<String>,
    pub(super) places: Vec<Place>,
    pub(super) codes: Vec<Codes>,
    pub(super) as_of: u64,
    pub(super) root: String,
    pub(super) left_out: u64,
    /// Where to count again.
    pub(super) query: String,
}

#[derive(Serialize)]
pub(super) struct Section {
    token: &'static str,
    pub(super) title: String,
    pub(super) rows: Vec<Row>,
}

#[derive(Serialize)]
pub(super) struct Row {
    pub(super) name: String,
    href: String,
    pub(super) figure: Figure,
    pub(super) goals: Vec<GoalShown>,
}

#[derive(Serialize)]
pub(super) struct Place {
    pub(super) authority: Link,
    pub(super) figures: Vec<Figure>,
}

#[derive(Serialize)]
pub(super) struct Codes {
    pub(super) name: String,
    pub(super) rows: Vec<(String, Figure)>,
}

/// Those that a bulletin can tell: what is counted by month.
pub(super) fn told() -> impl Iterator<Item = &'static Indicator> {
    INDICATORS.iter().filter(|one| one.is_monthly())
}

/// The query of one figure, or of all, to the interface for programs.
pub(super) fn query(year: i16, whose: &Whose, indicator: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("year", &format!("{year:04}"));
    let mut pairs = whose.pairs().to_vec();
    pairs.push(("indicator", indicator.unwrap_or_default().to_owned()));
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    format!("/api/v1/statistics?{}", query.finish())
}

/// The page of a figure: of the month, where the period is one, else of the year with its months.
pub(super) fn page_of(visit: &Visit, asked: &Asked, indicator: &Indicator) -> String {
    let (first, last) = asked.period.months();
    let month = if first == last {
        first.to_string()
    } else {
        String::new()
    };
    let mut pairs = vec![("year", format!("{:04}", asked.period.year()))];
    pairs.extend(asked.whose.pairs());
    pairs.push(("month", month));
    let pairs: Vec<_> = pairs.iter().map(|(name, v)| (*name, v.as_str())).collect();
    links::with_query(
        visit.lang,
        &format!("/statistics/{}", indicator.token),
        &pairs,
    )
}

impl Sheet {
    pub(super) fn of(visit: &Visit, asked: &Asked) -> Result<Self, Fault> {
        let made = visit.portal.statistics(asked.period.year())?;
        let whose = whose_words(visit, visit.lang, &asked.whose);
        let period = period_words(visit.lang, asked.period);
        let row = |one: &'static Indicator| {
            let part = made.over(one, asked.period, &asked.whose);
            Row {
                name: name(visit, one),
                href: page_of(visit, asked, one),
                figure: figure(visit, one, part),
                goals: judged(visit, asked, one, part),
            }
        };
        let section = |token: &&'static str| Section {
            token,
            title: visit.word(&format!("stat-section-{token}")),
            rows: told()
                .filter(|one| one.section == *token)
                .map(row)
                .collect(),
        };
        let (from, to) = asked.period.days();
        let title = title(visit.lang, asked.period, whose.clone());
        let site = visit.portal.public_url.clone().unwrap_or_default();
        Ok(Sheet {
            title,
            period,
            from: from.to_string(),
            to: to.to_string(),
            open: to >= visit.today,
            whose: whose.unwrap_or_else(|| visit.word("page-stat-all")),
            sections: SECTIONS.iter().map(section).collect(),
            chief: CHIEF
                .iter()
                .filter_map(|token| Indicator::named(token))
                .map(|one| name(visit, one))
                .collect(),
            places: places(visit, asked, &made),
            codes: codes(visit, asked, &made),
            as_of: made.as_of,
            root: base64(&visit.portal.log.root_at(made.as_of)?),
            left_out: made.left_out,
            query: site + &query(asked.period.year(), &asked.whose, None),
        })
    }
}

/// What was asked for. What is asked of a year, or by the end of June, is not held against a period that ends before.
fn judged(visit: &Visit, asked: &Asked, one: &Indicator, part: Part) -> Vec<GoalShown> {
    let last = asked.period.months().1.month();
    let mut shown = goals(visit, one, part);
    for (goal, said) in one.goals.iter().zip(&mut shown) {
        let early = match (goal, one.measure) {
            (Goal::Count(_), _) => asked.period.span() != Span::Year,
            (Goal::Percent(_), Measure::AnnualPlans(until)) => last < until,
            (Goal::Percent(_), _) => false,
        };
        if early {
            said.state = "";
        }
    }
    shown
}

/// The chief figures of each department that has any of them.
fn places(visit: &Visit, asked: &Asked, made: &Statistics) -> Vec<Place> {
    let chief: Vec<_> = CHIEF
        .iter()
        .filter_map(|token| Indicator::named(token))
        .collect();
    let by: Vec<_> = chief
        .iter()
        .map(|one| made.over_by_authority(one, asked.period, &asked.whose))
        .collect();
    let ids: BTreeSet<&str> = by.iter().flat_map(|parts| parts.keys().copied()).collect();
    let registry = visit.portal.intake.registry();
    let ids = ids.into_iter();
    ids.map(|id| Place {
        authority: visit.authority_link(&registry, id),
        figures: chief
            .iter()
            .zip(&by)
            .map(|(one, parts)| figure(visit, one, parts.get(id).copied().unwrap_or_default()))
            .collect(),
    })
    .collect()
}

/// Figures by their codes, where anything has one.
fn codes(visit: &Visit, asked: &Asked, made: &Statistics) -> Vec<Codes> {
    // Which province's codes they are is not told by the number.
    let place = RulesPlace {
        province: Region::NATION,
        day: visit.today,
    };
    let mut all = Vec::new();
    for one in told() {
        let Measure::Codes { list, .. } = one.measure else {
            continue;
        };
        let Some(list) = CodeList::of_name(list) else {
            continue;
        };
        let parts = made.over_by_code(one, asked.period, &asked.whose);
        let row = |(code, part)| (visit.code_name(list, code, place), figure(visit, one, part));
        let rows: Vec<_> = parts.into_iter().map(row).collect();
        if !rows.is_empty() {
            all.push(Codes {
                name: name(visit, one),
                rows,
            });
        }
    }
    all
}
