//! A listing ends once, not before it began, and by a repair that was granted where the removal says so.

use crate::common::*;
use crate::support::*;
use gongshi::intake::Refusal;
use gongshi::model::StatusList;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::json::Value;

#[test]
fn a_listing_is_removed_once() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let removed = county.publish("abnormal_removal", county.removal(listed));
    assert_eq!(
        county.refused("abnormal_removal", county.removal(listed)),
        "removed_already"
    );
    // One that is withdrawn removes nothing.
    county
        .withdraw(removed, "published_in_error", None)
        .unwrap();
    county.publish("abnormal_removal", county.removal(listed));
    assert_eq!(
        county.refused("abnormal_removal", county.removal(listed)),
        "removed_already"
    );
}

/// By its day alone a removal is of a listing that the log does not have, and ends none that it has.
#[test]
fn a_removal_by_its_day_is_of_what_the_log_does_not_have() {
    let county = County::new();
    let by_day = |day: &str| with(removal("2026-03-01"), "listed_on", day);
    let refused = |body: Value| county.refused("abnormal_removal", body);
    // Older than the log: the department's word, said once.
    let removed = county.publish("abnormal_removal", by_day("2019-07-08"));
    assert_eq!(refused(by_day("2019-07-08")), "removed_already");
    // Of one that names no ground nobody can tell that another is meant.
    let other = with(by_day("2019-07-08"), "listed_reason", "false_information");
    assert_eq!(refused(other.clone()), "removed_already");
    // What is over is not listed as standing: of the same ground, or where the removal names none.
    let listed = |day: &str, ground: &str| with(listing(day), "listed_reason", ground);
    for ground in ["unreachable", "false_information"] {
        let answer = county.refused("abnormal_listing", listed("2019-07-08", ground));
        assert_eq!(answer, "removed_before", "{ground}");
    }
    let grounded = with(by_day("2019-07-08"), "listed_reason", "unreachable");
    county
        .correct(removed, "abnormal_removal", grounded)
        .unwrap();
    county.publish("abnormal_removal", other);
    assert_eq!(refused(by_day("2019-07-08")), "removed_already");
    let missing = with(
        listed("2019-07-08", "annual_report_missing"),
        "report_years",
        Value::Array(vec![Value::Int(2018)]),
    );
    let missing = county.publish("abnormal_listing", missing);
    // A correction does not come under it either.
    let moved = listed("2019-07-08", "unreachable");
    let moved = county.correct(missing, "abnormal_listing", moved);
    assert_eq!(code(moved), "removed_before");
    // What the log has is named by its entry, which the refusal gives.
    let listed = county.listing("2026-02-20");
    let answer = county.say(DEPARTMENT, "abnormal_removal", by_day("2026-02-20"));
    let Err(Refusal::Journey(errors)) = answer else {
        panic!("{answer:?}")
    };
    let entry = county.log.app.portal.log.entry(listed).unwrap();
    let hash = hex(&leaf_hash(&entry));
    assert_eq!(errors[0].problem.code(), "listing_known");
    assert_eq!(errors[0].problem.meant(), Some((listed, hash.as_str())));
    let other_day = with(county.removal(listed), "listed_on", "2026-02-19");
    assert_eq!(refused(other_day), "listing_day_other");
    let both = with(county.removal(listed), "listed_on", "2026-02-20");
    let by = county.publish("abnormal_removal", both);
    assert_eq!(refused(by_day("2026-02-20")), "removed_already");
    assert_eq!(refused(county.removal(listed)), "removed_already");
    // A correction of the removal names no listing by its day either.
    let unnamed = with(by_day("2026-02-20"), "removed_on", "2026-02-28");
    let unnamed = county.correct(by, "abnormal_removal", unnamed);
    assert_eq!(code(unnamed), "listing_known");
    assert_eq!(county.misfits(), [0; 0]);
}

/// A listing that stands is ended by nothing that was said of another of its day, whatever becomes of that.
#[test]
fn a_second_listing_of_a_day_outlives_the_first() {
    let county = County::new();
    let numbered = |number: &str| with(listing("2026-02-20"), "decision_no", number);
    let first = county.publish("abnormal_listing", numbered("示列〔2026〕1号"));
    county.publish("abnormal_removal", county.removal(first));
    let second = county.publish("abnormal_listing", numbered("示列〔2026〕2号"));
    county.log.clock.advance_to(time("2026-03-04T02:00:00Z"));
    county.log.settle();
    assert_eq!(county.log.app.end_displays().failed, 0);
    county.log.settle();
    let portal = &county.log.app.portal;
    assert!(portal.intake.standing().ended(first).unwrap().is_some());
    assert!(portal.intake.standing().ended(second).unwrap().is_none());
    assert!(portal.model.last_day(second).unwrap().is_none());
    let shop = portal.model.enterprise(SHOP).unwrap().unwrap();
    let on: Vec<u64> = shop
        .on(StatusList::Abnormal)
        .iter()
        .map(|one| one.index)
        .collect();
    assert_eq!(on, [second]);
    // The first has left and was removed; the second is the one.
    let by_day = with(removal("2026-03-03"), "listed_on", "2026-02-20");
    assert_eq!(county.refused("abnormal_removal", by_day), "listing_known");
    county.publish("abnormal_removal", county.removal(second));
}

/// A department's own table goes on with the code and day that a listing had before it was corrected.
#[test]
fn a_corrected_listing_is_known_by_the_day_and_code_it_had() {
    let county = County::new();
    let by_day = |day: &str| with(removal("2026-03-01"), "listed_on", day);
    let refused = |body: Value| county.refused("abnormal_removal", body);
    let moved = county.listing("2026-02-20");
    county
        .correct(moved, "abnormal_listing", listing("2026-02-21"))
        .unwrap();
    assert_eq!(refused(by_day("2026-02-20")), "listing_corrected");
    assert_eq!(refused(by_day("2026-02-21")), "listing_known");
    let both = |day: &str| with(county.removal(moved), "listed_on", day);
    assert_eq!(refused(both("2026-02-20")), "listing_day_other");
    county.publish("abnormal_removal", both("2026-02-21"));
    let others = county.listing("2026-02-18");
    let of_firm = with(listing("2026-02-18"), "subject_uscc", FIRM);
    county.correct(others, "abnormal_listing", of_firm).unwrap();
    // Whether the firm's is meant only a person can say.
    let answer = county.say(DEPARTMENT, "abnormal_removal", by_day("2026-02-18"));
    let Err(Refusal::Journey(errors)) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(errors[0].problem.code(), "listing_corrected");
    assert_eq!(errors[0].problem.meant(), None);
    // It is the firm's now, and the shop may be listed of that day: then that one is meant.
    let own = county.listing("2026-02-18");
    let answer = county.say(DEPARTMENT, "abnormal_removal", by_day("2026-02-18"));
    let Err(Refusal::Journey(errors)) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(errors[0].problem.meant().map(|(index, _)| index), Some(own));
    county.publish("abnormal_removal", county.removal(own));
    // Also once it has left, the row that comes again is of this one, and never of the firm's.
    county.log.clock.advance_to(time("2026-03-04T02:00:00Z"));
    county.log.settle();
    assert_eq!(county.log.app.end_displays().failed, 0);
    assert_eq!(refused(by_day("2026-02-18")), "removed_already");
    assert_eq!(county.misfits(), [0; 0]);
}

/// Nor is it of one that was withdrawn, where another was of this day before it was corrected.
#[test]
fn a_listing_that_moved_is_meant_rather_than_one_that_was_withdrawn() {
    let county = County::new();
    let wrong = county.listing("2026-02-20");
    county.withdraw(wrong, "published_in_error", None).unwrap();
    let moved = county.listing("2026-02-20");
    county
        .correct(moved, "abnormal_listing", listing("2026-02-21"))
        .unwrap();
    let by_day = with(removal("2026-03-01"), "listed_on", "2026-02-20");
    assert_eq!(
        county.refused("abnormal_removal", by_day),
        "listing_corrected"
    );
}

/// Where several of a day may be meant, the refusal names them all.
#[test]
fn a_removal_by_a_day_of_several_listings_is_refused() {
    let county = County::new();
    let unreachable = county.listing("2026-02-20");
    let unreported = with(
        listing("2026-02-20"),
        "listed_reason",
        "annual_report_missing",
    );
    let years = Value::Array(vec![Value::Int(2024)]);
    county.publish("abnormal_listing", with(unreported, "report_years", years));
    let by_day = || with(removal("2026-03-01"), "listed_on", "2026-02-20");
    let refused = |body: Value| county.refused("abnormal_removal", body);
    assert_eq!(refused(by_day()), "listing_ambiguous");
    let grounded = with(by_day(), "listed_reason", "unreachable");
    assert_eq!(refused(grounded.clone()), "listing_known");
    county.publish("abnormal_removal", county.removal(unreachable));
    assert_eq!(refused(grounded), "removed_already");
    assert_eq!(refused(by_day()), "listing_known");
    // Of two authorities, for who stands above one of them.
    for authority in [COUNTY, CITY] {
        county
            .say(
                authority,
                "abnormal_listing",
                local(authority, "2026-02-18"),
            )
            .unwrap();
    }
    let by_city = with(removal("2026-03-01"), "listed_on", "2026-02-18");
    let said = |authority: &str| {
        let body = with(by_city.clone(), "region", &authority[..6]);
        code(county.say(authority, "abnormal_removal", body))
    };
    assert_eq!(said(CITY), "listing_ambiguous");
    assert_eq!(said(COUNTY), "listing_known");
    // Serious listings have no ground that a removal could name.
    county.publish("serious_listing", serious("2026-02-20"));
    let second = with(serious("2026-02-20"), "reason", "另一起。");
    county.publish("serious_listing", second);
    let by_day = serious_removal("listed_in_error", "2026-03-01");
    let by_day = with(by_day, "listed_on", "2026-02-20");
    assert_eq!(
        county.refused("serious_removal", by_day),
        "listing_ambiguous"
    );
}

/// Who has no credit code is known by the name.
#[test]
fn a_removal_by_its_day_of_a_person_is_of_what_the_log_does_not_have() {
    let county = County::new();
    let of = |body: Value, name: &str| {
        let Value::Object(mut members) = with(body, "subject_type", "natural_person") else {
            unreachable!()
        };
        members.remove("subject_uscc");
        with(Value::Object(members), "subject_name", name)
    };
    let person = county.publish("serious_listing", of(serious("2026-02-20"), "诸葛小明"));
    let by_day = |name: &str, day: &str| {
        let body = serious_removal("listed_in_error", "2026-03-01");
        with(of(body, name), "listed_on", day)
    };
    let refused = |body: Value| county.refused("serious_removal", body);
    assert_eq!(refused(by_day("诸葛小明", "2026-02-20")), "listing_known");
    county.publish("serious_removal", by_day("司马小红", "2026-02-20"));
    assert_eq!(
        county.refused("serious_listing", of(serious("2026-02-20"), "司马小红")),
        "removed_before"
    );
    county.log.clock.advance_to(time("2026-03-04T02:00:00Z"));
    let today = by_day("诸葛小明", "2026-03-03");
    assert_eq!(
        refused(with(today, "removed_on", "2026-03-03")),
        "listing_unknown"
    );
    let named = of(serious_removal("listed_in_error", "2026-03-01"), "诸葛小明");
    county.publish(
        "serious_removal",
        with(named, "listing", county.named(person)),
    );
    assert_eq!(county.misfits(), [0; 0]);
}

fn local(authority: &str, day: &str) -> Value {
    with(listing(day), "region", &authority[..6])
}

/// What made the subject leave does away with the ground, by the rules; a listing in error leaves in any case.
#[test]
fn the_reason_of_a_removal_fits_the_ground_of_the_listing() {
    let county = County::new();
    let all = [
        "annual_report_filed",
        "information_published",
        "information_corrected",
        "address_changed",
        "reachable_again",
    ];
    for (ground, fitting) in [
        ("annual_report_missing", &all[..1]),
        ("instant_information_missing", &all[1..2]),
        ("false_information", &all[2..3]),
        ("unreachable", &all[3..]),
    ] {
        let body = |day: &str| {
            let body = with(listing(day), "listed_reason", ground);
            let years = Value::Array(vec![Value::Int(2024)]);
            match ground {
                "annual_report_missing" => with(body, "report_years", years),
                _ => body,
            }
        };
        for (at, reason) in all.iter().enumerate() {
            let day = format!("2026-02-1{at}");
            let listed = county.publish("abnormal_listing", body(&day));
            let said = with(county.removal(listed), "removed_reason", *reason);
            match fitting.contains(reason) {
                true => drop(county.publish("abnormal_removal", said)),
                false => {
                    assert_eq!(
                        county.refused("abnormal_removal", said),
                        "removal_reason_other"
                    );
                    let error = ["listed_in_error", "decision_annulled"][at % 2];
                    let error = with(county.removal(listed), "removed_reason", error);
                    let ended = county.publish("abnormal_removal", error);
                    let changed = with(county.removal(listed), "removed_reason", *reason);
                    let changed = county.correct(ended, "abnormal_removal", changed);
                    assert_eq!(code(changed), "removal_reason_other");
                }
            }
        }
    }
}

#[test]
fn a_removal_is_not_before_its_listing() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let removal = |day: &str| with(county.removal(listed), "removed_on", day);
    assert_eq!(
        county.refused("abnormal_removal", removal("2026-02-19")),
        "before_entry"
    );
    // Of a listing that was withdrawn nobody knows what was wrong about it: its day, perhaps.
    county.withdraw(listed, "published_in_error", None).unwrap();
    county.publish("abnormal_removal", removal("2026-02-19"));
    let listed = county.listing("2026-02-20");
    county.publish(
        "abnormal_removal",
        with(county.removal(listed), "removed_on", "2026-02-20"),
    );
}

#[test]
fn a_removal_rests_on_a_grant_that_stands() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let application = county.apply(listed);
    let refused = county.publish("repair_decision", county.decision(application, "refused"));
    let by = |decision| {
        with(
            county.removal(listed),
            "repair_decision",
            county.named(decision),
        )
    };
    assert_eq!(
        county.refused("abnormal_removal", by(refused)),
        "decision_other"
    );
    let application = county.apply(listed);
    let granted = county.publish("repair_decision", county.decision(application, "granted"));
    let early = with(by(granted), "removed_on", "2026-02-27");
    assert_eq!(county.refused("abnormal_removal", early), "before_entry");
    let other = county.listing("2026-02-21");
    let of_other = with(
        county.removal(other),
        "repair_decision",
        county.named(granted),
    );
    assert_eq!(
        county.refused("abnormal_removal", of_other),
        "decision_other"
    );
    let rescinded = county.decision(application, "rescinded");
    county.publish("repair_decision", rescinded);
    assert_eq!(
        county.refused("abnormal_removal", by(granted)),
        "decision_other"
    );
    let again = county.publish("repair_decision", county.decision(application, "granted"));
    county.publish("abnormal_removal", by(again));
}

/// A correction is judged as what it says instead, and not against the record it corrects.
#[test]
fn a_corrected_removal_must_fit_as_well() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let other = county.listing("2026-02-21");
    let removed = county.publish("abnormal_removal", county.removal(listed));
    let body = county.removal(listed);
    let early = with(body.clone(), "removed_on", "2026-02-19");
    assert_eq!(
        code(county.correct(removed, "abnormal_removal", early)),
        "before_entry"
    );
    let moved = with(body, "removed_on", "2026-02-28");
    county.correct(removed, "abnormal_removal", moved).unwrap();
    // It was of the other listing: that is what it removes now, and the first is on the list again.
    county
        .correct(removed, "abnormal_removal", county.removal(other))
        .unwrap();
    assert_eq!(
        county.refused("abnormal_removal", county.removal(other)),
        "removed_already"
    );
    county.publish("abnormal_removal", county.removal(listed));
}

fn serious(day: &str) -> Value {
    about(&format!(
        r#""serious_category":"food_safety","reason":"使用非食品原料加工食品。","listed_on":"{day}","restrictions":[{{"restriction":"key_supervision"}}],
        "legal_basis":"市场监督管理严重违法失信名单管理办法""#
    ))
}

fn serious_removal(reason: &str, day: &str) -> Value {
    about(&format!(
        r#""serious_removal_reason":"{reason}","removed_on":"{day}""#
    ))
}

/// Three years from the listing: with 2029-02-20 the term of one of 2026-02-20 ends (article 201, 202 of the Civil Code).
#[test]
fn a_serious_listing_leaves_at_the_end_of_its_term_or_by_a_grant() {
    let county = County::new();
    let of = |listed: u64, reason: &str, day: &str| {
        with(
            serious_removal(reason, day),
            "listing",
            county.named(listed),
        )
    };
    let refused = |body: Value| county.refused("serious_removal", body);
    let listed = county.publish("serious_listing", serious("2023-02-21"));
    // The term ends with 2026-02-21.
    for day in ["2023-02-28", "2026-02-20"] {
        assert_eq!(refused(of(listed, "term_ended", day)), "term_runs");
    }
    assert_eq!(
        refused(of(listed, "repaired", "2026-02-25")),
        "removal_ungranted"
    );
    // A grant that does not say what it is about is not of this listing.
    let vague = decision("serious_early_removal", "granted");
    let vague = county.publish("repair_decision", with(vague, "applied_on", "2026-02-27"));
    let rests_on =
        |body: Value, decision: u64| with(body, "repair_decision", county.named(decision));
    let repaired = || of(listed, "repaired", "2026-03-01");
    assert_eq!(refused(rests_on(repaired(), vague)), "decision_other");
    let granted = with(
        decision("serious_early_removal", "granted"),
        "target",
        county.named(listed),
    );
    let granted = with(granted, "applied_on", "2026-02-27");
    let decided = county.publish("repair_decision", granted);
    // One that left publication does not stand.
    county
        .withdraw(decided, "published_in_error", None)
        .unwrap();
    assert_eq!(refused(rests_on(repaired(), decided)), "decision_other");
    let ended = county.publish("serious_removal", of(listed, "term_ended", "2026-02-21"));
    // It says something else by a correction only where that holds.
    let correct = |body: Value| code(county.correct(ended, "serious_removal", body));
    assert_eq!(correct(repaired()), "removal_ungranted");
    assert_eq!(correct(of(listed, "term_ended", "2026-02-20")), "term_runs");
    assert_eq!(
        correct(of(listed, "listed_in_error", "2026-02-20")).get(..8),
        Some("accepted")
    );
}

/// A listing whose decision states an earlier end leaves on the stated day: rule, duty and intake agree.
#[test]
fn a_serious_listing_leaves_on_the_day_that_it_states() {
    let county = County::new();
    // A year; three years less a day, as decisions write them.
    for listed_on in ["2025-03-01", "2023-03-02"] {
        let stated = with(serious(listed_on), "listed_until", "2026-03-01");
        let listed = county.publish("serious_listing", stated);
        let removal = |day: &str| {
            let body = serious_removal("term_ended", day);
            with(body, "listing", county.named(listed))
        };
        assert_eq!(
            county.refused("serious_removal", removal("2026-02-28")),
            "term_runs"
        );
        county.log.settle();
        let model = &county.log.app.portal.model;
        let due = model.last_day(listed).unwrap().unwrap();
        assert_eq!(due.last_day.to_string(), "2026-03-01");
        let log = county.log.app.portal.log.as_ref();
        let duties = model.duties_of(listed, log).unwrap().unwrap();
        let due: Vec<_> = duties
            .iter()
            .map(|one| one.duty.due_on.ok().map(|day| day.to_string()))
            .collect();
        assert_eq!(due, [Some("2026-03-01".to_owned())]);
        county.publish("serious_removal", removal("2026-03-01"));
    }
    // A stated day that is later lengthens nothing.
    let longer = with(serious("2023-03-01"), "listed_until", "2026-03-02");
    let listed = county.publish("serious_listing", longer);
    let removal = serious_removal("term_ended", "2026-03-01");
    county.publish(
        "serious_removal",
        with(removal, "listing", county.named(listed)),
    );
}

/// A subject without a credit code is on the list by its listing alone, and counted there.
#[test]
fn a_listed_person_is_counted_and_shown() {
    let county = County::new();
    let person = |name: &str| {
        let body = without(serious("2026-02-20"), "subject_uscc");
        let body = with(body, "subject_type", "natural_person");
        with(body, "subject_name", name)
    };
    let on = || {
        county.log.settle();
        let model = &county.log.app.portal.model;
        let list = StatusList::Serious;
        let all = model.listed_entries(list, None, 10).unwrap();
        (model.listed_count(list).unwrap(), all)
    };
    county.publish("serious_listing", serious("2026-02-20"));
    let first = county.publish("serious_listing", person("赵某某"));
    let second = county.publish("serious_listing", person("钱某某"));
    assert_eq!(on(), (3, vec![first, second]));
    let model = &county.log.app.portal.model;
    let after = model.listed_entries(StatusList::Serious, Some(first), 10);
    assert_eq!(after.unwrap(), [second]);
    assert_eq!(
        model.listed_entries(StatusList::Serious, None, 1).unwrap(),
        [first]
    );
    assert_eq!(
        model.listed_entries(StatusList::Abnormal, None, 1).unwrap(),
        [0; 0]
    );
    let removal = without(
        serious_removal("listed_in_error", "2026-03-01"),
        "subject_uscc",
    );
    let removal = with(removal, "subject_type", "natural_person");
    let removal = with(removal, "subject_name", "赵某某");
    let removal = with(removal, "listing", county.named(first));
    let removed = county.publish("serious_removal", removal);
    assert_eq!(on(), (2, vec![second]));
    county
        .withdraw(removed, "published_in_error", None)
        .unwrap();
    assert_eq!(on(), (3, vec![first, second]));
    county.withdraw(second, "published_in_error", None).unwrap();
    assert_eq!(on(), (2, vec![first]));
    // It was a company's: it is on the list by its code.
    let company = with(serious("2026-02-21"), "subject_uscc", FIRM);
    county.correct(first, "serious_listing", company).unwrap();
    assert_eq!(on(), (2, vec![]));
}

/// To end a display takes two keys, by a withdrawal: a correction leaves it three working days (2026-03-02 is a Monday).
#[test]
fn a_correction_ends_no_display_at_once() {
    let county = County::new();
    let listed = county.publish("serious_listing", serious("2026-02-20"));
    let correct = |body: Value| code(county.correct(listed, "serious_listing", body));
    for day in ["2023-02-20", "2023-03-01", "2023-03-04"] {
        assert_eq!(correct(serious(day)), "display_cut_short", "{day}");
        let stated = with(
            serious("2023-09-01"),
            "listed_until",
            day.replace("2023", "2026"),
        );
        assert_eq!(correct(stated), "display_cut_short", "{day}");
    }
    assert_eq!(correct(serious("2023-03-05")).get(..8), Some("accepted"));
    // It is judged as it was last corrected, and lengthened at any time.
    assert_eq!(correct(serious("2023-03-03")), "display_cut_short");
    assert_eq!(correct(serious("2023-03-06")).get(..8), Some("accepted"));
    // What is over already, other things about it may be corrected.
    let over = county.publish("serious_listing", serious("2022-02-20"));
    let other = with(serious("2022-02-20"), "reason", "另一起。");
    let other = code(county.correct(over, "serious_listing", other));
    assert!(!other.starts_with("display"), "{other}");
}

#[test]
fn a_serious_listing_that_should_not_have_been_needs_neither_term_nor_grant() {
    let county = County::new();
    for (day, reason) in [
        ("2026-02-20", "listed_in_error"),
        ("2026-02-21", "decision_annulled"),
    ] {
        let listed = county.publish("serious_listing", serious(day));
        let removal = serious_removal(reason, "2026-03-01");
        county.publish(
            "serious_removal",
            with(removal, "listing", county.named(listed)),
        );
    }
    // Older than the log, and not in it: the department's word.
    let removal = serious_removal("repaired", "2026-02-20");
    county.publish("serious_removal", with(removal, "listed_on", "2024-05-06"));
}

/// The log begins with 2026-03-02, by its first entry.
#[test]
fn what_the_log_covers_is_in_it_before_it_is_ended_or_repaired() {
    let county = County::new();
    county.log.clock.advance_to(time("2026-03-06T08:00:00Z"));
    let by_day = |day: &str| with(removal("2026-03-05"), "listed_on", day);
    assert_eq!(
        county.refused("abnormal_removal", by_day("2026-03-02")),
        "listing_unknown"
    );
    county.publish("abnormal_removal", by_day("2026-03-01"));
    // Of another's listing, or for another ground, it is not.
    let theirs = with(listing("2026-03-03"), "listed_reason", "false_information");
    county.say(OTHER, "abnormal_listing", theirs).unwrap();
    let grounded = with(by_day("2026-03-03"), "listed_reason", "unreachable");
    assert_eq!(
        county.refused("abnormal_removal", grounded.clone()),
        "listing_unknown"
    );
    // A backlog: the listing first.
    county.listing("2026-03-03");
    assert_eq!(
        county.refused("abnormal_removal", grounded),
        "listing_known"
    );
    // What has left publication was there.
    let gone = county.listing("2026-03-04");
    county.withdraw(gone, "published_in_error", None).unwrap();
    county.publish("abnormal_removal", by_day("2026-03-04"));
    // A repair of nothing.
    let granted = |day: &str| {
        let decided = with(
            decision("individual_restore", "granted"),
            "decided_on",
            "2026-03-06",
        );
        with(decided, "applied_on", day)
    };
    assert_eq!(
        county.refused("repair_decision", granted("2026-03-05")),
        "nothing_to_repair"
    );
    county.publish("repair_decision", granted("2026-03-01"));
    let refusal = with(
        decision("individual_restore", "refused"),
        "decided_on",
        "2026-03-06",
    );
    county.publish("repair_decision", with(refusal, "applied_on", "2026-03-05"));
    let mark = about(r#""listed_reason":"unreachable","marked_on":"2026-03-03""#);
    county.say(OTHER, "individual_mark", mark.clone()).unwrap();
    assert_eq!(
        county.refused("repair_decision", granted("2026-03-05")),
        "nothing_to_repair"
    );
    county.publish("individual_mark", mark);
    county.publish("repair_decision", granted("2026-03-05"));
}

/// Nobody is listed for a penalty that was not decided yet.
#[test]
fn a_listing_is_not_before_what_it_rests_on() {
    let county = County::new();
    // Decided on 2026-02-27.
    let penalty = county.publish("penalty", body(PENALTY));
    let listed = |day: &str| with(serious(day), "penalty", county.named(penalty));
    let refused = county.refused("serious_listing", listed("2026-02-26"));
    assert_eq!(refused, "before_entry");
    county.publish("serious_listing", listed("2026-02-27"));
    // Nor by a correction that names it later.
    let earlier = county.publish("serious_listing", serious("2026-02-26"));
    let named = county.correct(earlier, "serious_listing", listed("2026-02-26"));
    assert_eq!(code(named), "before_entry");
}

#[test]
fn a_listing_is_said_once() {
    let county = County::new();
    let first = county.listing("2026-02-20");
    let again = |body: Value| county.refused("abnormal_listing", body);
    assert_eq!(again(listing("2026-02-20")), "listed_already");
    let noted = with(listing("2026-02-20"), "note", "重复导入。");
    assert_eq!(again(noted), "listed_already");
    // In one request.
    let event = || county.event(DEPARTMENT, "abnormal_listing", None, listing("2026-02-18"));
    let answers = county.log.accept(vec![event(), event()]);
    assert!(answers[0].is_ok(), "{answers:?}");
    assert_eq!(code(answers[1].clone()), "listed_already");
    // By another authority, of another day, for another ground or other years, by another decision it is another.
    county
        .say(OTHER, "abnormal_listing", listing("2026-02-20"))
        .unwrap();
    let second = county.listing("2026-02-19");
    let unreported = |years: &[i64]| {
        let body = with(
            listing("2026-02-20"),
            "listed_reason",
            "annual_report_missing",
        );
        let years = years.iter().map(|year| Value::Int(*year)).collect();
        with(body, "report_years", Value::Array(years))
    };
    county.publish("abnormal_listing", unreported(&[2023]));
    county.publish("abnormal_listing", unreported(&[2024]));
    assert_eq!(again(unreported(&[2024])), "listed_already");
    let numbered = |number: &str| with(listing("2026-02-17"), "decision_no", number);
    county.publish("abnormal_listing", numbered("示列〔2026〕1号"));
    county.publish("abnormal_listing", numbered("示列〔2026〕2号"));
    assert_eq!(again(numbered("示列〔2026〕2号")), "listed_already");
    county.publish("serious_listing", serious("2026-02-20"));
    assert_eq!(
        county.refused("serious_listing", serious("2026-02-20")),
        "listed_already"
    );
    // A correction makes no second one either; withdrawn, it may be said anew.
    assert_eq!(
        code(county.correct(second, "abnormal_listing", listing("2026-02-20"))),
        "listed_already"
    );
    county.withdraw(first, "published_in_error", None).unwrap();
    county.listing("2026-02-20");
}

/// A natural person has no code to be known by: the same authority, name, ground and day are the same listing.
#[test]
fn a_person_is_listed_once() {
    let county = County::new();
    let listing = |name: &str, day: &str| {
        body(&format!(
            r#"{{"subject_name":"{name}","subject_type":"natural_person","region":"000000","serious_category":"food_safety","reason":"生产销售有毒食品",
            "listed_on":"{day}","restrictions":[{{"restriction":"key_supervision","until":"2029-02-20"}}],"legal_basis":"食品安全法"}}"#
        ))
    };
    let say =
        |name: &str, day: &str| code(county.say(DEPARTMENT, "serious_listing", listing(name, day)));
    let taken = |said: String| said.starts_with("accepted");
    assert!(taken(say("诸葛小明", "2026-02-20")));
    assert_eq!(say("诸葛小明", "2026-02-20"), "listed_already");
    assert!(taken(say("司马小红", "2026-02-20")));
    assert!(taken(say("诸葛小明", "2026-02-21")));
    assert_eq!(county.misfits(), [0; 0]);
}
