//! Every public figure of the pages and the API against the tally. What is compared how often is said in [`crate::play`]; one more figure is one
//! more function here.

use crate::common::OPERATOR;
use crate::county::{County, DEPARTMENTS};
use crate::drawn::KEY;
use crate::tally::List;
use actix_web::{App, test};
use gongshi::domain::Kind;
use gongshi::web::Portal;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, Sender, channel};

/// Answers of the server at one moment.
pub struct Pages(BTreeMap<String, (u16, String)>);

/// The routes of the server over the county, on a thread of their own for as long as the program runs.
pub struct Site {
    ask: Sender<String>,
    answers: Receiver<(u16, String)>,
}

impl Site {
    pub fn of(portal: Portal) -> Self {
        let (ask, asked) = channel::<String>();
        let (answer, answers) = channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = App::new().configure(gongshi::web::configure(portal));
                let app = test::init_service(app).await;
                while let Ok(path) = asked.recv() {
                    let request = test::TestRequest::with_uri(&path).to_request();
                    let response = test::call_service(&app, request).await;
                    let status = response.status().as_u16();
                    let body = test::read_body(response).await;
                    let body = String::from_utf8_lossy(&body).into_owned();
                    answer.send((status, body)).unwrap();
                }
            });
        });
        Site { ask, answers }
    }

    fn fetch(&self, paths: impl IntoIterator<Item = String>) -> Pages {
        let answer = |path: String| {
            self.ask.send(path.clone()).unwrap();
            (path, self.answers.recv().unwrap())
        };
        Pages(paths.into_iter().map(answer).collect())
    }
}

impl Pages {
    fn good(&self, path: &str) -> &str {
        let (status, body) = &self.0[path];
        assert_eq!(*status, 200, "{path}: {body}");
        body
    }
}

/// The first number in a text, its digits grouped or not.
fn number(text: &str) -> u64 {
    let digits = text
        .split(|c: char| !c.is_ascii_digit() && c != ',')
        .find(|word| word.contains(|c: char| c.is_ascii_digit()));
    digits
        .unwrap_or_else(|| panic!("no number in {text}"))
        .replace(',', "")
        .parse()
        .unwrap()
}

/// What stands between two words, at every place.
fn between<'a>(text: &'a str, from: &'a str, to: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(from)
        .skip(1)
        .map(move |rest| rest.split(to).next().unwrap())
}

/// Tiles with a kind and its number, by the kind at the end of what `link` begins.
fn tiles(html: &str, link: &str) -> BTreeMap<String, u64> {
    let tiles = between(html, "<ul class=\"tiles\">", "</ul>")
        .flat_map(|list| between(list, "<li>", "</li>"));
    let tiles = tiles.filter_map(|tile| {
        let kind = between(tile, link, "\"").next()?;
        let count = between(tile, "<span class=\"count\">", "</span>").next()?;
        Some((kind.to_owned(), number(count)))
    });
    tiles.collect()
}

/// Indexes of the records that a page's table or timeline leads to, in its order.
fn rows(html: &str, class: &str) -> Vec<u64> {
    let parts = between(html, class, "</table>").next().unwrap_or_default();
    let mut rows = Vec::new();
    for row in between(parts, "<td class=\"lead\"><a href=\"/en/record/", "\"") {
        rows.push(row.parse().unwrap());
    }
    rows
}

/// What the state of a page says first: its total.
fn total(html: &str) -> u64 {
    number(
        between(html, "<p class=\"state\"", "</p>")
            .next()
            .unwrap()
            .split_once('>')
            .unwrap()
            .1,
    )
}

impl County {
    fn told<T: std::fmt::Debug + PartialEq>(&self, what: &str, found: T, expected: T) {
        assert!(
            found == expected,
            "{what} on {}: {found:?}, by the count {expected:?}",
            self.today
        );
    }

    /// Home: the records by kind, who is on the lists, how long the log is; and that nothing it names is gone.
    pub fn home(&self) {
        let pages = self.site.fetch(["/en/".to_owned()]);
        let home = pages.good("/en/");
        self.told(
            "records on the first page",
            tiles(home, "/en/list/"),
            self.tally.by_kind(None),
        );
        for (list, path) in [(List::Abnormal, "abnormal"), (List::Serious, "serious")] {
            // The navigation leads there as well, without a number.
            let link = format!("<a href=\"/en/list/{path}\">");
            let counted = |rest| between(rest, "<span class=\"count\">", "</span>").next();
            let count = between(home, &link, "</li>").find_map(counted);
            let count = number(count.unwrap());
            self.told(path, count, self.tally.on(list).len() as u64);
        }
        self.told("entries", total(home), self.size());
        for row in rows(home, "<section aria-labelledby=\"new\">") {
            let known = self.tally.indexes().any(|index| index == row);
            assert!(
                !known || self.tally.is_shown(row),
                "{row} is gone, and on the first page of {}",
                self.today
            );
        }
    }

    /// Whether each record is public as the count has it: those that can change overnight, or all.
    pub fn visibility(&self, all: bool) {
        let log = &self.drawn.log.app.portal.log;
        let indexes: Vec<u64> = match all {
            true => self.tally.indexes().collect(),
            false => self.tally.passing().collect(),
        };
        for index in indexes {
            let shown = log.leaf(index).unwrap().record.is_some();
            self.told(
                &format!("record {index}"),
                shown,
                self.tally.is_shown(index),
            );
        }
    }

    /// The list of every kind that anything was said of, or of all, with its total and its first page; and who is on the two lists.
    pub fn lists(&self, all: bool) {
        let counts = self.tally.by_kind(None);
        let is_worth = |kind: &&Kind| all || self.tally.knows(kind.as_str());
        let kinds: Vec<Kind> = Kind::ALL.iter().filter(is_worth).copied().collect();
        let kinds_named = kinds.iter().map(ToString::to_string);
        let mut names: Vec<String> = kinds_named.collect();
        names.extend(["abnormal".to_owned(), "serious".to_owned()]);
        let pages = self
            .site
            .fetch(names.iter().map(|name| format!("/en/list/{name}")));
        for kind in &kinds {
            let html = pages.good(&format!("/en/list/{kind}"));
            let count = counts.get(kind.as_str()).copied().unwrap_or(0);
            self.told(&format!("records of {kind}"), total(html), count);
            // The tally knows no indexes of what the program itself publishes.
            if !matches!(kind, Kind::Authority | Kind::Expiry) {
                let mut newest = self.tally.newest(kind.as_str());
                newest.truncate(25);
                self.told(
                    &format!("first page of {kind}"),
                    rows(html, "<table class=\"records\">"),
                    newest,
                );
            }
        }
        for (list, name) in [(List::Abnormal, "abnormal"), (List::Serious, "serious")] {
            let html = pages.good(&format!("/en/list/{name}"));
            let on = self.tally.on(list);
            self.told(name, total(html), on.len() as u64);
            let found: BTreeSet<String> = between(html, "<td class=\"mono\">", "<")
                .map(str::to_owned)
                .collect();
            self.told(&format!("members of {name}"), found, on);
        }
    }

    /// The page of every enterprise: how many records it has, which, and whether it is on a list.
    pub fn enterprises(&self) {
        let subjects = self.tally.subjects();
        let path = |code: &String| format!("/en/enterprise/{code}");
        let pages = self.site.fetch(subjects.iter().map(path));
        let (abnormal, serious) = (self.tally.on(List::Abnormal), self.tally.on(List::Serious));
        for code in &subjects {
            let about = self.tally.about(code);
            let (status, html) = &pages.0[&path(code)];
            self.told(code, *status, if about.is_empty() { 404 } else { 200 });
            if about.is_empty() {
                continue;
            }
            let count = between(html, "Public records</dt><dd>", "<")
                .next()
                .map(number)
                .unwrap();
            // A record that was corrected to be of somebody else is linked from here, and is not this one's to be counted.
            if !self.tally.is_named_wrongly(code) {
                self.told(&format!("records of {code}"), count, about.len() as u64);
            }
            if about.len() <= 50 {
                let timeline = between(html, "<ol class=\"timeline\">", "</ol>")
                    .next()
                    .unwrap_or_default();
                let rows = between(timeline, "<h3><a href=\"/en/record/", "\"");
                let rows: BTreeSet<u64> = rows.map(|index| index.parse().unwrap()).collect();
                self.told(&format!("timeline of {code}"), rows, about);
            }
            let mut standing = between(html, "<ul class=\"standing\">", "</section>");
            let standing = standing.next().unwrap();
            let is_on = [
                !standing.contains("Not on the list of abnormal operations"),
                !standing.contains("Not on the list of serious violations"),
            ];
            self.told(
                &format!("standing of {code}"),
                is_on,
                [abnormal.contains(code), serious.contains(code)],
            );
        }
    }

    /// What each authority has published, by kind.
    pub fn authorities(&self) {
        let all = DEPARTMENTS.iter().copied().chain([OPERATOR]);
        let path = |id: &str| format!("/en/authority/{id}");
        let pages = self.site.fetch(all.clone().map(path));
        for id in all {
            let found = tiles(pages.good(&path(id)), "kind=");
            self.told(
                &format!("records of {id}"),
                found,
                self.tally.by_kind(Some(id)),
            );
        }
    }

    /// What search finds, of each kind, authority and of some subjects.
    pub fn search(&self) {
        self.drawn.log.settle();
        let kinds = self.tally.by_kind(None);
        let by_kind = kinds
            .iter()
            .map(|(kind, count)| (format!("/en/search?kind={kind}"), *count));
        let by_authority = DEPARTMENTS.iter().map(|id| {
            let count = self.tally.by_kind(Some(id)).values().sum();
            (format!("/en/search?authority={id}"), count)
        });
        let everything = (String::from("/en/search"), kinds.values().sum());
        let expected: Vec<(String, u64)> =
            by_kind.chain(by_authority).chain([everything]).collect();
        let pages = self
            .site
            .fetch(expected.iter().map(|(path, _)| path.clone()));
        for (path, count) in expected {
            self.told(&path, total(pages.good(&path)), count);
        }
    }

    /// How many records no rule ends.
    pub fn reviews(&self) {
        let pages = self.site.fetch(["/api/v1/review".to_owned()]);
        let told: Json = serde_json::from_str(pages.good("/api/v1/review")).unwrap();
        let undecided = told["undecided"].as_u64().unwrap();
        self.told("undecided records", undecided, self.tally.undecided());
    }

    /// The plan's progress and the year's draws, as the API has them.
    pub fn draws(&self) {
        let (plan, year) = (
            format!("/api/v1/plans/{KEY}"),
            "/api/v1/fairness?year=2026".to_owned(),
        );
        let pages = self.site.fetch([plan.clone(), year.clone()]);
        let told: Json = serde_json::from_str(pages.good(&plan)).unwrap();
        let found = ["drawn", "inspected", "published"]
            .map(|name| told["progress"][name].as_u64().unwrap());
        let expected = self.planned.figures(|index| self.tally.is_shown(index));
        self.told("progress of the plan", found, expected);
        let told: Json = serde_json::from_str(pages.good(&year)).unwrap();
        let plans = told["plans"].as_array().unwrap();
        let drawn = plans
            .iter()
            .flat_map(|plan| plan["rules"].as_array().unwrap())
            .map(|rule| rule["drawn"].as_u64().unwrap());
        self.told(
            "drawn in the year",
            (plans.len(), drawn.sum()),
            (1, expected[0]),
        );
    }
}
