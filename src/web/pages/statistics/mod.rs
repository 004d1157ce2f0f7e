//! The pages of a year's figures: all of them at a glance, and each with its definition, its months, its departments and the entries behind it. Nothing is
//! counted here.

mod chart;
mod indicator;
mod overview;

pub(super) use indicator::page as indicator;
pub(super) use overview::page as overview;

use super::draws::percent;
use super::fault::Fault;
use super::{Link, Visit};
use crate::domain::Region;
use crate::model::Month;
use crate::text::Arg;
use crate::web::links;
use crate::web::render::grouped;
use crate::web::statistics::{Cell, Goal, Indicator, Part, Statistics, Whose};
use gongshi_verify::names::AuthorityId;
use serde::Serialize;

/// What is asked for.
struct Asked {
    year: i16,
    whose: Whose,
    month: Option<Month>,
    by: Option<String>,
}

impl Asked {
    fn of(visit: &Visit) -> Result<Self, Fault> {
        let given = |name: &str| visit.parameter(name).filter(|text| !text.is_empty());
        let year = match given("year") {
            None => visit.today.year(),
            Some(text) => match text.parse::<i16>() {
                Ok(year) if text.len() == 4 && year > 0 => year,
                _ => return Err(Fault::no_year(&text)),
            },
        };
        let authority = given("authority");
        if let Some(id) = &authority
            && AuthorityId::parse(id).is_err()
        {
            return Err(Fault::no_authority(id));
        }
        let month = match given("month") {
            None => None,
            Some(text) => match Month::parse(&text).filter(|month| month.year() == year) {
                Some(month) => Some(month),
                None => return Err(Fault::no_month(&text, year)),
            },
        };
        let region = given("region")
            .map(|text| Region::parse(&text).map_err(|_| Fault::no_region(&text)))
            .transpose()?;
        Ok(Asked {
            year,
            whose: Whose::of(authority, region, &visit.portal.intake.registry()),
            month,
            by: given("by"),
        })
    }

    /// Whether a cell counts for what is asked for, its month left aside.
    fn has(&self, indicator: &Indicator, cell: &Cell) -> bool {
        let by = match &self.by {
            Some(by) => *by == cell.by,
            None => indicator.is_whole(cell),
        };
        by && self.whose.counts(cell)
    }

    fn is_month(&self, indicator: &Indicator, cell: &Cell) -> bool {
        self.month
            .is_none_or(|month| match indicator.is_cumulative() {
                true => cell.month <= month,
                false => cell.month == month,
            })
    }

    /// What of these is asked for.
    fn of_cells<'a>(
        &'a self,
        indicator: &'a Indicator,
        cells: &'a [Cell],
    ) -> impl Iterator<Item = &'a Cell> + Clone {
        let cells = cells.iter().filter(|cell| self.has(indicator, cell));
        cells.filter(|cell| self.is_month(indicator, cell))
    }

    /// The same with other values for some of the parameters; an empty one is left out.
    fn href(&self, visit: &Visit, path: &str, other: &[(&str, &str)]) -> String {
        let (year, month) = (self.year.to_string(), self.month.map(|m| m.to_string()));
        let [authority, region] = self.whose.pairs();
        let own = [
            ("year", year.as_str()),
            (authority.0, authority.1.as_str()),
            (region.0, region.1.as_str()),
            ("month", month.as_deref().unwrap_or_default()),
            ("by", self.by.as_deref().unwrap_or_default()),
        ];
        let pairs = own.map(|(name, value)| {
            let other = other.iter().find(|(given, _)| *given == name);
            (name, other.map_or(value, |(_, value)| value))
        });
        links::with_query(visit.lang, path, &pairs)
    }
}

/// A choice among several.
#[derive(Serialize)]
struct Choice {
    text: String,
    href: String,
    on: bool,
}

/// The years there are, newest first.
fn years(visit: &Visit, asked: &Asked, path: &str) -> Result<Vec<Choice>, Fault> {
    let first = visit.portal.model.first_month()?;
    let first = first.map_or(visit.today.year(), Month::year);
    let last = visit.today.year().max(first);
    let years = (first..=last).rev();
    let choice = |year: i16| Choice {
        text: year.to_string(),
        href: asked.href(visit, path, &[("year", &year.to_string()), ("month", "")]),
        on: year == asked.year,
    };
    Ok(years.map(choice).collect())
}

/// A figure in words.
#[derive(Serialize)]
pub(super) struct Figure {
    /// The share, or the number with its unit.
    pub(super) text: String,
    /// Of a share: so many of so many.
    pub(super) of: Option<String>,
    /// Of a hundred, for a bar; of a share alone.
    part: Option<String>,
}

pub(super) fn unit(visit: &Visit, indicator: &Indicator) -> String {
    visit.word(&format!("code-unit-{}", indicator.unit))
}

pub(super) fn name(visit: &Visit, indicator: &Indicator) -> String {
    visit.word(&format!("stat-{}", indicator.token))
}

pub(super) fn figure(visit: &Visit, indicator: &Indicator, part: Part) -> Figure {
    let counted = |n: u64| {
        let args = [
            ("n", Arg::Text(grouped(n))),
            ("unit", Arg::Text(unit(visit, indicator))),
        ];
        visit.say("page-stat-counted", &args)
    };
    let args = [
        ("value", Arg::Text(grouped(part.value))),
        ("of", Arg::Text(grouped(part.of))),
        ("unit", Arg::Text(unit(visit, indicator))),
    ];
    if indicator.share {
        let share = part.millionths().map(|_| percent(part.value, part.of).0);
        return Figure {
            text: share.unwrap_or_else(|| visit.word("page-stat-none")),
            of: (part.of > 0).then(|| visit.say("page-stat-part", &args)),
            part: (part.of > 0).then(|| (part.value * 100 / part.of).min(100).to_string()),
        };
    }
    let each = indicator.has_denominator() && part.of > 0;
    let of = each.then(|| visit.say("page-stat-each", &args));
    Figure {
        text: counted(part.value),
        of,
        part: None,
    }
}

/// What was asked for, and whether it is so.
#[derive(Serialize)]
pub(super) struct GoalShown {
    pub(super) text: String,
    /// `reached` or `missed`; nothing where nothing was counted.
    pub(super) state: &'static str,
    /// Of a hundred.
    percent: Option<u64>,
}

fn state(reached: Option<bool>) -> &'static str {
    match reached {
        Some(true) => "reached",
        Some(false) => "missed",
        None => "",
    }
}

pub(super) fn goals(visit: &Visit, indicator: &Indicator, part: Part) -> Vec<GoalShown> {
    let goals = indicator.goals.iter();
    let shown = |goal: &Goal| match *goal {
        Goal::Percent(least) => GoalShown {
            text: visit.say(
                "page-stat-goal-percent",
                &[("n", Arg::Text(least.to_string()))],
            ),
            state: state(part.millionths().map(|share| share >= least * 10_000)),
            percent: Some(least),
        },
        Goal::Count(least) => GoalShown {
            text: visit.say(
                "page-stat-goal-count",
                &[
                    ("n", Arg::Text(grouped(least))),
                    ("unit", Arg::Text(unit(visit, indicator))),
                ],
            ),
            state: state(Some(part.value >= least)),
            percent: None,
        },
    };
    goals.map(shown).collect()
}

/// The figures that were asked for, and as of which entry.
fn statistics(visit: &Visit, asked: &Asked) -> Result<std::sync::Arc<Statistics>, Fault> {
    Ok(visit.portal.statistics(asked.year)?)
}

fn downloads(visit: &Visit, asked: &Asked, indicator: Option<&Indicator>) -> Vec<Link> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("year", &asked.year.to_string());
    for (name, value) in asked.whose.pairs() {
        if !value.is_empty() {
            query.append_pair(name, &value);
        }
    }
    if let Some(one) = indicator {
        query.append_pair("indicator", one.token);
    }
    let query = query.finish();
    let link = |text: &str, path: &str| Link {
        text: visit.word(text),
        href: format!("/api/v1/{path}?{query}"),
    };
    vec![
        link("page-stat-csv", "statistics.csv"),
        link("page-stat-json", "statistics"),
    ]
}
