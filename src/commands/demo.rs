//! `gongshi demo`: an invented county to look at.

use clap::Args;
use gongshi::app::Tuning;
use gongshi::demo::{Progress, Scale, open};
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
}

impl Demo {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let started = Instant::now();
        let mut month = String::new();
        let app = open(
            &self.data,
            Scale::FULL,
            &Tuning::default(),
            &mut |p: Progress| {
                let now = p.time.to_string()[..7].to_owned();
                if now == month && p.done < p.total {
                    return;
                }
                if month.is_empty() {
                    eprintln!("Inventing a county (all synthetic), {} records:", p.total);
                }
                month = now;
                eprintln!(
                    "  {month}  {:>6} of {} records, {:.1} s",
                    p.done,
                    p.total,
                    started.elapsed().as_secs_f64()
                );
            },
        )?;
        eprintln!(
            "{} entries are ready after {:.1} s; search catches up while pages are served.",
            app.portal.log.published().size(),
            started.elapsed().as_secs_f64()
        );
        super::serve::serve(app, &self.listen)
    }
}
