//! Penalties and what hangs on them: closed cases, serious listings, objections; and violations that brought none.

use super::PENALTIES;
use super::data::{Objection, Serious, Violation};
use super::dice::Dice;
use super::inspections::CaseFiled;
use super::schedule::{Body, Builder, RecordNumber};
use crate::domain::Kind;
use crate::domain::codes::SubjectType;
use gongshi_verify::json::Value;

/// What a penalty is for.
enum Ground<'a> {
    Violation(&'a Violation),
    Case(&'a Violation, CaseFiled),
    Serious(&'a Serious),
}

pub(super) fn make(out: &mut Builder<'_>, cases: Vec<CaseFiled>) {
    let world = out.world;
    let mut dice = Dice::new("penalties");
    let serious = world.scale.of(world.cases.serious.len());
    let mut wanted: Vec<(usize, Ground<'_>)> = Vec::new();
    let market: Vec<&Violation> = world
        .cases
        .violations
        .iter()
        .filter(|v| v.by == "000000-SCJG")
        .collect();
    for case in cases {
        let own = world
            .cases
            .violations
            .iter()
            .find(|v| world.department(&v.by) == case.department);
        let violation = own.unwrap_or_else(|| market[dice.below(market.len())]);
        wanted.push((case.day + 10, Ground::Case(violation, case)));
    }
    for (position, ground) in world.cases.serious.iter().take(serious).enumerate() {
        wanted.push((40 + position * 35, Ground::Serious(ground)));
    }
    while wanted.len() < world.scale.of(PENALTIES) {
        let violation = dice.weighted(&world.cases.violations, |v| v.weight);
        wanted.push((
            dice.between(3, world.calendar.last() - 6),
            Ground::Violation(violation),
        ));
    }
    wanted.sort_by_key(|(day, _)| *day);
    let mut objections = world
        .cases
        .objections
        .iter()
        .take(world.scale.of(world.cases.objections.len()));
    for (number, (day, ground)) in wanted.into_iter().enumerate() {
        let subject = match &ground {
            Ground::Case(_, case) => case.subject,
            // A company, for the list of serious violations; from the middle, away from lists and inspections.
            Ground::Serious(_) => world.register.firms[world.register.firms.len() / 2 + number],
            Ground::Violation(_) => dice.below(world.register.subjects.len()),
        };
        let logged = day + dice.between(1, 5);
        let penalty = match &ground {
            Ground::Violation(violation) => {
                penalty(out, &mut dice, subject, violation, None, (day, logged))
            }
            Ground::Case(violation, case) => penalty(
                out,
                &mut dice,
                subject,
                violation,
                Some(case),
                (day, logged),
            ),
            Ground::Serious(ground) => serious_penalty(out, subject, ground, day, logged),
        };
        match ground {
            Ground::Case(_, case) => close(out, &case, penalty, logged + 3),
            Ground::Serious(ground) => serious_listing(out, subject, ground, penalty, logged + 4),
            Ground::Violation(_) if number % 30 == 1 => {
                if let Some(objection) = objections.next() {
                    object(out, subject, objection, penalty, logged + 6);
                }
            }
            Ground::Violation(_) => {}
        }
    }
    waivers(out, &mut dice);
}

fn penalty(
    out: &mut Builder<'_>,
    dice: &mut Dice,
    subject: usize,
    violation: &Violation,
    case: Option<&CaseFiled>,
    (day, logged): (usize, usize),
) -> RecordNumber {
    let world = out.world;
    let department = case.map_or_else(|| world.department(&violation.by), |case| case.department);
    let subject = &world.register.subjects[subject];
    // Small businesses are fined near the lower end.
    let span = violation.high - violation.low;
    let span = if subject.form == SubjectType::IndividualBusiness {
        span / 4
    } else {
        span
    };
    let fine = (violation.low + dice.below(span + 1)) / 100 * 100;
    let mut kinds: Vec<&str> = violation.kinds.iter().map(String::as_str).collect();
    kinds.push("fine");
    let mut content = Vec::new();
    let mut body = Body::about(subject, true);
    if kinds.contains(&"warning") {
        content.push("警告".to_owned());
    }
    if kinds.contains(&"confiscate_gains") {
        let gains = dice.between(1, 40) * 50;
        content.push(format!("没收违法所得{gains}元"));
        body = body.number("confiscated_fen", gains * 100);
    }
    if kinds.contains(&"confiscate_property") {
        content.push("没收违法经营的财物".to_owned());
    }
    content.push(format!("罚款{fine}元"));
    let minor = fine < 1000;
    let body = body
        .text("decision_no", out.document(department, "罚"))
        .text("violation_type", &violation.violation)
        .text("facts", &violation.facts)
        .text(
            "legal_basis",
            format!("{}{}", violation.basis, world.cases.penalty_basis_suffix),
        )
        .texts("penalty_kinds", kinds)
        .text("content", format!("{}。", content.join("，")))
        .number("fine_fen", fine * 100)
        .text("decided_on", world.date(day))
        .text("sector", &violation.sector)
        .text("severity", if minor { "minor" } else { "general" });
    let body = match case {
        Some(case) => body.refer("result", case.result),
        None => body,
    };
    out.add((logged, dice.below(3)), department, Kind::Penalty, body)
}

fn serious_penalty(
    out: &mut Builder<'_>,
    subject: usize,
    ground: &Serious,
    day: usize,
    logged: usize,
) -> RecordNumber {
    let world = out.world;
    let market = world.department("000000-SCJG");
    let body = Body::about(&world.register.subjects[subject], true)
        .text("decision_no", out.document(market, "罚"))
        .text("violation_type", &ground.violation)
        .text("facts", &ground.facts)
        .text("legal_basis", &ground.basis)
        .texts("penalty_kinds", ["confiscate_property", "fine"])
        .text("content", format!("没收违法产品，罚款{}元。", ground.fine))
        .number("fine_fen", ground.fine * 100)
        .text("decided_on", world.date(day))
        .text("sector", &ground.sector)
        .text("severity", "serious");
    out.add((logged, 1), market, Kind::Penalty, body)
}

fn serious_listing(
    out: &mut Builder<'_>,
    subject: usize,
    ground: &Serious,
    penalty: RecordNumber,
    day: usize,
) {
    let world = out.world;
    let market = world.department("000000-SCJG");
    let from = world.calendar.date(day);
    let until = from
        .with()
        .year(from.year() + 3)
        .build()
        .unwrap_or(from)
        .to_string();
    let restriction = |code: &str| {
        Body::nested()
            .text("restriction", code)
            .text("until", until.as_str())
            .value()
    };
    let restrictions = ["key_supervision", "no_promise_procedure", "no_honours"].map(restriction);
    let body = Body::about(&world.register.subjects[subject], true)
        .text("serious_category", &ground.category)
        .text("reason", &ground.reason)
        .text("listed_on", from.to_string())
        .text("listed_until", until.as_str())
        .put(
            "restrictions",
            gongshi_verify::json::Value::Array(restrictions.to_vec()),
        )
        .text("decision_no", out.document(market, "严列"))
        .text("sector", &ground.sector)
        .text("severity", "serious")
        .text("legal_basis", &ground.basis)
        .refer("penalty", penalty);
    out.add((day + 2, 1), market, Kind::SeriousListing, body);
}

/// The last step of a case that ended in a penalty.
fn close(out: &mut Builder<'_>, case: &CaseFiled, penalty: RecordNumber, day: usize) {
    let world = out.world;
    let body = Body::about(&world.register.subjects[case.subject], false)
        .refer("result", case.result)
        .refer("penalty", penalty)
        .text("followup_type", "closed")
        .text("acted_on", world.date(day))
        .text("result_text", &world.cases.inspections.closed_by_penalty);
    out.add((day + 1, 0), case.department, Kind::ResultFollowup, body);
}

fn object(
    out: &mut Builder<'_>,
    subject: usize,
    text: &Objection,
    penalty: RecordNumber,
    day: usize,
) {
    let world = out.world;
    let department = out.planned[penalty].department;
    let about = || Body::about(&world.register.subjects[subject], false);
    let body = about()
        .text(
            "objection_no",
            format!("YY2026{:04}", out.next(0, "objection")),
        )
        .text("objection_type", &text.objection)
        .refer("target", penalty)
        .text("objection_text", &text.text)
        .text("filed_on", world.date(day))
        .text("accepted_on", world.date(day + 1))
        .text("channel", "online");
    let objection = out.add((day + 1, 0), department, Kind::Objection, body);
    let body = about()
        .refer("objection", objection)
        .text("objection_outcome", &text.outcome)
        .text("reason", &text.reason)
        .text("decided_on", world.date(day + 4));
    let body = match text.outcome.as_str() {
        "upheld" => {
            let mut corrected = out.planned[penalty].body.clone();
            let facts = Value::from(world.cases.repairs.corrected.as_str());
            corrected.insert("facts".to_owned(), facts);
            let correction = about()
                .refer("target", penalty)
                .text("target_kind", Kind::Penalty.as_str())
                .put("corrected_body", Value::Object(corrected))
                .text("reason", &text.reason)
                .refer("objection", objection)
                .text("decided_on", world.date(day + 4));
            let correction = out.add((day + 4, 2), department, Kind::Correction, correction);
            body.refer("correction", correction)
        }
        _ => body,
    };
    out.add((day + 5, 0), department, Kind::ObjectionReply, body);
}

fn waivers(out: &mut Builder<'_>, dice: &mut Dice) {
    let world = out.world;
    let market = world.department("000000-SCJG");
    // Few, and each of its own kind: all of them in a county of any size.
    for (number, waiver) in world.cases.waivers.iter().enumerate() {
        let day = 30 + number * 35;
        let subject = dice.below(world.register.subjects.len());
        let body = Body::about(&world.register.subjects[subject], true)
            .text("no_penalty_kind", &waiver.kind)
            .text("decision_no", out.document(market, "不罚"))
            .text("violation_type", &waiver.violation)
            .text("facts", &waiver.facts)
            .text("measures", &waiver.measures)
            .text("legal_basis", &waiver.basis)
            .text("decided_on", world.date(day));
        let body = match waiver.grounds.is_empty() {
            true => body,
            false => body.texts("grounds", &waiver.grounds),
        };
        out.add((day + 2, 1), market, Kind::NoPenalty, body);
    }
}
