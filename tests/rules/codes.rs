//! Codes of the open lists: all that the program knows are there, and place and day are asked.

use crate::case::day;
use gongshi::domain::codes::{CodeMisuse, NO_PROBLEM_FOUND};
use gongshi::domain::{CodeList, Kind, Problem, Region, View};
use gongshi::rules::{CodeFault, Codes, Facts, Later, Place, Rules, System};
use gongshi::text::{Catalogue, Lang, keys};
use serde_json::json;

fn region(text: &str) -> Region {
    Region::parse(text).unwrap()
}

/// The one code of an open list that a sentence of the form names is called there as in the rules; no other is in the catalogues.
#[test]
fn the_catalogues_name_no_code_of_the_rules_but_one() {
    let mut named = Vec::new();
    for key in keys(Lang::Zh) {
        let code = key
            .strip_prefix("code-")
            .and_then(|key| key.split_once('-'));
        let open = |(list, code)| {
            let list = CodeList::of_name(list).filter(|list| list.is_open())?;
            Some((list, code))
        };
        named.extend(
            code.and_then(open)
                .map(|(list, code): (_, &str)| (list, code.to_owned())),
        );
    }
    assert_eq!(named, [(CodeList::ResultCode, NO_PROBLEM_FOUND.to_owned())]);
    let codes = Rules::built_in().codes();
    let mut said = codes.of(CodeList::ResultCode);
    let said = said.find(|code| code.code == NO_PROBLEM_FOUND).unwrap();
    for (lang, name) in [(Lang::Zh, &said.zh), (Lang::En, &said.en)] {
        let list = CodeList::ResultCode.name();
        assert_eq!(
            &Catalogue::built_in().code(lang, list, NO_PROBLEM_FOUND),
            name
        );
    }
}

/// A code that was renamed: each record shows the name of its day, and one that no version covers the nearest there is.
#[test]
fn a_code_is_called_by_the_name_of_its_place_and_day() {
    let version = |zh: &str, from: Option<&str>, to: Option<&str>, provinces: &[&str]| {
        json!({"code": "fair", "zh": zh, "en": zh, "valid_from": from, "valid_to": to, "provinces": provinces, "negative": false,
            "source": "x", "confirmed": false})
    };
    let codes = Codes::from_json(json!({"result": [
        version("旧名", None, Some("2025-12-31"), &["510000"]),
        version("新名", Some("2026-01-01"), None, &["510000"]),
        version("别省名", Some("2026-01-01"), None, &["330000"]),
    ]}))
    .unwrap();
    let name = |province: &str, on: &str| {
        let place = Place {
            province: region(province),
            day: day(on),
        };
        codes
            .named(CodeList::ResultCode, "fair", place)
            .unwrap()
            .zh
            .clone()
    };
    assert_eq!(name("510000", "2025-12-31"), "旧名");
    assert_eq!(name("510000", "2026-01-01"), "新名");
    assert_eq!(name("330000", "2026-01-01"), "别省名");
    assert_eq!(name("330000", "2025-12-31"), "别省名");
    assert!(["新名", "别省名"].contains(&name("610000", "2026-01-01").as_str()));
}

#[test]
fn a_code_is_used_in_its_places_and_on_its_days() {
    let rules = Rules::built_in();
    let list = CodeList::ResultCode;
    let ask = |code: &str, province: &str, on: &str| {
        rules
            .codes()
            .get(list, code, region(province), day(on))
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
            .codes()
            .get(list, "result_stop", region(province), day(on))
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
    let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["outcome[0]", "items[0].outcome[0]"]);
    let Problem::CodeInvalid(invalid) = &faults[0].problem else {
        panic!("{faults:?}")
    };
    let province = "610000".to_owned();
    assert_eq!(invalid.why, CodeMisuse::NotHere { province });
    let told: Vec<&str> = invalid.valid.iter().map(|one| one.code.as_str()).collect();
    assert!(told.contains(&"problem_pending") && !told.contains(&"unqualified"));
    assert!(rules.code_faults(&facts("510000")).is_empty());
}
