//! `gongshi init`: keys, an empty log, and the operator's own record as entry 0.

use anyhow::Context as _;
use clap::Args;
use gongshi::app::{NewLog, checkpoint_key_path, init, operator_key_path, random32};
use gongshi::domain::Region;
use gongshi::intake::SystemClock;
use gongshi_verify::names::{AuthorityId, Origin};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Make a log in a new or empty folder.
#[derive(Args)]
pub struct Init {
    /// Data folder.
    #[arg(long, env = "GONGSHI_DATA", default_value = "./data")]
    data: PathBuf,
    /// Origin: the log's name for ever, usually its public address without scheme (example.gov.cn/log).
    #[arg(long, env = "GONGSHI_ORIGIN")]
    origin: String,
    /// The operator's identifier, such as 610323-XXZX.
    #[arg(long, env = "GONGSHI_OPERATOR")]
    operator: String,
    /// The operator's name as people know it.
    #[arg(long, env = "GONGSHI_NAME")]
    name: String,
    /// The operator's region, six digits (GB/T 2260); 100000 for the nation.
    #[arg(long, env = "GONGSHI_REGION")]
    region: String,
}

impl Init {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        Region::parse(&self.region).context("--region")?;
        let new = NewLog {
            origin: Origin::parse(&self.origin).context("--origin")?,
            operator: AuthorityId::parse(&self.operator).context("--operator")?,
            name: self.name,
            region: self.region,
            kinds: Vec::new(),
            random: random32,
        };
        init(&self.data, &new, Arc::new(SystemClock))?;
        println!("Made the log {} in {}.", self.origin, self.data.display());
        println!(
            "Checkpoint key: {}",
            checkpoint_key_path(&self.data).display()
        );
        println!(
            "Operator's event key: {}",
            operator_key_path(&self.data).display()
        );
        println!(
            "Keep both offline as well: without them the log cannot go on, and who has them can sign for you."
        );
        Ok(ExitCode::SUCCESS)
    }
}
