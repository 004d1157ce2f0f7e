//! What records are called: few texts, of which every record has some. They are known whole, so that a piece of one is looked for among them.

use std::collections::BTreeSet;

/// Labels that a piece may stand in; a piece of more tells nothing.
const MOST: usize = 300;
/// Characters of the shortest piece.
const SHORTEST: usize = 2;

/// The folded labels that a folded piece stands in; none of a piece that stands in more than [`MOST`].
pub(super) fn labels_with<'a>(
    labels: &'a BTreeSet<String>,
    piece: &str,
) -> impl Iterator<Item = &'a String> + use<'a> {
    let long = piece.chars().nth(SHORTEST - 1).is_some();
    let held = labels.iter().filter(|label| long && label.contains(piece));
    let held: Vec<&String> = held.take(MOST + 1).collect();
    let telling = held.len() <= MOST;
    held.into_iter().filter(move |_| telling)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_stands_in_some_labels_and_tells_nothing_in_too_many() {
        let labels = ["行政处罚决定书", "行政许可决定", "岐山县市监局"];
        let mut labels: BTreeSet<String> = labels.map(str::to_owned).into();
        let found = |labels: &BTreeSet<String>, piece| labels_with(labels, piece).count();
        assert_eq!(found(&labels, "行政"), 2);
        assert_eq!(found(&labels, "行"), 0);
        assert_eq!(found(&labels, ""), 0);
        labels.extend((0..MOST - 1).map(|at| format!("{at}号市监局")));
        assert_eq!(found(&labels, "市监局"), MOST);
        labels.insert("市监局".to_owned());
        assert_eq!(found(&labels, "市监局"), 0);
    }
}
