//! Records, and what is to become of them, in the words of the one who decides: no codes where there are names.

use super::found::Found;
use crate::domain::view::Leaf;
use crate::domain::{FieldError, FieldType, Kind, View, dates};
use crate::ingest::Authority;
use crate::ingest::table::{CellFault, CellProblem, ColumnName, Here, Vocabulary};
use crate::text::{Arg, Catalogue, Lang};
use gongshi_verify::names::AuthorityId;
use gongshi_verify::text::shown_beginning;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Longest value shown, in characters.
const SHOWN: usize = 200;

/// Names of authorities by their identifiers, as the log lists them.
#[derive(Debug, Clone, Default)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// Of a log's list.
    pub fn of(listed: &[Authority]) -> Self {
        let pairs = listed.iter().map(|one| (one.id.clone(), one.name.clone()));
        Names(pairs.collect())
    }

    fn get(&self, id: &AuthorityId) -> String {
        match self.0.get(id.as_str()) {
            Some(name) => format!("{} ({id})", shown_beginning(name, SHOWN)),
            None => id.to_string(),
        }
    }
}

fn get(lang: Lang, key: &str, args: &[(&str, Arg)]) -> String {
    Catalogue::built_in().get(lang, &format!("desk-{key}"), args)
}

fn number(index: u64) -> Arg {
    // As a text: an index is no quantity, and has no separators.
    Arg::Text(index.to_string())
}

/// Whether a record is about to leave publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// It is to be withdrawn or erased, and its corrections with it.
    Yes,
    /// It stays.
    No,
}

/// What a record is, and what becomes of what belongs to it: lines for the one who decides.
pub fn record_lines(lang: Lang, found: &Found, names: &Names, leaving: Leaving) -> Vec<String> {
    let catalogue = Catalogue::built_in();
    let kind = found.entry.kind.as_str();
    let args = [
        ("index", number(found.index)),
        ("kind", catalogue.kind(lang, kind).into()),
    ];
    let mut lines = vec![get(lang, "record", &args)];
    let mut put = |key: &str, value: String| {
        let args = [("value", shown_beginning(&value, SHOWN).into())];
        lines.push(format!("  {}", get(lang, key, &args)));
    };
    if let Some(view) = found.view() {
        for name in ["title", "permit_name", "plan_name"] {
            if let Some(title) = view.text_of(name) {
                put("record-title", title.to_owned());
            }
        }
        if let Some(number) = view.number() {
            put("record-number", number.to_owned());
        }
        let subject = [
            view.subject_name().map(str::to_owned),
            view.subject_code().map(|code| code.to_string()),
        ];
        let subject: Vec<String> = subject.into_iter().flatten().collect();
        if !subject.is_empty() {
            put("record-subject", subject.join(" "));
        }
        if let Some(day) = view.main_date() {
            put("record-date", day.to_string());
        }
    }
    put("record-by", names.get(&found.entry.authority));
    let logged = dates::day_in_china(found.entry.logged_at.unix());
    put("record-logged", logged.to_string());
    if let Some(ended) = &found.ended {
        let args = [
            ("index", number(ended.by)),
            ("kind", catalogue.kind(lang, &ended.kind).into()),
        ];
        lines.push(format!("  {}", get(lang, "record-ended", &args)));
    }
    if !found.corrections.is_empty() {
        let all: Vec<String> = found
            .corrections
            .iter()
            .map(|one| one.to_string())
            .collect();
        let args = [("value", all.join(", ").into())];
        let key = match leaving {
            Leaving::Yes => "record-corrections",
            Leaving::No => "record-corrected",
        };
        lines.push(format!("  {}", get(lang, key, &args)));
    }
    if leaving == Leaving::No {
        return lines;
    }
    match found.referred_by.is_empty() {
        true => lines.push(format!("  {}", get(lang, "record-unreferred", &[]))),
        false => {
            lines.push(format!("  {}", get(lang, "record-referred", &[])));
            lines.extend(found.referred_by.iter().map(|source| {
                let args = [
                    ("index", number(source.index)),
                    ("kind", catalogue.kind(lang, &source.kind).into()),
                ];
                format!("    {}", get(lang, "record", &args))
            }));
            if found.referred_more {
                lines.push(format!("    {}", get(lang, "record-referred-more", &[])));
            }
        }
    }
    lines
}

/// In which words a body is told.
#[derive(Debug, Clone, Copy)]
pub struct Wording<'a> {
    /// The language.
    pub lang: Lang,
    /// Names of codes.
    pub vocabulary: &'a Vocabulary,
    /// Where and when codes are named that stand in a body which does not say it.
    pub here: Here,
}

/// What an event says of the record it is about, field by field, but for the record itself and its region.
pub fn event_lines(wording: Wording<'_>, kind: Kind, body: &Map<String, Value>) -> Vec<String> {
    let told = leaves(wording, kind, body);
    let told = told.into_iter().filter(|one| {
        let own = one.path.split('.').next().unwrap_or_default();
        !matches!(own, "target" | "region")
    });
    told.map(|one| format!("  {}: {}", one.label, one.value))
        .collect()
}

/// What is different between two bodies of a kind: each field with what stood and what is to stand.
pub fn changed_lines(
    wording: Wording<'_>,
    kind: Kind,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Vec<String> {
    let lang = wording.lang;
    let (before, after) = (leaves(wording, kind, before), leaves(wording, kind, after));
    let nothing = get(lang, "nothing", &[]);
    let find = |list: &[Told], path: &str| -> Option<String> {
        let found = list.iter().find(|one| one.path == path);
        found.map(|one| one.value.clone())
    };
    let mut lines = Vec::new();
    let gone = before
        .iter()
        .filter(|one| find(&after, &one.path).is_none());
    for one in gone.chain(&after) {
        let (old, new) = (find(&before, &one.path), find(&after, &one.path));
        if old == new {
            continue;
        }
        let args = [
            ("field", one.label.clone().into()),
            ("path", one.path.clone().into()),
            ("before", old.unwrap_or_else(|| nothing.clone()).into()),
            ("after", new.unwrap_or_else(|| nothing.clone()).into()),
        ];
        lines.push(get(lang, "changed", &args));
    }
    lines
}

struct Told {
    path: String,
    label: String,
    value: String,
}

fn leaves(wording: Wording<'_>, kind: Kind, body: &Map<String, Value>) -> Vec<Told> {
    let (lang, catalogue) = (wording.lang, Catalogue::built_in());
    let view = View::new(kind, body);
    let here = wording.here.of(&view);
    let mut told = Vec::new();
    view.walk(&mut |leaf: Leaf<'_, '_>| {
        let value = match (leaf.ty, leaf.value) {
            (FieldType::Code(list) | FieldType::Codes(list), Value::String(code)) => {
                wording.vocabulary.name(lang, list, code, here)
            }
            (FieldType::MoneyFen, Value::Number(fen)) => {
                let fen = fen.as_u64().unwrap_or_default();
                let yuan = format!("{}.{:02}", fen / 100, fen % 100);
                get(lang, "yuan", &[("value", yuan.into())])
            }
            (FieldType::EntryRef(_), value) => match value.get("index").and_then(Value::as_u64) {
                Some(index) => get(lang, "entry", &[("index", number(index))]),
                None => value.to_string(),
            },
            (_, Value::String(text)) => text.clone(),
            (_, value) => value.to_string(),
        };
        told.push(Told {
            path: leaf.path.to_owned(),
            label: catalogue.field(lang, kind.as_str(), leaf.field.name),
            value: shown_beginning(&value.replace('\n', "⏎"), SHOWN),
        });
    });
    told
}

/// What is wrong with a field, as importers say it of a cell.
pub fn field_fault_words(lang: Lang, fault: &FieldError) -> String {
    let known = format!("import-expect-{}", fault.problem.code());
    if !Catalogue::built_in().has(lang, &known) {
        return fault.to_string();
    }
    let fault = CellFault {
        column: ColumnName::Header(fault.path.clone()),
        value: shown_beginning(&fault.value, SHOWN),
        problem: CellProblem::Domain(fault.problem.clone()),
    };
    fault.words(lang)
}
