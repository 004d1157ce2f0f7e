//! The laws of search, held by both engines through the trait alone; and what the one over a server says to it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "search/engines.rs"]
mod engines;
#[path = "search/finding.rs"]
mod finding;
#[path = "search/relevance.rs"]
mod relevance;
#[path = "search/revival.rs"]
mod revival;
#[path = "search/support.rs"]
mod support;
#[path = "search/wire/mod.rs"]
mod wire;
#[path = "search/writing.rs"]
mod writing;
