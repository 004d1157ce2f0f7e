//! Times of the log: whole seconds of UTC in one spelling, `YYYY-MM-DDTHH:MM:SSZ`.
//!
//! Years 0001 to 9999 of the proleptic Gregorian calendar, seconds 00 to 59 (no leap second).
//! No clock is read here: the current time is always an argument of whoever needs it.

use core::fmt;
use core::str::FromStr;

const SECONDS_PER_DAY: i64 = 86_400;
/// 0001-01-01T00:00:00Z.
const MIN: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59Z.
const MAX: i64 = 253_402_300_799;

/// A moment: seconds since 1970-01-01T00:00:00Z, within years 0001 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is not a real moment written `YYYY-MM-DDTHH:MM:SSZ`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a real time written YYYY-MM-DDTHH:MM:SSZ")]
pub struct TimeError;

impl Timestamp {
    /// Parses the one accepted spelling; refuses impossible dates, fractions and offsets.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let bytes: &[u8; 20] = text.as_bytes().try_into().map_err(|_| TimeError)?;
        for (at, separator) in [
            (4, b'-'),
            (7, b'-'),
            (10, b'T'),
            (13, b':'),
            (16, b':'),
            (19, b'Z'),
        ] {
            if bytes[at] != separator {
                return Err(TimeError);
            }
        }
        let number = |range: core::ops::Range<usize>| -> Result<i64, TimeError> {
            bytes[range].iter().try_fold(0, |value, digit| {
                if digit.is_ascii_digit() {
                    Ok(value * 10 + i64::from(digit - b'0'))
                } else {
                    Err(TimeError)
                }
            })
        };
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        let real = year >= 1
            && (1..=12).contains(&month)
            && day >= 1
            && day <= days_in_month(year, month)
            && hour < 24
            && minute < 60
            && second < 60;
        if !real {
            return Err(TimeError);
        }
        let days = days_from_civil(year, month, day);
        Ok(Self(
            days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second,
        ))
    }

    /// Seconds since 1970-01-01T00:00:00Z; negative before.
    pub fn unix(self) -> i64 {
        self.0
    }

    /// From seconds since 1970-01-01T00:00:00Z; `None` outside years 0001 to 9999.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        (MIN..=MAX).contains(&seconds).then_some(Self(seconds))
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        Self::parse(text)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.div_euclid(SECONDS_PER_DAY));
        let second = self.0.rem_euclid(SECONDS_PER_DAY);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the years before `year`, counted from 0001-01-01.
fn days_before_year(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past / 4 - past / 100 + past / 400
}

/// Days of the months before `month` in `year`.
fn days_before_month(year: i64, month: i64) -> i64 {
    (1..month).map(|m| days_in_month(year, m)).sum()
}

/// Days from 1970-01-01 to the given real date.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    days_before_year(year) + days_before_month(year, month) + day - 1 + MIN / SECONDS_PER_DAY
}

/// The date `days` after 1970-01-01, for days within the supported years.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let since_year_one = days - MIN / SECONDS_PER_DAY;
    // The estimate by the mean year is off by at most one, upwards or downwards.
    let mut year = since_year_one * 400 / 146_097 + 1;
    while days_before_year(year) > since_year_one {
        year -= 1;
    }
    while days_before_year(year + 1) <= since_year_one {
        year += 1;
    }
    let day_of_year = since_year_one - days_before_year(year);
    let mut month = 1;
    while month < 12 && days_before_month(year, month + 1) <= day_of_year {
        month += 1;
    }
    (
        year,
        month,
        day_of_year - days_before_month(year, month) + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn known_moments() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-03-02T08:00:00Z", 1_772_438_400),
            ("2038-01-19T03:14:08Z", 2_147_483_648),
            ("1969-12-31T23:59:59Z", -1),
            ("0001-01-01T00:00:00Z", MIN),
            ("9999-12-31T23:59:59Z", MAX),
        ] {
            assert_eq!(Timestamp::parse(text).map(Timestamp::unix), Ok(seconds));
            assert_eq!(
                Timestamp::from_unix(seconds).map(|t| t.to_string()),
                Some(text.to_string())
            );
        }
        assert_eq!(Timestamp::from_unix(MIN - 1), None);
        assert_eq!(Timestamp::from_unix(MAX + 1), None);
    }

    #[test]
    fn refuses_other_spellings_and_impossible_dates() {
        for bad in [
            "2026-02-30T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-03-02T08:00:60Z",
            "2026-03-02T08:60:00Z",
            "2026-03-02T24:00:00Z",
            "2026-03-02T08:00:00.0Z",
            "2026-03-02T08:00:00+00",
            "2026-03-02t08:00:00Z",
            "2026-03-02T08:00:00z",
            "2026-03-02 08:00:00Z",
            "2026-00-02T08:00:00Z",
            "2026-13-02T08:00:00Z",
            "2026-01-00T08:00:00Z",
            "2026-04-31T08:00:00Z",
            "0000-01-01T00:00:00Z",
            "+026-01-01T00:00:00Z",
            "",
        ] {
            assert_eq!(Timestamp::parse(bad), Err(TimeError), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_second_has_one_spelling(seconds in MIN..=MAX) {
            let time = Timestamp::from_unix(seconds).unwrap();
            proptest::prop_assert_eq!(Timestamp::parse(&time.to_string()), Ok(time));
        }
    }
}
