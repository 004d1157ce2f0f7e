//! `docs/RECORDS.md` says what the tables say: written from them with `UPDATE_DOCS=1`, compared otherwise.

use std::fmt::Write as _;
use std::path::Path;

use gongshi::domain::schema::{Condition, Field, Role};
use gongshi::domain::{About, CodeList, FieldType, Kind, Presence, schema};
use gongshi::rules::Rules;
use gongshi::text::{Catalogue, Lang};
use gongshi_verify::names::{KindName, RefRule, needs_cosignature};

const INTRO: &str = include_str!("data/records_intro.md");

#[test]
fn records_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/RECORDS.md");
    let current = domain_docs();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == current,
        "docs/RECORDS.md is out of date: run UPDATE_DOCS=1 cargo test --test records_doc"
    );
}

/// The whole page.
fn domain_docs() -> String {
    let mut page = INTRO.to_owned();
    page.push_str("\n## Kinds\n\n| Kind | 中文 | English | Permanent | Publisher | `ref` | Import |\n|---|---|---|---|---|---|---|\n");
    for kind in Kind::ALL {
        let reference = match named(*kind).ref_rule() {
            RefRule::None => "",
            RefRule::PlanKey => "plan key",
            RefRule::TargetIndex => "target",
        };
        let publisher = match (kind.operator_only(), needs_cosignature(&named(*kind))) {
            (true, _) => "operator",
            (false, true) => "authority, two keys",
            (false, false) => "authority",
        };
        let _ = writeln!(
            page,
            "| [`{kind}`](#kind-{kind}) | {} | {} | {} | {publisher} | {reference} | {} |",
            word(Lang::Zh, "kind", kind.as_str()),
            word(Lang::En, "kind", kind.as_str()),
            mark(kind.permanent()),
            mark(kind.importable()),
        );
    }
    for kind in Kind::ALL {
        kind_section(&mut page, *kind);
    }
    page.push_str("\n## Code lists\n");
    for list in CodeList::ALL {
        list_section(&mut page, *list);
    }
    page
}

fn kind_section(page: &mut String, kind: Kind) {
    let name = kind.as_str();
    let _ = write!(
        page,
        "\n<a id=\"kind-{name}\"></a>\n## `{name}`: {} · {}\n\n{}\n{}\n\n| Field | Type | Required | 中文 | English | Meaning |\n|---|---|---|---|---|---|\n",
        word(Lang::Zh, "kind", name),
        word(Lang::En, "kind", name),
        word(Lang::Zh, "kindhelp", name),
        word(Lang::En, "kindhelp", name),
    );
    rows(page, kind, schema(kind).fields, "");
    let _ = write!(
        page,
        "\nExample (synthetic):\n\n```json\n{}\n```\n",
        example(name)
    );
}

/// The example body of a kind; another test holds that it is valid.
fn example(kind: &str) -> String {
    let bodies: serde_json::Value =
        serde_json::from_str(include_str!("data/bodies.json")).expect("the data file is JSON");
    serde_json::to_string_pretty(&bodies[kind]).expect("JSON is written back")
}

fn rows(page: &mut String, kind: Kind, fields: &[Field], prefix: &str) {
    let catalogue = Catalogue::built_in();
    for field in fields {
        let nested = !field.ty.nested().is_empty();
        let path = format!(
            "{prefix}{}{}",
            field.name,
            if nested && is_list(&field.ty) {
                "[]"
            } else {
                ""
            }
        );
        let _ = writeln!(
            page,
            "| `{path}` | {} | {} | {} | {} | {} |",
            type_text(&field.ty),
            presence_text(field.required),
            catalogue.field(Lang::Zh, kind.as_str(), field.name),
            catalogue.field(Lang::En, kind.as_str(), field.name),
            catalogue.field_help(Lang::En, kind.as_str(), field.name),
        );
        if nested {
            rows(page, kind, field.ty.nested(), &format!("{path}."));
        }
    }
}

fn list_section(page: &mut String, list: CodeList) {
    let name = list.name();
    let _ = write!(
        page,
        "\n<a id=\"list-{name}\"></a>\n### `{name}`: {} · {}\n\n",
        word(Lang::Zh, "list", name),
        word(Lang::En, "list", name),
    );
    if list.is_open() {
        return open_list(page, list);
    }
    page.push_str("| Code | 中文 | English |\n|---|---|---|\n");
    for code in list.codes() {
        let catalogue = Catalogue::built_in();
        let _ = writeln!(
            page,
            "| `{code}` | {} | {} |",
            catalogue.code(Lang::Zh, name, code),
            catalogue.code(Lang::En, name, code)
        );
    }
}

/// Of an open list what the rules have that come with the program.
fn open_list(page: &mut String, list: CodeList) {
    page.push_str(
        "Open: provinces and years have codes of their own (`rules/codes.toml`). Those that come with the program:\n\n\
         | Code | 中文 | English | From | To | Provinces |\n|---|---|---|---|---|---|\n",
    );
    for code in Rules::built_in().codes().of(list) {
        let day =
            |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
        let provinces: Vec<String> = code.provinces.iter().map(ToString::to_string).collect();
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} |",
            code.code,
            code.zh,
            code.en,
            day(code.valid_from),
            day(code.valid_to),
            provinces.join(", "),
        );
    }
}

fn is_list(ty: &FieldType) -> bool {
    matches!(ty, FieldType::List(_))
}

fn type_text(ty: &FieldType) -> String {
    let linked = |list: &CodeList| format!("[{}](#list-{})", list.name(), list.name());
    match ty {
        FieldType::Text { max_chars } => format!("text, up to {max_chars}"),
        FieldType::LongText => "long text".to_owned(),
        FieldType::Code(list) => format!("code {}", linked(list)),
        FieldType::Codes(list) => format!("codes {}", linked(list)),
        FieldType::Uscc => "credit code".to_owned(),
        FieldType::Region => "region".to_owned(),
        FieldType::Authority => "authority".to_owned(),
        FieldType::Date => "date".to_owned(),
        FieldType::Time => "time".to_owned(),
        FieldType::MoneyFen => "fen".to_owned(),
        FieldType::Integer {
            min,
            max: 9_007_199_254_740_991,
        } => format!("integer from {min}"),
        FieldType::Integer { min, max } => format!("integer {min}–{max}"),
        FieldType::Bool => "true or false".to_owned(),
        FieldType::EntryRef(target) => {
            let kinds: Vec<_> = target.kinds.iter().map(|k| format!("`{k}`")).collect();
            let kinds = match target.kinds {
                log if log.len() > 8 => " of a kind that is not permanent".to_owned(),
                [] => String::new(),
                _ => format!(" of {}", kinds.join(", ")),
            };
            let subject = match target.about {
                About::Anybody => "",
                About::Same => ", same subject",
                About::SameOrWas => ", same subject or of its name",
            };
            format!("entry{kinds}{subject}")
        }
        FieldType::PlanKey => "plan key".to_owned(),
        FieldType::DrawId => "draw id".to_owned(),
        FieldType::Token => "token".to_owned(),
        FieldType::Sha256 => "SHA-256".to_owned(),
        FieldType::Hex { bytes } => format!("hex of {bytes} bytes"),
        FieldType::PublicKey => "Ed25519 public key".to_owned(),
        FieldType::Signature => "Ed25519 signature".to_owned(),
        FieldType::SignedNote => "signed note".to_owned(),
        FieldType::KindName => "kind".to_owned(),
        FieldType::KindList => "kinds".to_owned(),
        FieldType::File => "file".to_owned(),
        FieldType::Body => "body".to_owned(),
        FieldType::List(item) if !item.nested().is_empty() => "list of objects".to_owned(),
        FieldType::List(item) => format!("list of: {}", type_text(item)),
        FieldType::Object(_) => "object".to_owned(),
    }
}

fn presence_text(presence: Presence) -> String {
    let any = |conditions: &[Condition]| {
        conditions
            .iter()
            .map(condition_text)
            .collect::<Vec<_>>()
            .join(" or ")
    };
    match presence {
        Presence::Required => "yes".to_owned(),
        Presence::Optional => "no".to_owned(),
        Presence::With(conditions) => any(conditions),
        Presence::Only {
            required,
            optional: &[],
        } => format!("{}, else refused", any(required)),
        Presence::Only {
            required: &[],
            optional,
        } => format!("no; allowed {}, else refused", any(optional)),
        Presence::Only { required, optional } => {
            format!("{}; allowed {}, else refused", any(required), any(optional))
        }
    }
}

fn condition_text(condition: &Condition) -> String {
    let codes = |codes: &[&str]| {
        codes
            .iter()
            .map(|code| format!("`{code}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match condition {
        Condition::Is(name, wanted) => format!("when `{name}` is {}", codes(wanted)),
        Condition::IsNot(name, wanted) => format!("unless `{name}` is {}", codes(wanted)),
        Condition::Without(name) => format!("when `{name}` is absent"),
    }
}

fn word(lang: Lang, prefix: &str, name: &str) -> String {
    Catalogue::built_in().get(lang, &format!("{prefix}-{name}"), &[])
}

fn mark(yes: bool) -> &'static str {
    if yes { "yes" } else { "" }
}

/// The kind as the log format names it.
fn named(kind: Kind) -> KindName {
    KindName::parse(kind.as_str()).expect("kinds have names of the format")
}

#[test]
fn what_the_entry_refers_to_is_also_in_the_body() {
    for kind in Kind::ALL {
        let found = |name: &str| schema(*kind).field(name).map(|field| field.ty);
        match named(*kind).ref_rule() {
            RefRule::None => {}
            RefRule::PlanKey => assert_eq!(found("plan_key"), Some(FieldType::PlanKey), "{kind}"),
            RefRule::TargetIndex => {
                assert!(
                    matches!(found("target"), Some(FieldType::EntryRef(_))),
                    "{kind}"
                )
            }
        }
    }
}

#[test]
fn stubs_do_not_say_whom_they_were_about() {
    for kind in [Kind::Withdrawal, Kind::Erasure, Kind::Expiry] {
        for role in [Role::SubjectCode, Role::SubjectName, Role::Text] {
            let field = schema(kind).fields.iter().find(|field| field.role == role);
            assert!(
                field.is_none_or(|field| field.name == "legal_basis"),
                "{kind} {field:?}"
            );
        }
    }
}
