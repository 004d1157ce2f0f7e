//! A row of a table as read, before anyone asks what it means.

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Text as it stands in the file.
    Text(String),
    /// A number of a spreadsheet, in decimal digits, as the spreadsheet shows it (15 significant digits).
    Number(String),
    /// A date of a spreadsheet, `YYYY-MM-DD`, with the time behind it where it has one.
    Date(String),
    /// An error of a spreadsheet formula, such as `#N/A`.
    Broken(String),
    /// A formula whose result the file does not hold, with `=` before it.
    Formula(String),
    /// Covered by a cell merged over it.
    Covered,
}

impl Cell {
    /// What a reader sees.
    pub fn shown(&self) -> &str {
        match self {
            Cell::Text(text)
            | Cell::Number(text)
            | Cell::Date(text)
            | Cell::Broken(text)
            | Cell::Formula(text) => text,
            Cell::Covered => "",
        }
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The physical line in the file, or the row's number in the sheet; from 1.
    pub line: u64,
    /// Its cells; missing ones at the end are empty.
    pub cells: Vec<Cell>,
}

impl Row {
    /// Whether nothing stands in it.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.shown().trim().is_empty())
    }
}

/// A number of a spreadsheet as it shows it: 15 significant digits, no exponent.
pub(super) fn number(value: f64) -> String {
    // Spreadsheets keep binary fractions; 15 digits are what they promise to keep of what was typed.
    let rounded: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_out_as_they_were_typed() {
        for (value, text) in [
            (0.1 + 0.2, "0.3"),
            (46083.0, "46083"),
            (1.1 * 1.1, "1.21"),
            (-2.5, "-2.5"),
            (610323.0, "610323"),
            (123456789012345.0, "123456789012345"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
