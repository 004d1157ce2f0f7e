//! What the docket keeps of libraries, item lists, plans and drawn targets, as it stands in its database (JSON).
//!
//! Times are seconds since 1970, days `YYYY-MM-DD`. Texts are copied from records that were checked when they were accepted.

use gongshi_verify::draw::plan::Plan;
use gongshi_verify::draw::secrets::{self, Commit, Reveal};
use gongshi_verify::encoding::hex32;
use gongshi_verify::hash::Hash;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A frozen library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Index of its record.
    pub index: u64,
    /// Leaf hash of its entry, 64 hex digits.
    pub leaf_hash: String,
    /// Who published it.
    pub authority: String,
    /// Six digits.
    pub region: String,
    /// `objects` or `officers`.
    pub library: String,
    /// Name for people.
    pub name: String,
    /// Whether classes are sealed.
    pub sealed: bool,
    /// Number of leaves.
    pub count: u64,
    /// Root over the leaves, 64 hex digits.
    pub root: String,
    /// SHA-256 of the file of leaves, 64 hex digits.
    pub leaves: String,
    /// The day it shows.
    pub as_of: String,
    /// When the log took it.
    pub logged_at: i64,
    /// From when on plans may use it.
    pub usable_from: i64,
}

/// A list of inspection items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemListState {
    /// Index of its record.
    pub index: u64,
    /// Who published it.
    pub authority: String,
    /// Six digits.
    pub region: String,
    /// What is inspected by it, such as `random_inspection`.
    pub list_type: String,
    /// The day it takes effect.
    pub effective_on: String,
    /// Index of the list that took its place.
    pub replaced_by: Option<u64>,
}

/// An item that a plan inspects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanItem {
    /// Authority of the list it is on.
    pub list_authority: String,
    /// Its code there.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A contributor's commit, the first of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Committed {
    /// Who.
    pub contributor: String,
    /// Index of the entry.
    pub index: u64,
    /// When the log took it.
    pub logged_at: i64,
    /// 64 hex digits.
    pub commitment: String,
}

/// A contributor's secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revealed {
    /// Who.
    pub contributor: String,
    /// Index of the entry.
    pub index: u64,
    /// When the log took it.
    pub logged_at: i64,
    /// 64 hex digits.
    pub secret: String,
}

/// A draw as recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// Index of the entry.
    pub index: u64,
    /// Leaf hash of the entry, 64 hex digits.
    pub leaf_hash: String,
    /// Who recorded it.
    pub authority: String,
    /// When the log took it.
    pub logged_at: i64,
    /// Number of targets.
    pub count: u64,
    /// R, 64 hex digits.
    pub random_value: String,
    /// The seed, 64 hex digits.
    pub seed: String,
    /// Of a sealed draw: the root over its list, 64 hex digits.
    pub sealed_root: Option<String>,
}

/// How a plan was called off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    /// Index of the entry.
    pub index: u64,
    /// When the log took it.
    pub logged_at: i64,
    /// Code of the reason.
    pub reason: String,
}

/// One replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Substituted {
    /// Index of the entry.
    pub index: u64,
    /// `target` or `officer`.
    pub kind: String,
    /// Department of an officer's seat.
    pub department: Option<String>,
}

/// A drawing of the lottery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lottery {
    /// Code of the game.
    pub game: String,
    /// Its number.
    pub issue: String,
}

/// A plan and all that has become of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanState {
    /// Its key.
    pub key: String,
    /// Index of its record.
    pub index: u64,
    /// Leaf hash of its entry, 64 hex digits.
    pub leaf_hash: String,
    /// Whose plan it is.
    pub authority: String,
    /// Six digits.
    pub region: String,
    /// Name for people.
    pub name: String,
    /// When the log took it.
    pub logged_at: i64,
    /// Code: single or joint.
    pub scope: String,
    /// Code: which level draws and which inspects.
    pub mode: String,
    /// Code: directed or not.
    pub draw_type: String,
    /// What is inspected.
    pub items: Vec<PlanItem>,
    /// Departments that send officers, in the plan's order.
    pub departments: Vec<String>,
    /// Code: where the randomness comes from.
    pub randomness: String,
    /// Round of the beacon.
    pub round: Option<u64>,
    /// Drawing of the lottery.
    pub lottery: Option<Lottery>,
    /// Steps of the delay, as a power of two.
    pub delay_log2: Option<u64>,
    /// What the plan does when its randomness never comes.
    pub fallback: String,
    /// Who brings secrets, in the plan's order.
    pub contributors: Vec<String>,
    /// Those of them who have no part in the draw: neither departments of the plan nor the operator.
    pub independent: Vec<String>,
    /// By then all is fixed.
    pub t0: i64,
    /// Until then secrets are revealed.
    pub t1: i64,
    /// When the value from outside is due; none of a delay.
    pub due: Option<i64>,
    /// First day of the inspections.
    pub check_from: String,
    /// Last day of the inspections.
    pub check_to: String,
    /// By then results are published.
    pub result_deadline: i64,
    /// Whether the library's classes are sealed.
    pub sealed: bool,
    /// Index of the snapshot of objects.
    pub objects: u64,
    /// Index of the snapshot of officers.
    pub officers: u64,
    /// Indexes of the draws that keep officers from targets they have met, the latest first.
    pub earlier: Vec<u64>,
    /// First commit of each contributor.
    pub commits: Vec<Committed>,
    /// Secrets that count.
    pub reveals: Vec<Revealed>,
    /// Whether, when and why it was called off.
    pub cancelled: Option<Cancelled>,
    /// The operator's notice that its round did not come, 72 hours after it was due.
    pub lapsed: Option<u64>,
    /// Its draw.
    pub draw: Option<Drawn>,
    /// Replacements, in order.
    pub substitutes: Vec<Substituted>,
    /// The entry that opened a sealed draw's list.
    pub opening: Option<u64>,
}

/// Where a plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Until t0: commits are made, the plan may still be called off.
    Preparing,
    /// From t0 to t1: secrets are revealed.
    Revealing,
    /// The randomness is not there yet.
    Waiting,
    /// The randomness is there; the draw is not recorded.
    Due,
    /// A delay for which nobody independent has brought a secret: there is no draw.
    Void,
    /// Its round never came.
    Lapsed,
    /// Drawn.
    Drawn,
    /// Called off.
    Cancelled,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: &[Stage] = &[
        Stage::Preparing,
        Stage::Revealing,
        Stage::Waiting,
        Stage::Due,
        Stage::Void,
        Stage::Lapsed,
        Stage::Drawn,
        Stage::Cancelled,
    ];

    /// Name in the API and in catalogue keys (`plan-stage-<name>`).
    pub fn name(self) -> &'static str {
        match self {
            Stage::Preparing => "preparing",
            Stage::Revealing => "revealing",
            Stage::Waiting => "waiting",
            Stage::Due => "due",
            Stage::Void => "void",
            Stage::Lapsed => "lapsed",
            Stage::Drawn => "drawn",
            Stage::Cancelled => "cancelled",
        }
    }
}

impl PlanState {
    /// Where it stands at a time.
    pub fn stage(&self, now: i64) -> Stage {
        let known = self.known_at();
        match self {
            PlanState {
                cancelled: Some(_), ..
            } => Stage::Cancelled,
            PlanState { draw: Some(_), .. } => Stage::Drawn,
            PlanState {
                lapsed: Some(_), ..
            } => Stage::Lapsed,
            _ if now <= self.t0 && self.t0 < known => Stage::Preparing,
            _ if now <= self.t1 && !self.contributors.is_empty() => Stage::Revealing,
            _ if self.is_void(now) => Stage::Void,
            _ if now < known => Stage::Waiting,
            _ => Stage::Due,
        }
    }

    /// Whether its delay came to nothing: the time of reveals is over, and nobody independent has brought a secret.
    pub fn is_void(&self, now: i64) -> bool {
        let independent = |one: &Revealed| self.independent.contains(&one.contributor);
        self.randomness == "delay" && now > self.t1 && !self.reveals.iter().any(independent)
    }

    /// From when on it can be drawn: what comes from outside is due, and nobody can reveal any more.
    pub fn known_at(&self) -> i64 {
        self.due.unwrap_or(i64::MIN).max(self.t1 + 1)
    }

    /// For each contributor, in the plan's order, the secret that counts.
    pub fn secrets(&self, plan: &Plan) -> Vec<(AuthorityId, Option<Hash>)> {
        let id = |text: &str| AuthorityId::parse(text).ok();
        let at = |seconds: i64| Timestamp::from_unix(seconds);
        let commits = self.commits.iter().filter_map(|one| {
            Some(Commit {
                contributor: id(&one.contributor)?,
                index: one.index,
                logged_at: at(one.logged_at)?,
                commitment: hex32(&one.commitment).ok()?,
            })
        });
        let reveals = self.reveals.iter().filter_map(|one| {
            Some(Reveal {
                contributor: id(&one.contributor)?,
                logged_at: at(one.logged_at)?,
                secret: hex32(&one.secret).ok()?,
            })
        });
        secrets::counting(
            plan,
            &commits.collect::<Vec<_>>(),
            &reveals.collect::<Vec<_>>(),
        )
    }
}

/// An officer on a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Whose officer.
    pub department: String,
    /// Qualification asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qualification: Option<String>,
    /// Number among those of the same department and qualification, from 1.
    pub seat_no: u32,
    /// Pseudonym; `None` of a seat that nobody may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer_id: Option<String>,
}

/// A target that a plan's draw sends officers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetState {
    /// Its id.
    pub target_id: String,
    /// Place in the order of the draw, from 0; of a substitute none.
    pub place: Option<u64>,
    /// Stratum of the rule that drew it; empty of a sealed draw.
    pub stratum: String,
    /// 64 hex digits; empty of a sealed draw.
    pub ticket: String,
    /// Who goes there now.
    pub seats: Vec<Seat>,
    /// Who took its place.
    pub replaced_by: Option<String>,
    /// Whose place it took.
    pub replaces: Option<String>,
}

impl TargetState {
    /// Whether a department sends officers there.
    pub fn is_visited_by(&self, department: &str) -> bool {
        self.seats.iter().any(|seat| seat.department == department)
    }
}
