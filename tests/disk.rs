//! The real server on a disk of its own that fills, or loses its power, with corrections and endings in the load. Run by `.ci/disk-full` and `.ci/power-cut`, which
//! make that disk; both need root.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
mod live;
mod raw_search;

use common::DEPARTMENT;
use live::endings::{Endings, calmly, end, new_log_with_endings};
use live::*;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A folder that a script says in the environment.
fn said(name: &str) -> PathBuf {
    std::env::var_os(name)
        .unwrap_or_else(|| panic!("{name} is not set; run the script in .ci"))
        .into()
}

/// Takes room with a file, at once, until `leave` bytes are free. Another program's file, as far as the server can tell.
fn fill(disk: &Path, leave: u64) {
    let file = File::create(disk.join("other")).unwrap();
    let mut at = 0;
    loop {
        let free = gongshi::store::available_bytes(disk).unwrap();
        let mut part = free.saturating_sub(leave);
        // The file system needs some blocks for itself: take less until it agrees.
        while part >= 4096
            && rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), at, part).is_err()
        {
            part /= 2;
        }
        if part < 4096 {
            return;
        }
        at += part;
    }
}

fn free(disk: &Path) {
    std::fs::remove_file(disk.join("other")).unwrap();
}

#[test]
#[ignore = "needs a small disk of its own: .ci/disk-full"]
fn a_full_disk_refuses_appends_reads_on_and_loses_nothing() {
    let disk = said("GONGSHI_SMALL_DISK");
    let data = disk.join("data");
    let key = new_log(&data);
    let mut observer = Observer::default();
    let agent = agent();
    let mut server = Server::start(&data);

    // Another program's file takes the room below the reserve.
    observer.take(some(&server, &key, 300));
    fill(&disk, 200 << 20);
    let event = sign(&key, "permit", DEPARTMENT, padded_permit("F-1", 0));
    let mut refused = agent
        .post(format!("{}/api/v1/events", server.url))
        .content_type("application/json")
        .send(event.to_json())
        .unwrap();
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    let problem = refused.body_mut().read_to_string().unwrap();
    assert!(problem.contains("bytes are free"), "{problem}");
    let lines = post(&agent, &server.url, std::slice::from_ref(&event));
    assert_eq!(lines[0]["error"]["status"], 503, "{lines:?}");
    observer.check(&server.url, 0);
    free(&disk);
    // The same event, refused before, goes in now.
    let lines = post(&agent, &server.url, std::slice::from_ref(&event));
    assert!(lines[0]["index"].is_u64(), "{lines:?}");

    // The log's own growth fills it.
    let begin = Instant::now();
    loop {
        let events: Vec<_> = (0..200)
            .map(|i| {
                sign(
                    &key,
                    "permit",
                    DEPARTMENT,
                    padded_permit(&format!("G-{i}"), 9_000),
                )
            })
            .collect();
        let answers = post(&agent, &server.url, &events);
        assert_eq!(answers.len(), events.len());
        let mut full = false;
        for (event, answer) in events.iter().zip(&answers) {
            match answer["index"].as_u64() {
                Some(index) => observer.take(vec![(
                    index,
                    gongshi_verify::encoding::base64(&event.signature),
                )]),
                None => {
                    assert_eq!(answer["error"]["status"], 503, "{answer}");
                    full = true;
                }
            }
        }
        if full {
            break;
        }
        assert!(begin.elapsed() < Duration::from_secs(180), "it never fills");
    }
    observer.check(&server.url, 1);

    // To the last byte, again and again, in the middle of batches: the reserve cannot help against this.
    let url = server.url.clone();
    server.signal("-TERM");
    let (status, _) = server.end(Duration::from_secs(60));
    assert!(status.success(), "{url}: {status}");
    std::fs::remove_dir_all(&data).unwrap();
    let keys = new_log_with_endings(&data);
    let key = keys.first.clone();
    let mut observer = Observer::default();
    let mut endings = Endings::default();
    server = Server::start(&data);
    observer.take(endings.take(calmly(&server.url, &keys, 2)));
    let mut restarts = 0;
    for round in 0..30 {
        let stop = AtomicBool::new(false);
        let url = server.url.clone();
        std::thread::scope(|scope| {
            let load = scope.spawn(|| load(&url, &key, 100, 2000, true, &stop));
            let ender = scope.spawn(|| end(&url, &keys, true, &stop));
            std::thread::sleep(Duration::from_millis(50 + next(100)));
            fill(&disk, 0);
            std::thread::sleep(Duration::from_millis(next(100)));
            free(&disk);
            std::thread::sleep(Duration::from_millis(50));
            stop.store(true, Ordering::Relaxed);
            observer.take(load.join().unwrap());
            observer.take(endings.take(ender.join().unwrap()));
        });
        let event = sign(&key, "permit", DEPARTMENT, padded_permit("F-2", 0));
        let line = post(&agent, &server.url, std::slice::from_ref(&event));
        let mut ready = agent.get(format!("{}/readyz", server.url)).call().unwrap();
        let said = ready.body_mut().read_to_string().unwrap();
        // No line at all: the engine waits for ever, and with it everyone who appends.
        let appended = line.first().is_some_and(|line| line["index"].is_u64());
        if appended && ready.status() == 200 {
            observer.check(&server.url, round);
            endings.check(&server.url, false);
            continue;
        }
        // It cannot go on by itself: then it says so, and a restart mends it.
        assert_eq!(ready.status(), 503, "{line:?} but {said}");
        println!("round {round}: {said}");
        let errors = server.kill();
        assert!(!errors.contains("panicked at"), "{errors}");
        server = Server::start(&data);
        observer.check(&server.url, round);
        endings.check(&server.url, false);
        restarts += 1;
    }
    observer.take(some(&server, &key, 100));
    observer.check(&server.url, 30);
    endings.settle(&server.url);
    server.signal("-TERM");
    let (status, errors) = server.end(Duration::from_secs(60));
    assert!(status.success(), "{errors}");
    assert_sound(&data);
    let (erased, kept) = endings.traces();
    raw_search::assert_destroyed(&data, &erased, &kept);
    println!(
        "30 times to the last byte, {restarts} restarts needed, {} entries acknowledged and there; corrected, withdrawn, erased, expired: {:?}",
        observer.acknowledged.len(),
        endings.counts()
    );
}

/// Appends `count` events and gives what was acknowledged, which is all of them.
fn some(
    server: &Server,
    key: &gongshi_verify::keys::SecretKey,
    count: usize,
) -> Vec<(u64, String)> {
    let events: Vec<_> = (0..count)
        .map(|i| {
            sign(
                key,
                "permit",
                DEPARTMENT,
                padded_permit(&format!("S-{i}"), 0),
            )
        })
        .collect();
    let answers = post(&agent(), &server.url, &events);
    assert_eq!(answers.len(), count);
    let taken = events.iter().zip(answers).map(|(event, answer)| {
        let index = answer["index"].as_u64();
        let index = index.unwrap_or_else(|| panic!("{answer}"));
        (index, gongshi_verify::encoding::base64(&event.signature))
    });
    taken.collect()
}

fn run(program: &str, arguments: &[&str]) {
    let done = Command::new(program).args(arguments).output().unwrap();
    assert!(done.status.success(), "{program} {arguments:?}: {done:?}");
}

/// `EXT4_IOC_SHUTDOWN` without a last flush of the journal: from here on nothing reaches the disk, and what was not yet
/// on it is gone.
const CUT: &str = "import fcntl,os,struct,sys\n\
    fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', 2))";

#[test]
#[ignore = "needs root and a disk image: .ci/power-cut"]
fn a_power_cut_loses_nothing_that_was_acknowledged() {
    let image = said("GONGSHI_DISK_IMAGE");
    let mount = said("GONGSHI_MOUNT");
    let (image, disk) = (image.to_str().unwrap(), mount.to_str().unwrap());
    let cuts: u32 = std::env::var("GONGSHI_CUTS").unwrap().parse().unwrap();
    let data = mount.join("data");
    run("mount", &["-o", "loop", image, disk]);
    let keys = new_log_with_endings(&data);
    let mut observer = Observer::default();
    let mut endings = Endings::default();
    for round in 0..cuts {
        let server = Server::start(&data);
        observer.check(&server.url, round);
        endings.check(&server.url, false);
        if round % 10 == 0 {
            observer.take(endings.take(calmly(&server.url, &keys, 2)));
        }
        let stop = AtomicBool::new(false);
        let life = Duration::from_millis(50 + next(1500));
        let batch = 1 + next(200) as usize;
        let padding = if round % 2 == 0 { 9_000 } else { 0 };
        let url = server.url.clone();
        std::thread::scope(|scope| {
            let loads: Vec<_> = (0..2)
                .map(|_| scope.spawn(|| load(&url, &keys.first, batch, padding, true, &stop)))
                .collect();
            let ender = scope.spawn(|| end(&url, &keys, true, &stop));
            let watcher = scope.spawn(|| watch(&url, &stop));
            std::thread::sleep(life);
            run("python3", &["-c", CUT, disk]);
            stop.store(true, Ordering::Relaxed);
            // What it still answers now, it answers without a disk.
            std::thread::sleep(Duration::from_millis(50));
            let said = server.kill();
            assert!(!said.contains("panicked at"), "{said}");
            for load in loads {
                observer.take(load.join().unwrap());
            }
            observer.take(endings.take(ender.join().unwrap()));
            observer.heads.extend(watcher.join().unwrap());
        });
        run("umount", &[disk]);
        run("mount", &["-o", "loop", image, disk]);
        if round % 5 == 0 {
            assert_sound(&data);
        }
    }
    let server = Server::start(&data);
    observer.check(&server.url, cuts);
    endings.settle(&server.url);
    server.kill();
    assert_sound(&data);
    let (erased, kept) = endings.traces();
    raw_search::assert_destroyed(&data, &erased, &kept);
    assert!(!observer.acknowledged.is_empty());
    println!(
        "{cuts} cuts, {} entries acknowledged, {} checkpoints seen; corrected, withdrawn, erased, expired: {:?}",
        observer.acknowledged.len(),
        observer.heads.len(),
        endings.counts()
    );
}
