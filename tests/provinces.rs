//! A province's own codes, from a folder of rules to everything that a reader or a department meets, with the program as it is.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod portal;

use calamine::Reader as _;
use portal::*;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// A result of Shaanxi since 2026, and another province's of the same name; a kind of penalty.
const MORE: &str = r#"
[[code]]
list = "result"
code = "basically_qualified"
zh = "基本合格"
en = "Basically qualified"
aliases = ["基本达标"]
valid_from = "2026-01-01"
provinces = ["610000"]
negative = true
source = "invented for this test"
confirmed = false

[[code]]
list = "result"
code = "grade_b"
zh = "基本合格"
en = "Grade B"
provinces = ["330000"]
negative = false
source = "invented for this test"
confirmed = false

[[code]]
list = "penalty_kind"
code = "order_training"
zh = "责令参加培训"
en = "Order to attend training"
provinces = ["610000"]
source = "invented for this test"
confirmed = false
"#;

const SHAANXI: &str = "610323-SCJG";
const ZHEJIANG: &str = "330102-SCJG";

fn rules(folder: &Path) {
    for (name, text) in gongshi::rules::Rules::built_in_files() {
        let more = if *name == "codes.toml" { MORE } else { "" };
        std::fs::write(folder.join(name), format!("{text}{more}")).unwrap();
    }
}

fn get(portal: &Portal, path: &str) -> String {
    let address = portal.address.trim_end_matches('/');
    let mut answer = ureq::get(format!("{address}{path}")).call().unwrap();
    answer.body_mut().read_to_string().unwrap()
}

/// Waits until search has all entries.
fn settle(portal: &Portal) {
    let start = Instant::now();
    loop {
        let log: Value = serde_json::from_str(&get(portal, "/api/v1/log")).unwrap();
        if log["indexed"] == log["size"] {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{log}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn result(region: &str, code: &str, day: &str) -> String {
    let items =
        json!([{"item_code": "A01", "item_name": "年度报告公示信息检查", "outcome": [code]}]);
    json!({"subject_uscc": "91000000MA00000900", "subject_name": "示例餐饮有限公司", "region": region, "draw_basis": "complaint",
        "method": "on_site", "origin_reason": "群众投诉", "inspected_on": day, "completed_on": day, "outcome": [code], "items": items, "officer_count": 2})
    .to_string()
}

fn table(region: &str, day: &str) -> String {
    format!(
        "统一社会信用代码,企业名称,行政区划,检查来源,检查方式,检查日期,检查结果,检查事项,非抽取检查的缘由,检查人员人数\n\
         91000000MA00000900,示例餐饮有限公司,{region},投诉举报,现场检查,{day},基本达标,年报检查,群众投诉,2\n"
    )
}

#[test]
fn a_province_s_code_works_end_to_end() {
    let folder = tempfile::tempdir().unwrap();
    rules(folder.path());
    let portal = Portal::start_with(&["--rules", &folder.path().display().to_string()]);
    portal.register_in(SHAANXI, "610323");
    portal.register_in(ZHEJIANG, "330102");

    // Imported by its alias, by the names that the server has; published as a code.
    let header = portal.must("import --template inspection_result");
    assert!(header.contains("检查结果"), "{header}");
    portal.write("t.csv", &table("610323", "2026-03-02"));
    let import = "import --kind inspection_result --ignore-unknown";
    portal.must(&format!("{import} --key {SHAANXI}.key t.csv"));
    portal.write(
        "penalty.json",
        &json!({"subject_uscc": "91000000MA00000900", "subject_name": "示例餐饮有限公司", "region": "610323",
            "decision_no": "岐市监罚〔2026〕1号", "violation_type": "未按规定公示", "legal_basis": "某法第一条", "penalty_kinds":
            ["order_training"], "content": "责令参加培训", "decided_on": "2026-03-03", "severity": "general"})
        .to_string(),
    );
    let publish = |kind: &str, id: &str, file: &str| {
        portal.run(&format!("publish --kind {kind} --key {id}.key {file}"))
    };
    let penalty = publish("penalty", SHAANXI, "penalty.json");
    assert_eq!(code(&penalty), Some(0), "{penalty:?}");
    settle(&portal);

    // What readers meet: names, in both languages; the code in the interface.
    let record: Value = serde_json::from_str(&get(&portal, "/api/v1/records/3")).unwrap();
    assert_eq!(
        record["record"]["body"]["outcome"],
        json!(["basically_qualified"]),
        "{record}"
    );
    assert!(get(&portal, "/record/3").contains("基本合格"));
    assert!(get(&portal, "/en/record/3").contains("Basically qualified"));
    assert!(get(&portal, "/record/4").contains("责令参加培训"));
    let search = get(&portal, "/search");
    assert!(
        search.contains("code=result.basically_qualified"),
        "{search}"
    );
    let narrowed = get(&portal, "/search?code=result.basically_qualified");
    assert!(narrowed.contains("/record/3") && !narrowed.contains("/record/4"));
    assert!(narrowed.contains("基本合格"));
    let english = get(&portal, "/en/search?code=penalty_kind.order_training");
    assert!(english.contains("/record/4") && english.contains("Order to attend training"));
    let worded = get(&portal, "/search?q=%E5%9F%BA%E6%9C%AC%E5%90%88%E6%A0%BC");
    assert!(worded.contains("/record/3"), "{worded}");
    let stated = get(&portal, "/api/v1/rules");
    assert!(stated.contains("basically_qualified") && stated.contains("基本达标"));
    assert!(get(&portal, "/rules/codes").contains("基本合格"));

    // A template offers what may be used there.
    let offered = |region: &str| {
        let out = portal.path("form.xlsx");
        portal.must(&format!(
            "import --template inspection_result --format xlsx --region {region} --out form.xlsx"
        ));
        let mut book: calamine::Xlsx<_> = calamine::open_workbook(&out).unwrap();
        let sheets = book.sheet_names().to_vec();
        let notes = book.worksheet_range(&sheets[1]).unwrap();
        let cells = notes.used_cells().map(|(_, _, cell)| cell.to_string());
        cells.collect::<Vec<_>>().join("\n")
    };
    assert!(offered("610323").contains("基本合格"));
    assert!(!offered("510104").contains("基本合格") && offered("510104").contains("不合格"));

    // Elsewhere and earlier it is refused with what may be used there and then, before anything is sent and by the server.
    for (id, region, day, problem) in [
        (ZHEJIANG, "330102", "2026-03-02", "rule_code_not_here"),
        (SHAANXI, "610323", "2025-12-31", "rule_code_not_then"),
    ] {
        portal.write("r.json", &result(region, "basically_qualified", day));
        let refused = publish("inspection_result", id, "r.json");
        assert_eq!(code(&refused), Some(1), "{problem}: {refused:?}");
        let said = stderr(&refused);
        let words = match problem {
            "rule_code_not_here" => "不在 330000 使用",
            _ => "在 2025-12-31 不使用",
        };
        assert!(
            said.contains(words) && said.contains("发现问题待后续处理 (problem_pending)"),
            "{said}"
        );
        assert!(!said.contains("不合格 (unqualified)"), "{said}");
        assert_eq!(
            said.contains("基本合格 (grade_b)"),
            region == "330102",
            "{said}"
        );
    }
    portal.write("early.csv", &table("610323", "2025-12-31"));
    let early = portal.run(&format!("{import} --dry-run --key {SHAANXI}.key early.csv"));
    assert_eq!(code(&early), Some(1), "{early:?}");
    let said = String::from_utf8(early.stdout).unwrap();
    assert_eq!(said.matches("在 2025-12-31 不使用").count(), 1, "{said}");
    portal.write("unknown.json", &result("610323", "不合格", "2026-03-02"));
    let unknown = publish("inspection_result", SHAANXI, "unknown.json");
    assert!(
        stderr(&unknown).contains("基本合格 (basically_qualified)"),
        "{unknown:?}"
    );
}

/// Without a server: a folder's codes, or those of the program, which do not know the province's.
#[test]
fn a_table_is_checked_by_the_codes_named() {
    let folder = tempfile::tempdir().unwrap();
    rules(folder.path());
    let file = folder.path().join("t.csv");
    std::fs::write(&file, table("610323", "2026-03-02")).unwrap();
    let check = |more: &[&str]| {
        let command = std::process::Command::new(GONGSHI)
            .args([
                "import",
                "--kind",
                "inspection_result",
                "--ignore-unknown",
                "--dry-run",
            ])
            .args(more)
            .arg(&file)
            .env_remove("GONGSHI_SERVER")
            .output();
        command.unwrap()
    };
    let own = check(&["--rules", &folder.path().display().to_string()]);
    assert_eq!(code(&own), Some(0), "{own:?}");
    let built_in = check(&[]);
    assert_eq!(code(&built_in), Some(1), "{built_in:?}");
    assert!(String::from_utf8_lossy(&built_in.stdout).contains("规则中「检查结果」无此代码"));
    // A server that is meant and not there is told of.
    let absent = check(&["--server", "http://127.0.0.1:1"]);
    assert!(
        stderr(&absent).contains("按程序自带的代码表检查"),
        "{absent:?}"
    );
    std::fs::write(folder.path().join("codes.toml"), "code = 1").unwrap();
    let faulty = check(&["--rules", &folder.path().display().to_string()]);
    assert_eq!(code(&faulty), Some(2));
    assert!(stderr(&faulty).contains("codes.toml"), "{faulty:?}");
}
