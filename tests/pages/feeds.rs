//! Lists and enterprises as Atom feeds, read back with another hand's parser.

use super::support::{INDIVIDUAL, PERSON, SUBJECT};
use super::{LANGS, SITE, ask, get, page};
use actix_web::http::Method;
use gongshi::text::Catalogue;
use std::collections::BTreeSet;

fn ids(feed: &feed_rs::model::Feed) -> BTreeSet<String> {
    feed.entries.iter().map(|entry| entry.id.clone()).collect()
}

async fn feed(path: &str) -> feed_rs::model::Feed {
    let got = get(path).await;
    assert!(got.status.is_success(), "{path}: {}", got.body);
    let media = got.header("content-type");
    assert_eq!(media, "application/atom+xml; charset=utf-8");
    // Kept by others: nobody's name is in it.
    assert!(!got.body.contains(PERSON) && !got.body.contains(INDIVIDUAL));
    feed_rs::parser::parse(got.body.as_bytes()).unwrap()
}

#[actix_web::test]
async fn every_list_has_a_feed() {
    for (lang, base) in LANGS {
        for (kind, index) in &SITE.index {
            let path = format!("{base}/list/{kind}");
            let html = page(&path, 200).await;
            let alternate = format!(
                "<link rel=\"alternate\" type=\"application/atom+xml\" href=\"{path}.atom\">"
            );
            assert!(html.contains(&alternate), "{path}");
            let feed = feed(&format!("{path}.atom")).await;
            let name = Catalogue::built_in().get(lang, &format!("kind-{kind}"), &[]);
            assert_eq!(feed.title.as_ref().unwrap().content, name);
            assert_eq!(ids(&feed).len(), feed.entries.len());
            // Of many, the newest.
            let links = feed.entries.iter().flat_map(|entry| &entry.links);
            let there = links.filter(|link| link.href.ends_with(&format!("/record/{index}")));
            assert!(there.count() == 1 || feed.entries.len() == 50, "{path}");
            let newest = feed.entries.first().and_then(|entry| entry.published);
            assert!(feed.entries.iter().all(|entry| entry.published <= newest));
        }
    }
}

/// Of what may be about a natural person a feed says only that it is there.
#[actix_web::test]
async fn a_person_is_an_index_in_a_feed() {
    let mut seen = 0;
    for kind in SITE.index.keys() {
        for entry in feed(&format!("/list/{kind}.atom")).await.entries {
            let own = format!("/record/{}", SITE.person);
            if entry.links.iter().any(|link| link.href.ends_with(&own)) {
                let name = Catalogue::built_in().get(LANGS[0].0, &format!("kind-{kind}"), &[]);
                let expected = format!("{name} · {}", SITE.person);
                assert_eq!(entry.title.unwrap().content, expected);
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 1);
}

#[actix_web::test]
async fn the_two_lists_have_feeds_of_who_was_put_on_them() {
    for (path, kinds) in [
        (
            "/list/abnormal.atom",
            ["abnormal_listing", "individual_mark"].as_slice(),
        ),
        ("/list/serious.atom", &["serious_listing"]),
    ] {
        let whole = feed(path).await;
        assert!(!whole.entries.is_empty());
        let mut parts = BTreeSet::new();
        for kind in kinds {
            parts.extend(ids(&feed(&format!("/list/{kind}.atom")).await));
        }
        assert_eq!(ids(&whole), parts, "{path}");
    }
}

#[actix_web::test]
async fn an_enterprise_has_a_feed_of_its_records() {
    let path = format!("/enterprise/{SUBJECT}");
    let html = page(&path, 200).await;
    assert!(html.contains(&format!("href=\"{path}.atom\"")));
    let own = feed(&format!("{path}.atom")).await;
    let title = own.title.as_ref().unwrap().content.clone();
    assert!(title.contains(SUBJECT), "{title}");
    for link in own.entries.iter().flat_map(|entry| &entry.links) {
        let (_, record) = link.href.split_once("/record/").unwrap();
        assert!(html.contains(&format!("/record/{record}")), "{record}");
    }
    // The same entry has one id, wherever it stands.
    let listed = feed("/list/permit.atom").await;
    assert!(!ids(&own).is_disjoint(&ids(&listed)));
}

#[actix_web::test]
async fn what_is_not_there_has_no_feed() {
    for path in [
        "/list/nothing.atom",
        "/enterprise/91000000MA00000901.atom",
        "/enterprise/91110000600037341L.atom",
        "/list/permit.rss",
    ] {
        assert_eq!(get(path).await.status.as_u16(), 404, "{path}");
    }
    let posted = ask(Method::POST, "/list/permit.atom", &[]).await;
    assert_eq!(posted.status.as_u16(), 405);
}
