//! `gongshi demo`: an invented county to look at.

use clap::Args;
use gongshi::app::Tuning;
use gongshi::demo::{Progress, Scale, open, open_beacon};
use gongshi::web::limits::Limits;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// Fill an empty folder with a synthetic county's year, on a simulated clock, and serve it.
///
/// Started again on its own folder it serves it; any other folder that is not empty is refused.
#[derive(Args)]
pub struct Demo {
    /// Data folder: new, empty, or filled by an earlier demonstration.
    #[arg(long, env = "GONGSHI_DATA", default_value = "./data")]
    data: PathBuf,
    /// Address to listen on.
    #[arg(long, env = "GONGSHI_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Instead, serve a tiny log on the eve of round 1000 of the beacon drand: hand the round in, and a plan is drawn by it.
    /// Its folder is the data folder with `-beacon` at the end of its name.
    #[arg(long)]
    beacon: bool,
    #[command(flatten)]
    rules: super::rules::Folder,
}

/// The address that links begin with: the one to listen on, where it is one.
fn address(listen: &str) -> Option<String> {
    let anywhere = listen.starts_with("0.0.0.0") || listen.starts_with("[::]");
    let chosen = listen.ends_with(":0");
    let url = gongshi::web::links::public_url(&format!("http://{listen}"));
    url.filter(|_| !anywhere && !chosen)
}

impl Demo {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        super::serve::ensure_free(&self.listen)?;
        let tuning = Tuning {
            rules: self.rules.load()?,
            public_url: address(&self.listen),
            ..Tuning::default()
        };
        if self.beacon {
            let mut name = self.data.into_os_string();
            name.push("-beacon");
            let app = open_beacon(&PathBuf::from(name), &tuning)?;
            eprintln!(
                "A plan waits for round 1000 of the beacon, which is due in a minute or two of this log's clock."
            );
            return super::serve::serve(app, &self.listen, Limits::default());
        }
        let started = Instant::now();
        let mut last: Option<Progress> = None;
        let tell = &mut |now: Progress| {
            let month = |progress: &Progress| progress.time.to_string()[..7].to_owned();
            match last {
                None => eprintln!(
                    "Inventing a county's year, all of it synthetic: {} records.",
                    now.total
                ),
                Some(before) if month(&before) != month(&now) || now.done == now.total => {
                    let told = if now.done == now.total { now } else { before };
                    eprintln!(
                        "  {}  {:>6} of {}  {:>5.1} s",
                        month(&told),
                        told.done,
                        told.total,
                        started.elapsed().as_secs_f64()
                    );
                }
                Some(_) => {}
            }
            last = Some(now);
        };
        let app = open(&self.data, Scale::FULL, &tuning, tell)?;
        eprintln!(
            "{} entries are ready after {:.1} s; search catches up while pages are served.",
            app.portal.log.published().size(),
            started.elapsed().as_secs_f64()
        );
        super::serve::serve(app, &self.listen, Limits::default())
    }
}
