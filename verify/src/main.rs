//! The offline verifier command.
fn main() {}
