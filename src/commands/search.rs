//! Which search engine: the embedded one, or a Meilisearch server that somebody runs.

use anyhow::{Context as _, ensure};
use clap::Args;
use gongshi::search::MeiliOptions;
use gongshi::web;
use std::path::{Path, PathBuf};

/// How to reach a Meilisearch server.
#[derive(Args)]
#[command(next_help_heading = "Search engine")]
pub struct Server {
    /// Address of a Meilisearch server, such as http://127.0.0.1:7700, that is used instead of the embedded engine.
    #[arg(long, env = "GONGSHI_SEARCH_URL", value_parser = address)]
    search_url: Option<String>,
    /// A file that holds the server's key: one that may make keys (two with fewer rights are made of it and used), or one that may write.
    #[arg(
        long,
        value_name = "FILE",
        env = "GONGSHI_SEARCH_KEY_FILE",
        requires = "search_url"
    )]
    search_key_file: Option<PathBuf>,
    /// A file that holds a key that may only search, where the other one may not make keys.
    #[arg(
        long,
        value_name = "FILE",
        env = "GONGSHI_SEARCH_READ_KEY_FILE",
        requires = "search_key_file"
    )]
    search_read_key_file: Option<PathBuf>,
    /// Name of the index in the server. A second one, NAME_next, is there while it is made anew.
    #[arg(long, value_name = "NAME", env = "GONGSHI_SEARCH_INDEX", default_value = "gongshi", value_parser = name)]
    search_index: String,
}

impl Server {
    /// The server, where one is named.
    pub fn options(&self) -> anyhow::Result<Option<MeiliOptions>> {
        let Some(url) = &self.search_url else {
            return Ok(None);
        };
        let key = |file: &Option<PathBuf>| file.as_deref().map(read_key).transpose();
        Ok(Some(MeiliOptions {
            url: url.clone(),
            key: key(&self.search_key_file)?,
            read_key: key(&self.search_read_key_file)?,
            index: self.search_index.clone(),
            ..MeiliOptions::default()
        }))
    }
}

fn read_key(file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| {
        format!(
            "the key of the search engine: cannot read {}",
            file.display()
        )
    })?;
    let key = text.trim();
    ensure!(
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()),
        "{} holds no key; expected one line of letters and digits",
        file.display()
    );
    Ok(key.to_owned())
}

fn address(text: &str) -> Result<String, String> {
    web::links::public_url(text).ok_or_else(|| {
        "expected http:// or https:// with a host and no path, such as http://127.0.0.1:7700"
            .to_owned()
    })
}

fn name(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    match (1..=100).contains(&text.len()) && text.bytes().all(plain) {
        true => Ok(text.to_owned()),
        false => Err("expected letters, digits, - and _".to_owned()),
    }
}
