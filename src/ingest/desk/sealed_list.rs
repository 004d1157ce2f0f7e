//! The list that a sealed draw draws: kept by the department until the deadline, committed to at once by its root.
//!
//! One line for each drawn target, `ddraw/1|sdrawn|ID|officers|x`, ids ascending, every line ended by a line feed: `officers` are the
//! ids of all who go there, in the order of their bytes, with commas between them; `x` is a fresh 32-byte salt.

use crate::domain::StaticTree;
use gongshi_verify::draw::leaf::VERSION;
use gongshi_verify::draw::recompute::Outcome;
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::hash::{Hash, leaf_hash};
use gongshi_verify::merkle::CompactRange;
use gongshi_verify::names::is_draw_id;
use std::collections::{BTreeMap, BTreeSet};

/// A drawn target under seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedLine {
    /// The target.
    pub id: String,
    /// Who goes there.
    pub officers: BTreeSet<String>,
    /// Its salt.
    pub x: Hash,
}

/// A list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedList {
    lines: Vec<SealedLine>,
}

/// A text that is no such list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected ddraw/1|sdrawn|ID|officers|x, ids ascending, ended by a line feed")]
pub struct SealedListError {
    /// Which, from 1.
    pub line: usize,
}

impl SealedLine {
    fn text(&self) -> String {
        let officers: Vec<&str> = self.officers.iter().map(String::as_str).collect();
        let x = hex(&self.x);
        format!("{VERSION}|sdrawn|{}|{}|{x}", self.id, officers.join(","))
    }

    fn parse(line: &str) -> Option<Self> {
        let mut fields = line
            .strip_prefix(VERSION)?
            .strip_prefix("|sdrawn|")?
            .split('|');
        let line_of = SealedLine {
            id: fields.next().filter(|id| is_draw_id(id))?.to_owned(),
            officers: {
                let officers = fields.next()?.split(',');
                let officers = officers.map(|id| is_draw_id(id).then(|| id.to_owned()));
                officers.collect::<Option<_>>()?
            },
            x: hex32(fields.next()?).ok()?,
        };
        // One spelling only.
        (line_of.text() == line).then_some(line_of)
    }
}

/// Who goes to each drawn target.
fn visits(outcome: &Outcome<'_>) -> BTreeMap<String, BTreeSet<String>> {
    let mut visits: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for ticket in &outcome.drawn {
        visits.entry(ticket.id.to_owned()).or_default();
    }
    for seat in &outcome.assignment.seats {
        let officers = visits.entry(seat.target.to_owned()).or_default();
        officers.insert(seat.officer.to_owned());
    }
    visits
}

impl SealedList {
    /// The list of a draw, each line under a salt of its own.
    pub fn seal(outcome: &Outcome<'_>, random: fn() -> Hash) -> Self {
        let lines = visits(outcome)
            .into_iter()
            .map(|(id, officers)| SealedLine {
                id,
                officers,
                x: random(),
            });
        SealedList {
            lines: lines.collect(),
        }
    }

    /// Reads a list.
    ///
    /// # Errors
    /// [`SealedListError`], naming the line.
    pub fn parse(text: &str) -> Result<Self, SealedListError> {
        let mut lines: Vec<SealedLine> = Vec::new();
        for (line, text) in (1..).zip(text.split_inclusive('\n')) {
            let read = text.strip_suffix('\n').and_then(SealedLine::parse);
            let read = read.filter(|read| lines.last().is_none_or(|last| last.id < read.id));
            lines.push(read.ok_or(SealedListError { line })?);
        }
        Ok(SealedList { lines })
    }

    /// The file of it.
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| line.text() + "\n").collect()
    }

    /// How many are drawn.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether nobody is.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// What the draw's record commits to; `None` where two ways to compute it differ, which is a fault of the program.
    pub fn root(&self) -> Option<Hash> {
        let texts: Vec<String> = self.lines.iter().map(SealedLine::text).collect();
        let mut range = CompactRange::new();
        for text in &texts {
            range.push(leaf_hash(text.as_bytes()), &mut |_, _, _| {});
        }
        let root = StaticTree::over(texts.iter().map(String::as_str)).root();
        (root == range.root()).then_some(root)
    }

    /// Whether it is the list of that draw, under whichever salts.
    pub fn is_of(&self, outcome: &Outcome<'_>) -> bool {
        let own = self.lines.iter();
        let own: BTreeMap<&str, &BTreeSet<String>> =
            own.map(|line| (line.id.as_str(), &line.officers)).collect();
        let drawn = visits(outcome);
        own.len() == drawn.len()
            && drawn
                .iter()
                .all(|(id, officers)| own.get(id.as_str()) == Some(&officers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str, officers: &str) -> String {
        format!("ddraw/1|sdrawn|{id}|{officers}|{}\n", "1".repeat(64))
    }

    #[test]
    fn a_list_has_one_spelling() {
        let text = line("A", "P1,P2") + &line("B", "P1");
        let list = SealedList::parse(&text).unwrap();
        assert_eq!((list.text(), list.len()), (text.clone(), 2));
        let hashes: Vec<Hash> = text
            .lines()
            .map(|line| leaf_hash(line.as_bytes()))
            .collect();
        let root = gongshi_verify::hash::node_hash(&hashes[0], &hashes[1]);
        assert_eq!(list.root(), Some(root));
        assert!(SealedList::parse("").unwrap().is_empty());
        for (wrong, at) in [
            (line("A", "P2,P1"), 1),
            (line("A", "P1,P1"), 1),
            (line("A", ""), 1),
            (line("a", "P1"), 1),
            (line("B", "P1") + &line("A", "P1"), 2),
            (line("A", "P1") + &line("A", "P1"), 2),
            (line("A", "P1").trim_end().to_owned(), 1),
            (line("A", "P1") + "\n", 2),
        ] {
            assert_eq!(
                SealedList::parse(&wrong),
                Err(SealedListError { line: at }),
                "{wrong}"
            );
        }
    }
}
