//! A listing ends once, not before it began, and by a repair that was granted where the removal says so.

use crate::support::*;

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

#[test]
fn a_removal_by_its_day_ends_what_the_log_has_and_what_it_does_not() {
    let county = County::new();
    // Older than the log: the department's word.
    let by_day = |day: &str| with(removal("2026-03-01"), "listed_on", day);
    county.publish("abnormal_removal", by_day("2019-07-08"));
    county.publish("abnormal_removal", by_day("2019-07-08"));
    let listed = county.listing("2026-02-20");
    county.publish("abnormal_removal", by_day("2026-02-20"));
    assert_eq!(
        county.refused("abnormal_removal", by_day("2026-02-20")),
        "removed_already"
    );
    assert_eq!(
        county.refused("abnormal_removal", county.removal(listed)),
        "removed_already"
    );
    // Another listing of that day, for another reason.
    let other = with(listing("2026-02-20"), "listed_reason", "false_information");
    county.publish("abnormal_listing", other);
    let other = with(by_day("2026-02-20"), "listed_reason", "false_information");
    county.publish("abnormal_removal", other);
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
