//! The document about who is in a plan's library: a good one is verified, and whatever is changed in it, the step that breaks is named.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{
    DEPARTMENT, Log, OPERATOR, Rfc6962, named, policy, register, say, secret, snapshot, time,
};
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::members::{Members, MembersError, Place};
use gongshi_verify::draw::recompute::one_by_one;
use gongshi_verify::encoding::{base64, hex};
use gongshi_verify::hash::{Hash, leaf_hash};
use gongshi_verify::json::{self, Value};
use gongshi_verify::registry::Role;
use gongshi_verify::report::{Outcome, Report, StepId, UnusableInput, Verdict, verify_draw_file};
use proptest::prelude::*;
use rs_merkle::MerkleTree;
use std::collections::BTreeSet;

const KEY: &str = "610323-SCJG/2026/01";

/// A library of objects whose ids are the even numbers from 10 on.
fn objects(form: Form, count: u32) -> String {
    let leaf = |n: u32| match form {
        Form::Open => format!("ddraw/1|target|{}|food|{DEPARTMENT}|0\n", id(2 * n)),
        Form::Officers => format!("ddraw/1|officer|{}|{DEPARTMENT}|\n", id(2 * n)),
        Form::Sealed => {
            let of = |tag: &str| hex(&leaf_hash(format!("{tag}{n}").as_bytes()));
            format!("ddraw/1|starget|{}|0|{}|{}\n", id(2 * n), of("c"), of("t"))
        }
    };
    (0..count).map(leaf).collect()
}

fn id(number: u32) -> String {
    format!("{}", 1000 + number)
}

/// What a server shows of some ids: leaves, hashes, places.
#[derive(Clone)]
struct Shown {
    lines: Vec<(u64, String)>,
    hashes: Vec<Hash>,
    ids: Vec<String>,
    places: Vec<Place>,
}

impl Shown {
    fn of(form: Form, file: &str, ids: &BTreeSet<String>) -> Self {
        let library = Library::parse(form, file).unwrap();
        let count = library.leaves().len();
        let places = ids.iter().map(|id| match library.position(id) {
            Ok(at) => Place::Leaf(at as u64),
            Err(at) => {
                let after = (at < count).then_some(at as u64);
                Place::Absent(at.checked_sub(1).map(|at| at as u64), after)
            }
        });
        let places: Vec<Place> = places.collect();
        let indexes: BTreeSet<u64> = places.iter().flat_map(|place| place.leaves()).collect();
        let lines: Vec<&str> = file.lines().collect();
        let hashes: Vec<Hash> = lines
            .iter()
            .map(|line| leaf_hash(line.as_bytes()))
            .collect();
        let tree = MerkleTree::<Rfc6962>::from_leaves(&hashes);
        let line = |index: u64| lines[usize::try_from(index).unwrap()].to_owned();
        let at: Vec<usize> = indexes.iter().map(|at| *at as usize).collect();
        Shown {
            lines: indexes
                .into_iter()
                .map(|index| (index, line(index)))
                .collect(),
            hashes: tree.proof(&at).proof_hashes().to_vec(),
            ids: ids.iter().cloned().collect(),
            places,
        }
    }

    fn check(&self, form: Form, count: u64, root: &Hash) -> Result<Vec<Place>, MembersError> {
        let lines: Vec<(u64, &str)> = self
            .lines
            .iter()
            .map(|(at, line)| (*at, line.as_str()))
            .collect();
        let ids: Vec<&str> = self.ids.iter().map(String::as_str).collect();
        Members::verify(form, &lines, &self.hashes, count, root)?.places(&ids)
    }
}

fn asked(numbers: impl IntoIterator<Item = u32>) -> BTreeSet<String> {
    numbers.into_iter().map(id).collect()
}

proptest! {
    /// Of any library and any ids: just what is there, and nothing without one of the leaves shown.
    #[test]
    fn whoever_is_asked_about_is_found_or_missing(
        count in 0u32..70, numbers in prop::collection::btree_set(0u32..145, 1..20), kind in 0..3,
    ) {
        let form = [Form::Open, Form::Sealed, Form::Officers][kind as usize];
        let file = objects(form, count);
        let root = Library::parse(form, &file).unwrap().root();
        let shown = Shown::of(form, &file, &asked(numbers.iter().copied()));
        let found = shown.check(form, count.into(), &root);
        prop_assert_eq!(found.as_ref(), Ok(&shown.places));
        for (number, place) in numbers.iter().zip(&shown.places) {
            let inside = number % 2 == 0 && number / 2 < count;
            prop_assert_eq!(matches!(place, Place::Leaf(_)), inside);
        }
        for at in 0..shown.lines.len() {
            let mut fewer = shown.clone();
            fewer.lines.remove(at);
            prop_assert!(fewer.check(form, count.into(), &root).is_err());
        }
        for at in 0..shown.ids.len() {
            let mut fewer = shown.clone();
            fewer.ids.remove(at);
            // Whose leaves nobody else needs are then shown without having been asked for.
            let needed: BTreeSet<u64> = (0..shown.ids.len()).filter(|other| *other != at)
                .flat_map(|other| shown.places[other].leaves()).collect();
            let right = !fewer.ids.is_empty() && needed.len() == shown.lines.len();
            prop_assert_eq!(fewer.check(form, count.into(), &root).is_ok(), right);
        }
    }
}

#[test]
fn leaves_that_do_not_show_it_are_refused() {
    let file = objects(Form::Open, 5);
    let root = Library::parse(Form::Open, &file).unwrap().root();
    let check = |shown: &Shown| shown.check(Form::Open, 5, &root);
    let both = Shown::of(Form::Open, &file, &asked([0, 4]));
    // Leaves 0 and 2 are not neighbours: nothing follows for who would stand between them.
    let mut gap = both.clone();
    gap.ids = vec![id(0), id(3), id(4)];
    assert_eq!(check(&gap), Err(MembersError::NoGap { id: id(3) }));
    gap.ids = vec![id(0), id(4), id(5)];
    assert_eq!(check(&gap), Err(MembersError::NoGap { id: id(5) }));
    let mut wrong = both.clone();
    for ids in [
        vec![],
        vec![id(4), id(0)],
        vec![id(0), id(0), id(4)],
        vec!["a".into()],
    ] {
        wrong.ids = ids;
        assert_eq!(check(&wrong), Err(MembersError::Ids));
    }
    assert_eq!(
        both.check(Form::Officers, 5, &root),
        Err(MembersError::Form { index: 0 })
    );
    // A library that is out of order shows nothing, even with every hash right.
    let lines: Vec<&str> = file.lines().rev().collect();
    let hashes: Vec<Hash> = lines
        .iter()
        .map(|line| leaf_hash(line.as_bytes()))
        .collect();
    let tree = MerkleTree::<Rfc6962>::from_leaves(&hashes);
    let shown = [(1, lines[1]), (2, lines[2])];
    let proof = tree.proof(&[1, 2]).proof_hashes().to_vec();
    let found = Members::verify(Form::Open, &shown, &proof, 5, &tree.root().unwrap());
    assert_eq!(found, Err(MembersError::Order { index: 2 }));
    assert!(matches!(
        Members::verify(Form::Open, &[(0, "x")], &[], 1, &leaf_hash(b"x")),
        Err(MembersError::Leaf { index: 0, .. })
    ));
}

/// A log with a plan and its libraries.
struct Planned {
    log: Log,
    form: Form,
    file: String,
    officers: String,
    plan: u64,
    /// Of the objects, of the officers, and one that the plan does not name.
    snapshots: [u64; 3],
}

fn planned(form: Form, count: u32, key: &str) -> Planned {
    let mut log = Log::default();
    let register = |who, role, kinds: &[&str], seed| register(who, role, kinds, &secret(seed));
    log.act(register(OPERATOR, Role::Operator, &[], 1), &secret(1));
    log.act(
        register(DEPARTMENT, Role::Department, &["plan", "snapshot"], 2),
        &secret(1),
    );
    let (file, officers) = (objects(form, count), objects(Form::Officers, 7));
    let objects_of = Library::parse(form, &file).unwrap();
    let officers_of = Library::parse(Form::Officers, &officers).unwrap();
    let snapshots = [
        snapshot(&mut log, &objects_of, &file, None, 300),
        snapshot(&mut log, &officers_of, &officers, None, 301),
        snapshot(&mut log, &objects_of, &file, None, 302),
    ];
    let (t0, t1) = (time(1000), time(1001));
    let body = format!(
        r#"{{"plan_key":"{KEY}","randomness":"delay","delay_log2":10,"contributors":["610323-XFJY"],"t0":"{t0}","t1":"{t1}",
        "rotation":1,"object_root":"{}","officer_root":"{}","object_snapshot":{},"officer_snapshot":{},
        "departments":[{{"department":"{DEPARTMENT}","seats":[{{"officers":2}}]}}],
        "rules":[{{"stratum":"food","rule_departments":["{DEPARTMENT}"],"num":1,"den":2,"minimum":1}}]}}"#,
        hex(&objects_of.root()),
        hex(&officers_of.root()),
        named(&log, snapshots[0]),
        named(&log, snapshots[1]),
    );
    let body = json::parse(body).unwrap();
    let plan = say(&mut log, "plan", Some(key), body, 900);
    Planned {
        log,
        form,
        file,
        officers,
        plan,
        snapshots,
    }
}

fn number(n: u64) -> Value {
    Value::Int(i64::try_from(n).unwrap())
}

impl Planned {
    /// What the server answers about ids of the objects, or of the officers.
    fn document(&self, officers: bool, ids: &BTreeSet<String>) -> Value {
        let (form, file, name) = match officers {
            false => (self.form, &self.file, "objects"),
            true => (Form::Officers, &self.officers, "officers"),
        };
        let shown = Shown::of(form, file, ids);
        let proof = |index: u64| Value::from(self.log.proof(index, &self.log.extra(index)));
        let leaves = shown.lines.iter().map(|(index, line)| {
            Value::object([("index", number(*index)), ("line", line.as_str().into())])
        });
        let ids = shown.ids.iter().zip(&shown.places);
        let ids = ids.map(|(id, place)| match place {
            Place::Leaf(at) => Value::object([("id", id.as_str().into()), ("leaf", number(*at))]),
            Place::Absent(before, after) => {
                let place = |at: &Option<u64>| at.map_or(Value::Null, number);
                Value::object([
                    ("id", id.as_str().into()),
                    ("before", place(before)),
                    ("after", place(after)),
                ])
            }
        });
        let library = Library::parse(form, file).unwrap();
        Value::object([
            ("v", Value::Int(1)),
            ("plan", proof(self.plan)),
            ("snapshot", proof(self.snapshots[usize::from(officers)])),
            ("library", name.into()),
            ("count", number(library.leaves().len() as u64)),
            ("root", hex(&library.root()).into()),
            ("leaves", Value::Array(leaves.collect())),
            (
                "hashes",
                Value::Array(
                    shown
                        .hashes
                        .iter()
                        .map(|hash| base64(hash).into())
                        .collect(),
                ),
            ),
            ("ids", Value::Array(ids.collect())),
        ])
    }
}

fn check(document: &Value) -> Result<Report, UnusableInput> {
    verify_draw_file(json::to_jcs(document).as_bytes(), &policy(), &one_by_one)
}

fn member<'a>(document: &'a mut Value, name: &str) -> &'a mut Value {
    let Value::Object(members) = document else {
        panic!("an object");
    };
    members.get_mut(name).unwrap()
}

fn set(document: &Value, name: &str, value: Value) -> Value {
    let mut changed = document.clone();
    *member(&mut changed, name) = value;
    changed
}

#[test]
fn who_is_in_the_library_is_said_for_each() {
    for form in [Form::Open, Form::Sealed] {
        let planned = planned(form, 9, KEY);
        let report = check(&planned.document(false, &asked([0, 5, 8, 100]))).unwrap();
        assert_eq!(report.verdict, Verdict::Verified, "{report}");
        let text = report.to_string();
        for says in [
            "plan 610323-SCJG/2026/01 has as its library of objects the snapshot in entry 2",
            "9 leaves under root",
            "1000 is in the library, leaf 0 of 9",
            "1005 is not in the library: 1004 and 1006, between whom",
            "1008 is in the library, leaf 4 of 9",
            "1100 is not in the library: 1016 is the last",
        ] {
            assert!(text.contains(says), "{says}\n{text}");
        }
        assert_eq!(
            report.outcome(StepId::LibraryOrder),
            Some(Outcome::NotChecked)
        );
        let report = check(&planned.document(true, &asked([2, 4]))).unwrap();
        assert_eq!(report.verdict, Verdict::Verified, "{report}");
        // Nobody is missing: nothing rests on the order.
        assert_eq!(report.outcome(StepId::LibraryOrder), None);
        assert!(report.to_string().contains("library of officers"));
    }
    let nobody = planned(Form::Open, 0, KEY);
    let report = check(&nobody.document(false, &asked([3]))).unwrap();
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert!(
        report
            .to_string()
            .contains("1003 is not in the library: nobody is")
    );
}

#[test]
fn the_step_that_breaks_is_named() {
    let planned = planned(Form::Open, 9, KEY);
    let good = planned.document(false, &asked([0, 5, 8]));
    let fails = |document: &Value, id: StepId| {
        let report = check(document).unwrap();
        assert_eq!(report.verdict, Verdict::NotVerified, "{report}");
        assert_eq!(report.failed().map(|step| step.id), Some(id), "{report}");
    };
    let proof = |index: u64| Value::from(planned.log.proof(index, &planned.log.extra(index)));
    let entries = StepId::LibraryEntries;
    // The same library in a snapshot that the plan does not name; the other library; entries of another kind.
    fails(
        &set(&good, "snapshot", proof(planned.snapshots[2])),
        entries,
    );
    fails(
        &set(&good, "snapshot", proof(planned.snapshots[1])),
        entries,
    );
    fails(&set(&good, "snapshot", proof(planned.plan)), entries);
    fails(&set(&good, "plan", proof(planned.snapshots[0])), entries);
    fails(&set(&good, "library", "officers".into()), entries);
    fails(&set(&good, "count", Value::Int(10)), entries);
    fails(&set(&good, "root", "00".repeat(32).into()), entries);
    let other = self::planned(Form::Open, 9, "610323-SCJG/2026/02");
    fails(&other.document(false, &asked([0])), entries);

    let leaves = StepId::LibraryLeaves;
    for (name, change) in [("index", Value::Int(1)), ("line", "x".into())] {
        let mut changed = good.clone();
        let Value::Array(list) = member(&mut changed, "leaves") else {
            panic!("a list");
        };
        *member(&mut list[0], name) = change;
        fails(&changed, leaves);
    }
    let hashes = good.get("hashes").unwrap().as_array().unwrap();
    fails(
        &set(&good, "hashes", Value::Array(hashes[1..].to_vec())),
        leaves,
    );
    let longer = [hashes, &hashes[..1]].concat();
    fails(&set(&good, "hashes", Value::Array(longer)), leaves);

    let ids = |text: &str| set(&good, "ids", json::parse(text).unwrap());
    for wrong in [
        r#"[{"id":"1000","leaf":1},{"id":"1005","before":2,"after":3},{"id":"1008","leaf":4}]"#,
        r#"[{"id":"1000","leaf":0},{"id":"1005","before":2,"after":null},{"id":"1008","leaf":4}]"#,
        r#"[{"id":"1000","before":null,"after":0},{"id":"1005","before":2,"after":3},{"id":"1008","leaf":4}]"#,
        r#"[{"id":"1000","leaf":0},{"id":"1005","leaf":2},{"id":"1008","leaf":4}]"#,
        r#"[{"id":"1000","leaf":0},{"id":"1008","leaf":4}]"#,
        r#"[{"id":"1008","leaf":4},{"id":"1000","leaf":0},{"id":"1005","before":2,"after":3}]"#,
        r#"[]"#,
    ] {
        fails(&ids(wrong), StepId::LibraryMember);
    }
    for junk in [
        r#"[{"id":"1000"}]"#,
        r#"[{"id":"1000","leaf":0,"before":0}]"#,
        r#"[{"id":"1000","before":0}]"#,
        r#"[{"id":1000,"leaf":0}]"#,
        r#"{}"#,
    ] {
        let found = check(&ids(junk));
        assert!(matches!(found, Err(UnusableInput::Members(_))), "{junk}");
    }
    let v = check(&set(&good, "v", Value::Int(2)));
    assert!(matches!(v, Err(UnusableInput::Members(_))));
}

/// No document with one bit changed is verified.
#[test]
fn one_changed_bit_is_always_noticed() {
    let planned = planned(Form::Open, 9, KEY);
    let text = json::to_jcs(&planned.document(false, &asked([0, 5, 8])));
    let mut bytes = text.clone().into_bytes();
    // All that is not a proof's text bit by bit, those (of which other tests take care) here and there.
    let (from, to) = (
        text.find("\"plan\":").unwrap(),
        text.find("\"root\":").unwrap(),
    );
    let from_snapshot = text.find("\"snapshot\":").unwrap();
    for at in 0..bytes.len() {
        let own = !(from..to).contains(&at) && at < from_snapshot;
        for bit in 0..8 {
            if !own && (at % 40 != 0 || bit != at / 40 % 8) {
                continue;
            }
            bytes[at] ^= 1 << bit;
            if let Ok(report) = verify_draw_file(&bytes, &policy(), &one_by_one) {
                assert_eq!(report.verdict, Verdict::NotVerified, "byte {at}\n{report}");
                assert!(report.failed().is_some());
            }
            bytes[at] ^= 1 << bit;
        }
    }
    assert_eq!(bytes, text.as_bytes());
}

#[test]
fn the_command_says_it() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy");
    std::fs::write(&policy, common::policy_text()).unwrap();
    let good = json::to_jcs(&planned(Form::Open, 9, KEY).document(false, &asked([0, 5])));
    let bad = good.replace("|1004|food|", "|1004|fool|");
    assert_ne!(good, bad);
    let junk = "{\"ids\":[]}".to_owned();
    for (text, code, says) in [
        (good, 0, "1005 is not in the library"),
        (bad, 1, "NOT VERIFIED (leaves under the library's root)"),
        (junk, 2, "not a document about who is in a library"),
    ] {
        let file = folder.path().join("targets.json");
        std::fs::write(&file, text).unwrap();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_gongshi-verify"))
            .args(["draw", "--policy"])
            .args([&policy, &file])
            .output()
            .unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(says), "{said}");
    }
}
