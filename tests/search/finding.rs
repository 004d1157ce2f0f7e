//! What is found, in which order, and how it is counted.

use crate::engines::{Engine, on_both_engines};
use crate::support::*;
use gongshi::search::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashSet};

on_both_engines! {
    names_are_found_by_any_piece_in_any_writing,
    codes_are_found_whole_by_prefix_and_by_piece,
    numbers_are_found_in_any_writing_and_end_where_they_end,
    names_are_found_by_their_sound,
    what_nothing_holds_finds_what_is_most_like_it_and_says_so,
    a_kind_is_found_by_what_it_is_called,
    a_piece_never_runs_over_from_one_code_into_the_next,
    text_is_found_by_words_and_by_parts_of_long_words,
    better_kinds_of_match_come_first_and_newer_among_equals,
    sorts_by_date_with_the_log_time_for_undated,
    no_text_is_an_error_and_nothing_has_a_syntactic_meaning,
    long_queries_are_cut_and_say_so,
    too_deep_is_refused_by_name,
    results_go_on_from_a_place_and_what_is_none_is_refused,
    a_piece_of_a_name_with_a_stop_word_in_it_finds_names,
    every_piece_of_a_name_finds_it,
    every_piece_of_a_code_finds_it_and_nothing_else_does,
    no_text_fails,
    filters_and_facets_agree_with_counting,
    what_was_asked_before_is_answered_as_it_is_now,
}

fn names_are_found_by_any_piece_in_any_writing(engine: Engine) {
    let index = engine.index_of(&county());
    for (text, expected) in [
        ("三丰", &[0, 2][..]),
        ("张三丰食品", &[0]),
        ("商行（个体", &[0]),
        ("商行(个体", &[0]),
        ("好再来", &[1]),
        ("来餐", &[1]),
        ("abc", &[3]),
        ("ｔｒａｄｉｎｇ", &[3]),
        ("xian有限", &[3, 1]),
        ("ABC Trading (Xi'an) 有限公司", &[3]),
        ("有限公司", &[1, 3]),
        ("丰", &[0, 2]),
        ("蔡家坡 餐饮", &[1]),
        ("蔡家坡 食品", &[]),
    ] {
        assert_eq!(found(&*index, text), expected, "{text}");
    }
}

fn codes_are_found_whole_by_prefix_and_by_piece(engine: Engine) {
    let index = engine.index_of(&county());
    for (text, expected) in [
        ("91610323MA6X00002Q", &[1][..]),
        ("91610323ma6x00002q", &[1]),
        ("９１６１０３２３ＭＡ６Ｘ００００２Ｑ", &[1]),
        ("916", &[1]),
        ("9", &[1, 0]),
        ("0002Q", &[1]),
        ("MA6X", &[1, 0]),
        ("岐市监处罚〔2026〕12号", &[0]),
        ("岐市监处罚[2026]12号", &[0]),
        ("岐市监处罚（2026） 12 号", &[0]),
        ("处罚〔2026〕12", &[0]),
        ("610323-2026-LH-007", &[2]),
        ("2026LH", &[2]),
        ("JY16103230012345", &[3]),
        ("30012", &[3]),
        ("30013", &[]),
    ] {
        assert_eq!(found(&*index, text), expected, "{text}");
    }
}

fn numbers_are_found_in_any_writing_and_end_where_they_end(engine: Engine) {
    let numbered = |index: u64, number: &str, name: Option<&str>| SearchDoc {
        codes: vec![number.into()],
        subject_name: name.map(Into::into),
        date: Some(index as i32),
        ..doc(index)
    };
    let index = engine.index_of(&[
        numbered(0, "凤市监处罚〔2026〕17号", Some("甲店")),
        numbered(1, "凤市监处罚〔2026〕170号", Some("乙店")),
        numbered(2, "FX-2026-01", None),
        numbered(3, "FX-2026-01", Some("丙店")),
        numbered(4, "FX-2026-010", None),
        numbered(5, "91610305MA001LCR7N", None),
    ]);
    for (text, expected) in [
        ("凤市监处罚〔2026〕17号", &[0][..]),
        ("凤市监处罚字(2026)第017号", &[0]),
        ("凤市监处罚2026年17号", &[0]),
        ("凤市监处罚2026 17", &[0, 1]),
        ("〔2026〕17", &[0, 1]),
        // A plan before what was found under it.
        ("fx202601", &[2, 3, 4]),
        ("FX 2026 1", &[2, 3]),
        ("FX-2026-10", &[4]),
        ("9161O3O5MAOOILCR7N", &[5]),
        ("统一社会信用代码：91610305 MA001LCR7N", &[5]),
    ] {
        assert_eq!(found(&*index, text), expected, "{text}");
    }
}

fn names_are_found_by_their_sound(engine: Engine) {
    let named = |index: u64, name: &str| SearchDoc {
        subject_name: Some(name.into()),
        date: Some(index as i32),
        ..doc(index)
    };
    let index = engine.index_of(&[
        named(0, "凤翔县东湖烟酒店"),
        named(1, "凤翔区重庆老灶火锅店"),
        named(2, "岐山县女娲塬食品有限公司"),
        named(3, "凤翔区K88量贩娱乐有限公司"),
        named(4, "东湖春大酒店"),
    ]);
    for (text, expected) in [
        ("donghu", &[4, 0][..]),
        ("donghuyanjiu", &[0]),
        ("dong hu yan jiu", &[0]),
        ("donghuyj", &[0]),
        ("fxxdhyjd", &[0]),
        // As it is spoken: without the 县.
        ("fxdhyjd", &[0]),
        ("fengxiangdonghu", &[0]),
        ("凤翔东湖烟酒", &[0]),
        ("chongqing", &[1]),
        ("cqlz", &[1]),
        ("nvwa", &[2]),
        ("nuwa", &[2]),
        ("k88", &[3]),
        ("k88liangfan", &[3]),
        ("老灶huoguo", &[1]),
        ("dhc", &[4]),
        ("hu", &[4, 0]),
        ("qx", &[]),
        ("xhdonghu", &[]),
    ] {
        assert_eq!(found(&*index, text), expected, "{text}");
    }
}

fn what_nothing_holds_finds_what_is_most_like_it_and_says_so(engine: Engine) {
    let named = |index: u64, name: &str| SearchDoc {
        subject_name: Some(name.into()),
        kind: if index == 2 { "penalty" } else { "permit" }.into(),
        date: Some(index as i32),
        ..doc(index)
    };
    let index = engine.index_of(&[
        named(0, "凤翔县东湖烟酒店"),
        named(1, "宝鸡鸿达坤建筑工程有限公司"),
        named(2, "凤翔区仇家面馆"),
        SearchDoc {
            subject_uscc: Some("91610305MA001LCR7N".into()),
            ..named(3, "Starlight Trading")
        },
    ]);
    for (text, expected) in [
        ("凤翔县东湖烟洒店", 0),
        ("凤翔县东湖酒烟店", 0),
        ("凤翔县东湖湖烟酒店", 0),
        ("鳳翔縣東湖煙灑店", 0),
        ("宏达坤建筑", 1),
        ("凤翔区仇家面倌", 2),
        ("91610305MA001XCR7N", 3),
        ("starlihgt trading", 3),
        ("starligt", 3),
    ] {
        let page = index.search(&ask(text)).unwrap();
        assert_eq!(indexes(&page).first(), Some(&expected), "{text}");
        assert!(page.similar, "{text}");
        assert_eq!(page.total, page.hits.len() as u64, "{text}");
    }
    for (text, similar) in [
        ("东湖烟酒", false),
        ("完全不同的名称", false),
        ("xyz", false),
    ] {
        assert_eq!(index.search(&ask(text)).unwrap().similar, similar, "{text}");
    }
    // What a filter keeps out is not replaced by what is like it.
    let filtered = SearchQuery {
        kinds: vec!["penalty".into()],
        ..ask("东湖烟酒")
    };
    let page = index.search(&filtered).unwrap();
    assert!(!page.similar && page.total == 0);
}

fn a_kind_is_found_by_what_it_is_called(engine: Engine) {
    let listed = |index: u64, kind: &str, label: &str| SearchDoc {
        kind: kind.into(),
        labels: vec![label.into()],
        date: Some(index as i32),
        ..doc(index)
    };
    let index = engine.index_of(&[
        listed(0, "serious_listing", "列入严重违法失信名单"),
        listed(1, "serious_removal", "移出严重违法失信名单"),
        listed(2, "abnormal_listing", "列入经营异常名录"),
        listed(3, "abnormal_removal", "移出经营异常名录"),
    ]);
    for (text, expected) in [
        ("黑名单", &[0, 1][..]),
        ("脱离黑名单", &[1]),
        ("列异", &[2, 3]),
        ("移出异常名录", &[3]),
        ("失信名单", &[0, 1]),
    ] {
        assert_eq!(found(&*index, text), expected, "{text}");
    }
}

fn a_piece_never_runs_over_from_one_code_into_the_next(engine: Engine) {
    let codes = vec!["AAAABBBB".into(), "CCCCDDDD".into(), "EEEEEFFF".into()];
    let index = engine.index_of(&[SearchDoc { codes, ..doc(0) }]);
    for text in [
        "BBBBCCCC",
        "BBBCCCC",
        "BBCCCC",
        "BCCCC",
        "BBBBCCC",
        "DDDDEEEEE",
        "DDEEEE",
    ] {
        assert_eq!(found(&*index, text), [0_u64; 0], "{text}");
    }
    assert_eq!(found(&*index, "CCDDDD"), [0]);
}

fn text_is_found_by_words_and_by_parts_of_long_words(engine: Engine) {
    let index = engine.index_of(&county());
    for (text, expected) in [
        ("经营异常名录", &[1][..]),
        ("经营异常", &[1]),
        ("异常名录", &[1]),
        ("双随机", &[2]),
        ("市场监管", &[0]),
        ("市场监督", &[0]),
        ("市监局", &[0]),
        ("卫健局", &[]),
        ("失联", &[1]),
        ("监督管理局", &[0]),
        ("管理局", &[0, 2]),
        ("应急管理", &[2]),
        ("无法联系的企业", &[]),
        ("无法联系的", &[1]),
        ("食品安全法罚款", &[0]),
        ("张三丰罚款", &[0]),
        ("危险化学品 抽查", &[2]),
        ("的 双随机", &[2]),
    ] {
        assert_eq!(found(&*index, text), expected, "{text}");
    }
}

fn better_kinds_of_match_come_first_and_newer_among_equals(engine: Engine) {
    let named = |index, name: &str| SearchDoc {
        subject_name: Some(name.into()),
        date: Some(index as i32),
        ..doc(index)
    };
    let docs = [
        SearchDoc {
            codes: vec!["红星食品厂".into()],
            ..doc(0)
        },
        named(1, "红星食品厂"),
        named(2, "岐山县红星食品厂"),
        named(3, "岐山县红星食品厂"),
        SearchDoc {
            codes: vec!["关于红星食品厂的第1号".into()],
            date: Some(900),
            ..doc(4)
        },
        SearchDoc {
            title: "红星食品厂检查结果".into(),
            date: Some(901),
            ..doc(5)
        },
        SearchDoc {
            text: "检查了红星食品厂".into(),
            date: Some(902),
            ..doc(6)
        },
    ];
    let index = engine.index_of(&docs);
    assert_eq!(found(&*index, "红星食品厂"), [0, 1, 3, 2, 4, 5, 6]);
    assert_eq!(found(&*index, "红星 食品厂"), [0, 1, 3, 2, 4, 5, 6]);
    let scores: Vec<f32> = index
        .search(&ask("红星食品厂"))
        .unwrap()
        .hits
        .iter()
        .map(|hit| hit.score)
        .collect();
    assert!(
        scores.is_sorted_by(|a, b| a >= b) && scores[2] == scores[3],
        "{scores:?}"
    );
}

fn sorts_by_date_with_the_log_time_for_undated(engine: Engine) {
    let docs = [
        SearchDoc {
            date: Some(100),
            ..doc(0)
        },
        SearchDoc {
            date: None,
            logged_at: 150 * 86_400 + 5,
            ..doc(1)
        },
        SearchDoc {
            date: Some(200),
            ..doc(2)
        },
        SearchDoc {
            date: Some(100),
            ..doc(3)
        },
        SearchDoc {
            date: Some(-3),
            ..doc(4)
        },
    ];
    let index = engine.index_of(&docs);
    let sorted = |sort, offset, limit| {
        indexes(
            &index
                .search(&SearchQuery {
                    sort,
                    offset,
                    limit,
                    ..SearchQuery::default()
                })
                .unwrap(),
        )
    };
    assert_eq!(sorted(Sort::Newest, 0, 9), [2, 1, 3, 0, 4]);
    assert_eq!(sorted(Sort::Relevance, 0, 9), [2, 1, 3, 0, 4]);
    assert_eq!(sorted(Sort::Oldest, 0, 9), [4, 0, 3, 1, 2]);
    assert_eq!(sorted(Sort::Oldest, 1, 2), [0, 3]);
    assert_eq!(sorted(Sort::Newest, 4, 9), [4]);
    assert_eq!(sorted(Sort::Newest, 5, 9), [0_u64; 0]);
    assert_eq!(sorted(Sort::Newest, 2, 0), [0_u64; 0]);
}

fn no_text_is_an_error_and_nothing_has_a_syntactic_meaning(engine: Engine) {
    let index = engine.index_of(&county());
    for text in ["", " ", "\t\n\u{3000}"] {
        let page = index.search(&ask(text)).unwrap();
        assert!(page.understood && page.total == 4, "{text:?}");
    }
    for text in [
        "()",
        "\"",
        "。，！",
        "🙂🙂",
        "\u{202e}\u{200f}",
        "\0\u{7}",
        "*",
        "-",
        "~~~",
        "^",
        "((((",
        "\u{301}",
    ] {
        let page = index.search(&ask(text)).unwrap();
        assert!(
            !page.understood && page.total == 0 && page.facets.kinds.is_empty(),
            "{text:?}"
        );
    }
    for text in [
        "kind:penalty",
        "三丰 OR 好再来",
        "三丰 AND",
        "[a TO b]",
        "<b>三丰</b>",
        "' OR 1=1 --",
        "zzz~2",
        "^91",
    ] {
        assert!(index.search(&ask(text)).is_ok(), "{text:?}");
    }
    assert_eq!(found(&*index, "\"张三丰\" 食品*"), [0]);
    assert_eq!(found(&*index, "好再来 🙂"), [1]);
    assert_eq!(found(&*index, "的"), [0_u64; 0]);
}

fn long_queries_are_cut_and_say_so(engine: Engine) {
    let name = "长".repeat(300);
    let index = engine.index_of(&[SearchDoc {
        subject_name: Some(name.clone()),
        ..doc(0)
    }]);
    for (text, truncated) in [
        (name.clone(), true),
        (name.chars().take(200).collect(), false),
        ("长长 ".repeat(20), true),
    ] {
        let page = index.search(&ask(&text)).unwrap();
        assert_eq!((page.total, page.truncated), (1, truncated));
    }
    assert!(
        index
            .search(&ask(&"垃圾 a1 ".repeat(5_000)))
            .unwrap()
            .truncated
    );
}

fn too_deep_is_refused_by_name(engine: Engine) {
    let index = engine.index_of(&county());
    let deep = |offset, limit| {
        index.search(&SearchQuery {
            offset,
            limit,
            ..SearchQuery::default()
        })
    };
    assert_eq!(deep(MAX_DEPTH - 1, 1).unwrap().total, 4);
    for (offset, limit) in [(MAX_DEPTH, 1), (0, MAX_DEPTH + 1), (usize::MAX, usize::MAX)] {
        match deep(offset, limit) {
            Err(SearchError::TooDeep {
                offset: o,
                limit: l,
                max,
            }) => assert_eq!((o, l, max), (offset, limit, MAX_DEPTH)),
            other => panic!("{other:?}"),
        }
    }
}

fn results_go_on_from_a_place_and_what_is_none_is_refused(engine: Engine) {
    let index = engine.index_of(&county());
    let from = |after: Option<Place>, limit| {
        index.search(&SearchQuery {
            after,
            limit,
            ..ask("有限公司")
        })
    };
    let first = from(None, 1).unwrap();
    assert_eq!((indexes(&first), first.total), (vec![1], 2));
    let second = from(first.next.clone(), 1).unwrap();
    assert_eq!((indexes(&second), second.total), (vec![3], 2));
    assert_eq!(second.next, None);
    // A place outlives what stood there.
    index.index_batch(&[], &[1], 4).unwrap();
    index.commit().unwrap();
    let second = from(first.next, 1).unwrap();
    assert_eq!((indexes(&second), second.total), (vec![3], 1));
    for text in [
        "0.0",
        "x",
        "0.0.0.0",
        "00.1.1",
        "0.1.18446744073709551616",
        "-1.0.0",
    ] {
        let place = Place::parse(text).unwrap();
        let refused = matches!(from(Some(place), 1), Err(SearchError::Nowhere { .. }));
        assert!(refused, "{text}");
    }
    for text in ["", "a b", "'", "一", &"1".repeat(65)] {
        assert_eq!(Place::parse(text), None, "{text}");
    }
}

fn names() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[一-龥]{1,6}",
        2 => "[甲乙丙]{1,4}",
        1 => "[A-Za-z0-9]{1,5}",
        1 => "[Ａ-Ｚ０-９]{1,3}",
        1 => "[（）()〔〕·&' \\-《》]{1,2}",
        1 => Just("有限公司".to_owned()),
        1 => "[éüñçİﬁ①㈱が가\u{20000}-\u{20020}]{1,3}",
    ];
    prop::collection::vec(part, 1..5).prop_map(|parts| parts.concat())
}

fn every_piece_of_a_name_finds_it(engine: Engine) {
    proptest!(ProptestConfig { cases: 24, ..ProptestConfig::default() }, |(names in prop::collection::vec(names(), 1..12),
        cuts in prop::collection::vec((0usize..12, 0usize..30, 2usize..30), 20))| {
        let docs: Vec<SearchDoc> = (0..)
            .zip(&names)
            .map(|(index, name)| SearchDoc { subject_name: Some(name.clone()), ..doc(index) })
            .collect();
        let index = engine.index_of(&docs);
        for (which, start, length) in cuts {
            let which = which % names.len();
            let piece: String = names[which].chars().skip(start).take(length).collect();
            // Two characters that count: brackets and the like are not compared.
            if piece.chars().filter(|c| c.is_alphanumeric()).count() >= 2 {
                let page = index.search(&ask(&piece)).unwrap();
                prop_assert!(indexes(&page).contains(&(which as u64)), "{piece:?} of {:?}", names[which]);
            }
        }
    });
}

fn every_piece_of_a_code_finds_it_and_nothing_else_does(engine: Engine) {
    proptest!(ProptestConfig { cases: 24, ..ProptestConfig::default() }, |(codes in prop::collection::vec("[A-C1-3岐]{1,14}", 1..8),
        start in 0usize..14,
        length in 4usize..14)| {
        let docs: Vec<SearchDoc> =
            (0..).zip(&codes).map(|(index, code)| SearchDoc { codes: vec![code.clone()], ..doc(index) }).collect();
        let index = engine.index_of(&docs);
        for code in &codes {
            let piece: String = code.chars().skip(start).take(length).collect();
            let prefix: String = code.chars().take(3).collect();
            for (text, matches) in [(piece.clone(), piece.chars().count() >= 4), (prefix, false)] {
                if text.is_empty() {
                    continue;
                }
                let page = index.search(&ask(&text)).unwrap();
                let got: HashSet<u64> = match page.similar {
                    true => HashSet::new(),
                    false => indexes(&page).into_iter().collect(),
                };
                let expected: HashSet<u64> = (0..)
                    .zip(&codes)
                    .filter(|(_, code)| if matches { code.contains(&text) } else { code.starts_with(&text) })
                    .map(|(index, _)| index)
                    .collect();
                prop_assert_eq!(got, expected, "{}", text);
            }
        }
    });
}

fn no_text_fails(engine: Engine) {
    let index = engine.index_of(&county());
    proptest!(ProptestConfig { cases: 24, ..ProptestConfig::default() }, |(
        text in any::<String>(),
        more in "[一-龥a-z0-9\\p{P} ]{0,300}",
    )| {
        prop_assert!(index.search(&ask(&text)).is_ok());
        prop_assert!(index.search(&ask(&more)).is_ok());
    });
}

/// Many enough that an engine may keep what it found.
fn what_was_asked_before_is_answered_as_it_is_now(engine: Engine) {
    const MANY: u64 = 300;
    let of = |index: u64, year: i32, label: &str| SearchDoc {
        kind: ["permit", "penalty"][(index % 2) as usize].into(),
        text: "后厨 未见 健康证".into(),
        labels: vec![label.into()],
        date: Some(20_500 + 365 * year + (index % 7) as i32),
        ..doc(index)
    };
    let docs: Vec<SearchDoc> = (0..MANY).map(|index| of(index, 0, "甲乙丙结果")).collect();
    let index = engine.index_of(&docs);
    let kinds = |of: SearchPage| of.facets.kinds;
    let narrowed = SearchQuery {
        kinds: vec!["penalty".into()],
        ..ask("健康证")
    };
    let oldest = SearchQuery {
        sort: Sort::Oldest,
        ..ask("健康证")
    };
    for _ in 0..3 {
        let page = index.search(&ask("健康证")).unwrap();
        assert_eq!((page.total, page.hits.len()), (300, 100));
        assert_eq!(
            kinds(page),
            [("penalty".into(), 150), ("permit".into(), 150)]
        );
        assert_eq!(index.search(&ask("乙丙结")).unwrap().total, 300);
        assert_eq!(index.search(&narrowed).unwrap().total, 150);
        assert_eq!(indexes(&index.search(&oldest).unwrap())[..3], [0, 7, 14]);
        // Other numbers of hits, other places: other questions.
        let few = SearchQuery {
            limit: 2,
            ..oldest.clone()
        };
        let two = index.search(&few).unwrap();
        assert_eq!(indexes(&two), [0, 7]);
        let on = SearchQuery {
            after: two.next,
            ..few.clone()
        };
        assert_eq!(indexes(&index.search(&on).unwrap()), [14, 21]);
        assert!(
            index
                .search(&SearchQuery {
                    no_facets: true,
                    ..few
                })
                .unwrap()
                .facets
                .kinds
                .is_empty()
        );
    }

    index.index_batch(&[], &[0, 7, 299], MANY).unwrap();
    index.commit().unwrap();
    for _ in 0..2 {
        let page = index.search(&ask("健康证")).unwrap();
        assert_eq!(page.total, 297);
        assert_eq!(
            kinds(page),
            [("permit".into(), 149), ("penalty".into(), 148)]
        );
        assert_eq!(index.search(&narrowed).unwrap().total, 148);
        assert_eq!(indexes(&index.search(&oldest).unwrap())[..2], [14, 21]);
    }

    let more: Vec<SearchDoc> = (MANY..MANY + 100)
        .map(|index| of(index, -1, "丁乙丙结果"))
        .collect();
    index.index_batch(&more, &[], MANY + 100).unwrap();
    index.commit().unwrap();
    for _ in 0..2 {
        let page = index.search(&ask("健康证")).unwrap();
        assert_eq!(page.total, 397);
        assert_eq!(
            kinds(page),
            [("permit".into(), 199), ("penalty".into(), 198)]
        );
        assert_eq!(index.search(&ask("乙丙结")).unwrap().total, 397);
        assert_eq!(index.search(&narrowed).unwrap().total, 198);
        assert_eq!(indexes(&index.search(&oldest).unwrap())[..2], [301, 308]);
    }

    index.clear().unwrap();
    assert_eq!(index.search(&ask("健康证")).unwrap().total, 0);
}

fn filters_and_facets_agree_with_counting(engine: Engine) {
    proptest!(ProptestConfig { cases: 24, ..ProptestConfig::default() }, |(
        docs in prop::collection::vec((0usize..3, 0usize..3, 0usize..6, prop::option::of(20_000i32..21_500), 0usize..3, prop::collection::btree_set(0usize..3, 0..3)), 0..80),
        removed in prop::collection::hash_set(0u64..80, 0..10),
        kinds in prop::collection::vec(0usize..3, 0..3),
        authorities in prop::collection::vec(0usize..3, 0..2),
        regions in prop::collection::vec(0usize..6, 0..3),
        marks in prop::collection::vec(0usize..3, 0..3),
        dates in (prop::option::of(20_000i32..21_500), prop::option::of(20_000i32..21_500)),
        text in 0usize..4,
        sort in prop_oneof![Just(Sort::Relevance), Just(Sort::Newest), Just(Sort::Oldest)]
    )| {
        const KINDS: [&str; 3] = ["plan", "penalty", "permit"];
        const AUTHORITIES: [&str; 3] = ["A", "B-1", "C"];
        const REGIONS: [&str; 6] = ["610000", "610300", "610323", "610324", "130600", "000000"];
        const MARKS: [&str; 3] = ["penalty_kind.fine", "penalty_kind.warning", "result.unqualified"];
        const TEXTS: [&str; 4] = ["食品安全", "消防", "烟花爆竹", ""];
        // Two commits, so that there are segments to merge counts of.
        let docs: Vec<SearchDoc> = (0..)
            .zip(&docs)
            .map(|(index, &(kind, authority, region, date, text, ref marks))| SearchDoc {
                kind: KINDS[kind].into(),
                authority: AUTHORITIES[authority].into(),
                region: REGIONS[region].into(),
                text: TEXTS[text].into(),
                marks: marks.iter().map(|mark| MARKS[*mark].into()).collect(),
                date,
                ..doc(index)
            })
            .collect();
        let (first, second) = docs.split_at(docs.len() / 2);
        let index = engine.index_of(first);
        index.index_batch(second, &[], 0).unwrap();
        index.commit().unwrap();
        let removed: Vec<u64> = removed.into_iter().collect();
        index.index_batch(&[], &removed, docs.len() as u64).unwrap();
        index.commit().unwrap();

        let query = SearchQuery {
            text: TEXTS[text].into(),
            kinds: kinds.iter().map(|&kind| KINDS[kind].into()).collect(),
            authorities: authorities.iter().map(|&authority| AUTHORITIES[authority].into()).collect(),
            regions: regions.iter().map(|&region| REGIONS[region].into()).collect(),
            marks: marks.iter().map(|&mark| MARKS[mark].into()).collect(),
            date_from: dates.0,
            date_to: dates.1,
            sort,
            after: None,
            offset: 0,
            limit: 100,
            no_facets: false,
        };
        let lies_in = |inner: &str, outer: &str| inner.starts_with(match outer {
            "610000" => "61",
            "610300" => "6103",
            "130600" => "1306",
            "000000" => "00",
            county => county,
        });
        let mut expected: Vec<&SearchDoc> = docs
            .iter()
            .filter(|doc| !removed.contains(&doc.index))
            .filter(|doc| query.text.is_empty() || doc.text == query.text)
            .filter(|doc| query.kinds.is_empty() || query.kinds.contains(&doc.kind))
            .filter(|doc| query.authorities.is_empty() || query.authorities.contains(&doc.authority))
            .filter(|doc| query.regions.is_empty() || query.regions.iter().any(|outer| lies_in(&doc.region, outer)))
            .filter(|doc| query.marks.is_empty() || query.marks.iter().any(|mark| doc.marks.contains(mark)))
            .filter(|doc| query.date_from.is_none_or(|from| doc.date.is_some_and(|date| date >= from)))
            .filter(|doc| query.date_to.is_none_or(|to| doc.date.is_some_and(|date| date <= to)))
            .collect();
        let page = index.search(&query).unwrap();

        let tally = |values: Vec<String>| {
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            values.into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
            let mut list: Vec<(String, u64)> = counts.into_iter().collect();
            list.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            list
        };
        prop_assert_eq!(page.total, expected.len() as u64);
        prop_assert_eq!(&page.facets.kinds, &tally(expected.iter().map(|doc| doc.kind.clone()).collect()));
        prop_assert_eq!(&page.facets.authorities, &tally(expected.iter().map(|doc| doc.authority.clone()).collect()));
        prop_assert_eq!(&page.facets.marks, &tally(expected.iter().flat_map(|doc| doc.marks.clone()).collect()));
        let within = |doc: &&SearchDoc| {
            ["610000", "610300", "130000", "130600", "610323", "610324", "000000"]
                .into_iter()
                .filter(|outer| match *outer { "130000" => doc.region.starts_with("13"), outer => lies_in(&doc.region, outer) })
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        prop_assert_eq!(&page.facets.regions, &tally(expected.iter().flat_map(within).collect()));
        let year = |date: i32| match date {
            ..20_089 => "2024",
            20_089..20_454 => "2025",
            20_454..20_819 => "2026",
            20_819..21_184 => "2027",
            _ => "2028",
        };
        prop_assert_eq!(
            &page.facets.years,
            &tally(expected.iter().filter_map(|doc| doc.date).map(|date| year(date).to_owned()).collect())
        );
        expected.sort_by_key(|doc| {
            let day = i64::from(doc.date.unwrap_or(0));
            if sort == Sort::Oldest { (day, doc.index as i64) } else { (-day, -(doc.index as i64)) }
        });
        prop_assert_eq!(indexes(&page), expected.iter().map(|doc| doc.index).collect::<Vec<_>>());
        prop_assert_eq!(&page.next, &None);
        // The same from place to place, and the same numbers on each stretch.
        let (mut had, mut after) = (Vec::new(), None);
        loop {
            let part = index.search(&SearchQuery { after, limit: 3, ..query.clone() }).unwrap();
            prop_assert_eq!((part.total, &part.facets), (page.total, &page.facets));
            had.extend(indexes(&part));
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        prop_assert_eq!(had, indexes(&page));
    });
}

/// A stop word in the middle of a name leaves single characters, which do not stand for the name in running text.
fn a_piece_of_a_name_with_a_stop_word_in_it_finds_names(engine: Engine) {
    let named = |index: u64, name: &str, text: &str| SearchDoc {
        subject_name: Some(name.into()),
        text: text.into(),
        ..doc(index)
    };
    let index = engine.index_of(&[
        named(0, "示例县锦和商行", "责令改正"),
        named(1, "示例县兴隆商行", "由商户自行改正，锦旗一面"),
        named(2, "示例县祥和商贸有限公司", "责令改正"),
    ]);
    for (text, expected) in [
        ("锦和", &[0][..]),
        ("和商", &[2, 0]),
        ("锦和商", &[0]),
        ("锦和 责令改正", &[0]),
        ("锦和 不存在", &[]),
        ("商户和锦旗", &[1]),
    ] {
        assert_eq!(found(&*index, text), expected, "{text}");
    }
}
