//! A new index is filled beside the old one, which answers until the new one is as far.

use super::fake::{Fake, Fault, NAME, said};
use super::http::Request;
use super::model::error;
use crate::support::*;
use gongshi::search::*;
use serde_json::json;

const NEXT: &str = "records_next";

/// With something else that documents rest on.
fn changed(fake: &Fake) -> MeiliIndex {
    let options = MeiliOptions {
        made_with: [1; 32],
        ..fake.options()
    };
    MeiliIndex::open(options).unwrap()
}

fn searched(fake: &Fake) -> String {
    let last = fake.of(Request::is_search).pop().unwrap().json();
    last["queries"][0]["indexUid"].as_str().unwrap().to_owned()
}

/// Takes these of the county.
fn take(index: &MeiliIndex, from: usize, to: usize) {
    let docs = county()[from..to].to_vec();
    index.index_batch(&docs, &[], to as u64).unwrap();
    index.commit().unwrap();
}

/// One that is filled, and another of which half is there.
fn begun(fake: &Fake) {
    drop(fake.filled());
    let index = changed(fake);
    index.cursor().unwrap();
    take(&index, 0, 2);
}

#[test]
fn the_old_index_answers_until_the_new_one_is_as_far() {
    let fake = Fake::new();
    drop(fake.filled());
    let before = fake.index(NAME).unwrap();
    let index = changed(&fake);
    assert_eq!(index.cursor().unwrap(), 0);
    for (from, to) in [(0, 2), (2, 3)] {
        take(&index, from, to);
        assert_eq!(index.cursor().unwrap(), to as u64);
        assert_eq!((index.searchable(), index.trouble()), (4, None));
        assert_eq!(found(&index, ""), [1, 0, 2, 3]);
        assert_eq!(searched(&fake), NAME);
        assert_eq!(fake.index(NAME).unwrap().documents, before.documents);
    }
    assert!(fake.of(|one| one.is("POST", "/swap-indexes")).is_empty());
    take(&index, 3, 4);
    let swaps = fake.of(|one| one.is("POST", "/swap-indexes"));
    assert_eq!(swaps.len(), 1);
    assert_eq!(swaps[0].json(), json!([{"indexes": [NAME, NEXT]}]));
    assert_eq!((index.searchable(), index.trouble()), (4, None));
    assert_eq!(found(&index, ""), [1, 0, 2, 3]);
    let after = fake.index(NAME).unwrap();
    assert_ne!(
        after.documents["state"]["made_with"],
        before.documents["state"]["made_with"]
    );
    assert!(fake.index(NEXT).is_none());
    // From here on as ever.
    index.index_batch(&[doc(4)], &[0], 5).unwrap();
    index.commit().unwrap();
    assert_eq!(fake.index(NAME).unwrap().records(), [1, 2, 3, 4]);
    drop(index);
    assert_eq!(changed(&fake).cursor().unwrap(), 5);
}

#[test]
fn one_that_was_interrupted_is_filled_on() {
    let fake = Fake::new();
    begun(&fake);
    let index = changed(&fake);
    assert_eq!((index.cursor().unwrap(), index.searchable()), (2, 4));
    assert_eq!(fake.of(|one| one.is("POST", "/indexes")).len(), 2);
    take(&index, 2, 4);
    assert_eq!(fake.index(NAME).unwrap().records(), [0, 1, 2, 3]);
    assert!(fake.index(NEXT).is_none());
}

#[test]
fn one_that_was_begun_by_another_maker_is_begun_again() {
    let fake = Fake::new();
    begun(&fake);
    let index = MeiliIndex::open(MeiliOptions {
        made_with: [2; 32],
        ..fake.options()
    })
    .unwrap();
    assert_eq!((index.cursor().unwrap(), index.searchable()), (0, 4));
    assert!(fake.index(NEXT).unwrap().records().is_empty());
}

#[test]
fn anew_is_begun_once_whatever_there_is() {
    let fake = Fake::new();
    drop(fake.filled());
    let index = MeiliIndex::open(MeiliOptions {
        anew: true,
        ..fake.options()
    })
    .unwrap();
    assert_eq!((index.cursor().unwrap(), index.searchable()), (0, 4));
    take(&index, 0, 2);
    // A failure does not begin it again.
    fake.befall(4, Fault::Close, |one| one.writes_to(NEXT));
    index.index_batch(&county()[2..], &[], 4).unwrap();
    said(&fake, index.commit());
    assert_eq!((index.cursor().unwrap(), index.searchable()), (2, 4));
    take(&index, 2, 4);
    assert!(fake.index(NEXT).is_none());
    assert_eq!(fake.of(|one| one.is("POST", "/swap-indexes")).len(), 1);
    // Nor does the next.
    fake.befall(4, Fault::Close, |one| one.writes_to(NAME));
    index.index_batch(&[], &[], 9).unwrap();
    said(&fake, index.commit());
    assert_eq!((index.cursor().unwrap(), index.searchable()), (4, 4));
    assert!(fake.index(NEXT).is_none());
}

#[test]
fn an_index_of_another_form_answers_nothing_while_a_new_one_is_filled() {
    let fake = Fake::new();
    drop(fake.filled());
    let mut model = fake.model();
    let old = model.indexes.get_mut(NAME).unwrap();
    let state = old.documents.get_mut("state").unwrap();
    state["layout"] = json!(0);
    state["made_with"] = json!("an earlier program");
    drop(model);
    let index = fake.open();
    assert_eq!(index.cursor().unwrap(), 0);
    let trouble = index.trouble().unwrap();
    assert!(trouble.contains("another form"), "{trouble}");
    assert!(matches!(
        index.search(&ask("")),
        Err(SearchError::Unavailable { .. })
    ));
    assert!(fake.of(Request::is_search).is_empty());
    take(&index, 0, 4);
    assert_eq!((index.searchable(), index.trouble()), (4, None));
    assert_eq!(found(&index, ""), [1, 0, 2, 3]);
}

#[test]
fn clearing_puts_the_new_index_in_its_place_at_once() {
    let fake = Fake::new();
    drop(fake.filled());
    let index = changed(&fake);
    index.cursor().unwrap();
    take(&index, 0, 2);
    index.clear().unwrap();
    assert_eq!((index.cursor().unwrap(), index.searchable()), (0, 0));
    assert!(fake.index(NEXT).is_none());
    assert!(fake.index(NAME).unwrap().records().is_empty());
}

/// What was removed from the log would stay in it for good.
#[test]
fn an_old_index_that_was_not_deleted_is_deleted_later() {
    let fake = Fake::new();
    drop(fake.filled());
    let index = changed(&fake);
    index.cursor().unwrap();
    let full = error("internal", "internal", "it could not be deleted");
    fake.model().failing.push(("indexDeletion", full));
    index.index_batch(&county(), &[], 4).unwrap();
    let error = said(&fake, index.commit());
    assert!(error.contains("it could not be deleted"), "{error}");
    assert!(fake.index(NEXT).is_some());
    assert_eq!((index.cursor().unwrap(), index.searchable()), (4, 4));
    assert_eq!(index.trouble(), None);
    assert!(fake.index(NEXT).is_none());
    assert_eq!(fake.index(NAME).unwrap().records(), [0, 1, 2, 3]);
}

/// An equal index cannot be told from the one that it was made in the place of.
#[test]
fn the_old_index_does_not_come_back_after_an_interrupted_swap() {
    for at_the_swap in [true, false] {
        let fake = Fake::new();
        drop(fake.filled());
        let mut model = fake.model();
        let old = model.indexes.get_mut(NAME).unwrap();
        let stale = json!({"index": 99, "order": 99});
        old.documents.insert("99".into(), stale);
        drop(model);
        let index = MeiliIndex::open(MeiliOptions {
            anew: true,
            ..fake.options()
        })
        .unwrap();
        index.cursor().unwrap();
        index.index_batch(&county(), &[], 4).unwrap();
        let lost = match at_the_swap {
            true => error("invalid_api_key", "auth", "it is lost"),
            false => error("internal", "internal", "it is lost"),
        };
        match at_the_swap {
            true => {
                // While it is looked whether the swap is done.
                let lost = Fault::Says(403, lost);
                fake.befall(1, lost, |one| {
                    one.is("GET", "/indexes/records/documents/state")
                });
            }
            false => fake.model().failing.push(("indexDeletion", lost)),
        }
        assert!(said(&fake, index.commit()).contains("it is lost"));
        let cursor = index.cursor().unwrap() as usize;
        let docs: Vec<SearchDoc> = county().into_iter().chain([doc(4)]).collect();
        index.index_batch(&docs[cursor..], &[], 5).unwrap();
        index.commit().unwrap();
        let now = fake.index(NAME).unwrap();
        assert_eq!(now.records(), [0, 1, 2, 3, 4], "{at_the_swap}");
        assert!(fake.index(NEXT).is_none());
        assert_eq!((index.searchable(), index.trouble()), (5, None));
    }
}

#[test]
fn another_s_index_of_the_name_for_new_ones_is_left_alone() {
    for theirs in [json!({"index": 7, "mine": true}), {
        let fake = Fake::new();
        drop(fake.filled());
        let mut state = fake.index(NAME).unwrap().documents["state"].clone();
        state["log"] = json!("other.example/log");
        state
    }] {
        let fake = Fake::new();
        drop(fake.filled());
        let mut other = super::model::Index::default();
        other.documents.insert("it".into(), theirs);
        let id = other.documents["it"]["index"].as_str().map(str::to_owned);
        if let Some(id) = id {
            let document = other.documents.remove("it").unwrap();
            other.documents.insert(id, document);
        }
        let before = other.documents.clone();
        fake.model().indexes.insert(NEXT.into(), other);
        // As wanted: nothing is asked of the other.
        assert_eq!(fake.open().cursor().unwrap(), 4);
        assert_eq!(fake.index(NEXT).unwrap().documents, before);
        let index = changed(&fake);
        let error = said(&fake, index.cursor());
        assert!(error.contains("name another"), "{error}");
        assert_eq!(fake.index(NEXT).unwrap().documents, before);
    }
}
