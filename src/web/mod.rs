//! HTTP.

pub mod tlog;
