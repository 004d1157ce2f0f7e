//! Whether the entries a record names exist and fit: published, of a kind the field may name, about the same subject.
//!
//! The leaf hash beside the index binds the reference to this log's entry. What a missing body would have told is not asked:
//! a record that has left publication can still be named. Nothing here depends on the order of events not yet published.

use super::journey::corrected;
use super::refusal::Refusal;
use crate::domain::{About, Reference, Stored, Subject, View};
use crate::log::{Leaf, Log};
use crate::standing::Standing;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::leaf_hash;

/// Checks every reference of a record against the published log.
///
/// # Errors
/// The first that names no published entry, or one that does not fit; or the log could not be read.
pub fn check(log: &Log, standing: &Standing, view: &View<'_>) -> Result<(), Refusal> {
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
        let about = reference.target.about;
        let leaf = match about {
            About::Anybody => log.entry(index).map(|entry| Leaf {
                entry,
                record: None,
            }),
            About::Same | About::SameOrWas => log.leaf(index),
        };
        let leaf = leaf.map_err(|e| unreadable(&e))?;
        if hex(&leaf_hash(&leaf.entry)) != reference.entry.leaf_hash {
            return Err(missing());
        }
        let stored =
            Stored::read(&leaf.entry, leaf.record.as_deref()).map_err(|e| unreadable(&e))?;
        fits(&reference, &stored)?;
        if about != About::Anybody {
            let own = subject(view, &reference.path);
            let other = stored.view();
            let other = other.as_ref().and_then(Subject::of);
            let is_same = about.fits(own.as_ref(), other.as_ref())
                || is_by_correction(log, standing, (index, about), own)?;
            if !is_same {
                return Err(Refusal::ReferenceSubject {
                    path: reference.path,
                    index,
                });
            }
        }
    }
    Ok(())
}

/// Whether a path leads into what a correction says instead: that speaks of its own subject.
pub(super) fn is_corrected(path: &str) -> bool {
    path.starts_with("corrected_body.")
}

/// The subject of the record, or of the corrected body, that has a field at this path.
fn subject<'a>(view: &View<'a>, path: &str) -> Option<Subject<&'a str>> {
    match is_corrected(path) {
        true => Subject::of(&corrected(view)?),
        false => Subject::of(view),
    }
}

/// Whether a record as it was last corrected is about a subject; not where no correction of it is public.
fn is_by_correction(
    log: &Log,
    standing: &Standing,
    (index, about): (u64, About),
    own: Option<Subject<&str>>,
) -> Result<bool, Refusal> {
    let Some(latest) = standing.corrections(index)?.last().copied() else {
        return Ok(false);
    };
    let unreadable = |e: &dyn std::fmt::Display| Refusal::Unavailable(e.to_string());
    let leaf = log.leaf(latest).map_err(|e| unreadable(&e))?;
    let stored = Stored::read(&leaf.entry, leaf.record.as_deref()).map_err(|e| unreadable(&e))?;
    let view = stored.view();
    let view = view.as_ref().and_then(corrected);
    let other = view.as_ref().and_then(Subject::of);
    Ok(about.fits(own.as_ref(), other.as_ref()))
}

/// Whether an entry is of a kind the field may name.
fn fits(reference: &Reference, stored: &Stored) -> Result<(), Refusal> {
    let index = reference.entry.index;
    match reference.target.takes(stored.kind) {
        true => Ok(()),
        false => Err(Refusal::ReferenceKind {
            path: reference.path.clone(),
            index,
            found: stored.entry.kind.to_string(),
            expected: reference.target.kinds,
        }),
    }
}
