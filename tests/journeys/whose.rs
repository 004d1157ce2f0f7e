//! 谁检查、谁录入、谁公开: what follows on a record is for who published it.

use crate::common::*;
use crate::support::*;
use gongshi::intake::{Clock as _, Event};
use gongshi_verify::json::Value;
use gongshi_verify::record::Record;

#[test]
fn what_follows_is_for_who_published() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let other = |kind: &str, body: Value| code(county.say(OTHER, kind, body));
    assert_eq!(
        other("abnormal_removal", county.removal(listed)),
        "not_yours"
    );
    let by_day = with(removal("2026-03-01"), "listed_on", "2026-02-20");
    assert_eq!(other("abnormal_removal", by_day), "not_yours");
    // Whoever received an application publishes it; whose record it is about decides.
    let application = county
        .say(OTHER, "repair_application", county.application(listed))
        .unwrap();
    let granted = county.decision(application, "granted");
    assert_eq!(other("repair_decision", granted.clone()), "not_yours");
    let named = with(granted.clone(), "target", county.named(listed));
    assert_eq!(other("repair_decision", named), "not_yours");
    let decision = county.publish("repair_decision", granted);
    let removed = with(
        county.removal(listed),
        "repair_decision",
        county.named(decision),
    );
    county.publish("abnormal_removal", removed);
}

#[test]
fn a_superior_acts_for_its_county() {
    let county = County::new();
    let body = with(listing("2026-02-20"), "region", "610323");
    let listed = county.say(COUNTY, "abnormal_listing", body).unwrap();
    let removal = with(county.removal(listed), "region", "610323");
    assert_eq!(
        code(county.say(
            TAIYUAN,
            "abnormal_removal",
            with(removal.clone(), "region", "140100")
        )),
        "not_yours"
    );
    county.say(CITY, "abnormal_removal", removal).unwrap();
    let body = with(listing("2026-02-20"), "region", "610300");
    let listed = county.say(CITY, "abnormal_listing", body).unwrap();
    let removal = with(county.removal(listed), "region", "610323");
    assert_eq!(
        code(county.say(COUNTY, "abnormal_removal", removal)),
        "not_yours"
    );
}

#[test]
fn an_objection_is_answered_by_who_took_it_or_whose_record_it_is() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let file = |who: &str| {
        let body = about(
            r#""objection_type":"content_wrong","objection_text":"日期不符。","filed_on":"2026-02-24""#,
        );
        county
            .say(who, "objection", with(body, "target", county.named(listed)))
            .unwrap()
    };
    let reply = |objection: u64| {
        let body = about(
            r#""objection_outcome":"rejected","reason":"日期无误。","decided_on":"2026-02-26""#,
        );
        with(body, "objection", county.named(objection))
    };
    let taken = file(OTHER);
    county.say(OTHER, "objection_reply", reply(taken)).unwrap();
    let taken = file(OTHER);
    county.publish("objection_reply", reply(taken));
    let taken = file(DEPARTMENT);
    let refused = county.say(OTHER, "objection_reply", reply(taken));
    // It took the objection and published the listing, and is named once.
    let said = refused.clone().unwrap_err().to_string();
    assert_eq!(said.matches(DEPARTMENT).count(), 1, "{said}");
    assert_eq!(code(refused), "not_yours");
}

fn result() -> Value {
    about(
        r#""draw_basis":"complaint","origin_reason":"投诉举报","method":"on_site","inspected_on":"2026-02-20","outcome":["problem_pending"]"#,
    )
}

#[test]
fn a_step_is_for_who_inspected_or_whom_it_was_handed_to() {
    let county = County::new();
    let step = |result: u64, kind: &str, day: &str| {
        let body = about(&format!(r#""followup_type":"{kind}","acted_on":"{day}""#));
        with(body, "result", county.named(result))
    };
    let found = county.publish("inspection_result", result());
    let filed = || step(found, "case_filed", "2026-02-24");
    assert_eq!(
        county.refused("result_followup", step(found, "closed", "2026-02-19")),
        "before_entry"
    );
    let other = |body: Value| code(county.say(OTHER, "result_followup", body));
    assert_eq!(other(filed()), "not_yours");
    let transfer = |recipient: &str| {
        let body = about(&format!(
            r#""transfer_type":"case_transfer","transferred_to":"某局","recipient":"{recipient}","transferred_on":"2026-02-21","content":"移送。""#
        ));
        with(body, "result", county.named(found))
    };
    county.publish("transfer", transfer(COUNTY));
    assert_eq!(other(filed()), "not_yours");
    county.publish("transfer", transfer(OTHER));
    assert_eq!(other(filed()).get(..8), Some("accepted"));
    // Inspected jointly.
    let joint = with(result(), "joint_departments", codes(&[OTHER]));
    let found = county.publish("inspection_result", joint);
    assert_eq!(
        other(step(found, "rectified", "2026-02-24")).get(..8),
        Some("accepted")
    );
    // Handed over in words: to whom they name in full, and to nobody else.
    let found = county.publish("inspection_result", result());
    assert_eq!(other(step(found, "case_filed", "2026-02-24")), "not_yours");
    let words = with(
        step(found, "transferred", "2026-02-23"),
        "transferred_to",
        "县药品监管部门",
    );
    county.publish("result_followup", words.clone());
    assert_eq!(other(step(found, "closed", "2026-02-24")), "not_yours");
    county.publish(
        "result_followup",
        with(words, "transferred_to", "某 局城关所"),
    );
    assert_eq!(
        other(step(found, "closed", "2026-02-24")).get(..8),
        Some("accepted")
    );
    // By name to a county: it, one above it, and who sent it may say that it is closed.
    let found = county.publish("inspection_result", result());
    let handed = with(transfer(COUNTY), "result", county.named(found));
    county.publish("transfer", handed);
    let closed = |who: &str, region: &str| {
        let body = with(step(found, "closed", "2026-02-24"), "region", region);
        code(county.say(who, "result_followup", body))
    };
    assert_eq!(closed(OTHER, "000000"), "not_yours");
    assert_eq!(closed(TAIYUAN, "140100"), "not_yours");
    for (who, region) in [(COUNTY, "610323"), (CITY, "610300"), (DEPARTMENT, "000000")] {
        assert_eq!(closed(who, region).get(..8), Some("accepted"), "{who}");
    }
}

/// Who hands over is who inspected, one above it, or who took part: nobody makes himself the receiver of another's case.
#[test]
fn nobody_takes_a_case_by_a_transfer_of_his_own() {
    let county = County::new();
    let found = county.publish("inspection_result", result());
    let transfer = |recipient: &str| {
        about(&format!(
            r#""transfer_type":"case_transfer","transferred_to":"某局","recipient":"{recipient}","transferred_on":"2026-02-21","content":"移送。""#
        ))
    };
    let of = |found: u64, body: Value| with(body, "result", county.named(found));
    let closed = |found: u64| {
        of(
            found,
            about(r#""followup_type":"closed","acted_on":"2026-02-24""#),
        )
    };
    let close = |body: Value| code(county.say(OTHER, "result_followup", body));
    let say = |who: &str, body: Value| county.say(who, "transfer", body).unwrap();
    say(OTHER, of(found, transfer(OTHER)));
    assert_eq!(close(closed(found)), "not_yours");
    // Nor by one that names no result.
    let own = say(OTHER, transfer(OTHER));
    let by = |transfer: u64| with(closed(found), "transfer", county.named(transfer));
    assert_eq!(close(by(own)), "not_yours");
    // One of the department's own about another subject is of another matter.
    let other = with(transfer(OTHER), "subject_uscc", FIRM);
    assert_eq!(close(by(say(DEPARTMENT, other))), "not_yours");
    let handed = say(DEPARTMENT, transfer(OTHER));
    assert_eq!(close(by(handed)).get(..8), Some("accepted"));
    // Who took part hands over as well.
    let joint = with(result(), "joint_departments", codes(&[OTHER]));
    let found = county.publish("inspection_result", joint);
    let taiyuan = || with(closed(found), "region", "140100");
    let close = || code(county.say(TAIYUAN, "result_followup", taiyuan()));
    assert_eq!(close(), "not_yours");
    say(OTHER, of(found, transfer(TAIYUAN)));
    assert_eq!(close().get(..8), Some("accepted"));
}

#[test]
fn a_transfer_is_not_corrected_into_one_of_anothers_result() {
    let county = County::new();
    let theirs = county.say(OTHER, "inspection_result", result()).unwrap();
    let [own, second] = [(); 2].map(|()| county.publish("inspection_result", result()));
    let transfer = about(
        r#""transfer_type":"case_transfer","transferred_to":"某局","transferred_on":"2026-02-21","content":"移送。""#,
    );
    let handed = county.publish("transfer", transfer.clone());
    let named = |result: u64| with(transfer.clone(), "result", county.named(result));
    let correct = |index: u64, body: Value| code(county.correct(index, "transfer", body));
    assert_eq!(correct(handed, named(theirs)), "not_yours");
    for result in [own, second] {
        assert_eq!(correct(handed, named(result)).get(..8), Some("accepted"));
    }
    assert_eq!(correct(handed, named(theirs)), "not_yours");
    // One that named it from the beginning is corrected in the rest.
    let handed = county.publish("transfer", named(theirs));
    let numbered = with(named(theirs), "transfer_no", "移送1号");
    assert_eq!(correct(handed, numbered).get(..8), Some("accepted"));
}

#[test]
fn a_transfer_is_answered_by_its_recipient() {
    let county = County::new();
    let transfer = |kind: &str, to: &str| {
        about(&format!(
            r#""transfer_type":"{kind}","transferred_to":"某局","recipient":"{to}","transferred_on":"2026-02-21","content":"抄告。""#
        ))
    };
    let notice = county.publish("transfer", transfer("notice", OTHER));
    let answer = || {
        with(
            transfer("feedback", DEPARTMENT),
            "answers",
            county.named(notice),
        )
    };
    assert_eq!(county.refused("transfer", answer()), "not_yours");
    let before = with(answer(), "transferred_on", "2026-02-20");
    let before = county.say(OTHER, "transfer", before);
    assert_eq!(code(before), "before_entry");
    county.say(OTHER, "transfer", answer()).unwrap();
    // Whose result it was about may be said in the answer.
    let found = county.publish("inspection_result", result());
    let about_it = with(answer(), "result", county.named(found));
    county.say(OTHER, "transfer", about_it).unwrap();
}

/// The operator runs the log. Even where it is registered for a kind it publishes no records of departments.
#[test]
fn the_operator_publishes_no_records_of_departments() {
    let county = County::new();
    let amended = county.log.authority(Value::object([
        ("action", "amend".into()),
        ("authority_id", OPERATOR.into()),
        ("kinds", codes(&["bulletin", "permit"])),
        ("name", "示例县信息中心".into()),
        ("region", "000000".into()),
    ]));
    county.log.accept(vec![amended])[0].clone().unwrap();
    let say = |kind: &str, body: Value| {
        let operator = county.log.operator();
        let event = Event::sign(
            &origin(),
            &operator.authority,
            &operator.key,
            &name(kind),
            county.log.clock.now(),
            None,
            Record::new(body, salt()).unwrap(),
        );
        county.log.accept(vec![event]).remove(0)
    };
    let refused = say("permit", permit("A-1")).unwrap_err();
    assert_eq!(refused.code(), "competence-rule");
    assert_eq!(code(Err(refused)), "operator_kind");
    let bulletin = body(
        r#"{"title":"月报","issue_no":"2026年第1期","bulletin_type":"monthly","region":"000000","period_from":"2026-01-01","period_to":"2026-01-31",
        "issued_on":"2026-02-10","indicators":[{"indicator":"permits","indicator_name":"行政许可","value":0,"unit":"records","definition":"按日志计"}]}"#,
    );
    say("bulletin", bulletin).unwrap();
}

/// Who decided on an application for its own listing has not decided on another's which the application names since.
#[test]
fn a_decision_lifts_nothing_that_its_application_was_corrected_to_name() {
    let county = County::new();
    let own = county.publish("penalty", body(PENALTY));
    let text = PENALTY.replace("示罚1号", "示罚2号");
    let theirs = county.say(OTHER, "penalty", body(&text)).unwrap();
    county.log.clock.advance_to(time("2026-06-08T08:00:00Z"));
    let application = |target| {
        let body = application("penalty_early_stop", "2026-06-05");
        with(body, "target", county.named(target))
    };
    let applied = county.publish("repair_application", application(own));
    let granted = with(
        decision("penalty_early_stop", "granted"),
        "application",
        county.named(applied),
    );
    let granted = with(granted, "decided_on", "2026-06-06");
    county.publish("repair_decision", granted);
    let day = |index| {
        county.log.settle();
        let due = county.log.app.portal.model.last_day(index).unwrap();
        due.map(|due| due.last_day.to_string())
    };
    let [repaired, goes_on] = ["2026-06-06", "2027-03-02"].map(|day| Some(day.to_owned()));
    assert_eq!((day(own), day(theirs)), (repaired.clone(), goes_on.clone()));
    let moved = county.correct(applied, "repair_application", application(theirs));
    assert_eq!(code(moved), "target_decided");
    assert_eq!((day(own), day(theirs)), (repaired, goes_on.clone()));
    // Where a log has such a correction, it lifts nothing all the same.
    let moved = county.correction(applied, "repair_application", application(theirs));
    county.past_intake(&moved);
    assert_eq!((day(own), day(theirs)), (goes_on.clone(), goes_on));
}

/// An application is moved before its decision to a record of the same authority alone; and what it names then is who decides.
#[test]
fn a_decision_is_for_whom_the_application_names_as_it_stands() {
    let county = County::new();
    let own = county.listing("2026-02-20");
    let theirs = county.say(OTHER, "abnormal_listing", listing("2026-02-21"));
    let theirs = theirs.unwrap();
    // Received by who published neither, and by who published one.
    let applied = county.apply(theirs);
    let correct = |target: u64| {
        let body = county.application(target);
        county.correct(applied, "repair_application", body)
    };
    let granted = || county.decision(applied, "granted");
    assert_eq!(county.refused("repair_decision", granted()), "not_yours");
    let correction = correct(own).unwrap();
    assert_eq!(code(correct(theirs)), "not_yours");
    let other = county.say(OTHER, "repair_decision", granted());
    assert_eq!(code(other), "not_yours");
    let decided = county.publish("repair_decision", granted());
    // Nor is the correction taken back, by which it would be on another's record.
    let back = county.withdraw(correction, "published_in_error", None);
    assert_eq!(code(back), "target_decided");
    let removed = with(
        county.removal(own),
        "repair_decision",
        county.named(decided),
    );
    county.publish("abnormal_removal", removed);
    let removed = with(
        county.removal(theirs),
        "repair_decision",
        county.named(decided),
    );
    let removed = county.say(OTHER, "abnormal_removal", removed);
    assert_eq!(code(removed), "decision_other");
}

/// An objection that was answered stays about what it was about.
#[test]
fn an_answered_objection_is_not_moved() {
    let county = County::new();
    let own = county.listing("2026-02-20");
    let second = county.listing("2026-02-21");
    let theirs = county.say(OTHER, "abnormal_listing", listing("2026-02-21"));
    let theirs = theirs.unwrap();
    let objection = |target: u64| {
        let body = about(
            r#""objection_type":"content_wrong","objection_text":"日期不符。","filed_on":"2026-02-24""#,
        );
        with(body, "target", county.named(target))
    };
    let filed = county.publish("objection", objection(own));
    let moved = |target: u64| code(county.correct(filed, "objection", objection(target)));
    assert_eq!(moved(theirs), "not_yours");
    assert_eq!(moved(second).get(..8), Some("accepted"));
    let reply =
        about(r#""objection_outcome":"rejected","reason":"日期无误。","decided_on":"2026-02-26""#);
    let reply = with(reply, "objection", county.named(filed));
    county.publish("objection_reply", reply);
    for target in [own, theirs] {
        assert_eq!(moved(target), "target_decided");
    }
}

/// Who lost its keys is not succeeded at once: a stolen key is revoked before there is a new one.
#[test]
fn who_has_no_key_is_acted_for_after_thirty_days() {
    let county = County::new();
    let listed = county.say(OTHER, "abnormal_listing", listing("2026-02-20"));
    let listed = listed.unwrap();
    let application = county.application(listed);
    let application = county.publish("repair_application", application);
    county.revoke(OTHER);
    for day in ["2026-03-02T09:00:00Z", "2026-04-01T07:59:59Z"] {
        county.log.clock.advance_to(time(day));
        let granted = county.decision(application, "granted");
        assert_eq!(county.refused("repair_decision", granted), "not_yours");
        let removal = county.removal(listed);
        assert_eq!(county.refused("abnormal_removal", removal), "not_yours");
    }
    county.log.clock.advance_to(time("2026-04-01T08:01:00Z"));
    county.publish("repair_decision", county.decision(application, "granted"));
    county.publish("abnormal_removal", county.removal(listed));
    assert_eq!(county.misfits(), [0; 0]);
}
