//! The file of a library, in each of its forms: what is read is spelled in one way only, and its order holds.
#![no_main]

use gongshi_verify::draw::library::{Form, Library};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for form in [Form::Open, Form::Sealed, Form::Officers] {
        if let Ok(library) = Library::parse(form, text) {
            let leaves = library.leaves();
            assert!(leaves.is_sorted_by(|one, next| one.id() < next.id()));
            let written: String = leaves.iter().map(|leaf| format!("{leaf}\n")).collect();
            assert_eq!(written, text);
        }
    }
});
