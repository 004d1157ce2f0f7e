//! The strict JSON against a list of refusals, against serde_json, and against another JCS writer.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use gongshi_verify::json::{
    JsonError, JsonReason, MAX_DEPTH, MAX_INT, MAX_OBJECTS, MAX_VALUES, Value, check, parse,
    parse_with_depth, to_jcs,
};
use proptest::prelude::*;

fn reason(text: impl AsRef<[u8]>) -> Option<(usize, JsonReason)> {
    parse(text).err().map(|error| (error.offset, error.reason))
}

#[test]
fn refusals_name_place_and_reason() {
    use JsonReason::*;
    for (text, offset, expected) in [
        ("", 0, UnexpectedEnd),
        ("{", 1, UnexpectedEnd),
        ("[1,", 3, UnexpectedEnd),
        ("[1,]", 3, UnexpectedCharacter),
        ("{\"a\":1,}", 7, UnexpectedCharacter),
        ("{a:1}", 1, UnexpectedCharacter),
        ("nul", 3, UnexpectedEnd),
        ("nulL", 3, UnexpectedCharacter),
        ("\u{feff}1", 0, UnexpectedCharacter),
        ("1 2", 2, TrailingData),
        ("{}{}", 2, TrailingData),
        ("// c", 0, UnexpectedCharacter),
        ("{\"A\":1}", 1, MemberName),
        ("{\"\":1}", 1, MemberName),
        ("{\"1a\":1}", 1, MemberName),
        ("{\"a-b\":1}", 1, MemberName),
        ("{\"é\":1}", 1, MemberName),
        ("{\"a\":1,\"a\":1}", 7, DuplicateName),
        ("{\"a\":1,\"\\u0061\":1}", 7, DuplicateName),
        ("1.0", 1, NotInteger),
        ("1e3", 1, NotInteger),
        ("-", 1, UnexpectedEnd),
        ("+1", 0, UnexpectedCharacter),
        ("-0", 0, NumberForm),
        ("01", 0, NumberForm),
        ("9007199254740992", 0, IntegerRange),
        ("-9007199254740992", 0, IntegerRange),
        ("99999999999999999999999", 0, IntegerRange),
        ("\"\n\"", 1, ControlCharacter),
        ("\"a", 2, UnexpectedEnd),
        ("\"\\x\"", 2, Escape),
        ("\"\\u12g4\"", 5, Escape),
        ("\"\\u+123\"", 3, Escape),
        ("\"\\", 2, UnexpectedEnd),
        ("\"\\ud800\"", 1, LoneSurrogate),
        ("\"\\udc00\"", 1, LoneSurrogate),
        ("\"\\ud800\\u0041\"", 1, LoneSurrogate),
        ("\"\\ud800\\ud800\"", 1, LoneSurrogate),
    ] {
        assert_eq!(reason(text), Some((offset, expected)), "{text}");
    }
    assert_eq!(reason(b"\"\xff\""), Some((1, NotUtf8)));
    // CESU-8 surrogates are not UTF-8 either.
    assert_eq!(reason(b"\"\xed\xa0\x80\""), Some((1, NotUtf8)));
    let name = |len: usize| format!("{{\"{}\":1}}", "a".repeat(len));
    assert_eq!(reason(name(64)), None);
    assert_eq!(reason(name(65)), Some((1, MemberName)));
}

#[test]
fn depth_is_counted_in_containers() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(parse(nested(MAX_DEPTH)).is_ok());
    let error = JsonError {
        offset: MAX_DEPTH,
        reason: JsonReason::Depth,
    };
    assert_eq!(parse(nested(MAX_DEPTH + 1)), Err(error));
    let deep = parse_with_depth(nested(MAX_DEPTH + 1), MAX_DEPTH + 1).unwrap();
    assert!(check(&deep, MAX_DEPTH).is_err() && check(&deep, MAX_DEPTH + 1).is_ok());
    // Far more than a stack would hold is refused early.
    assert!(parse("[".repeat(1_000_000)).is_err());
}

#[test]
fn escapes_are_written_as_rfc_8785_says() {
    let text =
        "\"\\u0000\\u0008\\t\\n\\u000b\\f\\r\\u001F\\u007f\\/\\\\\\\"\\u20ac\\ud83d\\ude00\"";
    assert_eq!(
        to_jcs(&parse(text).unwrap()),
        "\"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\u{7f}/\\\\\\\"€😀\""
    );
    assert_eq!(
        to_jcs(
            &parse(" { \"b\" : [ 1 , -2 ] , \"a\" : { } , \"a_1\":null,\"aa\":true } ").unwrap()
        ),
        "{\"a\":{},\"a_1\":null,\"aa\":true,\"b\":[1,-2]}"
    );
}

#[test]
fn values_built_by_hand_are_checked() {
    assert!(check(&Value::Int(MAX_INT), 0).is_ok());
    assert!(check(&Value::Int(-MAX_INT), 0).is_ok());
    for number in [MAX_INT + 1, -MAX_INT - 1, i64::MIN] {
        assert!(check(&Value::Int(number), 0).is_err());
    }
    assert!(check(&Value::object([("A", Value::Null)]), 1).is_err());
    assert!(check(&Value::object([("a", Value::Null)]), 0).is_err());
    assert!(check(&Value::Array(vec![Value::Int(i64::MAX)]), 1).is_err());
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-MAX_INT..=MAX_INT).prop_map(Value::Int),
        any::<String>().prop_map(Value::String),
        "[\u{0}-\u{1f}\"\\\\/€𝄞]{0,8}".prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            prop::collection::btree_map("[a-z][a-z0-9_]{0,5}", inner, 0..8).prop_map(Value::Object),
        ]
    })
}

proptest! {
    #[test]
    fn canonical_text_agrees_with_another_writer(value in values()) {
        let text = to_jcs(&value);
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json_canonicalizer::to_string(&read).unwrap(), text.as_str());
        prop_assert_eq!(parse(&text), Ok(value));
    }

    #[test]
    fn other_spellings_read_the_same(value in values()) {
        let read: serde_json::Value = serde_json::from_str(&to_jcs(&value)).unwrap();
        prop_assert_eq!(parse(serde_json::to_string_pretty(&read).unwrap()), Ok(value));
    }

    #[test]
    fn accepts_nothing_that_serde_json_refuses(text in "[\\[\\]{}\",:0-9a-z\\\\. -]{0,24}") {
        if let Ok(value) = parse(&text) {
            let read: serde_json::Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(serde_json_canonicalizer::to_string(&read).unwrap(), to_jcs(&value));
        }
    }

    #[test]
    fn reading_canonical_text_is_the_identity(value in values()) {
        let text = to_jcs(&value);
        prop_assert!(check(&value, MAX_DEPTH).is_ok());
        prop_assert_eq!(to_jcs(&parse(&text).unwrap()), text);
    }
}

/// What a text may make its reader hold is bounded, far from what a body of 1 MiB can have.
#[test]
fn values_are_counted() {
    let list = |item: &str, count: usize| format!("[{}]", vec![item; count].join(","));
    let reason = |text: &str| parse(text).err().map(|error| error.reason);
    // The list itself is a value.
    assert_eq!(reason(&list("0", MAX_VALUES - 1)), None);
    let many = Some(JsonReason::TooManyValues);
    assert_eq!(reason(&list("0", MAX_VALUES)), many);
    assert_eq!(reason(&list("{}", MAX_OBJECTS + 1)), None);
    let object = r#"{"a":0}"#;
    assert_eq!(reason(&list(object, MAX_OBJECTS)), None);
    assert_eq!(reason(&list(object, MAX_OBJECTS + 1)), many);
    // The most of either in a body: nothing is smaller than these.
    let body = |item: &str| {
        let item = format!("{item},");
        let items = item.repeat((1 << 20) / item.len());
        format!("{{\"a\":[{}]}}", items.trim_end_matches(','))
    };
    let deep = format!("{}0{}", r#"{"a":"#.repeat(14), "}".repeat(14));
    let arrays = format!("{}{}", "[".repeat(14), "]".repeat(14));
    for item in ["0", "[]", object, &deep, &arrays] {
        assert_eq!(reason(&body(item)), None, "{item}");
    }
}
