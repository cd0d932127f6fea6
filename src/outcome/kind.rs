//! What became of a network, told from its final outputs and loss.
//!
//! Each pattern is matched by outputs and loss alone. That is not evidence of a local minimum, and nothing here says so: the
//! study of single networks in f64 does (`study/examine.rs`).

use serde::{Deserialize, Serialize};

use crate::spec::Problem;

use super::columns::{Outcome, Status};
use super::fate::{Fate, Variant};
use super::pattern::{floor, pattern, pattern_excesses};

impl Fate {
    /// The fate of a network from its outcome.
    pub fn of(problem: &Problem, outcome: &Outcome<'_>) -> Self {
        Kind::of(problem, outcome).fate
    }
}

/// A fate, and which examples it concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Kind {
    /// What became of the network.
    pub fate: Fate,
    /// Which examples share an output or are wrong.
    pub variant: Variant,
}

impl Kind {
    /// A fate in all its variants, or one that has none.
    pub fn whole(fate: Fate) -> Self {
        Self { fate, variant: Variant::default() }
    }

    /// From an outcome.
    pub fn of(problem: &Problem, outcome: &Outcome<'_>) -> Self {
        match outcome.status {
            Status::Solved => Self::whole(Fate::Solved),
            Status::Diverged => Self::whole(Fate::Diverged),
            Status::Unfinished => Self::whole(Fate::Unfinished),
            Status::Unsolved => Self::of_outputs(problem, outcome.outputs, outcome.loss),
        }
    }

    /// Of a network that has not met the criterion, from its outputs `[example][unit]` and its loss.
    pub fn of_outputs(problem: &Problem, outputs: &[f32], loss: f64) -> Self {
        let (fate, variant) = pattern(problem, outputs, loss).unwrap_or((Fate::Descending, Variant::default()));
        Self { fate, variant }
    }

    /// Losses above a solution's of the patterns that these outputs are near, whatever their own loss.
    pub fn limits_of_excess(problem: &Problem, outputs: &[f32]) -> Vec<f64> {
        pattern_excesses(problem, outputs)
    }

    /// The loss of a network whose outputs are its targets: 0 but for cross-entropy with targets between 0 and 1.
    pub fn solved_loss(problem: &Problem) -> f64 {
        floor(problem)
    }
}
