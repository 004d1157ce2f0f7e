//! One batch from plan to substitute, in the terms of `ddraw/1`.
//!
//! Nothing here computes a draw. The plan holds all that fixes it before the randomness exists; the draw holds what anyone
//! needs to repeat it, and the result as recorded.

use super::common::{
    ATTACHMENTS, COUNT, LEGAL_BASIS_OPT, LINE, NAME, NOTE, NUMBER_TEXT, PLAN_KEY, REASON,
    REASON_OPT, REGION,
};
use super::{Condition, Field, FieldType, KindSchema, Role, entry, only, opt, req, with};
use crate::domain::codes::CodeList;
use crate::domain::kind::Kind;
use crate::domain::refs::MAX_SAFE_INTEGER;

/// Numerators and denominators of rates.
const RATE: FieldType = FieldType::Integer {
    min: 1,
    max: 1_000_000,
};
const SEATS_PER_TARGET: FieldType = FieldType::Integer { min: 1, max: 20 };
const DELAY_LOG2: FieldType = FieldType::Integer { min: 1, max: 40 };
const ROUND: FieldType = FieldType::Integer {
    min: 1,
    max: MAX_SAFE_INTEGER as i64,
};
const AUTHORITIES: FieldType = FieldType::List(&FieldType::Authority);

const DRAND: &[Condition] = &[Condition::Is("randomness", &["drand"])];
const LOTTERY: &[Condition] = &[Condition::Is("randomness", &["lottery"])];
const DELAY: &[Condition] = &[Condition::Is("randomness", &["delay"])];
const BEACON: &[Condition] = &[Condition::Is("randomness", &["drand", "lottery"])];

const PLAN_ITEMS: &[Field] = &[
    req("item_list", entry(&[Kind::ItemList])),
    req("item_code", NUMBER_TEXT).role(Role::None),
    req("item_name", NAME),
    opt("item_part", FieldType::Code(CodeList::ItemPart)),
];

const SEATS: &[Field] = &[
    opt("qualification", FieldType::Token),
    req("officers", SEATS_PER_TARGET),
];

const DEPARTMENTS: &[Field] = &[
    req("department", FieldType::Authority),
    opt("department_name", NAME),
    req("seats", FieldType::List(&FieldType::Object(SEATS))),
];

const RULES: &[Field] = &[
    req("stratum", FieldType::Token),
    opt("stratum_name", NAME),
    req("rule_departments", AUTHORITIES),
    req("num", RATE),
    req("den", RATE),
    req("minimum", COUNT),
];

const RECUSALS: &[Field] = &[
    req("officer_id", FieldType::DrawId),
    req("target_id", FieldType::DrawId),
    req("recusal_reason", FieldType::Code(CodeList::RecusalReason)),
];

/// All that fixes a draw, before its randomness exists.
pub(super) static PLAN: KindSchema = KindSchema {
    kind: Kind::Plan,
    fields: &[
        PLAN_KEY,
        req("plan_name", NAME),
        opt("annual_plan_no", NUMBER_TEXT).role(Role::Number),
        opt("annual_plan", entry(&[Kind::AnnualPlan])),
        opt("task_no", NUMBER_TEXT).role(Role::Number),
        opt("task_name", NAME),
        REGION,
        req("plan_scope", FieldType::Code(CodeList::PlanScope)),
        req("plan_mode", FieldType::Code(CodeList::PlanMode)),
        req("draw_type", FieldType::Code(CodeList::DrawType)),
        req(
            "plan_items",
            FieldType::List(&FieldType::Object(PLAN_ITEMS)),
        ),
        req("target_scope", FieldType::LongText),
        opt("ratio_frequency", LINE),
        opt("class_rule", FieldType::LongText),
        req("lead_department", FieldType::Authority),
        only(
            "partner_departments",
            AUTHORITIES,
            &[Condition::Is("plan_scope", &["joint"])],
            &[],
        ),
        req(
            "departments",
            FieldType::List(&FieldType::Object(DEPARTMENTS)),
        ),
        req("object_snapshot", entry(&[Kind::Snapshot])),
        req("object_root", FieldType::Sha256),
        req("officer_snapshot", entry(&[Kind::Snapshot])),
        req("officer_root", FieldType::Sha256),
        req("rules", FieldType::List(&FieldType::Object(RULES))),
        opt("stratum_minimum_size", COUNT),
        opt("recusals", FieldType::List(&FieldType::Object(RECUSALS))),
        req("rotation", FieldType::Integer { min: 0, max: 100 }),
        req("randomness", FieldType::Code(CodeList::Randomness)),
        only("contributors", AUTHORITIES, DELAY, BEACON),
        req("t0", FieldType::Time),
        req("t1", FieldType::Time),
        only(
            "lead_seconds",
            FieldType::Integer {
                min: 600,
                max: 31_536_000,
            },
            &[],
            BEACON,
        ),
        only("round", ROUND, DRAND, &[]),
        only(
            "lottery_game",
            FieldType::Code(CodeList::LotteryGame),
            LOTTERY,
            &[],
        ),
        only("lottery_issue", NUMBER_TEXT, LOTTERY, &[]).role(Role::None),
        only("lottery_at", FieldType::Time, LOTTERY, &[]),
        only("delay_log2", DELAY_LOG2, DELAY, &[]),
        req("fallback", FieldType::Code(CodeList::Fallback)),
        req("check_from", FieldType::Date).role(Role::MainDate),
        req("check_to", FieldType::Date),
        req("result_deadline", FieldType::Time),
        LEGAL_BASIS_OPT,
        NOTE,
        ATTACHMENTS,
    ],
};

/// A contributor's commitment to its secret.
pub(super) static COMMIT: KindSchema = KindSchema {
    kind: Kind::Commit,
    fields: &[
        PLAN_KEY,
        REGION,
        req("secret_commitment", FieldType::Sha256),
    ],
};

/// A contributor's secret.
pub(super) static REVEAL: KindSchema = KindSchema {
    kind: Kind::Reveal,
    fields: &[
        PLAN_KEY,
        REGION,
        req("secret", FieldType::Hex { bytes: 32 }),
        opt("commit", entry(&[Kind::Commit])),
    ],
};

const REVEALS: &[Field] = &[
    req("contributor", FieldType::Authority),
    opt("secret", FieldType::Hex { bytes: 32 }),
    opt("reveal", entry(&[Kind::Reveal])),
];

const DRAWN_STRATA: &[Field] = &[
    req("stratum", FieldType::Token),
    req("rule_departments", AUTHORITIES),
    req("eligible_count", COUNT),
    req("drawn_count", COUNT),
];

const DRAWN_SEATS: &[Field] = &[
    req("department", FieldType::Authority),
    opt("qualification", FieldType::Token),
    req("seat_no", SEATS_PER_TARGET),
    req("officer_id", FieldType::DrawId),
];

const DRAWN: &[Field] = &[
    req("target_id", FieldType::DrawId),
    req("stratum", FieldType::Token),
    req("ticket", FieldType::Sha256),
    opt(
        "assigned_seats",
        FieldType::List(&FieldType::Object(DRAWN_SEATS)),
    ),
];

const OPEN: &[Condition] = &[Condition::Is("library_form", &["open"])];
const SEALED: &[Condition] = &[Condition::Is("library_form", &["sealed"])];

/// The draw as recorded. A short list stands in `drawn`, a long one in the file `drawn_file`; one of them, unless nobody
/// was drawn.
pub(super) static DRAW: KindSchema = KindSchema {
    kind: Kind::Draw,
    fields: &[
        PLAN_KEY,
        REGION,
        req("library_form", FieldType::Code(CodeList::LibraryForm)),
        req("randomness", FieldType::Code(CodeList::Randomness)),
        only("round", ROUND, DRAND, &[]),
        only("beacon_signature", FieldType::Hex { bytes: 48 }, DRAND, &[]),
        only(
            "lottery_numbers",
            FieldType::List(&FieldType::List(&FieldType::Integer { min: 0, max: 99 })),
            LOTTERY,
            &[],
        ),
        only("lottery_source", LINE, LOTTERY, &[]),
        only("delay_log2", DELAY_LOG2, DELAY, &[]),
        only(
            "delay_checkpoints",
            FieldType::List(&FieldType::Sha256),
            DELAY,
            &[],
        ),
        opt("reveals", FieldType::List(&FieldType::Object(REVEALS))),
        req("random_value", FieldType::Sha256),
        req("seed", FieldType::Sha256),
        req("drawn_count", COUNT),
        only(
            "drawn_strata",
            FieldType::List(&FieldType::Object(DRAWN_STRATA)),
            OPEN,
            &[],
        ),
        only(
            "drawn",
            FieldType::List(&FieldType::Object(DRAWN)),
            &[],
            OPEN,
        ),
        only("drawn_file", FieldType::File, &[], OPEN),
        only("sealed_root", FieldType::Sha256, SEALED, &[]),
        only("load_cap", COUNT, &[], OPEN),
        opt("checkpoints", FieldType::List(&FieldType::SignedNote)),
        NOTE,
    ],
};

/// A plan called off before its draw.
pub(super) static CANCEL: KindSchema = KindSchema {
    kind: Kind::Cancel,
    fields: &[
        PLAN_KEY,
        REGION,
        req("cancel_reason", FieldType::Code(CodeList::CancelReason)),
        REASON,
        opt("replaced_by", FieldType::PlanKey),
    ],
};

const TARGET: &[Condition] = &[Condition::Is("substitute_type", &["target"])];
const OFFICER: &[Condition] = &[Condition::Is("substitute_type", &["officer"])];

/// Seats on a target that takes another's place; one that nobody may take has no officer.
const NEW_SEATS: &[Field] = &[
    req("department", FieldType::Authority),
    opt("qualification", FieldType::Token),
    req("seat_no", SEATS_PER_TARGET),
    opt("officer_id", FieldType::DrawId),
];

/// What can show why a target or an officer is replaced; which of them does in which case is decided by intake.
const EVIDENCE: FieldType = entry(&[
    Kind::SubjectStatus,
    Kind::AbnormalListing,
    Kind::InspectionResult,
    Kind::Bulletin,
]);

/// A drawn target or officer replaced by the published order.
pub(super) static SUBSTITUTE: KindSchema = KindSchema {
    kind: Kind::Substitute,
    fields: &[
        PLAN_KEY,
        REGION,
        req("substitute_type", FieldType::Code(CodeList::SubstituteType)),
        req("target_id", FieldType::DrawId),
        only("new_target_id", FieldType::DrawId, TARGET, &[]),
        only(
            "new_seats",
            FieldType::List(&FieldType::Object(NEW_SEATS)),
            TARGET,
            &[],
        ),
        only("department", FieldType::Authority, OFFICER, &[]),
        only("qualification", FieldType::Token, &[], OFFICER),
        only("seat_no", SEATS_PER_TARGET, OFFICER, &[]),
        only("officer_id", FieldType::DrawId, OFFICER, &[]),
        only("new_officer_id", FieldType::DrawId, OFFICER, &[]),
        req(
            "substitute_reason",
            FieldType::Code(CodeList::SubstituteReason),
        ),
        with(
            "recusal_reason",
            FieldType::Code(CodeList::RecusalReason),
            &[Condition::Is("substitute_reason", &["recusal"])],
        ),
        req("evidence", EVIDENCE),
        REASON_OPT,
    ],
};
