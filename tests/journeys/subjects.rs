//! Records that name others are about the same subject, also where one of them was corrected.

use crate::common::*;
use crate::support::*;
use gongshi::intake::Auditor;
use gongshi_verify::json::Value;

fn of_firm(body: Value) -> Value {
    with(body, "subject_uscc", FIRM)
}

impl County {
    /// What fsck finds wrong with the log as it is.
    fn problems(&self) -> Vec<String> {
        let (_, problems) = audited(&self.log.app.portal.log, Auditor::new(origin()));
        problems.into_iter().map(|one| one.problem).collect()
    }

    fn is_sound(&self) {
        assert_eq!(self.problems(), [""; 0]);
    }
}

#[test]
fn a_correction_names_nothing_of_another_subject() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let other = county.publish("abnormal_listing", of_firm(listing("2026-02-20")));
    let removed = county.publish("abnormal_removal", county.removal(listed));
    let correct = |body: Value| code(county.correct(removed, "abnormal_removal", body));
    assert_eq!(correct(county.removal(other)), "reference-subject");
    assert_eq!(
        correct(of_firm(county.removal(listed))),
        "reference-subject"
    );
    let right = correct(of_firm(county.removal(other)));
    assert_eq!(right.get(..8), Some("accepted"), "{right}");
    county.is_sound();
}

#[test]
fn a_corrected_code_is_followed_on() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let follow = || of_firm(county.removal(listed));
    assert_eq!(
        county.refused("abnormal_removal", follow()),
        "reference-subject"
    );
    county
        .correct(listed, "abnormal_listing", of_firm(listing("2026-02-20")))
        .unwrap();
    county.publish("abnormal_removal", follow());
    county.is_sound();
}

/// 周五, who has no credit code.
fn of_person(body: Value, name: &str) -> Value {
    let body = with(without(body, "subject_uscc"), "subject_name", name);
    with(body, "subject_type", "natural_person")
}

/// Whoever has no code is not the firm that has one, whatever he is called.
#[test]
fn a_person_without_a_code_says_nothing_of_a_firm() {
    let county = County::new();
    for (kind, target, repair) in [
        (
            "abnormal_listing",
            listing("2026-02-20"),
            "abnormal_removal",
        ),
        ("penalty", body(PENALTY), "penalty_early_stop"),
    ] {
        let target = county.publish(kind, target);
        let named = |body: Value| with(body, "target", county.named(target));
        for name in ["周五", "示例食品店"] {
            let applied = named(of_person(application(repair, "2026-02-27"), name));
            assert_eq!(
                county.refused("repair_application", applied),
                "subject_other"
            );
            let decided = named(of_person(decision(repair, "granted"), name));
            let decided = with(decided, "applied_on", "2026-02-27");
            assert_eq!(county.refused("repair_decision", decided), "subject_other");
        }
    }
    let listed = county.listing("2026-02-21");
    let applied = county.apply(listed);
    let decided = of_person(county.decision(applied, "granted"), "示例食品店");
    assert_eq!(
        county.refused("repair_decision", decided),
        "reference-subject"
    );
    county.is_sound();
}

fn serious(day: &str) -> Value {
    about(&format!(
        r#""serious_category":"food_safety","reason":"使用非食品原料加工食品。","listed_on":"{day}","restrictions":[{{"restriction":"key_supervision"}}],
        "legal_basis":"市场监督管理严重违法失信名单管理办法""#
    ))
}

/// Of two who have no code, the names tell them apart.
#[test]
fn a_person_is_known_by_the_name() {
    let county = County::new();
    let removal = |listed: u64, body: Value| with(body, "listing", county.named(listed));
    let said = || about(r#""serious_removal_reason":"listed_in_error","removed_on":"2026-03-01""#);
    let refused = |body: Value| county.refused("serious_removal", body);
    let firm = county.publish("serious_listing", serious("2026-02-20"));
    for name in ["赵一", "示例食品店"] {
        let removed = removal(firm, of_person(said(), name));
        assert_eq!(refused(removed), "reference-subject");
    }
    let person = of_person(serious("2026-02-20"), "诸葛小明");
    let person = county.publish("serious_listing", person);
    for body in [of_person(said(), "司马小红"), said()] {
        assert_eq!(refused(removal(person, body)), "reference-subject");
    }
    let own = removal(person, of_person(said(), "诸葛小明"));
    let removed = county.publish("serious_removal", own);
    // Nor does a correction make it somebody else's.
    let moved = removal(person, of_person(said(), "司马小红"));
    assert_eq!(
        code(county.correct(removed, "serious_removal", moved)),
        "reference-subject"
    );
    county.is_sound();
    // A log that has such removals is not sound.
    for (listed, name) in [(person, "司马小红"), (firm, "示例食品店")] {
        let body = removal(listed, of_person(said(), name));
        let event = county.event(DEPARTMENT, "serious_removal", None, body);
        county.past_intake(&event);
    }
    let problems = county.problems();
    assert_eq!(problems.len(), 2, "{problems:?}");
    let mut problems = problems.iter();
    assert!(problems.all(|one| one.ends_with("which is about another subject")));
}

/// A name that was corrected is followed on, too.
#[test]
fn a_corrected_name_is_followed_on() {
    let county = County::new();
    let penalty = |name: &str| of_person(body(PENALTY), name);
    let fined = county.publish("penalty", penalty("钱二"));
    let applied = |name: &str| {
        let body = application("penalty_early_stop", "2026-03-02");
        with(of_person(body, name), "target", county.named(fined))
    };
    assert_eq!(
        county.refused("repair_application", applied("钱贰")),
        "subject_other"
    );
    county.correct(fined, "penalty", penalty("钱贰")).unwrap();
    let said = code(county.say(DEPARTMENT, "repair_application", applied("钱贰")));
    assert_ne!(said, "subject_other");
    assert_eq!(
        county.refused("repair_application", applied("孙三")),
        "subject_other"
    );
}

/// A step is about who was inspected. Who traded without a licence had no code then, and may have one by now.
#[test]
fn a_step_is_about_who_was_inspected() {
    let county = County::new();
    let result = about(
        r#""draw_basis":"complaint","origin_reason":"投诉举报","method":"on_site","inspected_on":"2026-02-20","outcome":["problem_pending"]"#,
    );
    let found = county.publish("inspection_result", result);
    let step = |of: u64| {
        let body = about(r#""followup_type":"closed","acted_on":"2026-02-24""#);
        with(body, "result", county.named(of))
    };
    assert_eq!(
        county.refused("result_followup", of_firm(step(found))),
        "reference-subject"
    );
    county.publish("result_followup", step(found));
    let campaign = without(
        about(
            r#""campaign_name":"无证无照经营整治","inspected_on":"2026-02-20","method":"on_site","disposition":["case_filed"]"#,
        ),
        "subject_uscc",
    );
    let found = county.publish("campaign_result", campaign);
    let other = with(step(found), "subject_name", "另一家店");
    assert_eq!(
        county.refused("result_followup", other),
        "reference-subject"
    );
    county.publish("result_followup", step(found));
    county.is_sound();
}

/// An answer to an objection is about who objected.
#[test]
fn an_answer_is_about_who_objected() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let filed = about(
        r#""objection_type":"content_wrong","objection_text":"日期不符。","filed_on":"2026-02-24""#,
    );
    let filed = with(filed, "target", county.named(listed));
    let filed = county.publish("objection", filed);
    let reply =
        about(r#""objection_outcome":"rejected","reason":"日期无误。","decided_on":"2026-02-26""#);
    let reply = with(reply, "objection", county.named(filed));
    let other = with(
        without(reply.clone(), "subject_uscc"),
        "subject_name",
        "无关者",
    );
    assert_eq!(
        county.refused("objection_reply", other),
        "reference-subject"
    );
    county.publish("objection_reply", reply);
}

/// A firm that was registered anew, with another code, is repaired for what its old one did, and the removal that carries that out is of the old
/// one's listing.
#[test]
fn who_was_registered_anew_is_taken_off_the_list() {
    let county = County::new();
    let listed = county.publish("serious_listing", serious("2024-02-20"));
    let anew = |body: Value| with(of_firm(body), "target", county.named(listed));
    let applied = anew(application("serious_early_removal", "2026-02-27"));
    let applied = county.publish("repair_application", applied);
    let granted = of_firm(decision("serious_early_removal", "granted"));
    let granted = with(granted, "application", county.named(applied));
    let granted = county.publish("repair_decision", granted);
    let removal = |body: Value| {
        let body = with(body, "listing", county.named(listed));
        with(body, "repair_decision", county.named(granted))
    };
    let said = about(r#""serious_removal_reason":"repaired","removed_on":"2026-03-02""#);
    // Under the new code it is not of the listing; of another name it is not of the decision.
    let refused = |body: Value| county.refused("serious_removal", removal(body));
    assert_eq!(refused(of_firm(said.clone())), "reference-subject");
    let renamed = with(said.clone(), "subject_name", "示例旅馆");
    assert_eq!(refused(renamed), "reference-subject");
    county.publish("serious_removal", removal(said));
    county.is_sound();
    assert_eq!(county.misfits(), [0; 0]);
}
