//! `GET /api/v1/plans…`: plans, their progress, one target of one, who of several is in its library, and a department's tasks.

use super::{answer, blocking, given, json, shown};
use crate::docket::Stage;
use crate::web::Portal;
use crate::web::draws::{PlanFilter, PlanLibrary};
use crate::web::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, web};
use gongshi_verify::names::{AuthorityId, PlanKey, RegionCode, is_draw_id};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use utoipa::IntoParams;

/// Plans in an answer, unless asked for fewer.
const PAGE: usize = 50;
/// Plans in an answer at most.
pub(super) const MOST: usize = 200;

/// Ids in a question about who is in a library, repeated ones included.
pub(super) const IDS: usize = 500;

/// The three parts of a plan key in an address.
pub(super) type KeyPath = (String, String, String);

/// The plan key of an address.
pub(super) fn key(parts: &KeyPath) -> Result<PlanKey, Problem> {
    let text = format!("{}/{}/{}", parts.0, parts.1, parts.2);
    PlanKey::parse(&text).map_err(|_| {
        Problem::bad_request(format!(
            "a plan key is authority/YYYY/serial or authority/YYYY-MM/serial, not {:?}",
            shown(&text)
        ))
    })
}

fn wrong(name: &str, text: &str, expected: &str) -> Problem {
    Problem::bad_request(format!("{name} must be {expected}, not {:?}", shown(text)))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// `next` of an earlier answer.
    #[param(value_type = Option<u64>)]
    before: Option<String>,
    /// How many at most; more is taken for 200.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
    /// Whose.
    #[param(pattern = "^[0-9A-Z]+(-[0-9A-Z]+)*$", max_length = 32)]
    authority: Option<String>,
    /// How far they have come.
    stage: Option<String>,
    /// Six digits.
    #[param(pattern = "^[0-9]{6}$")]
    region: Option<String>,
}

impl Asked {
    fn filter(&self) -> Result<PlanFilter, Problem> {
        if let Some(text) = &self.authority
            && AuthorityId::parse(text).is_err()
        {
            return Err(wrong("authority", text, "an authority's identifier"));
        }
        if let Some(text) = &self.stage
            && !Stage::ALL.iter().any(|stage| stage.name() == text)
        {
            let names: Vec<&str> = Stage::ALL.iter().map(|stage| stage.name()).collect();
            return Err(wrong(
                "stage",
                text,
                &format!("one of {}", names.join(", ")),
            ));
        }
        let region = self
            .region
            .as_deref()
            .map(|text| RegionCode::parse(text).map_err(|_| wrong("region", text, "six digits")));
        Ok(PlanFilter {
            authority: self.authority.clone(),
            stage: self.stage.clone(),
            region: region.transpose()?,
        })
    }
}

/// The members of a query that an address knows; others are passed over.
pub(super) fn query<T: serde::de::DeserializeOwned>(request: &HttpRequest) -> Result<T, Problem> {
    match web::Query::<T>::from_query(request.query_string()) {
        Ok(query) => Ok(query.into_inner()),
        Err(error) => Err(Problem::bad_request(format!(
            "the query: {}",
            shown(&error.to_string())
        ))),
    }
}

#[utoipa::path(
    get, path = "/api/v1/plans", operation_id = "plans", tag = "plans",
    params(Asked),
    responses((status = 200, description = "Plans, newest first; `next` is the `before` of the following page", body = Value, example = json!(super::examples::plans()))),
    extensions(("x-problems" = json!("bad-request log-unavailable")))
)]
pub(super) async fn list(portal: web::Data<Portal>, request: HttpRequest) -> HttpResponse {
    let work = async {
        let asked: Asked = query(&request)?;
        let filter = asked.filter()?;
        let number = |name, text: &Option<String>| -> Result<Option<u64>, Problem> {
            text.as_deref()
                .map(|text| super::number(name, text))
                .transpose()
        };
        let before = number("before", &asked.before)?;
        let limit = number("limit", &asked.limit)?.unwrap_or(PAGE as u64);
        let limit = usize::try_from(limit).unwrap_or(MOST).clamp(1, MOST);
        let value = blocking(move || {
            let page = portal.plans(&filter, before, limit)?;
            let plans = page.plans.iter().map(|plan| portal.plan_summary(plan));
            Ok(json!({"plans": plans.collect::<Value>(), "next": page.next}))
        });
        Ok(json(&value.await?))
    };
    answer(work.await)
}

#[utoipa::path(
    get, path = "/api/v1/plans/{authority}/{period}/{serial}", operation_id = "plan", tag = "plans",
    responses((status = 200, description = "All that the log says of the plan", body = Value, example = json!(super::examples::plan()))),
    extensions(("x-problems" = json!("bad-request not-found log-unavailable")))
)]
pub(super) async fn one(portal: web::Data<Portal>, path: web::Path<KeyPath>) -> HttpResponse {
    let work = async {
        let key = key(&path)?;
        let value = blocking(move || portal.plan_document(&portal.plan(&key)?));
        Ok(json(&value.await?))
    };
    answer(work.await)
}

/// An id of a library.
fn id_of(text: &str) -> Result<String, Problem> {
    match is_draw_id(text) {
        true => Ok(text.to_owned()),
        false => Err(Problem::bad_request(format!(
            "an id of a library is 1 to 32 digits and capital letters, not {:?}",
            shown(text)
        ))),
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AskedMembers {
    /// 1 to 500 ids with commas between them.
    #[param(required = true, pattern = "^[0-9A-Z]{1,32}(,[0-9A-Z]{1,32}){0,499}$")]
    ids: Option<String>,
    /// `objects` (default) or `officers`.
    #[param(pattern = "^(objects|officers)$")]
    library: Option<String>,
}

impl AskedMembers {
    /// Ids ascending, those asked about twice once.
    fn ids(&self) -> Result<BTreeSet<String>, Problem> {
        let Some(text) = self.ids.as_deref().filter(|text| !text.is_empty()) else {
            let expected =
                format!("ids must be 1 to {IDS} ids of a library with commas between them");
            return Err(Problem::bad_request(expected));
        };
        if text.split(',').nth(IDS).is_some() {
            let detail = format!(
                "ids must be at most {IDS} ids, not {}",
                text.split(',').count()
            );
            return Err(Problem::bad_request(detail));
        }
        text.split(',').map(id_of).collect()
    }

    fn library(&self) -> Result<PlanLibrary, Problem> {
        let Some(text) = &self.library else {
            return Ok(PlanLibrary::default());
        };
        let all = PlanLibrary::ALL.iter();
        let found = all.clone().find(|(name, _)| name == text);
        found.map(|(_, library)| *library).ok_or_else(|| {
            let names: Vec<&str> = all.map(|(name, _)| *name).collect();
            wrong("library", text, &format!("one of {}", names.join(", ")))
        })
    }
}

#[utoipa::path(
    get, path = "/api/v1/plans/{authority}/{period}/{serial}/targets", operation_id = "planTargets", tag = "plans",
    params(AskedMembers),
    responses((status = 200, description = "Each id with the leaves that show it or its absence, and the hashes up to the root", body = Value, example = json!(super::examples::targets()))),
    extensions(("x-problems" = json!("bad-request not-found log-unavailable")))
)]
pub(super) async fn targets(
    portal: web::Data<Portal>,
    request: HttpRequest,
    path: web::Path<KeyPath>,
) -> HttpResponse {
    let work = async {
        let key = key(&path)?;
        let asked: AskedMembers = query(&request)?;
        let (ids, library) = (asked.ids()?, asked.library()?);
        let value = blocking(move || portal.members_document(&portal.plan(&key)?, library, &ids));
        Ok(json(&value.await?))
    };
    answer(work.await)
}

#[utoipa::path(
    get, path = "/api/v1/plans/{authority}/{period}/{serial}/targets/{id}", operation_id = "planTarget", tag = "plans",
    responses((status = 200, description = "The leaf of the id or its neighbours, the rules, and what the ticket is computed from", body = Value, example = json!(super::examples::target()))),
    extensions(("x-problems" = json!("bad-request not-found log-unavailable")))
)]
pub(super) async fn target(
    portal: web::Data<Portal>,
    path: web::Path<(String, String, String, String)>,
) -> HttpResponse {
    let work = async {
        let (authority, period, serial, id) = path.into_inner();
        let key = key(&(authority, period, serial))?;
        let id = id_of(&id)?;
        let value = blocking(move || portal.target_document(&portal.plan(&key)?, &id));
        Ok(json(&value.await?))
    };
    answer(work.await)
}

/// The tasks of a department: `.csv` behind its identifier gives the table.
#[utoipa::path(
    get, path = "/api/v1/plans/{authority}/{period}/{serial}/tasks/{department}", operation_id = "planTasks", tag = "plans",
    responses((status = 200, description = "Whom the department visits, with which officers; `.csv` behind the department gives a table", body = Value, example = json!(super::examples::tasks()))),
    extensions(("x-problems" = json!("bad-request not-found plan-undrawn list-sealed log-unavailable")))
)]
pub(super) async fn tasks(
    portal: web::Data<Portal>,
    path: web::Path<(String, String, String, String)>,
) -> HttpResponse {
    let work = async {
        let (authority, period, serial, department) = path.into_inner();
        let key = key(&(authority, period, serial))?;
        let Some(department) = department.strip_suffix(".csv").map(str::to_owned) else {
            let value = blocking(move || portal.tasks_document(&portal.plan(&key)?, &department));
            return Ok(json(&value.await?));
        };
        let name = format!("{}.{department}.csv", key.as_str().replace('/', "-"));
        let table = blocking(move || portal.tasks_table(&portal.plan(&key)?, &department)).await?;
        // Whoever got so far has named a department of the plan: no mark in it needs another writing.
        Ok(given("text/csv; charset=utf-8", Some(name), table))
    };
    answer(work.await)
}
