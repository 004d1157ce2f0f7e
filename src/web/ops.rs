//! What the operator watches: counters, whether the process lives, whether it is ready; and what every answer carries.
//!
//! Its words are for operators and their tools, in English, like the process's own log.

use super::Portal;
use super::limits::Arrival;
use super::pages::KeptPages;
use super::problem::Problem;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, web};
use prometheus::{
    Encoder as _, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry,
    TextEncoder,
};
use std::time::Instant;

/// The portal is not ready while the model or search is further behind the log than so many entries.
pub const MAX_LAG: u64 = 50_000;

/// Storage that does not answer for so long is not ready.
const MAX_WAIT: std::time::Duration = std::time::Duration::from_secs(5);

/// Only our own style sheet and mark, no script, no frame; `data:` for pictures that pages may hold themselves.
const CSP: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The counters of one server.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    log_size: IntGauge,
    queued: IntGauge,
    model_cursor: IntGauge,
    search_cursor: IntGauge,
    search_up: IntGauge,
    unreferenced: IntGauge,
    erasures: IntGauge,
    undecided: IntGauge,
    kept_bytes: IntGauge,
    kept_used: IntCounter,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// New counters, all zero.
    pub fn new() -> Self {
        const VALID: &str = "names and labels are written here and valid";
        let registry = Registry::new();
        let gauge = |name: &str, help: &str| {
            let gauge = IntGauge::new(name, help).expect(VALID);
            registry.register(Box::new(gauge.clone())).expect(VALID);
            gauge
        };
        let requests = IntCounterVec::new(
            Opts::new("gongshi_http_requests_total", "HTTP requests answered"),
            &["route", "method", "status"],
        )
        .expect(VALID);
        let seconds = HistogramVec::new(
            HistogramOpts::new(
                "gongshi_http_request_duration_seconds",
                "Time until the answer's head was ready",
            )
            .buckets(vec![
                0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0,
            ]),
            &["route"],
        )
        .expect(VALID);
        let kept_used = IntCounter::new(
            "gongshi_kept_pages_used_total",
            "Pages of enterprises answered as they were kept",
        )
        .expect(VALID);
        registry.register(Box::new(requests.clone())).expect(VALID);
        registry.register(Box::new(kept_used.clone())).expect(VALID);
        registry.register(Box::new(seconds.clone())).expect(VALID);
        Metrics {
            log_size: gauge(
                "gongshi_log_entries",
                "Entries under the published checkpoint",
            ),
            queued: gauge("gongshi_log_queued", "Entries waiting to be appended"),
            model_cursor: gauge("gongshi_model_cursor", "Entries folded into the read model"),
            search_cursor: gauge("gongshi_search_cursor", "Entries in the search index"),
            search_up: gauge("gongshi_search_up", "Whether the search engine answers"),
            unreferenced: gauge(
                "gongshi_files_unreferenced_bytes",
                "Bytes of files that no record names yet",
            ),
            erasures: gauge(
                "gongshi_erasures_unfinished",
                "Erasures in the log whose bytes are not destroyed yet",
            ),
            undecided: gauge(
                "gongshi_records_undecided",
                "Public records that no rule ends and whose authority has to decide",
            ),
            kept_bytes: gauge(
                "gongshi_kept_pages_bytes",
                "Bytes of enterprises' pages that are kept as they were made",
            ),
            kept_used,
            registry,
            requests,
            seconds,
        }
    }

    fn count(&self, route: &str, method: &Method, status: StatusCode, seconds: f64) {
        // Methods are the client's words: only known ones become labels.
        let method = match *method {
            Method::GET => "GET",
            Method::HEAD => "HEAD",
            Method::POST => "POST",
            Method::PUT => "PUT",
            _ => "other",
        };
        self.requests
            .with_label_values(&[route, method, status.as_str()])
            .inc();
        self.seconds.with_label_values(&[route]).observe(seconds);
    }

    fn text(&self, portal: &Portal, kept: &KeptPages) -> String {
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        self.log_size.set(number(portal.log.published().size()));
        self.queued.set(number(portal.log.queued() as u64));
        // A gauge that cannot be read keeps its last value; /readyz says why.
        if let Ok(cursor) = portal.model.cursor() {
            self.model_cursor.set(number(cursor));
        }
        self.search_cursor.set(number(portal.search.searchable()));
        self.search_up.set(portal.search.trouble().is_none().into());
        let unreferenced = portal.intake.files().unreferenced_bytes();
        self.unreferenced.set(number(unreferenced));
        if let Ok(unfinished) = portal.intake.standing().unfinished() {
            self.erasures.set(number(unfinished.len() as u64));
        }
        if let Ok(undecided) = portal.model.undecided() {
            self.undecided.set(number(undecided));
        }
        self.kept_bytes.set(number(kept.bytes() as u64));
        self.kept_used
            .inc_by(kept.used().saturating_sub(self.kept_used.get()));
        let mut text = Vec::new();
        match TextEncoder::new().encode(&self.registry.gather(), &mut text) {
            Ok(()) => String::from_utf8_lossy(&text).into_owned(),
            Err(error) => format!("# {error}\n"),
        }
    }
}

/// Methods of what is only read, of events, which are only written, and of files.
const READ: &str = "GET, HEAD, OPTIONS";
const WRITTEN: &str = "POST, OPTIONS";
const FILE: &str = "GET, HEAD, PUT, OPTIONS";

/// Around every route: HEAD is answered by what answers GET (the server leaves the body out), OPTIONS and wrong methods
/// by the methods there are, problems in the language asked for; requests are counted, and every answer carries the
/// security headers.
pub async fn observe<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let start = Instant::now();
    let method = request.method().clone();
    let metrics = request.app_data::<web::Data<Metrics>>().cloned();
    if method == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let arrival = Arrival::watch(&mut request);
    let mut response = next.call(request).await?;
    let late = arrival.as_ref().and_then(Arrival::late);
    let mut response = match instead(&method, late, &mut response) {
        Some(other) => response.into_response(other),
        None => response.map_into_boxed_body(),
    };
    if let Some(arrival) = arrival {
        response = response.map_body(|_, body| arrival.until_answered(body));
    }
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, CSP);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    if let Some(metrics) = metrics {
        let pattern = response.request().match_pattern();
        let route = match pattern.as_deref() {
            None | Some("") => "unmatched",
            Some(pattern) => pattern,
        };
        metrics.count(
            route,
            &method,
            response.status(),
            start.elapsed().as_secs_f64(),
        );
    }
    Ok(response)
}

/// What answers in the place of a route's answer, where that is not yet as it should be.
fn instead<B: MessageBody>(
    method: &Method,
    late: Option<Problem>,
    response: &mut ServiceResponse<B>,
) -> Option<HttpResponse> {
    let request = response.request().clone();
    if let Some(problem) = late
        && response.status() == StatusCode::BAD_REQUEST
    {
        return Some(problem.respond_to(&request));
    }
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return super::problem::localised(&request, response.response_mut());
    }
    let methods = response.headers().get(header::ALLOW);
    let methods = methods.and_then(|methods| methods.to_str().ok());
    let allow = match methods.unwrap_or_default() {
        "POST" => WRITTEN,
        methods if methods.contains("PUT") => FILE,
        _ => READ,
    };
    if *method == Method::OPTIONS {
        let mut answer = HttpResponse::NoContent();
        return Some(answer.insert_header((header::ALLOW, allow)).finish());
    }
    let detail = format!("this address has other methods: {allow}");
    if request.path().starts_with("/api/") {
        let mut problem =
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail);
        problem.allow = allow;
        return Some(problem.respond_to(&request));
    }
    if matches!(
        response.response().body().size(),
        BodySize::None | BodySize::Sized(0)
    ) {
        let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, format!("{detail}\n"));
        let headers = answer.headers_mut();
        headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        return Some(answer);
    }
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, HeaderValue::from_static(allow));
    None
}

/// Nothing is at an address of the log's own tree.
pub(super) async fn nothing() -> HttpResponse {
    text(
        StatusCode::NOT_FOUND,
        "there is nothing at this address\n".to_owned(),
    )
}

fn text(status: StatusCode, body: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(body)
}

/// `/metrics`, Prometheus text format.
#[utoipa::path(
    get, path = "/metrics", operation_id = "metrics", tag = "operation",
    responses((status = 200, description = "Prometheus text format", content_type = "text/plain", body = String)),
)]
pub async fn metrics(
    portal: web::Data<Portal>,
    metrics: web::Data<Metrics>,
    kept: web::Data<KeptPages>,
) -> HttpResponse {
    text(StatusCode::OK, metrics.text(&portal, &kept))
}

/// `/healthz`: the process answers.
#[utoipa::path(
    get, path = "/healthz", operation_id = "healthz", tag = "operation",
    responses((status = 200, description = "The process answers", content_type = "text/plain", body = String)),
)]
pub async fn healthz() -> HttpResponse {
    text(StatusCode::OK, "ok\n".to_owned())
}

/// `/readyz`: the log can be read and tries to append, every database can be written, and model and search follow closely; else 503 with every reason on its
/// line. A search engine that does not answer is told, and no reason: the portal answers without it.
#[utoipa::path(
    get, path = "/readyz", operation_id = "readyz", tag = "operation",
    responses((status = 200, description = "Everything follows", content_type = "text/plain", body = String), (status = 503, description = "Every reason on its line", content_type = "text/plain", body = String)),
)]
pub async fn readyz(portal: web::Data<Portal>) -> HttpResponse {
    let trouble = portal.search.trouble();
    let reasons = if let Some(reason) = portal.log.stopped() {
        // Said without asking the storage, which may not answer any more.
        vec![format!("log: it does not append: {reason}")]
    } else {
        let asked = web::block(move || not_ready(&portal));
        match tokio::time::timeout(MAX_WAIT, asked).await {
            Ok(Ok(reasons)) => reasons,
            Ok(Err(_)) => vec!["the server is shutting down".to_owned()],
            Err(_) => {
                vec!["the storage does not answer; if it stays so, restart the server".to_owned()]
            }
        }
    };
    if reasons.is_empty() {
        // Pages, proofs and records need no search engine.
        let told = trouble.map_or(String::new(), |reason| format!("search: {reason}\n"));
        return text(StatusCode::OK, format!("ready\n{told}"));
    }
    text(
        StatusCode::SERVICE_UNAVAILABLE,
        format!("not ready\n{}\n", reasons.join("\n")),
    )
}

fn not_ready(portal: &Portal) -> Vec<String> {
    let size = portal.log.published().size();
    let mut reasons = Vec::new();
    if size > 0
        && let Err(error) = portal.log.entry(size - 1)
    {
        reasons.push(format!("log: {error}"));
    }
    if let Err(error) = portal.log.ensure_space() {
        reasons.push(format!("log: it does not append: {error}"));
    }
    if let Some(reason) = portal.intake.failure() {
        reasons.push(format!("intake: {reason}"));
    }
    // What such a database still answers may be old, and records whose pages it has let go of cannot be read.
    let failures = portal.log.storage().failures().into_iter();
    reasons.extend(failures.map(|failure| format!("storage: {failure}; restart the server")));
    let model = portal.model.cursor().map_err(|error| error.to_string());
    reasons.extend(behind("model", model, size));
    if portal.search.trouble().is_none() {
        reasons.extend(behind("search", Ok(portal.search.searchable()), size));
    }
    reasons
}

fn behind(what: &str, cursor: Result<u64, String>, size: u64) -> Option<String> {
    match cursor {
        Err(error) => Some(format!("{what}: {error}")),
        Ok(cursor) => {
            let lag = size.saturating_sub(cursor);
            (lag > MAX_LAG)
                .then(|| format!("{what}: {lag} entries behind, at most {MAX_LAG} are accepted"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lag_is_judged() {
        assert_eq!(behind("model", Ok(10), MAX_LAG + 10), None);
        let reason = behind("model", Ok(9), MAX_LAG + 10).unwrap();
        assert!(reason.contains("50001 entries behind"), "{reason}");
        assert!(behind("search", Err("gone".to_owned()), 0).is_some());
        assert_eq!(behind("search", Ok(7), 0), None);
    }
}
