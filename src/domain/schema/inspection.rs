//! What inspections found and what followed: results, follow-ups, campaigns, transfers between authorities.
//!
//! Officers appear as a number or as the draw's pseudonyms, never by name.

use super::common::{
    ATTACHMENTS, AUTHORITY_NAME, CONTENT, DATA_SOURCE, LEGAL_BASIS_OPT, LINE, NAME, NOTE,
    NUMBER_TEXT, REGION, RESULT, SECTOR, SEVERITY, SUBJECT_NAME, SUBJECT_NAME_OR_USCC,
    SUBJECT_TYPE, SUBJECT_USCC, SUBJECT_USCC_OR_NAME,
};
use super::{
    Condition, Field, FieldType, KindSchema, Role, entry, entry_of_subject, only, opt, req, with,
};
use crate::domain::codes::CodeList;
use crate::domain::kind::Kind;

const DRAWN: &[Condition] = &[Condition::Is("draw_basis", &["drawn"])];
const NOT_DRAWN: &[Condition] = &[Condition::IsNot("draw_basis", &["drawn"])];

const ITEMS: &[Field] = &[
    opt("item_code", NUMBER_TEXT).role(Role::None),
    req("item_name", NAME),
    req("outcome", FieldType::Codes(CodeList::ResultCode)),
    opt("result_text", FieldType::LongText),
];

/// Result of an inspection of one subject.
pub(super) static INSPECTION_RESULT: KindSchema = KindSchema {
    kind: Kind::InspectionResult,
    fields: &[
        SUBJECT_USCC,
        SUBJECT_NAME,
        SUBJECT_TYPE,
        REGION,
        req("draw_basis", FieldType::Code(CodeList::DrawBasis)),
        only("plan_key", FieldType::PlanKey, DRAWN, &[]).role(Role::Number),
        only("draw", entry(&[Kind::Draw]), &[], DRAWN),
        only("origin_reason", LINE, NOT_DRAWN, &[]),
        only("origin_entry", entry(&[]), &[], NOT_DRAWN),
        opt("task_no", NUMBER_TEXT).role(Role::Number),
        opt("task_name", NAME),
        only("draw_type", FieldType::Code(CodeList::DrawType), &[], DRAWN),
        AUTHORITY_NAME,
        opt("joint_departments", FieldType::List(&FieldType::Authority)),
        req("method", FieldType::Code(CodeList::InspectionMethod)),
        req("inspected_on", FieldType::Date).role(Role::MainDate),
        opt("completed_on", FieldType::Date),
        req("outcome", FieldType::Codes(CodeList::ResultCode)),
        opt("items", FieldType::List(&FieldType::Object(ITEMS))),
        opt("result_text", FieldType::LongText),
        opt("code_list_version", NUMBER_TEXT).role(Role::None),
        opt("officer_count", FieldType::Integer { min: 1, max: 1000 }),
        opt("officer_ids", FieldType::List(&FieldType::DrawId)),
        SECTOR,
        SEVERITY,
        LEGAL_BASIS_OPT,
        DATA_SOURCE,
        NOTE,
        ATTACHMENTS,
    ],
};

/// A step after a problem was found, up to its close.
pub(super) static RESULT_FOLLOWUP: KindSchema = KindSchema {
    kind: Kind::ResultFollowup,
    fields: &[
        req(
            "result",
            entry_of_subject(&[Kind::InspectionResult, Kind::CampaignResult]),
        ),
        SUBJECT_USCC,
        SUBJECT_NAME,
        REGION,
        req("followup_type", FieldType::Code(CodeList::FollowupType)),
        req("acted_on", FieldType::Date).role(Role::MainDate),
        opt("order_no", NUMBER_TEXT).role(Role::Number),
        with(
            "due_on",
            FieldType::Date,
            &[Condition::Is("followup_type", &["rectification_ordered"])],
        ),
        with(
            "transferred_to",
            NAME,
            &[Condition::Is("followup_type", &["transferred"])],
        ),
        opt("transfer", entry(&[Kind::Transfer])),
        opt("ledger_no", NUMBER_TEXT).role(Role::Number),
        opt("penalty", entry(&[Kind::Penalty])),
        opt("result_text", FieldType::LongText),
        LEGAL_BASIS_OPT,
        NOTE,
        ATTACHMENTS,
    ],
};

/// A finding of a campaign, mostly of unlicensed trade, where a credit code may not exist.
pub(super) static CAMPAIGN_RESULT: KindSchema = KindSchema {
    kind: Kind::CampaignResult,
    fields: &[
        req("campaign_name", NAME),
        SUBJECT_USCC_OR_NAME,
        SUBJECT_NAME_OR_USCC,
        SUBJECT_TYPE,
        opt("address", LINE),
        opt("trade", NAME),
        REGION,
        req("inspected_on", FieldType::Date).role(Role::MainDate),
        req("method", FieldType::Code(CodeList::InspectionMethod)),
        req("disposition", FieldType::Codes(CodeList::Disposition)),
        opt("outcome", FieldType::Codes(CodeList::ResultCode)),
        opt("result_text", FieldType::LongText),
        opt("due_on", FieldType::Date),
        AUTHORITY_NAME,
        opt("joint_departments", FieldType::List(&FieldType::Authority)),
        opt("officer_count", FieldType::Integer { min: 1, max: 1000 }),
        SECTOR,
        LEGAL_BASIS_OPT,
        NOTE,
        ATTACHMENTS,
    ],
};

/// A matter made known, handed over, or answered between authorities.
pub(super) static TRANSFER: KindSchema = KindSchema {
    kind: Kind::Transfer,
    fields: &[
        req("transfer_type", FieldType::Code(CodeList::TransferType)),
        opt("transfer_no", NUMBER_TEXT).role(Role::Number),
        SUBJECT_USCC_OR_NAME,
        SUBJECT_NAME_OR_USCC,
        REGION,
        req("transferred_to", NAME),
        opt("recipient", FieldType::Authority),
        req("transferred_on", FieldType::Date).role(Role::MainDate),
        opt("due_on", FieldType::Date),
        CONTENT,
        only(
            "answers",
            entry(&[Kind::Transfer]),
            &[Condition::Is("transfer_type", &["feedback"])],
            &[],
        ),
        RESULT,
        LEGAL_BASIS_OPT,
        NOTE,
        ATTACHMENTS,
    ],
};
