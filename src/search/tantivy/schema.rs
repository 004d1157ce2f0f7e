//! The fields of the index and how a document is laid out in them.
//!
//! Nothing is stored: an answer is a list of entry indexes, and the store has the records.

use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{RawTokenizer, TextAnalyzer, TokenizerManager};

use super::analyse::{GramTokenizer, NAME_GRAM, RunTokenizer, SoundTokenizer, WordTokenizer};
use crate::search::SearchDoc;
use crate::search::fold::compact;
use crate::search::names::without_ranks;
use crate::search::numbers::{runs, unmistaken};
use crate::search::plan::CODE_GRAM;
use crate::search::regions::region_and_above;

const WHOLE: &str = "whole";
const CHARS: &str = "chars";
const NAME_PIECES: &str = "name_pieces";
const CODE_PIECES: &str = "code_pieces";
const WORDS: &str = "words";
const RUNS: &str = "runs";
const SOUNDS: &str = "sounds";

/// Fast field: the entry's index.
pub(super) const INDEX: &str = "index";
/// Fast field: the date, where there is one.
pub(super) const DATE: &str = "date";
/// Fast field: the day a document is sorted by.
pub(super) const DAY: &str = "day";
/// Fast field: kind, authority, region, year and marks of a document as one value, so that counting costs one look-up a document.
pub(super) const FACET: &str = "facet";
/// What a record is called.
const LABEL: &str = "label";
/// Stands between the parts of [`FACET`]; no identifier holds a control character.
pub(super) const SEPARATOR: char = '\u{1f}';

/// Handles of all fields.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub(super) index: Field,
    pub(super) corrects: Field,
    pub(super) kind: Field,
    pub(super) authority: Field,
    /// The region and all that it lies in, as prefixes of 6, 4 and 2 digits.
    pub(super) region: Field,
    /// Codes of open lists.
    pub(super) mark: Field,
    date: Field,
    day: Field,
    facet: Field,
    /// Codes as typed without signs, and by their runs.
    pub(super) code: Field,
    /// Those of records about nobody, such as plans and draws: they are what their number names.
    pub(super) own_code: Field,
    pub(super) code_pieces: Field,
    pub(super) code_runs: Field,
    pub(super) name: Field,
    pub(super) name_pieces: Field,
    pub(super) name_chars: Field,
    pub(super) name_words: Field,
    pub(super) name_sounds: Field,
    pub(super) title_pieces: Field,
    /// What records are called, each folded and whole: few of them are different.
    pub(super) label: Field,
    /// Words of the title and of what kind of record it is, from whom and of which year.
    pub(super) title_words: Field,
    /// Words of everything else.
    pub(super) text_words: Field,
}

/// The schema and its fields.
pub(super) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    // Ranking is by kind of match and date, never by frequency: no field norms, no frequencies.
    let text = |tokenizer: &str, option: IndexRecordOption| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(tokenizer)
                .set_index_option(option)
                .set_fieldnorms(false),
        )
    };
    let set = |tokenizer: &str| text(tokenizer, IndexRecordOption::Basic);
    let phrases = |tokenizer: &str| text(tokenizer, IndexRecordOption::WithFreqsAndPositions);
    let fields = Fields {
        index: builder.add_u64_field(INDEX, INDEXED | FAST),
        corrects: builder.add_u64_field("corrects", INDEXED),
        kind: builder.add_text_field("kind", set(WHOLE)),
        authority: builder.add_text_field("authority", set(WHOLE)),
        region: builder.add_text_field("region", set(WHOLE)),
        mark: builder.add_text_field("mark", set(WHOLE)),
        date: builder.add_i64_field(DATE, FAST),
        day: builder.add_i64_field(DAY, FAST),
        facet: builder.add_text_field(FACET, TextOptions::default().set_fast("raw")),
        code: builder.add_text_field("code", set(WHOLE)),
        own_code: builder.add_text_field("own_code", set(WHOLE)),
        code_pieces: builder.add_text_field("code_pieces", phrases(CODE_PIECES)),
        code_runs: builder.add_text_field("code_runs", phrases(RUNS)),
        name: builder.add_text_field("name", set(WHOLE)),
        name_pieces: builder.add_text_field("name_pieces", phrases(NAME_PIECES)),
        name_chars: builder.add_text_field("name_chars", set(CHARS)),
        name_words: builder.add_text_field("name_words", phrases(WORDS)),
        name_sounds: builder.add_text_field("name_sounds", phrases(SOUNDS)),
        title_pieces: builder.add_text_field("title_pieces", phrases(NAME_PIECES)),
        label: builder.add_text_field(LABEL, set(WHOLE)),
        title_words: builder.add_text_field("title_words", phrases(WORDS)),
        text_words: builder.add_text_field("text_words", phrases(WORDS)),
    };
    (builder.build(), fields)
}

/// The tokenizers the schema names.
pub(super) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(WHOLE, TextAnalyzer::from(RawTokenizer::default()));
    manager.register(CHARS, TextAnalyzer::from(GramTokenizer::new(1)));
    manager.register(
        NAME_PIECES,
        TextAnalyzer::from(GramTokenizer::new(NAME_GRAM)),
    );
    manager.register(
        CODE_PIECES,
        TextAnalyzer::from(GramTokenizer::new(CODE_GRAM).with_edges()),
    );
    manager.register(WORDS, TextAnalyzer::from(WordTokenizer::default()));
    manager.register(RUNS, TextAnalyzer::from(RunTokenizer::default()));
    manager.register(SOUNDS, TextAnalyzer::from(SoundTokenizer::default()));
    manager
}

impl Fields {
    /// Lays a document out in the fields.
    pub(super) fn document(&self, doc: &SearchDoc) -> TantivyDocument {
        let mut out = TantivyDocument::default();
        out.add_u64(self.index, doc.index);
        if let Some(corrected) = doc.corrects {
            out.add_u64(self.corrects, corrected);
        }
        out.add_text(self.kind, &doc.kind);
        out.add_text(self.authority, &doc.authority);
        for prefix in region_and_above(&doc.region) {
            out.add_text(self.region, prefix);
        }
        if let Some(day) = doc.date {
            out.add_i64(self.date, i64::from(day));
        }
        out.add_i64(self.day, doc.day());
        let year = doc.year().map(|year| year.to_string());
        let year = year.unwrap_or_default();
        out.add_text(
            self.facet,
            [
                &doc.kind,
                &doc.authority,
                &doc.region,
                &year,
                &doc.marks.join(" "),
            ]
            .map(String::as_str)
            .join("\u{1f}"),
        );
        for mark in &doc.marks {
            out.add_text(self.mark, mark);
        }

        for code in doc.subject_uscc.iter().chain(&doc.codes) {
            let whole = unmistaken(&compact(code));
            if whole.is_empty() {
                continue;
            }
            let runs = runs(code).join(" ");
            let own = doc.subject_name.is_none().then_some(self.own_code);
            for field in own.into_iter().chain([self.code]) {
                if runs != whole {
                    out.add_text(field, &runs);
                }
                out.add_text(field, &whole);
            }
            out.add_text(self.code_pieces, &whole);
        }
        for number in &doc.codes {
            out.add_text(self.code_runs, number);
        }
        if let Some(name) = &doc.subject_name {
            let compact = compact(name);
            out.add_text(self.name, &compact);
            out.add_text(self.name_pieces, &compact);
            // As it is written, the words of a name find it without the ranks of its places; by its sound only this does.
            for form in without_ranks(&compact).iter().chain([&compact]) {
                out.add_text(self.name_sounds, form);
            }
            out.add_text(self.name_chars, &compact);
            out.add_text(self.name_words, name);
        }
        out.add_text(self.title_pieces, compact(&doc.title));
        for label in &doc.labels {
            out.add_text(self.label, compact(label));
        }
        for text in doc.labels.iter().chain([&doc.title, &year]) {
            out.add_text(self.title_words, text);
        }
        out.add_text(self.text_words, &doc.text);
        out
    }
}
