//! A real server that is killed, emptied and set back while it is written to and searched: in the end it holds what the embedded engine holds.
//!
//! Needs the program: `GONGSHI_TEST_MEILI_BIN` names a Meilisearch executable. Without it the test says that it was left out.

use crate::support::{ask, doc};
use gongshi::search::*;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Entries of the log that is followed.
const ENTRIES: u64 = 12_000;
/// Entries that are taken at once.
const BATCH: u64 = 100;
/// How long everything may take.
const PATIENCE: Duration = Duration::from_secs(900);

/// A server of this test, killed at its end.
struct Server {
    program: PathBuf,
    folder: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl Server {
    fn start(&mut self) {
        let child = Command::new(&self.program)
            .arg("--no-analytics")
            .args(["--master-key", "a-key-of-this-test-alone"])
            .args(["--http-addr", &format!("127.0.0.1:{}", self.port)])
            .args(["--log-level", "ERROR"])
            .arg("--db-path")
            .arg(self.folder.join("db"))
            .arg("--dump-dir")
            .arg(self.folder.join("dumps"))
            .arg("--snapshot-dir")
            .arg(self.folder.join("snapshots"))
            .current_dir(&self.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.unwrap());
    }

    /// Without a chance to write anything.
    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let to = to.join(item.file_name());
        match item.file_type().unwrap().is_dir() {
            true => copied(&item.path(), &to),
            false => drop(std::fs::copy(item.path(), to).unwrap()),
        }
    }
}

fn entry(index: u64) -> SearchDoc {
    SearchDoc {
        subject_name: Some(format!("凤翔县{}号食品商行", index % 997)),
        kind: ["penalty", "permit", "plan"][(index % 3) as usize].into(),
        text: format!("第{index}次抽查，未发现问题"),
        codes: vec![format!("凤市监〔2026〕{index}号")],
        date: Some(20_000 + (index % 300) as i32),
        corrects: (index % 50 == 49).then(|| index - 7),
        ..doc(index)
    }
}

/// The entries from one on, and what they remove: some long there, some of the same batch.
fn batch(first: u64) -> (Vec<SearchDoc>, Vec<u64>, u64) {
    let end = ENTRIES.min(first + BATCH);
    let removed = (first..end).filter(|index| index % 11 == 5);
    let removed = removed.map(|index| if index % 2 == 0 { index / 2 } else { index - 3 });
    ((first..end).map(entry).collect(), removed.collect(), end)
}

/// Follows from the cursor, as the portal does.
fn follow(index: &dyn SearchIndex, begun: Instant) {
    let mut done = false;
    while !done {
        assert!(
            begun.elapsed() < PATIENCE,
            "it takes too long: {:?}",
            index.trouble()
        );
        let followed = || -> Result<bool, SearchError> {
            let mut cursor = index.cursor()?;
            let mut taken = 0;
            while cursor < ENTRIES {
                let (docs, removed, end) = batch(cursor);
                index.index_batch(&docs, &removed, end)?;
                cursor = end;
                taken += 1;
                if taken % 3 == 0 {
                    index.commit()?;
                }
            }
            index.commit()?;
            Ok(index.cursor()? == ENTRIES)
        };
        match followed() {
            Ok(whole) => done = whole,
            Err(SearchError::Unavailable { .. }) => std::thread::sleep(Duration::from_millis(300)),
            Err(error) => panic!("{error}"),
        }
    }
}

/// All documents, from place to place, and what is counted.
fn everything(index: &dyn SearchIndex) -> Result<(Vec<u64>, u64, Facets), SearchError> {
    let query = SearchQuery {
        sort: Sort::Newest,
        limit: 1000,
        ..ask("")
    };
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = index.search(&SearchQuery {
            after,
            ..query.clone()
        })?;
        all.extend(page.hits.iter().map(|hit| hit.index));
        after = page.next;
        if after.is_none() {
            return Ok((all, page.total, page.facets));
        }
    }
}

/// A server that was not started yet, how to reach it, and the folder that must outlive it.
fn server() -> Option<(Server, MeiliOptions, TempDir)> {
    let Some(program) = std::env::var_os("GONGSHI_TEST_MEILI_BIN") else {
        println!("left out: GONGSHI_TEST_MEILI_BIN names no Meilisearch program");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    let server = Server {
        program: program.into(),
        folder: folder.path().to_owned(),
        port,
        child: None,
    };
    let options = MeiliOptions {
        url: format!("http://127.0.0.1:{port}"),
        key: Some("a-key-of-this-test-alone".into()),
        index: "revival".into(),
        log: "test.example/log".into(),
        // Several are under way at once.
        payload: 64 << 10,
        ..MeiliOptions::default()
    };
    Some((server, options, folder))
}

/// Files below a folder that hold these bytes.
fn holding(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let items = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let held = items.flat_map(|item| match item.file_type().unwrap().is_dir() {
        true => holding(&item.path(), bytes),
        false => {
            let content = std::fs::read(item.path()).unwrap();
            let held = memchr::memmem::find(&content, bytes).is_some();
            held.then(|| item.path()).into_iter().collect()
        }
    });
    held.collect()
}

#[test]
fn what_was_purged_is_in_no_file_of_the_server() {
    let Some((mut server, options, folder)) = server() else {
        return;
    };
    server.start();
    let index = MeiliIndex::open(options).unwrap();
    let begun = Instant::now();
    let secret = |index: u64| SearchDoc {
        subject_name: Some("xylophonquartz食品商行".into()),
        text: "xylophonquartz".into(),
        codes: vec!["XYLOPHONQUARTZ-1".into()],
        ..doc(index)
    };
    while index.cursor().is_err() {
        assert!(begun.elapsed() < PATIENCE, "{:?}", index.trouble());
        std::thread::sleep(Duration::from_millis(100));
    }
    let docs: Vec<SearchDoc> = (0..300)
        .map(|at| if at % 3 == 1 { secret(at) } else { entry(at) })
        .collect();
    index.index_batch(&docs, &[], 300).unwrap();
    index.commit().unwrap();
    assert_eq!(index.search(&ask("xylophonquartz")).unwrap().total, 100);
    assert!(!holding(folder.path(), b"xylophonquartz").is_empty());
    let removed: Vec<u64> = (0..300).filter(|at| at % 3 == 1).collect();
    index.index_batch(&[], &removed, 301).unwrap();
    index.commit().unwrap();
    assert_eq!(index.search(&ask("xylophonquartz")).unwrap().total, 0);
    index.purge().unwrap();
    server.kill();
    assert_eq!(
        holding(folder.path(), b"xylophonquartz"),
        Vec::<PathBuf>::new()
    );
    server.start();
    while index.trouble().is_some() || index.search(&ask("")).is_err() {
        assert!(begun.elapsed() < PATIENCE, "{:?}", index.trouble());
        std::thread::sleep(Duration::from_millis(100));
    }
    // With those that corrected one of the removed.
    assert_eq!(everything(&index).unwrap().0.len(), 198);
}

#[test]
fn a_server_that_dies_is_emptied_and_set_back_ends_with_the_same_documents() {
    let Some((mut server, options, folder)) = server() else {
        return;
    };
    let index = Arc::new(MeiliIndex::open(options).unwrap());
    let (embedded, _folder) = crate::support::index_of(&[]);
    let begun = Instant::now();
    follow(&embedded, begun);

    let over = Arc::new(AtomicBool::new(false));
    let (answered, refused) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let readers: Vec<_> = ["", "凤翔 食品", "凤市监〔2026〕17号", "fengxiang"]
        .into_iter()
        .map(|text| {
            let (index, over) = (index.clone(), over.clone());
            let (answered, refused) = (answered.clone(), refused.clone());
            std::thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    match index.search(&ask(text)) {
                        Ok(_) => answered.fetch_add(1, Ordering::Relaxed),
                        Err(SearchError::Unavailable { .. }) => {
                            refused.fetch_add(1, Ordering::Relaxed)
                        }
                        Err(error) => panic!("{error}"),
                    };
                    std::thread::sleep(Duration::from_millis(20));
                }
            })
        })
        .collect();
    // Looks again and again, as the portal does.
    let writer = {
        let (index, over) = (index.clone(), over.clone());
        std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                follow(&*index, begun);
                std::thread::sleep(Duration::from_millis(200));
            }
        })
    };
    // Down at first; killed in the middle; set back to a copy; emptied.
    std::thread::sleep(Duration::from_secs(1));
    server.start();
    let until = |cursor: u64| {
        while index.searchable() < cursor {
            assert!(
                begun.elapsed() < PATIENCE,
                "{} of {cursor}",
                index.searchable()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let (db, kept) = (folder.path().join("db"), folder.path().join("kept"));
    until(1_000);
    server.kill();
    copied(&db, &kept);
    std::thread::sleep(Duration::from_millis(700));
    server.start();
    for cursor in [3_000, 4_500] {
        until(cursor);
        server.kill();
        server.start();
    }
    until(6_000);
    server.kill();
    std::fs::remove_dir_all(&db).unwrap();
    copied(&kept, &db);
    server.start();
    until(2_500);
    until(9_000);
    server.kill();
    std::fs::remove_dir_all(&db).unwrap();
    server.start();
    let expected = everything(&embedded).unwrap();
    let whole = || {
        while !everything(&*index).is_ok_and(|found| found == expected) {
            assert!(begun.elapsed() < PATIENCE, "{:?}", index.trouble());
            std::thread::sleep(Duration::from_millis(200));
        }
    };
    whole();
    // One that is set back once all was there is noticed without a write.
    server.kill();
    std::fs::remove_dir_all(&db).unwrap();
    copied(&kept, &db);
    server.start();
    while index.searchable() == ENTRIES {
        assert!(begun.elapsed() < PATIENCE, "{:?}", index.trouble());
        std::thread::sleep(Duration::from_millis(20));
    }
    whole();
    over.store(true, Ordering::Relaxed);
    writer.join().unwrap();
    for reader in readers {
        reader.join().unwrap();
    }
    let counts = (
        answered.load(Ordering::Relaxed),
        refused.load(Ordering::Relaxed),
    );
    println!(
        "{} searches answered, {} refused, {:.0?}",
        counts.0,
        counts.1,
        begun.elapsed()
    );
    assert!(counts.0 > 0 && counts.1 > 0, "{counts:?}");
}
