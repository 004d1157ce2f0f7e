//! How a document is laid out for the server: words it is found by, values it is filtered by, and one number it is sorted by.
//!
//! What nearly every record has for itself (codes, numbers, whole names) is a value, not a word: the server writes its dictionary of words anew with
//! every batch, so that it must not grow with the records. And values are only ever compared as a whole: what the server needs for their order it also
//! writes anew, which took most of the time of every batch. So pieces of codes and stretches of numbers are values of their own.

use super::words::{EVERY, STATE, kind, neighbours, pieces, word};
use crate::search::SearchDoc;
use crate::search::cut::document_words;
use crate::search::fold::{compact, spaced};
use crate::search::names::without_ranks;
use crate::search::numbers::{runs, unmistaken};
use crate::search::plan::CODE_GRAM;
use crate::search::regions::region_and_above;
use crate::search::sounds::{first_letters, readings, syllable_pairs};
use gongshi_verify::encoding::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeSet, HashSet};

/// Characters of a value; the server takes 468 bytes.
const LONGEST: usize = 60;
/// Places in a code or number from which a piece of it is found.
const MOST_PIECES: usize = 256;
/// Runs of a stretch of a number; a longer one is asked for as several that overlap.
const LONGEST_STRETCH: usize = 6;
/// Pieces of a code that are asked for at most.
const MOST_ASKED: usize = 16;
/// Words of a document; the server counts no more than 65,535.
const MOST_WORDS: usize = 60_000;
/// Where the entry's index begins in what is sorted by.
const DAY: i64 = 1 << 36;
/// Days before and after 1970 that are told apart: the server keeps numbers as doubles.
const FARTHEST: i64 = 131_071;

/// A record as the server has it.
#[derive(Serialize)]
pub(super) struct Document {
    index: u64,
    order: i64,
    kind: String,
    authority: String,
    region: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mark: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    corrects: Option<u64>,
    /// What the record is called, folded.
    pub(super) label: Vec<String>,
    /// Codes, numbers and the whole name, each after a letter for its kind ([`value`]).
    p: BTreeSet<String>,
    /// Words.
    w: String,
}

/// What stands in the place of a removed document until it is purged: no query finds it.
#[derive(Serialize)]
pub(super) struct Gone {
    index: u64,
    gone: bool,
}

/// How far the index is: the document that is written with all others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    index: String,
    w: String,
    /// The cursor as a value, so that every answer tells of which state it is.
    state: String,
    pub(super) cursor: u64,
    /// Of which form documents and queries are.
    pub(super) layout: u32,
    /// What made the documents and settings.
    pub(super) made_with: String,
    /// The log it is of.
    pub(super) log: String,
    /// Which index this is: no two that were made have the same.
    pub(super) made: String,
}

impl State {
    /// The document's id.
    pub(super) const ID: &str = "state";

    pub(super) fn new(layout: u32, made_with: &str, log: &str, made: &str) -> Self {
        State {
            index: Self::ID.to_owned(),
            w: STATE.to_owned(),
            state: "0".to_owned(),
            cursor: 0,
            layout,
            made_with: made_with.to_owned(),
            log: log.to_owned(),
            made: made.to_owned(),
        }
    }

    /// The same of another index.
    pub(super) fn of_index(&self, made: String) -> Self {
        State {
            made,
            ..self.clone()
        }
    }

    /// The same, so far.
    pub(super) fn at(&self, cursor: u64) -> Self {
        State {
            state: cursor.to_string(),
            cursor,
            ..self.clone()
        }
    }
}

impl Gone {
    pub(super) fn new(index: u64) -> Self {
        Gone { index, gone: true }
    }
}

/// The number by which records are sorted: their day, and among equals the order of the log.
fn order(day: i64, index: u64) -> i64 {
    let within = i64::try_from(index).unwrap_or(i64::MAX).min(DAY - 1);
    day.clamp(-FARTHEST, FARTHEST) * DAY + within
}

/// The entry's index in what a record is sorted by.
pub(super) fn index_in(order: i64) -> u64 {
    order.rem_euclid(DAY).unsigned_abs()
}

/// What a code, number or name is filtered by: a letter for its kind and the text, of a longer one its hash.
pub(super) fn value(kind: char, text: &str) -> String {
    match text.chars().nth(LONGEST) {
        None => format!("{kind}{text}"),
        Some(_) => format!("{kind}{}", hex(&Sha256::digest(text))),
    }
}

/// What a number with these runs in this order has, all of them.
pub(super) fn stretches(runs: &[String]) -> Vec<String> {
    match runs.len() {
        0..=LONGEST_STRETCH => vec![stretch(runs)],
        _ => runs.windows(LONGEST_STRETCH).map(stretch).collect(),
    }
}

fn stretch(runs: &[String]) -> String {
    value(value_kind::RUNS, &runs.join("/"))
}

/// What a code has that holds this, all of it; of what is shorter than its pieces, what a code has that begins so.
pub(super) fn code_pieces(piece: &str) -> Vec<String> {
    let all = pieces(piece, CODE_GRAM);
    if all.is_empty() {
        return vec![value(value_kind::EDGE, piece)];
    }
    let step = all.len().div_ceil(MOST_ASKED);
    let some = all.iter().step_by(step).chain(all.last());
    some.map(|gram| value(value_kind::PIECE, gram)).collect()
}

/// What kind of thing a value stands for. The server folds case, so that these must not differ by that.
pub(super) mod value_kind {
    /// A code, as letters and digits and as runs; the same of a record that is about nobody else.
    pub(in super::super) const CODE: char = 'h';
    pub(in super::super) const OWN_CODE: char = 'o';
    /// What a code begins with, shorter than its pieces.
    pub(in super::super) const EDGE: char = 'e';
    /// A piece of a code.
    pub(in super::super) const PIECE: char = 'c';
    /// Runs of a number that follow each other.
    pub(in super::super) const RUNS: char = 'r';
    pub(in super::super) const NAME: char = 'n';
}

impl Document {
    pub(super) fn of(doc: &SearchDoc) -> Self {
        let year = doc.year().map(|year| year.to_string());
        Document {
            index: doc.index,
            order: order(doc.day(), doc.index),
            kind: doc.kind.clone(),
            authority: doc.authority.clone(),
            region: region_and_above(&doc.region)
                .into_iter()
                .map(str::to_owned)
                .collect(),
            mark: doc.marks.clone(),
            date: doc.date,
            corrects: doc.corrects,
            label: doc.labels.iter().map(|label| compact(label)).collect(),
            p: values(doc),
            w: words(doc, year.as_deref()),
            year,
        }
    }
}

fn values(doc: &SearchDoc) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for code in doc.subject_uscc.iter().chain(&doc.codes) {
        let whole = unmistaken(&compact(code));
        if whole.is_empty() {
            continue;
        }
        for form in [&whole, &runs(code).join(" ")] {
            all.insert(value(value_kind::CODE, form));
            if doc.subject_name.is_none() {
                all.insert(value(value_kind::OWN_CODE, form));
            }
        }
        let ends = whole.char_indices().map(|(at, _)| at).skip(1);
        let ends = ends.chain([whole.len()]).take(CODE_GRAM - 1);
        all.extend(ends.map(|end| value(value_kind::EDGE, &whole[..end])));
        let grams = pieces(&whole, CODE_GRAM).into_iter().take(MOST_PIECES);
        all.extend(grams.map(|gram| value(value_kind::PIECE, &gram)));
    }
    for number in &doc.codes {
        let runs = runs(number);
        for length in 1..=LONGEST_STRETCH {
            all.extend(runs.windows(length).take(MOST_PIECES).map(stretch));
        }
    }
    if let Some(name) = &doc.subject_name {
        all.insert(value(value_kind::NAME, &compact(name)));
    }
    all
}

/// Words in the order of their making, each once.
struct Words {
    seen: HashSet<String>,
    text: String,
}

impl Words {
    fn add(&mut self, kind: char, text: &str) {
        self.put(word(kind, text));
    }

    fn put(&mut self, word: String) {
        if self.seen.len() < MOST_WORDS && !self.seen.contains(&word) {
            self.text.push(' ');
            self.text.push_str(&word);
            self.seen.insert(word);
        }
    }

    /// Adds the words of a folded text, as each of these kinds.
    fn add_cut(&mut self, kinds: &[char], folded: &str) {
        document_words(folded, |span| {
            for kind in kinds {
                self.add(*kind, &folded[span.from..span.to]);
            }
        });
    }

    fn add_all<S: AsRef<str>>(&mut self, kind: char, texts: impl IntoIterator<Item = S>) {
        for text in texts {
            self.add(kind, text.as_ref());
        }
    }
}

fn words(doc: &SearchDoc, year: Option<&str>) -> String {
    let mut words = Words {
        seen: HashSet::new(),
        text: EVERY.to_owned(),
    };
    let mut folded = String::new();
    if let Some(name) = &doc.subject_name {
        let compact = compact(name);
        sound(&mut words, &compact);
        for form in without_ranks(&compact).iter() {
            sound(&mut words, form);
        }
        let chars = compact.chars().map(String::from);
        words.add_all(kind::NAME_CHAR, chars);
        words.add_all(kind::NAME_PAIR, pieces(&compact, 2));
        words.add_all(kind::NAME_THREE, pieces(&compact, 3));
        spaced(name, &mut folded);
        words.add_cut(&[kind::NAME_WORD, kind::WORD], &folded);
        words.add_all(kind::NEIGHBOURS, neighbours(&folded));
    }
    let title = compact(&doc.title);
    words.add_all(kind::TITLE_PAIR, pieces(&title, 2));
    words.add_all(kind::TITLE_THREE, pieces(&title, 3));
    for text in doc
        .labels
        .iter()
        .map(String::as_str)
        .chain([doc.title.as_str()])
        .chain(year)
    {
        spaced(text, &mut folded);
        words.add_cut(&[kind::TITLE_WORD, kind::WORD], &folded);
        for pair in neighbours(&folded) {
            words.add(kind::TITLE_NEIGHBOURS, &pair);
            words.add(kind::NEIGHBOURS, &pair);
        }
    }
    spaced(&doc.text, &mut folded);
    words.add_cut(&[kind::WORD], &folded);
    words.add_all(kind::NEIGHBOURS, neighbours(&folded));
    words.text
}

/// How a folded name sounds, in all readings.
fn sound(words: &mut Words, name: &str) {
    let chars: Vec<char> = name.chars().collect();
    if let Some(two) = chars.get(..2) {
        first_letters(two, |letters| words.add(kind::FIRST_INITIALS, letters));
    }
    for three in chars.windows(3) {
        first_letters(three, |letters| words.add(kind::INITIALS, letters));
    }
    for c in &chars {
        words.add_all(kind::SYLLABLE, readings(*c));
    }
    for (one, two) in chars.iter().zip(chars.iter().skip(1)) {
        words.add_all(kind::SYLLABLES, syllable_pairs(*one, *two));
    }
}
