//! Errors of the commands that departments run, in the language asked for.
//!
//! Commands return errors as everywhere; at their end the chain is told in words, as far as there are any.

use gongshi::ingest::revise::error_words;
use gongshi::text::{Arg, Catalogue, Lang};
use std::error::Error;
use std::fmt;
use std::path::Path;

/// An error of a command itself: a message of the catalogue (`desk-…`), and what caused it.
#[derive(Debug)]
pub struct Told {
    key: &'static str,
    args: Vec<(&'static str, Arg)>,
    source: Option<anyhow::Error>,
}

impl Told {
    fn words(&self, lang: Lang) -> String {
        Catalogue::built_in().get(lang, &format!("desk-{}", self.key), &self.args)
    }
}

impl fmt::Display for Told {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.words(Lang::En))
    }
}

impl Error for Told {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// An error told in words.
pub fn told(key: &'static str, args: Vec<(&'static str, Arg)>) -> anyhow::Error {
    anyhow::Error::new(Told {
        key,
        args,
        source: None,
    })
}

/// A file as an argument.
pub fn file(path: &Path) -> Arg {
    Arg::Text(path.display().to_string())
}

/// Says with which work an error has to do.
pub trait While<T> {
    /// The error under a message of the catalogue.
    fn told(self, key: &'static str, args: Vec<(&'static str, Arg)>) -> anyhow::Result<T>;
    /// The error of a file that cannot be read.
    fn reading(self, path: &Path) -> anyhow::Result<T>;
    /// The error of a file that cannot be written.
    fn writing(self, path: &Path) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> While<T> for Result<T, E> {
    fn told(self, key: &'static str, args: Vec<(&'static str, Arg)>) -> anyhow::Result<T> {
        self.map_err(|error| {
            anyhow::Error::new(Told {
                key,
                args,
                source: Some(error.into()),
            })
        })
    }

    fn reading(self, path: &Path) -> anyhow::Result<T> {
        self.told("error-read", vec![("file", file(path))])
    }

    fn writing(self, path: &Path) -> anyhow::Result<T> {
        self.told("error-write", vec![("file", file(path))])
    }
}

/// What a command came to, its error in words of the language: the causes stand behind it, each once.
pub fn in_words<T>(lang: Lang, done: anyhow::Result<T>) -> anyhow::Result<T> {
    let error = match done {
        Ok(done) => return Ok(done),
        Err(error) => error,
    };
    let mut said: Vec<String> = Vec::new();
    for cause in error.chain() {
        let words = match cause.downcast_ref::<Told>() {
            Some(told) => told.words(lang),
            None => error_words(lang, cause).unwrap_or_else(|| cause.to_string()),
        };
        // What an error says of its cause is not said twice.
        if !said.last().is_some_and(|last| last.contains(&words)) {
            said.push(words);
        }
        // Behind words of ours stands only the same in English.
        if cause.downcast_ref::<Told>().is_none() && error_words(lang, cause).is_some() {
            break;
        }
    }
    let separator = Catalogue::built_in().get(lang, "desk-because", &[]);
    Err(anyhow::Error::msg(said.join(&separator)))
}
