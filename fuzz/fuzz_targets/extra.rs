//! The `extra` of a proof: whatever is accepted is byte for byte its own spelling.
#![no_main]

use gongshi_verify::extra::Extra;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(extra) = Extra::parse(data) {
        assert_eq!(extra.to_jcs().expect("it was read").as_bytes(), data);
    }
});
