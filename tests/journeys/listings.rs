//! A listing ends once, not before it began, and by a repair that was granted where the removal says so.

use crate::common::*;
use crate::support::*;
use gongshi_verify::json::Value;

#[test]
fn a_listing_is_removed_once() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let removed = county.publish("abnormal_removal", county.removal(listed));
    assert_eq!(
        county.refused("abnormal_removal", county.removal(listed)),
        "removed_already"
    );
    // One that is withdrawn removes nothing.
    county
        .withdraw(removed, "published_in_error", None)
        .unwrap();
    county.publish("abnormal_removal", county.removal(listed));
    assert_eq!(
        county.refused("abnormal_removal", county.removal(listed)),
        "removed_already"
    );
}

#[test]
fn a_removal_by_its_day_ends_what_the_log_has_and_what_it_does_not() {
    let county = County::new();
    // Older than the log: the department's word.
    let by_day = |day: &str| with(removal("2026-03-01"), "listed_on", day);
    county.publish("abnormal_removal", by_day("2019-07-08"));
    assert_eq!(
        county.refused("abnormal_removal", by_day("2019-07-08")),
        "removed_already"
    );
    let other = with(by_day("2019-07-08"), "listed_reason", "false_information");
    county.publish("abnormal_removal", other);
    let listed = county.listing("2026-02-20");
    county.publish("abnormal_removal", by_day("2026-02-20"));
    assert_eq!(
        county.refused("abnormal_removal", by_day("2026-02-20")),
        "removed_already"
    );
    assert_eq!(
        county.refused("abnormal_removal", county.removal(listed)),
        "removed_already"
    );
    // Another listing of that day, for another reason.
    let other = with(listing("2026-02-20"), "listed_reason", "false_information");
    county.publish("abnormal_listing", other);
    let other = with(by_day("2026-02-20"), "listed_reason", "false_information");
    county.publish("abnormal_removal", other);
}

#[test]
fn a_removal_is_not_before_its_listing() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let removal = |day: &str| with(county.removal(listed), "removed_on", day);
    assert_eq!(
        county.refused("abnormal_removal", removal("2026-02-19")),
        "before_entry"
    );
    // Of a listing that was withdrawn nobody knows what was wrong about it: its day, perhaps.
    county.withdraw(listed, "published_in_error", None).unwrap();
    county.publish("abnormal_removal", removal("2026-02-19"));
    let listed = county.listing("2026-02-20");
    county.publish(
        "abnormal_removal",
        with(county.removal(listed), "removed_on", "2026-02-20"),
    );
}

#[test]
fn a_removal_rests_on_a_grant_that_stands() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let application = county.apply(listed);
    let refused = county.publish("repair_decision", county.decision(application, "refused"));
    let by = |decision| {
        with(
            county.removal(listed),
            "repair_decision",
            county.named(decision),
        )
    };
    assert_eq!(
        county.refused("abnormal_removal", by(refused)),
        "decision_other"
    );
    let application = county.apply(listed);
    let granted = county.publish("repair_decision", county.decision(application, "granted"));
    let early = with(by(granted), "removed_on", "2026-02-27");
    assert_eq!(county.refused("abnormal_removal", early), "before_entry");
    let other = county.listing("2026-02-21");
    let of_other = with(
        county.removal(other),
        "repair_decision",
        county.named(granted),
    );
    assert_eq!(
        county.refused("abnormal_removal", of_other),
        "decision_other"
    );
    let rescinded = county.decision(application, "rescinded");
    county.publish("repair_decision", rescinded);
    assert_eq!(
        county.refused("abnormal_removal", by(granted)),
        "decision_other"
    );
    let again = county.publish("repair_decision", county.decision(application, "granted"));
    county.publish("abnormal_removal", by(again));
}

/// A correction is judged as what it says instead, and not against the record it corrects.
#[test]
fn a_corrected_removal_must_fit_as_well() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let other = county.listing("2026-02-21");
    let removed = county.publish("abnormal_removal", county.removal(listed));
    let body = county.removal(listed);
    let early = with(body.clone(), "removed_on", "2026-02-19");
    assert_eq!(
        code(county.correct(removed, "abnormal_removal", early)),
        "before_entry"
    );
    let moved = with(body, "removed_on", "2026-02-28");
    county.correct(removed, "abnormal_removal", moved).unwrap();
    // It was of the other listing: that is what it removes now, and the first is on the list again.
    county
        .correct(removed, "abnormal_removal", county.removal(other))
        .unwrap();
    assert_eq!(
        county.refused("abnormal_removal", county.removal(other)),
        "removed_already"
    );
    county.publish("abnormal_removal", county.removal(listed));
}

fn serious(day: &str) -> Value {
    about(&format!(
        r#""serious_category":"food_safety","reason":"使用非食品原料加工食品。","listed_on":"{day}","restrictions":[{{"restriction":"key_supervision"}}],
        "legal_basis":"市场监督管理严重违法失信名单管理办法""#
    ))
}

fn serious_removal(reason: &str, day: &str) -> Value {
    about(&format!(
        r#""serious_removal_reason":"{reason}","removed_on":"{day}""#
    ))
}

/// Three years from the listing: with 2029-02-20 the term of one of 2026-02-20 ends (article 201, 202 of the Civil Code).
#[test]
fn a_serious_listing_leaves_at_the_end_of_its_term_or_by_a_grant() {
    let county = County::new();
    let of = |listed: u64, reason: &str, day: &str| {
        with(
            serious_removal(reason, day),
            "listing",
            county.named(listed),
        )
    };
    let refused = |body: Value| county.refused("serious_removal", body);
    let listed = county.publish("serious_listing", serious("2023-02-21"));
    // The term ends with 2026-02-21.
    for day in ["2023-02-28", "2026-02-20"] {
        assert_eq!(refused(of(listed, "term_ended", day)), "term_runs");
    }
    let by_day =
        |reason: &str, day: &str| with(serious_removal(reason, day), "listed_on", "2023-02-21");
    assert_eq!(refused(by_day("term_ended", "2026-02-20")), "term_runs");
    assert_eq!(
        refused(by_day("repaired", "2026-02-20")),
        "removal_ungranted"
    );
    assert_eq!(
        refused(of(listed, "repaired", "2026-02-25")),
        "removal_ungranted"
    );
    // A grant that does not say what it is about is not of this listing.
    let vague = decision("serious_early_removal", "granted");
    let vague = county.publish("repair_decision", with(vague, "applied_on", "2026-02-27"));
    let rests_on =
        |body: Value, decision: u64| with(body, "repair_decision", county.named(decision));
    let repaired = || of(listed, "repaired", "2026-03-01");
    assert_eq!(refused(rests_on(repaired(), vague)), "decision_other");
    let granted = with(
        decision("serious_early_removal", "granted"),
        "target",
        county.named(listed),
    );
    let granted = with(granted, "applied_on", "2026-02-27");
    let decided = county.publish("repair_decision", granted);
    // One that left publication does not stand.
    county
        .withdraw(decided, "published_in_error", None)
        .unwrap();
    assert_eq!(refused(rests_on(repaired(), decided)), "decision_other");
    let ended = county.publish("serious_removal", of(listed, "term_ended", "2026-02-21"));
    // It says something else by a correction only where that holds.
    let correct = |body: Value| code(county.correct(ended, "serious_removal", body));
    assert_eq!(correct(repaired()), "removal_ungranted");
    assert_eq!(correct(of(listed, "term_ended", "2026-02-20")), "term_runs");
    assert_eq!(
        correct(of(listed, "listed_in_error", "2026-02-20")).get(..8),
        Some("accepted")
    );
}

#[test]
fn a_serious_listing_that_should_not_have_been_needs_neither_term_nor_grant() {
    let county = County::new();
    for (day, reason) in [
        ("2026-02-20", "listed_in_error"),
        ("2026-02-21", "decision_annulled"),
    ] {
        let listed = county.publish("serious_listing", serious(day));
        let removal = serious_removal(reason, "2026-03-01");
        county.publish(
            "serious_removal",
            with(removal, "listing", county.named(listed)),
        );
    }
    // Older than the log, and not in it: the department's word.
    let removal = serious_removal("repaired", "2026-02-20");
    county.publish("serious_removal", with(removal, "listed_on", "2024-05-06"));
}

/// The log begins with 2026-03-02, by its first entry.
#[test]
fn what_the_log_covers_is_in_it_before_it_is_ended_or_repaired() {
    let county = County::new();
    county.log.clock.advance_to(time("2026-03-06T08:00:00Z"));
    let by_day = |day: &str| with(removal("2026-03-05"), "listed_on", day);
    assert_eq!(
        county.refused("abnormal_removal", by_day("2026-03-02")),
        "listing_unknown"
    );
    county.publish("abnormal_removal", by_day("2026-03-01"));
    // Of another's listing, or for another ground, it is not.
    let theirs = with(listing("2026-03-03"), "listed_reason", "false_information");
    county.say(OTHER, "abnormal_listing", theirs).unwrap();
    let grounded = with(by_day("2026-03-03"), "listed_reason", "unreachable");
    assert_eq!(
        county.refused("abnormal_removal", grounded.clone()),
        "listing_unknown"
    );
    // A backlog: the listing first.
    county.listing("2026-03-03");
    county.publish("abnormal_removal", grounded);
    // What has left publication was there.
    let gone = county.listing("2026-03-04");
    county.withdraw(gone, "published_in_error", None).unwrap();
    county.publish("abnormal_removal", by_day("2026-03-04"));
    // A repair of nothing.
    let granted = |day: &str| {
        let decided = with(
            decision("individual_restore", "granted"),
            "decided_on",
            "2026-03-06",
        );
        with(decided, "applied_on", day)
    };
    assert_eq!(
        county.refused("repair_decision", granted("2026-03-05")),
        "nothing_to_repair"
    );
    county.publish("repair_decision", granted("2026-03-01"));
    let refusal = with(
        decision("individual_restore", "refused"),
        "decided_on",
        "2026-03-06",
    );
    county.publish("repair_decision", with(refusal, "applied_on", "2026-03-05"));
    let mark = about(r#""listed_reason":"unreachable","marked_on":"2026-03-03""#);
    county.say(OTHER, "individual_mark", mark.clone()).unwrap();
    assert_eq!(
        county.refused("repair_decision", granted("2026-03-05")),
        "nothing_to_repair"
    );
    county.publish("individual_mark", mark);
    county.publish("repair_decision", granted("2026-03-05"));
}

#[test]
fn a_listing_is_said_once() {
    let county = County::new();
    let first = county.listing("2026-02-20");
    let again = |body: Value| county.refused("abnormal_listing", body);
    assert_eq!(again(listing("2026-02-20")), "listed_already");
    let noted = with(listing("2026-02-20"), "note", "重复导入。");
    assert_eq!(again(noted), "listed_already");
    // In one request.
    let event = || county.event(DEPARTMENT, "abnormal_listing", None, listing("2026-02-18"));
    let answers = county.log.accept(vec![event(), event()]);
    assert!(answers[0].is_ok(), "{answers:?}");
    assert_eq!(code(answers[1].clone()), "listed_already");
    // By another authority, of another day, for another ground or other years, by another decision it is another.
    county
        .say(OTHER, "abnormal_listing", listing("2026-02-20"))
        .unwrap();
    let second = county.listing("2026-02-19");
    let unreported = |years: &[i64]| {
        let body = with(
            listing("2026-02-20"),
            "listed_reason",
            "annual_report_missing",
        );
        let years = years.iter().map(|year| Value::Int(*year)).collect();
        with(body, "report_years", Value::Array(years))
    };
    county.publish("abnormal_listing", unreported(&[2023]));
    county.publish("abnormal_listing", unreported(&[2024]));
    assert_eq!(again(unreported(&[2024])), "listed_already");
    let numbered = |number: &str| with(listing("2026-02-17"), "decision_no", number);
    county.publish("abnormal_listing", numbered("示列〔2026〕1号"));
    county.publish("abnormal_listing", numbered("示列〔2026〕2号"));
    assert_eq!(again(numbered("示列〔2026〕2号")), "listed_already");
    county.publish("serious_listing", serious("2026-02-20"));
    assert_eq!(
        county.refused("serious_listing", serious("2026-02-20")),
        "listed_already"
    );
    // A correction makes no second one either; withdrawn, it may be said anew.
    assert_eq!(
        code(county.correct(second, "abnormal_listing", listing("2026-02-20"))),
        "listed_already"
    );
    county.withdraw(first, "published_in_error", None).unwrap();
    county.listing("2026-02-20");
}

/// A natural person has no code to be known by: the same authority, name, ground and day are the same listing.
#[test]
fn a_person_is_listed_once() {
    let county = County::new();
    let listing = |name: &str, day: &str| {
        body(&format!(
            r#"{{"subject_name":"{name}","subject_type":"natural_person","region":"000000","serious_category":"food_safety","reason":"生产销售有毒食品",
            "listed_on":"{day}","restrictions":[{{"restriction":"key_supervision","until":"2029-02-20"}}],"legal_basis":"食品安全法"}}"#
        ))
    };
    let say =
        |name: &str, day: &str| code(county.say(DEPARTMENT, "serious_listing", listing(name, day)));
    let taken = |said: String| said.starts_with("accepted");
    assert!(taken(say("诸葛小明", "2026-02-20")));
    assert_eq!(say("诸葛小明", "2026-02-20"), "listed_already");
    assert!(taken(say("司马小红", "2026-02-20")));
    assert!(taken(say("诸葛小明", "2026-02-21")));
    assert_eq!(county.misfits(), [0; 0]);
}
