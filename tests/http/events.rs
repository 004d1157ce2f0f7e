//! Events that must not get in: each is refused by its own code, names what is wrong, and leaves no trace.

use crate::common::*;
use crate::support::*;
use gongshi::ingest::Client;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::time::Timestamp;

/// A permit with one text of its JSON exchanged.
fn changed(site: &Site, from: &str, to: &str) -> String {
    let event = site.permit("X-1");
    assert!(event.contains(from), "{from} in {event}");
    event.replacen(from, to, 1)
}

#[test]
fn a_wrong_check_character_is_named_with_its_field_in_both_languages() {
    let site = site();
    let event = site.log.event(
        "permit",
        body(&permit_text("X-1").replace("91000000MA00000900", "91000000MA00000901")),
    );
    let reply = site.without_trace(|| site.post(event.to_json()));
    reply.problem(422, "invalid-fields");
    let fault = &reply.json()["errors"][0];
    assert_eq!(fault["field"], "subject_uscc");
    assert_eq!(fault["code"], "uscc_check");
    assert_eq!(fault["value"], "91000000MA00000901");
    assert!(
        fault["detail"]
            .as_str()
            .unwrap()
            .contains("check character")
    );
    assert!(fault["detail_zh"].as_str().unwrap().contains("校验码"));
}

/// What a client shows is words, not keys of the server's catalogues.
#[test]
fn the_detail_of_a_faulty_field_is_words() {
    let site = site();
    let content = "\"content\":\"热食类食品制售\"";
    let text = permit_text("X-1");
    assert!(text.contains(content), "{text}");
    site.without_trace(|| {
        for (wrong, said) in [
            ("\"content\":null", "content: must be of the type long text"),
            ("\"content\":\"\"", "content: is empty"),
            ("\"contents\":\"x\"", "content: is missing"),
        ] {
            let event = site
                .log
                .event("permit", body(&text.replace(content, wrong)));
            let detail = site.post(event.to_json()).problem(422, "invalid-fields");
            assert!(detail.contains(said), "{detail}");
            assert!(
                !detail.contains('_') && !detail.contains("type-"),
                "{detail}"
            );
        }
    });
}

fn permit_text(number: &str) -> String {
    gongshi_verify::json::to_jcs(&permit(number))
}

#[test]
fn who_may_not_say_it_is_told_so() {
    let site = site();
    let stranger = SecretKey::from_seed(&[3; 32]);
    let penalty = include_str!("../data/bodies.json");
    let penalty: serde_json::Value = serde_json::from_str(penalty).unwrap();
    let penalty = penalty["penalty"].to_string();
    // Decided before the log's day.
    let penalty = body(&penalty.replace("2026-03-16", "2026-02-16"));
    let cases = [
        (
            site.permit_by("000000-NOBODY", &stranger, "X-1"),
            403,
            "unknown-authority",
            "000000-NOBODY",
        ),
        (
            site.permit_by(REVOKED, &site.revoked, "X-1"),
            403,
            "bad-signature",
            REVOKED,
        ),
        (
            site.permit_by(DEPARTMENT, &stranger, "X-1"),
            403,
            "bad-signature",
            DEPARTMENT,
        ),
        (
            site.log.event("penalty", penalty).to_json(),
            403,
            "kind-not-allowed",
            "penalty",
        ),
        (
            site.log
                .event(
                    "permit",
                    body(&permit_text("X-1").replace("\"000000\"", "\"610323\"")),
                )
                .to_json(),
            403,
            "region-not-allowed",
            "610323",
        ),
        (
            changed(&site, "\"permit\"", "\"gossip\""),
            422,
            "unknown-kind",
            "gossip",
        ),
        (
            changed(&site, "\"permit\"", "\"status_map\""),
            422,
            "kind-not-open",
            "status_map",
        ),
    ];
    site.without_trace(|| {
        for (event, status, code, named) in cases {
            let detail = site.post(event).problem(status, code);
            assert!(detail.contains(named), "{detail}");
        }
    });
    // The same body under another signature, and a signature over another body.
    let event = site.permit("X-2");
    let at = event.find("\"signature\":\"").unwrap() + 20;
    let other = if &event[at..=at] == "A" { "B" } else { "A" };
    let forged = format!("{}{other}{}", &event[..at], &event[at + 1..]);
    site.without_trace(|| {
        site.post(forged).problem(403, "bad-signature");
        site.post(event.replace("热食类", "冷食类"))
            .problem(403, "bad-signature");
    });
}

#[test]
fn times_outside_the_window_are_refused_with_both_times() {
    let site = site();
    site.without_trace(|| {
        for wrong in [
            "2026-03-02T09:00:00Z",
            "2126-03-02T08:00:00Z",
            "2026-02-23T07:00:00Z",
        ] {
            let event = site.log.event_at("permit", permit("X-1"), time(wrong));
            let detail = site.post(event.to_json()).problem(422, "time-window");
            assert!(
                detail.contains(wrong) && detail.contains("log's time 2026-03-02T08:"),
                "{detail}"
            );
        }
        for wrong in [
            "2026-02-30T08:00:00Z",
            "2026-03-02T08:00:60Z",
            "2026-03-02 08:00:00",
            "",
        ] {
            let event = site.log.event_at("permit", permit("X-1"), time(START));
            let event = event.to_json().replacen(START, wrong, 1);
            let detail = site.post(event).problem(400, "malformed-event");
            assert!(detail.contains("issued_at"), "{detail}");
        }
    });
}

#[test]
fn what_is_too_large_is_said_in_bytes() {
    let site = site();
    let body_of = |bytes: usize| {
        changed(
            &site,
            "\"热食类食品制售\"",
            &format!("\"{}\"", "a".repeat(bytes)),
        )
    };
    site.without_trace(|| {
        let detail = site.post(body_of(1 << 20)).problem(413, "body-too-large");
        assert!(detail.contains("1048576"), "{detail}");
        let detail = site.post(body_of(3 << 20)).problem(413, "event-too-large");
        assert!(detail.contains("2101248"), "{detail}");
        // Under the limits of size, over that of the field.
        let reply = site.post(body_of((1 << 20) - 1000));
        reply.problem(422, "invalid-fields");
        assert_eq!(reply.json()["errors"][0]["field"], "content");
        assert!(
            reply.body.len() < 10_000,
            "a fault does not repeat a megabyte"
        );
    });
}

#[test]
fn json_outside_the_profile_is_refused_with_the_place() {
    let site = site();
    let value = "\"热食类食品制售\"";
    let cases: Vec<(String, &str)> = vec![
        (changed(&site, "{", "{\"v\":1,"), "occurs twice"),
        (
            changed(&site, "\"body\":{", "\"body\":{\"region\":\"000000\","),
            "occurs twice",
        ),
        (changed(&site, value, r#""\ud800""#), "lone surrogate"),
        (changed(&site, value, r#""\udc00\ud800""#), "lone surrogate"),
        (changed(&site, value, "NaN"), "unexpected character"),
        (changed(&site, value, "Infinity"), "unexpected character"),
        (changed(&site, value, "-Infinity"), "at byte"),
        (changed(&site, value, "1.5"), "not an integer"),
        (changed(&site, value, "1e3"), "not an integer"),
        (changed(&site, value, "9007199254740993"), "2^53-1"),
        (changed(&site, value, "01"), "at byte"),
        (changed(&site, value, "-0"), "at byte"),
        (changed(&site, value, "\"a\u{0}b\""), "control character"),
        (changed(&site, value, r#""\x""#), "invalid escape"),
        (
            changed(&site, value, &"[".repeat(100_000)),
            "nested too deep",
        ),
        (
            changed(
                &site,
                value,
                &format!("{}1{}", "[".repeat(17), "]".repeat(17)),
            ),
            "nested too deep",
        ),
        ("[".repeat(2_000_000), "nested too deep"),
        (changed(&site, "\"content\"", "\"Content\""), "member name"),
        (format!("\u{feff}{}", site.permit("X-1")), "at byte 0"),
        (format!("{} x", site.permit("X-1")), "follows the value"),
        (format!("{0}\n{0}", site.permit("X-1")), "follows the value"),
        (site.permit("X-1")[..100].to_owned(), "ends too early"),
        ("null".to_owned(), "must be a JSON object"),
        ("[]".to_owned(), "must be a JSON object"),
        ("{}".to_owned(), "member v"),
        (" \n".to_owned(), "ends too early"),
    ];
    site.without_trace(|| {
        for (event, expected) in cases {
            let detail = site.post(&event).problem(400, "malformed-event");
            assert!(detail.contains(expected), "{detail} for {expected}");
        }
        let mut broken = site.permit("X-1").into_bytes();
        let at = broken.len() / 2;
        broken[at] = 0xff;
        let detail = site.post(broken).problem(400, "malformed-event");
        assert!(detail.contains("UTF-8"), "{detail}");
        let detail = site.post("").problem(400, "malformed-event");
        assert!(detail.contains("ends too early"), "{detail}");
    });
}

#[test]
fn every_member_of_an_event_is_named_when_it_is_missing_or_wrong() {
    let site = site();
    let event: serde_json::Value = serde_json::from_str(&site.permit("X-1")).unwrap();
    let with = |member: &str, value: Option<serde_json::Value>| {
        let mut event = event.clone();
        match value {
            Some(value) => event[member] = value,
            None => drop(event.as_object_mut().unwrap().remove(member)),
        }
        site.post(event.to_string()).problem(400, "malformed-event")
    };
    site.without_trace(|| {
        for member in ["authority", "issued_at", "kind", "record", "signature", "v"] {
            let wrong = [
                Some(serde_json::Value::Null),
                Some("ü\n".into()),
                Some(7.into()),
                None,
            ];
            for value in wrong {
                let detail = with(member, value.clone());
                assert!(
                    detail.contains(&format!("member {member}")),
                    "{detail} for {value:?}"
                );
            }
        }
        for (member, value) in [("nickname", "x"), ("ref", "7"), ("cosignature", "AA==")] {
            let detail = with(member, Some(value.into()));
            assert!(detail.contains(&format!("member {member}")), "{detail}");
        }
        let mut salted = event.clone();
        salted["record"]["salt"] = "5A".repeat(32).into();
        let detail = site
            .post(salted.to_string())
            .problem(400, "malformed-event");
        assert!(detail.contains("salt must be 64 lowercase"), "{detail}");
    });
}

#[test]
fn a_used_salt_is_a_conflict_and_an_event_sent_again_is_not() {
    let site = site();
    let event = site.log.event("permit", permit("S-1"));
    let first = site.post(event.to_json());
    assert_eq!(first.status, 200, "{first:?}");
    let index = first.json()["index"].as_u64().unwrap();
    let salt: serde_json::Value = serde_json::from_str(&event.to_json()).unwrap();
    let salt = salt["record"]["salt"].as_str().unwrap();
    let salt = gongshi_verify::encoding::hex32(salt).unwrap();
    let record = gongshi_verify::record::Record::new(permit("S-2"), salt).unwrap();
    let id = gongshi_verify::names::AuthorityId::parse(DEPARTMENT).unwrap();
    let key = &site.log.department;
    let again = gongshi::intake::Event::sign(
        &origin(),
        &id,
        key,
        &name("permit"),
        time(START),
        None,
        record,
    );
    site.without_trace(|| {
        site.post(again.to_json()).problem(409, "salt-reused");
        assert_eq!(site.post(event.to_json()).json()["index"], index);
    });
}

#[test]
fn lines_stand_alone_and_are_answered_in_order() {
    let site = site();
    let before = site.size();
    let (one, two) = (site.permit("L-1"), site.permit("L-2"));
    let last = site.permit("L-3");
    let huge = format!("{{\"a\":\"{}\"}}", "x".repeat(5 << 20));
    let body = format!("{one}\r\n\n  \nnot json\n{huge}\n{two}\n{{}}\n{last}");
    let reply = site.request("POST", EVENTS, &[NDJSON], body.as_bytes());
    assert_eq!(reply.status, 200);
    let lines = reply.lines();
    assert_eq!(lines.len(), 6, "{lines:?}");
    let index = |at: usize| lines[at]["index"].as_u64().unwrap();
    assert_eq!(
        [index(0), index(3), index(5)],
        [before, before + 1, before + 2]
    );
    let detail = problem(&lines[1]["error"], 400, "malformed-event");
    assert!(detail.contains("at byte"), "{detail}");
    problem(&lines[2]["error"], 413, "event-too-large");
    problem(&lines[4]["error"], 400, "malformed-event");
    assert_eq!(site.size(), before + 3);
    let silent = site.without_trace(|| site.request("POST", EVENTS, &[NDJSON], b"\n\n"));
    assert_eq!((silent.status, silent.text()), (200, ""));
}

#[test]
fn titles_follow_the_language_asked_for_and_details_stay() {
    let site = site();
    let ask = |language: &str| {
        let header = format!("Accept-Language: {language}");
        let reply = site.request("POST", EVENTS, &[JSON, &header], b"{}");
        let detail = reply.problem(400, "malformed-event");
        assert_eq!(reply.header("vary"), "accept-language");
        assert!(detail.contains("member v must be 1"));
        let title = reply.json()["title"].as_str().unwrap().to_owned();
        assert_eq!(reply.json()["title_zh"], "事件格式有误");
        title
    };
    for zh in ["zh-CN", "zh", "fr,zh;q=0.5", "en;q=0.1, zh-Hans;q=0.2"] {
        assert_eq!(ask(zh), "事件格式有误", "{zh}");
    }
    for en in ["en", "fr", "*", ";;;q=9", "zh;q=0", "\u{ff}"] {
        assert_eq!(ask(en), "The event is not of the required form", "{en}");
    }
    let reply = site.request("DELETE", "/api/v1/log", &["Accept-Language: zh"], b"");
    reply.problem(405, "method-not-allowed");
    assert_eq!(reply.json()["title"], "该地址不支持这种请求方法");
}

/// A demonstration stands at a time of its own, and says so. Whoever signs for a log that has a name of its own does not
/// take the time from it.
#[test]
fn a_simulated_clock_is_told_and_not_believed_of_a_real_name() {
    let site = site();
    let state = site.get("/api/v1/log").json();
    let told = Timestamp::parse(state["simulated_time"].as_str().unwrap()).unwrap();
    let now = site.log.app.portal.intake.clock().now();
    assert!(
        (0..60).contains(&(now.unix() - told.unix())),
        "{told} {now}"
    );
    let log = Client::new(&format!("http://{}", site.address))
        .log()
        .unwrap();
    assert_eq!((log.origin, log.simulated), (origin(), None));
}
