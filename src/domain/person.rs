//! Names of natural persons: public on the page of their record, and nowhere else in full.
//!
//! Law publishes what a person did, not a list of persons to be searched: lists, titles, search and names of files show the surname alone. It
//! goes by what a record says of its subject; names in prose that is about others it cannot know.

use super::kind::Kind;
use super::view::View;
use std::borrow::Cow;

/// Surnames of one character in the first line, of two in the second.
const SURNAMES: &str = include_str!("surnames.txt");
/// What stands for the given name, however long it is.
const HIDDEN: char = '\u{ff0a}';
/// Longest name that can be a person's where nothing says that it is one, in characters.
const MOST: usize = 4;

/// What stands between the parts of a name that was taken over from another language, as its forms are written; full stops are typed for it too.
pub(super) const DOTS: [char; 9] = [
    '\u{b7}', '\u{2022}', '\u{2027}', '\u{2219}', '\u{22c5}', '\u{30fb}', '\u{ff65}', '.',
    '\u{ff0e}',
];
/// What names of shops end with, and names of persons do not.
const TRADES: &str = include_str!("trades.txt");

/// The beginning of a credit code of an individual business (GB 32100: registrar 9, class 2).
const INDIVIDUAL: &str = "92";

/// Length of the surname in characters, where the name begins with one.
fn surname(name: &str) -> Option<usize> {
    let mut lines = SURNAMES.lines();
    let (one, two) = (lines.next()?, lines.next()?);
    if two.split(' ').any(|surname| name.starts_with(surname)) {
        return Some(2);
    }
    let first = name.chars().next()?;
    one.contains(first).then_some(1)
}

/// Whether a character is a Chinese one.
pub(super) const fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

/// Whether a text reads like a personal name in Chinese: a surname, and one or two characters (after a surname of two: as many); or parts with a
/// dot between them, as names of Uyghurs, Kazakhs or foreigners are written, of whatever length.
pub(super) fn reads_like_a_name(name: &str) -> bool {
    if name.contains(DOTS) {
        return has_parts_of_a_name(name);
    }
    let count = name.chars().count();
    let surname = surname(name);
    name.chars().all(is_han)
        && count <= MOST
        && surname.is_some_and(|surname| (1..=2).contains(&count.saturating_sub(surname)))
}

/// Whether the parts between dots are those of a name: in Chinese, or a Latin initial, behind which another dot may stand (约翰·D.·史密斯).
fn has_parts_of_a_name(name: &str) -> bool {
    let (mut chinese, mut behind_initial) = (false, false);
    for part in name.split(DOTS).map(str::trim) {
        let is_chinese = !part.is_empty() && part.chars().all(is_han);
        let is_initial = is_initial(part);
        let is_part = is_chinese || is_initial || (part.is_empty() && behind_initial);
        if !is_part {
            return false;
        }
        chinese |= is_chinese;
        behind_initial = is_initial;
    }
    chinese && !name.ends_with(|last| TRADES.contains(last))
}

/// One Latin letter, also of full width.
fn is_initial(part: &str) -> bool {
    let mut chars = part.chars();
    let is_letter = |c: char| matches!(c, 'A'..='Z' | 'a'..='z' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}');
    chars.next().is_some_and(is_letter) && chars.next().is_none()
}

/// The name of the subject, where it is a natural person's: by what the record says it is; and where it has no credit code, or is an individual
/// business, where it reads like one.
#[must_use]
pub fn personal_name<'a>(view: &View<'a>) -> Option<&'a str> {
    let name = view.subject_name()?;
    let subject_type = view.text_of("subject_type");
    if subject_type == Some("natural_person") {
        return Some(name);
    }
    let code = view.subject_code();
    let individual = subject_type == Some("individual_business")
        || matches!(view.kind(), Kind::IndividualMark | Kind::IndividualRestore)
        || code.is_some_and(|code| code.as_str().starts_with(INDIVIDUAL));
    let may_be = individual || (code.is_none() && subject_type.is_none());
    (may_be && reads_like_a_name(name)).then_some(name)
}

/// A personal name with the surname alone.
#[must_use]
pub fn masked(name: &str) -> String {
    let shown = match name.chars().count() {
        0..=2 => 1,
        _ => surname(name).unwrap_or(1),
    };
    let mut masked: String = name.chars().take(shown).collect();
    masked.push(HIDDEN);
    masked
}

/// The name of the subject as lists, titles and search show it.
#[must_use]
pub fn shown_name<'a>(view: &View<'a>) -> Option<Cow<'a, str>> {
    match personal_name(view) {
        Some(name) => Some(Cow::Owned(masked(name))),
        None => view.subject_name().map(Cow::Borrowed),
    }
}

/// A text about a record without the full name of its subject, where that is a natural person's.
#[must_use]
pub fn without_name<'t>(text: &'t str, view: &View<'_>) -> Cow<'t, str> {
    match personal_name(view) {
        // A single character would stand in words that have nothing to do with it.
        Some(name) if name.chars().count() > 1 && text.contains(name) => {
            Cow::Owned(text.replace(name, &masked(name)))
        }
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn name(kind: Kind, body: serde_json::Value) -> Option<String> {
        let serde_json::Value::Object(body) = body else {
            panic!("not an object");
        };
        shown_name(&View::new(kind, &body)).map(Cow::into_owned)
    }

    #[test]
    fn persons_keep_their_surname_and_firms_their_name() {
        let person = |name: &str| json!({"subject_name": name, "subject_type": "natural_person"});
        for (said, shown) in [
            ("\u{5f20}\u{4e09}", "\u{5f20}\u{ff0a}"),
            ("\u{6b27}\u{9633}\u{4fee}", "\u{6b27}\u{9633}\u{ff0a}"),
            ("\u{6b27}\u{9633}", "\u{6b27}\u{ff0a}"),
            ("Ali Khan", "A\u{ff0a}"),
        ] {
            assert_eq!(name(Kind::Penalty, person(said)).as_deref(), Some(shown));
        }
        // 张三丰, and 张三食品店 with a firm's code.
        let three = "\u{5f20}\u{4e09}\u{4e30}";
        let shop = "\u{5f20}\u{4e09}\u{98df}\u{54c1}\u{5e97}";
        let shown = "\u{5f20}\u{ff0a}";
        let individual =
            |name: &str| json!({"subject_name": name, "subject_uscc": "92610323MA00000009"});
        let of = |kind, body| name(kind, body).unwrap();
        assert_eq!(
            of(Kind::CampaignResult, json!({"subject_name": three})),
            shown
        );
        assert_eq!(of(Kind::IndividualMark, individual(three)), shown);
        assert_eq!(of(Kind::IndividualMark, individual(shop)), shop);
        let typed = json!({"subject_name": three, "subject_uscc": "91000000MA00000900", "subject_type": "individual_business"});
        assert_eq!(of(Kind::Penalty, typed), shown);
        let firm = json!({"subject_name": three, "subject_uscc": "91000000MA00000900"});
        assert_eq!(of(Kind::Penalty, firm), three);
    }

    /// 阿依古丽·买买提, by each dot that stands for it; 老王·小吃店 is a shop.
    #[test]
    fn a_name_with_a_dot_is_a_persons() {
        let shop = "\u{8001}\u{738b}\u{b7}\u{5c0f}\u{5403}\u{5e97}";
        let of = |said: &str| {
            let body = json!({"subject_name": said, "subject_uscc": "92610323MA00000009"});
            name(Kind::IndividualMark, body).unwrap()
        };
        for dot in DOTS {
            let said = format!("\u{963f}\u{4f9d}\u{53e4}\u{4e3d}{dot}\u{4e70}\u{4e70}\u{63d0}");
            assert_eq!(of(&said), "\u{963f}\u{ff0a}");
            let unnamed = name(Kind::CampaignResult, json!({"subject_name": said}));
            assert_eq!(unnamed.as_deref(), Some("\u{963f}\u{ff0a}"));
            let firm = json!({"subject_name": said, "subject_uscc": "91000000MA00000900"});
            assert_eq!(name(Kind::Penalty, firm), Some(said));
        }
        assert_eq!(of(shop), shop);
    }

    /// 阿依古丽.买买提 as it is typed, 约翰·D·史密斯, J. 史密斯; a full stop that ends a text joins nothing.
    #[test]
    fn names_are_known_by_full_stops_and_initials_too() {
        let of = |said: &str| name(Kind::CampaignResult, json!({"subject_name": said})).unwrap();
        for (said, shown) in [
            ("阿依古丽.买买提", "阿＊"),
            ("阿依古丽．买买提", "阿＊"),
            ("阿依古丽∙买买提", "阿＊"),
            ("阿依古丽⋅买买提", "阿＊"),
            ("阿依古丽 · 买买提", "阿＊"),
            ("约翰·D·史密斯", "约＊"),
            ("约翰·Ｄ·史密斯", "约＊"),
            ("约翰·D.史密斯", "约＊"),
            ("约翰·D.·史密斯", "约＊"),
            ("J. 史密斯", "J＊"),
        ] {
            assert_eq!(of(said), shown, "{said}");
        }
        for shop in [
            "马·哈儿拉面",
            "老王·茶",
            "阿依.同仁堂",
            "小城.轩",
            "南山·听雨阁",
            "云·果园",
            "云·面包城",
            "云·山庄",
            "云·周记",
            "O·K",
            "V1.2",
        ] {
            assert_eq!(of(shop), shop);
        }
    }

    #[test]
    fn a_text_is_rid_of_the_name_of_its_person_alone() {
        let body = json!({"subject_name": "\u{5f20}\u{4e09}", "subject_type": "natural_person"});
        let body = body.as_object().unwrap();
        let view = View::new(Kind::Penalty, body);
        assert_eq!(
            without_name("\u{5f53}\u{4e8b}\u{4eba}\u{5f20}\u{4e09}", &view),
            "\u{5f53}\u{4e8b}\u{4eba}\u{5f20}\u{ff0a}"
        );
        assert_eq!(without_name("\u{674e}\u{56db}", &view), "\u{674e}\u{56db}");
    }
}
