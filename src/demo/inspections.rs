//! Inspections that were not drawn (complaints, campaigns), what followed them, and findings of unlicensed trade.
//!
//! No result here names a plan: draws are another part of the product, and none is invented.

use super::INSPECTIONS;
use super::dice::Dice;
use super::register::Subject;
use super::schedule::{Body, Builder, RecordNumber};
use crate::domain::Kind;
use gongshi_verify::json::Value;

/// A problem that became a case: its penalty is decided elsewhere.
pub(super) struct CaseFiled {
    pub result: RecordNumber,
    pub subject: usize,
    /// Day on which the case was filed and logged.
    pub day: usize,
    pub department: usize,
}

/// What was found in each of 119 inspections: code and how many.
const OUTCOMES: [(&str, usize); 6] = [
    ("no_problem_found", 79),
    ("problem_corrected", 19),
    ("problem_pending", 11),
    ("unreachable_at_registered_address", 4),
    ("closed_or_liquidating", 3),
    ("no_relevant_activity", 3),
];

pub(super) fn make(out: &mut Builder<'_>) -> Vec<CaseFiled> {
    let mut cases = Vec::new();
    results(out, &mut cases);
    campaign(out);
    cases
}

/// The outcome of inspection `number` of `count`, in the proportions of the table.
fn outcome(number: usize, count: usize) -> &'static str {
    let mut place = number * INSPECTIONS / count;
    for (code, many) in OUTCOMES {
        if place < many {
            return code;
        }
        place -= many;
    }
    OUTCOMES[0].0
}

fn results(out: &mut Builder<'_>, cases: &mut Vec<CaseFiled>) {
    let world = out.world;
    let texts = &world.cases.inspections;
    let mut dice = Dice::new("inspections");
    let count = world.scale.of(INSPECTIONS);
    let market = world.department("000000-SCJG");
    let mut pending = 0;
    for number in 0..count {
        let code = outcome(number, count);
        // Individuals and firms from the far ends of the groups, so that lists and inspections meet different ones.
        let group = match code {
            "unreachable_at_registered_address" => &world.register.individuals,
            _ if number % 2 == 0 => &world.register.firms,
            _ => &world.register.individuals,
        };
        let position = group[group.len() - 1 - number];
        let subject = &world.register.subjects[position];
        let department = if dice.chance(60) {
            market
        } else {
            dice.below(world.county.departments.len())
        };
        let office = &world.county.departments[department];
        let item = dice.below(office.items.len());
        let day = dice.between(6, 150);
        let completed = day + dice.below(3);
        let (basis, origin) = match dice.chance(45) {
            true => ("complaint", dice.pick(&texts.reasons)),
            false => ("special_campaign", dice.pick(&texts.campaigns)),
        };
        let mut detail = Body::nested()
            .text("item_code", office.item_code(item))
            .text("item_name", &office.items[item].0)
            .texts("outcome", [code]);
        if matches!(code, "problem_corrected" | "problem_pending") {
            detail = detail.text("result_text", dice.pick(&texts.found));
        }
        let mut body = Body::about(subject, true)
            .text("draw_basis", basis)
            .text("origin_reason", origin)
            .text("method", "on_site")
            .text("inspected_on", world.date(day))
            .text("completed_on", world.date(completed))
            .texts("outcome", [code])
            .put("items", Value::Array(vec![detail.value()]))
            .number("officer_count", dice.between(2, 4));
        if dice.chance(20) {
            let partner = (department + dice.between(1, world.county.departments.len() - 1))
                % world.county.departments.len();
            body = body.texts("joint_departments", [&world.county.departments[partner].id]);
        }
        let logged = completed + dice.between(2, 10);
        let result = out.add(
            (logged, dice.below(3)),
            department,
            Kind::InspectionResult,
            body,
        );
        match code {
            "problem_pending" => {
                pending += 1;
                let filed = (pending % 3 == 1).then_some(position);
                if let Some(day) =
                    followups(out, result, subject, department, logged, filed.is_some())
                {
                    cases.push(CaseFiled {
                        result,
                        subject: position,
                        day,
                        department,
                    });
                }
            }
            "unreachable_at_registered_address" => {
                let body = Body::about(subject, false)
                    .text("listed_reason", "unreachable")
                    .text("marked_on", world.date(logged + 5))
                    .refer("result", result);
                out.add((logged + 6, 1), market, Kind::IndividualMark, body);
            }
            _ => {}
        }
    }
}

/// An order to put things right, then either the check that it was done, or a case; the day of the case.
fn followups(
    out: &mut Builder<'_>,
    result: RecordNumber,
    subject: &Subject,
    department: usize,
    day: usize,
    to_case: bool,
) -> Option<usize> {
    let world = out.world;
    let texts = &world.cases.inspections;
    let step = |kind: &str, day: usize, text: &str| {
        Body::about(subject, false)
            .refer("result", result)
            .text("followup_type", kind)
            .text("acted_on", world.date(day))
            .text("result_text", text)
    };
    let order = step("rectification_ordered", day + 1, &texts.rectify)
        .text("order_no", out.document(department, "责改"))
        .text("due_on", world.date(day + 11));
    out.add((day + 2, 0), department, Kind::ResultFollowup, order);
    if to_case {
        let filed = step("case_filed", day + 13, &texts.case_filed);
        out.add((day + 14, 0), department, Kind::ResultFollowup, filed);
        return Some(day + 14);
    }
    let rectified = step("rectified", day + 12, &texts.rectified);
    out.add((day + 13, 1), department, Kind::ResultFollowup, rectified);
    let closed = step("closed", day + 14, &texts.closed);
    out.add((day + 15, 1), department, Kind::ResultFollowup, closed);
    None
}

/// Findings of unlicensed trade; some are made known to another department, which answers.
fn campaign(out: &mut Builder<'_>) {
    let world = out.world;
    let mut dice = Dice::new("campaign");
    let texts = &world.cases.campaign;
    let market = world.department("000000-SCJG");
    let others = ["000000-CGJ", "000000-NYNC", "000000-STHJ"].map(|id| world.department(id));
    let mut stopped = 0;
    for disposition in &texts.dispositions {
        for _ in 0..world.scale.of(disposition.count) {
            let day = dice.between(30, 185);
            let trade = dice.pick(&texts.trades);
            let (town, street) = (
                dice.pick(&world.county.towns),
                dice.pick(&world.county.streets),
            );
            let name = format!("{town}{street}某{trade}摊点");
            let mut body = Body::new()
                .text("campaign_name", dice.pick(&texts.names))
                .text("subject_name", &name)
                .text(
                    "address",
                    format!(
                        "{}{town}{street}{}号",
                        world.county.county,
                        dice.between(1, 199)
                    ),
                )
                .text("trade", trade)
                .text("inspected_on", world.date(day))
                .text("method", "on_site")
                .texts("disposition", [&disposition.code])
                .text("result_text", &disposition.text)
                .number("officer_count", dice.between(2, 5));
            if disposition.code == "guided_to_permit" {
                body = body
                    .texts("outcome", ["problem_pending"])
                    .text("due_on", world.date(day + 15));
            }
            let logged = day + dice.between(1, 8);
            out.add((logged, dice.below(3)), market, Kind::CampaignResult, body);
            if disposition.code == "ordered_to_stop" {
                stopped += 1;
                if stopped % 6 == 1 {
                    notice(
                        out,
                        &name,
                        market,
                        others[stopped / 6 % others.len()],
                        logged + 1,
                    );
                }
            }
        }
    }
}

fn notice(out: &mut Builder<'_>, name: &str, from: usize, to: usize, day: usize) {
    let world = out.world;
    let texts = &world.cases.transfers;
    let offices = &world.county.departments;
    let body = Body::new()
        .text("transfer_type", "notice")
        .text("transfer_no", out.document(from, "抄"))
        .text("subject_name", name)
        .text("transferred_to", &offices[to].name)
        .text("recipient", &offices[to].id)
        .text("transferred_on", world.date(day))
        .text("due_on", world.date(day + 10))
        .text("content", &texts.notice);
    let notice = out.add((day + 1, 0), from, Kind::Transfer, body);
    let body = Body::new()
        .text("transfer_type", "feedback")
        .text("transfer_no", out.document(to, "复"))
        .text("subject_name", name)
        .text("transferred_to", &offices[from].name)
        .text("recipient", &offices[from].id)
        .text("transferred_on", world.date(day + 8))
        .text("content", &texts.feedback)
        .refer("answers", notice);
    out.add((day + 9, 0), to, Kind::Transfer, body);
}
