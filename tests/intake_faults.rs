//! What intake remembers while batches fail or cannot be published: no event is taken twice, none is lost, and authority
//! records take effect exactly where the log has them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{TestLog, origin, permit};
use gongshi::intake::{Clock as _, Event, Intake, Refusal};
use gongshi::log::{Batching, Log, LogConfig, fsck};
use gongshi::model::Model;
use gongshi::rules::Rules;
use gongshi::store::{DataFolder, FaultStorage, Files};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::json::Value;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::note::{KeyKind, SignerKey};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The operator's and the department's records of a log, in a log whose storage can be made to fail.
struct Faulty {
    keys: TestLog,
    folder: tempfile::TempDir,
    storage: FaultStorage,
    intake: Intake,
}

impl Faulty {
    fn new() -> Self {
        let keys = TestLog::new(&["permit"]);
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("outside")).unwrap();
        let storage = FaultStorage::default();
        let path = folder.path().join("data");
        let here = LogConfig {
            published_checkpoint: None,
            ..config(&folder)
        };
        let data = DataFolder::lock(&path).unwrap();
        let log = Log::create(data, Arc::new(storage.clone()), here).unwrap();
        log.submit(keys.app.portal.log.leaves(0..2).unwrap())
            .unwrap()
            .wait()
            .unwrap();
        drop(log);
        let outside = folder.path().join("outside/checkpoint");
        std::fs::copy(path.join("checkpoint"), outside).unwrap();
        let data = DataFolder::lock(&path).unwrap();
        let log = Log::open(data, Arc::new(storage.clone()), config(&folder)).unwrap();
        let intake = {
            let files = Files::open(&folder.path().join("data")).unwrap();
            let model = Model::open(&storage, Rules::built_in().clone()).unwrap();
            Intake::open(Arc::new(log), keys.clock.clone(), files, model).unwrap()
        };
        Faulty {
            keys,
            folder,
            storage,
            intake,
        }
    }

    fn reopen(self) -> Self {
        let Faulty {
            keys,
            folder,
            storage,
            intake,
        } = self;
        drop(intake);
        let data = DataFolder::lock(&folder.path().join("data")).unwrap();
        let log = Log::open(data, Arc::new(storage.clone()), config(&folder)).unwrap();
        assert_eq!(fsck(&log, |_| (), |_, _, _| ()).problems, []);
        let intake = {
            let files = Files::open(&folder.path().join("data")).unwrap();
            let model = Model::open(&storage, Rules::built_in().clone()).unwrap();
            Intake::open(Arc::new(log), keys.clock.clone(), files, model).unwrap()
        };
        Faulty {
            keys,
            folder,
            storage,
            intake,
        }
    }

    fn accept(&self, events: &[&Event]) -> Vec<Result<u64, Refusal>> {
        let events = events.iter().map(|event| (*event).clone()).collect();
        let answers = self.intake.accept_events(events).wait();
        let answers = answers.into_iter();
        answers
            .map(|answer| answer.map(|accepted| accepted.index))
            .collect()
    }

    fn outside(&self, there: bool) {
        let names = ["outside", "away"].map(|name| self.folder.path().join(name));
        let [from, to] = if there {
            [&names[1], &names[0]]
        } else {
            [&names[0], &names[1]]
        };
        std::fs::rename(from, to).unwrap();
    }

    fn size(&self) -> u64 {
        self.intake.log().published().size()
    }
}

fn config(folder: &tempfile::TempDir) -> LogConfig {
    let signer = SignerKey::from_seed(origin().as_str(), KeyKind::Ed25519, &[9; 32]).unwrap();
    LogConfig {
        batching: Batching {
            delay: Duration::ZERO,
            reserve_bytes: 1,
            ..Batching::default()
        },
        published_checkpoint: Some(PathBuf::from(folder.path()).join("outside/checkpoint")),
        ..LogConfig::new(origin(), signer, gongshi::app::random32)
    }
}

/// A second department's registration and an event that it signs.
fn newcomer(keys: &TestLog) -> (Event, Event) {
    let key = SecretKey::from_seed(&common::salt());
    let id = "000000-WJJ";
    let registration = keys.register(id, &key, &["permit"]);
    let record = gongshi_verify::record::Record::new(permit("N-1"), common::salt()).unwrap();
    let event = Event::sign(
        &origin(),
        &AuthorityId::parse(id).unwrap(),
        &key,
        &common::name("permit"),
        keys.clock.now(),
        None,
        record,
    );
    (registration, event)
}

fn unavailable(answer: &Result<u64, Refusal>) -> bool {
    matches!(answer, Err(Refusal::Unavailable(_)))
}

#[test]
fn what_is_signed_and_not_yet_published_keeps_its_index() {
    let log = Faulty::new();
    let first = log.keys.event("permit", permit("U-1"));
    let second = log.keys.event("permit", permit("U-2"));
    let (registration, of_newcomer) = newcomer(&log.keys);
    log.outside(false);
    let answer = log.accept(&[&first]);
    assert!(unavailable(&answer[0]), "{answer:?}");
    // It is signed; what comes now waits for it outside.
    for event in [&first, &second, &registration] {
        let answer = log.accept(&[event]);
        assert!(unavailable(&answer[0]), "{answer:?}");
    }
    assert_eq!(log.size(), 2);
    log.outside(true);
    log.intake.log().wait_beyond(2, Duration::from_secs(20));
    assert_eq!(log.accept(&[&first, &second]), [Ok(2), Ok(3)]);
    // An authority record, likewise, takes effect when it is published.
    log.outside(false);
    let answers = log.accept(&[&registration, &of_newcomer]);
    assert!(answers.iter().all(unavailable), "{answers:?}");
    log.outside(true);
    log.intake.log().wait_beyond(4, Duration::from_secs(20));
    assert_eq!(log.accept(&[&of_newcomer, &registration]), [Ok(5), Ok(4)]);
    let log = log.reopen();
    assert_eq!(log.size(), 6);
    assert_eq!(
        log.accept(&[&second, &first, &registration, &of_newcomer]),
        [Ok(3), Ok(2), Ok(4), Ok(5)]
    );
}

#[test]
fn indexes_of_a_batch_that_failed_go_to_others() {
    let log = Faulty::new();
    let event = log.keys.event("permit", permit("V-1"));
    let (registration, of_newcomer) = newcomer(&log.keys);
    log.storage.set_full(true);
    let answers = log.accept(&[&registration, &of_newcomer, &event]);
    assert!(
        unavailable(&answers[0]) && unavailable(&answers[2]),
        "{answers:?}"
    );
    assert!(matches!(answers[1], Err(Refusal::Rights(_))), "{answers:?}");
    log.storage.set_full(false);
    // The registration's index goes to another event; the registration, sent again, gets its own.
    assert_eq!(log.accept(&[&event]), [Ok(2)]);
    assert!(matches!(
        log.accept(&[&of_newcomer])[0],
        Err(Refusal::Rights(_))
    ));
    assert_eq!(log.accept(&[&registration, &of_newcomer]), [Ok(3), Ok(4)]);
    let log = log.reopen();
    assert_eq!(
        log.accept(&[&of_newcomer, &registration, &event]),
        [Ok(4), Ok(3), Ok(2)]
    );
    assert_eq!(log.size(), 5);
}

/// Everybody waits while intake waits for the read model, so it does so once a call, however many displays are to end.
#[test]
fn a_model_that_is_behind_is_waited_for_once() {
    let log = Faulty::new();
    let permits = ["W-1", "W-2", "W-3"].map(|number| log.keys.event("permit", permit(number)));
    assert_eq!(log.accept(&[&permits[0], &permits[1]]), [Ok(2), Ok(3)]);
    let operator = log.keys.operator();
    let expiry = |target: u64| {
        let entry = log.intake.log().entry(target).unwrap();
        let named = Value::object([
            ("index", Value::Int(i64::try_from(target).unwrap())),
            ("leaf_hash", hex(&leaf_hash(&entry)).into()),
        ]);
        let body = Value::object([
            ("expired_on", "2026-03-01".into()),
            ("legal_basis", "市场监督管理信用修复管理办法".into()),
            ("rule_id", "samr107-minor@2025-12-25".into()),
            ("target", named),
        ]);
        Event::sign(
            &origin(),
            &operator.authority,
            &operator.key,
            &common::name("expiry"),
            log.keys.clock.now(),
            Some(target.to_string()),
            gongshi_verify::record::Record::new(body, common::salt()).unwrap(),
        )
    };
    let begin = Instant::now();
    let answers = log.accept(&[&expiry(2), &expiry(3), &permits[2]]);
    // Thirty seconds, and not twice.
    assert!(begin.elapsed() < Duration::from_secs(50));
    for answer in &answers[..2] {
        let refusal = answer.as_ref().unwrap_err();
        assert!(refusal.to_string().contains("behind the log"), "{refusal}");
    }
    assert_eq!(answers[2], Ok(4));
}
