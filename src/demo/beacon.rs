//! The second demonstration: a tiny log on the eve of round 1000 of the beacon, so that anybody can hand that round in and see
//! a plan drawn by it.
//!
//! Its clock stands in 2023, before a round whose signature everybody can look up. Everything in it is synthetic.

use super::draws::file;
use super::fill::{Place, Signer, place_of, sign_in};
use super::schedule::{Body, Publisher};
use super::{DemoError, data};
use crate::app::{App, AppError, NewLog, Tuning, init, log_file, random32};
use crate::domain::Kind;
use crate::intake::{Intake, SimulatedClock};
use gongshi_verify::draw::beacon;
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::randomness::commitment;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::json::Value;
use gongshi_verify::names::{AuthorityId, Origin, PlanKey};
use gongshi_verify::record::Record;
use gongshi_verify::time::Timestamp;
use std::path::Path;
use std::sync::Arc;

/// The round that the plan waits for.
pub const ROUND: u64 = 1000;
/// Origin of the tiny log.
pub const ORIGIN: &str = "gongshi.example/beacon";
/// So long before the round the log is served, in seconds.
const EVE: i64 = 90;
/// Days before the round: the log begins, and the plan is made.
const BEGIN: i64 = 13 * 86_400;
/// Objects and officers in its libraries.
const OBJECTS: usize = 60;
const OFFICERS: usize = 12;
const PLAN: &str = "000000-SCJG/2023/01";
/// Who plans, and who contributes without a part in the draw.
const DEPARTMENTS: [&str; 2] = ["000000-SCJG", "000000-TJJ"];

/// Opens the tiny log in a folder, filling a new or empty one; its clock stands shortly before the round, or where the log
/// has come to.
///
/// # Errors
/// [`DemoError::Foreign`] for any other folder, which is left as it was.
pub fn open_beacon(folder: &Path, tuning: &Tuning) -> Result<App, DemoError> {
    let due = beacon::due(ROUND).expect("round 1000 has its time").unix();
    let begin = moment(due - BEGIN);
    let clock = Arc::new(SimulatedClock::new(begin));
    let foreign = || DemoError::Foreign(folder.to_owned());
    if is_new(folder) {
        let operator = data::county().operator;
        let new = NewLog {
            origin: Origin::parse(ORIGIN).expect("the demonstration's origin is one"),
            operator: AuthorityId::parse(&operator.id).expect("the operator has an identifier"),
            name: operator.name,
            region: "000000".to_owned(),
            kinds: Vec::new(),
            random: random32,
        };
        init(folder, &new, clock.clone())?;
    } else if log_file(folder).map_err(|_| foreign())?.origin != ORIGIN {
        return Err(foreign());
    }
    let mut app = App::open(folder, clock.clone(), tuning)?;
    clock.hold(true);
    Filling {
        intake: &app.portal.intake,
        clock: &clock,
        signers: super::fill::register(&app.portal.intake, &publishers(), begin)?,
        due,
    }
    .fill()?;
    clock.advance_to(moment(due - EVE));
    clock.hold(false);
    app.draw_due().map_err(AppError::from)?;
    Ok(app)
}

fn is_new(folder: &Path) -> bool {
    match std::fs::read_dir(folder) {
        Ok(items) => items.flatten().all(|item| item.file_name() == "lock"),
        Err(_) => !folder.exists(),
    }
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds).expect("a moment of 2023 is a time")
}

fn publishers() -> Vec<Publisher> {
    let departments = data::county().departments.into_iter();
    let chosen = departments.filter(|one| DEPARTMENTS.contains(&one.id.as_str()));
    chosen
        .map(|one| Publisher {
            id: one.id,
            name: one.name,
        })
        .collect()
}

/// The log being filled; what it has already is answered with its place.
struct Filling<'a> {
    intake: &'a Intake,
    clock: &'a SimulatedClock,
    signers: Vec<Signer>,
    due: i64,
}

impl Filling<'_> {
    fn fill(&self) -> Result<(), DemoError> {
        let key = PlanKey::parse(PLAN).expect("the plan's key is one");
        let item = Body::nested()
            .text("item_code", "SCJG-01")
            .text("item_name", "登记事项检查")
            .text("item_level", "general")
            .text("legal_basis", "《中华人民共和国市场主体登记管理条例》")
            .text("object_class", "企业、个体工商户")
            .texts("methods", ["on_site"])
            .text("content", "核实登记事项与实际是否一致。")
            .value();
        let list = Body::new()
            .text("title", "随机抽查事项清单")
            .text("version", "2023-1")
            .text("item_list_type", "random_inspection")
            .text("effective_on", "2023-01-01")
            .put("list_items", Value::Array(vec![item]));
        let begin = -BEGIN + 3600;
        let list = self.say(begin, 0, Kind::ItemList, list)?;
        let (objects, officers) = (objects(), officers());
        let objects = self.library(
            begin + 60,
            "objects",
            "检查对象名录库",
            Form::Open,
            &objects,
        )?;
        let officers = self.library(
            begin + 120,
            "officers",
            "执法检查人员名录库",
            Form::Officers,
            &officers,
        )?;
        let plan = self.plan(&key, &list, &objects, &officers);
        self.say(-3 * 3600, 0, Kind::Plan, plan.about_plan(&key))?;
        for (who, signer) in self.signers.iter().enumerate() {
            let secret: Hash =
                sha256(format!("gongshi/demo-secret/v1|{key}|{}", signer.id).as_bytes());
            let about = || Body::new().text("plan_key", key.as_str());
            let commit = about().text(
                "secret_commitment",
                hex(&commitment(&key, &signer.id, &secret)),
            );
            self.say(-2 * 3600, who, Kind::Commit, commit.about_plan(&key))?;
        }
        for (who, signer) in self.signers.iter().enumerate() {
            let secret: Hash =
                sha256(format!("gongshi/demo-secret/v1|{key}|{}", signer.id).as_bytes());
            let reveal = Body::new()
                .text("plan_key", key.as_str())
                .text("secret", hex(&secret));
            self.say(-1800, who, Kind::Reveal, reveal.about_plan(&key))?;
        }
        Ok(())
    }

    fn plan(
        &self,
        key: &PlanKey,
        list: &Place,
        objects: &(Place, Hash),
        officers: &(Place, Hash),
    ) -> Body {
        let at = |before: i64| moment(self.due - before).to_string();
        let item = Body::nested()
            .put("item_list", list.value())
            .text("item_code", "SCJG-01")
            .text("item_name", "登记事项检查")
            .value();
        let seat = Body::nested().number("officers", 2).value();
        let department = Body::nested()
            .text("department", DEPARTMENTS[0])
            .put("seats", Value::Array(vec![seat]))
            .value();
        let rule = |stratum: &str, num: usize| {
            Body::nested()
                .text("stratum", stratum)
                .texts("rule_departments", [DEPARTMENTS[0]])
                .number("num", num)
                .number("den", 100)
                .number("minimum", 1)
                .value()
        };
        Body::new()
            .text("plan_key", key.as_str())
            .text("plan_name", "登记事项抽查（等待随机信标第1000轮）")
            .text("plan_scope", "single")
            .text("plan_mode", "county_draw_county_check")
            .text("draw_type", "undirected")
            .put("plan_items", Value::Array(vec![item]))
            .text("target_scope", "全县企业、个体工商户")
            .text("lead_department", DEPARTMENTS[0])
            .put("departments", Value::Array(vec![department]))
            .put("object_snapshot", objects.0.value())
            .text("object_root", hex(&objects.1))
            .put("officer_snapshot", officers.0.value())
            .text("officer_root", hex(&officers.1))
            .put(
                "rules",
                Value::Array(vec![rule("enterprise", 10), rule("individual", 5)]),
            )
            .number("rotation", 0)
            .text("randomness", "drand")
            .put(
                "round",
                Value::Int(i64::try_from(ROUND).unwrap_or(i64::MAX)),
            )
            .texts("contributors", DEPARTMENTS)
            .text("t0", at(3600))
            .text("t1", at(1200))
            .text("fallback", "delay")
            .text("check_from", "2023-09-01")
            .text("check_to", "2023-09-28")
            .text("result_deadline", "2023-10-31T16:00:00Z")
    }

    fn library(
        &self,
        at: i64,
        library: &str,
        name: &str,
        form: Form,
        text: &str,
    ) -> Result<(Place, Hash), DemoError> {
        let parsed = Library::parse(form, text).expect("an invented library is one");
        let body = Body::new()
            .text("library", library)
            .text("library_name", name)
            .text("as_of", "2023-08-10")
            .number("count", parsed.leaves().len())
            .text("root", hex(&parsed.root()))
            .put("leaves", file(text, "leaves.txt", "text/plain"));
        let body = match form {
            Form::Officers => body,
            _ => body.text("library_form", "open"),
        };
        let hash = sha256(text.as_bytes());
        self.intake
            .files()
            .put(&hash, text.len() as u64, text.as_bytes())?;
        Ok((self.say(at, 0, Kind::Snapshot, body)?, parsed.root()))
    }

    /// Publishes a record, so many seconds from the round.
    fn say(&self, at: i64, who: usize, kind: Kind, body: Body) -> Result<Place, DemoError> {
        let time = moment(self.due + at);
        self.clock.advance_to(time);
        let plan = body.plan().map(str::to_owned);
        let signer = &self.signers[who];
        let label = format!("gongshi/demo-salt/v1|{ORIGIN}|{kind}|{}|{at}", signer.id);
        let invented = |reason: String| DemoError::Invented { number: 0, reason };
        let record = Record::new(Value::Object(body.members), sha256(label.as_bytes()));
        let record = record.map_err(|error| invented(error.to_string()))?;
        let event = sign_in(self.intake, signer, kind, time, plan, record);
        let answer = self.intake.accept_events(vec![event]).wait().pop();
        let answer = answer.ok_or_else(|| invented("no answer".to_owned()))?;
        let accepted = answer.map_err(|refusal| DemoError::Refused {
            number: 0,
            kind: kind.to_string(),
            refusal,
        })?;
        place_of(self.intake, accepted.index)
    }
}

fn objects() -> String {
    let mut ids: Vec<String> = (0..OBJECTS)
        .map(|number| {
            let code = super::register::credit_code(
                if number % 3 == 0 { "91" } else { "92" },
                number as u64,
            );
            code.as_str().to_owned()
        })
        .collect();
    ids.sort_unstable();
    let line = |id: &String| {
        let stratum = if id.starts_with("91") {
            "enterprise"
        } else {
            "individual"
        };
        format!("ddraw/1|target|{id}|{stratum}|{}|0\n", DEPARTMENTS[0])
    };
    ids.iter().map(line).collect()
}

fn officers() -> String {
    (0..OFFICERS)
        .map(|number| format!("ddraw/1|officer|R{number:03}|{}|\n", DEPARTMENTS[0]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docket::Stage;

    #[test]
    fn a_plan_waits_for_its_round_and_is_drawn_by_it() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("beacon");
        let tuning = Tuning::default();
        let app = open_beacon(&data, &tuning).unwrap();
        let size = app.portal.log.published().size();
        let key = PlanKey::parse(PLAN).unwrap();
        let plan = app.portal.intake.docket().plan(&key).unwrap().unwrap();
        let now = app.portal.intake.clock().now().unix();
        assert_eq!(plan.stage(now), Stage::Waiting);
        assert_eq!((plan.commits.len(), plan.reveals.len()), (2, 2));
        app.close();
        // Started again, it is the same log.
        let app = open_beacon(&data, &tuning).unwrap();
        assert_eq!(app.portal.log.published().size(), size);
        app.close();
        let other = folder.path().join("other");
        std::fs::create_dir(&other).unwrap();
        std::fs::write(other.join("x"), "").unwrap();
        assert!(matches!(
            open_beacon(&other, &tuning),
            Err(DemoError::Foreign(_))
        ));
    }
}
