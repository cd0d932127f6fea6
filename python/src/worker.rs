//! Work away from the interpreter's lock, so that other threads of Python run meanwhile, and Ctrl-C is heard.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use basins::backend::{Progress, Watch};
use basins::cli::ask;
use basins::{Error, Result};
use pyo3::exceptions::{PyKeyboardInterrupt, PyRuntimeError, PyValueError};
use pyo3::prelude::*;

/// How often signals are looked for and progress is told.
const PERIOD: Duration = Duration::from_millis(30);

/// Counts progress, and says when to stop.
#[derive(Default)]
pub(crate) struct Flags {
    stop: AtomicBool,
    networks: AtomicU64,
    net_epochs: AtomicU64,
}

impl Watch for Flags {
    fn progress(&self, done: Progress) {
        self.networks.fetch_add(done.networks, Ordering::Relaxed);
        self.net_epochs.fetch_add(done.net_epochs, Ordering::Relaxed);
    }

    fn interrupted(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Does something on a thread of its own. Ctrl-C ends it early, and what it has found by then is its result. `progress` is
/// called now and then with the networks that are finished and the epochs of work done, summed over networks.
pub(crate) fn apart<T: Send>(
    py: Python<'_>,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce(&Flags) -> Result<T> + Send,
) -> PyResult<T> {
    let flags = Flags::default();
    let tell = |py: Python<'_>| {
        let counts = (flags.networks.load(Ordering::Relaxed), flags.net_epochs.load(Ordering::Relaxed));
        progress.map_or(Ok(()), |progress| progress.call1(py, counts).map(drop))
    };
    let (done, mut failure) = py.detach(|| {
        std::thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            let flags = &flags;
            scope.spawn(move || sender.send(work(flags)));
            let mut failure = None;
            loop {
                match receiver.recv_timeout(PERIOD) {
                    Ok(done) => return (Some(done), failure),
                    Err(RecvTimeoutError::Disconnected) => return (None, failure),
                    Err(RecvTimeoutError::Timeout) => {}
                }
                let heard = Python::attach(|py| py.check_signals().and_then(|()| tell(py)));
                if let Err(error) = heard {
                    flags.stop.store(true, Ordering::Relaxed);
                    ask::interrupt();
                    // Of Ctrl-C the answer so far is the answer; what else went wrong is raised.
                    let pressed = Python::attach(|py| error.is_instance_of::<PyKeyboardInterrupt>(py));
                    failure = failure.or((!pressed).then_some(error));
                }
            }
        })
    });
    if failure.is_none() {
        failure = tell(py).err();
    }
    match (failure, done) {
        (Some(failure), _) => Err(failure),
        (None, Some(done)) => done.map_err(raised),
        (None, None) => Err(PyRuntimeError::new_err("basins stopped without an answer")),
    }
}

/// As Python says it: what was asked wrongly is a ValueError with the command line's sentence.
pub(crate) fn raised(error: Error) -> PyErr {
    let sentence = error.to_string();
    match error.exit_code() {
        2 => PyValueError::new_err(sentence),
        130 => PyKeyboardInterrupt::new_err(sentence),
        _ => PyRuntimeError::new_err(sentence),
    }
}
