//! Fair over time: a year's draws together. What was declared and what was drawn, who was drawn again, how officers' load lies,
//! how often somebody was replaced.
//!
//! Of sealed draws nobody outside knows the classes, so what needs them is told of open draws only. Bounded in plans and in
//! leaves read; what is beyond is said to be left out. What a plan comes to is kept (fold.rs), and so is the whole until the log
//! says more of draws: a visit costs neither again.

mod figures;
mod fold;
mod library;
mod tally;
mod target;
mod times;

pub use figures::{
    DecidedBy, Fairness, OfficerFigures, PlanFigures, RepeatedTarget, RuleFigures, StratumFigures,
    SubstituteFigures, TargetFigures, TargetInPlan, TimesFigures,
};
pub(super) use fold::Folds;
pub(super) use library::Libraries;

use crate::docket::PlanState;
use crate::domain::dates::day_in_china;
use crate::web::Portal;
use crate::web::problem::{Problem, internal};
use actix_web::http::StatusCode;
use fold::PlanFold;
use rayon::prelude::*;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

/// Drawn plans in one answer; of more, the newest.
const MOST_PLANS: usize = 1000;

impl Portal {
    /// Works out what the draws of the present year come to, before the first reader waits for it.
    pub fn reckon_year(&self) {
        let year = day_in_china(self.now()).year().to_string();
        if let Err(problem) = self.fairness(None, &year) {
            tracing::warn!(
                detail = problem.detail,
                "the draws of this year were not worked out"
            );
        }
    }

    /// The draws of plans whose key names the year, of one authority or of all.
    ///
    /// # Errors
    /// `overloaded` where too many such documents are being made.
    pub fn fairness(&self, authority: Option<&str>, year: &str) -> Result<Arc<Fairness>, Problem> {
        let cursor = self.intake.docket().cursor();
        let cursor = cursor.map_err(|error| internal(&error))?;
        let _place = self.reckoning()?;
        let key = (authority.map(str::to_owned), year.to_owned(), cursor);
        self.draws
            .fairness
            .get(key, || self.reckoned(authority, year, cursor))
    }

    /// A place among those who ask for such documents.
    fn reckoning(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.draws.reckonings.begin().ok_or_else(|| {
            let detail = "too many documents of this sort are being made";
            let mut problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", detail);
            problem.retry_after = Some(5);
            problem
        })
    }

    fn reckoned(
        &self,
        authority: Option<&str>,
        year: &str,
        log_size: u64,
    ) -> Result<Fairness, Problem> {
        let (states, left_out) = self.drawn_plans(authority, year)?;
        let folds = self.folds(&states)?;
        let plans: Vec<&PlanFigures> = folds.iter().map(|fold| &fold.figures).collect();
        let (strata, strata_test) = tally::strata(&plans);
        Ok(Fairness {
            authority: authority.map(str::to_owned),
            year: year.to_owned(),
            log_size,
            left_out,
            strata,
            strata_test,
            times: self.times(&folds)?,
            officers: self.officers(&folds)?,
            substitutes: tally::substitutes(&folds),
            plans: plans.into_iter().cloned().collect(),
        })
    }

    /// What each plan comes to; those that are not kept are read on all cores.
    fn folds(&self, states: &[PlanState]) -> Result<Vec<Arc<PlanFold>>, Problem> {
        let folds = states.par_iter().map(|state| self.plan_fold(state));
        folds.collect()
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
}
