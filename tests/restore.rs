//! A restore that dies, at whatever point, is recognised and never served; one that ends gives back the whole log.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gongshi::app::{AppError, log_file, read_log, restore};
use gongshi::log::archive::{self, ArchiveError, Reader};
use gongshi::log::{Leaf, Log, LogConfig, fsck};
use gongshi::store::{DataFolder, Files, SledStorage, write_private};
use gongshi_verify::hash::sha256;
use gongshi_verify::names::Origin;
use gongshi_verify::note::{KeyKind, SignerKey};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const GONGSHI: &str = env!("CARGO_BIN_EXE_gongshi");

fn signer() -> SignerKey {
    SignerKey::from_seed("example.org/log", KeyKind::Ed25519, &[7; 32]).unwrap()
}

fn leaf(number: u64) -> Leaf {
    // A hash does not compress, so that a cut falls anywhere in the leaves.
    let text =
        gongshi_verify::encoding::hex(&gongshi_verify::hash::leaf_hash(&number.to_be_bytes()));
    let record = match number % 50 {
        0 => None,
        1 => Some(text.repeat(400).into_bytes()),
        _ => Some(format!("record {text}").into_bytes()),
    };
    Leaf {
        entry: format!("entry {number} {text}").into_bytes(),
        record,
    }
}

/// Files that the second leaf "names".
const FILES: u64 = 3;

fn file(number: u64) -> Vec<u8> {
    let size = 30_000 * usize::try_from(number).unwrap();
    let hash = sha256(&number.to_be_bytes());
    (0..size)
        .map(|at| hash[at % 32] ^ (at / 32) as u8)
        .collect()
}

/// A log of opaque leaves, its backup, and a folder with its keys.
struct Backup {
    folder: tempfile::TempDir,
    bytes: Vec<u8>,
    entries: u64,
}

impl Backup {
    fn new(entries: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        std::fs::create_dir(&keys).unwrap();
        let secret = format!("{}\n", signer().to_secret_text().as_str());
        write_private(&keys.join("checkpoint.key"), secret.as_bytes()).unwrap();
        write_private(&keys.join("operator.key"), b"not looked at").unwrap();
        let original = folder.path().join("original");
        let origin = Origin::parse("example.org/log").unwrap();
        let log = Log::create(
            DataFolder::lock(&original).unwrap(),
            Arc::new(SledStorage::new(&original)),
            LogConfig::new(origin, signer(), gongshi::app::random32),
        )
        .unwrap();
        for start in (0..entries).step_by(1000) {
            let leaves = (start..entries.min(start + 1000)).map(leaf).collect();
            log.submit(leaves).unwrap().wait().unwrap();
        }
        let mut bytes = Vec::new();
        let files = Files::open(&original).unwrap();
        for number in 0..FILES {
            let bytes = file(number);
            files
                .put(&sha256(&bytes), bytes.len() as u64, &bytes[..])
                .unwrap();
        }
        let named = |leaf: &Leaf| match *leaf == self::leaf(1) {
            true => (0..FILES).map(|number| sha256(&file(number))).collect(),
            false => Vec::new(),
        };
        let written = archive::write(&log, &files, named, &mut bytes, |_| ()).unwrap();
        assert_eq!((written.entries, written.files), (entries, FILES));
        std::fs::write(folder.path().join("backup"), &bytes).unwrap();
        std::fs::write(
            folder.path().join("published"),
            log.published().note.as_bytes(),
        )
        .unwrap();
        Backup {
            folder,
            bytes,
            entries,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn reader<R: Read>(&self, input: R) -> Result<Reader<R>, ArchiveError> {
        Reader::open(input, signer().verifier())
    }

    /// `gongshi restore` of the file `from` into `data`.
    fn command(&self, from: &str, data: &Path) -> Command {
        let mut command = Command::new(GONGSHI);
        command
            .args(["restore", "--from"])
            .arg(self.path(from))
            .arg("--keys")
            .arg(self.path("keys"))
            .arg("--published")
            .arg(self.path("published"))
            .arg("--data")
            .arg(data);
        command
    }

    /// `gongshi backup` of `data` into the file `out`.
    fn back_up(&self, data: &Path, out: &str) -> std::process::Output {
        let mut command = Command::new(GONGSHI);
        command.args(["backup", "--data"]).arg(data);
        command.arg("--out").arg(self.path(out)).output().unwrap()
    }

    /// The folder holds the whole log, and nothing of it is wrong.
    fn assert_whole(&self, data: &Path) {
        let (log, _) = read_log(data).unwrap();
        assert_eq!(
            log.published().note,
            std::fs::read_to_string(self.path("published")).unwrap()
        );
        let mut wrong = 0;
        let report = fsck(
            &log,
            |_| (),
            |index, found, _| {
                wrong += u64::from(*found != leaf(index));
            },
        );
        assert_eq!(
            (report.entries, report.problems, wrong),
            (self.entries, Vec::new(), 0)
        );
    }
}

fn read_to_end<R: Read>(reader: Result<Reader<R>, ArchiveError>) -> Result<u64, ArchiveError> {
    let mut reader = reader?;
    let mut leaves = 0;
    while reader.next_leaf()?.is_some() {
        leaves += 1;
    }
    while let Some(file) = reader.next_file()? {
        file.skip()?;
    }
    Ok(leaves)
}

/// The folder is marked, says so in words, and opens for nothing.
fn assert_refused(data: &Path) {
    for said in [
        log_file(data).unwrap_err().to_string(),
        read_log(data).err().unwrap().to_string(),
    ] {
        assert!(said.contains("a restore that has not ended"), "{said}");
    }
    assert!(!data.join("log.toml").exists());
}

#[test]
fn a_cut_or_damaged_backup_is_never_believed() {
    let backup = Backup::new(300);
    assert_eq!(read_to_end(backup.reader(&*backup.bytes)).unwrap(), 300);
    let length = backup.bytes.len();
    for cut in (0..length).step_by(length / 300).chain(length - 40..length) {
        let cut_short = read_to_end(backup.reader(&backup.bytes[..cut]));
        assert!(cut_short.is_err(), "cut at {cut} of {length}");
    }
    for at in (0..length).step_by(length / 300) {
        let mut bytes = backup.bytes.clone();
        bytes[at] ^= 1 << (at % 8);
        // A bit that zstd does not use may turn without harm; then what is read must be the same.
        if let Ok(leaves) = read_to_end(backup.reader(&*bytes)) {
            assert_eq!(leaves, 300, "bit {at}");
            let mut reader = backup.reader(&*bytes).unwrap();
            for number in 0..300 {
                assert_eq!(
                    reader.next_leaf().unwrap(),
                    Some((leaf(number), false)),
                    "bit {at}"
                );
            }
        }
    }
    // The command checks before it makes anything.
    std::fs::write(backup.path("cut"), &backup.bytes[..length - 1]).unwrap();
    let data = backup.path("data");
    let refused = backup.command("cut", &data).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(!data.exists());
}

#[test]
fn a_restore_that_fails_midway_is_refused_until_it_is_done_again() {
    let backup = Backup::new(3000);
    let data = backup.path("data");
    let length = backup.bytes.len();
    let cuts = [length / 10, length / 2, length * 9 / 10, length - 1];
    for cut in cuts {
        // The file was whole when it was checked and cannot be read to its end the second time.
        let mut reader = backup.reader(&backup.bytes[..cut]).unwrap();
        let error = restore(&data, &backup.path("keys"), &mut reader, |_| ()).unwrap_err();
        assert!(
            matches!(error, AppError::Archive(_)),
            "cut at {cut}: {error}"
        );
        assert_refused(&data);
        let served = Command::new(GONGSHI)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(&data)
            .output()
            .unwrap();
        assert_eq!(served.status.code(), Some(2), "{served:?}");
        let said = String::from_utf8_lossy(&served.stderr).into_owned();
        assert!(said.contains("gongshi restore"), "{said}");
    }
    let mut reader = backup.reader(&*backup.bytes).unwrap();
    restore(&data, &backup.path("keys"), &mut reader, |_| ()).unwrap();
    assert!(log_file(&data).is_ok());
    backup.assert_whole(&data);
    // What has ended is not emptied.
    let again = backup.command("backup", &data).output().unwrap();
    assert_eq!(again.status.code(), Some(2), "{again:?}");
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(said.contains("not empty"), "{said}");
    backup.assert_whole(&data);
}

/// A death while the mark itself is written leaves half of it under another name, and nothing to empty.
#[test]
fn a_restore_that_died_before_its_mark_is_done_again() {
    let backup = Backup::new(10);
    let data = backup.path("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("restoring.tmp"), b"A rest").unwrap();
    let done = backup.command("backup", &data).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    assert!(!data.join("restoring.tmp").exists());
    backup.assert_whole(&data);
}

#[test]
fn a_killed_restore_is_refused_or_whole() {
    let backup = Backup::new(20_000);
    let data = backup.path("data");
    let mut died = 0;
    for wait in 1..60 {
        let mut child = backup
            .command("backup", &data)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(wait * 15));
        let ended = child.try_wait().unwrap();
        child.kill().unwrap();
        let said = child.wait_with_output().unwrap().stderr;
        if let Some(status) = ended {
            let said = String::from_utf8_lossy(&said);
            assert!(status.success(), "round {wait}: {said}");
            break;
        }
        if data.join("restoring").exists() {
            assert!(log_file(&data).is_err());
            died += 1;
        } else if data.join("log.toml").exists() {
            break;
        }
    }
    assert!(
        died > 0,
        "no restore was killed midway: the test tested nothing"
    );
    if !data.join("log.toml").exists() || data.join("restoring").exists() {
        let done = backup.command("backup", &data).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    }
    backup.assert_whole(&data);
}

/// The one switch that lets an older backup through is said where a person says it, for this once: a variable or a settings
/// file would go on switching off the guard of every later restore.
#[test]
fn only_the_command_line_can_say_that_no_newer_checkpoint_was_published() {
    let backup = Backup::new(10);
    let data = backup.path("data");
    let settings = backup.path("settings.toml");
    std::fs::write(&settings, "no_newer_checkpoint = true\n").unwrap();
    let restore = || {
        let mut command = Command::new(GONGSHI);
        command.args(["restore", "--from"]);
        command.arg(backup.path("backup"));
        command.arg("--keys").arg(backup.path("keys"));
        command.arg("--data").arg(&data);
        command
    };
    for value in ["true", "1", "yes"] {
        let mut by_variable = restore();
        by_variable.env("GONGSHI_NO_NEWER_CHECKPOINT", value);
        let refused = by_variable.output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("--published"), "{said}");
    }
    let by_file = restore().arg("--config").arg(&settings).output().unwrap();
    assert_eq!(by_file.status.code(), Some(2), "{by_file:?}");
    let said = String::from_utf8_lossy(&by_file.stderr).into_owned();
    assert!(said.contains("command line"), "{said}");
    assert!(!data.exists());
    let said = restore().arg("--no-newer-checkpoint").output().unwrap();
    assert!(said.status.success(), "{said:?}");
    backup.assert_whole(&data);
}

#[test]
fn a_backup_is_whole_its_owners_and_never_overwritten() {
    use std::os::unix::fs::PermissionsExt as _;
    let backup = Backup::new(300);
    let data = backup.path("data");
    let done = backup.command("backup", &data).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    // What a backup that was killed has left, readable by all, and another file of nearly that name.
    std::fs::write(backup.path("2026.03.partial"), b"half").unwrap();
    std::fs::write(backup.path("2026.partial"), b"another's").unwrap();
    let mode = |name: &str| {
        let meta = std::fs::metadata(backup.path(name)).unwrap();
        meta.permissions().mode() & 0o777
    };
    assert_ne!(mode("2026.03.partial"), 0o600);
    let made = backup.back_up(&data, "2026.03");
    assert!(made.status.success(), "{made:?}");
    assert_eq!(mode("2026.03"), 0o600);
    assert!(!backup.path("2026.03.partial").exists());
    assert_eq!(
        std::fs::read(backup.path("2026.partial")).unwrap(),
        b"another's"
    );
    let bytes = std::fs::read(backup.path("2026.03")).unwrap();
    assert_eq!(read_to_end(backup.reader(&*bytes)).unwrap(), 300);
    // Neither a file nor a link to nowhere is written over.
    std::os::unix::fs::symlink("nowhere", backup.path("link")).unwrap();
    for out in ["2026.03", "link"] {
        let refused = backup.back_up(&data, out);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("never overwritten"), "{said}");
    }
    assert_eq!(std::fs::read(backup.path("2026.03")).unwrap(), bytes);
    assert!(!backup.path("nowhere").exists());
    assert!(!backup.path("link.partial").exists());
}
