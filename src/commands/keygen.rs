//! `gongshi keygen`: an authority's event key, made and kept where it will be used.

use super::out;
use super::remote::Language;
use super::words::{While as _, in_words};
use clap::Args;
use gongshi::app::random32;
use gongshi::ingest::{KeyFile, KeyRequest};
use gongshi::text::Catalogue;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, Origin};
use std::path::PathBuf;
use std::process::ExitCode;

/// Make a key for an authority, and the request to have it registered.
///
/// Prints the request: hand it to the operator of the log. The key file stays on this machine.
#[derive(Args)]
pub struct Keygen {
    /// The authority's identifier, such as 610323-SCJG.
    #[arg(long, env = "GONGSHI_AUTHORITY")]
    authority: String,
    /// Origin of the log the key is for.
    #[arg(long, env = "GONGSHI_ORIGIN")]
    origin: String,
    /// Where to write the key; an existing file is never overwritten.
    #[arg(long)]
    out: PathBuf,
    /// Also write the request to this file.
    #[arg(long)]
    request: Option<PathBuf>,
    /// Language of messages.
    #[arg(long, env = "GONGSHI_LANG", default_value = "zh")]
    lang: Language,
}

impl Keygen {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        in_words(self.lang.into(), self.make())
    }

    fn make(&self) -> anyhow::Result<ExitCode> {
        let flag = |flag: &str| vec![("flag", flag.into())];
        let origin = Origin::parse(&self.origin).told("error-flag", flag("--origin"))?;
        let authority = AuthorityId::parse(&self.authority);
        let file = KeyFile {
            authority: authority.told("error-flag", flag("--authority"))?,
            key: SecretKey::from_seed(&random32()),
        };
        file.write(&self.out)?;
        let request = KeyRequest::for_key(&file, &origin).to_json();
        if let Some(path) = &self.request {
            std::fs::write(path, format!("{request}\n")).writing(path)?;
        }
        out::line(format_args!("{request}"))?;
        let args = [
            ("file", self.out.display().to_string().into()),
            ("key", file.key.public().to_base64().into()),
        ];
        let made = Catalogue::built_in().get(self.lang.into(), "key-made", &args);
        // The request alone is on standard output.
        eprintln!("{made}");
        Ok(ExitCode::SUCCESS)
    }
}
