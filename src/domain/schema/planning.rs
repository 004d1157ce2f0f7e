//! What is fixed before a draw: item lists, annual plans, frozen libraries; and the bulletins that sum up after it.

use super::common::{
    ATTACHMENTS, AUTHORITY_NAME, CONTENT_OPT, COUNT, DECIDED_ON, LEGAL_BASIS, LEGAL_BASIS_OPT,
    LINE, NAME, NOTE, NUMBER_TEXT, REGION, YEAR,
};
use super::{Condition, Field, FieldType, KindSchema, Role, entry, only, opt, req};
use crate::domain::codes::CodeList;
use crate::domain::kind::Kind;

const ITEMS: &[Field] = &[
    opt(
        "serial_no",
        FieldType::Integer {
            min: 1,
            max: 99_999,
        },
    ),
    req("item_code", NUMBER_TEXT).role(Role::None),
    req("item_name", NAME),
    req("item_level", FieldType::Code(CodeList::ItemLevel)),
    LEGAL_BASIS,
    opt("inspecting_body", NAME),
    req("object_class", LINE),
    opt("ratio_frequency", LINE),
    opt("joint", FieldType::Bool),
    opt("yearly_cap", FieldType::Integer { min: 1, max: 366 }),
    req("methods", FieldType::Codes(CodeList::InspectionMethod)),
    req("content", FieldType::LongText),
    NOTE,
];

const REMOVED_ITEMS: &[Field] = &[
    req("item_code", NUMBER_TEXT).role(Role::None),
    req("item_name", NAME),
    req("reason", FieldType::LongText),
];

/// List of inspection items; nothing outside it may be inspected at random.
pub(super) static ITEM_LIST: KindSchema = KindSchema {
    kind: Kind::ItemList,
    fields: &[
        req("title", NAME),
        req("version", NUMBER_TEXT).role(Role::Number),
        req("item_list_type", FieldType::Code(CodeList::ItemListType)),
        REGION,
        req("effective_on", FieldType::Date).role(Role::MainDate),
        req("list_items", FieldType::List(&FieldType::Object(ITEMS))),
        opt("replaces", entry(&[Kind::ItemList])),
        opt(
            "removed_items",
            FieldType::List(&FieldType::Object(REMOVED_ITEMS)),
        ),
        NOTE,
        ATTACHMENTS,
    ],
};

const TASKS: &[Field] = &[
    opt(
        "serial_no",
        FieldType::Integer {
            min: 1,
            max: 99_999,
        },
    ),
    req("task_name", NAME),
    req("item_names", FieldType::List(&NAME)),
    opt("item_codes", FieldType::List(&NUMBER_TEXT)).role(Role::None),
    req("plan_scope", FieldType::Code(CodeList::PlanScope)),
    opt("plan_mode", FieldType::Code(CodeList::PlanMode)),
    opt("draw_type", FieldType::Code(CodeList::DrawType)),
    req("target_scope", FieldType::LongText),
    opt("ratio_frequency", LINE),
    opt("quota", COUNT),
    opt("class_rule", FieldType::LongText),
    req("lead_body", NAME),
    opt("partner_bodies", FieldType::List(&NAME)),
    opt("office", NAME),
    req("check_from", FieldType::Date),
    req("check_to", FieldType::Date),
    NOTE,
];

/// Annual plan: public and revisable.
pub(super) static ANNUAL_PLAN: KindSchema = KindSchema {
    kind: Kind::AnnualPlan,
    fields: &[
        req("annual_plan_no", NUMBER_TEXT).role(Role::Number),
        req("plan_name", NAME),
        req("year", YEAR),
        REGION,
        DECIDED_ON,
        req("tasks", FieldType::List(&FieldType::Object(TASKS))),
        opt("replaces", entry(&[Kind::AnnualPlan])),
        opt("filed_with", NAME),
        AUTHORITY_NAME,
        LEGAL_BASIS_OPT,
        NOTE,
        ATTACHMENTS,
    ],
};

const STRATA: &[Field] = &[
    req("stratum", FieldType::Token),
    req("stratum_name", NAME),
    opt("leaf_count", COUNT),
];
const EXCLUSIONS: &[Field] = &[
    req("exclusion", FieldType::Token),
    req("meaning", LINE),
    opt("leaf_count", COUNT),
];
const QUALIFICATIONS: &[Field] = &[
    req("qualification", FieldType::Token),
    req("meaning", LINE),
    opt("leaf_count", COUNT),
];

const OBJECTS: &[Condition] = &[Condition::Is("library", &["objects"])];
const SEALED: &[Condition] = &[Condition::Is("library_form", &["sealed"])];

/// A frozen library of objects or officers.
pub(super) static SNAPSHOT: KindSchema = KindSchema {
    kind: Kind::Snapshot,
    fields: &[
        req("library", FieldType::Code(CodeList::Library)),
        req("library_name", NAME),
        only(
            "library_form",
            FieldType::Code(CodeList::LibraryForm),
            OBJECTS,
            &[],
        ),
        REGION,
        req("as_of", FieldType::Date).role(Role::MainDate),
        req("count", COUNT),
        req("root", FieldType::Sha256),
        req("leaves", FieldType::File),
        opt("challenge_until", FieldType::Time),
        only(
            "strata",
            FieldType::List(&FieldType::Object(STRATA)),
            // Whose classes are sealed names at least all there are, so that no plan can forget one unseen.
            SEALED,
            OBJECTS,
        ),
        only(
            "exclusions",
            FieldType::List(&FieldType::Object(EXCLUSIONS)),
            &[],
            OBJECTS,
        ),
        only(
            "qualifications",
            FieldType::List(&FieldType::Object(QUALIFICATIONS)),
            &[],
            &[Condition::Is("library", &["officers"])],
        ),
        only("register_count", COUNT, &[], OBJECTS),
        opt("previous", entry(&[Kind::Snapshot])),
        opt("source", LINE),
        NOTE,
    ],
};

const INDICATORS: &[Field] = &[
    req("indicator", FieldType::Token),
    req("indicator_name", NAME),
    req("value", COUNT),
    opt("denominator", COUNT),
    req("unit", FieldType::Code(CodeList::Unit)),
    req("definition", LINE),
    opt("authority_id", FieldType::Authority),
    opt("scope_region", FieldType::Region),
];

/// Bulletins about one plan.
const OF_A_PLAN: &[Condition] = &[Condition::Is(
    "bulletin_type",
    &["drawn_list_opening", "substitution_ground"],
)];
/// Shows why a target or an officer of a draw is replaced.
const GROUND: &[Condition] = &[Condition::Is("bulletin_type", &["substitution_ground"])];

/// Periodic bulletin; the opening of a drawn list; the ground of a substitution.
pub(super) static BULLETIN: KindSchema = KindSchema {
    kind: Kind::Bulletin,
    fields: &[
        req("title", NAME),
        opt("issue_no", NUMBER_TEXT).role(Role::Number),
        req("bulletin_type", FieldType::Code(CodeList::BulletinType)),
        REGION,
        req("period_from", FieldType::Date),
        req("period_to", FieldType::Date),
        req("issued_on", FieldType::Date).role(Role::MainDate),
        only("plan_key", FieldType::PlanKey, OF_A_PLAN, &[]).role(Role::Number),
        only(
            "substitute_reason",
            FieldType::Code(CodeList::SubstituteReason),
            GROUND,
            &[],
        ),
        only("target_id", FieldType::DrawId, &[], GROUND),
        only("officer_id", FieldType::DrawId, &[], GROUND),
        opt(
            "indicators",
            FieldType::List(&FieldType::Object(INDICATORS)),
        ),
        CONTENT_OPT,
        NOTE,
        ATTACHMENTS,
    ],
};
