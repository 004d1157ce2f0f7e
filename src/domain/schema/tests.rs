//! Laws of the table itself: what the other modules rely on without checking.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Calls `visit` for every list of sibling fields of every kind.
fn each_object(visit: &mut dyn FnMut(Kind, &'static [Field])) {
    fn descend(
        kind: Kind,
        fields: &'static [Field],
        visit: &mut dyn FnMut(Kind, &'static [Field]),
    ) {
        visit(kind, fields);
        for field in fields {
            if !field.ty.nested().is_empty() {
                descend(kind, field.ty.nested(), visit);
            }
        }
    }
    for kind in Kind::ALL {
        descend(*kind, schema(*kind).fields, visit);
    }
}

fn conditions(field: &Field) -> Vec<Condition> {
    match field.required {
        Presence::Required | Presence::Optional => Vec::new(),
        Presence::With(any) => any.to_vec(),
        Presence::Only { required, optional } => [required, optional].concat(),
    }
}

#[test]
fn every_kind_finds_its_own_table() {
    for kind in Kind::ALL {
        assert_eq!(schema(*kind).kind, *kind);
        assert!(!schema(*kind).fields.is_empty());
    }
}

#[test]
fn names_are_unique_among_siblings_and_legal() {
    each_object(&mut |kind, fields| {
        let names: BTreeSet<_> = fields.iter().map(|field| field.name).collect();
        assert_eq!(names.len(), fields.len(), "{kind}");
        for name in names {
            assert!(
                name.len() <= 64 && name.starts_with(|c: char| c.is_ascii_lowercase()),
                "{name}"
            );
            assert!(
                name.bytes()
                    .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_')),
                "{name}"
            );
        }
    });
}

#[test]
fn one_name_has_one_type_and_role_in_all_kinds() {
    let mut seen: BTreeMap<&str, (FieldType, Role, Kind)> = BTreeMap::new();
    each_object(&mut |kind, fields| {
        for field in fields {
            let (ty, role, first) = seen
                .entry(field.name)
                .or_insert((field.ty, field.role, kind));
            // The same member may name entries of other kinds.
            let references = |ty: FieldType| matches!(ty, FieldType::EntryRef(_));
            assert!(
                *ty == field.ty || (references(*ty) && references(field.ty)),
                "{} in {first} and {kind}",
                field.name
            );
            // A date or a plan key can be the main one in one kind and stand beside it in another.
            let secondary = |role: Role| matches!(role, Role::None | Role::MainDate | Role::Number);
            assert!(
                *role == field.role || (secondary(*role) && secondary(field.role)),
                "{} in {kind}",
                field.name
            );
        }
    });
}

#[test]
fn conditions_speak_of_siblings_and_of_codes_that_exist() {
    each_object(&mut |kind, fields| {
        for field in fields {
            for condition in conditions(field) {
                let (name, codes) = match condition {
                    Condition::Is(name, codes) | Condition::IsNot(name, codes) => (name, codes),
                    Condition::Without(name) => (name, &[] as &[&str]),
                };
                let sibling = fields.iter().find(|f| f.name == name);
                let sibling =
                    sibling.unwrap_or_else(|| panic!("{kind}: {} speaks of {name}", field.name));
                for code in codes {
                    let known = |list: CodeList| {
                        let all = if list.is_open() {
                            list.relied_on()
                        } else {
                            list.codes()
                        };
                        all.contains(code)
                    };
                    let list = sibling.ty.code_list();
                    assert!(list.is_some_and(known), "{kind}: {name} {code}");
                }
            }
        }
    });
}

#[test]
fn every_kind_but_the_operators_has_a_required_region_and_a_role_occurs_once() {
    for kind in Kind::ALL {
        let fields = schema(*kind).fields;
        if !kind.operator_only() {
            assert_eq!(
                schema(*kind).field("region").map(|f| f.required),
                Some(Presence::Required),
                "{kind}"
            );
        }
        for role in [
            Role::SubjectCode,
            Role::SubjectName,
            Role::Region,
            Role::MainDate,
        ] {
            assert!(
                fields.iter().filter(|f| f.role == role).count() <= 1,
                "{kind} {role:?}"
            );
        }
    }
}

#[test]
fn what_stays_public_after_a_withdrawal_has_no_room_for_the_withdrawn() {
    for kind in [Kind::Withdrawal, Kind::Erasure, Kind::Expiry] {
        for field in schema(kind).fields {
            let harmless = field.name == "legal_basis" || field.role != Role::Text;
            assert!(
                harmless && !matches!(field.ty, FieldType::List(_) | FieldType::File),
                "{kind} {}",
                field.name
            );
        }
    }
}

#[test]
fn every_code_list_is_used() {
    let mut used = BTreeSet::new();
    each_object(&mut |_, fields| {
        used.extend(fields.iter().filter_map(|field| field.ty.code_list()))
    });
    assert_eq!(
        used.len(),
        CodeList::ALL.len(),
        "{:?}",
        CodeList::ALL
            .iter()
            .filter(|l| !used.contains(l))
            .collect::<Vec<_>>()
    );
}

#[test]
fn all_but_the_permanent_kinds_can_be_revised() {
    let revisable: Vec<_> = Kind::ALL
        .iter()
        .copied()
        // An expiry says only which rule ended what: there is nothing in it to be revised.
        .filter(|kind| !kind.permanent() && *kind != Kind::Expiry)
        .collect();
    assert_eq!(log::REVISABLE, revisable);
}

/// Inspectors appear by number or pseudonym, applicants and operators of businesses not at all: no field asks for a person's name, papers or
/// telephone, but for the subject itself.
#[test]
fn no_field_asks_for_persons_beside_the_subject() {
    const ASKS: &[&str] = &[
        "inspector",
        "officer_name",
        "operator_name",
        "owner",
        "representative",
        "applicant",
        "agent_name",
        "person",
        "identity",
        "id_card",
        "id_number",
        "phone",
        "mobile",
        "telephone",
        "contact",
        "email",
        "birth",
        "gender",
    ];
    each_object(&mut |kind, fields| {
        for field in fields {
            let asks = ASKS.iter().find(|word| field.name.contains(**word));
            assert_eq!(asks, None, "{kind} {}", field.name);
        }
    });
}
