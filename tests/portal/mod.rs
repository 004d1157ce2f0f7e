//! The program as people run it: a log served from a temporary folder, and commands run beside it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test binary uses its part")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

pub const GONGSHI: &str = env!("CARGO_BIN_EXE_gongshi");

/// A log served from a temporary folder; the server ends with the test.
pub struct Portal {
    pub folder: tempfile::TempDir,
    server: Child,
    pub address: String,
}

impl Portal {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// With more arguments for the server.
    pub fn start_with(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let made = Command::new(GONGSHI)
            .args(["init", "--origin", "log.example/test"])
            .args([
                "--operator",
                "000000-XXZX",
                "--name",
                "Operator",
                "--region",
                "000000",
            ])
            .arg("--data")
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        let (server, address) = serve(&data, arguments);
        Portal {
            folder,
            address,
            server,
        }
    }

    /// Ends the server, as power loss would, and lets the folder go.
    pub fn stop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    /// Serves the folder again.
    pub fn again(&mut self) {
        (self.server, self.address) = serve(&self.folder.path().join("data"), &[]);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    /// Runs a command in the folder, words split at blanks; `--server` comes from the environment.
    pub fn run(&self, line: &str) -> Output {
        Command::new(GONGSHI)
            .args(line.split_ascii_whitespace())
            .env("GONGSHI_SERVER", &self.address)
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    /// Runs a command that must succeed; what it printed.
    pub fn must(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// A department with a key at `<id>.key` that may publish everything in region 000000.
    pub fn register(&self, id: &str) {
        self.register_in(id, "000000");
    }

    /// The same in another region.
    pub fn register_in(&self, id: &str, region: &str) {
        self.must(&format!(
            "keygen --authority {id} --origin log.example/test --out {id}.key --request {id}.json"
        ));
        self.must(&format!(
            "authority register --key data/keys/operator.key --request {id}.json --name Department \
             --region {region} --kinds all-department"
        ));
    }
}

fn serve(data: &Path, arguments: &[&str]) -> (Child, String) {
    let mut server = Command::new(GONGSHI)
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(server.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("Gongshi is at ").unwrap();
    (server, address.to_owned())
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

pub fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
