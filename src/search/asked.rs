//! What was typed, as the terms that are to be found: the same for both engines.
//!
//! No character has a meaning of its own: the text is cut short where it is too long, split at white space, and freed of the labels that come along
//! when a number is copied from a form.

use super::fold::compact;
use super::lists::labels;
use super::{MAX_QUERY_CHARS, MAX_QUERY_TERMS};

/// A query's text.
pub(super) struct Asked<'a> {
    /// What is to be found, each; none of it empty when folded.
    pub(super) terms: Vec<&'a str>,
    /// Whether part of the text was left out for its length.
    pub(super) truncated: bool,
    /// Whether there is anything to look for, or nothing was asked for.
    pub(super) understood: bool,
}

impl<'a> Asked<'a> {
    pub(super) fn new(typed: &'a str) -> Self {
        let (text, mut truncated) = match typed.char_indices().nth(MAX_QUERY_CHARS) {
            Some((end, _)) => (&typed[..end], true),
            None => (typed, false),
        };
        let all = text.split_whitespace();
        let all: Vec<&str> = all.filter(|term| !compact(term).is_empty()).collect();
        let mut terms: Vec<&str> = all.iter().filter_map(|term| unlabelled(term)).collect();
        // Labels alone may be what is looked for.
        if terms.is_empty() {
            terms = all;
        }
        if terms.len() > MAX_QUERY_TERMS {
            terms.truncate(MAX_QUERY_TERMS);
            truncated = true;
        }
        Asked {
            understood: !terms.is_empty() || typed.trim().is_empty(),
            terms,
            truncated,
        }
    }
}

/// A term without the label before it; nothing of what is a label alone.
fn unlabelled(term: &str) -> Option<&str> {
    if let Some((before, after)) = term.split_once([':', '：'])
        && is_label(before)
    {
        return (!compact(after).is_empty()).then_some(after);
    }
    if is_label(term) {
        return None;
    }
    // 统一社会信用代码9161…: the number begins with a digit or a Latin letter.
    let number = |c: char| c.is_ascii_alphanumeric();
    let labelled = term.find(number).filter(|at| is_label(&term[..*at]));
    Some(labelled.map_or(term, |at| &term[at..]))
}

fn is_label(text: &str) -> bool {
    labels().contains(&compact(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn labels_are_left_out_where_more_follows() {
        for (typed, terms) in [
            (
                "统一社会信用代码：91610304MA00R2MT74",
                vec!["91610304MA00R2MT74"],
            ),
            (
                "统一社会信用代码91610304MA00R2MT74",
                vec!["91610304MA00R2MT74"],
            ),
            ("信用代码 : 9161 0304", vec!["9161", "0304"]),
            (
                "文号：凤市监处罚〔2026〕17号 过期",
                vec!["凤市监处罚〔2026〕17号", "过期"],
            ),
            ("地址", vec!["地址"]),
            ("凤翔:东湖", vec!["凤翔:东湖"]),
            (" ！ 东湖 ", vec!["东湖"]),
        ] {
            let asked = Asked::new(typed);
            assert_eq!(asked.terms, terms);
            assert!(asked.understood && !asked.truncated);
        }
        assert!(!Asked::new("！？").understood);
        assert!(Asked::new("  ").understood);
        let many = "甲 ".repeat(MAX_QUERY_TERMS + 1);
        let asked = Asked::new(&many);
        assert!(asked.truncated && asked.terms.len() == MAX_QUERY_TERMS);
    }

    proptest! {
        #[test]
        fn any_text_is_asked(text in any::<String>()) {
            let asked = Asked::new(&text);
            prop_assert!(asked.terms.iter().all(|term| !compact(term).is_empty()));
        }
    }
}
