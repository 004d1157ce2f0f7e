//! Administrative decisions: permits and penalties (双公示), and penalties waived.

use super::common::{
    ATTACHMENTS, AUTHORITY_NAME, AUTHORITY_USCC, CONTENT, DATA_SOURCE, DECIDED_ON, DECISION_NO,
    DECISION_NO_OPT, LEGAL_BASIS, LEGAL_BASIS_OPT, LINE, NAME, NOTE, NUMBER_TEXT, REASON_OPT,
    REGION, RESULT, SECTOR, SEVERITY, SUBJECT_NAME, SUBJECT_TYPE, SUBJECT_USCC,
    SUBJECT_USCC_OR_PERSON,
};
use super::{Condition, FieldType, KindSchema, Role, only, opt, req, with};
use crate::domain::codes::CodeList;
use crate::domain::kind::Kind;

const FINED: &[Condition] = &[Condition::Is("penalty_kinds", &["fine"])];
const RESTRICTS: &[Condition] = &[Condition::Is(
    "penalty_kinds",
    &["restrict_business", "restrict_profession"],
)];

const NOT_LISTED: &[Condition] = &[Condition::Is(
    "no_penalty_kind",
    &["not_listed_reachable", "not_listed_corrected"],
)];

/// Administrative penalty.
pub(super) static PENALTY: KindSchema = KindSchema {
    kind: Kind::Penalty,
    fields: &[
        SUBJECT_USCC_OR_PERSON,
        SUBJECT_NAME,
        SUBJECT_TYPE,
        REGION,
        DECISION_NO,
        req("violation_type", LINE),
        opt("facts", FieldType::LongText),
        LEGAL_BASIS,
        req("penalty_kinds", FieldType::Codes(CodeList::PenaltyKind)),
        CONTENT,
        with("fine_fen", FieldType::MoneyFen, FINED),
        with(
            "confiscated_fen",
            FieldType::MoneyFen,
            &[Condition::Is("penalty_kinds", &["confiscate_gains"])],
        ),
        only("lower_fine", FieldType::Bool, &[], FINED),
        opt("licence_affected", LINE),
        opt("procedure", FieldType::Code(CodeList::Procedure)),
        only(
            "publication_required_by",
            LINE,
            &[],
            &[Condition::Is("penalty_kinds", &["warning"])],
        ),
        DECIDED_ON,
        opt("received_on", FieldType::Date),
        opt("valid_until", FieldType::Date),
        opt("restriction_until", FieldType::Date),
        only("lifelong_restriction", FieldType::Bool, &[], RESTRICTS),
        AUTHORITY_NAME,
        AUTHORITY_USCC,
        SECTOR,
        SEVERITY,
        RESULT,
        DATA_SOURCE,
        NOTE,
        ATTACHMENTS,
    ],
};

/// A violation that brings no penalty, or no listing, with the reason.
pub(super) static NO_PENALTY: KindSchema = KindSchema {
    kind: Kind::NoPenalty,
    fields: &[
        SUBJECT_USCC_OR_PERSON,
        SUBJECT_NAME,
        SUBJECT_TYPE,
        REGION,
        req("no_penalty_kind", FieldType::Code(CodeList::NoPenaltyKind)),
        only(
            "grounds",
            FieldType::Codes(CodeList::BufferGround),
            &[],
            NOT_LISTED,
        ),
        DECISION_NO_OPT,
        req("violation_type", LINE),
        opt("facts", FieldType::LongText),
        REASON_OPT,
        opt("measures", FieldType::LongText),
        LEGAL_BASIS,
        DECIDED_ON,
        AUTHORITY_NAME,
        SECTOR,
        RESULT,
        NOTE,
        ATTACHMENTS,
    ],
};

/// Administrative permit.
pub(super) static PERMIT: KindSchema = KindSchema {
    kind: Kind::Permit,
    fields: &[
        SUBJECT_USCC,
        SUBJECT_NAME,
        SUBJECT_TYPE,
        REGION,
        req("permit_name", NAME),
        with(
            "permit_no",
            NUMBER_TEXT,
            &[Condition::Without("decision_no")],
        )
        .role(Role::Number),
        with(
            "decision_no",
            NUMBER_TEXT,
            &[Condition::Without("permit_no")],
        )
        .role(Role::Number),
        req("permit_kind", FieldType::Code(CodeList::PermitKind)),
        CONTENT,
        DECIDED_ON,
        opt("valid_from", FieldType::Date),
        opt("valid_to", FieldType::Date),
        opt("permit_status", FieldType::Code(CodeList::PermitStatus)),
        AUTHORITY_NAME,
        AUTHORITY_USCC,
        LEGAL_BASIS_OPT,
        DATA_SOURCE,
        NOTE,
        ATTACHMENTS,
    ],
};
