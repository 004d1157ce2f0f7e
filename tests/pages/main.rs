//! The pages over a small real log, as a browser without scripts meets them.

// What a test prepares may panic like the test itself.
#![allow(clippy::unwrap_used)]

mod answers;
mod bulletins;
mod checked;
#[path = "../common/described.rs"]
mod described;
mod desk;
mod developers;
mod exports;
mod feeds;
mod growth;
mod help;
mod kinds;
mod linked;
mod persons;
mod robots;
mod rules;
mod searches;
#[path = "../common/setting.rs"]
mod setting;
mod statistics;
mod support;
mod terms;
mod unsearched;

use actix_web::http::{Method, StatusCode, header};
use actix_web::{App, test};
use gongshi::domain::{Kind, Uscc, schema};
use gongshi::text::{Catalogue, Lang};
use gongshi::web::Portal;
use gongshi_verify::policy::Policy;
use gongshi_verify::report::{Verdict, verify_proof_file};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use support::{DEPARTMENT, DEPARTMENT_NAME, HOSTILE, OPERATOR, ORIGIN, SUBJECT, Site, uscc};

/// One site for all tests: making one costs a second. On a thread of its own, since appending waits.
static SITE: LazyLock<Site> = LazyLock::new(|| std::thread::spawn(Site::new).join().unwrap());

struct Got {
    status: StatusCode,
    headers: header::HeaderMap,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

async fn ask(method: Method, path: &str, headers: &[(&'static str, &str)]) -> Got {
    ask_of(SITE.app.portal.clone(), method, path, headers).await
}

async fn ask_of(
    portal: Portal,
    method: Method,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Got {
    let app = test::init_service(App::new().configure(gongshi::web::configure(portal))).await;
    let mut request = test::TestRequest::with_uri(path).method(method);
    for header in headers {
        request = request.insert_header(*header);
    }
    let response = test::call_service(&app, request.to_request()).await;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = test::read_body(response).await;
    Got {
        status,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

async fn get(path: &str) -> Got {
    ask(Method::GET, path, &[]).await
}

/// A page, with what must hold of every page.
async fn page(path: &str, status: u16) -> String {
    let got = get(path).await;
    assert_eq!(got.status.as_u16(), status, "{path}\n{}", got.body);
    assert_eq!(
        got.header("content-type"),
        "text/html; charset=utf-8",
        "{path}"
    );
    let body = got.body;
    let lang = if path.starts_with("/en/") {
        "en"
    } else {
        "zh-CN"
    };
    for part in [
        "<!doctype html>",
        &format!("<html lang=\"{lang}\">"),
        "name=\"viewport\"",
        "class=\"skip\" href=\"#main\"",
        "<main id=\"main\"",
        "<footer",
        "合成数据",
        "hreflang=\"zh-CN\"",
        "hreflang=\"en\"",
    ] {
        assert!(body.contains(part), "{path} lacks {part}\n{body}");
    }
    assert!(body.to_lowercase().contains("synthetic"), "{path}");
    assert_eq!(body.matches("<h1>").count(), 1, "{path}");
    // Only files of ours, as modules: nothing is written into the page.
    for script in body.split("<script").skip(1) {
        let file = script.starts_with(" type=\"module\" src=\"/static/");
        assert!(file && script.contains("\"></script>"), "{path}: {script}");
    }
    assert!(
        !body.contains(" style=") && !body.contains(" onclick"),
        "{path}"
    );
    assert!(body.len() < 100_000, "{path}: {} bytes", body.len());
    // A key that no catalogue has would be shown as it is.
    for key in ["page-", "kind-", "field-", "code-", "{ $"] {
        let shown = body
            .split('>')
            .filter_map(|part| part.split('<').next())
            // The codes of errors are called like that, and shown.
            .filter(|text| !Catalogue::built_in().has(Lang::En, &format!("problem-title-{text}")))
            .find(|text| text.trim_start().starts_with(key));
        assert_eq!(shown, None, "{path}");
    }
    headings_descend(path, &body);
    body
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest = text
        .split_once(from)
        .unwrap_or_else(|| panic!("no {from}"))
        .1;
    rest.split_once(to).unwrap_or_else(|| panic!("no {to}")).0
}

/// No heading is more than one level below the one before it.
fn headings_descend(path: &str, body: &str) {
    let levels = body.split("<h").skip(1).filter_map(|rest| {
        let digit = rest.as_bytes().first()?;
        (b'1'..=b'6').contains(digit).then(|| digit - b'0')
    });
    let mut last = 0;
    for level in levels.collect::<Vec<_>>() {
        assert!(level <= last + 1, "{path}: h{last} then h{level}");
        last = level;
    }
}

const LANGS: [(Lang, &str); 2] = [(Lang::Zh, ""), (Lang::En, "/en")];

#[actix_web::test]
async fn home_has_search_state_news_counts_and_entrances() {
    let size = SITE.app.portal.log.published().size();
    for (lang, base) in LANGS {
        let body = page(&format!("{base}/"), 200).await;
        let say = |key: &str| Catalogue::built_in().get(lang, key, &[]);
        assert!(
            body.contains(&format!("action=\"{base}/search\"")),
            "{body}"
        );
        assert!(body.contains(&format!("{size}")));
        for key in [
            "page-home-citizen",
            "page-home-enterprise",
            "page-home-verifier",
        ] {
            assert!(body.contains(&say(key)), "{key}");
        }
        for kind in SITE.index.keys() {
            let link = format!("href=\"{base}/list/{kind}\"");
            assert!(body.contains(&link), "{link}");
        }
        assert!(body.contains(&format!("href=\"{base}/record/{}\"", SITE.hostile.1)));
    }
}

#[actix_web::test]
async fn every_field_of_every_kind_is_shown_with_its_name() {
    for (kind, index) in &SITE.index {
        let record = SITE.app.portal.log.leaf(*index).unwrap().record.unwrap();
        let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
        let body = &record["body"];
        for (lang, base) in LANGS {
            let html = page(&format!("{base}/record/{index}"), 200).await;
            for field in schema(*kind).fields {
                if body.get(field.name).is_some() {
                    let name = Catalogue::built_in().field(lang, kind.as_str(), field.name);
                    let label = format!("<dt>{}</dt>", escaped(&name));
                    assert!(html.contains(&label), "{kind}: {label}");
                }
            }
            assert!(html.contains(&escaped(&Catalogue::built_in().kind(lang, kind.as_str()))));
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[actix_web::test]
async fn a_record_says_where_it_stands_and_that_nothing_was_checked() {
    let index = SITE.index[&Kind::Penalty];
    let entry = SITE.app.portal.log.entry(index).unwrap();
    let leaf = gongshi_verify::encoding::hex(&gongshi_verify::hash::leaf_hash(&entry));
    for (lang, base) in LANGS {
        let html = page(&format!("{base}/record/{index}"), 200).await;
        let unchecked = Catalogue::built_in().get(lang, "page-proof-unchecked", &[]);
        assert_eq!(html.matches(&unchecked).count(), 5, "five steps");
        for tick in ['✓', '✔', '✅', '☑'] {
            assert!(!html.contains(tick));
        }
        for part in [
            leaf.as_str(),
            DEPARTMENT_NAME,
            &format!("href=\"/api/v1/proof/{index}\""),
            &format!("href=\"/api/v1/records/{index}\""),
            &format!("gongshi-verify proof {index}.tlog-proof --policy gongshi.policy"),
            "href=\"/log/policy\"",
            &SITE.app.portal.log.verifier().to_string(),
            &format!("href=\"{base}/enterprise/{SUBJECT}\""),
            "5,000.00",
            "datetime=\"2026-03-16\"",
        ] {
            assert!(html.contains(part), "{part}\n{html}");
        }
    }
    let html = page(&format!("/record/{index}"), 200).await;
    assert!(html.contains("5,000.00 元") && html.contains("罚款"));
}

#[actix_web::test]
async fn what_a_page_hands_out_is_what_the_verifier_accepts() {
    let policy = get("/log/policy").await;
    assert!(
        policy
            .header("content-disposition")
            .contains("gongshi.policy")
    );
    let policy = Policy::parse(policy.body.as_bytes()).unwrap();
    let proof = get(&format!("/api/v1/proof/{}", SITE.hostile.1)).await;
    assert_eq!(proof.status, StatusCode::OK);
    let report = verify_proof_file(proof.body.as_bytes(), &policy).unwrap();
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
}

#[actix_web::test]
async fn references_are_links_in_both_directions() {
    let result = SITE.index[&Kind::InspectionResult];
    let followup = SITE.index[&Kind::ResultFollowup];
    let html = page(&format!("/record/{followup}"), 200).await;
    assert!(html.contains(&format!("href=\"/record/{result}\"")));
    let html = page(&format!("/en/record/{result}"), 200).await;
    assert!(
        html.contains(&format!("href=\"/en/record/{followup}\"")),
        "{html}"
    );
    assert!(html.contains(&Catalogue::built_in().get(Lang::En, "page-record-referred", &[])));
}

#[actix_web::test]
async fn an_enterprise_shows_its_status_and_timeline() {
    let catalogue = Catalogue::built_in();
    for (lang, base) in LANGS {
        let html = page(&format!("{base}/enterprise/{SUBJECT}"), 200).await;
        let say = |key: &str| catalogue.get(lang, key, &[]);
        assert!(html.contains(&escaped(&say("page-enterprise-abnormal-on"))));
        assert!(html.contains(&escaped(&say("page-enterprise-serious-on"))));
        for kind in [Kind::Penalty, Kind::Permit, Kind::AbnormalListing] {
            let index = SITE.index[&kind];
            assert!(
                html.contains(&format!("href=\"{base}/record/{index}\"")),
                "{kind}"
            );
            assert!(
                html.contains(&format!("href=\"/api/v1/proof/{index}\"")),
                "{kind}"
            );
        }
        let dates: Vec<&str> = html
            .split("<p class=\"when\"><time datetime=\"")
            .skip(1)
            .map(|rest| &rest[..10])
            .collect();
        assert!(
            dates.len() > 10 && dates.is_sorted_by(|a, b| a >= b),
            "{dates:?}"
        );
        let (code, _) = &SITE.hostile;
        let html = page(&format!("{base}/enterprise/{code}"), 200).await;
        assert!(html.contains(&escaped(&say("page-enterprise-abnormal-off"))));
        assert!(html.contains(&escaped(&say("page-enterprise-serious-off"))));
    }
}

#[actix_web::test]
async fn codes_that_are_none_or_nobodys_are_explained() {
    let unknown = uscc(4_000_000);
    let html = page(&format!("/enterprise/{unknown}"), 404).await;
    assert!(html.contains("没有公开记录提到这个代码") && html.contains(&unknown));
    let html = page(&format!("/en/enterprise/{unknown}"), 404).await;
    assert!(html.contains("That does not say whether such a business exists"));
    let expected = SUBJECT.chars().last().unwrap();
    let wrong = if expected == '1' { '2' } else { '1' };
    let typed = format!("{}{wrong}", &SUBJECT[..17]);
    for (path, part) in [
        (
            format!("/en/enterprise/{typed}"),
            format!("call for “{expected}” at the end, not “{wrong}”"),
        ),
        (
            "/en/enterprise/123".to_owned(),
            "has 18 characters; this has 3".to_owned(),
        ),
        (
            format!("/en/enterprise/{}I", &SUBJECT[..17]),
            "Character 18, “I”".to_owned(),
        ),
        (
            format!("/enterprise/{typed}"),
            format!("应为“{expected}”，输入的是“{wrong}”"),
        ),
    ] {
        let html = page(&path, 400).await;
        assert!(html.contains(&escaped(&part)), "{path}: {part}\n{html}");
    }
    let lower = SUBJECT.to_ascii_lowercase();
    let got = get(&format!("/en/enterprise/{lower}")).await;
    assert_eq!(got.status, StatusCode::FOUND);
    assert_eq!(got.header("location"), format!("/en/enterprise/{SUBJECT}"));
}

#[actix_web::test]
async fn search_finds_narrows_and_pages() {
    let size = SITE.app.portal.log.published().size();
    let html = page("/search?q=%E7%A4%BA%E4%BE%8B%E9%A4%90%E9%A5%AE", 200).await;
    assert!(
        html.contains(&format!("已索引到第 {size} 条（共 {size} 条）")),
        "{html}"
    );
    let marked = "<mark>示例餐饮</mark>有限公司（合成）";
    assert!(html.contains(marked), "{html}");
    let narrowed = "/search?kind=penalty&amp;q=%E7%A4%BA%E4%BE%8B%E9%A4%90%E9%A5%AE";
    assert!(html.contains(narrowed), "{html}");
    let html = page(&narrowed.replace("&amp;", "&"), 200).await;
    assert!(html.contains("<option value=\"penalty\" selected>"));
    let index = SITE.index[&Kind::Penalty];
    assert!(html.contains(&format!("href=\"/record/{index}\"")));
    assert!(html.contains("aria-current=\"true\""));
    let html = page("/en/search?sort=oldest", 200).await;
    assert!(
        html.contains("rel=\"next\" href=\"/en/search?page=2&amp;sort=oldest\""),
        "{html}"
    );
    let html = page("/en/search?page=2&sort=oldest", 200).await;
    assert!(
        html.contains("rel=\"prev\" href=\"/en/search?sort=oldest\""),
        "{html}"
    );
    let html = page(&format!("/search?authority={DEPARTMENT}"), 200).await;
    assert!(html.contains(&format!("name=\"authority\" value=\"{DEPARTMENT}\"")));
    assert!(html.contains(DEPARTMENT_NAME));
}

#[actix_web::test]
async fn a_search_has_one_address() {
    for (given, canonical) in [
        ("/search?q=&kind=&from=&to=&sort=relevance", "/search"),
        (
            "/en/search?q=abc&kind=penalty&page=1",
            "/en/search?kind=penalty&q=abc",
        ),
        (
            "/search?to=2026-03-01&q=%20a%20b%20",
            "/search?q=a+b&to=2026-03-01",
        ),
        ("/search?q=a%E2%80%AEb%00", "/search?q=ab"),
        ("/search?q=%FF", "/search?q=%EF%BF%BD"),
    ] {
        let got = get(given).await;
        assert_eq!(got.status, StatusCode::FOUND, "{given}");
        assert_eq!(got.header("location"), canonical, "{given}");
        page(canonical, 200).await;
    }
    for typed in [
        SUBJECT.to_owned(),
        format!("+{}+", SUBJECT.to_ascii_lowercase()),
    ] {
        let got = get(&format!("/en/search?q={typed}&kind=")).await;
        assert_eq!(got.header("location"), format!("/en/enterprise/{SUBJECT}"));
    }
}

#[actix_web::test]
async fn nothing_found_helps() {
    let html = page("/en/search?q=zzzzqqqq", 200).await;
    assert!(html.contains("No record found") && html.contains("any two consecutive characters"));
    let unknown = uscc(4_000_000);
    let html = page(&format!("/search?q={unknown}"), 200).await;
    assert!(html.contains("格式正确的统一社会信用代码"), "{html}");
    let html = page("/en/search?q=91000000MA00000901", 200).await;
    let hint = Uscc::parse("91000000MA00000901").is_err();
    assert!(
        hint && html.contains("The check character does not fit"),
        "{html}"
    );
    let html = page("/en/search?page=400&q=%E7%A4%BA%E4%BE%8B", 200).await;
    assert!(html.contains("no results on this page"), "{html}");
}

#[actix_web::test]
async fn bad_input_gets_an_answer_that_helps() {
    for (path, status, part) in [
        (
            "/en/search?from=2026-03-02&to=2026-03-01",
            400,
            "begins after it ends",
        ),
        ("/search?from=2026-03-02&to=2026-03-01", 400, "请对调"),
        ("/en/search?page=1000000000", 400, "Pages go from 1 to 500"),
        ("/en/search?page=-1", 400, "Pages go from 1 to 500"),
        (
            "/en/search?kind=nonsense",
            400,
            "There is no kind “nonsense”",
        ),
        ("/en/search?kind=%3Cscript%3E", 400, "&lt;script&gt;"),
        ("/en/search?region=61", 400, "six digits"),
        (
            "/en/search?authority=%F0%9F%98%80",
            400,
            "not an authority&#39;s identifier",
        ),
        ("/en/search?from=yesterday", 400, "is not a date"),
        ("/en/search?sort=best", 400, "There is no order"),
        (
            "/en/search?q=%F0%9F%98%80",
            200,
            "no words, letters or digits",
        ),
        (
            "/en/list/nonsense",
            404,
            "no kind of record named “nonsense”",
        ),
        ("/en/list/penalty?page=99", 400, "pages go from 1 to 1"),
        ("/en/list/penalty?page=x", 400, "pages go from 1 to 1"),
        (
            "/en/enterprise/91000000MA00000900?page=7",
            400,
            "pages go from 1 to 1",
        ),
        ("/en/record/99999999", 404, "is not one of them"),
        ("/en/record/18446744073709551616", 404, "is not one of them"),
        ("/en/record/01", 404, "is not one of them"),
        ("/en/record/-1", 404, "is not one of them"),
        ("/en/record/%3Cscript%3E", 404, "&lt;script&gt;"),
        ("/en/record/%FF", 404, "is not one of them"),
        (
            "/en/authority/NOBODY",
            404,
            "No authority with the identifier “NOBODY”",
        ),
        ("/en/authority/%E4%BD%A0", 404, "No authority"),
        ("/en/enterprise/%00%0A", 400, "18 characters"),
        ("/en/nothing/here", 404, "There is no such page"),
        ("/nothing", 404, "没有这个页面"),
        ("/static/style.css", 404, "没有这个页面"),
        ("/search/", 404, "没有这个页面"),
        ("/enterprise/", 404, "没有这个页面"),
    ] {
        let html = page(path, status).await;
        assert!(html.contains(part), "{path}: {part}\n{html}");
    }
    // An address may have 65,534 bytes: seven thousand characters written in three bytes each, or many more of one.
    for long in ["%E9%95%BF".repeat(7_000), "x".repeat(10_000)] {
        let got = get(&format!("/search?q={long}")).await;
        assert_eq!(got.status, StatusCode::OK);
        assert!(got.body.contains("只使用了前 200 个字") && got.body.len() < 100_000);
        let got = get(&format!("/nothing/{long}")).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND);
        assert!(got.body.len() < 10_000);
    }
}

#[actix_web::test]
async fn hostile_words_stay_words() {
    let (code, index) = &SITE.hostile;
    for base in ["", "/en"] {
        for path in [
            format!("{base}/"),
            format!("{base}/record/{index}"),
            format!("{base}/enterprise/{code}"),
            format!("{base}/list/penalty"),
            format!("{base}/search?kind=penalty"),
        ] {
            let html = page(&path, 200).await;
            assert!(html.contains("&lt;script&gt;alert"), "{path}");
            assert!(!html.contains(HOSTILE), "{path}");
        }
        let html = page(&format!("{base}/search?q=%3Cscript%3E%22%27"), 200).await;
        assert!(
            html.contains("value=\"&lt;script&gt;&quot;&#39;\""),
            "{html}"
        );
    }
}

#[actix_web::test]
async fn the_language_switch_keeps_path_and_query() {
    for (path, other) in [
        ("/", "/en/"),
        ("/en/", "/"),
        ("/record/1", "/en/record/1"),
        (
            "/en/search?kind=penalty&q=%E7%A4%BA%E4%BE%8B",
            "/search?kind=penalty&amp;q=%E7%A4%BA%E4%BE%8B",
        ),
        (
            "/search?kind=penalty&q=%E7%A4%BA%E4%BE%8B",
            "/en/search?kind=penalty&amp;q=%E7%A4%BA%E4%BE%8B",
        ),
    ] {
        let html = page(path, 200).await;
        assert!(
            html.contains(&format!("class=\"switch\" href=\"{other}\"")),
            "{path}\n{html}"
        );
        assert!(html.contains(&format!("href=\"{other}\">")), "{path}");
    }
    assert_eq!(get("/en").await.header("location"), "/en/");
}

#[actix_web::test]
async fn the_log_and_its_authorities_are_shown() {
    let portal = &SITE.app.portal;
    for (lang, base) in LANGS {
        let html = page(&format!("{base}/log-state"), 200).await;
        let none = Catalogue::built_in().get(lang, "page-log-no-witnesses", &[]);
        let vkey = portal.log.verifier().to_string();
        let root = gongshi_verify::encoding::base64(&portal.log.published().checkpoint.root);
        for part in [
            ORIGIN,
            &vkey,
            &root,
            DEPARTMENT,
            OPERATOR,
            &none,
            "c2sp.org/tlog-tiles",
        ] {
            assert!(html.contains(part), "{part}");
        }
        let html = page(&format!("{base}/authority/{DEPARTMENT}"), 200).await;
        for part in [
            DEPARTMENT_NAME,
            &format!("{base}/search?authority={DEPARTMENT}\""),
            &format!("{base}/search?authority={DEPARTMENT}&amp;kind=penalty\""),
            "href=\"/record/1\""
                .replace("\"/", &format!("\"{base}/"))
                .as_str(),
        ] {
            assert!(html.contains(part), "{part}\n{html}");
        }
        page(&format!("{base}/authority/{OPERATOR}"), 200).await;
    }
}

#[actix_web::test]
async fn lists_show_records_and_present_members() {
    for base in ["", "/en"] {
        for (kind, index) in &SITE.index {
            let html = page(&format!("{base}/list/{kind}"), 200).await;
            assert!(
                html.contains(&format!("href=\"{base}/record/{index}\"")),
                "{kind}"
            );
        }
        for list in ["abnormal", "serious"] {
            let html = page(&format!("{base}/list/{list}"), 200).await;
            assert!(
                html.contains(&format!("href=\"{base}/enterprise/{SUBJECT}\"")),
                "{list}"
            );
            assert!(!html.contains(&SITE.hostile.0), "{list}");
        }
        page(&format!("{base}/list/draw"), 200).await;
    }
}

#[actix_web::test]
async fn no_two_pages_have_the_same_title() {
    let last = SITE.app.portal.log.published().size() - 1;
    let mut paths: Vec<String> = (0..=last).map(|index| format!("/record/{index}")).collect();
    paths.extend(
        [
            "/",
            "/search",
            "/log-state",
            "/rules",
            "/rules/publication",
            "/rules/deadlines",
            "/rules/codes",
            "/list/abnormal",
            "/list/serious",
        ]
        .map(str::to_owned),
    );
    paths.extend(Kind::ALL.iter().map(|kind| format!("/list/{kind}")));
    paths.extend([DEPARTMENT, OPERATOR].map(|id| format!("/authority/{id}")));
    for base in ["", "/en"] {
        let mut titles = BTreeSet::new();
        for path in &paths {
            let html = page(&format!("{base}{path}"), 200).await;
            let title = between(&html, "<title>", "</title>").to_owned();
            assert!(titles.insert(title.clone()), "{base}{path}: {title}");
        }
    }
}

#[actix_web::test]
async fn headers_guard_and_tags_spare() {
    for path in [
        "/",
        "/en/search",
        "/nothing",
        "/api/v1/log",
        "/log/checkpoint",
        "/metrics",
    ] {
        let got = get(path).await;
        let csp = got.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "connect-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(csp.contains(part), "{path}: {csp}");
        }
        assert!(!csp.contains("unsafe"));
        assert_eq!(got.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!got.header("referrer-policy").is_empty(), "{path}");
        assert!(got.headers.get("set-cookie").is_none(), "{path}");
    }
    let list = get("/list/penalty").await;
    assert_eq!(list.header("cache-control"), "no-cache");
    // It says the address under which it was asked for.
    let got = get("/record/0").await;
    assert_eq!(got.header("cache-control"), "private, no-cache");
    let etag = got.header("etag").to_owned();
    assert!(etag.starts_with("W/\""), "{etag}");
    let again = ask(Method::GET, "/record/0", &[("if-none-match", &etag)]).await;
    // The simulated minute is part of the tag, and may just have passed.
    if get("/record/0").await.header("etag") == etag {
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
        assert!(again.body.is_empty());
    }
    assert_eq!(get("/record/99999").await.header("etag"), "");
}

#[actix_web::test]
async fn the_style_sheet_is_kept_for_ever() {
    let html = page("/", 200).await;
    for from in ["rel=\"stylesheet\" href=\"", "rel=\"icon\" href=\""] {
        let path = between(&html, from, "\"");
        let got = get(path).await;
        assert_eq!(got.status, StatusCode::OK, "{path}");
        assert!(got.header("cache-control").contains("immutable"));
        let etag = got.header("etag").to_owned();
        let again = ask(Method::GET, path, &[("if-none-match", &etag)]).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    }
    let path = between(&html, "rel=\"stylesheet\" href=\"", "\"").to_owned();
    for path in [path.as_str(), "/"] {
        let got = ask(Method::GET, path, &[("accept-encoding", "gzip")]).await;
        assert_eq!(got.header("content-encoding"), "gzip", "{path}");
    }
}

#[actix_web::test]
async fn pages_are_only_read() {
    for path in ["/", "/en/search", "/record/0"] {
        let head = ask(Method::HEAD, path, &[]).await;
        assert_eq!(head.status, StatusCode::OK, "{path}");
        let post = ask(Method::POST, path, &[]).await;
        assert_eq!(post.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(post.header("allow"), "GET, HEAD, OPTIONS");
        assert!(post.body.contains("/api/v1/events"));
    }
    assert_eq!(
        ask(Method::HEAD, "/api/v1/log", &[]).await.status,
        StatusCode::OK
    );
    for (method, path, status) in [
        (Method::GET, "/api/v1/nothing", 404),
        (Method::GET, "/api/v1/records/x", 400),
        (Method::DELETE, "/api/v1/log", 405),
    ] {
        let got = ask(method, path, &[]).await;
        assert_eq!(got.status.as_u16(), status, "{path}");
        assert_eq!(
            got.header("content-type"),
            "application/problem+json",
            "{path}"
        );
        let problem: serde_json::Value = serde_json::from_str(&got.body).unwrap();
        assert_eq!(problem["status"], status, "{path}");
    }
}

#[actix_web::test]
async fn the_operator_sees_size_cursors_and_requests() {
    let app =
        test::init_service(App::new().configure(gongshi::web::configure(SITE.app.portal.clone())))
            .await;
    for path in ["/record/0", "/record/99999", "/nothing"] {
        let request = test::TestRequest::with_uri(path).to_request();
        test::call_service(&app, request).await;
    }
    let request = test::TestRequest::with_uri("/metrics").to_request();
    let text = test::call_and_read_body(&app, request).await;
    let text = String::from_utf8(text.to_vec()).unwrap();
    let size = SITE.app.portal.log.published().size();
    for line in [
        format!("gongshi_log_entries {size}"),
        format!("gongshi_model_cursor {size}"),
        format!("gongshi_search_cursor {size}"),
        "gongshi_log_queued 0".to_owned(),
        "gongshi_http_requests_total{method=\"GET\",route=\"/record/{key}\",status=\"200\"} 1"
            .to_owned(),
        "gongshi_http_requests_total{method=\"GET\",route=\"/record/{key}\",status=\"404\"} 1"
            .to_owned(),
        "gongshi_http_request_duration_seconds_count{route=\"/record/{key}\"} 2".to_owned(),
        "gongshi_http_requests_total{method=\"GET\",route=\"unmatched\",status=\"404\"} 1"
            .to_owned(),
    ] {
        assert!(text.lines().any(|given| given == line), "{line}\n{text}");
    }
    assert_eq!(get("/healthz").await.status, StatusCode::OK);
    let ready = get("/readyz").await;
    assert_eq!(
        (ready.status, ready.body.as_str()),
        (StatusCode::OK, "ready\n")
    );
}
