//! Whose figures are asked for: everybody's, an authority's, or those of a division. What these come to is counted elsewhere.

use super::Cell;
use crate::domain::Region;
use gongshi_verify::registry::Registry;
use std::collections::BTreeSet;

/// Everybody's, where neither is asked for; where both are, what is of both.
#[derive(Debug, Clone, Default)]
pub struct Whose {
    /// Of the authority with this identifier.
    pub authority: Option<String>,
    /// Of the authorities that are registered for this division, or for one within it.
    pub region: Option<Region>,
    /// Those authorities.
    within: BTreeSet<String>,
}

impl Whose {
    /// With the authorities as they are registered now.
    #[must_use]
    pub fn of(authority: Option<String>, region: Option<Region>, registry: &Registry) -> Self {
        let within = registry.authorities().filter(|one| {
            let own = Region::parse(one.region.as_str()).ok();
            region.zip(own).is_some_and(|(all, own)| all.covers(&own))
        });
        Whose {
            within: within.map(|one| one.id.to_string()).collect(),
            authority,
            region,
        }
    }

    /// The same of whatever authority.
    #[must_use]
    pub fn of_all(&self) -> Self {
        Whose {
            authority: None,
            ..self.clone()
        }
    }

    /// Whether an authority is among them.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        let own = self.authority.as_deref();
        own.is_none_or(|own| own == id) && (self.region.is_none() || self.within.contains(id))
    }

    /// Whether a cell is theirs.
    #[must_use]
    pub fn counts(&self, cell: &Cell) -> bool {
        self.has(&cell.authority)
    }

    /// The same in the parameters of an address; empty where not asked for.
    #[must_use]
    pub fn pairs(&self) -> [(&'static str, String); 2] {
        [
            ("authority", self.authority.clone().unwrap_or_default()),
            (
                "region",
                self.region
                    .map(|region| region.to_string())
                    .unwrap_or_default(),
            ),
        ]
    }
}
