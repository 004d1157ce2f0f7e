//! The year is played.

use crate::common::*;
use crate::county::{County, FIRST, LAST};
use crate::days::Day;
use crate::terms::ORDER_107;
use gongshi::intake::Auditor;

#[test]
fn a_year_of_a_county_comes_out_as_counted_beside_it() {
    let mut county = County::new();
    county.plan_the_year();
    county.plan_the_draw();
    let (first, last) = (Day::of(FIRST), Day::of(LAST));
    // Around each change of law everything is compared every day.
    let changes = [ORDER_107, "2026-04-01"].map(Day::of);
    let mut day = first;
    let (mut number, mut undecided) = (0, 0);
    while day <= last {
        county.begin(day);
        county.everyday();
        county.caught_up();
        county.home();
        county.reviews();
        undecided = undecided.max(county.tally.undecided());
        let near = changes
            .iter()
            .any(|change| change.plus(-1) <= day && day <= change.plus(1));
        county.visibility(near || number % 28 == 0 || day == last);
        if number % 7 == 0 || near || day == last {
            county.lists(number == 0 || day == last);
            county.authorities();
        }
        if number % 28 == 0 || near || day == last {
            county.enterprises();
            county.search();
        }
        if day > Day::of("2026-04-06") && number % 3 == 0 {
            county.draws();
        }
        day = day.plus(1);
        number += 1;
    }
    // Enough has happened for this to mean something.
    assert!(undecided > 0);
    let kinds = county.tally.by_kind(None);
    for (kind, least) in [
        ("permit", 200),
        ("inspection_result", 60),
        ("withdrawal", 20),
        ("expiry", 30),
        ("correction", 20),
    ] {
        assert!(kinds[kind] >= least, "{kind}: {kinds:?}");
    }
    // The log stands the operator's own check.
    let log = &county.drawn.log.app.portal.log;
    let rules = county.drawn.log.app.portal.intake.rules().clone();
    let auditor = Auditor::new(origin()).with_rules(log.clone(), rules);
    let (auditor, problems) = audited(log, auditor.unwrap());
    assert_eq!(problems, []);
    assert_eq!(
        (auditor.expiries_unchecked(), auditor.unlawful()),
        (None, &[][..])
    );
}
