//! A server that is not there, says nothing, is late, or fails: readers are told at once, writers begin again where it was durable.

use super::fake::{Fake, Fault, NAME, said, until};
use super::http::Request;
use super::model::error;
use crate::support::*;
use gongshi::search::*;
use serde_json::json;
use std::time::{Duration, Instant};

fn searches(fake: &Fake) -> usize {
    fake.of(Request::is_search).len()
}

/// A search is sent again after a failure, where that came at once: on a busy machine it may not.
fn survives_one(fake: &Fake, index: &MeiliIndex, fault: &Fault) {
    until("a search is sent again", || {
        until("it is well", || index.trouble().is_none());
        fake.befall(1, fault.clone(), Request::is_search);
        index.search(&ask("")).is_ok_and(|page| page.total == 4)
    });
    assert_eq!(index.trouble(), None);
}

/// The rest of the county's log, taken again from where it was durable.
fn go_on(index: &MeiliIndex) {
    assert_eq!(index.cursor().unwrap(), 4);
    index.index_batch(&[doc(4)], &[], 5).unwrap();
    index.commit().unwrap();
    assert_eq!((index.cursor().unwrap(), index.searchable()), (5, 5));
    assert_eq!(index.trouble(), None);
    assert_eq!(index.search(&ask("")).unwrap().total, 5);
}

#[test]
fn a_server_that_is_not_there_yet_is_found_later() {
    let mut fake = Fake::new();
    fake.stop();
    let index = fake.open();
    let error = index
        .search(&ask(""))
        .expect_err("not asked yet")
        .to_string();
    assert!(error.contains("not reached yet"), "{error}");
    let first = said(&fake, index.cursor());
    assert!(first.contains("no answer"), "{first}");
    let trouble = index.trouble().unwrap();
    assert!(trouble.contains(&fake.url()), "{trouble}");
    assert_eq!(said(&fake, index.search(&ask(""))), first, "as it was said");
    said(&fake, index.index_batch(&county(), &[], 4));
    assert_eq!(index.searchable(), 0);
    fake.start();
    assert_eq!(index.cursor().unwrap(), 0);
    assert_eq!(index.trouble(), None);
    fill(&index, &county());
    assert_eq!(index.searchable(), 4);
}

#[test]
fn a_server_that_goes_and_comes_back_is_noticed_without_being_written_to() {
    let mut fake = Fake::new();
    let index = fake.filled();
    fake.stop();
    said(&fake, index.search(&ask("")));
    assert!(index.trouble().unwrap().contains(&fake.url()));
    assert_eq!(index.searchable(), 4);
    fake.start();
    until("it is well", || index.trouble().is_none());
    assert_eq!(found(&index, ""), [1, 0, 2, 3]);

    // It is noticed when nobody searches too, and who writes begins again.
    index.index_batch(&[doc(4)], &[], 5).unwrap();
    fake.stop();
    until("it is noticed", || index.trouble().is_some());
    said(&fake, index.commit());
    said(&fake, index.cursor());
    fake.start();
    go_on(&index);
}

#[test]
fn connections_that_are_closed_are_tried_again() {
    let fake = Fake::new();
    let index = fake.filled();
    // Once is nothing to say.
    survives_one(&fake, &index, &Fault::Close);
    fake.befall(3, Fault::Close, |one| one.writes_to(NAME));
    index.index_batch(&[], &[], 5).unwrap();
    index.commit().unwrap();
    assert_eq!(index.searchable(), 5);

    fake.befall(usize::MAX, Fault::Close, |_| true);
    let begun = searches(&fake);
    let error = said(&fake, index.search(&ask("")));
    assert!(error.contains("no answer"), "{error}");
    let tries = searches(&fake) - begun;
    assert!((1..=2).contains(&tries), "{tries}");
    said(&fake, index.search(&ask("")));
    assert_eq!(searches(&fake) - begun, tries, "nobody is asked in vain");
    index.index_batch(&[doc(4)], &[], 6).unwrap();
    said(&fake, index.commit());
    said(&fake, index.cursor());
    fake.recover();
    until("it is well", || index.trouble().is_none());
    assert_eq!(index.cursor().unwrap(), 5);
    assert!(!fake.index(NAME).unwrap().records().contains(&4));
}

#[test]
fn a_late_answer_is_given_up_and_the_next_search_fails_at_once() {
    let fake = Fake::new();
    let index = fake.filled();
    fake.befall(usize::MAX, Fault::Late, |one| {
        one.is("POST", "/multi-search")
    });
    let begun = Instant::now();
    said(&fake, index.search(&ask("")));
    assert!(begun.elapsed() < Duration::from_secs(10));
    let sent = searches(&fake);
    for _ in 0..50 {
        said(&fake, index.search(&ask("")));
    }
    assert_eq!(searches(&fake), sent);
    let trouble = index.trouble().unwrap();
    assert!(trouble.contains(&fake.url()), "{trouble}");
    assert_eq!(index.searchable(), 4);
    // Writing does not hang on it.
    index.index_batch(&[doc(4)], &[], 5).unwrap();
    fake.recover();
    until("it is looked at and well", || index.trouble().is_none());
    index.commit().unwrap();
    assert_eq!(index.search(&ask("")).unwrap().total, 5);
}

#[test]
fn a_server_that_fails_is_tried_again_and_named_if_it_goes_on() {
    let fake = Fake::new();
    let index = fake.filled();
    drop(index);
    let busy = Fault::Says(503, json!("<html>busy</html>"));
    fake.befall(3, busy.clone(), |one| one.is("GET", "/version"));
    fake.befall(3, busy, |one| {
        one.is("GET", "/indexes/records/documents/state")
    });
    let index = fake.open();
    assert_eq!(index.cursor().unwrap(), 4);
    let internal = error("internal", "internal", "MDB_MAP_FULL");
    for (status, body) in [(500, internal.clone()), (503, json!("<html>busy</html>"))] {
        survives_one(&fake, &index, &Fault::Says(status, body));
    }
    fake.befall(3, Fault::Says(500, internal.clone()), |one| {
        one.writes_to(NAME)
    });
    index.index_batch(&county()[..1], &[], 4).unwrap();
    index.commit().unwrap();
    assert_eq!(index.trouble(), None);

    for (status, body, expected) in [
        (500, internal, "MDB_MAP_FULL"),
        (503, json!("<html>busy</html>"), "503"),
    ] {
        fake.befall(usize::MAX, Fault::Says(status, body), |_| true);
        let error = said(&fake, index.search(&ask("")));
        assert!(error.contains(expected), "{error}");
        let trouble = index.trouble().unwrap();
        assert!(
            trouble.contains(expected) && trouble.contains(&fake.url()),
            "{trouble}"
        );
        index.index_batch(&[doc(4)], &[], 5).unwrap();
        let error = said(&fake, index.commit());
        assert!(error.contains(expected), "{error}");
        said(&fake, index.cursor());
        fake.recover();
        until("it is well", || index.trouble().is_none());
        assert_eq!((index.cursor().unwrap(), index.searchable()), (4, 4));
    }
    go_on(&index);
}

#[test]
fn a_task_that_fails_moves_nothing_and_everything_is_sent_again() {
    let fake = Fake::new();
    let index = fake.filled();
    let full = error(
        "no_space_left_on_device",
        "system",
        "There is no space left on the device.",
    );
    fake.model()
        .failing
        .push(("documentAdditionOrUpdate", full));
    index.index_batch(&[doc(4)], &[0], 5).unwrap();
    let said = said(&fake, index.commit());
    assert!(said.contains("no space left on the device"), "{said}");
    assert!(said.contains("no_space_left_on_device"), "{said}");
    // Readers have no harm of it.
    assert_eq!((index.searchable(), index.trouble()), (4, None));
    assert_eq!(found(&index, ""), [1, 0, 2, 3]);
    // Who goes on without asking would leave a gap.
    assert!(index.index_batch(&[doc(5)], &[], 6).is_err());
    assert!(index.commit().is_err());
    assert_eq!(index.cursor().unwrap(), 4);
    index.index_batch(&[doc(4)], &[0], 5).unwrap();
    index.commit().unwrap();
    assert_eq!(fake.index(NAME).unwrap().records(), [1, 2, 3, 4]);
    assert_eq!((index.cursor().unwrap(), index.searchable()), (5, 5));
}

#[test]
fn a_task_outlives_a_restart_of_the_server() {
    let mut fake = Fake::new();
    let index = fake.filled();
    let held = fake.hold();
    index.index_batch(&[doc(4)], &[], 5).unwrap();
    std::thread::scope(|scope| {
        // Also where this fails.
        let held = held;
        let commit = scope.spawn(|| index.commit());
        until("it waits", || fake.model().tasks.len() == 5);
        fake.stop();
        until("it is noticed", || index.trouble().is_some());
        assert!(!commit.is_finished());
        fake.start();
        drop(held);
        commit.join().unwrap().unwrap();
    });
    assert_eq!((index.cursor().unwrap(), index.searchable()), (5, 5));
}

#[test]
fn closing_ends_a_commit_that_waits() {
    let fake = Fake::new();
    let index = fake.filled();
    let held = fake.hold();
    index.index_batch(&[doc(4)], &[], 5).unwrap();
    std::thread::scope(|scope| {
        // Also where this fails.
        let held = held;
        let commit = scope.spawn(|| index.commit());
        until("it waits", || {
            !fake.of(|one| one.is("GET", "/tasks/4")).is_empty()
        });
        index.close();
        until("it returns", || commit.is_finished());
        said(&fake, commit.join().unwrap());
        drop(held);
    });
    drop(index);
    // It was done after all.
    assert_eq!(fake.open().cursor().unwrap(), 5);
}
