//! What of a plan the draw depends on, read from its record: a plan that cannot be drawn is refused when it is made.
//!
//! Everything here follows from the plan alone. Whether the libraries it names exist, whether its serial has no gap and
//! whether another plan stands in its way, is decided where the log is.

use super::beacon;
use super::choice::Rule;
use super::lottery::Game;
use super::officers::Seats;
use super::ticket::Rate;
use crate::encoding::hex32;
use crate::hash::Hash;
use crate::json::Value;
use crate::names::{AuthorityId, PlanKey, is_draw_id, is_token};
use crate::time::Timestamp;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The time between the end of a plan's preparation and its round where the plan says no other, in seconds.
pub const LEAD_SECONDS: i64 = 3600;
/// Shortest time between the end of a plan's preparation and its round, in seconds.
pub const MIN_LEAD_SECONDS: i64 = 600;
/// Reveals end so long before the round is due, in seconds, so that a late clock reveals nothing after it.
pub const REVEAL_MARGIN_SECONDS: i64 = 120;
/// The delay under which secrets may be revealed for [`MAX_REVEAL_SECONDS`]; shorter in proportion for a shorter one.
pub const DELAY_LOG2: u32 = 34;
/// Longest delay a plan may ask for: a day or more on one core.
pub const MAX_DELAY_LOG2: u32 = 40;
/// Longest time of reveals in a plan with a delay of `2^34` steps, in seconds.
pub const MAX_REVEAL_SECONDS: i64 = 120;

/// Where the value from outside comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A round of the beacon.
    Drand {
        /// The round.
        round: u64,
        /// How long before it everything has to be fixed, in seconds.
        lead: i64,
    },
    /// A drawing of the welfare lottery.
    Lottery {
        /// Which game, whose results have one form.
        game: Game,
        /// When it takes place.
        at: Timestamp,
        /// How long before it everything has to be fixed, in seconds.
        lead: i64,
    },
    /// None: what the contributors brought is stretched.
    Delay {
        /// Steps as a power of two.
        log2: u32,
    },
}

/// A plan, as far as the draw depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its key.
    pub key: PlanKey,
    /// Where the randomness comes from.
    pub mode: Mode,
    /// Who brings secrets, in the order in which they are joined.
    pub contributors: Vec<AuthorityId>,
    /// By then plan, commits and cancellation are in the log.
    pub t0: Timestamp,
    /// Until then secrets are revealed.
    pub t1: Timestamp,
    /// What is drawn.
    pub rules: Vec<Rule>,
    /// Who sends how many officers.
    pub seats: Vec<Seats>,
    /// Pairs of target and officer who must not meet.
    pub recusals: BTreeSet<(String, String)>,
    /// So many of the authority's last draws keep an officer from a target.
    pub rotation: u32,
    /// Root of the library of objects.
    pub object_root: Hash,
    /// Root of the library of officers.
    pub officer_root: Hash,
}

/// Why a record is no plan that can be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: expected {expected}")]
pub struct PlanError {
    /// Where, such as `rules[2].num`.
    pub field: String,
    /// What should stand there.
    pub expected: &'static str,
}

fn fault(field: impl Into<String>, expected: &'static str) -> PlanError {
    PlanError {
        field: field.into(),
        expected,
    }
}

/// A member read by its own grammar.
fn read<T>(
    body: &Value,
    field: &str,
    expected: &'static str,
    parse: impl FnOnce(&Value) -> Option<T>,
) -> Result<T, PlanError> {
    body.get(field)
        .and_then(parse)
        .ok_or_else(|| fault(field, expected))
}

fn time(value: &Value) -> Option<Timestamp> {
    Timestamp::parse(value.as_str()?).ok()
}

fn authority(value: &Value) -> Option<AuthorityId> {
    AuthorityId::parse(value.as_str()?).ok()
}

fn hash(value: &Value) -> Option<Hash> {
    hex32(value.as_str()?).ok()
}

fn token(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    is_token(text).then(|| text.to_string())
}

/// A list that may be left out; each of its members with its path.
fn members<'a>(body: &'a Value, field: &str) -> Result<Vec<(String, &'a Value)>, PlanError> {
    let list = match body.get(field) {
        None => return Ok(Vec::new()),
        Some(value) => value.as_array().ok_or_else(|| fault(field, "a list"))?,
    };
    let paths = (0..).map(|at: usize| format!("{field}[{at}]"));
    Ok(paths.zip(list).collect())
}

impl PlanError {
    /// The same fault, one object further out.
    fn within(self, path: &str) -> Self {
        PlanError {
            field: format!("{path}.{}", self.field),
            ..self
        }
    }
}

impl Plan {
    /// Reads the body of a plan's record.
    ///
    /// # Errors
    /// [`PlanError`] for the first field against its grammar, or against another field.
    pub fn from_body(body: &Value) -> Result<Self, PlanError> {
        let small = |value: &Value| u32::try_from(value.as_u64()?).ok();
        let plan = Plan {
            key: read(body, "plan_key", "authority/period/serial", |value| {
                PlanKey::parse(value.as_str()?).ok()
            })?,
            mode: mode(body)?,
            contributors: contributors(body)?,
            t0: read(body, "t0", "a time", time)?,
            t1: read(body, "t1", "a time", time)?,
            rules: rules(body)?,
            seats: seats(body)?,
            recusals: recusals(body)?,
            rotation: read(body, "rotation", "a number", small)?,
            object_root: read(body, "object_root", "64 hexadecimal digits", hash)?,
            officer_root: read(body, "officer_root", "64 hexadecimal digits", hash)?,
        };
        plan.departments_fit()?;
        plan.times_fit()?;
        Ok(plan)
    }

    /// Whether a contributor has no part in the draw: neither one of the plan's departments nor the log's operator.
    pub fn is_independent(&self, contributor: &AuthorityId, operator: &AuthorityId) -> bool {
        let sends = |seats: &Seats| seats.department == contributor.as_str();
        contributor != operator
            && *contributor != self.key.authority()
            && !self.seats.iter().any(sends)
    }

    /// When the value from outside is due; `None` where there is none.
    pub fn due(&self) -> Option<Timestamp> {
        match self.mode {
            Mode::Drand { round, .. } => beacon::due(round),
            Mode::Lottery { at, .. } => Some(at),
            Mode::Delay { .. } => None,
        }
    }

    /// From when on it can be drawn: what comes from outside is due, and nobody can reveal any more.
    pub fn known_at(&self) -> Timestamp {
        let due = self.due().unwrap_or(self.t1).unix();
        // A second after a moment before the year 10000 is one, but for the last.
        Timestamp::from_unix(due.max(self.t1.unix() + 1)).unwrap_or(self.t1)
    }

    fn departments_fit(&self) -> Result<(), PlanError> {
        for (at, rule) in self.rules.iter().enumerate() {
            for (place, department) in rule.departments.iter().enumerate() {
                if !self
                    .seats
                    .iter()
                    .any(|seats| seats.department == *department)
                {
                    let field = format!("rules[{at}].rule_departments[{place}]");
                    return Err(fault(field, "a department that sends officers"));
                }
            }
        }
        Ok(())
    }

    /// t0 ≤ t1; both so long before what comes from outside, or so close together that a delay outlasts them.
    fn times_fit(&self) -> Result<(), PlanError> {
        let (t0, t1) = (self.t0.unix(), self.t1.unix());
        if t1 < t0 {
            return Err(fault("t1", "a time not before t0"));
        }
        match self.mode {
            Mode::Drand { lead, .. } | Mode::Lottery { lead, .. } => {
                let due = self.due().map(Timestamp::unix);
                let due =
                    due.ok_or_else(|| fault("round", "a round from 1 on, due before year 10000"))?;
                if self.contributors.is_empty() && (t0, t1) != (due - lead, t0) {
                    return Err(fault(
                        "t0",
                        "lead_seconds before the randomness is due, and t1 the same, where nobody contributes",
                    ));
                }
                if t0 > due - lead {
                    return Err(fault(
                        "t0",
                        "a time at least lead_seconds before the randomness is due",
                    ));
                }
                if t1 > due - REVEAL_MARGIN_SECONDS {
                    return Err(fault(
                        "t1",
                        "a time at least 120 seconds before the randomness is due",
                    ));
                }
            }
            Mode::Delay { log2 } => {
                if self.contributors.is_empty() {
                    return Err(fault(
                        "contributors",
                        "at least one, where nothing comes from outside",
                    ));
                }
                if t1 - t0 > longest_reveal(log2) {
                    return Err(fault(
                        "t1",
                        "a time so soon after t0 that the delay outlasts it",
                    ));
                }
            }
        }
        Ok(())
    }
}

/// 120 seconds for `2^34` steps, in proportion for others, at least 1.
pub fn longest_reveal(log2: u32) -> i64 {
    let more = log2.saturating_sub(DELAY_LOG2).min(32);
    let less = DELAY_LOG2.saturating_sub(log2).min(32);
    ((MAX_REVEAL_SECONDS << more) >> less).max(1)
}

fn mode(body: &Value) -> Result<Mode, PlanError> {
    let lead = || {
        if body.get("lead_seconds").is_none() {
            return Ok(LEAD_SECONDS);
        }
        read(body, "lead_seconds", "at least 600", |value| {
            let seconds = i64::try_from(value.as_u64()?).ok()?;
            (seconds >= MIN_LEAD_SECONDS).then_some(seconds)
        })
    };
    match body.get("randomness").and_then(Value::as_str) {
        Some("drand") => Ok(Mode::Drand {
            round: read(body, "round", "a round from 1 on", Value::as_u64)?,
            lead: lead()?,
        }),
        Some("lottery") => Ok(Mode::Lottery {
            game: read(
                body,
                "lottery_game",
                "a game with too many results to try them all",
                |value| Game::parse(value.as_str()?),
            )?,
            at: read(body, "lottery_at", "a time", time)?,
            lead: lead()?,
        }),
        Some("delay") => Ok(Mode::Delay {
            log2: read(body, "delay_log2", "1 to 40", |value| {
                let log2 = u32::try_from(value.as_u64()?).ok()?;
                (1..=MAX_DELAY_LOG2).contains(&log2).then_some(log2)
            })?,
        }),
        _ => Err(fault("randomness", "drand, lottery or delay")),
    }
}

fn contributors(body: &Value) -> Result<Vec<AuthorityId>, PlanError> {
    let mut found: Vec<AuthorityId> = Vec::new();
    for (path, value) in members(body, "contributors")? {
        match authority(value) {
            Some(id) if !found.contains(&id) => found.push(id),
            _ => return Err(fault(path, "an authority that is not named before")),
        }
    }
    Ok(found)
}

fn rules(body: &Value) -> Result<Vec<Rule>, PlanError> {
    let mut rules: Vec<Rule> = Vec::new();
    for (path, value) in members(body, "rules")? {
        let rule = rule(value).map_err(|error| error.within(&path))?;
        let same = |one: &Rule| one.stratum == rule.stratum && one.departments == rule.departments;
        if rules.iter().any(same) {
            return Err(fault(
                path,
                "another stratum, or other departments, than the rules before",
            ));
        }
        rules.push(rule);
    }
    match rules.is_empty() {
        true => Err(fault("rules", "at least one rule")),
        false => Ok(rules),
    }
}

fn rule(body: &Value) -> Result<Rule, PlanError> {
    let mut departments = Vec::new();
    for (path, value) in members(body, "rule_departments")? {
        let id = authority(value).ok_or_else(|| fault(path.as_str(), "an authority"))?;
        departments.push(id.to_string());
    }
    departments.sort_unstable();
    if departments.is_empty() || departments.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(fault(
            "rule_departments",
            "at least one authority, each once",
        ));
    }
    let part = |field| {
        read(body, field, "1 to 1,000,000", |value| {
            u32::try_from(value.as_u64()?).ok()
        })
    };
    let (num, den) = (part("num")?, part("den")?);
    Ok(Rule {
        stratum: read(body, "stratum", "[0-9A-Za-z_]{1,32}", token)?,
        departments,
        rate: Rate::new(num, den).ok_or_else(|| fault("num", "1 to den, den at most 1,000,000"))?,
        minimum: read(body, "minimum", "a number", Value::as_u64)?,
    })
}

fn seats(body: &Value) -> Result<Vec<Seats>, PlanError> {
    let mut found: Vec<Seats> = Vec::new();
    for (path, value) in members(body, "departments")? {
        let within = |error: PlanError| error.within(&path);
        let id = read(value, "department", "an authority", authority).map_err(within)?;
        let department = id.to_string();
        if found.iter().any(|one| one.department == department) {
            return Err(fault(format!("{path}.department"), "each department once"));
        }
        let first = found.len();
        for (place, value) in members(value, "seats").map_err(within)? {
            let within = |error: PlanError| error.within(&place).within(&path);
            let qualification = match value.get("qualification") {
                None => None,
                Some(_) => Some(
                    read(value, "qualification", "[0-9A-Za-z_]{1,32}", token).map_err(within)?,
                ),
            };
            if found[first..]
                .iter()
                .any(|one| one.qualification == qualification)
            {
                let field = format!("{path}.{place}.qualification");
                return Err(fault(field, "each qualification once for a department"));
            }
            let count = read(value, "officers", "1 to 20", |value| {
                let count = u32::try_from(value.as_u64()?).ok()?;
                (1..=20).contains(&count).then_some(count)
            });
            found.push(Seats {
                department: department.clone(),
                qualification,
                count: count.map_err(within)?,
            });
        }
        let sent: u32 = found[first..].iter().map(|one| one.count).sum();
        if sent < 2 {
            return Err(fault(
                format!("{path}.seats"),
                "at least two officers for a target",
            ));
        }
    }
    match found.is_empty() {
        true => Err(fault("departments", "at least one department")),
        false => Ok(found),
    }
}

fn recusals(body: &Value) -> Result<BTreeSet<(String, String)>, PlanError> {
    let id = |value: &Value| {
        let text = value.as_str()?;
        is_draw_id(text).then(|| text.to_string())
    };
    let mut pairs = BTreeSet::new();
    for (path, value) in members(body, "recusals")? {
        let pair = |field| read(value, field, "[0-9A-Z]{1,32}", id).map_err(|e| e.within(&path));
        pairs.insert((pair("target_id")?, pair("officer_id")?));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests;
