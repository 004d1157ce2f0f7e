//! What came after a record: the steps after an inspection, the end of a listing and of its restrictions, what a new list of items dropped.
//!
//! Everything is read from the records themselves. It decides nothing: whether a step was in time is for the rules, and a step out of turn is
//! published like any other, since tables of departments come in any order and a batch of them in none. The reader is told of it instead.

use super::fault::Fault;
use super::summary::Loaded;
use super::{Link, Visit};
use crate::domain::codes::{CodeList, FollowupType};
use crate::domain::dates::parse_date;
use crate::domain::{Exit, Kind, View};
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
    /// What is missing or out of turn, in words.
    gaps: Vec<String>,
}

/// One step as the turn of steps is judged by it: day, place among the steps of a day, entry.
type Turn = (String, usize, u64);

/// Steps in the turn in which they lawfully follow each other; this is the order on one day.
const TURN: &[FollowupType] = &[
    FollowupType::RectificationOrdered,
    FollowupType::Rectified,
    FollowupType::Transferred,
    FollowupType::CaseFiled,
    FollowupType::Closed,
];

/// What is missing or out of turn, as keys of the catalogue: `turns` in order, `inspected_on` the day of what they follow.
fn gaps(turns: &[Turn], inspected_on: Option<&str>) -> Vec<&'static str> {
    let is = |turn: &Turn, step: FollowupType| TURN.get(turn.1) == Some(&step);
    let first = |step| turns.iter().position(|turn| is(turn, step));
    let last = |step| turns.iter().rposition(|turn| is(turn, step));
    let mut gaps = Vec::new();
    if inspected_on.is_some_and(|day| turns.first().is_some_and(|turn| turn.0.as_str() < day)) {
        gaps.push("page-chain-before-inspection");
    }
    let ordered = first(FollowupType::RectificationOrdered);
    if first(FollowupType::Rectified).is_some_and(|at| ordered.is_none_or(|from| at < from)) {
        gaps.push("page-chain-not-ordered");
    }
    let closed = last(FollowupType::Closed);
    let handed_on = [
        FollowupType::Rectified,
        FollowupType::Transferred,
        FollowupType::CaseFiled,
    ];
    let answered = handed_on.iter().filter_map(|step| last(*step)).max();
    let open = last(FollowupType::RectificationOrdered);
    if closed.is_some() && open.is_some_and(|from| answered.is_none_or(|at| at < from)) {
        gaps.push("page-chain-closed-open");
    }
    if closed.is_some_and(|at| at + 1 < turns.len()) {
        gaps.push("page-chain-after-close");
    }
    gaps
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
        let mut steps: Vec<(Turn, Step)> = Vec::new();
        for follow in after(visit, loaded.index, &[Kind::ResultFollowup], "result")? {
            let Some(view) = follow.view() else { continue };
            let text = |name: &str| view.text_of(name).map(str::to_owned);
            let code = view.text_of("followup_type").unwrap_or_default();
            let on = text("acted_on").unwrap_or_default();
            let place = TURN.iter().position(|step| step.as_str() == code);
            let turn = (on.clone(), place.unwrap_or(TURN.len()), follow.index);
            let step = Step {
                entry: visit.entry_link(follow.index),
                step: Catalogue::built_in().code(visit.lang, CodeList::FollowupType.name(), code),
                on,
                due: text("due_on"),
                to: text("transferred_to"),
                text: text("result_text"),
                corrected: !follow.corrections.is_empty(),
            };
            steps.push((turn, step));
        }
        if steps.is_empty() {
            return Ok(None);
        }
        steps.sort_by(|(one, _), (other, _)| one.cmp(other));
        let (turns, mut steps): (Vec<Turn>, Vec<Step>) = steps.into_iter().unzip();
        let inspected_on = loaded.view().and_then(|view| view.text_of("inspected_on"));
        let gaps = gaps(&turns, inspected_on);
        let last = turns.last().and_then(|turn| TURN.get(turn.1));
        let omitted = steps.len().saturating_sub(SHOWN);
        steps.truncate(SHOWN);
        Ok(Some(Chain {
            steps,
            omitted,
            closed: last == Some(&FollowupType::Closed),
            gaps: gaps.into_iter().map(|key| visit.word(key)).collect(),
        }))
    }
}

/// Public records of these kinds whose member of that name is the entry.
fn after(visit: &Visit, index: u64, kinds: &[Kind], member: &str) -> Result<Vec<Loaded>, Fault> {
    let mut found = Vec::new();
    let model = &visit.portal.model;
    for source in model.referrers(index, visit.as_of.as_ref().map(|then| then.size), MOST)? {
        let mut loaded = visit.load(source)?;
        // It may name the entry only since it was corrected.
        if let Some(corrected) = loaded.corrects() {
            loaded = visit.load(corrected)?;
        }
        let known = |one: &Loaded| one.index == loaded.index;
        let names = loaded.view().is_some_and(|view| {
            kinds.contains(&view.kind()) && named(view.value_of(member)) == Some(index)
        });
        if names && !found.iter().any(known) {
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
        let Some(exit) = loaded.kind.and_then(Exit::of_listing) else {
            return Ok(None);
        };
        let ends = after(visit, loaded.index, &[exit.exit], exit.field)?;
        Ok(ends.first().map(|end| Lifted {
            entry: visit.entry_link(end.index),
            kind: visit.kind_name(exit.exit.as_str()),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Days of March, steps by the first letters of their codes.
    fn said(steps: &[(u32, &str)]) -> Vec<&'static str> {
        let turns = steps.iter().zip(0..).map(|((day, step), index)| {
            let place = TURN.iter().position(|one| one.as_str().starts_with(step));
            (format!("2026-03-{day:02}"), place.unwrap(), index)
        });
        let mut turns: Vec<Turn> = turns.collect();
        turns.sort();
        gaps(&turns, Some("2026-03-02"))
    }

    #[test]
    fn steps_missing_or_out_of_turn_are_told() {
        const NONE: [&str; 0] = [];
        let (ordered, rectified) = ("rectification", "rectified");
        assert_eq!(said(&[(2, ordered), (9, rectified), (9, "closed")]), NONE);
        // In whatever order the log has them.
        assert_eq!(said(&[(9, "closed"), (9, rectified), (9, ordered)]), NONE);
        assert_eq!(said(&[(3, ordered), (20, "trans"), (25, "closed")]), NONE);
        assert_eq!(said(&[(3, "trans"), (4, "case"), (25, "closed")]), NONE);
        assert_eq!(said(&[(3, ordered)]), NONE);
        assert_eq!(said(&[(3, rectified)]), ["page-chain-not-ordered"]);
        let early = [(3, rectified), (4, ordered)];
        assert_eq!(said(&early), ["page-chain-not-ordered"]);
        let open = [(3, ordered), (4, rectified), (5, ordered), (6, "closed")];
        assert_eq!(said(&open), ["page-chain-closed-open"]);
        let after = [(3, "trans"), (4, "closed"), (5, "case")];
        assert_eq!(said(&after), ["page-chain-after-close"]);
        let again = [(3, "trans"), (4, "closed"), (5, "case"), (6, "closed")];
        assert_eq!(said(&again), NONE);
        assert_eq!(said(&[(1, "trans")]), ["page-chain-before-inspection"]);
    }
}
