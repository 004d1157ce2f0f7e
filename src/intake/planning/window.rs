//! The days of a plan: period, draw, inspections and publication belong together.

use super::Said;
use crate::domain::dates::{day_in_china, parse_date};
use crate::domain::{Breach, FieldError};
use crate::intake::Refusal;
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::time::Timestamp;
use jiff::civil::Date;

/// Inspections take at most so many days, and publication so many more.
const WINDOW_DAYS: i32 = 366;
const DEADLINE_DAYS: i32 = 92;

/// Period, inspections, publication and draw belong together: a window that lies elsewhere, or never ends, would take a plan out
/// of the way of others, or put it there for good.
pub(super) fn check(said: Said<'_>, plan: &Plan) -> Result<(), Refusal> {
    plan_days(plan, &|name| said.text(name)).map_err(|fault| Refusal::Draw(vec![fault]))
}

/// The same for whoever has the plan's record and no log: `text` gives its members that are texts.
///
/// # Errors
/// The field with the rule that it breaks.
pub fn plan_days<'a>(plan: &Plan, text: &dyn Fn(&str) -> &'a str) -> Result<(), FieldError> {
    let broken = |field, value, reason| Err(FieldError::broken(field, value, reason));
    let day = |name: &str| parse_date(text(name));
    let (Some(from), Some(to)) = (day("check_from"), day("check_to")) else {
        return Ok(());
    };
    let known = day_in_china(plan.known_at().unix());
    if to < known {
        let day = known.to_string();
        return broken("check_to", to.to_string(), Breach::WindowPast { day });
    }
    let after =
        |first: Date, last: Date| first.until(last).map_or(i32::MAX, |span| span.get_days());
    if after(from, to) > WINDOW_DAYS {
        let most = WINDOW_DAYS.to_string();
        return broken("check_to", to.to_string(), Breach::WindowLong { most });
    }
    let deadline = text("result_deadline");
    let published = Timestamp::parse(deadline).map(|time| day_in_china(time.unix()));
    if published.is_ok_and(|day| after(to, day) > DEADLINE_DAYS) {
        let most = DEADLINE_DAYS.to_string();
        let far = Breach::DeadlineFar { most };
        return broken("result_deadline", deadline.to_owned(), far);
    }
    let years = [known.year(), from.year()].map(|year| year.to_string());
    match years
        .iter()
        .any(|year| plan.key.period().starts_with(year.as_str()))
    {
        true => Ok(()),
        false => {
            let years = match years[0] == years[1] {
                true => years[0].clone(),
                false => years.join(", "),
            };
            let other = Breach::PeriodOther { years };
            broken("plan_key", plan.key.to_string(), other)
        }
    }
}
