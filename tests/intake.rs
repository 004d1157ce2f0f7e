//! What the one way into the log lets in, what it refuses, and that a refusal leaves no trace.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::*;
use gongshi::intake::{Event, Refusal};
use gongshi_verify::encoding::base64;
use gongshi_verify::json::Value;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::policy::Policy;
use gongshi_verify::record::Record;
use gongshi_verify::registry::key_proof_message;
use gongshi_verify::report::{Verdict, verify_proof_file};

fn code(result: &Result<u64, Refusal>) -> &'static str {
    match result {
        Ok(_) => "accepted",
        Err(refusal) => refusal.code(),
    }
}

fn size(log: &TestLog) -> u64 {
    log.app.portal.log.published().size()
}

/// Accepts raw lines and gives their codes.
fn lines(log: &TestLog, lines: &[&str]) -> Vec<&'static str> {
    let results = log.app.portal.intake.accept(lines).wait();
    results
        .iter()
        .map(|result| result.as_ref().map_or_else(Refusal::code, |_| "accepted"))
        .collect()
}

#[test]
fn an_event_is_logged_proved_and_verified_offline() {
    let log = TestLog::new(&["permit"]);
    let index = log.accept(vec![log.event("permit", permit("A-1"))])[0]
        .clone()
        .unwrap();
    let portal = &log.app.portal;
    let policy =
        Policy::parse(format!("log {}\nquorum none\n", portal.log.verifier()).as_bytes()).unwrap();
    for index in 0..=index {
        let proof = portal.intake.prover().proof(index, None).unwrap();
        let report = verify_proof_file(proof.as_bytes(), &policy).unwrap();
        assert_eq!(report.verdict, Verdict::Verified, "{report:?}");
    }
}

#[test]
fn the_same_event_gets_its_first_index_now_later_and_after_a_restart() {
    let log = TestLog::new(&["permit"]);
    let one = log.event("permit", permit("A-1"));
    let two = log.event("permit", permit("A-2"));
    let first = log.accept(vec![one.clone(), two.clone(), one.clone()]);
    assert_eq!(first, [Ok(2), Ok(3), Ok(2)]);
    assert_eq!(log.accept(vec![two.clone(), one.clone()]), [Ok(3), Ok(2)]);
    let log = log.reopen();
    assert_eq!(log.accept(vec![one, two]), [Ok(2), Ok(3)]);
    assert_eq!(size(&log), 4);
}

#[test]
fn callers_side_by_side_get_one_index_for_one_event() {
    let log = TestLog::new(&["permit"]);
    let events: Vec<Event> = (0..200)
        .map(|i| log.event("permit", permit(&format!("C-{i}"))))
        .collect();
    let answers: Vec<Vec<u64>> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..4)
            .map(|_| {
                let (log, events) = (&log, events.clone());
                scope.spawn(move || {
                    events
                        .into_iter()
                        .map(|event| log.accept(vec![event])[0].clone().unwrap())
                        .collect()
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|indexes| *indexes == answers[0]));
    assert_eq!(size(&log), 202);
}

#[test]
fn refused_events_leave_no_trace() {
    let log = TestLog::new(&["abnormal_removal", "permit"]);
    let good = log.event("permit", permit("A-1"));
    assert_eq!(log.accept(vec![good.clone()]), [Ok(2)]);
    let before = log.app.portal.log.published().note.clone();
    let department = log.department.public();
    let other = SecretKey::from_seed(&[9; 32]);
    let id = gongshi_verify::names::AuthorityId::parse(DEPARTMENT).unwrap();
    let nobody = gongshi_verify::names::AuthorityId::parse("000000-NOBODY").unwrap();
    let now = time(START);
    let sign =
        |id: &gongshi_verify::names::AuthorityId, key: &SecretKey, kind: &str, body: Value| {
            Event::sign(
                &origin(),
                id,
                key,
                &name(kind),
                now,
                None,
                Record::new(body, salt()).unwrap(),
            )
        };
    let with = |body: Value, change: &dyn Fn(&mut std::collections::BTreeMap<String, Value>)| {
        let Value::Object(mut members) = body else {
            unreachable!()
        };
        change(&mut members);
        log.event("permit", Value::Object(members))
    };
    let bad_code = with(permit("B-1"), &|m| {
        drop(m.insert("subject_uscc".into(), "91310115MA1H8R7C6D".into()))
    });
    let elsewhere = with(permit("B-2"), &|m| {
        drop(m.insert("region".into(), "610323".into()))
    });
    let unknown = with(permit("B-3"), &|m| {
        drop(m.insert("nickname".into(), "x".into()))
    });
    let missing = with(permit("B-4"), &|m| drop(m.remove("content")));
    let reference = Value::object([
        ("index", Value::Int(1)),
        ("leaf_hash", "00".repeat(32).as_str().into()),
    ]);
    let listing = body(
        r#"{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","removed_reason":"annual_report_filed",
        "removed_on":"2026-03-01","listing":null}"#,
    );
    let Value::Object(mut removal) = listing else {
        unreachable!()
    };
    removal.insert("listing".into(), reference);
    let mut forged = log.event("permit", permit("B-5"));
    forged.signature[10] ^= 1;
    let mut of_another_log = log.event("permit", permit("B-6"));
    let record = Record::new(permit("B-6"), salt()).unwrap();
    let elsewhere_origin = gongshi_verify::names::Origin::parse("example.com/other").unwrap();
    of_another_log.signature = Event::sign(
        &elsewhere_origin,
        &id,
        &log.department,
        &name("permit"),
        now,
        None,
        record,
    )
    .signature;
    let reused = Event::sign(
        &origin(),
        &id,
        &log.department,
        &name("permit"),
        now,
        None,
        Record::new(permit("B-7"), salt_of(&good)).unwrap(),
    );
    let early = log.event_at("permit", permit("B-8"), time("2026-02-23T07:59:00Z"));
    let late = log.event_at("permit", permit("B-9"), time("2026-03-02T08:30:00Z"));
    let cases = [
        ("invalid-fields", bad_code),
        ("region-not-allowed", elsewhere),
        ("invalid-fields", unknown),
        ("invalid-fields", missing),
        ("bad-signature", forged),
        ("bad-signature", of_another_log),
        ("bad-signature", sign(&id, &other, "permit", permit("B-10"))),
        (
            "unknown-authority",
            sign(&nobody, &other, "permit", permit("B-11")),
        ),
        (
            "kind-not-allowed",
            sign(&id, &log.department, "penalty", body(PENALTY)),
        ),
        (
            "kind-not-open",
            sign(&id, &log.department, "status_map", body("{}")),
        ),
        (
            "unknown-kind",
            sign(&id, &log.department, "rumour", body("{}")),
        ),
        ("salt-reused", reused),
        ("time-window", early),
        ("time-window", late),
        (
            "authority-rule",
            sign(
                &id,
                &log.department,
                "authority",
                register_body(&other, &nobody),
            ),
        ),
        (
            "unknown-reference",
            sign(
                &id,
                &log.department,
                "abnormal_removal",
                Value::Object(removal),
            ),
        ),
    ];
    for (expected, event) in cases {
        let result = log.accept(vec![event]);
        assert_eq!(code(&result[0]), expected, "{result:?}");
    }
    assert_eq!(
        log.app.portal.log.published().note,
        before,
        "nothing was appended or signed"
    );
    assert_eq!(
        log.app.portal.intake.registry().valid_keys(&id),
        [department]
    );
    // The salt of a refused event is still free, and so is everything else about it.
    assert_eq!(
        log.accept(vec![log.event("permit", permit("B-10"))]),
        [Ok(3)]
    );
}

fn salt_of(event: &Event) -> [u8; 32] {
    let value = gongshi_verify::json::parse_with_depth(event.to_json(), 18).unwrap();
    let salt = value
        .get("record")
        .unwrap()
        .get("salt")
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned();
    gongshi_verify::encoding::hex32(&salt).unwrap()
}

fn register_body(key: &SecretKey, id: &gongshi_verify::names::AuthorityId) -> Value {
    let proof = key.sign(&key_proof_message(&origin(), id, &key.public()));
    Value::object([
        ("action", "register".into()),
        ("authority_id", id.as_str().into()),
        ("key_proof", base64(&proof).into()),
        ("kinds", Value::Array(vec!["permit".into()])),
        ("name", "某局".into()),
        ("public_key", key.public().to_base64().into()),
        ("region", "000000".into()),
        ("role", "department".into()),
    ])
}

#[test]
fn malformed_lines_are_refused_one_by_one() {
    let log = TestLog::new(&["permit"]);
    let good = log.event("permit", permit("A-1")).to_json();
    let before = good.clone();
    let replaced = |from: &str, to: &str| {
        assert!(before.contains(from), "{from}");
        before.replace(from, to)
    };
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    let huge = replaced("热食类食品制售", &"长".repeat(400_000));
    let cases = [
        String::new(),
        "null".into(),
        "[]".into(),
        "{".into(),
        "NaN".into(),
        deep,
        good[..good.len() / 2].to_owned(),
        format!("{good}{good}"),
        replaced("\"v\":1", "\"v\":2"),
        replaced("\"v\":1", "\"v\":1,\"v\":1"),
        replaced("\"v\":1", "\"v\":1,\"w\":1"),
        replaced(
            "\"region\":\"000000\"",
            "\"region\":\"000000\",\"region\":\"000000\"",
        ),
        replaced("\"region\":\"000000\"", "\"region\":\"\\ud800\""),
        replaced("\"region\":\"000000\"", "\"region\":1.5"),
        replaced("\"region\":\"000000\"", "\"region\":1e400"),
        replaced("\"region\":\"000000\"", "\"Region\":\"000000\""),
        replaced("2026-03-02T08:00:00Z", "2026-02-30T08:00:00Z"),
        replaced("000000-SCJG", "000000_scjg"),
        replaced("==\"", "\""),
        replaced("\"authority\":\"000000-SCJG\",", ""),
        huge,
    ];
    for case in &cases {
        let codes = lines(&log, &[case]);
        assert!(
            matches!(codes[0], "malformed-event" | "body-too-large"),
            "{codes:?} {}",
            &case[..case.len().min(80)]
        );
    }
    // A bad line takes nothing with it.
    assert_eq!(
        lines(&log, &["{", &good, "null", &good]),
        ["malformed-event", "accepted", "malformed-event", "accepted"]
    );
    assert_eq!(size(&log), 3);
}

#[test]
fn authorities_change_within_one_call_and_a_revoked_key_is_refused_from_there_on() {
    let log = TestLog::new(&["permit"]);
    let id = gongshi_verify::names::AuthorityId::parse("000000-YJJ").unwrap();
    let key = SecretKey::from_seed(&[21; 32]);
    let next = SecretKey::from_seed(&[22; 32]);
    let permit_by = |key: &SecretKey, number: &str| {
        let record = Record::new(permit(number), salt()).unwrap();
        Event::sign(
            &origin(),
            &id,
            key,
            &name("permit"),
            time(START),
            None,
            record,
        )
    };
    let public = |key: &SecretKey| key.public().to_base64();
    let proof = base64(&next.sign(&key_proof_message(&origin(), &id, &next.public())));
    let rotation =
        gongshi_verify::registry::rotation_message(&origin(), &id, &key.public(), &next.public());
    let rotate = log.authority(Value::object([
        ("action", "rotate".into()),
        ("authority_id", id.as_str().into()),
        ("key_proof", proof.as_str().into()),
        ("old_key", public(&key).as_str().into()),
        (
            "old_key_signature",
            base64(&key.sign(&rotation)).as_str().into(),
        ),
        ("public_key", public(&next).as_str().into()),
    ]));
    let revoke = log.authority(Value::object([
        ("action", "revoke".into()),
        ("authority_id", id.as_str().into()),
        ("public_key", public(&next).as_str().into()),
        ("reason", "遗失".into()),
    ]));
    let results = log.accept(vec![
        permit_by(&key, "Y-1"),
        log.register("000000-YJJ", &key, &["permit"]),
        permit_by(&key, "Y-2"),
        rotate,
        permit_by(&key, "Y-3"),
        permit_by(&next, "Y-4"),
        revoke,
        permit_by(&next, "Y-5"),
    ]);
    let codes: Vec<_> = results.iter().map(code).collect();
    let (yes, no) = ("accepted", "bad-signature");
    assert_eq!(
        codes,
        ["unknown-authority", yes, yes, yes, no, yes, yes, no],
        "{results:?}"
    );
    // The same answers after a restart: authorities are read from the log.
    let log = log.reopen();
    assert_eq!(code(&log.accept(vec![permit_by(&next, "Y-6")])[0]), no);
    let portal = &log.app.portal;
    let policy =
        Policy::parse(format!("log {}\nquorum none\n", portal.log.verifier()).as_bytes()).unwrap();
    for index in 0..portal.log.published().size() {
        let proof = portal.intake.prover().proof(index, None).unwrap();
        let report = verify_proof_file(proof.as_bytes(), &policy).unwrap();
        assert_eq!(
            report.verdict,
            Verdict::Verified,
            "entry {index}: {report:?}"
        );
    }
}

/// Knowing what the operator said gives nobody its index under another signature, and the operator gets it again even
/// where the record ended the key that signed it.
#[test]
fn an_authority_record_sent_again_needs_its_signature_too() {
    let log = TestLog::new(&["permit"]);
    let operator = log.operator();
    let next = SecretKey::from_seed(&[31; 32]);
    let (id, old, new) = (&operator.authority, operator.key.public(), next.public());
    let proof = next.sign(&key_proof_message(&origin(), id, &new));
    let rotation = gongshi_verify::registry::rotation_message(&origin(), id, &old, &new);
    let rotate = log.authority(Value::object([
        ("action", "rotate".into()),
        ("authority_id", id.as_str().into()),
        ("key_proof", base64(&proof).into()),
        ("old_key", old.to_base64().into()),
        (
            "old_key_signature",
            base64(&operator.key.sign(&rotation)).into(),
        ),
        ("public_key", new.to_base64().into()),
    ]));
    let mut forged = rotate.clone();
    forged.signature[5] ^= 1;
    let answers = log.accept(vec![rotate.clone(), forged.clone(), rotate.clone()]);
    let codes: Vec<_> = answers.iter().map(code).collect();
    assert_eq!(
        codes,
        ["accepted", "bad-signature", "accepted"],
        "{answers:?}"
    );
    assert_eq!((&answers[0], size(&log)), (&answers[2], 3));
    // And in later calls, also after a restart.
    let log = log.reopen();
    assert_eq!(code(&log.accept(vec![forged])[0]), "bad-signature");
    assert_eq!(log.accept(vec![rotate]), [Ok(2)]);
    assert_eq!(size(&log), 3);
}

#[test]
fn logged_at_never_goes_back() {
    let log = TestLog::new(&["permit"]);
    log.clock.advance_to(time("2026-03-03T00:00:00Z"));
    log.accept(vec![log.event("permit", permit("A-1"))])[0]
        .clone()
        .unwrap();
    let log = log.reopen();
    log.clock.advance_to(time("2026-03-04T00:00:00Z"));
    log.accept(vec![log.event("permit", permit("A-2"))])[0]
        .clone()
        .unwrap();
    let mut last = time("2000-01-01T00:00:00Z");
    for index in 0..size(&log) {
        let entry =
            gongshi_verify::entry::Entry::parse(&log.app.portal.log.entry(index).unwrap()).unwrap();
        assert!(entry.logged_at >= last);
        last = entry.logged_at;
    }
}

#[test]
fn nobody_gets_the_key_of_the_checkpoints() {
    let log = TestLog::new(&["permit"]);
    let own = log.app.portal.log.verifier().key.to_base64();
    let registration = log.register("000000-YJJ", &SecretKey::from_seed(&[21; 32]), &["permit"]);
    let event = body(&registration.to_json());
    let Some(Value::Object(body)) = event.get("record").and_then(|record| record.get("body"))
    else {
        unreachable!()
    };
    let mut body = body.clone();
    body.insert("public_key".into(), own.as_str().into());
    let answer = log.accept(vec![log.authority(Value::Object(body))]);
    assert_eq!(answer, [Err(Refusal::KeyOfLog)]);
    assert_eq!(log.accept(vec![registration]), [Ok(2)]);
}
