//! Draws on a sealed library, as the department that holds the openings makes them.

use crate::common::*;
use crate::server::*;
use crate::support::*;
use gongshi_verify::draw::choice::Opening;
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::randomness;
use gongshi_verify::draw::recompute::{self, Outside, one_by_one};
use gongshi_verify::draw::ticket::{class_commitment, ticket_commitment};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{Hash, leaf_hash, sha256};
use gongshi_verify::json::Value;
use gongshi_verify::merkle::tree_head;
use gongshi_verify::report::{Outcome, StepId, Verdict, verify_draw_file};
use serde_json::Value as Json;

/// Id, class and salts.
type Opened = (String, &'static str, Hash, Hash);

/// A sealed library: every third object is of class A, the others of class B. With its openings.
fn sealed_library(count: usize, excluded: &[usize]) -> (String, Vec<Opened>) {
    let mut openings = Vec::new();
    let mut text = String::new();
    for n in 0..count {
        let class = if n % 3 == 0 { "A" } else { "B" };
        let salt = |tag: &str| sha256(format!("{tag}{n}").as_bytes());
        let (salt_c, salt_t) = (salt("c"), salt("t"));
        let class_of = hex(&class_commitment(&salt_c, class));
        let ticket_of = hex(&ticket_commitment(&salt_t));
        let why = if excluded.contains(&n) { "closed" } else { "0" };
        text += &format!("ddraw/1|starget|{}|{why}|{class_of}|{ticket_of}\n", code(n));
        if why == "0" {
            openings.push((code(n), class, salt_c, salt_t));
        }
    }
    (text, openings)
}

/// A county whose plan is on a sealed library, until it can be drawn.
pub struct SealedCounty {
    pub county: County,
    pub root: String,
    openings: Vec<Opened>,
}

/// A plan's changes for the sealed library with that root: a rule for each class.
fn changes(root: &str) -> Vec<(&'static str, Value)> {
    let rules = body(&format!(
        r#"[{{"stratum":"A","rule_departments":["{LEAD}"],"num":1,"den":2,"minimum":2}},
        {{"stratum":"B","rule_departments":["{LEAD}","{PARTNER}"],"num":1,"den":4,"minimum":1}}]"#
    ));
    vec![("object_root", root.into()), ("rules", rules)]
}

impl SealedCounty {
    pub fn new() -> Self {
        Self::excluding(&[])
    }

    /// Of whose objects these are excluded.
    pub fn excluding(excluded: &[usize]) -> Self {
        let mut county = County::new();
        let (text, openings) = sealed_library(30, excluded);
        county.objects = county.library("objects", "sealed", &text).unwrap();
        county.wait(11 * 24 * 3600);
        let root = hex(&Library::parse(Form::Sealed, &text).unwrap().root());
        SealedCounty {
            county,
            root,
            openings,
        }
    }

    pub fn changes(&self) -> Vec<(&'static str, Value)> {
        changes(&self.root)
    }

    /// The department draws, as its command does; the opened list.
    pub fn draw(&self, key: &str) -> (u64, String) {
        self.draw_as(key, None)
    }

    /// The same with a list of its own making.
    pub fn draw_as(&self, key: &str, list: Option<Vec<String>>) -> (u64, String) {
        let (record, list) = self.record(key, 10, list);
        let index = self.county.say(LEAD, "draw", record, Some(key)).unwrap();
        (index, list)
    }

    /// The record of the draw, and the list that it commits to.
    pub fn record(&self, key: &str, log2: u32, list: Option<Vec<String>>) -> (Value, String) {
        let plan = self.county.state(key);
        let material = self.county.log.app.portal.intake.material(&plan).unwrap();
        let start = randomness::joined(&material.plan.key, &material.secrets);
        let mut checkpoints = Vec::new();
        randomness::Delay::new(log2).unwrap().run(&start, |hash| {
            checkpoints.push(*hash);
            true
        });
        let openings: Vec<Opening<'_>> = self
            .openings
            .iter()
            .map(|(id, class, salt_c, salt_t)| Opening {
                id,
                class,
                class_salt: *salt_c,
                ticket_salt: *salt_t,
            })
            .collect();
        let libraries = material.libraries().unwrap();
        let met = material.met();
        let inputs = material.inputs(
            &libraries,
            &met,
            Outside::Checkpoints(&checkpoints),
            &openings,
        );
        let outcome = recompute::draw(&inputs, &|_, _, _| None).unwrap();
        let mut lines = Vec::new();
        for ticket in &outcome.drawn {
            let seats = outcome
                .assignment
                .seats
                .iter()
                .filter(|seat| seat.target == ticket.id);
            let mut officers: Vec<&str> = seats.map(|seat| seat.officer).collect();
            officers.sort_unstable();
            let salt = hex(&sha256(ticket.id.as_bytes()));
            lines.push(format!(
                "ddraw/1|sdrawn|{}|{}|{salt}",
                ticket.id,
                officers.join(",")
            ));
        }
        lines.sort_unstable();
        let lines = list.unwrap_or(lines);
        let hashes: Vec<_> = lines
            .iter()
            .map(|line| leaf_hash(line.as_bytes()))
            .collect();
        let checkpoints = checkpoints.iter().map(|hash| hex(hash).as_str().into());
        let record = Value::object([
            ("plan_key", key.into()),
            ("region", "000000".into()),
            ("library_form", "sealed".into()),
            ("randomness", "delay".into()),
            ("delay_log2", number(log2.into())),
            ("delay_checkpoints", Value::Array(checkpoints.collect())),
            ("random_value", hex(&outcome.randomness).as_str().into()),
            ("seed", outcome.seed.as_str().into()),
            ("drawn_count", number(lines.len() as u64)),
            ("sealed_root", hex(&tree_head(&hashes)).as_str().into()),
        ]);
        (record, lines.into_iter().map(|line| line + "\n").collect())
    }

    /// The list is opened, at the deadline.
    pub fn open(&self, key: &str, list: &str) -> u64 {
        self.county
            .until(self.county.state(key).result_deadline + 1);
        let file = self.county.put(list);
        let bulletin = body(
            r#"{"title":"抽取名单公开","bulletin_type":"drawn_list_opening","region":"000000","period_from":"2026-03-01",
            "period_to":"2026-04-30","issued_on":"2026-05-20"}"#,
        );
        let bulletin = with(bulletin, "plan_key", key.into());
        let bulletin = with(bulletin, "attachments", Value::Array(vec![file]));
        self.county.say(LEAD, "bulletin", bulletin, None).unwrap()
    }
}

#[test]
fn the_file_of_a_sealed_draw_is_verified_as_far_as_it_goes() {
    let sealed = SealedCounty::new();
    let server = Server::start(&sealed.county);
    sealed.county.due(KEY, &sealed.changes());
    let (index, list) = sealed.draw(KEY);
    let policy = policy(&sealed.county);
    let file = server.get(&format!("draws/{KEY}"));
    let report = verify_draw_file(&file.body, &policy, &one_by_one).unwrap();
    assert_eq!(report.verdict, Verdict::Sealed, "{:?}", report.steps);
    assert!(report.verdict.holds());
    let unopened = report.outcome(StepId::DrawOpening);
    assert_eq!(unopened, Some(Outcome::NotChecked), "{report}");
    let file_etag = file.etag;
    let mut changed = file.body.clone();
    let at = String::from_utf8(file.body)
        .unwrap()
        .find("ddraw/1|starget")
        .unwrap();
    changed[at + 17] ^= 1;
    let report = verify_draw_file(&changed, &policy, &one_by_one).unwrap();
    assert_eq!(report.verdict, Verdict::NotVerified);

    let document = server
        .get(&format!("plans/{KEY}/targets/{}", code(4)))
        .good();
    assert!(checked(&document));
    assert_eq!(document["library"]["form"], "sealed");
    assert_eq!(
        (
            &document["rules"][0]["eligible"],
            &document["rules"][0]["last_ticket"]
        ),
        (&Json::Null, &Json::Null)
    );
    let progress = |server: &Server| server.get(&format!("plans/{KEY}")).good()["progress"].clone();
    let count = list.lines().count();
    let found = progress(&server);
    assert_eq!(
        (&found["drawn"], &found["published"]),
        (&count.into(), &Json::Null)
    );
    let opening = sealed.open(KEY, &list);
    // The list is held against what the draw has committed to; a text that is not the one named is noticed.
    let opened = server.get(&format!("draws/{KEY}"));
    assert_ne!(opened.etag, file_etag);
    let report = verify_draw_file(&opened.body, &policy, &one_by_one).unwrap();
    assert_eq!(report.verdict, Verdict::Opened, "{:?}", report.steps);
    assert_eq!(
        report.outcome(StepId::DrawOpening),
        Some(Outcome::Pass),
        "{report}"
    );
    let last = report.to_string();
    let last = last.lines().last().unwrap();
    assert!(last.starts_with("SEALED") && last.contains("not checked"));
    let text = String::from_utf8(opened.body).unwrap();
    let forged = text.replacen("ddraw/1|sdrawn|9", "ddraw/1|sdrawn|8", 1);
    assert_ne!(forged, text);
    let report = verify_draw_file(forged.as_bytes(), &policy, &one_by_one).unwrap();
    let failed = report.failed().map(|step| step.id);
    assert_eq!(failed, Some(StepId::DrawOpening), "{report}");
    let found = progress(&server);
    assert_eq!(
        (&found["drawn"], &found["published"], &found["overdue"]),
        (&count.into(), &0.into(), &count.into())
    );
    assert_eq!(found["undrawn"], Json::Array(Vec::new()));
    let plan = server.get(&format!("plans/{KEY}")).good();
    assert_eq!(
        (plan["draw"].as_u64(), plan["opening"].as_u64()),
        (Some(index), Some(opening))
    );
}

/// Whose classes are sealed names them all, without their numbers; and no undirected plan forgets one.
#[test]
fn a_plan_on_a_sealed_library_has_a_rule_for_every_class_that_is_named() {
    let mut sealed = SealedCounty::new();
    let root = sealed.root.clone();
    let county = &mut sealed.county;
    let (text, _) = sealed_library(30, &[]);
    let good = snapshot("objects", "sealed", &text);
    let say = |county: &County, body: Value| county.say(LEAD, "snapshot", body, None);
    let Value::Object(mut nameless) = good.clone() else {
        panic!("an object")
    };
    nameless.remove("strata");
    let said = say(county, Value::Object(nameless))
        .unwrap_err()
        .to_string();
    assert!(said.contains("strata"), "{said}");
    let counted = body(r#"[{"stratum":"A","stratum_name":"低","leaf_count":10}]"#);
    let said = say(county, with(good.clone(), "strata", counted));
    let said = said.unwrap_err().to_string();
    assert!(said.contains("strata[0].leaf_count"), "{said}");
    let plan = |county: &County| county.plan(KEY, &changes(&root));
    let third = with(good.clone(), "strata", classes(&["A", "B", "D"]));
    county.objects = say(county, third).unwrap();
    county.wait(11 * 24 * 3600);
    refused(plan(county), "class_without_rule");
    let mut aimed = changes(&root);
    aimed.push(("draw_type", "directed".into()));
    assert!(county.plan(KEY, &aimed).is_ok());

    let mut sealed = SealedCounty::new();
    let county = &mut sealed.county;
    county.objects = say(county, with(good, "strata", classes(&["A"]))).unwrap();
    county.wait(11 * 24 * 3600);
    refused(plan(county), "class_unnamed");
}
