//! What intake refuses of journeys, and what it lets in beside it: who may say what, repairs, objections, promises, reversals, buffers.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod anew;
mod buffers;
#[path = "../common/mod.rs"]
mod common;
mod listings;
mod others;
mod papers;
mod popular;
mod race;
mod repairs;
mod subjects;
mod support;
mod whose;
