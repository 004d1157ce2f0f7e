//! Lists: the records of a kind, newest first, and who is on one of the two lists now: enterprises by code, then listings of subjects without one.

use super::fault::Fault;
use super::{Answer, Link, Moving, Page, Pager, Visit};
use crate::domain::{Kind, Uscc, person};
use crate::model::StatusList;
use crate::web::links;
use gongshi_verify::encoding::decimal;
use serde::Serialize;

/// Records on a page.
const PER_PAGE: u64 = 25;
/// Subjects on a page.
const MEMBERS: usize = 50;
/// Listings looked at for a page of those that were in force.
const LOOKED: usize = 400;

/// The page asked for, from 1, of a list with so many pages.
pub(super) fn page_number(visit: &Visit, last: u64) -> Result<u64, Fault> {
    match visit.parameter("page").filter(|page| !page.is_empty()) {
        None => Ok(1),
        Some(text) => decimal(&text)
            .filter(|page| (1..=last).contains(page))
            .ok_or_else(|| Fault::no_page(&text, last)),
    }
}

pub(super) fn kind(visit: &Visit) -> Result<Answer, Fault> {
    let kind: Kind = visit.key.parse().map_err(|_| Fault::no_kind(&visit.key))?;
    let model = &visit.portal.model;
    let total = match &visit.as_of {
        Some(then) => model.count_below(kind, then.size)?,
        None => model.count(kind)?,
    };
    let last = total.div_ceil(PER_PAGE).max(1);
    let page = page_number(visit, last)?;
    let skip = (page - 1) * PER_PAGE;
    let indexes = model.list_below(kind, visit.before(), skip, PER_PAGE as usize)?;
    let path = format!("/list/{kind}");
    let pager = Pager::new(page, last, |page| numbered(visit, &path, page));
    let search = links::with_query(visit.lang, "/search", &[("kind", kind.as_str())]);
    Page::new(
        "list.html",
        visit.titled(&visit.kind_name(kind.as_str()), page),
    )
    .with("one_kind", &true)
    .with("heading", &visit.kind_name(kind.as_str()))
    .with("help", &visit.word(&format!("kindhelp-{kind}")))
    .with("total", &total)
    .with("rows", &visit.rows(indexes)?)
    .with("pager", &pager)
    .with("search_kind", &search)
    .with("atom", &links::feed(&links::list(visit.lang, kind)))
    .with("up_to", &visit.moving(Moving::UpTo)?)
    .with("permanent", &visit.permanent(page)?)
    .with("foreign", &super::summary::foreign(visit.lang))
    .done()
}

/// The address of a page of a list; the first needs no number.
pub(super) fn numbered(visit: &Visit, path: &str, page: u64) -> String {
    let number = if page > 1 {
        page.to_string()
    } else {
        String::new()
    };
    visit.same_size(path, &[("page", &number)])
}

pub(super) fn abnormal(visit: &Visit) -> Result<Answer, Fault> {
    listed(visit, StatusList::Abnormal)
}

pub(super) fn serious(visit: &Visit) -> Result<Answer, Fault> {
    listed(visit, StatusList::Serious)
}

/// Somebody on a list.
#[derive(Serialize)]
struct Member {
    name: Option<Link>,
    uscc: Option<String>,
    date: Option<String>,
    /// The latest day that the listings were to last until, where every one's is past.
    term: Option<String>,
    /// Whether a listing stands as it was corrected.
    corrected: bool,
    entries: Vec<Link>,
}

fn listed(visit: &Visit, list: StatusList) -> Result<Answer, Fault> {
    let (path, title, help) = match list {
        StatusList::Abnormal => (
            "/list/abnormal",
            "page-listed-abnormal",
            "page-listed-abnormal-help",
        ),
        StatusList::Serious => (
            "/list/serious",
            "page-listed-serious",
            "page-listed-serious-help",
        ),
    };
    let heading = visit.word(title);
    if let Some(then) = &visit.as_of {
        return listed_then(visit, list, then.size, (path, heading));
    }
    let model = &visit.portal.model;
    // The code or entry after which this page begins: such an address stays right while the list changes.
    let given = visit.parameter("after").unwrap_or_default();
    let after = Uscc::parse(&given).ok();
    // A code may be digits only, and is a code all the same.
    let after_entry = match after {
        Some(_) => None,
        None => decimal(&given),
    };
    let mut codes = match after_entry {
        Some(_) => Vec::new(),
        None => model.listed(list, after.as_ref().map(Uscc::as_str), MEMBERS + 1)?,
    };
    let room = (MEMBERS + 1).saturating_sub(codes.len());
    let mut entries = model.listed_entries(list, after_entry, room)?;
    let more = codes.len() + entries.len() > MEMBERS;
    codes.truncate(MEMBERS);
    entries.truncate(MEMBERS - codes.len());
    let mut members = Vec::new();
    for code in &codes {
        let Some(enterprise) = model.enterprise(code)? else {
            continue;
        };
        let listings = match list {
            StatusList::Abnormal => &enterprise.abnormal,
            StatusList::Serious => &enterprise.serious,
        };
        let (mut public, mut terms, mut corrected) = (Vec::new(), Vec::new(), false);
        for listing in listings {
            let loaded = visit.load(listing.index)?;
            if loaded.body.is_some() {
                public.push(listing);
                corrected |= !loaded.corrections.is_empty();
                terms.push(visit.term_over(&loaded));
                if loaded.personal() {
                    visit.note_person();
                }
            }
        }
        let Some(last) = public.last() else { continue };
        let terms: Option<Vec<String>> = terms.into_iter().collect();
        members.push(Member {
            name: Some(Link {
                text: enterprise.name.clone(),
                href: links::enterprise(visit.lang, code),
            }),
            uscc: Some(code.clone()),
            date: last.date.clone(),
            term: terms.and_then(|terms| terms.into_iter().max()),
            corrected,
            entries: public
                .iter()
                .map(|listing| Link {
                    text: format!("#{}", listing.index),
                    href: links::record(visit.lang, listing.index),
                })
                .collect(),
        });
    }
    for index in &entries {
        members.extend(alone(visit, *index)?);
    }
    let last = entries.last().map(u64::to_string);
    let last = last.or_else(|| codes.last().cloned());
    let next = last
        .filter(|_| more)
        .map(|last| links::with_query(visit.lang, path, &[("after", &last)]));
    let after = after.map(|code| code.to_string());
    let after = after.or_else(|| after_entry.map(|index| format!("#{index}")));
    let page_title = match &after {
        Some(code) => visit.say(
            "page-title-after",
            &[
                ("title", heading.clone().into()),
                ("code", code.as_str().into()),
            ],
        ),
        None => heading.clone(),
    };
    Page::new("listed.html", page_title)
        .with("heading", &heading)
        .with("help", &visit.word(help))
        .with("total", &model.listed_count(list)?)
        .with("members", &members)
        .with("atom", &links::feed(&links::page(visit.lang, path, "")))
        .with("next", &next)
        .with("first", &after.map(|_| links::page(visit.lang, path, "")))
        .with("up_to", &visit.moving(Moving::UpTo)?)
        .with("permanent", &visit.permanent(1)?)
        .with("foreign", &super::summary::foreign(visit.lang))
        .done()
}

/// The listings that were in force, newest first: who was on a list then is not counted, only read.
fn listed_then(
    visit: &Visit,
    list: StatusList,
    size: u64,
    (path, heading): (&str, String),
) -> Result<Answer, Fault> {
    let before = visit.parameter("before").and_then(|text| decimal(&text));
    let stretch = (before.unwrap_or(size), LOOKED, MEMBERS);
    let (model, log) = (&visit.portal.model, visit.portal.log.as_ref());
    let (listings, more) = model.listings_as_of(list, size, stretch, log)?;
    let mut members = Vec::new();
    for index in listings {
        members.extend(alone(visit, index)?);
    }
    let next = more.map(|last| visit.same_size(path, &[("before", &last.to_string())]));
    let title = match before {
        Some(before) => visit.say(
            "page-title-after",
            &[
                ("title", heading.clone().into()),
                ("code", format!("#{before}").into()),
            ],
        ),
        None => heading.clone(),
    };
    Page::new("listed.html", title)
        .with("heading", &heading)
        .with("members", &members)
        .with("atom", &links::feed(&links::page(visit.lang, path, "")))
        .with("next", &next)
        .with("first", &before.map(|_| visit.same_size(path, &[])))
        .with("up_to", &visit.moving(Moving::UpTo)?)
        .with("permanent", &visit.permanent(1)?)
        .with("foreign", &super::summary::foreign(visit.lang))
        .done()
}

/// A listing by itself; a person's name with the surname alone.
fn alone(visit: &Visit, index: u64) -> Result<Option<Member>, Fault> {
    let loaded = visit.load(index)?;
    let Some(view) = loaded.view().filter(|_| loaded.body.is_some()) else {
        return Ok(None);
    };
    if loaded.personal() {
        visit.note_person();
    }
    let href = links::record(visit.lang, index);
    let code = view.subject_code();
    let subject = code.as_ref().map_or_else(
        || href.clone(),
        |code| links::enterprise(visit.lang, code.as_str()),
    );
    let name = person::shown_name(&view).map(|name| Link {
        text: name.into_owned(),
        href: subject,
    });
    Ok(Some(Member {
        name,
        uscc: code.map(|code| code.to_string()),
        date: view.main_date().map(|day| day.to_string()),
        term: visit.term_over(&loaded),
        corrected: !loaded.corrections.is_empty(),
        entries: vec![Link {
            text: format!("#{index}"),
            href,
        }],
    }))
}

impl Visit {
    /// A title with its page's number, so that no two pages have the same.
    pub(super) fn titled(&self, title: &str, page: u64) -> String {
        if page <= 1 {
            return title.to_owned();
        }
        let page = i64::try_from(page).unwrap_or(i64::MAX);
        self.say(
            "page-title-page",
            &[("title", title.into()), ("page", page.into())],
        )
    }
}
