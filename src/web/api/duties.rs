//! `GET /api/v1/duties` and `GET /api/v1/authorities/<id>/duties`: what departments owe, in numbers and one by one. Nothing of a record but its
//! index and kind is said here, so that no name and no withdrawn word can be.

use super::plans::query;
use super::{answer, blocking, json, shown};
use crate::model::{DutyCounts, DutyPlace, Part};
use crate::web::Portal;
use crate::web::duties::{Asked, Standing, Told, sum};
use crate::web::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, web};
use gongshi_verify::names::AuthorityId;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

/// Duties in an answer, unless asked for fewer.
const PAGE: usize = 100;
/// Duties in an answer at most.
pub(super) const MOST: usize = 1000;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Query {
    /// `open` (default) or `late`.
    #[param(pattern = "^(open|late)$")]
    list: Option<String>,
    /// `own` (default), or `followed`: those it follows.
    #[param(pattern = "^(own|followed)$")]
    part: Option<String>,
    /// `next` of an earlier answer.
    after: Option<String>,
    /// How many at most.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 1000, default = 100)]
    limit: Option<String>,
}

fn wrong(name: &str, text: &str, expected: &str) -> Problem {
    Problem::bad_request(format!("{name} must be {expected}, not {:?}", shown(text)))
}

impl Query {
    fn asked(&self) -> Result<Asked, Problem> {
        let late = match self.list.as_deref() {
            None | Some("open") => false,
            Some("late") => true,
            Some(text) => return Err(wrong("list", text, "open or late")),
        };
        let part = match self.part.as_deref() {
            None | Some("own") => Part::Own,
            Some("followed") => Part::Followed,
            Some(text) => return Err(wrong("part", text, "own or followed")),
        };
        Ok(Asked { part, late })
    }

    /// Behind which duty the list goes on.
    fn after(&self) -> Result<Option<DutyPlace>, Problem> {
        let read = |text: &str| {
            let place = text.parse();
            place.map_err(|()| wrong("after", text, "the next of an earlier answer"))
        };
        self.after.as_deref().map(read).transpose()
    }

    fn limit(&self) -> Result<usize, Problem> {
        let Some(text) = self.limit.as_deref() else {
            return Ok(PAGE);
        };
        let limit = text.parse().ok();
        let limit = limit.filter(|limit| (1..=MOST).contains(limit));
        limit.ok_or_else(|| wrong("limit", text, "from 1 to 1000"))
    }
}

/// Numbers as programs read them.
fn counts(counts: &DutyCounts) -> Value {
    json!({
        "open": counts.open,
        "due_soon": counts.due_soon,
        "overdue": counts.overdue,
        "undated": counts.undated,
        "in_time": counts.in_time,
        "late": counts.late,
        "undecided": counts.undecided,
    })
}

fn part_name(part: Part) -> &'static str {
    match part {
        Part::Own => "own",
        Part::Followed => "followed",
    }
}

/// `GET /api/v1/duties`: the numbers of every authority with which any duty stands.
#[utoipa::path(
    get, path = "/api/v1/duties", operation_id = "duties", tag = "authorities",
    responses((status = 200, description = "Numbers of every authority with which any duty stands", body = Value, example = json!(super::examples::totals()))),
    extensions(("x-problems" = json!("log-unavailable")))
)]
pub(super) async fn totals(portal: web::Data<Portal>) -> HttpResponse {
    let work = async {
        let value = blocking(move || {
            let day = portal.today();
            let totals = portal.duty_totals(day)?;
            let authorities: Vec<Value> = totals
                .iter()
                .map(|(id, totals)| {
                    json!({
                        "authority": id,
                        "own": counts(&sum(totals, Part::Own)),
                        "followed": counts(&sum(totals, Part::Followed)),
                    })
                })
                .collect();
            Ok(json!({
                "day": day.to_string(),
                "folded": portal.model.cursor()?,
                "authorities": authorities,
            }))
        });
        Ok(json(&value.await?))
    };
    answer(work.await)
}

/// `GET /api/v1/authorities/<id>/duties`: its numbers by rule, and a stretch of its duties.
#[utoipa::path(
    get, path = "/api/v1/authorities/{authority}/duties", operation_id = "dutiesOf", tag = "authorities",
    params(Query),
    responses((status = 200, description = "Its numbers by rule, and a stretch of its duties", body = Value, example = json!(super::examples::duties()))),
    extensions(("x-problems" = json!("bad-request not-found log-unavailable")))
)]
pub(super) async fn of(
    portal: web::Data<Portal>,
    request: HttpRequest,
    id: web::Path<String>,
) -> HttpResponse {
    let work = async {
        let query: Query = query(&request)?;
        let (asked, after, limit) = (query.asked()?, query.after()?, query.limit()?);
        let unknown = || Problem::not_found(format!("there is no authority {}", shown(&id)));
        let id = AuthorityId::parse(&id).map_err(|_| unknown())?;
        if portal.intake.registry().authority(&id).is_none() {
            return Err(unknown());
        }
        let value = blocking(move || {
            let day = portal.today();
            let totals = portal.duty_totals_of(id.as_str(), day)?;
            let (duties, next) = portal.duties_after(id.as_str(), asked, after.as_ref(), limit)?;
            let calendar = portal.intake.rules().calendar();
            let by_rule: Vec<Value> = totals
                .iter()
                .map(|((part, rule), of_rule)| {
                    json!({"rule": rule, "part": part_name(*part), "counts": counts(of_rule)})
                })
                .collect();
            Ok(json!({
                "authority": id.as_str(),
                "day": day.to_string(),
                "folded": portal.model.cursor()?,
                "own": counts(&sum(&totals, Part::Own)),
                "followed": counts(&sum(&totals, Part::Followed)),
                "by_rule": by_rule,
                "part": part_name(asked.part),
                "list": if asked.late { "late" } else { "open" },
                "duties": duties.iter().map(|one| duty(one, one.on(day, calendar))).collect::<Vec<_>>(),
                "next": next.map(|place| place.to_string()),
            }))
        });
        Ok(json(&value.await?))
    };
    answer(work.await)
}

/// The duties of one record, for its own address.
pub(super) fn of_record(portal: &Portal, index: u64) -> Result<Value, Problem> {
    let day = portal.today();
    let calendar = portal.intake.rules().calendar();
    let duties = portal.duties_of(index)?;
    let duties = duties.iter().map(|one| {
        let mut value = duty(one, one.on(day, calendar));
        value["authority"] = one.authority.as_str().into();
        value["part"] = part_name(one.part).into();
        value
    });
    Ok(duties.collect())
}

fn duty(told: &Told, standing: Standing) -> Value {
    let mut value = json!({
        "index": told.index,
        "kind": told.kind,
        "task": told.task.en,
        "task_zh": told.task.zh,
        "rule": told.rule.id(),
        "basis": told.rule.basis,
        "confirmed": told.rule.confirmed,
        "starts_on": told.starts_on.to_string(),
        "due_on": told.due_on.ok().map(|day| day.to_string()),
        "state": standing.name(),
        "record": format!("/api/v1/records/{}", told.index),
    });
    if let Err(outside) = &told.due_on {
        value["calendar_to"] = outside.to.to_string().into();
        value["calendar_from"] = outside.from.to_string().into();
    }
    if let Standing::Overdue { days, working } = standing {
        value["overdue_days"] = days.into();
        value["overdue_working_days"] = working.into();
    }
    if let Some(done) = told.done {
        value["met_on"] = done.on.map(|day| day.to_string()).into();
        value["met_by"] = done.by.into();
    }
    value
}
