//! Bulletins: those that are published, and a draft of one with the figures of its period as they are counted now. Nothing is counted or published here.

mod body;
mod docx;
pub(super) mod files;
pub(super) mod recount;
mod sheet;

use super::fault::Fault;
use super::summary::{Speakers, divisions};
use super::{Answer, Link, Page, Visit};
use crate::domain::{CodeList, Kind, Region};
use crate::text::{Arg, Catalogue, Lang};
use crate::web::links;
use crate::web::statistics::{Period, Span, Whose};
use gongshi_verify::names::AuthorityId;
use serde::Serialize;
use sheet::Sheet;

/// Bulletins on the page; the list of the kind has all.
const SHOWN: usize = 50;
/// Years to choose from; others can stand in the address.
const YEARS: i16 = 5;
/// Types that are about one plan, and no bulletin of a period.
const OF_PLANS: [&str; 2] = ["drawn_list_opening", "substitution_ground"];

/// What is asked for.
struct Asked {
    period: Period,
    whose: Whose,
}

impl Asked {
    fn of(visit: &Visit) -> Result<Self, Fault> {
        let period = match visit.parameter("period") {
            Some(text) => Period::parse(&text).ok_or_else(|| Fault::no_period(&text))?,
            // Of no period in particular: the last month that is over.
            None => Period::month_before(visit.today),
        };
        let authority = visit.parameter("authority").filter(|id| !id.is_empty());
        if let Some(text) = &authority {
            let registry = visit.portal.intake.registry();
            let id = AuthorityId::parse(text).ok();
            if id
                .and_then(|id| registry.authority(&id).map(|_| ()))
                .is_none()
            {
                return Err(Fault::no_authority(text));
            }
        }
        let region = visit.parameter("region").filter(|code| !code.is_empty());
        let region = region
            .map(|text| Region::parse(&text).map_err(|_| Fault::no_region(&text)))
            .transpose()?;
        let whose = Whose::of(authority, region, &visit.portal.intake.registry());
        Ok(Asked { period, whose })
    }

    /// The same draft in another form.
    fn href(&self, visit: &Visit, path: &str) -> String {
        let mut pairs = vec![("period", self.period.to_string())];
        pairs.extend(self.whose.pairs());
        let pairs: Vec<_> = pairs.iter().map(|(name, v)| (*name, v.as_str())).collect();
        links::with_query(visit.lang, path, &pairs)
    }
}

/// The title of a bulletin of all departments, or of the one of that name.
fn title(lang: Lang, period: Period, whose: Option<String>) -> String {
    let period = Arg::Text(period_words(lang, period));
    let words = Catalogue::built_in();
    match whose {
        Some(name) => {
            let args = [("period", period), ("whose", name.into())];
            words.get(lang, "page-bul-of-one", &args)
        }
        None => words.get(lang, "page-bul-of", &[("period", period)]),
    }
}

/// Whose the figures are, in the words of a language, where they are not everybody's.
pub(super) fn whose_words(visit: &Visit, lang: Lang, whose: &Whose) -> Option<String> {
    let registry = visit.portal.intake.registry();
    if let Some(id) = &whose.authority {
        return Some(visit.authority_link(&registry, id).text);
    }
    let code = whose.region?.to_string();
    let speaker = Speakers::of(&registry).name(&code).map(str::to_owned);
    let words = Catalogue::built_in();
    Some(match speaker {
        Some(name) => words.get(
            lang,
            "page-region-of",
            &[("code", code.into()), ("authority", name.into())],
        ),
        None => words.get(lang, "page-region-bare", &[("code", code.into())]),
    })
}

/// A period in words.
fn period_words(lang: Lang, period: Period) -> String {
    let (key, n, last) = match period.span() {
        Span::Month(n) => ("page-bul-month", n, n),
        Span::Quarter(n) => ("page-bul-quarter", n, n),
        Span::Half(1) => ("page-bul-half-1", 1, 1),
        Span::Half(n) => ("page-bul-half-2", n, n),
        Span::Year => ("page-bul-year", 1, 12),
        Span::Other(first, last) => ("page-bul-months", first, last),
    };
    let text = |n: i8| Arg::Text(n.to_string());
    let year = Arg::Text(period.year().to_string());
    let args = [("year", year), ("n", text(n)), ("last", text(last))];
    Catalogue::built_in().get(lang, key, &args)
}

#[derive(Serialize)]
struct Published {
    title: Link,
    issue: Option<String>,
    kind: String,
    from: String,
    to: String,
    authority: Link,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    text: String,
}

#[derive(Serialize)]
struct Group {
    text: String,
    choices: Vec<Choice>,
}

/// Periods that have begun, newest year first.
fn periods(visit: &Visit) -> Result<Vec<Group>, Fault> {
    let today = visit.today;
    let first = visit.portal.model.first_month()?;
    let first = first.map_or(today.year(), |month| month.year());
    let first = first.clamp(today.year() - YEARS + 1, today.year());
    let group = |year: i16| {
        let begun = Period::of_year(year)
            .into_iter()
            .filter(|period| period.days().0 <= today);
        let choice = |period: Period| Choice {
            value: period.to_string(),
            text: period_words(visit.lang, period),
        };
        Group {
            text: year.to_string(),
            choices: begun.map(choice).collect(),
        }
    };
    Ok((first..=today.year()).rev().map(group).collect())
}

pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let registry = visit.portal.intake.registry();
    let mut rows = Vec::new();
    for index in visit.portal.model.list(Kind::Bulletin, 0, SHOWN)? {
        let loaded = visit.load(index)?;
        // As it stands: a correction may have changed what it is about.
        let Some(view) = loaded.view() else { continue };
        let text = |name: &str| view.text_of(name).unwrap_or_default();
        let kind = text("bulletin_type");
        if OF_PLANS.contains(&kind) {
            continue;
        }
        rows.push(Published {
            title: Link {
                text: visit
                    .name_of(&loaded)
                    .unwrap_or_else(|| format!("#{index}")),
                href: links::record(visit.lang, index),
            },
            issue: view.text_of("issue_no").map(str::to_owned),
            kind: visit.code_name(CodeList::BulletinType, kind, loaded.place_of(&view)),
            from: text("period_from").to_owned(),
            to: text("period_to").to_owned(),
            authority: visit.authority_link(&registry, loaded.entry.authority.as_str()),
        });
    }
    let authorities = registry.authorities().map(|one| Choice {
        value: one.id.to_string(),
        text: one.name.clone(),
    });
    let speakers = Speakers::of(&registry);
    let regions = divisions(&registry).into_iter().map(|code| Choice {
        value: code.to_owned(),
        text: visit.region_of(&speakers, code),
    });
    let regions: Vec<Choice> = regions.collect();
    Page::new("bulletins.html", visit.word("page-bul-title"))
        .with("rows", &rows)
        .with("all", &links::list(visit.lang, Kind::Bulletin))
        .with("action", &links::page(visit.lang, "/bulletins/draft", ""))
        .with("groups", &periods(visit)?)
        .with("authorities", &authorities.collect::<Vec<_>>())
        .with("regions", &regions)
        .with("foreign", &super::summary::foreign(visit.lang))
        .done()
}

pub(super) fn draft(visit: &Visit) -> Result<Answer, Fault> {
    let asked = Asked::of(visit)?;
    let sheet = Sheet::of(visit, &asked)?;
    Page::new("bulletin-draft.html", sheet.title.clone())
        .above(visit.link("page-bul-title", "/bulletins"))
        .with("sheet", &sheet)
        .with("docx", &asked.href(visit, "/bulletins/draft.docx"))
        .with("record", &asked.href(visit, "/bulletins/draft.json"))
        .with("foreign", &super::summary::foreign(visit.lang))
        .done()
}
