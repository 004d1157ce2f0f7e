//! Bytes flipped and files cut short in a real data folder: every tool says so in words, none panics or hangs, and the
//! server gives out nothing but what it was given. `GONGSHI_DAMAGES` sets how often, `GONGSHI_SEED` which ones.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::*;
use gongshi::intake::{Clock as _, SystemClock};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

const GONGSHI: &str = env!("CARGO_BIN_EXE_gongshi");
/// No tool needs a fraction of it for a folder this small.
const PATIENCE: Duration = Duration::from_secs(20);

/// A small deterministic generator (splitmix64), so that a failure can be had again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
}

fn rounds(default: u64) -> u64 {
    let set = std::env::var("GONGSHI_DAMAGES").ok();
    set.map_or(default, |text| text.parse().unwrap())
}

fn dice() -> Dice {
    let set = std::env::var("GONGSHI_SEED").ok();
    Dice(set.map_or(20_260_302, |text| text.parse().unwrap()))
}

/// A closed log of some hundreds of entries, some with large records.
fn make() -> TestLog {
    let log = TestLog::new(&["permit"]);
    for batch in 0..6 {
        let events = (0..100)
            .map(|i| {
                let number = format!("D-{batch}-{i}");
                let permit = if i == 7 {
                    large_permit(&number)
                } else {
                    permit(&number)
                };
                log.event("permit", permit)
            })
            .collect();
        for answer in log.accept(events) {
            answer.unwrap();
        }
    }
    log
}

/// A permit whose record is too large to share a block.
fn large_permit(number: &str) -> gongshi_verify::json::Value {
    body(&format!(
        r#"{{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","permit_name":"食品经营许可证",
        "permit_no":"{number}","permit_kind":"general","content":"{}","decided_on":"2026-02-27"}}"#,
        number.repeat(3000)
    ))
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.file_type().unwrap().is_dir() {
            copy(&item.path(), &target);
        } else {
            std::fs::copy(item.path(), &target).unwrap();
        }
    }
}

/// All files below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
    found.sort();
}

/// Damages one place of one file; says what it did.
fn damage(data: &Path, dice: &mut Dice, folders: &[&str]) -> String {
    let mut found = Vec::new();
    for folder in folders {
        files(&data.join(folder), &mut found);
    }
    found.retain(|path| path.metadata().unwrap().len() > 0);
    let path = &found[dice.below(found.len() as u64) as usize];
    let mut bytes = std::fs::read(path).unwrap();
    let name = path.strip_prefix(data).unwrap().display().to_string();
    // Where something is stored: the rest of a segment is zeros.
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(0) as u64 + 1;
    let at = dice.below(used) as usize;
    let said = match dice.below(4) {
        0 => {
            bytes.truncate(at);
            format!("{name} cut at {at}")
        }
        1 => {
            let end = bytes.len().min(at + 4096);
            bytes[at..end].fill(0);
            format!("{name} zeros from {at} to {end}")
        }
        _ => {
            bytes[at] ^= 1 << dice.below(8);
            format!("{name} a bit at {at}")
        }
    };
    std::fs::write(path, bytes).unwrap();
    said
}

/// Waits; kills what hangs.
fn end(child: &mut Child, what: &str) -> ExitStatus {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if begin.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{what}: it hangs");
        }
        std::thread::sleep(Duration::from_millis(3));
    }
}

fn text(pipe: Option<impl std::io::Read>) -> String {
    let mut text = String::new();
    pipe.unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Runs `gongshi fsck`: its exit code and all that it said.
fn fsck(data: &Path, what: &str) -> (i32, String) {
    let mut child = Command::new(GONGSHI)
        .args(["fsck", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = end(&mut child, what);
    let said = text(child.stdout.take()) + &text(child.stderr.take());
    let code = status.code();
    let code = code.unwrap_or_else(|| panic!("{what}: fsck ended by {status}: {said}"));
    assert!(!said.contains("panicked at"), "{what}: {said}");
    (code, said)
}

/// Every entry and record of a closed folder, or what it says instead.
fn content(data: &Path) -> Result<Vec<gongshi::log::Leaf>, String> {
    let (log, _) = gongshi::app::read_log(data).map_err(|e| e.to_string())?;
    log.leaves(0..log.published().size())
        .map_err(|e| e.to_string())
}

#[test]
fn fsck_finds_what_is_damaged_and_says_it() {
    let log = make();
    let (data, folder) = (log.data(), log.folder.path().to_owned());
    let TestLog {
        app, folder: _keep, ..
    } = log;
    app.close();
    let whole = content(&data).unwrap();
    let mut dice = dice();
    let (mut found, mut harmless) = (0, 0);
    for round in 0..rounds(60) {
        let copied = folder.join("copy");
        copy(&data, &copied);
        let what = format!(
            "round {round}: {}",
            damage(&copied, &mut dice, &["store/log", "shards", "tail"])
        );
        let (code, said) = fsck(&copied, &what);
        match code {
            // A byte that holds nothing any more.
            0 => {
                assert_eq!(content(&copied).unwrap(), whole, "{what}");
                harmless += 1;
            }
            1 => {
                assert!(
                    said.contains("entr") || said.contains("record") || said.contains("tile"),
                    "{what}: {said}"
                );
                found += 1;
            }
            2 => {
                assert!(
                    ["damaged", "store/log", "shards/", "older state", "engine"]
                        .iter()
                        .any(|word| said.contains(word)),
                    "{what}: {said}"
                );
                found += 1;
            }
            other => panic!("{what}: exit {other}: {said}"),
        }
        if std::env::var_os("GONGSHI_DAMAGES").is_some() {
            println!("{what}: {code} {said}");
        }
        std::fs::remove_dir_all(&copied).unwrap();
    }
    println!("{found} damages found, {harmless} without effect");
    assert!(
        found > 0,
        "no damage had an effect: the test tested nothing"
    );
}

/// What a reader of the log can ask for.
fn paths(size: u64) -> Vec<String> {
    let mut paths = vec![
        "/log/checkpoint".to_owned(),
        "/".to_owned(),
        "/readyz".to_owned(),
    ];
    for index in (0..size).step_by(23).chain([size - 1]) {
        paths.push(format!("/api/v1/records/{index}"));
        paths.push(format!("/api/v1/proof/{index}"));
    }
    for tile in 0..size / 256 {
        paths.push(format!("/log/tile/0/{tile:03}"));
        paths.push(format!("/log/tile/entries/{tile:03}"));
    }
    let (last, width) = (size / 256, size % 256);
    paths.push(format!("/log/tile/0/{last:03}.p/{width}"));
    paths.push(format!("/log/tile/entries/{last:03}.p/{width}"));
    paths
}

fn get(agent: &ureq::Agent, url: &str) -> (u16, Vec<u8>) {
    let mut answer = agent.get(url).call().unwrap();
    let body = answer.body_mut().read_to_vec().unwrap();
    (answer.status().as_u16(), body)
}

/// Starts the server, asks for everything, ends it. `Err` with its words where it refuses to start.
fn serve(data: &Path, what: &str, size: u64) -> Result<BTreeMap<String, (u16, Vec<u8>)>, String> {
    let mut child = Command::new(GONGSHI)
        // The log is of a simulated day long ago.
        .args(["serve", "--listen", "127.0.0.1:0", "--clock-checked"])
        .arg(SystemClock.now().to_string())
        .arg("--data")
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut errors = child.stderr.take().unwrap();
    let errors = std::thread::spawn(move || {
        let mut text = String::new();
        errors.read_to_string(&mut text).unwrap();
        text
    });
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let Some(url) = line
        .trim_end()
        .trim_end_matches('/')
        .strip_prefix("Gongshi is at ")
    else {
        let status = end(&mut child, what);
        let said = errors.join().unwrap();
        assert_eq!(status.code(), Some(2), "{what}: {said}");
        assert!(
            said.contains("gongshi: ") && !said.contains("panicked at"),
            "{what}: {said}"
        );
        return Err(said);
    };
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE));
    let agent: ureq::Agent = config.http_status_as_error(false).build().into();
    let answers = paths(size)
        .into_iter()
        .map(|path| {
            let answer = get(&agent, &format!("{url}{path}"));
            (path, answer)
        })
        .collect();
    let ended = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(ended.success());
    let status = end(&mut child, what);
    let said = errors.join().unwrap();
    assert!(status.code().is_some(), "{what}: {status}: {said}");
    assert!(!said.contains("panicked at"), "{what}: {said}");
    Ok(answers)
}

#[test]
fn the_server_refuses_or_serves_only_what_it_was_given() {
    let log = make();
    let (data, folder) = (log.data(), log.folder.path().to_owned());
    let TestLog {
        app, folder: _keep, ..
    } = log;
    let size = app.portal.log.published().size();
    app.close();
    let right = serve(&data, "undamaged", size).unwrap();
    assert!(
        right.values().all(|(status, _)| *status == 200),
        "{right:?}"
    );
    let mut dice = Dice(dice().0 + 1);
    let (mut refused, mut faults) = (0, 0);
    for round in 0..rounds(16) {
        let copied = folder.join("copy");
        copy(&data, &copied);
        let places = ["store", "shards", "tail"];
        let what = format!("round {round}: {}", damage(&copied, &mut dice, &places));
        match serve(&copied, &what, size) {
            Err(said) => {
                println!("{what}: refused: {said}");
                refused += 1;
            }
            Ok(answers) => {
                for (path, (status, body)) in &answers {
                    match status {
                        // Pages and proofs of one checkpoint; a signature is deterministic.
                        200 if path == "/" || path == "/readyz" => {}
                        200 => assert!(right[path].1 == *body, "{what}: {path} changed"),
                        500..=599 => faults += 1,
                        other => panic!("{what}: {path} is answered {other}"),
                    }
                }
            }
        }
        std::fs::remove_dir_all(&copied).unwrap();
    }
    println!("{refused} starts refused, {faults} answers refused");
}

#[test]
fn reindex_mends_what_is_derived() {
    let log = make();
    let data = log.data();
    let TestLog {
        app, folder: _keep, ..
    } = log;
    let size = app.portal.log.published().size();
    app.close();
    // A database that has lost its end is caught up by itself; one that cannot be opened is not.
    for (derived, refused) in [
        ("store/seen/conf", true),
        ("store/seen/db", false),
        ("store/model/conf", true),
        ("index/meta.json", false),
    ] {
        let file = data.join(derived);
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, &bytes[..bytes.len() / 3]).unwrap();
        let served = serve(&data, derived, size);
        assert_eq!(served.is_err(), refused, "{derived}");
        if let Err(said) = served {
            assert!(said.contains("`gongshi reindex` makes it anew"), "{said}");
        }
        let mended = Command::new(GONGSHI)
            .args(["reindex", "--data"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(mended.status.success(), "{derived}: {mended:?}");
        let answers = serve(&data, derived, size).unwrap();
        assert!(
            answers.values().all(|(status, _)| *status == 200),
            "{derived}"
        );
    }
}
