//! Which authority is another, or above it, by the identifiers alone: for whoever knows records and no registry.
//!
//! Offices that were merged cannot be told here; that one acts for another without keys is for intake to decide, which has the registry.

use super::{Region, View};
use gongshi_verify::names::AuthorityId;

/// Whether one authority is the other, or the same office of a region that includes its own.
#[must_use]
pub fn is_or_is_above(one: &AuthorityId, other: &AuthorityId) -> bool {
    let parts = |id: &AuthorityId| {
        let (region, office) = id.as_str().split_once('-')?;
        Some((Region::parse(region).ok()?, office.to_owned()))
    };
    one == other
        || match (parts(one), parts(other)) {
            (Some((own, office)), Some((theirs, other))) => {
                own != theirs && office == other && own.covers(&theirs)
            }
            _ => false,
        }
}

/// Whether what an authority says later bears on a record with this body that another has published: it is that authority or above it, or
/// inspected together with it.
#[must_use]
pub fn has_standing(one: &AuthorityId, publisher: &AuthorityId, body: &View<'_>) -> bool {
    is_or_is_above(one, publisher)
        || body
            .codes_of("joint_departments")
            .any(|joint| joint == one.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Kind;
    use serde_json::{Map, json};

    #[test]
    fn superiors_and_those_who_took_part_have_standing() {
        let [county, city, other] =
            ["610323-SCJG", "610300-SCJG", "610323-YJJ"].map(|id| AuthorityId::parse(id).unwrap());
        let alone = Map::new();
        let alone = View::new(Kind::InspectionResult, &alone);
        assert!(has_standing(&county, &county, &alone) && has_standing(&city, &county, &alone));
        assert!(!has_standing(&county, &city, &alone) && !has_standing(&other, &county, &alone));
        let joint = Map::from_iter([("joint_departments".to_owned(), json!(["610323-YJJ"]))]);
        let joint = View::new(Kind::InspectionResult, &joint);
        assert!(has_standing(&other, &county, &joint) && !has_standing(&county, &city, &joint));
    }
}
