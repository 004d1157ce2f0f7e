//! Whether the entries a record names exist and fit: published, of a kind the field may name, about the same subject.
//!
//! The leaf hash beside the index binds the reference to this log's entry. What a missing body would have told is not asked:
//! a record that has left publication can still be named. Nothing here depends on the order of events not yet published.

use super::event::body_of;
use super::refusal::Refusal;
use crate::domain::schema::{FieldType, Target};
use crate::domain::{EntryRef, Kind, View};
use crate::log::{Leaf, Log};
use gongshi_verify::encoding::hex;
use gongshi_verify::entry::Entry;
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::record::Record;

/// Checks every reference of a record against the published log.
///
/// # Errors
/// The first that names no published entry, or one that does not fit; or the log could not be read.
pub fn check(log: &Log, view: &View<'_>) -> Result<(), Refusal> {
    let mut references = Vec::new();
    view.walk(&mut |leaf| {
        if let FieldType::EntryRef(target) = leaf.ty
            && let Some(entry) = EntryRef::from_value(leaf.value)
        {
            references.push((leaf.path.to_owned(), target, entry));
        }
    });
    let size = log.published().size();
    for (path, target, reference) in references {
        let index = reference.index;
        let missing = || Refusal::Reference {
            path: path.clone(),
            index,
        };
        if index >= size {
            return Err(missing());
        }
        let unreadable = |e: &dyn std::fmt::Display| Refusal::Unavailable(e.to_string());
        // The record costs a read of its own: only where the subject is asked for.
        let leaf = match target.same_subject {
            true => log.leaf(index),
            false => log.entry(index).map(|entry| Leaf {
                entry,
                record: None,
            }),
        };
        let leaf = leaf.map_err(|e| unreadable(&e))?;
        if hex(&leaf_hash(&leaf.entry)) != reference.leaf_hash {
            return Err(missing());
        }
        let entry = Entry::parse(&leaf.entry).map_err(|e| unreadable(&e))?;
        fits(&path, index, target, &entry, view, leaf.record.as_deref())?;
    }
    Ok(())
}

/// Whether an entry is of a kind the field may name and about the subject of the record that names it.
fn fits(
    path: &str,
    index: u64,
    target: Target,
    entry: &Entry,
    view: &View<'_>,
    record: Option<&[u8]>,
) -> Result<(), Refusal> {
    let kind = entry.kind.as_str().parse::<Kind>().ok();
    if !target.kinds.is_empty() && !kind.is_some_and(|kind| target.kinds.contains(&kind)) {
        return Err(Refusal::ReferenceKind {
            path: path.to_owned(),
            index,
            found: entry.kind.to_string(),
            expected: target.kinds,
        });
    }
    let (Some(kind), Some(record)) = (kind, record) else {
        return Ok(());
    };
    let record =
        Record::parse(record).map_err(|e| Refusal::Unavailable(format!("record {index}: {e}")))?;
    let body = body_of(&record);
    match same_subject(view, &View::new(kind, &body)) {
        true => Ok(()),
        false => Err(Refusal::ReferenceSubject {
            path: path.to_owned(),
            index,
        }),
    }
}

/// By credit code, where both have one. Names are written in many ways, and who had no code may have one by now.
fn same_subject(one: &View<'_>, other: &View<'_>) -> bool {
    match (one.subject_code(), other.subject_code()) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}
