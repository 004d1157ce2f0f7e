//! What a subject asks and promises: credit promises (信用承诺), credit repair (信用修复), objections (异议).
//!
//! These records are published by the department that received the application. Applicants' papers and persons stay out.

use super::common::{
    ATTACHMENTS, AUTHORITY_NAME, CONTENT, CONTENT_OPT, DATA_SOURCE, DECIDED_ON, DECISION_NO_OPT,
    LEGAL_BASIS_OPT, NAME, NOTE, NUMBER_TEXT, REASON, REGION, SEVERITY, SUBJECT_NAME,
    SUBJECT_NAME_OPT, SUBJECT_TYPE, SUBJECT_USCC, SUBJECT_USCC_OPT, SUBJECT_USCC_OR_PERSON,
};
use super::{
    Condition, Field, FieldType, KindSchema, Role, entry, entry_of_subject, only, opt, req, with,
};
use crate::domain::codes::CodeList;
use crate::domain::kind::Kind;

/// What can be repaired: the records that speak against a subject, who may have another code by now; and a revocation, which can be reversed.
const REPAIRED: FieldType = entry(&[
    Kind::InspectionResult,
    Kind::AbnormalListing,
    Kind::SeriousListing,
    Kind::IndividualMark,
    Kind::Penalty,
    Kind::SubjectStatus,
]);

const SETTLED: &[Condition] = &[Condition::Is(
    "fulfilment",
    &["kept", "broken", "false_promise"],
)];

/// A credit promise, or what became of an earlier one.
pub(super) static CREDIT_PROMISE: KindSchema = KindSchema {
    kind: Kind::CreditPromise,
    fields: &[
        SUBJECT_USCC,
        SUBJECT_NAME,
        SUBJECT_TYPE,
        REGION,
        opt("promise_no", NUMBER_TEXT).role(Role::Number),
        req("promise_type", FieldType::Code(CodeList::PromiseType)),
        CONTENT,
        req("promised_on", FieldType::Date).role(Role::MainDate),
        opt("due_on", FieldType::Date),
        req("fulfilment", FieldType::Code(CodeList::Fulfilment)),
        only("checked_on", FieldType::Date, SETTLED, &[]),
        opt("promise", entry_of_subject(&[Kind::CreditPromise])),
        AUTHORITY_NAME,
        LEGAL_BASIS_OPT,
        DATA_SOURCE,
        NOTE,
        ATTACHMENTS,
    ],
};

const GAPS: &[Condition] = &[Condition::Is("acceptance", &["accepted_with_gaps"])];
const RECEIVED: &[Condition] = &[Condition::Is(
    "acceptance",
    &["accepted", "accepted_with_gaps"],
)];

/// An application for credit repair.
pub(super) static REPAIR_APPLICATION: KindSchema = KindSchema {
    kind: Kind::RepairApplication,
    fields: &[
        SUBJECT_USCC_OR_PERSON,
        SUBJECT_NAME,
        SUBJECT_TYPE,
        REGION,
        opt("application_no", NUMBER_TEXT).role(Role::Number),
        req("repair_kind", FieldType::Code(CodeList::RepairKind)),
        req("target", REPAIRED),
        req("applied_on", FieldType::Date).role(Role::MainDate),
        opt("channel", FieldType::Code(CodeList::Channel)),
        opt("acceptance", FieldType::Code(CodeList::Acceptance)),
        only("accepted_on", FieldType::Date, RECEIVED, &[]),
        opt("verified_on", FieldType::Date),
        opt("documents", FieldType::Codes(CodeList::RepairDocument)),
        opt("other_documents", FieldType::List(&NAME)),
        only(
            "missing_documents",
            FieldType::Codes(CodeList::RepairDocument),
            GAPS,
            &[],
        ),
        only("documents_due_on", FieldType::Date, GAPS, &[]),
        opt("promise", entry_of_subject(&[Kind::CreditPromise])),
        with(
            "reason",
            FieldType::LongText,
            &[Condition::Is("acceptance", &["refused"])],
        ),
        CONTENT_OPT,
        AUTHORITY_NAME,
        NOTE,
        ATTACHMENTS,
    ],
};

const APPLICATION: Field = with(
    "application",
    entry_of_subject(&[Kind::RepairApplication]),
    &[Condition::Without("applied_on")],
);
const APPLIED_BEFORE: Field = with(
    "applied_on",
    FieldType::Date,
    &[Condition::Without("application")],
);

/// A decision on an application for credit repair.
pub(super) static REPAIR_DECISION: KindSchema = KindSchema {
    kind: Kind::RepairDecision,
    fields: &[
        SUBJECT_USCC_OR_PERSON,
        SUBJECT_NAME,
        SUBJECT_TYPE,
        REGION,
        DECISION_NO_OPT,
        req("repair_kind", FieldType::Code(CodeList::RepairKind)),
        APPLICATION,
        APPLIED_BEFORE,
        opt("accepted_on", FieldType::Date),
        opt("target", REPAIRED),
        req("repair_outcome", FieldType::Code(CodeList::RepairOutcome)),
        DECIDED_ON,
        opt("stopped_on", FieldType::Date),
        with(
            "reason",
            FieldType::LongText,
            &[Condition::Is(
                "repair_outcome",
                &["refused", "ended", "rescinded"],
            )],
        ),
        SEVERITY,
        AUTHORITY_NAME,
        LEGAL_BASIS_OPT,
        DATA_SOURCE,
        NOTE,
        ATTACHMENTS,
    ],
};

/// An objection to a record or to a library.
pub(super) static OBJECTION: KindSchema = KindSchema {
    kind: Kind::Objection,
    fields: &[
        SUBJECT_USCC_OPT,
        SUBJECT_NAME_OPT,
        REGION,
        opt("objection_no", NUMBER_TEXT).role(Role::Number),
        req("objection_type", FieldType::Code(CodeList::ObjectionType)),
        req("target", entry(&[])),
        req("objection_text", FieldType::LongText),
        req("filed_on", FieldType::Date).role(Role::MainDate),
        opt("accepted_on", FieldType::Date),
        opt("channel", FieldType::Code(CodeList::Channel)),
        AUTHORITY_NAME,
        NOTE,
        ATTACHMENTS,
    ],
};

/// What was decided on an objection.
pub(super) static OBJECTION_REPLY: KindSchema = KindSchema {
    kind: Kind::ObjectionReply,
    fields: &[
        req("objection", entry_of_subject(&[Kind::Objection])),
        SUBJECT_USCC_OPT,
        SUBJECT_NAME_OPT,
        REGION,
        DECISION_NO_OPT,
        req(
            "objection_outcome",
            FieldType::Code(CodeList::ObjectionOutcome),
        ),
        REASON,
        opt("correction", entry(&[Kind::Correction])),
        DECIDED_ON,
        AUTHORITY_NAME,
        LEGAL_BASIS_OPT,
        NOTE,
        ATTACHMENTS,
    ],
};
