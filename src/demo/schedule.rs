//! The whole year as a list of records to be published, before anything is signed or logged.
//!
//! Pure and repeatable: the same scale gives the same bodies, salts and times. What a record says of an earlier one is
//! kept as a number in this list and becomes index and leaf hash when it is filled in.

use super::calendar::{Calendar, opening};
use super::data::{self, Cases, County, Words};
use super::register::{Register, Subject};
use super::{Scale, decisions, inspections, journeys, lists, misc, permits, planning};
use crate::domain::Kind;
use gongshi_verify::hash::sha256;
use gongshi_verify::json::Value;
use gongshi_verify::names::PlanKey;
use gongshi_verify::time::Timestamp;
use std::collections::{BTreeMap, HashMap};

/// Number of a record in [`Schedule::planned`].
pub type RecordNumber = usize;

/// One record to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// When the log is to take it.
    pub slot: Timestamp,
    /// When the department says it said so: up to half an hour earlier.
    pub issued_at: Timestamp,
    /// Position in [`Schedule::departments`].
    pub department: usize,
    /// Kind of record.
    pub kind: Kind,
    /// Its members, all but the references.
    pub body: BTreeMap<String, Value>,
    /// Members that name earlier records, such as `listing` or `plan_items/0/item_list`.
    pub references: Vec<(&'static str, RecordNumber)>,
    /// The plan it belongs to, as the entry names it.
    pub plan: Option<String>,
    /// The text of a file that it names.
    pub file: Option<String>,
    /// Whether the server makes it when its time has come: a draw. It has no body here.
    pub drawn: bool,
    /// Its salt.
    pub salt: [u8; 32],
}

impl Planned {
    /// Sets a member that names an earlier record.
    pub fn refer(body: &mut BTreeMap<String, Value>, path: &str, place: Value) {
        let mut parts = path.split('/');
        let name = parts.next().unwrap_or_default().to_owned();
        let Some(number) = parts.next() else {
            body.insert(name, place);
            return;
        };
        if let (Some(Value::Array(list)), Ok(number)) =
            (body.get_mut(&name), number.parse::<usize>())
            && let (Some(Value::Object(members)), Some(member)) =
                (list.get_mut(number), parts.next())
        {
            members.insert(member.to_owned(), place);
        }
    }
}

/// A department that publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    /// Identifier.
    pub id: String,
    /// Name for people.
    pub name: String,
}

/// The year.
pub struct Schedule {
    /// The operator of the log.
    pub operator: Publisher,
    /// The departments, in the order they are registered.
    pub departments: Vec<Publisher>,
    /// When the log begins.
    pub opening: Timestamp,
    /// Number of subjects in the register.
    pub subjects: usize,
    /// The records, in no particular order: their positions are their numbers.
    pub planned: Vec<Planned>,
    /// Positions in `planned` by time of logging.
    pub order: Vec<RecordNumber>,
}

impl Schedule {
    /// Invents the year.
    #[must_use]
    pub fn invent(scale: Scale) -> Self {
        let world = World::new(scale);
        let mut builder = Builder {
            world: &world,
            planned: Vec::new(),
            numbers: HashMap::new(),
        };
        let visits = planning::make(&mut builder);
        permits::permits(&mut builder);
        permits::promises(&mut builder);
        let cases = inspections::make(&mut builder, &visits);
        decisions::make(&mut builder, cases);
        let listed = lists::make(&mut builder);
        journeys::make(&mut builder, &listed);
        misc::make(&mut builder);
        let mut planned = builder.planned;
        for (number, record) in planned.iter_mut().enumerate() {
            record.salt =
                sha256(format!("gongshi/demo-salt/v1|{}|{number}", scale.divisor()).as_bytes());
            let early = i64::from(record.salt[0]) * 7;
            record.issued_at = Timestamp::from_unix(record.slot.unix() - early)
                .expect("half an hour before a moment of 2026 is a time");
        }
        let mut order: Vec<usize> = (0..planned.len()).collect();
        // Within a slot the salt decides, as it does for imported batches: neighbours tell nothing.
        order.sort_unstable_by_key(|number| (planned[*number].slot, planned[*number].salt));
        Schedule {
            operator: Publisher {
                id: world.county.operator.id.clone(),
                name: world.county.operator.name.clone(),
            },
            departments: world
                .county
                .departments
                .iter()
                .map(|department| Publisher {
                    id: department.id.clone(),
                    name: department.name.clone(),
                })
                .collect(),
            opening: opening(),
            subjects: world.register.subjects.len(),
            planned,
            order,
        }
    }
}

/// Everything the topics draw on.
pub(super) struct World {
    pub scale: Scale,
    pub county: County,
    pub words: Words,
    pub cases: Cases,
    pub calendar: Calendar,
    pub register: Register,
}

impl World {
    fn new(scale: Scale) -> Self {
        let (county, words) = (data::county(), data::words());
        let holidays = county.holidays.iter().cloned().collect();
        World {
            scale,
            calendar: Calendar::new(&holidays),
            register: Register::invent(scale.of(super::SUBJECTS), &county, &words),
            cases: data::cases(),
            county,
            words,
        }
    }

    /// Position of a department.
    pub(super) fn department(&self, id: &str) -> usize {
        self.county
            .departments
            .iter()
            .position(|department| department.id == id)
            .expect("the built-in texts name only departments of the county")
    }

    /// The day as records write it.
    pub(super) fn date(&self, day: usize) -> String {
        self.calendar.date(day).to_string()
    }
}

/// Gathers records.
pub(super) struct Builder<'a> {
    pub world: &'a World,
    pub planned: Vec<Planned>,
    numbers: HashMap<(usize, &'static str), usize>,
}

impl Builder<'_> {
    /// Adds a record logged in a slot of a day.
    pub(super) fn add(
        &mut self,
        (day, slot): (usize, usize),
        department: usize,
        kind: Kind,
        body: Body,
    ) -> RecordNumber {
        let slot = self.world.calendar.slot(day, slot);
        self.add_at(slot, department, kind, body, None)
    }

    /// The same with a file that the record names.
    pub(super) fn add_with(
        &mut self,
        (day, slot): (usize, usize),
        department: usize,
        kind: Kind,
        body: Body,
        file: &str,
    ) -> RecordNumber {
        let slot = self.world.calendar.slot(day, slot);
        self.add_at(slot, department, kind, body, Some(file))
    }

    /// Adds a record logged at a moment of its own.
    pub(super) fn add_at(
        &mut self,
        slot: Timestamp,
        department: usize,
        kind: Kind,
        body: Body,
        file: Option<&str>,
    ) -> RecordNumber {
        self.planned.push(Planned {
            slot,
            issued_at: slot,
            department,
            kind,
            body: body.members,
            references: body.references,
            plan: body.plan,
            file: file.map(str::to_owned),
            drawn: false,
            salt: [0; 32],
        });
        self.planned.len() - 1
    }

    /// Adds a draw that the server makes.
    pub(super) fn add_draw(
        &mut self,
        slot: Timestamp,
        lead: usize,
        plan: &PlanKey,
    ) -> RecordNumber {
        let number = self.add_at(
            slot,
            lead,
            Kind::Draw,
            Body::nested().about_plan(plan),
            None,
        );
        self.planned[number].drawn = true;
        number
    }

    /// The next number of a series of a department, from 1.
    pub(super) fn next(&mut self, department: usize, series: &'static str) -> usize {
        let number = self.numbers.entry((department, series)).or_default();
        *number += 1;
        *number
    }

    /// The next document number of a department, such as 示市监罚〔2026〕12号.
    pub(super) fn document(&mut self, department: usize, series: &'static str) -> String {
        let number = self.next(department, series);
        let short = &self.world.county.departments[department].short;
        format!("{short}{series}〔2026〕{number}号")
    }
}

/// A body being written.
pub(super) struct Body {
    pub(super) members: BTreeMap<String, Value>,
    references: Vec<(&'static str, RecordNumber)>,
    plan: Option<String>,
}

impl Body {
    /// A body about the county.
    pub(super) fn new() -> Self {
        let members = BTreeMap::from([("region".to_owned(), Value::from("000000"))]);
        Body {
            members,
            references: Vec::new(),
            plan: None,
        }
    }

    /// A body about a subject, with its form where the kind has a place for it.
    pub(super) fn about(subject: &Subject, with_form: bool) -> Self {
        let body = Body::new()
            .text("subject_uscc", subject.uscc.as_str())
            .text("subject_name", subject.name.as_str());
        if with_form {
            body.text("subject_type", subject.form.as_str())
        } else {
            body
        }
    }

    /// A member of an object in a body.
    pub(super) fn nested() -> Self {
        Body {
            members: BTreeMap::new(),
            references: Vec::new(),
            plan: None,
        }
    }

    pub(super) fn put(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.to_owned(), value);
        self
    }

    pub(super) fn text(self, name: &str, text: impl Into<String>) -> Self {
        self.put(name, Value::String(text.into()))
    }

    pub(super) fn number(self, name: &str, number: usize) -> Self {
        self.put(name, Value::Int(i64::try_from(number).unwrap_or(i64::MAX)))
    }

    pub(super) fn texts<T: AsRef<str>>(
        self,
        name: &str,
        texts: impl IntoIterator<Item = T>,
    ) -> Self {
        let texts = texts.into_iter().map(|text| text.as_ref().into()).collect();
        self.put(name, Value::Array(texts))
    }

    /// A member that names an earlier record.
    pub(super) fn refer(mut self, name: &'static str, record: RecordNumber) -> Self {
        self.references.push((name, record));
        self
    }

    /// A record whose entry names a plan.
    pub(super) fn about_plan(mut self, plan: &PlanKey) -> Self {
        self.plan = Some(plan.to_string());
        self
    }

    /// The plan that the entry names.
    pub(super) fn plan(&self) -> Option<&str> {
        self.plan.as_deref()
    }

    /// As a value inside another body.
    pub(super) fn value(self) -> Value {
        Value::Object(self.members)
    }
}
