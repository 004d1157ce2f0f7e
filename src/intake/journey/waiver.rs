//! Why a subject is not listed for now (列异缓冲): only by a rule of the place, with all it asks for, and once where it says so.

use super::case::Case;
use super::{Said, broken};
use crate::domain::{Breach, Kind, Region};
use crate::intake::Refusal;
use crate::rules::NoBuffer;
use std::collections::BTreeSet;

pub(super) fn judge(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let view = said.view;
    let kind = view.text_of("no_penalty_kind").unwrap_or_default();
    let (Some(region), Some(day)) = (view.region(), view.main_date()) else {
        return Ok(());
    };
    if !case.rules.buffers().any(|one| one.no_penalty_kind == kind) {
        return Ok(());
    }
    let met: BTreeSet<&str> = view.codes_of("grounds").collect();
    let rule = match case.rules.buffer(kind, region, day, &met) {
        Ok(rule) => rule,
        Err(NoBuffer::NoRule { province, day }) => {
            let (province, day) = (province.to_string(), day.to_string());
            return Err(broken(
                "no_penalty_kind",
                kind,
                Breach::BufferNone { province, day },
            ));
        }
        Err(NoBuffer::NotMet(missing)) => {
            let names = missing.iter().map(|code| name(case, code, region, day));
            let grounds = names.collect::<Vec<_>>().join("; ");
            let said: Vec<_> = met.into_iter().collect();
            return Err(broken(
                "grounds",
                said.join(" "),
                Breach::BufferUnmet { grounds },
            ));
        }
    };
    let (true, Some(code)) = (rule.once && !said.settled, view.subject_code()) else {
        return Ok(());
    };
    let before = case.of_subject(code.as_str(), Kind::NoPenalty, said.own)?;
    let mut before = before
        .iter()
        .filter(|one| one.text("no_penalty_kind") == kind);
    match before.next() {
        Some(one) => {
            let (by, rule, basis) = (
                one.index.to_string(),
                rule.rule.id(),
                rule.rule.basis.clone(),
            );
            Err(broken(
                "no_penalty_kind",
                kind,
                Breach::BufferOnce { by, rule, basis },
            ))
        }
        None => Ok(()),
    }
}

fn name(case: &Case<'_>, code: &str, region: Region, day: jiff::civil::Date) -> String {
    let list = crate::domain::CodeList::BufferGround;
    let known = case.rules.codes().get(list, code, region.province(), day);
    known.map_or_else(
        |_| code.to_owned(),
        |known| format!("{} ({code})", known.zh),
    )
}
