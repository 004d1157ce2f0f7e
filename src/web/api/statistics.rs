//! `GET /api/v1/statistics` and `.csv`: a year in figures, down to the cells that they are sums of.

use super::plans::query;
use super::{answer, blocking, given, json, shown};
use crate::domain::Region;
use crate::domain::dates::day_in_china;
use crate::text::{Catalogue, Lang};
use crate::web::Portal;
use crate::web::problem::{Problem, internal};
use crate::web::statistics::{Cell, Goal, INDICATORS, Indicator, Part, Statistics, Whose};
use actix_web::{HttpRequest, HttpResponse, web};
use gongshi_verify::names::AuthorityId;
use serde::Deserialize;
use serde_json::{Value, json as value};
use utoipa::IntoParams;

/// What is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Four digits; the present year unless said otherwise.
    #[param(pattern = "^[0-9]{4}$")]
    year: Option<String>,
    /// Whose.
    #[param(pattern = "^[0-9A-Z]+(-[0-9A-Z]+)*$", max_length = 32)]
    authority: Option<String>,
    /// Of the authorities registered for this division, or for one within it.
    #[param(pattern = "^[0-9]{6}$")]
    region: Option<String>,
    /// Which alone.
    indicator: Option<String>,
}

/// The same, read.
struct Read {
    year: i16,
    whose: Whose,
    indicators: Vec<&'static Indicator>,
}

fn read(request: &HttpRequest, portal: &Portal) -> Result<Read, Problem> {
    let asked: Asked = query(request)?;
    let year = match &asked.year {
        None => day_in_china(portal.now()).year(),
        Some(text) => {
            let year = text.parse::<i16>().ok();
            year.filter(|year| text.len() == 4 && *year > 0)
                .ok_or_else(|| {
                    let detail = format!("year must be four digits, not {:?}", shown(text));
                    Problem::bad_request(detail)
                })?
        }
    };
    if let Some(text) = &asked.authority
        && AuthorityId::parse(text).is_err()
    {
        return Err(Problem::bad_request(format!(
            "authority must be an authority's identifier, not {:?}",
            shown(text)
        )));
    }
    let region = match &asked.region {
        None => None,
        Some(text) => Some(Region::parse(text).map_err(|error| {
            Problem::bad_request(format!("region: {error}, not {:?}", shown(text)))
        })?),
    };
    let indicators = match &asked.indicator {
        None => INDICATORS.iter().collect(),
        Some(token) => vec![Indicator::named(token).ok_or_else(|| {
            let all: Vec<&str> = INDICATORS.iter().map(|one| one.token).collect();
            Problem::bad_request(format!(
                "indicator must be one of {}, not {:?}",
                all.join(", "),
                shown(token)
            ))
        })?],
    };
    Ok(Read {
        year,
        whose: Whose::of(asked.authority, region, &portal.intake.registry()),
        indicators,
    })
}

impl Read {
    fn cells<'a>(
        &'a self,
        made: &'a Statistics,
        indicator: &Indicator,
    ) -> impl Iterator<Item = &'a Cell> {
        let cells = made.cells(indicator).iter();
        cells.filter(|cell| self.whose.counts(cell))
    }
}

fn told(read: &Read, made: &Statistics, one: &Indicator) -> Value {
    let cells: Vec<&Cell> = read.cells(made, one).collect();
    let whole = cells.iter().copied().filter(|cell| one.is_whole(cell));
    let part = Part::sum(whole);
    let word = |lang, key: String| Catalogue::built_in().get(lang, &key, &[]);
    let both = |key: String| value!({"zh": word(Lang::Zh, key.clone()), "en": word(Lang::En, key)});
    let goal = |goal: &Goal| match goal {
        Goal::Percent(n) => value!({"percent": n}),
        Goal::Count(n) => value!({"count": n}),
    };
    value!({
        "indicator": one.token,
        "name": both(format!("stat-{}", one.token)),
        "definition": both(format!("stat-{}-help", one.token)),
        "unit": one.unit,
        "value": part.value,
        "denominator": one.has_denominator().then_some(part.of),
        "at_least": one.goals.iter().map(goal).collect::<Vec<_>>(),
        "cells": cells,
    })
}

#[utoipa::path(
    get, path = "/api/v1/statistics", operation_id = "statistics", tag = "figures",
    params(Asked),
    responses((status = 200, description = "Each indicator with its definition, its sum and its cells", body = Value, example = json!(super::examples::statistics()))),
    extensions(("x-problems" = json!("bad-request log-unavailable")))
)]
pub(super) async fn get(portal: web::Data<Portal>, request: HttpRequest) -> HttpResponse {
    let work = async {
        let read = read(&request, &portal)?;
        let value = blocking(move || {
            let made = portal.statistics(read.year)?;
            let indicators = read.indicators.iter();
            let indicators = indicators.map(|one| told(&read, &made, one));
            Ok(value!({
                "year": read.year,
                "authority": read.whose.authority,
                "region": read.whose.region.map(|region| region.to_string()),
                "log_size": made.as_of,
                "left_out": made.left_out,
                "indicators": indicators.collect::<Vec<_>>(),
            }))
        });
        Ok(json(&value.await?))
    };
    answer(work.await)
}

#[utoipa::path(
    get, path = "/api/v1/statistics.csv", operation_id = "statisticsCsv", tag = "figures",
    params(Asked),
    responses((status = 200, description = "The cells as a table", content_type = "text/csv", body = String)),
    extensions(("x-problems" = json!("bad-request log-unavailable")))
)]
pub(super) async fn csv(portal: web::Data<Portal>, request: HttpRequest) -> HttpResponse {
    let work = async {
        let read = read(&request, &portal)?;
        let name = format!("statistics-{:04}.csv", read.year);
        let body = blocking(move || {
            let made = portal.statistics(read.year)?;
            written(&read, &made).map_err(|error| internal(&error))
        });
        Ok(given("text/csv; charset=utf-8", Some(name), body.await?))
    };
    answer(work.await)
}

fn written(read: &Read, made: &Statistics) -> Result<Vec<u8>, std::io::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record([
        "indicator",
        "unit",
        "month",
        "authority",
        "by",
        "value",
        "of",
        "entry",
        "plan",
    ])?;
    for one in &read.indicators {
        for cell in read.cells(made, one) {
            let [value, of] = [cell.value, cell.of].map(|n| n.to_string());
            let entry = cell.entry.map(|n| n.to_string()).unwrap_or_default();
            out.write_record([
                one.token,
                one.unit,
                &cell.month.to_string(),
                &cell.authority,
                &cell.by,
                &value,
                &of,
                &entry,
                cell.plan.as_deref().unwrap_or_default(),
            ])?;
        }
    }
    out.into_inner().map_err(|error| error.into_error())
}
