//! The dated rules against cases worked out by hand from the law, row by row, and against files of rules that are wrong.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "rules/calendar.rs"]
mod calendar;
#[path = "rules/case.rs"]
mod case;
#[path = "rules/cases.rs"]
mod cases;
#[path = "rules/changes.rs"]
mod changes;
#[path = "rules/codes.rs"]
mod codes;
#[path = "rules/duties.rs"]
mod duties;
#[path = "rules/faults.rs"]
mod faults;
#[path = "rules/records.rs"]
mod records;
