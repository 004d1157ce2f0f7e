//! How the subject of a record stands, by all that was handed in before: what an early end of display depends on.

use super::case::Case;
use super::listing::in_force;
use crate::domain::exit::EXITS;
use crate::domain::{Kind, View};
use crate::intake::Refusal;
use crate::rules::Circumstances;

impl Case<'_> {
    /// Where the log cannot know, the department's word is taken.
    ///
    /// # Errors
    /// Something could not be read.
    pub(in crate::intake) fn circumstances(
        &self,
        target: u64,
        body: &View<'_>,
    ) -> Result<Circumstances, Refusal> {
        let mut circumstances = Circumstances::vouched_for(body);
        let Some(code) = body.subject_code() else {
            return Ok(circumstances);
        };
        let code = code.as_str();
        for kind in EXITS.iter().map(|exit| exit.listing) {
            for past in self.of_subject(code, kind, Some(target))? {
                let listed = match kind {
                    Kind::SeriousListing => &mut circumstances.on_serious_list,
                    _ => &mut circumstances.on_abnormal_list,
                };
                // One is enough.
                *listed = *listed || in_force(self, &past)?;
            }
        }
        for past in self.of_subject(code, Kind::Penalty, Some(target))? {
            if past.day() > body.main_date() {
                let violation = body.text_of("violation_type");
                circumstances.same_kind_again |=
                    violation.is_some() && violation == Some(past.text("violation_type"));
                circumstances.heavy_penalty_again |= past.text("severity") == "serious";
            }
        }
        Ok(circumstances)
    }
}
