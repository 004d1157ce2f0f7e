//! One record: every field, what it refers to and what refers to it, where it stands in the log, and how to check that.
//!
//! The server shows no tick: what it says about its own proof is worth nothing. Each step says how the reader checks it.

use super::fault::Fault;
use super::fields::Fields;
use super::{Answer, Link, POLICY_FILE, Page, Visit};
use crate::log::LogError;
use crate::web::links;
use crate::web::render::Moment;
use gongshi_verify::encoding::{base64, decimal, hex};
use serde::Serialize;

/// References shown in each direction.
const MAX_LINKED: usize = 50;

#[derive(Serialize)]
struct Linked {
    link: Link,
    kind: String,
    name: Option<String>,
}

pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let size = visit.portal.log.published().size();
    let missing = || Fault::no_entry(&visit.key, size);
    let index = decimal(&visit.key).ok_or_else(missing)?;
    let leaf = visit.portal.log.leaf(index).map_err(|error| match error {
        LogError::Beyond { .. } => missing(),
        error => error.into(),
    })?;
    let loaded = super::summary::Loaded::of(index, &leaf)?;
    let registry = visit.portal.intake.registry();
    let fields = match (loaded.kind, &loaded.body) {
        (Some(kind), Some(body)) => Some(Fields::of(visit, &registry, kind, body)),
        _ => None,
    };
    let mut refers = Vec::new();
    if let Some(view) = loaded.view() {
        for (_, reference) in view.references().into_iter().take(MAX_LINKED) {
            refers.extend(linked(visit, reference.index)?);
        }
    }
    let mut referred = Vec::new();
    let referrers = visit.portal.model.referrers(index)?;
    for (source, _) in referrers.iter().rev().take(MAX_LINKED) {
        referred.extend(linked(visit, *source)?);
    }
    let view = loaded.view();
    let kind = visit.kind_name(loaded.entry.kind.as_str());
    let name = loaded.name();
    let number = i64::try_from(index).unwrap_or(i64::MAX);
    let title = match &name {
        Some(name) => visit.say(
            "page-record-title",
            &[
                ("kind", kind.clone().into()),
                ("name", name.clone().into()),
                ("index", number.into()),
            ],
        ),
        None => visit.say(
            "page-record-title-bare",
            &[("kind", kind.clone().into()), ("index", number.into())],
        ),
    };
    let entry = &loaded.entry;
    let mut page = Page::new("record.html", title);
    if let Some(kind_list) = loaded.kind {
        page = page.above(Link {
            text: kind.clone(),
            href: links::list(visit.lang, kind_list),
        });
    }
    let published = visit.portal.log.published();
    page.with("index", &index)
        .with("kind", &kind)
        .with("name", &name)
        .with("public", &loaded.body.is_some())
        .with(
            "subject",
            &view
                .as_ref()
                .and_then(|view| view.subject_code())
                .map(|code| visit.uscc_link(&code)),
        )
        .with("rows", &fields.as_ref().map(|fields| &fields.rows))
        .with("meanings", &fields.as_ref().map(|fields| &fields.meanings))
        .with(
            "omitted",
            &fields.as_ref().map_or(0, |fields| fields.omitted),
        )
        .with("refers", &refers)
        .with("referred", &referred)
        .with(
            "authority",
            &visit.authority_link(&registry, entry.authority.as_str()),
        )
        .with("authority_id", entry.authority.as_str())
        .with("leaf_hash", &hex(&loaded.leaf_hash))
        .with("commitment", &hex(&entry.commitment))
        .with("signature", &base64(&entry.signature))
        .with("logged", &Moment::new(visit.lang, entry.logged_at))
        .with("issued", &Moment::new(visit.lang, entry.issued_at))
        .with("entry_text", &entry.to_text())
        .with("log_size", &published.size())
        .with("root", &base64(&published.checkpoint.root))
        .with("vkey", &visit.portal.log.verifier().to_string())
        .with("proof", &crate::intake::link_path(index))
        .with("proof_file", &format!("{index}.tlog-proof"))
        .with("policy_file", POLICY_FILE)
        .with("json", &format!("/api/v1/records/{index}"))
        .with("foreign", &super::summary::foreign(visit.lang))
        .done()
}

/// Another entry in a line; one that is no longer public by its kind alone.
fn linked(visit: &Visit, index: u64) -> Result<Option<Linked>, Fault> {
    if index >= visit.portal.log.published().size() {
        return Ok(None);
    }
    let loaded = visit.load(index)?;
    Ok(Some(Linked {
        link: Link {
            text: format!("#{index}"),
            href: links::record(visit.lang, index),
        },
        kind: visit.kind_name(loaded.entry.kind.as_str()),
        name: loaded.name(),
    }))
}
