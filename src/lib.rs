//! Gongshi: a public transparency portal on a verifiable disclosure log.
//!
//! Modules and what each may use of the others, held by `tests/architecture.rs`:
//!
//! - `app`, `demo` -> everything; `app` wires the parts, `demo` stands above it and is used by the command line alone
//! - `web` -> `intake`, `docket`, `standing`, `model`, `search`, `log`, `rules`, `domain`, `text`
//! - `draw` -> `intake`, `docket`, `log`, `domain`, `store`
//! - `ingest` -> `intake`, `rules`, `domain`, `text`, `store`
//! - `intake` -> `docket`, `standing`, `sequel`, `log`, `model`, `rules`, `domain`, `store`
//! - `model`, `search` -> `store`, `log`, `rules`, `domain`, `text`
//! - `docket`, `standing`, `sequel` -> `store`, `domain`
//! - `log` -> `store`
//! - `rules` -> `domain`
//! - `store`, `domain`, `text` -> nothing of ours
//!
//! The verifier crate `gongshi_verify` is the one place for formats and proofs.

// The described answer about a plan has more members than `json!` counts to by itself.
#![recursion_limit = "256"]

pub mod app;
pub mod demo;
pub mod docket;
pub mod domain;
pub mod draw;
pub mod ingest;
pub mod intake;
pub mod log;
pub mod model;
pub mod rules;
pub mod search;
pub mod sequel;
pub mod standing;
pub mod store;
pub mod text;
pub mod web;
