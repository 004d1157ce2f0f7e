//! Keys of the model's database: a tag, what it is about, and numbers in big endian, so that a range is in order.

use super::enterprise::StatusList;
use crate::domain::Kind;
use gongshi_verify::hash::Hash;

pub(super) const CURSOR: &[u8] = b"cursor";
pub(super) const VERSION: &[u8] = b"version";
pub(super) const CLEARING: &[u8] = b"clearing";
/// Number of records that no rule ends and whose authority has to decide.
pub(super) const UNDECIDED: &[u8] = b"undecided";
/// Digest of the rules by which it was folded.
pub(super) const RULES: &[u8] = b"rules";

fn joined(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = vec![tag];
    for part in parts {
        key.extend_from_slice(part);
    }
    key
}

pub(super) fn enterprise(uscc: &str) -> Vec<u8> {
    joined(b'e', &[uscc.as_bytes()])
}

pub(super) fn enterprise_records(uscc: &str) -> Vec<u8> {
    joined(b'h', &[uscc.as_bytes(), b"|"])
}

pub(super) fn enterprise_record(uscc: &str, day: &str, index: u64) -> Vec<u8> {
    let parts = [uscc.as_bytes(), b"|", day.as_bytes(), &index.to_be_bytes()];
    joined(b'h', &parts)
}

pub(super) fn count(kind: Kind) -> Vec<u8> {
    joined(b'n', &[kind.as_str().as_bytes()])
}

/// The public records of a kind within a range of indexes.
pub(super) fn list(kind: Kind, range: u64) -> Vec<u8> {
    let parts = [kind.as_str().as_bytes(), b"|", &range.to_be_bytes()];
    joined(b'l', &parts)
}

/// How many there are in each of some ranges.
pub(super) fn directory(kind: Kind, page: Option<u64>) -> Vec<u8> {
    let page = page.map(u64::to_be_bytes);
    let page = page.as_ref().map_or(&[][..], |page| page.as_slice());
    joined(b'd', &[kind.as_str().as_bytes(), b"|", page])
}

/// The corrections of a record, a key each: however many there are, one more costs the same.
pub(super) fn corrections(target: u64, correction: Option<u64>) -> Vec<u8> {
    let correction = correction.map(u64::to_be_bytes);
    let correction = correction.as_ref().map_or(&[][..], |one| one.as_slice());
    joined(b'k', &[&target.to_be_bytes(), correction])
}

/// Records that a correction has said to be about a subject, with that correction.
pub(super) fn moved(uscc: &str, of: Option<(u64, u64)>) -> Vec<u8> {
    let mut key = joined(b'c', &[uscc.as_bytes(), b"|"]);
    if let Some((target, correction)) = of {
        key.extend_from_slice(&target.to_be_bytes());
        key.extend_from_slice(&correction.to_be_bytes());
    }
    key
}

pub(super) fn authority(authority: &str, kind: Kind) -> Vec<u8> {
    joined(
        b'a',
        &[authority.as_bytes(), b"|", kind.as_str().as_bytes()],
    )
}

pub(super) fn listed(list: StatusList, uscc: &str) -> Vec<u8> {
    joined(b's', &[&[list.byte()], uscc.as_bytes()])
}

/// Listings of subjects without a credit code, by their entry.
pub(super) fn listed_entry(list: StatusList, index: Option<u64>) -> Vec<u8> {
    let index = index.map(u64::to_be_bytes);
    let index = index.as_ref().map_or(&[][..], |one| one.as_slice());
    joined(b'N', &[&[list.byte()], index])
}

pub(super) fn listed_count(list: StatusList) -> Vec<u8> {
    joined(b't', &[&[list.byte()]])
}

/// By file and record, so that each leaves with its record alone.
pub(super) fn file(sha256: &Hash, index: Option<u64>) -> Vec<u8> {
    match index {
        Some(index) => joined(b'f', &[sha256, &index.to_be_bytes()]),
        None => joined(b'f', &[sha256]),
    }
}

/// The same for records that left publication and are kept.
pub(super) fn withheld(sha256: &Hash, index: Option<u64>) -> Vec<u8> {
    match index {
        Some(index) => joined(b'F', &[sha256, &index.to_be_bytes()]),
        None => joined(b'F', &[sha256]),
    }
}

/// Corrections of a record that left publication and are kept; of those that an entry of their own ended, its index.
pub(super) fn withheld_corrections(target: u64, correction: Option<u64>) -> Vec<u8> {
    let correction = correction.map(u64::to_be_bytes);
    let correction = correction.as_ref().map_or(&[][..], |one| one.as_slice());
    joined(b'K', &[&target.to_be_bytes(), correction])
}

pub(super) fn drawn_results(plan: &str, target: Option<&str>) -> Vec<u8> {
    let target = target.map(|target| [target.as_bytes(), b"|"].concat());
    let target = target.unwrap_or_default();
    joined(b'p', &[plan.as_bytes(), b"|", &target])
}

pub(super) fn drawn_result(plan: &str, target: &str, authority: &str, index: u64) -> Vec<u8> {
    let mut key = drawn_results(plan, Some(target));
    key.extend_from_slice(authority.as_bytes());
    key.extend_from_slice(&index.to_be_bytes());
    key
}

pub(super) fn referrer(target: u64, source: Option<u64>) -> Vec<u8> {
    match source {
        Some(source) => joined(b'r', &[&target.to_be_bytes(), &source.to_be_bytes()]),
        None => joined(b'r', &[&target.to_be_bytes()]),
    }
}

/// Records that say when the display of another ends, by that one.
pub(super) fn bearing(target: u64, source: Option<u64>) -> Vec<u8> {
    let source = source.map(u64::to_be_bytes);
    let source = source.as_ref().map_or(&[][..], |source| source.as_slice());
    joined(b'b', &[&target.to_be_bytes(), source])
}

/// Records that rested on another, or applied for its repair, and are shown no more, by that one.
pub(super) fn left(target: u64, source: Option<u64>) -> Vec<u8> {
    let source = source.map(u64::to_be_bytes);
    let source = source.as_ref().map_or(&[][..], |source| source.as_slice());
    joined(b'm', &[&target.to_be_bytes(), source])
}

/// What is kept of the duties of a record.
pub(super) fn duties(index: u64) -> Vec<u8> {
    joined(b'W', &[&index.to_be_bytes()])
}

/// Records by which duties may have ended, by what they name.
pub(super) fn ender(named: u64, source: Option<u64>) -> Vec<u8> {
    let source = source.map(u64::to_be_bytes);
    let source = source.as_ref().map_or(&[][..], |source| source.as_slice());
    joined(b'X', &[&named.to_be_bytes(), source])
}

/// Those that are shown no more, and yet did what was to be done.
pub(super) fn left_ender(named: u64, source: Option<u64>) -> Vec<u8> {
    let source = source.map(u64::to_be_bytes);
    let source = source.as_ref().map_or(&[][..], |source| source.as_slice());
    joined(b'J', &[&named.to_be_bytes(), source])
}

/// Those that were withdrawn and have not done it: by the entry that withdrew them.
pub(super) fn undone(named: u64, source: Option<u64>) -> Vec<u8> {
    let source = source.map(u64::to_be_bytes);
    let source = source.as_ref().map_or(&[][..], |source| source.as_slice());
    joined(b'U', &[&named.to_be_bytes(), source])
}

/// Those that named it when they were published, and were corrected since.
pub(super) fn unsaid(named: u64, source: Option<u64>) -> Vec<u8> {
    let source = source.map(u64::to_be_bytes);
    let source = source.as_ref().map_or(&[][..], |source| source.as_slice());
    joined(b'V', &[&named.to_be_bytes(), source])
}

/// Records with duties that end with a record that names the same.
pub(super) fn waiting(named: u64, source: Option<u64>) -> Vec<u8> {
    let source = source.map(u64::to_be_bytes);
    let source = source.as_ref().map_or(&[][..], |source| source.as_slice());
    joined(b'I', &[&named.to_be_bytes(), source])
}

/// Serious listings of who they are of as they stand, by day.
pub(super) fn serious(uscc: &str, day: &str, index: Option<u64>) -> Vec<u8> {
    let index = index.map(u64::to_be_bytes);
    let index = index.as_ref().map_or(&[][..], |index| index.as_slice());
    joined(b'S', &[uscc.as_bytes(), b"|", day.as_bytes(), index])
}

/// Records with duties that end with what becomes of one which is named by what they name.
pub(super) fn reached(reached: u64, source: Option<u64>) -> Vec<u8> {
    let source = source.map(u64::to_be_bytes);
    let source = source.as_ref().map_or(&[][..], |source| source.as_slice());
    joined(b'R', &[&reached.to_be_bytes(), source])
}

/// Duties of an authority that are open (`O`) or were met too late (`Z`), by `part` of them, by day, record and rule.
pub(super) fn duty(
    list: u8,
    authority: &str,
    part: u8,
    place: Option<(&str, u64, &str)>,
) -> Vec<u8> {
    let mut key = joined(list, &[authority.as_bytes(), b"|", &[part]]);
    if let Some((day, index, rule)) = place {
        key.extend_from_slice(day.as_bytes());
        key.extend_from_slice(&index.to_be_bytes());
        key.extend_from_slice(rule.as_bytes());
    }
    key
}

/// Numbers of open duties (`C`, by day) and of met ones (`Q`, by how) of an authority; all authorities' without one.
pub(super) fn duty_count(list: u8, place: Option<(&str, u8, &str, &str)>) -> Vec<u8> {
    match place {
        None => vec![list],
        Some((authority, part, place, rule)) => joined(
            list,
            &[
                authority.as_bytes(),
                b"|",
                &[part],
                place.as_bytes(),
                rule.as_bytes(),
            ],
        ),
    }
}

/// The records of a subject that begin a journey.
pub(super) fn begun(uscc: &str, index: Option<u64>) -> Vec<u8> {
    let index = index.map(u64::to_be_bytes);
    let index = index.as_ref().map_or(&[][..], |index| index.as_slice());
    joined(b'j', &[uscc.as_bytes(), b"|", index])
}

/// What became of a promise, by that promise.
pub(super) fn promise_follower(promise: u64, source: Option<u64>) -> Vec<u8> {
    let source = source.map(u64::to_be_bytes);
    let source = source.as_ref().map_or(&[][..], |source| source.as_slice());
    joined(b'q', &[&promise.to_be_bytes(), source])
}

/// Records by a number.
pub(super) fn numbered(digest: &[u8; 8], index: Option<u64>) -> Vec<u8> {
    let index = index.map(u64::to_be_bytes);
    let index = index.as_ref().map_or(&[][..], |index| index.as_slice());
    joined(b'B', &[digest, index])
}

/// Enterprises whose name begins so.
pub(super) fn names(beginning: &str) -> Vec<u8> {
    joined(b'M', &[beginning.as_bytes()])
}

/// An enterprise by one of its names.
pub(super) fn named(name: &str, uscc: &str) -> Vec<u8> {
    joined(b'M', &[name.as_bytes(), &[0], uscc.as_bytes()])
}

/// Where a promise stands in the list of promises.
pub(super) fn promise_place(promise: u64) -> Vec<u8> {
    joined(b'o', &[&promise.to_be_bytes()])
}

/// Promises of a kind and state (`<type>|<state>`), in the order of the log.
pub(super) fn promises(place: &str, promise: Option<u64>) -> Vec<u8> {
    let promise = promise.map(u64::to_be_bytes);
    let promise = promise
        .as_ref()
        .map_or(&[][..], |promise| promise.as_slice());
    joined(b'g', &[place.as_bytes(), b"|", promise])
}

/// How many promises of a kind and state there are.
pub(super) fn promise_count(place: &str) -> Vec<u8> {
    joined(b'G', &[place.as_bytes()])
}

/// How many entries of a kind an authority had logged in a month.
pub(super) fn published(month: &str, of: Option<(Kind, &str)>) -> Vec<u8> {
    match of {
        None => joined(b'T', &[month.as_bytes(), b"|"]),
        Some((kind, authority)) => {
            let kind = kind.as_str().as_bytes();
            let parts = [month.as_bytes(), b"|", kind, b"|", authority.as_bytes()];
            joined(b'T', &parts)
        }
    }
}

/// Those entries.
pub(super) fn published_entry(
    month: &str,
    kind: Kind,
    authority: &str,
    index: Option<u64>,
) -> Vec<u8> {
    let mut key = published(month, Some((kind, authority)));
    key[0] = b'E';
    key.push(b'|');
    key.extend_from_slice(
        index
            .map(u64::to_be_bytes)
            .as_ref()
            .map_or(&[][..], |index| index),
    );
    key
}

/// How many public records of a month say something.
pub(super) fn said(month: &str, of: Option<(Kind, &str, &str)>) -> Vec<u8> {
    match of {
        None => joined(b'Y', &[month.as_bytes(), b"|"]),
        Some((kind, authority, says)) => {
            let parts = [month, kind.as_str(), authority, says];
            joined(b'Y', &[parts.join("|").as_bytes()])
        }
    }
}

/// Those records.
pub(super) fn said_entry(
    month: &str,
    kind: Kind,
    authority: &str,
    says: &str,
    index: Option<u64>,
) -> Vec<u8> {
    let mut key = said(month, Some((kind, authority, says)));
    key[0] = b'y';
    key.push(b'|');
    key.extend(index.iter().flat_map(|index| index.to_be_bytes()));
    key
}

/// The last day of a record's display.
pub(super) fn last_day(index: u64) -> Vec<u8> {
    joined(b'v', &[&index.to_be_bytes()])
}

/// Records whose end the rules leave to their authority.
pub(super) fn review(index: Option<u64>) -> Vec<u8> {
    let index = index.map(u64::to_be_bytes);
    let index = index.as_ref().map_or(&[][..], |index| index.as_slice());
    joined(b'w', &[index])
}

/// Records by the last day of their display.
pub(super) fn due(day: &str, index: Option<u64>) -> Vec<u8> {
    let index = index.map(u64::to_be_bytes);
    let index = index.as_ref().map_or(&[][..], |index| index.as_slice());
    joined(b'u', &[day.as_bytes(), index])
}
