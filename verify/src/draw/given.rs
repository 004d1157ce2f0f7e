//! What decides a draw beside the secrets, as its record holds it: one reader and one writer for all who make or check draws.
//!
//! Whether it is the right one is decided by the function ([`super::recompute`]), not here.

use super::beacon::SIGNATURE_BYTES;
use super::plan::Mode;
use super::recompute::Outside;
use crate::encoding::{bytes_of_hex, hex, hex32};
use crate::hash::Hash;
use crate::json::Value;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// What came from outside, or of the delay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// Signature of the plan's round.
    Signature(Vec<u8>),
    /// Numbers of the plan's drawing of the lottery by group, and where they were published.
    Numbers(Vec<Vec<u32>>, Option<String>),
    /// Checkpoints of the plan's delay.
    Checkpoints(Vec<Hash>),
}

impl Given {
    /// Reads the body of a draw's record; `None` where it does not hold what a plan of this mode draws from.
    pub fn read(mode: Mode, draw: &Value) -> Option<Self> {
        match mode {
            Mode::Drand { .. } => {
                let bytes = bytes_of_hex(draw.get("beacon_signature")?.as_str()?).ok()?;
                (bytes.len() == SIGNATURE_BYTES).then_some(Given::Signature(bytes))
            }
            Mode::Lottery { .. } => {
                let number = |value: &Value| u32::try_from(value.as_u64()?).ok();
                let group = |value: &Value| value.as_array()?.iter().map(number).collect();
                let groups = draw.get("lottery_numbers")?.as_array()?.iter().map(group);
                let groups: Option<Vec<Vec<u32>>> = groups.collect();
                let source = draw.get("lottery_source").and_then(Value::as_str);
                Some(Given::Numbers(groups?, source.map(ToString::to_string)))
            }
            Mode::Delay { .. } => {
                let hash = |value: &Value| hex32(value.as_str()?).ok();
                let hashes = draw.get("delay_checkpoints")?.as_array()?.iter().map(hash);
                let hashes: Option<Vec<Hash>> = hashes.collect();
                hashes.map(Given::Checkpoints)
            }
        }
    }

    /// As the function takes it.
    pub fn as_outside(&self) -> Outside<'_> {
        match self {
            Given::Signature(bytes) => Outside::Signature(bytes),
            Given::Numbers(groups, _) => Outside::Numbers(groups),
            Given::Checkpoints(hashes) => Outside::Checkpoints(hashes),
        }
    }

    /// The members of a draw's record that state it; none where it is of another mode than the plan's.
    pub fn members(&self, mode: Mode) -> Vec<(&'static str, Value)> {
        let number = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
        match (self, mode) {
            (Given::Signature(bytes), Mode::Drand { round, .. }) => vec![
                ("randomness", "drand".into()),
                ("round", number(round)),
                ("beacon_signature", hex(bytes).into()),
            ],
            (Given::Numbers(groups, source), Mode::Lottery { .. }) => {
                let group = |group: &Vec<u32>| {
                    Value::Array(group.iter().map(|one| number(u64::from(*one))).collect())
                };
                let groups = Value::Array(groups.iter().map(group).collect());
                let mut members = vec![
                    ("randomness", "lottery".into()),
                    ("lottery_numbers", groups),
                ];
                let source = source.as_deref();
                members.extend(source.map(|source| ("lottery_source", source.into())));
                members
            }
            (Given::Checkpoints(hashes), Mode::Delay { log2 }) => {
                let hashes = hashes.iter().map(|hash| hex(hash).into());
                vec![
                    ("randomness", "delay".into()),
                    ("delay_log2", number(u64::from(log2))),
                    ("delay_checkpoints", Value::Array(hashes.collect())),
                ]
            }
            _ => Vec::new(),
        }
    }
}
