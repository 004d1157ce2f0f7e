//! The strict JSON of records and entries, and its one canonical spelling (JCS, RFC 8785).
//!
//! The profile is narrower than JSON so that canonical form needs no floating point: numbers are
//! integers of at most 2^53−1 in magnitude, member names match `[a-z][a-z0-9_]{0,63}`, names are
//! not repeated, strings hold no lone surrogates, containers nest at most [`MAX_DEPTH`] deep.
//! Nothing is normalised: what is read is what is hashed.

mod parser;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

pub use parser::parse_with_depth;

/// Largest integer, and with a minus sign smallest: 2^53−1, exact in every JSON reader.
pub const MAX_INT: i64 = (1 << 53) - 1;

/// How deep containers may nest: a body is an object at depth 1.
pub const MAX_DEPTH: usize = 16;

/// Longest member name in bytes.
pub const MAX_NAME: usize = 64;

/// Most values in one text, and of these most objects with members: what a reader has to hold grows with them, to many
/// times the text. A body of 1 MiB cannot have as many, so no text of the formats reaches either.
pub const MAX_VALUES: usize = 1 << 20;
/// See [`MAX_VALUES`].
pub const MAX_OBJECTS: usize = 1 << 18;

/// A value of the profile. Build only what [`check`] accepts; [`parse`] gives nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer of at most [`MAX_INT`] in magnitude.
    Int(i64),
    /// A string, not normalised.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object. Names are ASCII, so the map's byte order is the UTF-16 order of RFC 8785.
    Object(BTreeMap<String, Value>),
}

/// Where and why a text is not JSON of the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at byte {offset}")]
pub struct JsonError {
    /// Zero-based byte offset at which reading stopped; 0 when a built value is checked.
    pub offset: usize,
    /// What is wrong there.
    pub reason: JsonReason,
}

/// What is wrong with a text or a built value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonReason {
    /// The bytes are not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// The text ends within a value.
    #[error("the text ends too early")]
    UnexpectedEnd,
    /// A byte that cannot stand there.
    #[error("an unexpected character")]
    UnexpectedCharacter,
    /// Something follows the value.
    #[error("something follows the value")]
    TrailingData,
    /// A member name outside `[a-z][a-z0-9_]{0,63}`.
    #[error("a member name outside [a-z][a-z0-9_]{{0,63}}")]
    MemberName,
    /// A member name occurs twice.
    #[error("a member name occurs twice")]
    DuplicateName,
    /// A fraction or an exponent.
    #[error("a number that is not an integer")]
    NotInteger,
    /// An integer beyond 2^53−1.
    #[error("an integer beyond 2^53-1")]
    IntegerRange,
    /// `-0`, or a number with a leading zero.
    #[error("a number that is not in its shortest form")]
    NumberForm,
    /// A control character in a string, not escaped.
    #[error("a control character that is not escaped")]
    ControlCharacter,
    /// An unknown or incomplete escape.
    #[error("an invalid escape")]
    Escape,
    /// Half a surrogate pair.
    #[error("a lone surrogate")]
    LoneSurrogate,
    /// Containers nested too deep.
    #[error("containers nested too deep")]
    Depth,
    /// Over [`MAX_VALUES`] values or [`MAX_OBJECTS`] objects.
    #[error("more values than any text of the formats has")]
    TooManyValues,
}

impl Value {
    /// An object from members.
    pub fn object<const N: usize>(members: [(&str, Value); N]) -> Self {
        Self::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        )
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The integer, if it is one and not negative.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_int().and_then(|number| u64::try_from(number).ok())
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The items, if it is an array.
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The members, if it is an object.
    pub fn as_object(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The member `name`, if this is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_object()?.get(name)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

/// Reads one value of the profile, nested at most [`MAX_DEPTH`] deep.
pub fn parse(input: impl AsRef<[u8]>) -> Result<Value, JsonError> {
    parse_with_depth(input, MAX_DEPTH)
}

/// Checks that a value built by hand is within the profile and nested at most `max_depth` deep.
pub fn check(value: &Value, max_depth: usize) -> Result<(), JsonError> {
    let fail = |reason| Err(JsonError { offset: 0, reason });
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
        Value::Int(number) if number.unsigned_abs() <= MAX_INT.unsigned_abs() => Ok(()),
        Value::Int(_) => fail(JsonReason::IntegerRange),
        Value::Array(_) | Value::Object(_) if max_depth == 0 => fail(JsonReason::Depth),
        Value::Array(items) => items.iter().try_for_each(|item| check(item, max_depth - 1)),
        Value::Object(members) => members.iter().try_for_each(|(name, member)| {
            if is_member_name(name) {
                check(member, max_depth - 1)
            } else {
                fail(JsonReason::MemberName)
            }
        }),
    }
}

/// The canonical text (RFC 8785) of a value of the profile.
pub fn to_jcs(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

fn is_member_name(name: &str) -> bool {
    let (first, all) = (name.bytes().next(), name.bytes());
    name.len() <= MAX_NAME
        && first.is_some_and(|b| b.is_ascii_lowercase())
        && all
            .into_iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Int(number) => write!(out, "{number}").expect("writing to a string cannot fail"),
        Value::String(text) => write_string(out, text),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_value(out, item);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (at, (name, member)) in members.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_string(out, name);
                out.push(':');
                write_value(out, member);
            }
            out.push('}');
        }
    }
}

/// RFC 8785 section 3.2.2.2: the two-character escapes where they exist, `\u00xx` for the other
/// control characters, everything else as it is.
fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control if control < ' ' => write!(out, "\\u{:04x}", u32::from(control))
                .expect("writing to a string cannot fail"),
            other => out.push(other),
        }
    }
    out.push('"');
}
