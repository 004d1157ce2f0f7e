//! The file of a sealed draw, before and after its list is opened: what can be checked holds, and each forged list fails at its step.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{
    DEPARTMENT, Log, OPERATOR, file, named, origin, policy, register, register_in, say, say_as,
    secret, snapshot, time,
};
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::draw::randomness;
use gongshi_verify::draw::recompute::one_by_one;
use gongshi_verify::draw::ticket::Seed;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{Hash, leaf_hash};
use gongshi_verify::json::{self, Value};
use gongshi_verify::merkle::tree_head;
use gongshi_verify::registry::Role;
use gongshi_verify::report::{Outcome, Report, StepId, Verdict, verify_draw_file};

const KEY: &str = "610323-SCJG/2026/01";
const OTHER: &str = "610323-XFJY";
const OFFICERS: &str = "ddraw/1|officer|P1|610323-SCJG|\nddraw/1|officer|P2|610323-SCJG|\n";
/// When the lottery falls, and when the list may be opened; the plan is logged ten days after its libraries.
const LOTTERY: u64 = 900_000;
const DEADLINE: u64 = 2_000_000;

fn objects() -> String {
    let leaf = |(number, id): (u8, &str)| {
        let exclusion = if id == "A3" { "closed" } else { "0" };
        let (class, ticket) = (hex(&[number; 32]), hex(&[number + 100; 32]));
        format!("ddraw/1|starget|{id}|{exclusion}|{class}|{ticket}\n")
    };
    (0..).zip(["A1", "A2", "A3", "A4"]).map(leaf).collect()
}

fn list(ids: &[&str]) -> String {
    let line = |id: &&str| format!("ddraw/1|sdrawn|{id}|P1,P2|{}\n", hex(&[9; 32]));
    ids.iter().map(line).collect()
}

/// The opening of a list.
struct Opened {
    /// As it stands in the file.
    list: String,
    author: &'static str,
    at: u64,
    plan: &'static str,
}

impl Opened {
    fn of(list: &str) -> Self {
        Opened {
            list: list.to_owned(),
            author: DEPARTMENT,
            at: DEADLINE,
            plan: KEY,
        }
    }
}

/// The file of a sealed draw that has committed to a list.
fn made(committed: &str, opened: Option<Opened>) -> String {
    let mut log = Log::default();
    let kinds = ["bulletin", "draw", "plan", "snapshot"];
    let operator = register_in("610323", OPERATOR, Role::Operator, &[], &secret(1));
    log.act(operator, &secret(1));
    for (who, seed) in [(DEPARTMENT, 2), (OTHER, 4)] {
        log.act(
            register(who, Role::Department, &kinds, &secret(seed)),
            &secret(1),
        );
    }
    let text = objects();
    let objects = Library::parse(Form::Sealed, &text).unwrap();
    let officers = Library::parse(Form::Officers, OFFICERS).unwrap();
    let snapshots = [
        snapshot(&mut log, &objects, &text, None, 300),
        snapshot(&mut log, &officers, OFFICERS, None, 301),
    ];
    let t0 = time(LOTTERY - 3600);
    let body = format!(
        r#"{{"plan_key":"{KEY}","randomness":"lottery","lottery_game":"union_lotto","lottery_at":"{}","contributors":[],"t0":"{t0}","t1":"{t0}",
        "rotation":0,"object_root":"{}","officer_root":"{}","object_snapshot":{},"officer_snapshot":{},"result_deadline":"{}",
        "departments":[{{"department":"{DEPARTMENT}","seats":[{{"officers":2}}]}}],
        "rules":[{{"stratum":"A","rule_departments":["{DEPARTMENT}"],"num":1,"den":2,"minimum":1}}]}}"#,
        time(LOTTERY),
        hex(&objects.root()),
        hex(&officers.root()),
        named(&log, snapshots[0]),
        named(&log, snapshots[1]),
        time(DEADLINE),
    );
    let body = json::parse(body).unwrap();
    let plan = Plan::from_body(&body).unwrap();
    let plan_index = say(&mut log, "plan", Some(KEY), body, LOTTERY - 4000);
    let numbers = vec![vec![5, 12, 18, 21, 27, 33], vec![9]];
    let value = randomness::lottery(&plan.key, &[], &numbers);
    let hashes: Vec<Hash> = committed
        .lines()
        .map(|line| leaf_hash(line.as_bytes()))
        .collect();
    let body = format!(
        r#"{{"lottery_numbers":[[5,12,18,21,27,33],[9]],"random_value":"{}","seed":"{}","drawn_count":{},"sealed_root":"{}"}}"#,
        hex(&value),
        Seed::new(&origin(), &plan.key, &value).as_str(),
        hashes.len(),
        hex(&tree_head(&hashes)),
    );
    let body = json::parse(body).unwrap();
    let draw = say(&mut log, "draw", Some(KEY), body, LOTTERY + 1);
    let mut files = vec![text.clone(), OFFICERS.to_owned()];
    let opening = opened.map(|opened| {
        let body = Value::object([
            ("bulletin_type", "drawn_list_opening".into()),
            ("plan_key", opened.plan.into()),
            ("attachments", Value::Array(vec![file(&opened.list)])),
        ]);
        files.push(opened.list);
        say_as(&mut log, opened.author, "bulletin", None, body, opened.at)
    });
    let proof = |index: u64| Value::from(log.proof(index, &log.extra(index)));
    let none = || Value::Array(Vec::new());
    let mut members = vec![
        ("commits", none()),
        ("draw", proof(draw)),
        ("earlier", none()),
        (
            "files",
            Value::Array(files.iter().map(|text| text.as_str().into()).collect()),
        ),
        ("plan", proof(plan_index)),
        ("reveals", none()),
        ("snapshots", Value::Array(snapshots.map(proof).into())),
        ("v", Value::Int(1)),
    ];
    members.extend(opening.map(|index| ("opening", proof(index))));
    let members = members.into_iter();
    json::to_jcs(&Value::Object(
        members.map(|(name, one)| (name.to_owned(), one)).collect(),
    ))
}

fn report(file: &str) -> Report {
    verify_draw_file(file.as_bytes(), &policy(), &one_by_one).unwrap()
}

#[test]
fn all_that_can_be_checked_of_a_sealed_draw_holds_before_and_after_its_opening() {
    let good = list(&["A1", "A4"]);
    let before = report(&made(&good, None));
    assert_eq!(before.verdict, Verdict::Sealed, "{before}");
    let step = before.outcome(StepId::DrawOpening);
    assert_eq!(step, Some(Outcome::NotChecked), "{before}");
    let after = report(&made(&good, Some(Opened::of(&good))));
    assert_eq!(after.verdict, Verdict::Opened, "{after}");
    assert_eq!(after.outcome(StepId::DrawOpening), Some(Outcome::Pass));
    for step in [StepId::DrawTargets, StepId::DrawOfficers] {
        assert_eq!(after.outcome(step), Some(Outcome::NotChecked));
    }
    // Nobody was drawn: an empty list is a list.
    let nobody = report(&made("", Some(Opened::of(""))));
    assert_eq!(nobody.verdict, Verdict::Opened, "{nobody}");
}

#[test]
fn a_forged_list_fails_at_its_step() {
    let good = list(&["A1", "A4"]);
    let with = |change: fn(&mut Opened)| {
        let mut opened = Opened::of(&list(&["A1", "A4"]));
        change(&mut opened);
        made(&list(&["A1", "A4"]), Some(opened))
    };
    let stranger = list(&["A1", "A9"]);
    let excluded = list(&["A1", "A3"]);
    for (file, why) in [
        (
            made(&good, Some(Opened::of(&list(&["A1", "A2"])))),
            "committed to",
        ),
        (made(&good, Some(Opened::of(&list(&["A1"])))), "1 lines"),
        (made(&stranger, Some(Opened::of(&stranger))), "A9 is not in"),
        (
            made(&excluded, Some(Opened::of(&excluded))),
            "A3 is excluded",
        ),
        (with(|opened| opened.author = OTHER), "plan's authority"),
        (with(|opened| opened.at = DEADLINE - 2), "result_deadline"),
        (
            with(|opened| opened.plan = "610323-SCJG/2026/02"),
            "another plan",
        ),
    ] {
        let report = report(&file);
        assert_eq!(report.verdict, Verdict::NotVerified, "{report}");
        let failed = report.failed().unwrap();
        assert_eq!(failed.id, StepId::DrawOpening, "{report}");
        assert!(failed.detail.contains(why), "{report}");
    }
    // The list itself is left out, or another one is put in its place.
    let text = made(&good, Some(Opened::of(&good)));
    let other = report(&text.replace("sdrawn|A4|", "sdrawn|A2|"));
    assert_eq!(
        other.failed().map(|step| step.id),
        Some(StepId::DrawOpening)
    );
    // What fails before it leaves it unreached, and says so.
    let broken = report(&text.replace("starget|A2|0", "starget|A2|1"));
    assert_eq!(
        broken.failed().map(|step| step.id),
        Some(StepId::DrawLibraries)
    );
    assert_eq!(
        broken.outcome(StepId::DrawOpening),
        Some(Outcome::NotChecked)
    );
}

/// A right sealed draw ends with 0, and the last line says what was not checked.
#[test]
fn the_command_ends_with_0() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy");
    std::fs::write(&policy, common::policy_text()).unwrap();
    let good = list(&["A1", "A4"]);
    for (name, text, code, says) in [
        (
            "before",
            made(&good, None),
            0,
            "who was drawn was not checked",
        ),
        (
            "after",
            made(&good, Some(Opened::of(&good))),
            0,
            "the opened list included",
        ),
        (
            "forged",
            made(&good, Some(Opened::of(&list(&["A2"])))),
            1,
            "NOT VERIFIED (opened list)",
        ),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_gongshi-verify"))
            .args(["draw", "--policy"])
            .args([&policy, &path])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(
            said.trim_end().lines().last().unwrap().contains(says),
            "{said}"
        );
    }
}
