//! How verbs end.

/// How a verb ended, when it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Complete,
    Interrupted,
}

impl Ending {
    /// Interrupted or not.
    pub(super) fn of(interrupted: bool) -> Self {
        if interrupted { Self::Interrupted } else { Self::Complete }
    }
}
