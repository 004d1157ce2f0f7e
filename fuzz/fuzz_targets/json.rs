//! The strict JSON: what is read has one canonical text, and that text is read as the same value.
#![no_main]

use gongshi_verify::json;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(value) = json::parse(data) else { return };
    let text = json::to_jcs(&value);
    assert_eq!(json::parse(text.as_bytes()), Ok(value));
});
