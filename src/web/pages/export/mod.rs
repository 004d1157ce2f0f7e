//! The log in bulk: every public entry with its record, line by line, and single kinds in the layouts of the systems that departments report to.
//!
//! Both are read in the order of the log up to the size at the beginning, so that what grows meanwhile is no half of it, and end with the checkpoint. An
//! answer that breaks off has none.

mod layouts;
mod lines;

use super::Visit;
use super::streamed::streamed;
use crate::domain::Kind;
use crate::text::shortened;
use crate::web::problem::Problem;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LANGUAGE, CONTENT_TYPE};
use actix_web::{HttpResponse, HttpResponseBuilder, web};
use gongshi_verify::encoding::decimal;
use gongshi_verify::names::AuthorityId;
use layouts::Layout;
use utoipa::IntoParams;

/// Entries that are read at once.
const AT_ONCE: u64 = 256;

/// Which entries are asked for.
struct Asked {
    kind: Option<Kind>,
    authority: Option<String>,
    /// The next to be read, and the first that is not.
    next: u64,
    end: u64,
}

impl Asked {
    fn of(visit: &Visit) -> Result<Self, Problem> {
        let given = |name: &str| visit.parameter(name).filter(|text| !text.is_empty());
        let number = |name: &str| match given(name) {
            None => Ok(None),
            Some(text) => decimal(&text).map(Some).ok_or_else(|| {
                Problem::bad_request(format!(
                    "{name} must be an index of the log in decimal digits, not {:?}",
                    shortened(&text, 40)
                ))
            }),
        };
        let authority = given("authority");
        if let Some(text) = &authority
            && AuthorityId::parse(text).is_err()
        {
            return Err(Problem::bad_request(format!(
                "authority must be an authority's identifier, not {:?}",
                shortened(text, 40)
            )));
        }
        let size = visit.portal.log.published().size();
        let (next, end) = (number("from")?.unwrap_or(0), number("before")?);
        let end = end.unwrap_or(size);
        if next > end || end > size {
            return Err(Problem::bad_request(format!(
                "from ({next}) and before ({end}) must not lie beyond the log, which has {size} entries, and from not behind before"
            )));
        }
        Ok(Asked {
            kind: given("kind").map(|text| kind(&text)).transpose()?,
            authority,
            next,
            end,
        })
    }

    /// Whether an entry is asked for.
    fn has(&self, kind: &str, authority: &str) -> bool {
        self.kind.is_none_or(|one| one.as_str() == kind)
            && self.authority.as_ref().is_none_or(|one| one == authority)
    }
}

fn kind(text: &str) -> Result<Kind, Problem> {
    text.parse().map_err(|_| {
        Problem::bad_request(format!(
            "kind must be a kind of record, not {:?}",
            shortened(text, 40)
        ))
    })
}

fn response(visit: &Visit, media: &str, name: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, media))
        .insert_header((CONTENT_LANGUAGE, visit.lang.tag()))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .insert_header((
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ));
    response
}

/// Which entries are wanted, as addresses name them; [`Asked`] reads them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read from the address by `Asked`")]
struct Wanted {
    /// Only of this authority.
    #[param(pattern = "^[0-9A-Z]+(-[0-9A-Z]+)*$", max_length = 32)]
    authority: Option<String>,
    /// From this index on.
    #[param(minimum = 0, default = 0)]
    from: Option<u64>,
    /// Up to this index, which is not among them: the size of the log unless said otherwise.
    #[param(minimum = 0)]
    before: Option<u64>,
}

/// The same, where the kind stands in no path.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read from the address by `Asked`")]
struct WantedKind {
    /// Only records of this kind.
    #[param(pattern = "^[a-z_]+$")]
    kind: Option<String>,
}

/// `GET /api/v1/export.ndjson[?kind=&authority=&from=&before=]`.
#[utoipa::path(
    get, path = "/api/v1/export.ndjson", operation_id = "export", tag = "log",
    params(Wanted, WantedKind),
    responses((status = 200, description = "A line for each entry: its index, its own bytes as a text, its record while that is public; the last line has the number of lines, the SHA-256 of all bytes before it, and the checkpoint", content_type = "application/x-ndjson", body = String)),
    extensions(("x-problems" = json!("bad-request overloaded log-unavailable")))
)]
pub(in crate::web) async fn ndjson(visit: Visit) -> HttpResponse {
    let asked = match Asked::of(&visit) {
        Ok(asked) => asked,
        Err(problem) => return problem.respond(),
    };
    let name = format!("gongshi-{}-{}.ndjson", asked.next, asked.end);
    let response = response(&visit, "application/x-ndjson", &name);
    let searches = visit.searches.clone();
    streamed(&searches, lines::Lines::new(visit, asked), response).await
}

/// `GET /api/v1/export/<layout>/<kind>.csv[?authority=&from=&before=]`.
#[utoipa::path(
    get, path = "/api/v1/export/{layout}/{kind}.csv", operation_id = "exportTable", tag = "log",
    params(Wanted),
    responses((status = 200, description = "A table in UTF-8; its last line has the checkpoint", content_type = "text/csv", body = String)),
    extensions(("x-problems" = json!("bad-request not-found overloaded log-unavailable")))
)]
pub(in crate::web) async fn csv(visit: Visit, path: web::Path<(String, String)>) -> HttpResponse {
    let (layout, of) = path.into_inner();
    let asked = Asked::of(&visit).and_then(|asked| {
        let kind = kind(&of)?;
        let layout = Layout::of(&layout, kind)?;
        let kind = Some(kind);
        Ok((Asked { kind, ..asked }, layout))
    });
    let (asked, layout) = match asked {
        Ok(asked) => asked,
        Err(problem) => return problem.respond(),
    };
    let name = format!("gongshi-{}-{of}.csv", layout.name);
    let response = response(&visit, "text/csv; charset=utf-8", &name);
    let searches = visit.searches.clone();
    streamed(
        &searches,
        layouts::Table::new(visit, asked, layout),
        response,
    )
    .await
}
