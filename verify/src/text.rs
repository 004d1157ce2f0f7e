//! Foreign text, made fit to be shown among one's own: on a terminal, or in a line that means something.
//!
//! For showing only. What is hashed, signed or compared is never changed.

use alloc::string::String;
use core::fmt::Write;

/// The text with every character written out as `\u{…}` that moves the cursor, turns the direction of what follows, or takes
/// no room, so that nothing in it can hide, or write over, what stands around it; and every blank after a blank, so that
/// nothing in it seems to begin a line of its own.
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut after_blank = false;
    for c in text.chars() {
        let again = after_blank && c.is_whitespace();
        after_blank = c.is_whitespace();
        if is_plain(c) && !again {
            shown.push(c);
        } else {
            // Writing to a string does not fail.
            let _ = write!(shown, "{}", c.escape_unicode());
        }
    }
    shown
}

/// The same of the beginning: names may be as long as their file.
pub fn shown_beginning(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => {
            let mut beginning = shown(&text[..end]);
            beginning.push('…');
            beginning
        }
        None => shown(text),
    }
}

fn is_plain(c: char) -> bool {
    let hides = matches!(c,
        // Soft hyphen, joiners, fillers and other characters without width.
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        // Tags; variation selectors stay, for characters of names have them.
        | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}'
        // Direction, and line ends that are no control characters.
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
    );
    !(hides || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_writes_over_or_hides() {
        for c in [
            '\u{1b}',
            '\u{9b}',
            '\u{7f}',
            '\0',
            '\n',
            '\u{61c}',
            '\u{200b}',
            '\u{200e}',
            '\u{200f}',
            '\u{2028}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{feff}',
            '\u{ad}',
            '\u{e0041}',
            '\u{3164}',
        ] {
            let text = shown(&alloc::format!("a{c}b"));
            assert!(
                !text.contains(c) && text.starts_with("a\\u{") && text.ends_with("}b"),
                "{text}"
            );
        }
        for plain in [
            "岐山县市场监督管理局",
            "a b-c_d.é",
            "㐂\u{e0100}、「」！",
            "\\u{1b}",
        ] {
            assert_eq!(shown(plain), plain);
        }
        assert_eq!(shown("a  \u{3000}b"), "a \\u{20}\\u{3000}b");
        assert_eq!(shown_beginning("名字\u{1b}", 2), "名字…");
        assert_eq!(shown_beginning("名字\u{1b}", 3), "名字\\u{1b}");
    }
}
