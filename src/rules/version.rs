//! Dated versions of rules: what every rule in every file has, and that versions of one follow each other without overlap or gap.

use super::count::next_day;
use super::source::{RuleError, Source};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// A remark, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// One dated version of a rule, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleVersion {
    /// Its name, the same for all versions.
    pub name: String,
    /// First day of the version; absent: always was.
    pub valid_from: Option<Date>,
    /// Last day of the version; absent: still is.
    pub valid_to: Option<Date>,
    /// Legal basis, in Chinese.
    pub basis: String,
    /// Where the rule was read.
    pub source: String,
    /// Whether the law's own text was read for it, or an operator has confirmed it.
    pub confirmed: bool,
    /// A remark on how it was understood.
    pub note: Option<Note>,
    /// The rule as it stands in its file: what the program reads, and nothing else.
    pub text: String,
}

impl RuleVersion {
    /// Name and first day, such as `penalty-low-fine@2021-09-01`: what an expiry gives as its rule.
    #[must_use]
    pub fn id(&self) -> String {
        match self.valid_from {
            Some(day) => format!("{}@{day}", self.name),
            None => self.name.clone(),
        }
    }

    /// Whether the version is in force on a day.
    #[must_use]
    pub fn in_force(&self, day: Date) -> bool {
        self.from() <= day && day <= self.to()
    }

    pub(super) fn time(&self) -> (Date, Date) {
        (self.from(), self.to())
    }

    fn from(&self) -> Date {
        self.valid_from.unwrap_or(Date::MIN)
    }

    pub(super) fn to(&self) -> Date {
        self.valid_to.unwrap_or(Date::MAX)
    }
}

/// The members that every dated rule has; where they stood.
pub(super) struct RawVersion<'a> {
    pub(super) name: &'a Spanned<String>,
    pub(super) valid_from: Option<&'a Spanned<String>>,
    pub(super) valid_to: Option<&'a Spanned<String>>,
    pub(super) basis: &'a Spanned<String>,
    pub(super) source: &'a Spanned<String>,
    pub(super) confirmed: bool,
    pub(super) note: Option<&'a Spanned<String>>,
    pub(super) note_zh: Option<&'a Spanned<String>>,
}

/// The members of a dated rule, taken from a struct of a file that has them.
macro_rules! raw_version {
    ($raw:expr) => {
        $crate::rules::version::RawVersion {
            name: &$raw.name,
            valid_from: $raw.valid_from.as_ref(),
            valid_to: $raw.valid_to.as_ref(),
            basis: &$raw.basis,
            source: &$raw.source,
            confirmed: $raw.confirmed,
            note: $raw.note.as_ref(),
            note_zh: $raw.note_zh.as_ref(),
        }
    };
}
pub(super) use raw_version;

impl RuleVersion {
    pub(super) fn read(source: Source<'_>, raw: &RawVersion<'_>) -> Result<Self, RuleError> {
        let day = |text: Option<&Spanned<String>>| text.map(|text| source.day(text)).transpose();
        let version = Self {
            name: source.name(raw.name)?,
            valid_from: day(raw.valid_from)?,
            valid_to: day(raw.valid_to)?,
            basis: source.words(raw.basis)?,
            source: source.words(raw.source)?,
            confirmed: raw.confirmed,
            note: match (raw.note_zh, raw.note) {
                (None, None) => None,
                (Some(zh), Some(en)) => Some(Note {
                    zh: source.words(zh)?,
                    en: source.words(en)?,
                }),
                (Some(text), None) => {
                    return Err(source.fault(text, "a note is said in English too: `note`"));
                }
                (None, Some(text)) => {
                    return Err(source.fault(text, "a note is said in Chinese too: `note_zh`"));
                }
            },
            text: source.table_at(raw.name.span().start).to_owned(),
        };
        match raw.valid_to {
            Some(text) if version.to() < version.from() => {
                Err(source.fault(text, "valid_to is before valid_from"))
            }
            _ => Ok(version),
        }
    }
}

/// Checks that versions of one rule follow each other: `key` tells rules apart, the span is where a fault is shown.
pub(super) fn check_versions<K: Ord>(
    source: Source<'_>,
    versions: impl Iterator<Item = (K, std::ops::Range<usize>, (Date, Date))>,
    gaps: bool,
) -> Result<(), RuleError> {
    let mut rules: BTreeMap<K, Vec<_>> = BTreeMap::new();
    for (key, span, time) in versions {
        rules.entry(key).or_default().push((time, span));
    }
    for versions in rules.values_mut() {
        versions.sort_by_key(|(time, _)| *time);
        for pair in versions.windows(2) {
            let [((_, to), _), ((from, _), span)] = pair else {
                continue;
            };
            if from <= to {
                let reason = format!("overlaps the version of the same rule that is valid to {to}");
                return Err(source.fault_in(span.clone(), reason));
            }
            if !gaps && *from != next_day(*to) {
                let reason = format!(
                    "leaves a gap after the version of the same rule that is valid to {to}"
                );
                return Err(source.fault_in(span.clone(), reason));
            }
        }
    }
    Ok(())
}
