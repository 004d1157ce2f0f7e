//! Cases that the form of records decides, before any rule is asked.

use crate::case::day;
use gongshi::domain::schema::Field;
use gongshi::domain::{FieldType, Kind, schema, validate};
use serde_json::{Map, Value, json};

fn example(kind: Kind) -> Map<String, Value> {
    let bodies: Value = serde_json::from_str(include_str!("../data/bodies.json")).unwrap();
    bodies[kind.as_str()].as_object().unwrap().clone()
}

fn faults(kind: Kind, body: &Map<String, Value>) -> Vec<String> {
    let faults = validate(kind, body, day("2026-12-31")).err();
    let faults = faults.unwrap_or_default().into_iter();
    faults
        .map(|fault| format!("{} {}", fault.path, fault.problem.code()))
        .collect()
}

/// Every field of a list, with those within it.
fn names(fields: &[Field], found: &mut Vec<&'static str>) {
    for field in fields {
        found.push(field.name);
        let mut ty = &field.ty;
        while let FieldType::List(item) = ty {
            ty = item;
        }
        if let FieldType::Object(inner) = ty {
            names(inner, found);
        }
    }
}

fn every_field() -> Vec<&'static str> {
    let mut found = Vec::new();
    for kind in Kind::ALL {
        names(schema(*kind).fields, &mut found);
    }
    found
}

/// A11: the number of somebody's card is refused wherever it stands; A12: that of the decision is not, and must be there.
#[test]
fn a_persons_penalty_has_the_number_of_its_decision_and_no_other() {
    let mut penalty = example(Kind::Penalty);
    penalty.remove("subject_uscc");
    penalty.insert("subject_type".to_owned(), json!("natural_person"));
    penalty.insert("subject_name".to_owned(), json!("示例某"));
    assert_eq!(faults(Kind::Penalty, &penalty), [""; 0]);
    for field in ["facts", "content", "note"] {
        let mut penalty = penalty.clone();
        // Made up, so that its check digit holds.
        penalty.insert(field.to_owned(), json!("身份证号110101199003070011。"));
        assert_eq!(
            faults(Kind::Penalty, &penalty),
            [format!("{field} identity_number")]
        );
    }
    penalty.remove("decision_no");
    assert_eq!(faults(Kind::Penalty, &penalty), ["decision_no missing"]);
}

/// L14.
#[test]
fn a_withdrawal_states_its_reason() {
    let mut withdrawal = example(Kind::Withdrawal);
    assert_eq!(faults(Kind::Withdrawal, &withdrawal), [""; 0]);
    withdrawal.remove("withdrawal_reason");
    // What a repair asks for is asked where the reason is one.
    withdrawal.remove("repair_decision");
    assert_eq!(
        faults(Kind::Withdrawal, &withdrawal),
        ["withdrawal_reason missing"]
    );
}

/// N12 to N14: by which class a subject may hand papers in later, no record says, since the class is not public.
#[test]
fn no_record_says_a_risk_class() {
    let fields = every_field();
    assert!(fields.contains(&"seats") && fields.contains(&"stratum"));
    for part in ["risk", "credit_class", "grade", "score"] {
        let found: Vec<_> = fields.iter().filter(|name| name.contains(part)).collect();
        assert_eq!(found, [&""; 0], "{part}");
    }
}

/// A share without what it is a share of, and by which definition, is no figure: the shares that are asked of a county have no denominator in any
/// source, so a bulletin that states one says its own.
#[test]
fn a_share_says_what_it_is_of() {
    let bulletin = example(Kind::Bulletin);
    assert_eq!(faults(Kind::Bulletin, &bulletin), [""; 0]);
    let mut vague = bulletin.clone();
    vague["indicators"][0]
        .as_object_mut()
        .unwrap()
        .remove("definition");
    assert_eq!(
        faults(Kind::Bulletin, &vague),
        ["indicators[0].definition missing"]
    );
}
