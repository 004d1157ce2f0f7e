//! Records that leave, or are set right, by the department's own commands: two people, two keys, one log.

use crate::department::Desk;
use gongshi::ingest::{Client, ClientError, KeyFile};
use gongshi_verify::names::Origin;
use gongshi_verify::note::{KeyKind, SignerKey};
use gongshi_verify::report::{Verdict, verify_proof_file, verify_record_file};
use gongshi_verify::time::Timestamp;
use serde_json::{Value, json};

/// What two people sign with: `k` and `k2` are the department's, `o` another's.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.must(
        "keygen --authority 000000-SCJG --origin log.example/test --out k2 --request k2.json",
    );
    desk.must("authority add-key --key data/keys/operator.key --request k2.json");
    desk
}

fn permit(number: &str) -> Value {
    json!({
        "subject_uscc": "91000000MA00000900", "subject_name": "示例食品店", "region": "000000",
        "permit_name": "食品经营许可证", "permit_no": number, "permit_kind": "general",
        "content": "食品销售", "decided_on": "2023-07-30", "valid_from": "2023-07-30",
    })
}

fn publish(desk: &Desk, number: &str) -> u64 {
    desk.publish("permit", permit(number), "").parse().unwrap()
}

fn state(desk: &Desk, index: u64) -> Value {
    serde_json::from_slice(&desk.get(&format!("records/{index}")).1).unwrap()
}

/// What a court finds: the kept copy under the proof kept with it, and under what the log proves now.
fn in_court(desk: &Desk, folder: &str, index: u64) -> [Verdict; 3] {
    let read = |name: &str| std::fs::read(desk.path(&format!("{folder}/{name}"))).unwrap();
    let (proof, record) = (
        read(&format!("{index}.tlog-proof")),
        read(&format!("{index}.json")),
    );
    let now = desk.get(&format!("proof/{index}")).1;
    let policy = desk.policy();
    [
        verify_proof_file(&proof, &policy).unwrap().verdict,
        verify_proof_file(&now, &policy).unwrap().verdict,
        verify_record_file(&record, &now, &policy).unwrap().verdict,
    ]
}

const KEPT: [Verdict; 3] = [Verdict::Verified, Verdict::EntryOnly, Verdict::Verified];

#[test]
fn two_people_on_two_machines_end_the_display_of_a_record() {
    let desk = desk();
    let index = publish(&desk, "XK-1");
    let beside = publish(&desk, "XK-2");
    let size = desk.size();
    let withdraw = format!(
        "withdraw {index} --reason published_in_error --legal-basis 企业信息公示暂行条例 --key k --request r"
    );
    let said = desk.refused(0, &format!("{withdraw} --check"));
    assert!(said.contains("Nothing was sent"), "{said}");
    assert!(!desk.path("r").exists() && !desk.path("withdrawn").exists());
    let said = desk.refused(0, &withdraw);
    for part in [
        ": Permit",
        "Number: XK-1",
        "示例食品店 91000000MA00000900",
        "Day: 2023-07-30",
        "000000-SCJG",
        "Published in error",
        "企业信息公示暂行条例",
        "No other public record refers to it",
        "approves it by 2023-08-08T00:00:0",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let there = desk.refused(2, &withdraw);
    assert!(there.contains("r is there already"), "{there}");
    assert_eq!(desk.size(), size);

    // Whoever may not approve it, and what must not be approved.
    let good = desk.read("r");
    let refused = |line: &str, part: &str| {
        let said = desk.refused(2, line);
        assert!(said.contains(part), "{line}: {said}");
    };
    refused("approve r --key k --yes", "signed the request itself");
    refused("approve r --key o --yes", "is by 000000-SCJG");
    desk.must("keygen --authority 000000-SCJG --origin log.example/test --out k3");
    refused(
        "approve r --key k3 --yes",
        "this key is not a key of 000000-SCJG",
    );
    for (name, text, part) in [
        ("altered", good.replace("条例", "办法"), "it was altered"),
        ("half", good[..good.len() / 2].to_owned(), "line 2"),
        (
            "short",
            good.lines().next().unwrap().to_owned() + "\n",
            "not whole: it says 1 records and has 0",
        ),
        (
            "elsewhere",
            good.replace("log.example/test", "log.example/other"),
            "for the log log.example/other",
        ),
        ("none", "{}".to_owned(), "not a request to approve"),
    ] {
        desk.write(name, &text);
        refused(&format!("approve {name} --key k2 --yes"), part);
    }
    refused("approve r --key k2", "Not confirmed");
    assert!(desk.answered("approve r --key k2", "yes\n").is_err());
    assert_eq!(desk.size(), size);
    assert!(state(&desk, index)["record"].is_object());

    let said = desk.refused(0, "approve r --key k2 --check");
    assert!(
        said.contains("Signed by 000000-SCJG") && said.contains("XK-1"),
        "{said}"
    );
    let (out, _) = desk
        .answered("approve r --key k2", "withdrawal 1\n")
        .unwrap();
    assert_eq!(out, format!("{index}\t{size}\n"));
    let now = state(&desk, index);
    assert_eq!(now["record"], Value::Null);
    let ended = &now["ended"];
    assert_eq!(
        (&ended["by"], &ended["kind"], &ended["erased"]),
        (&json!(size), &json!("withdrawal"), &Value::Null)
    );
    assert_eq!(in_court(&desk, "withdrawn", index), KEPT);
    for name in ["json", "tlog-proof"] {
        assert_eq!(desk.mode(&format!("withdrawn/{index}.{name}")), 0o600);
    }

    // Again, nothing is withdrawn twice, whoever runs what.
    assert_eq!(desk.must("approve r --key k2"), format!("{index}\t{size}"));
    let both = withdraw.replace("--request r", "--second-key k2");
    assert_eq!(desk.must(&both), format!("{index}\t{size}"));
    assert_eq!(desk.size(), size + 1);
    assert!(state(&desk, beside)["record"].is_object());
}

#[test]
fn a_request_is_approved_within_seven_days_or_never() {
    let desk = desk();
    let index = publish(&desk, "XK-1");
    desk.must(&format!(
        "withdraw {index} --reason not_publishable --legal-basis 法 --key k --request r"
    ));
    desk.at("2023-08-08T00:00:01Z");
    let size = desk.size();
    let said = desk.refused(2, "approve r --key k2 --yes");
    assert!(
        said.contains("for 7 days, until 2023-08-08T00:00:00Z"),
        "{said}"
    );
    assert_eq!(desk.size(), size);
}

#[test]
fn a_list_is_withdrawn_whole_and_its_faults_are_told_by_line() {
    let desk = desk();
    let all: Vec<u64> = (0..4).map(|n| publish(&desk, &format!("XK-{n}"))).collect();
    desk.write(
        "list.txt",
        &format!("# 处罚\n{}\nx\n{}\n999\n0\n4\n", all[0], all[0]),
    );
    let line = "withdraw --list list.txt --reason decision_annulled --legal-basis 法 --key k --second-key k2";
    let said = desk.refused(1, line);
    for part in ["Line 3: expected the index", "Line 4: entry", "Faulty: 2"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let foreign = desk.must("keygen --authority 000000-GZC --origin log.example/test --out x");
    assert!(foreign.contains("000000-GZC"));
    desk.write("list.txt", &format!("{}\n999\n0\n4\n", all[0]));
    let size = desk.size();
    let said = desk.refused(1, line);
    for part in [
        "Line 2: the log has no entry 999",
        "Line 3: Entry 0: an entry of the kind “Authority",
        "Line 4: Entry 4: an entry of the kind",
        "Faulty: 3",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    for (from, to, part) in [
        ("--second-key k2", "--second-key k", "both are the same key"),
        (
            "--second-key k2",
            "--second-key o",
            "the second key is of 000000-SFJ",
        ),
        ("--second-key k2", "--second-key list.txt", "list.txt"),
        ("--second-key k2", "", "--request"),
        ("decision_annulled", "mood", "published_in_error"),
        ("--list list.txt", "", "INDEX"),
        ("--list list.txt", "--list absent", "absent"),
        (
            "--key k ",
            "--key o ",
            "of 000000-SCJG, the first of 000000-SFJ",
        ),
    ] {
        let said = desk.refused(2, &line.replace(from, to));
        assert!(said.contains(part), "{to}: {said}");
    }
    assert_eq!(desk.size(), size);
    assert!(!desk.path("withdrawn").exists());

    // A run that ended in between: the first two have left.
    desk.write("list.txt", &format!("{}\n{}\n", all[0], all[1]));
    let first = desk.must(line);
    assert_eq!(
        first,
        format!("{}\t{size}\n{}\t{}", all[0], all[1], size + 1)
    );
    let whole: String = all.iter().map(|index| format!("{index}\n")).collect();
    desk.write("list.txt", &whole);
    let out = desk.must(&format!("{line} --lang zh"));
    assert!(out.starts_with(&first), "{out}");
    assert_eq!(out.lines().count(), 4);
    assert_eq!(desk.must(line).lines().count(), 4);
    assert_eq!(desk.size(), size + 4);
    assert!(
        all.iter()
            .all(|index| state(&desk, *index)["record"].is_null())
    );
}

#[test]
fn what_refers_to_a_record_is_shown_and_stays_and_its_corrections_leave_with_it() {
    let desk = desk();
    let index = publish(&desk, "XK-1");
    let correction = desk.index(&format!(
        "correct {index} --set content=餐饮服务 --because 写错 --key k"
    ));
    let objection = json!({
        "subject_uscc": "91000000MA00000900", "subject_name": "示例食品店", "region": "000000",
        "target": {"index": index, "leaf_hash": state(&desk, index)["leaf_hash"]},
        "objection_type": "content_wrong", "objection_text": "内容有误", "filed_on": "2023-07-31",
    });
    let published = desk.publish("objection", objection, "");
    // Behind the index stands the receipt code.
    let objection: u64 = published.split(' ').next().unwrap().parse().unwrap();
    let said = desk.refused(
        0,
        &format!(
            "withdraw {index} --reason decision_changed --legal-basis 法 --key k --second-key k2"
        ),
    );
    assert!(
        said.contains(&format!("Its corrections leave with it: {correction}"))
            && said.contains(&format!("Entry {objection}: ")),
        "{said}"
    );
    assert_eq!(in_court(&desk, "withdrawn", index), KEPT);
    assert_eq!(in_court(&desk, "withdrawn", correction), KEPT);
    assert!(state(&desk, objection)["record"].is_object());

    // Who decides whether it is to be destroyed as well is still told what stays; nobody else is.
    assert_eq!(state(&desk, index)["referred_by"], json!([]));
    let erase =
        format!("erase {index} --reason court_order --legal-basis 法 --key k --keep-nothing");
    let named = format!("Entry {objection}: ");
    let said = desk.refused(0, &format!("{erase} --check"));
    assert!(said.contains(&named), "{said}");
    desk.must(&format!("{erase} --request r"));
    let said = desk.refused(0, "approve r --key k2 --check");
    assert!(said.contains(&named), "{said}");
    let asked = format!("records/{index}/referrers");
    let (status, answer) = desk.get(&asked);
    assert!(status == 400 && !String::from_utf8(answer).unwrap().contains("objection"));
    let refused = |key: &str, of: u64| {
        let key = KeyFile::read(&desk.path(key)).unwrap();
        let origin = Origin::parse("log.example/test").unwrap();
        let now = Timestamp::parse("2023-08-01T00:00:00Z").unwrap();
        let client = Client::new(desk.address());
        let error = client.referrers(of, None, &origin, &key, now).unwrap_err();
        let ClientError::Status {
            status, problem, ..
        } = error
        else {
            panic!("{error}");
        };
        (status, problem.unwrap().code)
    };
    assert_eq!(refused("o", index), (403, "competence-rule".to_owned()));
    desk.must("keygen --authority 000000-SCJG --origin log.example/test --out k9");
    assert_eq!(refused("k9", index), (403, "bad-signature".to_owned()));
    assert_eq!(refused("k", 999), (404, "beyond-the-log".to_owned()));
}

#[test]
fn erasure_is_asked_about_and_a_court_can_still_be_shown_the_copy() {
    let desk = desk();
    let [index, withdrawn, other] = [1, 2, 3].map(|n| publish(&desk, &format!("XK-{n}")));
    let erase = |index: u64| {
        format!(
            "erase {index} --reason court_order --legal-basis 个人信息保护法 --key k --second-key k2 --keep kept"
        )
    };
    let size = desk.size();
    let said = desk.refused(2, &erase(index).replace("--keep kept", ""));
    assert!(said.contains("--keep"), "{said}");
    let said = desk.refused(2, &erase(index));
    for part in ["CANNOT BE UNDONE", "Backups", "erasure 1", "Not confirmed"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(desk.answered(&erase(index), "erasure\n").is_err());
    assert!(desk.answered(&erase(index), "withdrawal 1\n").is_err());
    assert_eq!(desk.size(), size);
    assert!(!desk.path("kept").exists());
    let (out, _) = desk.answered(&erase(index), "erasure 1\n").unwrap();
    assert_eq!(out, format!("{index}\t{size}\n"));
    assert_eq!(state(&desk, index)["ended"]["erased"]["by"], size);
    assert_eq!(in_court(&desk, "kept", index), KEPT);
    assert_eq!(desk.must(&erase(index)), format!("{index}\t{size}"));

    // What was withdrawn is erased under the region of its withdrawal; its copy was kept then.
    let withdraw =
        format!("withdraw {withdrawn} --reason repaired --legal-basis 法 --key k --second-key k2");
    let refused = desk.run(&withdraw);
    if !refused.status.success() {
        // Where a reason wants its decision, another reason.
        desk.must(&withdraw.replace("repaired", "decision_void"));
    }
    desk.must(&format!("{} --yes", erase(withdrawn)));
    assert_eq!(in_court(&desk, "withdrawn", withdrawn), KEPT);

    // By request, too, and then with nothing kept.
    desk.must(&format!(
        "erase {other} --reason state_secret --legal-basis 法 --key k --request r --keep-nothing"
    ));
    assert!(
        desk.refused(2, "approve r --key k2")
            .contains("CANNOT BE UNDONE")
    );
    desk.must("approve r --key k2 --yes");
    assert!(state(&desk, other)["record"].is_null());
    assert!(!desk.path(&format!("kept/{other}.json")).exists());
}

#[test]
fn a_copy_holds_the_files_and_is_never_taken_for_another() {
    let desk = desk();
    desk.write("scan.txt", "决定书");
    let sha256 = gongshi_verify::encoding::hex(&gongshi_verify::hash::sha256("决定书".as_bytes()));
    let mut body = permit("XK-1");
    body["attachments"] =
        json!([{"media_type": "text/plain", "name": "scan.txt", "sha256": sha256, "size": 9}]);
    let index: u64 = desk
        .publish("permit", body, "--file scan.txt")
        .parse()
        .unwrap();
    let other = publish(&desk, "XK-2");
    let keep = format!("keep {index} --out kept");
    assert_eq!(desk.must(&keep), format!("kept/{index}.tlog-proof"));
    assert_eq!(desk.read(&format!("kept/files/{sha256}")), "决定书");
    desk.must(&keep);
    // Another record's copy under this one's name.
    desk.must(&format!("keep {other} --out other"));
    std::fs::copy(
        desk.path(&format!("other/{other}.tlog-proof")),
        desk.path(&format!("kept/{index}.tlog-proof")),
    )
    .unwrap();
    assert!(desk.refused(2, &keep).contains("no copy of this record"));
    // A log that the policy does not name proves nothing.
    let log: Value = serde_json::from_slice(&desk.get("log").1).unwrap();
    let vkey = log["vkey"].as_str().unwrap();
    desk.write("good.policy", &format!("log {vkey}\nquorum none\n"));
    desk.must(&format!("keep {other} --out third --policy good.policy"));
    let key = SignerKey::from_seed("log.example/test", KeyKind::Ed25519, &[7; 32]).unwrap();
    desk.write(
        "bad.policy",
        &format!("log {}\nquorum none\n", key.verifier()),
    );
    let said = desk.refused(2, &format!("keep {other} --out fourth --policy bad.policy"));
    assert!(
        said.contains("its proof does not hold") && !desk.path("fourth").exists(),
        "{said}"
    );
    let said = desk.refused(2, "keep 999 --out kept");
    assert!(said.contains("no entry 999"), "{said}");
}

#[test]
fn a_correction_shows_before_and_after_and_goes_on_from_the_last_one() {
    let desk = desk();
    let index = publish(&desk, "XK-1");
    let size = desk.size();
    let correct = |changes: &str| format!("correct {index} {changes} --because 登记有误 --key k");
    let said = desk.refused(0, &correct("--set content=餐饮服务 --check"));
    for part in ["食品销售", "餐饮服务", "(content)", "nothing was sent"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    for (line, code, part) in [
        (correct("--set colour=red"), 2, "no field colour"),
        (correct("--set content"), 2, "field=value"),
        (correct("--set decided_on=3/2"), 2, "3/2"),
        (correct("--unset permit_name"), 1, "permit_name"),
        (correct("--set decided_on=2031-01-01"), 1, "decided_on"),
        (correct("--set content=食品销售"), 2, "nothing to correct"),
        (correct("--set note=a --body b.json"), 2, "--body"),
        (correct("--body absent"), 2, "absent"),
        (correct(""), 2, "--body"),
        (correct("--set region=610323"), 1, "region"),
        (
            correct("--set note=a").replace("--key k", "--key o"),
            2,
            "published by 000000-SCJG",
        ),
        (
            correct("--set note=a").replace(&format!("correct {index}"), "correct 0"),
            2,
            "is never corrected",
        ),
        (
            correct("--set note=a").replace(&format!("correct {index}"), "correct 999"),
            2,
            "no entry 999",
        ),
        (
            correct("--set note=a").replace(&format!("correct {index}"), "correct -- -1"),
            2,
            "",
        ),
    ] {
        let said = desk.refused(code, &line);
        assert!(said.contains(part), "{line}: {said}");
    }
    assert_eq!(desk.size(), size);
    assert_eq!(desk.index(&correct("--set content=餐饮服务")), size);
    // Run again, it is the same.
    assert_eq!(desk.index(&correct("--set content=餐饮服务")), size);
    assert_eq!(desk.size(), size + 1);
    assert_eq!(
        desk.index(&correct(
            "--set decided_on=2023年7月29日 --unset valid_from"
        )),
        size + 1
    );
    let body = &desk.newest()["corrected_body"];
    assert_eq!(
        (&body["content"], &body["decided_on"]),
        (&json!("餐饮服务"), &json!("2023-07-29"))
    );
    assert_eq!(body.get("valid_from"), None);
    assert_eq!(
        desk.body(index),
        permit("XK-1"),
        "nothing is replaced in place"
    );
    let said = desk.refused(
        2,
        &format!("correct {size} --set note=x --because x --key k"),
    );
    assert!(
        said.contains(&format!(
            "correct the record itself once more, entry {index}"
        )),
        "{said}"
    );
    // The whole body anew.
    let mut anew = permit("XK-9");
    anew["content"] = "食品制售".into();
    desk.write("b.json", &anew.to_string());
    assert_eq!(desk.index(&correct("--body b.json")), size + 2);
    assert_eq!(desk.newest()["corrected_body"], anew);
    desk.must(&format!(
        "withdraw {index} --reason published_in_error --legal-basis 法 --key k --second-key k2"
    ));
    let said = desk.refused(2, &correct("--set note=x"));
    assert!(said.contains("is not public any more"), "{said}");
}

/// Words of a language that stand in a line where another was asked for: three in a row that are no names, paths or flags.
fn english(said: &str) -> Option<String> {
    let mut run: Vec<&str> = Vec::new();
    for word in said.split(|c: char| c.is_whitespace() || !c.is_ascii()) {
        let plain = word.trim_matches(|c: char| c.is_ascii_punctuation());
        let flag = word.starts_with("--") || word == "gongshi:";
        match !flag && plain.len() > 1 && plain.bytes().all(|byte| byte.is_ascii_lowercase()) {
            true => run.push(plain),
            false => run.clear(),
        }
        if run.len() == 3 {
            return Some(run.join(" "));
        }
    }
    None
}

#[test]
fn refusals_are_told_in_chinese_with_their_codes() {
    assert_eq!(english("第3号（authority-rule）：gongshi approve r"), None);
    assert!(english("gongshi: both are the same key").is_some());
    let desk = desk();
    let index = publish(&desk, "XK-1");
    let correction = desk.index(&format!(
        "correct {index} --set content=餐饮服务 --because 写错 --key k"
    ));
    desk.write("none", "{}");
    desk.write("bad.json", "x");
    desk.write("permit.json", &permit("XK-9").to_string());
    desk.must("keygen --authority 000000-SCJG --origin log.example/test --out k9");
    desk.write("two.json", "{}\n{}");
    desk.write_private("broken", "gongshi-event-key/v1\n000000-SCJG\nx\n");
    desk.write("open", "gongshi-event-key/v1");
    desk.must(&format!(
        "withdraw {index} --reason published_in_error --legal-basis 法 --key k --request r"
    ));
    let withdraw =
        |more: &str| format!("withdraw {index} --reason repaired --legal-basis 法 {more}");
    let correct = |more: &str| format!("correct {index} --because 写错 {more}");
    for (line, code, part) in [
        (withdraw("--key k --second-key k"), 2, "同一个"),
        (withdraw("--key k --second-key o"), 2, "同一机关"),
        (withdraw("--key k --request r"), 2, "已存在"),
        (withdraw("--key absent --request q"), 2, "没有该文件"),
        (withdraw("--key broken --request q"), 2, "第 3 行"),
        (withdraw("--key open --request q"), 2, "chmod 600"),
        (withdraw("--key . --request q"), 2, "文件夹"),
        (withdraw("--key k --request q --region x"), 2, "--region"),
        (withdraw("--key o --request q"), 1, "000000-SCJG"),
        ("approve r --key k --yes".to_owned(), 2, "另一个密钥"),
        ("approve r --key o --yes".to_owned(), 2, "000000-SFJ"),
        ("approve none --key k2 --yes".to_owned(), 2, "首行应为"),
        ("approve absent --key k2 --yes".to_owned(), 2, "没有该文件"),
        ("approve r --key k2".to_owned(), 2, "未确认"),
        (correct("--set note=a --key o"), 2, "公示机关更正"),
        (correct("--set colour=red --key k"), 2, "没有字段"),
        (correct("--set colour --key k"), 2, "字段=值"),
        (correct("--unset note --key k"), 2, "该记录没有"),
        (correct("--set decided_on=3/2 --key k"), 2, "3/2"),
        (correct("--body bad.json --key k"), 2, "第 1 行"),
        (correct("--body two.json --key k"), 2, "一条记录"),
        (
            format!("correct {correction} --set note=a --because 写错 --key k"),
            2,
            "原记录",
        ),
        (
            "correct 0 --set note=a --because 写错 --key k".to_owned(),
            2,
            "不得更正",
        ),
        (
            "correct 999 --set note=a --because 写错 --key k".to_owned(),
            2,
            "没有第999号",
        ),
        ("keep 999 --out kept".to_owned(), 2, "没有第999号"),
        (
            "publish --kind withdrawal --key k bad.json".to_owned(),
            2,
            "--ref",
        ),
        (
            "publish --kind permit --ref 1 --key k bad.json".to_owned(),
            2,
            "--ref",
        ),
        (
            "publish --kind permit --key k bad.json".to_owned(),
            2,
            "不是JSON",
        ),
        (
            "publish --kind permit --key k --file r none".to_owned(),
            2,
            "没有记录引用",
        ),
        // Refused by the log, each time with the code.
        (
            "publish --kind permit --key k none".to_owned(),
            1,
            "（invalid-fields）",
        ),
        (
            "publish --kind permit --key k9 permit.json".to_owned(),
            1,
            "（bad-signature）",
        ),
        (
            "keygen --authority x --origin log.example/test --out new".to_owned(),
            2,
            "--authority",
        ),
        (
            "keygen --authority 000000-SCJG --origin log.example/test --out k".to_owned(),
            2,
            "已存在",
        ),
        (
            "import --kind permit --key k absent.csv".to_owned(),
            2,
            "absent.csv",
        ),
        (
            "plan library officers --sealed --openings q --out a --names n b".to_owned(),
            2,
            "--sealed",
        ),
    ] {
        let said = desk.refused(code, &format!("{line} --lang zh"));
        assert!(said.contains(part), "{line}: {said}");
        assert_eq!(english(&said), None, "{line}: {said}");
    }
    // What is corrected once more stays, and so does what was corrected before.
    let said = desk.refused(
        0,
        &format!("{} --lang zh", correct("--set note=a --key k --check")),
    );
    assert!(
        said.contains(&format!("此前的更正：{correction}")),
        "{said}"
    );
    assert!(!said.contains("停止公示"), "{said}");
    let said = desk.refused(0, &format!("{} --lang zh", withdraw("--key k --check")));
    assert!(
        said.contains(&format!("停止公示的更正：{correction}")),
        "{said}"
    );
}
