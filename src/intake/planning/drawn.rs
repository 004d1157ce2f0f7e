//! A recorded open draw once more, as far as its order is needed: who would have been next.

use super::{Desk, Material, MaterialError};
use crate::docket::PlanState;
use crate::intake::Refusal;
use gongshi_verify::draw::recompute::{self, Inputs, Outcome, Outside};
use gongshi_verify::encoding::hex32;

impl Desk<'_> {
    /// Repeats the draw of a plan from its recorded randomness, and hands the outcome on.
    pub(super) fn repeated<T>(
        &self,
        state: &PlanState,
        then: impl FnOnce(&Inputs<'_>, &Outcome<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let recorded = state.draw.as_ref().map(|draw| hex32(&draw.random_value));
        let Some(Ok(value)) = recorded else {
            let what = format!("the draw of plan {}", state.key);
            let reason = "its random value cannot be read".to_owned();
            return Err(MaterialError::Unusable { what, reason }.into());
        };
        let material = Material::gather(self, state)?;
        let libraries = material.libraries()?;
        let met = material.met();
        let inputs = material.inputs(&libraries, &met, Outside::Checkpoints(&[]), &[]);
        let outcome = recompute::result(&inputs, value).map_err(super::unavailable)?;
        then(&inputs, &outcome)
    }
}
