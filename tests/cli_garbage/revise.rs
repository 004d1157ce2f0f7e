//! Withdrawals, erasures and corrections with files and words that are none: told before anybody is asked.

use super::{Folder, GARBAGE};

fn folder() -> Folder {
    let folder = Folder::new();
    for key in ["k", "k2"] {
        folder.must(&format!(
            "keygen --authority 000000-SCJG --origin log.example/test --out {key}"
        ));
    }
    folder.must("keygen --authority 000000-SFJ --origin log.example/test --out o");
    folder
}

const WITHDRAW: &str = "withdraw --reason repaired --legal-basis x --request r";

#[test]
fn keys_lists_requests_and_policies_that_are_none_are_named() {
    let folder = folder();
    folder.write("body.json", b"{}");
    for file in GARBAGE {
        for line in [
            format!("{WITHDRAW} 7 --key {file}"),
            format!("withdraw 7 --reason repaired --legal-basis x --key k --second-key {file}"),
            format!(
                "erase 7 --reason court_order --legal-basis x --keep-nothing --key {file} --request r"
            ),
            format!("approve {file} --key k"),
            format!("approve body.json --key {file}"),
            format!("correct 7 --set note=a --because x --key {file}"),
            format!("correct 7 --body {file} --because x --key k"),
        ] {
            let said = folder.refused(&line);
            assert!(
                said.contains(file) && !said.contains("connection"),
                "{line}: {said}"
            );
        }
        // No policy is one with nothing in it.
        if *file != "empty" {
            let said = folder.refused(&format!("{WITHDRAW} 7 --key k --policy {file}"));
            assert!(said.contains(file), "{said}");
        }
    }
    for file in ["absent", "folder", "binary", "empty"] {
        folder.refused(&format!("{WITHDRAW} --list {file} --key k"));
    }
    assert!(!folder.path("r").exists() && !folder.path("withdrawn").exists());
}

#[test]
fn two_people_have_two_keys_of_one_authority() {
    let folder = folder();
    let both = |second: &str| {
        folder.refused(&format!(
            "withdraw 7 --lang en --reason repaired --legal-basis x --key k --second-key {second}"
        ))
    };
    std::fs::copy(folder.path("k"), folder.path("copy")).unwrap();
    for (second, expected) in [
        ("k", "same key"),
        ("copy", "same key"),
        ("o", "of 000000-SFJ"),
    ] {
        assert!(both(second).contains(expected), "{second}");
    }
}

#[test]
fn words_that_are_no_index_day_or_reason_are_refused() {
    let folder = folder();
    for (line, expected) in [
        (format!("{WITHDRAW} --key k"), "INDEX"),
        (
            format!("{WITHDRAW} 7 --key k --decided-on 3/2"),
            "2026-03-02",
        ),
        (format!("{WITHDRAW} 7 --key k --region 6103"), "--region"),
        (
            format!("{WITHDRAW} 7 --key k --repair-decision x"),
            "repair-decision",
        ),
        (
            "withdraw 7 --reason mood --legal-basis x --key k --request r".to_owned(),
            "published_in_error",
        ),
        (
            "withdraw 7 --reason repaired --legal-basis x --key k".to_owned(),
            "--request",
        ),
        (
            "withdraw 7 --reason repaired --key k --request r".to_owned(),
            "--legal-basis",
        ),
        (
            "erase 7 --reason repaired --legal-basis x --key k --request r --keep f".to_owned(),
            "court_order",
        ),
        (
            "erase 7 --reason court_order --legal-basis x --key k --request r".to_owned(),
            "--keep",
        ),
        (
            "correct x --set a=b --because x --key k".to_owned(),
            "INDEX",
        ),
        ("correct 7 --because x --key k".to_owned(), "--body"),
        ("correct 7 --set a=b --key k".to_owned(), "--because"),
        ("keep --out f".to_owned(), "INDEX"),
        ("keep 7".to_owned(), "--out"),
    ] {
        let output = folder.run(&line);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}: {said}");
        assert!(said.contains(expected), "{line}: {said}");
    }
    for word in ["x", "-1", "07", "99999999999999999999", "7.5"] {
        let output = folder.run(&format!("{WITHDRAW} --key k --lang en -- {word}"));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{word}: {said}");
        assert!(said.contains("expected the index"), "{word}: {said}");
    }
}

/// A guard is not switched off by what was written down once.
#[test]
fn a_confirmation_is_given_on_the_command_line_only() {
    let folder = folder();
    for key in ["yes", "keep_nothing"] {
        folder.write("config.toml", format!("{key} = true\n").as_bytes());
        let said = folder.refused("approve text --key k --config config.toml");
        assert!(said.contains("on the command line only"), "{said}");
    }
}
