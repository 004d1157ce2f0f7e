//! Every sentence of a report, in English, for the command line.
//!
//! Sentences only: no decision is taken here. A sentence claims what the step proves and no more.

use alloc::format;
use alloc::string::{String, ToString};

use super::{Outcome, StepId, Verdict};
use crate::encoding::hex;
use crate::entry::Entry;
use crate::hash::Hash;
use crate::names::{AuthorityId, is_permanent};
use crate::note::VerifierKey;
use crate::policy::{LogOutcome, WitnessSeen};
use crate::registry::{AuthorityState, Signers};
use crate::text::shown_beginning;
use crate::time::Timestamp;

/// An outcome in a word or two.
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "pass",
        Outcome::Fail => "FAIL",
        Outcome::NotChecked => "not checked",
    }
}

/// What a step is about.
pub(super) fn title(id: StepId) -> &'static str {
    match id {
        StepId::Fingerprint => "fingerprint of the record",
        StepId::Authority => "said by the authority",
        StepId::Inclusion => "inside the log",
        StepId::LogSignature => "signed by the log",
        StepId::Witnesses => "seen by witnesses",
        StepId::LaterRevocation => "later revocation of the key",
        StepId::Truth => "truth of the content",
        StepId::OldCheckpoint => "older checkpoint",
        StepId::NewCheckpoint => "newer checkpoint",
        StepId::SameLog => "same log and trees",
        StepId::Consistency => "nothing removed or changed",
        StepId::DrawEntries => "entries of the draw",
        StepId::DrawOrder => "fixed in time",
        StepId::DrawLibraries => "libraries",
        StepId::DrawRandomness => "randomness and seed",
        StepId::DrawTargets => "drawn targets",
        StepId::DrawOfficers => "officers",
        StepId::DrawOpening => "opened list",
        StepId::DrawOmissions => "nothing left out",
        StepId::LibraryEntries => "entries of plan and library",
        StepId::LibraryLeaves => "leaves under the library's root",
        StepId::LibraryMember => "in the library or not",
        StepId::LibraryOrder => "order of the whole library",
    }
}

/// A verdict as the last line.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Verified => "VERIFIED",
        Verdict::EntryOnly => "ENTRY ONLY: the entry is in the log, its record was not checked",
        Verdict::Sealed => {
            "SEALED: all that can be checked before the list is opened is right; who was drawn was not checked"
        }
        Verdict::Opened => {
            "SEALED: all that can be checked is right, the opened list included; that the rules draw just these targets was \
             not checked"
        }
        Verdict::NotVerified => "NOT VERIFIED",
    }
}

pub(super) fn fingerprint_matches(commitment: &Hash) -> String {
    format!(
        "the record has the fingerprint the entry commits to, {}",
        hex(commitment)
    )
}

pub(super) fn fingerprint_differs(found: &Hash, commitment: &Hash) -> String {
    format!(
        "the record has the fingerprint {}, the entry commits to {}",
        hex(found),
        hex(commitment)
    )
}

pub(super) fn record_absent(entry: &Entry) -> String {
    if is_permanent(&entry.kind) {
        format!(
            "the file has no record; a record of kind {} is never withdrawn, and without its body it \
             has no effect",
            entry.kind
        )
    } else {
        "the file has no record (withdrawn, or left out): only the entry can be checked".to_string()
    }
}

pub(super) fn said_by(
    state: &AuthorityState,
    entry: &Entry,
    signers: &Signers,
    rights: &str,
) -> String {
    let second = if signers.second.is_some() {
        ", approved with a second key of its own"
    } else {
        ""
    };
    let mut text = format!(
        "{} ({}) said it on {}, signed with its key {}{second}; the log took it on {}; the key leads back to entry 0 of \
         this log, and the authority had the right to {rights}",
        foreign(&state.name),
        state.id,
        entry.issued_at,
        signers.key.to_base64(),
        entry.logged_at,
    );
    for (which, forced_at) in [
        ("the key", signers.forced_at),
        ("the second key", signers.second_forced_at),
    ] {
        if let Some(index) = forced_at {
            text.push_str(&forced(which, index));
        }
    }
    text
}

/// What the authority may say: the kind, and the region the record is about where that was looked at.
pub(super) fn rights(entry: &Entry, region: Option<&str>, with_record: bool) -> String {
    match region {
        Some(region) => format!(
            "the kind {} and to the region {}",
            entry.kind,
            foreign(region)
        ),
        None if with_record => format!("the kind {}", entry.kind),
        None => format!(
            "the kind {} (a region would stand in the record)",
            entry.kind
        ),
    }
}

/// What a key rests on that the operator put in place without the authority's word.
fn forced(which: &str, index: u64) -> String {
    format!(
        "; {which} was forced by the operator: entry {index} put it, or one it replaced, in place without a signature of \
         the authority's own"
    )
}

pub(super) fn logged_backwards(at: Timestamp, index: u64, before: Timestamp) -> String {
    format!(
        "it was logged on {at}, before entry {index} ({before}) that stands before it; times of a log never go back"
    )
}

pub(super) fn issued_outside(entry: &Entry) -> String {
    format!(
        "it was issued on {} and logged on {}; a log takes nothing issued over 7 days before or 120 seconds after",
        entry.issued_at, entry.logged_at
    )
}

pub(super) fn region_form() -> String {
    "the record's region is not six digits".to_string()
}

pub(super) fn origin_form() -> String {
    "the origin of the checkpoint is not that of a log of this kind".to_string()
}

pub(super) fn chain_missing() -> String {
    "the file does not show how the signing key came to be the authority's".to_string()
}

pub(super) fn not_reached(failed: StepId) -> String {
    format!(
        "not reached: nothing the file shows about it counts, as the step \"{}\" failed",
        title(failed)
    )
}

pub(super) fn operator_keys(most: usize) -> String {
    format!("the chain gives the operator over {most} keys at once, more than are tried")
}

pub(super) fn key_of_log(id: &AuthorityId) -> String {
    format!("a key of {id} is the key the log signs its checkpoints with; the two must differ")
}

pub(super) fn chain_order(index: u64, of: u64) -> String {
    format!("the chain names entry {index}, which is not before entry {of}")
}

pub(super) fn chain_link(index: u64, why: &dyn core::fmt::Display) -> String {
    format!("the chain's entry {index} is refused: {why}")
}

/// Text of a file or a policy, in a sentence of ours. Names of authorities have at most 200 characters.
fn foreign(text: &str) -> String {
    shown_beginning(text, 300)
}

pub(super) fn inside(index: u64, size: u64, origin: &str) -> String {
    let origin = foreign(origin);
    format!("entry {index} is inside the log {origin} of {size} entries")
}

pub(super) fn log_signed(key: &VerifierKey) -> String {
    let key = foreign(&key.to_string());
    format!("the checkpoint is signed by the log with key {key}")
}

pub(super) fn log_not_signed(outcome: &LogOutcome, origin: &str) -> String {
    let origin = foreign(origin);
    match outcome {
        LogOutcome::Signed(key) => log_signed(key),
        LogOutcome::UnknownOrigin => format!("the policy knows no log {origin}"),
        LogOutcome::NotSigned => {
            format!("no key the policy knows for the log {origin} signed the checkpoint")
        }
        LogOutcome::BadSignature(name) => {
            let name = foreign(name);
            format!("the checkpoint has a false signature in the name of {name}")
        }
    }
}

pub(super) fn witnesses(seen: &[WitnessSeen]) -> String {
    let mut text = String::from("the policy's quorum is met");
    list(&mut text, seen);
    text
}

pub(super) fn witnesses_missing(seen: &[WitnessSeen]) -> String {
    let mut text = String::from("the policy's quorum of witnesses is not met");
    list(&mut text, seen);
    text
}

pub(super) fn no_witnesses() -> String {
    "the policy asks for no witnesses: the time, and that everyone sees the same log, are asserted \
     by the operator only"
        .to_string()
}

fn list(text: &mut String, seen: &[WitnessSeen]) {
    for (at, witness) in seen.iter().enumerate() {
        text.push_str(if at == 0 { ": " } else { ", " });
        text.push_str(&foreign(&witness.name));
        text.push_str(" at ");
        let time = i64::try_from(witness.timestamp)
            .ok()
            .and_then(Timestamp::from_unix);
        match time {
            Some(time) => text.push_str(&time.to_string()),
            None => text.push_str(&witness.timestamp.to_string()),
        }
    }
}

pub(super) fn later_revocation() -> String {
    "not checked offline; nor is a revocation or a narrowing of rights \
     before this entry that the file leaves out"
        .to_string()
}

pub(super) fn truth() -> String {
    "a log proves who said what and when, not that what is said is true".to_string()
}

pub(super) fn checkpoint_valid(size: u64, key: &VerifierKey, seen: &[WitnessSeen]) -> String {
    let mut text = format!("{size} entries, {}", log_signed(key));
    if !seen.is_empty() {
        text.push_str("; cosigned by witnesses");
        list(&mut text, seen);
    }
    text
}

pub(super) fn same_log(origin: &str) -> String {
    let origin = foreign(origin);
    format!("both checkpoints are of the log {origin}, and the proof is about their trees")
}

pub(super) fn other_origin(old: &str, new: &str) -> String {
    let (old, new) = (foreign(old), foreign(new));
    format!("the older checkpoint is of {old}, the newer of {new}")
}

pub(super) fn other_tree(size: u64) -> String {
    format!("the proof does not start from the older checkpoint of {size} entries")
}

pub(super) fn other_new_tree(size: u64) -> String {
    format!("the proof does not lead to the newer checkpoint of {size} entries")
}

pub(super) fn consistent(old: u64, new: u64) -> String {
    format!("the first {old} of {new} entries are those of the older checkpoint")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_write_over_a_verdict() {
        let said = inside(7, 9, "x\u{9b}2J\u{202e}DEIFIREV/log");
        assert!(!said.contains(['\u{9b}', '\u{202e}']), "{said}");
        assert_eq!(
            inside(7, 9, "示例.cn/log"),
            "entry 7 is inside the log 示例.cn/log of 9 entries"
        );
    }
}
