//! A server that lies in one answer. The entries are no entries, so that only what is said about tiles counts here.

use super::*;
use gongshi_verify::checkpoint::Checkpoint;
use gongshi_verify::merkle::tree_head;
use gongshi_verify::note::{KeyKind, SignerKey, sign_note};
use std::collections::HashMap;

const ORIGIN: &str = "example.org/log";

fn signer(name: &str) -> SignerKey {
    SignerKey::from_seed(name, KeyKind::Ed25519, &[7; 32]).unwrap()
}

/// Every answer of a log of that many leaves, signed with a key of that name.
fn answers(size: usize, key: &SignerKey) -> HashMap<String, Vec<u8>> {
    let entries: Vec<Vec<u8>> = (0..size).map(|i| i.to_string().into_bytes()).collect();
    let mut hashes: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let text = Checkpoint::new(ORIGIN, size as u64, tree_head(&hashes)).to_text();
    let mut answers = HashMap::from([(
        "/log/checkpoint".to_owned(),
        sign_note(&text, key).unwrap().into_bytes(),
    )]);
    for index in 0..size {
        answers.insert(format!("/api/v1/records/{index}"), b"{}".to_vec());
    }
    for (index, bundle) in (0..).zip(entries.chunks(256)) {
        let path = tile_path(index, bundle.len() as u64);
        let lengths = |entry: &Vec<u8>| (entry.len() as u16).to_be_bytes();
        let bytes = bundle.iter().flat_map(|e| [&lengths(e)[..], e].concat());
        answers.insert(format!("/log/tile/entries/{path}"), bytes.collect());
    }
    for level in 0.. {
        if hashes.is_empty() {
            break;
        }
        for (index, tile) in (0..).zip(hashes.chunks(256)) {
            let path = tile_path(index, tile.len() as u64);
            answers.insert(format!("/log/tile/{level}/{path}"), tile.concat());
        }
        let full = hashes.chunks_exact(256);
        hashes = full.map(|tile| subtree_root(tile).unwrap()).collect();
    }
    answers
}

/// What is wrong with the tiles.
fn problems(answers: &HashMap<String, Vec<u8>>, key: &SignerKey) -> anyhow::Result<Vec<String>> {
    let get = |path: &str| answers.get(path).cloned().context(path.to_owned());
    let checked = check_answers(&get, Some(&key.verifier().to_string()))?;
    let problems = checked.problems.into_iter().map(|problem| problem.problem);
    Ok(problems
        .filter(|p| p.contains("tile") || p.contains("root"))
        .collect())
}

#[test]
fn every_tile_of_the_published_size_is_compared() {
    let key = signer(ORIGIN);
    for size in [0, 1, 255, 256, 257, 511, 512, 700] {
        let answers = answers(size, &key);
        assert_eq!(problems(&answers, &key).unwrap(), [""; 0], "{size}");
        for path in answers.keys().filter(|path| path.starts_with("/log/tile/")) {
            let mut lying = answers.clone();
            *lying.get_mut(path).unwrap().last_mut().unwrap() ^= 1;
            let found = problems(&lying, &key).unwrap();
            assert!(!found.is_empty(), "{size} {path}");
            lying.remove(path);
            assert!(problems(&lying, &key).is_err(), "{size} {path}");
        }
    }
}

#[test]
fn the_partial_tile_of_the_level_above_is_named() {
    let key = signer(ORIGIN);
    let mut answers = answers(700, &key);
    answers.get_mut("/log/tile/1/000.p/2").unwrap()[0] ^= 1;
    assert_eq!(
        problems(&answers, &key).unwrap(),
        ["tile 1/0, 2 wide, is not what the tiles below it give"]
    );
    answers.get_mut("/log/tile/1/000.p/2").unwrap().truncate(32);
    assert_eq!(problems(&answers, &key).unwrap().len(), 1);
}

#[test]
fn a_key_signs_for_its_own_log_only() {
    let other = signer("example.org/other");
    let error = problems(&answers(1, &other), &other).unwrap_err();
    assert!(error.to_string().contains("example.org/other"), "{error}");
}

#[test]
fn a_record_is_read_as_a_verifier_reads_it() {
    let served = |answer: &str| {
        let get = |_: &str| Ok(answer.as_bytes().to_vec());
        let record = record(&get, 3).unwrap();
        record.map(|record| record.map(|text| String::from_utf8(text).unwrap()))
    };
    let good = served(r#"{"record":{"b":1,"a":2}}"#).unwrap();
    assert_eq!(good.as_deref(), Some(r#"{"a":2,"b":1}"#));
    assert_eq!(served(r#"{"record":null}"#).unwrap(), None);
    assert_eq!(served(r#"{"index":3}"#).unwrap(), None);
    for bad in [
        r#"{"record":{"a":1,"a":2}}"#,
        r#"{"record":{"a":1.5}}"#,
        "junk",
    ] {
        assert_eq!(served(bad).unwrap_err().entry, Some(3), "{bad}");
    }
}
