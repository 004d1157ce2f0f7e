//! One record in a line: read from the log, so that what is no longer public is not shown, whatever an index still says.

use super::fault::{Fault, kept};
use super::{Link, Visit};
use crate::domain::dates::{day_in_china, parse_date};
use crate::domain::{CodeList, Kind, Stored, Uscc, View, person};
use crate::log::{Leaf, LogError};
use crate::rules::{Code, Place, Rules};
use crate::search::sync::{Names, document, running_text};
use crate::search::{Needles, Piece, SearchDoc};
use crate::text::{Catalogue, Lang};
use crate::web::links;
use crate::web::render::Moment;
use gongshi_verify::hash::Hash;
use gongshi_verify::registry::{AuthorityState, Registry};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Fields that name a record which has no subject, best first.
const NAMES: &[&str] = &[
    "title",
    "plan_name",
    "library_name",
    "task_name",
    "campaign_name",
    "name",
];

/// An entry with its place in the log, and what its record was corrected to.
pub(super) struct Loaded {
    pub(super) index: u64,
    pub(super) leaf_hash: Hash,
    /// Indexes of the public corrections of it, in the order of the log.
    pub(super) corrections: Vec<u64>,
    /// What the latest of them says.
    corrected: Option<Map<String, Value>>,
    stored: Stored,
}

impl std::ops::Deref for Loaded {
    type Target = Stored;

    fn deref(&self) -> &Stored {
        &self.stored
    }
}

impl Loaded {
    fn of(index: u64, leaf: &Leaf) -> Result<Self, Fault> {
        let stored = Stored::read(&leaf.entry, leaf.record.as_deref())
            .map_err(|e| LogError::damaged(format!("entry {index}"), e.to_string()))?;
        Ok(Loaded {
            index,
            leaf_hash: gongshi_verify::hash::leaf_hash(&leaf.entry),
            corrections: Vec::new(),
            corrected: None,
            stored,
        })
    }

    /// The record as it stands now, whatever it said at first.
    pub(super) fn view(&self) -> Option<View<'_>> {
        match &self.corrected {
            Some(body) => Some(View::new(self.kind?, body)),
            None => self.stored.view(),
        }
    }

    /// As a search engine sees it, but for names of authorities.
    pub(super) fn document(&self, rules: &Rules) -> Option<SearchDoc> {
        let corrected = self.corrected.as_ref();
        document(self.index, &self.stored, corrected, &Names::new(), rules)
    }

    /// Where and when the codes of a body of the record are read: its first, or a corrected one.
    pub(super) fn place(&self, kind: Kind, body: &Map<String, Value>) -> Place {
        self.place_of(&View::new(kind, body))
    }

    /// The same of a body that is viewed.
    pub(super) fn place_of(&self, view: &View<'_>) -> Place {
        let entry = &self.entry;
        let logged_on = day_in_china(entry.logged_at.unix());
        Rules::place(Some(entry.authority.as_str()), view, logged_on)
    }

    /// What a correction says the record should have been.
    pub(super) fn corrected_body(&self) -> Option<&Map<String, Value>> {
        self.body.as_ref()?.get("corrected_body")?.as_object()
    }

    /// What the record is called: its subject, else its own name, else its number. Pages ask [`Visit::name_of`]. Of a natural person the surname
    /// alone: in full the name stands among the fields of the record's own page.
    fn name(&self) -> Option<String> {
        let view = self.view()?;
        let named = || NAMES.iter().find_map(|name| view.text_of(name));
        let name = || named().or_else(|| view.number()).map(str::to_owned);
        person::shown_name(&view).map_or_else(name, |name| Some(name.into_owned()))
    }

    /// Whether its subject is, or may be, a natural person: said to be one, a business that a person runs in their own
    /// name (个体工商户), or named without a credit code, as unlicensed traders are.
    pub(super) fn personal(&self) -> bool {
        let views = [self.view(), self.stored.view()];
        views
            .into_iter()
            .flatten()
            .any(|view| self.names_person(view))
    }

    fn names_person(&self, view: View<'_>) -> bool {
        let by_kind = matches!(
            self.kind,
            Some(Kind::IndividualMark | Kind::IndividualRestore)
        );
        let by_type = matches!(
            view.text_of("subject_type"),
            Some("natural_person" | "individual_business")
        );
        let by_code = match view.subject_code() {
            Some(code) => individual(code.as_str()),
            None => view.subject_name().is_some(),
        };
        by_kind || by_type || by_code
    }
}

/// Whether a credit code is that of an individual business (个体工商户): GB 32100, registrar 9, class 2.
pub(super) fn individual(code: &str) -> bool {
    code.starts_with("92")
}

/// Characters of a record's text in a row of a search.
const EXCERPT: usize = 60;

/// What was searched for, in a row.
#[derive(Debug, Serialize)]
struct Marks {
    name: Vec<Piece>,
    number: Vec<Piece>,
    excerpt: Option<Vec<Piece>>,
}

/// One line of a list of records.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) index: u64,
    href: String,
    kind: String,
    kind_href: Option<String>,
    name: String,
    /// Where it says what was searched for.
    found: Option<Marks>,
    uscc: Option<Link>,
    date: Option<String>,
    /// The day until which a serious listing was to last, where that day is past.
    pub(super) term: Option<String>,
    number: Option<String>,
    /// Whether it was corrected: everything here is as the latest correction has it.
    pub(super) corrected: bool,
    /// Whether it was corrected to be about somebody else than the subject whose page this is.
    pub(super) elsewhere: bool,
    /// The subject it was published about, where a correction has said another.
    formerly: Option<Link>,
    authority: Link,
    logged: Moment,
    proof: String,
}

impl Row {
    /// The day it is about, or, where it names none, that of its logging (of UTC: it only orders).
    pub(super) fn day(&self) -> &str {
        self.date.as_deref().unwrap_or(&self.logged.iso[..10])
    }

    /// On the page of a subject: marks what was corrected to be about another one.
    pub(super) fn on_page_of(&mut self, code: &str) {
        let about = self.uscc.as_ref().map(|link| link.text.as_str());
        self.elsewhere = self.corrected && about != Some(code);
    }
}

/// The language of records, where the page is in another one.
pub(super) fn foreign(lang: Lang) -> Option<&'static str> {
    (lang != Lang::Zh).then(|| Lang::Zh.tag())
}

impl Visit {
    /// Reads an entry, and what corrects it; on a page as it stood, what did so then.
    pub(super) fn load(&self, index: u64) -> Result<Loaded, Fault> {
        let mut loaded = Loaded::of(index, &self.portal.log.leaf(index)?)?;
        if loaded.body.is_some() {
            loaded.corrections = kept(self.portal.intake.standing().corrections(index))?;
            loaded.corrections.retain(|one| *one < self.before());
        }
        if let Some(latest) = loaded.corrections.last() {
            let correction = Loaded::of(*latest, &self.portal.log.leaf(*latest)?)?;
            loaded.corrected = correction.corrected_body().cloned();
        }
        Ok(loaded)
    }

    /// Rows of those entries whose record is public now, in the order given.
    pub(super) fn rows(&self, indexes: impl IntoIterator<Item = u64>) -> Result<Vec<Row>, Fault> {
        let registry = self.portal.intake.registry();
        let mut rows = Vec::new();
        for index in indexes {
            let loaded = self.load(index)?;
            if loaded.body.is_some() {
                rows.push(self.row(&loaded, &registry));
            }
        }
        Ok(rows)
    }

    pub(super) fn row(&self, loaded: &Loaded, registry: &Registry) -> Row {
        let view = loaded.view();
        let kind = self.kind_name(loaded.entry.kind.as_str());
        let number = view.as_ref().and_then(View::number).map(str::to_owned);
        let name = self.name_of(loaded).unwrap_or_else(|| kind.clone());
        Row {
            index: loaded.index,
            href: links::record(self.lang, loaded.index),
            kind_href: loaded.kind.map(|kind| links::list(self.lang, kind)),
            uscc: view
                .as_ref()
                .and_then(View::subject_code)
                .map(|code| self.uscc_link(&code)),
            date: view
                .as_ref()
                .and_then(View::main_date)
                .map(|date| date.to_string()),
            term: self.term_over(loaded),
            number: number.filter(|number| *number != name),
            corrected: !loaded.corrections.is_empty(),
            elsewhere: false,
            formerly: self.formerly(loaded),
            authority: self.authority_link(registry, loaded.entry.authority.as_str()),
            logged: Moment::new(self.lang, loaded.entry.logged_at),
            proof: crate::intake::link_path(loaded.index),
            kind,
            name,
            found: None,
        }
    }

    /// A row of a search: with what was searched for marked, and what the record says of it.
    pub(super) fn found_row(&self, loaded: &Loaded, registry: &Registry, needles: &Needles) -> Row {
        let mut row = self.row(loaded, registry);
        // Of what may be about a person no more than lists show.
        let view = loaded.view().filter(|_| !loaded.personal());
        let text = view.map(|view| running_text(loaded, &view));
        row.found = Some(Marks {
            name: needles.name(&row.name),
            number: needles.name(row.number.as_deref().unwrap_or_default()),
            excerpt: text.and_then(|text| needles.excerpt(&text, EXCERPT)),
        });
        row
    }

    /// The subject a record named before it was corrected to be about another.
    fn formerly(&self, loaded: &Loaded) -> Option<Link> {
        let first = loaded.stored.view()?.subject_code()?;
        let now = loaded.view()?.subject_code();
        (now.as_ref() != Some(&first)).then(|| self.uscc_link(&first))
    }

    /// What a record is called. Notes where that names a natural person, so that search engines are told to leave the
    /// page out.
    pub(super) fn name_of(&self, loaded: &Loaded) -> Option<String> {
        let name = loaded.name();
        if name.is_some() && loaded.personal() {
            self.note_person();
        }
        name
    }

    /// The last day that a serious listing states, where it is past. This ends nothing: the rules do, or the authority's removal.
    pub(super) fn term_over(&self, loaded: &Loaded) -> Option<String> {
        let view = loaded.view()?;
        if loaded.kind != Some(Kind::SeriousListing) {
            return None;
        }
        let until = parse_date(view.text_of("listed_until")?)?;
        (until < self.today).then(|| until.to_string())
    }

    pub(super) fn uscc_link(&self, code: &Uscc) -> Link {
        Link {
            text: code.to_string(),
            href: links::enterprise(self.lang, code.as_str()),
        }
    }

    /// An authority by its name, or by its identifier where it is not registered.
    pub(super) fn authority_link(&self, registry: &Registry, id: &str) -> Link {
        Link {
            text: authority_name(registry, id).unwrap_or_else(|| id.to_owned()),
            href: links::authority(self.lang, id),
        }
    }

    /// Name of a kind; its own text where the catalogue has none.
    pub(super) fn kind_name(&self, kind: &str) -> String {
        let key = format!("kind-{kind}");
        match Catalogue::built_in().has(self.lang, &key) {
            true => self.word(&key),
            false => kind.to_owned(),
        }
    }

    /// Name of a code, by the rules of its place and day where the list is open.
    pub(super) fn code_name(&self, list: CodeList, code: &str, place: Place) -> String {
        let rules = self.portal.intake.rules();
        let named = rules.codes().named(list, code, place);
        Catalogue::built_in().named_code(self.lang, list.name(), code, named.map(Code::names))
    }

    /// A region's code with what it is a code of. There is no table of names here, since divisions change every year:
    /// the level is read from the digits.
    pub(super) fn region_code(&self, code: &str) -> String {
        let key = match code {
            "000000" => "page-region-synthetic",
            "100000" => "page-region-nation",
            code if code.ends_with("0000") => "page-region-province",
            code if code.ends_with("00") => "page-region-prefecture",
            _ => "page-region-county",
        };
        self.say(key, &[("code", code.into())])
    }

    /// A region's code with the authority that speaks for it, where one is registered for just that region: its name tells
    /// a reader which place this is.
    pub(super) fn region_name(&self, registry: &Registry, code: &str) -> String {
        let mut all = speaking(registry);
        let speaker = all.find(|authority| authority.region.as_str() == code);
        self.region_said(code, speaker.map(|authority| authority.name.as_str()))
    }

    /// The same, of one of many regions.
    pub(super) fn region_of(&self, speakers: &Speakers<'_>, code: &str) -> String {
        self.region_said(code, speakers.0.get(code).copied())
    }

    fn region_said(&self, code: &str, speaker: Option<&str>) -> String {
        match speaker {
            Some(name) if !matches!(code, "000000" | "100000") => self.say(
                "page-region-of",
                &[("code", code.into()), ("authority", name.into())],
            ),
            _ => self.region_code(code),
        }
    }
}

/// Who may speak for a region, the operator first: it is of the place as a whole, a department of one trade of it.
fn speaking(registry: &Registry) -> impl Iterator<Item = &AuthorityState> {
    let operator = registry.operator().into_iter();
    operator.chain(registry.authorities())
}

/// The divisions that authorities are registered for, in order of their codes.
pub(super) fn divisions(registry: &Registry) -> BTreeSet<&str> {
    let all = registry.authorities();
    all.map(|authority| authority.region.as_str()).collect()
}

/// The names of the authorities that speak for regions, by the region's code.
pub(super) struct Speakers<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Speakers<'a> {
    pub(super) fn name(&self, code: &str) -> Option<&'a str> {
        self.0.get(code).copied()
    }

    pub(super) fn of(registry: &'a Registry) -> Self {
        let mut names = BTreeMap::new();
        for authority in speaking(registry) {
            let name = names.entry(authority.region.as_str());
            name.or_insert(authority.name.as_str());
        }
        Speakers(names)
    }
}

/// Name of a registered authority.
pub(super) fn authority_name(registry: &Registry, id: &str) -> Option<String> {
    let id = gongshi_verify::names::AuthorityId::parse(id).ok()?;
    Some(registry.authority(&id)?.name.clone())
}
