//! One target over a year's draws, whatever plans and authorities they are of: how often its chances together let it be drawn,
//! and how often it was. Splitting one plan into many does not hide here.

use super::figures::{TargetFigures, TargetInPlan};
use super::fold::PlanFold;
use crate::docket::PlanState;
use crate::web::Portal;
use crate::web::draws::Shown;
use crate::web::problem::{Problem, internal};
use gongshi_verify::draw::leaf::Leaf;
use gongshi_verify::names::PlanKey;
use std::collections::HashMap;

impl Portal {
    /// A target over the drawn plans of a year.
    ///
    /// # Errors
    /// `overloaded` where too many such documents are being made.
    pub fn target_fairness(
        &self,
        id: &str,
        authority: Option<&str>,
        year: &str,
    ) -> Result<TargetFigures, Problem> {
        let docket = self.intake.docket();
        let log_size = docket.cursor().map_err(|error| internal(&error))?;
        let _place = self.reckoning()?;
        let (states, left_out) = self.drawn_plans(authority, year)?;
        let folds = self.folds(&states)?;
        let mut leaves: HashMap<u64, Option<String>> = HashMap::new();
        let mut told = TargetFigures {
            target_id: id.to_owned(),
            authority: authority.map(str::to_owned),
            year: year.to_owned(),
            log_size,
            left_out,
            plans: Vec::new(),
            expected: 0.0,
            drawn: 0,
            sealed_expected: [0.0; 2],
            sealed_drawn: 0,
        };
        for (state, fold) in states.iter().zip(&folds) {
            let line = match leaves.get(&fold.objects) {
                Some(line) => line.clone(),
                None => {
                    let line = self.leaf_of(fold.objects, id)?;
                    leaves.insert(fold.objects, line.clone());
                    line
                }
            };
            let Some(chance) = line.and_then(|line| chance(fold, &line)) else {
                continue;
            };
            let drawn = self.is_drawn(state, id)?;
            if fold.figures.sealed {
                for (sum, one) in told.sealed_expected.iter_mut().zip(chance) {
                    *sum += one;
                }
                told.sealed_drawn += u64::from(drawn == Some(true));
            } else {
                told.expected += chance[0];
                told.drawn += u64::from(drawn == Some(true));
            }
            told.plans.push(TargetInPlan {
                key: fold.figures.key.clone(),
                name: fold.figures.name.clone(),
                draw: fold.figures.draw,
                sealed: fold.figures.sealed,
                chance,
                drawn,
            });
        }
        Ok(told)
    }

    fn leaf_of(&self, snapshot: u64, id: &str) -> Result<Option<String>, Problem> {
        let tree = self.library(&self.snapshot(snapshot)?)?;
        Ok(match tree.show(&self.intake, id)? {
            Shown::Leaf(leaf) => Some(leaf.line),
            Shown::Absent(..) => None,
        })
    }

    /// Whether a draw drew it; one that took another's place was not drawn.
    fn is_drawn(&self, state: &PlanState, id: &str) -> Result<Option<bool>, Problem> {
        if state.sealed && state.opening.is_none() {
            return Ok(None);
        }
        let key = PlanKey::parse(&state.key).map_err(|error| internal(&error))?;
        let target = self.intake.docket().target(&key, id);
        let target = target.map_err(|error| internal(&error))?;
        Ok(Some(target.is_some_and(|target| target.replaces.is_none())))
    }
}

/// The chance of a leaf, from and to; none where no rule can draw it.
fn chance(fold: &PlanFold, line: &str) -> Option<[f64; 2]> {
    match Leaf::parse(line).ok()? {
        Leaf::Target(target) => fold.chance(&target).map(|chance| [chance; 2]),
        Leaf::Sealed(target) => target.exclusion.is_none().then(|| fold.rates()),
        Leaf::Officer(_) => None,
    }
}
