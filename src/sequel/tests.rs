//! What is found by what, and what is left of it once a record is erased.

use super::*;
use crate::store::in_memory;
use serde_json::json;

fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

const CODE: &str = "91000000MA00000900";

fn removal(listing: u64) -> Map<String, Value> {
    map(json!({"subject_uscc": CODE, "listing": {"index": listing, "leaf_hash": "0".repeat(64)}}))
}

#[test]
fn records_are_found_by_what_they_name_and_by_their_subject() {
    let sequel = Sequel::open(&in_memory()).unwrap();
    let keep = |index, kind, target, body: &Map<String, Value>| {
        let rows: Vec<Row> = Follows::of(kind, target, body).rows(index).collect();
        sequel.keep(&rows, index + 1).unwrap();
    };
    keep(7, Kind::AbnormalRemoval, None, &removal(3));
    // The removal was of another listing: found by both, since whoever asks reads it.
    let correction = map(json!({"target_kind": "abnormal_removal", "corrected_body": removal(4)}));
    keep(9, Kind::Correction, Some(7), &correction);
    let find = |sequel: &Sequel, key| sequel.find(&key).unwrap();
    assert_eq!(find(&sequel, Key::Entry(3)), [7]);
    assert_eq!(find(&sequel, Key::Entry(4)), [7]);
    assert_eq!(find(&sequel, Key::Entry(7)), [0; 0]);
    let of_kind = |kind| Key::Subject(kind, CODE.to_owned());
    assert_eq!(find(&sequel, of_kind(Kind::AbnormalRemoval)), [7]);
    assert_eq!(find(&sequel, of_kind(Kind::AbnormalListing)), [0; 0]);
    let mut by_day = removal(3);
    by_day.remove("listing");
    by_day.insert("listed_on".to_owned(), json!("2026-02-20"));
    keep(11, Kind::AbnormalRemoval, None, &by_day);
    let listed = |day| Key::Listed(Kind::AbnormalRemoval, CODE.to_owned(), day);
    let day = jiff::civil::date(2026, 2, 20);
    assert_eq!(find(&sequel, listed(day)), [11]);
    assert_eq!(find(&sequel, listed(day.tomorrow().unwrap())), [0; 0]);
    sequel.forget(&[11]).unwrap();
    assert_eq!(find(&sequel, listed(day)), [0; 0]);
    assert_eq!(sequel.cursor().unwrap(), 12);
    // The correction is erased alone, then the record.
    sequel.forget(&[9]).unwrap();
    assert_eq!(find(&sequel, Key::Entry(4)), [0; 0]);
    assert_eq!(find(&sequel, Key::Entry(3)), [7]);
    sequel.forget(&[7]).unwrap();
    assert_eq!(find(&sequel, Key::Entry(3)), [0; 0]);
    assert_eq!(find(&sequel, of_kind(Kind::AbnormalRemoval)), [0; 0]);
    assert_eq!(sequel.cursor().unwrap(), 12);
}

/// While the database is copied nothing is written to it, and everything is found; without dead bytes it is not copied.
#[test]
fn rows_kept_during_a_copy_are_found_and_written_after_it() {
    let storage = in_memory();
    let sequel = Sequel::open(&storage).unwrap();
    let keep = |index| {
        let follows = Follows::of(Kind::AbnormalRemoval, None, &removal(3));
        let rows: Vec<Row> = follows.rows(index).collect();
        sequel.keep(&rows, index + 1).unwrap();
    };
    let subject = Key::Subject(Kind::AbnormalRemoval, CODE.to_owned());
    let written = || {
        let database = storage.open(DATABASE).unwrap();
        let keys = database.range(&[], None).map(|pair| pair.unwrap().0);
        keys.filter(|key| key::is_row(key)).count()
    };
    keep(7);
    sequel.copy(|| panic!("nothing is dead")).unwrap();
    keep(8);
    sequel.forget(&[7]).unwrap();
    let before = written();
    let copied = sequel.copy(|| {
        keep(9);
        assert_eq!(written(), before);
        assert_eq!(sequel.find(&subject).unwrap(), [8, 9]);
        assert_eq!(sequel.find(&Key::Entry(3)).unwrap(), [8, 9]);
        Err(damaged())
    });
    // It is made again, and what was kept is not lost by that.
    assert!(copied.is_err());
    assert_eq!(written(), 2 * before);
    let mut again = false;
    let copy = || {
        again = true;
        Ok(())
    };
    sequel.copy(copy).unwrap();
    assert!(again);
    sequel.copy(|| panic!("nothing is dead")).unwrap();
    let reopened = Sequel::open(&storage).unwrap();
    assert_eq!(reopened.find(&subject).unwrap(), [8, 9]);
    assert_eq!(reopened.cursor().unwrap(), 10);
}

/// Persons listed on one day share no key, so that a batch of them is one group; their names are not kept.
#[test]
fn who_has_no_code_is_found_by_a_digest_of_the_name() {
    let storage = in_memory();
    let sequel = Sequel::open(&storage).unwrap();
    let day = jiff::civil::date(2026, 2, 20);
    let kind = Kind::SeriousListing;
    let names = ["诸葛小明", "司马小红"];
    for (index, name) in (5..).zip(names) {
        let body = map(json!({"subject_name": name, "listed_on": "2026-02-20"}));
        let follows = Follows::of(kind, None, &body);
        assert_eq!(follows.keys, [Key::listed(kind, None, Some(name), day)]);
        let rows: Vec<Row> = follows.rows(index).collect();
        sequel.keep(&rows, index + 1).unwrap();
    }
    for (index, name) in (5..).zip(names) {
        let of = |code, day| {
            sequel
                .find(&Key::listed(kind, code, Some(name), day))
                .unwrap()
        };
        assert_eq!(of(None, day), [index]);
        assert_eq!(of(Some(CODE), day), [0; 0]);
        assert_eq!(of(None, day.tomorrow().unwrap()), [0; 0]);
    }
    let database = storage.open(DATABASE).unwrap();
    for (key, value) in database.range(&[], None).map(Result::unwrap) {
        for name in names {
            let holds = |bytes: &[u8]| bytes.windows(name.len()).any(|w| w == name.as_bytes());
            assert!(!holds(&key) && !holds(&value));
        }
    }
}

#[test]
fn what_follows_on_nothing_has_no_rows() {
    let permit = map(json!({"subject_uscc": CODE}));
    assert_eq!(Follows::of(Kind::Permit, None, &permit).keys, []);
    let person = map(json!({"subject_name": "某"}));
    assert_eq!(Follows::of(Kind::Penalty, None, &person).keys, []);
}
