//! Whatever the server can give is fetched after a withdrawal: what was withdrawn is in none of it, what was not is found.

use crate::common::*;
use crate::served::Server;
use crate::support::*;
use gongshi::domain::Kind;
use gongshi::log::archive;
use gongshi::store::Files;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::sha256;
use gongshi_verify::json::Value;
use std::path::Path;
use std::process::Command;

/// Characters that stand in what is withdrawn, and in what stays, and nowhere else.
const GONE: &str = "骉麤";
const STAYS: &str = "猋羴";
const FIRST: &str = "91000000MA00000900";
/// An enterprise that nothing else is about.
const OWN: &str = "91000000000000019";

fn own() -> String {
    let code = gongshi::domain::Uscc::complete(OWN).unwrap();
    code.to_string()
}

fn with_file(words: &str, uscc: &str, bytes: &[u8]) -> Value {
    let (hash, size) = (hex(&sha256(bytes)), bytes.len());
    body(&format!(
        r#"{{"subject_uscc":"{uscc}","subject_name":"{words}店","region":"000000","permit_name":"{words}许可",
        "permit_no":"{words}号","permit_kind":"general","content":"{words}制售","decided_on":"2026-02-20",
        "attachments":[{{"media_type":"text/plain","name":"{words}.txt","sha256":"{hash}","size":{size}}}]}}"#
    ))
}

/// Every address that answers GET, with what stands in place of each variable.
fn addresses(county: &County) -> Vec<String> {
    let size = county.log.app.portal.log.published().size();
    let mut pages = vec![
        "/".to_owned(),
        "/search".to_owned(),
        "/search?q=%E5%BA%97".to_owned(),
        "/search?q=%E5%BA%97&sort=newest".to_owned(),
        "/search?kind=permit".to_owned(),
        "/search?q=91000000".to_owned(),
        "/search?authority=000000-SCJG&region=000000".to_owned(),
        format!("/search?q={}", own()),
        format!("/search?q={FIRST}"),
        format!("/enterprise/{FIRST}"),
        format!("/enterprise/{}", own()),
        format!("/authority/{DEPARTMENT}"),
        format!("/authority/{OPERATOR}"),
        "/list/abnormal".to_owned(),
        "/list/serious".to_owned(),
        "/log-state".to_owned(),
        "/plans".to_owned(),
        "/plans/a/b/c".to_owned(),
        "/plans/a/b/c/tasks/d".to_owned(),
        "/draws/a/b/c".to_owned(),
        "/draws/a/b/c/target".to_owned(),
        "/draws/a/b/c/target/d".to_owned(),
        "/check".to_owned(),
        "/fairness".to_owned(),
        "/rules".to_owned(),
        "/rules/publication".to_owned(),
        "/receipts".to_owned(),
        "/repair".to_owned(),
        "/promises".to_owned(),
        "/duties".to_owned(),
        format!("/authorities/{DEPARTMENT}/duties"),
        format!("/authorities/{DEPARTMENT}/duties?list=late"),
        format!("/authorities/{DEPARTMENT}/duties?part=followed"),
        format!("/authorities/{DEPARTMENT}/duties.atom"),
        format!("/authorities/{DEPARTMENT}/duties.ics"),
        "/problems/reference-kind".to_owned(),
    ];
    pages.extend(Kind::ALL.iter().map(|kind| format!("/list/{kind}")));
    pages.extend((0..size).map(|index| format!("/record/{index}")));
    let receipts: Vec<String> = (0..size).map(|index| county.receipt(index)).collect();
    pages.extend(receipts.iter().map(|code| format!("/receipts/{code}")));
    pages.extend(
        receipts
            .iter()
            .map(|code| format!("/receipts/{code}/print")),
    );
    let english: Vec<String> = pages.iter().map(|page| format!("/en{page}")).collect();
    pages.extend(english);
    let mut all = pages;
    for path in [
        "/log/checkpoint",
        "/log/policy",
        "/log/tile/0/000",
        "/metrics",
        "/healthz",
        "/readyz",
        "/robots.txt",
        "/sitemap.xml",
        "/api/v1/log",
        "/api/v1/consistency/1/2",
        "/api/v1/authorities",
        "/api/v1/plans",
        "/api/v1/plans/a/b/c",
        "/api/v1/plans/a/b/c/targets",
        "/api/v1/plans/a/b/c/targets/d",
        "/api/v1/plans/a/b/c/tasks/d",
        "/api/v1/fairness?year=2026",
        "/api/v1/fairness/targets/d?year=2026",
        "/api/v1/fairness.csv?year=2026",
        "/api/v1/draws/a/b/c",
        "/api/v1/beacons",
        "/api/v1/rules",
        "/api/v1/repair",
        "/api/v1/promises",
        "/api/v1/duties",
        "/api/v1/authorities/000000-SCJG/duties",
        "/api/v1/authorities/000000-SCJG/duties?list=late",
        "/api/v1/cards/a",
        "/static/style.css",
    ] {
        all.push(path.to_owned());
    }
    for bytes in [GONE, STAYS] {
        let name = hex(&sha256(bytes.as_bytes()));
        all.push(format!("/api/v1/files/{name}"));
    }
    all.extend(
        receipts
            .iter()
            .map(|code| format!("/api/v1/receipts/{code}")),
    );
    for index in 0..size {
        all.push(format!("/api/v1/records/{index}"));
        all.push(format!("/api/v1/proof/{index}"));
    }
    // The tile of entries is as wide as the log is long.
    all.push(format!("/log/tile/entries/000.p/{size}"));
    all.push(format!("/log/tile/0/000.p/{size}"));
    all
}

/// Routes are written in these files; a new one has to be fetched here too.
#[test]
fn every_route_is_fetched() {
    let county = County::new();
    let fetched = addresses(&county);
    let sources = [
        (include_str!("../../src/web/pages/mod.rs"), ""),
        (include_str!("../../src/web/api.rs"), "/api/v1"),
        (include_str!("../../src/web/tlog.rs"), "/log"),
        (include_str!("../../src/web/mod.rs"), ""),
    ];
    for (source, above) in sources {
        let quoted = source.split('"').skip(1).step_by(2);
        // Only to read the routes themselves: what begins with a slash, without its variables.
        for route in quoted.filter(|text| text.starts_with('/') && text.len() > 1) {
            let fixed = route.split('{').next().unwrap().trim_end_matches('/');
            if fixed.is_empty() || fixed.starts_with("/en") || fixed.contains(' ') {
                continue;
            }
            // Rests of a plan's address, and scopes, stand by themselves.
            let found = fetched.iter().any(|path| path.contains(fixed));
            let posted = ["/events"].contains(&fixed);
            assert!(found || posted, "{above}{route} is not fetched");
        }
    }
}

/// The export of a copy of the folder, since a server has the folder itself.
fn exported(data: &Path) -> String {
    let copy = tempfile::tempdir().unwrap();
    let (to, out) = (copy.path().join("data"), copy.path().join("files"));
    let copied = Command::new("cp").arg("-r").arg(data).arg(&to).status();
    assert!(copied.unwrap().success());
    let output = Command::new(env!("CARGO_BIN_EXE_gongshi"))
        .args(["export", "--data"])
        .arg(&to)
        .arg("--files")
        .arg(&out)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let mut text = String::from_utf8(output.stdout).unwrap();
    for file in std::fs::read_dir(out).unwrap() {
        text.push_str(&std::fs::read_to_string(file.unwrap().path()).unwrap());
    }
    text
}

/// All text of a backup.
fn backed_up(county: &County) -> String {
    let portal = &county.log.app.portal;
    let mut backup = Vec::new();
    let files: &Files = portal.intake.files();
    archive::write(
        &portal.log,
        files,
        gongshi::app::files_of,
        &mut backup,
        |_| (),
    )
    .unwrap();
    String::from_utf8_lossy(&zstd::decode_all(backup.as_slice()).unwrap()).into_owned()
}

#[test]
fn what_was_withdrawn_is_in_no_output() {
    let county = County::new();
    let files = county.log.app.portal.intake.files().clone();
    let publish = |words: &str, uscc: &str| {
        let bytes = words.as_bytes();
        files
            .put(&sha256(bytes), bytes.len() as u64, bytes)
            .unwrap();
        let permit = county.publish("permit", with_file(words, uscc, bytes));
        let name = format!("{words}店");
        let listed = county.publish("abnormal_listing", listing(uscc, &name, "2026-02-25"));
        let right = listing(uscc, &format!("{name}改"), "2026-02-25");
        let correction = county.correction(listed, "abnormal_listing", right);
        county.say(correction).unwrap();
        [permit, listed]
    };
    let gone = publish(GONE, &own());
    let stays = publish(STAYS, FIRST);
    county.log.settle();
    let server = Server::of(county.log.app.portal.clone());
    let outputs = |words: &str| -> Vec<String> {
        let mut found = Vec::new();
        for path in addresses(&county) {
            if server.get(&path).body.contains(words) {
                found.push(path);
            }
        }
        if exported(&county.log.data()).contains(words) {
            found.push("export".to_owned());
        }
        found
    };
    // The search finds it while it is public: in as many places as what stays.
    let before = outputs(GONE);
    for words in [GONE, STAYS] {
        let found = outputs(words);
        for place in [
            "/",
            "/en/search?q=%E5%BA%97",
            "/list/abnormal",
            "/list/permit",
            "export",
        ] {
            assert!(
                found.iter().any(|found| found == place),
                "{words} at {place}: {found:?}"
            );
        }
    }
    assert_eq!(before.len(), outputs(STAYS).len());
    for index in gone {
        server.post(&county.withdrawal(index));
    }
    assert_eq!(outputs(GONE), Vec::<String>::new());
    assert!(outputs(STAYS).len() >= before.len() - 4);
    // By its index there is a page, which says nothing of it.
    for index in gone {
        let page = server.get(&format!("/record/{index}"));
        assert_eq!(page.status, 410);
        let record = server.get(&format!("/api/v1/records/{index}"));
        assert!(!record.body.contains("\"body\""), "{}", record.body);
    }
    assert!(
        server
            .get(&format!("/api/v1/records/{}", stays[0]))
            .body
            .contains(STAYS)
    );
    // Searched for by its own words, there is nothing to go to.
    for query in ["%E9%AA%89", "%E9%BA%A4%E5%BA%97", "%E9%AA%89%E9%BA%A4"] {
        let page = server.get(&format!("/search?q={query}")).body;
        let to = |index: u64| page.contains(&format!("/record/{index}\""));
        assert!(!gone.into_iter().any(to), "{query}");
    }
    // A backup keeps what was withdrawn, to be proved in court, and nothing of what was erased.
    assert!(backed_up(&county).contains(GONE));
    for index in gone {
        county.say(county.erasure(index)).unwrap();
    }
    let standing = county.log.app.portal.intake.standing();
    for _ in 0..600 {
        if standing.unfinished().unwrap().is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let backup = backed_up(&county);
    assert!(!backup.contains(GONE) && backup.contains(STAYS));
    assert_eq!(outputs(GONE), Vec::<String>::new());
}
