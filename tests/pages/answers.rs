//! What answers say beside their content: codes of errors, places, sentences set as each language sets them, and that a
//! server has enough to do.

use super::setting::holes;
use super::support::{CITY, CITY_NAME, DEPARTMENT, OPERATOR, SUBJECT};
use super::{LANGS, SITE, get, page};
use actix_web::{App, test};
use gongshi::text::{Catalogue, Lang, keys};
use gongshi::web::limits::Limits;

#[actix_web::test]
async fn the_type_of_a_problem_is_a_page() {
    let got = get("/api/v1/records/99999").await;
    let problem: serde_json::Value = serde_json::from_str(&got.body).unwrap();
    let html = page(problem["type"].as_str().unwrap(), 200).await;
    assert!(html.contains(problem["title_zh"].as_str().unwrap()));
    let codes: Vec<String> = keys(Lang::Zh)
        .iter()
        .filter_map(|key| key.strip_prefix("problem-title-").map(str::to_owned))
        .collect();
    assert!(codes.len() > 20);
    for (lang, base) in LANGS {
        for code in &codes {
            let html = page(&format!("{base}/problems/{code}"), 200).await;
            for part in ["title", "meaning", "remedy"] {
                let key = format!("problem-{part}-{code}");
                let words = Catalogue::built_in().get(lang, &key, &[]);
                assert!(html.contains(&super::escaped(&words)), "{key}");
            }
            assert!(html.contains(&format!("<code>{code}</code>")));
        }
    }
    for odd in ["nothing", "missing", "%20", "Overloaded", "x-%3Cb%3E"] {
        page(&format!("/problems/{odd}"), 404).await;
    }
}

#[actix_web::test]
async fn a_region_is_more_than_six_digits() {
    let of = |lang: Lang, key: &str, code: &str| {
        let args = [("code", code.into()), ("authority", CITY_NAME.into())];
        Catalogue::built_in().get(lang, key, &args)
    };
    for (lang, base) in LANGS {
        let own = of(lang, "page-region-of", "610300");
        assert!(own.contains(CITY_NAME));
        let level = of(lang, "page-region-prefecture", "610300");
        let county = of(lang, "page-region-county", "610323");
        for (path, words) in [
            (format!("/record/{}", SITE.city), &own),
            (format!("/record/{}", SITE.county), &county),
            (format!("/authority/{CITY}"), &level),
            ("/log-state".to_owned(), &level),
            ("/search?kind=permit".to_owned(), &own),
            ("/search?kind=permit".to_owned(), &county),
        ] {
            let html = page(&format!("{base}{path}"), 200).await;
            assert!(html.contains(words.as_str()), "{path}: {words}\n{html}");
        }
        let province = of(lang, "page-region-province", "610000");
        let html = page(&format!("{base}/search?kind=permit"), 200).await;
        assert!(html.contains(&province), "{html}");
    }
}

#[actix_web::test]
async fn searches_beyond_the_limit_are_told_at_once_in_words() {
    let limits = Limits {
        searches: 0,
        ..Limits::default()
    };
    let portal = SITE.app.portal.clone();
    let configure = gongshi::web::configure_within(portal, limits);
    let app = test::init_service(App::new().configure(configure)).await;
    for (lang, base) in LANGS {
        let request = test::TestRequest::with_uri(&format!("{base}/search?q=abc"));
        let response = test::call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), 503);
        let seconds = response.headers().get("retry-after").unwrap();
        assert!(seconds.to_str().unwrap().parse::<u64>().unwrap() > 0);
        assert_eq!(response.headers().get("cache-control").unwrap(), "no-store");
        let body = test::read_body(response).await;
        let body = String::from_utf8(body.to_vec()).unwrap();
        let said = Catalogue::built_in().get(lang, "page-error-busy", &[]);
        assert!(body.contains(&said), "{body}");
        // Everything else goes on.
        for path in ["/", "/list/abnormal", "/record/0"] {
            let request = test::TestRequest::with_uri(&format!("{base}{path}"));
            let response = test::call_service(&app, request.to_request()).await;
            assert_eq!(response.status(), 200, "{path}");
        }
    }
}

/// Full-width punctuation has its space within; a space after it leaves a hole. Nor does Chinese text use the comma,
/// semicolon or full stop of Latin text between its characters.
#[actix_web::test]
async fn chinese_sentences_are_set_without_holes() {
    let mut paths: Vec<String> = [
        "/",
        "/search",
        "/search?q=%E7%A4%BA%E4%BE%8B",
        "/search?q=zzzzqqqq",
        "/search?from=2026-03-02&to=2026-03-01",
        "/list/abnormal",
        "/list/serious",
        "/list/serious_listing",
        "/log-state",
        "/problems/overloaded",
        "/nothing",
        "/record/0?before=30",
        "/receipts",
        "/receipts?code=4127",
        "/receipts/99999-0123-4567",
        "/repair",
        "/repair?region=140100",
        "/help",
        "/developers",
        "/double",
        "/accessibility",
        "/promises",
        "/promises?type=credit_repair&state=false_promise",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.extend([DEPARTMENT, OPERATOR].map(|id| format!("/authority/{id}")));
    paths.extend([SUBJECT, &SITE.overdue.0].map(|code| format!("/enterprise/{code}")));
    paths.extend(SITE.index.values().map(|index| format!("/record/{index}")));
    paths.extend([SITE.overdue.1, SITE.person].map(|index| format!("/record/{index}")));
    for index in SITE.index.values() {
        let entry = SITE.app.portal.log.entry(*index).unwrap();
        let hash = gongshi_verify::hash::leaf_hash(&entry);
        let code = gongshi_verify::receipt::ReceiptCode::of(*index, &hash);
        paths.extend([
            format!("/receipts/{code}"),
            format!("/receipts/{code}/print"),
        ]);
    }
    for path in paths {
        let html = get(&path).await.body;
        assert_eq!(holes(&html), Vec::<String>::new(), "{path}");
    }
}
