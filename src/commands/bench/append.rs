//! Durable appends of opaque entries inside the process: hashing, tiles, blocks, two syncs and a signature a batch.

use super::{disk_usage, peak_memory};
use anyhow::Context as _;
use clap::Args;
use gongshi::log::{Leaf, Log, LogConfig};
use gongshi::store::{DataFolder, SledStorage};
use gongshi_verify::names::Origin;
use gongshi_verify::note::{KeyKind, SignerKey};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Append random entries and wait until each is under a published checkpoint.
#[derive(Args)]
pub struct Append {
    /// Number of entries.
    #[arg(long, default_value_t = 1_000_000)]
    entries: u64,
    /// Bytes of each, random and so incompressible.
    #[arg(long, default_value_t = 500)]
    size: usize,
    /// Entries in one submission.
    #[arg(long, default_value_t = 256)]
    submission: usize,
    /// Submissions waiting at once.
    #[arg(long, default_value_t = 64)]
    waiting: usize,
}

impl Append {
    pub fn run(self, folder: &Path) -> anyhow::Result<()> {
        let origin = Origin::parse("bench.example/log")?;
        let signer = SignerKey::from_seed(origin.as_str(), KeyKind::Ed25519, &[1; 32])?;
        let storage = Arc::new(SledStorage::new(folder));
        let log = Log::create(
            DataFolder::lock(folder)?,
            storage,
            LogConfig::new(origin, signer, gongshi::app::random32),
        )?;
        println!("entries  entries/s  (each tenth of the run)");
        let mut waiting = VecDeque::new();
        let mut sent = 0;
        let begin = Instant::now();
        let mut tenth = (0, Instant::now());
        while sent < self.entries {
            let count = (self.entries - sent).min(self.submission as u64);
            let mut random = vec![0; count as usize * self.size];
            getrandom::fill(&mut random).context("random bytes")?;
            let leaves = random.chunks(self.size).map(|entry| Leaf {
                entry: entry.to_vec(),
                record: None,
            });
            waiting.push_back(log.submit(leaves.collect())?);
            sent += count;
            if waiting.len() >= self.waiting {
                waiting
                    .pop_front()
                    .map(|first| first.wait())
                    .transpose()
                    .map_err(anyhow::Error::msg)?;
            }
            if sent - tenth.0 >= self.entries / 10 {
                println!(
                    "{sent:>9} {:>9.0}",
                    (sent - tenth.0) as f64 / tenth.1.elapsed().as_secs_f64()
                );
                tenth = (sent, Instant::now());
            }
        }
        for submission in waiting {
            submission.wait().map_err(anyhow::Error::msg)?;
        }
        let seconds = begin.elapsed().as_secs_f64();
        println!(
            "{sent} entries of {} bytes in {seconds:.1} s: {:.0}/s durable",
            self.size,
            sent as f64 / seconds
        );
        drop(log);
        let bytes = sent as f64 * self.size as f64;
        println!(
            "disk {:.2} times the entries' bytes",
            disk_usage(folder) as f64 / bytes
        );
        println!("peak memory {} MB", peak_memory().unwrap_or_default());
        Ok(())
    }
}
