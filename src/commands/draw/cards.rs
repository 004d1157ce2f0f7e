//! `gongshi draw cards`: self-check cards of a sealed library, printed here, stored encrypted on the server.

use crate::commands::desk::{self, Signer};
use crate::commands::out;
use crate::commands::remote::Language;
use anyhow::{Context as _, bail};
use clap::Args;
use gongshi::app::random32;
use gongshi::ingest::LocalFile;
use gongshi::ingest::desk::{
    CARDS_PER_PAGE, Card, cards_page, read_library, read_openings, write_cards,
};
use gongshi::intake::MAX_CARDS_BYTES;
use gongshi::store::{ensure_private, write_atomic_with, write_private};
use gongshi_verify::draw::library::Form;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::Hash;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What the server gets: nothing but what tokens open.
const STORED: &str = "cards.jsonl";
/// Tokens by id, for printers that fill in cards of their own.
const TOKENS: &str = "tokens.csv";
/// How every line of encrypted cards begins.
const START: &[u8; 9] = b"{\"card\":\"";

/// Make the self-check cards of a sealed library, or put them on the server.
///
/// Writes to DIR: cards.jsonl (encrypted, for the server), and privately tokens.csv and pages of cards to print and cut. Give
/// each card to its enterprise and delete tokens and pages: whoever has a token can read that enterprise's class.
/// A DIR with cards is never written again; `gongshi draw upload-cards` puts them on the server.
#[derive(Args)]
pub struct Cards {
    /// Private file of what opens the sealed classes.
    #[arg(long)]
    openings: PathBuf,
    /// The leaves.
    #[arg(long)]
    leaves: PathBuf,
    /// Address of the portal, as enterprises open it.
    #[arg(long)]
    site: String,
    /// Make no pages to print.
    #[arg(long)]
    no_pages: bool,
    /// Language of the cards.
    #[arg(long, env = "GONGSHI_LANG", default_value = "zh")]
    lang: Language,
    /// Folder to write to.
    #[arg(long)]
    out: PathBuf,
}

/// Put the encrypted cards of a sealed library on the server.
#[derive(Args)]
pub struct UploadCards {
    #[command(flatten)]
    signer: Signer,
    /// The leaves.
    #[arg(long)]
    leaves: PathBuf,
    /// The encrypted cards, cards.jsonl of `gongshi draw cards`.
    cards: PathBuf,
}

/// Root of a sealed library.
fn sealed_root(path: &Path, text: &str) -> anyhow::Result<Hash> {
    let name = || path.display().to_string();
    let library = read_library(text).with_context(name)?;
    match library.form() {
        Form::Sealed => Ok(library.root()),
        _ => bail!("{}: expected a library of sealed classes", name()),
    }
}

impl Cards {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        ensure_private(&self.openings)?;
        let site = self.site.trim_end_matches('/');
        if !site.starts_with("https://") && !site.starts_with("http://") {
            bail!("--site: expected an address such as https://gs.example.gov.cn");
        }
        let (text, openings) = (desk::read(&self.leaves)?, desk::read(&self.openings)?);
        let root = sealed_root(&self.leaves, &text)?;
        let library = read_library(&text)?;
        let openings = read_openings(&openings, &library)
            .with_context(|| self.openings.display().to_string())?;
        let stored = self.out.join(STORED);
        if stored.exists() {
            bail!("{} exists already: cards are made once", stored.display());
        }
        std::fs::create_dir_all(&self.out)
            .with_context(|| format!("cannot make {}", self.out.display()))?;
        let cards = openings.iter().map(|one| Card::new(&one.id, random32));
        let cards: Vec<Card> = cards.collect();
        // Tokens first: a card that opens without anybody having its token serves nobody.
        let mut tokens = String::from("id,token\n");
        for card in &cards {
            tokens.push_str(&format!("{},{}\n", card.id, card.token()));
        }
        write_private(&self.out.join(TOKENS), tokens.as_bytes())?;
        let mut pages = 0;
        if !self.no_pages {
            for (number, cards) in (1..).zip(cards.chunks(CARDS_PER_PAGE)) {
                let page = cards_page(cards, &root, site, self.lang.into())?;
                let path = self.out.join(format!("cards-{number:03}.html"));
                write_private(&path, page.as_bytes())?;
                pages = number;
            }
        }
        write_atomic_with(&stored, 0o644, |file| {
            write_cards(&cards, &openings, &root, file)
        })?;
        out::line(format_args!("{}", stored.display()))?;
        eprintln!(
            "{} cards on {pages} pages, for the library {}; put them on the server with `gongshi draw upload-cards`",
            cards.len(),
            hex(&root)
        );
        Ok(ExitCode::SUCCESS)
    }
}

impl UploadCards {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let root = sealed_root(&self.leaves, &desk::read(&self.leaves)?)?;
        let name = || format!("cannot read {}", self.cards.display());
        let mut start = [0; START.len()];
        // A file too short for a line is none of cards.
        let read = File::open(&self.cards)
            .with_context(name)?
            .read_exact(&mut start);
        if read.is_err() || start != *START {
            bail!(
                "{}: expected encrypted cards, one a line",
                self.cards.display()
            );
        }
        let cards = LocalFile::read(&self.cards).with_context(name)?;
        if cards.size > MAX_CARDS_BYTES {
            bail!(
                "{} has {} bytes; cards may have {MAX_CARDS_BYTES}",
                self.cards.display(),
                cards.size
            );
        }
        let desk = self.signer.open()?;
        let digest = desk.put_cards(&root, &cards)?;
        out::line(format_args!("{digest}"))?;
        Ok(ExitCode::SUCCESS)
    }
}
