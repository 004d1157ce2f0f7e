//! Conditions of rules over the fields of a record.
//!
//! A condition names fields and codes that exist for every kind of its rule: what a file says about a field that no record has would otherwise be
//! a rule that silently never holds.

use super::codes::{Codes, Place};
use super::count::{Count, RawCount};
use super::facts::{Facts, System, Unruled};
use super::source::{RuleError, Source};
use super::thresholds::Thresholds;
use crate::domain::schema::{Field, FieldType};
use crate::domain::{Kind, Region, schema};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

/// What conditions look things up in.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) codes: &'a Codes,
    pub(super) thresholds: &'a Thresholds,
}

/// A statement about a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The field has one of these codes.
    Any(&'static str, Vec<String>),
    /// The field has codes, and only of these.
    Only(&'static str, Vec<String>),
    /// The field has none of these codes; also when it is absent.
    None(&'static str, Vec<String>),
    /// The field is there, or is not.
    Present(&'static str, bool),
    /// The truth value is this; absent: false.
    Is(&'static str, bool),
    /// A code of the field speaks against the subject.
    Negative(&'static str, bool),
    /// The fine is low by the standard of the province (or, where that is not known, by the record's own word).
    LowerFine(bool),
    /// The first day is later than the last of a term from the second.
    Longer(&'static str, Count, &'static str),
    /// The authority belongs to this system.
    System(System),
    /// The authority is in one of these provinces.
    Province(Vec<Region>),
    /// The subject's credit code was given out in another province than the authority's.
    Elsewhere(bool),
}

/// As files write it: exactly one kind of statement.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCondition {
    field: Option<Spanned<String>>,
    any: Option<Vec<Spanned<String>>>,
    only: Option<Vec<Spanned<String>>>,
    none: Option<Vec<Spanned<String>>>,
    present: Option<bool>,
    is: Option<bool>,
    negative: Option<bool>,
    later_than: Option<Spanned<RawCount>>,
    after: Option<Spanned<String>>,
    lower_fine: Option<bool>,
    system: Option<Spanned<String>>,
    province: Option<Vec<Spanned<String>>>,
    elsewhere: Option<bool>,
}

/// The field of that name, if every one of these kinds has it with a fitting type.
pub(super) fn field(
    source: Source<'_>,
    text: &Spanned<String>,
    kinds: &[Kind],
    expected: &str,
    fits: impl Fn(FieldType) -> bool,
) -> Result<&'static Field, RuleError> {
    let mut found = None;
    for kind in kinds {
        let Some(field) = schema(*kind).field(text.get_ref()) else {
            return Err(source.fault(text, format!("{kind} has no field {}", text.get_ref())));
        };
        if !fits(field.ty) {
            let reason = format!("{} of {kind} is no {expected}", field.name);
            return Err(source.fault(text, reason));
        }
        found = Some(field);
    }
    found.ok_or_else(|| source.fault(text, "no kind to have the field"))
}

/// A field that holds a day.
pub(super) fn date_field(
    source: Source<'_>,
    text: &Spanned<String>,
    kinds: &[Kind],
) -> Result<&'static str, RuleError> {
    field(source, text, kinds, "day", |ty| ty == FieldType::Date).map(|field| field.name)
}

impl Condition {
    /// The field it asks about; `None` where it asks for something else.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Any(field, _)
            | Self::Only(field, _)
            | Self::None(field, _)
            | Self::Present(field, _)
            | Self::Is(field, _)
            | Self::Negative(field, _)
            | Self::Longer(field, ..) => Some(field),
            Self::LowerFine(_) => Some("lower_fine"),
            Self::System(_) | Self::Province(_) | Self::Elsewhere(_) => None,
        }
    }

    pub(super) fn read(
        source: Source<'_>,
        raw: &Spanned<RawCondition>,
        kinds: &[Kind],
        codes: &Codes,
    ) -> Result<Self, RuleError> {
        let shape = || source.fault(raw, SHAPES);
        let of = raw.get_ref();
        let statements = [
            of.any.is_some(),
            of.only.is_some(),
            of.none.is_some(),
            of.present.is_some(),
            of.is.is_some(),
            of.negative.is_some(),
            of.later_than.is_some(),
            of.lower_fine.is_some(),
            of.system.is_some(),
            of.province.is_some(),
            of.elsewhere.is_some(),
        ];
        if statements.iter().filter(|given| **given).count() != 1
            || of.after.is_some() != of.later_than.is_some()
        {
            return Err(shape());
        }
        let Some(name) = &of.field else {
            return Self::of_record(source, raw, kinds);
        };
        let code_field = || field(source, name, kinds, "code", |ty| ty.code_list().is_some());
        let list = |texts: &[Spanned<String>]| -> Result<(&'static str, Vec<String>), RuleError> {
            let field = code_field()?;
            let list = field.ty.code_list().ok_or_else(shape)?;
            if texts.is_empty() {
                return Err(source.fault(raw, "names no code"));
            }
            for text in texts {
                if !(list.codes().contains(&text.get_ref().as_str())
                    || codes.knows(list, text.get_ref()))
                {
                    let reason = format!("{} has no code {}", list.name(), text.get_ref());
                    return Err(source.fault(text, reason));
                }
            }
            let codes = texts.iter().map(|text| text.get_ref().clone());
            Ok((field.name, codes.collect()))
        };
        if let Some(texts) = &of.any {
            list(texts).map(|(name, codes)| Self::Any(name, codes))
        } else if let Some(texts) = &of.only {
            list(texts).map(|(name, codes)| Self::Only(name, codes))
        } else if let Some(texts) = &of.none {
            list(texts).map(|(name, codes)| Self::None(name, codes))
        } else if let Some(present) = of.present {
            Ok(Self::Present(
                field(source, name, kinds, "field", |_| true)?.name,
                present,
            ))
        } else if let Some(is) = of.is {
            let field = field(source, name, kinds, "truth value", |ty| {
                ty == FieldType::Bool
            })?;
            Ok(Self::Is(field.name, is))
        } else if let Some(negative) = of.negative {
            let open = |ty: FieldType| ty.code_list().is_some_and(|list| list.is_open());
            let field = field(source, name, kinds, "code of an open list", open)?;
            Ok(Self::Negative(field.name, negative))
        } else if let (Some(count), Some(after)) = (&of.later_than, &of.after) {
            Ok(Self::Longer(
                date_field(source, name, kinds)?,
                Count::read_by_calendar_days(source, count)?,
                date_field(source, after, kinds)?,
            ))
        } else {
            Err(shape())
        }
    }

    /// Statements that name no field.
    fn of_record(
        source: Source<'_>,
        raw: &Spanned<RawCondition>,
        kinds: &[Kind],
    ) -> Result<Self, RuleError> {
        let of = raw.get_ref();
        if let Some(low) = of.lower_fine {
            match kinds
                .iter()
                .find(|kind| schema(**kind).field("fine_fen").is_none())
            {
                Some(kind) => Err(source.fault(raw, format!("{kind} has no fine"))),
                None => Ok(Self::LowerFine(low)),
            }
        } else if let Some(text) = &of.system {
            match text.get_ref().as_str() {
                "market_supervision" => Ok(Self::System(System::MarketSupervision)),
                "other" => Ok(Self::System(System::Other)),
                _ => Err(source.fault(text, "a system is market_supervision or other")),
            }
        } else if let Some(texts) = &of.province {
            if texts.is_empty() {
                return Err(source.fault(raw, "names no province"));
            }
            let provinces = texts.iter().map(|text| source.province(text));
            provinces.collect::<Result<_, _>>().map(Self::Province)
        } else if let Some(elsewhere) = of.elsewhere {
            Ok(Self::Elsewhere(elsewhere))
        } else {
            Err(source.fault(raw, SHAPES))
        }
    }

    /// Whether it holds for a record on the day that decides.
    pub(super) fn holds(
        &self,
        facts: &Facts<'_>,
        day: Date,
        context: &Context<'_>,
    ) -> Result<bool, Unruled> {
        let body = &facts.body;
        let has = |codes: &[String], code: &str| codes.iter().any(|one| one == code);
        Ok(match self {
            Self::Any(field, codes) => body.codes_of(field).any(|code| has(codes, code)),
            Self::Only(field, codes) => {
                body.value_of(field).is_some() && body.codes_of(field).all(|code| has(codes, code))
            }
            Self::None(field, codes) => !body.codes_of(field).any(|code| has(codes, code)),
            Self::Present(field, present) => body.value_of(field).is_some() == *present,
            Self::Is(field, is) => {
                body.value_of(field)
                    .and_then(Value::as_bool)
                    .unwrap_or(false)
                    == *is
            }
            Self::Negative(field, negative) => {
                let list = schema(body.kind())
                    .field(field)
                    .and_then(|f| f.ty.code_list());
                let bad = list.is_some_and(|list| {
                    let mut codes = body.codes_of(field);
                    let place = Place {
                        province: facts.province,
                        day,
                    };
                    codes.any(|code| context.codes.is_negative(list, code, place))
                });
                bad == *negative
            }
            Self::LowerFine(low) => context.thresholds.is_low(facts, day)? == *low,
            Self::Longer(field, count, start) => match (body.date_of(field), body.date_of(start)) {
                (Some(end), Some(start)) => end > count.last_calendar_day(start),
                _ => false,
            },
            Self::System(system) => facts.system == *system,
            Self::Province(provinces) => provinces.contains(&facts.province),
            Self::Elsewhere(elsewhere) => {
                let home = body.subject_code().and_then(|code| code.region());
                let home = home.filter(|region| *region != Region::NATION);
                home.is_some_and(|region| region.province() != facts.province) == *elsewhere
            }
        })
    }
}

const SHAPES: &str = "a condition is `field` with one of any, only, none (codes), present, is, negative (true or false) or later_than with after \
    (days); or one of lower_fine, system, province, elsewhere";
