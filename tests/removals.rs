//! A table of removals as departments have them: it gives the day of each listing, and the log its entry. With the program as it is.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod portal;

use portal::*;
use serde_json::Value;

const LISTING: &str = r#"{"subject_uscc":"91000000MA00000900","subject_name":"示例公司","region":"000000",
 "listed_reason":"unreachable","listed_on":"2026-03-02"}"#;

#[test]
fn a_row_names_the_listing_that_the_log_has_of_its_day() {
    let portal = Portal::start();
    portal.register("000000-SCJG");
    portal.write("listing.json", LISTING);
    let publish = "publish --kind abnormal_listing --key 000000-SCJG.key listing.json";
    let listed: u64 = portal.must(publish).trim().parse().unwrap();
    // The first is in the log, the second is older, and so is the third, which says its ground.
    let head = "统一社会信用代码,企业名称,行政区划代码,列入日期,列入原因,移出原因,移出日期";
    let row = |listed_on: &str, ground: &str| {
        format!("91000000MA00000900,示例公司,000000,{listed_on},{ground},重新取得联系,2026-03-09")
    };
    let rows = [
        row("2026-03-02", ""),
        row("2019-07-08", ""),
        row("2019-07-09", "失联"),
    ];
    portal.write("removals.csv", &format!("{head}\n{}\n", rows.join("\n")));
    let import = "import --kind abnormal_removal --key 000000-SCJG.key removals.csv";
    let done = portal.run(import);
    assert_eq!(code(&done), Some(0), "{done:?}");
    let address = portal.address.trim_end_matches('/');
    let get = |path: String| -> Value {
        let mut answer = ureq::get(format!("{address}{path}")).call().unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    };
    let size = get("/api/v1/log".to_owned())["size"].as_u64().unwrap();
    assert_eq!(size, listed + 4);
    let said: Vec<Value> = (listed + 1..size)
        .map(|index| get(format!("/api/v1/records/{index}"))["record"]["body"].clone())
        .collect();
    let hash = get(format!("/api/v1/records/{listed}"))["leaf_hash"].clone();
    let (named, older): (Vec<_>, Vec<_>) =
        said.iter().partition(|body| body["listing"].is_object());
    assert_eq!((named.len(), older.len()), (1, 2));
    assert_eq!(named[0]["listing"]["index"], listed);
    assert_eq!(named[0]["listing"]["leaf_hash"], hash);
    // The day that the table gave stands beside it.
    assert_eq!(named[0]["listed_on"], "2026-03-02");
    // Sent again, it is there already, although the listing has been ended by now.
    let again = portal.run(import);
    assert_eq!(code(&again), Some(0), "{again:?}");
    assert_eq!(get("/api/v1/log".to_owned())["size"], size);
    // Without what the first run noted, nothing is said twice either.
    for file in std::fs::read_dir(portal.path(".")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|end| end == "gongshi-journal") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let anew = portal.run(import);
    assert_eq!(code(&anew), Some(1), "{anew:?}");
    let told = String::from_utf8_lossy(&anew.stdout).into_owned() + &stderr(&anew);
    assert_eq!(told.matches("（removed_already）").count(), 3, "{told}");
    assert_eq!(get("/api/v1/log".to_owned())["size"], size);
}
