//! Gongshi: a public transparency portal on a verifiable disclosure log.
//!
//! Modules and their direction (held by `tests/architecture.rs`):
//! `web, ingest -> intake -> log, model, rules, domain`; `web -> model, search, log`;
//! `model, search -> store, log, rules, domain`; `log -> store`; `store`, `domain`, `text` use nothing of ours.
//! `app` wires them; `demo` stands above it and is used by the command line alone.
//! The verifier crate `gongshi_verify` is the one place for formats and proofs.

pub mod app;
pub mod demo;
pub mod domain;
pub mod ingest;
pub mod intake;
pub mod log;
pub mod model;
pub mod search;
pub mod store;
pub mod text;
pub mod web;
