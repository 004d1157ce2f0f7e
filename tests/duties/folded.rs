//! What the model keeps of duties. Days worked out by hand from the notice for 2026: off are 15 to 23 February, worked are Saturdays 14 and 28
//! February. The county opens on 2026-03-02 in Beijing.

use crate::common::*;
use crate::county::{OTHER, with};
use crate::office::*;
use gongshi::model::{DutyCounts, HowMet, Part};
use gongshi_verify::json::Value;

fn counts(change: impl FnOnce(&mut DutyCounts)) -> DutyCounts {
    let mut counts = DutyCounts::default();
    change(&mut counts);
    counts
}

/// From 27 January 20 working days: 28 to 30 January (3), 2 to 6 February (8), 9 to 14 (14), 24 to 28 (19), 2 March (20).
#[test]
fn a_penalty_is_in_time_on_its_last_day_and_late_on_the_next() {
    let county = office();
    let in_time = county.publish("penalty", penalty("示罚1号", "2026-01-27"));
    assert_eq!(county.own("2026-03-02"), counts(|c| c.in_time = 1));
    county.log.clock.advance_to(time("2026-03-03T02:00:00Z"));
    let late = county.publish("penalty", penalty("示罚2号", "2026-01-27"));
    let both = counts(|c| (c.in_time, c.late) = (1, 1));
    assert_eq!(county.own("2026-03-03"), both);
    assert_eq!(county.own("2036-03-02"), both, "what is done stays done");
    let [line] = &county.late()[..] else {
        panic!("{:?}", county.late());
    };
    assert_eq!((line.index, line.day), (late, Some(day("2026-03-03"))));
    assert_eq!(line.rule, "penalty-20wd@2021-09-01");
    let log = county.log.app.portal.log.as_ref();
    let duties = county.model().duties_of(late, log).unwrap().unwrap();
    let met = duties[0].met.unwrap();
    assert_eq!(duties[0].duty.due_on, Ok(day("2026-03-02")));
    assert_eq!((met.by, met.how), (late, HowMet::Late));
    county.is_as_if_folded_anew();
    // A correction of the day is what counts from then on, and its withdrawal takes that back.
    let said = penalty("示罚2号", "2026-01-28");
    let correction = county
        .say(county.correction(late, "penalty", said))
        .unwrap();
    assert_eq!(county.own("2026-03-02"), counts(|c| c.in_time = 2));
    assert_eq!(county.late(), []);
    county.is_as_if_folded_anew();
    county.say(county.withdrawal(correction)).unwrap();
    assert_eq!(county.own("2026-03-02"), both);
    // What is withdrawn is counted nowhere.
    county.say(county.withdrawal(in_time)).unwrap();
    county.say(county.withdrawal(late)).unwrap();
    assert_eq!(county.own("2026-03-02"), DutyCounts::default());
    assert_eq!(county.model().duties_of(late, log).unwrap(), None);
    county.is_as_if_folded_anew();
    // By 28 February: this log began on 2 March, and cannot tell where it stood before.
    county.publish("penalty", penalty("示罚3号", "2026-01-26"));
    assert_eq!(county.own("2026-03-03"), counts(|c| c.undecided = 1));
}

fn listing() -> Value {
    of_subject(
        r#""listed_reason":"unreachable","listed_on":"2026-01-05","verified_on":"2026-01-05","legal_basis":"企业信息公示暂行条例""#,
    )
}

/// From 2 March 5 working days: to 9 March. Three after 10 March: to 13 March.
#[test]
fn an_application_is_open_until_it_is_decided_and_the_decision_until_it_is_carried_out() {
    let county = office();
    let listed = county.publish("abnormal_listing", listing());
    let named = |index| county.named_json(index);
    let application = of_subject(&format!(
        r#""repair_kind":"abnormal_removal","target":{},"applied_on":"2026-03-02","acceptance":"accepted","accepted_on":"2026-03-02",
        "documents":["application_form","promise","rectification"]"#,
        named(listed)
    ));
    let application = county.publish("repair_application", application);
    // The listing itself, of January, was made before the log began.
    let open = counts(|c| (c.open, c.undecided) = (1, 1));
    assert_eq!(county.own("2026-03-01"), open);
    let soon = counts(|c| (c.open, c.due_soon, c.undecided) = (1, 1, 1));
    assert_eq!(county.own("2026-03-02"), soon);
    assert_eq!(county.own("2026-03-09"), soon);
    let overdue = counts(|c| (c.open, c.overdue, c.undecided) = (1, 1, 1));
    assert_eq!(county.own("2026-03-10"), overdue);
    let [line] = &county.open(Part::Own)[..] else {
        panic!("{:?}", county.open(Part::Own));
    };
    assert_eq!(
        (line.index, line.day, line.rule.as_str()),
        (
            application,
            Some(day("2026-03-09")),
            "abnormal-removal-5wd@2014-10-01"
        )
    );
    county.log.clock.advance_to(time("2026-03-10T02:00:00Z"));
    let decision = of_subject(&format!(
        r#""repair_kind":"abnormal_removal","application":{},"target":{},"repair_outcome":"granted","decided_on":"2026-03-10""#,
        named(application),
        named(listed)
    ));
    let decision = county.publish("repair_decision", decision);
    // Decided a day too late, and now to be carried out.
    let decided = counts(|c| (c.open, c.due_soon, c.late, c.undecided) = (1, 1, 1, 1));
    assert_eq!(county.own("2026-03-10"), decided);
    assert_eq!(
        county.open(Part::Own)[0].day,
        Some(day("2026-03-13")),
        "{decision}"
    );
    county.is_as_if_folded_anew();
    // Published in error, it decided nothing; the application waits again.
    let taken_back = county.say(county.withdrawal(decision)).unwrap();
    assert_eq!(county.own("2026-03-10"), overdue, "{taken_back}");
    county.is_as_if_folded_anew();
    let decision = of_subject(&format!(
        r#""repair_kind":"abnormal_removal","application":{},"target":{},"repair_outcome":"granted","decided_on":"2026-03-09""#,
        named(application),
        named(listed)
    ));
    county.publish("repair_decision", decision);
    let removal = of_subject(&format!(
        r#""listing":{},"listed_on":"2026-01-05","removed_reason":"reachable_again","removed_on":"2026-03-10""#,
        named(listed)
    ));
    county.publish("abnormal_removal", removal);
    let done = counts(|c| (c.in_time, c.undecided) = (2, 1));
    assert_eq!(county.own("2026-03-31"), done);
    county.is_as_if_folded_anew();
}

/// What was found on 2 March is followed by a listing by 16 March; the listing leaves with its removal and counts all the same.
#[test]
fn what_ended_by_the_rules_has_been_done_and_what_was_erased_has_not() {
    let county = office();
    let found = county.publish(
        "inspection_result",
        result("unreachable_at_registered_address", "2026-03-02"),
    );
    assert_eq!(
        county.own("2026-03-17"),
        counts(|c| (c.open, c.overdue, c.in_time) = (1, 1, 1))
    );
    let listing = with(
        of_subject(
            r#""listed_reason":"unreachable","listed_on":"2026-03-02","verified_on":"2026-03-02","legal_basis":"企业信息公示暂行条例""#,
        ),
        "result",
        county.named(found),
    );
    let listed = county.publish("abnormal_listing", listing);
    let done = counts(|c| c.in_time = 3);
    assert_eq!(county.own("2026-03-17"), done);
    let removal = of_subject(&format!(
        r#""listing":{},"listed_on":"2026-03-02","removed_reason":"reachable_again","removed_on":"2026-03-02""#,
        county.named_json(listed)
    ));
    county.publish("abnormal_removal", removal);
    county.log.clock.advance_to(time("2026-03-03T02:00:00Z"));
    county.log.settle();
    assert_eq!(county.log.app.end_displays().ended, 1);
    // The listing's own duty left with it; that it was made has not changed.
    assert_eq!(county.own("2026-03-17"), counts(|c| c.in_time = 2));
    let log = county.log.app.portal.log.as_ref();
    let duties = county.model().duties_of(found, log).unwrap().unwrap();
    let met = duties.iter().filter_map(|one| one.met);
    assert!(met.clone().any(|met| met.by == listed), "{duties:?}");
    county.is_as_if_folded_anew();
    // Erased, it tells nothing any more.
    county.say(county.erasure(listed)).unwrap();
    assert_eq!(
        county.own("2026-03-17"),
        counts(|c| (c.open, c.overdue, c.in_time) = (1, 1, 1))
    );
    county.is_as_if_folded_anew();
}

#[test]
fn a_transfer_is_owed_by_its_receiver_and_followed_where_nobody_knows_who_that_is() {
    let county = office();
    let transfer = |recipient: &str| {
        of_subject(&format!(
            r#""transfer_type":"notice","transferred_to":"示例县药监局",{recipient}"transferred_on":"2026-03-02","due_on":"2026-03-12","content":"抄告""#
        ))
    };
    let known = county.publish("transfer", transfer(&format!(r#""recipient":"{OTHER}","#)));
    assert_eq!(county.own("2026-03-13"), DutyCounts::default());
    let overdue = counts(|c| (c.open, c.overdue) = (1, 1));
    assert_eq!(county.of_other("2026-03-13"), overdue);
    county.publish("transfer", transfer(""));
    assert_eq!(county.own("2026-03-13"), DutyCounts::default());
    assert_eq!(county.followed("2026-03-13"), overdue);
    county.log.clock.advance_to(time("2026-03-12T02:00:00Z"));
    let answer = of_subject(&format!(
        r#""transfer_type":"feedback","transferred_to":"示例县市场监管局","transferred_on":"2026-03-12","content":"已办","answers":{}"#,
        county.named_json(known)
    ));
    let id = gongshi_verify::names::AuthorityId::parse(OTHER).unwrap();
    let answer = gongshi::intake::Event::sign(
        &origin(),
        &id,
        &county.other,
        &name("transfer"),
        gongshi::intake::Clock::now(county.log.clock.as_ref()),
        None,
        gongshi_verify::record::Record::new(answer, salt()).unwrap(),
    );
    county.say(answer).unwrap();
    assert_eq!(county.of_other("2026-03-13"), counts(|c| c.in_time = 1));
    assert_eq!(county.followed("2026-03-13"), overdue);
    county.is_as_if_folded_anew();
}

/// Nobody makes another department overdue by a day that was over when it could first be known.
#[test]
fn what_is_due_before_it_is_logged_stays_with_who_sent_it() {
    let county = office();
    county.log.clock.advance_to(time("2026-03-12T02:00:00Z"));
    let transfer = |due: &str, content: &str| {
        of_subject(&format!(
            r#""transfer_type":"notice","transferred_to":"示例县药监局","recipient":"{OTHER}","transferred_on":"2026-03-02","due_on":"{due}","content":"{content}""#
        ))
    };
    county.publish("transfer", transfer("2026-03-11", "抄告"));
    let overdue = counts(|c| (c.open, c.overdue) = (1, 1));
    assert_eq!(county.of_other("2026-03-13"), DutyCounts::default());
    assert_eq!(county.followed("2026-03-13"), overdue);
    // On the day itself it can still be done.
    let known = county.publish("transfer", transfer("2026-03-12", "抄告"));
    assert_eq!(county.of_other("2026-03-13"), overdue);
    assert_eq!(county.followed("2026-03-13"), overdue);
    // A correction lays on nobody what is over by then; what was known before it stays theirs.
    county.log.clock.advance_to(time("2026-03-14T02:00:00Z"));
    let body = transfer("2026-03-12", "改告");
    county
        .say(county.correction(known, "transfer", body))
        .unwrap();
    assert_eq!(county.of_other("2026-03-15"), overdue);
    let later = county.publish("transfer", transfer("2026-03-20", "抄告"));
    county.log.clock.advance_to(time("2026-03-17T02:00:00Z"));
    let body = transfer("2026-03-16", "抄告");
    county
        .say(county.correction(later, "transfer", body))
        .unwrap();
    assert_eq!(county.of_other("2026-03-18"), overdue);
    let both = counts(|c| (c.open, c.overdue) = (2, 2));
    assert_eq!(county.followed("2026-03-18"), both);
    county.is_as_if_folded_anew();
}

#[test]
fn a_step_ends_what_was_ordered_before_it_and_nothing_later() {
    let county = office();
    let found = county.publish("inspection_result", result("problem_pending", "2026-03-02"));
    let step = |kind: &str, on: &str, rest: &str| {
        of_subject(&format!(
            r#""result":{},"followup_type":"{kind}","acted_on":"{on}"{rest}"#,
            county.named_json(found)
        ))
    };
    let order = step(
        "rectification_ordered",
        "2026-03-02",
        r#","due_on":"2026-03-06""#,
    );
    county.publish("result_followup", order);
    assert_eq!(county.followed("2026-03-07").overdue, 1);
    assert_eq!(county.own("2026-03-07"), counts(|c| c.in_time = 1));
    county.log.clock.advance_to(time("2026-03-10T02:00:00Z"));
    county.publish("result_followup", step("rectified", "2026-03-06", ""));
    assert_eq!(county.followed("2026-03-10"), counts(|c| c.in_time = 1));
    let again = step(
        "rectification_ordered",
        "2026-03-09",
        r#","due_on":"2026-03-20""#,
    );
    county.publish("result_followup", again);
    let open = counts(|c| (c.open, c.overdue, c.in_time) = (1, 1, 1));
    assert_eq!(county.followed("2026-03-21"), open);
    county.is_as_if_folded_anew();
}

/// Until the notice for 2027 is known, nobody can say when 20 working days from mid-December are over.
#[test]
fn a_day_outside_the_calendar_is_not_guessed() {
    let county = office();
    county.log.clock.advance_to(time("2026-12-15T02:00:00Z"));
    let objection = |accepted: &str| {
        of_subject(&format!(
            r#""objection_type":"content_wrong","target":{},"objection_text":"有误","filed_on":"2026-12-10","accepted_on":"{accepted}""#,
            county.named_json(1)
        ))
    };
    let first = county.publish("objection", objection("2026-12-14"));
    let second = county.publish("objection", objection("2026-12-11"));
    let open = counts(|c| (c.open, c.undated) = (2, 2));
    for on in ["2026-12-16", "2027-02-01"] {
        assert_eq!(county.own(on), open, "{on}");
    }
    assert!(county.open(Part::Own).iter().all(|one| one.day.is_none()));
    let reply = |to: u64, on: &str| {
        of_subject(&format!(
            r#""objection":{},"objection_outcome":"rejected","reason":"无误","decided_on":"{on}""#,
            county.named_json(to)
        ))
    };
    county.log.clock.advance_to(time("2026-12-31T02:00:00Z"));
    // Whatever the notice will say, the days of 2026 come before.
    county.publish("objection_reply", reply(first, "2026-12-31"));
    assert_eq!(
        county.own("2027-02-01"),
        counts(|c| (c.open, c.undated, c.in_time) = (1, 1, 1))
    );
    county.log.clock.advance_to(time("2027-01-04T02:00:00Z"));
    county.publish("objection_reply", reply(second, "2027-01-04"));
    assert_eq!(
        county.own("2027-02-01"),
        counts(|c| (c.in_time, c.undecided) = (1, 1))
    );
    county.is_as_if_folded_anew();
}

/// Accepted within five working days of 2 March: by 9 March. Then 20 from the day of acceptance.
#[test]
fn an_objection_is_accepted_by_a_correction_of_itself() {
    let county = office();
    let body = of_subject(&format!(
        r#""objection_type":"content_wrong","target":{},"objection_text":"有误","filed_on":"2026-03-02""#,
        county.named_json(1)
    ));
    let objection = county.publish("objection", body.clone());
    assert_eq!(
        county.own("2026-03-10"),
        counts(|c| (c.open, c.overdue) = (1, 1))
    );
    // A correction of something else leaves it open.
    let other = with(body.clone(), "note", "更正说明".into());
    county
        .say(county.correction(objection, "objection", other))
        .unwrap();
    assert_eq!(county.own("2026-03-09").open, 1);
    county.log.clock.advance_to(time("2026-03-10T02:00:00Z"));
    let accepted = with(body, "accepted_on", "2026-03-10".into());
    let correction = county
        .say(county.correction(objection, "objection", accepted))
        .unwrap();
    assert_eq!(
        county.own("2026-03-11"),
        counts(|c| (c.open, c.late) = (1, 1))
    );
    let log = county.log.app.portal.log.as_ref();
    let duties = county.model().duties_of(objection, log).unwrap().unwrap();
    let accepting = duties.iter().find_map(|one| one.met).unwrap();
    assert_eq!(
        (accepting.by, accepting.on),
        (correction, day("2026-03-10"))
    );
    county.is_as_if_folded_anew();
    county.say(county.withdrawal(correction)).unwrap();
    assert_eq!(
        county.own("2026-03-10"),
        counts(|c| (c.open, c.overdue) = (1, 1))
    );
    county.is_as_if_folded_anew();
}

/// From 2 March five working days to correct, by 9 March. The correction leaves with the listing that it corrected, and was made all the same;
/// one that was withdrawn before was not: then the removal is what ended it.
#[test]
fn what_a_correction_ended_stays_done_when_its_record_is_over() {
    for withdrawn in [false, true] {
        let county = office();
        let listed = county.publish("abnormal_listing", listing());
        let objection = of_subject(&format!(
            r#""objection_type":"content_wrong","target":{},"objection_text":"有误","filed_on":"2026-03-02","accepted_on":"2026-03-02""#,
            county.named_json(listed)
        ));
        let objection = county.publish("objection", objection);
        let reply = of_subject(&format!(
            r#""objection":{},"objection_outcome":"upheld","reason":"有误","decided_on":"2026-03-02""#,
            county.named_json(objection)
        ));
        let reply = county.publish("objection_reply", reply);
        // The listing, of January, was made before the log began; the objection is answered; to be corrected.
        let said = with(listing(), "note", "更正说明".into());
        let said = county.correction_body(listed, "abnormal_listing", said);
        let said = with(said, "objection", county.named(objection));
        let open = counts(|c| (c.open, c.overdue, c.in_time, c.undecided) = (1, 1, 1, 1));
        assert_eq!(county.own("2026-03-10"), open);
        let event = county.about("correction", listed, said);
        let correction = county.say(event).unwrap();
        let done = counts(|c| (c.in_time, c.undecided) = (2, 1));
        assert_eq!(county.own("2026-03-10"), done);
        if withdrawn {
            county.say(county.withdrawal(correction)).unwrap();
            assert_eq!(county.own("2026-03-10"), open);
            county.is_as_if_folded_anew();
        }
        let removal = of_subject(&format!(
            r#""listing":{},"listed_on":"2026-01-05","removed_reason":"reachable_again","removed_on":"2026-03-02""#,
            county.named_json(listed)
        ));
        let removal = county.publish("abnormal_removal", removal);
        county.log.clock.advance_to(time("2026-03-03T02:00:00Z"));
        county.log.settle();
        assert_eq!(county.log.app.end_displays().ended, 1);
        assert_eq!(county.own("2026-03-10"), counts(|c| c.in_time = 2));
        let log = county.log.app.portal.log.as_ref();
        let duties = county.model().duties_of(reply, log).unwrap().unwrap();
        let by = duties.iter().map(|one| one.met.map(|met| met.by));
        let ended = if withdrawn { removal } else { correction };
        assert_eq!(by.collect::<Vec<_>>(), [Some(ended)]);
        county.is_as_if_folded_anew();
        // Erased, neither tells anything any more; and there is nothing left to be corrected.
        county.say(county.erasure(listed)).unwrap();
        assert_eq!(county.own("2026-03-10"), counts(|c| c.in_time = 2));
        county.is_as_if_folded_anew();
    }
}

/// What was found on 2 March is followed by a listing of whom it was found of, by who found it: by 16 March.
#[test]
fn a_record_about_somebody_else_or_of_somebody_else_does_nobodys_duty() {
    let county = office();
    let found = county.publish(
        "inspection_result",
        result("unreachable_at_registered_address", "2026-03-02"),
    );
    let open = counts(|c| (c.open, c.overdue, c.in_time) = (1, 1, 1));
    let listing = |code: &str| {
        let listing = of_subject(
            r#""listed_reason":"unreachable","listed_on":"2026-03-02","legal_basis":"企业信息公示暂行条例""#,
        );
        let listing = with(listing, "subject_uscc", code.into());
        with(listing, "result", county.named(found))
    };
    let wrong = county.publish("abnormal_listing", listing("91110000600037341L"));
    assert_eq!(county.own("2026-03-17"), open);
    let foreign = gongshi::intake::Event::sign(
        &origin(),
        &gongshi_verify::names::AuthorityId::parse(OTHER).unwrap(),
        &county.other,
        &name("abnormal_listing"),
        gongshi::intake::Clock::now(county.log.clock.as_ref()),
        None,
        gongshi_verify::record::Record::new(listing("91000000MA00000900"), salt()).unwrap(),
    );
    county.say(foreign).unwrap();
    assert_eq!(county.own("2026-03-17"), open);
    county.is_as_if_folded_anew();
    // Its code was wrong: now it is about whom the result is about, and stays done when it leaves.
    let right = county
        .say(county.correction(wrong, "abnormal_listing", listing("91000000MA00000900")))
        .unwrap();
    let done = counts(|c| c.in_time = 2);
    assert_eq!(county.own("2026-03-17"), done);
    let removal = of_subject(&format!(
        r#""listing":{},"listed_on":"2026-03-02","removed_reason":"reachable_again","removed_on":"2026-03-02""#,
        county.named_json(wrong)
    ));
    county.publish("abnormal_removal", removal);
    county.log.clock.advance_to(time("2026-03-03T02:00:00Z"));
    county.log.settle();
    assert_eq!(county.log.app.end_displays().ended, 1);
    assert_eq!(county.own("2026-03-17"), done);
    county.is_as_if_folded_anew();
    // Once the correction is erased nothing tells any more that it was about this one.
    county.say(county.erasure(right)).unwrap();
    assert_eq!(county.own("2026-03-17"), open);
    county.is_as_if_folded_anew();
}

/// How many keys of the model begin with a tag.
fn keys(county: &gongshi::model::Model, tag: u8) -> Vec<(Vec<u8>, Vec<u8>)> {
    let all = county.dump().map(Result::unwrap);
    all.filter(|(key, _)| key[0] == tag).collect()
}

/// Of the steps on a result only orders with a term wait for others; else each new step would look at all the others again.
#[test]
fn only_what_has_to_be_done_waits_and_each_correction_is_kept_by_itself() {
    let county = office();
    let found = county.publish("inspection_result", result("problem_pending", "2026-03-02"));
    let step = |kind: &str, rest: &str| {
        of_subject(&format!(
            r#""result":{},"followup_type":"{kind}","acted_on":"2026-03-02"{rest}"#,
            county.named_json(found)
        ))
    };
    let due = r#","due_on":"2026-03-06""#;
    let order = county.publish("result_followup", step("rectification_ordered", due));
    let done: Vec<u64> = (0..3)
        .map(|n| {
            let note = format!(r#","note":"{n}""#);
            county.publish("result_followup", step("rectified", &note))
        })
        .collect();
    let waiting = keys(county.model(), b'I');
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    assert!(waiting[0].0.ends_with(&order.to_be_bytes()));
    // Corrected to be an order, a step waits as well, and no longer once that is taken back.
    let corrected = step("rectification_ordered", due);
    let first = county
        .say(county.correction(done[0], "result_followup", corrected.clone()))
        .unwrap();
    assert_eq!(keys(county.model(), b'I').len(), 2);
    let second = with(corrected, "note", "再次更正".into());
    let second = county
        .say(county.correction(done[0], "result_followup", second))
        .unwrap();
    let model = county.model();
    assert_eq!(model.corrections(done[0]).unwrap(), [first, second]);
    assert_eq!(model.latest_correction(done[0]).unwrap(), Some(second));
    let kept = keys(model, b'k');
    assert!(kept.len() == 2 && kept.iter().all(|(_, value)| value.is_empty()));
    county.is_as_if_folded_anew();
    for correction in [second, first] {
        county.say(county.withdrawal(correction)).unwrap();
        county.is_as_if_folded_anew();
    }
    let model = county.model();
    assert_eq!(model.latest_correction(done[0]).unwrap(), None);
    assert_eq!(keys(model, b'I').len(), 1);
}

/// What was summed up for one day and log is not told of another.
#[test]
fn totals_are_of_the_day_and_of_what_is_folded() {
    let county = office();
    let promise = r#""promise_type":"voluntary_disclosure","content":"诚信经营","promised_on":"2026-03-02","fulfilment":"pending","due_on":"2026-03-06""#;
    county.publish("credit_promise", of_subject(promise));
    let open = counts(|c| (c.open, c.due_soon) = (1, 1));
    assert_eq!(county.followed("2026-03-02"), open);
    assert_eq!(county.followed("2026-03-02"), open);
    let overdue = counts(|c| (c.open, c.overdue) = (1, 1));
    assert_eq!(county.followed("2026-03-07"), overdue);
    county.publish("credit_promise", of_subject(promise));
    let overdue = counts(|c| (c.open, c.overdue) = (2, 2));
    assert_eq!(county.followed("2026-03-07"), overdue);
}

/// What an objection found wrong is shown no more: nothing is left to be corrected.
#[test]
fn what_was_objected_to_and_left_needs_no_correction() {
    let county = office();
    let upheld = |day: &str| {
        let listing = of_subject(&format!(
            r#""listed_reason":"unreachable","listed_on":"{day}","legal_basis":"企业信息公示暂行条例""#
        ));
        let listed = county.publish("abnormal_listing", listing);
        let objection = of_subject(&format!(
            r#""objection_type":"content_wrong","target":{},"objection_text":"有误","filed_on":"2026-03-02","accepted_on":"2026-03-02""#,
            county.named_json(listed)
        ));
        let objection = county.publish("objection", objection);
        (listed, objection)
    };
    let reply = |objection: u64| {
        let reply = of_subject(&format!(
            r#""objection":{},"objection_outcome":"upheld","reason":"属实","decided_on":"2026-03-02""#,
            county.named_json(objection)
        ));
        county.publish("objection_reply", reply)
    };
    let open = || {
        county.log.settle();
        let all = county.open(Part::Own);
        let mine = all
            .iter()
            .filter(|one| one.rule.starts_with("objection-correct"));
        mine.map(|one| one.index).collect::<Vec<_>>()
    };
    let ((first, one), (_, other)) = (upheld("2026-02-24"), upheld("2026-02-25"));
    let (one, answered) = (reply(one), reply(other));
    assert_eq!(open(), [one, answered]);
    // That the objection leaves is nothing that was done.
    county.say(county.withdrawal(other)).unwrap();
    assert_eq!(open(), [one, answered]);
    county.say(county.withdrawal(first)).unwrap();
    assert_eq!(open(), [answered]);
    // It may have left before the answer was there; and be destroyed.
    let (third, other) = upheld("2026-02-26");
    county.say(county.erasure(third)).unwrap();
    reply(other);
    let (fourth, other) = upheld("2026-02-27");
    let last = reply(other);
    assert_eq!(open(), [answered, last]);
    county.say(county.erasure(fourth)).unwrap();
    assert_eq!(open(), [answered]);
    county.is_as_if_folded_anew();
}
