//! Which key goes where.

use super::fake::{Fake, MASTER, NAME, said};
use super::http::Request;
use crate::support::*;
use gongshi::search::*;
use serde_json::{Value, json};

/// What the key that writes may do, and nothing else.
const WRITING: [&str; 11] = [
    "documents.add",
    "documents.get",
    "documents.delete",
    "indexes.create",
    "indexes.get",
    "indexes.delete",
    "indexes.swap",
    "settings.update",
    "stats.get",
    "tasks.get",
    "search",
];

fn bearer(key: &str) -> Option<String> {
    Some(format!("Bearer {key}"))
}

fn key(fake: &Fake, name: &str) -> Value {
    let keys = fake.model().keys.clone();
    let mut named = keys.into_iter().filter(|key| key["name"] == name);
    let found = named.next().unwrap();
    assert_eq!(named.next(), None);
    found
}

/// Everything that the engine ever asks of a server.
fn use_it_all(index: &MeiliIndex) {
    assert_eq!(index.cursor().unwrap(), 0);
    fill(index, &county());
    index.index_batch(&[], &[1], 5).unwrap();
    assert!(index.corrections(0).unwrap().is_empty());
    index.purge().unwrap();
    assert_eq!(index.search(&ask("")).unwrap().total, 3);
    index.search(&ask("凤翔东湖烟酒")).unwrap();
    index.clear().unwrap();
    // What nothing holds is asked for once more, in parts.
    assert_eq!(index.search(&ask("凤翔东湖烟酒")).unwrap().total, 0);
}

fn authorization(one: &Request) -> Option<&str> {
    one.authorization.as_deref()
}

#[test]
fn two_keys_with_the_least_rights_are_made_once() {
    let fake = Fake::new();
    use_it_all(&fake.open());
    let (write, read) = (
        key(&fake, "gongshi records writing"),
        key(&fake, "gongshi records searching"),
    );
    assert_eq!(write["actions"], json!(WRITING));
    assert_eq!(read["actions"], json!(["search"]));
    for key in [&write, &read] {
        assert_eq!(key["indexes"], json!(["records", "records_next"]));
    }
    let read = bearer(read["key"].as_str().unwrap());
    let write = bearer(write["key"].as_str().unwrap());
    for one in fake.asked() {
        let given = match one.path.split(['?', '/']).nth(1).unwrap() {
            "version" | "keys" => bearer(MASTER),
            "multi-search" => read.clone(),
            "indexes" if one.path.ends_with("/search") => read.clone(),
            _ => write.clone(),
        };
        assert_eq!(one.authorization, given, "{} {}", one.method, one.path);
    }

    fake.open().cursor().unwrap();
    assert_eq!(fake.of(|one| one.is("POST", "/keys")).len(), 2);
    assert_eq!(fake.model().keys.len(), 2);
}

#[test]
fn a_key_of_that_name_with_other_rights_is_not_used() {
    let fake = Fake::new();
    let names = [NAME, "records_next"];
    let wide = fake
        .model()
        .add_key("gongshi records searching", &["*"], &names);
    let elsewhere = fake
        .model()
        .add_key("gongshi records searching", &["search"], &["*"]);
    use_it_all(&fake.open());
    assert_eq!(fake.model().keys.len(), 4);
    for key in [wide, elsewhere] {
        assert!(
            fake.of(|one| one.authorization == bearer(&key)).is_empty(),
            "{key}"
        );
    }
}

#[test]
fn a_key_that_may_make_none_is_used_as_it_is() {
    let fake = Fake::new();
    let own = fake
        .model()
        .add_key("by hand", &WRITING, &[NAME, "records_next"]);
    let index = MeiliIndex::open(MeiliOptions {
        key: Some(own.clone()),
        ..fake.options()
    })
    .unwrap();
    use_it_all(&index);
    assert_eq!(index.trouble(), None);
    assert_eq!(fake.model().keys.len(), 1);
    assert!(
        fake.asked()
            .iter()
            .all(|one| one.authorization == bearer(&own))
    );
}

#[test]
fn a_key_for_reading_is_what_readers_use() {
    let fake = Fake::new();
    let own = fake
        .model()
        .add_key("by hand", &WRITING, &[NAME, "records_next"]);
    let read = fake.model().add_key("by hand", &["search"], &[NAME]);
    let index = MeiliIndex::open(MeiliOptions {
        key: Some(own.clone()),
        read_key: Some(read.clone()),
        ..fake.options()
    })
    .unwrap();
    use_it_all(&index);
    assert!(fake.of(|one| one.path.starts_with("/keys")).is_empty());
    for one in fake.asked() {
        let reads = one.path.ends_with("search");
        let given = if reads { &read } else { &own };
        assert_eq!(one.authorization, bearer(given), "{}", one.path);
    }
}

#[test]
fn a_server_that_asks_for_no_key_is_given_none() {
    let fake = Fake::with(None);
    use_it_all(&fake.open());
    assert!(fake.asked().iter().all(|one| authorization(one).is_none()));
    assert!(fake.model().keys.is_empty());
}

#[test]
fn a_key_that_is_not_known_is_refused_and_said_nowhere() {
    let fake = Fake::new();
    let wrong = "wrong-key-that-nobody-may-read";
    let given = |key: Option<&str>| {
        MeiliIndex::open(MeiliOptions {
            key: key.map(str::to_owned),
            ..fake.options()
        })
        .unwrap()
    };
    for (key, expected) in [
        (Some(wrong), "invalid_api_key"),
        (None, "missing_authorization_header"),
    ] {
        let index = given(key);
        let error = said(&fake, index.cursor());
        assert!(error.contains(expected), "{error}");
        let trouble = index.trouble().unwrap();
        assert!(trouble.contains(expected) && trouble.contains(&fake.url()));
        assert!(!format!("{error} {trouble}").contains(wrong));
        assert_eq!(index.searchable(), 0);
        said(&fake, index.search(&ask("")));
    }
    assert!(fake.model().indexes.is_empty());
}
