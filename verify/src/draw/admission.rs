//! What a plan has to keep towards the log that takes it, as far as its own file shows it: libraries that were there to be
//! objected to, and a delay that is one. One place for whoever takes a plan and whoever checks it later.

use super::plan::{DELAY_LOG2, Mode};
use crate::json::Value;
use crate::time::Timestamp;

/// A library can be objected to for ten days before a plan uses it, in seconds.
pub const CHALLENGE_SECONDS: i64 = 10 * 24 * 60 * 60;
/// Region of the operator of a demonstration log.
pub const SYNTHETIC_REGION: &str = "000000";

/// From when on a plan may use a library, in seconds since 1970: ten days after the log took its snapshot, and not before the
/// time up to which the snapshot itself lets it be challenged.
pub fn usable_from(logged_at: Timestamp, challenge_until: Option<Timestamp>) -> i64 {
    let challenged = logged_at.unix().saturating_add(CHALLENGE_SECONDS);
    challenge_until.map_or(challenged, |until| until.unix().max(challenged))
}

/// Whether a log is a demonstration: the body of entry 0, by which the operator registers, says the region that is none.
pub fn is_demonstration(first: &Value) -> bool {
    first.get("region").and_then(Value::as_str) == Some(SYNTHETIC_REGION)
}

/// Whether a plan's delay takes long enough to count: `2^34` steps or more, of any length in a demonstration. True where the plan
/// has none.
pub fn is_long_enough(mode: Mode, demonstration: bool) -> bool {
    match mode {
        Mode::Delay { log2 } => demonstration || log2 >= DELAY_LOG2,
        Mode::Drand { .. } | Mode::Lottery { .. } => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_waits_for_ten_days_and_for_its_own_time() {
        let time = |text: &str| Timestamp::parse(text).unwrap();
        let logged_at = time("2026-03-01T08:00:00Z");
        let ten_days = time("2026-03-11T08:00:00Z").unix();
        assert_eq!(usable_from(logged_at, None), ten_days);
        let sooner = usable_from(logged_at, Some(time("2026-03-02T00:00:00Z")));
        assert_eq!(sooner, ten_days);
        let later = time("2026-03-11T08:00:01Z");
        assert_eq!(usable_from(logged_at, Some(later)), later.unix());
    }

    #[test]
    fn a_delay_is_short_in_demonstrations_only() {
        let delay = |log2| Mode::Delay { log2 };
        assert!(is_long_enough(delay(34), false) && !is_long_enough(delay(33), false));
        assert!(is_long_enough(delay(1), true));
        let beacon = Mode::Drand { round: 1, lead: 0 };
        assert!(is_long_enough(beacon, false));
        let of = |region: &str| is_demonstration(&Value::object([("region", region.into())]));
        assert!(of("000000") && !of("610323"));
        assert!(!is_demonstration(&Value::Null));
    }
}
