//! The words after `basins`, from whoever typed them: the command line, or another program.

use std::cell::RefCell;

thread_local! {
    static ASKED: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Does something on this thread that was asked in these words, and not on the command line.
pub(super) fn asked_by<T>(words: &[String], work: impl FnOnce() -> T) -> T {
    let before = ASKED.replace(Some(words.to_vec()));
    let done = work();
    ASKED.set(before);
    done
}

/// The words.
pub(super) fn words() -> Vec<String> {
    let typed = || std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    ASKED.with_borrow(|asked| asked.clone()).unwrap_or_else(typed)
}
