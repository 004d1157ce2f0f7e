//! Credit promises by type and by what became of them. A promise that was false is said as plainly as one that was kept.

use super::Standing;
use crate::domain::codes::{CodeList, Fulfilment, PromiseType};
use crate::model::journeys::State;
use crate::text::Catalogue;
use crate::web::links;
use crate::web::pages::fault::Fault;
use crate::web::pages::summary::Row;
use crate::web::pages::{Answer, Link, Page, Visit};
use gongshi_verify::encoding::decimal;
use serde::Serialize;

/// Promises on a page.
const PER_PAGE: usize = 50;

/// A cell of the table: how many, and where they are.
#[derive(Serialize)]
struct Cell {
    count: u64,
    href: String,
    here: bool,
    label: String,
}

#[derive(Serialize)]
struct Line {
    name: String,
    cells: Vec<Cell>,
}

#[derive(Serialize)]
struct Promise {
    row: Row,
    kind: String,
    state: Standing,
}

/// A parameter that is a code, or nothing.
fn chosen<T: Copy + std::str::FromStr>(
    visit: &Visit,
    name: &'static str,
    all: &'static [&'static str],
) -> Result<Option<T>, Fault> {
    match visit.parameter(name).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => match text.parse() {
            Ok(code) => Ok(Some(code)),
            Err(_) => Err(Fault::no_value(name, &text, all.iter().copied())),
        },
    }
}

pub(in crate::web::pages) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let kind: Option<PromiseType> = chosen(visit, "type", CodeList::PromiseType.codes())?;
    let state: Option<Fulfilment> = chosen(visit, "state", CodeList::Fulfilment.codes())?;
    let before = visit.parameter("before").and_then(|text| decimal(&text));
    let model = &visit.portal.model;
    let counts = model.promise_counts()?;
    let code =
        |list: CodeList, code: &str| Catalogue::built_in().code(visit.lang, list.name(), code);
    let address = |kind: Option<PromiseType>, state: Option<Fulfilment>, before: &str| {
        let pairs = [
            ("type", kind.map_or("", |kind| kind.as_str())),
            ("state", state.map_or("", |state| state.as_str())),
            ("before", before),
        ];
        links::with_query(visit.lang, "/promises", &pairs)
    };
    let sum = |one: Option<PromiseType>, other: Option<Fulfilment>| -> u64 {
        let counted = counts.iter().filter(|((kind, state), _)| {
            one.is_none_or(|one| one == *kind) && other.is_none_or(|other| other == *state)
        });
        counted.map(|(_, count)| count).sum()
    };
    let cell = |of: Option<PromiseType>, in_state: Option<Fulfilment>| Cell {
        count: sum(of, in_state),
        href: address(of, in_state, ""),
        here: of == kind && in_state == state,
        label: match in_state {
            Some(state) => code(CodeList::Fulfilment, state.as_str()),
            None => visit.word("page-promises-all"),
        },
    };
    let states: Vec<String> = Fulfilment::ALL
        .iter()
        .map(|state| code(CodeList::Fulfilment, state.as_str()))
        .collect();
    let line = |of: Option<PromiseType>, name: String| Line {
        name,
        cells: Fulfilment::ALL
            .iter()
            .map(|state| cell(of, Some(*state)))
            .chain([cell(of, None)])
            .collect(),
    };
    let mut lines: Vec<Line> = PromiseType::ALL
        .iter()
        .map(|kind| line(Some(*kind), code(CodeList::PromiseType, kind.as_str())))
        .collect();
    lines.push(line(None, visit.word("page-promises-all")));
    let mut indexes = model.promises(kind, state, before, PER_PAGE + 1)?;
    let more = indexes.len() > PER_PAGE;
    indexes.truncate(PER_PAGE);
    let registry = visit.portal.intake.registry();
    let mut promises = Vec::new();
    for index in &indexes {
        let loaded = visit.load(*index)?;
        let Some((kind, state)) = model.promise(*index)?.filter(|_| loaded.body.is_some()) else {
            continue;
        };
        promises.push(Promise {
            row: visit.row(&loaded, &registry),
            kind: code(CodeList::PromiseType, kind.as_str()),
            state: Standing::of(visit, State::of_promise(Some(state.as_str()))),
        });
    }
    let older = indexes.last().filter(|_| more);
    let older = older.map(|last| address(kind, state, &last.to_string()));
    let chosen = [
        kind.map(|kind| code(CodeList::PromiseType, kind.as_str())),
        state.map(|state| code(CodeList::Fulfilment, state.as_str())),
    ];
    let chosen: Vec<String> = chosen.into_iter().flatten().collect();
    let title = visit.word("page-promises-title");
    let title = match chosen.is_empty() {
        true => title,
        false => {
            let of = chosen.join(&visit.word("page-list-comma"));
            visit.say(
                "page-promises-title-of",
                &[("title", title.into()), ("of", of.into())],
            )
        }
    };
    let page_title = match before {
        Some(before) => visit.say(
            "page-title-before",
            &[
                ("title", title.clone().into()),
                ("index", i64::try_from(before).unwrap_or(i64::MAX).into()),
            ],
        ),
        None => title.clone(),
    };
    Page::new("promises.html", page_title)
        .with("heading", &title)
        .with("states", &states)
        .with("lines", &lines)
        .with("promises", &promises)
        .with("total", &sum(kind, state))
        .with("older", &older)
        .with("newest", &before.map(|_| address(kind, state, "")))
        .with(
            "all",
            &Link {
                text: visit.word("page-promises-records"),
                href: links::list(visit.lang, crate::domain::Kind::CreditPromise),
            },
        )
        .with("folded", &model.cursor()?)
        .with("foreign", &crate::web::pages::summary::foreign(visit.lang))
        .done()
}
