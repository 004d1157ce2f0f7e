//! Libraries made of numbers that look random and are the same every time.

use super::{DEPARTMENTS, STRATA};
use gongshi_verify::draw::lottery::{Game, Group};
use gongshi_verify::draw::ticket::{class_commitment, ticket_commitment};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{Hash, sha256};
use std::collections::BTreeMap;

/// A fixed sequence of numbers that look random: hashes of a counter.
pub(super) struct Numbers(pub(super) u64, pub(super) u64);

impl Numbers {
    pub(super) fn hash(&mut self) -> Hash {
        self.1 += 1;
        sha256(&[self.0.to_be_bytes(), self.1.to_be_bytes()].concat())
    }

    pub(super) fn below(&mut self, end: u32) -> u32 {
        let hash = self.hash();
        u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) % end
    }

    /// Numbers that may fall in a game, in the order in which the balls fall.
    pub(super) fn fallen(&mut self, game: Game) -> Vec<Vec<u32>> {
        let mut fall = |group: &Group| {
            let mut balls: Vec<u32> = (group.from..=group.to).collect();
            let mut one = || balls.swap_remove(self.below(balls.len() as u32) as usize);
            (0..group.count).map(|_| one()).collect()
        };
        game.groups().iter().map(&mut fall).collect()
    }

    pub(super) fn some<'a>(&mut self, all: &[&'a str]) -> Vec<&'a str> {
        all.iter().copied().filter(|_| self.below(3) > 0).collect()
    }
}

/// Sizes of a large draw: objects, officers, drawn.
pub(super) type Size = (u32, u32, u32);

/// A library's file, leaves by id.
pub(super) fn objects(numbers: &mut Numbers, sealed: bool, size: Option<Size>) -> String {
    let mut leaves = BTreeMap::new();
    let count = size.map_or_else(|| numbers.below(60), |size| size.0);
    for number in 0..count {
        let id = match size {
            Some(_) => format!("91610323MA{number:08}"),
            None => format!("9{:X}", numbers.below(0xffff)),
        };
        let exclusion = match numbers.below(6) {
            0 if size.is_none() => "closed",
            _ => "0",
        };
        let line = if sealed {
            let class = class_commitment(&numbers.hash(), "A");
            let ticket = ticket_commitment(&numbers.hash());
            format!(
                "ddraw/1|starget|{id}|{exclusion}|{}|{}",
                hex(&class),
                hex(&ticket)
            )
        } else {
            let (stratum, departments) = match size {
                Some(_) => (STRATA[0], DEPARTMENTS.join(",")),
                None => (
                    STRATA[numbers.below(2) as usize],
                    numbers.some(&DEPARTMENTS).join(","),
                ),
            };
            format!("ddraw/1|target|{id}|{stratum}|{departments}|{exclusion}")
        };
        leaves.insert(id, line);
    }
    leaves.values().map(|line| format!("{line}\n")).collect()
}

pub(super) fn officers(numbers: &mut Numbers, count: u32) -> String {
    let line = |number: u32| {
        let of = DEPARTMENTS[(number % 3) as usize];
        let qualifications = numbers.some(&STRATA).join(",");
        format!("ddraw/1|officer|P{number:05}|{of}|{qualifications}\n")
    };
    (0..count).map(line).collect()
}
