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
    "parts/chart.html",
    "parts/comparison.html",
    "parts/countdown.html",
    "parts/draw-check.html",
    "parts/display.html",
    "parts/draw-recompute.html",
    "parts/duties.html",
    "parts/duty-counts.html",
    "parts/early.html",
    "parts/journeys.html",
    "parts/pager.html",
    "parts/permanent.html",
    "parts/progress.html",
    "parts/records.html",
    "parts/rules.html",
    "parts/searchbox.html",
    "parts/recount.html",
    "parts/suggest.html",
    "parts/timeline.html",
    "parts/undrawn.html",
    "parts/values.html",
    "parts/verify.html",
    "parts/verify-field.html",
    "accessibility.html",
    "authority.html",
    "bulletin-draft.html",
    "bulletins.html",
    "check.html",
    "department-duties.html",
    "desk.html",
    "developers.html",
    "double.html",
    "draw.html",
    "duties.html",
    "ended.html",
    "enterprise.html",
    "error.html",
    "fairness.html",
    "help.html",
    "home.html",
    "indicator.html",
    "list.html",
    "listed.html",
    "log-state.html",
    "plan.html",
    "plans.html",
    "problem.html",
    "promises.html",
    "receipt.html",
    "receipt-slip.html",
    "receipts.html",
    "record.html",
    "rules-codes.html",
    "rules-file.html",
    "repair.html",
    "rules.html",
    "search.html",
    "sitemap.xml",
    "statistics.html",
    "target.html",
    "tasks.html",
    "verify-alone.html",
    "verify.html",
);

static TERA: LazyLock<Tera> = LazyLock::new(|| {
    let mut tera = Tera::new();
    tera.autoescape_on([".html", ".xml"]);
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

    /// All sources of a folder, one after another.
    fn all_of(folder: &std::path::Path) -> String {
        let items = std::fs::read_dir(folder).unwrap();
        let paths = items.map(|item| item.unwrap().path());
        paths
            .map(|path| match path.is_dir() {
                true => all_of(&path),
                false => std::fs::read_to_string(path).unwrap(),
            })
            .collect()
    }

    #[test]
    fn no_word_of_a_page_is_left_over() {
        let sources: String = TEMPLATES.iter().map(|(_, source)| *source).collect();
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
        let code = all_of(&folder);
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

    /// A page that holds a part: what every page has, and `given`.
    fn page_of(part: &str, lang: Lang, given: &serde_json::Value) -> String {
        let mut tera = TERA.clone();
        let include = format!("<h1>{{{{ title }}}}</h1>{{% include \"parts/{part}\" %}}");
        let source =
            format!("{{% extends \"base.html\" %}}{{% block main %}}{include}{{% endblock %}}");
        tera.add_raw_template("page.html", &source).unwrap();
        let common = serde_json::json!({
            "lang": lang.tag(), "gap": if lang == Lang::En { " " } else { "" }, "base": crate::web::links::prefix(lang),
            "home": "/", "path": "/", "title": "ddraw/1", "origin": "example.org/log", "size": 3, "entries": "3", "alternates": [],
            "style": crate::web::assets::style(), "mark": crate::web::assets::mark(), "other_lang": "en", "other_href": "/en/",
            "draw_one": crate::web::assets::draw_one(), "draw_all": crate::web::assets::draw_all(), "countdown": crate::web::assets::countdown(),
            "policy_file": "log.policy", "indexable": false, "then": null, "synthetic": false, "simulated": false, "site": null, "here": "/",
        });
        let mut context = Context::new();
        for (name, value) in [&common, given]
            .iter()
            .flat_map(|all| all.as_object().unwrap())
        {
            context.insert(name.clone(), value);
        }
        tera.render("page.html", &context).unwrap()
    }

    /// Every page that a reader of the parts about draws can meet; written into the folder `GONGSHI_PARTS`, where it is named, for
    /// `tests/browser/draws.py`.
    #[test]
    fn parts_about_draws_are_whole_in_both_languages() {
        let plan = |sealed: bool| {
            let root = "a".repeat(64);
            let targets = "/api/v1/plans/610323-SCJG/2026-03/07/targets/";
            serde_json::json!({"key": "610323-SCJG/2026-03/07", "targets": targets, "root": root, "sealed": sealed, "ended": ""})
        };
        let mut ended = plan(false);
        ended["ended"] = "cancelled".into();
        let one = |plans: Vec<serde_json::Value>, id: &str, action: &str, value: &str| {
            serde_json::json!({
                "check_plans": plans, "check_id": id, "check_action": action, "check_value": value,
                "check_file": "/api/v1/draws/610323-SCJG/2026-03/07", "check_saved": "610323-SCJG-2026-03-07.draw",
            })
        };
        let value = "b".repeat(64);
        let again = "/api/v1/draws/610323-SCJG/2026-03/07";
        let again = serde_json::json!({"recompute_url": again, "recompute_file": "610323-SCJG-2026-03-07.draw"});
        let moment =
            serde_json::json!({"iso": "2026-03-02T08:00:00Z", "text": "2026-03-02 16:00:00"});
        let awaited = serde_json::json!({
            "upcoming": ["t0", {"moment": moment, "distance": "2 h"}], "log_now": "2026-03-02T06:00:00Z",
        });
        let pages = [
            (
                "one",
                "draw-check.html",
                one(vec![plan(false)], "", "/plan", &value),
            ),
            (
                "one-id",
                "draw-check.html",
                one(vec![plan(false)], "91A", "/plan", &value),
            ),
            (
                "one-early",
                "draw-check.html",
                one(vec![plan(false)], "", "/plan", ""),
            ),
            (
                "sealed",
                "draw-check.html",
                one(vec![plan(true)], "", "/plan", &value),
            ),
            (
                "card",
                "draw-check.html",
                one(vec![plan(true), plan(true)], "", "", ""),
            ),
            (
                "ended",
                "draw-check.html",
                one(vec![ended], "", "/plan", ""),
            ),
            ("all", "draw-recompute.html", again),
            ("countdown", "countdown.html", awaited),
        ];
        for lang in Lang::ALL {
            for (name, part, given) in &pages {
                let html = page_of(part, *lang, given);
                for text in html.split('>').filter_map(|piece| piece.split('<').next()) {
                    assert!(
                        !text.contains("page-") && !text.contains("{ $"),
                        "{name}: {text}"
                    );
                }
                assert_eq!(
                    html.contains("ddraw/1|seed|"),
                    ["one", "one-id"].contains(name)
                );
                assert_eq!(
                    html.contains("data-card "),
                    ["sealed", "card"].contains(name),
                    "{name}"
                );
                assert_eq!(
                    html.contains("data-code"),
                    part.contains("check") && *name != "card",
                    "{name}"
                );
                // A card's code must not go to the server, whatever happens to the script.
                assert!(!html.contains("id=\"check-card\" name"), "{name}");
                if let Some(folder) = std::env::var_os("GONGSHI_PARTS") {
                    let file = format!("{name}.{}.html", lang.tag());
                    std::fs::write(std::path::Path::new(&folder).join(file), html).unwrap();
                }
            }
        }
    }

    /// A script's texts are named in the part of the page that it serves.
    #[test]
    fn parts_about_draws_have_the_texts_of_their_scripts() {
        let shared = concat!(
            include_str!("../../static/page-steps.js"),
            include_str!("../../static/steps.js"),
            include_str!("../../static/draw-steps.js"),
        );
        let one = concat!(
            include_str!("../../static/draw-one.js"),
            include_str!("../../static/draw-card.js"),
            include_str!("../../static/draw-target.js")
        );
        let all = concat!(
            include_str!("../../static/draw-all.js"),
            include_str!("../../static/draw-worker.js"),
            include_str!("../../static/draw-file.js"),
            include_str!("../../static/draw-plan.js"),
            include_str!("../../static/draw-proof.js"),
        );
        for (part, own) in [
            ("parts/draw-check.html", one),
            ("parts/draw-recompute.html", all),
        ] {
            let (_, source) = TEMPLATES.iter().find(|(name, _)| *name == part).unwrap();
            let named: BTreeSet<&str> = source
                .split('"')
                .filter_map(|piece| piece.strip_prefix("page-check-"))
                .collect();
            let literals = |scripts: &str| -> BTreeSet<String> {
                let comment = |line: &&str| {
                    ["//", "/*", "*"]
                        .iter()
                        .any(|begin| line.trim().starts_with(begin))
                };
                let code = scripts.lines().filter(|line| !comment(line));
                code.flat_map(|line| line.split('\'').skip(1).step_by(2))
                    .map(str::to_owned)
                    .collect()
            };
            let written = &literals(own) | &literals(shared);
            for text in &written {
                let key = format!("page-check-{text}");
                let known = Catalogue::built_in().has(Lang::Zh, &key);
                assert!(
                    !known || named.contains(text.as_str()),
                    "{part} lacks {text}"
                );
            }
            // Names that scripts put together, of steps and outcomes.
            let made = [
                "step-",
                "outcome-",
                "all-",
                "one-",
                "offline",
                "file-download",
            ];
            let made = |text: &str| {
                let step = text
                    .strip_suffix("-pass")
                    .or(text.strip_suffix("-unchecked"));
                made.iter().any(|begin| text.starts_with(begin))
                    || step.is_some_and(|step| written.contains(step))
            };
            for text in &named {
                assert!(
                    written.contains(*text) || made(text),
                    "{part}: nobody says {text}"
                );
            }
        }
    }
}
