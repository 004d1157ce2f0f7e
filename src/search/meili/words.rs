//! Texts as words that the server leaves whole: a letter for their kind, then the text in letters and digits.
//!
//! The server would cut Chinese by its own dictionary, and finds words, not pieces. So each piece that a record can be found by is a word of its
//! own here. Documents and queries both pass through here; whatever changes what it produces must change [`super::settings::LAYOUT`].

/// Every record has it: it stands where a way to find has no word, because the server gives an empty text no weight.
pub(super) const EVERY: &str = "z";
/// Only the document that says how far the index is has it.
pub(super) const STATE: &str = "zstate";
/// Longest word in bytes; the server drops those above 250 without a sign.
const LONGEST: usize = 240;

/// What kind of thing a word stands for.
pub(super) mod kind {
    /// A character of a name, two, three.
    pub(in super::super) const NAME_CHAR: char = 'j';
    pub(in super::super) const NAME_PAIR: char = 'b';
    pub(in super::super) const NAME_THREE: char = 'k';
    /// A syllable of a name, two, the first letters of three characters, of its first two.
    pub(in super::super) const SYLLABLE: char = 's';
    pub(in super::super) const SYLLABLES: char = 'p';
    pub(in super::super) const INITIALS: char = 'i';
    pub(in super::super) const FIRST_INITIALS: char = 'h';
    /// Two characters of a title, three.
    pub(in super::super) const TITLE_PAIR: char = 't';
    pub(in super::super) const TITLE_THREE: char = 'u';
    /// Two neighbours in a title or in what a record is called; in any text.
    pub(in super::super) const TITLE_NEIGHBOURS: char = 'f';
    pub(in super::super) const NEIGHBOURS: char = 'g';
    /// A word of a name, of a title or of what a record is called, of any text.
    pub(in super::super) const NAME_WORD: char = 'm';
    pub(in super::super) const TITLE_WORD: char = 'v';
    pub(in super::super) const WORD: char = 'w';
    /// The same with whatever they also mean: no record has these, the server's synonyms lead from them to those that records have.
    pub(in super::super) const FAR_NAME_WORD: char = 'q';
    pub(in super::super) const FAR_TITLE_WORD: char = 'x';
    pub(in super::super) const FAR_WORD: char = 'y';
}

/// The word of this kind for a folded text.
pub(super) fn word(kind: char, text: &str) -> String {
    let mut word = String::with_capacity(1 + text.len() * 4 / 3);
    word.push(kind);
    for c in text.chars() {
        if word.len() + 8 > LONGEST {
            break;
        }
        match c {
            'z' => word.push_str("zz"),
            _ if c.is_ascii_alphanumeric() => word.push(c),
            '\u{4e00}'..='\u{9fff}' => {
                let at = u32::from(c) - 0x4e00;
                word.push('z');
                for digit in [at / 1296, at / 36 % 36, at % 36] {
                    word.extend(char::from_digit(digit, 36));
                }
            }
            '\'' => word.push_str("zv"),
            ' ' => word.push_str("zw"),
            // Five digits, so that what follows cannot be read as one more.
            _ => word.push_str(&format!("zy{:05x}", u32::from(c))),
        }
    }
    word
}

/// All pieces of so many characters.
pub(super) fn pieces(text: &str, size: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars
        .windows(size)
        .map(|piece| piece.iter().collect())
        .collect()
}

/// Pieces of three that together cover a text, each overlapping the next: no more of them than the server looks at, where that can be.
pub(super) fn covering(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let last = chars.len().saturating_sub(3);
    let step = match chars.len() {
        0..=10 => 1,
        11..=19 => 2,
        _ => 3,
    };
    let starts = (0..last).step_by(step).chain([last]);
    let piece = |start| chars.iter().skip(start).take(3).collect();
    starts.map(piece).collect()
}

/// Neighbours in a text: characters and runs of Latin letters and digits that stand beside each other.
pub(super) fn neighbours(spaced: &str) -> impl Iterator<Item = String> {
    spaced.split(' ').flat_map(|part| {
        let units = units(part);
        let pairs: Vec<String> = units.windows(2).map(|pair| pair.concat()).collect();
        pairs
    })
}

/// Characters, and runs of Latin letters and digits.
pub(super) fn units(text: &str) -> Vec<&str> {
    let mut units = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match first.is_ascii() {
            true => rest.find(|c: char| !c.is_ascii()).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (unit, after) = rest.split_at(end);
        units.push(unit);
        rest = after;
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    #[test]
    fn words_are_letters_and_digits() {
        assert_eq!(word('k', "东湖1号"), "kz00sz6dy1z16f");
        assert_eq!(word('w', "zara"), "wzzara");
        assert_eq!(word('p', "feng'xiang"), "pfengzvxiang");
        assert_eq!(word('w', "ⅳあ"), "wzy02173zy03042");
        assert!(word('w', &"あ".repeat(300)).len() <= LONGEST);
    }

    #[test]
    fn neighbours_are_characters_and_runs() {
        let pairs = |text| neighbours(text).collect::<Vec<_>>();
        assert_eq!(pairs("罚款5000元 abc"), ["罚款", "款5000", "5000元"]);
        assert!(pairs("").is_empty());
        assert_eq!(covering("一二三四"), ["一二三", "二三四"]);
        assert_eq!(
            covering("一二三四五六七八九十甲"),
            ["一二三", "三四五", "五六七", "七八九", "九十甲"]
        );
    }

    proptest! {
        #[test]
        fn no_two_texts_have_one_word(texts in prop::collection::vec("[a-z0-9' 一-三あ-う]{0,8}", 40)) {
            let mut known: HashMap<String, String> = HashMap::new();
            for text in texts {
                let before = known.insert(word('w', &text), text.clone());
                prop_assert!(before.is_none_or(|before| before == text));
            }
        }
    }
}
