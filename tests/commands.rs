//! The program as people run it: a log made, served, given authorities, and written to from the command line.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod portal;

use portal::*;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output};

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

const LISTING: &str = r#"{"subject_uscc":"91000000MA00000900","subject_name":"示例公司","region":"000000",
 "listed_reason":"unreachable","listed_on":"2026-03-02"}"#;

#[test]
fn keys_are_registered_used_rotated_and_revoked() {
    let portal = Portal::start();
    portal.register("000000-SCJG");
    portal.write("listing.json", LISTING);
    let publish =
        "publish --kind abnormal_listing --key 000000-SCJG.key --proofs proofs listing.json";
    assert_eq!(portal.must(publish), "2\n");
    let proof = std::fs::read_to_string(portal.path("proofs/2.tlog-proof")).unwrap();
    assert!(proof.starts_with("c2sp.org/tlog-proof@v1\n"), "{proof}");

    // The old key hands over to a new one.
    let made = portal.run("keygen --authority 000000-SCJG --origin log.example/test --out new.key");
    assert!(
        stderr(&made).starts_with("密钥已写入 new.key，"),
        "{made:?}"
    );
    let rotate = "authority rotate --old-key 000000-SCJG.key --new-key new.key --out rotation.json";
    let ready = portal.run(&format!("{rotate} --lang en"));
    assert_eq!(ready.stdout, b"rotation.json\n", "{ready:?}");
    assert!(
        stderr(&ready).contains("is in rotation.json, signed by"),
        "{ready:?}"
    );
    assert!(stderr(&portal.run(rotate)).starts_with("更换密钥的申请已写入 rotation.json"));
    portal.must("authority rotate --key data/keys/operator.key --request rotation.json");
    let refused = portal.run(publish);
    assert_eq!(code(&refused), Some(1));
    assert!(stderr(&refused).contains("listing.json #1"), "{refused:?}");
    portal.write("listing.json", &LISTING.replace("03-02", "03-01"));
    portal.must("publish --kind abnormal_listing --key new.key listing.json");

    // Forced, with a reason, when the key is lost.
    portal.must(
        "keygen --authority 000000-SCJG --origin log.example/test --out third.key --request third.json",
    );
    let listed = portal.must("authority list");
    let current = listed
        .lines()
        .find(|line| line.contains("\tkey ") && line.contains("entry 3") && !line.contains("ended"))
        .unwrap();
    let current = current.split_ascii_whitespace().nth(1).unwrap().to_owned();
    let unsigned = portal.run("authority rotate --key data/keys/operator.key --request third.json");
    assert_eq!(code(&unsigned), Some(2));
    portal.must(&format!(
        "authority rotate --key data/keys/operator.key --request third.json --old-public {current} --because lost"
    ));
    assert!(
        portal
            .must("authority list")
            .contains("forced by the operator")
    );

    portal.must(
        "authority amend --key data/keys/operator.key --authority 000000-SCJG --kinds penalty",
    );
    let listed = portal.must("authority list");
    assert!(
        listed.contains("000000-SCJG\tDepartment\tdepartment\t000000\tpenalty\n"),
        "{listed}"
    );
    let third = portal.must("authority list");
    let third = third.lines().find(|line| line.contains("forced")).unwrap();
    let third = third.split_ascii_whitespace().nth(1).unwrap();
    portal.must(&format!(
        "authority revoke --key data/keys/operator.key --authority 000000-SCJG --public-key {third} --because ended"
    ));
    assert_eq!(
        code(&portal.run("publish --kind penalty --key third.key listing.json")),
        Some(1)
    );
}

#[test]
fn a_refusal_names_the_fields_in_the_language_asked() {
    let portal = Portal::start();
    portal.register("000000-SCJG");
    let wrong = LISTING.replace("91000000MA00000900", "91000000MA00000901");
    portal.write("wrong.json", &format!("[{LISTING},{wrong}]"));
    let zh = portal.run("publish --kind abnormal_listing --key 000000-SCJG.key wrong.json");
    assert_eq!(code(&zh), Some(1));
    assert_eq!(String::from_utf8_lossy(&zh.stdout), "2\n");
    assert!(
        stderr(&zh).contains("wrong.json #2") && stderr(&zh).contains("校验码"),
        "{zh:?}"
    );
    let en =
        portal.run("publish --kind abnormal_listing --key 000000-SCJG.key --lang en wrong.json");
    assert!(stderr(&en).contains("check character"), "{en:?}");
}

#[test]
fn a_key_others_can_read_is_refused_and_none_is_overwritten() {
    let portal = Portal::start();
    portal.register("000000-SCJG");
    portal.write("listing.json", LISTING);
    let again = portal.run(
        "keygen --lang en --authority 000000-SCJG --origin log.example/test --out 000000-SCJG.key",
    );
    assert_eq!(code(&again), Some(2));
    assert!(stderr(&again).contains("never overwritten"), "{again:?}");
    set_mode(&portal.path("000000-SCJG.key"), 0o644);
    let refused = portal.run("publish --kind abnormal_listing --key 000000-SCJG.key listing.json");
    assert_eq!(code(&refused), Some(2));
    assert!(stderr(&refused).contains("600"), "{refused:?}");
}

/// A department of region 610323 that may publish two kinds, with its key at `<id>.key`.
fn register_qishan(portal: &Portal, id: &str) {
    portal.must(&format!(
        "keygen --authority {id} --origin log.example/test --out {id}.key --request {id}.json"
    ));
    portal.must(&format!(
        "authority register --key data/keys/operator.key --request {id}.json --name Department \
         --region 610323 --kinds abnormal_listing,abnormal_removal"
    ));
}

/// The log tells of a value what no form of a row shows: named by column and value all the same, in one language.
#[test]
fn rows_the_log_refuses_are_told_by_column_value_and_expectation() {
    let portal = Portal::start();
    register_qishan(&portal, "610323-SCJG");
    let header = "统一社会信用代码,企业名称,行政区划,列入原因,列入日期\n";
    let row = "91000000MA00000900,示例公司,999999,失联,2026-03-02\n";
    portal.write("t.csv", &format!("{header}{row}"));
    let import = "import --kind abnormal_listing --key 610323-SCJG.key";
    let refused = portal.run(&format!("{import} t.csv"));
    assert_eq!(code(&refused), Some(1), "{refused:?}");
    let said = String::from_utf8_lossy(&refused.stdout).into_owned();
    let reason =
        "「行政区划」: 999999 — 该机构登记的管辖区划是610323，不包括999999。（outside_region）";
    assert!(said.contains(&format!("第 2 行{reason}\n")), "{said}");
    let bad = std::fs::read_to_string(portal.path("t.csv.bad.csv")).unwrap();
    assert!(
        bad.contains(&format!("{reason},91000000MA00000900")),
        "{bad}"
    );
    let english = portal.run(&format!("{import} --lang en --bad en.csv t.csv"));
    let said = String::from_utf8_lossy(&english.stdout).into_owned();
    let reason = "“行政区划”: 999999 — The authority is registered for region 610323, which";
    assert!(said.contains(reason), "{said}");

    let hash = "0".repeat(64);
    let header = "统一社会信用代码,企业名称,行政区划,移出原因,移出日期,listing\n";
    let row = format!("91000000MA00000900,示例公司,610323,列入有误,2026-03-02,7 {hash}\n");
    portal.write("r.csv", &format!("{header}{row}"));
    let refused = portal.run("import --kind abnormal_removal --key 610323-SCJG.key r.csv");
    let said = String::from_utf8_lossy(&refused.stdout).into_owned();
    assert!(said.contains("「listing」: 7 000"), "{refused:?}");
    assert!(
        said.contains("日志中没有这个序号和叶哈希的条目：7。"),
        "{said}"
    );

    // Where no cell is at fault, the meaning is Chinese too.
    portal.write("p.csv", &portal.must("import --template permit"));
    let all = portal.run("import --kind permit --key 610323-SCJG.key p.csv");
    assert_eq!(code(&all), Some(2));
    let said = stderr(&all);
    assert!(said.contains("该机构无权发布这种记录"), "{said}");
    assert!(
        said.contains("没有发布这种记录的权限") && !said.contains("may not"),
        "{said}"
    );
}

/// What the log would not take from this key is told before anything is sent; and where that cannot be known, so.
#[test]
fn a_dry_run_tells_what_the_key_may_not_publish() {
    let portal = Portal::start();
    register_qishan(&portal, "610323-SCJG");
    let header = "统一社会信用代码,企业名称,行政区划,列入原因,列入日期\n";
    let row = "91000000MA00000900,示例公司,REGION,失联,2026-03-02\n";
    let rows = ["610323", "999999", "610300"].map(|region| row.replace("REGION", region));
    portal.write("t.csv", &format!("{header}{}", rows.concat()));
    let check = "import --kind abnormal_listing --dry-run";
    let said = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let outside = portal.run(&format!("{check} --key 610323-SCJG.key t.csv"));
    assert_eq!(code(&outside), Some(1), "{outside:?}");
    let told = said(&outside);
    assert!(
        told.contains("第 3 行「行政区划」: 999999 — 该机构登记的管辖区划是610323，应在其范围之内"),
        "{told}"
    );
    assert!(
        told.contains("可以导入 1，") && told.contains("日志不会接受 2，"),
        "{told}"
    );
    assert!(!told.contains("没有核对"), "{told}");

    portal.write("p.csv", &portal.must("import --template permit"));
    portal.must("keygen --authority 610323-YJJ --origin log.example/test --out stranger.key");
    portal.must("keygen --authority 610323-SCJG --origin log.example/test --out other.key");
    let listing = "abnormal_listing";
    for (kind, key, table, reason) in [
        (
            "permit",
            "610323-SCJG.key",
            "p.csv",
            "该机构无权发布这种记录",
        ),
        (listing, "stranger.key", "t.csv", "该机构未登记"),
        (listing, "other.key", "t.csv", "签名无效"),
    ] {
        let refused = portal.run(&format!(
            "import --kind {kind} --dry-run --key {key} {table}"
        ));
        assert_eq!(code(&refused), Some(2), "{refused:?}");
        assert!(said(&refused).contains("可以导入 0，"), "{refused:?}");
        assert!(stderr(&refused).contains(reason), "{refused:?}");
    }
    let listed = portal.must("authority list");
    let public = listed.split("610323-SCJG").nth(1).unwrap();
    let public = public.split("\tkey ").nth(1).unwrap();
    let public = public.split(' ').next().unwrap();
    portal.must(&format!(
        "authority revoke --key data/keys/operator.key --authority 610323-SCJG --public-key {public} --because lost"
    ));
    let revoked = portal.run(&format!("{check} --key 610323-SCJG.key t.csv"));
    assert!(stderr(&revoked).contains("签名无效"), "{revoked:?}");

    let no_key = portal.run(&format!("{check} t.csv"));
    assert_eq!(code(&no_key), Some(0), "{no_key:?}");
    assert!(said(&no_key).contains("未用 --key 指定密钥"), "{no_key:?}");
    let away = format!("{check} --key 610323-SCJG.key --server http://127.0.0.1:9 t.csv");
    let away = portal.run(&away);
    assert_eq!(code(&away), Some(0), "{away:?}");
    assert!(said(&away).contains("没有核对该机构可以发布的"), "{away:?}");
}

const TABLE: &str = "统一社会信用代码,企业名称,列入原因,列入日期\n\
    91000000MA00000900,示例一公司,失联,2026-03-02\n\
    91000000MA00000901,示例二公司,失联,2026-03-01\n\
    91000000MA00000900,示例三公司,未年报,2026年3月3日\n";

#[test]
fn a_table_goes_in_once_and_its_bad_rows_after_mending() {
    let portal = Portal::start();
    portal.register("000000-SCJG");
    portal.write("t.csv", TABLE);
    let import = "import --kind abnormal_listing --key 000000-SCJG.key --region 000000";
    let checked = portal.run("import --kind abnormal_listing --region 000000 --dry-run t.csv");
    assert_eq!(code(&checked), Some(1));
    let journal = "000000-SCJG.abnormal_listing.log.example_test.gongshi-journal";
    assert!(!portal.path(journal).exists());
    let first = portal.run(&format!("{import} t.csv"));
    assert_eq!(code(&first), Some(1), "{first:?}");
    let said = String::from_utf8_lossy(&first.stdout).into_owned();
    assert!(
        said.contains("第 3 行「统一社会信用代码」: 91000000MA00000901 — 校验码应为 0"),
        "{said}"
    );
    assert!(said.contains("写入 2") && said.contains("有误 1"), "{said}");
    let second = portal.run(&format!("{import} --lang en t.csv"));
    let said = String::from_utf8_lossy(&second.stdout).into_owned();
    assert!(said.contains("already in the log: 2"), "{said}");
    let bad = std::fs::read_to_string(portal.path("t.csv.bad.csv")).unwrap();
    portal.write("t.csv.bad.csv", &bad.replace("901", "900"));
    let mended = portal.must(&format!("{import} t.csv.bad.csv"));
    assert!(mended.contains("写入 1"), "{mended}");
    // Whatever the table is called.
    portal.write("copy.csv", &TABLE.replace(',', ";"));
    let copied = portal.run(&format!("{import} copy.csv"));
    let said = String::from_utf8_lossy(&copied.stdout).into_owned();
    assert!(
        said.contains("写入 0") || said.contains("写入：0"),
        "{said}"
    );
    // Without its journal a table is sent again, under other salts: but a listing is said once.
    std::fs::remove_file(portal.path(journal)).unwrap();
    let again = portal.run(&format!("{import} t.csv"));
    let said = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(
        said.contains("写入 0") && said.contains("被日志拒绝 2"),
        "{said}"
    );
}

#[test]
fn what_cannot_be_imported_is_said_and_nothing_is_sent() {
    let portal = Portal::start();
    portal.register("000000-SCJG");
    portal.write("t.csv", TABLE);
    let no_region = portal.run("import --kind abnormal_listing --key 000000-SCJG.key t.csv");
    assert_eq!(code(&no_region), Some(2));
    assert!(stderr(&no_region).contains("行政区划代码"), "{no_region:?}");
    portal.must("keygen --authority 000000-YJJ --origin log.example/test --out unknown.key");
    let import = "import --kind abnormal_listing --region 000000 --key";
    let unknown = portal.run(&format!("{import} unknown.key t.csv"));
    assert_eq!(code(&unknown), Some(2));
    // It left no journal to keep the right key out; each authority has its own.
    let right = portal.run(&format!("{import} 000000-SCJG.key t.csv"));
    let said = String::from_utf8_lossy(&right.stdout);
    assert!(said.contains("写入 2"), "{right:?}");
    let journal = "000000-SCJG.abnormal_listing.log.example_test.gongshi-journal";
    let foreign = portal.run(&format!("{import} unknown.key --journal {journal} t.csv"));
    assert_eq!(code(&foreign), Some(2));
    assert!(stderr(&foreign).contains("000000-SCJG"), "{foreign:?}");
    set_mode(&portal.path("000000-SCJG.key"), 0o640);
    let readable = portal.run(&format!("{import} 000000-SCJG.key --journal j t.csv"));
    assert_eq!(code(&readable), Some(2));
    let listed = portal.must("authority list");
    assert!(listed.contains("from entry 1\n"), "{listed}");
}

#[test]
fn templates_come_out_and_go_in() {
    let portal = Portal::start();
    portal.register("000000-SCJG");
    for (kind, format) in [("penalty", "csv"), ("permit", "xlsx")] {
        portal.must(&format!(
            "import --template {kind} --format {format} --out t.{format}"
        ));
        let said = portal.must(&format!(
            "import --kind {kind} --key 000000-SCJG.key t.{format}"
        ));
        assert!(said.contains("写入 1"), "{said}");
    }
    // The example says that it was drawn: only a draw in the log can bear that out.
    portal.must("import --template inspection_result --format csv --out t.csv");
    let said = portal.run("import --kind inspection_result --key 000000-SCJG.key t.csv");
    assert_eq!(code(&said), Some(1));
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(
        said.contains("日志中没有计划") && said.contains("被日志拒绝 1"),
        "{said}"
    );
}

#[test]
fn every_flag_can_come_from_the_file_or_a_variable() {
    let portal = Portal::start();
    let nobody = "http://127.0.0.1:9";
    let settings = portal.write("gongshi.toml", &format!("server = \"{nobody}\"\n"));
    let command = |arguments: &[&str]| {
        let mut command = Command::new(GONGSHI);
        command.args(arguments).current_dir(portal.folder.path());
        command
    };
    // A command below a command, too; a variable wins over the file, a flag over both.
    let list = ["--config", settings.to_str().unwrap(), "authority", "list"];
    let file = command(&list).output().unwrap();
    assert_eq!(code(&file), Some(2));
    assert!(stderr(&file).contains(nobody), "{file:?}");
    let variable = command(&list)
        .env("GONGSHI_SERVER", &portal.address)
        .output()
        .unwrap();
    assert_eq!(code(&variable), Some(0), "{variable:?}");
    let flag = command(&list)
        .env("GONGSHI_SERVER", nobody)
        .args(["--server", &portal.address])
        .output()
        .unwrap();
    assert_eq!(code(&flag), Some(0), "{flag:?}");
    // A flag that names no variable of its own.
    let keygen = [
        "keygen",
        "--authority",
        "000000-SCJG",
        "--origin",
        "log.example/test",
        "--out",
        "k",
    ];
    let made = command(&keygen)
        .env("GONGSHI_REQUEST", "k.json")
        .output()
        .unwrap();
    assert_eq!(code(&made), Some(0), "{made:?}");
    assert!(portal.path("k.json").exists());
    let slip = portal.write("slip.toml", "lisen = \"127.0.0.1:0\"\n");
    let slip = command(&["--config", slip.to_str().unwrap(), "serve"])
        .output()
        .unwrap();
    assert_eq!(code(&slip), Some(2));
    assert!(stderr(&slip).contains("lisen"), "{slip:?}");
}

/// An address in use is told before a folder is filled or a log opened.
#[test]
fn an_address_in_use_is_told_before_anything_is_made() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    for command in ["demo", "serve"] {
        let data = folder.path().join(command);
        let refused = Command::new(GONGSHI)
            .args([command, "--listen", &address, "--data"])
            .arg(&data)
            .output()
            .unwrap();
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains(&address), "{said}");
        assert!(!data.exists(), "{command} made a folder");
    }
}

/// A log that is not available for one request of every two, at the address told.
fn busy_log() -> String {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut posts = 0;
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let (mut head, mut length) = (String::new(), 0);
            while reader.read_line(&mut head).unwrap() > 2 {
                let line = head.lines().last().unwrap().to_ascii_lowercase();
                if let Some(value) = line.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            reader.read_exact(&mut vec![0; length]).unwrap();
            posts += u32::from(head.starts_with("POST"));
            let (status, body) = if head.starts_with("GET") {
                let state = r#"{"origin":"log.example/test","size":5}"#;
                ("200 OK", state.to_owned())
            } else if posts % 2 == 1 {
                let problem =
                    r#"{"code":"log-unavailable","status":503,"detail":"the disk is full"}"#;
                (
                    "503 Service Unavailable\r\nRetry-After: 1",
                    problem.to_owned(),
                )
            } else {
                ("200 OK", "{\"index\":7,\"proof\":\"\"}\n".to_owned())
            };
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
            );
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    address
}

/// Who waits for a log is told so, and why, each time.
#[test]
fn waiting_for_a_log_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = busy_log();
    let run = |line: &str| {
        let words = line.split_ascii_whitespace();
        let mut command = Command::new(GONGSHI);
        command.args(words).env("GONGSHI_SERVER", &server);
        command.current_dir(folder.path()).output().unwrap()
    };
    let made = run("keygen --authority 000000-SCJG --origin log.example/test --out k");
    assert_eq!(code(&made), Some(0), "{made:?}");
    std::fs::write(folder.path().join("listing.json"), LISTING).unwrap();
    std::fs::write(
        folder.path().join("t.csv"),
        TABLE.lines().take(2).collect::<Vec<_>>().join("\n"),
    )
    .unwrap();
    let publish = "publish --kind abnormal_listing --key k listing.json --lang";
    let zh = run(&format!("{publish} zh"));
    assert_eq!(
        (code(&zh), zh.stdout.as_slice()),
        (Some(0), &b"7\n"[..]),
        "{zh:?}"
    );
    let said = stderr(&zh);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.starts_with(&format!(
            "{server} 应答 503：日志暂时无法写入或读取（log-unavailable） — "
        )),
        "{said}"
    );
    assert!(
        said.ends_with("（the disk is full）；1 秒后重试\n"),
        "{said}"
    );
    let en = run(&format!("{publish} en"));
    let said = stderr(&en);
    assert!(
        said.contains("answers 503: The log is not available at present"),
        "{said}"
    );
    assert!(
        said.ends_with("the disk is full; trying again in 1 s\n"),
        "{said}"
    );
    let import = run("import --kind abnormal_listing --key k --region 000000 t.csv");
    assert_eq!(code(&import), Some(0), "{import:?}");
    assert!(stderr(&import).ends_with("1 秒后重试\n"), "{import:?}");
}

/// A set of rules with a fault stops the start, and says where it is; a whole set of one's own is used.
#[test]
fn faulty_rules_stop_the_start() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in gongshi::rules::Rules::built_in_files() {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    assert!(gongshi::app::rules(Some(folder.path())).is_ok());
    let path = folder.path().join("links.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let at = text
        .lines()
        .position(|line| line.starts_with("kind = "))
        .unwrap()
        + 1;
    let faulty = text.replacen("kind = \"inspection_result\"", "kind = \"gossip\"", 1);
    std::fs::write(&path, faulty).unwrap();
    for command in ["serve", "demo", "fsck", "reindex"] {
        let portal = Command::new(GONGSHI)
            .args([command, "--data", "none", "--rules"])
            .arg(folder.path())
            .args(if matches!(command, "serve" | "demo") {
                &["--listen", "127.0.0.1:0"][..]
            } else {
                &[]
            })
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(code(&portal), Some(2), "{command}: {portal:?}");
        let said = stderr(&portal);
        assert!(
            said.contains(&format!("links.toml, line {at}")),
            "{command}: {said}"
        );
    }
}

/// What a subject follows has a receipt code: printed behind the index, and in a file beside the rows of a table. It is what the proof file says.
#[test]
fn promises_are_published_and_imported_with_their_receipt_codes() {
    let portal = Portal::start();
    portal.register("000000-SCJG");
    portal.write(
        "promise.json",
        r#"{"subject_uscc":"91000000MA00000900","subject_name":"示例公司","region":"000000","promise_type":"voluntary_disclosure",
        "content":"诚信经营。","promised_on":"2026-03-02","fulfilment":"pending"}"#,
    );
    let publish =
        "publish --kind credit_promise --key 000000-SCJG.key --proofs proofs promise.json";
    let said = portal.must(publish);
    let proof = std::fs::read(portal.path("proofs/2.tlog-proof")).unwrap();
    let receipt = gongshi_verify::receipt::ReceiptCode::of_proof(&proof).unwrap();
    assert_eq!(said, format!("2 {receipt}\n"));
    let table = "统一社会信用代码,企业名称,行政区划代码,承诺类型,承诺内容,承诺日期,履约状态\n\
                 91000000MA00000900,示例公司,000000,voluntary_disclosure,按时年报。,2026-03-03,pending\n\
                 91000000MA00000900,示例公司,000000,voluntary_disclosure,按时年报。,2026-02-30,pending\n";
    portal.write("p.csv", table);
    let import = "import --kind credit_promise --key 000000-SCJG.key --quiet p.csv";
    let output = portal.run(import);
    assert_eq!(code(&output), Some(1), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("p.csv.receipts.csv"), "{said}");
    let kept = std::fs::read_to_string(portal.path("p.csv.receipts.csv")).unwrap();
    let mut rows = kept.lines();
    assert!(
        rows.next()
            .unwrap()
            .starts_with("\u{feff}回执码,原表行号,统一社会信用代码")
    );
    let row = rows.next().unwrap();
    assert!(
        row.starts_with("3-") && row.contains(",2,91000000MA00000900,示例公司"),
        "{row}"
    );
    let receipt = row.split(',').next().unwrap();
    let receipt: gongshi_verify::receipt::ReceiptCode = receipt.parse().unwrap();
    assert_eq!(receipt.index, 3);
    assert_eq!(rows.next(), None);
    // Nothing goes in a second time, and so no second file is made.
    portal.run(import);
    assert!(!portal.path("p.csv.receipts-2.csv").exists());
    // Other kinds go without.
    portal.write("listing.json", LISTING);
    let listing = "publish --kind abnormal_listing --key 000000-SCJG.key listing.json";
    assert_eq!(portal.must(listing), "4\n");
}
