//! Gongshi.

pub mod search;
