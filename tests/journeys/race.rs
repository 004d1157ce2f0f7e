//! Of events that exclude each other one gets in, however they come: in one request, side by side, before and after a start.

use crate::common::*;
use crate::support::*;
use gongshi::domain::Kind;
use gongshi_verify::json::Value;

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

/// What an erased record was found by is forgotten with it.
#[test]
fn an_erased_record_is_found_by_nothing() {
    use gongshi::sequel::Key;
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let body = with(county.removal(listed), "listing", county.named(listed));
    let removed = county.publish("abnormal_removal", body);
    let promise = about(
        r#""promise_type":"credit_repair","content":"补报。","promised_on":"2026-02-20","fulfilment":"pending""#,
    );
    let promise = with(promise, "subject_uscc", FIRM);
    let promised = county.publish("credit_promise", promise);
    // The next event writes down what was found of these.
    let again = || county.refused("abnormal_removal", county.removal(listed));
    assert_eq!(again(), "removed_already");
    let intake = &county.log.app.portal.intake;
    let find = |key: &Key| intake.sequel().find(key).unwrap();
    let firm = Key::Subject(Kind::CreditPromise, FIRM.to_owned());
    assert_eq!(find(&firm), [promised]);
    for target in [removed, promised] {
        county.erase(target);
    }
    for _ in 0..500 {
        if intake.standing().unfinished().unwrap().is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(find(&firm), [0; 0]);
    assert_eq!(find(&Key::Entry(listed)), [0; 0]);
    // A removal that is erased removes nothing any more.
    county.publish("abnormal_removal", county.removal(listed));
    assert_eq!(again(), "removed_already");
}

/// The log alone shows what does not fit; under the rules of intake nothing does.
#[test]
fn fsck_finds_what_does_not_fit() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let application = county.apply(listed);
    county.publish("repair_decision", county.decision(application, "granted"));
    let removal = county.removal(listed);
    let removed = county.publish("abnormal_removal", removal.clone());
    county
        .withdraw(removed, "published_in_error", None)
        .unwrap();
    county.publish("abnormal_removal", removal.clone());
    let misfits = || county.misfits();
    assert_eq!(misfits(), [0; 0]);
    // Past intake: a third removal.
    let event = county.event(DEPARTMENT, "abnormal_removal", None, removal);
    let index = county.past_intake(&event);
    assert_eq!(misfits(), [index]);
}

/// Two applications of one penalty of somebody without a credit code: each is decided by a record that names only its application.
#[test]
fn of_two_grants_in_one_request_that_name_only_their_applications_one_gets_in() {
    let county = County::new();
    let of_person = |body: Value| {
        with(
            without(body, "subject_uscc"),
            "subject_type",
            "natural_person",
        )
    };
    let fined = county.publish("penalty", of_person(body(PENALTY)));
    county.log.clock.advance_to(time("2026-06-08T08:00:00Z"));
    // Nobody has two open applications; but one whose answer is withdrawn may be decided again.
    let apply = || {
        let body = application("penalty_early_stop", "2026-06-05");
        let body = with(of_person(body), "target", county.named(fined));
        county.publish("repair_application", body)
    };
    let decision = |application: u64, outcome: &str| {
        let body = with(
            of_person(decision("penalty_early_stop", outcome)),
            "application",
            county.named(application),
        );
        with(body, "decided_on", "2026-06-06")
    };
    let first = apply();
    let refused = county.publish("repair_decision", decision(first, "refused"));
    let second = apply();
    county
        .withdraw(refused, "published_in_error", None)
        .unwrap();
    let grant = |application: u64| {
        let body = decision(application, "granted");
        county.event(DEPARTMENT, "repair_decision", None, body)
    };
    let answers = county.log.accept(vec![grant(first), grant(second)]);
    assert!(answers[0].is_ok(), "{answers:?}");
    assert_eq!(code(answers[1].clone()), "repair_granted");
}

/// An erasure copies the database of what follows on what. Intake goes on meanwhile, by what was said before the copy and during it.
#[test]
fn intake_goes_on_while_an_erasure_copies() {
    use gongshi::sequel::{DATABASE, Key};
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let other = county.listing("2026-02-21");
    let gone = county.listing("2026-02-19");
    // Dead bytes, so that there is something to copy.
    let sequel = county.log.app.portal.intake.sequel().clone();
    county.log.accept(Vec::new());
    sequel.forget(&[gone]).unwrap();
    let storage = county.log.app.portal.log.storage();
    let written = || {
        let database = storage.open(DATABASE).unwrap();
        database.range(&[], None).count()
    };
    let before = written();
    let copied = sequel.copy(|| {
        // Who wrote to the database would wait for its copy.
        county.publish("abnormal_removal", county.removal(listed));
        let again = county.refused("abnormal_removal", county.removal(listed));
        assert_eq!(again, "removed_already");
        assert_eq!(written(), before);
        storage.rewrite(DATABASE)
    });
    copied.unwrap();
    assert!(written() > before);
    drop(sequel);
    let again = county.refused("abnormal_removal", county.removal(listed));
    assert_eq!(again, "removed_already");
    county.publish("abnormal_removal", county.removal(other));
    let County { log, .. } = county;
    let log = log.reopen();
    let found = log.app.portal.intake.sequel().find(&Key::Entry(listed));
    assert_eq!(found.unwrap().len(), 1);
}
