//! What a query looks for, and how much each way to find it counts: the same for both engines.
//!
//! Every term must match somewhere, and how it matches decides its rank. Every way counts a constant, so that equal kinds of match are equal and the
//! newest comes first. Knows no index: an engine says of each [`Leaf`] how it finds it. What to do where nothing matches is another matter.

use super::asked::Asked;
use super::cut::{Word, parts_of_word, query_words};
use super::fold::compact;
use super::lists::{kinds_called, meanings};
use super::names::place_of;
use super::numbers::{is_number, other_numerals, runs, unmistaken};
use super::sounds::{Piece, ways};

/// What kind of match counts how much. Each step is larger than what all terms of a query reach on the step below it, but for
/// very long ones, so that the best kind of match decides; all sums stay exact in an `f32`.
mod rank {
    pub(super) const TEXT: f32 = 1.0;
    /// The words of a title, or of what kind of record it is and from whom.
    pub(super) const TITLE: f32 = 13.0;
    /// The same in the order typed: of the title, of what it is.
    pub(super) const TITLE_PIECE: f32 = 14.0;
    pub(super) const LABEL: f32 = 15.0;
    /// What is called just so.
    pub(super) const KIND: f32 = 16.0;
    /// Of a rank, what is found by what a word also means.
    pub(super) const FAR: f32 = 0.5;
    /// A piece of a code; the words of a name, or how it sounds to its first letters.
    pub(super) const CODE_PIECE: f32 = 169.0;
    /// A piece of a name, as written or as it sounds; a stretch of a number.
    pub(super) const NAME_PIECE: f32 = 2_197.0;
    pub(super) const NAME: f32 = 28_561.0;
    pub(super) const CODE: f32 = 371_293.0;
}

/// Ways to spell a term that are looked for.
const MOST_SPELLINGS: usize = 6;
/// Characters of a code's pieces; a shorter text finds codes that begin with it, and tells no numbers apart.
pub(super) const CODE_GRAM: usize = 4;

/// A query's text as it is looked for: each term in the best of its ways, the ranks of the terms added.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) terms: Vec<Vec<Way>>,
    /// Or all of it as one name or code that happens to hold white space.
    pub(super) whole: Vec<Way>,
}

/// One way to find a term.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) rank: f32,
    pub(super) what: Cond,
}

/// What a record must hold.
#[derive(Debug, Clone)]
pub(super) enum Cond {
    Is(Leaf),
    All(Vec<Cond>),
    Any(Vec<Cond>),
}

/// What is looked for in one place. Texts are folded.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Leaf {
    /// One of the codes of a record that is about nobody else is one of these.
    OwnCode(Vec<String>),
    /// One of the codes is one of these: as letters and digits, as runs.
    Code(Vec<String>),
    /// The subject's name is this.
    Name(String),
    /// The subject's name holds this.
    NamePiece(String),
    /// A code holds this, or begins with it where it is shorter than [`CODE_GRAM`].
    CodePiece(String),
    /// A number has these runs in this order.
    Runs(Vec<String>),
    /// The subject's name holds characters that sound so.
    Sound(Vec<Piece>),
    /// The record is of this kind.
    Kind(&'static str),
    /// The title holds this, two characters or more.
    TitlePiece(String),
    /// What the record is called holds this, two characters or more.
    LabelPiece(String),
    /// This word, or what it also means within the reach.
    Word(Scope, String, Reach),
    /// These words at these offsets from each other.
    Beside(Scope, Vec<(usize, String)>),
}

/// Where words are looked for. Each holds more than the one before it, but for names, which are no titles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The subject's name.
    Name,
    /// The title, what the record is and from whom, its year.
    Title,
    /// Everything.
    Text,
}

/// How far from what was typed a word may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// As typed, or what is as good.
    Near,
    /// Whatever it also means.
    Far,
}

impl Plan {
    /// What is asked for, exactly; `None` where there is no text, or none that can be understood.
    pub(super) fn of(asked: &Asked<'_>) -> Option<Self> {
        let words: Vec<_> = asked.terms.iter().map(|term| text_words(term)).collect();
        // A term of stop words alone asks for nothing beside others, but may be a name by itself.
        let says_something = words.iter().any(|words| !words.words.is_empty());
        let terms = asked.terms.iter().zip(&words);
        let wanted = terms.filter(|(_, words)| !says_something || !words.words.is_empty());
        let terms: Vec<_> = wanted.map(|(term, words)| term_ways(term, words)).collect();
        let whole = match asked.terms.len() {
            0 | 1 => Vec::new(),
            _ => identity_ways(&asked.terms.join(" ")),
        };
        (!terms.is_empty()).then_some(Plan { terms, whole })
    }
}

/// One term in any place.
fn term_ways(term: &str, words: &TextWords) -> Vec<Way> {
    let compact = compact(term);
    let mut ways = identity_ways(term);
    let mut add = |rank: f32, what: Cond| ways.push(Way { rank, what });
    for kind in kinds_called(&compact) {
        add(rank::KIND, Cond::Is(Leaf::Kind(kind)));
    }
    let mut labels = Vec::new();
    for spelling in spellings(words, &compact) {
        if spelling.chars().nth(1).is_some() {
            labels.push(Cond::Is(Leaf::LabelPiece(spelling.clone())));
            add(rank::TITLE_PIECE, Cond::Is(Leaf::TitlePiece(spelling)));
        }
    }
    if !labels.is_empty() {
        add(rank::LABEL, Cond::Any(labels));
    }
    if is_telling(&words.words, &compact) {
        let mut worded = |reach: Reach, part: f32| {
            for (scope, rank) in [
                (Scope::Name, rank::CODE_PIECE),
                (Scope::Title, rank::TITLE),
                (Scope::Text, rank::TEXT),
            ] {
                add(rank * part, words.found_in(scope, reach));
            }
        };
        worded(Reach::Near, 1.0);
        if words.reach_farther() {
            worded(Reach::Far, rank::FAR);
        }
    }
    ways
}

/// A code or name: the whole, or a piece of it.
fn identity_ways(typed: &str) -> Vec<Way> {
    let compact = compact(typed);
    let code = unmistaken(&compact);
    let runs = runs(typed);
    let codes = vec![code.clone(), runs.join(" ")];
    let long = code.chars().nth(CODE_GRAM - 1).is_some();
    let mut ways = Vec::new();
    let mut add = |rank: f32, leaf: Leaf| {
        ways.push(Way {
            rank,
            what: Cond::Is(leaf),
        });
    };
    add(rank::CODE, Leaf::OwnCode(codes.clone()));
    add(rank::NAME, Leaf::Code(codes));
    add(rank::NAME, Leaf::Name(compact.clone()));
    add(rank::NAME_PIECE, Leaf::NamePiece(compact.clone()));
    add(rank::CODE_PIECE, Leaf::CodePiece(code));
    // Two runs of a number say more than as many characters: 17号 is not 170号.
    if long && runs.len() > 1 && runs.iter().any(|run| is_number(run)) {
        add(rank::NAME_PIECE, Leaf::Runs(runs));
    }
    ways.extend(sound_way(&compact));
    ways
}

/// Names that sound as typed; nothing of what has no letters that could be sounds.
///
/// Letters beside characters (秋家mianguan) must each be found in the name, in whatever place.
fn sound_way(compact: &str) -> Option<Way> {
    let mut whole = true;
    let mut parts = Vec::new();
    let mut letters = false;
    for part in parts_of(compact) {
        let latin = part.starts_with(|c: char| c.is_ascii());
        if !latin {
            parts.push(Cond::Is(Leaf::NamePiece(part.to_owned())));
            continue;
        }
        letters |= part.bytes().filter(u8::is_ascii_lowercase).count() > 1;
        let ways = ways(part);
        whole &= ways.iter().all(|way| {
            let mut pieces = way.iter();
            way.len() > 1 && pieces.all(|piece| matches!(piece, Piece::Syllable(_)))
        });
        // A first letter alone is every third name's.
        let said = |way: &Vec<Piece>| way.len() > 1 || matches!(way[..], [Piece::Syllable(_)]);
        let said = ways.into_iter().filter(said);
        let any: Vec<Cond> = said.map(|way| Cond::Is(Leaf::Sound(way))).collect();
        if any.is_empty() {
            return None;
        }
        parts.push(Cond::Any(any));
    }
    letters.then_some(Way {
        rank: match whole {
            true => rank::NAME_PIECE,
            false => rank::CODE_PIECE,
        },
        what: Cond::All(parts),
    })
}

/// Runs of letters and digits, and of everything else.
fn parts_of(compact: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = compact;
    while let Some(first) = rest.chars().next() {
        let latin = first.is_ascii();
        let end = rest.find(|c: char| c.is_ascii() != latin);
        let (part, after) = rest.split_at(end.unwrap_or(rest.len()));
        parts.push(part);
        rest = after;
    }
    parts
}

/// A term as words, and as those it has with its house numbers in the other script.
struct TextWords {
    words: Vec<Word>,
    other: Vec<Word>,
}

impl TextWords {
    /// All words, in any order.
    fn found_in(&self, scope: Scope, reach: Reach) -> Cond {
        let mut ways = vec![groups(scope, &self.words, reach)];
        if !self.other.is_empty() {
            ways.push(groups(scope, &self.other, reach));
        }
        Cond::Any(ways)
    }

    /// Whether there is more to find far from what was typed.
    fn reach_farther(&self) -> bool {
        let far = |word: &Word| {
            also_means(&word.text, Reach::Far).len() > also_means(&word.text, Reach::Near).len()
        };
        self.words.iter().any(far)
    }
}

/// Cuts a term into words.
fn text_words(term: &str) -> TextWords {
    let other = other_numerals(term).map(|other| query_words(&other));
    TextWords {
        words: without_year_marks(query_words(term)),
        other: other.unwrap_or_default(),
    }
}

/// 2026年 asks for 2026: a title has 2026年度, a date has neither.
fn without_year_marks(words: Vec<Word>) -> Vec<Word> {
    let mut kept: Vec<Word> = Vec::with_capacity(words.len());
    for word in words {
        let after_year = kept.last().is_some_and(|last| {
            last.chars == 4 && is_number(&last.text) && last.start + last.chars == word.start
        });
        if !(after_year && matches!(word.text.as_str(), "年" | "年度")) {
            kept.push(word);
        }
    }
    kept
}

/// Whether a term's words say in running text what was asked for. Of a piece of a name with a stop word in its middle (锦和商)
/// only single characters are left, which half of all texts have.
fn is_telling(words: &[Word], compact: &str) -> bool {
    let kept: usize = words.iter().map(|word| word.chars).sum();
    let whole = kept == compact.chars().count();
    !words.is_empty() && (whole || words.iter().any(|word| word.chars > 1))
}

/// A term as typed and as it reads with what is as good as its words: 宝鸡市市场监督管理局 for 宝鸡市市监局.
fn spellings(words: &TextWords, compact: &str) -> Vec<String> {
    let mut spellings = vec![compact.to_owned()];
    for word in &words.words {
        for other in also_means(&word.text, Reach::Near) {
            let written: String = other.split_whitespace().collect();
            let more: Vec<String> = spellings
                .iter()
                .map(|spelling| spelling.replacen(&word.text, &written, 1))
                .collect();
            spellings.extend(more);
            spellings.truncate(MOST_SPELLINGS);
        }
    }
    spellings.sort_unstable();
    spellings.dedup();
    spellings
}

/// A single character says little by itself, so it must stand beside the word it was typed beside, unless it has a meaning of its own.
fn groups(scope: Scope, words: &[Word], reach: Reach) -> Cond {
    let mut groups: Vec<Vec<&Word>> = Vec::new();
    let alone = |word: &Word| !meanings(&word.text).is_empty();
    for word in words {
        match groups.last_mut() {
            Some(group)
                if group.last().is_some_and(|last| {
                    last.start + last.chars == word.start
                        && (last.chars == 1 || word.chars == 1)
                        && !alone(last)
                        && !alone(word)
                }) =>
            {
                group.push(word);
            }
            _ => groups.push(vec![word]),
        }
    }
    let groups = groups.iter().map(|group| match group[..] {
        [word] => Leaf::Word(scope, word.text.clone(), reach),
        _ => {
            let words = group.iter().map(|word| (word.start, word.text.clone()));
            Leaf::Beside(scope, words.collect())
        }
    });
    Cond::All(groups.map(Cond::Is).collect())
}

/// What a word also means, each a text of its own.
pub(super) fn also_means(word: &str, reach: Reach) -> Vec<String> {
    let meanings = meanings(word).iter();
    let reached = meanings.filter(|meaning| meaning.near || reach == Reach::Far);
    let mut all: Vec<String> = reached.map(|meaning| meaning.text.clone()).collect();
    if reach == Reach::Far {
        all.extend(place_of(word).map(str::to_owned));
        let parts = parts_of_word(word);
        all.extend((!parts.is_empty()).then(|| parts.join(" ")));
    }
    all
}
