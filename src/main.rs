//! The command line, and nothing else: reads arguments and settings, calls the library, prints.

mod commands;

use clap::{CommandFactory as _, FromArgMatches as _};
use gongshi_verify::text::shown;
use std::io::IsTerminal as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let command =
        match commands::settings::apply(commands::Arguments::command(), std::env::args_os()) {
            Ok(command) => command,
            Err(error) => return fail(&error),
        };
    let arguments = match commands::Arguments::from_arg_matches(&command.get_matches()) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("GONGSHI_LOG")
                .unwrap_or_else(|_| "info,tantivy=warn,actix_http=off".into()),
        )
        .init();
    match commands::run(arguments) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

/// An error as a terminal may have it, whatever file or server its words are from: line by line, since errors have several.
fn plain(said: &str) -> String {
    let lines = said.lines().map(|line| {
        let text = line.trim_start_matches(' ');
        let indent = &line[..line.len() - text.len()];
        format!("{indent}{}", shown(text))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Prints an error with its causes, each on its line; those that the line above has said already are left out.
fn fail(error: &anyhow::Error) -> ExitCode {
    let mut said = error.to_string();
    eprintln!("gongshi: {}", plain(&said));
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !said.ends_with(&cause) {
            eprintln!("  because: {}", plain(&cause));
            said = cause;
        }
    }
    ExitCode::from(2)
}
