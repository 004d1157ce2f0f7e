//! Logs that intake would never have made, and what the recheck says about them.

use super::*;
use gongshi_verify::entry::Statement;
use gongshi_verify::json::{self, Value as Json};
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, KindName, RegionCode};
use gongshi_verify::registry::{Profile, Role, key_proof_message};

const OPERATOR: &str = "610323-OP";
const DEPARTMENT: &str = "610323-SCJG";

fn origin() -> Origin {
    Origin::parse("example.org/log").unwrap()
}

fn id(text: &str) -> AuthorityId {
    AuthorityId::parse(text).unwrap()
}

fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

fn register(who: &str, role: Role, kinds: &[&str], key: &SecretKey) -> Json {
    let kinds = kinds.iter().map(|kind| KindName::parse(kind).unwrap());
    let action = AuthorityAction::Register {
        authority_id: id(who),
        role,
        profile: Profile {
            name: "示例".into(),
            region: RegionCode::parse("610323").unwrap(),
            kinds: kinds.collect(),
            hotline: None,
        },
        public_key: key.public(),
        key_proof: key.sign(&key_proof_message(&origin(), &id(who), &key.public())),
    };
    action.to_body()
}

/// Entries of every log here: the department's item list and its two libraries.
const ITEMS: usize = 2;
const OBJECTS: usize = 3;
const OFFICERS: usize = 4;

fn item_list() -> Json {
    let text = r#"{"title":"随机抽查事项清单","version":"2026","item_list_type":"random_inspection","region":"610323",
        "effective_on":"2026-01-01","list_items":[{"item_code":"A01","item_name":"年报公示信息检查","item_level":"general",
        "legal_basis":"示例","object_class":"企业","methods":["on_site"],"content":"年报"}]}"#;
    json::parse(text).unwrap()
}

fn snapshot(library: &str, form: &str) -> Json {
    let text = format!(
        r#"{{"library":"{library}","library_name":"名录库"{form},"region":"610323","as_of":"2026-01-01","count":0,
        "root":"{zero}","leaves":{{"sha256":"{zero}","size":1,"media_type":"text/plain","name":"leaves.txt"}}}}"#,
        zero = "0".repeat(64)
    );
    json::parse(text).unwrap()
}

fn plan(number: u8, name: &str) -> Json {
    let said = Said::new();
    let list = said.reference(ITEMS);
    let (objects, officers) = (said.reference(OBJECTS), said.reference(OFFICERS));
    let text = format!(
        r#"{{"plan_key":"{DEPARTMENT}/2026/{number:02}","plan_name":"{name}","region":"610323","plan_scope":"joint",
        "plan_mode":"county_draw_county_check","draw_type":"undirected","plan_items":[{{"item_list":{list},
        "item_code":"A01","item_name":"年报公示信息检查","item_part":"main"}}],"target_scope":"全县企业","lead_department":"610323-SCJG",
        "partner_departments":["610323-YJJ"],"departments":[{{"department":"610323-SCJG","seats":[{{"officers":2}}]}},
        {{"department":"610323-YJJ","seats":[{{"officers":1}},{{"officers":1}}]}}],"object_snapshot":{objects},
        "object_root":"{zero}","officer_snapshot":{officers},"officer_root":"{zero}",
        "rules":[{{"stratum":"A","rule_departments":["610323-SCJG","610323-YJJ"],"num":5,"den":100,"minimum":1}}],"rotation":2,
        "randomness":"drand","round":30000000,"t0":"2026-03-01T00:00:00Z","t1":"2026-03-01T01:00:00Z","lead_seconds":3600,
        "fallback":"none","check_from":"2026-03-05","check_to":"2026-04-05","result_deadline":"2026-05-05T16:00:00Z"}}"#,
        zero = "0".repeat(64)
    );
    json::parse(text).unwrap()
}

fn permit(number: &str) -> Json {
    let text = format!(
        r#"{{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"610323","permit_name":"食品经营许可证",
        "permit_no":"{number}","permit_kind":"general","content":"热食类食品制售","decided_on":"2026-02-27"}}"#
    );
    json::parse(text).unwrap()
}

fn listing(subject: &str) -> Json {
    let text = format!(
        r#"{{"subject_uscc":"{subject}","subject_name":"示例","region":"610323","listed_reason":"unreachable",
        "listed_on":"2026-02-27","decision_no":"1"}}"#
    );
    json::parse(text).unwrap()
}

fn removal(subject: &str, listing: &str) -> Json {
    let text = format!(
        r#"{{"subject_uscc":"{subject}","subject_name":"示例","region":"610323","listing":{listing},
        "removed_reason":"reachable_again","removed_on":"2026-02-28"}}"#
    );
    json::parse(text).unwrap()
}

/// An operator (entry 0), a department (entry 1), what its plans rest on, and what they say.
struct Said(Vec<Leaf>);

impl Said {
    fn new() -> Self {
        let (operator, department) = (secret(1), secret(2));
        let mut said = Said(Vec::new());
        let own = register(OPERATOR, Role::Operator, &[], &operator);
        said.say(OPERATOR, &operator, "authority", None, own, 0);
        let kinds = [
            "abnormal_listing",
            "abnormal_removal",
            "item_list",
            "permit",
            "plan",
            "snapshot",
        ];
        let body = register(DEPARTMENT, Role::Department, &kinds, &department);
        said.say(OPERATOR, &operator, "authority", None, body, 1);
        let objects = snapshot("objects", r#","library_form":"open""#);
        let officers = snapshot("officers", "");
        for (kind, body, salt) in [
            ("item_list", item_list(), 2),
            ("snapshot", objects, 3),
            ("snapshot", officers, 4),
        ] {
            said.say(DEPARTMENT, &department, kind, None, body, salt);
        }
        said
    }

    fn say(
        &mut self,
        who: &str,
        key: &SecretKey,
        kind: &str,
        reference: Option<&str>,
        body: Json,
        salt: u8,
    ) -> usize {
        let record = Record::new(body, [salt; 32]).unwrap();
        let at = Timestamp::parse("2026-03-02T08:00:00Z").unwrap();
        let statement = Statement {
            authority: id(who),
            commitment: record.commitment(),
            issued_at: at,
            kind: KindName::parse(kind).unwrap(),
            reference: reference.map(Into::into),
        };
        let signature = key.sign(&statement.message(&origin()));
        self.0.push(Leaf {
            entry: statement.into_entry(at, signature, None).to_bytes(),
            record: Some(record.to_jcs().into_bytes()),
        });
        self.0.len() - 1
    }

    fn reference(&self, index: usize) -> String {
        let hash = hex(&leaf_hash(&self.0[index].entry));
        format!(r#"{{"index":{index},"leaf_hash":"{hash}"}}"#)
    }

    fn plan(&mut self, number: u8, name: &str, salt: u8) -> usize {
        let reference = format!("{DEPARTMENT}/2026/{number:02}");
        let body = plan(number, name);
        self.say(DEPARTMENT, &secret(2), "plan", Some(&reference), body, salt)
    }

    fn permit(&mut self, number: &str, salt: u8) -> usize {
        let body = permit(number);
        self.say(DEPARTMENT, &secret(2), "permit", None, body, salt)
    }

    /// The problems, each with its entry.
    fn problems(&self) -> Vec<(u64, String)> {
        self.problems_under(None)
    }

    fn problems_under(&self, log_key: Option<PublicKey>) -> Vec<(u64, String)> {
        let mut auditor = Auditor::new(origin());
        if let Some(key) = log_key {
            auditor = auditor.with_log_key(key);
        }
        let mut problems = Vec::new();
        for (index, leaf) in (0..).zip(&self.0) {
            auditor.leaf(index, leaf, &mut problems);
        }
        auditor.finish(&mut problems);
        let problems = problems.into_iter();
        problems.map(|p| (p.entry.unwrap(), p.problem)).collect()
    }
}

/// That there is one problem, with that entry, and says that.
fn only(problems: &[(u64, String)], index: usize, says: &str) {
    let [(at, problem)] = problems else {
        panic!("{problems:?}");
    };
    assert_eq!(*at, index as u64, "{problem}");
    assert!(problem.contains(says), "{problem}");
}

#[test]
fn a_good_log_has_no_problems() {
    let mut said = Said::new();
    said.plan(1, "甲", 10);
    said.plan(2, "甲", 11);
    said.permit("A-1", 12);
    said.permit("A-1", 13);
    assert_eq!(said.problems(), []);
    assert_eq!(said.problems_under(Some(secret(3).public())), []);
}

#[test]
fn bodies_that_are_never_withdrawn_are_missed() {
    let mut said = Said::new();
    let permit = said.permit("A-1", 10);
    let plan = said.plan(1, "甲", 11);
    said.0[plan].record = None;
    only(&said.problems(), plan, "kind plan is never withdrawn");
    let body = said.0[permit].record.take();
    assert_eq!(said.problems().len(), 2);
    said.0[permit].record = body;
    // Without its body the plan binds nobody.
    said.plan(1, "乙", 12);
    only(&said.problems(), plan, "has no effect");
}

#[test]
fn a_body_that_no_entry_ends_is_missed() {
    let mut said = Said::new();
    let permit = said.permit("A-1", 10);
    said.0[permit].record = None;
    only(
        &said.problems(),
        permit,
        "no withdrawal, erasure or expiry names it",
    );
    let target = said.reference(permit);
    let expiry = format!(
        r#"{{"target":{target},"rule_id":"P-1","expired_on":"2026-03-02","legal_basis":"示例"}}"#
    );
    let expiry = json::parse(expiry).unwrap();
    let other = (permit + 1).to_string();
    let wrong = said.say(
        OPERATOR,
        &secret(1),
        "expiry",
        Some(&other),
        expiry.clone(),
        20,
    );
    assert!(said.problems().iter().any(|(at, _)| *at == permit as u64));
    said.0.truncate(wrong);
    let permit = permit.to_string();
    said.say(OPERATOR, &secret(1), "expiry", Some(&permit), expiry, 20);
    assert_eq!(said.problems(), []);
}

#[test]
fn an_authority_record_without_its_body_has_no_effect() {
    let mut said = Said::new();
    let permit = said.permit("A-1", 10);
    said.0[1].record = None;
    let problems = said.problems();
    assert!(problems[0].0 == 1 && problems[0].1.contains("kind authority is never withdrawn"));
    for said in ITEMS..=permit {
        assert!(
            problems.iter().any(|(at, _)| *at == said as u64),
            "{problems:?}"
        );
    }
}

#[test]
fn a_record_that_is_not_the_entrys_counts_for_nothing() {
    let mut said = Said::new();
    let first = said.plan(1, "甲", 10);
    said.0[first].record = said.0[1].record.clone();
    only(&said.problems(), first, "not the one the entry commits to");
    said.0[first].record = Some(b"{}".to_vec());
    said.plan(1, "乙", 11);
    only(&said.problems(), first, "body and salt");
}

#[test]
fn the_same_statement_is_in_the_log_once() {
    let mut said = Said::new();
    let first = said.permit("A-1", 10);
    let second = said.permit("A-1", 10);
    let says = format!("the same signed statement as entry {first}");
    only(&said.problems(), second, &says);
    // Whether or not its record is there, and however long ago it was.
    said.0[second].record = None;
    only(&said.problems()[..1], second, &says);
    // An authority record sent twice.
    let mut said = Said::new();
    said.0.push(said.0[1].clone());
    let problems = said.problems();
    assert!(
        problems
            .iter()
            .any(|(at, problem)| *at == 5
                && problem.contains("the same signed statement as entry 1")),
        "{problems:?}"
    );
}

#[test]
fn a_salt_serves_once() {
    let mut said = Said::new();
    let first = said.permit("A-1", 10);
    let second = said.permit("A-2", 10);
    let says = format!("has the salt of record {first}");
    only(&said.problems(), second, &says);
    // That of an authority record too.
    let mut said = Said::new();
    let again = said.permit("A-1", 1);
    only(&said.problems(), again, "has the salt of record 1");
}

#[test]
fn the_first_valid_plan_of_a_key_binds() {
    let mut said = Said::new();
    let first = said.plan(1, "甲", 10);
    let second = said.plan(1, "乙", 11);
    let says = format!("second plan {DEPARTMENT}/2026/01; the one of entry {first} binds");
    only(&said.problems(), second, &says);
    // One that is not valid does not bind.
    let mut said = Said::new();
    let reference = format!("{DEPARTMENT}/2026/01");
    let forged = said.say(
        DEPARTMENT,
        &secret(9),
        "plan",
        Some(&reference),
        plan(1, "甲"),
        10,
    );
    said.plan(1, "乙", 11);
    only(&said.problems(), forged, "made the signature");
}

#[test]
fn references_name_what_stands_before() {
    let mut said = Said::new();
    let at = said.plan(1, "甲", 10);
    assert_eq!(said.problems(), []);
    let bad = [
        said.reference(ITEMS).replace(":2,", ":0,"),
        said.reference(at).replace(":5,", ":6,"),
        format!(r#"{{"index":9,"leaf_hash":"{}"}}"#, "0".repeat(64)),
    ];
    for reference in bad {
        let mut said = Said::new();
        let body = json::to_jcs(&plan(1, "甲")).replacen(&said.reference(ITEMS), &reference, 1);
        let name = format!("{DEPARTMENT}/2026/01");
        let body = json::parse(body).unwrap();
        let at = said.say(DEPARTMENT, &secret(2), "plan", Some(&name), body, 10);
        // Nor does a plan bind that rests on nothing.
        said.plan(1, "乙", 11);
        only(&said.problems(), at, "with a leaf hash that is not that of");
    }
    // What cannot be read is not the fault of those who refer to it.
    let mut said = Said::new();
    let at = said.plan(1, "甲", 10);
    said.0[ITEMS].entry = b"junk".to_vec();
    let problems = said.problems();
    assert!(
        problems
            .iter()
            .any(|(i, problem)| *i == at as u64 && problem.contains("leaf hash"))
    );
    let mut auditor = Auditor::new(origin());
    let mut problems = Vec::new();
    let good = Said::new().0;
    auditor.leaf(0, &good[0], &mut problems);
    auditor.leaf(at as u64, &said.0[at], &mut problems);
    auditor.finish(&mut problems);
    assert!(
        problems.iter().all(|p| !p.problem.contains("names entry")),
        "{problems:?}"
    );
}

#[test]
fn references_name_what_their_field_is_for() {
    let (one, other) = ("91000000MA00000900", "91000000MA0000010P");
    let department = secret(2);
    let log = |listed: &str, removed: &str, names: Option<usize>| {
        let mut said = Said::new();
        let listing = said.say(
            DEPARTMENT,
            &department,
            "abnormal_listing",
            None,
            listing(listed),
            10,
        );
        let named = said.reference(names.unwrap_or(listing));
        let body = removal(removed, &named);
        let removal = said.say(DEPARTMENT, &department, "abnormal_removal", None, body, 11);
        (said, listing, removal)
    };
    assert_eq!(log(one, one, None).0.problems(), []);
    let (mut said, listing, removal) = log(one, other, None);
    only(&said.problems(), removal, "which is about another subject");
    // Whom a body that is gone was about, nobody can say.
    said.0[listing].record = None;
    only(
        &said.problems(),
        listing,
        "no withdrawal, erasure or expiry names it",
    );
    let (said, _, removal) = log(one, one, Some(ITEMS));
    only(
        &said.problems(),
        removal,
        "of a kind that this field is not for",
    );
    // Nor does a plan bind that takes a list for a library.
    let mut said = Said::new();
    let body =
        json::to_jcs(&plan(1, "甲")).replace(&said.reference(OBJECTS), &said.reference(ITEMS));
    let name = format!("{DEPARTMENT}/2026/01");
    let body = json::parse(body).unwrap();
    let at = said.say(DEPARTMENT, &department, "plan", Some(&name), body, 10);
    said.plan(1, "乙", 11);
    only(&said.problems(), at, "of a kind that this field is not for");
}

#[test]
fn a_plan_is_under_its_own_key() {
    let mut said = Said::new();
    let reference = format!("{DEPARTMENT}/2026/02");
    let other = said.say(
        DEPARTMENT,
        &secret(2),
        "plan",
        Some(&reference),
        plan(1, "甲"),
        10,
    );
    only(&said.problems(), other, "not the plan key of its record");
    let mut said = Said::new();
    let kinds = ["plan"];
    let key = secret(5);
    let body = register("610323-YJJ", Role::Department, &kinds, &key);
    said.say(OPERATOR, &secret(1), "authority", None, body, 10);
    let reference = format!("{DEPARTMENT}/2026/01");
    let body = plan(1, "甲");
    let foreign = said.say("610323-YJJ", &key, "plan", Some(&reference), body, 11);
    only(&said.problems(), foreign, "another authority's");
}

#[test]
fn no_authority_has_the_key_of_the_checkpoints() {
    let said = Said::new();
    for (seed, entry) in [(1, 0), (2, 1)] {
        let problems = said.problems_under(Some(secret(seed).public()));
        only(&problems, entry, "signs its checkpoints with");
    }
}
