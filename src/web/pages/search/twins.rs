//! The twins of a page of results: the same search as JSON, as a table and as a feed.
//!
//! `GET /search.json`, `.csv`, `.atom`; `GET /api/v1/search` answers as the first. Their parameters are the page's.

use super::found::{Failed, Found, next_href};
use super::query::{Bad, MAX_PAGE, PER_PAGE, Params};
use crate::search::{Facets, MAX_DEPTH, Sort};
use crate::text::{Catalogue, Lang};
use crate::web::api::{blocking, conditional};
use crate::web::pages::Visit;
use crate::web::pages::brief::Brief;
use crate::web::pages::draft::Draft;
use crate::web::pages::fault::Fault;
use crate::web::pages::record_feeds::{FED, MEDIA, RecordFeed};
use crate::web::pages::streamed::{Parts, streamed};
use crate::web::problem::{BUSY_SECONDS, Problem, internal};
use crate::web::table::{begun, plain};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG,
};
use gongshi_verify::encoding::decimal;
use serde_json::{Map, Value, json};

/// Records of an answer in JSON at most.
pub(in crate::web) const MOST: usize = 100;
/// Rows of one table at most; its end says where the next begins.
pub(in crate::web) const ROWS: usize = 50_000;
/// Rows that are written at once.
const AT_ONCE: usize = 500;

/// The search of a page in its other forms.
pub(super) fn links(visit: &Visit, params: &Params) -> Vec<super::Link> {
    let all = params.changed(|_| {});
    let forms = [
        ("page-search-json", "/search.json"),
        ("page-search-csv", "/search.csv"),
        ("page-search-atom", "/search.atom"),
    ];
    let link = |(key, path): (&str, &str)| super::Link {
        text: visit.word(key),
        href: all.href_of(visit.lang, path),
    };
    forms.into_iter().map(link).collect()
}

/// Answers in JSON; `/api/v1/search` too.
#[utoipa::path(
    get, path = "/api/v1/search", operation_id = "search", tag = "search",
    params(crate::web::api::openapi::Search, crate::web::api::openapi::SearchLimit),
    responses((status = 200, description = "Records found, facets, and the address of what follows", body = Value, example = json!(crate::web::api::examples::search()))),
    extensions(("x-problems" = json!("bad-request too-deep overloaded log-unavailable")))
)]
pub(in crate::web) async fn json(visit: Visit) -> HttpResponse {
    told(visit, answer).await
}

/// What is told to programs, where there is a place for one more search.
pub(super) async fn told(
    visit: Visit,
    work: impl FnOnce(&Visit) -> Result<Value, Problem> + Send + 'static,
) -> HttpResponse {
    let Some(place) = visit.searches.begin() else {
        return Problem::busy("searches").respond();
    };
    let lang = visit.lang;
    let answered = blocking(move || {
        let _place = place;
        work(&visit).map(|value| value.to_string())
    });
    match answered.await {
        Ok(body) => HttpResponse::Ok()
            .insert_header((ETAG, conditional::tag(body.as_bytes())))
            .insert_header((CONTENT_TYPE, "application/json"))
            .insert_header((CONTENT_LANGUAGE, lang.tag()))
            .insert_header((CACHE_CONTROL, "no-cache"))
            .insert_header(("X-Robots-Tag", "noindex"))
            .body(body),
        Err(problem) => problem.respond(),
    }
}

/// What was asked for; the first thing that is wrong with it otherwise.
fn asked(visit: &Visit) -> Result<Params, Problem> {
    let (params, bad) = Params::parse(&visit.query);
    match bad.first() {
        None => Ok(params),
        Some(bad) => Err(refused(bad)),
    }
}

fn refused(bad: &Bad) -> Problem {
    let last = i64::try_from(MAX_PAGE).unwrap_or(i64::MAX);
    let args = [("given", bad.given.clone().into()), ("last", last.into())];
    Problem::bad_request(Catalogue::built_in().get(Lang::En, bad.key, &args))
}

fn nowhere(params: &Params) -> Problem {
    let given = params.after.as_ref().map(|after| after.as_str().to_owned());
    refused(&Bad {
        key: "page-search-bad-after",
        given: given.unwrap_or_default(),
    })
}

fn failed(failed: Failed, params: &Params) -> Problem {
    match failed {
        Failed::Nowhere => nowhere(params),
        Failed::Fault(fault) => fault.problem(),
    }
}

/// What is to be whole is not made of what the store finds by itself.
fn unsearched() -> Problem {
    let mut problem = Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "search-unavailable",
        "the search engine does not answer; records are found by code, number and name at /api/v1/search meanwhile",
    );
    problem.retry_after = Some(BUSY_SECONDS);
    problem
}

fn limit(visit: &Visit) -> Result<usize, Problem> {
    let Some(given) = visit.parameter("limit").filter(|given| !given.is_empty()) else {
        return Ok(PER_PAGE);
    };
    let limit = decimal(&given).and_then(|limit| usize::try_from(limit).ok());
    limit
        .filter(|limit| (1..=MOST).contains(limit))
        .ok_or_else(|| {
            let shown = crate::text::shortened(&given, 40);
            Problem::bad_request(format!(
                "limit must be a number from 1 to {MOST}, not {shown:?}"
            ))
        })
}

fn answer(visit: &Visit) -> Result<Value, Problem> {
    let (params, limit) = (asked(visit)?, limit(visit)?);
    let mut query = params.search_query();
    query.limit = limit;
    query.offset = match params.after {
        Some(_) => 0,
        None => (params.page - 1) * limit,
    };
    if query.offset + limit > MAX_DEPTH {
        let last = MAX_DEPTH / limit;
        let detail = format!(
            "page must be at most {last} where limit is {limit}; `next` goes on without an end"
        );
        return Err(Problem::new(StatusCode::BAD_REQUEST, "too-deep", detail));
    }
    let found = Found::of(visit, &query).map_err(|error| failed(error, &params))?;
    let registry = visit.portal.intake.registry();
    let records = found.records.iter();
    let records: Vec<Brief> = records
        .map(|loaded| Brief::of(visit, loaded, &registry))
        .collect();
    let published = visit.portal.log.published();
    let next = next_href(visit, &params, &visit.path, found.next.as_ref());
    let next = next.map(|href| match limit {
        PER_PAGE => href,
        limit => format!("{href}&limit={limit}"),
    });
    let (total, facets) = match &found.counted {
        Some((total, facets)) => (Some(*total), facet_values(facets)),
        None => (None, Value::Null),
    };
    Ok(json!({
        "size": published.size(),
        "indexed": found.indexed,
        "total": total,
        "similar": found.similar,
        "limited": found.limited,
        "truncated": found.truncated || params.cut,
        "understood": params.text.is_empty() || found.understood,
        "records": records,
        "facets": facets,
        "next": next,
        "checkpoint": published.note,
    }))
}

/// Under the names of the parameters that narrow by them.
fn facet_values(facets: &Facets) -> Value {
    let lists = [
        ("authority", &facets.authorities),
        ("code", &facets.marks),
        ("kind", &facets.kinds),
        ("region", &facets.regions),
        ("year", &facets.years),
    ];
    let value = |(value, count): &(String, u64)| json!({"value": value, "count": count});
    let named = |(name, counts): (&str, &Vec<(String, u64)>)| {
        let shown = counts.iter().filter(|(value, _)| !value.is_empty());
        (name.to_owned(), shown.map(value).collect::<Value>())
    };
    Value::Object(lists.into_iter().map(named).collect::<Map<_, _>>())
}

/// Answers with a table of the whole result, made as it is read: whoever reads slowly keeps no thread, and no place from others.
#[utoipa::path(
    get, path = "/search.csv", operation_id = "searchCsv", tag = "search",
    params(crate::web::api::openapi::Search),
    responses((status = 200, description = "A table in UTF-8; its last line has the checkpoint", content_type = "text/csv", body = String)),
    extensions(("x-problems" = json!("bad-request too-deep overloaded search-unavailable log-unavailable")))
)]
pub(in crate::web) async fn csv(visit: Visit) -> HttpResponse {
    let params = match asked(&visit) {
        Ok(params) => params,
        Err(problem) => return problem.respond(),
    };
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_LANGUAGE, visit.lang.tag()))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .insert_header((
            CONTENT_DISPOSITION,
            "attachment; filename=\"gongshi-search.csv\"",
        ));
    let searches = visit.searches.clone();
    let table = Table {
        visit,
        params,
        begun: false,
        rows: 0,
        ended: false,
    };
    streamed(&searches, table, response).await
}

/// A table on its way out.
struct Table {
    visit: Visit,
    params: Params,
    /// Whether its head is written.
    begun: bool,
    rows: usize,
    /// Whether everything is written.
    ended: bool,
}

/// Columns of the table.
const COLUMNS: [&str; 13] = [
    "index",
    "kind",
    "kind_name",
    "name",
    "uscc",
    "number",
    "date",
    "region",
    "authority",
    "authority_name",
    "logged_at",
    "corrected",
    "href",
];

impl Table {
    /// A table with its head.
    fn head() -> Result<csv::Writer<Vec<u8>>, Problem> {
        let mut table = begun();
        let written = table.write_record(COLUMNS);
        written.map_err(|error| internal(&error))?;
        Ok(table)
    }
}

impl Parts for Table {
    fn ended(&self) -> bool {
        self.ended
    }

    /// The next rows; at the end the checkpoint, before it where the next table begins, if it does.
    fn part(&mut self) -> Result<Vec<u8>, Problem> {
        let mut table = match std::mem::replace(&mut self.begun, true) {
            false => Table::head()?,
            true => csv::Writer::from_writer(Vec::new()),
        };
        let visit = &self.visit;
        let mut query = self.params.search_query();
        (query.offset, query.limit, query.no_facets) = (0, AT_ONCE, true);
        let found = Found::of(visit, &query).map_err(|error| failed(error, &self.params))?;
        if found.limited {
            return Err(unsearched());
        }
        let registry = visit.portal.intake.registry();
        let site = visit.site.as_deref().unwrap_or_default();
        for loaded in &found.records {
            let brief = Brief::of(visit, loaded, &registry);
            let text = |cell: Option<String>| plain(&cell.unwrap_or_default());
            let row = [
                brief.index.to_string(),
                brief.kind,
                brief.kind_name,
                text(brief.name),
                text(brief.uscc),
                text(brief.number),
                text(brief.date),
                text(brief.region),
                brief.authority,
                text(brief.authority_name),
                brief.logged_at,
                brief.corrected.to_string(),
                format!("{site}{}", brief.href),
            ];
            table.write_record(row).map_err(|error| internal(&error))?;
        }
        self.rows += found.hits;
        let mut last = |name: &str, value: &str| {
            let mut row = [""; COLUMNS.len()];
            (row[0], row[1]) = (name, value);
            table.write_record(row).map_err(|error| internal(&error))
        };
        let full = self.rows >= ROWS;
        if full && let Some(href) = next_href(visit, &self.params, &visit.path, found.next.as_ref())
        {
            last("next", &format!("{site}{href}"))?;
        }
        self.ended = full || found.next.is_none();
        self.params.after = found.next;
        if self.ended {
            last("checkpoint", &visit.portal.log.published().note)?;
        }
        table
            .into_inner()
            .map_err(|error| internal(&error.into_error()))
    }
}

/// Answers with the newest of what is found, as an Atom feed.
#[utoipa::path(
    get, path = "/search.atom", operation_id = "searchAtom", tag = "search",
    params(crate::web::api::openapi::Search),
    responses((status = 200, description = "An Atom feed of the newest records found", content_type = "application/atom+xml", body = String)),
    extensions(("x-problems" = json!("bad-request overloaded search-unavailable")))
)]
pub(in crate::web) async fn atom(visit: Visit) -> HttpResponse {
    let Some(place) = visit.searches.begin() else {
        return Problem::busy("searches").respond();
    };
    let params = match asked(&visit) {
        Ok(params) => params,
        Err(problem) => return problem.respond(),
    };
    visit
        .file(move |visit, etag| {
            let _place = place;
            let body = feed(visit, params)?;
            Ok(Draft::file(MEDIA, visit, etag, body))
        })
        .await
}

fn feed(visit: &Visit, params: Params) -> Result<String, Fault> {
    let params = params.changed(|params| {
        params.sort = Sort::Newest;
        params.after = None;
    });
    let mut query = params.search_query();
    (query.limit, query.no_facets) = (FED, true);
    let found = match Found::of(visit, &query) {
        Ok(found) => found,
        Err(Failed::Fault(fault)) => return Err(fault),
        Err(Failed::Nowhere) => return Err(Fault::nothing()),
    };
    if found.limited {
        return Err(Fault::unsearched());
    }
    let own = params.href_of(visit.lang, "/search.atom");
    let about = RecordFeed {
        id: ["search", &own],
        title: super::title(visit, &params),
        page: params.href_of(visit.lang, "/search"),
        own: &own,
    };
    Ok(about.of(visit, &found.records))
}
