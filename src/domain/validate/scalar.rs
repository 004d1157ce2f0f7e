//! Checks of single values, one arm per type.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Problem;
use super::prose::is_hidden;
use crate::domain::codes::{CodeMisuse, InvalidCode};
use crate::domain::dates::{parse_date, parse_time};
use crate::domain::kind::Kind;
use crate::domain::refs::{MAX_SAFE_INTEGER, is_lower_hex};
use crate::domain::region::Region;
use crate::domain::schema::{FieldType, LONG_TEXT_MAX};
use crate::domain::uscc::Uscc;
use gongshi_verify::names::{AuthorityId, PlanKey, is_draw_id, is_token};

/// Longest value quoted in an error, in characters.
const SHOWN: usize = 60;

/// Most characters of a signed note: a checkpoint with many cosignatures.
const SIGNED_NOTE_MAX: usize = 16_384;

/// Checks a value of a type that is neither list nor object.
pub(super) fn check(ty: &FieldType, value: &Value) -> Result<(), Problem> {
    match ty {
        FieldType::Bool => value.as_bool().map(|_| ()).ok_or(Problem::WrongType {
            expected: ty.name(),
        }),
        FieldType::MoneyFen => integer(ty, value, 0, MAX_SAFE_INTEGER as i64),
        FieldType::Integer { min, max } => integer(ty, value, *min, *max),
        _ => match value {
            Value::String(string) => text(ty, string),
            _ => Err(Problem::WrongType {
                expected: ty.name(),
            }),
        },
    }
}

fn integer(ty: &FieldType, value: &Value, min: i64, max: i64) -> Result<(), Problem> {
    // Fractions and exponents are another type altogether; integers beyond 64 bits are simply out of range.
    if !value.is_i64() && !value.is_u64() {
        return Err(Problem::WrongType {
            expected: ty.name(),
        });
    }
    match value.as_i64() {
        Some(number) if (min..=max).contains(&number) => Ok(()),
        _ => Err(Problem::OutOfRange { min, max }),
    }
}

fn text(ty: &FieldType, string: &str) -> Result<(), Problem> {
    let format = |ok: bool| {
        if ok {
            Ok(())
        } else {
            Err(Problem::BadFormat {
                expected: ty.name(),
            })
        }
    };
    if string.is_empty() {
        return Err(Problem::Empty);
    }
    match ty {
        FieldType::Text { max_chars } => prose(string, *max_chars, false),
        FieldType::LongText => prose(string, LONG_TEXT_MAX, true),
        FieldType::Code(list) if list.admits(string) => Ok(()),
        // Which codes the rules have there and then is added by whoever knows them.
        FieldType::Code(list) if list.is_open() => {
            Err(Problem::CodeInvalid(Box::new(InvalidCode {
                list: *list,
                why: CodeMisuse::Unknown,
                valid: Vec::new(),
            })))
        }
        FieldType::Code(list) => Err(Problem::BadCode { list: *list }),
        FieldType::Uscc => Uscc::parse(string).map(|_| ()).map_err(Problem::BadUscc),
        FieldType::Date => parse_date(string).map(|_| ()).ok_or(Problem::BadDate),
        FieldType::Time => parse_time(string).map(|_| ()).ok_or(Problem::BadTime),
        FieldType::Region => format(Region::parse(string).is_ok()),
        FieldType::Authority => format(AuthorityId::parse(string).is_ok()),
        FieldType::PlanKey => format(PlanKey::parse(string).is_ok()),
        FieldType::DrawId => format(is_draw_id(string)),
        FieldType::Token => format(is_token(string)),
        FieldType::Sha256 => format(is_lower_hex(string, 32)),
        FieldType::Hex { bytes } if is_lower_hex(string, *bytes) => Ok(()),
        FieldType::Hex { bytes } => Err(Problem::HexLength {
            digits: 2 * bytes,
            found: string.chars().count(),
        }),
        FieldType::PublicKey => format(is_base64(string, 32)),
        FieldType::Signature => format(is_base64(string, 64)),
        FieldType::SignedNote => format(is_signed_note(string)),
        FieldType::KindName => format(string.parse::<Kind>().is_ok()),
        _ => Err(Problem::WrongType {
            expected: ty.name(),
        }),
    }
}

fn prose(string: &str, max: usize, lines: bool) -> Result<(), Problem> {
    if string.trim().is_empty() {
        return Err(Problem::Empty);
    }
    if string.trim() != string {
        return Err(Problem::NotTrimmed);
    }
    if string.chars().count() > max {
        return Err(Problem::TooLong { max });
    }
    let hidden = string
        .chars()
        .enumerate()
        .find(|(_, c)| is_hidden(*c) && !(lines && *c == '\n'));
    match hidden {
        Some((i, character)) => Err(Problem::ControlCharacter {
            position: i + 1,
            character,
        }),
        None => Ok(()),
    }
}

/// Standard base64 with padding and zero trailing bits, of so many bytes.
fn is_base64(string: &str, bytes: usize) -> bool {
    string.len() == bytes.div_ceil(3) * 4
        && STANDARD
            .decode(string)
            .is_ok_and(|decoded| decoded.len() == bytes)
}

/// The outer shape of a signed note: text, an empty line, signature lines. Signatures are checked where keys are known.
fn is_signed_note(string: &str) -> bool {
    let Some((text, signatures)) = string.rsplit_once("\n\n") else {
        return false;
    };
    let lines_ok =
        signatures.ends_with('\n') && signatures.lines().all(|line| line.starts_with("\u{2014} "));
    string.chars().count() <= SIGNED_NOTE_MAX
        && !text.is_empty()
        && lines_ok
        && !string.chars().any(|c| c.is_control() && c != '\n')
}

/// A text cut to what an error quotes.
pub(super) fn shorten(text: &str) -> String {
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(SHOWN).collect();
    if chars.next().is_some() {
        head + "…"
    } else {
        head
    }
}

/// A value as an error quotes it: a text as it is, anything else as JSON.
pub(super) fn show(value: &Value) -> String {
    match value {
        Value::String(text) => shorten(text),
        Value::Array(entries) if entries.len() > SHOWN => format!("[…{}]", entries.len()),
        other => shorten(&other.to_string()),
    }
}
