//! Leaves of the libraries: one line each, `ddraw/1|…`, read without copying, since a library has hundreds of thousands.
//!
//! Exactly one spelling per leaf: fields are checked against their grammar, lists are unique and in order of bytes. Which
//! leaves belong together is decided by [`super::library`].

use crate::encoding::hex32;
use crate::names::{is_authority, is_draw_id, is_token};
use core::fmt;

/// What every leaf, and every hashed text of the draw, begins with.
pub const VERSION: &str = "ddraw/1";

/// A line that is no leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// Not `ddraw/1|target|…`, `ddraw/1|starget|…` or `ddraw/1|officer|…` with the fields of that kind.
    #[error(
        "expected ddraw/1|target|ID|stratum|departments|exclusion, ddraw/1|starget|ID|exclusion|class|ticket or \
         ddraw/1|officer|ID|department|qualifications"
    )]
    Form,
    /// A field against its grammar.
    #[error("{field}: expected {expected}")]
    Field {
        /// The field.
        field: &'static str,
        /// Its grammar.
        expected: &'static str,
    },
}

/// A comma-joined list: unique, in order of bytes, maybe empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List<'a>(&'a str);

impl<'a> List<'a> {
    fn parse(
        text: &'a str,
        valid: fn(&str) -> bool,
        field: &'static str,
        expected: &'static str,
    ) -> Result<Self, LeafError> {
        let list = List(text);
        let fits = list.iter().all(valid) && list.iter().is_sorted_by(|a, b| a < b);
        match fits {
            true => Ok(list),
            false => Err(LeafError::Field { field, expected }),
        }
    }

    /// The members, in order.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        let Self(text) = self;
        (!text.is_empty())
            .then(|| text.split(','))
            .into_iter()
            .flatten()
    }

    /// Whether it has this member.
    pub fn has(self, member: &str) -> bool {
        self.iter().any(|one| one == member)
    }
}

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// An object of inspection with its stratum in the open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    /// Credit code, or another pseudonymous id.
    pub id: &'a str,
    /// What it is drawn among.
    pub stratum: &'a str,
    /// Departments that may inspect it.
    pub departments: List<'a>,
    /// Why it is in the library and yet not drawn; exclusions are always visible.
    pub exclusion: Option<&'a str>,
}

/// An object of inspection whose class is sealed under salted commitments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedTarget<'a> {
    /// Credit code, or another pseudonymous id.
    pub id: &'a str,
    /// Why it is in the library and yet not drawn.
    pub exclusion: Option<&'a str>,
    /// Commitment to the class, 64 hexadecimal digits.
    pub class: &'a str,
    /// Commitment to the salt of the ticket, 64 hexadecimal digits.
    pub ticket: &'a str,
}

/// An officer (执法检查人员), pseudonymous.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Officer<'a> {
    /// Pseudonymous id.
    pub id: &'a str,
    /// The one department the officer serves.
    pub department: &'a str,
    /// What the officer is qualified for (执法资质, 专长).
    pub qualifications: List<'a>,
}

/// A leaf of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaf<'a> {
    /// An open target.
    Target(Target<'a>),
    /// A sealed target.
    Sealed(SealedTarget<'a>),
    /// An officer.
    Officer(Officer<'a>),
}

const ID: &str = "[0-9A-Z]{1,32}";
const TOKEN: &str = "[0-9A-Za-z_]{1,32}";

fn checked<'a>(
    text: &'a str,
    valid: fn(&str) -> bool,
    field: &'static str,
    expected: &'static str,
) -> Result<&'a str, LeafError> {
    match valid(text) {
        true => Ok(text),
        false => Err(LeafError::Field { field, expected }),
    }
}

fn exclusion(text: &str) -> Result<Option<&str>, LeafError> {
    let code = checked(text, is_token, "exclusion", "0 or [0-9A-Za-z_]{1,32}")?;
    Ok((code != "0").then_some(code))
}

fn commitment<'a>(text: &'a str, field: &'static str) -> Result<&'a str, LeafError> {
    let digits = |text: &str| hex32(text).is_ok();
    checked(text, digits, field, "64 lowercase hexadecimal digits")
}

impl<'a> Leaf<'a> {
    /// Reads one leaf, without a line break.
    ///
    /// # Errors
    /// [`LeafError`], naming the field.
    pub fn parse(line: &'a str) -> Result<Self, LeafError> {
        let mut fields = line.split('|');
        let mut next = || fields.next().ok_or(LeafError::Form);
        if next()? != VERSION {
            return Err(LeafError::Form);
        }
        let leaf = match next()? {
            "target" => Leaf::Target(Target {
                id: checked(next()?, is_draw_id, "ID", ID)?,
                stratum: checked(next()?, is_token, "stratum", TOKEN)?,
                departments: List::parse(
                    next()?,
                    is_authority,
                    "departments",
                    "authorities, each once, in order of bytes, with commas between them",
                )?,
                exclusion: exclusion(next()?)?,
            }),
            "starget" => Leaf::Sealed(SealedTarget {
                id: checked(next()?, is_draw_id, "ID", ID)?,
                exclusion: exclusion(next()?)?,
                class: commitment(next()?, "class")?,
                ticket: commitment(next()?, "ticket")?,
            }),
            "officer" => Leaf::Officer(Officer {
                id: checked(next()?, is_draw_id, "ID", ID)?,
                department: checked(
                    next()?,
                    is_authority,
                    "department",
                    "[0-9A-Z]+(-[0-9A-Z]+)*, at most 32 characters",
                )?,
                qualifications: List::parse(
                    next()?,
                    is_token,
                    "qualifications",
                    "[0-9A-Za-z_]{1,32}, each once, in order of bytes, with commas between them",
                )?,
            }),
            _ => return Err(LeafError::Form),
        };
        match fields.next() {
            None => Ok(leaf),
            Some(_) => Err(LeafError::Form),
        }
    }

    /// Its id.
    pub fn id(&self) -> &'a str {
        match self {
            Leaf::Target(leaf) => leaf.id,
            Leaf::Sealed(leaf) => leaf.id,
            Leaf::Officer(leaf) => leaf.id,
        }
    }
}

impl fmt::Display for Leaf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Leaf::Target(Target {
                id,
                stratum,
                departments,
                exclusion,
            }) => {
                let exclusion = exclusion.unwrap_or("0");
                write!(
                    f,
                    "{VERSION}|target|{id}|{stratum}|{departments}|{exclusion}"
                )
            }
            Leaf::Sealed(SealedTarget {
                id,
                exclusion,
                class,
                ticket,
            }) => {
                let exclusion = exclusion.unwrap_or("0");
                write!(f, "{VERSION}|starget|{id}|{exclusion}|{class}|{ticket}")
            }
            Leaf::Officer(Officer {
                id,
                department,
                qualifications,
            }) => write!(f, "{VERSION}|officer|{id}|{department}|{qualifications}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn leaves_are_read_and_written_back() {
        let zero = "0".repeat(64);
        let sealed = std::format!("ddraw/1|starget|91330000EXAMPLE001|0|{zero}|{zero}");
        for line in [
            "ddraw/1|target|9100000MA0000001X|food|610323-SCJG,610323-XFJY|0",
            "ddraw/1|target|A|food||closed",
            &sealed,
            "ddraw/1|officer|P001|610323-SCJG|food,gas",
            "ddraw/1|officer|P001|610323-SCJG|",
        ] {
            assert_eq!(Leaf::parse(line).unwrap().to_string(), line);
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for (line, field) in [
            ("ddraw/1|target|a|food||0", "ID"),
            ("ddraw/1|target||food||0", "ID"),
            ("ddraw/1|target|A|fo od||0", "stratum"),
            ("ddraw/1|target|A|food|B,A|0", "departments"),
            ("ddraw/1|target|A|food|A,A|0", "departments"),
            ("ddraw/1|target|A|food|A,|0", "departments"),
            ("ddraw/1|target|A|food|,|0", "departments"),
            ("ddraw/1|target|A|food||", "exclusion"),
            ("ddraw/1|starget|A|0|00|00", "class"),
            ("ddraw/1|officer|A|b|", "department"),
            ("ddraw/1|officer|A|B|q q", "qualifications"),
        ] {
            match Leaf::parse(line) {
                Err(LeafError::Field { field: found, .. }) => assert_eq!(found, field, "{line}"),
                other => panic!("{line}: {other:?}"),
            }
        }
        for line in [
            "",
            "ddraw/1",
            "ddraw/2|target|A|food||0",
            "ddraw/1|thing|A",
            "ddraw/1|target|A|food|",
            "ddraw/1|target|A|food||0|",
            "ddraw/1|officer|A|B",
        ] {
            assert_eq!(Leaf::parse(line), Err(LeafError::Form), "{line}");
        }
    }
}
