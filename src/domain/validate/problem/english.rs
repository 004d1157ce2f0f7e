//! What is wrong with a field in English, for logs and whoever has no catalogue at hand. Readers get words of the catalogues.

use super::Problem;
use crate::domain::codes::{CodeMisuse, InvalidCode};
use std::fmt;

/// In English, with the names that stand in records: for whoever has no catalogue at hand.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Breach(breach) => breach.fmt(f),
            Self::Missing => f.write_str("is missing"),
            Self::MissingOneOf { other } => write!(f, "this or {other} must be there"),
            Self::Unknown => f.write_str("records of this kind have no such field"),
            Self::NotAllowed => f.write_str("must be left out beside what the other fields say"),
            Self::WrongType { expected } => write!(f, "must be of the type {}", words(expected)),
            Self::BadCode { list } => {
                let codes = list.codes().join(", ");
                write!(
                    f,
                    "must be a code of the list {}: {codes}",
                    words(list.name())
                )
            }
            Self::CodeInvalid(invalid) => {
                let InvalidCode { list, why, valid } = &**invalid;
                let list = words(list.name());
                match why {
                    CodeMisuse::Unknown => write!(f, "is no code of the list {list}")?,
                    CodeMisuse::NotHere { province } => {
                        write!(
                            f,
                            "is a code of the list {list} that is not used in {province}"
                        )?;
                    }
                    CodeMisuse::NotThen { day } => {
                        write!(f, "is a code of the list {list} that is not used on {day}")?;
                    }
                }
                if valid.is_empty() {
                    return Ok(());
                }
                let codes: Vec<&str> = valid.iter().map(|one| one.code.as_str()).collect();
                write!(f, "; these are: {}", codes.join(", "))
            }
            Self::BadDate => f.write_str("must be a real day, written YYYY-MM-DD"),
            Self::BadTime => f.write_str("must be a real moment, written YYYY-MM-DDTHH:MM:SSZ"),
            Self::BadUscc(error) => error.fmt(f),
            Self::BadFormat { expected } => {
                write!(f, "must be written as the type {} is", words(expected))
            }
            Self::HexLength { digits, found } => write!(
                f,
                "must be {digits} lowercase hexadecimal digits; there are {found} characters"
            ),
            Self::TooLong { max } => write!(f, "must not have more than {max} characters"),
            Self::OutOfRange { min, max } => write!(f, "must be between {min} and {max}"),
            Self::Empty => {
                f.write_str("is empty; leave the field out where there is nothing to say")
            }
            Self::NotTrimmed => f.write_str("must not begin or end with blanks"),
            Self::ControlCharacter {
                position,
                character,
            } => write!(
                f,
                "character {position} is one that is not shown (U+{:04X})",
                u32::from(*character)
            ),
            Self::Duplicate => f.write_str("stands twice in the list"),
            Self::Before { other } => write!(f, "must not be earlier than {other}"),
            Self::InFuture { latest } => {
                write!(f, "has happened, so it cannot be later than {latest}")
            }
            Self::IdentityNumber => {
                f.write_str("holds the number of an identity card, which is never published")
            }
            Self::MobileNumber => f.write_str("holds a mobile number, which is never published"),
            Self::InspectorName => f.write_str("names an inspector, which is never published"),
            Self::NotAlone { code, .. } => write!(f, "{code} cannot stand beside other codes"),
            Self::NotListed { other } => write!(f, "is not listed in {other}"),
            Self::TooFew { min } => write!(f, "must come to at least {min}"),
            Self::CountMismatch { expected } => write!(f, "must be {expected}"),
            Self::SameAs { other } => write!(f, "must differ from {other}"),
            Self::NotCorrectable { kind } => {
                write!(f, "records of kind {kind} are never corrected")
            }
            Self::OutsideRegion { own } => {
                write!(f, "is not within {own}, the region of the authority")
            }
            Self::UnknownReference => f.write_str("the log has no such entry with that leaf hash"),
            Self::ReferenceKind { found, expected } => {
                let expected: Vec<&str> = expected.iter().map(|kind| kind.as_str()).collect();
                let expected = expected.join(", ");
                write!(f, "names an entry of kind {found}; expected: {expected}")
            }
            Self::ReferenceSubject => f.write_str("names an entry about another subject"),
        }
    }
}

/// The name of a type or list as words of a sentence.
fn words(name: &str) -> String {
    name.replace('_', " ")
}
