//! What the server keeps, and what it answers: indexes, keys and tasks as JSON values, in the shapes of Meilisearch 1.50.
//!
//! It does not search: a search finds every document, or what the test has written down. It is as strict as the server where this project could
//! err: rights of keys, fields that may be filtered by, and an index that comes into being when documents are sent to none.

use super::http::Request;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, VecDeque};

const TIME: &str = "2026-11-22T18:35:53.034833112Z";

/// An index.
#[derive(Debug, Clone, Default)]
pub struct Index {
    pub settings: Value,
    pub documents: BTreeMap<String, Value>,
}

impl Index {
    pub fn cursor(&self) -> Option<u64> {
        self.documents.get("state")?["cursor"].as_u64()
    }

    /// Indexes of its records, removed ones not among them.
    pub fn records(&self) -> Vec<u64> {
        let all = self.documents.values();
        let mut all: Vec<u64> = all
            .filter(|one| one.get("order").is_some())
            .filter_map(|one| one["index"].as_u64())
            .collect();
        all.sort_unstable();
        all
    }

    fn may_filter_by(&self, field: &str) -> bool {
        self.settings["filterableAttributes"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|some| {
                some["attributePatterns"]
                    .as_array()
                    .unwrap()
                    .contains(&json!(field))
            })
    }

    /// The ids of documents that a filter keeps: `<field> = true`, `<field> IN [1, 2]`, `<field> >= 0` (any number).
    fn kept_by(&self, filter: &str) -> Vec<String> {
        let (field, rest) = filter.split_once(' ').unwrap();
        if rest == ">= 0" {
            let numbered = self.documents.iter().filter(|(_, one)| one[field].is_u64());
            return numbered.map(|(id, _)| id.clone()).collect();
        }
        let wanted: Vec<Value> = match rest.strip_prefix("IN ") {
            Some(list) => serde_json::from_str(list).unwrap(),
            None => vec![serde_json::from_str(rest.strip_prefix("= ").unwrap()).unwrap()],
        };
        let kept = self
            .documents
            .iter()
            .filter(|(_, one)| wanted.contains(&one[field]));
        kept.map(|(id, _)| id.clone()).collect()
    }
}

/// What a task does once it is its turn.
enum Work {
    Create(String),
    Delete(String),
    Set(String, Value),
    Add(String, Vec<Value>),
    Remove(String, String),
    Empty(String),
    Swap(String, String),
}

/// The server's state.
pub struct Model {
    pub version: String,
    /// The key that may do everything; without one nobody is asked for a key.
    pub master: Option<String>,
    pub keys: Vec<Value>,
    pub indexes: BTreeMap<String, Index>,
    pub tasks: Vec<Value>,
    /// Whether tasks wait.
    pub held: bool,
    /// Errors of the next tasks of these kinds.
    pub failing: Vec<(&'static str, Value)>,
    /// What federated searches answer instead of every document.
    pub found: Option<Value>,
    waiting: VecDeque<(usize, Work)>,
}

pub fn error(code: &str, kind: &str, message: &str) -> Value {
    let link = format!("https://docs.meilisearch.com/errors#{code}");
    json!({"message": message, "code": code, "type": kind, "link": link})
}

fn missing(index: &str) -> Value {
    let message = format!("Index `{index}` not found.");
    error("index_not_found", "invalid_request", &message)
}

impl Model {
    pub fn new(master: Option<&str>) -> Self {
        Model {
            version: "1.50.0".into(),
            master: master.map(str::to_owned),
            keys: Vec::new(),
            indexes: BTreeMap::new(),
            tasks: Vec::new(),
            held: false,
            failing: Vec::new(),
            found: None,
            waiting: VecDeque::new(),
        }
    }

    /// A key with these rights.
    pub fn add_key(&mut self, name: &str, actions: &[&str], indexes: &[&str]) -> String {
        let key = json!({"name": name, "actions": actions, "indexes": indexes});
        let made = self.key(key.as_object().unwrap().clone());
        made["key"].as_str().unwrap().to_owned()
    }

    fn key(&mut self, mut key: Map<String, Value>) -> Value {
        let number = self.keys.len();
        for (name, value) in [
            ("description", Value::Null),
            ("key", json!(format!("secret-{number}-of-the-server"))),
            ("uid", json!(format!("uid-{number}"))),
            ("expiresAt", Value::Null),
            ("createdAt", json!(TIME)),
            ("updatedAt", json!(TIME)),
        ] {
            key.insert(name.into(), value);
        }
        self.keys.push(Value::Object(key.clone()));
        Value::Object(key)
    }

    /// The right to do this to these indexes; otherwise what the server says.
    fn allowed(
        &self,
        request: &Request,
        action: &str,
        indexes: &[&str],
    ) -> Result<(), (u16, Value)> {
        let Some(master) = &self.master else {
            return Ok(());
        };
        let Some(given) = &request.authorization else {
            let message =
                "The Authorization header is missing. It must use the bearer authorization method.";
            return Err((401, error("missing_authorization_header", "auth", message)));
        };
        let given = given.strip_prefix("Bearer ").unwrap_or_default();
        let allows = |key: &Value| {
            let has = |list: &str, value: &str| {
                let list = key[list].as_array().unwrap();
                list.contains(&json!(value)) || list.contains(&json!("*"))
            };
            key["key"] == given
                && has("actions", action)
                && indexes.iter().all(|index| has("indexes", index))
        };
        match given == master || self.keys.iter().any(allows) {
            true => Ok(()),
            false => Err((
                403,
                error(
                    "invalid_api_key",
                    "auth",
                    "The provided API key is invalid.",
                ),
            )),
        }
    }

    pub fn answer(&mut self, request: &Request) -> (u16, Value) {
        match self.route(request) {
            Ok(answer) | Err(answer) => answer,
        }
    }

    fn route(&mut self, request: &Request) -> Result<(u16, Value), (u16, Value)> {
        let path = request.path.split('?').next().unwrap();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let body = request.json();
        let method = request.method.as_str();
        let may = |action: &str, indexes: &[&str]| self.allowed(request, action, indexes);
        let index_of = |value: &Value| value["indexUid"].as_str().unwrap_or_default().to_owned();
        match (method, &parts[..]) {
            ("GET", ["version"]) => {
                may("version", &[])?;
                let version = json!({"commitSha": "unknown", "commitDate": "unknown", "pkgVersion": self.version});
                Ok((200, version))
            }
            ("GET", ["keys"]) => {
                may("keys.get", &[])?;
                let total = self.keys.len();
                Ok((
                    200,
                    json!({"results": self.keys, "offset": 0, "limit": 10_000, "total": total}),
                ))
            }
            ("POST", ["keys"]) => {
                may("keys.create", &[])?;
                Ok((201, self.key(body.as_object().unwrap().clone())))
            }
            ("GET", ["tasks", uid]) => {
                may("tasks.get", &[])?;
                let task = uid.parse().ok().and_then(|uid: usize| self.tasks.get(uid));
                // What is of no single index is shown to keys for all of them only.
                let of_all = may("version", &[]).is_ok();
                let task = task.filter(|task| of_all || task["type"] != "indexSwap");
                task.map(|task| (200, task.clone())).ok_or_else(|| {
                    let message = format!("Task `{uid}` not found.");
                    (404, error("task_not_found", "invalid_request", &message))
                })
            }
            ("POST", ["multi-search"]) => {
                for query in body["queries"].as_array().unwrap() {
                    may("search", &[&index_of(query)])?;
                }
                self.search(&body)
            }
            ("POST", ["swap-indexes"]) => {
                let pair = |at: usize| body[0]["indexes"][at].as_str().unwrap().to_owned();
                let (one, two) = (pair(0), pair(1));
                may("indexes.swap", &[&one, &two])?;
                Ok(self.enqueue("indexSwap", None, Work::Swap(one, two)))
            }
            ("POST", ["indexes"]) => {
                let name = body["uid"].as_str().unwrap().to_owned();
                may("indexes.create", &[&name])?;
                assert_eq!(body["primaryKey"], "index");
                Ok(self.enqueue("indexCreation", Some(&name), Work::Create(name.clone())))
            }
            (_, ["indexes", name, rest @ ..]) => {
                let name = (*name).to_owned();
                self.of_an_index(request, &name, rest)
            }
            _ => panic!("nothing is known of {method} {path}"),
        }
    }

    fn of_an_index(
        &mut self,
        request: &Request,
        name: &str,
        rest: &[&str],
    ) -> Result<(u16, Value), (u16, Value)> {
        let may = |action: &str| self.allowed(request, action, &[name]);
        let own = || name.to_owned();
        let there = || self.indexes.get(name).ok_or((404, missing(name)));
        let body = request.json();
        match (request.method.as_str(), rest) {
            ("DELETE", []) => {
                may("indexes.delete")?;
                Ok(self.enqueue("indexDeletion", Some(name), Work::Delete(own())))
            }
            ("PATCH", ["settings"]) => {
                may("settings.update")?;
                Ok(self.enqueue("settingsUpdate", Some(name), Work::Set(own(), body)))
            }
            ("GET", ["stats"]) => {
                may("stats.get")?;
                let documents = there()?.documents.len();
                let stats = json!({"numberOfDocuments": documents, "rawDocumentDbSize": 4096, "avgDocumentSize": 4088,
                    "isIndexing": false, "numberOfEmbeddings": 0, "numberOfEmbeddedDocuments": 0, "fieldDistribution": {}});
                Ok((200, stats))
            }
            ("POST", ["search"]) => {
                may("search")?;
                let mut labels: BTreeMap<&str, u64> = BTreeMap::new();
                let all = there()?.documents.values();
                for label in all.flat_map(|one| one["label"].as_array().into_iter().flatten()) {
                    *labels.entry(label.as_str().unwrap()).or_default() += 1;
                }
                let answer = json!({"hits": [], "query": "", "processingTimeMs": 0, "limit": 0, "offset": 0,
                    "estimatedTotalHits": 1, "facetDistribution": {"label": labels}, "facetStats": {}});
                Ok((200, answer))
            }
            ("POST", ["documents"]) => {
                may("documents.add")?;
                assert!(request.path.ends_with("?primaryKey=index"));
                let lines = match request.media.as_deref() {
                    Some("application/x-ndjson") => request.lines(),
                    _ => body.as_array().cloned().unwrap(),
                };
                // Where there is no index, it is made: that takes the right to make it.
                if !self.indexes.contains_key(name) {
                    may("indexes.create")?;
                }
                Ok(self.enqueue(
                    "documentAdditionOrUpdate",
                    Some(name),
                    Work::Add(own(), lines),
                ))
            }
            ("DELETE", ["documents"]) => {
                may("documents.delete")?;
                Ok(self.enqueue("documentDeletion", Some(name), Work::Empty(own())))
            }
            ("POST", ["documents", "delete"]) => {
                may("documents.delete")?;
                let filter = body["filter"].as_str().unwrap().to_owned();
                Ok(self.enqueue("documentDeletion", Some(name), Work::Remove(own(), filter)))
            }
            ("POST", ["documents", "fetch"]) => {
                may("documents.get")?;
                let index = there()?;
                let filter = body["filter"].as_str().unwrap();
                if !index.may_filter_by(filter.split(' ').next().unwrap()) {
                    let said = error("invalid_document_filter", "invalid_request", filter);
                    return Err((400, said));
                }
                let found = index.kept_by(filter);
                let total = found.len();
                let number = |name: &str| body[name].as_u64().unwrap_or_default() as usize;
                let found = found.iter().skip(number("offset")).take(number("limit"));
                let found: Vec<Value> = found
                    .map(|id| match body["fields"].is_null() {
                        true => index.documents[id].clone(),
                        false => json!({"index": index.documents[id]["index"]}),
                    })
                    .collect();
                Ok((
                    200,
                    json!({"results": found, "offset": 0, "limit": body["limit"], "total": total}),
                ))
            }
            ("GET", ["documents", id]) => {
                may("documents.get")?;
                let found = there()?.documents.get(*id);
                found.map(|one| (200, one.clone())).ok_or_else(|| {
                    let message = format!("Document `{id}` not found.");
                    (
                        404,
                        error("document_not_found", "invalid_request", &message),
                    )
                })
            }
            (method, rest) => panic!("nothing is known of {method} {rest:?} of an index"),
        }
    }

    fn search(&self, body: &Value) -> Result<(u16, Value), (u16, Value)> {
        let queries = body["queries"].as_array().unwrap();
        let name = queries[0]["indexUid"].as_str().unwrap();
        let Some(index) = self.indexes.get(name) else {
            let message = format!("Inside `.queries[0]`: Index `{name}` not found.");
            return Err((400, error("index_not_found", "invalid_request", &message)));
        };
        let federation = &body["federation"];
        if federation.is_null() {
            let one = |query: &Value| {
                json!({"indexUid": name, "hits": [], "query": query["q"], "processingTimeMs": 0, "limit": 0,
                    "offset": 0, "estimatedTotalHits": 0})
            };
            let results: Vec<Value> = queries.iter().map(one).collect();
            return Ok((200, json!({"results": results})));
        }
        let facets = federation["facetsByIndex"][name].as_array();
        let facets: Vec<&str> = facets
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if let Some(facet) = facets.iter().find(|facet| !index.may_filter_by(facet)) {
            let message = format!(
                "Inside `.queries[0]`: Inside `.federation.facetsByIndex.{name}`: Invalid facet distribution: \
                 Pattern `{facet}` is not filterable."
            );
            return Err((
                400,
                error("invalid_search_facets", "invalid_request", &message),
            ));
        }
        if let Some(found) = &self.found {
            return Ok((200, found.clone()));
        }
        let state = index.documents.get("state");
        let states: Map<String, Value> = state
            .into_iter()
            .map(|state| (state["state"].as_str().unwrap().to_owned(), json!(1)))
            .collect();
        let mut orders: Vec<i64> = index
            .documents
            .values()
            .filter_map(|one| one["order"].as_i64())
            .collect();
        orders.sort_unstable_by(|one, two| two.cmp(one));
        let whole = orders.len() + states.len();
        let number = |name: &str| federation[name].as_u64().unwrap() as usize;
        let hits = orders.iter().skip(number("offset")).take(number("limit"));
        let hits: Vec<Value> = hits.map(|order| hit(name, *order, 1.0)).collect();
        let answer = json!({"hits": hits, "processingTimeMs": 1, "limit": number("limit"), "offset": number("offset"),
            "estimatedTotalHits": whole, "facetDistribution": {"state": states}, "facetStats": {}});
        Ok((200, answer))
    }

    fn enqueue(&mut self, kind: &str, index: Option<&str>, work: Work) -> (u16, Value) {
        let uid = self.tasks.len();
        self.tasks.push(json!({"uid": uid, "batchUid": uid, "indexUid": index, "status": "enqueued", "type": kind,
            "canceledBy": null, "details": null, "error": null, "duration": null, "enqueuedAt": TIME, "startedAt": null,
            "finishedAt": null}));
        self.waiting.push_back((uid, work));
        if !self.held {
            self.work();
        }
        let said = json!({"taskUid": uid, "indexUid": index, "status": "enqueued", "type": kind, "enqueuedAt": TIME});
        (202, said)
    }

    /// Does what waits.
    pub fn work(&mut self) {
        while let Some((uid, work)) = self.waiting.pop_front() {
            let kind = self.tasks[uid]["type"].as_str().unwrap().to_owned();
            let failing = self
                .failing
                .iter()
                .position(|(failing, _)| *failing == kind);
            let done = match failing {
                Some(at) => Err(self.failing.remove(at).1),
                None => self.done(work),
            };
            let task = &mut self.tasks[uid];
            task["startedAt"] = json!(TIME);
            task["finishedAt"] = json!(TIME);
            task["duration"] = json!("PT0.003397040S");
            match done {
                Ok(()) => task["status"] = json!("succeeded"),
                Err(error) => {
                    task["status"] = json!("failed");
                    task["error"] = error;
                }
            }
        }
    }

    fn done(&mut self, work: Work) -> Result<(), Value> {
        match work {
            Work::Create(name) => {
                if self.indexes.contains_key(&name) {
                    let message = format!("Index `{name}` already exists.");
                    return Err(error("index_already_exists", "invalid_request", &message));
                }
                self.indexes.insert(name, Index::default());
            }
            Work::Delete(name) => {
                self.indexes.remove(&name).ok_or(missing(&name))?;
            }
            Work::Set(name, settings) => self.indexes.entry(name).or_default().settings = settings,
            Work::Add(name, documents) => {
                let index = self.indexes.entry(name).or_default();
                for document in documents {
                    let id = match &document["index"] {
                        Value::String(id) => id.clone(),
                        number => number.to_string(),
                    };
                    index.documents.insert(id, document);
                }
            }
            Work::Remove(name, filter) => {
                let index = self.indexes.get_mut(&name).ok_or(missing(&name))?;
                for id in index.kept_by(&filter) {
                    index.documents.remove(&id);
                }
            }
            Work::Empty(name) => {
                let index = self.indexes.get_mut(&name).ok_or(missing(&name))?;
                index.documents.clear();
            }
            Work::Swap(one, two) => {
                let first = self.indexes.remove(&one).ok_or(missing(&one))?;
                let second = self.indexes.remove(&two).ok_or(missing(&two))?;
                self.indexes.insert(one, second);
                self.indexes.insert(two, first);
            }
        }
        Ok(())
    }
}

/// A hit as a federated search answers it.
pub fn hit(index: &str, order: i64, score: f64) -> Value {
    json!({"order": order, "_federation": {"indexUid": index, "queriesPosition": 0, "weightedRankingScore": score}})
}
