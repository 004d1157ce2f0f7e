//! `/api/v1`: the log's state, proofs, records, and the way in for events (DESIGN §5).

use super::problem::Problem;
use super::{Portal, limits};
use crate::text::shortened;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};
use actix_web::middleware::from_fn;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use gongshi_verify::encoding::{base64, decimal};
use gongshi_verify::entry::Entry;
use gongshi_verify::hash::Hash;
use serde_json::json;

mod authorities;
mod beacons;
mod cards;
pub(super) mod conditional;
mod desk;
mod draws;
mod duties;
mod ended;
mod events;
pub(in crate::web) mod examples;
mod fairness;
mod fairness_csv;
mod files;
mod journeys;
pub(super) mod openapi;
mod plans;
pub(super) mod published;
mod review;
mod rules;
mod samples;
mod standing;
mod statistics;

/// Registers the API in the scope.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/openapi.json").get(openapi::get))
        .service(web::resource("/log").get(log))
        .service(web::resource("/proof/{index}").get(proof))
        .service(web::resource("/consistency/{old}/{new}").get(consistency))
        .service(web::resource("/records/{index}").get(record))
        .service(web::resource("/records/{index}/referrers").get(standing::referred))
        .service(web::resource("/authorities").get(authorities::list))
        .service(web::resource("/authorities/{authority}/duties").get(duties::of))
        .service(web::resource("/duties").get(duties::totals))
        .service(web::resource("/rules").get(rules::get))
        .service(web::resource("/receipts/{code}").get(journeys::receipt))
        .service(web::resource("/repair").get(journeys::repair))
        .service(web::resource("/promises").get(journeys::promises))
        .service(web::resource("/review").get(review::get))
        .service(
            web::resource("/events")
                .wrap(from_fn(limits::events))
                .post(events::post),
        )
        .service(web::resource("/desk/challenge").post(desk::challenge))
        .service(web::resource("/desk/session").post(desk::session))
        .service(web::resource("/desk/sign-out").post(desk::sign_out))
        .service(web::resource("/desk/table").post(desk::table))
        .service(web::resource("/desk/template").get(desk::template))
        .service(
            web::resource("/files/{sha256}")
                .get(files::get)
                .put(files::put),
        )
        .service(web::resource("/search").get(super::pages::search::twins::json))
        .service(web::resource("/suggest").get(super::pages::search::suggest::get))
        .service(web::resource("/plans").get(plans::list))
        .service(web::resource("/plans/{authority}/{period}/{serial}").get(plans::one))
        .service(web::resource("/plans/{authority}/{period}/{serial}/targets").get(plans::targets))
        .service(
            web::resource("/plans/{authority}/{period}/{serial}/targets/{id}").get(plans::target),
        )
        .service(
            web::resource("/plans/{authority}/{period}/{serial}/tasks/{department}")
                .get(plans::tasks),
        )
        .service(web::resource("/fairness").get(fairness::get))
        .service(web::resource("/fairness/targets/{id}").get(fairness::target))
        .service(web::resource("/fairness.csv").get(fairness_csv::get))
        .service(web::resource("/export.ndjson").get(super::pages::export::ndjson))
        .service(web::resource("/export/{layout}/{kind}.csv").get(super::pages::export::csv))
        .service(web::resource("/statistics").get(statistics::get))
        .service(web::resource("/statistics.csv").get(statistics::csv))
        .service(web::resource("/draws/{authority}/{period}/{serial}").get(draws::get))
        .service(
            web::resource("/beacons")
                .wrap(from_fn(limits::events))
                .post(beacons::post),
        )
        .service(
            web::resource("/cards/{name}")
                .get(cards::get)
                .put(cards::put),
        )
        .default_service(web::route().to(nothing));
}

async fn nothing(request: HttpRequest) -> HttpResponse {
    let (method, path) = (request.method().as_str(), request.path());
    Problem::not_found(format!("there is no {} {}", shown(method), shown(path))).respond()
}

fn answer(result: Result<HttpResponse, Problem>) -> HttpResponse {
    result.unwrap_or_else(|problem| problem.respond())
}

fn json(value: &serde_json::Value) -> HttpResponse {
    given("application/json", None, value.to_string())
}

/// An answer with a tag of its bytes, and the name of the file that it is saved as.
fn given(media: &str, file: Option<String>, body: impl Into<Bytes>) -> HttpResponse {
    let body = body.into();
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, media))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((ETAG, conditional::tag(&body)));
    if let Some(name) = file {
        let saved = format!("attachment; filename=\"{name}\"");
        response.insert_header((CONTENT_DISPOSITION, saved));
    }
    response.body(body)
}

/// What a client said, as much of it as an answer may repeat.
fn shown(text: &str) -> String {
    shortened(text, 80)
}

/// A path member that must be a decimal number without leading zeros. One that is too large for any log is one, too.
fn number(name: &str, text: &str) -> Result<u64, Problem> {
    decimal(text).ok_or_else(|| {
        let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_digits && !text.starts_with('0') {
            let detail = format!("{name} {} is larger than any log has entries", shown(text));
            return Problem::new(StatusCode::NOT_FOUND, "beyond-the-log", detail);
        }
        Problem::bad_request(format!(
            "{name} must be a decimal number without sign or leading zeros, not {:?}",
            shown(text)
        ))
    })
}

/// Runs what reads the store on a thread that may wait.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match web::block(work).await {
        Ok(result) => result,
        Err(_) => {
            let mut problem = Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "log-unavailable",
                "the request could not be finished; the server may be shutting down",
            );
            problem.retry_after = Some(5);
            Err(problem)
        }
    }
}

#[utoipa::path(
    get, path = "/api/v1/log", operation_id = "log", tag = "log",
    responses((status = 200, description = "The newest published checkpoint and how far the search index is", body = Value, example = json!({"origin": "gs.example.gov.cn/log", "vkey": "gs.example.gov.cn/log+89abcdef+AQ…", "size": 4711, "root": "lV0…=", "checkpoint": "gs.example.gov.cn/log\n4711\nlV0…=\n\n— …\n", "indexed": 4711, "witnesses": [], "simulated_time": "2026-09-01T01:00:00Z"}))),
    extensions(("x-optional" = json!(["simulated_time"])))
)]
async fn log(portal: web::Data<Portal>) -> HttpResponse {
    let published = portal.log.published();
    let indexed = portal.search.searchable();
    let clock = portal.intake.clock();
    let mut state = json!({
        "origin": portal.log.origin().as_str(),
        "vkey": portal.log.verifier().to_string(),
        "size": published.size(),
        "root": base64(&published.checkpoint.root),
        "checkpoint": published.note,
        "indexed": indexed,
        "witnesses": [],
    });
    if clock.simulated() {
        state["simulated_time"] = clock.now().to_string().into();
    }
    json(&state)
}

#[utoipa::path(
    get, path = "/api/v1/proof/{index}", operation_id = "proof", tag = "log",
    responses((status = 200, description = "A C2SP tlog-proof file under the newest checkpoint", content_type = "text/plain", body = String)),
    extensions(("x-problems" = json!("bad-request beyond-the-log log-unavailable")))
)]
async fn proof(portal: web::Data<Portal>, path: web::Path<String>) -> HttpResponse {
    let work = async {
        let index = number("index", &path)?;
        let text = blocking(move || Ok(portal.intake.prover().proof(index, None)?)).await?;
        let name = format!("{index}.tlog-proof");
        Ok(given("text/plain; charset=utf-8", Some(name), text))
    };
    answer(work.await)
}

#[utoipa::path(
    get, path = "/api/v1/consistency/{old}/{new}", operation_id = "consistency", tag = "log",
    responses((status = 200, description = "Roots of both sizes in base64, and the RFC 9162 consistency proof between them", body = Value, example = json!({"new": {"checkpoint": "…"}, "old": {"root": "lV0…=", "size": 1}, "proof": ["kX3…="]}))),
    extensions(("x-problems" = json!("bad-request beyond-the-log log-unavailable")))
)]
async fn consistency(portal: web::Data<Portal>, path: web::Path<(String, String)>) -> HttpResponse {
    let work = async {
        let (old, new) = (number("old", &path.0)?, number("new", &path.1)?);
        if old > new {
            return Err(Problem::bad_request(format!(
                "old ({old}) must not be greater than new ({new})"
            )));
        }
        let value = blocking(move || {
            let log = &portal.log;
            let published = log.published();
            let base64 = |hash: &Hash| base64(hash);
            let head = if new == published.size() {
                json!({"checkpoint": published.note})
            } else {
                json!({"root": base64(&log.root_at(new)?), "size": new})
            };
            Ok(json!({
                "new": head,
                "old": {"root": base64(&log.root_at(old)?), "size": old},
                "proof": log.consistency(old, new)?.iter().map(base64).collect::<Vec<_>>(),
            }))
        });
        Ok(json(&value.await?))
    };
    answer(work.await)
}

#[utoipa::path(
    get, path = "/api/v1/records/{index}", operation_id = "record", tag = "log",
    params(standing::Asked),
    responses((status = 200, description = "The entry, its record while that is public, and what has become of it", body = Value, example = json!(examples::record()))),
    extensions(("x-problems" = json!("bad-request beyond-the-log log-unavailable")))
)]
async fn record(
    portal: web::Data<Portal>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    let work = async {
        let (index, before) = (number("index", &path)?, standing::before(&request)?);
        let (entry, record, standing) = blocking(move || {
            let leaf = portal.log.leaf(index)?;
            let mut standing = standing::of(&portal, index, before)?;
            let duties = duties::of_record(&portal, index)?;
            standing.insert("duties".to_owned(), duties);
            Ok((leaf.entry, leaf.record, standing))
        })
        .await?;
        let unreadable = |what: &str| {
            tracing::error!(index, what, "stored bytes cannot be read");
            Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                format!("{what} {index} cannot be read"),
            )
        };
        let leaf_hash = gongshi_verify::hash::leaf_hash(&entry);
        Entry::parse(&entry).map_err(|_| unreadable("entry"))?;
        let parse = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes);
        let record = record
            .as_deref()
            .map(parse)
            .transpose()
            .map_err(|_| unreadable("record"))?;
        let mut answer = json!({
            "index": index,
            "leaf_hash": gongshi_verify::encoding::hex(&leaf_hash),
            "entry": parse(&entry).map_err(|_| unreadable("entry"))?,
            "record": record,
            "proof": crate::intake::link_path(index),
        });
        if let Some(members) = answer.as_object_mut() {
            members.extend(standing);
        }
        Ok(json(&answer))
    };
    answer(work.await)
}
