//! The page that checks proof files in the reader's browser, as one file to be saved. What it finds is tried in a browser (tests/browser/proofs.py).

use crate::{LANGS, SITE, ask, get};
use actix_web::http::{Method, StatusCode};
use gongshi_verify::encoding::{base64, hex};
use gongshi_verify::hash::sha256;

/// What stands between two texts.
fn between<'a>(html: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = html.split_once(from).unwrap();
    rest.split_once(to).unwrap().0
}

#[actix_web::test]
async fn the_page_to_be_saved_needs_nothing_but_itself() {
    for (path, words) in [("/verify.html", "核验"), ("/en/verify.html", "saved from")] {
        let got = get(path).await;
        assert_eq!(got.status, StatusCode::OK);
        let saved = got.header("content-disposition");
        assert_eq!(saved, "attachment; filename=\"gongshi-verify.html\"");
        let html = &got.body;
        assert!(html.contains(words), "{path}");
        // Only these two run or show, and they are whole: nothing of a page ends them early.
        let script = between(html, "<script type=\"module\">", "</script>");
        let style = between(html, "<style>", "</style>");
        let policy = between(html, "Content-Security-Policy\" content=\"", "\">");
        for text in [script, style] {
            let hash = format!("'sha256-{}'", base64(&sha256(text.as_bytes())));
            // As the template writes it.
            let policy = policy.replace("&#x27;", "'").replace("&#x2F;", "/");
            assert!(policy.contains(&hash), "{policy} lacks {hash}");
        }
        assert!(policy.starts_with("default-src"), "{policy}");
        for line in script.lines() {
            assert!(
                !line.starts_with("import ") && !line.starts_with("export "),
                "{line}"
            );
        }
        for needed in [
            "const verifyProofFile =",
            "class Registry",
            "function mountVerify",
        ] {
            assert!(script.contains(needed), "{needed}");
        }
        for outside in [" src=", "<link", "url(", "data-proofs"] {
            assert!(!html.replace(script, "").contains(outside), "{outside}");
        }
        assert!(html.contains("quorum none"));
    }
}

#[actix_web::test]
async fn a_record_carries_what_its_paper_needs() {
    let log = &SITE.app.portal.log;
    let head = log.published().checkpoint.clone();
    let leaf = gongshi_verify::hash::leaf_hash(&log.entry(3).unwrap());
    for (_, base) in LANGS {
        let path = format!("{base}/record/3");
        let got = ask(Method::GET, &path, &[("host", "gs.example.org")]).await;
        let said = format!(
            "https://gs.example.org{base}/verify?index=3#leaf={}&size={}&root={}",
            hex(&leaf),
            head.size,
            hex(&head.root)
        );
        assert!(said.len() < 500);
        let qr = gongshi::text::qr::Qr::of(&said).unwrap();
        assert!(
            got.body.contains(&format!("<path d=\"{}\"/>", qr.path)),
            "{said}"
        );
        let (_, paper) = got.body.split_once("id=\"paper\"").unwrap();
        for part in [
            format!("https://gs.example.org{path}"),
            hex(&leaf),
            hex(&head.root),
        ] {
            assert!(paper.contains(&part), "{part}");
        }
        // What was kept of one address is not shown under another.
        let other = ask(Method::GET, &path, &[("host", "other.example.org")]).await;
        assert_ne!(got.header("etag"), other.header("etag"));
        assert_eq!(got.header("cache-control"), "private, no-cache");
        // Nobody knows the address where the host is no host.
        let odd = ask(Method::GET, &path, &[("host", "a b")]).await;
        assert!(!odd.body.contains("id=\"paper\""));
    }
}
