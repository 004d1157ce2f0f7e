//! Names of inspectors in prose: departments write who inspected into notes, and nobody who inspects is ever named.
//!
//! Only what is plainly said is found: a word for who inspects, something that introduces a name, and a text that reads like one. A note that speaks
//! of inspectors without naming them must pass, so what may be an ordinary word is taken for one.

use crate::domain::person::{DOTS, is_han, reads_like_a_name};
use std::sync::LazyLock;

/// By line: words for who inspects; what introduces a name, beside a blank; what may stand between the two; characters that offices and counts end
/// with, and names of persons do not; ordinary words that begin like a name; words for who is inspected, which end like one for who inspects; words
/// for who leads them, on which a name follows directly; characters that such a name does not begin with; what stands before and behind names of who inspected; English words for who inspects, in lower case, with bars between;
/// family names in Latin letters; what follows on the name of who did it.
const WORDS: &str = include_str!("inspectors.txt");
/// Most characters between the word and what introduces the name.
const MOST_BETWEEN: usize = 8;
/// Most characters of the names of who inspected.
const MOST_NAMES: usize = 16;
/// Most characters of a run that may be names: no word of a text is a reason to read the text to its end.
const MOST_RUN: usize = 40;
/// Characters of a name without a dot, at most.
const MOST_NAME: usize = 4;
/// Stands for what is not said: 张某 names nobody.
const UNNAMED: char = '某';
/// Dots of names that also end sentences.
const FULL_STOPS: [char; 2] = ['.', '\u{ff0e}'];
/// What joins names.
const JOINS: [char; 4] = ['和', '与', '及', '等'];

fn lines() -> [&'static str; 13] {
    // Asked for at every word that is found: read once.
    static LINES: LazyLock<[&str; 13]> = LazyLock::new(|| {
        let mut lines = WORDS.lines();
        [(); 13].map(|()| lines.next().unwrap_or_default())
    });
    *LINES
}

/// Whether a text names an inspector.
pub(super) fn has_inspector_name(text: &str) -> bool {
    let [roles, ..] = lines();
    let follows = |words: &'static str, names: fn(&str) -> bool| {
        words.split(' ').any(|word| {
            let mut found = text.match_indices(word);
            found.any(|(at, _)| {
                let (role, rest) = text.split_at(at + word.len());
                !is_of_the_inspected(role) && names(rest)
            })
        })
    };
    let [.., leaders, _, by, _, _, _, _] = lines();
    follows(roles, names_one)
        || follows(leaders, names_one)
        || follows(by, names_who_did)
        || names_in_latin(text)
}

/// Whether a text ends with a word for who is inspected: 被检查人; but not 接受检查人员, where inspectors are received.
fn is_of_the_inspected(text: &str) -> bool {
    let [_, _, _, _, _, inspected, ..] = lines();
    inspected.split(' ').any(|word| {
        let before = text.strip_suffix(word);
        before.is_some_and(|before| !before.ends_with('接'))
    })
}

/// 检查组组长赵六, 检查员张三现场发现: a name follows directly, and nothing else or what was done.
fn names_one(rest: &str) -> bool {
    let [roles, _, _, _, _, _, _, no_beginnings, ..] = lines();
    names_somebody(rest)
        || run(rest).is_some_and(|run| {
            // What follows directly may be a sentence of its own.
            let run = run.split(FULL_STOPS).next().unwrap_or_default();
            !run.starts_with(|first| no_beginnings.contains(first))
                && !run.starts_with(JOINS)
                && !roles.split(' ').any(|role| run.contains(role))
                && (is_name(run) || acts(run))
        })
}

/// Whether a run is a name of two or three characters and what its bearer did.
fn acts(run: &str) -> bool {
    let [.., acts] = lines();
    acts.split(' ').any(|act| {
        (2..MOST_NAME).any(|length| {
            let name = head(run, length);
            run[name.len()..].starts_with(act) && is_name(name)
        })
    })
}

/// 由张三和李四检查: two names that are joined stand before what was done. Of one alone nobody can tell whether it is an office.
fn names_who_did(rest: &str) -> bool {
    let [.., deeds, _, _, _] = lines();
    deeds.split(' ').any(|deed| {
        let near = head(rest, MOST_NAMES + deed.chars().count());
        let names = near.find(deed).map(|at| &near[..at]);
        let joins = |c: char| c == '、' || JOINS.contains(&c);
        names.is_some_and(|names| names.contains(joins) && names.split(joins).all(is_name))
    })
}

/// Inspectors: Zhang San.
fn names_in_latin(text: &str) -> bool {
    let [.., roles, families, _] = lines();
    let lower = text.to_ascii_lowercase();
    let is_capital = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_uppercase())
            && word.chars().skip(1).all(|c| c.is_ascii_lowercase())
    };
    let is_family = |word: &str| families.split(' ').any(|family| family == word);
    roles.split('|').any(|role| {
        lower.match_indices(role).any(|(at, _)| {
            let rest = &text[at + role.len()..];
            let Some(rest) = rest.trim_start().strip_prefix([':', '：']) else {
                return false;
            };
            let words = rest.split(|c: char| !c.is_ascii_alphabetic());
            let mut words = words.filter(|word| !word.is_empty());
            match (words.next(), words.next()) {
                (Some(one), Some(other)) if is_capital(one) && is_capital(other) => {
                    is_family(one) || is_family(other)
                }
                _ => false,
            }
        })
    })
}

/// Whether a text that follows on a word for inspectors begins with their names.
fn names_somebody(rest: &str) -> bool {
    let [_, introduces, between, ..] = lines();
    let is_between = |c: char| between.contains(c) || c.is_ascii_digit();
    let is_introduction = |c: char| c.is_whitespace() || introduces.contains(c);
    // 执法人员张三、李四: without an introduction only where two names stand there.
    if let Some(first) = run(rest)
        && let Some(second) = rest[first.len()..].strip_prefix('、')
        && !first.starts_with(JOINS)
        && is_name(first)
        && begins_with_a_name(second.trim_start())
    {
        return true;
    }
    // The signs of a name may stand in what is between, and a bracket may close it: 检查人员（签字）：张三.
    let skip = |text: &str, fits: &dyn Fn(char) -> bool, most: usize| {
        let fitting = text.chars().take(most).take_while(|c| fits(*c));
        fitting.map(char::len_utf8).sum::<usize>()
    };
    let mut rest = rest;
    for _ in 0..2 {
        let between = skip(rest, &is_between, MOST_BETWEEN);
        let behind = &rest[between..];
        let introduction = skip(behind, &is_introduction, usize::MAX);
        if introduction == 0 {
            return false;
        }
        rest = &behind[introduction..];
        if run(rest).is_some_and(is_name) {
            return true;
        }
        let closed = skip(rest, &is_between, MOST_BETWEEN);
        match rest[closed..].strip_prefix(['）', ')', '］', ']', '】']) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    false
}

/// The first characters of a text, at most so many.
fn head(text: &str, most: usize) -> &str {
    text.char_indices()
        .nth(most)
        .map_or(text, |(end, _)| &text[..end])
}

/// The Chinese characters that a text begins with, with dots between them; `None` for none, and for more than names have.
fn run(text: &str) -> Option<&str> {
    let near = head(text, MOST_RUN + 1);
    let mut end = 0;
    let mut rest = near.chars();
    while let Some(c) = rest.next() {
        let goes_on = DOTS.contains(&c) && end > 0 && rest.clone().next().is_some_and(is_han);
        if !is_han(c) && !goes_on {
            break;
        }
        end = near.len() - rest.as_str().len();
    }
    let run = &near[..end];
    (1..=MOST_RUN).contains(&run.chars().count()).then_some(run)
}

/// Whether a run is a name, or names that are joined: 张三和李四, 张三等两人.
fn is_name(run: &str) -> bool {
    let [_, _, _, endings, ordinary, ..] = lines();
    let [.., deeds, _, _, _] = lines();
    // By part: a full stop may be a dot in a name, and the end of a sentence: 两名.未发现问题.
    let is_ordinary = |part: &str| {
        part.ends_with(|last| endings.contains(last))
            || ordinary.split(' ').any(|word| word == part)
            || deeds.split(' ').any(|deed| part.contains(deed))
    };
    let one = |name: &str| {
        reads_like_a_name(name) && !name.contains(UNNAMED) && !name.split(DOTS).any(is_ordinary)
    };
    let mut parts = run.split(JOINS);
    one(run)
        || (parts.next().is_some_and(one)
            && parts.all(|part| part.is_empty() || one(part) || part.ends_with(['人', '名', '位'])))
}

/// Whether a text begins with a name: 李四出示证件.
fn begins_with_a_name(text: &str) -> bool {
    (2..=MOST_NAME).any(|length| is_name(head(text, length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inspectors_are_found_by_their_names() {
        for text in [
            "检查人员：张三、李四",
            "执法人员 张三",
            "执法人员张三、李四出示证件",
            "检查人员:欧阳修文",
            "本次检查人员为张三和李四。",
            "检查人员（签字）：王小明",
            "检查人员2名：张三、李四",
            "检查人员姓名：张三",
            "承办人：王五（执法证号12345）",
            "执法人员：张三等两人",
            "检查员：阿依古丽·买买提",
            "检查员：阿依古丽.买买提",
            "执法人员：约翰．史密斯、李四",
            "检查人员：张三.李四.",
            "该店被执法人员张三、李四当场查获",
            "积极接受检查人员张三、李四询问",
            "执法人员(张三)",
            "由张三和李四检查",
            "本次由张三、李四现场检查，未发现问题",
            "检查组组长赵六",
            "执法人员张三2026年3月5日现场检查",
            "检查组组长赵六3月5日到场",
            "检查员张三12345678",
            "检查人员张三",
            "执法人员张三现场发现",
            "执法人员张三（执法证号略）检查",
            "检查员王五检查",
            "核查人欧阳修当场告知当事人",
            "检查组长：赵六",
            "检查组组长赵六，组员两名",
            "Inspectors: Zhang San",
            "Inspected by: San Zhang, Li Si",
            "INSPECTOR：Ouyang Xiu",
        ] {
            assert!(has_inspector_name(text), "{text}");
        }
    }

    #[test]
    fn a_note_that_names_nobody_is_none() {
        for text in [
            "检查人员两名",
            "检查人员费用",
            "执法人员当场检查",
            "执法人员连夜检查",
            "执法人员高频抽查",
            "检查人员查出3处隐患",
            "执法人员查获2箱",
            "执法人员查封现场",
            "执法人员查扣。",
            "执法人员封锁现场",
            "执法人员路过现场发现",
            "检查人员保护现场",
            "执法人员时隔3日再次检查",
            "检查人员高效、规范",
            "执法人员应对12处隐患逐一核查",
            "执法人员郑重告知当事人",
            "执法人员于现场发现",
            "执法人员常年前往",
            "执法人员对现场检查",
            "执法人员依法检查发现",
            "执法人员再次现场检查",
            "执法人员张某现场发现",
            "检查人员向当事人出示证件",
            "检查人员：2名",
            "检查人员：两人",
            "检查人员 双人",
            "执法人员出示证件",
            "执法人员 出示证件后进入现场。",
            "执法人员于现场检查时发现",
            "执法人员：于现场、当日",
            "检查人员：安全科、高新所",
            "检查人员：市场监管所",
            "检查人员和企业负责人到场。",
            "检查人员 时间 地点",
            "检查人员应当不少于两人",
            "检查人员（两名）",
            "执法人员有权进入",
            "检查人员：见附件",
            "检查人员经查，该公司已停业",
            "检查人员：全体",
            "执法人员张某、李某某",
            "检查人员：张某",
            "检查人员：两名.未发现问题",
            "检查人员：全体.现场正常",
            "检查人员：见附件.检查时间另告",
            "检查人员：市监所.当事人在场",
            "被检查人：张三",
            "被检查人：王小明在场",
            "被监督检查人：王小明",
            "被检查人员：张三、李四",
            "受检查人：张三",
            "受检查人员：张三",
            "执法人员：金台区、陈仓区各两名",
            "检查人员：郑州、洛阳各一名",
            "当事人张三在场，执法人员告知其权利。",
            "法定代表人：张三",
            "张三丰食品店",
            "由县局和乡镇检查",
            "由公安和城管检查",
            "由安监、应急现场检查",
            "由两人检查",
            "由张某和李某检查",
            "由企业和个人自行检查",
            "由于现场和资料不符检查中止",
            "由单位和商户自行检查",
            "由市场监管局、农业农村局联合检查",
            "检查组组长一名，组员两名",
            "检查组组长应到场",
            "检查组组长于现场说明",
            "检查组组长和组员到场",
            "检查组组长负责联络",
            "检查组组长签字.企业盖章",
            "Inspectors: Two",
            "Inspectors: see annex",
            "Inspectors: See Annex",
            "Inspectors: Market Supervision",
            "Inspectors Zhang San Road office",
            "",
        ] {
            assert!(!has_inspector_name(text), "{text}");
        }
    }
}
