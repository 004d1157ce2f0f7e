//! Late, missing, malformed, replayed and forged secrets.

use crate::common::*;
use crate::support::*;
use gongshi_verify::encoding::hex;
use gongshi_verify::json::Value;

#[test]
fn secrets_are_committed_to_before_t0_and_revealed_after() {
    let county = County::new();
    county.plan(KEY, &[]).unwrap();
    let plan = county.state(KEY);
    refused(county.reveal(LEAD, KEY, 1), "not_committed");
    refused(county.commit(PARTNER, KEY, 9), "no_contributor");
    refused(
        county.commit(LEAD, "000000-SCJG/2026/07", 9),
        "plan_unknown",
    );
    county.commit(LEAD, KEY, 1).unwrap();
    refused(county.commit(LEAD, KEY, 3), "committed_already");
    county.commit(NOTARY, KEY, 2).unwrap();
    refused(county.reveal(NOTARY, KEY, 2), "too_early");
    county.until(plan.t0);
    // To the second: t0 is the last for commits and the first for reveals.
    refused(county.reveal(NOTARY, KEY, 3), "secret_differs");
    // Somebody else's secret fits nobody else's commit.
    county.reveal(NOTARY, KEY, 2).unwrap();
    refused(county.reveal(LEAD, KEY, 2), "secret_differs");
    refused(county.reveal(NOTARY, KEY, 2), "revealed_already");
    county.until(plan.t1 + 1);
    refused(county.reveal(LEAD, KEY, 1), "too_late");
    refused(county.commit(LEAD, KEY, 1), "committed_already");
    refused(county.cancel(LEAD, KEY), "too_late");
    // The missing reveal stops nothing: `-` stands for it.
    let index = county.draw(KEY);
    let drawn = county.body(index);
    let reveals = drawn.get("reveals").unwrap().as_array().unwrap();
    assert_eq!(reveals[0].get("secret"), None);
    assert_eq!(
        reveals[1].get("secret").unwrap().as_str(),
        Some(hex(&[2; 32]).as_str())
    );
}

#[test]
fn a_commit_is_late_after_t0() {
    let county = County::new();
    county.plan(KEY, &[]).unwrap();
    county.until(county.state(KEY).t0 + 1);
    refused(county.commit(NOTARY, KEY, 2), "too_late");
}

/// A commit signed for one plan is refused under another, and so is one whose record names another.
#[test]
fn a_replayed_commit_is_refused() {
    let county = County::new();
    county.plan(KEY, &[]).unwrap();
    let later = [
        ("check_from", Value::from("2026-05-01")),
        ("check_to", "2026-05-31".into()),
    ];
    let second = "000000-SCJG/2026/02";
    county.plan(second, &later).unwrap();
    let body = Value::object([
        ("plan_key", KEY.into()),
        ("region", "000000".into()),
        ("secret_commitment", "ab".repeat(32).as_str().into()),
    ]);
    refused(
        county.say(NOTARY, "commit", body, Some(second)),
        "plan_key_differs",
    );
    // The commitment of one plan opens under no other: it holds the plan's key.
    county.commit(NOTARY, KEY, 5).unwrap();
    let copied = county.state(KEY).commits[0].commitment.clone();
    let body = Value::object([
        ("plan_key", second.into()),
        ("region", "000000".into()),
        ("secret_commitment", copied.as_str().into()),
    ]);
    county.say(NOTARY, "commit", body, Some(second)).unwrap();
    county.until(county.state(second).t0);
    refused(county.reveal(NOTARY, second, 5), "secret_differs");
}

#[test]
fn a_delay_without_an_independent_secret_is_void_and_blocks_nobody() {
    let county = County::new();
    county.plan(KEY, &[]).unwrap();
    county.commit(LEAD, KEY, 1).unwrap();
    county.commit(NOTARY, KEY, 2).unwrap();
    let plan = county.state(KEY);
    county.until(plan.t0);
    county.reveal(LEAD, KEY, 1).unwrap();
    county.until(plan.known_at());
    assert_eq!(county.state(KEY).stage(county.now()).name(), "void");
    let key = gongshi_verify::names::PlanKey::parse(KEY).unwrap();
    assert!(matches!(
        county.runner().draw(&key),
        Ok(gongshi::draw::Drawn::Waiting)
    ));
    county.plan("000000-SCJG/2026/02", &[]).unwrap();
}

#[test]
fn only_the_plans_own_authority_calls_it_off() {
    let county = County::new();
    county.plan(KEY, &[]).unwrap();
    refused(county.cancel(PARTNER, KEY), "plan_foreign");
    county.cancel(LEAD, KEY).unwrap();
    refused(county.cancel(LEAD, KEY), "plan_cancelled");
    refused(county.commit(NOTARY, KEY, 2), "plan_cancelled");
    let county = county.reopen();
    assert!(county.state(KEY).cancelled.is_some());
    assert_eq!(OPERATOR, "000000-OP");
}
