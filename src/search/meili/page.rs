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
    after: Key,
) -> Result<Answer, Error> {
    let ask = |after: Key, stretch: &mut Stretch| {
        stretch.after = Some(after);
        let mut answer = desk.ask(ways, query, stretch)?;
        let last = answer.hits.last().map(|(_, key)| *key);
        let goes_on = last.filter(|_| answer.hits.len() >= stretch.limit);
        desk.leave_out_shown(ways, after, &mut answer.hits)?;
        Ok::<_, Error>((answer, goes_on))
    };
    let (mut whole, mut goes_on) = ask(after, &mut stretch)?;
    stretch.facets = false;
    while let Some(after) = goes_on.filter(|_| whole.hits.len() < stretch.limit) {
        let (mut more, then) = ask(after, &mut stretch)?;
        whole.hits.append(&mut more.hits);
        goes_on = then;
    }
    whole.hits.drain(..query.offset.min(whole.hits.len()));
    Ok(whole)
}
