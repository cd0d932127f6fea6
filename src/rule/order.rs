//! When weights change within an epoch, and what happens to a network once it is solved.

use super::keyword::keywords;

/// When within an epoch the weights change, and by which gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Update {
    /// Once an epoch, by the gradient averaged over the m examples.
    BatchMean,
    /// Once an epoch, by the gradient summed over the examples.
    BatchSum,
    /// After each example, in order, by that example's gradient.
    Online,
}

impl Update {
    /// Whether weights change after each example.
    pub fn is_online(self) -> bool {
        match self {
            Self::BatchMean | Self::BatchSum => false,
            Self::Online => true,
        }
    }

    /// What a gradient that is summed over the examples of an update is multiplied with, of so many examples.
    pub fn share(self, example_count: usize) -> f64 {
        match self {
            Self::BatchMean => 1.0 / example_count as f64,
            Self::BatchSum | Self::Online => 1.0,
        }
    }

    /// Updates of an epoch over so many examples.
    pub fn per_epoch(self, example_count: usize) -> usize {
        if self.is_online() { example_count } else { 1 }
    }
}

keywords!(Update, "--update", { BatchMean => "batch-mean", BatchSum => "batch-sum", Online => "online" });

/// What happens to a network once it is solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AfterSolved {
    /// It keeps the weights that solved the task; no update in that epoch or later.
    Retire,
    /// It trains on to the last epoch.
    Continue,
}

keywords!(AfterSolved, "--after-solved", { Retire => "retire", Continue => "continue" });
