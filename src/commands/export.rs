//! `gongshi export`: the public log as NDJSON that ends with the checkpoint it was read at.

use super::progress::Progress;
use anyhow::{Context as _, bail};
use clap::Args;
use gongshi::app;
use gongshi::log::Log;
use gongshi::store::{Files, write_atomic};
use gongshi_verify::encoding::hex;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Write every public entry and record as a line of JSON; the last line has the checkpoint and the digest of the rest.
#[derive(Args)]
pub struct Export {
    /// Data folder; its server must not be running.
    #[arg(long, env = "GONGSHI_DATA", default_value = "./data")]
    data: PathBuf,
    /// File to write; standard output without it.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Folder for the files that records name, each under its SHA-256; made where it is not there. A file that stands there
    /// already is left as it is.
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
}

impl Export {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let (log, _) = app::read_log(&self.data)?;
        let out: Box<dyn Write> = match &self.out {
            Some(path) => {
                Box::new(File::create_new(path).with_context(|| path.display().to_string())?)
            }
            None => Box::new(std::io::stdout().lock()),
        };
        let written = Self::write(&log, BufWriter::new(out));
        if let (Some(folder), Ok(())) = (&self.files, &written) {
            self.copy_files(&log, folder)?;
        }
        // Whoever reads standard output may have read enough; a file of one's own is whole, or it is an error.
        match written {
            Err(error) if self.out.is_none() && is_closed(&error) => Ok(ExitCode::SUCCESS),
            written => written.map(|()| ExitCode::SUCCESS),
        }
    }

    /// Copies the files; one that is damaged is not kept, and is an error once all others are copied.
    fn copy_files(&self, log: &Log, folder: &Path) -> anyhow::Result<()> {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let files = Files::to_read(&self.data);
        let size = log.published().size();
        let mut missing = Vec::new();
        for start in (0..size).step_by(1024) {
            for leaf in log.leaves(start..size.min(start + 1024))? {
                for hash in app::files_of(&leaf) {
                    let path = folder.join(hex(&hash));
                    if path.exists() {
                        continue;
                    }
                    match files.read(&hash) {
                        Ok(bytes) => write_atomic(&path, &bytes, 0o644)?,
                        Err(error) => missing.push(error.to_string()),
                    }
                }
            }
        }
        match missing.first() {
            None => Ok(()),
            Some(first) => bail!(
                "{} files that records name could not be exported, the first: {first}",
                missing.len()
            ),
        }
    }

    fn write(log: &Log, mut out: impl Write) -> anyhow::Result<()> {
        let published = log.published();
        let mut progress = Progress::new("entries", published.size());
        let mut digest = Sha256::new();
        let mut start = 0;
        while start < published.size() {
            let end = published.size().min(start + 1024);
            for (index, leaf) in (start..).zip(log.leaves(start..end)?) {
                let record = leaf
                    .record
                    .map(String::from_utf8)
                    .transpose()?
                    .map(RawValue::from_string)
                    .transpose()?;
                let line = Line {
                    index,
                    entry: RawValue::from_string(String::from_utf8(leaf.entry)?)?,
                    record,
                };
                let mut line = serde_json::to_string(&line)?;
                line.push('\n');
                digest.update(&line);
                out.write_all(line.as_bytes())?;
            }
            start = end;
            progress.at(start);
        }
        let last =
            serde_json::json!({"checkpoint": published.note, "sha256": hex(&digest.finalize())});
        writeln!(out, "{last}")?;
        Ok(out.flush()?)
    }
}

/// Whether writing ended because nobody reads any more.
fn is_closed(error: &anyhow::Error) -> bool {
    let source = error.downcast_ref::<std::io::Error>();
    source.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// One line: the stored bytes as they are, so that hashes can be recomputed from them.
#[derive(serde::Serialize)]
struct Line {
    index: u64,
    entry: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Box<RawValue>>,
}
