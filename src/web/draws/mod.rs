//! Documents about plans and draws, made from docket, log, files and read model: the API answers with them, pages show them.
//!
//! Nothing is decided here: what stands of a plan is the docket's, what a draw gives is the verifier's function. What is dear
//! to make is kept for a while ([`Shelf`]); it can be made again at any time.

mod chance;
mod course;
mod fairness;
mod file;
mod handed;
mod library;
mod listing;
mod members;
mod outcome;
mod plan;
mod progress;
mod target;
mod tasks;

pub use chance::ChiSquare;
pub use course::Course;
pub use fairness::{
    DecidedBy, Fairness, OfficerFigures, PlanFigures, RepeatedTarget, RuleFigures, StratumFigures,
    SubstituteFigures, TargetFigures, TargetInPlan, TimesFigures,
};
pub use file::{DrawFile, escaped};
pub use handed::{HANDED, HandedIn};
pub use library::{LibraryTree, Shown, ShownLeaf, ShownTogether};
pub use listing::DrawnList;
pub use members::PlanLibrary;
pub use outcome::RuleResult;
pub use plan::{PlanFilter, PlanPage};
pub use progress::{DepartmentProgress, Progress};
pub use tasks::{Task, TaskOfficer};

use super::Portal;
use super::kept::Kept;
use super::limits::Searches;
use super::problem::{Problem, internal};
use crate::docket::{PlanState, Snapshot};
use crate::domain::Stored;
use actix_web::http::StatusCode;
use course::Courses;
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::names::PlanKey;
use gongshi_verify::time::Timestamp;
use serde_json::{Map, Value};

/// Libraries whose trees are kept.
const LIBRARIES: usize = 32;
/// Draws whose rules' results are kept.
const OUTCOMES: usize = 256;
/// Rounds of the beacon being checked at once; one more is answered 503.
const ROUNDS: usize = 4;
/// Plans whose progress is kept.
const PROGRESS: usize = 64;

/// Documents about a year's draws that are kept.
const YEARS: usize = 8;
/// Draws whose targets' order is kept.
const LISTS: usize = 32;
/// Such documents asked for at once; one more is answered 503.
const RECKONINGS: usize = 8;

/// What is kept of what is dear to make.
pub struct Shelf {
    /// By the index of the snapshot.
    libraries: Kept<u64, LibraryTree>,
    /// By the index of the draw.
    outcomes: Kept<u64, Vec<RuleResult>>,
    /// By the draw, what has changed since, and the cursor of the read model.
    progress: Kept<progress::ProgressKey, Progress>,
    /// Places of those who hand in rounds: checking one costs milliseconds, and anybody may.
    pub(super) rounds: Searches,
    /// By authority, year and the docket's cursor.
    fairness: Kept<(Option<String>, String, u64), Fairness>,
    /// Places of those who ask for such a document.
    reckonings: Searches,
    /// What drawn plans come to.
    folds: fairness::Folds,
    /// By the indexes of snapshots; none where they are too large together.
    side_by_side: Kept<Vec<u64>, Option<fairness::Libraries>>,
    /// By the draw and what has changed since.
    lists: Kept<(u64, usize, Option<u64>), DrawnList>,
    /// Plans that are over.
    courses: Courses,
}

impl Default for Shelf {
    fn default() -> Self {
        Shelf {
            libraries: Kept::new(LIBRARIES),
            outcomes: Kept::new(OUTCOMES),
            progress: Kept::new(PROGRESS),
            rounds: Searches::new(ROUNDS),
            fairness: Kept::new(YEARS),
            reckonings: Searches::new(RECKONINGS),
            folds: fairness::Folds::default(),
            side_by_side: Kept::new(YEARS),
            lists: Kept::new(LISTS),
            courses: Courses::default(),
        }
    }
}

impl Portal {
    /// A plan of the docket.
    ///
    /// # Errors
    /// 404 where the log has none with that key.
    pub fn plan(&self, key: &PlanKey) -> Result<PlanState, Problem> {
        let plan = self.intake.docket().plan(key);
        plan.map_err(|error| internal(&error))?
            .ok_or_else(|| Problem::not_found(format!("the log has no plan {key}")))
    }

    /// The draw of a plan.
    ///
    /// # Errors
    /// 404 where there is none, saying why.
    pub fn draw_of<'a>(&self, plan: &'a PlanState) -> Result<&'a crate::docket::Drawn, Problem> {
        plan.draw.as_ref().ok_or_else(|| {
            let stage = plan.stage(self.now()).name();
            let detail = match (&plan.cancelled, plan.due) {
                (Some(cancelled), _) => {
                    format!(
                        "plan {} was called off by entry {}",
                        plan.key, cancelled.index
                    )
                }
                (None, Some(due)) => format!(
                    "plan {} is not drawn yet ({stage}); its randomness is due at {}",
                    plan.key,
                    shown(due)
                ),
                (None, None) => format!(
                    "plan {} is not drawn yet ({stage}); secrets are revealed until {}",
                    plan.key,
                    shown(plan.t1)
                ),
            };
            Problem::new(StatusCode::NOT_FOUND, "plan-undrawn", detail)
        })
    }

    /// The log's time, in seconds since 1970.
    pub fn now(&self) -> i64 {
        self.intake.clock().now().unix()
    }

    fn snapshot(&self, index: u64) -> Result<Snapshot, Problem> {
        let snapshot = self.intake.docket().snapshot(index);
        let snapshot = snapshot.map_err(|error| internal(&error))?;
        snapshot.ok_or_else(|| Problem::not_found(format!("the log has no snapshot {index}")))
    }

    /// The tree of a library, read once.
    fn library(&self, snapshot: &Snapshot) -> Result<std::sync::Arc<LibraryTree>, Problem> {
        let read = || LibraryTree::read(&self.intake, snapshot);
        self.draws.libraries.get(snapshot.index, read)
    }

    /// Body of a public record.
    fn body(&self, index: u64) -> Result<Map<String, Value>, Problem> {
        let leaf = self.log.leaf(index)?;
        let stored = Stored::read(&leaf.entry, leaf.record.as_deref());
        let stored = stored.map_err(|error| internal(&error))?;
        let gone = || Problem::not_found(format!("the record of entry {index} is not public"));
        stored.body.ok_or_else(gone)
    }

    /// What the draw of a plan depends on, from its record.
    fn plan_record(&self, plan: &PlanState) -> Result<(Map<String, Value>, Plan), Problem> {
        let body = self.body(plan.index)?;
        let text = Value::Object(body.clone()).to_string();
        let value = gongshi_verify::json::parse(text).map_err(|error| internal(&error))?;
        let read = Plan::from_body(&value).map_err(|error| internal(&error))?;
        Ok((body, read))
    }
}

/// A time of the log as documents have it.
fn shown(seconds: i64) -> String {
    Timestamp::from_unix(seconds).map_or_else(|| seconds.to_string(), |time| time.to_string())
}
