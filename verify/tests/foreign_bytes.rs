//! Every parser of foreign bytes: nothing panics, and what is read is written back the same.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use gongshi_verify::checkpoint::SignedCheckpoint;
use gongshi_verify::consistency::ConsistencyProof;
use gongshi_verify::entry::Entry;
use gongshi_verify::extra::Extra;
use gongshi_verify::json;
use gongshi_verify::note::{Note, SignerKey, VerifierKey};
use gongshi_verify::policy::Policy;
use gongshi_verify::record::Record;
use gongshi_verify::report::{
    verify_consistency_between, verify_consistency_file, verify_proof_file, verify_record_file,
};
use gongshi_verify::time::Timestamp;
use gongshi_verify::tlog_proof::TlogProof;
use proptest::prelude::*;

fn feed(bytes: &[u8]) {
    if let Ok(entry) = Entry::parse(bytes) {
        assert_eq!(entry.to_bytes(), bytes);
    }
    if let Ok(record) = Record::parse(bytes) {
        assert_eq!(Record::parse(record.to_jcs().as_bytes()), Ok(record));
    }
    if let Ok(extra) = Extra::parse(bytes) {
        assert_eq!(extra.to_jcs().unwrap().as_bytes(), bytes);
    }
    if let Ok(proof) = TlogProof::parse(bytes) {
        assert_eq!(proof.to_string().as_bytes(), bytes);
    }
    if let Ok(value) = json::parse(bytes) {
        assert_eq!(json::parse(json::to_jcs(&value)), Ok(value));
    }
    let _ = (ConsistencyProof::parse(bytes), Policy::parse(bytes));
    let policy = common::policy();
    let _ = verify_proof_file(bytes, &policy);
    let _ = verify_record_file(bytes, bytes, &policy);
    let _ = verify_consistency_file(bytes, bytes, &policy);
    let _ = verify_consistency_between(bytes, bytes, bytes, &policy);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(note) = Note::parse(text) {
        assert_eq!(note.to_string(), text);
    }
    if let Ok(signed) = SignedCheckpoint::parse(text) {
        assert_eq!(signed.checkpoint.to_text(), signed.note.text);
    }
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = SignerKey::parse(text) {
        assert_eq!(key.to_secret_text().as_str(), text);
    }
    if let Ok(time) = Timestamp::parse(text) {
        assert_eq!(time.to_string(), text);
    }
}

/// Valid texts of every format, to be changed here and there.
fn seeds() -> Vec<Vec<u8>> {
    let mut log = common::Log::with_department();
    log.say("withdrawal", Some("1"), &common::secret(2));
    let extra = log.extra(3);
    let (entry, record) = &log.entries[3];
    [
        log.proof(3, &extra),
        extra.to_jcs().unwrap(),
        entry.to_text(),
        record.to_jcs(),
        log.checkpoint(4),
        log.consistency(3).to_jcs().unwrap(),
        common::policy_text(),
        common::log_key().verifier().to_string(),
        common::log_key().to_secret_text().to_string(),
        "2026-03-02T08:00:00Z".into(),
    ]
    .map(String::into_bytes)
    .to_vec()
}

#[test]
fn the_seeds_themselves() {
    for seed in seeds() {
        feed(&seed);
    }
}

proptest! {
    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        feed(&bytes);
    }

    #[test]
    fn random_text(text in "\\PC{0,100}") {
        feed(text.as_bytes());
    }

    #[test]
    fn changed_texts(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..4),
    ) {
        let seeds = seeds();
        let mut bytes = seeds[which.index(seeds.len())].clone();
        for (place, byte, how) in changes {
            let at = place.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => {}
            }
        }
        feed(&bytes);
    }
}
