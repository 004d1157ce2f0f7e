//! The file of a draw: a good one is verified, and whatever is changed in it, the step that breaks is named.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{
    DEPARTMENT, Log, OPERATOR, file, named, origin, policy, register, register_in, say, say_as,
    secret, snapshot, time,
};
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::officers::Barred;
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::draw::randomness::{self, Delay};
use gongshi_verify::draw::recompute::{self, Inputs, Outside, one_by_one};
use gongshi_verify::draw::recorded;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::Hash;
use gongshi_verify::json::{self, Value};
use gongshi_verify::names::AuthorityId;
use gongshi_verify::registry::Role;
use gongshi_verify::report::{Outcome, Report, StepId, UnusableInput, Verdict, verify_draw_file};
use std::collections::BTreeMap;

const KEY: &str = "610323-SCJG/2026/01";
const OBJECTS: &str = "ddraw/1|target|A1|food|610323-SCJG|0\nddraw/1|target|A2|food|610323-SCJG|0\n\
    ddraw/1|target|A3|gas|610323-SCJG|0\nddraw/1|target|A4|food|610323-SCJG|closed\nddraw/1|target|A5|food|610323-SCJG|0\n";
const OFFICERS: &str = "ddraw/1|officer|P1|610323-SCJG|food\nddraw/1|officer|P2|610323-SCJG|\n\
    ddraw/1|officer|P3|610323-SCJG|food\nddraw/1|officer|P4|610323-SCJG|\n";
/// Contributes to the randomness and has no part in the draw.
const OUTSIDER: &str = "610323-XFJY";
const SECRET: Hash = [9; 32];
/// Ten days, for which a library waits.
const WAIT: u64 = 864_000;

/// A log with one draw, and where its entries stand.
struct Drawn {
    log: Log,
    plan: u64,
    snapshots: Vec<u64>,
    commits: Vec<u64>,
    reveals: Vec<u64>,
    earlier: Vec<u64>,
    draw: u64,
    files: Vec<String>,
}

/// Something done to the members of a draw's record.
type Change = fn(&mut BTreeMap<String, Value>);

/// What a case changes on the way.
#[derive(Default)]
struct Twist {
    plan_at: Option<u64>,
    reveal_at: Option<u64>,
    reveal: Option<Hash>,
    recorded: Option<Change>,
    objects: Option<String>,
    draw_at: Option<u64>,
    in_file: bool,
    /// Until when the snapshots themselves can be challenged.
    challenge_until: Option<u64>,
    /// Of the operator; that of a demonstration where none is said.
    region: Option<&'static str>,
}

fn drawn(twist: Twist) -> Drawn {
    let mut log = Log::default();
    let kinds = ["commit", "draw", "plan", "reveal", "snapshot"];
    log.act(
        register_in(
            twist.region.unwrap_or("000000"),
            OPERATOR,
            Role::Operator,
            &[],
            &secret(1),
        ),
        &secret(1),
    );
    log.act(
        register(DEPARTMENT, Role::Department, &kinds, &secret(2)),
        &secret(1),
    );
    log.act(
        register(OUTSIDER, Role::Department, &kinds, &secret(4)),
        &secret(1),
    );
    let objects = Library::parse(Form::Open, OBJECTS).unwrap();
    let officers = Library::parse(Form::Officers, OFFICERS).unwrap();
    let snapshots = vec![
        snapshot(&mut log, &objects, OBJECTS, None, 300),
        snapshot(&mut log, &officers, OFFICERS, twist.challenge_until, 301),
    ];
    // An earlier draw of the department, in which P1 was at A1.
    let met = r#"{"drawn":[{"target_id":"A1","assigned_seats":[{"officer_id":"P1"}]}]}"#;
    let earlier = say(
        &mut log,
        "draw",
        Some("610323-SCJG/2025/01"),
        json::parse(met).unwrap(),
        400,
    );
    let (t0, t1) = (time(WAIT + 1000), time(WAIT + 1001));
    let body = format!(
        r#"{{"plan_key":"{KEY}","randomness":"delay","delay_log2":10,"contributors":["{DEPARTMENT}","{OUTSIDER}"],"t0":"{t0}","t1":"{t1}",
        "rotation":1,"object_root":"{}","officer_root":"{}","object_snapshot":{},"officer_snapshot":{},
        "departments":[{{"department":"{DEPARTMENT}","seats":[{{"qualification":"food","officers":1}},{{"officers":1}}]}}],
        "rules":[{{"stratum":"food","rule_departments":["{DEPARTMENT}"],"num":1,"den":2,"minimum":1}},
        {{"stratum":"gas","rule_departments":["{DEPARTMENT}"],"num":1,"den":100,"minimum":1}}]}}"#,
        hex(&objects.root()),
        hex(&officers.root()),
        named(&log, snapshots[0]),
        named(&log, snapshots[1]),
    );
    let body = json::parse(body).unwrap();
    let plan = Plan::from_body(&body).unwrap();
    let plan_index = say(
        &mut log,
        "plan",
        Some(KEY),
        body,
        twist.plan_at.unwrap_or(WAIT + 900),
    );
    let contributor = AuthorityId::parse(OUTSIDER).unwrap();
    let commitment = randomness::commitment(&plan.key, &contributor, &SECRET);
    let body = Value::object([
        ("plan_key", KEY.into()),
        ("secret_commitment", hex(&commitment).into()),
    ]);
    let commit = say_as(
        &mut log,
        OUTSIDER,
        "commit",
        Some(KEY),
        body,
        twist.plan_at.unwrap_or(WAIT + 900) + 5,
    );
    let body = Value::object([
        ("plan_key", KEY.into()),
        ("secret", hex(&twist.reveal.unwrap_or(SECRET)).into()),
    ]);
    let reveal = say_as(
        &mut log,
        OUTSIDER,
        "reveal",
        Some(KEY),
        body,
        twist.reveal_at.unwrap_or(WAIT + 999),
    );

    let secrets = vec![
        (AuthorityId::parse(DEPARTMENT).unwrap(), None),
        (contributor, Some(SECRET)),
    ];
    let mut checkpoints = Vec::new();
    let start = randomness::joined(&plan.key, &secrets);
    Delay::new(10).unwrap().run(&start, |value| {
        checkpoints.push(*value);
        true
    });
    let inputs = Inputs {
        origin: &origin(),
        plan: &plan,
        operator: &AuthorityId::parse(OPERATOR).unwrap(),
        secrets: &secrets,
        outside: Outside::Checkpoints(&checkpoints),
        objects: &objects,
        openings: &[],
        officers: &officers,
        met: &Barred::from([("A1", "P1")]),
    };
    let outcome = recompute::draw(&inputs, &one_by_one).unwrap();
    let mut members = recorded::members(&plan, &outcome);
    let hashes = checkpoints.iter().map(|hash| hex(hash).into());
    members.insert("delay_checkpoints".into(), Value::Array(hashes.collect()));
    if let Some(change) = twist.recorded {
        change(&mut members);
    }
    let objects = twist.objects.unwrap_or_else(|| OBJECTS.into());
    let mut files = vec![objects, OFFICERS.into()];
    if twist.in_file {
        let list = json::to_jcs(&members.remove("drawn").unwrap());
        members.insert("drawn_file".into(), file(&list));
        files.push(list);
    }
    let draw = say(
        &mut log,
        "draw",
        Some(KEY),
        Value::Object(members),
        twist.draw_at.unwrap_or(WAIT + 1100),
    );
    Drawn {
        log,
        plan: plan_index,
        snapshots,
        commits: vec![commit],
        reveals: vec![reveal],
        earlier: vec![earlier],
        draw,
        files,
    }
}

impl Drawn {
    fn file(&self) -> String {
        let proof = |index: u64| Value::from(self.log.proof(index, &self.log.extra(index)));
        let proofs = |all: &[u64]| Value::Array(all.iter().map(|index| proof(*index)).collect());
        let value = Value::object([
            ("commits", proofs(&self.commits)),
            ("draw", proof(self.draw)),
            ("earlier", proofs(&self.earlier)),
            (
                "files",
                Value::Array(self.files.iter().map(|text| text.as_str().into()).collect()),
            ),
            ("plan", proof(self.plan)),
            ("reveals", proofs(&self.reveals)),
            ("snapshots", proofs(&self.snapshots)),
            ("v", Value::Int(1)),
        ]);
        json::to_jcs(&value)
    }

    fn report(&self) -> Report {
        check(&self.file()).unwrap()
    }
}

fn check(file: &str) -> Result<Report, UnusableInput> {
    verify_draw_file(file.as_bytes(), &policy(), &one_by_one)
}

fn fails_at(drawn: &Drawn, id: StepId) {
    let report = drawn.report();
    assert_eq!(report.verdict, Verdict::NotVerified, "{report}");
    assert_eq!(report.failed().map(|step| step.id), Some(id), "{report}");
}

#[test]
fn a_draw_is_verified() {
    for in_file in [false, true] {
        let report = drawn(Twist {
            in_file,
            ..Twist::default()
        })
        .report();
        assert_eq!(report.verdict, Verdict::Verified, "{report}");
        for step in &report.steps {
            let expected = match step.id {
                StepId::DrawOmissions => Outcome::NotChecked,
                _ => Outcome::Pass,
            };
            assert_eq!(step.outcome, expected, "{report}");
        }
        assert_eq!(report.steps.len(), 7);
        let text = report.to_string();
        assert!(
            text.contains("1 of 2 contributors revealed in time"),
            "{text}"
        );
    }
}

#[test]
fn the_step_that_breaks_is_named() {
    let late = |at| Twist {
        reveal_at: Some(WAIT + at),
        ..Twist::default()
    };
    // Logged a second later than said.
    fails_at(&drawn(late(1001)), StepId::DrawRandomness);
    fails_at(&drawn(late(998)), StepId::DrawRandomness);
    fails_at(
        &drawn(Twist {
            reveal: Some([8; 32]),
            ..Twist::default()
        }),
        StepId::DrawRandomness,
    );
    fails_at(
        &drawn(Twist {
            plan_at: Some(WAIT + 1000),
            ..Twist::default()
        }),
        StepId::DrawOrder,
    );
    fails_at(
        &drawn(Twist {
            draw_at: Some(WAIT + 999),
            ..Twist::default()
        }),
        StepId::DrawOrder,
    );
    let more = format!("{OBJECTS}ddraw/1|target|A6|food|610323-SCJG|0\n");
    fails_at(
        &drawn(Twist {
            objects: Some(more),
            ..Twist::default()
        }),
        StepId::DrawLibraries,
    );
    let changes: [(Change, StepId); 7] = [
        (
            |m| drop(m.insert("random_value".into(), "00".into())),
            StepId::DrawRandomness,
        ),
        (
            |m| drop(m.insert("seed".into(), "00".into())),
            StepId::DrawRandomness,
        ),
        (
            |m| drop(m.remove("delay_checkpoints")),
            StepId::DrawRandomness,
        ),
        (
            |m| drop(m.insert("drawn_count".into(), Value::Int(1))),
            StepId::DrawTargets,
        ),
        (|m| change_first(m, "target_id", "A4"), StepId::DrawTargets),
        (|m| drop(m.remove("drawn")), StepId::DrawTargets),
        (
            |m| drop(m.insert("load_cap".into(), Value::Int(3))),
            StepId::DrawOfficers,
        ),
    ];
    for (recorded, step) in changes {
        for in_file in [false, true] {
            // Without the list there is nothing to put into a file.
            if in_file && drawn_list_is_gone(recorded) {
                continue;
            }
            let twist = Twist {
                recorded: Some(recorded),
                in_file,
                ..Twist::default()
            };
            fails_at(&drawn(twist), step);
        }
    }
    let swapped: Change = |m| change_first(m, "assigned_seats", "");
    fails_at(
        &drawn(Twist {
            recorded: Some(swapped),
            ..Twist::default()
        }),
        StepId::DrawOfficers,
    );
}

/// What the log's own server would not have taken, and who runs another one would: libraries that nobody had time to object to,
/// and a delay that is none.
#[test]
fn a_plan_that_no_log_may_take_is_noticed() {
    let at = |seconds| Twist {
        plan_at: Some(seconds),
        ..Twist::default()
    };
    // The later snapshot was logged at 302, the plan a second after it was issued.
    let verdict = |twist| drawn(twist).report().verdict;
    assert_eq!(verdict(at(WAIT + 301)), Verdict::Verified);
    fails_at(&drawn(at(WAIT + 300)), StepId::DrawOrder);
    let until = |seconds| Twist {
        challenge_until: Some(seconds),
        ..Twist::default()
    };
    assert_eq!(verdict(until(WAIT + 901)), Verdict::Verified);
    let young = drawn(until(WAIT + 902));
    fails_at(&young, StepId::DrawOrder);
    let text = young.report().to_string();
    assert!(text.contains("officer_snapshot"), "{text}");
    let short = drawn(Twist {
        region: Some("610323"),
        ..Twist::default()
    });
    fails_at(&short, StepId::DrawOrder);
    let text = short.report().to_string();
    assert!(text.contains("2^34"), "{text}");
}

fn drawn_list_is_gone(change: Change) -> bool {
    let mut members = BTreeMap::from([("drawn".to_owned(), Value::Array(Vec::new()))]);
    change(&mut members);
    !members.contains_key("drawn")
}

fn change_first(members: &mut BTreeMap<String, Value>, name: &str, value: &str) {
    if let Some(Value::Array(list)) = members.get_mut("drawn")
        && let Some(Value::Object(first)) = list.first_mut()
    {
        first.insert(name.into(), value.into());
    }
}

#[test]
fn entries_left_out_or_of_others_are_noticed() {
    let mut one = drawn(Twist::default());
    one.reveals.clear();
    // Then nobody has revealed, as far as the file says.
    fails_at(&one, StepId::DrawRandomness);
    let mut one = drawn(Twist::default());
    one.earlier.clear();
    // Whether officers differ without the earlier draw is up to the seed; that none is left out is never shown.
    let shown = one.report().outcome(StepId::DrawOmissions);
    assert_eq!(shown, Some(Outcome::NotChecked));
    let mut one = drawn(Twist::default());
    one.earlier.push(one.draw);
    fails_at(&one, StepId::DrawOrder);
    let mut one = drawn(Twist::default());
    one.snapshots.reverse();
    fails_at(&one, StepId::DrawOrder);
    let mut one = drawn(Twist::default());
    one.commits = one.reveals.clone();
    fails_at(&one, StepId::DrawEntries);
    let mut one = drawn(Twist::default());
    one.files.remove(0);
    fails_at(&one, StepId::DrawLibraries);
    for bad in ["", "{}", "[]", "{\"v\":1}", "{\"v\":2}"] {
        assert!(matches!(check(bad), Err(UnusableInput::Draw(_))), "{bad}");
    }
}

#[test]
fn the_command_says_it() {
    let folder = tempfile::tempdir().unwrap();
    let (policy, good) = (
        folder.path().join("policy"),
        folder.path().join("good.draw"),
    );
    std::fs::write(&policy, common::policy_text()).unwrap();
    let text = drawn(Twist::default()).file();
    std::fs::write(&good, &text).unwrap();
    let bad = folder.path().join("bad.draw");
    std::fs::write(&bad, text.replace("|A2|food|", "|A2|fool|")).unwrap();
    let junk = folder.path().join("junk.draw");
    std::fs::write(&junk, "{}").unwrap();
    for (file, code, says) in [
        (&good, 0, "VERIFIED"),
        (&bad, 1, "NOT VERIFIED (libraries)"),
        (&junk, 2, "unusable input"),
    ] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_gongshi-verify"))
            .args(["draw", "--policy"])
            .args([&policy, file])
            .output()
            .unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(says), "{said}");
    }
}

/// No file with one bit changed is verified.
#[test]
fn one_changed_bit_is_always_noticed() {
    let file = drawn(Twist::default()).file();
    let mut bytes = file.clone().into_bytes();
    let step = bytes.len() / 400;
    for at in (0..bytes.len()).step_by(step.max(1)) {
        let bit = 1 << (at % 8);
        bytes[at] ^= bit;
        if let Ok(report) = verify_draw_file(&bytes, &policy(), &one_by_one) {
            assert_eq!(report.verdict, Verdict::NotVerified, "byte {at}\n{report}");
            assert!(report.failed().is_some());
        }
        bytes[at] ^= bit;
    }
    assert_eq!(bytes, file.as_bytes());
}
