//! Whether the entries a record names exist and fit: published, of a kind the field may name, about the same subject.
//!
//! The leaf hash beside the index binds the reference to this log's entry. What a missing body would have told is not asked:
//! a record that has left publication can still be named. Nothing here depends on the order of events not yet published.

use super::refusal::Refusal;
use crate::domain::{Reference, Stored, View};
use crate::log::{Leaf, Log};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::leaf_hash;

/// Checks every reference of a record against the published log.
///
/// # Errors
/// The first that names no published entry, or one that does not fit; or the log could not be read.
pub fn check(log: &Log, view: &View<'_>) -> Result<(), Refusal> {
    let size = log.published().size();
    for reference in view.references() {
        let index = reference.entry.index;
        let missing = || Refusal::Reference {
            path: reference.path.clone(),
            index,
        };
        if index >= size {
            return Err(missing());
        }
        let unreadable = |e: &dyn std::fmt::Display| Refusal::Unavailable(e.to_string());
        // The record costs a read of its own: only where the subject is asked for.
        let leaf = match reference.target.same_subject {
            true => log.leaf(index),
            false => log.entry(index).map(|entry| Leaf {
                entry,
                record: None,
            }),
        };
        let leaf = leaf.map_err(|e| unreadable(&e))?;
        if hex(&leaf_hash(&leaf.entry)) != reference.entry.leaf_hash {
            return Err(missing());
        }
        let stored =
            Stored::read(&leaf.entry, leaf.record.as_deref()).map_err(|e| unreadable(&e))?;
        fits(&reference, &stored, view)?;
    }
    Ok(())
}

/// Whether an entry is of a kind the field may name and about the subject of the record that names it.
fn fits(reference: &Reference, stored: &Stored, view: &View<'_>) -> Result<(), Refusal> {
    let index = reference.entry.index;
    if !reference.target.takes(stored.kind) {
        return Err(Refusal::ReferenceKind {
            path: reference.path.clone(),
            index,
            found: stored.entry.kind.to_string(),
            expected: reference.target.kinds,
        });
    }
    let other = stored.view().and_then(|view| view.subject_code());
    match same_subject(view.subject_code(), other) {
        true => Ok(()),
        false => Err(Refusal::ReferenceSubject {
            path: reference.path.clone(),
            index,
        }),
    }
}

/// By credit code, where both have one. Names are written in many ways, and who had no code may have one by now.
pub(super) fn same_subject<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.is_none() || other.is_none() || one == other
}
