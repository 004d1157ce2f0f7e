//! Who leaves a draw, and on what grounds; and who goes on to the target that comes.

use crate::common::*;
use crate::sealed::SealedCounty;
use crate::support::*;
use gongshi_verify::draw::substitutes::Held;
use gongshi_verify::json::Value;
use gongshi_verify::names::PlanKey;

fn drawn(county: &County) -> Vec<String> {
    let docket = county.log.app.portal.intake.docket();
    let targets = docket.targets(&PlanKey::parse(KEY).unwrap()).unwrap();
    let mut targets: Vec<_> = targets
        .into_iter()
        .filter(|one| one.place.is_some())
        .collect();
    targets.sort_by_key(|one| one.place);
    targets.into_iter().map(|one| one.target_id).collect()
}

fn status(county: &County, who: &str, subject: &str, status: &str) -> u64 {
    let body = body(&format!(
        r#"{{"subject_uscc":"{subject}","subject_name":"示例店","region":"000000","status":"{status}","effective_on":"2026-03-01"}}"#
    ));
    county.say(who, "subject_status", body, None).unwrap()
}

/// A target is replaced for what an entry about it shows, by a word for the same thing, and after the library.
#[test]
fn a_public_record_of_the_target_shows_why_it_leaves() {
    let county = County::new();
    // Known before the plan, after the library: nobody could have excluded it.
    let early: Vec<u64> = (0..30)
        .map(|n| status(&county, LEAD, &code(n), "deregistered"))
        .collect();
    county.due(KEY, &[]);
    let draw = county.draw(KEY);
    let ids = drawn(&county);
    let (first, other) = (ids[0].as_str(), ids[1].as_str());
    let say = |reason: &str, evidence: u64| {
        let body = county.substitute_body(KEY, first, reason, evidence);
        county.say(LEAD, "substitute", body, Some(KEY))
    };
    // Of no kind that shows anything, of another one, of another thing.
    let found = told(say("deregistered", draw));
    assert_eq!(found.0, "reference-kind", "{found:?}");
    let foreign = status(&county, LEAD, other, "deregistered");
    refused(say("deregistered", foreign), "evidence_other");
    let moved = status(&county, LEAD, first, "moved_out");
    refused(say("deregistered", moved), "evidence_other");
    // Reasons of officers are none of targets.
    refused(say("recusal", moved), "missing");
    refused(say("officer_unavailable", moved), "not_allowed");
    let listed = body(&format!(
        r#"{{"subject_uscc":"{first}","subject_name":"示例店","region":"000000","listed_reason":"false_information","listed_on":"2026-03-02"}}"#
    ));
    let false_information = county
        .say(LEAD, "abnormal_listing", listed.clone(), None)
        .unwrap();
    refused(say("unreachable", false_information), "evidence_other");
    let listed = with(listed, "listed_reason", "unreachable".into());
    let unreachable = county.say(LEAD, "abnormal_listing", listed, None).unwrap();
    refused(say("moved_out", unreachable), "evidence_other");
    say("unreachable", unreachable).unwrap();
    // The next: by what stood in the log before the draw.
    let at = (0..30).find(|n| code(*n) == other).unwrap();
    let good = county.substitute_body(KEY, other, "deregistered", early[at]);
    county.say(LEAD, "substitute", good, Some(KEY)).unwrap();
}

/// What was known before a library was frozen had to be said there.
#[test]
fn what_the_library_should_have_said_is_no_ground() {
    let mut county = County::new();
    let early: Vec<u64> = (0..30)
        .map(|n| status(&county, LEAD, &code(n), "moved_out"))
        .collect();
    county.objects = county.library("objects", "open", &objects(30)).unwrap();
    county.wait(11 * 24 * 3600);
    county.due(KEY, &[]);
    county.draw(KEY);
    let first = drawn(&county).remove(0);
    let at = (0..30).find(|n| code(*n) == first).unwrap();
    let say = |evidence: u64| {
        let body = county.substitute_body(KEY, &first, "moved_out", evidence);
        county.say(LEAD, "substitute", body, Some(KEY))
    };
    refused(say(early[at]), "evidence_old");
    say(status(&county, LEAD, &first, "moved_out")).unwrap();
}

/// All else the plan's departments say in public, about whom it concerns and nobody else.
#[test]
fn a_ground_is_the_plans_own() {
    let county = County::new();
    county.due(KEY, &[]);
    let reason = |code: &str| ("substitute_reason", Value::from(code));
    let target = |id: &str| ("target_id", Value::from(id));
    let officer = |id: &str| ("officer_id", Value::from(id));
    let early = [reason("force_majeure"), target(&code(1))];
    refused(county.ground(LEAD, KEY, &early), "plan_undrawn");
    county.draw(KEY);
    let ids = drawn(&county);
    let (first, other) = (ids[0].as_str(), ids[1].as_str());
    let ground = |who: &str, members: &[Change<'_>]| county.ground(who, KEY, members);
    refused(
        ground(NOTARY, &[reason("force_majeure"), target(first)]),
        "not_sent",
    );
    refused(
        ground(LEAD, &[reason("force_majeure"), target(&code(7))]),
        "not_drawn",
    );
    for (members, code) in [
        (vec![reason("force_majeure")], "missing_one_of"),
        (vec![reason("unreachable")], "missing"),
        (vec![reason("recusal"), target(first)], "missing"),
        (
            vec![reason("unreachable"), target(first), officer("P10")],
            "not_allowed",
        ),
        (vec![target(first)], "missing"),
        (vec![reason("recusal"), officer("P99")], "officer_unknown"),
    ] {
        refused(ground(LEAD, &members), code);
    }
    let said = |leaving: &str, evidence: u64| {
        let body = county.substitute_body(KEY, leaving, "force_majeure", evidence);
        county.say(LEAD, "substitute", body, Some(KEY))
    };
    let another = ground(LEAD, &[reason("force_majeure"), target(other)]).unwrap();
    refused(said(first, another), "evidence_other");
    let else_why = ground(LEAD, &[reason("unreachable"), target(first)]).unwrap();
    refused(said(first, else_why), "evidence_other");
    let good = ground(PARTNER, &[reason("force_majeure"), target(first)]).unwrap();
    said(first, good).unwrap();

    // An officer: by the plan's authority, or by the officer's own department.
    let docket = county.log.app.portal.intake.docket();
    let here = docket.target(&PlanKey::parse(KEY).unwrap(), other);
    let seat = here.unwrap().unwrap().seats[0].clone();
    assert_eq!(seat.department, LEAD);
    let leaving = seat.officer_id.clone().unwrap();
    refused(
        ground(PARTNER, &[reason("recusal"), officer(&leaving)]),
        "plan_foreign",
    );
    let substitute = |evidence: u64| {
        let mut body = Value::object([
            ("plan_key", KEY.into()),
            ("region", "000000".into()),
            ("substitute_type", "officer".into()),
            ("target_id", other.into()),
            ("department", LEAD.into()),
            ("seat_no", number(seat.seat_no.into())),
            ("officer_id", leaving.as_str().into()),
            ("new_officer_id", "P99".into()),
            ("substitute_reason", "recusal".into()),
            ("recusal_reason", "relative".into()),
            ("evidence", county.named(evidence)),
        ]);
        if let Some(asked) = &seat.qualification {
            body = with(body, "qualification", asked.as_str().into());
        }
        county.say(LEAD, "substitute", body, Some(KEY))
    };
    // A record of the target is none of an officer's grounds.
    refused(
        substitute(status(&county, LEAD, other, "deregistered")),
        "evidence_other",
    );
    let elsewhere = [reason("recusal"), officer(&leaving), target(&ids[2])];
    let elsewhere = ground(LEAD, &elsewhere).unwrap();
    refused(substitute(elsewhere), "evidence_other");
    let here = [reason("recusal"), officer(&leaving), target(other)];
    let here = ground(LEAD, &here).unwrap();
    // From here on it is the order that decides.
    refused(substitute(here), "substitute_other");
}

/// A recusal does not decide who is inspected: the target comes, and whoever must not meet it stays away.
#[test]
fn who_must_not_meet_the_new_target_does_not_go_there() {
    let recusals = |target: &str, officers: &[&str]| {
        let one = |officer: &&str| {
            format!(
                r#"{{"target_id":"{target}","officer_id":"{officer}","recusal_reason":"relative"}}"#
            )
        };
        let all: Vec<String> = officers.iter().map(one).collect();
        ("recusals", body(&format!("[{}]", all.join(","))))
    };
    let replaced = |changes: &[Change<'_>]| {
        let county = County::new();
        county.due(KEY, changes);
        county.draw(KEY);
        let first = drawn(&county).remove(0);
        let ground = [
            ("substitute_reason", Value::from("unreachable")),
            ("target_id", first.as_str().into()),
        ];
        let ground = county.ground(LEAD, KEY, &ground).unwrap();
        let body = county.substitute_body(KEY, &first, "unreachable", ground);
        let new = body.get("new_target_id").unwrap().as_str().unwrap();
        let docket = county.log.app.portal.intake.docket().clone();
        let key = PlanKey::parse(KEY).unwrap();
        let before = docket.target(&key, &first).unwrap().unwrap().seats;
        // Left as they were they are not taken where somebody must not go.
        let kept: Vec<Held> = before
            .iter()
            .map(|seat| Held {
                department: seat.department.clone(),
                qualification: seat.qualification.clone(),
                number: seat.seat_no,
                officer: seat.officer_id.clone(),
            })
            .collect();
        let kept = with(body.clone(), "new_seats", seats_value(&kept));
        if kept != body {
            refused(
                county.say(LEAD, "substitute", kept, Some(KEY)),
                "seats_other",
            );
        }
        county
            .say(LEAD, "substitute", body.clone(), Some(KEY))
            .unwrap();
        let after = docket.target(&key, new).unwrap().unwrap().seats;
        drop(docket);
        // A restart and the recheck come to the same.
        let county = county.reopen();
        let docket = county.log.app.portal.intake.docket();
        assert_eq!(docket.target(&key, new).unwrap().unwrap().seats, after);
        assert_eq!(crate::audit::problems(&county), []);
        (new.to_owned(), before, after)
    };
    let (new, before, after) = replaced(&[]);
    assert_eq!(before, after);
    let all: Vec<String> = before
        .iter()
        .filter_map(|one| one.officer_id.clone())
        .collect();
    let (again, same, after) = replaced(&[recusals(&new, &[&all[0]])]);
    assert_eq!((again, &same), (new.clone(), &before));
    assert_ne!(after[0].officer_id, before[0].officer_id);
    assert!(after[0].officer_id.is_some());
    assert_eq!(after[1..], before[1..]);
}

/// Of a sealed draw the log cannot rank officers; who stays, who may come and where a seat is empty it sees all the same.
#[test]
fn seats_on_a_sealed_substitute_are_held_to_what_everybody_sees() {
    let sealed = SealedCounty::new();
    let county = &sealed.county;
    county.due(KEY, &sealed.changes());
    let (_, list) = sealed.draw(KEY);
    let lines: Vec<&str> = list.lines().collect();
    let first = lines[0].split('|').nth(2).unwrap();
    let ground = [
        ("substitute_reason", Value::from("unreachable")),
        ("target_id", first.into()),
    ];
    // Before the list is open a ground would tell who was drawn.
    refused(county.ground(LEAD, KEY, &ground), "unopened");
    sealed.open(KEY, &list);
    let ground = county.ground(LEAD, KEY, &ground).unwrap();
    let new = (0..30)
        .map(code)
        .find(|id| !list.contains(id.as_str()))
        .unwrap();
    let docket = county.log.app.portal.intake.docket();
    let key = PlanKey::parse(KEY).unwrap();
    let there = docket.target(&key, first).unwrap().unwrap().seats;
    let of = |department: &str| {
        let seats = there.iter().filter(|one| one.department == department);
        seats
            .filter_map(|one| one.officer_id.clone())
            .collect::<Vec<_>>()
    };
    // All officers of the lead are qualified for food; the plan asks for one who is, and for another.
    let mut seats = vec![
        (LEAD, Some("food"), 1, of(LEAD)[0].clone()),
        (LEAD, None, 1, of(LEAD)[1].clone()),
    ];
    let partners = of(PARTNER).into_iter().zip(1..);
    seats.extend(partners.map(|(id, number)| (PARTNER, None, number, id)));
    let value = |seats: &[(&str, Option<&str>, u32, String)]| {
        let seats = seats
            .iter()
            .map(|(department, asked, number, officer)| Held {
                department: (*department).to_owned(),
                qualification: asked.map(str::to_owned),
                number: *number,
                officer: (!officer.is_empty()).then(|| officer.clone()),
            });
        seats_value(&seats.collect::<Vec<_>>())
    };
    let say = |seats: Value| {
        let body = Value::object([
            ("plan_key", KEY.into()),
            ("region", "000000".into()),
            ("substitute_type", "target".into()),
            ("target_id", first.into()),
            ("new_target_id", new.as_str().into()),
            ("new_seats", seats),
            ("substitute_reason", "unreachable".into()),
            ("evidence", county.named(ground)),
        ]);
        county.say(LEAD, "substitute", body, Some(KEY))
    };
    let away = |id: &&str| !of(LEAD).iter().any(|one| one == id);
    let lead = ["P10", "P11", "P13", "P14", "P16", "P17", "P19", "P20"];
    let other = lead.into_iter().find(away).unwrap();
    let changed = |at: usize, officer: &str| {
        let mut seats = seats.clone();
        seats[at].3 = officer.to_owned();
        value(&seats)
    };
    // Somebody else without need, nobody without need, somebody who is nobody, a seat too few.
    refused(say(changed(0, other)), "seats_impossible");
    refused(say(changed(1, "")), "seats_impossible");
    refused(say(changed(1, "P99")), "seats_impossible");
    refused(say(value(&seats[1..])), "seats_impossible");
    say(value(&seats)).unwrap();
}
