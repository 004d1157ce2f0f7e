//! How a document is laid out for the server: words it is found by, values it is filtered by, and one number it is sorted by.
//!
//! What nearly every record has for itself (codes, numbers, whole names) is a value, not a word: the server writes its dictionary of words anew with
//! every batch, so that it must not grow with the records.

use super::words::{EVERY, STATE, kind, neighbours, pieces, word};
use crate::search::SearchDoc;
use crate::search::cut::document_words;
use crate::search::fold::{compact, spaced};
use crate::search::names::without_ranks;
use crate::search::numbers::{runs, unmistaken};
use crate::search::regions::region_and_above;
use crate::search::sounds::{initials, readings};
use gongshi_verify::encoding::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeSet, HashSet};

/// Characters of a value; the server takes 468 bytes.
const LONGEST: usize = 60;
/// Places in a code or number from which a piece of it is found.
const MOST_TAILS: usize = 256;
/// Characters of a code's pieces; a shorter query finds codes that begin with it.
pub(super) const CODE_PIECE: usize = 4;
/// Words of one place that are made at most: a character has rarely more than two readings in use.
const MOST_READINGS: usize = 24;
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
    label: Vec<String>,
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

/// The beginning of a text, after a letter for its kind.
pub(super) fn beginning(kind: char, text: &str, chars: usize) -> String {
    [kind].into_iter().chain(text.chars().take(chars)).collect()
}

/// What a stretch of runs is filtered by: each run ends, so that 17 is not 170.
pub(super) fn stretch(runs: &[String]) -> String {
    let text: String = runs.iter().map(|run| format!("{run}/")).collect();
    beginning(value_kind::RUNS, &text, LONGEST)
}

/// What kind of thing a value stands for. The server folds case, so that these must not differ by that.
pub(super) mod value_kind {
    /// A code, as letters and digits and as runs; the same of a record that is about nobody else.
    pub(in super::super) const CODE: char = 'h';
    pub(in super::super) const OWN_CODE: char = 'o';
    /// What a code begins with.
    pub(in super::super) const EDGE: char = 'e';
    /// A code from one of its characters on.
    pub(in super::super) const TAIL: char = 'c';
    /// A number from one of its runs on.
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
            label: labels(doc),
            p: values(doc),
            w: words(doc, year.as_deref()),
            year,
        }
    }
}

/// What a record is called, folded.
pub(super) fn labels(doc: &SearchDoc) -> Vec<String> {
    doc.labels.iter().map(|label| compact(label)).collect()
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
        all.insert(beginning(value_kind::EDGE, &whole, CODE_PIECE - 1));
        let chars = whole.chars().count();
        let starts = whole
            .char_indices()
            .take(MOST_TAILS.min((chars + 1).saturating_sub(CODE_PIECE)));
        all.extend(starts.map(|(at, _)| beginning(value_kind::TAIL, &whole[at..], LONGEST)));
    }
    for number in &doc.codes {
        let runs = runs(number);
        let starts = 0..runs.len().min(MOST_TAILS);
        all.extend(starts.filter_map(|at| runs.get(at..)).map(stretch));
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
        for word in document_words(&folded) {
            words.add(kind::NAME_WORD, word);
            words.add(kind::WORD, word);
        }
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
        for word in document_words(&folded) {
            words.add(kind::TITLE_WORD, word);
            words.add(kind::WORD, word);
        }
        for pair in neighbours(&folded) {
            words.add(kind::TITLE_NEIGHBOURS, &pair);
            words.add(kind::NEIGHBOURS, &pair);
        }
    }
    spaced(&doc.text, &mut folded);
    words.add_all(kind::WORD, document_words(&folded));
    words.add_all(kind::NEIGHBOURS, neighbours(&folded));
    words.text
}

/// How a folded name sounds, in all readings.
fn sound(words: &mut Words, name: &str) {
    let chars: Vec<char> = name.chars().collect();
    let firsts: Vec<Vec<char>> = chars.iter().map(|c| initials(*c)).collect();
    words.add_all(
        kind::FIRST_INITIALS,
        firsts.get(..2).map(letters).unwrap_or_default(),
    );
    words.add_all(kind::INITIALS, firsts.windows(3).flat_map(letters));
    for c in &chars {
        words.add_all(kind::SYLLABLE, readings(*c));
    }
    for pair in chars.windows(2) {
        let [one, two] = pair else { continue };
        let both = readings(*one).iter().flat_map(|one| {
            let joined = move |two: &&'static str| syllables(one, two);
            readings(*two).iter().map(joined)
        });
        words.add_all(kind::SYLLABLES, both.take(MOST_READINGS));
    }
}

/// Two syllables beside each other.
pub(super) fn syllables(one: &str, two: &str) -> String {
    format!("{one}'{two}")
}

/// Every way to take one letter of each.
fn letters(firsts: &[Vec<char>]) -> Vec<String> {
    let mut all = vec![String::new()];
    for letters in firsts {
        let longer = |text: &String| {
            let text = text.clone();
            letters.iter().map(move |letter| format!("{text}{letter}"))
        };
        all = all.iter().flat_map(longer).take(MOST_READINGS).collect();
    }
    all
}
