//! Ctrl-C: the first asks to finish the slice, the second ends the program as usual.

use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Listens from now on. Where the system offers no way to listen, Ctrl-C just ends the program.
pub(super) fn listen() {
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}

/// Whether Ctrl-C was pressed.
pub(super) fn asked() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
