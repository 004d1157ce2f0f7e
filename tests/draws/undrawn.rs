//! Before a sealed draw is opened, a result of any object of its library is taken; once it is open, everyone is told which of
//! them are of objects that were not drawn.

use crate::audit::audited;
use crate::common::*;
use crate::sealed::SealedCounty;
use crate::server::*;
use crate::support::*;
use gongshi::text::{Arg, Catalogue, Lang};
use serde_json::Value as Json;

#[test]
fn after_the_opening_everyone_learns_of_results_for_objects_that_were_not_drawn() {
    let sealed = SealedCounty::new();
    let county = &sealed.county;
    let server = Server::start(county);
    county.due(KEY, &sealed.changes());
    let (_, list) = sealed.draw(KEY);
    let is_drawn = |id: &String| list.contains(&format!("|{id}|"));
    let (drawn, others): (Vec<String>, Vec<String>) = (0..30).map(code).partition(is_drawn);
    let publish = |who: &str, id: &str| {
        let result = body(&format!(
            r#"{{"subject_uscc":"{id}","subject_name":"示例店","region":"000000","draw_basis":"drawn","method":"on_site",
            "plan_key":"{KEY}","inspected_on":"{}","outcome":["no_problem_found"]}}"#,
            gongshi::domain::dates::day_in_china(county.now())
        ));
        county.say(who, "inspection_result", result, None).unwrap()
    };
    let undrawn = [publish(LEAD, &others[0]), publish(PARTNER, &others[1])];
    let right = publish(LEAD, &drawn[0]);
    let progress = || {
        county.log.settle();
        server.get(&format!("plans/{KEY}")).good()["progress"].clone()
    };
    let pages = || {
        let paths = [format!("plans/{KEY}"), format!("draws/{KEY}")];
        let of = |path: &String| [(Lang::Zh, path.clone()), (Lang::En, format!("en/{path}"))];
        paths.iter().flat_map(of).collect::<Vec<_>>()
    };
    let page = |path: &str| {
        let reply = server.page(path);
        assert_eq!(reply.status, 200, "{path}");
        String::from_utf8(reply.body).unwrap()
    };
    let said = |lang: Lang| {
        let count = [("n", Arg::Number(2)), ("n_text", Arg::Text("2".to_owned()))];
        Catalogue::built_in().get(lang, "page-undrawn", &count)
    };
    assert_eq!(progress()["undrawn"], Json::Null);
    for (lang, path) in pages() {
        assert!(!page(&path).contains(&said(lang)), "{path}");
    }

    // The record's own page says which draw it is of, and once the list is open whether its target is on it.
    let record = |index: u64, word: &str| {
        for (lang, prefix) in [(Lang::Zh, ""), (Lang::En, "en/")] {
            let html = page(&format!("{prefix}record/{index}"));
            let said = Catalogue::built_in().get(lang, &format!("page-record-{word}"), &[]);
            assert!(html.contains(&said), "{index}: {word}");
            assert!(html.contains(&format!("/draws/{KEY}\"")), "{index}");
        }
    };
    for index in [undrawn[0], right] {
        record(index, "draw-sealed");
    }

    let nothing = (Vec::new(), Vec::new());
    assert_eq!(audited(county), nothing);

    sealed.open(KEY, &list);
    assert_eq!(audited(county), (Vec::new(), undrawn.to_vec()));
    record(undrawn[0], "not-on-list");
    record(right, "on-list");
    let found = progress();
    assert_eq!(found["undrawn"], serde_json::json!(undrawn));
    assert_eq!(found["inspected"], 1);
    for (lang, path) in pages() {
        let html = page(&path);
        assert!(html.contains(&said(lang)), "{path}");
        let notice = html.split(&said(lang)).nth(1).unwrap();
        let notice = notice.split("</div>").next().unwrap();
        for index in undrawn {
            assert!(notice.contains(&format!("/{index}\"")), "{notice}");
        }
        assert!(!notice.contains(&format!("/{right}\"")), "{notice}");
    }
}
