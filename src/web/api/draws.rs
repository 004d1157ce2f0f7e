//! `GET /api/v1/draws/<plan key>`: the file of a draw, as `gongshi-verify draw` reads it.
//!
//! Libraries go from the disk to the reader in parts, hashed on the way: none is held in memory, and where one is damaged the
//! answer breaks off.

use super::files::Reading;
use super::plans::{KeyPath, key};
use super::{answer, blocking};
use crate::web::draws::escaped;
use crate::web::problem::{Problem, internal};
use crate::web::{Portal, assets};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::{Stream, stream};
use std::collections::VecDeque;
use std::io;

#[utoipa::path(
    get, path = "/api/v1/draws/{authority}/{period}/{serial}", operation_id = "draw", tag = "plans",
    responses((status = 200, description = "The whole draw, as `gongshi-verify draw` reads it", body = Value, example = json!({"v": 1, "plan": "…", "draw": "…", "snapshots": [], "commits": [], "reveals": [], "earlier": [], "opening": "…", "files": []}))),
    extensions(("x-optional" = json!(["opening"])), ("x-problems" = json!("bad-request not-found plan-undrawn log-unavailable")))
)]
pub(super) async fn get(
    portal: web::Data<Portal>,
    request: HttpRequest,
    path: web::Path<KeyPath>,
) -> HttpResponse {
    answer(give(portal, &request, &path).await)
}

async fn give(
    portal: web::Data<Portal>,
    request: &HttpRequest,
    path: &KeyPath,
) -> Result<HttpResponse, Problem> {
    let key = key(path)?;
    let name = key.as_str().replace('/', "-");
    let asked = request.headers().get(IF_NONE_MATCH).cloned();
    let work = blocking(move || {
        let plan = portal.plan(&key)?;
        // Weak: under every later checkpoint it says the same, in other proofs.
        let draw = portal.draw_of(&plan)?.index;
        let etag = match portal.opening_of(&plan) {
            Some(opening) => format!("W/\"draw-{draw}-{opening}\""),
            None => format!("W/\"draw-{draw}\""),
        };
        if asked.is_some_and(|asked| assets::matches(asked.as_bytes(), &etag)) {
            return Ok((etag, None));
        }
        let file = portal.draw_file(&plan)?;
        let mut pieces = VecDeque::from([Piece::Text(file.head.into())]);
        for (at, (hash, file, size)) in file.files.into_iter().enumerate() {
            let open = if at == 0 { "\"" } else { ",\"" };
            pieces.push_back(Piece::Text(Bytes::from_static(open.as_bytes())));
            pieces.push_back(Piece::File(Reading::whole(file, size, hash)));
            pieces.push_back(Piece::Text(Bytes::from_static(b"\"")));
        }
        pieces.push_back(Piece::Text(Bytes::from_static(b"]}")));
        Ok((etag, Some(pieces)))
    });
    let (etag, pieces) = work.await?;
    let mut response = match pieces {
        None => HttpResponse::NotModified(),
        Some(_) => HttpResponse::Ok(),
    };
    response
        .insert_header((CACHE_CONTROL, "public, max-age=600"))
        .insert_header((ETAG, etag));
    Ok(match pieces {
        None => response.finish(),
        Some(pieces) => response
            .insert_header((CONTENT_TYPE, "application/json"))
            .insert_header((
                CONTENT_DISPOSITION,
                format!("attachment; filename=\"{name}.draw.json\""),
            ))
            .streaming(Box::pin(parts(pieces))),
    })
}

/// What the answer is put together from, in order.
enum Piece {
    /// Bytes as they are.
    Text(Bytes),
    /// A text that stands in a JSON string.
    File(Reading),
}

/// The answer in parts. An error breaks it off, so that nobody takes it for whole.
fn parts(pieces: VecDeque<Piece>) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(pieces, |mut pieces| async move {
        let Some(piece) = pieces.pop_front() else {
            return Ok(None);
        };
        let mut reading = match piece {
            Piece::Text(text) => return Ok(Some((text, pieces))),
            Piece::File(reading) => reading,
        };
        let read = web::block(move || {
            let part = reading.part()?;
            Ok::<_, io::Error>((escaped(&part), reading))
        });
        let read = read.await.map_err(io::Error::other).flatten();
        let (part, reading) = read.inspect_err(|error| drop(internal(error)))?;
        if !reading.is_done() {
            pieces.push_front(Piece::File(reading));
        }
        Ok(Some((Bytes::from(part), pieces)))
    })
}
