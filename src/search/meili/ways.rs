//! From what is looked for to the server's queries: each way to find is words that a record must have, and filters it must pass.
//!
//! The server knows no words in brackets: where several terms each have several ways, every combination is a query of its own. [`MOST`] of them are
//! asked at most; before that, ways that other ways contain are left out, which changes the order among hits and not what is hit.

use super::document::{code_pieces, stretches, value, value_kind};
use super::settings::{far, knows};
use super::words::{covering, kind, pieces, units, word};
use crate::search::cut::{parts_of_word, query_words};
use crate::search::labels::labels_with;
use crate::search::names::place_of;
use crate::search::plan::{Cond, Leaf, Plan, Reach, Scope, Way};
use crate::search::sounds::{Piece, joined};
use std::collections::{BTreeMap, BTreeSet};

/// Queries of one request at most.
const MOST: usize = 96;
/// Ways of one condition at most.
const MOST_OF_ONE: usize = 12;
/// Words of a query that the server looks at; it drops the others without a sign.
const MOST_WORDS: usize = 10;

/// What a record must pass: one of the field's values is one of these.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Filter {
    pub(super) field: &'static str,
    pub(super) values: BTreeSet<String>,
}

/// Words that a record must have and filters it must pass.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Match {
    pub(super) words: BTreeSet<String>,
    pub(super) filters: BTreeSet<Filter>,
}

/// One query of a request: what is hit counts so much.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ranked {
    pub(super) rank: f32,
    pub(super) hits: Match,
}

impl Match {
    pub(super) fn words(words: impl IntoIterator<Item = String>) -> Self {
        Match {
            words: words.into_iter().collect(),
            filters: BTreeSet::new(),
        }
    }

    pub(super) fn any(field: &'static str, values: BTreeSet<String>) -> Self {
        Match {
            words: BTreeSet::new(),
            filters: BTreeSet::from([Filter { field, values }]),
        }
    }

    /// What has each of these codes, numbers or pieces of them.
    pub(super) fn values(values: impl IntoIterator<Item = String>) -> Self {
        let filters = values.into_iter().map(|value| Filter {
            field: "p",
            values: BTreeSet::from([value]),
        });
        Match {
            words: BTreeSet::new(),
            filters: filters.collect(),
        }
    }

    pub(super) fn and(&self, other: &Match) -> Self {
        Match {
            words: self.words.union(&other.words).cloned().collect(),
            filters: self.filters.union(&other.filters).cloned().collect(),
        }
    }

    /// With no more words than are looked at: the longest say most.
    fn fitting(mut self) -> Self {
        while self.words.len() > MOST_WORDS {
            let shortest = self.words.iter().min_by_key(|word| word.len()).cloned();
            let Some(shortest) = shortest else { break };
            self.words.remove(&shortest);
        }
        self
    }
}

/// The queries for all that is looked for, best first.
pub(super) fn queries(plan: &Plan, labels: &BTreeSet<String>) -> Vec<Ranked> {
    let several = plan.terms.len() > 1;
    let mut each: Vec<Vec<Ranked>> = Vec::new();
    for detail in u8::from(several)..=3 {
        let terms = plan.terms.iter();
        each = terms.map(|ways| of_term(ways, detail, labels)).collect();
        if !several || combinations(&each) <= MOST {
            break;
        }
    }
    trim(&mut each, MOST);
    let mut all = combined(&each);
    all.extend(of_term(&plan.whole, 0, labels));
    best_first(all)
}

/// How many combinations there are.
fn combinations(each: &[Vec<Ranked>]) -> usize {
    each.iter()
        .fold(1, |all: usize, one| all.saturating_mul(one.len()))
}

/// Leaves ways out until there are so many combinations: of the last terms first, and of each the best and the widest way stay longest.
pub(super) fn trim(each: &mut [Vec<Ranked>], most: usize) {
    while combinations(each) > most {
        let longest = each.iter().map(Vec::len).max().unwrap_or_default();
        let Some(one) = each.iter_mut().rev().find(|one| one.len() == longest) else {
            return;
        };
        match longest {
            0 | 1 => return,
            2 => drop(one.remove(0)),
            _ => drop(one.remove(longest - 2)),
        }
    }
}

/// Every combination of one way for each term.
pub(super) fn combined(each: &[Vec<Ranked>]) -> Vec<Ranked> {
    let mut all = vec![Ranked {
        rank: 0.0,
        hits: Match::default(),
    }];
    for ways in each {
        let longer = |so_far: &Ranked| -> Vec<Ranked> {
            let with = ways.iter().map(|way| Ranked {
                rank: so_far.rank + way.rank,
                hits: so_far.hits.and(&way.hits),
            });
            with.collect()
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}

/// Each once, with its best rank; the best first.
pub(super) fn best_first(all: Vec<Ranked>) -> Vec<Ranked> {
    let mut best: BTreeMap<Match, f32> = BTreeMap::new();
    for one in all {
        let rank = best.entry(one.hits.fitting()).or_insert(one.rank);
        *rank = rank.max(one.rank);
    }
    let ranked = best.into_iter().map(|(hits, rank)| Ranked { rank, hits });
    let mut ranked: Vec<Ranked> = ranked.collect();
    ranked.sort_by(|one, two| two.rank.total_cmp(&one.rank));
    ranked
}

/// The ways of one term. `detail` 0: all of them; from 1 to 3 ever fewer of those that others contain.
pub(super) fn of_term(ways: &[Way], detail: u8, labels: &BTreeSet<String>) -> Vec<Ranked> {
    let farther = ways.iter().any(|way| reach(&way.what) == Some(Reach::Far));
    let mut all: Vec<Ranked> = Vec::new();
    for way in ways {
        let kept = match kept_until(&way.what) {
            // Of words near and far, the far ones hold all.
            _ if detail > 0 && farther && reach(&way.what) == Some(Reach::Near) => false,
            last => detail <= last,
        };
        if !kept {
            continue;
        }
        // What only means the same is as good as written, where not all is told apart.
        let rank = match detail > 0 && reach(&way.what) == Some(Reach::Far) {
            true => way.rank * 2.0,
            false => way.rank,
        };
        for hits in matches(&way.what, labels) {
            join(&mut all, Ranked { rank, hits });
        }
    }
    best_first(all)
}

/// Adds a way; one value more of the same field is no way of its own.
fn join(all: &mut Vec<Ranked>, way: Ranked) {
    let values = |one: &Match| match one.filters.first() {
        Some(Filter { field, values }) if one.words.is_empty() && one.filters.len() == 1 => {
            Some((*field, values.clone()))
        }
        _ => None,
    };
    if let Some((field, mut added)) = values(&way.hits) {
        for known in all.iter_mut().filter(|known| known.rank == way.rank) {
            if let Some((same, more)) = values(&known.hits)
                && same == field
            {
                added.extend(more);
                known.hits = Match::any(field, added);
                return;
            }
        }
    }
    all.push(way);
}

/// The last detail with which a way is asked for.
fn kept_until(what: &Cond) -> u8 {
    match what {
        Cond::Is(Leaf::OwnCode(_) | Leaf::Code(_) | Leaf::Name(_)) => 0,
        Cond::Is(Leaf::CodePiece(piece)) if !piece.is_ascii() => 0,
        Cond::Is(Leaf::TitlePiece(_) | Leaf::Runs(_)) => 2,
        Cond::Is(_) => 3,
        Cond::All(_) | Cond::Any(_) => match scope(what) {
            Some(Scope::Name) => 1,
            Some(Scope::Title) => 2,
            Some(Scope::Text) | None => 3,
        },
    }
}

/// How far words reach, where it is words that are looked for.
fn reach(what: &Cond) -> Option<Reach> {
    match what {
        Cond::Is(Leaf::Word(_, _, reach)) => Some(*reach),
        Cond::Is(_) => None,
        Cond::All(parts) | Cond::Any(parts) => parts.iter().find_map(reach),
    }
}

/// Where words are looked for.
fn scope(what: &Cond) -> Option<Scope> {
    match what {
        Cond::Is(Leaf::Word(scope, ..) | Leaf::Beside(scope, _)) => Some(*scope),
        Cond::Is(_) => None,
        Cond::All(parts) | Cond::Any(parts) => parts.iter().find_map(scope),
    }
}

/// All ways to meet a condition.
fn matches(what: &Cond, labels: &BTreeSet<String>) -> Vec<Match> {
    match what {
        Cond::Is(leaf) => held(leaf, labels),
        Cond::Any(parts) => {
            let all = parts.iter().flat_map(|part| matches(part, labels));
            all.take(MOST_OF_ONE).collect()
        }
        Cond::All(parts) => {
            let mut all = vec![Match::default()];
            for part in parts {
                let ways = matches(part, labels);
                let with = all
                    .iter()
                    .flat_map(|so_far| ways.iter().map(|way| so_far.and(way)));
                all = with.take(MOST_OF_ONE).collect();
            }
            all
        }
    }
}

fn held(leaf: &Leaf, labels: &BTreeSet<String>) -> Vec<Match> {
    let values = |kind, texts: &[String]| {
        let texts = texts.iter().filter(|text| !text.is_empty());
        let values: BTreeSet<String> = texts.map(|text| value(kind, text)).collect();
        any("p", values)
    };
    match leaf {
        Leaf::OwnCode(ways) => values(value_kind::OWN_CODE, ways),
        Leaf::Code(ways) => values(value_kind::CODE, ways),
        Leaf::Name(name) => values(value_kind::NAME, std::slice::from_ref(name)),
        Leaf::NamePiece(piece) => name_piece(piece),
        Leaf::CodePiece(piece) => match piece.is_empty() {
            true => Vec::new(),
            false => vec![Match::values(code_pieces(piece))],
        },
        Leaf::Runs(runs) => vec![Match::values(stretches(runs))],
        Leaf::Sound(way) => sounding(way),
        Leaf::Kind(kind) => any("kind", BTreeSet::from([(*kind).to_owned()])),
        Leaf::TitlePiece(piece) => match piece.chars().count() {
            0 | 1 => Vec::new(),
            2 => vec![Match::words([word(kind::TITLE_PAIR, piece)])],
            _ => vec![Match::words(
                covering(piece)
                    .iter()
                    .map(|three| word(kind::TITLE_THREE, three)),
            )],
        },
        Leaf::LabelPiece(piece) => {
            let held = labels_with(labels, piece).cloned();
            any("label", held.collect())
        }
        Leaf::Word(scope, text, reach) => a_word(*scope, text, *reach),
        Leaf::Beside(scope, words) => beside(*scope, words),
    }
}

fn any(field: &'static str, values: BTreeSet<String>) -> Vec<Match> {
    match values.is_empty() {
        true => Vec::new(),
        false => vec![Match::any(field, values)],
    }
}

pub(super) fn name_piece(piece: &str) -> Vec<Match> {
    match piece.chars().count() {
        0 => Vec::new(),
        1 => vec![Match::words([word(kind::NAME_CHAR, piece)])],
        2 => vec![Match::words([word(kind::NAME_PAIR, piece)])],
        _ => vec![Match::words(
            covering(piece)
                .iter()
                .map(|three| word(kind::NAME_THREE, three)),
        )],
    }
}

/// Names that sound so: syllables that follow each other do so in the name, by pairs; where first letters are among them, all begin so.
fn sounding(way: &[Piece]) -> Vec<Match> {
    let mut words = Vec::new();
    let syllable = |piece: &Piece| matches!(piece, Piece::Syllable(_));
    for run in way.chunk_by(|one, two| syllable(one) && syllable(two)) {
        let texts = run.iter().filter_map(|piece| match piece {
            Piece::Syllable(letters) => Some(*letters),
            Piece::Initial(_) => None,
        });
        let texts: Vec<&str> = texts.collect();
        if let [only] = texts[..] {
            words.push(word(kind::SYLLABLE, only));
        }
        for pair in texts.windows(2) {
            words.extend(
                pair.first()
                    .zip(pair.get(1))
                    .map(|(one, two)| word(kind::SYLLABLES, &joined(one, two))),
            );
        }
    }
    if way.iter().any(|piece| !syllable(piece)) {
        let letters: String = way.iter().map(|piece| piece.initial()).collect();
        match letters.len() {
            0 | 1 => {}
            2 => words.push(word(kind::FIRST_INITIALS, &letters)),
            _ => words.extend(
                pieces(&letters, 3)
                    .iter()
                    .map(|three| word(kind::INITIALS, three)),
            ),
        }
    }
    match words.is_empty() {
        true => Vec::new(),
        false => vec![Match::words(words)],
    }
}

fn kind_of(scope: Scope) -> char {
    match scope {
        Scope::Name => kind::NAME_WORD,
        Scope::Title => kind::TITLE_WORD,
        Scope::Text => kind::WORD,
    }
}

/// A word, or what it also means: of listed words the settings know it.
fn a_word(scope: Scope, text: &str, reach: Reach) -> Vec<Match> {
    let near = kind_of(scope);
    if reach == Reach::Near {
        return vec![Match::words([word(near, text)])];
    }
    if knows(text) {
        return vec![Match::words([word(far(near), text)])];
    }
    let mut all = vec![Match::words([word(near, text)])];
    let place = place_of(text).into_iter().flat_map(query_words);
    let place: Vec<String> = place.map(|part| word(near, &part.text)).collect();
    let parts = parts_of_word(text).into_iter().map(|part| word(near, part));
    all.extend(
        [place, parts.collect()]
            .into_iter()
            .filter(|words| !words.is_empty())
            .map(Match::words),
    );
    all
}

/// Words beside each other: neighbours, each two of them.
fn beside(scope: Scope, words: &[(usize, String)]) -> Vec<Match> {
    let text: String = words.iter().map(|(_, text)| text.as_str()).collect();
    let kind = match scope {
        Scope::Name => return name_piece(&text),
        Scope::Title => kind::TITLE_NEIGHBOURS,
        Scope::Text => kind::NEIGHBOURS,
    };
    let units = units(&text);
    match units.len() {
        0 | 1 => vec![Match::words([word(kind_of(scope), &text)])],
        _ => vec![Match::words(
            units.windows(2).map(|pair| word(kind, &pair.concat())),
        )],
    }
}
