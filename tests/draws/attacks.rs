//! The table of attacks in the design, row by row: where a rule closes it that an event can break, the event is tried here or
//! where the comment says; what only a reader of the whole log can see is told by the recheck (`audit`).

use crate::common::*;
use crate::handed_in::{ROUND, SIGNATURE, by_beacon};
use crate::support::*;
use gongshi::intake::Refusal;
use gongshi_verify::draw::beacon;
use gongshi_verify::json::Value;
use gongshi_verify::names::{AuthorityId, Origin, PlanKey};
use gongshi_verify::record::Record;
use gongshi_verify::time::Timestamp;

/// Omitted or phantom enterprise. A library is fixed, and open to objection, ten days before a plan may use it (plans.rs); that
/// one is not in it follows from its neighbours (verify/src/draw/library.rs, documents.rs). A count against the register is in
/// the snapshot for everybody to compare.
#[test]
fn a_library_made_for_a_plan_comes_too_late_for_it() {
    let county = County::new();
    let text = objects(29);
    let late = county.library("objects", "open", &text).unwrap();
    let root = snapshot("objects", "open", &text)
        .get("root")
        .unwrap()
        .clone();
    let changes = [
        ("object_snapshot", county.named(late)),
        ("object_root", root),
    ];
    refused(county.plan(KEY, &changes), "snapshot_young");
}

/// Draw again until it suits: one draw for a plan (draw.rs), cancelling only before anything is known (secrets.rs), serials
/// without gaps (plans.rs), and no second open plan for the item once a result is known.
#[test]
fn a_result_that_does_not_suit_stands() {
    let county = County::new();
    county.due(KEY, &[]);
    refused(county.cancel(LEAD, KEY), "too_late");
    county.draw(KEY);
    refused(county.cancel(LEAD, KEY), "plan_drawn");
    refused(county.plan("000000-SCJG/2026/02", &[]), "item_open");
    // Nor under another serial's name, or another authority's.
    refused(county.plan("000000-SCJG/2026/03", &[]), "serial_gap");
    let foreign = "000000-XFJY/2026/01";
    let body = with(
        county.plan_body(foreign, &[]),
        "lead_department",
        PARTNER.into(),
    );
    let body = with(
        body,
        "partner_departments",
        gongshi_verify::json::parse(format!("[\"{LEAD}\"]")).unwrap(),
    );
    refused(
        county.say(PARTNER, "plan", body, Some(foreign)),
        "item_open",
    );
}

/// A hidden or replayed plan: what is signed for one log is worth nothing in another.
#[test]
fn a_plan_of_another_log_is_nobodys() {
    let county = County::new();
    let record = Record::new(county.plan_body(KEY, &[]), salt()).unwrap();
    let elsewhere = gongshi::intake::Event::sign(
        &Origin::parse("example.org/other").unwrap(),
        &AuthorityId::parse(LEAD).unwrap(),
        &county.log.department,
        &name("plan"),
        gongshi::intake::Clock::now(&*county.log.clock),
        Some(KEY.to_owned()),
        record,
    );
    let answer = county.log.accept(vec![elsewhere]).remove(0);
    assert!(matches!(answer, Err(Refusal::Signature(_))), "{answer:?}");
}

/// Grinding: what fixes a draw is there before its time, and nobody who has a part in a delay is alone with it (plans.rs).
#[test]
fn parameters_come_before_the_randomness() {
    let county = County::new();
    let due = beacon::due(ROUND).unwrap().unix();
    county.until(due - 3000);
    let at = |seconds: i64| Value::from(Timestamp::from_unix(seconds).unwrap().to_string());
    let body = county.plan_body(
        KEY,
        &[
            ("randomness", "drand".into()),
            ("round", number(ROUND)),
            ("t0", at(due - 3600)),
            ("t1", at(due - 3600)),
            ("check_from", "2026-07-10".into()),
            ("check_to", "2026-07-31".into()),
        ],
    );
    let body = without(without(body, "contributors"), "delay_log2");
    refused(county.say(LEAD, "plan", body, Some(KEY)), "t0_passed");
}

/// A rule aimed at one enterprise: a plan says how small a stratum may be, and is held to it (plans.rs); a stratum drawn whole is
/// called that on its page (tests of pages).
///
/// Late beacon, chosen fallback: the round is the one named; another way needs the operator's notice after three days, and is
/// the way the plan had said.
#[test]
fn no_other_round_and_no_other_way_than_the_plan_says() {
    let county = County::new();
    by_beacon(&county);
    let key = PlanKey::parse(KEY).unwrap();
    let intake = &county.log.app.portal.intake;
    let signature = gongshi_verify::encoding::bytes_of_hex(SIGNATURE).unwrap();
    // The next round is nobody's, and its number cannot be lent to this one.
    assert!(intake.hand_in(ROUND + 1, &signature).is_err());
    let mut other = signature.clone();
    other[7] ^= 1;
    assert!(intake.hand_in(ROUND, &other).is_err());
    assert!(matches!(
        county.runner().draw(&key),
        Ok(gongshi::draw::Drawn::Waiting)
    ));

    let next = "000000-SCJG/2026/02";
    let window = [
        ("check_from", Value::from("2026-07-15")),
        ("check_to", "2026-07-31".into()),
    ];
    refused(county.plan(next, &window), "item_open");
    let notice = || {
        let body = Value::object([
            ("alert_type", "round_missing".into()),
            ("plan_key", KEY.into()),
            ("region", "000000".into()),
            ("content", "随机信标逾期72小时未公布。".into()),
        ]);
        county.say(OPERATOR, "alert", body, None)
    };
    refused(notice(), "too_early");
    county.wait(72 * 3600);
    notice().unwrap();
    // The plan has said "none": no plan takes its place while its window lasts.
    refused(county.plan(next, &window), "fallback_other");
    // If the round appears all the same, it is drawn by it.
    intake.hand_in(ROUND, &signature).unwrap();
    county.draw(KEY);
    let state = county.state(KEY);
    assert!(state.lapsed.is_some() && state.draw.is_some());
}

/// Last revealer, backdated or dropped reveal: secrets.rs. Who withholds a secret changes R, and cannot know into what: with a
/// delay the value is unknowable at t1, with a beacon the round is still to come.
#[test]
fn a_withheld_secret_gives_another_result_that_nobody_could_know() {
    let drawn = |reveal_all: bool| {
        let county = County::new();
        county.plan(KEY, &[]).unwrap();
        let plan = county.state(KEY);
        county.commit(LEAD, KEY, 1).unwrap();
        county.commit(NOTARY, KEY, 2).unwrap();
        county.until(plan.t0);
        county.reveal(NOTARY, KEY, 2).unwrap();
        if reveal_all {
            county.reveal(LEAD, KEY, 1).unwrap();
        }
        county.until(plan.known_at());
        let index = county.draw(KEY);
        county.body(index).get("random_value").unwrap().clone()
    };
    assert_ne!(drawn(true), drawn(false));
}

/// "Unreachable" friends, serial recusals: a substitute is the next in the published order and rests on evidence (draw.rs); one
/// without evidence is none.
#[test]
fn a_substitute_without_evidence_is_refused() {
    let county = County::new();
    county.due(KEY, &[]);
    let index = county.draw(KEY);
    let record = county.body(index);
    let first = &record.get("drawn").unwrap().as_array().unwrap()[0];
    let body = Value::object([
        ("plan_key", KEY.into()),
        ("region", "000000".into()),
        ("substitute_type", "target".into()),
        ("target_id", first.get("target_id").unwrap().clone()),
        ("new_target_id", code(3).as_str().into()),
        ("new_seats", first.get("assigned_seats").unwrap().clone()),
        ("substitute_reason", "unreachable".into()),
    ]);
    refused(county.say(LEAD, "substitute", body, Some(KEY)), "missing");
}

/// A window that has nothing to do with the draw would take a plan out of the way of the next one, or keep others out for ever.
#[test]
fn windows_and_deadlines_belong_to_the_draw() {
    let county = County::new();
    let past = [
        ("check_from", Value::from("2026-01-01")),
        ("check_to", "2026-01-01".into()),
    ];
    refused(county.plan(KEY, &past), "window_past");
    let endless = [("check_to", Value::from("2028-01-01"))];
    refused(county.plan(KEY, &endless), "window_long");
    let late = [("result_deadline", Value::from("2027-12-31T16:00:00Z"))];
    refused(county.plan(KEY, &late), "deadline_far");
    refused(county.plan("000000-SCJG/2031/01", &[]), "period_other");
    let far = Value::from(
        Timestamp::from_unix(county.now() + 400 * 86_400)
            .unwrap()
            .to_string(),
    );
    let ahead = [
        ("t0", far.clone()),
        ("t1", far),
        ("check_from", "2027-06-01".into()),
        ("check_to", "2027-06-30".into()),
        ("result_deadline", "2027-07-30T16:00:00Z".into()),
    ];
    refused(county.plan("000000-SCJG/2027/01", &ahead), "far_ahead");
    assert!(county.plan(KEY, &[]).is_ok());
}

/// Who has seen a secret calls nothing off and commits to nothing, not even within the second of t0.
#[test]
fn after_the_first_secret_nobody_steps_back() {
    let county = County::new();
    county.plan(KEY, &[]).unwrap();
    county.commit(NOTARY, KEY, 2).unwrap();
    county.until(county.state(KEY).t0);
    county.reveal(NOTARY, KEY, 2).unwrap();
    refused(county.commit(LEAD, KEY, 1), "too_late");
    refused(county.cancel(LEAD, KEY), "too_late");
}

/// 220 results can all be tried by whoever chooses a secret.
#[test]
fn a_game_with_few_results_decides_nothing() {
    let county = County::new();
    let at = |seconds: i64| {
        Value::from(
            Timestamp::from_unix(county.now() + seconds)
                .unwrap()
                .to_string(),
        )
    };
    let body = county.plan_body(
        KEY,
        &[
            ("randomness", "lottery".into()),
            ("lottery_game", "welfare_3d".into()),
            ("lottery_issue", "2026031".into()),
            ("lottery_at", at(7200)),
        ],
    );
    let body = without(body, "delay_log2");
    refused(county.say(LEAD, "plan", body, Some(KEY)), "lottery_small");
}

/// A plan that was drawn after all, by the round that came late, is not drawn a second time in the fallback's way; and a round
/// that is there is not missing.
#[test]
fn a_late_round_is_no_second_chance() {
    let county = County::new();
    by_beacon(&county);
    let signature = gongshi_verify::encoding::bytes_of_hex(SIGNATURE).unwrap();
    let notice = || {
        let body = Value::object([
            ("alert_type", "round_missing".into()),
            ("plan_key", KEY.into()),
            ("region", "000000".into()),
            ("content", "随机信标逾期72小时未公布。".into()),
        ]);
        county.say(OPERATOR, "alert", body, None)
    };
    county.wait(72 * 3600);
    notice().unwrap();
    let intake = &county.log.app.portal.intake;
    intake.hand_in(ROUND, &signature).unwrap();
    refused(notice(), "round_there");
    county.draw(KEY);
    let window = [
        ("check_from", Value::from("2026-07-15")),
        ("check_to", "2026-07-31".into()),
    ];
    refused(county.plan("000000-SCJG/2026/02", &window), "item_open");
}

/// A list that takes effect later ends the one before on that day, not on the day it is published.
#[test]
fn between_two_item_lists_there_is_no_gap() {
    let county = County::new();
    let newer = with(
        item_list("2026-2", &["SP01"]),
        "effective_on",
        "2026-04-15".into(),
    );
    let newer = with(newer, "replaces", county.named(county.item_list));
    let newer = with(newer, "removed_items", dropped("SP02"));
    county.say(LEAD, "item_list", newer, None).unwrap();
    // Inspections begin on the first of April, under the old list.
    county.plan(KEY, &[]).unwrap();
}
