//! `/api/v1/cards/…`: self-check cards of sealed libraries: in, as one signed file for a library; out, one by one, once no plan
//! on the library is open. What is stored is encrypted: nobody reads it here.

use super::files::{Sink, header, named, pass_over, receive, statement};
use super::{answer, blocking, json};
use crate::intake::{CardsError, CardsUpload, MAX_CARDS_BYTES};
use crate::web::Portal;
use crate::web::problem::{Problem, internal};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use gongshi_verify::encoding::{base64, hex, hex32};

/// Header of an upload, beside those of files.
const SHA256: &str = "Gongshi-SHA256";

impl Sink for CardsUpload {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        CardsUpload::write(self, bytes).map_err(|error| told(&error))
    }

    fn finish(self) -> Result<(), Problem> {
        CardsUpload::finish(self).map_err(|error| told(&error))
    }
}

fn told(error: &CardsError) -> Problem {
    let detail = error.to_string();
    match error {
        CardsError::Refused(refusal) => Problem::from(refusal),
        CardsError::Library { .. } => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "cards-library", detail)
        }
        CardsError::Older | CardsError::Line { .. } => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "cards-content", detail)
        }
        CardsError::Withheld => Problem::new(StatusCode::NOT_FOUND, "card-withheld", detail),
        CardsError::Store(error) => internal(error),
    }
}

/// Takes the cards of the library with that root: 201 where they are new, 200 where just these are there.
#[utoipa::path(
    put, path = "/api/v1/cards/{name}", operation_id = "uploadCards", tag = "publish",
    params(("Gongshi-SHA256" = String, Header, description = "SHA-256 of the body, 64 lowercase hexadecimal digits"), ("Gongshi-Authority" = String, Header, description = "The authority that signs"), ("Gongshi-Issued-At" = String, Header, description = "YYYY-MM-DDTHH:MM:SSZ"), ("Gongshi-Signature" = String, Header, description = "64 bytes in padded base64; what is signed stands in LOG-FORMAT")),
    request_body(content = [u8], content_type = "application/octet-stream"),
    responses((status = 200, description = "Just these are there already", body = Value, example = json!({"sha256": "9b1d…", "size": 1024})), (status = 201, description = "Taken", body = Value, example = json!({"sha256": "9b1d…", "size": 1024}))),
    extensions(("x-problems" = json!("bad-request body-incomplete unknown-authority bad-signature time-window timeout length-required file-too-large unsupported-encoding cards-library cards-content files-full overloaded log-unavailable")))
)]
pub(super) async fn put(
    portal: web::Data<Portal>,
    request: HttpRequest,
    path: web::Path<String>,
    body: web::Payload,
) -> HttpResponse {
    let work = async {
        let root = named(&path, "the root of a library")?;
        // The address names the library, so the body's hash is said beside it: the signature is checked before the body is read.
        let expected = "the body's SHA-256 in 64 lowercase hexadecimal digits";
        let sha256 = header(&request, SHA256, expected, |text| hex32(text).ok())?;
        let (statement, signature) = statement(&request, sha256, MAX_CARDS_BYTES)?;
        let (sha256, size) = (hex(&statement.sha256), statement.size);
        let begun = blocking(move || {
            let checked = portal.intake.check_statement(&statement, &signature);
            checked.map_err(|refusal| Problem::from(&refusal))?;
            let begun = portal.intake.begin_cards(&root, &statement);
            begun.map_err(|error| told(&error))
        });
        let status = match begun.await? {
            Some(upload) => {
                receive(upload, body).await?;
                StatusCode::CREATED
            }
            None => {
                pass_over(body).await?;
                StatusCode::OK
            }
        };
        let mut response = json(&json!({"sha256": sha256, "size": size}));
        *response.status_mut() = status;
        Ok(response)
    };
    answer(work.await)
}

/// Gives what a card opens, found by the hash of its token.
#[utoipa::path(
    get, path = "/api/v1/cards/{name}", operation_id = "card", tag = "plans",
    responses((status = 200, description = "What the card opens, encrypted", body = Value, example = json!({"root": "9b1d…", "data": "…"}))),
    extensions(("x-problems" = json!("bad-request not-found card-withheld log-unavailable")))
)]
pub(super) async fn get(portal: web::Data<Portal>, path: web::Path<String>) -> HttpResponse {
    let work = async {
        let card = named(&path, "the id of a card")?;
        let found = blocking(move || portal.intake.card(&card).map_err(|error| told(&error)));
        let Some(found) = found.await? else {
            return Err(Problem::not_found("there is no card with this id"));
        };
        let mut response = json(&json!({"root": hex(&found.root), "data": base64(&found.data)}));
        // Who holds a card is nobody else's business, in no cache on the way either.
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    };
    answer(work.await)
}
