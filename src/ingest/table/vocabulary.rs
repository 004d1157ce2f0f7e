//! Codes by the names that people write and read: those of closed lists from the catalogues, those of open ones from dated rules.
//!
//! Rules are the server's; whoever runs an import hands in the codes it has, or a folder's. A name that could mean two codes there and then
//! means neither.

use super::names::{aliases, fold_label, trim};
use crate::domain::codes::CodeMisuse;
use crate::domain::{CodeList, FieldError, Problem, Region, View};
use crate::rules::{Code, Codes, Place, Rules};
use crate::text::{Catalogue, Lang};
use gongshi_verify::names::AuthorityId;
use jiff::civil::Date;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// Folded names to the codes that bear them.
type Labels = HashMap<String, Vec<String>>;

/// Every code with its names.
#[derive(Debug)]
pub struct Vocabulary {
    codes: Codes,
    labels: HashMap<CodeList, Labels>,
}

/// For which province's codes somebody reads or writes, and of which day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Here {
    /// The province; `None` where nothing tells it.
    pub province: Option<Region>,
    /// The day.
    pub day: Date,
}

impl Here {
    /// Where and when a body is, if it says so; else here.
    #[must_use]
    pub fn of(self, body: &View<'_>) -> Self {
        Here {
            province: body
                .region()
                .map(|region| region.province())
                .or(self.province),
            day: body.main_date().unwrap_or(self.day),
        }
    }

    /// On a day in the province that an authority's identifier begins with.
    #[must_use]
    pub fn at(authority: &AuthorityId, day: Date) -> Self {
        let region = authority.as_str().get(..6);
        let region = region.and_then(|code| Region::parse(code).ok());
        Here {
            province: region.map(|region| region.province()),
            day,
        }
    }

    fn place(self) -> Place {
        Place {
            province: self.province.unwrap_or(Region::NATION),
            day: self.day,
        }
    }
}

static BUILT_IN: LazyLock<Arc<Vocabulary>> =
    LazyLock::new(|| Arc::new(Vocabulary::new(Rules::built_in().codes().clone())));

impl Vocabulary {
    /// With these codes of the open lists.
    #[must_use]
    pub fn new(codes: Codes) -> Self {
        let labels = CodeList::ALL.iter();
        let labels = labels.map(|list| (*list, labels_of(*list, &codes)));
        Vocabulary {
            labels: labels.collect(),
            codes,
        }
    }

    /// With the codes of the rules that come with the program.
    #[must_use]
    pub fn built_in() -> &'static Arc<Self> {
        &BUILT_IN
    }

    /// The code a text names, by code, official name or alias.
    pub(super) fn code(&self, list: CodeList, text: &str, here: Here) -> Option<String> {
        let named = self.labels.get(&list)?.get(&fold_label(text))?;
        match named.as_slice() {
            [one] => Some(one.clone()),
            several => {
                let valid = self.valid(list, here);
                let mut used = several.iter();
                let mut used = used.by_ref().filter(|code| valid.contains(&code.as_str()));
                match (used.next(), used.next()) {
                    (Some(one), None) => Some(one.clone()),
                    _ => None,
                }
            }
        }
    }

    /// The codes a cell names; names may themselves hold the marks that separate them.
    ///
    /// # Errors
    /// The first part that names no code.
    pub(super) fn codes(
        &self,
        list: CodeList,
        text: &str,
        here: Here,
    ) -> Result<Vec<String>, String> {
        if let Some(code) = self.code(list, text, here) {
            return Ok(vec![code]);
        }
        let separator = |c: char| matches!(c, '；' | ';' | '、' | ',' | '，' | '|' | '\n');
        let parts: Vec<&str> = text.split(separator).map(trim).collect();
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let mut found = Vec::new();
        let mut next = 0;
        while next < parts.len() {
            // The longest run of parts that is a name wins.
            let longest = (next + 1..=parts.len()).rev().find_map(|end| {
                let code = self.code(list, &parts[next..end].concat(), here)?;
                Some((end, code))
            });
            let Some((end, code)) = longest else {
                return Err(parts[next].to_owned());
            };
            found.push(code);
            next = end;
        }
        Ok(found)
    }

    /// The name of a code, as it is called there and then; the code itself where nobody calls it anything.
    #[must_use]
    pub fn name(&self, lang: Lang, list: CodeList, code: &str, here: Here) -> String {
        let ruled = self.codes.named(list, code, here.place()).map(Code::names);
        Catalogue::built_in().named_code(lang, list.name(), code, ruled)
    }

    /// The names of the codes that may be chosen there and then; without a province, those of all.
    #[must_use]
    pub fn offered(&self, lang: Lang, list: CodeList, here: Here) -> Vec<String> {
        let codes = self.valid(list, here).into_iter();
        codes
            .map(|code| self.name(lang, list, code, here))
            .collect()
    }

    /// Codes of a body that may not be used there and then, with those that may. Nothing where no province is known.
    #[must_use]
    pub fn faults(&self, body: &View<'_>, here: Here) -> Vec<FieldError> {
        match here.province {
            Some(_) => self.codes.faults(body, here.place()),
            None => Vec::new(),
        }
    }

    /// What is wrong with a text that names no code of an open list.
    pub(super) fn unknown(&self, list: CodeList, here: Here) -> Problem {
        self.codes.misused(list, CodeMisuse::Unknown, here.place())
    }

    fn valid(&self, list: CodeList, here: Here) -> Vec<&str> {
        if !list.is_open() {
            return list.codes().to_vec();
        }
        let valid = self.codes.valid(list, here.province, here.day).into_iter();
        valid.map(|code| code.code.as_str()).collect()
    }
}

fn labels_of(list: CodeList, codes: &Codes) -> Labels {
    let mut labels = Labels::new();
    let mut add = |name: &str, code: &str| {
        let named = labels.entry(fold_label(name)).or_default();
        if !named.iter().any(|one| one == code) {
            named.push(code.to_owned());
        }
    };
    let others = aliases().codes.get(list.name());
    for code in list.codes() {
        add(code, code);
        for lang in Lang::ALL {
            add(&Catalogue::built_in().code(*lang, list.name(), code), code);
        }
        for name in others.and_then(|o| o.get(*code)).into_iter().flatten() {
            add(name, code);
        }
    }
    for code in codes.of(list) {
        add(&code.code, &code.code);
        for name in code.all_names() {
            add(name, &code.code);
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn here(province: Option<&str>) -> Here {
        Here {
            province: province.map(|text| Region::parse(text).unwrap()),
            day: date(2026, 3, 2),
        }
    }

    /// Two texts that a reader would take for the same name are not names of two codes at once.
    #[test]
    fn no_name_of_a_value_means_two_codes() {
        let words = Vocabulary::built_in();
        for list in CodeList::ALL {
            for (name, named) in &words.labels[list] {
                assert_eq!(named.len(), 1, "{} {name}: {named:?}", list.name());
            }
        }
    }

    #[test]
    fn names_with_separators_in_them_are_told_apart() {
        let words = Vocabulary::built_in();
        let codes = |list, text| words.codes(list, text, here(None));
        let owned = |codes: &[&str]| Ok(codes.iter().map(|code| (*code).to_owned()).collect());
        let list = CodeList::ResultCode;
        let two = "公示信息隐瞒真实情况、弄虚作假；通过登记的住所(经营场所)无法联系";
        assert_eq!(
            codes(list, two),
            owned(&[
                "false_information_published",
                "unreachable_at_registered_address"
            ])
        );
        let list = CodeList::PenaltyKind;
        assert_eq!(
            codes(list, "警告、罚款，没收违法所得"),
            owned(&["warning", "fine", "confiscate_gains"])
        );
        assert_eq!(codes(list, "Fine; warning"), owned(&["fine", "warning"]));
        assert_eq!(codes(list, "吊销营业执照"), owned(&["revoke_licence"]));
        assert_eq!(codes(list, "罚款；罚站"), Err("罚站".to_owned()));
    }

    /// One name for one thing in one province and another in the next: the row's own place decides, and where it does not, nothing is guessed.
    #[test]
    fn a_name_is_read_where_it_is_used() {
        let code = |code: &str, province: &str| {
            serde_json::json!({"code": code, "zh": "基本合格", "en": code, "provinces": [province], "negative": false,
                "source": "x", "confirmed": false})
        };
        let codes =
            serde_json::json!({"result": [code("fair", "510000"), code("passed", "330000")]});
        let words = Vocabulary::new(Codes::from_json(codes).unwrap());
        let list = CodeList::ResultCode;
        let read = |place: Option<&str>| words.code(list, "基本 合格", here(place));
        assert_eq!(read(Some("510000")).as_deref(), Some("fair"));
        assert_eq!(read(Some("330000")).as_deref(), Some("passed"));
        assert_eq!(read(Some("610000")), None);
        assert_eq!(read(None), None);
        assert_eq!(
            words.offered(Lang::En, list, here(Some("510000"))),
            ["fair"]
        );
        assert_eq!(
            words.offered(Lang::En, list, here(None)),
            ["fair", "passed"]
        );
    }
}
