//! Ctrl-C: the first asks to finish what is at hand, the second ends the program as usual.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Says that Ctrl-C was heard, where somebody watches.
type Answer = Box<dyn FnOnce() + Send>;

static ANSWER: Mutex<Option<Answer>> = Mutex::new(None);

/// Listens from now on. Where the system offers no way to listen, Ctrl-C just ends the program.
pub(super) fn listen() {
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        answer();
    });
}

/// Has the first Ctrl-C answered at once, not only when what is at hand is finished: that may take a while.
pub(super) fn answer_with(say: impl FnOnce() + Send + 'static) {
    *ANSWER.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(say));
    // It may have been pressed between listening and now.
    if asked() {
        answer();
    }
}

/// Nothing is at hand any more.
pub(super) fn answer_no_more() {
    *ANSWER.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

fn answer() {
    let say = ANSWER.lock().unwrap_or_else(PoisonError::into_inner).take();
    say.into_iter().for_each(|say| say());
}

/// Whether Ctrl-C was pressed.
pub(super) fn asked() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
