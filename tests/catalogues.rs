//! Every word the domain tables call for is in both catalogues, and none is left over.

use std::collections::BTreeSet;
use std::path::Path;

use gongshi::domain::codes::{CodeMisuse, InvalidCode, NO_PROBLEM_FOUND, NamedCode};
use gongshi::domain::schema::Field;
use gongshi::domain::{Breach, CodeList, FieldType, Kind, Problem, UsccError, schema, validate};
use gongshi::text::{Arg, Catalogue, Lang, keys};
use serde_json::json;
use syn::Expr;
use syn::visit::Visit;

/// Calls `visit` for every field of every kind, also inside objects.
fn each_field(visit: &mut dyn FnMut(Kind, &'static Field)) {
    fn descend(kind: Kind, fields: &'static [Field], visit: &mut dyn FnMut(Kind, &'static Field)) {
        for field in fields {
            visit(kind, field);
            descend(kind, field.ty.nested(), visit);
        }
    }
    for kind in Kind::ALL {
        descend(*kind, schema(*kind).fields, visit);
    }
}

/// Types of a field and of the entries of its lists.
fn types(ty: FieldType) -> Vec<&'static str> {
    match ty {
        FieldType::List(item) => [vec![ty.name()], types(*item)].concat(),
        _ => vec![ty.name()],
    }
}

/// The keys that the tables call for.
fn wanted() -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    for kind in Kind::ALL {
        wanted.insert(format!("kind-{kind}"));
        wanted.insert(format!("kindhelp-{kind}"));
    }
    each_field(&mut |_, field| {
        wanted.insert(format!("field-{}", field.name));
        wanted.insert(format!("fieldhelp-{}", field.name));
        wanted.extend(types(field.ty).iter().map(|name| format!("type-{name}")));
    });
    for list in CodeList::ALL {
        wanted.insert(format!("list-{}", list.name()));
        if *list == CodeList::ResultCode {
            // A sentence of the form names it.
            wanted.insert(format!("code-{}-{NO_PROBLEM_FOUND}", list.name()));
        }
        wanted.extend(
            list.codes()
                .iter()
                .map(|code| format!("code-{}-{code}", list.name())),
        );
    }
    wanted.extend(Problem::CODES.iter().map(|code| format!("problem-{code}")));
    wanted.extend(
        Breach::CODES
            .iter()
            .map(|(code, _)| format!("problem-{code}")),
    );
    for code in api_codes() {
        wanted.extend(["title", "meaning", "remedy"].map(|part| format!("problem-{part}-{code}")));
    }
    wanted
}

/// Every code that an answer of the API can carry, read from the sources: what refusals are called, and what the web
/// names where it makes a problem. A code that is not written out there fails, so that none escapes.
fn api_codes() -> BTreeSet<String> {
    struct Codes(BTreeSet<String>);

    impl Codes {
        fn literal(&mut self, expression: &Expr) {
            match expression {
                Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(code),
                    ..
                }) => {
                    self.0.insert(code.value());
                }
                Expr::Block(block) => match block.block.stmts.as_slice() {
                    [syn::Stmt::Expr(inner, None)] => self.literal(inner),
                    _ => panic!("a problem's code must be written out"),
                },
                // Its codes are read where they are written.
                Expr::MethodCall(call) if call.method == "code" => {}
                _ => panic!("a problem's code must be written out"),
            }
        }
    }

    impl<'ast> Visit<'ast> for Codes {
        fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
            let maker: Vec<String> = match &*call.func {
                Expr::Path(made) => made
                    .path
                    .segments
                    .iter()
                    .map(|s| s.ident.to_string())
                    .collect(),
                _ => Vec::new(),
            };
            if maker.ends_with(&["Problem".to_owned(), "new".to_owned()]) {
                self.literal(call.args.iter().nth(1).expect("it takes three arguments"));
            }
            syn::visit::visit_expr_call(self, call);
        }

        fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
            if function.sig.ident == "code" {
                for statement in &function.block.stmts {
                    let syn::Stmt::Expr(Expr::Match(codes), _) = statement else {
                        panic!("a refusal's code is one match");
                    };
                    for arm in &codes.arms {
                        self.literal(&arm.body);
                    }
                }
            }
            syn::visit::visit_impl_item_fn(self, function);
        }
    }

    let mut codes = Codes(BTreeSet::new());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![root.join("web"), root.join("intake/refusal.rs")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let items = std::fs::read_dir(&path).expect("a folder of sources");
            open.extend(items.map(|item| item.expect("an item").path()));
        } else {
            let source = std::fs::read_to_string(&path).expect("a source");
            codes.visit_file(&syn::parse_file(&source).expect("Rust"));
        }
    }
    assert!(codes.0.len() > 20, "{:?}", codes.0);
    codes.0
}

/// Who writes a client finds every code on the page of the formats, and none that never comes.
#[test]
fn every_code_of_the_api_is_documented() {
    let page = include_str!("../docs/LOG-FORMAT.md");
    let table = page
        .split("| `status` | `code` |")
        .nth(1)
        .expect("the table of codes");
    let rows = table
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    let shown: BTreeSet<String> = rows
        .flat_map(|row| row.split('`').skip(1).step_by(2))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
        .map(str::to_owned)
        .collect();
    assert_eq!(shown, api_codes());
}

#[test]
fn every_kind_field_code_and_problem_has_its_words() {
    let catalogue = Catalogue::built_in();
    for lang in Lang::ALL {
        let missing: Vec<_> = wanted()
            .into_iter()
            .filter(|key| !catalogue.has(*lang, key))
            .collect();
        assert!(missing.is_empty(), "{}: {missing:?}", lang.tag());
    }
}

#[test]
fn no_words_of_the_domain_are_left_over() {
    let mut known = wanted();
    // A kind may call a field of its own by another name.
    each_field(&mut |kind, field| {
        known.insert(format!("field-{kind}-{}", field.name));
        known.insert(format!("fieldhelp-{kind}-{}", field.name));
    });
    let ours = [
        "kind-",
        "kindhelp-",
        "field-",
        "fieldhelp-",
        "type-",
        "list-",
        "code-",
        "problem-",
    ];
    let left: Vec<_> = keys(Lang::Zh)
        .into_iter()
        .filter(|k| ours.iter().any(|p| k.starts_with(p)) && !known.contains(k))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn labels_tell_codes_of_a_list_and_fields_of_a_body_apart() {
    let catalogue = Catalogue::built_in();
    for lang in Lang::ALL {
        for list in CodeList::ALL {
            let names: BTreeSet<_> = list
                .codes()
                .iter()
                .map(|code| catalogue.code(*lang, list.name(), code))
                .collect();
            assert_eq!(
                names.len(),
                list.codes().len(),
                "{} {}",
                lang.tag(),
                list.name()
            );
        }
        for kind in Kind::ALL {
            // Importers find columns by these names.
            let fields = schema(*kind).fields;
            let mut seen = BTreeSet::new();
            for field in fields {
                let name = catalogue.field(*lang, kind.as_str(), field.name);
                assert!(
                    seen.insert(name.clone()),
                    "{} {kind}: {name} twice",
                    lang.tag()
                );
            }
        }
    }
}

fn invalid(why: CodeMisuse) -> Problem {
    Problem::CodeInvalid(Box::new(InvalidCode {
        list: CodeList::ResultCode,
        why,
        valid: vec![NamedCode {
            code: "moved_out".to_owned(),
            zh: "迁出".to_owned(),
            en: "Moved out".to_owned(),
        }],
    }))
}

/// Messages as an officer reads them: every argument a problem gives is one its message takes, and nothing is left open.
#[test]
fn every_problem_reads_as_a_sentence() {
    let problems = [
        Problem::Missing,
        Problem::MissingOneOf {
            other: "subject_name",
        },
        Problem::Unknown,
        Problem::NotAllowed,
        Problem::WrongType { expected: "date" },
        Problem::BadCode {
            list: CodeList::DrawBasis,
        },
        Problem::BadDate,
        Problem::BadTime,
        Problem::BadUscc(UsccError::Length { found: 17 }),
        Problem::BadUscc(UsccError::Alphabet {
            position: 8,
            character: 'O',
        }),
        Problem::BadUscc(UsccError::Check {
            expected: '7',
            found: 'D',
        }),
        Problem::BadFormat { expected: "region" },
        Problem::TooLong { max: 200 },
        Problem::OutOfRange { min: 1, max: 100 },
        Problem::Empty,
        Problem::NotTrimmed,
        Problem::ControlCharacter {
            position: 2,
            character: '\u{202e}',
        },
        Problem::Duplicate,
        Problem::Before {
            other: "inspected_on",
        },
        Problem::InFuture {
            latest: "2026-03-02".to_owned(),
        },
        Problem::IdentityNumber,
        Problem::MobileNumber,
        Problem::InspectorName,
        Problem::NotAlone {
            list: CodeList::ResultCode,
            code: "no_problem_found",
        },
        Problem::NotListed {
            other: "departments",
        },
        Problem::TooFew { min: 2 },
        Problem::CountMismatch { expected: 3 },
        Problem::SameAs { other: "old_key" },
        Problem::NotCorrectable { kind: Kind::Plan },
        Problem::OutsideRegion {
            own: "610323".to_owned(),
        },
        Problem::UnknownReference,
        Problem::ReferenceKind {
            found: "permit".to_owned(),
            expected: &[Kind::Penalty, Kind::AbnormalListing],
        },
        Problem::ReferenceSubject,
        Problem::HexLength {
            digits: 64,
            found: 62,
        },
        invalid(CodeMisuse::Unknown),
        invalid(CodeMisuse::NotHere {
            province: "610000".to_owned(),
        }),
        invalid(CodeMisuse::NotThen {
            day: "2026-01-05".to_owned(),
        }),
    ];
    let covered: BTreeSet<_> = problems.iter().map(Problem::code).collect();
    assert_eq!(covered, Problem::CODES.iter().copied().collect());
    for problem in &problems {
        for lang in Lang::ALL {
            let text = sentence(*lang, "subject_uscc", "X", problem);
            assert!(
                !text.contains(['{', '}', '$'])
                    && !text.contains("problem-")
                    && !text.contains("kind-"),
                "{} {text}",
                lang.tag()
            );
        }
    }
    assert_eq!(
        sentence(Lang::Zh, "subject_uscc", "9135010M", &problems[8]),
        "「统一社会信用代码」应为18位，现为17位：“9135010M”。"
    );
    assert_eq!(
        sentence(Lang::En, "completed_on", "2026-03-01", &problems[18]),
        "“Completed on” (2026-03-01) must not be earlier than “Inspected on”."
    );
    assert!(sentence(Lang::En, "note", "", &problems[12]).contains("200 characters"));
}

/// How a caller joins what the domain says with the words of the catalogue.
fn sentence(lang: Lang, field: &str, value: &str, problem: &Problem) -> String {
    use gongshi::domain::validate::ProblemArg;
    let mut args = vec![
        ("field", Arg::Key(format!("field-{field}"))),
        ("value", Arg::from(value)),
    ];
    args.extend(problem.args().into_iter().map(|(name, arg)| {
        let arg = match arg {
            ProblemArg::Text(text) => Arg::Text(text),
            ProblemArg::Number(number) => Arg::Number(number),
            ProblemArg::Key(key) => Arg::Key(key),
            ProblemArg::Keys(keys) => Arg::Keys(keys),
            ProblemArg::Either { zh, en } => Arg::Text(lang.pick(zh, en)),
        };
        (name, arg)
    }));
    Catalogue::built_in().get(lang, &format!("problem-{}", problem.code()), &args)
}

#[test]
fn a_real_fault_reads_well() {
    let body = json!({"subject_uscc": "91310115MA1H8R7C6D"});
    let faults = validate(
        Kind::Permit,
        body.as_object().unwrap(),
        jiff::civil::date(2026, 12, 31),
    )
    .unwrap_err();
    let fault = &faults[0];
    assert_eq!(
        sentence(Lang::Zh, fault.field(), &fault.value, &fault.problem),
        "「统一社会信用代码」的校验码不符：末位应为“7”，现为“D”，请核对前17位和末位：“91310115MA1H8R7C6D”。"
    );
}

/// The same for the order of draws: every argument is told, but for what a code has beside it.
#[test]
fn every_breach_reads_as_a_sentence() {
    let catalogue = Catalogue::built_in();
    for (code, names) in Breach::CODES {
        for lang in Lang::ALL {
            let mut args: Vec<(&str, Arg)> = vec![
                ("field", "FIELD".to_owned().into()),
                ("value", "VALUE".to_owned().into()),
            ];
            args.extend(names.iter().map(|name| (*name, format!("<{name}>").into())));
            let text = catalogue.get(*lang, &format!("problem-{code}"), &args);
            assert!(
                !text.contains(['{', '}', '$']) && !text.contains("problem-"),
                "{} {text}",
                lang.tag()
            );
            for name in *names {
                assert!(
                    text.contains(&format!("<{name}>")),
                    "{} {code}: {name} is not told",
                    lang.tag()
                );
            }
        }
    }
}

#[test]
fn importers_have_words_for_every_fault() {
    use gongshi::ingest::table::CellProblem;
    let catalogue = Catalogue::built_in();
    for lang in Lang::ALL {
        for code in Problem::CODES.iter().chain(CellProblem::CODES) {
            let key = format!("import-expect-{code}");
            assert!(catalogue.has(*lang, &key), "{} {key}", lang.tag());
        }
    }
    let all = Problem::CODES.iter().chain(CellProblem::CODES);
    let known: BTreeSet<String> = all.map(|code| format!("import-expect-{code}")).collect();
    let left: Vec<_> = keys(Lang::Zh)
        .into_iter()
        .filter(|key| key.starts_with("import-expect-") && !known.contains(key))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Commands that departments run, which speak the language they are asked in: what they say is in the catalogues, not in the code.
#[test]
fn commands_with_a_language_say_nothing_in_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands");
    let mut files: Vec<_> = std::fs::read_dir(root.join("revise"))
        .unwrap()
        .map(|item| item.unwrap().path())
        .collect();
    let others = [
        "attachments.rs",
        "import.rs",
        "keygen.rs",
        "publish.rs",
        "plan/library.rs",
    ];
    files.extend(others.map(|name| root.join(name)));
    assert!(files.len() > 9);
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in ["bail!(", "ensure!(", "anyhow!(", "context("] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}
