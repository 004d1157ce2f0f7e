//! `gongshi serve`: the portal over a data folder.

use anyhow::{Context as _, ensure};
use clap::Args;
use gongshi::app::{App, Draws, SearchEngine, Tuning};
use gongshi::intake::{Clock as _, LogClock, SystemClock};
use gongshi::log::Batching;
use gongshi::search::TantivyOptions;
use gongshi::web::{self, limits::KEPT_PAGES_MIB, limits::SEARCHES};
use gongshi_verify::entry::MAX_AHEAD_SECONDS;
use gongshi_verify::time::Timestamp;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Serve the portal.
#[derive(Args)]
pub struct Serve {
    /// Data folder.
    #[arg(long, env = "GONGSHI_DATA", default_value = "./data")]
    data: PathBuf,
    /// Address to listen on. Put a TLS proxy before anything but loopback.
    #[arg(long, env = "GONGSHI_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    /// A file outside the data folder, on another disk, where the newest published checkpoint is kept as well. It is
    /// compared at start: an older copy of the data folder is refused.
    #[arg(long, env = "GONGSHI_PUBLISHED_CHECKPOINT")]
    published_checkpoint: Option<PathBuf>,
    /// A time, such as 2026-03-02T08:00:00Z, at which the system's clock was compared with another one: asked for where it
    /// is more than 7 days ahead of the newest entry, since the log's time never goes back.
    #[arg(long, env = "GONGSHI_CLOCK_CHECKED", value_parser = time)]
    clock_checked: Option<Timestamp>,
    /// Relays of the beacon drand, asked in turn for the rounds that plans wait for. An empty one, --drand-relay "", asks
    /// none: rounds are then handed in, by anybody.
    #[arg(long, env = "GONGSHI_DRAND_RELAY", value_delimiter = ',', default_values_t = RELAYS.map(str::to_owned))]
    drand_relay: Vec<String>,
    /// The address at which readers reach the portal, such as https://gs.example.gov.cn: it stands in the codes of receipts and in feeds. Without
    /// it, that is the Host for which each reader asked.
    #[arg(long, env = "GONGSHI_PUBLIC_URL", value_parser = public_url)]
    public_url: Option<String>,
    #[command(flatten)]
    rules: super::rules::Folder,
    #[command(flatten)]
    server: super::search::Server,
    #[command(flatten)]
    tuning: Limits,
}

/// The beacon's own relays.
const RELAYS: [&str; 2] = ["https://api.drand.sh", "https://drand.cloudflare.com"];

/// How the log batches, and what the search index may use. The defaults suit a machine of two cores.
#[derive(Args)]
#[command(next_help_heading = "Tuning")]
struct Limits {
    /// A batch is appended when it has this many entries…
    #[arg(long, default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    batch_entries: u32,
    /// …or so many MiB…
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1024))]
    batch_mib: u32,
    /// …or when its first entry has waited so many milliseconds.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    batch_delay_ms: u32,
    /// Events are refused for the moment (429) while this many entries wait…
    #[arg(long, default_value_t = 65_536, value_parser = clap::value_parser!(u32).range(1..=1 << 24))]
    queue_entries: u32,
    /// …or so many MiB.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    queue_mib: u32,
    /// Appends stop (503), and so do files (507), while less than so many MiB of the disk are free.
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=1 << 30))]
    reserve_mib: u32,
    /// Files are refused for the moment (507) while those that no record names yet come to this many MiB; they are removed
    /// after 24 hours.
    #[arg(long, default_value_t = 2048, value_parser = clap::value_parser!(u32).range(1..=1 << 30))]
    unreferenced_mib: u32,
    /// Threads that index for search.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    search_threads: u16,
    /// Memory for indexing, in MiB; at least 15 for each thread.
    #[arg(long, default_value_t = 76, value_parser = clap::value_parser!(u32).range(15..=65_536))]
    search_mib: u32,
    /// Searches in work at once; one more is answered 503.
    #[arg(long, default_value_t = SEARCHES as u32, value_parser = clap::value_parser!(u32).range(1..=4096))]
    searches: u32,
    /// Memory for pages of enterprises that are kept as they were made, in MiB; with 0 each is made anew.
    #[arg(long, default_value_t = KEPT_PAGES_MIB, value_parser = clap::value_parser!(u32).range(0..=65_536))]
    kept_pages_mib: u32,
}

impl Limits {
    fn tuning(self, published_checkpoint: Option<PathBuf>) -> anyhow::Result<Tuning> {
        let least = 15 * u32::from(self.search_threads);
        ensure!(
            self.search_mib >= least,
            "--search-mib is {}; expected at least {least} for {} --search-threads",
            self.search_mib,
            self.search_threads
        );
        Ok(Tuning {
            batching: Batching {
                leaves: self.batch_entries as usize,
                bytes: (self.batch_mib as usize) << 20,
                delay: Duration::from_millis(self.batch_delay_ms.into()),
                queue_leaves: self.queue_entries as usize,
                queue_bytes: (self.queue_mib as usize) << 20,
                reserve_bytes: u64::from(self.reserve_mib) << 20,
            },
            published_checkpoint,
            unreferenced_bytes: u64::from(self.unreferenced_mib) << 20,
            search: SearchEngine::Embedded(TantivyOptions {
                writer_threads: self.search_threads.into(),
                writer_heap: (self.search_mib as usize) << 20,
                ..TantivyOptions::default()
            }),
            draws: Draws::ByHand,
            ..Tuning::default()
        })
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).map_err(|_| "expected a time such as 2026-03-02T08:00:00Z".to_owned())
}

fn public_url(text: &str) -> Result<String, String> {
    web::links::public_url(text).ok_or_else(|| {
        "expected http:// or https:// with a host and no path, such as https://gs.example.gov.cn"
            .to_owned()
    })
}

impl Serve {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        ensure_free(&self.listen)?;
        let limits = web::limits::Limits {
            searches: self.tuning.searches as usize,
            kept_pages: (self.tuning.kept_pages_mib as usize) << 20,
            ..web::limits::Limits::default()
        };
        let mut tuning = self.tuning.tuning(self.published_checkpoint)?;
        if let Some(server) = self.server.options()? {
            tuning.search = SearchEngine::Server(server);
        }
        let mut relays = self.drand_relay;
        relays.retain(|relay| !relay.trim().is_empty());
        tuning.draws = Draws::Run { relays };
        tuning.rules = self.rules.load()?;
        tuning.expire = true;
        tuning.public_url = self.public_url;
        if let Some(checked) = self.clock_checked {
            let latest = SystemClock.now().unix() + MAX_AHEAD_SECONDS;
            ensure!(
                checked.unix() <= latest,
                "--clock-checked is {checked}, which is still to come; expected a time at which the clock was looked at"
            );
        }
        let clock = Arc::new(LogClock::new(self.clock_checked));
        let app = App::open(&self.data, clock, &tuning)?;
        if let Some(reason) = app.portal.intake.failure() {
            eprintln!("No event will be accepted: {reason}.");
        }
        serve(app, &self.listen, limits)
    }
}

/// Tells whether the address can be listened on, before anything is made or opened that takes long. Should another
/// process take it meanwhile, [`serve`] says so.
pub fn ensure_free(listen: &str) -> anyhow::Result<()> {
    TcpListener::bind(listen)
        .map(drop)
        .with_context(|| cannot_serve(listen))
}

fn cannot_serve(listen: &str) -> String {
    format!("cannot serve at {listen}; expected a free address and port, such as 127.0.0.1:8080")
}

/// Serves until SIGTERM or SIGINT, then drains: what was taken is appended and answered.
pub fn serve(app: App, listen: &str, limits: web::limits::Limits) -> anyhow::Result<ExitCode> {
    let portal = app.portal.clone();
    web::serve_within(portal, listen, limits, |address| {
        println!("Gongshi is at http://{address}/")
    })
    .with_context(|| cannot_serve(listen))?;
    app.close();
    Ok(ExitCode::SUCCESS)
}
