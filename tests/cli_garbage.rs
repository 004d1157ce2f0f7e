//! The program with files and settings that are not what they should be: one clear message, exit code 2, nothing begun.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "cli_garbage/draw.rs"]
mod draw;
#[path = "cli_garbage/revise.rs"]
mod revise;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A folder with one of each kind of file nobody should hand over.
struct Folder(tempfile::TempDir);

/// Files that are no key, no table, no body, no settings, no data folder.
const GARBAGE: &[&str] = &["absent", "folder", "empty", "text", "binary", "half.json"];

impl Folder {
    fn new() -> Self {
        let folder = Folder(tempfile::tempdir().unwrap());
        std::fs::create_dir(folder.path("folder")).unwrap();
        folder.write("empty", b"");
        folder.write("text", b"hello\n");
        folder.write("binary", &noise());
        folder.write("half.json", b"{\"a\":");
        folder
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
        set_mode(&self.path(name), 0o600);
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gongshi"));
        command
            .args(line.split_ascii_whitespace())
            // Nobody answers there: what fails later than it should says so.
            .env("GONGSHI_SERVER", "http://127.0.0.1:9")
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::null())
            .current_dir(self.0.path());
        command
    }

    fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    /// Runs what must succeed.
    fn must(&self, line: &str) {
        let output = self.run(line);
        assert!(output.status.success(), "{line}: {output:?}");
    }

    /// Runs what must be refused as unusable, and gives the message.
    fn refused(&self, line: &str) -> String {
        let output = self.run(line);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}: {said}");
        assert!(output.stdout.is_empty(), "{line}");
        for wild in [
            "panicked",
            "backtrace",
            "Error {",
            "Os {",
            "Some(",
            "kind:",
            "src/",
        ] {
            assert!(!said.contains(wild), "{line}: {said}");
        }
        let lines: Vec<&str> = said.lines().collect();
        assert!((1..=8).contains(&lines.len()), "{line}: {said}");
        assert!(said.len() < 1500, "{line}: {said}");
        // A cause does not say again what stands above it.
        for pair in lines.windows(2) {
            if let Some(cause) = pair[1].strip_prefix("  because: ") {
                assert!(!pair[0].ends_with(cause), "{line}: {said}");
            }
        }
        said
    }

    fn init(&self, data: &str) {
        self.must(&format!(
            "init --data {data} --origin log.example/test --operator 000000-XXZX --name Operator --region 000000"
        ));
    }
}

/// Bytes of no format, the same in every run.
fn noise() -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let next = move |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8 | 0x80
    };
    (0..4096).map(next).collect()
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn keys_that_are_none_or_not_private_are_refused() {
    let folder = Folder::new();
    folder.must("keygen --authority 000000-SCJG --origin log.example/test --out good.key");
    let publish =
        |key: &str| folder.refused(&format!("publish --lang en --kind permit --key {key} text"));
    for key in GARBAGE {
        assert!(publish(key).contains(key), "{key}");
    }
    let text = std::fs::read_to_string(folder.path("good.key")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for (changed, place) in [
        (lines[..2].join("\n"), "line 3"),
        (format!("{}\n{}\n{}", lines[0], "lower", lines[2]), "line 2"),
        (format!("{text}more\n"), "line 4"),
        (format!("{}\n{}\n{}", lines[0], lines[1], "AAAA"), "line 3"),
    ] {
        folder.write("bad.key", changed.as_bytes());
        let said = publish("bad.key");
        assert!(said.contains("bad.key") && said.contains(place), "{said}");
        assert!(!said.contains(lines[2]), "a message must not repeat a key");
    }
    for mode in [0o644, 0o640, 0o604, 0o660, 0o666] {
        set_mode(&folder.path("good.key"), mode);
        let said = publish("good.key");
        assert!(said.contains("chmod 600"), "{mode:o} {said}");
    }
    set_mode(&folder.path("good.key"), 0o600);
    // The key is good: only now is the file with the bodies looked at.
    assert!(publish("good.key").contains("line 1"));
    for out in ["good.key", "folder", "absent/new.key"] {
        let said = folder.refused(&format!(
            "keygen --authority 000000-SCJG --origin log.example/test --out {out}"
        ));
        assert!(said.contains(out), "{said}");
    }
    assert_eq!(
        std::fs::read_to_string(folder.path("good.key")).unwrap(),
        text
    );
}

#[test]
fn bodies_and_requests_that_are_none_are_named_with_the_place() {
    let folder = Folder::new();
    folder.must("keygen --authority 000000-SCJG --origin log.example/test --out k");
    for file in GARBAGE {
        let said = folder.refused(&format!("publish --kind permit --key k {file}"));
        assert!(
            said.contains(file) && !said.contains("connection"),
            "{said}"
        );
        let said = folder.refused(&format!(
            "authority register --key k --request {file} --name D --region 000000 --kinds permit"
        ));
        assert!(
            said.contains(file) && !said.contains("connection"),
            "{said}"
        );
    }
    folder.write("lines", b"{\"a\":1}\n{\"a\":1,\"a\":2}\n");
    let said = folder.refused("publish --lang en --kind permit --key k lines");
    assert!(said.contains("line 2") && said.contains("twice"), "{said}");
    let said = folder.refused("publish --kind gossip --key k lines");
    assert!(
        said.contains("gossip") && said.contains("inspection_result"),
        "{said}"
    );
}

#[test]
fn tables_that_are_none_say_what_they_are() {
    let folder = Folder::new();
    folder.must("import --template abnormal_listing --format xlsx --out good.xlsx");
    let good = std::fs::read(folder.path("good.xlsx")).unwrap();
    folder.write("cut.xlsx", &good[..good.len() / 2]);
    folder.write("zip.xlsx", b"PK\x03\x04 and no more");
    let mut damaged = good.clone();
    let sheet = b"xl/worksheets/sheet1.xml";
    let at = damaged.windows(sheet.len()).position(|name| name == sheet);
    let at = at.unwrap() + sheet.len();
    for byte in &mut damaged[at..at + 40] {
        *byte ^= 0x5a;
    }
    folder.write("damaged.xlsx", &damaged);
    folder.write("noise.xlsx", &noise());
    folder.write("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    folder.write("nul.csv", b"a,b\0,c\n");
    folder.write("few.csv", "统一社会信用代码,企业名称\n".as_bytes());
    folder.write("other.csv", b"a,b\n1,2\n");
    let check = |file: &str| {
        folder.refused(&format!(
            "import --kind abnormal_listing --region 000000 --dry-run --lang en {file}"
        ))
    };
    for (file, expected) in [
        ("absent", "Cannot read absent"),
        ("folder", "Cannot read folder"),
        ("empty", "The table is empty"),
        ("text", "No header"),
        ("binary", "Cannot read binary: line 1"),
        ("cut.xlsx", "the XLSX workbook is damaged or incomplete"),
        ("damaged.xlsx", "the XLSX workbook is damaged or incomplete"),
        ("zip.xlsx", "the XLSX workbook is damaged or incomplete"),
        (
            "noise.xlsx",
            "neither a text table (CSV) nor an XLSX workbook",
        ),
        ("old.xls", "save it as .xlsx or CSV"),
        ("nul.csv", "neither a text table (CSV) nor an XLSX workbook"),
        ("few.csv", "Columns that must be there are missing"),
        ("other.csv", "No header"),
    ] {
        let said = check(file);
        assert!(said.contains(expected), "{file}: {said}");
    }
    let said = folder.refused("import --kind plan --dry-run --lang en text");
    assert!(said.contains("are not imported"), "{said}");
    let said =
        folder.refused("import --kind abnormal_listing --region 12 --dry-run --lang en other.csv");
    assert!(said.contains("12") || said.contains("header"), "{said}");
}

#[test]
fn settings_that_are_none_name_the_file_and_the_key() {
    let folder = Folder::new();
    for file in ["absent", "folder", "text", "binary", "half.json"] {
        let said = folder.refused(&format!("serve --config {file}"));
        assert!(said.contains(file), "{said}");
    }
    for (name, text, expected) in [
        (
            "slip",
            "lisen = \"127.0.0.1:1\"\n",
            "no command has a flag named lisen",
        ),
        (
            "list",
            "listen = [1]\n",
            "listen must be a string, a number or true/false",
        ),
        (
            "table",
            "[serve]\nlisten = \"127.0.0.1:1\"\n",
            "serve must be a string",
        ),
        ("open", "listen = \"127\n", "line 1"),
        ("twice", "data = \"a\"\ndata = \"b\"\n", "line 2"),
    ] {
        folder.write(name, text.as_bytes());
        let said = folder.refused(&format!("serve --config {name}"));
        assert!(said.contains(name) && said.contains(expected), "{said}");
    }
    folder.write("good", b"data = \"absent\"\n");
    let said = folder.refused("serve --config good");
    assert!(said.contains("absent holds no log"), "{said}");
    folder.refused("serve --config");
    folder.refused("sreve");
}

#[test]
fn folders_that_are_no_logs_or_in_use_are_left_alone() {
    let folder = Folder::new();
    for command in ["serve", "reindex", "export"] {
        for data in ["absent", "folder", "text"] {
            let said = folder.refused(&format!("{command} --data {data}"));
            assert!(said.contains(data), "{said}");
        }
    }
    assert!(!folder.path("absent").exists());
    assert_eq!(std::fs::read_dir(folder.path("folder")).unwrap().count(), 0);
    // A log that cannot be made leaves nothing behind.
    let good = ["log.example/test", "000000-XXZX", "Operator", "000000"];
    for (at, bad) in [(0, "LOG"), (1, "xxzx"), (2, "\u{7}"), (3, "12")] {
        let mut given = good;
        given[at] = bad;
        let [origin, operator, name, region] = given;
        let mut command = folder.command("init --data new");
        let output = command
            .args(["--origin", origin, "--operator", operator, "--name", name])
            .args(["--region", region])
            .output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(!folder.path("new").exists(), "{output:?}");
    }
    folder.init("d");
    for data in ["d", "text"] {
        let said = folder.refused(&format!(
            "init --data {data} --origin log.example/test --operator 000000-XXZX --name Operator --region 000000"
        ));
        assert!(said.contains(data), "{said}");
    }
    let said = folder.refused("demo --data d");
    assert!(said.contains("d is not empty"), "{said}");
    for listen in ["nonsense", "127.0.0.1", "127.0.0.1:99999", "203.0.113.1:1"] {
        let said = folder.refused(&format!("serve --data d --listen {listen}"));
        assert!(
            said.contains(&format!("cannot serve at {listen}")),
            "{said}"
        );
    }
    set_mode(&folder.path("d/keys/checkpoint.key"), 0o644);
    let said = folder.refused("serve --data d");
    assert!(
        said.contains("checkpoint.key") && said.contains("chmod 600"),
        "{said}"
    );
    set_mode(&folder.path("d/keys/checkpoint.key"), 0o600);
    let key = std::fs::read(folder.path("d/keys/checkpoint.key")).unwrap();
    folder.write("d/keys/checkpoint.key", b"PRIVATE+KEY+nonsense\n");
    assert!(folder.refused("serve --data d").contains("checkpoint.key"));
    folder.write("d/keys/checkpoint.key", &key);

    let mut server = folder
        .command("serve --data d --listen 127.0.0.1:0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(server.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let said =
        ["serve --data d", "reindex --data d", "export --data d"].map(|line| folder.refused(line));
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(line.starts_with("Gongshi is at"), "{line}");
    for said in said {
        assert!(said.contains("d is in use by another process"), "{said}");
    }
}

#[test]
fn servers_that_are_none_are_named() {
    let folder = Folder::new();
    for (server, expected) in [
        ("nonsense", "nonsense"),
        ("http://127.0.0.1:9", "no connection to http://127.0.0.1:9"),
        ("ftp://127.0.0.1", "ftp://127.0.0.1"),
        ("", ""),
    ] {
        let output = folder
            .command("authority list")
            .args(["--server", server])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains(expected) && !said.contains("panicked"),
            "{said}"
        );
    }
}

/// An auditor checks a copy of a folder with the log's verifier key, and no secrets.
#[test]
fn a_folder_without_keys_is_checked_with_the_verifier_key() {
    use gongshi_verify::note::SignerKey;
    let folder = Folder::new();
    folder.init("d");
    let secret = std::fs::read_to_string(folder.path("d/keys/checkpoint.key")).unwrap();
    let signer = SignerKey::parse(secret.trim()).unwrap();
    std::fs::remove_dir_all(folder.path("d/keys")).unwrap();
    let said = folder.refused("fsck --data d");
    assert!(
        said.contains("d/keys/checkpoint.key is not there") && said.contains("--vkey"),
        "{said}"
    );
    folder.must(&format!("fsck --data d --vkey {}", signer.verifier()));
    let stranger = |name: &str| {
        let kind = gongshi_verify::note::KeyKind::Ed25519;
        let signer = SignerKey::from_seed(name, kind, &[9; 32]).unwrap();
        folder.refused(&format!("fsck --data d --vkey {}", signer.verifier()))
    };
    assert!(stranger("log.example/test").contains("no valid signature"));
    assert!(stranger("log.example/other").contains("that of the log log.example/other"));
    assert!(
        folder
            .refused("fsck --data d --vkey nonsense")
            .contains("--vkey")
    );
    assert!(
        folder
            .refused("fsck --data absent")
            .contains("absent holds no log")
    );
}

/// A reader of standard output who has read enough is no error; one of a file that cannot be written is.
#[test]
fn an_output_nobody_reads_any_more_is_no_error() {
    let folder = Folder::new();
    folder.init("d");
    let header = "统一社会信用代码,企业名称,列入原因,列入日期\n";
    let rows = "91000000MA00000901,示例公司,失联,2026-03-02\n".repeat(200);
    folder.write("bad.csv", format!("{header}{rows}").as_bytes());
    for (line, code) in [
        ("export --data d", 0),
        ("fsck --data d", 0),
        ("import --template permit", 0),
        (
            "import --kind abnormal_listing --region 000000 --dry-run bad.csv",
            1,
        ),
        (
            "keygen --authority 000000-SCJG --origin log.example/test --out k",
            0,
        ),
    ] {
        let mut command = folder.command(line);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{line}: {said}");
        assert!(
            !said.contains("pipe") && !said.contains("panicked"),
            "{line}: {said}"
        );
    }
    if Path::new("/dev/full").exists() {
        let full = || std::fs::OpenOptions::new().write(true).open("/dev/full");
        for line in ["export --data d", "fsck --data d"] {
            let output = folder.command(line).stdout(full().unwrap()).output();
            let output = output.unwrap();
            assert_eq!(output.status.code(), Some(2), "{output:?}");
        }
    }
}
