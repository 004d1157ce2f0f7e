//! Runs that are cut short, repeated, refused or late: every good row is in the log once.

use crate::log_double::LogDouble;
use crate::support::*;
use gongshi::domain::Kind;
use gongshi::ingest::{ImportError, Options};
use gongshi::intake::{Clock as _, SimulatedClock};
use gongshi_verify::names::AuthorityId;
use gongshi_verify::time::Timestamp;

#[test]
fn bad_rows_are_mended_in_their_own_file() {
    let desk = Desk::new();
    let (office, log) = (Office::new(), LogDouble::default());
    let table = listings(2) + "91000000MA00000901,\"示例\"\"乙\"\"公司\",000000,失联,2026-03-02\n";
    let file = desk.put("t.csv", &table);
    let (result, _) = office.import(&log, options(Kind::AbnormalListing, &file));
    let (summary, bad) = result.unwrap();
    assert_eq!((summary.appended, summary.bad), (2, 1));
    let bad = bad.unwrap();
    assert_eq!(bad, desk.path("t.csv.bad.csv"));
    let text = std::fs::read_to_string(&bad).unwrap();
    assert_eq!(
        text,
        "\u{feff}错误说明,统一社会信用代码,企业名称,行政区划代码,列入原因,列入日期\r\n\
         「统一社会信用代码」: 91000000MA00000901 — 校验码应为 0,\
         91000000MA00000901,\"示例\"\"乙\"\"公司\",000000,失联,2026-03-02\r\n"
    );
    // Still bad: the file of bad rows is not overwritten, nor its reasons doubled.
    let (result, _) = office.import(&log, options(Kind::AbnormalListing, &bad));
    let again = result.unwrap().1.unwrap();
    assert_eq!(again, desk.path("t.csv.bad.bad.csv"));
    assert_eq!(std::fs::read_to_string(&again).unwrap(), text);
    let (result, _) = office.import(&log, options(Kind::AbnormalListing, &file));
    assert_eq!(result.unwrap().1.unwrap(), desk.path("t.csv.bad-2.csv"));
    let mended = text.replace("91000000MA00000901", "91000000MA00000900");
    std::fs::write(&bad, mended).unwrap();
    let summary = office.must(&log, options(Kind::AbnormalListing, &bad));
    assert_eq!((summary.read, summary.appended), (1, 1));
    assert_eq!(log.size(), 3);
    let given = Options {
        bad: Some(again.clone()),
        ..options(Kind::AbnormalListing, &file)
    };
    assert!(matches!(
        office.import(&log, given).0,
        Err(ImportError::Bad { .. })
    ));
}

/// Cells too many stay behind the last header, are called the same in the file of bad rows, and are mended by taking them
/// out, wherever the column of reasons stands.
#[test]
fn cells_too_many_are_mended_where_they_were() {
    let desk = Desk::new();
    let (office, log) = (Office::new(), LogDouble::default());
    let row = "91000000MA00000900,示例公司,000000,失联,2026-03-02";
    let file = desk.put("t.csv", format!("{HEADER}{row},,多余\n"));
    let reason = "「列入日期右侧第2列」: 多余 — 该单元格上方没有列名";
    let (result, said) = office.import(&log, options(Kind::AbnormalListing, &file));
    assert_eq!(said, [format!("第 2 行{reason}")]);
    let bad = result.unwrap().1.unwrap();
    let text = std::fs::read_to_string(&bad).unwrap();
    let (header, _) = HEADER.split_once('\n').unwrap();
    let expected = format!("\u{feff}错误说明,{header}\r\n{reason},{row},,多余\r\n");
    assert_eq!(text, expected);
    let (result, said) = office.import(&log, options(Kind::AbnormalListing, &bad));
    assert_eq!(said, [format!("第 2 行{reason}")]);
    let again = result.unwrap().1.unwrap();
    assert_eq!(std::fs::read_to_string(&again).unwrap(), text);
    std::fs::write(&bad, text.replace(",,多余", "")).unwrap();
    let summary = office.must(&log, options(Kind::AbnormalListing, &bad));
    assert_eq!((summary.read, summary.appended), (1, 1));
    for (number, columns) in [(1, "{h},错误说明\n{r},x"), (2, "错误说明,{h}\nx,{r}")] {
        let row = listing(number);
        let table = columns.replace("{h}", header).replace("{r}", row.trim());
        let file = desk.put("moved.csv", table);
        let summary = office.must(&log, options(Kind::AbnormalListing, &file));
        assert_eq!(summary.appended, 1, "{columns}");
    }
}

#[test]
fn a_second_run_appends_nothing_twice() {
    let desk = Desk::new();
    let (office, log) = (Office::new(), LogDouble::default());
    let file = desk.put("t.csv", listings(9_000) + &listing(5));
    let summary = office.must(&log, options(Kind::AbnormalListing, &file));
    assert_eq!(
        (summary.read, summary.appended, summary.duplicate),
        (9_001, 9_000, 1)
    );
    assert_eq!(log.size(), 9_000);
    let sent = log.attempts();
    let summary = office.must(&log, options(Kind::AbnormalListing, &file));
    assert_eq!(
        (summary.appended, summary.existing, summary.duplicate),
        (0, 9_000, 1)
    );
    assert_eq!(log.attempts(), sent, "nothing is sent again");
    // Rows added to the file are the only ones to go.
    desk.put("t.csv", listings(9_002));
    let summary = office.must(&log, options(Kind::AbnormalListing, &file));
    assert_eq!((summary.appended, summary.existing), (2, 9_000));
    assert_eq!(log.size(), 9_002);
}

#[test]
fn batches_are_ordered_by_commitment() {
    let desk = Desk::new();
    let (office, log) = (Office::new(), LogDouble::default());
    let file = desk.put("t.csv", listings(3_000));
    office.must(&log, options(Kind::AbnormalListing, &file));
    let commitments = log.commitments();
    assert!(commitments.is_sorted(), "one batch, one order");
    let names = log.bodies();
    let first = names
        .iter()
        .position(|body| body.contains("示例公司0\""))
        .unwrap();
    let second = names
        .iter()
        .position(|body| body.contains("示例公司1\""))
        .unwrap();
    assert_ne!(
        first + 1,
        second,
        "neighbours in the file are not neighbours in the log"
    );
}

#[test]
fn a_crash_between_sending_and_noting_appends_nothing_twice() {
    let desk = Desk::new();
    let (office, log) = (Office::new(), LogDouble::default());
    let file = desk.put("t.csv", listings(500));
    // The log takes 200 rows, and the answers to all but 120 are lost, for good.
    log.lose_answers(200, 120, u32::MAX);
    let (result, _) = office.import(&log, options(Kind::AbnormalListing, &file));
    assert!(matches!(result, Err(ImportError::Client(_))));
    assert_eq!(log.size(), 200);
    // A crash can also tear the journal's last line.
    let journal = desk.path("gongshi-journal");
    let mut text = std::fs::read(&journal).unwrap();
    text.truncate(text.len() - 5);
    std::fs::write(&journal, text).unwrap();
    log.lose_answers(0, 0, 0);
    let summary = office.must(&log, options(Kind::AbnormalListing, &file));
    assert_eq!((summary.appended, summary.existing), (300, 200));
    assert_eq!(log.size(), 500);
}

#[test]
fn lost_answers_are_asked_for_again_within_one_run() {
    let desk = Desk::new();
    let (office, log) = (Office::new(), LogDouble::default());
    let file = desk.put("t.csv", listings(500));
    log.lose_answers(300, 100, 2);
    let summary = office.must(&log, options(Kind::AbnormalListing, &file));
    assert_eq!(
        (summary.read, summary.appended, log.size()),
        (500, 500, 500)
    );
}

#[test]
fn an_event_too_old_to_be_taken_is_made_anew_unless_it_was_taken() {
    let desk = Desk::new();
    let (office, log) = (Office::new(), LogDouble::default());
    let file = desk.put("t.csv", listings(10));
    log.lose_answers(4, 0, u32::MAX);
    let (result, _) = office.import(&log, options(Kind::AbnormalListing, &file));
    assert!(result.is_err());
    log.lose_answers(0, 0, 0);
    let later = Timestamp::from_unix(office.clock.now().unix() + 8 * 86_400).unwrap();
    office.clock.advance_to(later);
    let summary = office.must(&log, options(Kind::AbnormalListing, &file));
    assert_eq!(
        (summary.appended, summary.existing, summary.refused),
        (6, 4, 0)
    );
    assert_eq!(log.size(), 10);
}

#[test]
fn refused_rows_are_told_and_kept_and_a_refusal_of_all_stops() {
    let desk = Desk::new();
    let (office, log) = (Office::new(), LogDouble::default());
    let file = desk.put(
        "t.csv",
        listings(3) + "91000000MA00000900,示例公司9,610323,失联,2026-03-02\n",
    );
    let (result, said) = office.import(&log, options(Kind::AbnormalListing, &file));
    let (summary, bad) = result.unwrap();
    assert_eq!((summary.appended, summary.refused), (3, 1));
    assert!(said[0].starts_with("第 5 行"), "{said:?}");
    assert!(
        std::fs::read_to_string(bad.unwrap())
            .unwrap()
            .contains("示例公司9,610323")
    );
    log.refuse_all(Some("kind-not-allowed"));
    let (result, _) = office.import(&log, options(Kind::AbnormalListing, &file));
    assert!(matches!(result, Err(ImportError::Rejected(_))));
}

/// A key that may not publish leaves nothing to remember, so the right one is not kept out; where an answer is missing, or
/// rows are in the log, the journal stays.
#[test]
fn a_refusal_of_all_leaves_a_journal_only_where_something_may_be_in_the_log() {
    let desk = Desk::new();
    let (office, log) = (Office::new(), LogDouble::default());
    let file = desk.put("t.csv", listings(9_000));
    let journal = desk.path("gongshi-journal");
    let mut stranger = Office::new();
    stranger.key.authority = AuthorityId::parse("000000-OTHER").unwrap();
    log.refuse_all(Some("unknown-authority"));
    let (result, _) = stranger.import(&log, options(Kind::AbnormalListing, &file));
    assert!(matches!(result, Err(ImportError::Rejected(_))));
    assert!(!journal.exists());
    log.refuse_all(Some("region-not-allowed"));
    let (result, _) = stranger.import(&log, options(Kind::AbnormalListing, &file));
    let (summary, bad) = result.unwrap();
    assert_eq!(summary.refused, 9_000);
    assert!(!journal.exists());
    std::fs::remove_file(bad.unwrap()).unwrap();
    log.refuse_all(None);
    log.lose_answers(200, 120, u32::MAX);
    let (result, _) = office.import(&log, options(Kind::AbnormalListing, &file));
    assert!(matches!(result, Err(ImportError::Client(_))));
    let before = std::fs::metadata(&journal).unwrap().len();
    log.lose_answers(0, 0, 0);
    log.refuse_all(Some("unknown-authority"));
    let (result, _) = office.import(&log, options(Kind::AbnormalListing, &file));
    assert!(matches!(result, Err(ImportError::Rejected(_))));
    assert!(std::fs::metadata(&journal).unwrap().len() >= before);
    log.refuse_all(None);
    let summary = office.must(&log, options(Kind::AbnormalListing, &file));
    assert_eq!(summary.appended + summary.existing, 9_000);
    assert_eq!(log.size(), 9_000);
}

/// Planned by a clock that was a year ahead, or found too old by a log whose clock was: signed anew with the time it is.
#[test]
fn an_event_of_an_earlier_run_with_a_wrong_time_is_made_anew() {
    for (wrong, rows) in [(365, 7), (-2, 7)] {
        let desk = Desk::new();
        let (office, log) = (Office::new(), LogDouble::default());
        let file = desk.put("t.csv", listings(rows));
        let right = office.clock.now().unix();
        let mistaken = Office {
            clock: SimulatedClock::new(Timestamp::from_unix(right + wrong * 86_400).unwrap()),
            ..Office::new()
        };
        log.lose_answers(0, 0, u32::MAX);
        let (result, _) = mistaken.import(&log, options(Kind::AbnormalListing, &file));
        assert!(result.is_err());
        log.lose_answers(0, 0, 0);
        // The log's own clock: right in the one case, six days ahead in the other.
        let ahead = if wrong < 0 { 6 * 86_400 } else { 0 };
        let seen = SimulatedClock::new(Timestamp::from_unix(right + ahead).unwrap());
        let summary = office.must_at(&log, &seen, options(Kind::AbnormalListing, &file));
        assert_eq!(
            (summary.appended, summary.refused),
            (rows as u64, 0),
            "{wrong}"
        );
    }
}
