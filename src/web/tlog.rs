//! The log over HTTP as C2SP tlog-tiles has it: checkpoint, tiles, entry bundles.
//!
//! Used by the portal under `/log` and by `examples/raw_log.rs` at the root. It must not know what entries mean.

use super::api::conditional;
use crate::log::{Log, LogError};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, web};
use std::sync::Arc;

const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// The checkpoint changes with every batch; caches must ask each time.
const MUTABLE: &str = "no-cache";

/// Registers `checkpoint` and `tile/…` in the scope. Expects `web::Data<Arc<Log>>`.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/checkpoint")
                .get(checkpoint)
                .wrap(from_fn(conditional::unchanged)),
        )
        .service(
            web::resource("/tile/{path:.*}")
                .get(tile)
                .wrap(actix_web::middleware::Compress::default()),
        );
}

#[utoipa::path(
    get, path = "/log/checkpoint", operation_id = "checkpoint", tag = "tiles",
    responses((status = 200, description = "The newest signed checkpoint (C2SP tlog-checkpoint)", content_type = "text/plain", body = String)),
)]
pub(super) async fn checkpoint(log: web::Data<Arc<Log>>) -> HttpResponse {
    let note = log.published().note.clone();
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CACHE_CONTROL, MUTABLE))
        .insert_header((ETAG, conditional::tag(note.as_bytes())))
        .body(note)
}

#[utoipa::path(
    get, path = "/log/tile/{path}", operation_id = "tile", tag = "tiles",
    responses((status = 200, description = "Hashes, or entries after their lengths (C2SP tlog-tiles); never changes", content_type = "application/octet-stream", body = [u8]), (status = 400, description = "The path is not one of a tile", content_type = "text/plain", body = String), (status = 404, description = "Beyond the published tree", content_type = "text/plain", body = String)),
)]
pub(super) async fn tile(log: web::Data<Arc<Log>>, path: web::Path<String>) -> HttpResponse {
    let request = match TilePath::parse(&path) {
        Ok(request) => request,
        Err(expected) => {
            return refuse(
                HttpResponse::BadRequest(),
                format!("bad tile path: expected {expected}\n"),
            );
        }
    };
    let read = move || match request.level {
        Some(level) => log.tile(level, request.index, request.width),
        None => log.bundle(request.index, request.width),
    };
    // A bundle may open a shard and always decompresses: not work for the thread that answers everybody.
    let bytes = match request.level {
        Some(_) => read(),
        None => match web::block(read).await {
            Ok(bytes) => bytes,
            Err(_) => {
                return refuse(
                    HttpResponse::ServiceUnavailable(),
                    "the server is shutting down\n".to_owned(),
                );
            }
        },
    };
    match bytes {
        Ok(Some(bytes)) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "application/octet-stream"))
            .insert_header((CACHE_CONTROL, IMMUTABLE))
            .body(bytes),
        Ok(None) => refuse(
            HttpResponse::NotFound(),
            "this tile is beyond the published tree\n".to_owned(),
        ),
        Err(error) => unreadable(&error),
    }
}

fn unreadable(error: &LogError) -> HttpResponse {
    tracing::error!(%error, "a tile could not be read");
    refuse(
        HttpResponse::InternalServerError(),
        "this part of the log cannot be read at present\n".to_owned(),
    )
}

fn refuse(mut response: actix_web::HttpResponseBuilder, text: String) -> HttpResponse {
    response
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text)
}

/// `<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TilePath {
    /// Tile level, or `None` for an entry bundle.
    pub level: Option<u8>,
    /// Index within the level.
    pub index: u64,
    /// 1 to 256 hashes or entries.
    pub width: usize,
}

impl TilePath {
    /// Parses the part of the path after `tile/`; the error says what was expected.
    pub fn parse(path: &str) -> Result<Self, &'static str> {
        let (level, rest) = path.split_once('/').ok_or("<L>/<N> or entries/<N>")?;
        let level = match level {
            "entries" => None,
            level => Some(
                small(level)
                    .filter(|level| *level <= 63)
                    .ok_or("a level of 0 to 63 without leading zeros")?,
            ),
        };
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, 256),
            Some((index, width)) => {
                let width = small(width).filter(|width| (1..=255).contains(width));
                (
                    index,
                    usize::from(width.ok_or("a width of 1 to 255 without leading zeros")?),
                )
            }
        };
        Ok(TilePath {
            level,
            index: tile_index(index)?,
            width,
        })
    }
}

/// A decimal number below 256 without leading zeros.
fn small(text: &str) -> Option<u8> {
    gongshi_verify::encoding::decimal(text).and_then(|number| u8::try_from(number).ok())
}

/// `x001/x234/067`: three digits each, all but the last marked, no needless leading element.
fn tile_index(text: &str) -> Result<u64, &'static str> {
    const EXPECTED: &str =
        "an index as three-digit elements, all but the last beginning with x (x001/x234/067)";
    let mut index = 0u64;
    let mut elements = text.split('/').peekable();
    let mut first = true;
    while let Some(element) = elements.next() {
        let digits = match (elements.peek(), element.strip_prefix('x')) {
            (Some(_), Some(digits)) => digits,
            (None, None) => element,
            _ => return Err(EXPECTED),
        };
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(EXPECTED);
        }
        if first && elements.peek().is_some() && digits == "000" {
            return Err(EXPECTED);
        }
        first = false;
        let value: u64 = digits.parse().map_err(|_| EXPECTED)?;
        index = index
            .checked_mul(1000)
            .and_then(|index| index.checked_add(value))
            .ok_or(EXPECTED)?;
    }
    Ok(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tile_paths_are_read_as_specified() {
        let full = |level, index| {
            Ok(TilePath {
                level,
                index,
                width: 256,
            })
        };
        assert_eq!(TilePath::parse("0/000"), full(Some(0), 0));
        assert_eq!(
            TilePath::parse("63/x001/x234/067"),
            full(Some(63), 1_234_067)
        );
        assert_eq!(TilePath::parse("entries/x001/000"), full(None, 1000));
        assert_eq!(
            TilePath::parse("2/005.p/17"),
            Ok(TilePath {
                level: Some(2),
                index: 5,
                width: 17
            })
        );
        for bad in [
            "",
            "0",
            "0/",
            "64/000",
            "00/000",
            "-1/000",
            "0/0",
            "0/0000",
            "0/x000/001",
            "0/x001",
            "0/001/002",
            "0/00a",
            "0/000.p/0",
            "0/000.p/256",
            "0/000.p/01",
            "0/000.p/",
            "0/000.p/x",
            "0/000.p/1/2",
            "entries/1",
            "data/000",
            "0/x999/x999/x999/x999/x999/x999/999",
            "0/x001/x234/067/",
            "0//000",
        ] {
            assert!(TilePath::parse(bad).is_err(), "{bad}");
        }
    }
}
