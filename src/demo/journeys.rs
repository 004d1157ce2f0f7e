//! Applications for repair that went otherwise than most: refused, not accepted, with papers to follow, still open; early ends of penalties, and
//! the reversal of a revocation.

use super::schedule::{Body, Builder, RecordNumber};
use crate::domain::Kind;
use gongshi_verify::json::Value;
use jiff::ToSpan as _;
use std::collections::{BTreeMap, BTreeSet};

/// A listing with its subject, in the register's numbering.
pub(super) type Listed = (usize, RecordNumber);

/// The papers that the rules ask for everywhere.
pub(super) fn papers(repair_kind: &str) -> Vec<String> {
    let day = jiff::civil::date(2026, 1, 5);
    let region = crate::domain::Region::SYNTHETIC;
    let asked = crate::rules::Rules::built_in().documents(repair_kind, region, day);
    let papers = asked.into_iter().flat_map(|asked| &asked.documents);
    papers.map(|paper| paper.name.clone()).collect()
}

/// `listed`: firms on the list that nothing has removed.
pub(super) fn make(out: &mut Builder<'_>, listed: &[Listed]) {
    let mut listed = listed.iter().copied();
    if let Some(one) = listed.next() {
        refused(out, one);
    }
    if let Some(one) = listed.next() {
        with_gaps(out, one);
    }
    if let Some(one) = listed.next() {
        not_accepted(out, one);
    }
    if let Some(one) = listed.next() {
        received(out, one);
    }
    early_stops(out);
    reversal(out);
}

/// The beginning of every application.
fn application(
    out: &mut Builder<'_>,
    about: Body,
    repair_kind: &str,
    target: RecordNumber,
    applied: usize,
) -> Body {
    let number = out.next(0, "application");
    about
        .text("application_no", format!("XF2026{number:04}"))
        .text("repair_kind", repair_kind)
        .refer("target", target)
        .text("applied_on", out.world.date(applied))
        .text("channel", "online")
        .texts("documents", papers(repair_kind))
}

fn firm(out: &Builder<'_>, subject: usize) -> Body {
    Body::about(&out.world.register.subjects[subject], true)
}

fn refused(out: &mut Builder<'_>, (subject, listing): Listed) {
    let market = out.world.department("000000-SCJG");
    let day = out.world.calendar.on(9, 7);
    let body = application(out, firm(out, subject), "abnormal_removal", listing, day)
        .text("acceptance", "accepted")
        .text("accepted_on", out.world.date(day + 1));
    let applied = out.add((day + 1, 1), market, Kind::RepairApplication, body);
    let decision = firm(out, subject)
        .text("decision_no", out.document(market, "信修"))
        .text("repair_kind", "abnormal_removal")
        .refer("application", applied)
        .refer("target", listing)
        .text("repair_outcome", "refused")
        .text("decided_on", out.world.date(day + 4))
        .text("reason", &out.world.cases.repairs.refused)
        .text("legal_basis", &out.world.cases.repair_basis);
    out.add((day + 4, 2), market, Kind::RepairDecision, decision);
}

/// Accepted two days before the year's end, with the promise to follow by the third working day.
fn with_gaps(out: &mut Builder<'_>, (subject, listing): Listed) {
    let market = out.world.department("000000-SCJG");
    let last = out.world.calendar.last();
    let due = out.world.calendar.date(last).saturating_add(3.days());
    let body = application(
        out,
        firm(out, subject),
        "abnormal_removal",
        listing,
        last - 3,
    )
    .text("acceptance", "accepted_with_gaps")
    .text("accepted_on", out.world.date(last - 2))
    .texts("documents", ["application_form", "rectification"])
    .texts("missing_documents", ["promise"])
    .text("documents_due_on", due.to_string());
    out.add((last - 2, 1), market, Kind::RepairApplication, body);
}

fn not_accepted(out: &mut Builder<'_>, (subject, listing): Listed) {
    let market = out.world.department("000000-SCJG");
    let day = out.world.calendar.on(10, 12);
    let body = application(out, firm(out, subject), "abnormal_removal", listing, day)
        .text("acceptance", "refused")
        .text("reason", &out.world.cases.repairs.not_accepted);
    out.add((day + 1, 1), market, Kind::RepairApplication, body);
}

/// Handed in the day before the last; nothing is said of it yet.
fn received(out: &mut Builder<'_>, (subject, listing): Listed) {
    let market = out.world.department("000000-SCJG");
    let last = out.world.calendar.last();
    let body = application(
        out,
        firm(out, subject),
        "abnormal_removal",
        listing,
        last - 1,
    );
    out.add((last, 0), market, Kind::RepairApplication, body);
}

/// Two penalties of the first months, each the only one of a subject that is on no list: one display ends early, the other is asked for too soon.
fn early_stops(out: &mut Builder<'_>) {
    let world = out.world;
    let text = |body: &BTreeMap<String, Value>, name: &str| {
        body.get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let mut listed = BTreeSet::new();
    for record in &out.planned {
        let code = text(&record.body, "subject_uscc");
        match record.kind {
            Kind::Penalty => *times.entry(code).or_default() += 1,
            Kind::AbnormalListing | Kind::IndividualMark | Kind::SeriousListing => {
                listed.insert(code);
            }
            _ => {}
        }
    }
    let objected: BTreeSet<RecordNumber> = out
        .planned
        .iter()
        .filter(|record| matches!(record.kind, Kind::Objection | Kind::ResultFollowup))
        .flat_map(|record| record.references.iter().map(|(_, target)| *target))
        .collect();
    let latest = world.date(world.calendar.on(4, 30));
    let fits = |number: &usize| {
        let record = &out.planned[*number];
        let code = text(&record.body, "subject_uscc");
        record.kind == Kind::Penalty
            && text(&record.body, "severity") == "general"
            && text(&record.body, "decided_on") < latest
            && times.get(&code) == Some(&1)
            && !listed.contains(&code)
            && record.references.is_empty()
            && !objected.contains(number)
    };
    let chosen: Vec<usize> = (0..out.planned.len()).filter(fits).take(2).collect();
    let days = [
        (world.calendar.on(9, 14), "granted"),
        (world.calendar.on(5, 18), "refused"),
    ];
    for (penalty, (day, outcome)) in chosen.into_iter().zip(days) {
        let department = out.planned[penalty].department;
        let about = || {
            let own = &out.planned[penalty].body;
            let names = ["subject_uscc", "subject_name", "subject_type"];
            names
                .iter()
                .fold(Body::new(), |body, name| body.text(name, text(own, name)))
        };
        let (first, then) = (about(), about());
        let body = application(out, first, "penalty_early_stop", penalty, day)
            .text("acceptance", "accepted")
            .text("accepted_on", world.date(day + 1));
        let applied = out.add((day + 1, 1), department, Kind::RepairApplication, body);
        let decision = then
            .text("decision_no", out.document(department, "信修"))
            .text("repair_kind", "penalty_early_stop")
            .refer("application", applied)
            .refer("target", penalty)
            .text("repair_outcome", outcome)
            .text("decided_on", world.date(day + 5))
            .text("legal_basis", &world.cases.repairs.early_basis);
        let decision = match outcome {
            "granted" => decision,
            _ => decision.text("reason", &world.cases.repairs.too_early),
        };
        out.add((day + 5, 2), department, Kind::RepairDecision, decision);
    }
}

/// A licence revoked in spring, and the revocation reversed in autumn.
fn reversal(out: &mut Builder<'_>) {
    let world = out.world;
    let market = world.department("000000-SCJG");
    let firms = &world.register.firms;
    let subject = firms[firms.len() * 3 / 4];
    let about = || Body::about(&world.register.subjects[subject], true);
    let texts = &world.cases.repairs;
    let day = world.calendar.on(3, 16);
    let body = about()
        .text("status", "licence_revoked")
        .text("effective_on", world.date(day))
        .text("decision_no", out.document(market, "吊"))
        .text("reason", &texts.revoked)
        .text("legal_basis", &texts.revoked_basis);
    let revoked = out.add((day + 2, 0), market, Kind::SubjectStatus, body);
    let day = world.calendar.on(9, 21);
    let body = application(out, about(), "revocation_reversal", revoked, day)
        .text("acceptance", "accepted")
        .text("accepted_on", world.date(day + 2));
    let applied = out.add((day + 2, 1), market, Kind::RepairApplication, body);
    let decision = about()
        .text("decision_no", out.document(market, "信修"))
        .text("repair_kind", "revocation_reversal")
        .refer("application", applied)
        .refer("target", revoked)
        .text("repair_outcome", "granted")
        .text("decided_on", world.date(day + 9))
        .text("legal_basis", &texts.reversal_basis);
    let decision = out.add((day + 9, 2), market, Kind::RepairDecision, decision);
    let body = about()
        .text("status", "revocation_reversed")
        .text("effective_on", world.date(day + 10))
        .refer("reverses", revoked)
        .refer("repair_decision", decision)
        .text("decision_no", out.document(market, "撤吊"))
        .text("reason", &texts.reversed);
    out.add((day + 10, 1), market, Kind::SubjectStatus, body);
}
