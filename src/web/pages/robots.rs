//! What search engines are told: where not to go, and from which pages everything else is reached.
//!
//! Pages that name natural persons say themselves that they are not to be kept; a crawler has to be let in to read that.

use super::fault::Fault;
use super::{Draft, Link, Visit};
use crate::text::Lang;
use crate::web::problem::internal;
use crate::web::{links, render};
use actix_web::HttpResponse;
use tera::Context;

/// Plans in the map: the newest.
const PLANS: usize = 1000;
/// Pages that are always there.
const PAGES: [&str; 19] = [
    "/",
    "/search",
    "/list/abnormal",
    "/list/serious",
    "/double",
    "/plans",
    "/check",
    "/fairness",
    "/bulletins",
    "/promises",
    "/repair",
    "/rules",
    "/duties",
    "/verify",
    "/log-state",
    "/help",
    "/developers",
    "/accessibility",
    "/statistics",
];
/// What is no page, or has an address for everything that may be typed.
const CLOSED: [&str; 7] = [
    "/api/",
    "/log/",
    "/search?",
    "/search.",
    "/suggest",
    "/receipts/",
    // Every page has another one for each size of the log.
    "/*?as_of=",
];

/// Answers `/robots.txt`.
pub(super) async fn robots(visit: Visit) -> HttpResponse {
    visit
        .file(|visit, etag| {
            let mut text = "User-agent: *\n".to_owned();
            for lang in Lang::ALL {
                // Programs ask one address, whatever the language.
                let own = |path: &&&str| *lang == Lang::Zh || !matches!(**path, "/api/" | "/log/");
                for path in CLOSED.iter().filter(own) {
                    text += &format!("Disallow: {}\n", links::page(*lang, path, ""));
                }
            }
            if let Some(site) = &visit.site {
                text += &format!("\nSitemap: {site}/sitemap.xml\n");
            }
            Ok(Draft::file("text/plain; charset=utf-8", visit, etag, text))
        })
        .await
}

/// Answers `/sitemap.xml`: every page that leads on, in both languages.
pub(super) async fn sitemap(visit: Visit) -> HttpResponse {
    visit
        .file(|visit, etag| {
            let site = visit.site.as_deref().ok_or_else(Fault::nothing)?;
            let mut context = Context::new();
            context.insert("site", site);
            context.insert("pages", &pages(visit)?);
            let map = render::render("sitemap.xml", &context)?;
            Ok(Draft::file(
                "application/xml; charset=utf-8",
                visit,
                etag,
                map,
            ))
        })
        .await
}

/// Each page in each language.
fn pages(visit: &Visit) -> Result<Vec<Vec<Link>>, Fault> {
    let portal = &visit.portal;
    let mut paths: Vec<String> = PAGES.map(str::to_owned).to_vec();
    let counts = portal.model.counts()?;
    paths.extend(counts.keys().map(|kind| links::list(Lang::Zh, *kind)));
    let registry = portal.intake.registry();
    let authorities = registry.authorities();
    paths.extend(authorities.map(|one| links::authority(Lang::Zh, one.id.as_str())));
    let plans = portal.intake.docket().plans(None, PLANS);
    let plans = plans.map_err(|error| internal(&error))?;
    paths.extend(plans.iter().map(|key| links::plan(Lang::Zh, key.as_str())));
    let each = |path: &String| {
        let of = |lang: &Lang| Link {
            text: lang.tag().to_owned(),
            href: links::page(*lang, path, ""),
        };
        Lang::ALL.iter().map(of).collect()
    };
    Ok(paths.iter().map(each).collect())
}
