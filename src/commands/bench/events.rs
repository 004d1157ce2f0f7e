//! Signed events through `POST /api/v1/events` as NDJSON: a real server on loopback, a real client beside it.

use super::department::Department;
use super::peak_memory;
use anyhow::{Context as _, ensure};
use clap::Args;
use gongshi::intake::SystemClock;
use gongshi_verify::json;
use rayon::prelude::*;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Sign events beforehand, post them, and wait for each line's receipt.
#[derive(Args)]
pub struct Events {
    /// Number of events.
    #[arg(long, default_value_t = 100_000)]
    events: usize,
    /// Clients at once.
    #[arg(long, default_value_t = 2)]
    clients: usize,
    /// Events in one request.
    #[arg(long, default_value_t = 5000)]
    request: usize,
    /// Ask for the index alone instead of the proof of each event.
    #[arg(long)]
    minimal: bool,
}

impl Events {
    pub fn run(self, folder: &Path) -> anyhow::Result<()> {
        let data = folder.join("data");
        let kinds = ["inspection_result"];
        let department = Department::new(&data, Arc::new(SystemClock), &kinds)?;
        let lines = sign(&department, self.events)?;

        let (sender, receiver) = std::sync::mpsc::channel();
        let portal = department.app.portal.clone();
        std::thread::spawn(move || {
            gongshi::web::serve(portal, "127.0.0.1:0", |address| {
                sender.send(address).unwrap_or_default()
            })
        });
        let address = receiver.recv().context("the server did not start")?;
        let url = format!("http://{address}/api/v1/events");
        let begin = Instant::now();
        let share = lines.len().div_ceil(self.clients);
        let answered: usize = std::thread::scope(|scope| {
            let clients = lines.chunks(share).map(|share| {
                let url = &url;
                scope.spawn(move || {
                    share
                        .chunks(self.request)
                        .map(|lines| post(url, lines, self.minimal))
                        .sum::<anyhow::Result<usize>>()
                })
            });
            let posts: Vec<_> = clients.collect();
            posts
                .into_iter()
                .map(|post| post.join().expect("a client thread"))
                .sum::<anyhow::Result<usize>>()
        })?;
        let seconds = begin.elapsed().as_secs_f64();
        ensure!(
            answered == lines.len(),
            "{answered} of {} events were accepted",
            lines.len()
        );
        println!(
            "{answered} signed events in {seconds:.1} s: {:.0}/s, each answered with its {}",
            answered as f64 / seconds,
            if self.minimal { "index" } else { "proof" },
        );
        println!("peak memory {} MB", peak_memory().unwrap_or_default());
        Ok(())
    }
}

fn post(url: &str, lines: &[String], minimal: bool) -> anyhow::Result<usize> {
    let body = lines.concat();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(None)
        .build()
        .into();
    let mut request = agent.post(url).content_type("application/x-ndjson");
    if minimal {
        request = request.header("Prefer", "return=minimal");
    }
    let answer = request.send(body.as_bytes())?;
    let mut accepted = 0;
    for line in BufReader::new(answer.into_body().into_reader()).lines() {
        accepted += usize::from(line?.starts_with("{\"index\""));
    }
    Ok(accepted)
}

fn sign(department: &Department, count: usize) -> anyhow::Result<Vec<String>> {
    (0..count)
        .into_par_iter()
        .map(|number| {
            let body = json::parse(format!(
                r#"{{"subject_uscc":"91000000MA00000900","subject_name":"示例县第{number}食品店","region":"000000",
                "draw_basis":"complaint","origin_reason":"投诉举报","method":"on_site","inspected_on":"2026-03-02",
                "outcome":["no_problem_found"],"officer_count":2}}"#
            ))?;
            Ok(department.sign("inspection_result", None, body)?.to_json() + "\n")
        })
        .collect()
}
