//! What a running server takes beside events: rounds of the beacon, and self-check cards.

use crate::common::*;
use crate::sealed::SealedCounty;
use crate::server::*;
use crate::support::*;
use gongshi::intake::{Clock as _, FileStatement};
use gongshi::text::{Catalogue, Lang};
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::recompute::one_by_one;
use gongshi_verify::encoding::{base64, hex};
use gongshi_verify::hash::sha256;
use gongshi_verify::json::Value;
use gongshi_verify::names::{AuthorityId, PlanKey};
use gongshi_verify::report::{Verdict, verify_draw_file};
use gongshi_verify::time::Timestamp;
use serde_json::Value as Json;

/// Round 30,000,000 of quicknet (verify/tests/data/draw.json).
pub const ROUND: u64 = 30_000_000;

/// Its signature.
pub const SIGNATURE: &str = "81d2fc112b91932d9e4074a46b88c4dc78149b859660e0673c0bb9bd0caefdc9cc194e83de980441355b8ef44cc7a355";

/// A plan that waits for the round.
pub fn by_beacon(county: &County) {
    let due = gongshi_verify::draw::beacon::due(ROUND).unwrap().unix();
    let at = |seconds: i64| Value::from(Timestamp::from_unix(seconds).unwrap().to_string());
    let changes = [
        ("randomness", "drand".into()),
        ("round", number(ROUND)),
        ("t0", at(due - 3600)),
        ("t1", at(due - 3600)),
        ("check_from", "2026-07-01".into()),
        ("check_to", "2026-07-31".into()),
        ("result_deadline", at(due + 90 * 24 * 3600)),
    ];
    let plan = county.plan_body(KEY, &changes);
    let plan = without(without(plan, "contributors"), "delay_log2");
    county.say(LEAD, "plan", plan, Some(KEY)).unwrap();
    county.until(due);
}

#[test]
fn anybody_hands_in_the_round_that_a_plan_waits_for() {
    let county = County::new();
    let server = Server::start(&county);
    let round = |round: u64, signature: &str| {
        format!(
            r#"{{"round":{round},"randomness":"00","signature":"{signature}","previous_signature":""}}"#
        )
    };
    let post = |text: &str| server.post("beacons", "application/json", text.as_bytes());
    post(&round(ROUND, SIGNATURE)).problem(409, "beacon-not-awaited");
    by_beacon(&county);
    post(&round(1000, SIGNATURE)).problem(409, "beacon-not-awaited");
    post(&round(ROUND, &SIGNATURE.replacen("81", "91", 1))).problem(422, "beacon-wrong");
    post(&round(ROUND, &"ab".repeat(48))).problem(422, "beacon-wrong");
    post(&round(ROUND, "ab")).problem(422, "beacon-wrong");
    post(&round(ROUND, "xyz")).problem(400, "bad-request");
    for text in [
        "",
        "[]",
        "{}",
        r#"{"round":"1","signature":""}"#,
        r#"{"round":-1,"signature":""}"#,
    ] {
        post(text).problem(400, "bad-request");
    }
    let long = round(ROUND, SIGNATURE) + &" ".repeat(1 << 14);
    post(&long).problem(413, "event-too-large");
    server
        .post("beacons", "text/plain", b"1")
        .problem(415, "unsupported-media-type");
    let key = PlanKey::parse(KEY).unwrap();
    assert!(matches!(
        county.runner().draw(&key),
        Ok(gongshi::draw::Drawn::Waiting)
    ));

    let form = |text: &str| {
        let answer = server.post(
            "beacons",
            "application/x-www-form-urlencoded",
            text.as_bytes(),
        );
        assert_eq!((answer.status, answer.body.len()), (303, 0));
        answer.location
    };
    assert_eq!(form("round=1&signature=ab"), "/problems/beacon-not-awaited");
    assert_eq!(
        form("round=x&signature=ab&lang=en"),
        "/en/problems/bad-request"
    );
    // As it is copied from a page: in lines and capitals.
    let (one, other) = SIGNATURE.split_at(48);
    let pasted = format!(
        "round={ROUND}&signature=+{}%0D%0A{other}+&lang=en",
        one.to_ascii_uppercase()
    );
    assert_eq!(form(&pasted), format!("/en/plans/{KEY}"));
    let json = round(ROUND, SIGNATURE)
        .replace('{', "%7B")
        .replace('}', "%7D")
        .replace('"', "%22");
    assert_eq!(form(&format!("beacon={json}")), format!("/plans/{KEY}"));
    let answer = post(&round(ROUND, SIGNATURE)).good();
    assert_eq!(
        (&answer["round"], &answer["plans"][0]["key"]),
        (&ROUND.into(), &KEY.into())
    );

    // On a plan's own page the answer is that page again, with the cause.
    let answered = |text: &str, code: &str| {
        let location = form(&format!("plan={KEY}&lang=en&{text}"));
        assert_eq!(location, format!("/en/plans/{KEY}?handed={code}#handed"));
        let page = server.page(location[1..].split('#').next().unwrap());
        let said = Catalogue::built_in().get(Lang::En, &format!("page-handed-{code}"), &[]);
        let said = said.replace('"', "&quot;");
        let html = String::from_utf8(page.body).unwrap();
        assert!(html.contains(&said), "{code}");
    };
    answered("beacon=garbage", "format");
    answered("beacon=", "format");
    let pasted = |number: u64, signature: &str| {
        let json = round(number, signature);
        let json: String = form_urlencoded::byte_serialize(json.as_bytes()).collect();
        format!("beacon={json}")
    };
    answered(&pasted(ROUND, "abc"), "signature");
    answered(&pasted(ROUND, &SIGNATURE[2..]), "signature");
    answered(&pasted(1000, SIGNATURE), "round");
    answered(&pasted(ROUND, &SIGNATURE.replacen("81", "91", 1)), "wrong");
    answered(&format!("beacon={}", "x".repeat(5000)), "long");
    answered(&pasted(ROUND, SIGNATURE), "known");

    county.draw(KEY);
    answered(&pasted(ROUND, SIGNATURE), "known");
    answered(&pasted(ROUND, &SIGNATURE.replacen("81", "91", 1)), "wrong");
    let other = server.page(&format!("plans/{KEY}?handed=nonsense"));
    assert_eq!(other.status, 200);
    assert!(
        !String::from_utf8(other.body)
            .unwrap()
            .contains("id=\"handed\"")
    );
    post(&round(ROUND, SIGNATURE)).problem(409, "beacon-not-awaited");
    let document = server
        .get(&format!("plans/{KEY}/targets/{}", code(1)))
        .good();
    assert_eq!(document["randomness"]["signature"], SIGNATURE);
    assert_eq!(
        document["randomness"]["contributors"],
        serde_json::json!([])
    );
    let file = server.get(&format!("draws/{KEY}")).body;
    let report = verify_draw_file(&file, &policy(&county), &one_by_one).unwrap();
    assert_eq!(report.verdict, Verdict::Verified, "{:?}", report.steps);
}

/// A file of cards as a department makes it: each card's id and what its token opens, encrypted.
fn cards_file(count: usize, tag: &str) -> String {
    let mut lines: Vec<String> = (0..count)
        .map(|n| {
            let card = hex(&sha256(format!("card{tag}{n}").as_bytes()));
            let data = base64(&[u8::try_from(n % 251).unwrap(); 528]);
            format!("{{\"card\":\"{card}\",\"data\":\"{data}\"}}\n")
        })
        .collect();
    lines.sort_unstable();
    lines.concat()
}

fn hand_over(server: &Server, county: &County, who: &str, root: &str, file: &str) -> Reply {
    let hash = sha256(file.as_bytes());
    let statement = FileStatement {
        authority: AuthorityId::parse(who).unwrap(),
        issued_at: county.log.clock.now(),
        sha256: hash,
        size: file.len() as u64,
    };
    let signature = county.key(who).sign(&statement.message(&origin()));
    let headers = [
        ("Gongshi-Authority", who.to_owned()),
        ("Gongshi-Issued-At", statement.issued_at.to_string()),
        ("Gongshi-SHA256", hex(&hash)),
        ("Gongshi-Signature", base64(&signature)),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value));
    server.put(&format!("cards/{root}"), &headers, file.as_bytes())
}

#[test]
fn cards_are_kept_sealed_and_given_after_the_draw() {
    let sealed = SealedCounty::new();
    let county = &sealed.county;
    let server = Server::start(county);
    let put = |who: &str, root: &str, file: &str| hand_over(&server, county, who, root, file);
    let (first, second) = (cards_file(30, "a"), cards_file(30, "b"));
    let card = |file: &str, n: usize| {
        let line: Json = serde_json::from_str(file.lines().nth(n).unwrap()).unwrap();
        let (id, data) = (line["card"].as_str().unwrap(), line["data"].clone());
        (format!("cards/{id}"), data)
    };

    put(PARTNER, &sealed.root, &first).problem(422, "cards-library");
    put(LEAD, &"ab".repeat(32), &first).problem(422, "cards-library");
    put(LEAD, "ab", &first).problem(400, "bad-request");
    let open = hex(&Library::parse(Form::Open, &objects(30)).unwrap().root());
    put(LEAD, &open, &first).problem(422, "cards-library");
    let unsigned = server.put(&format!("cards/{}", sealed.root), &[], first.as_bytes());
    unsigned.problem(400, "bad-request");
    let lines: Vec<&str> = first.lines().collect();
    for (file, told) in [
        (first.trim_end().to_owned(), "line 30: a line feed"),
        (
            format!("{}\n{}\n", lines[1], lines[0]),
            "line 2: a card after",
        ),
        (
            format!("{}\n{}\n", lines[0], lines[0]),
            "line 2: a card after",
        ),
        (lines[0].replace("data", "date") + "\n", "line 1: an object"),
        (
            lines[0].replace("\"card\":\"", "\"card\":\"x") + "\n",
            "line 1: card, 64",
        ),
        (
            format!("{{\"card\":\"{}\",\"data\":\"\"}}\n", "a".repeat(64)),
            "line 1: data",
        ),
        ("x".repeat(9000), "line 1: at most"),
        (cards_file(31, "c"), "line 31: no more cards"),
    ] {
        let detail = put(LEAD, &sealed.root, &file).problem(422, "cards-content");
        assert!(detail.contains(told), "{detail}");
    }
    // Nothing of a file that was refused is left.
    server
        .get(&card(&cards_file(31, "c"), 0).0)
        .problem(404, "not-found");
    assert_eq!(put(LEAD, &sealed.root, &first).status, 201);
    assert_eq!(put(LEAD, &sealed.root, &first).status, 200);
    let (address, data) = card(&first, 4);
    server.get(&address).problem(404, "card-withheld");
    server
        .get(&format!("cards/{}", "0".repeat(64)))
        .problem(404, "not-found");
    server.get("cards/x").problem(400, "bad-request");

    county.due(KEY, &sealed.changes());
    server.get(&address).problem(404, "card-withheld");
    // Tokens were lost: new cards take the place of the first ones.
    assert_eq!(put(LEAD, &sealed.root, &second).status, 201);
    let late = put(LEAD, &sealed.root, &first).problem(422, "cards-content");
    assert!(late.contains("later"), "{late}");
    sealed.draw(KEY);
    server.get(&address).problem(404, "not-found");
    for n in 0..30 {
        let (address, data) = card(&second, n);
        let found = server.get(&address).good();
        assert_eq!(
            (&found["root"], &found["data"]),
            (&sealed.root.as_str().into(), &data)
        );
    }
    county.wait(1);
    assert_eq!(put(LEAD, &sealed.root, &first).status, 201);
    assert_eq!(server.get(&address).good()["data"], data);
    server.get(&card(&second, 0).0).problem(404, "not-found");

    // Another plan on the library, and its cards are withheld again.
    let mut changes = sealed.changes();
    changes.extend([
        ("check_from", "2026-06-01".into()),
        ("check_to", "2026-06-30".into()),
    ]);
    let later = "000000-SCJG/2026/02";
    county.plan(later, &changes).unwrap();
    server.get(&address).problem(404, "card-withheld");
    county.cancel(LEAD, later).unwrap();
    assert_eq!(server.get(&address).good()["data"], data);
}
