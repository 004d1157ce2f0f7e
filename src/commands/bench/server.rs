//! The product as processes of its own, as an operator runs it: a server on loopback, and commands.

use anyhow::{Context as _, ensure};
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// A running server.
pub(super) struct Server {
    child: Child,
    /// Its address, with a slash at the end.
    pub(super) url: String,
}

impl Server {
    pub(super) fn start(data: &str) -> anyhow::Result<Self> {
        Self::start_of(std::env::current_exe()?.as_os_str(), data)
    }

    /// A server of another version.
    pub(super) fn start_of(program: &OsStr, data: &str) -> anyhow::Result<Self> {
        let mut command = command(
            program,
            &format!("serve --data {data} --listen 127.0.0.1:0"),
        );
        let mut child = command.spawn()?;
        let output = child.stdout.take().context("the server's output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let url = line
            .trim()
            .rsplit(' ')
            .next()
            .unwrap_or_default()
            .to_owned();
        ensure!(
            url.starts_with("http://"),
            "the server said {line:?} instead of its address"
        );
        Ok(Server { child, url })
    }

    pub(super) fn metric(&self, name: &str) -> anyhow::Result<u64> {
        let text = get(&format!("{}metrics", self.url))?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let value = line.with_context(|| format!("there is no metric {name}"))?;
        Ok(value.trim().parse::<f64>()? as u64)
    }

    /// A figure in MB of its `/proc/<pid>/status`, where the system tells.
    pub(super) fn memory(&self, figure: &str) -> Option<u64> {
        memory(self.child.id(), figure)
    }

    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM)?;
        let status = self.child.wait()?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Only where the measurement failed: a stopped server is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(program: &OsStr, arguments: &str) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments.split_whitespace())
        .env("GONGSHI_LOG", "warn")
        // As in the service of docs/OPERATIONS.md.
        .env("MALLOC_ARENA_MAX", "2")
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// Starts a command of this version.
pub(super) fn spawn(arguments: &str) -> anyhow::Result<Child> {
    Ok(command(std::env::current_exe()?.as_os_str(), arguments).spawn()?)
}

/// Runs a command of this version to its end.
pub(super) fn gongshi(arguments: &str) -> anyhow::Result<()> {
    let mut command = command(std::env::current_exe()?.as_os_str(), arguments);
    let output = command.stderr(Stdio::piped()).output()?;
    ensure!(
        output.status.success(),
        "gongshi {arguments}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

pub(super) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().build().into()
}

pub(super) fn get(url: &str) -> anyhow::Result<String> {
    Ok(agent().get(url).call()?.into_body().read_to_string()?)
}

/// A figure in MB of `/proc/<pid>/status`, where the system tells.
pub(super) fn memory(process: u32, figure: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    super::status_figure(&status, figure)
}
