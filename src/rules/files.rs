//! Which files make up a set of rules, and those that come with the program.

use super::source::{RuleError, Source};
use sha2::{Digest as _, Sha256};

macro_rules! files {
    ($($name:literal,)+) => {
        /// Their names, in the order of the alphabet.
        pub(super) const NAMES: &[&str] = &[$($name,)+];
        /// Name and text of those that come with the program.
        pub(super) const BUILT_IN: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../../rules/", $name))),)+
        ];
    };
}

files! {
    "buffers.toml",
    "codes.toml",
    "deadlines.toml",
    "documents.toml",
    "early-stop.toml",
    "holidays.toml",
    "links.toml",
    "publication.toml",
    "terms.toml",
    "thresholds.toml",
}

/// A whole set of files, in the order of [`NAMES`].
pub(super) struct Files<'a>(Vec<Source<'a>>);

impl<'a> Files<'a> {
    /// Puts them in order.
    ///
    /// # Errors
    /// A file that is missing, unknown or there twice, or begins with a byte order mark, which would be in the digest and in no editor.
    pub(super) fn new(files: &[(&'a str, &'a str)]) -> Result<Self, RuleError> {
        for (i, (name, text)) in files.iter().enumerate() {
            let source = Source::new(name, text);
            if !NAMES.contains(name) {
                let known = NAMES.join(", ");
                return Err(source.whole(format!("not a file of rules; those are {known}")));
            }
            if text.starts_with('\u{feff}') {
                return Err(
                    source.whole("begins with a byte order mark: save it as UTF-8 without one")
                );
            }
            if files[..i].iter().any(|(other, _)| other == name) {
                return Err(source.whole("the file is there twice"));
            }
        }
        let found = NAMES.iter().map(|name| {
            files
                .iter()
                .find(|(other, _)| other == name)
                .map(|(name, text)| Source::new(name, text))
                .ok_or_else(|| Source::new(name, "").whole("the file is missing"))
        });
        found.collect::<Result<_, _>>().map(Self)
    }

    /// One of them; the name is one of [`NAMES`].
    pub(super) fn get(&self, name: &str) -> Source<'a> {
        let at = NAMES.iter().position(|known| *known == name);
        self.0[at.expect("only files of the list are asked for")]
    }

    /// SHA-256 over `<name>\n<bytes of text>\n<text>` of each.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for source in &self.0 {
            let (name, text) = source.parts();
            hash.update(format!("{name}\n{}\n{text}", text.len()));
        }
        hash.finalize().into()
    }
}
