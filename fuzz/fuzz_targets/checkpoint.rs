//! Checkpoints: the parsed head writes the text that was signed.
#![no_main]

use gongshi_fuzz::POLICY;
use gongshi_verify::checkpoint::SignedCheckpoint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(signed) = SignedCheckpoint::from_bytes(data) else {
        return;
    };
    assert_eq!(signed.checkpoint.to_text(), signed.note.text);
    assert!(!POLICY.evaluate(&signed).accepted());
});
