//! What the log holds of one record, read back: the entry, its kind, and the body while it is there.
//!
//! One reader for all that follows the log or shows it, so that they agree on what is public. It trusts nothing but the
//! bytes' form; whether they were rightly accepted is decided before they are stored.

use super::kind::Kind;
use super::refs::FileRef;
use super::view::View;
use gongshi_verify::encoding::decimal;
use gongshi_verify::entry::{Entry, EntryError};
use serde_json::{Map, Value};

/// An entry as stored, parsed.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The entry.
    pub entry: Entry,
    /// Its kind; `None` for one that this version does not know.
    pub kind: Option<Kind>,
    /// The record's body; `None` when the record is not public (any more).
    pub body: Option<Map<String, Value>>,
}

/// The stored bytes are not what intake stores.
#[derive(Debug, thiserror::Error)]
pub enum StoredError {
    /// The entry is none.
    #[error("the entry cannot be read: {0}")]
    Entry(#[from] EntryError),
    /// The record is not JSON.
    #[error("the record cannot be read: {0}")]
    Record(#[from] serde_json::Error),
    /// The record is JSON, but not an object with a body.
    #[error("the record has no body that is an object")]
    NoBody,
}

impl Stored {
    /// Reads the bytes of an entry and of its record.
    ///
    /// # Errors
    /// [`StoredError`] where they are damaged.
    pub fn read(entry: &[u8], record: Option<&[u8]>) -> Result<Self, StoredError> {
        let entry = Entry::parse(entry)?;
        Ok(Stored {
            kind: entry.kind.as_str().parse().ok(),
            entry,
            body: record.map(body_of).transpose()?,
        })
    }

    /// The body seen through its kind's table; `None` where either is missing.
    #[must_use]
    pub fn view(&self) -> Option<View<'_>> {
        Some(View::new(self.kind?, self.body.as_ref()?))
    }

    /// The record that this one corrects; `None` where it is no correction.
    #[must_use]
    pub fn corrects(&self) -> Option<u64> {
        self.kind.filter(|kind| *kind == Kind::Correction)?;
        self.entry.reference.as_deref().and_then(decimal)
    }

    /// The record whose display this one ends; `None` where it ends none.
    #[must_use]
    pub fn ends(&self) -> Option<u64> {
        let ends = [Kind::Withdrawal, Kind::Erasure, Kind::Expiry];
        self.kind.filter(|kind| ends.contains(kind))?;
        self.entry.reference.as_deref().and_then(decimal)
    }

    /// What this one, a correction, says that the other should have been.
    #[must_use]
    pub fn corrected_body(&self) -> Option<&Map<String, Value>> {
        self.body.as_ref()?.get("corrected_body")?.as_object()
    }
}

/// The files that a stored record names; none where it is not public, or cannot be read.
#[must_use]
pub fn named_files(entry: &[u8], record: Option<&[u8]>) -> Vec<FileRef> {
    let stored = Stored::read(entry, record).ok();
    let view = stored.as_ref().and_then(Stored::view);
    view.map(|view| view.files()).unwrap_or_default()
}

fn body_of(record: &[u8]) -> Result<Map<String, Value>, StoredError> {
    match serde_json::from_slice(record)? {
        Value::Object(mut members) => match members.remove("body") {
            Some(Value::Object(body)) => Ok(body),
            _ => Err(StoredError::NoBody),
        },
        _ => Err(StoredError::NoBody),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: &str) -> Vec<u8> {
        let zeros = "0".repeat(64);
        let signature = format!("{}==", "A".repeat(86));
        format!(
            "{{\"authority\":\"000000-SCJG\",\"commitment\":\"{zeros}\",\"issued_at\":\"2026-03-02T08:00:00Z\",\
             \"kind\":\"{kind}\",\"logged_at\":\"2026-03-02T08:00:00Z\",\"signature\":\"{signature}\",\"v\":1}}"
        )
        .into_bytes()
    }

    #[test]
    fn the_body_is_there_while_the_record_is() {
        let record = br#"{"body":{"subject_name":"x"},"salt":"00"}"#;
        let stored = Stored::read(&entry("permit"), Some(record)).unwrap();
        assert_eq!(stored.kind, Some(Kind::Permit));
        assert_eq!(stored.view().unwrap().subject_name(), Some("x"));
        let stored = Stored::read(&entry("permit"), None).unwrap();
        assert!(stored.body.is_none() && stored.view().is_none());
    }

    #[test]
    fn a_kind_of_a_later_version_has_a_body_and_no_view() {
        let stored = Stored::read(&entry("later"), Some(br#"{"body":{}}"#)).unwrap();
        assert!(stored.kind.is_none() && stored.body.is_some() && stored.view().is_none());
    }

    #[test]
    fn damage_is_told_apart() {
        let read = |record: &[u8]| Stored::read(&entry("permit"), Some(record)).unwrap_err();
        assert!(matches!(read(b"{"), StoredError::Record(_)));
        for odd in ["[]", "{}", r#"{"body":1}"#] {
            assert!(matches!(read(odd.as_bytes()), StoredError::NoBody), "{odd}");
        }
        let no_entry = Stored::read(b"x", None).unwrap_err();
        assert!(matches!(no_entry, StoredError::Entry(_)));
    }
}
