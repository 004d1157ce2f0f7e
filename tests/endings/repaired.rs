//! On which record a repair was granted by a decision that names only its application: the one that was applied for when it was decided, whatever
//! became of the application. A general penalty that was published on 2 March 2026 may be repaired from 3 June on.

use crate::common::*;
use crate::support::*;
use gongshi_verify::json::Value;

impl County {
    fn about_subject(&self, members: &str, named: (&str, u64)) -> Value {
        let all = body(&format!(
            r#"{{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","repair_kind":"penalty_early_stop",{members}}}"#
        ));
        with(all, named.0, self.named(named.1))
    }

    fn applied_for(&self, target: u64) -> Value {
        self.about_subject(r#""applied_on":"2026-06-03""#, ("target", target))
    }

    fn granted(&self, application: u64) -> u64 {
        let members =
            r#""repair_outcome":"granted","decided_on":"2026-06-03","stopped_on":"2026-06-13""#;
        let decision = self.about_subject(members, ("application", application));
        self.publish("repair_decision", decision)
    }

    fn last_day(&self, index: u64) -> String {
        let due = self.model().last_day(index).unwrap().unwrap();
        due.last_day.to_string()
    }
}

/// Two penalties, each with its last day; in June.
fn penalised() -> (County, [u64; 2], String) {
    let county = County::new();
    let both = ["示罚1号", "示罚2号"]
        .map(|number| county.publish("penalty", penalty(number, "general", "2026-02-27")));
    let last = county.last_day(both[0]);
    assert_eq!(county.last_day(both[1]), last);
    assert!(last.starts_with("2027-"), "{last}");
    county.log.clock.advance_to(time("2026-06-03T02:00:00Z"));
    (county, both, last)
}

#[test]
fn a_correction_that_was_withdrawn_before_the_decision_names_nothing() {
    let (county, [first, second], last) = penalised();
    let application = county.publish("repair_application", county.applied_for(first));
    let moved = county.applied_for(second);
    let moved = county
        .say(county.correction(application, "repair_application", moved))
        .unwrap();
    county.say(county.withdrawal(moved)).unwrap();
    county.granted(application);
    assert_eq!(county.last_day(first), "2026-06-13");
    assert_eq!(county.last_day(second), last);
    county.is_as_if_folded_anew();
    county.say(county.erasure(moved)).unwrap();
    county.wait_for_erasures();
    assert_eq!(county.last_day(first), "2026-06-13");
    county.is_as_if_folded_anew();
}

/// The application leaves because it was published in error, as it was corrected or not; only once it is erased nothing tells any more what was
/// applied for.
#[test]
fn a_granted_repair_stays_granted_when_its_application_leaves() {
    for corrected in [false, true] {
        let (county, [first, second], last) = penalised();
        let (meant, other) = if corrected {
            (second, first)
        } else {
            (first, second)
        };
        let application = county.publish("repair_application", county.applied_for(first));
        if corrected {
            let moved = county.applied_for(second);
            county
                .say(county.correction(application, "repair_application", moved))
                .unwrap();
        }
        let decision = county.granted(application);
        assert_eq!(county.last_day(meant), "2026-06-13");
        county.say(county.withdrawal(application)).unwrap();
        assert_eq!(county.last_day(meant), "2026-06-13");
        assert_eq!(county.last_day(other), last);
        county.is_as_if_folded_anew();
        // Nor is it granted twice.
        let again = county.applied_for(meant);
        let again = county.log.event("repair_application", again);
        assert_eq!(code(county.say(again)), "repair_granted");
        // Rescinded by what names only the application, it is granted no more; and granted again once that is withdrawn.
        let members =
            r#""repair_outcome":"rescinded","decided_on":"2026-06-03","reason":"骗取信用修复""#;
        let rescission = county.about_subject(members, ("application", application));
        let rescission = county.publish("repair_decision", rescission);
        assert_eq!(county.last_day(meant), last);
        county.is_as_if_folded_anew();
        county.say(county.withdrawal(rescission)).unwrap();
        assert_eq!(county.last_day(meant), "2026-06-13");
        county.is_as_if_folded_anew();
        county.say(county.erasure(application)).unwrap();
        for _ in 0..2 {
            assert_eq!(county.last_day(meant), last);
            county.is_as_if_folded_anew();
            county.wait_for_erasures();
        }
        county.say(county.withdrawal(decision)).unwrap();
        county.is_as_if_folded_anew();
    }
}
