//! An older copy of the whole data folder, put back under the real server.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
mod live;

use common::DEPARTMENT;
use live::*;
use std::path::Path;
use std::process::Command;

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(done.unwrap().success());
}

#[test]
fn the_server_refuses_it_where_the_checkpoint_is_kept_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let (data, older) = (folder.path().join("data"), folder.path().join("older"));
    let kept = folder.path().join("kept");
    let key = new_log(&data);
    let flag = ["--published-checkpoint", kept.to_str().unwrap()];
    let said = Server::start_with(&data, &flag).err().unwrap();
    assert!(said.contains("does not exist"), "{said}");
    std::fs::copy(data.join("checkpoint"), &kept).unwrap();
    Server::start_with(&data, &flag).unwrap().kill();
    copy(&data, &older);
    let server = Server::start_with(&data, &flag).unwrap();
    let event = sign(&key, "permit", DEPARTMENT, padded_permit("R-1", 0));
    let answers = post(&agent(), &server.url, &[event]);
    let index = answers[0]["index"].as_u64().unwrap();
    server.kill();
    let newest = std::fs::read(data.join("checkpoint")).unwrap();
    assert_eq!(std::fs::read(&kept).unwrap(), newest);

    let said = Server::start_with(&older, &flag).err().unwrap();
    let sizes = format!(
        "holds {index} entries, but this log has published a checkpoint of {} entries",
        index + 1
    );
    assert!(said.contains(&sizes), "{said}");
    assert!(said.contains(kept.to_str().unwrap()), "{said}");
    assert!(
        said.contains("gongshi restore") && !said.contains("mirror"),
        "{said}"
    );
    assert_eq!(std::fs::read(&kept).unwrap(), newest);
    Server::start_with(&data, &flag).unwrap().kill();
}

#[test]
fn the_server_refuses_a_folder_that_lost_its_checkpoint_file() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let key = new_log(&data);
    let server = Server::start_with(&data, &[]).unwrap();
    let event = sign(&key, "permit", DEPARTMENT, padded_permit("R-1", 0));
    assert!(post(&agent(), &server.url, &[event])[0]["index"].is_u64());
    server.kill();
    let file = data.join("checkpoint");
    let newest = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let said = Server::start_with(&data, &[]).err().unwrap();
    assert!(
        said.contains("the file `checkpoint` of the data folder is missing"),
        "{said}"
    );
    assert!(!file.exists());
    // Whoever only reads is told nothing wrong by it.
    let fsck = Command::new(env!("CARGO_BIN_EXE_gongshi"))
        .args(["fsck", "--data"])
        .arg(&data)
        .status();
    assert!(fsck.unwrap().success());
    std::fs::write(&file, newest).unwrap();
    Server::start_with(&data, &[]).unwrap().kill();
}
