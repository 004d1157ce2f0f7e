//! The opened list of a sealed draw: who was drawn and who went there, held against what the draw has committed to.
//!
//! That the list is the committed one, and of objects of the library that can be drawn, is shown here. That the rules draw just
//! these is not: classes and salts stay sealed. Formulas: `docs/DRAW.md`, "The file of a draw".

use super::leaf::{Leaf, VERSION};
use super::library::Library;
use crate::encoding::hex32;
use crate::hash::{Hash, leaf_hash};
use crate::merkle::tree_head;
use crate::names::is_draw_id;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Why a text is not the list that a sealed draw has committed to. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenedError {
    /// A line that does not end.
    #[error("its last line is not ended by a line feed")]
    Unended,
    /// Not a line of such a list.
    #[error(
        "line {line}: expected ddraw/1|sdrawn|ID|officers|x, officers each once and in order, x of 64 hexadecimal digits"
    )]
    Line {
        /// Which.
        line: usize,
    },
    /// An id that does not come after the one before.
    #[error("line {line}: its id does not come after that of the line before it")]
    Order {
        /// Which.
        line: usize,
    },
    /// Another number of lines than the draw says.
    #[error("it has {found} lines, the draw says {expected}")]
    Count {
        /// How many there are.
        found: u64,
        /// How many the draw says.
        expected: u64,
    },
    /// Another list.
    #[error("the root over its lines is not the one that the draw has committed to")]
    Root,
    /// Somebody who is not in the library.
    #[error("line {line}: {id} is not in the library")]
    Unknown {
        /// Which.
        line: usize,
        /// The object.
        id: String,
    },
    /// Somebody who cannot be drawn.
    #[error("line {line}: {id} is excluded in the library")]
    Excluded {
        /// Which.
        line: usize,
        /// The object.
        id: String,
    },
}

/// Reads a list and holds it against number and root of the draw's record, and against the library that it was drawn from;
/// the ids, ascending.
///
/// # Errors
/// [`OpenedError`], naming the first line at fault; root and number before the library.
pub fn check<'a>(
    list: &'a str,
    count: u64,
    root: &Hash,
    library: &Library<'_>,
) -> Result<Vec<&'a str>, OpenedError> {
    if !list.is_empty() && !list.ends_with('\n') {
        return Err(OpenedError::Unended);
    }
    let (mut ids, mut hashes) = (Vec::new(), Vec::new());
    for (line, text) in (1..).zip(list.split_terminator('\n')) {
        let id = id_of(text).ok_or(OpenedError::Line { line })?;
        if ids.last().is_some_and(|before| *before >= id) {
            return Err(OpenedError::Order { line });
        }
        ids.push(id);
        hashes.push(leaf_hash(text.as_bytes()));
    }
    let found = ids.len() as u64;
    if found != count {
        let expected = count;
        return Err(OpenedError::Count { found, expected });
    }
    if tree_head(&hashes) != *root {
        return Err(OpenedError::Root);
    }
    for (line, id) in (1..).zip(&ids) {
        let name = || (*id).to_string();
        match library.find(id) {
            Some(Leaf::Sealed(leaf)) if leaf.exclusion.is_none() => {}
            Some(_) => return Err(OpenedError::Excluded { line, id: name() }),
            None => return Err(OpenedError::Unknown { line, id: name() }),
        }
    }
    Ok(ids)
}

/// The id of a line `ddraw/1|sdrawn|ID|officers|x`.
fn id_of(line: &str) -> Option<&str> {
    let mut parts = line.split('|');
    let mut next = || parts.next();
    let (version, kind, id, officers, salt) = (next()?, next()?, next()?, next()?, next()?);
    let fits = parts.next().is_none()
        && (version, kind) == (VERSION, "sdrawn")
        && is_draw_id(id)
        && officers.split(',').all(is_draw_id)
        && officers.split(',').is_sorted_by(|one, other| one < other)
        && hex32(salt).is_ok();
    fits.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::super::library::Form;
    use super::*;
    use alloc::borrow::ToOwned as _;
    use alloc::format;

    fn line(id: &str, officers: &str) -> String {
        format!("ddraw/1|sdrawn|{id}|{officers}|{}\n", "5a".repeat(32))
    }

    fn root(list: &str) -> Hash {
        let hashes: Vec<Hash> = list
            .split_terminator('\n')
            .map(|line| leaf_hash(line.as_bytes()))
            .collect();
        tree_head(&hashes)
    }

    #[test]
    fn only_the_committed_list_of_drawable_objects_fits() {
        let leaf = |id: &str, exclusion: &str, one: &str, other: &str| {
            format!(
                "ddraw/1|starget|{id}|{exclusion}|{}|{}\n",
                one.repeat(32),
                other.repeat(32)
            )
        };
        let library = [
            leaf("A", "0", "01", "02"),
            leaf("B", "0", "03", "04"),
            leaf("C", "closed", "05", "06"),
        ]
        .concat();
        let library = Library::parse(Form::Sealed, &library).unwrap();
        let said = |list: &str| {
            let ids = check(list, list.lines().count() as u64, &root(list), &library);
            ids.map(|ids| ids.into_iter().map(str::to_owned).collect::<Vec<_>>())
        };
        let good = line("A", "P1,P2") + &line("B", "P1");
        assert_eq!(said(&good), Ok(Vec::from(["A".into(), "B".into()])));
        assert_eq!(said(""), Ok(Vec::new()));
        assert_eq!(
            check(&good, 1, &root(&good), &library),
            Err(OpenedError::Count {
                found: 2,
                expected: 1
            })
        );
        let other = line("A", "P1,P3") + &line("B", "P1");
        assert_eq!(
            check(&other, 2, &root(&good), &library),
            Err(OpenedError::Root)
        );
        let id = String::from;
        for (list, error) in [
            (
                line("B", "P1") + &line("A", "P1"),
                OpenedError::Order { line: 2 },
            ),
            (
                line("A", "P1") + &line("A", "P2"),
                OpenedError::Order { line: 2 },
            ),
            (line("A", "P2,P1"), OpenedError::Line { line: 1 }),
            (line("A", ""), OpenedError::Line { line: 1 }),
            (line("a", "P1"), OpenedError::Line { line: 1 }),
            (line("A", "P1|"), OpenedError::Line { line: 1 }),
            (line("A", "P1") + "\n", OpenedError::Line { line: 2 }),
            (
                line("A", "P1").replace("5a\n", "5A\n"),
                OpenedError::Line { line: 1 },
            ),
            (
                line("A", "P1").replace('\n', "\r\n"),
                OpenedError::Line { line: 1 },
            ),
            (line("A", "P1").trim_end().to_string(), OpenedError::Unended),
            (
                line("AA", "P1"),
                OpenedError::Unknown {
                    line: 1,
                    id: id("AA"),
                },
            ),
            (
                line("A", "P1") + &line("C", "P1"),
                OpenedError::Excluded {
                    line: 2,
                    id: id("C"),
                },
            ),
        ] {
            assert_eq!(said(&list), Err(error), "{list}");
        }
    }
}
