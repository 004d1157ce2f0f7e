//! Records whose end the rules leave to their authority are told to whoever runs the portal.
//!
//! Order 36 of the NDRC: what is general is shown for a year from the decision at the longest; what follows where nothing was corrected by then is the
//! sector's. Order 107 of SAMR: a result stops with the penalty that rested on it, and that the penalty was annulled says nothing of the result.

use crate::common::*;
use crate::served::Server;
use crate::support::*;
use gongshi::app::Tuning;
use gongshi::rules::Rules;
use serde_json::{Value, json};
use std::sync::Arc;

/// A county whose department follows the rules of other departments.
fn county_of_another_system() -> County {
    let (nobody, somebody) = (
        "other_departments = []",
        format!("other_departments = [\"{DEPARTMENT}\"]"),
    );
    let files = Rules::built_in_files().iter();
    let files: Vec<(&str, String)> = files
        .map(|(name, text)| (*name, text.replace(nobody, &somebody)))
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let tuning = Tuning {
        rules: Arc::new(Rules::read(&files).unwrap()),
        ..tuning()
    };
    let folder = tempfile::tempdir().unwrap();
    let log = TestLog::starting(folder, KINDS, "2026-04-07T01:00:00Z", &tuning);
    County::over(log, KINDS)
}

fn told(server: &Server) -> (Vec<(u64, String, Value)>, u64) {
    let answer = server.get("/api/v1/review");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(answer["next"], Value::Null);
    let records = answer["records"].as_array().unwrap().iter();
    let records = records.map(|one| {
        assert_eq!(one["authority"], DEPARTMENT);
        let rule = one["rule"].as_str().unwrap().to_owned();
        (
            one["index"].as_u64().unwrap(),
            rule,
            one["last_day"].clone(),
        )
    });
    let undecided = answer["undecided"].as_u64().unwrap();
    let gauge = format!("gongshi_records_undecided {undecided}\n");
    assert!(server.get("/metrics").body.contains(&gauge));
    (records.collect(), undecided)
}

#[test]
fn a_longest_term_that_ends_uncorrected_is_told_before() {
    let county = county_of_another_system();
    let penalty = |number: &str, severity: &str| {
        county.publish("penalty", penalty(number, severity, "2026-04-01"))
    };
    let general = penalty("示罚1号", "general");
    let minor = penalty("示罚2号", "minor");
    let repaired = penalty("示罚3号", "general");
    let server = Server::of(county.log.app.portal.clone());
    let day = |index| {
        county
            .model()
            .last_day(index)
            .unwrap()
            .unwrap()
            .last_day
            .to_string()
    };
    assert_eq!(
        [general, minor, repaired].map(day),
        ["2027-04-01", "2026-07-01", "2027-04-01"]
    );
    // From 60 days before: 2027-01-31 is 60 days before 2027-04-01.
    let at = |time_of: &str| {
        county.log.clock.advance_to(time(time_of));
        told(&server).0
    };
    assert_eq!(at("2027-01-30T01:00:00Z"), []);
    let rule = "ndrc36-general@2026-04-01".to_owned();
    let ends = json!("2027-04-01");
    let both = [
        (general, rule.clone(), ends.clone()),
        (repaired, rule.clone(), ends.clone()),
    ];
    assert_eq!(at("2027-01-31T01:00:00Z"), both);
    // One is repaired: nobody has to look at it.
    let decision = body(
        r#"{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","repair_kind":"penalty_early_stop",
        "applied_on":"2027-01-30","repair_outcome":"granted","decided_on":"2027-01-31","stopped_on":"2027-02-01"}"#,
    );
    county.publish(
        "repair_decision",
        with(decision, "target", county.named(repaired)),
    );
    county.log.settle();
    assert_eq!(told(&server), (vec![(general, rule, ends)], 0));
    county.is_as_if_folded_anew();
    // It ends all the same, and is told no more.
    county.log.clock.advance_to(time("2027-04-02T01:00:00Z"));
    assert_eq!(county.log.app.end_displays().ended, 3);
    county.log.settle();
    assert_eq!(told(&server), (vec![], 0));
    county.is_as_if_folded_anew();
}

#[test]
fn a_result_whose_penalty_was_annulled_is_told_until_its_department_decides() {
    let county = County::new();
    let result = |number: &str| {
        let result = body(
            r#"{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","draw_basis":"complaint","method":"on_site",
            "inspected_on":"2026-02-10","outcome":["problem_pending"],"officer_count":2,"origin_reason":"群众举报"}"#,
        );
        let result = county.publish("inspection_result", result);
        let penalty = with(
            penalty(number, "minor", "2026-02-27"),
            "result",
            county.named(result),
        );
        let penalty = county.publish("penalty", penalty);
        county.say(county.withdrawal(penalty)).unwrap();
        (result, "linked-stop@2025-12-25".to_owned(), Value::Null)
    };
    let server = Server::of(county.log.app.portal.clone());
    let (first, second, third) = (result("示罚1号"), result("示罚2号"), result("示罚3号"));
    county.log.settle();
    assert_eq!(
        told(&server),
        (vec![first.clone(), second.clone(), third.clone()], 3)
    );
    county.is_as_if_folded_anew();
    // Withdrawn, repaired, or corrected to a clean result.
    county.say(county.withdrawal(first.0)).unwrap();
    let decision = body(
        r#"{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","repair_kind":"result_stop",
        "applied_on":"2026-03-01","repair_outcome":"granted","decided_on":"2026-03-02"}"#,
    );
    county.publish(
        "repair_decision",
        with(decision, "target", county.named(second.0)),
    );
    county.log.settle();
    assert_eq!(told(&server), (vec![third.clone()], 1));
    let clean = body(
        r#"{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","draw_basis":"complaint","method":"on_site",
        "inspected_on":"2026-02-10","outcome":["no_problem_found"],"officer_count":2,"origin_reason":"群众举报"}"#,
    );
    county
        .say(county.correction(third.0, "inspection_result", clean))
        .unwrap();
    county.log.settle();
    assert_eq!(told(&server), (vec![], 0));
    county.is_as_if_folded_anew();
}

/// What a listing rests on was annulled: it goes on, and is told until its authority decides. That stays known by the withdrawal when the
/// penalty is erased. One that was published in error, and anew, was not annulled.
#[test]
fn a_listing_whose_penalty_was_annulled_is_told_until_its_department_decides() {
    let county = County::new();
    let penalised =
        |number: &str, day: &str| county.publish("penalty", penalty(number, "serious", day));
    let annulled = penalised("示罚1号", "2026-02-20");
    let other = penalised("示罚2号", "2026-02-21");
    let in_error = penalised("示罚3号", "2026-02-22");
    let void = penalised("示罚4号", "2026-02-23");
    let listing = |day: &str, penalty: u64| {
        let listing = body(&format!(
            r#"{{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","serious_category":"food_safety","reason":"受到较重行政处罚",
            "listed_on":"{day}","restrictions":[{{"restriction":"key_supervision","until":"2029-02-20"}}],"legal_basis":"食品安全法"}}"#
        ));
        let listing = with(listing, "penalty", county.named(penalty));
        county.publish("serious_listing", listing)
    };
    let listed = listing("2026-02-24", annulled);
    let stays = listing("2026-02-25", other);
    let anew = listing("2026-02-26", in_error);
    let unfounded = listing("2026-02-27", void);
    let server = Server::of(county.log.app.portal.clone());
    county.log.settle();
    assert_eq!(told(&server), (vec![], 0));
    let withdraw = |penalty: u64, reason: &str| {
        let body = with(
            county.withdrawal_body(penalty),
            "withdrawal_reason",
            reason.into(),
        );
        let event = county.about("withdrawal", penalty, body);
        county
            .say(event.approved(&origin(), &county.second))
            .unwrap();
    };
    withdraw(annulled, "decision_annulled");
    withdraw(in_error, "published_in_error");
    county.log.settle();
    let one = |index: u64| (index, "listing-after-annulment".to_owned(), Value::Null);
    assert_eq!(told(&server), (vec![one(listed)], 1));
    withdraw(void, "decision_void");
    county.log.settle();
    let both = (vec![one(listed), one(unfounded)], 2);
    assert_eq!(told(&server), both);
    // Its term runs on all the same.
    let last = |index| county.model().last_day(index).unwrap().unwrap().last_day;
    assert_eq!(last(listed).to_string(), "2029-02-24");
    assert_eq!(last(stays).to_string(), "2029-02-25");
    assert_eq!(last(anew).to_string(), "2029-02-26");
    county.is_as_if_folded_anew();
    county.say(county.erasure(annulled)).unwrap();
    county.say(county.erasure(other)).unwrap();
    for _ in 0..2 {
        county.log.settle();
        assert_eq!(told(&server), both);
        let log = county.log.app.portal.log.as_ref();
        let display = |index| {
            county
                .model()
                .display(index, log)
                .unwrap()
                .unwrap()
                .unwrap()
        };
        assert!(display(listed).decide.is_some() && display(stays).decide.is_none());
        county.is_as_if_folded_anew();
        county.wait_for_erasures();
    }
    county.say(county.withdrawal(listed)).unwrap();
    county.say(county.withdrawal(unfounded)).unwrap();
    county.log.settle();
    assert_eq!(told(&server), (vec![], 0));
    county.is_as_if_folded_anew();
}
