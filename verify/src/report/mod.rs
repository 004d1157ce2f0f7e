//! The check of a whole file, step by step, in words.
//!
//! A report says for every step whether it passed, failed or was not checked (or not reached), and never more
//! than was proved: a proof without its record is "entry only", and what no offline check can
//! show (a later revocation, the truth of the content) is named in every report. The sentences
//! are in `words.rs`.

mod chain;
mod check;
mod draw;
mod draw_entries;
mod draw_words;
mod members;
mod words;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

pub use check::{
    verify_consistency_between, verify_consistency_file, verify_proof_file, verify_record_file,
};

pub use draw::{MAX_DRAW_FILE, verify_draw_file};

use crate::checkpoint::CheckpointError;
use crate::consistency::ConsistencyFileError;
use crate::extra::ExtraError;
use crate::record::RecordError;
use crate::text::shown;
use crate::tlog_proof::TlogProofError;

/// Largest proof file in bytes.
pub const MAX_PROOF_FILE: usize = 16 << 20;

/// A file that cannot be checked at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnusableInput {
    /// Over the largest size of its kind, in bytes.
    #[error("the file is over {} MiB", .0 >> 20)]
    TooLarge(usize),
    /// Not the file of a draw.
    #[error("not the file of a draw: {0}")]
    Draw(String),
    /// Not a document about who is in a library.
    #[error("not a document about who is in a library: {0}")]
    Members(String),
    /// Not a tlog-proof.
    #[error("not a proof file: {0}")]
    Proof(#[from] TlogProofError),
    /// A tlog-proof without the data this log adds.
    #[error("the proof has no extra line, so it does not say which entry it is about")]
    NoExtra,
    /// An extra line with something else.
    #[error("not a proof of this kind of log: {0}")]
    Extra(#[from] ExtraError),
    /// Not a record.
    #[error("not a record file: {0}")]
    Record(#[from] RecordError),
    /// Not a signed checkpoint.
    #[error("not a checkpoint file: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// Not a consistency proof file.
    #[error("not a consistency proof file: {0}")]
    Consistency(#[from] ConsistencyFileError),
    /// A consistency proof to a tree that is not the log's newest, and no checkpoint given for it.
    #[error(
        "the proof names the newer tree without a signature; give your own signed checkpoint of it (--new), or fetch \
         the proof to the log's newest size"
    )]
    Unsigned,
}

/// The steps of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepId {
    /// The record is the one the entry commits to.
    Fingerprint,
    /// The entry was said by the authority, with a key of its own and the right to this kind.
    Authority,
    /// The entry is in the log of that many entries.
    Inclusion,
    /// The log signed the checkpoint.
    LogSignature,
    /// Enough witnesses cosigned the checkpoint.
    Witnesses,
    /// The key was not revoked before the entry: never checked offline.
    LaterRevocation,
    /// What is said is true: proved by no log.
    Truth,
    /// The older checkpoint is signed by the log and witnessed.
    OldCheckpoint,
    /// The newer checkpoint is signed by the log and witnessed.
    NewCheckpoint,
    /// Both checkpoints and the proof are about the same log and trees.
    SameLog,
    /// The newer tree begins with the older one.
    Consistency,
    /// Every entry a draw rests on is proved, under one checkpoint.
    DrawEntries,
    /// All of them are about this plan and were logged when they had to be.
    DrawOrder,
    /// The libraries are those the plan names.
    DrawLibraries,
    /// The randomness and the seed follow from what was revealed and what came from outside.
    DrawRandomness,
    /// The drawn targets are those of the function.
    DrawTargets,
    /// The officers are those of the function.
    DrawOfficers,
    /// The opened list of a sealed draw is the one that it has committed to.
    DrawOpening,
    /// That no commit, reveal or earlier draw was left out of the file: shown by no such file.
    DrawOmissions,
    /// A plan and the snapshot that it names are proved, under one checkpoint.
    LibraryEntries,
    /// Leaves are at their places of the library that the snapshot commits to.
    LibraryLeaves,
    /// Somebody is in the library, or is not; a step for each who was asked about.
    LibraryMember,
    /// That the whole library is in order, as absence supposes: shown by no such file.
    LibraryOrder,
}

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Checked and right.
    Pass,
    /// Checked and wrong.
    Fail,
    /// Not checked; `detail` says why.
    NotChecked,
}

/// One step of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which step.
    pub id: StepId,
    /// What came of it.
    pub outcome: Outcome,
    /// One sentence with the particulars; foreign text in it is fit to be shown ([`crate::text::shown`]).
    pub detail: String,
}

/// What a report comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Everything that can be checked offline is right.
    Verified,
    /// The entry is right, but its record was not there to be checked.
    EntryOnly,
    /// Everything that can be checked is right; who was drawn is sealed.
    Sealed,
    /// The same, with the list of a sealed draw opened and right; that the rules draw just these stays sealed.
    Opened,
    /// A step failed.
    NotVerified,
}

impl Verdict {
    /// Whether all that can be checked is right, the record included. What a sealed draw keeps from everybody does not count against it.
    pub fn holds(self) -> bool {
        matches!(self, Verdict::Verified | Verdict::Sealed | Verdict::Opened)
    }
}

/// The steps of a check, in order, and what they come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The steps.
    pub steps: Vec<Step>,
    /// What they come to.
    pub verdict: Verdict,
}

impl Report {
    /// The first step that failed.
    pub fn failed(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.outcome == Outcome::Fail)
    }

    /// What came of a step; `None` if the check has no such step.
    pub fn outcome(&self, id: StepId) -> Option<Outcome> {
        let mut steps = self.steps.iter();
        steps.find(|step| step.id == id).map(|step| step.outcome)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            writeln!(
                f,
                "{:<12} {}: {}",
                words::outcome(step.outcome),
                words::title(step.id),
                shown(&step.detail)
            )?;
        }
        f.write_str(words::verdict(self.verdict))?;
        if let Some(step) = self.failed() {
            write!(f, " ({})", words::title(step.id))?;
        }
        writeln!(f)
    }
}
