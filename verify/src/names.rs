//! The identifiers of the formats as types, so that an invalid one cannot be held.
//!
//! Also what a kind demands of its entry (`ref`, `cosignature`). Which kinds exist and what their
//! bodies mean is not decided here: an unknown kind is a valid name.

use alloc::string::String;
use core::fmt;

use crate::encoding::decimal;

/// A name that is not of the required form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {what}: expected {expected}")]
pub struct NameError {
    /// Which name.
    pub what: &'static str,
    /// Its form.
    pub expected: &'static str,
}

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $expected:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes the name if it is of the required form.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(NameError { what: $what, expected: $expected })
                }
            }

            /// The name as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl core::str::FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::parse(text)
            }
        }
    };
}

name_type!(
    /// An authority: `[0-9A-Z]+(-[0-9A-Z]+)*`, at most 32 bytes.
    AuthorityId,
    "authority",
    "[0-9A-Z]+(-[0-9A-Z]+)*, at most 32 characters",
    is_authority
);

name_type!(
    /// The kind of an entry: `[a-z_]{1,32}`.
    KindName,
    "kind",
    "[a-z_]{1,32}",
    is_kind
);

name_type!(
    /// The identity of a log: `[a-z0-9.:-]+(/[a-z0-9._-]+)*`, the first line of its checkpoints.
    Origin,
    "origin",
    "[a-z0-9.:-]+(/[a-z0-9._-]+)*",
    is_origin
);

name_type!(
    /// The key of one plan and its one draw: `authority/period/serial`.
    PlanKey,
    "plan key",
    "authority/YYYY/serial or authority/YYYY-MM/serial, serial 01 to 99999",
    is_plan_key
);

name_type!(
    /// A region: a six-digit administrative division code (GB/T 2260), none of which begins with `00`; `000000` is synthetic.
    RegionCode,
    "region",
    "six digits, not beginning with 00 unless 000000",
    is_region
);

impl RegionCode {
    /// Whether an authority of this region may publish about `other`: `100000` (the nation) covers
    /// all, `xx0000` its province, `xxxx00` its prefecture; `000000` and every other only itself.
    pub fn covers(&self, other: &Self) -> bool {
        let (own, other) = (self.as_str(), other.as_str());
        let prefix = match own {
            "100000" => "",
            "000000" => own,
            _ => own
                .strip_suffix("0000")
                .or_else(|| own.strip_suffix("00"))
                .unwrap_or(own),
        };
        other.starts_with(prefix)
    }
}

impl KindName {
    /// What this kind's entry must carry as `ref`.
    pub fn ref_rule(&self) -> RefRule {
        ref_rule(self)
    }
}

impl PlanKey {
    /// The authority part: everything before the first slash.
    pub fn authority(&self) -> AuthorityId {
        let end = self.0.find('/').unwrap_or(self.0.len());
        AuthorityId(self.0[..end].into())
    }

    /// `YYYY` or `YYYY-MM`: between the slashes.
    pub fn period(&self) -> &str {
        self.0.split('/').nth(1).unwrap_or_default()
    }

    /// Number within authority and period, from 1, without gaps.
    pub fn serial(&self) -> u32 {
        let serial = self.0.rsplit('/').next().unwrap_or_default();
        serial.parse().unwrap_or_default()
    }
}

/// What an entry carries as `ref`, by its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefRule {
    /// No `ref`.
    None,
    /// The plan key.
    PlanKey,
    /// The index of the entry it is about, in decimal.
    TargetIndex,
}

impl RefRule {
    /// Whether `reference` is what this rule demands, present or absent.
    pub fn accepts(self, reference: Option<&str>) -> bool {
        match (self, reference) {
            (Self::None, None) => true,
            (Self::PlanKey, Some(text)) => is_plan_key(text),
            (Self::TargetIndex, Some(text)) => decimal(text).is_some(),
            _ => false,
        }
    }
}

/// What the entry of a kind must carry as `ref`.
pub fn ref_rule(kind: &KindName) -> RefRule {
    match kind.as_str() {
        "plan" | "commit" | "reveal" | "draw" | "cancel" | "substitute" => RefRule::PlanKey,
        "withdrawal" | "erasure" | "correction" | "expiry" => RefRule::TargetIndex,
        _ => RefRule::None,
    }
}

/// Whether the kind needs a second signature by another key of the same authority.
pub fn needs_cosignature(kind: &KindName) -> bool {
    matches!(kind.as_str(), "withdrawal" | "erasure")
}

/// Whether a record of this kind is never corrected, withdrawn or erased: served without its
/// body it has no effect.
pub fn is_permanent(kind: &KindName) -> bool {
    matches!(
        kind.as_str(),
        "authority"
            | "item_list"
            | "snapshot"
            | "plan"
            | "commit"
            | "reveal"
            | "draw"
            | "cancel"
            | "substitute"
            | "withdrawal"
            | "erasure"
            | "status_map"
    )
}

/// Whether only the operator of the log may publish this kind.
pub fn is_operator_only(kind: &KindName) -> bool {
    matches!(
        kind.as_str(),
        "authority" | "status_map" | "alert" | "expiry"
    )
}

/// Whether a text is an id of an object or officer in a draw: `[0-9A-Z]{1,32}`.
pub fn is_draw_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase();
    (1..=32).contains(&text.len()) && text.bytes().all(plain)
}

/// Whether a text names a stratum, a class, an exclusion or a qualification: `[0-9A-Za-z_]{1,32}`.
pub fn is_token(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=32).contains(&text.len()) && text.bytes().all(plain)
}

/// Whether a text names an authority; [`AuthorityId`] holds one.
pub fn is_authority(text: &str) -> bool {
    text.len() <= 32
        && text.split('-').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        })
}

fn is_kind(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

fn is_origin(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.split('/').enumerate().all(|(at, part)| {
        let allowed: &[u8] = if at == 0 { b".:-" } else { b"._-" };
        !part.is_empty() && part.bytes().all(|b| plain(b) || allowed.contains(&b))
    })
}

fn is_region(text: &str) -> bool {
    let digits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
    digits && (!text.starts_with("00") || text == "000000")
}

fn is_plan_key(text: &str) -> bool {
    let mut parts = text.split('/');
    let (Some(authority), Some(period), Some(serial), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    is_authority(authority) && is_period(period) && is_serial(serial)
}

/// `YYYY` or `YYYY-MM` with a real month.
fn is_period(text: &str) -> bool {
    let digits =
        |part: &str, len: usize| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
    match text.split_once('-') {
        None => digits(text, 4),
        Some((year, month)) => {
            digits(year, 4) && digits(month, 2) && ("01"..="12").contains(&month)
        }
    }
}

/// `0[1-9]|[1-9][0-9]{1,4}`
fn is_serial(text: &str) -> bool {
    match text.as_bytes() {
        [b'0', b'1'..=b'9'] => true,
        [b'1'..=b'9', rest @ ..] => {
            (1..=4).contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> KindName {
        KindName::parse(text).unwrap()
    }

    #[test]
    fn authorities() {
        for good in ["610323-SCJG", "A", "0-1-2", &"A".repeat(32)] {
            assert!(AuthorityId::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "-",
            "A-",
            "-A",
            "A--B",
            "a",
            "610323_SCJG",
            "市",
            &"A".repeat(33),
        ] {
            assert!(AuthorityId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn kinds_and_origins() {
        assert!(KindName::parse("no_penalty").is_ok());
        for bad in ["", "Plan", "plan1", "pl an", &"a".repeat(33)] {
            assert!(KindName::parse(bad).is_err(), "{bad}");
        }
        for good in ["example.org/log", "localhost:8080", "a/b/c_d"] {
            assert!(Origin::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "", "/", "a/", "/a", "a//b", "A", "a_b", "a/b:c", "a b", "a+b",
        ] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn plan_keys() {
        for good in [
            "610323-SCJG/2026/01",
            "A/2026-12/10",
            "A/2026/99999",
            "A/2026-01/09",
        ] {
            assert!(PlanKey::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "A/2026/1",
            "A/2026/00",
            "A/2026/001",
            "A/2026/100000",
            "A/2026-13/01",
            "A/2026-00/01",
            "A/26/01",
            "A/2026/01/",
            "A/2026",
            "a/2026/01",
            "A/2026-1/01",
        ] {
            assert!(PlanKey::parse(bad).is_err(), "{bad}");
        }
        let key = PlanKey::parse("610323-SCJG/2026/01").unwrap();
        assert_eq!(key.authority().as_str(), "610323-SCJG");
    }

    #[test]
    fn ids_and_tokens_of_the_draw() {
        for good in ["91330000EXAMPLE001", "P1", &"A".repeat(32)] {
            assert!(is_draw_id(good) && is_token(good), "{good}");
        }
        for bad in ["a1", "A_1", "food_A1"] {
            assert!(!is_draw_id(bad) && is_token(bad), "{bad}");
        }
        for bad in ["", "A|B", "A B", "甲", &"A".repeat(33)] {
            assert!(!is_draw_id(bad) && !is_token(bad), "{bad}");
        }
    }

    #[test]
    fn regions() {
        let region = |text| RegionCode::parse(text).unwrap();
        let covers = |own, other| region(own).covers(&region(other));
        assert!(covers("100000", "610323") && covers("100000", "000000"));
        assert!(covers("610000", "610323") && !covers("610000", "620000"));
        assert!(covers("610300", "610323") && !covers("610300", "610400"));
        assert!(covers("610323", "610323") && !covers("610323", "610300"));
        assert!(covers("000000", "000000") && !covers("000000", "610323"));
        for bad in ["", "61032", "6103230", "61032a", "６10323", "000001"] {
            assert!(RegionCode::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_a_kind_demands() {
        for name in ["plan", "commit", "reveal", "draw", "cancel", "substitute"] {
            assert_eq!(ref_rule(&kind(name)), RefRule::PlanKey);
        }
        for name in ["withdrawal", "erasure", "correction", "expiry"] {
            assert_eq!(ref_rule(&kind(name)), RefRule::TargetIndex);
        }
        assert_eq!(ref_rule(&kind("permit")), RefRule::None);
        assert!(needs_cosignature(&kind("erasure")));
        assert!(!needs_cosignature(&kind("expiry")));
        assert!(RefRule::TargetIndex.accepts(Some("0")));
        assert!(!RefRule::TargetIndex.accepts(Some("01")));
        assert!(!RefRule::TargetIndex.accepts(None));
        assert!(!RefRule::None.accepts(Some("1")));
        assert!(!RefRule::PlanKey.accepts(Some("1")));
    }
}
