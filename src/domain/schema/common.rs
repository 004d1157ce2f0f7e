//! Fields that many kinds share, so that one name has one type and one meaning everywhere.

use super::{Condition, Field, FieldType, Role, entry, opt, req, with};
use crate::domain::codes::CodeList;
use crate::domain::kind::Kind;
use crate::domain::refs::MAX_SAFE_INTEGER;

/// A name: of a subject, an office, a document.
pub(super) const NAME: FieldType = FieldType::Text { max_chars: 200 };
/// A number or short identifier printed on a paper.
pub(super) const NUMBER_TEXT: FieldType = FieldType::Text { max_chars: 100 };
/// A line of prose.
pub(super) const LINE: FieldType = FieldType::Text { max_chars: 500 };
/// A count.
pub(super) const COUNT: FieldType = FieldType::Integer {
    min: 0,
    max: MAX_SAFE_INTEGER as i64,
};
/// A calendar year.
pub(super) const YEAR: FieldType = FieldType::Integer {
    min: 1949,
    max: 9999,
};

/// The subject may be a natural person, who has no credit code; identity-card numbers are never recorded.
const NOT_A_PERSON: &[Condition] = &[Condition::IsNot("subject_type", &["natural_person"])];

/// Credit code of the subject.
pub(super) const SUBJECT_USCC: Field = req("subject_uscc", FieldType::Uscc).role(Role::SubjectCode);
/// Credit code where the subject may be a natural person.
pub(super) const SUBJECT_USCC_OR_PERSON: Field =
    with("subject_uscc", FieldType::Uscc, NOT_A_PERSON).role(Role::SubjectCode);
/// Credit code where a name alone will do: unlicensed trade has no code.
pub(super) const SUBJECT_USCC_OR_NAME: Field = with(
    "subject_uscc",
    FieldType::Uscc,
    &[Condition::Without("subject_name")],
)
.role(Role::SubjectCode);
/// Credit code where the record need not be about one subject.
pub(super) const SUBJECT_USCC_OPT: Field =
    opt("subject_uscc", FieldType::Uscc).role(Role::SubjectCode);

/// Name of the subject.
pub(super) const SUBJECT_NAME: Field = req("subject_name", NAME).role(Role::SubjectName);
/// Name where a credit code alone will do.
pub(super) const SUBJECT_NAME_OR_USCC: Field =
    with("subject_name", NAME, &[Condition::Without("subject_uscc")]).role(Role::SubjectName);
/// Name where the record need not be about one subject.
pub(super) const SUBJECT_NAME_OPT: Field = opt("subject_name", NAME).role(Role::SubjectName);

/// Legal form of the subject.
pub(super) const SUBJECT_TYPE: Field = opt("subject_type", FieldType::Code(CodeList::SubjectType));

/// Region the record belongs to.
pub(super) const REGION: Field = req("region", FieldType::Region).role(Role::Region);
/// Region, where the operator's record may concern the whole log.
pub(super) const REGION_OPT: Field = opt("region", FieldType::Region).role(Role::Region);

/// Legal basis, where a decision always cites one.
pub(super) const LEGAL_BASIS: Field = req("legal_basis", FieldType::LongText);
/// Legal basis, where papers often leave it to the rule.
pub(super) const LEGAL_BASIS_OPT: Field = opt("legal_basis", FieldType::LongText);

/// Day of the decision, where that is the day the record is about.
pub(super) const DECIDED_ON: Field = req("decided_on", FieldType::Date).role(Role::MainDate);
/// Day of the decision beside another main date.
pub(super) const DECIDED_ON_OPT: Field = opt("decided_on", FieldType::Date);

/// Number of the decision, where it must have one.
pub(super) const DECISION_NO: Field = req("decision_no", NUMBER_TEXT).role(Role::Number);
/// Number of the decision, where it may have none.
pub(super) const DECISION_NO_OPT: Field = opt("decision_no", NUMBER_TEXT).role(Role::Number);

/// The office named on the paper, when it is not simply the authority that signs.
pub(super) const AUTHORITY_NAME: Field = opt("authority_name", NAME);
/// Credit code of the deciding office.
pub(super) const AUTHORITY_USCC: Field = opt("authority_uscc", FieldType::Uscc);
/// The system or office a row came from.
pub(super) const DATA_SOURCE: Field = opt("data_source", NAME).role(Role::None);

/// Reasons in words, required.
pub(super) const REASON: Field = req("reason", FieldType::LongText);
/// Reasons in words.
pub(super) const REASON_OPT: Field = opt("reason", FieldType::LongText);
/// Content in words, required.
pub(super) const CONTENT: Field = req("content", FieldType::LongText);
/// Content in words.
pub(super) const CONTENT_OPT: Field = opt("content", FieldType::LongText);

/// Field that dated rules treat apart.
pub(super) const SECTOR: Field = opt("sector", FieldType::Code(CodeList::Sector));
/// Grade of the violation.
pub(super) const SEVERITY: Field = opt("severity", FieldType::Code(CodeList::Severity));

/// The plan a record belongs to, where it must belong to one.
pub(super) const PLAN_KEY: Field = req("plan_key", FieldType::PlanKey).role(Role::Number);

/// The inspection a record follows from: not always of the same subject, for what a shop sold is its maker's penalty.
pub(super) const INSPECTION: FieldType = entry(&[Kind::InspectionResult, Kind::CampaignResult]);
/// The inspection a record follows from, where there was one.
pub(super) const RESULT: Field = opt("result", INSPECTION);

/// Remark.
pub(super) const NOTE: Field = opt("note", FieldType::LongText);
/// Files.
pub(super) const ATTACHMENTS: Field = opt("attachments", FieldType::List(&FieldType::File));
