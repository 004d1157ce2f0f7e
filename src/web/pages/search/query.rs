//! The address of a search: what it may say, what is wrong with it, and its one canonical form.
//!
//! Parameters stand in the order of their names, defaults are left out, so that one search has one address to share.

use crate::domain::dates::parse_date;
use crate::domain::{Kind, Region};
use crate::search::{MAX_DEPTH, MAX_QUERY_CHARS, Place, SearchQuery, Sort, read_mark};
use crate::text::Lang;
use crate::web::links;
use crate::web::pages::fault::shortened;
use gongshi_verify::encoding::decimal;
use gongshi_verify::names::AuthorityId;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Hits on a page.
pub(super) const PER_PAGE: usize = 20;
/// Pages that can be turned to.
pub(super) const MAX_PAGE: usize = MAX_DEPTH / PER_PAGE;
/// Values of one filter that are looked at.
const MAX_VALUES: usize = 10;

/// What is wrong with one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bad {
    /// Key of the sentence that says what was expected.
    pub(super) key: &'static str,
    /// What was given, shortened.
    pub(super) given: String,
}

/// A search as its address says it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Params {
    /// Words, names or codes, without control and direction characters.
    pub(super) text: String,
    /// Whether the text was longer than what is looked at.
    pub(super) cut: bool,
    pub(super) kinds: BTreeSet<String>,
    pub(super) authorities: BTreeSet<String>,
    pub(super) regions: BTreeSet<String>,
    /// Codes of open lists, each as [`crate::search::mark`] writes it.
    pub(super) marks: BTreeSet<String>,
    pub(super) from: Option<Date>,
    pub(super) to: Option<Date>,
    pub(super) sort: Sort,
    /// From 1.
    pub(super) page: usize,
    /// The place behind which the page begins, instead of its number.
    pub(super) after: Option<Place>,
}

const fn sort_name(sort: Sort) -> &'static str {
    match sort {
        Sort::Relevance => "relevance",
        Sort::Newest => "newest",
        Sort::Oldest => "oldest",
    }
}

/// Every order with its name in addresses.
pub(super) const SORTS: &[Sort] = &[Sort::Relevance, Sort::Newest, Sort::Oldest];

/// Characters that are never looked for and can make a page read otherwise than it is.
fn unwanted(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

impl Params {
    /// Reads a query string. What cannot be used is left out and reported.
    pub(super) fn parse(query: &str) -> (Self, Vec<Bad>) {
        let mut params = Params {
            page: 1,
            ..Params::default()
        };
        let mut bad = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let clean: String = value.chars().filter(|c| !unwanted(*c)).collect();
            let value = clean.trim();
            if value.is_empty() {
                continue;
            }
            if let Err(key) = params.take(&name, value) {
                bad.push(Bad {
                    key,
                    given: shortened(value),
                });
            }
        }
        if let (Some(from), Some(to)) = (params.from, params.to)
            && from > to
        {
            bad.push(Bad {
                key: "page-search-bad-range",
                given: format!("{from} – {to}"),
            });
            (params.from, params.to) = (None, None);
        }
        (params, bad)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        let add = |set: &mut BTreeSet<String>| {
            if set.len() < MAX_VALUES {
                set.insert(value.to_owned());
            }
        };
        match name {
            "q" => {
                self.cut = value.chars().nth(MAX_QUERY_CHARS).is_some();
                let text: String = value.chars().take(MAX_QUERY_CHARS).collect();
                self.text = text.trim().to_owned();
            }
            "kind" => match value.parse::<Kind>() {
                Ok(_) => add(&mut self.kinds),
                Err(_) => return Err("page-search-bad-kind"),
            },
            "authority" => match AuthorityId::parse(value) {
                Ok(_) => add(&mut self.authorities),
                Err(_) => return Err("page-search-bad-authority"),
            },
            "region" => match Region::parse(value) {
                Ok(_) => add(&mut self.regions),
                Err(_) => return Err("page-search-bad-region"),
            },
            "code" => match read_mark(value) {
                Some(_) => add(&mut self.marks),
                None => return Err("page-search-bad-mark"),
            },
            "from" => self.from = Some(parse_date(value).ok_or("page-search-bad-date")?),
            "to" => self.to = Some(parse_date(value).ok_or("page-search-bad-date")?),
            "sort" => {
                let sort = SORTS.iter().find(|sort| sort_name(**sort) == value);
                self.sort = *sort.ok_or("page-search-bad-sort")?;
            }
            "page" => {
                let page = decimal(value).and_then(|page| usize::try_from(page).ok());
                let page = page.filter(|page| (1..=MAX_PAGE).contains(page));
                self.page = page.ok_or("page-search-bad-page")?;
            }
            "after" => self.after = Some(Place::parse(value).ok_or("page-search-bad-after")?),
            // An unknown parameter is somebody else's mark on a link, not a mistake of the reader.
            _ => {}
        }
        Ok(())
    }

    /// The one address of this search.
    pub(super) fn href(&self, lang: Lang) -> String {
        self.href_of(lang, "/search")
    }

    /// The one address of this search in a form that has another path.
    pub(super) fn href_of(&self, lang: Lang, path: &str) -> String {
        let day = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
        let (from, to) = (day(self.from), day(self.to));
        let page = match (self.page, &self.after) {
            (0 | 1, _) | (_, Some(_)) => String::new(),
            (page, None) => page.to_string(),
        };
        let sort = match self.sort {
            Sort::Relevance => "",
            sort => sort_name(sort),
        };
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        pairs.extend(self.after.iter().map(|place| ("after", place.as_str())));
        pairs.extend(self.authorities.iter().map(|v| ("authority", v.as_str())));
        pairs.extend(self.marks.iter().map(|v| ("code", v.as_str())));
        pairs.push(("from", &from));
        pairs.extend(self.kinds.iter().map(|v| ("kind", v.as_str())));
        pairs.push(("page", &page));
        pairs.push(("q", &self.text));
        pairs.extend(self.regions.iter().map(|v| ("region", v.as_str())));
        pairs.push(("sort", sort));
        pairs.push(("to", &to));
        links::with_query(lang, path, &pairs)
    }

    /// The same search from its first page on, changed.
    pub(super) fn changed(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut params = self.clone();
        params.page = 1;
        params.after = None;
        change(&mut params);
        params
    }

    /// Whether anything but the text narrows the search.
    pub(super) fn filtered(&self) -> bool {
        self.search_query().narrowed()
    }

    /// For the engine.
    pub(super) fn search_query(&self) -> SearchQuery {
        let day = |date: Date| date.since(jiff::civil::date(1970, 1, 1)).ok();
        let day = |date: Option<Date>| date.and_then(day).map(|since| since.get_days());
        let list = |set: &BTreeSet<String>| set.iter().cloned().collect();
        SearchQuery {
            text: self.text.clone(),
            kinds: list(&self.kinds),
            authorities: list(&self.authorities),
            regions: list(&self.regions),
            marks: list(&self.marks),
            date_from: day(self.from),
            date_to: day(self.to),
            sort: self.sort,
            after: self.after.clone(),
            offset: match self.after {
                Some(_) => 0,
                None => (self.page - 1) * PER_PAGE,
            },
            limit: PER_PAGE,
            no_facets: false,
        }
    }

    /// The sort's name in addresses.
    pub(super) fn sort_name(sort: Sort) -> &'static str {
        sort_name(sort)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bad_keys(query: &str) -> Vec<&'static str> {
        Params::parse(query).1.iter().map(|bad| bad.key).collect()
    }

    #[test]
    fn defaults_are_left_out_and_parameters_sorted() {
        let (params, bad) = Params::parse(
            "q=+%E7%A4%BA%E4%BE%8B+&kind=&from=&to=2026-02-01&sort=relevance&page=1&kind=penalty&x=1",
        );
        assert_eq!(bad, []);
        assert_eq!(
            params.href(Lang::Zh),
            "/search?kind=penalty&q=%E7%A4%BA%E4%BE%8B&to=2026-02-01"
        );
        assert_eq!(Params::parse("").0.href(Lang::En), "/en/search");
    }

    #[test]
    fn each_fault_has_its_sentence() {
        for (query, key) in [
            ("kind=nonsense", "page-search-bad-kind"),
            ("authority=a%20b", "page-search-bad-authority"),
            ("region=61", "page-search-bad-region"),
            ("code=unqualified", "page-search-bad-mark"),
            ("code=severity.serious", "page-search-bad-mark"),
            ("code=result.%E4%B8%8D", "page-search-bad-mark"),
            ("from=2026-02-30", "page-search-bad-date"),
            ("to=today", "page-search-bad-date"),
            ("from=2026-02-02&to=2026-02-01", "page-search-bad-range"),
            ("sort=best", "page-search-bad-sort"),
            ("page=0", "page-search-bad-page"),
            ("page=01", "page-search-bad-page"),
            ("page=1000000000", "page-search-bad-page"),
            ("page=-1", "page-search-bad-page"),
            ("after=%27", "page-search-bad-after"),
        ] {
            assert_eq!(bad_keys(query), [key], "{query}");
        }
        assert!(bad_keys("utm_source=x").is_empty());
    }

    #[test]
    fn long_and_odd_texts_are_cut_and_cleaned() {
        let (params, bad) = Params::parse(&format!("q={}", "x".repeat(10_000)));
        assert!(bad.is_empty() && params.cut);
        assert_eq!(params.text.len(), MAX_QUERY_CHARS);
        let (params, _) = Params::parse("q=a%00%E2%80%AEb%0A");
        assert_eq!(params.text, "ab");
    }

    proptest! {
        #[test]
        fn the_canonical_address_is_its_own(query in "(q|kind|page|from|to|sort|region|authority|code)=[ -~\u{4e00}-\u{4e20}]{0,30}(&(q|kind|page)=[a-z0-9%+_]{0,12}){0,3}") {
            let (params, _) = Params::parse(&query);
            let href = params.href(Lang::Zh);
            let again = Params::parse(href.split_once('?').map_or("", |(_, query)| query));
            prop_assert!(again.1.is_empty(), "{href}");
            prop_assert_eq!(again.0.href(Lang::Zh), href);
        }
    }
}
