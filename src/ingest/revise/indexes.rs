//! Indexes of records as people hand them over: as words of a command, or one to a line of a file. Each fault with its line.

use gongshi_verify::encoding::decimal;
use gongshi_verify::text::shown_beginning;
use std::collections::BTreeMap;

/// Longest word quoted, in characters.
const SHOWN: usize = 40;

/// A record that is asked for, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its index.
    pub index: u64,
    /// The line of the file, from 1; `None` for a word of the command.
    pub line: Option<u64>,
}

/// Why a word is no index to go by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexFault {
    /// Not a number.
    #[error("expected the index of an entry, such as 412, not “{0}”")]
    Number(String),
    /// It was asked for before.
    #[error("{index} stands here twice")]
    Twice {
        /// Which.
        index: u64,
    },
}

/// Reads indexes: one to a line; blank lines and what follows a `#` are passed over. `first` stand before them.
///
/// # Errors
/// Every fault, each with its line (`None`: a word of the command).
pub fn read_indexes(
    first: &[String],
    text: &str,
) -> Result<Vec<Asked>, Vec<(Option<u64>, IndexFault)>> {
    let words = first.iter().map(|word| (None, word.as_str()));
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = (1u64..).zip(text.lines()).filter_map(|(number, line)| {
        let word = line.split('#').next().unwrap_or_default().trim();
        (!word.is_empty()).then_some((Some(number), word))
    });
    let (mut asked, mut faults) = (Vec::new(), Vec::new());
    let mut seen = BTreeMap::new();
    for (line, word) in words.chain(lines) {
        match decimal(word) {
            None => faults.push((line, IndexFault::Number(shown_beginning(word, SHOWN)))),
            Some(index) if seen.insert(index, line).is_some() => {
                faults.push((line, IndexFault::Twice { index }));
            }
            Some(index) => asked.push(Asked { index, line }),
        }
    }
    match faults.is_empty() {
        true => Ok(asked),
        false => Err(faults),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_told_with_its_line() {
        let read = read_indexes(&["7".to_owned()], "\u{feff}12 # 处罚\r\n\n 3\n").unwrap();
        let read: Vec<_> = read.iter().map(|one| (one.index, one.line)).collect();
        assert_eq!(read, [(7, None), (12, Some(1)), (3, Some(3))]);
        let faults = read_indexes(&["-1".to_owned()], "4\nx\n4\n08\n").unwrap_err();
        let lines: Vec<_> = faults.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [None, Some(2), Some(3), Some(4)]);
        assert_eq!(faults[2].1, IndexFault::Twice { index: 4 });
    }
}
