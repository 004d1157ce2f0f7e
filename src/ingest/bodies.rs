//! Bodies of records out of JSON as people hand it over: one object, an array of them, or one a line.
//!
//! Strict JSON of the record profile, so that what is signed is what was read. Texts are brought to Unicode normal form C
//! here, before anything is committed to; nothing later normalises.

use gongshi_verify::json::{self, JsonError, Value};
use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

/// An array of bodies nests one deeper than a body.
const MAX_DEPTH: usize = json::MAX_DEPTH + 1;

/// Why a text holds no bodies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodiesError {
    /// A line is not JSON.
    #[error("line {line}: {source}")]
    Line {
        /// Line, from 1.
        line: usize,
        /// What is wrong; the offset counts from the line's beginning.
        source: JsonError,
    },
    /// Something stands where a body should.
    #[error("number {place} is not a JSON object; a record's body must be one")]
    NotAnObject {
        /// Its place, from 1.
        place: usize,
    },
    /// Nothing is there.
    #[error("there is no JSON object in it")]
    Nothing,
}

/// Reads all bodies, in order.
pub fn read_bodies(text: &[u8]) -> Result<Vec<Value>, BodiesError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let bodies = match json::parse_with_depth(text, MAX_DEPTH) {
        Ok(Value::Array(bodies)) => bodies,
        Ok(body) => vec![body],
        Err(whole) => lines(text, whole)?,
    };
    if bodies.is_empty() {
        return Err(BodiesError::Nothing);
    }
    match bodies.iter().position(|body| body.as_object().is_none()) {
        Some(place) => Err(BodiesError::NotAnObject { place: place + 1 }),
        None => Ok(bodies.into_iter().map(nfc_value).collect()),
    }
}

fn lines(text: &[u8], whole: JsonError) -> Result<Vec<Value>, BodiesError> {
    let lines = text.split(|byte| *byte == b'\n').zip(1..);
    let mut filled = lines.filter(|(line, _)| !line.trim_ascii().is_empty());
    let mut bodies = Vec::new();
    for (line, number) in filled.by_ref() {
        match json::parse(line) {
            Ok(body) => bodies.push(body),
            // One object over several lines: its own fault says more than that its first line is no object.
            Err(_) if bodies.is_empty() => {
                let before = text[..whole.offset.min(text.len())].iter();
                return Err(BodiesError::Line {
                    line: before.filter(|byte| **byte == b'\n').count() + 1,
                    source: whole,
                });
            }
            Err(source) => {
                return Err(BodiesError::Line {
                    line: number,
                    source,
                });
            }
        }
    }
    Ok(bodies)
}

/// The text in normal form C; borrowed where it already is.
pub fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

fn nfc_value(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(nfc(&text).into_owned()),
        Value::Array(items) => Value::Array(items.into_iter().map(nfc_value).collect()),
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| (name, nfc_value(value)))
                .collect(),
        ),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_many_or_a_line_each() {
        let one = read_bodies(b"\xef\xbb\xbf{\n \"a\": 1\n}\n").unwrap();
        assert_eq!(one.len(), 1);
        assert_eq!(read_bodies(b"[{\"a\":1},{}]").unwrap().len(), 2);
        assert_eq!(read_bodies(b"{\"a\":1}\r\n\n{\"a\":2}").unwrap().len(), 2);
    }

    #[test]
    fn faults_name_their_place() {
        assert_eq!(read_bodies(b"\n"), Err(BodiesError::Nothing));
        assert_eq!(read_bodies(b"[]"), Err(BodiesError::Nothing));
        assert_eq!(
            read_bodies(b"[{},1]"),
            Err(BodiesError::NotAnObject { place: 2 })
        );
        let line = |text: &[u8]| match read_bodies(text) {
            Err(BodiesError::Line { line, .. }) => line,
            other => panic!("{other:?}"),
        };
        assert_eq!(line(b"{}\n{}\n{\"a\":1.5}"), 3);
        assert_eq!(line(b"{\n\"a\": 1,\n\"a\": 2}"), 3);
    }

    #[test]
    fn texts_come_out_in_normal_form_c() {
        let bodies = read_bodies("{\"a\":[\"e\u{301}\"]}".as_bytes()).unwrap();
        assert_eq!(
            bodies[0].get("a").unwrap().as_array().unwrap()[0].as_str(),
            Some("\u{e9}")
        );
        assert!(matches!(nfc("岐山县"), Cow::Borrowed(_)));
    }
}
