//! Missing annual reports: listings and marks after the June deadline, and the repairs that ended some of them.

use super::dice::Dice;
use super::schedule::{Body, Builder, RecordNumber};
use super::{ABNORMAL_LISTINGS, FIRM_REPAIRS, INDIVIDUAL_MARKS, INDIVIDUAL_REPAIRS};
use crate::domain::Kind;

/// The type of promise that an application for repair brings.
pub(super) const REPAIR_PROMISE: &str = "credit_repair";

pub(super) fn make(out: &mut Builder<'_>) {
    let world = out.world;
    let mut dice = Dice::new("lists");
    let firms: Vec<usize> = world
        .register
        .firms
        .iter()
        .copied()
        .take(world.scale.of(ABNORMAL_LISTINGS))
        .collect();
    let shops: Vec<usize> = world
        .register
        .individuals
        .iter()
        .copied()
        .take(world.scale.of(INDIVIDUAL_MARKS))
        .collect();
    let listings = entries(out, &mut dice, &firms, Kind::AbnormalListing);
    let marks = entries(out, &mut dice, &shops, Kind::IndividualMark);
    let repairs = [
        (
            firms,
            listings,
            world.scale.of(FIRM_REPAIRS),
            Kind::AbnormalRemoval,
        ),
        (
            shops,
            marks,
            world.scale.of(INDIVIDUAL_REPAIRS),
            Kind::IndividualRestore,
        ),
    ];
    for (subjects, entries, count, end) in repairs {
        for (subject, entry) in subjects.into_iter().zip(entries).take(count) {
            repair(out, &mut dice, subject, entry, end);
        }
    }
}

/// Listings or marks, decided in the second week of July; the record and the day it states.
fn entries(
    out: &mut Builder<'_>,
    dice: &mut Dice,
    subjects: &[usize],
    kind: Kind,
) -> Vec<(RecordNumber, usize)> {
    let world = out.world;
    let market = world.department("000000-SCJG");
    let first = world.calendar.on(7, 6);
    let (day_member, series) = match kind {
        Kind::AbnormalListing => ("listed_on", "异列"),
        _ => ("marked_on", "异标"),
    };
    let mut days: Vec<usize> = subjects.iter().map(|_| first + dice.below(5)).collect();
    days.sort_unstable();
    subjects
        .iter()
        .zip(days)
        .map(|(subject, day)| {
            let body = Body::about(
                &world.register.subjects[*subject],
                kind == Kind::AbnormalListing,
            )
            .text("listed_reason", "annual_report_missing")
            .put(
                "report_years",
                gongshi_verify::json::Value::Array(vec![gongshi_verify::json::Value::Int(2025)]),
            )
            .text(day_member, world.date(day))
            .text("decision_no", out.document(market, series))
            .text("reason", &world.cases.missing_report_reason)
            .text("legal_basis", &world.cases.missing_report_basis);
            let logged = day + dice.between(1, 4);
            (out.add((logged, dice.below(3)), market, kind, body), day)
        })
        .collect()
}

/// Promise, application, decision, removal: each logged after the one it names.
fn repair(
    out: &mut Builder<'_>,
    dice: &mut Dice,
    subject: usize,
    (entry, listed): (RecordNumber, usize),
    end: Kind,
) {
    let world = out.world;
    let market = world.department("000000-SCJG");
    let who = &world.register.subjects[subject];
    let start = dice.between(world.calendar.on(7, 20), world.calendar.last() - 14);
    let (repair_kind, entry_member, day_member, ended_member, series) = match end {
        Kind::AbnormalRemoval => (
            "abnormal_removal",
            "listing",
            "listed_on",
            "removed_on",
            "异移",
        ),
        _ => (
            "individual_restore",
            "mark",
            "marked_on",
            "restored_on",
            "恢复",
        ),
    };
    let content = world
        .cases
        .promises
        .iter()
        .find(|p| p.promise == REPAIR_PROMISE);
    let promise = Body::about(who, true)
        .text(
            "promise_no",
            format!("CNX2026{:04}", out.next(0, "repair promise")),
        )
        .text("promise_type", REPAIR_PROMISE)
        .text(
            "content",
            content.map_or(String::new(), |p| p.content.clone()),
        )
        .text("promised_on", world.date(start))
        .text("fulfilment", "pending");
    let promise = out.add((start + 1, 0), market, Kind::CreditPromise, promise);
    let applied = start + 1;
    let accepted = applied + 1;
    let channel = *dice.pick(&["online", "counter", "mail", "off_site"]);
    let application = Body::about(who, true)
        .text(
            "application_no",
            format!("XF2026{:04}", out.next(0, "application")),
        )
        .text("repair_kind", repair_kind)
        .refer("target", entry)
        .text("applied_on", world.date(applied))
        .text("channel", channel)
        .text("acceptance", "accepted")
        .text("accepted_on", world.date(accepted))
        .texts("documents", papers(repair_kind))
        .refer("promise", promise);
    let application = out.add((accepted, 1), market, Kind::RepairApplication, application);
    let decided = accepted + dice.between(1, 5);
    let decision = Body::about(who, true)
        .text("decision_no", out.document(market, "信修"))
        .text("repair_kind", repair_kind)
        .refer("application", application)
        .refer("target", entry)
        .text("repair_outcome", "granted")
        .text("decided_on", world.date(decided))
        .text("stopped_on", world.date(decided + 1))
        .text("legal_basis", &world.cases.repair_basis);
    let decision = out.add((decided, 2), market, Kind::RepairDecision, decision);
    let removal = Body::about(who, end == Kind::AbnormalRemoval)
        .refer(entry_member, entry)
        .text(day_member, world.date(listed))
        .text("removed_reason", "annual_report_filed")
        .text(ended_member, world.date(decided + 1))
        .text("decision_no", out.document(market, series))
        .refer("repair_decision", decision);
    out.add((decided + 1, 2), market, end, removal);
}

/// The papers that the rules ask for everywhere.
fn papers(repair_kind: &str) -> Vec<String> {
    let day = jiff::civil::date(2026, 1, 5);
    let region = crate::domain::Region::SYNTHETIC;
    let asked = crate::rules::Rules::built_in().documents(repair_kind, region, day);
    let papers = asked.into_iter().flat_map(|asked| &asked.documents);
    papers.map(|paper| paper.name.clone()).collect()
}
