//! Displays that end by themselves, on the day the rules give and not before, and expiries that intake refuses.
//!
//! Days worked out by hand: the county opens on 2026-03-02 (Beijing). By Order 107 a minor penalty is shown for three months from publication:
//! the first day does not count, the last has the same number: to the end of 2026-06-02 in Beijing, which is 16:00 UTC.

use crate::common::*;
use crate::support::*;
use gongshi::app::{App, Expiries};
use gongshi::domain::Kind;
use gongshi::intake::{Auditor, Clock as _, Event, Refusal};
use gongshi::log::FsckProblem;
use gongshi::rules::Rules;
use gongshi_verify::json::Value;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::record::Record;
use std::sync::Arc;
use std::time::Duration;

const LAST_MOMENT: &str = "2026-06-02T15:59:00Z";
const OVER: &str = "2026-06-02T16:00:00Z";
const RULE: &str = "samr107-minor@2025-12-25";

impl County {
    fn at(&self, moment: &str) {
        self.log.clock.advance_to(time(moment));
    }

    fn end(&self) -> usize {
        self.log.settle();
        let Expiries { ended, failed } = self.log.app.end_displays();
        assert_eq!(failed, 0);
        self.log.settle();
        ended
    }

    fn is_shown(&self, index: u64) -> bool {
        self.log
            .app
            .portal
            .log
            .leaf(index)
            .unwrap()
            .record
            .is_some()
    }

    fn expiry_by(&self, who: &str, target: u64, rule: &str, day: &str) -> Event {
        let operator = self.log.operator();
        let body = Value::object([
            ("expired_on", day.into()),
            ("legal_basis", "市场监督管理信用修复管理办法".into()),
            ("rule_id", rule.into()),
            ("target", self.named(target)),
        ]);
        let key = match who {
            OPERATOR => &operator.key,
            _ => &self.log.department,
        };
        Event::sign(
            &origin(),
            &AuthorityId::parse(who).unwrap(),
            key,
            &name("expiry"),
            self.log.clock.now(),
            Some(target.to_string()),
            Record::new(body, salt()).unwrap(),
        )
    }

    fn expiry(&self, target: u64, rule: &str, day: &str) -> Result<u64, Refusal> {
        self.say(self.expiry_by(OPERATOR, target, rule, day))
    }
}

#[test]
fn a_display_ends_at_midnight_in_beijing_and_not_before() {
    let county = County::new();
    let minor = county.publish("penalty", penalty("示罚1号", "minor", "2026-02-27"));
    let general = county.publish("penalty", penalty("示罚2号", "general", "2026-02-27"));
    let due = county.model().last_day(minor).unwrap().unwrap();
    assert_eq!(due.last_day.to_string(), "2026-06-02");
    assert_eq!(due.rule, RULE);
    county.at(LAST_MOMENT);
    assert_eq!(county.end(), 0);
    assert!(county.is_shown(minor));
    county.at(OVER);
    assert_eq!(county.end(), 1);
    assert!(!county.is_shown(minor) && county.is_shown(general));
    let ended = county.log.app.portal.intake.standing().ended(minor);
    let ended = ended.unwrap().unwrap();
    assert_eq!(ended.kind, Kind::Expiry);
    // Logged under the operator's name, with the rule and its basis.
    let leaf = county.log.app.portal.log.leaf(ended.by).unwrap();
    let record = Record::parse(&leaf.record.unwrap()).unwrap();
    let said = |field: &str| record.body.get(field).and_then(Value::as_str).unwrap();
    assert_eq!((said("rule_id"), said("expired_on")), (RULE, "2026-06-02"));
    assert!(said("legal_basis").contains("第107号"));
    assert_eq!(county.list(Kind::Penalty), [general]);
    county.is_as_if_folded_anew();
    assert_eq!(county.end(), 0, "nothing ends twice");
}

#[test]
fn it_runs_by_itself_and_after_downtime() {
    let county = County::new();
    let minor = county.publish("penalty", penalty("示罚1号", "minor", "2026-02-27"));
    let TestLog {
        folder,
        clock,
        app,
        department: _department,
    } = county.log;
    app.close();
    // Nothing runs for half a year.
    clock.advance_to(time("2026-09-01T00:00:00Z"));
    let expire = gongshi::app::Tuning {
        expire: true,
        ..tuning()
    };
    let app = App::open(&folder.path().join("data"), clock.clone(), &expire).unwrap();
    for _ in 0..1000 {
        if app.portal.log.leaf(minor).unwrap().record.is_none() {
            let ended = app.portal.intake.standing().ended(minor).unwrap().unwrap();
            let leaf = app.portal.log.leaf(ended.by).unwrap();
            let record = Record::parse(&leaf.record.unwrap()).unwrap();
            let day = record.body.get("expired_on").and_then(Value::as_str);
            assert_eq!(day, Some("2026-06-02"), "the day the law gives, not today");
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the display did not end by itself");
}

#[test]
fn what_was_withdrawn_does_not_expire() {
    let county = County::new();
    let minor = county.publish("penalty", penalty("示罚1号", "minor", "2026-02-27"));
    county.say(county.withdrawal(minor)).unwrap();
    county.at(OVER);
    assert_eq!(county.end(), 0);
    assert_eq!(
        code(county.expiry(minor, RULE, "2026-06-02")),
        "already_ended"
    );
}

#[test]
fn a_removal_ends_the_listing_and_a_correction_moves_its_day() {
    let county = County::new();
    let listed = listing("91000000MA00000900", "示例食品店", "2026-02-25");
    let listed = county.publish("abnormal_listing", listed);
    let other = listing("91000000MA00000900", "示例食品店", "2026-02-26");
    let other = county.publish("abnormal_listing", other);
    assert_eq!(county.model().last_day(listed).unwrap(), None);
    let removal = body(
        r#"{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","removed_reason":"reachable_again",
        "removed_on":"2026-03-02"}"#,
    );
    let named = with(removal.clone(), "listing", county.named(listed));
    let removed = county.publish("abnormal_removal", named.clone());
    let second = with(removal, "listing", county.named(other));
    county.publish("abnormal_removal", second);
    for index in [listed, other] {
        let due = county.model().last_day(index).unwrap().unwrap();
        assert_eq!(due.last_day.to_string(), "2026-03-02");
    }
    county.is_as_if_folded_anew();
    // The removal was of an earlier day.
    let corrected = with(named, "removed_on", "2026-03-01".into());
    let correction = county.correction(removed, "abnormal_removal", corrected);
    let correction = county.say(correction).unwrap();
    let day = |index| {
        county
            .model()
            .last_day(index)
            .unwrap()
            .map(|due| due.last_day.to_string())
    };
    assert_eq!(day(listed).as_deref(), Some("2026-03-01"));
    county.is_as_if_folded_anew();
    county.say(county.withdrawal(correction)).unwrap();
    assert_eq!(day(listed).as_deref(), Some("2026-03-02"));
    // A removal that is withdrawn ends nothing.
    county.say(county.withdrawal(removed)).unwrap();
    assert_eq!(day(listed), None);
    county.is_as_if_folded_anew();
    county.at("2026-03-02T16:00:00Z");
    assert_eq!(county.end(), 1);
    assert!(county.is_shown(listed) && !county.is_shown(other));
    county.is_as_if_folded_anew();
}

#[test]
fn a_corrected_penalty_ends_on_another_day() {
    let county = County::new();
    let index = county.publish("penalty", penalty("示罚1号", "general", "2026-02-27"));
    let day = || {
        county
            .model()
            .last_day(index)
            .unwrap()
            .unwrap()
            .last_day
            .to_string()
    };
    assert_eq!(day(), "2027-03-02");
    let minor = penalty("示罚1号", "minor", "2026-02-27");
    county
        .say(county.correction(index, "penalty", minor))
        .unwrap();
    assert_eq!(day(), "2026-06-02");
    county.is_as_if_folded_anew();
}

#[test]
fn a_result_ends_with_the_penalty_that_rests_on_it() {
    let county = County::new();
    let result = body(
        r#"{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","draw_basis":"complaint","method":"on_site",
        "inspected_on":"2026-02-10","completed_on":"2026-02-11","outcome":["OUTCOME"],"officer_count":2,"origin_reason":"群众举报",
        "items":[{"item_name":"年度报告公示信息检查","outcome":["OUTCOME"]}]}"#
            .replace("OUTCOME", "refused_inspection")
            .as_str(),
    );
    let result = county.publish("inspection_result", result);
    let of = penalty("示罚1号", "minor", "2026-02-27");
    let of = county.publish("penalty", with(of, "result", county.named(result)));
    let annulled = county.publish("inspection_result", {
        let leaf = county.log.app.portal.log.leaf(result).unwrap();
        Record::parse(&leaf.record.unwrap()).unwrap().body
    });
    let void = penalty("示罚2号", "minor", "2026-02-27");
    let void = county.publish("penalty", with(void, "result", county.named(annulled)));
    // An annulled penalty is no repair: the authority decides about the result.
    county.say(county.withdrawal(void)).unwrap();
    county.at(OVER);
    assert_eq!(county.end(), 2, "the penalty, and the result with it");
    assert!(!county.is_shown(of) && !county.is_shown(result) && county.is_shown(annulled));
    let ended = county.log.app.portal.intake.standing().ended(result);
    let leaf = county.log.app.portal.log.leaf(ended.unwrap().unwrap().by);
    let record = Record::parse(&leaf.unwrap().record.unwrap()).unwrap();
    let rule = record.body.get("rule_id").and_then(Value::as_str);
    assert_eq!(rule, Some("linked-stop@2025-12-25"));
    county.is_as_if_folded_anew();
}

#[test]
fn expiries_that_the_rules_do_not_give_are_refused() {
    let county = County::new();
    let minor = county.publish("penalty", penalty("示罚1号", "minor", "2026-02-27"));
    let open = county.publish("permit", permit("E-1"));
    county.at(LAST_MOMENT);
    assert_eq!(
        code(county.expiry(minor, RULE, "2026-06-02")),
        "expiry_early"
    );
    county.at(OVER);
    let not_operator = county.expiry_by(DEPARTMENT, minor, RULE, "2026-06-02");
    assert_eq!(code(county.say(not_operator)), "kind-not-allowed");
    assert_eq!(
        code(county.expiry(minor, "penalty-low@2021-09-01", "2026-06-02")),
        "expiry_other"
    );
    assert_eq!(
        code(county.expiry(minor, RULE, "2026-06-01")),
        "expiry_other"
    );
    assert_eq!(code(county.expiry(open, RULE, "2026-06-02")), "expiry_none");
    assert!(county.is_shown(minor));
    let first = county.expiry_by(OPERATOR, minor, RULE, "2026-06-02");
    let second = county.expiry_by(OPERATOR, minor, RULE, "2026-06-02");
    let answers = county.log.accept(vec![first, second]);
    assert!(answers[0].is_ok(), "{answers:?}");
    assert_eq!(code(answers[1].clone()), "already_ended");
    assert_eq!(
        code(county.expiry(minor, RULE, "2026-06-02")),
        "already_ended"
    );
}

/// The rules that come with the program, with minor penalties shown for a month longer.
fn longer() -> Arc<Rules> {
    let (old, new) = (
        "then = { count = { months = 3 } }",
        "then = { count = { months = 4 } }",
    );
    let files: Vec<(&str, String)> = Rules::built_in_files()
        .iter()
        .map(|(name, text)| match *name {
            "publication.toml" => (*name, text.replace(old, new)),
            _ => (*name, (*text).to_owned()),
        })
        .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    Arc::new(Rules::read(&files).unwrap())
}

#[test]
fn other_rules_fold_the_model_anew() {
    let county = County::new();
    let minor = county.publish("penalty", penalty("示罚1号", "minor", "2026-02-27"));
    county.log.settle();
    let TestLog {
        folder,
        clock,
        app,
        department: _department,
    } = county.log;
    app.close();
    let other = gongshi::app::Tuning {
        rules: longer(),
        ..tuning()
    };
    let app = App::open(&folder.path().join("data"), clock, &other).unwrap();
    for _ in 0..1000 {
        if app.portal.model.cursor().unwrap() == app.portal.log.published().size() {
            let due = app.portal.model.last_day(minor).unwrap().unwrap();
            assert_eq!(due.last_day.to_string(), "2026-07-02");
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the model did not catch up");
}

#[test]
fn expiries_are_held_against_the_rules_by_fsck() {
    let county = County::new();
    let minor = county.publish("penalty", penalty("示罚1号", "minor", "2026-02-27"));
    let removed = listing("91000000MA00000900", "示例食品店", "2026-02-25");
    let removed = county.publish("abnormal_listing", removed);
    let removal = body(
        r#"{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","removed_reason":"reachable_again",
        "removed_on":"2026-03-02"}"#,
    );
    let removal = with(removal, "listing", county.named(removed));
    county.publish("abnormal_removal", removal);
    county.at(OVER);
    assert_eq!(county.end(), 2);
    let expiry = county.log.app.portal.intake.standing().ended(minor);
    let expiry = expiry.unwrap().unwrap().by;
    let audit = |rules: &Arc<Rules>| -> Vec<FsckProblem> {
        let log = &county.log.app.portal.log;
        let auditor = Auditor::new(origin()).with_rules(log.clone(), rules.clone());
        let (auditor, problems) = audited(log, auditor.unwrap());
        assert_eq!(auditor.expiries_unchecked(), None);
        assert_eq!(auditor.unlawful(), [0; 0]);
        problems
    };
    assert_eq!(audit(Rules::built_in()), []);
    let problems = audit(&longer());
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].entry, Some(expiry));
    assert!(problems[0].problem.contains("2026-07-02"), "{problems:?}");
}

/// A listing was another's than it said, and its removal names it still: nobody is on the list until the removal goes.
#[test]
fn a_removed_listing_with_another_code_lists_nobody() {
    let county = County::new();
    const WRONG: &str = "91000000MA00000900";
    const RIGHT: &str = "91000000MA0000AE0X";
    let listed = county.publish(
        "abnormal_listing",
        listing(WRONG, "示例食品店", "2026-02-25"),
    );
    let removal = body(&format!(
        r#"{{"subject_uscc":"{WRONG}","subject_name":"示例食品店","region":"000000","removed_reason":"reachable_again",
        "removed_on":"2026-03-02"}}"#
    ));
    let removal = with(removal, "listing", county.named(listed));
    let removed = county.publish("abnormal_removal", removal);
    let on = |code: &str| -> Vec<u64> {
        let enterprise = county.model().enterprise(code).unwrap();
        let listings = enterprise.into_iter().flat_map(|one| one.abnormal);
        listings.map(|one| one.index).collect()
    };
    let corrected = listing(RIGHT, "示例食品店", "2026-02-25");
    county
        .say(county.correction(listed, "abnormal_listing", corrected))
        .unwrap();
    assert_eq!((on(WRONG), on(RIGHT)), (vec![], vec![]));
    county.is_as_if_folded_anew();
    county.say(county.withdrawal(removed)).unwrap();
    assert_eq!((on(WRONG), on(RIGHT)), (vec![], vec![listed]));
    county.is_as_if_folded_anew();
}

/// Listed in 2019 for five years, unless listed again; that the other listing is somebody else's by now is no recurrence.
#[test]
fn a_listing_that_is_somebody_else_s_now_is_no_recurrence() {
    let county = County::new();
    let serious = |code: &str, name: &str, day: &str| {
        body(&format!(
            r#"{{"subject_uscc":"{code}","subject_name":"{name}","region":"000000","serious_category":"food_safety","reason":"严重违法",
            "listed_on":"{day}","restrictions":[{{"restriction":"key_supervision","until":"2029-02-20"}}],"legal_basis":"企业信息公示暂行条例"}}"#
        ))
    };
    let own = |day: &str| serious("91000000MA00000900", "示例食品店", day);
    let foreign = |day: &str| serious("91110000600037341L", "示例公司", day);
    let again = county.publish("serious_listing", own("2019-03-01"));
    let first = county.publish("serious_listing", own("2019-01-15"));
    let third = county.publish("serious_listing", foreign("2019-02-01"));
    let last = |index| {
        let due = county.model().last_day(index).unwrap();
        due.map(|due| due.last_day.to_string())
    };
    assert_eq!(last(first), None);
    assert_eq!(last(again).as_deref(), Some("2024-03-01"));
    county.is_as_if_folded_anew();
    let moved = county.correction(again, "serious_listing", foreign("2019-03-01"));
    let moved = county.say(moved).unwrap();
    assert_eq!(last(first).as_deref(), Some("2024-01-15"));
    assert_eq!(last(third), None, "the other one was listed again");
    county.is_as_if_folded_anew();
    // Of two on the last day each is the other's neighbour and not its recurrence.
    let same = with(own("2019-01-15"), "serious_category", "market_order".into());
    let same = county.publish("serious_listing", same);
    assert_eq!(last(first).as_deref(), Some("2024-01-15"));
    assert_eq!(last(same).as_deref(), Some("2024-01-15"));
    county.say(county.withdrawal(moved)).unwrap();
    assert_eq!((last(first), last(same)), (None, None));
    assert_eq!(last(third).as_deref(), Some("2024-02-01"));
    county.is_as_if_folded_anew();
    county.say(county.withdrawal(again)).unwrap();
    let both = [first, same].map(last);
    assert_eq!(both.map(|day| day.unwrap()), ["2024-01-15", "2024-01-15"]);
    county.is_as_if_folded_anew();
}
