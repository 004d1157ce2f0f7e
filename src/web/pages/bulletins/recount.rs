//! The figures of a published bulletin beside those that the log gives for its period now. It says what is the same and what is not, and vouches for nothing.

use super::super::Visit;
use super::super::fault::Fault;
use super::super::statistics::{Figure, figure, name};
use super::super::summary::Loaded;
use super::sheet::page_of;
use super::{Asked, period_words, whose_words};
use crate::domain::{Kind, Region};
use crate::web::statistics::{Indicator, Part, Period, Whose};
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
    let view = loaded.view().filter(|view| view.kind() == Kind::Bulletin);
    let Some(view) = view else {
        return Ok(None);
    };
    let days = view.date_of("period_from").zip(view.date_of("period_to"));
    let Some(period) = days.and_then(|(from, to)| Period::between(from, to)) else {
        return Ok(None);
    };
    let told = view.value_of("indicators").and_then(Value::as_array);
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
        let text = |name| one.get(name).and_then(Value::as_str);
        let region = text("scope_region").and_then(|code| Region::parse(code).ok());
        let whose = Whose::of(text("authority_id").map(str::to_owned), region, &registry);
        let now = made.over(indicator, period, &whose);
        let published = Part {
            value: number("value").unwrap_or_default(),
            of: number("denominator").unwrap_or_default(),
        };
        let unit = text("unit");
        let same = published.value == now.value
            && (!indicator.has_denominator() || published.of == now.of);
        let asked = Asked { period, whose };
        Row {
            name: name(visit, indicator),
            href: page_of(visit, &asked, indicator),
            authority: whose_words(visit, visit.lang, &asked.whose),
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
