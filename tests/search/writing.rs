//! What is written: replaced, deleted, kept over failures and restarts, refused where another writes.

use crate::support::*;
use gongshi::search::*;

use std::fs;
use std::path::Path;

#[test]
fn adding_again_replaces_and_deleting_removes() {
    let (index, _folder) = index_of(&county());
    let renamed = SearchDoc {
        subject_name: Some("新名字商店".into()),
        ..doc(1)
    };
    index
        .index_batch(&[renamed.clone(), renamed], &[], 4)
        .unwrap();
    assert_eq!(
        found(&index, "好再来"),
        [1],
        "nothing is visible before the commit"
    );
    index.commit().unwrap();
    assert_eq!(found(&index, "好再来"), [0_u64; 0]);
    assert_eq!(found(&index, "新名字"), [1]);

    let fresh = SearchDoc {
        subject_name: Some("过路商店".into()),
        ..doc(9)
    };
    index.index_batch(&[fresh], &[9, 1, 77], 10).unwrap();
    index.commit().unwrap();
    assert_eq!(found(&index, "商店"), [0_u64; 0]);
    let page = index.search(&ask("")).unwrap();
    assert_eq!((page.total, page.indexed), (3, 10));
    assert!(
        page.facets
            .kinds
            .iter()
            .all(|(kind, _)| kind != "abnormal_listing")
    );

    index.clear().unwrap();
    let page = index.search(&ask("")).unwrap();
    assert_eq!(
        (page.total, page.indexed, index.cursor().unwrap()),
        (0, 0, 0)
    );
}

#[test]
fn clearing_forgets_also_what_was_not_committed() {
    let (index, _folder) = index_of(&county());
    index.index_batch(&[doc(7)], &[], 8).unwrap();
    index.clear().unwrap();
    index.commit().unwrap();
    assert_eq!(index.search(&ask("")).unwrap().total, 0);
    index.index_batch(&county(), &[], 4).unwrap();
    index.commit().unwrap();
    assert_eq!(index.search(&ask("")).unwrap().total, 4);
}

#[test]
fn cursor_and_documents_survive_together() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    assert_eq!((index.opened(), index.cursor().unwrap()), (&Opened::New, 0));
    index.index_batch(&county()[..2], &[], 2).unwrap();
    index.commit().unwrap();
    index.index_batch(&county()[2..], &[0], 4).unwrap();
    assert_eq!(
        index.cursor().unwrap(),
        2,
        "an uncommitted batch moves no cursor"
    );
    assert_eq!(index.search(&ask("")).unwrap().indexed, 2);
    drop(index);

    let index = open(folder.path());
    assert_eq!(
        (index.opened(), index.cursor().unwrap()),
        (&Opened::Existing, 2)
    );
    assert_eq!(index.search(&ask("")).unwrap().total, 2);
    // What a follower does after a crash: everything from the cursor again, some of it perhaps twice.
    index.index_batch(&county()[1..], &[], 4).unwrap();
    index.commit().unwrap();
    assert_eq!(index.search(&ask("")).unwrap().total, 4);
    index.index_batch(&[], &[], 6).unwrap();
    index.commit().unwrap();
    drop(index);
    assert_eq!(
        open(folder.path()).cursor().unwrap(),
        6,
        "a cursor moves without documents too"
    );
}

#[test]
fn a_failed_commit_keeps_what_was_durable_and_writing_goes_on_from_there() {
    let (index, folder) = index_of(&county()[..2]);
    let meta = folder.path().join("meta.json");
    let saved = fs::read(&meta).unwrap();
    index.index_batch(&county()[2..], &[], 4).unwrap();
    // A directory where the commit wants to put its file: no rename can replace it.
    fs::remove_file(&meta).unwrap();
    fs::create_dir(&meta).unwrap();
    let error = index.commit().expect_err("the commit cannot be written");
    assert!(
        matches!(error, SearchError::Io { .. } | SearchError::Engine(_)),
        "{error:?}"
    );
    assert_eq!(
        index.search(&ask("")).unwrap().total,
        2,
        "searching goes on"
    );
    assert!(
        index.cursor().is_err(),
        "what is durable cannot be known now"
    );
    fs::remove_dir(&meta).unwrap();
    fs::write(&meta, saved).unwrap();

    assert_eq!(index.cursor().unwrap(), 2);
    index.commit().unwrap();
    assert_eq!(
        index.search(&ask("")).unwrap().total,
        2,
        "the lost batch does not come back under an old cursor"
    );
    index.index_batch(&county()[2..], &[], 4).unwrap();
    index.commit().unwrap();
    let page = index.search(&ask("")).unwrap();
    assert_eq!(
        (page.total, page.indexed, index.cursor().unwrap()),
        (4, 4, 4)
    );
}

#[test]
fn huge_records_are_taken() {
    let huge = SearchDoc {
        subject_name: Some("甲乙丙丁".repeat(60_000)),
        codes: vec!["ABCDEFGH".repeat(60_000)],
        title: "经营异常名录".repeat(20_000),
        text: "食品安全法。".repeat(60_000),
        ..doc(0)
    };
    let (index, _folder) = index_of(&[huge, doc(1)]);
    for text in ["丁甲乙", "GHAB", "异常名录", "食品安全"] {
        assert_eq!(found(&index, text), [0], "{text}");
    }
}

#[test]
fn searching_and_writing_go_on_side_by_side() {
    let (index, _folder) = index_of(&county());
    std::thread::scope(|scope| {
        let searcher = scope.spawn(|| {
            let mut last = 0;
            while last < 40 {
                let page = index.search(&ask("")).unwrap();
                assert_eq!(
                    page.total, page.indexed,
                    "documents and cursor are seen together"
                );
                assert!(
                    page.indexed >= last,
                    "an answer is never older than the one before"
                );
                last = page.indexed;
            }
        });
        for next in 4..40 {
            index.index_batch(&[doc(next)], &[], next + 1).unwrap();
            index.commit().unwrap();
        }
        searcher.join().unwrap();
    });
}

#[test]
fn a_second_writer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _index = open(folder.path());
    assert!(matches!(
        TantivyIndex::open(folder.path(), options()),
        Err(SearchError::InUse { .. })
    ));
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("accounts.txt"), "mine").unwrap();
    assert!(matches!(
        TantivyIndex::open(folder.path(), options()),
        Err(SearchError::ForeignFolder { .. })
    ));
    assert_eq!(
        fs::read(folder.path().join("accounts.txt")).unwrap(),
        b"mine"
    );
    assert!(matches!(
        TantivyIndex::open(&folder.path().join("accounts.txt"), options()),
        Err(SearchError::Io { .. })
    ));
}

#[test]
fn a_damaged_or_older_index_starts_anew() {
    let truncate = |folder: &Path, extension: &str| {
        let file = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path());
        let path = { file }
            .find(|path| path.extension().is_some_and(|found| found == extension))
            .unwrap();
        fs::write(path, b"x").unwrap();
    };
    let rewrite = |folder: &Path, from: &str, to: &str| {
        let path = folder.join("meta.json");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        fs::write(&path, text.replace(from, to)).unwrap();
    };
    let damages: [&dyn Fn(&Path); 7] = [
        &|folder| fs::write(folder.join("meta.json"), b"{").unwrap(),
        &|folder| fs::remove_file(folder.join("meta.json")).unwrap(),
        &|folder| truncate(folder, "term"),
        &|folder| truncate(folder, "fast"),
        &|folder| rewrite(folder, "cursor", "course"),
        &|folder| rewrite(folder, "analyser\\\":\\\"", "analyser\\\":\\\"0"),
        &|folder| rewrite(folder, "name_chars", "name_signs"),
    ];
    for (number, damage) in damages.iter().enumerate() {
        let (index, folder) = index_of(&county());
        drop(index);
        damage(folder.path());
        let index = open(folder.path());
        assert!(
            matches!(index.opened(), Opened::Recreated { .. }),
            "damage {number}"
        );
        assert_eq!(
            (
                index.cursor().unwrap(),
                index.search(&ask("")).unwrap().total
            ),
            (0, 0),
            "damage {number}"
        );
        index.index_batch(&county(), &[], 4).unwrap();
        index.commit().unwrap();
        drop(index);
        assert_eq!(
            open(folder.path()).search(&ask("三丰")).unwrap().total,
            2,
            "damage {number}"
        );
    }
}

#[test]
fn a_removed_document_takes_its_corrections_along_and_leaves_no_file() {
    let named = |index: u64, name: &str, corrects: Option<u64>| SearchDoc {
        subject_name: Some(name.into()),
        corrects,
        ..doc(index)
    };
    let docs = [
        named(0, "骉骉粮油店", None),
        named(1, "猋猋粮油店", None),
        named(2, "麤麤粮油店", Some(0)),
        named(3, "鱻鱻粮油店", Some(0)),
    ];
    let (index, folder) = index_of(&docs);
    assert_eq!(index.corrections(0).unwrap(), [2, 3]);
    assert!(index.corrections(1).unwrap().is_empty());
    let files = || -> usize {
        let names = std::fs::read_dir(folder.path()).unwrap();
        let names = names.map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".term")).count()
    };
    index.index_batch(&[], &[0], 5).unwrap();
    // What is purged is committed first.
    index.purge().unwrap();
    assert_eq!((index.cursor().unwrap(), index.searchable()), (5, 5));
    assert_eq!(found(&index, "粮油店"), [1]);
    assert!(index.corrections(0).unwrap().is_empty());
    assert_eq!(files(), 1);
    // The only document of its segment.
    index.index_batch(&[], &[1], 6).unwrap();
    index.purge().unwrap();
    index.purge().unwrap();
    assert_eq!(files(), 0);
    drop(index);
    let index = open(folder.path());
    assert_eq!(index.cursor().unwrap(), 6);
    index.index_batch(&docs[1..2], &[], 7).unwrap();
    index.commit().unwrap();
    assert_eq!(found(&index, "猋猋"), [1]);
}
