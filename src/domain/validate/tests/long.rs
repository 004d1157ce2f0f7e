//! Texts as long as may be, as many as a request holds: whoever has no key may send them, so the work must grow with the text and not faster.

use super::*;
use crate::domain::schema::LONG_TEXT_MAX;

/// Long texts in a body; a request may hold three times as many.
const TEXTS: usize = 6;

/// A walk to the end of the text from each word of it would take minutes here.
#[test]
fn a_long_text_is_walked_through_once() {
    for word in [
        "由",
        "由检",
        "组长",
        "带队人：",
        "检查人员",
        "执法人员：",
        "执法人员 ",
        "被检查人",
        "执法人员阿·",
        "执法人员李、",
        "Inspectors:",
        "inspector: A ",
        "1391234-",
    ] {
        // Whole words: what is left of one could be a name.
        let content = word.repeat((LONG_TEXT_MAX - 1) / word.chars().count());
        let restriction = json!({"restriction": "key_supervision", "content": content + "。"});
        let listing = map(json!({
            "subject_uscc": "91000000MA00000900", "subject_name": "岐山县示例餐饮店", "region": "610323",
            "serious_category": "food_safety", "reason": "受到较重行政处罚。", "listed_on": "2026-03-01",
            "restrictions": vec![restriction; TEXTS], "legal_basis": "管理办法",
        }));
        assert_eq!(problems(Kind::SeriousListing, &listing), [], "{word}");
    }
}
