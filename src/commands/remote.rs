//! What the commands that talk to a server share: its address, the key, the language, and one event sent.

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use gongshi::app::random32;
use gongshi::domain::Kind;
use gongshi::ingest::{Answer, Client, ClientError, KeyFile, LogState, Patience, Refused, deliver};
use gongshi::intake::{Clock, Event, SimulatedClock, SystemClock};
use gongshi::text::Lang;
use gongshi_verify::json::Value;
use gongshi_verify::names::KindName;
use gongshi_verify::record::Record;
use std::time::Duration;

/// The server to talk to.
#[derive(Args)]
pub struct Server {
    /// Address of the server [default: http://127.0.0.1:8080].
    #[arg(long, env = "GONGSHI_SERVER")]
    server: Option<String>,
}

/// The server on the same machine, where no other is named.
const OWN_SERVER: &str = "http://127.0.0.1:8080";

impl Server {
    pub fn client(&self) -> Client {
        Client::new(self.server.as_deref().unwrap_or(OWN_SERVER))
    }

    /// Whether one is named, so that it is meant to be asked.
    pub fn is_named(&self) -> bool {
        self.server.is_some()
    }
}

/// Language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::Zh => Lang::Zh,
            Language::En => Lang::En,
        }
    }
}

/// A kind of record, by its name in entries.
pub fn kind(text: &str) -> Result<Kind, String> {
    text.parse::<Kind>().map_err(|error| {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("{error}; kinds are {}", names.join(", "))
    })
}

/// The clock by which events for a log are signed: the system's, unless the log is a demonstration.
pub fn clock(log: &LogState) -> Box<dyn Clock> {
    match log.simulated {
        Some(now) => Box::new(SimulatedClock::new(now)),
        None => Box::new(SystemClock),
    }
}

/// Signs a body with a fresh salt, now.
pub fn sign(
    log: &LogState,
    key: &KeyFile,
    kind: Kind,
    reference: Option<String>,
    body: Value,
) -> anyhow::Result<Event> {
    let record = Record::new(body, random32())?;
    let name = KindName::parse(kind.as_str())?;
    Ok(Event::sign(
        &log.origin,
        &key.authority,
        &key.key,
        &name,
        clock(log).now(),
        reference,
        record,
    ))
}

/// Says on standard error that the log is asked again after a pause.
pub fn say_waiting(lang: Lang) -> impl FnMut(&ClientError, Duration) {
    move |error, pause| eprintln!("{}", error.waiting_words(lang, pause))
}

/// Sends one event; its index, or the refusal as an error.
pub fn send_one(client: &Client, event: &Event) -> anyhow::Result<u64> {
    match send_line(client, &event.to_json())? {
        Ok(index) => Ok(index),
        Err(refused) => bail!("{}", refused.words(Lang::En).join("\n  ")),
    }
}

/// Sends one event that is written down; its index, or why the log refuses it.
pub fn send_line(client: &Client, line: &str) -> anyhow::Result<Result<u64, Refused>> {
    let mut answer = None;
    let patience = Patience::default();
    let mut answered = |_, given| answer = Some(given);
    deliver(
        client,
        patience,
        &[line],
        &mut answered,
        &mut say_waiting(Lang::En),
    )?;
    match answer.context("the event got no answer")? {
        Answer::Logged { index, .. } => Ok(Ok(index)),
        Answer::Refused(refused) => Ok(Err(refused)),
    }
}
