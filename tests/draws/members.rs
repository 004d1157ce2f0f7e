//! Who of several is in a plan's library, asked all at once.

use crate::sealed::SealedCounty;
use crate::server::*;
use crate::support::*;
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::recompute::one_by_one;
use gongshi_verify::encoding::hex;
use gongshi_verify::report::{StepId, Verdict, verify_draw_file};
use serde_json::Value as Json;

fn root_of(file: &str) -> String {
    hex(&Library::parse(Form::Open, file).unwrap().root())
}

fn ids(document: &Json) -> Vec<(String, bool)> {
    let ids = document["ids"].as_array().unwrap().iter();
    ids.map(|one| {
        let id = one["id"].as_str().unwrap().to_owned();
        (id, one["leaf"].is_u64())
    })
    .collect()
}

/// The document without the names of those who are missing.
fn without_the_missing(document: &Json) -> Json {
    let mut document = document.clone();
    for one in document["ids"].as_array_mut().unwrap() {
        if one.get("leaf").is_none() {
            one["id"] = Json::Null;
        }
    }
    document
}

/// The answer, which `gongshi-verify draw` takes as it is. No byte may be another, but that somebody else who is missing at the same place may
/// stand for who is: that is as true, and the report says of whom.
fn verified(county: &County, server: &Server, query: &str) -> Json {
    let reply = server.get(&format!("plans/{KEY}/targets?{query}"));
    let document = reply.good();
    let policy = policy(county);
    let report = verify_draw_file(&reply.body, &policy, &one_by_one).unwrap();
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    let said = report.steps.iter();
    let said = said.filter(|step| step.id == StepId::LibraryMember).count();
    assert_eq!(said, ids(&document).len());
    for at in (0..reply.body.len()).step_by(61) {
        let mut changed = reply.body.clone();
        changed[at] ^= 1;
        let verdict = verify_draw_file(&changed, &policy, &one_by_one).map(|one| one.verdict);
        if matches!(verdict, Ok(Verdict::Verified)) {
            let other: Json = serde_json::from_slice(&changed).unwrap();
            let [one, other] = [&document, &other].map(without_the_missing);
            assert_eq!(one, other, "byte {at}");
        }
    }
    document
}

#[test]
fn several_can_ask_at_once() {
    let mut county = County::new();
    // More than two blocks of 64 leaves, the last of them not full.
    county.objects = county.library("objects", "open", &objects(150)).unwrap();
    county.wait(11 * 24 * 3600);
    let server = Server::start(&county);
    let of = |query: &str| server.get(&format!("plans/{KEY}/targets?{query}"));
    of("ids=A").problem(404, "not-found");
    let root = root_of(&objects(150));
    county
        .plan(KEY, &[("object_root", root.as_str().into())])
        .unwrap();

    let every: Vec<String> = (0..200).map(code).collect();
    for (query, expected) in [
        (format!("ids={}", code(3)), vec![(code(3), true)]),
        // In whatever order, and each once.
        (
            format!("ids={},{},{},0,{}", code(9), code(149), code(0), code(9)),
            vec![
                ("0".to_owned(), false),
                (code(0), true),
                (code(9), true),
                (code(149), true),
            ],
        ),
        (
            format!("ids=ZZ,{}A,{}A&library=objects", code(63), code(64)),
            vec![
                (code(63) + "A", false),
                (code(64) + "A", false),
                ("ZZ".to_owned(), false),
            ],
        ),
        (
            "ids=P10,P11,P9,A&library=officers".to_owned(),
            vec![
                ("A".to_owned(), false),
                ("P10".to_owned(), true),
                ("P11".to_owned(), true),
                ("P9".to_owned(), false),
            ],
        ),
        (
            format!("ids={}", every.join(",")),
            (0..200).map(|n| (code(n), n < 150)).collect(),
        ),
    ] {
        let document = verified(&county, &server, &query);
        assert_eq!(ids(&document), expected);
    }
    // Who asks for all needs no hash.
    let document = of(&format!("ids={}", every.join(","))).good();
    assert_eq!(document["hashes"].as_array().unwrap().len(), 0);
    // Of one leaf the hashes are its path.
    let one = of(&format!("ids={}", code(130))).good();
    let single = server.get(&format!("plans/{KEY}/targets/{}", code(130)));
    let single = single.good();
    assert!(checked(&single));
    assert_eq!(one["hashes"], single["leaf"]["path"]);

    let many = |count: usize| format!("ids={}", vec!["A"; count].join(","));
    assert_eq!(of(&many(500)).status, 200);
    let told = of(&many(501)).problem(400, "bad-request");
    assert!(told.contains("500") && told.contains("501"), "{told}");
    for (query, says) in [
        ("", "ids must be 1 to 500"),
        ("ids=", "ids must be 1 to 500"),
        ("ids=A,", "digits and capital letters"),
        ("ids=A,b", "\"b\""),
        ("ids=A&library=people", "objects, officers"),
        ("ids=A&ids=B", "ids"),
    ] {
        let told = of(query).problem(400, "bad-request");
        assert!(told.contains(says), "{query}: {told}");
    }
}

#[test]
fn a_sealed_library_shows_leaves_and_nothing_else() {
    let sealed = SealedCounty::new();
    let server = Server::start(&sealed.county);
    sealed.county.plan(KEY, &sealed.changes()).unwrap();
    let query = format!("ids={},{},{}A", code(2), code(29), code(7));
    let document = verified(&sealed.county, &server, &query);
    let found: Vec<bool> = ids(&document).iter().map(|(_, inside)| *inside).collect();
    assert_eq!(found, [true, false, true]);
    let line = document["leaves"][0]["line"].as_str().unwrap();
    assert!(line.starts_with("ddraw/1|starget|"), "{line}");
}
