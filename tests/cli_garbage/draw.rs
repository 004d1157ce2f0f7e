//! Garbage handed to the commands of a draw: named, and nothing begun, written or sent.

use super::*;

const LEAVES: &[u8] = b"ddraw/1|target|A|s|D|0\n";
const OFFICERS: &[u8] = b"ddraw/1|officer|P1|D|\nddraw/1|officer|P2|D|\n";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.must("keygen --authority 000000-SCJG --origin log.example/test --out k");
    folder.write("objects.txt", LEAVES);
    folder.write("officers.txt", OFFICERS);
    folder
}

#[test]
fn lists_and_names_that_are_none_make_no_library() {
    let folder = folder();
    for file in GARBAGE {
        let said = folder.refused(&format!(
            "plan library objects --out new.txt --lang en {file}"
        ));
        assert!(
            said.contains(file) || said.contains("header") || said.contains("empty"),
            "{file}: {said}"
        );
        folder.write("list.csv", b"id,stratum,departments\nA,s,D\n");
        if *file != "empty" {
            let said = folder.refused(&format!(
                "plan library objects --names {file} --out new.txt list.csv"
            ));
            assert!(said.contains(file), "{file}: {said}");
        }
        if *file != "absent" {
            let said = folder.refused(&format!(
                "plan library officers --pseudonyms {file} --out new.txt list.csv"
            ));
            assert!(said.contains(file), "{file}: {said}");
        }
    }
    for (line, expected) in [
        (
            "plan library objects --lang en --out objects.txt list.csv",
            "never overwritten",
        ),
        (
            "plan library objects --sealed --out new.txt list.csv",
            "--openings",
        ),
        (
            "plan library officers --sealed --openings o --out new.txt list.csv",
            "--sealed",
        ),
        (
            "plan library objects --set x --out new.txt list.csv",
            "COLUMN=VALUE",
        ),
        (
            "plan library objects --set colour=red --lang en --out new.txt list.csv",
            "colour",
        ),
        ("plan library both --out new.txt list.csv", "both"),
    ] {
        let said = folder.refused(line);
        assert!(said.contains(expected), "{line}: {said}");
    }
    assert!(!folder.path("new.txt").exists());
    assert_eq!(std::fs::read(folder.path("objects.txt")).unwrap(), LEAVES);
}

#[test]
fn bad_rows_are_told_and_nothing_is_written() {
    let folder = folder();
    folder.write("list.csv", "id,class\nA,高\nb c,x\n".as_bytes());
    let output =
        folder.run("plan library objects --sealed --openings o --out new.txt --lang en list.csv");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("Line 2 “class”: 高 — must be one that the names file"),
        "{said}"
    );
    assert!(
        said.contains("Line 3 “id”") && said.contains("faulty: 2"),
        "{said}"
    );
    assert!(!folder.path("o").exists() && !folder.path("new.txt").exists());
}

#[test]
fn leaves_plans_and_secrets_that_are_none_are_named() {
    let folder = folder();
    let template = folder.run("plan template --mode drand").stdout;
    folder.write("plan.toml", &template);
    for file in GARBAGE {
        let said = folder.refused(&format!("plan snapshot --key k --name N --leaves {file}"));
        assert!(
            said.contains(file) && !said.contains("connection"),
            "{file}: {said}"
        );
        for line in [
            format!("plan publish --key {file} objects.txt"),
            format!("plan commit --key {file} 000000-SCJG/2026/01"),
            format!("draw --openings objects.txt --key {file} 000000-SCJG/2026/01"),
            format!("draw beacon --file {file}"),
        ] {
            let said = folder.refused(&line);
            assert!(
                said.contains(file) && !said.contains("connection"),
                "{line}: {said}"
            );
        }
        folder.refused(&format!(
            "draw cards --openings {file} --leaves objects.txt --site https://a --out c"
        ));
        // A library of nobody is one; a plan that says nothing has a fault for every field.
        if *file == "empty" {
            continue;
        }
        for (line, expected) in [
            (
                "--objects FILE --officers officers.txt plan.toml",
                "objects",
            ),
            (
                "--objects objects.txt --officers FILE plan.toml",
                "officers",
            ),
            ("--objects objects.txt --officers officers.txt FILE", *file),
        ] {
            let line = format!("plan simulate {}", line.replace("FILE", file));
            let said = folder.refused(&line);
            assert!(
                said.contains(expected) || said.contains(file),
                "{line}: {said}"
            );
        }
    }
    let said =
        folder.refused("plan snapshot --key k --name N --leaves officers.txt --as-of 2026-02-30");
    assert!(said.contains("expected a day"), "{said}");
    let said = folder.refused("plan snapshot --key k --name N --leaves objects.txt");
    assert!(
        said.contains("strata of the names file: expected a name for s"),
        "{said}"
    );
    assert!(!folder.path("c").exists());
}

#[test]
fn what_others_can_read_is_not_private() {
    let folder = folder();
    set_mode(&folder.path("objects.txt"), 0o644);
    for line in [
        "draw --openings objects.txt --key k 000000-SCJG/2026/01",
        "draw cards --openings objects.txt --leaves objects.txt --site https://a --out c",
        "plan library officers --pseudonyms objects.txt --out new.txt officers.txt",
    ] {
        let said = folder.refused(line);
        assert!(said.contains("chmod 600"), "{line}: {said}");
    }
}

#[test]
fn flags_of_a_draw_have_their_grammar() {
    let folder = folder();
    for (line, expected) in [
        (
            "plan commit --key k 000000-SCJG/2026/1",
            "authority/period/serial",
        ),
        (
            "plan cancel --key k --reason mood --because r 000000-SCJG/2026/01",
            "library_error",
        ),
        (
            "plan snapshot --key k --name N --leaves officers.txt --challenge-until 2026-01-01",
            "zone",
        ),
        ("plan template --mode dice", "drand"),
        ("draw", "--openings"),
        ("draw --openings objects.txt", "--key"),
        (
            "draw cards --openings officers.txt --leaves objects.txt --site ftp://a --out c",
            "--site",
        ),
        (
            "draw cards --openings officers.txt --leaves objects.txt --site https://a --out c",
            "sealed",
        ),
        (
            "plan simulate --objects objects.txt --officers officers.txt --seeds 0 x",
            "--seeds",
        ),
        (
            "plan commit --key k --region 12 000000-SCJG/2026/01",
            "--region",
        ),
    ] {
        let output = folder.run(line);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}: {said}");
        assert!(
            said.contains(expected) && !said.contains("panicked"),
            "{line}: {said}"
        );
    }
    for mode in ["drand", "lottery", "delay"] {
        folder.must(&format!("plan template --mode {mode}"));
    }
}
