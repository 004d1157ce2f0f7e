//! Codes of the open lists: all that the program knows are there, and place and day are asked.

use crate::case::day;
use gongshi::domain::{CodeList, Kind, Region, View};
use gongshi::rules::{Code, CodeFault, Facts, Later, Rules, System};
use gongshi::text::{Catalogue, Lang};
use serde_json::json;

fn region(text: &str) -> Region {
    Region::parse(text).unwrap()
}

/// One code, two places for its names: they say the same.
#[test]
fn codes_of_the_program_are_named_as_in_the_catalogues() {
    let catalogue = Catalogue::built_in();
    for list in CodeList::ALL.iter().filter(|list| list.is_open()) {
        for code in list.codes() {
            let named: Vec<&Code> = Rules::built_in()
                .codes(*list)
                .filter(|one| one.code == *code)
                .collect();
            assert!(!named.is_empty(), "{} {code}", list.name());
            for one in named {
                assert_eq!(one.zh, catalogue.code(Lang::Zh, list.name(), code));
                assert_eq!(one.en, catalogue.code(Lang::En, list.name(), code));
            }
        }
    }
}

#[test]
fn a_code_is_used_in_its_places_and_on_its_days() {
    let rules = Rules::built_in();
    let list = CodeList::ResultCode;
    let ask = |code: &str, province: &str, on: &str| {
        rules
            .code(list, code, region(province), day(on))
            .map(|code| code.negative)
    };
    assert_eq!(ask("unqualified", "510000", "2025-08-14"), Ok(true));
    assert_eq!(
        ask("unqualified", "510000", "2025-08-13"),
        Err(CodeFault::NotThen {
            day: day("2025-08-13")
        })
    );
    let province = region("610000");
    assert_eq!(
        ask("unqualified", "610000", "2026-01-05"),
        Err(CodeFault::NotHere { province })
    );
    assert_eq!(ask("no_problem_found", "610000", "2026-01-05"), Ok(false));
    assert_eq!(
        ask("nothing", "610000", "2026-01-05"),
        Err(CodeFault::Unknown { list })
    );
    let list = CodeList::RepairKind;
    let ask = |province: &str, on: &str| {
        rules
            .code(list, "result_stop", region(province), day(on))
            .is_ok()
    };
    assert!(
        ask("500000", "2025-08-14") && ask("500000", "2025-12-25") && ask("610000", "2025-12-25")
    );
    assert!(!ask("500000", "2025-08-13") && !ask("610000", "2025-12-24"));
}

#[test]
fn a_body_is_searched_for_codes_of_elsewhere() {
    let body = json!({
        "inspected_on": "2026-02-10", "outcome": ["unqualified", "problem_pending"],
        "items": [{"item_name": "x", "outcome": ["unqualified"]}],
    });
    let facts = |province: &str| Facts {
        body: View::new(Kind::InspectionResult, body.as_object().unwrap()),
        published_on: day("2026-02-11"),
        province: region(province),
        system: System::MarketSupervision,
        later: Later::default(),
    };
    let rules = Rules::built_in();
    let faults = rules.code_faults(&facts("610000"));
    let paths: Vec<&str> = faults.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["outcome[0]", "items[0].outcome[0]"]);
    assert!(rules.code_faults(&facts("510000")).is_empty());
}
