//! How Chinese words are set on a page.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

/// Where a page has a space beside full-width punctuation, which has its space within, or Latin punctuation after Chinese text.
pub fn holes(html: &str) -> Vec<String> {
    let text = running_text(html);
    let characters: Vec<char> = text.chars().collect();
    let mut holes = Vec::new();
    for window in characters.windows(3) {
        let [before, between, after] = window else {
            unreachable!("windows of three");
        };
        let full_width = |c: &char| "，。；：、？！（）《》「」“”".contains(*c);
        // An index or a raised dot after a name in brackets stands by itself.
        let at_edge = *before == '\n' || "\n#·".contains(*after);
        let hole = *between == ' ' && (full_width(before) || full_width(after)) && !at_edge;
        let han = |c: &char| ('\u{4e00}'..='\u{9fff}').contains(c);
        let latin = ",;?!".contains(*between) && han(before);
        if hole || latin {
            let at = text.find(&window.iter().collect::<String>()).unwrap_or(0);
            holes.push(text[at..].chars().take(30).collect());
        }
    }
    holes
}

/// The words of a page as they run on: inline elements gone, a line for each other one, white space as it is drawn.
fn running_text(html: &str) -> String {
    const INLINE: &[&str] = &["a", "bdi", "b", "code", "strong", "em", "time", "span"];
    let body = html.split_once("<body>").unwrap().1;
    let mut text = String::new();
    for (i, part) in body.split('<').enumerate() {
        let (tag, words) = match i {
            0 => ("", part),
            _ => part.split_once('>').unwrap_or(("", part)),
        };
        let name = tag
            .trim_start_matches('/')
            .split([' ', '\n'])
            .next()
            .unwrap();
        // Counts and codes stand apart.
        let apart = ["class=\"count\"", "class=\"code\""]
            .iter()
            .any(|class| tag.contains(class));
        if i > 0 && (apart || !INLINE.contains(&name)) {
            text.push('\n');
        }
        text.push_str(words);
    }
    let lines = text.split('\n').map(|line| {
        line.split_whitespace().collect::<Vec<_>>().join(" ")
            + if line.ends_with(char::is_whitespace) {
                " "
            } else {
                ""
            }
    });
    lines.collect::<Vec<_>>().join("\n")
}
