//! What is wrong with a cell, and how that is said to the one who has to mend it.

use crate::domain::validate::ProblemArg;
use crate::domain::{CodeList, Kind, Problem};
use crate::text::{Arg, Catalogue, Lang};
use gongshi_verify::text::shown_beginning;

/// Longest value quoted, in characters.
const SHOWN: usize = 60;

/// A fault of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    /// Where.
    pub column: ColumnName,
    /// What stands there, shortened; empty when nothing does.
    pub value: String,
    /// What is wrong.
    pub problem: CellProblem,
}

/// A column, as the reader of a message knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnName {
    /// By the header in the file.
    Header(String),
    /// By the field's name, where the file has no such column.
    Field(Kind, String),
    /// By the nearest header on its left and how far that is, where it has none.
    Beside(String, usize),
    /// By its number, where no header stands on its left either.
    Number(usize),
}

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellProblem {
    /// Against the table of the kind's fields.
    Domain(Problem),
    /// Not a date in any form taken.
    Date,
    /// Not an amount of money.
    Money,
    /// An amount without a unit, under a header without one.
    MoneyUnit,
    /// An amount that is not a whole number of fen.
    MoneyFraction,
    /// Not a whole number.
    Integer,
    /// Neither yes nor no.
    Truth,
    /// Names no code of the closed list.
    Code(CodeList),
    /// Not the index and leaf hash of an entry.
    Reference,
    /// A long number that a spreadsheet has rounded.
    Rounded,
    /// An error of a formula.
    Broken,
    /// A text that a spreadsheet has made a number or a date of.
    Reformatted,
    /// A moment without its time zone.
    Zone,
    /// A formula without a stored result.
    Formula,
    /// Covered by a merged cell.
    Covered,
    /// A cell beyond the last header.
    Beyond,
    /// What the log says of the value, in its own words.
    Told {
        /// In Chinese; empty where it has none.
        zh: String,
        /// In English.
        en: String,
    },
}

impl CellProblem {
    /// Codes of the problems that are the importer's own; their words are `import-expect-<code>`.
    pub const CODES: &'static [&'static str] = &[
        "date",
        "money",
        "money_unit",
        "money_fraction",
        "integer",
        "truth",
        "code",
        "reference",
        "rounded",
        "broken",
        "reformatted",
        "zone",
        "formula",
        "covered",
        "beyond",
    ];

    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            CellProblem::Domain(problem) => problem.code(),
            CellProblem::Date => "date",
            CellProblem::Money => "money",
            CellProblem::MoneyUnit => "money_unit",
            CellProblem::MoneyFraction => "money_fraction",
            CellProblem::Integer => "integer",
            CellProblem::Truth => "truth",
            CellProblem::Code(_) => "code",
            CellProblem::Reference => "reference",
            CellProblem::Rounded => "rounded",
            CellProblem::Broken => "broken",
            CellProblem::Reformatted => "reformatted",
            CellProblem::Zone => "zone",
            CellProblem::Formula => "formula",
            CellProblem::Covered => "covered",
            CellProblem::Beyond => "beyond",
            CellProblem::Told { .. } => "told",
        }
    }

    /// What was expected, in words.
    fn expectation(&self, lang: Lang) -> String {
        let catalogue = Catalogue::built_in();
        let mut args: Vec<(&str, Arg)> = Vec::new();
        match self {
            CellProblem::Domain(problem) => {
                args.extend(problem.args().into_iter().map(|(name, arg)| {
                    let arg = match arg {
                        ProblemArg::Text(text) => Arg::Text(text),
                        ProblemArg::Number(number) => Arg::Number(number),
                        ProblemArg::Key(key) => Arg::Key(key),
                        ProblemArg::Keys(keys) => Arg::Keys(keys),
                        ProblemArg::Either { zh, en } => Arg::Text(lang.pick(zh, en)),
                    };
                    (name, arg)
                }));
            }
            CellProblem::Told { zh, en } => {
                return match lang {
                    Lang::Zh if !zh.is_empty() => zh.clone(),
                    _ => en.clone(),
                };
            }
            CellProblem::Code(list) => {
                args.push(("codes", labels(lang, *list).into()));
            }
            _ => {}
        }
        let key = format!("import-expect-{}", self.code());
        catalogue.get(lang, &key, &args)
    }
}

/// The names of all codes of a closed list.
fn labels(lang: Lang, list: CodeList) -> String {
    let catalogue = Catalogue::built_in();
    let codes = list.codes().iter();
    let names: Vec<String> = codes
        .map(|code| catalogue.code(lang, list.name(), code))
        .collect();
    names.join(&catalogue.get(lang, "import-separator", &[]))
}

impl ColumnName {
    /// The name as it is shown.
    pub fn shown(&self, lang: Lang) -> String {
        let catalogue = Catalogue::built_in();
        let count = |number: usize| Arg::Number(i64::try_from(number).unwrap_or(i64::MAX));
        match self {
            ColumnName::Header(header) => shown_beginning(header, SHOWN),
            ColumnName::Field(kind, name) => field_name(lang, *kind, name),
            ColumnName::Beside(header, distance) => {
                let args = [
                    ("header", shown_beginning(header, SHOWN).into()),
                    ("number", count(*distance)),
                ];
                catalogue.get(lang, "import-beside-column", &args)
            }
            ColumnName::Number(number) => {
                catalogue.get(lang, "import-nth-column", &[("number", count(*number))])
            }
        }
    }
}

/// The catalogue's name of a column: a field of the kind, or one of its inspection items.
pub(in crate::ingest) fn field_name(lang: Lang, kind: Kind, column: &str) -> String {
    let catalogue = Catalogue::built_in();
    let own = format!("import-column-{column}");
    if catalogue.has(lang, &own) {
        catalogue.get(lang, &own, &[])
    } else {
        catalogue.field(lang, kind.as_str(), column)
    }
}

impl CellFault {
    /// The fault in words: column, value, and what was expected.
    pub fn words(&self, lang: Lang) -> String {
        let args = [
            ("column", self.column.shown(lang).into()),
            ("value", self.value.clone().into()),
            ("expected", self.problem.expectation(lang).into()),
        ];
        let key = if self.value.is_empty() {
            "import-fault-empty"
        } else {
            "import-fault"
        };
        Catalogue::built_in().get(lang, key, &args)
    }
}

/// A value as a message quotes it: one line, cut, and nothing in it that a terminal would obey.
pub(in crate::ingest) fn quote(value: &str) -> String {
    shown_beginning(&value.trim().replace('\n', "⏎"), SHOWN)
}
