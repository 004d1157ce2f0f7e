//! The dated rules as people read them, and what they say of one record.
//!
//! Every version stands here with its days, basis and source; what was not read in the law itself is marked. Nothing is decided here.

use super::fault::Fault;
use super::summary::Loaded;
use super::{Answer, Link, Page, Visit};
use crate::domain::{CodeList, Kind};
use crate::rules::{Code, End, RuleVersion};
use crate::text::Catalogue;
use crate::web::links;
use gongshi_verify::encoding::hex;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeSet;

/// Files in the order in which they matter to a reader, with the words for each.
const FILES: &[(&str, &str)] = &[
    ("publication", "page-rules-file-publication"),
    ("links", "page-rules-file-links"),
    ("early-stop", "page-rules-file-early-stop"),
    ("deadlines", "page-rules-file-deadlines"),
    ("thresholds", "page-rules-file-thresholds"),
    ("terms", "page-rules-file-terms"),
    ("documents", "page-rules-file-documents"),
    ("buffers", "page-rules-file-buffers"),
];
/// Of the address of the page of codes.
const CODES: &str = "codes";

/// A file of rules in the overview.
#[derive(Serialize)]
struct File {
    title: String,
    href: String,
    rules: usize,
    unconfirmed: usize,
}

#[derive(Serialize)]
struct Rule {
    id: String,
    /// Where links lead.
    anchor: String,
    days: String,
    basis: String,
    source: String,
    confirmed: bool,
    note: Option<String>,
    text: String,
}

/// An open list with every version of its codes.
#[derive(Serialize)]
struct Codes {
    name: &'static str,
    title: String,
    codes: Vec<CodeRow>,
}

#[derive(Serialize)]
struct CodeRow {
    code: String,
    name: String,
    days: String,
    /// Reasons for removal that fit a ground of listing, separated; empty: any, or no such ground.
    removed_by: String,
    /// Provinces, separated; empty: all.
    provinces: String,
    source: String,
    confirmed: bool,
}

#[derive(Serialize)]
struct Notice {
    year: i16,
    number: String,
}

/// A version of a rule that something rests on.
#[derive(Serialize)]
pub(super) struct Ruling {
    id: String,
    href: String,
    confirmed: bool,
}

/// Until when a record is shown, and why.
#[derive(Serialize)]
pub(super) struct Shown {
    text: String,
    rule: String,
    href: String,
    basis: String,
    confirmed: bool,
}

fn anchor(position: usize) -> String {
    format!("version-{}", position + 1)
}

/// The set as a whole: its digest, the calendar, and the files of rules.
pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let rules = visit.portal.intake.rules();
    let versions = rules.versions();
    let files = FILES.iter().map(|(name, title)| {
        let versions = versions.get(name).map(Vec::as_slice).unwrap_or_default();
        File {
            title: visit.word(title),
            href: links::page(visit.lang, &format!("/rules/{name}"), ""),
            rules: versions.len(),
            unconfirmed: versions.iter().filter(|one| !one.confirmed).count(),
        }
    });
    let codes = CodeList::OPEN.iter();
    let codes: Vec<&Code> = codes.flat_map(|list| rules.codes().of(*list)).collect();
    let codes = File {
        title: visit.word("page-rules-file-codes"),
        href: links::page(visit.lang, &format!("/rules/{CODES}"), ""),
        rules: codes.len(),
        unconfirmed: codes.iter().filter(|one| !one.confirmed).count(),
    };
    let files: Vec<File> = files.chain([codes]).collect();
    let (from, to) = rules.calendar().covers();
    let notices = rules.calendar().notices().iter().map(|notice| Notice {
        year: notice.year,
        number: notice.number.clone(),
    });
    Page::new("rules.html", visit.word("page-rules-title"))
        .with("files", &files)
        .with("digest", &hex(rules.digest()))
        .with("covers_from", &from.to_string())
        .with("covers_to", &to.to_string())
        .with("notices", &notices.collect::<Vec<_>>())
        .with("foreign", &super::summary::foreign(visit.lang))
        .done()
}

/// Every version of every code of the open lists.
fn codes(visit: &Visit) -> Result<Answer, Fault> {
    let lists = CodeList::OPEN.iter().map(|list| visit.codes_of(*list));
    let heading = visit.word("page-rules-file-codes");
    Page::new("rules-codes.html", heading.clone())
        .above(visit.rules_link())
        .with("heading", &heading)
        .with("lists", &lists.collect::<Vec<_>>())
        .done()
}

/// Every version of every rule of one file.
pub(super) fn file(visit: &Visit) -> Result<Answer, Fault> {
    let wanted = visit.key.as_str();
    if wanted == CODES {
        return codes(visit);
    }
    let Some((name, title)) = FILES.iter().find(|(name, _)| *name == wanted) else {
        return Err(Fault::nothing());
    };
    let versions = visit.portal.intake.rules().versions();
    let versions = versions.get(name).into_iter().flatten();
    let rules = versions.enumerate().map(|(position, version)| Rule {
        id: version.id(),
        anchor: anchor(position),
        days: visit.days_of(version),
        basis: version.basis.clone(),
        source: version.source.clone(),
        confirmed: version.confirmed,
        note: visit.note_of(version),
        text: version.text.clone(),
    });
    Page::new("rules-file.html", visit.word(title))
        .above(visit.rules_link())
        .with("heading", &visit.word(title))
        .with("rules", &rules.collect::<Vec<_>>())
        .with("foreign", &super::summary::foreign(visit.lang))
        .done()
}

impl Visit {
    /// How a version was understood, in the reader's language.
    pub(super) fn note_of(&self, version: &RuleVersion) -> Option<String> {
        let note = version.note.as_ref()?;
        Some(self.lang.pick(&note.zh, &note.en).clone())
    }

    fn rules_link(&self) -> Link {
        Link {
            text: self.word("page-rules-title"),
            href: links::page(self.lang, "/rules", ""),
        }
    }

    /// Where the first version of a rule of which this holds stands; `None` where these rules have no such.
    pub(super) fn rule(&self, is_it: impl Fn(&RuleVersion) -> bool) -> Option<Ruling> {
        let versions = self.portal.intake.rules().versions();
        FILES.iter().find_map(|(file, _)| {
            let mut known = versions.get(file)?.iter().enumerate();
            let (position, version) = known.find(|(_, one)| is_it(one))?;
            let page = links::page(self.lang, &format!("/rules/{file}"), "");
            Some(Ruling {
                id: version.id(),
                href: format!("{page}#{}", anchor(position)),
                confirmed: version.confirmed,
            })
        })
    }

    fn codes_of(&self, list: CodeList) -> Codes {
        let codes = self.portal.intake.rules().codes().of(list);
        let row = |code: &Code| {
            let provinces = code.provinces.iter();
            let provinces = provinces.map(|one| self.region_code(one.as_str()));
            let reasons = code.removed_by.iter().map(|reason| {
                let list = CodeList::RemovalReason.name();
                Catalogue::built_in().named_code(self.lang, list, reason, None)
            });
            let comma = self.word("page-list-comma");
            CodeRow {
                removed_by: reasons.collect::<Vec<_>>().join(&comma),
                code: code.code.clone(),
                name: self.lang.pick(&code.zh, &code.en).clone(),
                days: self.days(code.valid_from, code.valid_to),
                provinces: provinces.collect::<Vec<_>>().join(&comma),
                source: code.source.clone(),
                confirmed: code.confirmed,
            }
        };
        Codes {
            name: list.name(),
            title: self.word(&format!("list-{}", list.name())),
            codes: codes.map(row).collect(),
        }
    }

    fn days_of(&self, version: &RuleVersion) -> String {
        self.days(version.valid_from, version.valid_to)
    }

    fn days(&self, from: Option<Date>, to: Option<Date>) -> String {
        let day = |day: Date| day.to_string();
        match (from.map(day), to.map(day)) {
            (Some(from), Some(to)) => self.say(
                "page-rules-from-to",
                &[("from", from.into()), ("to", to.into())],
            ),
            (Some(from), None) => self.say("page-rules-from", &[("from", from.into())]),
            (None, Some(to)) => self.say("page-rules-to", &[("to", to.into())]),
            (None, None) => self.word("page-rules-always"),
        }
    }

    /// Where a version of a rule stands; nothing where these rules have no such.
    pub(super) fn rule_href(&self, rule: &RuleVersion) -> String {
        let ruling = self.rule(|version| version == rule);
        ruling.map(|ruling| ruling.href).unwrap_or_default()
    }

    /// The rules that a public record rests on: that of its end, and that by which its subject is not listed for now.
    pub(super) fn rulings_of(&self, loaded: &Loaded) -> Result<Vec<Shown>, Fault> {
        let display = self.display_of(loaded)?;
        Ok(display.into_iter().chain(self.buffer_of(loaded)).collect())
    }

    fn buffer_of(&self, loaded: &Loaded) -> Option<Shown> {
        let view = loaded
            .view()
            .filter(|view| view.kind() == Kind::NoPenalty)?;
        let kind = view.text_of("no_penalty_kind")?;
        let met: BTreeSet<&str> = view.codes_of("grounds").collect();
        let rules = self.portal.intake.rules();
        let buffer = rules.buffer(kind, view.region()?, view.main_date()?, &met);
        let rule = &buffer.ok()?.rule;
        Some(Shown {
            text: self.word("page-buffer-rule"),
            rule: rule.id(),
            href: self.rule_href(rule),
            basis: rule.basis.clone(),
            confirmed: rule.confirmed,
        })
    }

    /// Until when a record is shown, by which rule; `None` of one that is not public, or not summarised yet.
    fn display_of(&self, loaded: &Loaded) -> Result<Option<Shown>, Fault> {
        let portal = &self.portal;
        if loaded.body.is_none() {
            return Ok(None);
        }
        let display = match portal.model.display(loaded.index, portal.log.as_ref())? {
            None => return Ok(None),
            Some(Ok(display)) => display,
            Some(Err(_)) => {
                return Ok(Some(Shown {
                    text: self.word("page-display-review"),
                    rule: self.word("page-nav-rules"),
                    href: links::page(self.lang, "/rules", ""),
                    basis: String::new(),
                    confirmed: true,
                }));
            }
        };
        let text = match display.end {
            End::LastDay(day) => {
                self.say("page-display-until", &[("date", day.to_string().into())])
            }
            End::Open => self.word("page-display-open"),
            End::Never => self.word("page-display-never"),
        };
        Ok(Some(Shown {
            text,
            rule: display.rule.id(),
            href: self.rule_href(display.rule),
            basis: display.rule.basis.clone(),
            confirmed: display.rule.confirmed,
        }))
    }
}
