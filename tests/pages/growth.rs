//! What was published when, counted of entries: on the page of the log, and entry by entry.

use super::{LANGS, SITE, page};
use gongshi::domain::Kind;
use gongshi::domain::dates::day_in_china;
use gongshi::model::Month;
use gongshi_verify::entry::Entry;
use std::collections::BTreeMap;

type Counts = BTreeMap<(String, Kind, String), Vec<u64>>;

/// The same, from every entry of the log.
fn counted() -> Counts {
    let log = &SITE.app.portal.log;
    let mut counts = Counts::new();
    for index in 0..log.published().size() {
        let entry = Entry::parse(&log.entry(index).unwrap()).unwrap();
        let month = Month::of(day_in_china(entry.logged_at.unix())).to_string();
        let key = (
            month,
            entry.kind.as_str().parse().unwrap(),
            entry.authority.to_string(),
        );
        counts.entry(key).or_default().push(index);
    }
    counts
}

#[actix_web::test]
async fn numbers_are_those_of_the_log_itself() {
    let model = &SITE.app.portal.model;
    let expected = counted();
    let all = model.published(
        Month::parse("1970-01").unwrap(),
        Month::parse("9999-11").unwrap(),
    );
    let mut seen = Counts::new();
    for one in all.unwrap() {
        let entries = model.published_entries(one.month, one.kind, &one.authority, None, 10_000);
        let mut entries = entries.unwrap();
        assert_eq!(entries.len() as u64, one.count);
        // Page by page they are the same.
        let (mut paged, mut before) = (Vec::new(), None);
        while paged.len() < entries.len() {
            let some = model.published_entries(one.month, one.kind, &one.authority, before, 7);
            paged.extend(some.unwrap());
            before = paged.last().copied();
        }
        assert_eq!(paged, entries);
        entries.reverse();
        seen.insert((one.month.to_string(), one.kind, one.authority), entries);
    }
    assert_eq!(seen, expected);
    let month = Month::parse(&expected.first_key_value().unwrap().0.0).unwrap();
    let of_month = model.published(month, month).unwrap();
    assert!(!of_month.is_empty() && of_month.iter().all(|one| one.month == month));
}

#[actix_web::test]
async fn the_page_of_the_log_shows_its_growth() {
    let mut months: BTreeMap<String, usize> = BTreeMap::new();
    for ((month, _, _), entries) in counted() {
        *months.entry(month).or_default() += entries.len();
    }
    for (_, base) in LANGS {
        let html = page(&format!("{base}/log-state"), 200).await;
        for (month, count) in months.iter().rev().take(24) {
            let (_, row) = html
                .split_once(&format!("<time datetime=\"{month}\">"))
                .unwrap();
            let (row, _) = row.split_once("</tr>").unwrap();
            assert!(row.contains(&format!(">{count}<svg")), "{month}: {row}");
        }
    }
}
