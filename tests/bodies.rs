//! One synthetic body of every kind, as a department might send it, against the table of its kind.

use gongshi::domain::schema::Field;
use gongshi::domain::{Kind, Presence, Problem, Role, View, schema, validate};
use gongshi_verify::registry::AuthorityAction;
use serde_json::{Map, Value};

/// The day the bodies are signed.
const DAY: jiff::civil::Date = jiff::civil::date(2026, 12, 31);

fn bodies() -> Map<String, Value> {
    serde_json::from_str(include_str!("data/bodies.json"))
        .expect("the data file holds an object of objects")
}

fn body(kind: Kind) -> Map<String, Value> {
    bodies()[kind.as_str()]
        .as_object()
        .expect("the data file holds an object of objects")
        .clone()
}

#[test]
fn every_kind_has_a_body_that_passes() {
    assert_eq!(bodies().len(), Kind::ALL.len());
    for kind in Kind::ALL {
        assert_eq!(validate(*kind, &body(*kind), DAY), Ok(()), "{kind}");
    }
}

#[test]
fn no_required_member_can_be_left_out_and_none_be_added() {
    for kind in Kind::ALL {
        for field in schema(*kind)
            .fields
            .iter()
            .filter(|field| field.required == Presence::Required)
        {
            let mut short = body(*kind);
            short.remove(field.name);
            let faults = validate(*kind, &short, DAY).expect_err(field.name);
            assert!(
                faults
                    .iter()
                    .any(|f| f.path == field.name && f.problem == Problem::Missing),
                "{kind} {}",
                field.name
            );
        }
        let mut long = body(*kind);
        long.insert("zzz".to_owned(), Value::from(1));
        let faults = validate(*kind, &long, DAY).unwrap_err();
        assert!(
            matches!(&faults[..], [fault] if fault.path == "zzz" && fault.problem == Problem::Unknown),
            "{kind}"
        );
    }
}

/// A member of another JSON type is refused at its own path, whatever the field.
#[test]
fn a_value_of_another_type_is_refused_where_it_stands() {
    for kind in Kind::ALL {
        for (name, value) in body(*kind) {
            for wrong in [
                Value::Null,
                Value::from(1.5),
                Value::from(vec![Value::Null]),
                Value::Object(Map::new()),
            ] {
                let mut bad = body(*kind);
                bad.insert(name.clone(), wrong.clone());
                let faults = validate(*kind, &bad, DAY).expect_err(&name);
                assert!(
                    faults.iter().any(|f| f.path.starts_with(&name)),
                    "{kind} {name}: {wrong} for {value}"
                );
            }
        }
    }
}

/// What the table lets pass the registry must read, and the other way round: else a record would be logged that gives
/// nobody a right, or a lawful one be refused.
#[test]
fn the_table_and_the_registry_agree_on_the_members_of_every_action() {
    let key = body(Kind::Authority)["public_key"].clone();
    let other = Value::from("PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=");
    let signature = body(Kind::Authority)["key_proof"].clone();
    let members = [
        ("role", Value::from("department")),
        ("name", Value::from("示例县市场监督管理局")),
        ("region", Value::from("000000")),
        ("kinds", Value::from(vec!["penalty", "permit"])),
        ("public_key", key),
        ("key_proof", signature.clone()),
        ("old_key", other),
        ("old_key_signature", signature),
        ("reason", Value::from("机构撤并")),
        ("note", Value::from("无")),
    ];
    let mut passed = 0;
    for action in ["register", "amend", "add_key", "rotate", "revoke"] {
        for chosen in 0..1u32 << members.len() {
            let mut body = Map::new();
            body.insert("action".to_owned(), action.into());
            body.insert("authority_id".to_owned(), "000000-SCJG".into());
            for (bit, (name, value)) in members.iter().enumerate() {
                if chosen >> bit & 1 == 1 {
                    body.insert((*name).to_owned(), value.clone());
                }
            }
            let text = serde_json::to_vec(&body).expect("JSON is written");
            let strict = gongshi_verify::json::parse(&text).expect("JSON is strict");
            let read = AuthorityAction::from_body(&strict);
            let valid = validate(Kind::Authority, &body, DAY);
            assert_eq!(valid.is_ok(), read.is_ok(), "{body:?}: {valid:?} {read:?}");
            passed += u32::from(read.is_ok());
        }
    }
    // One body for each action, and two for a rotation.
    assert_eq!(passed, 6);
}

#[test]
fn every_body_reads_by_role() {
    let top = |fields: &'static [Field], role: Role| fields.iter().find(|field| field.role == role);
    for kind in Kind::ALL {
        let body = body(*kind);
        let view = View::new(*kind, &body);
        let fields = schema(*kind).fields;
        assert_eq!(
            view.main_date().is_some(),
            top(fields, Role::MainDate).is_some(),
            "{kind}"
        );
        assert_eq!(
            view.region().is_some(),
            top(fields, Role::Region).is_some(),
            "{kind}"
        );
        // A walk meets every value: no member of a valid body is invisible to search, files or references.
        let mut met = std::collections::BTreeSet::new();
        view.walk(&mut |leaf| {
            met.insert(
                leaf.path
                    .split(['.', '['])
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            );
        });
        assert_eq!(met, body.keys().cloned().collect(), "{kind}");
    }
}
