//! The department's desk. The server gives the page and the names of kinds; everything else happens in the officer's browser, and by the interface.

use super::fault::Fault;
use super::{Answer, Page, Visit};
use crate::domain::Kind;
use crate::web::assets;
use serde::Serialize;

#[derive(Serialize)]
struct Named {
    value: &'static str,
    text: String,
    /// Whether subjects follow what becomes of such records, by a receipt code.
    followed: bool,
}

pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let kinds = Kind::ALL.iter().filter(|kind| kind.importable());
    let kinds: Vec<Named> = kinds
        .map(|kind| Named {
            value: kind.as_str(),
            text: visit.kind_name(kind.as_str()),
            followed: kind.begins_journey(),
        })
        .collect();
    let mut page = Page::new("desk.html", visit.word("page-desk-title"))
        .with("kinds", &kinds)
        .with("desk_page", assets::desk_page());
    // Officers know its address; nobody else has anything to find there.
    page.indexable = false;
    page.done()
}
