//! A search run for whoever asked: what the engine found, held against the log, so that nothing is shown or counted that has left.
//!
//! Where no engine answers, the store does: by credit code, by number, and by how an enterprise's name begins.

use super::query::Params;
use crate::domain::Uscc;
use crate::domain::uscc::fold;
use crate::search::{Facets, Place, SearchError, SearchPage, SearchQuery, Sort};
use crate::web::pages::Visit;
use crate::web::pages::fault::Fault;
use crate::web::pages::summary::Loaded;
use std::cmp::Reverse;
use std::collections::HashSet;

/// What was found, of what is public.
pub(super) struct Found {
    pub(super) records: Vec<Loaded>,
    /// Hits as the engine has them, whether public or not.
    pub(super) hits: usize,
    /// How many there are and of what; `None` while the engine has not yet taken what ended last: numbers that still count what has left would
    /// tell of it.
    pub(super) counted: Option<(u64, Facets)>,
    /// Where the result goes on.
    pub(super) next: Option<Place>,
    /// Every entry below it was looked at.
    pub(super) indexed: u64,
    pub(super) truncated: bool,
    pub(super) understood: bool,
    pub(super) similar: bool,
    /// No engine answers: this is what the store finds by itself.
    pub(super) limited: bool,
}

/// Records that the store is asked for by one code, number or name.
const MOST_LOOKED_UP: usize = 200;
/// Enterprises whose name begins as typed that are looked at.
const MOST_NAMED: usize = 20;

/// Why nothing was found.
pub(super) enum Failed {
    /// The place to go on from is none.
    Nowhere,
    /// Something within.
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for Failed {
    fn from(error: E) -> Self {
        Failed::Fault(error.into())
    }
}

impl Found {
    /// Asks the engine.
    pub(super) fn of(visit: &Visit, query: &SearchQuery) -> Result<Self, Failed> {
        let page: SearchPage = match visit.portal.search.search(query) {
            Ok(page) => page,
            Err(SearchError::Nowhere { .. }) => return Err(Failed::Nowhere),
            Err(SearchError::Unavailable { .. }) => return Self::looked_up(visit, query),
            Err(error) => return Err(error.into()),
        };
        let size = visit.portal.log.published().size();
        let mut records = Vec::with_capacity(page.hits.len());
        // A server's index may know entries that this log lost with a disk.
        for hit in page.hits.iter().filter(|hit| hit.index < size) {
            let loaded = visit.load(hit.index)?;
            if loaded.body.is_some() {
                records.push(loaded);
            }
        }
        let newest = visit.portal.intake.standing().cursor();
        let counted = newest.is_ok_and(|newest| page.indexed >= newest);
        Ok(Found {
            records,
            hits: page.hits.len(),
            counted: counted.then_some((page.total, page.facets)),
            next: page.next,
            indexed: page.indexed,
            truncated: page.truncated,
            understood: page.understood,
            similar: page.similar,
            limited: false,
        })
    }

    /// Asks the store.
    fn looked_up(visit: &Visit, query: &SearchQuery) -> Result<Self, Failed> {
        // Places are an engine's: there is none to go on from.
        let indexes = match query.after {
            Some(_) => Vec::new(),
            None => looked_up(visit, &query.text)?,
        };
        let rules = visit.portal.intake.rules();
        let mut kept = Vec::new();
        // Where days decide the order, all of them have to be known.
        let enough = match query.sort {
            Sort::Relevance => query.offset.saturating_add(query.limit),
            Sort::Newest | Sort::Oldest => usize::MAX,
        };
        for index in indexes {
            if kept.len() >= enough {
                break;
            }
            let loaded = visit.load(index)?;
            let document = loaded
                .document(rules)
                .filter(|document| query.keeps(document));
            if let Some(document) = document.filter(|_| loaded.body.is_some()) {
                kept.push((document.day(), loaded));
            }
        }
        match query.sort {
            Sort::Relevance => {}
            Sort::Newest => kept.sort_by_key(|(day, loaded)| Reverse((*day, loaded.index))),
            Sort::Oldest => kept.sort_by_key(|(day, loaded)| (*day, loaded.index)),
        }
        let records = kept.into_iter().map(|(_, loaded)| loaded);
        let records: Vec<Loaded> = records.skip(query.offset).take(query.limit).collect();
        Ok(Found {
            hits: records.len(),
            records,
            counted: None,
            next: None,
            indexed: visit.portal.search.searchable(),
            truncated: false,
            understood: true,
            similar: false,
            limited: true,
        })
    }
}

/// Entries that the read model knows by a code, a number or the beginning of a name, each once.
fn looked_up(visit: &Visit, text: &str) -> Result<Vec<u64>, Failed> {
    let model = &visit.portal.model;
    let mut all = Vec::new();
    if let Ok(code) = Uscc::parse(&fold(text)) {
        all.extend(model.enterprise_records(code.as_str(), 0, MOST_LOOKED_UP)?);
    }
    all.extend(model.numbered(text, MOST_LOOKED_UP)?);
    for code in model.enterprises_named(text, MOST_NAMED)? {
        let left = MOST_LOOKED_UP.saturating_sub(all.len());
        all.extend(model.enterprise_records(&code, 0, left)?);
    }
    let mut seen = HashSet::new();
    all.retain(|index| seen.insert(*index));
    Ok(all)
}

/// The address of the same search in another form, where there is one more page.
pub(super) fn next_href(
    visit: &Visit,
    params: &Params,
    path: &str,
    next: Option<&Place>,
) -> Option<String> {
    let next = next?.clone();
    let params = params.changed(|params| params.after = Some(next));
    Some(params.href_of(visit.lang, path))
}
