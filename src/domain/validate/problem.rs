//! What can be wrong with a field, as codes and arguments; the words are in the catalogues as `problem-<code>`.

use super::breach::Breach;
use crate::domain::codes::{CodeList, CodeMisuse, InvalidCode, NamedCode};
use crate::domain::kind::Kind;
use crate::domain::uscc::UsccError;

mod english;

/// One fault of a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct FieldError {
    /// Where, such as `items[2].outcome`.
    pub path: String,
    /// What is wrong.
    pub problem: Problem,
    /// The offending value, shortened; empty when there is none.
    pub value: String,
}

impl FieldError {
    /// A field that breaks a rule of a draw, with what stands there.
    #[must_use]
    pub fn broken(path: impl Into<String>, value: String, breach: Breach) -> Self {
        FieldError {
            path: path.into(),
            problem: Problem::Breach(Box::new(breach)),
            value,
        }
    }

    /// Name of the field at fault: `outcome` for `items[2].outcome`. For an unknown member it is that member's name.
    #[must_use]
    pub fn field(&self) -> &str {
        Self::field_of(&self.path)
    }

    /// Name of the field at the end of a path.
    #[must_use]
    pub fn field_of(path: &str) -> &str {
        let last = path.rsplit('.').next().unwrap_or_default();
        last.split('[').next().unwrap_or_default()
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It must be there.
    Missing,
    /// It or the other field must be there.
    MissingOneOf {
        /// The field that would do instead.
        other: &'static str,
    },
    /// The kind has no such field.
    Unknown,
    /// The kind has the field, but not beside what the other fields say.
    NotAllowed,
    /// Not the JSON type that such a value has.
    WrongType {
        /// Name of the expected type, as in `type-<name>`.
        expected: &'static str,
    },
    /// Not a code of the closed list.
    BadCode {
        /// The list.
        list: CodeList,
    },
    /// No code that the dated rules have in the open list, there and then.
    CodeInvalid(Box<InvalidCode>),
    /// Not a real day written `YYYY-MM-DD`.
    BadDate,
    /// Not a real moment written `YYYY-MM-DDTHH:MM:SSZ`.
    BadTime,
    /// Not a credit code.
    BadUscc(UsccError),
    /// Not written as such values are.
    BadFormat {
        /// Name of the expected type, as in `type-<name>`.
        expected: &'static str,
    },
    /// Not lowercase hexadecimal digits, so many of them.
    HexLength {
        /// Number of digits.
        digits: usize,
        /// Number of characters that there are.
        found: usize,
    },
    /// Too many characters.
    TooLong {
        /// Most characters allowed.
        max: usize,
    },
    /// Outside the bounds, both of which are allowed.
    OutOfRange {
        /// Least value.
        min: i64,
        /// Greatest value.
        max: i64,
    },
    /// A text or list with nothing in it; leave the field out instead.
    Empty,
    /// Blanks at the beginning or the end.
    NotTrimmed,
    /// A control or direction-changing character.
    ControlCharacter {
        /// Its place, counted from 1.
        position: usize,
        /// The character.
        character: char,
    },
    /// The same entry stands earlier in the list.
    Duplicate,
    /// Earlier than another day or moment it must not precede.
    Before {
        /// The field it must not precede.
        other: &'static str,
    },
    /// Says that something has happened after the day on which it was signed.
    InFuture {
        /// That day, `YYYY-MM-DD`.
        latest: String,
    },
    /// The number of somebody's identity card stands in the text.
    IdentityNumber,
    /// Somebody's mobile number stands in the text.
    MobileNumber,
    /// Somebody who inspected is named in the text.
    InspectorName,
    /// A code that says all is well stands beside others.
    NotAlone {
        /// The list.
        list: CodeList,
        /// The code that must stand alone.
        code: &'static str,
    },
    /// Breaks the order of a draw.
    Breach(Box<Breach>),
    /// Names something that another field does not list.
    NotListed {
        /// The field that should list it.
        other: &'static str,
    },
    /// Fewer than demanded.
    TooFew {
        /// Least number.
        min: u64,
    },
    /// Not the number of entries there are.
    CountMismatch {
        /// The number of entries.
        expected: u64,
    },
    /// Must differ from another field.
    SameAs {
        /// The other field.
        other: &'static str,
    },
    /// Records of this kind are never corrected this way.
    NotCorrectable {
        /// The kind.
        kind: Kind,
    },
    /// A region that is none of those its authority is registered for; the log tells that, not the form of a body.
    OutsideRegion {
        /// The authority's region.
        own: String,
    },
    /// Names an entry that the log has not, or not with that leaf hash.
    UnknownReference,
    /// Names an entry of a kind that the field is not for.
    ReferenceKind {
        /// The entry's kind.
        found: String,
        /// Kinds the field is for.
        expected: &'static [Kind],
    },
    /// Names an entry about another subject.
    ReferenceSubject,
}

/// An argument of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemArg {
    /// To be shown as it is.
    Text(String),
    /// To be counted and written as a number.
    Number(i64),
    /// A catalogue key whose message is to be shown.
    Key(String),
    /// Catalogue keys whose messages are to be listed.
    Keys(Vec<String>),
    /// To be shown as it is, in the language of the message.
    Either {
        /// In Chinese.
        zh: String,
        /// In English.
        en: String,
    },
}

impl Problem {
    /// Every code, for the check that the catalogues have them all.
    pub const CODES: &'static [&'static str] = &[
        "missing",
        "missing_one_of",
        "unknown",
        "not_allowed",
        "wrong_type",
        "bad_code",
        "rule_code_unknown",
        "rule_code_not_here",
        "rule_code_not_then",
        "bad_date",
        "bad_time",
        "uscc_length",
        "uscc_character",
        "uscc_check",
        "bad_format",
        "hex_length",
        "too_long",
        "out_of_range",
        "empty",
        "not_trimmed",
        "control_character",
        "duplicate",
        "before",
        "in_future",
        "identity_number",
        "mobile_number",
        "inspector_name",
        "not_alone",
        "not_listed",
        "too_few",
        "count_mismatch",
        "same_as",
        "not_correctable",
        "outside_region",
        "unknown_reference",
        "reference_kind",
        "reference_subject",
    ];

    /// Stable code of the problem; its message is `problem-<code>`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Breach(breach) => breach.code(),
            Self::Missing => "missing",
            Self::MissingOneOf { .. } => "missing_one_of",
            Self::Unknown => "unknown",
            Self::NotAllowed => "not_allowed",
            Self::WrongType { .. } => "wrong_type",
            Self::BadCode { .. } => "bad_code",
            Self::CodeInvalid(invalid) => match invalid.why {
                CodeMisuse::Unknown => "rule_code_unknown",
                CodeMisuse::NotHere { .. } => "rule_code_not_here",
                CodeMisuse::NotThen { .. } => "rule_code_not_then",
            },
            Self::BadDate => "bad_date",
            Self::BadTime => "bad_time",
            Self::BadUscc(UsccError::Length { .. }) => "uscc_length",
            Self::BadUscc(UsccError::Alphabet { .. }) => "uscc_character",
            Self::BadUscc(UsccError::Check { .. }) => "uscc_check",
            Self::BadFormat { .. } => "bad_format",
            Self::HexLength { .. } => "hex_length",
            Self::TooLong { .. } => "too_long",
            Self::OutOfRange { .. } => "out_of_range",
            Self::Empty => "empty",
            Self::NotTrimmed => "not_trimmed",
            Self::ControlCharacter { .. } => "control_character",
            Self::Duplicate => "duplicate",
            Self::Before { .. } => "before",
            Self::InFuture { .. } => "in_future",
            Self::IdentityNumber => "identity_number",
            Self::MobileNumber => "mobile_number",
            Self::InspectorName => "inspector_name",
            Self::NotAlone { .. } => "not_alone",
            Self::NotListed { .. } => "not_listed",
            Self::TooFew { .. } => "too_few",
            Self::CountMismatch { .. } => "count_mismatch",
            Self::SameAs { .. } => "same_as",
            Self::NotCorrectable { .. } => "not_correctable",
            Self::OutsideRegion { .. } => "outside_region",
            Self::UnknownReference => "unknown_reference",
            Self::ReferenceKind { .. } => "reference_kind",
            Self::ReferenceSubject => "reference_subject",
        }
    }

    /// The entry, by index and leaf hash, by which the record has to name what it means.
    #[must_use]
    pub fn meant(&self) -> Option<(u64, &str)> {
        match self {
            Self::Breach(breach) => match &**breach {
                Breach::ListingKnown { index, leaf_hash } => Some((index.parse().ok()?, leaf_hash)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Arguments of the message, besides `field` and `value` which the caller adds.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, ProblemArg)> {
        let field = |name: &str| ProblemArg::Key(format!("field-{name}"));
        let count = |n: usize| ProblemArg::Number(i64::try_from(n).unwrap_or(i64::MAX));
        let large = |n: u64| ProblemArg::Number(i64::try_from(n).unwrap_or(i64::MAX));
        match self {
            Self::Missing
            | Self::Unknown
            | Self::NotAllowed
            | Self::BadDate
            | Self::BadTime
            | Self::Empty
            | Self::NotTrimmed
            | Self::IdentityNumber
            | Self::MobileNumber
            | Self::InspectorName
            | Self::UnknownReference
            | Self::ReferenceSubject
            | Self::Duplicate => Vec::new(),
            Self::MissingOneOf { other }
            | Self::Before { other }
            | Self::NotListed { other }
            | Self::SameAs { other } => vec![("other", field(other))],
            Self::InFuture { latest } => vec![("latest", ProblemArg::Text(latest.clone()))],
            Self::WrongType { expected } | Self::BadFormat { expected } => {
                vec![("expected", ProblemArg::Key(format!("type-{expected}")))]
            }
            Self::BadCode { list } => vec![
                ("expected", ProblemArg::Key(format!("list-{}", list.name()))),
                ("codes", ProblemArg::Text(list.codes().join(", "))),
            ],
            Self::CodeInvalid(invalid) => {
                let InvalidCode { list, why, valid } = &**invalid;
                let named = |name: fn(&NamedCode) -> &String| {
                    let each = valid
                        .iter()
                        .map(|one| format!("{} ({})", name(one), one.code));
                    each.collect::<Vec<_>>().join("; ")
                };
                let mut args = vec![
                    ("expected", ProblemArg::Key(format!("list-{}", list.name()))),
                    (
                        "codes",
                        ProblemArg::Either {
                            zh: named(|one| &one.zh),
                            en: named(|one| &one.en),
                        },
                    ),
                ];
                match why {
                    CodeMisuse::Unknown => {}
                    CodeMisuse::NotHere { province } => {
                        args.push(("province", ProblemArg::Text(province.clone())));
                    }
                    CodeMisuse::NotThen { day } => {
                        args.push(("day", ProblemArg::Text(day.clone())));
                    }
                }
                args
            }
            Self::BadUscc(UsccError::Length { found }) => vec![("found", count(*found))],
            Self::BadUscc(UsccError::Alphabet {
                position,
                character,
            }) => {
                vec![
                    ("position", count(*position)),
                    ("character", ProblemArg::Text(character.to_string())),
                ]
            }
            Self::BadUscc(UsccError::Check { expected, found }) => vec![
                ("expected", ProblemArg::Text(expected.to_string())),
                ("found", ProblemArg::Text(found.to_string())),
            ],
            Self::HexLength { digits, found } => {
                vec![("digits", count(*digits)), ("found", count(*found))]
            }
            Self::TooLong { max } => vec![("max", count(*max))],
            Self::OutOfRange { min, max } => vec![
                ("min", ProblemArg::Number(*min)),
                ("max", ProblemArg::Number(*max)),
            ],
            Self::ControlCharacter {
                position,
                character,
            } => vec![
                ("position", count(*position)),
                (
                    "character",
                    ProblemArg::Text(format!("U+{:04X}", u32::from(*character))),
                ),
            ],
            Self::NotAlone { list, code } => {
                vec![(
                    "code",
                    ProblemArg::Key(format!("code-{}-{code}", list.name())),
                )]
            }
            Self::Breach(breach) => breach.args(),
            Self::TooFew { min } => vec![("min", large(*min))],
            Self::CountMismatch { expected } => vec![("expected", large(*expected))],
            Self::NotCorrectable { kind } => {
                vec![("kind", ProblemArg::Key(format!("kind-{kind}")))]
            }
            Self::OutsideRegion { own } => vec![("own", ProblemArg::Text(own.clone()))],
            Self::ReferenceKind { found, expected } => {
                let expected = expected.iter().map(|kind| format!("kind-{kind}"));
                vec![
                    ("found", ProblemArg::Key(format!("kind-{found}"))),
                    ("expected", ProblemArg::Keys(expected.collect())),
                ]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sentence names no key of a catalogue and no code of a problem.
    #[test]
    fn what_is_displayed_is_words() {
        let type_of = |expected| {
            [
                Problem::WrongType { expected },
                Problem::BadFormat { expected },
            ]
        };
        let list = CodeList::ResultCode;
        let problems = type_of("long_text").into_iter().chain([
            Problem::BadCode {
                list: CodeList::DrawBasis,
            },
            Problem::CodeInvalid(Box::new(InvalidCode {
                list,
                why: CodeMisuse::NotHere {
                    province: "610000".to_owned(),
                },
                valid: vec![NamedCode {
                    code: "moved_out".to_owned(),
                    zh: "迁出".to_owned(),
                    en: "Moved out".to_owned(),
                }],
            })),
            Problem::NotAlone {
                list,
                code: "no_problem_found",
            },
            Problem::NotCorrectable { kind: Kind::Plan },
            Problem::MissingOneOf {
                other: "subject_name",
            },
            Problem::NotAllowed,
        ]);
        for problem in problems {
            let said = problem.to_string();
            for id in ["type-", "list-", "code-", "kind-", "field-", problem.code()] {
                assert!(!said.contains(id), "{said}");
            }
        }
        let error = FieldError {
            path: "facts".to_owned(),
            problem: Problem::WrongType {
                expected: "long_text",
            },
            value: String::new(),
        };
        assert_eq!(error.to_string(), "facts: must be of the type long text");
    }
}
