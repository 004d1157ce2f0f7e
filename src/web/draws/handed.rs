//! What comes of a round of the beacon that a person hands in on a plan's page: a word for the address to which the answer to the form
//! leads back, and which of them a plan and a round come to. The sentences are the page's.

use crate::docket::PlanState;
use crate::web::Portal;
use crate::web::problem::Problem;
use gongshi_verify::encoding::bytes_of_hex;

/// The parameter of a plan's page that says what came of it.
pub const HANDED: &str = "handed";

/// What came of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandedIn {
    /// It was taken.
    Taken,
    /// It had been handed in, or the plan is drawn by it.
    Known,
    /// What was pasted is no round.
    Format,
    /// What should be a signature is none.
    Signature,
    /// Another round than the plan's.
    Round,
    /// Not the signature of the round.
    Wrong,
    /// The plan waits for no round.
    Over,
    /// Far too much text.
    Long,
    /// Too many rounds are being checked.
    Busy,
}

impl HandedIn {
    /// All of them.
    pub const ALL: &[HandedIn] = &[
        HandedIn::Taken,
        HandedIn::Known,
        HandedIn::Format,
        HandedIn::Signature,
        HandedIn::Round,
        HandedIn::Wrong,
        HandedIn::Over,
        HandedIn::Long,
        HandedIn::Busy,
    ];

    /// Its word in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            HandedIn::Taken => "taken",
            HandedIn::Known => "known",
            HandedIn::Format => "format",
            HandedIn::Signature => "signature",
            HandedIn::Round => "round",
            HandedIn::Wrong => "wrong",
            HandedIn::Over => "over",
            HandedIn::Long => "long",
            HandedIn::Busy => "busy",
        }
    }

    /// Whether the plan has its round.
    pub const fn is_good(self) -> bool {
        matches!(self, HandedIn::Taken | HandedIn::Known)
    }
}

impl Portal {
    /// What to say of a round that a plan does not wait for (any more): that it is the one by which the plan was drawn, or why not.
    ///
    /// # Errors
    /// Where the draw cannot be read.
    pub fn not_awaited(
        &self,
        plan: &PlanState,
        round: u64,
        signature: &[u8],
    ) -> Result<HandedIn, Problem> {
        match (&plan.draw, plan.round) {
            (_, Some(own)) if own != round => Ok(HandedIn::Round),
            (Some(draw), Some(_)) => {
                let body = self.body(draw.index)?;
                let recorded = body.get("beacon_signature").and_then(|text| text.as_str());
                let same = recorded.and_then(|text| bytes_of_hex(text).ok());
                Ok(match same.as_deref() == Some(signature) {
                    true => HandedIn::Known,
                    false => HandedIn::Wrong,
                })
            }
            _ => Ok(HandedIn::Over),
        }
    }
}
