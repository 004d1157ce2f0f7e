//! Applications for what stands and nobody has applied for; decisions on them, once.

use crate::common::*;
use crate::support::*;

#[test]
fn what_is_not_listed_any_more_is_not_repaired() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let removal = with(county.removal(listed), "removed_on", "2026-02-26");
    county.publish("abnormal_removal", removal);
    assert_eq!(
        county.refused("repair_application", county.application(listed)),
        "repair_lifted"
    );
    let on = |day: &str| with(county.application(listed), "applied_on", day);
    assert_eq!(
        county.refused("repair_application", on("2026-02-26")),
        "repair_lifted"
    );
    // Asked for while it stood, and published late; or not accepted, which is what is recorded.
    county.publish("repair_application", on("2026-02-25"));
    let refused = with(county.application(listed), "acceptance", "refused");
    county.publish("repair_application", with(refused, "reason", "已移出。"));
    let granted = with(
        decision("abnormal_removal", "granted"),
        "target",
        county.named(listed),
    );
    let granted = with(granted, "applied_on", "2026-02-27");
    assert_eq!(county.refused("repair_decision", granted), "repair_lifted");
}

#[test]
fn what_has_left_publication_is_not_repaired() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    county.withdraw(listed, "published_in_error", None).unwrap();
    // Until the day it left it stood.
    county.log.clock.advance_to(time("2026-03-04T08:00:00Z"));
    let on = |day: &str| with(county.application(listed), "applied_on", day);
    assert_eq!(
        county.refused("repair_application", on("2026-03-03")),
        "repair_gone"
    );
    county.publish("repair_application", on("2026-03-02"));
}

#[test]
fn nobody_applies_twice() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let first = county.apply(listed);
    assert_eq!(
        county.refused("repair_application", county.application(listed)),
        "repair_open"
    );
    // Refused, and applied for again; granted, and not again.
    county.publish("repair_decision", county.decision(first, "refused"));
    let second = county.apply(listed);
    let granted = county.publish("repair_decision", county.decision(second, "granted"));
    assert_eq!(
        county.refused("repair_application", county.application(listed)),
        "repair_granted"
    );
    let other = with(
        decision("abnormal_removal", "granted"),
        "target",
        county.named(listed),
    );
    let other = with(other, "applied_on", "2026-02-26");
    assert_eq!(county.refused("repair_decision", other), "repair_granted");
    county.publish("repair_decision", county.decision(second, "rescinded"));
    let third = county.apply(listed);
    // An application that is withdrawn is none, nor is a decision.
    county.withdraw(third, "published_in_error", None).unwrap();
    county.apply(listed);
    assert_eq!(
        code(county.withdraw(granted, "published_in_error", None)).len(),
        "accepted as 00".len()
    );
}

#[test]
fn an_application_fits_its_record() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let early = with(county.application(listed), "applied_on", "2026-02-19");
    assert_eq!(county.refused("repair_application", early), "before_entry");
    let kind = with(
        county.application(listed),
        "repair_kind",
        "penalty_early_stop",
    );
    assert_eq!(
        county.refused("repair_application", kind),
        "repair_kind_other"
    );
    let other = with(county.application(listed), "subject_uscc", FIRM);
    let other = with(other, "subject_name", "另一家公司");
    assert_eq!(county.refused("repair_application", other), "subject_other");
    // The same under another code.
    let same = with(county.application(listed), "subject_uscc", FIRM);
    county.publish("repair_application", same);
}

#[test]
fn a_decision_is_made_once_on_what_was_applied_for() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let other = county.listing("2026-02-21");
    let application = county.apply(listed);
    let granted = || county.decision(application, "granted");
    for (member, value, expected) in [
        ("repair_kind", "result_stop".into(), "repair_kind_applied"),
        ("target", county.named(other), "target_applied"),
        ("decided_on", "2026-02-26".into(), "before_entry"),
    ] {
        let body = with(granted(), member, value);
        assert_eq!(
            county.refused("repair_decision", body),
            expected,
            "{member}"
        );
    }
    let rescinded = || county.decision(application, "rescinded");
    assert_eq!(
        county.refused("repair_decision", rescinded()),
        "nothing_to_rescind"
    );
    county.publish("repair_decision", granted());
    assert_eq!(
        county.refused("repair_decision", granted()),
        "repair_granted"
    );
    let refused = county.decision(application, "refused");
    assert_eq!(
        county.refused("repair_decision", refused),
        "decided_already"
    );
    county.publish("repair_decision", rescinded());
    assert_eq!(
        county.refused("repair_decision", rescinded()),
        "nothing_to_rescind"
    );
    // A decision of before the log can be taken back, too.
    let older = with(
        decision("abnormal_removal", "rescinded"),
        "target",
        county.named(other),
    );
    county.publish("repair_decision", with(older, "applied_on", "2026-02-22"));
}

#[test]
fn what_was_not_accepted_is_not_granted() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let refused = with(county.application(listed), "acceptance", "refused");
    let application = county.publish(
        "repair_application",
        with(refused, "reason", "不属于本机关。"),
    );
    let granted = county.decision(application, "granted");
    assert_eq!(
        county.refused("repair_decision", granted),
        "application_refused"
    );
    // It keeps nobody from applying again.
    county.apply(listed);
}

#[test]
fn a_display_ends_by_a_grant_that_stands() {
    let county = County::new();
    let penalty = county.publish("penalty", body(PENALTY));
    let granted = with(
        decision("penalty_early_stop", "granted"),
        "target",
        county.named(penalty),
    );
    county.log.clock.advance_to(time("2026-06-08T08:00:00Z"));
    let late = with(granted, "applied_on", "2026-06-05");
    let late = with(late, "decided_on", "2026-06-06");
    let decision = county.publish("repair_decision", late.clone());
    let rescinded = with(
        with(late.clone(), "repair_outcome", "rescinded"),
        "reason",
        "承诺不实。",
    );
    county.publish("repair_decision", rescinded);
    assert_eq!(
        code(county.withdraw(penalty, "repaired", Some(decision))),
        "decision_other"
    );
    let again = county.publish("repair_decision", with(late, "applied_on", "2026-06-06"));
    county.withdraw(penalty, "repaired", Some(again)).unwrap();
}

/// What an early end depends on is asked of all that was handed in, not of what the pages show already.
#[test]
fn a_listing_handed_in_a_moment_before_stands_against_a_repair() {
    let county = County::new();
    let penalty = county.publish("penalty", body(PENALTY));
    county.log.clock.advance_to(time("2026-06-08T08:00:00Z"));
    let granted = with(
        decision("penalty_early_stop", "granted"),
        "target",
        county.named(penalty),
    );
    let granted = with(granted, "applied_on", "2026-06-05");
    let granted = with(granted, "decided_on", "2026-06-06");
    let events = vec![
        county.event(DEPARTMENT, "abnormal_listing", None, listing("2026-06-01")),
        county.event(DEPARTMENT, "repair_decision", None, granted),
    ];
    let mut answers = county.log.accept(events);
    assert_eq!(code(answers.remove(1)), "repair_listed");
    answers.remove(0).unwrap();
}

/// What happened since is not held against a correction that changes none of it.
#[test]
fn a_decided_application_can_be_corrected() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let application = county.apply(listed);
    let decision = county.publish("repair_decision", county.decision(application, "granted"));
    let removal = with(
        county.removal(listed),
        "repair_decision",
        county.named(decision),
    );
    let removed = county.publish("abnormal_removal", removal.clone());
    let numbered = with(county.application(listed), "application_no", "修复2026-1");
    county
        .correct(application, "repair_application", numbered.clone())
        .unwrap();
    let reasoned = with(
        county.decision(application, "granted"),
        "decision_no",
        "信修1号",
    );
    county
        .correct(decision, "repair_decision", reasoned)
        .unwrap();
    county.publish("repair_decision", county.decision(application, "rescinded"));
    let noted = with(removal, "note", "编号有误。");
    county.correct(removed, "abnormal_removal", noted).unwrap();
    // Its target is what was decided on.
    let other = county.listing("2026-02-21");
    let moved = with(numbered.clone(), "target", county.named(other));
    let moved = county.correct(application, "repair_application", moved);
    assert_eq!(code(moved), "target_decided");
    // Before a decision it moves, and not to what is applied for already.
    let third = county.listing("2026-02-22");
    let open = county.apply(third);
    let to = |target: u64| with(numbered.clone(), "target", county.named(target));
    let correct = |target: u64| code(county.correct(open, "repair_application", to(target)));
    let fourth = county.listing("2026-02-23");
    county.apply(fourth);
    assert_eq!(correct(fourth), "repair_open");
    assert_eq!(correct(other).get(..8), Some("accepted"));
}
