//! One grammar, read in two places: what the domain takes for an identifier and what a verifier elsewhere takes for it are
//! the same strings. Where they part, a log takes in what nobody can verify, or a verifier passes what no log takes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gongshi::domain::{self, Kind, Region};
use gongshi_verify::names::{self, KindName, RefRule, RegionCode, is_operator_only, is_permanent};
use proptest::prelude::*;

/// That both sides say the same, and that the accepted one is written as read.
fn agree(text: &str) {
    if let Ok(key) = names::PlanKey::parse(text) {
        let parts = (key.authority(), key.period(), key.serial());
        assert_eq!(format!("{}/{}/{:02}", parts.0, parts.1, parts.2), text);
        assert!(RefRule::PlanKey.accepts(Some(text)));
    }
    assert_eq!(
        Region::parse(text).is_ok(),
        RegionCode::parse(text).is_ok(),
        "region {text:?}"
    );
    // Which kinds exist is the domain's alone; each is a name, and no other spelling of one is.
    if text.parse::<Kind>().is_ok() {
        assert!(KindName::parse(text).is_ok(), "kind {text:?}");
    }
}

/// Texts near the grammars: the right characters and a few wrong ones, in the right places and near them.
fn near() -> impl Strategy<Value = String> {
    let authority = || "[0-9A-Z]{1,8}(-[0-9A-Z]{1,12}){0,3}|[0-9A-Za-z_-]{0,34}";
    let period = "[0-9]{4}|[0-9]{4}-[01][0-9]|[0-9+-]{3,8}|[0-9]{4}-[0-9]";
    let serial = "0[0-9]|[1-9][0-9]{0,5}|[0-9]{0,7}|[+-][0-9]{1,3}";
    prop_oneof![
        authority(),
        "[0-9]{5,7}|00[0-9]{4}|[0-9]{5}[a-z０-９]",
        (
            authority(),
            period,
            serial,
            "/{0,1}|/x|\\n| ",
            "|||[ /\\n]|-"
        )
            .prop_map(|(a, p, s, end, start)| format!("{start}{a}/{p}/{s}{end}")),
        "\\PC{0,40}",
        "[a-z_]{1,33}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn both_sides_take_the_same_strings(text in near()) {
        agree(&text);
    }

    #[test]
    fn regions_cover_alike(own in "[0-9]{6}|[1-9][0-9]0000|[1-9][0-9]{3}00|100000|000000", other in "[0-9]{6}") {
        // Other codes of the same place, so that covering happens.
        for keep in [0, 2, 4, 6] {
            let other = format!("{}{}", &own[..keep], &other[keep..]);
            if let (Ok(own), Ok(other)) = (Region::parse(&own), Region::parse(&other)) {
                let theirs = |region: &Region| RegionCode::parse(region.as_str()).unwrap();
                prop_assert_eq!(own.covers(&other), theirs(&own).covers(&theirs(&other)));
            }
        }
    }
}

#[test]
fn every_serial_month_and_year() {
    for number in 0..=100_001 {
        agree(&format!("A/2026/{number}"));
        agree(&format!("A/2026/{number:02}"));
        agree(&format!("A/2026/{number:03}"));
    }
    for month in 0..=99 {
        agree(&format!("A/2026-{month:02}/01"));
    }
    for year in 0..=9999 {
        agree(&format!("A/{year:04}/01"));
        agree(&format!("A/{year:04}-12/01"));
    }
}

#[test]
fn every_region() {
    for code in 0..1_000_000 {
        let text = format!("{code:06}");
        assert_eq!(
            Region::parse(&text).is_ok(),
            RegionCode::parse(&text).is_ok(),
            "{text}"
        );
    }
}

#[test]
fn both_sides_know_the_same_of_every_kind() {
    for kind in Kind::ALL {
        let name = KindName::parse(kind.as_str()).unwrap();
        assert_eq!(kind.permanent(), is_permanent(&name), "{kind}");
        assert_eq!(kind.operator_only(), is_operator_only(&name), "{kind}");
    }
}

/// What a verifier writes out because it hides, no record can hold; but for what minority scripts are spelled with.
#[test]
fn what_hides_is_the_same_on_both_sides() {
    for c in ('\0'..=char::MAX).filter(|c| !matches!(c, '\u{180b}'..='\u{180f}')) {
        let written_out = gongshi_verify::text::shown(&format!("x{c}x")).len() != c.len_utf8() + 2;
        assert_eq!(domain::validate::is_hidden(c), written_out, "{c:?}");
    }
}
