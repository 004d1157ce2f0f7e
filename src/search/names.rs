//! Names of businesses as people shorten them. Knows no index: what is returned is one more text that a name is found by.

/// Characters at the beginning of a name in which its places stand.
const PLACES_WITHIN: usize = 9;

/// A folded name without the 省, 市, 县, 区 and 镇 behind its places, as it is spoken: 凤翔东湖烟酒店 for 凤翔县东湖烟酒店. Nothing where it has none.
pub(super) fn without_ranks(name: &str) -> Option<String> {
    let mut short = String::with_capacity(name.len());
    let mut since = 0;
    let mut chars = name.chars().enumerate().peekable();
    while let Some((at, c)) = chars.next() {
        let ranked = matches!(c, '省' | '市' | '县' | '区' | '镇');
        if ranked && since >= 2 && at < PLACES_WITHIN && chars.peek().is_some() {
            since = 0;
            continue;
        }
        short.push(c);
        since += 1;
    }
    (short.len() < name.len()).then_some(short)
}

/// A place without its rank: 凤翔 for 凤翔区. Nothing of what has none or is too short without.
pub(super) fn place_of(word: &str) -> Option<&str> {
    let place = word.strip_suffix(['省', '市', '县', '区', '镇'])?;
    (place.chars().count() >= 2).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lose_their_rank_and_nothing_else() {
        for (name, short) in [
            ("凤翔县东湖烟酒店", Some("凤翔东湖烟酒店")),
            ("宝鸡市凤翔区康民荟大药房", Some("宝鸡凤翔康民荟大药房")),
            ("岐山县凤鸣镇张三丰食品商行", Some("岐山凤鸣张三丰食品商行")),
            ("单县老城羊肉馆", None),
            ("西安高新区", None),
            ("西安悦岭轩餐饮有限公司朝阳区分公司", None),
            ("", None),
        ] {
            assert_eq!(without_ranks(name).as_deref(), short, "{name}");
        }
        assert_eq!(place_of("凤翔区"), Some("凤翔"));
        assert_eq!(place_of("单县"), None);
        assert_eq!(place_of("抽查"), None);
    }
}
