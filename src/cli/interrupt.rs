//! Ctrl-C, and what asks a program to end: the first is answered by a sentence and ends what is at hand, the second ends the
//! program as usual. What does not end soon by itself is ended.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::print::eprint_line;

/// Whether another program asks, which listens for signals itself.
static EMBEDDED: AtomicBool = AtomicBool::new(false);
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// Whether something is at hand that may be ended in its middle; not so what writes results.
static AT_HAND: AtomicBool = AtomicBool::new(false);

/// How long what is at hand may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(8);

const SENTENCE: &str = "Finishing the current batch; press Ctrl-C again to stop now";

/// Says that Ctrl-C was heard.
type Answer = Box<dyn FnOnce(&str) + Send>;

static ANSWER: Mutex<Option<Answer>> = Mutex::new(None);

/// Listens from now on, and says so where that is wanted. Where the system offers no way to listen, Ctrl-C just ends the
/// program.
pub(super) fn listen(speaks: bool) {
    if EMBEDDED.load(Ordering::Relaxed) {
        return;
    }
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        answer();
        // Apart, so that the second is heard meanwhile.
        std::thread::spawn(end_in_time);
    });
    if speaks {
        answer_with(eprint_line);
    } else {
        AT_HAND.store(true, Ordering::Relaxed);
    }
}

/// Ends what does not end by itself.
fn end_in_time() {
    std::thread::sleep(PATIENCE);
    if AT_HAND.load(Ordering::Relaxed) {
        eprint_line(
            "error: interrupted in the middle of work that takes long; its answer is lost, what --out keeps is not",
        );
        std::process::exit(130);
    }
}

/// Has the first Ctrl-C answered by this, at once and not only when what is at hand is finished: that may take a while.
pub(super) fn answer_with(say: impl FnOnce(&str) + Send + 'static) {
    AT_HAND.store(true, Ordering::Relaxed);
    *ANSWER.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(say));
    // It may have been pressed between listening and now.
    if asked() {
        answer();
    }
}

/// Nothing is at hand any more.
pub(super) fn answer_no_more() {
    AT_HAND.store(false, Ordering::Relaxed);
    *ANSWER.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

fn answer() {
    let say = ANSWER.lock().unwrap_or_else(PoisonError::into_inner).take();
    say.into_iter().for_each(|say| say(SENTENCE));
}

/// Another program asks from now on: it says when to end.
pub(super) fn begin_embedded() {
    EMBEDDED.store(true, Ordering::Relaxed);
    INTERRUPTED.store(false, Ordering::Relaxed);
}

/// As Ctrl-C does.
pub(super) fn ask() {
    INTERRUPTED.store(true, Ordering::Relaxed);
}

/// Whether Ctrl-C was pressed.
pub(super) fn asked() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
