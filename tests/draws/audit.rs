//! What a log holds that intake would not have let in: told by whoever rechecks it from the log and its files alone.

use crate::common::*;
use crate::support::*;
use gongshi::intake::{Auditor, Event};
use gongshi::log::Leaf;
use gongshi_verify::encoding::hex;
use gongshi_verify::json::{self, Value};
use gongshi_verify::record::Record;

/// Appends an event as other software might, without asking.
pub fn append(county: &County, event: &Event, reference: Option<&str>) -> u64 {
    let line = json::parse(event.to_json()).unwrap();
    let record = line.get("record").unwrap().clone();
    let commitment = Record::from_value(record.clone()).unwrap().commitment();
    let member = |name: &str| line.get(name).unwrap().clone();
    let mut entry = Value::object([
        ("authority", member("authority")),
        ("commitment", hex(&commitment).as_str().into()),
        ("issued_at", member("issued_at")),
        ("kind", member("kind")),
        ("logged_at", member("issued_at")),
        ("signature", member("signature")),
        ("v", Value::Int(1)),
    ]);
    if let Some(reference) = reference {
        entry = with(entry, "ref", reference.into());
    }
    let leaf = Leaf {
        entry: json::to_jcs(&entry).into_bytes(),
        record: Some(json::to_jcs(&record).into_bytes()),
    };
    let submission = county.log.app.portal.log.submit(vec![leaf]).unwrap();
    let index = submission.first;
    submission.wait().unwrap();
    index
}

pub fn problems(county: &County) -> Vec<(u64, String)> {
    audited(county).0
}

/// What is wrong, and the results that turned out to be of objects that were not drawn.
pub fn audited(county: &County) -> (Vec<(u64, String)>, Vec<u64>) {
    let portal = &county.log.app.portal;
    let log = &portal.log;
    let mut auditor = Auditor::new(origin())
        .with_draws(log.clone(), portal.intake.files().clone())
        .unwrap();
    let mut found = Vec::new();
    let size = log.published().size();
    for (index, leaf) in (0..).zip(log.leaves(0..size).unwrap()) {
        auditor.leaf(index, &leaf, &mut found);
    }
    auditor.finish(&mut found);
    let told = found.into_iter();
    let told = told.map(|one| (one.entry.unwrap_or_default(), one.problem));
    (told.collect(), auditor.undrawn().unwrap())
}

#[test]
fn a_log_in_order_has_nothing_to_tell() {
    let county = County::new();
    county.due(KEY, &[]);
    county.draw(KEY);
    assert_eq!(problems(&county), []);
}

#[test]
fn what_breaks_the_order_is_told_by_its_entry() {
    let county = County::new();
    county.due(KEY, &[]);
    let index = county.draw(KEY);
    let mut expected = Vec::new();
    let mut say = |who: &str, kind: &str, body: Value, reference: &str, says: &'static str| {
        let event = county.event(who, kind, body, Some(reference));
        expected.push((append(&county, &event, Some(reference)), says));
    };
    // A plan with the same key, one that leaves a number out, a commit and a reveal after their time, a second draw, a plan
    // called off after it was drawn.
    say(LEAD, "plan", county.plan_body(KEY, &[]), KEY, "which binds");
    let gap = "000000-SCJG/2026/03";
    say(
        LEAD,
        "plan",
        county.plan_body(gap, &[]),
        gap,
        "serials have no gaps",
    );
    let about = |name: &str, value: &str| {
        Value::object([
            ("plan_key", KEY.into()),
            ("region", "000000".into()),
            (name, value.into()),
        ])
    };
    let zeros = "00".repeat(32);
    say(
        PARTNER,
        "commit",
        about("secret_commitment", &zeros),
        KEY,
        "was drawn by entry",
    );
    say(
        NOTARY,
        "reveal",
        about("secret", &zeros),
        KEY,
        "was drawn by entry",
    );
    say(
        OPERATOR,
        "draw",
        county.body(index),
        KEY,
        "was drawn by entry",
    );
    let cancel = with(
        about("cancel_reason", "plan_error"),
        "reason",
        "不再需要。".into(),
    );
    say(LEAD, "cancel", cancel, KEY, "was drawn by entry");
    let found = problems(&county);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for ((index, says), (entry, problem)) in expected.iter().zip(&found) {
        assert_eq!(index, entry, "{problem}");
        assert!(
            problem.contains("against the order of its draw") && problem.contains(says),
            "{problem}"
        );
    }
}

#[test]
fn a_draw_of_another_result_is_told() {
    let county = County::new();
    county.due(KEY, &[]);
    let key = gongshi_verify::names::PlanKey::parse(KEY).unwrap();
    let plan = county.state(KEY);
    let intake = &county.log.app.portal.intake;
    let material = intake.material(&plan).unwrap();
    let start = gongshi_verify::draw::randomness::joined(&key, &material.secrets);
    let mut checkpoints = Vec::new();
    gongshi_verify::draw::randomness::Delay::new(10)
        .unwrap()
        .run(&start, |hash| {
            checkpoints.push(*hash);
            true
        });
    let decided = gongshi_verify::draw::given::Given::Checkpoints(checkpoints);
    let body = gongshi::draw::compose(intake, &plan, &plan.region, &decided)
        .unwrap()
        .body;
    let mut drawn = body.get("drawn").unwrap().as_array().unwrap().to_vec();
    drawn.swap(0, 1);
    let body = with(body, "drawn", Value::Array(drawn));
    let event = county.event(OPERATOR, "draw", body, Some(KEY));
    let index = append(&county, &event, Some(KEY));
    let found = problems(&county);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, index);
    assert!(found[0].1.contains("drawn: must be"), "{found:?}");
}
