//! The files that pages link to: one style sheet, one small mark, and the scripts that check in the reader's browser. They are
//! part of the program, and named by their content.
//!
//! A name that holds its content's hash may be kept for ever. Scripts are modules that import one another by the names their
//! files have in `static/`; what is served has the served names there, so that a change of one renames all that use it. No
//! page needs a script for anything but checking; one counts down what the page says without it.

use crate::text::Lang;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::sha256;
use std::borrow::Cow;
use std::sync::LazyLock;

struct Asset {
    path: String,
    etag: String,
    media_type: &'static str,
    bytes: Cow<'static, str>,
}

impl Asset {
    fn new(
        stem: &str,
        extension: &str,
        media_type: &'static str,
        bytes: impl Into<Cow<'static, str>>,
    ) -> Self {
        let bytes = bytes.into();
        let hash = digest(&[&bytes]);
        Asset {
            path: format!("/static/{stem}.{hash}.{extension}"),
            etag: format!("\"{hash}\""),
            media_type,
            bytes,
        }
    }
}

macro_rules! scripts {
    ($($stem:literal),+ $(,)?) => {
        &[$(($stem, include_str!(concat!("../../static/", $stem, ".js")))),+]
    };
}

/// The scripts, each behind those that it imports.
const SCRIPTS: &[(&str, &str)] = scripts!(
    "sha256",
    "encoding",
    "steps",
    "strict-json",
    "merkle",
    "names",
    "time",
    "shown",
    "ed25519",
    "signed-note",
    "checkpoint",
    "policy",
    "record",
    "entry",
    "proof-file",
    "authority-action",
    "registry",
    "said-by",
    "consistency-file",
    "verify",
    "page-steps",
    "verify-page",
    "draw-library",
    "draw-officers",
    "draw-card",
    "draw-lottery",
    "draw",
    "draw-steps",
    "draw-proof",
    "draw-plan",
    "draw-file",
    "draw-target",
    "draw-one",
    "draw-worker",
    "draw-all",
    "countdown",
    "suggest",
    "desk-key",
    "desk-session",
    "desk-journal",
    "desk-files",
    "desk-publish",
    "desk-page",
);

/// The scripts as they are served, in that order.
fn scripts() -> Vec<Asset> {
    let mut done: Vec<Asset> = Vec::new();
    for (stem, source) in SCRIPTS {
        let mut source = (*source).to_owned();
        for ((imported, _), asset) in SCRIPTS.iter().zip(&done) {
            let served = asset.path.trim_start_matches("/static/");
            source = source.replace(&format!("'./{imported}.js'"), &format!("'./{served}'"));
        }
        let media_type = "text/javascript; charset=utf-8";
        done.push(Asset::new(stem, "js", media_type, source));
    }
    done
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut assets = vec![
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
    ];
    assets.extend(scripts());
    assets
});

static BUILD: LazyLock<String> = LazyLock::new(|| {
    let mut sources: Vec<&str> = ASSETS.iter().map(|asset| &*asset.bytes).collect();
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

/// The style sheet itself.
pub fn style_text() -> &'static str {
    &ASSETS[0].bytes
}

/// A script and all that it imports as one: each behind what it needs, without the lines that tie them together.
pub fn joined(stem: &str) -> String {
    let mut needed = vec![stem];
    let mut parts = Vec::new();
    // They stand behind those that they import.
    for (name, source) in SCRIPTS.iter().rev() {
        if !needed.contains(name) {
            continue;
        }
        let imported = SCRIPTS.iter().map(|(name, _)| *name);
        needed.extend(imported.filter(|other| source.contains(&format!("from './{other}.js';"))));
        let lines = source.lines().filter(|line| !line.starts_with("import "));
        let lines = lines.map(|line| line.strip_prefix("export ").unwrap_or(line));
        parts.push(lines.collect::<Vec<_>>().join("\n"));
    }
    parts.reverse();
    parts.join("\n")
}

/// Address of the mark.
pub fn mark() -> &'static str {
    &ASSETS[1].path
}

/// Address of the script behind `templates/parts/draw-check.html`.
pub fn draw_one() -> &'static str {
    script("draw-one")
}

/// Address of the script behind `templates/parts/draw-recompute.html`.
pub fn draw_all() -> &'static str {
    script("draw-all")
}

/// Address of the script behind `templates/parts/countdown.html`.
pub fn countdown() -> &'static str {
    script("countdown")
}

/// Address of the script behind `templates/parts/suggest.html`.
pub fn suggest() -> &'static str {
    script("suggest")
}

/// Address of the script behind `templates/desk.html`.
pub fn desk_page() -> &'static str {
    script("desk-page")
}

/// Address of the script behind `templates/verify.html`.
pub fn verify_page() -> &'static str {
    script("verify-page")
}

fn script(stem: &str) -> &'static str {
    let at = SCRIPTS.iter().position(|(name, _)| *name == stem);
    let at = at.expect("scripts are asked for by the names they have");
    // Behind the style sheet and the mark.
    &ASSETS[2 + at].path
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
    response.body(&*asset.bytes)
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
        let style = &ASSETS[0].bytes;
        assert!(style.len() < 40_000, "{} bytes", style.len());
        assert!(!style.contains("@import") && !style.contains("url("));
    }

    #[test]
    fn scripts_import_one_another_by_the_names_that_are_served() {
        for asset in scripts() {
            let (path, source) = (&asset.path, &asset.bytes);
            assert!(source.len() < 40_000, "{path}: {} bytes", source.len());
            for named in source.split("'./").skip(1) {
                let name = named.split('\'').next().unwrap();
                assert!(exists(&format!("/static/{name}")), "{path}: {name}");
            }
            for forbidden in ["innerHTML", "eval(", "http:", "https:", "import(", "\"./"] {
                assert!(!source.contains(forbidden), "{path}: {forbidden}");
            }
        }
        assert!(draw_one().starts_with("/static/draw-one.") && exists(draw_one()));
        assert!(draw_all().starts_with("/static/draw-all.") && exists(draw_all()));
    }
}
