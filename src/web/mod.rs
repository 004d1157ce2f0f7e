//! HTTP: the table of routes over the log, the model and search.
//!
//! Handlers are thin: they parse, ask, and render. They hold no state of their own, open no files, and never decide
//! what may be published. One place maps errors to HTTP ([`problem`]).

pub mod api;
mod assets;
pub mod desk;
pub mod draws;
pub mod duties;
mod journeys;
mod kept;
pub mod limits;
pub mod links;
pub mod ops;
mod pages;
pub mod problem;
mod render;
pub mod statistics;
mod table;
pub mod tlog;

use crate::intake::Intake;
use crate::log::Log;
use crate::model::Model;
use crate::search::SearchIndex;
use actix_web::error::{InternalError, QueryPayloadError};
use actix_web::middleware::{Compress, DefaultHeaders, from_fn};
use actix_web::{HttpRequest, web};
use limits::{Limits, Searches};
use problem::Problem;
use std::sync::Arc;

/// Everything a handler may ask.
#[derive(Clone)]
pub struct Portal {
    /// The way in, the authorities, and proofs.
    pub intake: Arc<Intake>,
    /// The log itself.
    pub log: Arc<Log>,
    /// Enterprises, lists and counts.
    pub model: Model,
    /// Full-text search.
    pub search: Arc<dyn SearchIndex>,
    /// What is kept of libraries and draws that was dear to make.
    pub draws: Arc<draws::Shelf>,
    /// What is kept of years in figures.
    pub statistics: Arc<statistics::Shelf>,
    /// Who is signed in at the desk.
    pub desk: Arc<desk::Desk>,
    /// Reads the desk's tables.
    pub tables: Arc<dyn desk::Tables>,
    /// Whether every record is invented, so that every page must say so.
    pub synthetic: bool,
    /// The address with which absolute links begin, as [`links::public_url`] has it; `None`: the host that a reader asked for.
    pub public_url: Option<String>,
}

/// The table of routes, with the usual limits.
pub fn configure(portal: Portal) -> impl Fn(&mut web::ServiceConfig) + Clone {
    configure_within(portal, Limits::default())
}

/// A query that is not read, such as one that gives a parameter twice.
fn misread(error: QueryPayloadError, _: &HttpRequest) -> actix_web::Error {
    let problem = Problem::bad_request(error.to_string());
    InternalError::from_response(error, problem.respond()).into()
}

/// The table of routes. Every copy of the answer shares the places for searches.
pub fn configure_within(
    portal: Portal,
    limits: Limits,
) -> impl Fn(&mut web::ServiceConfig) + Clone {
    render::warm_up();
    let log = web::Data::new(portal.log.clone());
    let portal = web::Data::new(portal);
    let metrics = web::Data::new(ops::Metrics::new());
    let searches = web::Data::new(Searches::new(limits.searches));
    let kept = web::Data::new(pages::KeptPages::new(limits.kept_pages));
    let limits = web::Data::new(limits);
    move |config| {
        config
            .app_data(portal.clone())
            .app_data(log.clone())
            .app_data(metrics.clone())
            .app_data(searches.clone())
            .app_data(kept.clone())
            .app_data(limits.clone())
            .app_data(web::QueryConfig::default().error_handler(misread))
            .service(
                web::scope("/log")
                    .wrap(from_fn(ops::observe))
                    .service(web::resource("/policy").get(pages::policy))
                    .configure(tlog::routes)
                    .default_service(web::to(ops::nothing)),
            )
            .service(
                web::scope("/api/v1")
                    .wrap(from_fn(api::conditional::unchanged))
                    // Bytes for programs, some of them about persons: nothing to be found by a search engine.
                    .wrap(DefaultHeaders::new().add(("X-Robots-Tag", "noindex")))
                    .wrap(from_fn(ops::observe))
                    .configure(api::routes),
            )
            .service(
                web::scope("/en")
                    .wrap(Compress::default())
                    .wrap(from_fn(ops::observe))
                    .service(web::resource("").get(|request: HttpRequest| async move {
                        let query = request.query_string();
                        let mark = if query.is_empty() { "" } else { "?" };
                        web::Redirect::to(format!("/en/{mark}{query}")).permanent()
                    }))
                    .configure(pages::routes),
            )
            .service(
                web::scope("")
                    .wrap(Compress::default())
                    .wrap(from_fn(ops::observe))
                    .service(web::resource("/metrics").get(ops::metrics))
                    .service(web::resource("/healthz").get(ops::healthz))
                    .service(web::resource("/readyz").get(ops::readyz))
                    .service(
                        web::resource("/static/{name}")
                            .guard(actix_web::guard::fn_guard(|context| {
                                assets::exists(context.head().uri.path())
                            }))
                            .get(|request: HttpRequest| async move { assets::answer(&request) }),
                    )
                    .configure(pages::site_routes)
                    .configure(pages::routes),
            );
    }
}

/// Serves until SIGTERM or SIGINT; requests in flight are answered before it returns. `ready` gets the address.
pub fn serve(
    portal: Portal,
    listen: &str,
    ready: impl FnOnce(std::net::SocketAddr),
) -> std::io::Result<()> {
    serve_within(portal, listen, Limits::default(), ready)
}

/// The same, with other limits than the usual ones.
pub fn serve_within(
    portal: Portal,
    listen: &str,
    limits: Limits,
    ready: impl FnOnce(std::net::SocketAddr),
) -> std::io::Result<()> {
    let search = portal.search.clone();
    std::thread::spawn(move || crate::search::warm_up(search.as_ref()));
    let configure = configure_within(portal, limits);
    actix_web::rt::System::new().block_on(async move {
        let server =
            actix_web::HttpServer::new(move || actix_web::App::new().configure(configure.clone()))
                .shutdown_timeout(30)
                .client_request_timeout(limits.head)
                // A compressed page leaves in two writes; without this the second waits 40 ms for the reader's acknowledgement.
                .tcp_nodelay(true)
                .backlog(4096)
                .bind(listen)?;
        if let Some(address) = server.addrs().first() {
            ready(*address);
        }
        server.run().await
    })
}
