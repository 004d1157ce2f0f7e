//! Tables in CSV (RFC 4180) for spreadsheets: in UTF-8 with the mark by which they know it, and without anything that they would compute.

/// A table of which nothing but the mark is written.
pub(super) fn begun() -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new()
        .flexible(false)
        .from_writer("\u{feff}".as_bytes().to_vec())
}

/// A cell that no spreadsheet takes for a formula: names come from whoever gave them.
pub(super) fn plain(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_formula() {
        assert_eq!(plain("=1+1"), "'=1+1");
        assert_eq!(plain("@x"), "'@x");
        assert_eq!(plain("a=1"), "a=1");
        assert_eq!(plain(""), "");
    }
}
