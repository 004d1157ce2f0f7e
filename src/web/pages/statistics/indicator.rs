//! One figure: what it means, its months, whose it is, by what, and the entries it is counted of.

use super::super::draws::fairness::strata;
use super::super::fault::Fault;
use super::super::summary::{Row as Record, Speakers, divisions};
use super::super::{Answer, Link, Page, Visit};
use super::{Asked, Choice, Figure, chart, downloads, figure, goals, name, statistics, years};
use crate::domain::codes::CodeList;
use crate::domain::{Kind, Region};
use crate::model::Month;
use crate::rules::Place as RulesPlace;
use crate::web::links;
use crate::web::statistics::{Cell, INDICATORS, Indicator, Measure, Part, Statistics, parts_by};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Entries on a page.
const ENTRIES: usize = 50;

#[derive(Serialize)]
struct MonthRow {
    month: String,
    href: String,
    on: bool,
    figure: Figure,
}

#[derive(Serialize)]
struct Place {
    rank: usize,
    authority: Link,
    href: String,
    figure: Figure,
}

#[derive(Serialize)]
struct By {
    name: String,
    code: String,
    href: String,
    on: bool,
    figure: Figure,
}

#[derive(Serialize)]
struct PlanRow {
    key: String,
    href: String,
    authority: Link,
    month: String,
    figure: Figure,
}

/// Those of whom there are figures.
pub(super) fn authorities(
    visit: &Visit,
    asked: &Asked,
    made: &Statistics,
    path: &str,
) -> Vec<Choice> {
    let registry = visit.portal.intake.registry();
    let all = INDICATORS.iter();
    let ids: BTreeSet<&str> = all
        .flat_map(|one| made.cells(one))
        .map(|cell| cell.authority.as_str())
        .collect();
    let choice = |id: &str, text: String, on| Choice {
        text,
        href: asked.href(visit, path, &[("authority", id)]),
        on,
    };
    let one = asked.whose.authority.as_deref();
    let every = choice("", visit.word("page-stat-all"), one.is_none());
    let each = ids.into_iter().map(|id| {
        let on = one == Some(id);
        choice(id, visit.authority_link(&registry, id).text, on)
    });
    [every].into_iter().chain(each).collect()
}

/// The divisions of authorities, where there are several.
pub(super) fn regions(visit: &Visit, asked: &Asked, path: &str) -> Vec<Choice> {
    let registry = visit.portal.intake.registry();
    let codes = divisions(&registry);
    if codes.len() < 2 {
        return Vec::new();
    }
    let speakers = Speakers::of(&registry);
    let own = asked.whose.region.map(|region| region.to_string());
    let choice = |code: &str, text: String| Choice {
        text,
        href: asked.href(visit, path, &[("region", code)]),
        on: own.as_deref().unwrap_or_default() == code,
    };
    let every = choice("", visit.word("page-stat-regions-all"));
    let each = codes.into_iter();
    let each = each.map(|code| choice(code, visit.region_of(&speakers, code)));
    [every].into_iter().chain(each).collect()
}

/// The list whose codes a figure is by.
fn list(indicator: &Indicator) -> Option<CodeList> {
    match indicator.measure {
        Measure::Codes { list, .. } => CodeList::of_name(list),
        _ => None,
    }
}

pub(in super::super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let indicator = Indicator::named(&visit.key).ok_or_else(|| Fault::no_indicator(&visit.key))?;
    let asked = Asked::of(visit)?;
    let path = format!("/statistics/{}", indicator.token);
    let made = statistics(visit, &asked)?;
    let cells = made.cells(indicator);
    let own = || cells.iter().filter(|cell| asked.has(indicator, cell));
    let part = Part::sum(asked.of_cells(indicator, cells));
    let goals = goals(visit, indicator, part);
    let months = chart::months(&asked, indicator, own()).into_iter().rev();
    let this = Month::of(visit.today);
    let months = months.filter(|(month, part)| {
        indicator.is_monthly() && *month <= this && (part.value > 0 || part.of > 0)
    });
    let months = months.map(|(month, part)| {
        let (on, month) = (asked.month == Some(month), month.to_string());
        MonthRow {
            href: asked.href(visit, &path, &[("month", if on { "" } else { &month })]),
            on,
            figure: figure(visit, indicator, part),
            month,
        }
    });
    let (rows, next) = records(visit, indicator, &asked, cells)?;
    let help = format!("stat-{}-help", indicator.token);
    Page::new("indicator.html", name(visit, indicator))
        .above(visit.link("page-stat-title", "/statistics"))
        .with("help", &visit.word(&help))
        .with("unit", &super::unit(visit, indicator))
        .with("token", &indicator.token)
        .with("share", &indicator.share)
        .with("year", &asked.year.to_string())
        .with("month", &asked.month.map(|month| month.to_string()))
        .with("year_href", &asked.href(visit, &path, &[("month", "")]))
        .with("years", &years(visit, &asked, &path)?)
        .with("authorities", &authorities(visit, &asked, &made, &path))
        .with("regions", &regions(visit, &asked, &path))
        .with("figure", &figure(visit, indicator, part))
        .with("chart", &chart::of(visit, &asked, indicator, own(), &goals))
        .with("goals", &goals)
        .with("months", &months.collect::<Vec<_>>())
        .with("places", &places(visit, indicator, &asked, &path, cells))
        .with("by", &by(visit, indicator, &asked, &path, cells)?)
        .with("plans", &plans(visit, indicator, &asked, cells))
        .with("rows", &rows)
        .with("next", &next)
        .with("as_of", &made.as_of)
        .with("left_out", &made.left_out)
        .with("downloads", &downloads(visit, &asked, Some(indicator)))
        .with("foreign", &super::super::summary::foreign(visit.lang))
        .done()
}

/// Authorities by their figure, the best first; those that have the same share the place.
fn places(
    visit: &Visit,
    indicator: &Indicator,
    asked: &Asked,
    path: &str,
    cells: &[Cell],
) -> Vec<Place> {
    let registry = visit.portal.intake.registry();
    let other = Asked {
        year: asked.year,
        whose: asked.whose.of_all(),
        month: asked.month,
        by: asked.by.clone(),
    };
    let parts = parts_by(other.of_cells(indicator, cells), |cell| {
        cell.authority.as_str()
    });
    let mut all: Vec<(&str, Part)> = parts.into_iter().collect();
    all.retain(|(_, part)| part.value > 0 || part.of > 0);
    let worth = |part: &Part| match indicator.share {
        true => part.millionths().unwrap_or_default(),
        false => part.value,
    };
    all.sort_by_key(|(_, part)| std::cmp::Reverse(worth(part)));
    let rank = |at: usize| {
        let own = all.get(at).map(|(_, part)| worth(part));
        all.iter()
            .take_while(|(_, part)| Some(worth(part)) != own)
            .count()
            + 1
    };
    let place = |(at, (id, part)): (usize, &(&str, Part))| Place {
        rank: rank(at),
        authority: visit.authority_link(&registry, id),
        href: asked.href(visit, path, &[("authority", id)]),
        figure: figure(visit, indicator, *part),
    };
    all.iter().enumerate().map(place).collect()
}

/// By codes or strata.
fn by(
    visit: &Visit,
    indicator: &Indicator,
    asked: &Asked,
    path: &str,
    cells: &[Cell],
) -> Result<Vec<By>, Fault> {
    let strata = match indicator.measure {
        Measure::Strata => strata(visit, asked.year)?,
        _ => BTreeMap::new(),
    };
    let cells = cells.iter().filter(|cell| !cell.by.is_empty());
    let cells = cells.filter(|cell| asked.whose.counts(cell));
    let cells = cells.filter(|cell| asked.is_month(indicator, cell));
    let parts = parts_by(cells, |cell| cell.by.as_str());
    let mut parts: Vec<_> = parts.into_iter().collect();
    // Classes have an order of their own, in which they stand.
    if !matches!(indicator.measure, Measure::SubmittedBy(_)) {
        parts.sort_by_key(|(_, part)| std::cmp::Reverse((part.of, part.value)));
    }
    // Which province's codes they are is not told by the number.
    let place = RulesPlace {
        province: Region::NATION,
        day: visit.today,
    };
    let row = |(code, part): (&str, Part)| {
        let on = asked.by.as_deref() == Some(code);
        let name = match list(indicator) {
            Some(list) => visit.code_name(list, code, place),
            None => strata
                .get(code)
                .filter(|name| !name.is_empty())
                .map_or(code, String::as_str)
                .to_owned(),
        };
        By {
            name,
            code: code.to_owned(),
            href: asked.href(visit, path, &[("by", if on { "" } else { code })]),
            on,
            figure: figure(visit, indicator, part),
        }
    };
    Ok(parts.into_iter().map(row).collect())
}

/// The plans that it is counted of, newest first.
fn plans(visit: &Visit, indicator: &Indicator, asked: &Asked, cells: &[Cell]) -> Vec<PlanRow> {
    let registry = visit.portal.intake.registry();
    let mut own: Vec<&Cell> = asked
        .of_cells(indicator, cells)
        .filter(|cell| cell.plan.is_some())
        .collect();
    own.sort_by_key(|cell| std::cmp::Reverse((cell.month, cell.entry)));
    let row = |cell: &&Cell| {
        let key = cell.plan.clone().unwrap_or_default();
        PlanRow {
            href: links::plan(visit.lang, &key),
            key,
            authority: visit.authority_link(&registry, &cell.authority),
            month: cell.month.to_string(),
            figure: figure(visit, indicator, Part::sum([*cell])),
        }
    };
    own.iter().map(row).collect()
}

/// The records that it is counted of, newest first, and the address of those after them.
fn records(
    visit: &Visit,
    indicator: &Indicator,
    asked: &Asked,
    cells: &[Cell],
) -> Result<(Vec<Record>, Option<String>), Fault> {
    let before = visit.parameter("before").and_then(|text| text.parse().ok());
    let own = asked
        .of_cells(indicator, cells)
        .filter(|cell| cell.plan.is_none());
    let mut indexes: Vec<u64> = own.clone().filter_map(|cell| cell.entry).collect();
    let below = |index: &u64| before.is_none_or(|before| *index < before);
    let model = &visit.portal.model;
    if let Some(what) = what(indicator, asked) {
        let counted: BTreeSet<(Month, &str)> = own
            .map(|cell| (cell.month, cell.authority.as_str()))
            .collect();
        let mut last = None;
        for (month, whose) in counted.into_iter().rev() {
            // Months follow each other in the log: enough of later ones need no earlier.
            if last.is_some_and(|last| last > month) && indexes.len() > ENTRIES {
                break;
            }
            last = Some(month);
            let most = ENTRIES + 1;
            indexes.extend(match &what {
                What::Says(kind, says) => {
                    model.said_entries(month, *kind, whose, says, before, most)?
                }
                What::Entries(kind) => {
                    model.published_entries(month, *kind, whose, before, most)?
                }
            });
        }
    }
    indexes.retain(below);
    indexes.sort_unstable_by(|a, b| b.cmp(a));
    indexes.dedup();
    let more = indexes.len() > ENTRIES;
    indexes.truncate(ENTRIES);
    let next = indexes.last().filter(|_| more).map(|last| {
        let path = format!("/statistics/{}", indicator.token);
        let address = asked.href(visit, &path, &[]);
        format!("{address}&before={last}#entries")
    });
    Ok((visit.rows(indexes)?, next))
}

/// Which records or entries of a month are counted.
enum What {
    Says(Kind, String),
    Entries(Kind),
}

fn what(indicator: &Indicator, asked: &Asked) -> Option<What> {
    match indicator.measure {
        Measure::Said { kind, says } => Some(What::Says(kind, says.to_owned())),
        Measure::Codes { kind, list } => {
            let says = asked.by.as_ref().map(|code| format!("{list}.{code}"));
            Some(What::Says(kind, says.unwrap_or_default()))
        }
        Measure::Entries(kind) => Some(What::Entries(kind)),
        _ => None,
    }
}
