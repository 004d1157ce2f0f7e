//! Files beside the log over their whole life: uploaded, named, kept, expired, backed up, put back, checked; and what a
//! crash or a bad disk makes of them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
mod portal;

use common::*;
use gongshi::intake::{Event, Refusal};
use gongshi::store::{Files, UNREFERENCED_FOR};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::json::Value;
use portal::{Portal, code, stderr};
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

/// A penalty that names files.
fn penalty(number: &str, files: &[&[u8]]) -> Value {
    let Value::Object(mut members) = body(PENALTY) else {
        panic!("a body is an object");
    };
    members.insert("decision_no".to_owned(), number.into());
    if files.is_empty() {
        return Value::Object(members);
    }
    let files = files.iter().map(|bytes| {
        let (hash, size) = (hex(&sha256(bytes)), bytes.len());
        body(&format!(
            r#"{{"media_type":"application/pdf","name":"决定书.pdf","sha256":"{hash}","size":{size}}}"#
        ))
    });
    members.insert("attachments".to_owned(), Value::Array(files.collect()));
    Value::Object(members)
}

fn files(log: &TestLog) -> &Files {
    log.app.portal.intake.files()
}

fn put(log: &TestLog, bytes: &[u8]) -> Hash {
    let hash = sha256(bytes);
    files(log).put(&hash, bytes.len() as u64, bytes).unwrap();
    hash
}

/// As if it had last been used so long ago.
fn age(files: &Files, hash: &Hash, age: Duration) {
    let file = File::options().write(true).open(files.path(hash)).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
}

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn a_record_is_taken_only_with_its_files() {
    let log = TestLog::new(&["penalty"]);
    let (here, absent) = (&b"here"[..], &b"absent"[..]);
    put(&log, here);
    let event = |files: &[&[u8]]| log.event("penalty", penalty("1", files));
    let both = event(&[here, absent]);
    let answers = log.accept(vec![both.clone(), event(&[here]), event(&[])]);
    assert_eq!(answers[0], Err(Refusal::FileMissing(hex(&sha256(absent)))));
    assert_eq!(answers[1..], [Ok(2), Ok(3)]);
    put(&log, absent);
    assert_eq!(log.accept(vec![both.clone()]), [Ok(4)]);
    // Damage of another length is told; an event already in the log keeps its answer, whatever became of its files.
    std::fs::write(files(&log).path(&sha256(absent)), b"abs").unwrap();
    let found = log.accept(vec![event(&[absent])]).pop().unwrap();
    assert!(
        matches!(
            found,
            Err(Refusal::FileSize {
                named: 6,
                found: 3,
                ..
            })
        ),
        "{found:?}"
    );
    std::fs::remove_file(files(&log).path(&sha256(absent))).unwrap();
    log.settle();
    let log = log.reopen();
    assert_eq!(log.accept(vec![both]), [Ok(4)]);
    let named = log.app.portal.model.file(&sha256(here)).unwrap().unwrap();
    assert_eq!(
        (named.index, named.size, named.name.as_str()),
        (2, 4, "决定书.pdf")
    );
    assert_eq!(log.app.portal.model.file(&[0; 32]).unwrap(), None);
}

#[test]
fn expiry_keeps_what_records_name_also_after_a_restart() {
    let log = TestLog::new(&["penalty"]);
    let [named, idle, young] = [&b"named"[..], b"idle", b"young"].map(|bytes| put(&log, bytes));
    assert_eq!(
        log.accept(vec![log.event("penalty", penalty("1", &[b"named"]))]),
        [Ok(2)]
    );
    log.settle();
    let log = log.reopen();
    log.settle();
    for hash in [&named, &idle] {
        age(files(&log), hash, UNREFERENCED_FOR + HOUR);
    }
    // The App looks by itself once after its start: which of the two removes the file is the machine's to say.
    let expired = log.app.expire_files(SystemTime::now()).unwrap().unwrap();
    assert!(matches!((expired.files, expired.bytes), (1, 4) | (0, 0)));
    assert_eq!(
        [named, idle, young].map(|hash| files(&log).size(&hash)),
        [Some(5), None, Some(5)]
    );
    let late = log.accept(vec![log.event("penalty", penalty("2", &[b"idle"]))]);
    assert_eq!(late, [Err(Refusal::FileMissing(hex(&idle)))]);
}

/// While the model does not know every record, none can be said to be without one.
#[test]
fn nothing_expires_while_the_model_is_behind() {
    let log = TestLog::new(&["penalty"]);
    let hash = put(&log, b"named");
    assert_eq!(
        log.accept(vec![log.event("penalty", penalty("1", &[b"named"]))]),
        [Ok(2)]
    );
    log.settle();
    let data = log.data();
    let folder = log.folder;
    log.app.close();
    let files = Files::open(&data).unwrap();
    age(&files, &hash, 2 * UNREFERENCED_FOR);
    // Folded anew from the beginning while everything runs.
    std::fs::remove_dir_all(data.join("store/model")).unwrap();
    let app = gongshi::app::App::open(&data, log.clock.clone(), &tuning()).unwrap();
    let begin = SystemTime::now();
    while app.portal.model.cursor().unwrap() < 3 {
        let _ = app.expire_files(SystemTime::now()).unwrap();
        assert!(begin.elapsed().unwrap() < Duration::from_secs(30));
    }
    assert_eq!(
        app.expire_files(SystemTime::now()).unwrap().unwrap().files,
        0
    );
    assert_eq!(files.size(&hash), Some(5));
    app.close();
    drop(folder);
}

/// Events that name old, unreferenced files race with their expiry: each is refused, or its file stays.
#[test]
fn no_record_loses_its_file_to_expiry() {
    let log = TestLog::new(&["penalty"]);
    let stop = AtomicBool::new(false);
    let taken: Vec<Hash> = std::thread::scope(|scope| {
        let expiring = scope.spawn(|| {
            let mut removed = 0;
            while !stop.load(Ordering::SeqCst) {
                let expired = log.app.expire_files(SystemTime::now()).unwrap();
                removed += expired.map_or(0, |expired| expired.files);
            }
            removed
        });
        let taken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut taken = Vec::new();
            for round in 0..60u8 {
                let bytes = [round; 8];
                let hash = put(&log, &bytes);
                // Expiry may be quicker than this test.
                if let Ok(file) = File::options().write(true).open(files(&log).path(&hash)) {
                    file.set_modified(SystemTime::now() - 2 * UNREFERENCED_FOR)
                        .unwrap();
                }
                let event: Event = log.event("penalty", penalty(&round.to_string(), &[&bytes]));
                match log.accept(vec![event]).pop().unwrap() {
                    Ok(_) => taken.push(hash),
                    Err(Refusal::FileMissing(_)) => {}
                    Err(other) => panic!("{other}"),
                }
            }
            taken
        }));
        stop.store(true, Ordering::SeqCst);
        expiring.join().unwrap();
        taken.unwrap()
    });
    for hash in &taken {
        assert_eq!(files(&log).verify(hash).unwrap(), Some(8));
    }
    log.settle();
    log.app
        .expire_files(SystemTime::now() + 9 * UNREFERENCED_FOR)
        .unwrap()
        .unwrap();
    for hash in &taken {
        assert_eq!(files(&log).verify(hash).unwrap(), Some(8));
    }
}

#[test]
fn a_model_folded_again_names_the_same_files() {
    let log = TestLog::new(&["penalty"]);
    put(&log, b"a");
    put(&log, b"b");
    let events = [vec![&b"a"[..]], vec![b"b", b"a"], vec![b"b"]];
    let events = events.iter().enumerate();
    let events = events.map(|(n, files)| log.event("penalty", penalty(&n.to_string(), files)));
    assert_eq!(log.accept(events.collect()), [Ok(2), Ok(3), Ok(4)]);
    log.settle();
    let dump =
        |log: &TestLog| -> Vec<_> { log.app.portal.model.dump().map(Result::unwrap).collect() };
    let before = dump(&log);
    assert_eq!(before.iter().filter(|(key, _)| key[0] == b'f').count(), 4);
    assert_eq!(
        log.app
            .portal
            .model
            .file(&sha256(b"b"))
            .unwrap()
            .unwrap()
            .index,
        3
    );
    let (data, clock) = (log.data(), log.clock.clone());
    let (folder, department) = (log.folder, log.department);
    log.app.close();
    gongshi::app::reindex(
        &data,
        gongshi::app::rules(None).unwrap(),
        &gongshi::app::SearchEngine::default(),
        true,
        |_, _| (),
    )
    .unwrap();
    let app = gongshi::app::App::open(&data, clock.clone(), &tuning()).unwrap();
    let log = TestLog {
        folder,
        clock,
        app,
        department,
    };
    log.settle();
    assert_eq!(dump(&log), before);
}

/// The limit is told, does not touch what is named, and is not reached by it.
#[test]
fn what_waits_for_a_record_is_limited() {
    use gongshi::app::{App, Tuning};
    use gongshi::intake::FileStatement;
    use gongshi::web::problem::Problem;
    let log = TestLog::new(&["penalty"]);
    let (data, clock) = (log.data(), log.clock.clone());
    let (folder, department) = (log.folder, log.department);
    log.app.close();
    let narrow = Tuning {
        unreferenced_bytes: 10_000,
        ..tuning()
    };
    let app = App::open(&data, clock.clone(), &narrow).unwrap();
    let log = TestLog {
        folder,
        clock,
        app,
        department,
    };
    let first = vec![1; 6_000];
    put(&log, &first);
    let statement = FileStatement {
        authority: gongshi_verify::names::AuthorityId::parse(DEPARTMENT).unwrap(),
        issued_at: time(START),
        sha256: [2; 32],
        size: 6_000,
    };
    let begin = || log.app.portal.intake.begin_upload(&statement);
    let full = begin().unwrap_err();
    assert!(full.to_string().contains("10000"), "{full}");
    let problem = Problem::from(&full);
    assert_eq!((problem.status.as_u16(), problem.code), (507, "files-full"));
    assert!(problem.retry_after.is_some());
    assert_eq!(
        log.accept(vec![log.event("penalty", penalty("1", &[&first]))]),
        [Ok(2)]
    );
    log.settle();
    let since = SystemTime::now();
    while begin().is_err() {
        assert!(since.elapsed().unwrap() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// A served log with a department, and one record that names two files.
struct Published {
    portal: Portal,
    bytes: [Vec<u8>; 2],
}

const PUBLISH: &str = "publish --kind penalty --key 000000-SCJG.key --lang en";

impl Published {
    fn new() -> Self {
        let portal = Portal::start();
        portal.register("000000-SCJG");
        let bytes = [b"first file".to_vec(), vec![5; 3_000_000]];
        for (name, bytes) in ["first.pdf", "second.pdf"].into_iter().zip(&bytes) {
            std::fs::write(portal.path(name), bytes).unwrap();
        }
        let record = penalty("1", &[&bytes[0], &bytes[1]]);
        portal.write("record.json", &gongshi_verify::json::to_jcs(&record));
        Published { portal, bytes }
    }

    fn publish(&self) -> Output {
        self.portal.run(&format!(
            "{PUBLISH} --file first.pdf --file second.pdf record.json"
        ))
    }

    fn stored(&self, data: &str, which: usize) -> PathBuf {
        Files::to_read(&self.portal.path(data)).path(&sha256(&self.bytes[which]))
    }

    fn said(output: &Output) -> String {
        String::from_utf8(output.stdout.clone()).unwrap()
    }
}

#[test]
fn publish_uploads_what_records_name_and_says_what_is_not_right() {
    let site = Published::new();
    let portal = &site.portal;
    let refused = |line: &str, said: &str| {
        let output = portal.run(&format!("{PUBLISH} {line}"));
        assert_eq!(code(&output), Some(2), "{output:?}");
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
    };
    refused("record.json --file first.pdf", "give it with --file PATH");
    refused(
        "record.json --file first.pdf --file absent.pdf",
        "cannot read absent.pdf",
    );
    portal.write("other.pdf", "other");
    let all = "record.json --file first.pdf --file second.pdf";
    refused(
        &format!("{all} --file other.pdf"),
        "no record names other.pdf",
    );
    let text = std::fs::read_to_string(portal.path("record.json")).unwrap();
    portal.write("wrong.json", &text.replace("\"size\":10", "\"size\":11"));
    refused(
        "wrong.json --file first.pdf --file second.pdf",
        "first.pdf has 10",
    );
    // A key that nobody knows: the server's words, also where it does not read a large body.
    portal.must("keygen --authority 000000-SCJG --origin log.example/test --out other.key");
    std::fs::write(portal.path("large.pdf"), vec![1; 20 << 20]).unwrap();
    let large = penalty("2", &[&vec![1; 20 << 20]]);
    portal.write("large.json", &gongshi_verify::json::to_jcs(&large));
    let output =
        portal.run("publish --kind penalty --lang en --key other.key --file large.pdf large.json");
    assert_eq!(code(&output), Some(2), "{output:?}");
    assert!(
        stderr(&output).contains("The signature is not valid"),
        "{}",
        stderr(&output)
    );
    assert!(!portal.path("data/files").join("incoming/1").exists());

    let output = site.publish();
    assert_eq!(
        (code(&output), Published::said(&output).as_str()),
        (Some(0), "2\n"),
        "{output:?}"
    );
    // What is public needs not be given again.
    assert_eq!(
        Published::said(&portal.run(&format!("{PUBLISH} record.json"))),
        "3\n"
    );
    for which in [0, 1] {
        assert_eq!(
            std::fs::read(site.stored("data", which)).unwrap(),
            site.bytes[which]
        );
    }
}

#[test]
fn a_backup_brings_the_files_back() {
    let mut site = Published::new();
    assert_eq!(code(&site.publish()), Some(0));
    site.portal.stop();
    let portal = &site.portal;
    let said = portal.must("backup --data data --out backup");
    assert!(said.ends_with("3 entries, 2 files.\n"), "{said}");
    let restore = "restore --from backup --keys data/keys --no-newer-checkpoint --data";
    let said = portal.must(&format!("{restore} again"));
    assert!(said.contains("3 entries and 2 files"), "{said}");
    for which in [0, 1] {
        assert_eq!(
            std::fs::read(site.stored("again", which)).unwrap(),
            site.bytes[which]
        );
    }
    let said = portal.must("fsck --data again");
    assert!(
        said.ends_with("3 entries, 0 full tiles and 2 files checked: 0 problems.\n"),
        "{said}"
    );
    portal.must("export --data again --out export.jsonl --files exported");
    for bytes in &site.bytes {
        let name = hex(&sha256(bytes));
        assert_eq!(
            std::fs::read(portal.path("exported").join(name)).unwrap(),
            *bytes
        );
    }

    // What cannot be had whole is told, and the rest is kept.
    std::fs::write(site.stored("data", 0), b"first filE").unwrap();
    let output = portal.run("backup --data data --out second");
    assert_eq!(code(&output), Some(1), "{output:?}");
    assert!(
        stderr(&output).contains(&hex(&sha256(&site.bytes[0]))),
        "{output:?}"
    );
    let said = portal.must(&format!(
        "{} less",
        restore.replace("from backup", "from second")
    ));
    assert!(said.contains("3 entries and 1 files"), "{said}");
    assert!(!site.stored("less", 0).exists());
    let output = portal.run("export --data data --out e.jsonl --files e");
    assert_eq!(code(&output), Some(2), "{output:?}");
}

#[test]
fn fsck_tells_of_every_record_whose_file_is_not_whole() {
    let mut site = Published::new();
    assert_eq!(code(&site.publish()), Some(0));
    let vkey = gongshi_verify::json::parse(
        ureq::get(format!("{}api/v1/log", site.portal.address))
            .call()
            .unwrap()
            .body_mut()
            .read_to_string()
            .unwrap(),
    );
    let vkey = vkey.unwrap().as_object().unwrap()["vkey"]
        .as_str()
        .unwrap()
        .to_owned();
    let [first, second] = [0, 1].map(|which| hex(&sha256(&site.bytes[which])));
    let over_http = |portal: &Portal| {
        let output = portal.run(&format!("fsck --url {} --vkey {vkey}", portal.address));
        (code(&output), Published::said(&output))
    };
    assert_eq!(
        over_http(&site.portal),
        (
            Some(0),
            "3 entries, 0 full tiles and 2 files checked: 0 problems.\n".to_owned()
        )
    );
    let mut damaged = site.bytes[1].clone();
    damaged[2_999_999] ^= 1;
    std::fs::write(site.stored("data", 1), damaged).unwrap();
    std::fs::remove_file(site.stored("data", 0)).unwrap();
    let (ended, said) = over_http(&site.portal);
    assert_eq!(ended, Some(1), "{said}");
    for hash in [&first, &second] {
        assert!(
            said.contains(&format!("record 2 names the file {hash}")),
            "{said}"
        );
    }
    site.portal.stop();
    for line in [
        "fsck --data data".to_owned(),
        format!("fsck --data data --vkey {vkey}"),
    ] {
        let output = site.portal.run(&line);
        let said = Published::said(&output);
        assert_eq!(code(&output), Some(1), "{said}");
        assert!(
            said.contains(&format!(
                "record 2 names the file {first}, which is not there"
            )),
            "{said}"
        );
        assert!(
            said.contains(&format!(
                "record 2 names the file {second}, which is not whole"
            )),
            "{said}"
        );
        assert!(
            said.ends_with("3 entries, 0 full tiles and 2 files checked: 2 problems.\n"),
            "{said}"
        );
    }
    // Uploaded again, all is well.
    site.portal.again();
    let again = "--upload-only --file first.pdf --file second.pdf record.json";
    assert_eq!(site.portal.must(&format!("{PUBLISH} {again}")), "");
    site.portal.stop();
    let said = site.portal.must("fsck --data data");
    assert!(
        said.starts_with("3 entries"),
        "nothing was appended: {said}"
    );
}

/// A server killed while a file arrives, and while others have just arrived, has every file it acknowledged and no part of
/// the other.
#[test]
fn a_killed_server_keeps_what_it_answered_and_nothing_else() {
    use std::io::Write as _;
    let mut site = Published::new();
    assert_eq!(code(&site.publish()), Some(0));
    let incoming = site.portal.path("data/files/incoming");
    // A client that never ends.
    let large = vec![1; 20 << 20];
    std::fs::write(site.portal.path("large.pdf"), &large).unwrap();
    let record = penalty("2", &[&large]);
    site.portal
        .write("large.json", &gongshi_verify::json::to_jcs(&record));
    let mut child = Command::new(portal::GONGSHI)
        .args(PUBLISH.split(' '))
        .args(["--file", "large.pdf", "large.json"])
        .env("GONGSHI_SERVER", &site.portal.address)
        .current_dir(site.portal.folder.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let begin = SystemTime::now();
    while std::fs::read_dir(&incoming).unwrap().count() == 0
        && begin.elapsed().unwrap() < Duration::from_secs(20)
        && child.try_wait().unwrap().is_none()
    {
        std::thread::yield_now();
    }
    site.portal.stop();
    child.kill().unwrap();
    child.wait().unwrap();
    // Half a file of whoever came between.
    let mut half = File::create(incoming.join("999")).unwrap();
    half.write_all(b"half").unwrap();
    site.portal.again();
    assert_eq!(std::fs::read_dir(&incoming).unwrap().count(), 0);
    site.portal.stop();
    let said = site.portal.must("fsck --data data");
    assert!(said.contains("files checked: 0 problems"), "{said}");
}
