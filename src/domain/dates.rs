//! Dates and times as records write them: `YYYY-MM-DD` and `YYYY-MM-DDTHH:MM:SSZ`, both real.
//!
//! General date parsers accept far more spellings than two verifiers would agree on; only these two forms pass here.
//! This module must not know today's date.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz;

/// Reads `YYYY-MM-DD` if it is a real day of the Gregorian calendar; nothing else.
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let year = digits(&bytes[..4])?;
    let month = i8::try_from(digits(&bytes[5..7])?).ok()?;
    let day = i8::try_from(digits(&bytes[8..])?).ok()?;
    Date::new(year, month, day).ok()
}

/// Reads `YYYY-MM-DDTHH:MM:SSZ` (UTC) if it is a real moment with seconds 00–59; nothing else.
#[must_use]
pub fn parse_time(text: &str) -> Option<DateTime> {
    let bytes = text.as_bytes();
    if bytes.len() != 20
        || bytes[10] != b'T'
        || bytes[13] != b':'
        || bytes[16] != b':'
        || bytes[19] != b'Z'
    {
        return None;
    }
    let date = parse_date(text.get(..10)?)?;
    let part = |from: usize| i8::try_from(digits(&bytes[from..from + 2])?).ok();
    let (hour, minute, second) = (part(11)?, part(14)?, part(17)?);
    DateTime::new(
        date.year(),
        date.month(),
        date.day(),
        hour,
        minute,
        second,
        0,
    )
    .ok()
}

/// Hours by which China's clocks are ahead of UTC: one time zone, all year the same.
const CHINA_HOURS: i8 = 8;
/// The same in seconds.
pub const CHINA_SECONDS: i64 = CHINA_HOURS as i64 * 3600;

/// The day it is in China at a moment given in seconds since 1970.
#[must_use]
pub fn day_in_china(unix: i64) -> Date {
    let moment = Timestamp::from_second(unix).unwrap_or(match unix {
        ..0 => Timestamp::MIN,
        _ => Timestamp::MAX,
    });
    tz::offset(CHINA_HOURS).to_datetime(moment).date()
}

/// Reads a period: a year `YYYY` or a month `YYYY-MM`, as plan keys use.
#[must_use]
pub fn is_period(text: &str) -> bool {
    match text.len() {
        4 => parse_date(&format!("{text}-01-01")).is_some(),
        7 => parse_date(&format!("{text}-01")).is_some(),
        _ => false,
    }
}

/// The value of a run of at most four ASCII digits.
fn digits(bytes: &[u8]) -> Option<i16> {
    bytes.iter().try_fold(0i16, |value, byte| {
        byte.is_ascii_digit()
            .then(|| value * 10 + i16::from(byte - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn real_days_only() {
        assert!(parse_date("2024-02-29").is_some());
        assert!(parse_date("2099-12-31").is_some());
        for text in [
            "2026-02-29",
            "2026-02-30",
            "2026-13-01",
            "2026-00-10",
            "2026-1-01",
            "2026/01/01",
            "20260101",
            "2026-01-0１",
            "+026-01-01",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn real_moments_only() {
        assert!(parse_time("2026-03-02T08:00:00Z").is_some());
        for text in [
            "2026-02-30T00:00:00Z",
            "2026-03-02T08:00:60Z",
            "2026-03-02T08:00:00.0Z",
            "2026-03-02T24:00:00Z",
            "2026-03-02 08:00:00Z",
            "2026-03-02T08:00:00z",
            "2026-03-02T08:00:00+00",
            "2026-03-02",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn days_in_china_begin_at_sixteen_hours_utc() {
        assert_eq!(day_in_china(57_599).to_string(), "1970-01-01");
        assert_eq!(day_in_china(57_600).to_string(), "1970-01-02");
        assert_eq!(day_in_china(-1).to_string(), "1970-01-01");
        for far in [i64::MIN, i64::MAX] {
            assert!(day_in_china(far).year().abs() >= 9999);
        }
    }

    #[test]
    fn periods() {
        assert!(is_period("2026") && is_period("2026-03"));
        assert!(
            !is_period("2026-13")
                && !is_period("26")
                && !is_period("2026-3")
                && !is_period("2026-03-01")
        );
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_the_same(y in 1i16..9999, m in 1i8..13, d in 1i8..29) {
            let text = format!("{y:04}-{m:02}-{d:02}");
            prop_assert_eq!(parse_date(&text).map(|date| date.to_string()), Some(text));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,24}") {
            let _ = (parse_date(&text), parse_time(&text), is_period(&text));
        }
    }
}
