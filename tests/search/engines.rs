//! The engines that all that is found is tried with.

use crate::support;
use gongshi::search::{MeiliIndex, MeiliOptions, SearchDoc, SearchIndex};
use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// Makes a test of each function for each engine. Without a server its tests say that they were left out.
macro_rules! on_both_engines {
    ($($(#[$note:meta])* $name:ident),+ $(,)?) => {
        mod embedded {
            $($(#[$note])* #[test] fn $name() { super::$name(crate::engines::Engine::Embedded) })+
        }
        mod server {
            $($(#[$note])* #[test] fn $name() {
                if let Some(engine) = crate::engines::Engine::server() {
                    super::$name(engine)
                }
            })+
        }
    };
}
pub(crate) use on_both_engines;

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Embedded,
    /// A Meilisearch server at `GONGSHI_TEST_MEILI_URL`, with the key in `GONGSHI_TEST_MEILI_KEY` where it needs one.
    Server,
}

/// An index that leaves nothing behind.
pub struct Index {
    index: Box<dyn SearchIndex>,
    _folder: Option<TempDir>,
    /// Its name in the server.
    name: Option<String>,
}

impl Deref for Index {
    type Target = dyn SearchIndex;

    fn deref(&self) -> &Self::Target {
        self.index.as_ref()
    }
}

fn given(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// How to reach the server that was given.
pub fn server_options(index: &str) -> Option<MeiliOptions> {
    Some(MeiliOptions {
        url: given("GONGSHI_TEST_MEILI_URL")?,
        key: given("GONGSHI_TEST_MEILI_KEY"),
        index: index.to_owned(),
        log: "test.example/log".to_owned(),
        ..MeiliOptions::default()
    })
}

/// A name that no other index has.
pub fn new_name() -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let made = MADE.fetch_add(1, Ordering::Relaxed);
    format!("gongshi_test_{}_{made}", std::process::id())
}

impl Engine {
    /// The server, where one was given.
    pub fn server() -> Option<Self> {
        let server = server_options("").map(|_| Engine::Server);
        if server.is_none() {
            println!("left out: GONGSHI_TEST_MEILI_URL names no Meilisearch server");
        }
        server
    }

    /// An empty index.
    pub fn index(self) -> Index {
        match self {
            Engine::Embedded => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                Index {
                    index: Box::new(support::open(folder.path())),
                    _folder: Some(folder),
                    name: None,
                }
            }
            Engine::Server => {
                let name = new_name();
                let options = server_options(&name).expect("a server was given");
                Index {
                    index: Box::new(MeiliIndex::open(options).expect("a thread")),
                    _folder: None,
                    name: Some(name),
                }
            }
        }
    }

    /// An index of these documents.
    pub fn index_of(self, docs: &[SearchDoc]) -> Index {
        let index = self.index();
        support::fill(&*index, docs);
        index
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            remove(name);
        }
    }
}

/// Removes an index and its keys from the server.
pub fn remove(name: &str) {
    let Some(options) = server_options(name) else {
        return;
    };
    let key = options.key.unwrap_or_default();
    let delete = |path: &str| {
        let request = ureq::delete(format!("{}/{path}", options.url));
        let _ = request
            .header("Authorization", format!("Bearer {key}"))
            .call();
    };
    delete(&format!("indexes/{name}"));
    delete(&format!("indexes/{name}_next"));
    let keys = ureq::get(format!("{}/keys?limit=10000", options.url));
    let Ok(mut keys) = keys.header("Authorization", format!("Bearer {key}")).call() else {
        return;
    };
    let keys = keys.body_mut().read_to_string().unwrap_or_default();
    let keys: serde_json::Value = serde_json::from_str(&keys).unwrap_or_default();
    for one in keys["results"].as_array().into_iter().flatten() {
        let named = one["name"].as_str().unwrap_or_default();
        if named.starts_with(&format!("gongshi {name} ")) {
            delete(&format!("keys/{}", one["uid"].as_str().unwrap_or_default()));
        }
    }
}
