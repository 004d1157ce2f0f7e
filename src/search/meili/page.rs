//! A stretch of a result: from its beginning, or from a place on.

use super::answer::{Answer, Desk, Key, Stretch};
use super::ways::Ranked;
use crate::search::{SearchQuery, Sort};
use meilisearch_sdk::errors::Error;

/// The asked-for stretch, and whether the result goes on behind it.
pub(super) fn page(
    desk: &Desk<'_>,
    ways: &[Ranked],
    query: &SearchQuery,
    after: Option<Key>,
) -> Result<(Answer, bool), Error> {
    let wanted = match query.limit {
        0 => 0,
        limit => limit + 1,
    };
    let mut stretch = Stretch {
        offset: query.offset,
        limit: wanted,
        after,
        facets: !query.no_facets,
    };
    let mut answer = match (after, query.sort) {
        (Some(after), Sort::Relevance) => {
            stretch.offset = 0;
            stretch.limit += query.offset;
            going_on(desk, ways, query, stretch, after)?
        }
        _ => desk.ask(ways, query, &stretch)?,
    };
    let more = query.limit > 0 && answer.hits.len() > query.limit;
    answer.hits.truncate(query.limit);
    Ok((answer, more))
}

/// A result by relevance from a place on. What it finds may have been shown before, for a better way: that is asked for by itself and left out.
fn going_on(
    desk: &Desk<'_>,
    ways: &[Ranked],
    query: &SearchQuery,
    mut stretch: Stretch,
    mut after: Key,
) -> Result<Answer, Error> {
    let mut whole: Option<Answer> = None;
    loop {
        stretch.after = Some(after);
        let mut answer = desk.ask(ways, query, &stretch)?;
        let full = answer.hits.len() >= stretch.limit;
        let last = answer.hits.last().map(|(_, key)| *key);
        desk.leave_out_shown(ways, after, &mut answer.hits)?;
        match &mut whole {
            Some(whole) => whole.hits.append(&mut answer.hits),
            None => whole = Some(answer),
        }
        let kept = whole.as_ref().map_or(0, |whole| whole.hits.len());
        match (last, &mut whole) {
            (Some(last), _) if full && kept < stretch.limit => after = last,
            (_, Some(whole)) => {
                whole.hits.drain(..query.offset.min(whole.hits.len()));
                return Ok(Answer {
                    hits: std::mem::take(&mut whole.hits),
                    facets: std::mem::take(&mut whole.facets),
                    ..*whole
                });
            }
            (_, None) => {}
        }
        stretch.facets = false;
    }
}
