//! The command: exit codes and what it says.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::{Log, policy_text, secret};

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("policy"), policy_text()).unwrap();
        Self { folder }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn run(&self, command: &str, files: &[&Path]) -> (i32, String, String) {
        let output: Output = Command::new(env!("CARGO_BIN_EXE_gongshi-verify"))
            .arg(command)
            .args(files)
            .arg("--policy")
            .arg(self.folder.path().join("policy"))
            .output()
            .unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }
}

fn log() -> Log {
    let mut log = Log::with_department();
    log.say("inspection_result", None, &secret(2));
    log
}

#[test]
fn proof() {
    let (files, log) = (Files::new(), log());
    let text = log.proof(3, &log.extra(3));
    let good = files.write("good.tlog-proof", &text);
    let (code, out, _) = files.run("proof", &[&good]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("pass") && out.contains("VERIFIED") && out.contains("not checked"));

    let bad = files.write("bad.tlog-proof", &text.replace("index 3", "index 2"));
    let (code, out, _) = files.run("proof", &[&good, &bad]);
    assert_eq!(code, 1);
    assert!(
        out.contains("FAIL") && out.contains("NOT VERIFIED (inside the log)"),
        "{out}"
    );

    let mut extra = log.extra(3);
    extra.record = None;
    let entry_only = files.write("entry.tlog-proof", &log.proof(3, &extra));
    let (code, out, _) = files.run("proof", &[&entry_only]);
    assert_eq!(code, 1);
    assert!(out.contains("ENTRY ONLY"));

    let junk = files.write("junk", "junk");
    let (code, _, err) = files.run("proof", &[&junk]);
    assert_eq!(code, 2);
    assert!(err.contains("unusable input") && err.contains("junk"));
    let (code, _, _) = files.run("proof", &[&files.folder.path().join("absent")]);
    assert_eq!(code, 2);
    let (code, _, _) = files.run("proof", &[]);
    assert_eq!(code, 2);
    files.write("policy", "log\n");
    let (code, _, err) = files.run("proof", &[&good]);
    assert_eq!(code, 2);
    assert!(err.contains("policy line 1"));
}

#[test]
fn record() {
    let (files, log) = (Files::new(), log());
    let mut extra = log.extra(3);
    let own = extra.record.take().unwrap().to_jcs();
    let proof = files.write("proof", &log.proof(3, &extra));
    let option = Path::new("--proof");
    let record = files.write("record.json", &own);
    let (code, out, _) = files.run("record", &[&record, option, &proof]);
    assert_eq!(code, 0, "{out}");
    let other = files.write("other.json", &own.replace("no_problem", "problem"));
    let (code, out, _) = files.run("record", &[&other, option, &proof]);
    assert_eq!(code, 1);
    assert!(out.contains("NOT VERIFIED (fingerprint of the record)"));
    let (code, _, _) = files.run("record", &[&proof, option, &proof]);
    assert_eq!(code, 2);
}

#[test]
fn consistency() {
    let (files, log) = (Files::new(), log());
    let old = files.write("old", &log.checkpoint(2));
    let proof = files.write("proof", &log.consistency(2).to_jcs().unwrap());
    let (code, out, _) = files.run("consistency", &[&old, &proof]);
    assert_eq!(code, 0, "{out}");
    let other = files.write("other", &log.checkpoint(3));
    let (code, out, _) = files.run("consistency", &[&other, &proof]);
    assert_eq!(code, 1);
    assert!(out.contains("NOT VERIFIED (same log and trees)"), "{out}");
    let (code, _, _) = files.run("consistency", &[&proof, &proof]);
    assert_eq!(code, 2);
    let middle = log.consistency_between(2, 3).to_jcs().unwrap();
    let middle = files.write("middle", &middle);
    let (code, _, err) = files.run("consistency", &[&old, &middle]);
    assert_eq!(code, 2);
    assert!(err.contains("--new"), "{err}");
    let (code, out, _) = files.run("consistency", &[&old, &middle, Path::new("--new"), &other]);
    assert_eq!(code, 0, "{out}");
}

/// Whatever is handed over in the place of a file: one line, exit code 2, and the file's name in it.
#[test]
fn garbage() {
    let (files, log) = (Files::new(), log());
    let good = files.write("good.tlog-proof", &log.proof(3, &log.extra(3)));
    let old = files.write("old", &log.checkpoint(2));
    let consistency = files.write("c.json", &log.consistency(2).to_jcs().unwrap());
    let record = files.write("record.json", &log.extra(3).record.unwrap().to_jcs());
    let folder = files.folder.path().join("folder");
    std::fs::create_dir(&folder).unwrap();
    let binary = files.folder.path().join("binary");
    let bytes: Vec<u8> = (0..=255).rev().collect();
    std::fs::write(&binary, bytes).unwrap();
    let large = files.folder.path().join("large");
    std::fs::File::create(&large)
        .unwrap()
        .set_len(17 << 20)
        .unwrap();
    let unusable = [
        files.folder.path().join("absent"),
        folder,
        files.write("empty", ""),
        files.write("text", "hello\n"),
        files.write("half.json", "{\"body\":"),
        files.write("cut", &log.proof(3, &log.extra(3))[..200]),
        binary,
        large,
    ];
    let (proof, new) = (Path::new("--proof"), Path::new("--new"));
    let check = |command: &str, given: &[&Path], named: &Path| {
        let (code, out, err) = files.run(command, given);
        assert_eq!(
            (code, out.as_str()),
            (2, ""),
            "{command} {}: {err}",
            named.display()
        );
        assert!(
            err.starts_with("unusable input: ") && err.lines().count() == 1,
            "{err}"
        );
        assert!(err.len() < 600 && !err.contains("panicked"), "{err}");
        assert!(
            err.contains(named.file_name().unwrap().to_str().unwrap()),
            "{err}"
        );
        // No cause is told twice.
        let parts: Vec<&str> = err.trim_end().split(": ").collect();
        assert!(parts.windows(2).all(|two| two[0] != two[1]), "{err}");
    };
    for bad in &unusable {
        check("proof", &[bad], bad);
        check("record", &[bad, proof, &good], bad);
        check("record", &[&record, proof, bad], bad);
        check("consistency", &[bad, &consistency], bad);
        check("consistency", &[&old, bad], bad);
        check("consistency", &[&old, &consistency, new, bad], bad);
        let output = Command::new(env!("CARGO_BIN_EXE_gongshi-verify"))
            .arg("proof")
            .arg(&good)
            .arg("--policy")
            .arg(bad)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(
            err.contains(bad.file_name().unwrap().to_str().unwrap()),
            "{err}"
        );
    }
}

/// A report that cannot be written is no verdict, and no panic.
#[test]
#[cfg(target_os = "linux")]
fn nobody_reads() {
    let (files, log) = (Files::new(), log());
    let good = files.write("good.tlog-proof", &log.proof(3, &log.extra(3)));
    let full = || {
        std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    let run = |file: &Path, deaf: bool| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gongshi-verify"));
        command.arg("proof").arg(file).arg("--policy");
        command
            .arg(files.folder.path().join("policy"))
            .stdout(full());
        if deaf {
            command.stderr(full());
        }
        let output = command.output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), err)
    };
    let (code, err) = run(&good, false);
    assert_eq!(code, Some(2), "{err}");
    assert!(
        err.contains("cannot write the report") && !err.contains("panicked"),
        "{err}"
    );
    assert_eq!(run(&good, true).0, Some(2));
    assert_eq!(run(&files.write("junk", "junk"), true).0, Some(2));
}

/// Names of files and of logs are foreign text too.
#[test]
fn foreign_names_are_shown_escaped_and_short() {
    let (files, log) = (Files::new(), log());
    let proof = log.proof(3, &log.extra(3));
    let name = "a\u{1b}[2J\u{202e}b";
    let (code, out, _) = files.run("proof", &[&files.write(name, &proof)]);
    assert_eq!(code, 0);
    assert!(
        out.contains("a\\u{1b}[2J\\u{202e}b\n") && !out.contains('\u{1b}'),
        "{out}"
    );
    let (code, _, err) = files.run("proof", &[&files.write(name, "junk")]);
    assert_eq!(code, 2);
    assert!(
        err.contains("\\u{1b}") && !err.contains(['\u{1b}', '\u{202e}']),
        "{err}"
    );
    // A log by a name as long as its file.
    let origin = format!("example.org/{}", "x".repeat(500_000));
    let other = proof.replace("\nexample.org/log\n", &format!("\n{origin}\n"));
    let (code, out, _) = files.run("proof", &[&files.write("other", &other)]);
    assert_eq!(code, 1);
    assert!(out.contains("is inside the log example.org/xxx") && out.len() < 4_000);
}

/// A code is of the entry alone: with or without the record, it is the same.
#[test]
fn receipt() {
    let (files, log) = (Files::new(), log());
    let hash = gongshi_verify::hash::leaf_hash(log.extra(3).entry.to_text().as_bytes());
    let expected = gongshi_verify::receipt::ReceiptCode::of(3, &hash).to_string();
    let whole = files.write("3.tlog-proof", &log.proof(3, &log.extra(3)));
    let mut extra = log.extra(3);
    extra.record = None;
    let bare = files.write("bare.tlog-proof", &log.proof(3, &extra));
    let junk = files.write("junk", "junk");
    let run = |files: &[&Path]| {
        let output = Command::new(env!("CARGO_BIN_EXE_gongshi-verify"))
            .arg("receipt")
            .args(files)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code().unwrap(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let (code, out, _) = run(&[&whole, &bare]);
    assert_eq!((code, out), (0, format!("{expected}\n{expected}\n")));
    let (code, out, err) = run(&[&whole, &junk]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.contains("junk") && err.contains("not a proof file"),
        "{err}"
    );
    assert_eq!(run(&[]).0, 2);
}
