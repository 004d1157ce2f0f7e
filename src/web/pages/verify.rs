//! Where a proof file is checked in the reader's browser. The server gives the page and this log's policy, and is sent nothing.
//!
//! The same page is there as one file to be saved, which works without the server: what it shows then can be held against what it shows here.

use super::fault::Fault;
use super::{Answer, Draft, POLICY_FILE, Page, Visit, policy_of};
use crate::web::{assets, render};
use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, HeaderName};
use gongshi_verify::encoding::base64;
use gongshi_verify::hash::sha256;

/// Name under which the file is saved.
const FILE: &str = "gongshi-verify.html";
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    Page::new("verify.html", visit.word("page-verify-title"))
        .with("policy", &policy_of(&visit.portal))
        .with("policy_file", POLICY_FILE)
        .with("proofs", "/api/v1/proof/")
        .done()
}

/// The page as one file.
pub(super) async fn alone(visit: Visit) -> HttpResponse {
    visit
        .file(|visit, etag| {
            let body = whole(visit)?;
            let mut draft = Draft::file("text/html; charset=utf-8", visit, etag, body);
            let saved = format!("attachment; filename=\"{FILE}\"");
            draft.headers.push((CONTENT_DISPOSITION, saved));
            draft.headers.push((ROBOTS, "noindex".to_owned()));
            Ok(draft)
        })
        .await
}

fn whole(visit: &Visit) -> Result<String, Fault> {
    let (style, script) = (assets::style_text(), assets::joined("verify-page"));
    let hash = |text: &str| base64(&sha256(text.as_bytes()));
    let page = Page::new("verify-alone.html", visit.word("page-verify-title"))
        .with("policy", &policy_of(&visit.portal))
        .with("style_hash", &hash(style))
        .with("script_hash", &hash(&script));
    let (template, context) = (page.template, visit.context(page, false)?);
    let html = render::render(template, &context)?;
    // Templates escape all they print, so that nothing of a page can become a script: these two are put in here.
    let html = html.replacen("<style></style>", &format!("<style>{style}</style>"), 1);
    let (begin, end) = ("<script type=\"module\">", "</script>");
    let (empty, full) = (format!("{begin}{end}"), format!("{begin}{script}{end}"));
    Ok(html.replacen(&empty, &full, 1))
}
