//! `GET /api/v1/fairness`: a year's draws together, with all that its figures are computed from.

use super::plans::query;
use super::{answer, blocking, json, shown};
use crate::domain::dates::day_in_china;
use crate::web::Portal;
use crate::web::problem::{Problem, internal};
use actix_web::{HttpRequest, HttpResponse, web};
use gongshi_verify::names::AuthorityId;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
struct Asked {
    authority: Option<String>,
    year: Option<String>,
}

pub(super) async fn get(portal: web::Data<Portal>, request: HttpRequest) -> HttpResponse {
    let work = async {
        let Asked { authority, year } = query(&request)?;
        if let Some(text) = &authority
            && AuthorityId::parse(text).is_err()
        {
            let detail = format!("authority must be an authority's identifier, not {:?}", shown(text));
            return Err(Problem::bad_request(detail));
        }
        let year = year.unwrap_or_else(|| day_in_china(portal.now()).year().to_string());
        if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
            let detail = format!("year must be four digits, not {:?}", shown(&year));
            return Err(Problem::bad_request(detail));
        }
        let value = blocking(move || {
            let fairness = portal.fairness(authority.as_deref(), &year)?;
            serde_json::to_value(fairness.as_ref()).map_err(|error| internal(&error))
        });
        Ok(json(&value.await?))
    };
    answer(work.await)
}
