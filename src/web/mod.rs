//! HTTP: the table of routes over the log, the model and search.
//!
//! Handlers are thin: they parse, ask, and render. They hold no state of their own, open no files, and never decide
//! what may be published. One place maps errors to HTTP ([`problem`]).

pub mod api;
pub mod problem;
pub mod tlog;

use crate::intake::Intake;
use crate::log::Log;
use crate::model::Model;
use crate::search::SearchIndex;
use actix_web::web;
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
    /// Whether every record is invented, so that every page must say so.
    pub synthetic: bool,
}

/// The table of routes.
pub fn configure(portal: Portal) -> impl Fn(&mut web::ServiceConfig) + Clone {
    let log = web::Data::new(portal.log.clone());
    let portal = web::Data::new(portal);
    move |config| {
        config
            .app_data(portal.clone())
            .app_data(log.clone())
            .service(web::scope("/log").configure(tlog::routes))
            .service(web::scope("/api/v1").configure(api::routes));
    }
}

/// Serves until SIGTERM or SIGINT; requests in flight are answered before it returns. `ready` gets the address.
pub fn serve(
    portal: Portal,
    listen: &str,
    ready: impl FnOnce(std::net::SocketAddr),
) -> std::io::Result<()> {
    let configure = configure(portal);
    actix_web::rt::System::new().block_on(async move {
        let server =
            actix_web::HttpServer::new(move || actix_web::App::new().configure(configure.clone()))
                .shutdown_timeout(30)
                .client_request_timeout(std::time::Duration::from_secs(15))
                .backlog(4096)
                .bind(listen)?;
        if let Some(address) = server.addrs().first() {
            ready(*address);
        }
        server.run().await
    })
}
