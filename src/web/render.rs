//! Templates, compiled once out of the program itself, and the functions they may call.
//!
//! A template holds structure only: its words come from the catalogues through `t`, and everything it prints is escaped.
//! This module must not know what a page is about.

use crate::domain::dates::CHINA_SECONDS;
use crate::text::{Arg, Catalogue, Lang};
use gongshi_verify::time::Timestamp;
use serde::Serialize;
use std::sync::LazyLock;
use tera::{Context, Kwargs, State, Tera, TeraResult, Value};

macro_rules! templates {
    ($($name:literal),+ $(,)?) => {
        /// Every template with its source.
        pub(super) const TEMPLATES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../templates/", $name)))),+];
    };
}

templates!(
    "base.html",
    "parts/draw-check.html",
    "parts/draw-recompute.html",
    "parts/pager.html",
    "parts/records.html",
    "parts/searchbox.html",
    "parts/timeline.html",
    "authority.html",
    "enterprise.html",
    "error.html",
    "home.html",
    "list.html",
    "listed.html",
    "log-state.html",
    "problem.html",
    "record.html",
    "search.html",
);

static TERA: LazyLock<Tera> = LazyLock::new(|| {
    let mut tera = Tera::new();
    tera.autoescape_on([".html"]);
    tera.register_function("t", t);
    tera.register_filter("num", |n: i64, _: Kwargs, _: &State| grouped(n));
    tera.add_raw_templates(TEMPLATES.iter().copied())
        .expect("the templates of the program compile, as the tests show");
    tera
});

/// Compiles the templates now, so that the first reader does not wait for it.
pub fn warm_up() {
    LazyLock::force(&TERA);
}

/// Fills a template.
///
/// # Errors
/// When the template asks for what the context lacks: a fault of the program.
pub fn render(template: &str, context: &Context) -> Result<String, tera::Error> {
    TERA.render(template, context)
}

/// `t(k="page-…", name=…)`: a message in the page's language. A number `n` chooses the plural and is given a second time as
/// `n_text`, with its thousands set apart.
fn t(arguments: Kwargs, state: &State) -> TeraResult<String> {
    let key = arguments.must_get::<&str>("k")?;
    let lang = state.get::<String>("lang")?;
    let lang = lang.as_deref().and_then(Lang::from_tag);
    let mut given = Vec::new();
    for (name, value) in arguments.iter() {
        let Some(name) = name.as_str().filter(|name| *name != "k") else {
            continue;
        };
        given.push((name.to_owned(), argument(value)));
        if let Some(number) = value.as_i64() {
            given.push((format!("{name}_text"), Arg::Text(grouped(number))));
        }
    }
    let given: Vec<(&str, Arg)> = given
        .iter()
        .map(|(name, arg)| (name.as_str(), arg.clone()))
        .collect();
    Ok(Catalogue::built_in().get(lang.unwrap_or_default(), key, &given))
}

fn argument(value: &Value) -> Arg {
    match (value.as_i64(), value.as_str()) {
        (Some(number), _) => Arg::Number(number),
        (None, Some(text)) => Arg::Text(text.to_owned()),
        (None, None) => Arg::Text(value.to_string()),
    }
}

/// A number with its thousands set apart by commas.
pub fn grouped(number: impl Into<i128>) -> String {
    let number: i128 = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// A moment as a machine and as a reader take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// UTC, for `datetime`.
    pub iso: String,
    /// Beijing time, in words.
    pub text: String,
}

impl Moment {
    /// The moment in words of that language, to the second.
    pub fn new(lang: Lang, time: Timestamp) -> Self {
        Moment::with_digits(lang, time, "YYYY-MM-DD hh:mm:ss".len())
    }

    /// To the minute, for what is shown as the present time.
    pub fn to_minute(lang: Lang, time: Timestamp) -> Self {
        let seconds = time.unix() - time.unix().rem_euclid(60);
        let time = Timestamp::from_unix(seconds).unwrap_or(time);
        Moment::with_digits(lang, time, "YYYY-MM-DD hh:mm".len())
    }

    fn with_digits(lang: Lang, time: Timestamp, digits: usize) -> Self {
        let local = Timestamp::from_unix(time.unix() + CHINA_SECONDS).unwrap_or(time);
        let mut local = local.to_string().replace('T', " ");
        local.truncate(digits);
        Moment {
            iso: time.to_string(),
            text: Catalogue::built_in().get(lang, "page-beijing-time", &[("time", local.into())]),
        }
    }
}

/// Fen as yuan with two decimals, thousands set apart.
pub fn yuan(lang: Lang, fen: i64) -> String {
    let amount = format!("{}.{:02}", grouped(fen / 100), fen.unsigned_abs() % 100);
    Catalogue::built_in().get(lang, "page-yuan", &[("amount", amount.into())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn templates_compile_and_every_word_they_ask_for_is_there() {
        warm_up();
        for (name, source) in TEMPLATES {
            for part in source.split("t(k=\"").skip(1) {
                let key = part.split('"').next().unwrap();
                for lang in Lang::ALL {
                    assert!(Catalogue::built_in().has(*lang, key), "{name}: {key}");
                }
            }
        }
    }

    #[test]
    fn no_word_of_a_page_is_left_over() {
        let sources: String = TEMPLATES.iter().map(|(_, source)| *source).collect();
        let code = [
            include_str!("render.rs"),
            include_str!("pages/mod.rs"),
            include_str!("pages/authority.rs"),
            include_str!("pages/enterprise.rs"),
            include_str!("pages/fault.rs"),
            include_str!("pages/fields.rs"),
            include_str!("pages/lists.rs"),
            include_str!("pages/problems.rs"),
            include_str!("pages/record.rs"),
            include_str!("pages/search.rs"),
            include_str!("pages/summary.rs"),
            include_str!("pages/home.rs"),
            include_str!("pages/log_state.rs"),
            include_str!("pages/query.rs"),
        ]
        .concat();
        let used = sources + &code;
        let left: BTreeSet<_> = crate::text::keys(Lang::Zh)
            .into_iter()
            .filter(|key| key.starts_with("page-") && !used.contains(&format!("\"{key}\"")))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }

    #[test]
    fn numbers_money_and_moments() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(-1_234_567), "-1,234,567");
        assert_eq!(yuan(Lang::Zh, 500_005), "5,000.05 元");
        let moment = Moment::new(Lang::En, Timestamp::from_unix(0).unwrap());
        assert_eq!(moment.iso, "1970-01-01T00:00:00Z");
        assert_eq!(moment.text, "1970-01-01 08:00:00 (Beijing time)");
        let late = Timestamp::from_unix(86_399).unwrap();
        let minute = Moment::to_minute(Lang::Zh, late);
        assert_eq!(minute.iso, "1970-01-01T23:59:00Z");
        assert_eq!(minute.text, "1970-01-02 07:59（北京时间）");
    }

    #[test]
    fn what_is_printed_is_escaped() {
        let mut context = Context::new();
        context.insert("lang", "en");
        let mut tera = Tera::new();
        tera.autoescape_on([".html"]);
        tera.register_function("t", t);
        tera.add_raw_template("x.html", "{{ t(k=\"page-yuan\", amount=\"<b>\") }}")
            .unwrap();
        let html = tera.render("x.html", &context).unwrap();
        assert!(html.contains("&lt;b&gt;"), "{html}");
    }
}
