//! Records and entries against the known answers, and every spelling that must be refused.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use gongshi_verify::encoding::{base64, hex, hex32};
use gongshi_verify::entry::{Entry, EntryError};
use gongshi_verify::json::{JsonReason, to_jcs};
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::Origin;
use gongshi_verify::record::{MAX_BODY, Record, RecordError};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("data/record.json")).unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

fn record(value: &Value) -> Record {
    Record::parse(value["record"].to_string().as_bytes()).unwrap()
}

#[test]
fn record_and_entry() {
    let vectors = vectors();
    let record = record(&vectors);
    assert_eq!(
        hex(to_jcs(&record.body).as_bytes()),
        text(&vectors, "jcs_body_hex")
    );
    assert_eq!(hex(&record.commitment()), text(&vectors, "commitment"));
    assert_eq!(
        Record::parse(record.to_jcs().as_bytes()),
        Ok(record.clone())
    );

    let entry = Entry::parse(text(&vectors, "entry").as_bytes()).unwrap();
    assert_eq!(entry.to_text(), text(&vectors, "entry"));
    assert_eq!(entry.commitment, record.commitment());
    assert_eq!(hex(&entry.leaf_hash()), text(&vectors, "leaf_hash"));

    let key = SecretKey::from_seed(&hex32(text(&vectors, "private_seed")).unwrap());
    assert_eq!(hex(key.public().as_bytes()), text(&vectors, "public_key"));
    let origin = Origin::parse(text(&vectors, "origin")).unwrap();
    let message = entry.statement().message(&origin);
    assert_eq!(hex(&message), text(&vectors, "signed_message_hex"));
    assert_eq!(key.sign(&message), entry.signature);
    assert!(key.public().verify(&message, &entry.signature));
    // Signed for this log only.
    let other = entry.statement().message(&common::origin());
    assert_eq!(origin, common::origin());
    let elsewhere = Origin::parse("example.org/other").unwrap();
    assert_ne!(other, entry.statement().message(&elsewhere));
    let again = entry
        .statement()
        .into_entry(entry.logged_at, entry.signature, None);
    assert_eq!(again, entry);
}

#[test]
fn withdrawal() {
    let vectors = vectors();
    let withdrawal = &vectors["withdrawal"];
    let entry = Entry::parse(text(withdrawal, "entry").as_bytes()).unwrap();
    assert_eq!(entry.to_text(), text(withdrawal, "entry"));
    assert_eq!(hex(&entry.leaf_hash()), text(withdrawal, "leaf_hash"));
    assert_eq!(entry.commitment, record(withdrawal).commitment());
    assert_eq!(entry.reference.as_deref(), Some("4711"));

    let origin = common::origin();
    let seed = |value: &Value, name| SecretKey::from_seed(&hex32(text(value, name)).unwrap());
    let first = seed(&vectors, "private_seed").public();
    let second = seed(withdrawal, "second_private_seed").public();
    let (message, approval) = (
        entry.statement().message(&origin),
        entry.statement().approval_message(&origin),
    );
    let cosignature = entry.cosignature.unwrap();
    assert!(first.verify(&message, &entry.signature));
    assert!(second.verify(&approval, &cosignature));
    assert!(!second.verify(&message, &cosignature));
}

/// Each case of `rejected_entries`, built from the valid entry, with the error it must give.
#[test]
fn rejected_entries() {
    let vectors = vectors();
    let good = text(&vectors, "entry").to_string();
    let swap = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to)
    };
    let malformed = |member| move |error: &EntryError| matches!(error, EntryError::Malformed { member: m, .. } if *m == member);
    type Check = Box<dyn Fn(&EntryError) -> bool>;
    let time = "2026-03-02T08:00:00Z";
    let reversed = {
        let members: serde_json::Map<String, Value> = serde_json::from_str(&good).unwrap();
        let members: Vec<String> = members
            .iter()
            .rev()
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        format!("{{{}}}", members.join(","))
    };
    let cases: Vec<(&str, String, Check)> = vec![
        (
            "{\"v\":1} with members missing",
            "{\"v\":1}".into(),
            Box::new(|e| *e == EntryError::Missing("authority")),
        ),
        (
            "member order not JCS",
            reversed,
            Box::new(|e| *e == EntryError::NotCanonical),
        ),
        (
            "a space after a colon",
            swap("\"v\":1", "\"v\": 1"),
            Box::new(|e| *e == EntryError::NotCanonical),
        ),
        (
            "2026-02-30T00:00:00Z",
            swap(time, "2026-02-30T00:00:00Z"),
            Box::new(malformed("issued_at")),
        ),
        (
            "2026-03-02T08:00:60Z",
            swap(time, "2026-03-02T08:00:60Z"),
            Box::new(malformed("issued_at")),
        ),
        (
            "2026-03-02T08:00:00.0Z",
            swap(time, "2026-03-02T08:00:00.0Z"),
            Box::new(malformed("issued_at")),
        ),
        (
            "authority 610323_scjg",
            swap("610323-SCJG", "610323_scjg"),
            Box::new(malformed("authority")),
        ),
        (
            "base64 without padding",
            swap("==\"", "\""),
            Box::new(malformed("signature")),
        ),
        (
            "unknown member",
            swap("\"v\":1", "\"v\":1,\"x\":1"),
            Box::new(|e| *e == EntryError::Unknown("x".into())),
        ),
        (
            "v 1.0",
            swap("\"v\":1", "\"v\":1.0"),
            Box::new(
                |e| matches!(e, EntryError::Json(json) if json.reason == JsonReason::NotInteger),
            ),
        ),
    ];
    let named: Vec<&str> = cases.iter().map(|case| case.0).collect();
    assert_eq!(serde_json::json!(named), vectors["rejected_entries"]);
    for (name, input, check) in cases {
        let error = Entry::parse(input.as_bytes()).expect_err(name);
        assert!(check(&error), "{name}: {error:?}");
    }
}

#[test]
fn more_rejected_entries() {
    let vectors = vectors();
    let good = text(&vectors, "entry").to_string();
    let withdrawal = text(&vectors["withdrawal"], "entry").to_string();
    let swap = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    for (input, expected) in [
        (
            swap(&withdrawal, ",\"ref\":\"4711\"", ""),
            EntryError::Missing("ref"),
        ),
        (
            swap(&good, ",\"signature\"", ",\"ref\":\"4711\",\"signature\""),
            EntryError::Unexpected("ref"),
        ),
        (
            swap(&withdrawal, "withdrawal", "correction"),
            EntryError::Unexpected("cosignature"),
        ),
        (
            swap(&good, "\"v\":1", "\"v\":2"),
            EntryError::Malformed {
                member: "v",
                expected: "the integer 1",
            },
        ),
        (swap(&good, "T08", "\\u005408"), EntryError::NotCanonical),
        (format!("{good} "), EntryError::NotCanonical),
        (format!("\n{good}"), EntryError::NotCanonical),
        ("[]".into(), EntryError::NotAnObject),
    ] {
        assert_eq!(Entry::parse(input.as_bytes()), Err(expected), "{input}");
    }
    let cosignature = Entry::parse(withdrawal.as_bytes())
        .unwrap()
        .cosignature
        .unwrap();
    let without = swap(
        &withdrawal,
        &format!("\"cosignature\":\"{}\",", base64(&cosignature)),
        "",
    );
    assert_eq!(
        Entry::parse(without.as_bytes()),
        Err(EntryError::Missing("cosignature"))
    );
    for bad in ["04711", "-1", "x", "18446744073709551616", ""] {
        let input = swap(&withdrawal, "4711", bad);
        assert!(
            matches!(
                Entry::parse(input.as_bytes()),
                Err(EntryError::Malformed { member: "ref", .. })
            ),
            "{bad}"
        );
    }
}

#[test]
fn rejected_records() {
    let salt = "5a".repeat(32);
    let parse = |text: &str| Record::parse(text.as_bytes());
    assert!(parse(&format!("{{ \"salt\":\"{salt}\", \"body\":{{}} }}")).is_ok());
    for (text, expected) in [
        (
            format!("{{\"body\":{{}},\"salt\":\"{salt}\",\"x\":1}}"),
            RecordError::Members,
        ),
        (format!("{{\"salt\":\"{salt}\"}}"), RecordError::Members),
        ("{\"body\":{}}".into(), RecordError::Members),
        ("[]".into(), RecordError::Members),
        (
            format!("{{\"body\":[],\"salt\":\"{salt}\"}}"),
            RecordError::BodyNotObject,
        ),
        (
            format!("{{\"body\":{{}},\"salt\":\"{}\"}}", &salt[2..]),
            RecordError::Salt,
        ),
        (
            format!("{{\"body\":{{}},\"salt\":\"{}\"}}", salt.to_uppercase()),
            RecordError::Salt,
        ),
        ("{\"body\":{},\"salt\":1}".into(), RecordError::Salt),
    ] {
        assert_eq!(parse(&text), Err(expected), "{text}");
    }
    // The body alone may nest 16 deep and be 1 MiB long.
    let nested = |depth: usize| {
        let body = format!(
            "{{\"a\":{}{}}}",
            "[".repeat(depth - 1),
            "]".repeat(depth - 1)
        );
        parse(&format!("{{\"body\":{body},\"salt\":\"{salt}\"}}"))
    };
    assert!(nested(16).is_ok());
    assert!(matches!(nested(17), Err(RecordError::Json(e)) if e.reason == JsonReason::Depth));
    let long = |len: usize| {
        let body = format!("{{\"a\":\"{}\"}}", "x".repeat(len - 8));
        parse(&format!("{{\"body\":{body},\"salt\":\"{salt}\"}}"))
    };
    assert!(long(MAX_BODY).is_ok());
    assert_eq!(
        long(MAX_BODY + 1),
        Err(RecordError::BodyTooLarge(MAX_BODY + 1))
    );
}
