use super::*;
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::hash::sha256;
use std::sync::atomic::{AtomicU64, Ordering};

static NEXT: AtomicU64 = AtomicU64::new(0);

fn random() -> Hash {
    sha256(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes())
}

const NAMES: &str = "[strata]\ncatering = \"餐饮服务\"\ngas = \"燃气\"\n[exclusions]\nclosed = \"已关闭停业\"\n\
     [departments]\n000000-SCJG = \"市场监管局\"\n[qualifications]\nfood = \"食品\"\ngas = \"燃气\"\n[classes]\nA = \"低风险\"\nB = \"中风险\"\nC = \"高风险\"\n";

/// A list in that shape: what was made, and each fault as a line.
fn make(shape: Shape, bytes: &[u8], table: Option<&mut Pseudonyms>) -> (Made, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.csv");
    std::fs::write(&file, bytes).unwrap();
    let options = ListOptions {
        file,
        sheet: None,
        shape,
        set: Vec::new(),
        ignore_unknown: false,
        names: Names::parse(NAMES).unwrap(),
    };
    let mut said = Vec::new();
    let made = make_library(&options, table, random, &mut |line, faults| {
        said.extend(
            faults
                .iter()
                .map(|fault| format!("{line}{}", fault.words(Lang::En))),
        );
    });
    (made.unwrap(), said)
}

#[test]
fn a_list_as_departments_have_it_is_a_library() {
    let text = "某县检查对象名录\n序号,对象标识,企业名称,行业类别,检查部门,排除原因\n\
         1,91350100M000100Y43,乙店,餐饮服务,市场监管局；000000-XFJY,无\n\
         2,91000000ma00000900,甲店,catering,市场监管局,已关闭停业\n\n3,X1,丙,gas,000000-SCJG,\n";
    let (gb18030, ..) = encoding_rs::GB18030.encode(text);
    for bytes in [text.as_bytes(), &gb18030] {
        let (made, said) = make(Shape::Objects, bytes, None);
        assert_eq!(said, Vec::<String>::new());
        assert_eq!((made.read, made.bad), (3, 0));
        assert_eq!(made.left_out, ["序号", "企业名称"]);
        assert_eq!(
            made.leaves,
            "ddraw/1|target|91000000MA00000900|catering|000000-SCJG|closed\n\
             ddraw/1|target|91350100M000100Y43|catering|000000-SCJG,000000-XFJY|0\n\
             ddraw/1|target|X1|gas|000000-SCJG|0\n"
        );
        assert!(Library::parse(Form::Open, &made.leaves).is_ok());
    }
}

#[test]
fn every_bad_row_is_told_with_line_column_and_value() {
    let text = "id,stratum,departments,exclusion\n91000000MA00000901,catering,000000-SCJG,\nx y,catering,000000-SCJG,\n\
         A1,餐饮,000000-SCJG,\nA2,catering,市监局,\nA3,,,\nA4,catering,000000-SCJG,\nA4,gas,000000-SCJG,\n";
    let (made, said) = make(Shape::Objects, text.as_bytes(), None);
    assert_eq!((made.read, made.bad), (7, 6));
    assert!(made.leaves.is_empty());
    for (at, expected) in [
        "2 “id”: 91000000MA00000901 — the check character should be 0",
        "3 “id”: X Y — must be a credit code, or an id of digits",
        "4 “stratum”: 餐饮 — must be one that the names file (--names) has",
        "5 “departments”: 市监局 — must be an authority (such as 610323-SCJG) or a name of the --names file: 000000-SCJG 市场监管局",
        "6 “stratum”: must be filled in",
        "6 “departments”: must be filled in",
        "8 “id”: A4 — the same as line 7",
    ]
    .into_iter()
    .enumerate()
    {
        assert!(said[at].starts_with(expected), "{}", said[at]);
    }
    assert_eq!(said.len(), 7);
}

#[test]
fn sealed_leaves_are_opened_by_what_is_kept() {
    let text = "对象标识,信用风险分类,排除标记,行业\nB,低风险,,x\nA,C,,x\nC,,closed,x\n";
    let (made, said) = make(Shape::Sealed, text.as_bytes(), None);
    assert_eq!(said, Vec::<String>::new());
    let library = Library::parse(Form::Sealed, &made.leaves).unwrap();
    let text = openings_text(&made.openings);
    assert_eq!(read_openings(&text, &library).unwrap(), made.openings);
    let classes = made.openings.iter();
    let classes: Vec<_> = classes
        .map(|one| (one.id.as_str(), one.class.as_str()))
        .collect();
    assert_eq!(classes, [("A", "C"), ("B", "A"), ("C", "none")]);
    assert!(!made.leaves.contains("|A|C") && made.leaves.contains("|C|closed|"));
    let (made, said) = make(Shape::Sealed, "id,class\nA,\n".as_bytes(), None);
    assert_eq!(made.bad, 1);
    assert!(said[0].contains("must be filled in"), "{said:?}");
}

#[test]
fn officers_enter_under_pseudonyms() {
    let text =
        "姓名,执法证号,所属部门,执法资质\n甲,A-1,市场监管局,食品、gas\n乙,A-2,000000-XFJY,\n";
    let mut table = Pseudonyms::default();
    let (made, said) = make(
        Shape::Officers,
        text.replace("A-", "A").as_bytes(),
        Some(&mut table),
    );
    assert_eq!(said, Vec::<String>::new());
    let library = Library::parse(Form::Officers, &made.leaves).unwrap();
    assert_eq!(library.leaves().len(), 2);
    let one = table.clone().of("A1", random);
    assert!(
        made.leaves
            .contains(&format!("|{one}|000000-SCJG|food,gas\n"))
    );
    assert!(!made.leaves.contains('甲') && !made.leaves.contains("A1|"));
    // The same certificates give the same library.
    let again = make(
        Shape::Officers,
        text.replace("A-", "A").as_bytes(),
        Some(&mut table),
    )
    .0;
    assert_eq!(again.leaves, made.leaves);

    let (_, said) = make(Shape::Officers, text.as_bytes(), None);
    assert_eq!(said.len(), 2);
    assert!(said[0].contains("--pseudonyms"), "{said:?}");
    let papers = "officer_id,department\n61032319800101001X,000000-SCJG\n12345678,000000-SCJG\nP12345678,000000-SCJG\n";
    let (made, said) = make(Shape::Officers, papers.as_bytes(), None);
    assert_eq!(made.bad, 2, "{said:?}");
    assert!(said[0].contains("never the number of a paper"), "{said:?}");
}

#[test]
fn a_template_is_a_list() {
    for shape in [Shape::Objects, Shape::Sealed, Shape::Officers] {
        for lang in Lang::ALL {
            let text = library_template(shape, *lang);
            let (made, said) = make(shape, text.as_bytes(), Some(&mut Pseudonyms::default()));
            assert_eq!((made.read, made.bad), (1, 0), "{said:?}");
        }
    }
}

#[test]
fn a_table_of_something_else_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |text: &str, shape| {
        let file = folder.path().join("list.csv");
        std::fs::write(&file, text).unwrap();
        let options = ListOptions {
            file,
            sheet: None,
            shape,
            set: Vec::new(),
            ignore_unknown: false,
            names: Names::default(),
        };
        let made = make_library(&options, None, random, &mut |_, _| {});
        made.unwrap_err().words(Lang::En, NAMED_BY)
    };
    assert!(refused("a,b\n1,2\n", Shape::Objects).contains("No header"));
    assert!(refused("", Shape::Objects).contains("empty"));
    assert!(refused("uscc,stratum,departments,colour\n", Shape::Objects).contains("colour"));
    assert!(refused("uscc,departments\nA,B\n", Shape::Objects).contains("Stratum"));
    assert!(refused("uscc,id,stratum,departments\n", Shape::Objects).contains("Two columns"));
}

#[test]
fn a_workbook_is_read_as_it_shows() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let notes = book.add_worksheet();
    notes.write_string(0, 0, "说明").unwrap();
    let sheet = book.add_worksheet();
    for (at, header) in (0..).zip(["对象标识", "信用风险分类"]) {
        sheet.write_string(0, at, header).unwrap();
    }
    sheet.write_string(1, 0, "A1").unwrap();
    // A class may be a number; an id that a spreadsheet took for one is not what was typed.
    sheet.write_number(1, 1, 3).unwrap();
    sheet.write_number(2, 0, 12).unwrap();
    sheet.write_string(2, 1, "B").unwrap();
    book.save(&file).unwrap();
    let options = ListOptions {
        file,
        sheet: None,
        shape: Shape::Sealed,
        set: Vec::new(),
        ignore_unknown: false,
        names: Names::parse("[classes]\n3 = \"中\"\nB = \"高\"\n").unwrap(),
    };
    let mut said = Vec::new();
    let made = make_library(&options, None, random, &mut |line, faults| {
        said.extend(
            faults
                .iter()
                .map(|fault| format!("{line}{}", fault.words(Lang::En))),
        );
    });
    assert_eq!(made.unwrap().bad, 1);
    assert!(
        said[0].starts_with("3 “对象标识”: 12 — a spreadsheet has made a number"),
        "{said:?}"
    );
}

/// An enterprise whose code is mistyped could be drawn and never found, nor could any result be published for it.
#[test]
fn a_column_of_credit_codes_holds_nothing_else() {
    for header in ["统一社会信用代码", "USCC", "Credit code", "社会信用代码"] {
        let text = format!(
            "{header},stratum,departments\n91350100M000100Y4,gas,000000-SCJG\n91350100M000100Y433,gas,000000-SCJG\n\
             1,gas,000000-SCJG\n91350100M000100Y43,gas,000000-SCJG\n91350100M000100Y44,gas,000000-SCJG\n"
        );
        let (made, said) = make(Shape::Objects, text.as_bytes(), None);
        assert_eq!((made.read, made.bad), (5, 4), "{said:?}");
        for (said, expected) in said
            .iter()
            .zip(["not 17", "not 19", "not 1", "check character"])
        {
            assert!(
                said.contains(header) && said.contains(expected),
                "{said}: {expected}"
            );
        }
    }
    let text = "id,stratum,departments\n1,gas,000000-SCJG\n";
    assert_eq!(make(Shape::Objects, text.as_bytes(), None).0.bad, 0);
}

/// What no snapshot could explain is told with its row, not when it is too late to find it.
#[test]
fn tokens_are_those_of_the_names_file() {
    let sealed = "id,class,exclusion\nA,A,\nB,E,\nC,,gone\n";
    let (made, said) = make(Shape::Sealed, sealed.as_bytes(), None);
    assert_eq!(made.bad, 2);
    assert!(
        said[0].starts_with("3 “class”: E — must be one that the names file (--names) has")
            && said[0].ends_with("A 低风险; B 中风险; C 高风险"),
        "{said:?}"
    );
    assert!(said[1].starts_with("4 “exclusion”: gone — "), "{said:?}");
    let open = "id,stratum,departments\nA,food,000000-SCJG\n";
    assert_eq!(make(Shape::Objects, open.as_bytes(), None).0.bad, 1);
    let officers = "officer_id,department,qualifications\nP1,000000-SCJG,fod\n";
    let (_, said) = make(Shape::Officers, officers.as_bytes(), None);
    assert!(said[0].starts_with("2 “qualifications”: fod"), "{said:?}");
}

#[test]
fn a_row_longer_than_its_header_is_told() {
    let text = "id,stratum,departments\nA1,gas,000000-SCJG,,\nA2,gas,000000-SCJG,,closed\n";
    let (made, said) = make(Shape::Objects, text.as_bytes(), None);
    assert_eq!((made.read, made.bad), (2, 1));
    assert!(
        said[0].starts_with('3') && said[0].contains("closed"),
        "{said:?}"
    );
}

#[test]
fn what_a_file_holds_moves_no_cursor() {
    let text = "id,stratum,departments,a\u{1b}[31m\nA\u{1b}[31m\u{7},gas,000000-SCJG,\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.csv");
    std::fs::write(&file, text).unwrap();
    let mut options = ListOptions {
        file,
        sheet: None,
        shape: Shape::Objects,
        set: Vec::new(),
        ignore_unknown: false,
        names: Names::parse(NAMES).unwrap(),
    };
    let plain = |said: &str| !said.chars().any(char::is_control);
    let refused = make_library(&options, None, random, &mut |_, _| {}).unwrap_err();
    let said = refused.words(Lang::En, NAMED_BY);
    assert!(said.contains("\\u{1b}[31m") && plain(&said), "{said}");
    options.ignore_unknown = true;
    let mut bad = Vec::new();
    let heard = &mut |_, faults: &[CellFault]| {
        bad.extend(faults.iter().map(|fault| fault.words(Lang::Zh)));
    };
    make_library(&options, None, random, heard).unwrap();
    assert!(bad[0].contains("\\u{7}") && plain(&bad[0]), "{bad:?}");
}
