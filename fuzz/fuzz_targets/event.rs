//! Submitted events: the written form is the same event.
#![no_main]

use gongshi::intake::Event;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(event) = Event::parse(data) else {
        return;
    };
    let again = Event::parse(event.to_json().as_bytes());
    assert_eq!(again.expect("its own text is an event"), event);
});
