//! Corrections, withdrawals and erasures through the front door: who may, what is refused, and what nobody is given any more.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod expiry;
mod lawful;
mod refused;
mod support;
mod taken_out;
