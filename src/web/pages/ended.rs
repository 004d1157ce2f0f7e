//! The page of an entry whose record has left publication: that it did, when, by what and whom. Nothing of what the record said.
//!
//! It answers 410 Gone, so that search engines drop what they kept. It names no entry but those that ended the display: whatever refers to
//! the record may name its subject.

use super::fault::{Fault, kept};
use super::rules::Ruling;
use super::summary::Loaded;
use super::{Answer, Link, POLICY_FILE, Page, Visit};
use crate::domain::Kind;
use crate::domain::codes::CodeList;
use crate::intake::EndedBy;
use crate::text::Catalogue;
use crate::web::links;
use crate::web::render::Moment;
use actix_web::http::StatusCode;
use gongshi_verify::encoding::{decimal, hex};
use gongshi_verify::registry::Registry;
use serde::Serialize;

/// An entry that ended the display of a record, or destroyed it.
#[derive(Serialize)]
struct End {
    entry: Link,
    kind: String,
    /// Which kind, for the template.
    is: &'static str,
    /// The day decided, or that of the rule.
    on: Option<String>,
    logged: Moment,
    /// The reason, or the rule, in words.
    reason: Option<String>,
    /// Its code, or the rule's id.
    code: Option<String>,
    /// Where the rule stands, if it does.
    rule: Option<Ruling>,
    legal_basis: Option<String>,
    authority: Link,
}

impl End {
    fn of(visit: &Visit, registry: &Registry, index: u64) -> Result<Self, Fault> {
        let loaded = visit.load(index)?;
        let view = loaded.view();
        let text = |name: &str| view.and_then(|view| view.text_of(name)).map(str::to_owned);
        let list = match loaded.kind {
            Some(Kind::Withdrawal) => Some(CodeList::WithdrawalReason),
            Some(Kind::Erasure) => Some(CodeList::ErasureReason),
            _ => None,
        };
        let target = loaded.entry.reference.as_deref().and_then(decimal);
        let last_day = view.and_then(|view| view.date_of("expired_on"));
        let by = match (target, last_day) {
            (Some(target), Some(day)) => visit.portal.intake.ended_by(target, day),
            _ => Ok(None),
        };
        // Where it cannot be told, the rule stands alone.
        let by = by.ok().flatten().map(|by| match by {
            EndedBy::Removal => "page-end-by-removal",
            EndedBy::Term => "page-end-by-term",
            EndedBy::Repair => "page-end-by-repair",
        });
        let code = list.map_or_else(|| text("rule_id"), |list| text(list.name()));
        let reason = list
            .zip(code.as_deref())
            .map(|(list, code)| Catalogue::built_in().code(visit.lang, list.name(), code))
            .or_else(|| by.map(|by| visit.word(by)));
        Ok(End {
            entry: visit.entry_link(index),
            kind: visit.kind_name(loaded.entry.kind.as_str()),
            is: loaded.kind.map_or("", Kind::as_str),
            on: text("decided_on").or_else(|| text("expired_on")),
            logged: Moment::new(visit.lang, loaded.entry.logged_at),
            rule: text("rule_id").and_then(|id| visit.rule(|version| version.id() == id)),
            reason,
            code,
            legal_basis: text("legal_basis"),
            authority: visit.authority_link(registry, loaded.entry.authority.as_str()),
        })
    }
}

/// The page of an entry without a public record.
pub(super) fn page(visit: &Visit, loaded: &Loaded) -> Result<Answer, Fault> {
    let index = loaded.index;
    let registry = visit.portal.intake.registry();
    let ended = kept(visit.portal.intake.standing().ended(index))?;
    let mut ends = Vec::new();
    if let Some(ended) = ended {
        ends.push(End::of(visit, &registry, ended.by)?);
        if let Some(by) = ended.erased_by.filter(|by| *by != ended.by) {
            ends.push(End::of(visit, &registry, by)?);
        }
    }
    let kind = visit.kind_name(loaded.entry.kind.as_str());
    let number = i64::try_from(index).unwrap_or(i64::MAX);
    let title = visit.say(
        "page-ended-title",
        &[("kind", kind.clone().into()), ("index", number.into())],
    );
    let heading = match ended.map(|ended| ended.kind) {
        Some(Kind::Withdrawal) => "page-ended-withdrawal",
        Some(Kind::Expiry) => "page-ended-expiry",
        Some(Kind::Erasure) => "page-ended-erasure",
        _ => "page-ended-none",
    };
    let erased = ended.is_some_and(|ended| ended.erased_by.is_some());
    let entry = &loaded.entry;
    let mut page = Page::new("ended.html", title)
        .with("index", &index)
        .with("kind", &kind)
        .with("heading", &visit.word(heading))
        .with("ends", &ends)
        .with("erased", &erased)
        .with(
            "authority",
            &visit.authority_link(&registry, entry.authority.as_str()),
        )
        .with("authority_id", entry.authority.as_str())
        .with("logged", &Moment::new(visit.lang, entry.logged_at))
        .with("leaf_hash", &hex(&loaded.leaf_hash))
        .with("entry_text", &entry.to_text())
        .with("proof", &crate::intake::link_path(index))
        .with("proof_file", &format!("{index}.tlog-proof"))
        .with("policy_file", POLICY_FILE)
        .with("foreign", &super::summary::foreign(visit.lang));
    if let Some(kind) = loaded.kind {
        page = page.above(Link {
            text: visit.kind_name(kind.as_str()),
            href: links::list(visit.lang, kind),
        });
    }
    page.indexable = false;
    if ended.is_some() {
        page.status = StatusCode::GONE;
    }
    page.done()
}

/// What an entry ended, in a sentence.
#[derive(Serialize)]
pub(super) struct Target {
    text: String,
    entry: Link,
    /// The rule by which it did, if one did.
    rule: Option<Ruling>,
}

impl Target {
    /// `None` for entries that end nothing.
    pub(super) fn of(visit: &Visit, loaded: &Loaded) -> Result<Option<Self>, Fault> {
        let word = match loaded.kind {
            Some(Kind::Withdrawal) => "page-ends-withdrawal",
            Some(Kind::Expiry) => "page-ends-expiry",
            Some(Kind::Erasure) => "page-ends-erasure",
            _ => return Ok(None),
        };
        let Some(target) = loaded.entry.reference.as_deref().and_then(decimal) else {
            return Ok(None);
        };
        let kind = visit.load(target)?.entry.kind.clone();
        let args = [
            ("index", i64::try_from(target).unwrap_or(i64::MAX).into()),
            ("kind", visit.kind_name(kind.as_str()).into()),
        ];
        Ok(Some(Target {
            text: visit.say(word, &args),
            entry: visit.entry_link(target),
            rule: loaded
                .view()
                .and_then(|view| view.text_of("rule_id"))
                .and_then(|id| visit.rule(|version| version.id() == id)),
        }))
    }
}
