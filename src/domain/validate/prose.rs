//! What no text of a record may hold: characters nobody sees, and numbers of identity cards.
//!
//! A public page must read as it was checked, and what once stands in a record is copied before it can be withdrawn. Nothing
//! here judges the words themselves.

use crate::domain::dates::parse_date;
use jiff::civil::Date;

/// Control characters, and those that show nothing but reorder, break or join the text around them: with them one thing
/// could read as another, and two names that look the same differ. Variation selectors stay: they tell apart the forms
/// of rare characters in people's names, and Mongolian is not spelled without its own.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}')
}

/// Length of a citizen identity number (公民身份号码, GB 11643).
const DIGITS: usize = 18;
/// The youngest whose number is looked for: nobody younger is the subject of a record, or signs a paper.
const ADULT_YEARS: i16 = 14;
/// Weights of its first 17 digits.
const WEIGHTS: [u32; DIGITS - 1] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check character by the sum's remainder.
const CHECKS: &[u8; 11] = b"10X98765432";

/// Whether the identity number of somebody of age on `day` stands somewhere in a text, as a run of its own. Numbers of
/// papers are often built alike, of region, date and serial: but their dates are of the last years.
pub(super) fn has_identity_number(text: &str, day: Date) -> bool {
    let plain: String = text.chars().map(plain).collect();
    plain
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|run| is_identity_number(run.as_bytes(), day.year() - ADULT_YEARS))
}

/// Digits of a mobile number (YD/T: 11, from 13 to 19).
const MOBILE: usize = 11;

/// Whether a mobile number stands in a text, as a run of digits of its own or behind the country's prefix, written together or in the
/// groups that people write. A run with letters in it is the number of something else.
pub(super) fn has_mobile_number(text: &str) -> bool {
    let plain: Vec<char> = text.chars().map(plain).collect();
    let is_word = |c: char| c.is_ascii_alphanumeric();
    let mut at = 0;
    while at < plain.len() {
        if !is_word(plain[at]) {
            at += 1;
            continue;
        }
        let mut digits = String::new();
        let mut end = at;
        // A space or hyphen between two digits joins the groups of one number.
        while end < plain.len()
            && (is_word(plain[end])
                || (matches!(plain[end], ' ' | '-')
                    && plain[end - 1].is_ascii_digit()
                    && plain.get(end + 1).is_some_and(char::is_ascii_digit)))
        {
            digits.extend(Some(plain[end]).filter(|c| is_word(*c)));
            end += 1;
        }
        let run = digits
            .strip_prefix("0086")
            .or_else(|| digits.strip_prefix("86"));
        let run = run.filter(|rest| rest.len() == MOBILE).unwrap_or(&digits);
        if is_mobile_number(run.as_bytes()) {
            return true;
        }
        at = end;
    }
    false
}

fn is_mobile_number(run: &[u8]) -> bool {
    run.len() == MOBILE
        && run.iter().all(u8::is_ascii_digit)
        && run[0] == b'1'
        && (b'3'..=b'9').contains(&run[1])
}

/// Digits and capitals of full width as ASCII.
fn plain(c: char) -> char {
    match c {
        '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => {
            char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c)
        }
        c => c,
    }
}

/// 17 digits with a real day of birth from 1850 to that year, and the check character they lead to.
fn is_identity_number(run: &[u8], last_year: i16) -> bool {
    let Ok(run) = <&[u8; DIGITS]>::try_from(run) else {
        return false;
    };
    let (digits, check) = (&run[..DIGITS - 1], run[DIGITS - 1].to_ascii_uppercase());
    if !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let part = |range: std::ops::Range<usize>| String::from_utf8_lossy(&digits[range]).into_owned();
    let born = format!("{}-{}-{}", part(6..10), part(10..12), part(12..14));
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    parse_date(&born).is_some_and(|born| (1850..=last_year).contains(&born.year()))
        && CHECKS[(sum % 11) as usize] == check
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Date = jiff::civil::date(2026, 3, 2);

    /// The example number of GB 11643 itself, and the same with its last digit changed.
    #[test]
    fn identity_numbers_are_found_wherever_they_stand() {
        for text in [
            "11010519491231002X",
            "身份证号：11010519491231002x。",
            "张三（11010519491231002X）",
            "１１０１０５１９４９１２３１００２Ｘ",
            "440524188001010014",
            // Also a well-formed credit code, by chance: 3 of 100 are.
            "610323190001010548",
        ] {
            assert!(has_identity_number(text, DAY), "{text}");
        }
        for text in [
            "110105194912310021",
            "110105194913310021",
            "1101051949123100 2X",
            "A11010519491231002X",
            "11010519491231002X1",
            // Region, date and serial: the number of a paper, whose check digit fits by chance.
            "61032320260302001X",
            "JY16103230012345",
            "91350100M000100Y43",
            "示市监罚〔2026〕12号",
            "",
        ] {
            assert!(!has_identity_number(text, DAY), "{text}");
        }
    }

    #[test]
    fn mobile_numbers_are_found_and_other_numbers_are_not() {
        for text in [
            "13912345678",
            "联系人张某，电话13912345678。",
            "+86 139 1234 5678",
            "0086-13912345678",
            "139-1234-5678",
            "１３９１２３４５６７８",
        ] {
            assert!(has_mobile_number(text), "{text}");
        }
        for text in [
            "029-88668866",
            "12315",
            "12912345678",
            "139123456789",
            "JY13912345678",
            "2026年13号",
            "2026-02-27",
            "",
        ] {
            assert!(!has_mobile_number(text), "{text}");
        }
    }

    #[test]
    fn what_nobody_sees_is_hidden_and_rare_names_are_not() {
        for c in [
            '\0',
            '\u{ad}',
            '\u{200b}',
            '\u{2060}',
            '\u{202e}',
            '\u{3164}',
            '\u{feff}',
            '\u{e0041}',
            '\u{1d173}',
        ] {
            assert!(is_hidden(c), "{c:?}");
        }
        for c in [
            'a',
            '示',
            '\u{3000}',
            '㐂',
            '𠮷',
            '\u{fe00}',
            '\u{e0100}',
            '\u{180b}',
            '\u{202f}',
            '·',
        ] {
            assert!(!is_hidden(c), "{c:?}");
        }
    }
}
