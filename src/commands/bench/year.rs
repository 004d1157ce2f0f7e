//! A county's year of draws in a data folder: accepted by intake like any other, only with a clock that is moved along. What the
//! bench measures is read from it by a server of its own.

use super::county::{County, DEPARTMENTS, Frozen, NOTARY, department};
use anyhow::{Context as _, ensure};
use gongshi::app::random32;
use gongshi::domain::Uscc;
use gongshi::draw::Drawn;
use gongshi::intake::Clock as _;
use gongshi_verify::draw::choice::{self, Opening};
use gongshi_verify::draw::library::Form;
use gongshi_verify::draw::randomness::{Delay, commitment, joined};
use gongshi_verify::draw::ticket::{Seed, class_commitment, ticket_commitment};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{leaf_hash, sha256};
use gongshi_verify::json::{self, Value};
use gongshi_verify::merkle::tree_head;
use gongshi_verify::names::{AuthorityId, PlanKey};
use gongshi_verify::time::Timestamp;
use std::fmt::Write as _;
use std::path::Path;

const STRATA: usize = 60;
/// Items on one list.
const ITEMS: usize = 100;
const DAY: i64 = 86_400;
const DELAY_LOG2: u32 = 8;
/// Classes of the sealed library: out of so many the last-named share, and the rate in thousandths.
pub(super) const CLASSES: [(&str, usize, u64); 3] = [("A", 80, 1), ("B", 97, 5), ("C", 100, 20)];

/// How large a year is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    /// Plans drawn; the first draws a tenth of all objects, every tenth is sealed.
    pub plans: usize,
    /// Objects of each of the two open libraries and of the sealed one.
    pub objects: usize,
    pub officers: usize,
    /// Plans besides, announced and called off.
    pub cancelled: usize,
}

/// The key of the plan that draws a tenth of all objects.
pub(super) const LARGEST: &str = "000000-D0/2025/01";

/// The credit code of an object.
pub(super) fn code(number: usize) -> anyhow::Result<String> {
    Ok(Uscc::complete(&format!("91000000{number:09}"))?
        .as_str()
        .to_owned())
}

/// Fills a folder with a year.
pub(super) fn fill(data: &Path, size: Size) -> anyhow::Result<()> {
    let mut year = County::new(data)?;
    let stratum = |n: usize| {
        // Uneven: some strata have three times as many as others.
        let n = n * 7919 % (2 * STRATA);
        if n < STRATA { n } else { n % (STRATA / 2) }
    };
    let mut open = Vec::new();
    for library in 0..2 {
        let mut text = String::new();
        for number in 0..size.objects {
            let s = stratum(number);
            let mut sent = vec![department(s), department(s + 1)];
            if number % 2 == library {
                sent.push(department(s + 2));
            }
            sent.sort_unstable();
            writeln!(
                text,
                "ddraw/1|target|{}|s{s:02}|{}|0",
                code(number)?,
                sent.join(",")
            )?;
        }
        open.push(year.freeze("objects", Form::Open, &text)?);
    }
    let openings = openings(size.objects)?;
    let mut text = String::new();
    for (id, class, salt_c, salt_t) in &openings {
        let (class, ticket) = (class_commitment(salt_c, class), ticket_commitment(salt_t));
        writeln!(
            text,
            "ddraw/1|starget|{id}|0|{}|{}",
            hex(&class),
            hex(&ticket)
        )?;
    }
    let sealed = year.freeze("objects", Form::Sealed, &text)?;
    let mut text = String::new();
    for number in 0..size.officers {
        writeln!(text, "ddraw/1|officer|P{number:04}|{}|", department(number))?;
    }
    let officers = year.freeze("officers", Form::Officers, &text)?;
    let mut small = String::new();
    for number in 0..100 {
        writeln!(
            small,
            "ddraw/1|target|{}|s00|{}|0",
            code(number)?,
            department(0)
        )?;
    }
    let small = year.freeze("objects", Form::Open, &small)?;
    let mut lists = Vec::new();
    for number in 0..size.plans.div_ceil(ITEMS) + 1 {
        lists.push(year.items(number)?);
    }
    year.wait(11 * DAY)?;

    let held: Vec<Opening<'_>> = openings
        .iter()
        .map(|(id, class, class_salt, ticket_salt)| Opening {
            id,
            class,
            class_salt: *class_salt,
            ticket_salt: *ticket_salt,
        })
        .collect();
    for number in 0..size.plans {
        let list = number / ITEMS;
        let code = item_code(list, number % ITEMS);
        let is_sealed = number % 10 == 9;
        let library = match is_sealed {
            true => &sealed,
            false => &open[number * 2 / size.plans],
        };
        let (lead, rules) = rules(number, is_sealed);
        let key = year.plan(lead, (lists[list], &code), library, &officers, &rules)?;
        year.reveal(lead, &key)?;
        match is_sealed {
            true => year.draw_sealed(lead, &key, &held, size.officers)?,
            false => year.draw(&key)?,
        }
        if number % 25 == 24 {
            println!("{} of {} plans drawn", number + 1, size.plans);
        }
    }
    let list = size.plans.div_ceil(ITEMS);
    let code = item_code(list, 0);
    for _ in 0..size.cancelled {
        let key = year.plan(
            0,
            (lists[list], &code),
            &small,
            &officers,
            &[("s00".to_owned(), 0, 10, 100, 0)],
        )?;
        let body = format!(
            r#"{{"plan_key":"{key}","region":"000000","cancel_reason":"plan_error","reason":"检查时间有误。"}}"#
        );
        year.say(
            &department(0),
            "cancel",
            json::parse(body)?,
            Some(key.as_str()),
        )?;
    }
    year.app.close();
    Ok(())
}

/// Code of an item on a list.
fn item_code(list: usize, at: usize) -> String {
    format!("SX{list:02}{at:03}")
}

type Opened = (String, &'static str, [u8; 32], [u8; 32]);

fn openings(objects: usize) -> anyhow::Result<Vec<Opened>> {
    let salt = |what: &str, number: usize| sha256(format!("{what}{number}").as_bytes());
    let one = |number: usize| {
        let place = number * 7919 % 100;
        let class = CLASSES.iter().find(|(_, below, _)| place < *below);
        let class = class.map_or("A", |(class, ..)| class);
        Ok((code(number)?, class, salt("c", number), salt("t", number)))
    };
    (0..objects).map(one).collect()
}

/// A rule: stratum, department, rate and minimum.
type Rule = (String, usize, u64, u64, u64);

/// Who leads a plan, and its rules: the first draws a tenth of everything, the others from two strata.
fn rules(number: usize, sealed: bool) -> (usize, Vec<Rule>) {
    let lead = number % DEPARTMENTS;
    if sealed {
        let rules = CLASSES.map(|(class, _, rate)| (class.to_owned(), lead, rate, 1000, 0));
        return (lead, rules.to_vec());
    }
    if number == 0 {
        let all = (0..STRATA).map(|s| (format!("s{s:02}"), s % DEPARTMENTS, 10, 100, 0));
        return (0, all.collect());
    }
    let rate = 1 + number as u64 % 10;
    let minimum = if number.is_multiple_of(13) { 200 } else { 0 };
    let strata = [number * 5 % 10, number * 3 % 10 + 1];
    let mut rules: Vec<Rule> = strata
        .iter()
        .map(|s| {
            (
                format!("s{:02}", (s * DEPARTMENTS + lead) % STRATA),
                lead,
                rate,
                100,
                minimum,
            )
        })
        .collect();
    rules.sort();
    rules.dedup();
    (lead, rules)
}

impl County {
    fn items(&self, number: usize) -> anyhow::Result<u64> {
        let item = |at: usize| {
            let code = item_code(number, at);
            format!(
                r#"{{"item_code":"{code}","item_name":"检查 {code}","item_level":"general","legal_basis":"食品安全法",
                "object_class":"食品销售者","methods":["on_site"],"content":"检查许可与进货记录"}}"#
            )
        };
        let items: Vec<String> = (0..ITEMS).map(item).collect();
        let body = format!(
            r#"{{"title":"随机抽查事项清单","version":"2025-{number}","item_list_type":"random_inspection","region":"000000",
            "effective_on":"2025-01-01","list_items":[{}]}}"#,
            items.join(",")
        );
        self.say(&department(0), "item_list", json::parse(body)?, None)
    }

    fn plan(
        &mut self,
        lead: usize,
        (list, code): (u64, &str),
        objects: &Frozen,
        officers: &Frozen,
        rules: &[Rule],
    ) -> anyhow::Result<PlanKey> {
        let lead = department(lead);
        let serial = self.serials.entry(lead.clone()).or_default();
        *serial += 1;
        let key = PlanKey::parse(&format!("{lead}/2025/{serial:02}"))?;
        let mut sent: Vec<usize> = rules.iter().map(|rule| rule.1).collect();
        sent.sort_unstable();
        sent.dedup();
        let seats = sent.iter().map(|one| {
            format!(
                r#"{{"department":"{}","seats":[{{"officers":2}}]}}"#,
                department(*one)
            )
        });
        let partners = sent
            .iter()
            .map(|one| department(*one))
            .filter(|one| *one != lead);
        let partners: Vec<String> = partners.map(|one| format!("\"{one}\"")).collect();
        let scope = if partners.is_empty() {
            r#""plan_scope":"single""#.to_owned()
        } else {
            format!(
                r#""plan_scope":"joint","partner_departments":[{}]"#,
                partners.join(",")
            )
        };
        let rules = rules.iter().map(|(stratum, department, num, den, minimum)| {
            let department = self::department(*department);
            format!(
                r#"{{"stratum":"{stratum}","rule_departments":["{department}"],"num":{num},"den":{den},"minimum":{minimum}}}"#
            )
        });
        let t0 = self.clock.now().unix() + 60;
        let at = |seconds: i64| Timestamp::from_unix(seconds).context("a time of 2025");
        let body = format!(
            r#"{{"plan_key":"{key}","plan_name":"{key}抽查","region":"000000",{scope},"plan_mode":"county_draw_county_check",
            "draw_type":"directed","target_scope":"全县","lead_department":"{lead}","departments":[{}],
            "plan_items":[{{"item_code":"{code}","item_name":"检查 {code}","item_list":{}}}],
            "object_snapshot":{},"object_root":"{}","officer_snapshot":{},"officer_root":"{}","rules":[{}],
            "rotation":0,"randomness":"delay","delay_log2":{DELAY_LOG2},"contributors":["{lead}","{NOTARY}"],"fallback":"none",
            "t0":"{}","t1":"{}","check_from":"2025-04-01","check_to":"2025-06-30","result_deadline":"2025-07-31T16:00:00Z"}}"#,
            seats.collect::<Vec<_>>().join(","),
            self.named(list)?,
            self.named(objects.index)?,
            objects.root,
            self.named(officers.index)?,
            officers.root,
            rules.collect::<Vec<_>>().join(","),
            at(t0)?,
            at(t0 + 1)?,
        );
        self.say(&lead, "plan", json::parse(body)?, Some(key.as_str()))?;
        Ok(key)
    }

    /// Both secrets, and time until it can be drawn.
    fn reveal(&self, lead: usize, key: &PlanKey) -> anyhow::Result<()> {
        let who = [department(lead), NOTARY.to_owned()];
        for id in &who {
            let commitment = commitment(key, &AuthorityId::parse(id)?, &sha256(id.as_bytes()));
            let body = format!(
                r#"{{"plan_key":"{key}","region":"000000","secret_commitment":"{}"}}"#,
                hex(&commitment)
            );
            self.say(id, "commit", json::parse(body)?, Some(key.as_str()))?;
        }
        let plan = self.app.portal.intake.docket().plan(key)?;
        let plan = plan.context("the plan that was just made")?;
        self.until(plan.t0)?;
        for id in &who {
            let secret = hex(&sha256(id.as_bytes()));
            let body = format!(r#"{{"plan_key":"{key}","region":"000000","secret":"{secret}"}}"#);
            self.say(id, "reveal", json::parse(body)?, Some(key.as_str()))?;
        }
        self.until(plan.known_at())
    }

    fn draw(&self, key: &PlanKey) -> anyhow::Result<()> {
        let drawn = self.app.runner.draw(key).map_err(anyhow::Error::msg)?;
        ensure!(matches!(drawn, Drawn::Recorded(_)), "{key} was not drawn");
        Ok(())
    }

    fn draw_sealed(
        &self,
        lead: usize,
        key: &PlanKey,
        openings: &[Opening<'_>],
        officers: usize,
    ) -> anyhow::Result<()> {
        let intake = &self.app.portal.intake;
        let plan = intake.docket().plan(key)?.context("a plan")?;
        let material = intake.material(&plan)?;
        let mut checkpoints: Vec<Value> = Vec::new();
        let delay = Delay::new(DELAY_LOG2).context("a delay")?;
        let start = joined(&material.plan.key, &material.secrets);
        let value = delay.run(&start, |hash| {
            checkpoints.push(hex(hash).into());
            true
        });
        let value = value.context("a delay that nobody stops")?;
        let seed = Seed::new(&self.origin, &material.plan.key, &value);
        let choices = choice::sealed(&seed, openings, &material.plan.rules);
        let drawn = choices.iter().flat_map(|one| &one.drawn);
        let mut ids: Vec<&str> = drawn.map(|ticket| ticket.id).collect();
        ids.sort_unstable();
        // The department's own people in turn: who goes is not what is measured.
        let people = (officers / DEPARTMENTS).max(2);
        let lines = ids.iter().enumerate().map(|(at, _)| {
            let of = |at: usize| format!("P{:04}", at % people * DEPARTMENTS + lead);
            let mut pair = [of(at * 2), of(at * 2 + 1)];
            pair.sort_unstable();
            format!(
                "ddraw/1|sdrawn|{}|{}|{}",
                ids[at],
                pair.join(","),
                hex(&random32())
            )
        });
        let lines: Vec<String> = lines.collect();
        let hashes: Vec<_> = lines
            .iter()
            .map(|line| leaf_hash(line.as_bytes()))
            .collect();
        let checkpoints = json::to_jcs(&Value::Array(checkpoints));
        let body = format!(
            r#"{{"plan_key":"{key}","region":"000000","library_form":"sealed","randomness":"delay","delay_log2":{DELAY_LOG2},
            "delay_checkpoints":{checkpoints},"random_value":"{}","seed":"{}","drawn_count":{},"sealed_root":"{}"}}"#,
            hex(&value),
            seed.as_str(),
            lines.len(),
            hex(&tree_head(&hashes))
        );
        self.say(
            &department(lead),
            "draw",
            json::parse(body)?,
            Some(key.as_str()),
        )?;
        Ok(())
    }
}
