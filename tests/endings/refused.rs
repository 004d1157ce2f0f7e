//! What cannot be corrected or withdrawn, and by whom; each refusal with its code, and nothing half done.

use crate::common::*;
use crate::support::*;
use gongshi_verify::json::Value;

#[test]
fn two_people_decide() {
    let county = County::new();
    let index = county.publish("permit", permit("R-1"));
    let body = || county.withdrawal_body(index);
    let alone = county.about("withdrawal", index, body());
    assert_eq!(code(county.say(alone)), "malformed-event");
    let twice = county
        .about("withdrawal", index, body())
        .approved(&origin(), &county.log.department);
    assert_eq!(code(county.say(twice)), "bad-cosignature");
    let foreign = county
        .about("withdrawal", index, body())
        .approved(&origin(), &county.other);
    assert_eq!(code(county.say(foreign)), "bad-cosignature");
    // Somebody else's record, though two keys sign.
    let other = county
        .about_by(OTHER, &county.other, "withdrawal", index, body())
        .approved(&origin(), &county.second);
    assert_eq!(code(county.say(other)), "bad-cosignature");
    assert!(
        county
            .log
            .app
            .portal
            .log
            .leaf(index)
            .unwrap()
            .record
            .is_some()
    );
    county.say(county.withdrawal(index)).unwrap();
    assert_eq!(code(county.say(county.withdrawal(index))), "already_ended");
    let correction = county.correction(index, "permit", permit("R-2"));
    assert_eq!(code(county.say(correction)), "already_ended");
    // What was withdrawn may still be erased, once.
    county.say(county.erasure(index)).unwrap();
    assert_eq!(code(county.say(county.erasure(index))), "already_erased");
}

#[test]
fn what_governs_the_log_never_leaves() {
    let county = County::new();
    let index = county.publish("permit", permit("R-1"));
    let withdrawn = county.say(county.withdrawal(index)).unwrap();
    // An authority record, and a withdrawal.
    for target in [0, 1, withdrawn] {
        assert_eq!(
            code(county.say(county.withdrawal(target))),
            "reference-kind"
        );
        assert_eq!(code(county.say(county.erasure(target))), "reference-kind");
    }
    // Beyond the log, and an entry that is another than its hash.
    let beyond = county.log.app.portal.log.published().size();
    let mut body = county.withdrawal_body(index);
    if let Value::Object(members) = &mut body {
        let mut named = county.named(index);
        if let Value::Object(members) = &mut named {
            members.insert(
                "index".to_owned(),
                Value::Int(i64::try_from(beyond).unwrap()),
            );
        }
        members.insert("target".to_owned(), named);
    }
    let event = county
        .about("withdrawal", beyond, body)
        .approved(&origin(), &county.second);
    assert_eq!(code(county.say(event)), "unknown-reference");
    let event = county
        .about("withdrawal", 7, county.withdrawal_body(index))
        .approved(&origin(), &county.second);
    assert_eq!(code(county.say(event)), "target_other");
}

#[test]
fn only_who_published_a_record_corrects_it() {
    let county = County::new();
    let index = county.publish("permit", permit("R-1"));
    let say = |kind: &str, body: Value| county.say(county.correction(index, kind, body));
    assert_eq!(code(say("permit", permit("R-1"))), "nothing_corrected");
    let listing = listing("91000000MA00000900", "示例食品店", "2026-02-25");
    assert_eq!(code(say("abnormal_listing", listing)), "target_kind_other");
    let foreign = county.correction_body(index, "permit", permit("R-2"));
    let foreign = county.about_by(OTHER, &county.other, "correction", index, foreign);
    assert_eq!(code(county.say(foreign)), "target_foreign");
    assert_eq!(code(say("permit", body("{}"))), "invalid-fields");
    let correction = say("permit", permit("R-2")).unwrap();
    let again = county.correction(correction, "permit", permit("R-3"));
    assert_eq!(code(county.say(again)), "corrects_correction");
    let other = county.about_by(
        OTHER,
        &county.other,
        "correction",
        index,
        county.correction_body(index, "permit", permit("R-4")),
    );
    assert_eq!(code(county.say(other)), "target_foreign");
}

/// What counts is what the record says by now: a wrong correction is set right by the words of the original.
#[test]
fn a_wrong_correction_is_set_right_to_the_original() {
    let county = County::new();
    let index = county.publish("permit", permit("R-1"));
    let say = |number: &str| county.say(county.correction(index, "permit", permit(number)));
    say("R-2").unwrap();
    assert_eq!(code(say("R-2")), "nothing_corrected");
    say("R-1").unwrap();
    assert_eq!(code(say("R-1")), "nothing_corrected");
}

/// A paper that ends or corrects a record is not older than what the record says, nor from tomorrow.
#[test]
fn nothing_is_ended_or_corrected_before_it_was() {
    let county = County::new();
    let on = |body: Value, day: &str| with(body, "decided_on", day.into());
    let withdrawal = |index: u64, day: &str| {
        let body = on(county.withdrawal_body(index), day);
        let event = county.about("withdrawal", index, body);
        event.approved(&origin(), &county.second)
    };
    let erasure = |index: u64, day: &str| {
        let body = with(
            on(county.withdrawal_body(index), day),
            "erasure_reason",
            "court_order".into(),
        );
        let Value::Object(mut members) = body else {
            unreachable!()
        };
        members.remove("withdrawal_reason");
        let event = county.about("erasure", index, Value::Object(members));
        event.approved(&origin(), &county.second)
    };
    let correction = |index: u64, to: Value, day: &str| {
        let body = on(county.correction_body(index, "permit", to), day);
        county.about("correction", index, body)
    };
    // Of 20 February.
    let index = county.publish("permit", permit("R-1"));
    let dated = |day: &str| on(permit("R-2"), day);
    for (day, expected) in [
        ("2026-02-19", "ended_before"),
        ("2026-03-03", "invalid-fields"),
    ] {
        assert_eq!(code(county.say(withdrawal(index, day))), expected);
        assert_eq!(code(county.say(erasure(index, day))), expected);
        let to = permit("R-2");
        assert_eq!(code(county.say(correction(index, to, day))), expected);
    }
    // What a correction says is its own day counts, and then the corrected one.
    let early = correction(index, dated("2026-02-10"), "2026-02-09");
    assert_eq!(code(county.say(early)), "ended_before");
    county
        .say(correction(index, dated("2026-02-10"), "2026-02-10"))
        .unwrap();
    let early = withdrawal(index, "2026-02-09");
    assert_eq!(code(county.say(early)), "ended_before");
    county.say(withdrawal(index, "2026-02-10")).unwrap();
    assert_eq!(
        code(county.say(erasure(index, "2026-02-09"))),
        "ended_before"
    );
    county.say(erasure(index, "2026-02-10")).unwrap();
}
