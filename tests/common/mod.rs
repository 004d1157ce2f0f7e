//! A small log with an operator and a department, for tests that go through the front door.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test binary uses its part")]

use gongshi::app::{App, NewLog, Tuning, init, operator_key_path};
use gongshi::ingest::KeyFile;
use gongshi::intake::{Auditor, Clock, Event, SimulatedClock};
use gongshi::log::{Batching, FsckProblem, Log, fsck};
use gongshi_verify::encoding::base64;
use gongshi_verify::json::{self, Value};
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, KindName, Origin};
use gongshi_verify::record::Record;
use gongshi_verify::registry::key_proof_message;
use gongshi_verify::time::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where the simulated clock starts.
pub const START: &str = "2026-03-02T08:00:00Z";
/// The operator of every test log.
pub const OPERATOR: &str = "000000-OP";
/// The department that most tests sign as.
pub const DEPARTMENT: &str = "000000-SCJG";

static SALTS: AtomicU64 = AtomicU64::new(1);

/// A salt that no other call gives.
pub fn salt() -> [u8; 32] {
    let mut salt = [0x5a; 32];
    salt[..8].copy_from_slice(&SALTS.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    salt
}

/// Keys "drawn" for a test log.
fn random() -> [u8; 32] {
    let mut seed = salt();
    seed[31] = 0xa5;
    seed
}

/// What fsck finds wrong with a log, and who looked at it.
pub fn audited(log: &Log, mut auditor: Auditor) -> (Auditor, Vec<FsckProblem>) {
    let mut report = fsck(
        log,
        |_| (),
        |index, leaf, problems| auditor.leaf(index, leaf, problems),
    );
    auditor.finish(&mut report.problems);
    (auditor, report.problems)
}

pub fn origin() -> Origin {
    Origin::parse("example.org/log").unwrap()
}

pub fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub fn name(kind: &str) -> KindName {
    KindName::parse(kind).unwrap()
}

pub fn body(text: &str) -> Value {
    json::parse(text).unwrap()
}

/// A valid permit with that number.
pub fn permit(number: &str) -> Value {
    body(&format!(
        r#"{{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","permit_name":"食品经营许可证",
        "permit_no":"{number}","permit_kind":"general","content":"热食类食品制售","decided_on":"2026-02-20"}}"#
    ))
}

/// A valid penalty.
pub const PENALTY: &str = r#"{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","decision_no":"示市监罚〔2026〕1号",
    "violation_type":"经营超过保质期的食品","legal_basis":"食品安全法","penalty_kinds":["fine"],"content":"罚款1000元","fine_fen":100000,"severity":"general","decided_on":"2026-02-27"}"#;

pub struct TestLog {
    pub folder: tempfile::TempDir,
    pub clock: Arc<SimulatedClock>,
    pub app: App,
    pub department: SecretKey,
}

impl TestLog {
    /// A fresh log with the department registered for `kinds`.
    pub fn new(kinds: &[&str]) -> Self {
        Self::within(tempfile::tempdir().unwrap(), kinds)
    }

    /// The same in a folder of the caller's.
    pub fn within(folder: tempfile::TempDir, kinds: &[&str]) -> Self {
        Self::starting(folder, kinds, START, &tuning())
    }

    /// The same from another time on, and tuned otherwise.
    pub fn starting(
        folder: tempfile::TempDir,
        kinds: &[&str],
        start: &str,
        tuning: &Tuning,
    ) -> Self {
        let clock = Arc::new(SimulatedClock::new(time(start)));
        let new = NewLog {
            origin: origin(),
            operator: AuthorityId::parse(OPERATOR).unwrap(),
            name: "示例县信息中心".to_owned(),
            region: "000000".to_owned(),
            kinds: Vec::new(),
            random,
        };
        let data = folder.path().join("data");
        init(&data, &new, clock.clone()).unwrap();
        let app = App::open(&data, clock.clone(), tuning).unwrap();
        let log = TestLog {
            folder,
            clock,
            app,
            department: SecretKey::from_seed(&random()),
        };
        let registered = log.accept(vec![log.register(DEPARTMENT, &log.department, kinds)]);
        assert!(registered[0].is_ok(), "{registered:?}");
        log
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Closes and opens again.
    pub fn reopen(self) -> Self {
        let TestLog {
            folder,
            clock,
            app,
            department,
        } = self;
        app.close();
        let app = App::open(&folder.path().join("data"), clock.clone(), &tuning()).unwrap();
        TestLog {
            folder,
            clock,
            app,
            department,
        }
    }

    pub fn operator(&self) -> KeyFile {
        KeyFile::read(&operator_key_path(&self.data())).unwrap()
    }

    pub fn accept(&self, events: Vec<Event>) -> Vec<Result<u64, gongshi::intake::Refusal>> {
        let batch = self.app.portal.intake.accept_events(events);
        batch
            .wait()
            .into_iter()
            .map(|result| result.map(|accepted| accepted.index))
            .collect()
    }

    /// The operator's event that registers an authority.
    pub fn register(&self, id: &str, key: &SecretKey, kinds: &[&str]) -> Event {
        let id = AuthorityId::parse(id).unwrap();
        let public = key.public();
        let proof = key.sign(&key_proof_message(&origin(), &id, &public));
        let mut kinds = kinds.to_vec();
        kinds.sort_unstable();
        self.authority(Value::object([
            ("action", "register".into()),
            ("authority_id", id.as_str().into()),
            ("key_proof", base64(&proof).into()),
            (
                "kinds",
                Value::Array(kinds.into_iter().map(Into::into).collect()),
            ),
            ("name", "示例县市场监督管理局".into()),
            ("public_key", public.to_base64().into()),
            ("region", "000000".into()),
            ("role", "department".into()),
        ]))
    }

    /// An authority record signed by the operator.
    pub fn authority(&self, body: Value) -> Event {
        let operator = self.operator();
        let record = Record::new(body, salt()).unwrap();
        Event::sign(
            &origin(),
            &operator.authority,
            &operator.key,
            &name("authority"),
            self.clock.now(),
            None,
            record,
        )
    }

    /// An event of the department.
    pub fn event(&self, kind: &str, body: Value) -> Event {
        self.event_at(kind, body, self.clock.now())
    }

    pub fn event_at(&self, kind: &str, body: Value, issued_at: Timestamp) -> Event {
        let id = AuthorityId::parse(DEPARTMENT).unwrap();
        let record = Record::new(body, salt()).unwrap();
        Event::sign(
            &origin(),
            &id,
            &self.department,
            &name(kind),
            issued_at,
            None,
            record,
        )
    }

    /// Waits until model and search have taken everything published.
    pub fn settle(&self) {
        let size = self.app.portal.log.published().size();
        for _ in 0..1000 {
            let model = self.app.portal.model.cursor().unwrap();
            let search = self.app.portal.search.cursor().unwrap();
            if model >= size && search >= size {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        panic!("model and search did not catch up");
    }
}

/// Small machines run many tests at once, and a test's disk is not the operator's.
pub fn tuning() -> Tuning {
    Tuning {
        batching: Batching {
            reserve_bytes: 1 << 20,
            ..Batching::default()
        },
        ..Tuning::default()
    }
}
