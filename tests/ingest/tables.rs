//! Every form departments use, and every fault told by line, column and value.

use crate::log_double::LogDouble;
use crate::support::*;
use gongshi::domain::Kind;
use gongshi::ingest::table::{Format, TemplateError, template};
use gongshi::ingest::{Here, Import, ImportError, Options, Rights, Summary, Vocabulary};
use gongshi::text::Lang;
use std::path::Path;

fn form(kind: Kind, format: Format, lang: Lang) -> Result<Vec<u8>, TemplateError> {
    let here = Here {
        province: None,
        day: jiff::civil::date(2026, 3, 2),
    };
    template(kind, format, lang, Vocabulary::built_in(), here)
}

#[test]
fn templates_import_cleanly_in_both_formats_and_languages() {
    let desk = Desk::new();
    for kind in IMPORTABLE {
        for lang in Lang::ALL {
            for (format, name) in [(Format::Csv, "t.csv"), (Format::Xlsx, "t.xlsx")] {
                let file = desk.put(name, form(*kind, format, *lang).unwrap());
                let (summary, said) = check(options(*kind, &file));
                let good = Summary {
                    read: 1,
                    ..Summary::default()
                };
                assert_eq!((summary, said), (good, vec![]), "{kind} {lang:?} {name}");
            }
        }
    }
    assert_eq!(
        Kind::ALL.iter().filter(|kind| kind.importable()).count(),
        IMPORTABLE.len()
    );
    assert!(form(Kind::Plan, Format::Csv, Lang::Zh).is_err());
    let csv = form(Kind::Penalty, Format::Csv, Lang::Zh).unwrap();
    assert!(csv.starts_with("\u{feff}统一社会信用代码,主体名称,".as_bytes()));
}

#[test]
fn encodings_delimiters_and_line_ends_make_no_difference() {
    let desk = Desk::new();
    let text = listings(3);
    let encode =
        |encoding: &'static encoding_rs::Encoding, text: &str| encoding.encode(text).0.into_owned();
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let files: [(&str, Vec<u8>); 8] = [
        ("utf8.csv", text.clone().into_bytes()),
        ("bom.csv", format!("\u{feff}{text}").into_bytes()),
        ("gb.csv", encode(encoding_rs::GB18030, &text)),
        ("utf16.csv", utf16),
        ("crlf.csv", text.replace('\n', "\r\n").into_bytes()),
        ("tab.txt", text.replace(',', "\t").into_bytes()),
        ("semicolon.csv", text.replace(',', ";").into_bytes()),
        (
            "quoted.csv",
            text.replace("示例公司1", "\"示例公司1\"").into_bytes(),
        ),
    ];
    let office = Office::new();
    let mut first: Option<Vec<String>> = None;
    for (name, bytes) in files {
        let file = desk.put(name, bytes);
        let log = LogDouble::default();
        let summary = office.must(&log, options(Kind::AbnormalListing, &file));
        assert_eq!((summary.read, summary.appended), (3, 3), "{name}");
        // The same rows, so the journal of another would keep them out.
        std::fs::remove_file(desk.path("gongshi-journal")).unwrap();
        let mut bodies = log.bodies();
        bodies.sort();
        assert_eq!(*first.get_or_insert(bodies.clone()), bodies, "{name}");
    }
}

#[test]
fn columns_are_known_by_many_names() {
    let desk = Desk::new();
    for header in [
        "subject_uscc,subject_name,region,listed_reason,listed_on",
        "社会信用代码,主体名称,行政区划,列入经营异常名录原因,列入时间",
        "＊信用代码（必填）, 企业 名称 ,区划代码,speCause_CN,abntime",
        "Unified social credit code,Name of subject,Region code,Reason for listing,Date of listing",
    ] {
        let header = if header.starts_with("Unified") {
            let name = |field: &str| {
                let catalogue = gongshi::text::Catalogue::built_in();
                catalogue.field(Lang::En, "abnormal_listing", field)
            };
            let fields = [
                "subject_uscc",
                "subject_name",
                "region",
                "listed_reason",
                "listed_on",
            ];
            fields.map(name).join(",")
        } else {
            header.to_owned()
        };
        // A title above the header, and an empty line.
        let file = desk.put(
            "t.csv",
            format!("经营异常名录一览表,,,,\n\n{header}\n{}", listing(1)),
        );
        let (summary, said) = check(options(Kind::AbnormalListing, &file));
        assert_eq!((summary.read, said), (1, vec![]), "{header}");
    }
}

#[test]
fn a_table_without_rows_is_called_that() {
    let desk = Desk::new();
    let file = desk.put(
        "t.csv",
        "统一社会信用代码,企业名称,行政区划,列入原因,列入日期\n",
    );
    let (summary, said) = check(options(Kind::AbnormalListing, &file));
    assert_eq!((summary.read, said), (0, vec![]));
    for lang in [Lang::Zh, Lang::En] {
        assert_eq!(summary.words(lang), summary.check_words(lang));
        assert!(
            !summary.words(lang).contains('0'),
            "{}",
            summary.words(lang)
        );
    }
}

#[test]
fn headers_that_cannot_be_used_stop_everything() {
    let desk = Desk::new();
    let kind = Kind::AbnormalListing;
    let file = desk.put(
        "t.csv",
        "列入原因,法定代表人,列入日期,公示日期\n失联,张三,2026-03-02,2026-03-03\n",
    );
    let said = stopped(options(kind, &file));
    assert!(
        said.contains("法定代表人") && !said.contains("公示日期"),
        "{said}"
    );
    let ignoring = Options {
        ignore_unknown: true,
        ..options(kind, &file)
    };
    let said = stopped(ignoring.clone());
    assert!(
        said.contains("subject_uscc") && said.contains("region"),
        "{said}"
    );
    let set = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect()
    };
    let told = Options {
        set: set(&[
            ("统一社会信用代码", "91000000MA00000900"),
            ("subject_name", "示例公司"),
            ("region", "000000"),
        ]),
        ..ignoring
    };
    let import = Import::open(told.clone()).unwrap();
    assert_eq!(import.left_out(), ["公示日期", "法定代表人"]);
    assert_eq!(check(told).0.bad, 0);
    let wrong = Options {
        set: set(&[("nothing", "x")]),
        ..options(kind, &file)
    };
    assert!(stopped(wrong).contains("nothing"));
    let file = desk.put("t.csv", "列入日期,列入时间,列入原因\n");
    let said = stopped(options(kind, &file));
    assert!(said.contains("列入日期、列入时间"), "{said}");
    let file = desk.put("t.csv", "a,b\nc,d\n");
    assert!(stopped(options(kind, &file)).contains("a、b"));
    let file = desk.put("t.csv", "");
    assert!(stopped(options(kind, &file)).contains("表格是空的"));
    assert!(matches!(
        Import::open(options(Kind::Plan, &file)),
        Err(ImportError::Kind(Kind::Plan))
    ));
}

#[test]
fn files_that_are_no_tables_are_told_apart() {
    let desk = Desk::new();
    let kind = Kind::AbnormalListing;
    let mixed = [
        listings(2).into_bytes(),
        encoding_rs::GB18030.encode(&listing(9)).0.into_owned(),
    ]
    .concat();
    let said = stopped(options(kind, &desk.put("t.csv", mixed)));
    assert!(
        said.contains("第 4 行不是") && said.contains("第 1 行"),
        "{said}"
    );
    let marked = [
        b"\xef\xbb\xbf".as_slice(),
        listings(1).as_bytes(),
        b"\xff\xff\n",
    ]
    .concat();
    assert!(stopped(options(kind, &desk.put("t.csv", marked))).contains("第 3 行"));
    let broken = [
        encoding_rs::GB18030.encode(HEADER).0.as_ref(),
        b"\xff\xff\n",
    ]
    .concat();
    assert!(stopped(options(kind, &desk.put("t.csv", broken))).contains("gb18030"));
    let old = desk.put("t.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    assert!(stopped(options(kind, &old)).contains(".xlsx"));
    let binary = desk.put("t.csv", b"\x00\x01\x02\n");
    assert!(stopped(options(kind, &binary)).contains("XLSX"));
    let zip = desk.put("t.xlsx", b"PK\x03\x04 not a workbook");
    assert!(!stopped(options(kind, &zip)).is_empty());
    let open = HEADER.to_owned() + "\"" + &"示例公司\n".repeat(800_000);
    let said = stopped(options(kind, &desk.put("t.csv", open)));
    assert!(said.contains("第 2 行") && said.contains("引号"), "{said}");
    assert!(!stopped(options(kind, &desk.path("absent.csv"))).is_empty());
}

/// A quotation mark that is never closed swallows the rest of the file: that is told of the line where it stands, also in the first
/// row and the last, and a cell that ends with a line break is not taken for one.
#[test]
fn a_quotation_mark_that_is_not_closed_is_told_where_it_stands() {
    let desk = Desk::new();
    let kind = Kind::AbnormalListing;
    let row = |n: usize| listing(n).replace("示例", "\"示例");
    for (before, after) in [(0, 0), (0, 3), (1, 0), (500, 500)] {
        for end in ["\n", "\r\n", ""] {
            let rest: String = (0..after).map(listing).collect();
            let text = listings(before) + &row(7) + &rest;
            let text = match end {
                "" => text.trim_end().to_owned(),
                end => text.replace('\n', end),
            };
            let said = stopped(options(kind, &desk.put("t.csv", text)));
            let line = format!("第 {} 行", before + 2);
            assert!(said.contains(&line) && said.contains("引号"), "{said}");
        }
    }
    let closed = HEADER.to_owned() + listing(1).trim_end() + ",\"备注\n\"\n";
    let closed = closed.replace("日期\n", "日期,备注\n");
    for text in [closed.clone(), closed.trim_end().to_owned()] {
        let (summary, said) = check(options(kind, &desk.put("t.csv", text)));
        assert_eq!((summary.read, said), (1, vec![]));
    }
    let long = listings(2).replace("示例公司1", &"长".repeat(500_000));
    let said = stopped(options(kind, &desk.put("t.csv", long)));
    assert!(said.contains("第 3 行") && !said.contains("引号"), "{said}");
}

#[test]
fn every_bad_row_is_told_with_line_column_value_and_expectation() {
    let desk = Desk::new();
    let rows = [
        // Line 2 is good and has a line break in it: the next row is on line 4.
        "91000000MA00000900,\"示例公司\",000000,失联,2026-03-02,\"备\n注\"",
        "91310115MA1H8R7C6D,示例公司,000000,失联,2026-03-02,",
        "",
        "91000000MA00000900,,000000,不明,2026-02-30,",
        "91000000MA00000900,示例公司,00000,失联,3/2/2026,,多余",
        "91000000MA00000900,示例公司,000000,失联,2026-03-02,\"备\n注\"",
        "91000000ma00000900 ,\"示例\n公司\",000000,失联,2026-03-02,",
    ];
    let header = "统一社会信用代码,企业名称,行政区划代码,列入原因,列入日期,备注\n";
    for end in ["\n", "\r\n"] {
        let text = header.to_owned() + &rows.join("\n");
        let file = desk.put("t.csv", text.replace('\n', end));
        let (summary, said) = check(options(Kind::AbnormalListing, &file));
        assert_eq!(
            said,
            [
                "第 4 行「统一社会信用代码」: 91310115MA1H8R7C6D — 校验码应为 7",
                "第 6 行「列入原因」: 不明 — 规则中「列入经营异常名录原因」无此代码，可用：\
                 未依照规定的期限公示年度报告 (annual_report_missing); \
                 未在责令的期限内公示有关企业信息 (instant_information_missing); \
                 公示企业信息隐瞒真实情况、弄虚作假 (false_information); 通过登记的住所（经营场所）无法联系 (unreachable)",
                "第 6 行「列入日期」: 2026-02-30 — 应为日期，例如2026-03-02、2026/3/2、20260302、2026年3月2日",
                "第 6 行「企业名称」: 必须填写",
                "第 7 行「列入日期」: 3/2/2026 — 应为日期，例如2026-03-02、2026/3/2、20260302、2026年3月2日",
                "第 7 行「备注右侧第1列」: 多余 — 该单元格上方没有列名",
                "第 7 行「行政区划代码」: 00000 — 应为六位行政区划代码，例如610323",
                "第 8 行: 与前面的行内容完全相同，未重复写入",
                "第 10 行「企业名称」: 示例⏎公司 — 第3个字符是换行或者不可见字符（U+000A），请删除",
            ]
        );
        let counts = (summary.read, summary.bad, summary.duplicate);
        assert_eq!(counts, (6, 4, 1));
    }
}

#[test]
fn inspection_results_and_penalties_come_out_as_bodies() {
    let desk = Desk::new();
    let office = Office::new();
    let log = LogDouble::default();
    let file = desk.put(
        "r.csv",
        "社会信用代码,检查对象,区划代码,检查来源,抽查批次编号,抽查类型,检查方式,检查日期,检查事项,检查结果,检查人数\n\
         91000000MA00000900,示例公司,000000,双随机,000000-SCJG/2026/01,不定向,现场检查,20260302,登记事项检查,\
         公示信息隐瞒真实情况、弄虚作假；发现问题已责令改正,2人\n",
    );
    office.must(&log, options(Kind::InspectionResult, &file));
    assert_eq!(
        log.bodies(),
        [
            r#"{"draw_basis":"drawn","draw_type":"undirected","inspected_on":"2026-03-02","items":[{"item_name":"登记事项检查","outcome":["false_information_published","problem_corrected"]}],"method":"on_site","officer_count":2,"outcome":["false_information_published","problem_corrected"],"plan_key":"000000-SCJG/2026/01","region":"000000","subject_name":"示例公司","subject_uscc":"91000000MA00000900"}"#
        ]
    );
    let log = LogDouble::default();
    let file = desk.put(
        "p.csv",
        "行政相对人名称,行政相对人类别,统一社会信用代码,行政处罚决定书文号,违法行为类型,处罚依据,处罚类别,处罚内容,\
         罚款金额（万元）,没收金额(元),处罚决定日期,公示截止期,区划代码\n\
         示例公司,法人及非法人组织,91000000MA00000900,示罚〔2026〕1号,无照经营,条例,\"罚款、没收违法所得\",罚款1000元,\
         0.1,\"1,234.5\",2026年3月2日,2029-03-02,000000\n",
    );
    office.must(&log, options(Kind::Penalty, &file));
    assert_eq!(
        log.bodies(),
        [
            r#"{"confiscated_fen":123450,"content":"罚款1000元","decided_on":"2026-03-02","decision_no":"示罚〔2026〕1号","fine_fen":100000,"legal_basis":"条例","penalty_kinds":["fine","confiscate_gains"],"region":"000000","subject_name":"示例公司","subject_uscc":"91000000MA00000900","violation_type":"无照经营"}"#
        ]
    );
}

#[test]
fn workbooks_keep_what_cells_are() {
    use rust_xlsxwriter::{ExcelDateTime, Format as Style, Workbook};
    let desk = Desk::new();
    let mut book = Workbook::new();
    book.add_worksheet()
        .set_name("说明")
        .unwrap()
        .write(0, 0, "本表由…")
        .unwrap();
    let sheet = book.add_worksheet().set_name("数据").unwrap();
    let date = Style::new().set_num_format("yyyy/m/d");
    sheet.write(0, 0, "行政处罚信息").unwrap();
    let headers = [
        "统一社会信用代码",
        "主体名称",
        "行政区划代码",
        "行政处罚决定书文号",
        "违法行为类型",
        "处罚依据",
        "处罚种类",
        "处罚内容",
        "罚款金额（万元）",
        "处罚决定日期",
        "处罚有效期",
    ];
    for (at, header) in (0..).zip(headers) {
        sheet.write(2, at, header).unwrap();
    }
    let words = [
        "91000000MA00000900",
        "示例公司",
        "",
        "示罚1号",
        "类型",
        "依据",
        "罚款",
        "内容",
    ];
    for row in [3, 4, 6] {
        for (at, word) in (0..).zip(words) {
            sheet.write(row, at, word).unwrap();
        }
        // The spreadsheet's own number for 0.3, and dates.
        sheet.write(row, 2, 610_323.0).unwrap();
        sheet.write(row, 8, 0.1 + 0.2).unwrap();
        let decided = ExcelDateTime::from_ymd(2026, 3, 2).unwrap();
        sheet.write_with_format(row, 9, &decided, &date).unwrap();
        let day = ExcelDateTime::from_ymd(2029, 3, 2).unwrap();
        sheet.write_with_format(row, 10, &day, &date).unwrap();
    }
    sheet.write(4, 3, "示罚2号").unwrap();
    // A number that may count from 1900 or from 1904.
    sheet.write(4, 9, 46_083.0).unwrap();
    sheet.write(4, 0, 911_000_000_000_000_000.0).unwrap();
    sheet
        .write_formula(
            6,
            1,
            rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A"),
        )
        .unwrap();
    let file = desk.path("p.xlsx");
    book.save(&file).unwrap();
    let office = Office::new();
    let log = LogDouble::default();
    let (result, said) = office.import(&log, options(Kind::Penalty, &file));
    let (summary, bad) = result.unwrap();
    assert_eq!((summary.appended, summary.bad), (1, 2), "{said:?}");
    assert!(
        said[0].starts_with("第 5 行「统一社会信用代码」: 911000000000000000 — "),
        "{said:?}"
    );
    assert!(
        said[1].starts_with("第 5 行「处罚决定日期」: 46083 — "),
        "{said:?}"
    );
    assert!(
        said[2].starts_with("第 7 行「主体名称」: #N/A — "),
        "{said:?}"
    );
    let body = &log.bodies()[0];
    for part in [
        r#""decided_on":"2026-03-02""#,
        r#""fine_fen":300000"#,
        r#""region":"610323""#,
        r#""valid_until":"2029-03-02""#,
    ] {
        assert!(body.contains(part), "{part} {body}");
    }
    assert_eq!(bad.unwrap(), desk.path("p.xlsx.bad.csv"));
    let missing = Options {
        sheet: Some("没有".to_owned()),
        ..options(Kind::Penalty, &file)
    };
    assert!(stopped(missing).contains("说明、数据"));
}

#[test]
fn of_two_sheets_with_records_none_is_taken() {
    use rust_xlsxwriter::Workbook;
    let desk = Desk::new();
    let mut book = Workbook::new();
    for name in ["一月", "二月", "说明", "空表"] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        let table = match name {
            "说明" => "统一社会信用代码,列入日期\n18位,某日\n".to_owned(),
            "空表" => listings(0),
            _ => listings(1),
        };
        for (row, line) in (0..).zip(table.lines()) {
            for (at, text) in (0..).zip(line.split(',')) {
                sheet.write_string(row, at, text).unwrap();
            }
        }
    }
    let file = desk.path("t.xlsx");
    book.save(&file).unwrap();
    let kind = Kind::AbnormalListing;
    let said = stopped(options(kind, &file));
    assert!(
        said.contains("一月、二月；") && said.contains("--sheet"),
        "{said}"
    );
    let second = Options {
        sheet: Some("二月".to_owned()),
        ..options(kind, &file)
    };
    let import = Import::open(second.clone()).unwrap();
    assert_eq!(
        import.sheets(),
        Some(("二月", vec!["一月", "说明", "空表"]))
    );
    assert_eq!(check(second).0.read, 1);
}

/// What a spreadsheet has done to cells is never taken for what was typed.
#[test]
fn cells_that_a_spreadsheet_has_changed_are_told() {
    use rust_xlsxwriter::{ExcelDateTime, Format as Style, Formula, Workbook};
    let desk = Desk::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let headers = [
        "统一社会信用代码",
        "主体名称",
        "行政区划代码",
        "列入原因",
        "列入日期",
        "决定书文号",
        "备注",
    ];
    for (at, header) in (0..).zip(headers) {
        sheet.write(0, at, header).unwrap();
    }
    for row in 1..=7 {
        let words = [
            "91000000MA00000900",
            "示例公司",
            "000000",
            "失联",
            "2026-03-02",
        ];
        for (at, word) in (0..).zip(words) {
            sheet.write_string(row, at, word).unwrap();
        }
    }
    let day = ExcelDateTime::from_ymd(2026, 3, 1).unwrap();
    let moment = day.clone().and_hms(16, 0, 0).unwrap();
    let date = Style::new().set_num_format("yyyy/m/d");
    sheet.write(1, 5, 123).unwrap();
    sheet.write_with_format(2, 5, &day, &date).unwrap();
    sheet.write_with_format(3, 4, &moment, &date).unwrap();
    sheet
        .write_formula(4, 5, Formula::new("=B1&\"号\"").set_result("uncomputed"))
        .unwrap();
    // A result that is an empty text is one.
    sheet
        .write_formula(5, 5, Formula::new("=IF(TRUE,\"\",1)").set_result("blank"))
        .unwrap();
    let centre = Style::new();
    sheet.merge_range(6, 5, 7, 6, "两行合并", &centre).unwrap();
    let computed = desk.path("computed.xlsx");
    book.save(&computed).unwrap();
    // No spreadsheet program leaves results out, but programs that write workbooks do.
    let file = desk.path("t.xlsx");
    let changes = [("<v>uncomputed</v>", ""), ("<v>blank</v>", "<v></v>")];
    rewrite(&computed, &file, &changes);
    let (summary, said) = check(options(Kind::AbnormalListing, &file));
    let expected = [
        "第 2 行「决定书文号」: 123 — 电子表格已把",
        "第 3 行「决定书文号」: 2026-03-01 — 电子表格已把",
        "第 4 行「列入日期」: 2026-03-01 16:00:00 — 只写时刻",
        "第 5 行「决定书文号」: =B1&\"号\" — 该单元格是公式，",
        "第 7 行「备注」: 该单元格与其他单元格合并",
        "第 8 行「决定书文号」: 该单元格与其他单元格合并",
        "第 8 行「备注」: 该单元格与其他单元格合并",
    ];
    assert_eq!(said.len(), expected.len(), "{said:#?}");
    for (said, expected) in said.iter().zip(expected) {
        assert!(said.starts_with(expected), "{said}");
    }
    assert_eq!((summary.read, summary.bad), (7, 6));
    let header = "统一社会信用代码,企业名称,行政区划代码,列入原因,列入日期,决定书文号\n";
    let shortened = "91000000MA00000900,示例公司,000000,失联,2026-03-02,";
    let text = format!("{header}{shortened}1.23457E+11\n{shortened}\"=\"\"0012\"\"\"\n");
    let file = desk.put("t.csv", text);
    let (_, said) = check(options(Kind::AbnormalListing, &file));
    assert!(
        said[0].contains("1.23457E+11 — 电子表格已把") && said[1].contains("是公式"),
        "{said:?}"
    );
}

/// A copy of a workbook with texts in its sheets replaced.
fn rewrite(from: &Path, to: &Path, changes: &[(&str, &str)]) {
    use std::io::{Read as _, Write as _};
    let mut book = zip::ZipArchive::new(std::fs::File::open(from).unwrap()).unwrap();
    let mut copy = zip::ZipWriter::new(std::fs::File::create(to).unwrap());
    for at in 0..book.len() {
        let mut part = book.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        if name.starts_with("xl/worksheets/") {
            let mut text = String::from_utf8(bytes).unwrap();
            for (old, new) in changes {
                assert!(text.contains(old), "{text}");
                text = text.replace(old, new);
            }
            bytes = text.into_bytes();
        }
        let options = zip::write::SimpleFileOptions::default();
        copy.start_file(name, options).unwrap();
        copy.write_all(&bytes).unwrap();
    }
    copy.finish().unwrap();
}

/// Tables that the desk saves mark as text what a spreadsheet would compute; what is read is the cell, not the mark.
#[test]
fn an_apostrophe_before_a_sign_is_a_mark() {
    let desk = Desk::new();
    let header = "统一社会信用代码,企业名称,行政区划代码,列入原因,列入日期,决定书文号\n";
    let text = format!("{header}91000000MA00000900,'-示例公司,000000,失联,2026-03-02,'普通\n");
    let file = desk.put("t.csv", text);
    let import = Import::open(options(Kind::AbnormalListing, &file)).unwrap();
    let rows = import.rows(&Rights::Unknown, 10).unwrap().unwrap();
    let shown: Vec<&str> = rows[0].row.cells.iter().map(|cell| cell.shown()).collect();
    assert_eq!((shown[1], shown[5]), ("-示例公司", "'普通"));
}

/// Areas that lie upon each other, which no spreadsheet writes, are not gone through again for every row.
#[test]
fn merged_areas_do_not_overlap() {
    let desk = Desk::new();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (at, header) in (0..).zip([
        "统一社会信用代码",
        "企业名称",
        "行政区划代码",
        "列入原因",
        "列入日期",
        "决定书文号",
    ]) {
        sheet.write_string(0, at, header).unwrap();
    }
    sheet.write_string(1, 0, "91000000MA00000900").unwrap();
    sheet
        .merge_range(1, 6, 3, 7, "", &rust_xlsxwriter::Format::new())
        .unwrap();
    let (plain, heavy) = (desk.put("a.xlsx", ""), desk.put("b.xlsx", ""));
    book.save(&plain).unwrap();
    let area = "<mergeCell ref=\"A2:XFD1048576\"/>";
    rewrite(
        &plain,
        &heavy,
        &[("<mergeCell ref=\"G2:H4\"/>", &area.repeat(2))],
    );
    let said = stopped(options(Kind::AbnormalListing, &heavy));
    assert!(said.contains("merged cells overlap in row 2"), "{said}");
}

/// Fields that are true or false, by their columns in both languages and by the command line.
#[test]
fn truth_values_are_read_from_columns_and_the_command_line() {
    let desk = Desk::new();
    let row = |lang: Lang, truth: [&str; 2]| {
        let catalogue = gongshi::text::Catalogue::built_in();
        let name = |field: &str| catalogue.field(lang, "penalty", field);
        let columns = ["lower_fine", "lifelong_restriction"].map(name).join(",");
        desk.put(
            "p.csv",
            format!(
                "subject_uscc,subject_name,region,decision_no,violation_type,legal_basis,penalty_kinds,content,fine_fen,decided_on,{columns}\n\
                 91000000MA00000900,示例公司,000000,示罚1号,类型,依据,fine；restrict_profession,内容,1000元,2026-03-02,{}\n",
                truth.join(",")
            ),
        )
    };
    for (lang, words) in [
        (Lang::Zh, ["否", "是"]),
        (Lang::En, ["No", "yes"]),
        (Lang::En, ["0", "TRUE"]),
    ] {
        let log = LogDouble::default();
        let file = row(lang, words);
        Office::new().must(&log, options(Kind::Penalty, &file));
        std::fs::remove_file(desk.path("gongshi-journal")).unwrap();
        let body = &log.bodies()[0];
        assert!(
            body.contains(r#""lifelong_restriction":true,"lower_fine":false"#),
            "{body}"
        );
    }
    let file = row(Lang::Zh, ["", ""]);
    let mut set = options(Kind::Penalty, &file);
    set.set = vec![("lower_fine".to_owned(), "false".to_owned())];
    let log = LogDouble::default();
    Office::new().must(&log, set);
    assert!(log.bodies()[0].contains(r#""lower_fine":false"#));
    let file = row(Lang::Zh, ["也许", ""]);
    let (summary, said) = check(options(Kind::Penalty, &file));
    assert_eq!(summary.bad, 1);
    assert!(said[0].contains("是否较低数额罚款"), "{said:?}");
}

/// What a decision or removal is about stands in its template and is read from there.
#[test]
fn templates_name_what_a_record_is_about() {
    let desk = Desk::new();
    for (kind, fields) in [
        (Kind::RepairDecision, ["application", "target"].as_slice()),
        (Kind::AbnormalRemoval, &["listing", "repair_decision"]),
        (Kind::SeriousRemoval, &["listing", "repair_decision"]),
        (Kind::IndividualRestore, &["mark", "repair_decision"]),
    ] {
        for lang in Lang::ALL {
            let text = String::from_utf8(form(kind, Format::Csv, *lang).unwrap()).unwrap();
            let mut lines = text.trim_start_matches('\u{feff}').lines();
            let header: Vec<&str> = lines.next().unwrap().split(',').collect();
            let mut cells: Vec<String> = lines
                .next()
                .unwrap()
                .split(',')
                .map(str::to_owned)
                .collect();
            let hash = "ab".repeat(32);
            for (number, field) in (7..).zip(fields) {
                let catalogue = gongshi::text::Catalogue::built_in();
                let name = catalogue.field(*lang, kind.as_str(), field);
                let at = header.iter().position(|column| *column == name);
                let at = at.unwrap_or_else(|| panic!("{kind} {field} {name} {header:?}"));
                cells[at] = format!("{number} {hash}");
                // By its entry or by its day.
                let by_day = match *field {
                    "application" => "applied_on",
                    "listing" => "listed_on",
                    "mark" => "marked_on",
                    _ => continue,
                };
                let day = catalogue.field(*lang, kind.as_str(), by_day);
                let at = header.iter().position(|column| *column == day).unwrap();
                cells[at].clear();
            }
            let file = desk.put(
                "t.csv",
                format!("{}\n{}\n", header.join(","), cells.join(",")),
            );
            let log = LogDouble::default();
            Office::new().must(&log, options(kind, &file));
            std::fs::remove_file(desk.path("gongshi-journal")).unwrap();
            let body = &log.bodies()[0];
            for (number, field) in (7..).zip(fields) {
                let named = format!(r#""{field}":{{"index":{number},"leaf_hash":"{hash}"}}"#);
                assert!(body.contains(&named), "{kind}: {body}");
            }
        }
    }
}
