//! The county's libraries: all subjects in the open, the restaurants with sealed classes, and the officers.

use crate::demo::dice::Dice;
use crate::demo::schedule::World;
use crate::domain::codes::SubjectType;
use gongshi_verify::draw::ticket::{class_commitment, ticket_commitment};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{Hash, sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Officers of the whole county.
pub(super) const OFFICERS: usize = 256;
/// Restaurants in the library with sealed classes.
const SEALED: usize = 600;
/// Of every hundred restaurants so many are of each class.
pub(super) const CLASSES: [(&str, usize); 4] = [("A", 75), ("B", 18), ("C", 4), ("D", 3)];

/// The strata of the open library with their names.
pub(super) const STRATA: [(&str, &str); 4] = [
    ("cooperative", "农民专业合作社"),
    ("enterprise", "企业"),
    ("individual", "个体工商户"),
    ("other", "其他组织"),
];
/// Qualifications of officers with their meaning.
pub(super) const QUALIFICATIONS: [(&str, &str); 2] =
    [("enforcement", "行政执法资质"), ("special", "专业技术专长")];

/// The name of a stratum or class.
pub(super) fn name_of(stratum: &str) -> String {
    let known = STRATA.iter().find(|(token, _)| *token == stratum);
    known.map_or_else(|| format!("{stratum}类"), |(_, name)| (*name).to_owned())
}

/// What opens a sealed target.
pub(super) struct Opened {
    pub id: String,
    pub class: &'static str,
    pub class_salt: Hash,
    pub ticket_salt: Hash,
}

/// The texts of the libraries.
pub(super) struct Libraries {
    pub open: String,
    pub sealed: String,
    pub openings: Vec<Opened>,
    pub officers: String,
}

/// The stratum of a subject: its form, a public fact.
pub(super) fn stratum(form: SubjectType) -> &'static str {
    match form {
        SubjectType::Enterprise => "enterprise",
        SubjectType::IndividualBusiness => "individual",
        SubjectType::FarmerCooperative => "cooperative",
        _ => "other",
    }
}

impl Libraries {
    pub(super) fn invent(world: &World) -> Self {
        let (sealed, openings) = sealed(world);
        Libraries {
            open: open(world),
            sealed,
            openings,
            officers: officers(world),
        }
    }
}

/// Every subject, with the departments that permit its trade; one in so many belongs to a department without permits.
fn open(world: &World) -> String {
    let departments = &world.county.departments;
    let mut lines = BTreeMap::new();
    for (number, subject) in world.register.subjects.iter().enumerate() {
        let mut sent = BTreeSet::from([departments[0].id.as_str()]);
        for permit in &subject.permits {
            sent.insert(world.words.permits[*permit].by.as_str());
        }
        sent.insert(&departments[number % departments.len()].id);
        let sent: Vec<&str> = sent.into_iter().collect();
        let line = format!(
            "ddraw/1|target|{}|{}|{}|0\n",
            subject.uscc.as_str(),
            stratum(subject.form),
            sent.join(",")
        );
        lines.insert(subject.uscc.as_str(), line);
    }
    lines.into_values().collect()
}

/// Restaurants whose credit class is known to the department alone.
fn sealed(world: &World) -> (String, Vec<Opened>) {
    let mut dice = Dice::new("classes");
    let food = world
        .words
        .permits
        .iter()
        .position(|permit| permit.name.contains("食品经营"));
    let sells = |permits: &[usize]| food.is_some_and(|food| permits.contains(&food));
    let subjects = world
        .register
        .subjects
        .iter()
        .filter(|subject| sells(&subject.permits));
    let mut openings: Vec<Opened> = subjects
        .take(world.scale.of(SEALED).max(40))
        .map(|subject| {
            let id = subject.uscc.as_str().to_owned();
            let salt = |what: &str| sha256(format!("gongshi/demo-{what}/v1|{id}").as_bytes());
            Opened {
                class: dice.weighted(&CLASSES, |(_, weight)| *weight).0,
                class_salt: salt("class"),
                ticket_salt: salt("ticket"),
                id,
            }
        })
        .collect();
    openings.sort_by(|one, other| one.id.cmp(&other.id));
    let line = |one: &Opened| {
        format!(
            "ddraw/1|starget|{}|0|{}|{}\n",
            one.id,
            hex(&class_commitment(&one.class_salt, one.class)),
            hex(&ticket_commitment(&one.ticket_salt))
        )
    };
    (openings.iter().map(line).collect(), openings)
}

/// Officers under pseudonyms: sixty of the market's, the others' even; every third has a speciality.
fn officers(world: &World) -> String {
    let departments = &world.county.departments;
    let mut lines = BTreeMap::new();
    for number in 0..OFFICERS {
        let department = match number {
            0..60 => 0,
            _ => 1 + number % (departments.len() - 1),
        };
        let digest = sha256(format!("gongshi/demo-officer/v1|{number}").as_bytes());
        let id = format!("R{}", hex(&digest)[..11].to_uppercase());
        let quals = if number % 3 == 0 {
            "enforcement,special"
        } else {
            "enforcement"
        };
        let line = format!(
            "ddraw/1|officer|{id}|{}|{quals}\n",
            departments[department].id
        );
        lines.insert(id, line);
    }
    lines.into_values().collect()
}
