//! A draft as a file: a document for the editor, or the body of the record.

use super::super::{Draft, Visit};
use super::sheet::Sheet;
use super::{Asked, body, docx};
use crate::web::problem::internal;
use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

pub(in super::super) async fn get(visit: Visit) -> HttpResponse {
    let json = visit.part == "json";
    visit
        .file(move |visit, etag| {
            let asked = Asked::of(visit)?;
            let (media, bytes) = match json {
                true => {
                    let body = body::of(visit, &asked)?;
                    let text = serde_json::to_vec_pretty(&body);
                    ("application/json", text.map_err(|error| internal(&error))?)
                }
                false => {
                    let sheet = Sheet::of(visit, &asked)?;
                    let made = docx::of(visit, &sheet);
                    (DOCX, made.map_err(|error| internal(&error))?)
                }
            };
            let name = format!("bulletin-{}.{}", asked.period, visit.part);
            let mut draft = Draft::file(media, visit, etag, bytes);
            draft.headers.push((
                CONTENT_DISPOSITION,
                format!("attachment; filename=\"{name}\""),
            ));
            Ok(draft)
        })
        .await
}
