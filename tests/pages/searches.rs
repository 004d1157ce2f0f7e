//! A search in its other forms: JSON, CSV, Atom, and suggestions while typing.

use crate::support::{HOSTILE, PERSON, SUBJECT};
use crate::{SITE, ask, get};
use actix_web::http::{Method, StatusCode};
use actix_web::{App, test};
use atom_syndication::Feed;
use gongshi::domain::Kind;
use gongshi::web::limits::Limits;
use serde_json::Value;
use std::collections::BTreeSet;

async fn json(path: &str) -> Value {
    let got = get(path).await;
    assert_eq!(got.status, StatusCode::OK, "{path}: {}", got.body);
    assert_eq!(got.header("content-type"), "application/json", "{path}");
    assert_eq!(got.header("x-robots-tag"), "noindex", "{path}");
    serde_json::from_str(&got.body).unwrap()
}

fn indexes(answer: &Value) -> Vec<u64> {
    let records = answer["records"].as_array().unwrap();
    records
        .iter()
        .map(|one| one["index"].as_u64().unwrap())
        .collect()
}

/// Every record that the portal shows, by its own account.
async fn shown() -> BTreeSet<u64> {
    let portal = &SITE.app.portal;
    let all = 0..portal.log.published().size();
    all.filter(|index| portal.log.leaf(*index).unwrap().record.is_some())
        .collect()
}

#[actix_web::test]
async fn a_search_in_json_says_what_its_page_shows() {
    let portal = &SITE.app.portal;
    let (penalty, published) = (SITE.index[&Kind::Penalty], portal.log.published());
    let query = "kind=penalty&q=%E7%A4%BA%E4%BE%8B%E9%A4%90%E9%A5%AE";
    let answer = json(&format!("/search.json?{query}")).await;
    assert_eq!(answer["size"], published.size());
    assert_eq!(answer["indexed"], published.size());
    assert_eq!(answer["checkpoint"], published.note);
    assert_eq!(answer["similar"], false);
    assert_eq!(answer["next"], Value::Null);
    assert_eq!(
        answer["total"].as_u64().unwrap() as usize,
        indexes(&answer).len()
    );
    let record = &answer["records"][0];
    assert_eq!(record["index"], penalty);
    assert_eq!(record["kind"], "penalty");
    assert_eq!(record["kind_name"], "行政处罚");
    assert_eq!(record["uscc"], SUBJECT);
    assert_eq!(record["href"], format!("/record/{penalty}"));
    assert_eq!(record["corrected"], false);
    assert_eq!(answer["facets"]["kind"][0]["value"], "penalty");
    // The API's is the same; the English page's names kinds in English.
    assert_eq!(json(&format!("/api/v1/search?{query}")).await, answer);
    let english = json(&format!("/en/search.json?{query}")).await;
    assert_eq!(english["records"][0]["kind_name"], "Penalty");
    assert_eq!(
        english["records"][0]["href"],
        format!("/en/record/{penalty}")
    );
}

#[actix_web::test]
async fn a_result_is_read_to_its_end_from_place_to_place() {
    for sort in ["newest", "oldest", "relevance"] {
        let mut path = format!("/api/v1/search?limit=7&sort={sort}");
        let (mut seen, mut total) = (Vec::new(), 0);
        while !path.is_empty() {
            let answer = json(&path).await;
            seen.extend(indexes(&answer));
            total = answer["total"].as_u64().unwrap();
            path = answer["next"].as_str().unwrap_or_default().to_owned();
            assert!(
                path.is_empty() || path.starts_with("/api/v1/search?after="),
                "{path}"
            );
        }
        let unique: BTreeSet<u64> = seen.iter().copied().collect();
        assert_eq!(unique.len(), seen.len(), "{sort}");
        assert_eq!(total, seen.len() as u64, "{sort}");
        assert_eq!(unique, shown().await, "{sort}");
    }
    // By pages as well.
    let first = indexes(&json("/search.json?sort=newest&page=1").await);
    let second = indexes(&json("/search.json?sort=newest&page=2").await);
    assert_eq!(first.len(), 20);
    assert!(first.iter().all(|index| !second.contains(index)));
}

#[actix_web::test]
async fn pages_go_on_from_a_place_too() {
    let answer = json("/search.json?sort=newest").await;
    let next = answer["next"]
        .as_str()
        .unwrap()
        .replace("/search.json", "/search");
    let html = crate::page(&next, 200).await;
    let second = json("/search.json?sort=newest&page=2").await;
    // A place is where the result goes on, whatever the page.
    let here = format!("{}&page=9", answer["next"].as_str().unwrap());
    assert_eq!(indexes(&json(&here).await), indexes(&second));
    for index in indexes(&second) {
        assert!(
            html.contains(&format!("href=\"/record/{index}\"")),
            "{index}"
        );
    }
    assert!(html.contains("href=\"/search?sort=newest\""), "{html}");
    let html = crate::page("/search?after=1.2.3.4", 400).await;
    assert!(html.contains("不是结果中的位置"), "{html}");
}

#[actix_web::test]
async fn a_table_holds_the_whole_result_and_ends_with_the_checkpoint() {
    let got = get("/search.csv").await;
    assert_eq!(got.status, StatusCode::OK);
    assert_eq!(got.header("content-type"), "text/csv; charset=utf-8");
    assert!(got.header("content-disposition").starts_with("attachment"));
    let text = got.body.strip_prefix('\u{feff}').unwrap();
    let mut table = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(table.headers().unwrap().get(0), Some("index"));
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let (last, rows) = rows.split_last().unwrap();
    assert_eq!(last.get(0), Some("checkpoint"));
    let note = &SITE.app.portal.log.published().note;
    assert_eq!(last.get(1), Some(note.as_str()));
    let seen = rows.iter().map(|row| row.get(0).unwrap().parse().unwrap());
    let seen: BTreeSet<u64> = seen.collect();
    assert_eq!(seen.len(), rows.len());
    assert_eq!(seen, shown().await);
    assert!(rows.iter().any(|row| row.get(3) == Some(HOSTILE)));
    assert!(rows.iter().any(|row| row.get(11) == Some("false")));
    assert!(rows.iter().all(|row| row.get(3) != Some(PERSON)));
    // Narrowed like the page.
    let penalty = SITE.index[&Kind::Penalty].to_string();
    let some = get("/en/search.csv?kind=penalty").await.body;
    assert!(
        some.contains(&format!("\n{penalty},penalty,Penalty,")),
        "{some}"
    );
    assert!(!some.contains(",permit,"));
}

#[actix_web::test]
async fn a_feed_has_the_newest_and_names_no_person() {
    let got = get("/search.atom?sort=oldest").await;
    assert_eq!(
        got.header("content-type"),
        "application/atom+xml; charset=utf-8"
    );
    let feed: Feed = got.body.parse().unwrap();
    assert_eq!(feed.entries.len(), 50);
    let ids: BTreeSet<&str> = feed.entries.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids.len(), 50);
    let newest = indexes(&json("/search.json?sort=newest&limit=50").await);
    let links = feed.entries.iter().map(|entry| entry.links[0].href.clone());
    for (href, index) in links.zip(newest) {
        assert!(
            href.ends_with(&format!("/record/{index}")),
            "{href} {index}"
        );
    }
    assert!(!got.body.contains(PERSON) && !got.body.contains("张＊"));
    let person = get("/search.atom?q=%E5%BC%A0").await;
    let told = person.body.replace("搜索“张”", "");
    assert!(told.contains("<entry>") && !told.contains('张'), "{told}");
}

#[actix_web::test]
async fn suggestions_are_names_and_numbers_and_no_persons() {
    let texts = |answer: &Value| -> Vec<String> {
        let all = answer.as_array().unwrap().iter();
        all.map(|one| one["text"].as_str().unwrap().to_owned())
            .collect()
    };
    let found = json("/suggest?q=%E7%A4%BA%E4%BE%8B%E9%A4%90").await;
    assert!(
        texts(&found).contains(&"示例餐饮有限公司（合成）".to_owned()),
        "{found}"
    );
    assert_eq!(found[0]["href"], format!("/enterprise/{SUBJECT}"));
    assert!(texts(&found).len() <= 8);
    let by_sound = json("/api/v1/suggest?q=shilicanyin").await;
    assert_eq!(texts(&by_sound), texts(&found)[..texts(&by_sound).len()]);
    for none in ["/suggest", "/suggest?q=", "/suggest?q=%F0%9F%98%80"] {
        assert_eq!(json(none).await, Value::Array(Vec::new()), "{none}");
    }
    let persons = json("/suggest?q=%E5%BC%A0").await;
    assert!(
        texts(&persons).iter().all(|text| !text.contains('张')),
        "{persons}"
    );
}

#[actix_web::test]
async fn what_cannot_be_asked_for_is_refused_by_name() {
    for (query, part) in [
        ("kind=nonsense", "There is no kind “nonsense”"),
        ("from=2026-03-02&to=2026-03-01", "begins after it ends"),
        ("page=1000000000", "Pages go from 1 to 500"),
        (
            "page=500&limit=100",
            "page must be at most 100 where limit is 100",
        ),
        ("after=0.0", "is no place in a result"),
        ("region=61", "six digits"),
    ] {
        for path in [
            "/search.json",
            "/en/search.csv",
            "/search.atom",
            "/api/v1/search",
        ] {
            // A feed has no places.
            if path.ends_with("atom") && query.starts_with("after") {
                continue;
            }
            // These have no length of a page.
            if !path.contains("/search.json") && !path.contains("/api/") && query.contains("limit")
            {
                continue;
            }
            let got = get(&format!("{path}?{query}")).await;
            assert_eq!(got.status, StatusCode::BAD_REQUEST, "{path}?{query}");
            assert_eq!(got.header("content-type"), "application/problem+json");
            let problem: Value = serde_json::from_str(&got.body).unwrap();
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains(part), "{path}?{query}: {detail}");
        }
    }
    for limit in ["0", "101", "-1", "x", "1e2"] {
        let got = get(&format!("/api/v1/search?limit={limit}")).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{limit}");
        assert!(got.body.contains("from 1 to 100"), "{}", got.body);
    }
    let posted = ask(Method::POST, "/api/v1/search", &[]).await;
    assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[actix_web::test]
async fn no_text_is_an_error_in_any_form() {
    let long = "长".repeat(7_000);
    let texts = [
        "1",
        "，。《》",
        "\u{0}\u{1b}",
        "\u{202e}abc",
        "😀",
        "\"phrase",
        "a AND b OR NOT c",
        "name:x^2~3",
        "field = 'x' OR 1=1; DROP TABLE",
        "kind = penalty",
        "<script>alert(1)</script>",
        "((((",
        "*",
        "-",
        "{\"q\":1}",
        "%",
        long.as_str(),
    ];
    for text in texts {
        let q = form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        for path in [
            "/search",
            "/en/search",
            "/search.json",
            "/search.csv",
            "/search.atom",
            "/suggest",
            "/api/v1/search",
        ] {
            let got = get(&format!("{path}?q={q}")).await;
            let good = got.status == StatusCode::OK
                || (path.ends_with("/search") && got.status == StatusCode::FOUND);
            assert!(
                good,
                "{path} {:?}: {}",
                &text[..text.len().min(40)],
                got.status
            );
            let html = path.ends_with("/search") && !path.starts_with("/api");
            assert!(!html || !got.body.contains("<script>alert"), "{path}");
        }
    }
}

#[actix_web::test]
async fn every_form_takes_a_place_of_searches() {
    let limits = Limits {
        searches: 0,
        ..Limits::default()
    };
    let configure = gongshi::web::configure_within(SITE.app.portal.clone(), limits);
    let app = test::init_service(App::new().configure(configure)).await;
    for path in [
        "/search.json",
        "/search.csv",
        "/search.atom",
        "/suggest?q=a",
        "/api/v1/search",
    ] {
        let request = test::TestRequest::with_uri(path).to_request();
        let response = test::call_service(&app, request).await;
        assert_eq!(response.status(), 503, "{path}");
        assert!(response.headers().contains_key("retry-after"), "{path}");
    }
}

#[actix_web::test]
async fn where_nothing_was_asked_the_page_shows_how_to_search_and_no_record() {
    for base in ["", "/en"] {
        let got = get(&format!("{base}/search")).await;
        assert!(got.header("x-robots-tag").is_empty() && !got.body.contains("noindex"));
        assert!(got.body.contains("<ul class=\"help\">"), "{}", got.body);
        assert!(!got.body.contains("class=\"records"), "{}", got.body);
        assert!(!got.body.contains("/record/"), "{}", got.body);
        // Kinds with their counts lead on, and so does what is new.
        let newest = format!("{base}/search?sort=newest");
        assert!(got.body.contains(&format!("href=\"{newest}\"")));
        assert!(got.body.contains("/search?kind=permit"));
        let newest = get(&newest).await;
        assert_eq!(newest.header("x-robots-tag"), "noindex");
        assert!(newest.body.contains("class=\"records"));
    }
}
