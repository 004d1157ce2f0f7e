//! `gongshi serve`: the portal over a data folder.

use anyhow::Context as _;
use clap::Args;
use gongshi::app::{App, Tuning};
use gongshi::intake::SystemClock;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

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
}

impl Serve {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let tuning = Tuning {
            published_checkpoint: self.published_checkpoint,
            ..Tuning::default()
        };
        let app = App::open(&self.data, Arc::new(SystemClock), &tuning)?;
        serve(app, &self.listen)
    }
}

/// Serves until SIGTERM or SIGINT, then drains: what was taken is appended and answered.
pub fn serve(app: App, listen: &str) -> anyhow::Result<ExitCode> {
    let portal = app.portal.clone();
    gongshi::web::serve(portal, listen, |address| {
        println!("Gongshi is at http://{address}/")
    })
    .with_context(|| {
        format!("cannot serve at {listen}; expected an address and a port, such as 127.0.0.1:8080")
    })?;
    app.close();
    Ok(ExitCode::SUCCESS)
}
