//! How often targets were drawn in a year's open draws, and how often chance alone would have drawn them.

use super::figures::{RepeatedTarget, TimesFigures};
use super::fold::PlanFold;
use crate::web::Portal;
use crate::web::draws::chance::{self, Times};
use crate::web::problem::Problem;
use gongshi_verify::draw::leaf::Leaf;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Targets that are named.
const NAMED: usize = 200;
/// Sums of the counts that are settled beforehand: of the targets, and of all their draws.
const FIXED: usize = 2;

impl Portal {
    /// Over all open draws; none where their libraries are too large together.
    pub(super) fn times(&self, folds: &[Arc<PlanFold>]) -> Result<Option<TimesFigures>, Problem> {
        let mut by_library: BTreeMap<u64, Vec<&PlanFold>> = BTreeMap::new();
        for one in folds.iter().filter(|one| !one.figures.sealed) {
            by_library.entry(one.objects).or_default().push(one);
        }
        let snapshots: Vec<u64> = by_library.keys().copied().collect();
        let libraries = self.side_by_side(&snapshots)?;
        let Some(libraries) = libraries.as_ref() else {
            return Ok(None);
        };
        // Of each library, for each of its kinds: the chances in its plans, and their sum.
        let chances: Vec<Vec<(Vec<f64>, f64)>> = by_library
            .values()
            .zip(&libraries.kinds)
            .map(|(plans, kinds)| kinds.iter().map(|kind| chances(plans, kind)).collect())
            .collect();
        let mut sums = Sums::default();
        for (own, count) in &libraries.groups {
            let kinds = own.iter().zip(&chances);
            let own =
                kinds.filter_map(|(place, kinds)| kinds.get(place.as_ref().copied()? as usize));
            sums.add(own, *count);
        }
        Ok(Some(figures(sums, folds)))
    }
}

/// The chances of a target of which a library says this, in the plans that draw from the library; and their sum, in which what
/// drew all of a stratum counts for one.
fn chances(plans: &[&PlanFold], kind: &str) -> (Vec<f64>, f64) {
    let line = format!("ddraw/1|target|X|{kind}");
    let Ok(Leaf::Target(target)) = Leaf::parse(&line) else {
        return (Vec::new(), 0.0);
    };
    let mut sum = 0.0;
    let mut chances = Vec::new();
    for plan in plans {
        let chance = plan.chance(&target).unwrap_or_default();
        sum += chance;
        if chance > 0.0 && !plan.takes_all_of(target.stratum) {
            chances.push(chance);
        }
    }
    (chances, sum)
}

/// Sums over targets.
#[derive(Default)]
struct Sums {
    targets: u64,
    expected: [f64; 4],
    highest: f64,
    highest_targets: u64,
}

impl Sums {
    /// So many targets with these chances.
    fn add<'a>(&mut self, libraries: impl Iterator<Item = &'a (Vec<f64>, f64)>, count: u64) {
        let (mut times, mut sum) = (Times::default(), 0.0);
        for (chances, own) in libraries {
            times = chances.iter().fold(times, |times, one| times.after(*one));
            sum += own;
        }
        self.targets += count;
        for (expected, one) in self.expected.iter_mut().zip(times.0) {
            *expected += one * count as f64;
        }
        // Sums that differ by rounding alone are one.
        if (sum - self.highest).abs() < 1e-9 {
            self.highest_targets += count;
        } else if sum > self.highest {
            (self.highest, self.highest_targets) = (sum, count);
        }
    }
}

fn figures(sums: Sums, folds: &[Arc<PlanFold>]) -> TimesFigures {
    let ids = folds.iter().flat_map(|fold| fold.ids());
    let mut times: HashMap<&str, u64> = HashMap::new();
    for id in ids {
        *times.entry(id).or_default() += 1;
    }
    let mut drawn = [0; 4];
    let mut repeated: Vec<(&str, u64)> = Vec::new();
    for (id, times) in &times {
        drawn[usize::try_from(*times).unwrap_or(3).min(3)] += 1;
        if *times > 1 {
            repeated.push((id, *times));
        }
    }
    drawn[0] = sums.targets.saturating_sub(times.len() as u64);
    repeated.sort_unstable_by(|one, other| (other.1, one.0).cmp(&(one.1, other.0)));
    let named = repeated
        .iter()
        .take(NAMED)
        .map(|(id, times)| RepeatedTarget {
            target_id: (*id).to_owned(),
            times: *times,
        });
    let classes = drawn.iter().map(|n| *n as f64).zip(sums.expected);
    TimesFigures {
        targets: sums.targets,
        drawn,
        expected: sums.expected,
        test: chance::of_classes(&classes.collect::<Vec<_>>(), FIXED),
        certain: folds.iter().map(|fold| fold.certain).sum(),
        highest_sum: sums.highest,
        highest_targets: sums.highest_targets,
        repeated: named.collect(),
    }
}
