//! What the dated rules do not let in: records that are never shown, codes of elsewhere, repairs before their time.
//!
//! Order 45 of SAMR, article 2: a warning alone is not published. Order 107: minor violations end by themselves, general ones may be repaired
//! after three months, serious ones after a year.

use crate::common::*;
use crate::support::*;
use gongshi::intake::Refusal;
use gongshi_verify::json::Value;

impl County {
    fn try_publish(&self, kind: &str, body: Value) -> Result<u64, Refusal> {
        self.say(self.log.event(kind, body))
    }

    fn decision(&self, target: u64, applied_on: &str) -> Value {
        let decision = body(&format!(
            r#"{{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","repair_kind":"penalty_early_stop",
            "applied_on":"{applied_on}","repair_outcome":"granted","decided_on":"{applied_on}"}}"#
        ));
        with(decision, "target", self.named(target))
    }
}

fn warning() -> Value {
    body(
        r#"{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","decision_no":"示罚9号",
        "violation_type":"未按规定明码标价","legal_basis":"价格法","penalty_kinds":["warning"],"content":"警告","decided_on":"2026-02-27"}"#,
    )
}

#[test]
fn what_is_never_shown_is_refused_with_rule_and_basis() {
    let county = County::new();
    let refused = county.try_publish("penalty", warning()).unwrap_err();
    assert_eq!(refused.code(), "publication-rule");
    let said = refused.to_string();
    assert!(said.contains("penalty-warning-only@2021-09-01"), "{said}");
    assert!(said.contains("第45号）第二条第二款"), "{said}");
    assert_eq!(code(Err(refused)), "never_shown");
    // Unless another law orders it, which the record then names; its display ends by that law, and so by a withdrawal.
    let ordered = with(warning(), "publication_required_by", "示例法第一条".into());
    let ordered = county.try_publish("penalty", ordered).unwrap();
    assert_eq!(county.model().last_day(ordered).unwrap(), None);
    county.say(county.withdrawal(ordered)).unwrap();
    let simple = penalty("示罚1号", "minor", "2026-02-27");
    let simple = with(simple, "procedure", "simple".into());
    assert_eq!(code(county.try_publish("penalty", simple)), "never_shown");
    // Nor may a correction make such a record of one that is shown.
    let index = county.publish("penalty", penalty("示罚9号", "minor", "2026-02-27"));
    let correction = county.correction(index, "penalty", warning());
    assert_eq!(code(county.say(correction)), "never_shown");
}

#[test]
fn where_no_rule_answers_nothing_is_guessed() {
    let county = County::new();
    // The set begins with Order 45, on 2021-09-01.
    let old = penalty("示罚1号", "general", "2021-08-31");
    assert_eq!(code(county.try_publish("penalty", old)), "no_rule_for_date");
    let unknown = penalty("示罚2号", "general", "2026-02-27");
    let unknown = with(
        unknown,
        "penalty_kinds",
        Value::Array(vec!["fine".into(), "whipping".into()]),
    );
    assert_eq!(
        code(county.try_publish("penalty", unknown)),
        "rule_code_unknown"
    );
    // 500 yuan are low by the (invented) standard of the synthetic region.
    let denied = with(
        penalty("示罚3号", "general", "2025-06-02"),
        "lower_fine",
        Value::Bool(false),
    );
    assert_eq!(
        code(county.try_publish("penalty", denied)),
        "lower_fine_denied"
    );
}

#[test]
fn a_repair_has_its_time() {
    let county = County::new();
    let general = county.publish("penalty", penalty("示罚1号", "general", "2026-02-27"));
    let minor = county.publish("penalty", penalty("示罚2号", "minor", "2026-02-27"));
    county.log.settle();
    // Published on 2026-03-02: three months end with 2026-06-02.
    county.log.clock.advance_to(time("2026-06-02T08:00:00Z"));
    let say = |target, day| county.try_publish("repair_decision", county.decision(target, day));
    assert_eq!(code(say(minor, "2026-06-02")), "repair_by_itself");
    assert_eq!(code(say(general, "2026-06-02")), "repair_early");
    county.log.clock.advance_to(time("2026-06-03T08:00:00Z"));
    // On a list meanwhile, and off it again.
    let listed = listing("91000000MA00000900", "示例食品店", "2026-05-25");
    let listed = county.publish("abnormal_listing", listed);
    county.log.settle();
    assert_eq!(code(say(general, "2026-06-03")), "repair_listed");
    county.say(county.withdrawal(listed)).unwrap();
    county.log.settle();
    // Penalised for the same again.
    let again = county.publish("penalty", penalty("示罚3号", "general", "2026-06-01"));
    county.log.settle();
    assert_eq!(code(say(general, "2026-06-03")), "repair_again");
    county.say(county.withdrawal(again)).unwrap();
    county.log.settle();
    let decision = say(general, "2026-06-03").unwrap();
    let due = county.model().last_day(general).unwrap().unwrap();
    assert_eq!(due.last_day.to_string(), "2026-06-03");
    county.is_as_if_folded_anew();
    // A withdrawal for the repair names it, and one for another record does not do.
    let repaired = |target, decision: Option<u64>| {
        let body = with(
            county.withdrawal_body(target),
            "withdrawal_reason",
            "repaired".into(),
        );
        let body = with(body, "decided_on", "2026-06-03".into());
        let body = match decision {
            Some(decision) => with(body, "repair_decision", county.named(decision)),
            None => body,
        };
        let event = county.about("withdrawal", target, body);
        county.say(event.approved(&origin(), &county.second))
    };
    assert_eq!(code(repaired(general, None)), "repair_missing");
    assert_eq!(code(repaired(minor, Some(decision))), "repair_missing");
    repaired(general, Some(decision)).unwrap();
}

/// What lifts the loss of a licence, and what takes back a repair of another kind, say nothing of how long a penalty is shown.
#[test]
fn a_revocation_that_is_reversed_ends_no_display() {
    let county = County::new();
    let revoked = with(
        penalty("示罚1号", "general", "2026-02-27"),
        "penalty_kinds",
        Value::Array(vec!["revoke_licence".into()]),
    );
    let index = county.publish("penalty", revoked);
    let shown = county.model().last_day(index).unwrap();
    let reversal = |outcome: &str| {
        let body = county.decision(index, "2026-03-02");
        let body = with(body, "repair_kind", "revocation_reversal".into());
        let body = with(body, "repair_outcome", outcome.into());
        match outcome {
            "granted" => body,
            _ => with(body, "reason", "承诺不实。".into()),
        }
    };
    county.publish("repair_decision", reversal("granted"));
    assert_eq!(county.model().last_day(index).unwrap(), shown);
    county.log.clock.advance_to(time("2026-06-10T08:00:00Z"));
    let stop = county.decision(index, "2026-06-09");
    county.try_publish("repair_decision", stop).unwrap();
    let last = || {
        county.log.settle();
        let due = county.model().last_day(index).unwrap().unwrap();
        due.last_day.to_string()
    };
    assert_eq!(last(), "2026-06-09");
    county.publish("repair_decision", reversal("rescinded"));
    assert_eq!(last(), "2026-06-09");
    county.is_as_if_folded_anew();
}
