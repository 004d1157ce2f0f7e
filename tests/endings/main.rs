//! Corrections, withdrawals and erasures through the front door: who may, what is refused, and what nobody is given any more.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod as_of;
mod attachments;
#[path = "../common/mod.rs"]
mod common;
mod destroyed;
#[path = "../draws/support.rs"]
#[allow(dead_code, reason = "only a plan that was drawn is needed of it")]
mod drawn;
mod expiry;
#[path = "../as_of/folded.rs"]
mod folded;
mod found;
mod journeys;
mod kept;
mod lawful;
mod linked;
mod many;
mod outputs;
mod pages;
#[path = "../raw_search/mod.rs"]
mod raw_search;
mod refused;
mod repaired;
mod review;
mod served;
mod stubs;
mod support;
mod taken_out;
