//! References out of a body: to another entry of the log, and to a file kept beside it.
//!
//! An index alone could be re-read against another log, so a reference names the leaf too. This module only gives the
//! shapes; whether the entry or the file is there is for the intake to say.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Largest integer that JSON readers agree on, 2^53 − 1.
pub const MAX_SAFE_INTEGER: u64 = 9_007_199_254_740_991;

/// Points at an entry of the same log: `{"index": 4711, "leaf_hash": "<64 lowercase hex>"}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryRef {
    /// The entry's index, from 0.
    pub index: u64,
    /// RFC 6962 leaf hash of the entry, 64 lowercase hex digits.
    pub leaf_hash: String,
}

/// Names a content-addressed file: `{"media_type", "name", "sha256", "size"}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRef {
    /// SHA-256 of the bytes, 64 lowercase hex digits.
    pub sha256: String,
    /// Length in bytes.
    pub size: u64,
    /// Media type without parameters, such as `application/pdf`.
    pub media_type: String,
    /// File name shown to readers; no path.
    pub name: String,
}

/// Whether the text is `bytes` bytes in lowercase hexadecimal.
#[must_use]
pub fn is_lower_hex(text: &str, bytes: usize) -> bool {
    text.len() == bytes * 2 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

impl EntryRef {
    /// Reads a reference; `None` when members are missing, unknown or malformed.
    #[must_use]
    pub fn from_value(value: &Value) -> Option<Self> {
        let reference = Self::deserialize(value).ok()?;
        (reference.index <= MAX_SAFE_INTEGER && is_lower_hex(&reference.leaf_hash, 32))
            .then_some(reference)
    }
}

impl FileRef {
    /// Longest file name, in characters.
    pub const MAX_NAME: usize = 200;

    /// Reads a file reference; `None` when members are missing, unknown or malformed.
    #[must_use]
    pub fn from_value(value: &Value) -> Option<Self> {
        let file = Self::deserialize(value).ok()?;
        let name_ok = !file.name.is_empty()
            && file.name.chars().count() <= Self::MAX_NAME
            && file.name.trim() == file.name
            && !matches!(file.name.as_str(), "." | "..")
            && !file
                .name
                .chars()
                .any(|c| c.is_control() || matches!(c, '/' | '\\'));
        let ok = file.size <= MAX_SAFE_INTEGER
            && is_lower_hex(&file.sha256, 32)
            && name_ok
            && is_media_type(&file.media_type);
        ok.then_some(file)
    }
}

/// Whether the text is `type/subtype` in lower case (RFC 6838 names), at most 100 characters.
fn is_media_type(text: &str) -> bool {
    let name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && part
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'+' | b'-' | b'_'))
    };
    text.len() <= 100
        && text
            .split_once('/')
            .is_some_and(|(kind, sub)| name(kind) && name(sub))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn entry_references() {
        let hash = "0".repeat(64);
        assert!(EntryRef::from_value(&json!({"index": 7, "leaf_hash": hash})).is_some());
        for bad in [
            json!({"index": 7}),
            json!({"index": "7", "leaf_hash": hash}),
            json!({"index": -1, "leaf_hash": hash}),
            json!({"index": 9_007_199_254_740_992u64, "leaf_hash": hash}),
            json!({"index": 7, "leaf_hash": "A".repeat(64)}),
            json!({"index": 7, "leaf_hash": hash, "more": 1}),
            json!(7),
        ] {
            assert_eq!(EntryRef::from_value(&bad), None, "{bad}");
        }
    }

    #[test]
    fn file_references() {
        let file = |name: &str, media: &str| {
            FileRef::from_value(
                &json!({"sha256": "a".repeat(64), "size": 1, "media_type": media, "name": name}),
            )
        };
        assert!(file("决定书.pdf", "application/pdf").is_some());
        for (name, media) in [
            ("", "application/pdf"),
            ("a/b", "application/pdf"),
            ("..", "application/pdf"),
            ("a", "pdf"),
            ("a", "text/html; charset=utf-8"),
            ("a", "Text/HTML"),
        ] {
            assert_eq!(file(name, media), None, "{name} {media}");
        }
    }
}
