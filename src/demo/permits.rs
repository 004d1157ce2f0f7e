//! Permits and credit promises: the bulk of what a county publishes.

use super::data::PermitType;
use super::dice::Dice;
use super::register::credit_code;
use super::schedule::{Body, Builder};
use super::{PERMITS, lists};
use crate::domain::Kind;
use jiff::ToSpan as _;
use std::collections::HashSet;

/// Serials of codes that are not the register's.
const OFFICES: u64 = 800_000_000;

pub(super) fn permits(out: &mut Builder<'_>) {
    let world = out.world;
    let mut dice = Dice::new("permits");
    let count = world.scale.of(PERMITS);
    let mut days: Vec<usize> = (0..count)
        .map(|_| dice.below(world.calendar.last()))
        .collect();
    days.sort_unstable();
    let by: Vec<usize> = world
        .words
        .permits
        .iter()
        .map(|p| world.department(&p.by))
        .collect();
    let mut serials = vec![0usize; by.len()];
    let mut held = HashSet::with_capacity(count);
    for decided in days {
        let (subject, permit) = loop {
            let subject = dice.below(world.register.subjects.len());
            let permit = *dice.pick(&world.register.subjects[subject].permits);
            // A small county may run out of pairs; a renewed permit is no harm then.
            if held.insert((subject, permit)) || held.len() * 3 > count * 2 {
                break (subject, permit);
            }
        };
        serials[permit] += 1;
        let kind = &world.words.permits[permit];
        let body = permit_body(out, subject, kind, serials[permit], decided)
            .text("content", dice.pick(&kind.contents));
        let logged = (decided + dice.between(1, 4)).min(world.calendar.last());
        out.add((logged, dice.below(3)), by[permit], Kind::Permit, body);
    }
}

fn permit_body(
    out: &Builder<'_>,
    subject: usize,
    permit: &PermitType,
    serial: usize,
    decided: usize,
) -> Body {
    let world = out.world;
    let from = world.calendar.date(decided);
    let body = Body::about(&world.register.subjects[subject], true)
        .text("permit_name", &permit.name)
        .text("permit_no", format!("{}2026{serial:05}", permit.prefix))
        .text("permit_kind", &permit.kind)
        .text("decided_on", from.to_string())
        .text("valid_from", from.to_string())
        .text("permit_status", "valid");
    let until = from
        .checked_add(permit.years.years())
        .and_then(|date| date.checked_sub(1.day()));
    match until {
        Ok(until) if permit.years > 0 => body.text("valid_to", until.to_string()),
        _ => body,
    }
}

/// Promises of every type but those given for a repair, which the repairs bring.
pub(super) fn promises(out: &mut Builder<'_>) {
    let world = out.world;
    let mut dice = Dice::new("promises");
    let (approval, market) = (
        world.department("000000-XZSP"),
        world.department("000000-SCJG"),
    );
    let mut wanted = Vec::new();
    for promise in world
        .cases
        .promises
        .iter()
        .filter(|p| p.promise != lists::REPAIR_PROMISE)
    {
        for _ in 0..world.scale.of(promise.count) {
            wanted.push((dice.below(world.calendar.last() - 20), promise));
        }
    }
    wanted.sort_by_key(|(day, _)| *day);
    let mut pending = 0;
    for (day, promise) in wanted {
        let subject = dice.below(world.register.subjects.len());
        let (department, body) = match promise.promise.as_str() {
            "government_integrity" => {
                let position = dice.below(world.county.departments.len());
                let office = &world.county.departments[position];
                let code = credit_code("11", OFFICES + position as u64);
                let body = Body::new()
                    .text("subject_uscc", code.as_str())
                    .text("subject_name", &office.name)
                    .text("subject_type", "other_organisation");
                (position, body)
            }
            "approval_substitution" => (
                approval,
                Body::about(&world.register.subjects[subject], true),
            ),
            _ => (market, Body::about(&world.register.subjects[subject], true)),
        };
        let (code, name) = (
            body.members["subject_uscc"].clone(),
            body.members["subject_name"].clone(),
        );
        let form = body.members.get("subject_type").cloned();
        let body = body
            .text("promise_no", format!("CN2026{:05}", out.next(0, "promise")))
            .text("promise_type", &promise.promise)
            .text("content", &promise.content)
            .text("promised_on", world.date(day));
        // A promise is published when given, or, where it was to be kept at once, when that was checked.
        let (fulfilment, lag) = match dice.below(100) {
            0 => ("broken", dice.between(8, 15)),
            1..=9 => ("kept", dice.between(5, 15)),
            _ => ("pending", 0),
        };
        let body = match lag {
            0 => body.text("fulfilment", fulfilment),
            lag => body
                .text("fulfilment", fulfilment)
                .text("checked_on", world.date(day + lag)),
        };
        let logged = day + lag + dice.between(1, 4);
        let made = out.add(
            (logged, dice.below(3)),
            department,
            Kind::CreditPromise,
            body,
        );
        if lag > 0 {
            continue;
        }
        // Of most promises nothing more is said this year; of some a later record says what became of them.
        let texts = &world.cases.repairs;
        let said = match pending % 90 {
            0 => Some(("kept", &texts.kept)),
            10 => Some(("broken", &texts.broken)),
            20 => Some(("false_promise", &texts.false_promise)),
            _ => None,
        };
        pending += 1;
        if let Some((fulfilment, content)) = said {
            let body = Body::new()
                .put("subject_uscc", code)
                .put("subject_name", name)
                .text("promise_type", &promise.promise)
                .text("content", content)
                .text("promised_on", world.date(day))
                .text("fulfilment", fulfilment)
                .text("checked_on", world.date(day + 15))
                .refer("promise", made);
            let body = match form {
                Some(form) => body.put("subject_type", form),
                None => body,
            };
            out.add((day + 17, 1), department, Kind::CreditPromise, body);
        }
    }
}
