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

fn repair(county: &County, kind: &str, members: &str, named: &[(&str, u64)]) -> Value {
    let all = of_subject(&format!(r#""repair_kind":"{kind}",{members}"#));
    named.iter().fold(all, |all, (field, index)| {
        with(all, field, county.named(*index))
    })
}

/// A repair of a listing that was granted on 2 March is to be carried out by 5 March, though its decision names the application alone.
#[test]
fn a_grant_that_names_only_its_application_is_carried_out_on_what_that_names() {
    let county = office();
    let granted = |day: &str| {
        let listed = county.publish("abnormal_listing", listing(day));
        let applied = r#""applied_on":"2026-03-02""#;
        let applied = repair(&county, "abnormal_removal", applied, &[("target", listed)]);
        let applied = county.publish("repair_application", applied);
        let decided = r#""repair_outcome":"granted","decided_on":"2026-03-02""#;
        let named = [("application", applied)];
        let decided = repair(&county, "abnormal_removal", decided, &named);
        [listed, applied, county.publish("repair_decision", decided)]
    };
    let carried_out = |decision| met(&county, decision, "repair-effect-applied");
    let [listed, applied, decision] = granted("2026-02-24");
    assert_eq!(carried_out(decision), None);
    county.is_as_if_folded_anew();
    let removal = of_subject(&format!(
        r#""listing":{},"listed_on":"2026-02-24","removed_reason":"reachable_again","removed_on":"2026-03-02""#,
        county.named_json(listed)
    ));
    let removal = county.publish("abnormal_removal", removal);
    let done = carried_out(decision).unwrap();
    assert_eq!((done.by, done.how), (removal, HowMet::InTime));
    county.is_as_if_folded_anew();
    // What is rescinded is carried out no more, whichever of the two the rescission names.
    for field in ["application", "target"] {
        let day = if field == "target" {
            "2026-02-25"
        } else {
            "2026-02-26"
        };
        let [listed, applied, decision] = granted(day);
        let rescinded = r#""repair_outcome":"rescinded","decided_on":"2026-03-02","reason":"骗取""#;
        let named = match field {
            "target" => vec![("target", listed)],
            _ => vec![("application", applied)],
        };
        let rescinded = match field {
            "target" => format!(r#"{rescinded},"applied_on":"2026-03-02""#),
            _ => rescinded.to_owned(),
        };
        let rescinded = repair(&county, "abnormal_removal", &rescinded, &named);
        let rescinded = county.publish("repair_decision", rescinded);
        assert_eq!(carried_out(decision).unwrap().by, rescinded);
    }
    let [_, open, waits] = granted("2026-02-27");
    county.log.clock.advance_to(time("2026-03-06T02:00:00Z"));
    county.say(county.withdrawal(applied)).unwrap();
    county.say(county.erasure(applied)).unwrap();
    county.say(county.withdrawal(open)).unwrap();
    assert_eq!(carried_out(waits), None);
    county.is_as_if_folded_anew();
    county.wait_for_erasures();
    assert_eq!(carried_out(decision).unwrap().how, HowMet::Undecided);
    county.is_as_if_folded_anew();
}

/// A grant that was rescinded and granted anew is to be carried out; and what is rescinded of one kind of repair is nothing of another.
#[test]
fn a_rescission_ends_only_what_was_granted_before_it_and_of_its_kind() {
    let county = office();
    let listed = county.publish("abnormal_listing", listing("2026-02-24"));
    let decide = |outcome: &str| {
        let reason = if outcome == "granted" {
            ""
        } else {
            r#","reason":"骗取""#
        };
        let members = format!(
            r#""repair_outcome":"{outcome}","applied_on":"2026-03-02","decided_on":"2026-03-02"{reason}"#
        );
        let decision = repair(&county, "abnormal_removal", &members, &[("target", listed)]);
        county.publish("repair_decision", decision)
    };
    let effect = |decision| met(&county, decision, "repair-effect");
    let first = decide("granted");
    let rescinded = decide("rescinded");
    assert_eq!(effect(first).unwrap().by, rescinded);
    let anew = decide("granted");
    assert_eq!(effect(anew), None);
    assert_eq!(effect(first).unwrap().by, rescinded);
    county.is_as_if_folded_anew();
    let county = office();
    let effect = |decision| met(&county, decision, "repair-effect");
    // A penalty that revoked a licence can be repaired in two ways; from three months after its publication.
    let revoked = with(
        crate::county::penalty("示罚1号", "general", "2026-02-27"),
        "penalty_kinds",
        Value::Array(vec!["fine".into(), "revoke_licence".into()]),
    );
    let revoked = county.publish("penalty", revoked);
    county.log.clock.advance_to(time("2026-06-03T02:00:00Z"));
    let decide = |kind: &str, outcome: &str| {
        let reason = if outcome == "granted" {
            ""
        } else {
            r#","reason":"骗取""#
        };
        let members = format!(
            r#""repair_outcome":"{outcome}","applied_on":"2026-06-03","decided_on":"2026-06-03"{reason}"#
        );
        let decision = repair(&county, kind, &members, &[("target", revoked)]);
        county.publish("repair_decision", decision)
    };
    let reversal = decide("revocation_reversal", "granted");
    let early = decide("penalty_early_stop", "granted");
    let rescinded = decide("revocation_reversal", "rescinded");
    assert_eq!(effect(reversal).unwrap().by, rescinded);
    assert_eq!(effect(early), None);
    county.is_as_if_folded_anew();
}

/// What an inspection found is another's to list once the matter was handed over, as a case or by a step on the result; that it was made known to
/// somebody hands nothing over.
#[test]
fn who_handed_a_matter_over_need_not_list() {
    let county = office();
    let listed = |result: u64| met(&county, result, "abnormal-after-result");
    let found = || {
        let found = result("unreachable_at_registered_address", "2026-03-02");
        county.publish("inspection_result", found)
    };
    let sent = |result: u64, kind: &str| {
        let members = format!(
            r#""transfer_type":"{kind}","transferred_to":"示例县药监局","transferred_on":"2026-03-02","content":"失联""#
        );
        with(of_subject(&members), "result", county.named(result))
    };
    let [first, second] = [found(), found()];
    county.publish("transfer", sent(first, "notice"));
    county.of_another("transfer", sent(second, "case_transfer"));
    assert_eq!((listed(first), listed(second)), (None, None));
    let handed = county.publish("transfer", sent(first, "case_transfer"));
    assert_eq!(listed(first).unwrap().by, handed);
    let step = of_subject(
        r#""followup_type":"transferred","transferred_to":"示例县药监局","acted_on":"2026-03-02""#,
    );
    let step = county.publish(
        "result_followup",
        with(step, "result", county.named(second)),
    );
    assert_eq!(listed(second).unwrap().by, step);
    county.is_as_if_folded_anew();
}
