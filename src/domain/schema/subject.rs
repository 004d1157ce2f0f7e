//! The state of a subject's registration, as far as other records depend on it. Registration itself is not kept here.

use super::common::{
    ATTACHMENTS, AUTHORITY_NAME, DATA_SOURCE, DECIDED_ON_OPT, DECISION_NO_OPT, LEGAL_BASIS_OPT,
    NOTE, REASON_OPT, REGION, SUBJECT_NAME, SUBJECT_TYPE, SUBJECT_USCC,
};
use super::{
    Condition, FieldType, KindSchema, Role, entry_of_subject, entry_of_subject_or_former, only, req,
};
use crate::domain::codes::CodeList;
use crate::domain::kind::Kind;

/// A change of a subject's registration.
pub(super) static SUBJECT_STATUS: KindSchema = KindSchema {
    kind: Kind::SubjectStatus,
    fields: &[
        SUBJECT_USCC,
        SUBJECT_NAME,
        SUBJECT_TYPE,
        REGION,
        req("status", FieldType::Code(CodeList::SubjectStatus)),
        req("effective_on", FieldType::Date).role(Role::MainDate),
        DECIDED_ON_OPT,
        DECISION_NO_OPT,
        only(
            "suspended_until",
            FieldType::Date,
            &[],
            &[Condition::Is("status", &["business_suspended"])],
        ),
        only(
            "moved_to_region",
            FieldType::Region,
            &[],
            &[Condition::Is("status", &["moved_out"])],
        ),
        only(
            "reverses",
            entry_of_subject(&[Kind::SubjectStatus]),
            &[],
            &[Condition::Is("status", &["revocation_reversed"])],
        ),
        only(
            "repair_decision",
            entry_of_subject_or_former(&[Kind::RepairDecision]),
            &[],
            &[Condition::Is("status", &["revocation_reversed"])],
        ),
        REASON_OPT,
        AUTHORITY_NAME,
        LEGAL_BASIS_OPT,
        DATA_SOURCE,
        NOTE,
        ATTACHMENTS,
    ],
};
