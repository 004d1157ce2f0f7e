//! Bodies as departments send them, good and bad.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::domain::codes::{CodeMisuse, InvalidCode};
use crate::domain::uscc::UsccError;
use jiff::civil::date;

mod kinds;
mod long;

fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn result() -> Map<String, Value> {
    map(json!({
        "subject_uscc": "91000000MA00000900",
        "subject_name": "岐山县示例餐饮店",
        "region": "610323",
        "draw_basis": "drawn",
        "plan_key": "610323-SCJG/2026/01",
        "method": "on_site",
        "inspected_on": "2026-03-02",
        "outcome": ["problem_corrected"],
        "items": [
            {"item_name": "年报公示信息检查", "outcome": ["no_problem_found"]},
            {"item_name": "即时公示信息检查", "outcome": ["problem_corrected"]},
        ],
    }))
}

/// The day the bodies here are signed.
const DAY: Date = date(2026, 12, 31);

fn plan() -> Map<String, Value> {
    let entry = json!({"index": 3, "leaf_hash": "0".repeat(64)});
    map(json!({
        "plan_key": "610323-SCJG/2026/01", "plan_name": "示例", "region": "610323",
        "plan_scope": "joint", "plan_mode": "county_draw_county_check", "draw_type": "undirected",
        "plan_items": [{"item_list": entry, "item_code": "A01", "item_name": "年报公示信息检查", "item_part": "main"}],
        "target_scope": "全县企业", "lead_department": "610323-SCJG", "partner_departments": ["610323-YJJ"],
        "departments": [
            {"department": "610323-SCJG", "seats": [{"officers": 2}]},
            {"department": "610323-YJJ", "seats": [{"qualification": "fire", "officers": 1}, {"officers": 1}]},
        ],
        "object_snapshot": entry, "object_root": "1".repeat(64),
        "officer_snapshot": entry, "officer_root": "2".repeat(64),
        "rules": [{"stratum": "A", "rule_departments": ["610323-SCJG", "610323-YJJ"], "num": 5, "den": 100, "minimum": 1}],
        "rotation": 2, "randomness": "drand", "round": 30_000_000, "t0": "2026-03-01T00:00:00Z", "t1": "2026-03-01T01:00:00Z",
        "lead_seconds": 3600, "fallback": "none", "check_from": "2026-03-05", "check_to": "2026-04-05",
        "result_deadline": "2026-05-05T16:00:00Z",
    }))
}

fn problems(kind: Kind, body: &Map<String, Value>) -> Vec<(String, Problem)> {
    validate(kind, body, DAY)
        .err()
        .unwrap_or_default()
        .into_iter()
        .map(|e| (e.path, e.problem))
        .collect()
}

/// The faults after one member is set, or removed with null.
fn after(
    kind: Kind,
    mut body: Map<String, Value>,
    pointer: &str,
    value: Value,
) -> Vec<(String, Problem)> {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let mut root = Value::Object(std::mem::take(&mut body));
    let parent = root.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        parent.remove(name);
    } else {
        parent.insert(name.to_owned(), value);
    }
    problems(kind, root.as_object().unwrap())
}

fn one(path: &str, problem: Problem) -> Vec<(String, Problem)> {
    vec![(path.to_owned(), problem)]
}

#[test]
fn good_bodies_pass() {
    assert_eq!(problems(Kind::InspectionResult, &result()), []);
    assert_eq!(problems(Kind::Plan, &plan()), []);
}

#[test]
fn each_fault_of_a_result_is_named() {
    use Problem as P;
    let cases = [
        ("/subject_name", Value::Null, "subject_name", P::Missing),
        (
            "/subject_uscc",
            json!("91000000MA00000901"),
            "subject_uscc",
            P::BadUscc(UsccError::Check {
                expected: '0',
                found: '1',
            }),
        ),
        (
            "/region",
            json!("61032"),
            "region",
            P::BadFormat { expected: "region" },
        ),
        (
            "/region",
            json!(610_323),
            "region",
            P::WrongType { expected: "region" },
        ),
        (
            "/draw_basis",
            json!("lucky"),
            "draw_basis",
            P::BadCode {
                list: CodeList::DrawBasis,
            },
        ),
        ("/plan_key", Value::Null, "plan_key", P::Missing),
        (
            "/plan_key",
            json!("610323-SCJG/2026/1"),
            "plan_key",
            P::BadFormat {
                expected: "plan_key",
            },
        ),
        (
            "/inspected_on",
            json!("2026-02-30"),
            "inspected_on",
            P::BadDate,
        ),
        (
            "/completed_on",
            json!("2026-03-01"),
            "completed_on",
            P::Before {
                other: "inspected_on",
            },
        ),
        ("/outcome", json!([]), "outcome", P::Empty),
        (
            "/outcome",
            json!("problem_corrected"),
            "outcome",
            P::WrongType { expected: "codes" },
        ),
        (
            "/outcome",
            json!(["problem_corrected", "problem_corrected"]),
            "outcome[1]",
            P::Duplicate,
        ),
        (
            "/outcome",
            json!(["problem_pending"]),
            "items[1].outcome",
            P::NotListed { other: "outcome" },
        ),
        (
            "/items/1/outcome",
            json!(["Unknown"]),
            "items[1].outcome[0]",
            P::CodeInvalid(Box::new(InvalidCode {
                list: CodeList::ResultCode,
                why: CodeMisuse::Unknown,
                valid: Vec::new(),
            })),
        ),
        (
            "/items/0/outcome",
            json!(["no_problem_found", "moved_out"]),
            "items[0].outcome",
            P::NotAlone {
                list: CodeList::ResultCode,
                code: "no_problem_found",
            },
        ),
        ("/items/0/extra", json!(1), "items[0].extra", P::Unknown),
        (
            "/officer_count",
            json!(0),
            "officer_count",
            P::OutOfRange { min: 1, max: 1000 },
        ),
        (
            "/officer_count",
            json!(2.0),
            "officer_count",
            P::WrongType {
                expected: "integer",
            },
        ),
        ("/note", json!(" x"), "note", P::NotTrimmed),
        ("/note", json!("\u{3000}"), "note", P::Empty),
        (
            "/note",
            json!("a\u{202e}b"),
            "note",
            P::ControlCharacter {
                position: 2,
                character: '\u{202e}',
            },
        ),
        (
            "/note",
            json!("字".repeat(20_001)),
            "note",
            P::TooLong { max: 20_000 },
        ),
        (
            "/task_name",
            json!("一\n二"),
            "task_name",
            P::ControlCharacter {
                position: 2,
                character: '\n',
            },
        ),
        (
            "/draw",
            json!({"index": 1}),
            "draw",
            P::BadFormat {
                expected: "entry_ref",
            },
        ),
        (
            "/draw",
            json!(1),
            "draw",
            P::WrongType {
                expected: "entry_ref",
            },
        ),
        (
            "/attachments",
            json!([{"name": "a"}]),
            "attachments[0]",
            P::BadFormat { expected: "file" },
        ),
        (
            "/origin_reason",
            json!("举报"),
            "origin_reason",
            P::NotAllowed,
        ),
    ];
    for (pointer, value, path, problem) in cases {
        assert_eq!(
            after(Kind::InspectionResult, result(), pointer, value.clone()),
            one(path, problem),
            "{pointer} {value}"
        );
    }
    assert_eq!(
        after(Kind::InspectionResult, result(), "/note", json!("一\n二")),
        []
    );
}

#[test]
fn errors_name_their_field_and_quote_little() {
    let faults = validate(
        Kind::InspectionResult,
        &map(json!({"items": [{"outcome": ["x".repeat(500)]}]})),
        DAY,
    )
    .unwrap_err();
    let fault = faults
        .iter()
        .find(|e| e.path == "items[0].outcome[0]")
        .unwrap();
    assert_eq!(fault.field(), "outcome");
    assert_eq!(fault.value.chars().count(), 61);
    assert!(
        fault
            .to_string()
            .starts_with("items[0].outcome[0]: is no code of the list result")
    );
    let many: Vec<Value> = (0..5000).map(|_| json!("bad")).collect();
    assert_eq!(
        validate(Kind::InspectionResult, &map(json!({"outcome": many})), DAY)
            .unwrap_err()
            .len(),
        MAX_ERRORS
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!("drawn")),
        Just(json!("2026-03-02")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Whatever stands in whichever field of whichever kind, the answer is errors, not a panic, and every error
    /// names a path that begins with a member or a field.
    #[test]
    fn any_value_is_answered(kind in 0..Kind::ALL.len(), values in prop::collection::vec(any_json(), 60)) {
        let kind = Kind::ALL[kind];
        let body: Map<String, Value> =
            schema(kind).fields.iter().zip(values).map(|(field, value)| (field.name.to_owned(), value)).collect();
        for error in validate(kind, &body, DAY).err().unwrap_or_default() {
            let top = error.path.split(['.', '[']).next().unwrap();
            prop_assert!(schema(kind).field(top).is_some(), "{}", error.path);
            prop_assert!(Problem::CODES.contains(&error.problem.code()));
        }
    }
}

#[test]
fn what_has_happened_happened_by_the_day_it_is_signed() {
    let permit = |decided_on: &str| {
        map(json!({
            "subject_uscc": "91000000MA00000900", "subject_name": "示例食品店", "region": "000000",
            "permit_name": "食品经营许可证", "permit_no": "1", "permit_kind": "general", "content": "热食类食品制售",
            "decided_on": decided_on, "valid_from": "2027-01-01", "valid_to": "2099-12-31",
        }))
    };
    assert_eq!(problems(Kind::Permit, &permit("2026-12-31")), []);
    let latest = "2026-12-31".to_owned();
    assert_eq!(
        problems(Kind::Permit, &permit("2027-01-01")),
        [("decided_on".to_owned(), Problem::InFuture { latest })]
    );
    assert_eq!(
        problems(Kind::Permit, &permit("9999-99-99")),
        [("decided_on".to_owned(), Problem::BadDate)]
    );
}

#[test]
fn identity_numbers_are_refused_and_not_repeated() {
    let body = map(json!({
        "subject_name": "张三", "subject_type": "natural_person", "region": "000000",
        "decision_no": "示市监罚〔2026〕12号", "violation_type": "示例", "facts": "当事人张三（11010519491231002X）。",
        "legal_basis": "示例", "penalty_kinds": ["fine"], "content": "罚款。", "fine_fen": 100, "decided_on": "2026-03-16",
    }));
    let faults = validate(Kind::Penalty, &body, DAY).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(
        (faults[0].path.as_str(), &faults[0].problem),
        ("facts", &Problem::IdentityNumber)
    );
    assert!(!format!("{faults:?}").contains("11010519491231002X"));
}
