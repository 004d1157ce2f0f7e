//! The portal while no search engine answers: what the store finds by itself, and what is refused.

use crate::support::{DEPARTMENT, PERSON, uscc};
use crate::{Got, SITE, ask_of};
use actix_web::http::{Method, StatusCode};
use gongshi::search::{MeiliIndex, MeiliOptions, SearchIndex};
use serde_json::Value;
use std::sync::{Arc, LazyLock};

/// A server that was never there.
static NOWHERE: LazyLock<Arc<dyn SearchIndex>> = LazyLock::new(|| {
    let options = MeiliOptions {
        url: "http://127.0.0.1:9".to_owned(),
        index: "gongshi".to_owned(),
        ..MeiliOptions::default()
    };
    Arc::new(MeiliIndex::open(options).unwrap())
});

async fn get(path: &str) -> Got {
    let mut portal = SITE.app.portal.clone();
    portal.search = NOWHERE.clone();
    ask_of(portal, Method::GET, path, &[]).await
}

async fn json(path: &str) -> Value {
    let got = get(path).await;
    assert_eq!(got.status, StatusCode::OK, "{path}: {}", got.body);
    serde_json::from_str(&got.body).unwrap()
}

fn numbers(answer: &Value) -> Vec<String> {
    let records = answer["records"].as_array().unwrap().iter();
    records
        .map(|record| record["number"].as_str().unwrap().to_owned())
        .collect()
}

#[actix_web::test]
async fn codes_numbers_and_beginnings_of_names_are_found_in_the_store() {
    let one = json("/search.json?q=%E5%BC%82%E8%AE%AE2026-1007").await;
    assert_eq!(numbers(&one), ["异议2026-1007"]);
    assert_eq!(one["limited"], true);
    assert!(one["total"].is_null() && one["facets"].is_null() && one["next"].is_null());
    // 异议〔２０２６〕１００７
    let same = json(
        "/search.json?q=%E5%BC%82%E8%AE%AE%E3%80%94%EF%BC%92%EF%BC%90%EF%BC%92%EF%BC%96%E3%80%95\
         %EF%BC%91%EF%BC%90%EF%BC%90%EF%BC%97",
    )
    .await;
    assert_eq!(numbers(&same), numbers(&one));
    // 示例异议, with its 55 records; a code with a blank, whose page a plain one leads to.
    for query in [
        "q=%E7%A4%BA%E4%BE%8B%E5%BC%82%E8%AE%AE".to_owned(),
        format!("q={}&kind=objection", uscc(81)),
    ] {
        let all = json(&format!("/api/v1/search?{query}&limit=100")).await;
        assert_eq!(numbers(&all).len(), 55, "{query}");
        let oldest = json(&format!(
            "/api/v1/search?{query}&sort=oldest&limit=2&page=2"
        ))
        .await;
        assert_eq!(numbers(&oldest), ["异议2026-1002", "异议2026-1003"]);
        let none = json(&format!("/api/v1/search?{query}&kind=permit")).await;
        let none = numbers(&none).len();
        // With two kinds either will do.
        assert_eq!(none > 0, query.contains("kind="), "{query}");
        let other = format!("/api/v1/search?{query}&authority={DEPARTMENT}&from=2030-01-01");
        assert!(numbers(&json(&other).await).is_empty(), "{query}");
    }
    // Neither pieces nor words, and nobody by a name that is a person's.
    for text in [
        "%E5%BC%82%E8%AE%AE%E6%9C%89%E9%99%90",
        "%E5%BC%A0",
        "%E5%BC%A0%E6%9F%90%E6%9F%90",
        "",
    ] {
        let answer = get(&format!("/search.json?q={text}")).await.body;
        assert!(answer.contains("\"records\":[]"), "{text}: {answer}");
        assert!(!answer.contains(PERSON), "{text}");
    }
}

#[actix_web::test]
async fn pages_say_so_and_what_is_to_be_whole_is_refused() {
    let html = get("/search?q=%E7%A4%BA%E4%BE%8B%E5%BC%82%E8%AE%AE")
        .await
        .body;
    assert!(html.contains("搜索暂时不可用"), "{html}");
    let first = json("/search.json?q=%E7%A4%BA%E4%BE%8B%E5%BC%82%E8%AE%AE").await;
    let first = format!("href=\"/record/{}\"", first["records"][0]["index"]);
    assert!(html.contains(&first), "{html}");
    assert!(!html.contains("search.csv"), "{html}");
    let html = get("/en/search?q=nothing").await.body;
    assert!(html.contains("The search engine does not answer"), "{html}");
    assert!(!html.contains("Indexed to entry"), "{html}");
    // What else to try needs the engine.
    assert!(
        html.contains("No record found") && !html.contains("Pinyin"),
        "{html}"
    );
    for path in ["/search.csv", "/en/search.atom"] {
        let got = get(path).await;
        assert_eq!(got.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        let said = ["search-unavailable", "The search engine does not answer"];
        assert!(
            said.iter().any(|said| got.body.contains(said)),
            "{}",
            got.body
        );
        assert_eq!(got.header("retry-after"), "5", "{path}");
    }
    let suggested = json("/suggest?q=%E7%A4%BA%E4%BE%8B%E5%BC%82").await;
    let texts = suggested.as_array().unwrap().iter();
    assert!(
        texts.clone().any(|one| one["text"] == "示例异议有限公司"),
        "{suggested}"
    );
    let ready = get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    assert!(ready.body.contains("search: "), "{}", ready.body);
    let metrics = get("/metrics").await.body;
    assert!(metrics.contains("gongshi_search_up 0"), "{metrics}");
    assert!(
        crate::get("/metrics")
            .await
            .body
            .contains("gongshi_search_up 1")
    );
    // Everything else needs no search engine.
    for path in [
        "/",
        &format!("/enterprise/{}", uscc(81)),
        "/record/60",
        "/plans",
    ] {
        assert_eq!(get(path).await.status, StatusCode::OK, "{path}");
    }
}
