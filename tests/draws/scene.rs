//! A county with a plan at every stage: what pages have to be able to show.

use crate::common::*;
use crate::support::*;
use gongshi::draw::Drawn;
use gongshi_verify::draw::beacon;
use gongshi_verify::draw::choice::{self, Opening};
use gongshi_verify::draw::randomness::{Delay, joined};
use gongshi_verify::draw::ticket::{Seed, class_commitment, ticket_commitment};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::json::Value;
use gongshi_verify::merkle::tree_head;
use gongshi_verify::names::PlanKey;
use gongshi_verify::time::Timestamp;

/// What the partner and the notary may publish.
const KINDS: &str = r#"["commit","draw","inspection_result","reveal"]"#;

const DAY: i64 = 24 * 3600;

/// Keys of the plans, by what they show.
pub const DRAWN: &str = "000000-SCJG/2026/01";
pub const TARGETED: &str = "000000-SCJG/2026/02";
pub const CANCELLED: &str = "000000-SCJG/2026/03";
pub const VOID: &str = "000000-SCJG/2026/04";
pub const OPENED: &str = "000000-SCJG/2026/05";
pub const SEALED: &str = "000000-SCJG/2026/06";
pub const LAPSED: &str = "000000-SCJG/2026/07";
pub const LATE: &str = "000000-SCJG/2026/08";
pub const WAITING: &str = "000000-SCJG/2026/09";
pub const DUE: &str = "000000-SCJG/2026/10";
pub const REVEALING: &str = "000000-SCJG/2026/11";
pub const PREPARING: &str = "000000-SCJG/2026/12";
pub const EVERY: [&str; 12] = [
    DRAWN, TARGETED, CANCELLED, VOID, OPENED, SEALED, LAPSED, LATE, WAITING, DUE, REVEALING,
    PREPARING,
];

/// A county with a plan at every stage.
pub struct Scene {
    pub county: County,
    sealed: u64,
}

/// Salts and class of an object of the sealed library.
fn opening(id: &str, number: usize) -> (String, &'static str, [u8; 32], [u8; 32]) {
    let salt = |first: u8| {
        let mut salt = [first; 32];
        salt[..8].copy_from_slice(&(number as u64).to_be_bytes());
        salt
    };
    let class = if number.is_multiple_of(4) { "C" } else { "A" };
    (id.to_owned(), class, salt(1), salt(2))
}

fn openings() -> Vec<(String, &'static str, [u8; 32], [u8; 32])> {
    (0..40).map(|n| opening(&code(n), n)).collect()
}

fn sealed_objects() -> String {
    openings()
        .iter()
        .map(|(id, class, salt_c, salt_t)| {
            let class = hex(&class_commitment(salt_c, class));
            let ticket = hex(&ticket_commitment(salt_t));
            format!("ddraw/1|starget|{id}|0|{class}|{ticket}\n")
        })
        .collect()
}

fn at(seconds: i64) -> Value {
    Timestamp::from_unix(seconds).unwrap().to_string().into()
}

impl Scene {
    pub fn new() -> Self {
        let county = County::new();
        for (id, name) in [(PARTNER, "示例县消防救援机构"), (NOTARY, "示例县公证处")]
        {
            let amended = Value::object([
                ("action", "amend".into()),
                ("authority_id", id.into()),
                ("name", name.into()),
                ("region", "000000".into()),
                ("kinds", body(KINDS)),
            ]);
            let done = county.log.accept(vec![county.log.authority(amended)]);
            assert!(done[0].is_ok(), "{done:?}");
        }
        let text = sealed_objects();
        county.put(&text);
        let library = snapshot("objects", "sealed", &text);
        let library = with(library, "strata", classes(&["A", "C"]));
        let sealed = county.say(LEAD, "snapshot", library, None).unwrap();
        county.put(&objects(30));
        let library = with(
            snapshot("objects", "open", &objects(30)),
            "strata",
            body(
                r#"[{"stratum":"food","stratum_name":"食品销售者","leaf_count":20},{"stratum":"gas","stratum_name":"燃气经营者","leaf_count":10}]"#,
            ),
        );
        let library = with(
            library,
            "exclusions",
            body(r#"[{"exclusion":"closed","meaning":"已停业"}]"#),
        );
        let objects = county.say(LEAD, "snapshot", library, None).unwrap();
        county.wait(11 * DAY);
        let mut scene = Scene { county, sealed };
        scene.county.objects = objects;
        scene.drawn();
        scene.targeted();
        scene.cancelled();
        scene.void();
        scene.sealed_draw(OPENED, 5, true);
        scene.sealed_draw(SEALED, 6, false);
        scene.lapsed();
        scene.open_ones();
        scene.county.log.settle();
        scene
    }

    /// Days of the inspections, of each plan another month.
    fn window(month: u8) -> [Change<'static>; 2] {
        [
            ("check_from", format!("2026-{month:02}-01").as_str().into()),
            ("check_to", format!("2026-{month:02}-28").as_str().into()),
        ]
    }

    fn drawn(&self) {
        let county = &self.county;
        let deadline = at(county.now() + 3 * DAY);
        county.due(DRAWN, &[("result_deadline", deadline)]);
        county.draw(DRAWN);
        let key = PlanKey::parse(DRAWN).unwrap();
        let docket = county.log.app.portal.intake.docket().clone();
        let mut targets = docket.targets(&key).unwrap();
        targets.sort_by_key(|target| target.place);
        for (number, target) in targets.iter().take(3).enumerate() {
            for who in [LEAD, PARTNER] {
                if target.is_visited_by(who) {
                    let id = &target.target_id;
                    self.result(who, id, &format!("示例第{}食品店", number + 1));
                }
            }
        }
        // The one after them cannot be found: the next of its stratum takes its place.
        let gone = &targets[3];
        let ground = county.ground(
            LEAD,
            DRAWN,
            &[
                ("substitute_reason", "unreachable".into()),
                ("target_id", gone.target_id.as_str().into()),
            ],
        );
        let body = county.substitute_body(DRAWN, &gone.target_id, "unreachable", ground.unwrap());
        county.say(LEAD, "substitute", body, Some(DRAWN)).unwrap();
    }

    fn result(&self, who: &str, subject: &str, name: &str) {
        let body = body(&format!(
            r#"{{"subject_uscc":"{subject}","subject_name":"{name}","region":"000000","draw_basis":"drawn","plan_key":"{DRAWN}",
            "method":"on_site","inspected_on":"{}","outcome":["no_problem_found"]}}"#,
            gongshi::domain::dates::day_in_china(self.county.now())
        ));
        self.county
            .say(who, "inspection_result", body, None)
            .unwrap();
    }

    fn targeted(&self) {
        let rules = body(&format!(
            r#"[{{"stratum":"food","rule_departments":["{LEAD}"],"num":1,"den":12,"minimum":2}},
            {{"stratum":"gas","rule_departments":["{LEAD}"],"num":1,"den":1,"minimum":0}}]"#
        ));
        let [from, to] = Self::window(5);
        self.county.due(TARGETED, &[from, to, ("rules", rules)]);
        self.county.draw(TARGETED);
    }

    fn cancelled(&self) {
        self.county.plan(CANCELLED, &Self::window(6)).unwrap();
        self.county.cancel(LEAD, CANCELLED).unwrap();
    }

    fn void(&self) {
        let county = &self.county;
        county.plan(VOID, &Self::window(7)).unwrap();
        let plan = county.state(VOID);
        for (who, secret) in [(LEAD, 1), (NOTARY, 2)] {
            county.commit(who, VOID, secret).unwrap();
        }
        county.until(plan.t0);
        county.reveal(LEAD, VOID, 1).unwrap();
        county.until(plan.known_at());
        let key = PlanKey::parse(VOID).unwrap();
        assert!(!matches!(
            county.runner().draw(&key),
            Ok(Drawn::Recorded(_))
        ));
    }

    fn sealed_draw(&self, key: &str, month: u8, opened: bool) {
        let county = &self.county;
        let library = sealed_objects();
        let root = gongshi_verify::draw::library::Library::parse(
            gongshi_verify::draw::library::Form::Sealed,
            &library,
        );
        let rules = body(&format!(
            r#"[{{"stratum":"A","stratum_name":"A类","rule_departments":["{LEAD}"],"num":5,"den":100,"minimum":1}},
            {{"stratum":"C","stratum_name":"C类","rule_departments":["{LEAD}"],"num":30,"den":100,"minimum":0}}]"#
        ));
        let [from, to] = Self::window(month + 5);
        let deadline = if opened { 2 } else { 60 };
        county.due(
            key,
            &[
                from,
                to,
                ("object_snapshot", county.named(self.sealed)),
                ("object_root", hex(&root.unwrap().root()).as_str().into()),
                ("rules", rules),
                ("result_deadline", at(county.now() + deadline * DAY)),
            ],
        );
        let state = county.state(key);
        let material = county.log.app.portal.intake.material(&state).unwrap();
        let start = joined(&material.plan.key, &material.secrets);
        let mut checkpoints = Vec::new();
        let value = Delay::new(10).unwrap().run(&start, |hash| {
            checkpoints.push(hex(hash).as_str().into());
            true
        });
        let value = value.unwrap();
        let seed = Seed::new(&origin(), &material.plan.key, &value);
        let held = openings();
        let openings: Vec<Opening<'_>> = held
            .iter()
            .map(|(id, class, class_salt, ticket_salt)| Opening {
                id,
                class,
                class_salt: *class_salt,
                ticket_salt: *ticket_salt,
            })
            .collect();
        let drawn = choice::sealed(&seed, &openings, &material.plan.rules);
        let mut ids: Vec<&str> = drawn
            .iter()
            .flat_map(|one| one.drawn.iter().map(|ticket| ticket.id))
            .collect();
        ids.sort_unstable();
        let lines: Vec<String> = ids
            .iter()
            .map(|id| format!("ddraw/1|sdrawn|{id}|P10,P11|{}", hex(&[7; 32])))
            .collect();
        let hashes: Vec<_> = lines
            .iter()
            .map(|line| leaf_hash(line.as_bytes()))
            .collect();
        let record = Value::object([
            ("plan_key", key.into()),
            ("region", "000000".into()),
            ("library_form", "sealed".into()),
            ("randomness", "delay".into()),
            ("delay_log2", number(10)),
            ("delay_checkpoints", Value::Array(checkpoints)),
            ("random_value", hex(&value).as_str().into()),
            ("seed", seed.as_str().into()),
            ("drawn_count", number(ids.len() as u64)),
            ("sealed_root", hex(&tree_head(&hashes)).as_str().into()),
        ]);
        county.say(LEAD, "draw", record, Some(key)).unwrap();
        if !opened {
            return;
        }
        county.until(state.result_deadline + 60);
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let list = county.put(&text);
        let bulletin = Value::object([
            ("title", "抽中名单公开".into()),
            ("bulletin_type", "drawn_list_opening".into()),
            ("region", "000000".into()),
            ("period_from", "2026-03-01".into()),
            ("period_to", "2026-03-20".into()),
            ("issued_on", "2026-03-20".into()),
            ("plan_key", key.into()),
            ("attachments", Value::Array(vec![list])),
        ]);
        county.say(LEAD, "bulletin", bulletin, None).unwrap();
    }

    /// A plan that waits for the round after so many seconds, and reveals until two minutes before it.
    fn beacon(&self, key: &str, month: u8, due: i64, t0: i64) {
        let county = &self.county;
        let now = county.now();
        let round = beacon::first_at(Timestamp::from_unix(now + due).unwrap());
        let body = without(
            county.plan_body(
                key,
                &[
                    ("check_from", format!("2027-{month:02}-01").as_str().into()),
                    ("check_to", format!("2027-{month:02}-28").as_str().into()),
                    ("randomness", "drand".into()),
                    ("round", number(round)),
                    ("lead_seconds", number(600)),
                    ("t0", at(now + t0)),
                    ("t1", at(now + due - 120)),
                    ("result_deadline", at(now + 200 * DAY)),
                ],
            ),
            "delay_log2",
        );
        county.say(LEAD, "plan", body, Some(key)).unwrap();
    }

    fn lapsed(&self) {
        let county = &self.county;
        self.beacon(LAPSED, 1, 3000, 300);
        county.wait(3000 + 72 * 3600 + 60);
        let alert = body(&format!(
            r#"{{"alert_type":"round_missing","plan_key":"{LAPSED}","region":"000000","content":"约定的轮次没有出现。"}}"#
        ));
        county.say(OPERATOR, "alert", alert, None).unwrap();
    }

    /// Those that are not done: late, due, waiting, revealing, preparing.
    fn open_ones(&self) {
        let county = &self.county;
        self.beacon(LATE, 2, 3000, 300);
        county.wait(3 * 3600);
        self.beacon(WAITING, 3, 14_000, 60);
        for (who, secret) in [(LEAD, 1), (NOTARY, 2)] {
            county.commit(who, WAITING, secret).unwrap();
        }
        self.beacon(DUE, 6, 13_500, 20);
        county.wait(61);
        county.reveal(NOTARY, WAITING, 2).unwrap();
        county.wait(13_900 - 61);
        // Its secrets are over, its round is not there.
        self.beacon(REVEALING, 4, 7000, 30);
        county.commit(NOTARY, REVEALING, 3).unwrap();
        county.wait(40);
        county.reveal(NOTARY, REVEALING, 3).unwrap();
        county
            .plan(
                PREPARING,
                &[
                    ("check_from", "2027-07-01".into()),
                    ("check_to", "2027-07-28".into()),
                    ("result_deadline", at(county.now() + 300 * DAY)),
                ],
            )
            .unwrap();
        county.commit(LEAD, PREPARING, 1).unwrap();
    }
}
