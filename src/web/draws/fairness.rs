//! Fair over time: a year's draws together. What was declared and what was drawn, who was drawn again, how officers' load lies,
//! how often somebody was replaced.
//!
//! Of sealed draws nobody outside knows the classes, so what needs them is told of open draws only. Bounded in plans and in
//! leaves read; what is beyond is said to be left out.

use super::chance::{self, ChiSquare, Times};
use crate::docket::PlanState;
use crate::web::Portal;
use crate::web::problem::{Problem, internal};
use actix_web::http::StatusCode;
use gongshi_verify::draw::leaf::Leaf;
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::encoding::hex32;
use gongshi_verify::names::PlanKey;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Drawn plans in one answer; of more, the newest.
const MOST_PLANS: usize = 1000;
/// Leaves of libraries read for one answer; with more, nothing is said of how often targets were drawn.
const MOST_LEAVES: u64 = 3_000_000;
/// Targets and officers that are named.
const NAMED: usize = 200;

/// A year's draws.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fairness {
    /// Whose plans; of all where none.
    pub authority: Option<String>,
    /// The year their keys name.
    pub year: String,
    /// Everything that was logged of draws before this entry is in it.
    pub log_size: u64,
    /// Drawn plans, newest first.
    pub plans: Vec<PlanFigures>,
    /// Drawn plans of the year that are not in it, being too many.
    pub left_out: u64,
    /// Open draws by stratum.
    pub strata: Vec<StratumFigures>,
    /// How far the strata's counts are from their rates: over those with 5 or more expected, the sum of
    /// `(drawn − expected)² / variance`.
    pub strata_test: Option<ChiSquare>,
    /// How often the targets of open draws were drawn; none where their libraries are too large together.
    pub times: Option<TimesFigures>,
    /// Seats of officers by department.
    pub officers: Vec<OfficerFigures>,
    /// Replacements by department.
    pub substitutes: Vec<SubstituteFigures>,
}

/// One drawn plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanFigures {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Index of its draw.
    pub draw: u64,
    /// Whether its library is sealed.
    pub sealed: bool,
    /// Targets drawn.
    pub drawn: u64,
    /// Most seats that any officer was to have.
    pub load_cap: Option<u64>,
    /// Its rules, in its order.
    pub rules: Vec<RuleFigures>,
}

/// One rule of a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleFigures {
    /// The stratum, or class.
    pub stratum: String,
    /// Departments that inspect.
    pub departments: Vec<String>,
    /// Numerator of the declared rate.
    pub num: u32,
    /// Its denominator.
    pub den: u32,
    /// Declared minimum.
    pub minimum: u64,
    /// Targets covered; unknown of a sealed draw.
    pub eligible: Option<u64>,
    /// Targets drawn; unknown of a sealed draw.
    pub drawn: Option<u64>,
    /// What the rate alone gives, `eligible · num / den`.
    pub expected: Option<f64>,
}

/// One stratum over the year's open draws.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StratumFigures {
    /// The stratum.
    pub stratum: String,
    /// Sum over its rules of the targets covered.
    pub eligible: u64,
    /// Sum of the targets drawn.
    pub drawn: u64,
    /// Sum of `eligible · num / den`.
    pub expected: f64,
    /// Sum of `eligible · num / den · (1 − num / den)`.
    pub variance: f64,
}

/// How often targets were drawn in open draws.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimesFigures {
    /// Targets in the libraries, each once.
    pub targets: u64,
    /// How many were drawn never, once, twice, three times or more.
    pub drawn: [u64; 4],
    /// How many chance alone lets one expect, each draw by itself: a target's chance in a draw is the highest `drawn / eligible`
    /// among the rules that cover it.
    pub expected: [f64; 4],
    /// The one against the other.
    pub test: Option<ChiSquare>,
    /// Targets drawn twice or more, most often first, by id; at most 200.
    pub repeated: Vec<RepeatedTarget>,
}

/// A target drawn more than once.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RepeatedTarget {
    /// Its id.
    pub target_id: String,
    /// How often.
    pub times: u64,
}

/// How the seats of a department's officers lie.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OfficerFigures {
    /// The department.
    pub department: String,
    /// Officers in the libraries of the plans it had a part in, each once.
    pub officers: u64,
    /// Seats they have together.
    pub seats: u64,
    /// Seats of whoever has the fewest.
    pub min: u64,
    /// Seats of the one in the middle; of two, of the lower.
    pub median: u64,
    /// Seats of whoever has the most.
    pub max: u64,
    /// Each officer's seats, most first, by pseudonym; at most 200.
    pub loads: Vec<(String, u64)>,
}

/// How often a department's people and targets were replaced.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SubstituteFigures {
    /// The department.
    pub department: String,
    /// Seats it fills.
    pub seats: u64,
    /// Officers replaced.
    pub officers: u64,
    /// Targets that its own plans drew.
    pub drawn: u64,
    /// Of them, those replaced.
    pub targets: u64,
}

/// A drawn plan with what is read of it once.
struct Read {
    state: PlanState,
    plan: Plan,
    results: Option<Arc<Vec<super::RuleResult>>>,
    load_cap: Option<u64>,
}

impl Portal {
    /// The draws of plans whose key names the year, of one authority or of all.
    ///
    /// # Errors
    /// `overloaded` where too many such documents are being made.
    pub fn fairness(&self, authority: Option<&str>, year: &str) -> Result<Arc<Fairness>, Problem> {
        let cursor = self.intake.docket().cursor();
        let cursor = cursor.map_err(|error| internal(&error))?;
        let _place = self.draws.reckonings.begin().ok_or_else(|| {
            let detail = "too many documents of this sort are being made";
            let mut problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", detail);
            problem.retry_after = Some(5);
            problem
        })?;
        let key = (authority.map(str::to_owned), year.to_owned(), cursor);
        self.draws
            .fairness
            .get(key, || self.reckoned(authority, year, cursor))
    }

    fn reckoned(
        &self,
        authority: Option<&str>,
        year: &str,
        log_size: u64,
    ) -> Result<Fairness, Problem> {
        let (states, left_out) = self.drawn_plans(authority, year)?;
        let mut read = Vec::with_capacity(states.len());
        for state in states {
            let (_, plan) = self.plan_record(&state)?;
            let results = self.rule_results(&state, &plan)?;
            let draw = self.body(self.draw_of(&state)?.index)?;
            let load_cap = draw.get("load_cap").and_then(serde_json::Value::as_u64);
            read.push(Read {
                state,
                plan,
                results,
                load_cap,
            });
        }
        let plans: Vec<PlanFigures> = read.iter().map(figures).collect();
        let strata = strata(&plans);
        let cells = strata
            .iter()
            .map(|one| (one.drawn as f64, one.expected, one.variance));
        let strata_test = chance::of_counts(cells);
        let mut tally = Tally::default();
        for one in &read {
            tally.add(self, one)?;
        }
        Ok(Fairness {
            authority: authority.map(str::to_owned),
            year: year.to_owned(),
            log_size,
            left_out,
            strata,
            strata_test,
            times: self.times(&read, &tally.times)?,
            officers: tally.officers(),
            substitutes: tally.substitutes.into_values().collect(),
            plans,
        })
    }

    /// Drawn plans of the year, newest first, and how many more there are.
    fn drawn_plans(
        &self,
        authority: Option<&str>,
        year: &str,
    ) -> Result<(Vec<PlanState>, u64), Problem> {
        let docket = self.intake.docket();
        let (mut plans, mut left_out, mut before) = (Vec::new(), 0, None);
        loop {
            let keys = docket
                .plans(before, 500)
                .map_err(|error| internal(&error))?;
            let last = keys.len() < 500;
            for (at, key) in keys.iter().enumerate() {
                let wanted = key.period().get(..4) == Some(year)
                    && authority.is_none_or(|one| key.authority().as_str() == one);
                // Where the next page begins has to be known in any case.
                if !wanted && at + 1 < keys.len() {
                    continue;
                }
                let plan = self.plan(key)?;
                before = Some(plan.index);
                if !wanted || plan.draw.is_none() {
                    continue;
                }
                match plans.len() < MOST_PLANS {
                    true => plans.push(plan),
                    false => left_out += 1,
                }
            }
            if last {
                return Ok((plans, left_out));
            }
        }
    }

    /// How often the targets of open draws were drawn, and how often chance alone would have.
    fn times(
        &self,
        read: &[Read],
        drawn: &HashMap<String, u64>,
    ) -> Result<Option<TimesFigures>, Problem> {
        let mut by_library: BTreeMap<u64, Vec<&Read>> = BTreeMap::new();
        for one in read.iter().filter(|one| !one.state.sealed) {
            by_library.entry(one.state.objects).or_default().push(one);
        }
        let mut leaves = 0;
        for index in by_library.keys() {
            leaves += self.snapshot(*index)?.count;
        }
        if leaves > MOST_LEAVES {
            return Ok(None);
        }
        let mut likely: HashMap<String, Times> = HashMap::new();
        for (index, plans) in by_library {
            let text = self.text(&self.snapshot(index)?.leaves)?;
            // Leaves that differ in nothing but the id have the same chances.
            let mut chances: HashMap<&str, Vec<f64>> = HashMap::new();
            for line in text.lines() {
                let Ok(Leaf::Target(target)) = Leaf::parse(line) else {
                    continue;
                };
                let rest = line.splitn(4, '|').nth(3).unwrap_or_default();
                let chances = chances.entry(rest).or_insert_with(|| {
                    let chance = |one: &&Read| {
                        let results = one.results.iter().flat_map(|results| results.iter());
                        let rules = one.plan.rules.iter().zip(results);
                        let covering = rules.filter(|(rule, _)| rule.covers(&target));
                        covering
                            .map(|(_, result)| share(result.drawn, result.eligible))
                            .fold(0.0, f64::max)
                    };
                    plans.iter().map(chance).collect()
                });
                let own = likely.entry(target.id.to_owned()).or_default();
                *own = chances
                    .iter()
                    .fold(*own, |times, chance| times.after(*chance));
            }
        }
        let mut expected = [0.0; 4];
        for times in likely.values() {
            for (sum, one) in expected.iter_mut().zip(times.0) {
                *sum += one;
            }
        }
        let mut found = [0; 4];
        let mut repeated: Vec<RepeatedTarget> = Vec::new();
        for (id, times) in drawn {
            found[usize::try_from(*times).unwrap_or(3).min(3)] += 1;
            if *times > 1 {
                repeated.push(RepeatedTarget {
                    target_id: id.clone(),
                    times: *times,
                });
            }
        }
        let targets = likely.len() as u64;
        found[0] = targets.saturating_sub(drawn.len() as u64);
        repeated.sort_by(|one, other| {
            (other.times, &one.target_id).cmp(&(one.times, &other.target_id))
        });
        repeated.truncate(NAMED);
        let classes: Vec<(f64, f64)> = found.iter().map(|n| *n as f64).zip(expected).collect();
        Ok(Some(TimesFigures {
            targets,
            drawn: found,
            expected,
            test: chance::of_classes(&classes),
            repeated,
        }))
    }

    fn text(&self, sha256: &str) -> Result<String, Problem> {
        let hash = hex32(sha256).map_err(|error| internal(&error))?;
        let bytes = self.intake.files().read(&hash);
        String::from_utf8(bytes.map_err(|error| internal(&error))?)
            .map_err(|error| internal(&error))
    }
}

fn share(part: u64, whole: u64) -> f64 {
    match whole {
        0 => 0.0,
        whole => part as f64 / whole as f64,
    }
}

fn figures(read: &Read) -> PlanFigures {
    let state = &read.state;
    let rule = |(at, rule): (usize, &gongshi_verify::draw::choice::Rule)| {
        let result = read.results.as_ref().and_then(|results| results.get(at));
        let (num, den) = rule.rate.parts();
        let expected =
            |result: &super::RuleResult| result.eligible as f64 * f64::from(num) / f64::from(den);
        RuleFigures {
            stratum: rule.stratum.clone(),
            departments: rule.departments.clone(),
            num,
            den,
            minimum: rule.minimum,
            eligible: result.map(|result| result.eligible),
            drawn: result.map(|result| result.drawn),
            expected: result.map(expected),
        }
    };
    PlanFigures {
        key: state.key.clone(),
        name: state.name.clone(),
        draw: state.draw.as_ref().map_or(0, |draw| draw.index),
        sealed: state.sealed,
        drawn: state.draw.as_ref().map_or(0, |draw| draw.count),
        load_cap: read.load_cap,
        rules: read.plan.rules.iter().enumerate().map(rule).collect(),
    }
}

fn strata(plans: &[PlanFigures]) -> Vec<StratumFigures> {
    let mut strata: BTreeMap<&str, StratumFigures> = BTreeMap::new();
    for rule in plans.iter().flat_map(|plan| &plan.rules) {
        let (Some(eligible), Some(drawn), Some(expected)) =
            (rule.eligible, rule.drawn, rule.expected)
        else {
            continue;
        };
        let own = strata
            .entry(&rule.stratum)
            .or_insert_with(|| StratumFigures {
                stratum: rule.stratum.clone(),
                eligible: 0,
                drawn: 0,
                expected: 0.0,
                variance: 0.0,
            });
        own.eligible += eligible;
        own.drawn += drawn;
        own.expected += expected;
        own.variance += expected * (1.0 - f64::from(rule.num) / f64::from(rule.den));
    }
    strata.into_values().collect()
}

/// What is counted plan by plan.
#[derive(Default)]
struct Tally {
    /// How often each target of an open draw was drawn.
    times: HashMap<String, u64>,
    /// Seats by department and officer; of whoever is in a library and has none, 0.
    loads: BTreeMap<String, BTreeMap<String, u64>>,
    substitutes: BTreeMap<String, SubstituteFigures>,
    /// Libraries of officers whose people of these departments are in `loads`.
    people: BTreeSet<(u64, Vec<String>)>,
}

impl Tally {
    fn add(&mut self, portal: &Portal, read: &Read) -> Result<(), Problem> {
        let state = &read.state;
        let key = PlanKey::parse(&state.key).map_err(|error| internal(&error))?;
        let targets = portal.intake.docket().targets(&key);
        let targets = targets.map_err(|error| internal(&error))?;
        self.people(portal, state)?;
        for target in &targets {
            if target.place.is_some() && !state.sealed {
                *self.times.entry(target.target_id.clone()).or_default() += 1;
            }
            if target.replaced_by.is_some() {
                continue;
            }
            for seat in &target.seats {
                let own = self.loads.entry(seat.department.clone()).or_default();
                // A seat that nobody may take burdens nobody.
                if let Some(officer) = &seat.officer_id {
                    *own.entry(officer.clone()).or_default() += 1;
                }
                self.of(&seat.department).seats += 1;
            }
        }
        self.of(&state.authority).drawn += state.draw.as_ref().map_or(0, |draw| draw.count);
        for one in &state.substitutes {
            match (one.kind.as_str(), &one.department) {
                ("officer", Some(department)) => self.of(department).officers += 1,
                _ => self.of(&state.authority).targets += 1,
            }
        }
        Ok(())
    }

    fn of(&mut self, department: &str) -> &mut SubstituteFigures {
        let own = self.substitutes.entry(department.to_owned());
        own.or_insert_with(|| SubstituteFigures {
            department: department.to_owned(),
            ..SubstituteFigures::default()
        })
    }

    /// Who could have been sent.
    fn people(&mut self, portal: &Portal, state: &PlanState) -> Result<(), Problem> {
        let library = (state.officers, state.departments.clone());
        if self.people.contains(&library) {
            return Ok(());
        }
        let text = portal.text(&portal.snapshot(state.officers)?.leaves)?;
        for line in text.lines() {
            if let Ok(Leaf::Officer(officer)) = Leaf::parse(line)
                && state
                    .departments
                    .iter()
                    .any(|one| one == officer.department)
            {
                let own = self.loads.entry(officer.department.to_owned()).or_default();
                own.entry(officer.id.to_owned()).or_default();
            }
        }
        self.people.insert(library);
        Ok(())
    }

    fn officers(&self) -> Vec<OfficerFigures> {
        let one = |(department, loads): (&String, &BTreeMap<String, u64>)| {
            let mut seats: Vec<u64> = loads.values().copied().collect();
            seats.sort_unstable();
            let at = |place: usize| seats.get(place).copied().unwrap_or_default();
            let mut each: Vec<(String, u64)> = loads.clone().into_iter().collect();
            // Stable: of equal ones by pseudonym.
            each.sort_by_key(|(_, seats)| std::cmp::Reverse(*seats));
            each.truncate(NAMED);
            OfficerFigures {
                department: department.clone(),
                officers: seats.len() as u64,
                seats: seats.iter().sum(),
                min: at(0),
                median: at(seats.len().saturating_sub(1) / 2),
                max: seats.last().copied().unwrap_or_default(),
                loads: each,
            }
        };
        self.loads.iter().map(one).collect()
    }
}
