//! Inspections of those drawn and of others, what followed them, and findings of unlicensed trade.

use super::dice::Dice;
use super::draws::Visit;
use super::register::Subject;
use super::schedule::{Body, Builder, RecordNumber};
use super::{INSPECTIONS, OTHER_INSPECTIONS};
use crate::domain::Kind;
use crate::domain::codes::SubjectType;
use gongshi_verify::json::Value;
use std::collections::HashMap;

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

pub(super) fn make(out: &mut Builder<'_>, visits: &[Visit]) -> Vec<CaseFiled> {
    let mut cases = Vec::new();
    results(out, visits, &mut cases);
    others(out);
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

fn results(out: &mut Builder<'_>, visits: &[Visit], cases: &mut Vec<CaseFiled>) {
    let world = out.world;
    let mut dice = Dice::new("inspections");
    let subjects: HashMap<&str, usize> = world
        .register
        .subjects
        .iter()
        .enumerate()
        .map(|(position, subject)| (subject.uscc.as_str(), position))
        .collect();
    let mut codes = Outcomes::new(visits.len());
    for visit in visits {
        let position = subjects[visit.target.as_str()];
        let subject = &world.register.subjects[position];
        let code = codes.next(subject.form == SubjectType::IndividualBusiness);
        let (first, last) = visit.batch.days;
        let day = dice.between(first, last);
        let completed = day + dice.below(2);
        let department = visit.batch.lead;
        let office = &world.county.departments[department];
        let mut body = result(
            out,
            &mut dice,
            subject,
            (department, visit.batch.item),
            code,
        )
        .text("draw_basis", "drawn")
        .text("plan_key", &visit.plan_key)
        .refer("draw", visit.draw)
        .text("inspected_on", world.date(day))
        .text("completed_on", world.date(completed))
        .text(
            "task_name",
            format!(
                "{}第{}批次",
                office.items[visit.batch.item].0, visit.batch.number
            ),
        )
        .number("officer_count", visit.officers.len())
        .texts("officer_ids", &visit.officers);
        if !visit.batch.partners.is_empty() {
            let partners = visit.batch.partners.iter();
            let ids = partners.map(|at| &world.county.departments[*at].id);
            body = body.texts("joint_departments", ids);
        }
        let logged = completed + dice.between(2, 9);
        for partner in &visit.batch.partners {
            let own = result(
                out,
                &mut dice,
                subject,
                (department, visit.batch.item),
                OUTCOMES[0].0,
            )
            .text("draw_basis", "drawn")
            .text("plan_key", &visit.plan_key)
            .refer("draw", visit.draw)
            .text("inspected_on", world.date(day))
            .text("completed_on", world.date(completed))
            .number("officer_count", 2);
            let slot = (completed + dice.between(2, 9), dice.below(3));
            out.add(slot, *partner, Kind::InspectionResult, own);
        }
        let number = out.add(
            (logged, dice.below(3)),
            department,
            Kind::InspectionResult,
            body,
        );
        follow(
            out,
            cases,
            Inspected {
                number,
                subject: position,
                department,
                logged,
                code,
            },
        );
    }
}

/// Inspections that something else than a draw gave rise to.
fn others(out: &mut Builder<'_>) {
    let world = out.world;
    let texts = &world.cases.inspections;
    let mut dice = Dice::new("other inspections");
    let market = world.department("000000-SCJG");
    let count = world.scale.of(OTHER_INSPECTIONS);
    for number in 0..count {
        // From the far ends of the groups, so that lists and these inspections meet different ones.
        let group = match number % 2 {
            0 => &world.register.firms,
            _ => &world.register.individuals,
        };
        let subject = &world.register.subjects[group[group.len() - 1 - number]];
        let item = dice.below(world.county.departments[market].items.len());
        let day = dice.between(6, 150);
        let (basis, origin) = match dice.chance(60) {
            true => ("complaint", dice.pick(&texts.reasons)),
            false => ("special_campaign", dice.pick(&texts.campaigns)),
        };
        let code = if dice.chance(70) {
            "no_problem_found"
        } else {
            "problem_corrected"
        };
        let body = result(out, &mut dice, subject, (market, item), code)
            .text("draw_basis", basis)
            .text("origin_reason", origin)
            .text("inspected_on", world.date(day))
            .text("completed_on", world.date(day))
            .number("officer_count", 2);
        let slot = (day + dice.between(2, 10), dice.below(3));
        out.add(slot, market, Kind::InspectionResult, body);
    }
}

/// What every result says.
fn result(
    out: &Builder<'_>,
    dice: &mut Dice,
    subject: &Subject,
    (department, item): (usize, usize),
    code: &str,
) -> Body {
    let office = &out.world.county.departments[department];
    let mut detail = Body::nested()
        .text("item_code", office.item_code(item))
        .text("item_name", &office.items[item].0)
        .texts("outcome", [code]);
    if matches!(code, "problem_corrected" | "problem_pending") {
        detail = detail.text("result_text", dice.pick(&out.world.cases.inspections.found));
    }
    Body::about(subject, true)
        .text(
            "method",
            if dice.chance(85) {
                "on_site"
            } else {
                "written"
            },
        )
        .texts("outcome", [code])
        .put("items", Value::Array(vec![detail.value()]))
}

/// What the inspections found, in the proportions of the table. Whom nobody could reach is an individual business: the law
/// marks those, and what becomes of firms is told elsewhere.
struct Outcomes(Vec<&'static str>);

impl Outcomes {
    fn new(count: usize) -> Self {
        let mut codes: Vec<&str> = (0..count).map(|number| outcome(number, count)).collect();
        Dice::new("outcomes").shuffle(&mut codes);
        Outcomes(codes)
    }

    fn next(&mut self, individual: bool) -> &'static str {
        let fits = |code: &&str| individual || *code != "unreachable_at_registered_address";
        match self.0.iter().rposition(fits) {
            Some(at) => self.0.swap_remove(at),
            None => OUTCOMES[0].0,
        }
    }
}

/// A result in the log.
struct Inspected {
    number: RecordNumber,
    subject: usize,
    department: usize,
    logged: usize,
    code: &'static str,
}

/// What follows from a result.
fn follow(out: &mut Builder<'_>, cases: &mut Vec<CaseFiled>, one: Inspected) {
    let world = out.world;
    let subject = &world.register.subjects[one.subject];
    match one.code {
        "problem_pending" => {
            let to_case = out.next(0, "pending") % 3 == 1;
            if let Some(day) = followups(
                out,
                one.number,
                subject,
                one.department,
                one.logged,
                to_case,
            ) {
                cases.push(CaseFiled {
                    result: one.number,
                    subject: one.subject,
                    day,
                    department: one.department,
                });
            }
        }
        "unreachable_at_registered_address" => {
            let body = Body::about(subject, false)
                .text("listed_reason", "unreachable")
                .text("marked_on", world.date(one.logged + 5))
                .refer("result", one.number);
            let market = world.department("000000-SCJG");
            out.add((one.logged + 6, 1), market, Kind::IndividualMark, body);
        }
        _ => {}
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
