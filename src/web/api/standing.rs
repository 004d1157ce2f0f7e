//! What has become of a record, beside the record: who decides about it sees what leaves with it and what stays.

use crate::domain::Kind;
use crate::log::LogError;
use crate::web::Portal;
use crate::web::problem::Problem;
use gongshi_verify::entry::Entry;
use serde_json::{Map, Value, json};

/// Most records listed that refer to one; as many are on its page.
const MAX_REFERRING: usize = 100;

/// Kinds that say what has become of another record; they are no records that stay beside it.
const SAY_SO: &[Kind] = &[
    Kind::Correction,
    Kind::Withdrawal,
    Kind::Erasure,
    Kind::Expiry,
];

/// `ended`, `corrected_by` and `referred_by` of an entry.
pub(super) fn of(portal: &Portal, index: u64) -> Result<Map<String, Value>, Problem> {
    let standing = portal.intake.standing();
    let ended = standing.ended(index).map_err(LogError::from)?;
    let corrected_by = standing.corrections(index).map_err(LogError::from)?;
    let mut referred_by = Vec::new();
    for source in portal.model.referrers(index, None, MAX_REFERRING)? {
        let entry = portal.log.entry(source)?;
        let kind = Entry::parse(&entry).ok().map(|entry| entry.kind);
        let Some(kind) = kind else { continue };
        let own: Option<Kind> = kind.as_str().parse().ok();
        if !own.is_some_and(|kind| SAY_SO.contains(&kind)) {
            referred_by.push(json!({"index": source, "kind": kind.as_str()}));
        }
    }
    let ended = ended.map(|ended| {
        json!({
            "by": ended.by,
            "kind": ended.kind.as_str(),
            "erased_by": ended.erased_by,
        })
    });
    let members = [
        ("ended", ended.unwrap_or(Value::Null)),
        ("corrected_by", corrected_by.into()),
        ("referred_by", referred_by.into()),
    ];
    Ok(members
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect())
}
