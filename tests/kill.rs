//! `kill -9` of the real server at random moments under load: no acknowledged entry is lost, no two checkpoints that
//! anybody fetched disagree, no record that was withdrawn or has expired comes back, and what was erased is nowhere in the folder.
//! `GONGSHI_KILLS` sets how often (the long form is `.ci/kill`).
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
mod live;
mod raw_search;

use live::endings::{Endings, calmly, end, new_log_with_endings};
use live::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[test]
fn a_killed_server_loses_nothing_and_forks_nothing() {
    let kills: u32 = std::env::var("GONGSHI_KILLS")
        .ok()
        .map_or(6, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let keys = new_log_with_endings(&data);
    let mut observer = Observer::default();
    let mut endings = Endings::default();
    for round in 0..kills {
        let server = Server::start(&data);
        observer.check(&server.url, round);
        endings.check(&server.url, false);
        if round % 10 == 0 {
            observer.take(endings.take(calmly(&server.url, &keys, 2)));
        }
        let stop = AtomicBool::new(false);
        let life = Duration::from_millis(20 + next(1500));
        let batch = 1 + next(200) as usize;
        // Large records, now and then, go another way to the disk.
        let padding = if round % 3 == 0 { 9_000 } else { 0 };
        let url = server.url.clone();
        std::thread::scope(|scope| {
            let loads: Vec<_> = (0..2)
                .map(|_| scope.spawn(|| load(&url, &keys.first, batch, padding, false, &stop)))
                .collect();
            let ender = scope.spawn(|| end(&url, &keys, false, &stop));
            let watcher = scope.spawn(|| watch(&url, &stop));
            std::thread::sleep(life);
            server.kill();
            stop.store(true, Ordering::Relaxed);
            for load in loads {
                observer.take(load.join().unwrap());
            }
            observer.take(endings.take(ender.join().unwrap()));
            observer.heads.extend(watcher.join().unwrap());
        });
    }
    let server = Server::start(&data);
    observer.check(&server.url, kills);
    endings.settle(&server.url);
    server.kill();
    assert_sound(&data);
    let (erased, kept) = endings.traces();
    raw_search::assert_destroyed(&data, &erased, &kept);
    assert!(
        !observer.acknowledged.is_empty(),
        "nothing was acknowledged: the test tested nothing"
    );
    println!(
        "{kills} kills, {} entries acknowledged, {} checkpoints seen; corrected, withdrawn, erased, expired: {:?}",
        observer.acknowledged.len(),
        observer.heads.len(),
        endings.counts()
    );
}
