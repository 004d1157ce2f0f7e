//! Repairs, objections and promises as their subjects follow them: every step, every term, and nothing of what is no longer public.

use crate::common::*;
use crate::support::*;
use gongshi::text::{Catalogue, Lang};
use gongshi_verify::json::Value;
use serde_json::Value as Json;

const FIRST: &str = "91000000MA00000900";
const LANGS: [(Lang, &str); 2] = [(Lang::Zh, ""), (Lang::En, "/en")];
const NAME: &str = "示例骉麤店";

fn word(lang: Lang, key: &str) -> String {
    Catalogue::built_in().get(lang, key, &[])
}

/// A body about the first subject, with members, and entries that it names.
fn about(county: &County, members: &str, named: &[(&str, u64)]) -> Value {
    let comma = if members.is_empty() { "" } else { "," };
    let text = format!(
        r#"{{"subject_uscc":"{FIRST}","subject_name":"{NAME}","region":"000000"{comma}{members}}}"#
    );
    let Value::Object(mut body) = body(&text) else {
        panic!("an object")
    };
    for (name, index) in named {
        body.insert((*name).to_owned(), county.named(*index));
    }
    Value::Object(body)
}

impl County {
    fn applied(&self, listing: u64, members: &str) -> Value {
        let members = format!(
            r#""repair_kind":"abnormal_removal","applied_on":"2026-03-02","documents":["application_form","rectification"]{members}"#
        );
        about(self, &members, &[("target", listing)])
    }

    fn decided(&self, application: u64, outcome: &str, members: &str) -> u64 {
        let members = format!(
            r#""repair_kind":"abnormal_removal","repair_outcome":"{outcome}","decided_on":"2026-03-02"{members}"#
        );
        let body = about(self, &members, &[("application", application)]);
        self.publish("repair_decision", body)
    }

    fn receipt_told(&self, index: u64) -> Json {
        self.log.settle();
        let got = self.ask(&format!("/api/v1/receipts/{}", self.receipt(index)), "");
        assert_eq!(got.status, 200, "{}", got.body);
        serde_json::from_str(&got.body).unwrap()
    }

    fn state(&self, index: u64) -> String {
        self.receipt_told(index)["journey"]["state"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn shown(&self, index: u64, base: &str) -> String {
        self.page(&format!("{base}/receipts/{}", self.receipt(index)), 200)
    }
}

fn whats(told: &Json) -> Vec<(String, u64)> {
    let steps = told["journey"]["steps"].as_array().unwrap().iter();
    let steps = steps.map(|step| {
        let what = step["what"].as_str().unwrap().to_owned();
        (what, step["entry"].as_u64().unwrap())
    });
    steps.collect()
}

fn steps(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    let expected = expected.iter();
    expected
        .map(|(what, entry)| ((*what).to_owned(), *entry))
        .collect()
}

#[test]
fn a_repair_is_followed_from_the_application_to_the_removal() {
    let county = County::new();
    let listed = county.publish("abnormal_listing", listing(FIRST, NAME, "2026-02-03"));
    let application = county.publish("repair_application", county.applied(listed, ""));
    let told = county.receipt_told(application);
    assert_eq!(told["journey"]["state"], "received");
    assert_eq!(whats(&told), steps(&[("filed", application)]));
    // Applied on Monday the 2nd: accepted within two working days, decided within five.
    let due: Vec<_> = told["journey"]["deadlines"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    let due: Vec<_> = due
        .iter()
        .map(|one| {
            (
                one["rule"]["id"].as_str().unwrap(),
                one["due_on"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        due,
        [
            ("repair-accept-2wd@2021-09-01", "2026-03-04"),
            ("abnormal-removal-5wd@2014-10-01", "2026-03-09"),
        ]
    );
    let decision = county.decided(application, "granted", "");
    assert_eq!(county.state(application), "granted");
    let removal = about(
        &county,
        r#""removed_reason":"reachable_again","removed_on":"2026-03-02""#,
        &[("listing", listed), ("repair_decision", decision)],
    );
    let removal = county.publish("abnormal_removal", removal);
    let told = county.receipt_told(application);
    assert_eq!(told["journey"]["state"], "lifted");
    let all = [
        ("filed", application),
        ("decided", decision),
        ("lifted", removal),
    ];
    assert_eq!(whats(&told), steps(&all));
    for deadline in told["journey"]["deadlines"].as_array().unwrap() {
        assert!(
            deadline["met_by"].is_u64() && deadline["late"] == false,
            "{deadline}"
        );
    }
    // Every step leads to the whole, both ways.
    for step in [application, decision, removal] {
        let told = county.receipt_told(step);
        assert_eq!(told["index"], step);
        assert_eq!(told["journey"]["index"], application, "{step}");
        let code = county.receipt(application);
        for (_, base) in LANGS {
            let html = county.page(&format!("{base}/record/{step}"), 200);
            assert!(
                html.contains(&format!("href=\"{base}/receipts/{code}\"")),
                "{step}"
            );
        }
    }
    for (lang, base) in LANGS {
        let html = county.page(&format!("{base}/record/{listed}"), 200);
        assert!(html.contains(&word(lang, "journey-state-lifted")), "{html}");
        assert!(html.contains(&format!("{base}/receipts/")), "{html}");
        let html = county.page(&format!("{base}/enterprise/{FIRST}"), 200);
        assert!(html.contains(&word(lang, "page-journeys-by")), "{html}");
        let html = county.shown(application, base);
        for (_, entry) in all {
            assert!(
                html.contains(&format!("href=\"{base}/record/{entry}\"")),
                "{entry}"
            );
        }
        // Fullwidth papers: both that were handed in, by their names.
        let name = if lang == Lang::Zh {
            "信用修复申请书"
        } else {
            "Application for credit repair"
        };
        assert!(html.contains(name), "{html}");
        let html = county.page(
            &format!("{base}/receipts/{}/print", county.receipt(application)),
            200,
        );
        assert!(
            html.contains("<svg class=\"qr\"") && html.contains(NAME),
            "{html}"
        );
    }
    county.is_as_if_folded_anew();
}

#[test]
fn refusals_gaps_and_terms_that_ran_out_are_told() {
    let county = County::new();
    let listed = county.publish("abnormal_listing", listing(FIRST, NAME, "2026-02-03"));
    let gaps = r#","acceptance":"accepted_with_gaps","accepted_on":"2026-03-02","missing_documents":["promise"],"documents_due_on":"2026-03-04""#;
    let application = county.publish("repair_application", county.applied(listed, gaps));
    let told = county.receipt_told(application);
    assert_eq!(told["journey"]["state"], "accepted_with_gaps");
    assert_eq!(
        told["journey"]["missing_documents"],
        serde_json::json!(["promise"])
    );
    let html = county.shown(application, "/en");
    assert!(
        html.contains("Promise of good faith") && html.contains("to follow"),
        "{html}"
    );
    // A week later both the papers and the decision are overdue.
    county.log.clock.advance_to(time("2026-03-11T04:00:00Z"));
    let told = county.receipt_told(application);
    let late = told["journey"]["deadlines"].as_array().unwrap().iter();
    assert!(
        late.clone().count() == 2 && late.clone().all(|one| one["late"] == true),
        "{told}"
    );
    let html = county.shown(application, "/en");
    assert!(
        html.contains("overdue by 7 days") && html.contains("overdue by 2 days"),
        "{html}"
    );
    let refused = county.decided(application, "refused", r#","reason":"材料未补齐。""#);
    let told = county.receipt_told(application);
    assert_eq!(
        (&told["journey"]["state"], &told["journey"]["over"]),
        (&"refused".into(), &true.into())
    );
    assert_eq!(
        whats(&told).last().unwrap(),
        &("decided".to_owned(), refused)
    );
    for (lang, base) in LANGS {
        let html = county.shown(application, base);
        assert!(html.contains("材料未补齐。"), "{html}");
        assert!(
            html.contains(&word(lang, "journey-state-refused")),
            "{html}"
        );
    }
    let refusal = r#","acceptance":"refused","reason":"不属于受理范围。""#;
    let other = county.publish("repair_application", county.applied(listed, refusal));
    assert_eq!(county.state(other), "not_accepted");
    assert!(county.shown(other, "").contains("不属于受理范围。"));
}

/// Papers come by a correction, after which the application itself says no more that they were missing.
/// More corrections than are read: what an older one brought is not said of the day of a newer one.
#[test]
fn papers_did_not_come_with_the_oldest_correction_that_is_read() {
    let county = County::new();
    let listed = county.publish("abnormal_listing", listing(FIRST, NAME, "2026-02-03"));
    let gaps = r#","acceptance":"accepted_with_gaps","accepted_on":"2026-03-02","missing_documents":["promise"],"documents_due_on":"2026-03-04""#;
    let application = county.publish("repair_application", county.applied(listed, gaps));
    let whole = |number: u32| {
        let members = format!(
            r#""repair_kind":"abnormal_removal","applied_on":"2026-03-02","documents":["application_form","rectification","promise"],
            "acceptance":"accepted","accepted_on":"2026-03-02","note":"{number}""#
        );
        let body = about(&county, &members, &[("target", listed)]);
        county.correction(application, "repair_application", body)
    };
    let came = county.say(whole(0)).unwrap();
    let days = || {
        let told = county.receipt_told(application);
        let steps = told["journey"]["steps"].as_array().unwrap().clone();
        let came = steps.into_iter().filter(|one| one["what"] == "papers_came");
        came.map(|one| (one["on"].clone(), one["entry"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(days(), [("2026-03-02".into(), came.into())]);
    county.log.clock.advance_to(time("2026-03-09T04:00:00Z"));
    let rest = county.log.accept((1..=40).map(whole).collect());
    assert!(rest.iter().all(Result::is_ok));
    assert_eq!(days(), []);
}

#[test]
fn papers_that_came_later_are_told_with_their_term() {
    let county = County::new();
    let listed = county.publish("abnormal_listing", listing(FIRST, NAME, "2026-02-03"));
    let gaps = r#","acceptance":"accepted_with_gaps","accepted_on":"2026-03-02","missing_documents":["promise"],"documents_due_on":"2026-03-04""#;
    let application = county.publish("repair_application", county.applied(listed, gaps));
    let whole = |content: &str| {
        let members = format!(
            r#""repair_kind":"abnormal_removal","applied_on":"2026-03-02","documents":["application_form","rectification","promise"],
            "acceptance":"accepted","accepted_on":"2026-03-02","note":"{content}""#
        );
        about(&county, &members, &[("target", listed)])
    };
    for (day, late) in [("2026-03-04", false), ("2026-03-09", true)] {
        county
            .log
            .clock
            .advance_to(time(&format!("{day}T04:00:00Z")));
        if late {
            // The same once more, for an application whose papers came too late.
            let body = county.applied(listed, &gaps.replace("2026-03-02", "2026-03-03"));
            county
                .say(county.correction(application, "repair_application", body))
                .unwrap();
        }
        let came = county.correction(application, "repair_application", whole(day));
        let came = county.say(came).unwrap();
        let told = county.receipt_told(application);
        assert_eq!(told["journey"]["state"], "accepted");
        let steps = told["journey"]["steps"].as_array().unwrap();
        let of = |what: &str| {
            steps
                .iter()
                .filter(|step| step["what"] == what)
                .collect::<Vec<_>>()
        };
        assert_eq!(of("accepted").len(), 0, "{told}");
        let [gap] = of("accepted_with_gaps")[..] else {
            panic!("{told}");
        };
        assert_eq!(
            (&gap["on"], &gap["entry"]),
            (&"2026-03-02".into(), &application.into())
        );
        let promised =
            serde_json::json!({"documents": ["promise"], "due_on": "2026-03-04", "late": null});
        assert_eq!(gap["papers"], promised);
        let last = *of("papers_came").last().unwrap();
        assert_eq!((&last["on"], &last["entry"]), (&day.into(), &came.into()));
        assert_eq!(last["papers"]["late"], late, "{told}");
        assert_eq!(last["papers"]["due_on"], "2026-03-04");
        for (lang, base) in LANGS {
            let key = match late {
                true => "page-journey-papers-late",
                false => "page-journey-papers-in-time",
            };
            let slip = format!("{base}/receipts/{}/print", county.receipt(application));
            for html in [county.shown(application, base), county.page(&slip, 200)] {
                for part in [
                    &word(lang, "page-journey-accepted-gaps"),
                    &word(lang, key),
                    &word(lang, "page-journey-papers-promised"),
                    "datetime=\"2026-03-04\"",
                    &format!("datetime=\"{day}\""),
                ] {
                    assert!(html.contains(part), "{part}: {html}");
                }
            }
        }
    }
}

#[test]
fn an_objection_is_followed_to_the_correction() {
    let county = County::new();
    let wrong = about(
        &county,
        r#""listed_reason":"unreachable","listed_on":"2026-02-03","reason":"旧文字。""#,
        &[],
    );
    let listed = county.publish("abnormal_listing", wrong);
    let objection = about(
        &county,
        r#""objection_type":"content_wrong","objection_text":"原因有误。","filed_on":"2026-02-25","accepted_on":"2026-02-26""#,
        &[("target", listed)],
    );
    let objection = county.publish("objection", objection);
    assert_eq!(county.state(objection), "accepted");
    let right = about(
        &county,
        r#""listed_reason":"unreachable","listed_on":"2026-02-03","reason":"新文字。""#,
        &[],
    );
    let Value::Object(mut correction) = county.correction_body(listed, "abnormal_listing", right)
    else {
        panic!("an object")
    };
    correction.insert("objection".to_owned(), county.named(objection));
    let correction = county.about("correction", listed, Value::Object(correction));
    let correction = county.say(correction).unwrap();
    let reply = about(
        &county,
        r#""objection_outcome":"upheld","reason":"已更正。","decided_on":"2026-03-02""#,
        &[("objection", objection), ("correction", correction)],
    );
    let reply = county.publish("objection_reply", reply);
    let told = county.receipt_told(reply);
    assert_eq!(told["journey"]["state"], "corrected");
    let expected = [
        ("filed", objection),
        ("accepted", objection),
        ("decided", reply),
        ("corrected", correction),
    ];
    assert_eq!(whats(&told), steps(&expected));
    for (_, base) in LANGS {
        let html = county.shown(objection, base);
        assert!(
            html.contains("原因有误。") && html.contains("已更正。"),
            "{html}"
        );
        let html = county.page(&format!("{base}/record/{listed}"), 200);
        assert!(html.contains(&county.receipt(objection)), "{html}");
    }
}

#[test]
fn a_promise_is_listed_once_as_it_stands() {
    let county = County::new();
    let promise = |fulfilment: &str, named: &[(&str, u64)]| {
        let members = format!(
            r#""promise_type":"voluntary_disclosure","content":"诚信经营。","promised_on":"2026-02-03","fulfilment":"{fulfilment}""#
        );
        let checked = match fulfilment {
            "pending" => "",
            _ => r#","checked_on":"2026-03-02""#,
        };
        about(&county, &format!("{members}{checked}"), named)
    };
    let counts = |county: &County| {
        county.log.settle();
        let got = county.ask("/api/v1/promises", "");
        let told: Json = serde_json::from_str(&got.body).unwrap();
        let counts = told["counts"].as_array().unwrap().iter();
        let counts = counts.map(|one| {
            let state = one["state"].as_str().unwrap().to_owned();
            (state, one["count"].as_u64().unwrap())
        });
        counts.collect::<Vec<_>>()
    };
    let first = county.publish("credit_promise", promise("pending", &[]));
    let second = county.publish("credit_promise", promise("pending", &[]));
    assert_eq!(counts(&county), [("pending".to_owned(), 2)]);
    let kept = county.publish("credit_promise", promise("kept", &[("promise", first)]));
    let sorted = |pairs: &[(&str, u64)]| -> Vec<(String, u64)> {
        pairs
            .iter()
            .map(|(state, count)| ((*state).to_owned(), *count))
            .collect()
    };
    assert_eq!(counts(&county), sorted(&[("pending", 1), ("kept", 1)]));
    assert_eq!(county.state(kept), "kept");
    county.is_as_if_folded_anew();
    let lie = county.publish(
        "credit_promise",
        promise("false_promise", &[("promise", first)]),
    );
    assert_eq!(
        counts(&county),
        sorted(&[("pending", 1), ("false_promise", 1)])
    );
    let told = county.receipt_told(first);
    assert_eq!(
        whats(&told),
        steps(&[("filed", first), ("settled", kept), ("settled", lie)])
    );
    for (lang, base) in LANGS {
        let html = county.page(&format!("{base}/promises?state=false_promise"), 200);
        assert!(
            html.contains(&format!("href=\"{base}/record/{first}\"")),
            "{html}"
        );
        assert!(
            !html.contains(&format!("href=\"{base}/record/{lie}\"")),
            "{html}"
        );
        assert!(
            !html.contains(&format!("href=\"{base}/record/{second}\"")),
            "{html}"
        );
        assert!(
            html.contains(&word(lang, "journey-state-false_promise")),
            "{html}"
        );
        county.page(&format!("{base}/promises?state=odd"), 400);
    }
    county.is_as_if_folded_anew();
    // What was said last leaves: what was said before it stands again.
    county.say(county.withdrawal(lie)).unwrap();
    assert_eq!(counts(&county), sorted(&[("pending", 1), ("kept", 1)]));
    county.is_as_if_folded_anew();
    // The promise itself leaves: what was said of it stands for itself.
    county.say(county.withdrawal(first)).unwrap();
    assert_eq!(counts(&county), sorted(&[("pending", 1), ("kept", 1)]));
    assert_eq!(county.receipt_told(first)["journey"], Json::Null);
    county.is_as_if_folded_anew();
    let corrected = county.correction(second, "credit_promise", promise("broken", &[]));
    county.say(corrected).unwrap();
    assert_eq!(counts(&county), sorted(&[("kept", 1), ("broken", 1)]));
    county.is_as_if_folded_anew();
}

#[test]
fn a_reversal_lifts_a_revocation() {
    let county = County::new();
    let revoked = about(
        &county,
        r#""status":"licence_revoked","effective_on":"2026-02-03""#,
        &[],
    );
    let revoked = county.publish("subject_status", revoked);
    let application = about(
        &county,
        r#""repair_kind":"revocation_reversal","applied_on":"2026-02-25","documents":["application_form","no_other_violation","filed_report"]"#,
        &[("target", revoked)],
    );
    let application = county.publish("repair_application", application);
    let decision = about(
        &county,
        r#""repair_kind":"revocation_reversal","repair_outcome":"granted","decided_on":"2026-02-26""#,
        &[("application", application)],
    );
    let decision = county.publish("repair_decision", decision);
    let reversed = about(
        &county,
        r#""status":"revocation_reversed","effective_on":"2026-03-02""#,
        &[("reverses", revoked), ("repair_decision", decision)],
    );
    let reversed = county.publish("subject_status", reversed);
    let told = county.receipt_told(application);
    assert_eq!(told["journey"]["state"], "lifted");
    assert_eq!(
        whats(&told).last().unwrap(),
        &("lifted".to_owned(), reversed)
    );
}

#[test]
fn what_left_publication_leaves_a_stub_and_no_word_more() {
    let county = County::new();
    let listed = county.publish(
        "abnormal_listing",
        listing(FIRST, "示例食品店", "2026-02-03"),
    );
    let application = county.publish("repair_application", county.applied(listed, ""));
    let decision = county.decided(application, "refused", r#","reason":"骉麤。""#);
    county.say(county.withdrawal(application)).unwrap();
    let told = county.receipt_told(application);
    assert_eq!(
        (&told["public"], &told["journey"]),
        (&false.into(), &Json::Null)
    );
    for (lang, base) in LANGS {
        for rest in ["", "/print"] {
            let html = county.page(
                &format!("{base}/receipts/{}{rest}", county.receipt(application)),
                200,
            );
            assert!(!html.contains(NAME) && !html.contains("骉麤"), "{html}");
            assert!(!html.contains(&format!("/record/{decision}")), "{html}");
        }
        let html = county.shown(application, base);
        assert!(html.contains(&word(lang, "page-receipt-gone")), "{html}");
        let html = county.page(&format!("{base}/record/{listed}"), 200);
        assert!(
            !html.contains("/receipts/4") && !html.contains("id=\"journeys\""),
            "{html}"
        );
    }
}

#[test]
fn codes_are_read_as_people_write_them_and_others_are_told() {
    let county = County::new();
    let listed = county.publish("abnormal_listing", listing(FIRST, NAME, "2026-02-03"));
    let application = county.publish("repair_application", county.applied(listed, ""));
    county.log.settle();
    let code = county.receipt(application);
    let loose = code.to_lowercase().replace('-', "%20");
    assert_eq!(county.ask(&format!("/receipts/{loose}"), "").status, 302);
    assert_eq!(
        county.ask(&format!("/receipts?code={loose}"), "").status,
        302
    );
    let got = county.ask(&format!("/api/v1/receipts/{loose}"), "");
    let told: Json = serde_json::from_str(&got.body).unwrap();
    assert_eq!(
        (got.status, told["code"].as_str()),
        (200, Some(code.as_str()))
    );
    // Another entry's letters, or another entry's number, do not match.
    let (_, letters) = code.split_once('-').unwrap();
    let swapped = format!("{listed}-{letters}");
    let beyond = format!("99-{letters}");
    for (lang, base) in LANGS {
        for wrong in [&swapped, &beyond] {
            let html = county.page(&format!("{base}/receipts/{wrong}"), 404);
            assert!(
                html.contains(wrong.as_str()) && !html.contains(NAME),
                "{html}"
            );
            county.page(&format!("{base}/receipts/{wrong}/print"), 404);
        }
        let html = county.page(&format!("{base}/receipts?code=4127"), 400);
        assert!(
            html.contains(&word(lang, "page-receipt-bad-length")),
            "{html}"
        );
        county.page(&format!("{base}/receipts/4127-U123-4567"), 400);
        county.page(&format!("{base}/receipts"), 200);
    }
    for (wrong, status) in [(swapped.as_str(), 404), (beyond.as_str(), 404), ("x", 400)] {
        let got = county.ask(&format!("/api/v1/receipts/{wrong}"), "");
        assert_eq!(got.status, status, "{wrong} {}", got.body);
    }
}

#[test]
fn the_guide_says_what_a_place_asks_for() {
    let county = County::new();
    for (lang, base) in LANGS {
        // Where a narrower rule stands, papers may follow; elsewhere none.
        let html = county.page(&format!("{base}/repair?region=140100"), 200);
        assert!(
            html.contains(&word(lang, "page-repair-secondary")),
            "{html}"
        );
        let html = county.page(&format!("{base}/repair?region=610323"), 200);
        assert!(
            !html.contains(&word(lang, "page-repair-secondary")),
            "{html}"
        );
        assert!(html.contains(&word(lang, "page-repair-no-gaps")), "{html}");
        county.page(&format!("{base}/repair"), 200);
        county.page(&format!("{base}/repair?region=x"), 400);
    }
    let told = |path: &str| -> Json { serde_json::from_str(&county.ask(path, "").body).unwrap() };
    let all = told("/api/v1/repair?region=140100&day=2026-03-02");
    let repairs = all["repairs"].as_array().unwrap();
    let removal = repairs
        .iter()
        .find(|one| one["code"] == "abnormal_removal")
        .unwrap();
    assert_eq!(removal["papers"]["gaps"]["working_days"], 3);
    assert_eq!(removal["target"], "abnormal_listing");
    let due = removal["terms"].as_array().unwrap().iter();
    let due: Vec<_> = due.map(|one| one["due_on"].as_str().unwrap()).collect();
    // From Monday 2026-03-02: two, five and three working days.
    assert_eq!(due, ["2026-03-04", "2026-03-09", "2026-03-05"]);
    // Kinds that a province does not know are not offered there.
    let reversal = |all: &Json| {
        let mut repairs = all["repairs"].as_array().unwrap().iter();
        repairs.any(|one| one["code"] == "revocation_reversal")
    };
    assert!(reversal(&all));
    assert!(!reversal(&told("/api/v1/repair?region=610323")));
    for odd in ["region=x", "day=2026-02-30"] {
        let got = county.ask(&format!("/api/v1/repair?{odd}"), "");
        assert_eq!(got.status, 400, "{odd}");
    }
}

/// From which day the early end of a display may be asked for: three months after publication, on the day after.
#[test]
fn the_page_of_a_penalty_says_from_when_an_early_end_may_be_asked_for() {
    let county = County::new();
    let penalty = county.publish("penalty", body(PENALTY));
    for (lang, base) in LANGS {
        let html = county.page(&format!("{base}/record/{penalty}"), 200);
        let on = [("date", "2026-06-03".into())];
        let said = Catalogue::built_in().get(lang, "page-early-from", &on);
        assert!(
            html.contains(&said.replace(['\u{2068}', '\u{2069}'], "")) || html.contains(&said),
            "{html}"
        );
        assert!(
            html.contains(&word(lang, "journey-need-abnormal")),
            "{html}"
        );
        assert!(
            html.contains(&format!("{base}/repair?region=000000")),
            "{html}"
        );
        let html = county.page(&format!("{base}/enterprise/{FIRST}"), 200);
        assert!(html.contains("2026-06-03"), "{html}");
    }
}

/// What an objection and its answer say in prose names its person: on the page of a receipt and in its JSON with the surname alone.
#[test]
fn a_receipt_names_no_person_in_full() {
    let county = County::new();
    let listed = county.publish(
        "abnormal_listing",
        listing(FIRST, "示例食品店", "2026-02-03"),
    );
    let person = |members: &str, name: &str, of: u64| {
        let Value::Object(mut said) = body(&format!(r#"{{"region":"000000",{members}}}"#)) else {
            panic!("an object")
        };
        said.insert(name.to_owned(), county.named(of));
        Value::Object(said)
    };
    let objection = county.publish(
        "objection",
        person(
            r#""subject_name":"张某某","objection_type":"content_wrong","objection_text":"异议人张某某称有误。","filed_on":"2026-03-02""#,
            "target",
            listed,
        ),
    );
    county.publish(
        "objection_reply",
        person(
            r#""objection_outcome":"rejected","reason":"张某某所称不实。","decided_on":"2026-03-02""#,
            "objection",
            objection,
        ),
    );
    let told = county.receipt_told(objection).to_string();
    assert!(
        told.contains("张＊所称不实") && !told.contains("张某某"),
        "{told}"
    );
    for (_, base) in LANGS {
        let html = county.shown(objection, base);
        assert!(html.contains("异议人张＊称有误"), "{html}");
        assert!(html.contains("张＊所称不实"), "{html}");
        assert!(!html.contains("张某某"), "{html}");
    }
}

/// Of more journeys about a record than are followed it is the newest that somebody waits for.
#[test]
fn of_many_objections_the_newest_are_followed() {
    let county = County::new();
    let listed = county.publish(
        "abnormal_listing",
        listing(FIRST, "示例食品店", "2026-02-03"),
    );
    let event = |number: usize| {
        let members = format!(
            r#""objection_no":"异议{number}号","objection_type":"content_wrong","objection_text":"有误。","filed_on":"2026-03-02""#
        );
        let body = about(&county, &members, &[("target", listed)]);
        county.log.event("objection", body)
    };
    let said = county.log.accept((0..205).map(event).collect());
    let said: Vec<u64> = said.into_iter().map(Result::unwrap).collect();
    let model = county.model();
    let followed = model.journeys_about(&county.log.app.portal.log, listed);
    let begun: Vec<u64> = followed
        .unwrap()
        .iter()
        .map(|one| one.begun.index)
        .collect();
    assert_eq!(begun, said[185..]);
}

/// An objection that was upheld on 2 March asks for a correction by 9 March, whether it was answered or not.
#[test]
fn what_an_answer_leaves_to_be_done_is_overdue_on_page_and_api() {
    let county = County::new();
    let listed = county.publish("abnormal_listing", listing(FIRST, NAME, "2026-02-03"));
    let objection = about(
        &county,
        r#""objection_type":"content_wrong","objection_text":"原因有误。","filed_on":"2026-02-25","accepted_on":"2026-02-26""#,
        &[("target", listed)],
    );
    let objection = county.publish("objection", objection);
    let reply = about(
        &county,
        r#""objection_outcome":"upheld","reason":"属实。","decided_on":"2026-03-02""#,
        &[("objection", objection)],
    );
    let reply = county.publish("objection_reply", reply);
    county.log.clock.advance_to(time("2026-03-11T04:00:00Z"));
    let told = county.receipt_told(objection);
    assert_eq!(told["journey"]["state"], "upheld");
    assert_eq!(told["journey"]["over"], false);
    let all = told["journey"]["deadlines"].as_array().unwrap();
    let late: Vec<_> = all.iter().filter(|one| one["late"] == true).collect();
    assert_eq!(late.len(), 1, "{all:?}");
    assert_eq!(
        (&late[0]["of"], &late[0]["due_on"]),
        (&reply.into(), &"2026-03-09".into())
    );
    assert!(late[0]["met_by"].is_null());
    let html = county.shown(objection, "/en");
    assert!(html.contains("overdue by 2 days"), "{html}");
    // Corrected after its day, it stays late: by the day on which the log took the correction.
    let right = about(
        &county,
        r#""listed_reason":"unreachable","listed_on":"2026-02-03","reason":"新文字。""#,
        &[],
    );
    let Value::Object(mut correction) = county.correction_body(listed, "abnormal_listing", right)
    else {
        panic!("an object")
    };
    correction.insert("objection".to_owned(), county.named(objection));
    let correction = county.about("correction", listed, Value::Object(correction));
    let correction = county.say(correction).unwrap();
    let told = county.receipt_told(objection);
    let all = told["journey"]["deadlines"].as_array().unwrap();
    let met = all.iter().find(|one| one["of"] == reply).unwrap();
    assert_eq!(
        (&met["met_by"], &met["late"]),
        (&correction.into(), &true.into())
    );
    assert_eq!(met["met_on"], "2026-03-11");
    let html = county.shown(objection, "/en");
    assert!(
        html.contains("2 days late") || html.contains("2026-03-11"),
        "{html}"
    );
}
