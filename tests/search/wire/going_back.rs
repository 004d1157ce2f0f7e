//! A server that is not as it was left: emptied, or restored to what it was before. What is missing is sent again, and nothing rests on a gap.

use super::fake::{Fake, NAME, said, until};
use super::model::Index;
use crate::support::*;
use gongshi::search::*;

/// Two of the county at first, and all of it then; with what the index was after the first.
fn grown(fake: &Fake) -> (MeiliIndex, Index) {
    let index = fake.open();
    index.cursor().unwrap();
    fill(&index, &county()[..2]);
    let first = fake.index(NAME).unwrap();
    index.index_batch(&county()[2..], &[], 4).unwrap();
    index.commit().unwrap();
    assert_eq!(index.searchable(), 4);
    (index, first)
}

fn refused(result: Result<(), SearchError>) {
    let error = result.expect_err("an error").to_string();
    assert!(error.contains("sent again"), "{error}");
}

/// Follows the log from where the index is, as its follower does.
fn follow(index: &MeiliIndex, docs: &[SearchDoc]) {
    let cursor = index.cursor().unwrap();
    let missing = &docs[cursor as usize..];
    index.index_batch(missing, &[], docs.len() as u64).unwrap();
    index.commit().unwrap();
}

#[test]
fn an_index_that_is_gone_is_made_again_and_filled() {
    let fake = Fake::new();
    let (index, _) = grown(&fake);
    fake.model().indexes.clear();
    until("it is noticed", || index.searchable() == 0);
    until("it is said", || index.trouble().is_some());
    let trouble = index.trouble().unwrap();
    assert!(trouble.contains("records is gone"), "{trouble}");
    assert!(trouble.contains(&fake.url()), "{trouble}");
    said(&fake, index.search(&ask("")));
    refused(index.index_batch(&[doc(4)], &[], 5));
    refused(index.index_batch(&[doc(4)], &[], 5));
    refused(index.commit());
    assert!(fake.index(NAME).is_none(), "nothing was sent");
    follow(&index, &county());
    assert_eq!((index.searchable(), index.trouble()), (4, None));
    assert_eq!(found(&index, ""), [1, 0, 2, 3]);
    assert!(fake.index(NAME).unwrap().settings["rankingRules"].is_array());
}

#[test]
fn a_search_notices_an_index_that_is_gone() {
    let fake = Fake::new();
    let (index, _) = grown(&fake);
    fake.model().indexes.clear();
    let error = said(&fake, index.search(&ask("")));
    assert!(matches!(
        index.search(&ask("")),
        Err(SearchError::Unavailable { .. })
    ));
    assert!(
        error.contains("gone") || error.contains("index_not_found"),
        "{error}"
    );
    assert!(index.trouble().is_some());
}

#[test]
fn a_server_that_was_emptied_of_keys_too_is_given_new_ones() {
    let fake = Fake::new();
    let (index, _) = grown(&fake);
    let mut model = fake.model();
    model.indexes.clear();
    model.keys.clear();
    model.tasks.clear();
    drop(model);
    until("it is noticed", || index.trouble().is_some());
    let trouble = index.trouble().unwrap();
    assert!(trouble.contains("invalid_api_key"), "{trouble}");
    assert!(trouble.contains(&fake.url()), "{trouble}");
    said(&fake, index.search(&ask("")));
    let docs = county();
    let failed = index.index_batch(&docs[..1], &[], 5);
    assert!(failed.and_then(|()| index.commit()).is_err());
    follow(&index, &docs);
    assert_eq!((index.searchable(), index.trouble()), (4, None));
    assert_eq!(fake.model().keys.len(), 2);
    assert_eq!(found(&index, ""), [1, 0, 2, 3]);
}

#[test]
fn an_older_state_is_noticed_and_gone_on_from() {
    let fake = Fake::new();
    let (index, first) = grown(&fake);
    index.index_batch(&[doc(4)], &[], 5).unwrap();
    fake.model().indexes.insert(NAME.into(), first);
    until("it is noticed", || index.searchable() == 2);
    // What there is can be found meanwhile.
    until("it answers", || index.trouble().is_none());
    let page = index.search(&ask("")).unwrap();
    assert_eq!((indexes(&page), page.indexed), (vec![1, 0], 2));
    refused(index.commit());
    refused(index.index_batch(&[doc(4)], &[], 5));
    refused(index.purge());
    refused(index.clear());
    assert_eq!(index.cursor().unwrap(), 2);
    let docs: Vec<SearchDoc> = county().into_iter().chain([doc(4)]).collect();
    follow(&index, &docs);
    assert_eq!((index.searchable(), index.trouble()), (5, None));
    assert_eq!(fake.index(NAME).unwrap().records(), [0, 1, 2, 3, 4]);
}

/// Whoever writes may be quicker than whoever looks: a batch that lands on an older state would hide what is missing, for good.
#[test]
fn nothing_is_written_onto_a_state_that_was_not_left_so() {
    for emptied in [true, false] {
        let fake = Fake::new();
        let (index, first) = grown(&fake);
        index.index_batch(&[doc(4)], &[], 5).unwrap();
        let mut model = fake.model();
        match emptied {
            true => model.indexes.clear(),
            false => drop(model.indexes.insert(NAME.into(), first)),
        }
        drop(model);
        let failed = index.commit().map(|()| "written");
        assert!(failed.is_err(), "{emptied}");
        let docs: Vec<SearchDoc> = county().into_iter().chain([doc(4)]).collect();
        follow(&index, &docs);
        let now = fake.index(NAME).unwrap();
        assert_eq!(now.records(), [0, 1, 2, 3, 4], "{emptied}");
        assert!(now.settings["rankingRules"].is_array());
        assert_eq!((index.searchable(), index.trouble()), (5, None));
    }
}
