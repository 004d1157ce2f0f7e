//! Duties of departments: what is kept of them as records come, are corrected and leave, and every place that tells of them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
#[allow(dead_code, reason = "the endings use the rest")]
#[path = "../endings/support.rs"]
mod county;
mod folded;
mod office;
mod through;
mod told;
mod versions;
