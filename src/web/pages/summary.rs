//! One record in a line: read from the log, so that what is no longer public is not shown, whatever an index still says.

use super::fault::Fault;
use super::{Link, Visit};
use crate::domain::{Kind, Uscc, View};
use crate::log::Leaf;
use crate::text::{Catalogue, Lang};
use crate::web::links;
use crate::web::render::Moment;
use gongshi_verify::entry::Entry;
use gongshi_verify::hash::Hash;
use gongshi_verify::registry::Registry;
use serde::Serialize;
use serde_json::{Map, Value};

/// Fields that name a record which has no subject, best first.
const NAMES: &[&str] = &[
    "title",
    "plan_name",
    "library_name",
    "task_name",
    "campaign_name",
    "name",
];

/// An entry as stored, parsed.
pub(super) struct Loaded {
    pub(super) index: u64,
    pub(super) entry: Entry,
    pub(super) leaf_hash: Hash,
    /// `None` for a kind that this version does not know.
    pub(super) kind: Option<Kind>,
    /// `None` when the record is not public.
    pub(super) body: Option<Map<String, Value>>,
}

impl Loaded {
    pub(super) fn of(index: u64, leaf: &Leaf) -> Result<Self, Fault> {
        let unreadable = |what: &str, error: &dyn std::fmt::Display| {
            Fault::from(crate::log::LogError::damaged(
                format!("{what} {index}"),
                error.to_string(),
            ))
        };
        let entry = Entry::parse(&leaf.entry).map_err(|e| unreadable("entry", &e))?;
        let body = match &leaf.record {
            None => None,
            Some(record) => {
                let record: Value =
                    serde_json::from_slice(record).map_err(|e| unreadable("record", &e))?;
                match record {
                    Value::Object(mut members) => match members.remove("body") {
                        Some(Value::Object(body)) => Some(body),
                        _ => None,
                    },
                    _ => None,
                }
            }
        };
        Ok(Loaded {
            index,
            leaf_hash: gongshi_verify::hash::leaf_hash(&leaf.entry),
            kind: entry.kind.as_str().parse().ok(),
            entry,
            body,
        })
    }

    /// The body seen through its kind's table.
    pub(super) fn view(&self) -> Option<View<'_>> {
        Some(View::new(self.kind?, self.body.as_ref()?))
    }

    /// What the record is called: its subject, else its own name, else its number.
    pub(super) fn name(&self) -> Option<String> {
        let view = self.view()?;
        let named = || NAMES.iter().find_map(|name| view.text_of(name));
        let name = view.subject_name().or_else(named).or_else(|| view.number());
        name.map(str::to_owned)
    }
}

/// One line of a list of records.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) index: u64,
    href: String,
    kind: String,
    kind_href: Option<String>,
    name: String,
    uscc: Option<Link>,
    date: Option<String>,
    number: Option<String>,
    authority: Link,
    logged: Moment,
    proof: String,
}

/// The language of records, where the page is in another one.
pub(super) fn foreign(lang: Lang) -> Option<&'static str> {
    (lang != Lang::Zh).then(|| Lang::Zh.tag())
}

impl Visit {
    /// Reads an entry.
    pub(super) fn load(&self, index: u64) -> Result<Loaded, Fault> {
        Loaded::of(index, &self.portal.log.leaf(index)?)
    }

    /// Rows of those entries whose record is public now, in the order given.
    pub(super) fn rows(&self, indexes: impl IntoIterator<Item = u64>) -> Result<Vec<Row>, Fault> {
        let registry = self.portal.intake.registry();
        let mut rows = Vec::new();
        for index in indexes {
            let loaded = self.load(index)?;
            if loaded.body.is_some() {
                rows.push(self.row(&loaded, &registry));
            }
        }
        Ok(rows)
    }

    pub(super) fn row(&self, loaded: &Loaded, registry: &Registry) -> Row {
        let view = loaded.view();
        let kind = self.kind_name(loaded.entry.kind.as_str());
        let number = view.as_ref().and_then(View::number).map(str::to_owned);
        let name = loaded.name().unwrap_or_else(|| kind.clone());
        Row {
            index: loaded.index,
            href: links::record(self.lang, loaded.index),
            kind_href: loaded.kind.map(|kind| links::list(self.lang, kind)),
            uscc: view
                .as_ref()
                .and_then(View::subject_code)
                .map(|code| self.uscc_link(&code)),
            date: view
                .as_ref()
                .and_then(View::main_date)
                .map(|date| date.to_string()),
            number: number.filter(|number| *number != name),
            authority: self.authority_link(registry, loaded.entry.authority.as_str()),
            logged: Moment::new(self.lang, loaded.entry.logged_at),
            proof: crate::intake::link_path(loaded.index),
            kind,
            name,
        }
    }

    pub(super) fn uscc_link(&self, code: &Uscc) -> Link {
        Link {
            text: code.to_string(),
            href: links::enterprise(self.lang, code.as_str()),
        }
    }

    /// An authority by its name, or by its identifier where it is not registered.
    pub(super) fn authority_link(&self, registry: &Registry, id: &str) -> Link {
        Link {
            text: authority_name(registry, id).unwrap_or_else(|| id.to_owned()),
            href: links::authority(self.lang, id),
        }
    }

    /// Name of a kind; its own text where the catalogue has none.
    pub(super) fn kind_name(&self, kind: &str) -> String {
        let key = format!("kind-{kind}");
        match Catalogue::built_in().has(self.lang, &key) {
            true => self.word(&key),
            false => kind.to_owned(),
        }
    }

    /// A region with words for the two codes that are no place.
    pub(super) fn region_name(&self, code: &str) -> String {
        match code {
            "000000" => self.say("page-region-synthetic", &[("code", code.into())]),
            "100000" => self.say("page-region-nation", &[("code", code.into())]),
            code => code.to_owned(),
        }
    }
}

/// Name of a registered authority.
pub(super) fn authority_name(registry: &Registry, id: &str) -> Option<String> {
    let id = gongshi_verify::names::AuthorityId::parse(id).ok()?;
    Some(registry.authority(&id)?.name.clone())
}
