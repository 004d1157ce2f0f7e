//! A page in pieces: its own text, and between it the places of what is said anew each time it is shown.
//!
//! While such a page is made, marks stand for what changes; nobody can write one, since they are drawn when the program starts and never leave it.

use super::super::Visit;
use super::super::fault::Fault;
use crate::text::Arg;
use crate::web::render::{Moment, grouped};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

/// What a page says of the log as a whole, and of the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web::pages) enum Moving {
    /// How many entries the log has.
    Entries,
    /// Up to which entry the page goes, in words.
    UpTo,
    /// The same, the number alone.
    Folded,
    /// The time by the log's clock, for a machine.
    NowIso,
    /// The same, for a reader.
    NowText,
}

const ALL: [Moving; 5] = [
    Moving::Entries,
    Moving::UpTo,
    Moving::Folded,
    Moving::NowIso,
    Moving::NowText,
];

/// Begins each mark; as long as any mark without its last digit.
static SECRET: LazyLock<String> = LazyLock::new(|| {
    let random = || RandomState::new().hash_one(0_u8);
    format!("{:016x}{:016x}", random(), random())
});

impl Moving {
    fn mark(self) -> String {
        format!("{}{}", *SECRET, self as usize)
    }
}

impl Visit {
    /// What is said there, or the mark of its place while a page is made that is kept.
    pub(in crate::web::pages) fn moving(&self, what: Moving) -> Result<String, Fault> {
        match self.marking.get() {
            true => Ok(what.mark()),
            false => self.said(what),
        }
    }

    fn said(&self, what: Moving) -> Result<String, Fault> {
        let counted = |key, n: u64| {
            let number = Arg::Number(i64::try_from(n).unwrap_or(i64::MAX));
            self.say(key, &[("n", number), ("n_text", grouped(n).into())])
        };
        let folded = || match &self.as_of {
            Some(then) => Ok(then.size),
            None => self.portal.model.cursor(),
        };
        let now = || Moment::to_minute(self.lang, self.portal.intake.clock().now());
        Ok(match what {
            Moving::Entries => counted("page-entries", self.portal.log.published().size()),
            Moving::UpTo => counted("page-as-of", folded()?),
            Moving::Folded => folded()?.to_string(),
            Moving::NowIso => now().iso,
            Moving::NowText => now().text,
        })
    }
}

/// Text with places in it.
pub(super) struct Pieces {
    /// Each with what follows it.
    parts: Vec<(Box<str>, Moving)>,
    last: Box<str>,
}

impl Pieces {
    /// Cuts a page at its marks.
    pub(super) fn of(page: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = page;
        while let Some((text, what, after)) = cut(rest) {
            parts.push((text.into(), what));
            rest = after;
        }
        Pieces {
            parts,
            last: rest.into(),
        }
    }

    /// About what it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        let parts = self.parts.iter().map(|(text, _)| text.len());
        parts.sum::<usize>() + self.last.len()
    }

    /// The page with what is said now. None of that has a character that HTML would have to have replaced.
    pub(super) fn fill(&self, visit: &Visit) -> Result<Vec<u8>, Fault> {
        let mut page = String::with_capacity(self.bytes() + 32 * self.parts.len());
        for (text, what) in &self.parts {
            page.push_str(text);
            page.push_str(&visit.said(*what)?);
        }
        page.push_str(&self.last);
        Ok(page.into_bytes())
    }
}

/// What stands before the first mark, what that is for, and what stands behind it.
fn cut(page: &str) -> Option<(&str, Moving, &str)> {
    let (text, after) = page.split_once(SECRET.as_str())?;
    let what = after.as_bytes().first()?.checked_sub(b'0')?;
    Some((text, *ALL.get(usize::from(what))?, after.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cut_at_its_marks_and_nowhere_else() {
        for (at, what) in ALL.into_iter().enumerate() {
            assert_eq!(what as usize, at);
        }
        let page = format!(
            "a{}b{}{}",
            Moving::UpTo.mark(),
            Moving::Entries.mark(),
            &SECRET[1..]
        );
        let pieces = Pieces::of(&page);
        let parts: Vec<_> = pieces
            .parts
            .iter()
            .map(|(text, what)| (&**text, *what))
            .collect();
        assert_eq!(parts, [("a", Moving::UpTo), ("b", Moving::Entries)]);
        assert_eq!(*pieces.last, SECRET[1..]);
        assert_eq!(pieces.bytes(), 2 + 31);
        assert_eq!(Pieces::of("plain").parts.len(), 0);
        // A mark that is cut short is text.
        assert_eq!(*Pieces::of(&SECRET).last, **SECRET);
    }
}
