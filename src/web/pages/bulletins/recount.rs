//! The figures of a published bulletin beside those that the log gives for its period now. It says what is the same and what is not, and vouches for nothing.

use super::super::Visit;
use super::super::fault::Fault;
use super::super::statistics::{Figure, figure, name};
use super::super::summary::Loaded;
use super::sheet::page_of;
use super::{Asked, period_words};
use crate::domain::Kind;
use crate::domain::dates::parse_date;
use crate::web::statistics::{Indicator, Part, Period};
use serde::Serialize;
use serde_json::Value;

/// Figures that are counted again on a page.
const MOST: usize = 100;

/// A bulletin, counted again.
#[derive(Serialize)]
pub(in super::super) struct Recount {
    period: String,
    rows: Vec<Row>,
    /// Figures that are not shown.
    omitted: usize,
    as_of: u64,
    differs: bool,
}

#[derive(Serialize)]
struct Row {
    name: String,
    href: String,
    /// Whose it is, where it is of one.
    authority: Option<String>,
    published: Figure,
    now: Figure,
    /// `same`, `differs`, or `unit` where the bulletin counts another unit.
    state: &'static str,
}

/// `None` of what is no bulletin of whole months, or has no figure that the log can give.
pub(in super::super) fn of(visit: &Visit, loaded: &Loaded) -> Result<Option<Recount>, Fault> {
    let body = match &loaded.body {
        Some(body) if loaded.kind == Some(Kind::Bulletin) => body,
        _ => return Ok(None),
    };
    let day = |name: &str| body.get(name).and_then(Value::as_str).and_then(parse_date);
    let days = day("period_from").zip(day("period_to"));
    let Some(period) = days.and_then(|(from, to)| Period::between(from, to)) else {
        return Ok(None);
    };
    let told = body.get("indicators").and_then(Value::as_array);
    let told = told.into_iter().flatten().filter_map(|one| {
        let token = one.get("indicator").and_then(Value::as_str)?;
        let indicator = Indicator::named(token).filter(|one| one.is_monthly())?;
        Some((indicator, one))
    });
    let told: Vec<_> = told.collect();
    if told.is_empty() {
        return Ok(None);
    }
    let made = visit.portal.statistics(period.year())?;
    let registry = visit.portal.intake.registry();
    let row = |(indicator, one): &(&'static Indicator, &Value)| {
        let number = |name| one.get(name).and_then(Value::as_u64);
        let whose = one.get("authority_id").and_then(Value::as_str);
        let now = made.over(indicator, period, whose);
        let published = Part {
            value: number("value").unwrap_or_default(),
            of: number("denominator").unwrap_or_default(),
        };
        let unit = one.get("unit").and_then(Value::as_str);
        let same = published.value == now.value
            && (!indicator.has_denominator() || published.of == now.of);
        let asked = Asked {
            period,
            authority: whose.map(str::to_owned),
        };
        Row {
            name: name(visit, indicator),
            href: page_of(visit, &asked, indicator),
            authority: whose.map(|id| visit.authority_link(&registry, id).text),
            published: figure(visit, indicator, published),
            now: figure(visit, indicator, now),
            state: match (unit == Some(indicator.unit), same) {
                (false, _) => "unit",
                (true, true) => "same",
                (true, false) => "differs",
            },
        }
    };
    let rows: Vec<Row> = told.iter().take(MOST).map(row).collect();
    Ok(Some(Recount {
        period: period_words(visit.lang, period),
        omitted: told.len().saturating_sub(MOST),
        as_of: made.as_of,
        differs: rows.iter().any(|row| row.state != "same"),
        rows,
    }))
}
