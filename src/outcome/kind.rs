//! What became of a network, told from its final outputs and loss.
//!
//! Each pattern is matched by outputs and loss alone. That is not evidence of a local minimum, and nothing here says so: the
//! study of single networks in f64 does (`study/examine.rs`).

use serde::{Deserialize, Serialize};

use crate::spec::Problem;

use super::columns::{Outcome, Status};
use super::fate::{Fate, Variant};
use super::pattern::{Patterns, floor, pattern_excesses};

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
        Kinds::new(problem).of(outcome)
    }

    /// Of a network that has not met the criterion, from its outputs `[example][unit]` and its loss.
    pub fn of_outputs(problem: &Problem, outputs: &[f32], loss: f64) -> Self {
        Kinds::new(problem).of_outputs(outputs, loss)
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

/// Tells the kinds of many networks of a problem: what it has found of one it knows of the next.
pub struct Kinds<'a>(Patterns<'a>);

impl<'a> Kinds<'a> {
    /// Of the networks of this problem.
    pub fn new(problem: &'a Problem) -> Self {
        Self(Patterns::new(problem))
    }

    /// From an outcome.
    pub fn of(&mut self, outcome: &Outcome<'_>) -> Kind {
        Kind::whole(match outcome.status {
            Status::Solved => Fate::Solved,
            Status::Diverged => Fate::Diverged,
            Status::Unfinished => Fate::Unfinished,
            Status::Unsolved => return self.of_outputs(outcome.outputs, outcome.loss),
        })
    }

    fn of_outputs(&mut self, outputs: &[f32], loss: f64) -> Kind {
        let (fate, variant) = self.0.find(outputs, loss).unwrap_or((Fate::Descending, Variant::default()));
        Kind { fate, variant }
    }
}
