//! A server that is well, and refuses or holds what is not ours.

use super::fake::{Fake, Fault, LOG, NAME, said, until};
use super::http::Request;
use super::model::{Index, error};
use crate::support::*;
use gongshi::search::*;
use serde_json::json;

fn changes(fake: &Fake) -> usize {
    fake.model().tasks.len()
}

#[test]
fn other_versions_are_not_written_to() {
    for (version, known) in [
        ("1.50.0", true),
        ("1.61.3", true),
        ("1.49.2", false),
        ("2.0.0", false),
        ("0.30.0", false),
        ("unknown", false),
    ] {
        let fake = Fake::new();
        fake.model().version = version.into();
        let index = fake.open();
        if known {
            assert_eq!(index.cursor().unwrap(), 0, "{version}");
            continue;
        }
        let error = said(&fake, index.cursor());
        assert!(error.contains(&format!("Meilisearch {version}")), "{error}");
        assert!(error.contains("1.50"), "{error}");
        let trouble = index.trouble().unwrap();
        assert!(trouble.contains(version), "{trouble}");
        assert_eq!(index.searchable(), 0);
        said(&fake, index.search(&ask("")));
        assert_eq!((changes(&fake), fake.model().keys.len()), (0, 0));
        // It is put right without a restart of ours.
        fake.model().version = "1.50.0".into();
        assert_eq!(index.cursor().unwrap(), 0);
        assert_eq!(index.trouble(), None);
    }
}

#[test]
fn an_index_of_something_else_is_left_alone() {
    for documents in [
        json!({"7": {"index": 7, "mine": true}}),
        json!({"state": {"index": "state", "of": "something else"}}),
    ] {
        let fake = Fake::new();
        let theirs = Index {
            documents: serde_json::from_value(documents).unwrap(),
            ..Index::default()
        };
        fake.model().indexes.insert(NAME.into(), theirs.clone());
        let index = fake.open();
        let error = said(&fake, index.cursor());
        assert!(
            error.contains("holds something else; name another"),
            "{error}"
        );
        assert!(index.trouble().unwrap().contains("something else"));
        said(&fake, index.index_batch(&county(), &[], 4));
        assert_eq!((changes(&fake), index.searchable()), (0, 0));
        assert_eq!(fake.index(NAME).unwrap().documents, theirs.documents);
    }
}

/// Made and not filled, as when the first connection was interrupted.
#[test]
fn an_empty_index_is_made_ours() {
    let fake = Fake::new();
    fake.model().indexes.insert(NAME.into(), Index::default());
    drop(fake.filled());
    let ours = fake.index(NAME).unwrap();
    assert!(ours.settings["rankingRules"].is_array());
    assert_eq!(ours.cursor(), Some(4));
}

#[test]
fn an_index_of_another_log_is_left_alone() {
    let fake = Fake::new();
    drop(fake.filled());
    let before = changes(&fake);
    for anew in [false, true] {
        let index = MeiliIndex::open(MeiliOptions {
            log: "other.example/log".into(),
            anew,
            ..fake.options()
        })
        .unwrap();
        let error = said(&fake, index.cursor());
        assert!(
            error.contains(LOG) && error.contains("other.example/log"),
            "{error}"
        );
        let trouble = index.trouble().unwrap();
        assert!(trouble.contains(LOG), "{trouble}");
        said(&fake, index.search(&ask("")));
        said(&fake, index.clear());
        assert_eq!((changes(&fake), index.searchable()), (before, 0));
    }
}

#[test]
fn a_search_that_is_refused_concerns_no_other() {
    let fake = Fake::new();
    let index = fake.filled();
    let refusal = error(
        "invalid_search_filter",
        "invalid_request",
        "a filter it cannot read",
    );
    fake.befall(1, Fault::Says(400, refusal), Request::is_search);
    match index.search(&ask("三丰")) {
        Err(SearchError::Engine(text)) => {
            assert!(text.contains("a filter it cannot read"), "{text}")
        }
        other => panic!("{other:?}"),
    }
    assert_eq!((index.trouble(), index.searchable()), (None, 4));
    assert_eq!(found(&index, ""), [1, 0, 2, 3]);
}

#[test]
fn a_search_that_is_no_search_is_not_sent() {
    let fake = Fake::new();
    let index = fake.filled();
    let deep = SearchQuery {
        offset: 10_000,
        ..ask("")
    };
    assert!(matches!(
        index.search(&deep),
        Err(SearchError::TooDeep { .. })
    ));
    let nowhere = SearchQuery {
        after: Place::parse("7.7"),
        ..ask("")
    };
    assert!(matches!(
        index.search(&nowhere),
        Err(SearchError::Nowhere { .. })
    ));
    assert!(!index.search(&ask("！？")).unwrap().understood);
    assert!(fake.of(Request::is_search).is_empty());
}

#[test]
fn a_key_that_is_no_longer_known_is_said_and_gone_on_after() {
    let fake = Fake::new();
    let index = fake.filled();
    let refusal = error(
        "invalid_api_key",
        "auth",
        "The provided API key is invalid.",
    );
    fake.befall(usize::MAX, Fault::Says(403, refusal), |_| true);
    let error = said(&fake, index.search(&ask("")));
    assert!(error.contains("invalid_api_key"), "{error}");
    assert!(index.trouble().unwrap().contains("invalid_api_key"));
    index.index_batch(&[doc(4)], &[], 5).unwrap();
    let error = said(&fake, index.commit());
    assert!(error.contains("invalid_api_key"), "{error}");
    said(&fake, index.cursor());
    assert_eq!(index.searchable(), 4);
    fake.recover();
    until("it is well", || index.trouble().is_none());
    assert_eq!(index.cursor().unwrap(), 4);
    index.index_batch(&[doc(4)], &[], 5).unwrap();
    index.commit().unwrap();
    assert_eq!(found(&index, ""), [1, 0, 2, 3, 4]);
}
