//! What readers find of records that ended, were corrected, or were followed by others.

use crate::common::*;
use crate::support::*;
use actix_web::http::header::{ETAG, IF_NONE_MATCH};
use actix_web::{App, test as http};
use gongshi::domain::{Kind, Uscc};
use gongshi::text::{Catalogue, Lang};
use gongshi_verify::json::Value;

const FIRST: &str = "91000000MA00000900";
const LANGS: [(Lang, &str); 2] = [(Lang::Zh, ""), (Lang::En, "/en")];

pub struct Got {
    pub status: u16,
    etag: String,
    robots: String,
    pub body: String,
}

impl County {
    pub fn ask(&self, path: &str, known: &str) -> Got {
        let portal = self.log.app.portal.clone();
        actix_web::rt::System::new().block_on(async move {
            let app = App::new().configure(gongshi::web::configure(portal));
            let app = http::init_service(app).await;
            let request = http::TestRequest::with_uri(path).insert_header((IF_NONE_MATCH, known));
            let response = http::call_service(&app, request.to_request()).await;
            let header = |name: &str| {
                let value = response.headers().get(name);
                value.map_or("", |value| value.to_str().unwrap()).to_owned()
            };
            let (etag, robots) = (header(ETAG.as_str()), header("x-robots-tag"));
            let status = response.status().as_u16();
            let body = http::read_body(response).await;
            Got {
                status,
                etag,
                robots,
                body: String::from_utf8_lossy(&body).into_owned(),
            }
        })
    }

    pub fn page(&self, path: &str, status: u16) -> String {
        self.log.settle();
        let got = self.ask(path, "");
        assert_eq!(got.status, status, "{path}\n{}", got.body);
        let texts = got
            .body
            .split('>')
            .filter_map(|part| part.split('<').next());
        for text in texts {
            let bare = ["page-", "kind-", "field-", "code-", "{ $"];
            let bare = bare.iter().any(|key| text.trim_start().starts_with(key));
            assert!(!bare, "{path}: {text}");
        }
        if let Some(folder) = std::env::var_os("GONGSHI_PICTURES") {
            let style = got.body.split("href=\"/static/").find_map(|part| {
                let name = part.split('"').next()?;
                name.ends_with(".css").then(|| name.to_owned())
            });
            let folder = std::path::Path::new(&folder);
            std::fs::create_dir_all(folder.join("static")).unwrap();
            let style = style.unwrap();
            let sheet = self.ask(&format!("/static/{style}"), "").body;
            std::fs::write(folder.join("static").join(style), sheet).unwrap();
            let thread = std::thread::current()
                .name()
                .unwrap_or_default()
                .replace("::", "-");
            let name = format!("{thread}{}.html", path.replace('/', "-"));
            std::fs::write(folder.join(name), &got.body).unwrap();
        }
        got.body
    }

    fn record(&self, index: u64) -> serde_json::Value {
        let got = self.ask(&format!("/api/v1/records/{index}"), "");
        assert_eq!(got.status, 200, "{}", got.body);
        serde_json::from_str(&got.body).unwrap()
    }
}

fn escaped(text: &str) -> String {
    text.replace('\'', "&#39;").replace('"', "&quot;")
}

fn say(lang: Lang, key: &str) -> String {
    escaped(&Catalogue::built_in().get(lang, key, &[]))
}

fn other() -> String {
    Uscc::complete("91000000000000019").unwrap().to_string()
}

#[test]
fn what_left_is_a_stub_at_its_index_and_nowhere_else() {
    let county = County::new();
    let gone = county.publish("permit", permit("GONE-17"));
    let stays = county.publish("permit", permit("STAYS-18"));
    county.log.settle();
    let home = county.ask("/", "");
    assert_eq!(county.ask("/", &home.etag).status, 304);
    assert!(
        county
            .page(&format!("/record/{gone}"), 200)
            .contains("GONE-17")
    );
    let by = county.say(county.withdrawal(gone)).unwrap();
    for (lang, base) in LANGS {
        let stub = county.page(&format!("{base}/record/{gone}"), 410);
        let reason = Catalogue::built_in().code(lang, "withdrawal_reason", "published_in_error");
        for part in [
            say(lang, "page-ended-withdrawal"),
            reason,
            "2026-03-02".to_owned(),
            "企业信息公示暂行条例".to_owned(),
            "示例县市场监督管理局".to_owned(),
            format!("href=\"{base}/record/{by}\""),
            format!("href=\"/api/v1/proof/{gone}\""),
            say(lang, "page-ended-proof-text"),
        ] {
            assert!(stub.contains(&part), "{part}\n{stub}");
        }
        for part in [FIRST, "GONE-17", "示例食品店", "食品经营许可证", "热食类"] {
            assert!(!stub.contains(part), "{part}\n{stub}");
        }
        assert!(stub.contains("<meta name=\"robots\" content=\"noindex\">"));
        let ending = county.page(&format!("{base}/record/{by}"), 200);
        assert!(ending.contains(&format!("href=\"{base}/record/{gone}\"")));
        assert!(ending.contains(&say(lang, "page-ends-page")), "{ending}");
        for path in [
            "/".to_owned(),
            "/list/permit".to_owned(),
            format!("/enterprise/{FIRST}"),
            format!("/authority/{DEPARTMENT}"),
            "/search?q=GONE-17".to_owned(),
            "/search?kind=permit".to_owned(),
        ] {
            let html = county.page(&format!("{base}{path}"), 200);
            assert!(!html.contains(&format!("/record/{gone}\"")), "{path}");
        }
        let list = county.page(&format!("{base}/list/permit"), 200);
        assert!(list.contains(&format!("/record/{stays}\"")));
    }
    assert_eq!(county.ask(&format!("/record/{gone}"), "").robots, "noindex");
    // No cache keeps what was there.
    assert_eq!(county.ask("/", &home.etag).status, 200);
    let api = county.record(gone);
    assert_eq!(api["record"], serde_json::Value::Null);
    assert_eq!(api["ended"]["by"], by);
    assert_eq!(api["ended"]["kind"], "withdrawal");
    assert_eq!(api["ended"]["on"], "2026-03-02");
    assert_eq!(api["ended"]["reason"], "published_in_error");
    assert_eq!(api["ended"]["erased"], serde_json::Value::Null);
    assert_eq!(county.record(stays)["ended"], serde_json::Value::Null);
    let proof = county.ask(&format!("/api/v1/proof/{gone}"), "");
    assert_eq!(proof.status, 200);
    assert!(proof.body.starts_with("c2sp.org/tlog-proof@v1"));
    // Erased after that, both are told.
    let erased = county.say(county.erasure(gone)).unwrap();
    for (lang, base) in LANGS {
        let stub = county.page(&format!("{base}/record/{gone}"), 410);
        assert!(
            stub.contains(&say(lang, "page-ended-proof-erased")),
            "{stub}"
        );
        assert!(!stub.contains("gongshi-verify record"), "{stub}");
        for index in [by, erased] {
            assert!(stub.contains(&format!("href=\"{base}/record/{index}\"")));
        }
    }
    assert_eq!(county.record(gone)["ended"]["erased"]["by"], erased);
}

#[test]
fn before_and_after_stand_side_by_side() {
    let county = County::new();
    let second = other();
    let wrong = county.publish(
        "abnormal_listing",
        listing(FIRST, "示例食品店", "2026-02-25"),
    );
    let right = listing(&second, "示例粮油店", "2026-02-25");
    let correction = county
        .say(county.correction(wrong, "abnormal_listing", right))
        .unwrap();
    for (lang, base) in LANGS {
        let corrected = say(lang, "page-corrected");
        for (page, link) in [(wrong, correction), (correction, wrong)] {
            let html = county.page(&format!("{base}/record/{page}"), 200);
            for part in [
                format!("href=\"{base}/record/{link}\""),
                format!("href=\"{base}/enterprise/{FIRST}\""),
                format!("href=\"{base}/enterprise/{second}\""),
                "登记时写错。".to_owned(),
                say(lang, "page-compare-changed"),
            ] {
                assert!(html.contains(&part), "{page}: {part}\n{html}");
            }
            let (old, new) = (html.find("<del>"), html.find("<ins>"));
            assert!(old.is_some() && old < new, "{html}");
            assert_eq!(html.matches("<del>").count(), 2, "{html}");
            // What did not change is there, folded away.
            let same = html.split("<details><summary>").nth(1).unwrap();
            assert!(same.contains("2026-02-25"), "{html}");
        }
        let elsewhere = say(lang, "page-corrected-elsewhere");
        let old = county.page(&format!("{base}/enterprise/{FIRST}"), 200);
        assert!(old.contains(&elsewhere), "{old}");
        assert!(old.contains(&format!("href=\"{base}/enterprise/{second}\"")));
        assert!(old.contains(&say(lang, "page-enterprise-abnormal-off")));
        let new = county.page(&format!("{base}/enterprise/{second}"), 200);
        assert!(!new.contains(&elsewhere) && new.contains(&corrected));
        // Each leads to the other, and only where it is about is it counted.
        assert!(new.contains(&format!("href=\"{base}/enterprise/{FIRST}\"")));
        let figure = |html: &str| {
            let label = format!("<dt>{}</dt><dd>", say(lang, "page-enterprise-records"));
            let rest = html.split_once(&label).unwrap().1;
            rest.split(['<', ' ']).next().unwrap().to_owned()
        };
        assert_eq!(
            (figure(&old), figure(&new)),
            ("0".to_owned(), "1".to_owned())
        );
        let args = [("n", 1.into()), ("n_text", "1".into())];
        assert!(old.contains(&escaped(&Catalogue::built_in().get(
            lang,
            "page-enterprise-corrected-away",
            &args
        ))));
        assert!(new.contains(&say(lang, "page-enterprise-abnormal-on")));
        for list in ["/list/abnormal_listing", "/list/abnormal"] {
            let html = county.page(&format!("{base}{list}"), 200);
            assert!(
                html.contains("示例粮油店") && html.contains(&corrected),
                "{html}"
            );
            assert!(!html.contains("示例食品店"), "{html}");
        }
    }
    let api = county.record(wrong);
    assert_eq!(api["corrections"], serde_json::json!([correction]));
    assert_eq!(api["record"]["body"]["subject_uscc"], FIRST);
    // A second one comes after it, against what the first made of it.
    let third = listing(&second, "示例粮油店", "2026-02-26");
    let again = county
        .say(county.correction(wrong, "abnormal_listing", third))
        .unwrap();
    let html = county.page(&format!("/record/{wrong}"), 200);
    let first = html
        .find(&format!("href=\"/record/{correction}\""))
        .unwrap();
    assert!(first < html.find(&format!("href=\"/record/{again}\"")).unwrap());
    let html = county.page(&format!("/record/{again}"), 200);
    assert_eq!(html.matches("<del>").count(), 1, "{html}");
    assert!(!html.contains("示例食品店"), "{html}");
    // With its record a correction leaves as well.
    county.say(county.withdrawal(wrong)).unwrap();
    for index in [wrong, correction, again] {
        let stub = county.page(&format!("/record/{index}"), 410);
        assert!(!stub.contains(FIRST) && !stub.contains(&second), "{stub}");
    }
    let old = county.page(&format!("/enterprise/{FIRST}"), 404);
    assert!(!old.contains(&format!("/record/{wrong}\"")));
}

fn with(value: Value, name: &str, member: Value) -> Value {
    let Value::Object(mut members) = value else {
        panic!("no object")
    };
    members.insert(name.to_owned(), member);
    Value::Object(members)
}

#[test]
fn what_followed_an_inspection_is_a_chain() {
    let county = County::new();
    let result = county.publish(
        "inspection_result",
        body(&format!(
            r#"{{"subject_uscc":"{FIRST}","subject_name":"示例食品店","region":"000000","draw_basis":"complaint",
            "origin_reason":"投诉举报","method":"on_site","inspected_on":"2026-02-20","outcome":["problem_corrected"]}}"#
        )),
    );
    let follow = |step: &str, on: &str, more: &str| {
        let text = format!(
            r#"{{"subject_uscc":"{FIRST}","subject_name":"示例食品店","region":"000000","followup_type":"{step}","acted_on":"{on}"{more}}}"#
        );
        let said = with(body(&text), "result", county.named(result));
        county.publish("result_followup", said)
    };
    let moved = follow(
        "transferred",
        "2026-02-25",
        r#","transferred_to":"示例县公安局""#,
    );
    let ordered = follow(
        "rectification_ordered",
        "2026-02-21",
        r#","due_on":"2026-03-01""#,
    );
    for (lang, base) in LANGS {
        let html = county.page(&format!("{base}/record/{result}"), 200);
        let chain = html.split("id=\"chain\"").nth(1).unwrap();
        let at = |index: u64| {
            chain
                .find(&format!("href=\"{base}/record/{index}\""))
                .unwrap()
        };
        assert!(at(ordered) < at(moved), "{chain}");
        assert!(chain.contains("示例县公安局") && chain.contains("2026-03-01"));
        assert!(html.contains(&say(lang, "page-chain-open")), "{html}");
    }
    let closed = follow("closed", "2026-02-27", "");
    for (lang, base) in LANGS {
        let html = county.page(&format!("{base}/record/{result}"), 200);
        assert!(html.contains(&say(lang, "page-chain-closed")), "{html}");
    }
    // One that is withdrawn closes nothing.
    county.say(county.withdrawal(closed)).unwrap();
    let html = county.page(&format!("/record/{result}"), 200);
    let chain = html.split("id=\"chain\"").nth(1).unwrap();
    assert!(chain.contains(&say(Lang::Zh, "page-chain-open")));
    assert!(
        !chain
            .split("</section>")
            .next()
            .unwrap()
            .contains(&format!("/record/{closed}\""))
    );
}

#[test]
fn a_serious_listing_says_what_it_brings_and_that_it_ended() {
    let county = County::new();
    let subject =
        format!(r#""subject_uscc":"{FIRST}","subject_name":"示例食品店","region":"000000""#);
    let listed = county.publish(
        "serious_listing",
        body(&format!(
            r#"{{{subject},"serious_category":"food_safety","reason":"一年内三次受到行政处罚","listed_on":"2026-01-20","listed_until":"2029-01-19",
            "restrictions":[{{"restriction":"key_supervision","until":"2026-02-28"}},{{"restriction":"no_honours"}}],"legal_basis":"严重违法失信名单管理办法"}}"#
        )),
    );
    for (lang, base) in LANGS {
        let html = county.page(&format!("{base}/record/{listed}"), 200);
        let table = html.split("id=\"restrictions\"").nth(1).unwrap();
        for part in ["2026-02-28", "2029-01-19"] {
            assert!(table.contains(part), "{table}");
        }
        for key in ["page-restriction-over", "page-restriction-running"] {
            assert!(table.contains(&say(lang, key)), "{key}\n{table}");
        }
    }
    let removal = body(&format!(
        r#"{{{subject},"serious_removal_reason":"listed_in_error","removed_on":"2026-02-27"}}"#
    ));
    let removal = county.publish(
        "serious_removal",
        with(removal, "listing", county.named(listed)),
    );
    for (lang, base) in LANGS {
        let html = county.page(&format!("{base}/record/{listed}"), 200);
        assert!(
            html.contains(&say(lang, "page-restriction-lifted")),
            "{html}"
        );
        assert!(html.contains(&say(lang, "page-lifted")), "{html}");
        assert!(html.contains(&format!("href=\"{base}/record/{removal}\"")));
    }
}

#[test]
fn a_new_list_of_items_shows_what_it_dropped() {
    let county = County::new();
    let list = |version: &str, items: &[(&str, &str)]| {
        let items = items.iter().map(|(code, content)| {
            body(&format!(
                r#"{{"item_code":"{code}","item_name":"{code}检查","item_level":"general","legal_basis":"食品安全法",
                "object_class":"食品销售者","methods":["on_site"],"content":"{content}"}}"#
            ))
        });
        let list = body(&format!(
            r#"{{"title":"随机抽查事项清单","version":"{version}","item_list_type":"random_inspection","region":"000000","effective_on":"2026-01-01"}}"#
        ));
        with(list, "list_items", Value::Array(items.collect()))
    };
    let old = county.publish(
        "item_list",
        list("1", &[("SP01", "许可"), ("SP02", "记录")]),
    );
    let new = list("2", &[("SP02", "进货记录"), ("SP03", "标签")]);
    let gone = r#"{"item_code":"SP01","item_name":"SP01检查","reason":"依据的规定已经废止"}"#;
    let new = with(new, "removed_items", Value::Array(vec![body(gone)]));
    let new = county.publish("item_list", with(new, "replaces", county.named(old)));
    for (_, base) in LANGS {
        let html = county.page(&format!("{base}/record/{new}"), 200);
        let change = html.split("id=\"replaced\"").nth(1).unwrap();
        let change = change.split("</section>").next().unwrap();
        let place = |part: &str| {
            change
                .find(part)
                .unwrap_or_else(|| panic!("{part}\n{change}"))
        };
        assert!(place("SP01") < place("依据的规定已经废止"));
        assert!(place("依据的规定已经废止") < place("SP03") && place("SP03") < place("SP02"));
    }
    let html = county.page(&format!("/record/{old}"), 200);
    assert!(!html.contains("id=\"replaced\""));
}

#[test]
fn every_kind_has_its_list_in_both_languages() {
    let county = County::new();
    for kind in Kind::ALL {
        for (lang, base) in LANGS {
            let html = county.page(&format!("{base}/list/{kind}"), 200);
            let name = escaped(&Catalogue::built_in().kind(lang, kind.as_str()));
            assert!(html.contains(&format!("<h1>{name}</h1>")), "{kind}");
        }
    }
}

/// Whom to ask about a repair, by telephone: on the department's own page and on the guide, as long as the department says so.
#[test]
fn a_hotline_is_where_somebody_looks_for_it() {
    let county = County::new();
    let amended = |hotline: Option<&str>| {
        let kinds = KINDS.iter().map(|kind| (*kind).into()).collect();
        let record = Value::object([
            ("action", "amend".into()),
            ("authority_id", DEPARTMENT.into()),
            ("name", "示例县市场监督管理局".into()),
            ("region", "000000".into()),
            ("kinds", Value::Array(kinds)),
        ]);
        let record = match hotline {
            Some(hotline) => with(record, "hotline", hotline.into()),
            None => record,
        };
        let event = county.log.authority(record);
        county.log.accept(vec![event])[0].clone().unwrap();
    };
    amended(Some("0000-123 4567"));
    let pages = [format!("/authority/{DEPARTMENT}"), "/repair".to_owned()];
    let tells = |path: &String| {
        let page = county.page(path, 200);
        page.contains("href=\"tel:0000-1234567\"") && page.contains(">0000-123 4567<")
    };
    assert!(pages.iter().all(tells));
    amended(None);
    assert!(!pages.iter().any(tells));
}

/// A bulletin is counted again by what it says now.
#[test]
fn a_bulletin_is_counted_again_as_it_was_corrected() {
    let county = County::new();
    county.publish("penalty", penalty("示罚1号", "general", "2026-02-27"));
    let told = |value: i64| {
        body(&format!(
            r#"{{"title":"通报","bulletin_type":"monthly","region":"000000","period_from":"2026-03-01","period_to":"2026-03-31",
            "issued_on":"2026-03-02","indicators":[{{"indicator":"penalties","indicator_name":"行政处罚","value":{value},"unit":"records",
            "definition":"公示的行政处罚"}}]}}"#
        ))
    };
    let index = county.publish("bulletin", told(7));
    for (lang, base) in LANGS {
        let page = county.page(&format!("{base}/record/{index}"), 200);
        assert!(page.contains(&say(lang, "page-bul-differs")), "{page}");
    }
    county
        .say(county.correction(index, "bulletin", told(1)))
        .unwrap();
    for (lang, base) in LANGS {
        let page = county.page(&format!("{base}/record/{index}"), 200);
        let again = page.split("id=\"recount\"").nth(1).unwrap();
        assert!(again.contains(&say(lang, "page-bul-same")));
        assert!(!again.contains(&say(lang, "page-bul-differs")));
    }
}
