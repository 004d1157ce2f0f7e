//! Fails the build where a message stands in one language and not in the other, or where a template asks for one that is in neither.
//!
//! A page with a hole in it must not be built at all. What a message may hold, and whether anybody uses it, is for the tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const LOCALES: &str = "templates/locales";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=templates");
    let mut languages = BTreeMap::new();
    for folder in inside(Path::new(LOCALES)) {
        let mut messages = BTreeSet::new();
        for file in inside(&folder) {
            messages.extend(ids(&read(&file)));
        }
        languages.insert(name(&folder), messages);
    }
    let all: BTreeSet<&str> = languages.values().flatten().map(String::as_str).collect();
    for (language, messages) in &languages {
        for id in all.iter().filter(|id| !messages.contains(**id)) {
            println!("cargo::error={LOCALES}/{language}: the message {id} is missing");
        }
    }
    let mut folders = vec![PathBuf::from("templates")];
    while let Some(folder) = folders.pop() {
        for path in inside(&folder) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            for id in asked_for(&read(&path)).filter(|id| !all.contains(id)) {
                println!("cargo::error={}: there is no message {id}", path.display());
            }
        }
    }
}

/// The ids of a catalogue's messages: what stands before `=` at the beginning of a line.
fn ids(catalogue: &str) -> Vec<String> {
    let begun = |line: &str| line.starts_with(|first: char| first.is_ascii_alphabetic());
    let lines = catalogue.lines().filter(|line| begun(line));
    lines
        .filter_map(|line| Some(line.split_once('=')?.0.trim().to_owned()))
        .collect()
}

/// The messages that a template names.
fn asked_for(template: &str) -> impl Iterator<Item = &str> {
    let calls = template.split("t(k=\"").skip(1);
    calls.filter_map(|call| Some(call.split_once('"')?.0))
}

fn inside(folder: &Path) -> Vec<PathBuf> {
    let items =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = items.flatten().map(|item| item.path()).collect();
    paths.sort();
    paths
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
