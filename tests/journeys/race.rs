//! Of events that exclude each other one gets in, however they come: in one request, side by side, before and after a start.

use crate::common::*;
use crate::support::*;

#[test]
fn of_two_in_one_request_the_second_is_refused() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let apply = || {
        county.event(
            DEPARTMENT,
            "repair_application",
            None,
            county.application(listed),
        )
    };
    let permit = county.event(DEPARTMENT, "permit", None, permit("A-1"));
    let answers = county.log.accept(vec![apply(), permit, apply()]);
    assert!(answers[0].is_ok() && answers[1].is_ok(), "{answers:?}");
    assert_eq!(code(answers[2].clone()), "repair_open");
    let remove = || county.event(DEPARTMENT, "abnormal_removal", None, county.removal(listed));
    let answers = county.log.accept(vec![remove(), remove()]);
    assert!(answers[0].is_ok(), "{answers:?}");
    assert_eq!(code(answers[1].clone()), "removed_already");
}

#[test]
fn of_many_side_by_side_one_gets_in() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let apply = || {
        county.event(
            DEPARTMENT,
            "repair_application",
            None,
            county.application(listed),
        )
    };
    let events: Vec<_> = (0..24).map(|_| apply()).collect();
    let accepted: usize = std::thread::scope(|scope| {
        let county = &county;
        let said: Vec<_> = events
            .into_iter()
            .map(|event| scope.spawn(move || county.log.accept(vec![event])[0].is_ok()))
            .collect();
        said.into_iter()
            .map(|one| usize::from(one.join().unwrap()))
            .sum()
    });
    assert_eq!(accepted, 1);
}

#[test]
fn what_was_said_is_known_after_a_start_and_without_what_is_derived() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    county.apply(listed);
    let County { log, .. } = county;
    let log = log.reopen();
    let again = |log: &TestLog, body: &gongshi_verify::json::Value| {
        code(
            log.accept(vec![log.event("repair_application", body.clone())])
                .remove(0),
        )
    };
    let entry = log.app.portal.log.entry(listed).unwrap();
    let named = gongshi_verify::json::Value::object([
        (
            "index",
            gongshi_verify::json::Value::Int(i64::try_from(listed).unwrap()),
        ),
        (
            "leaf_hash",
            gongshi_verify::encoding::hex(&gongshi_verify::hash::leaf_hash(&entry)).into(),
        ),
    ]);
    let body = with(
        application("abnormal_removal", "2026-02-27"),
        "target",
        named,
    );
    assert_eq!(again(&log, &body), "repair_open");
    let data = log.data();
    let TestLog {
        folder,
        clock,
        app,
        department,
    } = log;
    app.close();
    std::fs::remove_dir_all(data.join("store/sequel")).unwrap();
    let app = gongshi::app::App::open(&data, clock.clone(), &tuning()).unwrap();
    let log = TestLog {
        folder,
        clock,
        app,
        department,
    };
    assert_eq!(again(&log, &body), "repair_open");
}
