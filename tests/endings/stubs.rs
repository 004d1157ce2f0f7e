//! What stands in the place of a record whose display has ended by the rules: its entry's page and its document, and nothing of what it said.

use crate::common::*;
use crate::served::Server;
use crate::support::*;
use gongshi::text::{Catalogue, Lang};

const RULE: &str = "samr107-minor@2025-12-25";

#[test]
fn an_expired_record_is_a_stub_that_leads_to_the_rule() {
    let county = County::new();
    let gone = county.publish("penalty", penalty("示罚-GONE-1号", "minor", "2026-02-27"));
    let stays = county.publish(
        "penalty",
        penalty("示罚-STAYS-2号", "general", "2026-02-27"),
    );
    county.log.settle();
    let server = Server::of(county.log.app.portal.clone());
    assert!(
        server
            .get(&format!("/record/{gone}"))
            .body
            .contains("GONE-1")
    );
    county.log.clock.advance_to(time("2026-06-02T16:00:00Z"));
    assert_eq!(county.log.app.end_displays().ended, 1);
    county.log.settle();
    let standing = county.log.app.portal.intake.standing();
    let by = standing.ended(gone).unwrap().unwrap().by;
    for (lang, base) in [(Lang::Zh, ""), (Lang::En, "/en")] {
        let say = |key: &str| {
            let text = Catalogue::built_in().get(lang, key, &[]);
            text.replace('\'', "&#39;").replace('"', "&quot;")
        };
        let got = server.get(&format!("{base}/record/{gone}"));
        assert_eq!(got.status, 410);
        for part in [
            say("page-ended-expiry"),
            say("page-end-expired-on"),
            say("page-end-rule"),
            say("page-end-by-term"),
            "<time datetime=\"2026-06-02\">".to_owned(),
            "第107号".to_owned(),
            format!("href=\"{base}/record/{by}\""),
            format!("href=\"/api/v1/proof/{gone}\""),
        ] {
            assert!(got.body.contains(&part), "{part}\n{}", got.body);
        }
        for part in ["GONE-1", "示例食品店", "91000000MA00000900", "明码标价"] {
            assert!(!got.body.contains(part), "{part}\n{}", got.body);
        }
        let expiry = server.get(&format!("{base}/record/{by}")).body;
        assert!(expiry.contains(&format!("<code>{RULE}</code></a> <span class=\"tag\">")));
        // The link leads to the row of that very version.
        let start = format!("<a href=\"{base}/rules/publication#");
        let (_, rest) = got
            .body
            .split_once(&start)
            .unwrap_or_else(|| panic!("{}", got.body));
        let (anchor, rest) = rest.split_once('"').unwrap();
        assert!(rest.starts_with(&format!("><code class=\"code\">{RULE}</code></a>")));
        let mark = say("page-rules-unconfirmed-tag");
        assert!(
            got.body
                .contains(&format!("<span class=\"tag\">{mark}</span>"))
        );
        let rules = server.get(&format!("{base}/rules/publication")).body;
        let (_, row) = rules.split_once(&format!("<tr id=\"{anchor}\">")).unwrap();
        let (row, _) = row.split_once("</tr>").unwrap();
        assert!(row.contains(&format!("<code>{RULE}</code>")), "{row}");
        assert_eq!(server.get(&format!("{base}/record/{stays}")).status, 200);
    }
    let got = server.get(&format!("/api/v1/records/{gone}"));
    assert_eq!(got.status, 200);
    let said: serde_json::Value = serde_json::from_str(&got.body).unwrap();
    assert_eq!(said["record"], serde_json::Value::Null);
    assert_eq!(said["ended"]["by"], by);
    assert_eq!(said["ended"]["kind"], "expiry");
    assert_eq!(said["ended"]["on"], "2026-06-02");
    assert_eq!(said["ended"]["reason"], RULE);
    assert_eq!(said["ended"]["authority"], OPERATOR);
    assert_eq!(said["ended"]["erased"], serde_json::Value::Null);
    assert!(!got.body.contains("GONE-1") && !got.body.contains("示例食品店"));
    let proof = server.get(&format!("/api/v1/proof/{gone}"));
    assert!(proof.status == 200 && proof.body.starts_with("c2sp.org/tlog-proof@v1"));
}

/// A listing that was removed has left by its removal, whatever its term is; and the page names no record that may name the subject.
#[test]
fn a_removed_listing_is_told_as_removed() {
    let county = County::new();
    let subject =
        r#""subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000""#;
    let listed = county.publish(
        "serious_listing",
        body(&format!(
            r#"{{{subject},"serious_category":"food_safety","reason":"示例理由。","listed_on":"2026-02-20",
            "restrictions":[{{"restriction":"key_supervision"}}],"legal_basis":"严重违法失信名单管理办法"}}"#
        )),
    );
    let removal = body(&format!(
        r#"{{{subject},"serious_removal_reason":"listed_in_error","removed_on":"2026-03-02"}}"#
    ));
    let removal = county.publish(
        "serious_removal",
        with(removal, "listing", county.named(listed)),
    );
    county.log.settle();
    county.log.clock.advance_to(time("2026-03-03T16:00:00Z"));
    assert_eq!(county.log.app.end_displays().ended, 1);
    county.log.settle();
    let server = Server::of(county.log.app.portal.clone());
    for (lang, base) in [(Lang::Zh, ""), (Lang::En, "/en")] {
        let say = |key: &str| Catalogue::built_in().get(lang, key, &[]);
        let got = server.get(&format!("{base}/record/{listed}"));
        assert_eq!(got.status, 410);
        assert!(
            got.body.contains(&say("page-end-by-removal")),
            "{}",
            got.body
        );
        assert!(!got.body.contains(&say("page-end-by-term")), "{}", got.body);
        let link = format!("/record/{removal}\"");
        assert!(!got.body.contains(&link), "{}", got.body);
    }
}
