//! Flags from a file: the values of `--config FILE` become the defaults of the flags of the same name.

use anyhow::{Context as _, bail};
use clap::Command;
use std::ffi::OsString;
use std::path::PathBuf;

/// Puts the file's values under the flags. A key that no command knows is an error, so that a typing slip is noticed.
pub fn apply(
    command: Command,
    arguments: impl Iterator<Item = OsString>,
) -> anyhow::Result<Command> {
    let Some(path) = config_path(arguments) else {
        return Ok(command);
    };
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let table: toml::Table = text
        .parse()
        .with_context(|| format!("{} is not TOML", path.display()))?;
    let mut command = command;
    for (key, value) in table {
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(truth) => truth.to_string(),
            _ => bail!(
                "{}: {key} must be a string, a number or true/false",
                path.display()
            ),
        };
        let names: Vec<String> = command
            .get_subcommands()
            .map(|sub| sub.get_name().to_owned())
            .collect();
        let mut known = false;
        for name in names {
            command = command.mut_subcommand(name, |sub| {
                if !sub
                    .get_arguments()
                    .any(|argument| argument.get_id() == key.as_str())
                {
                    return sub;
                }
                known = true;
                sub.mut_arg(&key, |argument| {
                    argument.default_value(value.clone()).required(false)
                })
            });
        }
        if !known {
            bail!("{}: no command has a flag named {key}", path.display());
        }
    }
    Ok(command)
}

fn config_path(arguments: impl Iterator<Item = OsString>) -> Option<PathBuf> {
    let mut arguments = arguments.skip(1);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--config") => return arguments.next().map(PathBuf::from),
            Some(text) if text.starts_with("--config=") => {
                return Some(PathBuf::from(&text["--config=".len()..]));
            }
            _ => {}
        }
    }
    std::env::var_os("GONGSHI_CONFIG").map(PathBuf::from)
}
