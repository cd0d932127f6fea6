//! Text to stdout, lines to stderr.

use std::io::{ErrorKind, Write};

use crate::error::{Error, Result};
use crate::foreign::visible;

/// Prints to stdout, names and labels of files without what a terminal obeys. A reader that has gone away, as `head` does,
/// is no failure.
pub(super) fn print(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(visible(text).as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::failure(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints a line to stderr, as [`print`] does. Ignores stderr errors.
pub(super) fn eprint_line(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", visible(line));
}
