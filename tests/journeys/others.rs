//! Objections and answers, promises and what became of them, revocations and their reversal.

use crate::common::*;
use crate::support::*;
use gongshi_verify::json::Value;

fn objection(county: &County, target: u64, filed: &str) -> Value {
    let body = about(&format!(
        r#""objection_type":"content_wrong","objection_text":"日期不符。","filed_on":"{filed}""#
    ));
    with(body, "target", county.named(target))
}

fn reply(county: &County, objection: u64, day: &str) -> Value {
    let body = about(&format!(
        r#""objection_outcome":"upheld","reason":"经核实日期有误。","decided_on":"{day}""#
    ));
    with(body, "objection", county.named(objection))
}

#[test]
fn an_objection_is_answered_once_and_after_it_was_filed() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let early = objection(&county, listed, "2026-02-19");
    assert_eq!(county.refused("objection", early), "before_entry");
    let filed = county.publish("objection", objection(&county, listed, "2026-02-24"));
    let day = |day: &str| reply(&county, filed, day);
    assert_eq!(
        county.refused("objection_reply", day("2026-02-23")),
        "before_entry"
    );
    let other = county.listing("2026-02-21");
    let correction = county
        .correct(other, "abnormal_listing", listing("2026-02-22"))
        .unwrap();
    let by_other = with(day("2026-02-25"), "correction", county.named(correction));
    assert_eq!(
        county.refused("objection_reply", by_other),
        "correction_other"
    );
    let correction = county
        .correct(listed, "abnormal_listing", listing("2026-02-19"))
        .unwrap();
    let by = with(day("2026-02-25"), "correction", county.named(correction));
    county.publish("objection_reply", by);
    assert_eq!(
        county.refused("objection_reply", day("2026-02-26")),
        "replied_already"
    );
}

#[test]
fn a_correction_because_of_an_objection_is_of_what_that_is_about() {
    let county = County::new();
    let (one, other) = (county.listing("2026-02-20"), county.listing("2026-02-21"));
    let filed = county.publish("objection", objection(&county, one, "2026-02-24"));
    let correct = |target: u64| {
        let body = Value::object([
            ("corrected_body", listing("2026-02-19")),
            ("decided_on", "2026-03-02".into()),
            ("objection", county.named(filed)),
            ("reason", "登记时写错。".into()),
            ("region", "000000".into()),
            ("target", county.named(target)),
            ("target_kind", "abnormal_listing".into()),
        ]);
        let event = county.event(DEPARTMENT, "correction", Some(target), body);
        code(county.log.accept(vec![event]).remove(0))
    };
    assert_eq!(correct(other), "correction_other");
    assert_eq!(correct(one).get(..8), Some("accepted"));
}

fn promise(fulfilment: &str) -> Value {
    about(&format!(
        r#""promise_type":"credit_repair","content":"按期补报。","promised_on":"2026-02-20","fulfilment":"{fulfilment}""#
    ))
}

#[test]
fn what_became_of_a_promise_is_said_once() {
    let county = County::new();
    let made = county.publish("credit_promise", promise("pending"));
    let settled = |fulfilment: &str, day: &str| {
        let body = with(promise(fulfilment), "checked_on", day);
        with(body, "promise", county.named(made))
    };
    let later = with(settled("kept", "2026-02-21"), "promised_on", "2026-02-19");
    let early = with(later, "checked_on", "2026-02-19");
    assert_eq!(county.refused("credit_promise", early), "before_entry");
    let other = with(
        settled("kept", "2026-02-24"),
        "promise_type",
        "industry_discipline",
    );
    assert_eq!(
        county.refused("credit_promise", other),
        "promise_type_other"
    );
    let kept = county.publish("credit_promise", settled("kept", "2026-02-24"));
    for again in ["kept", "broken"] {
        let body = settled(again, "2026-02-25");
        assert_eq!(
            county.refused("credit_promise", body),
            "promise_settled",
            "{again}"
        );
    }
    // Of what became of it nothing becomes again.
    let of_that = with(
        settled("broken", "2026-02-25"),
        "promise",
        county.named(kept),
    );
    assert_eq!(county.refused("credit_promise", of_that), "promise_chain");
    // That it was false can come out later, once.
    county.publish("credit_promise", settled("false_promise", "2026-02-26"));
    let again = settled("false_promise", "2026-02-27");
    assert_eq!(county.refused("credit_promise", again), "promise_settled");
}

/// Whoever looks for what became of a promise finds it by the promise: no record of it goes on where another one stands.
#[test]
fn what_became_of_a_promise_names_the_promise_itself() {
    let county = County::new();
    let made = county.publish("credit_promise", promise("pending"));
    let still = with(promise("pending"), "promise", county.named(made));
    let still = county.publish("credit_promise", still);
    let kept = with(promise("kept"), "checked_on", "2026-02-24");
    let of_that = with(kept.clone(), "promise", county.named(still));
    let refused = county.refused("credit_promise", of_that);
    assert_eq!(refused, "promise_chain");
    // Nor is a promise of which something was said made to be said of another, nor what is said made to name such.
    let other = county.publish("credit_promise", promise("pending"));
    let moved = with(promise("pending"), "promise", county.named(other));
    let moved = code(county.correct(made, "credit_promise", moved));
    assert_eq!(moved, "promise_chain");
    let joined = with(promise("pending"), "promise", county.named(still));
    let joined = code(county.correct(other, "credit_promise", joined));
    assert_eq!(joined, "promise_chain");
    county.publish("credit_promise", with(kept, "promise", county.named(made)));
}

/// A correction of the promise itself says no other outcome beside the one that another record said.
#[test]
fn a_corrected_promise_has_one_outcome() {
    let county = County::new();
    let made = county.publish("credit_promise", promise("pending"));
    let correct = |fulfilment: &str| {
        let body = with(promise(fulfilment), "checked_on", "2026-02-24");
        code(county.correct(made, "credit_promise", body))
    };
    let kept = with(promise("kept"), "checked_on", "2026-02-24");
    let kept = with(kept, "promise", county.named(made));
    county.publish("credit_promise", kept);
    assert_eq!(correct("broken"), "promise_settled");
    assert_eq!(correct("kept"), "promise_settled");
    let reworded = with(promise("pending"), "content", "按期补报年报。");
    county.correct(made, "credit_promise", reworded).unwrap();
    // That it was false from the start can come out later.
    assert_eq!(correct("false_promise").get(..8), Some("accepted"));
}

fn status(status: &str, day: &str) -> Value {
    about(&format!(r#""status":"{status}","effective_on":"{day}""#))
}

#[test]
fn a_revocation_is_reversed_once() {
    let county = County::new();
    let suspended = county.publish(
        "subject_status",
        with(
            status("business_suspended", "2026-02-10"),
            "suspended_until",
            "2027-02-09",
        ),
    );
    let revoked = county.publish("subject_status", status("licence_revoked", "2026-02-20"));
    let reversal = |of: u64, day: &str| {
        with(
            status("revocation_reversed", day),
            "reverses",
            county.named(of),
        )
    };
    assert_eq!(
        county.refused("subject_status", reversal(suspended, "2026-03-01")),
        "not_revoked"
    );
    assert_eq!(
        county.refused("subject_status", reversal(revoked, "2026-02-19")),
        "before_entry"
    );
    let application = application("revocation_reversal", "2026-02-24");
    let of = |target: u64| with(application.clone(), "target", county.named(target));
    assert_eq!(
        county.refused("repair_application", of(suspended)),
        "not_revoked"
    );
    let applied = county.publish("repair_application", of(revoked));
    let granted = decision("revocation_reversal", "granted");
    let granted = with(granted, "application", county.named(applied));
    let granted = county.publish("repair_decision", granted);
    let by = |decision: u64| {
        with(
            reversal(revoked, "2026-03-01"),
            "repair_decision",
            county.named(decision),
        )
    };
    let listed = county.listing("2026-02-20");
    let other = county.apply(listed);
    let other = county.publish("repair_decision", county.decision(other, "granted"));
    assert_eq!(
        county.refused("subject_status", by(other)),
        "decision_other"
    );
    county.publish("subject_status", by(granted));
    assert_eq!(
        county.refused("subject_status", reversal(revoked, "2026-03-02")),
        "reversed_already"
    );
    assert_eq!(
        county.refused(
            "subject_status",
            status("revocation_reversed", "2026-03-02")
        ),
        "reversed_already"
    );
    // Revoked again, and reversed without naming it; and a revocation that is older than the log.
    county.publish("subject_status", status("licence_revoked", "2026-03-02"));
    county.publish(
        "subject_status",
        status("revocation_reversed", "2026-03-02"),
    );
    let older = with(
        status("revocation_reversed", "2026-03-02"),
        "subject_uscc",
        FIRM,
    );
    county.publish("subject_status", older);
}

/// Of Shaanxi no standard of low fines is known. From 2025-12-25 on the severity decides where it is said; before, the fine did.
#[test]
fn a_fine_of_which_nobody_knows_whether_it_is_low_says_what_helps() {
    let county = County::new();
    let fined = |day: &str| {
        let said = without(body(PENALTY), "severity");
        with(with(said, "region", "610323"), "decided_on", day)
    };
    let say = |body| code(county.say(COUNTY, "penalty", body));
    assert_eq!(say(fined("2026-02-27")), "threshold_or_severity");
    assert_eq!(say(fined("2025-06-02")), "threshold_unknown");
    let severe = with(fined("2026-02-27"), "severity", "minor");
    assert_eq!(say(severe).get(..8), Some("accepted"));
    let said = with(fined("2026-02-27"), "lower_fine", Value::Bool(false));
    let said = with(said, "decision_no", "示罚2号");
    assert_eq!(say(said).get(..8), Some("accepted"));
}
