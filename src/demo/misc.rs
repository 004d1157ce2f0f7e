//! Changes of registration, cases handed to other departments, and the bulletins that sum up what the year has brought so far.

use super::STATUS_CHANGES;
use super::dice::Dice;
use super::schedule::{Body, Builder};
use crate::domain::Kind;
use gongshi_verify::json::Value;

/// Kinds that bulletins count: indicator, its name, kind.
const INDICATORS: [(&str, &str, Kind); 7] = [
    ("permits", "行政许可", Kind::Permit),
    ("penalties", "行政处罚", Kind::Penalty),
    ("results", "检查结果", Kind::InspectionResult),
    ("campaign_results", "专项整治处置", Kind::CampaignResult),
    ("promises", "信用承诺", Kind::CreditPromise),
    (
        "abnormal_listings",
        "列入经营异常名录",
        Kind::AbnormalListing,
    ),
    ("repairs", "信用修复决定", Kind::RepairDecision),
];

/// The definition of the share of each class.
const PROBLEM_RATE: &str = "对该信用风险类别主体的检查结果中，发现问题的。";

/// What the county submits with its bulletins from a month on: indicator, its name, its definition, unit, so many of so many.
const SUBMITTED: [(i8, &str, &str, &str, &str, usize, usize); 6] = [
    (
        6,
        "annual_report_rate",
        "年报公示率",
        "应当公示上一年度报告的主体中，六月三十日前已经公示的。",
        "subjects",
        24_432,
        25_394,
    ),
    (
        10,
        "low_risk_undisturbed",
        "低风险企业全年未被打扰占比",
        "分类为低风险的企业中，当年没有被抽查过的。",
        "subjects",
        19_013,
        19_045,
    ),
    (
        10,
        "problem_rate_class_a",
        "A 类检查结果问题发现率",
        PROBLEM_RATE,
        "records",
        1,
        32,
    ),
    (
        10,
        "problem_rate_class_b",
        "B 类检查结果问题发现率",
        PROBLEM_RATE,
        "records",
        3,
        41,
    ),
    (
        10,
        "problem_rate_class_c",
        "C 类检查结果问题发现率",
        PROBLEM_RATE,
        "records",
        7,
        29,
    ),
    (
        10,
        "problem_rate_class_d",
        "D 类检查结果问题发现率",
        PROBLEM_RATE,
        "records",
        8,
        17,
    ),
];

pub(super) fn make(out: &mut Builder<'_>) {
    status_changes(out);
    case_transfers(out);
    bulletins(out);
}

fn status_changes(out: &mut Builder<'_>) {
    let world = out.world;
    let mut dice = Dice::new("status");
    let market = world.department("000000-SCJG");
    let individuals = &world.register.individuals;
    let count = world.scale.of(STATUS_CHANGES);
    let mut days: Vec<usize> = (0..count)
        .map(|_| dice.below(world.calendar.last() - 5))
        .collect();
    days.sort_unstable();
    for (number, day) in days.into_iter().enumerate() {
        let subject = &world.register.subjects[individuals[individuals.len() / 2 + number]];
        let status = match number % 10 {
            0..=6 => "deregistered",
            7 | 8 => "business_suspended",
            _ => "moved_out",
        };
        let mut body = Body::about(subject, true)
            .text("status", status)
            .text("effective_on", world.date(day));
        if status == "business_suspended" {
            let from = world.calendar.date(day);
            let until = from.with().year(from.year() + 1).build().unwrap_or(from);
            body = body.text("suspended_until", until.to_string());
        }
        out.add(
            (day + dice.between(1, 4), dice.below(3)),
            market,
            Kind::SubjectStatus,
            body,
        );
    }
}

/// Findings that another department's law covers.
fn case_transfers(out: &mut Builder<'_>) {
    let world = out.world;
    let market = world.department("000000-SCJG");
    for (number, id) in ["000000-GAJ", "000000-STHJ", "000000-NYNC"]
        .into_iter()
        .enumerate()
    {
        let recipient = &world.county.departments[world.department(id)];
        let position = world.register.firms[world.register.firms.len() / 3 + number];
        let day = 50 + number * 40;
        let body = Body::about(&world.register.subjects[position], false)
            .text("transfer_type", "case_transfer")
            .text("transfer_no", out.document(market, "移"))
            .text("transferred_to", &recipient.name)
            .text("recipient", &recipient.id)
            .text("transferred_on", world.date(day))
            .text("content", &world.cases.transfers.case_transfer);
        out.add((day + 1, 0), market, Kind::Transfer, body);
    }
}

/// A bulletin for each month up to October and one for the half-year, counted from what is logged by then.
fn bulletins(out: &mut Builder<'_>) {
    let world = out.world;
    let texts = &world.cases.bulletins;
    let market = world.department("000000-SCJG");
    let periods = (1..=10i8)
        .map(|month| ("monthly", month, month, &texts.definition))
        .chain([("half_yearly", 1, 6, &texts.definition_half)]);
    // Counted first: bulletins do not count themselves. What became of a promise is no promise of its own.
    let logged: Vec<(Kind, String)> = out
        .planned
        .iter()
        .filter(|record| {
            let mut named = record.references.iter();
            record.kind != Kind::CreditPromise || !named.any(|(member, _)| *member == "promise")
        })
        .map(|record| (record.kind, record.slot.to_string()[..7].to_owned()))
        .collect();
    for (bulletin, first, last, definition) in periods {
        let months: Vec<String> = (first..=last)
            .map(|month| format!("2026-{month:02}"))
            .collect();
        let indicators = INDICATORS.map(|(indicator, name, kind)| {
            let value = logged
                .iter()
                .filter(|(k, month)| *k == kind && months.contains(month))
                .count();
            Body::nested()
                .text("indicator", indicator)
                .text("indicator_name", name)
                .number("value", value)
                .text("unit", "records")
                .text("definition", definition)
                .value()
        });
        // What nobody outside can count, departments submit.
        let submitted = SUBMITTED.iter().filter(|(from, ..)| last >= *from);
        let submitted = submitted.map(|(_, indicator, name, definition, unit, value, of)| {
            Body::nested()
                .text("indicator", *indicator)
                .text("indicator_name", *name)
                .number("value", *value)
                .number("denominator", *of)
                .text("unit", *unit)
                .text("definition", *definition)
                .value()
        });
        let indicators: Vec<Value> = indicators.into_iter().chain(submitted).collect();
        let end = jiff::civil::date(2026, last, 1).last_of_month();
        let day = world
            .calendar
            .on(last + 1, if bulletin == "monthly" { 10 } else { 13 });
        let issue = match bulletin {
            "monthly" => format!("2026年第{first}期"),
            _ => "2026年上半年".to_owned(),
        };
        let body = Body::new()
            .text("title", &texts.title)
            .text("issue_no", issue)
            .text("bulletin_type", bulletin)
            .text("period_from", format!("{}-01", months[0]))
            .text("period_to", end.to_string())
            .text("issued_on", world.date(day))
            .put("indicators", Value::Array(indicators));
        out.add((day, 2), market, Kind::Bulletin, body);
    }
}
