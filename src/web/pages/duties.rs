//! What departments have to do by when: all of them in numbers, one by one, and of one record.
//!
//! Numbers and days come from the model and the rules. Nothing is decided here, and an overdue duty is a fact about a day, not a verdict.

pub(super) mod feed;

use super::fault::Fault;
use super::lists::{numbered, page_number};
use super::summary::authority_name;
use super::{Answer, Link, Page, Pager, Visit};
use crate::model::{DutyCounts, HowMet, Part};
use crate::rules::{OutsideCalendar, RuleVersion, Task};
use crate::text::Lang;
use crate::web::duties::{Asked, SOON_DAYS, Standing, Told, sum};
use crate::web::links;
use gongshi_verify::names::AuthorityId;
use jiff::civil::Date;
use serde::Serialize;

/// Duties on a page.
const PER_PAGE: u64 = 50;

/// Numbers in the order of the columns.
#[derive(Serialize)]
struct Counts {
    open: u64,
    soon: u64,
    overdue: u64,
    undated: u64,
    in_time: u64,
    late: u64,
    undecided: u64,
}

impl From<DutyCounts> for Counts {
    fn from(counts: DutyCounts) -> Self {
        Counts {
            open: counts.open,
            soon: counts.due_soon,
            overdue: counts.overdue,
            undated: counts.undated,
            in_time: counts.in_time,
            late: counts.late,
            undecided: counts.undecided,
        }
    }
}

#[derive(Serialize)]
struct Department {
    link: Link,
    id: String,
    own: Counts,
    followed: u64,
}

/// A rule as it stands beside a duty.
#[derive(Serialize)]
struct Rule {
    id: String,
    href: String,
    basis: String,
    confirmed: bool,
}

/// A duty in a line.
#[derive(Serialize)]
pub(super) struct Row {
    record: Link,
    kind: String,
    name: Option<String>,
    task: String,
    state: String,
    class: &'static str,
    due: Option<String>,
    /// Why there is no day.
    undated: Option<String>,
    from: String,
    /// The entry that ended it, and when.
    by: Option<Link>,
    on: Option<String>,
    /// Where the duty stands with another authority than published the record.
    owes: Option<Link>,
    followed: bool,
    rule: Rule,
}

#[derive(Serialize)]
struct ByRule {
    task: String,
    rule: Rule,
    followed: bool,
    counts: Counts,
}

#[derive(Serialize)]
struct Choice {
    text: String,
    href: String,
    count: u64,
    on: bool,
}

/// Numbers of an authority's own duties, with where they are listed.
#[derive(Serialize)]
pub(super) struct Figures {
    tiles: Vec<Choice>,
}

impl Figures {
    /// `None` where nothing ever stood with it.
    pub(super) fn of(visit: &Visit, id: &str) -> Result<Option<Self>, Fault> {
        let totals = visit.portal.duty_totals_of(id, visit.today)?;
        let own = sum(&totals, Part::Own);
        if own.all() == 0 {
            return Ok(None);
        }
        let href = links::duties(visit.lang, id);
        let late = links::with_query(visit.lang, &path(id), &[("list", "late")]);
        let tile = |word: &str, count: u64, href: &str| Choice {
            text: visit.word(word),
            href: href.to_owned(),
            count,
            on: false,
        };
        Ok(Some(Figures {
            tiles: vec![
                tile("page-duty-open", own.open, &href),
                tile("page-duty-soon", own.due_soon, &href),
                tile("page-duty-overdue", own.overdue, &href),
                tile("page-duty-late", own.late, &late),
            ],
        }))
    }
}

fn path(id: &str) -> String {
    format!("/authorities/{id}/duties")
}

impl Visit {
    /// What has to be done, in the rules' own words.
    pub(super) fn task(&self, task: &Task) -> String {
        match self.lang {
            Lang::Zh => task.zh.clone(),
            // It begins a line; in the rules it is part of a sentence.
            Lang::En => {
                let mut letters = task.en.chars();
                let first = letters.next().map(|first| first.to_uppercase());
                first.into_iter().flatten().chain(letters).collect()
            }
        }
    }

    fn rule_of_duty(&self, rule: &RuleVersion) -> Rule {
        Rule {
            id: rule.id(),
            href: self.rule_href(rule),
            basis: rule.basis.clone(),
            confirmed: rule.confirmed,
        }
    }

    /// How a duty stands today, in words.
    fn state_of(&self, standing: Standing) -> (String, &'static str) {
        let word = |key: &str, class| (self.word(key), class);
        match standing {
            Standing::Met(HowMet::InTime) => word("page-duty-in-time", "good"),
            Standing::Met(HowMet::Late) => word("page-duty-late", "warn"),
            Standing::Met(HowMet::Undecided) => word("page-duty-undecided", ""),
            Standing::Open => word("page-duty-open", "open"),
            Standing::Soon => word("page-duty-soon", "open"),
            Standing::Undated => word("page-duty-undated", "open"),
            Standing::Overdue { days, working } => {
                let days = ("n", days.into());
                let text = match working.and_then(|n| i64::try_from(n).ok()) {
                    Some(working) => {
                        self.say("page-duty-overdue-by", &[days, ("working", working.into())])
                    }
                    None => self.say("page-duty-overdue-days", &[days]),
                };
                (text, "warn")
            }
        }
    }

    /// Why a last day is not known.
    pub(super) fn undated(&self, due_on: &Result<Date, OutsideCalendar>) -> Option<String> {
        let outside = due_on.as_ref().err()?;
        Some(match outside.day > outside.to {
            true => self.say(
                "page-duty-no-notice",
                &[("year", outside.day.year().to_string().into())],
            ),
            false => self.say(
                "page-duty-before-notices",
                &[("date", outside.from.to_string().into())],
            ),
        })
    }

    fn duty_row(&self, told: &Told) -> Row {
        let calendar = self.portal.intake.rules().calendar();
        let (state, class) = self.state_of(told.on(self.today, calendar));
        Row {
            record: self.entry_link(told.index),
            kind: self.kind_name(&told.kind),
            name: None,
            task: self.task(&told.task),
            state,
            class,
            due: told.due_on.ok().map(|day| day.to_string()),
            undated: self.undated(&told.due_on),
            from: told.starts_on.to_string(),
            by: told
                .done
                .filter(|done| done.by != told.index)
                .map(|done| self.entry_link(done.by)),
            on: told
                .done
                .and_then(|done| done.on)
                .map(|day| day.to_string()),
            owes: None,
            followed: told.part == Part::Followed,
            rule: self.rule_of_duty(&told.rule),
        }
    }
}

/// The duties that a record started.
pub(super) fn of_record(visit: &Visit, index: u64) -> Result<Vec<Row>, Fault> {
    let publisher = visit.load(index)?.entry.authority.to_string();
    let registry = visit.portal.intake.registry();
    let rows = visit.portal.duties_of(index)?.into_iter().map(|told| {
        let owes = (told.authority != publisher).then(|| Link {
            href: links::duties(visit.lang, &told.authority),
            ..visit.authority_link(&registry, &told.authority)
        });
        Row {
            owes,
            ..visit.duty_row(&told)
        }
    });
    Ok(rows.collect())
}

/// `/duties`: every authority with which any duty stands.
pub(super) fn all(visit: &Visit) -> Result<Answer, Fault> {
    let registry = visit.portal.intake.registry();
    let totals = visit.portal.duty_totals(visit.today)?;
    let mut every = DutyCounts::default();
    let mut departments: Vec<(u64, Department)> = Vec::new();
    for (id, totals) in totals.iter() {
        let own = sum(totals, Part::Own);
        every = DutyCounts::sum([&every, &own]);
        let department = Department {
            link: Link {
                text: authority_name(&registry, id).unwrap_or_else(|| id.clone()),
                href: links::duties(visit.lang, id),
            },
            id: id.clone(),
            own: own.into(),
            followed: sum(totals, Part::Followed).open,
        };
        departments.push((own.overdue, department));
    }
    // Who is most behind stands first, then by identifier.
    departments.sort_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.id.cmp(&b.id)));
    let departments = departments.into_iter().map(|(_, one)| one);
    Page::new("duties.html", visit.word("page-duties-title"))
        .with("departments", &departments.collect::<Vec<_>>())
        .with("every", &Counts::from(every))
        .with("day", &visit.today.to_string())
        .with("soon_days", &SOON_DAYS)
        .with("folded", &visit.portal.model.cursor()?)
        .with("foreign", &super::summary::foreign(visit.lang))
        .done()
}

/// What the address asks for; odd values ask for the usual.
fn asked(visit: &Visit) -> Asked {
    let is = |name: &str, value: &str| visit.parameter(name).as_deref() == Some(value);
    Asked {
        part: match is("part", "followed") {
            true => Part::Followed,
            false => Part::Own,
        },
        late: is("list", "late"),
    }
}

/// The registered authority that the address names: its identifier and name.
fn named(visit: &Visit) -> Result<(AuthorityId, String), Fault> {
    let unknown = || Fault::no_authority(&visit.key);
    let id = AuthorityId::parse(&visit.key).map_err(|_| unknown())?;
    let name = authority_name(&visit.portal.intake.registry(), id.as_str());
    Ok((id, name.ok_or_else(unknown)?))
}

/// `/authorities/<id>/duties`.
pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let (id, name) = named(visit)?;
    let id = id.as_str();
    let asked = asked(visit);
    let portal = &visit.portal;
    let totals = portal.duty_totals_of(id, visit.today)?;
    let (own, followed) = (sum(&totals, Part::Own), sum(&totals, Part::Followed));
    let of_part = match asked.part {
        Part::Own => own,
        Part::Followed => followed,
    };
    let total = match asked.late {
        true => of_part.late,
        false => of_part.open,
    };
    let last = total.div_ceil(PER_PAGE).max(1);
    let page = page_number(visit, last)?;
    let offset = usize::try_from((page - 1) * PER_PAGE).unwrap_or(usize::MAX);
    let mut rows = Vec::new();
    for told in portal.duties(id, asked, offset, PER_PAGE as usize)? {
        let mut row = visit.duty_row(&told);
        row.name = visit.name_of(&visit.load(told.index)?);
        rows.push(row);
    }
    let path = path(id);
    let address = |asked: Asked, page: &str| {
        let part = match asked.part {
            Part::Own => "",
            Part::Followed => "followed",
        };
        let list = if asked.late { "late" } else { "" };
        let pairs = [("part", part), ("list", list), ("page", page)];
        links::with_query(visit.lang, &path, &pairs)
    };
    let lists = [
        (Part::Own, false, "page-duties-own-open", own.open),
        (Part::Own, true, "page-duties-own-late", own.late),
        (
            Part::Followed,
            false,
            "page-duties-followed-open",
            followed.open,
        ),
        (
            Part::Followed,
            true,
            "page-duties-followed-late",
            followed.late,
        ),
    ];
    let lists = lists.map(|(part, late, word, count)| {
        let one = Asked { part, late };
        Choice {
            text: visit.word(word),
            href: address(one, ""),
            count,
            on: one == asked,
        }
    });
    let by_rule = totals.iter().filter_map(|((part, rule), counts)| {
        let (rule, demand) = portal.intake.rules().duty_rule(rule)?;
        Some(ByRule {
            task: visit.task(demand),
            rule: visit.rule_of_duty(rule),
            followed: *part == Part::Followed,
            counts: (*counts).into(),
        })
    });
    let pager = match (asked.part, asked.late) {
        (Part::Own, false) => Pager::new(page, last, |page| numbered(visit, &path, page)),
        _ => Pager::new(page, last, |page| address(asked, &page.to_string())),
    };
    let title = visit.say("page-duties-of", &[("name", name.as_str().into())]);
    Page::new("department-duties.html", visit.titled(&title, page))
        .above(visit.link("page-duties-title", "/duties"))
        .with("id", id)
        .with("heading", &title)
        .with("authority", &links::authority(visit.lang, id))
        .with("own", &Counts::from(own))
        .with("lists", &lists)
        .with("duties", &rows)
        .with("total", &total)
        .with("late", &asked.late)
        .with("followed", &(asked.part == Part::Followed))
        .with("by_rule", &by_rule.collect::<Vec<_>>())
        .with("pager", &pager)
        .with("atom", &links::feed(&links::duties(visit.lang, id)))
        .with("ics", &format!("{}.ics", links::duties(visit.lang, id)))
        .with("json", &format!("/api/v1{path}"))
        .with("day", &visit.today.to_string())
        .with("soon_days", &SOON_DAYS)
        .with("folded", &portal.model.cursor()?)
        .with("foreign", &super::summary::foreign(visit.lang))
        .done()
}
