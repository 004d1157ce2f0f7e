//! Who of several is in a library and who is not, under one multi-proof.
//!
//! Whoever is asked about has a leaf, or the neighbours of the place where it would stand; all of these leaves are proved together. There is exactly
//! one set of leaves for given ids: one that nobody was asked about is refused too. A proof of absence rests on the order of the
//! whole file ([`super::library`]), of which only the leaves shown are seen here.

use super::leaf::{Leaf, LeafError};
use super::library::{Form, leaves_gap};
use crate::hash::{Hash, leaf_hash};
use crate::merkle::MerkleError;
use crate::multiproof::verify_multiproof;
use crate::names::is_draw_id;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

/// Where an id stands in a library; places count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// It is in the library.
    Leaf(u64),
    /// It is not; it would stand between these two, of which one is missing before the first leaf and behind the last, both of an empty library.
    Absent(Option<u64>, Option<u64>),
}

impl Place {
    /// The places of the leaves that show it.
    pub fn leaves(self) -> impl Iterator<Item = u64> {
        let (one, other) = match self {
            Place::Leaf(index) => (Some(index), None),
            Place::Absent(before, after) => (before, after),
        };
        one.into_iter().chain(other)
    }
}

/// Why leaves do not show who is in a library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MembersError {
    /// The leaves are not under the root.
    #[error(transparent)]
    Proof(#[from] MerkleError),
    /// Not a leaf.
    #[error("leaf {index}: {source}")]
    Leaf {
        /// Its place.
        index: u64,
        /// What is wrong.
        source: LeafError,
    },
    /// A leaf of another form than the library has.
    #[error("leaf {index}: a leaf of another form than the library's")]
    Form {
        /// Its place.
        index: u64,
    },
    /// A library that is out of order.
    #[error(
        "leaf {index}: its id does not come after that of a leaf before it; the library is out of order"
    )]
    Order {
        /// Its place.
        index: u64,
    },
    /// No id, or one out of order.
    #[error(
        "the ids asked about have to be ids of a library and ascend strictly, in order of bytes"
    )]
    Ids,
    /// Of an id neither the leaf nor both neighbours are shown.
    #[error("{id}: the leaves shown do not leave a gap where the id would stand")]
    NoGap {
        /// The id.
        id: String,
    },
    /// A leaf that shows nothing that was asked.
    #[error("leaf {index} belongs to none of the ids asked about")]
    Unasked {
        /// Its place.
        index: u64,
    },
}

/// Leaves of a library that have been checked to be in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Members<'a> {
    count: u64,
    /// Places and ids ascending.
    leaves: Vec<(u64, Leaf<'a>)>,
}

impl<'a> Members<'a> {
    /// Checks lines at their places, ascending, against count and root of a library of that form.
    ///
    /// # Errors
    /// [`MembersError`], saying what does not fit.
    pub fn verify(
        form: Form,
        lines: &[(u64, &'a str)],
        hashes: &[Hash],
        count: u64,
        root: &Hash,
    ) -> Result<Self, MembersError> {
        let proved: Vec<(u64, Hash)> = lines
            .iter()
            .map(|(index, line)| (*index, leaf_hash(line.as_bytes())))
            .collect();
        verify_multiproof(&proved, count, hashes, root)?;
        let mut leaves: Vec<(u64, Leaf<'a>)> = Vec::with_capacity(lines.len());
        for (index, line) in lines.iter().copied() {
            let leaf = Leaf::parse(line).map_err(|source| MembersError::Leaf { index, source })?;
            if Form::of(&leaf) != form {
                return Err(MembersError::Form { index });
            }
            if leaves
                .last()
                .is_some_and(|(_, last)| last.id() >= leaf.id())
            {
                return Err(MembersError::Order { index });
            }
            leaves.push((index, leaf));
        }
        Ok(Members { count, leaves })
    }

    /// The leaf at a place, if it is one of those shown.
    pub fn leaf(&self, index: u64) -> Option<&Leaf<'a>> {
        let at = self.leaves.binary_search_by_key(&index, |(at, _)| *at);
        self.leaves.get(at.ok()?).map(|(_, leaf)| leaf)
    }

    /// Where each of the ids stands, or would stand. Ids ascend strictly, and every leaf shown belongs to one of them.
    ///
    /// # Errors
    /// [`MembersError`], naming the id or the leaf.
    pub fn places(&self, ids: &[&str]) -> Result<Vec<Place>, MembersError> {
        let ascending = ids.windows(2).all(|pair| pair[0] < pair[1]);
        if ids.is_empty() || !ascending || !ids.iter().all(|id| is_draw_id(id)) {
            return Err(MembersError::Ids);
        }
        let places = ids.iter().map(|id| self.place(id));
        let places: Vec<Place> = places.collect::<Result<_, _>>()?;
        let asked: BTreeSet<u64> = places.iter().flat_map(|place| place.leaves()).collect();
        let unasked = self.leaves.iter().find(|(index, _)| !asked.contains(index));
        match unasked {
            Some((index, _)) => Err(MembersError::Unasked { index: *index }),
            None => Ok(places),
        }
    }

    fn place(&self, id: &str) -> Result<Place, MembersError> {
        let index = |at: usize| self.leaves.get(at).map(|(index, _)| *index);
        match self.leaves.binary_search_by(|(_, leaf)| leaf.id().cmp(id)) {
            Ok(at) => Ok(Place::Leaf(self.leaves[at].0)),
            Err(at) => {
                let (before, after) = (at.checked_sub(1).and_then(index), index(at));
                match leaves_gap(before, after, self.count) {
                    true => Ok(Place::Absent(before, after)),
                    false => Err(MembersError::NoGap { id: id.into() }),
                }
            }
        }
    }
}
