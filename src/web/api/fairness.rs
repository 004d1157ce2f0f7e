//! `GET /api/v1/fairness`: a year's draws together, with all that its figures are computed from.

use super::plans::query;
use super::{answer, blocking, json, shown};
use crate::domain::dates::day_in_china;
use crate::web::Portal;
use crate::web::draws::{Fairness, TargetFigures};
use crate::web::problem::{Problem, internal};
use actix_web::{HttpRequest, HttpResponse, web};
use gongshi_verify::names::{AuthorityId, is_draw_id};
use serde::Deserialize;
use utoipa::IntoParams;

/// What is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Whose plans.
    #[param(pattern = "^[0-9A-Z]+(-[0-9A-Z]+)*$", max_length = 32)]
    pub authority: Option<String>,
    /// Four digits; the present year unless said otherwise.
    #[param(pattern = "^[0-9]{4}$")]
    pub year: Option<String>,
    /// Which table of the CSV, `rules` unless said otherwise.
    #[param(pattern = "^(rules|strata|times|officers|substitutes)$")]
    pub table: Option<String>,
}

/// The year that is asked for, this one unless said otherwise; also looks at the authority.
pub(super) fn year_of(asked: &Asked, portal: &Portal) -> Result<String, Problem> {
    if let Some(text) = &asked.authority
        && AuthorityId::parse(text).is_err()
    {
        let detail = format!(
            "authority must be an authority's identifier, not {:?}",
            shown(text)
        );
        return Err(Problem::bad_request(detail));
    }
    let this = || day_in_china(portal.now()).year().to_string();
    let year = asked.year.clone().unwrap_or_else(this);
    if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
        let detail = format!("year must be four digits, not {:?}", shown(&year));
        return Err(Problem::bad_request(detail));
    }
    Ok(year)
}

#[utoipa::path(
    get, path = "/api/v1/fairness", operation_id = "fairness", tag = "figures",
    params(Asked),
    responses((status = 200, description = "The year's draws with all that the figures are computed from", body = Fairness)),
    extensions(("x-problems" = json!("bad-request log-unavailable")))
)]
pub(super) async fn get(portal: web::Data<Portal>, request: HttpRequest) -> HttpResponse {
    let work = async {
        let asked: Asked = query(&request)?;
        let year = year_of(&asked, &portal)?;
        let value = blocking(move || {
            let fairness = portal.fairness(asked.authority.as_deref(), &year)?;
            serde_json::to_value(fairness.as_ref()).map_err(|error| internal(&error))
        });
        Ok(json(&value.await?))
    };
    answer(work.await)
}

/// `GET /api/v1/fairness/targets/<id>`: one target over a year's draws.
#[utoipa::path(
    get, path = "/api/v1/fairness/targets/{id}", operation_id = "fairnessTarget", tag = "figures",
    params(Asked),
    responses((status = 200, description = "The draws it could be drawn in, and its chances", body = TargetFigures)),
    extensions(("x-problems" = json!("bad-request log-unavailable")))
)]
pub(super) async fn target(
    portal: web::Data<Portal>,
    request: HttpRequest,
    id: web::Path<String>,
) -> HttpResponse {
    let work = async {
        let asked: Asked = query(&request)?;
        let (year, id) = (year_of(&asked, &portal)?, id.into_inner());
        if !is_draw_id(&id) {
            return Err(Problem::bad_request(format!(
                "an id of a library is 1 to 32 digits and capital letters, not {:?}",
                shown(&id)
            )));
        }
        let value = blocking(move || {
            let told = portal.target_fairness(&id, asked.authority.as_deref(), &year)?;
            serde_json::to_value(told).map_err(|error| internal(&error))
        });
        Ok(json(&value.await?))
    };
    answer(work.await)
}
