//! Records of one kind as tables under the column names of the systems that departments report to: 国家企业信用信息公示系统 (`gsxt`) and 信用中国
//! (`creditchina`).
//!
//! Columns in those systems' spelling are known from their public data; where none is known, the column has our field's name. Values are those of the
//! record as it stands: days as in the record, codes by their Chinese names, money in units of ten thousand yuan. A record may come to several rows.

use super::{AT_ONCE, Asked};
use crate::domain::codes::CodeList;
use crate::domain::dates::day_in_china;
use crate::domain::schema::schema;
use crate::domain::{Kind, View};
use crate::web::pages::Visit;
use crate::web::pages::fault::Fault;
use crate::web::pages::streamed::Parts;
use crate::web::pages::summary::Loaded;
use crate::web::problem::{Problem, internal};
use crate::web::table::{begun, plain};
use serde_json::{Map, Value};

/// Where the value of a column comes from.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// A member of the body: a text, a day, a number; of codes their names.
    Field(&'static str),
    /// A sum of money in fen, in ten thousand yuan.
    Money(&'static str),
    /// The office named in the body, else the authority.
    Office,
    /// The day of publication.
    Published,
    /// The last day of display, where the rules name one.
    Until,
    /// A member of each item of the list `items`; where there are no items, of the body.
    Item(&'static str),
}

use Source::{Field, Item, Money, Office, Published, Until};

type Columns = &'static [(&'static str, Source)];

/// What stands in every table after the index.
const SUBJECT: Columns = &[
    ("subject_uscc", Field("subject_uscc")),
    ("subject_name", Field("subject_name")),
];

/// A layout of a kind.
pub(super) struct Layout {
    pub(super) name: &'static str,
    columns: Columns,
}

/// The kinds that a layout has.
const LAYOUTS: &[(&str, Kind, Columns)] = &[
    (
        "gsxt",
        Kind::InspectionResult,
        &[
            ("raninsPlanId", Field("plan_key")),
            ("raninsTaskId", Field("task_no")),
            ("raninsTypeName", Field("draw_type")),
            ("insAuth", Office),
            ("insDate", Field("completed_on")),
            ("raninsItemName", Item("item_name")),
            ("raninsCheckResName", Item("outcome")),
        ],
    ),
    (
        "gsxt",
        Kind::Penalty,
        &[
            ("penDecNo", Field("decision_no")),
            ("illegActType", Field("violation_type")),
            ("penContent", Field("content")),
            ("penAuth_CN", Office),
            ("penDecIssDate", Field("decided_on")),
            ("publicDate", Published),
        ],
    ),
    (
        "gsxt",
        Kind::Permit,
        &[
            ("licName_CN", Field("permit_name")),
            ("licNo", Field("permit_no")),
            ("valFrom", Field("valid_from")),
            ("valTo", Field("valid_to")),
            ("licAnth", Office),
            ("licItem", Field("content")),
        ],
    ),
    (
        "gsxt",
        Kind::AbnormalListing,
        &[
            ("speCause_CN", Field("listed_reason")),
            ("abntime", Field("listed_on")),
            ("decOrg_CN", Office),
        ],
    ),
    (
        "gsxt",
        Kind::AbnormalRemoval,
        &[
            ("speCause_CN", Field("listed_reason")),
            ("abntime", Field("listed_on")),
            ("remExcpRes_CN", Field("removed_reason")),
            ("remDate", Field("removed_on")),
            ("reDecOrg_CN", Office),
        ],
    ),
    (
        "gsxt",
        Kind::SeriousListing,
        &[
            ("category", Field("serious_category")),
            ("serILLRea_CN", Field("reason")),
            ("abntime", Field("listed_on")),
            ("decOrg_CN", Office),
        ],
    ),
    (
        "gsxt",
        Kind::SeriousRemoval,
        &[
            ("abntime", Field("listed_on")),
            ("remExcpRes_CN", Field("serious_removal_reason")),
            ("remDate", Field("removed_on")),
            ("reDecOrg_CN", Office),
        ],
    ),
    (
        "creditchina",
        Kind::Penalty,
        &[
            ("decision_no", Field("decision_no")),
            ("violation_type", Field("violation_type")),
            ("cf_sy", Field("facts")),
            ("cf_yj", Field("legal_basis")),
            ("cf_cflb", Field("penalty_kinds")),
            ("content", Field("content")),
            ("cf_nr_fk", Money("fine_fen")),
            ("cf_nr_wfff", Money("confiscated_fen")),
            ("cf_nr_zkdx", Field("licence_affected")),
            ("decided_on", Field("decided_on")),
            ("cf_yxq", Field("valid_until")),
            ("cf_gsjzq", Until),
            ("authority_name", Office),
            ("cf_cfjgdm", Field("authority_uscc")),
            ("cf_sjly", Field("data_source")),
        ],
    ),
    (
        "creditchina",
        Kind::Permit,
        &[
            ("permit_name", Field("permit_name")),
            ("permit_no", Field("permit_no")),
            ("XK_WSH", Field("decision_no")),
            ("XK_XKLB", Field("permit_kind")),
            ("content", Field("content")),
            ("XK_JDRQ", Field("decided_on")),
            ("valid_from", Field("valid_from")),
            ("valid_to", Field("valid_to")),
            ("XK_ZT", Field("permit_status")),
            ("authority_name", Office),
            ("authority_uscc", Field("authority_uscc")),
            ("data_source", Field("data_source")),
        ],
    ),
];

impl Layout {
    pub(super) fn of(name: &str, kind: Kind) -> Result<Self, Problem> {
        let found = LAYOUTS
            .iter()
            .find(|(layout, of, _)| *layout == name && *of == kind);
        let found = found.map(|(name, _, columns)| Layout { name, columns });
        found.ok_or_else(|| {
            let there: Vec<String> = LAYOUTS
                .iter()
                .map(|(layout, kind, _)| format!("{layout}/{kind}.csv"))
                .collect();
            Problem::not_found(format!(
                "there is no such table; there are {}",
                there.join(", ")
            ))
        })
    }

    fn head(&self) -> Vec<&'static str> {
        let columns = SUBJECT.iter().chain(self.columns);
        ["index"]
            .into_iter()
            .chain(columns.map(|(name, _)| *name))
            .collect()
    }
}

/// A table on its way out.
pub(super) struct Table {
    visit: Visit,
    asked: Asked,
    layout: Layout,
    begun: bool,
    ended: bool,
}

impl Table {
    pub(super) fn new(visit: Visit, asked: Asked, layout: Layout) -> Self {
        Table {
            visit,
            asked,
            layout,
            begun: false,
            ended: false,
        }
    }

    /// The rows of a record.
    fn rows(&self, loaded: &Loaded) -> Result<Vec<Vec<String>>, Problem> {
        let Some(view) = loaded.view() else {
            return Ok(Vec::new());
        };
        let none = Map::new();
        let items = view.value_of("items").and_then(Value::as_array);
        let items: Vec<&Map<String, Value>> = items
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .collect();
        let each = self.layout.columns.iter();
        let by_item = each.clone().any(|(_, from)| matches!(from, Item(_)));
        let items = match by_item && !items.is_empty() {
            true => items,
            false => vec![&none],
        };
        let mut rows = Vec::with_capacity(items.len());
        for item in items {
            let mut row = vec![loaded.index.to_string()];
            for (_, from) in SUBJECT.iter().chain(self.layout.columns) {
                row.push(plain(&self.cell(loaded, &view, item, *from)?));
            }
            rows.push(row);
        }
        Ok(rows)
    }

    fn cell(
        &self,
        loaded: &Loaded,
        view: &View<'_>,
        item: &Map<String, Value>,
        from: Source,
    ) -> Result<String, Problem> {
        let entry = &loaded.entry;
        Ok(match from {
            Field(name) => self.text(loaded, view, name, view.value_of(name)),
            Item(name) => match item.get(name) {
                Some(value) => self.text(loaded, view, name, Some(value)),
                None => self.text(loaded, view, name, view.value_of(name)),
            },
            Money(name) => {
                let fen = view.value_of(name).and_then(Value::as_u64);
                fen.map(ten_thousand_yuan).unwrap_or_default()
            }
            Office => match view.text_of("authority_name") {
                Some(name) => name.to_owned(),
                None => {
                    let registry = self.visit.portal.intake.registry();
                    self.visit
                        .authority_link(&registry, entry.authority.as_str())
                        .text
                }
            },
            Published => day_in_china(entry.logged_at.unix()).to_string(),
            Until => {
                let due = self.visit.portal.model.last_day(loaded.index)?;
                due.map(|due| due.last_day.to_string()).unwrap_or_default()
            }
        })
    }

    /// A value as the table has it: of codes their Chinese names.
    fn text(&self, loaded: &Loaded, view: &View<'_>, name: &str, value: Option<&Value>) -> String {
        let list = schema(view.kind())
            .field(name)
            .and_then(|field| field.ty.code_list());
        let one = |value: &Value| match (value, list) {
            (Value::String(code), Some(list)) => self.code_named(loaded, view, list, code),
            (Value::String(text), None) => text.clone(),
            (Value::Number(number), _) => number.to_string(),
            _ => String::new(),
        };
        match value {
            Some(Value::Array(all)) => all.iter().map(one).collect::<Vec<_>>().join("；"),
            Some(value) => one(value),
            None => String::new(),
        }
    }

    fn code_named(&self, loaded: &Loaded, view: &View<'_>, list: CodeList, code: &str) -> String {
        let body = loaded.body.as_ref();
        let place = body.map(|body| loaded.place(view.kind(), body));
        match place {
            Some(place) => self.visit.code_name(list, code, place),
            None => code.to_owned(),
        }
    }
}

/// Fen as ten thousands of yuan, with no more digits than it has.
fn ten_thousand_yuan(fen: u64) -> String {
    let text = format!("{}.{:06}", fen / 1_000_000, fen % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Parts for Table {
    fn ended(&self) -> bool {
        self.ended
    }

    fn part(&mut self) -> Result<Vec<u8>, Problem> {
        let head = self.layout.head();
        let mut table = match std::mem::replace(&mut self.begun, true) {
            false => {
                let mut table = begun();
                table
                    .write_record(&head)
                    .map_err(|error| internal(&error))?;
                table
            }
            true => csv::Writer::from_writer(Vec::new()),
        };
        let log = &self.visit.portal.log;
        let until = self.asked.end.min(self.asked.next.saturating_add(AT_ONCE));
        for (index, leaf) in (self.asked.next..).zip(log.leaves(self.asked.next..until)?) {
            let entry = gongshi_verify::entry::Entry::parse(&leaf.entry);
            let entry = entry.map_err(|error| internal(&error))?;
            let asked = self
                .asked
                .has(entry.kind.as_str(), entry.authority.as_str());
            if !asked || leaf.record.is_none() {
                continue;
            }
            let loaded = self
                .visit
                .load(index)
                .map_err(|fault: Fault| fault.problem())?;
            for row in self.rows(&loaded)? {
                table.write_record(&row).map_err(|error| internal(&error))?;
            }
        }
        self.asked.next = until;
        if until == self.asked.end {
            self.ended = true;
            let note = &self.visit.portal.log.published().note;
            let mut row = vec![""; head.len()];
            (row[0], row[1]) = ("checkpoint", note);
            table.write_record(&row).map_err(|error| internal(&error))?;
        }
        table
            .into_inner()
            .map_err(|error| internal(&error.into_error()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_in_ten_thousands_of_yuan() {
        for (fen, text) in [
            (0, "0"),
            (1, "0.000001"),
            (500_000, "0.5"),
            (70_800_000, "70.8"),
            (123_456_789, "123.456789"),
            (1_000_000, "1"),
        ] {
            assert_eq!(ten_thousand_yuan(fen), text);
        }
    }

    #[test]
    fn every_column_is_of_a_field_that_is_there() {
        for (layout, kind, columns) in LAYOUTS {
            let fields = schema(*kind).fields;
            for (column, from) in SUBJECT.iter().chain(*columns) {
                let (Field(name) | Money(name)) = from else {
                    continue;
                };
                let there = fields.iter().any(|field| field.name == *name);
                assert!(there, "{layout} {kind} {column}: {name}");
            }
        }
    }
}
