//! `GET /api/v1/plans…`: plans, their progress, one target of one, who of several is in its library, and a department's tasks.

use super::{answer, blocking, json, shown};
use crate::docket::Stage;
use crate::web::Portal;
use crate::web::draws::{PlanFilter, PlanLibrary};
use crate::web::problem::Problem;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use gongshi_verify::names::{AuthorityId, PlanKey, RegionCode, is_draw_id};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// Plans in an answer, unless asked for fewer.
const PAGE: usize = 50;
/// Plans in an answer at most.
const MOST: usize = 200;

/// Ids in a question about who is in a library, repeated ones included.
const IDS: usize = 500;

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

#[derive(Debug, Default, Deserialize)]
struct Asked {
    before: Option<String>,
    limit: Option<String>,
    authority: Option<String>,
    stage: Option<String>,
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

#[derive(Debug, Default, Deserialize)]
struct AskedMembers {
    ids: Option<String>,
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
        Ok(HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
            .insert_header((CACHE_CONTROL, "no-cache"))
            .insert_header((
                CONTENT_DISPOSITION,
                format!("attachment; filename=\"{name}\""),
            ))
            .body(table))
    };
    answer(work.await)
}
