//! A department at its desk: keys, files, commands, and the portal they talk to, which runs in the test's own process on a clock
//! that stands where it is put.

use gongshi::app::{App, NewLog, Tuning, init, random32};
use gongshi::draw::Drawn;
use gongshi::ingest::KeyFile;
use gongshi::intake::{Clock as _, Event, SimulatedClock};
use gongshi::log::Batching;
use gongshi_verify::draw::recompute::one_by_one;
use gongshi_verify::encoding::base64;
use gongshi_verify::json::Value as Verified;
use gongshi_verify::names::{AuthorityId, KindName, Origin, PlanKey};
use gongshi_verify::policy::Policy;
use gongshi_verify::record::Record;
use gongshi_verify::registry::key_proof_message;
use gongshi_verify::report::{Report, verify_draw_file};
use gongshi_verify::time::Timestamp;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

pub const DEPARTMENT: &str = "000000-SCJG";
pub const OTHER: &str = "000000-SFJ";
/// Contributes to the randomness, and has no part in draws.
pub const NOTARY: &str = "000000-GZC";
const OPERATOR: &str = "000000-OP";
pub const KEY: &str = "000000-SCJG/2023/01";
/// When the libraries are frozen.
const FROZEN: &str = "2023-08-01T00:00:00Z";
/// When plans are made: libraries have been open to objections for more than ten days.
const PLANNED: &str = "2023-08-22T00:00:00Z";

const KINDS: [&str; 15] = [
    "bulletin",
    "cancel",
    "commit",
    "correction",
    "draw",
    "erasure",
    "item_list",
    "objection",
    "permit",
    "plan",
    "repair_decision",
    "reveal",
    "snapshot",
    "substitute",
    "withdrawal",
];

pub struct Desk {
    folder: tempfile::TempDir,
    clock: Arc<SimulatedClock>,
    app: App,
    address: String,
}

impl Desk {
    /// A log with two departments and a notary, whose keys are at `k`, `o` and `n`, and an item list in it, at entry 4.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(SimulatedClock::new(Timestamp::parse(FROZEN).unwrap()));
        let new = NewLog {
            // Under this name a server's simulated clock is believed.
            origin: Origin::parse("log.example/test").unwrap(),
            operator: AuthorityId::parse(OPERATOR).unwrap(),
            name: "示例县信息中心".to_owned(),
            region: "000000".to_owned(),
            kinds: Vec::new(),
            random: random32,
        };
        // Some times are a second long, and commands take longer.
        clock.hold(true);
        let data = folder.path().join("data");
        init(&data, &new, clock.clone()).unwrap();
        let tuning = Tuning {
            batching: Batching {
                reserve_bytes: 1 << 20,
                ..Batching::default()
            },
            ..Tuning::default()
        };
        let app = App::open(&data, clock.clone(), &tuning).unwrap();
        let portal = app.portal.clone();
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            gongshi::web::serve(portal, "127.0.0.1:0", |address| {
                sender.send(address).unwrap()
            })
        });
        let desk = Desk {
            folder,
            clock,
            app,
            address: format!("http://{}", receiver.recv().unwrap()),
        };
        desk.register(DEPARTMENT, "k");
        desk.register(OTHER, "o");
        desk.register(NOTARY, "n");
        desk.publish(
            "item_list",
            json!({
                "title": "清单", "version": "1", "item_list_type": "random_inspection", "region": "000000",
                "effective_on": "2023-01-01", "list_items": [{
                    "item_code": "A01", "item_name": "检查", "item_level": "general", "legal_basis": "法",
                    "object_class": "单位", "methods": ["on_site"], "content": "内容",
                }],
            }),
            "",
        );
        desk
    }

    /// Makes a key at `file`, and the operator registers it.
    fn register(&self, id: &str, file: &str) {
        let origin = self.app.portal.log.origin().clone();
        self.must(&format!(
            "keygen --authority {id} --origin {origin} --out {file}"
        ));
        let key = KeyFile::read(&self.path(file)).unwrap().key;
        let operator = KeyFile::read(&self.path("data/keys/operator.key")).unwrap();
        let id = AuthorityId::parse(id).unwrap();
        let proof = key.sign(&key_proof_message(&origin, &id, &key.public()));
        let kinds = KINDS.map(Verified::from).to_vec();
        let body = Verified::object([
            ("action", "register".into()),
            ("authority_id", id.as_str().into()),
            ("key_proof", base64(&proof).into()),
            ("kinds", Verified::Array(kinds)),
            ("name", "示例县司法局".into()),
            ("public_key", key.public().to_base64().into()),
            ("region", "000000".into()),
            ("role", "department".into()),
        ]);
        let event = Event::sign(
            &origin,
            &operator.authority,
            &operator.key,
            &KindName::parse("authority").unwrap(),
            self.clock.now(),
            None,
            Record::new(body, random32()).unwrap(),
        );
        let answers = self.app.portal.intake.accept_events(vec![event]).wait();
        assert!(answers[0].is_ok(), "{:?}", answers[0]);
    }

    /// Lets the clock go on to that time.
    pub fn at(&self, now: &str) {
        self.clock.advance_to(Timestamp::parse(now).unwrap());
    }

    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.app.portal.log.published().size()
    }

    /// Body of an entry's record.
    pub fn body(&self, index: u64) -> Value {
        let record = self.app.portal.log.leaf(index).unwrap().record.unwrap();
        serde_json::from_slice::<Value>(&record).unwrap()["body"].clone()
    }

    /// The newest entry's body.
    pub fn newest(&self) -> Value {
        self.body(self.size() - 1)
    }

    /// The server's runner looks at the plan, and draws it; the index.
    pub fn server_draws(&self, key: &str) -> u64 {
        let runner = self.app.runner.clone();
        match runner.draw(&PlanKey::parse(key).unwrap()).unwrap() {
            Drawn::Recorded(index) => index,
            Drawn::Waiting => panic!("{key} cannot be drawn"),
        }
    }

    /// What the server answers at that path of its API.
    pub fn get(&self, path: &str) -> (u16, Vec<u8>) {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent: ureq::Agent = config.build().into();
        let url = format!("{}/api/v1/{path}", self.address);
        let mut answer = agent.get(url).call().unwrap();
        let status = answer.status().as_u16();
        (status, answer.body_mut().read_to_vec().unwrap())
    }

    /// What `gongshi-verify draw` finds in the file of a draw.
    pub fn verified(&self, key: &str) -> Report {
        let policy = self.policy();
        let (status, file) = self.get(&format!("draws/{key}"));
        assert_eq!(status, 200);
        verify_draw_file(&file, &policy, &one_by_one).unwrap()
    }

    /// Where the server is.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// A file that only its owner can read.
    pub fn write_private(&self, name: &str, text: &str) {
        gongshi::store::write_private(&self.path(name), text.as_bytes()).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gongshi"));
        command
            .args(line.split_ascii_whitespace())
            .env("GONGSHI_SERVER", &self.address)
            .env("GONGSHI_LANG", "en")
            .stdin(Stdio::null())
            .current_dir(self.folder.path());
        command
    }

    pub fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    /// The policy that trusts this log.
    pub fn policy(&self) -> Policy {
        let vkey = self.app.portal.log.verifier().to_string();
        Policy::parse(format!("log {vkey}\nquorum none\n")).unwrap()
    }

    /// Runs a command that somebody answers; what it printed and said, if it succeeds.
    pub fn answered(&self, line: &str, typed: &str) -> Result<(String, String), String> {
        use std::io::Write as _;
        let mut child = self
            .command(line)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // One that asks nothing may have ended.
        let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        match output.status.success() {
            true => Ok((String::from_utf8(output.stdout).unwrap(), said)),
            false => Err(said),
        }
    }

    pub fn must(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line}: {output:?}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }

    /// The index that a command prints.
    pub fn index(&self, line: &str) -> u64 {
        self.must(line).parse().unwrap()
    }

    /// What a command says that must end with that code.
    pub fn refused(&self, code: i32, line: &str) -> String {
        let output = self.run(line);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{line}: {said}");
        assert!(!said.contains("panicked"), "{said}");
        said
    }

    pub fn publish(&self, kind: &str, body: Value, more: &str) -> String {
        self.write("body.json", &body.to_string());
        self.must(&format!("publish --kind {kind} --key k {more} body.json"))
    }

    pub fn mode(&self, name: &str) -> u32 {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(self.path(name))
            .unwrap()
            .permissions()
            .mode();
        mode & 0o777
    }

    /// Libraries in the log at entries 5 and 6, and a plan with that randomness at `plan.toml`, when plans can be made.
    pub fn plan(&self, sealed: bool, randomness: &str) {
        let classes = |n: usize| if n.is_multiple_of(3) { "high" } else { "low" };
        let rows = (0..60).map(|n| {
            format!(
                "T{n:02},{},{DEPARTMENT}、{OTHER},,,{}\n",
                classes(n),
                classes(n)
            )
        });
        let header = "对象标识,行业类别,检查部门,排除原因,名称,信用风险分类\n";
        self.write(
            "objects.csv",
            &format!("{header}{}", rows.collect::<String>()),
        );
        let rows = (0..10).map(|n| match n {
            0..7 => format!("某人{n},ZF610323{n:04},{DEPARTMENT},food\n"),
            _ => format!("某人{n},ZF610323{n:04},{OTHER},\n"),
        });
        self.write(
            "officers.csv",
            &format!("姓名,执法证号,部门,执法资质\n{}", rows.collect::<String>()),
        );
        self.write(
            "names.toml",
            "[strata]\nhigh = \"高\"\nlow = \"低\"\n[classes]\nhigh = \"高\"\nlow = \"低\"\n[qualifications]\nfood = \"食品\"\n",
        );
        let seal = if sealed {
            "--sealed --openings open.jsonl"
        } else {
            ""
        };
        let out = self.must(&format!(
            "plan library objects --names names.toml {seal} --out objects.txt objects.csv"
        ));
        assert!(
            out.starts_with("Rows read: 60; leaves: 60; root: "),
            "{out}"
        );
        self.must(
            "plan library officers --names names.toml --pseudonyms p.csv --out officers.txt officers.csv",
        );
        let snapshot = "plan snapshot --key k --names names.toml --name 名录库 --leaves";
        assert_eq!(self.index(&format!("{snapshot} objects.txt")), 5);
        // A second run finds the first.
        let again = self.refused(0, &format!("{snapshot} objects.txt"));
        assert!(again.contains("entry 5 of the log already"), "{again}");
        assert_eq!(self.index(&format!("{snapshot} officers.txt")), 6);
        self.write(
            "plan.toml",
            &format!(
                "plan_key = \"{KEY}\"\nplan_name = \"抽查\"\nregion = \"000000\"\nplan_scope = \"single\"\n\
                 plan_mode = \"county_draw_county_check\"\ndraw_type = \"directed\"\ntarget_scope = \"全县\"\n\
                 lead_department = \"{DEPARTMENT}\"\nobject_snapshot = 5\nofficer_snapshot = 6\nrotation = 1\n\
                 check_from = 2023-08-24\ncheck_to = 2023-09-30\nresult_deadline = 2023-10-01T00:00:00+08:00\n\
                 fallback = \"none\"\n{randomness}\n\
                 [[plan_items]]\nitem_list = 4\nitem_code = \"A01\"\nitem_name = \"检查\"\n\
                 [[departments]]\ndepartment = \"{DEPARTMENT}\"\nseats = [{{ qualification = \"food\", officers = 2 }}]\n\
                 [[rules]]\nstratum = \"high\"\nrule_departments = [\"{DEPARTMENT}\"]\nnum = 1\nden = 2\nminimum = 0\n"
            ),
        );
        // Libraries are open to objections first, and the log says until when.
        let early = self.refused(1, "plan publish --key k plan.toml");
        assert!(
            early.contains("object_snapshot") && early.contains("2023-08-11T00:00:00Z"),
            "{early}"
        );
        self.at(PLANNED);
    }
}
