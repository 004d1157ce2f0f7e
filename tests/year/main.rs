//! A synthetic county, day by day for a year in which the law changes twice, and every public figure against a count that is kept beside it.
//!
//! The count ([`tally`], [`terms`], [`days`]) uses nothing of the program: it knows what was said, and by tables worked out by hand when a
//! display ends. What departments do is in [`stories`], [`journeys`] and [`plan`], what is compared in [`figures`]. The year goes from 2025-07-15 to 2026-07-14: Order 107
//! of SAMR takes effect on 2025-12-25, Order 36 of the NDRC on 2026-04-01.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod county;
mod days;
#[path = "../draws/support.rs"]
#[allow(dead_code, reason = "the plan of the year uses its part")]
mod drawn;
mod figures;
mod journeys;
mod plan;
mod play;
mod stories;
mod tally;
mod terms;
