//! Reads the files of rules: TOML, with every fault told by file and line.
//!
//! A rule that was read wrongly would end the display of records, or not end it, in the name of the law. So unknown members are faults, and
//! nothing is corrected.

use crate::domain::dates::parse_date;
use crate::domain::kind::UnknownKind;
use crate::domain::{Kind, Region};
use jiff::civil::Date;
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

    /// Name and text.
    pub(super) fn parts(&self) -> (&'a str, &'a str) {
        (self.name, self.text)
    }

    /// A fault of the file as a whole.
    pub(super) fn whole(&self, reason: impl Into<String>) -> RuleError {
        self.fault_at(0, reason)
    }

    /// A day `YYYY-MM-DD`.
    pub(super) fn day(&self, text: &Spanned<String>) -> Result<Date, RuleError> {
        parse_date(text.get_ref())
            .ok_or_else(|| self.fault(text, format!("{:?} is no day YYYY-MM-DD", text.get_ref())))
    }

    /// A kind of record.
    pub(super) fn kind(&self, text: &Spanned<String>) -> Result<Kind, RuleError> {
        let kind = text.get_ref().parse();
        kind.map_err(|error: UnknownKind| self.fault(text, error.to_string()))
    }

    /// A division, as narrow or wide as it says.
    pub(super) fn region(&self, text: &Spanned<String>) -> Result<Region, RuleError> {
        Region::parse(text.get_ref()).map_err(|error| self.fault(text, error.to_string()))
    }

    /// A division that is a province, or the synthetic one.
    pub(super) fn province(&self, text: &Spanned<String>) -> Result<Region, RuleError> {
        let region = self.region(text)?;
        if region.province() == region && region != Region::NATION {
            Ok(region)
        } else {
            Err(self.fault(text, format!("{region} is no province, such as 610000")))
        }
    }

    /// A text that says something.
    pub(super) fn words(&self, text: &Spanned<String>) -> Result<String, RuleError> {
        if text.get_ref().trim().is_empty() {
            return Err(self.fault(text, "it must say something"));
        }
        Ok(text.get_ref().clone())
    }

    /// The name of the file.
    pub(super) fn name_of_file(&self) -> &'a str {
        self.name
    }

    /// A name in the files: lowercase letters, digits, `-` and `_`.
    pub(super) fn name(&self, text: &Spanned<String>) -> Result<String, RuleError> {
        let name = text.get_ref();
        let fits = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        if name.is_empty() || name.len() > 64 || !name.bytes().all(fits) {
            return Err(self.fault(text, "a name has 1 to 64 of a-z, 0-9, - and _"));
        }
        Ok(name.clone())
    }

    /// Reads the whole of it.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, RuleError> {
        toml::from_str(self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            self.fault_at(at, error.message())
        })
    }

    /// The table of the file in which this place lies, without the comments that follow it.
    pub(super) fn table_at(&self, at: usize) -> &'a str {
        const HEADER: &str = "\n[[";
        let (before, after) = self.text.split_at(at.min(self.text.len()));
        let start = before.rfind(HEADER).map_or(0, |found| found + 1);
        let end = after
            .find(HEADER)
            .map_or(self.text.len(), |found| at + found);
        let mut table = self.text.get(start..end).unwrap_or_default().trim();
        while let Some((rest, last)) = table.rsplit_once('\n')
            && (last.is_empty() || last.starts_with('#'))
        {
            table = rest;
        }
        table
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
