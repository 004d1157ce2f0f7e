//! Self-check cards: made and printed at the desk, kept encrypted by the portal, opened by whoever holds one.

use crate::department::{Desk, KEY};
use aes_gcm::aead::{Aead as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce};
use gongshi_verify::encoding::{base64_strict, hex};
use gongshi_verify::hash::sha256;
use serde_json::Value;

/// A token as somebody types it from a card, read as `docs/DRAW.md` has it.
fn token(typed: &str) -> [u8; 16] {
    const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bits = Vec::new();
    for sign in typed.to_ascii_uppercase().chars().filter(|c| *c != '-') {
        let value = ALPHABET.find(sign).unwrap();
        bits.extend((0..5).rev().map(|bit| (value >> bit) as u8 & 1));
    }
    assert_eq!(bits.len(), 130);
    let bytes = bits.chunks_exact(8);
    let bytes: Vec<u8> = bytes
        .map(|eight| eight.iter().fold(0, |byte, bit| byte << 1 | bit))
        .collect();
    bytes.try_into().unwrap()
}

#[test]
fn cards_are_made_once_stored_encrypted_and_opened_after_the_draw() {
    let desk = Desk::new();
    crate::delayed(&desk, true);
    let make = "draw cards --openings open.jsonl --leaves objects.txt --site https://gs.example.gov.cn/ --out cards";
    desk.must(make);
    assert_eq!(
        (
            desk.mode("cards/tokens.csv"),
            desk.mode("cards/cards-001.html")
        ),
        (0o600, 0o600)
    );
    let stored = desk.read("cards/cards.jsonl");
    assert_eq!(stored.lines().count(), 60);
    assert!(!stored.contains("\"T00\"") && !stored.contains("class"));
    let lengths = stored.lines().map(str::len);
    assert_eq!(
        lengths.clone().min(),
        lengths.max(),
        "a length tells nothing"
    );
    assert!(desk.refused(2, make).contains("made once"));

    let upload = "draw upload-cards --key k --leaves objects.txt cards/cards.jsonl";
    let said = desk.refused(2, &upload.replace("cards/cards.jsonl", "objects.txt"));
    assert!(said.contains("expected encrypted cards"), "{said}");
    let said = desk.refused(2, &upload.replace("--key k", "--key o"));
    assert!(
        said.contains("422") && said.contains("000000-SFJ"),
        "{said}"
    );
    assert_eq!(desk.must(upload), hex(&sha256(stored.as_bytes())));
    // Sent again they are there.
    desk.must(upload);

    let tokens = desk.read("cards/tokens.csv");
    let line = tokens.lines().nth(8).unwrap();
    let (id, typed) = line.split_once(',').unwrap();
    let token = token(&typed.to_lowercase());
    let labelled = |label: &str| sha256(&[label.as_bytes(), &token].concat());
    let address = format!("cards/{}", hex(&labelled("gongshi/card-id/v1\n")));
    assert_eq!(desk.get(&address).0, 404, "nobody knows a class before");
    desk.must(&format!("draw --openings open.jsonl --key k {KEY}"));
    let (status, answer) = desk.get(&address);
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["root"], desk.body(5)["root"]);
    let data = base64_strict(answer["data"].as_str().unwrap()).unwrap();
    let key = Aes256Gcm::new(&labelled("gongshi/card-key/v1\n").into());
    let plain = key.decrypt(&Nonce::default(), data.as_slice()).unwrap();
    let opened: Value = serde_json::from_slice(&plain).unwrap();
    let openings = desk.read("open.jsonl");
    let own: Value = serde_json::from_str(openings.lines().nth(7).unwrap()).unwrap();
    assert_eq!((&own["id"], &opened["root"]), (&id.into(), &answer["root"]));
    for name in ["id", "class", "salt_c", "salt_t"] {
        assert_eq!(opened[name], own[name], "{name}");
    }
}
