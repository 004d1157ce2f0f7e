//! The replay of authorities and keys: what is accepted, what is refused, and the chain to a key.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{
    DEPARTMENT, Log, OPERATOR, add_key, entry, id, kind, origin, profile, record, register, revoke,
    rotate, secret,
};
use gongshi_verify::json::Value;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::registry::{
    ActionError, AuthorityAction, Profile, Registry, RegistryError, RightsError, Role,
};

/// What the registry of `log` says to one more action, issued by the operator with `key`.
fn next(log: &Log, action: &AuthorityAction, key: &SecretKey) -> Result<(), RegistryError> {
    let record = record(action.to_body(), 99);
    let entry = entry(OPERATOR, "authority", None, &record, 9_000, key, key);
    let mut registry = log.registry();
    let checked = registry.check(&entry, &record);
    assert_eq!(
        checked.clone().ok().as_ref(),
        checked.is_ok().then_some(action)
    );
    let applied = registry.apply(1_000, &entry, &record);
    assert_eq!(checked.map(|_| ()), applied);
    applied
}

#[test]
fn bodies_read_as_written() {
    let (old, new) = (secret(2), secret(4));
    for action in [
        register(DEPARTMENT, Role::Department, &["plan", "draw"], &old),
        register(OPERATOR, Role::Operator, &[], &old),
        AuthorityAction::Amend {
            authority_id: id(DEPARTMENT),
            profile: profile(&["plan"]),
        },
        add_key(DEPARTMENT, &new),
        rotate(DEPARTMENT, &old, &new, true),
        rotate(DEPARTMENT, &old, &new, false),
        revoke(DEPARTMENT, &old),
    ] {
        let body = action.to_body();
        assert_eq!(AuthorityAction::from_body(&body), Ok(action));
        let members = body.as_object().unwrap();
        // Every member is needed, and no other belongs.
        for name in members.keys() {
            let mut fewer = members.clone();
            fewer.remove(name);
            let error = AuthorityAction::from_body(&Value::Object(fewer)).unwrap_err();
            assert!(matches!(error, ActionError::Missing(_)), "{name}");
            let mut wrong = members.clone();
            wrong.insert(name.clone(), Value::Int(1));
            let error = AuthorityAction::from_body(&Value::Object(wrong)).unwrap_err();
            assert!(matches!(error, ActionError::Malformed { .. }), "{name}");
        }
        let mut more = members.clone();
        more.insert("note".into(), "x".into());
        assert_eq!(
            AuthorityAction::from_body(&Value::Object(more)),
            Err(ActionError::Unknown("note".into()))
        );
    }
}

#[test]
fn fields_have_their_forms() {
    let body = register(DEPARTMENT, Role::Department, &["plan"], &secret(2)).to_body();
    let with = |name: &str, value: Value| {
        let mut members = body.as_object().unwrap().clone();
        members.insert(name.into(), value);
        AuthorityAction::from_body(&Value::Object(members))
    };
    let kinds = |names: &[&str]| Value::Array(names.iter().map(|n| (*n).into()).collect());
    assert!(with("kinds", kinds(&["draw", "plan"])).is_ok());
    assert!(with("kinds", kinds(&[])).is_ok());
    assert!(with("name", "名".repeat(200).into()).is_ok());
    for (name, value) in [
        ("kinds", kinds(&["plan", "draw"])),
        ("kinds", kinds(&["plan", "plan"])),
        ("kinds", kinds(&["Plan"])),
        ("kinds", "plan".into()),
        ("name", "".into()),
        ("name", "a\nb".into()),
        ("name", "名".repeat(201).into()),
        ("region", "61032".into()),
        ("role", "auditor".into()),
        ("action", "delete".into()),
        ("authority_id", "a".into()),
        ("public_key", "AA==".into()),
        ("key_proof", "AA==".into()),
    ] {
        let error = with(name, value).unwrap_err();
        assert!(matches!(error, ActionError::Malformed { .. }), "{name}");
    }
    // A signed rotation needs no reason, a forced one does.
    let signed = rotate(DEPARTMENT, &secret(2), &secret(4), true).to_body();
    let mut members = signed.as_object().unwrap().clone();
    members.insert("reason".into(), "x".into());
    assert_eq!(
        AuthorityAction::from_body(&Value::Object(members)),
        Err(ActionError::Unknown("reason".into()))
    );
}

#[test]
fn a_hotline_may_be_there_and_is_stated_anew() {
    let body = register(DEPARTMENT, Role::Department, &["plan"], &secret(2)).to_body();
    let with = |hotline: &str| {
        let mut members = body.as_object().unwrap().clone();
        members.insert("hotline".into(), hotline.into());
        AuthorityAction::from_body(&Value::Object(members))
    };
    for good in ["110", "0917-8212345", "+86 917 8212345", &"1".repeat(32)] {
        let action = with(good).unwrap();
        let AuthorityAction::Register { profile, .. } = &action else {
            panic!("{action:?}");
        };
        assert_eq!(profile.hotline.as_deref(), Some(good));
        assert_eq!(AuthorityAction::from_body(&action.to_body()), Ok(action));
    }
    for bad in [
        "",
        "12",
        "-110",
        " 110",
        "110a",
        "110\n",
        "１１０",
        &"1".repeat(33),
    ] {
        let error = with(bad).unwrap_err();
        assert!(
            matches!(
                error,
                ActionError::Malformed {
                    field: "hotline",
                    ..
                }
            ),
            "{bad:?}"
        );
    }
    let mut members = revoke(DEPARTMENT, &secret(2))
        .to_body()
        .as_object()
        .unwrap()
        .clone();
    members.insert("hotline".into(), "110".into());
    let error = AuthorityAction::from_body(&Value::Object(members)).unwrap_err();
    assert_eq!(error, ActionError::Unknown("hotline".into()));

    let mut log = Log::with_department();
    let mut said = |hotline: Option<&str>| {
        let amended = AuthorityAction::Amend {
            authority_id: id(DEPARTMENT),
            profile: Profile {
                hotline: hotline.map(Into::into),
                ..profile(&["plan"])
            },
        };
        log.act(amended, &secret(1));
        let registry = log.registry();
        registry.authority(&id(DEPARTMENT)).unwrap().hotline.clone()
    };
    assert_eq!(said(Some("110")).as_deref(), Some("110"));
    assert_eq!(said(None), None);
}

#[test]
fn entry_zero_is_the_operators_own() {
    let operator = secret(1);
    let first = |who: &str, action: AuthorityAction, key: &SecretKey| {
        let record = record(action.to_body(), 0);
        let entry = entry(who, "authority", None, &record, 0, key, key);
        Registry::new(origin()).apply(0, &entry, &record)
    };
    let own = register(OPERATOR, Role::Operator, &[], &operator);
    assert_eq!(first(OPERATOR, own.clone(), &operator), Ok(()));
    assert_eq!(
        first(OPERATOR, own.clone(), &secret(2)),
        Err(RegistryError::Signature(id(OPERATOR)))
    );
    assert_eq!(
        first(DEPARTMENT, own.clone(), &operator),
        Err(RegistryError::FirstEntry)
    );
    let department = register(OPERATOR, Role::Department, &[], &operator);
    assert_eq!(
        first(OPERATOR, department, &operator),
        Err(RegistryError::FirstEntry)
    );
    assert_eq!(
        first(OPERATOR, add_key(OPERATOR, &operator), &operator),
        Err(RegistryError::FirstEntry)
    );
    let record = record(own.to_body(), 0);
    let entry = entry(
        OPERATOR,
        "authority",
        None,
        &record,
        0,
        &operator,
        &operator,
    );
    assert_eq!(
        Registry::new(origin()).apply(1, &entry, &record),
        Err(RegistryError::Order {
            index: 1,
            last: None
        })
    );
    // Signed for this log: another origin refuses it.
    let other = gongshi_verify::names::Origin::parse("example.org/other").unwrap();
    assert_eq!(
        Registry::new(other).apply(0, &entry, &record),
        Err(RegistryError::Signature(id(OPERATOR)))
    );
}

#[test]
fn rules_of_keys_and_authorities() {
    let log = Log::with_department();
    let operator = secret(1);
    let new = secret(50);
    let check = |action: AuthorityAction| next(&log, &action, &operator);
    let other = "610323-OTHER";
    assert_eq!(check(register(other, Role::Department, &[], &new)), Ok(()));
    assert_eq!(check(add_key(DEPARTMENT, &new)), Ok(()));
    assert_eq!(check(rotate(DEPARTMENT, &secret(2), &new, true)), Ok(()));
    assert_eq!(check(rotate(DEPARTMENT, &secret(2), &new, false)), Ok(()));
    assert_eq!(check(revoke(DEPARTMENT, &secret(2))), Ok(()));
    assert_eq!(check(rotate(OPERATOR, &operator, &new, true)), Ok(()));

    assert_eq!(
        check(register(DEPARTMENT, Role::Department, &[], &new)),
        Err(RegistryError::AlreadyRegistered(id(DEPARTMENT)))
    );
    assert_eq!(
        check(register(other, Role::Operator, &[], &new)),
        Err(RegistryError::SecondOperator)
    );
    assert_eq!(
        check(add_key(other, &new)),
        Err(RegistryError::UnknownAuthority(id(other)))
    );
    for used in [&operator, &secret(2), &secret(3)] {
        assert_eq!(
            check(register(other, Role::Department, &[], used)),
            Err(RegistryError::KeyUsed)
        );
    }
    assert_eq!(
        check(revoke(OPERATOR, &operator)),
        Err(RegistryError::LastOperatorKey)
    );
    assert_eq!(
        check(revoke(DEPARTMENT, &operator)),
        Err(RegistryError::KeyNotValid)
    );
    assert_eq!(
        check(rotate(DEPARTMENT, &new, &secret(51), true)),
        Err(RegistryError::KeyNotValid)
    );
    // Signed by a department's key, or by nobody registered.
    for key in [secret(2), new.clone()] {
        assert_eq!(
            next(&log, &add_key(DEPARTMENT, &secret(51)), &key),
            Err(RegistryError::Signature(id(OPERATOR)))
        );
    }
}

#[test]
fn proofs_of_possession_are_checked() {
    let log = Log::with_department();
    let operator = secret(1);
    let (old, new) = (secret(2), secret(50));
    let AuthorityAction::Rotate {
        key_proof, basis, ..
    } = rotate(DEPARTMENT, &old, &new, true)
    else {
        unreachable!()
    };
    let with = |authority, key_proof, basis| AuthorityAction::Rotate {
        authority_id: id(authority),
        public_key: new.public(),
        key_proof,
        old_key: old.public(),
        basis,
    };
    let good = with(DEPARTMENT, key_proof, basis.clone());
    assert_eq!(next(&log, &good, &operator), Ok(()));
    let by_old = old.sign(b"something else");
    assert_eq!(
        next(&log, &with(DEPARTMENT, by_old, basis), &operator),
        Err(RegistryError::KeyProof)
    );
    let AuthorityAction::Rotate { basis, .. } = rotate(DEPARTMENT, &old, &secret(51), true) else {
        unreachable!()
    };
    assert_eq!(
        next(&log, &with(DEPARTMENT, key_proof, basis), &operator),
        Err(RegistryError::OldKeySignature)
    );
    // A proof made for another authority.
    let AuthorityAction::AddKey { key_proof, .. } = add_key(OPERATOR, &new) else {
        unreachable!()
    };
    let stolen = AuthorityAction::AddKey {
        authority_id: id(DEPARTMENT),
        public_key: new.public(),
        key_proof,
    };
    assert_eq!(next(&log, &stolen, &operator), Err(RegistryError::KeyProof));
}

#[test]
fn entry_and_record_belong_together() {
    let log = Log::with_department();
    let mut registry = log.registry();
    let (entry, record) = log.entries[1].clone();
    let (result, body) = {
        let mut log = Log::with_department();
        log.say("inspection_result", None, &secret(2));
        log.entries[3].clone()
    };
    assert_eq!(registry.check(&result, &body), Err(RegistryError::Kind));
    assert_eq!(
        registry.check(&entry, &body),
        Err(RegistryError::Commitment)
    );
    assert_eq!(
        registry.apply(2, &entry, &record),
        Err(RegistryError::Order {
            index: 2,
            last: Some(2)
        })
    );
    // Issued by a department in its own name.
    let body = record_of_department();
    let own = common::entry(
        DEPARTMENT,
        "authority",
        None,
        &body,
        1,
        &secret(2),
        &secret(2),
    );
    assert_eq!(registry.check(&own, &body), Err(RegistryError::NotOperator));
}

fn record_of_department() -> gongshi_verify::record::Record {
    record(add_key(DEPARTMENT, &secret(50)).to_body(), 7)
}

#[test]
fn keys_are_valid_from_after_their_entry_to_their_end() {
    let mut log = Log::with_department();
    let rotated = log.act(
        rotate(DEPARTMENT, &secret(2), &secret(4), false),
        &secret(1),
    );
    let revoked = log.act(revoke(DEPARTMENT, &secret(3)), &secret(1));
    let registry = log.registry();
    let state = registry.authority(&id(DEPARTMENT)).unwrap();
    assert_eq!(state.registered_at, 1);
    let [first, second, third] = &state.keys[..] else {
        panic!("{:?}", state.keys)
    };
    assert_eq!((first.added_at, first.ended_at), (1, Some(rotated)));
    assert!(!first.valid_at(1) && first.valid_at(2) && first.valid_at(3) && !first.valid_at(4));
    assert_eq!(second.ended_at, Some(revoked));
    assert!(third.forced && !first.forced && third.ended_at.is_none());
    assert_eq!(third.replaces, Some(secret(2).public()));
    assert_eq!(third.leaf, log.entries[3].0.leaf_hash());
    assert_eq!(registry.valid_keys(&id(DEPARTMENT)), [secret(4).public()]);
    let operator = &registry.operator().unwrap().keys[0];
    assert!(operator.valid_at(0) && operator.valid_at(u64::MAX));
    // A rotated or revoked key never returns.
    for key in [2, 3] {
        assert_eq!(
            next(&log, &add_key(DEPARTMENT, &secret(key)), &secret(1)),
            Err(RegistryError::KeyUsed)
        );
    }
    let signature = secret(4).sign(b"m");
    assert_eq!(
        registry.find_signer(&id(DEPARTMENT), b"m", &signature),
        Some(secret(4).public())
    );
    let ended = secret(2).sign(b"m");
    assert_eq!(registry.find_signer(&id(DEPARTMENT), b"m", &ended), None);
}

/// The key that signed last is tried first, but not where that entry ended it.
#[test]
fn a_key_that_ends_itself_signs_no_more() {
    let mut log = Log::with_department();
    let (op1, op2, op3) = (secret(1), secret(60), secret(61));
    log.act(add_key(OPERATOR, &op2), &op1);
    log.act(revoke(OPERATOR, &op2), &op2);
    let more = add_key(DEPARTMENT, &secret(50));
    let refused = Err(RegistryError::Signature(id(OPERATOR)));
    assert_eq!(next(&log, &more, &op2), refused);
    assert_eq!(next(&log, &more, &op1), Ok(()));
    log.act(rotate(OPERATOR, &op1, &op3, true), &op1);
    assert_eq!(next(&log, &more, &op1), refused);
    assert_eq!(next(&log, &more, &op3), Ok(()));
}

#[test]
fn signatures_by_index() {
    let mut log = Log::with_department();
    let said = log.say("inspection_result", None, &secret(2));
    let withdrawn = log.say("withdrawal", Some("3"), &secret(2));
    log.act(revoke(DEPARTMENT, &secret(2)), &secret(1));
    let registry = log.registry();
    let entry = &log.entries[3].0;
    let signers = registry.verify_entry(said, entry).unwrap();
    assert_eq!((signers.key, signers.second), (secret(2).public(), None));
    assert_eq!(
        registry.verify_entry(6, entry),
        Err(RegistryError::Signature(id(DEPARTMENT)))
    );
    let withdrawal = &log.entries[4].0;
    let signers = registry.verify_entry(withdrawn, withdrawal).unwrap();
    assert_eq!(signers.second, Some(secret(3).public()));
    // The same key twice is not a second key.
    let mut alone = withdrawal.clone();
    let message = alone.statement().approval_message(&origin());
    alone.cosignature = Some(secret(2).sign(&message));
    assert_eq!(
        registry.verify_entry(withdrawn, &alone),
        Err(RegistryError::Cosignature(id(DEPARTMENT)))
    );
}

#[test]
fn rights() {
    let registry = Log::with_department().registry();
    let may = |who, what, region| registry.may_publish(&id(who), &kind(what), region);
    assert_eq!(may(DEPARTMENT, "plan", None), Ok(()));
    assert_eq!(may(DEPARTMENT, "plan", Some("610323")), Ok(()));
    assert!(matches!(
        may(DEPARTMENT, "plan", Some("610324")),
        Err(RightsError::Region { .. })
    ));
    assert!(matches!(
        may(DEPARTMENT, "plan", Some("x")),
        Err(RightsError::RegionForm(_))
    ));
    assert!(matches!(
        may(DEPARTMENT, "permit", None),
        Err(RightsError::Kind { .. })
    ));
    for own in ["authority", "status_map", "alert", "expiry"] {
        assert_eq!(may(OPERATOR, own, None), Ok(()));
        assert_eq!(
            may(DEPARTMENT, own, None),
            Err(RightsError::OperatorOnly(kind(own)))
        );
    }
    assert_eq!(
        may("NOBODY", "plan", None),
        Err(RightsError::UnknownAuthority(id("NOBODY")))
    );
}

/// "Forced by the operator": a rotation the old key did not sign, a key added to a department, and what came of these.
#[test]
fn what_the_operator_forced_stays_marked() {
    let mut log = Log::with_department();
    let operator = secret(1);
    let own = log.say("inspection_result", None, &secret(2)); // 3
    let added = log.say("inspection_result", None, &secret(3)); // 4
    let both = log.say("withdrawal", Some("3"), &secret(2)); // 5
    let forced = log.act(rotate(DEPARTMENT, &secret(2), &secret(4), false), &operator);
    let by_forced = log.say("inspection_result", None, &secret(4));
    log.act(rotate(DEPARTMENT, &secret(4), &secret(5), true), &operator);
    let by_heir = log.say("inspection_result", None, &secret(5));
    log.act(
        register("OTHER", Role::Department, &["plan"], &secret(70)),
        &operator,
    );
    log.act(rotate("OTHER", &secret(70), &secret(71), true), &operator);
    let second = log.act(add_key(OPERATOR, &secret(60)), &operator);
    let by_second = log.act(add_key(DEPARTMENT, &secret(6)), &secret(60));
    let registry = log.registry();
    let marks = |index: u64| {
        let entry = &log.entries[usize::try_from(index).unwrap()].0;
        let signers = registry.verify_entry(index, entry).unwrap();
        (signers.forced_at, signers.second_forced_at)
    };
    assert_eq!(marks(own), (None, None));
    assert_eq!(marks(added), (Some(2), None));
    assert_eq!(marks(both), (None, Some(2)));
    assert_eq!(marks(by_forced), (Some(forced), None));
    assert_eq!(marks(by_heir), (Some(forced), None));
    // The operator adds keys to itself with a key of its own.
    assert_eq!(marks(second), (None, None));
    assert_eq!(marks(by_second), (None, None));
    let forced_keys = |who: &str| {
        let keys = &registry.authority(&id(who)).unwrap().keys;
        keys.iter().map(|state| state.forced).collect::<Vec<_>>()
    };
    assert_eq!(forced_keys(DEPARTMENT), [false, true, true, false, true]);
    assert_eq!(forced_keys("OTHER"), [false, false]);
    assert_eq!(forced_keys(OPERATOR), [false, false]);
}

/// A log with every way a key can come: replaying only the chain accepts every entry.
#[test]
fn chains_are_enough_and_lean() {
    let mut log = Log::with_department();
    let [op1, op2, op3] = [secret(1), secret(60), secret(61)];
    log.act(
        register("OTHER", Role::Department, &["plan"], &secret(70)),
        &op1,
    ); // 3
    log.act(add_key(OPERATOR, &op2), &op1); // 4
    log.act(rotate(DEPARTMENT, &secret(2), &secret(4), true), &op2); // 5
    log.act(rotate(OPERATOR, &op2, &op3, true), &op1); // 6
    log.act(
        AuthorityAction::Amend {
            authority_id: id(DEPARTMENT),
            profile: profile(&["inspection_result", "withdrawal"]),
        },
        &op3,
    ); // 7
    log.act(rotate(DEPARTMENT, &secret(4), &secret(5), false), &op3); // 8
    log.act(add_key("OTHER", &secret(71)), &op3); // 9
    log.act(add_key(DEPARTMENT, &secret(6)), &op1); // 10
    log.act(revoke(OPERATOR, &op1), &op3); // 11
    let said = [
        (
            log.say("inspection_result", None, &secret(5)),
            &[0, 1, 4, 5, 6, 7, 8][..],
        ),
        (
            log.say("inspection_result", None, &secret(6)),
            &[0, 1, 4, 6, 7, 10][..],
        ),
        (
            log.say("inspection_result", None, &secret(3)),
            &[0, 1, 2, 4, 6, 7][..],
        ),
        (
            log.say("withdrawal", Some("12"), &secret(6)),
            &[0, 1, 2, 4, 6, 7, 10][..],
        ),
        (0, &[0][..]),
        (5, &[0, 4][..]),
    ];
    let registry = log.registry();
    for (index, expected) in said {
        let entry = &log.entries[usize::try_from(index).unwrap()].0;
        let chain = registry.chain_for_entry(index, entry).unwrap();
        assert_eq!(chain, expected, "{index}");
        let mut replayed = Registry::new(origin());
        for at in chain {
            let (entry, record) = &log.entries[usize::try_from(at).unwrap()];
            replayed.apply(at, entry, record).unwrap();
        }
        assert_eq!(
            replayed.verify_entry(index, entry),
            registry.verify_entry(index, entry)
        );
        assert_eq!(
            replayed.may_publish(&entry.authority, &entry.kind, None),
            Ok(())
        );
    }
    let key = secret(2).public();
    assert_eq!(registry.chain_for(&id(DEPARTMENT), &key, 3), [0, 1]);
    assert!(registry.chain_for(&id(DEPARTMENT), &key, 6).is_empty());
    assert!(registry.chain_for(&id(OPERATOR), &key, 3).is_empty());
}

#[test]
fn chains_follow_rotations_to_the_first_key() {
    let mut log = Log::with_department();
    log.act(rotate(DEPARTMENT, &secret(3), &secret(7), true), &secret(1)); // 3
    log.act(rotate(DEPARTMENT, &secret(7), &secret(8), true), &secret(1)); // 4
    let amend = AuthorityAction::Amend {
        authority_id: id(OPERATOR),
        profile: profile(&[]),
    };
    let amended = log.act(amend, &secret(1)); // 5
    let said = log.say("inspection_result", None, &secret(8)); // 6
    let registry = log.registry();
    let chain = |index: u64| {
        let entry = &log.entries[usize::try_from(index).unwrap()].0;
        registry.chain_for_entry(index, entry).unwrap()
    };
    assert_eq!(chain(said), [0, 1, 2, 3, 4]);
    // An operator's amendment of itself does not rest on itself.
    assert_eq!(chain(amended), [0]);
}
