//! A repeatable sequence of choices, so that two runs invent the same county.
//!
//! Every topic rolls dice of its own label: a change in one leaves the others as they were. Good enough to invent names
//! and days; it must never make a key.

use gongshi_verify::hash::sha256;

/// A sequence fixed by its label.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(label: &str) -> Self {
        let hash = sha256(format!("gongshi/demo/v1|{label}").as_bytes());
        Dice(u64::from_be_bytes(
            *hash.first_chunk().expect("a hash has 32 bytes"),
        ))
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which must not be 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        // The high half of a product spreads evenly enough for invented cases.
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// A number from `first` to `last`, both included.
    pub(super) fn between(&mut self, first: usize, last: usize) -> usize {
        first + self.below(last - first + 1)
    }

    /// True in `percent` of 100 rolls.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of a non-empty slice.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// One of a non-empty slice, by weight.
    pub(super) fn weighted<'a, T>(&mut self, from: &'a [T], weight: impl Fn(&T) -> usize) -> &'a T {
        let mut at = self.below(from.iter().map(&weight).sum::<usize>().max(1));
        from.iter()
            .find(|item| {
                let own = weight(item);
                let found = at < own;
                at = at.saturating_sub(own);
                found
            })
            .unwrap_or(&from[0])
    }

    /// Puts a list into a random order.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_label_rolls_the_same_and_another_does_not() {
        let rolls = |label: &str| {
            let mut dice = Dice::new(label);
            (0..8).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(rolls("a"), rolls("a"));
        assert_ne!(rolls("a"), rolls("b"));
    }

    #[test]
    fn rolls_stay_in_range_and_weights_count() {
        let mut dice = Dice::new("range");
        let mut seen = [0usize; 6];
        for _ in 0..6000 {
            seen[dice.between(1, 6) - 1] += 1;
        }
        assert!(seen.iter().all(|n| (800..1200).contains(n)), "{seen:?}");
        let heavy = (0..1000)
            .filter(|_| *dice.weighted(&[9usize, 1], |w| *w) == 9)
            .count();
        assert!((850..950).contains(&heavy), "{heavy}");
    }
}
