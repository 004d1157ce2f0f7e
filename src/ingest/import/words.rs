//! What an import says to people: why it stopped, what is wrong with a row, what became of all.

use super::{ImportError, Notice, Summary};
use crate::domain::Kind;
use crate::ingest::journal::JournalError;
use crate::ingest::revise::io_words;
use crate::ingest::table::{
    CellFault, ColumnsError, HeaderProblem, SetProblem, SourceError, field_name,
};
use crate::text::{Arg, Catalogue, Lang};
use gongshi_verify::text::shown;

fn get(lang: Lang, key: &str, args: &[(&str, Arg)]) -> String {
    Catalogue::built_in().get(lang, &format!("import-{key}"), args)
}

fn number(value: u64) -> Arg {
    Arg::Number(i64::try_from(value).unwrap_or(i64::MAX))
}

fn list(lang: Lang, names: &[String]) -> Arg {
    // Headers and sheets are a file's words, the terminal is not the file's.
    let names: Vec<String> = names.iter().map(|name| shown(name)).collect();
    Arg::Text(names.join(&get(lang, "separator", &[])))
}

impl ImportError {
    /// The error in words of the language, the reasons of systems and libraries as they say them. `kind`
    /// tells what fields are called.
    pub fn words(&self, lang: Lang, kind: Kind) -> String {
        match self {
            ImportError::Kind(kind) => {
                let key = format!("kind-{kind}");
                get(lang, "error-kind", &[("kind", Arg::Key(key))])
            }
            ImportError::Source { path, source } => {
                let file = Arg::Text(path.display().to_string());
                let args = [
                    ("file", file),
                    ("reason", source_words(lang, source).into()),
                ];
                get(lang, "error-file", &args)
            }
            ImportError::Columns(error) => columns_words(lang, kind, error),
            ImportError::Rejected(refused) => {
                let reason = refused.words(lang).join(" — ");
                get(lang, "error-rejected", &[("reason", reason.into())])
            }
            ImportError::Bad { path, source } => {
                let file = Arg::Text(path.display().to_string());
                let args = [("file", file), ("reason", io_words(lang, source).into())];
                get(lang, "error-bad-file", &args)
            }
            ImportError::Client(error) => error.words(lang),
            ImportError::Journal(JournalError::InUse(path)) => {
                let file = Arg::Text(path.display().to_string());
                get(lang, "error-journal-in-use", &[("file", file)])
            }
            ImportError::Journal(JournalError::Foreign {
                path,
                found,
                expected,
            }) => {
                let args = [
                    ("file", Arg::Text(path.display().to_string())),
                    ("found", found.clone().into()),
                    ("expected", expected.clone().into()),
                ];
                get(lang, "error-journal-foreign", &args)
            }
            ImportError::Journal(JournalError::Io { path, source }) => {
                let file = Arg::Text(path.display().to_string());
                let args = [("file", file), ("reason", io_words(lang, source).into())];
                get(lang, "error-file", &args)
            }
            ImportError::Journal(JournalError::Malformed { path, line }) => {
                let args = [
                    ("file", Arg::Text(path.display().to_string())),
                    ("line", Arg::Text(line.to_string())),
                ];
                get(lang, "error-journal-line", &args)
            }
        }
    }
}

fn source_words(lang: Lang, error: &SourceError) -> String {
    match error {
        SourceError::Io(error) => io_words(lang, error),
        SourceError::Read(reason) => shown(reason),
        SourceError::Workbook(reason) => get(
            lang,
            "source-workbook",
            &[("reason", reason.clone().into())],
        ),
        SourceError::OldWorkbook => get(lang, "source-old-workbook", &[]),
        SourceError::Binary => get(lang, "source-binary", &[]),
        SourceError::MixedEncodings { utf8, other } => {
            let args = [("utf8", number(*utf8)), ("other", number(*other))];
            get(lang, "source-mixed", &args)
        }
        SourceError::Encoding { line, encoding } => {
            let args = [("line", number(*line)), ("encoding", (*encoding).into())];
            get(lang, "source-encoding", &args)
        }
        SourceError::LongLine { line } => get(lang, "source-long-line", &[("line", number(*line))]),
        SourceError::NoFile => get(lang, "source-no-file", &[]),
        SourceError::Endless { line } => get(lang, "source-endless", &[("line", number(*line))]),
        SourceError::NoSheet { name, sheets } => {
            let args = [
                ("name", name.clone().into()),
                ("sheets", list(lang, sheets)),
            ];
            get(lang, "source-no-sheet", &args)
        }
        SourceError::SeveralSheets(sheets) => get(
            lang,
            "source-several-sheets",
            &[("sheets", list(lang, sheets))],
        ),
        SourceError::TooWide { line } => get(lang, "source-too-wide", &[("line", number(*line))]),
    }
}

fn columns_words(lang: Lang, kind: Kind, error: &ColumnsError) -> String {
    let field = |name: &str| field_name(lang, kind, name);
    match error {
        ColumnsError::Header(HeaderProblem::NotFound(cells)) if cells.is_empty() => {
            get(lang, "header-empty", &[])
        }
        ColumnsError::Header(HeaderProblem::NotFound(cells)) => {
            get(lang, "header-not-found", &[("cells", list(lang, cells))])
        }
        ColumnsError::Header(HeaderProblem::Unknown(columns)) => {
            get(lang, "header-unknown", &[("columns", list(lang, columns))])
        }
        ColumnsError::Header(HeaderProblem::Twice(name, columns)) => {
            let args = [
                ("field", field(name).into()),
                ("columns", list(lang, columns)),
            ];
            get(lang, "header-twice", &args)
        }
        ColumnsError::Header(HeaderProblem::Missing(names)) => {
            let names: Vec<String> = names
                .iter()
                .map(|name| format!("{} ({name})", field(name)))
                .collect();
            get(lang, "header-missing", &[("columns", list(lang, &names))])
        }
        ColumnsError::Set(SetProblem::Unknown(name)) => {
            get(lang, "set-unknown", &[("name", name.clone().into())])
        }
        ColumnsError::Set(SetProblem::Value(fault)) => {
            get(lang, "set-value", &[("fault", fault.words(lang).into())])
        }
    }
}

impl Notice<'_> {
    /// What is said about the row on `line`: one text for each fault.
    pub fn words(&self, lang: Lang, line: u64) -> Vec<String> {
        let said: Vec<String> = match self {
            Notice::Bad(faults) => cells(lang, faults),
            Notice::Refused(_, faults) if !faults.is_empty() => cells(lang, faults),
            Notice::Refused(refused, _) => {
                let said = refused.words(lang).join(" — ");
                vec![get(lang, "refused", &[("said", said.into())])]
            }
            Notice::Duplicate => vec![get(lang, "duplicate", &[])],
        };
        let at_line = |said: String| {
            let args = [("line", Arg::Text(line.to_string())), ("said", said.into())];
            get(lang, "line", &args)
        };
        said.into_iter().map(at_line).collect()
    }
}

impl Notice<'_> {
    /// Why the row did not go in, as it stands beside it: a line for each fault.
    pub(super) fn reason(&self, lang: Lang) -> String {
        let lines = match self {
            Notice::Refused(refused, []) => refused.words(lang),
            Notice::Bad(faults) | Notice::Refused(_, faults) => cells(lang, faults),
            Notice::Duplicate => vec![get(lang, "duplicate", &[])],
        };
        let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
        lines.join("\n")
    }
}

fn cells(lang: Lang, faults: &[CellFault]) -> Vec<String> {
    faults.iter().map(|fault| fault.words(lang)).collect()
}

impl Summary {
    /// The counts, on one line.
    pub fn words(&self, lang: Lang) -> String {
        if self.read == 0 {
            return get(lang, "no-rows", &[]);
        }
        let args = [
            ("read", number(self.read)),
            ("appended", number(self.appended)),
            ("existing", number(self.existing)),
            ("duplicate", number(self.duplicate)),
            ("refused", number(self.refused)),
            ("bad", number(self.bad)),
        ];
        get(lang, "summary", &args)
    }

    /// The counts of a check, on one line.
    pub fn check_words(&self, lang: Lang) -> String {
        if self.read == 0 {
            return get(lang, "no-rows", &[]);
        }
        let good = self.read.saturating_sub(self.settled());
        let args = [
            ("read", number(self.read)),
            ("good", number(good)),
            ("duplicate", number(self.duplicate)),
            ("refused", number(self.refused)),
            ("bad", number(self.bad)),
        ];
        get(lang, "check-summary", &args)
    }
}
