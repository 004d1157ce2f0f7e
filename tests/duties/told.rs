//! Where duties are told: pages in both languages, the API, the feed and the calendar, each read back by other code than wrote it.

use crate::common::*;
use crate::county::{County, OTHER};
use crate::office::*;
use actix_web::{App, test as http};
use gongshi::model::Part;
use gongshi::text::{Catalogue, Lang};
use serde_json::Value;
use std::collections::BTreeSet;

const LANGS: [(Lang, &str); 2] = [(Lang::Zh, ""), (Lang::En, "/en")];

/// An application of 2 March, to be decided on by 9 March, and an objection of December that nobody can say the last day of.
fn some() -> (County, u64, u64) {
    let county = office();
    let listing = of_subject(
        r#""listed_reason":"unreachable","listed_on":"2026-02-25","verified_on":"2026-02-25","legal_basis":"企业信息公示暂行条例""#,
    );
    let listed = county.publish("abnormal_listing", listing);
    let application = of_subject(&format!(
        r#""repair_kind":"abnormal_removal","target":{},"applied_on":"2026-03-02","acceptance":"accepted","accepted_on":"2026-03-02",
        "documents":["application_form","promise","rectification"]"#,
        county.named_json(listed)
    ));
    let application = county.publish("repair_application", application);
    // To be published by 2 March.
    county.log.clock.advance_to(time("2026-03-03T02:00:00Z"));
    county.publish("penalty", penalty("示罚9号", "2026-01-27"));
    (county, listed, application)
}

struct Got {
    status: u16,
    media: String,
    body: String,
}

impl County {
    fn get(&self, path: &str) -> Got {
        self.log.settle();
        let portal = self.log.app.portal.clone();
        actix_web::rt::System::new().block_on(async move {
            let app = App::new().configure(gongshi::web::configure(portal));
            let app = http::init_service(app).await;
            let request = http::TestRequest::with_uri(path);
            let request = request.insert_header(("Host", "gs.example.gov.cn"));
            let response = http::call_service(&app, request.to_request()).await;
            let media = response.headers().get("content-type");
            let media = media.map_or("", |value| value.to_str().unwrap()).to_owned();
            let status = response.status().as_u16();
            let body = http::read_body(response).await;
            Got {
                status,
                media,
                body: String::from_utf8(body.to_vec()).unwrap(),
            }
        })
    }

    fn read(&self, path: &str) -> String {
        let got = self.get(path);
        assert_eq!(got.status, 200, "{path}\n{}", got.body);
        let texts = got.body.split('>');
        for text in texts.filter_map(|part| part.split('<').next()) {
            let bare = ["page-", "kind-", "{ $"];
            let bare = bare.iter().any(|key| text.trim_start().starts_with(key));
            assert!(!bare, "{path}: {text}");
        }
        got.body
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.read(path)).unwrap()
    }
}

fn escaped(text: &str) -> String {
    text.replace('\'', "&#39;").replace('"', "&quot;")
}

#[test]
fn pages_say_what_is_overdue_by_which_rule_and_how_it_ended() {
    let (county, _, application) = some();
    county.log.clock.advance_to(time("2026-03-12T02:00:00Z"));
    for (lang, base) in LANGS {
        let say = |key: &str, args: &[_]| escaped(&Catalogue::built_in().get(lang, key, args));
        let overdue = say(
            "page-duty-overdue-by",
            &[("n", 3.into()), ("working", 3.into())],
        );
        let page = county.read(&format!("{base}/authorities/{DEPARTMENT}/duties"));
        assert!(page.contains(&overdue), "{page}");
        assert!(page.contains("<time class=\"nowrap\" datetime=\"2026-03-09\">"));
        assert!(page.contains(&format!("href=\"{base}/record/{application}\"")));
        assert!(page.contains("abnormal-removal-5wd@2014-10-01"));
        assert!(page.contains(&format!("href=\"{base}/rules/deadlines#version-")));
        assert!(page.contains(&say("page-rules-unconfirmed-tag", &[])));
        let late = county.read(&format!("{base}/authorities/{DEPARTMENT}/duties?list=late"));
        assert!(late.contains("penalty-20wd@2021-09-01"), "{late}");
        let record = county.read(&format!("{base}/record/{application}"));
        assert!(record.contains(&say("page-duties-record", &[])) && record.contains(&overdue));
        let all = county.read(&format!("{base}/duties"));
        assert!(all.contains(&format!("href=\"{base}/authorities/{DEPARTMENT}/duties\"")));
        let own = county.read(&format!("{base}/authority/{DEPARTMENT}"));
        assert!(own.contains(&say("page-duty-overdue", &[])), "{own}");
        // Who owes nothing has a page that says so.
        let none = county.read(&format!("{base}/authorities/{OTHER}/duties"));
        assert!(none.contains(&say("page-duties-none", &[])));
    }
    for odd in ["?page=2", "?page=x", "?list=late&part=followed&page=9"] {
        let path = format!("/authorities/{DEPARTMENT}/duties{odd}");
        assert_eq!(county.get(&path).status, 400, "{path}");
    }
    for nobody in ["000000-NOBODY", "nobody", "%ff"] {
        for rest in ["", ".atom", ".ics"] {
            let path = format!("/authorities/{nobody}/duties{rest}");
            assert_eq!(county.get(&path).status, 404, "{path}");
        }
        let path = format!("/api/v1/authorities/{nobody}/duties");
        assert_eq!(county.get(&path).status, 404, "{path}");
    }
}

#[test]
fn the_api_counts_and_lists_and_says_where_it_goes_on() {
    let (county, _, application) = some();
    county.log.clock.advance_to(time("2026-03-12T02:00:00Z"));
    let path = format!("/api/v1/authorities/{DEPARTMENT}/duties");
    let all = county.json("/api/v1/duties");
    assert_eq!(all["day"], "2026-03-12");
    let of_one = county.json(&path);
    assert_eq!(all["authorities"][0]["own"], of_one["own"]);
    assert_eq!(
        of_one["own"],
        serde_json::json!({"open": 1, "due_soon": 0, "overdue": 1, "undated": 0, "in_time": 1, "late": 1, "undecided": 0})
    );
    let duty = &of_one["duties"][0];
    assert_eq!(duty["index"], application);
    assert_eq!(duty["state"], "overdue");
    assert_eq!(
        (&duty["starts_on"], &duty["due_on"]),
        (&"2026-03-02".into(), &"2026-03-09".into())
    );
    assert_eq!(duty["overdue_days"], 3);
    assert_eq!(duty["overdue_working_days"], 3);
    assert_eq!(duty["confirmed"], false);
    assert!(
        duty["basis"].as_str().unwrap().contains("第十一条"),
        "{duty}"
    );
    let late = county.json(&format!("{path}?list=late"));
    assert_eq!(late["duties"][0]["met_on"], "2026-03-03");
    assert_eq!(late["next"], Value::Null);
    let record = county.json(&format!("/api/v1/records/{application}"));
    assert_eq!(record["duties"][0]["authority"], DEPARTMENT);
    let objection = of_subject(&format!(
        r#""objection_type":"content_wrong","target":{},"objection_text":"有误","filed_on":"2026-03-11""#,
        county.named_json(application)
    ));
    county.publish("objection", objection);
    let one = county.json(&format!("{path}?limit=1"));
    assert_eq!(one["duties"].as_array().unwrap().len(), 1);
    let first = &one["duties"][0];
    let place = format!(
        "{}.{}.{}",
        first["due_on"].as_str().unwrap(),
        first["index"],
        first["rule"].as_str().unwrap()
    );
    assert_eq!(one["next"], place.as_str());
    let next = county.json(&format!("{path}?limit=1&after={place}"));
    assert_ne!(next["duties"][0]["rule"], first["rule"]);
    assert_eq!(next["duties"][0]["state"], "due_soon");
    assert_eq!(next["next"], Value::Null);
    for odd in [
        "list=all",
        "part=mine",
        "after=",
        "after=1",
        "after=2026-02-30.1.promise",
        "limit=0",
        "limit=1001",
        "limit=x",
    ] {
        assert_eq!(county.get(&format!("{path}?{odd}")).status, 400, "{odd}");
    }
}

/// What is withdrawn is told nowhere, at once.
#[test]
fn what_left_is_in_no_list_and_no_feed() {
    let (county, listed, application) = some();
    county.log.clock.advance_to(time("2026-03-12T02:00:00Z"));
    county.say(county.withdrawal(application)).unwrap();
    let places = ["duties", "duties.atom", "duties.ics"];
    for place in places {
        let body = county.read(&format!("/authorities/{DEPARTMENT}/{place}"));
        let named = format!("/record/{application}");
        assert!(
            !body.contains(&named) && !body.contains("abnormal-removal-5wd"),
            "{body}"
        );
    }
    let record = county.json(&format!("/api/v1/records/{application}"));
    assert_eq!(record["duties"], serde_json::json!([]));
    assert!(
        !county
            .read(&format!("/record/{listed}"))
            .contains("abnormal-removal-5wd")
    );
}

#[test]
fn the_feed_is_read_by_another_reader() {
    let (county, _, application) = some();
    let path = format!("/authorities/{DEPARTMENT}/duties.atom");
    let parse = |path: &str| {
        let got = county.get(path);
        assert_eq!(
            (got.status, got.media.as_str()),
            (200, "application/atom+xml; charset=utf-8")
        );
        feed_rs::parser::parse(got.body.as_bytes()).unwrap()
    };
    let feed = parse(&path);
    let [entry] = &feed.entries[..] else {
        panic!("{feed:?}")
    };
    let links: Vec<&str> = entry.links.iter().map(|link| link.href.as_str()).collect();
    assert_eq!(
        links,
        [format!("https://gs.example.gov.cn/record/{application}")]
    );
    let summary = entry.summary.as_ref().unwrap().content.clone();
    assert!(summary.contains("2026-03-09"), "{summary}");
    assert!(entry.id.starts_with("urn:uuid:"), "{}", entry.id);
    let updated = |feed: &feed_rs::model::Feed| feed.entries[0].updated.unwrap().to_rfc3339();
    // The clock goes on while the log is made.
    let logged = updated(&feed);
    assert!(logged.starts_with("2026-03-02T08:0"), "{logged}");
    // Overdue from the tenth in Beijing: the same entry, told anew.
    county.log.clock.advance_to(time("2026-03-12T02:00:00Z"));
    let later = parse(&path);
    assert_eq!(later.entries[0].id, entry.id);
    assert_eq!(updated(&later), "2026-03-09T16:00:00+00:00");
    assert!(later.updated > feed.updated);
    assert_eq!(later.id, feed.id);
    let english = parse(&format!("/en{path}"));
    assert_eq!(english.entries[0].id, entry.id);
    assert_ne!(english.id, feed.id);
    let title = english.entries[0].title.as_ref().unwrap().content.clone();
    assert!(title.starts_with("Decide on the application"), "{title}");
    // No names of subjects go into what others keep.
    let raw = county.get(&path).body;
    assert!(
        !raw.contains("示例食品店") && !raw.contains("91000000MA00000900"),
        "{raw}"
    );
    let none = parse(&format!("/authorities/{OTHER}/duties.atom"));
    assert!(none.entries.is_empty() && none.updated.is_some());
}

#[test]
fn the_calendar_is_read_by_another_reader() {
    let (county, _, application) = some();
    let path = format!("/authorities/{DEPARTMENT}/duties.ics");
    let read = |path: &str| {
        let got = county.get(path);
        assert_eq!(
            (got.status, got.media.as_str()),
            (200, "text/calendar; charset=utf-8")
        );
        let lines: Vec<&str> = got.body.split("\r\n").collect();
        assert!(
            lines
                .iter()
                .all(|line| !line.contains('\n') && line.len() <= 76),
            "{lines:?}"
        );
        assert!(got.body.ends_with("END:VCALENDAR\r\n"));
        icalendar::parser::unfold(&got.body)
    };
    let text = read(&path);
    let calendar = icalendar::parser::read_calendar(&text).unwrap();
    let of = |name: &str| {
        let found = calendar.components.iter().filter(|one| one.name == name);
        found.collect::<Vec<_>>()
    };
    assert_eq!(of("VTIMEZONE").len(), 1);
    let events = of("VEVENT");
    let [event] = &events[..] else {
        panic!("{text}")
    };
    let said = |name: &str| {
        event
            .find_prop(name)
            .unwrap_or_else(|| panic!("no {name}: {text}"))
    };
    assert_eq!(said("DTSTART").val.as_str(), "20260309");
    assert_eq!(
        said("DTSTART").params[0].val.as_ref().unwrap().as_str(),
        "DATE"
    );
    let stamp = said("DTSTAMP").val.as_str();
    assert!(
        stamp.starts_with("20260302T080") && stamp.ends_with('Z') && stamp.len() == 16,
        "{stamp}"
    );
    assert_eq!(
        said("URL").val.as_str(),
        format!("https://gs.example.gov.cn/record/{application}")
    );
    assert!(
        said("SUMMARY")
            .val
            .as_str()
            .contains(&format!("#{application}"))
    );
    let uid = said("UID").val.as_str().to_owned();
    county.log.clock.advance_to(time("2026-03-12T02:00:00Z"));
    assert!(read(&path).contains(&uid));
    // Somebody who owes nothing gets a calendar all the same, and RFC 5545 wants something in it.
    let none = read(&format!("/authorities/{OTHER}/duties.ics"));
    let none = icalendar::parser::read_calendar(&none).unwrap();
    let names: BTreeSet<&str> = none
        .components
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(names, BTreeSet::from(["VTIMEZONE"]));
}

/// What has no day is said to have none, with the year whose notice is missing, and stands in no calendar.
#[test]
fn a_missing_notice_is_said() {
    let county = office();
    county.log.clock.advance_to(time("2026-12-15T02:00:00Z"));
    let objection = of_subject(&format!(
        r#""objection_type":"content_wrong","target":{},"objection_text":"有误","filed_on":"2026-12-10","accepted_on":"2026-12-14""#,
        county.named_json(1)
    ));
    let objection = county.publish("objection", objection);
    let entry = county.log.app.portal.log.entry(objection).unwrap();
    let hash = gongshi_verify::hash::leaf_hash(&entry);
    let code = gongshi_verify::receipt::ReceiptCode::of(objection, &hash);
    for (lang, base) in LANGS {
        let year = [("year", "2027".into())];
        let why = escaped(&Catalogue::built_in().get(lang, "page-duty-no-notice", &year));
        for place in ["duties", "duties.atom"] {
            let body = county.read(&format!("{base}/authorities/{DEPARTMENT}/{place}"));
            assert!(body.contains(&why), "{body}");
        }
        let body = county.read(&format!("{base}/receipts/{code}"));
        assert!(body.contains(&why), "{body}");
    }
    let ics = county.read(&format!("/authorities/{DEPARTMENT}/duties.ics"));
    assert!(!ics.contains("VEVENT"), "{ics}");
    let json = county.json(&format!("/api/v1/authorities/{DEPARTMENT}/duties"));
    let duty = &json["duties"][0];
    assert_eq!(
        (&duty["state"], &duty["due_on"]),
        (&"undated".into(), &Value::Null)
    );
    assert_eq!(duty["calendar_to"], "2026-12-31");
}

/// Whoever asks can write any header: an address in a link is the portal's own where it has one, else the host that was asked for, and then for
/// its reader alone.
#[test]
fn an_address_in_a_feed_and_on_a_receipt_is_of_no_reader_s_making() {
    let (county, _, application) = some();
    county.log.settle();
    let entry = county.log.app.portal.log.entry(application).unwrap();
    let hash = gongshi_verify::hash::leaf_hash(&entry);
    let code = gongshi_verify::receipt::ReceiptCode::of(application, &hash);
    let ask = |set: Option<&str>, path: &str, host: &'static str| {
        let mut portal = county.log.app.portal.clone();
        portal.public_url = set.map(str::to_owned);
        actix_web::rt::System::new().block_on(async move {
            let app = App::new().configure(gongshi::web::configure(portal));
            let app = http::init_service(app).await;
            let request = http::TestRequest::with_uri(path)
                .insert_header(("Host", host))
                .insert_header(("Forwarded", "host=evil.example;proto=https"))
                .insert_header(("X-Forwarded-Host", "evil.example"))
                .insert_header(("X-Forwarded-Proto", "http"));
            let response = http::call_service(&app, request.to_request()).await;
            let header = |name: &str| {
                let value = response.headers().get(name).unwrap();
                value.to_str().unwrap().to_owned()
            };
            let (tag, caching) = (header("etag"), header("cache-control"));
            let body = http::read_body(response).await;
            (String::from_utf8(body.to_vec()).unwrap(), tag, caching)
        })
    };
    for path in [
        format!("/authorities/{DEPARTMENT}/duties.atom"),
        format!("/authorities/{DEPARTMENT}/duties.ics"),
        format!("/receipts/{code}/print"),
        format!("/en/receipts/{code}/print"),
    ] {
        let (body, tag, caching) = ask(None, &path, "gs.example.gov.cn");
        // A calendar folds its lines.
        let said = body.replace("\r\n ", "");
        assert!(said.contains("https://gs.example.gov.cn/"), "{body}");
        assert!(!said.contains("evil"), "{body}");
        assert_eq!(caching, "private, no-cache", "{path}");
        let (_, other, _) = ask(None, &path, "other.example");
        assert_ne!(tag, other, "{path}");
        let set = Some("https://set.example");
        let (body, tag, caching) = ask(set, &path, "other.example");
        let said = body.replace("\r\n ", "");
        assert!(said.contains("https://set.example/"), "{body}");
        assert!(!said.contains("other.example"), "{body}");
        assert_eq!(caching, "no-cache", "{path}");
        assert_eq!(ask(set, &path, "third.example").1, tag, "{path}");
    }
}

/// A correction gives the duty another last day: the same entry, told anew at the time of the correction. Verified on 3 March: by 10 March.
#[test]
fn a_feed_says_when_a_correction_changed_what_it_says() {
    let (county, listed, application) = some();
    let body = of_subject(&format!(
        r#""repair_kind":"abnormal_removal","target":{},"applied_on":"2026-03-02","acceptance":"accepted","accepted_on":"2026-03-02",
        "documents":["application_form","promise","rectification"],"verified_on":"2026-03-03""#,
        county.named_json(listed)
    ));
    county.log.clock.advance_to(time("2026-03-04T02:00:00Z"));
    county
        .say(county.correction(application, "repair_application", body))
        .unwrap();
    let feed = county.read(&format!("/authorities/{DEPARTMENT}/duties.atom"));
    let feed = feed_rs::parser::parse(feed.as_bytes()).unwrap();
    let [entry] = &feed.entries[..] else {
        panic!("{feed:?}")
    };
    let summary = entry.summary.as_ref().unwrap().content.clone();
    assert!(summary.contains("2026-03-10"), "{summary}");
    let (updated, published) = (entry.updated.unwrap(), entry.published.unwrap());
    assert!(updated.to_rfc3339().starts_with("2026-03-04T02:0"));
    assert!(published.to_rfc3339().starts_with("2026-03-02T08:0"));
    let ics = county.read(&format!("/authorities/{DEPARTMENT}/duties.ics"));
    assert!(ics.contains("DTSTAMP:20260304T020"), "{ics}");
}

/// When the first duty of a record changed, by the feed.
fn updated(county: &County, query: &str, index: u64) -> String {
    let feed = county.read(&format!("/authorities/{DEPARTMENT}/duties.atom{query}"));
    let feed = feed_rs::parser::parse(feed.as_bytes()).unwrap();
    let of_record = format!("/record/{index}");
    let entry = feed
        .entries
        .iter()
        .find(|one| one.links[0].href.ends_with(&of_record));
    entry.unwrap().updated.unwrap().to_rfc3339()
}

#[test]
fn a_feed_says_when_a_duty_was_opened_again() {
    let (county, listed, application) = some();
    let decision = || {
        of_subject(&format!(
            r#""repair_kind":"abnormal_removal","application":{},"target":{},"repair_outcome":"refused","reason":"未恢复","decided_on":"2026-03-02""#,
            county.named_json(application),
            county.named_json(listed)
        ))
    };
    assert!(updated(&county, "", application).starts_with("2026-03-02T08:0"));
    let decided = county.publish("repair_decision", decision());
    assert_eq!(county.open(Part::Own), []);
    // Published in error: nobody has decided.
    county.log.clock.advance_to(time("2026-03-04T02:00:00Z"));
    county.say(county.withdrawal(decided)).unwrap();
    county.model();
    assert!(updated(&county, "", application).starts_with("2026-03-04T02:0"));
    county.is_as_if_folded_anew();
    // Once it is erased, nothing tells what it was about.
    county.say(county.erasure(decided)).unwrap();
    county.is_as_if_folded_anew();
    assert!(updated(&county, "", application).starts_with("2026-03-02T08:0"));
}

#[test]
fn a_feed_says_when_a_duty_was_opened_again_by_a_correction() {
    let county = office();
    let found = county.publish("inspection_result", result("problem_pending", "2026-03-02"));
    let step = |kind: &str, rest: &str| {
        of_subject(&format!(
            r#""result":{},"followup_type":"{kind}","acted_on":"2026-03-02"{rest}"#,
            county.named_json(found)
        ))
    };
    let due = r#","due_on":"2026-03-06""#;
    let order = county.publish("result_followup", step("rectification_ordered", due));
    let rectified = county.publish("result_followup", step("rectified", ""));
    assert_eq!(county.open(Part::Followed), []);
    county.log.clock.advance_to(time("2026-03-04T02:00:00Z"));
    let other = step("rectification_ordered", r#","due_on":"2026-03-09""#);
    let say = |body| {
        let correction = county.correction(rectified, "result_followup", body);
        let correction = county.say(correction).unwrap();
        county.model();
        correction
    };
    say(other);
    assert!(updated(&county, "?part=followed", order).starts_with("2026-03-04T02:0"));
    county.is_as_if_folded_anew();
    // Corrected once more it is done, until that correction is withdrawn.
    county.log.clock.advance_to(time("2026-03-05T02:00:00Z"));
    let again = say(step("rectified", r#","note":"已整改""#));
    assert_eq!(county.open(Part::Followed), []);
    county.log.clock.advance_to(time("2026-03-06T02:00:00Z"));
    county.say(county.withdrawal(again)).unwrap();
    county.model();
    assert!(updated(&county, "?part=followed", order).starts_with("2026-03-06T02:0"));
    county.is_as_if_folded_anew();
}
