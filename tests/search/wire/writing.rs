//! What is sent when something is written, in which order, and when it counts.

use super::fake::{Fake, LOG, NAME, until};
use super::http::Request;
use super::model::{error, hit};
use crate::support::*;
use gongshi::search::*;
use serde_json::{Value, json};

/// The last line of a payload, without what the layout and settings are.
fn state(payload: &[Value]) -> Value {
    let mut state = payload.last().unwrap().clone();
    let all = state.as_object_mut().unwrap();
    for member in ["made_with", "layout", "made"] {
        assert!(all.remove(member).is_some(), "{member}");
    }
    state
}

fn state_at(cursor: u64) -> Value {
    json!({"index": "state", "w": "zstate", "state": cursor.to_string(), "cursor": cursor, "log": LOG})
}

fn numbers(payload: &[Value]) -> Vec<Value> {
    payload.iter().map(|one| one["index"].clone()).collect()
}

#[test]
fn an_index_has_its_settings_before_it_has_documents() {
    let fake = Fake::new();
    let index = fake.open();
    assert_eq!(index.searchable(), 0);
    assert!(index.trouble().unwrap().contains("not reached yet"));
    assert_eq!(index.cursor().unwrap(), 0);
    assert_eq!((index.searchable(), index.trouble()), (0, None));
    let changes = fake.of(|one| {
        one.method != "GET" && !one.path.ends_with("search") && !one.path.starts_with("/keys")
    });
    let steps: Vec<(&str, &str)> = changes
        .iter()
        .map(|one| (one.method.as_str(), one.path.as_str()))
        .collect();
    assert_eq!(
        steps,
        [
            ("POST", "/indexes"),
            ("PATCH", "/indexes/records/settings"),
            ("POST", "/indexes/records/documents?primaryKey=index"),
        ]
    );
    assert_eq!(
        changes[0].json(),
        json!({"uid": "records", "primaryKey": "index"})
    );
    let settings = changes[1].json();
    assert_eq!(settings["searchableAttributes"], json!(["w"]));
    assert_eq!(settings["typoTolerance"], json!({"enabled": false}));
    assert_eq!(settings["prefixSearch"], "disabled");
    let first = changes[2].json();
    assert_eq!(state(first.as_array().unwrap()), state_at(0));
    // Each once the one before was done.
    let asked = fake.asked();
    let at = |path: &str, method: &str| {
        let found = asked.iter().position(|one| one.is(method, path));
        found.unwrap_or_else(|| panic!("{method} {path}"))
    };
    assert!(at("/tasks/0", "GET") < at("/indexes/records/settings", "PATCH"));
    assert!(at("/tasks/1", "GET") < at("/indexes/records/documents?primaryKey=index", "POST"));

    drop(index);
    fake.open().cursor().unwrap();
    assert_eq!(fake.model().tasks.len(), 3, "it is made once");
}

#[test]
fn documents_and_state_are_one_payload_that_commit_sends_and_waits_for() {
    let fake = Fake::new();
    let index = fake.open();
    index.cursor().unwrap();
    index.index_batch(&county()[..2], &[], 2).unwrap();
    index.index_batch(&county()[2..], &[], 5).unwrap();
    assert!(fake.payloads(NAME).is_empty());
    assert_eq!((index.cursor().unwrap(), index.searchable()), (0, 0));

    let held = fake.hold();
    std::thread::scope(|scope| {
        // Also where this fails.
        let held = held;
        let commit = scope.spawn(|| index.commit());
        let looks = |one: &Request| one.is("GET", "/tasks/3");
        until("the task was looked at twice", || fake.of(looks).len() > 1);
        assert!(!commit.is_finished());
        assert_eq!(index.searchable(), 0, "what is not done does not count");
        assert_eq!(index.search(&ask("")).unwrap().indexed, 0);
        drop(held);
        commit.join().unwrap().unwrap();
    });
    assert_eq!((index.cursor().unwrap(), index.searchable()), (5, 5));
    let payloads = fake.payloads(NAME);
    assert_eq!(payloads.len(), 1);
    assert_eq!(
        numbers(&payloads[0]),
        [json!(0), json!(1), json!(2), json!(3), json!("state")]
    );
    assert_eq!(state(&payloads[0]), state_at(5));

    // Nothing new is nothing to send; a cursor alone is.
    index.commit().unwrap();
    assert_eq!(fake.payloads(NAME).len(), 1);
    index.index_batch(&[], &[], 7).unwrap();
    index.commit().unwrap();
    assert_eq!(fake.payloads(NAME)[1].len(), 1);
    drop(index);
    let index = fake.open();
    assert_eq!(index.cursor().unwrap(), 7);
    assert_eq!((index.searchable(), index.trouble()), (7, None));
}

#[test]
fn what_is_too_much_for_one_payload_goes_in_several_and_the_cursor_when_they_are_durable() {
    let fake = Fake::new();
    let index = fake.with_small_payloads();
    index.cursor().unwrap();
    let docs: Vec<SearchDoc> = (0..12).map(doc).collect();
    let held = fake.hold();
    // Nothing is waited for before there is too much of it.
    index.index_batch(&docs[..5], &[0], 5).unwrap();
    assert_eq!(fake.payloads(NAME).len(), 5);
    drop(held);
    index.index_batch(&docs[5..], &[], 12).unwrap();
    index.commit().unwrap();
    let payloads = fake.payloads(NAME);
    let cursors = payloads
        .iter()
        .map(|one| one.last().unwrap()["cursor"].as_u64());
    let cursors: Vec<Option<u64>> = cursors.collect();
    let mut expected = vec![None; 13];
    (expected[8], expected[12]) = (Some(5), Some(12));
    assert_eq!(cursors, expected);
    assert_eq!(state(&payloads[12]), state_at(12));
    let rest: Vec<u64> = (1..12).collect();
    assert_eq!(fake.index(NAME).unwrap().records(), rest);
    assert_eq!((index.cursor().unwrap(), index.searchable()), (12, 12));
}

#[test]
fn one_of_several_payloads_that_fails_leaves_the_cursor_where_it_was() {
    let fake = Fake::new();
    let index = fake.with_small_payloads();
    index.cursor().unwrap();
    let docs: Vec<SearchDoc> = (0..6).map(doc).collect();
    let full = error("no_space_left_on_device", "system", "the disk is full");
    fake.model()
        .failing
        .push(("documentAdditionOrUpdate", full));
    index.index_batch(&docs, &[], 6).unwrap();
    let failed = index.commit().unwrap_err();
    assert!(failed.to_string().contains("the disk is full"), "{failed}");
    assert_eq!(index.cursor().unwrap(), 0);
    index.index_batch(&docs, &[], 6).unwrap();
    index.commit().unwrap();
    assert_eq!(fake.index(NAME).unwrap().records(), [0, 1, 2, 3, 4, 5]);
    assert_eq!((index.cursor().unwrap(), index.searchable()), (6, 6));
}

#[test]
fn the_last_of_several_documents_counts() {
    let fake = Fake::new();
    let index = fake.open();
    index.cursor().unwrap();
    let named = |kind: &str| SearchDoc {
        kind: kind.into(),
        ..doc(0)
    };
    fill(&index, &[named("plan"), named("permit")]);
    let kind = || fake.index(NAME).unwrap().documents["0"]["kind"].clone();
    assert_eq!(kind(), "permit");
    index.index_batch(&[named("penalty")], &[], 2).unwrap();
    index.commit().unwrap();
    assert_eq!(kind(), "penalty");
    // Removed with what comes and goes at once.
    index.index_batch(&[doc(0), doc(1)], &[1, 77], 2).unwrap();
    index.commit().unwrap();
    assert_eq!(fake.index(NAME).unwrap().records(), [0]);
}

#[test]
fn what_is_removed_goes_with_its_corrections_and_with_the_cursor_in_one_payload() {
    let fake = Fake::new();
    let index = fake.open();
    index.cursor().unwrap();
    let correcting = |index: u64, corrected: u64| SearchDoc {
        corrects: Some(corrected),
        ..doc(index)
    };
    fill(
        &index,
        &[doc(0), doc(1), correcting(2, 0), correcting(3, 1)],
    );
    assert_eq!(index.corrections(0).unwrap(), [2]);
    let asked = fake.of(|one| one.is("POST", "/indexes/records/documents/fetch"));
    assert_eq!(asked[0].json()["filter"], "corrects IN [0]");

    // One of them was taken and not sent yet.
    index.index_batch(&[correcting(4, 0)], &[], 5).unwrap();
    assert_eq!(index.corrections(0).unwrap(), [2], "durable ones only");
    index.index_batch(&[], &[0], 6).unwrap();
    assert_eq!(fake.index(NAME).unwrap().records(), [0, 1, 2, 3]);
    index.commit().unwrap();
    let payload = fake.payloads(NAME).pop().unwrap();
    assert_eq!(
        payload[1..4],
        [0, 2, 4].map(|index| json!({"index": index, "gone": true}))
    );
    assert_eq!(numbers(&payload)[0], 4);
    assert_eq!(state(&payload), state_at(6));
    assert_eq!(fake.index(NAME).unwrap().records(), [1, 3]);
    assert!(index.corrections(0).unwrap().is_empty());
}

#[test]
fn purging_copies_what_is_left_into_a_new_index_and_deletes_the_old_one() {
    let fake = Fake::new();
    let index = fake.open();
    index.cursor().unwrap();
    fill(&index, &county());
    index.index_batch(&[], &[0, 3], 5).unwrap();
    index.purge().unwrap();
    assert_eq!((index.cursor().unwrap(), index.searchable()), (5, 5));
    let found = fake.index(NAME).unwrap();
    let ids: Vec<&String> = found.documents.keys().collect();
    assert_eq!(ids, ["1", "2", "state"]);
    assert!(fake.index("records_next").is_none());
    let tasks = || -> Vec<Value> {
        let model = fake.model();
        model.tasks.iter().map(|one| one["type"].clone()).collect()
    };
    assert_eq!(
        tasks()[5..],
        [
            "indexCreation",
            "settingsUpdate",
            "documentAdditionOrUpdate",
            "documentAdditionOrUpdate",
            "indexSwap",
            "indexDeletion"
        ]
    );
    // Where nothing was removed nothing is copied, and writing goes on.
    index.purge().unwrap();
    assert_eq!(tasks().len(), 11);
    index.index_batch(&[doc(5)], &[], 6).unwrap();
    index.commit().unwrap();
    assert_eq!(fake.index(NAME).unwrap().documents.len(), 4);
}

#[test]
fn clearing_leaves_the_state_alone_and_forgets_what_was_not_sent() {
    let fake = Fake::new();
    let index = fake.open();
    index.cursor().unwrap();
    fill(&index, &county());
    index.index_batch(&[doc(9)], &[], 10).unwrap();
    index.clear().unwrap();
    assert_eq!((index.cursor().unwrap(), index.searchable()), (0, 0));
    assert_eq!(index.trouble(), None);
    index.commit().unwrap();
    let found = fake.index(NAME).unwrap();
    assert_eq!((found.documents.len(), found.cursor()), (1, Some(0)));
    fill(&index, &county());
    assert_eq!(index.search(&ask("")).unwrap().total, 4);
}

#[test]
fn a_search_is_one_request_and_its_answer_is_read_whole() {
    let fake = Fake::new();
    let index = fake.open();
    index.cursor().unwrap();
    fill(&index, &county());
    let day = 1_i64 << 36;
    let hits: Vec<Value> = [(3, 8.0), (1, 2.5), (2, 2.5)]
        .map(|(index, score)| hit(NAME, 20_000 * day + index, score))
        .to_vec();
    fake.model().found = Some(json!({
        "hits": hits, "processingTimeMs": 1, "limit": 3, "offset": 0, "estimatedTotalHits": 42,
        "facetDistribution": {"state": {"4": 1}, "kind": {"plan": 1, "permit": 40}, "authority": {},
            "region": {"61": 7, "6103": 5, "610323": 5}, "mark": {}, "year": {"2026": 3}},
        "facetStats": {},
    }));
    let query = SearchQuery {
        kinds: vec!["permit".into(), "a\"b\\".into()],
        date_from: Some(3),
        limit: 2,
        ..ask("三丰")
    };
    let page = index.search(&query).unwrap();
    assert_eq!(indexes(&page), [3, 1]);
    assert_eq!(page.hits[0].score, 8.0);
    assert_eq!((page.total, page.indexed, page.similar), (41, 4, false));
    assert_eq!(
        page.facets.kinds,
        [("permit".to_owned(), 40), ("plan".to_owned(), 1)]
    );
    assert_eq!(
        page.facets.regions,
        [
            ("610000".to_owned(), 7),
            ("610300".to_owned(), 5),
            ("610323".to_owned(), 5)
        ]
    );
    let place = page.next.unwrap();
    assert_eq!(place.as_str(), format!("m5.{}", 20_000 * day + 1));

    let searches = fake.of(Request::is_search);
    assert_eq!(searches.len(), 1);
    let asked = searches[0].json();
    assert_eq!(asked["federation"]["limit"], 3);
    let facets = &asked["federation"]["facetsByIndex"][NAME];
    assert_eq!(
        *facets,
        json!(["state", "kind", "authority", "region", "mark", "year"])
    );
    let queries = asked["queries"].as_array().unwrap();
    let (state, ways) = queries.split_last().unwrap();
    assert_eq!(state["q"], "zstate");
    assert_eq!(state["federationOptions"]["weight"], 0.0);
    for way in ways {
        assert_eq!(way["indexUid"], NAME);
        assert_eq!(way["sort"], json!(["order:desc"]));
        assert_eq!(way["attributesToRetrieve"], json!(["order"]));
        let filter = way["filter"].as_str().unwrap();
        let kept = r#"kind IN ["permit", "a\"b\\"] AND date >= 3"#;
        assert!(filter.ends_with(kept), "{filter}");
        assert!(way["federationOptions"]["weight"].as_f64().unwrap() > 0.0);
    }
    // An answer of a server that is further than was known says so.
    fake.model().found.as_mut().unwrap()["facetDistribution"]["state"] = json!({"6": 1});
    assert_eq!(index.search(&query).unwrap().indexed, 6);
}
