//! Writes the files of random draws, one JSON object to a line, for another implementation to repeat:
//! `cargo run -p gongshi-verify --example draw_files -- SEED COUNT`, or one draw of a given size with
//! `-- SEED 1 OBJECTS OFFICERS DRAWN`. A line is `{"fails","file"}`: the step that the library finds wrong, or null. Every third file is
//! forged: one thing in its entries is not as it has to be. Used by `.ci/browser` with `tests/browser/draws.py`.
#![allow(clippy::unwrap_used, reason = "a tool of the tests")]

#[path = "../../tests/common/mod.rs"]
mod common;
mod forgery;
mod made;

use common::{DEPARTMENT, Log, OPERATOR, entry, origin, policy, record, register_in, secret, time};
use forgery::{FORGERIES, Forgery, forge, forge_plan};
use gongshi_verify::draw::beacon;
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::lottery::Game;
use gongshi_verify::draw::officers::Barred;
use gongshi_verify::draw::plan::{Mode, Plan};
use gongshi_verify::draw::randomness::{self, Delay};
use gongshi_verify::draw::recompute::{self, DrawError, Inputs, Outside, one_by_one};
use gongshi_verify::draw::recorded;
use gongshi_verify::draw::secrets::{Commit, Reveal, counting};
use gongshi_verify::encoding::{bytes_of_hex, hex};
use gongshi_verify::hash::{Hash, leaf_hash, sha256};
use gongshi_verify::json::{self, Value};
use gongshi_verify::merkle::tree_head;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::registry::Role;
use gongshi_verify::report::{StepId, Verdict, verify_draw_file};
use gongshi_verify::time::Timestamp;
use made::{Numbers, Size, objects, officers};
use std::collections::{BTreeMap, BTreeSet};

const DEPARTMENTS: [&str; 3] = [DEPARTMENT, "610323-XFJY", "610323-YJJ"];
/// Brings a secret, and has no other part in a draw.
const CONTRIBUTOR: &str = "610323-SFJ";
/// Whoever may bring secrets, by the seeds of their keys, from 1 on.
const EVERYBODY: [&str; 5] = [
    OPERATOR,
    DEPARTMENTS[0],
    DEPARTMENTS[1],
    DEPARTMENTS[2],
    CONTRIBUTOR,
];
const STRATA: [&str; 2] = ["food", "gas"];
const KEY: &str = "610323-SCJG/2026-03/07";
/// A round that is due after the times of `common`, and its signature: `tests/data/draw.json`.
const ROUND: u64 = 30_000_000;
const SIGNATURE: &str = "81d2fc112b91932d9e4074a46b88c4dc78149b859660e0673c0bb9bd0caefdc9cc194e83de980441355b8ef44cc7a355";
const LOTTERY_AT: u64 = 10_399_990;
/// Snapshots are logged in the beginning, and used ten days later.
const WAIT: u64 = 864_000;
const T0: u64 = WAIT + 1000;
/// After every randomness.
const DEADLINE: u64 = 20_000_000;
const GAME: Game = Game::UnionLotto;
/// The lead of a plan that says none.
const LEAD: u32 = 3600;

fn integer(number: impl Into<u64>) -> Value {
    Value::Int(i64::try_from(number.into()).unwrap())
}

fn list<S: AsRef<str>>(all: impl IntoIterator<Item = S>) -> Value {
    Value::Array(all.into_iter().map(|one| one.as_ref().into()).collect())
}

fn rule(numbers: &mut Numbers, stratum: &str, departments: &[&str], drawn: Option<u32>) -> Value {
    let den = 1 + numbers.below(30);
    let (num, den, minimum) = match drawn {
        Some(drawn) => (1, 1_000_000, drawn),
        None => (1 + numbers.below(den), den, numbers.below(4)),
    };
    Value::object([
        ("stratum", stratum.into()),
        ("rule_departments", list(departments)),
        ("num", integer(num)),
        ("den", integer(den)),
        ("minimum", integer(minimum)),
    ])
}

fn seats(numbers: &mut Numbers, department: &str, large: bool) -> Value {
    let seat = |qualification: Option<&str>, count: u32| {
        let mut members = BTreeMap::from([("officers".to_owned(), integer(count))]);
        if let Some(qualification) = qualification {
            members.insert("qualification".into(), qualification.into());
        }
        Value::Object(members)
    };
    let seats = match numbers.below(3) {
        _ if large => vec![seat(Some("food"), 1), seat(None, 1)],
        0 => vec![seat(None, 2)],
        1 => vec![seat(Some("food"), 1), seat(None, 1)],
        _ => vec![seat(None, 1), seat(Some("gas"), 1), seat(Some("food"), 1)],
    };
    Value::object([
        ("department", department.into()),
        ("seats", Value::Array(seats)),
    ])
}

fn say(log: &mut Log, who: &str, kind: &str, reference: Option<&str>, body: Value, at: u64) -> u64 {
    let key = 1 + EVERYBODY.iter().position(|one| *one == who).unwrap();
    let key = secret(u8::try_from(key).unwrap());
    let salt = u8::try_from(log.entries.len()).unwrap() + 100;
    let record = record(body, salt);
    let entry = entry(who, kind, reference, &record, at, &key, &key);
    log.append(entry, record)
}

fn named(log: &Log, index: u64) -> Value {
    let hash = log.entries[usize::try_from(index).unwrap()].0.leaf_hash();
    Value::object([("index", integer(index)), ("leaf_hash", hex(&hash).into())])
}

fn file(text: &str) -> Value {
    Value::object([("sha256", hex(&sha256(text.as_bytes())).into())])
}

fn snapshot(
    log: &mut Log,
    library: &Library<'_>,
    text: &str,
    challenge_until: Option<u64>,
    at: u64,
) -> u64 {
    let (name, form) = match library.form() {
        Form::Officers => ("officers", "open"),
        Form::Open => ("objects", "open"),
        Form::Sealed => ("objects", "sealed"),
    };
    let mut members = BTreeMap::from(
        [
            ("library", name.into()),
            ("library_form", form.into()),
            ("count", integer(library.leaves().len() as u64)),
            ("root", hex(&library.root()).into()),
            ("leaves", file(text)),
        ]
        .map(|(name, value): (&str, Value)| (name.to_owned(), value)),
    );
    if let Some(until) = challenge_until {
        members.insert("challenge_until".into(), time(until).to_string().into());
    }
    say(
        log,
        DEPARTMENT,
        "snapshot",
        None,
        Value::Object(members),
        at,
    )
}

/// The list that a sealed draw commits to: every other object that may be drawn; or one besides who is not in the library.
fn drawn_list(objects: &Library<'_>, stranger: bool) -> String {
    let leaves = objects.leaves().iter().map(ToString::to_string);
    let drawable = leaves.filter(|line| line.split('|').nth(3) == Some("0"));
    let mut ids: Vec<String> = drawable
        .step_by(2)
        .filter_map(|line| line.split('|').nth(2).map(str::to_owned))
        .collect();
    ids.extend(stranger.then(|| "ZZ".to_owned()));
    let line = |id: &String| {
        let salt = hex(&sha256(id.as_bytes()));
        format!("ddraw/1|sdrawn|{id}|P00001,P00002|{salt}\n")
    };
    ids.iter().map(line).collect()
}

/// Something said of a secret: when, by whom, commit or reveal, and the hash.
type Told = (u64, String, &'static str, Hash);

/// Commits and reveals: in time, late, missing, twice, wrong. In a delay the one without a part in the draw does all as it should;
/// or, where the draw is to be void, fails in some way, while the others do not.
fn told(numbers: &mut Numbers, plan: &Plan, t1: u64, void: bool) -> Vec<Told> {
    let delay = matches!(plan.mode, Mode::Delay { .. });
    let mut told = Vec::new();
    for id in &plan.contributors {
        let value = numbers.hash();
        let commitment = randomness::commitment(&plan.key, id, &value);
        let (commit, reveal) = match (delay && id.as_str() == CONTRIBUTOR, void) {
            (true, true) => [(1, 9), (9, 0), (9, 1), (9, 2)][numbers.below(4) as usize],
            (true, false) | (false, true) => (9, 9),
            (false, false) => (numbers.below(10), numbers.below(10)),
        };
        let mut say = |at: u64, kind, hash| told.push((at, id.to_string(), kind, hash));
        match commit {
            0 => {}
            1 => say(T0, "commit", commitment),
            2 => {
                say(T0 - 90, "commit", numbers.hash());
                say(T0 - 89, "commit", commitment);
            }
            _ => say(T0 - 88, "commit", commitment),
        }
        match reveal {
            0 => {}
            1 => say(t1, "reveal", value),
            2 => say(T0 - 1, "reveal", numbers.hash()),
            4 => say(T0 - 50, "reveal", value),
            3 => {
                say(T0 - 1, "reveal", numbers.hash());
                say(T0, "reveal", value);
            }
            _ => say(T0 - 1, "reveal", value),
        }
    }
    told.sort_by_key(|one| one.0);
    told
}

/// What `common` calls a time.
fn since_start(time_of: Timestamp) -> u64 {
    u64::try_from(time_of.unix() - time(0).unix()).unwrap()
}

fn beacon_due() -> u64 {
    since_start(beacon::due(ROUND).unwrap())
}

/// What a browser calls the step.
fn step(id: StepId) -> &'static str {
    match id {
        StepId::DrawEntries => "entries",
        StepId::DrawOrder => "order",
        StepId::DrawLibraries => "libraries",
        StepId::DrawRandomness => "randomness",
        StepId::DrawTargets => "targets",
        StepId::DrawOfficers => "officers",
        StepId::DrawOpening => "opening",
        other => panic!("{other:?} never fails"),
    }
}

/// One draw in a log of its own; `None` where its officers do not suffice.
fn drawn(numbers: &mut Numbers, size: Option<Size>, forgery: Option<Forgery>) -> Option<Value> {
    let is = |one: Forgery| forgery == Some(one);
    let mut log = Log::default();
    let kinds = ["bulletin", "commit", "draw", "plan", "reveal", "snapshot"];
    let operator = secret(1);
    for (at, who) in (1..).zip(EVERYBODY) {
        let (role, kinds) = match who {
            OPERATOR => (Role::Operator, &["commit", "reveal"][..]),
            CONTRIBUTOR => (Role::Department, &["commit", "reveal"][..]),
            _ => (Role::Department, &kinds[..]),
        };
        // Delays are short here, which only a demonstration takes.
        let region = match who {
            OPERATOR if !is(Forgery::ShortDelay) => "000000",
            _ => "610323",
        };
        log.act(
            register_in(region, who, role, kinds, &secret(at)),
            &operator,
        );
    }
    let opens = forgery.is_some_and(Forgery::opens);
    let sealed = opens || size.is_none() && numbers.below(8) == 0;
    let opened = opens || sealed && numbers.below(2) == 0;
    let object_text = objects(numbers, sealed, size);
    let people = size.map_or_else(|| 6 + numbers.below(30), |size| size.1);
    let officer_text = officers(numbers, people);
    let form = if sealed { Form::Sealed } else { Form::Open };
    let objects = Library::parse(form, &object_text).unwrap();
    let officers = Library::parse(Form::Officers, &officer_text).unwrap();
    let listed = match is(Forgery::Leaves) {
        true => object_text.replacen("|0", "|x", 1),
        false => object_text.clone(),
    };
    let mut files = vec![listed.clone(), officer_text.clone()];
    let planned_at = match forgery {
        Some(Forgery::LatePlan) => None,
        // Logged a second later, as the snapshots are.
        Some(Forgery::YoungLibrary) => Some(WAIT + 300),
        _ => Some(T0 - 100),
    };
    // As late as may be, or a second later.
    let until = match numbers.below(2) {
        _ if is(Forgery::Challenged) => planned_at.map(|at| at + 2),
        0 => None,
        _ => planned_at.map(|at| at + 1),
    };
    let snapshots = [
        snapshot(&mut log, &objects, &listed, until, 300),
        snapshot(&mut log, &officers, &officer_text, None, 301),
    ];

    let mut earlier = Vec::new();
    let mut met = BTreeSet::new();
    let rotation = match is(Forgery::EarlierTwice) {
        true => 2,
        false => numbers.below(3),
    };
    for number in 0..rotation.min(numbers.below(3)) {
        let leaf = objects.leaves().first().map_or("9A", |leaf| leaf.id());
        let officer = format!("P{:05}", numbers.below(people));
        met.insert((leaf.to_owned(), officer.clone()));
        let list = format!(
            r#"[{{"target_id":"{leaf}","assigned_seats":[{{"officer_id":"{officer}"}}]}}]"#
        );
        let list = json::parse(list).unwrap();
        let named = file(&json::to_jcs(&list));
        let mut body = BTreeMap::from([("drawn".to_owned(), list)]);
        if is(Forgery::EarlierTwice) {
            body.insert("drawn_file".into(), named);
        }
        let body = Value::Object(body);
        let key = format!("610323-SCJG/2025/0{}", number + 1);
        earlier.push(say(
            &mut log,
            DEPARTMENT,
            "draw",
            Some(&key),
            body,
            400 + u64::from(number),
        ));
    }

    let void = forgery.and_then(Forgery::void);
    let mode = match (size, forgery) {
        (Some(_), _) => 0,
        (
            None,
            Some(
                Forgery::Outside
                | Forgery::LongDelay
                | Forgery::DuringReveals
                | Forgery::ShortDelay,
            ),
        ) => 2,
        (None, Some(Forgery::Numbers | Forgery::Game)) => 1,
        (None, Some(Forgery::ShortLead | Forgery::Alone | Forgery::EarlyDraw)) => numbers.below(2),
        (None, _) if void.is_some() => 2,
        (None, _) => numbers.below(3),
    };
    // With a delay somebody without a part in the draw has to reveal; else nobody has to be asked.
    let contributors = match (mode, void) {
        (2, void) => {
            let mut all = void.map_or_else(|| numbers.some(&EVERYBODY[..4]), <[&str]>::to_vec);
            all.insert(numbers.below(all.len() as u32 + 1) as usize, CONTRIBUTOR);
            all
        }
        _ if is(Forgery::Alone) || numbers.below(4) == 0 => Vec::new(),
        _ => numbers.some(&EVERYBODY),
    };
    let delay_log2 = 1 + numbers.below(12);
    let lead = [None, Some(600), Some(LEAD)][numbers.below(3) as usize];
    let (t0, t1) = match (mode, contributors.is_empty()) {
        (2, _) => (T0, T0 + 1),
        (_, false) => (T0, T0 + 100),
        (mode, true) => {
            let due = [beacon_due(), LOTTERY_AT][mode as usize];
            let t0 = due - u64::from(lead.unwrap_or(LEAD));
            (t0, t0)
        }
    };
    // Whose plan it is may send nobody.
    let sending = match is(Forgery::VoidAuthority) {
        true => &DEPARTMENTS[1..],
        false => &DEPARTMENTS[..],
    };
    let last = sending.len() - 1;
    let rules = match size {
        Some((_, _, drawn)) => vec![rule(numbers, STRATA[0], sending, Some(drawn))],
        None => vec![
            rule(numbers, STRATA[0], &sending[..1], None),
            // In whatever order a plan names them.
            rule(
                numbers,
                STRATA[0],
                &[sending[last], sending[last - 1]],
                None,
            ),
            rule(numbers, STRATA[1], &sending[..2], None),
        ],
    };
    let recused = |numbers: &mut Numbers| {
        let leaves = objects.leaves();
        let target = leaves.get(numbers.below(60) as usize)?.id();
        let officer = format!("P{:05}", numbers.below(people));
        Some(Value::object([
            ("officer_id", officer.into()),
            ("target_id", target.into()),
        ]))
    };
    let recusals = (0..4).filter_map(|_| recused(numbers)).collect();
    let departments = sending
        .iter()
        .map(|one| seats(numbers, one, size.is_some()));
    let mut body = BTreeMap::from(
        [
            ("plan_key", KEY.into()),
            ("result_deadline", time(DEADLINE).to_string().into()),
            (
                "randomness",
                ["drand", "lottery", "delay"][mode as usize].into(),
            ),
            ("contributors", list(&contributors)),
            ("t0", time(t0).to_string().into()),
            ("t1", time(t1).to_string().into()),
            ("rotation", integer(rotation)),
            ("object_root", hex(&objects.root()).into()),
            ("officer_root", hex(&officers.root()).into()),
            ("object_snapshot", named(&log, snapshots[0])),
            ("officer_snapshot", named(&log, snapshots[1])),
            ("departments", Value::Array(departments.collect())),
            ("rules", Value::Array(rules)),
            ("recusals", Value::Array(recusals)),
        ]
        .map(|(name, value): (&str, Value)| (name.to_owned(), value)),
    );
    let (name, value) = match mode {
        0 => ("round", integer(ROUND)),
        1 => {
            body.insert("lottery_game".to_owned(), GAME.code().into());
            ("lottery_at", time(LOTTERY_AT).to_string().into())
        }
        _ => ("delay_log2", integer(delay_log2)),
    };
    body.insert(name.to_owned(), value);
    if let (Some(lead), false) = (lead, mode == 2) {
        body.insert("lead_seconds".to_owned(), integer(lead));
    }
    let body = Value::Object(body);
    let plan = Plan::from_body(&body).unwrap();
    let mut body = body;
    if let Some(forgery) = forgery {
        forge_plan(forgery, &mut body);
    }
    let author = DEPARTMENTS[usize::from(is(Forgery::OtherAuthority))];
    let planned_at = planned_at.unwrap_or(t0);
    let plan_index = say(&mut log, author, "plan", Some(KEY), body, planned_at);

    let (mut commits, mut reveals) = (Vec::new(), Vec::new());
    let (mut commit_indexes, mut reveal_indexes) = (Vec::new(), Vec::new());
    for (at, who, kind, hash) in told(numbers, &plan, t1, void.is_some()) {
        let field = if kind == "commit" {
            "secret_commitment"
        } else {
            "secret"
        };
        let body = Value::object([("plan_key", KEY.into()), (field, hex(&hash).into())]);
        let index = say(&mut log, &who, kind, Some(KEY), body, at);
        let contributor = AuthorityId::parse(&who).unwrap();
        let logged_at = time(at + 1);
        if kind == "commit" {
            commit_indexes.push(index);
            commits.push(Commit {
                contributor,
                index,
                logged_at,
                commitment: hash,
            });
        } else {
            reveal_indexes.push(index);
            reveals.push(Reveal {
                contributor,
                logged_at,
                secret: hash,
            });
        }
    }
    let secrets = counting(&plan, &commits, &reveals);

    let signature = bytes_of_hex(SIGNATURE).unwrap();
    let mut groups = numbers.fallen(GAME);
    if is(Forgery::Numbers) {
        // Each in its range, but one comes twice.
        groups[0][1] = groups[0][0];
    }
    let mut checkpoints = Vec::new();
    if mode == 2 {
        let start = randomness::joined(&plan.key, &secrets);
        Delay::new(delay_log2)?.run(&start, |value| {
            checkpoints.push(*value);
            true
        });
    }
    let barred: Barred<'_> = met
        .iter()
        .map(|(one, other)| (one.as_str(), other.as_str()))
        .collect();
    let inputs = Inputs {
        origin: &origin(),
        plan: &plan,
        operator: &AuthorityId::parse(OPERATOR).unwrap(),
        secrets: &secrets,
        outside: match mode {
            0 => Outside::Signature(&signature),
            1 => Outside::Numbers(&groups),
            _ => Outside::Checkpoints(&checkpoints),
        },
        objects: &objects,
        openings: &[],
        officers: &officers,
        met: &barred,
    };
    let value = match (recompute::randomness(&inputs, &one_by_one), void) {
        (Ok(value), None) => value,
        // What R would be, if the draw were not void.
        (Err(DrawError::NobodyIndependent), Some(_)) => *checkpoints.last()?,
        (Err(DrawError::Numbers { .. }), None) if is(Forgery::Numbers) => {
            randomness::lottery(&plan.key, &secrets, &groups)
        }
        other => panic!("{other:?}"),
    };
    let drawn_list = drawn_list(&objects, is(Forgery::OpenedStranger));
    let mut members = if sealed {
        let seed = recompute::seed(&inputs, &value);
        let members = [
            ("random_value", hex(&value)),
            ("seed", seed.as_str().to_owned()),
        ];
        let lines = drawn_list.lines().map(|line| leaf_hash(line.as_bytes()));
        let root = tree_head(&lines.collect::<Vec<_>>());
        let mut members: BTreeMap<String, Value> = members
            .map(|(name, text)| (name.to_owned(), text.into()))
            .into();
        members.insert("sealed_root".into(), hex(&root).into());
        let count = drawn_list.lines().count() as u64;
        members.insert("drawn_count".into(), integer(count));
        members
    } else {
        recorded::members(&plan, &recompute::result(&inputs, value).ok()?)
    };
    let (name, outside) = match mode {
        0 => ("beacon_signature", SIGNATURE.into()),
        1 => {
            let group =
                |group: &Vec<u32>| Value::Array(group.iter().map(|n| integer(*n)).collect());
            (
                "lottery_numbers",
                Value::Array(groups.iter().map(group).collect()),
            )
        }
        _ => (
            "delay_checkpoints",
            list(checkpoints.iter().map(|hash| hex(hash))),
        ),
    };
    members.insert(name.into(), outside);
    let recorded = members.get("drawn").and_then(Value::as_array);
    let nobody = recorded.is_none_or(<[Value]>::is_empty);
    if let Some(forgery) = forgery {
        forge(forgery, &mut members);
    }
    let spelt = forgery.filter(|one| one.is_of_list());
    let apart = size.is_some() || numbers.below(2) == 0 || spelt.is_some();
    if apart
        && !is(Forgery::NoList)
        && let Some(drawn) = members.remove("drawn")
    {
        let text = json::to_jcs(&drawn);
        let text = spelt.map_or_else(|| text.clone(), |forgery| forgery.listed(&text));
        members.insert("drawn_file".into(), file(&text));
        if is(Forgery::TwoLists) {
            members.insert("drawn".into(), drawn);
        }
        if !is(Forgery::ListAlone) {
            files.push(text);
        }
    }
    // An entry is logged a second after it is issued: here as early as can be, a second too early, or later.
    let known = since_start(plan.known_at());
    let at = match numbers.below(2) {
        _ if is(Forgery::EarlyDraw) || is(Forgery::DuringReveals) => known - 2,
        0 => known - 1,
        _ => known + 50,
    };
    let about = match is(Forgery::OtherPlan) {
        true => "610323-SCJG/2026-03/08",
        false => KEY,
    };
    let draw = say(
        &mut log,
        DEPARTMENT,
        "draw",
        Some(about),
        Value::Object(members),
        at,
    );
    let opening = opened.then(|| {
        let members = [
            ("bulletin_type", "drawn_list_opening".into()),
            ("plan_key", KEY.into()),
            ("attachments", Value::Array(vec![file(&drawn_list)])),
        ];
        let author = DEPARTMENTS[usize::from(is(Forgery::OpenedByOther))];
        // Logged a second later.
        let at = DEADLINE - 1 - u64::from(is(Forgery::OpenedEarly));
        files.push(drawn_list.clone());
        say(
            &mut log,
            author,
            "bulletin",
            None,
            Value::object(members),
            at,
        )
    });

    let proof = |index: u64| Value::from(log.proof(index, &log.extra(index)));
    let proofs = |all: &[u64]| Value::Array(all.iter().map(|index| proof(*index)).collect());
    if is(Forgery::Kinds) {
        std::mem::swap(&mut commit_indexes, &mut reveal_indexes);
    }
    let mut whole = Value::object([
        ("commits", proofs(&commit_indexes)),
        ("draw", proof(draw)),
        ("earlier", proofs(&earlier)),
        ("files", list(&files)),
        ("plan", proof(plan_index)),
        ("reveals", proofs(&reveal_indexes)),
        ("snapshots", proofs(&snapshots)),
        ("v", Value::Int(1)),
    ]);
    if let (Some(opening), Value::Object(members)) = (opening, &mut whole) {
        members.insert("opening".into(), proof(opening));
    }
    let text = json::to_jcs(&whole);
    let text = forgery.map_or_else(|| text.clone(), |forgery| forgery.spelt(&text));
    let report = match verify_draw_file(text.as_bytes(), &policy(), &one_by_one) {
        Ok(report) => report,
        // What is no such file is not checked at all.
        Err(error) => {
            assert!(
                forgery.is_some_and(Forgery::is_no_file),
                "{forgery:?} {error}"
            );
            return Some(Value::object([
                ("fails", "entries".into()),
                ("file", text.into()),
            ]));
        }
    };
    assert!(!forgery.is_some_and(Forgery::is_no_file), "{report}");
    let good = match (sealed, opened) {
        (true, true) => Verdict::Opened,
        (true, false) => Verdict::Sealed,
        (false, _) => Verdict::Verified,
    };
    let failed = report.failed().map(|failed| step(failed.id));
    assert!(forgery.is_some() || report.verdict == good, "{report}");
    assert_eq!(failed.is_none(), report.verdict == good, "{report}");
    let expected = match forgery {
        _ if void.is_some() => Some("randomness"),
        Some(Forgery::YoungLibrary | Forgery::Challenged | Forgery::ShortDelay) => Some("order"),
        Some(Forgery::Numbers) => Some("randomness"),
        Some(Forgery::Game | Forgery::LargeRotation | Forgery::NoQualification) => Some("entries"),
        Some(forgery) if forgery.is_of_list() && !sealed && !nobody => Some("targets"),
        Some(forgery) if forgery.opens() => Some("opening"),
        _ => failed,
    };
    assert_eq!(failed, expected, "{forgery:?} {report}");
    let failed = failed.map_or(Value::Null, Value::from);
    Some(Value::object([("fails", failed), ("file", text.into())]))
}

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .map(|text| text.parse::<u32>().unwrap());
    let seed = arguments.next().unwrap_or(1);
    let count = arguments.next().unwrap_or(20);
    let rest: Vec<u32> = arguments.collect();
    let size = match rest[..] {
        [objects, officers, drawn] => Some((objects, officers, drawn)),
        _ => None,
    };
    let mut numbers = Numbers(u64::from(seed), 0);
    let mut written = 0;
    while written < count {
        let forgery = FORGERIES[written as usize / 3 % FORGERIES.len()];
        if let Some(line) = drawn(&mut numbers, size, (written % 3 == 2).then_some(forgery)) {
            println!("{}", json::to_jcs(&line));
            written += 1;
        }
    }
}
