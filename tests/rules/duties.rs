//! What ends a duty, and what the rules say beyond the cases.

use crate::case::day;
use gongshi::domain::{Kind, Region, Subject, Uscc, View};
use gongshi::rules::{
    Circumstances, Duty, End, Ended, Facts, How, Later, Need, Rules, Side, System, Unruled, WhyNot,
};
use gongshi_verify::names::AuthorityId;
use serde_json::{Map, Value, json};

fn facts(kind: Kind, body: &Value) -> Facts<'_> {
    Facts {
        body: View::new(kind, body.as_object().unwrap()),
        published_on: day("2026-03-20"),
        province: Region::SYNTHETIC,
        system: System::MarketSupervision,
        later: Later::default(),
    }
}

/// Whether a later record ends a duty; both of one authority, and about subjects by these codes.
fn ends_of(
    duty: &Duty<'_>,
    (index, own, code): (u64, &Facts<'_>, Option<&Uscc>),
    (who, later, later_code): (&str, &Facts<'_>, Option<&Uscc>),
) -> bool {
    let [publisher, who] = ["610323-SCJG", who].map(|id| AuthorityId::parse(id).unwrap());
    let body = |code: Option<&Uscc>| {
        let code = code.map(|code| ("subject_uscc".to_owned(), json!(code.as_str())));
        Map::from_iter(code)
    };
    let bodies = [body(code), body(later_code)];
    let kinds = [own, later].map(|facts| facts.body.kind());
    let [named, later_named] = [0, 1].map(|at| {
        let one = Subject::of(&View::new(kinds[at], &bodies[at]));
        one.into_iter().collect::<Vec<_>>()
    });
    let of = Side {
        index,
        authority: &publisher,
        subjects: &named,
        facts: own,
        reaches: &[],
    };
    let by = Side {
        index: 100,
        authority: &who,
        subjects: &later_named,
        facts: later,
        reaches: &[],
    };
    Rules::built_in().ended_on(duty, &of, &by).is_some()
}

/// The same where nobody asks who says it, and of whom.
fn ends(duty: &Duty<'_>, index: u64, own: &Facts<'_>, later: &Facts<'_>) -> bool {
    ends_of(duty, (index, own, None), ("610323-SCJG", later, None))
}

fn entry(index: u64) -> Value {
    json!({"index": index, "leaf_hash": "a".repeat(64)})
}

#[test]
fn a_rectification_ends_with_a_later_step_on_the_same_result() {
    let rules = Rules::built_in();
    let order = json!({"result": entry(7), "followup_type": "rectification_ordered", "acted_on": "2026-03-16", "due_on": "2026-03-30"});
    let own = facts(Kind::ResultFollowup, &order);
    let duties = rules.duties(&own);
    let [duty] = &duties[..] else {
        panic!("{duties:?}")
    };
    assert_eq!(duty.due_on, Ok(day("2026-03-30")));
    let by = |body: Value| ends(duty, 9, &own, &facts(Kind::ResultFollowup, &body));
    assert!(by(
        json!({"result": entry(7), "followup_type": "rectified", "acted_on": "2026-03-28"})
    ));
    assert!(!by(
        json!({"result": entry(8), "followup_type": "rectified", "acted_on": "2026-03-28"})
    ));
    assert!(!by(
        json!({"result": entry(7), "followup_type": "rectification_ordered", "acted_on": "2026-03-28"})
    ));
    let other = json!({"result": entry(7)});
    assert!(!ends(duty, 9, &own, &facts(Kind::Penalty, &other)));
}

#[test]
fn a_transfer_ends_with_the_answer_that_names_it() {
    let rules = Rules::built_in();
    let body =
        json!({"transfer_type": "notice", "transferred_on": "2026-03-16", "due_on": "2026-04-16"});
    let own = facts(Kind::Transfer, &body);
    let duties = rules.duties(&own);
    let answer = |index: u64| json!({"transfer_type": "feedback", "answers": entry(index), "transferred_on": "2026-04-01"});
    assert!(ends(
        &duties[0],
        5,
        &own,
        &facts(Kind::Transfer, &answer(5))
    ));
    assert!(!ends(
        &duties[0],
        5,
        &own,
        &facts(Kind::Transfer, &answer(6))
    ));
    // The answer itself asks for nothing, nor does a notice without a term.
    assert!(rules.duties(&facts(Kind::Transfer, &answer(5))).is_empty());
    let open = json!({"transfer_type": "notice", "transferred_on": "2026-03-16"});
    assert!(rules.duties(&facts(Kind::Transfer, &open)).is_empty());
}

#[test]
fn a_granted_repair_is_carried_out_within_three_working_days() {
    let rules = Rules::built_in();
    let body = json!({"repair_kind": "abnormal_removal", "repair_outcome": "granted", "target": entry(3), "decided_on": "2026-03-20"});
    let own = facts(Kind::RepairDecision, &body);
    let duties = rules.duties(&own);
    assert_eq!(duties[0].due_on, Ok(day("2026-03-25")));
    let removal = json!({"listing": entry(3), "removed_on": "2026-03-23"});
    assert!(ends(
        &duties[0],
        8,
        &own,
        &facts(Kind::AbnormalRemoval, &removal)
    ));
    let refused =
        json!({"repair_outcome": "refused", "target": entry(3), "decided_on": "2026-03-20"});
    assert!(
        rules
            .duties(&facts(Kind::RepairDecision, &refused))
            .is_empty()
    );
}

#[test]
fn a_reversed_revocation_carries_a_repair_out_and_a_rescission_leaves_nothing_to_do() {
    let rules = Rules::built_in();
    let body = json!({"repair_kind": "revocation_reversal", "repair_outcome": "granted", "application": entry(5), "target": entry(3), "decided_on": "2026-03-20"});
    let own = facts(Kind::RepairDecision, &body);
    let duties = rules.duties(&own);
    let [duty] = &duties[..] else {
        panic!("{duties:?}")
    };
    let ends = |kind, body: Value| ends(duty, 8, &own, &facts(kind, &body));
    let reversal = |name: &str, index| json!({"status": "revocation_reversed", name: entry(index), "effective_on": "2026-03-23"});
    let status = Kind::SubjectStatus;
    assert!(ends(status, reversal("repair_decision", 8)));
    assert!(!ends(status, reversal("repair_decision", 9)));
    assert!(ends(status, reversal("reverses", 3)));
    assert!(!ends(status, reversal("reverses", 4)));
    let decision = |outcome: &str, name: &str, index, on: &str| json!({"repair_kind": "revocation_reversal", "repair_outcome": outcome, name: entry(index), "decided_on": on});
    let decided = Kind::RepairDecision;
    for (name, index) in [("application", 5), ("target", 3)] {
        let by = |outcome, index, on| ends(decided, decision(outcome, name, index, on));
        assert!(by("rescinded", index, "2026-03-23"), "{name}");
        assert!(!by("granted", index, "2026-03-23"), "{name}");
        assert!(!by("rescinded", index + 1, "2026-03-23"), "{name}");
        // A grant that was rescinded before this one is another.
        assert!(!by("rescinded", index, "2026-03-19"), "{name}");
    }
}

#[test]
fn what_was_not_accepted_waits_for_no_decision() {
    let rules = Rules::built_in();
    for repair_kind in ["abnormal_removal", "individual_restore"] {
        let asked = |acceptance: Option<&str>| {
            let mut body =
                json!({"repair_kind": repair_kind, "target": entry(3), "applied_on": "2026-03-20"});
            if let Some(acceptance) = acceptance {
                body["acceptance"] = json!(acceptance);
            }
            let facts = facts(Kind::RepairApplication, &body);
            let names = rules.duties(&facts).into_iter();
            names.map(|duty| duty.rule.name.clone()).collect::<Vec<_>>()
        };
        let to_decide = match repair_kind {
            "abnormal_removal" => "abnormal-removal-5wd",
            _ => "individual-restore-5wd",
        };
        assert_eq!(asked(None), ["repair-accept-2wd", to_decide]);
        assert_eq!(asked(Some("accepted")), [to_decide]);
        assert_eq!(asked(Some("accepted_with_gaps")), [to_decide]);
        assert!(asked(Some("refused")).is_empty(), "{repair_kind}");
    }
}

#[test]
fn late_publication_is_a_duty_that_its_own_record_ends() {
    let body = json!({"inspected_on": "2026-03-02", "outcome": ["no_problem_found"]});
    let own = facts(Kind::InspectionResult, &body);
    let duties = Rules::built_in().duties(&own);
    assert_eq!(duties.len(), 1);
    assert!(duties[0].is_publication());
    assert!(!ends(&duties[0], 1, &own, &own));
}

#[test]
fn the_first_end_counts_and_names_its_rule() {
    let rules = Rules::built_in();
    let body = json!({"inspected_on": "2026-02-10", "outcome": ["problem_pending"]});
    let mut own = facts(Kind::InspectionResult, &body);
    own.later.repaired_on = Some(day("2026-06-01"));
    assert_eq!(
        rules.display(&own).unwrap().end,
        End::LastDay(day("2026-06-01"))
    );
    let stopped = |on: &str| Ended {
        kind: Kind::Penalty,
        on: day(on),
        by: How::Stopped,
    };
    // The last of those that rest on it, once none of them is shown; a repair ends it before.
    own.later.ended = vec![stopped("2026-05-20"), stopped("2026-05-11")];
    own.later.resting = vec![Kind::Penalty];
    let held = rules.display(&own).unwrap();
    assert_eq!(held.end, End::LastDay(day("2026-06-01")));
    own.later.resting.clear();
    let shown = rules.display(&own).unwrap();
    assert_eq!(shown.end, End::LastDay(day("2026-05-20")));
    assert_eq!(shown.rule.id(), "linked-stop@2025-12-25");
    assert!(!shown.rule.confirmed);
    // One that was annulled after that was shown until then, and what it rests on with it.
    own.later.ended.push(Ended {
        by: How::Annulled,
        ..stopped("2026-05-25")
    });
    let last = |own: &Facts<'_>| rules.display(own).unwrap().end;
    assert_eq!(last(&own), End::LastDay(day("2026-05-25")));
    // Where a listing pulls it along too, it holds it as well, by whichever rule the penalty ended.
    let elsewhere = own.clone();
    own.later.ended = vec![stopped("2026-05-20")];
    own.later.resting = vec![Kind::AbnormalListing];
    assert_eq!(last(&own), End::LastDay(day("2026-05-20")));
    own.province = Region::parse("510000").unwrap();
    assert_eq!(last(&own), End::LastDay(day("2026-06-01")));
    own = elsewhere;
    // A clean result is nobody's burden, and a stop before the rule was in force pulls nothing along.
    let clean = json!({"inspected_on": "2026-02-10", "outcome": ["no_problem_found"]});
    let later = own.later.clone();
    let clean = Facts {
        later,
        ..facts(Kind::InspectionResult, &clean)
    };
    assert_eq!(rules.display(&clean).unwrap().end, End::Open);
    own.later = Later {
        ended: vec![stopped("2025-12-24")],
        ..Later::default()
    };
    assert_eq!(rules.display(&own).unwrap().end, End::Open);
}

/// An annulled penalty, or a law that ended, asks for a decision only where nothing else ends the display.
#[test]
fn what_ends_otherwise_needs_no_review() {
    let rules = Rules::built_in();
    let needs = |own: &Facts<'_>| match rules.display(own) {
        Err(Unruled::NeedsReview { .. }) => None,
        shown => Some(shown.unwrap().end),
    };
    let body = json!({"inspected_on": "2026-02-10", "outcome": ["problem_pending"]});
    let mut result = facts(Kind::InspectionResult, &body);
    let ended = |on: &str, by: How| Ended {
        kind: Kind::Penalty,
        on: day(on),
        by,
    };
    result.later.ended = vec![ended("2026-05-11", How::Withdrawn)];
    assert_eq!(needs(&result), None);
    result.later.repaired_on = Some(day("2026-06-01"));
    assert_eq!(needs(&result), Some(End::LastDay(day("2026-06-01"))));
    // Two penalties rested on it: one was annulled, with the other it stops.
    result.later.repaired_on = None;
    result.later.ended = vec![
        ended("2026-05-11", How::Withdrawn),
        ended("2026-06-30", How::Stopped),
    ];
    assert_eq!(needs(&result), Some(End::LastDay(day("2026-06-30"))));
    result.later.ended.reverse();
    assert_eq!(needs(&result), Some(End::LastDay(day("2026-06-30"))));
    // Its five years end after the revision of 2024; a removal ends it all the same.
    let body = json!({"listed_on": "2019-06-01"});
    let mut listing = facts(Kind::SeriousListing, &body);
    assert_eq!(needs(&listing), None);
    listing.later.removed_on = Some(day("2024-07-01"));
    assert_eq!(needs(&listing), Some(End::LastDay(day("2024-07-01"))));
}

#[test]
fn a_low_fine_is_the_province_s_word_where_it_has_one() {
    let rules = Rules::built_in();
    let ask = |province: &str, subject: Option<&str>, fine: u64, said: Option<bool>| {
        let mut body =
            json!({"penalty_kinds": ["fine"], "fine_fen": fine, "decided_on": "2024-03-04"});
        if let Some(subject) = subject {
            body["subject_type"] = json!(subject);
        }
        if let Some(said) = said {
            body["lower_fine"] = json!(said);
        }
        let mut asked = facts(Kind::Penalty, &body);
        asked.province = Region::parse(province).unwrap();
        asked.published_on = day("2024-03-11");
        rules.display(&asked).map(|shown| shown.rule.name.clone())
    };
    let low = Ok("penalty-low-fine".to_owned());
    let not = Ok("penalty-3y".to_owned());
    let unknown = |province| {
        Err(Unruled::ThresholdUnknown {
            province: Region::parse(province).unwrap(),
            day: day("2024-03-04"),
        })
    };
    assert_eq!(
        ask("610000", Some("enterprise"), 100, None),
        unknown("610000")
    );
    assert_eq!(ask("610000", Some("enterprise"), 100, Some(true)), low);
    assert_eq!(ask("610000", Some("enterprise"), 100, Some(false)), not);
    // Where the limits for persons and organisations differ, an individual business has to say which is meant.
    assert_eq!(
        ask("420000", Some("individual_business"), 999_999, None),
        low
    );
    assert_eq!(
        ask("420000", Some("individual_business"), 1_000_000, None),
        unknown("420000")
    );
    assert_eq!(ask("420000", None, 10_000_000, None), not);
    // A code says it too, unless it is an individual business's.
    let coded = |first: &str| {
        let code = Uscc::complete(first).unwrap();
        let body = json!({
            "subject_uscc": code.as_str(), "penalty_kinds": ["fine"], "fine_fen": 5_000_000, "decided_on": "2024-03-04",
        });
        let mut asked = facts(Kind::Penalty, &body);
        asked.province = Region::parse("420000").unwrap();
        rules.display(&asked).map(|shown| shown.rule.name.clone())
    };
    assert_eq!(coded("91420100MA0000090"), low);
    assert_eq!(coded("92420100MA0000090"), unknown("420000"));
    let denied = Unruled::LowerFineDenied {
        province: Region::parse("420000").unwrap(),
        low: false,
    };
    assert_eq!(
        ask("420000", Some("enterprise"), 10_000_000, Some(true)),
        Err(denied)
    );
}

#[test]
fn who_belongs_to_another_system_is_said_by_the_file() {
    let files: Vec<(&str, String)> = Rules::built_in_files()
        .iter()
        .map(|(name, text)| {
            (
                *name,
                text.replace(
                    "other_departments = []",
                    "other_departments = [\"610323-XFJY\", \"*-YJJ\"]",
                ),
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
    let rules = Rules::read(&files).unwrap();
    assert_eq!(rules.system_of("610323-XFJY"), System::Other);
    assert_eq!(rules.system_of("610324-YJJ"), System::Other);
    assert_eq!(rules.system_of("610324-XFJY"), System::MarketSupervision);
    assert_eq!(
        Rules::built_in().system_of("610323-XFJY"),
        System::MarketSupervision
    );
}

#[test]
fn the_transition_is_one_switch() {
    let files: Vec<(&str, String)> = Rules::built_in_files()
        .iter()
        .map(|(name, text)| {
            (
                *name,
                text.replace("\"decision_day\"\n", "\"publication_day\"\n"),
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
    let by_publication = Rules::read(&files).unwrap();
    let body = json!({"penalty_kinds": ["confiscate_gains"], "decided_on": "2025-12-24"});
    let mut asked = facts(Kind::Penalty, &body);
    asked.published_on = day("2025-12-25");
    assert_eq!(
        Rules::built_in().display(&asked).unwrap().rule.name,
        "penalty-3y"
    );
    assert_eq!(
        by_publication.display(&asked).unwrap().rule.name,
        "samr107-unsaid-general"
    );
}

#[test]
fn a_listing_before_its_rules_has_no_early_end() {
    let body = json!({"listed_on": "2021-08-31"});
    let asked = facts(Kind::SeriousListing, &body);
    let why = Rules::built_in().early_stop(&asked, &Circumstances::default());
    assert!(
        matches!(why, Err(WhyNot::Unruled(Unruled::NoRule { .. }))),
        "{why:?}"
    );
    let body = json!({"listed_on": "2021-09-01"});
    let asked = facts(Kind::SeriousListing, &body);
    let why = Rules::built_in().early_stop(&asked, &Circumstances::default());
    assert_eq!(why, Err(WhyNot::NotMet(Need::DutiesDone)));
}

/// What the documentation shows as an example is shown by the rules, with codes that may be used and duties that have a day.
#[test]
fn every_kind_s_example_has_a_rule() {
    let rules = Rules::built_in();
    let bodies: Value = serde_json::from_str(include_str!("../data/bodies.json")).unwrap();
    for kind in Kind::ALL {
        let mut asked = facts(*kind, &bodies[kind.as_str()]);
        asked.province = asked
            .body
            .region()
            .map_or(Region::NATION, |region| region.province());
        let shown = rules
            .display(&asked)
            .unwrap_or_else(|why| panic!("{kind}: {why}"));
        assert_ne!(shown.end, End::Never, "{kind}");
        assert_eq!(rules.code_faults(&asked), [], "{kind}");
        for duty in rules.duties(&asked) {
            assert!(duty.due_on.is_ok(), "{kind} {duty:?}");
        }
    }
}

/// Another enterprise's listing ends nothing, nor does one by a department that took no part; one handed over is closed by who received it.
#[test]
fn a_duty_ends_with_what_is_about_its_subject_and_from_who_has_a_say() {
    let rules = Rules::built_in();
    let [own_code, other_code] =
        ["91000000MA00000900", "91110000600037341L"].map(|code| Uscc::parse(code).unwrap());
    let found = |joint: Value| json!({"inspected_on": "2026-03-16", "outcome": ["unreachable_at_registered_address"], "joint_departments": joint});
    let [alone, joint] = [found(json!([])), found(json!(["610323-YJJ"]))];
    let listed = json!({"result": entry(7), "listed_on": "2026-03-18"});
    let listed = facts(Kind::AbnormalListing, &listed);
    let by = |result: &Value, who: &str, code: Option<&Uscc>| {
        let own = facts(Kind::InspectionResult, result);
        let duties = rules.duties(&own);
        let duty = duties
            .iter()
            .find(|duty| duty.rule.name == "abnormal-after-result");
        let own = (7, &own, Some(&own_code));
        ends_of(duty.unwrap(), own, (who, &listed, code))
    };
    for who in ["610323-SCJG", "610300-SCJG"] {
        assert!(by(&alone, who, Some(&own_code)), "{who}");
        assert!(by(&alone, who, None), "{who}");
        assert!(!by(&alone, who, Some(&other_code)), "{who}");
    }
    assert!(!by(&alone, "610323-YJJ", Some(&own_code)));
    assert!(by(&joint, "610323-YJJ", Some(&own_code)));
    let order = json!({"result": entry(7), "followup_type": "rectification_ordered", "acted_on": "2026-03-16", "due_on": "2026-03-30"});
    let order = facts(Kind::ResultFollowup, &order);
    let closed = json!({"result": entry(7), "followup_type": "closed", "acted_on": "2026-03-20"});
    let closed = facts(Kind::ResultFollowup, &closed);
    let duties = rules.duties(&order);
    let by = |code| {
        let own = (9, &order, Some(&own_code));
        ends_of(&duties[0], own, ("610323-CGJ", &closed, Some(code)))
    };
    assert!(by(&own_code) && !by(&other_code));
}
