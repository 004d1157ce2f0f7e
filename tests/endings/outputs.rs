//! Whatever the server and its commands can give is looked through after a withdrawal: what was withdrawn is in none of it, what was not
//! is found as before.

mod routes;
mod walk;

use crate::common::*;
use crate::drawn;
use crate::served::Server;
use crate::support::*;
use gongshi::intake::Clock as _;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::sha256;
use gongshi_verify::json::Value;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, PlanKey};
use gongshi_verify::receipt::ReceiptCode;
use gongshi_verify::record::Record;
use gongshi_verify::registry::key_proof_message;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use walk::{Known, Walked, walk};

/// Characters that stand in what is withdrawn, and in what stays, and nowhere else.
const GONE: &str = "骉麤";
const STAYS: &str = "猋羴";
/// As they stand in an address.
const GONE_ENCODED: &str = "%E9%AA%89%E9%BA%A4";

/// A county with a plan drawn, in which the department may say and end everything, and what there is to stand in addresses.
struct Scene {
    county: County,
    known: Known,
}

impl Scene {
    fn new() -> Self {
        let planned = drawn::County::new();
        planned.due(drawn::KEY, &[]);
        planned.draw(drawn::KEY);
        let docket = planned.log.app.portal.intake.docket().clone();
        let targets = docket
            .targets(&PlanKey::parse(drawn::KEY).unwrap())
            .unwrap();
        let log = planned.log;
        let mut kinds: Vec<&str> = KINDS.to_vec();
        kinds.extend([
            "plan",
            "snapshot",
            "draw",
            "commit",
            "reveal",
            "cancel",
            "substitute",
        ]);
        kinds.sort_unstable();
        let kinds = kinds.into_iter().map(Into::into).collect();
        let amended = log.authority(Value::object([
            ("action", "amend".into()),
            ("authority_id", DEPARTMENT.into()),
            ("name", "示例县市场监督管理局".into()),
            ("region", "000000".into()),
            ("kinds", Value::Array(kinds)),
        ]));
        log.accept(vec![amended])[0].clone().unwrap();
        let second = SecretKey::from_seed(&salt());
        let id = AuthorityId::parse(DEPARTMENT).unwrap();
        let proof = second.sign(&key_proof_message(&origin(), &id, &second.public()));
        let key = log.authority(Value::object([
            ("action", "add_key".into()),
            ("authority_id", DEPARTMENT.into()),
            ("key_proof", gongshi_verify::encoding::base64(&proof).into()),
            ("public_key", second.public().to_base64().into()),
        ]));
        log.accept(vec![key])[0].clone().unwrap();
        let mut members = drawn::KEY.split('/').map(str::to_owned);
        let known = Known {
            size: 0,
            subjects: Vec::new(),
            plan: std::array::from_fn(|_| members.next().unwrap()),
            // Two that the same departments visit can be told apart by their records alone.
            targets: targets
                .iter()
                .filter(|one| one.is_visited_by(drawn::PARTNER))
                .map(|one| one.target_id.clone())
                .collect(),
            files: Vec::new(),
            assets: Vec::new(),
            receipts: Vec::new(),
        };
        let other = SecretKey::from_seed(&salt());
        Scene {
            county: County { log, second, other },
            known,
        }
    }

    /// Publishes records with these words about a drawn target: a permit with a file, a result of the draw, a listing that rests on it, and
    /// its correction.
    fn publish(&mut self, words: &str, target: usize) -> Vec<u64> {
        let county = &self.county;
        let subject = self.known.targets[target].clone();
        let bytes = words.as_bytes();
        let files = county.log.app.portal.intake.files();
        let (hash, size) = (sha256(bytes), bytes.len() as u64);
        files.put(&hash, size, bytes).unwrap();
        let file = hex(&hash);
        let permit = body(&format!(
            r#"{{"subject_uscc":"{subject}","subject_name":"{words}店","region":"000000","permit_name":"{words}许可",
            "permit_no":"{words}号","permit_kind":"general","content":"{words}制售","decided_on":"2026-02-20",
            "attachments":[{{"media_type":"text/plain","name":"{words}.txt","sha256":"{file}","size":{size}}}]}}"#
        ));
        let permit = county.publish("permit", permit);
        let today = gongshi::domain::dates::day_in_china(county.log.clock.now().unix());
        let key = drawn::KEY;
        let result = county.publish(
            "inspection_result",
            body(&format!(
                r#"{{"subject_uscc":"{subject}","subject_name":"{words}店","region":"000000","draw_basis":"drawn","plan_key":"{key}",
                "method":"on_site","inspected_on":"{today}","outcome":["unreachable_at_registered_address"],
                "items":[{{"item_code":"SP01","item_name":"SP01检查","outcome":["unreachable_at_registered_address"],"result_text":"{words}现场"}}]}}"#
            )),
        );
        let name = format!("{words}店");
        let one = |name: &str| listing(&subject, name, &today.to_string());
        let listed = county.publish(
            "abnormal_listing",
            with(one(&name), "result", county.named(result)),
        );
        let right = with(one(&format!("{name}改")), "result", county.named(result));
        let correction = county.correction(listed, "abnormal_listing", right);
        county.say(correction).unwrap();
        self.known.subjects.push(subject);
        self.known.files.push(file);
        vec![permit, result, listed]
    }

    /// What nobody may find of some records: their words, and the salts and files that would confirm them.
    fn needles(&self, words: &str, records: &[u64]) -> Vec<String> {
        let mut needles = vec![words.to_owned(), hex(&sha256(words.as_bytes()))];
        for index in records {
            let leaf = self
                .county
                .log
                .app
                .portal
                .log
                .unveiled(*index..*index + 1)
                .unwrap()
                .remove(0);
            needles.push(hex(&Record::parse(&leaf.record.unwrap()).unwrap().salt));
        }
        needles
    }

    /// Everything the server gives, looked through.
    fn walk(&mut self, server: &Server, routes: &BTreeSet<String>, needles: &[String]) -> Walked {
        self.county.log.settle();
        let size = self.county.log.app.portal.log.published().size();
        self.known.size = size;
        self.known.receipts = (0..size).map(|index| self.county.receipt(index)).collect();
        let home = server.get("/").body;
        let assets = home
            .split('"')
            .filter_map(|word| word.strip_prefix("/static/"));
        self.known.assets = assets.map(str::to_owned).collect();
        walk(server, routes, &self.known, needles)
    }
}

/// An address without what differs from one record, subject or file to another.
fn place(path: &str) -> String {
    let member = |member: &str| match member.parse::<u64>() {
        Ok(_) => "#".to_owned(),
        Err(_) if member.starts_with("91000000MA") => "code".to_owned(),
        Err(_) if member.len() == 64 => "hash".to_owned(),
        Err(_) if ReceiptCode::parse(member).is_ok_and(|one| one.to_string() == member) => {
            "receipt".to_owned()
        }
        Err(_) => member.to_owned(),
    };
    let path = path.split('?').next().unwrap();
    path.split('/').map(member).collect::<Vec<_>>().join("/")
}

/// Places of needles.
fn places(walked: &Walked, needles: &[String]) -> Vec<BTreeSet<String>> {
    let of = |needle: &String| {
        walked
            .found
            .get(needle)
            .into_iter()
            .flatten()
            .map(|path| place(path))
    };
    needles.iter().map(|needle| of(needle).collect()).collect()
}

fn run(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_gongshi"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A folder with a copy of the log's, since a server has that itself.
fn copied(data: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .arg("-r")
        .arg(data)
        .arg(copy.path().join("data"))
        .status();
    assert!(copied.unwrap().success());
    copy
}

/// Everything that an export of a data folder gives.
fn exported(data: &Path) -> String {
    let out = tempfile::tempdir().unwrap();
    let files = out.path().join("files");
    let (data, to) = (data.to_str().unwrap(), files.to_str().unwrap());
    let mut text = run(&["export", "--data", data, "--files", to]);
    for file in std::fs::read_dir(files).unwrap() {
        let path = file.unwrap().path();
        text.push_str(&path.display().to_string());
        text.push_str(&std::fs::read_to_string(path).unwrap());
    }
    text
}

/// The text of a backup, and what a log restored from it gives to the public.
fn backed_up(copy: &Path) -> (String, String) {
    let at = |name: &str| copy.join(name).to_str().unwrap().to_owned();
    let (data, backup, keys, again) = (at("data"), at("backup"), at("data/keys"), at("again"));
    run(&["backup", "--data", &data, "--out", &backup]);
    let bytes = zstd::decode_all(std::fs::File::open(&backup).unwrap()).unwrap();
    run(&[
        "restore",
        "--from",
        &backup,
        "--data",
        &again,
        "--keys",
        &keys,
        "--no-newer-checkpoint",
    ]);
    let public = exported(Path::new(&again));
    for path in [&again, &backup] {
        let path = Path::new(path);
        let removed = if path.is_dir() {
            std::fs::remove_dir_all(path)
        } else {
            std::fs::remove_file(path)
        };
        removed.unwrap();
    }
    (String::from_utf8_lossy(&bytes).into_owned(), public)
}

#[test]
fn what_was_withdrawn_is_in_no_output() {
    let mut scene = Scene::new();
    let gone = scene.publish(GONE, 0);
    let stays = scene.publish(STAYS, 1);
    let server = Server::of(scene.county.log.app.portal.clone());
    let routes = routes::table(scene.county.log.app.portal.clone());
    assert!(routes.len() > 60, "{routes:?}");
    let gone_needles = scene.needles(GONE, &gone);
    let stays_needles = scene.needles(STAYS, &stays);
    let needles = [gone_needles.clone(), stays_needles.clone()].concat();
    let walked = scene.walk(&server, &routes, &needles);
    // While it is public it is found, and in as many places as what stays.
    let before = places(&walked, &stays_needles);
    assert_eq!(places(&walked, &gone_needles), before);
    for place in [
        "/",
        "/en/search",
        "/search.json",
        "/search.csv",
        "/en/search.atom",
        "/suggest",
        "/api/v1/search",
        "/api/v1/suggest",
        "/list/abnormal",
        "/list/permit",
        "/en/list/inspection_result",
        "/record/#",
        "/api/v1/records/#",
        "/api/v1/proof/#",
        "/api/v1/files/hash",
        "/api/v1/plans/000000-SCJG/#/#/tasks/000000-SCJG.csv",
    ] {
        assert!(
            before[0].contains(place),
            "{place} is not in {:?}",
            before[0]
        );
    }
    for needle in &needles {
        assert!(
            walked.found.contains_key(needle),
            "{needle} is found nowhere"
        );
    }
    let data = scene.county.log.data();
    let copy = copied(&data);
    let export = exported(&copy.path().join("data"));
    for needle in &needles {
        assert!(export.contains(needle), "{needle} is not exported");
    }
    let county = &scene.county;
    for index in &gone {
        let answer = server.post(&county.withdrawal(*index));
        assert!(answer["index"].is_u64(), "{answer}");
    }
    let is_gone = |walked: &Walked| {
        for needle in &gone_needles {
            assert_eq!(walked.found.get(needle), None, "{needle}");
        }
        // What is looked for in the same way and stays is found where it was.
        assert_eq!(places(walked, &stays_needles), before);
        assert!(walked.fetched > 400, "{}", walked.fetched);
    };
    let walked = scene.walk(&server, &routes, &needles);
    is_gone(&walked);
    // By its index there is a page, which says nothing of it.
    for index in &gone {
        assert_eq!(server.get(&format!("/record/{index}")).status, 410);
        let record = server.get(&format!("/api/v1/records/{index}")).body;
        assert!(!record.contains("\"body\""), "{record}");
    }
    // Searched for by its own words, there is nothing to go to.
    for query in ["%E9%AA%89", "%E9%BA%A4%E5%BA%97", GONE_ENCODED] {
        let page = server.get(&format!("/search?q={query}")).body;
        let to = |index: &u64| page.contains(&format!("/record/{index}\""));
        assert!(!gone.iter().any(to), "{query}");
    }
    // A backup keeps what was withdrawn, to be proved in court; a log restored from it does not give it.
    let check = |kept: bool| {
        let copy = copied(&data);
        let (backup, public) = backed_up(copy.path());
        for export in [public, exported(&copy.path().join("data"))] {
            for needle in &gone_needles {
                assert!(!export.contains(needle.as_str()), "{needle} is exported");
            }
            assert!(
                stays_needles
                    .iter()
                    .all(|needle| export.contains(needle.as_str()))
            );
        }
        assert!(
            stays_needles
                .iter()
                .all(|needle| backup.contains(needle.as_str()))
        );
        for needle in &gone_needles {
            assert_eq!(backup.contains(needle.as_str()), kept, "{needle}");
        }
    };
    check(true);
    for index in &gone {
        scene.county.say(scene.county.erasure(*index)).unwrap();
    }
    let standing = scene.county.log.app.portal.intake.standing().clone();
    for _ in 0..600 {
        if standing.unfinished().unwrap().is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    check(false);
    let walked = scene.walk(&server, &routes, &needles);
    is_gone(&walked);
}

/// The program's commands, with what each gives of records. A new one has to be placed here, and looked through above where it gives any.
#[test]
fn every_command_is_known_by_what_it_gives() {
    const COMMANDS: &[(&str, &str)] = &[
        ("export", "looked through"),
        (
            "backup",
            "looked through: keeps what is withdrawn, and nothing of what is erased",
        ),
        ("restore", "looked through: what it makes is exported"),
        ("serve", "every route is walked"),
        ("demo", "serves its own invented log, by the same routes"),
        ("fsck", "names entries by index"),
        ("reindex", "makes what is walked"),
        (
            "keep",
            "asks a server, by routes that are walked, for the department's own copies",
        ),
        ("publish", "sends"),
        ("import", "sends"),
        ("correct", "sends; asks a server by routes that are walked"),
        ("withdraw", "sends; asks a server by routes that are walked"),
        ("erase", "sends; asks a server by routes that are walked"),
        ("approve", "sends; asks a server by routes that are walked"),
        ("plan", "sends; about draws, which are never withdrawn"),
        ("draw", "about draws, which are never withdrawn"),
        (
            "authority",
            "sends; about authorities, which are never withdrawn",
        ),
        ("keygen", "makes a key"),
        ("init", "makes a log"),
        ("bench", "makes logs of its own"),
        ("help", "says how to use them"),
    ];
    let help = run(&["--help"]);
    let listed = help.split_once("Commands:\n").unwrap().1;
    let listed = listed.split_once("\n\n").unwrap().0.lines();
    let names: BTreeSet<&str> = listed
        .filter_map(|line| line.strip_prefix("  "))
        .filter_map(|line| line.split(' ').next())
        .filter(|name| !name.is_empty())
        .collect();
    let known: BTreeSet<&str> = COMMANDS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, known);
}
