//! Bad input over HTTP, byte by byte: each is answered clearly, changes nothing, and leaves the server answering.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

#[path = "http/addresses.rs"]
mod addresses;
#[path = "http/events.rs"]
mod events;
#[path = "http/files.rs"]
mod files;
#[path = "http/support.rs"]
mod support;
#[path = "http/transport.rs"]
mod transport;
