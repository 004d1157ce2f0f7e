//! The description of the interface is true: it has every route and no other, its examples are answered as it says, and the page says the same.

use super::described::examples;
use super::{Got, LANGS, SITE, ask, get, page};
use actix_web::http::Method;
use gongshi::text::{Catalogue, Lang, keys};
use gongshi::web::limits::Limits;
use serde_json::Value;
use std::collections::BTreeSet;

async fn document() -> Value {
    let got = get("/api/v1/openapi.json").await;
    assert_eq!(got.status, 200, "{}", got.body);
    serde_json::from_str(&got.body).unwrap()
}

/// Method, path and operation of everything described.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, told)| (method.to_uppercase(), path.clone(), told))
    });
    each.collect()
}

/// What a source registers with `web::resource`: method and path, in a scope.
fn registered(source: &str, scope: &str) -> BTreeSet<(String, String)> {
    let mut routes = BTreeSet::new();
    for rest in source.split("web::resource(\"").skip(1) {
        let (path, rest) = rest.split_once('"').unwrap();
        let rest = rest.split(".default_service(").next().unwrap();
        // `{path:.*}` and `{part:atom}`: a member, or one fixed word.
        let path = path
            .replace("{path:.*}", "{path}")
            .replace("{part:atom}", "atom");
        for method in ["get", "post", "put", "delete", "patch"] {
            if rest.contains(&format!(".{method}(")) {
                routes.insert((method.to_uppercase(), format!("{scope}{path}")));
            }
        }
    }
    routes
}

#[actix_web::test]
async fn every_route_is_described_and_nothing_else() {
    let document = document().await;
    let described: BTreeSet<(String, String)> = operations(&document)
        .into_iter()
        .map(|(method, path, _)| (method, path))
        .collect();
    let mut routes = registered(include_str!("../../src/web/api.rs"), "/api/v1");
    assert!(routes.len() > 30, "{routes:?}");
    routes.extend(registered(include_str!("../../src/web/tlog.rs"), "/log"));
    let pages = registered(include_str!("../../src/web/pages/mod.rs"), "");
    let twin = |path: &str| path.starts_with("/search.") || path == "/suggest";
    routes.extend(pages.into_iter().filter(|(_, path)| twin(path)));
    for (method, path) in registered(include_str!("../../src/web/mod.rs"), "") {
        match path.as_str() {
            // The redirect to the English home, and the style sheets and scripts of pages.
            "" | "/static/{name}" => {}
            "/policy" => drop(routes.insert((method, "/log/policy".to_owned()))),
            _ => drop(routes.insert((method, path))),
        }
    }
    assert_eq!(described, routes);
    // And the server has them, too.
    for (method, path, _) in operations(&document) {
        let mut asked = path.clone();
        while let Some((before, rest)) = asked.clone().split_once('{') {
            asked = format!("{before}1{}", rest.split_once('}').unwrap().1);
        }
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let got = ask(method.clone(), &asked, &[]).await;
        assert_ne!(got.status, 405, "{method} {path}");
        for nothing in ["there is no GET", "there is no P", "there is nothing at"] {
            assert!(!got.body.contains(nothing), "{method} {path}: {}", got.body);
        }
    }
}

#[actix_web::test]
async fn examples_are_answered_as_described() {
    let document = document().await;
    let mut seen = BTreeSet::new();
    for example in examples(&document) {
        let got = get(example.address).await;
        assert_eq!(got.status, 200, "{}: {}", example.address, got.body);
        example.check(got.header("content-type"), got.body.as_bytes());
        assert_ne!(got.body, "[]", "{} shows nothing", example.id);
        seen.insert(example.id);
    }
    // This log has no draw that is one, and nobody holds a card or may ask what refers to a record; tests/draws asks what this one cannot.
    let without: BTreeSet<&str> = operations(&document)
        .into_iter()
        .filter(|(method, ..)| method == "GET")
        .filter_map(|(_, _, told)| told["operationId"].as_str())
        .filter(|id| !seen.contains(id))
        .collect();
    assert_eq!(
        without.into_iter().collect::<Vec<_>>(),
        [
            "card",
            "deskTemplate",
            "draw",
            "file",
            "plan",
            "planTarget",
            "planTargets",
            "planTasks",
            "referrers"
        ]
    );
}

/// Whatever is asked for wrongly is told as the interface tells its errors, and is no fault of the server's.
#[actix_web::test]
async fn wrong_parameters_are_told_as_problems() {
    let document = document().await;
    let mut refused = 0;
    for example in examples(&document) {
        // Tiles are the log's own format, whose errors are nobody's to read.
        if !example.address.starts_with("/api/") && !example.address.starts_with("/search.") {
            continue;
        }
        let told = operations(&document).into_iter();
        let (.., told) = told
            .into_iter()
            .find(|(.., told)| told["operationId"] == example.id)
            .unwrap();
        let own = told["parameters"].as_array().into_iter().flatten();
        let own = own.filter(|one| one["in"] == "query");
        let path = example.address.split('?').next().unwrap();
        for name in own.filter_map(|one| one["name"].as_str()) {
            for value in ["%00", "%FF", "-1", "99999999999999999999", "%E2%80%AE", ""] {
                for query in [
                    format!("{name}={value}"),
                    format!("{name}={value}&{name}={value}"),
                ] {
                    let got = get(&format!("{path}?{query}")).await;
                    assert!(
                        !got.status.is_server_error(),
                        "{path}?{query}: {}",
                        got.body
                    );
                    if got.status.is_client_error() {
                        refused += 1;
                        let media = got.header("content-type");
                        assert_eq!(media, "application/problem+json", "{path}?{query}");
                    }
                }
            }
        }
    }
    assert!(refused > 100, "{refused}");
}

#[actix_web::test]
async fn operations_have_a_name_a_group_words_and_described_members() {
    let document = document().await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let tags: BTreeSet<&str> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    let mut words = BTreeSet::new();
    let mut used = BTreeSet::new();
    for (method, path, told) in operations(&document) {
        let id = told["operationId"].as_str().unwrap();
        assert!(words.insert(format!("op-{id}")), "{id} twice");
        let tag = told["tags"][0].as_str().unwrap();
        assert!(tags.contains(tag), "{id}: {tag}");
        used.insert(tag);
        let members = path.matches('{').count();
        let parameters = told["parameters"].as_array();
        let parameters = parameters.map(Vec::as_slice).unwrap_or_default();
        let described = parameters.iter().filter(|one| one["in"] == "path");
        assert_eq!(described.count(), members, "{path}");
        for one in parameters {
            assert!(one["description"].is_string(), "{id}: {one}");
            assert!(one["schema"]["type"].is_string(), "{id}: {one}");
        }
        if method != "GET" {
            assert!(told["requestBody"]["content"].is_object(), "{id}");
        }
        for code in told["x-problems"].as_str().unwrap_or_default().split(' ') {
            let responses = told["responses"].as_object().unwrap().values();
            let mut named = responses.filter_map(|one| one["description"].as_str());
            assert!(
                code.is_empty() || named.any(|text| text.split(", ").any(|one| one == code)),
                "{id}: {code}"
            );
        }
        // Only what waits to be written is told to come back with 429.
        let writes = ["publish", "uploadCards"].contains(&id);
        assert_eq!(told["responses"]["429"].is_object(), writes, "{id}");
        for status in ["429", "503", "507"] {
            let response = &told["responses"][status];
            let plain = response["content"]["text/plain"].is_object();
            let after = response["headers"]["Retry-After"].is_object();
            assert!(response.is_null() || plain || after, "{id}: {status}");
        }
    }
    assert_eq!(used, tags);
    words.extend(tags.iter().map(|tag| format!("optag-{tag}")));
    let limits = document["x-limits"].as_object().unwrap();
    words.extend(limits.keys().map(|name| format!("limit-{name}")));
    let ours = ["op-", "optag-", "limit-"];
    for lang in Lang::ALL {
        let there = keys(*lang).into_iter();
        let there = there.filter(|key| ours.iter().any(|begin| key.starts_with(begin)));
        assert_eq!(there.collect::<BTreeSet<_>>(), words);
    }
}

/// Status and codes stand in docs/LOG-FORMAT.md, too.
#[actix_web::test]
async fn problems_have_the_status_that_the_formats_say() {
    let table = include_str!("../../docs/LOG-FORMAT.md");
    let table = table.split("| `status` | `code` |").nth(1).unwrap();
    let rows: Vec<&str> = table
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .collect();
    let document = document().await;
    let mut seen = 0;
    for (_, path, told) in operations(&document) {
        for (status, response) in told["responses"].as_object().unwrap() {
            if response["content"]["application/problem+json"].is_null() || status == "default" {
                continue;
            }
            for code in response["description"].as_str().unwrap().split(", ") {
                let row = rows.iter().find(|row| row.contains(&format!("`{code}`")));
                let statuses = row.and_then(|row| row.split('|').nth(1)).unwrap();
                assert!(
                    statuses.contains(status.as_str()),
                    "{path}: {status} {code}"
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "{seen}");
}

#[actix_web::test]
async fn limits_are_those_that_hold() {
    let document = document().await;
    let limits = &document["x-limits"];
    let usual = Limits::default();
    for (name, number) in [
        ("head_seconds", usual.head.as_secs()),
        ("body_pause_seconds", usual.pause.as_secs()),
        ("body_bytes_per_second", usual.rate.into()),
        ("searches_at_once", usual.searches as u64),
        ("event_bytes", gongshi::intake::MAX_EVENT_BYTES as u64),
        ("file_bytes", gongshi::intake::MAX_FILE_BYTES),
    ] {
        assert_eq!(limits[name], number, "{name}");
    }
    // Where a parameter has a largest number, that is enforced, and one more is refused or cut.
    for (path, name, limit) in [
        ("/api/v1/search", "limit", "search_records"),
        ("/api/v1/plans", "limit", "plans"),
        ("/api/v1/authorities/{authority}/duties", "limit", "duties"),
    ] {
        let parameters = document["paths"][path]["get"]["parameters"]
            .as_array()
            .unwrap();
        let one = parameters.iter().find(|one| one["name"] == name).unwrap();
        assert_eq!(one["schema"]["maximum"], limits[limit], "{path}");
    }
    let most = limits["search_records"].as_u64().unwrap();
    for (number, status) in [(most, 200), (most + 1, 400)] {
        let got = get(&format!("/api/v1/search?limit={number}")).await;
        assert_eq!(got.status, status, "{number}");
    }
    let last = document["paths"]["/api/v1/search"]["get"]["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "page")
        .unwrap()["schema"]["maximum"]
        .as_u64()
        .unwrap();
    for (page, status) in [(last, 200), (last + 1, 400)] {
        let got = get(&format!("/api/v1/search?page={page}")).await;
        assert_eq!(got.status, status, "{page}: {}", got.body);
    }
}

async fn again(address: &str, tag: &str) -> Got {
    ask(Method::GET, address, &[("if-none-match", tag)]).await
}

#[actix_web::test]
async fn what_has_not_changed_is_not_sent_again() {
    let document = document().await;
    let mut short = 0;
    for example in examples(&document) {
        let got = get(example.address).await;
        let tag = got.header("etag").to_owned();
        let kind = got.header("content-type");
        let tagged = ["checkpoint", "proof", "fairnessCsv", "statisticsCsv"].contains(&example.id);
        if !kind.starts_with("application/json") && !tagged {
            continue;
        }
        assert!(tag.starts_with("W/\""), "{}: {tag}", example.id);
        let same = again(example.address, &format!("\"other\", {tag}")).await;
        // The simulated second stands in the state of the log, and may just have passed.
        if example.id == "log" && same.status == 200 {
            assert_ne!(same.header("etag"), tag);
            continue;
        }
        assert_eq!(same.status, 304, "{}", example.id);
        assert!(same.body.is_empty() && same.header("content-type").is_empty());
        assert_eq!(same.header("etag"), tag);
        assert_eq!(same.header("cache-control"), got.header("cache-control"));
        assert!(!same.header("content-security-policy").is_empty());
        let other = again(example.address, "\"other\"").await;
        assert_eq!((other.status.as_u16(), other.body.is_empty()), (200, false));
        short += 1;
    }
    assert!(short > 15, "{short}");
    let head = ask(Method::HEAD, "/api/v1/records/0", &[]).await;
    assert_eq!(
        head.header("etag"),
        get("/api/v1/records/0").await.header("etag")
    );
    assert_ne!(
        get("/api/v1/records/1").await.header("etag"),
        get("/api/v1/records/0").await.header("etag")
    );
}

#[actix_web::test]
async fn a_star_matches_what_is_there_and_no_error() {
    assert_eq!(again("/api/v1/records/0", "*").await.status, 304);
    for (address, status) in [("/api/v1/records/999999", 404), ("/api/v1/records/x", 400)] {
        let got = again(address, "*").await;
        assert_eq!(got.status, status);
        assert_eq!(got.header("etag"), "");
    }
}

#[actix_web::test]
async fn the_page_lists_what_the_description_has() {
    let document = document().await;
    let catalogue = Catalogue::built_in();
    for (lang, base) in LANGS {
        let html = page(&format!("{base}/developers"), 200).await;
        let summary = lang.pick("x-summary-zh", "summary");
        for (method, path, told) in operations(&document) {
            let line = format!("<code>{method} {}</code>", super::escaped(&path));
            assert!(html.contains(&line), "{line}");
            let words = super::escaped(told[summary].as_str().unwrap());
            assert!(html.contains(&words), "{words}");
            if let Some(example) = told["x-example"].as_str() {
                let link = format!("href=\"{}\"", super::escaped(example));
                assert!(html.contains(&link), "{link}");
            }
            let content = &told["responses"]["200"]["content"]["application/json"];
            for name in content["example"]
                .as_object()
                .into_iter()
                .flat_map(|all| all.keys())
            {
                let member = super::escaped(&format!("\"{name}\": "));
                let own = html.split(&line).nth(1).unwrap();
                let own = own.split("</dd>").next().unwrap();
                assert!(own.contains(&member), "{line} lacks {name}");
            }
            for code in told["x-problems"]
                .as_str()
                .unwrap_or_default()
                .split_whitespace()
            {
                assert!(
                    html.contains(&format!("{base}/problems/{code}\"")),
                    "{code}"
                );
            }
        }
        for name in document["x-limits"].as_object().unwrap().keys() {
            let words = catalogue.get(lang, &format!("limit-{name}"), &[]);
            assert!(html.contains(&super::escaped(&words)), "{words}");
        }
        assert!(html.contains(&SITE.app.portal.log.verifier().to_string()));
        let links = html.split("href=\"").skip(1);
        let links = links.filter_map(|rest| rest.split('"').next());
        for link in links.filter(|link| !link.starts_with("http")) {
            match link.strip_prefix('#') {
                Some(id) => assert!(html.contains(&format!("id=\"{id}\"")), "{link}"),
                None => {
                    let link = link.replace("&amp;", "&");
                    assert!(get(&link).await.status.is_success(), "{link}");
                }
            }
        }
        assert!(
            get(&format!("{base}/"))
                .await
                .body
                .contains(&format!("{base}/developers\""))
        );
    }
}
