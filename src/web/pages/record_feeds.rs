//! Records as Atom feeds (RFC 4287): of a search, of a list, of an enterprise.
//!
//! Feeds are kept by others, who cannot be made to forget: of what may be about a natural person only its kind and index go out, and nothing that a
//! record says besides its name or number. Lists and enterprises are read from the model, so that they go on while no search engine answers.

use super::brief::Brief;
use super::fault::Fault;
use super::feeds::{generator, moment, uuid};
use super::summary::Loaded;
use super::{Draft, Visit};
use crate::domain::{Kind, Uscc};
use crate::web::links;
use actix_web::HttpResponse;
use atom_syndication::{Category, Entry, Feed, Person, Text};

/// Records of a feed: the newest.
pub(super) const FED: usize = 50;
pub(super) const MEDIA: &str = "application/atom+xml; charset=utf-8";

/// Whose records a path asks for.
#[derive(Clone, Copy)]
pub(super) enum Of {
    /// `/enterprise/<code>.atom`.
    Enterprise,
    /// `/list/<kind>.atom`; those of the two lists have who was put on them.
    List,
}

/// A feed but for its entries.
pub(super) struct RecordFeed<'a> {
    /// What it is of, for an id that lasts.
    pub(super) id: [&'a str; 2],
    pub(super) title: String,
    pub(super) own: &'a str,
    pub(super) page: String,
}

pub(super) async fn answer(visit: Visit, of: Of) -> HttpResponse {
    visit
        .file(move |visit, etag| {
            let body = match of {
                Of::Enterprise => enterprise(visit),
                Of::List => list(visit),
            };
            Ok(Draft::file(MEDIA, visit, etag, body?))
        })
        .await
}

fn enterprise(visit: &Visit) -> Result<String, Fault> {
    let model = &visit.portal.model;
    let known = match Uscc::parse(&visit.key) {
        Ok(code) => model.enterprise(code.as_str())?,
        Err(_) => None,
    };
    let Some(known) = known else {
        return Err(Fault::nothing());
    };
    let records = public(visit, model.enterprise_records(&known.uscc, 0, FED)?)?;
    let page = links::enterprise(visit.lang, &known.uscc);
    let own = links::feed(&page);
    let feed = RecordFeed {
        id: ["enterprise", &known.uscc],
        // As an entry's: a person's name does not go out, and a code is on the page already.
        title: visit.say(
            "page-feed-enterprise",
            &[("code", known.uscc.as_str().into())],
        ),
        own: &own,
        page,
    };
    Ok(feed.of(visit, &records))
}

fn list(visit: &Visit) -> Result<String, Fault> {
    let (kinds, title): (Vec<Kind>, String) = match visit.key.as_str() {
        "abnormal" => (
            vec![Kind::AbnormalListing, Kind::IndividualMark],
            visit.word("page-listed-abnormal"),
        ),
        "serious" => (
            vec![Kind::SeriousListing],
            visit.word("page-listed-serious"),
        ),
        key => {
            let kind: Kind = key.parse().map_err(|_| Fault::no_kind(key))?;
            (vec![kind], visit.kind_name(kind.as_str()))
        }
    };
    let mut newest = Vec::new();
    for kind in kinds {
        newest.extend(visit.portal.model.list(kind, 0, FED)?);
    }
    newest.sort_unstable_by(|one, other| other.cmp(one));
    newest.truncate(FED);
    let records = public(visit, newest)?;
    let page = links::page(visit.lang, &format!("/list/{}", visit.key), "");
    let own = links::feed(&page);
    let feed = RecordFeed {
        id: ["list", &visit.key],
        title,
        own: &own,
        page,
    };
    Ok(feed.of(visit, &records))
}

/// Those that are public now.
fn public(visit: &Visit, indexes: Vec<u64>) -> Result<Vec<Loaded>, Fault> {
    let mut records = Vec::with_capacity(indexes.len());
    for index in indexes {
        let loaded = visit.load(index)?;
        if loaded.body.is_some() {
            records.push(loaded);
        }
    }
    Ok(records)
}

impl RecordFeed<'_> {
    /// The feed of these records.
    pub(super) fn of(&self, visit: &Visit, records: &[Loaded]) -> String {
        let portal = &visit.portal;
        let registry = portal.intake.registry();
        let origin = portal.log.origin().as_str();
        let entries = records.iter().map(|loaded| {
            let brief = Brief::of(visit, loaded, &registry);
            let logged_at = moment(loaded.entry.logged_at);
            let said = brief.name.or(brief.number).filter(|_| !brief.personal);
            let title = match said {
                Some(name) => format!("{} · {name}", brief.kind_name),
                None => format!("{} · {}", brief.kind_name, brief.index),
            };
            let person = |name| Person {
                name,
                ..Person::default()
            };
            Entry {
                title: Text::plain(title),
                id: format!(
                    "urn:uuid:{}",
                    uuid(&["record", origin, &brief.index.to_string()])
                ),
                updated: logged_at,
                published: Some(logged_at),
                authors: brief.authority_name.map(person).into_iter().collect(),
                categories: vec![Category {
                    term: brief.kind,
                    label: Some(brief.kind_name),
                    ..Category::default()
                }],
                links: vec![visit.feed_link("alternate", "text/html", &brief.href)],
                ..Entry::default()
            }
        });
        let updated = records.iter().map(|loaded| loaded.entry.logged_at).max();
        let updated = updated.unwrap_or_else(|| portal.intake.clock().now());
        let [of, which] = self.id;
        let feed = Feed {
            title: Text::plain(self.title.clone()),
            id: format!("urn:uuid:{}", uuid(&[of, origin, which])),
            updated: moment(updated),
            authors: vec![Person {
                name: origin.to_owned(),
                ..Person::default()
            }],
            generator: generator(),
            links: vec![
                visit.feed_link("self", "application/atom+xml", self.own),
                visit.feed_link("alternate", "text/html", &self.page),
            ],
            entries: entries.collect(),
            lang: Some(visit.lang.tag().to_owned()),
            ..Feed::default()
        };
        feed.to_string()
    }
}
