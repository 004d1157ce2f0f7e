//! Duties of a record that was corrected more than once: what it asked for last, until a correction asked for it no more.

use crate::common::*;
use crate::county::{County, with};
use crate::office::*;
use gongshi::model::DutyCounts;
use gongshi_verify::json::Value;

const WHOLE: &str = r#""acceptance":"accepted","accepted_on":"2026-03-02","documents":["application_form","rectification","promise"]"#;

fn application(county: &County, listed: u64, members: &str) -> Value {
    let all = of_subject(&format!(
        r#""repair_kind":"abnormal_removal","applied_on":"2026-03-02",{members}"#
    ));
    with(all, "target", county.named(listed))
}

fn gaps(county: &County, listed: u64, due: &str) -> Value {
    let members = format!(
        r#""acceptance":"accepted_with_gaps","accepted_on":"2026-03-02","documents":["application_form","rectification"],
        "missing_documents":["promise"],"documents_due_on":"{due}""#
    );
    application(county, listed, &members)
}

fn followed(county: &County, change: impl FnOnce(&mut DutyCounts)) {
    let mut counts = DutyCounts::default();
    change(&mut counts);
    assert_eq!(county.followed("2026-03-20"), counts);
    county.is_as_if_folded_anew();
}

/// The usual course: received first, accepted with gaps by a correction, whole by another, five days after the papers were due.
#[test]
fn papers_that_a_correction_asked_for_are_late_by_the_day_it_said() {
    let county = office();
    let listed = of_subject(
        r#""listed_reason":"unreachable","listed_on":"2026-02-24","legal_basis":"企业信息公示暂行条例""#,
    );
    let listed = county.publish("abnormal_listing", listed);
    let received = application(&county, listed, r#""documents":["application_form"]"#);
    let applied = county.publish("repair_application", received);
    let correct = |body| {
        let correction = county.correction(applied, "repair_application", body);
        county.say(correction).unwrap()
    };
    correct(gaps(&county, listed, "2026-03-04"));
    followed(&county, |c| (c.open, c.overdue) = (1, 1));
    county.log.clock.advance_to(time("2026-03-09T02:00:00Z"));
    let whole = correct(application(&county, listed, WHOLE));
    followed(&county, |c| c.late = 1);
    // What a later correction says of something else changes nothing; without the one that brought the papers they are missing again.
    let noted = format!(r#"{WHOLE},"note":"已核对""#);
    let noted = correct(application(&county, listed, &noted));
    followed(&county, |c| c.late = 1);
    for correction in [noted, whole] {
        county.say(county.withdrawal(correction)).unwrap();
    }
    followed(&county, |c| (c.open, c.overdue) = (1, 1));
}

/// They were promised by 4 March, then by 9 March, and came on the ninth.
#[test]
fn papers_whose_day_was_moved_are_in_time_by_the_last_one() {
    let county = office();
    let listed = of_subject(
        r#""listed_reason":"unreachable","listed_on":"2026-02-24","legal_basis":"企业信息公示暂行条例""#,
    );
    let listed = county.publish("abnormal_listing", listed);
    let applied = county.publish("repair_application", gaps(&county, listed, "2026-03-04"));
    for (day, body) in [
        ("2026-03-04T02:00:00Z", gaps(&county, listed, "2026-03-09")),
        ("2026-03-09T02:00:00Z", application(&county, listed, WHOLE)),
    ] {
        county.log.clock.advance_to(time(day));
        let correction = county.correction(applied, "repair_application", body);
        county.say(correction).unwrap();
    }
    followed(&county, |c| c.in_time = 1);
}

/// What names a promise says what became of it and is none itself: nothing is to be kept by it.
#[test]
fn what_is_said_of_a_promise_asks_for_nothing() {
    let county = office();
    let promise = |fulfilment: &str| {
        of_subject(&format!(
            r#""promise_type":"voluntary_disclosure","content":"诚信经营","promised_on":"2026-03-02","fulfilment":"{fulfilment}","due_on":"2026-03-06""#
        ))
    };
    let made = county.publish("credit_promise", promise("pending"));
    let still = with(promise("pending"), "promise", county.named(made));
    county.publish("credit_promise", still);
    followed(&county, |c| (c.open, c.overdue) = (1, 1));
    let kept = with(promise("kept"), "promise", county.named(made));
    county.publish(
        "credit_promise",
        with(kept, "checked_on", "2026-03-02".into()),
    );
    followed(&county, |c| c.in_time = 1);
}

/// A promise that was kept was kept in time, whenever somebody looked; one that was broken was not, though the record of that says the day on which
/// it was made.
#[test]
fn a_broken_promise_is_late_by_the_day_on_which_that_was_found() {
    for (fulfilment, checked_on, late) in [
        ("kept", "2026-03-12", 0),
        ("broken", "2026-03-12", 1),
        ("false_promise", "2026-03-12", 1),
        ("broken", "2026-03-06", 0),
    ] {
        let county = office();
        county.log.clock.advance_to(time("2026-03-12T02:00:00Z"));
        let promise = |fulfilment: &str| {
            of_subject(&format!(
                r#""promise_type":"voluntary_disclosure","content":"诚信经营","promised_on":"2026-03-02","fulfilment":"{fulfilment}","due_on":"2026-03-06""#
            ))
        };
        let made = county.publish("credit_promise", promise("pending"));
        let found = with(promise(fulfilment), "promise", county.named(made));
        county.publish(
            "credit_promise",
            with(found, "checked_on", checked_on.into()),
        );
        followed(&county, |c| (c.late, c.in_time) = (late, 1 - late));
    }
}
