//! Every kind of DESIGN §4 against every form it is met in: page in both languages, list, search, interface, table to fill in, attachments.
//!
//! What a kind lacks is named here with its reason, so that a new kind is a decision in each column.

use super::support::DEPARTMENT;
use super::{LANGS, SITE, between, escaped, get, page};
use gongshi::domain::{FieldType, Kind, View, schema};
use gongshi::rules::{Code, Rules};
use gongshi::text::{Catalogue, Lang};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Kinds that end or correct records: `tests/endings` looks at theirs.
const ENDINGS: &[Kind] = &[
    Kind::Correction,
    Kind::Withdrawal,
    Kind::Erasure,
    Kind::Expiry,
];
/// Not taken by this version.
const NOT_OPEN: &[Kind] = &[Kind::StatusMap];

/// Why records of a kind do not come as tables.
const NO_TABLE: &[(&str, &[Kind])] = &[
    (
        "the operator's own",
        &[Kind::Authority, Kind::Expiry, Kind::StatusMap, Kind::Alert],
    ),
    (
        "a step of a draw, made by a command of its own",
        &[
            Kind::Snapshot,
            Kind::Plan,
            Kind::Commit,
            Kind::Reveal,
            Kind::Draw,
            Kind::Cancel,
            Kind::Substitute,
        ],
    ),
    (
        "one document that holds a list, not a row",
        &[
            Kind::ItemList,
            Kind::AnnualPlan,
            Kind::Bulletin,
            Kind::SeriousListing,
        ],
    ),
    (
        "about one entry of the log, by command",
        &[
            Kind::Correction,
            Kind::Withdrawal,
            Kind::Erasure,
            Kind::ResultFollowup,
            Kind::ObjectionReply,
        ],
    ),
    (
        "one application at a time, with a receipt",
        &[Kind::RepairApplication, Kind::Objection],
    ),
];

/// Kinds without attachments: what they say is all there is, or the files are named by fields of their own.
const NO_ATTACHMENTS: &[Kind] = &[
    Kind::Authority,
    Kind::Snapshot,
    Kind::Commit,
    Kind::Reveal,
    Kind::Draw,
    Kind::Cancel,
    Kind::Substitute,
    Kind::Withdrawal,
    Kind::Erasure,
    Kind::Expiry,
    Kind::StatusMap,
    Kind::Alert,
];

/// Fields that name what went before are left to programs; a table that could not do without them cannot be filled in by hand.
fn by_hand(ty: FieldType) -> bool {
    match ty {
        FieldType::EntryRef(_) | FieldType::File | FieldType::Object(_) | FieldType::Body => false,
        FieldType::List(item) => by_hand(*item),
        _ => true,
    }
}

#[test]
fn a_kind_is_a_table_or_has_a_reason_and_has_attachments_or_is_named() {
    let mut reasons = BTreeSet::new();
    for kind in NO_TABLE.iter().flat_map(|(_, kinds)| *kinds) {
        assert!(reasons.insert(kind), "{kind} twice");
    }
    for kind in Kind::ALL {
        assert_ne!(kind.importable(), reasons.contains(kind), "{kind}");
        let fields = schema(*kind).fields.iter();
        let mut needed =
            fields.filter(|field| field.required == gongshi::domain::Presence::Required);
        if kind.importable() {
            assert!(needed.all(|field| by_hand(field.ty)), "{kind}");
        }
        let attached = schema(*kind).field("attachments").is_some();
        assert_ne!(attached, NO_ATTACHMENTS.contains(kind), "{kind}");
        // Who names files says of each its hash, size, type and name.
        let files = schema(*kind).field("attachments");
        assert!(files.is_none_or(|field| field.ty == FieldType::List(&FieldType::File)));
    }
}

/// The name of a code as a page shows it.
fn code_name(lang: Lang, ty: FieldType, code: &str, view: &View<'_>) -> String {
    let list = ty.code_list().unwrap();
    let place = Rules::place(Some("000000-SCJG"), view, SITE_DAY);
    let ruled = Rules::built_in().codes().named(list, code, place);
    let ruled = ruled.map(Code::names);
    assert_eq!(ruled.is_some(), list.is_open(), "{code}");
    Catalogue::built_in().named_code(lang, list.name(), code, ruled)
}

/// The day on which the site's records are logged.
const SITE_DAY: jiff::civil::Date = jiff::civil::date(2026, 9, 1);

/// What a page must hold of each value of a body: the field's name, and the value as people read it.
fn expected(lang: Lang, kind: Kind, body: &Map<String, Value>) -> Vec<String> {
    let catalogue = Catalogue::built_in();
    let view = View::new(kind, body);
    let mut parts = BTreeSet::new();
    view.walk(&mut |leaf| {
        parts.insert(catalogue.field(lang, kind.as_str(), leaf.field.name));
        match (leaf.ty, leaf.value) {
            (FieldType::Code(_), Value::String(code)) => {
                parts.insert(code_name(lang, leaf.ty, code, &view));
            }
            (FieldType::KindName, Value::String(kind)) => {
                parts.insert(catalogue.kind(lang, kind));
            }
            (FieldType::EntryRef(_), value) => {
                parts.insert(format!("#{}", value["index"]));
            }
            // Shown in the reader's time.
            (FieldType::Time, _) => {}
            (_, Value::String(text)) => {
                parts.extend(text.lines().map(str::to_owned));
            }
            _ => {}
        }
    });
    parts.into_iter().collect()
}

#[actix_web::test]
async fn every_kind_is_met_in_every_form() {
    let mut met = BTreeSet::new();
    let authority = SITE.authority;
    let all = SITE.index.iter().map(|(kind, index)| (*kind, *index));
    for (kind, index) in all.chain([(Kind::Authority, authority)]) {
        met.insert(kind);
        // The interface: the body as it was signed, with what proves it.
        let api = get(&format!("/api/v1/records/{index}")).await;
        let api: Value = serde_json::from_str(&api.body).unwrap();
        assert_eq!(api["entry"]["kind"], kind.as_str());
        let body = api["record"]["body"].as_object().unwrap();
        assert!(api["record"]["salt"].is_string() && api["proof"].is_string());
        for (lang, base) in LANGS {
            let html = page(&format!("{base}/record/{index}"), 200).await;
            for part in expected(lang, kind, body) {
                assert!(html.contains(&escaped(&part)), "{kind} {part}\n{html}");
            }
            assert!(html.contains(&escaped(&Catalogue::built_in().kind(lang, kind.as_str()))));
            let link = format!("href=\"{base}/record/{index}\"");
            let list = page(&format!("{base}/list/{kind}"), 200).await;
            assert!(list.contains(&link), "{kind}");
            // Search: by its kind, and by what it says.
            let view = View::new(kind, body);
            let text = view.searchable_text();
            let words = [
                view.number().map(str::to_owned),
                view.subject_name().map(str::to_owned),
                text.lines().next().map(str::to_owned),
                Some(Catalogue::built_in().kind(Lang::Zh, kind.as_str())),
            ];
            for word in words.into_iter().flatten() {
                let word: String = word.chars().take(40).collect();
                let found = page(&search(base, kind, &word), 200).await;
                assert!(found.contains(&link), "{kind} {word}\n{found}");
            }
            for (list, code) in view.codes() {
                if list.is_open() {
                    let path = format!("{base}/search?code={}.{code}&kind={kind}", list.name());
                    let found = page(&path, 200).await;
                    assert!(found.contains(&link), "{kind} {code}");
                }
            }
        }
    }
    let missing = Kind::ALL.iter().filter(|kind| !met.contains(kind));
    let missing: Vec<Kind> = missing.copied().collect();
    let known: BTreeSet<Kind> = ENDINGS.iter().chain(NOT_OPEN).copied().collect();
    assert_eq!(missing.into_iter().collect::<BTreeSet<_>>(), known);
}

fn search(base: &str, kind: Kind, text: &str) -> String {
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("kind", kind.as_str())
        .append_pair("q", text)
        .append_pair("sort", "newest")
        .finish();
    format!("{base}/search?{query}")
}

/// The page of permits and penalties: the newest of each, and numbers that the searches they lead to find.
#[actix_web::test]
async fn permits_and_penalties_stand_side_by_side() {
    for (lang, base) in LANGS {
        let html = page(&format!("{base}/double"), 200).await;
        for kind in [Kind::Permit, Kind::Penalty, Kind::NoPenalty] {
            let index = SITE.index[&kind];
            assert!(html.contains(&format!("href=\"{base}/record/{index}\"")));
            assert!(html.contains(&format!("href=\"{base}/list/{kind}.atom\"")));
            let query = format!("{base}/search?authority={DEPARTMENT}&amp;kind={kind}");
            let counted = between(&html, &format!("href=\"{query}\">"), "</a>");
            let count: u64 = counted.parse().unwrap();
            let path = format!("/search.json?authority={DEPARTMENT}&kind={kind}");
            let found: Value = serde_json::from_str(&get(&path).await.body).unwrap();
            assert_eq!(found["total"], count, "{kind}");
        }
        let title = Catalogue::built_in().get(lang, "page-double-title", &[]);
        let home = page(&format!("{base}/"), 200).await;
        assert!(home.contains(&format!("<a href=\"{base}/double\">{title}</a>")));
    }
}
