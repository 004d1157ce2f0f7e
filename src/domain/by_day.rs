//! Which listing a removal ends that names it by its day alone, as papers do.
//!
//! One rule for whoever lets removals in and whoever ends displays: they must not differ. It knows neither log nor registry, so an authority that
//! acts for one without keys has to name the listing by its entry.

use super::office::is_or_is_above;
use gongshi_verify::names::AuthorityId;

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

    /// Whether this removal ends a listing. Tables come in any order; but what was logged later was not meant where another one of `all`
    /// listings of that day was there.
    #[must_use]
    pub fn ends(&self, listing: &OfDay<'_>, all: &[OfDay<'_>]) -> bool {
        let meant = |one: &&OfDay<'_>| self.means(one);
        self.means(listing)
            && (listing.index < self.index
                || all.iter().filter(meant).all(|one| one.index > self.index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removal_ends_what_it_means() {
        let [county, city, other] =
            ["610323-SCJG", "610300-SCJG", "610323-YJJ"].map(|id| AuthorityId::parse(id).unwrap());
        let of = |index, authority, ground| OfDay {
            index,
            authority,
            ground,
        };
        let removal = of(5, &city, "unreachable");
        let before = of(4, &county, "unreachable");
        let after = of(6, &county, "");
        assert!(removal.ends(&before, &[before, after]));
        // Tables come in any order.
        assert!(removal.ends(&after, &[after]));
        assert!(!removal.ends(&after, &[before, after]));
        // What it cannot have meant does not count.
        let others = [of(3, &county, "false_information"), of(3, &other, "")];
        assert!(removal.ends(&after, &[others[0], others[1], after]));
        assert!(others.iter().all(|one| !removal.ends(one, &others)));
        assert!(!of(5, &county, "").means(&of(4, &city, "")));
    }
}
