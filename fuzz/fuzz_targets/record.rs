//! Records: the canonical text is the same record with the same commitment.
#![no_main]

use gongshi_verify::record::Record;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(record) = Record::parse(data) else {
        return;
    };
    let again = Record::parse(record.to_jcs().as_bytes()).expect("its own text is a record");
    assert_eq!(again.commitment(), record.commitment());
    assert_eq!(again, record);
});
