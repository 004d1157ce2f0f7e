//! What came after a record: the steps after an inspection, the end of a listing and of its restrictions, what a new list of items dropped.
//!
//! Everything is read from the records themselves. It decides nothing: whether a step was in time is for the rules.

use super::fault::Fault;
use super::summary::Loaded;
use super::{Link, Visit};
use crate::domain::codes::CodeList;
use crate::domain::dates::parse_date;
use crate::domain::{Kind, View};
use crate::text::Catalogue;
use serde::Serialize;
use serde_json::{Map, Value};

/// Entries looked through for what came after a record.
const MOST: usize = 400;
/// Steps, and items, shown.
const SHOWN: usize = 60;

/// A step after an inspection.
#[derive(Serialize)]
struct Step {
    entry: Link,
    step: String,
    on: String,
    due: Option<String>,
    to: Option<String>,
    text: Option<String>,
    corrected: bool,
}

/// The steps after an inspection, in order.
#[derive(Serialize)]
pub(super) struct Chain {
    steps: Vec<Step>,
    omitted: usize,
    /// Whether the last step closes it.
    closed: bool,
}

impl Chain {
    /// `None` where nothing came after, or nothing can.
    pub(super) fn of(visit: &Visit, loaded: &Loaded) -> Result<Option<Self>, Fault> {
        if !matches!(
            loaded.kind,
            Some(Kind::InspectionResult | Kind::CampaignResult)
        ) {
            return Ok(None);
        }
        let mut steps = Vec::new();
        let mut closed = (String::new(), 0, false);
        for follow in after(visit, loaded.index, &[Kind::ResultFollowup], "result")? {
            let Some(view) = follow.view() else { continue };
            let text = |name: &str| view.text_of(name).map(str::to_owned);
            let code = view.text_of("followup_type").unwrap_or_default();
            let on = text("acted_on").unwrap_or_default();
            closed = closed.max((on.clone(), follow.index, code == "closed"));
            let step = Step {
                entry: visit.entry_link(follow.index),
                step: Catalogue::built_in().code(visit.lang, CodeList::FollowupType.name(), code),
                on,
                due: text("due_on"),
                to: text("transferred_to"),
                text: text("result_text"),
                corrected: !follow.corrections.is_empty(),
            };
            steps.push((follow.index, step));
        }
        if steps.is_empty() {
            return Ok(None);
        }
        steps.sort_by(|(a, one), (b, other)| one.on.cmp(&other.on).then(a.cmp(b)));
        let omitted = steps.len().saturating_sub(SHOWN);
        let steps = steps.into_iter().take(SHOWN).map(|(_, step)| step);
        Ok(Some(Chain {
            steps: steps.collect(),
            omitted,
            closed: closed.2,
        }))
    }
}

/// Public records of these kinds whose member of that name is the entry.
fn after(visit: &Visit, index: u64, kinds: &[Kind], member: &str) -> Result<Vec<Loaded>, Fault> {
    let mut found = Vec::new();
    for source in visit.portal.model.referrers(index, None, MOST)? {
        let loaded = visit.load(source)?;
        let names = loaded.view().is_some_and(|view| {
            kinds.contains(&view.kind()) && named(view.value_of(member)) == Some(index)
        });
        if names {
            found.push(loaded);
        }
    }
    Ok(found)
}

fn named(value: Option<&Value>) -> Option<u64> {
    value?.get("index")?.as_u64()
}

/// The record by which a listing or mark was ended.
#[derive(Serialize)]
pub(super) struct Lifted {
    entry: Link,
    kind: String,
    on: Option<String>,
}

impl Lifted {
    /// `None` where no public record names the listing as ended.
    pub(super) fn of(visit: &Visit, loaded: &Loaded) -> Result<Option<Self>, Fault> {
        let (kind, member) = match loaded.kind {
            Some(Kind::AbnormalListing) => (Kind::AbnormalRemoval, "listing"),
            Some(Kind::SeriousListing) => (Kind::SeriousRemoval, "listing"),
            Some(Kind::IndividualMark) => (Kind::IndividualRestore, "mark"),
            _ => return Ok(None),
        };
        let ends = after(visit, loaded.index, &[kind], member)?;
        Ok(ends.first().map(|end| Lifted {
            entry: visit.entry_link(end.index),
            kind: visit.kind_name(kind.as_str()),
            on: day(end.view()),
        }))
    }
}

fn day(view: Option<View<'_>>) -> Option<String> {
    Some(view?.main_date()?.to_string())
}

/// A measure that a serious listing brings.
#[derive(Serialize)]
pub(super) struct Restriction {
    name: String,
    text: Option<String>,
    until: Option<String>,
    state: String,
}

/// The measures of a serious listing, each with its end.
pub(super) fn restrictions(visit: &Visit, loaded: &Loaded, lifted: bool) -> Vec<Restriction> {
    let listing = loaded
        .view()
        .filter(|view| view.kind() == Kind::SeriousListing);
    let Some(view) = listing else {
        return Vec::new();
    };
    let measures = view.value_of("restrictions").and_then(Value::as_array);
    let measures = measures.into_iter().flatten().take(SHOWN);
    measures
        .map(|measure| {
            let text = |name: &str| measure.get(name).and_then(Value::as_str);
            let until = text("until").or_else(|| view.text_of("listed_until"));
            let over = until
                .and_then(parse_date)
                .is_some_and(|day| day < visit.today);
            let state = match (lifted, over) {
                (true, _) => "page-restriction-lifted",
                (false, true) => "page-restriction-over",
                (false, false) => "page-restriction-running",
            };
            let code = text("restriction").unwrap_or_default();
            Restriction {
                name: Catalogue::built_in().code(visit.lang, CodeList::Restriction.name(), code),
                text: text("content").map(str::to_owned),
                until: until.map(str::to_owned),
                state: visit.word(state),
            }
        })
        .collect()
}

/// An item of one list that is not on another, or says something else there.
#[derive(Serialize)]
struct Item {
    code: String,
    name: String,
    /// Why it was dropped, or which fields were changed.
    why: Option<String>,
}

/// What a list of items changed against the one it replaces.
#[derive(Serialize)]
pub(super) struct ListChange {
    before: Link,
    dropped: Vec<Item>,
    added: Vec<Item>,
    changed: Vec<Item>,
    omitted: usize,
}

impl ListChange {
    /// `None` for what replaces no list.
    pub(super) fn of(visit: &Visit, loaded: &Loaded) -> Result<Option<Self>, Fault> {
        let view = loaded.view().filter(|view| view.kind() == Kind::ItemList);
        let before = view.and_then(|view| named(view.value_of("replaces")));
        let (Some(view), Some(before)) = (view, before) else {
            return Ok(None);
        };
        let old = visit.load(before)?;
        let Some(old_view) = old.view() else {
            return Ok(None);
        };
        let (olds, news) = (items(old_view, "list_items"), items(view, "list_items"));
        let reasons = items(view, "removed_items");
        let find = |list: &[&Map<String, Value>], code: &str| {
            list.iter()
                .copied()
                .find(|item| text(item, "item_code") == code)
                .cloned()
        };
        let (mut dropped, mut added, mut changed) = (Vec::new(), Vec::new(), Vec::new());
        for item in &olds {
            let code = text(item, "item_code");
            match find(&news, code) {
                None => {
                    let why = find(&reasons, code).map(|gone| text(&gone, "reason").to_owned());
                    dropped.push(self::item(item, why));
                }
                Some(new) if new != **item => {
                    let names = new.keys().chain(item.keys());
                    let mut names: Vec<&str> = names
                        .filter(|name| *name != "serial_no" && new.get(*name) != item.get(*name))
                        .map(String::as_str)
                        .collect();
                    names.sort_unstable();
                    names.dedup();
                    let label = |name: &&str| {
                        let kind = Kind::ItemList.as_str();
                        Catalogue::built_in().field(visit.lang, kind, name)
                    };
                    let names: Vec<String> = names.iter().map(label).collect();
                    if !names.is_empty() {
                        let why = Some(names.join(&visit.word("page-list-comma")));
                        changed.push(self::item(&new, why));
                    }
                }
                Some(_) => {}
            }
        }
        for item in &news {
            if find(&olds, text(item, "item_code")).is_none() {
                added.push(self::item(item, None));
            }
        }
        let mut omitted = 0;
        for list in [&mut dropped, &mut added, &mut changed] {
            omitted += list.len().saturating_sub(SHOWN);
            list.truncate(SHOWN);
        }
        Ok(Some(ListChange {
            before: visit.entry_link(before),
            dropped,
            added,
            changed,
            omitted,
        }))
    }
}

fn items<'a>(view: View<'a>, name: &str) -> Vec<&'a Map<String, Value>> {
    let list = view.value_of(name).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .collect()
}

fn text<'a>(item: &'a Map<String, Value>, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn item(item: &Map<String, Value>, why: Option<String>) -> Item {
    Item {
        code: text(item, "item_code").to_owned(),
        name: text(item, "item_name").to_owned(),
        why,
    }
}
