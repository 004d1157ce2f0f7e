//! What an application for repair takes: for each kind, in a place, the papers, who decides, and by when.
//!
//! All of it is read from the dated rules of the day; what was not read in the law itself is marked.

use super::Basis;
use crate::domain::{Kind, Region};
use crate::rules::Requirement;
use crate::web::journeys::{Way, ways};
use crate::web::links;
use crate::web::pages::fault::Fault;
use crate::web::pages::summary::Speakers;
use crate::web::pages::{Answer, Link, Page, Visit};
use gongshi_verify::registry::{AuthorityState, Registry};
use serde::Serialize;
use std::collections::BTreeSet;

/// Authorities named for a place.
const MOST_AUTHORITIES: usize = 20;

/// An authority that decides on repairs.
#[derive(Serialize)]
struct Deciding {
    authority: Link,
    /// Where it is asked about repairs, by telephone.
    hotline: Option<String>,
}

#[derive(Serialize)]
struct Term {
    text: String,
    due: Option<String>,
    unknown: Option<String>,
    basis: Basis,
}

#[derive(Serialize)]
struct Repair {
    code: String,
    name: String,
    target: Option<Link>,
    main: Vec<String>,
    secondary: Vec<String>,
    gaps: Option<String>,
    barred: Option<String>,
    basis: Option<Basis>,
    note: Option<String>,
    /// The place whose rule it is, where that is narrower than the nation.
    place: Option<String>,
    terms: Vec<Term>,
}

pub(in crate::web::pages) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let registry = visit.portal.intake.registry();
    let given = visit.parameter("region").filter(|text| !text.is_empty());
    let region = match &given {
        Some(text) => Region::parse(text).map_err(|_| Fault::no_region(text))?,
        None => own_region(&registry),
    };
    let rules = visit.portal.intake.rules();
    let speakers = Speakers::of(&registry);
    let repairs: Vec<Repair> = ways(rules, region, visit.today)
        .iter()
        .map(|way| repair(visit, &speakers, way))
        .collect();
    let mut places: BTreeSet<&str> = registry
        .authorities()
        .map(|authority| authority.region.as_str())
        .collect();
    let own: Vec<String> = rules
        .requirements()
        .map(|one| one.region.to_string())
        .collect();
    places.extend(own.iter().map(String::as_str));
    places.insert(region.as_str());
    let places: Vec<Link> = places
        .into_iter()
        .map(|place| Link {
            text: visit.region_of(&speakers, place),
            href: place.to_owned(),
        })
        .collect();
    let decides = |authority: &&AuthorityState| {
        let covers = Region::parse(authority.region.as_str()).is_ok_and(|own| own.covers(&region));
        covers
            && authority
                .kinds
                .iter()
                .any(|kind| kind.as_str() == Kind::RepairDecision.as_str())
    };
    let deciding: Vec<Deciding> = registry
        .authorities()
        .filter(decides)
        .map(|authority| Deciding {
            authority: visit.authority_link(&registry, authority.id.as_str()),
            hotline: authority.hotline.clone(),
        })
        .collect();
    let more = deciding.len().saturating_sub(MOST_AUTHORITIES);
    let title = match given {
        None => visit.word("page-repair-title"),
        Some(_) => visit.say(
            "page-repair-title-in",
            &[("region", region.as_str().into())],
        ),
    };
    Page::new("repair.html", title)
        .with("action", &links::page(visit.lang, "/repair", ""))
        .with("region", region.as_str())
        .with("region_name", &visit.region_of(&speakers, region.as_str()))
        .with("places", &places)
        .with("repairs", &repairs)
        .with(
            "deciding",
            &deciding
                .into_iter()
                .take(MOST_AUTHORITIES)
                .collect::<Vec<_>>(),
        )
        .with("deciding_more", &more)
        .with("today", &visit.today.to_string())
        .with("json", &format!("/api/v1/repair?region={region}"))
        .with("foreign", &crate::web::pages::summary::foreign(visit.lang))
        .done()
}

/// Where this portal is at home: the place of its operator.
fn own_region(registry: &Registry) -> Region {
    let operator = registry.operator();
    let region = operator.and_then(|operator| Region::parse(operator.region.as_str()).ok());
    region.unwrap_or(Region::NATION)
}

fn repair(visit: &Visit, speakers: &Speakers<'_>, way: &Way<'_>) -> Repair {
    let names = |secondary: bool| {
        let papers = way.papers.map_or(&[][..], |papers| &papers.documents);
        let papers = papers.iter().filter(|paper| paper.secondary == secondary);
        papers.map(|paper| visit.paper(paper)).collect()
    };
    let terms = way.terms.iter().map(|term| {
        let (due, unknown) = visit.due(&term.due_on);
        Term {
            text: visit.duty(term.rule),
            due,
            unknown,
            basis: visit.basis(term.rule),
        }
    });
    let place = way.papers.map(|papers| papers.region);
    let place = place.filter(|place| *place != Region::NATION);
    Repair {
        code: way.code.code.clone(),
        name: match visit.lang {
            crate::text::Lang::Zh => way.code.zh.clone(),
            crate::text::Lang::En => way.code.en.clone(),
        },
        target: way.target.map(|kind| Link {
            text: visit.kind_name(kind.as_str()),
            href: links::list(visit.lang, kind),
        }),
        main: names(false),
        secondary: names(true),
        gaps: way.papers.and_then(|papers| gaps(visit, papers)),
        barred: way.papers.and_then(|papers| {
            let years = papers.gaps?.barred_years?;
            Some(visit.say("page-repair-barred", &[("n", i64::from(years).into())]))
        }),
        basis: way.papers.map(|papers| visit.basis(&papers.rule)),
        note: way.papers.and_then(|papers| visit.note_of(&papers.rule)),
        place: place.map(|place| visit.region_of(speakers, place.as_str())),
        terms: terms.collect(),
    }
}

/// Within how many working days papers may follow.
fn gaps(visit: &Visit, papers: &Requirement) -> Option<String> {
    let gaps = papers.gaps?;
    let days = i64::from(gaps.working_days);
    Some(match gaps.extension {
        None => visit.say("page-repair-gaps", &[("n", days.into())]),
        Some(more) => {
            let args = [("n", days.into()), ("more", i64::from(more).into())];
            visit.say("page-repair-gaps-more", &args)
        }
    })
}
