//! Administrative division codes (行政区划代码, GB/T 2260): six digits, province, prefecture, county.
//!
//! A region says where a record belongs and how far an authority's word reaches. It is never an authority's name:
//! development zones have no code of their own. This module holds no table of divisions, since codes are created and
//! withdrawn every year and old records keep the code of their day.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A division code of six digits. `100000` is the whole country; `000000` is the synthetic region of demonstrations.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region([u8; 6]);

/// The text is not a division code: six ASCII digits, not beginning with `00` unless it is `000000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a region is six digits, such as 610323")]
pub struct RegionError;

impl Region {
    /// The whole country.
    pub const NATION: Self = Self(*b"100000");
    /// The region of synthetic records; it lies in no province.
    pub const SYNTHETIC: Self = Self(*b"000000");

    /// Reads six digits.
    ///
    /// # Errors
    /// [`RegionError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, RegionError> {
        let code: [u8; 6] = text.as_bytes().try_into().map_err(|_| RegionError)?;
        let region = Self(code);
        let digits = code.iter().all(u8::is_ascii_digit);
        if digits && (!text.starts_with("00") || region == Self::SYNTHETIC) {
            Ok(region)
        } else {
            Err(RegionError)
        }
    }

    /// Whether an authority of this region may speak for `other`: the nation for all, a province (`xx0000`) and a
    /// prefecture (`xxxx00`) for what lies in them, any other code for itself alone.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        if *self == Self::NATION || self == other {
            return true;
        }
        if *self == Self::SYNTHETIC {
            return false;
        }
        let significant = match &self.0 {
            [_, _, b'0', b'0', b'0', b'0'] => 2,
            [.., b'0', b'0'] => 4,
            _ => 6,
        };
        self.0[..significant] == other.0[..significant]
    }

    /// The province it lies in (`xx0000`); the nation and the synthetic region stand for themselves.
    #[must_use]
    pub fn province(&self) -> Self {
        match *self {
            Self::NATION => Self::NATION,
            Self([a, b, ..]) => Self([a, b, b'0', b'0', b'0', b'0']),
        }
    }

    /// The six digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a region holds only digits")
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({})", self.as_str())
    }
}

impl FromStr for Region {
    type Err = RegionError;
    fn from_str(text: &str) -> Result<Self, RegionError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Region {
    type Error = RegionError;
    fn try_from(text: String) -> Result<Self, RegionError> {
        Self::parse(&text)
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn region(text: &str) -> Region {
        Region::parse(text).unwrap()
    }

    #[test]
    fn reach_follows_the_levels() {
        let cases = [
            ("100000", "610323", true),
            ("100000", "000000", true),
            ("610000", "610323", true),
            ("610000", "610000", true),
            ("610000", "130600", false),
            ("610300", "610323", true),
            ("610300", "610100", false),
            ("610323", "610323", true),
            ("610323", "610300", false),
            ("610323", "610324", false),
            ("000000", "000000", true),
            ("000000", "610323", false),
            ("610000", "000000", false),
        ];
        for (of, over, expected) in cases {
            assert_eq!(
                region(of).covers(&region(over)),
                expected,
                "{of} over {over}"
            );
        }
    }

    #[test]
    fn a_province_is_the_first_two_digits() {
        for (of, province) in [
            ("610323", "610000"),
            ("610000", "610000"),
            ("110105", "110000"),
            ("100000", "100000"),
            ("000000", "000000"),
        ] {
            assert_eq!(region(of).province(), region(province));
        }
    }

    #[test]
    fn only_six_digits() {
        for text in [
            "",
            "61032",
            "6103230",
            "61032X",
            "６１０３２３",
            "000323",
            " 610323",
        ] {
            assert_eq!(Region::parse(text), Err(RegionError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn covering_is_reflexive_and_transitive(
            a in "[1-3][0-1](00|0[12])(00|0[12])",
            b in "[1-3][0-1](00|0[12])(00|0[12])",
            c in "[1-3][0-1](00|0[12])(00|0[12])",
        ) {
            let (a, b, c) = (region(&a), region(&b), region(&c));
            prop_assert!(a.covers(&a));
            if a.covers(&b) && b.covers(&c) {
                prop_assert!(a.covers(&c));
            }
        }
    }
}
