//! What the log's followers make of it: the read model, equal after a rebuild and in whatever order tables come, and what is
//! found by words of the log's own.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::*;
use gongshi::log::fsck;
use gongshi::log::{Leaf, LogError};
use gongshi::model::{Model, Records};
use gongshi::rules::Rules;
use gongshi_verify::json::Value;

/// A log that is only its leaves.
struct Leaves<'a>(&'a [Leaf]);

impl Records for Leaves<'_> {
    fn kept(&self, index: u64) -> Result<Leaf, LogError> {
        Ok(self.0[usize::try_from(index).unwrap()].clone())
    }
}

#[test]
fn the_model_is_the_same_after_a_rebuild() {
    let log = TestLog::new(&["permit", "penalty"]);
    for i in 0..300 {
        let mut events = vec![log.event("permit", permit(&format!("M-{i}")))];
        if i % 7 == 0 {
            events.push(log.event(
                "penalty",
                body(&PENALTY.replace("1号", &format!("{}号", i + 1))),
            ));
        }
        log.accept(events)
            .into_iter()
            .for_each(|result| assert!(result.is_ok(), "{result:?}"));
    }
    log.settle();
    let portal = &log.app.portal;
    let enterprise = portal
        .model
        .enterprise("91000000MA00000900")
        .unwrap()
        .unwrap();
    assert_eq!(enterprise.records, 343);
    let all = portal.model.enterprise_records(&enterprise.uscc, 0, 500);
    assert_eq!(all.unwrap().len(), 343);
    let newest = portal
        .model
        .list(gongshi::domain::Kind::Permit, 0, 3)
        .unwrap();
    assert_eq!(newest.len(), 3);
    assert!(newest.is_sorted_by(|a, b| a > b));
    let dump = |model: &Model| model.dump().collect::<Result<Vec<_>, _>>().unwrap();
    let folded = dump(&portal.model);
    // Folded again from nothing in one piece, beside the first.
    let storage = gongshi::store::FaultStorage::default();
    let again = Model::open(&storage, Rules::built_in().clone()).unwrap();
    again
        .fold(
            0,
            &portal.log.leaves(0..portal.log.published().size()).unwrap(),
            portal.log.as_ref(),
        )
        .unwrap();
    assert_eq!(dump(&again), folded);
    assert_eq!(fsck(&portal.log, |_| (), |_, _, _| ()).problems, []);
}

/// A reindex that dies while it empties the model leaves nothing that the next start would count again.
#[test]
fn a_model_whose_emptying_was_cut_short_is_folded_again() {
    let log = TestLog::new(&["permit"]);
    let events = (0..50).map(|i| log.event("permit", permit(&format!("C-{i}"))));
    assert!(log.accept(events.collect()).iter().all(Result::is_ok));
    let leaves = log.app.portal.log.leaves(0..52).unwrap();
    let dump = |model: &Model| model.dump().collect::<Result<Vec<_>, _>>().unwrap();
    let right = {
        let model = Model::open(
            &gongshi::store::FaultStorage::default(),
            Rules::built_in().clone(),
        )
        .unwrap();
        model.fold(0, &leaves, &Leaves(&leaves)).unwrap();
        dump(&model)
    };
    for at in 0..12 {
        let storage = gongshi::store::FaultStorage::default();
        let model = Model::open(&storage, Rules::built_in().clone()).unwrap();
        model.fold(0, &leaves, &Leaves(&leaves)).unwrap();
        model.sync().unwrap();
        let at = storage.operations() + at;
        storage.set_fault(Some(gongshi::store::Fault::Die { at }));
        let _ = model.clear();
        drop(model);
        storage.set_fault(None);
        storage.crash(|_, unsynced| unsynced);
        let model = Model::open(&storage, Rules::built_in().clone()).unwrap();
        let cursor = model.cursor().unwrap();
        assert!(cursor == 0 || cursor == 52, "{cursor}");
        if cursor == 0 {
            model.fold(0, &leaves, &Leaves(&leaves)).unwrap();
        }
        assert_eq!(dump(&model), right, "{at}");
    }
}

/// A renamed firm's tables come in any order, and yet it has one present name.
#[test]
fn the_name_of_the_latest_day_is_the_present_one() {
    let named = |name: &str, day: &str, number: &str| {
        let Value::Object(mut members) = permit(number) else {
            unreachable!()
        };
        members.insert("subject_name".into(), name.into());
        members.insert("decided_on".into(), day.into());
        Value::Object(members)
    };
    let old = || named("示例旧名食品店", "2025-05-06", "O-1");
    let new = || named("示例新名食品店", "2026-02-27", "O-2");
    for bodies in [[old(), new()], [new(), old()]] {
        let log = TestLog::new(&["permit"]);
        for body in bodies {
            assert!(log.accept(vec![log.event("permit", body)])[0].is_ok());
        }
        log.settle();
        let model = &log.app.portal.model;
        let enterprise = model.enterprise("91000000MA00000900").unwrap().unwrap();
        assert_eq!(enterprise.name, "示例新名食品店");
        assert_eq!(enterprise.earlier_names, ["示例旧名食品店"]);
    }
}

#[test]
fn records_are_found_by_who_published_them_and_what_they_are() {
    let log = TestLog::new(&["penalty", "permit"]);
    let answers = log.accept(vec![
        log.event("permit", permit("F-1")),
        log.event("penalty", body(PENALTY)),
    ]);
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    log.settle();
    let found = |log: &TestLog, text: &str| {
        let query = gongshi::search::SearchQuery {
            text: text.to_owned(),
            limit: 10,
            ..Default::default()
        };
        let hits = log.app.portal.search.search(&query).unwrap().hits;
        let mut hits: Vec<u64> = hits.iter().map(|hit| hit.index).collect();
        hits.sort_unstable();
        hits
    };
    let kind = |kind| {
        let catalogue = gongshi::text::Catalogue::built_in();
        catalogue.kind(gongshi::text::Lang::Zh, kind)
    };
    assert_eq!(found(&log, "示例县市场监督管理局 食品"), [2, 3]);
    assert_eq!(found(&log, &kind("permit")), [2]);
    assert_eq!(found(&log, &kind("penalty")), [3]);
    // After a start the names of those registered long ago are still known.
    let log = log.reopen();
    assert!(log.accept(vec![log.event("permit", permit("F-2"))])[0].is_ok());
    log.settle();
    assert_eq!(found(&log, "示例县市场监督管理局 许可"), [2, 4]);
}
