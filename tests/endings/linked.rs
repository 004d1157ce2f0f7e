//! What stops with what, from the event that a department posts to what a reader is given.
//!
//! Order 107 of SAMR: a result that speaks against its subject stops together with the penalty or serious listing that rests on it. The scheme of
//! Sichuan and Chongqing (2025-08-14) adds the list of abnormal operations, there alone.

use crate::common::*;
use crate::served::Server;
use crate::support::*;
use gongshi::intake::{Auditor, Clock as _, Event};
use gongshi::rules::Rules;
use gongshi_verify::json::Value;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::record::Record;

const SUBJECT: &str = "91000000MA00000900";
const ELSE: &str = "91110000600037341L";

struct Place {
    county: County,
    server: Server,
    region: &'static str,
}

impl Place {
    /// A department of a region that publishes everything there.
    fn new(region: &'static str) -> Self {
        let county = County::new();
        let kinds = KINDS.iter().map(|kind| (*kind).into()).collect();
        let amended = county.log.authority(Value::object([
            ("action", "amend".into()),
            ("authority_id", DEPARTMENT.into()),
            ("name", "示例市场监督管理局".into()),
            ("region", region.into()),
            ("kinds", Value::Array(kinds)),
        ]));
        county.log.accept(vec![amended])[0].clone().unwrap();
        let server = Server::of(county.log.app.portal.clone());
        Place {
            county,
            server,
            region,
        }
    }

    /// Posts a record as a department does; its index.
    fn post(&self, kind: &str, members: &str) -> u64 {
        self.county.log.settle();
        let text = format!(
            r#"{{"subject_uscc":"{SUBJECT}","subject_name":"猋猋食品店","region":"{}",{members}}}"#,
            self.region
        );
        let answer = self.server.post(&self.county.log.event(kind, body(&text)));
        answer["index"]
            .as_u64()
            .unwrap_or_else(|| panic!("{answer}"))
    }

    fn named(&self, index: u64) -> String {
        gongshi_verify::json::to_jcs(&self.county.named(index))
    }

    fn result(&self, outcome: &str) -> u64 {
        self.post(
            "inspection_result",
            &format!(
                r#""draw_basis":"complaint","origin_reason":"群众举报","method":"on_site","inspected_on":"2026-02-10","outcome":["{outcome}"]"#
            ),
        )
    }

    fn penalty(&self, result: u64, severity: &str) -> u64 {
        let result = self.named(result);
        self.post(
            "penalty",
            &format!(
                r#""subject_type":"enterprise","decision_no":"示罚{severity}","violation_type":"{severity}","legal_basis":"价格法","penalty_kinds":["fine"],
                "content":"罚款","fine_fen":50000,"decided_on":"2026-02-27","severity":"{severity}","result":{result}"#
            ),
        )
    }

    /// The days pass; what is over ends.
    fn at(&self, moment: &str) {
        self.county.log.clock.advance_to(time(moment));
        self.county.log.settle();
        assert_eq!(self.county.log.app.end_displays().failed, 0);
        self.county.log.settle();
    }

    /// What fsck finds: the expiries that were logged are those of the rules.
    fn is_sound(&self) {
        let log = &self.county.log.app.portal.log;
        let auditor = Auditor::new(origin());
        let auditor = auditor.with_rules(log.clone(), Rules::built_in().clone());
        let (auditor, problems) = audited(log, auditor.unwrap());
        assert_eq!(auditor.expiries_unchecked(), None);
        assert_eq!(problems, []);
    }

    /// Whether a reader is given a record: by its page, the list of its kind, the subject's page, search and the API, which all say the same.
    fn gives(&self, index: u64, kind: &str) -> bool {
        let link = format!("/en/record/{index}\"");
        let page = self.server.get(&format!("/en/record/{index}"));
        let record = self.server.get(&format!("/api/v1/records/{index}")).body;
        let told = [
            page.status == 200,
            record.contains("\"body\""),
            self.server
                .get(&format!("/en/list/{kind}"))
                .body
                .contains(&link),
            self.server
                .get(&format!("/en/enterprise/{SUBJECT}"))
                .body
                .contains(&link),
            self.server
                .get(&format!("/en/search?kind={kind}"))
                .body
                .contains(&link),
        ];
        assert!(told == [true; 5] || told == [false; 5], "{index}: {told:?}");
        told[0]
    }
}

#[test]
fn a_result_stops_with_the_penalty_that_rests_on_it() {
    let place = Place::new("000000");
    let [with_minor, with_general, clean, alone] = [
        "problem_pending",
        "problem_pending",
        "no_problem_found",
        "problem_pending",
    ]
    .map(|outcome| place.result(outcome));
    let minor = place.penalty(with_minor, "minor");
    let general = place.penalty(with_general, "general");
    let on_clean = place.penalty(clean, "minor");
    // Published on 2026-03-02: three months end with 2026-06-02 in Beijing.
    place.at("2026-06-02T15:59:00Z");
    for result in [with_minor, with_general, clean, alone] {
        assert!(place.gives(result, "inspection_result"), "{result}");
    }
    place.at("2026-06-02T16:00:00Z");
    assert!(!place.gives(minor, "penalty") && !place.gives(with_minor, "inspection_result"));
    assert!(place.gives(general, "penalty") && place.gives(with_general, "inspection_result"));
    // A result that says nothing against its subject is nobody's burden.
    assert!(!place.gives(on_clean, "penalty") && place.gives(clean, "inspection_result"));
    assert!(place.gives(alone, "inspection_result"));
    // The stub says by which rule.
    let stub = place.server.get(&format!("/en/record/{with_minor}"));
    assert_eq!(stub.status, 410);
    assert!(
        stub.body.contains("linked-stop@2025-12-25"),
        "{}",
        stub.body
    );
    place.county.is_as_if_folded_anew();
}

/// While one of those that rest on it is shown, so is what they rest on. From 2 March 2026 three months end with 2 June 2026 and a year with
/// 2 March 2027.
#[test]
fn a_result_stops_with_the_last_that_rests_on_it() {
    let place = Place::new("000000");
    let [result, moved_from] = [(); 2].map(|()| place.result("problem_pending"));
    let minor = place.penalty(result, "minor");
    let general = place.penalty(result, "general");
    // Another, which is corrected to rest on the other result when the first has left: then nothing holds its own any more.
    let minor_there = place.penalty(moved_from, "minor");
    let moved = place.penalty(moved_from, "general");
    place.at("2026-06-02T16:00:00Z");
    assert!(!place.gives(minor, "penalty") && !place.gives(minor_there, "penalty"));
    for result in [result, moved_from] {
        assert!(place.gives(result, "inspection_result"), "{result}");
    }
    place.county.is_as_if_folded_anew();
    let said = place.server.get(&format!("/api/v1/records/{moved}")).body;
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let mut right = said["record"]["body"].clone();
    right["result"] = serde_json::from_str(&place.named(result)).unwrap();
    let right = body(&right.to_string());
    let correction = place.county.correction(moved, "penalty", right);
    place.county.say(correction).unwrap();
    place.at("2026-06-03T16:00:00Z");
    assert!(!place.gives(moved_from, "inspection_result"));
    assert!(place.gives(result, "inspection_result"));
    place.at("2027-03-02T15:59:00Z");
    assert!(place.gives(general, "penalty") && place.gives(result, "inspection_result"));
    place.at("2027-03-02T16:00:00Z");
    assert!(!place.gives(general, "penalty") && !place.gives(result, "inspection_result"));
    let stub = place.server.get(&format!("/en/record/{result}"));
    assert!(
        stub.body.contains("linked-stop@2025-12-25"),
        "{}",
        stub.body
    );
    place.county.is_as_if_folded_anew();
    place.is_sound();
}

#[test]
fn a_result_stops_with_a_serious_listing_that_is_removed_and_stays_beside_an_abnormal_one() {
    let place = Place::new("000000");
    let [serious, abnormal] = ["problem_pending", "unreachable_at_registered_address"]
        .map(|outcome| place.result(outcome));
    let listed = place.post(
        "serious_listing",
        &format!(
            r#""serious_category":"food_safety","reason":"示例","listed_on":"2026-02-27","restrictions":[{{"restriction":"key_supervision"}}],
            "legal_basis":"市场监督管理严重违法失信名单管理办法","result":{}"#,
            place.named(serious)
        ),
    );
    let unreachable = |place: &Place, result| {
        place.post(
            "abnormal_listing",
            &format!(
                r#""listed_reason":"unreachable","listed_on":"2026-02-27","legal_basis":"企业信息公示暂行条例","result":{}"#,
                place.named(result)
            ),
        )
    };
    let leaves = |place: &Place, listing| {
        place.post(
            "abnormal_removal",
            &format!(
                r#""listing":{},"removed_reason":"reachable_again","removed_on":"2026-03-02""#,
                place.named(listing)
            ),
        )
    };
    let marked = unreachable(&place, abnormal);
    place.post(
        "serious_removal",
        &format!(
            r#""listing":{},"serious_removal_reason":"listed_in_error","removed_on":"2026-03-02""#,
            place.named(listed)
        ),
    );
    leaves(&place, marked);
    place.at("2026-03-02T16:00:00Z");
    assert!(!place.gives(listed, "serious_listing") && !place.gives(serious, "inspection_result"));
    assert!(!place.gives(marked, "abnormal_listing") && place.gives(abnormal, "inspection_result"));
    // In Sichuan the result leaves with that list too.
    let place = Place::new("510000");
    let abnormal = place.result("unreachable_at_registered_address");
    let marked = unreachable(&place, abnormal);
    leaves(&place, marked);
    place.at("2026-03-02T16:00:00Z");
    assert!(
        !place.gives(marked, "abnormal_listing") && !place.gives(abnormal, "inspection_result")
    );
    let stub = place.server.get(&format!("/en/record/{abnormal}"));
    assert!(
        stub.body.contains("cy-negative-stop@2025-08-14"),
        "{}",
        stub.body
    );
}

/// The body of a fine of 50,000 fen that is minor: from 2 March 2026 it is shown for three months.
fn minor(subject: &str, number: &str, result: &str) -> String {
    format!(
        r#"{{"subject_uscc":"{subject}","subject_name":"猋猋食品店","region":"000000","subject_type":"enterprise","decision_no":"{number}",
        "violation_type":"示例","legal_basis":"价格法","penalty_kinds":["fine"],"content":"罚款","fine_fen":50000,"decided_on":"2026-02-27",
        "severity":"minor","result":{result}}}"#
    )
}

impl Place {
    /// What the other department publishes.
    fn post_by_other(&self, kind: &str, text: &str) -> u64 {
        self.county.log.settle();
        let event = Event::sign(
            &origin(),
            &AuthorityId::parse(OTHER).unwrap(),
            &self.county.other,
            &name(kind),
            self.county.log.clock.now(),
            None,
            Record::new(body(text), salt()).unwrap(),
        );
        let answer = self.server.post(&event);
        answer["index"]
            .as_u64()
            .unwrap_or_else(|| panic!("{answer}"))
    }

    fn result_of(&self, rest: &str) -> u64 {
        self.post(
            "inspection_result",
            &format!(
                r#""draw_basis":"complaint","origin_reason":"群众举报","method":"on_site","inspected_on":"2026-02-10","outcome":["problem_pending"]{rest}"#
            ),
        )
    }

    fn penalty_of(&self, subject: &str, result: u64) -> u64 {
        let number = format!("示罚{result}号");
        let text = minor(subject, &number, &self.named(result));
        self.county.publish("penalty", body(&text))
    }
}

/// A maker is penalised for what a shop sold; a department that took no part penalises the shop: neither speaks for the result of the shop.
#[test]
fn a_result_stops_with_nothing_of_another_subject_or_of_an_authority_without_standing() {
    let place = Place::new("000000");
    let results: Vec<u64> = (0..3).map(|_| place.result_of("")).collect();
    let [of_maker, of_foreign, listed] = results[..] else {
        panic!("{results:?}")
    };
    let joint = place.result_of(&format!(r#","joint_departments":["{OTHER}"]"#));
    let mut gone = vec![("penalty", place.penalty_of(ELSE, of_maker))];
    for result in [of_foreign, joint] {
        let text = minor(SUBJECT, &format!("示罚{result}号"), &place.named(result));
        gone.push(("penalty", place.post_by_other("penalty", &text)));
    }
    let subject =
        format!(r#""subject_uscc":"{ELSE}","subject_name":"猋猋食品厂","region":"000000""#);
    let listing = place.post_by_other(
        "serious_listing",
        &format!(
            r#"{{{subject},"serious_category":"food_safety","reason":"示例","listed_on":"2026-02-27","restrictions":[{{"restriction":"key_supervision"}}],
            "legal_basis":"市场监督管理严重违法失信名单管理办法","result":{}}}"#,
            place.named(listed)
        ),
    );
    place.post_by_other(
        "serious_removal",
        &format!(
            r#"{{{subject},"listing":{},"serious_removal_reason":"listed_in_error","removed_on":"2026-03-02"}}"#,
            place.named(listing)
        ),
    );
    place.at("2026-06-02T16:00:00Z");
    for (kind, index) in gone {
        let page = place.server.get(&format!("/en/record/{index}"));
        assert_eq!(page.status, 410, "{kind} {index}");
    }
    assert_eq!(
        place.server.get(&format!("/en/record/{listing}")).status,
        410
    );
    for result in [of_maker, of_foreign, listed] {
        assert!(place.gives(result, "inspection_result"), "{result}");
    }
    // Who inspected together speaks for the result together.
    assert!(!place.gives(joint, "inspection_result"));
    place.county.is_as_if_folded_anew();
    place.is_sound();
}

/// What a penalty said when it left counts: the code and the result that it was corrected to.
#[test]
fn a_result_stops_with_a_penalty_as_it_was_corrected() {
    let place = Place::new("000000");
    let results: Vec<u64> = (0..4).map(|_| place.result_of("")).collect();
    let [by_code, named_first, named_then, named_again] = results[..] else {
        panic!("{results:?}")
    };
    let correct = |target: u64, text: &str| {
        let correction = place.county.correction(target, "penalty", body(text));
        place.county.say(correction).unwrap()
    };
    let other_code = place.penalty_of(ELSE, by_code);
    correct(
        other_code,
        &minor(SUBJECT, "示罚1号", &place.named(by_code)),
    );
    let penalty = place.penalty_of(SUBJECT, named_first);
    let text = |result| minor(SUBJECT, "示罚2号", &place.named(result));
    correct(penalty, &text(named_then));
    let withdrawn = correct(penalty, &text(named_again));
    place
        .county
        .say(place.county.withdrawal(withdrawn))
        .unwrap();
    place.at("2026-06-02T16:00:00Z");
    assert!(!place.gives(other_code, "penalty") && !place.gives(penalty, "penalty"));
    assert!(!place.gives(by_code, "inspection_result"));
    assert!(!place.gives(named_then, "inspection_result"));
    for stays in [named_first, named_again] {
        assert!(place.gives(stays, "inspection_result"), "{stays}");
    }
    place.county.is_as_if_folded_anew();
    place.is_sound();
}
