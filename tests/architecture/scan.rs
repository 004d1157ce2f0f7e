//! Reads Rust sources and says what each file names: modules of the crate, other crates, Chinese text.
//!
//! It follows `mod` declarations from a root file, so that a path is judged from the module it stands in, and leaves
//! out what is compiled for tests only. It reports facts; what is allowed is decided in `tests/architecture.rs`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, File, ImplItem, Item, UseTree};

/// What a source names at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// A top-level module of the crate, reached by `crate::` or `super::` from another one.
    Module(String),
    /// The root of the crate as a whole (`use crate::*`, `use crate as x`): what is used of it cannot be told.
    Root,
    /// The first segment of a path that does not start in the crate.
    Outside(String),
    /// A string literal with Chinese characters.
    Chinese(String),
    /// Something this reader cannot follow.
    Opaque(&'static str),
}

/// A fact with its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Top-level module the fact was found in; empty in the root file.
    pub module: String,
    /// File, and line from 1.
    pub place: String,
    /// The fact.
    pub fact: Fact,
}

/// What a crate's sources name.
#[derive(Debug, Default)]
pub struct Crate {
    /// Facts in the order of the files.
    pub found: Vec<Found>,
    /// Files that belong to the crate, those for tests included.
    pub files: BTreeSet<PathBuf>,
    /// Top-level modules.
    pub modules: BTreeSet<String>,
}

/// Reads the crate that begins with `root` (`src/lib.rs`).
pub fn scan_crate(root: &Path) -> Crate {
    let folder = root.parent().expect("a root file is in a folder");
    let mut result = Crate::default();
    let mut open = vec![(root.to_owned(), Vec::new(), false)];
    while let Some((path, module, test)) = open.pop() {
        let source = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (found, children) = scan_source(&path.display().to_string(), &source, &module);
        if !test {
            result.found.extend(found);
        }
        result.files.insert(path);
        for child in children {
            if let [top] = child.module.as_slice() {
                result.modules.insert(top.clone());
            }
            let stem = child.module.iter().collect::<PathBuf>();
            let candidates = [
                folder.join(&stem).with_extension("rs"),
                folder.join(&stem).join("mod.rs"),
            ];
            let file = candidates.into_iter().find(|path| path.exists());
            let file = file.unwrap_or_else(|| panic!("no file of module {}", stem.display()));
            open.push((file, child.module, test || child.test));
        }
    }
    result
}

/// A `mod name;` met in a source.
#[derive(Debug, PartialEq, Eq)]
pub struct Child {
    /// Path of the module from the root of the crate.
    pub module: Vec<String>,
    /// Whether it is compiled for tests only.
    pub test: bool,
}

/// Reads one source that stands in `module`.
pub fn scan_source(file: &str, source: &str, module: &[String]) -> (Vec<Found>, Vec<Child>) {
    let parsed: File = syn::parse_file(source).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut reader = Reader {
        file,
        module: module.to_vec(),
        found: Vec::new(),
        children: Vec::new(),
    };
    reader.visit_file(&parsed);
    (reader.found, reader.children)
}

struct Reader<'a> {
    file: &'a str,
    /// Where the reader is; inline modules included.
    module: Vec<String>,
    found: Vec<Found>,
    children: Vec<Child>,
}

impl Reader<'_> {
    fn report(&mut self, line: usize, fact: Fact) {
        self.found.push(Found {
            module: self.module.first().cloned().unwrap_or_default(),
            place: format!("{}:{line}", self.file),
            fact,
        });
    }

    /// Judges a path by its segments, from the module the reader is in.
    fn path(&mut self, line: usize, absolute: bool, segments: &[String]) {
        let Some((first, rest)) = segments.split_first() else {
            return;
        };
        let mut rest = rest;
        let mut above = match first.as_str() {
            _ if absolute => return self.report(line, Fact::Outside(first.clone())),
            "crate" => 0,
            "self" => self.module.len(),
            "super" => self.module.len().saturating_sub(1),
            _ => return self.report(line, Fact::Outside(first.clone())),
        };
        while let Some((_, after)) = rest.split_first().filter(|(next, _)| *next == "super") {
            above = above.saturating_sub(1);
            rest = after;
        }
        if above > 0 {
            return; // still within the top-level module
        }
        match rest.first().map(String::as_str) {
            None | Some("*" | "self") => self.report(line, Fact::Root),
            Some(next) if self.module.first().is_some_and(|own| own == next) => {}
            Some(next) => self.report(line, Fact::Module(next.to_owned())),
        }
    }

    fn use_tree(&mut self, absolute: bool, before: &[String], tree: &UseTree) {
        let line = tree.span().start().line;
        let with = |name: String| [before, &[name]].concat();
        match tree {
            UseTree::Path(path) => {
                self.use_tree(absolute, &with(path.ident.to_string()), &path.tree);
            }
            UseTree::Name(name) => self.path(line, absolute, &with(name.ident.to_string())),
            UseTree::Rename(name) => self.path(line, absolute, &with(name.ident.to_string())),
            UseTree::Glob(_) => self.path(line, absolute, &with("*".to_owned())),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.use_tree(absolute, before, tree);
                }
            }
        }
    }

    /// Paths in the input of a macro, which has no grammar of its own here.
    fn tokens(&mut self, tokens: TokenStream, paths_in_text: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is_colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Punct(mark) if mark.as_char() == '#' && is_doc(tokens.get(at + 1)) => {
                    at += 1;
                }
                TokenTree::Group(group) => self.tokens(group.stream(), paths_in_text),
                TokenTree::Literal(literal) => {
                    let line = literal.span().start().line;
                    let text = literal.to_string();
                    if paths_in_text && text.starts_with("\"crate::") {
                        let inner = text.trim_matches('"');
                        let segments: Vec<String> = inner.split("::").map(str::to_owned).collect();
                        self.path(line, false, &segments);
                    }
                    self.text(line, &text);
                }
                TokenTree::Ident(ident) if is_colon(at + 1) && is_colon(at + 2) => {
                    let line = ident.span().start().line;
                    let mut segments = vec![ident.to_string()];
                    while is_colon(at + 1) && is_colon(at + 2) {
                        match tokens.get(at + 3) {
                            Some(TokenTree::Ident(next)) => segments.push(next.to_string()),
                            Some(TokenTree::Group(_)) => segments.push("*".to_owned()),
                            _ => break,
                        }
                        at += 3;
                        if segments.last().is_some_and(|last| last == "*") {
                            at -= 1; // the group is read in its turn
                            break;
                        }
                    }
                    self.path(line, false, &segments);
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn text(&mut self, line: usize, text: &str) {
        if text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
            self.report(line, Fact::Chinese(text.chars().take(20).collect()));
        }
    }
}

/// Whether this is the `[doc = "…"]` that a comment becomes in a macro's input.
fn is_doc(token: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Group(group)) = token else {
        return false;
    };
    let first = group.stream().into_iter().next();
    matches!(first, Some(TokenTree::Ident(ident)) if ident == "doc")
}

/// Whether what carries these attributes is compiled for tests only.
fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let tokens = match &attribute.meta {
            syn::Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string(),
            _ => return false,
        };
        tokens == "test" || tokens.replace(' ', "").starts_with("all(test,")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        // A module file for tests is still a file of the crate, so modules decide for themselves.
        if matches!(item, Item::Mod(_)) || !for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let test = match item {
            ImplItem::Fn(item) => for_tests(&item.attrs),
            _ => false,
        };
        if !test {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let test = for_tests(&item.attrs);
        if item.attrs.iter().any(|a| a.path().is_ident("path")) {
            self.report(item.span().start().line, Fact::Opaque("#[path]"));
        }
        self.module.push(item.ident.to_string());
        match &item.content {
            None => self.children.push(Child {
                module: self.module.clone(),
                test,
            }),
            Some(_) if test => {}
            Some(_) => visit::visit_item_mod(self, item),
        }
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.use_tree(item.leading_colon.is_some(), &[], &item.tree);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        self.report(
            item.span().start().line,
            Fact::Outside(item.ident.to_string()),
        );
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        if segments.len() > 1 || path.leading_colon.is_some() {
            let line = path.span().start().line;
            self.path(line, path.leading_colon.is_some(), &segments);
        }
        visit::visit_path(self, path);
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {
        // `pub(crate)` and `pub(in …)` name modules without using them.
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if !attribute.path().is_ident("doc") {
            visit::visit_attribute(self, attribute);
        }
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.tokens(list.tokens.clone(), true);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if call.path.is_ident("include") {
            self.report(call.span().start().line, Fact::Opaque("include!"));
        }
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone(), false);
    }

    fn visit_lit_str(&mut self, literal: &'ast syn::LitStr) {
        self.text(literal.span().start().line, &literal.value());
    }
}
