//! Text to stdout, lines to stderr.

use std::cell::RefCell;
use std::io::{ErrorKind, Write};

use crate::error::{Error, Result};
use crate::foreign::visible;

/// What would have been printed.
#[derive(Debug, Default)]
pub(super) struct Captured {
    pub printed: String,
    /// Lines of stderr.
    pub lines: Vec<String>,
}

thread_local! {
    static CAPTURED: RefCell<Option<Captured>> = const { RefCell::new(None) };
}

/// Does something on this thread without printing, and gives what it would have printed.
pub(super) fn captured<T>(work: impl FnOnce() -> T) -> (T, Captured) {
    let before = CAPTURED.replace(Some(Captured::default()));
    let done = work();
    (done, CAPTURED.replace(before).unwrap_or_default())
}

/// Whether this was taken instead of being printed.
fn take(into: impl FnOnce(&mut Captured)) -> bool {
    CAPTURED.with_borrow_mut(|captured| captured.as_mut().map(into).is_some())
}

/// Prints to stdout, names and labels of files without what a terminal obeys. A reader that has gone away, as `head` does,
/// is no failure.
pub(super) fn print(text: &str) -> Result<()> {
    if take(|captured| captured.printed.push_str(text)) {
        return Ok(());
    }
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
    if take(|captured| captured.lines.push(line.to_owned())) {
        return;
    }
    let _ = writeln!(std::io::stderr().lock(), "{}", visible(line));
}
