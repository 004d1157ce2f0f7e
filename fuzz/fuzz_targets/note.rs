//! Signed notes: kept byte for byte, and never verified by a key that did not sign.
#![no_main]

use gongshi_fuzz::POLICY;
use gongshi_verify::note::{Note, SignatureCheck};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let Ok(note) = Note::parse(data) else { return };
    assert_eq!(note.to_string(), data);
    let check = note.verify(&POLICY.logs()[0].key);
    assert!(!matches!(check, SignatureCheck::Verified(_)));
});
