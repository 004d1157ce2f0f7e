//! A library (名录库) as its snapshot commits to it: leaves of one form, one to a line, ids strictly ascending.
//!
//! The order makes membership and absence provable: who is not between two neighbours is not in it. Whether a library is in order, everyone checks who
//! reads the whole of it; a proof of absence rests on that.

use super::leaf::{Leaf, LeafError, Officer, Target};
use crate::hash::{EMPTY_ROOT, Hash, leaf_hash};
use crate::merkle::{CompactRange, MerkleError, verify_inclusion};
use alloc::vec::Vec;
use core::cmp::Ordering;

/// What form the leaves of a library have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Objects with their strata in the open.
    Open,
    /// Objects with sealed classes.
    Sealed,
    /// Officers.
    Officers,
}

impl Form {
    /// The form of the leaves that a snapshot announces: which library it is of, and whether classes are sealed.
    pub fn announced(library: &str, sealed: bool) -> Self {
        match (library, sealed) {
            ("officers", _) => Form::Officers,
            (_, true) => Form::Sealed,
            (_, false) => Form::Open,
        }
    }

    pub(super) fn of(leaf: &Leaf<'_>) -> Self {
        match leaf {
            Leaf::Target(_) => Form::Open,
            Leaf::Sealed(_) => Form::Sealed,
            Leaf::Officer(_) => Form::Officers,
        }
    }
}

/// Why a file is no library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LibraryError {
    /// A line that is no leaf.
    #[error("line {line}: {source}")]
    Leaf {
        /// Which, from 1.
        line: u64,
        /// What is wrong with it.
        source: LeafError,
    },
    /// A leaf of another form than the library has.
    #[error("line {line}: a leaf of another form than the library's")]
    Form {
        /// Which, from 1.
        line: u64,
    },
    /// An id not after the one before.
    #[error("line {line}: ids have to ascend strictly, in order of bytes")]
    Order {
        /// Which, from 1.
        line: u64,
    },
    /// A commitment that another leaf has, too: salts have to be independent.
    #[error("the commitment {} comes twice; every salt serves once", crate::encoding::hex(.commitment))]
    Repeated {
        /// The commitment.
        commitment: Hash,
    },
    /// The last line does not end.
    #[error("the last line has to end with a line feed")]
    Unended,
}

/// A library, read from its file without copying.
#[derive(Debug, Clone)]
pub struct Library<'a> {
    form: Form,
    leaves: Vec<Leaf<'a>>,
    root: Hash,
}

impl<'a> Library<'a> {
    /// Reads the file of a library: each leaf on a line that ends with a line feed; nothing at all where there is none.
    ///
    /// # Errors
    /// [`LibraryError`], naming the line.
    pub fn parse(form: Form, file: &'a str) -> Result<Self, LibraryError> {
        let mut leaves: Vec<Leaf<'a>> = Vec::new();
        let mut edge = CompactRange::new();
        let lines = match file.strip_suffix('\n') {
            Some(lines) => Some(lines),
            None if file.is_empty() => None,
            None => return Err(LibraryError::Unended),
        };
        for (line, text) in (1..).zip(lines.into_iter().flat_map(|lines| lines.split('\n'))) {
            let leaf = Leaf::parse(text).map_err(|source| LibraryError::Leaf { line, source })?;
            if Form::of(&leaf) != form {
                return Err(LibraryError::Form { line });
            }
            if leaves.last().is_some_and(|last| last.id() >= leaf.id()) {
                return Err(LibraryError::Order { line });
            }
            edge.push(leaf_hash(text.as_bytes()), &mut |_, _, _| {});
            leaves.push(leaf);
        }
        let library = Library {
            form,
            leaves,
            root: edge.root(),
        };
        library.salts_serve_once()?;
        Ok(library)
    }

    fn salts_serve_once(&self) -> Result<(), LibraryError> {
        let mut commitments = Vec::new();
        for leaf in &self.leaves {
            if let Leaf::Sealed(leaf) = leaf {
                for text in [leaf.class, leaf.ticket] {
                    commitments.push(crate::encoding::hex32(text).unwrap_or_default());
                }
            }
        }
        commitments.sort_unstable();
        match commitments.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(LibraryError::Repeated {
                commitment: pair[0],
            }),
            None => Ok(()),
        }
    }

    /// The form of its leaves.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Its leaves, ids ascending.
    pub fn leaves(&self) -> &[Leaf<'a>] {
        &self.leaves
    }

    /// Its objects with strata in the open; none in a library of another form.
    pub fn targets(&self) -> impl Iterator<Item = Target<'a>> {
        self.leaves.iter().filter_map(|leaf| match leaf {
            Leaf::Target(target) => Some(*target),
            _ => None,
        })
    }

    /// Its officers; none in a library of another form.
    pub fn officers(&self) -> impl Iterator<Item = Officer<'a>> {
        self.leaves.iter().filter_map(|leaf| match leaf {
            Leaf::Officer(officer) => Some(*officer),
            _ => None,
        })
    }

    /// RFC 6962 root over the leaves in order; that of no leaves where it is empty.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The leaf of an id.
    pub fn find(&self, id: &str) -> Option<&Leaf<'a>> {
        let at = self.position(id).ok()?;
        self.leaves.get(at)
    }

    /// Where an id stands, or would stand.
    pub fn position(&self, id: &str) -> Result<usize, usize> {
        self.leaves.binary_search_by(|leaf| leaf.id().cmp(id))
    }
}

/// A leaf of a library with the path that leads to its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member<'a> {
    /// The leaf, as its line says.
    pub line: &'a str,
    /// Its place, from 0.
    pub index: u64,
    /// RFC 9162 inclusion path.
    pub path: Vec<Hash>,
}

/// Why something does not follow from a snapshot's root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    /// The path does not lead to the root.
    #[error("leaf {index}: {source}")]
    Path {
        /// Its place.
        index: u64,
        /// What is wrong.
        source: MerkleError,
    },
    /// Not a leaf.
    #[error("leaf {index}: {source}")]
    Leaf {
        /// Its place.
        index: u64,
        /// What is wrong.
        source: LeafError,
    },
    /// The leaves shown are not the neighbours of the id, or the id is one of them.
    #[error("the leaves shown do not leave a gap where the id would stand")]
    NoGap,
}

impl<'a> Member<'a> {
    /// Checks that the leaf is in the library of that count and root.
    ///
    /// # Errors
    /// [`MemberError`], saying why not.
    pub fn verify(&self, count: u64, root: &Hash) -> Result<Leaf<'a>, MemberError> {
        let index = self.index;
        let hash = leaf_hash(self.line.as_bytes());
        verify_inclusion(&hash, index, count, &self.path, root)
            .map_err(|source| MemberError::Path { index, source })?;
        Leaf::parse(self.line).map_err(|source| MemberError::Leaf { index, source })
    }
}

/// Checks that an id is not in the library of that count and root: its two neighbours stand side by side, or the first or the
/// last leaf shows that it would stand outside; of an empty library nothing has to be shown.
///
/// # Errors
/// [`MemberError`], saying why not.
pub fn verify_absence(
    id: &str,
    before: Option<&Member<'_>>,
    after: Option<&Member<'_>>,
    count: u64,
    root: &Hash,
) -> Result<(), MemberError> {
    let place = |member: Option<&Member<'_>>, side: Ordering| match member {
        None => Ok(None),
        Some(member) => match member.verify(count, root)?.id().cmp(id) == side {
            true => Ok(Some(member.index)),
            false => Err(MemberError::NoGap),
        },
    };
    let (before, after) = (
        place(before, Ordering::Less)?,
        place(after, Ordering::Greater)?,
    );
    match leaves_gap(before, after, count) && (count > 0 || *root == EMPTY_ROOT) {
        true => Ok(()),
        false => Err(MemberError::NoGap),
    }
}

/// Whether no leaf is between these places: they are side by side, or the one there is is the last or the first, or there is no leaf at all.
pub(super) fn leaves_gap(before: Option<u64>, after: Option<u64>, count: u64) -> bool {
    match (before, after) {
        (None, None) => count == 0,
        (Some(before), None) => before + 1 == count,
        (None, Some(after)) => after == 0,
        (Some(before), Some(after)) => before + 1 == after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::{ProofNode, inclusion_nodes, subtree_root};
    use std::format;
    use std::string::String;

    fn officers(ids: &[&str]) -> String {
        ids.iter()
            .map(|id| format!("ddraw/1|officer|{id}|D|\n"))
            .collect()
    }

    #[test]
    fn what_is_no_library_is_refused_by_line() {
        let read =
            |text: &str| Library::parse(Form::Officers, text).map(|library| library.leaves().len());
        assert_eq!(read(""), Ok(0));
        assert_eq!(read(&officers(&["A", "B"])), Ok(2));
        assert_eq!(
            read(officers(&["A", "B"]).trim_end()),
            Err(LibraryError::Unended)
        );
        assert_eq!(
            read(&officers(&["B", "A"])),
            Err(LibraryError::Order { line: 2 })
        );
        assert_eq!(
            read(&officers(&["A", "A"])),
            Err(LibraryError::Order { line: 2 })
        );
        assert_eq!(
            read("ddraw/1|officer|A|D|\nddraw/1|target|B|s||0\n"),
            Err(LibraryError::Form { line: 2 })
        );
        let blank = LibraryError::Leaf {
            line: 2,
            source: LeafError::Form,
        };
        assert_eq!(read("ddraw/1|officer|A|D|\n\n"), Err(blank));
        assert_eq!(
            read("\n"),
            Err(LibraryError::Leaf {
                line: 1,
                source: LeafError::Form
            })
        );
        assert!(matches!(
            read("ddraw/1|officer|A|D|\r\n"),
            Err(LibraryError::Leaf { line: 1, .. })
        ));
    }

    #[test]
    fn a_salt_used_twice_is_refused() {
        let (a, b) = ("a".repeat(64), "b".repeat(64));
        let (c, d) = ("c".repeat(64), "d".repeat(64));
        let file = |first: [&str; 2], second: [&str; 2]| {
            format!(
                "ddraw/1|starget|A|0|{}|{}\nddraw/1|starget|B|0|{}|{}\n",
                first[0], first[1], second[0], second[1]
            )
        };
        assert!(Library::parse(Form::Sealed, &file([&a, &b], [&c, &d])).is_ok());
        for text in [
            file([&a, &b], [&a, &d]),
            file([&a, &b], [&c, &b]),
            file([&a, &a], [&c, &d]),
            file([&a, &b], [&b, &d]),
        ] {
            assert!(matches!(
                Library::parse(Form::Sealed, &text),
                Err(LibraryError::Repeated { .. })
            ));
        }
    }

    fn member<'a>(file: &'a str, index: u64) -> Member<'a> {
        let lines: Vec<&str> = file.lines().collect();
        let hashes: Vec<Hash> = lines
            .iter()
            .map(|line| leaf_hash(line.as_bytes()))
            .collect();
        let nodes: Vec<ProofNode> = inclusion_nodes(index, hashes.len() as u64).unwrap();
        let path = nodes.iter().map(|node| {
            node.fold(&mut |level, at| {
                let from = (at as usize) << level;
                subtree_root(&hashes[from..from + (1 << level)]).ok_or(())
            })
        });
        Member {
            line: lines[index as usize],
            index,
            path: path.collect::<Result<_, _>>().unwrap(),
        }
    }

    #[test]
    fn membership_and_absence_follow_from_the_root() {
        let ids = ["B", "D", "F", "H", "J"];
        let file = officers(&ids);
        let library = Library::parse(Form::Officers, &file).unwrap();
        let (count, root) = (5, library.root());
        let members: Vec<_> = (0..5).map(|index| member(&file, index)).collect();
        for (index, member) in members.iter().enumerate() {
            assert_eq!(member.verify(count, &root).unwrap().id(), ids[index]);
            assert!(member.verify(count + 1, &root).is_err() || index < 4);
            let forged = Member {
                line: "ddraw/1|officer|Z|D|",
                ..member.clone()
            };
            assert!(matches!(
                forged.verify(count, &root),
                Err(MemberError::Path { .. })
            ));
        }
        let absent = |id: &str, before: Option<usize>, after: Option<usize>| {
            let at = |at: Option<usize>| at.map(|at| &members[at]);
            verify_absence(id, at(before), at(after), count, &root).is_ok()
        };
        for (id, place) in [("A", 0), ("C", 1), ("E", 2), ("I", 4), ("K", 5), ("D", 1)] {
            for before in [None, Some(0), Some(1), Some(2), Some(3), Some(4)] {
                for after in [None, Some(0), Some(1), Some(2), Some(3), Some(4)] {
                    let right = id != "D"
                        && before.map_or(0, |at| at + 1) == place
                        && after.unwrap_or(5) == place;
                    assert_eq!(
                        absent(id, before, after),
                        right,
                        "{id} {before:?} {after:?}"
                    );
                }
            }
        }
        assert!(verify_absence("A", None, None, 0, &EMPTY_ROOT).is_ok());
        assert!(verify_absence("A", None, None, 0, &root).is_err());
    }
}
