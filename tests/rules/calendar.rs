//! Working days against a list counted by hand, both ways.

use crate::case::day;
use gongshi::rules::Rules;
use jiff::ToSpan as _;
use jiff::civil::date;

fn rows(text: &[u8]) -> Vec<csv::StringRecord> {
    let mut rows = csv::Reader::from_reader(text);
    rows.records().map(|row| row.unwrap()).collect()
}

#[test]
fn the_nth_working_day_after() {
    let calendar = Rules::built_in().calendar();
    let rows = rows(include_bytes!("../data/rules/working-days.csv"));
    assert_eq!(rows.len(), 58);
    for row in rows {
        let found = calendar.after(day(&row[0]), row[1].parse().unwrap());
        let found = found.map_or("error".to_owned(), |day| day.to_string());
        assert_eq!(found, row[2], "{row:?}");
    }
}

#[test]
fn working_days_between() {
    let calendar = Rules::built_in().calendar();
    let rows = rows(include_bytes!("../data/rules/working-days-between.csv"));
    assert_eq!(rows.len(), 18);
    for row in rows {
        let found = calendar.between(day(&row[0]), day(&row[1]));
        let found = found.map_or("error".to_owned(), |count| count.to_string());
        assert_eq!(found, row[2], "{row:?}");
    }
}

/// Counting forward and counting between are the same, wherever one starts.
#[test]
fn forward_and_between_agree() {
    let calendar = Rules::built_in().calendar();
    let (from, to) = calendar.covers();
    for start in from.series(7.days()).take_while(|day| *day < to) {
        for count in [1, 3, 20] {
            if let Ok(end) = calendar.after(start, count) {
                assert_eq!(
                    calendar.between(start, end),
                    Ok(count as usize),
                    "{start} {count}"
                );
                assert_eq!(calendar.is_working(end), Ok(true));
            }
        }
    }
    assert_eq!(calendar.after(date(2027, 5, 1), 0), Ok(date(2027, 5, 1)));
    assert_eq!(calendar.between(date(2026, 5, 1), date(2026, 4, 1)), Ok(0));
    assert!(calendar.is_working(date(2027, 1, 4)).is_err());
}
