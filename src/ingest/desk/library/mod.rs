//! From a list as a department has it to the leaves of a library (名录库).
//!
//! Every row is read, every bad one told; a library is made of a list without any, for who is left out of it cannot be drawn.
//! Names, addresses and numbers of papers stay behind: a leaf holds ids and tokens only.

mod columns;
mod names;
mod sealing;
mod template;

pub use columns::{NAMED_BY, Shape};
pub use names::{Names, NamesError};
pub use sealing::{OpeningLine, OpeningsError, openings_text, read_openings, taking_part};
pub use template::library_template;

use super::pseudonyms::Pseudonyms;
use crate::domain::{Problem, Uscc};
use crate::ingest::ImportError;
use crate::ingest::table::{CellFault, CellProblem, Row, Source, SourceError};
use crate::text::{Arg, Catalogue, Lang};
use columns::{Columns, Values};
use gongshi_verify::draw::leaf::{Leaf, VERSION};
use gongshi_verify::hash::Hash;
use gongshi_verify::names::{is_authority, is_draw_id};
use sealing::seal;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Class of an excluded object for which the list states none: it is never drawn.
const NO_CLASS: &str = "none";

/// A list to make a library of.
#[derive(Debug, Clone)]
pub struct ListOptions {
    /// The table.
    pub file: PathBuf,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// What the leaves are.
    pub shape: Shape,
    /// Values for columns that a row leaves empty.
    pub set: Vec<(String, String)>,
    /// Whether columns that are not known are left out instead of refused.
    pub ignore_unknown: bool,
    /// What the list's words stand for.
    pub names: Names,
}

/// A library made of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// Rows read.
    pub read: u64,
    /// Rows that are no leaf; where there is any, nothing else here is filled.
    pub bad: u64,
    /// The leaves: one a line, ids ascending.
    pub leaves: String,
    /// What opens them, where classes are sealed.
    pub openings: Vec<OpeningLine>,
    /// Headers of columns that were left out.
    pub left_out: Vec<String>,
}

/// A row that is a leaf, all but its place.
struct Item {
    id: String,
    line: u64,
    /// What comes behind the id; of a sealed object its exclusion.
    rest: String,
    class: String,
}

/// Reads a list and makes the leaves. `fault` hears of each bad row by its line. Officers without an id get one from
/// `pseudonyms`, by their certificate. `random` makes salts and pseudonyms.
///
/// # Errors
/// [`ImportError`], where the file is no such table.
pub fn make_library(
    options: &ListOptions,
    mut pseudonyms: Option<&mut Pseudonyms>,
    random: fn() -> Hash,
    fault: &mut dyn FnMut(u64, &[CellFault]),
) -> Result<Made, ImportError> {
    let shape = options.shape;
    let unreadable = |source| ImportError::Source {
        path: options.file.clone(),
        source,
    };
    let (source, columns, left_out) = open(options, &options.file)?;
    let mut made = Made {
        left_out,
        ..Made::default()
    };
    let mut items: Vec<Item> = Vec::new();
    let mut visit = |row: Row| -> Result<(), SourceError> {
        made.read += 1;
        let item = columns.values(&row).and_then(|values| match shape {
            Shape::Officers => officer(&values, &options.names, pseudonyms.as_deref_mut(), random),
            _ => object(&values, shape, &options.names),
        });
        match item {
            Ok(item) => items.push(Item {
                line: row.line,
                ..item
            }),
            Err(faults) => {
                made.bad += 1;
                fault(row.line, &faults);
            }
        }
        Ok(())
    };
    source
        .each(columns.header_line, &mut visit)
        .map_err(unreadable)?;
    items.sort_unstable_by(|a, b| (&a.id, a.line).cmp(&(&b.id, b.line)));
    let mut twice: Vec<(u64, u64, &str)> = items
        .windows(2)
        .filter(|pair| pair[0].id == pair[1].id)
        .map(|pair| (pair[1].line, pair[0].line, pair[1].id.as_str()))
        .collect();
    twice.sort_unstable();
    for (line, first, id) in twice {
        made.bad += 1;
        let said = told(
            "same-id",
            &[(
                "line",
                Arg::Number(i64::try_from(first).unwrap_or(i64::MAX)),
            )],
        );
        let name = id_of(shape);
        fault(line, &[columns.fault(name, id, said)]);
    }
    if made.bad == 0 {
        write(&mut made, shape, items, random);
    }
    Ok(made)
}

fn open(options: &ListOptions, file: &Path) -> Result<(Source, Columns, Vec<String>), ImportError> {
    let find =
        |head: &[Row]| Columns::find(options.shape, head, &options.set, options.ignore_unknown);
    let holds = |head: &[Row]| match find(head) {
        Ok((columns, _)) => head
            .last()
            .is_some_and(|row| row.line > columns.header_line),
        Err(_) => false,
    };
    let known = |head: &[Row]| columns::recognised(options.shape, head);
    let opened = Source::open(file, options.sheet.as_deref(), &known, &holds);
    let (source, head) = opened.map_err(|source| ImportError::Source {
        path: file.to_owned(),
        source,
    })?;
    let (columns, left_out) = find(&head)?;
    Ok((source, columns, left_out))
}

fn id_of(shape: Shape) -> &'static str {
    match shape {
        Shape::Officers => "officer_id",
        _ => "target_id",
    }
}

/// What is wrong, in the words of the catalogue.
fn told(key: &str, args: &[(&str, Arg)]) -> CellProblem {
    let said = |lang| Catalogue::built_in().get(lang, &format!("desk-expect-{key}"), args);
    CellProblem::Told {
        zh: said(Lang::Zh),
        en: said(Lang::En),
    }
}

/// Gathers the faults of a row.
struct Checked<'a, 'b> {
    values: &'a Values<'b>,
    faults: Vec<CellFault>,
}

impl Checked<'_, '_> {
    fn fault(&mut self, part: &'static str, value: &str, problem: CellProblem) {
        self.faults.push(self.values.fault(part, value, problem));
    }

    fn missing(&mut self, part: &'static str) {
        self.fault(part, "", CellProblem::Domain(Problem::Missing));
    }

    /// The token that a part's text stands for; empty, told, where it stands for none.
    fn token(
        &mut self,
        part: &'static str,
        text: &str,
        table: &BTreeMap<String, String>,
        is_valid: fn(&str) -> bool,
    ) -> String {
        if let Some(token) = names::token(table, text, is_valid) {
            return token;
        }
        let known: Vec<String> = table
            .iter()
            .map(|(token, name)| format!("{token} {name}"))
            .collect();
        let known = Arg::Text(known.join("; "));
        let problem = match part {
            "departments" | "department" => told("department", &[("known", known)]),
            // Where no token would do, only what is named does.
            _ if !is_valid(NO_CLASS) => told("named", &[("known", known)]),
            _ => told("token", &[("known", known)]),
        };
        self.fault(part, text, problem);
        String::new()
    }

    fn list(
        &mut self,
        part: &'static str,
        table: &BTreeMap<String, String>,
        is_valid: fn(&str) -> bool,
    ) -> String {
        let texts = self.values.list(part);
        let mut tokens: Vec<String> = Vec::new();
        for text in texts {
            let token = self.token(part, text, table, is_valid);
            tokens.push(token);
        }
        tokens.sort_unstable();
        tokens.dedup();
        tokens.join(",")
    }

    fn done(self, item: Item) -> Result<Item, Vec<CellFault>> {
        match self.faults.is_empty() {
            true => Ok(item),
            false => Err(self.faults),
        }
    }
}

fn object(values: &Values<'_>, shape: Shape, names: &Names) -> Result<Item, Vec<CellFault>> {
    let mut row = Checked {
        values,
        faults: Vec::new(),
    };
    let id = values.text("target_id").to_owned();
    match (id.as_str(), Uscc::parse(&id)) {
        ("", _) => row.missing("target_id"),
        // In a column of credit codes there is nothing else. In another, whatever has the length of one has to be one: an
        // identity card number has it, too.
        (text, Err(error)) if values.are_codes() || text.chars().count() == 18 => {
            row.fault(
                "target_id",
                text,
                CellProblem::Domain(Problem::BadUscc(error)),
            );
        }
        (text, _) if !is_draw_id(text) => row.fault("target_id", text, told("id", &[])),
        _ => {}
    }
    let exclusion = match values.text("exclusion") {
        "" | "0" => "0".to_owned(),
        text => row.token("exclusion", text, &names.exclusions, names.grammar()),
    };
    let (part, table) = match shape {
        Shape::Sealed => ("class", &names.classes),
        _ => ("stratum", &names.strata),
    };
    let class = match values.text(part) {
        "" if shape == Shape::Sealed && exclusion != "0" => NO_CLASS.to_owned(),
        "" => {
            row.missing(part);
            String::new()
        }
        // A class in a leaf is under seal: what the names file does not have, nobody would ever see.
        text if shape == Shape::Sealed => row.token(part, text, table, |_| false),
        text => row.token(part, text, table, names.grammar()),
    };
    if shape == Shape::Sealed {
        return row.done(Item {
            id,
            line: 0,
            rest: exclusion,
            class,
        });
    }
    let departments = row.list("departments", &names.departments, is_authority);
    if values.list("departments").is_empty() && exclusion == "0" {
        row.missing("departments");
    }
    row.done(Item {
        id,
        line: 0,
        rest: format!("{class}|{departments}|{exclusion}"),
        class: String::new(),
    })
}

fn officer(
    values: &Values<'_>,
    names: &Names,
    pseudonyms: Option<&mut Pseudonyms>,
    random: fn() -> Hash,
) -> Result<Item, Vec<CellFault>> {
    let mut row = Checked {
        values,
        faults: Vec::new(),
    };
    let mut id = values.text("officer_id").to_owned();
    if id.is_empty() {
        match (pseudonyms, values.text("certificate")) {
            (Some(_), "") => row.missing("certificate"),
            (Some(pseudonyms), certificate) => id = pseudonyms.of(certificate, random),
            (None, _) => row.fault("officer_id", "", told("no-pseudonym", &[])),
        }
    } else if !is_draw_id(&id) || is_of_paper(&id) {
        row.fault("officer_id", &id, told("officer-id", &[]));
    }
    let department = match values.text("department") {
        "" => {
            row.missing("department");
            String::new()
        }
        text => row.token("department", text, &names.departments, is_authority),
    };
    let qualifications = row.list("qualifications", &names.qualifications, names.grammar());
    row.done(Item {
        id,
        line: 0,
        rest: format!("{department}|{qualifications}"),
        class: String::new(),
    })
}

/// Whether an id looks like the number of a paper, which must not enter the log: a long row of digits, or an identity card's.
fn is_of_paper(id: &str) -> bool {
    let digits = id.bytes().take_while(u8::is_ascii_digit).count();
    digits >= 8 && (digits == id.len() || (digits, id.len()) == (17, 18))
}

fn write(made: &mut Made, shape: Shape, items: Vec<Item>, random: fn() -> Hash) {
    made.leaves.reserve(items.len() * 64);
    for item in items {
        let Item { id, rest, .. } = &item;
        match shape {
            Shape::Objects => push(&mut made.leaves, &[VERSION, "|target|", id, "|", rest]),
            Shape::Officers => push(&mut made.leaves, &[VERSION, "|officer|", id, "|", rest]),
            Shape::Sealed => {
                let opening = seal(item.id, item.class, random);
                push(&mut made.leaves, &[&opening.leaf(&item.rest)]);
                made.openings.push(opening);
            }
        }
    }
    debug_assert!(made.leaves.lines().all(|line| Leaf::parse(line).is_ok()));
}

fn push(text: &mut String, parts: &[&str]) {
    for part in parts {
        text.push_str(part);
    }
    text.push('\n');
}

#[cfg(test)]
mod tests;
