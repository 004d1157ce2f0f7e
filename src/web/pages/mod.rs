//! The pages people read: one module per page, each a function from a visit to what its template needs.
//!
//! A page asks the model and search what there is, and the log whether it is still public, before it shows a record. It
//! decides nothing and writes nothing.

mod as_of;
mod authority;
mod brief;
mod bulletins;
mod caching;
mod corrections;
mod desk;
mod developers;
mod double;
mod draft;
mod draws;
mod duties;
mod ended;
mod enterprise;
pub(super) mod export;
mod fault;
mod feeds;
mod fields;
mod follows;
mod help;
mod home;
mod journeys;
mod kept;
mod lists;
mod log_state;
mod pager;
mod problems;
mod record;
mod record_feeds;
mod robots;
mod rules;
pub(super) mod search;
mod statistics;
mod streamed;
mod summary;
mod verify;

use super::Portal;
use super::api::conditional;
use super::limits::{Limits, Searches};
use super::links;
use super::{assets, render};
use crate::domain::dates::day_in_china;
use crate::text::{Arg, Catalogue, Lang};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, HOST, HeaderName, IF_NONE_MATCH,
    LOCATION, RETRY_AFTER,
};
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use as_of::AsOf;
use draft::Draft;
use fault::Fault;
use jiff::civil::Date;
pub use kept::KeptPages;
use kept::Moving;
use pager::Pager;
use serde::Serialize;
use std::cell::Cell;
use std::future::{Ready, ready};
use tera::Context;

/// Registers the pages of one language, and what answers an unknown path.
pub fn routes(config: &mut web::ServiceConfig) {
    fn page<F, R>(path: &str, build: F) -> actix_web::Resource
    where
        F: Fn(&Visit) -> R + Copy + Send + 'static,
        R: Into<Answer>,
    {
        web::resource(path)
            .get(move |visit: Visit| visit.show(move |visit| build(visit).into()))
            .default_service(web::to(|visit: Visit| visit.only_read()))
    }
    fn dated<F, R>(path: &str, build: F) -> actix_web::Resource
    where
        F: Fn(&Visit) -> R + Copy + Send + 'static,
        R: Into<Answer>,
    {
        web::resource(path)
            .get(move |visit: Visit| visit.show_dated(build))
            .default_service(web::to(|visit: Visit| visit.only_read()))
    }
    fn feed(path: &str, of: record_feeds::Of) -> actix_web::Resource {
        web::resource(path)
            .get(move |visit: Visit| record_feeds::answer(visit, of))
            .default_service(web::to(|visit: Visit| visit.only_read()))
    }
    // A plan's key has three members.
    let plan = |of: &str, rest: &str| format!("/{of}/{{key:[^/]+/[^/]+/[^/]+}}{rest}");
    config
        .service(page("/", home::page))
        .service(
            web::resource("/search")
                .get(|visit: Visit| visit.search())
                .default_service(web::to(|visit: Visit| visit.only_read())),
        )
        .service(
            web::resource("/search.json")
                .wrap(from_fn(conditional::unchanged))
                .get(search::twins::json),
        )
        .service(web::resource("/search.csv").get(search::twins::csv))
        .service(web::resource("/search.{part:atom}").get(search::twins::atom))
        .service(
            web::resource("/suggest")
                .wrap(from_fn(conditional::unchanged))
                .get(search::suggest::get),
        )
        .service(feed(
            "/enterprise/{key}.{part:atom}",
            record_feeds::Of::Enterprise,
        ))
        .service(
            web::resource("/enterprise/{key}")
                .get(|visit: Visit| visit.keep(enterprise::page))
                .default_service(web::to(|visit: Visit| visit.only_read())),
        )
        .service(dated("/record/{key}", record::page))
        .service(page("/authority/{key}", authority::page))
        .service(page("/duties", duties::all))
        .service(page("/authorities/{key}/duties", duties::page))
        .service(
            web::resource("/authorities/{key}/duties.{part:atom|ics}")
                .get(duties::feed::get)
                .default_service(web::to(|visit: Visit| visit.only_read())),
        )
        .service(feed("/list/{key}.{part:atom}", record_feeds::Of::List))
        .service(dated("/list/abnormal", lists::abnormal))
        .service(dated("/list/serious", lists::serious))
        .service(dated("/list/{key}", lists::kind))
        .service(page("/log-state", log_state::page))
        .service(page("/rules", rules::page))
        .service(page("/rules/{key}", rules::file))
        .service(page("/receipts", journeys::receipt::form))
        .service(page("/receipts/{key}", journeys::receipt::page))
        .service(page("/receipts/{key}/print", journeys::receipt::slip))
        .service(page("/repair", journeys::guide::page))
        .service(page("/promises", journeys::promises::page))
        .service(page("/plans", draws::list::page))
        .service(page(&plan("plans", "/tasks/{part}"), draws::tasks::page))
        .service(page(&plan("plans", ""), draws::plan::page))
        .service(page(&plan("draws", "/target"), draws::target::page))
        .service(page(&plan("draws", "/target/{part}"), draws::target::page))
        .service(page(&plan("draws", ""), draws::draw::page))
        .service(page("/check", draws::check::page))
        .service(page("/fairness", draws::fairness::page))
        .service(page("/double", double::page))
        .service(page("/statistics", statistics::overview))
        .service(page("/statistics/{key}", statistics::indicator))
        .service(page("/developers", developers::page))
        .service(page("/bulletins", bulletins::page))
        .service(page("/bulletins/draft", bulletins::draft))
        .service(
            web::resource("/bulletins/draft.{part:docx|json}")
                .get(bulletins::files::get)
                .default_service(web::to(|visit: Visit| visit.only_read())),
        )
        .service(page("/help", help::page))
        .service(page("/accessibility", help::accessibility))
        .service(page("/desk", desk::page))
        .service(page("/verify", verify::page))
        .service(web::resource("/verify.html").get(verify::alone))
        .service(page("/problems/{key}", problems::page))
        .default_service(web::to(|visit: Visit| visit.fault(Fault::nothing())));
}

/// What is of the whole site, not of a language.
pub fn site_routes(config: &mut web::ServiceConfig) {
    let only = || web::to(|visit: Visit| visit.only_read());
    let robots = web::resource("/robots.txt").get(robots::robots);
    let sitemap = web::resource("/sitemap.xml").get(robots::sitemap);
    config
        .service(robots.default_service(only()))
        .service(sitemap.default_service(only()));
}

/// The policy file that the offline command reads: this log, and that no witness is asked for.
#[utoipa::path(
    get, path = "/log/policy", operation_id = "policy", tag = "tiles",
    responses((status = 200, description = "The policy file for `gongshi-verify` (C2SP tlog-policy)", content_type = "text/plain", body = String)),
)]
pub async fn policy(portal: web::Data<Portal>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((
            "Content-Disposition",
            format!("attachment; filename=\"{POLICY_FILE}\""),
        ))
        .body(policy_of(&portal))
}

fn policy_of(portal: &Portal) -> String {
    format!("log {}\nquorum none\n", portal.log.verifier())
}

/// Name under which the policy is saved.
const POLICY_FILE: &str = "gongshi.policy";

/// Says to search engines what the page's own `robots` says.
const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

/// Longest path and query, in bytes, that the links to the other language keep.
const MAX_ADDRESS: usize = 4096;

/// What a page knows of its request.
#[derive(Clone)]
pub(super) struct Visit {
    portal: web::Data<Portal>,
    lang: Lang,
    /// Path without the language's prefix.
    path: String,
    query: String,
    /// The variable part of the path, decoded; empty where there is none.
    key: String,
    /// What stands behind a plan's key in the path, decoded; empty where nothing does.
    part: String,
    /// Scheme and host with which absolute links begin: the portal's own, else those for which the reader asked, where they can stand in a link.
    site: Option<String>,
    if_none_match: Option<Vec<u8>>,
    /// The time by the log's clock, in seconds since 1970.
    now: i64,
    /// The day in Beijing then; on a page as it stood, that of the last entry it takes in.
    today: Date,
    /// As how much of the log has it the page is shown; `None`: all of it.
    as_of: Option<AsOf>,
    /// Whether the page names a natural person.
    person: Cell<bool>,
    searches: web::Data<Searches>,
    kept: web::Data<KeptPages>,
    /// Whether marks are to stand where a page says what changes without it.
    marking: Cell<bool>,
    /// The limits that hold.
    limits: web::Data<Limits>,
}

impl FromRequest for Visit {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let portal = request
            .app_data::<web::Data<Portal>>()
            .expect("pages are registered together with the portal")
            .clone();
        let (lang, path) = links::split(request.path());
        let header = request.headers().get(IF_NONE_MATCH);
        let searches = request
            .app_data::<web::Data<Searches>>()
            .expect("pages are registered together with the places of searches")
            .clone();
        let kept = request
            .app_data::<web::Data<KeptPages>>()
            .expect("pages are registered together with what is kept of them")
            .clone();
        let limits = request.app_data::<web::Data<Limits>>();
        let limits = limits
            .cloned()
            .unwrap_or_else(|| web::Data::new(Limits::default()));
        let now = portal.intake.clock().now().unix();
        let matched = |name| {
            let info = request.match_info();
            info.get(name).unwrap_or_default().to_owned()
        };
        // Not what else a request says of the way it came: a proxy that does not know those headers lets readers make them up.
        let site = portal.public_url.clone().or_else(|| {
            let host = request.headers().get(HOST)?.to_str().ok()?;
            links::asked(host)
        });
        ready(Ok(Visit {
            portal,
            lang,
            path: path.to_owned(),
            query: request.query_string().to_owned(),
            key: matched("key"),
            part: matched("part"),
            site,
            if_none_match: header.map(|value| value.as_bytes().to_vec()),
            now,
            today: day_in_china(now),
            as_of: None,
            person: Cell::new(false),
            searches,
            kept,
            marking: Cell::new(false),
            limits,
        }))
    }
}

/// What a page turned out to be.
enum Answer {
    /// A page.
    Page(Box<Page>),
    /// Elsewhere.
    Redirect(String),
    /// An error, shown as a page.
    Fault(Fault),
}

impl From<Fault> for Answer {
    fn from(fault: Fault) -> Self {
        Answer::Fault(fault)
    }
}

impl From<Result<Answer, Fault>> for Answer {
    fn from(result: Result<Answer, Fault>) -> Self {
        result.unwrap_or_else(Answer::Fault)
    }
}

/// A page to be rendered.
struct Page {
    status: StatusCode,
    template: &'static str,
    title: String,
    /// Whether search engines may keep it.
    indexable: bool,
    /// When to ask again, in seconds, where that helps.
    retry_after: Option<u64>,
    /// Pages above this one.
    above: Vec<Link>,
    context: Context,
}

/// A link with its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Link {
    text: String,
    href: String,
}

impl Page {
    fn new(template: &'static str, title: String) -> Self {
        Page {
            status: StatusCode::OK,
            template,
            title,
            indexable: true,
            retry_after: None,
            above: Vec::new(),
            context: Context::new(),
        }
    }

    fn with<T: Serialize + ?Sized>(mut self, name: &'static str, value: &T) -> Self {
        self.context.insert(name, value);
        self
    }

    fn above(mut self, link: Link) -> Self {
        self.above.push(link);
        self
    }

    fn done(self) -> Result<Answer, Fault> {
        Ok(Answer::Page(Box::new(self)))
    }
}

impl Visit {
    /// A message without arguments.
    fn word(&self, key: &str) -> String {
        self.say(key, &[])
    }

    /// A message.
    fn say(&self, key: &str, args: &[(&str, Arg)]) -> String {
        Catalogue::built_in().get(self.lang, key, args)
    }

    /// Notes that the page names a natural person: search engines are asked to leave it out.
    fn note_person(&self) {
        self.person.set(true);
    }

    fn link(&self, key: &str, path: &str) -> Link {
        Link {
            text: self.word(key),
            href: links::page(self.lang, path, ""),
        }
    }

    /// The last value of a query parameter, trimmed.
    fn parameter(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.query.as_bytes())
            .filter(|(given, _)| given == name)
            .map(|(_, value)| value.trim().to_owned())
            .last()
    }

    /// The answer to another method than reading.
    async fn only_read(self) -> HttpResponse {
        self.fault(Fault::method()).await
    }

    /// An error, whatever else the address asks for.
    async fn fault(self, fault: Fault) -> HttpResponse {
        self.file(move |_, _| Err(fault)).await
    }

    /// A search, where there is a place for one more. What finds none is told at once: searches that pile up would hold
    /// the threads that every other page needs, until nobody waits for their answers any more.
    async fn search(self) -> HttpResponse {
        match self.searches.begin() {
            Some(place) => {
                self.show(move |visit| {
                    let _place = place;
                    search::page(visit).into()
                })
                .await
            }
            None => self.respond(Fault::busy().into(), "").finish(),
        }
    }

    /// Builds and renders the page on a thread that may wait for storage.
    async fn show(self, build: impl FnOnce(&Visit) -> Answer + Send + 'static) -> HttpResponse {
        self.file(move |visit, etag| match visit.asked_size() {
            // The page of now under an address that promises another would be taken for that.
            Some(_) => Err(Fault::only_now()),
            None => Ok(visit.respond(build(visit), etag)),
        })
        .await
    }

    fn respond(&self, answer: Answer, etag: &str) -> Draft {
        let page = match answer {
            Answer::Redirect(location) => {
                return Draft {
                    status: StatusCode::FOUND,
                    headers: vec![(LOCATION, location), (CACHE_CONTROL, "no-cache".to_owned())],
                    body: Vec::new(),
                };
            }
            Answer::Fault(fault) => fault.page(self),
            Answer::Page(page) => *page,
        };
        let status = page.status;
        let indexable = status == StatusCode::OK
            && page.indexable
            && !self.person.get()
            && self.as_of.is_none();
        let mut headers = vec![
            (CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
            (CONTENT_LANGUAGE, self.lang.tag().to_owned()),
        ];
        if status == StatusCode::OK {
            headers.push((CACHE_CONTROL, self.caching().to_owned()));
            headers.push((ETAG, etag.to_owned()));
        } else {
            headers.push((CACHE_CONTROL, "no-store".to_owned()));
        }
        if status == StatusCode::METHOD_NOT_ALLOWED {
            headers.push((ALLOW, "GET, HEAD".to_owned()));
        }
        if !indexable {
            headers.push((X_ROBOTS_TAG, "noindex".to_owned()));
        }
        if let Some(seconds) = page.retry_after {
            headers.push((RETRY_AFTER, seconds.to_string()));
        }
        let template = page.template;
        let context = self.context(page, indexable);
        match context.and_then(|context| Ok(render::render(template, &context)?)) {
            Ok(body) => Draft {
                status,
                headers,
                body: body.into_bytes(),
            },
            Err(_) => Draft::plain(StatusCode::INTERNAL_SERVER_ERROR, self.lang),
        }
    }

    /// The page's own context and what every page has.
    fn context(&self, page: Page, indexable: bool) -> Result<Context, Fault> {
        let other = match self.lang {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        };
        // Only an attack has an address so long; repeated in every link it would make a page of a megabyte.
        let (path, query) = match self.path.len() + self.query.len() {
            0..=MAX_ADDRESS => (self.path.as_str(), self.query.as_str()),
            _ if self.path.len() <= MAX_ADDRESS => (self.path.as_str(), ""),
            _ => ("/", ""),
        };
        let alternates: Vec<Link> = Lang::ALL
            .iter()
            .map(|lang| Link {
                text: lang.tag().to_owned(),
                href: links::page(*lang, path, query),
            })
            .collect();
        let mut context = page.context;
        let portal = &self.portal;
        context.insert("lang", self.lang.tag());
        context.insert("base", links::prefix(self.lang));
        context.insert("home", &links::page(self.lang, "/", ""));
        context.insert("path", &self.path);
        // A record that has left is not shown as it stood either.
        let then = self.as_of.as_ref();
        let then = then.filter(|_| page.status != StatusCode::GONE);
        let title = match then {
            Some(then) => self.dated(page.title, then.size),
            None => page.title,
        };
        context.insert("title", &title);
        context.insert("then", &then);
        if let Some(then) = then {
            context.insert("canonical", &then.now);
        }
        context.insert("above", &page.above);
        context.insert("other_lang", other.tag());
        context.insert("other_href", &links::page(other, path, query));
        context.insert("alternates", &alternates);
        context.insert("site", &portal.public_url);
        context.insert("here", &links::page(self.lang, path, query));
        context.insert("indexable", &indexable);
        // Between two sentences, or a sentence and a link: full-width punctuation brings its own space.
        let gap = match self.lang {
            Lang::Zh => "",
            Lang::En => " ",
        };
        context.insert("gap", gap);
        context.insert("style", assets::style());
        context.insert("mark", assets::mark());
        context.insert("draw_one", assets::draw_one());
        context.insert("draw_all", assets::draw_all());
        context.insert("countdown", assets::countdown());
        context.insert("suggest", assets::suggest());
        context.insert("verify_page", assets::verify_page());
        context.insert("size", &portal.log.published().size());
        context.insert("entries", &self.moving(Moving::Entries)?);
        context.insert("origin", portal.log.origin().as_str());
        context.insert("synthetic", &portal.synthetic);
        context.insert("now_iso", &self.moving(Moving::NowIso)?);
        context.insert("now_text", &self.moving(Moving::NowText)?);
        context.insert("simulated", &portal.intake.clock().simulated());
        Ok(context)
    }
}
