//! How a run is watched and interrupted while a backend trains.

/// Work done since the last report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Epochs trained, summed over networks.
    pub net_epochs: u64,
    /// Epochs of the budget (networks times epochs) that are settled: trained, or no longer needed because their
    /// network has retired. Sums to the whole budget.
    pub settled_net_epochs: u64,
    /// Networks that have finished.
    pub networks: u64,
}

/// Hears of progress and may ask to stop. Called from any thread.
pub trait Watch: Sync {
    /// Work was done.
    fn progress(&self, _done: Progress) {}

    /// What is trained next, in words.
    fn note(&self, _what: &str) {}

    /// So many steps of all are done, of work that consists of steps.
    fn steps(&self, _done: usize, _all: usize) {}

    /// Whether to stop at the end of the slice.
    fn interrupted(&self) -> bool {
        false
    }
}

/// Hears nothing, never stops.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {}
