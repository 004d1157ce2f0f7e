//! Sealed classes: salts for each object, the leaf that commits to them, and the openings, which stay with the department.
//!
//! An opening is a line of canonical JSON, `{"class","id","salt_c","salt_t"}`, ids ascending, one for every leaf.

use gongshi_verify::draw::choice::Opening;
use gongshi_verify::draw::leaf::{Leaf, VERSION};
use gongshi_verify::draw::library::Library;
use gongshi_verify::draw::ticket::{class_commitment, ticket_commitment};
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::hash::Hash;
use gongshi_verify::json::{self, Value};
use gongshi_verify::names::{is_draw_id, is_token};

/// What opens a sealed leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningLine {
    /// The object.
    pub id: String,
    /// Its class.
    pub class: String,
    /// Salt of the class.
    pub class_salt: Hash,
    /// Salt of the ticket.
    pub ticket_salt: Hash,
}

/// Why openings are not those of a library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningsError {
    /// A line that is no opening.
    #[error("line {line}: expected {{\"class\",\"id\",\"salt_c\",\"salt_t\"}}")]
    Line {
        /// Which, from 1.
        line: usize,
    },
    /// An opening that does not open the leaf at its place.
    #[error("line {line}: {reason}")]
    Leaf {
        /// Which, from 1.
        line: usize,
        /// Why.
        reason: String,
    },
    /// Fewer or more openings than leaves.
    #[error("expected {leaves} openings, one for each leaf, not {openings}")]
    Count {
        /// Leaves of the library.
        leaves: usize,
        /// Openings of the file.
        openings: usize,
    },
}

/// Seals an object's class under salts of its own.
pub(super) fn seal(id: String, class: String, random: fn() -> Hash) -> OpeningLine {
    OpeningLine {
        id,
        class,
        class_salt: random(),
        ticket_salt: random(),
    }
}

impl OpeningLine {
    /// The leaf it opens, `ddraw/1|starget|ID|exclusion|c_class|c_ticket`.
    pub(super) fn leaf(&self, exclusion: &str) -> String {
        let class = hex(&class_commitment(&self.class_salt, &self.class));
        let ticket = hex(&ticket_commitment(&self.ticket_salt));
        format!("{VERSION}|starget|{}|{exclusion}|{class}|{ticket}", self.id)
    }

    /// As the draw takes it.
    pub fn opening(&self) -> Opening<'_> {
        Opening {
            id: &self.id,
            class: &self.class,
            class_salt: self.class_salt,
            ticket_salt: self.ticket_salt,
        }
    }

    /// Its line, without a line break.
    pub fn to_json(&self) -> String {
        json::to_jcs(&Value::object([
            ("class", self.class.as_str().into()),
            ("id", self.id.as_str().into()),
            ("salt_c", hex(&self.class_salt).into()),
            ("salt_t", hex(&self.ticket_salt).into()),
        ]))
    }

    fn parse(line: &str) -> Option<Self> {
        let value = json::parse(line).ok()?;
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let opening = OpeningLine {
            id: text("id").filter(|id| is_draw_id(id))?.to_owned(),
            class: text("class").filter(|class| is_token(class))?.to_owned(),
            class_salt: hex32(text("salt_c")?).ok()?,
            ticket_salt: hex32(text("salt_t")?).ok()?,
        };
        (opening.to_json() == line).then_some(opening)
    }
}

/// The file of openings.
pub fn openings_text(openings: &[OpeningLine]) -> String {
    let mut text = String::with_capacity(openings.len() * 200);
    for opening in openings {
        text.push_str(&opening.to_json());
        text.push('\n');
    }
    text
}

/// The openings of those objects that take part: whose leaves are not excluded. `openings` are those of the library.
pub fn taking_part<'a>(openings: &'a [OpeningLine], objects: &Library<'_>) -> Vec<Opening<'a>> {
    let all = openings.iter().zip(objects.leaves());
    let taking_part =
        all.filter(|(_, leaf)| matches!(leaf, Leaf::Sealed(leaf) if leaf.exclusion.is_none()));
    taking_part.map(|(opening, _)| opening.opening()).collect()
}

/// Reads the file of openings and holds each against its leaf, excluded or not.
///
/// # Errors
/// [`OpeningsError`], naming the line.
pub fn read_openings(text: &str, library: &Library<'_>) -> Result<Vec<OpeningLine>, OpeningsError> {
    let mut openings = Vec::with_capacity(library.leaves().len());
    for (line, text) in (1..).zip(text.lines()) {
        let opening = OpeningLine::parse(text).ok_or(OpeningsError::Line { line })?;
        if let Some(Leaf::Sealed(leaf)) = library.leaves().get(line - 1) {
            opening
                .opening()
                .opens(leaf)
                .map_err(|error| OpeningsError::Leaf {
                    line,
                    reason: error.to_string(),
                })?;
        }
        openings.push(opening);
    }
    let (leaves, count) = (library.leaves().len(), openings.len());
    match leaves == count {
        true => Ok(openings),
        false => Err(OpeningsError::Count {
            leaves,
            openings: count,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongshi_verify::draw::library::Form;
    use gongshi_verify::hash::sha256;
    use std::sync::atomic::{AtomicU64, Ordering};

    static NEXT: AtomicU64 = AtomicU64::new(0);

    fn random() -> Hash {
        sha256(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes())
    }

    #[test]
    fn openings_open_the_leaves_they_were_made_with_and_no_others() {
        let openings: Vec<OpeningLine> = ["A", "B", "C"]
            .map(|id| seal(id.to_owned(), "high".to_owned(), random))
            .to_vec();
        let leaves: String = openings.iter().map(|one| one.leaf("0") + "\n").collect();
        let library = Library::parse(Form::Sealed, &leaves).unwrap();
        let text = openings_text(&openings);
        assert_eq!(read_openings(&text, &library).unwrap(), openings);
        let lines: Vec<&str> = text.lines().collect();
        let refused = |lines: &[&str]| read_openings(&lines.join("\n"), &library).unwrap_err();
        assert!(matches!(
            refused(&lines[..2]),
            OpeningsError::Count { openings: 2, .. }
        ));
        assert!(matches!(
            refused(&[lines[0], lines[2], lines[1]]),
            OpeningsError::Leaf { line: 2, .. }
        ));
        let other = lines[1].replace("high", "low");
        let said = refused(&[lines[0], &other, lines[2]]).to_string();
        assert_eq!(
            said,
            "line 2: class and salt are not those that the leaf commits to"
        );
        for wrong in ["", "{}", "{\"class\":\"a\"}"] {
            assert_eq!(
                refused(&[lines[0], wrong, lines[2]]),
                OpeningsError::Line { line: 2 }
            );
        }
    }

    #[test]
    fn a_leaf_is_that_of_the_known_answer() {
        let opening = OpeningLine {
            id: "91330000EXAMPLE001".to_owned(),
            class: "C".to_owned(),
            class_salt: [0xaa; 32],
            ticket_salt: [0xbb; 32],
        };
        assert_eq!(
            opening.leaf("0"),
            "ddraw/1|starget|91330000EXAMPLE001|0|356a47fc671ced67739f9bad5b604b3ba58cbdc3f584bc9d80a223c1a87880b8|\
             44576f4b3ea09e4546e7471f6fab9239c7c84f368bc879c9987c0351e9e6ab52"
        );
    }
}
