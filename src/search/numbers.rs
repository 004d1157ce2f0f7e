//! Numbers as papers have them: 凤市监处罚〔2026〕17号, FX-2026-01, 东湖路十二号.
//!
//! How a number is written differs from paper to paper; its runs of characters, letters and digits do not. What is compared is never shown.

use super::fold::spaced;

/// Where numerals stand for digits: before these.
const COUNTED: [char; 10] = ['号', '楼', '层', '室', '栋', '幢', '座', '院', '路', '街'];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Digit,
    Latin,
    Other,
}

impl Class {
    fn of(c: char) -> Option<Self> {
        match c {
            ' ' => None,
            '0'..='9' => Some(Class::Digit),
            'a'..='z' => Some(Class::Latin),
            _ => Some(Class::Other),
        }
    }
}

/// The runs of characters, letters and digits of a number: digits without leading zeros, a year apart from what follows it, and
/// without 字第, 年 and 号 beside digits. The same number written in another way has the same runs.
pub(super) fn runs(text: &str) -> Vec<String> {
    let mut folded = String::new();
    spaced(text, &mut folded);
    let mut found: Vec<(Class, String)> = Vec::new();
    let mut open = false;
    for c in folded.chars() {
        let class = Class::of(c);
        match (class, found.last_mut()) {
            (None, _) => {}
            (Some(class), Some((last, run))) if open && *last == class => run.push(c),
            (Some(class), _) => found.push((class, c.to_string())),
        }
        open = class.is_some();
    }
    let digit = |at: Option<&(Class, String)>| at.is_some_and(|(class, _)| *class == Class::Digit);
    let mut runs = Vec::with_capacity(found.len() + 1);
    for (at, (class, run)) in found.iter().enumerate() {
        match class {
            Class::Latin => runs.push(run.clone()),
            Class::Digit => digits(run, &mut runs),
            Class::Other => {
                let after = digit(at.checked_sub(1).and_then(|before| found.get(before)));
                let before = digit(found.get(at + 1));
                let mut kept = run.as_str();
                if after {
                    kept = kept.trim_start_matches(['年', '号']);
                }
                if before {
                    kept = kept.trim_end_matches(['字', '第']);
                }
                if !kept.is_empty() {
                    runs.push(kept.to_owned());
                }
            }
        }
    }
    runs
}

/// One run of digits, or a year and the rest.
fn digits(run: &str, runs: &mut Vec<String>) {
    let bare = |digits: &str| match digits.trim_start_matches('0') {
        "" => "0".to_owned(),
        bare => bare.to_owned(),
    };
    match run.split_at_checked(4) {
        Some((year, rest))
            if !rest.is_empty() && (year.starts_with("19") || year.starts_with("20")) =>
        {
            runs.push(year.to_owned());
            runs.push(bare(rest));
        }
        _ => runs.push(bare(run)),
    }
}

/// Whether a run is of digits.
pub(super) fn is_number(run: &str) -> bool {
    run.bytes().all(|byte| byte.is_ascii_digit())
}

/// A code with letters read as the digits they are mistaken for: credit codes have neither O nor I.
pub(super) fn unmistaken(compact: &str) -> String {
    compact
        .chars()
        .map(|c| match c {
            'o' => '0',
            'i' => '1',
            other => other,
        })
        .collect()
}

/// The text with its house numbers in the other script: 十二号 for 12号, 12号 for 十二号; nothing where it has none.
pub(super) fn other_numerals(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut changed = None;
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let is_digit = c.is_ascii_digit();
        let of_run = |c: &char| match is_digit {
            true => c.is_ascii_digit(),
            false => numeral(*c).is_some(),
        };
        let length = chars[at..].iter().take_while(|c| of_run(c)).count();
        let run: String = chars[at..at + length.max(1)].iter().collect();
        let counted = length > 0 && chars.get(at + length).is_some_and(|c| COUNTED.contains(c));
        let other = match (counted, is_digit) {
            (false, _) => None,
            (true, true) => chinese(&run),
            (true, false) => arabic(&run),
        };
        match other {
            Some(other) => {
                out.push_str(&other);
                changed = Some(());
            }
            None => out.push_str(&run),
        }
        at += length.max(1);
    }
    changed.map(|()| out)
}

fn numeral(c: char) -> Option<u32> {
    Some(match c {
        '零' | '〇' => 0,
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        '百' => 100,
        _ => return None,
    })
}

/// Below a thousand, as houses are counted (十二, 二十, 一百零五) or digit by digit (一〇五).
fn arabic(run: &str) -> Option<String> {
    let values: Vec<u32> = run.chars().filter_map(numeral).collect();
    if values.len() > 5 {
        return None;
    }
    if values.iter().all(|value| *value < 10) {
        return (values.len() <= 3).then(|| values.iter().map(u32::to_string).collect());
    }
    let (mut sum, mut ones) = (0, 0);
    for value in values {
        match value {
            10 | 100 => {
                sum += ones.max(1) * value;
                ones = 0;
            }
            digit => ones = digit,
        }
    }
    Some((sum + ones).to_string())
}

/// A number below a thousand in words.
fn chinese(run: &str) -> Option<String> {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let number: usize = run
        .parse()
        .ok()
        .filter(|number| (1..1000).contains(number))?;
    let (hundreds, tens, ones) = (number / 100, number / 10 % 10, number % 10);
    let mut said = String::new();
    if hundreds > 0 {
        said.push_str(DIGITS[hundreds]);
        said.push('百');
    }
    match (hundreds, tens, ones) {
        (_, 0, 0) => {}
        (0, 0, _) => {}
        (_, 0, _) => said.push('零'),
        (0, 1, _) => said.push('十'),
        _ => {
            said.push_str(DIGITS[tens]);
            said.push('十');
        }
    }
    if ones > 0 {
        said.push_str(DIGITS[ones]);
    }
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_number_has_the_same_runs_however_it_is_written() {
        for (written, runs_of_it) in [
            ("凤市监处罚〔2026〕17号", "凤市监处罚 2026 17"),
            ("凤市监处罚（2026）17 号", "凤市监处罚 2026 17"),
            ("凤市监处罚字[2026]第017号", "凤市监处罚 2026 17"),
            ("凤市监处罚2026年17号", "凤市监处罚 2026 17"),
            ("FX-2026-01", "fx 2026 1"),
            ("fx202601", "fx 2026 1"),
            ("610305-XFJY/2026/01", "610305 xfjy 2026 1"),
            ("2025年第4期", "2025 4 期"),
            ("第一号", "第一号"),
            ("000", "0"),
            ("，！", ""),
        ] {
            assert_eq!(runs(written).join(" "), runs_of_it, "{written}");
        }
    }

    #[test]
    fn house_numbers_have_another_script() {
        for (one, other) in [
            ("东湖路12号", "东湖路十二号"),
            ("正街40号", "正街四十号"),
            ("人民路105号2楼", "人民路一百零五号二楼"),
            ("经2路", "经二路"),
            ("解放路10号", "解放路十号"),
            ("解放路110号", "解放路一百一十号"),
            ("解放路200号", "解放路二百号"),
        ] {
            assert_eq!(other_numerals(one).as_deref(), Some(other));
            assert_eq!(other_numerals(other).as_deref(), Some(one));
        }
        for none in ["2026年", "一家一店", "张三", "", "1000号"] {
            assert_eq!(other_numerals(none), None, "{none}");
        }
        assert_eq!(other_numerals("一〇五室").as_deref(), Some("105室"));
    }

    proptest! {
        #[test]
        fn numerals_read_back(number in 1_u32..1000) {
            let said = chinese(&number.to_string()).unwrap();
            prop_assert_eq!(arabic(&said), Some(number.to_string()));
        }

        #[test]
        fn any_text_has_runs(text in any::<String>()) {
            runs(&text);
            other_numerals(&text);
        }
    }
}
