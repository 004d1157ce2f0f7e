//! A target that is replaced although a result was published stays visible: where the plan's progress is told, and on task cards.

use crate::common::*;
use crate::server::*;
use crate::support::*;
use gongshi::text::{Arg, Catalogue, Lang};
use gongshi_verify::json::Value;
use gongshi_verify::names::PlanKey;
use serde_json::Value as Json;

#[test]
fn results_of_replaced_targets_are_told_unless_they_are_the_reason() {
    let county = County::new();
    let server = Server::start(&county);
    county.due(KEY, &[]);
    county.draw(KEY);
    let docket = county.log.app.portal.intake.docket();
    let mut targets = docket.targets(&PlanKey::parse(KEY).unwrap()).unwrap();
    targets.sort_by_key(|one| one.place);
    let (inspected, gone) = (&targets[0].target_id, &targets[1].target_id);
    let publish = |id: &str, outcome: &str| {
        let result = body(&format!(
            r#"{{"subject_uscc":"{id}","subject_name":"示例店","region":"000000","draw_basis":"drawn","method":"on_site",
            "plan_key":"{KEY}","inspected_on":"{}","outcome":["{outcome}"]}}"#,
            gongshi::domain::dates::day_in_china(county.now())
        ));
        county.say(LEAD, "inspection_result", result, None).unwrap()
    };
    let progress = || {
        county.log.settle();
        server.get(&format!("plans/{KEY}")).good()["progress"].clone()
    };
    let good = publish(inspected, "no_problem_found");
    let reason = publish(gone, "unreachable_at_registered_address");
    // What the result itself shows is why the target leaves.
    let replace = |leaving: &str, evidence: u64| {
        let body = county.substitute_body(KEY, leaving, "unreachable", evidence);
        let new = body
            .get("new_target_id")
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned();
        county.say(LEAD, "substitute", body, Some(KEY)).unwrap();
        new
    };
    replace(gone, reason);
    assert_eq!(progress()["replaced"], Json::Array(Vec::new()));
    let tasks = || server.get(&format!("plans/{KEY}/tasks/{LEAD}")).good()["tasks"].clone();
    let task = |new: &str| {
        let tasks = tasks();
        let mut all = tasks.as_array().unwrap().iter();
        all.find(|one| one["target_id"] == new).unwrap().clone()
    };
    let ground = [
        ("substitute_reason", Value::from("unreachable")),
        ("target_id", inspected.as_str().into()),
    ];
    let ground = county.ground(LEAD, KEY, &ground).unwrap();
    let new = replace(inspected, ground);
    assert_eq!(progress()["replaced"], serde_json::json!([good]));
    assert_eq!(task(&new)["replaced_result"], good);
    let page = |path: &str| {
        let reply = server.page(path);
        assert_eq!(reply.status, 200, "{path}");
        String::from_utf8(reply.body).unwrap()
    };
    for (lang, prefix) in [(Lang::Zh, ""), (Lang::En, "en/")] {
        let count = [("n", Arg::Number(1)), ("n_text", Arg::Text("1".to_owned()))];
        let said = Catalogue::built_in().get(lang, "page-replaced", &count);
        for path in [
            format!("{prefix}plans/{KEY}"),
            format!("{prefix}draws/{KEY}"),
        ] {
            let html = page(&path);
            assert_eq!(html.matches(&said).count(), 1, "{path}");
            let notice = html.split(&said).nth(1).unwrap();
            let notice = notice.split("</div>").next().unwrap();
            assert!(notice.contains(&format!("/record/{good}\"")), "{notice}");
            assert!(!notice.contains(&format!("/record/{reason}\"")), "{notice}");
        }
        let said = Catalogue::built_in().get(lang, "page-tasks-replaced", &[]);
        let html = page(&format!("{prefix}plans/{KEY}/tasks/{LEAD}"));
        assert_eq!(html.matches(&said).count(), 1);
        let said = Catalogue::built_in().get(lang, "page-record-drawn-replaced", &[]);
        assert!(page(&format!("{prefix}record/{good}")).contains(&said));
    }
}
