//! Draws from plan to result through the front door: the order is kept, and each way round it that `docs/DRAW.md` names is
//! refused.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;

mod attacks;
mod audit;
#[path = "../common/described.rs"]
mod described;
mod documents;
mod draw;
mod handed_in;
mod lawful;
mod members;
mod pages;
mod plans;
mod replaced;
mod scene;
mod sealed;
mod secrets;
mod server;
#[path = "../common/setting.rs"]
mod setting;
mod substitution;
mod support;
mod undrawn;
mod upkeep;
