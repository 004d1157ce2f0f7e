//! Search over published records: what is asked, what is answered, and the contract an engine keeps.
//!
//! An index is derived data. It can be wiped and rebuilt from the log at any time, so it never decides whether a record
//! is published: callers check every hit against the store before showing it. This module knows no storage of ours and no
//! HTTP; following the log belongs to the caller, through [`SearchIndex::cursor`].

mod asked;
mod cut;
mod fold;
mod highlight;
mod labels;
mod lists;
mod meili;
mod names;
mod numbers;
mod plan;
mod rarity;
mod regions;
mod sounds;
pub mod sync;
mod tantivy;

pub use self::highlight::{Looking, Needles, Piece};
pub use self::meili::{MeiliIndex, MeiliOptions};
pub use self::tantivy::{Opened, TantivyIndex, TantivyOptions};

/// Reads the dictionary, the readings of characters, and what most searches read of an index, so that no reader waits for it: with a million
/// records a quarter of a second.
pub fn warm_up(index: &dyn SearchIndex) {
    cut::jieba();
    sounds::readings('一');
    let common = SearchQuery {
        text: "公司".to_owned(),
        limit: 20,
        ..SearchQuery::default()
    };
    // One that does not answer yet will be asked by readers all the same.
    let _ = index.search(&common);
}

use crate::domain::CodeList;
use crate::domain::dates::CHINA_SECONDS;
use jiff::Span;
use jiff::civil::{Date, date};
use std::path::PathBuf;

/// Characters of a query that are looked at; the rest is cut off and [`SearchPage::truncated`] says so.
pub const MAX_QUERY_CHARS: usize = 200;
/// Whitespace-separated terms of a query that are looked at; the rest is cut off likewise.
pub const MAX_QUERY_TERMS: usize = 12;
/// Largest `offset + limit` an engine answers; beyond it [`SearchError::TooDeep`].
pub const MAX_DEPTH: usize = 10_000;
const SECONDS_A_DAY: i64 = 86_400;

/// One published record as the index sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchDoc {
    /// Index of the record's entry in the log; the document's identity.
    pub index: u64,
    /// Kind of the record, as in the log (`penalty`, `plan`, …).
    pub kind: String,
    /// Identifier of the publishing authority.
    pub authority: String,
    /// Region code of the record, six digits (GB/T 2260). Anything else is kept, and matched only exactly.
    pub region: String,
    /// Unified social credit code of the subject, where there is one; matched like [`SearchDoc::codes`].
    pub subject_uscc: Option<String>,
    /// Name of the subject; found by any substring of two characters or more.
    pub subject_name: Option<String>,
    /// Number or name of the record.
    pub title: String,
    /// What it is and from whom, in the words that readers see: names of its kind, authority and codes. Found like the title.
    pub labels: Vec<String>,
    /// Everything else worth finding, in Chinese, to be cut into words.
    pub text: String,
    /// Decision numbers, permit numbers, plan keys: matched whole, by prefix, and by any piece of four characters or more.
    pub codes: Vec<String>,
    /// Codes of open lists that the record holds, each once, as [`mark`] writes them; what the code filter and facet look at.
    pub marks: Vec<String>,
    /// Date of the record in days since 1970-01-01; what the date filter and the year facet look at.
    pub date: Option<i32>,
    /// When the log took the entry, in seconds since 1970-01-01T00:00:00Z; stands in for a missing date when sorting.
    pub logged_at: i64,
    /// The entry whose record this one corrects: where that goes, this goes with it.
    pub corrects: Option<u64>,
}

impl SearchDoc {
    /// The day it is sorted by, since 1970-01-01: its date, or when it was logged, in China.
    #[must_use]
    pub fn day(&self) -> i64 {
        let logged = || (self.logged_at + CHINA_SECONDS).div_euclid(SECONDS_A_DAY);
        self.date.map_or_else(logged, i64::from)
    }

    /// The year of its date.
    fn year(&self) -> Option<i16> {
        self.date.and_then(year)
    }
}

/// The calendar year of a day, where the calendar reaches that far.
fn year(day: i32) -> Option<i16> {
    const EPOCH: Date = date(1970, 1, 1);
    let span = Span::new().try_days(day).ok()?;
    EPOCH.checked_add(span).ok().map(|date| date.year())
}

/// How a code of an open list is written in filters and facets: `<list>.<code>`, such as `result.unqualified`.
#[must_use]
pub fn mark(list: CodeList, code: &str) -> String {
    format!("{}.{code}", list.name())
}

/// List and code of a [`mark`]; `None` of what is none.
#[must_use]
pub fn read_mark(mark: &str) -> Option<(CodeList, &str)> {
    let (list, code) = mark.split_once('.')?;
    let list = CodeList::of_name(list).filter(|list| list.is_open() && list.admits(code))?;
    Some((list, code))
}

/// Order of the hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sort {
    /// Exact code; full name; part of a name, or of a number from run to run; part of a code, words or sound of a name; title; text. Newest first
    /// among equals.
    #[default]
    Relevance,
    /// Latest date first.
    Newest,
    /// Earliest date first.
    Oldest,
}

/// The place of a hit in a result, after which the result goes on. Only the engine that made it can read it; readers hand it back as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place(String);

impl Place {
    /// Longest place there is, in characters.
    const MAX: usize = 64;

    /// As an address has it; `None` of what no engine writes: letters, digits and full stops.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let written = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
        let fits = (1..=Self::MAX).contains(&text.len()) && text.bytes().all(written);
        fits.then(|| Place(text.to_owned()))
    }

    /// As it stands in an address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is asked. The default asks for everything, and shows nothing of it (`limit` 0).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct SearchQuery {
    /// Words, names, codes, as typed. No character has a syntactic meaning. Terms separated by whitespace must all match,
    /// each in any field. Empty: everything, narrowed by the filters alone.
    pub text: String,
    /// Kinds to keep; empty keeps all.
    pub kinds: Vec<String>,
    /// Authorities to keep; empty keeps all.
    pub authorities: Vec<String>,
    /// Regions to keep; empty keeps all. A province (`610000`) keeps all `61xxxx`, a city (`610300`) all `6103xx`.
    pub regions: Vec<String>,
    /// Marks to keep ([`mark`]): records with any of them; empty keeps all.
    pub marks: Vec<String>,
    /// First date to keep, in days since 1970-01-01. Either bound drops records without a date.
    pub date_from: Option<i32>,
    /// Last date to keep, inclusive.
    pub date_to: Option<i32>,
    /// Order of the hits.
    pub sort: Sort,
    /// The place after which the hits begin; the beginning of the result without one.
    pub after: Option<Place>,
    /// Hits to skip from there.
    pub offset: usize,
    /// Most hits to return.
    pub limit: usize,
    /// Leaves out the facets, for whoever does not show them.
    pub no_facets: bool,
}

impl SearchQuery {
    /// Whether anything but the text narrows the result.
    #[must_use]
    pub fn narrowed(&self) -> bool {
        let sets = [&self.kinds, &self.authorities, &self.regions, &self.marks];
        sets.iter().any(|set| !set.is_empty()) || self.date_from.is_some() || self.date_to.is_some()
    }

    /// That the stretch does not lie too deep.
    fn ensure_reachable(&self) -> Result<(), SearchError> {
        let (offset, limit) = (self.offset, self.limit);
        match offset.saturating_add(limit) > MAX_DEPTH {
            true => Err(SearchError::TooDeep {
                offset,
                limit,
                max: MAX_DEPTH,
            }),
            false => Ok(()),
        }
    }

    /// Whether the filters keep a document.
    #[must_use]
    pub fn keeps(&self, doc: &SearchDoc) -> bool {
        let any =
            |set: &[String], value: &str| set.is_empty() || set.iter().any(|one| one == value);
        let within = |outer: &String| {
            let own = regions::region_and_above(&doc.region);
            own.contains(&regions::region_prefix(outer))
        };
        let marked = |mark: &String| doc.marks.contains(mark);
        any(&self.kinds, &doc.kind)
            && any(&self.authorities, &doc.authority)
            && (self.regions.is_empty() || self.regions.iter().any(within))
            && (self.marks.is_empty() || self.marks.iter().any(marked))
            && self
                .date_from
                .is_none_or(|from| doc.date.is_some_and(|date| date >= from))
            && self
                .date_to
                .is_none_or(|to| doc.date.is_some_and(|date| date <= to))
    }
}

/// One found record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Index of the record's entry in the log.
    pub index: u64,
    /// Relevance: comparable within one answer only; 0 unless text was asked for and sorted by [`Sort::Relevance`].
    pub score: f32,
}

/// Counts over the whole result, each list sorted by count (largest first), then by value.
///
/// A count says how many hits would remain with that value as an additional filter. Regions therefore count their parts: `610323`
/// counts also for `610300` and `610000`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facets {
    /// Hits by kind.
    pub kinds: Vec<(String, u64)>,
    /// Hits by authority.
    pub authorities: Vec<(String, u64)>,
    /// Hits by region, provinces and cities including what lies in them.
    pub regions: Vec<(String, u64)>,
    /// Hits by code of an open list, as [`mark`] writes it.
    pub marks: Vec<(String, u64)>,
    /// Hits by year of their date (`2026`); records without a date are in none.
    pub years: Vec<(String, u64)>,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SearchPage {
    /// The asked-for stretch of the result.
    pub hits: Vec<Hit>,
    /// Where the result goes on; `None` at its end.
    pub next: Option<Place>,
    /// Size of the whole result.
    pub total: u64,
    /// Counts over the whole result.
    pub facets: Facets,
    /// Every entry below this index was looked at when the answer was made.
    pub indexed: u64,
    /// Whether part of the text was cut off ([`MAX_QUERY_CHARS`], [`MAX_QUERY_TERMS`]).
    pub truncated: bool,
    /// False when the text held nothing that can be searched for (only punctuation, emoji, control characters); such a query finds nothing.
    pub understood: bool,
    /// Nothing holds what was typed, whatever the filters: these are the records most like it.
    pub similar: bool,
}

/// Why an engine could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index's folder or files could not be read or written.
    #[error("search index {path}: {source}")]
    Io {
        /// File or folder concerned.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Files of the index are damaged. Opening it again recreates it; so does a reindex.
    #[error("search index is damaged ({detail}); reindex to rebuild it from the log")]
    Corrupt {
        /// What was found.
        detail: String,
    },
    /// The folder holds something else than a search index; nothing in it was touched.
    #[error("{path} is not empty and is no search index; name another folder")]
    ForeignFolder {
        /// The folder.
        path: PathBuf,
    },
    /// Another process has the index open for writing.
    #[error("search index {path} is in use by another process")]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The place to go on from is none that this engine has given out.
    #[error("{place:?} is no place in a result")]
    Nowhere {
        /// As asked.
        place: String,
    },
    /// The asked-for stretch lies too deep in the result.
    #[error("offset {offset} + limit {limit} is beyond {max}")]
    TooDeep {
        /// As asked.
        offset: usize,
        /// As asked.
        limit: usize,
        /// Largest sum that is answered.
        max: usize,
    },
    /// The engine is a server, and cannot be reached, refuses, or has no index to answer from. Records can still be looked up in the store.
    #[error("search engine: {reason}")]
    Unavailable {
        /// What it said, or what was waited for.
        reason: String,
    },
    /// The engine failed otherwise.
    #[error("search engine: {0}")]
    Engine(String),
}

/// A search engine that follows the log.
///
/// Writes come from one caller at a time, in the order of the log; searches come from any number, at any time.
pub trait SearchIndex: Send + Sync {
    /// Takes documents, then removals, and notes that every entry below `cursor` has been looked at.
    ///
    /// Nothing is visible or durable before [`SearchIndex::commit`] has returned; documents and cursor become both
    /// together, possibly in a commit the engine makes earlier by itself. A document whose index is there already
    /// replaces it, so that replaying a stretch of the log changes nothing. An index in `deletes` is gone afterwards, also
    /// when `docs` holds it, and with it what corrects it; removing what is not there is no error.
    ///
    /// After an error everything not yet durable may be lost: go on from [`SearchIndex::cursor`].
    fn index_batch(
        &self,
        docs: &[SearchDoc],
        deletes: &[u64],
        cursor: u64,
    ) -> Result<(), SearchError>;

    /// Makes everything taken so far durable and visible: a search begun after the return sees it.
    fn commit(&self) -> Result<(), SearchError>;

    /// The last durable cursor: every entry below it is indexed. 0 for a new or recreated index.
    fn cursor(&self) -> Result<u64, SearchError>;

    /// Indexes of the durable documents that correct an entry, in the order of the log.
    fn corrections(&self, index: u64) -> Result<Vec<u64>, SearchError>;

    /// Makes durable what was taken so far, and then destroys what is left of removed documents: afterwards no file of the
    /// engine holds anything that only they held. Searches go on meanwhile; who writes waits. It can be repeated.
    ///
    /// # Errors
    /// The engine's own failures: it has to be repeated then.
    fn purge(&self) -> Result<(), SearchError>;

    /// Every entry below it is found by a search that begins now. Never waits, not even for a batch that is being taken:
    /// this is what readers ask.
    fn searchable(&self) -> u64;

    /// Why searches have no answer at the moment; `None` where they have. Never waits.
    fn trouble(&self) -> Option<String> {
        None
    }

    /// Waits for nothing any more: what is not durable then is taken again after the next start.
    fn close(&self) {}

    /// Answers a query from the last committed state.
    ///
    /// # Errors
    /// [`SearchError::TooDeep`] beyond [`MAX_DEPTH`] from where the hits begin, [`SearchError::Nowhere`], [`SearchError::Unavailable`]; otherwise only the engine's own failures: no text is an error.
    fn search(&self, query: &SearchQuery) -> Result<SearchPage, SearchError>;

    /// Empties the index and sets its cursor to 0, durably.
    fn clear(&self) -> Result<(), SearchError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_follow_the_calendar() {
        assert_eq!(year(0), Some(1970));
        assert_eq!(year(-1), Some(1969));
        assert_eq!(year(20_453), Some(2025));
        assert_eq!(year(20_454), Some(2026));
        assert_eq!(year(i32::MAX), None);
    }
}
