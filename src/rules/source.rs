//! Reads the files of rules: TOML, with every fault told by file and line.
//!
//! A rule that was read wrongly would end the display of records, or not end it, in the name of the law. So unknown members are faults, and
//! nothing is corrected.

use serde::de::DeserializeOwned;
use std::ops::Range;
use toml::Spanned;

/// A fault in a file of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {reason}")]
pub struct RuleError {
    /// Name of the file.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong there, and what was expected.
    pub reason: String,
}

/// A file of rules, as far as its faults are concerned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    name: &'a str,
    text: &'a str,
}

impl<'a> Source<'a> {
    pub(super) fn new(name: &'a str, text: &'a str) -> Self {
        Source { name, text }
    }

    /// Reads the whole of it.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, RuleError> {
        toml::from_str(self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            self.fault_at(at, error.message())
        })
    }

    /// A fault of the value that stood there.
    pub(super) fn fault<T>(&self, value: &Spanned<T>, reason: impl Into<String>) -> RuleError {
        self.fault_in(value.span(), reason)
    }

    /// A fault of what stood there.
    pub(super) fn fault_in(&self, span: Range<usize>, reason: impl Into<String>) -> RuleError {
        self.fault_at(span.start, reason)
    }

    fn fault_at(&self, at: usize, reason: impl Into<String>) -> RuleError {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        RuleError {
            file: self.name.to_owned(),
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
            reason: reason.into(),
        }
    }
}
