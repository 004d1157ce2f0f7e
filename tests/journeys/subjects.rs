//! Records that name others are about the same subject, also where one of them was corrected.

use crate::common::*;
use crate::support::*;
use gongshi::intake::Auditor;
use gongshi::log::fsck;
use gongshi_verify::json::Value;

fn of_firm(body: Value) -> Value {
    with(body, "subject_uscc", FIRM)
}

impl County {
    /// The log as it is has nothing that fsck finds wrong.
    fn is_sound(&self) {
        let log = &self.log.app.portal.log;
        let mut auditor = Auditor::new(origin());
        let mut report = fsck(
            log,
            |_| (),
            |index, leaf, all| auditor.leaf(index, leaf, all),
        );
        auditor.finish(&mut report.problems);
        assert_eq!(report.problems, []);
    }
}

#[test]
fn a_correction_names_nothing_of_another_subject() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let other = county.publish("abnormal_listing", of_firm(listing("2026-02-20")));
    let removed = county.publish("abnormal_removal", county.removal(listed));
    let correct = |body: Value| code(county.correct(removed, "abnormal_removal", body));
    assert_eq!(correct(county.removal(other)), "reference-subject");
    assert_eq!(
        correct(of_firm(county.removal(listed))),
        "reference-subject"
    );
    let right = correct(of_firm(county.removal(other)));
    assert_eq!(right.get(..8), Some("accepted"), "{right}");
    county.is_sound();
}

#[test]
fn a_corrected_code_is_followed_on() {
    let county = County::new();
    let listed = county.listing("2026-02-20");
    let follow = || of_firm(county.removal(listed));
    assert_eq!(
        county.refused("abnormal_removal", follow()),
        "reference-subject"
    );
    county
        .correct(listed, "abnormal_listing", of_firm(listing("2026-02-20")))
        .unwrap();
    county.publish("abnormal_removal", follow());
    county.is_sound();
}
