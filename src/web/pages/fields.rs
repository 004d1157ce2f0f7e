//! A body as rows to read: every field of every kind, by the schema's table and the catalogue, without a list of kinds.
//!
//! Objects and lists of objects become a heading with rows one level deeper, so that a template needs no recursion.

use super::Visit;
use crate::domain::schema::{Field, FieldType, schema};
use crate::domain::{EntryRef, FileRef, Kind, Uscc};
use crate::rules::Place;
use crate::text::Catalogue;
use crate::web::links;
use crate::web::render::{Moment, grouped, yuan};
use gongshi_verify::registry::Registry;
use gongshi_verify::time::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

/// Rows shown; what is beyond stands in the JSON only, so that a page stays small.
pub(super) const MAX_ROWS: usize = 160;
/// Values of one field shown.
const MAX_VALUES: usize = 60;

/// One field, or the heading of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct FieldRow {
    pub(super) label: String,
    /// How deep it stands, from 0.
    pub(super) level: usize,
    /// Whether it is the heading of an object.
    pub(super) heading: bool,
    pub(super) values: Vec<Piece>,
    /// Where it is in the body, such as `items[2].outcome`.
    #[serde(skip)]
    pub(super) path: String,
    /// What stands there; of a heading, nothing.
    #[serde(skip)]
    pub(super) raw: Value,
    /// Values that are left out.
    pub(super) omitted: usize,
}

/// What a field means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Meaning {
    text: String,
    help: String,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(super) struct Piece {
    text: String,
    href: Option<String>,
    /// `datetime` of a date or time.
    datetime: Option<String>,
    /// The machine's code behind a name.
    code: Option<String>,
    /// Shown in fixed width: keys, hashes.
    mono: bool,
    /// Words of a record, in the records' language.
    words: bool,
}

impl Piece {
    fn plain(text: impl Into<String>) -> Self {
        Piece {
            text: text.into(),
            ..Piece::default()
        }
    }

    fn mono(text: impl Into<String>) -> Self {
        Piece {
            mono: true,
            ..Piece::plain(text)
        }
    }
}

/// Writes rows for one body.
pub(super) struct Fields<'a> {
    visit: &'a Visit,
    registry: &'a Registry,
    kind: Kind,
    /// Where and when its codes are read.
    place: Place,
    path: String,
    /// Most rows.
    most: usize,
    /// The rows of the body.
    pub(super) rows: Vec<FieldRow>,
    /// The meaning of every field met, each once.
    pub(super) meanings: Vec<Meaning>,
    /// Rows left out.
    pub(super) omitted: usize,
}

impl<'a> Fields<'a> {
    /// Reads a body.
    pub(super) fn of(
        visit: &'a Visit,
        registry: &'a Registry,
        kind: Kind,
        body: &Map<String, Value>,
        place: Place,
    ) -> Self {
        Self::up_to(MAX_ROWS, visit, registry, kind, body, place)
    }

    /// Reads a body; at most so many rows are made.
    pub(super) fn up_to(
        most: usize,
        visit: &'a Visit,
        registry: &'a Registry,
        kind: Kind,
        body: &Map<String, Value>,
        place: Place,
    ) -> Self {
        let mut fields = Fields {
            visit,
            registry,
            kind,
            place,
            path: String::new(),
            most,
            rows: Vec::new(),
            meanings: Vec::new(),
            omitted: 0,
        };
        fields.object(schema(kind).fields, body, 0);
        fields
    }

    fn object(&mut self, fields: &'static [Field], object: &Map<String, Value>, level: usize) {
        for field in fields {
            if let Some(value) = object.get(field.name) {
                self.mean(field);
                let outer = self.go_into(field.name);
                self.field(field, value, object, level);
                self.path = outer;
            }
        }
        // A record of a later version may hold more than this table knows: shown as it stands.
        for (name, value) in object {
            if !fields.iter().any(|field| field.name == name) {
                let piece = Piece::mono(value.to_string());
                let outer = self.go_into(name);
                self.push(FieldRow {
                    path: self.path.clone(),
                    raw: value.clone(),
                    label: name.clone(),
                    level,
                    heading: false,
                    values: vec![piece],
                    omitted: 0,
                });
                self.path = outer;
            }
        }
    }

    fn field(
        &mut self,
        field: &'static Field,
        value: &Value,
        object: &Map<String, Value>,
        level: usize,
    ) {
        match (field.ty, value) {
            (FieldType::Object(inner), Value::Object(members)) => {
                self.heading(field, None, level);
                self.object(inner, members, level + 1);
            }
            (FieldType::List(FieldType::Object(inner)), Value::Array(items)) => {
                for (i, item) in items.iter().enumerate() {
                    let list = self.path.clone();
                    self.path.push_str(&format!("[{i}]"));
                    self.heading(field, Some((i + 1, items.len())), level);
                    if let Value::Object(members) = item {
                        self.object(inner, members, level + 1);
                    }
                    self.path = list;
                }
            }
            (FieldType::Body, Value::Object(members)) => {
                let target = object.get("target_kind").and_then(Value::as_str);
                self.heading(field, None, level);
                if let Some(kind) = target.and_then(|kind| kind.parse::<Kind>().ok()) {
                    let outer = std::mem::replace(&mut self.kind, kind);
                    self.object(schema(kind).fields, members, level + 1);
                    self.kind = outer;
                }
            }
            (ty, value) => {
                let whole = value;
                let (ty, values) = match (ty, value) {
                    (FieldType::List(item), Value::Array(items)) => (*item, items.as_slice()),
                    (FieldType::Codes(list), Value::Array(items)) => {
                        (FieldType::Code(list), items.as_slice())
                    }
                    (FieldType::KindList, Value::Array(items)) => {
                        (FieldType::KindName, items.as_slice())
                    }
                    (ty, value) => (ty, std::slice::from_ref(value)),
                };
                let shown = values.iter().take(MAX_VALUES);
                let row = FieldRow {
                    path: self.path.clone(),
                    raw: whole.clone(),
                    label: self.label(field),
                    level,
                    heading: false,
                    values: shown.map(|value| self.piece(ty, field, value)).collect(),
                    omitted: values.len().saturating_sub(MAX_VALUES),
                };
                self.push(row);
            }
        }
    }

    fn heading(&mut self, field: &Field, place: Option<(usize, usize)>, level: usize) {
        let place = place.map(|(i, of)| {
            let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX).into();
            let args = [("i", number(i)), ("of", number(of))];
            Piece::plain(self.visit.say("page-item-of", &args))
        });
        let row = FieldRow {
            path: self.path.clone(),
            raw: Value::Null,
            label: self.label(field),
            level,
            heading: true,
            values: place.into_iter().collect(),
            omitted: 0,
        };
        self.push(row);
    }

    fn push(&mut self, row: FieldRow) {
        if self.rows.len() < self.most {
            self.rows.push(row);
        } else {
            self.omitted += 1;
        }
    }

    /// Goes one member deeper, and gives the place to come back to.
    fn go_into(&mut self, name: &str) -> String {
        let outer = self.path.clone();
        if !outer.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
        outer
    }

    fn label(&self, field: &Field) -> String {
        Catalogue::built_in().field(self.visit.lang, self.kind.as_str(), field.name)
    }

    fn mean(&mut self, field: &Field) {
        let (lang, kind) = (self.visit.lang, self.kind.as_str());
        let meaning = Meaning {
            text: self.label(field),
            help: Catalogue::built_in().field_help(lang, kind, field.name),
        };
        if !self.meanings.contains(&meaning) {
            self.meanings.push(meaning);
        }
    }

    fn piece(&self, ty: FieldType, field: &Field, value: &Value) -> Piece {
        let lang = self.visit.lang;
        match (ty, value) {
            (FieldType::Code(list), Value::String(code)) => Piece {
                code: Some(code.clone()),
                ..Piece::plain(self.visit.code_name(list, code, self.place))
            },
            (FieldType::Uscc, Value::String(code)) => Piece {
                href: Uscc::parse(code)
                    .ok()
                    .map(|code| links::enterprise(lang, code.as_str())),
                ..Piece::mono(code)
            },
            (FieldType::Region, Value::String(code)) => {
                Piece::plain(self.visit.region_name(self.registry, code))
            }
            (FieldType::Authority, Value::String(id)) => {
                let link = self.visit.authority_link(self.registry, id);
                match link.text == *id {
                    true => Piece::mono(id),
                    false => Piece {
                        text: link.text,
                        href: Some(link.href),
                        code: Some(id.clone()),
                        words: true,
                        ..Piece::default()
                    },
                }
            }
            (FieldType::Date, Value::String(date)) => Piece {
                datetime: Some(date.clone()),
                ..Piece::plain(date)
            },
            (FieldType::Time, Value::String(time)) => match Timestamp::parse(time) {
                Ok(time) => {
                    let moment = Moment::new(lang, time);
                    Piece {
                        datetime: Some(moment.iso),
                        ..Piece::plain(moment.text)
                    }
                }
                Err(_) => Piece::plain(time),
            },
            (FieldType::MoneyFen, Value::Number(fen)) => match fen.as_i64() {
                Some(fen) => Piece::plain(yuan(lang, fen)),
                None => Piece::plain(fen.to_string()),
            },
            (FieldType::Integer { min, .. }, Value::Number(number)) => match number.as_i64() {
                // Years and other numbers that begin above zero are names, not quantities.
                Some(number) if min <= 1 && field.name != "round" => Piece::plain(grouped(number)),
                _ => Piece::plain(number.to_string()),
            },
            (FieldType::Bool, Value::Bool(true)) => Piece::plain(self.visit.word("page-yes")),
            (FieldType::Bool, Value::Bool(false)) => Piece::plain(self.visit.word("page-no")),
            (FieldType::EntryRef(_), value) => match EntryRef::from_value(value) {
                Some(target) => Piece {
                    href: Some(links::record(lang, target.index)),
                    ..Piece::plain(format!("#{}", target.index))
                },
                None => Piece::mono(value.to_string()),
            },
            (FieldType::KindName, Value::String(kind)) => Piece {
                code: Some(kind.clone()),
                ..Piece::plain(self.visit.kind_name(kind))
            },
            (FieldType::File, value) => match FileRef::from_value(value) {
                Some(file) => Piece {
                    href: Some(links::file(&file.sha256)),
                    code: Some(file.sha256.clone()),
                    words: true,
                    ..Piece::plain(format!(
                        "{} ({}, {})",
                        file.name,
                        file.media_type,
                        self.visit
                            .say("page-bytes", &[("size", grouped(file.size).into())])
                    ))
                },
                None => Piece::mono(value.to_string()),
            },
            (
                FieldType::Sha256
                | FieldType::Hex { .. }
                | FieldType::PublicKey
                | FieldType::Signature
                | FieldType::SignedNote
                | FieldType::PlanKey
                | FieldType::DrawId
                | FieldType::Token,
                Value::String(text),
            ) => Piece::mono(text),
            (_, Value::String(text)) => Piece {
                words: true,
                ..Piece::plain(text)
            },
            (_, value) => Piece::mono(value.to_string()),
        }
    }
}
