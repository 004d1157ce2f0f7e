//! Every form of a value that departments write, and what is not guessed.

use super::*;
use crate::domain::{Kind, schema};

fn read(
    field: &str,
    ty: &FieldType,
    unit: Option<Unit>,
    cell: &Cell,
) -> Result<Option<Value>, CellProblem> {
    let words = Words {
        vocabulary: Vocabulary::built_in(),
        here: Here {
            province: None,
            day: jiff::civil::date(2026, 3, 2),
        },
    };
    super::read(field, ty, unit, words, cell)
}

#[test]
fn every_form_of_a_date() {
    for text in [
        "2026-03-02",
        "2026-3-2",
        "2026/3/2",
        "2026/03/02",
        "2026.3.2",
        "20260302",
        "2026年3月2日",
        "2026年03月02号",
        "２０２６／３／２",
        "2026-03-02 00:00:00",
        "2026/3/2 0:00",
        "2026-03-02T00:00:00.000",
        "2026-03-02T08:00:00Z",
        "2026-03-01T16:00:00Z",
        "2026-03-01T16:00:00.000Z",
        "2026-03-02T15:59:59Z",
        "2026-03-02T00:00:00+08:00",
        "2026-03-01 16:00:00+00:00",
        "2026-03-01T23:30:00-03:00",
    ] {
        assert_eq!(date(text).as_deref(), Ok("2026-03-02"), "{text}");
    }
    for text in [
        "2026/3/2 9:05",
        "2026-03-01 16:00:00",
        "2026-03-02T08:00:00",
    ] {
        assert_eq!(date(text), Err(CellProblem::Zone), "{text}");
    }
    for text in [
        "3/2/2026",
        "02-03-2026",
        "26-3-2",
        "2026-02-30",
        "2026年3月",
        "2026-3",
        "20260230",
        "4608",
        "46083",
        "46083.0",
        "46083.375",
        "460830",
        "2026-03-02 上午",
        "不详",
        "2026/3-2",
    ] {
        assert_eq!(date(text), Err(CellProblem::Date), "{text}");
    }
}

#[test]
fn money_is_exact() {
    let (wan, yuan) = (Some(Unit::Wan), Some(Unit::Yuan));
    for (text, unit, fen) in [
        ("0.1", wan, 100_000),
        ("0.1 万元", None, 100_000),
        ("0.000001", wan, 1),
        ("12.345678", wan, 12_345_678),
        ("5000", yuan, 500_000),
        ("5,000.50元", None, 500_050),
        ("￥1,234,567.89", yuan, 123_456_789),
        ("人民币５０００元整", None, 500_000),
        ("0.10", yuan, 10),
        ("0", wan, 0),
        ("300", Some(Unit::Fen), 300),
        ("0.5万", yuan, 500_000),
        ("90071992547.40991", wan, 90_071_992_547_409_910),
    ] {
        assert_eq!(money(text, unit), Ok(fen), "{text}");
    }
    for (text, unit, problem) in [
        ("5000", None, CellProblem::MoneyUnit),
        ("0.0000001", wan, CellProblem::MoneyFraction),
        ("0.001", yuan, CellProblem::MoneyFraction),
        ("1.5", Some(Unit::Fen), CellProblem::MoneyFraction),
        ("-5", yuan, CellProblem::Money),
        ("1e3", yuan, CellProblem::Money),
        ("1,23", yuan, CellProblem::Money),
        ("五千", yuan, CellProblem::Money),
        ("", yuan, CellProblem::Money),
        ("99999999999999999999", yuan, CellProblem::Money),
    ] {
        assert_eq!(money(text, unit), Err(problem), "{text}");
    }
}

#[test]
fn other_cells() {
    let text = |text: &str| Cell::Text(text.to_owned());
    let line = FieldType::Text { max_chars: 200 };
    let some = |value: Value| Ok(Some(value));
    let code = FieldType::Uscc;
    assert_eq!(
        read(
            "subject_uscc",
            &code,
            None,
            &text("９１００００００ma00000900 ")
        ),
        some(json!("91000000MA00000900"))
    );
    assert_eq!(
        read(
            "subject_uscc",
            &code,
            None,
            &Cell::Number("911100006000373410".into())
        ),
        Err(CellProblem::Rounded)
    );
    assert_eq!(
        read(
            "region",
            &FieldType::Region,
            None,
            &Cell::Number("610323".into())
        ),
        some(json!("610323"))
    );
    assert_eq!(
        read(
            "subject_name",
            &line,
            None,
            &text("\u{3000}e\u{301}\u{feff}")
        ),
        some(json!("é"))
    );
    assert_eq!(
        read("note", &FieldType::LongText, None, &text("a\r\nb")),
        some(json!("a\nb"))
    );
    assert_eq!(
        read("valid_to", &FieldType::Date, None, &text("长期")),
        Ok(None)
    );
    assert_eq!(
        read("decided_on", &FieldType::Date, None, &text("长期")),
        Err(CellProblem::Date)
    );
    assert_eq!(read("note", &line, None, &text("无")), some(json!("无")));
    assert_eq!(
        read("decided_on", &FieldType::Date, None, &text("无")),
        Ok(None)
    );
    assert_eq!(
        read("note", &line, None, &Cell::Broken("#N/A".into())),
        Err(CellProblem::Broken)
    );
    let years = FieldType::List(&FieldType::Integer {
        min: 1949,
        max: 9999,
    });
    assert_eq!(
        read("report_years", &years, None, &text("2023年、2024年度")),
        some(json!([2023, 2024]))
    );
    assert_eq!(
        read(
            "method",
            &FieldType::Code(CodeList::InspectionMethod),
            None,
            &text("On site")
        ),
        read(
            "method",
            &FieldType::Code(CodeList::InspectionMethod),
            None,
            &text("现场检查")
        ),
    );
    let hash = "AB".repeat(32);
    assert_eq!(
        read(
            "listing",
            &schema(Kind::AbnormalRemoval).field("listing").unwrap().ty,
            None,
            &text(&format!("40 {hash}"))
        ),
        some(json!({"index": 40, "leaf_hash": hash.to_lowercase()}))
    );
}
