//! Where in a shown text stands what was searched for, whichever engine found it.
//!
//! A guess for the reader's eye: it decides nothing and hides nothing. It looks for the terms as typed, their words and what these also mean, and
//! in names for their sound.

use super::asked::Asked;
use super::cut::query_words;
use super::fold::compact;
use super::lists::meanings;
use super::numbers::other_numerals;
use super::sounds::{Piece as Sound, readings, ways};
use serde::Serialize;

/// Characters before the first mark of an excerpt.
const BEFORE: usize = 12;

/// A piece of a text, and whether it is what was searched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// As the text has it.
    pub text: String,
    /// Whether it is to be marked.
    pub mark: bool,
}

/// How much of a query is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looking {
    /// Its terms as typed.
    Terms,
    /// Also their words and what these mean.
    Words,
    /// Also each two characters of them: for what is only like it.
    Pairs,
}

/// What is looked for in texts.
#[derive(Debug, Default)]
pub struct Needles {
    /// Folded; longest first.
    texts: Vec<Vec<char>>,
    sounds: Vec<Vec<Sound>>,
}

impl Needles {
    /// Those of a query's text.
    #[must_use]
    pub fn of(typed: &str, looking: Looking) -> Self {
        let asked = Asked::new(typed);
        let mut texts: Vec<Vec<char>> = Vec::new();
        let mut sounds = Vec::new();
        let mut add = |text: &str, least: usize| {
            let folded: Vec<char> = compact(text).chars().collect();
            if folded.len() >= least && !texts.contains(&folded) {
                texts.push(folded);
            }
        };
        for term in asked.terms {
            add(term, 1);
            let folded = compact(term);
            if looking == Looking::Pairs {
                let chars: Vec<char> = folded.chars().collect();
                let pairs = chars.windows(2).map(|pair| pair.iter().collect::<String>());
                pairs.for_each(|pair| add(&pair, 2));
            }
            let worded = looking != Looking::Terms;
            let spellings = worded.then(|| [Some(term.to_owned()), other_numerals(term)]);
            for spelling in spellings.into_iter().flatten() {
                for word in spelling.iter().flat_map(|text| query_words(text)) {
                    let number = word.text.chars().all(|c| c.is_ascii_digit());
                    add(&word.text, if number { 1 } else { 2 });
                    for meaning in meanings(&word.text) {
                        let parts = meaning.text.split_whitespace();
                        parts.for_each(|part| add(part, 2));
                    }
                }
            }
            let letters = folded.split(|c: char| !c.is_ascii_alphanumeric());
            for run in letters.filter(|run| run.bytes().any(|byte| byte.is_ascii_lowercase())) {
                sounds.extend(ways(run).into_iter().filter(|way| way.len() > 1));
            }
        }
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Needles { texts, sounds }
    }

    /// A name or number in pieces, marked where it was searched for, by its sound as well.
    #[must_use]
    pub fn name(&self, text: &str) -> Vec<Piece> {
        let shown = Shown::of(text);
        let mut marked = self.marked(&shown);
        for way in &self.sounds {
            let last = shown.folded.len().saturating_sub(way.len());
            for start in 0..=last {
                if sounds_so(&shown.folded[start..], way) {
                    marked[start..start + way.len()].fill(true);
                }
            }
        }
        shown.pieces(&marked, 0..shown.chars.len())
    }

    /// Those of each term of a query's text, as typed: what completes it holds something of every one.
    #[must_use]
    pub fn of_each_term(typed: &str) -> Vec<Self> {
        let terms = Asked::new(typed).terms.into_iter();
        terms
            .map(|term| Needles::of(term, Looking::Terms))
            .collect()
    }

    /// Whether a name or number holds anything of this, as written or by its sound.
    #[must_use]
    pub fn are_in(&self, text: &str) -> bool {
        self.name(text).iter().any(|piece| piece.mark)
    }

    /// The part of a long text around the first place with what was searched for, at most so many characters; `None` where there is none.
    #[must_use]
    pub fn excerpt(&self, text: &str, most: usize) -> Option<Vec<Piece>> {
        let shown = Shown::of(text);
        let marked = self.marked(&shown);
        let first = marked.iter().position(|mark| *mark)?;
        let at = *shown.origin.get(first)?;
        let from = at.saturating_sub(BEFORE.min(most / 2));
        // Not across the end of a line: another line is another field.
        let lines = shown.chars[from..at].iter().rposition(|c| *c == '\n');
        let from = lines.map_or(from, |line| from + line + 1);
        let to = (from + most).max(at + 1).min(shown.chars.len());
        let end = shown.chars[at..to].iter().position(|c| *c == '\n');
        let to = end.map_or(to, |line| at + line);
        let mut pieces = shown.pieces(&marked, from..to);
        let cut = |at: usize| shown.chars.get(at).is_some_and(|c| *c != '\n');
        let plain = |text: &str| Piece {
            text: text.to_owned(),
            mark: false,
        };
        if from > 0 && cut(from - 1) {
            pieces.insert(0, plain("…"));
        }
        if cut(to) {
            pieces.push(plain("…"));
        }
        Some(pieces)
    }

    /// Which folded characters belong to something searched for.
    fn marked(&self, shown: &Shown) -> Vec<bool> {
        let mut marked = vec![false; shown.folded.len()];
        for needle in &self.texts {
            for start in 0..(shown.folded.len() + 1).saturating_sub(needle.len()) {
                if shown.folded[start..].starts_with(needle) {
                    marked[start..start + needle.len()].fill(true);
                }
            }
        }
        marked
    }
}

fn sounds_so(folded: &[char], way: &[Sound]) -> bool {
    let fits = |(c, piece): (&char, &Sound)| match piece {
        Sound::Syllable(text) => readings(*c).contains(text),
        Sound::Initial(letter) => readings(*c).iter().any(|one| one.starts_with(*letter)),
    };
    folded.len() >= way.len() && folded.iter().zip(way).all(fits)
}

/// A text as shown, and folded with where each folded character comes from.
struct Shown {
    chars: Vec<char>,
    folded: Vec<char>,
    /// Place of the shown character of each folded one; never falling.
    origin: Vec<usize>,
}

impl Shown {
    fn of(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let (mut folded, mut origin) = (Vec::new(), Vec::new());
        for (at, c) in chars.iter().enumerate() {
            for part in compact(c.encode_utf8(&mut [0; 4])).chars() {
                folded.push(part);
                origin.push(at);
            }
        }
        Shown {
            chars,
            folded,
            origin,
        }
    }

    fn pieces(&self, marked: &[bool], range: std::ops::Range<usize>) -> Vec<Piece> {
        let mut marks = vec![false; self.chars.len()];
        for (place, at) in self.origin.iter().enumerate() {
            marks[*at] |= marked[place];
            // Brackets and the like within what was searched for belong to it.
            if place > 0 && marked[place] && marked[place - 1] {
                marks[self.origin[place - 1]..=*at].fill(true);
            }
        }
        let mut pieces: Vec<Piece> = Vec::new();
        for at in range {
            let (c, mark) = (self.chars[at], marks[at]);
            match pieces.last_mut() {
                Some(last) if last.mark == mark => last.text.push(c),
                _ => pieces.push(Piece {
                    text: c.to_string(),
                    mark,
                }),
            }
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(pieces: &[Piece]) -> String {
        let say = |piece: &Piece| match piece.mark {
            true => format!("[{}]", piece.text),
            false => piece.text.clone(),
        };
        pieces.iter().map(say).collect()
    }

    #[test]
    fn names_are_marked_where_they_were_searched_for() {
        for (typed, name, marked) in [
            ("东湖烟酒", "凤翔县东湖烟酒店", "凤翔县[东湖烟酒]店"),
            ("東湖 店", "凤翔县东湖烟酒店", "凤翔县[东湖]烟酒[店]"),
            ("donghu", "凤翔县东湖烟酒店", "凤翔县[东湖]烟酒店"),
            ("dhyj", "凤翔县东湖烟酒店", "凤翔县[东湖烟酒]店"),
            ("老灶huoguo", "重庆老灶火锅店", "重庆老灶[火锅]店"),
            (
                "商行个体",
                "张记商行（个体工商户）",
                "张记[商行（个体]工商户）",
            ),
            ("fx-2026-01", "FX-2026-01", "[FX-2026-01]"),
            ("ABC", "Ａｂｃ 商行", "[Ａｂｃ] 商行"),
            ("", "凤翔", "凤翔"),
            ("无", "", ""),
        ] {
            assert_eq!(
                said(&Needles::of(typed, Looking::Words).name(name)),
                marked,
                "{typed}"
            );
        }
    }

    #[test]
    fn what_is_like_a_query_is_marked_where_it_is() {
        let pieces = Needles::of("凤翔东湖烟洒店", Looking::Pairs).name("凤翔县东湖烟酒店");
        assert_eq!(said(&pieces), "[凤翔]县[东湖烟]酒店");
        let completes = |typed: &str, name: &str| {
            let mut terms = Needles::of_each_term(typed).into_iter();
            terms.all(|needles| needles.are_in(name))
        };
        assert!(completes("东湖 yanjiu", "凤翔县东湖烟酒店"));
        assert!(completes("17号", "凤市监处罚〔2026〕17号"));
        assert!(!completes("东湖 超市", "凤翔县东湖烟酒店"));
        assert!(!completes("示例县食", "示例县天宁餐饮店"));
    }

    #[test]
    fn an_excerpt_stands_around_the_first_place() {
        let text =
            "住所：金台区经二路66号\n通过登记的住所或者经营场所无法联系，依法列入经营异常名录。";
        let excerpt = |typed: &str, most| Needles::of(typed, Looking::Words).excerpt(text, most);
        let found = excerpt("失联", 24).unwrap();
        assert_eq!(
            said(&found),
            "…过登记的住所或者经营场所[无法联系]，依法列入经营异…"
        );
        let found = excerpt("金台 66号", 24).unwrap();
        assert_eq!(said(&found), "住所：[金台]区经二路[66号]");
        assert_eq!(excerpt("没有这个", 24), None);
        assert_eq!(excerpt("", 24), None);
    }

    proptest! {
        #[test]
        fn pieces_are_the_text(typed in "[一-龥a-z0-9 ]{0,12}", text in any::<String>()) {
            let pieces = Needles::of(&typed, Looking::Pairs).name(&text);
            let whole: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
            prop_assert_eq!(whole, text);
        }

        #[test]
        fn any_text_has_an_excerpt_or_none(typed in any::<String>(), text in any::<String>(), most in 0usize..40) {
            let pieces = Needles::of(&typed, Looking::Words).excerpt(&text, most);
            let marked = pieces.is_none_or(|pieces| pieces.iter().any(|piece| piece.mark));
            prop_assert!(marked);
        }
    }
}
