//! The open duties of a department as an Atom feed (RFC 4287) and as a calendar (RFC 5545), for whoever has to do them.
//!
//! Nothing of a record but its kind and index goes out here: feeds are kept by others, and what left publication must not stay in them. Ids are
//! made of the log, the record and the rule's name, so that the same duty is the same entry for ever.

use super::{asked, named};
use crate::domain::dates::CHINA_SECONDS;
use crate::model::Part;
use crate::text::Lang;
use crate::web::duties::{Asked, Standing, Told};
use crate::web::links;
use crate::web::pages::fault::Fault;
use crate::web::pages::feeds::{generator, moment, uuid};
use crate::web::pages::{Draft, Visit};
use actix_web::HttpResponse;
use atom_syndication::{Category, Entry, Feed, Person, Text};
use calcard::icalendar::{
    ICalendar, ICalendarComponent as Component, ICalendarComponentType as Type,
    ICalendarParameter as Parameter, ICalendarParameterName as ParameterName,
    ICalendarProperty as Property, ICalendarValue as Value, ICalendarValueType as ValueType, Uri,
};
use gongshi_verify::entry::Entry as LogEntry;
use gongshi_verify::time::Timestamp;
use jiff::civil::Date;

/// Duties in a feed at most: those that are due first.
const MOST: usize = 500;

/// Answers `/authorities/<id>/duties.atom` and `.ics`.
pub(in crate::web::pages) async fn get(visit: Visit) -> HttpResponse {
    visit
        .file(move |visit, etag| {
            let feed = Gathered::of(visit)?;
            let (media, body) = match visit.part.as_str() {
                "ics" => ("text/calendar; charset=utf-8", feed.calendar(visit)),
                _ => ("application/atom+xml; charset=utf-8", feed.atom(visit)),
            };
            Ok(Draft::file(media, visit, etag, body))
        })
        .await
}

/// Midnight in China at the beginning of a day.
fn midnight(day: Date) -> Option<Timestamp> {
    let days = (day - Date::constant(1970, 1, 1)).get_days();
    Timestamp::from_unix(i64::from(days) * 86_400 - CHINA_SECONDS)
}

/// What a feed is made of.
struct Gathered {
    id: String,
    name: String,
    asked: Asked,
    duties: Vec<Told>,
    /// When the log last took anything that the model knows of.
    folded_at: Timestamp,
}

impl Gathered {
    fn of(visit: &Visit) -> Result<Self, Fault> {
        let (id, name) = named(visit)?;
        let asked = Asked {
            late: false,
            ..asked(visit)
        };
        let portal = &visit.portal;
        let last = portal.model.cursor()?.saturating_sub(1);
        let entry = portal.log.entry(last)?;
        let entry = LogEntry::parse(&entry).map_err(|error| {
            crate::log::LogError::damaged(format!("entry {last}"), error.to_string())
        })?;
        Ok(Gathered {
            duties: portal.duties(id.as_str(), asked, 0, MOST)?,
            id: id.as_str().to_owned(),
            name,
            asked,
            folded_at: entry.logged_at,
        })
    }

    fn origin<'a>(&self, visit: &'a Visit) -> &'a str {
        visit.portal.log.origin().as_str()
    }

    fn uuid_of(&self, visit: &Visit, told: &Told) -> String {
        let index = told.index.to_string();
        uuid(&["duty", self.origin(visit), &index, &told.rule.name])
    }

    fn part(&self) -> &'static str {
        match self.asked.part {
            Part::Own => "",
            Part::Followed => "followed",
        }
    }

    fn title(&self, visit: &Visit) -> String {
        visit.say("page-duties-feed", &[("name", self.name.as_str().into())])
    }

    /// When a duty last became something else: at its record, at the latest correction of that, when it was opened again, or at the midnight from which it is overdue.
    fn changed_at(&self, visit: &Visit, told: &Told) -> Timestamp {
        let overdue = match told.due_on {
            Ok(due) if due < visit.today => due.tomorrow().ok().and_then(midnight),
            _ => None,
        };
        overdue.map_or(told.changed_at, |at| at.max(told.changed_at))
    }

    fn atom(&self, visit: &Visit) -> String {
        let page = links::duties(visit.lang, &self.id);
        let pairs = [("part", self.part())];
        let query = |path: &str| links::with_query(Lang::Zh, path, &pairs);
        let today = midnight(visit.today).unwrap_or(self.folded_at);
        let entries = self.duties.iter().map(|told| Entry {
            title: Text::plain(visit.duty_title(told)),
            id: format!("urn:uuid:{}", self.uuid_of(visit, told)),
            updated: moment(self.changed_at(visit, told)),
            published: Some(moment(told.logged_at)),
            categories: vec![Category {
                term: told.rule.name.clone(),
                ..Category::default()
            }],
            links: vec![visit.feed_link(
                "alternate",
                "text/html",
                &links::record(visit.lang, told.index),
            )],
            summary: Some(Text::plain(visit.duty_text(told))),
            ..Entry::default()
        });
        let feed = Feed {
            title: Text::plain(self.title(visit)),
            id: format!(
                "urn:uuid:{}",
                uuid(&[
                    "feed",
                    self.origin(visit),
                    &self.id,
                    self.part(),
                    visit.lang.tag()
                ])
            ),
            // What is overdue changes with the day.
            updated: moment(self.folded_at.max(today)),
            authors: vec![Person {
                name: self.name.clone(),
                ..Person::default()
            }],
            generator: generator(),
            links: vec![
                visit.feed_link(
                    "self",
                    "application/atom+xml",
                    &query(&format!("{page}.atom")),
                ),
                visit.feed_link("alternate", "text/html", &query(&page)),
            ],
            entries: entries.collect(),
            lang: Some(visit.lang.tag().to_owned()),
            ..Feed::default()
        };
        feed.to_string()
    }

    /// Days of China as whole days; a duty without a day has no place in a calendar.
    fn calendar(&self, visit: &Visit) -> String {
        let mut calendar = Component::new(Type::VCalendar);
        calendar.add_property(Property::Version, text("2.0"));
        calendar.add_property(Property::Prodid, text("-//Gongshi//Duties//EN"));
        calendar.add_property(Property::Method, text("PUBLISH"));
        let name = Property::Other("X-WR-CALNAME".to_owned());
        calendar.add_property(name, text(self.title(visit)));
        // A calendar has to hold something, also where nobody has to do anything.
        let mut zone = Component::new(Type::VTimezone);
        zone.add_property(Property::Tzid, text("Asia/Shanghai"));
        let mut standard = Component::new(Type::Standard);
        standard.add_property(Property::Dtstart, text("19910915T000000"));
        standard.add_property(Property::Tzoffsetfrom, text("+0800"));
        standard.add_property(Property::Tzoffsetto, text("+0800"));
        // Components name their parts by place: the calendar is the first, and holds the zone, which holds its standard time.
        calendar.component_ids.push(1);
        zone.component_ids.push(2);
        let mut components = vec![calendar, zone, standard];
        for (due, told) in self
            .duties
            .iter()
            .filter_map(|told| Some((told.due_on.as_ref().ok()?, told)))
        {
            let place = u32::try_from(components.len()).unwrap_or(u32::MAX);
            components[0].component_ids.push(place);
            components.push(self.event(visit, told, *due));
        }
        ICalendar { components }.to_string()
    }

    fn event(&self, visit: &Visit, told: &Told, due: Date) -> Component {
        let mut event = Component::new(Type::VEvent);
        event.add_property(Property::Uid, text(self.uuid_of(visit, told)));
        let stamp = compact(&self.changed_at(visit, told).to_string());
        event.add_property(Property::Dtstamp, text(stamp));
        let whole_day = Parameter::new(ParameterName::Value, ValueType::Date);
        event.add_property_with_params(
            Property::Dtstart,
            [whole_day],
            text(compact(&due.to_string())),
        );
        event.add_property(Property::Summary, text(visit.duty_title(told)));
        event.add_property(Property::Description, text(visit.duty_text(told)));
        if let Some(site) = &visit.site {
            let record = links::record(visit.lang, told.index);
            event.add_property(Property::Url, Uri::Location(format!("{site}{record}")));
        }
        event.add_property(Property::Transp, text("TRANSPARENT"));
        event
    }
}

fn text(value: impl Into<String>) -> Value {
    Value::Text(value.into())
}

/// A day or moment without its marks: `20260309`, `20260309T020000Z`.
fn compact(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '-' | ':')).collect()
}

impl Visit {
    fn duty_title(&self, told: &Told) -> String {
        self.say(
            "page-duties-feed-title",
            &[
                ("task", self.task(&told.task).into()),
                ("kind", self.kind_name(&told.kind).into()),
                ("index", told.index.to_string().into()),
            ],
        )
    }

    fn duty_text(&self, told: &Told) -> String {
        let calendar = self.portal.intake.rules().calendar();
        let standing: Standing = told.on(self.today, calendar);
        let mut said = vec![
            ("state", self.state_of(standing).0.into()),
            ("rule", told.rule.id().into()),
            ("basis", told.rule.basis.as_str().into()),
        ];
        let text = match (told.due_on, self.undated(&told.due_on)) {
            (Ok(due), _) => {
                said.push(("due", due.to_string().into()));
                self.say("page-duties-feed-text", &said)
            }
            (Err(_), why) => {
                said.push(("why", why.unwrap_or_default().into()));
                self.say("page-duties-feed-undated", &said)
            }
        };
        match told.rule.confirmed {
            true => text,
            false => format!(
                "{text}{}{}{}",
                self.word("page-paren-open"),
                self.word("page-rules-unconfirmed-tag"),
                self.word("page-paren-close")
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        let at = midnight(date(2026, 3, 10)).unwrap();
        assert_eq!(at.to_string(), "2026-03-09T16:00:00Z");
        assert_eq!(compact(&at.to_string()), "20260309T160000Z");
    }
}
