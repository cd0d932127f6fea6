//! What became of a network, told from its final outputs and loss.
//!
//! Each pattern is matched by outputs and loss alone. That is not evidence of a local minimum, and nothing here says so: the
//! study of single networks in f64 does (`study/examine.rs`).

use std::sync::{Arc, OnceLock};

use crate::spec::Problem;

use super::columns::{Outcome, Status};
use super::fate::{Fate, Kind, Variant};
use super::pattern::{Patterns, floor, pattern_excesses};
use super::plain::PlainKinds;

impl Fate {
    /// The fate of a network from its outcome.
    pub fn of(problem: &Problem, outcome: &Outcome<'_>) -> Self {
        Kind::of(problem, outcome).fate
    }
}

impl Kind {
    /// From an outcome.
    pub fn of(problem: &Problem, outcome: &Outcome<'_>) -> Self {
        told(outcome).unwrap_or_else(|| Self::of_outputs(problem, outcome.outputs, outcome.loss))
    }

    /// Of a network that has not met the criterion, from its outputs `[example][unit]` and its loss.
    pub fn of_outputs(problem: &Problem, outputs: &[f32], loss: f64) -> Self {
        Patterns::new(problem).kind_of(outputs, loss)
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

/// Tells the kinds of many networks of a problem: most by comparisons, others by what was found of those before.
pub struct Kinds<'a> {
    patterns: Patterns<'a>,
    /// Made when the first network needs it, for all threads.
    plain: Arc<OnceLock<PlainKinds>>,
}

impl<'a> Kinds<'a> {
    /// Of the networks of this problem.
    pub fn new(problem: &'a Problem) -> Self {
        Self { patterns: Patterns::new(problem), plain: Arc::default() }
    }

    /// For another thread, which finds for itself.
    pub fn another(&self) -> Self {
        Self { patterns: Patterns::new(self.patterns.problem), plain: self.plain.clone() }
    }

    /// From an outcome.
    pub fn of(&mut self, outcome: &Outcome<'_>) -> Kind {
        told(outcome).unwrap_or_else(|| {
            // Bounds are exact for numbers of f32.
            let narrow = Some(outcome.loss as f32).filter(|loss| f64::from(*loss) == outcome.loss);
            let plain = self.plain.get_or_init(|| PlainKinds::of(self.patterns.problem));
            let told = narrow.and_then(|loss| plain.kind_of(outcome.outputs, loss));
            told.unwrap_or_else(|| self.patterns.kind_of(outcome.outputs, outcome.loss))
        })
    }
}

/// What the status alone says.
fn told(outcome: &Outcome<'_>) -> Option<Kind> {
    let fate = match outcome.status {
        Status::Solved => Fate::Solved,
        Status::Diverged => Fate::Diverged,
        Status::Unfinished => Fate::Unfinished,
        Status::Unsolved => return None,
    };
    Some(Kind::whole(fate))
}

impl Patterns<'_> {
    fn kind_of(&mut self, outputs: &[f32], loss: f64) -> Kind {
        let (fate, variant) = self.find(outputs, loss).unwrap_or((Fate::Descending, Variant::default()));
        Kind { fate, variant }
    }
}
