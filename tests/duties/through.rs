//! Duties that end with what becomes of a record which another one names: what an objection found wrong, what an application asked for. Days
//! worked out by hand: the county opens on Monday 2026-03-02 in Beijing; five working days later is 9 March, three are 5 March.

use crate::common::*;
use crate::county::{County, OTHER, with};
use crate::office::*;
use gongshi::intake::{Clock as _, Event};
use gongshi::model::{HowMet, Met, Part};
use gongshi_verify::json::Value;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::record::Record;

/// A listing of a day with a decision of its own.
fn listing(day: &str) -> Value {
    of_subject(&format!(
        r#""listed_reason":"unreachable","listed_on":"{day}","legal_basis":"企业信息公示暂行条例""#
    ))
}

fn objection(county: &County, target: u64) -> Value {
    of_subject(&format!(
        r#""objection_type":"content_wrong","target":{},"objection_text":"有误","filed_on":"2026-03-02","accepted_on":"2026-03-02""#,
        county.named_json(target)
    ))
}

/// An answer to it that upholds it, of 2 March: to be corrected by 9 March.
fn upheld(county: &County, objection: u64) -> u64 {
    let reply = of_subject(&format!(
        r#""objection":{},"objection_outcome":"upheld","reason":"属实","decided_on":"2026-03-02""#,
        county.named_json(objection)
    ));
    county.publish("objection_reply", reply)
}

/// A listing, what objects to it, and the answer.
fn found_wrong(county: &County, day: &str) -> [u64; 3] {
    let listed = county.publish("abnormal_listing", listing(day));
    let objection = county.publish("objection", objection(county, listed));
    [listed, objection, upheld(county, objection)]
}

/// How a duty of a record was met, as its page says and as it is counted; `None` while it is open.
fn met(county: &County, index: u64, rule: &str) -> Option<Met> {
    let log = county.log.app.portal.log.as_ref();
    let duties = county.model().duties_of(index, log).unwrap().unwrap();
    let of_rule = |id: &str| id.split('@').next() == Some(rule);
    let mut mine = duties.iter().filter(|one| of_rule(&one.duty.rule.id()));
    let (Some(duty), None) = (mine.next(), mine.next()) else {
        panic!("{duties:?}");
    };
    let listed = |part, late| {
        let start = gongshi::model::DutyStart::Skipping(0);
        let model = county.model();
        let all = model.duties_from(&duty.authority, part, late, start, 100);
        let mut all = all.unwrap().into_iter();
        all.any(|one| one.index == index && of_rule(&one.rule))
    };
    let open = Part::ALL.iter().any(|part| listed(*part, false));
    let late = Part::ALL.iter().any(|part| listed(*part, true));
    assert_eq!(open, duty.met.is_none(), "{duty:?}");
    let is_late = duty.met.is_some_and(|met| met.how == HowMet::Late);
    assert_eq!(late, is_late, "{duty:?}");
    duty.met
}

fn how(county: &County, reply: u64) -> Option<HowMet> {
    met(county, reply, "objection-correct-5wd").map(|met| met.how)
}

fn by(county: &County, reply: u64) -> Option<u64> {
    met(county, reply, "objection-correct-5wd").map(|met| met.by)
}

/// What was done stays done when the objection is erased and its bytes are destroyed, and is told alike whenever it is folded.
#[test]
fn an_erased_objection_undoes_nothing_and_leaves_nothing_to_be_done() {
    let county = office();
    let [listed, objection, done] = found_wrong(&county, "2026-02-24");
    let withdrawn = county.say(county.withdrawal(listed)).unwrap();
    assert_eq!(by(&county, done), Some(withdrawn));
    // Erased on the day: whatever was done before was done in time.
    let erased = county.say(county.erasure(objection)).unwrap();
    assert_eq!(by(&county, done), Some(erased));
    assert_eq!(how(&county, done), Some(HowMet::InTime));
    // A correction that names the objection tells it without its body.
    let [other, answered, corrected] = found_wrong(&county, "2026-02-25");
    let said = with(listing("2026-02-25"), "note", "更正说明".into());
    let said = county.correction_body(other, "abnormal_listing", said);
    let said = with(said, "objection", county.named(answered));
    let correction = county.say(county.about("correction", other, said)).unwrap();
    let [gone, long_ago, late] = found_wrong(&county, "2026-02-26");
    let [_, never, open] = found_wrong(&county, "2026-02-27");
    county.say(county.withdrawal(gone)).unwrap();
    assert_eq!(how(&county, late), Some(HowMet::InTime));
    assert_eq!(how(&county, open), None);
    // After the last day nobody can tell any more whether it was done in time.
    county.log.clock.advance_to(time("2026-03-10T02:00:00Z"));
    for objection in [answered, long_ago, never] {
        county.say(county.erasure(objection)).unwrap();
    }
    let told = |county: &County| {
        assert_eq!(how(county, done), Some(HowMet::InTime));
        assert_eq!(by(county, corrected), Some(correction));
        assert_eq!(how(county, corrected), Some(HowMet::InTime));
        assert_eq!(how(county, late), Some(HowMet::Undecided));
        assert_eq!(how(county, open), Some(HowMet::Undecided));
        county.is_as_if_folded_anew();
    };
    told(&county);
    county.wait_for_erasures();
    told(&county);
}

/// It was moved to another record before it was answered: what becomes of that one counts, and nothing of the first.
#[test]
fn what_a_corrected_objection_is_about_ends_what_it_found() {
    for leaves_first in [false, true] {
        let county = office();
        let first = county.publish("abnormal_listing", listing("2026-02-24"));
        let meant = county.publish("abnormal_listing", listing("2026-02-25"));
        let filed = county.publish("objection", objection(&county, first));
        let moved = objection(&county, meant);
        county
            .say(county.correction(filed, "objection", moved))
            .unwrap();
        let reply = upheld(&county, filed);
        county.say(county.withdrawal(first)).unwrap();
        assert_eq!(by(&county, reply), None);
        if leaves_first {
            county.say(county.withdrawal(filed)).unwrap();
            assert_eq!(by(&county, reply), None);
        }
        county.is_as_if_folded_anew();
        let withdrawn = county.say(county.withdrawal(meant)).unwrap();
        assert_eq!(by(&county, reply), Some(withdrawn));
        county.is_as_if_folded_anew();
        county.say(county.erasure(filed)).unwrap();
        county.wait_for_erasures();
        assert_eq!(how(&county, reply), Some(HowMet::InTime));
        county.is_as_if_folded_anew();
    }
}

/// The lawful answer was to take it off the list: nothing is left to be corrected, nor may it be.
#[test]
fn what_was_found_wrong_and_removed_or_expired_needs_no_correction() {
    let county = office();
    let [listed, _, reply] = found_wrong(&county, "2026-02-24");
    let removal = of_subject(&format!(
        r#""listing":{},"listed_on":"2026-02-24","removed_reason":"listed_in_error","removed_on":"2026-03-02""#,
        county.named_json(listed)
    ));
    let removal = county.publish("abnormal_removal", removal);
    assert_eq!(by(&county, reply), Some(removal));
    county.is_as_if_folded_anew();
    // A minor penalty is shown for three months from its publication: up to 2 June.
    let penalty = crate::county::penalty("示罚1号", "minor", "2026-02-27");
    let penalty = county.publish("penalty", penalty);
    let filed = county.publish("objection", objection(&county, penalty));
    let expires = upheld(&county, filed);
    county.log.clock.advance_to(time("2026-03-03T02:00:00Z"));
    county.log.settle();
    assert_eq!(county.log.app.end_displays().ended, 1);
    assert_eq!(by(&county, reply), Some(removal), "it came first");
    assert_eq!(by(&county, expires), None);
    county.log.clock.advance_to(time("2026-06-03T02:00:00Z"));
    assert_eq!(county.log.app.end_displays().ended, 1);
    assert_eq!(how(&county, expires), Some(HowMet::Late));
    county.is_as_if_folded_anew();
}

impl County {
    fn of_another(&self, kind: &str, body: Value) -> u64 {
        let event = Event::sign(
            &origin(),
            &AuthorityId::parse(OTHER).unwrap(),
            &self.other,
            &name(kind),
            self.log.clock.now(),
            None,
            Record::new(body, salt()).unwrap(),
        );
        self.say(event).unwrap()
    }
}

/// One department takes and answers what another one's record is objected to for: only that one can correct it.
#[test]
fn what_was_found_wrong_is_for_who_published_it_to_correct() {
    let county = office();
    let listed = county.of_another("abnormal_listing", listing("2026-02-24"));
    let filed = county.publish("objection", objection(&county, listed));
    let reply = upheld(&county, filed);
    let open = |who: &str, part| {
        let start = gongshi::model::DutyStart::Skipping(0);
        let all = county.model().duties_from(who, part, false, start, 100);
        let all = all.unwrap().into_iter();
        all.map(|one| one.index).collect::<Vec<_>>()
    };
    assert_eq!(open(OTHER, Part::Own), [reply]);
    assert_eq!(open(DEPARTMENT, Part::Own), [0; 0]);
    county.is_as_if_folded_anew();
    // An answer that came into the log after the last day lays nothing on anybody: who gave it follows it up.
    let filed = county.publish("objection", objection(&county, listed));
    county.log.clock.advance_to(time("2026-03-10T02:00:00Z"));
    let late = upheld(&county, filed);
    assert_eq!(open(OTHER, Part::Own), [reply]);
    assert_eq!(open(DEPARTMENT, Part::Followed), [late]);
    county.is_as_if_folded_anew();
    county.say(county.erasure(filed)).unwrap();
    county.wait_for_erasures();
    assert_eq!(open(DEPARTMENT, Part::Followed), [0; 0]);
    county.is_as_if_folded_anew();
}
