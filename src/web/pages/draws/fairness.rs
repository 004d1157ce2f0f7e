//! Fair over time: a year's draws together, as figures, bars and plain words. All of it is computed from what the log holds, and
//! each figure leads to the draws that it is made of.

use super::super::fault::{Fault, kept};
use super::super::{Answer, Link, Page, Visit};
use super::statistics::{bars, loads, share, test};
use super::words::percent;
use super::{chances, list, text};
use crate::web::draws::{Fairness, PlanFigures, StratumFigures};
use crate::web::links;
use crate::web::render::grouped;
use gongshi_verify::names::{AuthorityId, PlanKey};
use gongshi_verify::registry::Registry;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Draws listed, and draws named beside a figure.
const MAX_PLANS: usize = 40;
const MAX_LINKS: usize = 12;
/// Targets named.
const MAX_NAMES: usize = 40;
/// Plans whose keys are looked through for years.
const MOST_KEYS: usize = 5_000;

#[derive(Serialize)]
struct Choice {
    text: String,
    href: String,
    on: bool,
}

#[derive(Serialize)]
struct Stratum {
    name: String,
    token: String,
    eligible: u64,
    drawn: u64,
    expected: String,
    declared: String,
    share: String,
    /// Of a hundred, for bars; both on the same scale.
    declared_part: u64,
    share_part: u64,
    draws: Vec<Link>,
    omitted: usize,
    untested: u64,
}

#[derive(Serialize)]
struct Repeated {
    id: String,
    name: String,
    page: Option<String>,
    times: u64,
}

#[derive(Serialize)]
struct Officers {
    department: Link,
    officers: u64,
    seats: u64,
    min: u64,
    median: u64,
    max: u64,
    /// Seats, how many officers have so many, and that as a part of a hundred.
    loads: Vec<(u64, usize, usize)>,
}

#[derive(Serialize)]
struct Substitutes {
    department: Link,
    seats: u64,
    officers: u64,
    officers_share: String,
    drawn: u64,
    targets: u64,
    targets_share: String,
}

#[derive(Serialize)]
struct Drawn {
    draw: Link,
    key: String,
    drawn: u64,
    sealed: bool,
    load_cap: Option<String>,
}

pub(in super::super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let registry = visit.portal.intake.registry();
    let year = visit.parameter("year").filter(|year| !year.is_empty());
    let year = year.unwrap_or_else(|| visit.today.year().to_string());
    if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::no_year(&year));
    }
    let authority = visit.parameter("authority").filter(|id| !id.is_empty());
    if let Some(id) = &authority
        && AuthorityId::parse(id).is_err()
    {
        return Err(Fault::no_authority(id));
    }
    let fairness = visit.portal.fairness(authority.as_deref(), &year)?;
    let (years, authorities) = choices(visit, &registry, &year, authority.as_deref())?;
    let names = names(visit, &fairness)?;
    let strata: Vec<Stratum> = fairness
        .strata
        .iter()
        .map(|one| stratum(visit, &fairness, &names, one))
        .collect();
    let department = |id: &str| visit.authority_link(&registry, id);
    let officers: Vec<Officers> = fairness
        .officers
        .iter()
        .map(|one| Officers {
            department: department(&one.department),
            officers: one.officers,
            seats: one.seats,
            min: one.min,
            median: one.median,
            max: one.max,
            loads: loads(&one.loads),
        })
        .collect();
    let substitutes: Vec<Substitutes> = fairness
        .substitutes
        .iter()
        .map(|one| Substitutes {
            department: department(&one.department),
            seats: one.seats,
            officers: one.officers,
            officers_share: percent(one.officers, one.seats).0,
            drawn: one.drawn,
            targets: one.targets,
            targets_share: percent(one.targets, one.drawn).0,
        })
        .collect();
    let plans: Vec<Drawn> = fairness
        .plans
        .iter()
        .take(MAX_PLANS)
        .map(|plan| Drawn {
            draw: draw_link(visit, plan),
            key: plan.key.clone(),
            drawn: plan.drawn,
            sealed: plan.sealed,
            load_cap: plan.load_cap.map(grouped),
        })
        .collect();
    let mut repeated = Vec::new();
    let times = fairness.times.as_ref();
    for one in times
        .iter()
        .flat_map(|times| times.repeated.iter().take(MAX_NAMES))
    {
        let (name, page) = visit.target_name(&one.target_id)?;
        repeated.push(Repeated {
            id: one.target_id.clone(),
            name,
            page,
            times: one.times,
        });
    }
    let csv = |table: &str| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("table", table).append_pair("year", &year);
        if let Some(id) = &authority {
            query.append_pair("authority", id);
        }
        format!("/api/v1/fairness.csv?{}", query.finish())
    };
    let tables = ["rules", "strata", "times", "officers", "substitutes"];
    let tables: Vec<Link> = tables
        .iter()
        .map(|table| Link {
            text: format!("{table}.csv"),
            href: csv(table),
        })
        .collect();
    let target = chances::of(visit, authority.as_deref(), &year)?;
    let title = visit.say("page-fairness-of", &[("year", year.as_str().into())]);
    Page::new("fairness.html", title)
        .above(visit.link("page-plans-title", "/plans"))
        .with("year", &year)
        .with("years", &years)
        .with("authorities", &authorities)
        .with("draws", &fairness.plans.len())
        .with("left_out", &fairness.left_out)
        .with("as_of", &fairness.log_size)
        .with(
            "sealed",
            &fairness.plans.iter().filter(|plan| plan.sealed).count(),
        )
        .with("strata", &strata)
        .with(
            "strata_test",
            &fairness.strata_test.map(|one| test(visit, one)),
        )
        .with(
            "times",
            &times.map(|times| bars(visit, times.drawn, times.expected)),
        )
        .with("certain", &times.map_or(0, |times| times.certain))
        .with(
            "highest",
            &times.map(|times| format!("{:.3}", times.highest_sum)),
        )
        .with(
            "highest_targets",
            &times.map_or(0, |times| times.highest_targets),
        )
        .with("authority", &authority.as_deref().unwrap_or_default())
        .with("action", &links::page(visit.lang, "/fairness", ""))
        .with("target", &target)
        .with("times_targets", &times.map_or(0, |times| times.targets))
        .with(
            "times_test",
            &times
                .and_then(|times| times.test)
                .map(|one| test(visit, one)),
        )
        .with("repeated", &repeated)
        .with(
            "repeated_omitted",
            &times.map_or(0, |times| times.repeated.len().saturating_sub(MAX_NAMES)),
        )
        .with("officers", &officers)
        .with("substitutes", &substitutes)
        .with("plans", &plans)
        .with(
            "plans_omitted",
            &fairness.plans.len().saturating_sub(MAX_PLANS),
        )
        .with("tables", &tables)
        .with("json", &csv("").replace(".csv?table=&", "?"))
        .with("foreign", &super::super::summary::foreign(visit.lang))
        .done()
}

/// Years and authorities that there are plans of, as links.
fn choices(
    visit: &Visit,
    registry: &Registry,
    year: &str,
    authority: Option<&str>,
) -> Result<(Vec<Choice>, Vec<Choice>), Fault> {
    let keys = kept(visit.portal.intake.docket().plans(None, MOST_KEYS))?;
    let mut years = BTreeSet::from([year.to_owned()]);
    let mut authorities: BTreeSet<String> = authority.map(str::to_owned).into_iter().collect();
    for key in &keys {
        years.extend(key.period().get(..4).map(str::to_owned));
        authorities.insert(key.authority().to_string());
    }
    let href = |year: &str, authority: &str| {
        let pairs = [("authority", authority), ("year", year)];
        links::with_query(visit.lang, "/fairness", &pairs)
    };
    let years = years.iter().rev().map(|one| Choice {
        text: one.clone(),
        href: href(one, authority.unwrap_or_default()),
        on: one == year,
    });
    let authorities = authorities.iter().map(|one| {
        let on = authority == Some(one.as_str());
        Choice {
            text: visit.authority_link(registry, one).text,
            href: href(year, if on { "" } else { one }),
            on,
        }
    });
    Ok((years.collect(), authorities.collect()))
}

/// What strata are called in the libraries of a year's plans, by their tokens.
pub(in super::super) fn strata(
    visit: &Visit,
    year: i16,
) -> Result<BTreeMap<String, String>, Fault> {
    names(
        visit,
        visit.portal.fairness(None, &format!("{year:04}"))?.as_ref(),
    )
}

fn names(visit: &Visit, fairness: &Fairness) -> Result<BTreeMap<String, String>, Fault> {
    let docket = visit.portal.intake.docket();
    let (mut names, mut read) = (BTreeMap::new(), BTreeSet::new());
    for plan in fairness.plans.iter().take(MAX_PLANS) {
        let Ok(key) = PlanKey::parse(&plan.key) else {
            continue;
        };
        let Some(state) = kept(docket.plan(&key))? else {
            continue;
        };
        if read.insert(state.objects) {
            let body = visit.body(state.objects)?;
            for one in list(&body, "strata") {
                let name = text(one, "stratum_name").to_owned();
                names.entry(text(one, "stratum").to_owned()).or_insert(name);
            }
        }
    }
    Ok(names)
}

fn draw_link(visit: &Visit, plan: &PlanFigures) -> Link {
    Link {
        text: plan.name.clone(),
        href: links::draw(visit.lang, &plan.key),
    }
}

fn stratum(
    visit: &Visit,
    fairness: &Fairness,
    names: &BTreeMap<String, String>,
    one: &StratumFigures,
) -> Stratum {
    let with = |plan: &&PlanFigures| {
        !plan.sealed && plan.rules.iter().any(|rule| rule.stratum == one.stratum)
    };
    let draws: Vec<Link> = fairness
        .plans
        .iter()
        .filter(with)
        .map(|plan| Link {
            text: plan.key.clone(),
            ..draw_link(visit, plan)
        })
        .collect();
    let declared = share(one.expected, one.eligible as f64);
    let found = share(one.drawn as f64, one.eligible as f64);
    // Of rates of a few per cent little would be seen on a scale of a hundred.
    let scale = declared.max(found).max(0.001);
    let omitted = draws.len().saturating_sub(MAX_LINKS);
    Stratum {
        name: names
            .get(&one.stratum)
            .filter(|name| !name.is_empty())
            .unwrap_or(&one.stratum)
            .clone(),
        token: one.stratum.clone(),
        eligible: one.eligible,
        drawn: one.drawn,
        expected: format!("{:.1}", one.expected),
        declared: format!("{:.2}%", declared * 100.0),
        share: format!("{:.2}%", found * 100.0),
        declared_part: (declared / scale * 100.0) as u64,
        share_part: (found / scale * 100.0) as u64,
        draws: draws.into_iter().take(MAX_LINKS).collect(),
        omitted,
        untested: one.untested,
    }
}
