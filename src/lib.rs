//! Gongshi.
