//! The public beacon, drand's quicknet: when a round is due, and whether a signature is that round's.
//!
//! The chain is pinned: its key, its first round, its period. A round proves itself, so it does not matter who hands it in.
//! It is always the round that a plan named, never "the next one". This module fetches nothing.

use crate::encoding::hex;
use crate::time::Timestamp;
use alloc::string::{String, ToString};
use drand::{Beacon, Verifier, chains};

/// Due time of round 1, in seconds since 1970-01-01T00:00:00Z.
pub const GENESIS: i64 = 1_692_803_367;
/// Seconds from one round to the next.
pub const PERIOD: i64 = 3;
/// Bytes of a signature: a compressed point of BLS12-381's G1.
pub const SIGNATURE_BYTES: usize = 48;

/// When a round is due: `1692803367 + 3·(round − 1)`. `None` for round 0 and for those beyond the year 9999.
pub fn due(round: u64) -> Option<Timestamp> {
    let periods = i64::try_from(round.checked_sub(1)?).ok()?;
    Timestamp::from_unix(periods.checked_mul(PERIOD)?.checked_add(GENESIS)?)
}

/// The first round due at or after a time; round 1 where that is before the first.
pub fn first_at(time: Timestamp) -> u64 {
    let since = (time.unix() - GENESIS).max(0);
    // Not negative.
    (since as u64).div_ceil(PERIOD as u64) + 1
}

/// A signature that is not that of the round.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the signature is not that of round {round} of the beacon: {reason}")]
pub struct BeaconError {
    /// The round it was said to be of.
    pub round: u64,
    /// What is wrong.
    pub reason: String,
}

/// Checks that a signature is that of a round of quicknet.
///
/// # Errors
/// [`BeaconError`]: malformed, no point of the curve, or of another round or chain.
pub fn verify(round: u64, signature: &[u8]) -> Result<(), BeaconError> {
    let refuse = |error: drand::Error| BeaconError {
        round,
        reason: error.to_string(),
    };
    let beacon = Beacon::from_hex(round, &hex(signature), None).map_err(refuse)?;
    let verifier = Verifier::new(&chains::quicknet()).map_err(refuse)?;
    verifier.verify_round(round, &beacon).map_err(refuse)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_due_at_their_time() {
        let time = |text: &str| Timestamp::parse(text).unwrap();
        assert_eq!(due(1), Some(time("2023-08-23T15:09:27Z")));
        assert_eq!(due(1000).unwrap().unix(), GENESIS + 2997);
        assert_eq!(due(0), None);
        assert_eq!(due(u64::MAX), None);
        for round in [1, 2, 1000, 30_000_000] {
            let at = due(round).unwrap();
            assert_eq!(first_at(at), round);
            let later = Timestamp::from_unix(at.unix() + 1).unwrap();
            assert_eq!(first_at(later), round + 1);
        }
        assert_eq!(first_at(time("2020-01-01T00:00:00Z")), 1);
    }

    #[test]
    fn the_chain_is_the_one_pinned() {
        let chain = chains::quicknet();
        assert_eq!(chain.genesis_time().as_secs(), GENESIS);
        assert_eq!(chain.period().as_secs(), PERIOD as u64);
    }
}
