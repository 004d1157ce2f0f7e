//! One search as one request, and its answer read back: hits, places, facets, and the state that answered.
//!
//! All ways to find are queries of one federated request over one index: the server merges their hits, counts them as a union, and weighs a hit by its
//! best way. The document that says how far the index is always answers too, so that every answer tells its state.

use super::document::index_in;
use super::http::{Http, promptly};
use super::settings::{FACETS, MOST_VALUES, STATE};
use super::ways::{Filter, Match, Ranked};
use super::words::{self, EVERY};
use crate::search::regions::{is_region, region_prefix};
use crate::search::{Facets, Hit, Place, SearchQuery, Sort};
use meilisearch_sdk::client::Client;
use meilisearch_sdk::errors::Error;
use meilisearch_sdk::search::{
    FederatedMultiSearchResponse, FederationOptions, MatchingStrategies, MergeFacets,
    MultiSearchQuery, SearchQuery as Asked, Selectors,
};
use serde::Deserialize;
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};

/// A hit's place: what its best way counts, and what it is sorted by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Key {
    rank: f32,
    order: i64,
}

impl Key {
    /// As [`Place`] writes it: twice the rank, which is a whole number.
    pub(super) fn place(self) -> Place {
        Place(format!("m{}.{}", (self.rank * 2.0) as u32, self.order))
    }

    pub(super) fn of(place: &Place) -> Option<Self> {
        let (rank, order) = place.as_str().strip_prefix('m')?.split_once('.')?;
        let rank: u32 = rank.parse().ok().filter(|rank| *rank <= 1 << 24)?;
        let key = Key {
            rank: rank as f32 / 2.0,
            order: order.parse().ok()?,
        };
        // Written in one way only.
        (key.place() == *place).then_some(key)
    }
}

/// What one request has answered.
pub(super) struct Answer {
    pub(super) hits: Vec<(Hit, Key)>,
    pub(super) total: u64,
    pub(super) facets: Facets,
    /// The cursor of the state that answered; `None` where the index has none, and is not ours.
    pub(super) cursor: Option<u64>,
}

/// What is asked for of a document.
#[derive(Debug, Clone, Deserialize)]
struct Row {
    order: Option<i64>,
}

/// Where to ask.
pub(super) struct Desk<'a> {
    pub(super) client: &'a Client<Http>,
    pub(super) index: &'a str,
}

/// A stretch of a result.
pub(super) struct Stretch {
    pub(super) offset: usize,
    pub(super) limit: usize,
    pub(super) after: Option<Key>,
    pub(super) facets: bool,
}

/// One query of the request, in the server's words.
struct Written {
    words: String,
    filter: String,
    weight: f32,
}

impl Desk<'_> {
    /// Asks for what any of the ways finds and the filters keep.
    pub(super) fn ask(
        &self,
        ways: &[Ranked],
        query: &SearchQuery,
        stretch: &Stretch,
    ) -> Result<Answer, Error> {
        let sort = match query.sort {
            Sort::Oldest => "order:asc",
            Sort::Relevance | Sort::Newest => "order:desc",
        };
        let written = written(ways, &filters(query), query.sort, stretch.after);
        let mut facets = vec![STATE];
        if stretch.facets {
            facets.extend(FACETS);
        }
        let answer = self.request(&written, sort, stretch.offset, stretch.limit, &facets)?;
        Ok(read(answer))
    }

    fn request(
        &self,
        written: &[Written],
        sort: &str,
        offset: usize,
        limit: usize,
        facets: &[&str],
    ) -> Result<FederatedMultiSearchResponse<Row>, Error> {
        let index = self.client.index(self.index);
        let sorted = [sort];
        let mut request = MultiSearchQuery::new(self.client);
        for one in written {
            let mut asked = Asked::new(&index);
            asked.with_query(&one.words);
            asked.with_matching_strategy(MatchingStrategies::ALL);
            asked.with_sort(&sorted);
            asked.with_attributes_to_retrieve(Selectors::Some(&["order"]));
            if !one.filter.is_empty() {
                asked.with_filter(&one.filter);
            }
            request.with_search_query_and_weight(asked, one.weight);
        }
        let facets: Vec<String> = facets.iter().map(|facet| (*facet).to_owned()).collect();
        let request = request.with_federation(FederationOptions {
            offset: Some(offset),
            limit: Some(limit),
            facets_by_index: Some(HashMap::from([(self.index.to_owned(), facets)])),
            merge_facets: Some(MergeFacets {
                max_values_per_facet: Some(MOST_VALUES),
            }),
            ..FederationOptions::default()
        });
        promptly(|| request.execute())
    }

    /// Leaves out the hits behind a place that were before it for a better way.
    pub(super) fn leave_out_shown(
        &self,
        ways: &[Ranked],
        after: Key,
        hits: &mut Vec<(Hit, Key)>,
    ) -> Result<(), Error> {
        let of = |hits: &[(Hit, Key)], lower: bool| {
            let orders = hits
                .iter()
                .filter(|(_, key)| !lower || key.rank < after.rank);
            let orders: Vec<String> = orders.map(|(_, key)| key.order.to_string()).collect();
            (!orders.is_empty()).then(|| format!("order IN [{}]", orders.join(", ")))
        };
        let (any, lower) = (of(hits, false), of(hits, true));
        let asked = ways.iter().filter_map(|way| {
            let among = match way.rank.total_cmp(&after.rank) {
                Ordering::Greater => any.as_ref(),
                Ordering::Equal => lower.as_ref(),
                Ordering::Less => None,
            }?;
            Some(Written {
                words: words_of(&way.hits),
                filter: filter_of(&way.hits.filters, std::slice::from_ref(among)),
                weight: 1.0,
            })
        });
        let asked: Vec<Written> = asked.collect();
        if asked.is_empty() {
            return Ok(());
        }
        let shown = self.request(&asked, "order:desc", 0, hits.len(), &[])?;
        let shown: HashSet<i64> = shown
            .hits
            .iter()
            .filter_map(|hit| hit.result.order)
            .collect();
        hits.retain(|(_, key)| !shown.contains(&key.order));
        Ok(())
    }

    /// How many documents match each.
    pub(super) fn counts(&self, all: &[Match]) -> Result<Vec<u64>, Error> {
        let index = self.client.index(self.index);
        let written: Vec<(String, String)> = all
            .iter()
            .map(|one| (words_of(one), filter_of(&one.filters, &[])))
            .collect();
        let mut request = MultiSearchQuery::new(self.client);
        for (words, filter) in &written {
            let mut asked = Asked::new(&index);
            asked
                .with_query(words)
                .with_matching_strategy(MatchingStrategies::ALL)
                .with_limit(0);
            if !filter.is_empty() {
                asked.with_filter(filter);
            }
            request.with_search_query(asked);
        }
        let answer = promptly(|| request.execute::<Row>())?;
        let counts = answer
            .results
            .into_iter()
            .map(|one| one.estimated_total_hits.unwrap_or_default() as u64);
        Ok(counts.collect())
    }

    /// The cursor of the index as a search sees it; `None` where it has none. Refused where the index has not our settings.
    pub(super) fn cursor(&self) -> Result<Option<u64>, Error> {
        let nothing = Stretch {
            offset: 0,
            limit: 0,
            after: None,
            facets: false,
        };
        Ok(self.ask(&[], &SearchQuery::default(), &nothing)?.cursor)
    }

    /// What every record is called, each once.
    pub(super) fn labels(&self) -> Result<BTreeSet<String>, Error> {
        let index = self.client.index(self.index);
        let mut asked = Asked::new(&index);
        asked.with_limit(0).with_facets(Selectors::Some(&["label"]));
        let answer = promptly(|| asked.execute::<Row>())?;
        let mut facets = answer.facet_distribution.unwrap_or_default();
        Ok(facets
            .remove("label")
            .unwrap_or_default()
            .into_keys()
            .collect())
    }
}

/// The queries of a request. A place narrows those that rank as it does; those that rank above it, and everything before it, go on without weight, so
/// that total and facets stay whole.
fn written(ways: &[Ranked], filters: &[String], sort: Sort, after: Option<Key>) -> Vec<Written> {
    let by_date = sort != Sort::Relevance;
    let beyond = after.map(|key| match sort {
        Sort::Oldest => format!("order > {}", key.order),
        Sort::Relevance | Sort::Newest => format!("order < {}", key.order),
    });
    let place = after.map_or(f32::INFINITY, |key| key.rank);
    let mut all = Vec::new();
    let mut add = |way: &Ranked, beyond: Option<&String>, weight: f32| {
        let more: Vec<String> = filters.iter().chain(beyond).cloned().collect();
        all.push(Written {
            words: words_of(&way.hits),
            filter: filter_of(&way.hits.filters, &more),
            weight,
        });
    };
    for way in ways {
        let rank = if by_date { 1.0 } else { way.rank };
        match &beyond {
            None => add(way, None, rank),
            Some(beyond) => {
                if by_date || rank == place {
                    add(way, Some(beyond), rank);
                } else if rank < place {
                    add(way, None, rank);
                }
                if by_date || rank >= place {
                    add(way, None, 0.0);
                }
            }
        }
    }
    all.push(Written {
        words: words::STATE.to_owned(),
        filter: String::new(),
        weight: 0.0,
    });
    all
}

fn read(answer: FederatedMultiSearchResponse<Row>) -> Answer {
    let mut facets = answer.facet_distribution.unwrap_or_default();
    let states = facets.remove(STATE).unwrap_or_default();
    let cursor = states.keys().next().and_then(|cursor| cursor.parse().ok());
    let hits = answer.hits.into_iter().filter_map(|hit| {
        let rank = hit.federation?.weighted_ranking_score;
        let order = hit.result.order.filter(|_| rank > 0.0)?;
        let key = Key { rank, order };
        let hit = Hit {
            index: index_in(order),
            score: rank,
        };
        Some((hit, key))
    });
    let mut list = |name: &str| {
        let counts = facets.remove(name).unwrap_or_default().into_iter();
        let mut list: Vec<(String, u64)> =
            counts.map(|(value, count)| (value, count as u64)).collect();
        list.sort_by(|one, two| two.1.cmp(&one.1).then_with(|| one.0.cmp(&two.0)));
        list
    };
    let regions = list("region").into_iter().map(|(prefix, count)| {
        let whole = format!("{prefix:0<6}");
        match is_region(&whole) && prefix.len() % 2 == 0 {
            true => (whole, count),
            false => (prefix, count),
        }
    });
    let mut regions: Vec<(String, u64)> =
        regions.filter(|(region, _)| !region.is_empty()).collect();
    regions.sort_by(|one, two| two.1.cmp(&one.1).then_with(|| one.0.cmp(&two.0)));
    Answer {
        hits: hits.collect(),
        total: (answer.estimated_total_hits as u64).saturating_sub(u64::from(cursor.is_some())),
        facets: Facets {
            kinds: list("kind"),
            authorities: list("authority"),
            regions,
            marks: list("mark"),
            years: list("year"),
        },
        cursor,
    }
}

fn words_of(one: &Match) -> String {
    match one.words.is_empty() {
        true => EVERY.to_owned(),
        false => one
            .words
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" "),
    }
}

fn filter_of(filters: &BTreeSet<Filter>, more: &[String]) -> String {
    let own = filters
        .iter()
        .map(|filter| one_of(filter.field, &filter.values));
    own.chain(more.iter().cloned())
        .collect::<Vec<_>>()
        .join(" AND ")
}

/// The filters that are set.
fn filters(query: &SearchQuery) -> Vec<String> {
    let mut all = Vec::new();
    let regions: Vec<String> = query
        .regions
        .iter()
        .map(|region| region_prefix(region).to_owned())
        .collect();
    for (field, values) in [
        ("kind", &query.kinds),
        ("authority", &query.authorities),
        ("region", &regions),
        ("mark", &query.marks),
    ] {
        if !values.is_empty() {
            all.push(one_of(field, values));
        }
    }
    all.extend(query.date_from.map(|day| format!("date >= {day}")));
    all.extend(query.date_to.map(|day| format!("date <= {day}")));
    all
}

fn one_of<'a>(field: &str, values: impl IntoIterator<Item = &'a String>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| quoted(value)).collect();
    format!("{field} IN [{}]", values.join(", "))
}

/// A value in a filter. Nothing that a reader types can leave the quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
