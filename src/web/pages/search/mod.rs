//! Search: one form, facets as plain links, results checked against the log, and an address that can be shared.

mod found;
mod query;
pub(in crate::web) mod suggest;
pub(in crate::web) mod twins;

use super::fault::{Fault, shortened};
use super::{Answer, Link, Page, Pager, Visit};
use crate::domain::uscc::{LENGTH, fold};
use crate::domain::{CodeList, Kind, Region, Uscc};
use crate::rules::Place;
use crate::search::{Looking, MAX_DEPTH, MAX_QUERY_CHARS, Needles, Sort, mark, read_mark};
use crate::web::links;
use actix_web::http::StatusCode;
use found::{Failed, Found};
use gongshi_verify::registry::Registry;
use jiff::civil::date;
use query::{Bad, MAX_PAGE, PER_PAGE, Params, SORTS};
use serde::Serialize;

/// Values shown of one facet.
const MAX_FACET: usize = 20;

#[derive(Serialize)]
struct Facet {
    title: String,
    values: Vec<FacetValue>,
    /// Values that are left out.
    omitted: usize,
}

#[derive(Serialize)]
struct FacetValue {
    text: String,
    href: String,
    count: u64,
    /// Whether it narrows the search now; its link then takes it off.
    on: bool,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    text: String,
    on: bool,
}

pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let (mut params, mut bad) = Params::parse(&visit.query);
    let canonical = params.href(visit.lang);
    if bad.is_empty() {
        if let Some(href) = enterprise(visit, &params)? {
            return Ok(Answer::Redirect(href));
        }
        // A text cut short keeps its address, or the reader would not learn that it was cut.
        if !params.cut && canonical != links::page(visit.lang, "/search", &visit.query) {
            return Ok(Answer::Redirect(canonical));
        }
    }
    let registry = visit.portal.intake.registry();
    let found = match Found::of(visit, &params.search_query()) {
        Err(Failed::Nowhere) => {
            let given = params.after.take();
            bad.push(Bad {
                key: "page-search-bad-after",
                given: shortened(given.as_ref().map_or("", |place| place.as_str())),
            });
            Found::of(visit, &params.search_query())
        }
        found => found,
    };
    let found = match found {
        Ok(found) => found,
        Err(Failed::Fault(fault)) => return Err(fault),
        Err(Failed::Nowhere) => return Err(Fault::nothing()),
    };
    let looking = match found.similar {
        true => Looking::Pairs,
        false => Looking::Words,
    };
    let needles = Needles::of(&params.text, looking);
    // Nothing was asked: the way in, which search engines may keep, and so without names of persons.
    let begin = visit.query.is_empty();
    let records = found.records.iter().filter(|_| !begin);
    let rows: Vec<_> = records
        .map(|loaded| visit.found_row(loaded, &registry, &needles))
        .collect();
    let counted = found.counted.is_some();
    let total = found.counted.as_ref().map_or(0, |(total, _)| *total);
    let pages = match counted {
        true => usize::try_from(total)
            .unwrap_or(usize::MAX)
            .div_ceil(PER_PAGE)
            .max(1),
        false => params.page + usize::from(found.hits == PER_PAGE),
    };
    let last = pages.min(MAX_PAGE);
    let facets = match &found.counted {
        Some((_, counts)) => facets(visit, &params, counts, &registry),
        None => Vec::new(),
    };
    let pager = Pager::new(params.page as u64, last as u64, |page| {
        let mut params = params.clone();
        params.page = usize::try_from(page).unwrap_or(1);
        params.href(visit.lang)
    });
    // Numbers of pages end somewhere; results go on from the last place.
    let by_place = params.after.is_some() || params.page == MAX_PAGE;
    let onward = found.next.as_ref().filter(|_| by_place);
    let onward = found::next_href(visit, &params, "/search", onward);
    let problems: Vec<String> = bad
        .iter()
        .map(|bad| {
            let last = i64::try_from(MAX_PAGE).unwrap_or(i64::MAX);
            let args = [("given", bad.given.clone().into()), ("last", last.into())];
            visit.say(bad.key, &args)
        })
        .collect();
    let title = match bad.is_empty() {
        true => title(visit, &params),
        false => visit.word("page-search-bad-title"),
    };
    let mut page = Page::new("search.html", visit.titled(&title, params.page as u64))
        .with("q", &params.text)
        .with("search_action", &links::page(visit.lang, "/search", ""))
        .with("canonical", &canonical)
        .with("problems", &problems)
        .with("cut", &params.cut)
        .with("max_chars", &MAX_QUERY_CHARS)
        .with("truncated", &found.truncated)
        .with("understood", &(params.text.is_empty() || found.understood))
        .with("similar", &found.similar)
        .with("limited", &found.limited)
        .with("counted", &counted)
        .with("total", &total)
        .with("capped", &(counted && pages > MAX_PAGE))
        .with("cap", &MAX_DEPTH)
        .with("by_place", &params.after.is_some())
        .with("onward", &onward)
        .with("twins", &twins::links(visit, &params))
        .with("indexed", &found.indexed)
        .with("begin", &begin)
        .with("rows", &rows)
        .with("pager", &pager)
        .with("first_href", &params.changed(|_| {}).href(visit.lang))
        .with("facets", &facets)
        .with("chips", &chips(visit, &params, &registry))
        .with("kinds", &kinds(visit, &params))
        .with("sorts", &sorts(visit, &params))
        .with("authorities", &params.authorities)
        .with("regions", &params.regions)
        .with("marks", &params.marks)
        .with("from", &params.from.map(|day| day.to_string()))
        .with("to", &params.to.map(|day| day.to_string()))
        .with("code_hint", &code_hint(visit, &params))
        .with(
            "unfiltered",
            &params.filtered().then(|| {
                let mut plain = Params {
                    text: params.text.clone(),
                    ..Params::default()
                };
                plain.page = 1;
                plain.href(visit.lang)
            }),
        )
        .with("foreign", &super::summary::foreign(visit.lang));
    // The addresses of searches have no end, and many of them are names.
    page.indexable = begin;
    if !bad.is_empty() {
        page.status = StatusCode::BAD_REQUEST;
    }
    page.done()
}

/// What a search is called.
fn title(visit: &Visit, params: &Params) -> String {
    match params.text.is_empty() {
        true => visit.word("page-search-title"),
        false => visit.say(
            "page-search-title-for",
            &[("text", shortened(&params.text).into())],
        ),
    }
}

/// Where the text is a credit code that the model knows, and nothing else is asked: its page.
fn enterprise(visit: &Visit, params: &Params) -> Result<Option<String>, Fault> {
    if params.filtered() || params.page > 1 {
        return Ok(None);
    }
    let Ok(code) = Uscc::parse(&fold(&params.text)) else {
        return Ok(None);
    };
    let known = visit.portal.model.enterprise(code.as_str())?;
    Ok(known.map(|_| links::enterprise(visit.lang, code.as_str())))
}

/// What to say about a text that looks like a credit code.
fn code_hint(visit: &Visit, params: &Params) -> Option<String> {
    let typed = fold(&params.text);
    let like_a_code = typed.len() == LENGTH && typed.bytes().all(|b| b.is_ascii_alphanumeric());
    if !like_a_code {
        return None;
    }
    Some(match Uscc::parse(&typed) {
        Ok(code) => visit.say(
            "page-search-code-unknown",
            &[("code", code.as_str().into())],
        ),
        Err(error) => super::enterprise::rule(visit, &typed, &error),
    })
}

fn kinds(visit: &Visit, params: &Params) -> Vec<Choice> {
    Kind::ALL
        .iter()
        .map(|kind| Choice {
            value: kind.as_str(),
            text: visit.kind_name(kind.as_str()),
            on: params.kinds.contains(kind.as_str()),
        })
        .collect()
}

fn sorts(visit: &Visit, params: &Params) -> Vec<Choice> {
    let word = |sort: Sort| match sort {
        Sort::Relevance => "page-sort-relevance",
        Sort::Newest => "page-sort-newest",
        Sort::Oldest => "page-sort-oldest",
    };
    SORTS
        .iter()
        .map(|sort| Choice {
            value: Params::sort_name(*sort),
            text: visit.word(word(*sort)),
            on: params.sort == *sort,
        })
        .collect()
}

/// Which set of a search a facet narrows.
#[derive(Clone, Copy)]
enum Narrowed {
    Kind,
    Authority,
    Region,
    Mark,
}

impl Narrowed {
    fn of(self, params: &Params) -> &std::collections::BTreeSet<String> {
        match self {
            Narrowed::Kind => &params.kinds,
            Narrowed::Authority => &params.authorities,
            Narrowed::Region => &params.regions,
            Narrowed::Mark => &params.marks,
        }
    }

    fn of_mut(self, params: &mut Params) -> &mut std::collections::BTreeSet<String> {
        match self {
            Narrowed::Kind => &mut params.kinds,
            Narrowed::Authority => &mut params.authorities,
            Narrowed::Region => &mut params.regions,
            Narrowed::Mark => &mut params.marks,
        }
    }

    fn name(self, visit: &Visit, params: &Params, registry: &Registry, value: &str) -> String {
        match self {
            Narrowed::Kind => visit.kind_name(value),
            Narrowed::Authority => visit.authority_link(registry, value).text,
            Narrowed::Region => visit.region_name(registry, value),
            Narrowed::Mark => match read_mark(value) {
                Some((list, code)) => visit.code_name(list, code, place(visit, params)),
                None => value.to_owned(),
            },
        }
    }

    /// The search with this value alone, or without it where it is on.
    fn toggled(self, params: &Params, value: &str) -> Params {
        params.changed(|params| {
            let set = self.of_mut(params);
            if !set.remove(value) {
                set.clear();
                set.insert(value.to_owned());
            }
        })
    }
}

fn facets(
    visit: &Visit,
    params: &Params,
    counts: &crate::search::Facets,
    registry: &Registry,
) -> Vec<Facet> {
    let values = |narrowed: Narrowed, counts: &[(String, u64)]| -> Vec<FacetValue> {
        counts
            .iter()
            .filter(|(value, _)| !value.is_empty())
            .take(MAX_FACET)
            .map(|(value, count)| FacetValue {
                text: narrowed.name(visit, params, registry, value),
                href: narrowed.toggled(params, value).href(visit.lang),
                count: *count,
                on: narrowed.of(params).contains(value),
            })
            .collect()
    };
    let years = counts
        .years
        .iter()
        .take(MAX_FACET)
        .filter_map(|(year, count)| {
            let number: i16 = year.parse().ok()?;
            let (from, to) = (Some(date(number, 1, 1)), Some(date(number, 12, 31)));
            let on = params.from == from && params.to == to;
            let to_year = params.changed(|params| {
                (params.from, params.to) = if on { (None, None) } else { (from, to) };
            });
            Some(FacetValue {
                text: year.clone(),
                href: to_year.href(visit.lang),
                count: *count,
                on,
            })
        });
    let facet = |title: &str, values: Vec<FacetValue>, counts: &[(String, u64)]| Facet {
        title: visit.word(title),
        values,
        omitted: counts.len().saturating_sub(MAX_FACET),
    };
    let set = |title: &str, narrowed: Narrowed, counts: &[(String, u64)]| {
        facet(title, values(narrowed, counts), counts)
    };
    let mut facets = vec![
        set("page-facet-kind", Narrowed::Kind, &counts.kinds),
        set(
            "page-facet-authority",
            Narrowed::Authority,
            &counts.authorities,
        ),
        set("page-facet-region", Narrowed::Region, &counts.regions),
        facet("page-facet-year", years.collect(), &counts.years),
    ];
    for list in CodeList::OPEN {
        let own = counts.marks.iter();
        let own = own.filter(|(value, _)| value.starts_with(&mark(*list, "")));
        let own: Vec<_> = own.cloned().collect();
        facets.push(set(&format!("list-{}", list.name()), Narrowed::Mark, &own));
    }
    facets.retain(|facet| !facet.values.is_empty());
    facets
}

/// By which names codes go here: those of the province looked into, where it is one, today.
fn place(visit: &Visit, params: &Params) -> Place {
    let mut regions = params.regions.iter().map(|text| Region::parse(text));
    let one = match (regions.next(), regions.next()) {
        (Some(Ok(region)), None) => region,
        _ => Region::NATION,
    };
    Place {
        province: one.province(),
        day: visit.today,
    }
}

/// What narrows the search, each with the address without it.
fn chips(visit: &Visit, params: &Params, registry: &Registry) -> Vec<Link> {
    let mut chips = Vec::new();
    for narrowed in [
        Narrowed::Kind,
        Narrowed::Authority,
        Narrowed::Region,
        Narrowed::Mark,
    ] {
        for value in narrowed.of(params) {
            let without = params.changed(|params| {
                narrowed.of_mut(params).remove(value);
            });
            chips.push(Link {
                text: narrowed.name(visit, params, registry, value),
                href: without.href(visit.lang),
            });
        }
    }
    if params.from.is_some() || params.to.is_some() {
        let day = |day: Option<jiff::civil::Date>| day.map(|d| d.to_string()).unwrap_or_default();
        let without = params.changed(|params| (params.from, params.to) = (None, None));
        chips.push(Link {
            text: format!("{} – {}", day(params.from), day(params.to))
                .trim()
                .to_owned(),
            href: without.href(visit.lang),
        });
    }
    chips
}
