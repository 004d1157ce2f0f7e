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
use anyhow::Context as _;
use clap::Args;
use gongshi::domain::dates;
use gongshi::ingest::revise::{Found, FoundError, Names, Wording, policy_of};
use gongshi::ingest::{Authority, Client, ClientError, Here, KeyFile, LogState, Vocabulary};
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
        let lang = self.lang.into();
        let policy = match &self.policy {
            None => None,
            Some(path) => {
                let text = desk::read(path)?;
                Some(Policy::parse(&text).with_context(|| path.display().to_string())?)
            }
        };
        let client = self.server.client();
        let said = |error: ClientError| anyhow::Error::msg(error.words(lang));
        let state = client.log().map_err(said)?;
        let policy = match policy {
            Some(policy) => policy,
            None => policy_of(&client).map_err(|error| found_words(error, lang))?,
        };
        Ok(Office {
            listed: client.authorities().map_err(said)?,
            vocabulary: Vocabulary::new(client.codes().map_err(said)?),
            client,
            state,
            policy,
            lang,
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
        listed.with_context(|| format!("the log has no authority {}", key.authority))
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
        let found = Found::fetch(&self.client, &self.policy, index);
        found.map_err(|error| found_words(error, self.lang))
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

fn found_words(error: FoundError, lang: Lang) -> anyhow::Error {
    match error {
        FoundError::Client(error) => anyhow::Error::msg(error.words(lang)),
        FoundError::Beyond(index) => {
            anyhow::Error::msg(said(lang, "fault-beyond", &[("index", index_arg(index))]))
        }
        other => other.into(),
    }
}

/// A day as a flag.
fn day(text: &str) -> Result<String, String> {
    match dates::parse_date(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("expected a day, such as 2026-03-02".to_owned()),
    }
}
