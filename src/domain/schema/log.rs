//! Kinds by which the log governs itself: authorities, corrections, withdrawals, ends of display, status maps, alerts.
//!
//! Bodies of withdrawals, erasures and expiries stay public for ever, so they have no free text, no subject and no
//! attachments: a stub must not say again what was withdrawn.

use super::common::{
    ATTACHMENTS, CONTENT, COUNT, DECIDED_ON, LEGAL_BASIS, LEGAL_BASIS_OPT, LINE, NAME, NOTE,
    NUMBER_TEXT, REASON, REGION, REGION_OPT, SUBJECT_NAME_OPT, SUBJECT_USCC_OPT,
};
use super::{Condition, FieldType, KindSchema, Role, entry, only, opt, req};
use crate::domain::codes::CodeList;
use crate::domain::kind::Kind;

/// Every kind that is not permanent, but for the one by which the rules end a display.
pub(super) const REVISABLE: &[Kind] = &[
    Kind::InspectionResult,
    Kind::ResultFollowup,
    Kind::AbnormalListing,
    Kind::AbnormalRemoval,
    Kind::SeriousListing,
    Kind::SeriousRemoval,
    Kind::Penalty,
    Kind::Permit,
    Kind::CreditPromise,
    Kind::RepairApplication,
    Kind::RepairDecision,
    Kind::Objection,
    Kind::ObjectionReply,
    Kind::Correction,
    Kind::Bulletin,
    Kind::Alert,
    Kind::AnnualPlan,
    Kind::IndividualMark,
    Kind::IndividualRestore,
    Kind::SubjectStatus,
    Kind::Transfer,
    Kind::CampaignResult,
    Kind::NoPenalty,
];
const DESCRIBES: &[Condition] = &[Condition::Is("action", &["register", "amend"])];
const BRINGS_A_KEY: &[Condition] = &[Condition::Is("action", &["register", "add_key", "rotate"])];
const NAMES_A_KEY: &[Condition] = &[Condition::Is(
    "action",
    &["register", "add_key", "rotate", "revoke"],
)];
const ROTATES: &[Condition] = &[Condition::Is("action", &["rotate"])];

/// Registration of authorities and their keys: exactly the members that `gongshi_verify::registry` reads, since a body it
/// cannot read has no effect on anybody's rights. What joins them is in the rules of one body.
pub(super) static AUTHORITY: KindSchema = KindSchema {
    kind: Kind::Authority,
    fields: &[
        req("action", FieldType::Code(CodeList::AuthorityAction)),
        req("authority_id", FieldType::Authority).role(Role::Number),
        only(
            "role",
            FieldType::Code(CodeList::AuthorityRole),
            &[Condition::Is("action", &["register"])],
            &[],
        ),
        only("name", NAME, DESCRIBES, &[]),
        only("region", FieldType::Region, DESCRIBES, &[]).role(Role::Region),
        only("kinds", FieldType::KindList, DESCRIBES, &[]),
        only("hotline", FieldType::Text { max_chars: 32 }, &[], DESCRIBES),
        only("public_key", FieldType::PublicKey, NAMES_A_KEY, &[]),
        only("key_proof", FieldType::Signature, BRINGS_A_KEY, &[]),
        only("old_key", FieldType::PublicKey, ROTATES, &[]),
        only("old_key_signature", FieldType::Signature, &[], ROTATES),
        only(
            "reason",
            FieldType::LongText,
            &[Condition::Is("action", &["revoke"])],
            ROTATES,
        ),
    ],
};

/// The record as it should have been; the wrong one stays beside it.
pub(super) static CORRECTION: KindSchema = KindSchema {
    kind: Kind::Correction,
    fields: &[
        req("target", entry(REVISABLE)),
        req("target_kind", FieldType::KindName),
        SUBJECT_USCC_OPT,
        SUBJECT_NAME_OPT,
        REGION,
        req("corrected_body", FieldType::Body),
        REASON,
        LEGAL_BASIS_OPT,
        opt("objection", entry(&[Kind::Objection])),
        DECIDED_ON,
        NOTE,
        ATTACHMENTS,
    ],
};

/// End of display by decision.
pub(super) static WITHDRAWAL: KindSchema = KindSchema {
    kind: Kind::Withdrawal,
    fields: &[
        req("target", entry(REVISABLE)),
        REGION,
        req(
            "withdrawal_reason",
            FieldType::Code(CodeList::WithdrawalReason),
        ),
        LEGAL_BASIS,
        DECIDED_ON,
        opt("repair_decision", entry(&[Kind::RepairDecision])),
    ],
};

/// Destruction of a body and its salt.
pub(super) static ERASURE: KindSchema = KindSchema {
    kind: Kind::Erasure,
    fields: &[
        req("target", entry(REVISABLE)),
        REGION,
        req("erasure_reason", FieldType::Code(CodeList::ErasureReason)),
        LEGAL_BASIS,
        DECIDED_ON,
    ],
};

/// End of display by the dated rules.
pub(super) static EXPIRY: KindSchema = KindSchema {
    kind: Kind::Expiry,
    fields: &[
        req("target", entry(REVISABLE)),
        req("rule_id", NUMBER_TEXT).role(Role::None),
        req("expired_on", FieldType::Date).role(Role::MainDate),
        LEGAL_BASIS,
    ],
};

/// Root over the credit status of every subject.
pub(super) static STATUS_MAP: KindSchema = KindSchema {
    kind: Kind::StatusMap,
    fields: &[
        req("log_size", COUNT),
        req("count", COUNT),
        req("root", FieldType::Sha256),
        opt("previous", entry(&[Kind::StatusMap])),
    ],
};

/// Notice of a broken order or deadline.
pub(super) static ALERT: KindSchema = KindSchema {
    kind: Kind::Alert,
    fields: &[
        req("alert_type", FieldType::Code(CodeList::AlertType)),
        opt("plan_key", FieldType::PlanKey).role(Role::Number),
        opt("target", entry(&[])),
        opt("authority_id", FieldType::Authority),
        REGION_OPT,
        opt("due_at", FieldType::Time),
        opt("rule", LINE),
        CONTENT,
    ],
};
