//! Flags from elsewhere: every flag can come from the variable `GONGSHI_<FLAG>`, and the values of `--config FILE`
//! become the defaults of the flags of the same name. Flags that switch off a guard cannot.

use anyhow::{Context as _, bail};
use clap::Command;
use std::ffi::OsString;
use std::path::PathBuf;

/// Flags that switch off a guard: said on the command line, for this once. From a variable or a file they would go on
/// switching it off.
const SPOKEN_ONLY: &[&str] = &["no_newer_checkpoint", "yes", "keep_nothing"];

/// Puts variables and the file's values under the flags. A key that no command knows is an error, so that a typing slip
/// is noticed.
pub fn apply(
    command: Command,
    arguments: impl Iterator<Item = OsString>,
) -> anyhow::Result<Command> {
    let mut command = command.mut_subcommands(variables);
    let Some(path) = config_path(arguments) else {
        return Ok(command);
    };
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let table: toml::Table = text
        .parse()
        .with_context(|| format!("{} is not TOML", path.display()))?;
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
        if SPOKEN_ONLY.contains(&key.as_str()) {
            bail!(
                "{}: {key} can be said on the command line only",
                path.display()
            );
        }
        let mut known = false;
        command = command.mut_subcommands(|sub| preset(sub, &key, &value, &mut known));
        if !known {
            bail!("{}: no command has a flag named {key}", path.display());
        }
    }
    Ok(command)
}

/// Names the variable of every flag that does not name one itself.
fn variables(command: Command) -> Command {
    let command = command.mut_args(|argument| {
        if SPOKEN_ONLY.contains(&argument.get_id().as_str()) {
            return argument;
        }
        let Some(flag) = argument.get_long().filter(|_| argument.get_env().is_none()) else {
            return argument;
        };
        let name = format!("GONGSHI_{}", flag.to_uppercase().replace('-', "_"));
        argument.env(name).hide_env(true)
    });
    command.mut_subcommands(variables)
}

/// Makes the value the default of the flag, in the command and all below it.
fn preset(mut command: Command, key: &str, value: &str, known: &mut bool) -> Command {
    let named = command
        .get_arguments()
        .any(|flag| flag.get_id() == key && !flag.is_positional());
    if named {
        *known = true;
        command = command.mut_arg(key, |flag| {
            flag.default_value(value.to_owned()).required(false)
        });
    }
    command.mut_subcommands(|sub| preset(sub, key, value, known))
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
