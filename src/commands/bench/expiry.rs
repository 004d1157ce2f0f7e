//! Displays that all fall due at once: ended through intake like any others, while the portal is asked for pages; then what search, withdrawals and
//! erasures take in such a log.

use super::penalties::Penalties;
use super::{disk_usage, peak_memory};
use anyhow::{Context as _, ensure};
use clap::Args;
use gongshi_verify::time::Timestamp;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// End displays that fall due at once and ask for pages meanwhile; then withdraw and erase.
#[derive(Args)]
pub struct Expiry {
    /// Records that fall due.
    #[arg(long, default_value_t = 100_000)]
    records: usize,
    /// Records that stay, under which they stand.
    #[arg(long, default_value_t = 20_000)]
    stay: usize,
    /// Withdrawals that are timed.
    #[arg(long, default_value_t = 20)]
    withdrawals: usize,
    /// Erasures that are timed.
    #[arg(long, default_value_t = 3)]
    erasures: usize,
}

/// By the rules that come with the program, minor penalties of the day are over then.
const OVER: &str = "2026-06-02T16:00:00Z";
/// Entries before the first penalty: the operator, the department, its second key.
const BEFORE: usize = 3;
/// Between two pages that one reader asks for.
const PAUSE: Duration = Duration::from_millis(5);
/// Searches that are timed.
const SEARCHES: usize = 200;

impl Expiry {
    pub fn run(self, folder: &Path) -> anyhow::Result<()> {
        let fewest = 1 + self.withdrawals + self.erasures;
        ensure!(self.stay >= fewest, "--stay: at least {fewest}");
        ensure!(self.records > 0, "--records: at least 1");
        let data = folder.join("data");
        let bench = Penalties::new(&data)?;
        bench.publish(0, self.stay, "general")?;
        bench.publish(self.stay, self.records, "minor")?;
        bench.settle()?;
        println!("{} records that stay, {} due", self.stay, self.records);
        tell_memory();
        bench.clock.advance_to(Timestamp::parse(OVER)?);
        let (sender, receiver) = std::sync::mpsc::channel();
        let portal = bench.app().portal.clone();
        std::thread::spawn(move || {
            gongshi::web::serve(portal, "127.0.0.1:0", |address| {
                sender.send(address).unwrap_or_default()
            })
        });
        let address = receiver.recv().context("the server did not start")?;
        let reader = Reader::new(format!("http://{address}"));
        let due = BEFORE + self.stay;
        reader.search("before")?;
        self.end(&bench, &reader, due)?;
        tell_memory();
        reader.search("afterwards")?;
        let (first, erased) = (BEFORE + 1, BEFORE + 1 + self.withdrawals);
        for (kind, targets) in [
            ("withdrawal", first..erased),
            ("erasure", erased..erased + self.erasures),
        ] {
            let mut times = Times::default();
            for target in targets {
                let event = bench.end(kind, target as u64)?.to_json();
                times.take(|| reader.post(&event))?;
                let gone = reader.get(&format!("/record/{target}"))?;
                ensure!(gone == 410, "record {target} is answered with {gone}");
            }
            times.tell(&format!("{kind}, answered once it is nowhere"));
        }
        tell_memory();
        println!("the folder has {} MB", disk_usage(&data) >> 20);
        Ok(())
    }

    /// Ends what is due, under the eyes of readers.
    fn end(&self, bench: &Penalties, reader: &Reader, due: usize) -> anyhow::Result<()> {
        let newest = due + self.records - 1;
        let paths = [
            "/".to_owned(),
            "/list/penalty".to_owned(),
            format!("/record/{BEFORE}"),
            format!("/record/{newest}"),
            "/search?q=%E6%98%8E%E7%A0%81%E6%A0%87%E4%BB%B7".to_owned(),
            format!("/api/v1/records/{due}"),
        ];
        let done = AtomicBool::new(false);
        let begin = Instant::now();
        let (ended, times) = std::thread::scope(|scope| {
            let asked = scope.spawn(|| reader.ask_until(&paths, &done));
            let ended = bench.app().end_displays();
            let logged = begin.elapsed();
            let settled = bench.settle().map(|()| begin.elapsed());
            done.store(true, Ordering::Relaxed);
            let times = asked.join().expect("a reader's thread");
            anyhow::Ok(((ended, logged, settled?), times?))
        })?;
        let (ended, logged, settled) = ended;
        ensure!(
            ended.ended == self.records && ended.failed == 0,
            "{ended:?} of {}",
            self.records
        );
        println!(
            "{} displays ended in {:.1} s; lists and search without them after {:.1} s",
            ended.ended,
            logged.as_secs_f64(),
            settled.as_secs_f64()
        );
        for (path, times) in paths.iter().zip(times) {
            times.tell(&format!("meanwhile {path}"));
        }
        Ok(())
    }
}

fn tell_memory() {
    let peak = peak_memory().unwrap_or_default();
    println!("peak memory of client and server so far {peak} MB");
}

/// How long the same thing took again and again.
#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    fn take<T>(&mut self, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
        let begin = Instant::now();
        let value = work()?;
        self.0.push(begin.elapsed());
        Ok(value)
    }

    fn tell(mut self, what: &str) {
        self.0.sort_unstable();
        let count = self.0.len();
        let at = |share: usize| {
            let place = (count * share / 100).min(count.saturating_sub(1));
            self.0.get(place).map_or(0.0, Duration::as_secs_f64) * 1e3
        };
        println!(
            "{what}: median {:.1} ms, 99 % {:.1} ms, longest {:.1} ms of {count}",
            at(50),
            at(99),
            at(100)
        );
    }
}

/// A reader of pages.
struct Reader {
    url: String,
    agent: ureq::Agent,
}

impl Reader {
    fn new(url: String) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(120)))
            .http_status_as_error(false);
        Reader {
            url,
            agent: config.build().into(),
        }
    }

    /// The status of a page that was read whole; one of a fault of the server's is an error.
    fn get(&self, path: &str) -> anyhow::Result<u16> {
        let mut answer = self.agent.get(format!("{}{path}", self.url)).call()?;
        let status = answer.status().as_u16();
        answer.body_mut().read_to_vec()?;
        ensure!(status < 500, "{path} is answered with {status}");
        Ok(status)
    }

    fn post(&self, event: &str) -> anyhow::Result<()> {
        let request = self.agent.post(format!("{}/api/v1/events", self.url));
        let mut answer = request.content_type("application/json").send(event)?;
        let text = answer.body_mut().read_to_string()?;
        ensure!(answer.status().is_success(), "refused: {text}");
        ensure!(!text.contains("\"unfinished\""), "unfinished: {text}");
        Ok(())
    }

    fn ask_until(&self, paths: &[String], done: &AtomicBool) -> anyhow::Result<Vec<Times>> {
        let mut times: Vec<Times> = paths.iter().map(|_| Times::default()).collect();
        while !done.load(Ordering::Relaxed) {
            for (path, times) in paths.iter().zip(&mut times) {
                times.take(|| self.get(path))?;
                std::thread::sleep(PAUSE);
            }
        }
        Ok(times)
    }

    /// Searches for words that all records have, for a name, and for a code.
    fn search(&self, when: &str) -> anyhow::Result<()> {
        for (what, words) in [
            (
                "words that all have",
                "%E6%98%8E%E7%A0%81%E6%A0%87%E4%BB%B7",
            ),
            ("a name", "%E7%A4%BA%E4%BE%8B%E5%BA%977"),
            ("a number", "%E7%A4%BA%E7%BD%9A17%E5%8F%B7"),
        ] {
            let mut times = Times::default();
            for _ in 0..SEARCHES {
                times.take(|| self.get(&format!("/search?q={words}")))?;
            }
            times.tell(&format!("search {when}, {what}"));
        }
        Ok(())
    }
}
