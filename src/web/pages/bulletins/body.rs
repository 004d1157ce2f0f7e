//! A draft as the body of a record of kind `bulletin`, ready to be completed and signed. Its words are Chinese, whoever asks: it is the department's paper.

use super::super::Visit;
use super::super::fault::Fault;
use super::sheet::{CHIEF, query, told};
use super::{Asked, title, whose_words};
use crate::text::{Arg, Catalogue, Lang};
use crate::web::statistics::{Indicator, Part, Span, Whose};
use gongshi_verify::names::AuthorityId;
use serde_json::{Map, Value, json};

/// Longest title and longest definition, in characters.
const TITLE: usize = 200;
const DEFINITION: usize = 500;

fn say(key: &str, args: &[(&str, Arg)]) -> String {
    Catalogue::built_in().get(Lang::Zh, key, args)
}

/// A text with what stands at its end, the text cut where both are too long.
fn ended(text: &str, end: &str, most: usize) -> String {
    let room = most.saturating_sub(end.chars().count());
    match text.chars().count() <= room {
        true => format!("{text}{end}"),
        false => {
            let kept = crate::text::shortened(text, room.saturating_sub(1));
            format!("{kept}{end}")
        }
    }
}

fn indicator(asked: &Asked, as_of: u64, one: &Indicator, whose: &Whose, part: Part) -> Value {
    let (first, last) = asked.period.months();
    let end = say(
        "page-bul-recount-one",
        &[
            (
                "query",
                query(asked.period.year(), whose, Some(one.token)).into(),
            ),
            ("first", first.to_string().into()),
            ("last", last.to_string().into()),
            ("n", as_of.to_string().into()),
        ],
    );
    let mut told = json!({
        "indicator": one.token,
        "indicator_name": say(&format!("stat-{}", one.token), &[]),
        "value": part.value,
        "unit": one.unit,
        "definition": ended(&say(&format!("stat-{}-help", one.token), &[]), &end, DEFINITION),
    });
    if one.has_denominator() {
        told["denominator"] = part.of.into();
    }
    for (name, value) in ["authority_id", "scope_region"]
        .into_iter()
        .zip(whose.pairs())
    {
        if !value.1.is_empty() {
            told[name] = value.1.into();
        }
    }
    told
}

/// The body of the draft.
pub(super) fn of(visit: &Visit, asked: &Asked) -> Result<Map<String, Value>, Fault> {
    let made = visit.portal.statistics(asked.period.year())?;
    let registry = visit.portal.intake.registry();
    let own = asked.whose.authority.as_deref();
    let authority = own.and_then(|id| AuthorityId::parse(id).ok());
    let authority = authority.and_then(|id| registry.authority(&id));
    let place = authority.or(registry.operator());
    let region = asked.whose.region.map(|region| region.to_string());
    let region = region.or_else(|| Some(place?.region.to_string()));
    let mut indicators: Vec<Value> = told()
        .map(|one| {
            let part = made.over(one, asked.period, &asked.whose);
            indicator(asked, made.as_of, one, &asked.whose, part)
        })
        .collect();
    if own.is_none() {
        for one in CHIEF.iter().filter_map(|token| Indicator::named(token)) {
            let parts = made.over_by_authority(one, asked.period, &asked.whose);
            indicators.extend(parts.into_iter().map(|(id, part)| {
                let own = Whose::of(Some(id.to_owned()), None, &registry);
                indicator(asked, made.as_of, one, &own, part)
            }));
        }
    }
    let bulletin_type = match asked.period.span() {
        Span::Month(_) => "monthly",
        Span::Quarter(_) => "quarterly",
        Span::Half(_) => "half_yearly",
        Span::Year => "annual",
        Span::Other(..) => "special",
    };
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    let title = title(
        Lang::Zh,
        asked.period,
        whose_words(visit, Lang::Zh, &asked.whose),
    );
    let (from, to) = asked.period.days();
    put("title", ended(&title, "", TITLE).into());
    put("bulletin_type", bulletin_type.into());
    if let Some(region) = region {
        put("region", region.into());
    }
    put("period_from", from.to_string().into());
    put("period_to", to.to_string().into());
    put("issued_on", visit.today.to_string().into());
    put("indicators", indicators.into());
    Ok(body)
}
