//! Lists and marks: abnormal operations (经营异常名录), serious violations (严重违法失信名单), individual businesses.
//!
//! A removal names its listing by entry, or, for a listing older than the log, by its date.

use super::common::{
    ATTACHMENTS, AUTHORITY_NAME, DATA_SOURCE, DECISION_NO_OPT, LEGAL_BASIS, LEGAL_BASIS_OPT, NOTE,
    REASON, REASON_OPT, REGION, RESULT, SECTOR, SEVERITY, SUBJECT_NAME, SUBJECT_TYPE, SUBJECT_USCC,
    SUBJECT_USCC_OR_PERSON, YEAR,
};
use super::{
    Condition, Field, FieldType, KindSchema, Role, entry, entry_of_subject,
    entry_of_subject_or_former, only, opt, req, with,
};
use crate::domain::codes::CodeList;
use crate::domain::kind::Kind;

const FOR_ANNUAL_REPORT: &[Condition] =
    &[Condition::Is("listed_reason", &["annual_report_missing"])];
const REPORT_YEARS: Field = only(
    "report_years",
    FieldType::List(&YEAR),
    &[],
    FOR_ANNUAL_REPORT,
);
/// The listing that a removal ends.
const fn listing(kinds: &'static [Kind]) -> Field {
    with(
        "listing",
        entry_of_subject(kinds),
        &[Condition::Without("listed_on")],
    )
}
const LISTED_BEFORE: Field = with(
    "listed_on",
    FieldType::Date,
    &[Condition::Without("listing")],
);
/// The day from which the term for listing runs.
const VERIFIED_ON: Field = opt("verified_on", FieldType::Date);
const REPAIR: Field = opt(
    "repair_decision",
    entry_of_subject_or_former(&[Kind::RepairDecision]),
);

/// Entry into the abnormal operations list.
pub(super) static ABNORMAL_LISTING: KindSchema = KindSchema {
    kind: Kind::AbnormalListing,
    fields: &[
        SUBJECT_USCC,
        SUBJECT_NAME,
        SUBJECT_TYPE,
        REGION,
        req("listed_reason", FieldType::Code(CodeList::AbnormalReason)),
        REPORT_YEARS,
        VERIFIED_ON,
        req("listed_on", FieldType::Date).role(Role::MainDate),
        DECISION_NO_OPT,
        AUTHORITY_NAME,
        RESULT,
        REASON_OPT,
        LEGAL_BASIS_OPT,
        DATA_SOURCE,
        NOTE,
        ATTACHMENTS,
    ],
};

/// Exit from the abnormal operations list.
pub(super) static ABNORMAL_REMOVAL: KindSchema = KindSchema {
    kind: Kind::AbnormalRemoval,
    fields: &[
        SUBJECT_USCC,
        SUBJECT_NAME,
        SUBJECT_TYPE,
        REGION,
        listing(&[Kind::AbnormalListing]),
        LISTED_BEFORE,
        opt("listed_reason", FieldType::Code(CodeList::AbnormalReason)),
        req("removed_reason", FieldType::Code(CodeList::RemovalReason)),
        req("removed_on", FieldType::Date).role(Role::MainDate),
        DECISION_NO_OPT,
        AUTHORITY_NAME,
        REPAIR,
        REASON_OPT,
        LEGAL_BASIS_OPT,
        DATA_SOURCE,
        NOTE,
        ATTACHMENTS,
    ],
};

const RESTRICTIONS: &[Field] = &[
    req("restriction", FieldType::Code(CodeList::Restriction)),
    opt("content", FieldType::LongText),
    opt("until", FieldType::Date),
];

/// Entry into the list of serious violations, with what it brings and for how long.
pub(super) static SERIOUS_LISTING: KindSchema = KindSchema {
    kind: Kind::SeriousListing,
    fields: &[
        SUBJECT_USCC_OR_PERSON,
        SUBJECT_NAME,
        SUBJECT_TYPE,
        REGION,
        req(
            "serious_category",
            FieldType::Code(CodeList::SeriousCategory),
        ),
        REASON,
        req("listed_on", FieldType::Date).role(Role::MainDate),
        opt("listed_until", FieldType::Date),
        req(
            "restrictions",
            FieldType::List(&FieldType::Object(RESTRICTIONS)),
        ),
        DECISION_NO_OPT,
        AUTHORITY_NAME,
        opt("penalty", entry(&[Kind::Penalty])),
        RESULT,
        SECTOR,
        SEVERITY,
        LEGAL_BASIS,
        DATA_SOURCE,
        NOTE,
        ATTACHMENTS,
    ],
};

/// Exit from the list of serious violations.
pub(super) static SERIOUS_REMOVAL: KindSchema = KindSchema {
    kind: Kind::SeriousRemoval,
    fields: &[
        SUBJECT_USCC_OR_PERSON,
        SUBJECT_NAME,
        SUBJECT_TYPE,
        REGION,
        listing(&[Kind::SeriousListing]),
        LISTED_BEFORE,
        req(
            "serious_removal_reason",
            FieldType::Code(CodeList::SeriousRemovalReason),
        ),
        req("removed_on", FieldType::Date).role(Role::MainDate),
        DECISION_NO_OPT,
        AUTHORITY_NAME,
        REPAIR,
        REASON_OPT,
        LEGAL_BASIS_OPT,
        DATA_SOURCE,
        NOTE,
        ATTACHMENTS,
    ],
};

/// Mark of abnormal operation on an individual business.
pub(super) static INDIVIDUAL_MARK: KindSchema = KindSchema {
    kind: Kind::IndividualMark,
    fields: &[
        SUBJECT_USCC,
        SUBJECT_NAME,
        REGION,
        req("listed_reason", FieldType::Code(CodeList::AbnormalReason)),
        REPORT_YEARS,
        VERIFIED_ON,
        req("marked_on", FieldType::Date).role(Role::MainDate),
        DECISION_NO_OPT,
        AUTHORITY_NAME,
        RESULT,
        REASON_OPT,
        LEGAL_BASIS_OPT,
        DATA_SOURCE,
        NOTE,
        ATTACHMENTS,
    ],
};

/// The mark lifted.
pub(super) static INDIVIDUAL_RESTORE: KindSchema = KindSchema {
    kind: Kind::IndividualRestore,
    fields: &[
        SUBJECT_USCC,
        SUBJECT_NAME,
        REGION,
        with(
            "mark",
            entry_of_subject(&[Kind::IndividualMark]),
            &[Condition::Without("marked_on")],
        ),
        with("marked_on", FieldType::Date, &[Condition::Without("mark")]),
        req("removed_reason", FieldType::Code(CodeList::RemovalReason)),
        req("restored_on", FieldType::Date).role(Role::MainDate),
        DECISION_NO_OPT,
        AUTHORITY_NAME,
        REPAIR,
        REASON_OPT,
        LEGAL_BASIS_OPT,
        DATA_SOURCE,
        NOTE,
        ATTACHMENTS,
    ],
};
