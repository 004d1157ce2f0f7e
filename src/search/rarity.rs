//! How much each piece of what was typed counts in the second look: rare ones more than common ones, whichever engine counts them.

/// The least share of what was typed that an answer holds.
pub(super) const ENOUGH: f32 = 0.55;
/// What only sounds as typed.
pub(super) const SOUND: f32 = 0.8;
/// A piece that more documents than this share hold tells none apart: it is not looked for where there are rarer ones.
const COMMON: f64 = 0.2;

/// What pieces count that so many of the documents hold; 0 where one is not looked for, `None` where no document holds any of them.
pub(super) fn weights(counts: &[f64], documents: f64) -> Option<Vec<f64>> {
    let common = documents * COMMON;
    let rare = counts.iter().any(|count| *count > 0.0 && *count <= common);
    let looked_for = |count: f64| !rare || count <= common;
    let weight = |count: f64| ((documents + 1.0) / (count + 1.0)).ln().max(0.01);
    let held = counts.iter().copied().filter(|count| *count > 0.0);
    let held: Vec<f64> = held
        .filter(|count| looked_for(*count))
        .map(weight)
        .collect();
    if held.is_empty() {
        return None;
    }
    // What no document has may be the slip: it counts as any other.
    let average = held.iter().sum::<f64>() / held.len() as f64;
    let weights = counts.iter().map(|count| match *count {
        count if !looked_for(count) => 0.0,
        0.0 => average,
        count => weight(count),
    });
    Some(weights.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_pieces_count_more_and_common_ones_nothing_beside_them() {
        let rare = weights(&[1.0, 10.0, 0.0, 900.0], 1000.0).unwrap();
        assert!(rare[0] > rare[2] && rare[2] > rare[1] && rare[1] > 0.0);
        assert_eq!(rare[3], 0.0);
        let common = weights(&[500.0, 900.0, 0.0], 1000.0).unwrap();
        assert!(common[0] > common[1] && common[1] > 0.0);
        assert_eq!(weights(&[0.0, 0.0], 1000.0), None);
        assert_eq!(weights(&[], 1000.0), None);
    }
}
