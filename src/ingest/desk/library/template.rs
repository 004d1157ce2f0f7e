//! A list to fill in: the columns of a library with an example row.

use super::columns::{NAMED_BY, Shape, code_column};
use crate::ingest::table::field_name;
use crate::text::Lang;

/// The CSV of a template: UTF-8 with a mark, so that spreadsheets open it right.
pub fn library_template(shape: Shape, lang: Lang) -> String {
    let example: &[&str] = match shape {
        Shape::Objects => &[
            "91000000MA00000900",
            "catering",
            "000000-SCJG;000000-XFJY",
            "",
        ],
        Shape::Sealed => &["91000000MA00000900", "B", ""],
        Shape::Officers => &["", "61032300001", "000000-SCJG", "food;gas"],
    };
    let header: Vec<String> = shape
        .parts()
        .iter()
        .map(|part| match part.name {
            // So that every id is held against the check character.
            "target_id" => code_column(lang),
            name => field_name(lang, NAMED_BY, name),
        })
        .collect();
    format!("\u{feff}{}\r\n{}\r\n", header.join(","), example.join(","))
}
