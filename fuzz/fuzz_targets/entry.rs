//! Entries: whatever is accepted is byte for byte its own spelling.
#![no_main]

use gongshi_verify::entry::Entry;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(entry) = Entry::parse(data) {
        assert_eq!(entry.to_bytes(), data);
    }
});
