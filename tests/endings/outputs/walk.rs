//! Fetches whatever the server can give: every route of its own table with everything that can stand in its variables, in both languages,
//! and whatever the answers lead to.
//!
//! A new route is walked without being named here, if its variables are known or anything known fits them; else the test says so.

use crate::common::*;
use crate::raw_search;
use crate::served::Server;
use gongshi::domain::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

/// Routes that are not read, or that this county has nothing for, with the reason.
const NOT_READ: &[(&str, &str)] = &[
    ("/api/v1/events", "takes events, and is not read"),
    ("/api/v1/desk/challenge", "gives a number to sign"),
    ("/api/v1/desk/session", "opens a session for who signs"),
    ("/api/v1/desk/sign-out", "ends a session"),
    (
        "/api/v1/desk/table",
        "tells who is signed in of the table just sent; tests/pages/desk.rs asks for it",
    ),
    (
        "/api/v1/desk/template",
        "gives who is signed in an empty table; tests/pages/desk.rs asks for it",
    ),
    (
        "/api/v1/records/{index}/referrers",
        "answered to who published the record alone, with indexes and kinds of others; tests/desk asks for them",
    ),
    (
        "/api/v1/beacons",
        "takes rounds of randomness, and is not read",
    ),
    (
        "/api/v1/cards/{name}",
        "cards of sealed libraries, encrypted by the department, that hold nothing of a record; tests/desk asks for them",
    ),
];

/// Questions that a page answers beside the plain one; `{target}` is a drawn target.
const QUERIES: &[(&str, &[&str])] = &[
    (
        "/search",
        &[
            "q=%E5%BA%97",
            "q=%E5%BA%97&sort=newest",
            "kind=permit",
            "kind=abnormal_listing",
            "q=91000000",
            "authority=000000-SCJG&region=000000",
            "from=2026-01-01&to=2026-12-31",
            "q=%E5%BA%97&page=2",
        ],
    ),
    ("/search.json", &["q=%E5%BA%97&limit=100", "kind=permit"]),
    ("/search.csv", &["q=%E5%BA%97"]),
    ("/search.{part:atom}", &["q=%E5%BA%97", "kind=permit"]),
    ("/suggest", &["q=%E5%BA%97", "q=dian"]),
    ("/api/v1/search", &["q=%E5%BA%97&limit=100"]),
    ("/api/v1/suggest", &["q=%E5%BA%97"]),
    ("/list/{key}", &["page=1"]),
    ("/list/abnormal", &["after=0"]),
    (
        "/plans",
        &["stage=drawn", "authority=000000-SCJG", "before=9999"],
    ),
    (
        "/draws/{key:[^/]+/[^/]+/[^/]+}/target",
        &["id={target}", "code={target}"],
    ),
    ("/draws/{key:[^/]+/[^/]+/[^/]+}", &["target={target}"]),
    (
        "/api/v1/plans/{authority}/{period}/{serial}/targets",
        &["ids={target}", "ids={target}&library=officers"],
    ),
    ("/enterprise/{key}", &["page=1"]),
    ("/fairness", &["year=2026"]),
    ("/statistics", &["year=2026", "authority=000000-SCJG"]),
    ("/statistics/{key}", &["year=2026"]),
    ("/api/v1/statistics", &["year=2026"]),
    ("/api/v1/statistics.csv", &["year=2026"]),
    ("/api/v1/export.ndjson", &["kind=permit"]),
    ("/bulletins/draft", &["period=2026-H1"]),
    ("/bulletins/draft.{part:docx|json}", &["period=2026"]),
    ("/api/v1/fairness", &["year=2026"]),
    ("/api/v1/fairness.csv", &["year=2026"]),
    ("/api/v1/fairness/targets/{id}", &["year=2026"]),
];

/// More addresses than the county can have.
const MOST: usize = 20_000;

/// What there is to stand in addresses.
pub struct Known {
    pub size: u64,
    /// Credit codes of subjects.
    pub subjects: Vec<String>,
    /// A plan that was drawn, by the members of its key.
    pub plan: [String; 3],
    /// Ids of drawn targets.
    pub targets: Vec<String>,
    /// SHA-256 of files in hexadecimal.
    pub files: Vec<String>,
    /// Names of the style sheet and scripts.
    pub assets: Vec<String>,
    /// Receipt codes of all entries.
    pub receipts: Vec<String>,
}

impl Known {
    /// Everything that can stand in place of a variable; `before` is the pattern up to it.
    fn values(&self, before: &str, variable: &str) -> Vec<String> {
        let departments = || vec![DEPARTMENT.to_owned(), OPERATOR.to_owned()];
        let indexes = || (0..self.size).map(|index| index.to_string()).collect();
        let page = before.strip_prefix("/en").unwrap_or(before);
        match (page, variable) {
            ("/record/", "key") | (_, "index") => indexes(),
            ("/enterprise/", "key") => self.subjects.clone(),
            ("/authority/", "key") | (_, "authority_id") => departments(),
            ("/list/", "key") => {
                let kinds = Kind::ALL.iter().map(ToString::to_string);
                kinds
                    .chain(["abnormal".to_owned(), "serious".to_owned()])
                    .collect()
            }
            ("/statistics/", "key") => {
                let all = gongshi::web::statistics::INDICATORS.iter();
                all.map(|one| one.token.to_owned()).collect()
            }
            (_, "layout") => vec!["gsxt".to_owned(), "creditchina".to_owned()],
            (page, "kind") if page.contains("/export/") => {
                Kind::ALL.iter().map(ToString::to_string).collect()
            }
            ("/bulletins/draft.", "part") => vec!["docx".to_owned(), "json".to_owned()],
            // Other forms of a page.
            (page, "part") if page.ends_with('.') => vec!["atom".to_owned(), "ics".to_owned()],
            ("/plans/" | "/draws/", "key") => vec![self.plan.join("/")],
            ("/problems/", "key") => vec!["reference-kind".to_owned()],
            ("/static/", _) => self.assets.clone(),
            (page, _) if page.ends_with("/receipts/") => self.receipts.clone(),
            (page, "part" | "department") if page.ends_with("/tasks/") => {
                let mut tasks = departments();
                tasks.push(format!("{DEPARTMENT}.csv"));
                tasks
            }
            (page, "part" | "id") if page.contains("target") => self.targets.clone(),
            (_, "authority") => vec![self.plan[0].clone()],
            (_, "period") => vec![self.plan[1].clone()],
            (_, "serial") => vec![self.plan[2].clone()],
            (_, "sha256") => self.files.clone(),
            (_, "old") => vec!["1".to_owned()],
            (_, "new") => vec![self.size.to_string()],
            ("/log/tile/", _) => self.tiles(),
            // One that is not known yet: whatever there is.
            _ => {
                let mut all: Vec<String> = indexes();
                all.extend(Kind::ALL.iter().map(ToString::to_string));
                all.extend(departments());
                for more in [&self.subjects, &self.targets, &self.files] {
                    all.extend(more.iter().cloned());
                }
                all.push(self.plan.join("/"));
                all
            }
        }
    }

    /// Every tile of the log, as a mirror fetches them, partial ones in every width.
    fn tiles(&self) -> Vec<String> {
        assert!(self.size < 256, "one tile");
        let mut tiles = Vec::new();
        for width in 1..=self.size {
            tiles.push(format!("0/000.p/{width}"));
            tiles.push(format!("entries/000.p/{width}"));
        }
        tiles
    }

    /// Every address of a route.
    fn addresses(&self, route: &str) -> Vec<String> {
        let mut done: Vec<String> = vec![String::new()];
        let mut pattern = String::new();
        let mut rest = route;
        while let Some((fixed, from)) = rest.split_once('{') {
            let (variable, after) = from.split_once('}').unwrap();
            let name = variable.split(':').next().unwrap();
            pattern.push_str(fixed);
            let values = self.values(&pattern, name);
            pattern.push_str(&format!("{{{name}}}"));
            done = done
                .iter()
                .flat_map(|path| {
                    values
                        .iter()
                        .map(move |value| format!("{path}{fixed}{value}"))
                })
                .collect();
            rest = after;
        }
        done.iter().map(|path| format!("{path}{rest}")).collect()
    }
}

/// What was found where.
pub struct Walked {
    /// By needle: the addresses whose answers hold it.
    pub found: BTreeMap<String, BTreeSet<String>>,
    /// Addresses that were fetched.
    pub fetched: usize,
}

/// Fetches everything there is and looks for needles in it.
///
/// # Panics
/// Where a route of the table gave nothing: then it was not looked at.
pub fn walk(
    server: &Server,
    routes: &BTreeSet<String>,
    known: &Known,
    needles: &[String],
) -> Walked {
    let mut todo: Vec<String> = Vec::new();
    for route in routes {
        let plain = route.strip_prefix("/en").unwrap_or(route);
        for path in known.addresses(route) {
            let queries = QUERIES.iter().filter(|(of, _)| *of == plain);
            for query in queries.flat_map(|(_, queries)| *queries) {
                let query = query.replace("{target}", &known.targets[0]);
                todo.push(format!("{path}?{query}"));
            }
            todo.push(path);
        }
    }
    // What no route matches is answered too.
    todo.push("/favicon.ico".to_owned());
    let before = answered(&server.get("/metrics").body);
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let wanted: Vec<Vec<u8>> = needles.iter().map(|one| one.clone().into_bytes()).collect();
    let first: BTreeSet<String> = todo.iter().cloned().collect();
    while let Some(path) = todo.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        assert!(seen.len() < MOST, "there is no end of addresses: {path}");
        let got = server.fetch(&path);
        let mut places = Vec::new();
        raw_search::look(got.head.as_bytes(), "head", &wanted, &mut places);
        for bytes in unpacked(&got.bytes) {
            raw_search::look(&bytes, "body", &wanted, &mut places);
        }
        for place in places {
            let needle = &needles[place.needle];
            // What is asked for is repeated.
            if !path.contains(needle.as_str()) {
                found
                    .entry(needle.clone())
                    .or_default()
                    .insert(path.clone());
            }
        }
        // What the first answers lead to; facets of facets would have no end.
        if first.contains(&path) {
            todo.extend(led_to(&String::from_utf8_lossy(&got.bytes)));
        }
    }
    let after = answered(&server.get("/metrics").body);
    let mut unread: Vec<&String> = Vec::new();
    for route in routes {
        let excused = NOT_READ.iter().any(|(of, _)| of == route);
        let count = |answers: &BTreeMap<String, u64>| answers.get(route).copied().unwrap_or(0);
        if count(&after) == count(&before) && !excused {
            unread.push(route);
        }
    }
    assert!(
        unread.is_empty(),
        "nothing was read of {unread:?}: let tests/endings/outputs/walk.rs know what stands in their variables, or why they are not read"
    );
    Walked {
        found,
        fetched: seen.len(),
    }
}

/// Routes whose GET was answered well or by a stub, with how often.
fn answered(metrics: &str) -> BTreeMap<String, u64> {
    let mut routes: BTreeMap<String, u64> = BTreeMap::new();
    for line in metrics.lines() {
        let Some(labels) = line.strip_prefix("gongshi_http_requests_total{") else {
            continue;
        };
        let (labels, count) = labels.rsplit_once("} ").unwrap();
        let label = |name: &str| {
            let from = labels.split_once(&format!("{name}=\"")).unwrap().1;
            from.split('"').next().unwrap().replace("\\\\", "\\")
        };
        let status = label("status");
        if label("method") == "GET" && (status.starts_with('2') || status.starts_with('3')) {
            *routes.entry(label("route")).or_default() += count.parse::<u64>().unwrap();
        }
    }
    routes
}

/// Addresses of this server that an answer names.
fn led_to(text: &str) -> BTreeSet<String> {
    let quoted = text.split(['"', '\'', '>', '<', ' ', '\n']);
    quoted
        .filter(|word| word.starts_with('/') && word.len() > 1 && !word.starts_with("//"))
        .filter(|word| {
            word.bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'{')
        })
        .map(|word| {
            word.replace("&amp;", "&")
                .split('#')
                .next()
                .unwrap()
                .to_owned()
        })
        .collect()
}

/// An answer as it is, and what is packed in it: a workbook or another archive, or words of base64, as proofs have them.
fn unpacked(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![bytes.to_vec()];
    if bytes.starts_with(b"PK") {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        for number in 0..archive.len() {
            let mut file = archive.by_index(number).unwrap();
            let mut text = file.name().unwrap().as_bytes().to_vec();
            file.read_to_end(&mut text).unwrap();
            all.push(text);
        }
    }
    let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    for word in bytes.split(|byte| !base64(byte)) {
        let word = std::str::from_utf8(word).unwrap();
        if word.len() >= 64
            && let Ok(inner) = gongshi_verify::encoding::base64_strict(word)
        {
            all.push(inner);
        }
    }
    all
}
