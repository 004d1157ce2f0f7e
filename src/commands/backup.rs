//! `gongshi backup` and `gongshi restore`.

use super::progress::Progress;
use anyhow::{Context as _, bail};
use clap::Args;
use gongshi::app;
use gongshi::log::archive::{self, Reader, Written};
use gongshi::store::{Files, ensure_private, sync_folder};
use gongshi_verify::checkpoint::SignedCheckpoint;
use gongshi_verify::note::{SignatureCheck, SignerKey};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Write the whole log, with its records and the files they name, to one compressed and checked file. Keys are not in it.
#[derive(Args)]
pub struct Backup {
    /// Data folder; its server must not be running.
    #[arg(long, env = "GONGSHI_DATA", default_value = "./data")]
    data: PathBuf,
    /// File to write; must not exist.
    #[arg(long)]
    out: PathBuf,
}

impl Backup {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let (log, _) = app::read_log(&self.data)?;
        let written = write(&log, &Files::to_read(&self.data), &self.out)?;
        let (entries, files) = (written.entries, written.files);
        println!("{}: {entries} entries, {files} files.", self.out.display());
        for (_, reason) in &written.missing {
            eprintln!("A file that a record names is not in the backup: {reason}");
        }
        Ok(ExitCode::from(u8::from(!written.missing.is_empty())))
    }
}

/// Writes a backup to a new file, which has its name only when it is whole and on the disk. Until then it stands beside
/// it as `<name>.partial`, readable by its owner only, as the records in it are.
fn write(log: &gongshi::log::Log, files: &Files, out: &Path) -> anyhow::Result<Written> {
    let exists = || format!("{} exists; a backup is never overwritten", out.display());
    if out.symlink_metadata().is_ok() {
        bail!(exists());
    }
    let mut name = out
        .file_name()
        .with_context(|| format!("{} is not the name of a file", out.display()))?
        .to_owned();
    name.push(".partial");
    let partial = out.with_file_name(name);
    let attempt = || -> anyhow::Result<Written> {
        // One that a killed backup has left; made anew, since its mode could be another.
        match std::fs::remove_file(&partial) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(e.into()),
            _ => {}
        }
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&partial)?;
        let mut progress = Progress::new("entries", log.published().size());
        let written = archive::write(log, files, app::files_of, &file, |done| progress.at(done))?;
        file.sync_all()?;
        match rename_to_new(&partial, out) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => bail!(exists()),
            renamed => renamed?,
        }
        // The name, too, has to outlive a power cut.
        let folder = out.parent().filter(|folder| *folder != Path::new(""));
        sync_folder(folder.unwrap_or(Path::new(".")))?;
        Ok(written)
    };
    attempt()
        .inspect_err(|_| drop(std::fs::remove_file(&partial)))
        .with_context(|| out.display().to_string())
}

/// Renames unless the new name is taken meanwhile. Where the file system cannot promise that in one step, it is looked at
/// once more just before.
fn rename_to_new(from: &Path, to: &Path) -> std::io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => match to.symlink_metadata() {
            Ok(_) => Err(ErrorKind::AlreadyExists.into()),
            Err(_) => std::fs::rename(from, to),
        },
        renamed => Ok(renamed?),
    }
}

/// Make a data folder from a backup. The backup is checked whole before anything is signed.
#[derive(Args)]
pub struct Restore {
    /// The backup file.
    #[arg(long)]
    from: PathBuf,
    /// Data folder to make; new, empty, or left by a restore that did not end.
    #[arg(long, env = "GONGSHI_DATA", default_value = "./data")]
    data: PathBuf,
    /// Folder with checkpoint.key and operator.key.
    #[arg(long)]
    keys: PathBuf,
    /// The newest checkpoint the log has published, as mirrors or readers hold it. A backup that is older than it is
    /// refused: the log would sign a second history.
    #[arg(long, required_unless_present = "no_newer_checkpoint")]
    published: Option<PathBuf>,
    /// Say instead that no checkpoint newer than the backup was ever published. Only here: no variable and no settings file
    /// can say it.
    #[arg(long, conflicts_with = "published")]
    no_newer_checkpoint: bool,
}

impl Restore {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let signer = self.signer()?;
        let open = || -> anyhow::Result<_> {
            let file = File::open(&self.from).with_context(|| self.from.display().to_string())?;
            Ok(Reader::open(file, signer.verifier())?)
        };
        let mut reader = open()?;
        let total = reader.checkpoint.checkpoint.size;
        let mut progress = Progress::new("entries checked", total);
        let mut done = 0;
        let mut published = self.published_checkpoint(&signer)?;
        let mut range = gongshi_verify::merkle::CompactRange::new();
        let mut diverged = None;
        while let Some((leaf, _)) = reader.next_leaf()? {
            range.push(
                gongshi_verify::hash::leaf_hash(&leaf.entry),
                &mut |_, _, _| (),
            );
            done += 1;
            progress.at(done);
            let reached = published.take_if(|p| p.checkpoint.size == done);
            if reached.is_some_and(|p| p.checkpoint.root != range.root()) {
                diverged = Some(done);
            }
        }
        let mut files = 0;
        while let Some(file) = reader.next_file()? {
            file.skip()?;
            files += 1;
        }
        // Said only of a backup that was found whole: damage is no other history.
        if let Some(size) = diverged {
            bail!(
                "the published checkpoint of {size} entries belongs to another history than the backup"
            );
        }
        if let Some(newer) = published.filter(|p| p.checkpoint.size > total) {
            bail!(
                "the backup holds {total} entries, but a checkpoint of {} was published: restoring it would let the log \
                 sign a second history. Use a newer backup (docs/OPERATIONS.md, \"Rolled back\")",
                newer.checkpoint.size
            );
        }
        let mut reader = open()?;
        let mut progress = Progress::new("entries restored", total);
        app::restore(&self.data, &self.keys, &mut reader, |done| progress.at(done))
        .map_err(|error| match app::is_restoring(&self.data) {
            Ok(true) => anyhow::Error::new(error).context(format!(
                "{} is not restored; what is there is never served, and the next restore empties it",
                self.data.display()
            )),
            _ => error.into(),
        })?;
        println!(
            "{total} entries and {files} files restored to {}.",
            self.data.display()
        );
        Ok(ExitCode::SUCCESS)
    }

    fn signer(&self) -> anyhow::Result<SignerKey> {
        for name in ["checkpoint.key", "operator.key"] {
            ensure_private(&self.keys.join(name))?;
        }
        let path = self.keys.join("checkpoint.key");
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        SignerKey::parse(text.trim()).with_context(|| path.display().to_string())
    }

    fn published_checkpoint(&self, signer: &SignerKey) -> anyhow::Result<Option<SignedCheckpoint>> {
        let Some(path) = &self.published else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let checkpoint =
            SignedCheckpoint::parse(&text).with_context(|| path.display().to_string())?;
        if !matches!(
            checkpoint.verify(signer.verifier()),
            SignatureCheck::Verified(_)
        ) {
            bail!(
                "{} is not signed by the key in {}",
                path.display(),
                self.keys.display()
            );
        }
        Ok(Some(checkpoint))
    }
}
