//! What a record did to lists, counts and enterprises is undone when it leaves, as if it had never been there.

use crate::common::*;
use crate::support::*;
use gongshi::domain::Kind;
use gongshi_verify::record::Record;

const FIRST: &str = "91000000MA00000900";

#[test]
fn a_withdrawn_record_is_given_to_nobody_and_the_rest_stays() {
    let county = County::new();
    let all: Vec<u64> = (0..5)
        .map(|i| county.publish("permit", permit(&format!("T-{i}"))))
        .collect();
    let listed = county.publish(
        "abnormal_listing",
        listing(FIRST, "示例食品店", "2026-02-25"),
    );
    assert_eq!(
        county.model().enterprise(FIRST).unwrap().unwrap().records,
        6
    );
    let by = county.say(county.withdrawal(all[2])).unwrap();
    // Hidden before it was answered.
    let log = &county.log.app.portal.log;
    assert_eq!(log.leaf(all[2]).unwrap().record, None);
    assert!(
        log.unveiled(all[2]..all[2] + 1).unwrap()[0]
            .record
            .is_some()
    );
    let ended = county.log.app.portal.intake.standing().ended(all[2]);
    assert_eq!(ended.unwrap().unwrap().by, by);
    assert_eq!(county.list(Kind::Permit), [all[4], all[3], all[1], all[0]]);
    assert_eq!(county.model().count(Kind::Permit).unwrap(), 4);
    county.is_as_if_folded_anew();
    // On a list no longer, when the listing is withdrawn.
    county.say(county.withdrawal(listed)).unwrap();
    let enterprise = county.model().enterprise(FIRST).unwrap().unwrap();
    assert_eq!((enterprise.records, enterprise.abnormal.len()), (4, 0));
    county.is_as_if_folded_anew();
    for index in [all[0], all[1], all[3], all[4]] {
        county.say(county.withdrawal(index)).unwrap();
    }
    assert_eq!(county.model().enterprise(FIRST).unwrap(), None);
    county.is_as_if_folded_anew();
    let county = county.reopen();
    assert_eq!(county.log.app.portal.log.leaf(all[2]).unwrap().record, None);
    assert!(county.list(Kind::Permit).is_empty());
}

#[test]
fn an_event_sent_again_never_brings_a_withdrawn_record_back() {
    let county = County::new();
    let event = county.log.event("permit", permit("A-1"));
    let index = county.say(event.clone()).unwrap();
    county.say(county.withdrawal(index)).unwrap();
    assert_eq!(county.say(event).unwrap(), index);
    assert_eq!(county.log.app.portal.log.leaf(index).unwrap().record, None);
}

#[test]
fn a_record_stands_as_it_was_last_corrected() {
    let county = County::new();
    let second = "91000000000000019X";
    let second = gongshi::domain::Uscc::complete(&second[..17])
        .unwrap()
        .to_string();
    let wrong = county.publish(
        "abnormal_listing",
        listing(FIRST, "示例食品店", "2026-02-25"),
    );
    let other = county.publish("permit", permit("C-1"));
    let right = listing(&second, "示例粮油店", "2026-02-25");
    let correction = county
        .say(county.correction(wrong, "abnormal_listing", right))
        .unwrap();
    let model = county.model();
    // Whoever was named wrongly is not on the list; the record stands on both pages.
    let first = model.enterprise(FIRST).unwrap().unwrap();
    assert!(first.abnormal.is_empty(), "{first:?}");
    assert_eq!(first.name, "示例食品店");
    let now = model.enterprise(&second).unwrap().unwrap();
    assert_eq!(now.abnormal[0].index, wrong);
    assert_eq!(now.name, "示例粮油店");
    let on = |uscc: &str| model.enterprise_records(uscc, 0, 10).unwrap();
    assert!(on(FIRST).contains(&wrong) && on(&second).contains(&wrong));
    assert_eq!(model.corrections(wrong).unwrap(), [correction]);
    county.is_as_if_folded_anew();
    // The first body is not lost: nothing is replaced in place.
    let leaf = county.log.app.portal.log.leaf(wrong).unwrap();
    let record = Record::parse(&leaf.record.unwrap()).unwrap();
    let code = record.body.get("subject_uscc").unwrap().as_str();
    assert_eq!(code, Some(FIRST));
    // A second correction counts from then on; withdrawn, the one before it does again.
    let third = listing(FIRST, "示例食品店", "2026-02-26");
    let again = county
        .say(county.correction(wrong, "abnormal_listing", third))
        .unwrap();
    let first = county.model().enterprise(FIRST).unwrap().unwrap();
    assert_eq!(first.abnormal[0].date.as_deref(), Some("2026-02-26"));
    county.is_as_if_folded_anew();
    county.say(county.withdrawal(again)).unwrap();
    let model = county.model();
    assert_eq!(
        model.enterprise(&second).unwrap().unwrap().abnormal.len(),
        1
    );
    assert!(
        model
            .enterprise(FIRST)
            .unwrap()
            .unwrap()
            .abnormal
            .is_empty()
    );
    county.is_as_if_folded_anew();
    // What corrects a record says what it said: it leaves with it.
    county.say(county.withdrawal(wrong)).unwrap();
    let log = &county.log.app.portal.log;
    assert_eq!(log.leaf(correction).unwrap().record, None);
    assert!(county.list(Kind::AbnormalListing).is_empty());
    assert!(county.list(Kind::Correction).is_empty());
    assert_eq!(county.list(Kind::Permit), [other]);
    county.is_as_if_folded_anew();
}
