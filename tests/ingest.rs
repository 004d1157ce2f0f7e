//! Tables through the importer: every form departments use, every fault told, nothing appended twice.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod log_double;

#[path = "ingest/runs.rs"]
mod runs;
#[path = "ingest/support.rs"]
mod support;
#[path = "ingest/tables.rs"]
mod tables;
