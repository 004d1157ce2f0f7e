//! The laws of search, held by the embedded engine through the trait alone.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "search/finding.rs"]
mod finding;
#[path = "search/relevance.rs"]
mod relevance;
#[path = "search/support.rs"]
mod support;
#[path = "search/writing.rs"]
mod writing;
