//! One record: every field, what it refers to and what refers to it, where it stands in the log, and how to check that.
//!
//! The server shows no tick: what it says about its own proof is worth nothing. Each step says how the reader checks it.

use super::corrections::Corrected;
use super::ended;
use super::fault::Fault;
use super::fields::Fields;
use super::follows::{self, Chain, Lifted, ListChange};
use super::journeys::early::Early;
use super::journeys::{Followed, Short};
use super::summary::Loaded;
use super::{Answer, Link, POLICY_FILE, Page, Visit};
use crate::domain::{Kind, View};
use crate::model::{ModelError, StatusList};
use crate::text::qr::Qr;
use crate::web::links;
use crate::web::render::Moment;
use gongshi_verify::checkpoint::Checkpoint;
use gongshi_verify::encoding::{base64, decimal, hex};
use gongshi_verify::hash::Hash;
use serde::Serialize;

/// References shown in each direction. Those to an entry go on at `?before=<index>`; those of a body stand in its JSON.
const MAX_LINKED: usize = 50;

#[derive(Serialize)]
struct Linked {
    link: Link,
    kind: String,
    name: Option<String>,
}

/// What a printed record carries, so that paper stays verifiable.
#[derive(Serialize)]
struct Paper {
    address: String,
    root: String,
    qr: Option<Qr>,
}

impl Paper {
    /// `None` where nobody knows under which address the portal is reached.
    fn of(visit: &Visit, index: u64, leaf: &Hash, head: &Checkpoint) -> Option<Self> {
        let site = visit.site.as_deref()?;
        let (path, root) = (links::record(visit.lang, index), hex(&head.root));
        let check = links::with_query(visit.lang, "/verify", &[("index", &index.to_string())]);
        let said = format!("leaf={}&size={}&root={root}", hex(leaf), head.size);
        Some(Paper {
            address: format!("{site}{path}"),
            qr: Qr::of(&format!("{site}{check}#{said}")),
            root,
        })
    }
}

pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let size = visit.portal.log.published().size();
    let missing = || Fault::no_entry(&visit.key, size);
    let index = decimal(&visit.key).ok_or_else(missing)?;
    if index >= size {
        return Err(missing());
    }
    let loaded = visit.load(index)?;
    if loaded.body.is_none() {
        return ended::page(visit, &loaded);
    }
    if index >= visit.before() {
        return Err(Fault::not_yet(index, visit.before()));
    }
    let registry = visit.portal.intake.registry();
    let corrected = Corrected::of(visit, &registry, &loaded)?;
    let fields = match (loaded.kind, &loaded.body) {
        (Some(Kind::Correction), Some(body)) if !corrected.shown.is_empty() => {
            // What it says the record should have been stands beside what it was.
            let mut own = body.clone();
            own.remove("corrected_body");
            let place = loaded.place(Kind::Correction, body);
            Some(Fields::of(visit, &registry, Kind::Correction, &own, place))
        }
        (Some(kind), Some(body)) => {
            let place = loaded.place(kind, body);
            Some(Fields::of(visit, &registry, kind, body, place))
        }
        _ => None,
    };
    // What a record said is shown by what changed of it, and what did not.
    let whole = corrected.shown.is_empty() || loaded.kind == Some(Kind::Correction);
    let lifted = Lifted::of(visit, &loaded)?;
    let view = loaded.view();
    let references = view.as_ref().map(View::references).unwrap_or_default();
    let mut refers = Vec::new();
    for reference in references.iter().take(MAX_LINKED) {
        refers.extend(linked(visit, reference.entry.index)?);
    }
    let referrers = Referrers::of(visit, index)?;
    let kind = visit.kind_name(loaded.entry.kind.as_str());
    let name = visit.name_of(&loaded);
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
    let title = match referrers.before {
        Some(before) => visit.say(
            "page-title-before",
            &[
                ("title", title.into()),
                ("index", i64::try_from(before).unwrap_or(i64::MAX).into()),
            ],
        ),
        None => title,
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
        .with("corrections", &corrected.shown)
        .with("corrections_total", &corrected.total)
        .with("corrections_pager", &corrected.pager)
        .with("is_correction", &(loaded.kind == Some(Kind::Correction)))
        .with("ends", &ended::Target::of(visit, &loaded)?)
        .with("chain", &Chain::of(visit, &loaded)?)
        .with(
            "restrictions",
            &follows::restrictions(visit, &loaded, lifted.is_some()),
        )
        .with("journeys", &visit.present(|| Short::about(visit, index))?)
        .with("followed", &visit.present(|| Followed::of(visit, &loaded))?)
        .with(
            "early",
            &match lifted {
                Some(_) => None,
                None => visit.present(|| Early::of(visit, &loaded))?,
            },
        )
        .with("term", &term_over(visit, &loaded, lifted.is_some())?)
        .with("lifted", &lifted)
        .with("list_change", &ListChange::of(visit, &loaded)?)
        .with(
            "subject",
            &view
                .as_ref()
                .and_then(|view| view.subject_code())
                .map(|code| visit.uscc_link(&code)),
        )
        .with(
            "rows",
            &fields.as_ref().filter(|_| whole).map(|fields| &fields.rows),
        )
        .with("meanings", &fields.as_ref().map(|fields| &fields.meanings))
        .with(
            "omitted",
            &fields
                .as_ref()
                .filter(|_| whole)
                .map_or(0, |fields| fields.omitted),
        )
        .with(
            "recount",
            &visit.present(|| super::bulletins::recount::of(visit, &loaded))?,
        )
        .with("shown", &visit.present(|| visit.rulings_of(&loaded))?)
        .with(
            "duties",
            &visit.present(|| super::duties::of_record(visit, index))?,
        )
        .with(
            "plan",
            &super::draws::plan_of(visit, view.as_ref().and_then(View::plan_key))?,
        )
        .with("of_draw", &visit.present(|| of_draw(visit, view.as_ref()))?)
        .with("refers", &refers)
        .with(
            "refers_omitted",
            &references.len().saturating_sub(MAX_LINKED),
        )
        .with("referred", &referrers.shown)
        .with("referred_older", &referrers.older)
        .with("referred_newest", &referrers.newest)
        .with("canonical", &links::record(visit.lang, index))
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
        .with(
            "paper",
            &Paper::of(visit, index, &loaded.leaf_hash, &published.checkpoint),
        )
        .with("permanent", &visit.permanent(1)?)
        .with("vkey", &visit.portal.log.verifier().to_string())
        .with("proof", &crate::intake::link_path(index))
        .with("proof_file", &format!("{index}.tlog-proof"))
        .with("policy_file", POLICY_FILE)
        .with("json", &format!("/api/v1/records/{index}"))
        .with("foreign", &super::summary::foreign(visit.lang))
        .done()
}

/// What the log knows of the draw that a record says it comes of.
#[derive(Serialize)]
struct OfDraw {
    text: String,
    /// Whether the record says what the log cannot bear out.
    bad: bool,
    /// The draw, with its plan key; none where the log has no such draw.
    draw: Option<Link>,
}

/// `None` of a record that does not say that it comes of a draw.
fn of_draw(visit: &Visit, view: Option<&View<'_>>) -> Result<Option<OfDraw>, Fault> {
    let Some(view) = view.filter(|view| view.text_of("draw_basis") == Some("drawn")) else {
        return Ok(None);
    };
    let said = |word: &str, bad: bool, draw: Option<Link>| {
        let text = visit.word(word);
        Ok(Some(OfDraw { text, bad, draw }))
    };
    let (Some(key), Some(code)) = (view.plan_key(), view.subject_code()) else {
        return said("page-record-no-draw", true, None);
    };
    let docket = visit.portal.intake.docket();
    let plan = docket.plan(&key).map_err(ModelError::from)?;
    let Some(plan) = plan.filter(|plan| plan.draw.is_some()) else {
        return said("page-record-no-draw", true, None);
    };
    let draw = Some(Link {
        text: plan.key.clone(),
        href: links::draw(visit.lang, &plan.key),
    });
    if plan.sealed && plan.opening.is_none() {
        return said("page-record-draw-sealed", false, draw);
    }
    let target = docket.target(&key, code.as_str());
    match target.map_err(ModelError::from)? {
        None if plan.sealed => said("page-record-not-on-list", true, draw),
        None => said("page-record-not-drawn", true, draw),
        Some(target) if target.replaced_by.is_some() => {
            said("page-record-drawn-replaced", false, draw)
        }
        Some(target) if target.replaces.is_some() => {
            said("page-record-drawn-substitute", false, draw)
        }
        Some(_) if plan.sealed => said("page-record-on-list", false, draw),
        Some(_) => said("page-record-drawn", false, draw),
    }
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
        name: visit.name_of(&loaded),
    }))
}

/// A stretch of the entries that refer to one, newest first.
struct Referrers {
    /// The stretch ends below this index; `None`: it begins with the newest.
    before: Option<u64>,
    shown: Vec<Linked>,
    /// Where the stretch goes on, if it does.
    older: Option<String>,
    /// Where the newest are, if not here.
    newest: Option<String>,
}

impl Referrers {
    fn of(visit: &Visit, index: u64) -> Result<Self, Fault> {
        let before = visit.parameter("before").and_then(|text| decimal(&text));
        let then = visit.as_of.as_ref().map(|then| then.size);
        let below = before.into_iter().chain(then).min();
        let model = &visit.portal.model;
        let mut sources = model.referrers(index, below, MAX_LINKED + 1)?;
        let more = sources.len() > MAX_LINKED;
        sources.truncate(MAX_LINKED);
        let mut shown = Vec::new();
        for source in &sources {
            shown.extend(linked(visit, *source)?);
        }
        let path = format!("/record/{index}");
        let older = sources
            .last()
            .filter(|_| more)
            .map(|last| visit.same_size(&path, &[("before", &last.to_string())]) + "#linked");
        Ok(Referrers {
            before,
            shown,
            older,
            newest: before.map(|_| visit.same_size(&path, &[]) + "#linked"),
        })
    }
}

/// The last day of a serious listing whose term is over, and which no record in the log has ended.
fn term_over(visit: &Visit, loaded: &Loaded, lifted: bool) -> Result<Option<String>, Fault> {
    let Some(until) = visit.term_over(loaded) else {
        return Ok(None);
    };
    if visit.as_of.is_some() {
        return Ok((!lifted).then_some(until));
    }
    let model = &visit.portal.model;
    let listed = match loaded.view().and_then(|view| view.subject_code()) {
        None => model.is_listed_entry(StatusList::Serious, loaded.index)?,
        Some(code) => {
            let enterprise = model.enterprise(code.as_str())?;
            enterprise.is_some_and(|enterprise| {
                let mut listings = enterprise.serious.iter();
                listings.any(|listing| listing.index == loaded.index)
            })
        }
    };
    Ok(listed.then_some(until))
}
