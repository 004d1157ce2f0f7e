//! Lines on standard output. Whoever reads them may stop when he has read enough (`| head`): that is no error.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write as _};

/// Prints a line, or nothing where nobody reads any more: what the command does besides goes on, and its exit code says
/// how it ended.
///
/// # Errors
/// The line could not be written for another reason, such as a full disk.
pub fn line(text: Arguments<'_>) -> io::Result<()> {
    closed_is_fine(writeln!(io::stdout(), "{text}"))
}

/// Takes a closed output for a reader who has read enough.
pub fn closed_is_fine(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Keeps the first fault of printing within work that must not stop for it.
#[derive(Default)]
pub struct Printed(Option<io::Error>);

impl Printed {
    /// Prints a line as [`line`] does.
    pub fn line(&mut self, text: Arguments<'_>) {
        if let Err(error) = line(text) {
            self.0.get_or_insert(error);
        }
    }

    /// The first fault.
    pub fn end(self) -> io::Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}
