//! What chance leads one to expect, and how far what happened is from it: numbers alone, from numbers.
//!
//! Everything that goes in stands in the document beside what comes out, so that anyone computes it again.

use serde::Serialize;
use utoipa::ToSchema;

/// A cell counts only where so many are expected: the distribution of the statistic is no good for fewer.
pub const LEAST_EXPECTED: f64 = 5.0;

/// A chi-square test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct ChiSquare {
    /// The statistic.
    pub statistic: f64,
    /// Degrees of freedom.
    pub degrees_of_freedom: u32,
    /// How often chance alone gives a statistic as large or larger.
    pub p_value: f64,
}

impl ChiSquare {
    fn new(statistic: f64, degrees_of_freedom: u32) -> Option<Self> {
        (degrees_of_freedom > 0).then(|| ChiSquare {
            statistic,
            degrees_of_freedom,
            p_value: tail(statistic, degrees_of_freedom),
        })
    }
}

/// How likely a chi-square variable of so many degrees of freedom is above a value: for whole degrees a finite sum, so that no
/// library of statistics is needed (with h = value/2: of even ones `Σ e^(−h)·h^i/i!`, i from 0 below degrees/2; of odd ones the
/// same over halves, i = ½, 1½ …, and `erfc(√h)` besides).
fn tail(value: f64, degrees: u32) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let half = value / 2.0;
    let odd = degrees % 2 == 1;
    let first = if odd { 0.5 } else { 0.0 };
    // Each by its logarithm: neither e^(−h) nor the powers fit a number of their own for large values.
    let term = |i: u32| {
        let i = f64::from(i) + first;
        (i * half.ln() - half - libm::lgamma(i + 1.0)).exp()
    };
    let sum: f64 = (0..degrees / 2).map(term).sum();
    let rest = if odd { libm::erfc(half.sqrt()) } else { 0.0 };
    (sum + rest).min(1.0)
}

/// Counts of independent drawings against what was declared: for each its count, its expectation and its variance, the sum of
/// `(count − expected)² / variance` over those with [`LEAST_EXPECTED`] or more expected and a variance. None without any.
pub fn of_counts(cells: impl Iterator<Item = (f64, f64, f64)>) -> Option<ChiSquare> {
    let (mut statistic, mut degrees) = (0.0, 0);
    for (count, expected, variance) in cells {
        if expected >= LEAST_EXPECTED && variance > 0.0 {
            statistic += (count - expected).powi(2) / variance;
            degrees += 1;
        }
    }
    ChiSquare::new(statistic, degrees)
}

/// A count in each of several classes that exhaust a whole against what was expected in it. Classes at the end with fewer than
/// [`LEAST_EXPECTED`] expected are taken together with the one before. `fixed` sums over the classes were settled beforehand,
/// whatever chance did (that of the counts is one): each leaves a degree of freedom less, and without any left there is no test.
pub fn of_classes(classes: &[(f64, f64)], fixed: usize) -> Option<ChiSquare> {
    let mut merged: Vec<(f64, f64)> = Vec::new();
    for class in classes.iter().rev() {
        match merged.last_mut() {
            Some(last) if last.1 < LEAST_EXPECTED => *last = (last.0 + class.0, last.1 + class.1),
            _ => merged.push(*class),
        }
    }
    merged.retain(|class| class.1 > 0.0);
    let enough = merged.iter().all(|class| class.1 >= LEAST_EXPECTED);
    let degrees = u32::try_from(merged.len().checked_sub(fixed)?).ok()?;
    let statistic = merged
        .iter()
        .map(|(count, expected)| (count - expected).powi(2) / expected);
    ChiSquare::new(statistic.sum(), degrees).filter(|_| enough && degrees > 0)
}

/// How likely a target is to have been drawn not at all, once, twice, and three times or more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Times(pub [f64; 4]);

impl Default for Times {
    fn default() -> Self {
        Times([1.0, 0.0, 0.0, 0.0])
    }
}

impl Times {
    /// After one more draw that draws the target with this chance, whatever the others gave.
    pub fn after(self, chance: f64) -> Self {
        let Times([none, once, twice, more]) = self;
        let not = 1.0 - chance;
        Times([
            none * not,
            once * not + none * chance,
            twice * not + once * chance,
            more + twice * chance,
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Known values of the distribution: 5 % and 1 % points of the tables.
    #[test]
    fn the_tail_is_that_of_the_tables() {
        for (statistic, degrees, p) in [
            (3.841_458_82, 1, 0.05),
            (5.991_464_55, 2, 0.05),
            (18.307_038_05, 10, 0.05),
            (135.806_723, 100, 0.01),
            (0.0, 3, 1.0),
            (1.0, 1, 0.317_310_507_86),
            (2.365_973_88, 3, 0.5),
            (4_000.0, 4_000, 0.497_026_451_56),
            (5_000.0, 1, 0.0),
            // By integrating the density.
            (0.5, 1, 0.479_500_122),
            (7.0, 2, 0.030_197_383),
            (25.0, 7, 0.000_758_8),
        ] {
            let found = ChiSquare::new(statistic, degrees).unwrap().p_value;
            assert!((found - p).abs() < 1e-7, "{statistic} {degrees}: {found}");
        }
        assert_eq!(ChiSquare::new(1.0, 0), None);
    }

    #[test]
    fn cells_without_enough_expected_do_not_count() {
        let cells = [(12.0, 10.0, 8.0), (1.0, 4.9, 4.0), (30.0, 30.0, 0.0)];
        let found = of_counts(cells.into_iter()).unwrap();
        assert_eq!((found.statistic, found.degrees_of_freedom), (0.5, 1));
        assert_eq!(of_counts([(1.0, 1.0, 1.0)].into_iter()), None);
        // 3 and 2 expected at the end go to the class before.
        let found = of_classes(&[(60.0, 50.0), (30.0, 40.0), (4.0, 3.0), (1.0, 2.0)], 1).unwrap();
        assert_eq!(found.degrees_of_freedom, 2);
        let expected = 100.0 / 50.0 + 100.0 / 40.0;
        assert!((found.statistic - expected).abs() < 1e-9, "{found:?}");
        let once_more = of_classes(&[(60.0, 50.0), (30.0, 40.0), (5.0, 5.0)], 2).unwrap();
        assert_eq!(once_more.degrees_of_freedom, 1);
        assert!(
            (once_more.statistic - expected).abs() < 1e-9,
            "{once_more:?}"
        );
        assert_eq!(of_classes(&[(60.0, 50.0), (30.0, 40.0)], 2), None);
        assert_eq!(of_classes(&[(9.0, 9.0), (0.0, 0.0)], 1), None);
        assert_eq!(of_classes(&[], 1), None);
    }

    proptest! {
        /// Every target is drawn some number of times, and on average as often as its chances say.
        #[test]
        fn times_add_up(chances in prop::collection::vec(0.0..=1.0f64, 0..3)) {
            let times = chances.iter().fold(Times::default(), |times, chance| times.after(*chance)).0;
            prop_assert!((times.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let mean: f64 = times.iter().zip([0.0, 1.0, 2.0, 3.0]).map(|(p, n)| p * n).sum();
            prop_assert!((mean - chances.iter().sum::<f64>()).abs() < 1e-12);
        }
    }
}
