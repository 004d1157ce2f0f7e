//! Text tables (CSV and its relatives) as streams of rows, whatever encoding and delimiter an office's software chose.
//!
//! The file is read twice: once to settle the encoding for certain, then for its rows. Nothing of it is kept: memory does
//! not grow with its size.

use super::cell::{Cell, Row};
use super::columns::HEAD_ROWS;
use super::sheet::MAX_COLUMNS;
use super::source::SourceError;
use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use std::cell::Cell as Counter;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Delimiters tried.
const DELIMITERS: &[u8] = b",\t;";
/// A record longer than this has a quotation mark that is never closed.
const MAX_RECORD_BYTES: u64 = 8 << 20;
/// Stands behind the last line, so that a quotation mark that is never closed is told from a cell that ends with a line break: the
/// one swallows it, behind the other it is a record of its own. These characters are of no text.
const END: &str = "\u{10fffe}\u{fffff}\u{10fffe}";
/// No line of a table of records is as long as this.
const MAX_LINE_BYTES: u64 = 1 << 20;

/// A text table on disk.
#[derive(Debug, Clone)]
pub(in crate::ingest) struct TextFile {
    path: PathBuf,
    encoding: &'static Encoding,
    /// Line breaks in the file.
    pub(super) lines: u64,
}

impl TextFile {
    /// Reads the whole file once and settles its encoding.
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
        let head = reader.fill_buf()?;
        let marked = Encoding::for_bom(head).map(|(encoding, _)| encoding);
        let mut seen = Seen::default();
        let mut line = Vec::new();
        loop {
            line.clear();
            let mut limited = Read::take(&mut reader, MAX_LINE_BYTES);
            if limited.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            if line.len() as u64 == MAX_LINE_BYTES {
                return Err(SourceError::LongLine {
                    line: seen.lines + 1,
                });
            }
            seen.take(&line, marked);
        }
        let encoding = seen.encoding(marked)?;
        if encoding == GB18030 {
            check(path, encoding)?;
        }
        Ok(TextFile {
            path: path.to_owned(),
            encoding,
            lines: seen.lines,
        })
    }

    /// The first rows, once for each delimiter the file could have.
    pub(super) fn heads(&self) -> Result<Vec<(u8, Vec<Row>)>, SourceError> {
        let mut heads = Vec::new();
        for delimiter in DELIMITERS {
            let mut head = Vec::new();
            let read = self.each::<SourceError>(*delimiter, &mut |row| {
                head.push(row);
                Ok(head.len() < HEAD_ROWS)
            });
            // Only the right delimiter need read well; if none does, the failure shows again with the one chosen.
            if read.is_ok() || !head.is_empty() {
                heads.push((*delimiter, head));
            }
        }
        Ok(heads)
    }

    /// Hands over each row that is not blank, until told to stop.
    pub(super) fn each<E: From<SourceError>>(
        &self,
        delimiter: u8,
        visit: &mut dyn FnMut(Row) -> Result<bool, E>,
    ) -> Result<(), E> {
        let since = Rc::new(Counter::new(0));
        let file = File::open(&self.path).map_err(SourceError::from)?;
        let decoded = Decoded::new(file, self.encoding, since.clone());
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(1 << 16)
            .from_reader(decoded);
        let mut record = csv::StringRecord::new();
        let mut ended = false;
        loop {
            let line = reader.position().line();
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => {
                    let endless = since.get() > MAX_RECORD_BYTES;
                    return Err(match endless {
                        true => SourceError::Endless { line },
                        false => SourceError::Read(error.to_string()),
                    }
                    .into());
                }
            }
            since.set(0);
            // Blank lines before a record count as its own with this reader, so count back from its end.
            let breaks = |cell: &str| cell.bytes().filter(|byte| *byte == b'\n').count() as u64;
            let height = 1 + record.iter().map(breaks).sum::<u64>();
            let line = reader.position().line().saturating_sub(height);
            if ended {
                return Err(SourceError::Read("text behind the end of the file".to_owned()).into());
            }
            match record.iter().next_back() {
                Some(END) if record.len() == 1 => {
                    ended = true;
                    continue;
                }
                // The last line break is within the cell, too.
                Some(last) if last.trim_end_matches('\n').ends_with(END) => {
                    return Err(SourceError::Endless { line: line + 1 }.into());
                }
                _ => {}
            }
            if record.len() > MAX_COLUMNS as usize {
                return Err(SourceError::TooWide { line }.into());
            }
            let cells = record
                .iter()
                .map(|cell| Cell::Text(unmarked(cell).to_owned()));
            let row = Row {
                line,
                cells: cells.collect(),
            };
            if !row.is_blank() && !visit(row)? {
                return Ok(());
            }
        }
    }
}

/// A cell without the apostrophe by which a table marks as text what a spreadsheet would compute.
fn unmarked(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => cell,
    }
}

/// What lines of a file without a mark say about its encoding.
#[derive(Default)]
struct Seen {
    lines: u64,
    /// First line that is not UTF-8.
    other: Option<u64>,
    /// First line that can hardly be anything but UTF-8.
    utf8: Option<u64>,
    nul: bool,
}

impl Seen {
    fn take(&mut self, line: &[u8], marked: Option<&'static Encoding>) {
        let number = self.lines + 1;
        self.lines += u64::from(line.last() == Some(&b'\n'));
        if line.is_ascii() {
            self.nul |= line.contains(&0);
            return;
        }
        let body = match marked {
            Some(_) if number == 1 => line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line),
            _ => line,
        };
        match std::str::from_utf8(body) {
            // Two bytes that are one letter in UTF-8 may be one character in GB18030; three such bytes are not.
            Ok(text) if text.chars().any(|c| c.len_utf8() > 2) => {
                self.utf8.get_or_insert(number);
            }
            Ok(_) => {}
            Err(_) => {
                self.other.get_or_insert(number);
            }
        }
    }

    fn encoding(
        &self,
        marked: Option<&'static Encoding>,
    ) -> Result<&'static Encoding, SourceError> {
        match (marked, self.utf8, self.other) {
            (Some(mark), ..) if mark == UTF_16LE || mark == UTF_16BE => Ok(mark),
            _ if self.nul => Err(SourceError::Binary),
            (Some(_), _, Some(line)) => Err(SourceError::Encoding {
                line,
                encoding: UTF_8.name(),
            }),
            (_, Some(utf8), Some(other)) => Err(SourceError::MixedEncodings { utf8, other }),
            (_, None, Some(_)) => Ok(GB18030),
            (_, _, None) => Ok(UTF_8),
        }
    }
}

/// Decodes the whole file strictly.
fn check(path: &Path, encoding: &'static Encoding) -> Result<(), SourceError> {
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (mut line, mut number) = (Vec::new(), 1);
    let mut text = String::new();
    loop {
        line.clear();
        let mut limited = Read::take(&mut reader, MAX_LINE_BYTES);
        let last = limited.read_until(b'\n', &mut line)? == 0;
        text.clear();
        text.reserve(line.len() * 3 + 16);
        let (result, _) = decoder.decode_to_string_without_replacement(&line, &mut text, last);
        if matches!(result, DecoderResult::Malformed(..)) {
            return Err(SourceError::Encoding {
                line: number,
                encoding: encoding.name(),
            });
        }
        if last {
            return Ok(());
        }
        number += u64::from(line.last() == Some(&b'\n'));
    }
}

/// A file as UTF-8, without its mark, every line ended by one line feed, the last one too: so that lines can be counted
/// by these. Counts what it gives since the counter was last set back.
struct Decoded {
    file: File,
    decoder: Decoder,
    input: Vec<u8>,
    from: usize,
    to: usize,
    /// Nothing is left to read.
    ended: bool,
    /// Nothing is left to decode.
    finished: bool,
    /// The last character decoded was a carriage return, given as a line feed.
    after_return: bool,
    /// The last byte given.
    last: u8,
    /// The mark of the end is given.
    told: bool,
    since: Rc<Counter<u64>>,
}

impl Decoded {
    fn new(file: File, encoding: &'static Encoding, since: Rc<Counter<u64>>) -> Self {
        Decoded {
            file,
            decoder: encoding.new_decoder(),
            input: vec![0; 1 << 16],
            from: 0,
            to: 0,
            ended: false,
            finished: false,
            after_return: false,
            last: b'\n',
            told: false,
            since,
        }
    }

    /// Makes line ends one line feed each, in place; the new length.
    fn unify(&mut self, text: &mut [u8]) -> usize {
        if !self.after_return && !text.contains(&b'\r') {
            return text.len();
        }
        let mut kept = 0;
        for at in 0..text.len() {
            let byte = text[at];
            if byte == b'\n' && self.after_return {
                self.after_return = false;
                continue;
            }
            self.after_return = byte == b'\r';
            text[kept] = if self.after_return { b'\n' } else { byte };
            kept += 1;
        }
        kept
    }
}

impl Read for Decoded {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        // A decoder gives nothing into too little room, and then is asked again; the mark of the end has room, too.
        if out.len() < 16 {
            return Err(std::io::Error::other(
                "the buffer is too small to decode into",
            ));
        }
        if self.since.get() > MAX_RECORD_BYTES {
            return Err(std::io::Error::other("the record has no end"));
        }
        let mut given = 0;
        while given == 0 && !self.finished {
            if self.from == self.to && !self.ended {
                (self.from, self.to) = (0, self.file.read(&mut self.input)?);
                self.ended = self.to == 0;
            }
            let input = &self.input[self.from..self.to];
            let (result, read, written) = self
                .decoder
                .decode_to_utf8_without_replacement(input, out, self.ended);
            self.from += read;
            if let DecoderResult::Malformed(..) = result {
                // The whole file was checked: it has changed since, or is UTF-16 cut short.
                return Err(std::io::Error::other(
                    "bytes that are not text in this encoding",
                ));
            }
            self.finished = self.ended && result == DecoderResult::InputEmpty;
            given = self.unify(&mut out[..written]);
        }
        if given == 0 && self.last != b'\n' {
            (out[0], given) = (b'\n', 1);
        } else if given == 0 && !self.told {
            self.told = true;
            let end = format!("{END}\n");
            given = end.len();
            out[..given].copy_from_slice(end.as_bytes());
        }
        if given > 0 {
            self.last = out[given - 1];
        }
        self.since.set(self.since.get() + given as u64);
        Ok(given)
    }
}
