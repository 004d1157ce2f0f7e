//! The papers of an application that was accepted. Taiyuan: all but the form may follow within three working days, on a reason three more; who
//! breaks the promise has no such way for three years. Elsewhere no paper may follow.

use crate::common::*;
use crate::support::*;
use gongshi_verify::json::Value;

fn accepted(county: &County, target: u64, papers: &[&str]) -> Value {
    let body = with(county.application(target), "acceptance", "accepted");
    let body = with(body, "accepted_on", "2026-02-27");
    with(body, "documents", codes(papers))
}

#[test]
fn an_accepted_application_names_all_papers() {
    let county = County::new();
    let here = |body: Value| with(body, "region", "610323");
    let listed = county
        .say(COUNTY, "abnormal_listing", here(listing("2026-02-20")))
        .unwrap();
    let say = |body: Value| code(county.say(COUNTY, "repair_application", here(body)));
    let papers = |papers: &[&str]| accepted(&county, listed, papers);
    assert_eq!(
        say(papers(&["application_form", "promise"])),
        "papers_missing"
    );
    assert_eq!(
        say(papers(&["application_form", "promise", "photo"])),
        "rule_code_unknown"
    );
    assert_eq!(say(without(papers(&[]), "documents")), "papers_missing");
    let gaps = with(
        papers(&["application_form", "promise"]),
        "acceptance",
        "accepted_with_gaps",
    );
    let gaps = with(gaps, "missing_documents", codes(&["rectification"]));
    let gaps = with(gaps, "documents_due_on", "2026-03-03");
    assert_eq!(say(gaps), "no_gaps");
    let all = ["application_form", "promise", "rectification", "identity"];
    let good = with(papers(&all), "other_documents", codes(&["授权委托书"]));
    assert_eq!(say(good).get(..8), Some("accepted"));
}

struct Taiyuan(County, u64);

impl Taiyuan {
    fn new() -> Self {
        let county = County::new();
        let body = with(listing("2026-02-20"), "region", "140100");
        let listed = county.say(TAIYUAN, "abnormal_listing", body).unwrap();
        Taiyuan(county, listed)
    }

    /// Accepted on Friday 2026-02-27, with these papers to follow.
    fn gaps(&self, missing: &[&str], due: &str) -> Value {
        let all = ["application_form", "promise", "rectification"];
        let there: Vec<_> = all
            .into_iter()
            .filter(|code| !missing.contains(code))
            .collect();
        let body = with(
            accepted(&self.0, self.1, &there),
            "acceptance",
            "accepted_with_gaps",
        );
        let body = with(body, "region", "140100");
        let body = with(body, "missing_documents", codes(missing));
        with(body, "documents_due_on", due)
    }

    fn say(&self, body: Value) -> String {
        code(self.0.say(TAIYUAN, "repair_application", body))
    }
}

#[test]
fn some_papers_follow_where_the_place_says_so() {
    let taiyuan = Taiyuan::new();
    assert_eq!(
        taiyuan.say(taiyuan.gaps(&["application_form"], "2026-03-03")),
        "paper_main"
    );
    assert_eq!(
        taiyuan.say(taiyuan.gaps(&["identity"], "2026-03-03")),
        "paper_main"
    );
    let twice = with(
        taiyuan.gaps(&["promise"], "2026-03-03"),
        "documents",
        codes(&["application_form", "promise", "rectification"]),
    );
    assert_eq!(taiyuan.say(twice), "paper_twice");
    // Working days after 27 February: Saturday 28 is worked for the Spring Festival, then 2, 3, 4, 5, 6 March.
    assert_eq!(
        taiyuan.say(taiyuan.gaps(&["promise"], "2026-03-07")),
        "papers_late"
    );
    assert_eq!(
        taiyuan
            .say(taiyuan.gaps(&["promise", "rectification"], "2026-03-06"))
            .get(..8),
        Some("accepted")
    );
}

#[test]
fn who_broke_such_a_promise_has_no_such_way() {
    let taiyuan = Taiyuan::new();
    let promise = |checked: &str, promise_type: &str| {
        let body = with(
            about(&format!(
                r#""promise_type":"{promise_type}","content":"补齐材料。","promised_on":"2022-01-05","fulfilment":"broken","checked_on":"{checked}""#
            )),
            "region",
            "140100",
        );
        taiyuan.0.say(TAIYUAN, "credit_promise", body).unwrap()
    };
    promise("2026-01-12", "industry_discipline");
    // Three years from 2023-02-26 end on 2026-02-26; from the day after it is open.
    promise("2023-02-26", "credit_repair");
    let open = taiyuan.gaps(&["promise"], "2026-03-03");
    let barred = promise("2023-02-27", "credit_repair");
    assert_eq!(taiyuan.say(open.clone()), "gap_barred");
    let _ = barred;
    taiyuan.0.log.clock.advance_to(time("2026-03-03T08:00:00Z"));
    let later = with(open, "accepted_on", "2026-02-28");
    assert_eq!(taiyuan.say(later).get(..8), Some("accepted"));
}

/// What was found only after the papers were let follow, or was logged after that, is not held against it.
#[test]
fn a_promise_broken_later_bars_no_earlier_acceptance() {
    let taiyuan = Taiyuan::new();
    let county = &taiyuan.0;
    let broken = |checked: &str| {
        let body = about(&format!(
            r#""promise_type":"credit_repair","content":"补齐材料。","promised_on":"2026-01-05","fulfilment":"broken","checked_on":"{checked}""#
        ));
        let body = with(body, "region", "140100");
        county.say(TAIYUAN, "credit_promise", body).unwrap()
    };
    broken("2026-02-28");
    let gaps = taiyuan.gaps(&["promise"], "2026-03-03");
    let application = county
        .say(TAIYUAN, "repair_application", gaps.clone())
        .unwrap();
    // Of before the acceptance, but told after it.
    broken("2026-02-26");
    let correction = Value::object([
        ("corrected_body", with(gaps, "application_no", "修复2026-1")),
        ("decided_on", "2026-03-02".into()),
        ("reason", "登记时写错。".into()),
        ("region", "140100".into()),
        ("target", county.named(application)),
        ("target_kind", "repair_application".into()),
    ]);
    let event = county.event(TAIYUAN, "correction", Some(application), correction);
    county.log.accept(vec![event]).remove(0).unwrap();
    let other = county.say(
        TAIYUAN,
        "abnormal_listing",
        with(listing("2026-02-21"), "region", "140100"),
    );
    let barred = Taiyuan(taiyuan.0, other.unwrap());
    let again = barred.gaps(&["promise"], "2026-03-03");
    assert_eq!(barred.say(again), "gap_barred");
}
