//! The ways to find one term, read and looked up in one segment.
//!
//! A broad word is found in several ways at once, each in half of all documents. So ways are read one after the other, a block at a time, rather than side
//! by side; and where only few documents are left, a way that finds many is looked up in those alone. The best ways come first: where tokens stand in a
//! text is dear to read, and is read only of documents that have no rank as good yet. Nothing here knows what a term or its ranks mean.

use std::cell::Cell;
use std::sync::Arc;

use fixedbitset::FixedBitSet;
use tantivy::postings::BlockSegmentPostings;
use tantivy::query::{EnableScoring, PhraseQuery, Query, Scorer, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{
    COLLECT_BLOCK_BUFFER_LEN, DocId, DocSet as _, Score, SeekDangerResult, SegmentReader,
    TERMINATED, Term,
};

/// Looking a document up in a way costs as much as reading so many.
const LOOK_UP: u64 = 8;
/// A table for all documents of a segment costs as much as sorting one for so many of them.
const TABLE: u64 = 16;

/// What finds documents.
#[derive(Debug, Clone)]
pub(super) enum Find {
    /// One token.
    Term(Term),
    /// Tokens at these offsets from each other; what has them has these others, too.
    Beside(Vec<(usize, Term)>, Vec<Term>),
    /// For each of these, any of its ways.
    Each(Vec<Vec<Find>>),
    /// What a query of the engine itself finds.
    Other(Arc<dyn Query>),
}

/// A way to find documents, and its rank, above 0.
pub(super) type RankedWay = (Score, Find);

/// The ways of one term, the least first.
pub(super) struct Ways(Vec<(Score, Source)>);

enum Source {
    Term(Term),
    Beside(Vec<Ways>, Box<dyn Weight>),
    Each(Vec<Ways>),
    Other(Box<dyn Weight>),
}

impl Ways {
    pub(super) fn new(ways: &[RankedWay], scoring: EnableScoring<'_>) -> tantivy::Result<Self> {
        let ways = ways.iter();
        let ways = ways.map(|(rank, find)| Ok((*rank, Source::new(find, scoring)?)));
        let mut ways = ways.collect::<tantivy::Result<Vec<_>>>()?;
        // Of those of one rank the dear ones first: they are read last.
        ways.sort_by(|(rank, one), (other, two)| {
            let dear = two.is_dear().cmp(&one.is_dear());
            rank.total_cmp(other).then(dear)
        });
        Ok(Self(ways))
    }

    /// Ways of which none is better.
    pub(super) fn equal(ways: &[Find], scoring: EnableScoring<'_>) -> tantivy::Result<Self> {
        let ways = ways
            .iter()
            .map(|find| Ok((1.0, Source::new(find, scoring)?)));
        Ok(Self(ways.collect::<tantivy::Result<_>>()?))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn open(&self, segment: &SegmentReader) -> tantivy::Result<OpenWays> {
        let mut ways = Vec::new();
        for (rank, source) in &self.0 {
            if let Some(docs) = source.open(segment)? {
                ways.push(OpenWay { rank: *rank, docs });
            }
        }
        Ok(OpenWays {
            ways,
            documents: segment.max_doc() as usize,
        })
    }
}

impl Source {
    fn new(find: &Find, scoring: EnableScoring<'_>) -> tantivy::Result<Self> {
        Ok(match find {
            Find::Term(term) => Source::Term(term.clone()),
            Find::Beside(tokens, implied) => {
                let tokens_alone = tokens.iter().map(|(_, term)| term);
                let each = tokens_alone.chain(implied).cloned().map(Find::Term);
                let each = each.map(|term| Ways::equal(&[term], scoring));
                let phrase = PhraseQuery::new_with_offset(tokens.clone());
                Source::Beside(
                    each.collect::<tantivy::Result<_>>()?,
                    weight_of(&phrase, scoring)?,
                )
            }
            Find::Each(parts) => {
                let parts = parts.iter().map(|ways| Ways::equal(ways, scoring));
                Source::Each(parts.collect::<tantivy::Result<_>>()?)
            }
            Find::Other(query) => Source::Other(weight_of(query.as_ref(), scoring)?),
        })
    }

    /// Whether reading it is dear, and looking only some documents up worth while.
    fn is_dear(&self) -> bool {
        matches!(self, Source::Beside(..))
    }

    /// `None` where the segment has no such document.
    fn open(&self, segment: &SegmentReader) -> tantivy::Result<Option<Docs>> {
        Ok(match self {
            Source::Term(term) => {
                let inverted = segment.inverted_index(term.field())?;
                let postings = inverted.read_block_postings(term, IndexRecordOption::Basic)?;
                postings.map(|postings| Docs::Term {
                    at: postings.doc(0),
                    postings: Box::new(postings),
                })
            }
            Source::Each(parts) => open_each(parts, segment)?.map(Docs::Each),
            Source::Beside(parts, weight) => match open_each(parts, segment)? {
                Some(parts) => Looked::open(weight.as_ref(), segment)?
                    .map(|beside| Docs::Beside { parts, beside }),
                None => None,
            },
            Source::Other(weight) => Looked::open(weight.as_ref(), segment)?.map(Docs::Other),
        })
    }
}

/// Parts of which a document must have each, the cheapest first; `None` where the segment has nothing of one.
fn open_each(parts: &[Ways], segment: &SegmentReader) -> tantivy::Result<Option<Vec<OpenWays>>> {
    let mut open = Vec::with_capacity(parts.len());
    for part in parts {
        let part = part.open(segment)?;
        if part.ways.is_empty() {
            return Ok(None);
        }
        open.push(part);
    }
    open.sort_by_key(OpenWays::cost);
    Ok(Some(open))
}

/// The engine is not to rank what is ranked here.
fn weight_of(query: &dyn Query, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
    query.weight(match scoring.searcher() {
        Some(searcher) => EnableScoring::disabled_from_searcher(searcher),
        None => EnableScoring::disabled_from_schema(scoring.schema()),
    })
}

/// The ways in which one segment has any documents.
pub(super) struct OpenWays {
    ways: Vec<OpenWay>,
    documents: usize,
}

struct OpenWay {
    rank: Score,
    docs: Docs,
}

/// Documents in order: either all of them are read, or some, ever later ones, are looked up.
enum Docs {
    Term {
        postings: Box<BlockSegmentPostings>,
        /// No document before it is left.
        at: DocId,
    },
    /// The parts, the cheapest first.
    Each(Vec<OpenWays>),
    /// The same, and that they stand where they should.
    Beside {
        parts: Vec<OpenWays>,
        beside: Looked,
    },
    Other(Looked),
}

/// What a query of the engine itself finds.
struct Looked {
    docs: Box<dyn Scorer>,
    /// No document before it is left.
    at: DocId,
    /// Whether it holds that.
    held: bool,
}

impl Looked {
    fn open(weight: &dyn Weight, segment: &SegmentReader) -> tantivy::Result<Option<Self>> {
        let docs = weight.scorer(segment, 1.0)?;
        let at = docs.doc();
        let held = true;
        Ok((at != TERMINATED).then_some(Looked { docs, at, held }))
    }

    fn read(&mut self, mut each: impl FnMut(DocId)) {
        let mut block = [0; COLLECT_BLOCK_BUFFER_LEN];
        loop {
            let filled = self.docs.fill_buffer(&mut block);
            block[..filled].iter().for_each(|doc| each(*doc));
            if filled < block.len() {
                return;
            }
        }
    }

    fn holds(&mut self, doc: DocId) -> bool {
        if doc > self.at || (doc == self.at && !self.held) {
            (self.at, self.held) = match self.docs.seek_danger(doc) {
                SeekDangerResult::Found => (doc, true),
                SeekDangerResult::SeekLowerBound(next) => (next, false),
            };
        }
        doc == self.at && self.held
    }
}

impl OpenWays {
    /// The best rank it gives any document.
    pub(super) fn best(&self) -> Score {
        self.ways.last().map_or(0.0, |way| way.rank)
    }

    pub(super) fn cost(&self) -> u64 {
        self.ways.iter().map(|way| way.docs.cost()).sum()
    }

    /// All documents in order, each with the best of its ranks.
    pub(super) fn read(mut self, mut each: impl FnMut(DocId, Score)) {
        if let [only] = &mut self.ways[..] {
            return only.docs.read(None, |doc| each(doc, only.rank));
        }
        if self.cost() * TABLE < self.documents as u64 {
            let mut found = Vec::new();
            for (way, place) in self.ways.iter_mut().zip(0_usize..) {
                way.docs.read(None, |doc| found.push((doc, place)));
            }
            found.sort_unstable();
            for pair in found.chunk_by(|(one, _), (two, _)| one == two) {
                if let Some((doc, place)) = pair.last()
                    && let Some(way) = self.ways.get(*place)
                {
                    each(*doc, way.rank);
                }
            }
            return;
        }
        let table = self.table(|_| true);
        // Most of a table is empty, and is passed over by as much as is compared at once.
        for (chunk, first) in table.best.chunks(64).zip((0..).step_by(64)) {
            if chunk.iter().any(|rank| *rank != 0) {
                for (rank, doc) in chunk.iter().zip(first..) {
                    if let Some(rank) = table.rank(*rank) {
                        each(doc, rank);
                    }
                }
            }
        }
    }

    /// Joins the rank of each document here, where it has one, to its score in `found`; what gives none is out.
    pub(super) fn join(
        mut self,
        found: &mut Vec<(DocId, Score)>,
        joined: impl Fn(Score, Option<Score>) -> Option<Score>,
    ) {
        let looked_up = found.len() as u64 * LOOK_UP;
        let is_read = |way: &OpenWay| way.docs.cost() <= looked_up;
        let mut ranks: Vec<Score> = match self.ways.iter().any(is_read) {
            true => {
                let table = self.table(is_read);
                let ranks = found.iter().map(|(doc, _)| table.of(*doc));
                ranks.map(Option::unwrap_or_default).collect()
            }
            false => vec![0.0; found.len()],
        };
        // The best first: what has a better one already is not looked up again.
        for way in self.ways.iter_mut().rev() {
            if !is_read(way) {
                for ((doc, _), rank) in found.iter().zip(&mut ranks) {
                    if *rank < way.rank && way.docs.holds(*doc) {
                        *rank = way.rank;
                    }
                }
            }
        }
        let mut ranks = ranks.into_iter();
        found.retain_mut(|(_, score)| {
            let rank = ranks.next().filter(|rank| *rank > 0.0);
            let joined = joined(*score, rank);
            *score = joined.unwrap_or_default();
            joined.is_some()
        });
    }

    /// All documents, whatever their ranks.
    fn bits(mut self) -> FixedBitSet {
        let mut bits = FixedBitSet::with_capacity(self.documents);
        for way in &mut self.ways {
            way.docs.read(None, |doc| bits.insert(doc as usize));
        }
        bits
    }

    /// Whether any of the ways holds a document.
    fn holds(&mut self, doc: DocId) -> bool {
        self.ways.iter_mut().rev().any(|way| way.docs.holds(doc))
    }

    /// The best rank that these of the ways give each document.
    fn table(&mut self, which: impl Fn(&OpenWay) -> bool) -> Table {
        let mut ranks: Vec<Score> = self.ways.iter().map(|way| way.rank).collect();
        ranks.dedup();
        let mut best = vec![0; self.documents];
        let table = Cell::from_mut(&mut best[..]).as_slice_of_cells();
        let has_none = |doc: DocId| table.get(doc as usize).is_some_and(|best| best.get() == 0);
        let mut first = true;
        for way in self.ways.iter_mut().rev().filter(|way| which(way)) {
            let place = ranks.partition_point(|rank| *rank < way.rank);
            let number = u8::try_from(place + 1).unwrap_or(u8::MAX);
            let wanted: Option<&dyn Fn(DocId) -> bool> = if first { None } else { Some(&has_none) };
            first = false;
            way.docs.read(wanted, |doc| {
                if let Some(best) = table.get(doc as usize)
                    && best.get() == 0
                {
                    best.set(number);
                }
            });
        }
        Table { ranks, best }
    }
}

/// A rank, or none, for each document: a byte, since there are but few kinds of match.
struct Table {
    ranks: Vec<Score>,
    /// 0, or the place of the rank, counted from 1.
    best: Vec<u8>,
}

impl Table {
    fn rank(&self, number: u8) -> Option<Score> {
        let place = usize::from(number).checked_sub(1)?;
        self.ranks.get(place).copied()
    }

    fn of(&self, doc: DocId) -> Option<Score> {
        self.rank(self.best.get(doc as usize).copied()?)
    }
}

/// Documents that something of each of these finds, with the sum of the ranks of those that count; of none of them, none.
pub(super) fn in_each(mut parts: Vec<(OpenWays, bool)>) -> Vec<(DocId, Score)> {
    let counted = |rank: Score, counts: bool| if counts { rank } else { 0.0 };
    parts.sort_by_key(|(part, _)| part.cost());
    let mut parts = parts.into_iter();
    let Some((cheapest, counts)) = parts.next() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    cheapest.read(|doc, rank| found.push((doc, counted(rank, counts))));
    for (part, counts) in parts {
        if found.is_empty() {
            break;
        }
        part.join(&mut found, |sum, rank| Some(sum + counted(rank?, counts)));
    }
    found
}

/// Documents that something of each of these finds, the cheapest of them first, whatever their ranks.
fn in_all(parts: Vec<OpenWays>) -> FixedBitSet {
    let mut parts = parts.into_iter();
    let Some(cheapest) = parts.next() else {
        return FixedBitSet::new();
    };
    let mut found = cheapest.bits();
    for mut part in parts {
        match part.cost() <= found.count_ones(..) as u64 * LOOK_UP {
            true => found.intersect_with(&part.bits()),
            false => {
                found = found
                    .ones()
                    .filter(|doc| part.holds(*doc as DocId))
                    .collect()
            }
        }
    }
    found
}

impl Docs {
    fn cost(&self) -> u64 {
        match self {
            Docs::Term { postings, .. } => u64::from(postings.doc_freq()),
            Docs::Each(parts) => {
                let cheapest = parts.first().map_or(0, OpenWays::cost);
                cheapest * parts.len() as u64
            }
            Docs::Beside { beside, .. } => beside.docs.cost(),
            Docs::Other(looked) => looked.docs.cost(),
        }
    }

    /// Every document in order, or at least those that are wanted.
    fn read(&mut self, wanted: Option<&dyn Fn(DocId) -> bool>, mut each: impl FnMut(DocId)) {
        match self {
            Docs::Term { postings, .. } => {
                while !postings.docs().is_empty() {
                    postings.docs().iter().for_each(|doc| each(*doc));
                    postings.advance();
                }
            }
            Docs::Each(parts) => {
                let found = in_all(std::mem::take(parts));
                found.ones().for_each(|doc| each(doc as DocId));
            }
            Docs::Beside { parts, beside } => match wanted {
                None => beside.read(each),
                Some(wanted) => {
                    let held = in_all(std::mem::take(parts));
                    let docs = held.ones().map(|doc| doc as DocId);
                    docs.filter(|doc| wanted(*doc) && beside.holds(*doc))
                        .for_each(each);
                }
            },
            Docs::Other(looked) => looked.read(each),
        }
    }

    /// Whether it holds a document, each asked for after those before it.
    fn holds(&mut self, doc: DocId) -> bool {
        match self {
            Docs::Term { postings, at } => {
                if doc > *at {
                    let place = postings.seek(doc);
                    *at = postings.doc(place);
                }
                doc == *at
            }
            Docs::Each(parts) => parts.iter_mut().all(|part| part.holds(doc)),
            Docs::Beside { beside, .. } => beside.holds(doc),
            Docs::Other(looked) => looked.holds(doc),
        }
    }
}
