//! Seed, tickets and thresholds: what turns the randomness of a plan into an order of its targets.
//!
//! A ticket depends on the seed and on its own target alone, so that nobody's presence in a library moves anybody else.

use super::leaf::VERSION;
use crate::encoding::hex;
use crate::hash::{Hash, sha256_parts};
use crate::names::{Origin, PlanKey};
use alloc::string::String;

/// The seed of a plan, by which everything in it is ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed(String);

impl Seed {
    /// `H("ddraw/1|seed|"+origin+"|"+plan_key+"|"+R)`.
    pub fn new(origin: &Origin, plan: &PlanKey, randomness: &Hash) -> Self {
        let parts = [
            VERSION,
            "|seed|",
            origin.as_str(),
            "|",
            plan.as_str(),
            "|",
            &hex(randomness),
        ];
        Seed(hex(&hash(&parts)))
    }

    /// The seed of a draw whose origin is told elsewhere.
    pub fn from_hash(seed: &Hash) -> Self {
        Seed(hex(seed))
    }

    /// 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `H("ddraw/1|ticket|"+seed+"|"+ID)`, for a target in the open.
    pub fn ticket(&self, id: &str) -> Hash {
        hash(&[VERSION, "|ticket|", &self.0, "|", id])
    }

    /// `H("ddraw/1|ticket|"+seed+"|"+ID+"|"+salt_t)`, for a sealed target.
    pub fn sealed_ticket(&self, id: &str, salt: &Hash) -> Hash {
        hash(&[VERSION, "|ticket|", &self.0, "|", id, "|", &hex(salt)])
    }

    /// `H("ddraw/1|pair|"+seed+"|"+target+"|"+officer)`: the order of officers for a target among those of the same load.
    pub fn pair(&self, target: &str, officer: &str) -> Hash {
        hash(&[VERSION, "|pair|", &self.0, "|", target, "|", officer])
    }
}

pub(super) fn hash(parts: &[&str]) -> Hash {
    let mut bytes = [b"".as_slice(); 8];
    for (bytes, part) in bytes.iter_mut().zip(parts) {
        *bytes = part.as_bytes();
    }
    debug_assert!(parts.len() <= bytes.len());
    sha256_parts(&bytes)
}

/// Commitment to the class of a sealed target: `H("ddraw/1|class|"+salt_c+"|"+class)`.
pub fn class_commitment(salt: &Hash, class: &str) -> Hash {
    hash(&[VERSION, "|class|", &hex(salt), "|", class])
}

/// Commitment to the salt of a sealed target's ticket: `H("ddraw/1|tsalt|"+salt_t)`.
pub fn ticket_commitment(salt: &Hash) -> Hash {
    hash(&[VERSION, "|tsalt|", &hex(salt)])
}

/// The share of a stratum that is drawn: `1 ≤ num ≤ den ≤ 1,000,000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    num: u32,
    den: u32,
}

impl Rate {
    /// Largest denominator.
    pub const MAX: u32 = 1_000_000;

    /// A rate, unless out of range.
    pub fn new(num: u32, den: u32) -> Option<Self> {
        let fits = (1..=den).contains(&num) && den <= Self::MAX;
        fits.then_some(Rate { num, den })
    }

    /// Numerator and denominator.
    pub fn parts(self) -> (u32, u32) {
        (self.num, self.den)
    }

    /// How many of `n` are drawn in the open: `min(n, max(minimum, ceil(n·num/den)))`.
    pub fn count(self, n: u64, minimum: u64) -> u64 {
        let product = u128::from(n) * u128::from(self.num);
        let share = product.div_ceil(u128::from(self.den));
        // num ≤ den: the share is at most n.
        n.min(minimum.max(u64::try_from(share).unwrap_or(n)))
    }

    /// `floor(num·2^256/den)`, the value all drawn tickets are below; `None` where it is 2^256, which every ticket is below.
    pub fn threshold(self) -> Option<Hash> {
        let mut rest = u64::from(self.num);
        let den = u64::from(self.den);
        if rest == den {
            return None;
        }
        Some(core::array::from_fn(|_| {
            rest <<= 8;
            let digit = rest / den;
            rest %= den;
            // rest < den before the shift.
            digit as u8
        }))
    }

    /// Whether a sealed target with this ticket is drawn by the threshold alone.
    pub fn draws(self, ticket: &Hash) -> bool {
        self.threshold().is_none_or(|threshold| *ticket < threshold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rates_have_a_range() {
        for (num, den) in [(0, 1), (2, 1), (1, 0), (0, 0), (1, 1_000_001)] {
            assert_eq!(Rate::new(num, den), None, "{num}/{den}");
        }
        assert!(Rate::new(1, 1_000_000).is_some() && Rate::new(7, 7).is_some());
        assert_eq!(Rate::new(7, 7).unwrap().threshold(), None);
        assert!(Rate::new(7, 7).unwrap().draws(&[0xff; 32]));
    }

    proptest! {
        #[test]
        fn the_count_is_the_least_that_reaches_the_rate(n in 0u64..400_000, den in 1u32..1_000_001, share in 0.0f64..1.0, minimum in 0u64..500) {
            let num = ((f64::from(den) * share) as u32).max(1);
            let rate = Rate::new(num, den).unwrap();
            let k = rate.count(n, 0);
            prop_assert!(u128::from(k) * u128::from(den) >= u128::from(n) * u128::from(num));
            prop_assert!(k == 0 || u128::from(k - 1) * u128::from(den) < u128::from(n) * u128::from(num));
            prop_assert_eq!(rate.count(n, minimum), k.max(minimum).min(n));
        }

        /// Whole numbers of 320 bits, by schoolbook multiplication: `threshold·den ≤ num·2^256 < (threshold+1)·den`.
        #[test]
        fn thresholds_are_exact(num in 1u32..1_000_000, more in 1u32..1_000_000) {
            let den = (num + more).min(Rate::MAX);
            prop_assume!(num < den);
            let threshold = Rate::new(num, den).unwrap().threshold().unwrap();
            let mut product = [0u8; 40];
            let mut carry = 0u64;
            for at in (0..40).rev() {
                let digit = if at >= 8 { u64::from(threshold[at - 8]) } else { 0 };
                let sum = digit * u64::from(den) + carry;
                product[at] = sum as u8;
                carry = sum >> 8;
            }
            let whole = u64::from_be_bytes(product[..8].try_into().unwrap());
            let low = &product[8..];
            // num·2^256 − product is less than den.
            if low.iter().all(|b| *b == 0) {
                prop_assert_eq!(whole, u64::from(num));
            } else {
                prop_assert_eq!(whole + 1, u64::from(num));
                prop_assert!(low[..24].iter().all(|b| *b == 0xff));
                let last = u64::from_be_bytes(low[24..].try_into().unwrap());
                prop_assert!(last.wrapping_neg() < u64::from(den));
            }
        }
    }
}
