//! The files that pages link to: one style sheet and one small mark, part of the program, named by their content.
//!
//! A name that holds its content's hash may be kept for ever. There is no script.

use crate::text::Lang;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::sha256;
use std::sync::LazyLock;

struct Asset {
    path: String,
    etag: String,
    media_type: &'static str,
    bytes: &'static str,
}

impl Asset {
    fn new(stem: &str, extension: &str, media_type: &'static str, bytes: &'static str) -> Self {
        let hash = digest(&[bytes]);
        Asset {
            path: format!("/static/{stem}.{hash}.{extension}"),
            etag: format!("\"{hash}\""),
            media_type,
            bytes,
        }
    }
}

static ASSETS: LazyLock<[Asset; 2]> = LazyLock::new(|| {
    [
        Asset::new(
            "style",
            "css",
            "text/css; charset=utf-8",
            include_str!("../../static/style.css"),
        ),
        Asset::new(
            "mark",
            "svg",
            "image/svg+xml",
            include_str!("../../static/mark.svg"),
        ),
    ]
});

static BUILD: LazyLock<String> = LazyLock::new(|| {
    let mut sources: Vec<&str> = ASSETS.iter().map(|asset| asset.bytes).collect();
    sources.extend(super::render::TEMPLATES.iter().map(|(_, source)| *source));
    sources.push(env!("CARGO_PKG_VERSION"));
    sources.extend(
        Lang::ALL
            .iter()
            .flat_map(|lang| crate::text::sources(*lang)),
    );
    digest(&sources)
});

fn digest(parts: &[&str]) -> String {
    hex(&sha256(parts.concat().as_bytes())[..6])
}

/// Address of the style sheet.
pub fn style() -> &'static str {
    &ASSETS[0].path
}

/// Address of the mark.
pub fn mark() -> &'static str {
    &ASSETS[1].path
}

/// Names the pages' sources: part of their entity tags, so that a new build is seen.
pub fn build() -> &'static str {
    &BUILD
}

/// Whether a file has this address.
pub fn exists(path: &str) -> bool {
    ASSETS.iter().any(|asset| asset.path == path)
}

/// Answers a request for a file.
pub fn answer(request: &HttpRequest) -> HttpResponse {
    let Some(asset) = ASSETS.iter().find(|asset| asset.path == request.path()) else {
        return HttpResponse::NotFound().finish();
    };
    let known = request.headers().get(IF_NONE_MATCH);
    let mut response = if known.is_some_and(|known| matches(known.as_bytes(), &asset.etag)) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((ETAG, asset.etag.as_str()))
        .insert_header((CONTENT_TYPE, asset.media_type));
    response.body(asset.bytes)
}

/// Whether an If-None-Match names the tag, weak or not (RFC 9110 §13.1.2).
pub fn matches(if_none_match: &[u8], etag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Ok(given) = std::str::from_utf8(if_none_match) else {
        return false;
    };
    given
        .split(',')
        .any(|tag| tag.trim() == "*" || opaque(tag) == opaque(etag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_compare_weakly() {
        assert!(matches(b"\"a\", W/\"b\"", "\"b\""));
        assert!(matches(b"*", "\"b\""));
        assert!(!matches(b"\"a\"", "\"b\""));
        assert!(!matches(b"\xff", "\"b\""));
    }

    #[test]
    fn the_style_sheet_is_small_and_asks_for_nothing_else() {
        let style = ASSETS[0].bytes;
        assert!(style.len() < 40_000, "{} bytes", style.len());
        assert!(!style.contains("@import") && !style.contains("url("));
    }
}
