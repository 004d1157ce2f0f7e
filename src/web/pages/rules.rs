//! The dated rules as people read them, and what they say of one record.
//!
//! Every version stands here with its days, basis and source; what was not read in the law itself is marked. Nothing is decided here.

use super::fault::Fault;
use super::summary::Loaded;
use super::{Answer, Page, Visit};
use crate::rules::{End, RuleVersion};
use crate::web::links;
use gongshi_verify::encoding::hex;
use serde::Serialize;

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

#[derive(Serialize)]
struct File {
    name: &'static str,
    title: String,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
struct Rule {
    id: String,
    /// Where links lead; files name their rules apart, so both stand in it.
    anchor: String,
    days: String,
    basis: String,
    source: String,
    confirmed: bool,
}

#[derive(Serialize)]
struct Notice {
    year: i16,
    number: String,
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

fn anchor(file: &str, position: usize) -> String {
    format!("{file}-{}", position + 1)
}

pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let rules = visit.portal.intake.rules();
    let versions = rules.versions();
    let files = FILES.iter().map(|(name, title)| File {
        name,
        title: visit.word(title),
        rules: versions
            .get(name)
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(position, version)| Rule {
                id: version.id(),
                anchor: anchor(name, position),
                days: visit.days_of(version),
                basis: version.basis.clone(),
                source: version.source.clone(),
                confirmed: version.confirmed,
            })
            .collect(),
    });
    let files: Vec<File> = files.collect();
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

impl Visit {
    /// Where a rule stands on the page of rules.
    pub(super) fn rule_href(&self, rule: &RuleVersion) -> String {
        let versions = self.portal.intake.rules().versions();
        let mut places = FILES.iter().filter_map(|(file, _)| {
            let mut known = versions.get(file)?.iter();
            let position = known.position(|version| **version == *rule)?;
            Some(anchor(file, position))
        });
        let page = links::page(self.lang, "/rules", "");
        match places.next() {
            Some(place) => format!("{page}#{place}"),
            None => page,
        }
    }

    fn days_of(&self, version: &RuleVersion) -> String {
        let day = |day: jiff::civil::Date| day.to_string();
        match (version.valid_from.map(day), version.valid_to.map(day)) {
            (Some(from), Some(to)) => self.say(
                "page-rules-from-to",
                &[("from", from.into()), ("to", to.into())],
            ),
            (Some(from), None) => self.say("page-rules-from", &[("from", from.into())]),
            (None, Some(to)) => self.say("page-rules-to", &[("to", to.into())]),
            (None, None) => self.word("page-rules-always"),
        }
    }

    /// Until when a record is shown, by which rule; `None` of one that is not public, or not summarised yet.
    pub(super) fn display_of(&self, loaded: &Loaded) -> Result<Option<Shown>, Fault> {
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
