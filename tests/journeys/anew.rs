//! Which records follow on which, made anew from the log: the same as when each was written down in its turn.

use crate::common::*;
use crate::support::*;
use gongshi::app::{App, SearchEngine, reindex};
use gongshi::domain::Kind;
use gongshi::rules::Rules;
use gongshi::sequel::{Key, OF_SUBJECT};
use std::time::Duration;

#[test]
fn what_follows_on_what_is_the_same_made_anew() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let withdrawn = county.apply(listed);
    let decided = county.publish("repair_decision", county.decision(withdrawn, "refused"));
    county
        .withdraw(withdrawn, "published_in_error", None)
        .unwrap();
    let corrected = county.listing("2026-02-21");
    let moved = with(listing("2026-02-21"), "subject_uscc", FIRM);
    county
        .correct(corrected, "abnormal_listing", moved)
        .unwrap();
    let erased = county.apply(listed);
    county.erase(erased);
    let intake = &county.log.app.portal.intake;
    for _ in 0..1000 {
        if intake.standing().unfinished().unwrap().is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    // It settles what it knows before it looks at the next event.
    county.log.accept(Vec::new());
    let size = county.log.app.portal.log.published().size();
    let found = |app: &App| {
        let mut keys: Vec<Key> = (0..size).map(Key::Entry).collect();
        for code in [SHOP, FIRM] {
            let of = |kind: &Kind| Key::Subject(*kind, code.to_owned());
            keys.extend(OF_SUBJECT.iter().map(of));
        }
        let sequel = app.portal.intake.sequel();
        let found = keys.into_iter().map(|key| sequel.find(&key).unwrap());
        found.collect::<Vec<_>>()
    };
    let live = found(&county.log.app);
    assert_eq!(live[usize::try_from(listed).unwrap()], [withdrawn]);
    assert_eq!(live[usize::try_from(withdrawn).unwrap()], [decided]);
    let County { log, .. } = county;
    let TestLog {
        folder, clock, app, ..
    } = log;
    app.close();
    let data = folder.path().join("data");
    let engine = SearchEngine::default();
    reindex(&data, Rules::built_in().clone(), &engine, true, |_, _| ()).unwrap();
    let app = App::open(&data, clock, &tuning()).unwrap();
    assert_eq!(found(&app), live);
}
