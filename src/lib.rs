//! Gongshi: a public transparency portal on a verifiable disclosure log.

pub mod domain;
pub mod text;
