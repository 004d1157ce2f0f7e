//! What the order asks of libraries, regions and remarks; and how long the server keeps looking after a plan.

use crate::audit::{append, problems};
use crate::common::*;
use crate::handed_in::{ROUND, SIGNATURE, by_beacon};
use crate::sealed::SealedCounty;
use crate::support::*;
use gongshi::draw::Drawn;
use gongshi_verify::draw::randomness::Delay;
use gongshi_verify::encoding::{bytes_of_hex, hex};
use gongshi_verify::json::Value;
use gongshi_verify::names::PlanKey;
use std::time::{Duration, Instant};

/// Of two snapshots of a library the older is not kept for the day on which it suits.
#[test]
fn a_plan_uses_the_newest_library_that_can_be_used() {
    let county = County::new();
    let of = |name: &str, as_of: &str, text: &str| {
        county.put(text);
        let body = with(
            snapshot("objects", "open", text),
            "library_name",
            name.into(),
        );
        let body = with(body, "as_of", as_of.into());
        county.say(LEAD, "snapshot", body, None).unwrap()
    };
    let planned = |index: u64, text: &str| {
        let root = snapshot("objects", "open", text)
            .get("root")
            .unwrap()
            .clone();
        county.plan(
            KEY,
            &[
                ("object_snapshot", county.named(index)),
                ("object_root", root),
            ],
        )
    };
    let old = of("名录库", "2026-02-01", &objects(29));
    let wrong = of("名录库", "2026-03-10", &objects(31));
    let another = of("另一名录库", "2026-01-01", &objects(30));
    // Until the newer one can be used, the one before it is the newest.
    let found = told(planned(old, &objects(29)));
    assert_eq!(found.0, "snapshot_young");
    county.wait(11 * 24 * 3600);
    let found = county.plan(KEY, &[]);
    assert!(
        found
            .as_ref()
            .unwrap_err()
            .to_string()
            .contains(&wrong.to_string()),
        "{found:?}"
    );
    refused(found, "snapshot_old");
    refused(planned(old, &objects(29)), "snapshot_old");
    // A wrong one is replaced by another of its day, which takes its time.
    let right = of("名录库", "2026-03-10", &objects(30));
    refused(planned(right, &objects(30)), "snapshot_young");
    county.wait(11 * 24 * 3600);
    let window = [("check_from", "2026-05-01"), ("check_to", "2026-05-30")];
    let window = window.map(|(name, day)| (name, Value::from(day)));
    refused(
        {
            let root = snapshot("objects", "open", &objects(31));
            let mut changes = window.to_vec();
            changes.push(("object_snapshot", county.named(wrong)));
            changes.push(("object_root", root.get("root").unwrap().clone()));
            county.plan(KEY, &changes)
        },
        "snapshot_old",
    );
    let mut changes = window.to_vec();
    changes.push(("object_snapshot", county.named(right)));
    county.plan(KEY, &changes).unwrap();
    // Another library has an order of its own.
    changes[0].1 = "2026-06-01".into();
    changes[1].1 = "2026-06-30".into();
    changes[2].1 = county.named(another);
    county.plan("000000-SCJG/2026/02", &changes).unwrap();
    // Nor is one held back until the older suits: the time to object has an end.
    let late = gongshi_verify::time::Timestamp::from_unix(county.now() + 61 * 24 * 3600).unwrap();
    let held_back = with(
        snapshot("objects", "open", &objects(30)),
        "challenge_until",
        late.to_string().into(),
    );
    refused(
        county.say(LEAD, "snapshot", held_back, None),
        "challenge_long",
    );
    // None shows a day that has not come: it would stay the newest.
    let ahead = with(
        snapshot("objects", "open", &objects(30)),
        "as_of",
        "2099-01-01".into(),
    );
    refused(county.say(LEAD, "snapshot", ahead, None), "in_future");
}

#[test]
fn what_is_said_of_a_plan_is_of_its_region() {
    let county = County::new();
    county.plan(KEY, &[]).unwrap();
    let elsewhere = ("region", Value::from("110000"));
    let about = |members: &[Change<'_>]| {
        let mut body = Value::object([("plan_key", KEY.into())]);
        for (name, value) in members.iter().cloned() {
            body = with(body, name, value);
        }
        body
    };
    let cancel = about(&[
        elsewhere.clone(),
        ("cancel_reason", "plan_error".into()),
        ("reason", "不再需要。".into()),
    ]);
    let commit = about(&[
        elsewhere.clone(),
        ("secret_commitment", "ab".repeat(32).as_str().into()),
    ]);
    // Nobody here may speak for another region; where somebody may, the recheck of the whole log tells by the same rule.
    for (who, kind, body) in [(NOTARY, "commit", commit), (LEAD, "cancel", cancel)] {
        let event = county.event(who, kind, body, Some(KEY));
        append(&county, &event, Some(KEY));
    }
    let found = problems(&county);
    let told = found
        .iter()
        .filter(|(_, problem)| problem.contains("region: must be 000000, the region of the plan"));
    assert_eq!(told.count(), 2, "{found:#?}");

    let county = County::new();
    county.due(KEY, &[]);
    let plan = county.state(KEY);
    let material = county.log.app.portal.intake.material(&plan).unwrap();
    let start = gongshi_verify::draw::randomness::joined(&material.plan.key, &material.secrets);
    let mut checkpoints = Vec::new();
    Delay::new(10).unwrap().run(&start, |hash| {
        checkpoints.push(*hash);
        true
    });
    let given = gongshi_verify::draw::given::Given::Checkpoints(checkpoints);
    let good =
        gongshi::draw::compose(&county.log.app.portal.intake, &plan, &plan.region, &given).unwrap();
    let draw = |who: &str, name: &str, value: Value| {
        county.say(who, "draw", with(good.body.clone(), name, value), Some(KEY))
    };
    // Somebody else's words would stand under the plan's draw for ever.
    refused(draw(PARTNER, "note", "说明".into()), "note_foreign");
    refused(draw(OPERATOR, "note", "说明".into()), "note_foreign");
    draw(LEAD, "note", "说明".into()).unwrap();
}

#[test]
fn an_opened_list_names_nobody_who_was_excluded() {
    let excluded = SealedCounty::excluding(&[5]);
    let county = &excluded.county;
    county.due(KEY, &excluded.changes());
    // What the department commits to, nobody sees; what it opens, everybody does.
    let line = format!("ddraw/1|sdrawn|{}|P10,P11|{}", code(5), hex(&[7; 32]));
    let (_, list) = excluded.draw_as(KEY, Some(vec![line]));
    county.until(county.state(KEY).result_deadline + 1);
    let file = county.put(&list);
    let bulletin = body(
        r#"{"title":"抽取名单公开","bulletin_type":"drawn_list_opening","region":"000000","period_from":"2026-03-01",
        "period_to":"2026-04-30","issued_on":"2026-05-20"}"#,
    );
    let bulletin = with(bulletin, "plan_key", KEY.into());
    let bulletin = with(bulletin, "attachments", Value::Array(vec![file]));
    refused(
        county.say(LEAD, "bulletin", bulletin, None),
        "opening_differs",
    );
}

/// Nobody looks after what nothing will come of; but a round that comes after all is drawn by.
#[test]
fn void_plans_are_let_go_and_late_rounds_still_count() {
    let county = County::new();
    let docket = county.log.app.portal.intake.docket().clone();
    let key = PlanKey::parse(KEY).unwrap();
    county.plan(KEY, &[]).unwrap();
    county.commit(LEAD, KEY, 1).unwrap();
    county.until(county.state(KEY).t0);
    county.reveal(LEAD, KEY, 1).unwrap();
    assert_eq!(docket.pending().unwrap(), std::slice::from_ref(&key));
    county.until(county.state(KEY).known_at());
    county.runner().run_due();
    // The next entry about a draw tells the docket what time it is.
    let second = "000000-SCJG/2026/02";
    county.plan(second, &[]).unwrap();
    let second = PlanKey::parse(second).unwrap();
    assert_eq!(docket.pending().unwrap(), [second]);
    drop(docket);
    let county = county.reopen();
    let docket = county.log.app.portal.intake.docket();
    assert!(!docket.pending().unwrap().contains(&key));

    let county = County::new();
    by_beacon(&county);
    let docket = county.log.app.portal.intake.docket();
    county.wait(72 * 3600);
    let notice = Value::object([
        ("alert_type", "round_missing".into()),
        ("plan_key", KEY.into()),
        ("content", "随机信标逾期72小时未公布。".into()),
    ]);
    county.say(OPERATOR, "alert", notice, None).unwrap();
    assert_eq!(
        (docket.pending().unwrap(), docket.lapsed().unwrap()),
        (vec![], vec![key])
    );
    let signature = bytes_of_hex(SIGNATURE).unwrap();
    county
        .log
        .app
        .portal
        .intake
        .hand_in(ROUND, &signature)
        .unwrap();
    county.runner().run_due();
    assert!(county.state(KEY).draw.is_some());
    assert_eq!(docket.lapsed().unwrap(), []);
}

/// A plan that took the place of one whose round was missing, and that round after all: both results stand.
#[test]
fn a_late_round_and_the_fallback_are_both_shown() {
    let county = County::new();
    let due = gongshi_verify::draw::beacon::due(ROUND).unwrap().unix();
    let at = |seconds: i64| {
        Value::from(
            gongshi_verify::time::Timestamp::from_unix(seconds)
                .unwrap()
                .to_string(),
        )
    };
    let plan = county.plan_body(
        KEY,
        &[
            ("randomness", "drand".into()),
            ("round", number(ROUND)),
            ("fallback", "delay".into()),
            ("t0", at(due - 3600)),
            ("t1", at(due - 120)),
            ("check_from", "2026-07-10".into()),
            ("check_to", "2026-07-31".into()),
            ("result_deadline", at(due + 60 * 24 * 3600)),
        ],
    );
    county
        .say(LEAD, "plan", without(plan, "delay_log2"), Some(KEY))
        .unwrap();
    county.until(due + 72 * 3600);
    let notice = Value::object([
        ("alert_type", "round_missing".into()),
        ("plan_key", KEY.into()),
        ("region", "000000".into()),
        ("content", "随机信标逾期72小时未公布。".into()),
    ]);
    county.say(OPERATOR, "alert", notice, None).unwrap();
    let second = "000000-SCJG/2026/02";
    let window = [
        ("check_from", Value::from("2026-07-15")),
        ("check_to", "2026-07-31".into()),
    ];
    county.due(second, &window);
    county.draw(second);
    let signature = bytes_of_hex(SIGNATURE).unwrap();
    county
        .log
        .app
        .portal
        .intake
        .hand_in(ROUND, &signature)
        .unwrap();
    county.draw(KEY);
    for key in [KEY, second] {
        assert!(county.state(key).draw.is_some(), "{key}");
    }
}

/// A long delay is not believed: a sealed draw that tells of one is taken once the server has run it to its end.
#[test]
fn a_long_delay_is_run_by_the_server_before_a_sealed_draw_is_taken() {
    const LOG2: u32 = 25;
    let sealed = SealedCounty::new();
    let county = &sealed.county;
    let mut changes = sealed.changes();
    changes.push(("delay_log2", number(LOG2.into())));
    county.due(KEY, &changes);
    let key = PlanKey::parse(KEY).unwrap();
    let (record, _) = sealed.record(KEY, LOG2, None);
    let say = || county.say(LEAD, "draw", record.clone(), Some(KEY));
    refused(say(), "delay_pending");
    // Not begun before the last reveal is settled; begun then, and not over at once.
    assert!(matches!(county.runner().draw(&key), Ok(Drawn::Waiting)));
    let folder = county.log.data().join("delays");
    assert!(!folder.exists());
    county.wait(31);
    county.runner().run_due();
    assert!(folder.exists());
    refused(say(), "delay_pending");
    let begun = Instant::now();
    let index = loop {
        county.runner().run_due();
        match say() {
            Ok(index) => break index,
            refusal => refused(refusal, "delay_pending"),
        }
        assert!(begun.elapsed() < Duration::from_secs(300));
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(county.state(KEY).draw.unwrap().index, index);
    // What decided it is in the log now; nothing of it is kept beside.
    county.runner().run_due();
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
    let wrong = with(record, "random_value", "00".repeat(32).as_str().into());
    refused(county.say(LEAD, "draw", wrong, Some(KEY)), "plan_drawn");
}
