//! A table to fill in, for each kind that can be imported: the header, one example row, and in a workbook what each
//! column means. The example is synthetic and itself fit to be imported.

use super::columns::{Slot, slots};
use super::fault::field_name;
use super::value::{Words, is_importable};
use super::vocabulary::{Here, Vocabulary};
use crate::domain::{CodeList, FieldType, Kind, Presence};
use crate::text::{Arg, Catalogue, Lang};
use rust_xlsxwriter::{DataValidation, Format as Style, Workbook, XlsxError};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// File format of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// UTF-8 with a mark, so that spreadsheets open it right.
    Csv,
    /// A workbook with a second sheet that explains the columns.
    Xlsx,
}

/// Why a template could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// Records of the kind do not come as tables.
    #[error("records of kind {0} are not imported from tables")]
    Kind(Kind),
    /// The workbook could not be written.
    #[error(transparent)]
    Xlsx(#[from] XlsxError),
    /// The table could not be written.
    #[error(transparent)]
    Csv(#[from] csv::Error),
}

type Examples = BTreeMap<String, BTreeMap<String, String>>;

static EXAMPLES: LazyLock<Examples> = LazyLock::new(|| {
    toml::from_str(include_str!("examples.toml")).expect("a test reads this file")
});

/// Rows below the header in which a workbook offers the codes to choose from.
const OFFERED_ROWS: u32 = 10_000;
/// Characters that a spreadsheet's list of choices may have.
const MAX_CHOICES: usize = 255;

/// The bytes of a template, with the codes that may be used there and then.
pub fn template(
    kind: Kind,
    format: Format,
    lang: Lang,
    vocabulary: &Vocabulary,
    here: Here,
) -> Result<Vec<u8>, TemplateError> {
    let words = Words { vocabulary, here };
    if !kind.importable() {
        return Err(TemplateError::Kind(kind));
    }
    let columns = columns(kind);
    let header: Vec<String> = columns
        .iter()
        .map(|slot| header(lang, kind, slot))
        .collect();
    let example: Vec<String> = columns
        .iter()
        .map(|slot| example(lang, kind, slot, words))
        .collect();
    match format {
        Format::Csv => csv(&header, &example),
        Format::Xlsx => Ok(xlsx(kind, lang, words, &columns, &header, &example)?),
    }
}

/// The columns offered: every field that a cell can fill. Entries of the log, too: without them a removal or decision could name what it is about
/// by its day alone.
fn columns(kind: Kind) -> Vec<Slot> {
    let mut slots = slots(kind);
    slots.retain(|slot| is_importable(&slot.field.ty));
    slots
}

fn header(lang: Lang, kind: Kind, slot: &Slot) -> String {
    let name = field_name(lang, kind, slot.name);
    match slot.field.ty {
        FieldType::MoneyFen => name + &Catalogue::built_in().get(lang, "import-unit", &[]),
        _ => name,
    }
}

fn example(lang: Lang, kind: Kind, slot: &Slot, words: Words<'_>) -> String {
    let value = EXAMPLES
        .get(kind.as_str())
        .and_then(|row| row.get(slot.name));
    let value = value.map(String::as_str).unwrap_or_default();
    match slot.field.ty.code_list() {
        Some(list) if !value.is_empty() => {
            let codes = value.split('；');
            let names: Vec<String> = codes
                .map(|code| words.vocabulary.name(lang, list, code, words.here))
                .collect();
            names.join("；")
        }
        _ => value.to_owned(),
    }
}

fn csv(header: &[String], example: &[String]) -> Result<Vec<u8>, TemplateError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(header)?;
    writer.write_record(example)?;
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()).into())
}

fn xlsx(
    kind: Kind,
    lang: Lang,
    words: Words<'_>,
    columns: &[Slot],
    header: &[String],
    example: &[String],
) -> Result<Vec<u8>, XlsxError> {
    let catalogue = Catalogue::built_in();
    let bold = Style::new().set_bold();
    // As text, so that the spreadsheet neither rounds a credit code nor rewrites a date.
    let text = Style::new().set_num_format("@");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name(&catalogue.kind(lang, kind.as_str())))?;
    for (at, ((slot, header), example)) in (0..).zip(columns.iter().zip(header).zip(example)) {
        sheet.set_column_format(at, &text)?;
        sheet.set_column_width(at, 18)?;
        sheet.write_string_with_format(0, at, header, &bold)?;
        if !example.is_empty() {
            sheet.write_string_with_format(1, at, example, &text)?;
        }
        let names = match slot.field.ty {
            FieldType::Code(list) => words.vocabulary.offered(lang, list, words.here),
            FieldType::Bool => ["import-yes", "import-no"]
                .map(|key| catalogue.get(lang, key, &[]))
                .to_vec(),
            _ => Vec::new(),
        };
        if !names.is_empty() {
            let fits = names.join(",").chars().count() <= MAX_CHOICES;
            if fits && !names.iter().any(|name| name.contains(',')) {
                let choices = DataValidation::new().allow_list_strings(&names)?;
                sheet.add_data_validation(1, at, OFFERED_ROWS, at, &choices)?;
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    let notes = book.add_worksheet();
    notes.set_name(sheet_name(&catalogue.get(lang, "import-notes", &[])))?;
    for (at, key) in ["column", "needed", "meaning", "form"].iter().enumerate() {
        let title = catalogue.get(lang, &format!("import-notes-{key}"), &[]);
        notes.write_string_with_format(0, at as u16, title, &bold)?;
    }
    let wrap = Style::new().set_text_wrap();
    for (row, (slot, header)) in (1..).zip(columns.iter().zip(header)) {
        notes.write_string(row, 0, header)?;
        notes.write_string(row, 1, needed(lang, slot))?;
        let help = catalogue.field_help(lang, kind.as_str(), slot.field.name);
        let help = match slot.field.ty {
            FieldType::MoneyFen => field_name(lang, kind, slot.name),
            _ => help,
        };
        notes.write_string_with_format(row, 2, help, &wrap)?;
        notes.write_string_with_format(row, 3, form(lang, &slot.field.ty, words), &wrap)?;
    }
    for (at, width) in [(0, 28), (1, 14), (2, 60), (3, 60)] {
        notes.set_column_width(at, width)?;
    }
    book.save_to_buffer()
}

/// A name as sheets may bear it: at most 31 characters, without the marks of formulas.
fn sheet_name(name: &str) -> String {
    let allowed = |c: &char| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'');
    name.chars().filter(allowed).take(31).collect()
}

fn needed(lang: Lang, slot: &Slot) -> String {
    let key = match (slot.in_item, slot.field.required) {
        (false, Presence::Required) => "import-needed-always",
        (_, Presence::Optional) => "import-needed-never",
        _ => "import-needed-sometimes",
    };
    Catalogue::built_in().get(lang, key, &[])
}

/// How a value of the type is written.
fn form(lang: Lang, ty: &FieldType, words: Words<'_>) -> String {
    let catalogue = Catalogue::built_in();
    let labels = |list: CodeList| {
        let names = words.vocabulary.offered(lang, list, words.here);
        names.join(&catalogue.get(lang, "import-separator", &[]))
    };
    match ty {
        FieldType::Code(list) => labels(*list),
        FieldType::Codes(list) => {
            let args = [("form", Arg::Text(labels(*list)))];
            catalogue.get(lang, "import-form-list", &args)
        }
        FieldType::List(item) => {
            let args = [("form", Arg::Text(form(lang, item, words)))];
            catalogue.get(lang, "import-form-list", &args)
        }
        FieldType::Date => catalogue.get(lang, "import-form-date", &[]),
        FieldType::MoneyFen => catalogue.get(lang, "import-form-money", &[]),
        FieldType::Bool => catalogue.get(lang, "import-form-truth", &[]),
        FieldType::EntryRef(_) => catalogue.get(lang, "import-form-reference", &[]),
        _ => catalogue.get(lang, &format!("type-{}", ty.name()), &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::schema;

    /// Of every kind that departments import, every field that their tables could hold has its column; what a cell cannot hold stands here.
    #[test]
    fn every_field_of_what_is_imported_has_a_column() {
        for kind in Kind::ALL.iter().filter(|kind| kind.importable()) {
            let columns = columns(*kind);
            let left_out = schema(*kind).fields.iter().filter(|field| {
                let own = |slot: &&Slot| !slot.in_item && slot.field.name == field.name;
                !columns.iter().any(|slot| own(&slot))
            });
            let left_out: Vec<&str> = left_out.map(|field| field.name).collect();
            let expected: &[&str] = match kind {
                // Each inspection item is a row.
                Kind::InspectionResult => &["items", "attachments"],
                _ => &["attachments"],
            };
            assert_eq!(left_out, expected, "{kind}");
        }
    }

    #[test]
    fn a_truth_value_is_read_as_the_form_offers_it() {
        for lang in Lang::ALL {
            for (key, truth) in [("import-yes", true), ("import-no", false)] {
                let word = Catalogue::built_in().get(*lang, key, &[]);
                assert_eq!(super::super::names::truth(&word), Some(truth), "{word}");
            }
        }
    }
}
