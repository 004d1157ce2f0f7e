//! Shares, tests and distributions of the page on fairness over time, in words and bars. Knows nothing of plans.

use super::super::Visit;
use crate::text::Arg;
use crate::web::draws::ChiSquare;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(super) struct Test {
    statistic: String,
    degrees: u32,
    p: String,
    /// What it comes to, in words.
    words: String,
}

#[derive(Serialize)]
pub(super) struct Times {
    label: String,
    found: u64,
    expected: String,
    found_part: u64,
    expected_part: u64,
}

/// How many officers have how many seats, fewest first.
pub(super) fn loads(each: &[(String, u64)]) -> Vec<(u64, usize, usize)> {
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for (_, seats) in each {
        *counts.entry(*seats).or_default() += 1;
    }
    let most = counts.values().copied().max().unwrap_or(1);
    let part = |(seats, people)| (seats, people, people * 100 / most);
    counts.into_iter().map(part).collect()
}

pub(super) fn share(part: f64, whole: f64) -> f64 {
    match whole > 0.0 {
        true => part / whole,
        false => 0.0,
    }
}

pub(super) fn test(visit: &Visit, test: ChiSquare) -> Test {
    let words = match test.p_value {
        p if p < 0.001 => "page-fairness-p-tiny",
        p if p < 0.05 => "page-fairness-p-small",
        p if p > 0.999 => "page-fairness-p-large",
        _ => "page-fairness-p-usual",
    };
    let p = match test.p_value < 0.001 {
        true => "< 0.001".to_owned(),
        false => format!("{:.3}", test.p_value),
    };
    // Such as "in 7 of 100 cases".
    let per_thousand = (test.p_value * 1000.0).round() as i64;
    Test {
        statistic: format!("{:.2}", test.statistic),
        degrees: test.degrees_of_freedom,
        p,
        words: visit.say(words, &[("n", Arg::Number(per_thousand))]),
    }
}

pub(super) fn bars(visit: &Visit, found: [u64; 4], expected: [f64; 4]) -> Vec<Times> {
    let labels = [
        "page-fairness-never",
        "page-fairness-once",
        "page-fairness-twice",
        "page-fairness-thrice",
    ];
    let most = found.iter().map(|n| *n as f64).chain(expected);
    let most = most.fold(1.0, f64::max);
    let part = |n: f64| (n / most * 100.0) as u64;
    labels
        .into_iter()
        .zip(found.into_iter().zip(expected))
        .map(|(label, (found, expected))| Times {
            label: visit.word(label),
            found,
            expected: format!("{expected:.1}"),
            found_part: part(found as f64),
            expected_part: part(expected),
        })
        .collect()
}
