//! What is the same to a reader is the same to the index: width, case, accents, traditional characters.
//!
//! Documents and queries both pass through here, and only here. No character looks at its neighbours, so the folding of a piece is a piece
//! of the folding: the law that any piece of a name is found rests on that.

use super::lists::simplified;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Folds character by character: compatibility forms (full width, ligatures, enclosed numbers), accents, case and traditional
/// forms disappear. `sink` gets `Some` for every letter or digit left, `None` for everything else.
fn fold(text: &str, mut sink: impl FnMut(Option<char>)) {
    for c in text.chars() {
        match c {
            '0'..='9' | 'a'..='z' => sink(Some(c)),
            'A'..='Z' => sink(Some(c.to_ascii_lowercase())),
            '\u{4e00}'..='\u{9fff}' => sink(Some(simplified(c))),
            _ if c.is_ascii() => sink(None),
            _ => decompose_compatible(c, |part| {
                for lower in part.to_lowercase() {
                    if lower.is_alphanumeric() {
                        sink(Some(simplified(lower)));
                    } else if !is_combining_mark(lower) {
                        sink(None);
                    }
                }
            }),
        }
    }
}

/// Folded, with everything that is neither letter nor digit left out: how names and codes are compared.
pub(super) fn compact(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold(text, |c| folded.extend(c));
    folded
}

/// Folded, with a space for everything that is neither letter nor digit: what is cut into words.
pub(super) fn spaced(text: &str, into: &mut String) {
    into.clear();
    fold(text, |c| into.push(c.unwrap_or(' ')));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folding_levels_width_case_brackets_and_accents() {
        assert_eq!(
            compact("岐市监处罚〔２０２６〕１２号"),
            "岐市监处罚202612号"
        );
        assert_eq!(compact("岐市监处罚[2026] 12 号"), "岐市监处罚202612号");
        assert_eq!(compact("Ａｂ（Café）㈱①"), "abcafe株1");
        assert_eq!(compact("，。《》!?🙂\u{202e}\u{0}"), "");
    }

    #[test]
    fn traditional_characters_are_read_as_simplified_ones() {
        assert_eq!(
            compact("鳳翔區重慶老竈火鍋店 藥業 後勤"),
            "凤翔区重庆老灶火锅店药业后勤"
        );
        // What both have stays as it is.
        assert_eq!(compact("乾县著作权"), "乾县著作权");
    }

    proptest! {
        #[test]
        fn folding_a_piece_gives_a_piece(before in any::<String>(), piece in any::<String>(), after in any::<String>()) {
            let whole = format!("{before}{piece}{after}");
            prop_assert!(compact(&whole).contains(&compact(&piece)));
        }

        #[test]
        fn folding_twice_changes_nothing(text in any::<String>()) {
            let once = compact(&text);
            prop_assert_eq!(compact(&once), once);
        }
    }
}
