//! Pages as the log's first entries have them, after corrections, removals, and what left since.

use crate::common::*;
use crate::support::*;
use crate::{drawn, folded};
use gongshi_verify::json::Value;

const FIRST: &str = "91000000MA00000900";

fn of(code: &str, body: Value) -> Value {
    with(body, "subject_uscc", code.into())
}

fn removal(code: &str, day: &str) -> Value {
    body(&format!(
        r#"{{"subject_uscc":"{code}","subject_name":"示例食品店","region":"000000","removed_on":"{day}","removed_reason":"reachable_again"}}"#
    ))
}

impl County {
    fn lists(&self, code: &str, day: &str) -> u64 {
        self.publish("abnormal_listing", listing(code, "示例食品店", day))
    }

    fn takes_off(&self, code: &str, listing: u64) -> u64 {
        let day = gongshi::domain::dates::day_in_china(self.now()).to_string();
        let removal = with(removal(code, &day), "listing", self.named(listing));
        self.publish("abnormal_removal", removal)
    }

    fn now(&self) -> i64 {
        use gongshi::intake::Clock as _;
        self.log.clock.now().unix()
    }

    fn corrects(&self, target: u64, kind: &str, body: Value) -> u64 {
        self.say(self.correction(target, kind, body)).unwrap()
    }

    fn is_as_if_folded_then(&self, codes: &[&str]) -> usize {
        self.wait_for_erasures();
        let codes = codes.iter().map(|code| (*code).to_owned()).collect();
        let log = &self.log.app.portal.log;
        folded::compare(log, self.model(), &codes, |_| true)
    }
}

#[test]
fn what_was_known_is_what_folding_up_to_there_makes() {
    let county = County::new();
    let [second, third] = [drawn::code(2), drawn::code(3)];
    let codes = [FIRST, second.as_str(), third.as_str()];
    for code in codes {
        county.publish("permit", of(code, permit("甲")));
    }
    // Moved away and back again: the one between had it for a while.
    let fined = county.publish("penalty", penalty("示罚1号", "general", "2026-02-27"));
    for code in [&second, &third, FIRST, &second] {
        let moved = penalty("示罚1号", "general", "2026-02-26");
        county.corrects(fined, "penalty", of(code, moved));
    }
    // Another name, from an earlier day.
    let older = with(of(FIRST, permit("乙")), "subject_name", "示例旧名店".into());
    county.publish("permit", with(older, "decided_on", "2025-01-05".into()));
    // Listed twice, and off again; the removal was meant for the other listing.
    let listings = ["2026-02-10", "2026-02-11"].map(|day| county.lists(FIRST, day));
    let removed = county.takes_off(FIRST, listings[0]);
    let day = gongshi::domain::dates::day_in_china(county.now()).to_string();
    for listing in [listings[1], listings[0], listings[1]] {
        let other = with(removal(FIRST, &day), "listing", county.named(listing));
        county.corrects(removed, "abnormal_removal", other);
    }
    // A removal that is withdrawn, one that is erased, and a listing that is.
    let again = county.takes_off(FIRST, listings[0]);
    county.say(county.withdrawal(again)).unwrap();
    let listed = county.lists(&second, "2026-03-01");
    let gone = county.takes_off(&second, listed);
    county.say(county.erasure(gone)).unwrap();
    let listed = county.lists(&third, "2026-03-01");
    county.say(county.withdrawal(listed)).unwrap();
    // A correction that is withdrawn, and the record with all its corrections.
    let fined = county.publish("penalty", penalty("示罚2号", "general", "2026-02-27"));
    let wrong = of(&third, penalty("示罚2号", "general", "2026-02-27"));
    let wrong = county.corrects(fined, "penalty", wrong);
    county.say(county.withdrawal(wrong)).unwrap();
    let fined = county.publish("penalty", penalty("示罚3号", "general", "2026-02-27"));
    let wrong = of(&third, penalty("示罚3号", "general", "2026-02-27"));
    county.corrects(fined, "penalty", wrong);
    county.say(county.withdrawal(fined)).unwrap();
    assert!(county.is_as_if_folded_then(&codes) > 10);
    county.is_as_if_folded_anew();
}

#[test]
fn a_page_as_it_stood_says_what_was_said_then_less_what_has_left() {
    let county = County::new();
    let fined = county.publish("penalty", penalty("示罚1号", "general", "2026-02-27"));
    let listed = county.lists(FIRST, "2026-03-01");
    let then = listed + 1;
    let removed = county.takes_off(FIRST, listed);
    let other = penalty("示罚9号", "general", "2026-02-27");
    let corrected = county.corrects(fined, "penalty", other);
    let later = county.publish("permit", permit("后来"));

    for prefix in ["", "/en"] {
        let enterprise = format!("{prefix}/enterprise/{FIRST}");
        let now = county.page(&enterprise, 200);
        let past = county.page(&format!("{enterprise}?as_of={then}"), 200);
        assert!(now.contains("示罚9号") && now.contains(&format!("/record/{removed}\"")));
        assert!(past.contains("示罚1号") && !past.contains("示罚9号"));
        assert!(past.contains(&format!("/record/{listed}\"")));
        for index in [removed, corrected, later] {
            assert!(!past.contains(&format!("/record/{index}\"")), "{index}");
        }
        assert!(now.contains("class=\"off\"") && !now.contains("class=\"on\""));
        assert!(past.contains("class=\"on\""));
        // That a listing is not shown says nothing of there having been none.
        let before = county.page(&format!("{enterprise}?as_of={listed}"), 200);
        assert!(before.contains("class=\"unsaid\"") && !before.contains("class=\"off\""));
        // It goes by a checkpoint, is not kept by search engines, and leads to the page of now.
        let root = county.log.app.portal.log.root_at(then).unwrap();
        assert!(past.contains(&gongshi_verify::encoding::base64(&root)));
        assert!(past.contains(&format!("<a href=\"{enterprise}\">")));
        assert!(past.contains(&format!("<link rel=\"canonical\" href=\"{enterprise}\">")));
        assert!(past.contains("content=\"noindex\""));
        assert!(!now.contains("content=\"noindex\""));
        // The page of now says where it can be found as it is.
        let size = county.log.app.portal.log.published().size();
        let link = format!("href=\"?as_of={size}\"");
        assert!(
            now.contains(&link) && !past.contains("href=\"?as_of="),
            "{now}"
        );
        // The other language has the same.
        let other = if prefix.is_empty() { "/en" } else { "" };
        assert!(past.contains(&format!("href=\"{other}/enterprise/{FIRST}?as_of={then}\"")));

        let record = format!("{prefix}/record/{fined}");
        let past = county.page(&format!("{record}?as_of={then}"), 200);
        assert!(past.contains("示罚1号") && !past.contains("示罚9号"));
        assert!(!past.contains(&format!("/record/{corrected}\"")));
        let past = county.page(&format!("{record}?as_of={}", corrected + 1), 200);
        assert!(past.contains("示罚9号"));
        let record = format!("{prefix}/record/{listed}");
        let page = |size| county.page(&format!("{record}?as_of={size}"), 200);
        let link = format!("/record/{removed}\"");
        assert!(!page(removed).contains(&link) && page(removed + 1).contains(&link));
        // What came later was not there.
        let text = county.page(&format!("{prefix}/record/{later}?as_of={then}"), 404);
        assert!(text.contains(&format!("#{later}")), "{text}");

        let list = format!("{prefix}/list/abnormal");
        assert!(
            county
                .page(&format!("{list}?as_of={then}"), 200)
                .contains(FIRST)
        );
        assert!(
            !county
                .page(&format!("{list}?as_of={}", then + 1), 200)
                .contains(FIRST)
        );
        let list = format!("{prefix}/list/permit");
        let link = format!("/record/{later}\"");
        assert!(county.page(&list, 200).contains(&link));
        assert!(
            !county
                .page(&format!("{list}?as_of={later}"), 200)
                .contains(&link)
        );
        // Nobody had heard of it.
        county.page(&format!("{enterprise}?as_of=1"), 404);
    }

    // What has left is not shown under old addresses either.
    county.say(county.withdrawal(fined)).unwrap();
    let past = county.page(&format!("/enterprise/{FIRST}?as_of={then}"), 200);
    assert!(!past.contains("示罚") && past.contains(&format!("/record/{listed}\"")));
    let gone = county.page(&format!("/record/{fined}?as_of={then}"), 410);
    assert!(!gone.contains("示罚") && !gone.contains("class=\"notice warn then\""));
}

#[test]
fn an_address_that_promises_what_there_is_not_is_told_so() {
    let county = County::new();
    county.publish("permit", permit("甲"));
    county.log.settle();
    let size = county.log.app.portal.log.published().size();
    let beyond = size + 1;
    for given in [
        "0",
        "-1",
        "x",
        "1.5",
        "01",
        "99999999999999999999",
        &beyond.to_string(),
    ] {
        for path in [
            "/en/record/0",
            &format!("/en/enterprise/{FIRST}"),
            "/en/list/permit",
            "/en/list/abnormal",
        ] {
            let page = county.page(&format!("{path}?as_of={given}"), 404);
            let told = format!("“as_of={given}” is no number of entries from 1 to {size}.");
            assert!(page.contains(&told), "{page}");
        }
    }
    // A page that is only of now does not pretend.
    for path in [
        "/",
        "/plans",
        "/search",
        "/statistics",
        "/double",
        "/log-state",
    ] {
        let page = county.page(&format!("/en{path}?as_of=2"), 400);
        assert!(page.contains("as it is now only"), "{path}");
    }
    assert_eq!(county.ask("/nowhere?as_of=2", "").status, 404);
    // Nothing asked for is nothing asked for.
    county.page("/record/0?as_of=", 200);
}
