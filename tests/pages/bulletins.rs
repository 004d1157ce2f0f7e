//! Bulletins: a draft has the figures that the statistics have, as page, document and record; a published one is counted again.

use super::{LANGS, SITE, get, page};
use actix_web::test;
use gongshi::domain::dates::day_in_china;
use gongshi::domain::{Kind, validate};
use gongshi::text::Catalogue;
use gongshi::web::statistics::{INDICATORS, Indicator};
use serde_json::{Map, Value};
use std::io::{Cursor, Read as _};

/// The site's log begins in this month, and the records of it are of it.
const PERIODS: [(&str, &str, &str); 4] = [
    ("2026-09", "2026-09", "2026-09"),
    ("2026-Q3", "2026-07", "2026-09"),
    ("2026-H2", "2026-07", "2026-12"),
    ("2026", "2026-01", "2026-12"),
];

async fn told(path: &str) -> Value {
    let answer = get(path).await;
    assert_eq!(answer.status, 200, "{path} {}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

/// What the cells of the months sum up to, read from the interface for programs.
async fn summed(one: &Indicator, months: (&str, &str), whose: &[&str]) -> (u64, u64) {
    let query = format!("/api/v1/statistics?year=2026&indicator={}", one.token);
    let told = told(&query).await;
    let cells = told["indicators"][0]["cells"].as_array().unwrap();
    let mut sum = (0, 0);
    for cell in cells {
        let month = cell["month"].as_str().unwrap();
        let from = one.is_cumulative() || month >= months.0;
        let whole = cell["by"].is_null() || one.token == "problem_rate_by_stratum";
        let own = whose.is_empty() || whose.contains(&cell["authority"].as_str().unwrap());
        if from && month <= months.1 && whole && own {
            sum.0 += cell["value"].as_u64().unwrap();
            sum.1 += cell["of"].as_u64().unwrap();
        }
    }
    sum
}

fn day() -> jiff::civil::Date {
    day_in_china(SITE.app.portal.now())
}

fn body(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap()
}

#[test]
async fn a_draft_has_the_sums_of_its_months() {
    let mut seen = 0;
    for (period, first, last) in PERIODS {
        let [county, city] = [super::DEPARTMENT, super::support::CITY];
        // A province has its cities; another has nobody.
        let filters = [
            ("", "", vec![]),
            ("authority", county, vec![county]),
            ("authority", city, vec![city]),
            ("region", "610000", vec![city]),
            ("region", "610300", vec![city]),
            ("region", "000000", vec![county, super::OPERATOR]),
            ("region", "110000", vec!["nobody"]),
        ];
        for (name, value, whose) in filters {
            let filter = format!("&{name}={value}");
            let draft = told(&format!("/bulletins/draft.json?period={period}{filter}")).await;
            let own = draft["indicators"].as_array().unwrap();
            for one in INDICATORS.iter().filter(|one| one.is_monthly()) {
                let mut found = own.iter().filter(|told| {
                    let [authority, region] = ["authority_id", "scope_region"].map(|is| {
                        let wanted = if is.contains(name) && !name.is_empty() {
                            Some(value)
                        } else {
                            None
                        };
                        told[is].as_str() == wanted
                    });
                    told["indicator"] == one.token && authority && region
                });
                let found = found.next().unwrap_or_else(|| panic!("{}", one.token));
                let (value, of) = summed(one, (first, last), &whose).await;
                assert_eq!(found["value"], value, "{} {period}", one.token);
                if one.has_denominator() {
                    assert_eq!(found["denominator"], of, "{} {period}", one.token);
                }
                seen += value;
            }
        }
    }
    assert!(seen > 10);
    // Nothing was logged before.
    let before = told("/bulletins/draft.json?period=2026-08").await;
    let penalties = before["indicators"].as_array().unwrap().iter();
    let mut penalties = penalties.filter(|one| one["indicator"] == "penalties");
    assert_eq!(penalties.next().unwrap()["value"], 0);
}

#[test]
async fn the_record_is_valid_and_says_how_to_count_again() {
    for (period, first, last) in PERIODS {
        let query = format!("/bulletins/draft.json?period={period}");
        for path in [
            query.clone(),
            format!("{query}&authority={}", super::DEPARTMENT),
            format!("{query}&region=610300"),
        ] {
            let draft = told(&path).await;
            assert_eq!(
                validate(Kind::Bulletin, body(&draft), day()),
                Ok(()),
                "{path}"
            );
            for one in draft["indicators"].as_array().unwrap() {
                let text = one["definition"].as_str().unwrap();
                let token = one["indicator"].as_str().unwrap();
                let region = match one["scope_region"].as_str() {
                    Some(region) => format!("&region={region}"),
                    None => String::new(),
                };
                for part in ["/api/v1/statistics?year=2026", &region, token, first, last] {
                    assert!(text.contains(part), "{text} lacks {part}");
                }
            }
        }
    }
    // The words are the department's, whoever asks.
    assert_eq!(
        told("/bulletins/draft.json?period=2026-09").await,
        told("/en/bulletins/draft.json?period=2026-09").await
    );
}

#[test]
async fn the_document_holds_title_figures_and_places_for_the_editor() {
    for (lang, base) in LANGS {
        let path = format!("{base}/bulletins/draft");
        let query = "?period=2026-Q3";
        let app = actix_web::App::new().configure(gongshi::web::configure(SITE.app.portal.clone()));
        let app = test::init_service(app).await;
        let request = test::TestRequest::with_uri(&format!("{path}.docx{query}"));
        let answer = test::call_service(&app, request.to_request()).await;
        assert_eq!(answer.status(), 200);
        let bytes = test::read_body(answer).await;
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes.to_vec())).unwrap();
        let mut text = String::new();
        let mut part = archive.by_name("word/document.xml").unwrap();
        part.read_to_string(&mut text).unwrap();
        let html = page(&format!("{path}{query}"), 200).await;
        let title = html.split("<h1>").nth(1).unwrap().split("</h1>").next();
        assert!(text.contains(title.unwrap()), "{title:?}");
        for key in ["page-bul-meetings", "page-bul-experience", "page-bul-cases"] {
            let word = Catalogue::built_in().get(lang, key, &[]);
            assert!(text.contains(&word) && html.contains(&word), "{word}");
        }
        for one in INDICATORS {
            let name = Catalogue::built_in().get(lang, &format!("stat-{}", one.token), &[]);
            assert_eq!(
                text.contains(&format!(">{name}<")),
                one.is_monthly(),
                "{name}"
            );
            let link = format!("{base}/statistics/{}?year=2026", one.token);
            assert_eq!(html.contains(&link), one.is_monthly(), "{link}");
        }
        assert!(text.contains("/api/v1/statistics?year=2026"));
        assert!(html.contains("/api/v1/statistics?year=2026"));
    }
}

#[test]
async fn what_is_asked_of_a_year_is_not_held_against_a_month() {
    let missed = Catalogue::built_in().get(gongshi::text::Lang::Zh, "page-stat-missed", &[]);
    let asked = Catalogue::built_in().get(
        gongshi::text::Lang::Zh,
        "page-stat-goal-count",
        &[("n", "120".into()), ("unit", "".into())],
    );
    for (period, judged) in [("2026-09", false), ("2026-H2", false), ("2026", true)] {
        let html = page(&format!("/bulletins/draft?period={period}"), 200).await;
        let goal = html.split(asked.trim()).nth(1).unwrap();
        let goal = goal.split("</td>").next().unwrap();
        assert_eq!(goal.contains(&missed), judged, "{period} {goal}");
    }
}

#[test]
async fn what_is_no_period_is_told_in_the_readers_language() {
    for (lang, base) in LANGS {
        for odd in [
            "", "26", "2026-13", "2026-Q5", "2026-H3", "2026-6", "%3Cb%3E",
        ] {
            for form in ["", ".json", ".docx"] {
                let path = format!("{base}/bulletins/draft{form}?period={odd}");
                let html = page(&path, 400).await;
                let title = Catalogue::built_in().get(lang, "page-error-period", &[]);
                assert!(html.contains(&title) && html.contains("2026-Q2"), "{path}");
            }
        }
        // Of no period: the last month that is over.
        let whole = page(&format!("{base}/bulletins/draft"), 200).await;
        assert!(whole.contains("period=2026-08"));
        for odd in ["%3Cb%3E", "610399-XX"] {
            let path = format!("{base}/bulletins/draft?period=2026&authority={odd}");
            page(&path, 404).await;
        }
        let path = format!("{base}/bulletins/draft?period=2026&region=6103");
        page(&path, 400).await;
    }
}

#[test]
async fn a_published_bulletin_is_listed_and_counted_again() {
    let index = SITE.index[&Kind::Bulletin];
    for (lang, base) in LANGS {
        let word = |key: &str| Catalogue::built_in().get(lang, key, &[]);
        let list = page(&format!("{base}/bulletins"), 200).await;
        assert!(list.contains(&format!("href=\"{base}/record/{index}\"")));
        assert!(list.contains("value=\"2026-Q3\"") && !list.contains("value=\"2026-Q4\""));
        let other = page(&format!("{base}/record/{}", SITE.index[&Kind::Permit]), 200).await;
        assert!(!other.contains("id=\"recount\""));
        let august = page(&format!("{base}/record/{}", SITE.bulletin), 200).await;
        let rows: Vec<&str> = august
            .split("id=\"recount\"")
            .nth(1)
            .unwrap()
            .split("<tr>")
            .collect();
        for (token, word_of, other) in [
            ("penalties", "page-bul-same", "page-bul-differs"),
            ("abnormal_listings", "page-bul-differs", "page-bul-same"),
        ] {
            let link = format!("/statistics/{token}?year=2026");
            let row = rows.iter().find(|row| row.contains(&link)).unwrap();
            let cell = |key| format!(">{}</td>", word(key));
            assert!(
                row.contains(&cell(word_of)) && !row.contains(&cell(other)),
                "{row}"
            );
        }
        assert!(august.contains(&word("page-bul-why")));
        // It says 11 of 63 batches: the portal counts visits.
        let own = page(&format!("{base}/record/{index}"), 200).await;
        assert!(own.contains("id=\"recount\"") && own.contains(&word("page-bul-unit")));
    }
}
