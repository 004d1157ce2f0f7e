//! An office with a key, a desk with tables on it, and what an import says.

use crate::log_double::{LogDouble, NOW};
use gongshi::domain::Kind;
use gongshi::ingest::{
    Import, ImportError, KeyFile, Notice, Observer, Options, Rights, Summary, Target, Vocabulary,
};
use gongshi::intake::{Clock as _, SimulatedClock};
use gongshi::text::Lang;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, Origin};
use gongshi_verify::time::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

pub const IMPORTABLE: &[Kind] = &[
    Kind::InspectionResult,
    Kind::AbnormalListing,
    Kind::AbnormalRemoval,
    Kind::SeriousRemoval,
    Kind::IndividualMark,
    Kind::IndividualRestore,
    Kind::Penalty,
    Kind::NoPenalty,
    Kind::Permit,
    Kind::SubjectStatus,
    Kind::CampaignResult,
    Kind::Transfer,
    Kind::CreditPromise,
    Kind::RepairDecision,
];

/// A salt that was never given before; not random, so that tests repeat.
pub fn salt() -> [u8; 32] {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let mut salt = [0; 32];
    salt[..8].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    salt
}

#[derive(Default)]
pub struct Said(pub Vec<String>);

impl Observer for Said {
    fn progress(&mut self, summary: &Summary) {
        assert!(summary.settled() <= summary.read);
    }

    fn row(&mut self, line: u64, notice: &Notice<'_>) {
        self.0.extend(notice.words(Lang::Zh, line));
    }
}

/// A folder with tables in it.
pub struct Desk(tempfile::TempDir);

impl Desk {
    pub fn new() -> Self {
        Desk(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }
}

pub fn options(kind: Kind, file: &Path) -> Options {
    Options {
        kind,
        file: file.to_owned(),
        sheet: None,
        set: Vec::new(),
        ignore_unknown: false,
        bad: None,
        today: jiff::civil::date(2026, 12, 31),
        lang: Lang::Zh,
        vocabulary: Vocabulary::built_in().clone(),
        authority: None,
    }
}

pub fn check(options: Options) -> (Summary, Vec<String>) {
    let mut said = Said::default();
    let import = Import::open(options).map_err(|e| e.words(Lang::En, Kind::Penalty));
    let summary = import.unwrap().check(&Rights::Unknown, &mut said).unwrap();
    (summary, said.0)
}

/// What stops a table before its first row.
pub fn stopped(options: Options) -> String {
    let kind = options.kind;
    match Import::open(options) {
        Ok(import) => match import.check(&Rights::Unknown, &mut Said::default()) {
            Ok(summary) => panic!("{summary:?}"),
            Err(error) => error.words(Lang::Zh, kind),
        },
        Err(error) => error.words(Lang::Zh, kind),
    }
}

/// Counts and the file of bad rows, or what stopped the import.
pub type Outcome = Result<(Summary, Option<PathBuf>), ImportError>;

pub struct Office {
    pub key: KeyFile,
    pub origin: Origin,
    pub clock: SimulatedClock,
}

impl Office {
    pub fn new() -> Self {
        Office {
            key: KeyFile {
                authority: AuthorityId::parse("000000-SCJG").unwrap(),
                key: SecretKey::from_seed(&[7; 32]),
            },
            origin: Origin::parse("log.example").unwrap(),
            clock: SimulatedClock::new(Timestamp::parse(NOW).unwrap()),
        }
    }

    pub fn import(&self, log: &LogDouble, options: Options) -> (Outcome, Vec<String>) {
        self.import_at(log, &self.clock, options)
    }

    /// The same to a log with a clock of its own.
    fn import_at(
        &self,
        log: &LogDouble,
        clock: &SimulatedClock,
        options: Options,
    ) -> (Outcome, Vec<String>) {
        log.set_now(clock.now());
        let journal = options.file.with_file_name("gongshi-journal");
        let target = Target {
            key: &self.key,
            origin: &self.origin,
            journal: &journal,
            log_size: log.size(),
            sink: log,
            patience: LogDouble::PATIENCE,
            waiting: &|_, _| {},
            clock: &self.clock,
            random: salt,
        };
        let mut said = Said::default();
        let result = Import::open(options).unwrap().run(&target, &mut said);
        (result, said.0)
    }

    pub fn must_at(&self, log: &LogDouble, clock: &SimulatedClock, options: Options) -> Summary {
        let (result, said) = self.import_at(log, clock, options);
        result.unwrap_or_else(|e| panic!("{e} {said:?}")).0
    }

    pub fn must(&self, log: &LogDouble, options: Options) -> Summary {
        let (result, said) = self.import(log, options);
        result.unwrap_or_else(|e| panic!("{e} {said:?}")).0
    }
}

pub const HEADER: &str = "统一社会信用代码,企业名称,行政区划代码,列入原因,列入日期\n";

pub fn listing(number: usize) -> String {
    format!(
        "91000000MA00000900,示例公司{number},000000,失联,2026-03-{:02}\n",
        number % 28 + 1
    )
}

pub fn listings(rows: usize) -> String {
    HEADER.to_owned() + &(0..rows).map(listing).collect::<String>()
}
