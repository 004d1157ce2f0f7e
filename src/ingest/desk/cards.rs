//! Self-check cards of a sealed library: for each enterprise a token with which it, and nobody else, opens its own class and salts.
//!
//! The server stores what a card opens, encrypted under a key derived from the token and found by another hash of it. Tokens are
//! printed and forgotten: whoever has a card's token can read that enterprise's class.

use super::base32;
use super::library::OpeningLine;
use crate::text::qr::Qr;
use crate::text::{Arg, Catalogue, Lang};
use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use gongshi_verify::encoding::{base64, hex};
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::json::{Value, to_jcs};
use rayon::prelude::*;
use std::fmt;
use std::io::{self, Write};

/// Cards on one page of HTML: more, and browsers take long to print it.
pub const CARDS_PER_PAGE: usize = 2000;
/// Bytes of a token.
const TOKEN_BYTES: usize = 16;
/// What is encrypted is filled up to a multiple of this, so that its length tells nothing: no opening is longer.
const PADDING: usize = 320;
/// Lines encrypted side by side before they are written.
const LINES_AT_ONCE: usize = 4096;
/// Groups in which a token is printed.
const GROUPS: [usize; 6] = [5, 4, 4, 4, 4, 5];

/// A card.
#[derive(Clone, PartialEq, Eq)]
pub struct Card {
    /// Whose it is.
    pub id: String,
    token: [u8; TOKEN_BYTES],
}

/// A card cannot be made: a fault of the program, or an address too long for a QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// It could not be encrypted.
    #[error("a card could not be encrypted")]
    Encryption,
    /// Its link does not fit into a QR code.
    #[error("the address of the site is too long for a QR code")]
    Link,
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Card of {}", self.id)
    }
}

impl Card {
    /// A card with a token of its own.
    pub fn new(id: &str, random: fn() -> Hash) -> Self {
        let mut token = [0; TOKEN_BYTES];
        token.copy_from_slice(&random()[..TOKEN_BYTES]);
        Card {
            id: id.to_owned(),
            token,
        }
    }

    /// The token as it is printed: 26 characters of Crockford's base32 in groups.
    pub fn token(&self) -> String {
        let text = base32::encode(&self.token);
        let mut rest = text.as_str();
        let mut groups = Vec::new();
        for length in GROUPS {
            let (group, behind) = rest.split_at(length.min(rest.len()));
            groups.push(group);
            rest = behind;
        }
        groups.join("-")
    }

    fn labelled(&self, label: &str) -> Hash {
        sha256(&[label.as_bytes(), &self.token].concat())
    }

    /// By what the server finds it.
    fn card_id(&self) -> Hash {
        self.labelled("gongshi/card-id/v1\n")
    }

    /// What the server stores: `{"card","data"}`, and a line feed.
    fn line(&self, opening: &OpeningLine, root: &Hash) -> Result<String, CardError> {
        let mut plain = to_jcs(&Value::object([
            ("class", opening.class.as_str().into()),
            ("id", opening.id.as_str().into()),
            ("root", hex(root).into()),
            ("salt_c", hex(&opening.class_salt).into()),
            ("salt_t", hex(&opening.ticket_salt).into()),
        ]));
        let length = plain.len().next_multiple_of(PADDING);
        plain.extend(std::iter::repeat_n(' ', length - plain.len()));
        let key = self.labelled("gongshi/card-key/v1\n");
        let cipher = Aes256Gcm::new(&key.into());
        // Each key encrypts this one message.
        let data = cipher.encrypt(&Nonce::default(), plain.as_bytes());
        let data = data.map_err(|_| CardError::Encryption)?;
        let mut line = to_jcs(&Value::object([
            ("card", hex(&self.card_id()).into()),
            ("data", base64(&data).into()),
        ]));
        line.push('\n');
        Ok(line)
    }
}

/// Writes the file that a server stores: one line for each card, ascending by card. `cards` are those of the openings, in their
/// order. Never more than some thousand lines are held at once.
///
/// # Errors
/// [`CardError::Encryption`], and what the writing says, as [`io::Error`].
pub fn write_cards(
    cards: &[Card],
    openings: &[OpeningLine],
    root: &Hash,
    out: &mut dyn Write,
) -> io::Result<()> {
    let ids = cards.par_iter().map(Card::card_id);
    let mut order: Vec<(Hash, usize)> = ids.zip(0..cards.len()).collect();
    order.par_sort_unstable();
    for part in order.chunks(LINES_AT_ONCE) {
        let lines = part.par_iter();
        let lines = lines.map(|(_, at)| cards[*at].line(&openings[*at], root));
        let lines: Vec<String> = lines.collect::<Result<_, _>>().map_err(io::Error::other)?;
        out.write_all(lines.concat().as_bytes())?;
    }
    Ok(())
}

/// A page of cards to print and cut: one HTML file that needs nothing else. `site` is the address of the portal, without a slash at
/// the end.
///
/// # Errors
/// [`CardError::Link`].
pub fn cards_page(
    cards: &[Card],
    root: &Hash,
    site: &str,
    lang: Lang,
) -> Result<String, CardError> {
    let words = Words::new(lang, site);
    let root = &hex(root)[..16];
    let one = |card: &Card| {
        let token = card.token();
        let code = qr(&format!("{site}/check#{token}"))?;
        Ok(format!(
            "<section>{code}<div><h2>{}</h2><dl><dt>{}</dt><dd>{}</dd><dt>{}</dt><dd class=\"t\">{token}</dd>\
             <dt>{}</dt><dd>{root}…</dd></dl><p>{}</p><p>{}</p></div></section>\n",
            words.title, words.subject, card.id, words.token, words.library, words.lead, words.how
        ))
    };
    let sections: Vec<String> = cards
        .par_iter()
        .map(one)
        .collect::<Result<_, CardError>>()?;
    Ok(format!(
        "<!doctype html>\n<html lang=\"{}\"><meta charset=\"utf-8\"><title>{}</title>\n<style>{STYLE}</style>\n{}</html>\n",
        lang.tag(),
        words.title,
        sections.concat()
    ))
}

const STYLE: &str = "body{margin:0;font:9pt/1.4 sans-serif}\
section{display:flex;gap:5mm;box-sizing:border-box;width:180mm;min-height:66mm;margin:4mm auto;padding:5mm;border:.2mm dashed #888;\
break-inside:avoid}svg{width:44mm;height:44mm;flex:none}h2{margin:0;font-size:13pt}dl{margin:2mm 0;display:grid;\
grid-template-columns:max-content 1fr;gap:0 3mm}dd{margin:0;font-family:monospace}.t{font-size:13pt;font-weight:bold}p{margin:1mm 0}";

/// What stands on every card.
struct Words {
    title: String,
    lead: String,
    subject: String,
    library: String,
    token: String,
    how: String,
}

impl Words {
    fn new(lang: Lang, site: &str) -> Self {
        let said = |key: &str, args: &[(&str, Arg)]| {
            escaped(&Catalogue::built_in().get(lang, &format!("desk-card-{key}"), args))
        };
        Words {
            title: said("title", &[]),
            lead: said("lead", &[]),
            subject: said("subject", &[]),
            library: said("library", &[]),
            token: said("token", &[]),
            how: said("how", &[("link", format!("{site}/check").into())]),
        }
    }
}

fn escaped(text: &str) -> String {
    // Marks that keep arguments apart from right-to-left text have no use on paper.
    text.replace(['\u{2068}', '\u{2069}'], "")
        .replace('&', "&amp;")
        .replace('<', "&lt;")
}

/// A QR code as SVG.
fn qr(text: &str) -> Result<String, CardError> {
    let qr = Qr::of(text).ok_or(CardError::Link)?;
    let (size, path) = (qr.size, qr.path);
    Ok(format!(
        "<svg viewBox=\"-4 -4 {size} {size}\" role=\"img\"><path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongshi_verify::encoding::base64_strict;
    use gongshi_verify::json;

    fn opening(id: &str) -> OpeningLine {
        OpeningLine {
            id: id.to_owned(),
            class: "high".to_owned(),
            class_salt: [1; 32],
            ticket_salt: [2; 32],
        }
    }

    #[test]
    fn a_card_opens_its_own_line_and_no_other() {
        let openings = [opening("A1"), opening("A2")];
        let cards = [Card::new("A1", || [3; 32]), Card::new("A2", || [4; 32])];
        let mut file = Vec::new();
        write_cards(&cards, &openings, &[9; 32], &mut file).unwrap();
        let file = String::from_utf8(file).unwrap();
        let lines: Vec<&str> = file.lines().collect();
        assert!(lines.len() == 2 && lines.is_sorted());
        let data = |card: &Card| {
            let line = lines
                .iter()
                .find(|line| line.contains(&hex(&card.card_id())))
                .unwrap();
            let line = json::parse(line).unwrap();
            base64_strict(line.get("data").and_then(Value::as_str).unwrap()).unwrap()
        };
        let open = |card: &Card, data: &[u8]| {
            let key = card.labelled("gongshi/card-key/v1\n");
            Aes256Gcm::new(&key.into()).decrypt(&Nonce::default(), data)
        };
        let plain = open(&cards[0], &data(&cards[0])).unwrap();
        assert_eq!(plain.len(), PADDING);
        let value = json::parse(String::from_utf8(plain).unwrap().trim_end()).unwrap();
        assert_eq!(value.get("id").and_then(Value::as_str), Some("A1"));
        assert_eq!(value.get("class").and_then(Value::as_str), Some("high"));
        assert!(open(&cards[1], &data(&cards[0])).is_err());
        assert!(!file.contains("high") && !file.contains("A1"));
    }

    #[test]
    fn tokens_are_printed_in_groups() {
        let card = Card::new("A", || [0xff; 32]);
        assert_eq!(card.token(), "ZZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZW");
        assert_eq!(
            Card::new("A", || [0; 32]).token(),
            "00000-0000-0000-0000-0000-00000"
        );
    }

    #[test]
    fn a_page_needs_nothing_else() {
        let cards = [Card::new("91000000MA00000900", || [5; 32])];
        let page = cards_page(&cards, &[9; 32], "https://gs.example.gov.cn", Lang::Zh).unwrap();
        assert!(page.contains("91000000MA00000900") && page.contains(&cards[0].token()));
        assert!(page.contains("<svg") && page.contains("自查码") && !page.contains("desk-card"));
        for outside in ["<script", "src=", "url(", "href="] {
            assert!(!page.contains(outside), "{outside}");
        }
        let long = format!("https://{}", "a".repeat(3000));
        assert_eq!(
            cards_page(&cards, &[9; 32], &long, Lang::Zh),
            Err(CardError::Link)
        );
    }
}
