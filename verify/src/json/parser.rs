//! The reader: one pass, no recursion beyond the allowed depth, an offset for every refusal.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::{JsonError, JsonReason, MAX_INT, MAX_OBJECTS, MAX_VALUES, Value, is_member_name};

/// Reads one value nested at most `max_depth` deep: for texts that wrap a body in containers of
/// their own. Uses stack in proportion to `max_depth`.
pub fn parse_with_depth(input: impl AsRef<[u8]>, max_depth: usize) -> Result<Value, JsonError> {
    let text = core::str::from_utf8(input.as_ref()).map_err(|error| JsonError {
        offset: error.valid_up_to(),
        reason: JsonReason::NotUtf8,
    })?;
    let mut parser = Parser {
        text,
        at: 0,
        max_depth,
        values: 0,
        objects: 0,
    };
    parser.skip_blanks();
    let value = parser.value(0)?;
    parser.skip_blanks();
    if parser.at == text.len() {
        Ok(value)
    } else {
        Err(parser.error(JsonReason::TrailingData))
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    max_depth: usize,
    /// Values and objects with members begun so far.
    values: usize,
    objects: usize,
}

impl Parser<'_> {
    fn error(&self, reason: JsonReason) -> JsonError {
        JsonError {
            offset: self.at,
            reason,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The error of a byte that does not fit here, or of the text's end.
    fn unexpected(&self) -> JsonError {
        self.error(if self.at < self.text.len() {
            JsonReason::UnexpectedCharacter
        } else {
            JsonReason::UnexpectedEnd
        })
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, JsonError> {
        for byte in word.bytes() {
            self.expect(byte)?;
        }
        Ok(value)
    }

    /// `depth` counts the containers around this value.
    fn value(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.values += 1;
        if self.values > MAX_VALUES || self.objects > MAX_OBJECTS {
            return Err(self.error(JsonReason::TooManyValues));
        }
        match self.peek() {
            Some(b'n') => self.word("null", Value::Null),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'[' | b'{') if depth == self.max_depth => Err(self.error(JsonReason::Depth)),
            Some(b'[') => self.array(depth + 1),
            Some(b'{') => self.object(depth + 1),
            _ => Err(self.unexpected()),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.expect(b'[')?;
        self.skip_blanks();
        let mut items = Vec::new();
        if self.peek() != Some(b']') {
            loop {
                self.skip_blanks();
                items.push(self.value(depth)?);
                self.skip_blanks();
                if self.peek() != Some(b',') {
                    break;
                }
                self.at += 1;
            }
        }
        self.expect(b']')?;
        Ok(Value::Array(items))
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.expect(b'{')?;
        self.skip_blanks();
        let mut members = BTreeMap::new();
        if self.peek() != Some(b'}') {
            self.objects += 1;
            loop {
                self.skip_blanks();
                let start = self.at;
                let name = self.string()?;
                let at_name = |reason| JsonError {
                    offset: start,
                    reason,
                };
                if !is_member_name(&name) {
                    return Err(at_name(JsonReason::MemberName));
                }
                if members.contains_key(&name) {
                    return Err(at_name(JsonReason::DuplicateName));
                }
                self.skip_blanks();
                self.expect(b':')?;
                self.skip_blanks();
                members.insert(name, self.value(depth)?);
                self.skip_blanks();
                if self.peek() != Some(b',') {
                    break;
                }
                self.at += 1;
            }
        }
        self.expect(b'}')?;
        Ok(Value::Object(members))
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        let negative = self.peek() == Some(b'-');
        if negative {
            self.at += 1;
        }
        let digits = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        let digits = &self.text[digits..self.at];
        if digits.is_empty() {
            return Err(self.unexpected());
        }
        if matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return Err(self.error(JsonReason::NotInteger));
        }
        let at_start = |reason| JsonError {
            offset: start,
            reason,
        };
        if digits.starts_with('0') && (digits.len() > 1 || negative) {
            return Err(at_start(JsonReason::NumberForm));
        }
        let magnitude = digits
            .parse::<i64>()
            .ok()
            .filter(|magnitude| *magnitude <= MAX_INT)
            .ok_or_else(|| at_start(JsonReason::IntegerRange))?;
        Ok(Value::Int(if negative { -magnitude } else { magnitude }))
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.expect(b'"')?;
        let mut out = String::new();
        loop {
            let plain = self.at;
            while matches!(self.peek(), Some(byte) if byte >= b' ' && byte != b'"' && byte != b'\\')
            {
                self.at += 1;
            }
            out.push_str(&self.text[plain..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    let character = self.escape()?;
                    out.push(character);
                }
                Some(_) => return Err(self.error(JsonReason::ControlCharacter)),
                None => return Err(self.error(JsonReason::UnexpectedEnd)),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let start = self.at;
        self.expect(b'\\')?;
        let letter = self.peek().ok_or_else(|| self.unexpected())?;
        let character = match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.unicode_escape(start);
            }
            _ => return Err(self.error(JsonReason::Escape)),
        };
        self.at += 1;
        Ok(character)
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char, JsonError> {
        let lone = JsonError {
            offset: start,
            reason: JsonReason::LoneSurrogate,
        };
        let first = self.four_hex_digits()?;
        let code = match first {
            0xd800..=0xdbff => {
                if !self.text[self.at..].starts_with("\\u") {
                    return Err(lone);
                }
                self.at += 2;
                let second = self.four_hex_digits()?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(lone);
                }
                0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            other => other,
        };
        char::from_u32(code).ok_or(lone)
    }

    fn four_hex_digits(&mut self) -> Result<u32, JsonError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self
                .peek()
                .and_then(|byte| char::from(byte).to_digit(16))
                .ok_or_else(|| self.error(JsonReason::Escape))?;
            code = code << 4 | digit;
            self.at += 1;
        }
        Ok(code)
    }
}
