//! Chinese by its sound: what characters read as, and what typed letters may stand for.
//!
//! Toneless pinyin; ü is found as v and as u. A character of `search/readings.txt` has all its readings, since which one holds in a name only
//! its owner knows (重庆, 单县, 长乐). Letters and digits of a name stand for themselves.

use super::lists;
use pinyin::{Pinyin, ToPinyin};
use std::collections::HashSet;
use std::sync::LazyLock;

/// Ways to read typed letters that are looked at.
const MOST_WAYS: usize = 8;
/// Letters that are looked at: more than a long name has.
const MOST_LETTERS: usize = 60;
/// Ways to read one piece of a name that it is found by: a character has rarely more than two readings in use.
const MOST_READINGS: usize = 24;
/// Letters typed for as many characters, at most.
const MOST_INITIALS: usize = 12;

const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fff;

/// All readings of a character; none where it has no sound.
pub(super) fn readings(c: char) -> &'static [&'static str] {
    static HAN: LazyLock<Vec<Box<[&'static str]>>> = LazyLock::new(|| {
        let chars = (FIRST..=LAST).filter_map(char::from_u32);
        let usual = chars.map(|c| c.to_pinyin().map(Pinyin::plain));
        let mut all: Vec<_> = usual.map(|one| spellings(one.into_iter())).collect();
        for (c, readings) in lists::readings() {
            if let Some(own) = all.get_mut(place(c)) {
                *own = spellings(readings);
            }
        }
        all
    });
    const ASCII: [&str; 36] = [
        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f", "g", "h",
        "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z",
    ];
    if let Some(digit) = c.to_digit(36).filter(|_| !c.is_ascii_uppercase()) {
        let digit = digit as usize;
        return ASCII.get(digit..=digit).unwrap_or_default();
    }
    HAN.get(place(c)).map_or(&[], |readings| readings)
}

fn place(c: char) -> usize {
    u32::from(c).wrapping_sub(FIRST) as usize
}

/// Readings as they are typed: ü as v and as u.
fn spellings(readings: impl Iterator<Item = &'static str>) -> Box<[&'static str]> {
    let mut all: Vec<&'static str> = Vec::new();
    for reading in readings {
        match reading {
            "lü" | "lv" => all.extend(["lv", "lu"]),
            "nü" | "nv" => all.extend(["nv", "nu"]),
            "lüe" | "lve" => all.extend(["lve", "lue"]),
            "nüe" | "nve" => all.extend(["nve", "nue"]),
            plain => {
                let spelled = plain.bytes().all(|byte| byte.is_ascii_lowercase());
                let voiced = plain.contains(['a', 'e', 'i', 'o', 'u']);
                all.extend(Some(plain).filter(|_| spelled && voiced));
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    all.into_boxed_slice()
}

/// The first letters of a character's readings, each once.
fn initials(c: char) -> impl Iterator<Item = char> + Clone {
    let readings = readings(c);
    let first = |reading: &&str| reading.chars().next();
    let before = readings.iter().map(first);
    // They are in order.
    let before = [None].into_iter().chain(before);
    let firsts = readings.iter().map(first).zip(before);
    firsts.filter_map(|(first, before)| first.filter(|_| first != before))
}

/// Every way to take one first letter of each character, [`MOST_READINGS`] at most.
pub(super) fn first_letters(chars: &[char], mut each: impl FnMut(&str)) {
    let choices: Vec<_> = chars.iter().map(|c| initials(*c)).collect();
    let counts = choices.iter().map(|letters| letters.clone().count());
    let ways: usize = counts.product();
    let mut text = String::new();
    for way in 0..ways.min(MOST_READINGS) {
        text.clear();
        let mut left = ways;
        for letters in &choices {
            let count = letters.clone().count();
            left /= count;
            text.extend(letters.clone().nth(way / left % count));
        }
        each(&text);
    }
}

/// Two syllables beside each other.
pub(super) fn joined(one: &str, two: &str) -> String {
    format!("{one}'{two}")
}

/// Every way to read two characters, [`MOST_READINGS`] at most.
pub(super) fn syllable_pairs(one: char, two: char) -> impl Iterator<Item = String> {
    let both = readings(one).iter().flat_map(move |one| {
        let second = readings(two).iter();
        second.map(move |two| joined(one, two))
    });
    both.take(MOST_READINGS)
}

/// The syllable that these letters are, if they are one.
fn syllable(letters: &str) -> Option<&'static str> {
    static ALL: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        let chars = (FIRST..=LAST).filter_map(char::from_u32);
        chars.flat_map(readings).copied().collect()
    });
    ALL.get(letters).copied()
}

/// What typed letters say of one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// All of its sound.
    Syllable(&'static str),
    /// The first letter of it.
    Initial(char),
}

impl Piece {
    /// The first letter.
    pub(super) fn initial(self) -> char {
        match self {
            Piece::Syllable(letters) => letters.chars().next().unwrap_or_default(),
            Piece::Initial(letter) => letter,
        }
    }
}

/// The ways to read folded letters and digits as characters' sounds, those with the most whole syllables; and as nothing but first letters, where
/// they cannot be read as whole syllables alone.
pub(super) fn ways(letters: &str) -> Vec<Vec<Piece>> {
    let readable = letters.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !readable || letters.is_empty() || letters.len() > MOST_LETTERS {
        return Vec::new();
    }
    let least = least_initials(letters);
    let mut found = Vec::new();
    if least.first().is_some_and(|count| count.is_some()) {
        read(letters, 0, &least, &mut Vec::new(), &mut found);
    }
    let whole = least.first() == Some(&Some(0));
    let single = found.iter().any(|way: &Vec<Piece>| way.len() == 1);
    if (!whole || single) && letters.len() <= MOST_INITIALS && letters.chars().all(is_initial) {
        let initials: Vec<Piece> = letters.chars().map(Piece::Initial).collect();
        if !found.contains(&initials) {
            found.push(initials);
        }
    }
    found
}

/// Whether a character's sound, or a name's letter or digit, may begin so.
fn is_initial(letter: char) -> bool {
    !matches!(letter, 'i' | 'u' | 'v')
}

/// For each place the least number of first letters that the rest can be read with, where it can be.
fn least_initials(letters: &str) -> Vec<Option<usize>> {
    let mut least = vec![None; letters.len() + 1];
    least[letters.len()] = Some(0);
    for at in (0..letters.len()).rev() {
        let ways = steps(letters, at);
        least[at] = ways
            .filter_map(|(_, to, cost)| Some(least[to]? + cost))
            .min();
    }
    least
}

/// The pieces that may stand at a place, longest first: with where they end, and as how many first letters they count. Those of zh, ch and sh
/// count as two, so that both ways to read them are found.
fn steps(letters: &str, at: usize) -> impl Iterator<Item = (Piece, usize, usize)> {
    let syllables = (1..=6)
        .rev()
        .filter_map(move |length| letters.get(at..at + length))
        .filter_map(syllable)
        .map(move |part| (Piece::Syllable(part), at + part.len(), 0));
    let rest = letters.get(at..).unwrap_or_default();
    let digraph = ["zh", "ch", "sh"].iter().any(|two| rest.starts_with(two));
    let first = rest.chars().next().filter(|letter| is_initial(*letter));
    let initial = first.map(move |letter| (Piece::Initial(letter), at + 1, 1));
    let two = first.filter(|_| digraph);
    let two = two.map(move |letter| (Piece::Initial(letter), at + 2, 2));
    syllables.chain(two).chain(initial)
}

fn read(
    letters: &str,
    at: usize,
    least: &[Option<usize>],
    so_far: &mut Vec<Piece>,
    found: &mut Vec<Vec<Piece>>,
) {
    if found.len() == MOST_WAYS {
        return;
    }
    if at == letters.len() {
        found.push(so_far.clone());
        return;
    }
    for (piece, to, cost) in steps(letters, at) {
        if least[to].map(|rest| rest + cost) == least[at] {
            so_far.push(piece);
            read(letters, to, least, so_far, found);
            so_far.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Syllables as they are, first letters in capitals.
    fn said(letters: &str) -> Vec<String> {
        let say = |way: Vec<Piece>| {
            let pieces = way.into_iter().map(|piece| match piece {
                Piece::Syllable(part) => part.to_owned(),
                Piece::Initial(letter) => letter.to_ascii_uppercase().to_string(),
            });
            pieces.collect::<Vec<_>>().join(" ")
        };
        ways(letters).into_iter().map(say).collect()
    }

    #[test]
    fn characters_have_all_their_readings() {
        assert_eq!(readings('湖'), ["hu"]);
        for (c, reading) in [
            ('重', "chong"),
            ('重', "zhong"),
            ('单', "shan"),
            ('绿', "lv"),
            ('绿', "lu"),
            ('仇', "qiu"),
            ('解', "xie"),
        ] {
            assert!(readings(c).contains(&reading), "{c}: {:?}", readings(c));
        }
        assert_eq!(readings('k'), ["k"]);
        assert_eq!(readings('8'), ["8"]);
        assert_eq!(readings('Ａ'), [""; 0]);
        assert_eq!(readings('。'), [""; 0]);
        assert!(initials('长').eq(['c', 'z']));
        let mut letters = Vec::new();
        first_letters(&['单', '长', '店'], |way| letters.push(way.to_owned()));
        assert_eq!(letters, ["dcd", "dzd", "scd", "szd"]);
        first_letters(&['单', '。'], |way| panic!("{way}"));
        assert!(syllable_pairs('长', 'k').eq(["chang'k", "zhang'k"]));
    }

    #[test]
    fn letters_are_read_with_as_many_whole_syllables_as_can_be() {
        assert_eq!(said("donghuyanjiu"), ["dong hu yan jiu"]);
        assert_eq!(said("xian"), ["xian", "xi an"]);
        assert_eq!(said("fxdhyj"), ["F X D H Y J"]);
        assert_eq!(said("donghuyj"), ["dong hu Y J"]);
        assert_eq!(said("cqlzhg"), ["C Q L Z G", "C Q L Z H G"]);
        assert!(said("lagpcz").contains(&"la G P C Z".to_owned()));
        assert!(said("lagpcz").contains(&"L A G P C Z".to_owned()));
        assert_eq!(said("nvwa"), ["nv wa"]);
        assert_eq!(said("k88"), ["K 8 8"]);
        assert_eq!(said("ijk"), [""; 0]);
        assert_eq!(said(""), [""; 0]);
    }

    proptest! {
        #[test]
        fn what_a_name_reads_as_is_read_as_it(name in "[\u{4e00}-\u{9fa5}]{1,6}") {
            let spelled: Vec<&str> = name.chars().filter_map(|c| readings(c).first().copied()).collect();
            prop_assume!(spelled.len() == name.chars().count());
            let letters = spelled.concat();
            let ways = ways(&letters);
            prop_assert!(!ways.is_empty());
            for way in ways {
                prop_assert!(way.iter().all(|piece| matches!(piece, Piece::Syllable(_)) || way.len() == letters.len()));
            }
        }

        #[test]
        fn any_letters_are_read_in_bounded_time(letters in "[a-z0-9]{0,80}") {
            prop_assert!(ways(&letters).len() <= MOST_WAYS + 1);
        }
    }
}
