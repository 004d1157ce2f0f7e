//! The dated rules: what may be shown and until when, what must be done by when, which codes and papers there are.
//!
//! Rules are data (`rules/*.toml`, format in `docs/RULES.md`), read once and checked whole: a fault refuses all. Each says its legal basis and
//! whether the law's text was read for it. This module answers for one record and a day; it knows no clock, no log and no other record than what
//! it is told, and it makes nothing public or hidden itself.

mod buffers;
mod calendar;
mod codes;
mod condition;
mod count;
mod deadlines;
mod documents;
mod early_stop;
mod ends;
mod exchange;
mod facts;
mod files;
mod links;
mod publication;
mod source;
mod table;
mod terms;
mod thresholds;
mod version;

use crate::domain::{FieldError, Kind, Region, View};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

pub use buffers::{Buffer, NoBuffer};
pub use calendar::{Calendar, Notice, OutsideCalendar};
pub use codes::{Code, CodeFault, Codes, Place};
pub use condition::Condition;
pub use count::Count;
pub use deadlines::{Duty, OwedBy, Task};
pub use documents::{Document, GapFault, Gaps, Requirement};
pub use early_stop::{EarlyStop, Need, WhyNot};
pub use ends::{By, Counts, EndsWith, Side};
pub use exchange::ExchangeError;
pub use facts::{Circumstances, Ended, Facts, Later, System, Unruled};
pub use links::{How, Link};
pub use publication::{Display, End, Ending, Term as DisplayTerm};
pub use source::RuleError;
pub use table::Ruled;
pub use terms::{Says, Term};
pub use thresholds::Threshold;
pub use version::RuleVersion;

use condition::Context;
use files::Files;

use table::Table;

/// Every rule, read and checked.
#[derive(Debug, Clone)]
pub struct Rules {
    digest: [u8; 32],
    calendar: Calendar,
    codes: Codes,
    thresholds: thresholds::Thresholds,
    publication: publication::Publication,
    links: Vec<Link>,
    early_stops: Table<early_stop::Stop>,
    duties: Table<deadlines::Clock>,
    crossings: deadlines::Crossings,
    documents: documents::Documents,
    buffers: buffers::Buffers,
    terms: terms::Terms,
}

impl Rules {
    /// Names of the files that make up a set of rules; all must be there.
    pub const FILES: &'static [&'static str] = files::NAMES;

    /// Reads a set of rules from its files, each by name and text.
    ///
    /// # Errors
    /// The first fault, with file and line: a file missing or not known, a member not known, a kind, field, code or condition that does not
    /// exist, days reversed, versions of a rule that overlap or leave a gap, a kind without a rule for some day of its covered time, a rule
    /// that can never be reached, something said twice, a figure that makes no sense.
    pub fn read(files: &[(&str, &str)]) -> Result<Self, RuleError> {
        let files = Files::new(files)?;
        let calendar = Calendar::read(files.get("holidays.toml"))?;
        let mut codes = Codes::read(files.get("codes.toml"))?;
        let thresholds = thresholds::Thresholds::read(files.get("thresholds.toml"))?;
        let publication = publication::Publication::read(files.get("publication.toml"), &codes)?;
        let links = links::read(files.get("links.toml"))?;
        let early_stops = early_stop::read(files.get("early-stop.toml"), &codes)?;
        let duties = deadlines::read(files.get("deadlines.toml"), &codes)?;
        let documents = documents::Documents::read(files.get("documents.toml"), &mut codes)?;
        let buffers = buffers::Buffers::read(files.get("buffers.toml"), &mut codes)?;
        let terms = terms::Terms::read(files.get("terms.toml"))?;
        Ok(Self {
            digest: files.digest(),
            calendar,
            codes,
            thresholds,
            publication,
            links,
            early_stops,
            crossings: deadlines::Crossings::of(&duties),
            duties,
            documents,
            buffers,
            terms,
        })
    }

    /// The rules that come with the program.
    #[must_use]
    pub fn built_in() -> &'static Arc<Self> {
        static BUILT_IN: LazyLock<Arc<Rules>> = LazyLock::new(|| {
            let rules = Rules::read(files::BUILT_IN);
            Arc::new(rules.expect("a test reads the rules that come with the program"))
        });
        &BUILT_IN
    }

    /// The files that come with the program, by name and text: where a set of one's own starts.
    #[must_use]
    pub const fn built_in_files() -> &'static [(&'static str, &'static str)] {
        files::BUILT_IN
    }

    /// SHA-256 over names and texts of the files: for caches, and for pages that say by which rules they were made.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The working days.
    #[must_use]
    pub const fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// What is asked about a record of an authority that was logged on a day in China. The province is that of the record's region; where the
    /// kind has none, the one in the authority's identifier.
    #[must_use]
    pub fn facts<'a>(
        &self,
        authority: &str,
        body: View<'a>,
        published_on: Date,
        later: Later,
    ) -> Facts<'a> {
        Facts {
            province: province_of(Some(authority), body.region()),
            system: self.system_of(authority),
            body,
            published_on,
            later,
        }
    }

    /// Until when a record is shown, and by which rule.
    ///
    /// # Errors
    /// [`Unruled`]: no rule gives an answer.
    pub fn display(&self, facts: &Facts<'_>) -> Result<Display<'_>, Unruled> {
        self.publication
            .display(facts, &self.links, &self.context())
    }

    /// From which day an application to end the display of a record early may be made, as things stand with its subject.
    ///
    /// # Errors
    /// [`WhyNot`]: it may not.
    pub fn early_stop(
        &self,
        facts: &Facts<'_>,
        circumstances: &Circumstances,
    ) -> Result<EarlyStop<'_>, WhyNot> {
        let day = self.publication.rule_day(facts)?;
        early_stop::early_stop(
            &self.early_stops,
            facts,
            circumstances,
            day,
            &self.context(),
        )
    }

    /// The rule that decides whether the display of a record may end early.
    ///
    /// # Errors
    /// [`Unruled`]: no rule gives an answer.
    pub fn early_stop_rule(&self, facts: &Facts<'_>) -> Result<&RuleVersion, Unruled> {
        let day = self.publication.rule_day(facts)?;
        let ruled = self.early_stops.decide(facts, day, &self.context())?;
        Ok(&ruled.rule)
    }

    /// Whether an application made on a day may lead to an early end of display: [`Self::early_stop`], and the day is not too early.
    ///
    /// # Errors
    /// [`WhyNot`]: it may not.
    pub fn may_apply(
        &self,
        facts: &Facts<'_>,
        circumstances: &Circumstances,
        day: Date,
    ) -> Result<EarlyStop<'_>, WhyNot> {
        let stop = self.early_stop(facts, circumstances)?;
        stop.on(day, circumstances)
    }

    /// What must be done because of a record, and by when.
    #[must_use]
    pub fn duties(&self, facts: &Facts<'_>) -> Vec<Duty<'_>> {
        deadlines::duties(&self.duties, facts, &self.context(), &self.calendar)
    }

    /// The day on which a later record ended a duty that a record started; `None` where it did not.
    #[must_use]
    pub fn ended_on(&self, duty: &Duty<'_>, of: &Side<'_>, later: &Side<'_>) -> Option<Date> {
        let ends = duty.ends_with.iter();
        let days = ends.filter_map(|end| end.met_on(of, later, &self.context()));
        days.min()
    }

    /// The version of a rule of duties by its id, and what it demands in words.
    #[must_use]
    pub fn duty_rule(&self, id: &str) -> Option<(&RuleVersion, &Task)> {
        let mut all = self.duties.all();
        let found = all.find(|ruled| ruled.rule.id() == id)?;
        Some((&found.rule, &found.then.task))
    }

    /// The fields by which a record of a kind can end duties that other records started.
    #[must_use]
    pub fn fields_that_end_duties(&self, kind: Kind) -> &[&'static str] {
        self.crossings.ending.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// Whether records of a kind may have duties that end with records which name the same as they do.
    #[must_use]
    pub fn has_shared_ends(&self, kind: Kind) -> bool {
        self.crossings.shared.contains(&kind)
    }

    /// The ends of display that follow others: for whoever looks for the records they concern.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The codes of the open lists.
    #[must_use]
    pub const fn codes(&self) -> &Codes {
        &self.codes
    }

    /// Where and when the codes of a record of an authority are read that was logged on a day in China.
    #[must_use]
    pub fn place(authority: Option<&str>, body: &View<'_>, published_on: Date) -> Place {
        Place {
            province: province_of(authority, body.region()),
            day: body.main_date().unwrap_or(published_on),
        }
    }

    /// Every code of a record that its province may not use on the day the record is about.
    #[must_use]
    pub fn code_faults(&self, facts: &Facts<'_>) -> Vec<FieldError> {
        self.codes.faults(&facts.body, facts.place())
    }

    /// What an application for repair needs in a place on a day.
    #[must_use]
    pub fn documents(&self, repair_kind: &str, region: Region, day: Date) -> Option<&Requirement> {
        self.documents.find(repair_kind, region, day)
    }

    /// Every version of what an application for repair needs, in file order.
    pub fn requirements(&self) -> impl Iterator<Item = &Requirement> {
        self.documents.all()
    }

    /// The rule by which a subject is not listed for a reason of that kind in a place on a day, when all it asks for is met.
    ///
    /// # Errors
    /// [`NoBuffer`]: no such rule there, or something is not met.
    pub fn buffer(
        &self,
        no_penalty_kind: &str,
        region: Region,
        day: Date,
        met: &BTreeSet<&str>,
    ) -> Result<&Buffer, NoBuffer> {
        self.buffers.find(no_penalty_kind, region, day, met)
    }

    /// The rules by which a subject is not listed for now, in file order.
    pub fn buffers(&self) -> impl Iterator<Item = &Buffer> {
        self.buffers.all()
    }

    /// A term by name in the version of a day.
    ///
    /// # Errors
    /// [`Unruled::NoTerm`] where no version is in force.
    pub fn term(&self, name: &str, day: Date) -> Result<&Term, Unruled> {
        self.terms.find(name, day)
    }

    /// Which fines count as low in a province on a day.
    #[must_use]
    pub fn threshold(&self, province: Region, day: Date) -> Option<&Threshold> {
        self.thresholds.find(province, day)
    }

    /// To which system of rules an authority belongs.
    #[must_use]
    pub fn system_of(&self, authority: &str) -> System {
        self.publication.system_of(authority)
    }

    /// The rules of display of a kind, in the order in which they are tried.
    pub fn publication_of(&self, kind: Kind) -> impl Iterator<Item = &Ruled<Ending>> {
        self.publication.rules.of(kind)
    }

    /// Every version of every rule of every file with how it reads, for the page of rules.
    #[must_use]
    pub fn versions(&self) -> BTreeMap<&'static str, Vec<&RuleVersion>> {
        BTreeMap::from([
            ("publication", self.publication.rules.versions().collect()),
            ("early-stop", self.early_stops.versions().collect()),
            ("deadlines", self.duties.versions().collect()),
            ("links", self.links.iter().map(|link| &link.rule).collect()),
            ("documents", self.documents.versions().collect()),
            ("buffers", self.buffers.versions().collect()),
            ("terms", self.terms.versions().collect()),
            ("thresholds", self.thresholds.versions().collect()),
        ])
    }

    const fn context(&self) -> Context<'_> {
        Context {
            codes: &self.codes,
            thresholds: &self.thresholds,
        }
    }
}

/// The province of a record's region; where it has none, the one in the identifier of its authority.
fn province_of(authority: Option<&str>, region: Option<Region>) -> Region {
    let own = || {
        authority?
            .get(..6)
            .and_then(|code| Region::parse(code).ok())
    };
    region.or_else(own).unwrap_or(Region::NATION).province()
}
