//! Which listing a removal ends that names it by its day alone, as papers do.
//!
//! One rule for whoever lets removals in and whoever ends displays: they must not differ. It knows neither log nor registry, so an authority that
//! acts for one without keys has to name the listing by its entry.

use super::office::is_or_is_above;
use gongshi_verify::names::AuthorityId;
use std::collections::BTreeMap;

/// A listing, or a removal by its day; both of the same subject, day and list.
#[derive(Debug, Clone, Copy)]
pub struct OfDay<'a> {
    /// Its entry.
    pub index: u64,
    /// Who published it.
    pub authority: &'a AuthorityId,
    /// The ground of the listing by its code; empty where it names none.
    pub ground: &'a str,
}

impl OfDay<'_> {
    /// Whether both are about the same ground, as far as both name one.
    #[must_use]
    pub fn is_of_ground(&self, other: &OfDay<'_>) -> bool {
        self.ground.is_empty() || other.ground.is_empty() || self.ground == other.ground
    }

    /// Whether this removal can be of a listing: of the same ground, and of the authority itself or one below it.
    #[must_use]
    pub fn means(&self, listing: &OfDay<'_>) -> bool {
        self.is_of_ground(listing) && is_or_is_above(self.authority, listing.authority)
    }
}

/// Which listing each removal by the day ends, by the listing's entry with the removal's: one at most. `named` are listings that ends name by their
/// entry, each with the entry of that end.
///
/// It goes through what was said in the order of the log. A removal ends the first listing that it can mean and that stands; where there is none
/// yet, as tables come in any order, the first one that comes.
#[must_use]
pub fn ended(
    listed: &[OfDay<'_>],
    removals: &[OfDay<'_>],
    named: &[(u64, u64)],
) -> BTreeMap<u64, u64> {
    let mut said: Vec<(u64, Said<'_>)> = Vec::new();
    said.extend(listed.iter().map(|one| (one.index, Said::Listed(*one))));
    said.extend(removals.iter().map(|one| (one.index, Said::Removed(*one))));
    said.extend(
        named
            .iter()
            .map(|(listing, by)| (*by, Said::Named(*listing))),
    );
    said.sort_by_key(|(index, _)| *index);
    let (mut open, mut waiting) = (Vec::new(), Vec::new());
    let mut ended = BTreeMap::new();
    for (_, one) in said {
        match one {
            Said::Listed(listing) => match awaited(&waiting, &listing) {
                Some(at) => drop(ended.insert(listing.index, waiting.remove(at).index)),
                None => open.push(listing),
            },
            Said::Removed(removal) => match open.iter().position(|one| removal.means(one)) {
                Some(at) => drop(ended.insert(open.remove(at).index, removal.index)),
                None => waiting.push(removal),
            },
            Said::Named(listing) => open.retain(|one| one.index != listing),
        }
    }
    ended
}

/// Which of the removals that came before any listing ends this one: one that names its ground before one that names none.
fn awaited(waiting: &[OfDay<'_>], listing: &OfDay<'_>) -> Option<usize> {
    let means = |one: &OfDay<'_>| one.means(listing);
    let grounded = waiting
        .iter()
        .position(|one| !one.ground.is_empty() && means(one));
    grounded.or_else(|| waiting.iter().position(means))
}

/// What is said of listings of a subject, day and list.
enum Said<'a> {
    Listed(OfDay<'a>),
    Removed(OfDay<'a>),
    Named(u64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removal_ends_one_listing() {
        let [county, city, other] =
            ["610323-SCJG", "610300-SCJG", "610323-YJJ"].map(|id| AuthorityId::parse(id).unwrap());
        let of = |index, authority, ground| OfDay {
            index,
            authority,
            ground,
        };
        let pairs = |listed: &[OfDay<'_>], removals: &[OfDay<'_>], named: &[(u64, u64)]| {
            ended(listed, removals, named)
                .into_iter()
                .collect::<Vec<_>>()
        };
        let removal = of(5, &city, "unreachable");
        let before = of(4, &county, "unreachable");
        let after = of(6, &county, "");
        assert_eq!(pairs(&[before, after], &[removal], &[]), [(4, 5)]);
        // Tables come in any order.
        assert_eq!(pairs(&[after], &[removal], &[]), [(6, 5)]);
        let later = of(7, &county, "unreachable");
        assert_eq!(pairs(&[after, later], &[removal], &[]), [(6, 5)]);
        // What it cannot have meant does not count.
        let others = [of(3, &county, "false_information"), of(3, &other, "")];
        assert_eq!(
            pairs(&[others[0], others[1], after], &[removal], &[]),
            [(6, 5)]
        );
        assert_eq!(pairs(&others, &[removal], &[]), []);
        assert!(!of(5, &county, "").means(&of(4, &city, "")));
        // One that another end named was not meant.
        let both = [of(2, &county, "unreachable"), before];
        assert_eq!(pairs(&both, &[removal], &[(2, 3)]), [(4, 5)]);
        // Each removal ends its own, whichever came first.
        let open = of(1, &county, "");
        assert_eq!(
            pairs(
                &[before, others[0]],
                &[open, of(2, &county, "unreachable")],
                &[]
            ),
            [(3, 1), (4, 2)]
        );
    }
}
