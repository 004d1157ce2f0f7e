//! What a department does to its published records: `gongshi withdraw`, `erase`, `approve`, `correct`, `keep`.

mod approve;
mod correct;
mod end;
mod keep;
mod send;

pub use approve::Approve;
pub use correct::Correct;
pub use end::{Erase, Withdraw};
pub use keep::Keep;

use super::desk;
use super::remote::{self, Language, Server};
use super::words::{While as _, file};
use clap::Args;
use gongshi::domain::dates;
use gongshi::ingest::revise::{Found, Names, SignersError, Wording, policy_of};
use gongshi::ingest::{Authority, Client, Here, KeyFile, LogState, Vocabulary};
use gongshi::text::{Arg, Catalogue, Lang};
use gongshi_verify::names::AuthorityId;
use gongshi_verify::policy::Policy;
use gongshi_verify::time::Timestamp;
use std::path::PathBuf;

/// The log, and what is believed of it.
#[derive(Args)]
struct Log {
    #[command(flatten)]
    server: Server,
    /// Policy file that names the log's key [default: as the server gives it].
    #[arg(long)]
    policy: Option<PathBuf>,
    /// Language of messages.
    #[arg(long, env = "GONGSHI_LANG", default_value = "zh")]
    lang: Language,
}

/// A department connected to a log whose proofs it checks.
struct Office {
    client: Client,
    state: LogState,
    policy: Policy,
    listed: Vec<Authority>,
    vocabulary: Vocabulary,
    lang: Lang,
}

impl Log {
    fn open(&self) -> anyhow::Result<Office> {
        let policy = match &self.policy {
            None => None,
            Some(path) => {
                let text = desk::read(path)?;
                let read = Policy::parse(&text);
                Some(read.told("error-policy", vec![("file", file(path))])?)
            }
        };
        let client = self.server.client();
        let state = client.log()?;
        let policy = match policy {
            Some(policy) => policy,
            None => policy_of(&client)?,
        };
        Ok(Office {
            listed: client.authorities()?,
            vocabulary: Vocabulary::new(client.codes()?),
            client,
            state,
            policy,
            lang: self.lang.into(),
        })
    }
}

impl Office {
    fn now(&self) -> Timestamp {
        remote::clock(&self.state).now()
    }

    /// Today in China, as records write it.
    fn today(&self) -> String {
        dates::day_in_china(self.now().unix()).to_string()
    }

    fn authority(&self, id: &AuthorityId) -> Option<&Authority> {
        self.listed.iter().find(|one| one.id == id.as_str())
    }

    /// The authority of a key, which the log has to know.
    fn own(&self, key: &KeyFile) -> anyhow::Result<&Authority> {
        let listed = self.authority(&key.authority);
        Ok(listed.ok_or_else(|| SignersError::Unknown(key.authority.clone()))?)
    }

    /// In which words records of an authority are told.
    fn wording(&self, authority: &AuthorityId) -> Wording<'_> {
        let today = dates::day_in_china(self.now().unix());
        Wording {
            lang: self.lang,
            vocabulary: &self.vocabulary,
            here: Here::at(authority, today),
        }
    }

    fn names(&self) -> Names {
        Names::of(&self.listed)
    }

    fn find(&self, index: u64) -> anyhow::Result<Found> {
        Ok(Found::fetch(&self.client, &self.policy, index)?)
    }

    fn said(&self, key: &str, args: &[(&str, Arg)]) -> String {
        said(self.lang, key, args)
    }

    /// Says it on standard error.
    fn say(&self, key: &str, args: &[(&str, Arg)]) {
        eprintln!("{}", self.said(key, args));
    }
}

fn said(lang: Lang, key: &str, args: &[(&str, Arg)]) -> String {
    Catalogue::built_in().get(lang, &format!("desk-{key}"), args)
}

/// Without thousands separators: an index is no quantity.
fn index_arg(index: u64) -> Arg {
    Arg::Text(index.to_string())
}

fn count_arg(count: usize) -> Arg {
    Arg::Number(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A day as a flag.
fn day(text: &str) -> Result<String, String> {
    match dates::parse_date(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("expected a day, such as 2026-03-02".to_owned()),
    }
}
