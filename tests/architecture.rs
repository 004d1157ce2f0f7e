//! Holds the direction of dependencies written in `src/lib.rs` and `docs/ARCHITECTURE.md`.
//!
//! Read from the sources, not from what happens to compile: within one crate the compiler lets every module use every
//! other. A module that is not in the table fails, so that adding one is a decision. The checker is tested here too.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "architecture/scan.rs"]
mod scan;

use scan::{Fact, Found, scan_crate, scan_source};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a module may use of the others.
#[derive(Debug, Clone, Copy)]
enum May {
    /// Everything: it wires, or stands above, all the others.
    UseAll,
    /// These.
    Use(&'static [&'static str]),
}

/// Every top-level module of the library and what it may use. A new module gets a line here, as low as it can stand.
const TABLE: &[(&str, May)] = &[
    ("app", May::UseAll),
    ("demo", May::UseAll),
    (
        "web",
        May::Use(&[
            "intake", "docket", "standing", "model", "search", "log", "rules", "domain", "text",
        ]),
    ),
    (
        "draw",
        May::Use(&["intake", "docket", "log", "domain", "store"]),
    ),
    (
        "ingest",
        May::Use(&["intake", "rules", "domain", "text", "store"]),
    ),
    (
        "intake",
        May::Use(&[
            "docket", "standing", "sequel", "log", "model", "rules", "domain", "store",
        ]),
    ),
    ("docket", May::Use(&["store", "domain"])),
    ("standing", May::Use(&["store", "domain"])),
    ("sequel", May::Use(&["store", "domain"])),
    (
        "model",
        May::Use(&["store", "log", "rules", "domain", "text"]),
    ),
    (
        "search",
        May::Use(&["store", "log", "rules", "domain", "text"]),
    ),
    ("log", May::Use(&["store"])),
    ("rules", May::Use(&["domain"])),
    ("store", May::Use(&[])),
    ("domain", May::Use(&[])),
    ("text", May::Use(&[])),
];

/// Crates that one module hides from all the others, by the beginning of their names.
const HIDDEN: &[(&str, &str)] = &[
    ("sled", "store"),
    ("actix", "web"),
    ("tera", "web"),
    ("utoipa", "web"),
    ("tantivy", "search"),
    ("meilisearch_sdk", "search"),
    ("fluent", "text"),
];

/// Modules whose Chinese is not the interface's: the catalogues' own, the invented county's records, and what departments
/// write in their tables (units, marks of columns) and readers type into the search box (numerals, ranks of places), which is read and never shown.
const CHINESE: &[&str] = &["text", "demo", "ingest", "search"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What is wrong with these facts; empty when all is well.
fn violations(found: &[Found]) -> Vec<String> {
    let table: BTreeMap<&str, May> = TABLE.iter().copied().collect();
    let mut wrong = BTreeSet::new();
    for Found {
        module,
        place,
        fact,
    } in found
    {
        let own = module.as_str();
        match (fact, table.get(own)) {
            (Fact::Opaque(what), _) => {
                wrong.insert(format!("{place}: this test cannot follow {what}"));
            }
            (Fact::Outside(name), _) => {
                let hidden = HIDDEN
                    .iter()
                    .find(|(prefix, owner)| belongs(name, prefix) && *owner != own);
                if let Some((_, owner)) = hidden {
                    wrong.insert(format!("{place}: only `{owner}` may name the crate {name}"));
                }
            }
            (Fact::Chinese(text), _) if !CHINESE.contains(&own) => {
                wrong.insert(format!(
                    "{place}: {text} belongs in templates/locales, reached through `text`"
                ));
            }
            (Fact::Chinese(_), _) => {}
            (_, None) if own.is_empty() => {}
            (_, None) => {
                wrong.insert(format!(
                    "{place}: module `{own}` is new; add it to the table in tests/architecture.rs"
                ));
            }
            (_, Some(May::UseAll)) => {}
            (Fact::Root, Some(May::Use(_))) => {
                wrong.insert(format!(
                    "{place}: `{own}` uses the crate as a whole; name modules"
                ));
            }
            (Fact::Module(used), Some(May::Use(allowed))) => {
                if !allowed.contains(&used.as_str()) {
                    wrong.insert(format!("{place}: `{own}` must not use `{used}`"));
                }
            }
        }
    }
    wrong.into_iter().collect()
}

/// Whether a crate's name is `prefix` or continues it after an underscore.
fn belongs(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// Every Rust file below a folder.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let items = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for item in items {
        let path = item.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn modules_use_only_what_stands_below_them() {
    let library = scan_crate(&root().join("src/lib.rs"));
    assert_eq!(violations(&library.found), Vec::<String>::new());
    let known: BTreeSet<&str> = TABLE.iter().map(|(module, _)| *module).collect();
    for module in &library.modules {
        assert!(
            known.contains(module.as_str()),
            "module `{module}` is new; add it to the table in tests/architecture.rs"
        );
    }
    // The reader sees something: these edges exist.
    let edge = |from: &str, to: &str| {
        let fact = Fact::Module(to.to_owned());
        library
            .found
            .iter()
            .any(|f| f.module == from && f.fact == fact)
    };
    assert!(edge("log", "store") && edge("intake", "log") && edge("app", "web"));
}

/// The picture that readers of the code meet first says what the table says.
#[test]
fn the_crate_s_own_page_shows_the_same_picture() {
    let source = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let names = |text: &str| -> Vec<String> {
        let quoted = text.split('`').skip(1).step_by(2);
        quoted.map(str::to_owned).collect()
    };
    let mut shown: BTreeMap<String, Option<BTreeSet<String>>> = BTreeMap::new();
    for line in source
        .lines()
        .filter_map(|line| line.strip_prefix("//! - "))
    {
        let (own, used) = line.split_once(" -> ").unwrap();
        let used = (!used.starts_with("everything")).then(|| names(used).into_iter().collect());
        for name in names(own) {
            shown.insert(name, used.clone());
        }
    }
    let table: BTreeMap<String, Option<BTreeSet<String>>> = TABLE
        .iter()
        .map(|(name, may)| {
            let used = match may {
                May::UseAll => None,
                May::Use(used) => Some(used.iter().map(|name| (*name).to_owned()).collect()),
            };
            ((*name).to_owned(), used)
        })
        .collect();
    assert_eq!(shown, table);
}

/// What is kept and not given is read past the veil by few, and never by what answers the public or takes what it is sent.
#[test]
fn nothing_that_answers_the_public_reads_past_the_veil() {
    let naming = |module: &str| -> Vec<PathBuf> {
        let mut files = rust_files(&root().join("src").join(module));
        files.push(root().join("src").join(format!("{module}.rs")));
        files.retain(|file| std::fs::read_to_string(file).is_ok_and(|s| s.contains("unveiled")));
        files
    };
    for module in ["web", "search", "ingest"] {
        assert_eq!(naming(module), Vec::<PathBuf>::new());
    }
    assert!(!naming("log").is_empty(), "it has another name now");
}

#[test]
fn every_source_belongs_to_the_library_or_the_command() {
    let source = root().join("src");
    let mut known = scan_crate(&source.join("lib.rs")).files;
    known.extend(scan_crate(&source.join("main.rs")).files);
    for file in rust_files(&source) {
        assert!(
            known.contains(&file),
            "no `mod` leads to {}",
            file.display()
        );
    }
}

#[test]
fn hidden_crates_stay_hidden_outside_the_library_too() {
    let mut found = scan_crate(&root().join("src/main.rs")).found;
    for folder in ["benches", "examples", "tests"] {
        for file in rust_files(&root().join(folder)) {
            let source = std::fs::read_to_string(&file).unwrap();
            let (facts, _) = scan_source(&file.display().to_string(), &source, &[]);
            // Examples and tests of pages run servers and clients of their own.
            let served = |found: &Found| matches!(&found.fact, Fact::Outside(name) if belongs(name, "actix"));
            found.extend(facts.into_iter().filter(|found| !served(found)));
        }
    }
    found.retain(|found| matches!(found.fact, Fact::Outside(_)));
    assert_eq!(violations(&found), Vec::<String>::new());
}

#[test]
fn the_verifier_stands_alone() {
    let manifest = std::fs::read_to_string(root().join("verify/Cargo.toml")).unwrap();
    assert_eq!(portal_dependencies(&manifest), Vec::<String>::new());
    for file in rust_files(&root().join("verify")) {
        let source = std::fs::read_to_string(&file).unwrap();
        let (found, _) = scan_source(&file.display().to_string(), &source, &[]);
        let named = Fact::Outside("gongshi".to_owned());
        let at = found.iter().find(|found| found.fact == named);
        assert!(at.is_none(), "the verifier names the portal: {at:?}");
    }
}

/// Dependencies of a manifest, of every kind and target, that are the portal or lie outside the package's folder.
fn portal_dependencies(manifest: &str) -> Vec<String> {
    fn tables<'a>(table: &'a toml::Table, found: &mut Vec<&'a toml::Table>) {
        for (name, value) in table {
            if let toml::Value::Table(inner) = value {
                if name.ends_with("dependencies") {
                    found.push(inner);
                } else {
                    tables(inner, found);
                }
            }
        }
    }
    let manifest: toml::Table = manifest.parse().unwrap();
    let mut found = Vec::new();
    tables(&manifest, &mut found);
    let dependencies = found.into_iter().flatten();
    dependencies
        .filter(|(name, value)| {
            let member = |key: &str| value.get(key).and_then(toml::Value::as_str);
            name.as_str() == "gongshi"
                || member("package") == Some("gongshi")
                || member("path").is_some_and(|path| path.contains(".."))
        })
        .map(|(name, _)| name.clone())
        .collect()
}

#[test]
fn the_table_has_no_circle() {
    let table: BTreeMap<&str, May> = TABLE.iter().copied().collect();
    let mut settled: BTreeSet<&str> = BTreeSet::new();
    loop {
        let next = table.iter().find(|(module, may)| {
            let May::Use(below) = may else { return false };
            !settled.contains(*module) && below.iter().all(|used| settled.contains(used))
        });
        match next {
            Some((module, _)) => settled.insert(module),
            None => break,
        };
    }
    for (module, may) in TABLE {
        let wires = matches!(may, May::UseAll);
        assert!(
            wires || settled.contains(module),
            "`{module}` is part of a circle, or uses a module that has no line"
        );
    }
}

/// The violations of a source that stands in `module`.
fn judge(module: &str, source: &str) -> Vec<String> {
    let path: Vec<String> = module.split("::").map(str::to_owned).collect();
    violations(&scan_source("x.rs", source, &path).0)
}

#[test]
fn the_checker_finds_what_is_forbidden() {
    let cases = [
        ("log", "use crate::model::Model;", "must not use `model`"),
        (
            "store",
            "use crate::{log::Log as L, store};",
            "must not use `log`",
        ),
        (
            "domain",
            "fn f() { crate::text::x(); }",
            "must not use `text`",
        ),
        (
            "domain",
            "fn f() -> Option<crate::log::Log> { None }",
            "must not use `log`",
        ),
        ("log", "use super::intake;", "must not use `intake`"),
        (
            "log::read",
            "use super::super::web::x;",
            "must not use `web`",
        ),
        (
            "log::read",
            "mod inner { use super::super::super::web; }",
            "must not use `web`",
        ),
        (
            "log",
            "fn f() { println!(\"{}\", crate::web::x()); }",
            "must not use `web`",
        ),
        (
            "log",
            "fn f() { vec![super::web::X] }",
            "must not use `web`",
        ),
        (
            "log",
            "macro_rules! m { () => { $crate::web::x() } }",
            "must not use `web`",
        ),
        (
            "log",
            "#[derive(S)] struct X { #[serde(with = \"crate::web::x\")] y: u8 }",
            "must not use `web`",
        ),
        ("log", "pub use crate::web;", "must not use `web`"),
        ("log", "use crate::*;", "as a whole"),
        ("log", "use crate::{self as all};", "as a whole"),
        ("log", "use super::*;", "as a whole"),
        ("model", "use ::sled::Db;", "only `store`"),
        ("log", "type T = sled::Tree;", "only `store`"),
        ("intake", "use actix_web::web;", "only `web`"),
        ("log", "#[actix_web::main] async fn f() {}", "only `web`"),
        (
            "search",
            "fn f() { let t = tera::Tera::new(); }",
            "only `web`",
        ),
        ("extern", "extern crate sled;", "only `store`"),
        ("web", "const X: &str = \"公示\";", "belongs in templates"),
        (
            "web",
            "fn f() { format!(\"{} 公示\", 1); }",
            "belongs in templates",
        ),
        ("log", "#[path = \"../web/x.rs\"] mod x;", "cannot follow"),
        ("log", "include!(\"../web/x.rs\");", "cannot follow"),
        ("novel", "use crate::log;", "add it to the table"),
    ];
    for (module, source, expected) in cases {
        let found = judge(module, source);
        assert!(
            found.iter().any(|line| line.contains(expected)),
            "{module}: {source}: {found:?}"
        );
    }
}

#[test]
fn the_checker_lets_pass_what_is_allowed() {
    let cases = [
        (
            "log",
            "use crate::store::KeyValue; use super::store; use crate::log::Log;",
        ),
        (
            "log::read",
            "use super::{Log, blocks::split}; use self::inner::X; use super::super::store;",
        ),
        (
            "log",
            "#[cfg(test)] mod tests { use crate::web::x; const X: &str = \"公示\"; }",
        ),
        ("log", "#[cfg(test)] use crate::web::x;"),
        (
            "log",
            "struct L; impl L { #[cfg(test)] fn f() { crate::web::x() } }",
        ),
        ("log", "pub(crate) fn f() {} pub(in crate::log) fn g() {}"),
        (
            "log",
            "/// 公示, as in crate::web.\n// sled::Db\nfn f() { let s = \"crate::web\"; }",
        ),
        ("log", "lists! { /// 公示\n A = \"plain\", }"),
        (
            "store",
            "mod sled; pub use sled::SledStorage; type T = ::sled::Db;",
        ),
        (
            "web",
            "use actix_web::web; use actix_rt::System; const X: &str = \"plain\";",
        ),
        ("app", "use crate::{web, ingest}; use crate::*;"),
        (
            "search",
            "use tantivy::Index; use crate::text::Lang; use sledge::hammer;",
        ),
    ];
    for (module, source) in cases {
        assert_eq!(
            judge(module, source),
            Vec::<String>::new(),
            "{module}: {source}"
        );
    }
    let (_, children) = scan_source("x.rs", "#[cfg(test)] mod tests; mod a { mod b; }", &[]);
    let names: Vec<_> = children
        .iter()
        .map(|child| (child.module.join("::"), child.test))
        .collect();
    assert_eq!(
        names,
        [("tests".to_owned(), true), ("a::b".to_owned(), false)]
    );
}

#[test]
fn the_checker_reads_manifests() {
    let found = |text: &str| portal_dependencies(text).join(",");
    assert_eq!(
        found("[dependencies]\ngongshi = { path = \"..\" }"),
        "gongshi"
    );
    assert_eq!(found("[dev-dependencies]\nx = { path = \"../src\" }"), "x");
    assert_eq!(
        found("[target.'cfg(unix)'.dependencies]\np = { package = \"gongshi\", version = \"1\" }"),
        "p"
    );
    assert_eq!(
        found("[dependencies]\nsha2.workspace = true\nhex = \"1\""),
        ""
    );
}
