//! The papers of an application for repair that was accepted: the main ones are there, secondary ones may follow where the place allows it
//! (容缺受理), by a day, unless the subject broke such a promise.

use super::case::{Case, Past};
use super::{Said, broken};
use crate::domain::{Breach, CodeList, Kind, Region};
use crate::intake::Refusal;
use crate::rules::{GapFault, Gaps};
use jiff::civil::Date;

/// Where, when and for what papers are asked.
struct Asked<'a> {
    kind: &'a str,
    region: Region,
    day: Date,
}

impl Asked<'_> {
    /// A paper as an officer knows it, with its code.
    fn name(&self, case: &Case<'_>, code: &str) -> String {
        let list = CodeList::RepairDocument;
        let known = case
            .rules
            .codes()
            .get(list, code, self.region.province(), self.day);
        known.map_or_else(
            |_| code.to_owned(),
            |known| format!("{} ({code})", known.zh),
        )
    }
}

pub(super) fn judge(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let view = said.view;
    let gaps = match view.text_of("acceptance") {
        Some("accepted") => false,
        Some("accepted_with_gaps") => true,
        // What was only received may still be completed.
        _ => return Ok(()),
    };
    let (Some(kind), Some(region), Some(day)) = (
        view.text_of("repair_kind"),
        view.region(),
        view.date_of("applied_on"),
    ) else {
        return Ok(());
    };
    let asked = Asked { kind, region, day };
    let there: Vec<&str> = view.codes_of("documents").collect();
    let missing: Vec<&str> = view.codes_of("missing_documents").collect();
    if let Some(twice) = missing.iter().find(|code| there.contains(code)) {
        let paper = asked.name(case, twice);
        return Err(broken(
            "missing_documents",
            twice,
            Breach::PaperTwice { paper },
        ));
    }
    let requirement = case.rules.documents(asked.kind, asked.region, asked.day);
    let Some(requirement) = requirement else {
        return match gaps {
            true => Err(broken("acceptance", "accepted_with_gaps", Breach::NoGaps)),
            false => Ok(()),
        };
    };
    let lacking = requirement.documents.iter().filter(|paper| {
        !there.contains(&paper.name.as_str()) && !missing.contains(&paper.name.as_str())
    });
    let lacking: Vec<String> = lacking.map(|paper| asked.name(case, &paper.name)).collect();
    if !lacking.is_empty() {
        let papers = lacking.join("; ");
        return Err(broken(
            "documents",
            there.join(" "),
            Breach::PapersMissing { papers },
        ));
    }
    if !gaps {
        return Ok(());
    }
    match requirement.with_gaps(&missing) {
        Ok(gaps) => {
            in_time(case, said, gaps)?;
            match said.settled {
                true => Ok(()),
                false => not_barred(case, said, gaps),
            }
        }
        Err(GapFault::NotThisKind) => {
            Err(broken("acceptance", "accepted_with_gaps", Breach::NoGaps))
        }
        Err(GapFault::MainPaper(code)) => {
            let paper = asked.name(case, &code);
            Err(broken(
                "missing_documents",
                code,
                Breach::PaperMain { paper },
            ))
        }
    }
}

/// The day by which they must come, with the extension that a reason may give: whether there was one the log does not know. Beyond the years of
/// the calendar nothing can be counted, and nothing is held against the day.
fn in_time(case: &Case<'_>, said: Said<'_>, gaps: &Gaps) -> Result<(), Refusal> {
    let view = said.view;
    let (Some(accepted), Some(due)) = (
        view.date_of("accepted_on"),
        view.date_of("documents_due_on"),
    ) else {
        return Ok(());
    };
    let calendar = case.rules.calendar();
    let Ok(latest) = gaps.due_on(accepted, calendar) else {
        return Ok(());
    };
    let latest = match gaps.extended(latest, calendar) {
        Ok(extended) => extended.unwrap_or(latest),
        Err(_) => return Ok(()),
    };
    match due > latest {
        true => {
            let latest = latest.to_string();
            Err(broken(
                "documents_due_on",
                due,
                Breach::PapersLate { latest },
            ))
        }
        false => Ok(()),
    }
}

/// Who broke such a promise, or made it falsely, has no such way for the years of the rule, from the day on which that was found.
fn not_barred(case: &Case<'_>, said: Said<'_>, gaps: &Gaps) -> Result<(), Refusal> {
    let view = said.view;
    let day = view
        .date_of("accepted_on")
        .or_else(|| view.date_of("applied_on"));
    let (Some(code), Some(day)) = (view.subject_code(), day) else {
        return Ok(());
    };
    let broken_one = |past: &Past| {
        past.text("promise_type") == "credit_repair"
            && matches!(past.text("fulfilment"), "broken" | "false_promise")
    };
    for one in case.of_subject(code.as_str(), Kind::CreditPromise, None)? {
        let checked = one.view().date_of("checked_on");
        let checked = checked.filter(|checked| *checked <= day);
        let open = checked.and_then(|checked| gaps.open_again(checked));
        if let Some(from) = open.filter(|from| day < *from && broken_one(&one)) {
            let (by, from) = (one.index.to_string(), from.to_string());
            return Err(broken(
                "acceptance",
                "accepted_with_gaps",
                Breach::GapBarred { by, from },
            ));
        }
    }
    Ok(())
}
