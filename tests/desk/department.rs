//! A department at its desk: keys, files, commands, and the server in memory they talk to.

use super::server::{self, Server};
use gongshi::ingest::KeyFile;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

pub const DEPARTMENT: &str = "000000-SCJG";
pub const OTHER: &str = "000000-SFJ";

pub struct Desk {
    folder: tempfile::TempDir,
    pub server: Server,
}

impl Desk {
    /// A desk with keys of two authorities at `k` and `o`, and an item list in the log.
    pub fn new(now: &str) -> Self {
        let desk = Desk {
            folder: tempfile::tempdir().unwrap(),
            server: Server::start(now),
        };
        for (id, file) in [(DEPARTMENT, "k"), (OTHER, "o")] {
            desk.must(&format!(
                "keygen --authority {id} --origin {} --out {file}",
                server::ORIGIN
            ));
            let key = KeyFile::read(&desk.path(file)).unwrap().key.public();
            let mut state = desk.server.state.lock().unwrap();
            state.keys.insert(id.to_owned(), key.to_base64());
        }
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

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn run(&self, line: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_gongshi"))
            .args(line.split_ascii_whitespace())
            .env("GONGSHI_SERVER", &self.server.address)
            .env("GONGSHI_LANG", "en")
            .stdin(Stdio::null())
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    pub fn must(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line}: {output:?}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
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

    /// Libraries and a plan with that randomness in the log; `sealed` or not.
    pub fn plan(&self, sealed: bool, randomness: &str) {
        let classes = |n: usize| if n.is_multiple_of(3) { "high" } else { "low" };
        let rows =
            (0..60).map(|n| format!("T{n:02},{},{DEPARTMENT},,,{}\n", classes(n), classes(n)));
        let header = "统一社会信用代码,行业类别,检查部门,排除原因,名称,信用风险分类\n";
        self.write(
            "objects.csv",
            &format!("{header}{}", rows.collect::<String>()),
        );
        let rows = (0..7).map(|n| format!("某人{n},A{n},{DEPARTMENT},food\n"));
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
        assert_eq!(self.must(&format!("{snapshot} objects.txt")), "1");
        assert_eq!(self.must(&format!("{snapshot} officers.txt")), "2");
        self.write(
            "plan.toml",
            &format!(
                "plan_key = \"{DEPARTMENT}/2023/01\"\nplan_name = \"抽查\"\nregion = \"000000\"\nplan_scope = \"single\"\n\
                 plan_mode = \"county_draw_county_check\"\ndraw_type = \"undirected\"\ntarget_scope = \"全县\"\n\
                 lead_department = \"{DEPARTMENT}\"\nobject_snapshot = 1\nofficer_snapshot = 2\nrotation = 1\n\
                 check_from = 2023-08-24\ncheck_to = 2023-09-30\nresult_deadline = 2023-10-01T00:00:00+08:00\n\
                 fallback = \"none\"\n{randomness}\n\
                 [[plan_items]]\nitem_list = 0\nitem_code = \"A01\"\nitem_name = \"检查\"\n\
                 [[departments]]\ndepartment = \"{DEPARTMENT}\"\nseats = [{{ qualification = \"food\", officers = 2 }}]\n\
                 [[rules]]\nstratum = \"high\"\nrule_departments = [\"{DEPARTMENT}\"]\nnum = 1\nden = 2\nminimum = 0\n"
            ),
        );
    }
}
