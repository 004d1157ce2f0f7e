//! One record in a few words, for programs, spreadsheets and feeds. What may be shown of it is decided elsewhere.

use super::Visit;
use super::summary::{Loaded, authority_name};
use crate::domain::{Stored, View};
use crate::web::links;
use gongshi_verify::registry::Registry;
use serde::Serialize;

/// One record as programs and spreadsheets are told of it. Natural persons are shown as in lists.
#[derive(Serialize)]
pub(in crate::web::pages) struct Brief {
    pub(in crate::web::pages) index: u64,
    pub(in crate::web::pages) kind: String,
    pub(in crate::web::pages) kind_name: String,
    pub(in crate::web::pages) name: Option<String>,
    pub(in crate::web::pages) uscc: Option<String>,
    pub(in crate::web::pages) number: Option<String>,
    pub(in crate::web::pages) date: Option<String>,
    pub(in crate::web::pages) region: Option<String>,
    pub(in crate::web::pages) authority: String,
    pub(in crate::web::pages) authority_name: Option<String>,
    pub(in crate::web::pages) logged_at: String,
    /// Whether everything here is as a correction has it.
    pub(in crate::web::pages) corrected: bool,
    pub(in crate::web::pages) href: String,
    pub(in crate::web::pages) proof: String,
    /// Whether it is, or may be, about a natural person.
    #[serde(skip)]
    pub(in crate::web::pages) personal: bool,
}

impl Brief {
    pub(in crate::web::pages) fn of(visit: &Visit, loaded: &Loaded, registry: &Registry) -> Self {
        let view = loaded.view();
        let view = view.as_ref();
        let stored: &Stored = loaded;
        let entry = &stored.entry;
        Brief {
            index: loaded.index,
            kind: entry.kind.as_str().to_owned(),
            kind_name: visit.kind_name(entry.kind.as_str()),
            name: visit.name_of(loaded),
            uscc: view
                .and_then(View::subject_code)
                .map(|code| code.to_string()),
            number: view.and_then(View::number).map(str::to_owned),
            date: view.and_then(View::main_date).map(|day| day.to_string()),
            region: view.and_then(View::region).map(|region| region.to_string()),
            authority: entry.authority.to_string(),
            authority_name: authority_name(registry, entry.authority.as_str()),
            logged_at: entry.logged_at.to_string(),
            corrected: !loaded.corrections.is_empty(),
            href: links::record(visit.lang, loaded.index),
            proof: crate::intake::link_path(loaded.index),
            personal: loaded.personal(),
        }
    }
}
