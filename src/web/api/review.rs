//! `GET /api/v1/review`: public records of which the dated rules leave to their authority when they end.
//!
//! It decides nothing and ends nothing; it tells whom the operator has to remind.

use super::plans::query;
use super::{answer, blocking, json, number};
use crate::domain::dates::day_in_china;
use crate::model::Review;
use crate::web::Portal;
use crate::web::problem::{Problem, internal};
use actix_web::{HttpRequest, HttpResponse, web};
use gongshi_verify::entry::Entry;
use jiff::ToSpan as _;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

/// Records looked at for one answer.
const PER_PAGE: usize = 500;
/// Days before the end of a longest term from which it is told.
const AHEAD_DAYS: i64 = 60;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Index from which on records are looked at: `next` of an earlier answer.
    #[param(value_type = Option<u64>)]
    from: Option<String>,
}

/// `records`: by index, from `from` on; `next`: where to go on; `undecided`: how many no rule ends.
#[utoipa::path(
    get, path = "/api/v1/review", operation_id = "review", tag = "authorities",
    params(Asked),
    responses((status = 200, description = "Records by index, where to go on, and how many no rule ends", body = Value, example = json!(super::examples::review()))),
    extensions(("x-problems" = json!("bad-request log-unavailable")))
)]
pub(super) async fn get(portal: web::Data<Portal>, request: HttpRequest) -> HttpResponse {
    let work = async {
        let asked: Asked = query(&request)?;
        let from = asked.from.map_or(Ok(0), |from| number("from", &from))?;
        Ok(json(&blocking(move || of(&portal, from)).await?))
    };
    answer(work.await)
}

fn of(portal: &Portal, from: u64) -> Result<Value, Problem> {
    let today = day_in_china(portal.intake.clock().now().unix());
    let soon = today.saturating_add(AHEAD_DAYS.days());
    let found = portal.model.reviews(from, PER_PAGE)?;
    let last = found.last().filter(|_| found.len() == PER_PAGE);
    let next = last.map(|last| last.index + 1);
    let mut records = Vec::new();
    for Review {
        index,
        rule,
        last_day,
    } in found
    {
        if last_day.is_none_or(|day| day <= soon) {
            let entry = portal.log.entry(index)?;
            let entry = Entry::parse(&entry).map_err(|error| internal(&error))?;
            records.push(serde_json::json!({
                "index": index,
                "kind": entry.kind.as_str(),
                "authority": entry.authority.as_str(),
                "rule": rule,
                "last_day": last_day.map(|day| day.to_string()),
            }));
        }
    }
    let undecided = portal.model.undecided()?;
    Ok(serde_json::json!({"records": records, "next": next, "undecided": undecided}))
}
