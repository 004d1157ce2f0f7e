//! Cells to values of fields: each form that departments write, brought to the one that records hold.
//!
//! Amounts are decimal digits from end to end, never binary fractions. What cannot be read for certain is a fault, not
//! a guess: a day and month that could be swapped, an amount without a unit, a number a spreadsheet has rounded, a text
//! it has made a number or a date of, a moment of a day that depends on where one stands.

use super::cell::Cell;
use super::fault::CellProblem;
use super::names::{self, Unit, fold_width, trim};
use super::vocabulary::{Here, Vocabulary};
use crate::domain::{CodeList, FieldType, dates, uscc};
use crate::ingest::nfc;
use jiff::civil::Date;
use serde_json::{Value, json};

/// Digits that a spreadsheet keeps of a number.
const SPREADSHEET_DIGITS: usize = 15;

/// Whether the importer can fill a field of this type from a cell.
pub(super) fn is_importable(ty: &FieldType) -> bool {
    match ty {
        FieldType::Text { .. }
        | FieldType::LongText
        | FieldType::Code(_)
        | FieldType::Codes(_)
        | FieldType::Uscc
        | FieldType::Region
        | FieldType::Date
        | FieldType::MoneyFen
        | FieldType::Integer { .. }
        | FieldType::Bool
        | FieldType::EntryRef(_)
        | FieldType::Authority
        | FieldType::DrawId
        | FieldType::PlanKey => true,
        FieldType::List(item) => !matches!(**item, FieldType::List(_)) && is_importable(item),
        _ => false,
    }
}

/// By which names codes are read.
#[derive(Debug, Clone, Copy)]
pub(in crate::ingest) struct Words<'a> {
    pub(in crate::ingest) vocabulary: &'a Vocabulary,
    pub(in crate::ingest) here: Here,
}

/// The value of a cell that is neither an amount of money nor a code of an open list; `None` when it says nothing.
pub(in crate::ingest) fn read_plain(
    field: &str,
    ty: &FieldType,
    cell: &Cell,
) -> Result<Option<Value>, CellProblem> {
    let words = Words {
        vocabulary: Vocabulary::built_in(),
        here: Here {
            province: None,
            day: Date::MAX,
        },
    };
    read(field, ty, None, words, cell)
}

/// The value of a cell that is no amount of money; `None` when it says nothing.
pub(in crate::ingest) fn read_worded(
    field: &str,
    ty: &FieldType,
    words: Words<'_>,
    cell: &Cell,
) -> Result<Option<Value>, CellProblem> {
    read(field, ty, None, words, cell)
}

/// The value of a cell; `None` when it says nothing.
pub(super) fn read(
    field: &str,
    ty: &FieldType,
    unit: Option<Unit>,
    words: Words<'_>,
    cell: &Cell,
) -> Result<Option<Value>, CellProblem> {
    // What was covered may have been meant for this row or may not.
    if *cell == Cell::Covered {
        return Err(CellProblem::Covered);
    }
    let text = trim(cell.shown());
    let textual = matches!(ty, FieldType::Text { .. } | FieldType::LongText);
    if names::is_empty(field, text, textual) {
        return Ok(None);
    }
    match cell {
        Cell::Broken(_) => return Err(CellProblem::Broken),
        Cell::Formula(_) => return Err(CellProblem::Formula),
        Cell::Number(digits) if is_rounded(digits) && !matches!(ty, FieldType::MoneyFen) => {
            return Err(CellProblem::Rounded);
        }
        Cell::Number(_) | Cell::Date(_) if is_verbatim(ty) => return Err(CellProblem::Reformatted),
        Cell::Text(_) if is_scientific(text) => return Err(CellProblem::Reformatted),
        // As files of text carry a formula, or a text that was to be kept from becoming a number.
        Cell::Text(_) if text.starts_with('=') => return Err(CellProblem::Formula),
        _ => {}
    }
    scalar_or_list(ty, unit, words, text).map(Some)
}

/// Whether every character counts, as in the number of a paper: a number or a date that a spreadsheet shows is not what
/// was typed (zeros before it, `2026-3`).
fn is_verbatim(ty: &FieldType) -> bool {
    match ty {
        FieldType::Text { .. }
        | FieldType::LongText
        | FieldType::Uscc
        | FieldType::DrawId
        | FieldType::Authority
        | FieldType::PlanKey
        | FieldType::EntryRef(_) => true,
        FieldType::List(item) => is_verbatim(item),
        _ => false,
    }
}

/// Whether the text is a number as spreadsheets shorten long ones: `1.23457E+11`.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['+', '-']);
    whole.len() == 1 && is_digits(whole) && is_digits(fraction) && exponent.is_some_and(is_digits)
}

fn scalar_or_list(
    ty: &FieldType,
    unit: Option<Unit>,
    words: Words<'_>,
    text: &str,
) -> Result<Value, CellProblem> {
    let Words { vocabulary, here } = words;
    let no_code = |list: CodeList| match list.is_open() {
        true => CellProblem::Domain(vocabulary.unknown(list, here)),
        false => CellProblem::Code(list),
    };
    Ok(match ty {
        FieldType::LongText => nfc(&lines(text)).into(),
        FieldType::Code(list) => vocabulary
            .code(*list, text, here)
            .ok_or_else(|| no_code(*list))?
            .into(),
        FieldType::Codes(list) => vocabulary
            .codes(*list, text, here)
            .map_err(|_| no_code(*list))?
            .into(),
        FieldType::Uscc => uscc::fold(text).into(),
        FieldType::Date => date(text)?.into(),
        FieldType::MoneyFen => money(text, unit)?.into(),
        FieldType::Integer { .. } => integer(text).ok_or(CellProblem::Integer)?.into(),
        FieldType::Bool => names::truth(text).ok_or(CellProblem::Truth)?.into(),
        FieldType::EntryRef(_) => reference(text).ok_or(CellProblem::Reference)?,
        FieldType::Region | FieldType::Authority | FieldType::DrawId | FieldType::PlanKey => {
            fold_width(text).to_ascii_uppercase().into()
        }
        FieldType::List(item) => {
            let separator = |c: char| matches!(c, '；' | ';' | '、' | ',' | '，' | '|' | '\n');
            let parts = text.split(separator).map(trim);
            let parts = parts.filter(|part| !part.is_empty());
            Value::Array(
                parts
                    .map(|part| scalar_or_list(item, unit, words, part))
                    .collect::<Result<_, _>>()?,
            )
        }
        _ => nfc(text).into(),
    })
}

/// Whether a spreadsheet may have rounded the number: it has more digits than are kept.
fn is_rounded(digits: &str) -> bool {
    digits.bytes().filter(u8::is_ascii_digit).count() > SPREADSHEET_DIGITS
}

/// Line breaks as records hold them.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// The day in China that a text names, as `YYYY-MM-DD`: year first. A moment with its time zone is of the
/// day it is then in China. A spreadsheet's day number is none: they begin in 1900 or in 1904, and nothing in it tells. A time of day without a zone may be of a database that counts in another
/// (`2026-03-01 16:00:00` for 2 March): only midnight, which adds nothing, passes.
fn date(text: &str) -> Result<String, CellProblem> {
    let folded = fold_width(text);
    if let Ok(moment) = folded.parse::<jiff::Timestamp>() {
        return Ok(dates::day_in_china(moment.as_second()).to_string());
    }
    let (day, midnight) = match folded.split_once([' ', 'T']) {
        Some((day, time)) if time.contains(':') => (day, is_midnight(time)),
        Some(_) => return Err(CellProblem::Date),
        None => (folded.as_str(), true),
    };
    let day = day_of(day).ok_or(CellProblem::Date)?;
    midnight.then_some(day).ok_or(CellProblem::Zone)
}

fn is_midnight(time: &str) -> bool {
    time.bytes().all(|byte| matches!(byte, b'0' | b':' | b'.'))
}

fn day_of(day: &str) -> Option<String> {
    let parts: Vec<&str> = if day.len() == 8 && is_digits(day) {
        vec![&day[..4], &day[4..6], &day[6..]]
    } else if let Some(days) = day.strip_suffix(['日', '号']) {
        let (year, rest) = days.split_once('年')?;
        let (month, day) = rest.split_once('月')?;
        vec![year, month, day]
    } else {
        let separator = ['-', '/', '.']
            .into_iter()
            .find(|mark| day.contains(*mark))?;
        day.split(separator).collect()
    };
    let [year, month, day] = parts[..] else {
        return None;
    };
    let right = year.len() == 4
        && [month, day]
            .iter()
            .all(|part| (1..=2).contains(&part.len()))
        && [year, month, day].iter().all(|part| is_digits(part));
    if !right {
        return None;
    }
    let date = format!("{year}-{month:0>2}-{day:0>2}");
    dates::parse_date(&date).map(|_| date)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The amount in fen.
fn money(text: &str, unit: Option<Unit>) -> Result<u64, CellProblem> {
    const UNITS: &[(&str, Unit)] = &[
        ("万元", Unit::Wan),
        ("万", Unit::Wan),
        ("元整", Unit::Yuan),
        ("元", Unit::Yuan),
        ("分", Unit::Fen),
    ];
    let folded: String = fold_width(text)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let mut amount = folded.as_str();
    for mark in ["人民币", "￥", "¥", "RMB", "CNY"] {
        amount = amount.strip_prefix(mark).unwrap_or(amount);
    }
    let mut unit = unit;
    if let Some((rest, own)) = UNITS
        .iter()
        .find_map(|(ending, own)| Some((amount.strip_suffix(ending)?, *own)))
    {
        (amount, unit) = (rest, Some(own));
    }
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, "0"));
    let whole = ungrouped(whole).ok_or(CellProblem::Money)?;
    if !is_digits(&whole) || !is_digits(fraction) {
        return Err(CellProblem::Money);
    }
    let places = match unit.ok_or(CellProblem::MoneyUnit)? {
        Unit::Fen => 0,
        Unit::Yuan => 2,
        Unit::Wan => 6,
    };
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > places {
        return Err(CellProblem::MoneyFraction);
    }
    format!("{whole}{fraction:0<places$}")
        .parse()
        .map_err(|_| CellProblem::Money)
}

/// Digits without the marks that group them by three.
fn ungrouped(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.is_empty()
        || ((1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3));
    grouped.then(|| text.replace(',', ""))
}

/// A whole number, with the word for what is counted allowed behind it.
fn integer(text: &str) -> Option<i64> {
    let folded = fold_width(text);
    let mut digits = folded.as_str();
    for ending in ["年度", "年", "人", "名", "户", "次"] {
        if let Some(rest) = digits.strip_suffix(ending) {
            digits = rest.trim_end();
            break;
        }
    }
    digits.parse().ok()
}

/// An entry of the log: its index and its leaf hash, with a blank, colon or slash between.
fn reference(text: &str) -> Option<Value> {
    let folded = fold_width(text);
    let (index, hash) = folded.split_once([' ', ':', '/', '#'])?;
    let index: u64 = index.parse().ok()?;
    Some(json!({"index": index, "leaf_hash": hash.trim().to_ascii_lowercase()}))
}

#[cfg(test)]
mod tests;
