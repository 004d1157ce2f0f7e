//! What is told of a year's draws, as `GET /api/v1/fairness` answers it: shapes and meanings alone, nothing is computed here.

use super::super::chance::ChiSquare;
use serde::Serialize;
use utoipa::ToSchema;

/// A year's draws.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
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
    /// How far the counts of rules that their rate alone decides are from it: over strata in which 5 or more are expected of
    /// such rules, the sum of `(drawn − expected)² / variance`.
    pub strata_test: Option<ChiSquare>,
    /// How often the targets of open draws were drawn; none where their libraries are too large together.
    pub times: Option<TimesFigures>,
    /// Seats of officers by department.
    pub officers: Vec<OfficerFigures>,
    /// Replacements by department.
    pub substitutes: Vec<SubstituteFigures>,
}

/// One drawn plan.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
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

/// What decided how many a rule draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// Its rate, rounded up.
    Rate,
    /// Its minimum, which is more.
    Minimum,
    /// All it covers are drawn, k = n′: targeted, not random.
    All,
}

impl DecidedBy {
    /// Its name in documents.
    pub fn name(self) -> &'static str {
        match self {
            DecidedBy::Rate => "rate",
            DecidedBy::Minimum => "minimum",
            DecidedBy::All => "all",
        }
    }
}

/// One rule of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
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
    /// What decided how many are drawn; unknown of a sealed draw, none of a rule that covers nobody.
    pub decided_by: Option<DecidedBy>,
}

/// One stratum over the year's open draws.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
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
    /// Rules in it that the test leaves out: decided by a minimum, or drawing all they cover.
    pub untested: u64,
}

/// How often targets were drawn in open draws, where it was up to chance: what drew all of a stratum is left out.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TimesFigures {
    /// Targets in the libraries, each once.
    pub targets: u64,
    /// How many were drawn never, once, twice, three times or more.
    pub drawn: [u64; 4],
    /// How many chance alone lets one expect, each draw by itself: a target's chance in a draw is the highest `drawn / eligible`
    /// among the rules that cover it.
    pub expected: [f64; 4],
    /// The one against the other. Two sums are fixed beforehand, of the targets and of all their draws, so that there are two
    /// degrees of freedom fewer than classes.
    pub test: Option<ChiSquare>,
    /// Targets that were drawn with the whole of their stratum, by draws: left out above.
    pub certain: u64,
    /// The highest sum of chances over all draws that a target has, whatever plans they are of.
    pub highest_sum: f64,
    /// Targets that have it.
    pub highest_targets: u64,
    /// Targets drawn twice or more, most often first, by id; at most 200.
    pub repeated: Vec<RepeatedTarget>,
}

/// A target drawn more than once.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RepeatedTarget {
    /// Its id.
    pub target_id: String,
    /// How often.
    pub times: u64,
}

/// How the seats of a department's officers lie.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
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
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
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

/// One target over a year's draws: how often it was to be expected among the drawn, and how often it was.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TargetFigures {
    /// Its id.
    pub target_id: String,
    /// Whose plans; of all where none.
    pub authority: Option<String>,
    /// The year their keys name.
    pub year: String,
    /// Everything that was logged of draws before this entry is in it.
    pub log_size: u64,
    /// Drawn plans of the year that are not in it, being too many.
    pub left_out: u64,
    /// Draws that it could be drawn in, newest first.
    pub plans: Vec<TargetInPlan>,
    /// Sum of its chances in the open draws.
    pub expected: f64,
    /// Open draws that drew it.
    pub drawn: u64,
    /// Sums over the sealed draws of the lowest and of the highest chance that their rates leave: its class is not public.
    pub sealed_expected: [f64; 2],
    /// Sealed draws, opened by now, that drew it.
    pub sealed_drawn: u64,
}

/// One draw that a target could be drawn in.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TargetInPlan {
    /// The plan's key.
    pub key: String,
    /// The plan's name.
    pub name: String,
    /// Index of its draw.
    pub draw: u64,
    /// Whether its library is sealed.
    pub sealed: bool,
    /// Its chance: of an open draw twice the same number; of a sealed one the lowest and the highest that the rates leave.
    pub chance: [f64; 2],
    /// Whether it was drawn; unknown of a sealed draw until its list is opened.
    pub drawn: Option<bool>,
}
