//! Why an event was not accepted: one code for machines, arguments for the catalogue, an English sentence for logs.

use crate::domain::{FieldError, Kind};
use crate::store::MAX_FILE_BYTES;
use gongshi_verify::record::MAX_BODY;
use gongshi_verify::registry::{RegistryError, RightsError};
use gongshi_verify::time::Timestamp;

/// A refusal of one event.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Not an event of the format.
    #[error("{0}")]
    Malformed(String),
    /// Longer than an event may be.
    #[error("the event has {bytes} bytes, at most {most} are allowed")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// The record's canonical body is longer than a record may be.
    #[error("the record's canonical body has {0} bytes, at most {MAX_BODY} are allowed")]
    BodyTooLarge(usize),
    /// No such kind.
    #[error("kind {0} does not exist")]
    UnknownKind(String),
    /// The kind exists, but this version does not act on it.
    #[error("records of kind {0} are not accepted by this version")]
    KindNotOpen(Kind),
    /// Fields are missing, unknown or wrong.
    #[error("{} of the record's fields are not as required, the first: {}", .0.len(), first(.0))]
    Fields(Vec<FieldError>),
    /// The authority may not publish this.
    #[error(transparent)]
    Rights(#[from] RightsError),
    /// No valid key of the authority made the signature.
    #[error("the signature is not by a key of {0} that is valid now")]
    Signature(String),
    /// Against the rules of authorities and keys.
    #[error(transparent)]
    Authority(#[from] RegistryError),
    /// The key to be registered is the one that signs the log's checkpoints.
    #[error(
        "public_key is the key that signs the log's checkpoints; an authority needs one of its own"
    )]
    KeyOfLog,
    /// Issued too long ago or in the future.
    #[error(
        "issued_at {issued_at} is not within 7 days before and 120 seconds after the log's time {now}"
    )]
    TimeWindow {
        /// What the event says.
        issued_at: Timestamp,
        /// The log's time.
        now: Timestamp,
    },
    /// The salt was used before.
    #[error("the record's salt was used before; every record needs a fresh random one")]
    SaltReused,
    /// A reference does not point at a published entry with that leaf hash.
    #[error(
        "{path} names entry {index} with a leaf hash that no published entry of that index has"
    )]
    Reference {
        /// The field.
        path: String,
        /// The index named.
        index: u64,
    },
    /// A reference names an entry of a kind that the field is not for.
    #[error("{path} names entry {index}, which is of kind {found}; expected: {}", kinds(.expected))]
    ReferenceKind {
        /// The field.
        path: String,
        /// The index named.
        index: u64,
        /// The entry's kind.
        found: String,
        /// Kinds the field is for.
        expected: &'static [Kind],
    },
    /// A reference names a record about somebody else.
    #[error("{path} names entry {index}, which is about another subject than this record")]
    ReferenceSubject {
        /// The field.
        path: String,
        /// The index named.
        index: u64,
    },
    /// Against the order of a draw.
    #[error("against the order of a draw: {}", first(.0))]
    Draw(Vec<FieldError>),
    /// Against the rules for correcting, withdrawing and erasing.
    #[error("not to be ended or corrected so: {}", first(.0))]
    Ending(Vec<FieldError>),
    /// Against the dated rules of publication.
    #[error("against the rules of publication: {}", first(.0))]
    Publication(Vec<FieldError>),
    /// Not for this authority to say.
    #[error("not for this authority to say: {}", first(.0))]
    Competence(Vec<FieldError>),
    /// Does not fit what was said before.
    #[error("against what the log holds: {}", first(.0))]
    Journey(Vec<FieldError>),
    /// No second key of the authority has signed as well.
    #[error("the cosignature is not by a second, different key of {0} that is valid now")]
    Cosignature(String),
    /// A file is named that was not uploaded, or not lately.
    #[error(
        "the file {0} is not here; upload it before the event that names it, at most 24 hours before"
    )]
    FileMissing(String),
    /// A file is named with another length than it has.
    #[error("the record says that the file {sha256} has {named} bytes; it has {found}")]
    FileSize {
        /// The file.
        sha256: String,
        /// What the record says.
        named: u64,
        /// What it has.
        found: u64,
    },
    /// A file is longer than one may be.
    #[error("the file has {0} bytes, at most {MAX_FILE_BYTES} are allowed")]
    FileTooLarge(u64),
    /// The bytes of a file are not those that were signed for.
    #[error("{0}")]
    FileContent(String),
    /// There is no room for files at present.
    #[error("{0}")]
    FilesFull(String),
    /// Too much is waiting.
    #[error("too many events are waiting; try again in {0} seconds")]
    Overloaded(u64),
    /// The log cannot append at present.
    #[error("the log cannot append at present: {0}")]
    Unavailable(String),
}

fn first(errors: &[FieldError]) -> String {
    errors.first().map(ToString::to_string).unwrap_or_default()
}

fn kinds(kinds: &[Kind]) -> String {
    let names: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
    names.join(", ")
}

impl Refusal {
    /// The reason code: stable, kebab-case.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Malformed(_) => "malformed-event",
            Refusal::TooLarge { .. } => "event-too-large",
            Refusal::BodyTooLarge(_) => "body-too-large",
            Refusal::UnknownKind(_) => "unknown-kind",
            Refusal::KindNotOpen(_) => "kind-not-open",
            Refusal::Fields(_) => "invalid-fields",
            Refusal::Rights(RightsError::UnknownAuthority(_)) => "unknown-authority",
            Refusal::Rights(RightsError::Region { .. } | RightsError::RegionForm(_)) => {
                "region-not-allowed"
            }
            Refusal::Rights(_) => "kind-not-allowed",
            Refusal::Signature(_) => "bad-signature",
            Refusal::Authority(_) | Refusal::KeyOfLog => "authority-rule",
            Refusal::TimeWindow { .. } => "time-window",
            Refusal::SaltReused => "salt-reused",
            Refusal::Reference { .. } => "unknown-reference",
            Refusal::ReferenceKind { .. } => "reference-kind",
            Refusal::ReferenceSubject { .. } => "reference-subject",
            Refusal::Draw(_) => "draw-rule",
            Refusal::Ending(_) => "ending-rule",
            Refusal::Publication(_) => "publication-rule",
            Refusal::Competence(_) => "competence-rule",
            Refusal::Journey(_) => "journey-rule",
            Refusal::Cosignature(_) => "bad-cosignature",
            Refusal::FileMissing(_) => "file-missing",
            Refusal::FileSize { .. } => "file-size",
            Refusal::FileTooLarge(_) => "file-too-large",
            Refusal::FileContent(_) => "file-content",
            Refusal::FilesFull(_) => "files-full",
            Refusal::Overloaded(_) => "overloaded",
            Refusal::Unavailable(_) => "log-unavailable",
        }
    }

    /// Whether what stands before it in the same request could change the answer: an authority record, or the entry named.
    pub(super) fn depends_on_what_precedes(&self) -> bool {
        matches!(
            self,
            Refusal::Rights(_)
                | Refusal::Signature(_)
                | Refusal::Cosignature(_)
                | Refusal::Competence(_)
                | Refusal::Reference { .. }
        )
    }
}
