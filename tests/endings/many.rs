//! More than one answer holds: every way goes on to the last of them.

use crate::common::*;
use crate::served::Server;
use crate::support::*;
use gongshi::domain::Uscc;
use gongshi::ingest::revise::{Found, Leaving, Names, policy_of, record_lines};
use gongshi::ingest::{Client, KeyFile};
use gongshi::intake::Clock as _;
use gongshi::text::{Catalogue, Lang};
use gongshi_verify::names::AuthorityId;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Subjects on a page of a list.
const MEMBERS: usize = 50;
/// Entries in an answer about those that refer to a record.
const REFERRERS: usize = 100;

impl County {
    fn publish_all(&self, kind: &str, bodies: Vec<gongshi_verify::json::Value>) -> Vec<u64> {
        let events = bodies.into_iter().map(|body| self.log.event(kind, body));
        let taken = self.log.accept(events.collect());
        taken.into_iter().map(Result::unwrap).collect()
    }
}

/// Codes of digits only, as the standard allows them. Read as a number such a code is none of an entry.
#[test]
fn a_list_goes_on_behind_a_code_of_digits() {
    let county = County::new();
    let codes = (0..).filter_map(|number: u32| {
        let codes = (0..10).map(|check| format!("91000000100{number:06}{check}"));
        codes.into_iter().find(|code| Uscc::parse(code).is_ok())
    });
    let codes: BTreeSet<String> = codes.take(MEMBERS + 2).collect();
    let bodies = codes.iter();
    let bodies = bodies.map(|code| listing(code, "示例数字有限公司", "2026-02-03"));
    county.publish_all("abnormal_listing", bodies.collect());
    county.log.settle();
    let server = Server::of(county.log.app.portal.clone());
    let mut path = "/list/abnormal".to_owned();
    let mut seen = BTreeSet::new();
    for pages in 1.. {
        let got = server.get(&path);
        assert_eq!(got.status, 200, "{path}");
        let links = got.body.split("href=\"/enterprise/").skip(1);
        seen.extend(links.map(|rest| rest.split('"').next().unwrap().to_owned()));
        let Some((_, rest)) = got.body.split_once("rel=\"next\" href=\"") else {
            assert_eq!(pages, 2);
            break;
        };
        path = rest.split('"').next().unwrap().to_owned();
    }
    assert_eq!(seen, codes);
}

/// What only says what has become of a record takes no place of those that stay beside it, and more than are listed are said to be there.
#[test]
fn who_refers_to_a_record_is_told_to_the_last() {
    let county = County::new();
    let target = county.publish("permit", permit("1号"));
    let objection = |number: usize| {
        let said = r#"{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000",
            "objection_type":"content_wrong","objection_text":"内容有误","filed_on":"2026-03-02"}"#;
        let said = with(body(said), "target", county.named(target));
        with(said, "objection_no", format!("异议2026-{number}").into())
    };
    let mut objections = county.publish_all("objection", vec![objection(0)]);
    let correction = |number: usize| {
        let right = permit(&format!("更{number}号"));
        county.correction(target, "permit", right)
    };
    let corrections = county.log.accept((0..=REFERRERS).map(correction).collect());
    assert!(corrections.iter().all(Result::is_ok));
    county.log.settle();
    let server = Server::of(county.log.app.portal.clone());
    let ask = |path: &str| -> Value { serde_json::from_str(&server.get(path).body).unwrap() };
    let told = |answer: &Value| -> Vec<u64> {
        let told = answer["referred_by"].as_array().unwrap().iter();
        told.map(|one| one["index"].as_u64().unwrap()).collect()
    };
    let record = format!("/api/v1/records/{target}");
    let answer = ask(&record);
    let expected = json!([{"index": objections[0], "kind": "objection"}]);
    assert_eq!(answer["referred_by"], expected);
    assert_eq!(answer["referred_by_next"], Value::Null);

    let more = (1..=REFERRERS).map(objection);
    objections.extend(county.publish_all("objection", more.collect()));
    objections.reverse();
    county.log.settle();
    let answer = ask(&record);
    assert_eq!(told(&answer), objections[..REFERRERS]);
    let next = objections[REFERRERS - 1];
    assert_eq!(answer["referred_by_next"], next);
    let answer = ask(&format!("{record}?before={next}"));
    assert_eq!(told(&answer), objections[REFERRERS..]);
    assert_eq!(answer["referred_by_next"], Value::Null);
    assert_eq!(server.get(&format!("{record}?before=x")).status, 400);

    // After it has left, its authority is told the same.
    county.say(county.withdrawal(target)).unwrap();
    county.log.settle();
    assert_eq!(told(&ask(&record)), [0; 0]);
    let client = Client::new(&server.url);
    let key = KeyFile {
        authority: AuthorityId::parse(DEPARTMENT).unwrap(),
        key: county.log.department.clone(),
    };
    let asked = |before: Option<u64>| -> Value {
        let now = county.log.clock.now();
        let answer = client.referrers(target, before, &origin(), &key, now);
        serde_json::from_slice(&answer.unwrap()).unwrap()
    };
    let answer = asked(None);
    assert_eq!(told(&answer), objections[..REFERRERS]);
    assert_eq!(answer["next"], next);
    let answer = asked(Some(next));
    assert_eq!(told(&answer), objections[REFERRERS..]);
    assert_eq!(answer["next"], Value::Null);

    // Who decides about the erasure reads that these are not all.
    let policy = policy_of(&client).unwrap();
    let mut found = Found::fetch(&client, &policy, target).unwrap();
    let now = county.log.clock.now();
    found.ask_referrers(&client, &origin(), &key, now).unwrap();
    assert_eq!(found.referred_by.len(), REFERRERS);
    for lang in [Lang::Zh, Lang::En] {
        let lines = record_lines(lang, &found, &Names::default(), Leaving::Yes);
        let more = Catalogue::built_in().get(lang, "desk-record-referred-more", &[]);
        assert_eq!(lines.last().unwrap().trim(), more);
    }
}
