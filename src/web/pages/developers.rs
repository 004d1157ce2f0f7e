//! For those who write clients: what can be fetched and how, the limits that hold, formats and tools, and every operation as
//! the description of the interface ([`crate::web::api::openapi`]) has it.
//!
//! The page says nothing of an operation by itself: what is not in the description is not on the page.

use super::fault::Fault;
use super::{Answer, POLICY_FILE, Page, Visit, policy_of};
use crate::text::Lang;
use crate::web::api::openapi::{TAGS, document};
use crate::web::api::published;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// A limit in words.
#[derive(Serialize)]
struct Limit {
    name: &'static str,
    about: String,
    number: u64,
}

/// Operations that belong together.
#[derive(Serialize)]
struct Group {
    tag: &'static str,
    about: String,
    operations: Vec<Operation>,
}

/// An operation, as the description has it.
#[derive(Serialize)]
struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    parameters: Vec<Parameter>,
    example: Option<String>,
    /// What an answer in JSON looks like.
    answer: Option<String>,
    problems: Vec<String>,
}

/// What is given with a request, beside what its path shows.
#[derive(Serialize)]
struct Parameter {
    name: String,
    header: bool,
    required: bool,
    /// The numbers or the pattern that it has to keep to.
    form: String,
}

pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let document = document(&visit.portal, &visit.limits)?;
    let limits = published::limits(&visit.limits).into_iter();
    let limits: Vec<Limit> = limits
        .map(|(name, number)| Limit {
            name,
            about: visit.word(&format!("limit-{name}")),
            number,
        })
        .collect();
    let operations: Vec<(String, Operation)> = operations(&document, visit.lang).collect();
    let codes: BTreeSet<&String> = operations
        .iter()
        .flat_map(|(_, operation)| &operation.problems)
        .collect();
    let codes: Vec<&String> = codes.into_iter().collect();
    let page = Page::new("developers.html", visit.word("page-dev-title"))
        .with("limits", &limits)
        .with("codes", &codes)
        .with("vkey", &visit.portal.log.verifier().to_string())
        .with("policy", &policy_of(&visit.portal))
        .with("policy_file", POLICY_FILE);
    let mut groups: Vec<Group> = TAGS
        .iter()
        .map(|tag| Group {
            tag,
            about: visit.word(&format!("optag-{tag}")),
            operations: Vec::new(),
        })
        .collect();
    for (tag, operation) in operations {
        let group = groups.iter_mut().find(|group| group.tag == tag);
        if let Some(group) = group {
            group.operations.push(operation);
        }
    }
    page.with("groups", &groups).done()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Every operation of the description with its group.
fn operations(document: &Value, lang: Lang) -> impl Iterator<Item = (String, Operation)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(move |(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, told)| {
            let problems = text(&told["x-problems"]);
            let operation = Operation {
                id: text(&told["operationId"]),
                method: method.to_uppercase(),
                path: path.clone(),
                summary: text(&told[lang.pick("x-summary-zh", "summary")]),
                parameters: list(&told["parameters"]).filter_map(parameter).collect(),
                example: told["x-example"].as_str().map(str::to_owned),
                answer: told
                    .pointer("/responses/200/content/application~1json/example")
                    .and_then(|answer| serde_json::to_string_pretty(answer).ok()),
                problems: problems.split_whitespace().map(str::to_owned).collect(),
            };
            (text(&told["tags"][0]), operation)
        })
    })
}

/// A parameter; `None` for what stands in the path, where everybody sees it.
fn parameter(told: &Value) -> Option<Parameter> {
    if told["in"] == "path" {
        return None;
    }
    let schema = &told["schema"];
    let form = match (&schema["minimum"], &schema["maximum"], &schema["pattern"]) {
        (Value::Number(from), Value::Number(to), _) => format!("{from}–{to}"),
        (.., Value::String(pattern)) => pattern.clone(),
        _ => String::new(),
    };
    Some(Parameter {
        name: text(&told["name"]),
        header: told["in"] == "header",
        required: told["required"] == true,
        form,
    })
}
