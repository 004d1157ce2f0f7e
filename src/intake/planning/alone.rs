//! A plan is the only open one for its items: no second one of its region at the same time, and none of the level above that
//! draws for it.

use super::{Desk, Said, breach};
use crate::docket::{PlanItem, PlanState};
use crate::domain::Breach;
use crate::intake::Refusal;
use gongshi_verify::draw::admission::SYNTHETIC_REGION;

impl Desk<'_> {
    /// No other open plan has one of its items in its region at the same time; and none of the level above.
    pub(super) fn alone(&self, said: Said<'_>, now: i64) -> Result<(), Refusal> {
        let items = self.items(said)?;
        let region = said.text("region");
        let (from, to) = (said.text("check_from"), said.text("check_to"));
        let same = |one: &PlanItem, other: &PlanItem| {
            one.name == other.name
                || (&one.list_authority, &one.code) == (&other.list_authority, &other.code)
        };
        for place in around(region) {
            for key in self.docket.plans_until(&place, from)? {
                let Some(other) = self.docket.plan(&key)? else {
                    continue;
                };
                if other.check_from.as_str() > to {
                    continue;
                }
                let shared = items
                    .iter()
                    .position(|item| other.items.iter().any(|one| same(item, one)));
                let Some(at) = shared else { continue };
                let plan = other.key.clone();
                // Of a void plan nothing will come; who plans again starts from new secrets.
                if other.draw.is_none() && other.is_void(now) {
                    continue;
                }
                let stands_in_the_way = match (place == region, other.lapsed) {
                    (true, Some(_)) if other.draw.is_none() => {
                        fallback(said, &other)?;
                        None
                    }
                    (true, _) => Some(Breach::ItemOpen { plan }),
                    (false, _) if draws_for_below(&other) => Some(Breach::CityDraws { plan }),
                    (false, _) => None,
                };
                if let Some(reason) = stands_in_the_way {
                    let path = format!("plan_items[{at}].item_code");
                    return Err(breach(path, &items[at].code, reason));
                }
            }
        }
        Ok(())
    }
}

/// A plan in the place of one whose round never came draws as that one had said it would.
fn fallback(said: Said<'_>, lapsed: &PlanState) -> Result<(), Refusal> {
    let expected = match lapsed.fallback.as_str() {
        "drand_round" => "drand",
        other => other,
    };
    let found = said.text("randomness");
    match found == expected {
        true => Ok(()),
        false => {
            let expected = expected.to_owned();
            Err(breach(
                "randomness",
                found,
                Breach::FallbackOther { expected },
            ))
        }
    }
}

/// Whether a plan of the level above sends the officers of the levels below.
fn draws_for_below(plan: &PlanState) -> bool {
    matches!(
        plan.mode.as_str(),
        "city_draw_county_check" | "province_draw_local_check" | "city_county_joint_check"
    )
}

/// A region, and the prefecture and province it belongs to.
fn around(region: &str) -> Vec<String> {
    let mut places = vec![region.to_owned()];
    if region != SYNTHETIC_REGION {
        for kept in [4, 2] {
            let above = format!("{:0<6}", region.get(..kept).unwrap_or(region));
            if !places.contains(&above) {
                places.push(above);
            }
        }
    }
    places
}
