//! What keeps a department from correcting, ending or keeping a record, in words of the language: for the one at the keyboard.
//!
//! What a proof or a policy says in English about its own form stays English, as the reason within a sentence.

use super::{
    ChangeError, FoundError, KeepError, RequestFault, RequestFileError, SignersError,
    field_fault_words,
};
use crate::ingest::{BodiesError, KeyFileError};
use crate::store::StoreError;
use crate::text::{Arg, Catalogue, Lang};
use gongshi_verify::json::{JsonError, JsonReason};
use gongshi_verify::names::NameError;
use std::error::Error;
use std::io::ErrorKind;
use std::path::Path;

fn get(lang: Lang, key: &str, args: &[(&str, Arg)]) -> String {
    Catalogue::built_in().get(lang, &format!("desk-{key}"), args)
}

fn text(value: &dyn ToString) -> Arg {
    // Numbers, too, as a text: indexes and lines have no separators.
    Arg::Text(value.to_string())
}

fn file(path: &Path) -> Arg {
    Arg::Text(path.display().to_string())
}

fn kind(lang: Lang, kind: &str) -> Arg {
    Arg::Text(Catalogue::built_in().kind(lang, kind))
}

/// What the system says of a file.
pub fn io_words(lang: Lang, error: &std::io::Error) -> String {
    let key = match error.kind() {
        ErrorKind::NotFound => "io-absent",
        ErrorKind::PermissionDenied => "io-denied",
        ErrorKind::AlreadyExists => "io-exists",
        ErrorKind::IsADirectory => "io-folder",
        ErrorKind::NotADirectory => "io-no-folder",
        ErrorKind::StorageFull => "io-full",
        _ => return error.to_string(),
    };
    get(lang, key, &[])
}

/// One error of a chain in words; `None` where there are none but its own.
pub fn error_words(lang: Lang, error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref::<SignersError>() {
        return Some(error.words(lang));
    }
    if let Some(error) = error.downcast_ref::<RequestFileError>() {
        return Some(error.words(lang));
    }
    if let Some(error) = error.downcast_ref::<RequestFault>() {
        return Some(error.words(lang));
    }
    if let Some(error) = error.downcast_ref::<ChangeError>() {
        return Some(error.words(lang));
    }
    if let Some(error) = error.downcast_ref::<FoundError>() {
        return Some(error.words(lang));
    }
    if let Some(error) = error.downcast_ref::<KeepError>() {
        return Some(error.words(lang));
    }
    if let Some(error) = error.downcast_ref::<KeyFileError>() {
        return Some(error.words(lang));
    }
    if let Some(error) = error.downcast_ref::<BodiesError>() {
        return Some(error.words(lang));
    }
    if let Some(error) = error.downcast_ref::<crate::ingest::ClientError>() {
        return Some(error.words(lang));
    }
    if let Some(error) = error.downcast_ref::<StoreError>() {
        return Some(store_words(lang, error));
    }
    if let Some(error) = error.downcast_ref::<NameError>() {
        return name_words(lang, error);
    }
    let io = error.downcast_ref::<std::io::Error>()?;
    Some(io_words(lang, io))
}

/// What a name has to look like; `None` of names that nobody types.
fn name_words(lang: Lang, error: &NameError) -> Option<String> {
    let key = match error.what {
        "authority" => "name-authority",
        "origin" => "name-origin",
        "region" => "name-region",
        _ => return None,
    };
    Some(get(lang, key, &[]))
}

/// What is wrong with JSON, and where.
fn json(lang: Lang, error: &JsonError) -> Arg {
    let key = match error.reason {
        JsonReason::NotUtf8 => "json-utf8",
        JsonReason::UnexpectedEnd => "json-end",
        JsonReason::UnexpectedCharacter => "json-character",
        JsonReason::TrailingData => "json-trailing",
        JsonReason::MemberName => "json-member",
        JsonReason::DuplicateName => "json-twice",
        JsonReason::NotInteger => "json-number",
        JsonReason::IntegerRange => "json-range",
        JsonReason::NumberForm => "json-form",
        JsonReason::ControlCharacter => "json-control",
        JsonReason::Escape => "json-escape",
        JsonReason::LoneSurrogate => "json-surrogate",
        JsonReason::Depth => "json-depth",
        JsonReason::TooManyValues => "json-many",
    };
    let args = [
        ("reason", get(lang, key, &[]).into()),
        ("place", text(&error.offset)),
    ];
    Arg::Text(get(lang, "json-at", &args))
}

fn name(lang: Lang, error: &NameError) -> Arg {
    Arg::Text(name_words(lang, error).unwrap_or_else(|| error.to_string()))
}

fn store_words(lang: Lang, error: &StoreError) -> String {
    match error {
        StoreError::Io { what, source } => {
            let args = [
                ("what", text(what)),
                ("reason", io_words(lang, source).into()),
            ];
            get(lang, "error-io", &args)
        }
        other => other.to_string(),
    }
}

impl SignersError {
    /// In words of the language.
    pub fn words(&self, lang: Lang) -> String {
        match self {
            SignersError::Unknown(authority) => {
                get(lang, "signers-unknown", &[("authority", text(authority))])
            }
            SignersError::Kind {
                authority,
                kind: of,
            } => {
                let args = [
                    ("authority", text(authority)),
                    ("kind", kind(lang, of.as_str())),
                ];
                get(lang, "signers-kind", &args)
            }
            SignersError::NotValid { which, authority } => {
                let key = match *which {
                    "the first" => "signers-first-invalid",
                    "the second" => "signers-second-invalid",
                    _ => "signers-invalid",
                };
                get(lang, key, &[("authority", text(authority))])
            }
            SignersError::Authorities { first, second } => {
                let args = [("first", text(first)), ("second", text(second))];
                get(lang, "signers-authorities", &args)
            }
            SignersError::Same => get(lang, "signers-same", &[]),
        }
    }
}

impl RequestFileError {
    /// In words of the language.
    pub fn words(&self, lang: Lang) -> String {
        match self {
            RequestFileError::Header => get(lang, "request-header", &[]),
            RequestFileError::Origin(error) => {
                get(lang, "request-origin", &[("reason", name(lang, error))])
            }
            RequestFileError::Count { said, found } => {
                let args = [("said", text(said)), ("found", text(found))];
                get(lang, "request-count", &args)
            }
            RequestFileError::Event { line, reason } => {
                let args = [("line", text(line)), ("reason", text(reason))];
                get(lang, "request-event", &args)
            }
            RequestFileError::Kind { line, kind: of } => {
                let args = [("line", text(line)), ("kind", kind(lang, of))];
                get(lang, "request-kind", &args)
            }
            RequestFileError::Mixed { line, what } => {
                let args = [("line", text(line))];
                get(lang, &format!("request-{}", what.code()), &args)
            }
            RequestFileError::Approved(line) => {
                get(lang, "request-approved", &[("line", text(line))])
            }
        }
    }
}

impl RequestFault {
    /// In words of the language.
    pub fn words(&self, lang: Lang) -> String {
        match self {
            RequestFault::Origin(origin) => {
                get(lang, "approve-origin", &[("origin", text(origin))])
            }
            RequestFault::Authority { asked, own } => {
                let args = [("asked", text(asked)), ("own", text(own))];
                get(lang, "approve-authority", &args)
            }
            RequestFault::SameKey => get(lang, "approve-same-key", &[]),
            RequestFault::Signature { index, authority } => {
                let args = [("index", text(index)), ("authority", text(authority))];
                get(lang, "approve-signature", &args)
            }
            RequestFault::Old { issued_at, until } => {
                let args = [("time", text(issued_at)), ("until", text(until))];
                get(lang, "approve-old", &args)
            }
            RequestFault::Ahead(time) => get(lang, "approve-ahead", &[("time", text(time))]),
            RequestFault::Field { index, fault } => {
                let reason = field_fault_words(lang, fault);
                let args = [("index", text(index)), ("reason", reason.into())];
                get(lang, "approve-field", &args)
            }
        }
    }
}

impl ChangeError {
    /// In words of the language.
    pub fn words(&self, lang: Lang) -> String {
        match self {
            ChangeError::NoValue(given) => get(lang, "change-no-value", &[("value", text(given))]),
            ChangeError::NoField { kind: of, path } => {
                let args = [("kind", kind(lang, of.as_str())), ("path", text(path))];
                get(lang, "change-no-field", &args)
            }
            ChangeError::Absent(path) => get(lang, "change-absent", &[("path", text(path))]),
            ChangeError::Json { path, source } => {
                let args = [("path", text(path)), ("reason", json(lang, source))];
                get(lang, "change-json", &args)
            }
            ChangeError::Value(fault) => fault.words(lang),
        }
    }
}

impl FoundError {
    /// In words of the language.
    pub fn words(&self, lang: Lang) -> String {
        match self {
            FoundError::Client(error) => error.words(lang),
            FoundError::Beyond(index) => get(lang, "fault-beyond", &[("index", text(index))]),
            FoundError::Answer { index, reason } => {
                let args = [("index", text(index)), ("reason", text(reason))];
                get(lang, "found-answer", &args)
            }
            FoundError::Policy(error) => get(lang, "found-policy", &[("reason", text(error))]),
            FoundError::NoPolicy => get(lang, "found-no-policy", &[]),
        }
    }
}

impl KeepError {
    /// In words of the language.
    pub fn words(&self, lang: Lang) -> String {
        match self {
            KeepError::Found(error) => error.words(lang),
            KeepError::Gone(index) => get(lang, "keep-gone", &[("index", text(index))]),
            KeepError::File {
                index,
                name,
                reason,
            } => {
                let args = [("index", text(index)), ("name", text(name))];
                get(lang, &format!("keep-file-{}", reason.code()), &args)
            }
            KeepError::Other(path) => get(lang, "keep-other", &[("file", file(path))]),
            KeepError::Store(error) => store_words(lang, error),
            KeepError::Io { path, source } => {
                let args = [
                    ("what", file(path)),
                    ("reason", io_words(lang, source).into()),
                ];
                get(lang, "error-io", &args)
            }
        }
    }
}

impl KeyFileError {
    /// In words of the language.
    pub fn words(&self, lang: Lang) -> String {
        match self {
            KeyFileError::Store(StoreError::Folder { path, .. }) => {
                get(lang, "error-there", &[("file", file(path))])
            }
            KeyFileError::Open { path, .. } => get(lang, "key-open", &[("file", file(path))]),
            KeyFileError::Store(error) => store_words(lang, error),
            KeyFileError::Folder(path) => get(lang, "key-folder", &[("file", file(path))]),
            KeyFileError::Malformed { path, line, .. } => {
                let args = [("file", file(path)), ("line", text(line))];
                get(lang, "key-malformed", &args)
            }
            KeyFileError::Authority { path, source } => {
                let args = [("file", file(path)), ("reason", name(lang, source))];
                get(lang, "key-authority", &args)
            }
        }
    }
}

impl BodiesError {
    /// In words of the language.
    pub fn words(&self, lang: Lang) -> String {
        match self {
            BodiesError::Line { line, source } => {
                let args = [("line", text(line)), ("reason", json(lang, source))];
                get(lang, "bodies-line", &args)
            }
            BodiesError::NotAnObject { place } => {
                get(lang, "bodies-object", &[("place", text(place))])
            }
            BodiesError::Nothing => get(lang, "bodies-nothing", &[]),
        }
    }
}
