//! Errors as pages: what went wrong, and what the reader can do, in the reader's words.

use super::{Page, Visit};
use crate::log::LogError;
use crate::model::ModelError;
use crate::search::SearchError;
use crate::text::Arg;
use crate::web::links;
use crate::web::problem::{BUSY_SECONDS, Problem};
use actix_web::http::StatusCode;

/// Why there is no page.
#[derive(Debug)]
pub(super) struct Fault {
    status: StatusCode,
    title: &'static str,
    text: &'static str,
    args: Vec<(&'static str, Arg)>,
    /// When to try again, in seconds.
    retry_after: Option<u64>,
    /// Whether the same page is there without the time that was asked for.
    now: bool,
}

impl Fault {
    fn new(status: StatusCode, title: &'static str, text: &'static str) -> Self {
        Fault {
            status,
            title,
            text,
            args: Vec::new(),
            retry_after: None,
            now: false,
        }
    }

    fn or_now(mut self) -> Self {
        self.now = true;
        self
    }

    fn arg(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    /// No page has this address.
    pub(super) fn nothing() -> Self {
        Fault::new(
            StatusCode::NOT_FOUND,
            "page-error-404",
            "page-error-404-text",
        )
    }

    /// What stands in the address is no index, or no entry has it.
    pub(super) fn no_entry(given: &str, size: u64) -> Self {
        Fault::new(
            StatusCode::NOT_FOUND,
            "page-error-entry",
            "page-error-entry-text",
        )
        .arg("given", shortened(given))
        .arg("size", i64::try_from(size).unwrap_or(i64::MAX))
        .arg("last", i64::try_from(size).unwrap_or(i64::MAX) - 1)
    }

    /// No authority has this identifier.
    pub(super) fn no_authority(given: &str) -> Self {
        Fault::new(
            StatusCode::NOT_FOUND,
            "page-error-authority",
            "page-error-authority-text",
        )
        .arg("given", shortened(given))
    }

    /// No plan has this key.
    pub(super) fn no_plan(given: &str) -> Self {
        Fault::new(
            StatusCode::NOT_FOUND,
            "page-error-plan",
            "page-error-plan-text",
        )
        .arg("given", shortened(given))
    }

    /// The plan sends no officers of this department.
    pub(super) fn no_department(given: &str) -> Self {
        Fault::new(
            StatusCode::NOT_FOUND,
            "page-error-department",
            "page-error-department-text",
        )
        .arg("given", shortened(given))
    }

    /// Not a year.
    pub(super) fn no_year(given: &str) -> Self {
        Fault::new(
            StatusCode::BAD_REQUEST,
            "page-error-year",
            "page-error-year-text",
        )
        .arg("given", shortened(given))
    }

    /// Not a month of the year.
    pub(super) fn no_month(given: &str, year: i16) -> Self {
        Fault::new(
            StatusCode::BAD_REQUEST,
            "page-error-month",
            "page-error-month-text",
        )
        .arg("given", shortened(given))
        .arg("year", year.to_string())
    }

    /// No period that a bulletin can be about.
    pub(super) fn no_period(given: &str) -> Self {
        Fault::new(
            StatusCode::BAD_REQUEST,
            "page-error-period",
            "page-error-period-text",
        )
        .arg("given", shortened(given))
    }

    /// No figure has this name.
    pub(super) fn no_indicator(given: &str) -> Self {
        Fault::new(
            StatusCode::NOT_FOUND,
            "page-error-indicator",
            "page-error-indicator-text",
        )
        .arg("given", shortened(given))
    }

    /// Not the code of a region.
    pub(super) fn no_region(given: &str) -> Self {
        Fault::new(
            StatusCode::BAD_REQUEST,
            "page-error-region",
            "page-error-region-text",
        )
        .arg("given", shortened(given))
    }

    /// Not an id of a library's objects.
    pub(super) fn no_id(given: &str) -> Self {
        Fault::new(
            StatusCode::BAD_REQUEST,
            "page-error-id",
            "page-error-id-text",
        )
        .arg("given", shortened(given))
    }

    /// No kind of record has this name.
    pub(super) fn no_kind(given: &str) -> Self {
        Fault::new(
            StatusCode::NOT_FOUND,
            "page-error-kind",
            "page-error-kind-text",
        )
        .arg("given", shortened(given))
    }

    /// The list has no such page.
    pub(super) fn no_page(given: &str, last: u64) -> Self {
        Fault::new(
            StatusCode::BAD_REQUEST,
            "page-error-page",
            "page-error-page-text",
        )
        .arg("given", shortened(given))
        .arg("last", i64::try_from(last).unwrap_or(i64::MAX))
    }

    /// No size that the log had, of which a page as it stood was asked for.
    pub(super) fn no_size(given: &str, most: u64) -> Self {
        Fault::new(
            StatusCode::NOT_FOUND,
            "page-error-size",
            "page-error-size-text",
        )
        .arg("given", shortened(given))
        .arg("most", i64::try_from(most).unwrap_or(i64::MAX))
    }

    /// The page is shown as it is now only.
    pub(super) fn only_now() -> Self {
        let text = "page-error-only-now-text";
        Fault::new(StatusCode::BAD_REQUEST, "page-error-only-now", text).or_now()
    }

    /// The log did not have that entry then.
    pub(super) fn not_yet(index: u64, size: u64) -> Self {
        Fault::new(
            StatusCode::NOT_FOUND,
            "page-error-not-yet",
            "page-error-not-yet-text",
        )
        .arg("index", i64::try_from(index).unwrap_or(i64::MAX))
        .arg("size", i64::try_from(size).unwrap_or(i64::MAX))
    }

    /// A parameter of the address has a value that the list does not know, or is unknown itself; what may stand instead.
    pub(super) fn no_value(
        name: &'static str,
        given: &str,
        instead: impl Iterator<Item = &'static str>,
    ) -> Self {
        let instead: Vec<&str> = instead.collect();
        Fault::new(
            StatusCode::BAD_REQUEST,
            "page-error-value",
            "page-error-value-text",
        )
        .arg("name", name)
        .arg("given", shortened(given))
        .arg("instead", instead.join(", "))
    }

    /// Pages are only read.
    pub(super) fn method() -> Self {
        Fault::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "page-error-405",
            "page-error-405-text",
        )
    }

    /// No reason code of the interface has this name.
    pub(super) fn no_problem(given: &str) -> Self {
        Fault::new(
            StatusCode::NOT_FOUND,
            "page-error-problem",
            "page-error-problem-text",
        )
        .arg("given", shortened(given))
    }

    /// As many searches are in work as the server takes at once.
    pub(super) fn busy() -> Self {
        let mut fault = Fault::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "page-error-busy",
            "page-error-busy-text",
        );
        fault.retry_after = Some(BUSY_SECONDS);
        fault
    }

    /// No search engine answers, and the store cannot find what was asked for.
    pub(super) fn unsearched() -> Self {
        let mut fault = Fault::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "page-error-unsearched",
            "page-search-limited",
        );
        fault.retry_after = Some(BUSY_SECONDS);
        fault
    }

    /// As programs are told of it.
    pub(super) fn problem(&self) -> Problem {
        match self.status {
            StatusCode::SERVICE_UNAVAILABLE => Problem::busy("searches"),
            status if status.is_server_error() => Problem::new(
                status,
                "internal",
                "the server could not read what it needed",
            ),
            status => Problem::new(status, "bad-request", "the request is not understood"),
        }
    }

    pub(super) fn page(self, visit: &Visit) -> Page {
        let mut page = Page::new("error.html", visit.word(self.title))
            .with("status", &self.status.as_u16())
            .with("text", &visit.say(self.text, &self.args))
            .with("search_action", &links::page(visit.lang, "/search", ""))
            .with("q", "")
            .with(
                "instead",
                &self.now.then(|| links::page(visit.lang, &visit.path, "")),
            );
        page.status = self.status;
        page.retry_after = self.retry_after;
        page
    }
}

/// What was read from a store, whose failures the model's are made of.
pub(super) fn kept<T>(result: Result<T, impl Into<ModelError>>) -> Result<T, Fault> {
    result.map_err(|error| error.into().into())
}

/// What a reader typed, short enough to be shown.
pub(super) fn shortened(text: &str) -> String {
    crate::text::shortened(text, 40)
}

/// Failures within go to the operator's log by the one place that maps errors to HTTP.
impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        if problem.status == StatusCode::NOT_FOUND {
            return Fault::nothing();
        }
        let mut fault = Fault::new(problem.status, "page-error-500", "page-error-500-text");
        fault.retry_after = problem.retry_after;
        fault
    }
}

impl From<tera::Error> for Fault {
    fn from(error: tera::Error) -> Self {
        tracing::error!(%error, "a page or file could not be rendered");
        Fault::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "page-error-500",
            "page-error-500-text",
        )
    }
}

impl From<LogError> for Fault {
    fn from(error: LogError) -> Self {
        Problem::from(error).into()
    }
}

impl From<ModelError> for Fault {
    fn from(error: ModelError) -> Self {
        Problem::from(error).into()
    }
}

impl From<SearchError> for Fault {
    fn from(error: SearchError) -> Self {
        Problem::from(error).into()
    }
}
