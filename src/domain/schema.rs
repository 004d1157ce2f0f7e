//! The fields of every kind, once: validation, documentation, import columns, templates, pages and search read this table.
//!
//! A field is added here or nowhere. The table says what a body may hold, not what the dated rules allow to be published
//! nor what another entry says. Names of fields for readers are in the catalogues (`field-<name>`, `fieldhelp-<name>`).

mod common;
mod credit;
mod decisions;
mod draw;
mod inspection;
mod log;
mod planning;
mod repair;
mod subject;

use super::codes::CodeList;
use super::kind::Kind;
use super::subject::About;

/// Longest text of [`FieldType::LongText`], in characters.
pub const LONG_TEXT_MAX: usize = 20_000;

/// The type of a field's JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// One line, trimmed, not empty, no control characters, at most so many characters.
    Text {
        /// Most characters (Unicode scalar values).
        max_chars: usize,
    },
    /// Like `Text` but with line feeds and up to [`LONG_TEXT_MAX`] characters.
    LongText,
    /// One code of a list.
    Code(CodeList),
    /// A non-empty array of different codes of a list.
    Codes(CodeList),
    /// Stored form of a credit code.
    Uscc,
    /// Six digits.
    Region,
    /// Identifier of an authority.
    Authority,
    /// `YYYY-MM-DD`.
    Date,
    /// `YYYY-MM-DDTHH:MM:SSZ`, UTC.
    Time,
    /// Money in fen: an integer from 0 to 2^53 − 1.
    MoneyFen,
    /// An integer within bounds, both included.
    Integer {
        /// Least value.
        min: i64,
        /// Greatest value.
        max: i64,
    },
    /// `true` or `false`.
    Bool,
    /// `{"index", "leaf_hash"}` of an entry of the same log.
    EntryRef(Target),
    /// `authority/period/serial`.
    PlanKey,
    /// Object or officer id of the draw, `[0-9A-Z]{1,32}`; officers are pseudonymous.
    DrawId,
    /// Token of the draw, `[0-9A-Za-z_]{1,32}`.
    Token,
    /// SHA-256 value, 64 lowercase hex digits.
    Sha256,
    /// So many bytes in lowercase hex.
    Hex {
        /// Number of bytes.
        bytes: usize,
    },
    /// Ed25519 public key, standard base64 with padding.
    PublicKey,
    /// Ed25519 signature, standard base64 with padding.
    Signature,
    /// A C2SP signed note, verbatim, ending in a line feed.
    SignedNote,
    /// Name of one kind.
    KindName,
    /// A non-empty array of different kinds.
    KindList,
    /// `{"media_type", "name", "sha256", "size"}` of a content-addressed file.
    File,
    /// A complete body of the kind that the sibling `target_kind` names.
    Body,
    /// A non-empty array.
    List(&'static FieldType),
    /// An object with exactly these fields.
    Object(&'static [Field]),
}

/// Which entries a field may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Kinds it may be of; empty: any.
    pub kinds: &'static [Kind],
    /// About whom it must be: of the subject of this record where it ends, answers or follows something.
    pub about: About,
}

impl Target {
    /// Whether an entry of this kind may be named; `None`: a kind this version does not know.
    pub fn takes(&self, kind: Option<Kind>) -> bool {
        self.kinds.is_empty() || kind.is_some_and(|kind| self.kinds.contains(&kind))
    }
}

/// A statement about the other fields of the same object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// The code field has, or the codes field contains, one of these codes.
    Is(&'static str, &'static [&'static str]),
    /// The code field is absent or has none of these codes.
    IsNot(&'static str, &'static [&'static str]),
    /// The field is absent.
    Without(&'static str),
}

/// Whether a field has to be, may be, or must not be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Always there.
    Required,
    /// May be left out.
    Optional,
    /// Required when any condition holds, else may be left out.
    With(&'static [Condition]),
    /// Required when any of `required` holds; else allowed when any of `optional` holds; else refused.
    Only {
        /// When the field has to be there.
        required: &'static [Condition],
        /// When it may be there.
        optional: &'static [Condition],
    },
}

/// What a field is to a reader of the record, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Credit code of the subject.
    SubjectCode,
    /// Name of the subject.
    SubjectName,
    /// Region the record belongs to.
    Region,
    /// Number a paper bears; the first present one titles the record.
    Number,
    /// The day the record is about.
    MainDate,
    /// Words worth searching.
    Text,
    /// None of these.
    None,
}

/// One member of a body or of an object in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Member name; the same name means the same type in every kind.
    pub name: &'static str,
    /// Type of the value.
    pub ty: FieldType,
    /// When it is there.
    pub required: Presence,
    /// What it is to a reader.
    pub role: Role,
}

/// All fields of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindSchema {
    /// The kind.
    pub kind: Kind,
    /// Its fields in the order they are shown.
    pub fields: &'static [Field],
}

impl KindSchema {
    /// The top-level field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl FieldType {
    /// Name of the type in catalogue keys: `type-<name>`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::LongText => "long_text",
            Self::Code(_) => "code",
            Self::Codes(_) => "codes",
            Self::Uscc => "uscc",
            Self::Region => "region",
            Self::Authority => "authority",
            Self::Date => "date",
            Self::Time => "time",
            Self::MoneyFen => "money_fen",
            Self::Integer { .. } => "integer",
            Self::Bool => "bool",
            Self::EntryRef(_) => "entry_ref",
            Self::PlanKey => "plan_key",
            Self::DrawId => "draw_id",
            Self::Token => "token",
            Self::Sha256 => "sha256",
            Self::Hex { bytes: 32 } => "hex_64",
            Self::Hex { bytes: 48 } => "hex_96",
            Self::Hex { .. } => "hex",
            Self::PublicKey => "public_key",
            Self::Signature => "signature",
            Self::SignedNote => "signed_note",
            Self::KindName => "kind",
            Self::KindList => "kind_list",
            Self::File => "file",
            Self::Body => "body",
            Self::List(_) => "list",
            Self::Object(_) => "object",
        }
    }

    /// The code list of a code or codes field.
    #[must_use]
    pub const fn code_list(&self) -> Option<CodeList> {
        match self {
            Self::Code(list) | Self::Codes(list) => Some(*list),
            _ => None,
        }
    }

    /// Fields of the object, or of the objects in the list, that a value of this type is.
    #[must_use]
    pub const fn nested(&self) -> &'static [Field] {
        match self {
            Self::Object(fields) => fields,
            Self::List(item) => item.nested(),
            _ => &[],
        }
    }

    /// Words are worth searching unless a field says otherwise.
    const fn usual_role(&self) -> Role {
        match self {
            Self::Text { .. } | Self::LongText => Role::Text,
            Self::List(item) => item.usual_role(),
            _ => Role::None,
        }
    }
}

impl Field {
    const fn new(name: &'static str, ty: FieldType, required: Presence) -> Self {
        Self {
            name,
            ty,
            required,
            role: ty.usual_role(),
        }
    }

    const fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }
}

/// An entry of one of these kinds (none given: any), about whomever.
const fn entry(kinds: &'static [Kind]) -> FieldType {
    FieldType::EntryRef(Target {
        kinds,
        about: About::Anybody,
    })
}

/// An entry of one of these kinds (none given: any) about the same subject.
const fn entry_of_subject(kinds: &'static [Kind]) -> FieldType {
    FieldType::EntryRef(Target {
        kinds,
        about: About::Same,
    })
}

/// The same, or about who was registered anew since.
const fn entry_of_subject_or_former(kinds: &'static [Kind]) -> FieldType {
    FieldType::EntryRef(Target {
        kinds,
        about: About::SameOrWas,
    })
}

/// A field that is always there.
const fn req(name: &'static str, ty: FieldType) -> Field {
    Field::new(name, ty, Presence::Required)
}

/// A field that may be left out.
const fn opt(name: &'static str, ty: FieldType) -> Field {
    Field::new(name, ty, Presence::Optional)
}

/// A field required when any condition holds.
const fn with(name: &'static str, ty: FieldType, conditions: &'static [Condition]) -> Field {
    Field::new(name, ty, Presence::With(conditions))
}

/// A field required in some cases, allowed in others, refused in the rest.
const fn only(
    name: &'static str,
    ty: FieldType,
    required: &'static [Condition],
    optional: &'static [Condition],
) -> Field {
    Field::new(name, ty, Presence::Only { required, optional })
}

/// The fields of a kind.
#[must_use]
pub const fn schema(kind: Kind) -> &'static KindSchema {
    match kind {
        Kind::Authority => &log::AUTHORITY,
        Kind::StatusMap => &log::STATUS_MAP,
        Kind::Alert => &log::ALERT,
        Kind::Expiry => &log::EXPIRY,
        Kind::Withdrawal => &log::WITHDRAWAL,
        Kind::Erasure => &log::ERASURE,
        Kind::Correction => &log::CORRECTION,
        Kind::ItemList => &planning::ITEM_LIST,
        Kind::AnnualPlan => &planning::ANNUAL_PLAN,
        Kind::Snapshot => &planning::SNAPSHOT,
        Kind::Bulletin => &planning::BULLETIN,
        Kind::Plan => &draw::PLAN,
        Kind::Commit => &draw::COMMIT,
        Kind::Reveal => &draw::REVEAL,
        Kind::Draw => &draw::DRAW,
        Kind::Cancel => &draw::CANCEL,
        Kind::Substitute => &draw::SUBSTITUTE,
        Kind::InspectionResult => &inspection::INSPECTION_RESULT,
        Kind::ResultFollowup => &inspection::RESULT_FOLLOWUP,
        Kind::CampaignResult => &inspection::CAMPAIGN_RESULT,
        Kind::Transfer => &inspection::TRANSFER,
        Kind::AbnormalListing => &credit::ABNORMAL_LISTING,
        Kind::AbnormalRemoval => &credit::ABNORMAL_REMOVAL,
        Kind::SeriousListing => &credit::SERIOUS_LISTING,
        Kind::SeriousRemoval => &credit::SERIOUS_REMOVAL,
        Kind::IndividualMark => &credit::INDIVIDUAL_MARK,
        Kind::IndividualRestore => &credit::INDIVIDUAL_RESTORE,
        Kind::Penalty => &decisions::PENALTY,
        Kind::NoPenalty => &decisions::NO_PENALTY,
        Kind::Permit => &decisions::PERMIT,
        Kind::CreditPromise => &repair::CREDIT_PROMISE,
        Kind::RepairApplication => &repair::REPAIR_APPLICATION,
        Kind::RepairDecision => &repair::REPAIR_DECISION,
        Kind::Objection => &repair::OBJECTION,
        Kind::ObjectionReply => &repair::OBJECTION_REPLY,
        Kind::SubjectStatus => &subject::SUBJECT_STATUS,
    }
}

#[cfg(test)]
mod tests;
