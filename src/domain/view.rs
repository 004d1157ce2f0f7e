//! Reads a body by what its fields are to a reader, so that the read model and search need no list of kinds.
//!
//! Everything comes from the table's roles and types. The body should have passed validation; one that did not yields less,
//! never a panic. This module must not decide what may be shown.

use gongshi_verify::names::PlanKey;
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::codes::CodeList;
use super::dates::parse_date;
use super::kind::Kind;
use super::refs::{EntryRef, FileRef};
use super::region::Region;
use super::schema::{Field, FieldType, Role, Target, schema};
use super::uscc::Uscc;

/// A body seen through the table of its kind.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    kind: Kind,
    body: &'a Map<String, Value>,
}

/// One value met on a walk through a body.
#[derive(Debug, Clone, Copy)]
pub struct Leaf<'a, 'p> {
    /// Where it is, such as `items[2].outcome[0]`.
    pub path: &'p str,
    /// The field it belongs to; for an entry of a list, the list's field.
    pub field: &'static Field,
    /// Its own type: that of the entry, not of the list.
    pub ty: FieldType,
    /// The value: text, number, truth value, entry reference or file.
    pub value: &'a Value,
}

/// A field that names another entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Where it is, such as `plan_items[0].item_list`.
    pub path: String,
    /// What it may name.
    pub target: Target,
    /// What it names.
    pub entry: EntryRef,
}

impl<'a> View<'a> {
    /// Looks at a body of that kind.
    #[must_use]
    pub fn new(kind: Kind, body: &'a Map<String, Value>) -> Self {
        Self { kind, body }
    }

    /// The kind it is looked at as.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// A top-level member by name.
    #[must_use]
    pub fn value_of(&self, name: &str) -> Option<&'a Value> {
        self.body.get(name)
    }

    /// A top-level day by name.
    #[must_use]
    pub fn date_of(&self, name: &str) -> Option<Date> {
        self.text_of(name).and_then(parse_date)
    }

    /// The codes of a top-level code or codes field, or of any other member that is a text or a list of texts.
    pub fn codes_of(&self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let value = self.body.get(name);
        let list = value
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        let one = value.and_then(Value::as_str);
        one.into_iter().chain(list.iter().filter_map(Value::as_str))
    }

    /// A top-level text member by name.
    #[must_use]
    pub fn text_of(&self, name: &str) -> Option<&'a str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// Credit code of the subject.
    #[must_use]
    pub fn subject_code(&self) -> Option<Uscc> {
        self.first(Role::SubjectCode)
            .and_then(|text| Uscc::parse(text).ok())
    }

    /// Name of the subject.
    #[must_use]
    pub fn subject_name(&self) -> Option<&'a str> {
        self.first(Role::SubjectName)
    }

    /// Region the record belongs to.
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        self.first(Role::Region)
            .and_then(|text| Region::parse(text).ok())
    }

    /// The number that titles the record: the first number of the table that is present.
    #[must_use]
    pub fn number(&self) -> Option<&'a str> {
        self.first(Role::Number)
    }

    /// All numbers the record bears, in the order of the table.
    #[must_use]
    pub fn numbers(&self) -> Vec<&'a str> {
        self.with_role(Role::Number).collect()
    }

    /// The day the record is about.
    #[must_use]
    pub fn main_date(&self) -> Option<Date> {
        self.first(Role::MainDate).and_then(parse_date)
    }

    /// The plan the record belongs to.
    #[must_use]
    pub fn plan_key(&self) -> Option<PlanKey> {
        let field = schema(self.kind)
            .fields
            .iter()
            .find(|field| field.ty == FieldType::PlanKey && field.role == Role::Number)?;
        self.text_of(field.name)
            .and_then(|text| PlanKey::parse(text).ok())
    }

    /// Every text worth searching, one per line, without the subject's name and the numbers.
    #[must_use]
    pub fn searchable_text(&self) -> String {
        let mut lines = Vec::new();
        self.walk(&mut |leaf| {
            if leaf.field.role == Role::Text {
                lines.extend(leaf.value.as_str());
            }
        });
        lines.join("\n")
    }

    /// Every code with its list, in the order met.
    #[must_use]
    pub fn codes(&self) -> Vec<(CodeList, &'a str)> {
        let mut codes = Vec::new();
        self.walk(&mut |leaf| {
            if let (FieldType::Code(list), Some(code)) = (leaf.ty, leaf.value.as_str()) {
                codes.push((list, code));
            }
        });
        codes
    }

    /// Every reference to another entry.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        let mut references = Vec::new();
        self.walk(&mut |leaf| {
            if let FieldType::EntryRef(target) = leaf.ty
                && let Some(entry) = EntryRef::from_value(leaf.value)
            {
                references.push(Reference {
                    path: leaf.path.to_owned(),
                    target,
                    entry,
                });
            }
        });
        references
    }

    /// Every file the record names.
    #[must_use]
    pub fn files(&self) -> Vec<FileRef> {
        let mut files = Vec::new();
        self.walk(&mut |leaf| {
            if leaf.ty == FieldType::File {
                files.extend(FileRef::from_value(leaf.value));
            }
        });
        files
    }

    /// Calls `visit` for every value of the body in the order of the table, also those inside lists, objects and a
    /// corrected body. Members the table does not know are passed over.
    pub fn walk(&self, visit: &mut dyn FnMut(Leaf<'a, '_>)) {
        walk_object(
            schema(self.kind).fields,
            self.body,
            &mut String::new(),
            visit,
        );
    }

    fn with_role(&self, role: Role) -> impl Iterator<Item = &'a str> + use<'a> {
        let body = self.body;
        let fields = schema(self.kind)
            .fields
            .iter()
            .filter(move |field| field.role == role);
        fields.filter_map(move |field| body.get(field.name).and_then(Value::as_str))
    }

    pub(super) fn first(&self, role: Role) -> Option<&'a str> {
        self.with_role(role).next()
    }
}

fn walk_object<'a>(
    fields: &'static [Field],
    object: &'a Map<String, Value>,
    path: &mut String,
    visit: &mut dyn FnMut(Leaf<'a, '_>),
) {
    for field in fields {
        if let Some(value) = object.get(field.name) {
            let length = path.len();
            if length > 0 {
                path.push('.');
            }
            path.push_str(field.name);
            if let (FieldType::Body, Some(kind), Value::Object(body)) =
                (field.ty, corrected_kind(object), value)
            {
                walk_object(schema(kind).fields, body, path, visit);
            } else {
                walk_value(field, field.ty, value, path, visit);
            }
            path.truncate(length);
        }
    }
}

fn walk_value<'a>(
    field: &'static Field,
    ty: FieldType,
    value: &'a Value,
    path: &mut String,
    visit: &mut dyn FnMut(Leaf<'a, '_>),
) {
    let entry = match ty {
        FieldType::List(item) => *item,
        FieldType::Codes(list) => FieldType::Code(list),
        FieldType::KindList => FieldType::KindName,
        FieldType::Object(fields) => {
            if let Value::Object(object) = value {
                walk_object(fields, object, path, visit);
            }
            return;
        }
        _ => {
            return visit(Leaf {
                path,
                field,
                ty,
                value,
            });
        }
    };
    for (i, one) in value
        .as_array()
        .map_or(&[] as &[Value], Vec::as_slice)
        .iter()
        .enumerate()
    {
        let length = path.len();
        path.push_str(&format!("[{i}]"));
        walk_value(field, entry, one, path, visit);
        path.truncate(length);
    }
}

/// The kind a corrected body has, unless it is one that cannot be corrected.
fn corrected_kind(correction: &Map<String, Value>) -> Option<Kind> {
    let kind: Kind = correction.get("target_kind")?.as_str()?.parse().ok()?;
    (!kind.permanent() && kind != Kind::Correction).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::About;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_penalty_reads_by_role() {
        let body = map(json!({
            "subject_uscc": "91000000MA00000900", "subject_name": "岐山县示例餐饮店", "region": "610323",
            "decision_no": "岐市监罚〔2026〕12号", "violation_type": "未按规定公示", "legal_basis": "某法第一条",
            "penalty_kinds": ["fine"], "content": "罚款", "fine_fen": 100_000, "decided_on": "2026-03-02",
            "attachments": [{"sha256": "0".repeat(64), "size": 3, "media_type": "application/pdf", "name": "决定书.pdf"}],
        }));
        let view = View::new(Kind::Penalty, &body);
        assert_eq!(view.subject_code().unwrap().as_str(), "91000000MA00000900");
        assert_eq!(view.subject_name(), Some("岐山县示例餐饮店"));
        assert_eq!(view.region().unwrap().as_str(), "610323");
        assert_eq!(view.number(), Some("岐市监罚〔2026〕12号"));
        assert_eq!(view.main_date().unwrap().to_string(), "2026-03-02");
        assert_eq!(view.searchable_text(), "未按规定公示\n某法第一条\n罚款");
        assert_eq!(view.codes(), [(CodeList::PenaltyKind, "fine")]);
        assert_eq!(view.files()[0].name, "决定书.pdf");
        assert_eq!(view.plan_key(), None);
    }

    #[test]
    fn nested_values_and_references_are_met() {
        let hash = "a".repeat(64);
        let body = map(json!({
            "plan_key": "610323-SCJG/2026/01",
            "draw": {"index": 9, "leaf_hash": hash},
            "items": [{"item_name": "年报公示信息检查", "outcome": ["problem_corrected"]}],
        }));
        let view = View::new(Kind::InspectionResult, &body);
        assert_eq!(view.plan_key().unwrap().serial(), 1);
        assert_eq!(
            view.references(),
            [Reference {
                path: "draw".to_owned(),
                target: Target {
                    kinds: &[Kind::Draw],
                    about: About::Anybody
                },
                entry: EntryRef {
                    index: 9,
                    leaf_hash: hash
                }
            }]
        );
        assert_eq!(view.searchable_text(), "年报公示信息检查");
        let mut paths = Vec::new();
        view.walk(&mut |leaf| paths.push(leaf.path.to_owned()));
        assert_eq!(
            paths,
            [
                "plan_key",
                "draw",
                "items[0].item_name",
                "items[0].outcome[0]"
            ]
        );
    }

    #[test]
    fn a_corrected_body_is_searched_like_the_original() {
        let body = map(
            json!({"target_kind": "permit", "corrected_body": {"permit_name": "食品经营许可证"}}),
        );
        assert_eq!(
            View::new(Kind::Correction, &body).searchable_text(),
            "食品经营许可证"
        );
        let body = map(json!({"target_kind": "plan", "corrected_body": {"plan_name": "不可更正"}}));
        assert_eq!(View::new(Kind::Correction, &body).searchable_text(), "");
    }
}
