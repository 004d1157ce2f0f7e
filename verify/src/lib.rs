//! Offline verification of a Gongshi log: what anyone can check without trusting the server.
//!
//! The formats of the log as types that cannot be wrong once parsed: records and entries
//! ([`record`], [`entry`], on the strict JSON of [`json`]), Merkle proofs ([`merkle`], [`multiproof`]), the C2SP
//! texts ([`note`], [`checkpoint`], [`tlog_proof`], [`policy`]), the authorities and their keys
//! ([`registry`]), and the check of a whole proof file in words ([`report`]).
//!
//! `no_std` with `alloc`: no network, no files, no clock, no randomness. The server uses the same
//! code, so that what it accepts and what a verifier accepts cannot drift apart. The command
//! `gongshi-verify` (feature `cli`) only reads files and prints reports.

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod checkpoint;
pub mod consistency;
pub mod draw;
pub mod encoding;
pub mod entry;
pub mod extra;
pub mod hash;
pub mod json;
pub mod keys;
pub mod merkle;
pub mod multiproof;
pub mod names;
pub mod note;
pub mod policy;
pub mod receipt;
pub mod record;
pub mod registry;
pub mod report;
pub mod text;
pub mod time;
pub mod tlog_proof;
