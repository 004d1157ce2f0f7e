//! The pages of a year's figures: every number has its definition, its parts and its entries; what is asked wrongly is answered in the reader's language.

use super::{LANGS, SITE, ask, get, page};
use actix_web::http::Method;
use gongshi::text::Catalogue;
use gongshi::web::statistics::INDICATORS;
use serde_json::Value;
use std::collections::BTreeMap;

fn year() -> i16 {
    let now = SITE.app.portal.now();
    gongshi::domain::dates::day_in_china(now).year()
}

async fn told(query: &str) -> Value {
    let answer = get(&format!("/api/v1/statistics{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

#[actix_web::test]
async fn every_figure_has_a_page_with_its_definition_and_the_year_leads_to_it() {
    for (lang, base) in LANGS {
        let all = page(&format!("{base}/statistics"), 200).await;
        for one in INDICATORS {
            assert!(
                all.contains(&format!("{base}/statistics/{}?year=", one.token)),
                "{}",
                one.token
            );
            let own = page(&format!("{base}/statistics/{}", one.token), 200).await;
            let word = |key: String| Catalogue::built_in().get(lang, &key, &[]);
            let help = word(format!("stat-{}-help", one.token));
            assert!(own.contains(help.as_str()), "{help}");
            assert!(own.contains(&word(format!("code-unit-{}", one.unit))));
            assert!(own.contains(one.token));
        }
    }
}

/// A division has the figures of the authorities in it, on every page and in the interface.
#[actix_web::test]
async fn a_division_has_the_figures_of_its_authorities() {
    let sum = |told: &Value| -> u64 {
        let all = told["indicators"].as_array().unwrap().iter();
        all.map(|one| one["value"].as_u64().unwrap()).sum()
    };
    let of = async |query: &str| sum(&told(query).await);
    let whole = of("").await;
    // The city has published nothing that is counted, the county everything.
    assert!(whole > 10);
    for (query, all) in [
        ("?region=000000", true),
        ("?region=610300", false),
        ("?region=110000", false),
        ("?region=000000&authority=000000-SCJG", true),
        ("?region=610000&authority=000000-SCJG", false),
    ] {
        let expected = if all { whole } else { 0 };
        assert_eq!(of(query).await, expected, "{query}");
    }
    assert_eq!(told("?region=610300").await["region"], "610300");
    for (_, base) in LANGS {
        for path in ["/statistics", "/statistics/penalties"] {
            let html = page(&format!("{base}{path}"), 200).await;
            assert!(html.contains("region=610300"), "{path}");
            let html = page(&format!("{base}{path}?region=610300"), 200).await;
            assert!(
                html.contains(&format!("{base}{path}?year={}&amp;region=000000", year())),
                "{html}"
            );
        }
    }
    for odd in ["6103", "x", "006103"] {
        let answer = get(&format!("/api/v1/statistics?region={odd}")).await;
        assert_eq!(answer.status, 400);
        assert!(answer.body.contains("region"), "{}", answer.body);
        page(&format!("/statistics?region={odd}"), 400).await;
    }
}

#[actix_web::test]
async fn the_table_and_the_document_say_the_same() {
    let document = told("").await;
    assert_eq!(document["year"], year());
    let mut sums: BTreeMap<String, (u64, u64, usize)> = BTreeMap::new();
    let csv = get("/api/v1/statistics.csv").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let mut reader = csv::Reader::from_reader(csv.body.as_bytes());
    assert_eq!(
        reader.headers().unwrap(),
        vec![
            "indicator",
            "unit",
            "month",
            "authority",
            "by",
            "value",
            "of",
            "entry",
            "plan"
        ]
    );
    for row in reader.records() {
        let row = row.unwrap();
        let sum = sums.entry(row[0].to_owned()).or_default();
        sum.0 += row[5].parse::<u64>().unwrap();
        sum.1 += row[6].parse::<u64>().unwrap();
        sum.2 += 1;
    }
    assert!(sums.len() > 3);
    let mut seen = 0;
    for one in document["indicators"].as_array().unwrap() {
        let cells = one["cells"].as_array().unwrap();
        let sum = |name: &str| {
            cells
                .iter()
                .map(|cell| cell[name].as_u64().unwrap())
                .sum::<u64>()
        };
        let row = sums
            .get(one["indicator"].as_str().unwrap())
            .copied()
            .unwrap_or_default();
        assert_eq!(row, (sum("value"), sum("of"), cells.len()));
        seen += cells.len();
        assert!(!one["definition"]["zh"].as_str().unwrap().is_empty());
        assert_ne!(one["definition"]["zh"], one["definition"]["en"]);
    }
    assert!(seen > 5);
    let only = told("?indicator=penalties").await;
    assert_eq!(only["indicators"].as_array().unwrap().len(), 1);
    assert_eq!(
        told("?authority=610323-XX").await["indicators"][0]["value"],
        0
    );
}

#[actix_web::test]
async fn the_entries_of_a_figure_are_on_its_page() {
    let model = &SITE.app.portal.model;
    let penalties = told("?indicator=penalties").await;
    let value = penalties["indicators"][0]["value"].as_u64().unwrap();
    assert!(value > 0);
    let html = page("/statistics/penalties", 200).await;
    for index in model.list(gongshi::domain::Kind::Penalty, 0, 50).unwrap() {
        assert!(
            html.contains(&format!("href=\"/record/{index}\"")),
            "{index}"
        );
    }
    // By codes: each leads to its own.
    let promises = told("?indicator=promises").await;
    let cells = promises["indicators"][0]["cells"]
        .as_array()
        .unwrap()
        .clone();
    let code = cells.iter().find_map(|cell| cell["by"].as_str()).unwrap();
    let html = page(&format!("/statistics/promises?by={code}"), 200).await;
    assert!(html.contains("aria-current=\"true\""));
    let none = page("/statistics/promises?by=nothing", 200).await;
    assert!(!none.contains("id=\"entries\""));
}

#[actix_web::test]
async fn what_is_asked_wrongly_is_told_so() {
    for (path, status) in [
        ("/statistics?year=26", 400),
        ("/statistics?year=20x6", 400),
        ("/statistics?year=-026", 400),
        ("/statistics?authority=%3Cb%3E", 404),
        ("/statistics/nothing", 404),
        ("/statistics/penalties?month=2019-13", 400),
        ("/statistics/penalties?year=2025&month=2026-01", 400),
        ("/statistics/penalties?before=x", 200),
        ("/statistics/penalties?before=0", 200),
        ("/statistics?year=9999", 200),
        ("/statistics?year=0001", 200),
        (
            "/statistics/annual_progress?year=9999&authority=610323-SCJG&month=9999-12",
            200,
        ),
    ] {
        for (_, base) in LANGS {
            page(&format!("{base}{path}"), status).await;
        }
    }
    for query in [
        "?year=26",
        "?year=2026&authority=x",
        "?indicator=nothing",
        "?year=%00",
    ] {
        for path in ["/api/v1/statistics", "/api/v1/statistics.csv"] {
            let answer = get(&format!("{path}{query}")).await;
            assert_eq!(answer.status, 400, "{path}{query}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }
    assert_eq!(ask(Method::POST, "/statistics", &[]).await.status, 405);
}
