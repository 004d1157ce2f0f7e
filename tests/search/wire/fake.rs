//! A server for tests: the model behind a listener, with everything that can go wrong between the two.

use super::http::{Answer, Listener, Request};
use super::model::Model;
use crate::support::{county, fill};
use gongshi::search::{MeiliIndex, MeiliOptions, SearchIndex as _};
use serde_json::Value;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The key of the server, as whoever runs it has it.
pub const MASTER: &str = "master-key-that-nobody-may-read";
/// The name of the index.
pub const NAME: &str = "records";
/// The log it is of.
pub const LOG: &str = "test.example/log";
/// Longest time that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// What goes wrong.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The connection is closed without an answer.
    Close,
    /// There is no answer until the fault is over; then the connection is closed.
    Late,
    /// This is answered.
    Says(u16, Value),
}

type Which = Box<dyn Fn(&Request) -> bool + Send>;

struct Shared {
    model: Mutex<Model>,
    asked: Mutex<Vec<Request>>,
    /// Which requests it befalls, how many more of them, and what.
    faults: Mutex<Vec<(Which, usize, Fault)>>,
    over: Condvar,
}

/// The server.
pub struct Fake {
    shared: Arc<Shared>,
    port: u16,
    listener: Option<Listener>,
}

impl Fake {
    pub fn new() -> Self {
        Fake::with(Some(MASTER))
    }

    pub fn with(master: Option<&str>) -> Self {
        let mut fake = Fake {
            shared: Arc::new(Shared {
                model: Mutex::new(Model::new(master)),
                asked: Mutex::default(),
                faults: Mutex::default(),
                over: Condvar::new(),
            }),
            port: 0,
            listener: None,
        };
        fake.start();
        fake
    }

    /// Listens, again where it did before.
    pub fn start(&mut self) {
        let shared = self.shared.clone();
        let listener = Listener::start(self.port, Arc::new(move |request| shared.answer(request)));
        self.port = listener.port;
        self.listener = Some(listener);
    }

    /// Nobody listens any more.
    pub fn stop(&mut self) {
        self.listener = None;
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What the server has; nothing is answered meanwhile.
    pub fn model(&self) -> MutexGuard<'_, Model> {
        self.shared.model.lock().unwrap()
    }

    /// From now on, `times` such requests have this fault.
    pub fn befall(
        &self,
        times: usize,
        fault: Fault,
        which: impl Fn(&Request) -> bool + Send + 'static,
    ) {
        let mut faults = self.shared.faults.lock().unwrap();
        faults.push((Box::new(which), times, fault));
    }

    /// All faults are over.
    pub fn recover(&self) {
        self.shared.faults.lock().unwrap().clear();
        self.shared.over.notify_all();
    }

    /// Every request so far.
    pub fn asked(&self) -> Vec<Request> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// Such requests so far.
    pub fn of(&self, which: impl Fn(&Request) -> bool) -> Vec<Request> {
        self.asked().into_iter().filter(|one| which(one)).collect()
    }

    /// Requests that brought documents to the index, each as its lines; that of its making not among them.
    pub fn payloads(&self, index: &str) -> Vec<Vec<Value>> {
        let lines = |one: &Request| one.media.as_deref() == Some("application/x-ndjson");
        let all = self.of(|one| one.writes_to(index) && lines(one));
        all.iter().map(Request::lines).collect()
    }

    /// Tasks wait until this is dropped.
    pub fn hold(&self) -> Held {
        self.model().held = true;
        Held(self.shared.clone())
    }

    /// Looks at the index of that name.
    pub fn index(&self, name: &str) -> Option<super::model::Index> {
        self.model().indexes.get(name).cloned()
    }

    pub fn options(&self) -> MeiliOptions {
        MeiliOptions {
            url: self.url(),
            key: self.model().master.clone(),
            index: NAME.into(),
            log: LOG.into(),
            ..MeiliOptions::default()
        }
    }

    pub fn open(&self) -> MeiliIndex {
        MeiliIndex::open(self.options()).unwrap()
    }

    /// One that sends each document by itself.
    pub fn with_small_payloads(&self) -> MeiliIndex {
        let options = MeiliOptions {
            payload: 1,
            ..self.options()
        };
        MeiliIndex::open(options).unwrap()
    }

    /// The index with all of the county.
    pub fn filled(&self) -> MeiliIndex {
        let index = self.open();
        index.cursor().unwrap();
        fill(&index, &county());
        index
    }
}

/// As long as it is there, tasks wait.
pub struct Held(Arc<Shared>);

impl Drop for Held {
    fn drop(&mut self) {
        let mut model = self.0.model.lock().unwrap_or_else(PoisonError::into_inner);
        model.held = false;
        model.work();
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.recover();
    }
}

impl Shared {
    fn answer(&self, request: Request) -> Answer {
        self.asked.lock().unwrap().push(request.clone());
        let fault = {
            let mut faults = self.faults.lock().unwrap();
            let due = faults
                .iter_mut()
                .find(|(which, times, _)| *times > 0 && which(&request));
            due.map(|(_, times, fault)| {
                *times -= 1;
                fault.clone()
            })
        };
        match fault {
            None => Some(self.model.lock().unwrap().answer(&request)),
            Some(Fault::Says(status, value)) => Some((status, value)),
            Some(Fault::Close) => None,
            Some(Fault::Late) => {
                let faults = self.faults.lock().unwrap();
                let waited = self
                    .over
                    .wait_timeout_while(faults, PATIENCE, |faults| !faults.is_empty());
                drop(waited);
                None
            }
        }
    }
}

/// Waits for it, a while.
pub fn until(what: &str, met: impl Fn() -> bool) {
    let begun = Instant::now();
    while !met() {
        assert!(begun.elapsed() < PATIENCE, "in vain waited until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// What an error says; never a key.
pub fn said<T: std::fmt::Debug>(
    fake: &Fake,
    result: Result<T, gongshi::search::SearchError>,
) -> String {
    let error = result.expect_err("an error");
    let text = format!("{error} {error:?}");
    let mut keys = vec![MASTER.to_owned()];
    let known = fake.model().keys.clone();
    keys.extend(
        known
            .iter()
            .map(|key| key["key"].as_str().unwrap().to_owned()),
    );
    assert!(keys.iter().all(|key| !text.contains(key)), "{text}");
    assert!(text.contains(&fake.url()), "{text}");
    error.to_string()
}
