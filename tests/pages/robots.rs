//! What search engines and pages elsewhere read of the site.

use super::{LANGS, SITE, ask, ask_of, get, page};
use actix_web::http::{Method, StatusCode};
use gongshi::domain::Kind;
use std::collections::BTreeSet;

#[actix_web::test]
async fn crawlers_are_told_where_not_to_go() {
    let got = ask(Method::GET, "/robots.txt", &[("host", "log.example")]).await;
    assert_eq!(got.status, StatusCode::OK);
    assert_eq!(got.header("content-type"), "text/plain; charset=utf-8");
    // The address in it is the one that was asked for.
    assert_eq!(got.header("cache-control"), "private, no-cache");
    let lines: Vec<&str> = got.body.lines().collect();
    assert_eq!(lines.first(), Some(&"User-agent: *"));
    assert_eq!(
        lines.last(),
        Some(&"Sitemap: https://log.example/sitemap.xml")
    );
    for closed in [
        "/api/",
        "/log/",
        "/search?",
        "/en/search?",
        "/search.",
        "/en/receipts/",
    ] {
        assert!(lines.contains(&format!("Disallow: {closed}").as_str()));
    }
    // Records have to be read to be left out.
    let open = |path: &str| {
        let mut closed = lines
            .iter()
            .filter_map(|line| line.strip_prefix("Disallow: "));
        !closed.any(|closed| path.starts_with(closed))
    };
    for path in [
        "/",
        "/record/1",
        "/en/record/1",
        "/list/penalty",
        "/log-state",
        "/receipts",
    ] {
        assert!(open(path), "{path}");
    }
    let posted = ask(Method::POST, "/robots.txt", &[]).await;
    assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[actix_web::test]
async fn the_map_leads_to_pages_in_both_languages() {
    let got = ask(Method::GET, "/sitemap.xml", &[("host", "log.example")]).await;
    assert_eq!(got.header("content-type"), "application/xml; charset=utf-8");
    let locations = got.body.split("<loc>").skip(1);
    let locations: Vec<&str> = locations
        .filter_map(|rest| rest.split("</loc>").next())
        .collect();
    let distinct: BTreeSet<&&str> = locations.iter().collect();
    assert_eq!(distinct.len(), locations.len());
    for location in &locations {
        let path = location.strip_prefix("https://log.example").unwrap();
        let status = get(path).await.status;
        assert_eq!(status, StatusCode::OK, "{path}");
        let other = format!("<xhtml:link rel=\"alternate\" hreflang=\"en\" href=\"{location}\"/>");
        assert_eq!(
            got.body.contains(&other),
            path.starts_with("/en/"),
            "{path}"
        );
    }
    for (_, base) in LANGS {
        for path in ["/", "/help", "/list/permit", "/authority/000000-SCJG"] {
            assert!(locations.contains(&format!("https://log.example{base}{path}").as_str()));
        }
    }
    let lists = locations.iter().filter(|one| one.contains("/list/"));
    assert!(lists.count() > Kind::ALL.len());
}

#[actix_web::test]
async fn pages_say_what_they_are_to_pages_elsewhere() {
    let mut portal = SITE.app.portal.clone();
    portal.public_url = Some("https://gs.example".to_owned());
    for (_, base) in LANGS {
        let path = format!("{base}/list/permit?page=1");
        let here = page(&path, 200).await;
        assert!(here.contains("<meta property=\"og:title\" content=\""));
        // Its own address is said only where it is known.
        assert!(!here.contains("og:url"));
        let known = ask_of(portal.clone(), Method::GET, &path, &[]).await;
        let address = format!("<meta property=\"og:url\" content=\"https://gs.example{path}\">");
        assert!(known.body.contains(&address), "{}", known.body);
        assert!(here.contains("https://schema.org/BreadcrumbList"));
    }
}
